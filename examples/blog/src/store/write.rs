//! The posts: changing them. What is derived of a text (markup, summary, words) is made here, once, when it is written.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::{Result, Store};
use crate::markdown::{self, Rendered};

/// What an author has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) title: String,
    pub(crate) markdown: String,
}

/// A post of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Imported {
    /// What it is known by.
    pub(crate) path: String,
    /// Other old paths.
    pub(crate) aliases: Vec<String>,
    pub(crate) slug: String,
    pub(crate) draft: Draft,
    pub(crate) authors: Vec<String>,
    /// What it is about; where it does not say so, its beginning.
    pub(crate) summary: Option<String>,
    pub(crate) published: DateTime<Utc>,
    /// The file as it is.
    pub(crate) source: String,
}

/// What became of a post that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    New,
    Changed,
    /// It is there, and its file is the same as last time. What was changed of it here stays.
    Known,
}

impl Store {
    /// Adds a post, and gives its slug.
    pub(crate) async fn create(&self, draft: &Draft, author: &str) -> Result<String> {
        let rendered = markdown::render(&draft.markdown).await;
        let mut transaction = self.begin().await?;
        let slug = free_slug(&mut transaction, &slug::slugify(&draft.title)).await?;
        let row = Row {
            slug: &slug,
            draft,
            authors: author,
            summary: &rendered.summary,
            published: now(),
            known_as: None,
        };
        let id = insert(&mut transaction, &row, &rendered).await?;
        index(&mut transaction, id, &draft.title, &rendered).await?;
        transaction.commit().await?;
        Ok(slug)
    }

    /// Changes a post; its slug stays. `false` where there is none.
    pub(crate) async fn update(&self, slug: &str, draft: &Draft) -> Result<bool> {
        let rendered = markdown::render(&draft.markdown).await;
        let mut transaction = self.begin().await?;
        let id = sqlx::query_scalar(
            "UPDATE posts SET title = ?, markdown = ?, html = ?, summary = ?, updated = ? WHERE slug = ? RETURNING id",
        )
        .bind(&draft.title)
        .bind(&draft.markdown)
        .bind(&rendered.html)
        .bind(&rendered.summary)
        .bind(now())
        .bind(slug)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(id) = id else { return Ok(false) };
        index(&mut transaction, id, &draft.title, &rendered).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Removes a post, with its old paths and its words. `false` where there is none.
    pub(crate) async fn delete(&self, slug: &str) -> Result<bool> {
        let done = sqlx::query("DELETE FROM posts WHERE slug = ?")
            .bind(slug)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Takes in a post of a file: a new one, or what has changed of one that is known by its path.
    pub(crate) async fn take_in(&self, post: &Imported) -> Result<Taken> {
        let mut transaction = self.begin().await?;
        let known: Option<(i64, Option<String>)> =
            sqlx::query_as("SELECT id, source FROM posts WHERE path = ?")
                .bind(&post.path)
                .fetch_optional(&mut *transaction)
                .await?;
        if let Some((_, source)) = &known
            && source.as_ref() == Some(&post.source)
        {
            return Ok(Taken::Known);
        }
        let rendered = markdown::render(&post.draft.markdown).await;
        let (id, taken) = match known {
            Some((id, _)) => {
                replace(&mut transaction, id, post, &rendered).await?;
                (id, Taken::Changed)
            }
            None => {
                let row = Row {
                    slug: &free_slug(&mut transaction, &post.slug).await?,
                    draft: &post.draft,
                    authors: &post.authors.join("\n"),
                    summary: summary(post, &rendered),
                    published: post.published.timestamp(),
                    known_as: Some((&post.path, &post.source)),
                };
                let id = insert(&mut transaction, &row, &rendered).await?;
                (id, Taken::New)
            }
        };
        index(&mut transaction, id, &post.draft.title, &rendered).await?;
        keep_paths(&mut transaction, id, post).await?;
        transaction.commit().await?;
        Ok(taken)
    }

    /// Begins to change something: nobody else does meanwhile, so what is looked up stays true.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        self.pool.begin_with("BEGIN IMMEDIATE").await
    }
}

/// A new post as its table has it.
struct Row<'r> {
    slug: &'r str,
    draft: &'r Draft,
    /// One a line.
    authors: &'r str,
    summary: &'r str,
    /// In seconds since 1970. It has not been changed since.
    published: i64,
    /// The path and the file of one that was taken in.
    known_as: Option<(&'r str, &'r str)>,
}

async fn insert(
    connection: &mut SqliteConnection,
    row: &Row<'_>,
    rendered: &Rendered,
) -> Result<i64> {
    sqlx::query_scalar(
        "INSERT INTO posts (slug, title, authors, markdown, html, summary, published, updated, path, source) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(row.slug)
    .bind(&row.draft.title)
    .bind(row.authors)
    .bind(&row.draft.markdown)
    .bind(&rendered.html)
    .bind(row.summary)
    .bind(row.published)
    .bind(row.published)
    .bind(row.known_as.map(|(path, _)| path))
    .bind(row.known_as.map(|(_, source)| source))
    .fetch_one(connection)
    .await
}

async fn replace(
    connection: &mut SqliteConnection,
    id: i64,
    post: &Imported,
    rendered: &Rendered,
) -> Result<()> {
    sqlx::query(
        "UPDATE posts SET title = ?, authors = ?, markdown = ?, html = ?, summary = ?, published = ?, updated = ?, source = ? \
         WHERE id = ?",
    )
    .bind(&post.draft.title)
    .bind(post.authors.join("\n"))
    .bind(&post.draft.markdown)
    .bind(&rendered.html)
    .bind(summary(post, rendered))
    .bind(post.published.timestamp())
    .bind(now())
    .bind(&post.source)
    .bind(id)
    .execute(connection)
    .await?;
    Ok(())
}

fn summary<'p>(post: &'p Imported, rendered: &'p Rendered) -> &'p str {
    post.summary.as_ref().unwrap_or(&rendered.summary)
}

/// Writes down the old paths of a post. One that belongs to another is an error.
async fn keep_paths(connection: &mut SqliteConnection, id: i64, post: &Imported) -> Result<()> {
    sqlx::query("DELETE FROM paths WHERE post = ?")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    for path in std::iter::once(&post.path).chain(&post.aliases) {
        let owner: i64 = sqlx::query_scalar(
            "INSERT INTO paths (path, post) VALUES (?, ?) ON CONFLICT DO UPDATE SET post = post RETURNING post",
        )
        .bind(path)
        .bind(id)
        .fetch_one(&mut *connection)
        .await?;
        if owner != id {
            return Err(sqlx::Error::InvalidArgument(format!(
                "`{path}` is a path of another post"
            )));
        }
    }
    Ok(())
}

/// Writes down the words of a post.
async fn index(
    connection: &mut SqliteConnection,
    id: i64,
    title: &str,
    rendered: &Rendered,
) -> Result<()> {
    sqlx::query("DELETE FROM words WHERE rowid = ?")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)")
        .bind(id)
        .bind(title)
        .bind(&rendered.text)
        .execute(connection)
        .await?;
    Ok(())
}

/// A slug that no post has: this one, or with a number behind it.
async fn free_slug(connection: &mut SqliteConnection, wanted: &str) -> Result<String> {
    let wanted = shortened(wanted);
    let mut slug = wanted.to_owned();
    for number in 2_u64.. {
        let is_taken = sqlx::query("SELECT 1 FROM posts WHERE slug = ?")
            .bind(&slug)
            .fetch_optional(&mut *connection)
            .await?
            .is_some();
        if !is_taken {
            break;
        }
        slug = format!("{wanted}-{number}");
    }
    Ok(slug)
}

/// A slug of at most 80 characters, cut between words where that is possible. A title without a letter has none: it is a post.
fn shortened(slug: &str) -> &str {
    const LONGEST: usize = 80;
    let cut = match slug.get(..LONGEST) {
        Some(beginning) if slug.len() > LONGEST => {
            beginning.rfind('-').map_or(beginning, |end| &slug[..end])
        }
        _ => slug,
    };
    if cut.is_empty() { "post" } else { cut }
}

fn now() -> i64 {
    DateTime::<Utc>::from(SystemTime::now()).timestamp()
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn slugs_are_of_any_script_and_short() {
        let slug = |title: &str| shortened(&slug::slugify(title)).to_owned();
        assert_eq!(slug("Wind, Part 2!"), "wind-part-2");
        assert_eq!(slug("Žluťoučký kůň"), "zlutoucky-kun");
        for title in ["北京的风", "عاصفة", "Шквал", "🌬️ wind"] {
            let slug = slug(title);
            assert!(
                slug.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && slug != "post",
                "{title}: {slug}"
            );
        }
        assert_eq!(slug("?!"), "post");
        assert_eq!(
            slug(&"wind ".repeat(40)),
            "wind-".repeat(16).trim_end_matches('-')
        );
    }
}
