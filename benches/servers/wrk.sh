#!/usr/bin/env bash
# Prints requests a second and the CPU time that the server takes for one, on all servers, for three kinds of work.
#
#     benches/servers/wrk.sh [rounds [seconds]]
# shellcheck disable=SC2034
set -euo pipefail
source "$(dirname "$0")/common.sh"
source load.sh
need cargo wrk python3 awk

rounds=${1:-5}
seconds=${2:-3}
at_least 1 "$rounds"
at_least 1 "$seconds"
servers=("${rust_servers[@]}" tornado)
reference=hyper
paths=(/ /json /api/v1/resource37/42)
compare "$rounds"
