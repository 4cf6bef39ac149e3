#!/usr/bin/env bash
# monitoring.sh: what it costs to monitor all programs on one day, and to forecast them, beside the bare scan and join
# of the same rows: programs, indicators, the latest target and the latest figure of each, sums of the ledger.
#
# One model of PROGRAMS programs in units of 100. Each has 15 indicators, one a group, one the execution of the budget,
# nine cumulative, four levels, with figures each quarter; a budget, a plan by month, spending by month; and the money
# of five years before. The day is in October, three quarters are reported.
#
#   PROGRAMS   programs (default 2000; the claim is for 100000)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PROGRAMS=${PROGRAMS:-2000}

# the figures are of 2026, whatever the clock says: the day is said
BENCH_SETTINGS+=' -c bpm.as_of=2026-10-20 -c work_mem=256MB'

bench_begin

bench_psql -v programs="$PROGRAMS" -f "$(dirname "${BASH_SOURCE[0]}")/monitoring.sql" >/dev/null
bench_warm watched.unit watched.node_above watched.program watched.indicator watched.target_revision \
    watched.measurement watched.budget_entry watched.responsible watched.stage_event watched.indicator_plan

# what somebody would write who only wants to read the same rows: sets and hashes, and no rule at all
scan="
select p.program_id, p.name, u.name as unit_name, i.indicators, i.actual, m.budget, m.executed, m.planned, h.years,
       h.spent, h.budget as past_budget, h.outturn
from watched.program p
join watched.unit u on u.unit_id = p.unit_id
left join (
    select i.program_id, count(t.target) as indicators, sum(a.actual) as actual
    from watched.indicator i
    left join (
        select distinct on (t.program_id, t.indicator_id) t.*
        from watched.target_revision t
        where t.fiscal_year = 2026 and t.evaluation = 'self' and t.valid_from <= '2026-10-20'
        order by t.program_id, t.indicator_id, t.valid_from desc, t.recorded_at desc) t
        using (program_id, indicator_id)
    left join (
        select distinct on (a.program_id, a.indicator_id) a.*
        from watched.measurement a
        where a.fiscal_year = 2026 and a.evaluation = 'self' and a.as_of <= '2026-10-20'
        order by a.program_id, a.indicator_id, a.as_of desc, a.recorded_at desc) a
        using (program_id, indicator_id)
    where i.fiscal_year = 2026
    group by i.program_id) i using (program_id)
left join (
    select b.program_id, sum(b.amount) filter (where b.kind in ('approved', 'adjusted')) as budget,
           sum(b.amount) filter (where b.kind = 'executed') as executed,
           sum(b.amount) filter (where b.kind = 'planned' and b.month <= 9) as planned
    from watched.budget_entry b
    where b.fiscal_year = 2026 and b.entry_date <= '2026-10-20'
    group by b.program_id) m using (program_id)
left join (
    select h.program_id, count(*) as years, sum(h.spent) as spent, sum(h.budget) as budget, sum(h.outturn) as outturn
    from (
        select b.program_id, b.fiscal_year, sum(b.amount) filter (where b.kind = 'executed') as outturn,
               sum(b.amount) filter (where b.kind = 'executed'
                   and b.entry_date <= make_date(b.fiscal_year, 10, 20)) as spent,
               sum(b.amount) filter (where b.kind in ('approved', 'adjusted')) as budget
        from watched.budget_entry b
        where b.fiscal_year between 2021 and 2025
        group by b.program_id, b.fiscal_year) h
    group by h.program_id) h using (program_id)
where p.fiscal_year = 2026"

RUNS=$((RUNS > 3 ? 3 : RUNS))
bench_time 'scan and join' "$scan" \
    'monitor_result' 'select * from watched.monitor_result where fiscal_year = 2026' \
    'indicator_monitor' 'select * from watched.indicator_monitor where fiscal_year = 2026' \
    'forecast_of, median of three' "select p.program_id, f.forecast from watched.program_state p
        cross join lateral watched.forecast_of(p, 'median of three') f where p.fiscal_year = 2026"

goal_row() { # NAME GOAL
    local of of_least
    of=$(ratio "${MEDIAN[$1]}" "${MEDIAN[scan and join]}")
    of_least=$(ratio "${LEAST[$1]}" "${LEAST[scan and join]}")
    printf '%-42s %8.3f %8s %8s %8.3f %8s %8s %5s %s\n' "$1" "${MEDIAN[$1]}" "$of" '' "${LEAST[$1]}" "$of_least" '' \
        "$2" "$(verdict "$of_least" "$2")"
}

table_head "$PROGRAMS programs of 15 indicators on one day: monitoring"
table_row 'scan and join'
goal_row 'monitor_result' 3
goal_row 'indicator_monitor' ''
goal_row 'forecast_of, median of three' 6
