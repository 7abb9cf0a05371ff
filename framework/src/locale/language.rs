//! [`Locale`]: one language, with its translations and its ways of writing numbers, lists and dates.

use std::{
    borrow::Cow,
    collections::HashSet,
    fmt::{self, Display},
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use ::http::HeaderValue;

use super::{
    Count, DateStyle, Direction, Moment, Text,
    catalogue::Catalogue,
    format::{Format, ListKind, Translate, native_name},
    scan::Message,
};
use crate::http::languages;

/// The most messages without a translation that are told of one language. What is asked for need not be written in the program.
const TOLD: usize = 1000;

/// So much of one is told, in characters.
const LONGEST: usize = 200;

/// A language in which answers are made. Feature `locale`.
///
/// As a field of a handler or an argument of a method it is that of the request; see [`Locales`](super::Locales) for how it is found, and
/// [`filters`](crate::template::filters) for the same in templates. Cloning it is cheap.
///
/// # Examples
///
/// ```
/// use squall::{handler, locale::Locale};
///
/// #[handler]
/// #[route("/inbox")]
/// struct Inbox {
///     locale: Locale,
/// }
///
/// #[handler]
/// impl Inbox {
///     fn get(&self) -> String {
///         self.locale.tn("You have one message", "You have {n} messages", 3).into()
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Locale {
    language: Arc<Language>,
    /// Set when it is spoken: the answer to the request that this is the language of was made with it.
    is_used: Option<Arc<AtomicBool>>,
}

struct Language {
    code: String,
    tag: HeaderValue,
    /// Its own, then those of the languages that it is a kind of.
    catalogues: Vec<Arc<Catalogue>>,
    format: Arc<Format>,
    /// Whether the messages are written in it.
    is_source: bool,
    /// The messages that have been told to have no translation, by their hashes.
    told: Mutex<HashSet<u64>>,
    hasher: RandomState,
}

impl Locale {
    /// A language; how it writes dates is taken from what it was before.
    pub(super) fn new(
        code: &str,
        source: &str,
        catalogues: Vec<Arc<Catalogue>>,
        old: Option<&Self>,
    ) -> Self {
        let format = match old {
            Some(old) => Arc::clone(&old.language.format),
            None => Arc::new(Format::new(code)),
        };
        let language = Language {
            code: code.to_owned(),
            tag: HeaderValue::from_str(code).expect("a tag is of letters and digits"),
            catalogues,
            format,
            is_source: languages::primary(code) == languages::primary(source),
            told: Mutex::default(),
            hasher: RandomState::new(),
        };
        Self {
            language: Arc::new(language),
            is_used: None,
        }
    }

    /// The same, which notes that it was spoken.
    pub(super) fn noting(&self, is_used: Arc<AtomicBool>) -> Self {
        Self {
            language: Arc::clone(&self.language),
            is_used: Some(is_used),
        }
    }

    /// Whatever is said of the language, or in it.
    fn spoken(&self) -> &Language {
        if let Some(is_used) = &self.is_used {
            is_used.store(true, Ordering::Relaxed);
        }
        &self.language
    }

    /// Its tag, as `lang` of a page has it: `de`, `pt-BR` ([BCP 47](https://www.rfc-editor.org/rfc/rfc5646)).
    #[must_use]
    pub fn code(&self) -> &str {
        &self.spoken().code
    }

    /// Its name in itself: `Deutsch`. Its tag, where squall does not know it.
    #[must_use]
    pub fn name(&self) -> &str {
        native_name(self.code()).unwrap_or(self.code())
    }

    /// Where its lines begin, as `dir` of a page has it.
    #[must_use]
    pub fn direction(&self) -> Direction {
        Direction::of(self.code())
    }

    pub(super) fn tag(&self) -> &HeaderValue {
        &self.language.tag
    }
}

/// Messages. One without a translation is given as it is, and told once in the log.
impl Locale {
    /// A message in this language: gettext's `_`, Tornado's `translate`.
    #[must_use]
    pub fn t<'t>(&'t self, text: &'t str) -> Text<'t> {
        Text::new(self.spoken().translated(None, text))
    }

    /// A message that means different things in different places: gettext's `pgettext`.
    ///
    /// ```
    /// # use squall::locale::Locales;
    /// # let locale = Locales::new("en").source();
    /// assert_eq!(locale.tc("month", "May"), "May");
    /// ```
    #[must_use]
    pub fn tc<'t>(&'t self, context: &str, text: &'t str) -> Text<'t> {
        Text::new(self.spoken().translated(Some(context), text))
    }

    /// A message that counts: gettext's `ngettext`. `{n}` is the number, as this language writes it.
    ///
    /// ```
    /// # use squall::locale::Locales;
    /// # let locale = Locales::new("en").source();
    /// assert_eq!(locale.tn("one day", "{n} days", 1), "one day");
    /// assert_eq!(locale.tn("one day", "{n} days", 1234), "1,234 days");
    /// ```
    #[must_use]
    pub fn tn<'t>(&'t self, one: &'t str, many: &'t str, count: impl Count) -> Text<'t> {
        self.spoken().counted(None, one, many, &count)
    }

    /// Both: gettext's `npgettext`.
    #[must_use]
    pub fn tnc<'t>(
        &'t self,
        context: &str,
        one: &'t str,
        many: &'t str,
        count: impl Count,
    ) -> Text<'t> {
        self.spoken().counted(Some(context), one, many, &count)
    }

    /// Whether all of a message is there in this language.
    pub(super) fn has(&self, message: &Message) -> bool {
        let context = message.context.as_deref();
        let language = &self.language;
        language.is_source || language.forms(context, &message.text).is_some()
    }
}

impl Language {
    fn counted<'t>(
        &'t self,
        context: Option<&str>,
        one: &'t str,
        many: &'t str,
        count: &dyn Count,
    ) -> Text<'t> {
        let text = self.plural(context, one, many, count.magnitude());
        let number = count.decimal();
        let number = self.format.number(&number).unwrap_or(number);
        Text::new(text).with("n", number)
    }

    fn translated<'t>(&'t self, context: Option<&str>, text: &'t str) -> &'t str {
        match self.forms(context, text) {
            Some((_, [form, ..])) => form,
            _ => {
                self.tell(context, text);
                text
            }
        }
    }

    fn plural<'t>(
        &'t self,
        context: Option<&str>,
        one: &'t str,
        many: &'t str,
        count: u64,
    ) -> &'t str {
        self.form(context, one, count).unwrap_or_else(|| {
            self.tell(context, one);
            if count == 1 { one } else { many }
        })
    }

    /// The translation for a count; of a message that was translated without a plural, the only one.
    fn form(&self, context: Option<&str>, one: &str, count: u64) -> Option<&str> {
        let (catalogue, forms) = self.forms(context, one)?;
        let at = match catalogue.rule() {
            Some(rule) => rule.form(count),
            None => self.format.plural(count),
        };
        forms.get(at).or(forms.first()).map(|form| &**form)
    }

    /// The translation of a message, all its forms, and the catalogue that has it.
    fn forms(&self, context: Option<&str>, text: &str) -> Option<(&Catalogue, &[Box<str>])> {
        let mut catalogues = self.catalogues.iter();
        catalogues.find_map(|catalogue| Some((&**catalogue, catalogue.find(context, text)?)))
    }

    /// Tells once that a message has no translation.
    fn tell(&self, context: Option<&str>, text: &str) {
        if self.is_source {
            return;
        }
        let message = self.hasher.hash_one((context, text));
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() < TOLD && told.insert(message) {
            drop(told);
            let language = &*self.code;
            // Escaped and not too long: what is asked for may be of a client.
            let text: String = text.chars().take(LONGEST).collect();
            tracing::warn!(target: "squall", language, context = ?context, "no translation of {text:?}");
        }
    }

    /// Tells that a phrase of squall's has no translation, where nothing but the catalogue has one.
    fn tell_of_phrase(&self, phrase: &str) {
        if cfg!(not(feature = "icu")) {
            self.tell(None, phrase);
        }
    }
}

/// Numbers, lists and dates: with the feature `icu` as the language has them, without it by English rules.
impl Locale {
    /// A number, with its groups: `1,234,567.5`, and of a float `NaN` and `∞` too. `None` where the text of the value is no decimal number.
    #[must_use]
    pub fn number(&self, number: impl Display) -> Option<String> {
        self.spoken().format.number(&number.to_string())
    }

    /// A list: `A, B and C`. Empty where nothing is in it.
    #[must_use]
    pub fn list<T: Display>(&self, items: impl IntoIterator<Item = T>) -> String {
        let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
        let language = self.spoken();
        language.format.list(&items, ListKind::And, language)
    }

    /// A list of which one is meant: `A, B or C`.
    #[must_use]
    pub fn list_or<T: Display>(&self, items: impl IntoIterator<Item = T>) -> String {
        let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
        let language = self.spoken();
        language.format.list(&items, ListKind::Or, language)
    }

    /// A date, or a time of day, or both.
    #[must_use]
    pub fn date(&self, at: impl Moment, style: DateStyle) -> String {
        let language = self.spoken();
        language.format.date(at.system_time(), style, language)
    }

    /// A date as people say it: `5 minutes ago`, `yesterday at 3:15 pm`, `July 10`. What lies more than a minute ahead is a date like any other.
    ///
    /// The style says how far the time of day is from UTC; without a time, which is the default, the words leave it out. The phrases are
    /// messages ([`PHRASES`](super::PHRASES)), which a catalogue can translate.
    #[must_use]
    pub fn relative_date(&self, at: impl Moment, style: DateStyle) -> String {
        let (language, now) = (self.spoken(), SystemTime::now());
        language
            .format
            .relative(at.system_time(), now, style, language)
    }
}

/// What squall writes itself: first the words of the catalogue.
impl Translate for Language {
    fn text(&self, message: &str) -> Option<Cow<'_, str>> {
        let found = self.forms(None, message);
        if found.is_none() {
            self.tell_of_phrase(message);
        }
        let (_, forms) = found?;
        Some(Cow::Borrowed(forms.first()?))
    }

    fn plural(&self, one: &str, _: &str, count: u64) -> Option<Cow<'_, str>> {
        let found = self.form(None, one, count);
        if found.is_none() {
            self.tell_of_phrase(one);
        }
        found.map(Cow::Borrowed)
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Locale").field(&self.language.code).finish()
    }
}

/// Two are equal that are the same language.
impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Locale {}
