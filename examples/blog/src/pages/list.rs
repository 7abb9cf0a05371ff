//! Lists of posts: the newest, page by page, and those of a year.

use askama::Template;
use squall::{
    Context, HttpError, Result, State, View, handler, handler::IntoResponse, http,
    template::filters,
};

use crate::{
    site::Site,
    store::{Entry, Page, Store, Year},
};

#[handler(base = site)]
#[route("/")]
pub(crate) struct Home {
    site: Site,
    #[query(default = 1)]
    page: u32,
    store: State<Store>,
}

#[handler]
impl Home {
    async fn get(&self, cx: &mut Context) -> Result<impl IntoResponse> {
        // It is another one as soon as somebody writes, also by way of "back".
        cx.set_header("cache-control", "no-cache")?;
        let page = self
            .store
            .newest(self.page)
            .await?
            .ok_or_else(HttpError::not_found)?;
        let index = Index {
            site: &self.site,
            page,
        };
        Ok(View(index).block(Index::as_rows))
    }
}

#[derive(Template)]
#[template(path = "index.html", blocks = ["rows"])]
struct Index<'s> {
    site: &'s Site,
    page: Page<Entry>,
}

impl Index<'_> {
    #[expect(clippy::unused_self, reason = "`turn.html` asks every list")]
    fn url(&self, page: &u32) -> String {
        http::with_query(&Home::url(), [("page", page.to_string())])
    }
}

#[handler(base = site)]
#[route("/archive")]
pub(crate) struct Archive {
    site: Site,
    store: State<Store>,
}

#[handler]
impl Archive {
    async fn get(&self) -> Result<View<ArchivePage<'_>>> {
        let years = self.store.years().await?;
        Ok(View(ArchivePage {
            site: &self.site,
            years,
        }))
    }
}

#[derive(Template)]
#[template(path = "archive.html")]
struct ArchivePage<'s> {
    site: &'s Site,
    years: Vec<Year>,
}

#[handler(base = site)]
#[route("/archive/{year}")]
pub(crate) struct ArchiveOfYear {
    site: Site,
    year: i32,
    store: State<Store>,
}

#[handler]
impl ArchiveOfYear {
    async fn get(&self) -> Result<View<YearPage<'_>>> {
        let entries = self.store.of_year(self.year).await?;
        if entries.is_empty() {
            return Err(HttpError::not_found().into());
        }
        Ok(View(YearPage {
            site: &self.site,
            year: self.year,
            entries,
        }))
    }
}

#[derive(Template)]
#[template(path = "year.html")]
struct YearPage<'s> {
    site: &'s Site,
    year: i32,
    entries: Vec<Entry>,
}
