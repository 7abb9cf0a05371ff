//! What the tests share: a handler, a list of events, and a raw connection.

use std::{
    io::{BufRead, BufReader, Lines},
    pin::Pin,
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use squall::{Application, Options, handler, testing::TestClient};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

/// Says hello, and how much it was told.
#[handler]
#[route("/")]
pub(crate) struct Hello;

#[handler]
impl Hello {
    fn get(&self) -> &'static str {
        "hello"
    }

    async fn post(&self, content: Bytes) -> String {
        content.len().to_string()
    }
}

/// What happened, in order. Cheap to clone, so that a test keeps one and gives one to the application.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    pub(crate) fn note(&self, event: impl Into<String>) {
        self.0.lock().unwrap().push(event.into());
    }

    pub(crate) fn list(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// What has happened, and is forgotten.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// Waits until this event is in the list.
    pub(crate) async fn wait_for(&self, event: &str) {
        let seen = async {
            while !self.list().iter().any(|seen| seen == event) {
                sleep(Duration::from_millis(2)).await;
            }
        };
        let ended = timeout(Duration::from_secs(4), seen).await;
        assert!(ended.is_ok(), "`{event}` never came: {:?}", self.list());
    }
}

/// Sends bytes over a connection of their own and gives back all that comes until it is closed, or until nothing has come for a while.
pub(crate) async fn exchange(client: &TestClient, request: impl AsRef<[u8]>) -> String {
    let mut stream = connect(client).await;
    stream.write_all(request.as_ref()).await.unwrap();
    read_quiet(&mut stream).await
}

pub(crate) async fn connect(client: &TestClient) -> TcpStream {
    TcpStream::connect(client.address().unwrap()).await.unwrap()
}

/// Reads until the peer closes, or is quiet for 300 ms.
pub(crate) async fn read_quiet(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(Ok(read)) = timeout(Duration::from_millis(300), stream.read(&mut buffer)).await {
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// Reads to the end of the connection.
pub(crate) async fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let end = timeout(Duration::from_secs(4), stream.read_to_end(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(end.is_ok(), "the connection was not closed: {answer}");
    answer
}

/// This test binary once more, as a server of its own: for what a process does, its signals and its log.
pub(crate) struct OwnServer {
    pub(crate) address: String,
    process: Child,
    /// Kept open: a process that prints into a closed pipe fails.
    output: Lines<BufReader<ChildStdout>>,
    errors: Lines<BufReader<ChildStderr>>,
}

/// Set where this binary runs as the server of a test.
const OWN_SERVER: &str = "SQUALL_TESTS_OWN_SERVER";

impl OwnServer {
    /// Starts the server that the test of this name runs.
    pub(crate) fn start(name: &str) -> Self {
        Self::start_with(name, &[])
    }

    /// The same, with variables of its environment.
    pub(crate) fn start_with(name: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.envs(variables.iter().copied());
        Self::run_as(name, command)
    }

    /// The same, with a limit of open files.
    pub(crate) fn start_with_files(name: &str, files: usize) -> Self {
        let mut command = Command::new("sh");
        let limit = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
        command
            .args(["-c", &limit])
            .arg(std::env::current_exe().unwrap());
        Self::run_as(name, command)
    }

    fn run_as(name: &str, mut command: Command) -> Self {
        let mut process = command
            .args(["--exact", name, "--nocapture"])
            .env(OWN_SERVER, "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address =
            lines.find_map(|line| Some(line.unwrap().split_once("http://")?.1.to_owned()));
        let errors = BufReader::new(process.stderr.take().unwrap()).lines();
        Self {
            address: address.expect("the server prints its address"),
            process,
            output: lines,
            errors,
        }
    }

    /// The other half: serves on a free port where this process is such a server, and is nothing otherwise.
    pub(crate) async fn run(app: Application, mut options: Options) {
        if Self::is_here() {
            options.port = 0;
            app.serve(options).await.unwrap();
        }
    }

    /// Whether this process is such a server.
    pub(crate) fn is_here() -> bool {
        std::env::var_os(OWN_SERVER).is_some()
    }

    pub(crate) fn signal(&self, signal: &str) {
        Command::new("kill")
            .args([signal, &self.process.id().to_string()])
            .status()
            .unwrap();
    }

    /// The next line of its standard output that holds this text.
    pub(crate) fn output_line(&mut self, text: &str) -> String {
        self.output
            .find_map(|line| line.ok().filter(|line| line.contains(text)))
            .expect("the server prints the line")
    }

    /// The lines of its standard error up to the one that holds this text.
    pub(crate) fn error_lines(&mut self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for line in self.errors.by_ref().map_while(Result::ok) {
            if line.contains(text) {
                return lines;
            }
            lines.push(line);
        }
        panic!("the server does not print `{text}`: {lines:#?}");
    }

    /// The next line of its standard error that holds this text.
    pub(crate) fn error_line(&mut self, text: &str) -> String {
        self.errors
            .find_map(|line| line.ok().filter(|line| line.contains(text)))
            .expect("the server prints the line")
    }

    /// The next line of its standard error; `None` when it has ended.
    pub(crate) fn any_error_line(&mut self) -> Option<String> {
        self.errors.next()?.ok()
    }

    /// Whether it prints this text to its standard error before it ends.
    pub(crate) fn error_has(&mut self, text: &str) -> bool {
        self.errors
            .any(|line| line.is_ok_and(|line| line.contains(text)))
    }

    /// Whether it ended well.
    pub(crate) fn wait(mut self) -> bool {
        self.process.wait().unwrap().success()
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Content that comes in pieces.
pub(crate) struct Pieces {
    content: Bytes,
    size: usize,
}

impl Pieces {
    pub(crate) fn of(content: Vec<u8>, size: usize) -> Self {
        Self {
            content: content.into(),
            size,
        }
    }
}

impl Stream for Pieces {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let size = self.size.min(self.content.len());
        Poll::Ready((size > 0).then(|| Ok(self.content.split_to(size))))
    }
}
