-- One answer: 2 million rows with ties, NULLs, huge and tiny weights and more decimals than are kept give
-- the same rollup, to the last bit, however they are added up; and it is the one that numeric gives.
\set QUIET on
\pset format unaligned
\pset tuples_only true
\pset pager off
\set ON_ERROR_STOP on

begin;
create extension if not exists pgtap;
create extension if not exists bpm;

select plan(29);

-- ----------------------------------------------------------------------------------------------
-- the rows: a hash of the row number stands in for chance, so that every run has the same ones
-- ----------------------------------------------------------------------------------------------
set local client_min_messages = warning;
create table facts (i integer, unit integer, score numeric, weight numeric) partition by hash (unit);
create unlogged table facts_0 partition of facts for values with (modulus 3, remainder 0);
create unlogged table facts_1 partition of facts for values with (modulus 3, remainder 1);
create unlogged table facts_2 partition of facts for values with (modulus 3, remainder 2);

insert into facts
select i, unit,
       case kind when 0 then null                                       -- missing
                 when 1 then 50                                         -- ties
                 when 2 then -(a % 1000000) / 1000.0                    -- below 0
                 when 3 then (a % 1000000000001) / 10000000000.0        -- 10 decimals, two too many
                 when 4 then (a % 10000000001) / 100000000.0            -- 8 decimals
                 else (a % 10001) / 100.0 end,
       case when b % 100 = 0 then null
            when b % 100 = 1 then 0
            when b % 100 = 2 then 1000000000000000.00000001 - b % 1000  -- 10^15 with 8 decimals
            when b % 100 < 6 then 0.00000001
            when b % 100 < 9 then (b % 1000000000) / 100000000000.0     -- 11 decimals, mostly too small to weigh
            else (b % 100000000) / 100.0 end
from (select i, abs(hashint4extended(i, 1) >> 2) as a, abs(hashint4extended(i, 2) >> 2) as b,
             (hashint4extended(i, 3) & 15)::integer as kind, (hashint4extended(i, 4) & 4095)::integer as unit
      from generate_series(1, 2000000) i) h;
analyze facts;

-- the two questions: all in one, and 4096 units, whose rollups are printed in one text (materialized, so that
-- the order of the text does not choose the plan)
\set total 'select bpm.rollup(score, weight)::text || bpm.weighted_score(score, weight) as total from facts'
\set units 'with g as materialized (select unit, bpm.rollup(score, weight) as r, bpm.weighted_score(score, weight) as s from facts group by unit) select md5(string_agg(unit || r::text || s, '','' order by unit)) as units from g'

create function pg_temp.plan_of(statement text, options text default 'costs off') returns text language plpgsql as $$
declare
    line text;
    lines text := '';
begin
    for line in execute format('explain (%s) %s', options, statement) loop
        lines := lines || line || E'\n';
    end loop;
    return lines;
end $$;

-- ----------------------------------------------------------------------------------------------
-- serial
-- ----------------------------------------------------------------------------------------------
set local jit = off;
set local max_parallel_workers_per_gather = 0;
set local work_mem = '64MB';
set local enable_sort = off;
select unalike(pg_temp.plan_of(:'total') || pg_temp.plan_of(:'units'), '%Gather%', 'serial: the plan has no Gather');
:total \gset serial_
:units \gset serial_
select matches(:'serial_total'::text, '^rows 2000000 scored 187\d{4} weight \d{20}\.\d+ scored_weight ', 'the rows are those that this test is about');
set local enable_sort = on;

-- with numeric in plain SQL: the sums, and the score without a division: s is S/W to 8 decimals when
-- abs(s·W - S) is at most W/2 of the last decimal
create temp table plain as
select unit, count(*) as n, count(s) as scored, coalesce(sum(w), 0) as weight, coalesce(sum(w) filter (where s is not null), 0) as scored_weight,
       coalesce(sum(w * s), 0) as sum
from (select unit, round(score, 8) as s, coalesce(round(weight, 8), 0) as w from facts) f group by grouping sets ((), unit);
create temp table ours as
select unit, bpm.rollup(score, weight) as r, bpm.weighted_score(score, weight) as s from facts group by grouping sets ((), unit);

select is((select count(*) from ours join plain p on ours.unit is not distinct from p.unit
           where r::text = format('rows %s scored %s weight %s scored_weight %s sum %s', n, scored, trim_scale(p.weight), trim_scale(p.scored_weight), trim_scale(p.sum))),
    4097::bigint, 'numeric gives the same counts, weights and sums, for every unit and in all');
select is((select count(*) from ours join plain p on ours.unit is not distinct from p.unit where abs(s * scored_weight - sum) * 200000000 <= scored_weight),
    4097::bigint, 'numeric, cross-multiplied, gives the same scores');
select is((select r::text || s from ours where unit is null), :'serial_total'::text, 'grouping sets: the total');
select is((select md5(string_agg(unit || r::text || s, ',' order by unit)) from ours where unit is not null), :'serial_units'::text, 'grouping sets: the units');

-- ----------------------------------------------------------------------------------------------
-- parallel
-- ----------------------------------------------------------------------------------------------
set local max_parallel_workers_per_gather = 2;
set local parallel_setup_cost = 0;
set local parallel_tuple_cost = 0;
set local min_parallel_table_scan_size = 0;
select matches(pg_temp.plan_of(:'total'), 'Finalize Aggregate\n.*Gather\n.*Workers Planned: [12]\n.*Partial Aggregate\n.*Parallel', 'parallel: the plan adds up in workers');
\set scored 'select bpm.rollup(score, ''>= 60 cap 120''::bpm.target, weight)::text || bpm.weighted_score(score, ''>= 60 cap 120''::bpm.target, weight) as scored from facts'
select matches(pg_temp.plan_of(:'scored'), 'Finalize Aggregate\n.*Gather\n.*Workers Planned: [12]\n.*Partial Aggregate\n.*Parallel', 'parallel, with targets: the plan adds up in workers');
:total \gset parallel_
:scored \gset parallel_
select is(:'parallel_total'::text, :'serial_total'::text, 'parallel: the same total');
select matches(pg_temp.plan_of(:'units'), 'Finalize .*Aggregate\n.*Gather.*Workers Planned: [12]\n.*Partial HashAggregate\n.*Parallel', 'parallel, by unit: the plan adds up in workers');
:units \gset parallel_
select is(:'parallel_units'::text, :'serial_units'::text, 'parallel: the same units');

-- ----------------------------------------------------------------------------------------------
-- partitionwise
-- ----------------------------------------------------------------------------------------------
set local enable_partitionwise_aggregate = on;
set local max_parallel_workers_per_gather = 0;
:scored \gset serial_
select is(:'parallel_scored'::text, :'serial_scored'::text, 'parallel, with targets: the same total');
select matches(pg_temp.plan_of(:'total'), 'Finalize Aggregate\n.*Append\n.*Partial Aggregate\n.*\n.*Partial Aggregate', 'partitionwise: the plan adds up by partition');
:total \gset partitionwise_
select is(:'partitionwise_total'::text, :'serial_total'::text, 'partitionwise: the same total');
select matches(pg_temp.plan_of(:'units'), 'Append\n.*HashAggregate\n.*\n.*\n.*HashAggregate', 'partitionwise, by unit: the plan groups by partition');
:units \gset partitionwise_
select is(:'partitionwise_units'::text, :'serial_units'::text, 'partitionwise: the same units');
set local max_parallel_workers_per_gather = 2;
select matches(pg_temp.plan_of(:'total'), 'Gather\n(.*\n)*.*Parallel Append\n.*Partial Aggregate', 'partitionwise and parallel: the plan');
:total \gset both_
select is(:'both_total'::text, :'serial_total'::text, 'partitionwise and parallel: the same total');
set local enable_partitionwise_aggregate = off;
set local max_parallel_workers_per_gather = 0;

-- ----------------------------------------------------------------------------------------------
-- spilled, sorted, shuffled
-- ----------------------------------------------------------------------------------------------
set local work_mem = '64kB';
set local enable_sort = off;
set local hash_mem_multiplier = 1;
select ok((regexp_match(pg_temp.plan_of(:'units', 'analyze, costs off, timing off, summary off'), 'HashAggregate.*Batches: (\d+)'))[1]::integer > 1, 'spilled: the hash table is written out in batches');
:units \gset spilled_
select is(:'spilled_units'::text, :'serial_units'::text, 'spilled: the same units');
set local enable_sort = on;

set local work_mem = '256MB';
set local enable_hashagg = off;
select matches(pg_temp.plan_of(:'units'), 'GroupAggregate\n.*\n.*Sort\n', 'sorted: the plan groups what is sorted');
:units \gset sorted_
select is(:'sorted_units'::text, :'serial_units'::text, 'sorted: the same units');
set local enable_hashagg = on;

select setseed(0.5) \g /dev/null
create temp table shuffled as
select bpm.rollup(score, weight)::text || bpm.weighted_score(score, weight) as total, (array_agg(i))[1:9] as first from (select * from facts order by random()) s;
select is(total, :'serial_total'::text, 'shuffled: the same total') from shuffled;
select isnt(first, (select array_agg(i) from (select i from facts limit 9) f), 'shuffled: the order is another') from shuffled;

-- ----------------------------------------------------------------------------------------------
-- merged, moved, subtracted
-- ----------------------------------------------------------------------------------------------
create temp table stored as select unit, i % 7 as day, bpm.rollup(score, weight) as r from facts group by unit, day;
select is((select bpm.rollup(r)::text || bpm.score(bpm.rollup(r)) from stored), :'serial_total'::text, 'merged from stored rollups: the same total');
select is((select md5(string_agg(unit || r::text || bpm.score(r), ',' order by unit)) from (select unit, bpm.rollup(r) as r from stored group by unit) s), :'serial_units'::text, 'merged from stored rollups: the same units');
-- a day taken away from each unit, against the rows of the other days
select is((select md5(string_agg(unit || r::text, ',' order by unit)) from (select unit, bpm.rollup(r) operator(bpm.-) bpm.rollup(r) filter (where day = 3) as r from stored group by unit) s),
    (select md5(string_agg(unit || r::text, ',' order by unit)) from (select unit, bpm.rollup(score, weight) filter (where i % 7 <> 3) as r from facts group by unit) s), 'subtracted: a day out of every unit is as if it had never been in');

-- a frame of a million rows that has moved over two million; and one of 100 rows within every unit
select is((select bpm.rollup(score, weight)::text || bpm.weighted_score(score, weight) from facts where i > 1000000),
    (select r::text || s from (select i, bpm.rollup(score, weight) over w as r, bpm.weighted_score(score, weight) over w as s from facts
                               window w as (order by i rows between 999999 preceding and current row)) m where i = 2000000), 'moved: the last million rows, after a million went');
create temp table few as select i, unit, score, weight, row_number() over (partition by unit order by i desc) as last from facts where unit < 300;
select is((select md5(string_agg(unit || r::text, ',' order by unit)) from (select unit, last, bpm.rollup(score, weight) over (partition by unit order by i rows between 99 preceding and current row) as r from few) m where last = 1),
    (select md5(string_agg(unit || r::text, ',' order by unit)) from (select unit, bpm.rollup(score, weight) as r from few where last <= 100 group by unit) u), 'moved: the last 100 rows of 300 units');

select * from finish();
rollback;
