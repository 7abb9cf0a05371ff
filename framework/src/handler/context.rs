//! [`Context`]: one request and its answer under way, as a handler sees them.
//!
//! The request half is read only. The answer half is Tornado's way of answering: status, fields, `write`, `flush`, `finish`.
//! What a method returns is laid over it at the end, by [`mod@finish`].

use std::{cell::RefCell, fmt, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use ::http::{
    Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header,
};
use bytes::{Bytes, BytesMut};

use super::{
    Request, Response,
    body::Body,
    content::Content,
    decompress,
    error::{Error, HttpError, Misuse, Result},
    finish, form,
    incoming::{BodyLimits, Intake},
    request::RequestHandle,
    respond::IntoResponse,
    shared::Shared,
    shutdown::Shutdown,
    target::Gift,
};
#[cfg(feature = "multipart")]
use super::{
    multipart,
    upload::{HeldForm, Upload},
};
use crate::{
    http::percent,
    routing::{pattern::Place, tree::Captures},
};

/// One request and its answer under way.
///
/// A hook or a method asks for it as `cx: &mut Context`. What is set here and what a method returns make up the answer
/// together: a returned status other than 200 and a returned field win over what was set here, except for a `content-type` set
/// here, which wins over the one that a type brings along. Content comes from [`write`](Self::write), from
/// [`finish`](Self::finish) or from what is returned; from two of them it is a 500 that names both.
///
/// # Examples
///
/// ```
/// use squall::{Context, Result, handler};
///
/// #[handler]
/// #[route("/greeting/{name}")]
/// struct Greeting {
///     name: String,
/// }
///
/// #[handler]
/// impl Greeting {
///     async fn get(&self, cx: &mut Context) -> Result<()> {
///         cx.set_header("cache-control", "no-store")?;
///         cx.write(format!("Hello, {}", self.name))
///     }
/// }
/// ```
pub struct Context {
    request: RequestHandle,
    extensions: Extensions,
    place: Option<&'static Place>,
    captures: Captures,
    gifts: Option<Arc<[Gift]>>,
    content: Incoming,
    limits: BodyLimits,
    pub(crate) answer: Answer,
    /// Which hooks are to say who asks.
    pub(crate) wants: Wants,
    /// Whether it has no request any more.
    is_spent: bool,
}

/// Which hooks are to say who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wants {
    /// Whether somebody takes a `CurrentUser`.
    pub(crate) user: bool,
    /// Whether no nearer `#[user_locale]` is there.
    pub(crate) language: bool,
}

impl Wants {
    /// What a request wants before its handler is known.
    const FIRST: Self = Self {
        user: false,
        language: true,
    };
}

/// The content of the request: read once.
enum Incoming {
    Unread(Body),
    Read(Bytes),
    /// Read as a form with files.
    #[cfg(feature = "multipart")]
    Form(HeldForm),
    Taken,
}

/// The answer under way.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    /// Whether the author set a `content-type`, which then wins over the one that a type brings along.
    pub(crate) typed: bool,
    pub(crate) written: BytesMut,
    /// The media type that the chunks written so far imply.
    pub(crate) implied: Option<HeaderValue>,
    pub(crate) has_written: bool,
    pub(crate) finished: Option<Box<Response>>,
    /// What was returned, and in the end what goes out.
    pub(crate) response: Option<Response>,
    /// Whether the head is on its way already.
    pub(crate) head_sent: bool,
    /// Whether something was flushed that has no content: the answer stands for one in pieces.
    pub(crate) in_pieces: bool,
    /// Whether the method runs on the blocking pool.
    pub(crate) on_pool: bool,
    /// Whether the author wants no entity tag made.
    pub(crate) untagged: bool,
}

thread_local! {
    /// Contexts whose requests are over, to be used again: to make one anew costs more than all that a small handler does.
    #[allow(clippy::vec_box, reason = "the boxes are what is kept")]
    static SPARE: RefCell<Vec<Box<Context>>> = const { RefCell::new(Vec::new()) };
}

/// The contexts that a thread keeps.
const KEPT: usize = 32;

fn keep(cx: Box<Context>) {
    // Where the thread ends, nobody wants it.
    _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        if spare.len() < KEPT {
            spare.push(cx);
        }
    });
}

impl Answer {
    /// Whether nothing was set on it: all came from what was returned.
    #[inline]
    fn is_plain(&self) -> bool {
        let Self {
            status,
            headers,
            typed: _,
            written,
            implied,
            has_written,
            finished,
            response: _,
            head_sent,
            in_pieces,
            on_pool,
            untagged,
        } = self;
        !(*has_written || *head_sent || *in_pieces || *on_pool || *untagged)
            && status.is_none()
            && implied.is_none()
            && finished.is_none()
            && headers.capacity() == 0
            && written.capacity() == 0
    }
}

impl Context {
    /// A context for a request.
    #[inline]
    pub(crate) fn begin<B>(
        request: ::http::Request<B>,
        read: impl FnOnce(B) -> Body,
        remote_addr: Option<SocketAddr>,
        shared: &Arc<Shared>,
    ) -> Box<Self> {
        let (parts, content) = request.into_parts();
        let content = read(content);
        match SPARE.with_borrow_mut(Vec::pop) {
            Some(mut cx) => {
                cx.extensions = cx.request.reuse(parts, remote_addr, shared);
                cx.content = Incoming::Unread(content);
                cx.is_spent = false;
                cx
            }
            None => {
                let (request, extensions) =
                    RequestHandle::new(parts, remote_addr, Arc::clone(shared));
                Box::new(Self::new(request, extensions, content))
            }
        }
    }

    /// The request as it came, for another service.
    pub(crate) fn into_request(self: Box<Self>) -> Request {
        let Self {
            request,
            extensions,
            content,
            ..
        } = *self;
        let content = match content {
            Incoming::Unread(content) => content,
            Incoming::Read(content) => content.into(),
            _ => Body::empty(),
        };
        request.into_request(extensions).map(|()| content)
    }

    /// Lets go of the content, which nobody reads any more, and of the request, where nobody else has that. What of it is not cheap to
    /// take out stays until the context is thrown away.
    #[inline]
    pub(crate) fn forget(&mut self) {
        let Self {
            request,
            extensions,
            place,
            captures: _,
            gifts,
            content,
            limits,
            answer,
            wants,
            is_spent,
        } = self;
        *wants = Wants::FIRST;
        *content = Incoming::Taken;
        *limits = BodyLimits::UNSAID;
        if extensions.is_empty() && gifts.is_none() && answer.is_plain() && request.retire() {
            *place = None;
            *is_spent = true;
        }
    }

    /// The answer of a request that is over, with its content in something else. Where nothing of the request is left, the context is
    /// kept.
    #[inline]
    pub(crate) fn end<B>(mut self: Box<Self>, wrap: impl FnOnce(Body) -> B) -> ::http::Response<B> {
        let Some(response) = self.answer.response.take() else {
            return ::http::Response::new(wrap(Body::default()));
        };
        let (head, body) = response.into_parts();
        let response = ::http::Response::from_parts(head, wrap(body));
        if self.is_spent {
            keep(self);
        }
        response
    }

    fn new(request: RequestHandle, extensions: Extensions, body: Body) -> Self {
        Self {
            request,
            extensions,
            place: None,
            captures: Captures::default(),
            gifts: None,
            content: Incoming::Unread(body),
            limits: BodyLimits::UNSAID,
            answer: Answer::default(),
            wants: Wants::FIRST,
            is_spent: false,
        }
    }

    /// What a route is found for, and where to write down what it took from the path.
    pub(crate) fn matching(&mut self) -> (&RequestHandle, &mut Captures) {
        (&self.request, &mut self.captures)
    }

    /// Says which route matched.
    pub(crate) fn route(&mut self, place: &'static Place, gifts: Option<Arc<[Gift]>>) {
        self.place = Some(place);
        self.gifts = gifts;
    }

    /// The request beside the answer, which can then be changed.
    pub(crate) fn halves(&mut self) -> (&RequestHandle, &mut Answer) {
        (&self.request, &mut self.answer)
    }

    /// Moves everything out; what stays can only name its request.
    pub(crate) fn take(&mut self) -> Self {
        let husk = Self::new(self.request.clone(), Extensions::new(), Body::empty());
        std::mem::replace(self, husk)
    }
}

/// The request.
impl Context {
    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        self.request.method()
    }

    /// The target URI, as it came in.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        self.request.uri()
    }

    /// The path of the target URI, still percent-encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri().path()
    }

    /// The query of the target URI, without the question mark; empty when there is none. A value of it is a `#[query]` field, or an
    /// [`argument`](Self::argument).
    #[must_use]
    pub fn query(&self) -> &str {
        self.uri().query().unwrap_or_default()
    }

    /// The HTTP version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.request.version()
    }

    /// The fields of the request.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// One field of the request as text: the first of this name; `None` when there is none, or when it is not visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// The host that the request is for, with the port when it names one: of the target URI, or of the `host` field.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.request.host()
    }

    /// The address of the peer; `None` when the request did not come over a socket of squall's server.
    #[must_use]
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.request.remote_addr()
    }

    /// What layers attached to the request.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// What layers attached to the request, to change it.
    #[must_use]
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    /// The head of the request, to be kept when the handler is done. It tells a few things more, such as
    /// [`full_url`](RequestHandle::full_url) and [`host_name`](RequestHandle::host_name).
    #[must_use]
    pub fn request(&self) -> &RequestHandle {
        &self.request
    }

    /// The pattern of the route that matched, prefixes included: `/stories/{id}`.
    #[must_use]
    pub fn route_pattern(&self) -> Option<String> {
        self.place.map(Place::text)
    }

    /// A parameter of the route, decoded. `None` when the route has no such parameter.
    ///
    /// A field of the handler struct is the better way: it has a type.
    ///
    /// # Errors
    ///
    /// 400 when the parameter cannot be decoded to UTF-8.
    pub fn path_parameter(&self, name: &str) -> Result<Option<String>> {
        let Some(raw) = self.raw_parameter(name) else {
            return Ok(None);
        };
        match percent::decode(raw) {
            Ok(text) => Ok(Some(text.into_owned())),
            Err(error) => {
                Err(HttpError::bad_request(format!("path parameter `{name}`: {error}")).into())
            }
        }
    }

    pub(crate) fn raw_parameter(&self, name: &str) -> Option<&str> {
        let index = self
            .place?
            .spec
            .parameters
            .iter()
            .position(|parameter| *parameter == name)?;
        self.captures.get(index, self.path())
    }

    pub(crate) fn gift(&self, index: usize) -> Option<&Gift> {
        self.gifts.as_ref()?.get(index)
    }

    /// A value given to the application with [`state`](crate::Application::state). `None` when there is none of this type.
    ///
    /// As a field, `State<T>` does the same and is checked when the program starts.
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.request.shared().states.get()
    }

    /// The user that asks, as the hook `#[current_user]` has found it. `None` when nobody has signed in, when the hook gives another type, and
    /// when it was not asked: it is where a field or an argument of the method is a [`CurrentUser`](crate::handler::CurrentUser).
    #[must_use]
    pub fn current_user<U: Send + Sync + 'static>(&self) -> Option<Arc<U>> {
        self.request.current_user()
    }

    /// Whether error pages may show causes: what `--debug` and [`Application::debug`](crate::Application::debug) say.
    #[must_use]
    pub fn is_debug(&self) -> bool {
        self.request.shared().debug
    }

    /// The URL of a named route, its parameters filled in order and percent-encoded.
    ///
    /// `Handler::url(…)` does the same, checked by the compiler.
    ///
    /// # Errors
    ///
    /// 500 when no route has this name, when it takes another number of parameters, or when it is an expression over the whole
    /// path.
    pub fn reverse_url<A: AsRef<str>>(
        &self,
        name: &str,
        values: impl IntoIterator<Item = A>,
    ) -> Result<String> {
        self.request.reverse_url(name, values)
    }

    /// Waits until the client is gone. It never ends when the answer is sent to its end.
    ///
    /// The future does not borrow the context, so it can stand beside other work in a `select!`.
    pub fn disconnected(&self) -> impl Future<Output = ()> + Send + 'static {
        self.request.disconnected()
    }

    /// The signal that the server ends. What waits for longer than a drain takes should wait for it too.
    ///
    /// # Examples
    ///
    /// A long poll that has an answer in the end:
    ///
    /// ```
    /// use std::future::pending;
    ///
    /// use squall::{Context, handler};
    ///
    /// #[handler]
    /// #[route("/updates")]
    /// struct Updates;
    ///
    /// #[handler]
    /// impl Updates {
    ///     async fn get(&self, cx: &mut Context) -> String {
    ///         tokio::select! {
    ///             update = pending() => update,
    ///             () = cx.shutdown().begun() => "nothing new".to_owned(),
    ///         }
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn shutdown(&self) -> &Shutdown {
        self.request.shutdown()
    }

    /// Takes at most so much content of this request, in bytes, whatever its handler says (`max_body`, by default 2 MiB). It is for
    /// `prepare`, or for what stands in front of the read. What is longer is 413.
    ///
    /// # Errors
    ///
    /// 500 when the content was read already.
    pub fn set_max_body(&mut self, most: u64) -> Result<()> {
        self.limits_of_content()?.max_body = Some(most);
        Ok(())
    }

    /// Holds at most so much content of this request in memory, in bytes, whatever its handler says (`max_in_memory`, by default 2 MiB).
    /// What is longer is 413. A [`BodyStream`](crate::handler::BodyStream) is not held in memory.
    ///
    /// # Errors
    ///
    /// 500 when the content was read already.
    pub fn set_max_in_memory(&mut self, most: usize) -> Result<()> {
        self.limits_of_content()?.max_in_memory = Some(most);
        Ok(())
    }

    /// Lets the content of this request take at most so long, from the first read to its end. What takes longer is 408. By default there is
    /// no such deadline: the server looks whether the client [gets on](crate::server::Limits).
    ///
    /// # Errors
    ///
    /// 500 when the content was read already.
    pub fn set_body_deadline(&mut self, deadline: Duration) -> Result<()> {
        self.limits_of_content()?.deadline = Some(deadline);
        Ok(())
    }

    /// Takes at most so many parts of the form that the content is, whatever its handler says (`max_parts`, by default 100). More are 413.
    ///
    /// # Errors
    ///
    /// 500 when the content was read already.
    #[cfg(feature = "multipart")]
    pub fn set_max_parts(&mut self, most: usize) -> Result<()> {
        self.limits_of_content()?.max_parts = Some(most);
        Ok(())
    }

    fn limits_of_content(&mut self) -> Result<&mut BodyLimits> {
        match self.content {
            Incoming::Unread(_) => Ok(&mut self.limits),
            _ => Err(Misuse::error(
                "a limit of the content is set when that was read already: set it in `prepare`",
            )),
        }
    }

    /// What the handler says about the content.
    pub(crate) fn limit_content(&mut self, limits: BodyLimits) {
        self.limits = limits;
    }

    /// Takes the content of the request, to be read piece by piece. It can be taken once.
    ///
    /// # Errors
    ///
    /// 500, naming both, when the content was read or taken before; 413 when it is known to be too long.
    pub(crate) fn take_content(&mut self) -> Result<Intake> {
        let before = match std::mem::replace(&mut self.content, Incoming::Taken) {
            Incoming::Unread(body) => {
                let body = decompress::decoded(self.request.headers(), body)?;
                return Intake::new(body, &self.limits);
            }
            Incoming::Read(_) => "read into memory",
            #[cfg(feature = "multipart")]
            Incoming::Form(_) => "read as a form",
            Incoming::Taken => "taken as a stream",
        };
        Err(Misuse::error(format!(
            "the content of the request was {before}, and is asked for as something else now"
        )))
    }

    /// The files of this name in the form that the content is, in their order; each can be taken once. Feature `multipart`.
    ///
    /// The form is read when it is asked for first, by this, by [`argument`](Self::argument) or by [`Form`](crate::Form): its values are held
    /// in memory, files of more than 64 KiB lie in temporary files, which are always removed. An `<input type="file">` that was left
    /// empty gives no file.
    ///
    /// # Errors
    ///
    /// 415 when the content is no `multipart/form-data`, 400 when that is broken, 413 when it is too long or has too many parts; see
    /// [`Multipart`](crate::handler::Multipart), which is the way to large files.
    ///
    /// # Examples
    ///
    /// ```
    /// use squall::{Context, Result, handler};
    ///
    /// #[handler(max_body = "20 MiB")]
    /// #[route("/letters")]
    /// struct Letters;
    ///
    /// #[handler]
    /// impl Letters {
    ///     async fn post(&self, cx: &mut Context) -> Result<String> {
    ///         let subject: String = cx.argument("subject").await?;
    ///         let mut size = 0;
    ///         for attachment in cx.files("attachment").await? {
    ///             size += attachment.len();
    ///         }
    ///         Ok(format!("{subject}, {size} bytes attached"))
    ///     }
    /// }
    /// ```
    #[cfg(feature = "multipart")]
    pub async fn files(&mut self, name: &str) -> Result<Vec<Upload>> {
        Ok(self.held_form().await?.take(name))
    }

    /// The content as a form with files, read once and kept.
    #[cfg(feature = "multipart")]
    async fn held_form(&mut self) -> Result<&mut HeldForm> {
        if !matches!(self.content, Incoming::Form(_)) {
            self.content = Incoming::Form(HeldForm::read(self).await?);
        }
        match &mut self.content {
            Incoming::Form(form) => Ok(form),
            _ => Err(HttpError::internal().into()),
        }
    }

    /// The values of the form that the content is, encoded as in a query; `None` when it is no form.
    ///
    /// # Errors
    ///
    /// Those of reading it.
    pub(super) async fn form_values(&mut self) -> Result<Option<Bytes>> {
        #[cfg(feature = "multipart")]
        if multipart::has_parts(self) {
            return Ok(Some(self.held_form().await?.values.clone()));
        }
        if form::has_form(self) {
            return self.read_content().await.map(Some);
        }
        Ok(None)
    }

    /// What is said about the content.
    #[cfg(feature = "multipart")]
    pub(super) fn body_limits(&self) -> &BodyLimits {
        &self.limits
    }

    /// The content of the request, read into memory once and kept.
    ///
    /// # Errors
    ///
    /// 413 when it is too long, 400 when it breaks off, 408 when it comes too late.
    pub(crate) async fn read_content(&mut self) -> Result<Bytes> {
        if let Incoming::Read(content) = &self.content {
            return Ok(content.clone());
        }
        let most = self.limits.memory();
        let content = self.take_content()?.read_to_end(most).await?;
        self.content = Incoming::Read(content.clone());
        Ok(content)
    }
}

/// The answer.
impl Context {
    /// Sets the status code. Default: 200.
    pub fn set_status(&mut self, status: StatusCode) {
        self.answer.status = Some(status);
    }

    /// The fields of the answer, as they were set so far.
    #[must_use]
    pub fn response_headers(&mut self) -> &mut HeaderMap {
        &mut self.answer.headers
    }

    /// Sets a field of the answer; one of this name that is there already is replaced.
    ///
    /// The value is text: of an [`EntityTag`](crate::http::EntityTag) or a [`ContentDisposition`](crate::http::ContentDisposition) its
    /// `to_string()`.
    ///
    /// # Errors
    ///
    /// 500 when the name is no token, or the value holds a control character: such a field is never sent
    /// ([RFC 9110 §5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5)). 500 after [`flush`](Self::flush): the fields are sent.
    pub fn set_header(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Result<()> {
        let (name, value) = self.field(name.as_ref(), value.as_ref())?;
        self.answer.typed |= name == header::CONTENT_TYPE;
        self.answer.headers.insert(name, value);
        Ok(())
    }

    /// Adds a field to the answer, beside those of this name that are there already.
    ///
    /// # Errors
    ///
    /// As [`set_header`](Self::set_header).
    pub fn add_header(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Result<()> {
        let (name, value) = self.field(name.as_ref(), value.as_ref())?;
        self.answer.headers.append(name, value);
        Ok(())
    }

    /// A field that can do no harm on the wire, while there is time for it.
    fn field(&self, name: &str, value: &str) -> Result<(HeaderName, HeaderValue)> {
        if self.answer.head_sent {
            return Err(Misuse::error(format!(
                "the field `{}` is set after `cx.flush`: the fields are sent already",
                name.escape_debug()
            )));
        }
        field(name, value)
    }

    /// Takes all fields of this name back. After `clear_header("etag")`, the answer gets no entity tag of its own accord either.
    pub fn clear_header(&mut self, name: impl AsRef<str>) {
        if let Ok(name) = HeaderName::try_from(name.as_ref()) {
            self.answer.untagged |= name == header::ETAG;
            while self.answer.headers.remove(&name).is_some() {}
        }
    }

    /// Adds to the content of the answer. It is sent when the method is done, or at the next [`flush`](Self::flush).
    ///
    /// The first chunk decides the `content-type`, unless one was set: `&'static str` is HTML, a `String` plain text,
    /// `Json(…)` JSON.
    ///
    /// # Errors
    ///
    /// 500 when a chunk of another type was written before and no `content-type` was set: a `String` is data, and must not
    /// slip into a page unescaped. 500 after [`finish`](Self::finish), and when the value cannot be serialized.
    pub fn write(&mut self, chunk: impl Content) -> Result<()> {
        if self.answer.finished.is_some() {
            return Err(Misuse::error(
                "`cx.write` after `cx.finish`: the answer is complete already",
            ));
        }
        let (content_type, chunk) = chunk.into_content()?;
        if !self.answer.headers.contains_key(header::CONTENT_TYPE) {
            match &self.answer.implied {
                None => self.answer.implied = Some(content_type),
                Some(implied) if *implied == content_type => {}
                Some(implied) => return Err(mixed(implied, &content_type)),
            }
        }
        self.answer.has_written = true;
        self.answer.written.extend_from_slice(&chunk);
        Ok(())
    }

    /// Sends what has been written so far, the head before it when it is the first time, and waits until the connection has
    /// taken it: that is the back-pressure.
    ///
    /// After it, status and fields can no longer change; no entity tag is made and no `content-length`, and over HTTP/1.1 the
    /// content goes in chunks. An error behind it breaks the connection off. When the client is gone, nothing is sent and
    /// nothing waits.
    ///
    /// The preconditions of a `GET` are compared with the `etag` and `last-modified` set so far. Where the client has this state already,
    /// the answer is a 304, which goes out when the method is done; [`check_preconditions`](Self::check_preconditions) says so before the
    /// work.
    ///
    /// # Errors
    ///
    /// 412 when a precondition does not hold. 500 after [`finish`](Self::finish), and in a `#[blocking]` method.
    pub async fn flush(&mut self) -> Result<()> {
        if self.answer.finished.is_some() {
            return Err(Misuse::error(
                "`cx.flush` after `cx.finish`: the answer is complete already",
            ));
        }
        if self.answer.on_pool {
            return Err(Misuse::error(
                "`cx.flush` in a `#[blocking]` method: nobody takes what it sends; return a stream, or make the method `async`",
            ));
        }
        if !self.answer.head_sent {
            finish::settle_stream(self)?;
        }
        // Nothing is sent but the head, and that when the method is done.
        let status = self.answer.status.unwrap_or_default();
        if self.method() == Method::HEAD || finish::forbids_content(status) {
            self.answer.written.clear();
            self.answer.in_pieces = true;
            return Ok(());
        }
        let request = self.request.clone();
        if !self.answer.head_sent {
            #[cfg(feature = "compression")]
            super::compress::check(self)?;
            let head = finish::head_of_stream(self);
            self.answer.head_sent = true;
            request.outbox().leave_head(head);
        }
        let chunk = self.answer.written.split().freeze();
        request.outbox().send(chunk, &request).await;
        Ok(())
    }

    /// Completes the answer. In `prepare`, no method runs then; in a method, it stands for what would have been returned.
    ///
    /// # Errors
    ///
    /// 500 when the answer is complete already, when something was written before, and when the answer cannot be made.
    pub fn finish(&mut self, answer: impl IntoResponse) -> Result<()> {
        if self.answer.finished.is_some() {
            return Err(Misuse::error("`cx.finish` twice: a request has one answer"));
        }
        let response = answer.into_response(&self.request)?;
        if self.answer.has_written && !response.body().is_unset() {
            return Err(Misuse::error(
                "`cx.write` and then `cx.finish` with content: the answer can be given in one way only",
            ));
        }
        self.answer.finished = Some(Box::new(response));
        Ok(())
    }

    /// Whether the answer is complete.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.answer.finished.is_some()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("method", self.method())
            .field("uri", self.uri())
            .finish_non_exhaustive()
    }
}

/// A field whose value can do no harm on the wire.
fn field(name: &str, value: &str) -> Result<(HeaderName, HeaderValue)> {
    let name = HeaderName::try_from(name).map_err(|error| {
        Error::from(error).about(format!("field name `{}`", name.escape_debug()))
    })?;
    let value = HeaderValue::try_from(value).map_err(|error| {
        Error::from(error).about(format!(
            "value of the field `{name}`: `{}`",
            value.escape_debug()
        ))
    })?;
    Ok((name, value))
}

fn mixed(first: &HeaderValue, second: &HeaderValue) -> Error {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Misuse::error(format!(
        "`cx.write` of {} after {}: set the `content-type` first, or wrap what is escaped already in `Html`",
        text(second),
        text(first)
    ))
}
