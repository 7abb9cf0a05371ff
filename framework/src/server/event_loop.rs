//! One event loop: a thread with a single-threaded runtime, and the connections that were given to it.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};

use super::connection;
use crate::application::Ready;

/// The handle of an event loop.
pub(super) struct EventLoop {
    arrivals: mpsc::UnboundedSender<Arrival>,
    connections: Arc<AtomicUsize>,
    ended: oneshot::Receiver<()>,
}

struct Arrival {
    stream: std::net::TcpStream,
    remote_addr: SocketAddr,
    place: Seat,
}

/// A connection in the count of its loop.
struct Seat(Arc<AtomicUsize>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl EventLoop {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The thread or its runtime cannot be made.
    pub(super) fn start(
        index: usize,
        ready: Arc<Ready>,
        stopping: watch::Receiver<bool>,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (arrivals, arriving) = mpsc::unbounded_channel();
        let (end, ended) = oneshot::channel();
        thread::Builder::new()
            .name(format!("squall-{index}"))
            .spawn(move || {
                runtime.block_on(run(arriving, ready, stopping));
                _ = end.send(());
            })?;
        Ok(Self {
            arrivals,
            connections: Arc::default(),
            ended,
        })
    }

    /// The number of connections it holds.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Takes a new connection.
    pub(super) fn take(&self, stream: TcpStream, remote_addr: SocketAddr) {
        self.connections.fetch_add(1, Ordering::Relaxed);
        let place = Seat(Arc::clone(&self.connections));
        match stream.into_std() {
            Ok(stream) => {
                _ = self.arrivals.send(Arrival {
                    stream,
                    remote_addr,
                    place,
                });
            }
            Err(error) => {
                tracing::error!(target: "squall", "cannot hand a connection over: {error}");
            }
        }
    }

    /// Waits until it has ended: no new connection can come any more, and the last one is closed.
    pub(super) async fn ended(self) {
        drop(self.arrivals);
        _ = self.ended.await;
    }
}

async fn run(
    mut arriving: mpsc::UnboundedReceiver<Arrival>,
    ready: Arc<Ready>,
    stopping: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            arrival = arriving.recv() => match arrival {
                Some(arrival) => {
                    connections.spawn(serve(arrival, Arc::clone(&ready), stopping.clone()));
                }
                None => break,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    while connections.join_next().await.is_some() {}
    // What goes on without its connection runs on this loop too.
    ready.idle().await;
}

async fn serve(arrival: Arrival, ready: Arc<Ready>, stopping: watch::Receiver<bool>) {
    let Arrival {
        stream,
        remote_addr,
        place,
    } = arrival;
    let opened = stream
        .set_nodelay(true)
        .and_then(|()| TcpStream::from_std(stream));
    match opened {
        Ok(stream) => {
            connection::serve(TokioIo::new(stream), ready, Some(remote_addr), stopping).await;
        }
        Err(error) => tracing::debug!(target: "squall", "cannot take a connection over: {error}"),
    }
    drop(place);
}
