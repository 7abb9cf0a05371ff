//! `#[squall::main]` and `#[squall::test]`: an `async fn` on a runtime of its own.

use proc_macro2::{TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::{
    Attribute, Signature, Visibility,
    parse::{Parse, ParseStream},
};

use crate::diagnostics::Errors;

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
    expand(&arguments, item, "main", |function| {
        if function.signature.ident != "main" {
            let error =
                "`#[squall::main]` stands on `async fn main`; a test takes `#[squall::test]`";
            return Err(syn::Error::new(function.signature.ident.span(), error));
        }
        Ok((
            TokenStream::new(),
            quote!(::squall::__private::block_on_main),
        ))
    })
}

/// Expands `#[squall::test]`.
pub(crate) fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(&arguments, item, "test", |function| {
        let name = function.signature.ident.to_string();
        let run = quote!((|test| ::squall::__private::block_on_test(#name, test)));
        Ok((quote!(#[::core::prelude::v1::test]), run))
    })
}

type Runner = syn::Result<(TokenStream, TokenStream)>;

fn expand(
    arguments: &TokenStream,
    item: TokenStream,
    word: &str,
    runner: impl FnOnce(&Function) -> Runner,
) -> TokenStream {
    let mut errors = Errors::default();
    if !arguments.is_empty() {
        errors.at(arguments, format!("`#[squall::{word}]` has no arguments"));
    }
    let Some(function) = errors.take(syn::parse2::<Function>(item.clone())) else {
        let errors = errors.into_tokens();
        return quote!(#item #errors);
    };
    let signature = &function.signature;
    if signature.asyncness.is_none() {
        errors.at(
            &signature.fn_token,
            format!("`#[squall::{word}]` stands on an `async fn`"),
        );
    }
    if !signature.inputs.is_empty() || !signature.generics.params.is_empty() {
        errors.at(
            &signature.inputs,
            format!("`async fn {}` takes nothing", signature.ident),
        );
    }
    let runner = errors.take(runner(&function));
    let errors = errors.into_tokens();
    let Some((mark, run)) = runner.filter(|_| errors.is_empty()) else {
        return without_async(&function, &errors);
    };
    let Function {
        attributes,
        visibility,
        signature,
        body,
    } = &function;
    let (name, output) = (&signature.ident, &signature.output);
    let span = last_span(body);
    let awaited = quote_spanned!(span=> #run(async #body));
    quote! {
        #(#attributes)*
        #mark
        #visibility fn #name() #output {
            #awaited
        }
    }
}

/// The function as the compiler takes it, beside our errors: `main` must not be `async`.
fn without_async(function: &Function, errors: &TokenStream) -> TokenStream {
    let Function {
        attributes,
        visibility,
        signature,
        body,
    } = function;
    let mut plain = signature.clone();
    plain.asyncness = None;
    let body = if signature.ident == "main" {
        quote!({ _ = async #body; ::core::unreachable!() })
    } else {
        body.clone()
    };
    let signature = if signature.ident == "main" {
        &plain
    } else {
        signature
    };
    quote!(#(#attributes)* #[allow(dead_code, unreachable_code)] #visibility #signature #body #errors)
}

fn last_span(body: &TokenStream) -> proc_macro2::Span {
    body.clone()
        .into_iter()
        .last()
        .map_or_else(proc_macro2::Span::call_site, |token: TokenTree| {
            token.span()
        })
}
