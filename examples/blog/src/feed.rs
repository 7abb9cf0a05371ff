//! The newest posts as an Atom feed (RFC 4287), for programs that look every hour whether there is something new.
//!
//! Feed and entries have names of their own (`urn:uuid:…`), made with the database: a reader knows them again when the blog has moved.

use std::time::SystemTime;

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
        let posts = self.store.newest_whole(SHOWN).await?;
        let (uuid, deleted) = self.store.identity().await?;
        let feed = feed(&self.site.about, &self.site.about.origin(cx), &uuid, &posts);
        let changed = feed.updated.to_utc().max(deleted);
        let xml = feed.write_to(Vec::new())?;
        cx.set_header("content-type", "application/atom+xml; charset=utf-8")?;
        cx.set_header("cache-control", "no-cache")?;
        let validators = Validators::new()
            .entity_tag(EntityTag::of(&xml))
            .last_modified(SystemTime::from(changed));
        Ok(cx.check_preconditions(&validators)?.map(|()| xml))
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
