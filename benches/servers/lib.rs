//! What the servers have in common: their command line, the JSON object, the hundred resources.
//!
//! Every server answers `GET /` with a text, `GET /json` with an object that serde makes anew each time, and
//! `GET /api/v1/resource0/{id}` to `resource99/{id}` with the id, read as a number.

#[cfg(feature = "pages")]
pub mod pages;

use serde::Serialize;

/// The text.
pub const TEXT: &str = "Hello, world";

/// The number of resources.
pub const RESOURCES: usize = 100;

/// The object.
#[derive(Serialize)]
pub struct Message {
    pub message: &'static str,
}

impl Message {
    #[must_use]
    pub fn hello() -> Self {
        Self { message: TEXT }
    }
}

/// The path of a resource, without the id.
#[must_use]
pub fn resource(number: usize) -> String {
    format!("/api/v1/resource{number}")
}

/// The port and the number of workers that the command line names.
///
/// # Panics
///
/// They are missing or no numbers.
#[must_use]
pub fn port_and_workers() -> (u16, usize) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (port, workers) = match &arguments[..] {
        [port] => (port, "2"),
        [port, workers] => (port, workers.as_str()),
        _ => panic!("usage: <server> <port> [workers]"),
    };
    (
        port.parse().expect("a port"),
        workers.parse().expect("a number of workers"),
    )
}

/// The folder of the servers of files, which answer `GET /static/{path}` with what lies there, and `GET /` with a text.
///
/// # Panics
///
/// `FILES` does not name it.
#[must_use]
pub fn folder() -> String {
    std::env::var("FILES").expect("`FILES` names a folder")
}
