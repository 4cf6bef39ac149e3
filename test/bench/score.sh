#!/usr/bin/env bash
# score.sh: what scoring and rolling up cost, beside the SQL that people write today.
#
# Each statement stands beside a peer that does the same work. "of peer" is time over the peer's time;
# "adds" takes count(*) over the same rows from both first, which leaves the work itself. No aggregate in C can
# add less than one that does nothing, which is measured too. The rows are the same in every run and on every
# machine, in two shapes: weights like money, and weights of few digits, over which plain SQL is faster.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

FEW=$((ROWS >= 10000000 ? ROWS / 10 : ROWS)) # PL/pgSQL and text are slow; each has its own rows
GROUPS_=100000
SORTED=$((ROWS < 300000 ? ROWS : 300000))

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

-- The hard shape: weights of 0 to 20 with two decimals.
create unlogged table hard_score_row as
select ((i * 7919 + 13) % 10001) / 100.00 as score, ((i * 104729 + 7) % 2001) / 100.00 as weight
from generate_series(1, $ROWS::bigint) i;

create unlogged table hard_target_row as
select round(goal * (40 + (i * 15485863 + 3) % 181) / 100, 2) as actual, goal, weight,
       bpm.target('>=', goal) as target
from (select i, (1 + (i * 7919 + 13) % 50021) / 10.0 as goal,
             ((i * 104729 + 7) % 2001) / 100.00 as weight
      from generate_series(1, $ROWS::bigint) i) r;

create unlogged table few as select * from target_row limit $FEW;
create unlogged table few_text as
select goal::text as figure, target::text as target, bpm.target(goal - 5, goal + 5)::text as range
from few;

create unlogged table sort_row as
select target, target::text as written from target_row limit $SORTED;

-- Aggregates that do nothing: int8up gives back its first argument, which is the state, untouched.
create function nothing(bpm.rollup, numeric, numeric) returns bpm.rollup
language internal immutable parallel safe as 'int8up';
create function nothing(bpm.rollup, numeric, bpm.target, numeric) returns bpm.rollup
language internal immutable parallel safe as 'int8up';
create aggregate nothing(score numeric, weight numeric) (
    sfunc = nothing, stype = bpm.rollup, initcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0');
create aggregate nothing(actual numeric, target bpm.target, weight numeric) (
    sfunc = nothing, stype = bpm.rollup, initcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0');

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
bench_warm score_row target_row hard_score_row hard_target_row few few_text sort_row

printf 'bpm %s on PostgreSQL %s: %s rows, %s alternating runs\n%s\n' \
    "$(bench_psql -c "select extversion from pg_extension where extname = 'bpm'")" \
    "$(bench_psql -c "show server_version")" "$ROWS" "$RUNS" "$BENCH_SETTINGS"

FLOOR='an aggregate in C that does nothing'

scores() { # TABLE GOAL TITLE
    local ours='weighted_score(score, weight)' peer='sum(weight*score)/sum(weight)'
    bench_time \
        'count(*)' "select count(*) from $1" \
        "$FLOOR" "select nothing(score, weight) from $1" \
        "$ours" "select bpm.weighted_score(score, weight) from $1" \
        'rollup(score, weight)' "select bpm.rollup(score, weight) from $1" \
        "$peer" "select sum(weight * score) / sum(weight) from $1"
    table_head "$3, $ROWS rows"
    table_row 'count(*)'
    table_row "$FLOOR" "$peer" 'count(*)'
    table_row "$ours" "$peer" 'count(*)' "$2"
    table_row 'rollup(score, weight)' "$peer" 'count(*)'
    table_row "$peer"
}
scores score_row 0.25 'scores to a weighted score'
scores hard_score_row 0.21 'the same, weights of few digits'

actuals() { # TABLE GOAL TITLE
    local ours='weighted_score(actual, target, weight)' peer='sum(weight*CASE)/sum(weight)'
    local case_rule="case when actual >= goal then 100 when goal <= 0 then 0
                     else greatest(0, 100 * actual / goal) end"
    bench_time \
        'count(*)' "select count(*) from $1" \
        "$FLOOR" "select nothing(actual, target, weight) from $1" \
        "$ours" "select bpm.weighted_score(actual, target, weight) from $1" \
        "$peer" "select sum(weight * $case_rule) / sum(weight) from $1"
    table_head "$3, $ROWS rows"
    table_row 'count(*)'
    table_row "$FLOOR" "$peer" 'count(*)'
    table_row "$ours" "$peer" 'count(*)' "$2"
    table_row "$peer"
}
actuals target_row 0.20 'actuals to a weighted score'
actuals hard_target_row 0.18 'the same, weights of few digits'

ours='weighted_score(actual, target, weight)'
peer='sum(weight*plpgsql())/sum(weight)'
bench_time \
    'count(*)' 'select count(*) from few' \
    "$ours" 'select bpm.weighted_score(actual, target, weight) from few' \
    "$peer" 'select sum(weight * plpgsql_score(actual, goal)) / sum(weight) from few'
table_head "the same in PL/pgSQL, $FEW rows"
table_row 'count(*)'
table_row "$ours" "$peer" 'count(*)' 0.10
table_row "$peer"

bench_time \
    'count(target)' 'select count(target) from few' \
    'score(actual, target)' 'select count(bpm.score(actual, target)) from few' \
    'try_score(actual, target)' 'select count(bpm.try_score(actual, target)) from few' \
    'actual / goal' 'select count(actual / goal) from few'
table_head "scoring a stored target, $FEW rows"
table_row 'count(target)'
table_row 'score(actual, target)' 'actual / goal' 'count(target)' 1.00
table_row 'try_score(actual, target)' 'score(actual, target)' 'count(target)' 1.10
table_row 'actual / goal'

bench_time \
    'count(target), count(written)' 'select count(target), count(written) from sort_row' \
    'order by target' 'select count(*) from (select target from sort_row order by target offset 0) s' \
    'order by text' 'select count(*) from (select written from sort_row order by written offset 0) s'
table_head "sorting stored targets, $SORTED rows"
table_row 'count(target), count(written)'
table_row 'order by target' 'order by text' 'count(target), count(written)'
table_row 'order by text'

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
printf '\n%s groups, %s rows\n%-42s %8s %8s %8s %8s %8s\n' "$GROUPS_" "$ROWS" '' 'median s' \
    'least s' 'of sum' 'passes' 'B/group'
for name in "${names[@]}"; do
    statement="select unit, ${GROUPED[$name]} from score_row group by unit"
    read -r passes _ <<<"$(bench_hash "$statement")"
    # in one pass, whatever it takes
    kb=$(PGOPTIONS='-c work_mem=2GB -c enable_sort=off' bench_hash "$statement")
    kb=${kb#* }
    printf '%-42s %8.3f %8.3f %8s %8s %8s\n' "$name" "${MEDIAN[$name]}" "${LEAST[$name]}" \
        "$(ratio "${LEAST[$name]}" "${LEAST['sum(score)']}")" "$passes" \
        "$([[ $kb == - ]] && echo - || echo $((kb * 1024 / GROUPS_)))"
done
printf 'passes: with the default work_mem; B/group: of one pass, all included\n'
