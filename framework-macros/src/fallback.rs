//! The user's item without our attributes: what is given back when it could not be understood, so that the editor and the
//! rest of the program still see the struct and its methods.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;

use crate::{
    attributes::{Place, Role},
    paths,
};

/// Drops our inert attributes, above the item and in its body, and what was meant to be one: that has an error of ours already, and
/// the compiler would add that it cannot find it. All others stay, so that none vanishes without an error.
pub(crate) fn strip(item: TokenStream, above: Place, inside: Place) -> TokenStream {
    let mut stripped = TokenStream::new();
    for token in without_attributes(item, above) {
        // Fields and methods, but not what is in the methods.
        stripped.extend([match token {
            TokenTree::Group(group) if group.delimiter() != Delimiter::Bracket => {
                let body = without_attributes(group.stream(), inside).collect();
                let mut inner = Group::new(group.delimiter(), body);
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        }]);
    }
    stripped
}

fn without_attributes(tokens: TokenStream, place: Place) -> impl Iterator<Item = TokenTree> {
    let mut tokens = tokens.into_iter().peekable();
    std::iter::from_fn(move || {
        loop {
            let token = tokens.next()?;
            match (&token, tokens.peek()) {
                (TokenTree::Punct(punct), Some(TokenTree::Group(group)))
                    if punct.as_char() == '#' && is_ours(group, place) =>
                {
                    tokens.next();
                }
                _ => return Some(token),
            }
        }
    })
}

/// Whether the attribute is one of ours. A path of several names is not: that is an attribute of somebody else.
fn is_ours(group: &Group, place: Place) -> bool {
    let mut tokens = group.stream().into_iter();
    let (first, second) = (tokens.next(), tokens.next());
    let is_path = matches!(second, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    match first {
        Some(TokenTree::Ident(name)) if group.delimiter() == Delimiter::Bracket && !is_path => {
            place.claims(&name.to_string())
        }
        _ => false,
    }
}

/// What stands in for a struct with mistakes, so that they are not reported once more by whatever uses it: its traits, an `url()`
/// that takes as many arguments as its route seems to have, and an `init()` that takes as many as there are values.
pub(crate) fn handler_struct(
    role: Role,
    name: &Ident,
    url: Option<usize>,
    init: usize,
) -> TokenStream {
    let mark = role.mark(name);
    let import = paths::import();
    let url = url.map(|count| {
        let arguments = (0..count).map(|_| quote!(_: impl __squall::Sized));
        quote! {
            impl #name {
                #[allow(dead_code, missing_docs)]
                pub fn url(#(#arguments),*) -> __squall::String {
                    ::core::unreachable!()
                }
            }
        }
    });
    let init = (init > 0).then(|| {
        let arguments = (0..init).map(|_| quote!(_: impl __squall::Sized));
        quote! {
            impl #name {
                #[allow(dead_code, missing_docs)]
                pub fn init(#(#arguments),*) -> __squall::Given {
                    ::core::unreachable!()
                }
            }
        }
    });
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #[automatically_derived]
            impl __squall::HandlerStruct for #name {
                type Base = __squall::NoBase;
                const NAME: &'static str = "";
                async fn fields(
                    _: &mut __squall::Context,
                    _: &mut __squall::Option<Self::Base>,
                ) -> __squall::Result<Self, __squall::Error> {
                    ::core::unreachable!()
                }
            }
            #mark
            #url
            #init
        };
    }
}

/// What stands in for an impl that could not be read.
pub(crate) fn handler_impl(self_ty: &syn::Type) -> TokenStream {
    let import = paths::import();
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #[automatically_derived]
            impl __squall::HandlerImpl for #self_ty {
                const METHODS: &'static [__squall::MethodEntry] = &[];
            }
        };
    }
}
