//! Field maps that are used again: that of a request which is over becomes that of the next answer.
//!
//! A map has two allocations. hyper takes the map of an answer for the fields of the next request; what the request leaves behind
//! would be freed, and made anew for the next answer.

use std::{cell::RefCell, mem};

use ::http::{HeaderMap, response};

/// The most fields for which a map that is kept has room: large ones are rare, and not kept.
const ROOM: usize = 48;

thread_local! {
    static SPARE: RefCell<Option<HeaderMap>> = const { RefCell::new(None) };
}

/// The head of an answer of status 200 without fields, with the map that was kept, where there is one.
#[inline]
pub(crate) fn head() -> response::Parts {
    let mut head = ::http::Response::new(()).into_parts().0;
    let spare = SPARE.try_with(|spare| spare.borrow_mut().take());
    if let Ok(Some(spare)) = spare {
        // What was there has no memory to give back.
        mem::forget(mem::replace(&mut head.headers, spare));
    }
    head
}

/// Empties a map. It is kept for the next answer, if none is there yet, and another left in its place.
#[inline]
pub(crate) fn keep(headers: &mut HeaderMap) {
    headers.clear();
    // Where the thread ends, nobody wants it.
    _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        if spare.is_none() && (1..=ROOM).contains(&headers.capacity()) {
            *spare = Some(mem::take(headers));
        }
    });
    if headers.capacity() > 0 {
        *headers = HeaderMap::new();
    }
}
