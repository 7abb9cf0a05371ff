//! A page on axum, rendered by hand.

use std::io;

use askama::Template;
use axum::{Router, http::StatusCode, response::Html, routing::get};
use bench_servers::{
    TEXT,
    pages::{Page, ROWS},
    serve_axum,
};

fn main() -> io::Result<()> {
    let router = Router::new().route("/", get(async || TEXT)).route("/page", get(page));
    serve_axum(router)
}

async fn page() -> Result<Html<String>, StatusCode> {
    let page = Page::of(ROWS).render();
    page.map(Html).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}
