//! A browser for tests: Chromium, by its `chromedriver`, and programs that end with the test. What a page is about is known to those who use this.
//!
//! `axe-core` looks for what keeps people out of a page; it is the file that `AXE_CORE` names, or `target/axe-core/package/axe.min.js` (from
//! `npm pack axe-core`), and without it that part is left out.

use std::{
    env, fs,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    pin::pin,
    process::Stdio,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, Locator, wd::WebDriverCompatibleCommand};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
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

/// So long a page may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What a test with a browser ends with.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Whether there is a browser; a line says so where there is none.
#[must_use]
pub fn is_there() -> bool {
    let is_there = |name: &&str| {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).any(|folder| folder.join(name).is_file())
    };
    let missing = ["chromium", "chromedriver"]
        .into_iter()
        .find(|name| !is_there(name));
    if let Some(name) = missing {
        println!("skipped: `{name}` is not there");
    }
    missing.is_none()
}

/// Makes an error of a panic: a browser that is not closed lives on.
///
/// # Errors
///
/// That of the visit, or that it has panicked.
pub async fn survive(visit: impl Future<Output = Result<()>>) -> Result<()> {
    let mut visit = pin!(visit);
    let poll = |cx: &mut Context<'_>| {
        let polled = catch_unwind(AssertUnwindSafe(|| visit.as_mut().poll(cx)));
        polled.unwrap_or_else(|_| Poll::Ready(Err("the test has panicked".into())))
    };
    poll_fn(poll).await
}

/// A browser, with one window.
#[derive(Debug)]
pub struct Browser {
    /// By what it is driven.
    pub client: Client,
    axe: Option<String>,
    _driver: Program,
}

impl Browser {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub async fn start() -> Result<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let (driver, line) = Program::start(&mut command, "started successfully on port ").await?;
        let port = line.trim_end_matches('.').rsplit(' ').next();
        let capabilities = json!({
            "goog:chromeOptions": { "args": FLAGS },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(serde_json::from_value(capabilities)?)
            .connect(&format!("http://127.0.0.1:{}", port.unwrap_or_default()))
            .await?;
        Ok(Self {
            client,
            axe: axe_core()?,
            _driver: driver,
        })
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// As in all that follows: the browser does not do what it is told, or has not found it in time.
    pub async fn close(&self) -> Result<()> {
        Ok(self.client.clone().close().await?)
    }

    /// Clicks the first element that this selects.
    ///
    /// # Errors
    ///
    /// There is none.
    pub async fn press(&self, selector: &str) -> Result<()> {
        self.click(Locator::Css(selector)).await
    }

    /// Clicks the first link whose text this is.
    ///
    /// # Errors
    ///
    /// There is none.
    pub async fn click_link(&self, text: &str) -> Result<()> {
        let path = format!("//a[normalize-space()='{text}']");
        self.click(Locator::XPath(&path)).await
    }

    /// Clicks the first button whose text this is.
    ///
    /// # Errors
    ///
    /// There is none.
    pub async fn click_button(&self, text: &str) -> Result<()> {
        let path = format!("//button[normalize-space()='{text}']");
        self.click(Locator::XPath(&path)).await
    }

    async fn click(&self, place: Locator<'_>) -> Result<()> {
        Ok(self.client.find(place).await?.click().await?)
    }

    /// Types into a field; `\u{e007}` is Enter, `\u{e008}` holds Shift.
    ///
    /// # Errors
    ///
    /// There is none.
    pub async fn fill(&self, selector: &str, keys: &str) -> Result<()> {
        let field = self.client.find(Locator::Css(selector)).await?;
        Ok(field.send_keys(keys).await?)
    }

    /// Empties a field.
    ///
    /// # Errors
    ///
    /// There is none.
    pub async fn clear(&self, selector: &str) -> Result<()> {
        Ok(self
            .client
            .find(Locator::Css(selector))
            .await?
            .clear()
            .await?)
    }

    /// Runs a script in the page, and gives what it returns.
    ///
    /// # Errors
    ///
    /// What it throws.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute(script, arguments).await?)
    }

    /// The texts of all elements that this selects, as they stand in the page.
    ///
    /// # Errors
    ///
    /// There is no page.
    pub async fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)";
        let texts = self.run(script, vec![json!(selector)]).await?;
        Ok(serde_json::from_value(texts)?)
    }

    /// Waits until the first element that this selects has this text, with one space between words.
    ///
    /// # Errors
    ///
    /// It has not in time.
    pub async fn wait_for(&self, selector: &str, text: &str) -> Result<()> {
        let words = |found: &str| found.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_right = |found: &[String]| found.first().is_some_and(|first| words(first) == text);
        self.wait(selector, is_right, text).await
    }

    /// Waits until these are the texts of all elements that this selects.
    ///
    /// # Errors
    ///
    /// They are not in time.
    pub async fn wait_for_all(&self, selector: &str, texts: &[String]) -> Result<()> {
        self.wait(selector, |found| found == texts, &format!("{texts:?}"))
            .await
    }

    /// Waits until the texts of all elements that this selects are right.
    ///
    /// # Errors
    ///
    /// They are not in time.
    pub async fn wait(
        &self,
        selector: &str,
        is_right: impl Fn(&[String]) -> bool,
        expected: &str,
    ) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            // A page that is being loaded has none.
            let found = self.texts(selector).await.unwrap_or_default();
            if is_right(&found) {
                return Ok(());
            }
            if Instant::now() > end {
                let url = self.client.current_url().await?;
                let status = self.texts("[role=status]").await;
                let told = format!(
                    "`{selector}` of {url} is {found:?} instead of {expected}; its status is {status:?}"
                );
                return Err(told.into());
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Shows pages light or dark, on a screen of this width.
    ///
    /// # Errors
    ///
    /// None that a test brings about.
    pub async fn emulate(&self, scheme: &str, width: u32) -> Result<()> {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await?;
        let height = if width < 600 { 640 } else { 800 };
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", screen)
            .await
    }

    /// Has the browser do what only Chromium can.
    ///
    /// # Errors
    ///
    /// The command is none.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Result<()> {
        let body = json!({ "cmd": command, "params": parameters });
        let path = "goog/cdp/execute";
        self.client.issue_cmd(Extra { path, body }).await?;
        Ok(())
    }

    /// Checks that nothing is wider than the screen, but for what is hidden from the eye, or scrolls by itself.
    ///
    /// # Errors
    ///
    /// What is wider.
    pub async fn check_width(&self, width: u32, place: &str) -> Result<()> {
        let script = "const wide = document.documentElement.scrollWidth; \
                      const out = [...document.querySelectorAll('body *')].filter((e) => !e.closest('.unseen, .skip, pre, table') && \
                      (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)); \
                      return [wide, out.map((e) => e.outerHTML.slice(0, 80))]";
        let found = self.run(script, Vec::new()).await?;
        if found[0].as_u64().is_none_or(|wide| wide > width.into()) || found[1] != json!([]) {
            return Err(format!("{place}: wider than {width}: {found}").into());
        }
        Ok(())
    }

    /// Checks that axe-core has nothing to say, where it is there.
    ///
    /// # Errors
    ///
    /// What it says.
    pub async fn check_with_axe(&self, place: &str) -> Result<()> {
        let Some(axe) = &self.axe else {
            return Ok(());
        };
        self.run(axe, Vec::new()).await?;
        let run = "const done = arguments[0]; \
                   axe.run().then((found) => done(found.violations.map((v) => [v.id, v.nodes.map((n) => n.html)])), (e) => done(String(e)))";
        let found = self.client.execute_async(run, Vec::new()).await?;
        if found == json!([]) {
            Ok(())
        } else {
            Err(format!("{place}: {found:#}").into())
        }
    }

    /// Checks that nothing was written to the console but what may be: for each line that is asked about its source, and its text.
    ///
    /// # Errors
    ///
    /// The other lines.
    pub async fn check_console(&self, may_be: impl Fn(&str, &str) -> bool) -> Result<()> {
        let body = json!({ "type": "browser" });
        let path = "se/log";
        let log = self.client.issue_cmd(Extra { path, body }).await?;
        let lines = log.as_array().ok_or("the browser has no log")?;
        let part = |line: &Value, name| line[name].as_str().unwrap_or_default().to_owned();
        let bad: Vec<_> = lines
            .iter()
            .map(|line| (part(line, "source"), part(line, "message")))
            .filter(|(source, message)| !may_be(source, message))
            .map(|(_, message)| message)
            .collect();
        if bad.is_empty() {
            Ok(())
        } else {
            Err(bad.join("\n").into())
        }
    }
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
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// A program that ends with the test.
#[derive(Debug)]
pub struct Program {
    process: Child,
    /// Kept open: a program that prints into a closed pipe fails.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts it, and gives the first line that it prints with this part.
    ///
    /// # Errors
    ///
    /// It does not start, or prints no such line in time.
    pub async fn start(command: &mut Command, part: &str) -> Result<(Self, String)> {
        let mut process = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let output = process.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(output).lines();
        let line = timeout(PATIENCE, line_with(&mut lines, part)).await??;
        let program = Self {
            process,
            _lines: lines,
        };
        Ok((program, line))
    }

    /// Ends it as one does, and waits until it has ended.
    ///
    /// # Errors
    ///
    /// It does not end in time.
    pub async fn end(mut self) -> Result<()> {
        let id = self.process.id().ok_or("it has ended already")?;
        Command::new("kill").arg(id.to_string()).status().await?;
        timeout(PATIENCE, self.process.wait()).await??;
        Ok(())
    }
}

async fn line_with(lines: &mut Lines<BufReader<ChildStdout>>, part: &str) -> Result<String> {
    while let Some(line) = lines.next_line().await? {
        if line.contains(part) {
            return Ok(line);
        }
    }
    Err(format!("no line with `{part}`").into())
}
