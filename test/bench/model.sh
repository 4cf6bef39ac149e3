#!/usr/bin/env bash
# model.sh: what the result views cost, beside reading the same rows.
#
# Three models: one of PROGRAMS programs in units of 100, one of half and one of a tenth of that. Each program
# has 15 indicators in 3 groups, with a target each and a measurement each month.
#
#   PROGRAMS   programs of the largest model (default ROWS / 100, which is 100000)
#   PLANS=1    prints the plans too
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PROGRAMS=${PROGRAMS:-$((ROWS / 100))}
((PROGRAMS >= 10000)) || PROGRAMS=10000 # the tenth has the unit that is asked for

bench_begin

make_model() { # NAME PROGRAMS
    bench_psql >/dev/null <<EOSQL
select bpm.create_model('$1');
-- no triggers and no foreign keys while the rows are made: they are right, and come in the order of the keys
set session_replication_role = replica;
set search_path = $1;
set work_mem = '64MB';
insert into unit values ('gov', null, 'Government');
insert into unit select 'd' || d, 'gov', 'Department ' || d from generate_series(0, 9) d;
insert into unit select 'u' || u, 'd' || u % 10, 'Office ' || u from generate_series(0, greatest($2 / 100 - 1, 0)) u;
insert into program (program_id, fiscal_year, name, unit_id, recorded_by)
select 'p' || to_char(p, 'FM0000000'), 2026, 'Program ' || p, 'u' || p / 100, 'bench' from generate_series(0, $2 - 1) p;
insert into indicator (program_id, fiscal_year, indicator_id, name, source)
select p.program_id, 2026, 'g' || g, 'Group ' || g, 'group' from program p, generate_series(0, 2) g;
insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name)
select p.program_id, 2026, 'i' || to_char(i, 'FM00'), 'g' || i / 5, 'Indicator ' || i from program p, generate_series(0, 14) i;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at, recorded_by)
select i.program_id, 2026, i.indicator_id, '2026-01-01',
       case when i.source = 'measured' then '>= 80'::bpm.target end, 1 + length(i.indicator_id), '2026-01-01', 'bench'
from indicator i;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at, recorded_by)
select p.program_id, 2026, 'i' || to_char(i, 'FM00'), make_date(2026, m, 28),
       (substr(p.program_id, 2)::integer * 7919 + i * 104729 + m * 31) % 12001 / 100.0, make_date(2026, m, 28), 'bench'
from program p, generate_series(0, 14) i, generate_series(1, 12) m;
insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount, recorded_at, recorded_by)
select p.program_id, 2026, k.kind, k.kind, '2026-02-01', (substr(p.program_id, 2)::integer % 9973 + 1) * 100 * k.f, '2026-02-01', 'bench'
from program p, (values ('approved', 1.0), ('adjusted', 0.1), ('executed', 0.9)) k (kind, f);
EOSQL
    bench_warm "$1.unit" "$1.program" "$1.indicator" "$1.target_revision" "$1.measurement" "$1.budget_entry"
}

make_model whole "$PROGRAMS"
make_model half "$((PROGRAMS / 2))"
make_model tenth "$((PROGRAMS / 10))"

fetch() { # SCHEMA: the input rows of one unit, by the indexes
    echo "select (select count(m.actual) from $1.program p join $1.measurement m using (program_id, fiscal_year) where p.unit_id = 'u7'),
                 (select count(t.weight) from $1.program p join $1.target_revision t using (program_id, fiscal_year) where p.unit_id = 'u7'),
                 (select count(i.name) from $1.program p join $1.indicator i using (program_id, fiscal_year) where p.unit_id = 'u7'),
                 (select sum(b.amount) from $1.program p join $1.budget_entry b using (program_id, fiscal_year) where p.unit_id = 'u7')"
}
bare() { # SCHEMA: all input rows, scanned and joined
    echo "select count(m.actual), sum(t.weight), count(i.name), count(p.name), sum(b.amount)
          from $1.program p
          join $1.indicator i using (program_id, fiscal_year)
          join $1.target_revision t using (program_id, fiscal_year, indicator_id)
          join $1.measurement m using (program_id, fiscal_year, indicator_id)
          join (select program_id, fiscal_year, sum(amount) as amount from $1.budget_entry group by 1, 2) b using (program_id, fiscal_year)"
}

limit_row() { # NAME PEER LIMIT [LABEL]
    local of
    of=$(ratio "${MEDIAN[$1]}" "${MEDIAN[$2]}")
    printf '%-42s %8.3f %8s %8s %5s %s\n' "${4:-$1}" "${MEDIAN[$1]}" "$of" '' "$3" "$(verdict "$of" "$3")"
}

RUNS_ASKED=$RUNS
RUNS=$((RUNS > 5 ? RUNS : 5))
one="select * from tenth.program_result where unit_id = 'u7'"
bench_time \
    'reading one unit of many' "$(fetch whole)" \
    'program_result, one unit of many' "select * from whole.program_result where unit_id = 'u7'" \
    'program_result, one unit of few' "$one"
table_head "one unit of $((PROGRAMS / 100)), 100 programs of 15 indicators"
table_row 'reading one unit of many'
limit_row 'program_result, one unit of many' 'reading one unit of many' 5
table_row 'program_result, one unit of few'
limit_row 'program_result, one unit of many' 'program_result, one unit of few' 1.2 'one of many beside one of few'

RUNS=$((RUNS_ASKED > 3 ? 3 : RUNS_ASKED))
bench_time \
    'reading everything' "$(bare whole)" \
    'unit_result' 'select * from whole.unit_result' \
    'unit_result, half the data' 'select * from half.unit_result'
table_head "everything: $PROGRAMS programs, $((PROGRAMS * 180)) measurements"
table_row 'reading everything'
limit_row 'unit_result' 'reading everything' 3
table_row 'unit_result, half the data'
limit_row 'unit_result' 'unit_result, half the data' 2.2 'all of it beside half'

if [[ -n ${PLANS:-} ]]; then
    bench_psql -c "explain (costs off) select * from whole.program_result where unit_id = 'u7'" \
        -c "explain (costs off) select * from whole.unit_result"
fi
