#!/usr/bin/env bash
# questions.sh: what the views cost that ask for more than a score, beside program_result over the same rows.
#
# One model of PROGRAMS programs in units of 100, in two years. Each program has 15 indicators in 3 groups: one is the
# output that the money buys, one its conforming part, one the execution of the budget, as in every ready-made framework,
# two are ratios, one is measured for three groups of people, one target was changed by a procedure; figures come each
# month.
#
#   PROGRAMS   programs of a year (default 1000)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PROGRAMS=${PROGRAMS:-1000}

# the figures are of 2026 and 2027, whatever the clock says: the day is said
BENCH_SETTINGS+=' -c bpm.as_of=2028-06-30 -c work_mem=64MB'

bench_begin

bench_psql >/dev/null <<EOSQL
select bpm.create_model('asked');
-- no triggers and no foreign keys while the rows are made: they are right, and come in the order of the keys
set session_replication_role = replica;
set search_path = asked;
insert into unit values ('gov', null, 'Government');
insert into unit select 'd' || d, 'gov', 'Department ' || d from generate_series(0, 9) d;
insert into unit select 'u' || u, 'd' || u % 10, 'Office ' || u from generate_series(0, $PROGRAMS / 100) u;
insert into breakdown (fiscal_year, breakdown, name, people)
select y, b.breakdown, b.breakdown, b.people
from generate_series(2026, 2027) y, (values ('north', 300), ('south', 500), ('west', 200)) b (breakdown, people);
insert into program (program_id, fiscal_year, name, unit_id, nature, revenue_type, recorded_by)
select 'p' || to_char(p, 'FM0000000'), y, 'Program ' || p, 'u' || p / 100,
       case when p % 10 = 9 then 'revenue' else 'expenditure' end,
       case when p % 10 = 9 then (array['tax', 'nontax', 'fines'])[p / 10 % 3 + 1] end, 'bench'
from generate_series(2026, 2027) y, generate_series(0, $PROGRAMS - 1) p;
insert into responsible (program_id, fiscal_year, from_day, person)
select program_id, fiscal_year, make_date(fiscal_year, 1, 1), 'Person ' || substr(program_id, 2)::integer % 97
from program;
insert into indicator (program_id, fiscal_year, indicator_id, name, source)
select p.program_id, p.fiscal_year, 'g' || g, 'Group ' || g, 'group' from program p, generate_series(0, 2) g;
insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, aspect, moves, buys, conforming_of, source,
                       numerator, denominator, ratio_as)
select p.program_id, p.fiscal_year, 'i' || to_char(i, 'FM00'), 'g' || i / 5, 'Indicator ' || i,
       (array['efficiency', 'effectiveness', 'equity'])[i % 3 + 1], case i when 0 then 'cumulative' else 'level' end,
       i = 0 and p.nature <> 'revenue', case i when 1 then 'i00' end, case when i in (2, 3) then 'ratio' when i = 5 then 'budget'
       else 'measured' end,
       case i when 2 then 'executed' when 3 then 'executed' end, case i when 2 then 'budget' when 3 then 'indicator i00' end,
       case i when 2 then 'percent' when 3 then 'value' end
from program p, generate_series(0, 14) i;
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason, recorded_at)
select program_id, fiscal_year, 'a', 'council', 'demand', make_date(fiscal_year, 7, 1) from program;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at, recorded_by)
select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 1, 1),
       case when i.source <> 'group' then '>= 80'::bpm.target end, 1 + length(i.indicator_id),
       make_date(i.fiscal_year, 1, 1), 'bench'
from indicator i;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, adjustment_id, recorded_at,
                             recorded_by)
select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 7, 1), '>= 70', 'a',
       make_date(i.fiscal_year, 7, 1), 'bench'
from indicator i where i.indicator_id = 'i14';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, breakdown, actual, recorded_at, recorded_by)
select p.program_id, p.fiscal_year, 'i' || to_char(i, 'FM00'), make_date(p.fiscal_year, m, 28), b,
       (substr(p.program_id, 2)::integer * 7919 + i * 104729 + m * 31 + length(b) * 977) % 12001 / 100.0 + 1,
       make_date(p.fiscal_year, m, 28), 'bench'
from program p, generate_series(0, 14) i, generate_series(1, 12) m,
     unnest(case i when 4 then '{"",north,south,west}' else '{""}' end::text[]) b
where i not in (2, 3, 5);
insert into budget_entry (program_id, fiscal_year, entry_id, kind, adjustment_id, entry_date, amount, recorded_at,
                          recorded_by)
select p.program_id, p.fiscal_year, k.kind, k.kind, case k.kind when 'adjusted' then 'a' end,
       make_date(p.fiscal_year, 2, 1), (substr(p.program_id, 2)::integer % 9973 + 1) * 100 * k.f,
       make_date(p.fiscal_year, 2, 1), 'bench'
from program p, (values ('approved', 1.0), ('adjusted', -0.1), ('executed', 0.8)) k (kind, f);
select refresh_trees();
EOSQL
bench_warm asked.unit asked.node_above asked.program asked.indicator asked.target_revision asked.measurement \
    asked.budget_entry asked.responsible asked.adjustment asked.breakdown

# each at most twice program_result over the same rows; the series of months have twelve rows for one
views=(saving_result node_saving_result aspect_result efficiency_result activity_result breakdown_result equity_result
    revenue_result revenue_kind_result pefa_result target_drift revision_result target_check gain_result
    gain_program_result forecast_result unit_forecast indicator_forecast forecast_accuracy responsibility_result
    "trend where grain = 'program'" "trend where grain = 'unit'" scorecard
    check_result)
months=(program_month unit_month)

RUNS=$((RUNS > 3 ? 3 : RUNS))
timed=('program_result' 'select * from asked.program_result')
for view in "${views[@]}" "${months[@]}"; do
    timed+=("$view" "select * from asked.$view")
done
bench_time "${timed[@]}"

view_row() { # NAME GOAL
    local of
    of=$(ratio "${MEDIAN[$1]}" "${MEDIAN[program_result]}")
    printf '%-42s %8.3f %8s %8s %8s %8s %8s %5s %s\n' "$1" "${MEDIAN[$1]}" "$of" '' '' '' '' "$2" "$(verdict "$of" "$2")"
}

table_head "$((PROGRAMS * 2)) programs of 15 indicators: the views of the questions"
table_row program_result
for view in "${views[@]}"; do
    view_row "$view" 2
done
for view in "${months[@]}"; do
    view_row "$view" 24
done
