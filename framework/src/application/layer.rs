//! Services of other types behind one type: what layers wrap, and what is mounted.

use std::{
    convert::Infallible,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use tower_service::Service;

use crate::handler::{Body, BoxError, Request, Response, life_cycle::guard};

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A service with its type erased. Each request gets a clone of the service, as `tower` asks for.
pub(crate) type Erased =
    Arc<dyn Fn(Request) -> BoxFuture<Result<Response, BoxError>> + Send + Sync>;

/// Erases the type of a service.
pub(crate) fn erase<S, B>(service: S) -> Erased
where
    S: Service<
            Request,
            Response = ::http::Response<B>,
            Error: Into<BoxError>,
            Future: Send + 'static,
        >,
    S: Clone + Send + Sync + 'static,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    Arc::new(move |request| {
        let mut service = service.clone();
        // A panic in a layer or in a mounted service is an error of it, and no end of the connection.
        Box::pin(async move {
            let answered = guard(async move {
                poll_fn(|cx| service.poll_ready(cx))
                    .await
                    .map_err(Into::into)?;
                let response = service.call(request).await.map_err(Into::into)?;
                Ok(response.map(Body::new))
            });
            answered.await?
        })
    })
}

/// An application, or what layers have made of it so far: the service that a layer is put around.
#[derive(Clone)]
pub struct Endpoint(pub(crate) Erased);

impl<B> Service<::http::Request<B>> for Endpoint
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: ::http::Request<B>) -> Self::Future {
        let response = (self.0)(request.map(Body::new));
        Box::pin(async move { Ok(response.await.unwrap_or_else(failed)) })
    }
}

/// The answer for the error of a layer or of a mounted service, which no handler can make: the request went with it.
pub(crate) fn failed(error: BoxError) -> Response {
    tracing::error!(target: "squall", cause = %error, "a layer or a mounted service failed");
    let mut response = Response::new(Body::from(
        "<!doctype html>\n<title>500: Internal Server Error</title>\n<h1>500 Internal Server Error</h1>\n",
    ));
    *response.status_mut() = ::http::StatusCode::INTERNAL_SERVER_ERROR;
    let html = ::http::HeaderValue::from_static("text/html; charset=UTF-8");
    response
        .headers_mut()
        .insert(::http::header::CONTENT_TYPE, html);
    response
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint")
    }
}
