# shellcheck shell=bash
# What the benches share: a database of their own, alternating timed runs, medians and leasts, a table.
#
# A bench is a bash script that sources this file. The server is the one of PGHOST, PGPORT and PGUSER;
# bpm must be installed there. Settings, from the environment:
#
#   ROWS   rows of the largest table (default 10000000)
#   RUNS   timed runs of every query (default 9). Noise only adds, so that the least of them is nearest to
#          what a query costs, and goals are judged by it; the median beside it shows how much noise there was

ROWS=${ROWS:-10000000}
RUNS=${RUNS:-9}

# The statements run alone and uncompiled: what is compared is the work on a row. Settings that differ
# from the server's defaults are printed with the table.
BENCH_SETTINGS='-c max_parallel_workers_per_gather=0 -c jit=off -c synchronous_commit=off'

BENCH_DB=bpm_bench_$$
declare -A MEDIAN=() LEAST=()

bench_fail() { echo "bench: $*" >&2; exit 1; }

# run psql in the bench's database, quietly; a failing statement ends the bench
bench_psql() {
    PGOPTIONS="${PGOPTIONS:-} $BENCH_SETTINGS -c client_min_messages=warning" \
        psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$BENCH_DB" "$@"
}

bench_drop() {
    PGOPTIONS='-c client_min_messages=error' \
        psql -X -q -d postgres -c "drop database if exists $BENCH_DB with (force)" || true
}

# make the database, and drop it at the end, whatever the end is
bench_begin() {
    [[ $ROWS =~ ^[1-9][0-9]*$ ]] || bench_fail "ROWS must be a count, not \"$ROWS\""
    [[ $RUNS =~ ^[1-9][0-9]*$ ]] || bench_fail "RUNS must be a count, not \"$RUNS\""
    psql -X -q -v ON_ERROR_STOP=1 -d postgres -c "create database $BENCH_DB template template0" ||
        bench_fail 'cannot make a database; is a server running (PGHOST, PGPORT, PGUSER)?'
    trap bench_drop EXIT
    trap 'exit 130' INT TERM HUP
    bench_psql -c 'create extension bpm'
    bench_psql -c 'create extension pg_prewarm' 2>/dev/null || true
}

# bench_warm TABLE...: statistics, visibility and buffers, so that no run pays for the first reading
bench_warm() {
    local table
    for table in "$@"; do
        bench_psql -c "vacuum (freeze, analyze) $table" -c "select count(*) from $table" >/dev/null
        bench_psql -c "select pg_prewarm('$table')" >/dev/null 2>&1 || true
    done
}

median() {
    sort -g | awk '{ v[NR] = $1 }
        END { if (NR % 2) print v[(NR + 1) / 2]; else print (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# bench_time NAME SQL [NAME SQL]...: each statement RUNS times, in turn, in one session, after one turn
# that is not counted. Leaves seconds in MEDIAN[NAME] and LEAST[NAME].
bench_time() {
    local -a names=() statements=()
    local script times seconds run i
    while (($# > 0)); do
        names+=("$1") statements+=("$2")
        shift 2
    done
    script=$(
        printf '%s\n' '\o /dev/null'
        for ((run = 0; run <= RUNS; run++)); do
            ((run == 1)) && printf '%s\n' '\timing on'
            for i in "${!names[@]}"; do
                ((run == 0)) || printf '%s\n' "\echo run $i"
                echo "${statements[i]};"
            done
        done
    )
    times=$(bench_psql <<<"$script") || bench_fail 'a timed statement failed'
    for i in "${!names[@]}"; do
        seconds=$(awk -v i="$i" '$1 == "run" { is = ($2 == i) }
            is && $1 == "Time:" { print $2 / 1000 }' <<<"$times")
        MEDIAN[${names[i]}]=$(median <<<"$seconds")
        LEAST[${names[i]}]=$(sort -g <<<"$seconds" | head -n 1)
    done
}

# arithmetic on seconds; "-" where there is nothing to divide by
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.3f", a / b; else printf "-" }'; }
less() { awk -v a="$1" -v b="$2" 'BEGIN { print a - b }'; }

verdict() { # ratio, limit
    [[ -n $2 && $1 != - ]] || return 0
    awk -v r="$1" -v l="$2" 'BEGIN { print (r <= l) ? "reached" : "MISSED" }'
}

table_head() {
    printf '\n%s\n%-42s %8s %8s %8s %8s %8s %8s %5s\n' "$1" '' 'median s' 'of peer' 'adds' \
        'least s' 'of peer' 'adds' 'goal'
}

# adds SECONDS PEER BASE: what a statement adds over the base as a share of what the peer adds
adds() { ratio "$(less "$1" "$3")" "$(less "$2" "$3")"; }

# table_row NAME [PEER BASE [GOAL]]: a measured statement; its time as a share of the peer's, and what it
# adds over the base as a share of what the peer adds, by medians and by leasts; the goal is for the last
table_row() {
    local name=$1 peer=${2:-} base=${3:-} goal=${4:-} of='' adds='' of_least='' adds_least=''
    if [[ -n $peer ]]; then
        of=$(ratio "${MEDIAN[$name]}" "${MEDIAN[$peer]}")
        adds=$(adds "${MEDIAN[$name]}" "${MEDIAN[$peer]}" "${MEDIAN[$base]}")
        of_least=$(ratio "${LEAST[$name]}" "${LEAST[$peer]}")
        adds_least=$(adds "${LEAST[$name]}" "${LEAST[$peer]}" "${LEAST[$base]}")
    fi
    printf '%-42s %8.3f %8s %8s %8.3f %8s %8s %5s %s\n' "$name" "${MEDIAN[$name]}" "$of" "$adds" \
        "${LEAST[$name]}" "$of_least" "$adds_least" "$goal" "$(verdict "${adds_least:--}" "$goal")"
}

# bench_hash SQL: the hash passes and the kB of a grouped statement, as "BATCHES KB"
bench_hash() {
    bench_psql -c "explain (analyze, costs off, timing off, summary off) $1" |
        awk '/Batches:/ { for (i = 1; i <= NF; i++) { if ($i == "Batches:") b = $(i + 1)
                 if ($i == "Usage:") { sub("kB", "", $(i + 1)); m = $(i + 1) } } }
             /GroupAggregate/ { sorted = 1 }
             END { if (b) print b, m; else print (sorted ? "sorted" : "-"), "-" }'
}
