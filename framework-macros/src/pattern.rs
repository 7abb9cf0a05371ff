//! Path patterns: the grammar of `#[route("…")]`, and of `#[route(regex = r"…")]`.
//!
//! ```text
//! pattern   = "" | ( "/" segment )+
//! segment   = literal | "{" name "}" | "{" name ":" expression "}" | "{*" name "}"
//! ```
//!
//! Plain data goes in and comes out; errors are texts, which the caller underlines.

use std::fmt::Write as _;

use regex_syntax::{
    ast::{self, Ast, GroupKind},
    hir::{Class, Hir, HirKind},
};

/// The number of parameters that the table has room for; `MAX_PARAMETERS` in the framework.
const MAX_PARAMETERS: usize = 16;

/// What one route matches.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) shape: Shape,
    /// The names of the parameters, in order.
    pub(crate) parameters: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Segments(Vec<Segment>),
    /// An expression over the whole path.
    Expression(String),
}

/// What stands between two slashes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Percent-encoded.
    Literal(String),
    Expression {
        text: String,
        sample: String,
    },
    Parameter,
    CatchAll,
}

impl Pattern {
    /// Whether one of its segments is an expression.
    pub(crate) fn has_expression(&self) -> bool {
        let Shape::Segments(segments) = &self.shape else {
            return false;
        };
        let is_expression = |segment: &Segment| matches!(segment, Segment::Expression { .. });
        segments.iter().any(is_expression)
    }

    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and how to mend it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut segments = Vec::new();
        let mut parameters = Vec::new();
        if let Some(path) = text.strip_prefix('/') {
            for (index, part) in split(path)?.iter().enumerate() {
                if segments.last() == Some(&Segment::CatchAll) {
                    return Err(
                        "nothing may stand behind `{*…}`: it takes the rest of the path; `{…}` takes one segment".to_owned(),
                    );
                }
                if index > 0 && segments.last() == Some(&Segment::Literal(String::new())) {
                    return Err("an empty segment: write one slash, not two".to_owned());
                }
                segments.push(segment(part, &mut parameters)?);
            }
        } else if !text.is_empty() {
            return Err(format!("a pattern begins with a slash: `/{text}`"));
        }
        if parameters.len() > MAX_PARAMETERS {
            return Err(format!("a pattern has at most {MAX_PARAMETERS} parameters"));
        }
        Ok(Self {
            shape: Shape::Segments(segments),
            parameters,
        })
    }

    /// Reads an expression over the whole path. One of only literals and simple groups becomes an ordinary pattern.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn parse_regex(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('^').unwrap_or(text);
        let text = text
            .strip_suffix('$')
            .filter(|rest| !rest.ends_with('\\'))
            .unwrap_or(text);
        let ast = ast::parse::Parser::new()
            .parse(text)
            .map_err(|error| format!("not a regular expression:\n{error}"))?;
        check_expression(text)?;
        let mut parameters = Vec::new();
        names(&ast, &mut parameters)?;
        if parameters.len() > MAX_PARAMETERS {
            return Err(format!("a pattern has at most {MAX_PARAMETERS} parameters"));
        }
        if let Some(Ok(pattern)) = as_pattern(&ast, text).map(|pattern| Self::parse(&pattern)) {
            return Ok(pattern);
        }
        Ok(Self {
            shape: Shape::Expression(text.to_owned()),
            parameters,
        })
    }

    /// Whether two patterns match the same paths.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.shape == other.shape
    }
}

/// Cuts a path at its slashes, but not at those inside braces.
fn split(path: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut escaped) = (0_u32, 0, false);
    for (at, character) in path.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if depth > 0 => escaped = true,
            '{' => depth += 1,
            '}' if depth == 0 => {
                return Err("a `}` without a `{`: write `%7D` for the sign itself".to_owned());
            }
            '}' => depth -= 1,
            '/' if depth == 0 => {
                parts.push(&path[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if depth > 0 {
        return Err(
            "a `{` without a `}`: a parameter is written `{id}`; write `%7B` for the sign itself"
                .to_owned(),
        );
    }
    parts.push(&path[start..]);
    Ok(parts)
}

fn segment(part: &str, parameters: &mut Vec<String>) -> Result<Segment, String> {
    let Some(open) = part.find('{') else {
        return literal(part).map(Segment::Literal);
    };
    if let Some(query) = part[..open].find('?') {
        return Err(in_the_query(&part[query..]));
    }
    let inner = part[open + 1..]
        .strip_suffix('}')
        .filter(|inner| open == 0 && is_one_group(inner));
    let Some(inner) = inner else {
        return Err(format!(
            "a parameter is a whole segment: `{part}` has more beside it; take the segment as one `String` parameter, or give it an expression"
        ));
    };
    if let Some(name) = inner.strip_prefix('*') {
        add_parameter(name, parameters)?;
        return Ok(Segment::CatchAll);
    }
    let Some((name, expression)) = inner.split_once(':') else {
        add_parameter(inner, parameters)?;
        return Ok(Segment::Parameter);
    };
    add_parameter(name, parameters)?;
    if expression.is_empty() {
        return Err(format!(
            "the expression of `{{{name}:}}` is empty; without one, write `{{{name}}}`"
        ));
    }
    let hir = check_expression(expression)?;
    let mut sample = String::new();
    if !write_sample(&hir, &mut sample) {
        sample.clear();
    }
    Ok(Segment::Expression {
        text: expression.to_owned(),
        sample,
    })
}

/// Whether the braces in the text of a parameter close in it: `{a}{b}` is two parameters.
fn is_one_group(inner: &str) -> bool {
    let (mut depth, mut escaped) = (0_i32, false);
    inner.chars().all(|character| {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth >= 0
    }) && depth == 0
}

fn in_the_query(text: &str) -> String {
    format!(
        "`{text}` would be the query, and a route is a path: take the value with a `#[query]` field"
    )
}

fn add_parameter(name: &str, parameters: &mut Vec<String>) -> Result<(), String> {
    if name.is_empty() {
        return Err("a parameter has the name of the field that it fills: write `{id}`".to_owned());
    }
    let is_identifier = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_');
    if !is_identifier {
        return Err(format!(
            "`{name}` is no name for a parameter: it has the name of the field that it fills, such as `{}`",
            field_name(name)
        ));
    }
    if parameters.iter().any(|known| known == name) {
        return Err(format!(
            "two parameters have the name `{name}`: rename one of them"
        ));
    }
    parameters.push(name.to_owned());
    Ok(())
}

/// A name for a field that is close to this text.
fn field_name(text: &str) -> String {
    let word = |character: char| {
        if character.is_ascii_alphanumeric() {
            character.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    let name: String = text
        .trim_start_matches(|first: char| !first.is_ascii_alphabetic())
        .chars()
        .map(word)
        .collect();
    if name.is_empty() {
        "id".to_owned()
    } else {
        name
    }
}

/// Checks a literal, and percent-encodes what does not stand in a path as it is (RFC 3986 §3.3).
fn literal(part: &str) -> Result<String, String> {
    let inner = |open: char, close: char| {
        part.strip_prefix(open)
            .map(|rest| rest.strip_suffix(close).unwrap_or(rest))
    };
    if let Some(name) = part.strip_prefix(':').or_else(|| inner('<', '>')) {
        let name = name.split(':').next_back().unwrap_or(name);
        return Err(format!(
            "`{part}` is text here; a parameter is written `{{{name}}}`"
        ));
    }
    if part.starts_with('(') && part.contains(['[', '\\', '+', '*', '?', '.']) {
        return Err(format!(
            "`{part}` is text here; an expression is written `{{id:[0-9]+}}`, one over the whole path `regex = \"…\"`"
        ));
    }
    if let Some(name) = part.strip_prefix('*') {
        let name = if name.is_empty() { "rest" } else { name };
        return Err(format!(
            "`{part}` is text here; the rest of the path is written `{{*{name}}}`"
        ));
    }
    if part == "." || part == ".." {
        return Err(format!(
            "a segment `{part}` never arrives, as clients resolve it: take it out of the pattern"
        ));
    }
    if let Some(end) = part.find(['?', '#']) {
        let rest = &part[end..];
        return Err(if rest.starts_with('?') {
            in_the_query(rest)
        } else {
            format!(
                "`{rest}` would be a fragment, which clients do not send: end the pattern before it"
            )
        });
    }
    let mut encoded = String::with_capacity(part.len());
    let mut bytes = part.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'%' => {
                let digits = part
                    .get(at + 1..at + 3)
                    .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
                let digits = digits.ok_or(
                    "a `%` without two hexadecimal digits: write `%25` for the sign itself",
                )?;
                _ = write!(encoded, "%{}", digits.to_ascii_uppercase());
                bytes.nth(1);
            }
            _ => encode(&mut encoded, byte),
        }
    }
    Ok(encoded)
}

/// Writes a byte of a segment as it stands in a path (RFC 3986 §3.3).
pub(crate) fn encode(encoded: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) {
        encoded.push(char::from(byte));
    } else {
        _ = write!(encoded, "%{byte:02X}");
    }
}

/// Parses an expression as the table will compile it: ASCII unless it says `(?u)`.
fn check_expression(expression: &str) -> Result<Hir, String> {
    let mut parser = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build();
    parser
        .parse(expression)
        .map_err(|error| format!("not a regular expression:\n{error}"))
}

/// The names of the groups, in order.
fn names(ast: &Ast, found: &mut Vec<String>) -> Result<(), String> {
    match ast {
        Ast::Group(group) => {
            match &group.kind {
                GroupKind::CaptureName { name, .. } => add_parameter(&name.name, found)?,
                GroupKind::CaptureIndex(_) => {
                    return Err("a group needs the name of the field that it fills: `(?<id>…)`; one that fills none is `(?:…)`".to_owned());
                }
                GroupKind::NonCapturing(_) => {}
            }
            names(&group.ast, found)
        }
        Ast::Repetition(repetition) => names(&repetition.ast, found),
        Ast::Alternation(alternation) => alternation
            .asts
            .iter()
            .try_for_each(|ast| names(ast, found)),
        Ast::Concat(concat) => concat.asts.iter().try_for_each(|ast| names(ast, found)),
        _ => Ok(()),
    }
}

/// An expression of only literals and simple groups, written as a pattern.
fn as_pattern(ast: &Ast, text: &str) -> Option<String> {
    let single = std::slice::from_ref(ast);
    let parts = if let Ast::Concat(concat) = ast {
        &concat.asts
    } else {
        single
    };
    let mut pattern = String::new();
    for part in parts {
        match part {
            Ast::Literal(literal) if !matches!(literal.c, '{' | '}') => pattern.push(literal.c),
            Ast::Group(group) => {
                let GroupKind::CaptureName { name, .. } = &group.kind else {
                    return None;
                };
                let span = group.ast.span();
                let name = &name.name;
                match &text[span.start.offset..span.end.offset] {
                    "[^/]+" => _ = write!(pattern, "{{{name}}}"),
                    ".*" => _ = write!(pattern, "{{*{name}}}"),
                    "[0-9]+" | r"\d+" => _ = write!(pattern, "{{{name}:[0-9]+}}"),
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
    Some(pattern)
}

/// Writes a text that an expression accepts; `false` when there is no simple one.
fn write_sample(hir: &Hir, sample: &mut String) -> bool {
    match hir.kind() {
        HirKind::Empty => true,
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) => {
                sample.push_str(text);
                true
            }
            Err(_) => false,
        },
        HirKind::Class(class) => match sample_of_class(class) {
            Some(character) => {
                sample.push(character);
                true
            }
            None => false,
        },
        HirKind::Look(_) => false,
        HirKind::Repetition(repetition) => {
            (0..repetition.min.max(1)).all(|_| write_sample(&repetition.sub, sample))
        }
        HirKind::Capture(capture) => write_sample(&capture.sub, sample),
        HirKind::Concat(parts) => parts.iter().all(|part| write_sample(part, sample)),
        HirKind::Alternation(parts) => parts.first().is_some_and(|part| write_sample(part, sample)),
    }
}

/// A plain character of a class, letters and digits first.
fn sample_of_class(class: &Class) -> Option<char> {
    let accepts = |character: char| match class {
        Class::Unicode(class) => class
            .iter()
            .any(|range| (range.start()..=range.end()).contains(&character)),
        Class::Bytes(class) => u8::try_from(character).is_ok_and(|byte| {
            class
                .iter()
                .any(|range| (range.start()..=range.end()).contains(&byte))
        }),
    };
    ('1'..='9')
        .chain('a'..='z')
        .chain('A'..='Z')
        .chain(['0', '-', '_', '.', '~'])
        .find(|&character| accepts(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Segment {
        Segment::Literal(text.to_owned())
    }

    #[track_caller]
    fn check(text: &str, segments: &[Segment], parameters: &[&str]) {
        let pattern = Pattern::parse(text).unwrap();
        assert_eq!(
            pattern.shape,
            Shape::Segments(segments.iter().map(clone).collect()),
            "{text}"
        );
        assert_eq!(pattern.parameters, parameters, "{text}");
    }

    fn clone(segment: &Segment) -> Segment {
        match segment {
            Segment::Literal(text) => literal(text),
            Segment::Expression { text, sample } => Segment::Expression {
                text: text.clone(),
                sample: sample.clone(),
            },
            Segment::Parameter => Segment::Parameter,
            Segment::CatchAll => Segment::CatchAll,
        }
    }

    #[test]
    fn reads_patterns() {
        check("/", &[literal("")], &[]);
        check("", &[], &[]);
        check("/a/b/", &[literal("a"), literal("b"), literal("")], &[]);
        check("/a/{id}", &[literal("a"), Segment::Parameter], &["id"]);
        check("/{*rest}", &[Segment::CatchAll], &["rest"]);
        check("/caf\u{e9} %2f", &[literal("caf%C3%A9%20%2F")], &[]);
        let digits = Segment::Expression {
            text: "[0-9]{2,3}".to_owned(),
            sample: "11".to_owned(),
        };
        check("/{id:[0-9]{2,3}}/x", &[digits, literal("x")], &["id"]);
        let slash = Segment::Expression {
            text: "[^/]+".to_owned(),
            sample: "1".to_owned(),
        };
        check("/{id:[^/]+}", &[slash], &["id"]);
    }

    #[track_caller]
    fn refused(text: &str, why: &str) {
        let error = Pattern::parse(text).unwrap_err();
        assert!(error.contains(why), "{text}: {error}");
    }

    #[test]
    fn refuses_mistakes() {
        refused("stories", "begins with a slash");
        refused("/a//b", "empty segment");
        refused("/{id", "without a `}`");
        refused("/id}", "without a `{`");
        refused("/story-{id}", "whole segment");
        refused("/{a}{b}", "whole segment");
        refused("/{*rest}/x", "nothing may stand behind");
        refused("/{1}", "no name");
        refused("/{}", "name of the field");
        refused("/{a}/{a}", "two parameters");
        refused("/:id", "`{id}`");
        refused("/<int:id>", "`{id}`");
        refused("/*path", "`{*path}`");
        refused("/a?b=1", "#[query]");
        refused("/..", "never arrives");
        refused("/%zz", "hexadecimal");
        refused("/{id:[0-9}", "regular expression");
        refused("/{id:}", "empty");
    }

    #[track_caller]
    fn becomes(text: &str, pattern: &str) {
        assert_eq!(
            Pattern::parse_regex(text).unwrap(),
            Pattern::parse(pattern).unwrap(),
            "{text}"
        );
    }

    #[test]
    fn turns_simple_expressions_into_patterns() {
        becomes(r"/stories/(?<id>[0-9]+)", "/stories/{id:[0-9]+}");
        becomes(r"^/stories/(?P<slug>[^/]+)/edit$", "/stories/{slug}/edit");
        becomes(r"/static/(?<path>.*)", "/static/{*path}");
        let kept = Pattern::parse_regex(r"/(?<year>\d{4})-(?<month>\d\d)/?").unwrap();
        assert_eq!(
            kept.shape,
            Shape::Expression(r"/(?<year>\d{4})-(?<month>\d\d)/?".to_owned())
        );
        assert_eq!(kept.parameters, ["year", "month"]);
        assert!(
            Pattern::parse_regex("/([0-9]+)")
                .unwrap_err()
                .contains("(?<id>")
        );
        assert!(
            Pattern::parse_regex("/(")
                .unwrap_err()
                .contains("regular expression")
        );
    }
}
