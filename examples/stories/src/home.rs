//! The first page, pages of plain text, and the choice of a theme.

use std::{collections::BTreeMap, str::FromStr};

use serde::Serialize;
use squall::{Redirect, Result, Routes, State, handler, handler::Init, routes};

use crate::{
    html::{escape, with_query},
    site::{self, Shown, Site, Theme},
    store::{Db, Filter, Rfc},
    stories::{Stories, cards, search_form},
};

pub(crate) const ROUTES: Routes = routes![Home, ChooseTheme];

/// The newest stories, and the way to all others.
#[handler(base = site)]
#[route("/")]
struct Home {
    site: Site,
    db: State<Db>,
}

#[handler]
impl Home {
    async fn get(&self) -> Result<Shown<'_, Front>> {
        let mut latest = self.db.list(&Filter::default()).await?;
        let total = latest.len();
        latest.truncate(8);
        let topics = self.db.topics().await?;
        Ok(Shown(
            &self.site,
            Front {
                total,
                topics,
                latest,
            },
        ))
    }
}

#[derive(Serialize)]
struct Front {
    total: usize,
    topics: BTreeMap<String, usize>,
    latest: Vec<Rfc>,
}

impl site::Page for Front {
    fn title(&self) -> String {
        "How the web was written down".to_owned()
    }

    fn content(&self, site: &Site) -> String {
        let topics: String = self
            .topics
            .iter()
            .map(|(topic, count)| {
                let url = with_query(&Stories::url(), &[("topic", Some(topic))]);
                format!(
                    "<li><a href=\"{}\">{} <small>{count}</small></a>\n",
                    escape(&url),
                    escape(topic)
                )
            })
            .collect();
        format!(
            "<h1>How the web was written down</h1>\n\
             <p class=\"lead\">{} documents, from the first addresses to HTTP/3: what each of them says it is, and what \
             it replaced.</p>\n{}<ul class=\"topics\">\n{topics}</ul>\n<h2>Latest</h2>\n{}\
             <p><a href=\"{}\">All {0} stories</a></p>\n",
            self.total,
            search_form(None, None),
            cards(&self.latest, site, None),
            Stories::url(),
        )
    }
}

/// A page of text that comes with its route.
#[handler(base = site)]
pub(crate) struct Page {
    site: Site,
    title: Init<&'static str>,
    content: Init<&'static str>,
}

#[handler]
impl Page {
    fn get(&self) -> Shown<'_, Text> {
        Shown(
            &self.site,
            Text {
                title: *self.title,
                content: *self.content,
            },
        )
    }
}

#[derive(Serialize)]
struct Text {
    title: &'static str,
    content: &'static str,
}

impl site::Page for Text {
    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn content(&self, _: &Site) -> String {
        self.content.to_owned()
    }
}

/// Keeps the theme that a visitor chose in a cookie, and leads back.
#[handler(base = site)]
#[route("/theme/{theme}")]
pub(crate) struct ChooseTheme {
    site: Site,
    theme: Theme,
    #[query(default = LocalPath("/".to_owned()))]
    back: LocalPath,
}

#[handler]
impl ChooseTheme {
    fn post(&self) -> ([(&'static str, String); 1], Redirect) {
        let age = if self.theme == Theme::Auto {
            0
        } else {
            31_536_000
        };
        let cookie = format!(
            "theme={}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax",
            self.theme
        );
        ([("set-cookie", cookie)], Redirect::see_other(&self.back.0))
    }
}

/// A path of this site with its query. What a browser would take for another host is refused: `//host`, `/\host`.
#[derive(Debug)]
struct LocalPath(String);

impl FromStr for LocalPath {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_local = text.starts_with('/') && !text[1..].starts_with(['/', '\\']);
        if !is_local || text.contains(char::is_control) {
            return Err("expected a path of this site");
        }
        Ok(Self(text.to_owned()))
    }
}
