//! From a list of entries to its constants.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::parse::{Entry, Kind};
use crate::specs;

/// The list as an expression of type `Routes`.
pub(super) fn list(entries: &[Entry], errors: TokenStream) -> TokenStream {
    let import = specs::import();
    let names: Vec<Ident> = (0..entries.len())
        .map(|index| format_ident!("ITEM_{index}"))
        .collect();
    let items = entries
        .iter()
        .zip(&names)
        .map(|(entry, name)| item(entry, name));
    let reports = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| report(entry, index));
    let bounds = Literal::usize_unsuffixed(entries.len() + 1);
    quote! {
        {
            #import
            #errors
            #(#items)*
            const ITEMS: &[__squall::Item<__squall::Target>] = &[#(#names),*];
            const COUNT: usize = __squall::count(ITEMS);
            const ENTRIES: [__squall::Entry<__squall::Target>; COUNT] = __squall::flatten(ITEMS, __squall::Target::NONE);
            const PLACES: [__squall::Place; COUNT] = __squall::places(&ENTRIES);
            const FINDINGS: [__squall::Finding; COUNT] =
                __squall::prove::<COUNT, { __squall::slots(&PLACES) }>(&PLACES, &__squall::groups(ITEMS));
            const STARTS: [usize; #bounds] = __squall::starts(ITEMS);
            #(#reports)*
            __squall::Routes::proven(&ENTRIES)
        }
    }
}

/// One entry as a constant. Under a `#[cfg]` that does not hold it is an empty list, so that the others keep their places.
fn item(entry: &Entry, name: &Ident) -> TokenStream {
    let value = value(entry);
    let span = span_of(entry);
    let ty = quote!(__squall::Item<__squall::Target>);
    if entry.conditions.is_empty() {
        return quote_spanned!(span=> #[allow(unused_qualifications)] const #name: #ty = #value;);
    }
    let conditions = entry
        .conditions
        .iter()
        .filter_map(|condition| condition.meta.require_list().ok())
        .map(|list| &list.tokens);
    let all = quote!(all(#(#conditions),*));
    quote_spanned! {span=>
        #[cfg(#all)]
        #[allow(unused_qualifications)]
        const #name: #ty = #value;
        #[cfg(not(#all))]
        const #name: #ty = __squall::Item::List(&[]);
    }
}

fn value(entry: &Entry) -> TokenStream {
    let span = span_of(entry);
    match &entry.kind {
        Kind::Handler(ty) => quote_spanned!(span=> __squall::item::<#ty>()),
        Kind::Spread(list) => {
            quote_spanned!(span=> __squall::Item::List(__squall::Routes::entries(&#list)))
        }
        Kind::Target { route, target } => {
            let spec = route.to_spec();
            let owner = owner(target);
            let target_span = target.span();
            let made = quote_spanned!(target_span=> __squall::IntoTarget::into_target(#target));
            quote! {
                __squall::Item::Handler {
                    owner: #owner,
                    specs: &[#spec],
                    prefix: ::core::option::Option::None,
                    target: __squall::Target::Make(|| #made),
                }
            }
        }
    }
}

/// How an error names a target: by what stands before its arguments.
fn owner(target: &syn::Expr) -> String {
    let called = if let syn::Expr::Call(call) = target {
        &*call.func
    } else {
        target
    };
    called.to_token_stream().to_string().replace(' ', "")
}

/// The check of one entry: its own constant, so that a conflict is underlined there.
fn report(entry: &Entry, index: usize) -> TokenStream {
    let span = span_of(entry);
    let (from, to) = (
        Literal::usize_unsuffixed(index),
        Literal::usize_unsuffixed(index + 1),
    );
    quote_spanned! {span=>
        const _: () = __squall::report(&PLACES, &FINDINGS, STARTS[#from], STARTS[#to]);
    }
}

/// The tokens of an entry that an error underlines: the name of a handler, the list, the pattern.
fn span_of(entry: &Entry) -> Span {
    match &entry.kind {
        Kind::Handler(ty) => ty.span(),
        Kind::Spread(list) => list.span(),
        Kind::Target { route, .. } => route.text.span(),
    }
}
