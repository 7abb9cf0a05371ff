# What the scripts of this folder have in common; they read it with `source`. PORT names another port than 18080.
# shellcheck shell=bash disable=SC2034

cd "$(dirname "${BASH_SOURCE[0]}")" || exit
target=${CARGO_TARGET_DIR:-$PWD/target}
port=${PORT:-18080}
rust_servers=(hyper squall axum actix rocket)
scratch=$(mktemp -d)
server=

trap 'clean' EXIT
trap 'exit 130' INT TERM

# Says which programs are missing.
need() { # program...
    local program missing=()
    for program; do
        command -v "$program" > /dev/null || missing+=("$program")
    done
    ((${#missing[@]} == 0)) || { echo "not installed: ${missing[*]}" >&2; exit 1; }
}

# Refuses an argument that is no number of at least this: the names of servers stand behind the numbers.
at_least() { # least argument
    [[ $2 =~ ^[0-9]+$ ]] && (($2 >= $1)) || { echo "not a number from $1 on: $2" >&2; exit 1; }
}

# Builds each server with its own feature alone, and so with the features of its own dependencies alone.
build() { # server...
    local name
    cargo build --quiet --release --bin requests
    for name; do
        if [ "$name" = tornado ]; then
            build_tornado
        else
            cargo build --quiet --release --bin "$name" --features "$name"
        fi
    done
}

build_tornado() {
    [ -x "$target/tornado/bin/python" ] || python3 -m venv "$target/tornado"
    "$target/tornado/bin/python" -c 'import tornado' 2> /dev/null || "$target/tornado/bin/pip" install --quiet tornado==6.6.1
}

# Starts a server, behind the command that is named after it, and waits until it answers.
start() { # server workers [wrapper...]
    local name=$1 workers=$2 command
    shift 2
    case $name in
        squall | *_squall) command=("$target/release/$name" --port "$port" --workers "$workers" --log warn) ;;
        tornado) command=("$target/tornado/bin/python" -I tornado.py "$port" "$workers") ;;
        *) command=("$target/release/$name" "$port" "$workers") ;;
    esac
    if is_taken; then
        echo "port $port is taken; PORT names another" >&2
        exit 1
    fi
    "$@" "${command[@]}" > "$scratch/server.log" 2>&1 &
    server=$!
    "$target/release/requests" "$port" 1 1 || { cat "$scratch/server.log" >&2; exit 1; }
}

# Whether somebody listens on the port: state 0A in the kernel's list.
is_taken() {
    grep -q "$(printf ': 0100007F:%04X 00000000:0000 0A' "$port")" /proc/net/tcp
}

# The server's process and those that it has forked.
family() {
    echo "$server"
    cat "/proc/$server/task/$server/children" 2> /dev/null || true
}

# Ends the server: the parent first, so that it does not replace its children. What dies of the signal has ended as well as what finished
# its requests before.
stop() {
    [ -n "$server" ] || return 0
    local processes
    read -r -d '' -a processes < <(family) || true
    kill -TERM "${processes[@]}" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
    server=
    # Children may outlive their parent for a moment, and the next server must not share the port with them.
    while is_taken; do
        sleep 0.1
    done
}

# Whatever a script has started ends with it.
clean() {
    local job
    stop
    for job in $(jobs -p); do
        kill "$job" 2> /dev/null || true
    done
    rm -rf "$scratch"
}
