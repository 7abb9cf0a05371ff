//! The listening socket.

use std::{io, time::Duration};

use tokio::{
    net::{TcpListener, TcpSocket, lookup_host},
    time::sleep,
};

use super::{
    event_loop::{Arrival, EventLoop},
    gate::{Admission, Gate},
};
use crate::{
    Options,
    handler::{Misuse, Result},
};

/// Connections that may wait to be accepted. tokio's own `bind` asks for 128, which costs a second each when it overflows.
const BACKLOG: u32 = 4096;

/// Binds the address of the options.
///
/// # Errors
///
/// The address cannot be resolved or bound; the error names it.
pub(super) async fn bind(options: &Options) -> Result<TcpListener> {
    let (address, port) = (options.address.as_str(), options.port);
    try_bind(address, port).await.map_err(|error| {
        let advice = if error.kind() == io::ErrorKind::AddrInUse {
            "; is it running already? `--port 0` picks a free one"
        } else {
            ""
        };
        Misuse::error(format!(
            "cannot listen on {address}, port {port}: {error}{advice}"
        ))
    })
}

async fn try_bind(address: &str, port: u16) -> io::Result<TcpListener> {
    let bare = address.trim_start_matches('[').trim_end_matches(']');
    let address = lookup_host((bare, port))
        .await?
        .next()
        .ok_or_else(|| io::Error::other("the name has no address"))?;
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts connections and gives each to the event loop that holds the fewest. It never ends by itself.
pub(super) async fn accept(listener: &TcpListener, loops: &[EventLoop], gate: &Gate) {
    loop {
        match listener.accept().await {
            Ok((stream, remote_addr)) => {
                let quietest = loops
                    .iter()
                    .min_by_key(|event_loop| event_loop.connections());
                let (is_welcome, pass) = match gate.admit(Some(remote_addr)) {
                    Admission::Welcome(pass) => (true, pass),
                    Admission::Refused(pass) => (false, pass),
                    Admission::Dropped => continue,
                };
                if let Some(quietest) = quietest {
                    quietest.take(Arrival {
                        stream,
                        remote_addr,
                        is_welcome,
                        pass,
                    });
                }
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                // Too many open files, most likely: waiting lets some be closed, trying again at once would spin.
                tracing::error!(target: "squall", "cannot accept: {error}");
                sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

/// Whether an error is about a connection that went away before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
