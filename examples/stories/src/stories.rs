//! The stories: the list, and one of them.

use std::num::NonZeroU32;

use serde::Serialize;
use squall::{
    Context, HttpError, Json, Redirect, Result, Routes, State, handler, http::StatusCode, routes,
};

use crate::{
    html::{escape, with_query},
    site::{Page, Shown, Site},
    store::{Db, Edit, Filter, Rfc},
};

pub(crate) const ROUTES: Routes = routes![Stories, Story];

/// The most stories on one page of the list.
const PER_PAGE: u32 = 100;

/// The list: `/stories?topic=http&q=caching&page=2`.
#[handler(base = site)]
#[route("/stories", name = "stories")]
pub(crate) struct Stories {
    site: Site,
    #[query]
    topic: Option<String>,
    #[query("q")]
    search: Option<String>,
    #[query]
    page: Option<NonZeroU32>,
    #[query(default = 20)]
    per_page: u32,
    db: State<Db>,
}

#[handler]
impl Stories {
    #[prepare]
    fn check(&mut self) -> Result<()> {
        if !(1..=PER_PAGE).contains(&self.per_page) {
            let message =
                format!("query parameter `per_page`: expected a number from 1 to {PER_PAGE}");
            return Err(HttpError::bad_request(message).into());
        }
        Ok(())
    }

    async fn get(&self) -> Result<Shown<'_, Listing>> {
        // An empty field of a form says nothing.
        let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let (topic, search) = (said(&self.topic), said(&self.search));
        let filter = Filter {
            topic: topic.as_deref(),
            search: search.as_deref(),
        };
        let found = self.db.list(&filter).await?;
        let page = self.page.map_or(1, NonZeroU32::get);
        let pages = u32::try_from(found.len())?.div_ceil(self.per_page).max(1);
        if page > pages {
            return Err(HttpError::not_found()
                .with_message(format!("the last page is {pages}"))
                .into());
        }
        let per_page = usize::try_from(self.per_page)?;
        let skipped = usize::try_from(page - 1)? * per_page;
        let to_page = |page: u32| self.url_of_page(page, &filter);
        let listing = Listing {
            total: found.len(),
            page,
            pages,
            previous: (page > 1).then(|| to_page(page - 1)),
            next: (page < pages).then(|| to_page(page + 1)),
            stories: found.into_iter().skip(skipped).take(per_page).collect(),
            topic,
            search,
        };
        Ok(Shown(&self.site, listing))
    }

    async fn post(
        &self,
        rfc: Json<Rfc>,
    ) -> Result<(StatusCode, [(&'static str, String); 1], Json<Rfc>)> {
        self.db.create(rfc.0.clone()).await?;
        Ok((
            StatusCode::CREATED,
            [("location", Story::url(rfc.number))],
            rfc,
        ))
    }
}

impl Stories {
    fn url_of_page(&self, page: u32, filter: &Filter<'_>) -> String {
        let page = (page > 1).then(|| page.to_string());
        let per_page = (self.per_page != 20).then(|| self.per_page.to_string());
        with_query(
            &Self::url(),
            &[
                ("topic", filter.topic),
                ("q", filter.search),
                ("page", page.as_deref()),
                ("per_page", per_page.as_deref()),
            ],
        )
    }
}

/// A part of the list.
#[derive(Serialize)]
struct Listing {
    total: usize,
    page: u32,
    pages: u32,
    previous: Option<String>,
    next: Option<String>,
    stories: Vec<Rfc>,
    #[serde(skip)]
    topic: Option<String>,
    #[serde(skip)]
    search: Option<String>,
}

impl Page for Listing {
    fn title(&self) -> String {
        match (&self.search, &self.topic) {
            (Some(search), _) => format!("Search for {search}"),
            (None, Some(topic)) => format!("Stories about {topic}"),
            (None, None) => "All stories".to_owned(),
        }
    }

    fn content(&self, site: &Site) -> String {
        let (topic, search) = (self.topic.as_deref(), self.search.as_deref());
        let title = escape(&self.title()).into_owned();
        let form = search_form(topic, search);
        let found = match self.total {
            0 => "Nothing found.".to_owned(),
            1 => "One story.".to_owned(),
            total => format!("{total} stories."),
        };
        let cards = cards(&self.stories, site, None);
        let link = |url: &Option<String>, relation: &str, label: &str| match url {
            Some(url) => format!("<a rel=\"{relation}\" href=\"{}\">{label}</a>", escape(url)),
            None => format!("<span>{label}</span>"),
        };
        let pages = if self.pages > 1 {
            format!(
                "<nav class=\"pages\" aria-label=\"Pages\">{} <small>{} of {}</small> {}</nav>\n",
                link(&self.previous, "prev", "Newer"),
                self.page,
                self.pages,
                link(&self.next, "next", "Older"),
            )
        } else {
            String::new()
        };
        let all = if topic.or(search).is_some() {
            format!(" <a href=\"{}\">Show all</a>", Stories::url())
        } else {
            String::new()
        };
        format!("<h1>{title}</h1>\n{form}<p class=\"found\">{found}{all}</p>\n{cards}{pages}")
    }
}

/// One story, by its number.
#[handler(base = site)]
#[route("/stories/{id}", name = "story")]
#[route("/s/{id:[0-9]+}")]
pub(crate) struct Story {
    site: Site,
    id: u64,
    db: State<Db>,
}

#[handler]
impl Story {
    #[prepare]
    async fn load(&mut self) -> Result<()> {
        if !self.db.exists(self.id).await? {
            return Err(HttpError::not_found()
                .with_message(format!("there is no story {}", self.id))
                .into());
        }
        Ok(())
    }

    async fn get(&self, cx: &mut Context) -> Result<Option<Shown<'_, StoryBody>>> {
        // Which of its URLs is to be kept: by name, as code that does not know the handler would find it.
        let canonical = cx.reverse_url("story", [self.id.to_string()])?;
        cx.set_header("link", format!("<{canonical}>; rel=\"canonical\""))?;
        let Some(rfc) = self.db.one(self.id).await? else {
            return Ok(None);
        };
        let line = self.db.line(self.id).await?;
        let replaced_by = line
            .iter()
            .filter(|other| other.replaces.contains(&self.id));
        let replaced_by = replaced_by.map(|other| other.number).collect();
        Ok(Some(Shown(
            &self.site,
            StoryBody {
                rfc,
                replaced_by,
                line,
            },
        )))
    }

    async fn put(&mut self, edit: Json<Edit>) -> Result<Redirect> {
        self.db.update(self.id, edit.into_inner()).await?;
        Ok(Redirect::see_other(Story::url(self.id)))
    }

    async fn delete(&self) -> Result<StatusCode> {
        self.db.delete(self.id).await?;
        Ok(StatusCode::NO_CONTENT)
    }
}

/// A story with its line: what came before it and after it.
#[derive(Serialize)]
struct StoryBody {
    #[serde(flatten)]
    rfc: Rfc,
    replaced_by: Vec<u64>,
    line: Vec<Rfc>,
}

impl Page for StoryBody {
    fn title(&self) -> String {
        format!("RFC {}: {}", self.rfc.number, &*self.rfc.title)
    }

    fn content(&self, site: &Site) -> String {
        let Rfc {
            number,
            title,
            date,
            status,
            replaces,
            topics,
        } = &self.rfc;
        let topics: Vec<_> = topics
            .iter()
            .map(|topic| {
                let url = with_query(&Stories::url(), &[("topic", Some(topic))]);
                format!("<a href=\"{}\">{}</a>", escape(&url), escape(topic))
            })
            .collect();
        let facts = [
            ("Date", site.date(*date)),
            ("Status", status.to_string()),
            ("Topics", topics.join(", ")),
            ("Replaces", self.numbers(replaces)),
            ("Replaced by", self.numbers(&self.replaced_by)),
        ];
        let facts: String = facts
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n"))
            .collect();
        let line = if self.line.len() > 1 {
            format!(
                "<h2>Before and after</h2>\n{}",
                cards(&self.line, site, Some(*number))
            )
        } else {
            String::new()
        };
        format!(
            "<h1><small>RFC {number}</small> {}</h1>\n<dl>\n{facts}</dl>\n\
             <p><a href=\"https://www.rfc-editor.org/rfc/rfc{number}\">Read it at the RFC Editor</a></p>\n{line}",
            escape(title),
        )
    }
}

impl StoryBody {
    /// Numbers of other stories: as links, where they are here.
    fn numbers(&self, numbers: &[u64]) -> String {
        let link = |number: &u64| {
            if self.line.iter().any(|other| other.number == *number) {
                format!("<a href=\"{}\">{number}</a>", Story::url(number))
            } else {
                number.to_string()
            }
        };
        numbers.iter().map(link).collect::<Vec<_>>().join(", ")
    }
}

/// Stories as a list of links; the one that the page itself is about is none.
pub(crate) fn cards(stories: &[Rfc], site: &Site, current: Option<u64>) -> String {
    let cards: String = stories
        .iter()
        .map(|rfc| {
            let (number, title) = (rfc.number, escape(&rfc.title));
            let (date, status) = (site.date(rfc.date), rfc.status);
            let inside =
                format!("<b>{number}</b> <span>{title}<small>{date} · {status}</small></span>");
            if current == Some(number) {
                format!("<li><div aria-current=\"page\">{inside}</div>\n")
            } else {
                format!("<li><a href=\"{}\">{inside}</a>\n", Story::url(number))
            }
        })
        .collect();
    format!("<ol class=\"cards\">\n{cards}</ol>\n")
}

/// The form above a list.
pub(crate) fn search_form(topic: Option<&str>, search: Option<&str>) -> String {
    let topic = topic
        .map(|topic| {
            format!(
                "<input type=\"hidden\" name=\"topic\" value=\"{}\">",
                escape(topic)
            )
        })
        .unwrap_or_default();
    format!(
        "<form class=\"search\" action=\"{}\" role=\"search\">{topic}<input type=\"search\" name=\"q\" value=\"{}\" \
         placeholder=\"A word or a number\" aria-label=\"Search\"><button>Search</button></form>\n",
        Stories::url(),
        escape(search.unwrap_or_default()),
    )
}
