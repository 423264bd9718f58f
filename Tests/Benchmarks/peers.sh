# shellcheck shell=bash
# What scripts/bench --peers does, which sources this: the same rides with all six services, by the product and, in turns with it, by
# programs on PostgreSQL (postgres.c, postgres.sql) that make the same of them. Each run's result is checked against the product's.
# shellcheck disable=SC2154  # what scripts/bench has assigned

# Each peer: how events come to services, and synchronous_commit.
peers=("cursor off" "cursor on" "queue off")
peer_titles=('cursor' 'cursor, synced' 'queue')
peer_batch=500
postgres_pid=
client_pids=()

# --- What is needed

# Prints the folder of a server that is new enough; false if there is none.
postgres_folder() {
  local folder version
  for folder in "$(dirname "$(command -v postgres || echo /usr/local/bin/postgres)")" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
    [[ -x $folder/postgres && -x $folder/initdb ]] || continue
    version=$("$folder/postgres" --version | sed -n 's/^[^0-9]*\([0-9]*\).*/\1/p')
    ((${version:-0} >= 15)) || continue
    printf '%s' "$folder"
    return
  done
  return 1
}

# Sets `postgres` and `as_postgres`, or ends with all that is missing.
find_postgres() {
  local missing=()
  postgres=$(postgres_folder) ||
    missing+=("a PostgreSQL server from 15 on, on the PATH or in /usr/lib/postgresql (Debian: postgresql)")
  command -v psql >/dev/null || missing+=("psql (Debian: postgresql-client)")
  pkg-config --exists libpq 2>/dev/null || missing+=("libpq (Debian: libpq-dev)")
  [[ -r /proc/self/stat ]] || missing+=("Linux's /proc, which tells a server's CPU time")
  # PostgreSQL refuses to run as root.
  as_postgres=()
  if [[ $(id -u) == 0 ]]; then
    as_postgres=(setpriv --reuid postgres --regid postgres --clear-groups)
    "${as_postgres[@]}" true 2>/dev/null ||
      missing+=("a user 'postgres' to run the server as, since root may not; or run this as somebody else")
  fi
  [[ ${#missing[@]} == 0 ]] || die 69 "--peers needs what is missing here:$(printf '\n  - %s' "${missing[@]}")"
}

# --- The server, on a socket in a folder of its own

start_postgres() {
  postgres_home=$(mktemp -d)
  chmod 755 "$postgres_home"
  [[ $(id -u) != 0 ]] || chown postgres "$postgres_home"
  local log=$folder/postgres.log
  (cd "$postgres_home" && "${as_postgres[@]}" "$postgres/initdb" -D data -A trust -U rides -E UTF8 --locale=C) >"$log" 2>&1 || {
    cat "$log" >&2
    die 1 "PostgreSQL can't be set up in $postgres_home"
  }
  # No checkpoint shall come between, as Redis rewrites nothing meanwhile.
  cat >>"$postgres_home/data/postgresql.conf" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$postgres_home'
port = 5432
shared_buffers = 1GB
min_wal_size = 2GB
max_wal_size = 16GB
checkpoint_timeout = 30min
jit = off
SETTINGS
  (cd "$postgres_home" && exec "${as_postgres[@]}" "$postgres/postgres" -D data) >"$log" 2>&1 &
  postgres_pid=$!
  postgres_server="host=$postgres_home port=5432 user=rides dbname=postgres"
  wait_until 30 psql -X -q -c '' "$postgres_server" >/dev/null 2>&1 || {
    tail -n 5 "$log" >&2
    die 1 "PostgreSQL does not start"
  }
}

# Ends what was started, by its pid: clients first, then the server at once, since nothing of it is kept.
stop_postgres() {
  [[ ${#client_pids[@]} == 0 ]] || kill "${client_pids[@]}" 2>/dev/null || true
  if [[ -n $postgres_pid ]]; then
    kill -QUIT "$postgres_pid" 2>/dev/null || true
    wait "$postgres_pid" 2>/dev/null || true
  fi
  [[ -z ${postgres_home:-} ]] || rm -rf "$postgres_home"
}

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" "$postgres_server"; }

# CPU seconds of the server so far: its own, those of processes that have ended, and of those that run.
postgres_cpu() {
  # Some of the processes end meanwhile.
  { cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v server="$postgres_pid" -v ticks="$(getconf CLK_TCK)" '
    { pid = $1; sub(/^.*\) /, "") }
    pid == server { ticked += $12 + $13 + $14 + $15 }
    $2 == server { ticked += $12 + $13 }
    END { printf "%.3f", ticked / ticks }'
}

# --- The rides

# Writes what the simulator publishes into a file, one event in a line, and counts it.
load_events() {
  local shard topic
  fill peers "$rides_published" "$shards" 2
  # In the order of publication: by entry id, of which there is one in each shard.
  for topic in accounts requests rides; do
    for ((shard = 0; shard < shards; shard++)); do
      "$(redis_tool cli)" -s "$socket" --raw xrange "peers:{$shard}:log:$topic" - + |
        awk 'NR % 3 == 1 { id = $0 } NR % 3 == 0 { print id "\t" $0 }'
    done
  done | sort -t - -s -k 1,1n -k 2,2n | cut -f 2- >"$folder/events"
  remove peers
  deposits=$(grep -c '"type":"ACCOUNT_DEPOSITED"' "$folder/events" || true)
  addresses=$(grep -c '"riderEmail":' "$folder/events" || true)
  [[ $(wc -l <"$folder/events") == $((2 * rides_published + deposits)) ]] || die 1 "the simulated rides can't be read back"
}

# --- The runs

log_bytes() { "$(redis_tool cli)" -s "$socket" info persistence | sed -n 's/^aof_current_size:\([0-9]*\).*/\1/p'; }

# Notes a run: whose, seconds, CPU seconds of clients and server, bytes in the log.
note_run() {
  awk -v rides="$rides_published" -v seconds="$2" -v client="$3" -v server="$4" -v log_bytes="$5" 'BEGIN {
    print rides / seconds, client * 1e6 / rides, server * 1e6 / rides, log_bytes / rides }' >>"$results/run-$1"
}

# Sums of money by kind of account and currency, a line for each that is not zero; of the product and of a peer.
books_of_product() {
  "$rides" trial-balance --namespace "$1" --format json | grep -o '{"account":"[a-z]*","amount":-\{0,1\}[0-9]*,"currency":"[A-Z]*"}' |
    sed 's/[^"]*"account":"\([a-z]*\)","amount":\(-\{0,1\}[0-9]*\),"currency":"\([A-Z]*\)"}/\1 \3 \2/; / 0$/d' | LC_ALL=C sort
}

books_of_peer() {
  sql -F ' ' -c "select split_part(account, ':', 1), currency, sum(amount)
    from (select * from peer.payment_$1 union all select * from peer.driver_$1) as books ($2)
    group by 1, 2 having sum(amount) <> 0" | LC_ALL=C sort
}

run_product() {
  progress product
  local before figures
  before=$(log_bytes)
  all_services product
  read -ra figures < <(tail -n 1 "$results/all-worker")
  note_run product "${figures[1]}" "$(calculate "${figures[2]} + ${figures[3]}")" "${figures[4]}" $(($(log_bytes) - before))
  books_of_product product >"$folder/books"
  [[ -s $folder/books ]] || die 1 "the product has no books"
  forget product
}

# What a run must have come to: what, and how many. Numbers of rides, of deposits, of riders with an address.
expected_results() {
  local rides=$rides_published
  cat <<EXPECTED
payments $rides
earnings $rides
windows $rides
receipts $rides
demand $rides
supply $rides
queued 0
ACCOUNT_DEPOSITED $deposits
DRIVER_PAID $rides
PAYMENT $rides
RATING_REQUESTED $rides
RECEIPT_SENT $addresses
RIDE_COMPLETED $rides
RIDE_REQUESTED $rides
EXPECTED
}

results_of_peer() {
  sql -F ' ' <<'SQL'
set search_path = peer;
select 'payments', count(*) from payments;
select 'earnings', count(*) from earnings;
select 'windows', count(*) from rating_windows;
select 'receipts', count(*) from receipts where version = 1;
select 'demand', sum(demand) from surge_counts;
select 'supply', sum(supply) from surge_counts;
select 'queued', (select count(*) from queue_payment) + (select count(*) from queue_driver) + (select count(*) from queue_rating)
  + (select count(*) from queue_notification) + (select count(*) from queue_surge) + (select count(*) from queue_analytics);
select kind, sum(events) from (select regexp_replace(type, '^PAYMENT_.*', 'PAYMENT') as kind, events from totals) as t
  group by kind order by kind;
SQL
}

# Ends the benchmark if a peer did not do all that the product does.
check_peer() {
  local what
  diff <(expected_results) <(results_of_peer) >&2 || die 1 "$1: not what the rides come to (< expected, > found)"
  [[ $(find "$files/peer/new" -type f | wc -l) == "$addresses" ]] || die 1 "$1: not one mail for each rider with an address"
  for what in 'balances account,currency,amount' 'postings id,account,journal,kind,amount,currency,effective_at'; do
    diff "$folder/books" <(books_of_peer "${what% *}" "${what#* }") >&2 ||
      die 1 "$1: the ${what% *} are not those of the product's books (< product, > peer)"
  done
}

# Starts the services and the publisher, and waits until all are through: design.
run_clients() {
  local service events left
  start_client() {
    "$folder/postgres" "$postgres_server" "$@" 2>>"$folder/peer.log" &
    client_pids+=($!)
  }
  : >"$folder/peer.log"
  client_pids=()
  for service in "${services[@]}"; do
    case $service in
      payment) events=$((rides_published + deposits)) ;;
      driver | rating) events=$rides_published ;;
      notification | surge) events=$((2 * rides_published)) ;;
      analytics) events=$((5 * rides_published + deposits + addresses)) ;;
    esac
    start_client work "$1" "$service" "$events" "$peer_batch" "$files/peer"
  done
  start_client publish "$1" "$folder/events" $((2 * peer_batch))
  # Whichever fails first, or the server: the others would wait for ever.
  for ((left = ${#client_pids[@]}; left > 0; left--)); do wait -n || return 1; done
  client_pids=()
}

# One run of a peer: name of its results, design, synchronous_commit.
run_peer() {
  local name=$1 before cpu figures TIMEFORMAT='%R %U %S'
  progress "peer: $name"
  sql -f Tests/Benchmarks/postgres.sql
  rm -rf "$files/peer"
  mkdir -p "$files/peer/tmp" "$files/peer/new"
  sql -c checkpoint
  before=$(sql -c 'select pg_current_wal_insert_lsn()')
  cpu=$(postgres_cpu)
  export PGOPTIONS="-c synchronous_commit=$3"
  { time run_clients "$2"; } 2>"$folder/time" || {
    tail -n 5 "$folder/postgres.log" >&2
    die 1 "$name: a program or the server has failed: $(tail -n 1 "$folder/peer.log")"
  }
  unset PGOPTIONS
  read -ra figures <"$folder/time"
  # What the server still does for it counts as well: its log is written a little later.
  sleep 0.5
  note_run "$name" "${figures[0]}" "$(calculate "${figures[1]} + ${figures[2]}")" "$(calculate "$(postgres_cpu) - $cpu")" \
    "$(sql -c "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '$before')")"
  check_peer "$name"
}

measure_peers() {
  local round peer
  start_postgres
  load_events
  # Once without counting: the first log files of a new PostgreSQL are filled with zeros.
  run_product
  run_peer warm-up cursor off
  rm "$results"/run-*
  for ((round = 1; round <= rounds; round++)); do
    run_product
    for peer in "${peers[@]}"; do
      # shellcheck disable=SC2086  # two words
      run_peer "${peer// /-}" $peer
    done
  done
  progress ''
}

# --- The table

# A line: what, column of the results, places after the point.
peer_row() {
  local peer
  printf '%s\t%.*f' "$1" "$3" "$(median run-product "\$$2")"
  for peer in "${peers[@]}"; do printf '\t%.*f' "$3" "$(median "run-${peer// /-}" "\$$2")"; done
  printf '\n'
}

peer_ratios() {
  awk -F '\t' -v OFS='\t' '{
    line = "  product / peer" OFS
    for (column = 3; column <= NF; column++) line = line OFS sprintf("%.2f", $2 / $column)
    print
    print line
  }'
}

favours=(
  "For the peers: fields are found by name, not decoded and checked; rides are simulated before; no archive, wallet checks, surge prices, retries or leases."
  "For the product: memory only, a log synced once a second, as PostgreSQL's with synchronous_commit off; 'cursor, synced' syncs each batch."
)

show_peers() {
  local conditions versions
  {
    peer_row 'all six services and publishing: rides/s' 1 0
    peer_row 'client CPU, µs per ride' 2 1
    peer_row 'server CPU, µs per ride' 3 1
    peer_row 'log, bytes per ride' 4 0
  } | peer_ratios >"$folder/table"
  conditions="medians of $rounds rounds; $rides_published rides; $shards shards; peers take $peer_batch events at a time"
  conditions+="; counts are checked, and sums of money are the product's; mails and archive in ${files%/*}"
  versions="$("$(redis_tool server)" --version | cut -d ' ' -f 1-3); $("$postgres/postgres" --version)"
  if [[ $format == json ]]; then
    awk -F '\t' -v titles="$(IFS=$'\t' && printf '%s' "${peer_titles[*]}")" -v machine="$machine" -v versions="$versions" \
      -v conditions="$conditions" -v favours="$(printf '%s\t' "${favours[@]}")" "$json_text"'
      BEGIN {
        count = split(titles, title, "\t")
        split(favours, favour, "\t")
        printf "{\"machine\":%s,\"versions\":%s,\"conditions\":%s,\"favours\":[%s,%s],\"rows\":[", quoted(machine), quoted(versions),
          quoted(conditions), quoted(favour[1]), quoted(favour[2])
      }
      NR % 2 { split($0, measured, "\t"); next }
      {
        printf "%s{\"measure\":%s,\"product\":%s,\"peers\":[", (NR > 2 ? "," : ""), quoted(measured[1]), measured[2]
        for (i = 1; i <= count; i++)
          printf "%s{\"peer\":%s,\"measured\":%s,\"ratio\":%s}", (i > 1 ? "," : ""), quoted("PostgreSQL, " title[i]),
            measured[i + 2], $(i + 2)
        print "]}"
      }
      END { print "]}" }' ORS='' "$folder/table"
    printf '\n'
    return
  fi
  { printf 'measure\tproduct' && printf '\t%s' "${peer_titles[@]}" && printf '\n' && cat "$folder/table"; } |
    LC_ALL=C awk -F '\t' '{
      wide = gsub(/µ/, "µ", $1)
      printf "%-" 44 + wide "s", $1
      for (column = 2; column <= NF; column++) printf " %14s", $column
      print ""
    }'
  printf '\n'
  printf '%s\n' "Peers: the same services on PostgreSQL. They read the log by a cursor each, or have a queue each, with SKIP LOCKED." \
    "${favours[@]}" "$conditions" "$machine" "$versions"
}
