//! WebSockets by actix-ws, event streams and long polls on actix-web.

use std::{io, sync::OnceLock};

use actix_web::{HttpRequest, HttpResponse, Result, get, rt, web};
use actix_web::web::Bytes;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, Session};
use bench_servers::{TEXT, serve_actix};
use futures_util::stream;
use tokio::{select, sync::broadcast};

/// The longest message.
const MOST: usize = 1 << 20;

fn feed() -> &'static broadcast::Sender<String> {
    static FEED: OnceLock<broadcast::Sender<String>> = OnceLock::new();
    FEED.get_or_init(|| broadcast::channel(256).0)
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    serve_actix(|routes| {
        routes
            .service(text)
            .service(echo)
            .service(subscribe)
            .service(events)
            .service(updates);
    })
    .await
}

#[get("/")]
async fn text() -> &'static str {
    TEXT
}

fn open(
    request: &HttpRequest,
    stream: web::Payload,
) -> Result<(HttpResponse, Session, AggregatedMessageStream)> {
    let (response, session, stream) = actix_ws::handle(request, stream)?;
    let stream = stream
        .max_frame_size(MOST)
        .aggregate_continuations()
        .max_continuation_size(MOST);
    Ok((response, session, stream))
}

#[get("/echo")]
async fn echo(request: HttpRequest, stream: web::Payload) -> Result<HttpResponse> {
    let (response, mut session, mut stream) = open(&request, stream)?;
    rt::spawn(async move {
        while let Some(Ok(message)) = stream.recv().await {
            let sent = match message {
                AggregatedMessage::Text(said) => session.text(said).await,
                AggregatedMessage::Binary(bytes) => session.binary(bytes).await,
                _ => Ok(()),
            };
            if sent.is_err() {
                break;
            }
        }
    });
    Ok(response)
}

#[get("/feed")]
async fn subscribe(request: HttpRequest, stream: web::Payload) -> Result<HttpResponse> {
    let (response, mut session, mut stream) = open(&request, stream)?;
    rt::spawn(async move {
        let mut published = feed().subscribe();
        loop {
            select! {
                came = stream.recv() => match came {
                    Some(Ok(AggregatedMessage::Text(said))) => _ = feed().send(said.to_string()),
                    Some(Ok(_)) => {}
                    _ => break,
                },
                message = published.recv() => match message {
                    Ok(message) => if session.text(message).await.is_err() {
                        break;
                    },
                    Err(_) => break,
                },
            }
        }
    });
    Ok(response)
}

#[get("/events")]
async fn events() -> HttpResponse {
    let events = stream::unfold(feed().subscribe(), async |mut published| {
        let message = published.recv().await.ok()?;
        let event = Bytes::from(format!("data: {message}\n\n"));
        Some((Ok::<_, io::Error>(event), published))
    });
    HttpResponse::Ok().content_type("text/event-stream").streaming(Box::pin(events))
}

#[get("/updates")]
async fn updates() -> String {
    feed().subscribe().recv().await.unwrap_or_default()
}
