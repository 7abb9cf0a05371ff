//! The translations of one language: catalogues of [GNU gettext](https://www.gnu.org/software/gettext/manual/), `.po` as translators write
//! them and `.mo` as `msgfmt` makes them.
//!
//! What is read has been checked: a catalogue whose translations would be shown wrong is refused as a whole, with the line.

mod header;
mod mo;
pub(crate) mod placeholder;
pub(crate) mod po;
mod rule;

use std::{
    collections::{HashMap, hash_map},
    error, fmt,
};

use self::header::Header;
pub(crate) use self::rule::Rule;

/// The translations of one language, by context and message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogue {
    plain: Messages,
    in_context: HashMap<Box<str>, Messages>,
    rule: Option<Rule>,
    language: Option<Box<str>>,
}

type Messages = HashMap<Box<str>, Box<[Box<str>]>>;

impl Catalogue {
    /// Reads a `.po` or a `.mo`, whichever it is.
    ///
    /// # Errors
    ///
    /// Where it is none, is not written in UTF-8, has a message twice, a wrong number of plural forms, a plural rule that is none, or
    /// a placeholder in a translation that its message has not.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        Self::of(match mo::is_one(bytes) {
            true => mo::read(bytes)?,
            false => po::read(bytes)?,
        })
    }

    fn of(entries: Vec<Entry>) -> Result<Self, Fault> {
        refuse_twins(&entries)?;
        let mut catalogue = Self::default();
        if let Some(form) = entries.iter().find_map(Entry::header) {
            let header = Header::parse(&form.text).map_err(|fault| Fault::new(form.line, fault))?;
            (catalogue.rule, catalogue.language) = (header.rule, header.language);
        }
        for entry in entries.into_iter().filter(Entry::is_translated) {
            entry.check(catalogue.rule.as_ref())?;
            catalogue.insert(entry);
        }
        Ok(catalogue)
    }

    fn insert(&mut self, entry: Entry) {
        let messages = match entry.context {
            Some(context) => self.in_context.entry(context.into()).or_default(),
            None => &mut self.plain,
        };
        let forms = entry.forms.into_iter().map(|form| form.text.into());
        messages.insert(entry.message.into(), forms.collect());
    }

    /// The translation of a message, never empty: one text, or one for each plural form. A message that was translated without a plural
    /// has one text only, whatever the rule says.
    pub(crate) fn find(&self, context: Option<&str>, message: &str) -> Option<&[Box<str>]> {
        let messages = match context {
            Some(context) => self.in_context.get(context)?,
            None => &self.plain,
        };
        messages.get(message).map(|forms| &**forms)
    }

    /// The rule for plural forms, where the catalogue has one.
    pub(crate) fn rule(&self) -> Option<&Rule> {
        self.rule.as_ref()
    }

    /// The language that the catalogue names.
    pub(crate) fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// All translations, in no order: context, message, forms.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Option<&str>, &str, &[Box<str>])> {
        let plain = self.plain.iter().map(|message| (None, message));
        let in_context = self.in_context.iter().flat_map(|(context, messages)| {
            messages
                .iter()
                .map(move |message| (Some(&**context), message))
        });
        plain
            .chain(in_context)
            .map(|(context, (message, forms))| (context, &**message, &**forms))
    }

    /// Adds what another catalogue of the language has besides. What is there stays.
    ///
    /// # Errors
    ///
    /// When their plural forms are not those of one rule.
    pub(crate) fn merge(&mut self, other: Self) -> Result<(), Fault> {
        if let (Some(rule), Some(another)) = (&self.rule, &other.rule)
            && !rule.agrees_with(another)
        {
            return Err(Fault::new(
                None,
                format!("the plural rules of one language differ: `{rule}` and `{another}`"),
            ));
        }
        if let Some(rule) = self.rule.as_ref().or(other.rule.as_ref()) {
            for (_, message, forms) in self.iter().chain(other.iter()) {
                if forms.len() > 1 {
                    check_count(message, forms.len(), rule)
                        .map_err(|fault| Fault::new(None, fault))?;
                }
            }
        }
        add(&mut self.plain, other.plain);
        for (context, messages) in other.in_context {
            add(self.in_context.entry(context).or_default(), messages);
        }
        self.rule = self.rule.take().or(other.rule);
        self.language = self.language.take().or(other.language);
        Ok(())
    }
}

fn add(messages: &mut Messages, more: Messages) {
    for (message, forms) in more {
        messages.entry(message).or_insert(forms);
    }
}

/// What is wrong with a catalogue, and in which line of a `.po`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) line: Option<usize>,
    pub(crate) message: String,
}

impl Fault {
    fn new(line: impl Into<Option<usize>>, message: impl Into<String>) -> Self {
        Self {
            line: line.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl error::Error for Fault {}

/// A message and its translation as they stand in a file.
#[derive(Debug)]
struct Entry {
    line: Option<usize>,
    is_fuzzy: bool,
    context: Option<String>,
    message: String,
    plural: Option<String>,
    /// One, or where there is a plural, one or more.
    forms: Vec<Form>,
}

#[derive(Debug)]
struct Form {
    line: Option<usize>,
    text: String,
}

impl Entry {
    /// The header, if this is it. It counts even where it is marked as fuzzy, as `msginit` does.
    fn header(&self) -> Option<&Form> {
        let is_header = self.context.is_none() && self.message.is_empty();
        self.forms.first().filter(|_| is_header)
    }

    fn is_translated(&self) -> bool {
        let is_done = self.forms.iter().all(|form| !form.text.is_empty());
        is_done && !self.is_fuzzy && self.header().is_none()
    }

    fn check(&self, rule: Option<&Rule>) -> Result<(), Fault> {
        if let (Some(_), Some(rule)) = (&self.plural, rule) {
            check_count(&self.message, self.forms.len(), rule)
                .map_err(|fault| Fault::new(self.line, fault))?;
        }
        self.forms
            .iter()
            .try_for_each(|form| self.check_placeholders(form))
    }

    /// Nothing would be put in for a placeholder that is not in the message: people would see it as it is.
    fn check_placeholders(&self, form: &Form) -> Result<(), Fault> {
        let plural = self.plural.as_deref().unwrap_or_default();
        let is_known = |name: &&str| {
            let mut known = placeholder::names(&self.message).chain(placeholder::names(plural));
            known.any(|known| known == *name)
        };
        match placeholder::names(&form.text).find(|name| !is_known(name)) {
            Some(name) => Err(Fault::new(
                form.line,
                format!(
                    "the translation of {:?} has `{{{name}}}`, and the message has not",
                    self.message
                ),
            )),
            None => Ok(()),
        }
    }
}

fn check_count(message: &str, forms: usize, rule: &Rule) -> Result<(), String> {
    match forms == rule.forms() {
        true => Ok(()),
        false => Err(format!(
            "the translation of {message:?} has plural forms: {forms}, and the rule is `{rule}`"
        )),
    }
}

fn refuse_twins(entries: &[Entry]) -> Result<(), Fault> {
    let mut seen = HashMap::new();
    for entry in entries {
        match seen.entry((&entry.context, &entry.message)) {
            hash_map::Entry::Vacant(place) => _ = place.insert(entry.line),
            hash_map::Entry::Occupied(first) => {
                let place = first.get().map(|line| format!(", first in line {line}"));
                return Err(Fault::new(
                    entry.line,
                    format!(
                        "the message {:?} is there twice{}",
                        entry.message,
                        place.unwrap_or_default()
                    ),
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        io::Write,
        process::{Command, Stdio},
    };

    use proptest::prelude::*;

    use super::*;

    /// Every kind of entry.
    const WHOLE: &str = r#"
# The header is fuzzy, as msginit leaves it.
#, fuzzy
msgid ""
msgstr ""
"Language: pl\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=3; plural=n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 "
"|| n%100>=20) ? 1 : 2;\n"

#. For translators
#: templates/index.html:7
msgid "Hello, {name}"
msgstr "Dzień dobry, {name}"

msgctxt "month"
msgid "May"
msgstr "maj"

msgctxt "verb"
msgid "May"
msgstr "móc"

#, no-wrap
msgid "{count} story"
msgid_plural "{count} stories"
msgstr[0] "{count} opowieść"
msgstr[1] "{count} opowieści"
msgstr[2] "{count} opowieści"

msgctxt "c"
msgid "one"
msgid_plural "many"
msgstr[0] "a"
msgstr[1] "b"
msgstr[2] "c"

msgid ""
"two\n"
"lines"
msgstr "dwa"
" wiersze"

msgid "untranslated"
msgstr ""

msgid "half"
msgid_plural "halves"
msgstr[0] "połowa"
msgstr[1] ""
msgstr[2] ""

#, c-format, fuzzy
#| msgid "Bye"
msgid "Good bye"
msgstr "Cześć"

#, fuzzy
#~ msgid "obsolete"
#~ msgstr "przestarzały"

msgid "after"
msgstr "po"
"#;

    fn read(text: &str) -> Catalogue {
        Catalogue::read(text.as_bytes()).unwrap()
    }

    /// All that a catalogue has, in an order.
    fn listed(catalogue: &Catalogue) -> BTreeMap<(Option<&str>, &str), Vec<&str>> {
        catalogue
            .iter()
            .map(|(context, message, forms)| {
                let forms = forms.iter().map(|form| &**form).collect();
                ((context, message), forms)
            })
            .collect()
    }

    #[track_caller]
    fn check_whole(catalogue: &Catalogue) {
        let expected = BTreeMap::from([
            ((None, "Hello, {name}"), vec!["Dzień dobry, {name}"]),
            ((Some("month"), "May"), vec!["maj"]),
            ((Some("verb"), "May"), vec!["móc"]),
            (
                (None, "{count} story"),
                vec!["{count} opowieść", "{count} opowieści", "{count} opowieści"],
            ),
            ((Some("c"), "one"), vec!["a", "b", "c"]),
            ((None, "two\nlines"), vec!["dwa wiersze"]),
            ((None, "after"), vec!["po"]),
        ]);
        assert_eq!(listed(catalogue), expected);
        assert_eq!(catalogue.language(), Some("pl"));
        let rule = catalogue.rule().unwrap();
        let forms: Vec<_> = [1, 2, 5, 12, 22].map(|n| rule.form(n)).into();
        assert_eq!((rule.forms(), forms), (3, vec![0, 1, 2, 2, 1]));
        for ((context, message), forms) in expected {
            assert_eq!(
                catalogue.find(context, message).unwrap()[0].as_ref(),
                forms[0]
            );
        }
        for (context, message) in [
            (None, ""),
            (None, "May"),
            (Some("other"), "May"),
            (Some("month"), "after"),
            (None, "{count} stories"),
            (None, "untranslated"),
            (None, "half"),
            (None, "Good bye"),
            (None, "obsolete"),
        ] {
            assert_eq!(catalogue.find(context, message), None, "{message}");
        }
    }

    #[test]
    fn every_kind_of_entry_is_read() {
        check_whole(&read(WHOLE));
        check_whole(&read(&WHOLE.replace('\n', "\r\n")));
        check_whole(&read(&format!("\u{feff}{WHOLE}")));
    }

    /// What msgfmt makes of a text, or what it says; `None` where it is not installed.
    fn msgfmt(text: &str, options: &[&str]) -> Option<Result<Vec<u8>, String>> {
        let mut command = Command::new("msgfmt");
        command.args(options).args(["-o", "-", "-"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let Ok(mut child) = command.spawn() else {
            eprintln!("skipped: there is no msgfmt");
            return None;
        };
        let mut input = child.stdin.take().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        Some(match output.status.success() {
            true => Ok(output.stdout),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        })
    }

    #[test]
    fn msgfmt_reads_the_same() {
        for order in ["--endianness=little", "--endianness=big"] {
            let Some(compiled) = msgfmt(WHOLE, &[order]) else {
                return;
            };
            let compiled = Catalogue::read(&compiled.unwrap()).unwrap();
            check_whole(&compiled);
        }
    }

    #[test]
    fn msgfmt_refuses_what_is_refused() {
        for (text, line) in REFUSED {
            let Some(result) = msgfmt(text, &[]) else {
                return;
            };
            let said = result.expect_err(text);
            // Of a string without an end it names the next line.
            let is_next = said.contains("end-of-line");
            let line = line + usize::from(is_next);
            assert!(said.contains(&format!("<stdin>:{line}")), "{text}: {said}");
        }
    }

    /// What is no `.po`, and the line where that shows. msgfmt says the same.
    const REFUSED: [(&str, usize); 18] = [
        ("msgid \"a\"\n", 1),
        ("\nmsgid \"a\"\nmsgid \"b\"\nmsgstr \"\"\n", 2),
        ("msgid \"a\"\nmsgid_plural \"b\"\n", 1),
        ("msgid \"a\"\nmsgstr \"b\n\"\n", 2),
        ("msgid \"a\"\nmsgstr \"b", 2),
        ("msgid \"a\"\nmsgstr \"\\q\"\n", 2),
        ("msgid \"a\"\nmsgstr \"\\xZ\"\n", 2),
        ("msgid \"a\"\nmsgstr \"\\8\"\n", 2),
        (
            "msgid \"a\"\nmsgstr \"b\"\n\nmsgid \"a\"\nmsgstr \"c\"\n",
            4,
        ),
        (
            "msgid \"a\"\nmsgstr \"\"\n#, fuzzy\nmsgid \"a\"\nmsgstr \"\"\n",
            4,
        ),
        ("msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[1] \"c\"\n", 3),
        (
            "msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"c\"\nmsgstr[2] \"d\"\n",
            4,
        ),
        ("foo \"a\"\n", 1),
        ("msgstr \"a\"\n", 1),
        ("msgid \"a\"\nmsgstr \"b\"\n\nx", 4),
        ("msgid \"a\"\n\nmsgstr b\n", 3),
        ("msgid \"a\"\nmsgstr \"b\"\n;\n", 3),
        ("# x\n\"a\"\n", 2),
    ];

    #[test]
    fn faults_have_their_line() {
        for (text, line) in REFUSED {
            let fault = Catalogue::read(text.as_bytes()).expect_err(text);
            assert_eq!(fault.line, Some(line), "{text}: {fault}");
        }
    }

    #[track_caller]
    fn check_fault(text: &[u8], expected: &str) {
        let fault = Catalogue::read(text).unwrap_err().to_string();
        assert!(fault.starts_with(expected), "{fault}");
    }

    #[test]
    fn faults_say_what_is_wrong() {
        check_fault(b"msgid \"a\"", "line 1: the message \"a\" has no `msgstr`");
        check_fault(
            b"msgid \"a\"\nmsgstr[0] \"b\"",
            "line 2: `msgstr[0]` is there, and no `msgid_plural`",
        );
        check_fault(
            b"msgid \"a\"\nmsgid_plural \"b\"\nmsgstr \"c\"",
            "line 3: `[0]` is expected, and a string stands here",
        );
        check_fault(
            b"msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[x] \"c\"",
            "line 3: `[x]` is not the index of a plural form",
        );
        check_fault(
            b"msgid \"a\"\nmsgstr \"b\"\nmsgid \"a\"\nmsgstr \"c\"",
            "line 3: the message \"a\" is there twice, first in line 1",
        );
        check_fault(
            b"msgctxt \"a\" msgstr",
            "line 1: `msgid` is expected, and `msgstr`",
        );
        check_fault(b"msgid \"a\"\nmsgstr \"\\0\"", "line 2: the text has a NUL");
        check_fault(
            b"msgid \"a\"\nmsgstr \"\\xff\"",
            "line 2: the escapes in the text",
        );
        check_fault(
            b"msgid \"a\"\nmsgstr \"\\x41b\"",
            "line 2: `\\x41b` is no byte",
        );
        check_fault(
            b"msgid \"a\"\nmsgstr \"\\400\"",
            "line 2: `\\400` is no byte",
        );
        check_fault(
            b"msgid \"a\"\nmsgstr \"\xff\"",
            "line 2: the file is not in UTF-8",
        );
    }

    #[test]
    fn other_codings_are_to_be_converted() {
        let header = |charset| {
            format!(
                "# x\nmsgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset={charset}\\n\"\n"
            )
        };
        for charset in ["UTF-8", "utf-8", "CHARSET", "ASCII", ""] {
            assert!(
                Catalogue::read(header(charset).as_bytes()).is_ok(),
                "{charset}"
            );
        }
        let latin = header("ISO-8859-2");
        check_fault(
            latin.as_bytes(),
            "line 3: the catalogue is written in ISO-8859-2, and not in UTF-8: `msgconv",
        );
        let mut latin = latin.into_bytes();
        latin.extend(b"msgid \"a\"\nmsgstr \"\xb1\"\n");
        check_fault(&latin, "line 4: the catalogue is written in ISO-8859-2");
    }

    #[test]
    fn escapes_are_read_as_in_c() {
        let catalogue = read(r#"msgid "a" msgstr "\n\t\r\"\\\a\b\f\v\7\1012\x4a\303\xa9""#);
        let expected = "\n\t\r\"\\\u{7}\u{8}\u{c}\u{b}\u{7}A2J\u{e9}";
        assert_eq!(&*catalogue.find(None, "a").unwrap()[0], expected);
    }

    #[test]
    fn forms_are_as_many_as_the_rule_says() {
        let text = |forms: &str| {
            format!(
                "msgid \"\"\nmsgstr \"Plural-Forms: nplurals=2; plural=n>1;\\n\"\n\nmsgid \"a\"\nmsgid_plural \"b\"\n{forms}"
            )
        };
        let expected = "line 4: the translation of \"a\" has plural forms: ";
        check_fault(text("msgstr[0] \"x\"").as_bytes(), expected);
        let three = "msgstr[0] \"x\" msgstr[1] \"y\" msgstr[2] \"z\"";
        check_fault(text(three).as_bytes(), expected);
        let two = text("msgstr[0] \"x\" msgstr[1] \"y\"");
        assert_eq!(read(&two).find(None, "a").unwrap().len(), 2);
        let rule = text("").replace("n>1", "n+1");
        check_fault(rule.as_bytes(), "line 4: the message \"a\" has no `msgstr`");
        let rule = two.replace("n>1", "n+1");
        check_fault(
            rule.as_bytes(),
            "line 2: the plural rule `n+1` gives form 2 for 1",
        );
    }

    #[test]
    fn a_template_is_a_catalogue_without_translations() {
        let template = "msgid \"\"\nmsgstr \"Language: \\nPlural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n\"\n\nmsgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n";
        let catalogue = read(template);
        assert!(catalogue.rule().is_none() && catalogue.language().is_none());
        assert_eq!(catalogue.iter().count(), 0);
        assert_eq!(read("").iter().count(), 0);
    }

    #[test]
    fn placeholders_are_those_of_the_message() {
        check_fault(
            b"msgid \"Hello, {name}\"\nmsgstr \"Hallo, {nam}\"",
            "line 2: the translation of \"Hello, {name}\" has `{nam}`, and the message has not",
        );
        check_fault(
            b"msgid \"one\"\nmsgid_plural \"{n}\"\nmsgstr[0] \"{n}\"\nmsgstr[1] \"{m}\"",
            "line 4: the translation of \"one\" has `{m}`",
        );
        read("msgid \"{a} {b}\" msgstr \"{b} {} {0}\"");
        read("#, fuzzy\nmsgid \"a\" msgstr \"{b}\"");
    }

    #[test]
    fn what_is_there_stays() {
        let mut catalogue = read("msgid \"a\" msgstr \"1\" msgctxt \"c\" msgid \"a\" msgstr \"2\"");
        let other = read(
            "msgid \"\" msgstr \"Language: de\\nPlural-Forms: nplurals=2; plural=n!=1;\" msgid \"a\" msgstr \"3\" msgctxt \"c\" msgid \"b\" msgstr \"4\" msgctxt \"d\" msgid \"a\" msgstr \"5\"",
        );
        catalogue.merge(other).unwrap();
        let expected = BTreeMap::from([
            ((None, "a"), vec!["1"]),
            ((Some("c"), "a"), vec!["2"]),
            ((Some("c"), "b"), vec!["4"]),
            ((Some("d"), "a"), vec!["5"]),
        ]);
        assert_eq!(listed(&catalogue), expected);
        assert_eq!(catalogue.language(), Some("de"));
        assert_eq!(catalogue.rule().unwrap().forms(), 2);
    }

    #[test]
    fn plural_rules_of_one_language_agree() {
        let of = |rule| read(&format!("msgid \"\" msgstr \"Plural-Forms: {rule}\""));
        let mut catalogue = of("nplurals=2; plural=n!=1;");
        catalogue
            .merge(of("nplurals=2; plural=(n==1 ? 0 : 1)"))
            .unwrap();
        let fault = catalogue.merge(of("nplurals=2; plural=n>1;")).unwrap_err();
        assert!(
            fault.message.contains("`nplurals=2; plural=n>1;`"),
            "{fault}"
        );
        let three =
            "msgid \"a\" msgid_plural \"b\" msgstr[0] \"1\" msgstr[1] \"2\" msgstr[2] \"3\"";
        assert!(catalogue.merge(read(three)).is_err());
        assert!(read(three).merge(of("nplurals=2; plural=n!=1;")).is_err());
    }

    type Listed = BTreeMap<(Option<String>, String), (Option<String>, Vec<String>)>;

    /// Texts in which each character that is something to a catalogue is likely.
    fn text() -> impl Strategy<Value = String> {
        "([\"\\\\\n\r\t #a7é\u{7}\u{7f}\u{2028}]|\\PC){1,8}"
    }

    fn messages() -> impl Strategy<Value = Listed> {
        let key = (proptest::option::of(text()), text());
        let forms = prop_oneof![
            (Just(None), proptest::collection::vec(text(), 1)),
            (text().prop_map(Some), proptest::collection::vec(text(), 3)),
        ];
        proptest::collection::btree_map(key, forms, 0..6).prop_map(|mut all| {
            // A placeholder is one where it is in the message too.
            all.retain(|(_, message), (plural, forms)| {
                let known: Vec<_> = placeholder::names(message)
                    .chain(plural.as_deref().into_iter().flat_map(placeholder::names))
                    .collect();
                forms
                    .iter()
                    .flat_map(|form| placeholder::names(form))
                    .all(|name| known.contains(&name))
            });
            all
        })
    }

    const HEADER: &str = "Plural-Forms: nplurals=3; plural=n%3;\n";

    fn as_po(messages: &Listed) -> String {
        let mut out = String::new();
        po::write(&mut out, "msgid", "");
        po::write(&mut out, "msgstr", HEADER);
        for ((context, message), (plural, forms)) in messages {
            if let Some(context) = context {
                po::write(&mut out, "msgctxt", context);
            }
            po::write(&mut out, "msgid", message);
            match plural {
                None => po::write(&mut out, "msgstr", &forms[0]),
                Some(plural) => {
                    po::write(&mut out, "msgid_plural", plural);
                    for (index, form) in forms.iter().enumerate() {
                        po::write(&mut out, &format!("msgstr[{index}]"), form);
                    }
                }
            }
        }
        out
    }

    fn as_mo(messages: &Listed, number: fn(u32) -> [u8; 4]) -> Vec<u8> {
        let mut pairs = vec![(String::new(), HEADER.to_owned())];
        for ((context, message), (plural, forms)) in messages {
            let context = context.as_ref().map(|context| format!("{context}\u{4}"));
            let plural = plural.as_ref().map(|plural| format!("\0{plural}"));
            let whole = [
                context.unwrap_or_default(),
                message.clone(),
                plural.unwrap_or_default(),
            ];
            pairs.push((whole.concat(), forms.join("\0")));
        }
        mo::tests::write(&pairs, number)
    }

    fn check_same(catalogue: &Catalogue, messages: &Listed) {
        let expected: BTreeMap<_, _> = messages
            .iter()
            .map(|((context, message), (_, forms))| {
                let forms: Vec<_> = forms.iter().map(String::as_str).collect();
                ((context.as_deref(), message.as_str()), forms)
            })
            .collect();
        assert_eq!(listed(catalogue), expected);
        assert_eq!(catalogue.rule().map(Rule::forms), Some(3));
    }

    proptest! {
        #[test]
        fn anything_can_be_read(bytes in any::<Vec<u8>>()) {
            _ = Catalogue::read(&bytes);
            for magic in [[0xde, 0x12, 0x04, 0x95], [0x95, 0x04, 0x12, 0xde]] {
                _ = Catalogue::read(&[&magic, &[0; 4][..], &bytes].concat());
            }
        }

        #[test]
        fn anything_alike_can_be_read(words in proptest::collection::vec(
            proptest::sample::select(vec![
                "msgid", "msgid_plural", "msgstr", "msgctxt", "msgstr[0]", "msgstr[1]", "\"", "\\",
                "\"a\"", "\"b\"", "\"{x}\"", "#, fuzzy", "#~", "#", "\n", " ", "[", "]",
                "\"Plural-Forms: nplurals=2; plural=", "n", "x41", "303", "\r",
            ]),
            0..30,
        )) {
            _ = Catalogue::read(words.concat().as_bytes());
        }

        #[test]
        fn what_is_written_is_read(messages in messages()) {
            check_same(&read(&as_po(&messages)), &messages);
            for number in [u32::to_le_bytes, u32::to_be_bytes] {
                let written = as_mo(&messages, number);
                check_same(&Catalogue::read(&written).unwrap(), &messages);
            }
        }

        #[test]
        fn a_damaged_file_is_no_danger(messages in messages(), at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
            let mut written = as_mo(&messages, u32::to_le_bytes);
            let at = at.index(written.len());
            _ = Catalogue::read(&written[..at]);
            written[at] = byte;
            _ = Catalogue::read(&written);
        }
    }
}
