//! From the tokens of an impl to what its author wrote: functions that are known by their names, and hooks that are marked.

use quote::ToTokens;
use syn::{Attribute, FnArg, Ident, ReturnType, Signature, Type, ext::IdentExt};

use crate::{
    attributes::{self, conditions},
    diagnostics::{Errors, closest, list},
    impls::parse::{
        Function, Hook, Input, check_signature, hook, hook_called, last_name, marks, receiver,
    },
};

/// The functions of a socket, and the hooks of its handler.
pub(super) struct Model {
    pub(super) self_ty: Type,
    pub(super) calls: Vec<Call>,
    pub(super) hooks: Vec<Hook>,
}

/// A function that the socket calls.
pub(super) struct Call {
    pub(super) conditions: Vec<Attribute>,
    pub(super) event: Event,
    pub(super) ident: Ident,
    pub(super) is_async: bool,
    pub(super) arguments: Vec<Argument>,
    pub(super) output: ReturnType,
}

/// An argument behind `self`.
pub(super) enum Argument {
    Socket,
    /// What it is called about.
    Given(Box<Type>),
}

/// What a function is called about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Settings,
    Open,
    Message,
    Published,
    Joined,
    Left,
    Missed,
    Ping,
    Pong,
    Close,
}

impl Event {
    const ALL: [(&str, Self); 10] = [
        ("settings", Self::Settings),
        ("open", Self::Open),
        ("message", Self::Message),
        ("event", Self::Published),
        ("joined", Self::Joined),
        ("left", Self::Left),
        ("missed", Self::Missed),
        ("ping", Self::Ping),
        ("pong", Self::Pong),
        ("close", Self::Close),
    ];

    fn parse(name: &str) -> Option<Self> {
        let (_, event) = Self::ALL.iter().find(|(known, _)| *known == name)?;
        Some(*event)
    }

    pub(super) fn name(self) -> &'static str {
        let itself = Self::ALL.iter().find(|(_, event)| *event == self);
        itself.map_or("", |(name, _)| name)
    }

    fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|(name, _)| *name).collect()
    }

    /// How it is written.
    fn usage(self) -> &'static str {
        match self {
            Self::Settings => "fn settings(&self) -> Settings",
            Self::Open => "async fn open(&mut self, socket: &mut WebSocket) -> Result<()>",
            Self::Message => {
                "async fn message(&mut self, socket: &mut WebSocket, message: String) -> Result<()>"
            }
            Self::Published => {
                "async fn event(&mut self, socket: &mut WebSocket, event: Published<T>) -> Result<()>"
            }
            Self::Joined => {
                "async fn joined(&mut self, socket: &mut WebSocket, member: Member) -> Result<()>"
            }
            Self::Left => {
                "async fn left(&mut self, socket: &mut WebSocket, member: Member) -> Result<()>"
            }
            Self::Missed => {
                "async fn missed(&mut self, socket: &mut WebSocket, missed: Missed) -> Result<()>"
            }
            Self::Ping => {
                "async fn ping(&mut self, socket: &mut WebSocket, payload: Vec<u8>) -> Result<()>"
            }
            Self::Pong => {
                "async fn pong(&mut self, socket: &mut WebSocket, payload: Vec<u8>) -> Result<()>"
            }
            Self::Close => "async fn close(&mut self, reason: CloseReason)",
        }
    }

    fn takes_socket(self) -> bool {
        !matches!(self, Self::Settings | Self::Close)
    }

    /// The name of the type that it is given, where there is one only.
    fn type_given(self) -> Option<&'static str> {
        Some(match self {
            Self::Joined | Self::Left => "Member",
            Self::Missed => "Missed",
            Self::Ping | Self::Pong => "Vec",
            Self::Close => "CloseReason",
            _ => return None,
        })
    }

    /// Whether it may, and whether it must, take what it is called about.
    fn given(self) -> (bool, bool) {
        match self {
            Self::Settings | Self::Open => (false, false),
            Self::Message | Self::Published => (true, true),
            _ => (true, false),
        }
    }
}

/// Sorts the functions of an impl.
pub(super) fn socket(input: Input, errors: &mut Errors) -> Model {
    let mut model = Model {
        self_ty: input.self_ty,
        calls: Vec::new(),
        hooks: Vec::new(),
    };
    for function in input.functions {
        let Some(function) = errors.take(function) else {
            continue;
        };
        let marks = marks(&function, errors);
        if marks.is_refused {
            continue;
        }
        let method = marks.method.as_ref().map(|mark| &mark.path);
        let blocking = marks.blocking.as_ref().map(|mark| &mark.path);
        let misplaced = method.map(|path| (path, "`#[method]`", "take it away"));
        let misplaced = misplaced.or(blocking.map(|path| {
            let instead = "run what blocks by `tokio::task::spawn_blocking(…).await`";
            (path, "`#[blocking]`", instead)
        }));
        if let Some((path, word, instead)) = misplaced {
            errors.at(
                path,
                format!("{word} is for methods that answer requests, and a WebSocket has none: {instead}"),
            );
            continue;
        }
        match marks.hook {
            Some(kind) => model.hooks.extend(hook(function, kind, errors)),
            None => model.calls.extend(call(function, errors)),
        }
    }
    model
}

/// Reads a function that is known by its name.
fn call(function: Function, errors: &mut Errors) -> Option<Call> {
    let conditions = conditions(&function.attributes);
    let signature = function.signature;
    let word = signature.ident.unraw().to_string();
    let Some(event) = Event::parse(&word) else {
        errors.at(&signature.ident, stranger(&word));
        return None;
    };
    check_signature(&signature, errors)?;
    let is_shared = receiver(&signature, event.usage(), errors)?;
    if event == Event::Settings && !(is_shared && signature.asyncness.is_none()) {
        wrong(event, &signature.ident, errors);
        return None;
    }
    if let ReturnType::Type(_, ty) = &signature.output
        && matches!(**ty, Type::ImplTrait(_))
    {
        wrong(event, ty, errors);
        return None;
    }
    let arguments = arguments(&signature, event, errors)?;
    Some(Call {
        conditions,
        event,
        ident: signature.ident,
        is_async: signature.asyncness.is_some(),
        arguments,
        output: signature.output,
    })
}

fn wrong(event: Event, place: &impl ToTokens, errors: &mut Errors) {
    errors.at(
        place,
        format!("this function is written `{}`", event.usage()),
    );
}

/// Reads the arguments behind `self`.
fn arguments(signature: &Signature, event: Event, errors: &mut Errors) -> Option<Vec<Argument>> {
    let (may_be_given, must_be_given) = event.given();
    let mut arguments = Vec::new();
    let (mut has_socket, mut is_given) = (!event.takes_socket(), !may_be_given);
    for argument in signature.inputs.iter().skip(1) {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        let is_socket = matches!(&*argument.ty, Type::Reference(reference)
            if last_name(&reference.elem).as_deref() == Some("WebSocket"));
        let is_borrowed = matches!(&*argument.ty, Type::Reference(_) | Type::ImplTrait(_));
        let is_another = event
            .type_given()
            .is_some_and(|expected| last_name(&argument.ty).as_deref() != Some(expected));
        let slot = if is_socket {
            &mut has_socket
        } else {
            &mut is_given
        };
        if std::mem::replace(slot, true) || (!is_socket && (is_borrowed || is_another)) {
            wrong(event, argument, errors);
            return None;
        }
        arguments.push(if is_socket {
            Argument::Socket
        } else {
            Argument::Given(argument.ty.clone())
        });
    }
    if must_be_given && !is_given {
        wrong(event, &signature.ident, errors);
        return None;
    }
    Some(arguments)
}

/// What may stand in a socket, for a function that may not.
fn stranger(word: &str) -> String {
    let names = Event::names();
    let instead = match word {
        "on_open" => Some("open"),
        "on_message" | "receive" | "handle_in" => Some("message"),
        "on_close" | "terminate" => Some("close"),
        "on_ping" => Some("ping"),
        "on_pong" => Some("pong"),
        "handle_info" | "on_event" => Some("event"),
        "check_origin" | "select_subprotocol" | "get_compression_options" => Some("settings"),
        _ if attributes::method_names().contains(&word) => Some("open"),
        _ => closest(word, &names),
    };
    let hint = match (instead, hook_called(word)) {
        (Some(instead), _) => format!("did you mean `{instead}`?"),
        (None, Some(hook)) => {
            format!("a hook is marked, whatever its name: write `#[{hook}]` above it")
        }
        (None, None) => "put helpers into a plain `impl` block".to_owned(),
    };
    format!(
        "`{word}` is no function of a WebSocket: {hint}\nhere stand {}, and the hooks {}",
        list(&names),
        list(attributes::HOOKS),
    )
}
