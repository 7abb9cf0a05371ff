//! From a request to the row of the table that answers it, and the future of the answer.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context as TaskContext, Poll, ready},
};

use ::http::{HeaderValue, Method, StatusCode, Uri, header, uri::PathAndQuery};

#[cfg(feature = "websocket")]
use super::host::Host;
use super::{
    Plan,
    access::{Access, Line},
    hosts::AllowedHosts,
    layer::{BoxFuture, Endpoint, Erased, failed},
    table::{Handler, Ready as ReadyTarget, Row, Table},
};
use crate::{
    handler::{
        Body, BoxError, Context, Detached, Error, HttpError, IntoResponse, Redirect, RemoteAddr,
        Request, RequestHandle, Requirements, Response, Result, Shutdown,
        flush::{Answered, Disconnect, Run, Task},
        host_of,
        life_cycle::{self, HandlerImpl, HandlerInfo, Reply, Shareable, contained, guard},
        shared::{Names, Shared},
        watchdog,
    },
    routing::{pattern::Place, tree::Captures},
};

/// An application ready to answer.
pub(crate) struct Ready {
    core: Arc<Core>,
    hosts: AllowedHosts,
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
    /// What answers where no route matches.
    fallback: Option<Erased>,
    /// Whether a path that matches but for the slash at its end is redirected.
    redirect_slashes: bool,
}

/// How the base of an application answers what reached no handler.
#[derive(Clone, Copy)]
pub(crate) struct Base {
    answer: fn(Box<Context>, Result<Response>) -> Run,
    info: &'static HandlerInfo,
    /// Whether its fields take the user.
    asks_for_user: bool,
}

impl Base {
    pub(crate) fn of<H: HandlerImpl + Shareable>() -> Self {
        Self {
            answer: |cx, answer| Box::pin(life_cycle::answer_with::<H>(cx, answer)),
            info: H::INFO,
            asks_for_user: false,
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
        let mut base = plan.base;
        if let Some(base) = &mut base {
            (base.info.requirements)(requirements.of(base.info.name, base.info.user));
            base.asks_for_user = requirements.take_asks_for_user();
        }
        let mut faults = requirements.into_faults();
        let hosts = AllowedHosts::new(plan.hosts.iter().map(String::as_str));
        let hosts = hosts.unwrap_or_else(|wrong| {
            faults.extend(wrong);
            AllowedHosts::default()
        });
        faults.extend(plan.inner_faults());
        #[cfg(feature = "websocket")]
        if let Some(settings) = plan.states.get::<crate::websocket::Settings>() {
            faults.extend(settings.check().err());
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let shared = Shared {
            states: plan.states.clone(),
            names: Names::new(Table::named(plan.routes)),
            #[cfg(feature = "static-files")]
            targets: table.targets(),
            detached: Detached::default(),
            shutdown: plan.shutdown.clone(),
            debug: plan.debug,
            entity_tags: plan.entity_tags,
            #[cfg(feature = "compression")]
            compression: plan.compression,
            server: plan.server.clone(),
        };
        let core = Arc::new(Core {
            shared: Arc::new(shared),
            table,
            base,
            fallback: plan.fallback.clone(),
            redirect_slashes: plan.redirect_slashes,
        });
        let layered = (!plan.layers.is_empty()).then(|| {
            let innermost = Endpoint(erase_core(Arc::clone(&core)));
            plan.layers
                .iter()
                .fold(innermost, |inside, wrap| wrap(inside))
                .0
        });
        Ok(Self {
            core,
            hosts,
            layered,
        })
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

    /// Answers a request. One that is refused is seen by nothing but the base and its error page.
    pub(crate) fn respond<B>(
        &self,
        request: ::http::Request<B>,
        read: impl FnOnce(B) -> Body,
        remote_addr: Option<SocketAddr>,
        refusal: Option<HttpError>,
    ) -> Coming {
        // The application around this one writes the line of the log.
        let is_logged = request.extensions().is_empty() || !self.join_outer(&request);
        let refusal = refusal.or_else(|| self.misdirected(&request));
        if let (Some(layered), None) = (&self.layered, &refusal) {
            let request = with_remote_addr(request.map(read), remote_addr);
            let line = Line::new(is_logged, || Access::of_request(&request));
            return Coming::Boxed(line, layered(request));
        }
        let cx = Context::begin(request, read, remote_addr, &self.core.shared);
        match refusal {
            None => self.core.respond(cx, is_logged),
            Some(error) => self.core.without_handler(cx, is_logged, Err(error.into())),
        }
    }

    /// Why a request is for somebody else, where it is.
    #[inline]
    fn misdirected<B>(&self, request: &::http::Request<B>) -> Option<HttpError> {
        let is_ours = self
            .hosts
            .allow(|| host_of(request.uri(), request.headers()));
        (!is_ours).then(|| HttpError::new(StatusCode::MISDIRECTED_REQUEST))
    }

    /// Looks for the application around this one. Gives whether there is one.
    fn join_outer<B>(&self, request: &::http::Request<B>) -> bool {
        let outer = request.extensions().get::<Outer>();
        outer
            .inspect(|outer| outer.join(&self.core.shared))
            .is_some()
    }
}

/// The core as the service that the innermost layer wraps. The log line is written outside the layers.
fn erase_core(core: Arc<Core>) -> Erased {
    Arc::new(move |request| {
        let cx = Context::begin(request, |content| content, None, &core.shared);
        let response = ResponseFuture::new(core.respond(cx, false));
        Box::pin(async move { response.await.map_err(BoxError::from) })
    })
}

impl Core {
    /// Takes a request to the row of the table that answers it.
    fn respond(&self, mut cx: Box<Context>, is_logged: bool) -> Coming {
        let (request, captures) = cx.matching();
        let host = || request.host().map(str::to_owned);
        match self.table.find(host, request.uri().path(), captures) {
            Some(Row::Handler(handler)) => self.call(handler, cx, is_logged),
            Some(Row::Mount { service, prefix }) => self.hand_over(service, *prefix, cx, is_logged),
            Some(Row::Ready(ready)) => self.call_ready(ready, cx, is_logged),
            None => self.respond_to_none(cx, is_logged),
        }
    }

    /// Lets another service answer.
    fn hand_over(
        &self,
        service: &Erased,
        prefix: usize,
        cx: Box<Context>,
        is_logged: bool,
    ) -> Coming {
        let line = Line::new(is_logged, || Access::of_handle(cx.request()));
        let mut request = cx.into_request();
        let outer = Outer(Arc::clone(&self.shared));
        request.extensions_mut().insert(outer);
        Coming::Boxed(line, service(without_prefix(request, prefix)))
    }

    /// Answers what no route matches.
    fn respond_to_none(&self, cx: Box<Context>, is_logged: bool) -> Coming {
        let asks_for_all = *cx.method() == Method::OPTIONS && cx.path() == "*";
        let answer = if asks_for_all {
            Ok(no_content(None))
        } else if let Some(redirect) = self.across_slash(&cx) {
            redirect.into_response(cx.request())
        } else if let Some(service) = &self.fallback {
            return self.hand_over(service, 0, cx, is_logged);
        } else if self.table.knows(cx.method()) {
            Err(HttpError::not_found().into())
        } else {
            Err(not_implemented())
        };
        self.without_handler(cx, is_logged, answer)
    }

    /// Where the path would match with a slash at its end, or without one, if that is asked for.
    fn across_slash(&self, cx: &Context) -> Option<Redirect> {
        let is_safe = *cx.method() == Method::GET || *cx.method() == Method::HEAD;
        if !self.redirect_slashes || !is_safe {
            return None;
        }
        let other = match cx.path().trim_end_matches('/') {
            "" => return None,
            bare if bare.len() < cx.path().len() => bare.to_owned(),
            bare => format!("{bare}/"),
        };
        let host = || cx.host().map(str::to_owned);
        self.table.find(host, &other, &mut Captures::default())?;
        Some(Redirect::across_slash(cx))
    }

    /// Lets something ready-made answer. Its errors are shown by the base, and default headers are of that.
    fn call_ready(&self, ready: &ReadyTarget, mut cx: Box<Context>, is_logged: bool) -> Coming {
        cx.route(ready.place, None);
        if !ready.answers(cx.method()) {
            let answer = self.not_allowed(cx.method(), &ready.allow);
            return self.without_handler(cx, is_logged, answer);
        }
        watchdog::note(ready.place);
        let request = cx.request().clone();
        let (target, base) = (Arc::clone(&ready.target), self.base);
        let run: Run = Box::pin(async move {
            let answered = guard(target.answer(&mut cx)).await;
            through_base(base, cx, answered.and_then(|answer| answer)).await
        });
        Coming::run(run, request, Disconnect::Cancel, is_logged)
    }

    fn call(&self, handler: &Handler, mut cx: Box<Context>, is_logged: bool) -> Coming {
        let Some(method) = handler.method(cx.method()) else {
            let answer = self.not_allowed(cx.method(), &handler.allow);
            return self.without_handler(cx, is_logged, answer);
        };
        watchdog::note(handler.place);
        cx.route(handler.place, handler.gifts.clone());
        cx.wants.user = handler.asks_for_user(method);
        let request = cx.request().clone();
        match contained(&request, || (method.start)(cx)) {
            Ok(Reply::Run(run)) => Coming::run(run, request, method.disconnect, is_logged),
            Ok(Reply::Ready(cx)) => {
                drop(request);
                Coming::there(Answered::Whole(cx), is_logged)
            }
            Err(failed) => Coming::there(Answered::Other(failed, request), is_logged),
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
    fn without_handler(
        &self,
        cx: Box<Context>,
        is_logged: bool,
        answer: Result<Response>,
    ) -> Coming {
        let request = cx.request().clone();
        let run = through_base(self.base, cx, answer);
        Coming::run(run, request, Disconnect::Cancel, is_logged)
    }
}

/// Makes an answer that is no handler's one of the application: with the hooks of its base, where it has one.
fn through_base(base: Option<Base>, mut cx: Box<Context>, answer: Result<Response>) -> Run {
    match base {
        Some(base) => {
            cx.wants.user = base.asks_for_user;
            (base.answer)(cx, answer)
        }
        None => Box::pin(life_cycle::answer_plainly(cx, answer)),
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

/// An answer, there or to come. Dropped before it is there, it tells the handler that the client is gone.
pub(crate) enum Coming {
    There(Answered),
    // The line comes first: it is written before the handler has its hooks.
    Task(Line, Option<Task>),
    /// Of a layer or of a mounted service.
    Boxed(Line, BoxFuture<Result<Response, BoxError>>),
}

impl Coming {
    #[inline]
    fn there(mut answered: Answered, is_logged: bool) -> Self {
        if is_logged && let (response, Some(request)) = answered.halves() {
            Access::attach(response, || Access::Handle(request.clone()));
        }
        answered.forget_request();
        Self::There(answered)
    }

    fn run(run: Run, request: RequestHandle, disconnect: Disconnect, is_logged: bool) -> Self {
        let line = Line::new(is_logged, || Access::Handle(request.clone()));
        Self::Task(line, Some(Task::new(run, request, disconnect)))
    }

    /// Goes on until the answer is there; that has its line of the log with it.
    #[inline]
    pub(crate) fn poll(slot: &mut Option<Self>, cx: &mut TaskContext<'_>) -> Poll<Answered> {
        let answered = match slot {
            Some(Self::Task(line, task)) => {
                let mut answered = ready!(Task::poll_answer(task, cx));
                line.attach(answered.halves().0);
                answered.forget_request();
                answered
            }
            Some(Self::Boxed(line, future)) => {
                let mut response = ready!(future.as_mut().poll(cx)).unwrap_or_else(failed);
                line.attach(&mut response);
                Answered::Foreign(Box::new(response))
            }
            Some(Self::There(_)) | None => {
                return match slot.take() {
                    Some(Self::There(answered)) => Poll::Ready(answered),
                    _ => Poll::Pending,
                };
            }
        };
        *slot = None;
        Poll::Ready(answered)
    }
}

/// The answer of an [`Application`](super::Application), to come.
///
/// Dropping it tells the handler that the client is gone.
pub struct ResponseFuture {
    coming: Option<Coming>,
    /// The connection of another server, for what becomes something else.
    #[cfg(feature = "websocket")]
    host: Option<Box<Host>>,
}

impl ResponseFuture {
    pub(super) fn new(coming: Coming) -> Self {
        Self {
            coming: Some(coming),
            #[cfg(feature = "websocket")]
            host: None,
        }
    }

    /// The same on a connection of another server.
    #[cfg(feature = "websocket")]
    pub(super) fn on(mut self, host: Host) -> Self {
        self.host = Some(Box::new(host));
        self
    }
}

impl Future for ResponseFuture {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let answered = ready!(Coming::poll(&mut self.coming, cx));
        let response = answered.into_response(|content| content);
        #[cfg(feature = "websocket")]
        let response = match self.host.take() {
            Some(host) => host.upgrade(response),
            None => response,
        };
        Poll::Ready(Ok(response))
    }
}

impl std::fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResponseFuture")
    }
}
