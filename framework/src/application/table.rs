//! The table of an application: its routes and mounts, ready to be matched.

use std::{fmt, path::Path, sync::Arc};

use ::http::{HeaderValue, Method};

use super::layer::Erased;
use crate::{
    handler::{
        Requirements,
        life_cycle::{Chain, HandlerImpl, HandlerInfo, HandlerStruct, MethodEntry},
        target::{Gift, Given, Made, ReadyMade},
    },
    routing::{
        list::{Entry, Item, List},
        pattern::{Place, Segment, Shape, Spec},
        tree::{Builder, Captures, Tree},
    },
};

/// What answers a route.
#[derive(Clone, Copy)]
pub enum Target {
    /// A handler. A function gives what is known of it, for the compiler need not know that to prove a list.
    Handler(fn() -> &'static HandlerInfo),
    /// A handler with values, made when the application is: what stands behind `"…" =>`.
    Make(fn() -> Given),
}

impl Target {
    /// What an array of targets holds before it is filled.
    #[doc(hidden)]
    pub const NONE: Self = Self::Handler(|| &HandlerInfo {
        name: "",
        methods: &[],
        requirements: |_| {},
        user: None,
    });
}

/// The line of a list that a handler is. Generated code calls this.
///
/// # Panics
///
/// When the struct is under `#[websocket]`, and its impl is not.
#[doc(hidden)]
#[must_use]
#[track_caller]
pub const fn item<H: HandlerImpl>() -> Item<Target> {
    assert!(
        H::IS_SOCKET || !H::IS_SOCKET_STRUCT,
        "`#[websocket]` is above the struct, and `#[handler]` above its impl: both carry the same"
    );
    Item::Handler {
        owner: <H as HandlerStruct>::NAME,
        specs: <H as HandlerStruct>::ROUTES,
        prefix: <H::Base as Chain>::FULL_PREFIX,
        target: Target::Handler(|| H::INFO),
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handler(info) => f.debug_tuple("Handler").field(&info().name).finish(),
            Self::Make(_) => f.write_str("Make"),
        }
    }
}

/// A list of routes, made by [`routes!`](crate::routes) and proven when it was compiled: no two of them answer the same
/// request, but for expressions over the whole path, of which the first in the list answers.
///
/// It is a constant, so that a module can offer its routes to another.
///
/// # Examples
///
/// ```
/// mod stories {
///     use squall::{Routes, handler, routes};
///
///     #[handler]
///     #[route("/stories")]
///     struct Stories;
///
///     #[handler]
///     impl Stories {
///         fn get(&self) -> &'static str {
///             "all of them"
///         }
///     }
///
///     pub const ROUTES: Routes = routes![Stories];
/// }
///
/// const ALL: squall::Routes = squall::routes![..stories::ROUTES];
/// ```
pub type Routes = List<Target>;

/// A row of the table.
pub(crate) enum Row {
    Handler(Handler),
    Ready(Ready),
    Mount {
        service: Erased,
        /// The length of the prefix that the service does not see.
        prefix: usize,
    },
}

/// A handler in its place.
pub(crate) struct Handler {
    pub(crate) place: &'static Place,
    pub(crate) methods: &'static [MethodEntry],
    /// Its method for GET, which is asked for most.
    pub(crate) get: Option<&'static MethodEntry>,
    pub(crate) gifts: Option<Arc<[Gift]>>,
    pub(crate) allow: HeaderValue,
    /// The methods that want to know the user, by their names.
    askers: Vec<&'static str>,
}

impl Handler {
    /// Whether a method wants to know the user.
    #[inline]
    pub(crate) fn asks_for_user(&self, method: &MethodEntry) -> bool {
        self.askers.contains(&method.name)
    }

    /// The method that answers: HEAD falls back to GET.
    pub(crate) fn method(&self, method: &Method) -> Option<&'static MethodEntry> {
        if *method == Method::GET {
            return self.get;
        }
        let named = self.methods.iter().find(|entry| *method == entry.name);
        named.or_else(|| self.get.filter(|_| *method == Method::HEAD))
    }
}

/// Something ready-made in its place.
pub(crate) struct Ready {
    pub(crate) place: &'static Place,
    pub(crate) target: Arc<dyn ReadyMade>,
    pub(crate) allow: HeaderValue,
}

impl Ready {
    /// Whether it answers this method.
    pub(crate) fn answers(&self, method: &Method) -> bool {
        let Some(methods) = self.target.methods() else {
            return true;
        };
        methods.contains(&method.as_str()) || (*method == Method::HEAD && methods.contains(&"GET"))
    }
}

/// The table of an application.
pub(crate) struct Table {
    tree: Tree,
    rows: Vec<Row>,
    has_hosts: bool,
    /// The methods that are known.
    methods: Vec<&'static str>,
}

/// The methods that everybody knows, whether a route has them or not (RFC 9110 §9.3, RFC 5789).
const STANDARD: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "QUERY",
];

/// The table as it grows.
struct Draft<'r> {
    tree: Builder,
    rows: Vec<Row>,
    has_hosts: bool,
    /// The methods of all routes.
    methods: Vec<&'static str>,
    requirements: &'r mut Requirements,
}

impl Table {
    /// Builds the table; what is wrong with it is added to the requirements.
    pub(crate) fn new(
        routes: Routes,
        mounts: &[(String, Erased)],
        requirements: &mut Requirements,
    ) -> Self {
        let mut draft = Draft {
            tree: Tree::builder(),
            rows: Vec::new(),
            has_hosts: false,
            methods: STANDARD.to_vec(),
            requirements,
        };
        for entry in routes.entries() {
            draft.add_route(entry);
        }
        for (prefix, service) in mounts {
            draft.add_mount(prefix, service);
        }
        Self {
            tree: draft.tree.build(),
            rows: draft.rows,
            has_hosts: draft.has_hosts,
            methods: draft.methods,
        }
    }

    /// Whether a method is known, by a standard or by a route.
    pub(crate) fn knows(&self, method: &Method) -> bool {
        self.methods.contains(&method.as_str())
    }

    /// The row for a request; what its parameters captured is written down.
    #[inline]
    pub(crate) fn find(
        &self,
        host: impl FnOnce() -> Option<String>,
        path: &str,
        captures: &mut Captures,
    ) -> Option<&Row> {
        let host = if self.has_hosts { host() } else { None };
        let host = host.as_deref().unwrap_or_default();
        let row = self.tree.find(host, path, captures)?;
        Some(&self.rows[row as usize])
    }

    /// The places of all handlers.
    pub(crate) fn places(&self) -> impl Iterator<Item = &'static Place> {
        self.rows.iter().filter_map(|row| match row {
            Row::Handler(handler) => Some(handler.place),
            Row::Ready(_) | Row::Mount { .. } => None,
        })
    }

    /// What is ready-made, in the order of the list.
    #[cfg(feature = "static-files")]
    pub(crate) fn targets(&self) -> Vec<Arc<dyn ReadyMade>> {
        let target = |row: &Row| match row {
            Row::Ready(ready) => Some(Arc::clone(&ready.target)),
            Row::Handler(_) | Row::Mount { .. } => None,
        };
        self.rows.iter().filter_map(target).collect()
    }

    /// The places of the routes that have a name.
    pub(crate) fn named(routes: Routes) -> Vec<(&'static str, Place)> {
        let name =
            |entry: &Entry<Target>| entry.place.spec.name.map(|name| (name.text, entry.place));
        routes.entries().iter().filter_map(name).collect()
    }
}

impl Draft<'_> {
    fn add_route(&mut self, entry: &'static Entry<Target>) {
        let place = &entry.place;
        self.has_hosts |= place.spec.host.is_some();
        let row = match entry.target {
            Target::Handler(info) => self.handler(place, info(), None),
            Target::Make(make) => {
                let Given { made, home } = make();
                match made {
                    Made::Handler { info, gifts } => self.handler(place, info, Some(gifts)),
                    Made::Ready(target) => self.ready(place, target, home),
                }
            }
        };
        self.insert(place, row);
    }

    fn handler(
        &mut self,
        place: &'static Place,
        info: &'static HandlerInfo,
        gifts: Option<Arc<[Gift]>>,
    ) -> Row {
        (info.requirements)(self.requirements.of(info.name, info.user));
        let fields_ask = self.requirements.take_asks_for_user();
        let mut askers = Vec::new();
        if info.methods.is_empty() {
            let fault = format!(
                "has the route `{}`, but no method: add `fn get(&self)` or another",
                place.text()
            );
            self.requirements.fault(fault);
        }
        for method in info.methods {
            (method.requirements)(self.requirements);
            if self.requirements.take_asks_for_user() || fields_ask {
                askers.push(method.name);
            }
            self.know(method.name);
        }
        let allow = allow(info.methods.iter().map(|method| method.name));
        Row::Handler(Handler {
            place,
            methods: info.methods,
            get: info.methods.iter().find(|entry| entry.name == "GET"),
            gifts,
            allow,
            askers,
        })
    }

    fn ready(
        &mut self,
        place: &'static Place,
        mut target: Box<dyn ReadyMade>,
        home: Option<&'static Path>,
    ) -> Row {
        if let Err(fault) = target.settle(place, home) {
            self.requirements.fault_of_application(fault);
        }
        let methods = target.methods().unwrap_or_default();
        for method in methods {
            self.know(method);
        }
        Row::Ready(Ready {
            place,
            target: target.into(),
            allow: allow(methods.iter().copied()),
        })
    }

    fn know(&mut self, method: &'static str) {
        if !self.methods.contains(&method) {
            self.methods.push(method);
        }
    }

    fn add_mount(&mut self, prefix: &str, service: &Erased) {
        if !is_prefix(prefix) {
            let fault = format!(
                "the mount `{prefix}` must begin with a slash and not end with one, and hold only what stands in a path as it is \
                 (another character percent-encoded, no parameter): like `/api`; for all that no route matches there is `fallback`"
            );
            self.requirements.fault_of_application(fault);
            return;
        }
        for catch_all in [false, true] {
            let place = mount_place(prefix, catch_all);
            self.insert(
                &place,
                Row::Mount {
                    service: Arc::clone(service),
                    prefix: prefix.len(),
                },
            );
        }
    }

    fn insert(&mut self, place: &Place, row: Row) {
        let target = u32::try_from(self.rows.len())
            .expect("an application has fewer than four thousand million routes");
        if let Err(error) = self.tree.insert(place, target) {
            self.requirements.fault_of_application(format!(
                "`{}` of `{}`: {error}",
                place.text(),
                place.owner
            ));
        }
        self.rows.push(row);
    }
}

/// The `allow` field of a handler (RFC 9110 §10.2.1).
fn allow(methods: impl Iterator<Item = &'static str>) -> HeaderValue {
    let mut names: Vec<&str> = Vec::new();
    let implied = |name| {
        if name == "GET" {
            [name, "HEAD"]
        } else {
            [name, name]
        }
    };
    for name in methods.flat_map(implied).chain(["OPTIONS"]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    HeaderValue::try_from(names.join(", ")).expect("a method is a token")
}

/// Whether requests can come below a prefix: what arrives is percent-encoded (RFC 3986 §3.3).
fn is_prefix(prefix: &str) -> bool {
    let stands_in_path =
        |byte: u8| byte.is_ascii_alphanumeric() || b"/%-._~!$&'()*+,;=:@".contains(&byte);
    prefix.starts_with('/')
        && !prefix.ends_with('/')
        && !prefix.contains("//")
        && prefix.bytes().all(stands_in_path)
}

/// The pattern of a mount. The routes of a list live as long as the program, and so must these: they are leaked, a few bytes
/// for each mount.
fn mount_place(prefix: &str, catch_all: bool) -> Place {
    let mut segments: Vec<Segment> = prefix[1..]
        .split('/')
        .map(|text| Segment::Literal {
            text: text.to_owned().leak(),
        })
        .collect();
    if catch_all {
        segments.push(Segment::CatchAll);
    }
    let text = if catch_all {
        format!("{prefix}/{{*rest}}")
    } else {
        prefix.to_owned()
    };
    let spec = Spec {
        text: text.leak(),
        shape: Shape::Segments(segments.leak()),
        parameters: if catch_all { &["rest"] } else { &[] },
        ..Spec::PLAIN
    };
    Place {
        spec: Box::leak(Box::new(spec)),
        owner: "mount",
        prefix: None,
    }
}
