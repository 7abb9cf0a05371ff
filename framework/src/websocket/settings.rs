//! [`Settings`]: limits, deadlines and what else there is to choose about a WebSocket.

use std::{sync::Arc, time::Duration};

use super::{codec::Compression, origin::Origins};

/// What there is to choose about a WebSocket.
///
/// Those of a whole application are given to it as a [state](crate::Application::state); the function `settings` of a `#[websocket]`, or
/// [`WebSocketUpgrade::settings`](super::WebSocketUpgrade::settings), says others for its own sockets. These stand in the place of those of the
/// application, with all that is in them: what begins with `Settings::default()` has none of its origins or its compression. Where only one thing is to
/// be another, they [begin with those of the application](#those-of-an-application-and-one-more).
///
/// Those of an application are checked when it starts: it refuses settings that cannot be kept. Those that are said for a request are checked
/// then, and where they cannot be kept it is a 500, whose cause is in the log.
///
/// | setting | default | |
/// |---|---|---|
/// | [`max_message`](Self::max_message) | 10 MiB | longer: 1009 |
/// | [`ping_interval`](Self::ping_interval) | 30 s | of silence, then a ping |
/// | [`ping_timeout`](Self::ping_timeout) | 30 s | of silence behind it, then 1011 |
/// | [`close_timeout`](Self::close_timeout) | 5 s | for the close frame of the peer |
/// | [`max_queue`](Self::max_queue) | 1 MiB | that the peer has not taken yet |
/// | [`slow_reader`](Self::slow_reader) | [`SlowReader::Wait`] | what becomes of more |
/// | [`compression`](Self::compression) | none | |
/// | [`protocols`](Self::protocols) | none | |
/// | [`allow_origin`](Self::allow_origin) | that of the field `host` | others: 403 |
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use squall::websocket::{Compression, Settings, SlowReader};
///
/// let settings = Settings::default()
///     .max_message(64 * 1024)
///     .ping_interval(Duration::from_secs(20))
///     .slow_reader(SlowReader::Close)
///     .compression(Compression::default())
///     .allow_origin("https://app.example.com");
/// # let _ = settings;
/// ```
///
/// ## Those of an application, and one more
///
/// ```
/// use squall::{
///     Application, Result, State, routes,
///     websocket,
///     websocket::{Settings, WebSocket},
/// };
///
/// #[websocket]
/// #[route("/commands")]
/// struct Commands {
///     all: State<Settings>,
/// }
///
/// #[websocket]
/// impl Commands {
///     fn settings(&self) -> Settings {
///         (*self.all).clone().max_message(100)
///     }
///
///     async fn message(&mut self, socket: &mut WebSocket, command: String) -> Result<()> {
///         socket.send(command).await
///     }
/// }
///
/// let settings = Settings::default().allow_origin("https://app.example.com");
/// let app = Application::new(routes![Commands]).state(settings);
/// # app.check().unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    pub(super) limits: Limits,
    pub(super) compression: Option<Compression>,
    pub(super) protocols: Arc<[String]>,
    pub(super) origins: Origins,
}

/// What a socket needs of its settings as long as it lives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_message: usize,
    pub(super) ping_interval: Duration,
    pub(super) ping_timeout: Duration,
    pub(super) close_timeout: Duration,
    pub(super) max_queue: usize,
    pub(super) slow_reader: SlowReader,
}

/// What becomes of messages when more than [`max_queue`](Settings::max_queue) bytes wait for a peer that reads slowly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SlowReader {
    /// [`send`](super::Sender::send) waits until there is room. A peer that takes nothing for the
    /// [write deadline](crate::server::Limits::write_deadline) is cut off.
    #[default]
    Wait,
    /// The messages that have waited longest are thrown away, as many as it takes; they are [counted](super::Sender::dropped).
    DropOldest,
    /// The socket is closed with 1013.
    Close,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits {
                max_message: 10 * 1024 * 1024,
                ping_interval: Duration::from_secs(30),
                ping_timeout: Duration::from_secs(30),
                close_timeout: Duration::from_secs(5),
                max_queue: 1024 * 1024,
                slow_reader: SlowReader::Wait,
            },
            compression: None,
            protocols: Arc::new([]),
            origins: Origins::OwnAnd(Arc::new([])),
        }
    }
}

impl Settings {
    /// The longest message that is taken, in bytes: of a compressed one, what it is when it has been inflated. A longer one ends the socket
    /// with 1009, as soon as its length is known.
    #[must_use]
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.limits.max_message = bytes;
        self
    }

    /// After so long without a byte of the peer it is sent an empty ping. Zero: never. Kept to half a second.
    #[must_use]
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.limits.ping_interval = interval;
        self
    }

    /// After so long without a byte behind that ping the socket is closed with 1011, and nothing more is waited for. Zero: never.
    #[must_use]
    pub fn ping_timeout(mut self, timeout: Duration) -> Self {
        self.limits.ping_timeout = timeout;
        self
    }

    /// How long the peer has for its close frame, when this end has sent one. Then the connection is cut; with zero, at once.
    #[must_use]
    pub fn close_timeout(mut self, timeout: Duration) -> Self {
        self.limits.close_timeout = timeout;
        self
    }

    /// How many bytes of messages may wait for the peer to read them. A single message may be longer.
    #[must_use]
    pub fn max_queue(mut self, bytes: usize) -> Self {
        self.limits.max_queue = bytes;
        self
    }

    /// What becomes of more than that.
    #[must_use]
    pub fn slow_reader(mut self, slow_reader: SlowReader) -> Self {
        self.limits.slow_reader = slow_reader;
        self
    }

    /// Compresses messages, where the client offers to ([RFC 7692](https://www.rfc-editor.org/rfc/rfc7692)); `None` does not.
    #[must_use]
    pub fn compression(mut self, compression: impl Into<Option<Compression>>) -> Self {
        self.compression = compression.into();
        self
    }

    /// The subprotocols that are spoken, the preferred one first. The first that a client offers is agreed on
    /// ([`Sender::protocol`](super::Sender::protocol)); where it offers none of them, none is
    /// ([RFC 6455 §4.2.2](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2)). A client offers all of them.
    #[must_use]
    pub fn protocols<P: Into<String>>(mut self, protocols: impl IntoIterator<Item = P>) -> Self {
        self.protocols = protocols.into_iter().map(Into::into).collect();
        self
    }

    /// Lets pages of this origin open a socket too, beside those of the own host: `https://app.example.com`, with a port where it is not that of
    /// the scheme. `https://*.example.com` is all names below that one, and not itself, as in
    /// [`allowed_hosts`](crate::Application::allowed_hosts).
    ///
    /// Pages of others are answered with 403, and the log has a warning that names both: a browser sends its cookies with whatever page asks
    /// ([RFC 6455 §10.2](https://www.rfc-editor.org/rfc/rfc6455#section-10.2)). Who sends no `origin` is no browser, and is let in.
    ///
    /// The own host is what the field `host` says, with its port: `http://localhost:3000` is another one than `localhost:8888`. Where it names no
    /// port, it is that of `http` and `https` alike, on 80 and 443. No other field is looked at, `x-forwarded-host` among them: behind a proxy that
    /// puts a name of its own into `host`, it is to hand on that of the client (`proxy_set_header Host $host;` in nginx), or the public origin
    /// is allowed here.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.allow(origin.into());
        self
    }

    /// Lets pages of all origins open a socket. For sockets that know nobody by a cookie.
    #[must_use]
    pub fn allow_any_origin(mut self) -> Self {
        self.origins = Origins::All;
        self
    }

    /// Looks whether they can be kept.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.limits.max_message == 0 {
            return Err("`max_message(0)` takes no message: say how many bytes".to_owned());
        }
        if self.limits.max_queue == 0 {
            return Err("`max_queue(0)` lets nothing be sent: say how many bytes".to_owned());
        }
        if let Some(wrong) = self.protocols.iter().find(|name| !is_token(name)) {
            return Err(format!(
                "the subprotocol `{wrong}` is no token (RFC 9110 §5.6.2)"
            ));
        }
        self.origins.check()?;
        self.compression
            .map_or(Ok(()), |compression| compression.check())
    }
}

fn is_token(name: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_of_token)
}
