//! What the keeper of the site looks at: all of it below `/admin`.
//!
//! Nothing here is secret. A real program would ask who is there, in the `prepare` of [`Admin`].

use std::collections::BTreeMap;

use serde::Serialize;
use squall::{
    Result, Routes, State, handler,
    http::{HeaderMap, HeaderValue, header},
    routes,
};

use crate::{
    html::escape,
    site::{Page, Shown, Site},
    store::{Db, Filter},
};

pub(crate) const ROUTES: Routes = routes![Stats];

/// The base of all that stands below `/admin`.
#[handler(base = site)]
#[prefix("/admin")]
pub(crate) struct Admin {
    site: Site,
}

#[handler]
impl Admin {
    #[default_headers]
    fn never_stored(&self, headers: &mut HeaderMap) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The site in numbers.
#[handler(base = admin)]
#[route("/stats")]
pub(crate) struct Stats {
    admin: Admin,
    db: State<Db>,
}

#[handler]
impl Stats {
    async fn get(&self) -> Result<Shown<'_, Numbers>> {
        let stories = self.db.list(&Filter::default()).await?;
        let mut standing = BTreeMap::new();
        for rfc in &stories {
            *standing.entry(rfc.status.to_string()).or_default() += 1;
        }
        let numbers = Numbers {
            stories: stories.len(),
            standing,
            topics: self.db.topics().await?,
            answers: self.db.answers(),
        };
        Ok(Shown(&self.admin.site, numbers))
    }
}

#[derive(Serialize)]
struct Numbers {
    stories: usize,
    standing: BTreeMap<String, usize>,
    topics: BTreeMap<String, usize>,
    /// How often each status was answered since the program started.
    answers: BTreeMap<u16, u64>,
}

impl Page for Numbers {
    fn title(&self) -> String {
        "Numbers".to_owned()
    }

    fn content(&self, _: &Site) -> String {
        let answers = self
            .answers
            .iter()
            .map(|(status, count)| (status.to_string(), *count));
        format!(
            "<h1>Numbers</h1>\n<p class=\"lead\">{} stories.</p>\n{}{}{}",
            self.stories,
            table(
                "By status",
                self.standing
                    .iter()
                    .map(|(name, count)| (name.clone(), *count as u64))
            ),
            table(
                "By topic",
                self.topics
                    .iter()
                    .map(|(name, count)| (name.clone(), *count as u64))
            ),
            table("Answers since the start", answers),
        )
    }
}

/// Counts with bars, so that they can be compared at a glance.
fn table(title: &str, counts: impl Iterator<Item = (String, u64)>) -> String {
    let counts: Vec<_> = counts.collect();
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let rows: String = counts
        .iter()
        .map(|(name, count)| {
            let name = escape(name);
            format!("<tr><th scope=\"row\">{name}</th><td>{count}</td><td><meter max=\"{most}\" value=\"{count}\"></meter></td></tr>\n")
        })
        .collect();
    format!("<h2>{title}</h2>\n<table>\n{rows}</table>\n")
}
