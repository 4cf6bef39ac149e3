-- log_change, refuse_closed, lock_closing: a history that nobody forges, and what is closed takes no more.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

create function pg_temp.failure(statement text) returns text language plpgsql as $$
declare
    state text; message text; detail text;
begin
    execute statement;
    return 'done';
exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text, detail = pg_exception_detail;
    return concat_ws(' | ', state, message, nullif(detail, ''));
end $$;

create role bpm_log_owner;
create role bpm_log_writer;
create schema finance authorization bpm_log_owner;
grant usage on schema finance to bpm_log_writer;
set local role bpm_log_owner;

----------------------------------------------------------------------------------------------------
-- log_change
----------------------------------------------------------------------------------------------------

create table finance.program (program_id text, fiscal_year integer, name text, "odd ""name""" numeric, primary key (program_id, fiscal_year));
create table finance.program_log (program_id text, fiscal_year integer, relation text not null, key jsonb not null, changed_at timestamptz not null, n integer not null,
    before jsonb, after jsonb, changed_by text not null, session_by text not null, primary key (program_id, fiscal_year, relation, key, changed_at, n));
create trigger log_change after insert or update or delete on finance.program for each row execute function bpm.log_change('program_log', 'program_id', 'fiscal_year');
create trigger log_truncate before truncate on finance.program for each statement execute function bpm.log_change('program_log', 'program_id', 'fiscal_year');
grant select, insert, update, delete, truncate on finance.program to bpm_log_writer;
reset role;

set local role bpm_log_writer;
insert into finance.program values ('P1', 2026, 'Roofs', 1.50), ('P2', 2026, 'Lanes "new"', null);
update finance.program set name = 'School roofs' where program_id = 'P1';
update finance.program set name = name;
delete from finance.program where program_id = 'P2';
select is(pg_temp.failure('select count(*) from finance.program_log'), '42501 | permission denied for table program_log', 'who changes the table has no right on its log');
select is(pg_temp.failure($$insert into finance.program_log values ('P1', 2020, 'program', '{}', '2020-01-01', 1, null, null, 'somebody', 'somebody')$$), '42501 | permission denied for table program_log', 'and can forge nothing in it');
select is(pg_temp.failure('truncate finance.program'), '23001 | table "program" may not be truncated | The history of its rows is kept.', 'TRUNCATE would leave none, and is refused');
select is(current_user::text, 'bpm_log_writer', 'the caller is the caller again');
reset role;
select results_eq($$ select relation, key::text, n, before ->> 'name', after ->> 'name', changed_by, session_by = session_user from finance.program_log order by n $$, $$ values
    ('program', '{"program_id": "P1", "fiscal_year": 2026}', 1, null, 'Roofs', 'bpm_log_writer', true),
    ('program', '{"program_id": "P2", "fiscal_year": 2026}', 2, null, 'Lanes "new"', 'bpm_log_writer', true),
    ('program', '{"program_id": "P1", "fiscal_year": 2026}', 3, 'Roofs', 'School roofs', 'bpm_log_writer', true),
    ('program', '{"program_id": "P2", "fiscal_year": 2026}', 4, 'Lanes "new"', null, 'bpm_log_writer', true) $$, 'every change is a row, with what was and is, in order; an UPDATE that changes nothing is none');
select is((select count(*) from finance.program_log where changed_at between now() and clock_timestamp()), 4::bigint, 'with the time of the clock');
select is((select after -> 'odd "name"' from finance.program_log where n = 1), '1.50'::jsonb, 'and every column, to the digit');

-- whatever the statement is
set local role bpm_log_writer;
insert into finance.program values ('P1', 2026, 'x') on conflict (program_id, fiscal_year) do update set name = 'by conflict';
insert into finance.program values ('P1', 2026, 'y') on conflict do nothing;
merge into finance.program p using (values ('P1', 2026), ('P3', 2026)) v(id, y) on p.program_id = v.id and p.fiscal_year = v.y
    when matched then update set name = 'merged' when not matched then insert values (v.id, v.y, 'merged too');
update finance.program set program_id = 'P9' where program_id = 'P3';
copy finance.program (program_id, fiscal_year, name) from stdin;
P5	2026	copied
\.
reset role;
select results_eq($$ select key ->> 'program_id', before ->> 'program_id', before ->> 'name', after ->> 'name' from finance.program_log where n > 4 order by n $$, $$ values
    ('P1', 'P1', 'School roofs', 'by conflict'), ('P1', 'P1', 'by conflict', 'merged'), ('P3', null, null, 'merged too'), ('P9', 'P3', 'merged too', 'merged too'), ('P5', null, null, 'copied') $$,
    'ON CONFLICT, MERGE, COPY and a changed key are logged as what they do');

-- row security on the log does not stop it, nor does being a function of somebody else
alter table finance.program_log enable row level security;
alter table finance.program_log force row level security;
create function finance.rename_all(to_name text) returns void language sql security definer set search_path = finance, pg_temp as 'update program set name = $1';
grant execute on function finance.rename_all(text) to public;
alter function finance.rename_all(text) owner to bpm_log_owner;
set local role bpm_log_writer;
select is(pg_temp.failure($$select finance.rename_all('all')$$), 'done', 'FORCE ROW LEVEL SECURITY on the log does not stop who writes');
reset role;
alter table finance.program_log no force row level security;
select is((select distinct changed_by from finance.program_log where after ->> 'name' = 'all'), 'bpm_log_owner', 'changed_by is who acted: in a function of its owner that one');

-- the statement that adds to the log is not the caller's to bend
create schema trap;
grant all on schema trap to bpm_log_writer;
set local role bpm_log_writer;
create function trap.jsonb_build_object(text, jsonb, text, jsonb) returns jsonb language sql return '{}'::jsonb;
create table trap.program_log (like finance.program);
create function trap.rename() returns void language plpgsql set search_path = trap, pg_catalog as $$ begin update finance.program set name = 'trapped' where program_id = 'P1'; end $$;
select is(pg_temp.failure('select trap.rename()'), 'done', 'the search path has no say');
reset role;
select is((select after ->> 'name' from finance.program_log where program_id = 'P1' order by n desc limit 1), 'trapped', 'in which log is written');

-- partitions, quotes, other schemas
create table "Fin ance" (id integer, part integer, "ke""y" text, primary key (id, part)) partition by list (part);
create table "Fin ance 1" partition of "Fin ance" for values in (1);
create table "Fin ance 2" partition of "Fin ance" for values in (2);
create table finance."the ""log""" (relation text, key jsonb, changed_at timestamptz, n integer, before jsonb, after jsonb, changed_by text);
create trigger log_change after insert or update or delete on "Fin ance" for each row execute function bpm.log_change('finance."the ""log"""', 'id', 'ke"y');
insert into "Fin ance" values (1, 1, 'x'), (2, 2, 'y');
update "Fin ance" set part = 2 where id = 1;
select results_eq($$ select relation, key::text, before ->> 'part', after ->> 'part' from finance."the ""log""" order by n $$, $$ values
    ('Fin ance', '{"id": 1, "ke\"y": "x"}', null, '1'), ('Fin ance', '{"id": 2, "ke\"y": "y"}', null, '2'),
    ('Fin ance', '{"id": 1, "ke\"y": "x"}', '1', null), ('Fin ance', '{"id": 1, "ke\"y": "x"}', null, '2') $$,
    'partitions log as the table above them, a move between them as what the server makes of it; quotes are quoted');

-- a log in a schema of its own, into which its writers are not let; keys padded with blanks, generated, and by the name of a column of the log
create schema bpm_audit;
create table bpm_audit.log (id char(5), total integer, relation text, key jsonb, changed_at timestamptz, n bigint, before jsonb, after jsonb, changed_by text);
create table padded (id char(5), n integer, total integer generated always as (n * 2) stored, v numeric);
create trigger log_change after insert or update or delete on padded for each row execute function bpm.log_change('bpm_audit.log', 'id', 'n', 'total');
grant select, insert, update on padded to bpm_log_writer;
set local role bpm_log_writer;
select is(pg_temp.failure($$insert into padded values ('abc', 7, default, 1.0)$$), 'done', 'a log in a schema that its writers may not use');
update padded set v = 1.00;
update padded set v = 1.00, id = 'abc';
reset role;
select results_eq($$ select id::text, total, key::text, n - min(n) over () + 1, after ->> 'v' from bpm_audit.log order by n $$, $$ values
    ('abc', 14, '{"n": 7, "id": "abc  ", "total": 14}', 1::bigint, '1.0'), ('abc', 14, '{"n": 7, "id": "abc  ", "total": 14}', 2::bigint, '1.00') $$,
    'keys are whole, n is that of the log, and 1.0 is not 1.00');

-- nobody writes into a log by way of a table of his own
create schema bpm_stranger authorization bpm_log_writer;
set local role bpm_log_writer;
create table bpm_stranger.program (program_id text, fiscal_year integer);
create trigger log_change after insert on bpm_stranger.program for each row execute function bpm.log_change('finance.program_log', 'program_id', 'fiscal_year');
select is(pg_temp.failure($$insert into bpm_stranger.program values ('P1', 2020)$$),
    '42501 | the owner of table "program" may not add to "program_log" | A trigger does nothing with another table that the owner of its own may not do.', 'a log is not forged by way of a table of one''s own');
create temp table program (program_id text, fiscal_year integer);
create trigger log_change after insert on program for each row execute function bpm.log_change('finance.program_log', 'program_id', 'fiscal_year');
select is(pg_temp.failure($$insert into pg_temp.program values ('P1', 2020)$$) ~ '^42501', true, 'nor of a temporary one');
reset role;
grant insert on finance.program_log to bpm_log_writer;
select is(pg_temp.failure($$insert into bpm_stranger.program values ('P1', 2020)$$), 'done', 'who may add to it may, whoever writes');
delete from finance.program_log where fiscal_year = 2020;
revoke insert on finance.program_log from bpm_log_writer;

-- what is wrong with a trigger is said at its first use
create table plain (id integer, name text);
create function pg_temp.with_trigger(arguments text, timing text default 'after insert') returns text language plpgsql as $$
begin
    execute format('create trigger t %s on plain for each row execute function bpm.log_change(%s)', timing, arguments);
    return pg_temp.failure('insert into plain values (1)') || case when pg_temp.failure('drop trigger t on plain') = 'done' then '' end;
end $$;
select is(pg_temp.with_trigger(''), '22023 | trigger "t" has too few arguments', 'too few arguments');
select is(pg_temp.with_trigger($$'nowhere', 'id'$$), '42P01 | log table "nowhere" of a trigger on table "plain" does not exist', 'no such log');
select is(pg_temp.with_trigger($$'plain', 'idd'$$), '42703 | column "idd" of a log of changes does not exist in table "plain"', 'no such key');
select is(pg_temp.with_trigger($$'plain', 'id'$$), '42703 | log table "plain" has no column "key"', 'a log that is none');
select is(pg_temp.with_trigger($$'finance.program_log', 'id'$$, 'before insert'), '39P01 | trigger "t" must be fired after each row, or before TRUNCATE', 'a row that is not yet there');
select is(pg_temp.failure('select bpm.log_change()') ~ '^39P01', true, 'it is a trigger function');

----------------------------------------------------------------------------------------------------
-- refuse_closed, lock_closing
----------------------------------------------------------------------------------------------------

set local role bpm_log_owner;
create table finance.year_event (fiscal_year integer, at timestamptz, closes boolean, primary key (fiscal_year, at));
create view finance.year_closed as
    select distinct on (fiscal_year) fiscal_year, closes as closed from finance.year_event order by fiscal_year, at desc;
create table finance.entry (id integer primary key, fiscal_year integer, amount numeric);
create trigger closed before insert or update or delete on finance.entry for each row execute function bpm.refuse_closed('year_closed', 'fiscal_year');
create trigger closing before insert or update or delete on finance.year_event for each row execute function bpm.lock_closing('year_closed', 'fiscal_year');
grant insert, update, delete on finance.entry to bpm_log_writer;
insert into finance.entry values (1, 2025, 10), (2, 2026, 20), (3, null, 30);
insert into finance.year_event values (2025, '2026-01-31', true);
reset role;
set local role bpm_log_writer;
select is(pg_temp.failure('insert into finance.entry values (4, 2026, 1)'), 'done', 'an open year takes money');
select is(pg_temp.failure('insert into finance.entry values (5, 2025, 1)'), '23514 | row (fiscal_year)=(2025) of "entry" is closed | Nothing of it is added, changed or removed: "year_closed" says that it is closed.',
    'a closed one takes none, from who may not even see what is closed');
select is(pg_temp.failure('update finance.entry set amount = 0'), '23514 | row of "entry" is closed | Nothing of it is added, changed or removed: "year_closed" says that it is closed.', 'nor does it change, and a row that is there is not shown to who may not read it');
select is(pg_temp.failure('delete from finance.entry'), '23514 | row of "entry" is closed | Nothing of it is added, changed or removed: "year_closed" says that it is closed.', 'nor go');
reset role;
select is(pg_temp.failure('update finance.entry set fiscal_year = 2025 where id = 2'), '23514 | row (fiscal_year)=(2025) of "entry" is closed | Nothing of it is added, changed or removed: "year_closed" says that it is closed.', 'nothing moves into it');
select is(pg_temp.failure('update finance.entry set fiscal_year = 2026 where id = 1') ~ 'is closed', true, 'nor out of it');
select is(pg_temp.failure('update finance.entry set amount = 31 where id = 3'), 'done', 'what belongs to no year is not closed');
select is(pg_temp.failure('insert into finance.entry select i, case when i < 900 then 2026 else 2025 end, 1 from generate_series(10, 1000) i') ~ '2025.*is closed', true, 'in one statement each row is judged by its own');
select is((select count(*) from finance.entry), 4::bigint, 'and nothing of it is left');
insert into finance.year_event values (2025, '2026-02-15', false);
select is(pg_temp.failure('insert into finance.entry values (5, 2025, 1)'), 'done', 'opened again it takes money');
insert into finance.year_event values (2025, '2026-02-28', true);
-- as it is now, within one transaction and whatever the writer sees
alter table finance.year_event enable row level security;
select is(pg_temp.failure('insert into finance.entry values (6, 2025, 1)') ~ 'is closed', true, 'closed again it takes none; row security hides no closing');
select is(pg_temp.failure('update finance.year_event set closes = false where fiscal_year = 2025'), 'done', 'the events themselves are guarded by others');

create table facts (program_id varchar(10), fiscal_year bigint, v integer);
create table state (program_id text, fiscal_year integer, closed boolean);
create trigger closed before insert on facts for each row execute function bpm.refuse_closed('public.state', 'program_id', 'fiscal_year');
insert into state values ('P1', 2026, true), ('P2', 2026, null), ('P3', 2026, false);
select is(pg_temp.failure($$insert into facts values ('P1', 2026, 1)$$) ~ 'program_id, fiscal_year\)=\(P1, 2026', true, 'several keys, of types that compare');
select is(pg_temp.failure($$insert into facts values ('P2', 2026, 1), ('P3', 2026, 1), ('P1', 2025, 1)$$), 'done', 'what does not say that it is closed is open');
-- without a lock: the same refusals, and a load of many keys holds none
create table loaded (program_id text, fiscal_year integer);
create trigger closed before insert on loaded for each row execute function bpm.refuse_closed_unlocked('state', 'program_id', 'fiscal_year');
create function pg_temp.held() returns bigint language sql as $$select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and objsubid = 3$$;
create temp table held_before as select pg_temp.held() as n;
insert into loaded select 'Q' || i, 2026 from generate_series(1, 2000) i;
select is(pg_temp.held(), (select n from held_before), 'unlocked holds no lock for what it asked');
select is(pg_temp.failure($$insert into loaded values ('P1', 2026)$$) ~ '^23514 .*is closed', true, 'and refuses what is closed all the same');
insert into facts select 'Q' || i, 2026, 1 from generate_series(1, 2000) i;
select is(pg_temp.held() > (select n from held_before), true, 'the other holds some, that closing waits for');

-- what an UPDATE leaves as it is, its writer may not know
create table veiled (program_id text, fiscal_year integer);
insert into veiled values ('P1', 2025);
create trigger closed before insert or update on veiled for each row execute function bpm.refuse_closed('state', 'program_id', 'fiscal_year');
grant update on veiled to bpm_log_writer;
set local role bpm_log_writer;
select is(pg_temp.failure('update veiled set fiscal_year = 2026'), '23514 | row of "veiled" is closed | Nothing of it is added, changed or removed: "state" says that it is closed.', 'a key that was not given is not shown');
reset role;

-- nor can one ask by way of a table of one's own
set local role bpm_log_writer;
create table bpm_stranger.probe (fiscal_year integer);
create trigger closed before insert on bpm_stranger.probe for each row execute function bpm.refuse_closed('finance.year_closed', 'fiscal_year');
select is(pg_temp.failure('insert into bpm_stranger.probe values (2025)'),
    '42501 | the owner of table "probe" may not read "year_closed" | A trigger does nothing with another table that the owner of its own may not do.', 'what is closed is not asked by way of a table of one''s own');
create or replace trigger closed before insert on bpm_stranger.probe for each row execute function bpm.lock_closing('finance.year_closed', 'fiscal_year');
select is(pg_temp.failure('insert into bpm_stranger.probe values (2025)') ~ '^42501', true, 'nor locked');
reset role;

-- a trigger that fires later could move the row to another year
create function move_back() returns trigger language plpgsql as $$ begin new.fiscal_year := 2026; new.program_id := 'P1'; return new; end $$;
create trigger move_back before update on facts for each row execute function move_back();
select is(pg_temp.failure($$insert into facts values ('P3', 2026, 2)$$), 'done', 'a trigger of another event');
drop trigger move_back on facts;
create trigger move_back before insert on facts for each row execute function move_back();
select is(pg_temp.failure($$insert into facts values ('P3', 2026, 2)$$), '55000 | trigger "move_back" of table "facts" fires after the guard "closed" | It could change the row that the guard has judged.', 'a trigger after the guard is refused');
alter trigger closed on facts rename to zz_closed;
select is(pg_temp.failure($$insert into facts values ('P3', 2026, 2)$$) ~ 'P1, 2026.* is closed', true, 'before it, its work is judged');

-- equal keys have one lock: what hashes differently is refused, also where it would compare
create table decimal_state (fiscal_year numeric, closed boolean);
create table decimal_facts (fiscal_year integer);
create trigger closed before insert on decimal_facts for each row execute function bpm.refuse_closed('decimal_state', 'fiscal_year');
select is(pg_temp.failure('insert into decimal_facts values (2026)'), '42804 | key column "fiscal_year" is of type integer in "decimal_facts", and of type numeric in "decimal_state"', 'keys of types that do not hash alike');
create table computed (d date, fiscal_year integer generated always as (2026) stored);
create trigger closed before insert on computed for each row execute function bpm.refuse_closed('public.state', 'fiscal_year');
select is(pg_temp.failure('insert into computed values (null)'), '0A000 | column "fiscal_year" of a closing is generated | It is computed after the guard has judged the row.', 'a generated key is not yet there');

create function pg_temp.closed_by(arguments text, timing text default 'before insert') returns text language plpgsql as $$
begin
    execute format('create trigger t %s on plain for each row execute function bpm.refuse_closed(%s)', timing, arguments);
    return pg_temp.failure('insert into plain values (1)') || case when pg_temp.failure('drop trigger t on plain') = 'done' then '' end;
end $$;
select is(pg_temp.closed_by($$'state'$$), '22023 | trigger "t" has too few arguments', 'no key');
select is(pg_temp.closed_by($$'nowhere', 'id'$$), '42P01 | relation "nowhere" of a trigger on table "plain" does not exist', 'no such relation');
select is(pg_temp.closed_by($$'plain', 'id'$$), '42703 | "plain", which says what is closed, has no column "closed"', 'nothing says what is closed');
select is(pg_temp.closed_by($$'state', 'id'$$), '42703 | "state", which says what is closed, has no column "id"', 'a key that it has not');
select is(pg_temp.closed_by($$'state', 'id'$$, 'after insert'), '39P01 | trigger "t" must be fired before each row', 'when the row is there already');
select is(pg_temp.failure('select bpm.refuse_closed()') ~ '^39P01', true, 'it is a trigger function');

select * from finish();
rollback;
