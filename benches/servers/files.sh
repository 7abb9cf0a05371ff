#!/usr/bin/env bash
# The same for files, of 1 KiB and of 1 MiB: squall, axum with the `ServeDir` of tower-http, actix-web with actix-files.
#
#     benches/servers/files.sh [rounds [seconds]]
# shellcheck disable=SC2034
set -euo pipefail
source "$(dirname "$0")/common.sh"
source load.sh
need cargo wrk awk

rounds=${1:-5}
seconds=${2:-3}
at_least 1 "$rounds"
at_least 1 "$seconds"
servers=(files_squall files_axum files_actix)
reference=files_squall
paths=(/static/small.css /static/large.bin)
export FILES=$scratch/files
mkdir "$FILES"
head --bytes 768 /dev/urandom | base64 --wrap 0 > "$FILES/small.css"
head --bytes 1048576 /dev/urandom > "$FILES/large.bin"
# The driver asks for it to see that a server is there.
cp "$FILES/small.css" "$FILES/index.html"
compare "$rounds"
