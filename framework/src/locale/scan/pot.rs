//! Templates of gettext, `.pot`: what translators begin with.

use std::fmt::Write;

use super::{Message, Place};
use crate::locale::catalogue::po;

const HEADER: &str = "\
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
";

/// Writes messages down as a template for translators, a `.pot` of [GNU gettext](https://www.gnu.org/software/gettext/manual/).
///
/// `msginit` makes the catalogue of a language of it, and `msgmerge` brings one up to date. It is the same for the same messages: there is
/// no date in it. A message with a NUL in it has no place in a catalogue, and is left out.
///
/// # Examples
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join("a.html"), r#"{{ "story"|tn("stories", 2) }}"#)?;
/// # let folders = [folder.path()];
/// let template = squall::locale::pot(&squall::locale::messages(folders)?);
/// assert!(template.ends_with(
///     r#"
/// msgid "story"
/// msgid_plural "stories"
/// msgstr[0] ""
/// msgstr[1] ""
/// "#
/// ));
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub fn pot(messages: &[Message]) -> String {
    let mut out = String::new();
    po::write(&mut out, "msgid", "");
    po::write(&mut out, "msgstr", HEADER);
    for message in messages {
        if !texts(message).any(|text| text.contains('\0')) {
            out.push('\n');
            add(&mut out, message);
        }
    }
    out
}

fn texts(message: &Message) -> impl Iterator<Item = &str> {
    let others = [&message.context, &message.plural];
    let others = others.into_iter().filter_map(Option::as_deref);
    others.chain([message.text.as_str()])
}

fn add(out: &mut String, message: &Message) {
    for place in &message.places {
        _ = writeln!(out, "#: {}", reference(place));
    }
    if let Some(context) = &message.context {
        po::write(out, "msgctxt", context);
    }
    po::write(out, "msgid", &message.text);
    match &message.plural {
        None => po::write(out, "msgstr", ""),
        Some(plural) => {
            po::write(out, "msgid_plural", plural);
            po::write(out, "msgstr[0]", "");
            po::write(out, "msgstr[1]", "");
        }
    }
}

/// `file:line`. Names with blanks stand between isolates, by which gettext knows where they end.
fn reference(place: &Place) -> String {
    let file = place.file.to_string_lossy().replace('\\', "/");
    let file = file.replace(char::is_control, "?");
    match file.contains(' ') {
        true => format!("\u{2068}{file}\u{2069}:{}", place.line),
        false => format!("{file}:{}", place.line),
    }
}

#[cfg(test)]
mod tests {
    use std::{path::PathBuf, process::Command};

    use super::*;
    use crate::locale::catalogue::Catalogue;

    fn message(context: Option<&str>, text: &str, plural: Option<&str>, file: &str) -> Message {
        Message {
            context: context.map(Into::into),
            text: text.into(),
            plural: plural.map(Into::into),
            places: vec![Place {
                file: PathBuf::from(file),
                line: 7,
            }],
        }
    }

    fn messages() -> Vec<Message> {
        vec![
            message(None, "Hello, \"{name}\"", None, "templates/index.html"),
            message(Some("month"), "May", None, "my templates/a\nb.html"),
            message(None, "one\nline", Some("many\n"), "a.rs"),
            message(None, "nul\0", None, "a.rs"),
            message(None, "é\t\u{7}8\\", None, "a.rs"),
        ]
    }

    const EXPECTED: &str = r#"msgid ""
msgstr ""
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"

#: templates/index.html:7
msgid "Hello, \"{name}\""
msgstr ""

#: ISO<my templates/a?b.html>ISO:7
msgctxt "month"
msgid "May"
msgstr ""

#: a.rs:7
msgid ""
"one\n"
"line"
msgid_plural "many\n"
msgstr[0] ""
msgstr[1] ""

#: a.rs:7
msgid "é\t\0078\\"
msgstr ""
"#;

    #[test]
    fn messages_are_written_as_gettext_does() {
        let expected = EXPECTED
            .replace("ISO<", "\u{2068}")
            .replace(">ISO", "\u{2069}");
        assert_eq!(pot(&messages()), expected);
    }

    #[test]
    fn a_template_is_read_as_a_catalogue() {
        let template = pot(&messages());
        let catalogue = Catalogue::read(template.as_bytes()).unwrap();
        assert_eq!(catalogue.iter().count(), 0);
        let translated = template.replace("\"May\"\nmsgstr \"\"", "\"May\"\nmsgstr \"Mai\"");
        let catalogue = Catalogue::read(translated.as_bytes()).unwrap();
        assert_eq!(*catalogue.find(Some("month"), "May").unwrap()[0], *"Mai");
    }

    #[test]
    fn msginit_makes_a_catalogue_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join("a.pot"), folder.path().join("de.po"));
        // msgfmt wants both texts to end alike.
        let messages: Vec<_> = messages()
            .into_iter()
            .filter(|message| message.plural.is_none())
            .collect();
        let plural = message(None, "story", Some("stories"), "a.rs");
        std::fs::write(&input, pot(&[messages, vec![plural]].concat())).unwrap();
        let mut msginit = Command::new("msginit");
        msginit
            .args(["--no-translator", "--locale=de", "--input"])
            .arg(&input);
        let Ok(made) = msginit.arg("--output").arg(&output).output() else {
            eprintln!("skipped: there is no msginit");
            return;
        };
        assert!(made.status.success(), "{made:?}");
        for file in [&input, &output] {
            let checked = Command::new("msgfmt")
                .args(["-c", "-o"])
                .arg(folder.path().join("a.mo"))
                .arg(file)
                .output()
                .unwrap();
            assert!(checked.status.success(), "{checked:?}");
        }
        let catalogue = Catalogue::read(&std::fs::read(&output).unwrap()).unwrap();
        assert_eq!(catalogue.language(), Some("de"));
        assert_eq!(
            catalogue
                .rule()
                .map(|rule| (rule.forms(), rule.form(1), rule.form(2))),
            Some((2, 0, 1))
        );
    }
}
