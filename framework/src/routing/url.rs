//! From a route back to a URL: what `url()` takes, and how a value stands in a path.

use std::{
    error::Error as StdError,
    fmt::{self, Display, Write},
    str::FromStr,
};

use super::pattern::{Place, Prefix, Segment, Shape};
use crate::http::percent::Encoder;

/// A value that a path parameter can have: read by [`FromStr`], written back by [`Display`].
///
/// It is there for every type that has both; nobody implements it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a path parameter",
    label = "read from the path by `FromStr`, written into `url()` by `Display`",
    note = "implement `std::str::FromStr` and `std::fmt::Display` for it, or take a `String`"
)]
pub trait PathValue: Sized + Send + Sync + 'static {
    /// Reads the decoded text of a parameter.
    ///
    /// # Errors
    ///
    /// Those of [`FromStr`]; the request is answered with 404 then.
    fn from_path(text: &str) -> Result<Self, Box<dyn StdError + Send + Sync>>;

    /// Writes the value as it stands in a path, before percent-encoding.
    ///
    /// # Errors
    ///
    /// Those of [`Display`].
    fn write_path(&self, out: &mut dyn Write) -> fmt::Result;
}

#[diagnostic::do_not_recommend]
impl<T> PathValue for T
where
    T: FromStr<Err: Display> + Display + Send + Sync + 'static,
{
    fn from_path(text: &str) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        text.parse()
            .map_err(|error: T::Err| error.to_string().into())
    }

    fn write_path(&self, out: &mut dyn Write) -> fmt::Result {
        write!(out, "{self}")
    }
}

/// What `url()` and `default = …` take for a `T`: the value, a reference to it, or a `&str` where `T` is [`String`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value for a `{T}`",
    label = "expected `{T}`",
    note = "give the value or a reference to it; for a `String`, a `&str` will do"
)]
pub trait Argument<T> {
    /// The value.
    fn into_value(self) -> T;

    /// Writes the value into a path without making another one.
    #[doc(hidden)]
    fn write_path(&self, write: WritePath<T>, out: &mut dyn Write) -> fmt::Result;
}

type WritePath<T> = fn(&T, &mut dyn Write) -> fmt::Result;
type ReadPath<T> = fn(&str) -> Result<T, Box<dyn StdError + Send + Sync>>;

impl<T> Argument<T> for T {
    fn into_value(self) -> T {
        self
    }

    fn write_path(&self, write: WritePath<T>, out: &mut dyn Write) -> fmt::Result {
        write(self, out)
    }
}

impl<T: Clone> Argument<T> for &T {
    fn into_value(self) -> T {
        self.clone()
    }

    fn write_path(&self, write: WritePath<T>, out: &mut dyn Write) -> fmt::Result {
        write(self, out)
    }
}

/// Templates make references of references.
#[diagnostic::do_not_recommend]
impl<T: Clone> Argument<T> for &&T {
    fn into_value(self) -> T {
        T::clone(self)
    }

    fn write_path(&self, write: WritePath<T>, out: &mut dyn Write) -> fmt::Result {
        write(self, out)
    }
}

impl Argument<String> for &str {
    fn into_value(self) -> String {
        self.to_owned()
    }

    fn write_path(&self, _: WritePath<String>, out: &mut dyn Write) -> fmt::Result {
        out.write_str(self)
    }
}

impl Argument<String> for &&str {
    fn into_value(self) -> String {
        (*self).to_owned()
    }

    fn write_path(&self, _: WritePath<String>, out: &mut dyn Write) -> fmt::Result {
        out.write_str(self)
    }
}

#[diagnostic::do_not_recommend]
impl Argument<String> for &&&str {
    fn into_value(self) -> String {
        (**self).to_owned()
    }

    fn write_path(&self, _: WritePath<String>, out: &mut dyn Write) -> fmt::Result {
        out.write_str(self)
    }
}

/// How one path field is read and written. Generated code keeps one in a `const` and uses it in both directions, so that a
/// type that cannot be a path parameter is one error and not two.
pub struct PathField<T> {
    name: &'static str,
    pub(crate) read: ReadPath<T>,
    write: WritePath<T>,
}

impl<T> PathField<T> {
    /// The field that this parameter fills.
    #[must_use]
    pub const fn new(name: &'static str) -> Self
    where
        T: PathValue,
    {
        Self {
            name,
            read: T::from_path,
            write: T::write_path,
        }
    }

    /// The name of the parameter.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Appends the value to a URL as one segment.
    pub fn push(&self, url: &mut String, value: &impl Argument<T>) {
        let start = url.len();
        value
            .write_path(self.write, &mut Encoder::segment(url))
            .expect("`Display` of a path value does not fail");
        keep_host(url, start, false);
    }

    /// Appends the value to a URL as the rest of the path: its slashes stay.
    pub fn push_rest(&self, url: &mut String, value: &impl Argument<T>) {
        let start = url.len();
        value
            .write_path(self.write, &mut Encoder::path(url))
            .expect("`Display` of a path value does not fail");
        keep_host(url, start, true);
    }
}

impl<T> fmt::Debug for PathField<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PathField")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Keeps a value right behind the root from making the URL one of another host: `//host/…` (RFC 3986 §4.2).
fn keep_host(url: &mut String, start: usize, is_rest: bool) {
    if start == 1 && is_rest && url[start..].starts_with('/') {
        url.replace_range(start..=start, "%2F");
    } else if start == 1 && !is_rest && url.len() == start {
        // No route takes an empty segment; a dot at least stays here.
        url.push('.');
    }
}

/// The beginning of a URL: the prefixes in front of a route, outermost first.
#[must_use]
pub fn begin(prefix: Option<&'static Prefix>, capacity: usize) -> String {
    match prefix {
        None => String::with_capacity(capacity),
        Some(prefix) => {
            let mut url = begin(prefix.parent, capacity + prefix.text.len());
            url.push_str(prefix.text);
            url
        }
    }
}

/// The URL of a route, its parameters filled in order. `None` when their number is another one, or when the route is an
/// expression over the whole path, which cannot be turned round.
pub(crate) fn reverse<A: AsRef<str>>(
    place: &Place,
    values: impl IntoIterator<Item = A>,
) -> Option<String> {
    if let Shape::Expression { .. } = place.spec.shape {
        return None;
    }
    let mut values = values.into_iter();
    let mut url = String::new();
    for segment in place.segments() {
        url.push('/');
        match segment {
            Segment::Literal { text } => url.push_str(text),
            Segment::Expression { .. } | Segment::Parameter => {
                let start = url.len();
                Encoder::segment(&mut url)
                    .write_str(values.next()?.as_ref())
                    .ok()?;
                keep_host(&mut url, start, false);
            }
            Segment::CatchAll => {
                let start = url.len();
                Encoder::path(&mut url)
                    .write_str(values.next()?.as_ref())
                    .ok()?;
                keep_host(&mut url, start, true);
            }
        }
    }
    values.next().is_none().then_some(url)
}
