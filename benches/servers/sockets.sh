#!/usr/bin/env bash
# Prints what a message costs that comes back over a WebSocket, of 64 bytes and of 64 KiB, and what one costs that is published to 1,000
# subscribers, for each of them: instructions as valgrind counts them, and how many there are in a second, one worker each. Beside squall stand
# axum, actix-web and a bare codec (fastwebsockets behind hyper), which publishes nothing. All are built with link-time optimization, as who counts
# instructions builds; CARGO_PROFILE_RELEASE_LTO=off builds without.
#
#     benches/servers/sockets.sh [server...]
set -euo pipefail
source "$(dirname "$0")/common.sh"
need cargo valgrind awk
export CARGO_PROFILE_RELEASE_LTO=${CARGO_PROFILE_RELEASE_LTO:-fat}

subscribers=1000

count() { # server messages bytes [connections feed]
    start "$1" 1 valgrind --log-file="$scratch/count" --tool=callgrind --callgrind-out-file=/dev/null
    "$target/release/messages" "$port" "${@:2}" > /dev/null
    stop
    sed -n 's/,//g; s/.*Collected : \([0-9]*\).*/\1/p' "$scratch/count"
}

per_message() { # server few many bytes [connections feed]
    local short long
    short=$(count "$1" "$2" "${@:4}")
    long=$(count "$1" "$3" "${@:4}")
    awk -v short="$short" -v long="$long" -v messages=$((($3 - $2) * ${5:-1})) 'BEGIN { printf "%.0f", (long - short) / messages }'
}

rate() { # server messages bytes connections [feed]
    local each=1
    [ "${5:-}" != feed ] || each=$4
    start "$1" 1
    "$target/release/messages" "$port" "${@:2}" | awk -v messages=$(($2 * each)) '{ printf "%.0f", messages / $1 }'
    stop
}

servers=("$@")
((${#servers[@]})) || servers=(sockets_squall sockets_bare sockets_axum sockets_actix)
build "${servers[@]}"
cargo build --quiet --release --bin messages
ulimit -n "$(ulimit -Hn)"
printf '%-16s%12s%12s%12s%16s%16s%16s\n' '' '64 B' '64 KiB' 'to 1,000' '64 B a second' '64 KiB a second' 'to 1,000'
for name in "${servers[@]}"; do
    small=$(per_message "$name" 2000 12000 64)
    large=$(per_message "$name" 200 1200 65536)
    feed=- feeds=-
    if [ "$name" != sockets_bare ]; then
        feed=$(per_message "$name" 10 60 64 "$subscribers" feed)
        feeds=$(rate "$name" 200 64 "$subscribers" feed)
    fi
    printf '%-16s%12s%12s%12s%16s%16s%16s\n' "$name" "$small" "$large" "$feed" "$(rate "$name" 60000 64 4)" "$(rate "$name" 6000 65536 4)" "$feeds"
done
