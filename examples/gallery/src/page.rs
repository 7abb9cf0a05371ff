//! How the pages are written. Whatever comes from outside goes through [`Escaped`] on its way into one. Templates will do that by
//! themselves.

use std::fmt::{self, Display, Write as _};

use serde::Serialize;
use squall::{HttpError, static_url};

use crate::{
    pictures::{Home, Pictures, Show},
    store::Picture,
};

/// A page of pictures.
pub(crate) fn home(pictures: &[Picture], page: usize, pages: usize) -> String {
    let mut content = form();
    if pictures.is_empty() {
        content.push_str("<p class=\"empty\">No pictures yet. Add the first one.</p>\n");
    } else {
        content.push_str("<ul class=\"pictures\">\n");
        for picture in pictures {
            content.push_str(&figure(picture));
        }
        content.push_str("</ul>\n");
    }
    content.push_str(&pager(page, pages));
    around("Gallery", &content)
}

/// The form for a new picture. It works as it is; a script adds the bar.
fn form() -> String {
    let action = Pictures::url();
    format!(
        "<form class=\"add\" method=\"post\" action=\"{action}\" enctype=\"multipart/form-data\">\n\
         <label for=\"picture\">Add pictures</label>\n\
         <input id=\"picture\" type=\"file\" name=\"picture\" accept=\"image/*\" multiple required>\n\
         <button>Add</button>\n\
         <progress max=\"100\" value=\"0\" aria-label=\"Sent so far\" hidden></progress>\n\
         <p role=\"status\" hidden></p>\n</form>\n"
    )
}

fn figure(picture: &Picture) -> String {
    let (url, caption) = (Show::url(&picture.name), Escaped(&picture.caption));
    let (url, size) = (Escaped(&url), Size(picture.bytes));
    format!(
        "<li><figure><a href=\"{url}\"><img src=\"{url}\" alt=\"{caption}\" loading=\"lazy\" decoding=\"async\"></a>\
         <figcaption><span>{caption}</span> <a href=\"{url}?download\" title=\"Download\">{size}</a></figcaption></figure></li>\n"
    )
}

fn pager(page: usize, pages: usize) -> String {
    if pages == 1 {
        return String::new();
    }
    let link = |page: usize, text: &str| {
        let home = Home::url();
        format!("<a href=\"{home}?page={page}\">{text}</a> ")
    };
    let newer = (page > 1).then(|| link(page - 1, "Newer"));
    let older = (page < pages).then(|| link(page + 1, "Older"));
    format!(
        "<nav aria-label=\"Pages\">{}<span>{page} of {pages}</span> {}</nav>\n",
        newer.unwrap_or_default(),
        older.unwrap_or_default()
    )
}

/// The page of an error.
pub(crate) fn error(error: &HttpError) -> String {
    let (code, phrase) = (error.status().as_u16(), error.phrase());
    let (message, home) = (Escaped(error.message()), Home::url());
    let content = format!(
        "<h2>{code} {phrase}</h2>\n<p>{message}</p>\n<p><a href=\"{home}\">Back to the pictures</a></p>\n"
    );
    around(phrase, &content)
}

/// An error for a script (RFC 9457).
#[derive(Serialize)]
pub(crate) struct Problem<'e> {
    title: &'static str,
    status: u16,
    detail: &'e str,
}

impl<'e> Problem<'e> {
    pub(crate) fn of(error: &'e HttpError) -> Self {
        Self {
            title: error.phrase(),
            status: error.status().as_u16(),
            detail: error.message(),
        }
    }
}

/// The frame around the content of a page.
fn around(title: &str, content: &str) -> String {
    const STYLE: &str = static_url!("gallery.css");
    const SCRIPT: &str = static_url!("gallery.js");
    let home = Home::url();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"{STYLE}\">\n<script src=\"{SCRIPT}\" defer></script>\n\
         <header><h1><a href=\"{home}\">Gallery</a></h1></header>\n<main>\n{content}</main>\n</html>\n"
    )
}

/// A number of bytes for a person.
struct Size(u64);

impl Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 4] = ["B", "KiB", "MiB", "GiB"];
        let mut value = self.0;
        let mut tenths = 0;
        let mut unit = 0;
        while value >= 1024 && unit < UNITS.len() - 1 {
            tenths = value % 1024 * 10 / 1024;
            value /= 1024;
            unit += 1;
        }
        if unit == 0 || value >= 10 {
            write!(f, "{value} {}", UNITS[unit])
        } else {
            write!(f, "{value}.{tenths} {}", UNITS[unit])
        }
    }
}

/// Text as HTML: between tags, and in the value of a quoted attribute.
struct Escaped<'t>(&'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Escaped, Size};

    #[test]
    fn sizes_are_for_a_person() {
        for (bytes, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (20 * 1024, "20 KiB"),
            (3 << 30, "3.0 GiB"),
        ] {
            assert_eq!(Size(bytes).to_string(), shown);
        }
    }

    #[test]
    fn text_is_no_markup() {
        assert_eq!(
            Escaped("<a href=\"'&").to_string(),
            "&lt;a href=&quot;&#39;&amp;"
        );
    }
}
