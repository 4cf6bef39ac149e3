#!/usr/bin/env bash
# inequality.sh: what the aggregates of inequality and the comparison with peers cost, beside a sort of the same rows.
#
# Gini has to bring its rows in order; its peer is the server's own sort of the column. "of peer" is time over the
# peer's time, with the reading of the rows in both. The goal is for that, by leasts.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ROWS=$((ROWS < 1000000 ? ROWS : 1000000))

bench_begin

# amounts like money, in no order, and weights like heads; a step that is coprime to its range stands in for chance
bench_psql <<EOSQL
create unlogged table amount_row as
select (i * 104729 + 7) % 99999989 / 100.00 as x, 1 + (i * 7919 + 13) % 5003 as heads,
       i * 15485863 % 10007 as output
from generate_series(1, $ROWS::bigint) i;
EOSQL
bench_warm amount_row

printf 'bpm %s on PostgreSQL %s: %s rows, %s alternating runs\n%s\n' \
    "$(bench_psql -c "select extversion from pg_extension where extname = 'bpm'")" \
    "$(bench_psql -c "show server_version")" "$ROWS" "$RUNS" "$BENCH_SETTINGS"

peers='bpm.peer_efficiency(1 + x, output) over ()'
declare -A STATEMENT=(
    ['order by x']='select count(*) from (select x from amount_row order by x offset 0) s'
    ['gini(x)']='select bpm.gini(x) from amount_row'
    ['gini(x, heads)']='select bpm.gini(x, heads) from amount_row'
    ['theil(x, heads)']='select bpm.theil(x, heads) from amount_row'
    ['concentration(x, heads)']='select bpm.concentration(x, heads) from amount_row'
    ['peer_efficiency(x, output)']="select count(e) from (select $peers as e from amount_row offset 0) s"
)
names=('order by x' 'gini(x)' 'gini(x, heads)' 'theil(x, heads)' 'concentration(x, heads)'
    'peer_efficiency(x, output)')
statements=()
for name in "${names[@]}"; do
    statements+=("$name" "${STATEMENT[$name]}")
done
bench_time "${statements[@]}"

printf '\n%s\n%-42s %8s %8s %8s %8s %5s\n' "inequality and peers, $ROWS rows" '' 'median s' 'of sort' \
    'least s' 'of sort' 'goal'
for name in "${names[@]}"; do
    goal=''
    if [[ $name == gini* ]]; then goal=2.00; fi
    of_least=$(ratio "${LEAST[$name]}" "${LEAST['order by x']}")
    printf '%-42s %8.3f %8s %8.3f %8s %5s %s\n' "$name" "${MEDIAN[$name]}" \
        "$(ratio "${MEDIAN[$name]}" "${MEDIAN['order by x']}")" "${LEAST[$name]}" "$of_least" "$goal" \
        "$(verdict "$of_least" "$goal")"
done
