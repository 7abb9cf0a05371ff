#!/usr/bin/env bash
# Prints the peak of resident memory of the example `gallery` while a file of 2 GiB comes, and while it goes.
#
#     benches/gallery.sh [MiB]
set -euo pipefail
cd "$(dirname "$0")/.."

size=${1:-2048}
most=64
port=${PORT:-18080}
target=${CARGO_TARGET_DIR:-target}
scratch=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$scratch"' EXIT

# The highest resident memory since it was asked for last, in KiB.
peak() {
    sed -n 's/^VmHWM:\s*\([0-9]*\) kB/\1/p' "/proc/$server/status"
    echo 5 > "/proc/$server/clear_refs"
}

# It begins like a PNG, so that the gallery takes it; the rest of it takes no room on the disk.
printf '\x89PNG\r\n\x1a\n' > "$scratch/large.png"
truncate --size "${size}M" "$scratch/large.png"

cargo build --quiet --release -p gallery
"$target/release/gallery" --port "$port" --folder "$scratch/pictures" --log warn &
server=$!
until curl --silent --output /dev/null "http://127.0.0.1:$port/"; do sleep 0.1; done

idle=$(peak)
url=$(curl --silent --show-error --fail --header 'accept: application/json' --form "picture=@$scratch/large.png" \
    "http://127.0.0.1:$port/pictures" | sed 's/.*"url":"\([^"]*\)".*/\1/')
upload=$(peak)
curl --silent --show-error --fail "http://127.0.0.1:$port$url" | cmp - "$scratch/large.png"
download=$(peak)

printf '%s MiB up and down, the same bytes; peaks of resident memory: at rest %s KiB, up %s KiB, down %s KiB\n' \
    "$size" "$idle" "$upload" "$download"
for peak in "$upload" "$download"; do
    ((peak < most * 1024)) || { echo "more than $most MiB"; exit 1; }
done
