//! axum on tokio's multi-threaded runtime.

use std::{io, net::Ipv4Addr};

use axum::{Json, Router, extract::Path, routing::get};
use bench_servers::{Message, RESOURCES, TEXT, port_and_workers, resource};
use tokio::net::TcpListener;

fn main() -> io::Result<()> {
    let (port, workers) = port_and_workers();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()?
        .block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            axum::serve(listener, router()).await
        })
}

fn router() -> Router {
    let router = Router::new()
        .route("/", get(text))
        .route("/json", get(object));
    (0..RESOURCES).fold(router, |router, number| {
        router.route(&format!("{}/{{id}}", resource(number)), get(id))
    })
}

async fn text() -> &'static str {
    TEXT
}

async fn object() -> Json<Message> {
    Json(Message::hello())
}

async fn id(Path(id): Path<u64>) -> String {
    id.to_string()
}
