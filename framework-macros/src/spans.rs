//! Where generated tokens stand in the source: an error about a type is reported once, under all of the type, when everything
//! that is generated around it begins where the type begins and ends where it ends.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The span of the first token.
pub(crate) fn first(tokens: &impl ToTokens) -> Span {
    let first = tokens.to_token_stream().into_iter().next();
    first.map_or_else(Span::call_site, |token| token.span())
}

/// The span of the last token.
pub(crate) fn last(tokens: &impl ToTokens) -> Span {
    let last = tokens.to_token_stream().into_iter().last();
    last.map_or_else(Span::call_site, |token| token.span())
}

/// The first token itself: where an error stands that is about no part in particular.
pub(crate) fn first_token(tokens: &TokenStream) -> Option<TokenTree> {
    tokens.clone().into_iter().next()
}

/// What the author wrote with generated tokens around it: `around!(ty, (__squall::item::<), (>()))`. Those before it stand where
/// it begins, those behind it where it ends; what is interpolated into them keeps its place.
macro_rules! around {
    ($written:expr, ($($before:tt)*), ($($after:tt)*)) => {{
        let written = $written;
        let before = ::quote::quote_spanned!($crate::spans::first(&written)=> $($before)*);
        let after = ::quote::quote_spanned!($crate::spans::last(&written)=> $($after)*);
        ::quote::quote!(#before #written #after)
    }};
}

pub(crate) use around;
