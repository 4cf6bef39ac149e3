-- A log of 200,000 events in 20,100 programs with planted faults of every kind. The check must find
-- exactly what was planted, and a check in plain SQL, from a transition table that is written out by
-- hand, must agree row by row.
set client_min_messages = warning;
create extension if not exists bpm;
create schema audit_log;
set search_path = audit_log;
set timezone = 'UTC';

\set lifecycle 'draft -> targeted -> approved [by finance] -> executing -> closed [after 90 days] -> self_evaluated [within 30 days] -> published; executing -> adjusted -> executing; * -> cancelled'

-- A legal life of ten events: its stage, days since the event before, and role.
create table legal (no int primary key, stage text, days int, role text);
insert into legal values
    (1, 'draft', 0, 'department'), (2, 'targeted', 14, 'department'), (3, 'approved', 30, 'finance'),
    (4, 'executing', 10, 'department'), (5, 'adjusted', 60, 'department'), (6, 'executing', 5, 'department'),
    (7, 'adjusted', 70, 'department'), (8, 'executing', 5, 'department'), (9, 'closed', 120, 'department'),
    (10, 'self_evaluated', 20, 'department');

-- One program in twenty has a fault, of one kind. In the order of the programs: the event that is
-- changed, and what the check has to say about which event.
create table fault (no int primary key, what text, event int, found_at int[], kinds text[]);
insert into fault values
    (0, 'begins in targeted', 1, '{1}', '{first}'),
    (1, 'approval left out', 3, '{4}', '{move}'),
    (2, 'closed after 89 days', 9, '{9}', '{early}'),
    (3, 'self-evaluated after 31 days', 10, '{10}', '{late}'),
    (4, 'approved by the department', 3, '{3}', '{role}'),
    (5, 'approved and executing at one instant', 4, '{3}', '{ambiguous}'),
    (6, 'goes on after it was cancelled', 5, '{6}', '{move}'),
    (7, 'self-evaluated before it was closed', 9, '{9,10}', '{move,move}'),
    (8, 'approved by nobody', 3, '{3}', '{role}'),
    (9, 'adjusted twice in a row, which is no move', 6, '{}', '{}'),
    (10, 'closed early and self-evaluated late', 9, '{9,10}', '{early,late}');

create table life as
select p as program, l.no, l.stage, l.role, l.days, f.no as fault
from generate_series(1, 20100) p
cross join legal l
left join fault f on p % 20 = 0 and f.no = (p / 20) % 11;

update life set stage = 'targeted' where fault = 0 and no = 1;
delete from life where fault = 1 and no = 3;
update life set days = 89 where fault = 2 and no = 9;
update life set days = 31 where fault = 3 and no = 10;
update life set role = 'department' where fault = 4 and no = 3;
update life set days = 0 where fault = 5 and no = 4;
update life set stage = 'cancelled' where fault = 6 and no = 5;
update life set stage = case no when 9 then 'self_evaluated' else 'closed' end where fault = 7 and no in (9, 10);
update life set role = null where fault = 8 and no = 3;
update life set stage = 'adjusted' where fault = 9 and no = 6;
update life set days = case no when 9 then 80 else 40 end where fault = 10 and no in (9, 10);

-- in no order
create table event as
select program, stage, role, no,
       timestamptz '2024-01-01' + program % 365 * interval '1 day'
       + sum(days) over (partition by program order by no) * interval '1 day' as at
from life order by pg_catalog.hashint4(program * 16 + no);
select count(*) as events, count(distinct program) as programs from event;

-- what was planted, written out by hand
create table planted as
select l.program, k.kind, e.at
from (select distinct program, fault from life where fault is not null) l
join fault f on f.no = l.fault
cross join unnest(f.found_at, f.kinds) k(event, kind)
join event e on e.program = l.program and e.no = k.event;
select kind, count(*) from planted group by kind order by kind;

create table found as
select program, v.kind, v.at, v.from_stage, v.to_stage, v.violation
from (select program, bpm.lifecycle_violations(stage, at, :'lifecycle', 0, role) vs from event group by program) x,
     unnest(x.vs) v;

select 'planted and not found' as difference, program, kind, at from (table planted except select program, kind, at from found) a
union all
select 'found and not planted', program, kind, at from (select program, kind, at from found except table planted) b
order by 1, 2;
select (select count(*) from planted) as planted, (select count(*) from found) as found;

-- The same in plain SQL: a table of moves, and window functions. An instant with more stages than
-- one is ambiguous, and what comes after it cannot be judged; an event that repeats the stage is no
-- move.
create table move (from_stage text, to_stage text, after_days int, within_days int, role text);
insert into move values
    ('targeted', 'approved', null, null, 'finance'), ('executing', 'closed', 90, null, null),
    ('closed', 'self_evaluated', null, 30, null);
insert into move values
    ('draft', 'targeted'), ('approved', 'executing'), ('executing', 'adjusted'), ('adjusted', 'executing'),
    ('self_evaluated', 'published'),
    ('draft', 'cancelled'), ('targeted', 'cancelled'), ('approved', 'cancelled'), ('executing', 'cancelled'),
    ('adjusted', 'cancelled'), ('closed', 'cancelled'), ('self_evaluated', 'cancelled');

create table plain as
with instant as (
    select program, at, min(stage) as stage, min(role) as role, count(distinct stage) as stages
    from event group by program, at
), step as (
    select *, row_number() over w as no, lag(stage) over w as from_stage, lag(stages) over w as from_stages
    from instant window w as (partition by program order by at)
), entry as (
    select * from step where no = 1 or stages > 1 or from_stages > 1 or stage <> from_stage
), timed as (
    select *, lag(at) over (partition by program order by at) as since from entry
), judged as (
    select t.*, m.from_stage is null as no_move, m.after_days, m.within_days, m.role as needed
    from timed t left join move m on m.from_stage = t.from_stage and m.to_stage = t.stage
)
select program, 'ambiguous' as kind, at from judged where stages > 1
union all
select program, 'first', at from judged where stages = 1 and no = 1 and stage <> 'draft'
union all
select program, 'move', at from judged where stages = 1 and from_stages = 1 and no_move
union all
select program, 'early', at from judged where stages = 1 and from_stages = 1 and at - since < after_days * interval '1 day'
union all
select program, 'late', at from judged where stages = 1 and from_stages = 1 and at - since > within_days * interval '1 day'
union all
select program, 'role', at from judged where stages = 1 and from_stages = 1 and needed is not null and role is distinct from needed;

select count(*) as plain from plain;
select count(*) as only_plain from (table plain except all select program, kind, at from found) x;
select count(*) as only_found from (select program, kind, at from found except all table plain) x;

-- the status agrees with the violations
create table status as
select program, (bpm.lifecycle_check(stage, at, :'lifecycle', 0, role)).* from event group by program;
select count(*) filter (where conforms) as conform, count(*) filter (where not conforms) as violate from status;
select count(*) as disagree
from status s
full join (select distinct on (program) program, at, violation from found order by program, at) f using (program)
where s.conforms is distinct from (f.program is null) or s.violation_at is distinct from f.at
   or s.violation is distinct from f.violation;

-- one of each, in words
select distinct on (f.no) f.what, v.violation
from found v join (select distinct program, fault from life) l using (program) join fault f on f.no = l.fault
order by f.no, v.program, v.at, v.violation;

-- The same answers in any order and under any plan: sorted, forced parallel, and spilled.
create table verdict as select program, bpm.lifecycle_check(stage, at, :'lifecycle') as s from event group by program;
create function differs(query text) returns bigint language plpgsql as
$$
declare n bigint;
begin
    execute format('select count(*) from (%s) q full join verdict v using (program) where q.s::text is distinct from v.s::text', query) into n;
    return n;
end
$$;
select format('select program, bpm.lifecycle_check(stage, at, %L) as s from event group by program', :'lifecycle') as query \gset
set enable_hashagg = off;
select differs(:'query') as sorted;
reset enable_hashagg;
set work_mem = '64kB';
select differs(:'query') as spilled;
reset work_mem;
alter table event set (parallel_workers = 2);
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
select differs(:'query') as parallel;
-- merged from partial states, narrow and wide
create function plan_of(query text) returns setof text language plpgsql as
$$ begin return query execute 'explain (costs off) ' || query; end $$;
select count(*) > 0 as merges from plan_of(format('select bpm.lifecycle_violations(stage, at, %L) from event', :'lifecycle')) p where p ~ 'Partial Aggregate';
create table one as select * from event where program % 20 = 0 or program < 200;
alter table one set (parallel_workers = 2);
set enable_hashagg = on;
select count(*) > 0 as merges from plan_of(format('select program, bpm.lifecycle_violations(stage, at, %L, 0, role) from one group by program', :'lifecycle')) p where p ~ 'Partial';
set max_parallel_workers_per_gather = 0;
select md5(string_agg(x.vs::text, '' order by program)) as serial from (select program, bpm.lifecycle_violations(stage, at, :'lifecycle', no, role) vs from one group by program) x \gset
select md5(bpm.lifecycle_violations(stage, at + program * interval '100 years', :'lifecycle')::text) as serial_all from one where program < 200 \gset
set max_parallel_workers_per_gather = 2;
select md5(string_agg(x.vs::text, '' order by program)) = :'serial' as same from (select program, bpm.lifecycle_violations(stage, at, :'lifecycle', no, role) vs from one group by program) x;
select md5(bpm.lifecycle_violations(stage, at + program * interval '100 years', :'lifecycle')::text) = :'serial_all' as same from one where program < 200;

drop schema audit_log cascade;
