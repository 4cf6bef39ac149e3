-- Inputs: the two views that every result reads. CREATE OR REPLACE them over tables of your own;
-- check_inputs() then says what does not fit. upgrade_model leaves them as they are.

create view program_budget with (security_invoker = true) as
select program_id, fiscal_year, entry_id, entry_date, recorded_at,
       case kind when 'proposed' then amount end::numeric(20,2) as proposed,
       case kind when 'approved' then amount end::numeric(20,2) as approved,
       case kind when 'carried_over' then amount end::numeric(20,2) as carried_over,
       case kind when 'adjusted' then amount end::numeric(20,2) as adjusted,
       case kind when 'received' then amount end::numeric(20,2) as received,
       case kind when 'committed' then amount end::numeric(20,2) as committed,
       case kind when 'executed' then amount end::numeric(20,2) as executed,
       case kind when 'planned' then amount end::numeric(20,2) as planned,
       month, fund, economic_id, currency, one_off
from budget_entry;
comment on view program_budget is
'Input: the money of the programs, as entries that add up. Replace it with a view over your ledger, by hand or with '
'use_ledger.';
comment on column program_budget.program_id is 'The program, as in the table program.';
comment on column program_budget.fiscal_year is 'The fiscal year.';
comment on column program_budget.entry_id is 'A key of the entry in the year of the program.';
comment on column program_budget.entry_date is 'The day from which it counts: bpm.as_of compares with it.';
comment on column program_budget.recorded_at is
'When it was recorded: bpm.known_at compares with it; -infinity when your ledger does not say.';
comment on column program_budget.proposed is 'Budget asked for.';
comment on column program_budget.approved is 'Approved budget.';
comment on column program_budget.carried_over is 'Money brought from the year before.';
comment on column program_budget.adjusted is 'Change of the budget, signed.';
comment on column program_budget.received is 'Money received.';
comment on column program_budget.committed is 'Money contracted and not yet paid.';
comment on column program_budget.executed is 'Money spent, or for revenue collected.';
comment on column program_budget.planned is 'Spending planned for a month.';
comment on column program_budget.month is 'The month of the fiscal year that planned is for, 1 to 12.';
comment on column program_budget.fund is 'The purse; that of the program when empty.';
comment on column program_budget.economic_id is 'On what; that of the program when empty.';
comment on column program_budget.currency is 'The currency; that of the settings when empty.';
comment on column program_budget.one_off is
'Whether it is for this year alone, and is no base for the next budget; empty: no.';

create view indicator_actual with (security_invoker = true) as
select m.program_id, m.fiscal_year, m.evaluation, m.indicator_id, m.as_of, m.grader, m.breakdown, m.recorded_at,
       m.actual, m.actual_date, m.score,
       (select min(w.recorded_at) from measurement w
        where w.program_id = m.program_id and w.fiscal_year = m.fiscal_year and w.evaluation = m.evaluation
            and w.indicator_id = m.indicator_id and w.as_of = m.as_of and w.grader = m.grader
            and w.breakdown = m.breakdown and w.withdrawn = m.recorded_at) as withdrawn_at,
       m.evidence, m.note
from measurement m
where m.withdrawn is null;
comment on view indicator_actual is
'Input: what was measured or graded. Of an indicator the latest day counts, of that day the latest recorded. Replace '
'it with a view over your own figures, by hand or with use_figures.';
comment on column indicator_actual.program_id is 'The program, as in the table program.';
comment on column indicator_actual.fiscal_year is 'The fiscal year.';
comment on column indicator_actual.evaluation is 'The evaluation: self, unless the figure is another''s.';
comment on column indicator_actual.indicator_id is 'The indicator, as in the table indicator.';
comment on column indicator_actual.as_of is 'The day that the figure is for: bpm.as_of compares with it.';
comment on column indicator_actual.grader is 'Who graded; an empty text for a figure that no grader gave.';
comment on column indicator_actual.breakdown is 'The group of people or places; an empty text for all of them.';
comment on column indicator_actual.recorded_at is
'When it was recorded: bpm.known_at compares with it; -infinity when your table does not say.';
comment on column indicator_actual.actual is 'The figure.';
comment on column indicator_actual.actual_date is 'For a milestone: the day on which it was reached.';
comment on column indicator_actual.score is 'A grader''s score, 0 to 100, instead of a figure.';
comment on column indicator_actual.withdrawn_at is 'When it was withdrawn; empty: it stands.';
comment on column indicator_actual.evidence is 'A link to the evidence.';
comment on column indicator_actual.note is 'A note.';
