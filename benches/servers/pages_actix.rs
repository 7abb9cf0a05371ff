//! A page on actix-web, rendered by hand.

use std::io;

use actix_web::{error::ErrorInternalServerError, get, web::Html};
use askama::Template;
use bench_servers::{
    TEXT,
    pages::{Page, ROWS},
    serve_actix,
};

#[actix_web::main]
async fn main() -> io::Result<()> {
    serve_actix(|config| {
        config.service(text).service(page);
    })
    .await
}

#[get("/")]
async fn text() -> &'static str {
    TEXT
}

#[get("/page")]
async fn page() -> actix_web::Result<Html> {
    let page = Page::of(ROWS).render();
    page.map(Html::new).map_err(ErrorInternalServerError)
}
