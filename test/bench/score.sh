#!/usr/bin/env bash
# score.sh: what scoring and rolling up cost, beside the SQL that people write today.
#
# Each statement stands beside a peer that does the same work. "of peer" is time over the peer's time;
# "adds" takes count(*) over the same rows from both first, which leaves the work itself. The rows are
# the same in every run and on every machine.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

FEW=$((ROWS >= 10000000 ? ROWS / 10 : ROWS)) # PL/pgSQL and text are slow; each has its own rows
GROUPS_=100000

bench_begin

# Scores of 0 to 100 with two decimals, weights like money, figures around their targets: two in three
# are met. All from the row number, by steps that are coprime to their range.
bench_psql <<EOSQL
create unlogged table score_row as
select (i * 7919 % $GROUPS_)::integer as unit,
       ((i * 7919 + 13) % 10001) / 100.00 as score,
       ((i * 104729 + 7) % 99999989) / 100.00 as weight
from generate_series(1, $ROWS::bigint) i;

create unlogged table target_row as
select round(goal * (40 + (i * 15485863 + 3) % 181) / 100, 2) as actual, goal, weight,
       bpm.target('>=', goal) as target
from (select i, (1 + (i * 7919 + 13) % 50021) / 10.0 as goal,
             ((i * 104729 + 7) % 99999989) / 100.00 as weight
      from generate_series(1, $ROWS::bigint) i) r;

create unlogged table few as select * from target_row limit $FEW;
create unlogged table few_text as
select goal::text as figure, target::text as target, bpm.target(goal - 5, goal + 5)::text as range
from few;

-- the rule of '>= goal' as people write it
create function plpgsql_score(actual numeric, goal numeric) returns numeric
language plpgsql immutable strict as \$\$
begin
    if actual >= goal then
        return 100;
    elsif goal <= 0 then
        return 0;
    end if;
    return greatest(0, 100 * actual / goal);
end \$\$;
EOSQL
bench_warm score_row target_row few few_text

printf 'bpm %s on PostgreSQL %s: %s rows, medians of %s alternating runs\n%s\n' \
    "$(bench_psql -c "select extversion from pg_extension where extname = 'bpm'")" \
    "$(bench_psql -c "show server_version")" "$ROWS" "$RUNS" "$BENCH_SETTINGS"

ours='weighted_score(score, weight)'
peer='sum(weight*score)/sum(weight)'
bench_time \
    'count(*)' 'select count(*) from score_row' \
    "$ours" 'select bpm.weighted_score(score, weight) from score_row' \
    'rollup(score, weight)' 'select bpm.rollup(score, weight) from score_row' \
    "$peer" 'select sum(weight * score) / sum(weight) from score_row'
table_head "scores to a weighted score, $ROWS rows"
table_row 'count(*)'
table_row "$ours" "$peer" 'count(*)' 0.25
table_row 'rollup(score, weight)' "$peer" 'count(*)'
table_row "$peer"

case_rule="case when actual >= goal then 100 when goal <= 0 then 0
           else greatest(0, 100 * actual / goal) end"
ours='weighted_score(actual, target, weight)'
peer='sum(weight*CASE)/sum(weight)'
bench_time \
    'count(*)' 'select count(*) from target_row' \
    "$ours" 'select bpm.weighted_score(actual, target, weight) from target_row' \
    "$peer" "select sum(weight * $case_rule) / sum(weight) from target_row"
table_head "actuals to a weighted score, $ROWS rows"
table_row 'count(*)'
table_row "$ours" "$peer" 'count(*)' 0.20
table_row "$peer"

peer='sum(weight*plpgsql())/sum(weight)'
bench_time \
    'count(*)' 'select count(*) from few' \
    "$ours" 'select bpm.weighted_score(actual, target, weight) from few' \
    "$peer" 'select sum(weight * plpgsql_score(actual, goal)) / sum(weight) from few'
table_head "the same, $FEW rows"
table_row 'count(*)'
table_row "$ours" "$peer" 'count(*)' 0.10
table_row "$peer"

bench_time \
    'count(target)' 'select count(target) from few' \
    'score(actual, target)' 'select count(bpm.score(actual, target)) from few' \
    'actual / goal' 'select count(actual / goal) from few'
table_head "scoring a stored target, $FEW rows"
table_row 'count(target)'
table_row 'score(actual, target)' 'actual / goal' 'count(target)' 1.00
table_row 'actual / goal'

bench_time \
    'count(text)' 'select count(figure) from few_text' \
    "'>= 95.5'::bpm.target" 'select count(target::bpm.target) from few_text' \
    "'90.5..100.5'::bpm.target" 'select count(range::bpm.target) from few_text' \
    "'95.5'::numeric" 'select count(figure::numeric) from few_text'
table_head "reading text, $FEW rows"
table_row 'count(text)'
table_row "'>= 95.5'::bpm.target" "'95.5'::numeric" 'count(text)' 3.00
table_row "'90.5..100.5'::bpm.target" "'95.5'::numeric" 'count(text)'
table_row "'95.5'::numeric"

declare -A GROUPED=(
    ['weighted_score(score, weight)']='bpm.weighted_score(score, weight)'
    ['sum(score)']='sum(score)'
    ['sum(weight*score)/sum(weight)']='sum(weight * score) / sum(weight)'
)
names=('weighted_score(score, weight)' 'sum(score)' 'sum(weight*score)/sum(weight)')
statements=()
for name in "${names[@]}"; do
    statements+=("$name" "select unit, ${GROUPED[$name]} from score_row group by unit")
done
bench_time "${statements[@]}"
printf '\n%s groups, %s rows\n%-42s %8s %8s %8s %8s\n' "$GROUPS_" "$ROWS" '' 'median s' \
    'of sum' 'passes' 'B/group'
for name in "${names[@]}"; do
    statement="select unit, ${GROUPED[$name]} from score_row group by unit"
    read -r passes _ <<<"$(bench_hash "$statement")"
    # in one pass, whatever it takes
    kb=$(PGOPTIONS='-c work_mem=2GB -c enable_sort=off' bench_hash "$statement")
    kb=${kb#* }
    printf '%-42s %8.3f %8s %8s %8s\n' "$name" "${MEDIAN[$name]}" \
        "$(ratio "${MEDIAN[$name]}" "${MEDIAN['sum(score)']}")" "$passes" \
        "$([[ $kb == - ]] && echo - || echo $((kb * 1024 / GROUPS_)))"
done
printf 'passes: with the default work_mem; B/group: of one pass, all included\n'
