//! Three ways to take a second, and what they do to everybody else.
//!
//! ```text
//! cargo run -p sleep -- --workers 1
//! curl http://127.0.0.1:8888/awaits
//! curl http://127.0.0.1:8888/blocks
//! curl http://127.0.0.1:8888/holds
//! ```
//!
//! One event loop serves many connections: whatever waits without giving it back lets all of them wait. So the third request prints a
//! line of the watchdog besides its line of the access log; the first two print that line alone (`…` stands for the time):
//!
//! ```text
//! …  INFO squall::access: 200 GET /awaits 127.0.0.1 1001.44ms
//! …  INFO squall::access: 200 GET /blocks 127.0.0.1 1000.37ms
//! …  INFO squall::access: 200 GET /holds 127.0.0.1 1000.26ms
//! …  WARN squall::watchdog: Holds on /holds held its event loop for 1.0s: all its other connections waited; what blocks runs elsewhere by `tokio::task::spawn_blocking`, a whole method by `#[blocking]`
//! ```

use std::{thread, time::Duration};

use squall::{Application, Options, Routes, handler, routes};

#[cfg(test)]
mod tests;

const ROUTES: Routes = routes![Awaits, Blocks, Holds];

const SECOND: Duration = Duration::from_secs(1);

/// Waits, and gives the event loop back meanwhile.
#[handler]
#[route("/awaits")]
struct Awaits;

#[handler]
impl Awaits {
    async fn get(&self) -> &'static str {
        tokio::time::sleep(SECOND).await;
        "awaited\n"
    }
}

/// Blocks a thread, but one of the pool that is there for it.
#[handler]
#[route("/blocks")]
struct Blocks;

#[handler]
impl Blocks {
    #[blocking]
    fn get(&self) -> &'static str {
        thread::sleep(SECOND);
        "blocked\n"
    }
}

/// Blocks the event loop: how not to do it.
#[handler]
#[route("/holds")]
struct Holds;

#[handler]
impl Holds {
    async fn get(&self) -> &'static str {
        thread::sleep(SECOND);
        "held\n"
    }
}

#[squall::main]
async fn main() -> squall::Result<()> {
    Application::new(ROUTES).serve(Options::parse()).await
}
