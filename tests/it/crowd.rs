//! More clients than a server has room for: limits on open files and on addresses, and how connections spread over the loops.

use std::{fs::File, num::NonZeroUsize, sync::Mutex, time::Duration};

use squall::{Application, Context, Options, Result, handler, routes, server::stats};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::support::{OwnServer, read_all, read_quiet};

#[handler]
#[route("/")]
struct Hello;

#[handler]
impl Hello {
    fn get(&self) -> &'static str {
        "hello"
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
    Application::new(routes![Hello, Files, Loops])
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
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
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
    let mut clients = Vec::new();
    for _ in 0..200 {
        clients.push(open(&server, b"").await);
    }
    let mut asking = open(&server, b"GET /loops HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let answer = timeout(Duration::from_secs(4), read_quiet(&mut asking))
        .await
        .unwrap();
    let loops = answer.split_once("\r\n\r\n").unwrap().1;
    let loops: Vec<usize> = loops
        .split_whitespace()
        .map(|count| count.parse().unwrap())
        .collect();
    assert_eq!(loops.len(), 4);
    assert!(
        loops.iter().all(|count| (50..=51).contains(count)),
        "{loops:?}"
    );
}
