//! [`Locales`]: the languages of a program, and which of them a request is answered in.

use std::{
    env, fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use ::http::{HeaderMap, HeaderValue};

use super::{Locale, catalogue::Catalogue, format::Format, scan::Message};
use crate::{
    handler::{Error, Result, person::Language},
    http::{cookies, languages},
};

/// The languages of a program: that in which its messages are written, and one for each catalogue of translations. Feature `locale`.
///
/// They are given to the application as a state. A request is answered in the language that the hook `#[user_locale]` names, else in that of the
/// cookie `locale`, else in the one that fits `accept-language` best, else in that of the messages. Where the answer is made with the
/// [`Locale`] of its request, it says so (`content-language`), and what decided on it (`vary: accept-language, cookie`; a hook that looks at
/// other fields than cookies adds theirs).
///
/// Catalogues are those of GNU gettext, `.po` or `.mo`, in UTF-8. Which form of a plural to take says the catalogue; where it says nothing,
/// the rules of CLDR do. One that cannot be read, or whose translations have other placeholders than their messages, is an error with its
/// file and line: a program that passes it on from `main` does not start.
///
/// # Examples
///
/// ```
/// use squall::{Application, Routes, locale::Locales};
///
/// # const ROUTES: Routes = squall::routes![];
/// # fn app() -> squall::Result<Application> {
/// let german = "msgid \"Hello {name}\"\nmsgstr \"Guten Tag, {name}\"\n";
/// let locales = Locales::new("en").catalogue("de", german)?;
/// # assert_eq!(locales.get("de-AT").unwrap().t("Hello {name}").with("name", "Eva"), "Guten Tag, Eva");
/// Ok(Application::new(ROUTES).state(locales))
/// # }
/// # app().unwrap();
/// ```
///
/// In a program it is `.catalogue("de", include_bytes!("../locales/de.po"))`, or [`folder`](Self::folder) for those that lie beside it.
#[derive(Clone, Debug)]
pub struct Locales {
    /// That of the messages is the first.
    languages: Vec<Locale>,
    catalogues: Vec<(String, Arc<Catalogue>)>,
    cookie: Option<String>,
}

/// The languages of a program that names none.
pub(super) static ENGLISH: LazyLock<Locales> = LazyLock::new(|| Locales::new("en"));

impl Locales {
    /// A program whose messages are written in this language: a tag of BCP 47 such as `en` or `pt-BR`. It is what is answered in where no
    /// other fits.
    ///
    /// # Panics
    ///
    /// When the text is no tag.
    #[must_use]
    #[track_caller]
    pub fn new(source: &str) -> Self {
        let Some(source) = languages::tag(source) else {
            panic!("`{source}` is no tag of a language: it is written like `en` or `pt-BR`");
        };
        Self {
            languages: vec![Locale::new(&source, &source, Vec::new(), None)],
            catalogues: Vec::new(),
            cookie: Some("locale".to_owned()),
        }
    }

    /// Adds the translations of a language: the content of a `.po` or a `.mo`. What a catalogue of this language that was added before has is
    /// kept.
    ///
    /// # Errors
    ///
    /// The name is no tag, or the content is no catalogue: the error has its line.
    pub fn catalogue(self, language: &str, content: impl AsRef<[u8]>) -> Result<Self> {
        let named = format!("the catalogue of `{language}`");
        self.with_catalogue(language, &named, content.as_ref())
    }

    /// Adds all catalogues of a folder: `de.po` and `pt-BR.mo`, or `de/LC_MESSAGES/messages.mo`, as gettext and Tornado have it. Beside a `.po`
    /// of the same name a `.mo` is passed over. The folder is relative to that of the crate under cargo, else to the working directory.
    ///
    /// # Errors
    ///
    /// There is no such folder, no catalogue in it, or one that cannot be read: the error has its file and line.
    pub fn folder(mut self, folder: impl AsRef<Path>) -> Result<Self> {
        let folder = home().join(folder);
        let failed = |error: io::Error| fault(&folder.display(), &error);
        let found = find_catalogues(&folder).map_err(failed)?;
        if found.is_empty() {
            let why =
                "has no catalogue: they are named like `de.po` or `de/LC_MESSAGES/messages.mo`";
            return Err(fault(&folder.display(), &why));
        }
        for (language, file) in found {
            let content = fs::read(&file).map_err(|error| fault(&file.display(), &error))?;
            let named = file.display().to_string();
            self = self.with_catalogue(&language, &named, &content)?;
        }
        Ok(self)
    }

    /// The cookie that names the language. Default: `locale`.
    ///
    /// What it names is taken like a range of `accept-language`; what is none of the languages is passed over. A handler sets it:
    ///
    /// ```
    /// use squall::{Context, Redirect, Result, handler};
    ///
    /// #[handler]
    /// #[route("/language/{code}")]
    /// struct Language {
    ///     code: String,
    /// }
    ///
    /// #[handler]
    /// impl Language {
    ///     fn post(&self, cx: &mut Context) -> Result<Redirect> {
    ///         cx.set_cookie(("locale", self.code.clone()))?;
    ///         Ok(Redirect::see_other("/"))
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn cookie(mut self, name: impl Into<String>) -> Self {
        self.cookie = Some(name.into());
        self
    }

    /// Looks for no cookie.
    #[must_use]
    pub fn no_cookie(mut self) -> Self {
        self.cookie = None;
        self
    }

    /// The language that fits this one best: `de` for `de-AT`, `pt-BR` for `pt`. `None` where none does. What systems say besides is passed
    /// over: `de_AT.UTF-8`.
    #[must_use]
    pub fn get(&self, language: &str) -> Option<Locale> {
        self.find(language).cloned()
    }

    /// The language of the messages.
    #[must_use]
    pub fn source(&self) -> Locale {
        self.languages[0].clone()
    }

    /// All languages, that of the messages first.
    pub fn iter(&self) -> impl Iterator<Item = &Locale> {
        self.languages.iter()
    }

    /// One pair of a language and a message for each translation that is missing, for all languages but that in which the messages are written.
    /// [`messages`](super::messages) finds them; a test can say that none is missing:
    ///
    /// ```
    /// use squall::locale::{Locales, messages};
    ///
    /// # fn main() -> squall::Result<()> {
    /// # let folder = tempfile::tempdir()?;
    /// # std::fs::write(folder.path().join("a.html"), r#"{{ "Hello"|t }}{{ "Bye"|t }}"#)?;
    /// # let (templates, german) = (folder.path(), "msgid \"Hello\"\nmsgstr \"Hallo\"\n");
    /// let locales = Locales::new("en").catalogue("de", german)?;
    /// let messages = messages([templates])?;
    /// let missing: Vec<_> = locales
    ///     .untranslated(&messages)
    ///     .map(|(locale, message)| format!("{}: {}", locale.code(), message.text))
    ///     .collect();
    /// assert_eq!(missing, ["de: Bye"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn untranslated<'m>(
        &self,
        messages: &'m [Message],
    ) -> impl Iterator<Item = (&Locale, &'m Message)> {
        self.iter().flat_map(move |locale| {
            let lacks = |message: &&Message| !locale.has(message);
            messages
                .iter()
                .filter(lacks)
                .map(move |message| (locale, message))
        })
    }

    /// The language of a request that has no user with another one.
    pub(super) fn negotiate(&self, headers: &HeaderMap) -> &Locale {
        let by_cookie = || {
            let value = cookies::value(headers, self.cookie.as_deref()?)?;
            self.find(&value)
        };
        let by_field = || {
            let mut ranges = languages::accepted(headers).into_iter();
            ranges.find_map(|range| self.find(range))
        };
        let chosen = by_cookie().or_else(by_field);
        chosen.unwrap_or(&self.languages[0])
    }

    /// The fields that decide on the language, for `vary`.
    pub(super) fn varies(&self) -> Option<HeaderValue> {
        if self.languages.len() < 2 {
            return None;
        }
        Some(match &self.cookie {
            Some(_) => Language::VARIES_BY_COOKIE,
            None => HeaderValue::from_static("accept-language"),
        })
    }

    fn find(&self, language: &str) -> Option<&Locale> {
        let tag = languages::tag(language)?;
        languages::best(&tag, &self.languages, Locale::code)
    }

    fn with_catalogue(mut self, language: &str, named: &str, content: &[u8]) -> Result<Self> {
        let Some(tag) = languages::tag(language) else {
            let why =
                format!("`{language}` is no tag of a language: it is written like `de` or `pt-BR`");
            return Err(fault(&named, &why));
        };
        let catalogue = Catalogue::read(content).map_err(|error| fault(&named, &error))?;
        check(&tag, &catalogue).map_err(|why| fault(&named, &why))?;
        match self.catalogues.iter_mut().find(|(known, _)| *known == tag) {
            Some((_, known)) => {
                let mut both = Catalogue::clone(known);
                both.merge(catalogue)
                    .map_err(|error| fault(&named, &error))?;
                *known = Arc::new(both);
            }
            None => self.catalogues.push((tag.clone(), Arc::new(catalogue))),
        }
        self.settle(&tag);
        Ok(self)
    }

    /// Makes the languages anew that a catalogue is for: its own, and those that it stands behind.
    fn settle(&mut self, tag: &str) {
        let source = self.languages[0].code().to_owned();
        if !self.languages.iter().any(|locale| locale.code() == tag) {
            let locale = Locale::new(tag, &source, Vec::new(), None);
            self.languages.push(locale);
        }
        for at in 0..self.languages.len() {
            let old = self.languages[at].clone();
            let behind = self.behind(old.code());
            self.languages[at] = Locale::new(old.code(), &source, behind, Some(&old));
        }
    }

    /// The catalogues that a language looks into: its own, then those of the languages that it is a kind of.
    fn behind(&self, code: &str) -> Vec<Arc<Catalogue>> {
        let is_it = |tag: &str| {
            let rest = code.strip_prefix(tag);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let mut behind: Vec<_> = self
            .catalogues
            .iter()
            .filter(|(tag, _)| is_it(tag))
            .collect();
        behind.sort_by_key(|(tag, _)| std::cmp::Reverse(tag.len()));
        behind
            .into_iter()
            .map(|(_, catalogue)| Arc::clone(catalogue))
            .collect()
    }
}

/// What of a catalogue only its language tells to be wrong.
fn check(tag: &str, catalogue: &Catalogue) -> Result<(), String> {
    let said = catalogue.language().and_then(languages::tag);
    if let Some(said) = said
        && languages::primary(&said) != languages::primary(tag)
    {
        return Err(format!(
            "it says of itself that its language is `{said}`, and is taken for `{tag}`"
        ));
    }
    if catalogue.rule().is_some() {
        return Ok(());
    }
    let forms = Format::new(tag).plural_forms();
    let other = |(_, _, of): &(_, _, &[Box<str>])| of.len() > 1 && of.len() != forms;
    match catalogue.iter().find(other) {
        Some((_, message, of)) => Err(format!(
            "the translation of `{message}` has {} forms, and this language has {forms}: name the rule in the head of the catalogue by \
             `Plural-Forms`",
            of.len()
        )),
        None => Ok(()),
    }
}

fn fault(named: &dyn fmt::Display, why: &dyn fmt::Display) -> Error {
    io::Error::other(format!("{named}: {why}")).into()
}

/// Where folders of the program are.
fn home() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .unwrap_or_default()
}

/// The catalogues of a folder with their languages, by name.
fn find_catalogues(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        let messages = path.join("LC_MESSAGES");
        if messages.is_dir() {
            let language = name_of(path.file_name());
            let files = entries(&messages)?;
            found.extend(
                catalogues_of(&files)
                    .into_iter()
                    .map(|file| (language.clone(), file)),
            );
        }
    }
    let files = entries(folder)?;
    found.extend(
        catalogues_of(&files)
            .into_iter()
            .map(|file| (name_of(file.file_stem()), file)),
    );
    Ok(found)
}

/// The catalogues among some files. A `.mo` beside its `.po` is made of that.
fn catalogues_of(files: &[PathBuf]) -> Vec<PathBuf> {
    let has = |file: &Path, extension: &str| file.extension().is_some_and(|is| is == extension);
    let is_catalogue = |file: &&PathBuf| {
        has(file, "po") || (has(file, "mo") && !files.contains(&file.with_extension("po")))
    };
    files.iter().filter(is_catalogue).cloned().collect()
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn name_of(name: Option<&std::ffi::OsStr>) -> String {
    name.unwrap_or_default().to_string_lossy().into_owned()
}
