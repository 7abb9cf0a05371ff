//! Taking in posts: what is new, what has changed, and what is bad.

use std::{env, path::PathBuf};

use super::{Blog, folder};
use crate::{
    import::{self, Tally},
    store::Taken,
};

const GOOD: &str = "+++\npath = '2023/12/15/on-wind'\ntitle = 'On wind'\nauthors = ['Ann', 'Bob']\naliases = ['old/wind.html', '/w/']\n+++\nIt blows.\n";

/// Takes in a folder, and gives the tally and what was said about the bad ones.
async fn take_in(blog: &Blog, folder: &std::path::Path) -> (Tally, Vec<String>) {
    let mut bad = Vec::new();
    let files = import::files(folder).unwrap();
    let tally = import::take_in(
        &blog.store,
        &files,
        |file, outcome: Result<Taken, String>| {
            if let Err(reason) = outcome {
                bad.push(format!("{}: {reason}", file.file_name().unwrap().display()));
            }
        },
    )
    .await;
    (tally, bad)
}

fn tally(new: usize, changed: usize, known: usize, bad: usize) -> Tally {
    Tally {
        new,
        changed,
        known,
        bad,
    }
}

#[squall::test]
async fn a_post_is_taken_in_once() {
    let blog = Blog::new().await;
    let folder = folder(&[
        ("a.md", GOOD),
        ("below/b.md", "+++\ntitle = 'B'\ndate = 2024-01-02\n+++\nB"),
        ("c.txt", "no post"),
    ]);
    assert_eq!(take_in(&blog, folder.path()).await.0, tally(2, 0, 0, 0));
    assert_eq!(take_in(&blog, folder.path()).await.0, tally(0, 0, 2, 0));
    let list = blog.page("/").await;
    assert_eq!(list.texts(".entry h2"), ["B", "On wind"]);
    let post = blog.page("/posts/on-wind").await;
    assert!(post.text(".when").ends_with("Ann and Bob"));
    assert_eq!(
        post.all(".when time")[0].attr("datetime"),
        Some("2023-12-15")
    );
}

#[squall::test]
async fn what_changed_is_changed() {
    let blog = Blog::new().await;
    let folder = folder(&[
        ("a.md", GOOD),
        ("b.md", "+++\ntitle = 'B'\ndate = 2024-01-02\n+++\nB"),
    ]);
    take_in(&blog, folder.path()).await;
    blog.send(
        "/posts/b/edit",
        &[("title", "B, edited here"), ("text", "B")],
    )
    .await;
    let changed = GOOD
        .replace("It blows.", "It blew.")
        .replace("old/wind.html", "new/wind.html")
        .replace("On wind", "On winds");
    std::fs::write(folder.path().join("a.md"), changed).unwrap();
    assert_eq!(take_in(&blog, folder.path()).await.0, tally(0, 1, 1, 0));
    let post = blog.page("/posts/on-wind").await;
    assert_eq!(
        (post.text("h1"), post.text(".prose")),
        ("On winds".to_owned(), "It blew.".to_owned())
    );
    assert_eq!(
        blog.page("/posts/b").await.text("h1"),
        "B, edited here",
        "its file is as it was"
    );
    assert_eq!(
        (
            blog.status("/new/wind.html").await,
            blog.status("/old/wind.html").await
        ),
        (308, 404)
    );
}

#[squall::test]
async fn old_paths_lead_to_the_post() {
    let blog = Blog::new().await;
    let folder = folder(&[("a.md", GOOD)]);
    take_in(&blog, folder.path()).await;
    for target in [
        "/2023/12/15/on-wind",
        "/2023/12/15/on-wind/",
        "/old/wind.html",
        "/w",
        "/w/?page=1",
    ] {
        let answer = blog.client.get(target).send().await;
        assert_eq!(
            (answer.status().as_u16(), answer.header("location")),
            (308, Some("/posts/on-wind")),
            "{target}"
        );
    }
    for target in [
        "/2023/12/15",
        "/2023/12/15/ON-WIND",
        "/old",
        "//old/wind.html/x",
    ] {
        assert_eq!(blog.status(target).await, 404, "{target}");
    }
    blog.send("/posts/on-wind/delete", &[]).await;
    assert_eq!(blog.status("/old/wind.html").await, 404);
}

#[squall::test]
async fn bad_posts_are_told_and_the_others_go_on() {
    let blog = Blog::new().await;
    let folder = folder(&[
        ("a.md", "no front matter"),
        ("b.md", "+++\ntitle = \n+++\n"),
        ("c.md", "+++\ntitle = 'C'\n+++\n"),
        ("d.md", "+++\npath = '2023/02/30/d'\ntitle = 'D'\n+++\n"),
        (
            "f.md",
            "+++\npath = '2024/02/29/f'\ntitle = 'F'\naliases = ['f']\n+++\nF",
        ),
        (
            "g.md",
            "+++\npath = '2024/02/29/g'\ntitle = 'G'\naliases = ['/f/']\n+++\nG",
        ),
    ]);
    std::fs::write(folder.path().join("e.md"), b"+++\ntitle = '\xff'\n+++\n").unwrap();
    let (counts, bad) = take_in(&blog, folder.path()).await;
    assert_eq!(counts, tally(1, 0, 0, 6), "{bad:?}");
    for (file, part) in [
        ("a.md", "first line"),
        ("b.md", "line 2"),
        ("c.md", "neither"),
        ("d.md", "date"),
        ("e.md", "UTF-8"),
        ("g.md", "another post"),
    ] {
        assert!(
            bad.iter()
                .any(|line| line.starts_with(file) && line.contains(part)),
            "{file}: {bad:?}"
        );
    }
    assert_eq!(
        blog.page("/").await.texts(".entry h2"),
        ["F"],
        "what is bad leaves nothing behind"
    );
}

#[squall::test]
async fn an_import_ends_with_its_exit_status() {
    let blog = Blog::new().await;
    let good = folder(&[("a.md", GOOD)]);
    let bad = folder(&[("a.md", GOOD), ("b.md", "bad")]);
    let code = |code| format!("{code:?}");
    let (success, failure) = (
        std::process::ExitCode::SUCCESS,
        std::process::ExitCode::FAILURE,
    );
    assert_eq!(
        code(import::folder(&blog.store, good.path()).await.unwrap()),
        code(success)
    );
    assert_eq!(
        code(import::folder(&blog.store, bad.path()).await.unwrap()),
        code(failure)
    );
    let error = import::folder(&blog.store, &good.path().join("none"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("none cannot be read"), "{error}");
}

#[squall::test]
async fn a_blog_is_there_after_a_restart() {
    let folder = folder(&[("a.md", GOOD)]);
    let file = folder.path().join("blog.db");
    let open = || crate::store::Store::open(file.to_str().unwrap());
    let (store, is_new) = open().await.unwrap();
    assert!(is_new);
    let files = import::files(folder.path()).unwrap();
    import::take_in(&store, &files, |_, _| ()).await;
    drop(store);
    let (store, is_new) = open().await.unwrap();
    assert!(!is_new);
    assert!(store.post("on-wind").await.unwrap().is_some());
}

/// Posts that a real blog has gathered in twelve years. They are no part of this repository.
// It takes longer than a `squall::test` may.
#[tokio::test]
async fn real_posts_are_taken_in() {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/posts");
    let posts = env::var_os("SQUALL_POSTS").map_or(beside, PathBuf::from);
    if !posts.is_dir() {
        println!("skipped: there is no folder of posts; `SQUALL_POSTS` names one");
        return;
    }
    let blog = Blog::new().await;
    let count = import::files(&posts).unwrap().len();
    let (counts, bad) = take_in(&blog, &posts).await;
    assert_eq!(counts, tally(count, 0, 0, 0), "{bad:?}");
    assert_eq!(take_in(&blog, &posts).await.0, tally(0, 0, count, 0));
    let pages = count.div_ceil(10);
    assert_eq!(blog.status(&format!("/?page={pages}")).await, 200);
    assert_eq!(blog.status(&format!("/?page={}", pages + 1)).await, 404);
    let archive = blog.page("/archive").await;
    let mut found = 0;
    for year in archive.all(".years a") {
        let year = blog.page(year.attr("href").unwrap()).await;
        for link in year.all(".titles a") {
            let post = blog.page(link.attr("href").unwrap()).await;
            assert_eq!((post.all("h1").len(), post.all("script").len()), (1, 1));
            found += 1;
        }
    }
    assert_eq!(found, count);
    let feed = blog.client.get("/feed.atom").send().await.text().await;
    assert_eq!(
        feed.parse::<atom_syndication::Feed>()
            .unwrap()
            .entries
            .len(),
        20
    );
}
