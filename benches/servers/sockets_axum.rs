//! WebSockets on axum.

use std::{io, sync::Arc};

use axum::{
    Router,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    response::Response,
    routing::get,
};
use bench_servers::{TEXT, serve_axum};
use tokio::{select, sync::broadcast};

type Feed = Arc<broadcast::Sender<Message>>;

fn main() -> io::Result<()> {
    let feed: Feed = Arc::new(broadcast::channel(256).0);
    let router = Router::new()
        .route("/", get(async || TEXT))
        .route("/echo", get(echo))
        .route("/feed", get(subscribe))
        .with_state(feed);
    serve_axum(router)
}

async fn echo(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket: WebSocket| {
        while let Some(Ok(message)) = socket.recv().await {
            if matches!(message, Message::Text(_) | Message::Binary(_))
                && socket.send(message).await.is_err()
            {
                break;
            }
        }
    })
}

async fn subscribe(upgrade: WebSocketUpgrade, State(feed): State<Feed>) -> Response {
    upgrade.on_upgrade(async move |mut socket: WebSocket| {
        let mut published = feed.subscribe();
        loop {
            select! {
                came = socket.recv() => match came {
                    Some(Ok(message @ Message::Text(_))) => _ = feed.send(message),
                    Some(Ok(_)) => {}
                    _ => break,
                },
                message = published.recv() => match message {
                    Ok(message) if socket.send(message).await.is_ok() => {}
                    _ => break,
                },
            }
        }
    })
}
