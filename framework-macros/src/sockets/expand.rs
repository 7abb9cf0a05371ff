//! From the functions of a socket to tokens. Nothing here can fail.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote};

use super::parse::{Argument, Call, Event, Model};
use crate::{
    attributes,
    impls::{check, expand, parse::output_type},
    paths,
    spans::{around, first},
};

/// The implementation of `WebSocketImpl`, which is the first to say that the struct is no socket, and that of `HandlerImpl`, whose one method opens
/// the socket.
pub(super) fn implementation(model: &Model) -> TokenStream {
    let import = paths::import();
    let self_ty = &model.self_ty;
    let entry = around!(self_ty, (__squall::MethodEntry::new::<), (, __squall::Opening>()));
    let hooks = expand::distinct(&model.hooks, check::same_hook);
    let flags = expand::flags(&hooks);
    let user_hooks = hooks.iter().filter_map(|hook| expand::user_hook(hook));
    let hooks = hooks.iter().map(|hook| expand::hook(hook));
    let hears_pings = has(model, &[Event::Ping, Event::Pong]);
    let hears_members = has(model, &[Event::Joined, Event::Left]);
    // What repeats a name is an error of the language already.
    let calls = expand::distinct(&model.calls, |one, other| {
        one.event == other.event && one.conditions.is_empty() && other.conditions.is_empty()
    });
    let calls = calls.iter().map(|one| call(one));
    quote! {
        #[allow(unused_qualifications, clippy::all, clippy::pedantic)]
        const _: () = {
            #import
            #(#user_hooks)*
            #[automatically_derived]
            impl __squall::WebSocketImpl for #self_ty {
                const HEARS_PINGS: bool = #hears_pings;
                const HEARS_MEMBERS: bool = #hears_members;
                #(#calls)*
            }
            #[automatically_derived]
            impl __squall::HandlerImpl for #self_ty {
                const METHODS: &'static [__squall::MethodEntry] = &[#entry];
                const IS_SOCKET: bool = true;
                #flags
                #(#hooks)*
            }
        };
    }
}

/// Whether one of these is there, as an expression: only the compiler knows which `#[cfg]` hold.
fn has(model: &Model, events: &[Event]) -> TokenStream {
    let such = || {
        let calls = model.calls.iter();
        calls.filter(|call| events.contains(&call.event))
    };
    if such().any(|call| call.conditions.is_empty()) {
        return quote!(true);
    }
    let conditions: Vec<_> = such()
        .map(|call| attributes::all_of(&call.conditions))
        .collect();
    if conditions.is_empty() {
        return quote!(false);
    }
    quote!(#(::core::cfg!(#conditions))||*)
}

fn call(call: &Call) -> TokenStream {
    let (conditions, ident) = (&call.conditions, &call.ident);
    let place = Span::call_site().located_at(ident.span());
    if call.event == Event::Settings {
        let ty = output_type(&call.output);
        let settings = Ident::new("settings", Span::mixed_site());
        let checked = around!(ty, (__squall::settings::<), (>(#settings)));
        return quote! {
            #(#conditions)*
            fn settings(&self) -> __squall::Option<__squall::Settings> {
                let #settings = Self::#ident(self);
                __squall::Some(#checked)
            }
        };
    }
    let [socket, given, argument, answer] =
        ["socket", "given", "argument", "answer"].map(|name| Ident::new(name, Span::mixed_site()));
    let name = Ident::new(call.event.name(), place);
    let socket_parameter =
        (call.event != Event::Close).then(|| quote!(#socket: &mut __squall::WebSocket,));
    let given_parameter = type_of(call.event).map(|ty| quote!(#given: #ty,));
    let taken = call.arguments.iter().find_map(|one| match one {
        Argument::Given(ty) => Some((ty, take(call.event, ty, &given))),
        Argument::Socket => None,
    });
    let taken = taken.map(|(ty, taken)| quote!(let #argument: #ty = #taken;));
    let passed = call.arguments.iter().map(|one| match one {
        Argument::Socket => &socket,
        Argument::Given(_) => &argument,
    });
    let dot_await = call.is_async.then(|| quote!(.await));
    let ty = output_type(&call.output);
    let ended = around!(ty, (__squall::ended::<), (>(#answer)));
    // The place of the name: a future that is not `Send` is reported there.
    let future = expand::future(ident.span(), &quote!(__squall::Result<(), __squall::Error>));
    quote! {
        #(#conditions)*
        #[allow(unused_variables)]
        fn #name(&mut self, #socket_parameter #given_parameter) -> #future {
            async move {
                #taken
                // By its path: a method of the trait, which may borrow in another way, would be found first.
                let #answer = Self::#ident(self, #(#passed),*)#dot_await;
                #ended
            }
        }
    }
}

/// What a function is given.
fn type_of(event: Event) -> Option<TokenStream> {
    Some(match event {
        Event::Settings | Event::Open => return None,
        Event::Message => quote!(__squall::Message),
        Event::Published => quote!(__squall::Event),
        Event::Joined | Event::Left => quote!(__squall::Member),
        Event::Missed => quote!(__squall::Missed),
        Event::Ping | Event::Pong => quote!(__squall::Vec<u8>),
        Event::Close => quote!(__squall::CloseReason),
    })
}

/// Takes what is given as the type that the author has written.
fn take(event: Event, ty: &syn::Type, given: &Ident) -> TokenStream {
    match event {
        Event::Message => around!(ty, (<), (as __squall::FromMessage>::from_message(#given)?)),
        Event::Published => around!(ty, (<), (as __squall::FromEvent>::from_event(#given)?)),
        // Where it is of another type, that is reported at the one that the author has written.
        _ => {
            let place = given.span().located_at(first(ty));
            Ident::new(&given.to_string(), place).into_token_stream()
        }
    }
}
