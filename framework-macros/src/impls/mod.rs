//! `#[handler]` on an impl: the methods of a handler and its hooks.

pub(crate) mod check;
pub(crate) mod expand;
pub(crate) mod parse;
mod waiting;

use proc_macro2::TokenStream;

use crate::{attributes::Place, diagnostics::Errors, fallback};

/// Expands `#[handler]` on an impl.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if !arguments.is_empty() {
        errors.at(
            &arguments,
            "`#[handler]` takes its arguments on the struct, not on the impl",
        );
    }
    let Some(input) = errors.take(syn::parse2::<parse::Input>(item.clone())) else {
        let item = strip(item);
        let errors = errors.into_tokens();
        return quote::quote!(#item #errors);
    };
    // A struct with parameters has been refused where it stands.
    if input.has_parameters() {
        return strip(item);
    }
    let self_ty = input.self_ty.clone();
    let model = parse::handler(input, &mut errors);
    if let Some(model) = &model {
        check::all(model, &mut errors);
    }
    let item = strip(item);
    let errors = errors.into_tokens();
    let implementation = match &model {
        Some(model) => expand::implementation(model),
        None => fallback::handler_impl(&self_ty),
    };
    quote::quote! {
        // The receiver is there because a handler has one, not because each method needs it.
        #[allow(clippy::unused_self, clippy::unused_async)]
        #item
        #errors
        #implementation
    }
}

fn strip(item: TokenStream) -> TokenStream {
    fallback::strip(item, Place::Impl, Place::Function)
}
