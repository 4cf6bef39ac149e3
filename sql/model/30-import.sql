-- Import: tables of plain text for COPY. What is good is moved by import_rows(), the rest stays with its reason.

create table import_program (
    row_no bigint generated always as identity primary key,
    program_id text, fiscal_year text, name text, unit_id text, nature text, scope text, fund text,
    function_id text, objective_id text, revenue_type text, responsible text, lifecycle_id text,
    reason text, loaded_by text not null default current_user
);
comment on table import_program is 'Programs as text, waiting for import_rows(''program'').';

create table import_indicator (
    row_no bigint generated always as identity primary key,
    program_id text, fiscal_year text, indicator_id text, parent_id text, name text, dimension text, aspect text,
    unit_of_measure text, source text, method text, target text, weight text, valid_from text,
    reason text, loaded_by text not null default current_user
);
comment on table import_indicator is 'Indicators with their targets and weights as text, waiting for import_rows(''indicator'').';

create table import_budget (
    row_no bigint generated always as identity primary key,
    program_id text, fiscal_year text, entry_id text, kind text, month text, entry_date text, amount text, note text,
    reason text, loaded_by text not null default current_user
);
comment on table import_budget is 'Budget entries as text, waiting for import_rows(''budget'').';

create table import_measurement (
    row_no bigint generated always as identity primary key,
    program_id text, fiscal_year text, indicator_id text, as_of text, actual text, score text, evidence text, note text,
    correction text,
    reason text, loaded_by text not null default current_user
);
comment on table import_measurement is 'Measurements as text, waiting for import_rows(''measurement'').';

do $do$
declare
    c record;
begin
    for c in
        select a.attrelid::regclass as rel, a.attname from pg_attribute a
        where a.attrelid in ('import_program'::regclass, 'import_indicator'::regclass,
                             'import_budget'::regclass, 'import_measurement'::regclass)
            and a.attnum > 0
    loop
        execute format('comment on column %s.%I is %L', c.rel, c.attname, case c.attname
            when 'row_no' then 'The place of the row in the order of loading.'
            when 'correction' then 'Why the figure of a day that has one already is replaced; without it such a row is left.'
            when 'reason' then 'Why the row was left; empty until it was tried.'
            when 'loaded_by' then 'Who loaded it.'
            else 'As text; see the column of the same name in the table that the row is for.' end);
    end loop;
end
$do$;
