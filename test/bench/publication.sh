#!/usr/bin/env bash
# publication.sh: what it costs to publish a year in one transaction, beside inserting the same rows, ready made, into the
# same tables with their keys, checks and guards; to verify it, beside reading what is verified; and a page for people.
#
# One model of PROGRAMS programs in units of 100, each with 15 indicators in 3 groups, figures each quarter, a budget,
# and somebody who answers for it and for each figure.
#
#   PROGRAMS   programs (default 2000; the claim is for 100000)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PROGRAMS=${PROGRAMS:-2000}
RUNS=$((RUNS > 5 ? 5 : RUNS))

# the server's own, as a publication is made
BENCH_SETTINGS+=' -c work_mem=64MB'

bench_begin

bench_psql -v programs="$PROGRAMS" -f "$(dirname "${BASH_SOURCE[0]}")/publication.sql" >/dev/null
bench_warm council.unit council.node_above council.program council.indicator council.target_revision \
    council.measurement council.budget_entry council.responsible

# the rows to insert, in tables of their own
tables='publication_rule publication_program publication_item publication_money publication_person publication_node'
bench_psql -c "select council.publish(2024, as_of => '2025-02-01')" >/dev/null
for table in $tables; do
    bench_psql -c "create table rows_$table as select * from council.$table" \
        -c "update rows_$table set publication = 'ready made'" -c "vacuum full rows_$table"
    bench_warm "rows_$table" "council.$table"
done
bench_psql -c 'vacuum analyze'

taken_back() {
    echo "do \$\$ begin $1 raise triggered_action_exception; exception when triggered_action_exception then null; end \$\$"
}
inserts=$(for table in $tables; do echo "insert into council.$table select * from rows_$table;"; done)
reads=$(for table in $tables; do echo "perform count(bpm.csv_line(t)) from council.$table t;"; done)

limit_row() { # NAME PEER LIMIT [LABEL]
    local of
    of=$(ratio "${MEDIAN[$1]}" "${MEDIAN[$2]}")
    printf '%-42s %8.3f %8s %8s %5s %s\n' "${4:-$1}" "${MEDIAN[$1]}" "$of" '' "$3" "$(verdict "$of" "$3")"
}

bench_time \
    'inserting the rows' "$(taken_back "$inserts")" \
    'publish' "$(taken_back "perform council.publish(2024, as_of => '2025-02-01', replaces => '2024 effective', reason => 'bench');")"
table_head "publishing $PROGRAMS programs of 15 indicators in one transaction"
table_row 'inserting the rows'
limit_row 'publish' 'inserting the rows' 5

bench_time \
    'reading the rows as lines' "do \$\$ begin $reads end \$\$" \
    'verify, the rows' "select * from council.verify('2024 effective', inputs => false)" \
    'reading rows and results' "do \$\$ begin $reads perform count(i.score) from council.program p
        cross join lateral council.indicator_result_at('2025-02-01') i
        where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year; end \$\$" \
    'verify, rows and inputs' "select * from council.verify('2024 effective')"
table_head 'verifying it'
table_row 'reading the rows as lines'
limit_row 'verify, the rows' 'reading the rows as lines' 3
table_row 'reading rows and results'
limit_row 'verify, rows and inputs' 'reading rows and results' 3

bench_time \
    'a program' "select council.scorecard_html('2024 effective', program_id => 'p0000707')" \
    'a unit of 100 programs' "select council.scorecard_html('2024 effective', unit_id => 'u7')"
table_head 'a page, in seconds: the goal is 0.1'
for page in 'a program' 'a unit of 100 programs'; do
    printf '%-42s %8.3f %8s %8s %5s %s\n' "$page" "${MEDIAN[$page]}" '' '' 0.1 "$(verdict "${MEDIAN[$page]}" 0.1)"
done
