#!/bin/sh
# What the proof of a list costs: `cargo check` of 1,000 handlers in one list, against the same handlers without the list.
#
#     benches/check_time.sh [handlers]
#
# First user CPU time, five runs each that take turns, the best of them; then the instructions of the compiler, which repeat, under
# `valgrind --tool=cachegrind` where that is installed. The scratch crate stands in a temporary folder and is removed at the end.
#
# CHECK_TARGET_DIR names a target folder to reuse, so that the dependencies need not be built again.
set -eu

handlers=${1:-1000}
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
export CARGO_TARGET_DIR="${CHECK_TARGET_DIR:-$scratch/target}" CARGO_INCREMENTAL=0

mkdir "$scratch/src"
cp "$root/Cargo.lock" "$scratch/"
cat > "$scratch/Cargo.toml" <<MANIFEST
[package]
name = "check-time"
version = "0.0.0"
edition = "2024"

[features]
list = []

[dependencies]
squall = { path = "$root/framework" }

[workspace]
MANIFEST

awk -v handlers="$handlers" 'BEGIN {
    print "use squall::{handler, routes};\n"
    for (i = 0; i < handlers; i++) {
        printf "#[handler]\n#[route(\"/area%d/things%d/{id}\", name = \"thing%d\")]\n", i % 10, i, i
        printf "pub struct Thing%d {\n    id: u64,\n    #[query]\n    page: Option<u32>,\n}\n\n", i
        printf "#[handler]\nimpl Thing%d {\n    async fn get(&self) -> String {\n        format!(\"{} {:?}\", self.id, self.page)\n    }\n}\n\n", i
    }
    print "#[cfg(feature = \"list\")]\nconst ALL: squall::Routes = routes!["
    for (i = 0; i < handlers; i++) printf "    Thing%d,\n", i
    print "];\n\nfn main() {\n    #[cfg(feature = \"list\")]\n    let _ = ALL;\n    #[cfg(not(feature = \"list\"))]\n    let _ = routes![];\n}"
}' > "$scratch/src/main.rs"

# User CPU seconds of one check of the crate alone; its dependencies are there already. The second line of `times` is that of
# the children of a shell: here one that has no others.
measure() {
    touch "$scratch/src/main.rs"
    (
        timeout 300 cargo check --quiet --manifest-path "$scratch/Cargo.toml" "$@" >&2
        times
    ) | awk 'NR == 2 { split($1, part, /[ms]/); printf "%.2f\n", part[1] * 60 + part[2] }'
}

timeout 600 cargo check --quiet --manifest-path "$scratch/Cargo.toml"
for run in 1 2 3 4 5; do
    measure >> "$scratch/without"
    measure --features list >> "$scratch/with"
done
without=$(sort -n "$scratch/without" | head -n 1)
with=$(sort -n "$scratch/with" | head -n 1)
awk -v n="$handlers" -v a="$without" -v b="$with" 'BEGIN {
    printf "%d handlers without a list: %6.2f s\n%d handlers in one list:    %6.2f s\nthe list adds:             %6.2f s\n", n, a, n, b, b - a
}'

command -v valgrind > /dev/null || exit 0
cat > "$scratch/counted" <<WRAPPER
#!/bin/sh
exec valgrind --trace-children=yes --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null --log-file="$scratch/log.%p" "\$@"
WRAPPER
chmod +x "$scratch/counted"

# Thousand million instructions of one check of the crate alone: the largest count, for cargo also asks the compiler its version.
count() {
    rm -f "$scratch"/log.*
    touch "$scratch/src/main.rs"
    RUSTC_WORKSPACE_WRAPPER="$scratch/counted" timeout 900 cargo check --quiet --manifest-path "$scratch/Cargo.toml" "$@" >&2
    cat "$scratch"/log.* | awk '/I *refs/ { gsub(",", "", $NF); if ($NF + 0 > most) most = $NF + 0 } END { printf "%.2f\n", most / 1e9 }'
}

without=$(count)
with=$(count --features list)
awk -v a="$without" -v b="$with" 'BEGIN {
    printf "instructions without a list: %6.2f G\ninstructions in one list:    %6.2f G\nthe list adds:               %6.2f G, %.1f %%\n", a, b, b - a, 100 * (b - a) / a
}'
