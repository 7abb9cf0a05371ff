//! The parts of a language tag that tables are looked up by.
//!
//! BCP 47 tags (`pt-BR`) and the names that files of gettext have (`pt_BR.UTF-8`) are read alike, in any case. Variants and extensions
//! are passed over; nothing is refused.

pub(super) struct Tag {
    pub(super) script: Option<String>,
    /// `zh-Hant`, `zh-TW`, `zh`: the most exact first.
    names: Vec<String>,
}

impl Tag {
    pub(super) fn new(tag: &str) -> Self {
        let mut subtags = subtags(tag);
        let language = subtags.next().unwrap_or_default().to_ascii_lowercase();
        let rest: Vec<_> = subtags.take_while(|subtag| subtag.len() > 1).collect();
        let script = rest
            .iter()
            .find(|subtag| is_script(subtag))
            .map(|subtag| titled(subtag));
        let region = rest
            .iter()
            .find(|subtag| is_region(subtag))
            .map(|subtag| subtag.to_ascii_uppercase());
        let exact = script
            .iter()
            .chain(&region)
            .map(|subtag| format!("{language}-{subtag}"));
        let names = exact.chain([language.clone()]).collect();
        Self { script, names }
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

/// The parts of a tag, without what gettext sets behind it.
pub(super) fn subtags(tag: &str) -> impl Iterator<Item = &str> {
    let end = tag.find(['.', '@']).unwrap_or(tag.len());
    tag[..end].split(['-', '_'])
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

fn titled(subtag: &str) -> String {
    let (first, rest) = subtag.split_at(1);
    first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
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
