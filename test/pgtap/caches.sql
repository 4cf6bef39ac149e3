-- What a function keeps from call to call is its own: in PL/pgSQL the state of an expression outlives its variables.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(12);

-- one expression each, in a loop and through an argument: what it says must follow the lifecycle
create temp table rule (n integer, lifecycle bpm.lifecycle);
insert into rule values (1, 'a -> b'), (2, 'a -> c'), (3, 'a -> b -> c'), (4, 'a -> b'), (5, 'a -> c -> b'), (6, 'a -> "b b"; a -> c');
create function pg_temp.in_a_loop(expression text) returns text[] language plpgsql as $$
declare
    result text[];
begin
    execute format('create or replace function pg_temp.looped() returns text language plpgsql as %L', format('
        declare l bpm.lifecycle; stage text := ''a''; result text[] := ''{}'';
        begin
            for l in select lifecycle from rule order by n loop
                result := result || (%s)::text;
            end loop;
            return array_to_string(result, '' '');
        end', expression));
    execute format('create or replace function pg_temp.wrapped(l bpm.lifecycle) returns text language plpgsql as %L', format('
        declare stage text := ''a'';
        begin
            return (%s)::text;
        end', expression));
    execute 'select array[pg_temp.looped(), (select string_agg(pg_temp.wrapped(lifecycle), '' '' order by n) from rule)]' into result;
    return result;
end $$;
create temp table expected (expression text, answers text);
insert into expected values
    ('bpm.next_stages(l, stage)', '{b} {c} {b} {b} {c} {"b b",c}'),
    ('bpm.stages(l)', '{a,b} {a,c} {a,b,c} {a,b} {a,c,b} {a,"b b",c}'),
    ('bpm.reachable(l, stage)', '{b} {c} {b,c} {b} {c,b} {"b b",c}'),
    ('bpm.path(l, stage, (bpm.stages(l))[2])', '{a,b} {a,c} {a,b} {a,b} {a,c} {a,"b b"}'),
    ('bpm.can_move(l, stage, (bpm.stages(l))[array_length(bpm.stages(l), 1)])', 'true true false true false true'),
    ('bpm.is_final(l, (bpm.stages(l))[2])', 'true true false true false true'),
    ('bpm.as_mermaid(l) ~ ''> c''', 'false true true false true true');
select is(pg_temp.in_a_loop(expression), array[answers, answers], expression || ' in a loop and in a function over rows') from expected;

-- a trigger that asks by the rule of each row
create table budget (id integer, rule bpm.lifecycle, stage text);
create function judge() returns trigger language plpgsql as $$
begin
    if not bpm.can_move(new.rule, old.stage, new.stage) then
        raise exception 'row % may not move', new.id;
    end if;
    return new;
end $$;
create trigger judge before update on budget for each row execute function judge();
insert into budget values (1, 'a -> b -> c', 'a'), (2, 'a -> c -> b', 'a'), (3, 'a -> b -> c', 'a');
select throws_ok($$ update budget set stage = 'b' $$, 'P0001', 'row 2 may not move', 'a trigger over rows of several lifecycles lets no illegal move through');
select lives_ok($$ update budget set stage = (bpm.next_stages(rule, stage))[1] $$, 'and every legal one');

-- aggregates in a loop
create function pg_temp.histories() returns text[] language plpgsql as $$
declare
    l bpm.lifecycle; result text[] := '{}';
begin
    for l in select lifecycle from rule where n <= 5 order by n loop
        result := result || (select (bpm.lifecycle_check(stage, at, l)).conforms::text || cardinality(bpm.lifecycle_violations(stage, at, l))
            || cardinality(bpm.lifecycle_durations(stage, at, l))
            from (values ('a', '2026-01-01'::timestamptz), ((bpm.stages(l))[2], '2026-01-02')) e (stage, at));
    end loop;
    return result;
end $$;
select is(pg_temp.histories(), '{true02,true02,true02,true02,true02}', 'histories are judged by the lifecycle of their turn');

-- ids of every type, rules and methods, trees: in one function, turn by turn
create function pg_temp.trees() returns text[] language plpgsql as $$
declare
    i integer; r text; m bpm.method; t bpm.tree; result text[] := '{}';
begin
    for i in 1..6 loop
        r := (array['zero', 'renormalise', 'zero, weakest', 'round 1', 'zero', 'renormalise'])[i];
        m := (array['mean', 'weakest', null, 'geometric', 'weakest', 'mean'])[i];
        select bpm.score_tree(id, parent, 1, score, m, r) into t
        from (values (1, null, null), (2, 1, 40 + i), (3, 1, null::numeric), (4, 1, 10)) n (id, parent, score);
        result := result || (select score::text from bpm.roots(t)) || (select count(*)::text from bpm.nodes(t));
        result := result || (select cardinality(bpm.tree_check('n' || id, 'n' || parent, 1, score, m, r))::text
            from (values (1, null, null), (2, 1, 40 + i), (3, 1, null::numeric), (4, i % 3, 10)) n (id, parent, score));
    end loop;
    return result;
end $$;
-- (41+0+10)/3 = 17; the weaker of 42 and 10; by the rules the weakest of 43, 0 and 10; the root of 44 * 10 = 20.9762 (20.97617696...);
-- the weakest of 45, 0, 10; (46+10)/2 = 28. The fourth node hangs under n1 in the turns 1 and 4, under n2, which has a score, in 2 and 5,
-- and under the missing n0 in 3 and 6: no fault, one, one, and so on
select is(pg_temp.trees(), '{17.00000000,4,0,10.00000000,4,1,0.00000000,4,1,21.0,4,0,0.00000000,4,1,28.00000000,4,1}', 'trees by the rules and methods of their turn');
create function pg_temp.typed(id anyelement) returns text language plpgsql as $$
begin
    return (select score from bpm.roots((select bpm.score_tree(i, null, 1, 7::numeric) from (select id as i) x)));
end $$;
select is(array[pg_temp.typed(1), pg_temp.typed('a'::text), pg_temp.typed(2::bigint), pg_temp.typed('c0ffee00-0000-0000-0000-000000000000'::uuid), pg_temp.typed(3::smallint), pg_temp.typed('2026-01-01'::date)],
    array_fill('7.00000000'::text, array[6]), 'ids of every type in one function');

select * from finish();
rollback;
