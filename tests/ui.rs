//! What must not compile, with the text that says so; and what must.
//!
//! Each file below `ui/fail` is a mistake that a person would make, with the reviewed message beside it; each below `ui/pass` is a
//! shape that the macros take. `TRYBUILD=overwrite cargo test -p squall-tests --test ui` writes the messages anew: read them then.

use std::process::Command;

/// The compiler that the messages were reviewed for: much of their text is its own, and changes with it.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn mistakes_are_explained() {
    if is_reviewed_compiler() {
        trybuild::TestCases::new().compile_fail("ui/fail/*/*.rs");
    }
}

#[test]
fn shapes_compile() {
    if is_reviewed_compiler() {
        trybuild::TestCases::new().pass("ui/pass/*/*.rs");
    }
}

/// Says so when it is not.
fn is_reviewed_compiler() -> bool {
    let version = version();
    let is_reviewed = version.starts_with(COMPILER);
    if !is_reviewed {
        println!("skipped: the messages were reviewed for {COMPILER}x, this is {version}");
    }
    is_reviewed
}

/// What the compiler of this build says of itself.
fn version() -> String {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(compiler).arg("--version").output();
    said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}
