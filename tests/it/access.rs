//! The access log: one line a request, on the standard error of a server of its own.

use std::time::Duration;

use squall::{Application, Options, handler, http::StatusCode, routes};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::support::OwnServer;

#[handler]
#[route("/status/{status}")]
struct Status {
    status: u16,
}

#[handler]
impl Status {
    async fn get(&self) -> Result<StatusCode, squall::http::InvalidStatusCode> {
        if self.status == 499 {
            sleep(Duration::from_secs(60)).await;
        }
        self.status.try_into()
    }
}

#[squall::test]
async fn the_level_follows_the_status() {
    let mut server = OwnServer::start("access::a_server_with_a_log");
    for (target, start) in [
        (
            "/status/201?x=%0A",
            " INFO squall::access: 201 GET /status/201?x=%0A 127.0.0.1 ",
        ),
        (
            "/status/302",
            " INFO squall::access: 302 GET /status/302 127.0.0.1 ",
        ),
        (
            "/status/403",
            " WARN squall::access: 403 GET /status/403 127.0.0.1 ",
        ),
        (
            "/nowhere",
            " WARN squall::access: 404 GET /nowhere 127.0.0.1 ",
        ),
        (
            "/status/503",
            "ERROR squall::access: 503 GET /status/503 127.0.0.1 ",
        ),
        (
            "/status/499",
            " WARN squall::access: 499 GET /status/499 127.0.0.1 ",
        ),
    ] {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        let request = format!("GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        _ = timeout(
            Duration::from_millis(200),
            stream.read_to_end(&mut Vec::new()),
        )
        .await;
        drop(stream);
        let line = server.error_line("squall::access");
        let time = line.split_once(start).unwrap_or_else(|| panic!("{line}")).1;
        let milliseconds = time.strip_suffix("ms").unwrap_or_else(|| panic!("{line}"));
        assert!(milliseconds.parse::<f64>().is_ok(), "{line}");
    }
}

#[squall::test]
async fn a_server_with_a_log() {
    OwnServer::run(Application::new(routes![Status]), Options::default()).await;
}
