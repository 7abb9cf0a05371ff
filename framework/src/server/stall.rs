//! Finds an event loop that does not turn any more. The [watchdog](crate::handler::watchdog) of a loop can only speak of a poll that has
//! ended; here somebody else looks, from outside the loop.

use std::time::Duration;

use tokio::time::sleep;

use super::{answers::Common, event_loop::EventLoop};

/// The time between two looks. A loop ticks at least once in it.
const PERIOD: Duration = Duration::from_secs(1);

/// The looks without a tick after which a loop has stalled. Two, for a loop that is late may tick between them.
const LOOKS: u32 = 2;

/// Looks at the event loops, for ever; not at all where there is no watchdog.
pub(super) async fn look_out(loops: &[EventLoop], common: &Common) {
    if common.patience.is_zero() {
        return std::future::pending().await;
    }
    let mut seen: Vec<_> = loops
        .iter()
        .map(|event_loop| (event_loop.ledger().clock.now(), 0))
        .collect();
    loop {
        sleep(PERIOD).await;
        for (index, (event_loop, (tick, missed))) in loops.iter().zip(&mut seen).enumerate() {
            let now = event_loop.ledger().clock.now();
            *missed = if now == *tick { *missed + 1 } else { 0 };
            *tick = now;
            if *missed == LOOKS {
                report(index, event_loop, common);
            }
        }
    }
}

fn report(index: usize, event_loop: &EventLoop, common: &Common) {
    let waiting = event_loop.ledger().connections();
    let place = common.ready.places().find(|place| event_loop.is_at(place));
    let culprit = place.map_or_else(
        || "work outside of any handler of this application".to_owned(),
        |place| format!("{} on {}", place.owner, place.text()),
    );
    tracing::error!(
        target: "squall::watchdog",
        "event loop {index} has stood still for {:?}, held by {culprit}, which is not over yet; connections waiting: {waiting}",
        PERIOD * LOOKS,
    );
}
