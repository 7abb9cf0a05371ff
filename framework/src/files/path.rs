//! From the path of a request to the path of a file: the one place that decides what may be looked for.
//!
//! What comes out is relative, decoded once, and safe to be joined to a folder on every system: no part of it leads up, is
//! absolute, names a drive, a stream or a device. It says nothing of links; those are met where files are opened.

use std::borrow::Cow;

use crate::http::percent;

/// The longest path, in bytes: no system opens a longer one (`PATH_MAX`).
const LONGEST: usize = 4096;

/// The longest name between two slashes, in bytes (`NAME_MAX`).
const LONGEST_NAME: usize = 255;

/// Reads the encoded rest of a path as the path of a file; `None` when there can be none. A slash at its end stays: it names a
/// folder, and so does the empty path.
pub(crate) fn from_url(raw: &str, hidden: bool) -> Option<Cow<'_, str>> {
    let decoded = percent::decode(raw).ok()?;
    // A slash that was encoded belongs to a name (RFC 3986 §2.2), and no name holds one.
    let slashes = |text: &str| text.bytes().filter(|&byte| byte == b'/').count();
    let is_same = decoded.len() == raw.len() || slashes(&decoded) == slashes(raw);
    (is_same && is_safe(&decoded, hidden)).then_some(decoded)
}

/// Whether a decoded path names something below a folder.
pub(crate) fn is_safe(path: &str, hidden: bool) -> bool {
    if path.is_empty() {
        return true;
    }
    let names = path.strip_suffix('/').unwrap_or(path);
    path.len() <= LONGEST
        && names
            .split('/')
            .enumerate()
            .all(|(index, name)| is_name(name) && (hidden || !is_hidden(name, index)))
}

/// Whether a name is one on all systems, and the same one.
fn is_name(name: &str) -> bool {
    // Windows drops dots and spaces at the end of a name, reads a colon as a drive or a stream, and a backslash as a slash.
    let is_odd = |byte: u8| byte.is_ascii_control() || byte == b'\\' || byte == b':';
    let is_long = !(1..=LONGEST_NAME).contains(&name.len());
    let is_strange = name.ends_with(['.', ' ']) || name.bytes().any(is_odd);
    !is_long && !is_strange && (cfg!(not(windows)) || !is_special_on_windows(name))
}

/// Whether a name is that of a device, whatever its extension, or the short form of another.
fn is_special_on_windows(name: &str) -> bool {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_lowercase();
    let is_port = |rest: &str| rest.chars().count() == 1;
    let numbered = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    name.contains('~') || DEVICES.contains(&stem.as_str()) || numbered.is_some_and(is_port)
}

/// Whether a name is hidden. What stands in `.well-known` at the beginning is there to be found (RFC 8615).
fn is_hidden(name: &str, index: usize) -> bool {
    name.starts_with('.') && !(index == 0 && name == ".well-known")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: Option<&str>) {
        assert_eq!(from_url(raw, false).as_deref(), expected, "{raw}");
    }

    #[test]
    fn reads_what_names_a_file() {
        check("", Some(""));
        check("app.css", Some("app.css"));
        check("a/b/c.css", Some("a/b/c.css"));
        check("a/", Some("a/"));
        check("a%20b/%C3%A9.txt", Some("a b/\u{e9}.txt"));
        check("a+b", Some("a+b"));
        check("100%25.txt", Some("100%.txt"));
        check("%252e%252e", Some("%2e%2e"));
        check(".well-known/security.txt", Some(".well-known/security.txt"));
    }

    #[test]
    fn refuses_what_leads_elsewhere() {
        for raw in [
            ".",
            "..",
            "../a",
            "a/..",
            "a/../b",
            "a/./b",
            "%2e%2e/a",
            "%2E%2e/a",
            ".%2e/a",
            "/",
            "//",
            "/etc/passwd",
            "a//b",
            "a//",
            "%2fetc/passwd",
            "a%2Fb",
            "..%2fa",
            "..%5ca",
            "..\\a",
            "a%5Cb",
            "c:/a",
            "c%3a/a",
            "a:b",
            "%00",
            "a%00.css",
            "a%0a",
            "a%7f",
            "a.",
            "a%20",
            "a./b",
            "...",
            "a/...",
            "%c0%ae%c0%ae/a",
            "%ff",
            "%",
            "%2",
            "%zz",
            ".git/config",
            "a/.env",
            "%2egit",
            "a/.well-known/x",
            ".well-known/.env",
        ] {
            check(raw, None);
        }
        check(&"a".repeat(255), Some(&"a".repeat(255)));
        check(&"a".repeat(256), None);
        check(&"a/".repeat(2049), None);
    }

    #[test]
    fn hidden_names_can_be_allowed() {
        assert_eq!(
            from_url(".git/config", true).as_deref(),
            Some(".git/config")
        );
        for raw in ["..", ".", "a/..", "%2e%2e/a"] {
            assert_eq!(from_url(raw, true), None, "{raw}");
        }
    }

    #[test]
    fn devices_of_windows_are_known() {
        for name in ["con", "NUL.txt", "aux .css", "com1", "LPT9.x", "progra~1"] {
            assert!(is_special_on_windows(name), "{name}");
        }
        for name in ["console", "common.css", "com10", "nulls.txt"] {
            assert!(!is_special_on_windows(name), "{name}");
        }
    }
}
