//! The macros of squall. Each is documented where the framework re-exports it.
//!
//! Every macro takes the same way: `parse` reads the tokens into what the author wrote, `check` holds the rules that need more than
//! one attribute, `expand` turns the result into tokens and cannot fail. Mistakes are gathered in `diagnostics` and
//! emitted beside the item, never instead of it. Bodies of functions are passed on unread. What is generated is thin: it calls
//! functions in `squall::__private`.

mod attributes;
mod diagnostics;
mod entry;
mod fallback;
mod hash;
mod impls;
mod paths;
mod pattern;
mod quantity;
mod routes;
#[cfg(feature = "websocket")]
mod sockets;
mod spans;
mod specs;
#[cfg(feature = "static-files")]
mod static_url;
mod structs;
#[cfg(feature = "templates")]
mod ui_module;

#[cfg(test)]
mod golden;

use proc_macro::TokenStream;

use attributes::{Place, Role};

#[allow(
    missing_docs,
    reason = "documented at the re-export, where its examples run"
)]
#[proc_macro_attribute]
pub fn handler(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand_handler(Role::Handler, arguments.into(), item.into()).into()
}

#[cfg(feature = "websocket")]
#[allow(
    missing_docs,
    reason = "documented at the re-export, where its examples run"
)]
#[proc_macro_attribute]
pub fn websocket(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand_handler(Role::WebSocket, arguments.into(), item.into()).into()
}

#[allow(
    missing_docs,
    reason = "documented at the re-export, where its examples run"
)]
#[proc_macro]
pub fn routes(list: TokenStream) -> TokenStream {
    routes::expand(list.into()).into()
}

#[cfg(feature = "static-files")]
#[allow(
    missing_docs,
    reason = "documented at the re-export, where its examples run"
)]
#[proc_macro]
pub fn static_url(arguments: TokenStream) -> TokenStream {
    static_url::expand(arguments.into()).into()
}

#[allow(
    missing_docs,
    reason = "documented at the re-export, where its examples run"
)]
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::main(arguments.into(), item.into()).into()
}

#[allow(
    missing_docs,
    reason = "documented at the re-export, where its examples run"
)]
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::test(arguments.into(), item.into()).into()
}

#[cfg(feature = "templates")]
#[allow(
    missing_docs,
    reason = "documented at the re-export, where its examples run"
)]
#[proc_macro_attribute]
pub fn ui_module(arguments: TokenStream, item: TokenStream) -> TokenStream {
    ui_module::expand(arguments.into(), item.into()).into()
}

/// Both attributes stand on a struct or on an impl; the first word that says what an item is tells which.
fn expand_handler(
    role: Role,
    arguments: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    const ITEMS: &[&str] = &[
        "struct", "enum", "union", "impl", "fn", "trait", "mod", "type", "const", "static",
    ];
    let word = item.clone().into_iter().find_map(|token| match token {
        proc_macro2::TokenTree::Ident(word) => {
            Some(word).filter(|word| ITEMS.iter().any(|item| word == item))
        }
        _ => None,
    });
    match word {
        Some(word) if word == "impl" => match role {
            Role::Handler => impls::expand(arguments, item),
            #[cfg(feature = "websocket")]
            Role::WebSocket => sockets::expand(arguments, item),
        },
        Some(word) if word != "struct" && word != "enum" && word != "union" => {
            let error = syn::Error::new(
                word.span(),
                format!(
                    "a handler is a struct: `#[{}]` stands on a struct, and on the impl with its methods",
                    role.name()
                ),
            );
            let item = fallback::strip(item, Place::Elsewhere, Place::Elsewhere);
            let error = error.into_compile_error();
            quote::quote!(#item #error)
        }
        _ => structs::expand(role, arguments, item),
    }
}
