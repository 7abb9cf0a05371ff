#!/usr/bin/env bash
# A connection for each request: `ab` with 100, 200 and 1,000 at a time against every server with two workers. Prints what failed,
# requests a second, the mean and the 99th percentile in milliseconds, and how far the kernel's counts of connections that found no
# room in a listening socket's queue have moved: `ListenOverflows` and `ListenDrops`, of the whole machine.
#
#     benches/servers/ab.sh [requests [server...]]
set -euo pipefail
source "$(dirname "$0")/common.sh"
need cargo ab python3 awk

requests=${1:-50000}
# ab refuses fewer requests than connections.
at_least 1000 "$requests"
servers=("${@:2}")
((${#servers[@]})) || servers=("${rust_servers[@]}" tornado)

# A count of the kernel: in /proc/net/netstat a line of names stands above one of numbers.
kernel() { # name
    awk -v name="$1" '$1 == "TcpExt:" && !names { names = split($0, column); next }
        $1 == "TcpExt:" { for (i = 2; i <= names; i++) if (column[i] == name) print $i }' /proc/net/netstat
}

drive() { # server connections
    local overflows drops
    overflows=$(kernel ListenOverflows)
    drops=$(kernel ListenDrops)
    # With -r an answer that breaks off is a failed request, and not the end of ab.
    ab -q -r -n "$requests" -c "$2" "http://127.0.0.1:$port/" > "$scratch/ab" 2>&1 || true
    overflows=$(($(kernel ListenOverflows) - overflows))
    drops=$(($(kernel ListenDrops) - drops))
    awk -v server="$1" -v connections="$2" -v requests="$requests" -v overflows="$overflows" -v drops="$drops" '
        /^Complete requests:/ { complete = $3 }
        /^Failed requests:/ || /^Non-2xx/ { failed += $3 }
        /^Requests per second:/ { rate = $4 }
        /^Time per request:.*\(mean\)$/ { mean = $4 }
        / 99%/ { late = $2 }
        END { printf "%-8s%13d%9d%12.0f%9.1f%9d%11d%7d\n", server, connections, failed + requests - complete, rate, mean, late, overflows, drops }
    ' "$scratch/ab"
}

build "${servers[@]}"
printf '%-8s%13s%9s%12s%9s%9s%11s%7s\n' '' connections failed requests/s 'mean ms' '99 % ms' overflows drops
for connections in 100 200 1000; do
    for server_name in "${servers[@]}"; do
        start "$server_name" 2
        drive "$server_name" "$connections"
        stop
    done
done
