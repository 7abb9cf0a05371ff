//! Which media type a file has, by the extension of its name: the table of `mime_guess`, with what the web has settled since.

use ::http::HeaderValue;

const UNKNOWN: &str = "application/octet-stream";

/// The `content-type` of a file.
pub(crate) fn of(path: &str) -> HeaderValue {
    let media_type = by_extension(path);
    if media_type.starts_with("text/") {
        let with_charset = format!("{media_type}; charset=utf-8");
        return HeaderValue::try_from(with_charset).expect("a media type is visible ASCII");
    }
    HeaderValue::from_static(media_type)
}

fn by_extension(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((_, extension)) = name.rsplit_once('.') else {
        return UNKNOWN;
    };
    match extension.to_ascii_lowercase().as_str() {
        // RFC 9239 §6.
        "cjs" | "mjs" => "text/javascript",
        // Fonts have a tree of their own (RFC 8081).
        "otf" => "font/otf",
        "ttf" => "font/ttf",
        "woff" => "font/woff",
        // Source maps are JSON (ECMA-426).
        "map" => "application/json",
        // Segments of a stream (RFC 3555 §4.2.7), as players ask for them.
        "ts" => "video/mp2t",
        // What is in it says another extension, and to unpack it is nobody's business here.
        "br" | "bz2" | "xz" | "z" => UNKNOWN,
        extension => mime_guess::from_ext(extension)
            .first_raw()
            .unwrap_or(UNKNOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_extension() {
        for (path, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("a/b.css", "text/css; charset=utf-8"),
            ("app.js", "text/javascript; charset=utf-8"),
            ("app.MJS", "text/javascript; charset=utf-8"),
            ("robots.txt", "text/plain; charset=utf-8"),
            ("data.json", "application/json"),
            ("app.js.map", "application/json"),
            ("logo.svg", "image/svg+xml"),
            ("favicon.ico", "image/x-icon"),
            ("photo.JPG", "image/jpeg"),
            ("photo.avif", "image/avif"),
            ("app.wasm", "application/wasm"),
            ("a.woff2", "font/woff2"),
            ("site.webmanifest", "application/manifest+json"),
            ("dump.tar.gz", "application/gzip"),
            ("dump.tar.bz2", "application/octet-stream"),
            ("unknown.x7q", "application/octet-stream"),
            ("README", "application/octet-stream"),
            ("v1.2/LICENSE", "application/octet-stream"),
        ] {
            assert_eq!(of(path), expected, "{path}");
        }
    }
}
