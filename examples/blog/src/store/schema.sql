-- A version 4 UUID (RFC 9562 §5.4), a new one each time.
CREATE VIEW new_uuid AS SELECT
    substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-a' || substr(h, 18, 3) || '-' || substr(h, 21) AS uuid
    FROM (SELECT lower(hex(randomblob(16))) AS h);

CREATE TABLE blog (
    -- The feed is known by it, wherever the blog is found.
    uuid TEXT NOT NULL,
    -- How often a post was written, taken in, changed or deleted, and when that was last, in seconds since 1970.
    changes INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

INSERT INTO blog (uuid) SELECT uuid FROM new_uuid;

CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL DEFAULT '',
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    -- One a line.
    authors TEXT NOT NULL,
    markdown TEXT NOT NULL,
    html TEXT NOT NULL,
    summary TEXT NOT NULL,
    -- Seconds since 1970.
    published INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    -- The path that an imported post is known by, and its file as it was when it was last taken in.
    path TEXT UNIQUE,
    source TEXT
) STRICT;

CREATE TRIGGER posts_have_a_uuid AFTER INSERT ON posts WHEN new.uuid = '' BEGIN
    UPDATE posts SET uuid = (SELECT uuid FROM new_uuid) WHERE id = new.id;
END;

CREATE TRIGGER a_new_post_is_a_change AFTER INSERT ON posts BEGIN
    UPDATE blog SET changes = changes + 1, changed = unixepoch();
END;

CREATE TRIGGER a_changed_post_is_a_change AFTER UPDATE ON posts BEGIN
    UPDATE blog SET changes = changes + 1, changed = unixepoch();
END;

CREATE TRIGGER a_deleted_post_is_a_change AFTER DELETE ON posts BEGIN
    UPDATE blog SET changes = changes + 1, changed = unixepoch();
END;

CREATE INDEX posts_by_time ON posts (published, id);

-- The posts without their texts, as lists have them.
CREATE VIEW entries AS SELECT id, slug, title, authors, summary, published, updated FROM posts;

-- Old paths of posts, without slashes at their ends.
CREATE TABLE paths (
    path TEXT PRIMARY KEY,
    post INTEGER NOT NULL REFERENCES posts ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX paths_by_post ON paths (post);

-- The words of the posts, by their `id`.
CREATE VIRTUAL TABLE words USING fts5 (title, text, tokenize = 'unicode61 remove_diacritics 2');

CREATE TRIGGER words_go_with_their_post AFTER DELETE ON posts BEGIN
    DELETE FROM words WHERE rowid = old.id;
END;

PRAGMA user_version = 1;
