//! A file with a post: TOML between two lines `+++`, and Markdown behind it.
//!
//! ```text
//! +++
//! path = "2023/12/15/slug"        # what the post is known by; where it begins with a date, that of the post
//! title = "A title"
//! authors = ["Ann", "Bob"]        # or author = "Ann"
//! aliases = ["old/path.html"]     # these lead to the post too
//! description = "What it is about"
//! +++
//! ```
//!
//! Instead of `path`, or beside it, there may be a `date` (of TOML, or a text such as `2023-12-15`) and a `slug`. Other keys are passed over.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Deserialize;
use toml::Value;

use crate::{
    markdown::clean,
    store::{Draft, Imported},
};

const FENCE: &str = "+++";

#[derive(Deserialize)]
struct FrontMatter {
    title: String,
    path: Option<String>,
    slug: Option<String>,
    date: Option<Value>,
    author: Option<String>,
    #[serde(default)]
    authors: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    description: Option<String>,
}

/// Reads a file; what is wrong with it is said in words for who wrote it. `stem` is the name of the file without its ending.
pub(crate) fn read(source: &str, stem: &str) -> Result<Imported, String> {
    let (head, markdown) = split(source)?;
    let head: FrontMatter = toml::from_str(head).map_err(|error| located(&error, head))?;
    let title = clean(head.title.trim());
    if title.is_empty() {
        return Err("`title` is empty".to_owned());
    }
    let path = head
        .path
        .as_deref()
        .map(bare)
        .filter(|path| !path.is_empty());
    let published = published(head.date.as_ref(), path)?;
    let named = head.slug.as_deref().or_else(|| path?.rsplit('/').next());
    let name = named.unwrap_or(stem);
    Ok(Imported {
        path: path.map_or_else(
            || format!("{}/{name}", published.format("%Y/%m/%d")),
            str::to_owned,
        ),
        aliases: head
            .aliases
            .iter()
            .map(|alias| bare(alias).to_owned())
            .collect(),
        slug: slug::slugify(name),
        draft: Draft {
            title,
            markdown: clean(markdown.trim_start_matches(['\r', '\n'])),
        },
        authors: head
            .authors
            .into_iter()
            .chain(head.author)
            .map(|name| clean(&name).replace('\n', " "))
            .collect(),
        summary: head.description.map(|text| clean(text.trim())),
        published,
        source: source.to_owned(),
    })
}

/// When the post was published: by its `date`, or else by its path.
fn published(date: Option<&Value>, path: Option<&str>) -> Result<DateTime<Utc>, String> {
    let published = match (date, path) {
        (Some(date), _) => of_key(date)?,
        (None, Some(path)) => of_path(path)?,
        (None, None) => {
            return Err("there is neither a `date` nor a `path` that begins with one".to_owned());
        }
    };
    // Neither SQLite nor a feed (RFC 3339) knows others.
    if (0..=9999).contains(&published.year()) {
        Ok(published)
    } else {
        Err(format!(
            "the year {} does not have four digits",
            published.year()
        ))
    }
}

/// The TOML, and what stands behind it.
fn split(source: &str) -> Result<(&str, &str), String> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let is_fence = |line: &&str| line.trim_end() == FENCE;
    let mut lines = source.split_inclusive('\n');
    let first = lines.next().filter(is_fence);
    let start = first.ok_or("the first line is not `+++`")?.len();
    let mut end = start;
    for line in lines {
        if is_fence(&line) {
            return Ok((&source[start..end], &source[end + line.len()..]));
        }
        end += line.len();
    }
    Err("there is no second line `+++`".to_owned())
}

fn bare(path: &str) -> &str {
    path.trim().trim_matches('/')
}

/// The date that a path begins with: `2023/12/15/…`.
fn of_path(path: &str) -> Result<DateTime<Utc>, String> {
    let mut parts = path.splitn(4, '/').map(str::parse);
    let mut next = || parts.next().and_then(Result::ok);
    let date =
        (|| NaiveDate::from_ymd_opt(next()?, next()?.try_into().ok()?, next()?.try_into().ok()?))();
    date.and_then(midnight)
        .ok_or_else(|| format!("`path` does not begin with a date, and there is no `date`: {path}"))
}

fn of_key(date: &Value) -> Result<DateTime<Utc>, String> {
    let text = match date {
        Value::Datetime(date) => date.to_string(),
        Value::String(text) => text.trim().to_owned(),
        other => {
            return Err(format!(
                "`date` is no date, but of type {}",
                other.type_str()
            ));
        }
    };
    let whole = DateTime::parse_from_rfc3339(&text)
        .map(|date| date.to_utc())
        .ok();
    let day = || midnight(text.parse().ok()?);
    // A time without an offset is taken for one of UTC.
    let local = || {
        Some(
            text.replacen(' ', "T", 1)
                .parse::<chrono::NaiveDateTime>()
                .ok()?
                .and_utc(),
        )
    };
    whole
        .or_else(local)
        .or_else(day)
        .ok_or_else(|| format!("`date` is no date: {text}"))
}

fn midnight(date: NaiveDate) -> Option<DateTime<Utc>> {
    Some(date.and_hms_opt(0, 0, 0)?.and_utc())
}

/// What is wrong with TOML, and in which line of the file.
fn located(error: &toml::de::Error, head: &str) -> String {
    let before = error.span().and_then(|span| head.get(..span.start));
    // The first line of the file is the fence.
    let line = before.map_or(1, |before| before.matches('\n').count() + 2);
    format!("line {line}: {}", error.message().replace('\n', ", "))
}

#[cfg(test)]
mod tests {
    use super::read;

    fn post(head: &str) -> Result<crate::store::Imported, String> {
        read(&format!("+++\n{head}\n+++\n\nText\n"), "a-file")
    }

    #[test]
    fn a_path_says_when_and_where() {
        let post = post("path = '2023/12/15/On-Wind'\ntitle = ' Wind '\nauthors = ['A', 'B']\naliases = ['/old.html']").unwrap();
        assert_eq!(post.published.to_rfc3339(), "2023-12-15T00:00:00+00:00");
        assert_eq!(
            (&*post.path, &*post.slug),
            ("2023/12/15/On-Wind", "on-wind")
        );
        assert_eq!(
            (&*post.draft.title, &*post.draft.markdown),
            ("Wind", "Text\n")
        );
        assert_eq!((post.authors.len(), &*post.aliases[0]), (2, "old.html"));
    }

    #[test]
    fn other_keys_do_as_well() {
        for (date, expected) in [
            ("2024-02-29", "2024-02-29T00:00:00+00:00"),
            ("'2024-02-29'", "2024-02-29T00:00:00+00:00"),
            ("2024-02-29T12:30:00+02:00", "2024-02-29T10:30:00+00:00"),
            ("2024-02-29 12:30:00", "2024-02-29T12:30:00+00:00"),
        ] {
            let post = post(&format!(
                "title = 'x'\ndate = {date}\nslug = 'my slug'\nauthor = 'A'"
            ))
            .unwrap();
            assert_eq!(post.published.to_rfc3339(), expected);
            assert_eq!(
                (&*post.path, &*post.slug),
                ("2024/02/29/my slug", "my-slug")
            );
        }
        let post = post("title = 'x'\ndate = 2024-02-29").unwrap();
        assert_eq!((&*post.path, &*post.slug), ("2024/02/29/a-file", "a-file"));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (source, part) in [
            ("Text", "first line"),
            ("", "first line"),
            ("+++\ntitle = 'x'\n", "second line"),
            ("+++\ntitle = \n+++\n", "line 2"),
            ("+++\npath = '2023/12/15/x'\n+++\n", "title"),
            (
                "+++\npath = '2023/12/15/x'\ntitle = ' '\n+++\n",
                "`title` is empty",
            ),
            ("+++\ntitle = 'x'\n+++\n", "neither"),
            (
                "+++\ntitle = 'x'\npath = '2023/13/15/x'\n+++\n",
                "does not begin with a date",
            ),
            (
                "+++\ntitle = 'x'\npath = 'about'\n+++\n",
                "does not begin with a date",
            ),
            ("+++\ntitle = 'x'\ndate = 'soon'\n+++\n", "no date: soon"),
            (
                "+++\ntitle = 'x'\ndate = '2024-02-29T99:99'\n+++\n",
                "no date: 2024-02-29T99:99",
            ),
            (
                "+++\ntitle = 'x'\ndate = '2024-02-29 soon'\n+++\n",
                "no date: 2024-02-29 soon",
            ),
            (
                "+++\ntitle = 'x'\npath = '12023/12/15/x'\n+++\n",
                "the year 12023",
            ),
            (
                "+++\ntitle = 'x'\npath = '-1/12/15/x'\n+++\n",
                "the year -1",
            ),
            (
                "+++\ntitle = 'x'\ndate = '9999-12-31T23:59:59-01:00'\n+++\n",
                "the year 10000",
            ),
            ("+++\ntitle = 'x'\ndate = 7\n+++\n", "of type integer"),
            ("+++\ntitle = 'x'\ndate = 12:00:00\n+++\n", "no date"),
        ] {
            let error = read(source, "a-file").unwrap_err();
            assert!(error.contains(part), "{source}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
