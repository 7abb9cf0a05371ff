//! The posts, in `SQLite`: reading them. [`mod@write`] changes them, [`search`] finds them by their words.

use std::{
    str::FromStr,
    time::{Duration, SystemTime},
};

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{
    FromRow, Row, SqlitePool,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
    },
};

pub(crate) use search::Hit;
pub(crate) use write::{Draft, Imported, Taken};

mod search;
mod snippet;
mod write;

pub(crate) type Result<T> = std::result::Result<T, sqlx::Error>;

/// The posts on one page.
pub(crate) const SHOWN: u32 = 10;

/// The version of the schema, which the file knows as `user_version`.
const VERSION: i64 = 1;

#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: SqlitePool,
}

/// A post as a list names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) authors: Vec<String>,
    pub(crate) summary: String,
    pub(crate) published: DateTime<Utc>,
    pub(crate) updated: DateTime<Utc>,
}

impl Entry {
    /// When it was published, for the filters of dates.
    pub(crate) fn at(&self) -> SystemTime {
        self.published.into()
    }
}

/// A whole post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Post {
    id: i64,
    pub(crate) entry: Entry,
    /// What it is for ever known by in the feed.
    pub(crate) uuid: String,
    /// As it was written.
    pub(crate) markdown: String,
    /// As it is shown.
    pub(crate) html: String,
}

/// What is known of the posts as a whole.
#[derive(Clone, Debug)]
pub(crate) struct BlogState {
    /// What the feed is for ever known by.
    pub(crate) uuid: String,
    /// How often anything of the posts has changed, and when it was last.
    pub(crate) changes: i64,
    pub(crate) changed: DateTime<Utc>,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Which page it is, from 1.
    pub(crate) number: u32,
    /// How many pages there are: at least one.
    pub(crate) count: u32,
    /// How many items there are on all pages.
    pub(crate) total: u32,
}

impl<T> Page<T> {
    /// The page of this number, without its items yet, where there are so many in all. `None` where there is no such page.
    fn of(number: u32, total: u32) -> Option<Self> {
        let count = total.div_ceil(SHOWN).max(1);
        (1..=count).contains(&number).then(|| Self {
            items: Vec::new(),
            number,
            count,
            total,
        })
    }

    /// How many items stand on the pages before this one.
    fn before(&self) -> u32 {
        (self.number - 1) * SHOWN
    }

    pub(crate) fn newer(&self) -> Option<u32> {
        (self.number > 1).then(|| self.number - 1)
    }

    pub(crate) fn older(&self) -> Option<u32> {
        (self.number < self.count).then_some(self.number + 1)
    }
}

/// The posts of a year, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Year {
    pub(crate) year: i32,
    pub(crate) posts: u32,
}

impl Store {
    /// Opens the file, or makes it; says whether it is new.
    pub(crate) async fn open(file: &str) -> Result<(Self, bool)> {
        let is_in_memory = file == ":memory:";
        let options = if is_in_memory {
            SqliteConnectOptions::from_str("sqlite::memory:")?
        } else {
            SqliteConnectOptions::new()
                .filename(file)
                .create_if_missing(true)
        };
        let options = options
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let pool = SqlitePoolOptions::new();
        let pool = if is_in_memory {
            // A connection is a database of its own there, and ends with it.
            pool.max_connections(1)
                .min_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
        } else {
            pool.max_connections(8)
        };
        let store = Self {
            pool: pool.connect_with(options).await?,
        };
        let is_new = store.lay_out().await?;
        Ok((store, is_new))
    }

    /// Makes the tables where there are none.
    async fn lay_out(&self) -> Result<bool> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let version: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&mut *transaction)
            .await?;
        if version > VERSION {
            let error = format!(
                "the database is of a later program: its version is {version}, and {VERSION} is known here"
            );
            return Err(sqlx::Error::Configuration(error.into()));
        }
        if version < VERSION {
            sqlx::raw_sql(include_str!("schema.sql"))
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        }
        Ok(version == 0)
    }

    /// The database, for what only tests do to it.
    #[cfg(test)]
    pub(crate) fn database(&self) -> &SqlitePool {
        &self.pool
    }

    /// The newest posts. `None` where there is no such page.
    pub(crate) async fn newest(&self, number: u32) -> Result<Option<Page<Entry>>> {
        let total: u32 = sqlx::query_scalar("SELECT count(*) FROM posts")
            .fetch_one(&self.pool)
            .await?;
        let Some(page) = Page::of(number, total) else {
            return Ok(None);
        };
        let items = sqlx::query_as(
            "SELECT * FROM entries ORDER BY published DESC, id DESC LIMIT ? OFFSET ?",
        )
        .bind(SHOWN)
        .bind(page.before())
        .fetch_all(&self.pool)
        .await?;
        Ok(Some(Page { items, ..page }))
    }

    /// The newest posts, whole: for the feed.
    pub(crate) async fn newest_whole(&self, most: u32) -> Result<Vec<Post>> {
        sqlx::query_as("SELECT * FROM posts ORDER BY published DESC, id DESC LIMIT ?")
            .bind(most)
            .fetch_all(&self.pool)
            .await
    }

    pub(crate) async fn state(&self) -> Result<BlogState> {
        sqlx::query_as("SELECT * FROM blog")
            .fetch_one(&self.pool)
            .await
    }

    pub(crate) async fn post(&self, slug: &str) -> Result<Option<Post>> {
        sqlx::query_as("SELECT * FROM posts WHERE slug = ?")
            .bind(slug)
            .fetch_optional(&self.pool)
            .await
    }

    /// The slug of the post that once had this path, without slashes at its ends.
    pub(crate) async fn slug_at(&self, path: &str) -> Result<Option<String>> {
        sqlx::query_scalar(
            "SELECT slug FROM posts JOIN paths ON paths.post = posts.id WHERE paths.path = ?",
        )
        .bind(path)
        .fetch_optional(&self.pool)
        .await
    }

    /// The post before this one in time, and the one after it.
    pub(crate) async fn beside(&self, post: &Post) -> Result<(Option<Entry>, Option<Entry>)> {
        let at = |sql| {
            let query = sqlx::query_as::<_, Entry>(sql);
            query
                .bind(post.entry.published.timestamp())
                .bind(post.id)
                .fetch_optional(&self.pool)
        };
        let older = at(
            "SELECT * FROM entries WHERE (published, id) < (?, ?) ORDER BY published DESC, id DESC LIMIT 1",
        );
        let newer = at(
            "SELECT * FROM entries WHERE (published, id) > (?, ?) ORDER BY published, id LIMIT 1",
        );
        Ok((older.await?, newer.await?))
    }

    /// The years that have posts, the latest first.
    pub(crate) async fn years(&self) -> Result<Vec<Year>> {
        sqlx::query_as(
            "SELECT CAST(strftime('%Y', published, 'unixepoch') AS INTEGER) AS year, count(*) AS posts FROM posts \
             GROUP BY year ORDER BY year DESC",
        )
        .fetch_all(&self.pool)
        .await
    }

    /// The posts of a year, the latest first.
    pub(crate) async fn of_year(&self, year: i32) -> Result<Vec<Entry>> {
        let first = |year: i32| {
            Some(
                NaiveDate::from_ymd_opt(year, 1, 1)?
                    .and_hms_opt(0, 0, 0)?
                    .and_utc()
                    .timestamp(),
            )
        };
        let (Some(from), Some(to)) = (first(year), year.checked_add(1).and_then(first)) else {
            return Ok(Vec::new());
        };
        sqlx::query_as("SELECT * FROM entries WHERE published >= ? AND published < ? ORDER BY published DESC, id DESC")
            .bind(from)
            .bind(to)
            .fetch_all(&self.pool)
            .await
    }
}

impl FromRow<'_, SqliteRow> for Entry {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        let authors: &str = row.try_get("authors")?;
        Ok(Self {
            slug: row.try_get("slug")?,
            title: row.try_get("title")?,
            authors: authors.lines().map(str::to_owned).collect(),
            summary: row.try_get("summary")?,
            published: time(row, "published")?,
            updated: time(row, "updated")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for Post {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            entry: Entry::from_row(row)?,
            uuid: row.try_get("uuid")?,
            markdown: row.try_get("markdown")?,
            html: row.try_get("html")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for BlogState {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        Ok(Self {
            uuid: row.try_get("uuid")?,
            changes: row.try_get("changes")?,
            changed: time(row, "changed")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for Year {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        Ok(Self {
            year: row.try_get("year")?,
            posts: row.try_get("posts")?,
        })
    }
}

/// A time, which is kept in seconds since 1970.
fn time(row: &SqliteRow, column: &str) -> Result<DateTime<Utc>> {
    let seconds = row.try_get(column)?;
    DateTime::from_timestamp(seconds, 0).ok_or_else(|| {
        let index = column.to_owned();
        sqlx::Error::ColumnDecode {
            index,
            source: format!("{seconds} is no time").into(),
        }
    })
}
