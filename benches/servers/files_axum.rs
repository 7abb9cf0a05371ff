//! axum with the `ServeDir` of tower-http.

use std::{io, net::Ipv4Addr};

use axum::{Router, routing::get, serve::ListenerExt};
use bench_servers::{TEXT, folder, port_and_workers};
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

fn main() -> io::Result<()> {
    let (port, workers) = port_and_workers();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()?
        .block_on(async {
            // Without it a small file waits 40 ms for the acknowledgement of its head.
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
                .await?
                .tap_io(|stream| drop(stream.set_nodelay(true)));
            let router = Router::new()
                .route("/", get(async || TEXT))
                .nest_service("/static", ServeDir::new(folder()));
            axum::serve(listener, router).await
        })
}
