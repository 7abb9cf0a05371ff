#!/usr/bin/env bash
# The same for a page of 1,000 rows, an id and a message that is escaped: squall, and axum, actix-web and Rocket with Askama by hand. One
# template for all of them.
#
#     benches/servers/pages.sh [rounds [seconds]]
# shellcheck disable=SC2034
set -euo pipefail
source "$(dirname "$0")/common.sh"
source load.sh
need cargo wrk awk

# Two thirds of the time go to Askama's loop over the bytes of a text, which takes half as long again where it lies across two lines of the
# cache. Where it lies is chance, and differs from program to program; so each function and each loop begins a line here.
export RUSTFLAGS='-C llvm-args=-align-all-functions=6 -C llvm-args=-align-all-nofallthru-blocks=6'

rounds=${1:-5}
seconds=${2:-3}
at_least 1 "$rounds"
at_least 1 "$seconds"
servers=(pages_squall pages_axum pages_actix pages_rocket)
reference=pages_squall
paths=(/page)
compare "$rounds"
