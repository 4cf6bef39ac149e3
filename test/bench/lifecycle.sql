-- The speed of lifecycles: conformance of a log, and what a guard costs an UPDATE. Medians of alternating
-- runs; a ratio is to the first line of its block.
--
--   psql -v events=2000000 -v runs=5 -f test/bench/lifecycle.sql
--
-- In a schema of its own, which is dropped at the end.
\set QUIET 1
\set ON_ERROR_STOP 1
\if :{?events} \else \set events 2000000 \endif
\if :{?runs} \else \set runs 5 \endif
set client_min_messages = warning;
create extension if not exists bpm;
drop schema if exists bench_lifecycle cascade;
create schema bench_lifecycle;
set search_path = bench_lifecycle;
set max_parallel_workers_per_gather = 0;
set jit = off;
set timezone = 'UTC';
-- enough that neither side spills
set work_mem = '512MB';
set hash_mem_multiplier = 1;

create table run (block text, no int, name text, seconds float8);

-- A log in the order in which it was written: ten events a program, a fault in one program of fifty.
create table event as
select program, stage, at from (
    select g / 10 as program,
           case when g / 10 % 50 = 0 and g % 10 = 2 then 'executing'
                else ('{draft,targeted,approved,executing,adjusted,executing,adjusted,executing,closed,self_evaluated}'::text[])[g % 10 + 1] end as stage,
           timestamptz '2024-01-01' + (g % 10) * interval '30 days' + (g / 10 % 5000) * interval '7 minutes' as at
    from generate_series(0, :events - 1) g) x
order by at, program;
vacuum analyze event;

create table move (from_stage text, to_stage text, primary key (from_stage, to_stage));
insert into move values
    ('draft', 'targeted'), ('targeted', 'approved'), ('approved', 'executing'), ('executing', 'adjusted'),
    ('adjusted', 'executing'), ('executing', 'closed'), ('closed', 'self_evaluated'),
    ('draft', 'cancelled'), ('targeted', 'cancelled'), ('approved', 'cancelled'), ('executing', 'cancelled'),
    ('adjusted', 'cancelled'), ('closed', 'cancelled');
analyze move;

create function query(name text) returns text language sql as $$
select case name
when 'count(*) and max(at)' then
    'select sum(n), max(m) from (select program, count(*) n, max(at) m from event group by program) x'
when 'lifecycle_check' then
    $q$select count(*) filter (where not (s).conforms), max((s).since) from (
           select program, bpm.lifecycle_check(stage, at, 'draft -> targeted -> approved -> executing -> closed -> self_evaluated; executing -> adjusted -> executing; * -> cancelled') s
           from event group by program offset 0) x$q$
when 'plain SQL, legal moves only' then
    -- leaner than it should be: it does not see ambiguous instants and takes repeated stages for moves
    $q$select count(*) filter (where not conforms), max(since) from (
           select program, max(stage) filter (where last) as stage, max(at) as since, count(*) - 1 as steps,
                  bool_and(legal) as conforms, min(at) filter (where not legal) as violation_at
           from (select e.program, e.stage, e.at, e.last,
                        case when e.from_stage is null then e.stage = 'draft' else m.to_stage is not null end as legal
                 from (select program, stage, at, lag(stage) over w as from_stage, lead(stage) over w is null as last
                       from event window w as (partition by program order by at)) e
                 left join move m on m.from_stage = e.from_stage and m.to_stage = e.stage) j
           group by program offset 0) x$q$
when 'plain SQL, the same rules' then
    -- the rules of lifecycle_check, but for deadlines and roles
    $q$select count(*) filter (where not conforms), max(since) from (
           select program, max(stage) filter (where last) as stage, max(at) as since, count(*) - 1 as steps,
                  bool_and(legal) as conforms, min(at) filter (where not legal) as violation_at
           from (select e.program, e.stage, e.at, lead(e.stage) over w is null as last,
                        case when e.stages > 1 then false
                             when e.no = 1 then e.stage = 'draft'
                             when e.from_stages > 1 then true
                             else m.to_stage is not null end as legal
                 from (select *, row_number() over w as no, lag(stage) over w as from_stage, lag(stages) over w as from_stages
                       from (select program, at, min(stage) as stage, count(distinct stage) as stages from event group by program, at) i
                       window w as (partition by program order by at)) e
                 left join move m on m.from_stage = e.from_stage and m.to_stage = e.stage
                 where e.no = 1 or e.stages > 1 or e.from_stages > 1 or e.stage <> e.from_stage
                 window w as (partition by e.program order by e.at)) j
           group by program offset 0) x$q$
end
$$;

create procedure time_it(block text, no int, name text, statement text) language plpgsql as $$
declare
    began timestamptz;
begin
    began := clock_timestamp();
    execute statement;
    insert into run values (block, no, name, extract(epoch from clock_timestamp() - began));
end $$;

create procedure conformance(runs int) language plpgsql as $$
declare
    names text[] := array['count(*) and max(at)', 'lifecycle_check', 'plain SQL, the same rules', 'plain SQL, legal moves only'];
    faults text;
    plain_faults text;
begin
    for i in 0 .. runs loop
        for j in 1 .. 4 loop
            call time_it('conformance', j, names[j], query(names[j]));
        end loop;
        if i = 0 then
            delete from run;   -- warming up
        end if;
        commit;
    end loop;
    execute query(names[2]) into faults;
    for j in 3 .. 4 loop
        execute query(names[j]) into plain_faults;
        if faults <> plain_faults then
            raise exception 'the checks disagree: % and %', faults, plain_faults;
        end if;
    end loop;
end $$;
call conformance(:runs);
drop table event;

-- A guard: every run updates new tables. A trigger that does next to nothing shows what the server takes for
-- calling any BEFORE ROW trigger, most of it a lock on the row.
-- The usual table has a dozen columns and an index that finds what is in a stage; the narrow one has neither,
-- and so little to do itself that the lock shows.
create procedure make(name text, narrow boolean default false) language plpgsql as $$
begin
    execute format('drop table if exists %I', name);
    execute format('create table %I (id int primary key, program text, amount numeric, stage text)', name);
    execute format('insert into %I select g, ''program '' || g, g * 1.5, ''draft'' from generate_series(1, 100000) g', name);
    if not narrow then
        execute format('alter table %I add fiscal_year int default 2026, add unit int default 7, add function_code text default ''20508'',
            add spent numeric default 12345.67, add committed numeric default 0, add owner text default ''department of education'',
            add created timestamptz default now(), add changed timestamptz default now()', name);
        execute format('create index on %I (fiscal_year, unit, stage)', name);
    end if;
    if name = 'guarded' then
        execute format('create trigger lifecycle before insert or update on %I for each row
            execute function bpm.lifecycle_guard(''stage'', ''draft -> targeted -> approved -> executing -> closed; * -> cancelled'')', name);
    elsif name = 'idle' then
        execute format('create trigger idle before update on %I for each row execute function suppress_redundant_updates_trigger()', name);
    end if;
    execute format('analyze %I', name);
end $$;

-- Each is parsed, planned, run and committed, as when a client sends it, without the way to the server and back.
create procedure one_row(name text, n int) language plpgsql as $$
begin
    for i in 1 .. n loop
        execute format('update %I set stage = ''targeted'' where id = %s', name, i);
        commit;
    end loop;
end $$;

create procedure guards(runs int) language plpgsql as $$
declare
    names text[] := '{bare,idle,guarded}';
    shown text[] := '{no trigger,an idle trigger,lifecycle_guard}';
    began timestamptz;
    name int;
begin
    for i in 0 .. runs loop
        for j in 1 .. 3 loop
            call make(names[j]);
        end loop;
        commit;
        for j in 0 .. 2 loop
            name := (i + j) % 3 + 1;
            began := clock_timestamp();
            call one_row(names[name], 5000);
            insert into run values ('one', name, '5,000 UPDATEs of one row, ' || shown[name], extract(epoch from clock_timestamp() - began));
            commit;
        end loop;
        for j in 1 .. 3 loop
            call make(names[j]);
        end loop;
        commit;
        for j in 0 .. 2 loop
            name := (i + j) % 3 + 1;
            call time_it('bulk', name, 'UPDATE of 100,000 rows, ' || shown[name], format('update %I set stage = ''targeted''', names[name]));
            commit;
        end loop;
        for j in 1 .. 3 loop
            call make(names[j], true);
        end loop;
        commit;
        for j in 0 .. 2 loop
            name := (i + j) % 3 + 1;
            call time_it('narrow', name, 'the same of a narrow table, ' || shown[name], format('update %I set stage = ''targeted''', names[name]));
            commit;
        end loop;
        if i = 0 then
            delete from run where block in ('bulk', 'narrow', 'one');
        end if;
        commit;
    end loop;
end $$;
call guards(:runs);

\pset footer off
\pset format aligned
\pset tuples_only off
\pset null ''
\pset title 'conformance of a log, and guarded UPDATEs'
with median as (
    select block, no, name, percentile_cont(0.5) within group (order by seconds) as seconds from run group by block, no, name
), share as (
    select m.*, m.seconds / f.seconds as ratio,
           case m.name when 'lifecycle_check' then 1.60 when 'UPDATE of 100,000 rows, lifecycle_guard' then 1.30
                       when '5,000 UPDATEs of one row, lifecycle_guard' then 1.10 end as goal
    from median m join median f on f.block = m.block and f.no = 1
)
select name, round(seconds::numeric, 3) as "median s", round(ratio::numeric, 2) as "of first", goal,
       case when ratio <= goal then 'reached' when ratio > goal then 'MISSED' end as " "
from share
order by array_position('{conformance,one,bulk,narrow}', block), no;
\pset title
with median as (
    select name, percentile_cont(0.5) within group (order by seconds) as seconds from run where block = 'conformance' group by name
)
select p.name as "lifecycle_check is faster than", round((p.seconds / l.seconds)::numeric, 1) as times, g.goal,
       case when p.seconds / l.seconds >= g.goal then 'reached' when p.seconds / l.seconds < g.goal then 'MISSED' end as " "
from median p join median l on l.name = 'lifecycle_check' left join (values ('plain SQL, the same rules', 3.5)) g(name, goal) on g.name = p.name
where p.name like 'plain%' order by 2 desc;
drop schema bench_lifecycle cascade;
