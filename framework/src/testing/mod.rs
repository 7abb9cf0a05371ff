//! [`TestClient`]: a client for tests of an application, in memory or over a real socket.

#[cfg(feature = "websocket")]
mod events;
#[cfg(feature = "websocket")]
mod websocket;

use std::{fmt, future::poll_fn, net::SocketAddr, pin::Pin, sync::Arc};

use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use bytes::Bytes;
use http_body::Body as _;
use hyper::{
    client::conn::http1,
    rt::{Read, Write},
};
use hyper_util::rt::TokioIo;
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};

#[cfg(feature = "websocket")]
pub use self::{
    events::{TestEvent, TestEvents},
    websocket::{TestConnect, TestSocket},
};
use crate::{
    Application,
    handler::Body,
    server::{Limits, address::open_tcp, answers::Common, clock, roster::Roster, wire::Socket},
};

/// A client for tests of an application.
///
/// It speaks HTTP/1.1 to it, through the same connection code as the server: in memory with [`new`](Self::new), over a socket
/// on 127.0.0.1 with [`on_socket`](Self::on_socket). It follows no redirects and keeps no cookies. Each request has a
/// connection of its own, and dropping a request that is not answered yet closes it.
///
/// The host is `localhost` unless a request says another by `header("host", "example.com")`, which counts where the application has
/// `allowed_hosts`.
///
/// The cause of a 500 is told in the log, which a test does not have unless it sets a subscriber of `tracing`;
/// [`debug(true)`](Application::debug) shows it in the page.
///
/// # Examples
///
/// ```
/// use squall::{Application, handler, routes, testing::TestClient};
///
/// #[handler]
/// #[route("/greeting/{name}")]
/// struct Greeting {
///     name: String,
/// }
///
/// #[handler]
/// impl Greeting {
///     fn get(&self) -> String {
///         format!("Hello, {}", self.name)
///     }
/// }
///
/// #[squall::main]
/// async fn main() {
///     let client = TestClient::new(Application::new(routes![Greeting]));
///     let greeting = client.get(Greeting::url("Ada")).send().await;
///     assert_eq!(greeting.status(), 200);
///     assert_eq!(greeting.text().await, "Hello, Ada");
/// }
/// ```
pub struct TestClient {
    roster: Arc<Roster>,
    socket: Option<(SocketAddr, AbortHandle)>,
}

impl TestClient {
    /// A client that talks to the application in memory.
    ///
    /// # Panics
    ///
    /// When the application does not pass its [check](Application::check); the message lists all faults.
    #[must_use]
    #[track_caller]
    pub fn new(app: Application) -> Self {
        Self::with_limits(app, Limits::default())
    }

    /// A client that talks to the application over a socket on 127.0.0.1.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new), and when no socket can be opened.
    pub async fn on_socket(app: Application) -> Self {
        Self::on_socket_with(app, Limits::default()).await
    }

    /// As [`on_socket`](Self::on_socket), with limits other than the defaults.
    ///
    /// # Panics
    ///
    /// As [`on_socket`](Self::on_socket).
    pub async fn on_socket_with(app: Application, limits: Limits) -> Self {
        let mut client = Self::with_limits(app, limits);
        let listener = open_tcp(SocketAddr::from(([127, 0, 0, 1], 0)))
            .and_then(|socket| TcpListener::from_std(socket.into()))
            .expect("a test needs a socket on 127.0.0.1");
        let address = listener
            .local_addr()
            .expect("a listening socket has an address");
        clock::start([&client.roster]).expect("a test needs a thread");
        let accepting = tokio::spawn(accept(listener, Arc::clone(&client.roster)));
        client.socket = Some((address, accepting.abort_handle()));
        client
    }

    #[track_caller]
    fn with_limits(app: Application, limits: Limits) -> Self {
        // No closure: the panic is to name the line of the test.
        let ready = match app.ready() {
            Ok(ready) => ready,
            Err(error) => panic!("{error}"),
        };
        let common = Arc::new(Common::new(ready, limits));
        Self {
            roster: Roster::new(common),
            socket: None,
        }
    }

    /// The address of the socket; `None` in memory.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.socket.as_ref().map(|&(address, _)| address)
    }

    /// A `GET` request.
    pub fn get(&self, target: impl Into<String>) -> TestRequest<'_> {
        self.request(Method::GET, target)
    }

    /// A `HEAD` request.
    pub fn head(&self, target: impl Into<String>) -> TestRequest<'_> {
        self.request(Method::HEAD, target)
    }

    /// A `POST` request.
    pub fn post(&self, target: impl Into<String>) -> TestRequest<'_> {
        self.request(Method::POST, target)
    }

    /// A `PUT` request.
    pub fn put(&self, target: impl Into<String>) -> TestRequest<'_> {
        self.request(Method::PUT, target)
    }

    /// A `PATCH` request.
    pub fn patch(&self, target: impl Into<String>) -> TestRequest<'_> {
        self.request(Method::PATCH, target)
    }

    /// A `DELETE` request.
    pub fn delete(&self, target: impl Into<String>) -> TestRequest<'_> {
        self.request(Method::DELETE, target)
    }

    /// A WebSocket, as a client has it: awaited, it is open.
    #[cfg(feature = "websocket")]
    pub fn websocket(&self, target: impl Into<String>) -> TestConnect<'_> {
        TestConnect::new(self, target.into())
    }

    /// An `OPTIONS` request.
    pub fn options(&self, target: impl Into<String>) -> TestRequest<'_> {
        self.request(Method::OPTIONS, target)
    }

    /// A request of any method. The target begins with a slash; it goes out as it is.
    pub fn request(&self, method: Method, target: impl Into<String>) -> TestRequest<'_> {
        TestRequest {
            client: self,
            method,
            target: target.into(),
            headers: HeaderMap::new(),
            body: Body::empty(),
        }
    }

    async fn connect(&self) -> Box<dyn Stream> {
        match self.address() {
            Some(address) => {
                let stream = TcpStream::connect(address)
                    .await
                    .expect("the socket of the test is open");
                Box::new(TokioIo::new(stream))
            }
            None => {
                let (near, far) = tokio::io::duplex(64 * 1024);
                let seat = self.roster.seat(None);
                self.roster.admit(Socket::Memory(far), None, seat);
                Box::new(TokioIo::new(near))
            }
        }
    }
}

impl Drop for TestClient {
    fn drop(&mut self) {
        self.roster.drain();
        if let Some((_, accepting)) = &self.socket {
            accepting.abort();
        }
    }
}

impl fmt::Debug for TestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestClient")
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}

trait Stream: Read + Write + Unpin + Send {}

impl<T: Read + Write + Unpin + Send> Stream for T {}

async fn accept(listener: TcpListener, roster: Arc<Roster>) {
    let serving = async {
        while let Ok((stream, remote_addr)) = listener.accept().await {
            let seat = roster.seat(None);
            roster.admit(Socket::Tcp(stream), Some(remote_addr), seat);
        }
    };
    tokio::select! {
        () = serving => {}
        () = Arc::clone(&roster).sweep() => {}
    }
}

/// A request to be sent by a [`TestClient`].
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct TestRequest<'c> {
    client: &'c TestClient,
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Body,
}

impl TestRequest<'_> {
    /// Adds a field.
    ///
    /// # Panics
    ///
    /// When the name or the value cannot stand in a request.
    #[track_caller]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::try_from(name.as_ref()).expect("a test sends valid field names");
        let value =
            HeaderValue::from_bytes(value.as_ref()).expect("a test sends valid field values");
        self.headers.append(name, value);
        self
    }

    /// Sets the content.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets the content to JSON, and the content type.
    ///
    /// # Panics
    ///
    /// When the value cannot be serialized.
    #[track_caller]
    pub fn json(self, value: &impl Serialize) -> Self {
        let json = serde_json::to_vec(value).expect("a test sends what serializes");
        self.header(header::CONTENT_TYPE, "application/json")
            .body(json)
    }

    /// Sends these names and values as a form, and says that they are one. A sequence is a name that is sent several times.
    ///
    /// # Panics
    ///
    /// When the value is not made of names and values.
    #[track_caller]
    pub fn form(self, value: &impl Serialize) -> Self {
        let content = serde_html_form::to_string(value).expect("a test sends names and values");
        self.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(content)
    }

    /// Sends it, and waits for the head of the answer.
    ///
    /// # Panics
    ///
    /// When the connection is closed without an answer; see [`try_send`](Self::try_send).
    pub async fn send(self) -> TestResponse {
        let what = format!("{} {}", self.method, self.target);
        self.try_send()
            .await
            .unwrap_or_else(|error| panic!("{what}: no answer: {error}"))
    }

    /// Sends it, and waits for the head of the answer.
    ///
    /// # Errors
    ///
    /// The connection was closed without an answer, or the answer is not HTTP.
    ///
    /// # Panics
    ///
    /// When the target cannot stand in a request.
    pub async fn try_send(self) -> Result<TestResponse, hyper::Error> {
        let Self {
            client,
            method,
            target,
            headers,
            body,
        } = self;
        let (mut sender, connection) = http1::handshake(client.connect().await).await?;
        let connection = tokio::spawn(connection).abort_handle();
        let closing = Closing(connection);
        let mut request = ::http::Request::new(body);
        *request.method_mut() = method;
        assert!(
            target.starts_with('/') || target == "*",
            "the target of a test begins with a slash: `/{target}`"
        );
        *request.uri_mut() = target.parse().expect("a test sends a valid target");
        *request.headers_mut() = headers;
        request
            .headers_mut()
            .entry(header::HOST)
            .or_insert(HeaderValue::from_static("localhost"));
        let response = sender.send_request(request).await?;
        Ok(TestResponse {
            response,
            _closing: closing,
        })
    }
}

/// Closes a connection when it is dropped.
#[derive(Debug)]
struct Closing(AbortHandle);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The answer to a [`TestRequest`]. Dropping it closes its connection.
#[derive(Debug)]
pub struct TestResponse {
    response: ::http::Response<hyper::body::Incoming>,
    _closing: Closing,
}

impl TestResponse {
    /// The status code; it can be compared with a number.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The fields.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// One field as text: the first of this name. `None` when there is none, or when it is not visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// The next piece of the content, as it comes over the connection; `None` at its end.
    ///
    /// # Errors
    ///
    /// The answer breaks off.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, hyper::Error> {
        loop {
            match poll_fn(|cx| Pin::new(self.response.body_mut()).poll_frame(cx))
                .await
                .transpose()?
            {
                None => return Ok(None),
                Some(frame) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// The events of an [event stream](crate::sse::EventStream), one after the other.
    ///
    /// # Panics
    ///
    /// When the answer is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use squall::{Application, Result, State, handler, hub::Hub, routes, sse::EventStream, testing::TestClient};
    ///
    /// #[handler]
    /// #[route("/news")]
    /// struct News {
    ///     hub: State<Hub<String>>,
    /// }
    ///
    /// #[handler]
    /// impl News {
    ///     async fn get(&self) -> Result<EventStream> {
    ///         self.hub.topic("news").events_since(None).await
    ///     }
    /// }
    ///
    /// #[squall::main]
    /// async fn main() -> Result<()> {
    ///     let hub = Hub::new();
    ///     let client = TestClient::new(Application::new(routes![News]).state(hub.clone()));
    ///     let mut events = client.get("/news").send().await.events();
    ///     hub.topic("news").publish("hello".to_owned()).await?;
    ///     let event = events.next().await.unwrap();
    ///     assert_eq!((event.event.as_str(), event.json::<String>()), ("message", "hello".to_owned()));
    ///     Ok(())
    /// }
    /// ```
    #[cfg(feature = "websocket")]
    #[track_caller]
    #[must_use]
    pub fn events(self) -> TestEvents {
        TestEvents::new(self)
    }

    /// The whole content.
    ///
    /// # Errors
    ///
    /// The answer breaks off.
    pub async fn try_bytes(mut self) -> Result<Vec<u8>, hyper::Error> {
        let mut content = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            content.extend_from_slice(&chunk);
        }
        Ok(content)
    }

    /// The whole content.
    ///
    /// # Panics
    ///
    /// When the answer breaks off.
    pub async fn bytes(self) -> Vec<u8> {
        self.try_bytes().await.expect("the whole answer arrives")
    }

    /// The whole content as text.
    ///
    /// # Panics
    ///
    /// When the answer breaks off or is not UTF-8.
    pub async fn text(self) -> String {
        String::from_utf8(self.bytes().await).expect("the content is UTF-8")
    }

    /// The whole content, read as JSON.
    ///
    /// # Panics
    ///
    /// When the answer breaks off, or is not JSON of this shape; the message shows the content.
    pub async fn json<T: DeserializeOwned>(self) -> T {
        let text = self.text().await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
    }
}
