//! From a request to the row of the table that answers it, and the future of the answer.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context as TaskContext, Poll, ready},
    time::Instant,
};

use ::http::{HeaderValue, Method, StatusCode, Uri, header, uri::PathAndQuery};

use super::{
    Plan,
    access::Access,
    layer::{BoxFuture, Endpoint, Erased, failed},
    table::{Handler, Row, Table},
};
use crate::{
    handler::{
        BoxError, Context, Detached, HttpError, RemoteAddr, Request, RequestHandle, Requirements,
        Response, Result, Shutdown,
        flush::{Disconnect, Run, Task},
        life_cycle::{self, HandlerImpl, Reply, Shareable},
        shared::{Names, Shared},
        watchdog,
    },
    routing::{pattern::Place, tree::Captures},
};

/// An application ready to answer.
pub(crate) struct Ready {
    core: Arc<Core>,
    /// The layers around the core, when there are any.
    layered: Option<Erased>,
}

/// How an application that is mounted in another one finds that.
#[derive(Clone)]
struct Outer(Arc<Shared>);

impl Outer {
    /// Lets the end of the outer application be that of the inner one, and wait for it.
    fn join(&self, inner: &Shared) {
        if inner.detached.inside(&self.0.detached) {
            self.0.shutdown.reach(&inner.shutdown);
        }
    }
}

/// What is inside all layers.
struct Core {
    shared: Arc<Shared>,
    table: Table,
    base: Option<Base>,
}

/// How the base of an application answers what reached no handler.
#[derive(Clone, Copy)]
pub(crate) struct Base {
    answer: fn(Context, Result<Response>) -> Run,
    requirements: fn(&mut Requirements),
    name: &'static str,
}

impl Base {
    pub(crate) fn of<H: HandlerImpl + Shareable>() -> Self {
        Self {
            answer: |cx, answer| Box::pin(life_cycle::answer_with::<H>(cx, answer)),
            requirements: H::INFO.requirements,
            name: H::INFO.name,
        }
    }
}

impl Ready {
    /// Builds and checks an application.
    ///
    /// # Errors
    ///
    /// All faults that were found.
    pub(super) fn new(plan: &Plan) -> Result<Self, Vec<String>> {
        let mut requirements = Requirements::new(plan.states.clone());
        let table = Table::new(plan.routes, &plan.mounts, &mut requirements);
        if let Some(base) = plan.base {
            (base.requirements)(requirements.of(base.name));
        }
        let faults = requirements.into_faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        let shared = Shared {
            states: plan.states.clone(),
            names: Names::new(Table::named(plan.routes)),
            detached: Detached::default(),
            shutdown: plan.shutdown.clone(),
            debug: plan.debug,
            entity_tags: plan.entity_tags,
            server: plan.server.clone(),
        };
        let core = Arc::new(Core {
            shared: Arc::new(shared),
            table,
            base: plan.base,
        });
        let layered = (!plan.layers.is_empty()).then(|| {
            let innermost = Endpoint(erase_core(Arc::clone(&core)));
            plan.layers
                .iter()
                .fold(innermost, |inside, wrap| wrap(inside))
                .0
        });
        Ok(Self { core, layered })
    }

    /// Waits until nothing goes on without its connection.
    pub(crate) async fn idle(&self) {
        self.core.shared.detached.idle().await;
    }

    /// The `server` field of every answer.
    pub(crate) fn server(&self) -> Option<&HeaderValue> {
        self.core.shared.server.as_ref()
    }

    /// The places of all handlers.
    pub(crate) fn places(&self) -> impl Iterator<Item = &'static Place> {
        self.core.table.places()
    }

    /// The signal that the server ends.
    pub(crate) fn shutdown(&self) -> &Shutdown {
        &self.core.shared.shutdown
    }

    /// Answers a request.
    pub(crate) fn respond(
        &self,
        mut request: Request,
        remote_addr: Option<SocketAddr>,
    ) -> ResponseFuture {
        let started = Instant::now();
        let mut response = match request.extensions_mut().remove() {
            None => return self.pass(request, remote_addr, started),
            Some(outer) => {
                Outer::join(&outer, &self.core.shared);
                self.pass(request, remote_addr, started)
            }
        };
        // The application around this one writes the line of the log.
        response.access = None;
        response
    }

    /// Answers a request that nothing may look at, but for the base and its error page.
    pub(crate) fn refuse(
        &self,
        request: Request,
        remote_addr: Option<SocketAddr>,
        error: HttpError,
    ) -> ResponseFuture {
        let cx = self.core.context(request, remote_addr, Instant::now());
        self.core.without_handler(cx, Err(error.into()))
    }

    /// Takes a request through the layers, if there are any.
    fn pass(
        &self,
        mut request: Request,
        remote_addr: Option<SocketAddr>,
        started: Instant,
    ) -> ResponseFuture {
        match &self.layered {
            None => self.core.respond(request, remote_addr, started),
            Some(layered) => {
                if let Some(remote_addr) = remote_addr {
                    request.extensions_mut().insert(RemoteAddr(remote_addr));
                }
                let access = Access::of_request(&request, started);
                ResponseFuture {
                    state: State::Boxed(layered(request)),
                    access,
                }
            }
        }
    }
}

/// The core as the service that the innermost layer wraps. The log line is written outside the layers.
fn erase_core(core: Arc<Core>) -> Erased {
    Arc::new(move |request| {
        let mut response = core.respond(request, None, Instant::now());
        response.access = None;
        Box::pin(async move { response.await.map_err(BoxError::from) })
    })
}

impl Core {
    fn respond(
        &self,
        mut request: Request,
        remote_addr: Option<SocketAddr>,
        started: Instant,
    ) -> ResponseFuture {
        match self.table.find(|| host(&request), request.uri().path()) {
            Some((Row::Mount { service, prefix }, _)) => {
                if let Some(remote_addr) = remote_addr {
                    request.extensions_mut().insert(RemoteAddr(remote_addr));
                }
                let outer = Outer(Arc::clone(&self.shared));
                request.extensions_mut().insert(outer);
                let access = Access::of_request(&request, started);
                ResponseFuture {
                    state: State::Boxed(service(without_prefix(request, *prefix))),
                    access,
                }
            }
            Some((
                Row::Redirect {
                    place,
                    redirect,
                    allow,
                },
                captures,
            )) => {
                let mut cx = self.context(request, remote_addr, started);
                cx.route(place, captures, None);
                let answer = if redirect.methods().contains(&cx.method().as_str()) {
                    redirect.answer(&cx)
                } else {
                    not_allowed(cx.method(), allow)
                };
                self.without_handler(cx, answer)
            }
            Some((Row::Handler(handler), captures)) => {
                let mut cx = self.context(request, remote_addr, started);
                self.call(handler, captures, &mut cx)
            }
            None => {
                let cx = self.context(request, remote_addr, started);
                let asks_for_all = *cx.method() == Method::OPTIONS && cx.path() == "*";
                let answer = if asks_for_all {
                    Ok(no_content(None))
                } else {
                    Err(HttpError::not_found().into())
                };
                self.without_handler(cx, answer)
            }
        }
    }

    fn context(
        &self,
        request: Request,
        remote_addr: Option<SocketAddr>,
        started: Instant,
    ) -> Context {
        let (parts, body) = request.into_parts();
        let (request, extensions) =
            RequestHandle::new(parts, remote_addr, started, Arc::clone(&self.shared));
        Context::new(request, extensions, body)
    }

    fn call(&self, handler: &Handler, captures: Captures, cx: &mut Context) -> ResponseFuture {
        let mut cx = cx.take();
        let Some(method) = handler.method(cx.method()) else {
            let answer = not_allowed(cx.method(), &handler.allow);
            return self.without_handler(cx, answer);
        };
        watchdog::note(handler.place);
        cx.route(handler.place, captures, handler.gifts.clone());
        let request = cx.request().clone();
        match (method.start)(cx) {
            Reply::Ready(response) => ResponseFuture {
                state: State::Ready(Some(response)),
                access: Access::of(request),
            },
            Reply::Run(run) => ResponseFuture::run(run, request, method.disconnect),
        }
    }

    /// Answers what reached no handler.
    fn without_handler(&self, cx: Context, answer: Result<Response>) -> ResponseFuture {
        let request = cx.request().clone();
        let run = match self.base {
            Some(base) => (base.answer)(cx, answer),
            None => Box::pin(life_cycle::answer_plainly(cx, answer)),
        };
        ResponseFuture::run(run, request, Disconnect::Cancel)
    }
}

/// The answer to a method that is not there: the list of those that are, as an answer to OPTIONS and as an error to the others.
fn not_allowed(method: &Method, allow: &HeaderValue) -> Result<Response> {
    if *method == Method::OPTIONS {
        return Ok(no_content(Some(allow)));
    }
    let error = HttpError::new(StatusCode::METHOD_NOT_ALLOWED);
    Err(error.with_header(header::ALLOW, allow.clone()).into())
}

/// The answer to OPTIONS (RFC 9110 §9.3.7).
fn no_content(allow: Option<&HeaderValue>) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    if let Some(allow) = allow {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    response
}

/// The host that a request is for: of its target, or of its `host` field (RFC 9110 §7.2).
fn host(request: &Request) -> Option<String> {
    let target = request.uri().authority().map(http::uri::Authority::as_str);
    target
        .or_else(|| request.headers().get(header::HOST)?.to_str().ok())
        .map(str::to_owned)
}

/// The request as a mounted service sees it.
fn without_prefix(mut request: Request, prefix: usize) -> Request {
    let mut parts = request.uri().clone().into_parts();
    let target = parts
        .path_and_query
        .as_ref()
        .map_or("", |target| &target.as_str()[prefix..]);
    let target = if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{target}")
    };
    parts.path_and_query = PathAndQuery::try_from(target).ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

/// The answer of an [`Application`](super::Application), to come.
///
/// Dropping it tells the handler that the client is gone.
pub struct ResponseFuture {
    state: State,
    access: Option<Access>,
}

enum State {
    Ready(Option<Response>),
    Task(Option<Task>),
    Boxed(BoxFuture<Result<Response, BoxError>>),
}

impl ResponseFuture {
    pub(crate) fn ready(response: Response) -> Self {
        Self {
            state: State::Ready(Some(response)),
            access: None,
        }
    }

    fn run(run: Run, request: RequestHandle, disconnect: Disconnect) -> Self {
        let access = Access::of(request.clone());
        Self {
            state: State::Task(Some(Task::new(run, request, disconnect))),
            access,
        }
    }
}

impl Future for ResponseFuture {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let response = match &mut self.state {
            State::Ready(response) => ready!(response.take().map_or(Poll::Pending, Poll::Ready)),
            State::Task(task) => ready!(Task::poll_answer(task, cx)),
            State::Boxed(future) => ready!(future.as_mut().poll(cx)).unwrap_or_else(failed),
        };
        Poll::Ready(Ok(match self.access.take() {
            Some(access) => access.attach(response),
            None => response,
        }))
    }
}

impl Drop for ResponseFuture {
    fn drop(&mut self) {
        if let Some(access) = self.access.take() {
            access.gone();
        }
    }
}

impl std::fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResponseFuture")
    }
}
