//! The parts of a language tag that tables are looked up by.

use crate::http::languages;

/// A tag, read as [`languages::tag`] reads one. Variants and extensions are passed over; what is no tag is a language that no table has.
pub(super) struct Tag {
    pub(super) script: Option<String>,
    /// `zh-Hant`, `zh-TW`, `zh`: the most exact first.
    names: Vec<String>,
}

impl Tag {
    pub(super) fn new(tag: &str) -> Self {
        let tag = languages::tag(tag).unwrap_or_default();
        let mut subtags = tag.split('-');
        let language = subtags.next().unwrap_or_default();
        // A subtag of one letter begins an extension.
        let rest: Vec<&str> = subtags.take_while(|subtag| subtag.len() > 1).collect();
        let find = |is_it: fn(&str) -> bool| rest.iter().copied().find(|subtag| is_it(subtag));
        let (script, region) = (find(is_script), find(is_region));
        let exact = [script, region].into_iter().flatten();
        let exact = exact.map(|subtag| format!("{language}-{subtag}"));
        Self {
            script: script.map(str::to_owned),
            names: exact.chain([language.to_owned()]).collect(),
        }
    }

    /// The language alone, in small letters.
    pub(super) fn language(&self) -> &str {
        self.names.last().map_or("", String::as_str)
    }

    /// Whether this is the name of the language, with its region if it has one.
    pub(super) fn is(&self, name: &str) -> bool {
        self.names.first().is_some_and(|first| first == name)
    }

    /// The row of the most exact name that has one. A row names its languages with spaces between them.
    pub(super) fn find<R>(
        &self,
        rows: impl Iterator<Item = R> + Clone,
        languages: impl Fn(&R) -> &str,
    ) -> Option<R> {
        let named = |name: &str| {
            rows.clone()
                .find(|row| languages(row).split(' ').any(|language| language == name))
        };
        self.names.iter().find_map(|name| named(name))
    }
}

fn is_script(subtag: &str) -> bool {
    subtag.len() == 4 && subtag.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_region(subtag: &str) -> bool {
    match subtag.len() {
        2 => subtag.bytes().all(|b| b.is_ascii_alphabetic()),
        3 => subtag.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(tag: &str) -> Vec<String> {
        Tag::new(tag).names
    }

    #[test]
    fn the_most_exact_name_comes_first() {
        assert_eq!(names("pt-BR"), ["pt-BR", "pt"]);
        assert_eq!(names("ZH_hant_tw"), ["zh-Hant", "zh-TW", "zh"]);
        assert_eq!(names("es-419"), ["es-419", "es"]);
        assert_eq!(names("de"), ["de"]);
    }

    #[test]
    fn what_is_no_part_of_the_language_is_passed_over() {
        assert_eq!(names("de_DE.UTF-8@euro"), ["de-DE", "de"]);
        assert_eq!(names("fa-u-ca-gregory"), ["fa"]);
        assert_eq!(names("de-1996"), ["de"]);
        assert_eq!(names(""), [""]);
    }
}
