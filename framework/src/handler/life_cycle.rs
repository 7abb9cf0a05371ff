//! The life cycle of a handler, in one place.
//!
//! The macros implement [`HandlerStruct`] for a `#[handler]` struct, [`HandlerImpl`] for its `#[handler] impl` and one
//! [`Method`] for each method; [`drive`] takes a request through all of them:
//!
//! 1. the fields, those of the base first; behind each struct its `#[current_user]` and `#[user_locale]`, so that all who come after it know;
//! 2. default headers, the base's first;
//! 3. `prepare`, the base's first; an error or `cx.finish` ends the request here;
//! 4. the arguments of the method, then the method;
//! 5. the answer, where the preconditions of the request hold, or on an error the nearest `write_error`;
//! 6. `on_finish`, the base's first, when the answer has been sent.
//!
//! A struct that was built gets its `on_finish` exactly once, whatever happens: it always lives inside a [`Live`].

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::{Context as TaskContext, Poll, Waker},
};

use ::http::{HeaderMap, StatusCode};
use pin_project_lite::pin_project;

use super::{
    Response,
    body::Body,
    context::Context,
    error::{Error, HttpError, Misuse, Panic, Result},
    finish::{self, End, Ending, Outcome, Sent},
    flush::{Disconnect, Run},
    incoming::BodyLimits,
    person::UserType,
    request::RequestHandle,
    requirements::{Ahead, Requirements},
    write_error,
};
use crate::routing::pattern::{Prefix, Spec};

/// A future that hooks give where they are not hot.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A handler, as the table of routes knows it.
#[derive(Debug)]
pub struct HandlerInfo {
    /// The name of the struct.
    pub name: &'static str,
    /// Its methods.
    pub methods: &'static [MethodEntry],
    /// What its fields ask of the application.
    pub requirements: fn(&mut Requirements),
    /// What `#[current_user]` finds: its own, or that of the nearest base that has one.
    pub user: Option<UserType>,
}

/// One method of a handler, its types erased.
#[derive(Debug)]
pub struct MethodEntry {
    /// The method, as it stands in a request.
    pub name: &'static str,
    /// Starts it.
    pub start: fn(Box<Context>) -> Reply,
    /// What becomes of it when the client goes away.
    pub disconnect: Disconnect,
    /// What its arguments ask of the application.
    pub requirements: fn(&mut Requirements),
}

impl MethodEntry {
    /// The entry of a method.
    #[must_use]
    pub const fn new<H: HandlerImpl + Shareable + Method<M>, M: 'static>() -> Self {
        let disconnect = match H::DISCONNECT {
            Some(disconnect) => disconnect,
            None => Disconnect::of(<H as Method<M>>::NAME),
        };
        let requirements = <H as Method<M>>::requirements;
        Self {
            name: <H as Method<M>>::NAME,
            start: start::<H, M>,
            disconnect,
            requirements,
        }
    }
}

/// What a started method gives: an answer at once, or one to come.
pub enum Reply {
    /// Nothing in it had to wait.
    Ready(Box<Context>),
    /// It runs.
    Run(Run),
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ready(_) => "Ready",
            Self::Run(_) => "Run",
        })
    }
}

/// What every handler must be, for any event loop to run it. It is asked for where the methods of a handler are gathered, and
/// nowhere else in generated code: one field that is not `Sync` is one error.
pub trait Shareable: Send + Sync + 'static {}

impl<T: Send + Sync + 'static> Shareable for T {}

/// What `#[handler]` says of a struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handler struct",
    label = "not a handler struct",
    note = "write `#[handler]` above `struct {Self}` too, or `#[websocket]` where its impl has that: the struct and its impl both carry it"
)]
pub trait HandlerStruct: Sized + 'static {
    /// The base it builds on, or [`NoBase`].
    type Base: Chain;
    /// Its name.
    const NAME: &'static str;
    /// Its routes.
    const ROUTES: &'static [Spec] = &[];
    /// Its own prefix in front of those of its bases, for handlers that build on it.
    const PREFIX: Option<&'static Prefix> = None;
    /// What it says about a client that goes away.
    const DISCONNECT: Option<Disconnect> = None;
    /// What it says about the content of its requests.
    const BODY: BodyLimits = BodyLimits::UNSAID;
    /// Whether taking its fields may have to wait.
    const WAITS: bool = false;
    /// Whether the struct is under `#[websocket]`.
    const IS_SOCKET_STRUCT: bool = false;

    /// Takes its fields from a request, and then the base: where one of them fails, that is still there.
    fn fields(
        cx: &mut Context,
        base: &mut Option<Self::Base>,
    ) -> impl Future<Output = Result<Self>> + Send;

    /// The base inside it.
    fn base(&self) -> Option<&Self::Base> {
        None
    }

    /// The base inside it.
    fn base_mut(&mut self) -> Option<&mut Self::Base> {
        None
    }

    /// What its fields ask of the application.
    fn requirements(requirements: &mut Requirements) {
        _ = requirements;
    }
}

/// What `#[handler]` says of an impl.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no complete handler",
    label = "not a handler",
    note = "a handler is a struct and an impl, both under `#[handler]`, or both under `#[websocket]`: write it above `impl {Self}` too"
)]
pub trait HandlerImpl: HandlerStruct {
    /// Its methods.
    const METHODS: &'static [MethodEntry];
    /// The hooks that it has itself.
    const HOOKS: Hooks = Hooks::NONE;
    /// Whether it is a `#[websocket]`.
    const IS_SOCKET: bool = false;
    /// What the table of routes keeps of it.
    const INFO: &'static HandlerInfo = &HandlerInfo {
        name: <Self as HandlerStruct>::NAME,
        methods: Self::METHODS,
        requirements: all_requirements::<Self>,
        user: <Self::Base as Chain>::ALL_HOOKS.or(Self::HOOKS).user,
    };

    /// `#[current_user]`: keeps the user that it finds; `None` when it has none.
    fn current_user<'a>(&'a self, cx: &'a mut Context) -> Option<BoxFuture<'a, Result<()>>> {
        _ = cx;
        None
    }

    /// `#[user_locale]`: keeps the language that it finds; `None` when it has none.
    fn user_locale<'a>(&'a self, cx: &'a mut Context) -> Option<BoxFuture<'a, Result<()>>> {
        _ = cx;
        None
    }

    /// `#[prepare]`
    fn prepare(&mut self, cx: &mut Context) -> impl Future<Output = Result<()>> + Send {
        _ = cx;
        async { Ok(()) }
    }

    /// `#[default_headers]`
    fn default_headers(&self, headers: &mut HeaderMap) {
        _ = headers;
    }

    /// `#[write_error]`; `None` when it has none.
    fn write_error<'a>(
        &'a self,
        cx: &'a mut Context,
        error: &'a HttpError,
    ) -> Option<BoxFuture<'a, Result<Response>>> {
        _ = (cx, error);
        None
    }

    /// `#[on_finish]`, and what of it has to wait.
    fn on_finish<'a>(&'a self, outcome: &'a Outcome) -> Option<BoxFuture<'a, ()>> {
        _ = outcome;
        None
    }

    /// `#[on_connection_close]`
    fn on_connection_close(&self) {}
}

fn all_requirements<H: HandlerImpl>(requirements: &mut Requirements) {
    // Its hooks run behind its fields, and silence those of its bases.
    let ahead = Ahead {
        user: H::HOOKS.user.is_some(),
        language: H::HOOKS.speaks,
        in_socket: H::IS_SOCKET,
    };
    requirements.ahead_of(ahead, |requirements| {
        H::Base::base_requirements(requirements);
        <H as HandlerStruct>::requirements(requirements);
    });
}

/// Which hooks there are: what is absent costs nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hooks {
    /// Whether `prepare`, `write_error`, `current_user` or `user_locale` is `async`.
    pub waits: bool,
    /// What `current_user` finds, if there is one.
    pub user: Option<UserType>,
    /// Whether there is a `user_locale`.
    pub speaks: bool,
    /// Whether there is a `write_error`.
    pub writes_errors: bool,
    /// Whether there is an `on_finish`.
    pub finishes: bool,
    /// Whether that is `async`.
    pub finish_waits: bool,
    /// Whether there is an `on_connection_close`.
    pub closes: bool,
}

impl Hooks {
    /// No hooks.
    pub const NONE: Self = Self {
        waits: false,
        user: None,
        speaks: false,
        writes_errors: false,
        finishes: false,
        finish_waits: false,
        closes: false,
    };

    /// Whether one of them tells who asks.
    const fn knows(self) -> bool {
        self.user.is_some() || self.speaks
    }

    const fn or(self, other: Self) -> Self {
        Self {
            waits: self.waits | other.waits,
            user: match other.user {
                Some(user) => Some(user),
                None => self.user,
            },
            speaks: self.speaks | other.speaks,
            writes_errors: self.writes_errors | other.writes_errors,
            finishes: self.finishes | other.finishes,
            finish_waits: self.finish_waits | other.finish_waits,
            closes: self.closes | other.closes,
        }
    }
}

/// One method of a handler; `M` tells it from the others.
///
/// [`HandlerImpl`] is not asked for here: what is wrong with the handler is an error of that alone, and not one more for each
/// method.
pub trait Method<M: 'static>: Sized {
    /// The method, as it stands in a request.
    const NAME: &'static str;
    /// Whether it, or taking its arguments, may have to wait.
    const WAITS: bool = false;

    /// Takes its arguments from the request, calls it and puts its answer into the context.
    fn call(live: &mut Live<Self>, cx: &mut Context) -> impl Future<Output = Result<()>> + Send;

    /// What its arguments ask of the application.
    fn requirements(requirements: &mut Requirements) {
        _ = requirements;
    }

    /// What becomes of the handler when its answer is made: it has its last hooks when that has been sent.
    #[inline]
    fn end(live: Live<Self>, response: &mut Response)
    where
        Self: Built,
    {
        live.end_with(response);
    }
}

/// The hooks of a handler and of the bases it builds on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a base: it is no complete handler",
    label = "not a handler",
    note = "a base is a struct and an impl, both under `#[handler]`; the impl may be empty: `#[handler] impl {Self} {{}}`"
)]
pub trait Chain: Built + Sized {
    /// Whether this is a base at all.
    const IS_BASE: bool = true;
    /// Whether it is a `#[websocket]`, which can be no base.
    const IS_SOCKET: bool = false;
    /// The prefix in front of the routes of what builds on it.
    const FULL_PREFIX: Option<&'static Prefix>;
    /// The hooks of all of them together.
    const ALL_HOOKS: Hooks;
    /// What they say about the content of their requests, the last word being its own.
    const ALL_BODY: BodyLimits;
    /// Whether taking the fields of all of them may have to wait.
    const FIELDS_WAIT: bool;

    /// The hooks that it has itself.
    const OWN_HOOKS: Hooks;

    /// Asks its own hooks who asks, where no nearer ones are there.
    fn introduce(&self, cx: &mut Context) -> impl Future<Output = Result<()>> + Send;

    /// Takes its fields from a request, those of its own base first.
    fn extract(cx: &mut Context) -> impl Future<Output = Result<Self, Unbuilt>> + Send;

    /// `prepare` of the bases, then its own. It stops where one finishes the answer.
    fn prepare_all(&mut self, cx: &mut Context) -> impl Future<Output = Result<()>> + Send;

    /// What the fields of all of them ask of the application.
    fn base_requirements(requirements: &mut Requirements);
}

/// Refuses a base that is a `#[websocket]`, while it is compiled. It asks for the handler that builds on it and not for the base: what is wrong with
/// that otherwise has been said where it is named.
///
/// # Panics
///
/// When the base is a `#[websocket]`.
#[track_caller]
pub const fn base_is_no_socket<H: HandlerStruct>() {
    assert!(
        !<H::Base as Chain>::IS_SOCKET,
        "a `#[websocket]` cannot be a base: its functions (`settings`, `open`, `message` and the others) would not run for what builds on it; \
         put the fields and hooks that both share into a `#[handler]`, and build both on that"
    );
}

/// The hooks that are needed after a method has run, through a pointer: error pages and endings are not hot.
pub trait Built: Send + Sync + 'static {
    /// Which hooks there are.
    fn hooks(&self) -> Hooks;
    /// Default headers: the base's, then its own.
    fn default_headers_all(&self, headers: &mut HeaderMap);
    /// `write_error`: its own, or else that of the nearest base that has one.
    fn write_error_any<'a>(
        &'a self,
        cx: &'a mut Context,
        error: &'a HttpError,
    ) -> Option<BoxFuture<'a, Result<Response>>>;
    /// `on_finish`: the base's, then its own.
    fn on_finish_all<'a>(&'a self, outcome: &'a Outcome) -> BoxFuture<'a, ()>;
    /// `on_connection_close`: the base's, then its own.
    fn on_connection_close_all(&self);
}

/// The base of a handler that has none.
#[derive(Debug)]
pub struct NoBase;

impl Chain for NoBase {
    const IS_BASE: bool = false;
    const FULL_PREFIX: Option<&'static Prefix> = None;
    const ALL_HOOKS: Hooks = Hooks::NONE;
    const ALL_BODY: BodyLimits = BodyLimits::UNSAID;
    const FIELDS_WAIT: bool = false;
    const OWN_HOOKS: Hooks = Hooks::NONE;

    async fn introduce(&self, _: &mut Context) -> Result<()> {
        Ok(())
    }

    async fn extract(_: &mut Context) -> Result<Self, Unbuilt> {
        Ok(Self)
    }

    async fn prepare_all(&mut self, _: &mut Context) -> Result<()> {
        Ok(())
    }

    fn base_requirements(_: &mut Requirements) {}
}

impl Built for NoBase {
    fn hooks(&self) -> Hooks {
        Self::ALL_HOOKS
    }

    fn default_headers_all(&self, _: &mut HeaderMap) {}

    fn write_error_any<'a>(
        &'a self,
        _: &'a mut Context,
        _: &'a HttpError,
    ) -> Option<BoxFuture<'a, Result<Response>>> {
        None
    }

    fn on_finish_all<'a>(&'a self, _: &'a Outcome) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }

    fn on_connection_close_all(&self) {}
}

#[diagnostic::do_not_recommend]
impl<H: HandlerImpl + Shareable> Chain for H {
    const IS_SOCKET: bool = <H as HandlerImpl>::IS_SOCKET;
    const FULL_PREFIX: Option<&'static Prefix> = match H::PREFIX {
        Some(prefix) => Some(prefix),
        None => H::Base::FULL_PREFIX,
    };
    const ALL_HOOKS: Hooks = H::Base::ALL_HOOKS.or(H::HOOKS);
    const ALL_BODY: BodyLimits = H::BODY.over(H::Base::ALL_BODY);
    const FIELDS_WAIT: bool = <H as HandlerStruct>::WAITS || H::Base::FIELDS_WAIT;
    const OWN_HOOKS: Hooks = H::HOOKS;

    async fn introduce(&self, cx: &mut Context) -> Result<()> {
        if const { H::HOOKS.user.is_some() }
            && cx.wants.user
            && let Some(hook) = self.current_user(cx)
        {
            hook.await?;
        }
        if const { H::HOOKS.speaks }
            && cx.wants.language
            && let Some(hook) = self.user_locale(cx)
        {
            hook.await?;
        }
        Ok(())
    }

    fn extract(cx: &mut Context) -> impl Future<Output = Result<Self, Unbuilt>> + Send {
        extract(cx)
    }

    async fn prepare_all(&mut self, cx: &mut Context) -> Result<()> {
        if let Some(base) = self.base_mut() {
            base.prepare_all(cx).await?;
            if cx.is_finished() {
                return Ok(());
            }
        }
        self.prepare(cx).await
    }

    fn base_requirements(requirements: &mut Requirements) {
        all_requirements::<H>(requirements);
    }
}

#[diagnostic::do_not_recommend]
impl<H: HandlerImpl + Shareable> Built for H {
    fn hooks(&self) -> Hooks {
        H::ALL_HOOKS
    }

    fn default_headers_all(&self, headers: &mut HeaderMap) {
        if let Some(base) = self.base() {
            base.default_headers_all(headers);
        }
        self.default_headers(headers);
    }

    fn write_error_any<'a>(
        &'a self,
        cx: &'a mut Context,
        error: &'a HttpError,
    ) -> Option<BoxFuture<'a, Result<Response>>> {
        if H::HOOKS.writes_errors {
            return self.write_error(cx, error);
        }
        self.base()?.write_error_any(cx, error)
    }

    fn on_finish_all<'a>(&'a self, outcome: &'a Outcome) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Some(base) = self.base() {
                // A panic there must not stop the own hook.
                if let Err(error) = guard(base.on_finish_all(outcome)).await {
                    tracing::error!(target: "squall", error = ?error, "`on_finish` failed");
                }
            }
            if let Some(rest) = self.on_finish(outcome) {
                rest.await;
            }
        })
    }

    fn on_connection_close_all(&self) {
        if let Some(base) = self.base() {
            survive("on_connection_close", || base.on_connection_close_all());
        }
        self.on_connection_close();
    }
}

impl Built for Box<dyn Built> {
    fn hooks(&self) -> Hooks {
        (**self).hooks()
    }

    fn default_headers_all(&self, headers: &mut HeaderMap) {
        (**self).default_headers_all(headers);
    }

    fn write_error_any<'a>(
        &'a self,
        cx: &'a mut Context,
        error: &'a HttpError,
    ) -> Option<BoxFuture<'a, Result<Response>>> {
        (**self).write_error_any(cx, error)
    }

    fn on_finish_all<'a>(&'a self, outcome: &'a Outcome) -> BoxFuture<'a, ()> {
        (**self).on_finish_all(outcome)
    }

    fn on_connection_close_all(&self) {
        (**self).on_connection_close_all();
    }
}

/// Starts a method. Where nothing can wait, it has answered before this returns, and no future is boxed.
///
/// The context is boxed, for it goes through many hands.
pub(crate) fn start<H: HandlerImpl + Shareable + Method<M>, M: 'static>(cx: Box<Context>) -> Reply {
    if const { <H as Method<M>>::WAITS || H::FIELDS_WAIT || H::ALL_HOOKS.waits } {
        Reply::Run(Box::pin(drive::<H, M>(cx)))
    } else {
        match at_once(drive::<H, M>(cx)) {
            Some(cx) => Reply::Ready(cx),
            None => Reply::Run(Box::pin(async {
                unreachable!("nothing in this handler waits")
            })),
        }
    }
}

/// The result of a future that does not wait.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Takes one request through the life cycle, and gives the context back with the answer in it. What is not hot is boxed: the future
/// of a handler shall be small.
async fn drive<H: HandlerImpl + Shareable + Method<M>, M: 'static>(
    mut cx: Box<Context>,
) -> Box<Context> {
    if const { H::ALL_BODY.is_said() } {
        cx.limit_content(H::ALL_BODY);
    }
    let mut live = match extract::<H>(&mut cx).await {
        Ok(handler) => Live::new(handler, cx.request().clone()),
        Err(unbuilt) => return Box::pin(unbuilt.answer(cx)).await,
    };
    let performed = guard(perform::<H, M>(&mut live, &mut cx)).await;
    live.close_if_gone();
    let answered = performed
        .and_then(|performed| performed)
        .and_then(|()| finish::conclude(&mut cx.answer));
    #[cfg(feature = "compression")]
    let answered = answered.and_then(|()| super::compress::check(&mut cx));
    let answered = answered.and_then(|()| finish::seal_if_met(&mut cx));
    if let Err(error) = answered {
        let response = Box::pin(write_error::answer(live.built(), &mut cx, error)).await;
        cx.answer.response = Some(response);
        finish::seal(&mut cx);
    }
    <H as Method<M>>::end(live, cx.answer.response.get_or_insert_default());
    cx
}

/// The last resort against a panic: what an author's `Drop` or `Display` may do at any place. The client learns of it.
#[inline]
pub(crate) fn contained<T>(
    request: &RequestHandle,
    run: impl FnOnce() -> T,
) -> Result<T, Box<Response>> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let error = Panic::into_error(&*payload);
        tracing::error!(target: "squall", error = ?error, "the answer failed");
        if request.outbox().sent().0.is_some() {
            return Box::new(Response::new(Body::failing(error.into())));
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        Box::new(response)
    })
}

/// Default headers, `prepare`, the method with its arguments, whose answer it puts into the context.
async fn perform<H: HandlerImpl + Shareable + Method<M>, M: 'static>(
    live: &mut Live<H>,
    cx: &mut Context,
) -> Result<()> {
    if const { H::HOOKS.knows() } {
        live.handler()?.introduce(cx).await?;
    }
    live.handler()?.default_headers_all(&mut cx.answer.headers);
    live.handler()?.prepare_all(cx).await?;
    if cx.is_finished() {
        return Ok(());
    }
    <H as Method<M>>::call(live, cx).await
}

/// Calls a `#[blocking]` method on the blocking pool. Handler and context move there and back; when the request is dropped
/// meanwhile, the method runs to its end, and the handler gets its hooks there.
///
/// # Errors
///
/// Those of the method; 500 when it panics, or when the pool was shut down.
pub async fn on_pool<H: Send + 'static>(
    live: &mut Live<H>,
    cx: &mut Context,
    method: impl FnOnce(&mut H, &mut Context, &RequestHandle) -> Result<()> + Send + 'static,
) -> Result<()> {
    let (mut moved, mut context) = (live.take(), cx.take());
    context.answer.on_pool = true;
    let running = context.request().shared().detached.enter();
    let run = move || {
        let call = AssertUnwindSafe(|| {
            let Parts { this, request, .. } = moved.parts()?;
            method(this, &mut context, request)
        });
        let answered =
            catch_unwind(call).unwrap_or_else(|payload| Err(Panic::into_error(&*payload)));
        // In this order: where nobody waits any more, the handler has its hooks before the end stops waiting.
        (moved, context, answered, running)
    };
    let (moved, context, answered, _running) = tokio::task::spawn_blocking(run).await?;
    *live = moved;
    *cx = context;
    cx.answer.on_pool = false;
    answered
}

/// The base, where it becomes a part of the handler.
///
/// # Errors
///
/// 500 when it was taken before.
pub fn taken<B>(base: &mut Option<B>) -> Result<B> {
    base.take()
        .ok_or_else(|| Misuse::error("a base is taken once"))
}

/// Runs a method that borrows `&self` beside `on_connection_close`, which is called as soon as the client is gone.
pub fn watched<'h, H, F: Future>(
    this: &'h H,
    request: &'h RequestHandle,
    close: Option<Close<H>>,
    method: F,
) -> Watched<'h, H, F> {
    let gone = close.map(|close| {
        let gone: BoxFuture<'static, ()> = Box::pin(request.disconnected());
        (gone, close)
    });
    Watched {
        this,
        request,
        gone,
        method,
    }
}

pin_project! {
    /// What [`watched`] gives. A struct, and no `async fn`: the compiler proves of each method that its future is `Send`, and
    /// would have to look into all that an `async fn` holds.
    pub struct Watched<'h, H, F> {
        this: &'h H,
        request: &'h RequestHandle,
        gone: Option<(BoxFuture<'static, ()>, Close<H>)>,
        #[pin]
        method: F,
    }
}

impl<H, F: Future> Future for Watched<'_, H, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        let watched = self.project();
        if let Some((gone, close)) = watched.gone
            && gone.as_mut().poll(task).is_ready()
        {
            close(*watched.this, watched.request);
            *watched.gone = None;
        }
        watched.method.poll(task)
    }
}

/// A future whose panics are errors.
pub(crate) fn guard<F: Future>(future: F) -> Guard<F> {
    Guard { future }
}

pin_project! {
    /// What [`guard`] gives. A struct, and no `async fn`: that would hold the future twice, where it came in and where it is polled.
    pub(crate) struct Guard<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Guard<F> {
    type Output = Result<F::Output>;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<Result<F::Output>> {
        let future = self.project().future;
        match catch_unwind(AssertUnwindSafe(|| future.poll(task))) {
            Ok(poll) => poll.map(Ok),
            Err(payload) => Poll::Ready(Err(Panic::into_error(&*payload))),
        }
    }
}

/// Takes a handler from a request: its base, then its other fields. The base is kept alive meanwhile, so that its hooks
/// answer when one of them fails; a panic in one of them is an error like another.
async fn extract<H: HandlerImpl>(cx: &mut Context) -> Result<H, Unbuilt> {
    if const { !<H::Base as Chain>::IS_BASE } {
        let base = <H::Base as Chain>::extract(cx).await?;
        let fields = guard(async { H::fields(cx, &mut Some(base)).await }).await;
        return fields.and_then(|built| built).map_err(Unbuilt::new);
    }
    let mut base = extract_base::<H>(cx).await?;
    let fields = guard(async { H::fields(cx, &mut base.handler).await }).await;
    fields
        .and_then(|built| built)
        .map_err(|error| Unbuilt::after(error, base))
}

/// Takes the base of a handler from a request, and asks it who asks. Where the handler has a hook for that itself, its bases keep silent.
async fn extract_base<H: HandlerImpl>(cx: &mut Context) -> Result<Live<H::Base>, Unbuilt> {
    let wanted = cx.wants;
    cx.wants.user &= H::HOOKS.user.is_none();
    cx.wants.language &= !H::HOOKS.speaks;
    let base = <H::Base as Chain>::extract(cx).await?;
    let base = Live::new(base, cx.request().clone());
    if const { <H::Base as Chain>::OWN_HOOKS.knows() }
        && let Some(built) = &base.handler
    {
        let introduced = guard(built.introduce(cx)).await;
        if let Err(error) = introduced.and_then(|introduced| introduced) {
            return Err(Unbuilt::after(error, base));
        }
    }
    cx.wants = wanted;
    Ok(base)
}

/// The prefix in front of the routes of a handler: those of its bases.
#[must_use]
pub const fn prefix_of<H: HandlerStruct>() -> Option<&'static Prefix> {
    <H::Base as Chain>::FULL_PREFIX
}

/// A handler that was built: it gets its `on_finish` exactly once, and `on_connection_close` when the client is gone before
/// the answer is complete.
///
/// What it does at its end is known from its beginning on, so that nothing is asked of `H` in between: the code generated for
/// a method names it, and a handler that is no handler shall not be an error there too.
pub struct Live<H: 'static> {
    handler: Option<H>,
    request: RequestHandle,
    ends: &'static Ends<H>,
}

/// Calls `on_connection_close`, once a request.
pub(crate) type Close<H> = fn(&H, &RequestHandle);

/// What to do at the end of a handler.
struct Ends<H> {
    close: Close<H>,
    closes: fn(&H) -> bool,
    finish: fn(H, &RequestHandle, Outcome),
}

impl<H: Built> Ends<H> {
    const OF: &'static Self = &Self {
        close,
        closes: |handler| handler.hooks().closes,
        finish,
    };
}

/// What a method is called with.
#[derive(Debug)]
pub struct Parts<'l, H> {
    /// The handler.
    pub this: &'l mut H,
    /// The request.
    pub request: &'l RequestHandle,
    /// What to call when the client goes away meanwhile.
    pub close: Option<Close<H>>,
}

impl<H> Live<H> {
    /// Takes care of a handler.
    fn new(handler: H, request: RequestHandle) -> Self
    where
        H: Built,
    {
        Self {
            handler: Some(handler),
            request,
            ends: Ends::OF,
        }
    }

    fn take(&mut self) -> Self {
        Self {
            handler: self.handler.take(),
            request: self.request.clone(),
            ends: self.ends,
        }
    }

    /// What a method is called with.
    ///
    /// # Errors
    ///
    /// 500 where the blocking pool was shut down with the handler.
    pub fn parts(&mut self) -> Result<Parts<'_, H>> {
        let this = self
            .handler
            .as_mut()
            .ok_or_else(|| Misuse::error("the blocking pool was shut down"))?;
        let close = (self.ends.closes)(this).then_some(self.ends.close);
        Ok(Parts {
            this,
            request: &self.request,
            close,
        })
    }

    pub(crate) fn handler(&mut self) -> Result<&mut H> {
        Ok(self.parts()?.this)
    }

    fn built(&self) -> Option<&dyn Built>
    where
        H: Built,
    {
        self.handler.as_ref().map(|handler| handler as &dyn Built)
    }

    /// The handler lives on in a socket, and needs the head of its request no longer.
    #[cfg(feature = "websocket")]
    pub(crate) fn slim(&mut self) {
        self.request.slim();
    }

    /// Ends a handler whose socket has ended, to which so many bytes were sent.
    #[cfg(feature = "websocket")]
    pub(crate) fn end_socket(mut self, sent: u64, complete: bool) {
        let Some(handler) = self.handler.take() else {
            return;
        };
        if !complete {
            self.request.disconnect();
            (self.ends.close)(&handler, &self.request);
        }
        let outcome = Outcome {
            status: StatusCode::SWITCHING_PROTOCOLS,
            sent,
            complete,
            elapsed: self.request.elapsed(),
        };
        (self.ends.finish)(handler, &self.request, outcome);
    }

    fn close_if_gone(&self) {
        if let (true, Some(handler)) = (self.request.is_disconnected(), &self.handler) {
            (self.ends.close)(handler, &self.request);
        }
    }

    /// Attaches the handler to its answer: the hooks run when that has been sent.
    pub(crate) fn end_with(mut self, response: &mut Response)
    where
        H: Built,
    {
        let Some(handler) = self.handler.take() else {
            return;
        };
        let hooks = handler.hooks();
        if !(hooks.finishes || hooks.closes) {
            return survive("drop", move || drop(handler));
        }
        let (request, status) = (self.request.clone(), response.status());
        Ending::of(response).then(move |Sent { bytes, end }| {
            let (flushed, taken) = request.outbox().sent();
            // What is thrown away after the client has gone was sent to nobody.
            let end = if request.is_disconnected() {
                End::Gone
            } else {
                end
            };
            let outcome = Outcome {
                status: flushed.unwrap_or(status),
                sent: taken + bytes,
                complete: end == End::Complete,
                elapsed: request.elapsed(),
            };
            if end == End::Gone {
                close(&handler, &request);
            }
            finish(handler, &request, outcome);
        });
    }
}

impl<H> Drop for Live<H> {
    fn drop(&mut self) {
        if let Some(handler) = self.handler.take() {
            (self.ends.close)(&handler, &self.request);
            (self.ends.finish)(handler, &self.request, Outcome::gone(&self.request));
        }
    }
}

impl<H> std::fmt::Debug for Live<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

fn close<H: Built>(handler: &H, request: &RequestHandle) {
    if handler.hooks().closes && request.claim_close() {
        survive("on_connection_close", || handler.on_connection_close_all());
    }
}

/// The last hook. An `async` one runs as a task of its own: nobody is left to wait for it.
fn finish<H: Built>(handler: H, request: &RequestHandle, outcome: Outcome) {
    let hooks = handler.hooks();
    if !hooks.finishes {
        return survive("drop", move || drop(handler));
    }
    if !hooks.finish_waits {
        survive("on_finish", move || {
            at_once(handler.on_finish_all(&outcome)).unwrap_or_default();
        });
    } else {
        // Boxed, a task of the runtime is compiled once, and not once for each handler.
        let handler: Box<dyn Built> = Box::new(handler);
        let detached = &request.shared().detached;
        detached.spawn(finish_later(handler, outcome));
    }
}

async fn finish_later(handler: Box<dyn Built>, outcome: Outcome) {
    if let Err(error) = guard(handler.on_finish_all(&outcome)).await {
        tracing::error!(target: "squall", error = ?error, "`on_finish` failed");
    }
}

/// Runs a hook whose panic can no longer change the answer.
fn survive(hook: &str, run: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(run)) {
        tracing::error!(target: "squall", error = ?Panic::into_error(&*payload), "`{hook}` failed");
    }
}

/// A handler whose fields could not all be taken: why, and the base that could.
pub struct Unbuilt {
    error: Error,
    base: Option<Live<Box<dyn Built>>>,
}

impl Unbuilt {
    /// Nothing was built.
    fn new(error: Error) -> Self {
        Self { error, base: None }
    }

    /// The base was built, the rest was not.
    fn after<B: Built>(error: Error, mut base: Live<B>) -> Self {
        let request = base.request.clone();
        let base = base
            .handler
            .take()
            .map(|base| Live::new(Box::new(base) as Box<dyn Built>, request));
        Self { error, base }
    }

    async fn answer(self, mut cx: Box<Context>) -> Box<Context> {
        let built = self.base.as_ref().and_then(Live::built);
        let response = write_error::answer(built, &mut cx, self.error).await;
        cx.answer.response = Some(response);
        finish::seal(&mut cx);
        if let Some(base) = self.base {
            base.end_with(cx.answer.response.get_or_insert_default());
        }
        cx
    }
}

impl std::fmt::Debug for Unbuilt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Unbuilt").field(&self.error).finish()
    }
}

/// Answers what reached no handler with the base of the application: built for this alone, without `prepare`.
pub(crate) async fn answer_with<H: HandlerImpl + Shareable>(
    mut cx: Box<Context>,
    answer: Result<Response>,
) -> Box<Context> {
    let live = match extract::<H>(&mut cx).await {
        Ok(handler) => Live::new(handler, cx.request().clone()),
        Err(unbuilt) => {
            tracing::error!(target: "squall", error = ?unbuilt.error, "the base could not be built");
            let error = answer.err().unwrap_or(unbuilt.error);
            return Unbuilt {
                error,
                base: unbuilt.base,
            }
            .answer(cx)
            .await;
        }
    };
    if const { H::HOOKS.knows() }
        && let Some(handler) = &live.handler
    {
        let introduced = guard(handler.introduce(&mut cx)).await;
        if let Err(error) = introduced.and_then(|introduced| introduced) {
            tracing::error!(target: "squall", error = ?error, "a hook of the base failed");
        }
    }
    let response = match answer {
        Ok(response) => {
            if let Some(built) = live.built() {
                survive("default_headers", || {
                    built.default_headers_all(&mut cx.answer.headers);
                });
            }
            response
        }
        Err(error) => write_error::answer(live.built(), &mut cx, error).await,
    };
    cx.answer.response = Some(response);
    finish::seal(&mut cx);
    live.end_with(cx.answer.response.get_or_insert_default());
    cx
}

/// Answers what reached no handler, where the application has no base.
pub(crate) async fn answer_plainly(mut cx: Box<Context>, answer: Result<Response>) -> Box<Context> {
    match answer {
        Ok(response) => {
            cx.answer.response = Some(response);
            finish::seal(&mut cx);
            cx
        }
        Err(error) => Unbuilt::new(error).answer(cx).await,
    }
}
