//! `routes![…]`: a list of handlers as constant data, and its proof.

mod expand;
mod parse;

use proc_macro2::TokenStream;

use crate::diagnostics::Errors;

/// Expands `routes![…]`. Entries with mistakes are left out, so that the others are still proven.
pub(crate) fn expand(list: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let entries = match syn::parse2::<parse::List>(list) {
        Ok(list) => list.into_entries(&mut errors),
        Err(error) => {
            errors.add(error);
            Vec::new()
        }
    };
    expand::list(&entries, errors.into_tokens())
}
