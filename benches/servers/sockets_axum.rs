//! WebSockets, event streams and long polls on axum.

use std::{convert::Infallible, io, sync::Arc};

use axum::{
    Router,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    response::{
        Response,
        sse::{Event, Sse},
    },
    routing::get,
};
use bench_servers::{TEXT, serve_axum};
use futures_util::{Stream, stream};
use tokio::{select, sync::broadcast};

type Feed = Arc<broadcast::Sender<Message>>;

fn main() -> io::Result<()> {
    let feed: Feed = Arc::new(broadcast::channel(256).0);
    let router = Router::new()
        .route("/", get(async || TEXT))
        .route("/echo", get(echo))
        .route("/feed", get(subscribe))
        .route("/events", get(events))
        .route("/updates", get(updates))
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
                    Ok(message) => if socket.send(message).await.is_err() {
                        break;
                    },
                    Err(_) => break,
                },
            }
        }
    })
}

async fn events(State(feed): State<Feed>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(stream::unfold(feed.subscribe(), async |mut published| {
        let message = published.recv().await.ok()?;
        let event = Event::default().data(message.to_text().ok()?);
        Some((Ok(event), published))
    }))
    .keep_alive(axum::response::sse::KeepAlive::default())
}

async fn updates(State(feed): State<Feed>) -> String {
    let message = feed.subscribe().recv().await;
    message.map_or_else(|_| String::new(), |message| message.to_text().unwrap_or_default().to_owned())
}
