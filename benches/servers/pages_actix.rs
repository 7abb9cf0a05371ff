//! A page on actix-web, rendered by hand.

use std::{io, net::Ipv4Addr};

use actix_web::{App, HttpServer, error::ErrorInternalServerError, get, web::Html};
use askama::Template;
use bench_servers::{TEXT, pages::Page, port_and_workers};

#[actix_web::main]
async fn main() -> io::Result<()> {
    let (port, workers) = port_and_workers();
    HttpServer::new(|| App::new().service(text).service(page))
        .workers(workers)
        // squall sets it too.
        .tcp_nodelay(true)
        .bind((Ipv4Addr::LOCALHOST, port))?
        .run()
        .await
}

#[get("/")]
async fn text() -> &'static str {
    TEXT
}

#[get("/page")]
async fn page() -> actix_web::Result<Html> {
    let page = Page::whole().render();
    page.map(Html::new).map_err(ErrorInternalServerError)
}
