# What the scripts that count instructions have in common; they read it with `.`, in the folder of the benchmarks. Needs valgrind.

# Builds a program, whose instructions are counted from then on.
build() { # name
    cargo build --quiet --release --bin "$1"
    program="${CARGO_TARGET_DIR:-target}/release/$1"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Prints the instructions of one run.
count() { # argument...
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" > /dev/null 2> "$log" || { cat "$log" >&2; exit 1; }
    awk '/Collected/ { print $4 }' "$log"
}
