#!/bin/sh
# Prints the instructions of one lookup, captures read, as callgrind counts them: squall beside matchit.
# Needs valgrind. The cost of starting and of building the table is taken out by subtracting a shorter run.
set -eu
cd "$(dirname "$0")/.."
. ./callgrind.sh
build routing-instructions

per_lookup() { # matcher, routes
    few=$(count "$1" "$2" 10)
    many=$(count "$1" "$2" 110)
    awk "BEGIN { print ($many - $few) / (100 * $2) }"
}

printf '%-14s%10s%10s%8s\n' '' squall matchit ratio
for routes in 10 100 1000; do
    squall=$(per_lookup squall "$routes")
    matchit=$(per_lookup matchit "$routes")
    awk "BEGIN { printf \"%-14s%10.1f%10.1f%8.2f\\n\", \"$routes routes\", $squall, $matchit, $squall / $matchit }"
done
