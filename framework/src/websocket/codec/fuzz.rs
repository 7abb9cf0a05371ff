//! What must be true of the codec whatever comes: see [`crate::fuzz`].

use ::http::{HeaderMap, HeaderValue, header::SEC_WEBSOCKET_EXTENSIONS};

use super::{Compression, Decoder, Event, Role, Violation};

/// The longest message here.
const MOST: usize = 4096;

/// All that bytes give when they come in pieces of this size, and how that ended.
fn decoded(data: &[u8], size: usize) -> (Vec<Event>, Option<Violation>) {
    let offer = HeaderValue::from_static("permessage-deflate");
    let headers = HeaderMap::from_iter([(SEC_WEBSOCKET_EXTENSIONS, offer)]);
    let agreed = Compression::default()
        .accept(&headers)
        .map(|(agreed, _)| agreed);
    let mut decoder = Decoder::new(Role::Server, MOST, agreed.as_ref());
    let (mut events, mut unread) = (Vec::new(), Vec::new());
    for piece in data.chunks(size) {
        unread.extend_from_slice(piece);
        loop {
            match decoder.decode(&mut unread) {
                Ok((taken, event)) => {
                    unread.drain(..taken);
                    let Some(event) = event else { break };
                    events.push(event);
                }
                Err(violation) => return (events, Some(violation)),
            }
        }
    }
    (events, None)
}

/// Bytes mean the same however they are cut, and no message is longer than it may be.
pub(crate) fn frames(data: &[u8]) {
    let whole = decoded(data, data.len().max(1));
    for size in [1, 7] {
        let (events, violation) = decoded(data, size);
        assert_eq!(
            (&events, violation),
            (&whole.0, whole.1),
            "in pieces of {size}"
        );
    }
    for event in whole.0 {
        let length = match event {
            Event::Message(message) => message.as_bytes().len(),
            Event::Ping(payload) | Event::Pong(payload) => {
                assert!(payload.len() <= 125);
                continue;
            }
            Event::Close(_) => continue,
        };
        assert!(length <= MOST, "{length}");
    }
}

/// What is answered to an offer is an answer that its client can take: it asks for no window that was not offered.
pub(crate) fn offers(data: &[u8]) {
    let Ok(field) = HeaderValue::from_bytes(data) else {
        return;
    };
    let headers = HeaderMap::from_iter([(SEC_WEBSOCKET_EXTENSIONS, field)]);
    let Some((agreed, answer)) = Compression::default().accept(&headers) else {
        return;
    };
    assert!((9..=15).contains(&agreed.outgoing.bits) && (8..=15).contains(&agreed.incoming.bits));
    let again = HeaderMap::from_iter([(SEC_WEBSOCKET_EXTENSIONS, answer)]);
    let taken = Compression::default().accepted(&again);
    // A window of 8 bits can be read, and not be written.
    assert!(taken.is_ok() || agreed.incoming.bits == 8, "{taken:?}");
}
