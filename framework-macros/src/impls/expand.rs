//! From the methods and hooks of a handler to tokens. Nothing here can fail.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;

use super::{
    check,
    parse::{Argument, Hook, HookKind, Method, Model, output_type},
};
use crate::{
    attributes, paths,
    spans::{self, around},
};

/// The implementation of `HandlerImpl`, and one of `Method` for each method.
pub(super) fn implementation(model: &Model) -> TokenStream {
    let import = paths::import();
    let self_ty = &model.self_ty;
    // What repeats a name is an error already, and must not become a second one.
    let methods = distinct(&model.methods, check::same_method);
    let markers: Vec<Ident> = methods.iter().map(|method| marker_of(method)).collect();
    let entries = methods.iter().zip(&markers).map(|(method, marker)| {
        let conditions = &method.conditions;
        // The place of the type: a handler that cannot be one is reported there, once for all methods.
        let entry = around!(self_ty, (__squall::MethodEntry::new::<), (, #marker>()));
        quote!(#(#conditions)* #entry)
    });
    let implementations = methods
        .iter()
        .zip(&markers)
        .map(|(method, marker)| method_impl(self_ty, method, marker));
    let hooks = distinct(&model.hooks, check::same_hook);
    let flags = flags(&hooks);
    let user_hooks = hooks.iter().filter_map(|hook| user_hook(hook));
    let hooks = hooks.iter().map(|hook| self::hook(hook));
    quote! {
        #[allow(unused_qualifications, clippy::all, clippy::pedantic)]
        const _: () = {
            #import
            #(#user_hooks)*
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

/// The first of those that are the same.
pub(crate) fn distinct<T>(items: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<&T> {
    let mut kept: Vec<&T> = Vec::new();
    for item in items {
        if !kept.iter().any(|known| same(known, item)) {
            kept.push(item);
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
    let waits = may_wait(method).then(|| {
        quote!(
            const WAITS: bool = true;
        )
    });
    // What the handler must be is said where its methods are gathered; here it is taken for granted, so that it is one error.
    let taken = is_watched(method).then(|| quote!(where for<'a> &'a Self: __squall::Send));
    let call = call(method, &extracted);
    let requirements = requirements(&extracted);
    quote! {
        #(#conditions)*
        #[allow(non_camel_case_types)]
        struct #marker;
        #(#conditions)*
        #[automatically_derived]
        impl __squall::Method<#marker> for #self_ty #taken {
            const NAME: &'static str = #name;
            #waits
            #call
            #requirements
        }
    }
}

/// Whether a method, or taking its arguments, may have to wait.
fn may_wait(method: &Method) -> bool {
    method.waits || method.is_blocking || !extracted(method).is_empty()
}

/// Whether a method, or taking its arguments, is a future.
fn is_future(method: &Method) -> bool {
    method.is_async || may_wait(method)
}

/// Whether `on_connection_close` can run beside a method: it waits, and only borrows the handler.
fn is_watched(method: &Method) -> bool {
    method.is_async && method.is_shared
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

/// The arguments, the call of the method, and its answer.
fn call(method: &Method, extracted: &[&Type]) -> TokenStream {
    let [cx, live, request] =
        ["cx", "live", "request"].map(|name| Ident::new(name, Span::mixed_site()));
    let arguments = arguments(extracted, &cx);
    let (this, answer) = (this(), answer(method, &cx));
    let close = if is_watched(method) {
        quote!(close)
    } else {
        quote!(..)
    };
    let statements = if method.is_blocking {
        quote! {
            #arguments
            __squall::on_pool(
                #live,
                #cx,
                move |#this: &mut Self, #cx: &mut __squall::Context, #request: &__squall::RequestHandle| { #answer },
            )
            .await
        }
    } else {
        quote! {
            #arguments
            let __squall::Parts { #this, #request, #close } = #live.parts()?;
            #answer
        }
    };
    let body = if is_future(method) {
        quote!(async move { #statements })
    } else {
        paths::ready(&quote!(()), &statements)
    };
    // The place of the name: a future that is not `Send` is reported at the method.
    let output = future(
        method.ident.span(),
        &quote!(__squall::Result<(), __squall::Error>),
    );
    quote! {
        fn call(
            #live: &mut __squall::Live<Self>,
            #cx: &mut __squall::Context,
        ) -> #output {
            #body
        }
    }
}

pub(crate) fn this() -> Ident {
    Ident::new("this", Span::mixed_site())
}

fn argument(index: usize) -> Ident {
    format_ident!("argument_{index}", span = Span::mixed_site())
}

/// `let argument_0 = …;` for each. Only the last may read the content.
fn arguments(extracted: &[&Type], cx: &Ident) -> TokenStream {
    let take = |(index, ty): (usize, &&Type)| {
        let argument = argument(index);
        let taken = if index + 1 == extracted.len() {
            around!(ty, (<), (as __squall::FromRequest<_>>::__take(#cx).await?))
        } else {
            around!(ty, (<), (as __squall::FromRequestParts>::__take(#cx).await?))
        };
        quote!(let #argument = #taken;)
    };
    extracted.iter().enumerate().map(take).collect()
}

/// Calls the method and makes its answer.
fn answer(method: &Method, cx: &Ident) -> TokenStream {
    let [answer, request] = ["answer", "request"].map(|name| Ident::new(name, Span::mixed_site()));
    let this = this();
    let mut arguments = (0..).map(argument);
    let passed = method.arguments.iter().map(|argument| match argument {
        Argument::Context => Some(cx.clone()),
        Argument::Extracted(_) => arguments.next(),
    });
    let ident = &method.ident;
    let called = quote!(#this.#ident(#(#passed),*));
    let called = match (method.is_async, method.is_shared) {
        (false, _) => called,
        (true, false) => quote!(#called.await),
        (true, true) => quote!(__squall::watched(#this, #request, close, #called).await),
    };
    let shared = method.is_shared.then(|| quote!(let #this = &*#this;));
    let respond = respond(&method.output, &answer, &quote!(#request));
    let response = Ident::new("response", Span::mixed_site());
    // In two steps: what was returned may borrow the context.
    quote! {
        #shared
        let #answer = #called;
        let #response = #respond;
        __squall::answer(#cx, #response)
    }
}

/// The type of a future that can move to another event loop.
pub(crate) fn future(span: Span, output: &TokenStream) -> TokenStream {
    quote_spanned!(span=> impl __squall::Future<Output = #output> + __squall::Send)
}

/// Makes the answer; an error about its type stands under the whole type.
fn respond(output: &syn::ReturnType, answer: &Ident, request: &TokenStream) -> TokenStream {
    let ty = output_type(output);
    if mentions_impl(&ty) {
        let answer = Ident::new("answer", Span::mixed_site().located_at(spans::first(&ty)));
        return quote!(__squall::respond(#answer, #request));
    }
    around!(ty, (__squall::respond::<), (>(#answer, #request)))
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
    let requirements = Ident::new("requirements", Span::mixed_site());
    let others = others
        .iter()
        .map(|ty| around!(ty, (<), (as __squall::FromRequestParts>::requirements(#requirements);)));
    let last = around!(last, (<), (as __squall::FromRequest<_>>::requirements(#requirements);));
    quote! {
        fn requirements(#requirements: &mut __squall::Requirements) {
            #(#others)*
            #last
        }
    }
}

/// Which hooks there are.
pub(crate) fn flags(hooks: &[&Hook]) -> TokenStream {
    if hooks.is_empty() {
        return TokenStream::new();
    }
    let has = |kind: HookKind| is_there(hooks, |hook| hook.kind == kind);
    let waits = is_there(hooks, |hook| {
        let is_awaited = matches!(
            hook.kind,
            HookKind::Prepare | HookKind::WriteError | HookKind::CurrentUser | HookKind::UserLocale
        );
        hook.waits && is_awaited
    });
    let finish_waits = is_there(hooks, |hook| hook.waits && hook.kind == HookKind::OnFinish);
    let (writes_errors, finishes, closes) = (
        has(HookKind::WriteError),
        has(HookKind::OnFinish),
        has(HookKind::OnConnectionClose),
    );
    let speaks = has(HookKind::UserLocale);
    let user = user_type(hooks);
    quote! {
        const HOOKS: __squall::Hooks = __squall::Hooks {
            waits: #waits,
            user: #user,
            speaks: #speaks,
            writes_errors: #writes_errors,
            finishes: #finishes,
            finish_waits: #finish_waits,
            closes: #closes,
        };
    }
}

/// What is known of `#[current_user]` by its type, in one constant: a type that it cannot return is one error.
pub(crate) fn user_hook(hook: &Hook) -> Option<TokenStream> {
    if hook.kind != HookKind::CurrentUser {
        return None;
    }
    let (conditions, constant) = (&hook.conditions, user_constant());
    let ty = output_type(&hook.output);
    let made = around!(&ty, (__squall::UserHook::<), (>::new()));
    Some(quote!(#(#conditions)* const #constant: __squall::UserHook<#ty> = #made;))
}

fn user_constant() -> Ident {
    Ident::new("USER", Span::mixed_site())
}

/// The type that `#[current_user]` finds, as an expression.
fn user_type(hooks: &[&Hook]) -> TokenStream {
    let constant = user_constant();
    let found: Vec<_> = hooks
        .iter()
        .filter(|hook| hook.kind == HookKind::CurrentUser)
        .map(|hook| {
            let conditions = &hook.conditions;
            quote!(#(#conditions)* let user = __squall::Some(#constant.finds);)
        })
        .collect();
    if found.is_empty() {
        return quote!(__squall::None);
    }
    quote!({
        #[allow(unused_variables)]
        let user: __squall::Option<__squall::UserType> = __squall::None;
        #(#found)*
        user
    })
}

/// Whether there is such a hook, as an expression: a hook under a `#[cfg]` that does not hold is not there, and only the compiler
/// knows.
pub(crate) fn is_there(hooks: &[&Hook], is_such: impl Fn(&Hook) -> bool) -> TokenStream {
    let such = || hooks.iter().filter(|hook| is_such(hook));
    if such().next().is_none() {
        return quote!(false);
    }
    if such().any(|hook| hook.conditions.is_empty()) {
        return quote!(true);
    }
    let conditions = such().map(|hook| attributes::all_of(&hook.conditions));
    quote!(#(::core::cfg!(#conditions))||*)
}

pub(crate) fn hook(hook: &Hook) -> TokenStream {
    let (conditions, ident) = (&hook.conditions, &hook.ident);
    // Its place: there the compiler reports a second hook whose `#[cfg]` holds beside the first.
    let place = Span::call_site().located_at(ident.span());
    let name = Ident::new(hook.kind.name(), place);
    let given = Ident::new("given", Span::mixed_site());
    let function = match hook.kind {
        HookKind::Prepare => prepare(hook, &name),
        HookKind::WriteError => write_error(hook, &name, &given),
        HookKind::CurrentUser => {
            let constant = user_constant();
            introduction(hook, &name, &quote!((#constant.keep)))
        }
        HookKind::UserLocale => {
            let ty = output_type(&hook.output);
            introduction(hook, &name, &around!(ty, (__squall::spoken::<), (>)))
        }
        HookKind::OnFinish => on_finish(hook, &name, &given),
        HookKind::OnConnectionClose => quote! {
            fn #name(&self) {
                self.#ident();
            }
        },
        HookKind::DefaultHeaders => quote! {
            fn #name(&self, #given: &mut __squall::HeaderMap) {
                self.#ident(#given);
            }
        },
    };
    quote!(#(#conditions)* #function)
}

fn prepare(hook: &Hook, name: &Ident) -> TokenStream {
    let [cx, answer] = ["cx", "answer"].map(|name| Ident::new(name, Span::mixed_site()));
    let future = future(
        hook.ident.span(),
        &quote!(__squall::Result<(), __squall::Error>),
    );
    let called = called(hook, &cx, None);
    let ty = output_type(&hook.output);
    let prepared = around!(ty, (__squall::prepared::<), (>(#answer)));
    quote! {
        #[allow(unused_variables)]
        fn #name(&mut self, #cx: &mut __squall::Context) -> #future {
            async move {
                let #answer = #called;
                #prepared
            }
        }
    }
}

/// A hook that says who asks, and the function that keeps what it gives.
fn introduction(hook: &Hook, name: &Ident, keep: &TokenStream) -> TokenStream {
    let [cx, answer] = ["cx", "answer"].map(|name| Ident::new(name, Span::mixed_site()));
    let called = called(hook, &cx, None);
    let boxed = boxed(hook);
    quote! {
        fn #name<'a>(
            &'a self,
            #cx: &'a mut __squall::Context,
        ) -> __squall::Option<__squall::BoxFuture<'a, __squall::Result<(), __squall::Error>>> {
            __squall::Some(#boxed(async move {
                let #answer = #called;
                #keep(#cx, #answer)
            }))
        }
    }
}

fn write_error(hook: &Hook, name: &Ident, given: &Ident) -> TokenStream {
    let [cx, answer, request] =
        ["cx", "answer", "request"].map(|name| Ident::new(name, Span::mixed_site()));
    let called = called(hook, &cx, Some(given));
    let respond = respond(&hook.output, &answer, &quote!(&#request));
    let boxed = boxed(hook);
    quote! {
        fn #name<'a>(
            &'a self,
            #cx: &'a mut __squall::Context,
            #given: &'a __squall::HttpError,
        ) -> __squall::Option<__squall::BoxFuture<'a, __squall::Result<__squall::Response, __squall::Error>>> {
            __squall::Some(#boxed(async move {
                let #request = __squall::request(#cx);
                let #answer = #called;
                #respond
            }))
        }
    }
}

fn on_finish(hook: &Hook, name: &Ident, given: &Ident) -> TokenStream {
    let ident = &hook.ident;
    let called = if hook.is_async {
        let boxed = boxed(hook);
        quote!(__squall::Some(#boxed(self.#ident(#given))))
    } else {
        quote!(self.#ident(#given); __squall::None)
    };
    quote! {
        fn #name<'a>(
            &'a self,
            #given: &'a __squall::Outcome,
        ) -> __squall::Option<__squall::BoxFuture<'a, ()>> {
            #called
        }
    }
}

/// The call of a hook that may take the context, and may wait.
fn called(hook: &Hook, cx: &Ident, given: Option<&Ident>) -> TokenStream {
    let ident = &hook.ident;
    let context = hook.takes_context.then(|| quote!(#cx,));
    let dot_await = hook.is_async.then(|| quote!(.await));
    // By its path: a method of the trait, which may borrow in another way, would be found first.
    quote!(Self::#ident(self, #context #given)#dot_await)
}

/// What boxes the future of a hook, at the name of the hook: one that is not `Send` is reported there.
fn boxed(hook: &Hook) -> TokenStream {
    quote_spanned!(hook.ident.span()=> __squall::hook)
}
