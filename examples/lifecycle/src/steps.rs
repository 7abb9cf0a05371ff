//! [`Steps`]: what happened, in the order in which it happened.

use std::sync::{Arc, Mutex, PoisonError};

/// A list of steps. All clones are one list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Steps {
    taken: Arc<Mutex<Vec<String>>>,
    is_printed: bool,
}

impl Steps {
    /// A list that goes to the standard output as it grows.
    pub(crate) fn printed() -> Self {
        Self {
            is_printed: true,
            ..Self::default()
        }
    }

    /// Adds a step.
    pub(crate) fn take(&self, step: impl Into<String>) {
        let step = step.into();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_printed {
            // Nobody reads the list then, and a server runs for long.
            println!("  {step}");
        } else {
            taken.push(step);
        }
    }

    /// All steps so far.
    #[cfg(test)]
    pub(crate) fn all(&self) -> Vec<String> {
        self.taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
