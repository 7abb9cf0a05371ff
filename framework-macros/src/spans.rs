//! Where generated tokens stand in the source: an error about a type is reported once, under all of the type, when everything
//! that is generated around it begins where the type begins and ends where it ends.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
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

/// What the author wrote with generated tokens around it.
pub(crate) fn around(
    before: TokenStream,
    written: &impl ToTokens,
    after: TokenStream,
) -> TokenStream {
    let mut tokens = at(before, first(written));
    written.to_tokens(&mut tokens);
    tokens.extend(at(after, last(written)));
    tokens
}

/// The same tokens at another place; what their names mean stays.
pub(crate) fn at(tokens: TokenStream, place: Span) -> TokenStream {
    let moved = tokens.into_iter().map(|token| {
        let span = token.span().located_at(place);
        let mut token = match token {
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), at(group.stream(), place)))
            }
            other => other,
        };
        token.set_span(span);
        token
    });
    moved.collect()
}
