//! [`TestSocket`]: a WebSocket for tests.

use std::{
    borrow::Cow,
    future::{Future, IntoFuture},
    ops::{Deref, DerefMut},
    pin::Pin,
};

use ::http::{HeaderMap, HeaderName, HeaderValue, header};
use hyper_util::rt::TokioIo;
use serde::{Serialize, de::DeserializeOwned};

use super::TestClient;
use crate::{
    Json,
    websocket::{
        CloseCode, CloseReason, ConnectError, IntoMessage, Message, Settings, WebSocket, client,
    },
};

/// A WebSocket to be opened by a [`TestClient`]. Awaited, it is open.
#[derive(Debug)]
#[must_use = "nothing is opened until this is awaited"]
pub struct TestConnect<'c> {
    client: &'c TestClient,
    target: String,
    headers: HeaderMap,
    settings: Settings,
}

impl<'c> TestConnect<'c> {
    pub(super) fn new(client: &'c TestClient, target: String) -> Self {
        Self {
            client,
            target,
            headers: HeaderMap::new(),
            settings: Settings::default(),
        }
    }

    /// Adds a field to the request.
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

    /// Limits, compression and subprotocols of the client.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Opens it.
    ///
    /// # Errors
    ///
    /// The settings cannot be kept; the answer is none, or another than 101: [`ConnectError::Refused`] has its status and its content.
    pub async fn try_connect(mut self) -> Result<TestSocket, ConnectError> {
        client::check(&self.settings)?;
        self.headers
            .entry(header::HOST)
            .or_insert(HeaderValue::from_static("localhost"));
        let stream = TokioIo::new(self.client.connect().await);
        let opened = client::open(stream, &self.target, self.headers, &self.settings).await?;
        let (socket, response) = opened.end(client::PATIENCE).await?;
        let headers = response.into_parts().0.headers;
        Ok(TestSocket { socket, headers })
    }
}

impl<'c> IntoFuture for TestConnect<'c> {
    type Output = TestSocket;
    type IntoFuture = Pin<Box<dyn Future<Output = TestSocket> + Send + 'c>>;

    /// Opens it.
    ///
    /// # Panics
    ///
    /// When it is not opened. The message says why, with the beginning of what the server has answered.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            let target = self.target.clone();
            let opened = self.try_connect().await;
            opened.unwrap_or_else(|error| panic!("{target}: no WebSocket: {error}"))
        })
    }
}

/// A WebSocket that a [`TestClient`] has opened. What is not told here is as in a [`WebSocket`].
#[derive(Debug)]
pub struct TestSocket {
    socket: WebSocket,
    headers: HeaderMap,
}

impl TestSocket {
    /// The fields of the answer that has opened it.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Sends a message.
    ///
    /// # Panics
    ///
    /// When the socket has ended.
    pub async fn send<'m>(&self, message: impl IntoMessage<'m>) {
        let sent = self.socket.send(message).await;
        sent.unwrap_or_else(|error| panic!("{error}: {:?}", self.socket.close_reason()));
    }

    /// Sends a value as JSON.
    ///
    /// # Panics
    ///
    /// When the socket has ended, or the value cannot be serialized.
    pub async fn send_json(&self, value: &impl Serialize) {
        self.send(Json(value)).await;
    }

    /// The next message.
    ///
    /// # Panics
    ///
    /// When there is none, because the socket has ended; [`recv`](WebSocket::recv) gives `None` then.
    pub async fn message(&mut self) -> Message {
        match self.socket.recv().await {
            Some(message) => message,
            None => panic!("no message: {:?}", self.socket.close_reason()),
        }
    }

    /// The next message, which is text.
    ///
    /// # Panics
    ///
    /// When it is not, or there is none.
    pub async fn text(&mut self) -> String {
        match self.message().await {
            Message::Text(text) => text,
            Message::Binary(bytes) => panic!("no text, but bytes: {bytes:?}"),
        }
    }

    /// The next message, which is bytes.
    ///
    /// # Panics
    ///
    /// When it is not, or there is none.
    pub async fn bytes(&mut self) -> Vec<u8> {
        match self.message().await {
            Message::Binary(bytes) => bytes,
            Message::Text(text) => panic!("no bytes, but text: {text:?}"),
        }
    }

    /// The next message, read as JSON.
    ///
    /// # Panics
    ///
    /// When it is no JSON of this shape, or there is none; the message shows the text.
    pub async fn json<T: DeserializeOwned>(&mut self) -> T {
        let text = self.text().await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
    }

    /// Closes the socket, as a client does that leaves: see [`Sender::close`](crate::websocket::Sender::close).
    pub fn close(&self, code: CloseCode, text: impl Into<Cow<'static, str>>) {
        self.socket.close(code, text);
    }

    /// Waits until the socket has ended, and gives how. Messages that come before are thrown away.
    pub async fn end(&mut self) -> CloseReason {
        while self.socket.recv().await.is_some() {}
        self.socket.closed().await
    }
}

impl Deref for TestSocket {
    type Target = WebSocket;

    fn deref(&self) -> &WebSocket {
        &self.socket
    }
}

impl DerefMut for TestSocket {
    fn deref_mut(&mut self) -> &mut WebSocket {
        &mut self.socket
    }
}
