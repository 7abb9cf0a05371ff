//! One connection: hyper's HTTP/1.1 around an application.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc};

use hyper::{
    body::Incoming,
    rt::{Read, Write},
    server::conn::http1,
    service::Service,
};
use tokio::sync::watch;

use crate::{
    application::{Ready, ResponseFuture},
    handler::{Body, Response},
};

/// Serves one connection until it is closed; once `stopping` is true, the request in flight is its last.
pub(crate) async fn serve<I>(
    io: I,
    ready: Arc<Ready>,
    remote_addr: Option<SocketAddr>,
    mut stopping: watch::Receiver<bool>,
) where
    I: Read + Write + Unpin + Send + 'static,
{
    let answers = Answers { ready, remote_addr };
    // Not `pipeline_flush`: with it hyper buffers a stream without bound, whether the client reads or not.
    let mut connection = pin!(
        http1::Builder::new()
            .header_read_timeout(None)
            .serve_connection(io, answers)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stopped(&mut stopping) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(target: "squall", error = ?error, "a connection ended early");
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // The sender gone means the same as its word.
    _ = stopping.wait_for(|stopping| *stopping).await;
}

/// The application, as hyper calls it.
struct Answers {
    ready: Arc<Ready>,
    remote_addr: Option<SocketAddr>,
}

impl Service<::http::Request<Incoming>> for Answers {
    type Response = Response;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn call(&self, request: ::http::Request<Incoming>) -> ResponseFuture {
        self.ready
            .respond(request.map(Body::from), self.remote_addr)
    }
}
