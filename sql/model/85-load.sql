-- PostgreSQL refuses COPY into a table with row security. These views take it, and each row is checked.

create or replace view load_program with (security_invoker = true) as
select program_id, fiscal_year, name, unit_id, nature, scope, fund, function_id, objective_id, revenue_type, responsible, lifecycle_id
from import_program;
comment on view load_program is 'import_program for COPY where row security is in force.';

create or replace view load_indicator with (security_invoker = true) as
select program_id, fiscal_year, indicator_id, parent_id, name, dimension, aspect, unit_of_measure, source, method, target, weight, valid_from
from import_indicator;
comment on view load_indicator is 'import_indicator for COPY where row security is in force.';

create or replace view load_budget with (security_invoker = true) as
select program_id, fiscal_year, entry_id, kind, month, entry_date, amount, note
from import_budget;
comment on view load_budget is 'import_budget for COPY where row security is in force.';

create or replace view load_measurement with (security_invoker = true) as
select program_id, fiscal_year, indicator_id, as_of, actual, score, evidence, note, correction
from import_measurement;
comment on view load_measurement is 'import_measurement for COPY where row security is in force.';

create or replace function load_row() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    if tg_table_name = 'load_program' then
        insert into import_program (program_id, fiscal_year, name, unit_id, nature, scope, fund, function_id, objective_id, revenue_type,
                                    responsible, lifecycle_id)
        values (new.program_id, new.fiscal_year, new.name, new.unit_id, new.nature, new.scope, new.fund, new.function_id, new.objective_id,
                new.revenue_type, new.responsible, new.lifecycle_id);
    elsif tg_table_name = 'load_indicator' then
        insert into import_indicator (program_id, fiscal_year, indicator_id, parent_id, name, dimension, aspect, unit_of_measure, source,
                                      method, target, weight, valid_from)
        values (new.program_id, new.fiscal_year, new.indicator_id, new.parent_id, new.name, new.dimension, new.aspect, new.unit_of_measure,
                new.source, new.method, new.target, new.weight, new.valid_from);
    elsif tg_table_name = 'load_budget' then
        insert into import_budget (program_id, fiscal_year, entry_id, kind, month, entry_date, amount, note)
        values (new.program_id, new.fiscal_year, new.entry_id, new.kind, new.month, new.entry_date, new.amount, new.note);
    else
        insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual, score, evidence, note, correction)
        values (new.program_id, new.fiscal_year, new.indicator_id, new.as_of, new.actual, new.score, new.evidence, new.note, new.correction);
    end if;
    return new;
end
$$;
comment on function load_row() is 'Puts a row of a load view into its import table.';
create or replace trigger load_row instead of insert on load_program for each row execute function load_row();
create or replace trigger load_row instead of insert on load_indicator for each row execute function load_row();
create or replace trigger load_row instead of insert on load_budget for each row execute function load_row();
create or replace trigger load_row instead of insert on load_measurement for each row execute function load_row();

do $do$
declare
    c record;
begin
    for c in
        select a.attrelid::regclass as rel, a.attname from pg_attribute a
        where a.attrelid in ('load_program'::regclass, 'load_indicator'::regclass, 'load_budget'::regclass, 'load_measurement'::regclass)
            and a.attnum > 0 and col_description(a.attrelid, a.attnum) is null
    loop
        execute format('comment on column %s.%I is %L', c.rel, c.attname, 'As text; see the import table.');
    end loop;
end
$do$;
