#!/usr/bin/env bash
# application.sh: what it costs to propose the next budget by the results of a year, beside program_result of that year.
#
# One model of PROGRAMS programs in units of 100, each with 15 indicators in 3 groups, figures each quarter and a budget.
# Half of them have an output that the money buys. Their results are published; some of them end, others begin, have
# findings, ask for money or were never measured. The envelope is under what they claim, and so are the ceilings of
# units on three levels.
#
#   PROGRAMS   programs (default 2000; the claim is for 100000, for which RUNS=1 is enough)
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PROGRAMS=${PROGRAMS:-2000}
RUNS=$((RUNS > 5 ? 5 : RUNS))

# the results are of the day that they were published of; the server's own work_mem
BENCH_SETTINGS+=' -c bpm.as_of=2025-02-01 -c work_mem=64MB'

bench_begin

bench_psql -v programs="$PROGRAMS" -f "$(dirname "${BASH_SOURCE[0]}")/application.sql" >/dev/null
# what publishing reads has statistics before it does, or it would take far longer
bench_psql -c 'vacuum (freeze, analyze)' -c "select treasury.publish(2024, as_of => '2025-02-01')" \
    -c 'vacuum (freeze, analyze)' >/dev/null
bench_warm treasury.program treasury.indicator treasury.target_revision treasury.measurement treasury.budget_entry \
    treasury.program_log treasury.publication_program treasury.publication_person

# nine tenths of what is claimed, of which the ceilings take some more
claims="treasury.proposal_claims(2026, '2024 effective', '{}', 'claims') c"
envelope=$(bench_psql -c "select round(0.9 * sum(c.proposed + c.wanted) - sum(c.recaptured)) from $claims")
ceilings=$(bench_psql -c "
    select jsonb_object_agg(s.unit_id, s.ceiling) from (
        select u.unit_id, round(u.part * sum(c.proposed)) as ceiling from $claims
        join treasury.node_above a on a.tree = 'unit' and a.id = c.unit_id and 2026 between a.from_year and a.to_year
        join (values ('gov', 0.95), ('d1', 0.8), ('d2', 0.85), ('u1', 0.75), ('u3', 0.9)) u (unit_id, part)
            on u.unit_id = a.ancestor_id
        group by u.unit_id, u.part) s")
lines='{"p0000001": {"amount": 100, "reason": "the contract"}, "p0000012": {"carry_over": 10, "reason": "the contract"}}'

limit_row() { # NAME PEER LIMIT
    local of
    of=$(ratio "${MEDIAN[$1]}" "${MEDIAN[$2]}")
    printf '%-42s %8.3f %8s %8s %8s %8s %8s %5s %s\n' "$1" "${MEDIAN[$1]}" "$of" '' '' '' '' "$3" \
        "$(verdict "$of" "$3")"
}

asked="2026, $envelope"
bench_time \
    'program_result' 'select * from treasury.program_result where fiscal_year = 2024' \
    'proposal_claims' "select * from $claims" \
    'proposal_rows' "select * from treasury.proposal_rows($asked, '2024 effective', '$ceilings', '$lines', 'x')" \
    'propose_budget' "do \$\$ begin
        perform treasury.propose_budget($asked, 'x', ceilings => '$ceilings', lines => '$lines');
        raise triggered_action_exception; exception when triggered_action_exception then null; end \$\$"
table_head "proposing a budget for $PROGRAMS programs of 15 indicators"
table_row 'program_result'
for name in proposal_claims proposal_rows propose_budget; do
    limit_row "$name" 'program_result' 3
done
