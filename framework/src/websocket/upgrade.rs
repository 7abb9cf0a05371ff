//! [`WebSocketUpgrade`]: a request for a WebSocket, answered by a handler that writes the loop itself.

use std::{fmt, future::Future, sync::Arc};

use ::http::HeaderValue;

use super::{
    codec::{Agreed, CloseCode, Decoder, Role},
    exchange::Exchange,
    handler::Ended,
    handshake,
    reason::{CloseReason, Closed},
    session::{Program, Session},
    settings::{Limits, Settings},
    socket::WebSocket,
};
use crate::handler::{
    Context, Error, FromRequestParts, OptionalFromRequestParts, RequestHandle, Response, Result,
    life_cycle::guard,
    upgrade::{Transport, Upgrade, Upgraded},
};

/// A request for a WebSocket, for a handler that writes its loop itself. The other way is [`#[websocket]`](macro@crate::websocket).
///
/// As an argument it checks the handshake ([RFC 6455 §4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1)): 426 for a request that asks
/// for no WebSocket, or for another version than 13; 400 for one that is wrong, such as a key that is not 16 bytes. `Option<WebSocketUpgrade>` is `None`
/// for a request that asks for no WebSocket: so a page and a socket can have one URL.
///
/// # Examples
///
/// ```
/// use squall::{
///     Application, Result, handler,
///     handler::IntoResponse,
///     routes,
///     testing::TestClient,
///     websocket::WebSocketUpgrade,
/// };
///
/// #[handler]
/// #[route("/count")]
/// struct Count;
///
/// #[handler]
/// impl Count {
///     async fn get(&self, upgrade: WebSocketUpgrade) -> Result<impl IntoResponse> {
///         upgrade.on_upgrade(async |mut socket| {
///             let mut messages = 0;
///             while let Some(message) = socket.recv().await {
///                 messages += 1;
///                 socket.send(format!("{messages}: {} bytes", message.as_bytes().len())).await?;
///             }
///             Ok::<_, squall::Error>(())
///         })
///     }
/// }
///
/// #[squall::main]
/// async fn main() {
///     let client = TestClient::new(Application::new(routes![Count]));
///     let mut socket = client.websocket("/count").await;
///     socket.send("hello").await;
///     assert_eq!(socket.text().await, "1: 5 bytes");
/// }
/// ```
///
/// ## Messages and a timer
///
/// The socket outlives the request, so the closure is a `move` one, and what it needs of `self` is cloned before it. A function of its own says
/// by its signature what the loop returns, which a closure with `?` in it does by `Ok::<_, squall::Error>(())`.
///
/// ```
/// use std::time::Duration;
///
/// # use squall::{Application, routes, testing::TestClient};
/// use squall::{
///     Result, handler,
///     handler::IntoResponse,
///     websocket::{WebSocket, WebSocketUpgrade},
/// };
/// use tokio::time::interval;
///
/// #[handler]
/// #[route("/clock/{name}")]
/// struct Clock {
///     name: String,
/// }
///
/// #[handler]
/// impl Clock {
///     async fn get(&self, upgrade: WebSocketUpgrade) -> Result<impl IntoResponse> {
///         let name = self.name.clone();
///         upgrade.on_upgrade(move |socket| talk(socket, name))
///     }
/// }
///
/// async fn talk(mut socket: WebSocket, name: String) -> Result<()> {
///     let mut ticks = interval(Duration::from_secs(1));
///     loop {
///         tokio::select! {
///             _ = ticks.tick() => socket.send(format!("{name}: tick")).await?,
///             message = socket.recv() => match message {
///                 Some(message) => socket.send(message).await?,
///                 None => return Ok(()),
///             },
///         }
///     }
/// }
/// #
/// # #[squall::main]
/// # async fn main() {
/// #     let client = TestClient::new(Application::new(routes![Clock]));
/// #     let mut socket = client.websocket("/clock/Ada").await;
/// #     assert_eq!(socket.text().await, "Ada: tick");
/// #     socket.send("hello").await;
/// #     assert_eq!(socket.text().await, "hello");
/// # }
/// ```
///
/// ## Two halves
///
/// What sends elsewhere has a [handle](super::Sender), of which there can be many. As a stream and a sink a socket can also be split by the
/// crate `futures-util`, for code that takes these; it is closed when both halves are dropped.
///
/// ```
/// use futures_util::StreamExt;
/// use squall::{Result, websocket::WebSocket};
///
/// async fn echo(socket: WebSocket) -> Result<()> {
///     let (sink, stream) = socket.split();
///     stream.map(Ok).forward(sink).await?;
///     Ok(())
/// }
/// # #[squall::main]
/// # async fn main() {
/// #     use squall::{Application, handler, handler::IntoResponse, routes, testing::TestClient, websocket::WebSocketUpgrade};
/// #     #[handler]
/// #     #[route("/echo")]
/// #     struct Echo;
/// #     #[handler]
/// #     impl Echo {
/// #         async fn get(&self, upgrade: WebSocketUpgrade) -> Result<impl IntoResponse> {
/// #             upgrade.on_upgrade(echo)
/// #         }
/// #     }
/// #     let client = TestClient::new(Application::new(routes![Echo]));
/// #     let mut socket = client.websocket("/echo").await;
/// #     socket.send("hello").await;
/// #     assert_eq!(socket.text().await, "hello");
/// # }
/// ```
#[must_use = "a request for a WebSocket is answered with `on_upgrade`"]
#[derive(Debug)]
pub struct WebSocketUpgrade {
    accept: HeaderValue,
    request: RequestHandle,
    settings: Arc<Settings>,
}

impl FromRequestParts for WebSocketUpgrade {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        Self::of(cx)
    }
}

impl OptionalFromRequestParts for WebSocketUpgrade {
    async fn optional_from_request_parts(cx: &mut Context) -> Result<Option<Self>> {
        if handshake::is_asked_for(cx.request()) {
            Self::of(cx).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl WebSocketUpgrade {
    /// Checks the request of a context.
    pub(super) fn of(cx: &Context) -> Result<Self> {
        Ok(Self {
            accept: handshake::check(cx.request())?,
            request: cx.request().clone(),
            settings: cx.state().unwrap_or_default(),
        })
    }

    /// Says other settings than those of the application.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = Arc::new(settings);
        self
    }

    /// The subprotocols that the client offers, the preferred one first. [`Settings::protocols`] says which are spoken.
    pub fn offered_protocols(&self) -> impl Iterator<Item = &str> {
        handshake::protocols(self.request.headers())
    }

    /// The answer: 101, and a socket for this function. It runs when the answer has been sent; the hooks of the handler do not wait for it.
    ///
    /// When the server ends, the socket is closed with 1001 as soon as the function asks for the next message. One that waits for
    /// [`Shutdown::begun`](crate::handler::Shutdown::begun) too hears of that first, and can close it in its own way.
    ///
    /// The socket is closed when it is dropped: with 1000, or with 1011 when the function fails (with 1008 for an [`HttpError`](crate::HttpError) that
    /// is the client's fault, with its own code for a [`CloseReason`]).
    ///
    /// # Errors
    ///
    /// 403 for a page of another [origin](Settings::allow_origin); 500 for settings that cannot be kept.
    pub fn on_upgrade<F, R>(self, run: F) -> Result<Response>
    where
        F: FnOnce(WebSocket) -> R + Send + 'static,
        R: Future<Output: Ended> + Send + 'static,
    {
        let name = self.request.uri().path().to_owned();
        let (response, accepted) = self.accept()?;
        let upgrade = Upgrade::default();
        upgrade.set(move |transport, read| {
            accepted.begin(transport, read, move |socket| {
                Box::pin(async move {
                    let sender = socket.sender();
                    let ended = guard(async move { run(socket).await.into_result() }).await;
                    match ended.and_then(|ended| ended) {
                        Ok(()) => CloseReason::new(CloseCode::NORMAL, ""),
                        Err(error) => reason_of(&error, sender.close_reason(), &name),
                    }
                })
            })
        });
        Ok(with_upgrade(response, upgrade))
    }

    /// The answer, and what is agreed on.
    pub(super) fn accept(self) -> Result<(Response, Accepted)> {
        let (response, agreed, protocol) =
            handshake::accept(&self.request, &self.settings, self.accept)?;
        let accepted = Accepted {
            limits: self.settings.limits,
            agreed,
            protocol,
        };
        Ok((response, accepted))
    }
}

/// An answer with what the connection becomes behind it.
pub(super) fn with_upgrade(mut response: Response, upgrade: Upgrade) -> Response {
    response.extensions_mut().insert(upgrade);
    response
}

/// What was agreed on for a socket.
#[derive(Clone, Debug)]
pub(super) struct Accepted {
    pub(super) limits: Limits,
    pub(super) agreed: Option<Agreed>,
    pub(super) protocol: Option<String>,
}

impl Accepted {
    /// Begins the socket at the server's end.
    pub(super) fn begin(
        self,
        transport: Box<dyn Transport>,
        read: &[u8],
        program: impl FnOnce(WebSocket) -> Program,
    ) -> Box<dyn Upgraded> {
        let (exchange, decoder) = self.ends(Role::Server);
        let program = program(WebSocket::new(Arc::clone(&exchange)));
        let program = Some(program);
        Box::new(Session::new(
            Role::Server,
            exchange,
            decoder,
            program,
            transport,
            read,
        ))
    }

    pub(super) fn ends(self, role: Role) -> (Arc<Exchange>, Decoder) {
        let agreed = self.agreed.as_ref();
        let decoder = Decoder::new(role, self.limits.max_message, agreed);
        let exchange = Exchange::new(role, self.limits, self.protocol, agreed);
        (Arc::new(exchange), decoder)
    }
}

/// What a socket is closed with when its program has failed. The log is told where the server is at fault.
pub(super) fn reason_of(
    error: &Error,
    end: Option<CloseReason>,
    name: &dyn fmt::Display,
) -> CloseReason {
    if error.downcast_ref::<Closed>().is_some()
        && let Some(end) = end
    {
        return end;
    }
    if let Some(reason) = error.downcast_ref::<CloseReason>() {
        return reason.clone();
    }
    if error.status().is_client_error() {
        let message = error.as_http_error().message().to_owned();
        return CloseReason::new(CloseCode::POLICY, message);
    }
    tracing::error!(target: "squall", error = ?error, "the WebSocket of `{name}` failed");
    CloseReason::new(CloseCode::INTERNAL_ERROR, "the server failed")
}
