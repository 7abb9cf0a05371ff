//! The handlers and their pages.

use squall::{Routes, routes};

pub(crate) use language::Language;
pub(crate) use list::{Archive, ArchiveOfYear, Home};
pub(crate) use read::Show;
pub(crate) use search::Search;
pub(crate) use write::{Compose, Delete, Edit};

mod language;
mod list;
mod read;
mod search;
mod write;

pub(crate) const ROUTES: Routes = routes![
    Home,
    Archive,
    ArchiveOfYear,
    Search,
    Show,
    Compose,
    Edit,
    Delete,
    Language,
    read::Old,
];
