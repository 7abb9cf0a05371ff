//! actix-files.

use std::{io, net::Ipv4Addr};

use actix_files::Files;
use actix_web::{App, HttpServer, get};
use bench_servers::{TEXT, folder, port_and_workers};

#[actix_web::main]
async fn main() -> io::Result<()> {
    let (port, workers) = port_and_workers();
    HttpServer::new(|| {
        App::new()
            .service(text)
            .service(Files::new("/static", folder()))
    })
    .workers(workers)
    // Without it a small file waits 40 ms for the acknowledgement of its head.
    .tcp_nodelay(true)
    .bind((Ipv4Addr::LOCALHOST, port))?
    .run()
    .await
}

#[get("/")]
async fn text() -> &'static str {
    TEXT
}
