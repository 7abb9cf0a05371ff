//! A web framework whose routes the compiler proves.
//!
//! A handler struct is the typed request, its attributes are the application, the compiler proves the routes, and an event loop
//! on every core runs them.
//!
//! ```no_run
//! use squall::{Application, Options, handler, routes};
//!
//! #[handler]
//! #[route("/")]
//! struct Hello;
//!
//! #[handler]
//! impl Hello {
//!     async fn get(&self) -> &'static str {
//!         "Hello, world"
//!     }
//! }
//!
//! #[squall::main]
//! async fn main() -> squall::Result<()> {
//!     Application::new(routes![Hello]).serve(Options::default()).await
//! }
//! ```
#![forbid(unsafe_code)]

extern crate self as squall;

mod application;
pub mod handler;
pub mod http;
mod options;
mod routing;
mod server;
pub mod testing;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use application::{Application, Endpoint, ResponseFuture, Routes};
pub use handler::{Context, Error, Html, HttpError, Json, Redirect, Result, State};
pub use options::Options;
pub use squall_macros::{handler, main, routes, test};
