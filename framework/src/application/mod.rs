//! [`Application`]: routes, state, settings and layers, put together into one service.
//!
//! A request goes one way: through the layers, to the row of the table that its host and path lead to, to the method of that
//! row. What reaches no handler is answered with the base of the application. Everything that can only be checked with values
//! is checked once, before the first request, and refused with one list of all faults.

mod access;
mod dispatch;
#[cfg(feature = "websocket")]
mod host;
mod hosts;
mod layer;
mod table;

use std::{
    any::Any,
    convert::Infallible,
    fmt,
    sync::{Arc, OnceLock},
    task::{Context as TaskContext, Poll},
};

use ::http::HeaderValue;
use bytes::Bytes;
use tower_layer::Layer;
use tower_service::Service;

pub(crate) use self::dispatch::{Coming, Ready};
pub use self::{
    dispatch::ResponseFuture,
    layer::Endpoint,
    table::{Routes, Target, item},
};
use crate::handler::{
    Body, BoxError, Error, Misuse, Response, Result, Shutdown,
    flush::Answered,
    life_cycle::{HandlerImpl, Shareable},
    shared::States,
};
#[cfg(feature = "websocket")]
use host::Host;
use layer::{Erased, erase};

/// A web application: routes and all that belongs to them.
///
/// It is a `tower` service, so any server that speaks `tower` can run it, and another application can mount it.
/// [`serve`](Self::serve) runs it on squall's own server.
///
/// # Examples
///
/// ```
/// use squall::{Application, handler, routes};
///
/// #[handler]
/// #[route("/")]
/// struct Hello;
///
/// #[handler]
/// impl Hello {
///     fn get(&self) -> &'static str {
///         "Hello, world"
///     }
/// }
///
/// let app = Application::new(routes![Hello]);
/// # let _ = app;
/// ```
#[derive(Clone)]
pub struct Application {
    plan: Arc<Plan>,
    ready: Arc<OnceLock<Result<Arc<Ready>, Vec<String>>>>,
}

/// What an application was told so far.
#[derive(Clone)]
struct Plan {
    routes: Routes,
    states: States,
    base: Option<dispatch::Base>,
    mounts: Vec<(String, Erased)>,
    fallback: Option<Erased>,
    /// The applications among what is mounted and the fallback, and what each is.
    inner: Vec<(String, Application)>,
    redirect_slashes: bool,
    layers: Vec<Wrap>,
    hosts: Vec<String>,
    debug: bool,
    entity_tags: bool,
    #[cfg(feature = "compression")]
    compression: bool,
    server: Option<HeaderValue>,
    shutdown: Shutdown,
}

impl Plan {
    /// Notes an application inside of this one, so that its faults are found when this one starts.
    fn note_inner<S: 'static>(&mut self, what: &str, service: &S) {
        let service: &dyn Any = service;
        if let Some(application) = service.downcast_ref::<Application>() {
            self.inner.push((what.to_owned(), application.clone()));
        }
    }

    /// The faults of the applications inside.
    fn inner_faults(&self) -> impl Iterator<Item = String> {
        self.inner.iter().flat_map(|(what, application)| {
            let faults = application.made().as_ref().err().into_iter().flatten();
            faults.map(move |fault| format!("the application {what}: {fault}"))
        })
    }
}

type Wrap = Arc<dyn Fn(Endpoint) -> Endpoint + Send + Sync>;

impl Application {
    /// An application with these routes, made by [`routes!`](crate::routes).
    #[must_use]
    pub fn new(routes: Routes) -> Self {
        let server = HeaderValue::from_static(concat!("squall/", env!("CARGO_PKG_VERSION")));
        let plan = Plan {
            routes,
            states: States::default(),
            base: None,
            mounts: Vec::new(),
            fallback: None,
            inner: Vec::new(),
            redirect_slashes: false,
            layers: Vec::new(),
            hosts: Vec::new(),
            debug: false,
            entity_tags: true,
            #[cfg(feature = "compression")]
            compression: false,
            server: Some(server),
            shutdown: Shutdown::default(),
        };
        Self {
            plan: Arc::new(plan),
            ready: Arc::default(),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Plan)) -> Self {
        change(Arc::make_mut(&mut self.plan));
        self.ready = Arc::default();
        self
    }

    /// Gives a value that handlers extract as [`State<T>`](crate::State). A value of the same type given before is replaced,
    /// which is how a test puts something else in its place.
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.with(|plan| plan.states.insert(value, plan.shutdown.clone()))
    }

    /// Lets a base handler also serve what reaches no handler: its `write_error` makes the pages for 404, 405 and their
    /// like, its default headers stand on them. Its `prepare` does not run there.
    #[must_use]
    pub fn base<H: HandlerImpl + Shareable>(self) -> Self {
        self.with(|plan| plan.base = Some(dispatch::Base::of::<H>()))
    }

    /// Hands all requests below a prefix to another service: any `tower` service, an axum router or another application
    /// among them. It sees its paths without the prefix; `/api` itself is its `/`.
    ///
    /// Layers and the access log see its requests, the [`base`](Self::base) does not: error pages and default headers are the
    /// service's own. URLs that an application makes (`url()`, [`Redirect`](crate::Redirect)s in `routes!`, `static_url`) are those of
    /// its own paths, without the prefix. A route of this application that is more specific comes first.
    ///
    /// A service that takes the connection itself cannot be mounted on squall's own server: a handler with axum's `WebSocketUpgrade` is answered with 426 by
    /// axum, for squall drives its connections to their end. A WebSocket of a mounted squall application is open there, and so is one of
    /// squall in an axum router that axum serves.
    ///
    /// The prefix begins with a slash and does not end with one; otherwise this application does not start, and neither does it when a route
    /// takes the same paths, or when an application that is mounted lacks something (a state, a folder).
    #[must_use]
    pub fn mount<S, B>(self, prefix: impl Into<String>, service: S) -> Self
    where
        S: Service<
                crate::handler::Request,
                Response = ::http::Response<B>,
                Error: Into<BoxError>,
                Future: Send + 'static,
            >,
        S: Clone + Send + Sync + 'static,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.with(|plan| {
            let prefix = prefix.into();
            plan.note_inner(&format!("mounted at `{prefix}`"), &service);
            plan.mounts.push((prefix, erase(service)));
        })
    }

    /// Lets another service answer where no route matches: any `tower` service, such as the application that this one replaces step by
    /// step. It sees the path as it is. Default: 404. A function becomes a service by `tower::service_fn`.
    ///
    /// Like a [mounted](Self::mount) service it is seen by layers and the access log, and not by the [`base`](Self::base). A handler
    /// that answers what nothing else does is no fallback but a route: `#[route("/{*path}")]`.
    #[must_use]
    pub fn fallback<S, B>(self, service: S) -> Self
    where
        S: Service<
                crate::handler::Request,
                Response = ::http::Response<B>,
                Error: Into<BoxError>,
                Future: Send + 'static,
            >,
        S: Clone + Send + Sync + 'static,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.with(|plan| {
            plan.note_inner("of the fallback", &service);
            plan.fallback = Some(erase(service));
        })
    }

    /// Whether a `GET` or `HEAD` whose path matches no route is redirected to the same path with a slash at its end, or without, where
    /// that matches one: 301 with the query kept, Tornado's `addslash` and `removeslash`. Default: `false`, and 404.
    ///
    /// Several slashes at the end are one. Other methods are 404: to repeat them would lose their content. The `location` is relative
    /// (`docs/`, `../docs`), so it is right also where this application is mounted, or stands behind a proxy that takes a prefix away.
    #[must_use]
    pub fn redirect_slashes(self, redirect_slashes: bool) -> Self {
        self.with(|plan| plan.redirect_slashes = redirect_slashes)
    }

    /// Puts a `tower` layer around everything: handlers, mounted services and error pages. The layer added last is outermost.
    ///
    /// An error of a layer is answered with 500.
    #[must_use]
    pub fn layer<L, B>(self, layer: L) -> Self
    where
        L: Layer<Endpoint> + Send + Sync + 'static,
        L::Service: Service<
                crate::handler::Request,
                Response = ::http::Response<B>,
                Error: Into<BoxError>,
                Future: Send + 'static,
            >,
        L::Service: Clone + Send + Sync + 'static,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.with(|plan| {
            plan.layers.push(Arc::new(move |endpoint| {
                Endpoint(erase(layer.layer(endpoint)))
            }));
        })
    }

    /// The hosts that this application answers to; a request for any other is answered with 421, before layers and handlers see it
    /// ([RFC 9110 §15.5.20](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20)). Default: any host. Hosts that were named before stay.
    ///
    /// `example.com` is this name, whatever the port, `*.example.com` all names below it (and not itself), and `example.com:8080` that port
    /// alone. Browsers leave 80 and 443 out, so `example.com:80` and `:443` take a host without a port too. A server that is reached by its
    /// address names that: `127.0.0.1`, `[::1]`. An empty list is none: any host.
    ///
    /// Where a program makes links out of [`host`](crate::Context::host), or trusts who reaches it on `localhost`, this keeps those away
    /// who bring a name of their own (DNS rebinding).
    ///
    /// # Examples
    ///
    /// ```
    /// # use squall::{Application, handler, routes};
    /// # #[handler]
    /// # #[route("/")]
    /// # struct Hello;
    /// # #[handler]
    /// # impl Hello {
    /// #     fn get(&self) -> &'static str {
    /// #         "hello"
    /// #     }
    /// # }
    /// let app = Application::new(routes![Hello]).allowed_hosts(["example.com", "*.example.com", "localhost"]);
    /// # let _ = app;
    /// ```
    #[must_use]
    pub fn allowed_hosts<H: Into<String>>(self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.with(|plan| plan.hosts.extend(hosts.into_iter().map(Into::into)))
    }

    /// Shows the causes of errors on their pages. Default: `false`, and what `--debug` says. Causes can hold secrets.
    #[must_use]
    pub fn debug(self, debug: bool) -> Self {
        self.with(|plan| plan.debug = debug)
    }

    /// Whether content in memory of up to 64 KiB gets a strong entity tag, and so 304 where the client has it. Default: `true`.
    ///
    /// One answer goes without by [`cx.clear_header("etag")`](crate::Context::clear_header), and has another one by
    /// [`cx.set_header("etag", …)`](crate::Context::set_header).
    #[must_use]
    pub fn entity_tags(self, entity_tags: bool) -> Self {
        self.with(|plan| plan.entity_tags = entity_tags)
    }

    /// Whether answers are compressed, with `br`, `gzip`, and `zstd` where the feature `compression-zstd` is on. Default: `false`.
    ///
    /// It is not on by itself: it costs processor time and, for a stream, memory; where a page holds a secret beside what somebody else
    /// has put there, its length tells of the secret (BREACH); and where a proxy in front compresses, it is done already. A handler
    /// keeps an answer as it is by `cache-control: no-transform`.
    ///
    /// Compressed is text, and what is text under another name (`text/*`, JSON, XML, SVG, JavaScript, WebAssembly, fonts that are not), from
    /// 1,024 bytes on, and any stream of it; not what has a `content-encoding` or a digest, and no part of content (206). The client
    /// decides by `accept-encoding`, with its weights; of those that it likes as well, squall takes `br` before `zstd` before `gzip`. The
    /// answer carries `content-encoding`, `vary: accept-encoding` (also where it goes as it is), and a strong entity tag ends in the
    /// coding: `"…-br"`. Where the client does not take it as it is (`identity;q=0`), any answer is compressed, and a good one that has no
    /// coding it takes is a 406.
    ///
    /// Content in memory of up to 64 KiB is compressed at once, and has a `content-length`. Longer content and streams are compressed while
    /// they are sent, at most 64 KiB in a turn. What a stream has given so far, or a [`flush`](crate::Context::flush), is sent at once. A stream
    /// takes memory until it ends: 0.4 MiB for gzip, 0.5 to 2.5 MiB for br, 0.8 to 1.2 MiB for zstd.
    ///
    /// Handlers, files and error pages are compressed; a [mounted](Self::mount) service does that itself. Requests need no setting:
    /// what comes compressed is decoded whenever content is read, see [`FromRequest`](crate::handler::FromRequest).
    ///
    /// Source: [RFC 9110 §8.4, §12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3).
    ///
    /// # Examples
    ///
    /// ```
    /// use squall::{Application, handler, routes, testing::TestClient};
    ///
    /// #[handler]
    /// #[route("/")]
    /// struct Page;
    ///
    /// #[handler]
    /// impl Page {
    ///     fn get(&self) -> String {
    ///         "Hello, world. ".repeat(100)
    ///     }
    /// }
    ///
    /// #[squall::main]
    /// async fn main() {
    ///     let client = TestClient::new(Application::new(routes![Page]).compression(true));
    ///     let answer = client.get("/").header("accept-encoding", "gzip").send().await;
    ///     assert_eq!(answer.header("content-encoding"), Some("gzip"));
    ///     assert!(answer.bytes().await.len() < 100);
    /// }
    /// ```
    #[cfg(feature = "compression")]
    #[must_use]
    pub fn compression(self, compression: bool) -> Self {
        self.with(|plan| plan.compression = compression)
    }

    /// Whether answers carry `server: squall/…`. Default: `true`.
    #[must_use]
    pub fn server_header(self, server_header: bool) -> Self {
        let server = server_header
            .then(|| Self::new(Routes::EMPTY).plan.server.clone())
            .flatten();
        self.with(|plan| plan.server = server)
    }

    /// The signal that the server of this application ends: to end it, or to end with it.
    #[must_use]
    pub fn shutdown(&self) -> Shutdown {
        self.plan.shutdown.clone()
    }

    /// Checks what the compiler could not: that every state is given, that mounts and routes do not collide, that targets fit
    /// their patterns.
    ///
    /// # Errors
    ///
    /// One error that lists all faults. [`serve`](Self::serve) checks this itself and refuses to start.
    pub fn check(&self) -> Result<()> {
        self.ready().map(drop)
    }

    /// The application made ready, once.
    pub(crate) fn ready(&self) -> Result<Arc<Ready>> {
        self.made().clone().map_err(|faults| {
            Misuse::error(format!(
                "the application cannot start:\n  - {}",
                faults.join("\n  - ")
            ))
        })
    }

    /// It, or all faults.
    fn made(&self) -> &Result<Arc<Ready>, Vec<String>> {
        self.ready
            .get_or_init(|| Ready::new(&self.plan).map(Arc::new))
    }

    pub(crate) fn is_debug(&self) -> bool {
        self.plan.debug
    }
}

impl<B> Service<::http::Request<B>> for Application
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    #[cfg_attr(not(feature = "websocket"), expect(unused_mut))]
    fn call(&mut self, mut request: ::http::Request<B>) -> ResponseFuture {
        match self.ready() {
            Ok(ready) => {
                #[cfg(feature = "websocket")]
                let host = Host::of(&mut request, ready.shutdown());
                let response = ResponseFuture::new(ready.respond(request, Body::new, None, None));
                #[cfg(feature = "websocket")]
                let response = match host {
                    Some(host) => response.on(host),
                    None => response,
                };
                response
            }
            Err(error) => refuse(&error),
        }
    }
}

/// The answer of an application that cannot start, where it is run by another server: that one does not ask before.
fn refuse(error: &Error) -> ResponseFuture {
    tracing::error!(target: "squall", "{error}");
    let mut response = Response::default();
    *response.status_mut() = ::http::StatusCode::INTERNAL_SERVER_ERROR;
    ResponseFuture::new(Coming::There(Answered::Foreign(Box::new(response))))
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("routes", &self.plan.routes)
            .finish_non_exhaustive()
    }
}
