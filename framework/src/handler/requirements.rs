//! What handlers ask of their application, gathered before it starts.

use std::any::{TypeId, type_name};

use super::shared::States;

/// What the handlers of an application ask of it: the third layer of proof.
///
/// An extractor says what it needs in its `requirements`; a program that lacks some of it does not start, and is told
/// everything at once.
#[derive(Debug)]
pub struct Requirements {
    states: States,
    handler: &'static str,
    faults: Vec<String>,
}

impl Requirements {
    pub(crate) fn new(states: States) -> Self {
        Self {
            states,
            handler: "",
            faults: Vec::new(),
        }
    }

    /// Says whose requirements come next.
    pub(crate) fn of(&mut self, handler: &'static str) -> &mut Self {
        self.handler = handler;
        self
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
