//! actix-web on its own loops.

use std::{io, net::Ipv4Addr, time::Duration};

use actix_web::{App, HttpServer, get, web};
use bench_servers::{Message, RESOURCES, TEXT, port_and_workers, resource};

#[actix_web::main]
async fn main() -> io::Result<()> {
    let (port, workers) = port_and_workers();
    HttpServer::new(|| App::new().configure(routes))
        .workers(workers)
        // After 5 seconds, its default, it would close the idle connections that are to be weighed.
        .keep_alive(Duration::from_secs(75))
        .bind((Ipv4Addr::LOCALHOST, port))?
        .run()
        .await
}

fn routes(config: &mut web::ServiceConfig) {
    config.service(text).service(object);
    for number in 0..RESOURCES {
        config.route(&format!("{}/{{id}}", resource(number)), web::get().to(id));
    }
}

#[get("/")]
async fn text() -> &'static str {
    TEXT
}

#[get("/json")]
async fn object() -> web::Json<Message> {
    web::Json(Message::hello())
}

async fn id(id: web::Path<u64>) -> String {
    id.to_string()
}
