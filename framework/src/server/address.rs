//! [`Address`]: where a server listens, as an option says it, and the sockets that this opens.

use std::{fmt, io, net::SocketAddr, path::PathBuf, str::FromStr};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use tokio::net::lookup_host;

/// Connections that may wait to be accepted. tokio's own `bind` asks for 128, which costs a second each when it overflows.
pub(super) const BACKLOG: i32 = 4096;

/// The bytes that the system takes of an answer before the client's side has room for them. By default it takes megabytes, and no more
/// until a third of them has gone: from a client that reads them slowly nothing would be heard for minutes.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 64 * 1024;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A name or an address of the network, with a port of its own or without.
    Network { host: String, port: Option<u16> },
    /// A socket in the file system.
    File(PathBuf),
    /// A name that only Linux knows, in no file system.
    Abstract(String),
}

impl FromStr for Address {
    type Err = &'static str;

    /// Reads `localhost`, `0.0.0.0:80`, `::1`, `[::1]:80`, `unix:/run/app.sock`, `unix:@app`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        match text.strip_prefix("unix:") {
            Some("" | "@") => Err("the name of the socket is missing"),
            Some(path) => Ok(match path.strip_prefix('@') {
                Some(name) => Self::Abstract(name.to_owned()),
                None => Self::File(path.into()),
            }),
            None => network(text).ok_or("this is no name, address or socket"),
        }
    }
}

fn network(text: &str) -> Option<Address> {
    let of = |host: &str, port| {
        let is_none =
            host.is_empty() || host.contains(|found: char| found == '/' || found.is_whitespace());
        (!is_none).then(|| Address::Network {
            host: host.to_owned(),
            port,
        })
    };
    if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        return match port.strip_prefix(':') {
            Some(port) => of(host, Some(port.parse().ok()?)),
            None if port.is_empty() => of(host, None),
            None => None,
        };
    }
    match text.split_once(':') {
        // Two colons stand in an IPv6 address only.
        Some((host, port)) if !port.contains(':') => of(host, Some(port.parse().ok()?)),
        _ => of(text, None),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network { host, port: None } => write!(f, "{host}"),
            Self::Network {
                host,
                port: Some(port),
            } => write!(f, "{host}, port {port}"),
            Self::File(path) => write!(f, "unix:{}", path.display()),
            Self::Abstract(name) => write!(f, "unix:@{name}"),
        }
    }
}

impl Address {
    /// Gives it this port, if it is of the network and has none.
    pub(super) fn or_port(mut self, default: u16) -> Self {
        if let Self::Network { port, .. } = &mut self {
            port.get_or_insert(default);
        }
        self
    }

    /// Opens its listening sockets: one for each address of a name, one otherwise. The mode is that of a file.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) async fn open(&self, mode: u32) -> io::Result<Vec<Socket>> {
        match self {
            Self::Network { host, port } => open_network(host, port.unwrap_or_default()).await,
            Self::File(path) => Ok(vec![unix::open_file(path, mode)?]),
            Self::Abstract(name) => Ok(vec![unix::open_abstract(name)?]),
        }
    }
}

/// Opens a socket for each address of the host. Where port 0 picks a free one, all of them get that.
async fn open_network(host: &str, mut port: u16) -> io::Result<Vec<Socket>> {
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in lookup_host((host, port)).await? {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    let mut sockets = Vec::new();
    let mut missing = io::Error::other("the name has no address");
    for mut address in addresses {
        address.set_port(port);
        match open_tcp(address) {
            Ok(socket) => {
                port = socket
                    .local_addr()?
                    .as_socket()
                    .map_or(port, |bound| bound.port());
                sockets.push(socket);
            }
            // `localhost` has an IPv6 address on machines that have no IPv6.
            Err(error) if is_not_here(&error) => missing = error,
            Err(error) => return Err(error),
        }
    }
    if sockets.is_empty() {
        return Err(missing);
    }
    Ok(sockets)
}

/// Opens a listening socket.
pub(crate) fn open_tcp(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        // So that `::` and `0.0.0.0` can stand beside each other, and neither means more than it says.
        socket.set_only_v6(true)?;
    }
    // On Windows this would let another process take the port.
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    // Accepted sockets have it from here.
    #[cfg(target_os = "linux")]
    socket.set_tcp_notsent_lowat(UNSENT)?;
    socket.bind(&address.into())?;
    listen(&socket)?;
    Ok(socket)
}

/// Whether the machine does not have the address.
fn is_not_here(error: &io::Error) -> bool {
    use io::ErrorKind::{AddrNotAvailable, Unsupported};
    matches!(error.kind(), AddrNotAvailable | Unsupported)
        || error.raw_os_error() == Some(NO_SUCH_FAMILY)
}

/// `EAFNOSUPPORT`, for which the standard library has no name.
const NO_SUCH_FAMILY: i32 = if cfg!(target_os = "linux") { 97 } else { 47 };

fn listen(socket: &Socket) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    socket.listen(BACKLOG)
}

#[cfg(unix)]
mod unix {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::{FileTypeExt, PermissionsExt},
        path::Path,
    };

    use super::{Domain, SockAddr, Socket, Type, io, listen};

    /// Opens a socket in the file system, for those whom its mode lets. One that a server has left behind is replaced; a file of
    /// another kind and a socket on which somebody listens are not.
    pub(super) fn open_file(path: &Path, mode: u32) -> io::Result<Socket> {
        remove_stale(path)?;
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&SockAddr::unix(path)?)?;
        // Nobody can connect before it listens, so nobody slips in before this.
        fs::set_permissions(path, Permissions::from_mode(mode))?;
        listen(&socket)?;
        Ok(socket)
    }

    fn remove_stale(path: &Path) -> io::Result<()> {
        let Ok(found) = fs::symlink_metadata(path) else {
            return Ok(());
        };
        if !found.file_type().is_socket() {
            return Err(io::Error::other(
                "what is there is no socket; take it away, or name another path",
            ));
        }
        // Without waiting: behind a server that hangs, as many may wait as are let.
        let probe = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        probe.set_nonblocking(true)?;
        match probe.connect(&SockAddr::unix(path)?) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
            _ => Err(io::ErrorKind::AddrInUse.into()),
        }
    }

    #[cfg(target_os = "linux")]
    pub(super) fn open_abstract(name: &str) -> io::Result<Socket> {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&SockAddr::unix(format!("\0{name}"))?)?;
        listen(&socket)?;
        Ok(socket)
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn open_abstract(_: &str) -> io::Result<Socket> {
        Err(io::Error::other("names beginning with `@` are of Linux"))
    }
}

#[cfg(not(unix))]
mod unix {
    use std::path::Path;

    use super::{Socket, io};

    pub(super) fn open_file(_: &Path, _: u32) -> io::Result<Socket> {
        Err(io::Error::other("this system has no Unix sockets"))
    }

    pub(super) fn open_abstract(_: &str) -> io::Result<Socket> {
        Err(io::Error::other("this system has no Unix sockets"))
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    fn read(text: &str) -> Result<Address, &'static str> {
        text.parse()
    }

    fn network(host: &str, port: impl Into<Option<u16>>) -> Result<Address, &'static str> {
        Ok(Address::Network {
            host: host.to_owned(),
            port: port.into(),
        })
    }

    #[test]
    fn addresses_of_the_network() {
        assert_eq!(read("localhost"), network("localhost", None));
        assert_eq!(read("0.0.0.0:80"), network("0.0.0.0", 80));
        assert_eq!(read(" ::1"), network("::1", None));
        assert_eq!(read("::"), network("::", None));
        assert_eq!(read("[::1]"), network("::1", None));
        assert_eq!(read("[::1]:80"), network("::1", 80));
        for wrong in [
            "",
            ":80",
            "a:b",
            "a:65536",
            "[::1",
            "[::1]80",
            "[]:80",
            "a:",
            "/run/app.sock",
            "::1 ::2",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn unix_sockets() {
        assert_eq!(
            read("unix:/run/app.sock"),
            Ok(Address::File("/run/app.sock".into()))
        );
        assert_eq!(read("unix:@app"), Ok(Address::Abstract("app".to_owned())));
        assert!(read("unix:").is_err());
        assert!(read("unix:@").is_err());
    }
}
