//! Many clients: more than there is room for, slow ones beside quick ones, and how connections spread over the loops.

use std::{
    fs::File,
    num::NonZeroUsize,
    sync::{LazyLock, Mutex},
    time::Duration,
};

use bytes::Bytes;
use squall::{
    Application, Context, Options, Result, handler, routes,
    server::{Limits, stats},
    testing::TestClient,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{sleep, timeout},
};

use crate::support::{Hello, OwnServer, read_all, read_quiet};

/// More than the buffers of the system take.
#[handler]
#[route("/large")]
struct Large;

#[handler]
impl Large {
    fn get(&self) -> Bytes {
        static CONTENT: LazyLock<Bytes> = LazyLock::new(|| vec![b'x'; 16 << 20].into());
        CONTENT.clone()
    }
}

/// Opens files until there are no more, and closes them again.
#[handler]
#[route("/files")]
struct Files;

static OPEN: Mutex<Vec<File>> = Mutex::new(Vec::new());

#[handler]
impl Files {
    fn post(&self) -> String {
        let mut open = OPEN.lock().unwrap();
        while let Ok(file) = File::open("/dev/null") {
            open.push(file);
        }
        open.len().to_string()
    }

    fn delete(&self) {
        OPEN.lock().unwrap().clear();
    }
}

/// The connections of each loop.
#[handler]
#[route("/loops")]
struct Loops;

#[handler]
impl Loops {
    fn get(&self, cx: &mut Context) -> Result<()> {
        for event_loop in stats().loops {
            cx.write(format!("{} ", event_loop.connections))?;
        }
        Ok(())
    }
}

fn app() -> Application {
    Application::new(routes![Hello, Large, Files, Loops])
}

#[squall::test]
async fn a_server_with_defaults() {
    OwnServer::run(app(), Options::default()).await;
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

async fn open(server: &OwnServer, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    stream.write_all(sent).await.unwrap();
    stream
}

/// Reads one answer: up to its content, or to the end of the connection.
async fn answer_of(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"hello") && stream.read_buf(&mut answer).await.unwrap_or(0) > 0 {}
    String::from_utf8(answer).unwrap()
}

#[squall::test]
async fn too_few_files_for_too_many_clients() {
    let server = OwnServer::start_with_files("crowd::a_server_with_defaults", 128);
    let mut clients = Vec::new();
    for _ in 0..400 {
        clients.push(open(&server, GET).await);
    }
    let (mut welcome, mut refused) = (Vec::new(), 0);
    for mut client in clients {
        let answer = answer_of(&mut client).await;
        if answer.starts_with("HTTP/1.1 200 ") {
            welcome.push(client);
        } else {
            assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
            refused += 1;
        }
    }
    assert_eq!((welcome.len(), refused), (32, 368));
    // Who is inside is still served.
    for client in &mut welcome {
        client.write_all(GET).await.unwrap();
        assert!(answer_of(client).await.ends_with("hello"));
    }
    drop(welcome);
    sleep(Duration::from_millis(100)).await;
    assert!(
        read_quiet(&mut open(&server, GET).await)
            .await
            .ends_with("hello")
    );
}

#[squall::test]
async fn no_file_left_is_waited_out() {
    let mut server = OwnServer::start_with_files("crowd::a_server_with_defaults", 128);
    let mut inside = open(&server, b"POST /files HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(read_quiet(&mut inside).await.starts_with("HTTP/1.1 200 "));
    let mut outside = open(&server, GET).await;
    sleep(Duration::from_secs(1)).await;
    let delete = b"DELETE /files HTTP/1.1\r\nhost: a\r\n\r\n";
    inside.write_all(delete).await.unwrap();
    assert!(read_quiet(&mut inside).await.contains("HTTP/1.1 200 "));
    assert!(read_quiet(&mut outside).await.ends_with("hello"));
    server.signal("-TERM");
    let mut tries = 0;
    while let Some(line) = server.any_error_line() {
        tries += u32::from(line.contains("cannot accept"));
    }
    // Five times a second, and not as often as it can.
    assert!((1..=10).contains(&tries), "{tries}");
}

#[squall::test]
async fn a_server_with_two_connections_for_each() {
    let mut options = Options::default();
    options.limits.max_connections_per_address = NonZeroUsize::new(2);
    OwnServer::run(app(), options).await;
}

#[squall::test]
async fn an_address_takes_no_more_than_its_share() {
    let server = OwnServer::start("crowd::a_server_with_two_connections_for_each");
    let mut first = open(&server, GET).await;
    let mut second = open(&server, GET).await;
    assert!(read_quiet(&mut first).await.ends_with("hello"));
    assert!(read_quiet(&mut second).await.ends_with("hello"));
    let mut third = open(&server, GET).await;
    let refused = read_all(&mut third).await;
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    // Another address has a share of its own.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = socket
        .connect(server.address.parse().unwrap())
        .await
        .unwrap();
    other.write_all(GET).await.unwrap();
    assert!(read_quiet(&mut other).await.ends_with("hello"));
    drop((first, third));
    sleep(Duration::from_millis(100)).await;
    assert!(
        read_quiet(&mut open(&server, GET).await)
            .await
            .ends_with("hello")
    );
}

#[squall::test]
async fn a_server_of_four_loops() {
    let mut options = Options::default();
    options.workers = NonZeroUsize::new(4);
    OwnServer::run(app(), options).await;
}

#[squall::test]
async fn connections_spread_over_the_loops() {
    let server = OwnServer::start("crowd::a_server_of_four_loops");
    // 1,000, where the system lets this process have as many files, with some for the tests beside.
    let files = rlimit::increase_nofile_limit(4096).unwrap();
    let count = usize::try_from(files / 4).unwrap().min(1000) / 4 * 4;
    let mut clients = Vec::new();
    for _ in 0..count {
        clients.push(open(&server, b"").await);
    }
    let mut asking = open(&server, b"GET /loops HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let answer = timeout(Duration::from_secs(4), read_quiet(&mut asking))
        .await
        .unwrap();
    let loops = answer.split_once("\r\n\r\n").unwrap().1;
    let loops: Vec<usize> = loops
        .split_whitespace()
        .map(|held| held.parse().unwrap())
        .collect();
    assert_eq!(loops.len(), 4);
    assert!(
        loops
            .iter()
            .all(|held| (count / 4..=count / 4 + 1).contains(held)),
        "{count}: {loops:?}"
    );
}

/// For longer than the write deadline, and far quicker than the least rate.
#[squall::test]
async fn who_takes_an_answer_slowly_gets_it_all() {
    let mut limits = Limits::default();
    limits.write_deadline = Duration::from_secs(1);
    let client = TestClient::on_socket_with(app(), limits).await;
    let mut stream = TcpStream::connect(client.address().unwrap()).await.unwrap();
    let request = b"GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let mut space = vec![0; 40_000];
    for _ in 0..35 {
        let read = stream.read_exact(&mut space).await.unwrap();
        answer.extend_from_slice(&space[..read]);
        sleep(Duration::from_millis(100)).await;
    }
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.len() > 16 << 20, "{}", answer.len());
}

/// What a slow client sends at first, and then byte by byte.
#[derive(Clone, Copy)]
enum Slow {
    Silent,
    Head,
    Content,
    /// Asks for much, and takes nothing of it. What becomes of one is tested in `server.rs`.
    Reader,
}

/// Is as slow as that until the server has had enough of it; gives what the server said.
async fn be_slow(address: std::net::SocketAddr, slow: Slow) -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let begin: &[u8] = match slow {
        Slow::Silent => b"",
        Slow::Head => b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: ",
        Slow::Content => b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n",
        Slow::Reader => b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n",
    };
    stream.write_all(begin).await.unwrap();
    let mut answer = Vec::new();
    if matches!(slow, Slow::Reader) {
        sleep(Duration::from_secs(2)).await;
        return String::new();
    }
    loop {
        let more = timeout(Duration::from_millis(200), stream.read_buf(&mut answer)).await;
        match more {
            Ok(Ok(1..)) => {}
            Ok(_) => return String::from_utf8(answer).unwrap(),
            Err(_) if matches!(slow, Slow::Silent) => {}
            Err(_) => _ = stream.write_all(b"a").await,
        }
    }
}

#[squall::test]
async fn slow_clients_hold_up_nobody() {
    let second = Duration::from_secs(1);
    let mut limits = Limits::default();
    limits.head_deadline = second;
    limits.body_deadline = second;
    limits.write_deadline = second;
    let client = TestClient::on_socket_with(app(), limits).await;
    let address = client.address().unwrap();
    // Few readers: each takes megabytes of the system's buffers.
    let kind_of = |number| match number % 20 {
        0 => Slow::Reader,
        1..=5 => Slow::Silent,
        6..=12 => Slow::Head,
        _ => Slow::Content,
    };
    let slow: Vec<_> = (0..400)
        .map(kind_of)
        .map(|kind| (kind, tokio::spawn(be_slow(address, kind))))
        .collect();
    let mut answered = 0;
    while slow.iter().any(|(_, client)| !client.is_finished()) {
        let probe = client.get("/").send().await;
        assert_eq!(probe.text().await, "hello");
        answered += 1;
        sleep(Duration::from_millis(20)).await;
    }
    assert!(answered > 5, "{answered}");
    for (slow, client) in slow {
        let answer = client.await.unwrap();
        let is_right = match slow {
            Slow::Silent | Slow::Reader => answer.is_empty(),
            Slow::Head | Slow::Content => answer.starts_with("HTTP/1.1 408 "),
        };
        assert!(is_right, "{answer}");
    }
}
