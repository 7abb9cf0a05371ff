//! Golden expansions: what the macros make of each shape they accept, checked in beside it and reviewed like code.
//!
//! An input is `golden/<shape>.rs`, its expansion `golden/<shape>.expanded.rs`. `SQUALL_BLESS=1 cargo test -p squall-macros
//! --all-features` writes the expansions anew.

use std::{fs, path::Path};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, Item, Meta};

use crate::attributes::Role;

#[test]
fn expansions_are_as_reviewed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let blessed = std::env::var_os("SQUALL_BLESS").is_some();
    let mut faults = Vec::new();
    let mut shapes = 0;
    for entry in fs::read_dir(&folder).expect("the folder of golden texts is there") {
        let path = entry.expect("its entries can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(shape) = name
            .strip_suffix(".rs")
            .filter(|shape| !shape.ends_with(".expanded"))
        else {
            continue;
        };
        let is_off = match shape {
            "static_url" => cfg!(not(feature = "static-files")),
            "websocket" => cfg!(not(feature = "websocket")),
            "who_asks" => cfg!(not(feature = "locale")),
            _ => false,
        };
        if is_off {
            continue;
        }
        shapes += 1;
        let input = fs::read_to_string(&path).expect("an input can be read");
        let actual = expand(&input);
        let golden = path.with_file_name(format!("{shape}.expanded.rs"));
        if blessed {
            fs::write(&golden, actual).expect("a golden text can be written");
            continue;
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if let Some(difference) = difference(&expected, &actual) {
            faults.push(format!("{shape}: {difference}"));
        }
    }
    assert!(shapes > 0, "no shapes in {}", folder.display());
    assert!(
        faults.is_empty(),
        "{}\nreview and write anew with SQUALL_BLESS=1",
        faults.join("\n")
    );
}

/// The first line in which two texts differ.
fn difference(expected: &str, actual: &str) -> Option<String> {
    let (mut left, mut right) = (expected.lines(), actual.lines());
    for number in 1.. {
        match (left.next(), right.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => {
                let [a, b] = [a, b].map(|line| line.unwrap_or("(end)"));
                return Some(format!("line {number}\n  expected {a}\n  got      {b}"));
            }
        }
    }
    None
}

/// Expands the macros in a file as the compiler would, and formats it.
fn expand(input: &str) -> String {
    let file = syn::parse_file(input).expect("an input is Rust");
    let items: TokenStream = file.items.into_iter().map(item).collect();
    let items = syn::parse2::<syn::File>(items).expect("an expansion is Rust");
    prettyplease::unparse(&items)
}

fn item(mut item: Item) -> TokenStream {
    if let Item::Const(list) = &mut item {
        if let Expr::Macro(call) = &*list.expr {
            let expanded = expand_call(&call.mac);
            *list.expr = syn::parse2(expanded).expect("an expansion is an expression");
        }
        return item.into_token_stream();
    }
    let attributes = match &mut item {
        Item::Struct(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        _ => return item.into_token_stream(),
    };
    let Some((name, arguments)) = take_ours(attributes) else {
        return item.into_token_stream();
    };
    let item = item.into_token_stream();
    match name.as_str() {
        "handler" => crate::expand_handler(Role::Handler, arguments, item),
        #[cfg(feature = "websocket")]
        "websocket" => crate::expand_handler(Role::WebSocket, arguments, item),
        "main" => crate::entry::main(arguments, item),
        _ => crate::entry::test(arguments, item),
    }
}

/// Expands a macro in the place of an expression.
fn expand_call(call: &syn::Macro) -> TokenStream {
    let tokens = call.tokens.clone();
    #[cfg(feature = "static-files")]
    if call.path.is_ident("static_url") {
        return crate::static_url::expand(tokens);
    }
    crate::routes::expand(tokens)
}

/// Takes the first attribute that is a macro of ours, with its arguments.
fn take_ours(attributes: &mut Vec<Attribute>) -> Option<(String, TokenStream)> {
    let name = |attribute: &Attribute| {
        let last = attribute.path().segments.last()?.ident.to_string();
        ["handler", "main", "test", "websocket"]
            .contains(&last.as_str())
            .then_some(last)
    };
    let index = attributes
        .iter()
        .position(|attribute| name(attribute).is_some())?;
    let attribute = attributes.remove(index);
    let arguments = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => quote!(),
    };
    Some((name(&attribute)?, arguments))
}
