-- The statements of doc/model.md about inputs, duties and history; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;
select bpm.create_model('office');
insert into office.unit (unit_id, name) values ('works', 'Office of Works');
insert into office.program (program_id, fiscal_year, name, unit_id) values ('bridge', 2026, 'New bridge', 'works');
create schema finance;
create table finance.status (project text, year integer, on_day date, budget numeric, spent numeric);
insert into finance.status values ('bridge', 2026, '2026-01-01', 100, 0), ('bridge', 2026, '2026-05-01', 120, 30);
create table finance.statement (project text, year integer, line text, part_of text, budget numeric);
insert into finance.statement values ('bridge', 2026, 'all', null, 100), ('bridge', 2026, 'wages', 'all', 60), ('bridge', 2026, 'stone', 'all', 40);

select input, kind, detail from office.use_ledger('
    select project as program_id, year as fiscal_year, on_day as entry_id, on_day as entry_date,
           case when lag(budget) over w is null then budget end as approved,
           budget - lag(budget) over w as adjusted,
           spent - lag(spent, 1, 0) over w as executed
    from finance.status
    window w as (partition by project, year order by on_day)');

select program_id, entry_id, approved, adjusted, executed from office.program_budget order by entry_id;

select input, kind, detail from office.use_ledger('
    select project as program_id, year as fiscal_year, line as entry_id, make_date(year, 1, 1) as entry_date,
           budget as approved
    from finance.statement s
    where not exists (select from finance.statement part
                      where part.project = s.project and part.year = s.year and part.part_of = s.line)');

select program_id, entry_id, approved from office.program_budget order by entry_id;

create role works_desk;
create role finance_desk;
select bpm.grant_duty('office', 'works_desk', duty) from unnest('{programs,targets,money,measuring}'::text[]) duty;
select bpm.grant_duty('office', 'finance_desk', duty) from unnest('{rules,approving}'::text[]) duty;

set role works_desk;
update office.program set name = 'New bridge, south' where program_id = 'bridge';
update office.program set nature = 'revenue' where program_id = 'bridge';
reset role;

select relation, before ->> 'name' as was, after ->> 'name' as "is", changed_by
from office.program_log where before is not null order by changed_at, n;

drop owned by works_desk, finance_desk;
drop role works_desk, finance_desk;
drop schema office, finance cascade;
