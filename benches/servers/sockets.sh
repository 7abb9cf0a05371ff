#!/usr/bin/env bash
# Prints what a message costs that comes back over a WebSocket: instructions of 64 bytes and of 64 KiB, as valgrind counts them, one worker each,
# and how many come back in a second. Beside squall stand axum, actix-web and a bare codec (fastwebsockets behind hyper).
#
#     benches/servers/sockets.sh [server...]
set -euo pipefail
source "$(dirname "$0")/common.sh"
need cargo valgrind awk

count() { # server messages bytes
    start "$1" 1 valgrind --log-file="$scratch/count" --tool=callgrind --callgrind-out-file=/dev/null
    "$target/release/messages" "$port" "$2" "$3" > /dev/null
    stop
    sed -n 's/,//g; s/.*Collected : \([0-9]*\).*/\1/p' "$scratch/count"
}

per_message() { # server few many bytes
    local short long
    short=$(count "$1" "$2" "$4")
    long=$(count "$1" "$3" "$4")
    awk -v short="$short" -v long="$long" -v messages=$(($3 - $2)) 'BEGIN { printf "%.0f", (long - short) / messages }'
}

rate() { # server messages bytes
    start "$1" 1
    "$target/release/messages" "$port" "$2" "$3" 4 | awk -v messages="$2" '{ printf "%.0f", messages / $1 }'
    stop
}

servers=("$@")
((${#servers[@]})) || servers=(sockets_squall sockets_bare sockets_axum sockets_actix)
build "${servers[@]}"
cargo build --quiet --release --bin messages
printf '%-16s%14s%14s%16s%16s\n' '' '64 B' '64 KiB' '64 B a second' '64 KiB a second'
for name in "${servers[@]}"; do
    small=$(per_message "$name" 2000 12000 64)
    large=$(per_message "$name" 200 1200 65536)
    printf '%-16s%14s%14s%16s%16s\n' "$name" "$small" "$large" "$(rate "$name" 60000 64)" "$(rate "$name" 6000 65536)"
done
