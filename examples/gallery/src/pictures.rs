//! The handlers: a page of pictures, adding one, showing one.

use serde::Serialize;
use squall::{
    Context, Html, HttpError, Json, Redirect, Result, Routes, State,
    files::Files,
    handler,
    handler::{IntoResponse, Multipart, Part, RequestHandle, Response},
    http::{ContentDisposition, HeaderMap, HeaderValue, StatusCode},
    routes,
};

use crate::{
    page,
    store::{Kind, Picture, Store},
};

pub(crate) const ROUTES: Routes = routes![Home, Pictures, Show];

/// The pictures on one page.
const SHOWN: usize = 24;

/// What all of them share: fields that keep a page to itself, and the page of an error.
#[handler]
pub(crate) struct Site;

#[handler]
impl Site {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {
        let policy =
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        headers.insert("content-security-policy", HeaderValue::from_static(policy));
        headers.insert(
            "x-content-type-options",
            HeaderValue::from_static("nosniff"),
        );
        headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    }

    #[write_error]
    fn page(&self, cx: &mut Context, error: &HttpError) -> Result<Response> {
        cx.add_header("vary", "accept")?;
        if cx.request().prefers_json() {
            let problem = page::Problem::of(error);
            return (
                [("content-type", "application/problem+json")],
                Json(problem),
            )
                .into_response(cx.request());
        }
        Html(page::error(error)).into_response(cx.request())
    }
}

#[handler(base = site)]
#[route("/")]
pub(crate) struct Home {
    site: Site,
    #[query(default = 1)]
    page: usize,
    store: State<Store>,
}

#[handler]
impl Home {
    async fn get(&self, cx: &mut Context) -> Result<Html<String>> {
        // Somebody may add a picture at any time: look whether it is still the same.
        cx.set_header("cache-control", "no-cache")?;
        let page = self.page.max(1);
        let (pictures, count) = self.store.newest((page - 1).saturating_mul(SHOWN), SHOWN);
        let pages = count.div_ceil(SHOWN).max(1);
        if page > pages {
            return Err(HttpError::not_found().into());
        }
        Ok(Html(page::home(&pictures, page, pages)))
    }
}

#[handler(base = site, max_body = "4 GiB", max_in_memory = "64 KiB")]
#[route("/pictures")]
pub(crate) struct Pictures {
    site: Site,
    store: State<Store>,
}

#[handler]
impl Pictures {
    /// Takes the pictures of the form one by one. Where one is refused, those before it stay.
    async fn post(&self, mut form: Multipart) -> Result<Added> {
        let mut added = Vec::new();
        while let Some(part) = form.next_part().await? {
            if part.name() == "picture" && part.file_name().is_some() {
                added.push(self.take(part).await?);
            }
        }
        if added.is_empty() {
            return Err(HttpError::bad_request("the form has no picture: choose a file").into());
        }
        Ok(Added(added))
    }
}

impl Pictures {
    /// Writes a picture down while it comes.
    async fn take(&self, mut part: Part<'_>) -> Result<Picture> {
        let file_name = part.file_name().unwrap_or_default().to_owned();
        let mut beginning = Vec::new();
        while beginning.len() < Kind::SIGNATURE {
            match part.chunk().await? {
                Some(chunk) => beginning.extend_from_slice(&chunk),
                None => break,
            }
        }
        let kind = Kind::of(&beginning).ok_or_else(|| no_picture(&file_name))?;
        let mut incoming = self.store.begin().await?;
        incoming.write(&beginning).await?;
        while let Some(chunk) = part.chunk().await? {
            incoming.write(&chunk).await?;
        }
        Ok(self.store.keep(incoming, kind, &file_name).await?)
    }
}

fn no_picture(file_name: &str) -> HttpError {
    let error = HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    error.with_message(format!(
        "`{file_name}` is no picture: PNG, JPEG, GIF, WebP and AVIF are"
    ))
}

/// The answer to new pictures: what they are, or for a form without scripts the way back to them.
pub(crate) struct Added(Vec<Picture>);

#[derive(Serialize)]
struct AddedJson {
    added: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    url: String,
    #[serde(flatten)]
    picture: Picture,
}

impl IntoResponse for Added {
    fn into_response(self, request: &RequestHandle) -> Result<Response> {
        if !request.prefers_json() {
            return Redirect::see_other(Home::url()).into_response(request);
        }
        let link = |picture: Picture| Link {
            url: Show::url(&picture.name),
            picture,
        };
        let added: Vec<_> = self.0.into_iter().map(link).collect();
        // Of several, the first is as good as any (RFC 9110 §15.3.2).
        let first = added.first().map(|link| link.url.clone());
        let location = [("location", first.unwrap_or_else(Home::url))];
        (StatusCode::CREATED, location, Json(AddedJson { added })).into_response(request)
    }
}

#[handler(base = site)]
#[route("/pictures/{name}")]
pub(crate) struct Show {
    site: Site,
    name: String,
    #[query]
    download: Option<String>,
    files: State<Files>,
}

#[handler]
impl Show {
    async fn get(&self, cx: &mut Context) -> Result<Response> {
        // A name is never used for another picture.
        cx.set_header("cache-control", "max-age=31536000, immutable")?;
        if self.download.is_some() {
            let disposition = ContentDisposition::attachment(&self.name);
            cx.set_header("content-disposition", disposition.to_string())?;
        }
        self.files.answer(cx, &self.name).await
    }
}
