-- The statements of doc/guard.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;
create schema reference_guard;
set search_path = reference_guard;

create table program (program_id text, fiscal_year integer, name text, primary key (program_id, fiscal_year));
create table program_log (
    program_id text, fiscal_year integer, relation text, key jsonb, changed_at timestamptz, n integer,
    before jsonb, after jsonb, changed_by text);
create trigger log_change after insert or update or delete on program for each row
    execute function bpm.log_change('program_log', 'program_id', 'fiscal_year');
create trigger log_truncate before truncate on program for each statement
    execute function bpm.log_change('program_log', 'program_id', 'fiscal_year');

insert into program values ('P1', 2026, 'Roofs');
update program set name = 'School roofs';
update program set name = name;

select n, key, before ->> 'name' as was, after ->> 'name' as "is" from program_log order by changed_at, n;

create table year_event (fiscal_year integer, at timestamptz, closes boolean, primary key (fiscal_year, at));
create view year_closed as
    select distinct on (fiscal_year) fiscal_year, closes as closed from year_event order by fiscal_year, at desc;
create table entry (fiscal_year integer, amount numeric);
create trigger closed before insert or update or delete on entry for each row
    execute function bpm.refuse_closed('year_closed', 'fiscal_year');
create trigger closing before insert on year_event for each row
    execute function bpm.lock_closing('year_closed', 'fiscal_year');

insert into year_event values (2025, '2026-01-31', true);
insert into entry values (2026, 100), (2025, 10);

set client_min_messages = warning;
drop schema reference_guard cascade;
