//! The runtimes behind `#[squall::main]` and `#[squall::test]`.

use std::{future::Future, time::Duration};

use tokio::runtime::Builder;

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
    let limited = async {
        let ended = tokio::time::timeout(Duration::from_secs(seconds), test).await;
        ended.unwrap_or_else(|_| panic!("the test `{name}` did not end within {seconds} seconds (`SQUALL_TEST_TIMEOUT` sets more)"))
    };
    block_on_main(limited)
}
