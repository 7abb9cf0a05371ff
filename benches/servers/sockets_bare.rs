//! A bare codec: fastwebsockets behind hyper's upgrade.

use std::{convert::Infallible, io, net::Ipv4Addr, sync::OnceLock, thread};

use bench_servers::{TEXT, port_and_workers};
use fastwebsockets::{FragmentCollector, Frame, OpCode, Payload, WebSocketError, upgrade};
use http_body_util::Full;
use hyper::{Request, Response, body::{Bytes, Incoming}, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, select, sync::broadcast};

fn feed() -> &'static broadcast::Sender<Bytes> {
    static FEED: OnceLock<broadcast::Sender<Bytes>> = OnceLock::new();
    FEED.get_or_init(|| broadcast::channel(256).0)
}

/// A loop with one thread for each worker, all on one socket, as squall has them.
fn main() -> io::Result<()> {
    let (port, workers) = port_and_workers();
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let workers = (0..workers).map(|_| {
        let listener = listener.try_clone()?;
        Ok(thread::spawn(move || work(listener)))
    });
    for worker in workers.collect::<io::Result<Vec<_>>>()? {
        worker.join().expect("a worker does not panic")?;
    }
    Ok(())
}

fn work(listener: std::net::TcpListener) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let serving = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(answer))
                .with_upgrades();
            tokio::spawn(serving);
        }
    })
}

async fn answer(mut request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let is_feed = request.uri().path() == "/feed";
    let Ok((response, upgraded)) = upgrade::upgrade(&mut request) else {
        return Ok(Response::new(Full::from(TEXT)));
    };
    tokio::spawn(async move {
        let mut socket = upgraded.await?;
        // squall checks texts, and so must this one.
        socket.set_auto_close(true);
        let socket = FragmentCollector::new(socket);
        if is_feed { subscribe(socket).await } else { echo(socket).await }
    });
    Ok(response.map(|_| Full::default()))
}

type Socket = FragmentCollector<TokioIo<hyper::upgrade::Upgraded>>;

async fn echo(mut socket: Socket) -> Result<(), WebSocketError> {
    loop {
        let frame = socket.read_frame().await?;
        match frame.opcode {
            OpCode::Text | OpCode::Binary => socket.write_frame(frame).await?,
            OpCode::Close => return Ok(()),
            _ => {}
        }
    }
}

async fn subscribe(mut socket: Socket) -> Result<(), WebSocketError> {
    let mut published = feed().subscribe();
    loop {
        select! {
            frame = socket.read_frame() => {
                let frame = frame?;
                match frame.opcode {
                    OpCode::Text => _ = feed().send(Bytes::copy_from_slice(&frame.payload)),
                    OpCode::Close => return Ok(()),
                    _ => {}
                }
            }
            Ok(message) = published.recv() => {
                socket.write_frame(Frame::text(Payload::Borrowed(&message))).await?;
            }
        }
    }
}
