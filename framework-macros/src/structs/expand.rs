//! From a handler struct to tokens. Nothing here can fail.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Type, spanned::Spanned};

use super::parse::{Disconnect, Field, Kind, Model, Presence, Source, argument_of};
use crate::{
    pattern::{Segment, Shape},
    specs::{self, Route},
};

/// The implementation of `HandlerStruct`, `url()` and `init()`.
pub(super) fn implementation(model: &Model) -> TokenStream {
    let import = specs::import();
    let path_fields = path_fields(model);
    let handler = handler_struct(model, &extract(model));
    let functions = functions(model);
    let own_prefix = own_prefix(model);
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #path_fields
            #own_prefix
            #handler
            #functions
        };
    }
}

/// What stands in for a struct with mistakes, so that they are not reported once more by whatever uses it.
pub(super) fn stand_in(model: &Model) -> TokenStream {
    let import = specs::import();
    let name = &model.name;
    quote! {
        #[allow(unused_qualifications)]
        const _: () = {
            #import
            #[automatically_derived]
            impl __squall::HandlerStruct for #name {
                type Base = __squall::NoBase;
                const NAME: &'static str = "";
                const ROUTES: &'static [__squall::Spec] = &[];
                const PREFIX: ::core::option::Option<&'static __squall::Prefix> = ::core::option::Option::None;
                const DISCONNECT: ::core::option::Option<__squall::Disconnect> = ::core::option::Option::None;
                const WAITS: bool = true;
                fn extract(
                    _: &mut __squall::Context,
                ) -> impl ::core::future::Future<Output = ::core::result::Result<Self, __squall::Unbuilt>> + ::core::marker::Send {
                    async { ::core::unreachable!() }
                }
            }
        };
    }
}

/// One constant for each field from the path, used in both directions: the type that cannot be one is reported once.
fn path_fields(model: &Model) -> TokenStream {
    model
        .fields
        .iter()
        .filter_map(|field| {
            let Source::Path { parameter, .. } = &field.source else { return None };
            let (conditions, constant, inner) = (&field.conditions, constant_of(field), field.inner());
            let span = first_span(inner);
            Some(quote_spanned! {span=>
                #(#conditions)*
                const #constant: __squall::PathField<#inner> = __squall::PathField::<#inner>::new(#parameter);
            })
        })
        .collect()
}

fn constant_of(field: &Field) -> Ident {
    format_ident!(
        "PATH_{}",
        field.name.to_uppercase(),
        span = Span::mixed_site()
    )
}

fn handler_struct(model: &Model, extract: &TokenStream) -> TokenStream {
    let (name, text) = (&model.name, model.name.to_string());
    let specs = model.routes.iter().map(Route::to_spec);
    let prefix = match &model.prefix {
        None => quote!(::core::option::Option::None),
        Some(_) => quote!(::core::option::Option::Some(OWN_PREFIX)),
    };
    let disconnect = match model.disconnect {
        None => quote!(::core::option::Option::None),
        Some(Disconnect::Cancel) => {
            quote!(::core::option::Option::Some(__squall::Disconnect::Cancel))
        }
        Some(Disconnect::Finish) => {
            quote!(::core::option::Option::Some(__squall::Disconnect::Finish))
        }
    };
    let waits = model
        .fields
        .iter()
        .any(|field| matches!(field.source, Source::Extracted));
    let base = base(model);
    let requirements = requirements(model);
    quote! {
        #[automatically_derived]
        impl __squall::HandlerStruct for #name {
            const NAME: &'static str = #text;
            const ROUTES: &'static [__squall::Spec] = &[#(#specs),*];
            const PREFIX: ::core::option::Option<&'static __squall::Prefix> = #prefix;
            const DISCONNECT: ::core::option::Option<__squall::Disconnect> = #disconnect;
            const WAITS: bool = #waits;
            #base
            #extract
            #requirements
        }
    }
}

fn base_field(model: &Model) -> Option<&Field> {
    model
        .fields
        .iter()
        .find(|field| matches!(field.source, Source::Base))
}

fn base(model: &Model) -> TokenStream {
    let Some(Field { member, ty, .. }) = base_field(model) else {
        return quote!(
            type Base = __squall::NoBase;
        );
    };
    quote! {
        type Base = #ty;
        fn base(&self) -> ::core::option::Option<&Self::Base> {
            ::core::option::Option::Some(&self.#member)
        }
        fn base_mut(&mut self) -> ::core::option::Option<&mut Self::Base> {
            ::core::option::Option::Some(&mut self.#member)
        }
    }
}

/// The prefix as a constant of its own: the one in front of it is known by name only there.
fn own_prefix(model: &Model) -> Option<TokenStream> {
    let prefix = model.prefix.as_ref()?;
    let (name, text) = (&model.name, &prefix.text);
    let segments = specs::segments(&prefix.segments);
    Some(quote! {
        const OWN_PREFIX: &__squall::Prefix = &__squall::Prefix {
            text: #text,
            segments: #segments,
            parent: <<#name as __squall::HandlerStruct>::Base as __squall::Chain>::FULL_PREFIX,
        };
    })
}

/// Takes the base, then the other fields in their order, and puts the struct together. The base is kept alive beside them, so
/// that its hooks answer when one of them fails.
fn extract(model: &Model) -> TokenStream {
    let cx = Ident::new("cx", Span::mixed_site());
    let others: Vec<_> = model
        .fields
        .iter()
        .filter(|field| !matches!(field.source, Source::Base))
        .collect();
    let takes = others.iter().map(|field| take(field, &cx));
    let parts = others.iter().map(|field| {
        let (conditions, member, local) = (&field.conditions, &field.member, local_of(field));
        quote!(#(#conditions)* #member: #local)
    });
    let body = match base_field(model) {
        None => quote! {
            let fields = __squall::fields(async {
                #(#takes)*
                ::core::result::Result::Ok(Self { #(#parts),* })
            });
            fields.await.map_err(__squall::Unbuilt::new)
        },
        Some(Field { member, ty, .. }) => quote! {
            let base = <#ty as __squall::HandlerStruct>::extract(#cx).await?;
            let base = __squall::Live::new(base, #cx.request().clone());
            let fields = __squall::fields(async {
                #(#takes)*
                ::core::result::Result::Ok(move |base| Self { #member: base, #(#parts),* })
            });
            match fields.await {
                ::core::result::Result::Ok(build) => ::core::result::Result::Ok(build(base.into_inner())),
                ::core::result::Result::Err(error) => ::core::result::Result::Err(__squall::Unbuilt::after(error, base)),
            }
        },
    };
    quote! {
        #[allow(unused_variables)]
        fn extract(
            #cx: &mut __squall::Context,
        ) -> impl ::core::future::Future<Output = ::core::result::Result<Self, __squall::Unbuilt>> + ::core::marker::Send {
            async move { #body }
        }
    }
}

fn local_of(field: &Field) -> Ident {
    let name = match &field.member {
        syn::Member::Named(_) => field.name.clone(),
        syn::Member::Unnamed(index) => index.index.to_string(),
    };
    Ident::new(&format!("field_{name}"), Span::mixed_site())
}

/// `let field = …;`
fn take(field: &Field, cx: &Ident) -> TokenStream {
    let (conditions, local, ty) = (&field.conditions, local_of(field), &field.ty);
    let span = first_span(ty);
    let value = match &field.source {
        Source::Base => return TokenStream::new(),
        Source::Path { presence, .. } => take_path(field, presence, cx),
        Source::Marked {
            kind,
            key,
            presence,
        } => take_marked(field, *kind, key, presence, cx),
        Source::Init(index) => {
            let index = Literal::usize_unsuffixed(*index);
            quote_spanned!(span=> <#ty>::take(#cx, #index)?)
        }
        Source::Extracted => {
            quote_spanned!(span=> <#ty as __squall::FromRequestParts>::from_request_parts(#cx).await?)
        }
    };
    quote!(#(#conditions)* let #local = #value;)
}

fn take_path(field: &Field, presence: &Presence, cx: &Ident) -> TokenStream {
    let constant = constant_of(field);
    match presence {
        Presence::Optional => quote!(__squall::path_optional(#cx, &#constant)?),
        Presence::Default(default) => {
            quote!(__squall::path_or_default(#cx, &#constant, || #default)?)
        }
        Presence::Required | Presence::Many => quote!(__squall::path(#cx, &#constant)?),
    }
}

fn take_marked(
    field: &Field,
    kind: Kind,
    key: &syn::LitStr,
    presence: &Presence,
    cx: &Ident,
) -> TokenStream {
    let kind = match kind {
        Kind::Query => quote!(__squall::Source::Query),
        Kind::Header => quote!(__squall::Source::Header),
        Kind::Cookie => quote!(__squall::Source::Cookie),
    };
    let inner = field.inner();
    let span = first_span(inner);
    match presence {
        Presence::Required => {
            quote_spanned!(span=> __squall::required::<#inner>(#cx, #kind, #key)?)
        }
        Presence::Optional => {
            quote_spanned!(span=> __squall::optional::<#inner>(#cx, #kind, #key)?)
        }
        Presence::Many => quote_spanned!(span=> __squall::many::<#inner>(#cx, #kind, #key)?),
        Presence::Default(default) => {
            quote_spanned!(span=> __squall::or_default::<#inner, _>(#cx, #kind, #key, || #default)?)
        }
    }
}

fn requirements(model: &Model) -> TokenStream {
    let asks: Vec<_> = model
        .fields
        .iter()
        .filter(|field| matches!(field.source, Source::Extracted))
        .map(|field| {
            let (conditions, ty) = (&field.conditions, &field.ty);
            let span = first_span(ty);
            quote_spanned!(span=> #(#conditions)* <#ty as __squall::FromRequestParts>::requirements(requirements);)
        })
        .collect();
    if asks.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn requirements(requirements: &mut __squall::Requirements) {
            #(#asks)*
        }
    }
}

/// `url()` of the first route, and `init()`.
fn functions(model: &Model) -> TokenStream {
    let url = model.routes.first().map(|route| url(model, route));
    let init = init(model);
    if url.is_none() && init.is_none() {
        return TokenStream::new();
    }
    let name = &model.name;
    quote! {
        impl #name {
            #url
            #init
        }
    }
}

fn url(model: &Model, route: &Route) -> Option<TokenStream> {
    let Shape::Segments(segments) = &route.pattern.shape else {
        return None;
    };
    let fields: Vec<&Field> = route
        .pattern
        .parameters
        .iter()
        .filter_map(|parameter| field_of(model, parameter))
        .collect();
    let arguments = fields.iter().map(|field| {
        let (local, inner) = (argument_name(field), field.inner());
        quote!(#local: impl __squall::Argument<#inner>)
    });
    let text = route.text.value();
    let capacity = Literal::usize_unsuffixed(text.len() + 8 * fields.len());
    let out = Ident::new("url", Span::mixed_site());
    let pushes = pushes(segments, &fields, &out);
    let (visibility, name) = (&model.visibility, &model.name);
    let doc = format!(
        " The URL of this handler: `{text}`, behind the prefixes of its bases. Values are percent-encoded."
    );
    Some(quote! {
        #[doc = #doc]
        #[allow(dead_code, unused_mut)]
        #[must_use]
        #visibility fn url(#(#arguments),*) -> __squall::String {
            let mut #out = __squall::begin(<<#name as __squall::HandlerStruct>::Base as __squall::Chain>::FULL_PREFIX, #capacity);
            #(#pushes)*
            #out
        }
    })
}

fn field_of<'m>(model: &'m Model, parameter: &str) -> Option<&'m Field> {
    model.fields.iter().find(|field| matches!(&field.source, Source::Path { parameter: taken, .. } if taken == parameter))
}

fn argument_name(field: &Field) -> Ident {
    match &field.member {
        syn::Member::Named(name) => name.clone(),
        syn::Member::Unnamed(index) => format_ident!("argument_{}", index.index),
    }
}

/// The statements that write a URL: literals joined as far as they go, and parameters between them.
fn pushes(segments: &[Segment], fields: &[&Field], out: &Ident) -> Vec<TokenStream> {
    let mut pushes = Vec::new();
    let mut literal = String::new();
    let mut fields = fields.iter();
    for segment in segments {
        literal.push('/');
        let push = match segment {
            Segment::Literal(text) => {
                literal.push_str(text);
                continue;
            }
            Segment::CatchAll => Ident::new("push_rest", Span::call_site()),
            Segment::Expression { .. } | Segment::Parameter => {
                Ident::new("push", Span::call_site())
            }
        };
        let Some(field) = fields.next() else { continue };
        let (constant, argument) = (constant_of(field), argument_name(field));
        pushes.push(quote!(#out.push_str(#literal);));
        pushes.push(quote!(#constant.#push(&mut #out, &#argument);));
        literal.clear();
    }
    if !literal.is_empty() {
        pushes.push(quote!(#out.push_str(#literal);));
    }
    pushes
}

/// `init()` of a struct that has `Init` fields.
fn init(model: &Model) -> Option<TokenStream> {
    let gifts: Vec<_> = model
        .fields
        .iter()
        .filter(|field| matches!(field.source, Source::Init(_)))
        .collect();
    if gifts.is_empty() {
        return None;
    }
    let arguments = gifts.iter().map(|field| {
        let (name, inner) = (argument_name(field), argument_of(&field.ty, "Init"));
        quote!(#name: #inner)
    });
    let values = gifts.iter().map(|field| {
        let name = argument_name(field);
        quote!(__squall::Arc::new(#name))
    });
    let visibility = &model.visibility;
    Some(quote! {
        /// This handler with its values, to stand behind a pattern in `routes!`.
        #[allow(dead_code)]
        #[must_use]
        #visibility fn init(#(#arguments),*) -> __squall::Given {
            __squall::Given::new::<Self>(__squall::vec![#(#values),*])
        }
    })
}

/// The span of the first token of a type: an error about the type is reported once, under all of it, when every generated
/// token stands there.
fn first_span(ty: &Type) -> Span {
    quote!(#ty)
        .into_iter()
        .next()
        .map_or_else(|| ty.span(), |token| token.span())
}
