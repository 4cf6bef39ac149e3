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
when 'plain SQL: window functions and a table of moves' then
    -- leaner than it should be: it would not see ambiguous instants, repeated stages or deadlines
    $q$select count(*) filter (where not conforms), max(since) from (
           select program, max(stage) filter (where last) as stage, max(at) as since, count(*) - 1 as steps,
                  bool_and(legal) as conforms, min(at) filter (where not legal) as violation_at
           from (select e.program, e.stage, e.at, e.last,
                        case when e.from_stage is null then e.stage = 'draft' else m.to_stage is not null end as legal
                 from (select program, stage, at, lag(stage) over w as from_stage, lead(stage) over w is null as last
                       from event window w as (partition by program order by at)) e
                 left join move m on m.from_stage = e.from_stage and m.to_stage = e.stage) j
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
    names text[] := '{count(*) and max(at),lifecycle_check,plain SQL: window functions and a table of moves}';
    faults text;
    plain_faults text;
begin
    for i in 0 .. runs loop
        for j in 1 .. 3 loop
            call time_it('conformance', j, names[j], query(names[j]));
        end loop;
        if i = 0 then
            delete from run;   -- warming up
        end if;
        commit;
    end loop;
    execute query(names[2]) into faults;
    execute query(names[3]) into plain_faults;
    if faults <> plain_faults then
        raise exception 'the checks disagree: % and %', faults, plain_faults;
    end if;
end $$;
call conformance(:runs);
drop table event;

-- A guard: every run updates a new table.
create procedure make(name text, guarded boolean) language plpgsql as $$
begin
    execute format('drop table if exists %I', name);
    execute format('create table %I (id int primary key, program text, amount numeric, stage text)', name);
    execute format('insert into %I select g, ''program '' || g, g * 1.5, ''draft'' from generate_series(1, 100000) g', name);
    if guarded then
        execute format('create trigger lifecycle before insert or update on %I for each row
            execute function bpm.lifecycle_guard(''stage'', ''draft -> targeted -> approved -> executing -> closed; * -> cancelled'')', name);
    end if;
    execute format('analyze %I', name);
end $$;

create procedure one_row(name text, n int) language plpgsql as $$
begin
    -- a prepared statement, as from a client, but without the way to the server and back
    for i in 1 .. n loop
        if name = 'bare' then
            update bare set stage = 'targeted' where id = i;
        else
            update guarded set stage = 'targeted' where id = i;
        end if;
    end loop;
end $$;

create procedure guards(runs int) language plpgsql as $$
declare
    names text[];
begin
    for i in 0 .. runs loop
        names := case i % 2 when 0 then '{bare,guarded}' else '{guarded,bare}' end;
        call make('bare', false);
        call make('guarded', true);
        commit;
        for j in 1 .. 2 loop
            call time_it('bulk', case names[j] when 'bare' then 1 else 2 end, 'UPDATE of 100,000 rows, ' || names[j], format('update %I set stage = ''targeted''', names[j]));
            commit;
        end loop;
        call make('bare', false);
        call make('guarded', true);
        commit;
        for j in 1 .. 2 loop
            call time_it('one', case names[j] when 'bare' then 1 else 2 end, '20,000 UPDATEs of one row, ' || names[j], format('call one_row(%L, 20000)', names[j]));
            commit;
        end loop;
        if i = 0 then
            delete from run where block in ('bulk', 'one');
        end if;
        commit;
    end loop;
end $$;
call guards(:runs);

\pset footer off
\echo
\echo 'lifecycle' :events 'events,' :runs 'runs'
with median as (
    select block, no, name, percentile_cont(0.5) within group (order by seconds) as seconds from run group by block, no, name
)
select m.name, round(m.seconds::numeric, 3) as "median seconds", round((m.seconds / f.seconds)::numeric, 2) as ratio
from median m join median f on f.block = m.block and f.no = 1
order by array_position('{conformance,bulk,one}', m.block), m.no;
select round((p.seconds / l.seconds)::numeric, 2) as "lifecycle_check is so many times faster than plain SQL (goal 3.5)"
from (select percentile_cont(0.5) within group (order by seconds) as seconds from run where name like 'plain%') p,
     (select percentile_cont(0.5) within group (order by seconds) as seconds from run where name = 'lifecycle_check') l;
drop schema bench_lifecycle cascade;
