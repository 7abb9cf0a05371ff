//! `#[websocket]` on an impl: the functions of a socket, and the hooks of its handler.

mod expand;
mod parse;

use proc_macro2::TokenStream;

use crate::{
    attributes::{Place, Role},
    diagnostics::Errors,
    fallback,
    impls::{check, parse::Input},
};

/// Expands `#[websocket]` on an impl.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if !arguments.is_empty() {
        errors.at(
            &arguments,
            "`#[websocket]` takes its arguments on the struct, not on the impl",
        );
    }
    let strip = |item| fallback::strip(item, Place::Impl, Place::Function);
    let Some(input) = errors.take(syn::parse2::<Input>(item.clone())) else {
        let item = strip(item);
        let errors = errors.into_tokens();
        return quote::quote!(#item #errors);
    };
    // A struct with parameters has been refused where it stands.
    if input.has_parameters() {
        return strip(item);
    }
    let self_ty = input.self_ty.clone();
    let model = input
        .check(Role::WebSocket, &mut errors)
        .map(|()| parse::socket(input, &mut errors));
    if let Some(model) = &model {
        check::hooks_differ(&model.hooks, &mut errors);
    }
    let item = strip(item);
    let errors = errors.into_tokens();
    let implementation = match &model {
        Some(model) => expand::implementation(model),
        None => fallback::handler_impl(&self_ty),
    };
    quote::quote! {
        // The receiver is there because a socket has one, not because each function needs it.
        #[allow(clippy::unused_self, clippy::unused_async)]
        #item
        #errors
        #implementation
    }
}
