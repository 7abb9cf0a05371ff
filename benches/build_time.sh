#!/usr/bin/env bash
# What a cold build of hello costs, against one of axum + clap + tracing-subscriber + tower-http with a hello of its own: CPU time,
# user and system: the best of some rounds in which the two take turns. It builds from nothing in a temporary folder, which is
# removed at the end; not incrementally, as crates of a registry are built, squall among them for who uses it.
#
#     benches/build_time.sh [rounds]
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CARGO_INCREMENTAL=0
mkdir -p "$scratch/peer/src"
cat > "$scratch/peer/Cargo.toml" <<'MANIFEST'
[package]
name = "peer"
version = "0.0.0"
edition = "2024"

[dependencies]
axum = "0.8"
clap = { version = "4.6", features = ["derive", "env"] }
tokio = { version = "1", features = ["rt-multi-thread", "macros", "net", "signal"] }
tower-http = { version = "0.7", features = ["trace", "cors"] }
tracing-subscriber = "0.3"

[workspace]
MANIFEST
cat > "$scratch/peer/src/main.rs" <<'MAIN'
use axum::{Router, routing::get};
use clap::Parser;

#[derive(Parser)]
struct Cli {
    #[arg(long, env = "PORT", default_value_t = 8888)]
    port: u16,
}

#[tokio::main]
async fn main() {
    tracing_subscriber::fmt().init();
    let trace = tower_http::trace::TraceLayer::new_for_http();
    let app = Router::new().route("/", get(|| async { "Hello, world" })).layer(trace);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", Cli::parse().port)).await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
MAIN

# CPU seconds of one build from nothing.
measure() { # folder option...
    rm -rf "$scratch/target"
    ( TIMEFORMAT='%U %S'; time CARGO_TARGET_DIR="$scratch/target" timeout 900 cargo build --quiet --manifest-path "$1/Cargo.toml" "${@:2}" ) 2>&1 |
        tail -n 1 | awk '{ print $1 + $2 }'
}

cargo fetch --quiet --manifest-path "$root/Cargo.toml"
cargo fetch --quiet --manifest-path "$scratch/peer/Cargo.toml"
for ((round = 0; round < ${1:-3}; round++)); do
    echo "$(measure "$scratch/peer") $(measure "$root" -p hello)"
done | awk '
    NR == 1 || $1 < peer { peer = $1 }
    NR == 1 || $2 < hello { hello = $2 }
    END { printf "axum and its usual company: %6.1f s\nhello:                      %6.1f s\nratio:                      %6.2f\n", peer, hello, hello / peer }'
