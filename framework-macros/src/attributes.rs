//! The names of the inert attributes: those that mean something inside a `#[handler]` item and are gone after it.

/// On the struct.
pub(crate) const STRUCT: &[&str] = &["route", "prefix"];

/// On its fields.
pub(crate) const FIELD: &[&str] = &["path", "query", "header", "cookie"];

/// Hooks, on methods of the impl.
pub(crate) const HOOKS: &[&str] = &[
    "prepare",
    "on_finish",
    "on_connection_close",
    "write_error",
    "default_headers",
];

/// Further marks on methods of the impl.
pub(crate) const METHOD: &[&str] = &["method", "blocking"];

/// What is to come: refused by name, because a guard that is accepted and ignored is an open door.
pub(crate) const TO_COME: &[&str] = &["authenticated", "current_user", "user_locale"];

/// That an attribute stands in the wrong place, where it belongs, and what belongs here.
pub(crate) fn misplaced(word: &str, place: &str, known: &[&str]) -> String {
    let home = if STRUCT.contains(&word) {
        "above the struct"
    } else if FIELD.contains(&word) {
        "on a field of the struct"
    } else {
        "on a method in the `#[handler] impl`"
    };
    let known: Vec<String> = known.iter().map(|name| format!("`#[{name}]`")).collect();
    format!(
        "`#[{word}]` stands {home}, not on {place}; on {place} stand {}",
        known.join(", ")
    )
}

/// All of them.
pub(crate) const ALL: &[&str] = &[
    "route",
    "prefix",
    "path",
    "query",
    "header",
    "cookie",
    "prepare",
    "on_finish",
    "on_connection_close",
    "write_error",
    "default_headers",
    "method",
    "blocking",
    "authenticated",
    "current_user",
    "user_locale",
];

/// The methods that have a name of their own in an impl, as they stand in a request.
pub(crate) const METHODS: &[(&str, &str)] = &[
    ("get", "GET"),
    ("head", "HEAD"),
    ("post", "POST"),
    ("put", "PUT"),
    ("delete", "DELETE"),
    ("patch", "PATCH"),
    ("options", "OPTIONS"),
    ("query", "QUERY"),
];

/// The names of the methods alone.
pub(crate) const METHOD_NAMES: &[&str] = &[
    "get", "head", "post", "put", "delete", "patch", "options", "query",
];
