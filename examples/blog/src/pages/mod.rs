//! The handlers and their pages.

use squall::{Routes, routes};

pub(crate) use key::{EnterKey, Leave};
pub(crate) use language::Language;
pub(crate) use list::{Archive, ArchiveOfYear, Home};
pub(crate) use read::Show;
pub(crate) use search::Search;
pub(crate) use write::{Compose, Delete, Edit};

mod key;
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
    EnterKey,
    Leave,
    Language,
    read::Old,
];

/// A path of this blog. What could lead elsewhere (`//evil.example`, which a browser also sees in `/\evil.example`) leads home, and so does
/// what no field can hold.
fn here(path: &str) -> String {
    let is_here = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(|c: char| c == '\\' || c.is_ascii_control());
    if is_here {
        path.to_owned()
    } else {
        Home::url()
    }
}

#[cfg(test)]
mod tests {
    use super::here;

    #[test]
    fn nothing_leads_elsewhere() {
        for path in ["/", "/posts/wind", "/search?q=//x"] {
            assert_eq!(here(path), path);
        }
        for path in [
            "",
            "x",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\u{1}b",
            "/\u{0}",
            "/\u{7f}",
        ] {
            assert_eq!(here(path), "/", "{path}");
        }
    }
}
