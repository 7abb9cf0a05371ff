//! Program 2: the struct is the typed request.

use serde::{Deserialize, Serialize};
use squall::{
    Context, HttpError, Json, Redirect, Result, State, handler, handler::Outcome, http::HeaderMap,
    routes,
};

struct Db;

impl Db {
    async fn exists(&self, id: u64) -> Result<bool> {
        Ok(id > 0)
    }

    async fn update(&self, _: u64, _: Edit) -> Result<()> {
        Ok(())
    }
}

#[derive(Deserialize)]
struct Edit {
    title: String,
}

#[derive(Serialize)]
struct StoryBody {
    id: u64,
    title: String,
}

#[handler]
struct Site {
    db: State<Db>,
}

#[handler]
impl Site {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        headers.clear();
    }

    #[write_error]
    async fn error_page(&self, _: &mut Context, error: &HttpError) -> Result<String> {
        Ok(error.to_string())
    }
}

#[handler(base = site)]
#[route("/stories/{id}", name = "story")]
#[route("/s/{id:[0-9]+}")]
struct Story {
    site: Site,
    id: u64,
    #[query]
    page: Option<u32>,
    #[query(default = 20)]
    per_page: u32,
    #[header("accept-language")]
    languages: Option<String>,
    #[cookie]
    theme: Option<String>,
    db: State<Db>,
    name: State<&'static str>,
    motto: Option<State<&'static str>>,
}

#[handler]
impl Story {
    #[prepare]
    async fn load(&mut self, cx: &mut Context) -> Result<()> {
        if !self.db.exists(self.id).await? {
            return Err(HttpError::not_found().into());
        }
        cx.set_header("x-page", self.page.unwrap_or(self.per_page).to_string())
    }

    async fn get(&self, cx: &mut Context) -> Result<Json<StoryBody>> {
        let title = cx.path().to_owned();
        Ok(Json(StoryBody { id: self.id, title }))
    }

    async fn put(&mut self, edit: Json<Edit>) -> Result<Redirect> {
        self.db.update(self.id, edit.into_inner()).await?;
        Ok(Redirect::see_other(Story::url(self.id)))
    }

    async fn patch(&self, name: State<&'static str>, motto: Option<State<&'static str>>) -> String {
        format!("{}{}{}", *name, motto.is_some(), *self.name)
    }

    #[blocking]
    fn delete(&mut self) -> String {
        self.theme
            .take()
            .or(self.languages.take())
            .unwrap_or_default()
    }

    #[method("PROPFIND")]
    fn properties(&self) -> Option<&'static str> {
        self.site.db.clone();
        self.motto.as_ref()?;
        None
    }

    #[on_finish]
    fn record(&self, outcome: &Outcome) {
        _ = outcome;
    }

    #[on_connection_close]
    fn gone(&self) {}
}

fn main() {
    let _ = routes![Story];
    let by_value: String = Story::url(7);
    let by_reference: String = Story::url(&7);
    assert_eq!(by_value, by_reference);
    let edit = Edit {
        title: String::new(),
    };
    _ = edit.title;
}
