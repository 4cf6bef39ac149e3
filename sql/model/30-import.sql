-- Import: tables of plain text for COPY. What is good is moved by import_rows(), the rest stays with its reason.

create table import_unit (
    row_no bigint generated always as identity primary key,
    unit_id text, parent_id text, name text, level text,
    batch text, reason text, loaded_by text not null default current_user
);
comment on table import_unit is 'Units as text, waiting for import_rows(''unit'').';

create table import_program (
    row_no bigint generated always as identity primary key,
    program_id text, fiscal_year text, name text, unit_id text, nature text, scope text, fund text,
    function_id text, economic_id text, objective_id text, revenue_type text, responsible text, lifecycle_id text,
        weight text,
    batch text, reason text, loaded_by text not null default current_user
);
comment on table import_program is 'Programs as text, waiting for import_rows(''program'').';

create table import_indicator (
    row_no bigint generated always as identity primary key,
    program_id text, fiscal_year text, evaluation text, indicator_id text, parent_id text, name text, dimension text,
    aspect text, unit_of_measure text, source text, same_as text, numerator text, denominator text, ratio_as text,
    buys text, conforming_of text, method text, moves text, due text, stale_days text,
    baseline text, owner text, target text, weight text, valid_from text, retired text, adjustment_id text,
        correction text,
    batch text, reason text, loaded_by text not null default current_user
);
comment on table import_indicator is
'Indicators with their targets and weights as text, waiting for import_rows(''indicator'').';

create table import_budget (
    row_no bigint generated always as identity primary key,
    program_id text, fiscal_year text, entry_id text, kind text, month text, entry_date text, amount text, fund text,
    economic_id text, currency text, procedure text, note text, one_off text, source text, from_year text,
    batch text, reason text, loaded_by text not null default current_user
);
comment on table import_budget is 'Budget entries as text, waiting for import_rows(''budget'').';

create table import_measurement (
    row_no bigint generated always as identity primary key,
    program_id text, fiscal_year text, evaluation text, indicator_id text, as_of text, grader text, breakdown text,
    actual text, actual_date text, score text, evidence text, note text, withdraw text, correction text,
    batch text, reason text, loaded_by text not null default current_user
);
comment on table import_measurement is 'Measurements as text, waiting for import_rows(''measurement'').';

-- A fact remembers the file that it came from: a row of that file which is loaded again is known by it.
alter table budget_entry add column batch text check (batch <> '');
comment on column budget_entry.batch is
'The file that it was imported from, by the name it was given; empty for what was not imported.';
alter table target_revision add column batch text check (batch <> '');
comment on column target_revision.batch is
'The file that it was imported from, by the name it was given; empty for what was not imported.';
alter table measurement add column batch text check (batch <> '');
comment on column measurement.batch is
'The file that it was imported from, by the name it was given; empty for what was not imported.';

do $do$
declare
    c record;
begin
    for c in
        select a.attrelid::regclass as rel, a.attname from pg_attribute a
        where a.attrelid in ('import_unit'::regclass, 'import_program'::regclass, 'import_indicator'::regclass,
                             'import_budget'::regclass, 'import_measurement'::regclass)
            and a.attnum > 0
    loop
        execute format('comment on column %s.%I is %L', c.rel, c.attname, case
            when c.attname = 'row_no' then 'The place of the row in the order of loading.'
            when c.attname = 'batch'
                then 'The name of the file. A row that was moved from a file of that name before changes '
                    'nothing. Empty: the one that import_rows is called with; none: a row is known by what it '
                    'says.'
            when c.attname = 'reason' then 'Why the row was left; empty until it was tried.'
            when c.attname = 'loaded_by' then 'Who loaded it.'
            when c.attname = 'correction' and c.rel = 'import_indicator'::regclass
            then 'Why the target or weight of a day that has one already is replaced, or why it is retired; '
                'without it such a row is left.'
            when c.attname = 'correction'
                then 'Why the figure of a day that has one already is replaced or withdrawn; without it such a '
                    'row is left.'
            when c.attname = 'withdraw'
                then 'yes takes back the figure of that day, for the reason in correction: the one before it '
                    'counts again.'
            when c.attname = 'retired'
                then 'yes gives the indicator up from the day in valid_from on, for the reason in correction.'
            when c.attname = 'buys'
                then 'yes says that it is the output that the money of the program buys.'
            when c.attname = 'procedure'
                then 'For kind adjusted: by which procedure the budget was changed; makes the row in adjustment, '
                    'with the number of the entry.'
            when c.attname = 'one_off'
                then 'yes says that it is for this year alone, and is no base for the next budget.'
            when c.attname = 'responsible'
                then 'The person who answers for the program, from the first day of its year on.'
            when c.attname = 'objective_id' then 'The objective that the program serves, with all of it.'
            when c.attname = 'evaluation' then 'The evaluation; self when empty.'
            else 'As text; see the column of the same name in the table that the row is for.' end);
    end loop;
end
$do$;
