//! [`Host`]: the connection of another server, on which an application may change the protocol.

use std::{
    future::{Future as _, poll_fn},
    pin::pin,
};

use ::http::Request;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use crate::handler::{
    Response, Shutdown,
    upgrade::{Timed, Upgrade, Upgraded},
};

/// The connection that a request of another server came over: hyper gives it away behind a 101.
#[derive(Debug)]
pub(super) struct Host {
    connection: OnUpgrade,
    shutdown: Shutdown,
}

impl Host {
    /// `None` where the server is squall's, or gives its connections to nobody.
    pub(super) fn of<B>(request: &mut Request<B>, shutdown: &Shutdown) -> Option<Self> {
        if request.extensions().is_empty() {
            return None;
        }
        Some(Self {
            connection: request.extensions_mut().remove()?,
            shutdown: shutdown.clone(),
        })
    }

    /// Where this answer changes the protocol, lets a task drive what the connection becomes.
    pub(super) fn upgrade(self, mut response: Response) -> Response {
        if let Some(upgrade) = Upgrade::take(&mut response) {
            tokio::spawn(drive(self.connection, upgrade, self.shutdown));
        }
        response
    }
}

async fn drive(connection: OnUpgrade, upgrade: Upgrade, shutdown: Shutdown) {
    let Ok(connection) = connection.await else {
        return;
    };
    let transport = Box::new(Timed::new(TokioIo::new(connection)));
    if let Some(upgraded) = upgrade.begin(transport, &[]) {
        until_over(upgraded, shutdown).await;
    }
}

async fn until_over(mut upgraded: Box<dyn Upgraded>, shutdown: Shutdown) {
    let mut begun = pin!(shutdown.begun());
    let mut has_begun = false;
    poll_fn(|cx| {
        if !has_begun && begun.as_mut().poll(cx).is_ready() {
            has_begun = true;
            upgraded.leave();
        }
        upgraded.poll(cx)
    })
    .await;
}
