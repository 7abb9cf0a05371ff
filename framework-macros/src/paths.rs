//! What every expansion is written with: the one absolute path to the framework, and the body of a function that never waits.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// What brings `__squall` into a generated block: the one absolute path to the framework.
pub(crate) fn import() -> TokenStream {
    let span = Span::call_site();
    quote_spanned!(span=> #[allow(unused_imports)] use ::squall::__private as __squall;)
}

/// The body of a function whose future never waits: without an `async` block, there is none for the compiler to look through.
pub(crate) fn ready(output: &TokenStream, statements: &TokenStream) -> TokenStream {
    quote! {
        __squall::ready((move || -> __squall::Result<#output, __squall::Error> { #statements })())
    }
}
