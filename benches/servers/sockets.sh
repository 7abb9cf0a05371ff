#!/usr/bin/env bash
# Prints what a message costs that comes back over a WebSocket, of 64 bytes and of 64 KiB, and what one costs that is published to 1,000
# subscribers, for each of them: instructions as valgrind counts them, microseconds of the processor's time, and how many there were in a second,
# one message after the other. One worker each. Beside squall stand axum, actix-web and a bare codec (fastwebsockets behind hyper), which publishes
# nothing. All are built with link-time optimization; CARGO_PROFILE_RELEASE_LTO=off builds without.
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

cpu_time() { # in nanoseconds, of all threads of the server
    cat "/proc/$server/task/"*/schedstat | awk '{ all += $1 } END { printf "%.0f", all }'
}

timed() { # server messages bytes connections [feed]
    local each=1 before seconds
    [ "${5:-}" != feed ] || each=$4
    start "$1" 1
    before=$(cpu_time)
    seconds=$("$target/release/messages" "$port" "${@:2}")
    awk -v count=$(($2 * each)) -v seconds="$seconds" -v before="$before" -v after="$(cpu_time)" \
        'BEGIN { printf "%.1f %.0f", (after - before) / 1000 / count, count / seconds }'
    stop
}

servers=("$@")
((${#servers[@]})) || servers=(sockets_squall sockets_bare sockets_axum sockets_actix)
build "${servers[@]}"
cargo build --quiet --release --bin messages
ulimit -n "$(ulimit -Hn)"
row='%-16s%10s%10s%10s%12s%12s%12s%12s%12s%12s\n'
printf "$row" '' '64 B' '64 KiB' 'to 1,000' 'µs: 64 B' '64 KiB' 'to 1,000' 'a s: 64 B' '64 KiB' 'to 1,000'
for name in "${servers[@]}"; do
    small=$(per_message "$name" 2000 12000 64)
    large=$(per_message "$name" 200 1200 65536)
    feed=- feeds='- -'
    if [ "$name" != sockets_bare ]; then
        feed=$(per_message "$name" 10 60 64 "$subscribers" feed)
        feeds=$(timed "$name" 500 64 "$subscribers" feed)
    fi
    read -r small_time small_rate <<< "$(timed "$name" 100000 64 4)"
    read -r large_time large_rate <<< "$(timed "$name" 20000 65536 4)"
    read -r feed_time feed_rate <<< "$feeds"
    printf "$row" "$name" "$small" "$large" "$feed" "$small_time" "$large_time" "$feed_time" "$small_rate" "$large_rate" "$feed_rate"
done
