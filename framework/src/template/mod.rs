//! Pages: compiled [Askama](https://askama.readthedocs.io) templates as answers. Feature `templates`.
//!
//! A page is a struct with its data, and a file beside the program; both are checked when the program is compiled. A handler answers with
//! [`View`] of it. What depends on the request (URLs of routes, versions of static files) is no field of it: the [`filters`] get that from
//! the request, however deep in other templates they stand.
//!
//! ```
//! use squall::{View, askama::Template, handler, template::filters};
//!
//! #[derive(Template)]
//! #[template(
//!     askama = squall::askama,
//!     ext = "html",
//!     source = r#"<ul>{% for story in stories %}<li><a href="{{ "story"|url([story]) }}">{{ story }}</a>{% endfor %}</ul>"#
//! )]
//! struct Index<'s> {
//!     stories: &'s [String],
//! }
//!
//! #[handler]
//! #[route("/stories")]
//! struct Stories;
//!
//! #[handler]
//! impl Stories {
//!     fn get(&self) -> View<Index<'static>> {
//!         View(Index { stories: &[] })
//!     }
//! }
//! ```
//!
//! The templates of files lie in the folder `templates` of the crate: `#[template(path = "index.html")]`. What is wrong with one is told at its
//! struct. `use squall::template::filters;` brings the [`filters`] into the module of the struct.
//!
//! `askama = squall::askama` is needed in each template unless `askama` is a dependency of the program itself, of the version that squall has:
//! `cargo add askama@0.16 --no-default-features`. Without either the compiler says ``can't find crate for `askama` ``.

mod entities;
pub mod filters;
mod links;
mod module;
mod rendering;
mod view;

pub use entities::unescape;
pub use filters::Markup;
pub use module::{Emitters, Resource, UiModule};
pub use view::{Block, View, ViewOrBlock};
