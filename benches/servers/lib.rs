//! What the servers have in common: their command line, the JSON object, the hundred resources, the page.
//!
//! Every server answers `GET /` with a text. The plain ones (`squall`, `axum` and so on) answer `GET /json` with an object that serde makes anew
//! each time, and `GET /api/v1/resource0/{id}` to `resource99/{id}` with the id, read as a number; those of files and of pages say at
//! [`folder`] and `pages` what they answer.

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

/// Runs a server of tokio's: on the port and with the threads that the command line names.
///
/// # Errors
///
/// The port is taken.
#[cfg(feature = "axum")]
pub fn run<F: Future<Output = std::io::Result<()>>>(serve: impl FnOnce(tokio::net::TcpListener) -> F) -> std::io::Result<()> {
    let (port, workers) = port_and_workers();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()?
        .block_on(async { serve(tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?).await })
}

/// Serves with axum. Small answers go out at once: squall sees to that too.
///
/// # Errors
///
/// The port is taken.
#[cfg(feature = "axum")]
pub fn serve_axum(router: axum::Router) -> std::io::Result<()> {
    use axum::serve::ListenerExt;

    run(async |listener| {
        // Without it a small file waits 40 ms for the acknowledgement of its head.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        axum::serve(listener, router).await
    })
}

/// The same with actix-web.
///
/// # Errors
///
/// The port is taken.
#[cfg(feature = "actix")]
pub async fn serve_actix(routes: fn(&mut actix_web::web::ServiceConfig)) -> std::io::Result<()> {
    let (port, workers) = port_and_workers();
    actix_web::HttpServer::new(move || actix_web::App::new().configure(routes))
        .workers(workers)
        .tcp_nodelay(true)
        .bind((std::net::Ipv4Addr::LOCALHOST, port))?
        .run()
        .await
}

/// Rocket's settings, by the command line.
#[cfg(feature = "rocket")]
#[must_use]
pub fn rocket_config() -> rocket::Config {
    let (port, workers) = port_and_workers();
    rocket::Config {
        port,
        workers,
        ..rocket::Config::default()
    }
}

/// squall's handler of the text.
#[cfg(feature = "squall")]
pub mod text {
    use squall::handler;

    #[handler]
    #[route("/")]
    pub struct Text;

    #[handler]
    impl Text {
        async fn get(&self) -> &'static str {
            super::TEXT
        }
    }
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
