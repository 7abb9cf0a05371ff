//! A route as constant data: the `Spec` that `#[route]` and `"…" =>` stand for.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{LitInt, LitStr};

use crate::{
    hash,
    pattern::{Pattern, Segment, Shape},
};

/// One `#[route(…)]`, understood.
pub(crate) struct Route {
    pub(crate) text: LitStr,
    pub(crate) pattern: Pattern,
    pub(crate) host: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) rank: Option<LitInt>,
}

impl Route {
    /// A route that is only a pattern.
    pub(crate) fn plain(text: LitStr) -> syn::Result<Self> {
        let pattern = parse(&text, Pattern::parse)?;
        Ok(Self {
            text,
            pattern,
            host: None,
            name: None,
            rank: None,
        })
    }

    /// Whether the pattern has a parameter of this name.
    pub(crate) fn has_parameter(&self, name: &str) -> bool {
        self.pattern
            .parameters
            .iter()
            .any(|parameter| parameter == name)
    }

    /// The `Spec` of this route.
    pub(crate) fn to_spec(&self) -> TokenStream {
        let text = &self.text;
        let shape = shape(&self.pattern.shape);
        let hash = hash::of_shape(&self.pattern.shape);
        let parameters = &self.pattern.parameters;
        let host = self.host.as_ref().map(|host| {
            let host = label(&host.value());
            quote!(host: #host,)
        });
        let name = self.name.as_ref().map(|name| {
            let name = label(&name.value());
            quote!(name: #name,)
        });
        let rank = self.rank.as_ref().map(|rank| quote!(rank: #rank,));
        // `file!` and `line!` take the place of their own tokens: those of the pattern.
        let (file, line) = (
            quote_spanned!(text.span()=> ::core::file!()),
            quote_spanned!(text.span()=> ::core::line!()),
        );
        quote! {
            __squall::Spec {
                text: #text,
                shape: #shape,
                hash: #hash,
                parameters: &[#(#parameters),*],
                #host
                #name
                #rank
                file: #file,
                line: #line,
                ..__squall::Spec::PLAIN
            }
        }
    }
}

/// Parses the text of a pattern; an error underlines the literal.
pub(crate) fn parse<T>(
    text: &LitStr,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> syn::Result<T> {
    parse(&text.value()).map_err(|error| syn::Error::new(text.span(), error))
}

/// Segments as constant data.
pub(crate) fn segments(segments: &[Segment]) -> TokenStream {
    let segments = segments.iter().map(|segment| match segment {
        Segment::Literal(text) => {
            quote!(__squall::Segment::Literal { text: #text })
        }
        Segment::Expression { text, sample } => {
            quote!(__squall::Segment::Expression { text: #text, sample: #sample })
        }
        Segment::Parameter => quote!(__squall::Segment::Parameter),
        Segment::CatchAll => quote!(__squall::Segment::CatchAll),
    });
    quote!(&[#(#segments),*])
}

fn shape(shape: &Shape) -> TokenStream {
    match shape {
        Shape::Segments(list) => {
            let segments = segments(list);
            quote!(__squall::Shape::Segments(#segments))
        }
        Shape::Expression(text) => {
            quote!(__squall::Shape::Expression { text: #text })
        }
    }
}

fn label(text: &str) -> TokenStream {
    let hash = hash::of_text(text);
    quote!(__squall::Some(__squall::Label { text: #text, hash: #hash }))
}
