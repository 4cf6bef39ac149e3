#!/usr/bin/env bash
# apportion.sh: what shares that add up to a total cost, beside row_number() over the same window.
#
# Many small partitions, and one of all rows, which the server keeps on disk until the shares are known; row_number() needs
# none of that. "of peer" is time over the peer's time, with the reading of the rows in both. The goal is for that, by leasts.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ROWS=$((ROWS < 1000000 ? ROWS : 1000000))

bench_begin

# weights like money, in no order, with bounds about half and twice as large as the average share; a step that is coprime
# to its range stands in for chance
bench_psql <<EOSQL
create unlogged table line as
select i, (i - 1) / 100 as unit, (i * 104729 + 7) % 99999989 / 100.00 as weight, 12345678.90 as total,
       case when i % 3 = 0 then (i * 7919 + 13) % 50000 / 1.00 end as floor,
       case when i % 4 = 0 then 50000 + (i * 15485863 + 5) % 100000 / 1.00 end as cap
from generate_series(1, $ROWS::bigint) i;
EOSQL
bench_warm line

printf 'bpm %s on PostgreSQL %s: %s rows, %s alternating runs\n%s\n' \
    "$(bench_psql -c "select extversion from pg_extension where extname = 'bpm'")" \
    "$(bench_psql -c "show server_version")" "$ROWS" "$RUNS" "$BENCH_SETTINGS"

many='partition by unit order by i'
one='order by i'
# as much for each row as in small partitions
all='123456789012.30'
over() { # FUNCTION WINDOW
    echo "select count(s) from (select $1 over ($2) as s from line offset 0) x"
}
declare -A STATEMENT=(
    ['row_number(), by 100']=$(over 'row_number()' "$many")
    ['apportion(total, weight), by 100']=$(over 'bpm.apportion(total, weight)' "$many")
    ['apportion with floors and caps, by 100']=$(over 'bpm.apportion(total, weight, floor, cap)' "$many")
    ['row_number(), all']=$(over 'row_number()' "$one")
    ['apportion(total, weight), all']=$(over "bpm.apportion($all, weight)" "$one")
    ['apportion with floors and caps, all']=$(over "bpm.apportion($all, weight, floor, cap)" "$one")
)
# a line is its name, its peer and its goal
lines=('row_number(), by 100' '' '' 'apportion(total, weight), by 100' 'row_number(), by 100' 3.00
    'apportion with floors and caps, by 100' 'row_number(), by 100' ''
    'row_number(), all' '' '' 'apportion(total, weight), all' 'row_number(), all' 3.00
    'apportion with floors and caps, all' 'row_number(), all' '')
statements=()
for ((i = 0; i < ${#lines[@]}; i += 3)); do
    statements+=("${lines[i]}" "${STATEMENT[${lines[i]}]}")
done
bench_time "${statements[@]}"

printf '\n%s\n%-42s %8s %8s %8s %8s %5s\n' "shares, $ROWS rows" '' 'median s' 'of peer' 'least s' 'of peer' 'goal'
for ((i = 0; i < ${#lines[@]}; i += 3)); do
    name=${lines[i]} peer=${lines[i + 1]} goal=${lines[i + 2]} of='' of_least=''
    if [[ -n $peer ]]; then
        of=$(ratio "${MEDIAN[$name]}" "${MEDIAN[$peer]}")
        of_least=$(ratio "${LEAST[$name]}" "${LEAST[$peer]}")
    fi
    printf '%-42s %8.3f %8s %8.3f %8s %5s %s\n' "$name" "${MEDIAN[$name]}" "$of" "${LEAST[$name]}" "$of_least" "$goal" \
        "$(verdict "${of_least:--}" "$goal")"
done
