//! What is generated warns of nothing, also in a crate that minds everything.

#![deny(warnings)]
#![deny(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    unused_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    let_underscore_drop,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    unused_results,
    non_ascii_idents,
    unsafe_code,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]

use squall::{Context, HttpError, Json, Result, Routes, State, handler, routes};
use squall::{
    handler::{Init, IntoResponse, Outcome},
    http::HeaderMap,
};

/// A database.
#[derive(Debug)]
pub struct Db;

/// A base.
#[handler]
#[prefix("/v1")]
#[derive(Debug)]
pub struct Site {
    db: State<Db>,
}

#[handler]
impl Site {
    #[prepare]
    fn load(&mut self) {
        let _: &Db = &self.db;
    }

    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        headers.reserve(usize::from(self.db.is_there()));
    }

    #[write_error]
    async fn page(&self, cx: &mut Context, error: &HttpError) -> Result<String> {
        cx.disconnected().await;
        Ok(format!("{error}{}", self.db.is_there()))
    }

    #[on_finish]
    async fn record(&self, outcome: &Outcome) {
        let _: (&Self, &Outcome) = (self, outcome);
        std::future::ready(()).await;
    }

    #[on_connection_close]
    fn gone(&self) {
        let _: &Self = self;
    }
}

impl Db {
    const fn is_there(&self) -> bool {
        let Self = self;
        true
    }
}

/// A story.
#[handler(base = site)]
#[route("/stories/{id}", name = "story")]
#[derive(Debug)]
pub struct Story {
    site: Site,
    id: u64,
    #[query]
    page: Option<u32>,
    #[query(default = "new")]
    order: String,
    #[cookie]
    theme: Option<String>,
}

#[handler]
impl Story {
    /// Shows it.
    fn get(&self) -> impl IntoResponse + use<> {
        format!("{:?}{:?}{}", self.page, self.theme, self.site.db.is_there())
    }

    async fn put(&mut self, cx: &mut Context, title: Json<String>) -> Result<String> {
        cx.disconnected().await;
        self.order = title.into_inner();
        Ok(self.id.to_string())
    }

    #[blocking]
    fn delete(&mut self) {
        self.order.clear();
    }
}

/// A page.
#[handler]
#[derive(Debug)]
pub struct Page {
    text: Init<&'static str>,
}

#[handler]
impl Page {
    fn get(&self) -> &'static str {
        *self.text
    }
}

/// All routes.
pub const ALL: Routes = routes![Story, "/about" => Page::init("about")];

#[squall::test]
async fn a_test() {
    std::future::ready(()).await;
}

#[squall::main]
async fn main() -> Result<()> {
    let _: Routes = ALL;
    drop(Story::url(7));
    std::future::ready(()).await;
    Ok(())
}
