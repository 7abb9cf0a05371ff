//! From a handler struct to tokens. Nothing here can fail.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

use super::parse::{Body, Disconnect, Field, Kind, Model, Prefix, Presence, Source, argument_of};
use crate::{
    attributes::Role,
    paths,
    pattern::{Segment, Shape},
    quantity::{Size, Time},
    spans::{self, around},
    specs::{self, Route},
};

/// The implementation of `HandlerStruct`, `url()` and `init()`.
pub(super) fn implementation(role: Role, model: &Model) -> TokenStream {
    let import = paths::import();
    let path_fields = path_fields(model);
    let handler = handler_struct(role, model, &fields(model));
    let functions = functions(model);
    let mark = role.mark(&model.name);
    let base_check = base_check(model);
    quote! {
        #[allow(unused_qualifications, clippy::all, clippy::pedantic)]
        const _: () = {
            #import
            #path_fields
            #handler
            #mark
            #base_check
            #functions
        };
    }
}

/// One constant for each field from the path, used in both directions: the type that cannot be one is reported once.
fn path_fields(model: &Model) -> TokenStream {
    model
        .fields
        .iter()
        .filter_map(|field| {
            let Source::Path { parameter, .. } = &field.source else {
                return None;
            };
            let (conditions, constant, inner) =
                (&field.conditions, constant_of(field), field.inner());
            let value = around!(inner, (__squall::PathField::<), (>::new(#parameter)));
            Some(quote! {
                #(#conditions)*
                const #constant: __squall::PathField<#inner> = #value;
            })
        })
        .collect()
}

fn constant_of(field: &Field) -> Ident {
    let name = name_of(field).to_uppercase();
    format_ident!("PATH_{name}", span = Span::mixed_site())
}

/// The name of a field, or its number.
fn name_of(field: &Field) -> String {
    match &field.member {
        syn::Member::Named(_) => field.name.clone(),
        syn::Member::Unnamed(index) => index.index.to_string(),
    }
}

fn handler_struct(role: Role, model: &Model, fields: &TokenStream) -> TokenStream {
    let (name, text) = (&model.name, model.name.unraw().to_string());
    let specs = model.routes.iter().map(Route::to_spec);
    let routes = (!model.routes.is_empty())
        .then(|| quote!(const ROUTES: &'static [__squall::Spec] = &[#(#specs),*];));
    let prefix = model.prefix.as_ref().map(prefix);
    let disconnect = model.disconnect.map(|disconnect| {
        let word = match disconnect {
            Disconnect::Cancel => quote!(Cancel),
            Disconnect::Finish => quote!(Finish),
        };
        quote!(const DISCONNECT: __squall::Option<__squall::Disconnect> = __squall::Some(__squall::Disconnect::#word);)
    });
    let body = body(&model.body);
    let waits = waits(model).then(|| {
        quote!(
            const WAITS: bool = true;
        )
    });
    let is_socket = (role != Role::Handler).then(|| {
        quote!(
            const IS_SOCKET_STRUCT: bool = true;
        )
    });
    let base = base(model);
    let requirements = requirements(model);
    quote! {
        #[automatically_derived]
        impl __squall::HandlerStruct for #name {
            const NAME: &'static str = #text;
            #routes
            #prefix
            #disconnect
            #body
            #waits
            #is_socket
            #base
            #fields
            #requirements
        }
    }
}

/// What the handler says about the content of its requests.
fn body(body: &Body) -> Option<TokenStream> {
    let Body {
        max_body,
        max_in_memory,
        deadline,
        max_parts,
    } = body;
    let said = [
        max_body.map(|Size(bytes)| {
            let bytes = Literal::u64_unsuffixed(bytes);
            quote!(max_body: __squall::Some(#bytes))
        }),
        max_in_memory.map(|Size(bytes)| {
            let bytes = Literal::u64_unsuffixed(bytes);
            quote!(max_in_memory: __squall::Some(#bytes))
        }),
        deadline.map(|Time(milliseconds)| {
            let milliseconds = Literal::u64_unsuffixed(milliseconds);
            quote!(deadline: __squall::Some(__squall::Duration::from_millis(#milliseconds)))
        }),
        max_parts
            .as_ref()
            .map(|count| quote!(max_parts: __squall::Some(#count))),
    ];
    let said: Vec<_> = said.into_iter().flatten().collect();
    (!said.is_empty()).then(|| {
        quote! {
            const BODY: __squall::BodyLimits = __squall::BodyLimits { #(#said,)* ..__squall::BodyLimits::UNSAID };
        }
    })
}

/// Whether taking the fields may have to wait.
fn waits(model: &Model) -> bool {
    let extracted = |field: &Field| matches!(field.source, Source::Extracted);
    model.fields.iter().any(extracted)
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
        fn base(&self) -> __squall::Option<&Self::Base> {
            __squall::Some(&self.#member)
        }
        fn base_mut(&mut self) -> __squall::Option<&mut Self::Base> {
            __squall::Some(&mut self.#member)
        }
    }
}

/// What no trait can say: that the base is no socket. It stands where the type of the base does.
fn base_check(model: &Model) -> Option<TokenStream> {
    let Field { ty, .. } = base_field(model)?;
    let (first, last) = (spans::first(ty), spans::last(ty));
    let mut name = model.name.clone();
    name.set_span(name.span().located_at(first));
    let open = quote_spanned!(first=> __squall::base_is_no_socket::<#name);
    let close = quote_spanned!(last=> >());
    Some(quote!(const _: () = #open #close;))
}

fn prefix(prefix: &Prefix) -> TokenStream {
    let (text, segments) = (&prefix.text, specs::segments(&prefix.segments));
    quote! {
        const PREFIX: __squall::Option<&'static __squall::Prefix> = __squall::Some(&__squall::Prefix {
            text: #text,
            segments: #segments,
            parent: __squall::prefix_of::<Self>(),
        });
    }
}

/// Takes the fields in their order; with the base, which was taken before them, they make the struct.
fn fields(model: &Model) -> TokenStream {
    let [cx, base] = ["cx", "base"].map(|name| Ident::new(name, Span::mixed_site()));
    let takes = model.fields.iter().map(|field| take(field, &cx));
    let parts = model.fields.iter().map(|field| {
        let (conditions, member) = (&field.conditions, &field.member);
        let value = match field.source {
            Source::Base => quote!(__squall::taken(#base)?),
            _ => local_of(field).into_token_stream(),
        };
        quote!(#(#conditions)* #member: #value)
    });
    let statements = quote! {
        #(#takes)*
        __squall::Ok(Self { #(#parts),* })
    };
    let body = if waits(model) {
        quote!(async move { #statements })
    } else {
        paths::ready(&quote!(Self), &statements)
    };
    quote! {
        #[allow(unused_variables)]
        fn fields(
            #cx: &mut __squall::Context,
            #base: &mut __squall::Option<Self::Base>,
        ) -> impl __squall::Future<Output = __squall::Result<Self, __squall::Error>> + __squall::Send {
            #body
        }
    }
}

fn local_of(field: &Field) -> Ident {
    format_ident!("field_{}", name_of(field), span = Span::mixed_site())
}

/// `let field = …;`
fn take(field: &Field, cx: &Ident) -> TokenStream {
    let (conditions, local, ty) = (&field.conditions, local_of(field), &field.ty);
    let value = match &field.source {
        Source::Base | Source::Refused { .. } => return TokenStream::new(),
        Source::Path { presence, .. } => take_path(field, presence, cx),
        Source::Marked {
            kind,
            key,
            presence,
        } => take_marked(field, *kind, key, presence, cx),
        Source::Init(index) => {
            let index = Literal::usize_unsuffixed(*index);
            around!(ty, (<), (>::take(#cx, #index)?))
        }
        Source::Default(None) => around!(ty, (<), (as __squall::FieldDefault>::field_default())),
        Source::Default(Some(value)) => default(field, value),
        Source::Extracted => {
            around!(ty, (<), (as __squall::FromRequestParts>::__take(#cx).await?))
        }
    };
    quote!(#(#conditions)* let #local = #value;)
}

fn take_path(field: &Field, presence: &Presence, cx: &Ident) -> TokenStream {
    let constant = constant_of(field);
    match presence {
        Presence::Optional => quote!(__squall::path_optional(#cx, &#constant)?),
        Presence::Default(default) => {
            let default = self::default(field, default);
            quote!(__squall::path_or_default(#cx, &#constant, || #default)?)
        }
        Presence::Required | Presence::Many => quote!(__squall::path(#cx, &#constant)?),
    }
}

/// The value of `default = …`, underlined itself when it does not fit.
fn default(field: &Field, default: &syn::Expr) -> TokenStream {
    let inner = field.inner();
    let function = quote_spanned!(spans::first(default)=> __squall::default::<#inner>);
    quote!(#function(#default))
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
    let (function, default) = match presence {
        Presence::Required => (quote!(required), TokenStream::new()),
        Presence::Optional => (quote!(optional), TokenStream::new()),
        Presence::Many => (quote!(many), TokenStream::new()),
        Presence::Default(default) => {
            let default = self::default(field, default);
            (quote!(or_default), quote!(, || #default))
        }
    };
    around!(
        field.inner(),
        (__squall::#function::<),
        (>(#cx, #kind, #key #default)?)
    )
}

fn requirements(model: &Model) -> TokenStream {
    let requirements = Ident::new("requirements", Span::mixed_site());
    let asks: Vec<_> = model
        .fields
        .iter()
        .filter(|field| matches!(field.source, Source::Extracted))
        .map(|field| {
            let (conditions, ty) = (&field.conditions, &field.ty);
            let ask =
                around!(ty, (<), (as __squall::FromRequestParts>::requirements(#requirements);));
            quote!(#(#conditions)* #ask)
        })
        .collect();
    if asks.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn requirements(#requirements: &mut __squall::Requirements) {
            #(#asks)*
        }
    }
}

/// `url()` of the first route, and `init()`.
fn functions(model: &Model) -> TokenStream {
    let url = model.routes.first().and_then(|route| url(model, route));
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
        .filter_map(|parameter| model.field_of(parameter))
        .collect();
    let arguments = fields.iter().map(|field| {
        let (local, inner) = (argument_name(field), field.inner());
        quote!(#local: impl __squall::Argument<#inner>)
    });
    let text = route.text.value();
    let capacity = Literal::usize_unsuffixed(text.len() + 8 * fields.len());
    let out = Ident::new("url", Span::mixed_site());
    // Its definition is the route: there the editor goes, and there an error about its arguments points.
    let url = Ident::new("url", Span::call_site().located_at(route.text.span()));
    let pushes = pushes(segments, &fields, &out);
    let (visibility, name) = (&model.visibility, &model.name);
    let doc = format!(
        " The URL of this handler: `{text}`, behind the prefixes of its bases. Values are percent-encoded."
    );
    Some(quote! {
        #[doc = #doc]
        #[allow(dead_code, unused_mut)]
        #[must_use]
        #visibility fn #url(#(#arguments),*) -> __squall::String {
            let mut #out = __squall::begin(__squall::prefix_of::<#name>(), #capacity);
            #(#pushes)*
            #out
        }
    })
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
