//! What the fuzz targets of the repository run: one function for each parser of ours, which holds what must be true whatever comes. A test
//! runs them over the corpus, so that nothing that was found comes back.
//!
//! Compiled for tests, and where `--cfg fuzzing` is set, as `cargo fuzz` does.
#![allow(unreachable_pub, reason = "it is reached where `--cfg fuzzing` is set")]

use ::http::{HeaderMap, HeaderValue, Method, header};

use crate::{
    http::{
        ByteRanges, EntityTag, Validators, accept, cookies, host, percent, preconditions, query,
    },
    server::head,
};

/// The `cookie` field: what is read can be written, and is read again.
pub fn cookies(data: &[u8]) {
    let Ok(field) = HeaderValue::from_bytes(data) else {
        return;
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, field);
    for (name, value) in cookies::all(&headers) {
        assert!(
            cookies::value(&headers, name).is_some(),
            "{name} is listed and not found"
        );
        let cookie = ::cookie::Cookie::new(name.to_owned(), value.clone().into_owned());
        let Ok(written) = cookies::field(&cookie) else {
            continue;
        };
        assert!(!written.contains(|c: char| c.is_control()), "{written:?}");
        let mut sent = HeaderMap::new();
        sent.insert(
            header::COOKIE,
            written
                .parse()
                .expect("a cookie that is written is a field"),
        );
        let read = cookies::value(&sent, name).expect("a cookie that is written is read");
        assert_eq!(read, value);
    }
}

/// Queries and forms: what is decoded can be encoded, and is decoded again.
pub fn queries(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for value in query::values(text, "a").flatten() {
        let url = query::with_query("/", [("a", &value)]);
        let again: Vec<_> = query::values(&url[2..], "a").collect();
        assert_eq!(again, [Ok(value)]);
    }
    if let Ok(decoded) = percent::decode(text) {
        assert!(decoded.len() <= text.len());
    }
}

/// `range`: the ranges are inside the content, in no more than so many parts.
pub fn ranges(data: &[u8]) {
    let Some((length, field)) = data.split_first_chunk() else {
        return;
    };
    let (length, Ok(field)) = (u64::from_be_bytes(*length), HeaderValue::from_bytes(field)) else {
        return;
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::RANGE, field);
    if let ByteRanges::Parts(parts) =
        ByteRanges::of(&Method::GET, &headers, &Validators::new(), length)
    {
        assert!((1..=16).contains(&parts.len()));
        for part in parts {
            assert!(part.first() <= part.last() && part.last() < length);
        }
    }
}

/// `accept` and `host`: the same list on two lines weighs the same, and a host is in its parts.
pub fn preferences(data: &[u8]) {
    let Ok(field) = HeaderValue::from_bytes(data) else {
        return;
    };
    let mut headers = HeaderMap::from_iter([(header::ACCEPT, field.clone())]);
    let prefers_json = accept::prefers_json(&headers);
    headers.append(header::ACCEPT, field.clone());
    assert_eq!(accept::prefers_json(&headers), prefers_json);
    if let Ok(text) = field.to_str() {
        let (name, port) = host::split(text);
        assert!(text.starts_with(name) && port.is_none_or(|port| text.ends_with(port)));
    }
}

/// `accept-encoding`: what is chosen was named, or any would do.
#[cfg(feature = "compression")]
pub fn codings(data: &[u8]) {
    use crate::http::coding::{Coding, negotiate};

    let Ok(field) = HeaderValue::from_bytes(data) else {
        return;
    };
    let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, field.clone())]);
    let chosen = negotiate(&headers, &Coding::ALL);
    let text = field.to_str().unwrap_or_default().to_ascii_lowercase();
    if let Some(coding) = chosen.coding {
        assert!(text.contains(coding.name()) || text.contains('*'));
    }
    assert!(chosen.identity || text.contains("identity") || text.contains('*'));
}

/// The head of a request: it is refused only for what stands in it.
pub fn heads(data: &[u8]) {
    if let Some(reason) = head::doubt(data) {
        let lower = data.to_ascii_lowercase();
        let has = |name: &[u8]| lower.windows(name.len()).any(|part| part == name);
        let has_both = has(b"content-length:") && has(b"transfer-encoding:");
        let is_right = match reason.contains("fragment") {
            true => data.contains(&b'#'),
            false => has_both,
        };
        assert!(is_right, "{reason}");
    }
}

/// `if-match` and `if-none-match`: whatever the list is, one answer comes out, and a tag in it is one.
pub fn entity_tags(data: &[u8]) {
    let Ok(field) = HeaderValue::from_bytes(data) else {
        return;
    };
    let validators = Validators::new().entity_tag(EntityTag::of(b"content"));
    for name in [header::IF_MATCH, header::IF_NONE_MATCH] {
        let headers = HeaderMap::from_iter([(name, field.clone())]);
        _ = preconditions::evaluate(&Method::GET, &headers, &validators);
    }
    if let Ok(tag) = EntityTag::try_from(&field) {
        assert!(tag.weak_eq(&tag) && tag.strong_eq(&tag) != tag.is_weak());
        assert_eq!(HeaderValue::from(tag), field);
    }
}

/// `content-disposition` of a part of a form: no folder is left in a name.
#[cfg(feature = "multipart")]
pub fn disposition(data: &[u8]) {
    use crate::http::form_data::Disposition;

    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(found) = Disposition::parse(text) else {
        return;
    };
    if let Some(name) = found.file_name {
        assert!(!name.is_empty() && !name.contains(['/', '\\']), "{name:?}");
    }
}

/// Frames of a WebSocket: whatever comes, in whatever pieces, is taken in the same way, and no message is longer than it may be.
#[cfg(feature = "websocket")]
pub fn frames(data: &[u8]) {
    crate::websocket::fuzz::frames(data);
}

/// `sec-websocket-extensions`: what is agreed on is what an own offer would be answered with.
#[cfg(feature = "websocket")]
pub fn extensions(data: &[u8]) {
    crate::websocket::fuzz::offers(data);
}

/// A cursor of a hub: what is one stays one when it is written and read again.
#[cfg(feature = "websocket")]
pub fn cursors(data: &[u8]) {
    use crate::hub::Cursor;

    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert_eq!(cursor.to_string().parse(), Ok(cursor), "{text:?}");
    }
}

/// A catalogue of translations: what is in it is found, none of it empty, in as many forms as its rule chooses among.
#[cfg(feature = "locale")]
pub fn catalogues(data: &[u8]) {
    use crate::locale::catalogue::Catalogue;

    let Ok(catalogue) = Catalogue::read(data) else {
        return;
    };
    let forms = catalogue.rule().map(|rule| {
        for n in [0, 1, 2, 5, 11, 1001, 1_000_000, u64::MAX] {
            assert!(rule.form(n) < rule.forms());
        }
        rule.forms()
    });
    for (context, message, found) in catalogue.iter() {
        assert_eq!(catalogue.find(context, message), Some(found));
        assert!(!found.is_empty() && found.iter().all(|form| !form.is_empty()));
        assert!(found.len() == 1 || forms.is_none_or(|forms| found.len() == forms));
    }
}

/// The path of a file in a URL: joined to a folder it leads to what is below it, and decoding it once more changes nothing of that.
#[cfg(feature = "static-files")]
pub fn asset_paths(data: &[u8]) {
    use std::path::{Component, Path};

    use crate::files::path;

    let Ok(raw) = std::str::from_utf8(data) else {
        return;
    };
    for hidden in [false, true] {
        let Some(path) = path::from_url(raw, hidden) else {
            continue;
        };
        assert!(path::is_safe(&path, hidden) && !path.contains(['\0', '\\', ':']));
        let names: Vec<_> = Path::new(&*path).components().collect();
        for name in &names {
            let Component::Normal(name) = name else {
                panic!("{path} leads elsewhere")
            };
            let name = name.to_str().expect("a part of a text");
            let is_known = name == ".well-known" && names[0] == Component::Normal(name.as_ref());
            assert!(hidden || is_known || !name.starts_with('.'), "{path}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    /// Runs a target over what lies in its folder of the corpus.
    #[track_caller]
    fn check(target: fn(&[u8]), name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../fuzz/corpus")
            .join(name);
        let entries = fs::read_dir(&folder).expect("a target has a corpus");
        let mut count = 0;
        for entry in entries {
            target(&fs::read(entry.expect("an entry").path()).expect("a file"));
            count += 1;
        }
        assert!(count > 0, "the corpus of {name} is empty");
    }

    #[test]
    fn cookies() {
        check(super::cookies, "cookies");
    }

    #[test]
    fn queries() {
        check(super::queries, "queries");
    }

    #[test]
    fn ranges() {
        check(super::ranges, "ranges");
    }

    #[test]
    fn entity_tags() {
        check(super::entity_tags, "entity_tags");
    }

    #[test]
    fn preferences() {
        check(super::preferences, "preferences");
    }

    #[cfg(feature = "compression")]
    #[test]
    fn codings() {
        check(super::codings, "codings");
    }

    #[test]
    fn heads() {
        check(super::heads, "heads");
    }

    #[cfg(feature = "multipart")]
    #[test]
    fn disposition() {
        check(super::disposition, "disposition");
    }

    #[cfg(feature = "locale")]
    #[test]
    fn catalogues() {
        check(super::catalogues, "catalogues");
    }

    #[cfg(feature = "websocket")]
    #[test]
    fn frames() {
        check(super::frames, "frames");
    }

    #[cfg(feature = "websocket")]
    #[test]
    fn extensions() {
        check(super::extensions, "extensions");
    }

    #[cfg(feature = "websocket")]
    #[test]
    fn cursors() {
        check(super::cursors, "cursors");
    }

    #[cfg(feature = "static-files")]
    #[test]
    fn asset_paths() {
        check(super::asset_paths, "asset_paths");
    }
}
