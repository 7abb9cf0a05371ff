//! What must not compile, with the text that says so; and what must.
//!
//! Each file below `ui/fail` is a mistake that a person would make, with the reviewed message beside it; each below `ui/pass` is a
//! shape that the macros take. `TRYBUILD=overwrite cargo test -p squall-tests --test ui` writes the messages anew: read them then.

use std::process::Command;

/// The compiler that the messages were reviewed for: much of their text is its own, and changes with it.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn messages() {
    let version = version();
    if !version.starts_with(COMPILER) {
        println!("skipped: the messages were reviewed for {COMPILER}x, this is {version}");
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*/*.rs");
    cases.compile_fail("ui/fail/*/*.rs");
}

/// What the compiler of this build says of itself.
fn version() -> String {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(compiler).arg("--version").output();
    said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}
