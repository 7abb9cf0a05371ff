#!/usr/bin/env bash
# Prints what many WebSockets, event streams and long polls take on every server with two workers, and whether each of them hears of what is said
# to all: 10,000 of each kind alone, then 5,000 of each at once. `bare` has WebSockets only.
#
#     benches/servers/crowd.sh [count [server...]]
set -euo pipefail
source "$(dirname "$0")/common.sh"
need cargo

count=${1:-10000}
at_least 2 "$count"
servers=("${@:2}")
((${#servers[@]})) || servers=(sockets_squall sockets_axum sockets_actix sockets_bare)
half=$((count / 2))

build "${servers[@]}"
cargo build --quiet --release --bin crowd
ulimit -n "$(ulimit -Hn)"
if (($(ulimit -n) < 3 * half + 100)); then
    echo "a process may have $(ulimit -n) open files, too few for $((3 * half)) connections" >&2
    exit 1
fi
printf '%-16s%-22s%12s%12s%12s%12s\n' '' '' 'KiB each' 'and after' 'ms for all' heard
for name in "${servers[@]}"; do
    for kinds in "$count 0 0" "0 $count 0" "0 0 $count" "$half $half $half"; do
        [ "$name" != sockets_bare ] || [ "$kinds" = "$count 0 0" ] || continue
        start "$name" 2
        # shellcheck disable=SC2086
        figures=$("$target/release/crowd" "$port" "$server" $kinds)
        # shellcheck disable=SC2086
        printf '%-16s%-22s%12s%12s%12s%12s\n' "$name" "$kinds" $figures
        stop
    done
done
