//! The newest posts as an Atom feed (RFC 4287), for programs that look every hour whether there is something new.
//!
//! Feed and entries have names of their own (`urn:uuid:…`), made with the database: a reader knows them again when the blog has moved.

use atom_syndication::{
    Content, Entry, Feed as Atom, FixedDateTime, Generator, Link, Person, Text,
};
use chrono::{DateTime, Utc};
use squall::{
    Context, Result, State, handler,
    handler::Conditional,
    http::{EntityTag, Validators},
};

use crate::{
    pages::{Home, Show},
    site::{About, Site},
    store::{Post, Store},
};

/// The posts in the feed.
const SHOWN: u32 = 20;

#[handler(base = site)]
#[route("/feed.atom")]
pub(crate) struct Feed {
    site: Site,
    store: State<Store>,
}

#[handler]
impl Feed {
    async fn get(&self, cx: &mut Context) -> Result<Conditional<Vec<u8>>> {
        let (about, origin) = (&self.site.about, self.site.about.origin(cx));
        // What changes after this is in the feed, and makes it no newer than it is.
        let state = self.store.state().await?;
        let named = format!("{} {} {origin} {about:?}", state.uuid, state.changes);
        let validators = Validators::new()
            .entity_tag(EntityTag::of(named.as_bytes()))
            .last_modified(state.changed.into());
        cx.set_header("cache-control", "no-cache")?;
        // Most who ask have it already.
        if cx.check_preconditions(&validators)?.is_not_modified() {
            return Ok(Conditional::NotModified);
        }
        cx.set_header("content-type", "application/atom+xml; charset=utf-8")?;
        let posts = self.store.newest_whole(SHOWN).await?;
        let feed = feed(about, &origin, &state.uuid, &posts);
        Ok(Conditional::Modified(feed.write_to(Vec::new())?))
    }
}

fn feed(about: &About, origin: &str, uuid: &str, posts: &[Post]) -> Atom {
    let updated = posts.iter().map(|post| post.entry.updated).max();
    Atom {
        title: Text::plain(about.title.clone()),
        id: urn(uuid),
        updated: fixed(updated.unwrap_or_default()),
        authors: about
            .author
            .iter()
            .map(|author| person(&author.name))
            .collect(),
        links: vec![
            link(origin, &Feed::url(), "self", "application/atom+xml"),
            link(origin, &Home::url(), "alternate", "text/html"),
        ],
        generator: Some(Generator {
            value: "squall".to_owned(),
            ..Generator::default()
        }),
        // Links within the posts may be relative.
        base: Some(format!("{origin}/")),
        entries: posts
            .iter()
            .map(|post| entry(about, origin, post))
            .collect(),
        ..Atom::default()
    }
}

fn entry(about: &About, origin: &str, post: &Post) -> Entry {
    let head = &post.entry;
    let mut authors: Vec<_> = head.authors.iter().map(person).collect();
    if authors.is_empty() && about.author.is_none() {
        // RFC 4287 §4.1.2: somebody has written it.
        authors.push(person(&about.title));
    }
    Entry {
        title: Text::plain(head.title.clone()),
        id: urn(&post.uuid),
        updated: fixed(head.updated),
        published: Some(fixed(head.published)),
        authors,
        links: vec![link(
            origin,
            &Show::url(&head.slug),
            "alternate",
            "text/html",
        )],
        summary: (!head.summary.is_empty()).then(|| Text::plain(head.summary.clone())),
        content: Some(Content {
            value: Some(post.html.clone()),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

fn link(origin: &str, path: &str, rel: &str, media_type: &str) -> Link {
    Link {
        href: format!("{origin}{path}"),
        rel: rel.to_owned(),
        mime_type: Some(media_type.to_owned()),
        ..Link::default()
    }
}

fn person(name: impl Into<String>) -> Person {
    Person {
        name: name.into(),
        ..Person::default()
    }
}

fn urn(uuid: &str) -> String {
    format!("urn:uuid:{uuid}")
}

fn fixed(at: DateTime<Utc>) -> FixedDateTime {
    at.fixed_offset()
}
