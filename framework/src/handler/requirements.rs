//! What handlers ask of their application, gathered before it starts.

use std::any::{TypeId, type_name};

use super::{person::UserType, shared::States};

/// What the handlers of an application ask of it: the third layer of proof.
///
/// An extractor says what it needs in its `requirements`; a program that lacks some of it does not start, and is told
/// everything at once.
#[derive(Debug)]
pub struct Requirements {
    states: States,
    handler: &'static str,
    /// What `#[current_user]` of this handler finds.
    user: Option<UserType>,
    /// Whether somebody asks for it.
    asks_for_user: bool,
    /// The hooks that have not run yet where what asks is taken.
    ahead: Ahead,
    faults: Vec<String>,
}

/// Hooks that are still to run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ahead {
    pub(crate) user: bool,
    pub(crate) language: bool,
    /// Whether they are ahead of a socket, which has no method to take an argument.
    pub(crate) in_socket: bool,
}

impl Ahead {
    /// What to do about something that was taken too early.
    fn advice(self) -> &'static str {
        if self.in_socket {
            "put the hook into a base (`#[handler] struct Site`), and the field into the struct that builds on it (`#[websocket(base = site)]`)"
        } else {
            "take it as an argument of the method"
        }
    }
}

impl Requirements {
    pub(crate) fn new(states: States) -> Self {
        Self {
            states,
            handler: "",
            user: None,
            asks_for_user: false,
            ahead: Ahead::default(),
            faults: Vec::new(),
        }
    }

    /// Says whose requirements come next.
    pub(crate) fn of(&mut self, handler: &'static str, user: Option<UserType>) -> &mut Self {
        self.handler = handler;
        self.user = user;
        self
    }

    /// Whether somebody has asked for the user since this was asked last.
    pub(crate) fn take_asks_for_user(&mut self) -> bool {
        std::mem::take(&mut self.asks_for_user)
    }

    /// Asks for what is taken before these hooks run, beside those that are ahead already.
    pub(crate) fn ahead_of(&mut self, hooks: Ahead, ask: impl FnOnce(&mut Self)) {
        let before = self.ahead;
        self.ahead.user |= hooks.user;
        self.ahead.language |= hooks.language;
        self.ahead.in_socket |= hooks.in_socket;
        ask(self);
        self.ahead = before;
    }

    /// Asks for the user that the hook `#[current_user]` finds: see [`CurrentUser`](super::CurrentUser).
    pub(crate) fn user<U: Send + Sync + 'static>(&mut self) {
        self.asks_for_user = true;
        let asked = type_name::<U>();
        match self.user {
            None => self.fault(format!(
                "extracts `CurrentUser<{asked}>`, but neither it nor a base of it has the hook `#[current_user]`"
            )),
            Some(found) if found.id != TypeId::of::<U>() => {
                let found = (found.name)();
                self.fault(format!(
                    "extracts `CurrentUser<{asked}>`, but its hook `#[current_user]` finds `{found}`"
                ));
            }
            Some(_) if self.ahead.user => self.fault(format!(
                "takes `CurrentUser<{asked}>` in a field before its hook `#[current_user]` has run: {}",
                self.ahead.advice()
            )),
            Some(_) => {}
        }
    }

    /// Asks for the language of the request.
    #[cfg(feature = "locale")]
    pub(crate) fn language(&mut self) {
        if self.ahead.language {
            self.fault(format!(
                "takes `Locale` in a field before its hook `#[user_locale]` has run: {}",
                self.ahead.advice()
            ));
        }
    }

    /// Asks for a state of this type.
    pub fn state<T: Send + Sync + 'static>(&mut self) {
        self.state_for::<T>(&format!("extracts `State<{}>`", type_name::<T>()));
    }

    /// Asks for a state of this type, and says what for.
    pub(crate) fn state_for<T: Send + Sync + 'static>(&mut self, need: &str) {
        if !self.states.contains(TypeId::of::<T>()) {
            let name = type_name::<T>();
            self.fault(format!(
                "{need}, but no such state was given: add `.state(…)` with a `{name}`"
            ));
        }
    }

    /// Adds a fault of the handler at hand.
    pub fn fault(&mut self, fault: impl Into<String>) {
        let fault = format!("`{}` {}", self.handler, fault.into());
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Adds a fault of the application itself.
    pub(crate) fn fault_of_application(&mut self, fault: String) {
        self.faults.push(fault);
    }

    pub(crate) fn into_faults(self) -> Vec<String> {
        self.faults
    }
}
