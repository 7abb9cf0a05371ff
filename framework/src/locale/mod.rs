//! Languages: messages translated by gettext catalogues, and numbers, lists and dates as they are written in each. Feature `locale`.
//!
//! [`Locales`] are the languages of a program, a [`Locale`] is one of them. Handlers take that of the request as a field or an argument; in
//! templates the [`filters`](crate::template::filters) `t`, `tn`, `tc`, `with`, `number`, `list`, `date`, `time` and `relative_date` speak it.
//!
//! The messages of a program are written in its templates and its code, in one language, and are translated by catalogues: what has no
//! translation is shown as it is, and told once in the log. [`messages`] finds them in the sources, [`pot`] writes them for translators,
//! [`Locales::untranslated`] says what is missing.
//!
//! ```
//! use squall::{Application, Routes, View, askama::Template, handler, locale::Locales, template::filters};
//!
//! #[derive(Template)]
//! #[template(
//!     askama = squall::askama,
//!     ext = "html",
//!     source = r#"<h1>{{ "Latest stories"|t }}</h1> {{ "one story"|tn("{n} stories", stories.len()) }}"#
//! )]
//! struct Index {
//!     stories: Vec<String>,
//! }
//!
//! #[handler]
//! #[route("/")]
//! struct Home;
//!
//! #[handler]
//! impl Home {
//!     fn get(&self) -> View<Index> {
//!         View(Index { stories: Vec::new() })
//!     }
//! }
//!
//! const ROUTES: Routes = squall::routes![Home];
//!
//! # fn app() -> squall::Result<Application> {
//! let german = r#"
//! msgid ""
//! msgstr "Plural-Forms: nplurals=2; plural=n != 1;\n"
//!
//! msgid "Latest stories"
//! msgstr "Neue Geschichten"
//!
//! msgid "one story"
//! msgid_plural "{n} stories"
//! msgstr[0] "eine Geschichte"
//! msgstr[1] "{n} Geschichten"
//! "#;
//! let locales = Locales::new("en").catalogue("de", german)?;
//! Ok(Application::new(ROUTES).state(locales))
//! # }
//! # app().unwrap();
//! ```

pub(crate) mod catalogue;
mod count;
mod format;
mod language;
mod locales;
mod moment;
mod scan;
pub(crate) mod spoken;
mod style;
mod text;

pub use count::Count;
pub use format::{Direction, PHRASES, Phrase, native_name};
pub use language::Locale;
pub use locales::Locales;
pub use moment::Moment;
pub use scan::{Message, Place, messages, pot};
pub use style::{DateStyle, Length};
pub use text::Text;
