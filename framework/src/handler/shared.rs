//! What all requests of one application share: its state, its named routes, its settings.

use std::{
    any::{Any, TypeId},
    fmt,
    sync::Arc,
};

use ::http::HeaderValue;

#[cfg(feature = "static-files")]
use super::target::ReadyMade;
use super::{detached::Detached, shutdown::Shutdown};
use crate::routing::pattern::Place;

/// The part of an application that a request can see.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) states: States,
    pub(crate) names: Names,
    /// What is ready-made in its routes, in their order.
    #[cfg(feature = "static-files")]
    pub(crate) targets: Vec<Arc<dyn ReadyMade>>,
    /// What goes on without its connection.
    pub(crate) detached: Detached,
    /// The signal that the server ends.
    pub(crate) shutdown: Shutdown,
    /// Whether error pages show causes.
    pub(crate) debug: bool,
    /// Whether content in memory gets an entity tag of its own accord.
    pub(crate) entity_tags: bool,
    /// Whether answers are compressed.
    #[cfg(feature = "compression")]
    pub(crate) compression: bool,
    /// The `server` field of every answer.
    pub(crate) server: Option<HeaderValue>,
}

/// Values by their type. A sorted list: an application has few, and no hash stands on the way of a request.
#[derive(Clone, Default)]
pub(crate) struct States(Vec<(TypeId, Arc<dyn Any + Send + Sync>)>);

/// A value, and the signal that the server of the application it was given to ends: what waits for others is not to wait longer than that.
pub(crate) struct Given<T> {
    pub(crate) value: Arc<T>,
    #[cfg_attr(
        not(feature = "websocket"),
        expect(dead_code, reason = "what waits for others is a feature")
    )]
    pub(crate) shutdown: Shutdown,
}

impl States {
    /// Puts a value in; one of the same type is replaced.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T, shutdown: Shutdown) {
        let value = Arc::new(value);
        let (id, value) = (TypeId::of::<T>(), Arc::new(Given { value, shutdown }));
        match self.0.binary_search_by_key(&id, |&(id, _)| id) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (id, value)),
        }
    }

    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Some(Arc::clone(&self.given::<T>()?.value))
    }

    pub(crate) fn given<T: Send + Sync + 'static>(&self) -> Option<Arc<Given<T>>> {
        let at = self
            .0
            .binary_search_by_key(&TypeId::of::<T>(), |&(id, _)| id)
            .ok()?;
        Arc::clone(&self.0[at].1).downcast().ok()
    }

    pub(crate) fn contains(&self, id: TypeId) -> bool {
        self.0.binary_search_by_key(&id, |&(id, _)| id).is_ok()
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "States({})", self.0.len())
    }
}

/// The named routes, sorted by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(Vec<(&'static str, Place)>);

impl Names {
    pub(crate) fn new(mut named: Vec<(&'static str, Place)>) -> Self {
        named.sort_unstable_by_key(|&(name, _)| name);
        Self(named)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Place> {
        let at = self.0.binary_search_by_key(&name, |&(name, _)| name).ok()?;
        Some(&self.0[at].1)
    }
}
