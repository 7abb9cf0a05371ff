//! A URL is an expression and a constant, with the arguments in any order.

use squall::static_url;

const URL: &str = static_url!("Cargo.toml", dir = ".", prefix = "/a");
static SAME: &str = static_url!("Cargo.toml", prefix = "/a", dir = ".",);

fn main() {
    assert_eq!(URL, SAME);
    assert!(URL.starts_with("/a/Cargo.toml?v="));
}
