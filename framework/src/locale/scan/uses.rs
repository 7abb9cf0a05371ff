//! What among the tokens uses a message: filters in templates, and calls of methods.

use super::tokens::{self, Kind, Token};

/// A message in a place.
pub(super) struct Use {
    pub(super) context: Option<String>,
    pub(super) text: String,
    pub(super) plural: Option<String>,
    pub(super) line: usize,
}

/// The uses of messages, in their order. Filters stand in templates alone; in Rust these are values of `source = "…"`.
pub(super) fn of(tokens: &[Token<'_>], is_rust: bool) -> Vec<Use> {
    let mut uses = Vec::new();
    for at in 0..tokens.len() {
        let tokens = &tokens[at..];
        uses.extend(call(tokens));
        match is_rust {
            true => uses.extend(template(tokens).into_iter().flatten()),
            false => uses.extend(filter(tokens)),
        }
    }
    // What is empty cannot be translated: gettext has its header there.
    uses.retain(|found| !found.text.is_empty());
    uses
}

/// `source = "…"`: a template in Rust.
fn template(tokens: &[Token<'_>]) -> Option<Vec<Use>> {
    let [name, equals, text, ..] = tokens else {
        return None;
    };
    let Kind::Text { value, is_raw } = &text.kind else {
        return None;
    };
    if !matches!(name.kind, Kind::Word("source")) || !equals.kind.is('=') {
        return None;
    }
    let mut uses = of(&tokens::of_template(value, text.line), false);
    if !is_raw {
        // Its lines are not those of the file.
        uses.iter_mut().for_each(|found| found.line = text.line);
    }
    Some(uses)
}

/// `.t("text")`, `.tc("context", "text")`, `.tn("one", "many", …)`, `.tnc("context", "one", "many", …)`.
fn call(tokens: &[Token<'_>]) -> Option<Use> {
    let [dot, name, rest @ ..] = tokens else {
        return None;
    };
    let (true, Kind::Word(name @ ("t" | "tc" | "tn" | "tnc"))) = (dot.kind.is('.'), &name.kind)
    else {
        return None;
    };
    let mut arguments = arguments(rest).into_iter();
    let mut next = || arguments.next()?.text;
    let first = next()?;
    Some(match *name {
        "tc" => found(Some(first), next()?, None),
        "tn" => found(None, first, Some(next()?)),
        "tnc" => found(Some(first), next()?, Some(next()?)),
        _ => found(None, first, None),
    })
}

/// `"text"|t`, `"text"|tc("context")`, `"one"|tn("many", …)`.
fn filter(tokens: &[Token<'_>]) -> Option<Use> {
    let [first, bar, rest @ ..] = tokens else {
        return None;
    };
    let text = Text::of(first)?;
    let (name, rest) = path(rest).filter(|_| bar.kind.is('|'))?;
    let arguments = arguments(rest);
    let mut plain = arguments.iter().filter(|argument| argument.name.is_none());
    let named = |argument: &&Argument<'_>| argument.name == Some("context");
    let context = match arguments.iter().find(named) {
        Some(argument) => Some(argument.text?),
        None => None,
    };
    match name {
        "t" => Some(found(context, text, None)),
        "tc" if context.is_some() => Some(found(context, text, None)),
        "tc" => Some(found(Some(plain.next()?.text?), text, None)),
        "tn" => Some(found(context, text, Some(plain.next()?.text?))),
        _ => None,
    }
}

/// The last name of `a::b::c`, and what is behind.
fn path<'a, 't>(mut tokens: &'a [Token<'t>]) -> Option<(&'t str, &'a [Token<'t>])> {
    loop {
        let [name, rest @ ..] = tokens else {
            return None;
        };
        let Kind::Word(name) = name.kind else {
            return None;
        };
        match rest {
            [first, second, rest @ ..] if first.kind.is(':') && second.kind.is(':') => {
                tokens = rest;
            }
            _ => return Some((name, rest)),
        }
    }
}

/// An argument: the string that it is, if it is one.
#[derive(Clone, Copy)]
struct Argument<'t> {
    name: Option<&'t str>,
    text: Option<Text<'t>>,
}

#[derive(Clone, Copy)]
struct Text<'t> {
    value: &'t str,
    line: usize,
}

impl<'t> Text<'t> {
    fn of(token: &'t Token<'_>) -> Option<Self> {
        match &token.kind {
            Kind::Text { value, .. } => Some(Self {
                value,
                line: token.line,
            }),
            _ => None,
        }
    }
}

/// The arguments in the parentheses that begin here; none where none begin.
fn arguments<'t>(tokens: &'t [Token<'_>]) -> Vec<Argument<'t>> {
    let Some((_, tokens)) = tokens.split_first().filter(|(first, _)| first.kind.is('(')) else {
        return Vec::new();
    };
    let mut depth = 0_usize;
    let mut start = 0;
    let mut arguments = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']' | '}') if depth > 0 => depth -= 1,
            Kind::Mark(')' | ',') if depth == 0 => {
                arguments.push(argument(&tokens[start..index]));
                start = index + 1;
            }
            _ => {}
        }
        if depth == 0 && token.kind.is(')') && start == index + 1 {
            break;
        }
    }
    arguments
}

fn argument<'t>(tokens: &'t [Token<'_>]) -> Argument<'t> {
    let (name, value) = match tokens {
        [name, equals, value @ ..] if equals.kind.is('=') => (Some(name), value),
        value => (None, value),
    };
    Argument {
        name: name.and_then(|name| match name.kind {
            Kind::Word(name) => Some(name),
            _ => None,
        }),
        text: match value {
            [text] => Text::of(text),
            _ => None,
        },
    }
}

fn found(context: Option<Text<'_>>, text: Text<'_>, plural: Option<Text<'_>>) -> Use {
    Use {
        context: context.map(|context| context.value.to_owned()),
        text: text.value.to_owned(),
        plural: plural.map(|plural| plural.value.to_owned()),
        line: text.line,
    }
}
