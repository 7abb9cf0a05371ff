//! From a list of entries to its constants.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::parse::{Entry, Kind};
use crate::{
    attributes, paths,
    spans::{self, around},
};

/// The list as an expression of type `Routes`.
pub(super) fn list(entries: &[Entry], errors: TokenStream) -> TokenStream {
    let import = paths::import();
    let items = entries.iter().map(item);
    let reports = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| report(entry, index));
    let count = Literal::usize_unsuffixed(entries.len());
    quote! {
        {
            #import
            #errors
            #[allow(unused_qualifications)]
            const ITEMS: &[__squall::Item<__squall::Target>; #count] = &[#(#items),*];
            const PROOF: &__squall::Proof<__squall::Target, #count, { __squall::count(ITEMS) }> =
                &__squall::Proof::new::<{ __squall::slots(ITEMS) }>(ITEMS, __squall::Target::NONE);
            #(#reports)*
            PROOF.list()
        }
    }
}

/// One entry. Under a `#[cfg]` that does not hold it is an empty list, so that the others keep their places.
fn item(entry: &Entry) -> TokenStream {
    let value = value(entry);
    if entry.conditions.is_empty() {
        return value;
    }
    let all = attributes::all_of(&entry.conditions);
    quote! {
        {
            #[cfg(#all)]
            { #value }
            #[cfg(not(#all))]
            { __squall::Item::List(&[]) }
        }
    }
}

fn value(entry: &Entry) -> TokenStream {
    match &entry.kind {
        Kind::Handler(path) => around!(path, (__squall::item::<), (>())),
        Kind::Spread(list) => {
            let list = around!(list, (&), ());
            quote!(__squall::Item::List(__squall::Routes::entries(#list)))
        }
        Kind::Target { route, target } => {
            let spec = route.to_spec();
            let owner = owner(target);
            let into_target =
                quote_spanned!(spans::first(target)=> __squall::IntoTarget::into_target);
            quote! {
                __squall::Item::Handler {
                    owner: #owner,
                    specs: &[#spec],
                    prefix: __squall::None,
                    target: __squall::Target::Make(|| #into_target(#target).in_crate(::core::env!("CARGO_MANIFEST_DIR"))),
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
    let index = Literal::usize_unsuffixed(index);
    let (first, last) = ends_of(entry);
    let report = quote_spanned!(first=> PROOF.report);
    let arguments = quote_spanned!(last=> (ITEMS, #index));
    quote!(const _: () = #report #arguments;)
}

/// Where an entry begins and ends, as an error underlines it: the name of a handler, the list, the pattern.
fn ends_of(entry: &Entry) -> (Span, Span) {
    match &entry.kind {
        Kind::Handler(path) => (spans::first(path), spans::last(path)),
        Kind::Spread(list) => (spans::first(list), spans::last(list)),
        Kind::Target { route, .. } => (route.text.span(), route.text.span()),
    }
}
