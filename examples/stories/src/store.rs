//! The stories, in memory: read once from `data/rfcs.json`, gone when the program ends.
//!
//! The functions are `async` and can fail, as those of a database would be.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use squall::{HttpError, Result, http::StatusCode};

/// All stories, and how often each status was answered.
pub(crate) struct Db {
    rfcs: Mutex<BTreeMap<u64, Rfc>>,
    answers: Mutex<BTreeMap<u16, u64>>,
}

/// One document, as it stands in `data/rfcs.json` and in the content of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rfc {
    pub(crate) number: u64,
    pub(crate) title: Title,
    pub(crate) date: Month,
    pub(crate) status: Status,
    /// The documents that this one made obsolete.
    #[serde(default)]
    pub(crate) replaces: Vec<u64>,
    #[serde(default)]
    pub(crate) topics: BTreeSet<String>,
}

/// What can be changed in a document: all but its number.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    title: Title,
    date: Month,
    status: Status,
    #[serde(default)]
    replaces: Vec<u64>,
    #[serde(default)]
    topics: BTreeSet<String>,
}

/// What a list is narrowed down to.
#[derive(Debug, Default)]
pub(crate) struct Filter<'f> {
    pub(crate) topic: Option<&'f str>,
    /// Words, all of which stand in the title or are the number.
    pub(crate) search: Option<&'f str>,
}

impl Db {
    /// The store with what the example ships.
    pub(crate) fn in_memory() -> Self {
        let rfcs: Vec<Rfc> = serde_json::from_str(include_str!("../data/rfcs.json"))
            .expect("the data of the example is checked by its tests");
        Self {
            rfcs: Mutex::new(rfcs.into_iter().map(|rfc| (rfc.number, rfc)).collect()),
            answers: Mutex::default(),
        }
    }

    /// The documents that pass a filter, the newest first.
    pub(crate) async fn list(&self, filter: &Filter<'_>) -> Result<Vec<Rfc>> {
        let rfcs = lock(&self.rfcs);
        let mut found: Vec<_> = rfcs
            .values()
            .filter(|rfc| filter.lets(rfc))
            .cloned()
            .collect();
        found.sort_by_key(|rfc| std::cmp::Reverse((rfc.date, rfc.number)));
        Ok(found)
    }

    pub(crate) async fn exists(&self, number: u64) -> Result<bool> {
        Ok(lock(&self.rfcs).contains_key(&number))
    }

    pub(crate) async fn one(&self, number: u64) -> Result<Option<Rfc>> {
        Ok(lock(&self.rfcs).get(&number).cloned())
    }

    /// A document with all that it replaced, directly or not, and all that replaced it, the oldest first.
    pub(crate) async fn line(&self, number: u64) -> Result<Vec<Rfc>> {
        let rfcs = lock(&self.rfcs);
        let older = closure(number, |at| {
            rfcs.get(&at)
                .map_or_else(Vec::new, |rfc| rfc.replaces.clone())
        });
        let newer = closure(number, |at| {
            let successors = rfcs.values().filter(|rfc| rfc.replaces.contains(&at));
            successors.map(|rfc| rfc.number).collect()
        });
        let mut line: Vec<_> = older
            .union(&newer)
            .filter_map(|at| rfcs.get(at))
            .cloned()
            .collect();
        line.sort_by_key(|rfc| (rfc.date, rfc.number));
        Ok(line)
    }

    /// The topics, with the number of documents of each.
    pub(crate) async fn topics(&self) -> Result<BTreeMap<String, usize>> {
        let mut topics = BTreeMap::new();
        for rfc in lock(&self.rfcs).values() {
            for topic in &rfc.topics {
                *topics.entry(topic.clone()).or_default() += 1;
            }
        }
        Ok(topics)
    }

    pub(crate) async fn create(&self, rfc: Rfc) -> Result<()> {
        let mut rfcs = lock(&self.rfcs);
        if rfcs.contains_key(&rfc.number) {
            let error = HttpError::new(StatusCode::CONFLICT);
            return Err(error
                .with_message(format!("RFC {} is there already", rfc.number))
                .into());
        }
        rfcs.insert(rfc.number, rfc);
        Ok(())
    }

    pub(crate) async fn update(&self, number: u64, edit: Edit) -> Result<()> {
        let mut rfcs = lock(&self.rfcs);
        // It can have been deleted since somebody looked whether it exists.
        let rfc = rfcs.get_mut(&number).ok_or_else(HttpError::not_found)?;
        let Edit {
            title,
            date,
            status,
            replaces,
            topics,
        } = edit;
        *rfc = Rfc {
            number,
            title,
            date,
            status,
            replaces,
            topics,
        };
        Ok(())
    }

    pub(crate) async fn delete(&self, number: u64) -> Result<()> {
        lock(&self.rfcs)
            .remove(&number)
            .ok_or_else(HttpError::not_found)?;
        Ok(())
    }

    /// Counts an answer.
    pub(crate) fn record(&self, status: StatusCode) {
        *lock(&self.answers).entry(status.as_u16()).or_default() += 1;
    }

    /// How often each status was answered.
    pub(crate) fn answers(&self) -> BTreeMap<u16, u64> {
        lock(&self.answers).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What can be reached from a number, itself included. Edits can make circles, so nothing is visited twice.
fn closure(start: u64, next: impl Fn(u64) -> Vec<u64>) -> BTreeSet<u64> {
    let mut reached = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(at) = open.pop() {
        open.extend(
            next(at)
                .into_iter()
                .filter(|&number| reached.insert(number)),
        );
    }
    reached
}

impl Filter<'_> {
    fn lets(&self, rfc: &Rfc) -> bool {
        let title = rfc.title.0.to_lowercase();
        let mut words = self.search.unwrap_or_default().split_whitespace();
        self.topic.is_none_or(|topic| rfc.topics.contains(topic))
            && words
                .all(|word| title.contains(&word.to_lowercase()) || rfc.number.to_string() == word)
    }
}

/// A title: a line of text that is not empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Title(String);

impl TryFrom<String> for Title {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() || text.contains(char::is_control) {
            return Err("expected a line of text that is not empty");
        }
        Ok(Self(text.trim().to_owned()))
    }
}

impl std::ops::Deref for Title {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// A month, written `2022-06`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Month {
    year: u16,
    month: u8,
}

impl Month {
    /// The month in English: `June 2022`.
    pub(crate) fn in_english(self) -> String {
        const NAMES: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        format!("{} {}", NAMES[usize::from(self.month) - 1], self.year)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (year, month) = text.split_once('-')?;
            let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            if (year.len(), month.len()) != (4, 2) || !plain(year) || !plain(month) {
                return None;
            }
            let (year, month) = (year.parse().ok()?, month.parse().ok()?);
            (1..=12).contains(&month).then_some(Self { year, month })
        };
        read().ok_or("expected a month such as `2022-06`")
    }
}

impl TryFrom<String> for Month {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

/// The standing of a document, as the index of the RFC Editor gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Status {
    #[serde(rename = "Internet Standard")]
    InternetStandard,
    #[serde(rename = "Draft Standard")]
    DraftStandard,
    #[serde(rename = "Proposed Standard")]
    ProposedStandard,
    Informational,
    Experimental,
    Historic,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InternetStandard => "Internet Standard",
            Self::DraftStandard => "Draft Standard",
            Self::ProposedStandard => "Proposed Standard",
            Self::Informational => "Informational",
            Self::Experimental => "Experimental",
            Self::Historic => "Historic",
        })
    }
}
