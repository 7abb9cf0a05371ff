//! Posts by their words.

use askama::Template;
use squall::{
    Context, HttpError, Result, State, View, handler, handler::IntoResponse, http,
    template::filters,
};

use crate::{
    site::Site,
    store::{Hit, Page, Store},
};

/// What is longer is cut, in characters.
const LONGEST: usize = 200;

#[handler(base = site)]
#[route("/search")]
pub(crate) struct Search {
    site: Site,
    #[query]
    q: Option<String>,
    #[query(default = 1)]
    page: u32,
    store: State<Store>,
}

#[handler]
impl Search {
    async fn get(&self, cx: &mut Context) -> Result<impl IntoResponse> {
        // As the list of posts.
        cx.set_header("cache-control", "no-cache")?;
        let words: String = self
            .q
            .iter()
            .flat_map(|q| q.chars())
            .take(LONGEST)
            .collect();
        let page = self
            .store
            .search(&words, self.page)
            .await?
            .ok_or_else(HttpError::not_found)?;
        let page = SearchPage {
            site: &self.site,
            words,
            page,
        };
        Ok(View(page).block(SearchPage::as_rows))
    }
}

#[derive(Template)]
#[template(path = "search.html", blocks = ["rows"])]
struct SearchPage<'s> {
    site: &'s Site,
    words: String,
    page: Page<Hit>,
}

impl SearchPage<'_> {
    fn url(&self, page: &u32) -> String {
        http::with_query(
            &Search::url(),
            [("q", &*self.words), ("page", &page.to_string())],
        )
    }
}
