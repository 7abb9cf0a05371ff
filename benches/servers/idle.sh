#!/usr/bin/env bash
# Prints the memory that an idle connection takes on every server with two workers: one request was answered on it, and 5 seconds have
# passed, in which a server may have given back what it does not need. Then each of the connections is used once more, and rests again.
#
#     benches/servers/idle.sh [connections [server...]]
set -euo pipefail
source "$(dirname "$0")/common.sh"
need cargo python3

connections=${1:-10000}
at_least 1 "$connections"
rest=5
servers=("${@:2}")
((${#servers[@]})) || servers=("${rust_servers[@]}" tornado)

build "${servers[@]}"
ulimit -n "$(ulimit -Hn)"
if (($(ulimit -n) < connections + 100)); then
    echo "a process may have $(ulimit -n) open files, too few for $connections connections" >&2
    exit 1
fi
printf '%-8s%12s%12s%12s%12s\n' '' 'KiB each' 'used again' answered 'and again'
for server_name in "${servers[@]}"; do
    start "$server_name" 2
    figures=$(python3 idle.py "$port" "$server" "$connections" "$rest")
    # shellcheck disable=SC2086
    printf '%-8s%12s%12s%12s%12s\n' "$server_name" $figures
    stop
done
