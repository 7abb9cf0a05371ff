//! The user's item without our attributes: what is given back when it could not be understood, so that the editor and the
//! rest of the program still see the struct and its methods.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::attributes;

/// Drops our inert attributes, in the item and in its body.
pub(crate) fn strip(item: TokenStream) -> TokenStream {
    let mut stripped = TokenStream::new();
    let mut tokens = item.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let (TokenTree::Punct(punct), Some(TokenTree::Group(group))) = (&token, tokens.peek()) {
            if punct.as_char() == '#' && is_ours(group) {
                tokens.next();
                continue;
            }
        }
        stripped.extend([match token {
            // Brackets hold attributes of others; the fields of a tuple struct stand in parentheses.
            TokenTree::Group(group) if group.delimiter() != Delimiter::Bracket => {
                let mut inner = Group::new(group.delimiter(), strip_level(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        }]);
    }
    stripped
}

/// One level of braces down: fields and methods, but not what is in the methods.
fn strip_level(body: TokenStream) -> TokenStream {
    let mut stripped = TokenStream::new();
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match (&token, tokens.peek()) {
            (TokenTree::Punct(punct), Some(TokenTree::Group(group)))
                if punct.as_char() == '#' && is_ours(group) =>
            {
                tokens.next();
            }
            _ => stripped.extend([token]),
        }
    }
    stripped
}

fn is_ours(group: &Group) -> bool {
    let first = group.stream().into_iter().next();
    let name = match first {
        Some(TokenTree::Ident(name)) => name.to_string(),
        _ => return false,
    };
    group.delimiter() == Delimiter::Bracket && attributes::ALL.contains(&name.as_str())
}
