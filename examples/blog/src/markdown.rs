//! Markdown as markup for pages and as plain text for the search.
//!
//! Authors may write HTML into their Markdown. Whatever comes of it goes through `ammonia`: no scripts, no styles, no forms, no frames,
//! links to http, https
//! and mail only, pictures likewise, of which the page's policy shows those of https, and no name that could take the place of one of the page (`id`).

use std::{borrow::Cow, panic, sync::LazyLock};

use ammonia::Builder;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use tokio::task;

/// Names within a post begin with it.
const OWN: &str = "post-";

/// The length of a summary, in characters.
const SUMMARY: usize = 220;

/// How deep markup may be nested. The time that a sanitizer takes grows with length and depth.
const DEEPEST: usize = 200;

pub(crate) struct Rendered {
    /// Safe to stand in a page.
    pub(crate) html: String,
    /// The words, with a line for each block.
    pub(crate) text: String,
    /// The beginning, in one line.
    pub(crate) summary: String,
}

/// Makes markup of a text, beside the event loop: a long one takes a while.
pub(crate) async fn render(markdown: &str) -> Rendered {
    let markdown = markdown.to_owned();
    let rendered = task::spawn_blocking(move || render_here(&markdown)).await;
    // Nobody cancels it, so its failure is a panic.
    rendered.unwrap_or_else(|failure| panic::resume_unwind(failure.into_panic()))
}

fn render_here(markdown: &str) -> Rendered {
    let mut words = Words::default();
    let mut outline = Outline::default();
    let events = Parser::new_ext(markdown, extensions()).map(|event| {
        words.note(&event);
        outline.in_order(event)
    });
    let mut html = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut html, events);
    if is_too_deep(&html) {
        html = as_written(markdown);
    }
    Rendered {
        html: clean(&SANITIZER.clean(&html).to_string()),
        text: words.all.trim().to_owned(),
        summary: summary(&words.prose),
    }
}

/// Whether elements stand deeper in each other than anybody has meant.
fn is_too_deep(html: &str) -> bool {
    const VOID: [&str; 6] = ["br", "hr", "img", "input", "col", "wbr"];
    let mut open: Vec<&str> = Vec::new();
    html.match_indices('<').any(|(at, _)| {
        let tag = &html[at + 1..];
        let (is_end, tag) = match tag.strip_prefix('/') {
            Some(tag) => (true, tag),
            None => (false, tag),
        };
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric());
        let name = &tag[..end.unwrap_or(tag.len())];
        let is_it = |other: &&str| other.eq_ignore_ascii_case(name);
        if is_end {
            // What closes nothing leaves all open.
            let place = open.iter().rposition(is_it);
            open.truncate(place.unwrap_or(open.len()));
        } else if !name.is_empty() && !VOID.iter().any(is_it) {
            // A paragraph or an item ends where the next one begins.
            let ends_last = ["p", "li"].iter().any(is_it) && open.last().is_some_and(is_it);
            if !ends_last {
                open.push(name);
            }
        }
        open.len() > DEEPEST
    })
}

/// A text as markup that shows it as it is.
fn as_written(markdown: &str) -> String {
    let mut html = String::new();
    let block = Tag::CodeBlock(CodeBlockKind::Indented);
    let events = [
        Event::Start(block),
        Event::Text(markdown.into()),
        Event::End(TagEnd::CodeBlock),
    ];
    html::push_html(&mut html, events.into_iter());
    html
}

/// The beginning of a text, in one line.
fn summary(text: &str) -> String {
    let mut summary = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        length += word.chars().count() + 1;
        if length > SUMMARY {
            let end = summary
                .trim_end_matches(|c: char| c.is_ascii_punctuation())
                .len();
            summary.truncate(end);
            return summary + "…";
        }
        if !summary.is_empty() {
            summary.push(' ');
        }
        summary.push_str(word);
    }
    summary
}

/// A text without what may not stand in a feed (XML 1.0 §2.2), with line ends as they are on Unix.
pub(crate) fn clean(text: &str) -> String {
    let is_kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let is_character = |c: &char| !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.replace("\r\n", "\n")
        .chars()
        .filter(|c| is_kept(c) && is_character(c))
        .collect()
}

fn extensions() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
}

/// The words of a post.
#[derive(Default)]
struct Words {
    all: String,
    /// Without headings and code.
    prose: String,
    is_prose: bool,
}

impl Words {
    fn note(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(Tag::Paragraph | Tag::Item) => self.is_prose = true,
            Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_)) => self.is_prose = false,
            Event::Text(words) | Event::Code(words) => self.push(&clean(words)),
            Event::SoftBreak | Event::End(TagEnd::TableCell) => self.push(" "),
            Event::HardBreak
            | Event::End(
                TagEnd::Paragraph
                | TagEnd::Item
                | TagEnd::Heading(_)
                | TagEnd::CodeBlock
                | TagEnd::TableRow
                | TagEnd::TableHead,
            ) => self.push("\n"),
            _ => (),
        }
    }

    fn push(&mut self, words: &str) {
        self.all.push_str(words);
        if self.is_prose {
            self.prose.push_str(words);
        }
    }
}

/// The headings of a post, below that of its page: none of them skips a level.
#[derive(Default)]
struct Outline {
    /// The levels, as they were written, of the headings under which the text at hand stands.
    above: Vec<HeadingLevel>,
}

impl Outline {
    fn in_order<'t>(&mut self, event: Event<'t>) -> Event<'t> {
        match event {
            Event::Start(Tag::Heading {
                level,
                id,
                classes,
                attrs,
            }) => {
                self.above.retain(|above| *above < level);
                self.above.push(level);
                Event::Start(Tag::Heading {
                    level: self.level(),
                    id,
                    classes,
                    attrs,
                })
            }
            Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Heading(self.level())),
            other => other,
        }
    }

    fn level(&self) -> HeadingLevel {
        HeadingLevel::try_from(self.above.len() + 1).unwrap_or(HeadingLevel::H6)
    }
}

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .rm_tags(["h1"])
        .url_schemes(["http", "https", "mailto"].into())
        .add_generic_attributes(["id"])
        .id_prefix(Some(OWN))
        // What is too wide scrolls in its own place, also by keyboard.
        .set_tag_attribute_value("pre", "tabindex", "0")
        .set_tag_attribute_value("table", "tabindex", "0")
        .set_tag_attribute_value("img", "loading", "lazy")
        .attribute_filter(|tag, attribute, value| Some(within(tag, attribute, value)));
    builder
});

/// A link to a name within the post, with the name as it is there.
fn within<'v>(tag: &str, attribute: &str, value: &'v str) -> Cow<'v, str> {
    match value.strip_prefix('#') {
        Some(name) if tag == "a" && attribute == "href" => format!("#{OWN}{name}").into(),
        _ => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, clean, render_here, summary};

    #[test]
    fn headings_do_not_skip_a_level() {
        let html = render_here("### One\n# Two\n### Three\n###### Four\n## Five").html;
        let lines: Vec<_> = html.lines().collect();
        assert_eq!(
            lines,
            [
                "<h2>One</h2>",
                "<h2>Two</h2>",
                "<h3>Three</h3>",
                "<h4>Four</h4>",
                "<h3>Five</h3>"
            ]
        );
    }

    #[test]
    fn footnotes_lead_to_their_places() {
        let html = render_here("A claim.[^1]\n\n[^1]: Its source.").html;
        assert!(html.contains("href=\"#post-1\""), "{html}");
        assert!(html.contains("id=\"post-1\""), "{html}");
    }

    #[test]
    fn the_words_are_those_that_are_read() {
        let text =
            render_here("# Wind\n\nIt *blows* `hard`\nand <b>long</b>.\n\n* one\n* two").text;
        assert_eq!(text, "Wind\nIt blows hard and long.\none\ntwo");
    }

    #[test]
    fn a_summary_ends_with_a_word() {
        assert_eq!(
            render_here("# Head\n\nIt `is`.\n\n```\ncode\n```\n\n* so").summary,
            "It is. so"
        );
        assert_eq!(summary("a few\n words"), "a few words");
        let long = summary(&"wind ".repeat(100));
        assert!(
            long.ends_with("wind…") && long.chars().count() <= 221,
            "{long}"
        );
        assert_eq!(summary(""), "");
    }

    #[test]
    fn what_is_nested_without_end_is_shown_as_it_was_written() {
        for piece in [">", "- ", "<div>", "<div></p></x>"] {
            let deep = piece.repeat(DEEPEST + 1) + "x";
            let html = render_here(&deep).html;
            assert!(
                html.starts_with("<pre") && html.matches('<').count() < 10,
                "{piece}"
            );
            assert!(
                html.contains(&piece.trim().replace('>', "&gt;").replace('<', "&lt;")),
                "{piece}"
            );
        }
        let shallow =
            render_here(&("> ".repeat(20) + "x\n\n" + &"a<br>b<p>c\n\n".repeat(2 * DEEPEST)));
        assert!(shallow.html.starts_with("<blockquote>"));
    }

    #[test]
    fn what_no_feed_may_hold_is_left_out() {
        assert_eq!(clean("a\r\nb\u{8}\u{0}\tc\u{ffff}"), "a\nb\tc");
        assert!(
            !render_here("a &#8; b &#x1b;")
                .html
                .contains(['\u{8}', '\u{1b}'])
        );
    }
}
