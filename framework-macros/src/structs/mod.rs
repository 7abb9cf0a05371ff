//! `#[handler]` on a struct: its routes, and how its fields are taken from a request.

mod check;
mod expand;
mod parse;

use proc_macro2::TokenStream;

use crate::{diagnostics::Errors, fallback};

/// Expands `#[handler]` on a struct.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let parsed = syn::parse2::<syn::DeriveInput>(item.clone());
    let Some(input) = errors.take(parsed) else {
        let item = fallback::strip(item);
        let errors = errors.into_tokens();
        return quote::quote!(#item #errors);
    };
    let model = parse::handler(arguments, &input, &mut errors);
    if let Some(model) = &model {
        check::all(model, &mut errors);
    }
    let is_sound = errors.is_empty();
    let errors = errors.into_tokens();
    let item = fallback::strip(item);
    let implementation = match model {
        Some(model) if is_sound => expand::implementation(&model),
        Some(model) => expand::stand_in(&model),
        None => TokenStream::new(),
    };
    quote::quote!(#item #errors #implementation)
}
