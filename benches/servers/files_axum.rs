//! axum with the `ServeDir` of tower-http.

use std::io;

use axum::{Router, routing::get};
use bench_servers::{TEXT, folder, serve_axum};
use tower_http::services::ServeDir;

fn main() -> io::Result<()> {
    let files = ServeDir::new(folder());
    let router = Router::new().route("/", get(async || TEXT)).nest_service("/static", files);
    serve_axum(router)
}
