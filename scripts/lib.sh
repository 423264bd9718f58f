# shellcheck shell=bash
# What the scripts share; to be sourced, not run. Works from the repository's top level, whatever the caller's folder is.

script=$(cd "$(dirname "$0")" && pwd)/${0##*/}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit

# Everything that running makes is kept here.
state=$root/.rides
rides=$root/.build/release/rides
services=()

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

# Prints the number that the first field of this name has in the JSON on standard input; nothing if there is none.
json_number() { grep -oE "\"$1\": *-?[0-9]+" | head -n 1 | grep -oE -- '-?[0-9]+$' || true; }

# One at a time, so that two calls never start the same thing twice.
lock_state() {
  mkdir -p "$state/run" "$state/log"
  if command -v flock >/dev/null; then
    exec 9>"$state/run/lock"
    flock 9
  fi
}

# --- An own Redis: a server on a Unix socket in a folder, nobody else's. `rides local-redis` knows how it is started and stopped.

# Prints the path of the server or the client of Redis, or of Valkey: "server" or "cli".
redis_tool() { command -v "redis-$1" || command -v "valkey-$1"; }

# Starts the server in a folder if it isn't running, and sets REDIS_URL and `socket`: folder, further settings as arguments.
start_redis() {
  REDIS_URL=$("$rides" local-redis start "$1" -- "${@:2}" 9>&-) || return
  export REDIS_URL
  # shellcheck disable=SC2034  # for the scripts
  socket=$("$rides" local-redis socket "$1")
}

# Stops the server in a folder and waits for its end; false if there is none.
stop_redis() { "$rides" local-redis stop "$1"; }

# Starts the own server and sets REDIS_URL, if nobody set it. The program must have been built.
use_redis() {
  [[ -z ${REDIS_URL:-} ]] || return 0
  redis_tool server >/dev/null || "$root/scripts/setup"
  start_redis "$state/redis" --appendfsync everysec
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

# Sets `services` to the names of all that there are. The program must have been built.
know_services() {
  local names
  names=$("$rides" services --names 9>&-)
  read -r -d '' -a services <<<"$names" || true
}

# Fails with a clear text if there is no such service.
check_service() {
  local service
  for service in "${services[@]}"; do
    [[ $service != "$1" ]] || return 0
  done
  die 64 "there is no service '$1'; the services are: ${services[*]}"
}
