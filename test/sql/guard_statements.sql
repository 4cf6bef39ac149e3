-- The guard under every statement that writes rows, and what a wrong declaration is told.
set client_min_messages = warning;
create extension if not exists bpm;
reset client_min_messages;
\set SHOW_CONTEXT never
set timezone = 'UTC';
set datestyle = 'ISO';
create schema guarded;
set search_path = guarded;

\set life 'draft -> approved -> executing -> closed; executing -> adjusted -> executing; * -> cancelled'

create table "Big Project" (
    "Key No" int primary key,
    code text unique,
    "The Stage" varchar(20),
    spent numeric default 0
);
create trigger "Life cycle" before insert or update on "Big Project" for each row
    execute function bpm.lifecycle_guard('The Stage', :'life');

-- INSERT and COPY begin in the first stage, and only there
insert into "Big Project" values (1, 'a', 'draft'), (2, 'b', 'draft');
insert into "Big Project" values (3, 'c', 'draft'), (4, 'd', 'closed');
copy "Big Project" ("Key No", code, "The Stage") from stdin;
3	c	draft
\.
copy "Big Project" ("Key No", code, "The Stage") from stdin;
4	d	approved
\.

-- UPDATE of one row, of many, of another column
update "Big Project" set "The Stage" = 'approved';
update "Big Project" set "The Stage" = 'draft' where code = 'b';
update "Big Project" set spent = 1;
update "Big Project" set "The Stage" = 'Executing' where code = 'a';
update "Big Project" set "The Stage" = null where code = 'a';

-- INSERT ... ON CONFLICT is judged as the update that it becomes
insert into "Big Project" values (1, 'a', 'executing')
    on conflict ("Key No") do update set "The Stage" = excluded."The Stage" returning "The Stage";
insert into "Big Project" values (9, 'b', 'executing')
    on conflict (code) do update set "The Stage" = excluded."The Stage" returning "Key No", "The Stage";
insert into "Big Project" values (1, 'a', 'approved')
    on conflict ("Key No") do update set "The Stage" = excluded."The Stage";
insert into "Big Project" values (1, 'a', 'closed') on conflict do nothing;
insert into "Big Project" values (5, 'e', 'executing') on conflict do nothing;

-- MERGE
merge into "Big Project" p using (values (1, 'closed'), (6, 'draft')) v(key, stage) on p."Key No" = v.key
    when matched then update set "The Stage" = stage
    when not matched then insert ("Key No", "The Stage") values (key, stage);
merge into "Big Project" p using (values (7, 'closed')) v(key, stage) on p."Key No" = v.key
    when not matched then insert ("Key No", "The Stage") values (key, stage);
select * from "Big Project" order by 1;

-- A subscriber applies what the publisher has judged: ordinary triggers do not fire there, and one
-- that is made to fire judges again.
begin;
set local session_replication_role = replica;
update "Big Project" set "The Stage" = 'draft' where "Key No" = 1;
rollback;
begin;
alter table "Big Project" enable always trigger "Life cycle";
set local session_replication_role = replica;
update "Big Project" set "The Stage" = 'draft' where "Key No" = 1;
rollback;

-- partitions: rows may move between them, and a gate's function may take the row of the table above
create table program (id int, year int, stage text, note text, primary key (id, year)) partition by list (year);
create table program_2026 partition of program for values in (2026);
create table program_2027 (note text, stage text, year int not null, id int not null);
alter table program attach partition program_2027 for values in (2027);
create function has_note(p program) returns boolean language sql immutable return p.note is not null;
create trigger lifecycle before insert or update on program for each row
    execute function bpm.lifecycle_guard('stage', :'life', 'gate', '* -> approved', 'guarded.has_note', 'an approval needs a note');
insert into program values (1, 2026, 'draft', null), (2, 2027, 'draft', 'n');
insert into program values (3, 2027, 'approved');
update program set stage = 'approved' where id = 1;
update program set stage = 'approved' where id = 2;
update program set stage = 'approved', note = 'm' where id = 1;
update program set year = 2027 where id = 1;
update program set year = 2026, stage = 'draft' where id = 1;
update program set year = 2026, stage = 'executing' where id = 1;
-- a row deleted from one partition does not smuggle another one in
with gone as (update program set year = 2027 where id = 1 returning *) insert into program select 8, 2026, stage from gone;
select tableoid::regclass, id, year, stage from program order by id;

-- a gate at the beginning asks about rows that begin, not about ones that move or will be updated
create table begun (id int, year int, stage text, note text, primary key (id, year)) partition by list (year);
create table begun_2026 partition of begun for values in (2026);
create table begun_2027 partition of begun for values in (2027);
create function noted(note text) returns boolean language sql immutable return note is not null;
create trigger lifecycle before insert or update on begun for each row
    execute function bpm.lifecycle_guard('stage', :'life', 'gate', '* -> draft', 'guarded.noted', 'a beginning needs a note');
insert into begun values (1, 2026, 'draft', null);
insert into begun values (1, 2026, 'draft', 'n');
update begun set note = null, year = 2027;
insert into begun values (1, 2027, 'draft') on conflict (id, year) do update set note = 'again' returning note;

-- the lifecycle in a column, per row
create table rowwise (id int primary key, life bpm.lifecycle, stage text);
create trigger lifecycle before insert or update on rowwise for each row
    execute function bpm.lifecycle_guard('stage', 'life');
insert into rowwise values (1, 'a -> b -> c', 'a'), (2, 'x -> y', 'x');
insert into rowwise values (3, 'a -> b', 'x');
insert into rowwise values (3, null, 'x');
update rowwise set stage = case id when 1 then 'b' else 'y' end;
update rowwise set stage = 'b' where id = 2;
update rowwise set life = 'a -> c' where id = 1;
update rowwise set life = 'a -> b -> d' where id = 1;
table rowwise;

-- deadlines by a column that says since when, roles by a column or by a setting
create table timed (id int primary key, stage text, since date, role text);
create trigger lifecycle before insert or update on timed for each row
    execute function bpm.lifecycle_guard('stage', 'executing -> closed [after 90 days] -> reported [within 30 days, by finance]', 'since', 'since', 'by', 'role');
insert into timed values (1, 'executing', '2026-01-01');
update timed set stage = 'closed', since = '2026-03-31';
update timed set stage = 'closed', since = '2025-12-31';
update timed set stage = 'closed', since = '2026-04-01';
update timed set stage = 'reported', since = '2026-05-02', role = 'finance';
update timed set stage = 'reported', since = '2026-05-01', role = 'department';
update timed set stage = 'reported', since = '2026-05-01';
update timed set stage = 'reported', since = '2026-05-01', role = 'finance';
create table asked (id int primary key, stage text);
create trigger lifecycle before insert or update on asked for each row
    execute function bpm.lifecycle_guard('stage', 'a -> b [by finance] -> c [within 3 days]');
insert into asked values (1, 'a');
update asked set stage = 'b';
set bpm.role = 'department';
update asked set stage = 'b';
set bpm.role = 'finance';
update asked set stage = 'b';
update asked set stage = 'c';

-- who may not read a key is not told it
create role regress_guard_reader;
grant usage on schema guarded to regress_guard_reader;
grant update (stage), select (stage) on asked to regress_guard_reader;
set role regress_guard_reader;
update asked set stage = 'a';
reset role;
alter table asked enable row level security;
create policy all_rows on asked using (true);
grant select, update on asked to regress_guard_reader;
set role regress_guard_reader;
update asked set stage = 'a';
reset role;
drop table asked;
drop owned by regress_guard_reader;
drop role regress_guard_reader;

-- a history, with a sequence for one day's events and a role
create table stage_event (program int, year int, stage text, at date, seq int, role text, primary key (program, year, at, seq));
create trigger lifecycle before insert or update or delete on stage_event for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'draft -> approved [by finance] -> executing -> closed [after 90 days]',
        'key', 'program', 'key', 'year', 'seq', 'seq', 'by', 'role');
insert into stage_event values (1, 2026, 'draft', '2026-01-01', 1, 'dept'), (1, 2026, 'approved', '2026-01-01', 2, 'finance');
insert into stage_event values (1, 2026, 'executing', '2026-01-01', 1, 'dept');
insert into stage_event values (1, 2026, 'executing', '2026-01-01', 1, 'dept') on conflict do nothing;
insert into stage_event values (1, 2026, 'approved', '2026-01-02', 3, 'dept');
insert into stage_event values (1, 2026, 'executing', '2026-01-01', 3, 'dept');
insert into stage_event values (1, 2026, 'closed', '2026-02-01', 4, 'dept');
insert into stage_event values (1, 2026, 'closed', '2026-04-01', 4, 'dept');
insert into stage_event values (1, 2027, 'approved', '2026-04-01', 4, 'dept');
insert into stage_event values (null, 2027, 'draft', '2026-04-01', 4, 'dept');
insert into stage_event values (2, 2027, 'draft', 'infinity', 4, 'dept');
truncate stage_event;

-- what a wrong declaration is told, by the first row that it judges
create table wrong (id int, stage text, at timestamptz, number int, life text);
create function gate_yes(id int) returns boolean language sql return true;
create function gate_text(id int) returns text language sql return 'yes';
create function gate_other(number text) returns boolean language sql return true;
create function gate_twice() returns boolean language sql return true;
create function gate_twice(id int) returns boolean language sql return true;
create procedure try(timing text, declaration text) language plpgsql as $$
declare message text; detail text; hint text; code text;
begin
    execute format('create trigger lifecycle %s on guarded.wrong %s', timing, declaration);
    insert into guarded.wrong values (1, 'a', now(), 1, 'a -> b');
    raise exception 'accepted';
exception when others then
    get stacked diagnostics message = message_text, detail = pg_exception_detail, hint = pg_exception_hint, code = returned_sqlstate;
    raise notice E'% %\n  detail: %\n  hint: %', code, message, detail, hint;
end $$;
call try('after insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b')$$);
call try('before insert', $$for each statement execute function bpm.lifecycle_guard('stage', 'a -> b')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard()$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stag', 'a -> b')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('number', 'a -> b')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'lif')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'number')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b; c -> d')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'sinc', 'at')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'since')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'since', 'number')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'by', 'number')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'gate', 'a -> b')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'gate', 'a b', 'guarded.gate_yes', 'm')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'approved -> b', 'gate', '* -> aproved', 'guarded.gate_yes', 'm')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'gate', '* -> b', 'gate_yes', 'm')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'gate', '* -> b', 'guarded.gate_no', 'm')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'gate', '* -> b', 'guarded.gate_text', 'm')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'gate', '* -> b', 'guarded.gate_other', 'm')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'gate', '* -> b', 'guarded.gate_twice', 'm')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'a -> b', 'gate', '* -> b', 'guarded.has_note', 'm')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard_history('stage', 'at')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard_history('stage', 'number', 'a -> b', 'key', 'id')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b', 'key', 'id', 'seq', 'at')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b', 'kex', 'id')$$);
-- and the right ones
call try('before insert', $$for each row execute function bpm.lifecycle_guard('stage', 'life', 'gate', '* -> a', 'guarded.gate_yes', 'm')$$);
call try('before insert', $$for each row execute function bpm.lifecycle_guard_history('stage', 'at', 'life', 'key', 'id')$$);
-- it is no ordinary function
select bpm.lifecycle_guard();

-- a gate asks as the user who writes, and needs what that user may call
revoke execute on function gate_yes from public;
create role regress_guard_writer;
grant usage on schema guarded to regress_guard_writer;
grant select, insert on wrong to regress_guard_writer;
create trigger lifecycle before insert on wrong for each row
    execute function bpm.lifecycle_guard('stage', 'a -> b', 'gate', '* -> a', 'guarded.gate_yes', 'm');
set role regress_guard_writer;
insert into wrong values (1, 'a');
reset role;
grant execute on function gate_yes to regress_guard_writer;
set role regress_guard_writer;
insert into wrong values (1, 'a');
reset role;

set client_min_messages = warning;
drop schema guarded cascade;
drop role regress_guard_writer;
