//! A post.

use askama::Template;
use squall::{HttpError, Redirect, Result, State, View, handler, template::filters};

use crate::{
    site::Site,
    store::{Entry, Post, Store},
};

#[handler(base = site)]
#[route("/posts/{slug}")]
pub(crate) struct Show {
    site: Site,
    slug: String,
    store: State<Store>,
}

#[handler]
impl Show {
    async fn get(&self) -> Result<View<PostPage<'_>>> {
        let post = self
            .store
            .post(&self.slug)
            .await?
            .ok_or_else(HttpError::not_found)?;
        let (older, newer) = self.store.beside(&post).await?;
        Ok(View(PostPage {
            site: &self.site,
            post,
            older,
            newer,
        }))
    }
}

#[derive(Template)]
#[template(path = "post.html")]
struct PostPage<'s> {
    site: &'s Site,
    post: Post,
    older: Option<Entry>,
    newer: Option<Entry>,
}

/// Where posts once were. It takes what no other route does.
#[handler(base = site)]
#[route("/{*path}")]
pub(crate) struct Old {
    site: Site,
    path: String,
    store: State<Store>,
}

#[handler]
impl Old {
    async fn get(&self) -> Result<Redirect> {
        let path = self.path.trim_matches('/');
        let slug = self
            .store
            .slug_at(path)
            .await?
            .ok_or_else(HttpError::not_found)?;
        Ok(Redirect::permanent(Show::url(slug)))
    }
}
