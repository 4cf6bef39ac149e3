-- Inputs: the two views that every result reads. CREATE OR REPLACE them over tables of your own;
-- check_inputs() then says what does not fit. upgrade_model leaves them as they are.

create view program_budget with (security_invoker = true) as
select program_id, fiscal_year, entry_id, entry_date, recorded_at,
       case kind when 'approved' then amount end::numeric(20,2) as approved,
       case kind when 'adjusted' then amount end::numeric(20,2) as adjusted,
       case kind when 'received' then amount end::numeric(20,2) as received,
       case kind when 'executed' then amount end::numeric(20,2) as executed,
       case kind when 'planned' then amount end::numeric(20,2) as planned
from budget_entry;
comment on view program_budget is 'Input: the money of the programs, as entries that add up. Replace it with a view over your ledger.';
comment on column program_budget.program_id is 'The program, as in the table program.';
comment on column program_budget.fiscal_year is 'The fiscal year.';
comment on column program_budget.entry_id is 'A key of the entry in the year of the program.';
comment on column program_budget.entry_date is 'The day from which it counts: bpm.as_of compares with it.';
comment on column program_budget.recorded_at is 'When it was recorded: bpm.known_at compares with it; -infinity when your ledger does not say.';
comment on column program_budget.approved is 'Approved budget.';
comment on column program_budget.adjusted is 'Change of the budget, signed.';
comment on column program_budget.received is 'Money received.';
comment on column program_budget.executed is 'Money spent, or for revenue collected.';
comment on column program_budget.planned is 'Spending planned.';

create view indicator_actual with (security_invoker = true) as
select program_id, fiscal_year, indicator_id, as_of, recorded_at, actual, score, evidence, note
from measurement;
comment on view indicator_actual is 'Input: what was measured. Of an indicator the latest day counts, of that day the latest recorded. Replace it with a view over your own figures.';
comment on column indicator_actual.program_id is 'The program, as in the table program.';
comment on column indicator_actual.fiscal_year is 'The fiscal year.';
comment on column indicator_actual.indicator_id is 'The indicator, as in the table indicator.';
comment on column indicator_actual.as_of is 'The day that the figure is for: bpm.as_of compares with it.';
comment on column indicator_actual.recorded_at is 'When it was recorded: bpm.known_at compares with it; -infinity when your table does not say.';
comment on column indicator_actual.actual is 'The figure.';
comment on column indicator_actual.score is 'A grader''s score, 0 to 100, instead of a figure.';
comment on column indicator_actual.evidence is 'A link to the evidence.';
comment on column indicator_actual.note is 'A note.';
