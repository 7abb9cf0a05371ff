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

use ::http::{HeaderValue, Method, StatusCode, Uri, header, request::Parts, uri::PathAndQuery};

use super::{
    Plan,
    access::Access,
    layer::{BoxFuture, Endpoint, Erased, failed},
    table::{Handler, Row, Table},
};
use crate::{
    handler::{
        Body, BoxError, Context, Detached, Error, HttpError, RemoteAddr, Request, RequestHandle,
        Requirements, Response, Result, Shutdown,
        flush::{Answered, Disconnect, Run, Task},
        life_cycle::{self, HandlerImpl, Reply, Shareable, contained},
        shared::{Names, Shared},
        watchdog,
    },
    routing::pattern::Place,
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
    answer: fn(Box<Context>, Result<Response>) -> Run,
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

    /// How much goes on without its connection, or may.
    pub(crate) fn detached(&self) -> usize {
        self.core.shared.detached.running()
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
        parts: Parts,
        content: Body,
        remote_addr: Option<SocketAddr>,
    ) -> ResponseFuture {
        let is_inside = !parts.extensions.is_empty() && self.join_outer(&parts);
        let mut response = match &self.layered {
            None => {
                let cx = Context::begin(parts, content, remote_addr, &self.core.shared);
                self.core.respond(cx)
            }
            Some(layered) => {
                let request = Request::from_parts(parts, content);
                let request = with_remote_addr(request, remote_addr);
                let access = Access::of_request(&request, Instant::now());
                ResponseFuture::boxed(layered(request), access)
            }
        };
        if is_inside {
            // The application around this one writes the line of the log.
            response.quiet();
        }
        response
    }

    /// Looks for the application around this one. Gives whether there is one.
    fn join_outer(&self, parts: &Parts) -> bool {
        let outer = parts.extensions.get::<Outer>();
        outer
            .inspect(|outer| outer.join(&self.core.shared))
            .is_some()
    }

    /// Answers a request that nothing may look at, but for the base and its error page.
    pub(crate) fn refuse(
        &self,
        parts: Parts,
        content: Body,
        remote_addr: Option<SocketAddr>,
        error: HttpError,
    ) -> ResponseFuture {
        let cx = Context::begin(parts, content, remote_addr, &self.core.shared);
        self.core.without_handler(cx, Err(error.into()))
    }
}

/// The core as the service that the innermost layer wraps. The log line is written outside the layers.
fn erase_core(core: Arc<Core>) -> Erased {
    Arc::new(move |request| {
        let (parts, content) = request.into_parts();
        let cx = Context::begin(parts, content, None, &core.shared);
        let mut response = core.respond(cx);
        response.quiet();
        Box::pin(async move { response.await.map_err(BoxError::from) })
    })
}

impl Core {
    /// Takes a request to the row of the table that answers it.
    fn respond(&self, mut cx: Box<Context>) -> ResponseFuture {
        let (request, captures) = cx.matching();
        let host = || request.host().map(str::to_owned);
        match self.table.find(host, request.uri().path(), captures) {
            Some(Row::Handler(handler)) => self.call(handler, cx),
            Some(Row::Mount { service, prefix }) => {
                let access = Access::of_handle(cx.request());
                let mut request = cx.into_request();
                let outer = Outer(Arc::clone(&self.shared));
                request.extensions_mut().insert(outer);
                ResponseFuture::boxed(service(without_prefix(request, *prefix)), access)
            }
            Some(Row::Redirect {
                place,
                redirect,
                allow,
            }) => {
                cx.route(place, None);
                let answer = if redirect.methods().contains(&cx.method().as_str()) {
                    redirect.answer(&cx)
                } else {
                    self.not_allowed(cx.method(), allow)
                };
                self.without_handler(cx, answer)
            }
            None => {
                let asks_for_all = *cx.method() == Method::OPTIONS && cx.path() == "*";
                let answer = if asks_for_all {
                    Ok(no_content(None))
                } else if self.table.knows(cx.method()) {
                    Err(HttpError::not_found().into())
                } else {
                    Err(not_implemented())
                };
                self.without_handler(cx, answer)
            }
        }
    }

    fn call(&self, handler: &Handler, mut cx: Box<Context>) -> ResponseFuture {
        let Some(method) = handler.method(cx.method()) else {
            let answer = self.not_allowed(cx.method(), &handler.allow);
            return self.without_handler(cx, answer);
        };
        watchdog::note(handler.place);
        cx.route(handler.place, handler.gifts.clone());
        let request = cx.request().clone();
        match contained(&request, || (method.start)(cx)) {
            Ok(Reply::Run(run)) => ResponseFuture::run(run, request, method.disconnect),
            Ok(Reply::Ready(cx)) => ResponseFuture::answered(Answered::Whole(cx)),
            Err(failed) => ResponseFuture::answered(Answered::Other(failed, request)),
        }
    }

    /// The answer to a method that a route does not have: the list of those that it has, as an answer to OPTIONS and as an error to the
    /// others.
    fn not_allowed(&self, method: &Method, allow: &HeaderValue) -> Result<Response> {
        if *method == Method::OPTIONS {
            return Ok(no_content(Some(allow)));
        }
        if !self.table.knows(method) {
            return Err(not_implemented());
        }
        let error = HttpError::new(StatusCode::METHOD_NOT_ALLOWED);
        Err(error.with_header(header::ALLOW, allow.clone()).into())
    }

    /// Answers what reached no handler.
    fn without_handler(&self, cx: Box<Context>, answer: Result<Response>) -> ResponseFuture {
        let request = cx.request().clone();
        let run = match self.base {
            Some(base) => (base.answer)(cx, answer),
            None => Box::pin(life_cycle::answer_plainly(cx, answer)),
        };
        ResponseFuture::run(run, request, Disconnect::Cancel)
    }
}

/// The answer to a method that nobody here has ever heard of (RFC 9110 §9.1).
fn not_implemented() -> Error {
    HttpError::new(StatusCode::NOT_IMPLEMENTED).into()
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

/// The request as layers see it.
fn with_remote_addr(mut request: Request, remote_addr: Option<SocketAddr>) -> Request {
    if let Some(remote_addr) = remote_addr {
        request.extensions_mut().insert(RemoteAddr(remote_addr));
    }
    request
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
    /// Whether a line of the access log is to be written.
    is_logged: bool,
}

enum State {
    Answered(Option<Answered>),
    Task(Option<Task>),
    /// Of a layer or of a mounted service.
    Boxed {
        future: BoxFuture<Result<Response, BoxError>>,
        access: Option<Access>,
    },
    /// There already.
    Made(Option<Box<Response>>),
}

impl ResponseFuture {
    /// An answer that is there already, and in the log if it is to be.
    pub(crate) fn made(response: Response) -> Self {
        Self {
            state: State::Made(Some(Box::new(response))),
            is_logged: false,
        }
    }

    #[inline]
    fn answered(answered: Answered) -> Self {
        Self {
            state: State::Answered(Some(answered)),
            is_logged: true,
        }
    }

    fn run(run: Run, request: RequestHandle, disconnect: Disconnect) -> Self {
        Self {
            state: State::Task(Some(Task::new(run, request, disconnect))),
            is_logged: true,
        }
    }

    fn boxed(future: BoxFuture<Result<Response, BoxError>>, access: Option<Access>) -> Self {
        Self {
            is_logged: access.is_some(),
            state: State::Boxed { future, access },
        }
    }

    /// Somebody else writes the line of the log.
    fn quiet(&mut self) {
        self.is_logged = false;
    }

    /// The answer, which has its line of the log with it.
    #[inline]
    fn logged(&mut self, mut answered: Answered) -> Response {
        if std::mem::take(&mut self.is_logged) {
            let (response, request) = answered.halves();
            Access::attach(response, || Access::Handle(request.clone()));
        }
        answered.into_response()
    }
}

impl Future for ResponseFuture {
    type Output = Result<Response, Infallible>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        Poll::Ready(Ok(match &mut this.state {
            State::Task(task) => {
                let answered = ready!(Task::poll_answer(task, cx));
                this.logged(answered)
            }
            State::Answered(answered) => {
                let answered = ready!(answered.take().map_or(Poll::Pending, Poll::Ready));
                this.logged(answered)
            }
            State::Boxed { future, access } => {
                let mut response = ready!(future.as_mut().poll(cx)).unwrap_or_else(failed);
                if let (Some(access), true) = (access.take(), this.is_logged) {
                    Access::attach(&mut response, || access);
                }
                response
            }
            State::Made(response) => *ready!(response.take().map_or(Poll::Pending, Poll::Ready)),
        }))
    }
}

impl Drop for ResponseFuture {
    fn drop(&mut self) {
        if !self.is_logged {
            return;
        }
        let access = match &mut self.state {
            State::Answered(answered) => answered
                .as_mut()
                .map(|answered| Access::Handle(answered.halves().1.clone())),
            State::Task(task) => task.as_ref().map(|task| Access::Handle(task.request())),
            State::Boxed { access, .. } => access.take(),
            State::Made(_) => None,
        };
        if let Some(access) = access {
            access.gone();
        }
    }
}

impl std::fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResponseFuture")
    }
}
