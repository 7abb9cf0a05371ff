//! [`connect`]: the client's end of a WebSocket.

use std::{
    fmt,
    future::{Future, IntoFuture, poll_fn},
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use ::http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header, response::Parts,
};
use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};

use super::{
    codec::Role, handshake, session::Session, settings::Settings, socket::WebSocket,
    upgrade::Accepted,
};
use crate::{
    handler::{
        Body,
        upgrade::{Timed, Upgraded as _},
    },
    http::host,
};

/// Connects to a WebSocket, as its client ([RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1)): `ws://host:port/path?query`. `wss://`
/// is not spoken so far.
///
/// What comes back can be told more, and is awaited. The connection is driven by a task of its own, on the runtime where it is awaited; it ends
/// when the [`WebSocket`] is dropped.
///
/// # Errors
///
/// A [`ConnectError`]: the URL, the connection, or the answer. No redirect is followed.
///
/// # Examples
///
/// ```no_run
/// use squall::websocket::{self, Settings};
///
/// # async fn example() -> squall::Result<()> {
/// let mut socket = websocket::connect("ws://127.0.0.1:8888/echo")
///     .header("authorization", "Bearer 1234")
///     .settings(Settings::default().protocols(["chat"]))
///     .await?;
/// socket.send("hello").await?;
/// println!("{:?}", socket.recv().await);
/// # Ok(())
/// # }
/// ```
pub fn connect(url: impl Into<String>) -> Connect {
    Connect {
        url: url.into(),
        address: None,
        headers: Ok(HeaderMap::new()),
        settings: Settings::default(),
        timeout: Duration::from_secs(20),
    }
}

/// A connection to be made; see [`connect`].
#[derive(Debug)]
#[must_use = "nothing is connected until this is awaited"]
pub struct Connect {
    url: String,
    address: Option<SocketAddr>,
    headers: Result<HeaderMap, ConnectError>,
    settings: Settings,
    timeout: Duration,
}

/// Why a WebSocket could not be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL, a field or a setting is wrong.
    Invalid(String),
    /// There is no connection.
    Io(io::Error),
    /// It has taken too long.
    TimedOut,
    /// The answer is no HTTP, or the connection broke off.
    Http(hyper::Error),
    /// The answer is another than 101: its status, its fields, and its content, of which up to 64 KiB are read, for up to two seconds of the
    /// [time](Connect::timeout) that there is.
    Refused(Box<Response<Bytes>>),
    /// The answer is a 101 with something wrong in it.
    Handshake(&'static str),
}

impl Connect {
    /// Adds a field to the request. Those of the handshake itself are not for you to say. Without an `accept` one is sent that asks for errors as
    /// problem details or text, and not as pages.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        let added = |headers: &mut HeaderMap| {
            let name = HeaderName::try_from(name.as_ref()).ok()?;
            let value = HeaderValue::from_bytes(value.as_ref()).ok()?;
            let is_ours = name.as_str().starts_with("sec-websocket-")
                || name == header::UPGRADE
                || name == header::CONNECTION;
            (!is_ours).then(|| headers.append(name, value))
        };
        if let Ok(headers) = &mut self.headers
            && added(headers).is_none()
        {
            let name = name.as_ref().escape_debug();
            let wrong = format!("the field `{name}` cannot be sent with this value, or not at all");
            self.headers = Err(ConnectError::Invalid(wrong));
        }
        self
    }

    /// Limits, deadlines, compression, and the subprotocols that are offered.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// How long connecting may take, with the handshake. Zero: for ever. Default: 20 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Connects to this address, whatever the name of the host stands for.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Connects, and gives the answer beside the socket.
    ///
    /// # Errors
    ///
    /// As [`connect`].
    pub async fn with_response(self) -> Result<(WebSocket, Response<()>), ConnectError> {
        let limit = self.timeout;
        let begun = Instant::now();
        let connecting = self.open();
        if limit.is_zero() {
            return connecting.await?.end(PATIENCE).await;
        }
        let opened = timeout(limit, connecting).await;
        let left = limit.saturating_sub(begun.elapsed());
        let opened = opened.unwrap_or(Err(ConnectError::TimedOut))?;
        opened.end(left.min(PATIENCE)).await
    }

    async fn open(self) -> Result<Opened<TcpStream>, ConnectError> {
        let (host, port, target) = parts(&self.url)?;
        let mut headers = self.headers?;
        check(&self.settings)?;
        let stream = match self.address {
            Some(address) => TcpStream::connect(address).await?,
            None => TcpStream::connect((host.trim_matches(['[', ']']), port)).await?,
        };
        stream.set_nodelay(true)?;
        let host = if port == 80 {
            host
        } else {
            format!("{host}:{port}")
        };
        if let (header::Entry::Vacant(entry), Ok(host)) =
            (headers.entry(header::HOST), HeaderValue::try_from(host))
        {
            entry.insert(host);
        }
        open(stream, &target, headers, &self.settings).await
    }
}

impl IntoFuture for Connect {
    type Output = Result<WebSocket, ConnectError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { Ok(self.with_response().await?.0) })
    }
}

/// Host, port and target of a URL.
fn parts(url: &str) -> Result<(String, u16, String), ConnectError> {
    let wrong = |what: &str| ConnectError::Invalid(format!("`{}`: {what}", url.escape_debug()));
    let uri: Uri = url.parse().map_err(|_| wrong("no URL"))?;
    match uri.scheme_str() {
        Some(scheme) if scheme.eq_ignore_ascii_case("ws") => {}
        Some(scheme) if scheme.eq_ignore_ascii_case("wss") => {
            return Err(wrong("TLS is not spoken here yet: `ws://` is"));
        }
        _ => return Err(wrong("a WebSocket is at `ws://`")),
    }
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if authority.contains('@') {
        return Err(wrong(
            "names and passwords go into the field `authorization`",
        ));
    }
    let name = uri.host().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| wrong("no host"))?;
    // `Uri` passes over a number that is too large.
    let port = match host::split(authority).1 {
        Some(port) => port.parse().map_err(|_| wrong("no port"))?,
        None => 80,
    };
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    Ok((name.to_owned(), port, target.to_owned()))
}

/// What a WebSocket can be opened over.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Duplex for S {}

/// Looks whether settings can be kept.
pub(crate) fn check(settings: &Settings) -> Result<(), ConnectError> {
    settings.check().map_err(ConnectError::Invalid)
}

/// Opens a WebSocket over a stream.
pub(crate) async fn open<S: Duplex>(
    stream: S,
    target: &str,
    headers: HeaderMap,
    settings: &Settings,
) -> Result<Opened<S>, ConnectError> {
    let key = handshake::new_key();
    let request = request(target, headers, settings, &key)?;
    let (response, stream, read) = match exchange(stream, request).await? {
        Exchanged::Upgraded(head, stream, read) => (Response::from_parts(head, ()), stream, read),
        Exchanged::Other(answer) => return Ok(Opened::Refused(answer)),
    };
    let accepted = accepted(&response, settings, &key)?;
    let (exchange, decoder) = accepted.ends(Role::Client);
    let socket = WebSocket::new(Arc::clone(&exchange));
    let transport = Box::new(Timed::new(stream));
    let mut session = Session::new(Role::Client, exchange, decoder, None, transport, &read);
    tokio::spawn(poll_fn(move |cx| session.poll(cx)));
    Ok(Opened::Open(Box::new((socket, response))))
}

/// What came of opening.
pub(crate) enum Opened<S: Duplex> {
    Open(Box<(WebSocket, Response<()>)>),
    Refused(Box<Answer<S>>),
}

impl<S: Duplex> Opened<S> {
    /// The socket and its answer; or why there is none, for which its content is read for so long.
    pub(crate) async fn end(
        self,
        patience: Duration,
    ) -> Result<(WebSocket, Response<()>), ConnectError> {
        match self {
            Self::Open(open) => Ok(*open),
            Self::Refused(answer) => Err(answer.read(patience).await),
        }
    }
}

/// An answer that opens nothing, whose content is still to be read.
pub(crate) struct Answer<S: Duplex> {
    head: Parts,
    content: Incoming,
    connection: Http1<S>,
    /// Kept, for a connection may end when nobody can ask it any more.
    _sender: SendRequest<Body>,
}

type Http1<S> = http1::Connection<TokioIo<S>, Body>;

impl<S: Duplex> Answer<S> {
    /// Reads the content, as far as it comes in time: it may be a stream without an end.
    async fn read(mut self: Box<Self>, patience: Duration) -> ConnectError {
        let mut content = BytesMut::new();
        _ = timeout(patience, poll_fn(|cx| self.poll_content(&mut content, cx))).await;
        let answer = Response::from_parts(self.head, content.freeze());
        ConnectError::Refused(Box::new(answer))
    }

    fn poll_content(&mut self, content: &mut BytesMut, cx: &mut Context<'_>) -> Poll<()> {
        while content.len() < MOST {
            // How it ends does not matter: what has come is all that there is.
            let driven = self.connection.poll_without_shutdown(cx);
            let frame = match Pin::new(&mut self.content).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => frame,
                Poll::Pending if driven.is_pending() => return Poll::Pending,
                _ => break,
            };
            let data = frame.into_data().unwrap_or_default();
            content.extend_from_slice(&data[..data.len().min(MOST - content.len())]);
        }
        Poll::Ready(())
    }
}

fn request(
    target: &str,
    headers: HeaderMap,
    settings: &Settings,
    key: &HeaderValue,
) -> Result<Request<Body>, ConnectError> {
    let mut request = Request::new(Body::empty());
    let wrong = || ConnectError::Invalid(format!("`{}`: no target", target.escape_debug()));
    *request.uri_mut() = target.parse().map_err(|_| wrong())?;
    *request.headers_mut() = headers;
    let headers = request.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(
        header::SEC_WEBSOCKET_VERSION,
        HeaderValue::from_static("13"),
    );
    headers.insert(header::SEC_WEBSOCKET_KEY, key.clone());
    headers.entry(header::ACCEPT).or_insert(TEXTS);
    if let Some(own) = settings.compression {
        headers.insert(header::SEC_WEBSOCKET_EXTENSIONS, own.offer());
    }
    // Tokens, as they were checked to be.
    if let (false, Ok(protocols)) = (
        settings.protocols.is_empty(),
        HeaderValue::try_from(settings.protocols.join(", ")),
    ) {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocols);
    }
    Ok(request)
}

/// What a request was answered with.
enum Exchanged<S: Duplex> {
    /// The connection is another one now: the head of the answer, the stream, and what was read of it behind that.
    Upgraded(Parts, S, Vec<u8>),
    Other(Box<Answer<S>>),
}

/// Sends the request, and waits for the head of the answer.
async fn exchange<S: Duplex>(
    stream: S,
    request: Request<Body>,
) -> Result<Exchanged<S>, ConnectError> {
    let (mut sender, mut connection) = http1::handshake(TokioIo::new(stream)).await?;
    let mut answer = Box::pin(sender.send_request(request));
    let mut response = None;
    poll_fn(|cx| {
        let driven = connection.poll_without_shutdown(cx);
        if response.is_none()
            && let Poll::Ready(answered) = answer.as_mut().poll(cx)
        {
            let answered = answered?;
            // The connection of an answer that changes nothing may live on.
            let is_changed = answered.status() == StatusCode::SWITCHING_PROTOCOLS;
            response = Some(answered.into_parts());
            if !is_changed {
                return Poll::Ready(Ok(()));
            }
        }
        match driven {
            Poll::Ready(Ok(())) if response.is_none() => Poll::Pending,
            other => other,
        }
    })
    .await?;
    drop(answer);
    let (head, content) = response.ok_or(ConnectError::Handshake("the connection broke off"))?;
    if head.status != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(Exchanged::Other(Box::new(Answer {
            head,
            content,
            connection,
            _sender: sender,
        })));
    }
    let parts = connection.into_parts();
    let stream = parts.io.into_inner();
    Ok(Exchanged::Upgraded(head, stream, parts.read_buf.to_vec()))
}

/// Checks the answer, and gives what is agreed on.
fn accepted(
    response: &Response<()>,
    settings: &Settings,
    key: &HeaderValue,
) -> Result<Accepted, ConnectError> {
    let headers = response.headers();
    handshake::check_answer(headers, key).map_err(ConnectError::Handshake)?;
    let protocol =
        handshake::chosen(headers, &settings.protocols).map_err(ConnectError::Handshake)?;
    let agreed = match settings.compression {
        Some(own) => own.accepted(headers).map_err(ConnectError::Handshake)?,
        None if headers.contains_key(header::SEC_WEBSOCKET_EXTENSIONS) => {
            let why = "the server uses an extension that was not offered";
            return Err(ConnectError::Handshake(why));
        }
        None => None,
    };
    Ok(Accepted {
        limits: settings.limits,
        agreed,
        protocol,
    })
}

/// The beginning of a text, as one line.
fn beginning(response: &Response<Bytes>) -> Option<String> {
    let is_coded = response.headers().contains_key(header::CONTENT_ENCODING);
    let text = text_of(response.body())?.trim();
    if is_coded || text.is_empty() || text.contains('\0') {
        return None;
    }
    let is_longer = text.chars().nth(SHOWN).is_some();
    let shown = text.chars().take(SHOWN).map(|character| {
        let is_control = character.is_control();
        if is_control { ' ' } else { character }
    });
    Some(shown.chain(is_longer.then_some('…')).collect())
}

/// Content as text, where it is some. Its end may be in the middle of a character.
fn text_of(content: &[u8]) -> Option<&str> {
    match std::str::from_utf8(content) {
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&content[..error.valid_up_to()]).ok()
        }
        text => text.ok(),
    }
}

/// How many characters of a content an error shows.
const SHOWN: usize = 300;

/// How much content of an answer that opens nothing is read.
const MOST: usize = 64 * 1024;

/// How long that is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// What a program can show.
const TEXTS: HeaderValue =
    HeaderValue::from_static("application/problem+json, text/plain;q=0.9, */*;q=0.1");

impl From<io::Error> for ConnectError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<hyper::Error> for ConnectError {
    fn from(error: hyper::Error) -> Self {
        Self::Http(error)
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(what) => f.write_str(what),
            Self::Io(error) => write!(f, "no connection: {error}"),
            Self::TimedOut => f.write_str("no WebSocket in time"),
            Self::Http(error) => write!(f, "no answer: {error}"),
            Self::Refused(response) => {
                write!(f, "the answer is {}, and not 101", response.status())?;
                match beginning(response) {
                    Some(text) => write!(f, ": {text}"),
                    None => Ok(()),
                }
            }
            Self::Handshake(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Http(error) => Some(error),
            _ => None,
        }
    }
}
