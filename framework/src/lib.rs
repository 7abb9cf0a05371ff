//! A web framework whose routes the compiler proves.
//!
//! A handler struct is the typed request, its attributes are the application, the compiler proves the routes, and an event
//! loop on every core runs them. It gives Rust what Tornado gave Python: handlers with a life cycle, a framework that is its
//! own server, long-lived connections as the normal case. What Tornado found out at run time, `cargo check` finds out here:
//! two handlers for one path, a parameter without a field, a link with an argument missing.
//!
//! ```no_run
//! use squall::{Application, Options, handler, routes};
//!
//! #[handler]
//! #[route("/")]
//! struct Hello;
//!
//! #[handler]
//! impl Hello {
//!     async fn get(&self) -> &'static str {
//!         "Hello, world"
//!     }
//! }
//!
//! #[squall::main]
//! async fn main() -> squall::Result<()> {
//!     Application::new(routes![Hello]).serve(Options::default()).await
//! }
//! ```
//!
//! # Where things are
//!
//! | | |
//! |---|---|
//! | [`#[handler]`](macro@handler) | a handler: routes, fields, methods, hooks |
//! | [`routes!`] | a list of handlers, proven while it is compiled |
//! | [`Application`] | routes, state, layers, mounted services: a `tower` service |
//! | [`Options`] | address, port, log: what a server is told when it starts |
//! | [`Context`] | the request and its answer under way |
//! | [`HttpError`], [`Error`], [`Result`] | what goes wrong, and how it reaches the client |
//! | [`mod@handler`] | extractors, answers, bodies, and how to write one's own |
//! | [`Files`] | static files (feature `static-files`) |
//! | [`#[websocket]`](macro@websocket), [`mod@websocket`] | WebSockets (feature `websocket`) |
//! | [`View`], [`template`] | pages of Askama templates (feature `templates`) |
//! | [`mod@locale`] | languages (feature `locale`) |
//! | [`hub`] | topics that some publish to and others listen to, by sockets, event streams and long polls (feature `websocket`) |
//! | [`sse`] | server-sent events (feature `websocket`) |
//! | [`server`] | limits, deadlines, and what is counted |
//! | [`testing`] | a client for tests, in memory or over a socket |
//! | [`http`](mod@http) | the types of HTTP: fields, methods, status codes |
//!
//! # Features
//!
//! | feature | brings | default |
//! |---|---|---|
//! | `options` | `Options::parse`, on clap | yes |
//! | `log` | a `tracing` subscriber that [`serve`](Application::serve) installs unless one is set | yes |
//! | `http2` | HTTP/2, for connections that begin with its preface (`curl --http2-prior-knowledge`) | no |
//! | `compression` | [`Application::compression`]: answers in br and gzip; content of requests in gzip, deflate and br | no |
//! | `compression-zstd` | the same with zstd besides, whose library takes a C compiler | no |
//! | `static-files` | [`Files`] in `routes!`, `static_url!` | no |
//! | `embed` | [`Files::embedded`]: static files that are part of the program | no |
//! | `multipart` | [`Multipart`](handler::Multipart), [`cx.files`](Context::files): forms with files | no |
//! | `templates` | [`View`], and [filters](template::filters) and [UI modules](macro@ui_module) for templates, on Askama | no |
//! | `websocket` | all that is real-time: [`macro@websocket`] handlers and [`mod@websocket`], the event streams of [`sse`], the topics of [`hub`] | no |
//! | `validation` | [`Validated`](handler::Validated): values that keep the rules of their type, on `garde`; what is broken is told in one 422 | no |
//! | `locale` | [`locale`]: gettext's catalogues, the language of a request, `#[user_locale]`, filters for templates; numbers, lists and dates by the rules of English | no |
//! | `icu` | the same, with numbers, lists and dates as all languages write them, on ICU4X | no |
//! | `full` | all of them | no |
//!
//! What a feature brings is not there without it: where the compiler finds no method `compression` or `files`, its feature is off.
#![forbid(unsafe_code)]

mod application;
#[cfg(feature = "static-files")]
pub mod files;
#[cfg(any(test, fuzzing))]
mod fuzz;
pub mod handler;
pub mod http;
#[cfg(feature = "websocket")]
pub mod hub;
#[cfg(feature = "locale")]
pub mod locale;
mod options;
mod routing;
pub mod server;
#[cfg(feature = "websocket")]
pub mod sse;
#[cfg(feature = "templates")]
pub mod template;
pub mod testing;
#[cfg(feature = "websocket")]
pub mod websocket;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

#[cfg(feature = "templates")]
pub use ::askama;
pub use ::cookie::{self, Cookie};
#[cfg(feature = "embed")]
pub use ::rust_embed;
pub use application::{Application, Endpoint, ResponseFuture, Routes};
#[cfg(feature = "static-files")]
pub use files::Files;
pub use handler::{Context, Error, Form, Html, HttpError, Json, Query, Redirect, Result, State};
pub use options::Options;
#[cfg(feature = "templates")]
pub use template::View;

/// Makes a struct and its impl a WebSocket.
///
/// It stands on both: on the struct, above `#[route]`, for the routes and fields, on the impl for what happens on the socket.
///
/// ```
/// use squall::{
///     Application, Result, routes,
///     testing::TestClient,
///     websocket,
///     websocket::{CloseReason, WebSocket},
/// };
///
/// #[websocket]
/// #[route("/echo/{name}")]
/// struct Echo {
///     name: String,
///     #[default]
///     count: u32,
/// }
///
/// #[websocket]
/// impl Echo {
///     async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
///         socket.send(format!("Hello, {}", self.name)).await
///     }
///
///     async fn message(&mut self, socket: &mut WebSocket, message: String) -> Result<()> {
///         self.count += 1;
///         socket.send(format!("{}. {message}", self.count)).await
///     }
///
///     async fn close(&mut self, reason: CloseReason) {
///         println!("{} after {} messages: {reason}", self.name, self.count);
///     }
/// }
///
/// #[squall::main]
/// async fn main() {
///     let client = TestClient::new(Application::new(routes![Echo]));
///     let mut socket = client.websocket(Echo::url("Ada")).await;
///     assert_eq!(socket.text().await, "Hello, Ada");
///     socket.send("one").await;
///     assert_eq!(socket.text().await, "1. one");
/// }
/// ```
///
/// The struct is that of a [`#[handler]`](macro@handler), with its routes, fields, base and URL; of the arguments of the attribute it takes
/// `base`. The impl has the hooks of a handler too: `#[prepare]`, `#[current_user]`, `#[default_headers]`, `#[write_error]` and the others run
/// before the answer, and what they say about it goes into the 101; `#[on_finish]` runs when the socket has ended. A base is a `#[handler]`:
/// the functions of a socket are not handed on.
///
/// The struct lives as long as its socket. What it keeps for itself is in fields marked [`#[default]`](macro@handler#its-fields), as `count` above.
///
/// # Functions
///
/// All of them may be left out, and may be `async`. Each takes `&mut self` or `&self`, the socket where it wants it (`&mut WebSocket`), and
/// what it is called about. They return nothing or a `Result<()>`. One is called after the other: the next message waits until the function
/// for this one has returned. Pings are answered meanwhile.
///
/// | function | when | is given |
/// |---|---|---|
/// | `settings` | before the answer | nothing; it returns [`Settings`](websocket::Settings), which stand [in the place of those of the application](websocket::Settings#those-of-an-application-and-one-more) |
/// | `open` | the socket is open | |
/// | `message` | a message has come | what [can be taken](websocket::FromMessage): `String`, `Vec<u8>`, `Json<T>`, `Message` |
/// | `event` | something was published where the socket has [subscribed](websocket::WebSocket::subscribe) | [`Published<T>`](hub::Published); without this function it is sent as JSON |
/// | `joined`, `left` | somebody comes or goes there | [`Member`](hub::Member) |
/// | `missed` | the socket has missed something there | [`Missed`](hub::Missed); without this function it is closed with 1013 when it has fallen behind, and goes on when its cursor was too old |
/// | `ping`, `pong` | one has come | its payload, `Vec<u8>`; a ping has been answered |
/// | `close` | the socket has ended, in whatever way; once | a [`CloseReason`](websocket::CloseReason) |
///
/// # In which order
///
/// The fields are taken and `#[prepare]` runs, as for any request. Then the handshake is checked (426 and 400, see below), `settings` is asked, the origin
/// is checked (403), the 101 goes out, and `open` is called. So what others are to know of a user, that he has [joined](hub::Topic::join) for one, belongs into
/// `open`: fields and `#[prepare]` are there too for a request that becomes no socket, even for one of a foreign page. What refuses a request belongs
/// into `#[prepare]`.
///
/// When the socket has ended, these follow one another:
///
/// 1. `close`, for what is to be said or stored at the end; it is told how the socket ended, and may wait.
/// 2. `#[on_connection_close]`, only where the connection broke off without a close frame.
/// 3. `#[on_finish]`, for counts and records. It runs for a request that became no socket too.
/// 4. The struct is dropped, and with it what is in its fields: a [`Presence`](hub::Presence) there lasts as long as the socket.
///
/// A function that runs when the peer goes away is not broken off: it goes on to its end, and `socket.send` fails in it with
/// [`Closed`](websocket::Closed). Then comes `close`.
///
/// When the server ends, the function that runs goes on, and what has come is still taken; then the socket is closed with 1001. It is closed after
/// [as long as a close frame may take](websocket::Settings::close_timeout) in any case, and what is sent from then on fails.
///
/// # Who asks
///
/// The hook `#[current_user]` stands in a base, for it runs behind the fields of its own struct; what builds on that takes the user as a field.
/// Without one the request is answered with 403, and with an `Option<CurrentUser<User>>` nobody is refused.
///
/// ```
/// use squall::{
///     Context, Result, handler,
///     handler::CurrentUser,
///     websocket,
///     websocket::WebSocket,
/// };
///
/// struct User {
///     name: String,
/// }
///
/// #[handler]
/// struct Site;
///
/// #[handler]
/// impl Site {
///     /// Whoever can prove it: here, whoever says so.
///     #[current_user]
///     async fn user(&self, cx: &mut Context) -> Result<Option<User>> {
///         Ok(cx.cookie("name").map(|name| User { name }))
///     }
/// }
///
/// #[websocket(base = site)]
/// #[route("/feed")]
/// struct Feed {
///     site: Site,
///     user: CurrentUser<User>,
/// }
///
/// #[websocket]
/// impl Feed {
///     async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
///         socket.send(format!("Hello, {}", self.user.name)).await
///     }
/// }
/// # use squall::{Application, routes, testing::TestClient};
/// # #[squall::main]
/// # async fn main() {
/// #     let client = TestClient::new(Application::new(routes![Feed]));
/// #     let mut socket = client.websocket(Feed::url()).header("cookie", "name=Ada").await;
/// #     assert_eq!(socket.text().await, "Hello, Ada");
/// #     assert!(client.websocket(Feed::url()).try_connect().await.is_err());
/// # }
/// ```
///
/// # Timers
///
/// A task with a [`Sender`](websocket::Sender) sends what nobody has asked for, and ends with the socket:
///
/// ```
/// use std::time::Duration;
///
/// use squall::{Result, websocket, websocket::WebSocket};
///
/// #[websocket]
/// #[route("/clock")]
/// struct Clock;
///
/// #[websocket]
/// impl Clock {
///     async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
///         let sender = socket.sender();
///         tokio::spawn(async move {
///             let mut ticks = tokio::time::interval(Duration::from_millis(10));
///             loop {
///                 tokio::select! {
///                     _ = ticks.tick() => sender.send("tick").await?,
///                     _ = sender.closed() => return Ok::<_, squall::Error>(()),
///                 }
///             }
///         });
///         Ok(())
///     }
/// }
/// # use squall::{Application, routes, testing::TestClient};
/// # #[squall::main]
/// # async fn main() {
/// #     let client = TestClient::new(Application::new(routes![Clock]));
/// #     let mut socket = client.websocket(Clock::url()).await;
/// #     assert_eq!(socket.text().await, "tick");
/// #     assert_eq!(socket.text().await, "tick");
/// # }
/// ```
///
/// The task has no `self`. Where a tick is to change something in the struct, let the task publish to a [topic](hub::Topic) that the socket has
/// [subscribed](websocket::WebSocket::subscribe) to: `event` is called then, with `&mut self`, between messages.
///
/// # How it ends
///
/// A function that returns an error ends the socket: with 1011, and the error is logged; with 1008 and its message for an
/// [`HttpError`] that is the client's fault; with what it says for a [`CloseReason`](websocket::CloseReason). A panic is a 1011. A message of
/// the wrong kind, and any where there is no `message`, ends it with 1003, JSON that does not fit with 1007. When the server ends, sockets are
/// closed with 1001.
///
/// # Errors
///
/// A request that asks for no WebSocket is answered with 426, one that does so wrongly with 400, a page of another
/// [origin](websocket::Settings::allow_origin) with 403.
#[cfg(feature = "websocket")]
pub use squall_macros::websocket;

/// Makes a struct and its impl a handler.
///
/// It stands on both: on the struct, above `#[route]`, for the routes and fields, on the impl for the methods and hooks.
///
/// ```
/// use squall::{Context, HttpError, Json, Redirect, Result, State, handler, handler::Outcome};
/// # use std::sync::Mutex;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Default)]
/// # struct Db(Mutex<Vec<String>>);
/// # #[derive(Deserialize, Serialize)]
/// # struct Edit { title: String }
///
/// #[handler]
/// #[route("/stories/{id}", name = "story")]
/// struct Story {
///     id: usize,
///     #[query(default = 20)]
///     per_page: u32,
///     db: State<Db>,
/// }
///
/// #[handler]
/// impl Story {
///     #[prepare]
///     async fn load(&mut self) -> Result<()> {
///         if self.db.0.lock().unwrap().len() <= self.id {
///             return Err(HttpError::not_found().into());
///         }
///         Ok(())
///     }
///
///     async fn get(&self) -> String {
///         self.db.0.lock().unwrap()[self.id].clone()
///     }
///
///     async fn put(&mut self, edit: Json<Edit>) -> Redirect {
///         self.db.0.lock().unwrap()[self.id] = edit.into_inner().title;
///         Redirect::see_other(Story::url(self.id))
///     }
///
///     #[on_finish]
///     fn record(&self, outcome: &Outcome) {
///         println!("{} after {:?}", outcome.status(), outcome.elapsed());
///     }
/// }
///
/// assert_eq!(Story::url(7), "/stories/7");
/// ```
///
/// It stands for what one would write by hand: take the fields from the request, run `prepare`, call the method that the
/// request asks for, turn what it returns into an answer, call `on_finish`. Bodies of functions are passed on as they are.
///
/// # On the struct
///
/// `#[handler(base = field, disconnect = cancel | finish, max_body = "1 GiB", max_in_memory = "8 MiB", body_deadline = "5 m", max_parts = 500)]`
///
/// * `base`: the field that holds a base handler, whose hooks run first.
/// * `disconnect`: what becomes of a method when its client goes away. By default, `GET`, `HEAD` and the other safe methods are
///   dropped where they stand, and the others run to their end.
/// * `max_body`: the most content of a request that is taken, decoded where it comes compressed; 413 beyond. Default: 2 MiB. Units: `B`,
///   `KiB`, `MiB`, `GiB`, `TiB`; a plain number is bytes. [`Context::set_max_body`] says it for one request.
/// * `max_in_memory`: the most content that is held in memory, by whatever is not a stream; 413 beyond. Default: 2 MiB, and never more
///   than `max_body`. So 8 MiB of `Json` take both: `max_body = "8 MiB", max_in_memory = "8 MiB"`.
/// * `body_deadline`: the longest time from the first read of the content to its end; 408 beyond. Default: none, for the server looks
///   whether the client gets on. Units: `ms`, `s`, `m`, `h`.
/// * `max_parts`: the most parts of a form with files, see [`Multipart`](handler::Multipart); 413 beyond. Default: 100.
///
/// What a handler does not say of these, its base does.
///
/// `#[route("/stories/{id:[0-9]+}", name = "story", rank = 1, host = "api.example.com")]`, any number of times:
///
/// * `{id}` takes a whole segment that is not empty, `{id:[0-9]+}` one that the expression accepts, `{*path}` the rest of the
///   path, also an empty one. A trailing slash counts. The path is matched as it came in, still percent-encoded.
/// * Not order but precedence decides, segment by segment: literal, then expression, then parameter, then rest.
/// * `rank` says which of two expressions at one position is tried first: the lower; the default is 0.
/// * `host` limits it to a host, or with `*.example.com` to all below one. A host comes before none.
/// * `name` is for [`Context::reverse_url`].
/// * `#[route(regex = r"^/(?<year>\d{4})/?$")]` takes an expression over the whole path, tried after all patterns.
///
/// `#[prefix("/admin")]`, on a base: stands in front of every `#[route]` of what builds on it, and in its `url()`. A pattern in
/// [`routes!`] is the whole path: no prefix stands in front of it.
///
/// # Its fields
///
/// | field | comes from | absent | wrong |
/// |---|---|---|---|
/// | named in a route, or `#[path("name")]` | the path, by `FromStr` | | 404 |
/// | `#[query]`, `#[query("name")]` | the query, by `FromStr`; the last value | 400 | 400 |
/// | `#[header("name")]` | a field of the request, by `FromStr` | 400 | 400 |
/// | `#[cookie]`, `#[cookie("name")]` | a cookie, by `FromStr` | 400 | 400 |
/// | `#[default]`, `#[default = 20]` | not the request: its [`Default`], or this value, anew for each request | | |
/// | the `base` | the base handler | | |
/// | [`Init<T>`](handler::Init) | `"/pattern" => Handler::init(value)` in [`routes!`] | | |
/// | any other | its type, by [`FromRequestParts`](handler::FromRequestParts) | | |
///
/// `Option<T>` is `None` when what it reads is absent, `#[query(default = 20)]` puts a value in its place, `Vec<T>` takes all
/// values of a query or of a field. A parameter that only some of the routes have is an `Option` or `#[path(default = 20)]`.
/// What is there and empty (`?page=`, of a form that was left blank) is absent to an `Option` and a default of what an empty text cannot be,
/// a number; a `String` is empty then.
///
/// A field marked `#[default]` is the handler's own: `prepare` sets it, a method reads it, and in a [`#[websocket]`](macro@websocket) it lasts as long
/// as the socket. Its type needs neither to be an extractor nor, with a value, to have a [`Default`]:
///
/// ```
/// use std::time::Instant;
///
/// use squall::{HttpError, Result, handler};
/// # #[derive(Clone)]
/// # struct Story(&'static str);
/// # async fn load(id: u64) -> Option<Story> { (id == 7).then_some(Story("seven")) }
///
/// #[handler]
/// #[route("/stories/{id}")]
/// struct ShowStory {
///     id: u64,
///     #[default]
///     story: Option<Story>,
///     #[default = Instant::now()]
///     since: Instant,
/// }
///
/// #[handler]
/// impl ShowStory {
///     #[prepare]
///     async fn load(&mut self) -> Result<()> {
///         let story = load(self.id).await.ok_or_else(HttpError::not_found)?;
///         self.story = Some(story);
///         Ok(())
///     }
///
///     fn get(&self) -> String {
///         let title = self.story.as_ref().map_or("", |story| story.0);
///         format!("{title}, loaded in {:?}", self.since.elapsed())
///     }
/// }
/// # use squall::{Application, routes, testing::TestClient};
/// # #[squall::main]
/// # async fn main() {
/// #     let client = TestClient::new(Application::new(routes![ShowStory]));
/// #     let answer = client.get(ShowStory::url(7)).send().await.text().await;
/// #     assert!(answer.starts_with("seven, loaded in "), "{answer}");
/// # }
/// ```
///
/// # On the impl
///
/// * Methods: `get`, `head`, `post`, `put`, `delete`, `patch`, `options`, `query`, and `#[method("PROPFIND")]` above any
///   name; `fn` or `async fn`, with `&self` or `&mut self`. `HEAD` falls back to `get`, `OPTIONS` is answered from the list of
///   methods, any other method is 405 with `allow`.
/// * Arguments: `&mut Context`, and extractors by value; the last may read the content, such as [`Json<T>`].
/// * Answers: whatever is [`IntoResponse`](handler::IntoResponse).
/// * `#[blocking] fn` runs on the blocking pool.
///
/// | hook | written | runs |
/// |---|---|---|
/// | `#[default_headers]` | `fn headers(&self, headers: &mut HeaderMap)` | first, and anew for an error page |
/// | `#[prepare]` | `async fn prepare(&mut self, cx: &mut Context) -> Result<()>` | before the method; an error or `cx.finish(…)` stops here |
/// | `#[write_error]` | `async fn page(&self, cx: &mut Context, error: &HttpError) -> impl IntoResponse` | for an error; its own, or else that of the nearest base; for what no handler has, that of [`Application::base`] |
/// | `#[on_finish]` | `fn finished(&self, outcome: &Outcome)` | once, when the answer has been sent or will not be |
/// | `#[on_connection_close]` | `fn gone(&self)` | when the client goes away before the answer is complete |
/// | `#[current_user]` | `async fn user(&self, cx: &mut Context) -> Result<Option<User>>` | when the fields of its struct are there, where somebody takes a [`CurrentUser`](handler::CurrentUser); its own, or else that of the nearest base |
/// | `#[user_locale]` | `async fn locale(&self, cx: &mut Context) -> Option<Locale>` | when the fields of its struct are there, so a field takes a [`Locale`](locale::Locale) only in what builds on it, an argument anywhere; its own, or else that of the nearest base; `None` leaves it to the cookie and to `accept-language`, see [`Locales`](locale::Locales) (feature `locale`) |
///
/// `default_headers` and `on_connection_close` are plain functions, the others may be `async`. The hooks of a base run before those of the
/// handler. Any other function is refused; helpers stand in a plain `impl`.
///
/// # What it makes
///
/// `Handler::url(…)` for the first route: its arguments are the parameters, each by value or by reference, percent-encoded.
/// `Handler::init(…)` for a struct with [`Init`](handler::Init) fields. The struct stays what it is and can be built in a test.
///
/// # What it asks
///
/// No parameters of type or lifetime; fields that are `Send`, `Sync` and `'static`; futures that are `Send`.
pub use squall_macros::handler;

/// Runs `async fn main` on a runtime of its own.
///
/// ```
/// #[squall::main]
/// async fn main() -> squall::Result<()> {
///     Ok(())
/// }
/// ```
///
/// stands for a plain `fn main` that builds a single-threaded `tokio` runtime and blocks on the body: the event loops of
/// [`Application::serve`] have threads of their own. It has no arguments; a program that wants another runtime takes
/// `#[tokio::main]`.
pub use squall_macros::main;

/// Makes a list of handlers, and proves it while it is compiled.
///
/// ```
/// # use squall::{Redirect, Routes, handler, handler::Init, routes};
/// # #[handler] #[route("/")] struct Home;
/// # #[handler] impl Home { fn get(&self) -> &'static str { "home" } }
/// # #[handler] struct Page { file: Init<&'static str> }
/// # #[handler] impl Page { fn get(&self) -> &'static str { *self.file } }
/// # mod stories {
/// #     use squall::{Routes, handler, routes};
/// #     #[handler] #[route("/stories")] struct Stories;
/// #     #[handler] impl Stories { fn get(&self) -> &'static str { "stories" } }
/// #     pub const ROUTES: Routes = routes![Stories];
/// # }
/// const ALL: Routes = routes![
///     Home,
///     ..stories::ROUTES,
///     "/about" => Page::init("about.html"),
///     "/old/{id}" => Redirect::permanent("/stories/{id}"),
/// ];
/// ```
///
/// An entry is a handler with its own routes, another list behind `..`, or a pattern and what answers it: a handler with `Init` fields,
/// a [`Redirect`], [`Files`], a [`StatusCode`](http::StatusCode) (all by [`IntoTarget`](handler::IntoTarget)). It may stand under
/// `#[cfg(…)]`. The whole is an expression of type [`Routes`], and a constant.
///
/// Two entries that answer the same request are a compile error that names both, and so are two routes of one name, and two
/// expressions at one position without a `rank`. What stands behind `=>` is made when the application is.
pub use squall_macros::routes;

/// The URL of a static file with its version, known when the program is compiled: `"/static/app.css?v=…"`.
///
/// `static_url!("app.css")` is a `&'static str`, and does not compile where there is no such file in the folder `static` of the crate.
/// The version is the one that [`Context::static_url`] finds at run time: the first half of the SHA-256 of the content. A change of the file compiles
/// the program anew.
///
/// `static_url!("app.css", dir = "assets", prefix = "/assets")` names another folder, relative to that of the crate, and what stands in front
/// of the path in `routes!`; with `prefix = ""` that is nothing.
///
/// Of a file of more than 8 MiB the version is known at run time only, and so is the URL.
///
/// ```
/// use squall::{Files, Routes, routes, static_url};
///
/// const ROUTES: Routes = routes!["/src/{*path}" => Files::new("src")];
///
/// let url = static_url!("files/mod.rs", dir = "src", prefix = "/src");
/// assert!(url.starts_with("/src/files/mod.rs?v="));
/// ```
#[cfg(feature = "static-files")]
pub use squall_macros::static_url;

/// Makes a template a UI module: a part of pages that brings along its style sheets and scripts.
///
/// `#[ui_module(css = "card.css", js = ["menu.js", "card.js"], embedded_css = "…", embedded_js = "…", head = "…", body = "…")]`, all of them
/// optional, each a text or several in brackets. In a template it stands as `{{ Card::new(story)|module }}`, and each page on which it
/// does gets what it needs once: styles and `head` before `</head>`, scripts and `body` before `</body>`.
///
/// * `css` and `js` are files below the folder `static` of the crate, as in [`static_url!`], whose `dir` and `prefix` can stand beside
///   them; a file that is not there is an error of the compiler (feature `static-files`). What begins with a slash or a scheme is a URL.
/// * `embedded_css` and `embedded_js` are the text itself; `head` and `body` are markup.
///
/// [`Emitters`](template::Emitters) say how they are written into the page. A page without the tag that is needed is a 500 which says so.
/// A part of a page ([`View::block`]) has what its own modules need at its end, each time: a script of a module that is refreshed runs again where
/// the client runs scripts of parts, as htmx does.
///
/// ```
/// use squall::{View, askama::Template, handler, template::filters, ui_module};
///
/// #[ui_module(embedded_css = ".card { padding: 1rem }")]
/// #[derive(Template)]
/// #[template(askama = squall::askama, ext = "html", source = "<p class=card>{{ text }}</p>")]
/// struct Card {
///     text: &'static str,
/// }
///
/// #[derive(Template)]
/// #[template(
///     askama = squall::askama,
///     ext = "html",
///     source = r#"<head></head><body>{{ Card { text: "one" }|module }}{{ Card { text: "two" }|module }}</body>"#
/// )]
/// struct Page;
///
/// #[handler]
/// #[route("/")]
/// struct Home;
///
/// #[handler]
/// impl Home {
///     fn get(&self) -> View<Page> {
///         View(Page)
///     }
/// }
/// ```
#[cfg(feature = "templates")]
pub use squall_macros::ui_module;

/// Runs an `async fn` as a test, on a runtime of its own.
///
/// ```
/// # use squall::{Application, handler, routes, testing::TestClient};
/// # #[handler] #[route("/")] struct Hello;
/// # #[handler] impl Hello { fn get(&self) -> &'static str { "Hello, world" } }
/// #[squall::test]
/// async fn says_hello() {
///     let client = TestClient::new(Application::new(routes![Hello]));
///     assert_eq!(client.get("/").send().await.text().await, "Hello, world");
/// }
/// ```
///
/// stands for a plain `#[test]` that builds a single-threaded `tokio` runtime and blocks on the body. A test that does not end
/// within 5 seconds of real time fails; `SQUALL_TEST_TIMEOUT` sets another number of seconds. The clock of tokio may be paused. It has no arguments.
pub use squall_macros::test;
