//! `#[handler]` or `#[websocket]` on a struct: its routes, and how its fields are taken from a request.

mod check;
mod expand;
mod parse;

use proc_macro2::TokenStream;

use crate::{
    attributes::{Place, Role},
    diagnostics::Errors,
    fallback,
};

/// Expands the attribute on a struct.
pub(crate) fn expand(role: Role, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let sketch = parse::sketch(item.clone());
    let model = match syn::parse2::<syn::DeriveInput>(item.clone()) {
        Ok(input) => parse::handler(role, arguments, &input, &mut errors),
        Err(error) => {
            match &sketch {
                Some(sketch) => errors.at(
                    &sketch.name,
                    format!("this struct is not complete: {error}"),
                ),
                None => errors.add(error),
            }
            None
        }
    };
    if let Some(model) = &model {
        check::all(model, &mut errors);
    }
    let values = model.as_ref().map_or(0, parse::Model::values);
    let implementation = match model {
        Some(model) if errors.is_empty() => expand::implementation(role, &model),
        _ => sketch.map_or_else(TokenStream::new, |sketch| {
            fallback::handler_struct(role, &sketch.name, sketch.url, values)
        }),
    };
    let errors = errors.into_tokens();
    let item = fallback::strip(item, Place::Struct, Place::Field);
    quote::quote!(#item #errors #implementation)
}
