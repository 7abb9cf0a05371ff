//! Web addresses of a text as links, on the `linkify` crate, by the rules of Tornado's function of this name.
//!
//! What stands in the text is escaped, and a link has one of the permitted protocols; nothing of the text becomes markup.

use std::fmt::Write as _;

use askama::filters::{Html, escape};
use linkify::{Link, LinkFinder, LinkKind};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// From this length on, in characters, an address is shown shortened.
const LONGEST: usize = 30;

/// The characters that are left of a path.
const PATH: usize = 8;

/// What an address without a protocol begins with, and the longest that is looked for, in bytes.
const WWW: &[u8] = b"www.";
const LONGEST_WWW: usize = 2048;

/// The protocols of links that say no other.
pub(super) const PROTOCOLS: &[&str] = &["http", "https"];

/// What means something else in a `mailto:` than in an address ([RFC 6068 §2](https://www.rfc-editor.org/rfc/rfc6068#section-2)).
const ADDRESS: &AsciiSet = &CONTROLS
    .add(b'%')
    .add(b'/')
    .add(b'?')
    .add(b'#')
    .add(b'&')
    .add(b'=')
    .add(b'`')
    .add(b'^')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What becomes a link, and what it looks like.
pub(super) struct Links {
    /// Whether long addresses are shown shortened.
    pub(super) shorten: bool,
    /// Attributes of each link. Only the program itself has a `&'static str`, so they are markup as they are.
    pub(super) extra_params: &'static str,
    /// Attributes of a link to this URL.
    pub(super) extra_params_of: fn(&str) -> &'static str,
    /// Whether `www.example.com` is none.
    pub(super) require_protocol: bool,
    pub(super) permitted_protocols: &'static [&'static str],
}

impl Links {
    /// The text as markup: escaped, its addresses as links.
    pub(super) fn of(&self, text: &str) -> String {
        let mut markup = String::with_capacity(text.len() + text.len() / 2);
        let mut rest = text;
        for link in self.finder().links(text) {
            let begin = text.len() - rest.len();
            let start = start(&link, &text[begin..link.start()]);
            let address = &text[start..link.end()];
            if let Some(href) = self.href(address, link.kind()) {
                self.write_text(&mut markup, &text[begin..start]);
                self.write_link(&mut markup, &href, address);
                rest = &text[link.end()..];
            }
        }
        self.write_text(&mut markup, rest);
        markup
    }

    /// A text in which no protocol is named: escaped, its addresses that begin with `www.` as links.
    fn write_text(&self, markup: &mut String, text: &str) {
        let mut rest = text;
        if !self.require_protocol && self.permits("http") {
            while let Some((before, address, behind)) = next_www(rest) {
                write_escaped(markup, before);
                self.write_link(markup, &format!("http://{address}"), address);
                rest = behind;
            }
        }
        write_escaped(markup, rest);
    }

    /// A protocol among those permitted that would run what stands in the text.
    pub(super) fn dangerous(&self) -> Option<&'static str> {
        let protocols = self.permitted_protocols.iter().copied();
        let mut dangerous = protocols.filter(|protocol| {
            ["javascript", "vbscript", "data"]
                .iter()
                .any(|script| script.eq_ignore_ascii_case(protocol))
        });
        dangerous.next()
    }

    /// It looks for addresses with a protocol: for others it would look back from each dot to the one before, and take a time that grows with
    /// the square of a text.
    fn finder(&self) -> LinkFinder {
        let mut finder = LinkFinder::new();
        if self.permits("mailto") {
            finder.kinds(&[LinkKind::Url, LinkKind::Email]);
        } else {
            finder.kinds(&[LinkKind::Url]);
        }
        finder
    }

    fn permits(&self, protocol: &str) -> bool {
        let mut permitted = self.permitted_protocols.iter();
        permitted.any(|permitted| permitted.eq_ignore_ascii_case(protocol))
    }

    /// Where an address leads. `None` where it is no link.
    fn href(&self, address: &str, kind: &LinkKind) -> Option<String> {
        if let Some(protocol) = protocol(address) {
            return self.permits(protocol).then(|| address.to_owned());
        }
        let is_mail = *kind == LinkKind::Email && !self.require_protocol;
        let encoded = || utf8_percent_encode(address, ADDRESS);
        (is_mail && self.permits("mailto")).then(|| format!("mailto:{}", encoded()))
    }

    fn write_link(&self, markup: &mut String, href: &str, address: &str) {
        markup.push_str("<a href=\"");
        write_escaped(markup, href);
        markup.push('"');
        for params in [self.extra_params, (self.extra_params_of)(href)] {
            let params = params.trim();
            if !params.is_empty() {
                markup.push(' ');
                markup.push_str(params);
            }
        }
        let short = if self.shorten {
            shortened(address)
        } else {
            None
        };
        if short.is_some() {
            markup.push_str(" title=\"");
            write_escaped(markup, address);
            markup.push('"');
        }
        markup.push('>');
        write_escaped(markup, short.as_deref().unwrap_or(address));
        markup.push_str("</a>");
    }
}

/// Where a link starts: `mailto:` in front of an address is part of it, which the crate does not know.
fn start(link: &Link<'_>, before: &str) -> usize {
    const MAILTO: &str = "mailto:";
    let is_mailto = || {
        let at = before.len().checked_sub(MAILTO.len());
        at.and_then(|at| before.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(MAILTO))
    };
    if *link.kind() == LinkKind::Email && is_mailto() {
        link.start() - MAILTO.len()
    } else {
        link.start()
    }
}

/// The protocol that an address names.
fn protocol(address: &str) -> Option<&str> {
    let (protocol, rest) = address.split_once(':')?;
    let is_protocol = protocol
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let is_named = rest.starts_with("//") || protocol.eq_ignore_ascii_case("mailto");
    (is_protocol && is_named).then_some(protocol)
}

/// The next address that begins with `www.`, what stands before it, and what behind.
fn next_www(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let rest = &text.as_bytes()[from..];
        let start = from
            + rest
                .windows(WWW.len())
                .position(|name| name.eq_ignore_ascii_case(WWW))?;
        from = start + WWW.len();
        let is_within =
            text[..start].ends_with(|c: char| c.is_alphanumeric() || "/@:.-_=&?%#~+".contains(c));
        if !is_within && let Some(length) = length_of_www(&text[start..]) {
            let (address, behind) = text[start..].split_at(length);
            return Some((&text[..start], address, behind));
        }
    }
}

/// How long the address is with which a text begins, by the rules for one with a protocol. `None` where there is none.
fn length_of_www(text: &str) -> Option<usize> {
    const PROTOCOL: &str = "http://";
    let window = &text[..text.floor_char_boundary(LONGEST_WWW)];
    let with_protocol = format!("{PROTOCOL}{window}");
    let link = LinkFinder::new().links(&with_protocol).next()?;
    let length = link.end().checked_sub(PROTOCOL.len())?;
    let name = text.get(WWW.len()..length);
    let has_name = name.is_some_and(|name| name.starts_with(char::is_alphanumeric));
    (link.start() == 0 && has_name && length < LONGEST_WWW).then_some(length)
}

/// An address of which the host and the beginning of its path are left. `None` where that would not be shorter.
fn shortened(address: &str) -> Option<String> {
    if address.chars().count() <= LONGEST {
        return None;
    }
    let behind_protocol = address.find("://").map_or(0, |at| at + 3);
    let (protocol, rest) = address.split_at(behind_protocol);
    let mut short = match rest.split_once('/') {
        None => address.to_owned(),
        Some((host, path)) => {
            let name = path.split(['/', '?', '.']).next().unwrap_or_default();
            let name: String = name.chars().take(PATH).collect();
            format!("{protocol}{host}/{name}")
        }
    };
    if short.chars().count() > LONGEST + LONGEST / 2 {
        short = short.chars().take(LONGEST).collect();
    }
    if short == address {
        return None;
    }
    short.push_str("...");
    (short.chars().count() < address.chars().count()).then_some(short)
}

fn write_escaped(markup: &mut String, text: &str) {
    let Ok(escaped) = escape(text, Html);
    // Writing into a `String` does not fail.
    _ = write!(markup, "{escaped}");
}

#[cfg(test)]
mod tests {
    use super::{Links, PROTOCOLS};

    const LINKS: Links = Links {
        shorten: false,
        extra_params: "",
        extra_params_of: |_| "",
        require_protocol: false,
        permitted_protocols: PROTOCOLS,
    };

    const SHORT: Links = Links {
        shorten: true,
        ..LINKS
    };

    const MAIL: Links = Links {
        permitted_protocols: &["http", "mailto"],
        ..LINKS
    };

    /// The expected markup has each link as `[address]`.
    #[track_caller]
    fn check(links: &Links, text: &str, expected: &str) {
        let expected = expected
            .replace('[', "<a href=\"")
            .replace('|', "\">")
            .replace(']', "</a>");
        assert_eq!(links.of(text), expected);
    }

    /// A link to what it shows.
    fn link(address: &str) -> String {
        format!("[{address}|{address}]")
    }

    /// The cases of Tornado's `escape_test.py` in their order, with our entities. Where ours is another answer:
    ///
    /// * `…/w(aaa` and `…/withmany(((a)`: Tornado's link ends before a bracket that is not closed. A bracket is an ordinary character of a
    ///   path (RFC 3986 §3.3), and a link that leads too short is worse than one that takes a word that touches it; ours goes on.
    /// * `rdar:/1234`: no link; the crate finds protocols before `://` alone (and addresses of `mailto`). Nobody has named one that needs it.
    /// * `message://%3c…@mail.gmail.com%3e`: no link; the crate does not know a percent sign in a host, which RFC 3986 §3.2.2 allows.
    ///   Tornado is right there.
    ///
    /// Beyond its cases: protocols are compared without case (RFC 3986 §3.1), `www.` needs `http` among the permitted, the `title` of a
    /// shortened link is the address as it stands in the text, and addresses are links to `mailto` (Tornado names that protocol in its
    /// docs, but its expression wants a slash behind every colon).
    #[test]
    fn answers_like_tornado() {
        for address in [
            "http://world.com/with?param=true&stuff=yes",
            "http://foo.com/blah_blah",
            "http://foo.com/blah_blah/",
            "http://foo.com/blah_blah_(wikipedia)",
            "http://foo.com/blah_(blah)_(wikipedia)_blah",
            "http://userid:password@example.com:8080",
            "http://userid@example.com",
            "http://userid@example.com:8080",
            "http://userid:password@example.com",
            "http://\u{27a1}.ws/\u{4a39}",
        ] {
            let escaped = address.replace('&', "&#38;");
            check(&LINKS, address, &link(&escaped));
        }
        for (text, before, address, behind) in [
            (
                "hello http://world.com/!",
                "hello ",
                "http://world.com/",
                "!",
            ),
            (
                "http://url.com/withmany.......................................",
                "",
                "http://url.com/withmany",
                ".......................................",
            ),
            (
                "(Something like http://foo.com/blah_blah)",
                "(Something like ",
                "http://foo.com/blah_blah",
                ")",
            ),
            (
                "(Something like http://foo.com/blah_blah_(wikipedia))",
                "(Something like ",
                "http://foo.com/blah_blah_(wikipedia)",
                ")",
            ),
            (
                "http://foo.com/blah_blah.",
                "",
                "http://foo.com/blah_blah",
                ".",
            ),
            (
                "http://foo.com/blah_blah/.",
                "",
                "http://foo.com/blah_blah/",
                ".",
            ),
            (
                "<http://foo.com/blah_blah>",
                "&#60;",
                "http://foo.com/blah_blah",
                "&#62;",
            ),
            (
                "<http://foo.com/blah_blah/>",
                "&#60;",
                "http://foo.com/blah_blah/",
                "&#62;",
            ),
            (
                "http://foo.com/blah_blah,",
                "",
                "http://foo.com/blah_blah",
                ",",
            ),
            (
                "http://www.example.com/wpstyle/?p=364.",
                "",
                "http://www.example.com/wpstyle/?p=364",
                ".",
            ),
            (
                "<tag>http://example.com</tag>",
                "&#60;tag&#62;",
                "http://example.com",
                "&#60;/tag&#62;",
            ),
            (
                "A file:///passwords.txt and http://web.com link",
                "A file:///passwords.txt and ",
                "http://web.com",
                " link",
            ),
        ] {
            check(&LINKS, text, &format!("{before}{}{behind}", link(address)));
        }
        check(
            &LINKS,
            "Just a www.example.com link.",
            "Just a [http://www.example.com|www.example.com] link.",
        );
    }

    #[test]
    fn differs_from_tornado_where_that_was_decided() {
        for address in [
            "http://url.com/w(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "http://url.com/withmany((((((((((((((((((((((((((((((((((a)",
        ] {
            check(&LINKS, address, &link(address));
        }
        let links = Links {
            permitted_protocols: &["http", "rdar", "message"],
            ..LINKS
        };
        for text in [
            "rdar:/1234",
            "message://%3c330e7f8409726r6a4ba78dkf1fd71420c1bf6ff@mail.gmail.com%3e",
        ] {
            check(&links, text, text);
        }
    }

    #[test]
    fn permits_the_protocols_that_are_asked_for() {
        let rdar = Links {
            permitted_protocols: &["http", "rdar"],
            ..LINKS
        };
        check(&rdar, "rdar://1234", "[rdar://1234|rdar://1234]");
        let file = Links {
            permitted_protocols: &["file"],
            ..LINKS
        };
        check(
            &file,
            "A file:///passwords.txt and http://web.com link",
            "A [file:///passwords.txt|file:///passwords.txt] and http://web.com link",
        );
        check(&file, "www.example.com", "www.example.com");
        for none in [
            "javascript://x.y/%0aalert(1)",
            "javascript:alert(1)",
            "ftp://example.com and main.rs",
            "a@example.com",
            "mailto:a@example.com",
        ] {
            check(&LINKS, none, none);
        }
        for protocol in ["javascript", "JavaScript", "vbscript", "data"] {
            let links = Links {
                permitted_protocols: vec!["http", protocol].leak(),
                ..LINKS
            };
            assert_eq!(links.dangerous(), Some(protocol));
        }
        assert_eq!(MAIL.dangerous(), None);
    }

    #[test]
    fn makes_links_of_addresses_of_mail() {
        check(
            &MAIL,
            "To a.b@example.com, MAILTO:c@example.org.",
            "To [mailto:a.b@example.com|a.b@example.com], [MAILTO:c@example.org|MAILTO:c@example.org].",
        );
        check(
            &MAIL,
            "a?cc=b@example.com",
            "[mailto:a%3Fcc%3Db@example.com|a?cc=b@example.com]",
        );
        check(
            &MAIL,
            "http://userid@example.com",
            "[http://userid@example.com|http://userid@example.com]",
        );
        let named = Links {
            require_protocol: true,
            ..MAIL
        };
        check(
            &named,
            "a@example.com mailto:a@example.com",
            "a@example.com [mailto:a@example.com|mailto:a@example.com]",
        );
    }

    #[test]
    fn www_begins_an_address_where_a_word_begins() {
        check(
            &LINKS,
            "(WWW.a.org/x(y)z), www.b.org",
            "([http://WWW.a.org/x(y)z|WWW.a.org/x(y)z]), [http://www.b.org|www.b.org]",
        );
        check(
            &LINKS,
            "\u{e9} www.\u{e9}.org",
            "\u{e9} [http://www.\u{e9}.org|www.\u{e9}.org]",
        );
        for text in [
            "xwww.a.org",
            "a@www.b.org",
            "ftp://www.a.org",
            "/www.a.org",
            "www.",
            "www..a",
            "www. a",
            "www",
            "a.www.b.org",
        ] {
            check(&LINKS, text, text);
        }
        let endless = format!("www.{}", "a".repeat(10_000));
        check(&LINKS, &endless, &endless);
    }

    /// What takes a time that grows with the square of the text would not come to its end here.
    #[test]
    fn long_texts_take_no_longer_than_they_are() {
        for piece in [
            "_0.", ":a.", "a._", "a.:", "www.:", "www.a", "a@b.", "http://", "(",
        ] {
            let text = piece.repeat((1 << 20) / piece.len());
            assert!(LINKS.of(&text).len() >= text.len(), "{piece}");
            assert!(MAIL.of(&text).len() >= text.len(), "{piece}");
        }
    }

    #[test]
    fn requires_a_protocol_where_that_is_asked_for() {
        let links = Links {
            require_protocol: true,
            ..LINKS
        };
        check(
            &links,
            "Just a www.example.com link.",
            "Just a www.example.com link.",
        );
        check(&links, "http://x.org", "[http://x.org|http://x.org]");
    }

    #[test]
    fn adds_the_attributes_of_the_program() {
        let all = Links {
            extra_params: r#"    rel="nofollow" class="external"  "#,
            ..LINKS
        };
        assert_eq!(
            all.of("www.external-link.com"),
            r#"<a href="http://www.external-link.com" rel="nofollow" class="external">www.external-link.com</a>"#
        );
        let by_address = Links {
            extra_params_of: |href| {
                if href.starts_with("http://www.internal-link.com") {
                    r#"class="internal""#
                } else {
                    r#"rel="nofollow" class="external""#
                }
            },
            ..LINKS
        };
        assert_eq!(
            by_address.of("www.external-link.com and www.internal-link.com/blogs extra"),
            r#"<a href="http://www.external-link.com" rel="nofollow" class="external">www.external-link.com</a> and <a href="http://www.internal-link.com/blogs" class="internal">www.internal-link.com/blogs</a> extra"#
        );
    }

    #[test]
    fn knows_protocols_and_www_in_capitals() {
        check(
            &LINKS,
            "(WWW.example.com), or HTTPS://x.org",
            "([http://WWW.example.com|WWW.example.com]), or [HTTPS://x.org|HTTPS://x.org]",
        );
    }

    #[test]
    fn escapes_all_that_is_text() {
        check(&LINKS, "<b>&'\"", "&#60;b&#62;&#38;&#39;&#34;");
        let hostile = SHORT.of("http://a.b/\"onclick=x <script>");
        assert!(
            !hostile.contains("<script>") && !hostile.contains("\"onclick"),
            "{hostile}"
        );
    }

    #[test]
    fn shortens_what_is_long() {
        for (address, short) in [
            (
                "http://reallylong.com/link/that/exceedsthelenglimit.html",
                "http://reallylong.com/link...",
            ),
            (
                "http://reallylongdomainnamethatwillbetoolong.com/hi",
                "http://reallylongdomainnametha...",
            ),
            (
                "http://example.com/the-long-way/home.html?x=1",
                "http://example.com/the-long...",
            ),
        ] {
            assert_eq!(
                SHORT.of(&format!("A {address}!")),
                format!(r#"A <a href="{address}" title="{address}">{short}</a>!"#)
            );
        }
        for whole in [
            "http://example.com/short",
            // Longer than 30, but up to 45 a host is shown whole.
            "http://a-host-of-some-length.example.com",
        ] {
            assert!(!SHORT.of(whole).contains("title"), "{whole}");
        }
    }
}
