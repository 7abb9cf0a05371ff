#!/usr/bin/env bash
# Runs the Autobahn test suite against the example `echo`: sections 1 to 10 and a choice of those of compression, in two minutes; with `all` all 517
# cases, in half an hour. It needs Python 3 with venv and lib2to3, and a registry of packages; without them it says so, and does nothing.
#
#     tests/autobahn/run.sh [all | patterns of cases]
set -euo pipefail
cd "$(dirname "$0")/../.."

cases=${1:-'1.*,2.*,3.*,4.*,5.*,6.*,7.*,9.*,10.*,12.1.[1-6],12.1.11,12.4.[1-6],13.*.[1-5],13.*.11'}
[ "$cases" != all ] || cases='*'
folder=${CARGO_TARGET_DIR:-target}/autobahn
python=$folder/venv/bin/python

skip() { echo "autobahn: skipped: $1"; exit 0; }

python3 -c 'import lib2to3, venv' 2> /dev/null || skip "Python 3 with venv and lib2to3 is not there"
"$python" -c 'import autobahn, twisted' 2> /dev/null || {
    python3 -m venv "$folder/venv" && "$python" -m pip install --quiet 'autobahn==23.6.2' twisted 'setuptools<70'
} > "$folder.log" 2>&1 || skip "its packages cannot be fetched: $(tail -1 "$folder.log")"

cargo build --quiet --release -p echo
log=$(mktemp)
"${CARGO_TARGET_DIR:-target}/release/echo" --port 0 --deflate --log warn > "$log" &
server=$!
trap 'kill "$server" 2> /dev/null; rm -f "$log"' EXIT
until address=$(sed -n 's|.*http://\([0-9.:]*\).*|\1|p' "$log") && [ -n "$address" ]; do
    kill -0 "$server" && sleep 0.1
done
"$python" -W ignore tests/autobahn/run.py "ws://$address/" --folder "$folder" --cases "$cases"
