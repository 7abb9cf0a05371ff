//! Which messages a program has: found in its sources and templates, and written down for translators.
//!
//! Nothing is compiled here. Sources are cut into tokens, and what uses a message is known by its shape.

mod pot;
mod tokens;
mod uses;

use std::{
    collections::{BTreeSet, HashMap, HashSet, hash_map::Entry},
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

pub use self::pot::pot;
use self::uses::Use;

/// A text of a program that is shown in the language of whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// What tells it from a message with the same text: `month` for `May`.
    pub context: Option<String>,
    /// The text as it is in the program; of a message that counts, the text for one.
    pub text: String,
    /// The text for many, where the message counts.
    pub plural: Option<String>,
    /// Where it is used, in order; at least one place.
    pub places: Vec<Place>,
}

/// A line of a file where a message is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Place {
    /// The file, below the folder that was named.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

/// The extensions of templates.
const TEMPLATES: [&str; 15] = [
    "askama", "css", "htm", "html", "j2", "jinja", "jinja2", "js", "json", "md", "rinja", "svg",
    "txt", "xhtml", "xml",
];

/// Finds the messages in the sources and templates of some folders, and in all folders below them.
///
/// In templates it sees the filters, with blanks wherever they may stand:
///
/// | in a template | the message |
/// |---|---|
/// | `"text"\|t` | a text |
/// | `"text"\|tc("context")` | a text in a context |
/// | `"one"\|tn("many", count)` | a text that counts |
/// | `"one"\|tn("many", count, context = "context")` | one in a context |
///
/// Files of Rust have them in the templates that stand there (`source = "…"`), and besides they call methods: `.t("text")`,
/// `.tc("context", "text")`, `.tn("one", "many", count)`, `.tnc("context", "one", "many", count)`. Calls are seen in templates as well.
/// Comments and raw blocks are left out.
///
/// Only what is written as a string is seen: neither `t(&title)` nor `concat!("a", "b")`, no template in a doc comment, and none whose
/// delimiters are its own.
///
/// Messages are in the order of their first places; one that is used more than once, in the same context, is one. A file of Rust ends in
/// `.rs`; a template in `.html`, `.htm`, `.xhtml`, `.xml`, `.svg`, `.txt`, `.md`, `.css`, `.js`, `.json`, `.j2`, `.jinja`, `.jinja2`,
/// `.rinja` or `.askama`. What is hidden is left out, and what cargo builds. Links are followed, and no file is read twice.
///
/// # Errors
///
/// When a folder or file cannot be read; the error names it.
///
/// # Examples
///
/// ```
/// use squall::locale::{messages, pot};
///
/// # let program = tempfile::tempdir()?;
/// # let (src, templates) = (program.path().join("src"), program.path().join("templates"));
/// # for folder in [&src, &templates] {
/// #     std::fs::create_dir(folder)?;
/// # }
/// std::fs::write(templates.join("index.html"), r#"<h1>{{ "Stories"|t }}</h1>"#)?;
/// std::fs::write(src.join("main.rs"), r#"fn title(l: &Locale) -> String { l.tc("menu", "Stories") }"#)?;
///
/// let found = messages([&src, &templates])?;
/// assert_eq!(found.len(), 2);
/// assert_eq!(found[0].context.as_deref(), Some("menu"));
/// assert_eq!(found[1].text, "Stories");
/// assert_eq!(found[1].places[0].line, 1);
/// assert!(pot(&found).ends_with("msgid \"Stories\"\nmsgstr \"\"\n"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn messages(folders: impl IntoIterator<Item = impl AsRef<Path>>) -> io::Result<Vec<Message>> {
    let mut files = Files::default();
    for folder in folders {
        files.add(folder.as_ref())?;
    }
    let mut messages = Messages::default();
    for file in files.found {
        let content = fs::read(&file).map_err(|error| at(&file, &error))?;
        let content = String::from_utf8_lossy(&content);
        let tokens = match is_rust(&file) {
            true => tokens::of_rust(&content),
            false => tokens::of_template(&content, 1),
        };
        for found in uses::of(&tokens, is_rust(&file)) {
            messages.add(found, &file);
        }
    }
    Ok(messages.all)
}

fn is_rust(file: &Path) -> bool {
    file.extension() == Some(OsStr::new("rs"))
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

/// The files below some folders, each one once, whatever links lead to it.
#[derive(Default)]
struct Files {
    found: BTreeSet<PathBuf>,
    seen: HashSet<PathBuf>,
}

impl Files {
    fn add(&mut self, path: &Path) -> io::Result<()> {
        let whole = path.canonicalize().map_err(|error| at(path, &error))?;
        if !self.seen.insert(whole.clone()) {
            return Ok(());
        }
        if !whole.is_dir() {
            if is_read(path) {
                self.found.insert(path.to_owned());
            }
            return Ok(());
        }
        for path in inside(path).map_err(|error| at(path, &error))? {
            self.add(&path)?;
        }
        Ok(())
    }
}

fn is_read(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str);
    extension.is_some_and(|extension| extension == "rs" || TEMPLATES.contains(&extension))
}

/// What lies in a folder, in the order of the names: files and folders that are not hidden, and what links lead to.
fn inside(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // A link can lead nowhere, and what is neither file nor folder could be read without end.
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        // Cargo marks what it builds with this (https://bford.info/cachedir/).
        let is_cache = metadata.is_dir() && path.join("CACHEDIR.TAG").exists();
        if !is_hidden && !is_cache && (metadata.is_dir() || metadata.is_file()) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[derive(Default)]
struct Messages {
    all: Vec<Message>,
    known: HashMap<(Option<String>, String), usize>,
}

impl Messages {
    fn add(&mut self, found: Use, file: &Path) {
        let Use {
            context,
            text,
            plural,
            line,
        } = found;
        let file = file.to_owned();
        let place = Place { file, line };
        match self.known.entry((context.clone(), text.clone())) {
            Entry::Vacant(entry) => {
                entry.insert(self.all.len());
                self.all.push(Message {
                    context,
                    text,
                    plural,
                    places: vec![place],
                });
            }
            Entry::Occupied(entry) => {
                // gettext tells messages apart by context and text, not by their plurals.
                let message = &mut self.all[*entry.get()];
                message.plural = message.plural.take().or(plural);
                if message.places.last() != Some(&place) {
                    message.places.push(place);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The messages of one file, written `context/text/plural lines`, one a line.
    fn found(name: &str, content: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), content).unwrap();
        let messages = messages([folder.path()]).unwrap();
        let written = messages.iter().map(|message| {
            let Message {
                context,
                text,
                plural,
                places,
            } = message;
            let context = context.as_ref().map(|context| format!("{context}/"));
            let plural = plural.as_ref().map(|plural| format!("/{plural}"));
            let lines: Vec<_> = places.iter().map(|place| place.line.to_string()).collect();
            format!(
                "{}{text}{} {}",
                context.unwrap_or_default(),
                plural.unwrap_or_default(),
                lines.join(",")
            )
        });
        written.collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    fn check(content: &str, expected: &str) {
        assert_eq!(found("a.html", content), expected, "{content}");
    }

    #[track_caller]
    fn check_rust(content: &str, expected: &str) {
        assert_eq!(found("a.rs", content), expected, "{content}");
    }

    #[test]
    fn filters_are_seen() {
        check(r#"<p>{{ "a"|t }}</p>"#, "a 1");
        check(r#"{{"a"|tc("c")}}"#, "c/a 1");
        check(r#"{{ "a"|tn("b", count) }}"#, "a/b 1");
        check(
            r#"{{ "a"|tn("b", f(x, [1, 2]), context = "c") }}"#,
            "c/a/b 1",
        );
        check(
            "{{\n\"a\"\n|\nt\n}}{%- if \"b\" | tc ( \"c\" ) == x -%}",
            "a 2\nc/b 5",
        );
        check(r#"{{ "a"|t|upper }}{{ "b"|filters::t|safe }}"#, "a 1\nb 1");
        check(
            r#"{% let x = "a"|t %}{{ f("b"|t, "c"|t) }}"#,
            "a 1\nb 1\nc 1",
        );
        check(r#"{{ locale.t("a") }}"#, "a 1");
        check(r#"{{ '"' }}{{ "a"|t }}{{ x.0 }}{{ "b"|t }}"#, "a 1\nb 1");
        check(r#"{ {{ "}}"|t }} } {{ "%}"|t }}"#, "}} 1\n%} 1");
    }

    #[test]
    fn other_filters_are_not() {
        for content in [
            r#""a"|t"#,
            r#"{ "a"|t }"#,
            r#"{{ a|t }}{{ "a"|upper|t }}{{ "a"|tt }}{{ "a" || t }}"#,
            r#"{{ "a" }}{{ |t }}{{ b"a"|t }}{{ ""|t }}"#,
            r#"{{ "a"|tc(c) }}{{ "a"|tc }}{{ "a"|tn(b, 1) }}{{ "a"|tn("b", 1, context = c) }}"#,
            r#"{# {{ "a"|t }} {# #} {{ "b"|t }} #}"#,
            r#"{% raw %}{{ "a"|t }}{% if x %}{{ "b"|t }}{% endraw %}"#,
            r#"{{ "a"#,
            r#"{{ "a\q"|t }}"#,
        ] {
            check(content, "");
        }
        check(
            "{#-\n\"a\"|t -#}{{ \"b\"|t }}{%- raw ~%}\n{{ \"c\"|t }}{%- endraw -%}\n{{ \"d\"|t }}",
            "b 2\nd 4",
        );
    }

    #[test]
    fn escapes_are_those_of_rust() {
        check(
            r#"{{ "\"\\\n\t\r\'\x41\u{e9}\u{1_F600}"|t }}"#,
            "\"\\\n\t\r'A\u{e9}\u{1f600} 1",
        );
        check("{{ \"a\\\n   b\r\nc\"|t }}{{ \"d\"|t }}", "ab\nc 1\nd 3");
    }

    #[test]
    fn calls_in_rust_are_seen() {
        check_rust(r#"fn f() { l.t("a"); }"#, "a 1");
        check_rust(r#"l.tc("c", "a").to_owned()"#, "c/a 1");
        check_rust(r#"l.tn("a", "b", list.len(),)"#, "a/b 1");
        check_rust(r#"l.tnc("c", "a", "b", 7)"#, "c/a/b 1");
        check_rust(
            "self\n    .locale\n    .tn(\n        \"a\", // one\n        \"b\",\n        n,\n    )",
            "a/b 4",
        );
        check_rust("l.t(r#\"a \"b\" \\n\"#)", "a \"b\" \\n 1");
        check_rust(r#"println!("{}", l.t("a")); l . t ( "b" )"#, "a 1\nb 1");
        check_rust(
            r##"fn f<'a>(x: &'a str) { g('"', '\'', b'"', r#type, b"\"", br"\"); l.t("a") }"##,
            "a 1",
        );
    }

    #[test]
    fn other_calls_are_not() {
        for content in [
            "// l.t(\"a\")\n/// l.t(\"b\")\n//! l.t(\"c\")",
            "/* l.t(\"a\") /* */ l.t(\"b\") */",
            r#"l.t(a); l.tc(c, "a"); l.tc("c", a); l.tn("a", b, n); l.t(concat!("a", "b"))"#,
            r#"t("a"); l.tt("a"); l.t; l.t[("a")]; l.t("a".trim()); l.t(b"a"); l.t()"#,
            r##"let a = "l.t(\"a\")"; let b = r#"l.t("b")"#;"##,
            r#""a" | t"#,
        ] {
            check_rust(content, "");
        }
    }

    #[test]
    fn templates_in_rust_are_seen() {
        check_rust(
            "#[template(\n    ext = \"html\",\n    source = r#\"\n<p>{{ \"a\"|t }}\n{# {{ \"x\"|t }} #}\n{{ \"b\"|tc(\"c\") }}\"#\n)]\nstruct A;\nfn f() { l.t(\"d\") }",
            "a 4\nc/b 6\nd 9",
        );
        check_rust(
            r#"#[template(source = "{{ \"a\"|t }}\n{{ \"b\"|t }}")]"#,
            "a 1\nb 1",
        );
        check_rust(r#"#[template(path = "{{ \"a\"|t }}")]"#, "");
    }

    #[test]
    fn equal_messages_are_one() {
        check(
            "{{ \"a\"|t }}{{ \"a\"|t }}\n{{ \"a\"|tc(\"c\") }}\n{{ \"a\"|tn(\"b\", 2) }}{{ \"a\"|tn(\"d\", 2) }}",
            "a/b 1,3\nc/a 2",
        );
    }

    #[test]
    fn files_are_read_once_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["b/c", "a", ".git", "target"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        for (name, text) in [
            ("b.html", "1"),
            ("b/c/x.txt", "2"),
            ("b/a.xml", "3"),
            ("a/z.j2", "4"),
            ("z.png", "5"),
            (".hidden.html", "6"),
            (".git/x.html", "7"),
            ("target/x.html", "8"),
            ("target/CACHEDIR.TAG", "9"),
        ] {
            fs::write(root.join(name), format!("{{{{ \"{text}\"|t }}}}")).unwrap();
        }
        #[cfg(unix)]
        for (to, link) in [
            ("..", "a/up"),
            ("../b.html", "a/again.html"),
            ("nowhere", "a/nowhere.html"),
            ("loop.html", "a/loop.html"),
        ] {
            std::os::unix::fs::symlink(to, root.join(link)).unwrap();
        }
        // Named twice, and the second one is below the first.
        let all = messages([root, &root.join("b")]).unwrap();
        let texts: Vec<_> = all.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(
            all.iter().map(|message| message.places.len()).max(),
            Some(1)
        );
        match cfg!(unix) {
            // `b.html` is met as `a/again.html` first.
            true => assert_eq!(texts, ["1", "4", "3", "2"]),
            false => assert_eq!(texts, ["4", "3", "2", "1"]),
        }
        assert_eq!(all[1].places[0].file, root.join("a/z.j2"));
        let one = messages([root.join("b.html")]).unwrap();
        assert_eq!(one.len(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = messages([folder.path().join("none")]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().contains("none`"), "{error}");
    }

    proptest! {
        #[test]
        fn anything_can_be_scanned(parts in proptest::collection::vec(
            prop_oneof![
                "\\PC{1,3}".boxed(),
                proptest::sample::select(vec![
                    "{{", "}}", "{%", "%}", "{#", "#}", "raw", "endraw", "\"", "\\", "'", "r#", "b", "|",
                    "t", "tc", "tn", "(", ")", ",", ".", "\"a\"", "//", "/*", "*/", "\n", " ", "=",
                    "context", "source", "\\x", "\\u{", "é", "\r",
                ])
                .prop_map(str::to_owned)
                .boxed(),
            ],
            0..40,
        )) {
            let content = parts.concat();
            let lines = content.matches('\n').count() + 1;
            for (tokens, is_rust) in [
                (tokens::of_rust(&content), true),
                (tokens::of_template(&content, 1), false),
            ] {
                for found in uses::of(&tokens, is_rust) {
                    prop_assert!((1..=lines).contains(&found.line));
                }
            }
        }
    }
}
