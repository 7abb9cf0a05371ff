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

use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
};

use super::{
    connection::Common,
    roster::{Roster, Seat},
    wire::Socket,
};

/// The handle of an event loop.
pub(super) struct EventLoop {
    arrivals: mpsc::UnboundedSender<Arrival>,
    connections: Arc<AtomicUsize>,
    roster: Arc<Roster>,
    ended: oneshot::Receiver<()>,
}

struct Arrival {
    stream: std::net::TcpStream,
    remote_addr: SocketAddr,
    seat: Seat,
}

impl EventLoop {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The thread or its runtime cannot be made.
    pub(super) fn start(index: usize, common: &Arc<Common>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (arrivals, arriving) = mpsc::unbounded_channel();
        let (end, ended) = oneshot::channel();
        let roster = Roster::new(Arc::clone(common));
        let run = run(arriving, Arc::clone(&roster), Arc::clone(common));
        thread::Builder::new()
            .name(format!("squall-{index}"))
            .spawn(move || {
                runtime.block_on(run);
                _ = end.send(());
            })?;
        Ok(Self {
            arrivals,
            connections: Arc::default(),
            roster,
            ended,
        })
    }

    /// The number of connections it holds.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The number of requests that are being answered.
    pub(super) fn in_flight(&self) -> usize {
        self.roster.count().1
    }

    /// Takes a new connection.
    pub(super) fn take(&self, stream: TcpStream, remote_addr: SocketAddr) {
        let seat = Seat::take(&self.connections);
        match stream.into_std() {
            Ok(stream) => {
                _ = self.arrivals.send(Arrival {
                    stream,
                    remote_addr,
                    seat,
                });
            }
            Err(error) => {
                tracing::error!(target: "squall", "cannot hand a connection over: {error}");
            }
        }
    }

    /// Lets its connections end.
    pub(super) fn drain(&self) {
        self.roster.drain();
    }

    /// Waits until it has ended: no new connection can come any more, and the last one is closed.
    pub(super) async fn ended(&mut self) {
        // Without the other end of the channel, the loop ends behind its last connection.
        self.arrivals = mpsc::unbounded_channel().0;
        _ = (&mut self.ended).await;
    }
}

async fn run(
    mut arriving: mpsc::UnboundedReceiver<Arrival>,
    roster: Arc<Roster>,
    common: Arc<Common>,
) {
    tokio::spawn(Arc::clone(&roster).sweep());
    while let Some(arrival) = arriving.recv().await {
        take_over(arrival, &roster);
    }
    roster.empty().await;
    // What goes on without its connection runs on this loop too.
    common.ready.idle().await;
}

fn take_over(arrival: Arrival, roster: &Arc<Roster>) {
    let Arrival {
        stream,
        remote_addr,
        seat,
    } = arrival;
    let opened = stream
        .set_nodelay(true)
        .and_then(|()| TcpStream::from_std(stream));
    match opened {
        Ok(stream) => roster.admit(Socket::Tcp(stream), Some(remote_addr), seat),
        Err(error) => tracing::debug!(target: "squall", "cannot take a connection over: {error}"),
    }
}
