//! What a handler sends before it is done: `flush` and its other end.
//!
//! A handler runs inside the future that the connection polls for the answer. Its first `flush` puts the head of the answer
//! into the [`Outbox`]; the connection finds it there and goes on polling the handler as the body of that answer,
//! [`Running`]. No task is spawned, and dropping the body stops the handler as dropping the future would.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context as TaskContext, Poll, Waker, ready},
};

use ::http::StatusCode;
use bytes::Bytes;
use http_body::{Body as _, Frame};

use super::{
    Response, body::Body, context::Context, error::BoxError, life_cycle::contained,
    request::RequestHandle,
};

/// The future of a handler, its type erased.
///
/// What it gives is the context with the answer in it.
pub(crate) type Run = Pin<Box<dyn Future<Output = Box<Context>> + Send>>;

/// An answer, and where it stands.
pub(crate) enum Answered {
    /// In the context of the handler that gave it.
    Whole(Box<Context>),
    /// The head of an answer, with the handler as its body; or what stands for an answer that failed.
    Other(Box<Response>, RequestHandle),
    /// Of a layer or of a mounted service.
    Foreign(Box<Response>),
}

impl Answered {
    /// The answer, with its content in something else.
    #[inline]
    pub(crate) fn into_response<B>(self, wrap: impl FnOnce(Body) -> B) -> ::http::Response<B> {
        match self {
            Self::Whole(cx) => cx.end(wrap),
            Self::Other(response, _) | Self::Foreign(response) => response.map(wrap),
        }
    }

    /// Lets go of the request, where nobody else has it. What comes next is read into the same buffer then.
    #[inline]
    pub(crate) fn forget_request(&mut self) {
        if let Self::Whole(cx) = self {
            cx.forget();
        }
    }

    /// The content of the answer.
    fn into_body(self) -> Body {
        self.into_response(|body| body).into_body()
    }

    /// The answer, to be changed, and its request, where that is one of a handler's.
    #[inline]
    pub(crate) fn halves(&mut self) -> (&mut Response, Option<&RequestHandle>) {
        match self {
            Self::Whole(cx) => {
                let (request, answer) = cx.halves();
                (answer.response.get_or_insert_default(), Some(request))
            }
            Self::Other(response, request) => (response, Some(request)),
            Self::Foreign(response) => (response, None),
        }
    }
}

/// What becomes of a handler when its client goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnect {
    /// It is dropped where it stands.
    Cancel,
    /// It runs to its end; the answer is thrown away.
    Finish,
}

impl Disconnect {
    /// What becomes of this method when the handler says nothing: safe methods are cancelled (RFC 9110 §9.2.1).
    #[must_use]
    pub const fn of(method: &str) -> Self {
        match method.as_bytes() {
            b"GET" | b"HEAD" | b"OPTIONS" | b"TRACE" | b"QUERY" | b"PROPFIND" | b"REPORT"
            | b"SEARCH" => Self::Cancel,
            _ => Self::Finish,
        }
    }
}

/// Where a handler leaves what a `flush` wants to have sent, and where the connection takes it from.
#[derive(Debug, Default)]
pub(crate) struct Outbox(Mutex<Option<Box<Letters>>>);

#[derive(Debug, Default)]
struct Letters {
    head: Option<::http::response::Parts>,
    chunk: Option<Bytes>,
    /// Who waits for the chunk to be taken.
    waiting: Option<Waker>,
    /// The status of the head, once it was left.
    status: Option<StatusCode>,
    /// The bytes of the chunks that were taken.
    taken: u64,
}

impl Outbox {
    /// Leaves the head of the answer, before its first chunk.
    pub(crate) fn leave_head(&self, head: ::http::response::Parts) {
        let mut letters = self.lock();
        let letters = letters.get_or_insert_default();
        letters.status = Some(head.status);
        letters.head = Some(head);
    }

    /// Leaves a chunk and waits until the connection has taken it: that is the back-pressure. To a client that is gone
    /// nothing is sent, and nothing waits for it.
    pub(crate) async fn send(&self, chunk: Bytes, request: &RequestHandle) {
        {
            let mut letters = self.lock();
            let letters = letters.get_or_insert_default();
            // A chunk is still there when the flush that left it was given up.
            letters.chunk = Some(match letters.chunk.take() {
                Some(unsent) => [unsent, chunk].concat().into(),
                None => chunk,
            });
        }
        poll_fn(|cx| {
            let mut letters = self.lock();
            match &mut *letters {
                Some(letters) if letters.chunk.is_some() && !request.is_disconnected() => {
                    letters.waiting = Some(cx.waker().clone());
                    Poll::Pending
                }
                _ => Poll::Ready(()),
            }
        })
        .await;
    }

    /// Whether nothing was left here ever.
    pub(crate) fn is_unused(&mut self) -> bool {
        let letters = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        letters.is_none()
    }

    fn take_head(&self) -> Option<::http::response::Parts> {
        self.lock().as_mut()?.head.take()
    }

    fn take_chunk(&self, cx: &TaskContext<'_>) -> Option<Bytes> {
        let mut letters = self.lock();
        let letters = letters.as_mut()?;
        let chunk = letters.chunk.take()?;
        letters.taken += chunk.len() as u64;
        // Who takes the chunk polls the handler again, so there is nobody to wake but inside what polls only what was woken.
        if let Some(waiting) = letters.waiting.take()
            && !waiting.will_wake(cx.waker())
        {
            waiting.wake();
        }
        Some(chunk)
    }

    /// Wakes who waits: the client is gone.
    fn wake(&self) {
        let waiting = self
            .lock()
            .as_mut()
            .and_then(|letters| letters.waiting.take());
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    /// The status that was sent, and the bytes of content.
    pub(crate) fn sent(&self) -> (Option<StatusCode>, u64) {
        self.lock()
            .as_ref()
            .map_or((None, 0), |letters| (letters.status, letters.taken))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Letters>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A handler under way. Dropped before its end, it is told that the client is gone, and stopped or left to finish by itself.
pub(crate) struct Task {
    // Never locked: the mutex makes a body that holds a task `Sync`.
    run: Mutex<Option<Run>>,
    request: RequestHandle,
    disconnect: Disconnect,
}

impl Task {
    #[inline]
    pub(crate) fn new(run: Run, request: RequestHandle, disconnect: Disconnect) -> Self {
        Self {
            run: Mutex::new(Some(run)),
            request,
            disconnect,
        }
    }

    /// Goes on until there is an answer: a whole one, or the head of one that the handler has flushed; in that case the task
    /// moves into the body.
    #[inline]
    pub(crate) fn poll_answer(slot: &mut Option<Self>, cx: &mut TaskContext<'_>) -> Poll<Answered> {
        let Some(task) = slot else {
            return Poll::Pending;
        };
        let polled = task.poll(cx);
        #[cfg_attr(
            not(feature = "compression"),
            expect(unused_mut, reason = "it is changed where content is compressed")
        )]
        let Some(mut head) = task.request.outbox().take_head() else {
            if polled.is_ready() {
                *slot = None;
            }
            return polled;
        };
        let request = task.request.clone();
        // Where the handler is done, it has given its `flush` up and gone on to its end.
        let tail = match polled {
            Poll::Ready(answered) => Some(answered.into_body()),
            Poll::Pending => None,
        };
        let task = slot.take().filter(|_| tail.is_none());
        let running = Running {
            request: request.clone(),
            task,
            tail,
        };
        let content = Body::running(running);
        #[cfg(feature = "compression")]
        let content = super::compress::go_on(&mut head, content);
        let response = Response::from_parts(head, content);
        Poll::Ready(Answered::Other(Box::new(response), request))
    }

    #[inline]
    fn poll(&mut self, cx: &mut TaskContext<'_>) -> Poll<Answered> {
        let run = self.run.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Some(future) = run else {
            return Poll::Pending;
        };
        let answered = match contained(&self.request, || future.as_mut().poll(cx)) {
            Ok(polled) => Answered::Whole(ready!(polled)),
            Err(failed) => Answered::Other(failed, self.request.clone()),
        };
        *run = None;
        Poll::Ready(answered)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        let run = self
            .run
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(run) = run else { return };
        self.request.disconnect();
        self.request.outbox().wake();
        if self.disconnect == Disconnect::Finish {
            let request = self.request.clone();
            let mut task = Self::new(run, request, Disconnect::Cancel);
            let detached = &self.request.shared().detached;
            detached.spawn(async move { drop(poll_fn(|cx| task.poll(cx)).await) });
        }
    }
}

/// The body of an answer whose handler is still writing it.
pub(crate) struct Running {
    request: RequestHandle,
    task: Option<Task>,
    /// What the handler left unsent when it was done.
    tail: Option<Body>,
}

impl Running {
    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            if let Some(chunk) = self.request.outbox().take_chunk(cx) {
                return Poll::Ready(Some(Ok(Frame::data(chunk))));
            }
            let Some(task) = &mut self.task else { break };
            match task.poll(cx) {
                Poll::Ready(answered) => {
                    self.tail = Some(answered.into_body());
                    self.task = None;
                }
                Poll::Pending => match self.request.outbox().take_chunk(cx) {
                    Some(chunk) => return Poll::Ready(Some(Ok(Frame::data(chunk)))),
                    None => return Poll::Pending,
                },
            }
        }
        match &mut self.tail {
            Some(tail) => Pin::new(tail).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }
}
