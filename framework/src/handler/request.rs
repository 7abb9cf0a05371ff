//! [`RequestHandle`]: the head of a request, shared by all that outlive the handler's own view of it.
//!
//! A handler borrows its [`Context`](super::Context) mutably; an answer is made, a stream goes on and a log line is written
//! when that borrow is over. They hold this handle instead. It also carries the two signals between a running handler and the
//! connection: that the client is gone, and what a `flush` wants to have sent.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use ::http::{Extensions, HeaderMap, Method, Uri, Version, header::HOST};
use tokio::sync::Notify;

use super::{
    error::{Misuse, Result},
    flush::Outbox,
    person::Person,
    shared::Shared,
    shutdown::Shutdown,
    watchdog,
};
use crate::{
    http::{accept, host, spare},
    routing::url,
};

/// The head of a request and what the application knows, to be kept beyond the handler. Cloning is one atomic step.
#[derive(Clone, Debug)]
pub struct RequestHandle(Arc<Head>);

#[derive(Debug)]
struct Head {
    method: Method,
    uri: Uri,
    version: Version,
    headers: HeaderMap,
    remote_addr: Option<SocketAddr>,
    started: Instant,
    /// That of the application; none between two requests.
    shared: Option<Arc<Shared>>,
    gone: AtomicBool,
    close_claimed: AtomicBool,
    going: Notify,
    outbox: Outbox,
    person: Person,
}

/// The host that a request is for: of the target URI, or of the `host` field.
pub(crate) fn host_of<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r str> {
    let authority = uri.authority();
    authority
        .map(::http::uri::Authority::as_str)
        .or_else(|| headers.get(HOST)?.to_str().ok())
}

/// The address of the peer, as the server puts it into the extensions of a request.
#[derive(Clone, Copy, Debug)]
pub struct RemoteAddr(pub SocketAddr);

/// The address that another server, or an application around this one, has found.
fn remote_addr_in(extensions: &Extensions) -> Option<SocketAddr> {
    extensions.get::<RemoteAddr>().map(|remote| remote.0)
}

impl Drop for Head {
    fn drop(&mut self) {
        spare::keep(&mut self.headers);
    }
}

impl RequestHandle {
    /// Takes a request head over; what stands in its extensions is given back.
    pub(crate) fn new(
        parts: ::http::request::Parts,
        remote_addr: Option<SocketAddr>,
        shared: Arc<Shared>,
    ) -> (Self, Extensions) {
        let ::http::request::Parts {
            method,
            uri,
            version,
            headers,
            extensions,
            ..
        } = parts;
        let remote_addr = remote_addr.or_else(|| remote_addr_in(&extensions));
        let head = Head {
            method,
            uri,
            version,
            headers,
            remote_addr,
            started: watchdog::begun(),
            shared: Some(shared),
            gone: AtomicBool::new(false),
            close_claimed: AtomicBool::new(false),
            going: Notify::new(),
            outbox: Outbox::default(),
            person: Person::default(),
        };
        (Self(Arc::new(head)), extensions)
    }

    /// Takes what is of the request out, where nobody else has this handle. Gives whether it was done.
    #[inline]
    pub(crate) fn retire(&mut self) -> bool {
        let Some(head) = Arc::get_mut(&mut self.0) else {
            return false;
        };
        let was_plain =
            !*head.gone.get_mut() && head.outbox.is_unused() && head.person.is_unknown();
        if was_plain {
            spare::keep(&mut head.headers);
            head.uri = Uri::default();
            head.shared = None;
        }
        was_plain
    }

    /// Takes another request head over, after [`retire`](Self::retire).
    #[inline]
    pub(crate) fn reuse(
        &mut self,
        parts: ::http::request::Parts,
        remote_addr: Option<SocketAddr>,
        shared: &Arc<Shared>,
    ) -> Extensions {
        let Some(head) = Arc::get_mut(&mut self.0) else {
            let (request, extensions) = Self::new(parts, remote_addr, Arc::clone(shared));
            *self = request;
            return extensions;
        };
        head.method = parts.method;
        head.uri = parts.uri;
        head.version = parts.version;
        // An empty map is left, which has nothing to free.
        std::mem::forget(std::mem::replace(&mut head.headers, parts.headers));
        head.remote_addr = remote_addr.or_else(|| remote_addr_in(&parts.extensions));
        head.started = watchdog::begun();
        head.shared = Some(Arc::clone(shared));
        *head.close_claimed.get_mut() = false;
        parts.extensions
    }

    /// Lets go of fields and target, where nobody else can ask for them: they keep the whole buffer that they were read into.
    #[cfg(feature = "websocket")]
    pub(crate) fn slim(&mut self) {
        if let Some(head) = Arc::get_mut(&mut self.0) {
            spare::keep(&mut head.headers);
            head.headers = HeaderMap::new();
            head.uri = Uri::default();
        }
    }

    /// The request as it came, without its content.
    pub(crate) fn into_request(mut self, extensions: Extensions) -> ::http::Request<()> {
        let mut request = ::http::Request::new(());
        match Arc::get_mut(&mut self.0) {
            Some(head) => {
                std::mem::swap(request.method_mut(), &mut head.method);
                std::mem::swap(request.uri_mut(), &mut head.uri);
                std::mem::swap(request.headers_mut(), &mut head.headers);
            }
            None => {
                self.method().clone_into(request.method_mut());
                self.uri().clone_into(request.uri_mut());
                self.headers().clone_into(request.headers_mut());
            }
        }
        *request.version_mut() = self.version();
        *request.extensions_mut() = extensions;
        if let Some(remote_addr) = self.remote_addr() {
            request.extensions_mut().insert(RemoteAddr(remote_addr));
        }
        request
    }

    /// When the head of the request was read.
    pub(crate) fn started(&self) -> Instant {
        self.0.started
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// The target URI, as it came in.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.0.uri
    }

    /// The HTTP version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.0.version
    }

    /// The fields.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The host that the request is for, with the port when it names one: of the target URI, or of the `host` field.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        host_of(self.uri(), self.headers())
    }

    /// The name or the address of the host, in lower case and without its port.
    #[must_use]
    pub fn host_name(&self) -> Option<String> {
        self.host()
            .map(|host| host::split(host).0.to_ascii_lowercase())
    }

    /// The scheme of the target URI: that which stands there, and otherwise `http`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.uri().scheme_str().unwrap_or("http")
    }

    /// The whole target URI ([RFC 9110 §7.1](https://www.rfc-editor.org/rfc/rfc9110#section-7.1)): scheme, host, path and query. `None`
    /// when the request names no host.
    ///
    /// The host is what the client says: [`allowed_hosts`](crate::Application::allowed_hosts) keeps to those that are meant.
    #[must_use]
    pub fn full_url(&self) -> Option<String> {
        let path = self
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        Some(format!("{}://{}{path}", self.scheme(), self.host()?))
    }

    /// The address of the peer; `None` when the request did not come over a socket of squall's server.
    #[must_use]
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.0.remote_addr
    }

    /// The time since the head of the request was read.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.started.elapsed()
    }

    /// Whether the client prefers JSON to HTML ([RFC 9110 §12.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1)).
    #[must_use]
    pub fn prefers_json(&self) -> bool {
        accept::prefers_json(&self.0.headers)
    }

    /// The URL of a named route: see [`Context::reverse_url`](super::Context::reverse_url).
    ///
    /// # Errors
    ///
    /// The same.
    pub fn reverse_url<A: AsRef<str>>(
        &self,
        name: &str,
        values: impl IntoIterator<Item = A>,
    ) -> Result<String> {
        let place = self.shared().names.get(name);
        let place =
            place.ok_or_else(|| Misuse::error(format!("no route has the name `{name}`")))?;
        url::reverse(place, values).ok_or_else(|| {
            let count = place.spec.parameters.len();
            Misuse::error(format!(
                "`{name}` is `{}`: it takes {count} parameters, in order",
                place.text()
            ))
        })
    }

    /// The user that asks: see [`Context::current_user`](super::Context::current_user).
    #[must_use]
    pub fn current_user<U: Send + Sync + 'static>(&self) -> Option<Arc<U>> {
        self.person().user()
    }

    /// Waits until the client is gone. Ends at once when it is gone already; never, when the answer is sent to its end.
    pub fn disconnected(&self) -> impl Future<Output = ()> + Send + 'static {
        let handle = self.clone();
        async move {
            let going = handle.0.going.notified();
            if !handle.is_disconnected() {
                going.await;
            }
        }
    }

    /// The signal that the server ends.
    #[must_use]
    pub fn shutdown(&self) -> &Shutdown {
        &self.shared().shutdown
    }

    /// Whether the client is known to be gone.
    #[must_use]
    pub fn is_disconnected(&self) -> bool {
        self.0.gone.load(Ordering::Acquire)
    }

    /// Lets everybody know that the client is gone.
    pub(crate) fn disconnect(&self) {
        self.0.gone.store(true, Ordering::Release);
        self.0.going.notify_waiters();
    }

    /// Whether the caller is the one that runs `on_connection_close`: true once a request.
    pub(crate) fn claim_close(&self) -> bool {
        !self.0.close_claimed.swap(true, Ordering::AcqRel)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        let shared = self.0.shared.as_ref();
        shared.expect("a request belongs to an application")
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// Who asks, as far as it is known.
    pub(crate) fn person(&self) -> &Person {
        &self.0.person
    }
}
