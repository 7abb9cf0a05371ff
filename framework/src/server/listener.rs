//! The listening sockets: opened as the options say, accepted from in turn.

use std::{
    fmt,
    future::poll_fn,
    io,
    net::SocketAddr,
    task::{Context, Poll},
    time::Duration,
};

#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::{net::TcpListener, time::sleep};

use super::{
    address::{Address, BACKLOG},
    event_loop::{Arrival, EventLoop},
    gate::{Admission, Gate},
    stats::Refusal,
    wire::Socket,
};
use crate::{
    Options,
    handler::{Misuse, Result},
};

/// The time between two tries when the system gives no socket: too many open files, most likely. Trying again at once would spin.
const PAUSE: Duration = Duration::from_millis(200);

/// The listening sockets of a server.
#[derive(Debug)]
pub(super) struct Listeners {
    listeners: Vec<Listener>,
    /// The one that is asked first: each gets its turn.
    first: usize,
}

#[derive(Debug)]
struct Listener {
    socket: Listening,
    /// Where it listens, for people.
    name: String,
    #[cfg(unix)]
    _file: Option<SocketFile>,
}

#[derive(Debug)]
enum Listening {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

impl Listeners {
    /// Opens the sockets that the options ask for.
    ///
    /// # Errors
    ///
    /// An address cannot be read, resolved or bound; the error names it.
    pub(super) async fn open(options: &Options) -> Result<Self> {
        warn_of_small_backlog();
        if options.socket_mode > 0o777 {
            return Err(Misuse::error(format!(
                "`--socket-mode {:o}` is no mode of a socket: it goes from 0 to 777",
                options.socket_mode
            )));
        }
        let mut listeners = Vec::new();
        for text in &options.addresses {
            let address = text
                .parse::<Address>()
                .map_err(|error| {
                    Misuse::error(format!(
                        "`--address {text}`: {error}; try `127.0.0.1`, `[::1]:80` or `unix:/run/app.sock`"
                    ))
                })?
                .or_port(options.port);
            let sockets = address
                .open(options.socket_mode)
                .await
                .map_err(|error| cannot_listen(&address, &error))?;
            for socket in sockets {
                listeners.push(Listener::new(socket, &address)?);
            }
        }
        if listeners.is_empty() {
            return Err(Misuse::error(
                "there is no address to listen on: `--address` names one",
            ));
        }
        Ok(Self {
            listeners,
            first: 0,
        })
    }

    /// Accepts connections and gives each to the event loop that holds the fewest. It never ends by itself.
    pub(super) async fn accept(&mut self, loops: &[EventLoop], gate: &Gate) {
        loop {
            gate.room().await;
            match poll_fn(|cx| self.poll_accept(cx)).await {
                Ok((socket, remote_addr)) => hand_over(socket, remote_addr, loops, gate),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(target: "squall", "cannot accept: {error}");
                    sleep(PAUSE).await;
                }
            }
        }
    }

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Socket, Option<SocketAddr>)>> {
        let count = self.listeners.len();
        for at in (0..count).map(|turn| (self.first + turn) % count) {
            if let Poll::Ready(accepted) = self.listeners[at].poll_accept(cx) {
                self.first = (at + 1) % count;
                return Poll::Ready(accepted);
            }
        }
        Poll::Pending
    }
}

/// One line for each socket.
impl fmt::Display for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, listener) in self.listeners.iter().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            write!(f, "{line_end}squall listens on {}", listener.name)?;
        }
        Ok(())
    }
}

impl Listener {
    fn new(socket: socket2::Socket, address: &Address) -> io::Result<Self> {
        let name = match socket.local_addr()?.as_socket() {
            Some(bound) => format!("http://{bound}"),
            None => address.to_string(),
        };
        Ok(Self {
            name,
            #[cfg(unix)]
            _file: SocketFile::of(address)?,
            socket: match address {
                #[cfg(unix)]
                Address::File(_) | Address::Abstract(_) => {
                    Listening::Unix(UnixListener::from_std(socket.into())?)
                }
                _ => Listening::Tcp(TcpListener::from_std(socket.into())?),
            },
        })
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Socket, Option<SocketAddr>)>> {
        match &self.socket {
            Listening::Tcp(listener) => {
                let accepted = listener.poll_accept(cx);
                accepted.map_ok(|(stream, remote_addr)| (Socket::Tcp(stream), Some(remote_addr)))
            }
            #[cfg(unix)]
            Listening::Unix(listener) => {
                let accepted = listener.poll_accept(cx);
                accepted.map_ok(|(stream, _)| (Socket::Unix(stream), None))
            }
        }
    }
}

/// The file of a Unix socket, removed when the server ends: unless another server has put its own in that place.
#[cfg(unix)]
#[derive(Debug)]
struct SocketFile {
    path: std::path::PathBuf,
    identity: Identity,
}

/// Which file it is. The number of a file that is gone is given to another, so the time of its making belongs to it.
#[cfg(unix)]
type Identity = (u64, u64, Option<std::time::SystemTime>);

#[cfg(unix)]
impl SocketFile {
    fn of(address: &Address) -> io::Result<Option<Self>> {
        let Address::File(path) = address else {
            return Ok(None);
        };
        Ok(Some(Self {
            path: path.clone(),
            identity: Self::identity(path)?,
        }))
    }

    fn identity(path: &std::path::Path) -> io::Result<Identity> {
        use std::os::unix::fs::MetadataExt;

        let found = std::fs::symlink_metadata(path)?;
        Ok((found.dev(), found.ino(), found.created().ok()))
    }
}

#[cfg(unix)]
impl Drop for SocketFile {
    fn drop(&mut self) {
        if Self::identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            _ = std::fs::remove_file(&self.path);
        }
    }
}

fn hand_over(socket: Socket, remote_addr: Option<SocketAddr>, loops: &[EventLoop], gate: &Gate) {
    let Some(quietest) = loops
        .iter()
        .min_by_key(|event_loop| event_loop.ledger().connections())
    else {
        return;
    };
    let (is_welcome, pass) = match gate.admit(remote_addr) {
        Admission::Welcome(pass) => (true, pass),
        Admission::Refused(refusal, pass) => {
            quietest.ledger().refuse(refusal);
            (false, pass)
        }
        Admission::TurnedAway => return quietest.ledger().refuse(Refusal::TooManyOfAddress),
    };
    quietest.take(Arrival {
        socket,
        remote_addr,
        is_welcome,
        pass,
    });
}

fn cannot_listen(address: &Address, error: &io::Error) -> crate::Error {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse if matches!(address, Address::Network { .. }) => {
            "; is it running already? `--port` names another, `--port 0` picks a free one"
        }
        io::ErrorKind::AddrInUse => "; is it running already?",
        io::ErrorKind::NotFound => "; its folder must be there",
        io::ErrorKind::PermissionDenied if matches!(address, Address::Network { .. }) => {
            "; ports below 1024 need a right of their own, 8888 does not"
        }
        _ => "",
    };
    Misuse::error(format!("cannot listen on {address}: {error}{advice}"))
}

/// Says so where the system lets fewer connections wait than it is asked for.
#[cfg(target_os = "linux")]
fn warn_of_small_backlog() {
    const SETTING: &str = "/proc/sys/net/core/somaxconn";

    let cap = std::fs::read_to_string(SETTING);
    let cap = cap.ok().and_then(|cap| cap.trim().parse::<i32>().ok());
    if let Some(cap) = cap.filter(|&cap| cap < BACKLOG) {
        tracing::warn!(
            target: "squall",
            "the system lets {cap} connections wait to be accepted, {BACKLOG} were asked for: raise it (`sysctl net.core.somaxconn={BACKLOG}`)"
        );
    }
}

/// Other systems do not say.
#[cfg(not(target_os = "linux"))]
fn warn_of_small_backlog() {}

/// Whether an error is about a connection that went away before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
