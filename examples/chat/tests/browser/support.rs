//! What a test with browsers needs: the program, browsers, and a network between them that can be cut.

use std::{
    env, fs,
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, Locator, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use squall::http::Method;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines, copy_bidirectional},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStdout, Command},
    sync::watch,
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
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The program.
pub(crate) struct Chat {
    pub(crate) address: SocketAddr,
    process: Child,
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Chat {
    /// Starts it, at a port; 0 is any.
    pub(crate) async fn start(port: u16) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
        command.args(["--port", &port.to_string(), "--log", "error"]);
        let (process, mut lines) = spawn(&mut command)?;
        let line = line_with(&mut lines, "listens on http://").await?;
        let address = line.rsplit('/').next().unwrap_or_default().trim();
        Ok(Self {
            address: address.parse()?,
            process,
            _lines: lines,
        })
    }

    /// Ends it as one does, and waits until it has ended.
    pub(crate) async fn end(mut self) -> Result<()> {
        let id = self.process.id().ok_or("it has ended already")?;
        Command::new("kill").arg(id.to_string()).status().await?;
        timeout(PATIENCE, self.process.wait()).await??;
        Ok(())
    }
}

/// What a network lets through.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Through {
    #[default]
    All,
    /// No sockets.
    NoSockets,
    /// No event streams either.
    PollsOnly,
    /// Connections can be made, and nothing comes of them.
    Stalled,
    /// Nothing.
    Nothing,
}

/// A network between one browser and the program. Each connection takes one request, so each can be looked at.
pub(crate) struct Network {
    pub(crate) origin: String,
    lets: watch::Sender<Through>,
    /// How many sockets were opened.
    pub(crate) sockets: Arc<AtomicU8>,
}

impl Network {
    pub(crate) async fn to(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let (lets, through) = watch::channel(Through::All);
        let sockets = Arc::new(AtomicU8::new(0));
        let counter = Arc::clone(&sockets);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (through, counter) = (through.clone(), Arc::clone(&counter));
                tokio::spawn(async move {
                    _ = carry(stream, server, through, &counter).await;
                });
            }
        });
        Ok(Self {
            origin,
            lets,
            sockets,
        })
    }

    /// Lets this through from now on. What is open goes on, where that is let through; a stall keeps it open, and silent.
    pub(crate) fn lets(&self, through: Through) {
        self.lets.send_replace(through);
    }
}

async fn carry(
    mut client: TcpStream,
    server: SocketAddr,
    mut through: watch::Receiver<Through>,
    sockets: &AtomicU8,
) -> Result<()> {
    let head = async {
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut byte = [0; 4096];
            match client.read(&mut byte).await? {
                0 => return Err("no request".into()),
                count => head.extend_from_slice(&byte[..count]),
            }
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(head)
    };
    let mut head = head.await.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&head).to_lowercase();
    let is_socket = text.contains("upgrade: websocket");
    let is_stream = text.contains("accept: text/event-stream");
    let passes = move |through: Through| match through {
        Through::All | Through::Stalled => true,
        Through::NoSockets => !is_socket,
        Through::PollsOnly => !is_socket && !is_stream,
        Through::Nothing => false,
    };
    while *through.borrow_and_update() == Through::Stalled {
        through.changed().await?;
    }
    let now = *through.borrow();
    if !passes(now) {
        if now != Through::Nothing {
            client
                .write_all(
                    b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                )
                .await?;
        }
        return Ok(());
    }
    if is_socket {
        sockets.fetch_add(1, Ordering::Relaxed);
    } else {
        // One request a connection: the next one is looked at too.
        let line_end = head.windows(2).position(|end| end == b"\r\n").unwrap_or(0);
        head.splice(line_end..line_end, *b"\r\nconnection: close");
        let kept = String::from_utf8_lossy(&head).replacen("Connection: keep-alive\r\n", "", 1);
        head = kept.into_bytes();
    }
    let mut server = TcpStream::connect(server).await?;
    server.write_all(&head).await?;
    loop {
        let now = *through.borrow_and_update();
        if !passes(now) {
            return Ok(());
        }
        tokio::select! {
            changed = through.changed() => changed?,
            done = copy_bidirectional(&mut client, &mut server), if now != Through::Stalled => {
                done?;
                return Ok(());
            }
        }
    }
}

/// Chromium, with a window of its own size, and a network of its own.
pub(crate) struct Browser {
    pub(crate) client: Client,
    pub(crate) network: Network,
    _driver: Child,
    _lines: Lines<BufReader<ChildStdout>>,
}

/// Whether there is a browser; a line says so where there is none.
pub(crate) fn is_there() -> bool {
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

impl Browser {
    pub(crate) async fn start(chat: &Chat) -> Result<Self> {
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
        Ok(Self {
            client,
            network: Network::to(chat.address).await?,
            _driver: driver,
            _lines: lines,
        })
    }

    pub(crate) async fn goto(&self, path: &str) -> Result<()> {
        let url = format!("{}{path}", self.network.origin);
        Ok(self.client.goto(&url).await?)
    }

    /// Comes into a room by the start page.
    pub(crate) async fn enter(&self, name: &str, room: &str) -> Result<()> {
        self.goto("/").await?;
        for (field, text) in [("#name", name), ("#room", room)] {
            self.client.find(Locator::Css(field)).await?.clear().await?;
            self.fill(field, text).await?;
        }
        self.press("button").await?;
        self.wait_for("h1", room).await
    }

    pub(crate) async fn press(&self, selector: &str) -> Result<()> {
        Ok(self
            .client
            .find(Locator::Css(selector))
            .await?
            .click()
            .await?)
    }

    /// Types into a field; `\u{e007}` is Enter, `\u{e008}` holds Shift.
    pub(crate) async fn fill(&self, selector: &str, keys: &str) -> Result<()> {
        Ok(self
            .client
            .find(Locator::Css(selector))
            .await?
            .send_keys(keys)
            .await?)
    }

    /// Says something in the room.
    pub(crate) async fn say(&self, text: &str) -> Result<()> {
        self.fill("#text", &format!("{text}\u{e007}")).await
    }

    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute(script, arguments).await?)
    }

    /// The texts of all elements that this selects.
    pub(crate) async fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)";
        Ok(serde_json::from_value(
            self.run(script, vec![json!(selector)]).await?,
        )?)
    }

    /// Waits until the first element that this selects has this text.
    pub(crate) async fn wait_for(&self, selector: &str, text: &str) -> Result<()> {
        self.wait(
            selector,
            |found| found.first().is_some_and(|first| first.trim() == text),
            text,
        )
        .await
    }

    /// Waits until these are the texts of all elements that this selects.
    pub(crate) async fn wait_for_all(&self, selector: &str, texts: &[String]) -> Result<()> {
        self.wait(selector, |found| found == texts, &format!("{texts:?}"))
            .await
    }

    pub(crate) async fn wait(
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
                let state = self.texts("#state").await;
                return Err(
                    format!("`{selector}` is {found:?} instead of {expected}; {state:?}").into(),
                );
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Shows pages light or dark, on a screen of this width.
    pub(crate) async fn emulate(&self, scheme: &str, width: u32) -> Result<()> {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", media).await?;
        let height = if width < 600 { 640 } else { 800 };
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", screen)
            .await
    }

    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Result<()> {
        let body = json!({ "cmd": command, "params": parameters });
        self.client
            .issue_cmd(Extra {
                path: "goog/cdp/execute",
                body,
            })
            .await?;
        Ok(())
    }

    /// Keeps a picture of the page in the folder `CHAT_PICTURES`, where that is said.
    pub(crate) async fn picture(&self, name: &str) -> Result<()> {
        if let Some(folder) = env::var_os("CHAT_PICTURES") {
            let file = PathBuf::from(folder).join(format!("{name}.png"));
            fs::write(file, self.client.screenshot().await?)?;
        }
        Ok(())
    }

    /// Checks that nothing is wider than the screen.
    pub(crate) async fn check_width(&self, place: &str) -> Result<()> {
        let script = "const out = [...document.querySelectorAll('body *')].filter((e) => !e.closest('.unseen') && \
                      (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)); \
                      return [document.documentElement.scrollWidth <= innerWidth, document.documentElement.scrollHeight, out.map((e) => e.outerHTML.slice(0, 80))]";
        let found = self.run(script, Vec::new()).await?;
        match found[0] == json!(true) && found[2] == json!([]) {
            true => Ok(()),
            false => Err(format!("{place}: {found}").into()),
        }
    }

    /// Checks that axe-core has nothing to say. Its file is the one that `AXE_CORE` names, or where `npm pack axe-core` in the blog has it;
    /// without it this is left out.
    pub(crate) async fn check_with_axe(&self, place: &str) -> Result<()> {
        let usual = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../target/axe-core/package/axe.min.js");
        let file = env::var_os("AXE_CORE").map_or(usual, PathBuf::from);
        if !file.is_file() {
            println!("left out: axe-core is not there; `AXE_CORE` names its axe.min.js");
            return Ok(());
        }
        self.run(&fs::read_to_string(file)?, Vec::new()).await?;
        let run = "const done = arguments[0]; \
                   axe.run().then((found) => done(found.violations.map((v) => [v.id, v.nodes.map((n) => n.html)])), (e) => done(String(e)))";
        let found = self.client.execute_async(run, Vec::new()).await?;
        match found == json!([]) {
            true => Ok(()),
            false => Err(format!("{place}: {found:#}").into()),
        }
    }

    /// Checks that nothing went wrong on any page but on the network.
    pub(crate) async fn check_console(&self) -> Result<()> {
        let command = Extra {
            path: "se/log",
            body: json!({ "type": "browser" }),
        };
        let log = self.client.issue_cmd(command).await?;
        let lines = log.as_array().ok_or("the browser has no log")?;
        let bad: Vec<_> = lines
            .iter()
            .filter(|line| line["source"] != "network")
            .map(|line| line["message"].as_str().unwrap_or_default())
            .filter(|line| !line.contains("WebSocket connection to") && !line.contains("net::ERR_"))
            .collect();
        match bad.is_empty() {
            true => Ok(()),
            false => Err(bad.join("\n").into()),
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
