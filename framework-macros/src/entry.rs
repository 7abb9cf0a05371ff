//! `#[squall::main]` and `#[squall::test]`: an `async fn` on a runtime of its own.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{
    Attribute, Signature, Visibility,
    parse::{Parse, ParseStream},
};

use crate::{diagnostics::Errors, spans};

/// A function, its body unread.
struct Function {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    signature: Signature,
    body: TokenStream,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: input.parse()?,
        })
    }
}

/// Expands `#[squall::main]`.
pub(crate) fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(&arguments, item, "main", |function, errors| {
        if function.signature.ident != "main" {
            errors.at(
                &function.signature.ident,
                "`#[squall::main]` stands on `async fn main`; a test takes `#[squall::test]`",
            );
        }
        Runner {
            mark: TokenStream::new(),
            run: |name| quote!(::squall::__private::block_on_main(#name())),
        }
    })
}

/// Expands `#[squall::test]`.
pub(crate) fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(&arguments, item, "test", |_, _| Runner {
        mark: quote!(#[::core::prelude::v1::test]),
        run: |name| quote!(::squall::__private::block_on_test(::core::stringify!(#name), #name())),
    })
}

/// What makes a plain function of an `async` one.
struct Runner {
    mark: TokenStream,
    run: fn(&Ident) -> TokenStream,
}

/// The function stays what it is, inside a plain one of its name: so an error in its body reads as it does everywhere.
fn expand(
    arguments: &TokenStream,
    item: TokenStream,
    word: &str,
    runner: impl FnOnce(&Function, &mut Errors) -> Runner,
) -> TokenStream {
    let mut errors = Errors::default();
    if !arguments.is_empty() {
        errors.at(
            arguments,
            format!("`#[squall::{word}]` has no arguments: write it alone"),
        );
    }
    let Ok(function) = syn::parse2::<Function>(item.clone()) else {
        errors.at(
            &spans::first_token(&item),
            format!("`#[squall::{word}]` stands on an `async fn`"),
        );
        let errors = errors.into_tokens();
        return quote!(#item #errors);
    };
    check(&function.signature, word, &mut errors);
    let Runner { mark, run } = runner(&function, &mut errors);
    let is_sound = errors.is_empty();
    let errors = errors.into_tokens();
    let Function {
        attributes,
        visibility,
        mut signature,
        body,
    } = function;
    let name = signature.ident.clone();
    if !is_sound && name != "main" {
        return quote!(#(#attributes)* #[allow(dead_code)] #visibility #signature #body #errors);
    }
    // `main` is never `async` and takes nothing, also when ours was refused.
    signature.asyncness.get_or_insert_default();
    let output = &signature.output;
    let (allow, call) = if is_sound {
        (TokenStream::new(), run(&name))
    } else {
        (quote!(#[allow(dead_code)]), quote!(::core::unreachable!()))
    };
    quote! {
        #(#attributes)*
        #mark
        #visibility fn #name() #output {
            #allow
            #signature #body
            #call
        }
        #errors
    }
}

fn check(signature: &Signature, word: &str, errors: &mut Errors) {
    let name = &signature.ident;
    if signature.asyncness.is_none() {
        errors.at(
            &signature.fn_token,
            format!("`#[squall::{word}]` stands on an `async fn`: write `async fn {name}`"),
        );
    }
    if !signature.generics.params.is_empty() {
        errors.at(
            &signature.generics,
            format!("`async fn {name}` has no parameters of type or lifetime: take them away"),
        );
    }
    if !signature.inputs.is_empty() {
        let instead = if word == "main" {
            "what it needs comes from `Options::parse()` or the environment"
        } else {
            "a test makes what it needs"
        };
        errors.at(
            &signature.inputs,
            format!("`async fn {name}` takes no arguments: {instead}"),
        );
    }
}
