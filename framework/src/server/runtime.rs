//! The runtimes behind `#[squall::main]` and `#[squall::test]`.

use std::{
    future::Future,
    sync::{mpsc, mpsc::RecvTimeoutError},
    thread,
    time::Duration,
};

use tokio::{runtime::Builder, sync::oneshot};

/// Runs the future of `main`. The event loops of a server have threads of their own, so one thread is enough here.
///
/// # Panics
///
/// When the system gives no event queue.
pub fn block_on_main<T>(main: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime needs an event queue of the system");
    let result = runtime.block_on(main);
    // What the program has spawned may well run for ever; `main` is over all the same.
    runtime.shutdown_background();
    result
}

/// Runs the future of a test, for at most `SQUALL_TEST_TIMEOUT` seconds; by default 5.
///
/// # Panics
///
/// When the test does not end in time.
pub fn block_on_test<T>(name: &str, test: impl Future<Output = T>) -> T {
    let seconds = std::env::var("SQUALL_TEST_TIMEOUT")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(5);
    block_on_for(Duration::from_secs(seconds), name, test)
}

fn block_on_for<T>(limit: Duration, name: &str, test: impl Future<Output = T>) -> T {
    let (_until_dropped, over) = after(limit);
    block_on_main(async {
        tokio::select! {
            biased;
            ended = test => ended,
            Ok(()) = over => {
                panic!("the test `{name}` did not end within {limit:?} (`SQUALL_TEST_TIMEOUT` sets more seconds)")
            }
        }
    })
}

/// Tells when the time is over, unless the first of these is dropped before. A thread sees to it: the clock of the runtime may be one that a test
/// has paused, and then jumps to the next timer whenever there is nothing else to do.
fn after(time: Duration) -> (mpsc::Sender<()>, oneshot::Receiver<()>) {
    let (until_dropped, dropped) = mpsc::channel();
    let (tell, over) = oneshot::channel();
    thread::spawn(move || {
        if dropped.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
            _ = tell.send(());
        }
    });
    (until_dropped, over)
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::{Instant, pause, sleep};

    use super::*;

    #[test]
    #[should_panic(expected = "the test `waits` did not end within 10ms")]
    fn a_test_that_does_not_end_fails() {
        block_on_for(Duration::from_millis(10), "waits", pending::<()>());
    }

    #[test]
    fn a_clock_that_jumps_is_not_that_of_the_limit() {
        let hour = Duration::from_secs(3600);
        let waited = block_on_for(Duration::from_secs(600), "jumps", async {
            pause();
            let begun = Instant::now();
            sleep(hour).await;
            begun.elapsed()
        });
        assert!(waited >= hour);
    }
}
