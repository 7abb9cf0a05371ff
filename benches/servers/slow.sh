#!/usr/bin/env bash
# Slow clients against squall: `slowhttptest` with 4,000 connections that send the head of a request (-H), its content (-B), or read the
# answer (-X) a few bytes a second, while a probe asks as an ordinary client would. All deadlines are 10 seconds.
#
# An answer of 96 KiB is handed to hyper whole, one of 8 MiB is not: a twentieth of the connections ask for that.
#
# Prints the most connections that were held at once, how many were left 3 seconds behind the last deadline, and what the probe saw.
# (In these 3 seconds are half a second until the sweep comes by, and 2 seconds in which a client may read its last answer.)
#
#     benches/servers/slow.sh [connections]
set -euo pipefail
source "$(dirname "$0")/common.sh"
need cargo slowhttptest python3

connections=${1:-4000}
at_least 1 "$connections"
deadline=10
# It opens them as fast as it can, which was 1,000 a second.
opening=$((connections / 500 + 1))
length=$((opening + deadline + 3))
for name in HEAD BODY WRITE IDLE; do
    export "SQUALL_${name}_DEADLINE=${deadline}s"
done

# Becomes the attacker, so that it can be ended by its number.
attack() { # kind
    local url=http://127.0.0.1:$port/slow count=$connections
    local common=(-r "$connections" -l $((length + 5)) -p 3)
    case $1 in
        head) exec slowhttptest -H -i 1 -c "$count" "${common[@]}" -u "$url/0" ;;
        content) exec slowhttptest -B -i 1 -s 8192 -x 10 -c "$count" "${common[@]}" -u "$url/0" ;;
        answer) exec slowhttptest -X -n 1 -z 16 -w 256 -y 512 -c "$count" "${common[@]}" -u "$url/$((96 << 10))" ;;
        'long one') exec slowhttptest -X -n 1 -z 16 -w 256 -y 512 -c $((count / 20)) "${common[@]}" -u "$url/$((8 << 20))" ;;
    esac
}

# The sockets that the server holds.
held() {
    find "/proc/$server/fd" -lname 'socket:*' 2> /dev/null | wc -l
}

# The most sockets in all these seconds.
watch() {
    local most=0 now second
    for ((second = 0; second < length; second++)); do
        sleep 1
        now=$(held)
        ((now <= most)) || most=$now
    done
    echo "$most"
}

measure() { # kind
    local before most left attacker probe
    start squall 2
    sleep 1 # until the connection is gone that has asked whether it answers
    before=$(held)
    python3 probe.py "$port" "$length" > "$scratch/probe" &
    probe=$!
    attack "$1" > "$scratch/attack" 2>&1 &
    attacker=$!
    most=$(watch)
    left=$(held)
    wait "$probe"
    kill "$attacker" 2> /dev/null || true
    wait "$attacker" 2> /dev/null || true
    read -r asked failed median worst < "$scratch/probe"
    printf '%-9s%9d%7d%9d%8d%12s%11s\n' "$1" $((most - before)) $((left - before)) "$asked" "$failed" "$median" "$worst"
    stop
}

build squall
ulimit -n "$(ulimit -Hn)"
printf '%-9s%9s%7s%9s%8s%12s%11s\n' 'slow' 'most' 'left' 'probes' 'failed' 'median ms' 'worst ms'
for kind in head content answer 'long one'; do
    measure "$kind"
done
