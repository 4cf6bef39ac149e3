-- Parts of a group that are aggregated apart and merged give what the whole gives, or the same refusal: PEFA's
-- aggregates and those of histories, partition by partition. (one_answer.sql does it for rollups.)
\set QUIET on
\pset format unaligned
\pset tuples_only true
\pset pager off
\set ON_ERROR_STOP on

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(17);
set local client_min_messages = warning;

-- rows of one group lie in three partitions, of which the third is empty
create table piece (part integer, unit integer, grade text, stage text, at timestamptz, seq bigint, role text, lifecycle bpm.lifecycle, until timestamptz)
    partition by list (part);
create table piece_1 partition of piece for values in (1);
create table piece_2 partition of piece for values in (2);
create table piece_3 partition of piece for values in (3);

create function pg_temp.plan_of(statement text) returns text language plpgsql as $$
declare
    line text;
    lines text := '';
begin
    for line in execute 'explain (costs off) ' || statement loop
        lines := lines || line || E'\n';
    end loop;
    return lines;
end $$;
-- the same statement in parts, and as a whole
create function pg_temp.in_parts(statement text) returns text language plpgsql as $$
declare
    found text;
begin
    perform set_config('enable_partitionwise_aggregate', 'on', true);
    if pg_temp.plan_of(statement) !~ 'Finalize.*(\n.*)*Partial' then
        raise 'not in parts: %', pg_temp.plan_of(statement);
    end if;
    execute format('select string_agg(x::text, E''\n'' order by x::text) from (%s) x', statement) into found;
    return found;
end $$;
create function pg_temp.as_a_whole(statement text) returns text language plpgsql as $$
declare
    found text;
begin
    perform set_config('enable_partitionwise_aggregate', 'off', true);
    execute format('select string_agg(x::text, E''\n'' order by x::text) from (%s) x', statement) into found;
    return found;
end $$;
set local max_parallel_workers_per_gather = 0;
-- passing rows on is dear, so parts are chosen however few the rows
set local cpu_tuple_cost = 1;

-- ----------------------------------------------------------------------------------------------
-- PEFA: A and C in one part, B in the other
-- ----------------------------------------------------------------------------------------------
insert into piece (part, unit, grade) values (1, 1, 'A'), (1, 1, 'C'), (2, 1, 'B'), (2, 1, 'NU');
-- the lowest is C, others are higher; 4 + 2 + 3 = 9 of three is a B
select is(pg_temp.in_parts('select bpm.pefa_m1(grade), bpm.pefa_m2(grade) from piece'), '(C+,B)', 'M1 and M2 of merged parts');
insert into piece (part, unit, grade) select 1 + i % 2, 1, 'A' from generate_series(1, 40000) i;
select throws_ok($$ select pg_temp.in_parts('select bpm.pefa_m1(grade) from piece') $$, '54000', 'too many PEFA grades in one group', 'parts that each can be counted, but not together');
select throws_ok($$ select pg_temp.as_a_whole('select bpm.pefa_m1(grade) from piece') $$, '54000', 'too many PEFA grades in one group', 'as for the whole');
select throws_ok('select bpm.pefa_m1_final(-1)', '22023', 'not a count of PEFA grades: -1', 'a state that no aggregate makes');
truncate piece;

-- ----------------------------------------------------------------------------------------------
-- histories: events of one part lie between those of the other
-- ----------------------------------------------------------------------------------------------
select is(pg_temp.in_parts('select bpm.lifecycle_check(stage, at, lifecycle) from piece'), pg_temp.as_a_whole('select bpm.lifecycle_check(stage, at, lifecycle) from piece'), 'no event at all');
insert into piece (part, unit, stage, at, seq, role, lifecycle, until)
select 1 + i % 2, i % 7, (array['a', 'b', 'c', 'd'])[1 + i / 7 % 4], timestamptz '2026-01-01 00:00:00+00' + i / 7 * interval '1 day', i, (array['clerk', 'council', null])[1 + i % 3],
    'a -> b [by clerk] -> c [after 2 days] -> d -> a', '2026-12-31 00:00:00+00'
from generate_series(0, 700) i;
analyze piece;
select is(pg_temp.in_parts(q), pg_temp.as_a_whole(q), q) from unnest(array[
    'select bpm.lifecycle_check(stage, at, lifecycle) from piece',
    'select unit, bpm.lifecycle_check(stage, at, lifecycle) from piece group by unit',
    'select unit, bpm.lifecycle_check(stage, at, lifecycle, seq) from piece group by unit',
    'select unit, bpm.lifecycle_violations(stage, at, lifecycle, seq, role) from piece group by unit',
    'select unit, bpm.lifecycle_durations(stage, at, lifecycle) from piece group by unit',
    'select unit, bpm.lifecycle_durations(stage, at, lifecycle, until) from piece group by unit',
    'select unit, bpm.lifecycle_durations(stage, at, lifecycle, until, seq) from piece group by unit']) q;
-- one part has times that are no whole seconds or far away, which are kept in another form
update piece set at = at + interval '200000 years' where part = 2 and unit = 3;
select is(pg_temp.in_parts(q), pg_temp.as_a_whole(q), 'times far apart') from (values ('select unit, bpm.lifecycle_check(stage, at, lifecycle) from piece group by unit')) v(q);
select throws_ok($$ select bpm.lifecycle_durations(stage, at, lifecycle, null::timestamptz) from piece $$, '22004', null, 'no time to count to');
update piece set until = '2027-12-31 00:00:00+00' where part = 2;
select throws_ok($$ select pg_temp.in_parts('select unit, bpm.lifecycle_durations(stage, at, lifecycle, until) from piece group by unit') $$,
    '22023', 'one history is counted to two times', 'parts that count to two times');
update piece set lifecycle = 'a -> b -> c -> d -> a' where part = 2;
select throws_ok($$ select pg_temp.in_parts('select unit, bpm.lifecycle_check(stage, at, lifecycle) from piece group by unit') $$,
    '22023', 'one history has two lifecycles', 'parts that have two lifecycles');
select throws_ok($$ select pg_temp.as_a_whole('select unit, bpm.lifecycle_check(stage, at, lifecycle) from piece group by unit') $$,
    '22023', 'one history has two lifecycles', 'as for the whole');

select * from finish();
rollback;
