//! [`WebSocketImpl`]: the hooks of a `#[websocket]` handler, and the loop that calls them.
//!
//! Its fields, default headers and `prepare` are those of any handler, and so is its answer, which changes the protocol. Then the struct moves
//! into the socket: `open`, `message` and the others are called there, one after the other, and `on_finish` when it is over.

use std::future::{Future, ready};

use super::{
    codec::{CloseCode, Message},
    exchange::Incoming,
    reason::CloseReason,
    session::Program,
    settings::Settings,
    socket::{Heard, WebSocket, still_follows},
    source::{Event, Happening},
    upgrade::{Accepted, WebSocketUpgrade, reason_of, with_upgrade},
};
use crate::handler::{
    Context, Response, Result,
    life_cycle::{Built, HandlerImpl, Live, Method, Shareable, guard},
    respond::Failure,
    upgrade::Upgrade,
};
use crate::hub::{Member, Missed};

/// What `#[websocket]` says of a struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no WebSocket",
    label = "not a WebSocket",
    note = "write `#[websocket]` above `struct {Self}` too: the struct and its impl both carry it"
)]
pub trait WebSocketStruct {}

/// The functions of a socket, as `#[websocket]` on an impl has them.
///
/// [`HandlerImpl`] is not asked for here, as it is not by [`Method`]: a struct without an attribute would be one error more.
pub trait WebSocketImpl: WebSocketStruct {
    /// Whether it has `ping` or `pong`.
    const HEARS_PINGS: bool;

    /// Whether it has `joined` or `left`.
    const HEARS_MEMBERS: bool;

    /// `settings`
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

    /// `event`
    fn event(
        &mut self,
        socket: &mut WebSocket,
        event: Event,
    ) -> impl Future<Output = Result<()>> + Send {
        async move { socket.send(&event).await }
    }

    /// `joined`
    fn joined(
        &mut self,
        socket: &mut WebSocket,
        member: Member,
    ) -> impl Future<Output = Result<()>> + Send {
        _ = (socket, member);
        ready(Ok(()))
    }

    /// `left`
    fn left(
        &mut self,
        socket: &mut WebSocket,
        member: Member,
    ) -> impl Future<Output = Result<()>> + Send {
        _ = (socket, member);
        ready(Ok(()))
    }

    /// `missed`
    fn missed(
        &mut self,
        socket: &mut WebSocket,
        missed: Missed,
    ) -> impl Future<Output = Result<()>> + Send {
        _ = socket;
        ready(still_follows(missed).map_err(Into::into))
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

impl<H: HandlerImpl + WebSocketImpl + Shareable> Method<Opening> for H {
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
                accepted.begin(transport, read, |socket| begin(live, socket))
            }),
            _ => live.end_with(response),
        }
    }
}

/// Answers the request with 101.
fn accept<H: HandlerImpl + WebSocketImpl>(live: &mut Live<H>, cx: &mut Context) -> Result<()> {
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

/// Begins the life of a socket.
fn begin<H: HandlerImpl + WebSocketImpl + Shareable>(
    live: Live<H>,
    mut socket: WebSocket,
) -> Program {
    // Now, and not when the program first runs: a ping may come right behind the handshake, and is read before that.
    if H::HEARS_PINGS {
        socket.want_pings();
    }
    if H::HEARS_MEMBERS {
        socket.want_members();
    }
    Box::pin(run(live, socket))
}

/// The life of a socket.
async fn run<H: HandlerImpl + WebSocketImpl>(
    mut live: Live<H>,
    mut socket: WebSocket,
) -> CloseReason {
    live.slim();
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

async fn talk<H: HandlerImpl + WebSocketImpl>(
    live: &mut Live<H>,
    socket: &mut WebSocket,
) -> Result<()> {
    let handler = live.handler()?;
    handler.open(socket).await?;
    loop {
        match socket.next().await {
            Some(Heard::Incoming(Incoming::Message(message))) => {
                handler.message(socket, message).await?;
            }
            Some(Heard::Incoming(Incoming::Ping(payload))) => handler.ping(socket, payload).await?,
            Some(Heard::Incoming(Incoming::Pong(payload))) => handler.pong(socket, payload).await?,
            Some(Heard::Happening(happening)) => tell(handler, socket, happening).await?,
            None => return Ok(()),
        }
    }
}

/// Tells what has happened on a topic.
async fn tell<H: WebSocketImpl>(
    handler: &mut H,
    socket: &mut WebSocket,
    happening: Happening,
) -> Result<()> {
    match happening {
        Happening::Event(event) => handler.event(socket, event).await,
        Happening::Joined(member) => handler.joined(socket, member).await,
        Happening::Left(member) => handler.left(socket, member).await,
        Happening::Missed(missed) => handler.missed(socket, missed).await,
    }
}

async fn close<H: HandlerImpl + WebSocketImpl>(
    live: &mut Live<H>,
    reason: CloseReason,
) -> Result<()> {
    live.handler()?.close(reason).await
}

/// What a function of a socket may return: nothing, or a `Result`.
#[diagnostic::on_unimplemented(
    message = "a function of a WebSocket cannot return `{Self}`",
    label = "return `Result<()>` or nothing",
    note = "what is to be sent is sent: `socket.send(…).await`"
)]
pub trait Ended {
    /// Whether the socket goes on.
    ///
    /// # Errors
    ///
    /// What it is closed for.
    fn into_result(self) -> Result<()>;
}

impl Ended for () {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl<E: Failure> Ended for Result<(), E> {
    fn into_result(self) -> Result<()> {
        self.map_err(Into::into)
    }
}

/// The result of a function of a socket.
///
/// # Errors
///
/// What the socket is closed for.
#[inline]
pub fn ended<T: Ended>(result: T) -> Result<()> {
    result.into_result()
}

/// What `settings` may return.
#[diagnostic::on_unimplemented(
    message = "`settings` of a WebSocket cannot return `{Self}`",
    label = "return `Settings`",
    note = "it is written `fn settings(&self) -> Settings`",
    note = "what may fail, or has to wait, is done in `#[prepare]`, which can refuse the request, and kept in a field marked `#[default]`"
)]
pub trait IntoSettings {
    /// The settings.
    fn into_settings(self) -> Settings;
}

#[diagnostic::do_not_recommend]
impl<T: Into<Settings>> IntoSettings for T {
    fn into_settings(self) -> Settings {
        self.into()
    }
}

/// What `settings` returns.
pub fn settings<T: IntoSettings>(settings: T) -> Settings {
    settings.into_settings()
}
