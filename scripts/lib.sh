# shellcheck shell=bash
# What the scripts share; to be sourced, not run. Works from the repository's top level, whatever the caller's folder is.

script=$(cd "$(dirname "$0")" && pwd)/${0##*/}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit

# Everything that running makes is kept here.
state=$root/.rides
rides=$root/.build/release/rides
# shellcheck disable=SC2034  # for the scripts
services=(payment driver rating analytics surge notification)

warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# Ends the script: exit status (64 for wrong arguments, 69 for something that is not there), and why.
die() {
  local status=$1
  shift
  warn "$@"
  exit "$status"
}

# Prints the comment at the head of the script.
show_help() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$script"; }

# Runs a command whose output matters to nobody unless it fails; shows it on a terminal, where somebody waits for it.
quietly() {
  if [[ -t 2 ]]; then
    "$@" >&2
    return
  fi
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  [[ $status == 0 ]] || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# Builds a program, given by its name, as it is deployed: with Swift's libraries in it, so that it starts sooner and takes less
# memory.
build_release() {
  quietly swift build -c release --static-swift-stdlib --product "$1" || die 1 "the build failed"
}

# Waits until a command succeeds: seconds to wait at the most, command.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

# One at a time, so that two calls never start the same thing twice.
lock_state() {
  mkdir -p "$state/run" "$state/log"
  if command -v flock >/dev/null; then
    exec 9>"$state/run/lock"
    flock 9
  fi
}

# --- An own Redis: a server on a Unix socket in a folder, nobody else's.

# Prints the path of the server or the client of Redis, or of Valkey: "server" or "cli".
redis_tool() { command -v "redis-$1" || command -v "valkey-$1"; }

# The socket of the server in a folder. Paths of sockets are short; a long one moves to the temporary folder.
redis_socket() {
  local socket=$1/redis.sock
  if ((${#socket} > 100)); then
    socket=${TMPDIR:-/tmp}/rides-$(id -u)-$(printf '%s' "$1" | cksum | cut -d ' ' -f 1).sock
  fi
  printf '%s' "$socket"
}

# The URL of a Unix socket.
socket_url() {
  local path=$1 url=unix:// character LC_ALL=C
  while [[ -n $path ]]; do
    character=${path:0:1}
    path=${path:1}
    case $character in
      [a-zA-Z0-9/._~-]) url+=$character ;;
      *) printf -v url '%s%%%02X' "$url" "'$character" ;;
    esac
  done
  printf '%s' "$url"
}

redis_answers() { [[ $("$(redis_tool cli)" -s "$1" ping 2>&1) == PONG ]]; }

# Cuts off what a server that was killed has written of a transaction: folder. Redis itself (7.0) cuts off only the command that is
# incomplete, keeps the transaction's beginning, and plays that at the start after the next: events that were never published,
# without what remembers them.
mend_append_only_file() {
  local manifest=$1/appendonlydir/appendonly.aof.manifest check
  [[ -f $manifest ]] || return 0
  check=$(redis_tool check-aof) || return 0
  printf 'y\n' | "$check" --fix "$manifest" >>"$1/redis.log" 2>&1 || die 69 "the append-only file is damaged; see $1/redis.log"
}

# Starts the server in a folder if it isn't running: folder, further settings as arguments.
start_redis() {
  local folder=$1 socket
  shift
  socket=$(redis_socket "$folder")
  redis_answers "$socket" && return
  mkdir -p "$folder"
  mend_append_only_file "$folder"
  "$(redis_tool server)" --port 0 --unixsocket "$socket" --unixsocketperm 700 --daemonize yes --dir "$folder" \
    --pidfile "$folder/redis.pid" --logfile "$folder/redis.log" --save '' "$@" </dev/null >/dev/null 9>&- ||
    die 69 "Redis did not start; see $folder/redis.log"
  # Long, because it may have much to load.
  wait_until 120 redis_answers "$socket" || {
    tail -n 5 "$folder/redis.log" >&2 || true
    die 69 "Redis does not answer at $socket; see $folder/redis.log"
  }
}

# Stops the server in a folder and waits for its end; false if there is none.
stop_redis() {
  local folder=$1 socket pid
  socket=$(redis_socket "$folder")
  redis_tool cli >/dev/null && redis_answers "$socket" || return 1
  pid=$(cat "$folder/redis.pid")
  "$(redis_tool cli)" -s "$socket" shutdown >/dev/null 2>&1 || true
  wait_until 30 is_gone "$pid" || die 1 "Redis (pid $pid) does not stop"
}

# The settings of the server that is started unless REDIS_URL names another.
start_own_redis() {
  [[ -n $(redis_tool server) ]] || "$root/scripts/setup"
  start_redis "$state/redis" --appendonly yes --appendfsync everysec
}

# Sets REDIS_URL, and starts the own server if nobody set it.
use_redis() {
  if [[ -z ${REDIS_URL:-} ]]; then
    start_own_redis
    REDIS_URL=$(socket_url "$(redis_socket "$state/redis")")
  fi
  export REDIS_URL
}

# --- Processes

# The command line of a process, with a blank after each word; empty for one that is gone or a zombie.
command_of() {
  if [[ -d /proc/self ]]; then
    { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null || true
  else
    printf '%s ' "$(ps -o command= -p "$1" 2>/dev/null || true)"
  fi
}

is_gone() { [[ -z $(command_of "$1") ]]; }

# Prints the pid of a worker such as driver-1 if it runs; a pid that is some other program's by now is not its.
worker_pid() {
  local pid
  pid=$(cat "$state/run/$1.pid" 2>/dev/null) || return 1
  [[ $pid =~ ^[0-9]+$ && $(command_of "$pid") == "$rides worker ${1%-*} "* ]] || return 1
  printf '%s' "$pid"
}

# Fails with a clear text if there is no such service.
check_service() {
  local service
  for service in "${services[@]}"; do
    [[ $service != "$1" ]] || return 0
  done
  die 64 "there is no service '$1'; the services are: ${services[*]}"
}
