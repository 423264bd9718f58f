# shellcheck shell=bash
# The part of scripts/bench that asks the server of rides; to be sourced. It is held against Hummingbird with nothing around it
# (Tests/BenchmarkServer), against `rides publish` and against workers that nobody measures, each in turns with what is compared with it.
# shellcheck disable=SC2034,SC2154  # what scripts/bench uses and has assigned
# shellcheck disable=SC2016  # the expressions are awk's

# Seconds of one run of wrk, and of a measure at a fixed rate.
load_seconds=4
rate_seconds=10
# Rides that are asked for by their ids, and that a file has which is published.
http_rides=20000
file_rides=50000
viewer_count=256
reference_pid=
serving=
others=()

find_tools() {
  command -v wrk >/dev/null && command -v curl >/dev/null || scripts/setup wrk curl
  # curl's own settings would count.
  curl=(curl --disable --silent --show-error --fail)
}

# --- Processes

start_reference() {
  "${rides%/*}/BenchmarkServer" >"$folder/reference" &
  reference_pid=$!
  wait_until 10 test -s "$folder/reference" || die 1 "the reference does not start"
  reference_port=$(<"$folder/reference")
}

# Starts a server and sets `serving` and `port`: namespace.
serve() {
  rm -f "$folder/ready"
  "$rides" serve --listen 127.0.0.1:0 --namespace "$1" --archive "$files/archive" --ready-file "$folder/ready" --log-level error \
    2>"$folder/server.log" &
  serving=$!
  wait_until 10 test -s "$folder/ready" || { cat "$folder/server.log" >&2 && die 1 "the server does not start"; }
  port=$(sed -n 's|.*:\([0-9]*\)/".*|\1|p' "$folder/ready")
}

# Ends a process that was started here, and waits for it.
stop() {
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

stop_server() {
  stop "$serving"
  serving=
}

stop_http() {
  local process
  for process in $serving $reference_pid "${others[@]}"; do stop "$process"; done
}

# Begins to watch a server's stream: how many, what, read or stall. Sets `viewers`.
watch() {
  "$folder/viewers" "$port" "$1" "$2" "$3" >"$folder/watching" &
  viewers=$!
  others+=("$viewers")
  wait_until 10 grep -q watching "$folder/watching" || die 1 "nobody can watch"
}

# CPU seconds of a process, and how many KiB it has of memory, now (VmRSS) or had at the most (VmHWM).
cpu_of() { sed 's/^.*) //' "/proc/$1/stat" | awk -v ticks="$(getconf CLK_TCK)" '{ print ($12 + $13) / ticks }'; }
memory_of() { awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"; }
commands_processed() { "$(redis_tool cli)" -s "$socket" info stats | tr -d '\r' | sed -n 's/^total_commands_processed://p'; }

# --- What is published

# A completed ride as producers send it, some 690 bytes; ids and city have a number where %d stands, so that all shards get some: prefix of the ids.
ride() {
  local time
  time=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  printf '{"id":"RIDE_COMPLETED:%s-%%d","type":"RIDE_COMPLETED","timestamp":"%s","data":{"rideId":"%s-%%d","riderId":"rider-paris-%%d",' "$1" "$time" "$1"
  printf '"driverId":"driver-paris-93","city":"Paris %%d","fare":{"base":260,"distance":570,"time":360,"tolls":520,"tip":346,"taxes":95,"total":2151,'
  printf '"currency":"EUR"},"distanceMeters":5481,"durationSeconds":971,"requestedAt":"%s","startedAt":"%s","completedAt":"%s",' "$time" "$time" "$time"
  printf '"pickup":{"lat":48.8472,"lon":2.3447},"dropoff":{"lat":48.8402,"lon":2.335},"payment":{"method":"card","token":"tok_visa"},'
  printf '"riderEmail":"rider-paris-3922.of-a-house-with-a-long-name-in-a-street-with-another@mail.example.com"}}'
}

# Many of them, one a line: prefix, how many.
ride_lines() { ride "$1" | awk -v count="$2" '{ for (i = 1; i <= count; i++) { line = $0; gsub(/%d/, i, line); print line } }'; }

# Rides that all services have handled.
settle_rides() {
  fill http "$http_rides" "$shards"
  rm -f "$folder/ready"
  "$rides" up --namespace http --listen 127.0.0.1:0 --archive "$files/archive" --outbox "$files/outbox" --log-level error \
    --ready-file "$folder/ready" 2>"$folder/server.log" &
  others+=("$!")
  "$rides" wait --namespace http --timeout 120s >"$folder/run.log" 2>&1 || die 1 "the services do not settle: $(tail -n 1 "$folder/run.log")"
  stop "${others[-1]}"
}

# --- Measures

# One run of wrk: name of its results, port, method, path, body, number of different ones.
load() {
  progress "$1"
  wrk -t1 -c64 -d"${load_seconds}s" -s Tests/Benchmarks/requests.lua "http://127.0.0.1:$2" -- "$3" "$4" "${5:-}" "${6:-}" >"$folder/wrk" 2>&1 ||
    { cat "$folder/wrk" >&2 && die 1 "wrk failed"; }
  if grep -E 'Non-2xx|Socket errors' "$folder/wrk" >&2; then die 1 "$1: not every request was answered"; fi
  awk '/^Requests\/sec:/ { print $2 }' "$folder/wrk" >>"$results/$1"
}

# Requests at a fixed rate: name of the results, a second, method, path, body.
pace() {
  progress "$1"
  "$folder/requests" "$port" "$2" $(($2 * rate_seconds)) 64 "${@:3}" >>"$results/$1" || die 1 "$1: not every request was answered"
}

measure_requests() {
  local round=$1
  load hello "$reference_port" GET /hello
  load health "$port" GET /health/live
  load services "$port" GET /v1/services
  load ride "$port" GET '/v1/rides/sim-1-%d' '' $((http_rides - 1))
  load echo "$reference_port" POST /echo "$(ride "echo-$round")"
  load event "$port" POST /v1/events "$(ride "load-$round")"
  pace ride-pace 500 GET '/v1/rides/sim-1-%d'
  pace event-pace 2000 POST /v1/events "$(ride "pace-$round")"
}

send_lines() {
  "${curl[@]}" -H 'Content-Type: application/x-ndjson' -H 'Expect:' --data-binary "@$1" "http://127.0.0.1:$port/v1/events" |
    tail -n 1 >"$folder/answer"
  grep -q "\"done\":true,\"published\":$2," "$folder/answer" || die 1 "not all lines were published: $(cat "$folder/answer")"
}

# The same file, by the command and over HTTP; and what the server needs for it.
measure_lines() {
  local namespace=lines$1 start before
  progress lines
  start=$EPOCHREALTIME
  "$rides" publish --namespace "$namespace-c" --shards "$shards" "$folder/lines" >"$folder/publish.log" 2>&1
  calculate "$file_rides / ($EPOCHREALTIME - $start)" >>"$results/lines-command"
  echo >>"$results/lines-command"
  remove "$namespace-c"
  serve "$namespace"
  # What a first request makes is not for these lines.
  ride_lines some 1000 >"$folder/some"
  send_lines "$folder/some" 1000
  before=$(memory_of "$serving" VmHWM)
  start=$EPOCHREALTIME
  send_lines "$folder/lines" "$file_rides"
  calculate "$file_rides / ($EPOCHREALTIME - $start)" >>"$results/lines"
  echo " $(calculate "($(memory_of "$serving" VmHWM) - $before) / 1024")" >>"$results/lines"
  stop_server
  remove "$namespace"
}

# What viewers cost while the services' state changes: name of the results, how many watch.
measure_viewers() {
  local before commands publisher
  progress "$1"
  "$rides" publish --namespace http --simulate $((rate_seconds * 20 + 60)) --rate 20 --seed "$RANDOM" >"$folder/publish.log" 2>&1 &
  publisher=$!
  others+=("$publisher")
  watch "$2" channels=status read
  before=$(cpu_of "$serving") commands=$(commands_processed)
  sleep "$rate_seconds"
  printf '%s %s' "$(calculate "($(cpu_of "$serving") - $before) * 100 / $rate_seconds")" \
    $((($(commands_processed) - commands) / rate_seconds)) >>"$results/$1"
  stop "$viewers"
  stop "$publisher"
  echo " $(calculate "$(tail -n 1 "$folder/watching") / $2 / $rate_seconds")" >>"$results/$1"
}

# What is kept for viewers that do not read, while more is said than fits: by a server that has done nothing else yet.
measure_stalled() {
  local before
  progress stalled
  serve http
  watch 100 channels=status,events stall
  before=$(memory_of "$serving" VmRSS)
  fill http 20000 "$shards" "$RANDOM"
  sleep 3
  calculate "($(memory_of "$serving" VmHWM) - $before) / 1024" >>"$results/stalled"
  echo >>"$results/stalled"
  stop "$viewers"
  stop_server
}

# How long Prometheus waits, when the last look is too old to be used again: name of the results.
measure_scrapes() {
  local place
  progress "$1"
  for ((place = 0; place < 5; place++)); do
    sleep 1.2
    "${curl[@]}" -o "$folder/metrics" -w '%{time_total}\n' "http://127.0.0.1:$port/metrics" | awk '{ print $1 * 1000 }' >>"$results/$1"
  done
}

# 24 services on 32 shards.
measure_many_services() {
  local service workers=()
  progress '24 services'
  fill many 2000 32
  for ((service = 1; service <= 24; service++)); do
    "$worker" "sum$service" --namespace many --shards 32 2>>"$folder/run.log" &
    workers+=("$!")
  done
  others+=("${workers[@]}")
  for ((service = 1; service <= 24; service++)); do
    wait_until 60 is_leased "many:{31}:lease:sum$service" || die 1 "the workers do not start"
  done
  sleep 2
  serve many
  measure_scrapes scrape-many
  grep -q 'group="sum24"' "$folder/metrics" || die 1 "/metrics does not have all services"
  stop_server
  for service in "${workers[@]}"; do stop "$service"; done
  remove many
}
is_leased() { [[ $("$(redis_tool cli)" -s "$socket" exists "$1") == 1 ]]; }

# Buries 10,000 keys and has them handled again by the API.
measure_redrive() {
  local start shard location state=
  progress redrive
  for ((shard = 0; shard < shards; shard++)); do
    "$(redis_tool cli)" -s "$socket" eval '
      for number = ARGV[1], ARGV[2] - 1 do
        local key = "dead-" .. number
        redis.call("XADD", KEYS[1], "*", "entry", "1-" .. number, "topic", "rides", "key", key, "kind", "dead", "about",
          "{\"reason\":\"the card\",\"attempts\":3,\"firstError\":\"a\",\"lastError\":\"b\",\"worker\":\"w\",\"at\":\"2026-04-03T10:30:00Z\"}",
          "event", (ARGV[3]:gsub("%%d", tostring(number))))
        redis.call("HSET", KEYS[2], key, "1")
      end' 2 "http:{$shard}:dead:payment" "http:{$shard}:blocked:payment" $((shard * 10000 / shards)) $(((shard + 1) * 10000 / shards)) \
      "$(ride dead)" >/dev/null
  done
  "$(redis_tool cli)" -s "$socket" config set slowlog-log-slower-than 5000 >/dev/null
  "$(redis_tool cli)" -s "$socket" slowlog reset >/dev/null
  start=$EPOCHREALTIME
  location=$("${curl[@]}" -D - -o "$folder/answer" -H 'Content-Type: application/json' \
    -d "{\"filter\":{},\"asOf\":\"${start%.*}999-0\",\"expected\":10000}" \
    "http://127.0.0.1:$port/v1/services/payment/dead-letters/redrive" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  [[ -n $location ]] || die 1 "redriving does not begin: $(cat "$folder/answer")"
  for ((place = 0; place < 1200; place++)); do
    state=$("${curl[@]}" "http://127.0.0.1:$port$location" | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p')
    [[ $state == running ]] || break
    sleep 0.05
  done
  [[ $state == done ]] || die 1 "redriving is $state"
  printf '%s %s\n' "$(calculate "$EPOCHREALTIME - $start")" "$("$(redis_tool cli)" -s "$socket" slowlog len)" >>"$results/redrive"
}

# From a process' start until it is ready, and with viewers from the signal until it has ended.
measure_start() {
  local start
  progress start
  start=$EPOCHREALTIME
  rm -f "$folder/ready"
  "$rides" serve --listen 127.0.0.1:0 --namespace http --archive "$files/archive" --ready-file "$folder/ready" --log-level error \
    2>"$folder/server.log" &
  serving=$!
  until [[ -s $folder/ready ]]; do :; done
  calculate "($EPOCHREALTIME - $start) * 1000" >>"$results/start"
  echo >>"$results/start"
  port=$(sed -n 's|.*:\([0-9]*\)/".*|\1|p' "$folder/ready")
  watch "$viewer_count" channels=status read
  start=$EPOCHREALTIME
  stop_server
  calculate "$EPOCHREALTIME - $start" >>"$results/drain"
  echo >>"$results/drain"
  stop "$viewers"
}

# A worker that nobody measures, and one that is asked for its metrics and has a collector that nobody sends spans to: no trace is recorded.
measure_observed() {
  measure worker-plain watched "$shards" driver "$rides" worker driver --create --namespace watched --shards "$shards"
  measure worker-observed watched "$shards" driver env OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9 "$rides" worker driver --create \
    --namespace watched --shards "$shards" --metrics-listen 127.0.0.1:0
}

measure_http() {
  local round
  find_tools
  progress 'rides for the server'
  settle_rides
  start_reference
  serve http
  for ((round = 1; round <= rounds; round++)); do measure_requests "$round"; done
  measure_scrapes scrape
  for ((round = 1; round <= rounds; round++)); do
    measure_viewers viewer 1
    measure_viewers viewers "$viewer_count"
  done
  for ((round = 1; round <= rounds; round++)); do measure_redrive; done
  stop_server
  measure_stalled
  stop "$reference_pid"
  reference_pid=
  ride_lines line "$file_rides" >"$folder/lines"
  for ((round = 1; round <= rounds; round++)); do measure_lines "$round"; done
  for ((round = 1; round <= rounds; round++)); do measure_start; done
  measure_many_services
  fill watched "$events" "$shards"
  for ((round = 1; round <= rounds; round++)); do measure_observed; done
  progress ''
}

show_http() {
  local value
  row 'health, with all that stands before routes: requests/s' '>= 0.90 of H' more '' 0.9 '%.0f' "$(median health '$1')" "$(median hello '$1')"
  row 'GET /v1/services: requests/s' '>= 0.70 of H' more '' 0.7 '%.0f' "$(median services '$1')" "$(median hello '$1')"
  row 'GET /v1/rides/{id}: requests/s' '>= 0.25 of H' more '' 0.25 '%.0f' "$(median ride '$1')" "$(median hello '$1')"
  value=$(median ride-pace '$2 / 1000')
  row '  at 500/s: p99, ms' '<= 10' less "$value" 10 '%.2f' "$value"
  row 'POST /v1/events, one event: requests/s' '>= 0.50 of E' more '' 0.5 '%.0f' "$(median event '$1')" "$(median echo '$1')"
  value=$(median event-pace '$1 / 1000')
  row '  at 2000/s: p50, ms' '<= 1' less "$value" 1 '%.2f' "$value"
  value=$(median event-pace '$2 / 1000')
  row '  at 2000/s: p99, ms' '<= 5' less "$value" 5 '%.2f' "$value"
  row 'NDJSON, beside it rides publish of the same file: events/s' '>= 0.75' more '' 0.75 '%.0f' "$(median lines '$1')" "$(median lines-command '$1')"
  value=$(median lines '$2')
  row '  memory for it, MB' '<= 16' less "$value" 16 '%.1f' "$value"
  value=$(median viewers '$1')
  row "$viewer_count streams: % of a core; beside it one" '<= 10' less "$value" 10 '%.1f' "$value" "$(median viewer '$1')"
  row '  commands of Redis a second; beside it one' '<= 1.1' less '' 1.1 '%.0f' "$(median viewers '$2')" "$(median viewer '$2')"
  row '  updates a second and stream' '' more '' '' '%.2f' "$(median viewers '$3')" "$(median viewer '$3')"
  value=$(median stalled '$1')
  row '100 streams that nobody reads: memory, MB' '<= 32' less "$value" 32 '%.1f' "$value"
  value=$(median scrape '$1')
  row '/metrics, 6 services on 8 shards: ms' '<= 5' less "$value" 5 '%.2f' "$value"
  value=$(median scrape-many '$1')
  row '/metrics, 24 services on 32 shards: ms' '<= 50' less "$value" 50 '%.2f' "$value"
  value=$(median redrive '$1')
  row 'redrive of 10,000 keys: s' '<= 10' less "$value" 10 '%.2f' "$value"
  value=$(median redrive '$2')
  row '  calls of Redis over 5 ms' '0' less "$value" 0 '%.0f' "$value"
  row 'worker with metrics and tracer, beside it without: events/s' '>= 0.95' more '' 0.95 '%.0f' "$(median worker-observed '$11 / $2')" \
    "$(median worker-plain '$11 / $2')"
  value=$(median start '$1')
  row 'start until ready: ms' '<= 100' less "$value" 100 '%.0f' "$value"
  value=$(median drain '$1')
  row "end with $viewer_count streams: s" '<= 1' less "$value" 1 '%.2f' "$value"
}
