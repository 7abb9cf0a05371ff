//! axum on tokio's multi-threaded runtime.

use std::io;

use axum::{Json, Router, extract::Path, routing::get};
use bench_servers::{Message, RESOURCES, TEXT, resource, run};

fn main() -> io::Result<()> {
    run(async |listener| axum::serve(listener, router()).await)
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
