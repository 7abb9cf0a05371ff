//! What the head of a part of a form says of it: `content-disposition: form-data; name="…"; filename="…"` (RFC 7578 §4.2).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The name of a part, and that of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disposition {
    pub(crate) name: String,
    /// The name of the file without folders in front of it; `None` where there is none, or an empty one.
    pub(crate) file_name: Option<String>,
}

impl Disposition {
    /// Reads the value of the field.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn parse(field: &str) -> Result<Self, &'static str> {
        let (kind, parameters) = field.split_once(';').unwrap_or((field, ""));
        if !kind.trim().eq_ignore_ascii_case("form-data") {
            return Err("its `content-disposition` is not `form-data`");
        }
        let (mut name, mut file_name, mut extended) = (None, None, None);
        let mut rest = parameters;
        while let Some((key, value, behind)) = parameter(rest)? {
            rest = behind;
            let place = match () {
                () if key.eq_ignore_ascii_case("name") => &mut name,
                () if key.eq_ignore_ascii_case("filename") => &mut file_name,
                () if key.eq_ignore_ascii_case("filename*") => &mut extended,
                () => continue,
            };
            if place.replace(value).is_some() {
                return Err("its `content-disposition` says something twice");
            }
        }
        let name = name.ok_or("it has no name")?;
        let file_name = match extended {
            Some(value) => Some(Cow::Owned(decode_extended(&value)?)),
            None => file_name,
        };
        Ok(Self {
            name: name.into_owned(),
            file_name: file_name.as_deref().and_then(last_of_path),
        })
    }
}

type Parameter<'f> = (&'f str, Cow<'f, str>, &'f str);

/// The first parameter: its name, its value, and what stands behind it. `None` where there is none.
fn parameter(rest: &str) -> Result<Option<Parameter<'_>>, &'static str> {
    const BROKEN: &str = "its `content-disposition` is broken";
    let rest = rest.trim_start_matches([' ', '\t', ';']);
    if rest.is_empty() {
        return Ok(None);
    }
    let (key, value) = rest.split_once('=').ok_or(BROKEN)?;
    let value = value.trim_start_matches([' ', '\t']);
    let (value, behind) = match value.strip_prefix('"') {
        Some(quoted) => unquote(quoted).ok_or(BROKEN)?,
        None => {
            let end = value.find(';').unwrap_or(value.len());
            (Cow::Borrowed(value[..end].trim_end()), &value[end..])
        }
    };
    let behind = behind.trim_start_matches([' ', '\t']);
    if !(behind.is_empty() || behind.starts_with(';')) {
        return Err(BROKEN);
    }
    Ok(Some((key.trim(), value, behind)))
}

/// A text up to the quote that ends it, and what stands behind that. A backslash stands for itself, but in front of a quote or of another
/// backslash: browsers send the backslashes of a path as they are.
fn unquote(quoted: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = quoted.find(['"', '\\'])?;
    if quoted[end..].starts_with('"') {
        return Some((Cow::Borrowed(&quoted[..end]), &quoted[end + 1..]));
    }
    let mut text = String::with_capacity(quoted.len().min(256));
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match (character, characters.peek()) {
            ('"', _) => return Some((Cow::Owned(text), &quoted[at + 1..])),
            ('\\', Some(&(_, escaped @ ('"' | '\\')))) => {
                text.push(escaped);
                characters.next();
            }
            _ => text.push(character),
        }
    }
    None
}

/// `UTF-8''na%C3%AFve.txt` (RFC 8187 §3.2).
fn decode_extended(value: &str) -> Result<String, &'static str> {
    let mut parts = value.splitn(3, '\'');
    let (Some(charset), Some(_language), Some(text)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err("its `filename*` is broken");
    };
    if !charset.eq_ignore_ascii_case("utf-8") {
        return Err("its `filename*` is not in UTF-8");
    }
    let text = percent_decode_str(text).decode_utf8();
    text.map(Cow::into_owned)
        .map_err(|_| "its `filename*` is not in UTF-8")
}

/// What stands behind the last slash or backslash: no folder of the client's matters here (RFC 7578 §4.2). Control characters, which
/// no client sends but on purpose, become `_`.
fn last_of_path(path: &str) -> Option<String> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_name = !matches!(name, "" | "." | "..");
    is_name.then(|| name.replace(char::is_control, "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(field: &str, name: &str, file_name: Option<&str>) {
        let expected = Disposition {
            name: name.to_owned(),
            file_name: file_name.map(str::to_owned),
        };
        assert_eq!(Disposition::parse(field), Ok(expected), "{field}");
    }

    #[test]
    fn names_are_read_in_every_notation() {
        check(r#"form-data; name="a""#, "a", None);
        check("Form-Data;NAME=a", "a", None);
        check(
            r#"form-data; name = "a" ; filename="b.txt""#,
            "a",
            Some("b.txt"),
        );
        check(
            r#"form-data; filename="x;y=\"z\".txt"; name=a b"#,
            "a b",
            Some(r#"x;y="z".txt"#),
        );
        check(
            r#"form-data; name="ü"; other=1; filename="ö.png""#,
            "ü",
            Some("ö.png"),
        );
        check(r#"form-data; name=""; filename="""#, "", None);
    }

    #[test]
    fn an_extended_name_comes_first() {
        let field = r#"form-data; name="a"; filename="naive.txt"; filename*=UTF-8''na%C3%AFve.txt"#;
        check(field, "a", Some("naïve.txt"));
    }

    #[test]
    fn folders_are_taken_away() {
        check(
            r#"form-data; name="a"; filename="../../etc/passwd""#,
            "a",
            Some("passwd"),
        );
        check(
            r#"form-data; name="a"; filename="C:\fakepath\b.txt""#,
            "a",
            Some("b.txt"),
        );
        check(
            r#"form-data; name="a"; filename="C:\\b.txt""#,
            "a",
            Some("b.txt"),
        );
        check(r#"form-data; name="a"; filename="folder/""#, "a", None);
        check(r#"form-data; name="a"; filename="../..""#, "a", None);
        check(
            "form-data; name=a; filename*=UTF-8''%00a%0d%0Ab%C2%85",
            "a",
            Some("_a__b_"),
        );
        check(
            "form-data; name=a; filename*=utf-8'en'a%2Fb.txt",
            "a",
            Some("b.txt"),
        );
    }

    #[test]
    fn what_is_broken_is_refused() {
        for field in [
            "",
            "attachment; name=\"a\"",
            "form-data",
            "form-data; filename=\"b\"",
            "form-data; name=\"a",
            "form-data; name",
            "form-data; name=\"a\" b",
            "form-data; name=a; name=b",
            "form-data; name=a; filename*=b",
            "form-data; name=a; filename*=latin1''b",
            "form-data; name=a; filename*=UTF-8''%ff",
        ] {
            assert!(Disposition::parse(field).is_err(), "{field}");
        }
    }
}
