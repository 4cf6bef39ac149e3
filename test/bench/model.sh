#!/usr/bin/env bash
# model.sh: what the result views cost, beside reading the same rows.
#
# Three models: one of PROGRAMS programs in units of 100, one of half and one of a tenth of that. Each program
# has 15 indicators in 3 groups, with a target each and a measurement each month.
#
#   PROGRAMS   programs of the largest model (default 10000)
#   IMPORT     measurements that are imported from text (default 200000)
#   PLANS=1    prints the plans too
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PROGRAMS=${PROGRAMS:-10000}
((PROGRAMS >= 10000)) || PROGRAMS=10000 # the tenth has the unit that is asked for

# the figures are of 2026 and 2027, whatever the clock says: the day is said
BENCH_SETTINGS+=' -c bpm.as_of=2027-12-31'

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
from program p, (values ('approved', 1.0), ('carried_over', 0.1), ('executed', 0.9)) k (kind, f);
select refresh_trees();
EOSQL
    bench_warm "$1.unit" "$1.node_above" "$1.program" "$1.indicator" "$1.target_revision" "$1.measurement" "$1.budget_entry"
}

taken_back() {
    echo "do \$\$ begin $1; raise triggered_action_exception; exception when triggered_action_exception then null; end \$\$"
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
bench_time \
    'reading one unit of many' "$(fetch whole)" \
    'program_result, one unit of many' "select * from whole.program_result where unit_id = 'u7'" \
    'program_result, one unit of few' "select * from tenth.program_result where unit_id = 'u7'" \
    'unit_result, one unit of many' "select * from whole.unit_result where unit_id = 'u7'" \
    'unit_result, one unit of few' "select * from tenth.unit_result where unit_id = 'u7'"
table_head "one unit of $((PROGRAMS / 100)), 100 programs of 15 indicators"
table_row 'reading one unit of many'
limit_row 'program_result, one unit of many' 'reading one unit of many' 5
table_row 'program_result, one unit of few'
limit_row 'program_result, one unit of many' 'program_result, one unit of few' 1.2 'one of many beside one of few'
table_row 'unit_result, one unit of few'
limit_row 'unit_result, one unit of many' 'unit_result, one unit of few' 1.2 'unit_result, one of many beside one of few'

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

# The results that look at every indicator, beside the one that everybody asks for; each for all, and for one program
one='p0000707'
bench_time \
    'program_result' 'select * from whole.program_result' \
    'aspect_result' 'select * from whole.aspect_result' \
    'check_result' 'select * from whole.check_result' \
    'program_result, one program' "select * from whole.program_result where program_id = '$one'" \
    'aspect_result, one unit of 100 programs' "select * from whole.aspect_result where unit_id = 'u7'" \
    'dimension_result, one program' "select * from whole.dimension_result where program_id = '$one'" \
    'check_result, one program' "select * from whole.check_result where program_id = '$one'"
table_head "every indicator: $PROGRAMS programs"
table_row 'program_result'
limit_row 'aspect_result' 'program_result' 2
limit_row 'check_result' 'program_result' 2
table_row 'program_result, one program'
limit_row 'program_result, one program' 'program_result' 0.05
limit_row 'dimension_result, one program' 'aspect_result' 0.05
limit_row 'aspect_result, one unit of 100 programs' 'aspect_result' 0.05
limit_row 'check_result, one program' 'check_result' 0.05

# Adding indicators in one statement, beside the same without the check that none is below itself
bench_psql -c "select bpm.create_model('added')" -c "select bpm.create_model('unchecked')" \
    -c 'alter table unchecked.indicator disable trigger tree_added' >/dev/null
for model in added unchecked; do
    bench_psql -c "set search_path = $model" -c "insert into unit values ('u', null, 'Office')" \
        -c "insert into program (program_id, fiscal_year, name, unit_id) values ('p', 2026, 'Program', 'u')"
done
add_indicators() { # SCHEMA: a group, and the rest in groups of ten, each below the one before
    taken_back "insert into $1.indicator (program_id, fiscal_year, indicator_id, parent_id, name, source)
        select 'p', 2026, 'i' || i, case when i > 0 then 'i' || (i - 1) / 10 end, 'Indicator ' || i, 'group'
        from generate_series(0, 39999) i"
}
bench_time \
    'without the check' "$(add_indicators unchecked)" \
    'indicators added' "$(add_indicators added)"
table_head '40,000 indicators in one statement'
table_row 'without the check'
limit_row 'indicators added' 'without the check' 2

# A small model under row security, for a role that sees half of it: JIT as the server has it must not cost more than
# it brings
bench_psql >/dev/null <<'EOSQL'
select bpm.create_model('small');
set search_path = small;
insert into unit values ('gov', null, 'Government'), ('north', 'gov', 'North'), ('south', 'gov', 'South');
insert into program (program_id, fiscal_year, name, unit_id)
select 'p' || p, 2026, 'Program ' || p, case p % 2 when 0 then 'north' else 'south' end from generate_series(1, 12) p;
insert into indicator (program_id, fiscal_year, indicator_id, name)
select p.program_id, 2026, 'i' || i, 'Indicator ' || i from program p, generate_series(1, 15) i;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select program_id, 2026, indicator_id, '2026-01-01', '>= 80', 1 from indicator;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select program_id, 2026, indicator_id, make_date(2026, m, 28), 70 + m from indicator, generate_series(1, 12) m;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select program_id, 2026, kind, '2026-02-01', 100 from program, unnest('{approved,executed}'::text[]) kind;
select bpm.enable_row_security('small');
analyze;
EOSQL
ROLE=bpm_bench_reader_$$
trap 'bench_drop; psql -X -q -d postgres -c "drop role if exists $ROLE"' EXIT
bench_psql -c "create role $ROLE" -c "select bpm.grant_reader('small', '$ROLE')" \
    -c "insert into small.unit_access (role_name, unit_id) values ('$ROLE', 'north')" >/dev/null
as_reader() { # JIT RESULT
    echo "do \$\$ declare r record; begin perform set_config('jit', '$1', true), set_config('role', '$ROLE', true);
        for r in execute 'select * from small.$2' loop null; end loop; end \$\$"
}
bench_time \
    'program_result, jit off' "$(as_reader off program_result)" \
    'program_result, jit on' "$(as_reader on program_result)" \
    'check_result, jit off' "$(as_reader off check_result)" \
    'check_result, jit on' "$(as_reader on check_result)"
table_head "12 programs, row security, half is seen$([[ $(bench_psql -c 'set jit = on' -c 'select pg_jit_available()') == t ]] || echo '; this server has no JIT')"
table_row 'program_result, jit off'
limit_row 'program_result, jit on' 'program_result, jit off' 1.2
table_row 'check_result, jit off'
limit_row 'check_result, jit on' 'check_result, jit off' 1.2

# Trees: UNITS units, ten below each, in three years with a reorganisation in each; programs in the lowest thousand.
UNITS=${UNITS:-100000}
bench_psql >/dev/null <<EOSQL
select bpm.create_model('wide');
set search_path = wide;
create table took (what text primary key, began timestamptz default clock_timestamp(), done timestamptz);
insert into took values ('insert');
insert into unit select 'u' || i, case when i > 0 then 'u' || (i - 1) / 10 end, 'Unit ' || i from generate_series(0, $UNITS - 1) i;
update took set done = clock_timestamp() where what = 'insert';
analyze;
insert into unit_move values ('u5', 2026, 'u6'), ('u55', 2027, 'u77');
set session_replication_role = replica;
insert into program (program_id, fiscal_year, name, unit_id)
select 'p' || p, y, 'Program ' || p, 'u' || $UNITS - 1 - p from generate_series(0, 999) p, generate_series(2025, 2027) y;
insert into indicator (program_id, fiscal_year, indicator_id, name)
select program_id, fiscal_year, 'i' || i, 'Indicator ' || i from program, generate_series(1, 15) i;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select program_id, fiscal_year, indicator_id, make_date(fiscal_year, 1, 1), '>= 80', 1 from indicator;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select program_id, fiscal_year, indicator_id, make_date(fiscal_year, m, 28), 70 + m from indicator, generate_series(1, 12) m;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select program_id, fiscal_year, 'approved', make_date(fiscal_year, 1, 1), 100 from program;
EOSQL
bench_warm wide.unit wide.node_above wide.program wide.indicator wide.target_revision wide.measurement wide.budget_entry
RUNS=$((RUNS_ASKED > 5 ? RUNS_ASKED : 5))
leaf="u$((UNITS - 1))"
# a large branch goes to another parent and back: two moves, each with all that lies below
bench_time \
    'one program of many units' "select * from wide.program_result where program_id = 'p0' and fiscal_year = 2026" \
    'one unit of many' "select * from wide.unit_result where unit_id = '$leaf' and fiscal_year = 2026" \
    'reading what lies above and below' "select count(ancestor_id), max(id), sum(distance) from wide.node_above where tree = 'unit'" \
    'moving a branch' "update wide.unit set parent_id = case parent_id when 'u0' then 'u2' else 'u0' end where unit_id = 'u1'"
table_head "$UNITS units, three years"
table_row 'one program of many units'
limit_row 'one unit of many' 'one program of many units' 10
table_row 'reading what lies above and below'
printf '%-42s %8.3f %8s %8s %5s %s\n' 'moving a branch of 11,111 units' "${MEDIAN['moving a branch']}" '' '' '1 s' \
    "$(verdict "${MEDIAN['moving a branch']}" 1)"
bench_psql -At -c "select format('%-42s %8s', 'all units in one statement', round(extract(epoch from done - began), 3)) from wide.took"

# Import: figures as text, beside figures that are added to the table as they are. Both are taken back each time.
IMPORT=${IMPORT:-200000}
bench_psql <<EOSQL
set search_path = tenth;
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select program_id, fiscal_year, indicator_id, to_char(as_of - 1, 'YYYY-MM-DD'), actual
from measurement order by program_id, fiscal_year, indicator_id, as_of limit $IMPORT;
analyze import_measurement;
EOSQL
RUNS=$((RUNS_ASKED > 3 ? 3 : RUNS_ASKED))
bench_time \
    'figures added' "$(taken_back "insert into tenth.measurement (program_id, fiscal_year, indicator_id, as_of, actual, reason)
        select program_id, fiscal_year::integer, indicator_id, as_of::date, actual::numeric, 'import'
        from tenth.import_measurement")" \
    'figures imported' "$(taken_back "perform tenth.import_rows('measurement', 'figures.csv')")"
table_head "import of $IMPORT measurements"
table_row 'figures added'
limit_row 'figures imported' 'figures added' 3

if [[ -n ${PLANS:-} ]]; then
    bench_psql -c "explain (costs off) select * from whole.program_result where unit_id = 'u7'" \
        -c "explain (costs off) select * from whole.unit_result"
fi
