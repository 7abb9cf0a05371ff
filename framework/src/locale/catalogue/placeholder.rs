//! Placeholders of a message: `{name}`, where the name is an identifier. Other braces are braces.

/// The names in a message, in their order.
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|behind| {
        let (name, _) = behind.split_once('}')?;
        is_identifier(name).then_some(name)
    })
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    let is_start = |c: char| c == '_' || c.is_alphabetic();
    chars.next().is_some_and(is_start) && chars.all(|c| c == '_' || c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(super::names(text).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn identifiers_in_braces_are_names() {
        check("", &[]);
        check("{name}", &["name"]);
        check("a {b} c {d_1}{_e}{a}", &["b", "d_1", "_e", "a"]);
        check("{größe}", &["größe"]);
        check("{{name}}", &["name"]);
        check("{a{b}", &["b"]);
    }

    #[test]
    fn other_braces_are_braces() {
        check("{} {0} {a b} { a } {a:?} {a", &[]);
        check("}a{", &[]);
    }
}
