//! Whether an `async` function can ever have to wait.
//!
//! It can only where an `await` stands in it. One without is over when it is polled once, so no memory is needed to keep it. The body is
//! not parsed for that: its words are looked through. A macro may hide an `await`, so one that is not known counts as one, and so does an
//! attribute, which may rewrite the body.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::Attribute;

/// Macros of the standard library. What is handed to them is looked through as the rest.
const MACROS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "column",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "include_bytes",
    "include_str",
    "line",
    "matches",
    "module_path",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// Attributes of the language that leave a body as it is, and those of a handler.
const ATTRIBUTES: &[&str] = &[
    "allow",
    "blocking",
    "cfg",
    "cold",
    "default_headers",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "inline",
    "method",
    "must_use",
    "on_connection_close",
    "on_finish",
    "prepare",
    "track_caller",
    "warn",
    "write_error",
];

/// Whether there may be an `await` in it.
pub(super) fn may_wait(body: TokenStream) -> bool {
    let mut tokens = body.into_iter().peekable();
    let mut word = None;
    while let Some(token) = tokens.next() {
        word = match token {
            TokenTree::Ident(ident) if ident == "await" => return true,
            TokenTree::Ident(ident) => Some(ident),
            TokenTree::Punct(mark) if mark.as_char() == '!' => {
                let has_arguments = matches!(tokens.peek(), Some(TokenTree::Group(_)));
                if word.is_some_and(|word| is_unknown(&word, has_arguments)) {
                    return true;
                }
                None
            }
            TokenTree::Group(group) if may_wait(group.stream()) => return true,
            _ => None,
        };
    }
    false
}

/// Whether a word in front of an exclamation mark calls or makes a macro that may hold anything.
fn is_unknown(word: &Ident, has_arguments: bool) -> bool {
    let is_call = has_arguments && !MACROS.iter().any(|known| word == known);
    is_call || word == "macro_rules"
}

/// Whether one of the attributes may put an `await` there.
pub(super) fn may_rewrite(attributes: &[Attribute]) -> bool {
    let is_known = |attribute: &Attribute| {
        let path = attribute.path();
        ATTRIBUTES.iter().any(|known| path.is_ident(known))
    };
    !attributes.iter().all(is_known)
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::parse_quote;

    use super::*;

    #[test]
    fn a_body_without_await_does_not_wait() {
        assert!(!may_wait(quote!({ "Hello, world" })));
        assert!(!may_wait(quote!({
            if !self.is_open {
                return vec![format!("{}", 1)];
            }
            !ready
        })));
        assert!(!may_wait(quote!({
            let a = !(b);
            a != c
        })));
    }

    #[test]
    fn a_body_with_await_waits() {
        assert!(may_wait(quote!({ self.load().await })));
        assert!(may_wait(quote!({ async move { self.load().await } })));
        assert!(may_wait(quote!({ vec![self.load().await] })));
    }

    #[test]
    fn an_unknown_macro_may_wait() {
        assert!(may_wait(quote!({
            select! { _ = a => {} }
        })));
        assert!(may_wait(quote!({ tokio::join!(a, b) })));
        assert!(may_wait(quote!({
            macro_rules! hidden {
                () => {};
            }
        })));
    }

    #[test]
    fn an_unknown_attribute_may_rewrite() {
        assert!(!may_rewrite(&[
            parse_quote!(#[doc = "a method"]),
            parse_quote!(#[prepare])
        ]));
        assert!(may_rewrite(&[parse_quote!(#[tracing::instrument])]));
        assert!(may_rewrite(&[parse_quote!(#[cfg_attr(test, slow)])]));
    }
}
