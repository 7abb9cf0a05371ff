//! The blog in a browser. Where there is none, the test is skipped with a line that says so.

use std::{ops::Deref, time::Duration};

use serde_json::json;
use squall_browser::{PATIENCE, Program, Result, is_there, survive};
use tokio::{
    process::Command,
    time::{sleep, timeout},
};

/// What the author is known by.
const KEY: &str = "0123456789abcdef";

#[tokio::test]
async fn a_browser_reads_writes_and_searches() -> Result<()> {
    if !is_there() {
        return Ok(());
    }
    let browser = Browser::start().await?;
    let blog = Blog::start().await?;
    let outcome = survive(visit(&browser, &blog)).await;
    browser.close().await?;
    outcome
}

async fn visit(browser: &Browser, blog: &Blog) -> Result<()> {
    read(browser, blog).await?;
    write(browser, blog).await?;
    search(browser, blog).await?;
    turn(browser, blog).await?;
    switch_language(browser, blog).await?;
    look_at_all_pages(browser, blog).await?;
    // The one page that is not there is meant not to be.
    browser
        .check_console(|_, line| line.contains("/nowhere"))
        .await
}

async fn read(browser: &Browser, blog: &Blog) -> Result<()> {
    browser.goto(&blog.url("/")).await?;
    browser.click_link("One loop, many winds").await?;
    browser.wait_for("h1", "One loop, many winds").await?;
    browser.press(".beside [rel=prev]").await?;
    browser.wait_for("h1", "Squall lines").await
}

async fn write(browser: &Browser, blog: &Blog) -> Result<()> {
    browser.goto(&blog.url("/compose")).await?;
    browser.wait_for("h1", "For the author").await?;
    browser.fill("#key", KEY).await?;
    browser.click_button("Enter").await?;
    browser.wait_for("h1", "New post").await?;
    browser.click_link("Squall Lines").await?;
    browser.click_link("Write").await?;
    browser.fill("#title", "Written in a browser").await?;
    browser
        .fill("#text", "It **works**.\n\n## In a place of its own")
        .await?;
    browser.mark_page().await?;
    browser.click_button("Preview").await?;
    browser.wait_for("#preview strong", "works").await?;
    browser.check_still_there("the preview").await?;
    // Without the script it is a page.
    let script = "window.fetch = () => Promise.reject(new Error())";
    browser.run(script, Vec::new()).await?;
    browser.click_button("Preview").await?;
    browser.wait_for_another_page().await?;
    browser.wait_for(".preview .prose strong", "works").await?;
    browser.wait_for("h1", "New post").await?;
    browser.click_button("Publish").await?;
    browser.wait_for("h1", "Written in a browser").await?;
    browser.click_link("Edit").await?;
    browser.fill("#title", ", twice").await?;
    browser.click_button("Save").await?;
    browser
        .wait_for("h1", "Written in a browser, twice")
        .await?;
    browser.click_link("Delete").await?;
    browser.wait_for("h1", "Delete this post?").await?;
    browser.click_button("Delete").await?;
    browser.wait_for(".entry h2", "Reading a barometer").await
}

/// The rows come without a reload, and by the address one finds them again.
async fn search(browser: &Browser, blog: &Blog) -> Result<()> {
    browser.goto(&blog.url("/search")).await?;
    browser.mark_page().await?;
    browser.fill("#q", "tri").await?;
    browser.wait_for("[role=status]", "2 posts").await?;
    browser.fill("#q", "ck").await?;
    browser
        .wait_for(".entry h2", "One loop, many winds")
        .await?;
    browser.wait_for("mark", "trick").await?;
    browser.wait_for("[role=status]", "1 post").await?;
    browser.check_still_there("the search").await?;
    browser.client.refresh().await?;
    browser.wait_for("mark", "trick").await
}

/// The pages of the list are turned without a reload, and back again.
async fn turn(browser: &Browser, blog: &Blog) -> Result<()> {
    browser.goto(&blog.url("/")).await?;
    for number in 1..=7 {
        browser.post("/compose", &format!("Post {number}")).await?;
    }
    browser.goto(&blog.url("/")).await?;
    browser.mark_page().await?;
    browser.click_link("Next").await?;
    browser.wait_for(".turn span", "Page 2 of 2").await?;
    assert!(
        browser
            .client
            .current_url()
            .await?
            .as_str()
            .ends_with("/?page=2")
    );
    browser.client.back().await?;
    browser.wait_for(".turn span", "Page 1 of 2").await?;
    browser.check_still_there("the list").await
}

async fn switch_language(browser: &Browser, blog: &Blog) -> Result<()> {
    let html = "return [document.documentElement.lang, document.documentElement.dir]";
    browser.goto(&blog.url("/archive/2026")).await?;
    for (language, direction, heading) in [
        ("de", "ltr", "Archiv"),
        ("ar", "rtl", "الأرشيف"),
        ("en", "ltr", "Archive"),
    ] {
        browser
            .press(&format!("footer button[value={language}]"))
            .await?;
        browser.wait_for(".back a", heading).await?;
        assert_eq!(
            browser.run(html, Vec::new()).await?,
            json!([language, direction])
        );
        assert!(
            browser.client.current_url().await?.path() == "/archive/2026",
            "one stays where one is"
        );
    }
    Ok(())
}

/// Each kind of page, in all languages, light and dark: nothing that `axe` has to say, and nothing wider than a phone.
async fn look_at_all_pages(browser: &Browser, blog: &Blog) -> Result<()> {
    let post = "/posts/one-loop-many-winds";
    for language in ["en", "de", "ar"] {
        browser.goto(&blog.url("/")).await?;
        browser
            .press(&format!("footer button[value={language}]"))
            .await?;
        for scheme in ["light", "dark"] {
            browser.emulate(scheme, 1280).await?;
            for path in [
                "/",
                "/?page=2",
                "/archive",
                "/archive/2026",
                "/search",
                "/search?q=wind",
                post,
                "/posts/squall-lines/edit",
                "/posts/squall-lines/delete",
                "/compose",
                "/key",
                "/nowhere",
            ] {
                browser.goto(&blog.url(path)).await?;
                let place = format!("{path} ({language}, {scheme})");
                browser.check_width(1280, &place).await?;
                browser.check_with_axe(&place).await?;
            }
        }
        browser.emulate("light", 360).await?;
        for path in [
            "/",
            "/archive",
            "/archive/2026",
            "/search?q=wind",
            post,
            "/posts/squall-lines/edit",
            "/posts/squall-lines/delete",
            "/key",
            "/nowhere",
        ] {
            browser.goto(&blog.url(path)).await?;
            browser
                .check_width(360, &format!("{path} ({language})"))
                .await?;
        }
    }
    Ok(())
}

/// The program, with a database of its own.
struct Blog {
    origin: String,
    _program: Program,
    _folder: tempfile::TempDir,
}

impl Blog {
    async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_blog"));
        command.args([
            "--port", "0", "--author", "Ann", "--key", KEY, "--log", "warn",
        ]);
        command.arg("--database").arg(folder.path().join("blog.db"));
        let (program, line) = Program::start(&mut command, "listens on ").await?;
        let origin = line.split_whitespace().last().unwrap_or_default();
        Ok(Self {
            origin: origin.to_owned(),
            _program: program,
            _folder: folder,
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

/// A browser that knows its way around the blog.
struct Browser(squall_browser::Browser);

impl Deref for Browser {
    type Target = squall_browser::Browser;

    fn deref(&self) -> &squall_browser::Browser {
        &self.0
    }
}

impl Browser {
    async fn start() -> Result<Self> {
        Ok(Self(squall_browser::Browser::start().await?))
    }

    async fn goto(&self, url: &str) -> Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Leaves a mark that the next page does not have.
    async fn mark_page(&self) -> Result<()> {
        self.run("window.isMarked = true", Vec::new()).await?;
        Ok(())
    }

    async fn is_marked(&self) -> Result<bool> {
        let script = "return window.isMarked === true";
        Ok(self.run(script, Vec::new()).await? == json!(true))
    }

    async fn check_still_there(&self, what: &str) -> Result<()> {
        if self.is_marked().await? {
            Ok(())
        } else {
            Err(format!("{what} has loaded the page anew").into())
        }
    }

    async fn wait_for_another_page(&self) -> Result<()> {
        let is_gone = async {
            while self.is_marked().await? {
                sleep(Duration::from_millis(20)).await;
            }
            Ok(())
        };
        timeout(PATIENCE, is_gone).await?
    }

    /// Writes a post, as the form does.
    async fn post(&self, path: &str, title: &str) -> Result<()> {
        let script = "const [path, title, done] = arguments; \
                      fetch(path, { method: 'POST', body: new URLSearchParams({ title, text: title }) }).then((answer) => done(answer.status))";
        let status = self
            .client
            .execute_async(script, vec![json!(path), json!(title)])
            .await?;
        if status == json!(200) {
            Ok(())
        } else {
            Err(format!("{path} answers {status}").into())
        }
    }
}
