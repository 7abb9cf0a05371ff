# Requests a second and the CPU time that a server takes for one, with `wrk`, 64 connections that are kept alive. The servers take turns, so
# that what else goes on hits all alike; the ratios are those of one round, and the median of them is shown. Scripts read this with `source`,
# behind common.sh; they set:
#
#     servers    those to measure, each with two workers
#     reference  the one that the others are compared with
#     paths      what is asked for
#     seconds    how long
# shellcheck shell=bash disable=SC2154

ticks=$(getconf CLK_TCK)

# CPU seconds of the server so far.
cpu() {
    local process
    for process in $(family); do
        sed 's/.*) //' "/proc/$process/stat"
    done | awk -v ticks="$ticks" '{ sum += $12 + $13 + $14 + $15 } END { print sum / ticks }'
}

# A line of figures: path, server, requests a second, CPU microseconds a request.
drive() { # server path
    local before after
    before=$(cpu)
    wrk --threads 2 --connections 64 --duration "${seconds}s" "http://127.0.0.1:$port$2" > "$scratch/wrk"
    after=$(cpu)
    if grep -E 'Socket errors|Non-2xx' "$scratch/wrk" >&2; then
        echo "$1 did not answer all requests for $2" >&2
    fi
    awk -v server="$1" -v path="$2" -v before="$before" -v after="$after" '
        / requests in / { requests = $1 }
        /^Requests\/sec/ { print path, server, $2, 1e6 * (after - before) / requests }' "$scratch/wrk"
}

round() {
    local server_name path
    for server_name in "${servers[@]}"; do
        start "$server_name" 2
        for path in "${paths[@]}"; do
            drive "$server_name" "$path"
        done
        stop
    done
}

# The medians of one kind of work.
table() { # path
    printf '%-24s%14s%14s%16s%14s\n' "$1" 'requests/s' "of $reference" 'CPU us/request' "of $reference"
    local server_name
    for server_name in "${servers[@]}"; do
        grep -h "^$1 $server_name " "$scratch"/round.* > "$scratch/own"
        grep -h "^$1 $reference " "$scratch"/round.* | paste -d ' ' "$scratch/own" - > "$scratch/both"
        # shellcheck disable=SC2016
        printf '%-24s%14.0f%14.2f%16.2f%14.2f\n' "$server_name" \
            "$(median '$3')" "$(median '$3 / $7')" "$(median '$4')" "$(median '$4 / $8')"
    done
}

median() { # expression over the columns of both
    awk "{ print $1 }" "$scratch/both" | sort -g | awk '{ value[NR] = $1 } END { print (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2 }'
}

# Measures in rounds and prints a table for each path.
compare() { # rounds
    local number path
    build "${servers[@]}"
    for ((number = 1; number <= $1; number++)); do
        round > "$scratch/round.$number"
    done
    for path in "${paths[@]}"; do
        table "$path"
        echo
    done
}
