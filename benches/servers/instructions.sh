#!/usr/bin/env bash
# Prints the instructions and the heap allocations of one `GET /` on every Rust server, one worker each, as valgrind counts them.
# The cost of starting is taken out by subtracting a shorter run.
#
#     benches/servers/instructions.sh [server...]
set -euo pipefail
source "$(dirname "$0")/common.sh"
need cargo valgrind awk

few=4000
many=24000

# A number from the log of a run with this many requests.
count() { # server requests pattern tool...
    local name=$1 requests=$2 pattern=$3
    shift 3
    start "$name" 1 valgrind --log-file="$scratch/count" "$@"
    "$target/release/requests" "$port" "$requests"
    stop
    sed -n "s/,//g; s/.*$pattern.*/\1/p" "$scratch/count"
}

per_request() { # server pattern tool...
    local name=$1 short long
    shift
    short=$(count "$name" "$few" "$@")
    long=$(count "$name" "$many" "$@")
    awk -v short="$short" -v long="$long" -v requests=$((many - few)) 'BEGIN { print (long - short) / requests }'
}

instructions() { # server
    per_request "$1" 'Collected : \([0-9]*\)' --tool=callgrind --callgrind-out-file=/dev/null
}

allocations() { # server
    per_request "$1" 'total heap usage: \([0-9]*\) allocs' --tool=memcheck --leak-check=no --undef-value-errors=no
}

# A line of the table: the server, its figures and how they stand to those of hyper.
line() { # server instructions allocations
    awk -v name="$1" -v i="$2" -v a="$3" -v hyper_i="$hyper_instructions" -v hyper_a="$hyper_allocations" \
        'BEGIN { printf "%-8s%14.0f%12.3f%13.2f%12.2f\n", name, i, i / hyper_i, a, a - hyper_a }'
}

servers=("$@")
((${#servers[@]})) || servers=("${rust_servers[@]:1}")

build hyper "${servers[@]}"
hyper_instructions=$(instructions hyper)
hyper_allocations=$(allocations hyper)
printf '%-8s%14s%12s%13s%12s\n' '' instructions 'of hyper' allocations more
line hyper "$hyper_instructions" "$hyper_allocations"
for name in "${servers[@]}"; do
    own_instructions=$(instructions "$name")
    own_allocations=$(allocations "$name")
    line "$name" "$own_instructions" "$own_allocations"
done
