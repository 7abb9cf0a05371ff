//! The blog in a browser: Chromium, by its `chromedriver`. Where one of them is not there, the test is skipped with a line that says so.
//!
//! `axe-core` looks at every kind of page; it is the file that `AXE_CORE` names, or `target/axe-core/package/axe.min.js` (from
//! `npm pack axe-core`), and without it that part is left out.

use std::{
    env, fs,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, Locator, error::CmdError, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use squall::http::Method;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::{sleep, timeout},
};

const FLAGS: [&str; 7] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
];

/// What the author is known by.
const KEY: &str = "0123456789abcdef";

/// So long a page may take.
const PATIENCE: Duration = Duration::from_secs(20);

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_browser_reads_writes_and_searches() -> Result<()> {
    let Some(browser) = Browser::start().await? else {
        return Ok(());
    };
    let blog = Blog::start().await?;
    let outcome = visit(&browser, &blog).await;
    browser.client.clone().close().await?;
    outcome
}

async fn visit(browser: &Browser, blog: &Blog) -> Result<()> {
    read(browser, blog).await?;
    write(browser, blog).await?;
    search(browser, blog).await?;
    turn(browser, blog).await?;
    switch_language(browser, blog).await?;
    look_at_all_pages(browser, blog).await?;
    browser.check_console().await
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
    browser
        .client
        .execute(
            "window.fetch = () => Promise.reject(new Error())",
            Vec::new(),
        )
        .await?;
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
    let html = |attribute| async move {
        let element = browser.client.find(Locator::Css("html")).await?;
        Ok::<_, CmdError>(element.attr(attribute).await?.unwrap_or_default())
    };
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
            (&*html("lang").await?, &*html("dir").await?),
            (language, direction)
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
    let axe = axe_core()?;
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
                if let Some(axe) = &axe {
                    browser.check_with_axe(axe, &place).await?;
                }
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

fn axe_core() -> Result<Option<String>> {
    let usual =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/axe-core/package/axe.min.js");
    let file = env::var_os("AXE_CORE").map_or(usual, PathBuf::from);
    if !file.is_file() {
        println!("left out: axe-core is not there; `AXE_CORE` names its axe.min.js");
        return Ok(None);
    }
    Ok(Some(fs::read_to_string(file)?))
}

/// The program, with a database of its own.
struct Blog {
    origin: String,
    _process: Child,
    _lines: Lines<BufReader<ChildStdout>>,
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
        let (process, mut lines) = spawn(&mut command)?;
        let line = line_with(&mut lines, "listens on ").await?;
        let origin = line
            .split_whitespace()
            .last()
            .unwrap_or_default()
            .to_owned();
        Ok(Self {
            origin,
            _process: process,
            _lines: lines,
            _folder: folder,
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

/// Chromium.
struct Browser {
    client: Client,
    _driver: Child,
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Browser {
    /// `None` where there is no browser.
    async fn start() -> Result<Option<Self>> {
        let is_there = |name: &&str| {
            let path = env::var_os("PATH").unwrap_or_default();
            env::split_paths(&path).any(|folder| folder.join(name).is_file())
        };
        if let Some(name) = ["chromium", "chromedriver"]
            .iter()
            .find(|name| !is_there(name))
        {
            println!("skipped: `{name}` is not there");
            return Ok(None);
        }
        let (driver, mut lines) = spawn(Command::new("chromedriver").arg("--port=0"))?;
        let line = line_with(&mut lines, "started successfully on port ").await?;
        let port = line
            .trim_end_matches('.')
            .rsplit(' ')
            .next()
            .unwrap_or_default();
        let capabilities = json!({
            "goog:chromeOptions": { "args": FLAGS },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(serde_json::from_value(capabilities)?)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        Ok(Some(Self {
            client,
            _driver: driver,
            _lines: lines,
        }))
    }

    async fn goto(&self, url: &str) -> Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Clicks the first link whose text this is.
    async fn click_link(&self, text: &str) -> Result<()> {
        self.click(&format!("//a[normalize-space()='{text}']"))
            .await
    }

    /// Clicks the first button whose text this is.
    async fn click_button(&self, text: &str) -> Result<()> {
        self.click(&format!("//button[normalize-space()='{text}']"))
            .await
    }

    async fn click(&self, path: &str) -> Result<()> {
        let element = self.client.find(Locator::XPath(path)).await?;
        Ok(element.click().await?)
    }

    async fn press(&self, selector: &str) -> Result<()> {
        Ok(self
            .client
            .find(Locator::Css(selector))
            .await?
            .click()
            .await?)
    }

    /// Types into a field.
    async fn fill(&self, selector: &str, text: &str) -> Result<()> {
        Ok(self
            .client
            .find(Locator::Css(selector))
            .await?
            .send_keys(text)
            .await?)
    }

    /// Waits until the first element that this selects has this text.
    async fn wait_for(&self, selector: &str, text: &str) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            let found = self.text(selector).await;
            if found.as_deref() == Some(text) {
                return Ok(());
            }
            if Instant::now() > end {
                let url = self.client.current_url().await?;
                return Err(
                    format!("`{selector}` of {url} is {found:?} instead of {text:?}").into(),
                );
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The text of an element, as it stands in the page.
    async fn text(&self, selector: &str) -> Option<String> {
        let script =
            "return document.querySelector(arguments[0])?.textContent.trim().replace(/\\s+/g, ' ')";
        let text = self
            .client
            .execute(script, vec![json!(selector)])
            .await
            .ok()?;
        text.as_str().map(str::to_owned)
    }

    /// Leaves a mark that the next page does not have.
    async fn mark_page(&self) -> Result<()> {
        self.client
            .execute("window.isMarked = true", Vec::new())
            .await?;
        Ok(())
    }

    async fn is_marked(&self) -> Result<bool> {
        let script = "return window.isMarked === true";
        Ok(self.client.execute(script, Vec::new()).await? == json!(true))
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

    /// Shows pages light or dark, on a screen of this width.
    async fn emulate(&self, scheme: &str, width: u32) -> Result<()> {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await?;
        let screen =
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", screen)
            .await
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Result<()> {
        let body = json!({ "cmd": command, "params": parameters });
        self.client
            .issue_cmd(Extra {
                path: "goog/cdp/execute",
                body,
            })
            .await?;
        Ok(())
    }

    /// Checks that nothing is wider than the screen.
    async fn check_width(&self, width: u32, place: &str) -> Result<()> {
        let script = "const wide = document.documentElement.scrollWidth; \
                      const out = [...document.querySelectorAll('body *')].filter((e) => !e.closest('.unseen, .skip, pre, table') && \
                      (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)); \
                      return [wide, out.map((e) => e.outerHTML.slice(0, 80))]";
        let found = self.client.execute(script, Vec::new()).await?;
        if found[0].as_u64().is_none_or(|wide| wide > width.into()) || found[1] != json!([]) {
            return Err(format!("{place}: wider than {width}: {found}").into());
        }
        Ok(())
    }

    /// Checks that axe-core has nothing to say.
    async fn check_with_axe(&self, axe: &str, place: &str) -> Result<()> {
        self.client.execute(axe, Vec::new()).await?;
        let run = "const done = arguments[0]; \
                   axe.run().then((found) => done(found.violations.map((v) => [v.id, v.nodes.map((n) => n.html)])), (e) => done(String(e)))";
        let found = self.client.execute_async(run, Vec::new()).await?;
        if found == json!([]) {
            Ok(())
        } else {
            Err(format!("{place}: {found:#}").into())
        }
    }

    /// Checks that nothing went wrong on any page, but for the page that is not there.
    async fn check_console(&self) -> Result<()> {
        let log = self
            .client
            .issue_cmd(Extra {
                path: "se/log",
                body: json!({ "type": "browser" }),
            })
            .await?;
        let lines = log.as_array().ok_or("the browser has no log")?;
        let message = |line: &Value| line["message"].as_str().unwrap_or_default().to_owned();
        let bad: Vec<_> = lines
            .iter()
            .map(message)
            .filter(|line| !line.contains("/nowhere"))
            .collect();
        if bad.is_empty() {
            Ok(())
        } else {
            Err(bad.join("\n").into())
        }
    }
}

/// A command that only Chromium knows.
#[derive(Debug)]
struct Extra {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extra {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> std::result::Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// Starts a program that ends with the test.
fn spawn(command: &mut Command) -> Result<(Child, Lines<BufReader<ChildStdout>>)> {
    let mut process = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let output = process.stdout.take().ok_or("no output")?;
    Ok((process, BufReader::new(output).lines()))
}

/// Waits for a line with this part.
async fn line_with(lines: &mut Lines<BufReader<ChildStdout>>, part: &str) -> Result<String> {
    let find = async {
        while let Some(line) = lines.next_line().await? {
            if line.contains(part) {
                return Ok(line);
            }
        }
        Err(format!("no line with `{part}`").into())
    };
    timeout(PATIENCE, find).await?
}
