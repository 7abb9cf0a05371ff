//! Work that goes on without its connection: methods that finish though their client is gone, and `async` hooks at the end.
//!
//! A server that ends waits for this work as it waits for connections. What a program spawns itself is not counted: it may
//! well run for ever.

use std::{
    future::Future,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

use super::watchdog::Watch;

/// Counts what is under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Detached(Arc<Count>);

#[derive(Debug, Default)]
struct Count {
    running: AtomicUsize,
    idle: Notify,
    /// That of the application around this one, which waits too.
    outer: OnceLock<Detached>,
}

impl Detached {
    /// Lets a future run to its end as a task of its own. Without a runtime to run it on, it is dropped.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let running = self.enter();
        runtime.spawn(Watch::inherited(async move {
            work.await;
            drop(running);
        }));
    }

    /// Counts what is under way until this is dropped.
    pub(crate) fn enter(&self) -> Running {
        self.0.running.fetch_add(1, Ordering::AcqRel);
        let outer = self.0.outer.get().map(|outer| Box::new(outer.enter()));
        Running {
            count: self.clone(),
            _outer: outer,
        }
    }

    /// Lets the application around this one wait too. An application inside several is counted by the first. Gives whether this
    /// is news.
    pub(crate) fn inside(&self, outer: &Self) -> bool {
        !Arc::ptr_eq(&self.0, &outer.0) && self.0.outer.set(outer.clone()).is_ok()
    }

    /// How much is under way.
    pub(crate) fn running(&self) -> usize {
        self.0.running.load(Ordering::Acquire)
    }

    /// Waits until nothing is under way.
    pub(crate) async fn idle(&self) {
        loop {
            let idle = self.0.idle.notified();
            if self.running() == 0 {
                return;
            }
            idle.await;
        }
    }
}

/// One piece of work, however it ends.
#[derive(Debug)]
pub(crate) struct Running {
    count: Detached,
    _outer: Option<Box<Running>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.count.0.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.count.0.idle.notify_waiters();
        }
    }
}
