//! From the methods and hooks of a handler to tokens. Nothing here can fail.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;

use super::parse::{Argument, Hook, HookKind, Method, Model, output_type};
use crate::{
    spans::{self, around},
    specs,
};

/// The implementation of `HandlerImpl`, and one of `Method` for each method.
pub(super) fn implementation(model: &Model) -> TokenStream {
    let import = specs::import();
    let self_ty = &model.self_ty;
    // What repeats a name is an error already, and must not become a second one.
    let methods: Vec<&Method> = distinct(&model.methods);
    let markers: Vec<Ident> = methods.iter().map(|method| marker_of(method)).collect();
    let entries = methods.iter().zip(&markers).map(|(method, marker)| {
        let conditions = &method.conditions;
        quote!(#(#conditions)* __squall::MethodEntry::new::<Self, #marker>())
    });
    let implementations = methods
        .iter()
        .zip(&markers)
        .map(|(method, marker)| method_impl(self_ty, method, marker));
    let hooks: Vec<&Hook> = distinct_hooks(&model.hooks);
    let flags = flags(&hooks);
    let hooks = hooks.iter().map(|hook| self::hook(hook));
    quote! {
        #[allow(unused_qualifications, clippy::all, clippy::pedantic)]
        const _: () = {
            #import
            #[automatically_derived]
            impl __squall::HandlerImpl for #self_ty {
                const METHODS: &'static [__squall::MethodEntry] = &[#(#entries),*];
                #flags
                #(#hooks)*
            }
            #(#implementations)*
        };
    }
}

fn distinct(methods: &[Method]) -> Vec<&Method> {
    let mut kept: Vec<&Method> = Vec::new();
    for method in methods {
        let is_known = |known: &&Method| known.name == method.name && known.conditions.is_empty();
        if !kept.iter().any(is_known) {
            kept.push(method);
        }
    }
    kept
}

fn distinct_hooks(hooks: &[Hook]) -> Vec<&Hook> {
    let mut kept: Vec<&Hook> = Vec::new();
    for hook in hooks {
        if !kept
            .iter()
            .any(|known| known.kind == hook.kind && known.conditions.is_empty())
        {
            kept.push(hook);
        }
    }
    kept
}

/// The type that tells the methods of a handler apart.
fn marker_of(method: &Method) -> Ident {
    let name = method.ident.to_string();
    let name = name.strip_prefix("r#").unwrap_or(&name);
    format_ident!("__squall_{name}", span = Span::mixed_site())
}

fn method_impl(self_ty: &Type, method: &Method, marker: &Ident) -> TokenStream {
    let conditions = &method.conditions;
    let name = &method.name;
    let extracted: Vec<&Type> = extracted(method);
    let waits = (method.is_async || method.is_blocking || !extracted.is_empty()).then(|| {
        quote!(
            const WAITS: bool = true;
        )
    });
    let blocking = method.is_blocking.then(|| {
        quote!(
            const BLOCKING: bool = true;
        )
    });
    let arguments = arguments(&extracted);
    let call = call(method, &extracted);
    let requirements = requirements(&extracted);
    quote! {
        #(#conditions)*
        #[allow(non_camel_case_types)]
        struct #marker;
        #(#conditions)*
        #[automatically_derived]
        impl __squall::Method<#marker> for #self_ty {
            const NAME: &'static str = #name;
            #waits
            #blocking
            #arguments
            #call
            #requirements
        }
    }
}

fn extracted(method: &Method) -> Vec<&Type> {
    let extracted = |argument: &'_ Argument| match argument {
        Argument::Extracted(_) => true,
        Argument::Context => false,
    };
    method
        .arguments
        .iter()
        .filter(|argument| extracted(argument))
        .filter_map(Argument::ty)
        .collect()
}

impl Argument {
    fn ty(&self) -> Option<&Type> {
        match self {
            Self::Context => None,
            Self::Extracted(ty) => Some(ty),
        }
    }
}

/// The type of the arguments, and how they are taken. Only the last may read the content.
fn arguments(extracted: &[&Type]) -> TokenStream {
    let cx = Ident::new("cx", Span::mixed_site());
    let Some((last, others)) = extracted.split_last() else {
        return quote! {
            type Arguments = ();
            async fn arguments(_: &mut __squall::Context) -> __squall::Result<(), __squall::Error> {
                __squall::Ok(())
            }
        };
    };
    let others = others
        .iter()
        .map(|ty| around!(ty, (<), (as __squall::FromRequestParts>::__take(#cx).await?)));
    let last = around!(last, (<), (as __squall::FromRequest<_>>::__take(#cx).await?));
    let future = future(
        Span::call_site(),
        &quote!(__squall::Result<Self::Arguments, __squall::Error>),
    );
    quote! {
        type Arguments = (#(#extracted,)*);
        fn arguments(#cx: &mut __squall::Context) -> #future {
            async move { __squall::Ok((#(#others,)* #last,)) }
        }
    }
}

/// The call of the method, and its answer.
fn call(method: &Method, extracted: &[&Type]) -> TokenStream {
    let [cx, this, answer, request] =
        ["cx", "this", "answer", "request"].map(|name| Ident::new(name, Span::mixed_site()));
    let names: Vec<Ident> = (0..extracted.len())
        .map(|index| format_ident!("argument_{index}", span = Span::mixed_site()))
        .collect();
    let mut unused = names.iter();
    let passed = method.arguments.iter().map(|argument| match argument {
        Argument::Context => cx.to_token_stream(),
        Argument::Extracted(_) => unused.next().to_token_stream(),
    });
    let ident = &method.ident;
    let called = quote!(#this.#ident(#(#passed),*));
    let called = match (method.is_async, method.is_shared) {
        (false, _) => called,
        (true, false) => quote!(#called.await),
        (true, true) => quote!(__squall::watched(#this, &#request, #called).await),
    };
    let shared = method.is_shared.then(|| quote!(let #this = &*#this;));
    let respond = respond(&method.output, &answer, &request);
    let span = ident.span();
    // The place of the name: a future that is not `Send` is reported at the method.
    let output = future(
        span,
        &quote!(__squall::Result<__squall::Response, __squall::Error>),
    );
    quote! {
        fn call(
            #this: &mut Self,
            #cx: &mut __squall::Context,
            (#(#names,)*): Self::Arguments,
        ) -> #output {
            async move {
                let #request = __squall::request(#cx);
                #shared
                let #answer = #called;
                #respond
            }
        }
    }
}

/// The type of a future that can move to another event loop.
fn future(span: Span, output: &TokenStream) -> TokenStream {
    quote_spanned!(span=> impl __squall::Future<Output = #output> + __squall::Send)
}

/// Makes the answer; an error about its type stands under the whole type.
fn respond(output: &syn::ReturnType, answer: &Ident, request: &Ident) -> TokenStream {
    let ty = output_type(output);
    if mentions_impl(&ty) {
        let answer = Ident::new("answer", Span::mixed_site().located_at(spans::first(&ty)));
        return quote!(__squall::respond(#answer, &#request));
    }
    around!(ty, (__squall::respond::<), (>(#answer, &#request)))
}

/// Whether a type has an `impl` in it, and so cannot be named in an expression.
fn mentions_impl(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(word) => word == "impl",
        proc_macro2::TokenTree::Group(group) => mentions_impl(&group.stream()),
        _ => false,
    })
}

fn requirements(extracted: &[&Type]) -> TokenStream {
    let Some((last, others)) = extracted.split_last() else {
        return TokenStream::new();
    };
    let others = others
        .iter()
        .map(|ty| around!(ty, (<), (as __squall::FromRequestParts>::requirements(requirements);)));
    let last = around!(last, (<), (as __squall::FromRequest<_>>::requirements(requirements);));
    quote! {
        fn requirements(requirements: &mut __squall::Requirements) {
            #(#others)*
            #last
        }
    }
}

/// Which hooks there are.
fn flags(hooks: &[&Hook]) -> TokenStream {
    let has = |kind: HookKind| hooks.iter().any(|hook| hook.kind == kind);
    let waits = hooks
        .iter()
        .any(|hook| hook.is_async && matches!(hook.kind, HookKind::Prepare | HookKind::WriteError));
    let finish_waits = hooks
        .iter()
        .any(|hook| hook.is_async && hook.kind == HookKind::OnFinish);
    let (finishes, closes) = (has(HookKind::OnFinish), has(HookKind::OnConnectionClose));
    if hooks.is_empty() {
        return TokenStream::new();
    }
    quote! {
        const HOOKS: __squall::Hooks = __squall::Hooks {
            waits: #waits,
            finishes: #finishes,
            finish_waits: #finish_waits,
            closes: #closes,
        };
    }
}

fn hook(hook: &Hook) -> TokenStream {
    let Hook {
        conditions,
        kind,
        ident,
        is_async,
        takes_context,
        output,
    } = hook;
    let [cx, given, answer, request] =
        ["cx", "given", "answer", "request"].map(|name| Ident::new(name, Span::mixed_site()));
    let context = takes_context.then(|| quote!(#cx,));
    let dot_await = is_async.then(|| quote!(.await));
    let span = ident.span();
    let function = match kind {
        HookKind::Prepare => {
            let future = future(span, &quote!(__squall::Result<(), __squall::Error>));
            let ty = output_type(output);
            let prepared = around!(ty, (__squall::prepared::<), (>(#answer)));
            quote! {
                #[allow(unused_variables)]
                fn prepare(&mut self, #cx: &mut __squall::Context) -> #future {
                    async move {
                        let #answer = self.#ident(#context)#dot_await;
                        #prepared
                    }
                }
            }
        }
        HookKind::WriteError => {
            let response = quote!(__squall::Result<__squall::Response, __squall::Error>);
            let future = future(span, &quote!(__squall::Option<#response>));
            let respond = respond(output, &answer, &request);
            quote! {
                fn write_error(&self, #cx: &mut __squall::Context, #given: &__squall::HttpError) -> #future {
                    async move {
                        let #request = __squall::request(#cx);
                        let #answer = self.#ident(#context #given)#dot_await;
                        __squall::Some(#respond)
                    }
                }
            }
        }
        HookKind::OnFinish => {
            let future = future(span, &quote!(()));
            quote! {
                fn on_finish(&self, #given: &__squall::Outcome) -> #future {
                    async move { self.#ident(#given)#dot_await }
                }
            }
        }
        HookKind::OnConnectionClose => quote! {
            fn on_connection_close(&self) {
                self.#ident();
            }
        },
        HookKind::DefaultHeaders => quote! {
            fn default_headers(&self, #given: &mut __squall::HeaderMap) {
                self.#ident(#given);
            }
        },
    };
    quote!(#(#conditions)* #function)
}
