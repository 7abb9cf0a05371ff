#!/bin/sh
# Prints the instructions of an answer, as callgrind counts them: `View` beside Askama by hand. Needs valgrind. The cost of starting is
# taken out by subtracting a shorter run.
set -eu
cd "$(dirname "$0")/.."
. ./callgrind.sh
build pages-instructions

per_answer() { # way, page
    few=$(count "$1" "$2" 20)
    many=$(count "$1" "$2" 220)
    awk "BEGIN { printf \"%.0f\", ($many - $few) / 200 }"
}

printf '%-14s%14s%14s%8s%8s\n' '' View 'by hand' more ratio
for page in small 100 1000 messages; do
    view=$(per_answer view "$page")
    hand=$(per_answer hand "$page")
    awk "BEGIN { printf \"%-14s%14.0f%14.0f%8.0f%8.3f\\n\", \"$page\", $view, $hand, $view - $hand, $view / $hand }"
done
