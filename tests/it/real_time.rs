//! Many long connections at once: sockets, event streams and long polls that hear of the same, end with their server, and leave nothing behind.

use std::{fs, time::Duration};

use squall::{
    Application, Context, Options, Result, State, handler,
    hub::{Hub, Published},
    routes,
    server::{Limits, stats},
    sse::EventStream,
    testing::TestClient,
    websocket,
    websocket::{Settings, WebSocket},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    support::{Events, OwnServer, connect, read_all, read_quiet},
    websocket::open,
};

#[websocket]
#[route("/socket")]
struct Socket {
    hub: State<Hub<String>>,
}

#[websocket]
impl Socket {
    fn settings(&self) -> Settings {
        Settings::default().close_timeout(Duration::from_secs(2))
    }

    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        socket.subscribe(self.hub.topic("all")).await
    }

    async fn message(&mut self, text: String) -> Result<()> {
        self.hub.topic("all").publish(text).await
    }
}

#[handler]
#[route("/events")]
struct Stream {
    hub: State<Hub<String>>,
}

#[handler]
impl Stream {
    async fn get(&self) -> Result<EventStream> {
        self.hub.topic("all").events_since(None).await
    }
}

#[handler]
#[route("/updates")]
struct Updates {
    hub: State<Hub<String>>,
}

#[handler]
impl Updates {
    async fn get(&self) -> Result<squall::Json<Vec<Published<String>>>> {
        let messages = self.hub.topic("all").wait_since(None).await?;
        Ok(squall::Json(messages))
    }
}

/// How many connections and subscribers there are, this request among them, and the memory of the process in KiB.
#[handler]
#[route("/count")]
struct Count {
    hub: State<Hub<String>>,
}

#[handler]
impl Count {
    fn get(&self, cx: &mut Context) -> Result<()> {
        let connections: usize = stats().loops.iter().map(|one| one.connections).sum();
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let memory = memory.and_then(|line| line.split_whitespace().next());
        let subscribers = self.hub.stats().subscribers;
        cx.write(format!(
            "{connections} {subscribers} {}",
            memory.unwrap_or("0")
        ))
    }
}

#[squall::test]
async fn serve() {
    let app = Application::new(routes![Socket, Stream, Updates, Count]).state(Hub::<String>::new());
    let mut options = Options::default();
    // A line for each of so many would have to be read.
    options.log = "warn".to_owned();
    OwnServer::run(app, options).await;
}

const EACH: usize = 200;

/// Lets this process, and those that it starts, open as many files as this takes.
fn has_files() -> bool {
    let needed = 3 * EACH as u64 + 200;
    let has = rlimit::increase_nofile_limit(needed).unwrap_or_default() >= needed;
    if !has {
        println!("skipped: a process may not open {needed} files here");
    }
    has
}

async fn ask(address: &str, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Connections, subscribers, memory.
async fn count(address: &str) -> [usize; 3] {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "GET /count HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = read_all(&mut stream).await;
    let (_, numbers) = answer.rsplit_once("\r\n\r\n").unwrap();
    let mut numbers = numbers.split(' ').map(|number| number.parse().unwrap());
    [(); 3].map(|()| numbers.next().unwrap())
}

/// Waits until so many subscribe.
async fn wait_for_subscribers(address: &str, expected: usize) {
    while count(address).await[1] != expected {
        sleep(Duration::from_millis(20)).await;
    }
}

async fn crowd(address: &str) -> [Vec<TcpStream>; 3] {
    let [mut sockets, mut streams, mut polls] = [const { Vec::new() }; 3];
    for _ in 0..EACH {
        let mut socket = TcpStream::connect(address).await.unwrap();
        open(&mut socket, "/socket", "").await;
        sockets.push(socket);
        let mut stream = ask(address, "/events").await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        streams.push(stream);
        polls.push(ask(address, "/updates").await);
    }
    wait_for_subscribers(address, 3 * EACH).await;
    [sockets, streams, polls]
}

#[squall::test]
async fn a_server_that_ends_ends_each_in_its_own_way() {
    if !has_files() {
        return;
    }
    let server = OwnServer::start("real_time::serve");
    let [sockets, streams, polls] = crowd(&server.address).await;
    server.signal("-TERM");
    for mut socket in sockets {
        let mut close = [0; 14];
        socket.read_exact(&mut close).await.unwrap();
        assert_eq!(close, *b"\x88\x0c\x03\xe9going away");
        socket.write_all(b"\x88\x82\0\0\0\0\x03\xe9").await.unwrap();
        assert_eq!(read_all(&mut socket).await, "");
    }
    for mut stream in streams {
        let rest = read_all(&mut stream).await;
        assert!(rest.ends_with("0\r\n\r\n"), "{rest:?}");
    }
    for mut poll in polls {
        let answer = read_all(&mut poll).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n[]"), "{answer}");
    }
    assert!(server.wait());
}

#[squall::test]
async fn all_hear_what_one_says() {
    if !has_files() {
        return;
    }
    let server = OwnServer::start("real_time::serve");
    let [mut sockets, streams, polls] = crowd(&server.address).await;
    sockets[7]
        .write_all(b"\x81\x85\0\0\0\0hello")
        .await
        .unwrap();
    for stream in sockets
        .iter_mut()
        .chain(&mut { streams })
        .chain(&mut { polls })
    {
        let (mut heard, mut piece) = (Vec::new(), [0; 1024]);
        while !heard.windows(7).any(|bytes| bytes == b"\"hello\"") {
            let read = stream.read(&mut piece).await.unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&heard));
            heard.extend_from_slice(&piece[..read]);
        }
    }
    drop(sockets);
    wait_for_subscribers(&server.address, 0).await;
}

/// What nobody should send.
const HOSTILE: [&[u8]; 8] = [
    b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
    b"\x81\x05hello",
    b"\x01\x85\0\0\0\0hello",
    b"\x81\xfe\xff",
    b"\xff\xff\xff\xff",
    b"\x89\x80\0\0\0\0\x89\x80\0\0\0\0\x88",
    b"GET / HTTP/1.1\r\n\r\n",
    b"",
];

/// Sockets that are opened and misused, and then left, or closed, or forgotten for a while.
async fn storm(address: &str) {
    let mut open_ones = Vec::new();
    for number in 0..200 {
        let mut socket = TcpStream::connect(address).await.unwrap();
        open(&mut socket, "/socket", "").await;
        _ = socket.write_all(HOSTILE[number % HOSTILE.len()]).await;
        if number % 3 > 0 {
            open_ones.push(socket);
        }
        if open_ones.len() > 100 {
            open_ones.clear();
        }
    }
    for path in ["/events", "/updates"] {
        for _ in 0..25 {
            open_ones.push(ask(address, path).await);
        }
    }
    drop(open_ones);
    let gone = async {
        while count(address).await[..2] != [1, 0] {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(20), gone)
        .await
        .expect("all of them go");
}

#[squall::test]
async fn a_storm_leaves_nothing_behind() {
    let server = OwnServer::start("real_time::serve");
    storm(&server.address).await;
    let [_, _, before] = count(&server.address).await;
    for _ in 0..3 {
        storm(&server.address).await;
    }
    let [_, _, after] = count(&server.address).await;
    assert!(
        after < before + before / 4,
        "from {before} KiB to {after} KiB"
    );
}

/// Sends more than anybody reads.
#[websocket]
#[route("/flood")]
struct Flood {
    events: State<Events>,
}

#[websocket]
impl Flood {
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        loop {
            socket.send(&[0; 65_536]).await?;
        }
    }

    fn close(&self, reason: websocket::CloseReason) {
        self.events.note(format!("close {}", reason.code()));
    }
}

#[squall::test]
async fn a_peer_that_never_reads_is_given_up() {
    let events = Events::default();
    let mut limits = Limits::default();
    limits.write_deadline = Duration::from_secs(1);
    let app = Application::new(routes![Flood]).state(events.clone());
    let client = TestClient::on_socket_with(app, limits).await;
    let mut stream = connect(&client).await;
    open(&mut stream, "/flood", "").await;
    events.wait_for("close 1006").await;
    assert_eq!(events.list(), ["close 1006"]);
    drop(read_quiet(&mut stream).await);
}
