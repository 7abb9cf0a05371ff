//! Field maps that are used again: that of a request which is over becomes that of the next answer.
//!
//! A map has two allocations. hyper takes the map of an answer for the fields of the next request; what the request leaves behind
//! would be freed, and made anew for the next answer.

use std::{cell::RefCell, mem};

use ::http::{HeaderMap, response};

/// The most fields for which a map that is kept has room: large ones are rare, and not kept.
const ROOM: usize = 48;

thread_local! {
    /// A whole head, so that no map has to be moved into one.
    static SPARE: RefCell<Option<response::Parts>> = const { RefCell::new(None) };
}

/// The head of an answer of status 200 without fields, with the map that was kept, where there is one.
#[inline]
pub(crate) fn head() -> response::Parts {
    let spare = SPARE.try_with(|spare| spare.borrow_mut().take());
    spare.ok().flatten().unwrap_or_else(new)
}

/// Empties a map. It is kept for the next answer, if none is there yet, and another left in its place.
pub(crate) fn keep(headers: &mut HeaderMap) {
    if !(1..=ROOM).contains(&headers.capacity()) {
        *headers = HeaderMap::new();
        return;
    }
    headers.clear();
    // Where the thread ends, nobody wants it.
    _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        if spare.is_none() {
            mem::swap(&mut spare.insert(new()).headers, headers);
        }
    });
}

fn new() -> response::Parts {
    ::http::Response::new(()).into_parts().0
}
