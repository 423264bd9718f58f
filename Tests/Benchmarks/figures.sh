# shellcheck shell=bash
# How scripts/bench and its parts come from runs to figures; to be sourced. `results` is the folder with a file per kind of run.
# shellcheck disable=SC2034,SC2154  # what scripts/bench uses and has assigned

# The median of a value per run: name of the results, expression over the columns.
median() {
  awk "{ print $2 }" "$results/$1" | sort -g |
    awk '{ value[NR] = $1 } END { printf "%.6f", (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2 }'
}

# The value of an expression of awk.
calculate() { awk "BEGIN { printf \"%.6f\", $1 }"; }

# What the processor calls itself.
processor() {
  sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1 | grep . || uname -m
}
# Where it was measured.
machine="$(processor), $(getconf _NPROCESSORS_ONLN) processors, $(uname -sr)"

# In awk: a text in JSON.
json_text='function quoted(text) { gsub(/\\/, "&&", text); gsub(/"/, "\\\"", text); return "\"" text "\"" }'

# --- The table

worst=1000000
# A line of the table: title, goal, whether more or less is better, the number to hold against the goal (the ratio, if it is empty),
# the bound, printf format, measured, the reference's or nothing. The smallest ratio of rates is kept in `worst`.
row() {
  local title=$1 goal=$2 direction=$3 value=$4 bound=$5 format=$6 measured=$7 reference=${8:-} ratio=''
  if [[ -n $reference ]]; then
    ratio=$(calculate "$measured / $reference")
    [[ $direction != more ]] || worst=$(calculate "$ratio < $worst ? $ratio : $worst")
  fi
  awk -v OFS='\t' -v title="$title" -v goal="$goal" -v direction="$direction" -v value="${value:-$ratio}" -v bound="$bound" \
    -v format="$format" -v measured="$measured" -v reference="$reference" -v ratio="$ratio" 'BEGIN {
    met = bound == "" ? "" : (direction == "more" ? value >= bound : value <= bound) ? "yes" : "no"
    print title, goal, sprintf(format, measured), reference == "" ? "" : sprintf(format, reference), ratio == "" ? "" : sprintf("%.2f", ratio), met
  }' >>"$folder/table"
}

# Shows what `row` has collected: what the reference is called in JSON (c: plain C), and how all was measured.
show_table() {
  local conditions=$2 title=$1 versions
  [[ $1 != c ]] || title='plain C'
  versions="$("$(redis_tool server)" --version | cut -d ' ' -f 1-3); hiredis $(pkg-config --modversion hiredis); $(swift --version 2>/dev/null | head -n 1)"
  if [[ $format == json ]]; then
    awk -F '\t' -v machine="$machine" -v versions="$versions" -v conditions="$conditions" -v reference="$1" "$json_text"'
      BEGIN { printf "{\"machine\":%s,\"versions\":%s,\"conditions\":%s,\"rows\":[", quoted(machine), quoted(versions), quoted(conditions) }
      {
        if ($1 !~ /^ /) group = $1
        title = $1
        sub(/^ +/, group ": ", title)
        printf "%s{\"measure\":%s,\"goal\":%s,\"measured\":%s,\"%s\":%s,\"ratio\":%s,\"met\":%s}", (NR > 1 ? "," : ""), quoted(title),
          $2 == "" ? "null" : quoted($2), $3, reference, $4 == "" ? "null" : $4, $5 == "" ? "null" : $5,
          $6 == "" ? "null" : $6 == "yes" ? "true" : "false"
      }
      END { print "]}" }' "$folder/table"
  else
    # µ is one column wide and two bytes.
    { printf 'measure\tgoal\tmeasured\t%s\tratio\tmet\n' "$title" && cat "$folder/table"; } |
      LC_ALL=C awk -F '\t' '{ wide = gsub(/µ/, "µ", $1); printf "%-" 68 + wide "s %-13s %10s %10s %6s %4s\n", $1, $2, $3, $4, $5, $6 }'
    printf '\n%s\n%s\n%s\n' "$conditions" "$machine" "$versions"
  fi
}
