//! A page on axum, rendered by hand.

use std::{io, net::Ipv4Addr};

use askama::Template;
use axum::{Router, http::StatusCode, response::Html, routing::get, serve::ListenerExt};
use bench_servers::{TEXT, pages::Page, port_and_workers};
use tokio::net::TcpListener;

fn main() -> io::Result<()> {
    let (port, workers) = port_and_workers();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()?
        .block_on(async {
            // squall sets it too.
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
                .await?
                .tap_io(|stream| drop(stream.set_nodelay(true)));
            let router = Router::new()
                .route("/", get(async || TEXT))
                .route("/page", get(page));
            axum::serve(listener, router).await
        })
}

async fn page() -> Result<Html<String>, StatusCode> {
    let page = Page::whole().render();
    page.map(Html).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}
