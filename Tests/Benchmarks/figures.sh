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
