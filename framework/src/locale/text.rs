//! [`Text`]: a message in the language of the reader, with values for its placeholders.

use std::{borrow::Cow, fmt};

/// A message in the language of the reader. What stands in braces is filled in by [`with`](Self::with): of `Hello {name}`, `name`.
///
/// It is text, no markup: a template escapes it. A placeholder without a value stays as it is; a value without a placeholder is left out, for
/// a translation need not say it.
///
/// # Examples
///
/// ```
/// use squall::locale::Locales;
///
/// let english = Locales::new("en").source();
/// let text = english.t("Hello {name}, it is {weather}").with("name", "Ada").with("weather", "stormy");
/// assert_eq!(text.to_string(), "Hello Ada, it is stormy");
/// ```
#[derive(Clone, Debug)]
pub struct Text<'t> {
    message: &'t str,
    values: Vec<(Cow<'t, str>, String)>,
}

impl<'t> Text<'t> {
    pub(crate) fn new(message: &'t str) -> Self {
        Self {
            message,
            values: Vec::new(),
        }
    }

    /// Fills in the placeholder of this name. The value is taken as it is: `{other}` in it is no placeholder.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'t, str>>, value: impl fmt::Display) -> Self {
        self.values.push((name.into(), value.to_string()));
        self
    }

    /// The value of a placeholder; of the last one that was given.
    fn value(&self, name: &str) -> Option<&str> {
        let mut values = self.values.iter().rev();
        let found = values.find(|(known, _)| known == name);
        found.map(|(_, value)| &**value)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.values.is_empty() {
            return f.write_str(self.message);
        }
        let mut rest = self.message;
        while let Some((before, behind)) = rest.split_once('{') {
            f.write_str(before)?;
            // A name has no brace in it: where another one comes first, this one is but a brace.
            let end = behind.find(['{', '}']);
            let name = end.map(|end| behind.split_at(end));
            let value = name.filter(|(_, after)| after.starts_with('}'));
            let value = value.and_then(|(name, after)| Some((self.value(name)?, &after[1..])));
            rest = match value {
                Some((value, after)) => {
                    f.write_str(value)?;
                    after
                }
                None => {
                    f.write_str("{")?;
                    behind
                }
            };
        }
        f.write_str(rest)
    }
}

impl<'t> From<&Text<'t>> for Text<'t> {
    fn from(text: &Text<'t>) -> Self {
        text.clone()
    }
}

impl From<Text<'_>> for String {
    fn from(text: Text<'_>) -> Self {
        text.to_string()
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        let text = self.to_string();
        text == *other
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn fills_placeholders_in_once() {
        let text = Text::new("{a} and {b}, {a} again; {unknown} {a b} {").with("a", "{b}");
        assert_eq!(
            text.with("b", 2).to_string(),
            "{b} and 2, {b} again; {unknown} {a b} {"
        );
    }

    /// Its time must not grow with the square of the text.
    #[test]
    fn braces_without_end_are_braces() {
        let braces = "{".repeat(1 << 20);
        for text in [braces.clone(), braces.replace('{', "{a"), braces + "a}"] {
            let expected = text.replace("{a}", "b");
            assert_eq!(Text::new(&text).with("a", "b").to_string(), expected);
        }
    }

    #[test]
    fn takes_the_last_value_and_none_that_is_not_asked_for() {
        let text = Text::new("{{a}").with("a", 1).with("c", 3).with("a", 2);
        assert_eq!(text, "{2");
        assert_eq!(Text::new("no {values}"), "no {values}");
    }
}
