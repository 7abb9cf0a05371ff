//! [`WebSocketImpl`]: the hooks of a `#[websocket]` handler, and the loop that calls them.
//!
//! Its fields, default headers and `prepare` are those of any handler, and so is its answer, which changes the protocol. Then the struct moves
//! into the socket: `open`, `message` and the others are called there, one after the other, and `on_finish` when it is over.

use std::future::{Future, ready};

use super::{
    codec::CloseCode,
    exchange::Incoming,
    message::Message,
    reason::CloseReason,
    settings::Settings,
    socket::WebSocket,
    upgrade::{Accepted, WebSocketUpgrade, reason_of, with_upgrade},
};
use crate::handler::{
    Context, Response, Result,
    life_cycle::{Built, HandlerImpl, Live, Method, Shareable, guard},
    upgrade::Upgrade,
};

/// The hooks of a socket, as `#[websocket]` on an impl has them.
pub trait WebSocketImpl: HandlerImpl {
    /// Whether it has `ping` or `pong`.
    const HEARS_PINGS: bool = false;

    /// `#[settings]`
    fn settings(&self) -> Option<Settings> {
        None
    }

    /// `open`
    fn open(&mut self, socket: &mut WebSocket) -> impl Future<Output = Result<()>> + Send {
        _ = socket;
        ready(Ok(()))
    }

    /// `message`
    fn message(
        &mut self,
        socket: &mut WebSocket,
        message: Message,
    ) -> impl Future<Output = Result<()>> + Send {
        _ = (socket, message);
        let reason = CloseReason::new(CloseCode::UNSUPPORTED, "no message is taken here");
        ready(Err(reason.into()))
    }

    /// `ping`
    fn ping(
        &mut self,
        socket: &mut WebSocket,
        payload: Vec<u8>,
    ) -> impl Future<Output = Result<()>> + Send {
        _ = (socket, payload);
        ready(Ok(()))
    }

    /// `pong`
    fn pong(
        &mut self,
        socket: &mut WebSocket,
        payload: Vec<u8>,
    ) -> impl Future<Output = Result<()>> + Send {
        _ = (socket, payload);
        ready(Ok(()))
    }

    /// `close`
    fn close(&mut self, reason: CloseReason) -> impl Future<Output = Result<()>> + Send {
        _ = reason;
        ready(Ok(()))
    }
}

/// Tells the one method of a `#[websocket]` handler from those of others.
#[derive(Debug)]
pub enum Opening {}

impl<H: WebSocketImpl + Shareable> Method<Opening> for H {
    const NAME: &'static str = "GET";

    fn call(live: &mut Live<Self>, cx: &mut Context) -> impl Future<Output = Result<()>> + Send {
        ready(accept(live, cx))
    }

    fn end(live: Live<Self>, response: &mut Response)
    where
        Self: Built,
    {
        let accepted = response.extensions_mut().remove::<Accepted>();
        let upgrade = response.extensions().get::<Upgrade>();
        match (accepted, upgrade) {
            (Some(accepted), Some(upgrade)) => upgrade.set(move |transport, read| {
                accepted.begin(transport, read, |socket| Box::pin(run(live, socket)))
            }),
            _ => live.end_with(response),
        }
    }
}

/// Answers the request with 101.
fn accept<H: WebSocketImpl>(live: &mut Live<H>, cx: &mut Context) -> Result<()> {
    let upgrade = WebSocketUpgrade::of(cx)?;
    let upgrade = match live.handler()?.settings() {
        Some(settings) => upgrade.settings(settings),
        None => upgrade,
    };
    let (mut response, accepted) = upgrade.accept()?;
    response.extensions_mut().insert(accepted);
    cx.answer.response = Some(with_upgrade(response, Upgrade::default()));
    Ok(())
}

/// The life of a socket.
async fn run<H: WebSocketImpl>(mut live: Live<H>, mut socket: WebSocket) -> CloseReason {
    if H::HEARS_PINGS {
        socket.want_pings();
    }
    let talked = guard(talk(&mut live, &mut socket)).await;
    let reason = match talked.and_then(|talked| talked) {
        Ok(()) => socket.close_reason(),
        Err(error) => Some(reason_of(&error, socket.close_reason(), &H::NAME)),
    };
    let reason = reason.unwrap_or_else(|| CloseReason::new(CloseCode::NORMAL, ""));
    socket.close(reason.code(), reason.text().to_owned());
    // Where it had ended before, that is what it ended with.
    let reason = socket.close_reason().unwrap_or(reason);
    let closed = guard(close(&mut live, reason.clone())).await;
    if let Err(error) = closed.and_then(|closed| closed) {
        tracing::error!(target: "squall", error = ?error, "`close` of `{}` failed", H::NAME);
    }
    live.end_socket(socket.sent(), reason.is_clean());
    reason
}

async fn talk<H: WebSocketImpl>(live: &mut Live<H>, socket: &mut WebSocket) -> Result<()> {
    let handler = live.handler()?;
    handler.open(socket).await?;
    while let Some(incoming) = socket.next().await {
        match incoming {
            Incoming::Message(message) => handler.message(socket, message).await?,
            Incoming::Ping(payload) => handler.ping(socket, payload).await?,
            Incoming::Pong(payload) => handler.pong(socket, payload).await?,
        }
    }
    Ok(())
}

async fn close<H: WebSocketImpl>(live: &mut Live<H>, reason: CloseReason) -> Result<()> {
    live.handler()?.close(reason).await
}
