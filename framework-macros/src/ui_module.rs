//! `#[ui_module(…)]`: what a page needs for a template that stands in it.
//!
//! The item is passed on as it is. A style sheet or a script of one's own is a `static_url!`, so it is there when the program is compiled.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    DeriveInput, Ident, LitStr, Token, bracketed,
    parse::{Parse, ParseStream},
};

use crate::{diagnostics::did_you_mean, paths};

const USAGE: &str = "`#[ui_module]` has the arguments `css`, `js`, `embedded_css`, `embedded_js`, `head`, `body`, `dir` and `prefix`, each a \
                     text or several in brackets: `#[ui_module(css = \"card.css\")]`";

/// Expands `#[ui_module(…)]`.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let made = syn::parse2::<Arguments>(arguments).and_then(|arguments| {
        let template = syn::parse2::<DeriveInput>(item.clone()).map_err(|_| {
            let message = "a UI module is a template: `#[ui_module]` stands on a struct or an enum with `#[derive(Template)]`";
            syn::Error::new(Span::call_site(), message)
        })?;
        arguments.implementation(&template)
    });
    let made = made.unwrap_or_else(syn::Error::into_compile_error);
    quote!(#item #made)
}

/// What the author wrote: resources by their kind, and where the files are.
#[derive(Default)]
struct Arguments {
    resources: Vec<(&'static str, LitStr)>,
    dir: Option<LitStr>,
    prefix: Option<LitStr>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self::default();
        let mut seen = Vec::new();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            if seen.contains(&name) {
                let message = format!("`{name}` twice: several texts stand in brackets");
                return Err(syn::Error::new(name.span(), message));
            }
            arguments.argument(&name, input)?;
            seen.push(name);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }
}

impl Arguments {
    fn argument(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        const KNOWN: &[&str] = &[
            "css",
            "js",
            "embedded_css",
            "embedded_js",
            "head",
            "body",
            "dir",
            "prefix",
        ];
        let word = name.to_string();
        let kind = match word.as_str() {
            "css" => "Css",
            "js" => "Js",
            "embedded_css" => "EmbeddedCss",
            "embedded_js" => "EmbeddedJs",
            "head" => "Head",
            "body" => "Body",
            "dir" | "prefix" => "",
            _ => {
                let hint = did_you_mean(&word, KNOWN);
                return Err(syn::Error::new(name.span(), format!("{USAGE}{hint}")));
            }
        };
        input.parse::<Token![=]>()?;
        match word.as_str() {
            "dir" => self.dir = Some(input.parse()?),
            "prefix" => self.prefix = Some(input.parse()?),
            _ => self
                .resources
                .extend(texts(input)?.into_iter().map(|text| (kind, text))),
        }
        Ok(())
    }

    fn implementation(&self, template: &DeriveInput) -> syn::Result<TokenStream> {
        let name = &template.ident;
        let (generics, arguments, bounds) = template.generics.split_for_impl();
        let resources = self.resources.iter().map(|(kind, text)| {
            let variant = Ident::new(kind, Span::call_site());
            let text = self.value(kind, text)?;
            Ok(quote!(__squall::Resource::#variant(#text)))
        });
        let resources = resources.collect::<syn::Result<Vec<_>>>()?;
        let import = paths::import();
        // What is wrong with the type is told at its name.
        let module = quote_spanned!(name.span()=> __squall::UiModule);
        Ok(quote! {
            const _: () = {
                #import
                impl #generics #module for #name #arguments #bounds {
                    fn resources(&self) -> &'static [__squall::Resource] {
                        const RESOURCES: &[__squall::Resource] = &[#(#resources),*];
                        RESOURCES
                    }
                }
            };
        })
    }

    /// The text of a resource: a file of one's own by its URL, all else as it is.
    fn value(&self, kind: &str, text: &LitStr) -> syn::Result<TokenStream> {
        let value = text.value();
        let is_file = matches!(kind, "Css" | "Js");
        let end = match kind {
            "EmbeddedCss" => "</style",
            "EmbeddedJs" => "</script",
            _ => "",
        };
        if !end.is_empty() && value.to_ascii_lowercase().contains(end) {
            let message = format!("`{end}` would end the element in which this stands");
            return Err(syn::Error::new(text.span(), message));
        }
        if !is_file || value.starts_with('/') || value.contains("://") {
            return Ok(quote!(#text));
        }
        if cfg!(not(feature = "static-files")) {
            let message = "files of one's own need the feature `static-files` of `squall`; URLs begin with a slash or a scheme";
            return Err(syn::Error::new(text.span(), message));
        }
        let dir = self.dir.iter().map(|dir| quote!(, dir = #dir));
        let prefix = self.prefix.iter().map(|prefix| quote!(, prefix = #prefix));
        Ok(quote!(__squall::static_url!(#text #(#dir)* #(#prefix)*)))
    }
}

/// A text, or several in brackets.
fn texts(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    if input.peek(LitStr) {
        return Ok(vec![input.parse()?]);
    }
    if !input.peek(syn::token::Bracket) {
        return Err(input.error(USAGE));
    }
    let content;
    bracketed!(content in input);
    let texts = content.parse_terminated(<LitStr as Parse>::parse, Token![,])?;
    Ok(texts.into_iter().collect())
}
