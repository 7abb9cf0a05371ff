//! actix-files.

use std::io;

use actix_files::Files;
use actix_web::get;
use bench_servers::{TEXT, folder, serve_actix};

#[actix_web::main]
async fn main() -> io::Result<()> {
    serve_actix(|config| {
        config.service(text).service(Files::new("/static", folder()));
    })
    .await
}

#[get("/")]
async fn text() -> &'static str {
    TEXT
}
