//! Writing, changing and deleting posts.

use askama::Template;
use serde::Deserialize;
use squall::{
    Context, Form, HttpError, Redirect, Result, State, View, handler,
    handler::{IntoResponse, Response},
    http::{self, Method, StatusCode},
    template::filters,
};

use super::{EnterKey, Home, Show};
use crate::{
    access::{Access, is_same_origin},
    markdown,
    site::Site,
    store::{self, Post, Store},
};

/// The base of all that changes something: for the author only, and by the blog's own forms. In a form the longest [`TEXT`] takes three
/// times as much, where nothing of it is ASCII.
#[handler(base = site, max_body = "4 MiB", max_in_memory = "4 MiB")]
pub(crate) struct Desk {
    site: Site,
    store: State<Store>,
}

#[handler]
impl Desk {
    #[prepare]
    fn check(&self, cx: &mut Context) -> Result<()> {
        let refused = |why| Err(HttpError::forbidden().with_message(why).into());
        match &self.site.access {
            Access::ReadOnly => {
                refused("this blog is read-only: it was started without `--author`")
            }
            Access::Stranger if cx.method() != Method::POST => {
                let to = [("to", cx.path())];
                cx.finish(Redirect::see_other(http::with_query(&EnterKey::url(), to)))
            }
            Access::Stranger => refused("posts are written by the author, who has the key"),
            Access::Author(_) if cx.method() == Method::POST && !is_same_origin(cx.request()) => {
                refused("the form was not sent by a page of this blog")
            }
            Access::Author(_) => Ok(()),
        }
    }
}

impl Desk {
    /// The author. `check` has refused everybody else.
    fn author(&self) -> Result<&str> {
        match &self.site.access {
            Access::Author(name) => Ok(name),
            Access::ReadOnly | Access::Stranger => Err(HttpError::forbidden().into()),
        }
    }

    async fn post(&self, slug: &str) -> Result<Post> {
        Ok(self
            .store
            .post(slug)
            .await?
            .ok_or_else(HttpError::not_found)?)
    }
}

#[handler(base = desk)]
#[route("/compose")]
pub(crate) struct Compose {
    desk: Desk,
}

#[handler]
impl Compose {
    fn get(&self) -> View<WritePage<'_>> {
        View(WritePage::of(&self.desk.site, None, Fields::default()))
    }

    async fn post(&self, cx: &mut Context, fields: Form<Fields>) -> Result<Response> {
        let page = WritePage::of(&self.desk.site, None, fields.into_inner());
        if page.is_unfinished() {
            return page.back(cx).await;
        }
        let (draft, author) = (page.fields.draft(), self.desk.author()?);
        let slug = self.desk.store.create(&draft, author).await?;
        Redirect::see_other(Show::url(slug)).into_response(cx.request())
    }
}

#[handler(base = desk)]
#[route("/posts/{slug}/edit")]
pub(crate) struct Edit {
    desk: Desk,
    slug: String,
}

#[handler]
impl Edit {
    async fn get(&self) -> Result<View<WritePage<'_>>> {
        let post = self.desk.post(&self.slug).await?;
        let fields = Fields {
            title: post.entry.title,
            text: post.markdown,
            preview: None,
        };
        Ok(View(WritePage::of(
            &self.desk.site,
            Some(&self.slug),
            fields,
        )))
    }

    async fn post(&self, cx: &mut Context, fields: Form<Fields>) -> Result<Response> {
        let page = WritePage::of(&self.desk.site, Some(&self.slug), fields.into_inner());
        if page.is_unfinished() {
            return page.back(cx).await;
        }
        if !self
            .desk
            .store
            .update(&self.slug, &page.fields.draft())
            .await?
        {
            return Err(HttpError::not_found().into());
        }
        Redirect::see_other(Show::url(&self.slug)).into_response(cx.request())
    }
}

#[handler(base = desk)]
#[route("/posts/{slug}/delete")]
pub(crate) struct Delete {
    desk: Desk,
    slug: String,
}

#[handler]
impl Delete {
    async fn get(&self) -> Result<View<DeletePage<'_>>> {
        let post = self.desk.post(&self.slug).await?;
        Ok(View(DeletePage {
            site: &self.desk.site,
            post,
        }))
    }

    async fn post(&self) -> Result<Redirect> {
        if !self.desk.store.delete(&self.slug).await? {
            return Err(HttpError::not_found().into());
        }
        Ok(Redirect::see_other(Home::url()))
    }
}

#[derive(Template)]
#[template(path = "delete.html")]
struct DeletePage<'s> {
    site: &'s Site,
    post: Post,
}

/// The form, as it was sent.
#[derive(Debug, Default, Deserialize)]
struct Fields {
    title: String,
    text: String,
    /// Which of the two buttons it was.
    preview: Option<String>,
}

/// The longest title, in characters.
const TITLE: usize = 200;

/// The longest text, in bytes, and how that is said.
const TEXT: usize = 1024 * 1024;
const TEXT_SAID: &str = "1 MiB";

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Missing,
    TooLong,
}

impl Fields {
    /// Without what no page or feed may hold.
    fn cleaned(self) -> Self {
        Self {
            title: markdown::clean(&self.title)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            text: markdown::clean(&self.text),
            preview: self.preview,
        }
    }

    fn draft(&self) -> store::Draft {
        store::Draft {
            title: self.title.clone(),
            markdown: self.text.clone(),
        }
    }

    fn fault_of_title(&self) -> Option<Fault> {
        let length = self.title.chars().count();
        fault(self.title.is_empty(), length > TITLE)
    }

    fn fault_of_text(&self) -> Option<Fault> {
        fault(self.text.trim().is_empty(), self.text.len() > TEXT)
    }
}

fn fault(is_missing: bool, is_too_long: bool) -> Option<Fault> {
    if is_missing {
        Some(Fault::Missing)
    } else {
        is_too_long.then_some(Fault::TooLong)
    }
}

/// The form for a new post, or for one that is there.
#[derive(Template)]
#[template(path = "write.html", blocks = ["preview"])]
struct WritePage<'s> {
    site: &'s Site,
    /// The post, where it is there already.
    slug: Option<&'s str>,
    fields: Fields,
    title_fault: Option<Fault>,
    text_fault: Option<Fault>,
    /// The text as it will be, where that was asked for.
    preview: Option<String>,
}

impl<'s> WritePage<'s> {
    fn of(site: &'s Site, slug: Option<&'s str>, fields: Fields) -> Self {
        Self {
            site,
            slug,
            fields: fields.cleaned(),
            title_fault: None,
            text_fault: None,
            preview: None,
        }
    }

    /// Whether it goes back to its author: to be looked at, or to be mended.
    fn is_unfinished(&self) -> bool {
        self.fields.preview.is_some()
            || self.fields.fault_of_title().is_some()
            || self.fields.fault_of_text().is_some()
    }

    async fn back(mut self, cx: &mut Context) -> Result<Response> {
        if self.fields.preview.is_some() {
            self.preview = Some(markdown::render(&self.fields.text).await.html);
            return View(self)
                .block(WritePage::as_preview)
                .into_response(cx.request());
        }
        self.title_fault = self.fields.fault_of_title();
        self.text_fault = self.fields.fault_of_text();
        (StatusCode::UNPROCESSABLE_ENTITY, View(self)).into_response(cx.request())
    }
}
