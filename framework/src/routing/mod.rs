//! Routes: patterns as constant data, their proof, matching, and the way back from a route to a URL.
//!
//! A pattern is parsed once, by the macro. [`proof`] checks each list of routes in `const` code, [`tree`] matches a host and
//! a path without allocating and at a cost that does not grow with the number of routes, [`url`] writes a URL for a route.

pub(crate) mod list;
pub(crate) mod pattern;
pub(crate) mod proof;
pub(crate) mod tree;
pub(crate) mod url;
