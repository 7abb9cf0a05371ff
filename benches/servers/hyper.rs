//! Bare hyper: what the frameworks are measured against. A single-threaded loop a worker, each with a socket of its own
//! (`SO_REUSEPORT`); no timer, no router, nothing checked.
//!
//! `/` carries the very fields that squall sends. The length and the date are left to hyper, which costs it less than fields
//! that it must look through.

use std::{convert::Infallible, io, net::SocketAddr, thread};

use bench_servers::{Message, TEXT, port_and_workers};
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{self, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket};

type Answer = Response<Full<Bytes>>;

const BACKLOG: u32 = 4096;

fn main() {
    let (port, workers) = port_and_workers();
    let workers: Vec<_> = (0..workers)
        .map(|_| thread::spawn(move || work(port)))
        .collect();
    for worker in workers {
        let result = worker.join().expect("a worker does not panic");
        result.expect("the port is free");
    }
}

fn work(port: u16) -> io::Result<()> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async { serve(listen(port)?).await })
}

fn listen(port: u16) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    socket.listen(BACKLOG)
}

async fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let connection = http1::Builder::new()
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(stream), service_fn(answer));
        tokio::spawn(connection);
    }
}

async fn answer(request: Request<Incoming>) -> Result<Answer, Infallible> {
    let path = request.uri().path();
    Ok(match path {
        "/" => hello(),
        "/json" => json(),
        _ => resource(path).unwrap_or_else(not_found),
    })
}

fn hello() -> Answer {
    const ETAG: HeaderValue =
        HeaderValue::from_static("\"e02aa1b106d5c7c6a98def2b13005d5b84fd8dc8\"");
    let mut answer = Response::new(Full::new(Bytes::from_static(TEXT.as_bytes())));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HTML);
    headers.insert(header::SERVER, SERVER);
    headers.insert(header::ETAG, ETAG);
    answer
}

fn json() -> Answer {
    let content = serde_json::to_vec(&Message::hello()).expect("it has only text in it");
    typed(content.into(), JSON)
}

fn resource(path: &str) -> Option<Answer> {
    let id: u64 = path.strip_prefix("/api/v1/resource37/")?.parse().ok()?;
    Some(typed(id.to_string().into(), PLAIN))
}

fn typed(content: Bytes, content_type: HeaderValue) -> Answer {
    let mut answer = Response::new(Full::new(content));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::SERVER, SERVER);
    answer
}

fn not_found() -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=UTF-8");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=UTF-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const SERVER: HeaderValue = HeaderValue::from_static("squall/0.1.0");
