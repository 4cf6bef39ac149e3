-- guard: what the journeys do not show
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

-- the search path has no say
create schema other;
create table other.project (id int primary key, stage text);
create function other.yes(id int) returns boolean language sql immutable return true;
create trigger lifecycle before insert or update on other.project for each row
    execute function bpm.lifecycle_guard('stage', 'a -> b -> c; * -> x', 'gate', '* -> b', 'other.yes', 'never');
create schema evil;
create function evil.yes(id int) returns boolean language sql immutable return false;
create function evil.equal(int, int) returns boolean language sql immutable return true;
create operator evil.= (leftarg = int, rightarg = int, function = evil.equal);
create table other.event (id int, stage text, at timestamptz, primary key (id, at));
create trigger lifecycle before insert or update or delete on other.event for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b -> c', 'key', 'id');
create function pg_temp.under(path text, query text) returns text language plpgsql as $$
begin
    perform set_config('search_path', path, true);
    execute query;
    perform pg_catalog.set_config('search_path', 'public', true);
    return 'done';
exception when others then
    return sqlerrm;
end $$;
select is(pg_temp.under('', $$insert into other.project values (1, 'a'), (2, 'a')$$), 'done', 'with an empty search path: insert');
select is(pg_temp.under('', $$update other.project set stage = 'b' where id operator(pg_catalog.=) 1$$), 'done', 'with an empty search path: update');
select is(pg_temp.under('evil, pg_catalog', $$update other.project set stage = 'b' where id operator(pg_catalog.=) 2$$), 'done', 'a gate is not found by the search path');
select is(pg_temp.under('evil, pg_catalog', $$insert into other.event values (1, 'a', '2026-01-01'), (1, 'b', '2026-01-02'), (2, 'a', '2026-01-01')$$), 'done', 'a history is not compared by an operator of the search path');
set local search_path = public;

-- rows that were there before
create table old (id int primary key, stage text, note text);
insert into old values (1, null), (2, 'unheard'), (3, 'b');
create trigger lifecycle before insert or update on old for each row
    execute function bpm.lifecycle_guard('stage', 'a -> b -> c');
select lives_ok($$update old set note = 'x'$$, 'a row that does not move is not judged');
select lives_ok($$update old set stage = 'a' where id = 1$$, 'a row without a stage begins its life');
select throws_ok($$update old set stage = 'a' where id = 2$$, '22023', 'unknown stage "unheard"', 'a row in an unknown stage does not move');
select lives_ok($$update old set stage = 'c' where id = 3$$, 'a row in a known stage does');

-- without a key there is none to name
create table nameless (stage text);
create trigger lifecycle before insert or update on nameless for each row
    execute function bpm.lifecycle_guard('stage', 'a -> b');
select throws_ok($$insert into nameless values ('b')$$, '23514', 'row of "nameless" may not begin in "b"', 'a table without a key');

-- a domain over text
create domain stage_name as varchar(10) check (value <> 'never');
create table domained (id int primary key, stage stage_name);
create trigger lifecycle before insert or update on domained for each row
    execute function bpm.lifecycle_guard('stage', 'a -> b');
select lives_ok($$insert into domained values (1, 'a')$$, 'a domain over varchar');
select throws_ok($$insert into domained values (2, 'b')$$, '23514', 'row (id)=(2) of "domained" may not begin in "b"', 'a domain over varchar is judged');

-- a lifecycle as text in a column, more of them than a session keeps
create table many (id int primary key, life text, stage text);
create trigger lifecycle before insert or update on many for each row
    execute function bpm.lifecycle_guard('stage', 'life');
select lives_ok($$insert into many select g, format('a%s -> b -> c', g), 'a' || g from generate_series(1, 200) g$$, '200 lifecycles in one statement');
select lives_ok($$update many set stage = 'b'$$, '200 lifecycles move');
select throws_ok($$update many set stage = 'a150' where id = 150$$, '23514', 'row (id)=(150) of "many" may not move from "b" to "a150"', 'each by its own');
select throws_ok($$update many set life = 'b c' where id = 1$$, '22P02', 'invalid input syntax for type bpm.lifecycle: "b c"', 'text that is none');

-- those that are not kept do not pile up: 3,000 rows, each with another lifecycle than the one before
create table alternating (id int primary key, life text, stage text);
insert into alternating select g, format('m%s -> b', g % 100), 'm' || g % 100 from generate_series(1, 3000) g;
create trigger zzz_lifecycle before insert or update on alternating for each row
    execute function bpm.lifecycle_guard('stage', 'life');
create temp table memory (bytes bigint);
create function remember_memory() returns trigger language plpgsql as $$
begin
    insert into memory select sum(used_bytes) from pg_backend_memory_contexts where name <> 'TopMemoryContext';
    return null;
end $$;
create trigger remember after update on alternating for each statement execute function remember_memory();
create function zz_remember_first() returns trigger language plpgsql as $$
begin
    if new.id = 200 then insert into memory select sum(used_bytes) from pg_backend_memory_contexts where name <> 'TopMemoryContext'; end if;
    return new;
end $$;
create trigger zz_remember before update on alternating for each row execute function zz_remember_first();
update alternating set stage = 'b';
select cmp_ok((select max(bytes) - min(bytes) from memory), '<', 4000000::bigint, 'lifecycles that are not kept for the session are not held for the statement either');

-- generated columns are not yet computed
create table generated (id int primary key, a int, total int generated always as (a * 2) stored, stage text,
    at_stage text generated always as (case a when 0 then 'a' else 'b' end) stored, life text generated always as ('a -> b') stored);
create function gen_total(total int) returns boolean language sql immutable return total = 100;
insert into generated values (1, 50, default, 'a');
create trigger lifecycle before insert or update on generated for each row
    execute function bpm.lifecycle_guard('stage', 'a -> b', 'gate', 'a -> b', 'public.gen_total', 'not 100');
select throws_ok($$update generated set stage = 'b', a = 0$$, '0A000', 'column "total" of a lifecycle guard is generated', 'a gate is not asked about the old value of a generated column');
create or replace trigger lifecycle before insert or update on generated for each row
    execute function bpm.lifecycle_guard('at_stage', 'a -> b');
select throws_ok($$update generated set a = 0$$, '0A000', 'column "at_stage" of a lifecycle guard is generated', 'a generated stage column');
create or replace trigger lifecycle before insert or update on generated for each row
    execute function bpm.lifecycle_guard('stage', 'life');
select throws_ok($$update generated set a = 0$$, '0A000', 'column "life" of a lifecycle guard is generated', 'a generated lifecycle column');

-- a row that moves to another partition vouches for itself only
create table moving (id int, part int, stage text, primary key (id, part)) partition by list (part);
create table moving_1 partition of moving for values in (1);
create table moving_2 partition of moving for values in (2);
create trigger lifecycle before insert or update on moving for each row
    execute function bpm.lifecycle_guard('stage', 'draft -> ok');
create table resting (id int, part int, stage text, primary key (id, part)) partition by list (part);
create table resting_1 partition of resting for values in (1);
create trigger lifecycle before insert or update on resting for each row
    execute function bpm.lifecycle_guard('stage', 'start -> draft -> ok');
select lives_ok($$insert into moving values (1, 1, 'draft'), (2, 1, 'draft')$$, 'rows in a partition');
select lives_ok($$update moving set part = 2 where id = 1$$, 'one in its first stage moves to another');
select throws_ok($$insert into resting values (9, 1, 'draft')$$, '23514', 'row (id, part)=(9, 1) of "resting_1" may not begin in "draft"', 'a row of another table does not follow it');
select lives_ok($$update moving set part = 2, stage = 'ok' where id = 2$$, 'one moves in both ways');
select throws_ok($$insert into resting values (9, 1, 'ok')$$, '23514', 'row (id, part)=(9, 1) of "resting_1" may not begin in "ok"', 'nor that one');
select throws_ok($$insert into moving values (9, 2, 'ok')$$, '23514', 'row (id, part)=(9, 2) of "moving_2" may not begin in "ok"', 'nor a row of the same table');

-- dates are wider than timestamps
create table far (id int, stage text, at date);
create trigger lifecycle before insert on far for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b -> c', 'key', 'id');
select lives_ok($$insert into far values (1, 'a', '2026-01-01'), (1, 'b', '294276-12-31')$$, 'the last date that is a timestamp');
select throws_ok($$insert into far values (1, 'c', '300000-01-01')$$, '22008', 'date in column "at" of table "far" is out of range for a timestamp', 'a date beyond timestamps');
select throws_ok($$insert into far values (2, 'a', 'infinity')$$, '22008', 'time in column "at" of table "far" must be finite', 'an infinite date');

-- gates
create table gated (id int primary key, stage text, amount numeric);
create function many_rows() returns boolean language sql volatile as 'select count(*) > 2 from gated';
create function enough(amount numeric) returns boolean language sql immutable strict return amount >= 100;
create trigger lifecycle before insert or update on gated for each row
    execute function bpm.lifecycle_guard('stage', 'a -> b -> c', 'gate', 'a -> b', 'public.enough', 'money is missing: 100%', 'gate', 'b -> *', 'public.many_rows', 'too few', 'gate', '* -> a', 'public.enough', 'begins with nothing');
select throws_ok($$insert into gated values (1, 'a', 1)$$, '23514', 'begins with nothing', 'a gate at the beginning');
select lives_ok($$insert into gated values (1, 'a', 100)$$, 'it opens');
select throws_ok($$update gated set stage = 'b', amount = null$$, '23514', 'money is missing: 100%', 'NULL does not open a gate, and a message is taken as it is');
select lives_ok($$update gated set stage = 'b'$$, 'a gate sees the new row');
select throws_ok($$update gated set stage = 'c'$$, '23514', 'too few', 'a gate without arguments');
select lives_ok($$insert into gated values (2, 'a', 100), (3, 'a', 100)$$, 'more rows');
select lives_ok($$update gated set stage = 'c' where id = 1$$, 'it sees other rows');

-- a partitioned history: one life in several partitions
create table parted (program text, stage text, at date) partition by range (at);
create table parted_2025 partition of parted for values from ('2025-01-01') to ('2026-01-01');
create table parted_2026 partition of parted for values from ('2026-01-01') to ('2027-01-01');
create trigger lifecycle before insert or update or delete on parted for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b -> c', 'key', 'program');
select lives_ok($$insert into parted values ('p', 'a', '2025-06-01'), ('p', 'b', '2026-06-01')$$, 'events in two partitions');
select throws_ok($$insert into parted values ('p', 'c', '2025-07-01')$$, '23514', 'event (program)=(p) of "parted_2025" may not be dated before the latest one', 'the latest one may be in another partition');
select throws_ok($$insert into parted values ('p', 'a', '2026-07-01')$$, '23514', 'event (program)=(p) of "parted_2026" may not move from "b" to "a"', 'and so may the one before');

-- who may only append is judged by all that is there, and is shown none of it
create role bpm_guard_test;
grant insert on other.event to bpm_guard_test;
grant usage on schema other to bpm_guard_test;
create function pg_temp.failure(statement text) returns text language plpgsql as $$
declare
    state text; message text; detail text; hint text;
begin
    execute statement;
    return 'done';
exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
    return concat_ws(' | ', state, message, nullif(detail, ''));
end $$;
set local role bpm_guard_test;
select is(pg_temp.failure($$insert into other.event values (2, 'b', '2026-01-02')$$), 'done', 'a role that may only append appends');
select is(pg_temp.failure($$insert into other.event values (2, 'a', '2026-01-05')$$),
    '23514 | event of "event" may not move to "a" | The stage that it is in, which you may not see, does not allow that.', 'an illegal move is refused, and the stage before is not shown');
select is(pg_temp.failure($$insert into other.event values (2, 'c', '2026-01-01 12:00')$$), '23514 | event of "event" may not be dated before the latest one', 'nor when it came');
select is(pg_temp.failure($$insert into other.event values (2, 'b', '2026-01-05')$$), '23514 | event of "event" is in "b" already', 'what is there already is the one thing it says itself');
reset role;
grant select on other.event to bpm_guard_test;
set local role bpm_guard_test;
select is(pg_temp.failure($$insert into other.event values (2, 'a', '2026-01-05')$$),
    '23514 | event (id)=(2) of "event" may not move from "b" to "a" | From "b" it may move to "c".', 'who may read it is told');
reset role;
-- row security hides the history of others; a second beginning is still one
alter table other.event enable row level security;
create policy mine on other.event using (id > 100) with check (true);
set local role bpm_guard_test;
select is((select count(*) from other.event), 0::bigint, 'row security hides what is there');
select is(pg_temp.failure($$insert into other.event values (1, 'a', '2026-03-01')$$), '23514 | event of "event" may not move to "a" | The stage that it is in, which you may not see, does not allow that.', 'a hidden history does not begin again');
select is(pg_temp.failure($$insert into other.event values (1, 'c', '2026-03-01')$$), 'done', 'and goes on');
select is(current_user::text, 'bpm_guard_test', 'the caller is the caller again');
reset role;
alter table other.event force row level security;
create policy nothing on other.event as restrictive for select using (false);
select is(pg_temp.failure($$insert into other.event values (1, 'a', '2026-03-02')$$) ~ 'may not move', true, 'FORCE ROW LEVEL SECURITY does not blind the guard');
alter table other.event no force row level security;
alter table other.event disable row level security;
-- an UPDATE of what may not be read
create table veiled (id int primary key, stage text);
insert into veiled values (1, 'a');
create trigger lifecycle before insert or update on veiled for each row execute function bpm.lifecycle_guard('stage', 'a -> b -> c [after 5 days]');
grant update on veiled to bpm_guard_test;
set local role bpm_guard_test;
select is(pg_temp.failure($$update veiled set stage = 'c'$$), '23514 | row of "veiled" may not move to "c" | The stage that it is in, which you may not see, does not allow that.', 'a row guard shows no stage to who may not read it');
reset role;
-- a stage that the lifecycle does not have is not shown either
create table dropped (id int, stage text, at date);
insert into dropped values (1, 'secret', '2026-01-01');
create trigger lifecycle before insert or update on dropped for each row execute function bpm.lifecycle_guard('stage', 'a -> b');
grant insert, update on dropped to bpm_guard_test;
set local role bpm_guard_test;
select is(pg_temp.failure($$update dropped set stage = 'b'$$), '22023 | row of "dropped" may not move to "b" | The stage that it is in, which you may not see, is not one of its lifecycle.', 'a stage that is unknown is not shown to who may not read it');
reset role;
create or replace trigger lifecycle before insert on dropped for each row execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b', 'key', 'id');
set local role bpm_guard_test;
select is(pg_temp.failure($$insert into dropped values (1, 'b', '2026-01-02')$$), '22023 | event of "dropped" may not move to "b" | The stage that it is in, which you may not see, is not one of its lifecycle.', 'nor that of a history');
reset role;
select is(pg_temp.failure($$insert into dropped values (1, 'b', '2026-01-02')$$), '22023 | unknown stage "secret" | The stages are "a" and "b".', 'who may read it is told');

-- a stage that was entered by mistake is taken back
create table mistaken (program text, stage text, at timestamptz, n integer, undone boolean, primary key (program, at, n));
create trigger lifecycle before insert or update or delete on mistaken for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b -> c -> b; a -> x', 'key', 'program', 'seq', 'n', 'takes_back', 'undone');
insert into mistaken values ('p', 'a', '2026-01-01', 1, null), ('p', 'b', '2026-01-02', 2, false);
select is(pg_temp.failure($$insert into mistaken values ('p', 'x', '2026-01-03', 3, false)$$) ~ 'may not move from "b" to "x"', true, 'a mistake stands in the way');
select is(pg_temp.failure($$insert into mistaken values ('p', 'a', '2026-01-01', 3, true)$$), '23514 | event (program)=(p) of "mistaken" may not take back "a" | The latest event that stands is "b".', 'only the latest event can be taken back');
select is(pg_temp.failure($$insert into mistaken values ('p', 'b', '2026-01-03', 3, true)$$), '23514 | event (program)=(p) of "mistaken" may not take back "b" | The latest event that stands is "b" at another time.', 'by its time');
select is(pg_temp.failure($$insert into mistaken values ('q', 'a', '2026-01-03', 3, true)$$), '23514 | event (program)=(q) of "mistaken" may not take back "a" | There is nothing to take back.', 'if there is one');
select is(pg_temp.failure($$insert into mistaken values ('p', 'b', '2026-01-02', 3, true)$$), 'done', 'the latest is taken back');
select is(pg_temp.failure($$insert into mistaken values ('p', 'b', '2026-01-02', 4, true)$$) ~ 'may not take back "b"', true, 'once');
select is(pg_temp.failure($$insert into mistaken values ('p', 'b', '2026-01-02', 4, false)$$), 'done', 'it can be entered again, at the same time');
select is(pg_temp.failure($$insert into mistaken values ('p', 'c', '2026-01-04', 5, false)$$), 'done', 'and life goes on');
select is(pg_temp.failure($$insert into mistaken values ('p', 'c', '2026-01-04', 6, true), ('p', 'b', '2026-01-02', 7, true), ('p', 'a', '2026-01-01', 8, true), ('p', 'a', '2026-02-01', 9, false)$$), 'done', 'back to the beginning, and once more');
select is((select (bpm.lifecycle_check(stage, at, 'a -> b -> c -> b; a -> x')).stage from (select stage, at from mistaken group by program, stage, at having count(*) filter (where undone is not true) > count(*) filter (where undone)) e), 'a', 'what stands is judged by the check');

-- within one instant the sequence tells which of several: a, b, a again, and that one taken back leaves b
insert into mistaken values ('r', 'a', '2026-01-01', 1, false), ('r', 'b', '2026-01-01', 2, false), ('r', 'c', '2026-01-01', 3, false), ('r', 'b', '2026-01-01', 4, false);
select is(pg_temp.failure($$insert into mistaken values ('r', 'b', '2026-01-01', 0, true)$$), '23514 | event (program)=(r) of "mistaken" may not take back "b" before it was entered', 'what takes back comes after what it takes back');
select is(pg_temp.failure($$insert into mistaken values ('r', 'b', '2026-01-01', 5, true)$$), 'done', 'a stage that was entered twice in one instant');
select is(pg_temp.failure($$insert into mistaken values ('r', 'b', '2026-01-01', 6, true)$$) ~ 'The latest event that stands is "c"', true, 'is taken back once, and the one between stands');
select is(pg_temp.failure($$insert into mistaken values ('r', 'c', '2026-01-01', 6, true), ('r', 'b', '2026-01-01', 7, true), ('r', 'c', '2026-01-01', 8, true)$$) ~ 'The latest event that stands is "a"', true, 'and so on to the first');
-- without a sequence
create table unordered (program text, stage text, at date, undone boolean);
create trigger lifecycle before insert on unordered for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b -> c', 'key', 'program', 'takes_back', 'undone');
insert into unordered values ('p', 'a', '2026-01-01', false), ('p', 'b', '2026-01-02', false), ('p', 'b', '2026-01-02', true), ('p', 'b', '2026-01-02', false), ('p', 'b', '2026-01-02', true);
select is(pg_temp.failure($$insert into unordered values ('p', 'c', '2026-01-03', false)$$) ~ 'may not move from "a" to "c"', true, 'what was entered twice and taken back twice does not stand');
select is(pg_temp.failure($$insert into unordered values ('p', 'b', '2026-01-01', false)$$) ~ 'may not have the time', true, 'nor does its time');
select is(pg_temp.failure($$insert into unordered values ('p', 'b', '2026-01-02', false), ('p', 'c', '2026-01-03', false)$$), 'done', 'a third time it does');

-- a trigger that fires later could make another row of it
create table turned (id int primary key, stage text);
create function turn() returns trigger language plpgsql as $$ begin new.stage := 'closed'; return new; end $$;
create trigger lifecycle before insert or update on turned for each row execute function bpm.lifecycle_guard('stage', 'draft -> open -> closed');
create trigger turn before insert or update on turned for each row execute function turn();
select is(pg_temp.failure($$insert into turned values (1, 'draft')$$), '55000 | trigger "turn" of table "turned" fires after the lifecycle guard "lifecycle" | It could change the row that the guard has judged.', 'a trigger after the guard is refused');
alter trigger turn on turned rename to a_turn;
select is(pg_temp.failure($$insert into turned values (1, 'draft')$$) ~ 'may not begin in "closed"', true, 'before it, its work is judged');
alter trigger a_turn on turned rename to turn;
alter table turned disable trigger turn;
select is(pg_temp.failure($$insert into turned values (1, 'draft')$$), 'done', 'a trigger that is off is none');
alter table turned enable trigger turn;
drop trigger turn on turned;
create trigger turn before update on turned for each row execute function turn();
select is(pg_temp.failure($$insert into turned values (2, 'draft')$$), 'done', 'nor one of another event');
select is(pg_temp.failure($$update turned set stage = 'open'$$) ~ '^55000', true, 'at its own event it is');
select is(pg_temp.failure($$insert into turned values (1, 'draft') on conflict (id) do update set stage = 'open'$$) ~ '^55000', true, 'also where an INSERT comes to it');
select is(pg_temp.failure($$merge into turned t using (values (9), (1)) v(id) on t.id = v.id when matched then update set stage = 'open' when not matched then insert values (v.id, 'draft')$$) ~ '^55000', true, 'or a MERGE');
alter table turned enable replica trigger turn;
select is(pg_temp.failure($$update turned set stage = 'open' where id = 2$$), 'done', 'a trigger of a subscriber is none here');
alter table turned enable trigger turn;
create function pg_temp.hint_of(statement text) returns text language plpgsql as $$
declare
    hint text;
begin
    execute statement;
    return 'done';
exception when others then
    get stacked diagnostics hint = pg_exception_hint;
    return hint;
end $$;
alter trigger turn on turned rename to zzz_turn;
select is(pg_temp.hint_of($$update turned set stage = 'closed' where id = 2$$), 'Rename the guard so that it is the last: ALTER TRIGGER lifecycle ON turned RENAME TO zzz_turn_lifecycle.', 'the hint puts the guard behind it');
alter trigger zzz_turn on turned rename to turn;
create trigger turn before update on moving for each row execute function turn();
select is(pg_temp.hint_of($$update moving set stage = 'ok' where id = 1$$), 'Rename the guard so that it is the last: ALTER TRIGGER lifecycle ON moving RENAME TO zz_lifecycle.', 'in a partition it names the table that has the trigger');
drop trigger turn on moving;
drop trigger turn on turned;
create trigger turn after update on turned for each row execute function turn();
create trigger turn_statement before update on turned for each statement execute function turn();
select is(pg_temp.failure($$update turned set stage = 'open' where id = 1$$), 'done', 'what fires after the row, or once a statement, changes no row');
create trigger lifecycle_of_two before insert or update on turned for each row execute function bpm.lifecycle_guard('stage', 'draft -> open');
select is(pg_temp.failure($$update turned set stage = 'closed' where id = 1$$) ~ 'unknown stage "closed"', true, 'two guards stand beside each other');

-- what is NULL where a guard needs it, in a new row and in one that was there before the guard
create table partial_event (id int, stage text, at timestamptz, seq int, back boolean);
insert into partial_event values (1, null, '2026-01-01', 1), (2, 'a', null, 1), (3, 'a', '2026-01-01', null);
create trigger lifecycle before insert or update or delete on partial_event for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b -> c', 'key', 'id', 'seq', 'seq');
select is(pg_temp.failure(format('insert into partial_event values %s', v)), said, v) from (values
    ('(4, null, ''2026-01-01'', 1)', '23502 | stage in column "stage" of table "partial_event" must not be null'),
    ('(4, ''a'', null, 1)', '23502 | time in column "at" of table "partial_event" must not be null'),
    ('(null, ''a'', ''2026-01-01'', 1)', '23502 | key in column "id" of table "partial_event" must not be null')) x(v, said);
select is(pg_temp.failure('insert into partial_event values (4, ''a'', ''2026-01-01'', 1), (4, ''b'', ''2026-01-01'', null)') ~ '^23502', true, 'an event without its number');
select is(pg_temp.failure(format('insert into partial_event values (%s, ''b'', ''2026-02-01'', 2)', id)) ~ '^23502', true, 'after an event that lacks something: ' || id) from generate_series(1, 3) id;
insert into old values (4, 'a');
alter table old disable trigger lifecycle;
update old set stage = null where id = 4;
alter table old enable trigger lifecycle;
select is(pg_temp.failure($$update old set stage = 'b' where id = 4$$), '23514 | row (id)=(4) of "old" may not begin in "b" | Every life begins in "a".', 'a row without a stage begins where lives begin');
select is(pg_temp.failure($$update old set stage = null where id = 1$$) ~ '^23502', true, 'no row loses its stage');

-- what no guard can be made of
create table odd_event (doc json, a int, b int, c int, d int, e int, f int, g int, h int, i int, stage text, at timestamptz, back text);
create trigger lifecycle before insert on odd_event for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b', 'key', 'doc');
select is(pg_temp.failure($$insert into odd_event (doc, stage, at) values ('{}', 'a', now())$$) ~ '^42883', true, 'a key that cannot be compared');
drop trigger lifecycle on odd_event;
create trigger lifecycle before insert on odd_event for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b', 'key', 'a', 'takes_back', 'back');
select is(pg_temp.failure($$insert into odd_event (a, stage, at) values (1, 'a', now())$$), '42804 | column "back" of a lifecycle guard does not say yes or no | It is of type text.', 'takes_back of no boolean');
drop trigger lifecycle on odd_event;
create trigger lifecycle before insert on odd_event for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'a -> b', 'key', 'a', 'key', 'b', 'key', 'c', 'key', 'd', 'key', 'e', 'key', 'f', 'key', 'g', 'key', 'h', 'key', 'i');
select is(pg_temp.failure($$insert into odd_event (a, stage, at) values (1, 'a', now())$$), '22023 | a lifecycle guard has more than 8 key columns', 'nine keys');
drop trigger lifecycle on odd_event;
create function nameless_gate(int) returns boolean language sql return true;
create trigger lifecycle before insert on odd_event for each row
    execute function bpm.lifecycle_guard('stage', 'a -> b', 'gate', '* -> b', 'public.nameless_gate', 'never');
select is(pg_temp.failure($$insert into odd_event (a, stage) values (1, 'a')$$), '42P13 | function public.nameless_gate of a lifecycle gate has an argument without a name', 'a gate whose argument has no name');
drop trigger lifecycle on odd_event;
create trigger lifecycle before delete on odd_event for each row execute function bpm.lifecycle_guard('stage', 'a -> b');
insert into odd_event (a, stage) values (1, 'a');
select is(pg_temp.failure('delete from odd_event') ~ '^39P01', true, 'a guard of moves at DELETE');

-- a move between partitions, and what only looks like one
create table regional (id int, region int, stage text, note text, primary key (id, region)) partition by list (region);
create table regional_1 partition of regional for values in (1);
create table regional_2 partition of regional for values in (2);
insert into regional values (1, 1, repeat('x', 70)), (2, 2, 'b');
create trigger lifecycle before insert or update on regional for each row execute function bpm.lifecycle_guard('stage', 'a -> b -> c');
select lives_ok($$update regional set note = 'y' where id = 1$$, 'a stage longer than any name stays as it is');
update regional set note = 'y' where id = 2;
drop table regional_2;
select is(pg_temp.failure($$insert into regional values (2, 1, 'b')$$), '23514 | row (id, region)=(2, 1) of "regional_1" may not begin in "b" | Every life begins in "a".', 'a row whose partition was dropped has not moved here');
-- NULLs conflict with nothing, and an index of some rows may not have this one
create table coded (id int primary key, code text unique, stage text);
create unique index coded_once on coded (stage) where code = 'once';
create trigger lifecycle before insert or update on coded for each row execute function bpm.lifecycle_guard('stage', 'a -> b -> c');
insert into coded values (1, null, 'a');
select lives_ok($$insert into coded values (1, null, 'b') on conflict (id) do update set stage = excluded.stage$$, 'an upsert that moves a row, beside a key that is NULL');
select is(pg_temp.failure($$insert into coded values (2, null, 'b') on conflict (id) do update set stage = excluded.stage$$), '23514 | row (id)=(2) of "coded" may not begin in "b" | Every life begins in "a".', 'and one that finds none');

-- many histories in one transaction do not fill the lock table
select lives_ok($$insert into other.event select g, 'a', '2026-01-01' from generate_series(10, 20000) g$$, '20,000 histories in one statement');
select ok((select count(*) between 1000 and 1024 from pg_locks where locktype = 'advisory' and classid = 'other.event'::regclass and objsubid = 3 and pid = pg_backend_pid()), 'they share 1024 locks');
select is((select count(*)::int from (select bpm.lifecycle_check(stage, at, 'a -> b -> c') s from other.event group by id) x where not (s).conforms), 0, 'what the guard lets in, the check finds in order');
select hasnt_function('bpm', 'lifecycle_guard', array['text'], 'the guard takes its arguments from the trigger');

select * from finish();
rollback;
