#!/bin/sh
# Prints the instructions of an answer, as callgrind counts them: `View` beside Askama by hand. Needs valgrind. The cost of starting is
# taken out by subtracting a shorter run.
set -eu
cd "$(dirname "$0")/.."
cargo build --quiet --release --bin pages-instructions
program="${CARGO_TARGET_DIR:-target}/release/pages-instructions"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

count() { # way, page, requests
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" > /dev/null 2> "$log" || { cat "$log" >&2; exit 1; }
    awk '/Collected/ { print $4 }' "$log"
}

per_answer() { # way, page
    few=$(count "$1" "$2" 20)
    many=$(count "$1" "$2" 220)
    awk "BEGIN { printf \"%.0f\", ($many - $few) / 200 }"
}

printf '%-14s%14s%14s%8s%8s\n' '' View 'by hand' more ratio
for page in small 100 1000 messages; do
    view=$(per_answer view "$page")
    hand=$(per_answer hand "$page")
    awk "BEGIN { printf \"%-14s%14.0f%14.0f%8.0f%8.3f\\n\", \"$page\", $view, $hand, $view - $hand, $view / $hand }"
done
