//! Tells the log what was refused: most of it never was a request, and so has no line in the access log. A line for each would let
//! clients fill the log, so there is one for each reason and period.

use std::time::Duration;

use tokio::time::sleep;

use super::{event_loop::EventLoop, stats::Refusal};

/// The time between two looks at the counts.
const PERIOD: Duration = Duration::from_secs(2);

/// Looks at what the event loops have refused, for ever.
pub(super) async fn tell(loops: &[EventLoop]) {
    let mut told = [0; Refusal::ALL.len()];
    loop {
        sleep(PERIOD).await;
        for (refusal, told) in Refusal::ALL.into_iter().zip(&mut told) {
            let all: u64 = loops
                .iter()
                .map(|event_loop| event_loop.ledger().refusals(refusal))
                .sum();
            if all > *told {
                report(refusal, all - *told);
                *told = all;
            }
        }
    }
}

fn report(refusal: Refusal, count: u64) {
    let (is_of_server, reason) = match refusal {
        Refusal::TooManyConnections => {
            (true, "503: `--max-connections`, or the limit of open files")
        }
        Refusal::TooManyOfAddress => (true, "503: `--max-connections-per-address`"),
        Refusal::TooManyRequests => (true, "503: `--max-in-flight`"),
        Refusal::Malformed => (false, "400, 417, 501 or 505: malformed"),
        Refusal::HeadTooLarge => (false, "431 or 414: `--max-head`, or too many fields"),
        Refusal::HeadDeadline => (
            false,
            "408, or closed where nothing had come: `--head-deadline`",
        ),
        Refusal::BodyDeadline => (false, "408: `--body-deadline` or `--min-rate`"),
        Refusal::WriteDeadline => (false, "closed: `--write-deadline` or `--min-rate`"),
    };
    if is_of_server {
        tracing::warn!(target: "squall", "refused in {PERIOD:?}: {count} ({reason})");
    } else {
        tracing::info!(target: "squall", "refused in {PERIOD:?}: {count} ({reason})");
    }
}
