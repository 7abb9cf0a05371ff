//! [`Shutdown`]: the signal that a server ends, for all that would go on for ever.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;

/// The signal that a server ends. Cloning gives a handle of the same signal.
///
/// A server gives it when SIGINT or SIGTERM comes; [`begin`](Self::begin) has the same effect. From then on nothing new is accepted,
/// idle connections are closed, and requests in flight have until the
/// [drain deadline](crate::server::Limits::drain_deadline). What would wait for longer than that (a long poll, a stream of events,
/// a task in the background) waits for [`begun`](Self::begun) too.
///
/// A handler finds it at [`Context::shutdown`](crate::Context::shutdown), a program at
/// [`Application::shutdown`](crate::Application::shutdown).
///
/// # Examples
///
/// A task that ends with the server, and a server that ends with its task:
///
/// ```
/// use std::time::Duration;
///
/// use squall::{Application, Options, routes};
/// use tokio::{select, spawn, time::sleep};
///
/// #[squall::main]
/// async fn main() -> squall::Result<()> {
///     let app = Application::new(routes![]);
///     let shutdown = app.shutdown();
///     let task = spawn(async move {
///         for _ in 0..3 {
///             select! {
///                 () = sleep(Duration::from_millis(1)) => {}
///                 () = shutdown.begun() => return,
///             }
///         }
///         shutdown.begin();
///     });
///     let mut options = Options::default();
///     options.port = 0;
///     app.serve(options).await?;
///     task.await?;
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Shutdown(Arc<Signal>);

#[derive(Debug, Default)]
struct Signal {
    has_begun: AtomicBool,
    begin: Notify,
    /// Those of the applications inside this one.
    inside: Mutex<Vec<Shutdown>>,
}

impl Shutdown {
    /// Lets the server end.
    pub fn begin(&self) {
        // Under the lock, so that no application can come inside unnoticed.
        let inside = self.inside();
        self.0.has_begun.store(true, Ordering::Release);
        self.0.begin.notify_waiters();
        inside.iter().for_each(Self::begin);
    }

    /// Whether the server ends.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.has_begun.load(Ordering::Acquire)
    }

    /// Waits until the server ends. Over at once where it does already.
    pub fn begun(&self) -> impl Future<Output = ()> + Send + 'static {
        let shutdown = self.clone();
        async move {
            let begin = shutdown.0.begin.notified();
            if !shutdown.has_begun() {
                begin.await;
            }
        }
    }

    /// Passes the signal on to that of an application inside.
    pub(crate) fn reach(&self, other: &Self) {
        let mut inside = self.inside();
        inside.push(other.clone());
        if self.has_begun() {
            other.begin();
        }
    }

    fn inside(&self) -> MutexGuard<'_, Vec<Self>> {
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
