#!/usr/bin/env bash
# monitor.sh: what quantiles and forecasts cost, beside the server's percentile_cont of the same rows, and paces beside
# the reading of them.
#
# The peer of an exact quantile is percentile_cont, which is floating point for all but the sort; that of a forecast is one
# percentile_cont of a quotient for each group, though the median of three has three such medians. "of peer" is time over
# the peer's time, with the reading of the rows in both. The goal is for that, by leasts.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ROWS=$((ROWS < 1000000 ? ROWS : 1000000))

bench_begin

# amounts like money, in no order, five years to a unit; a step that is coprime to its range stands in for chance
bench_psql <<EOSQL
create unlogged table past_year as
select i / 5 as unit, (i * 104729 + 7) % 99999989 / 100.00 as spent, 1 + (i * 7919 + 13) % 99999971 / 100.00 as budget,
       (i * 15485863 + 5) % 99999959 / 100.00 as outturn, 50000.00 as spent_now, 120000.00 as budget_now
from generate_series(1, $ROWS::bigint) i;
create unlogged table figure as
select (i * 104729 + 7) % 99999989 / 100.00 as actual, bpm.target('>=', 1 + i % 900 * 1000) as target, 0.5833333333333333 as share
from generate_series(1, $ROWS::bigint) i;
EOSQL
bench_warm past_year figure

printf 'bpm %s on PostgreSQL %s: %s rows, %s alternating runs\n%s\n' \
    "$(bench_psql -c "select extversion from pg_extension where extname = 'bpm'")" \
    "$(bench_psql -c "show server_version")" "$ROWS" "$RUNS" "$BENCH_SETTINGS"

forecast() { # METHOD
    echo "select count(f) from (select bpm.forecast('$1', spent_now, budget_now, 0.5, spent, budget, outturn) as f
          from past_year group by unit offset 0) s"
}
declare -A STATEMENT=(
    ['percentile_cont of x']='select percentile_cont(0.5) within group (order by spent) from past_year'
    ['quantile(x)']='select bpm.quantile(spent, 0.5) from past_year'
    ['percentile_cont of x/y']='select percentile_cont(0.5) within group (order by spent / budget) from past_year'
    ['ratio_quantile(x, y)']='select bpm.ratio_quantile(spent, budget, 0.5) from past_year'
    ['percentile_cont of x/y by unit']='select count(f) from (select percentile_cont(0.5) within group
          (order by spent / budget) as f from past_year group by unit offset 0) s'
    ['ratio_quantile(x, y) by unit']='select count(f) from (select bpm.ratio_quantile(spent, budget, 0.5) as f
          from past_year group by unit offset 0) s'
    ['forecast by burn, by unit']=$(forecast burn)
    ['forecast by the median of three, by unit']=$(forecast 'median of three')
    ['figures read']='select count(actual), count(target), count(share) from figure'
    ['scores']='select count(bpm.score(actual, target)), count(share) from figure'
    ['paces']='select count(bpm.pace(actual, target, share)) from figure'
    ['colours of paces']='select count(bpm.pace_colour(bpm.pace(actual, target, share))) from figure'
)
# a line is its name, its peer and its goal
lines=('percentile_cont of x' '' '' 'quantile(x)' 'percentile_cont of x' 1.00
    'percentile_cont of x/y' '' '' 'ratio_quantile(x, y)' 'percentile_cont of x/y' 1.00
    'percentile_cont of x/y by unit' '' '' 'ratio_quantile(x, y) by unit' 'percentile_cont of x/y by unit' 1.00
    'forecast by burn, by unit' 'percentile_cont of x/y by unit' 1.50
    'forecast by the median of three, by unit' 'percentile_cont of x/y by unit' 1.50
    'figures read' '' '' 'scores' 'figures read' '' 'paces' 'figures read' '' 'colours of paces' 'figures read' '')
statements=()
for ((i = 0; i < ${#lines[@]}; i += 3)); do
    statements+=("${lines[i]}" "${STATEMENT[${lines[i]}]}")
done
bench_time "${statements[@]}"

printf '\n%s\n%-42s %8s %8s %8s %8s %5s\n' "quantiles, forecasts and paces, $ROWS rows" '' 'median s' 'of peer' \
    'least s' 'of peer' 'goal'
for ((i = 0; i < ${#lines[@]}; i += 3)); do
    name=${lines[i]} peer=${lines[i + 1]} goal=${lines[i + 2]} of='' of_least=''
    if [[ -n $peer ]]; then
        of=$(ratio "${MEDIAN[$name]}" "${MEDIAN[$peer]}")
        of_least=$(ratio "${LEAST[$name]}" "${LEAST[$peer]}")
    fi
    printf '%-42s %8.3f %8s %8.3f %8s %5s %s\n' "$name" "${MEDIAN[$name]}" "$of" "${LEAST[$name]}" "$of_least" "$goal" \
        "$(verdict "${of_least:--}" "$goal")"
done
