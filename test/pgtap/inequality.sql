-- Inequality: published figures, arithmetic by hand, plain SQL as an oracle, and one answer whatever the plan.
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

-- what a statement fails with: SQLSTATE, message, DETAIL, HINT
create function pg_temp.failure(statement text, out state text, out message text, out detail text, out hint text)
language plpgsql as $$
begin
    execute statement;
exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text,
        detail = pg_exception_detail, hint = pg_exception_hint;
end $$;
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

----------------------------------------------------------------------------------------------------
-- Published, and by hand
----------------------------------------------------------------------------------------------------

-- ten incomes; .4620911, .1840812 and .3623412 with seven digits
create temp table income as
select x from unnest(array[541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]::numeric[]) x;
select is((select round(bpm.gini(x), 7) from income), 0.4620911, 'Gini of ten incomes, as published');
select is((select round(bpm.concentration(x), 7) from income), 0.1840812, 'sum of squared shares, as published');
select is((select round(bpm.theil(x), 7) from income), 0.3623412, 'Theil T, as published');

-- 1, 2, 3: differences over all pairs 2 (1 + 2 + 1) = 8, over 2 * 3^2 * 2 = 36; squares 1 + 4 + 9 over 6^2
select results_eq($$ select bpm.gini(x)::text, bpm.concentration(x)::text from unnest('{3, 1, 2}'::numeric[]) x $$,
    $$ values ('0.22222222', '0.38888889') $$, 'of 1, 2 and 3: 8/36, and 14/36');
-- 1 (twice), 3, 0 (one and a half times): W 4.5, S 5; pairs 2 (2*1*2 + 2*1.5*1 + 1*1.5*3) = 23 over 2 * 4.5 * 5; (2 + 9) / 25
select results_eq($$ select bpm.gini(x, w)::text, bpm.concentration(x, w)::text from (values (1, 2), (3, 1), (0, 1.5)) v(x, w) $$,
    $$ values ('0.51111111', '0.44000000') $$, 'with weights: 23/45, and 11/25');
-- one of two has all: 2/2 ln(2/1), and 1/2
select results_eq($$ select bpm.theil(x)::text, bpm.gini(x)::text, bpm.concentration(x)::text from unnest('{0, 7}'::numeric[]) x $$,
    $$ values ('0.69314718', '0.50000000', '1.00000000') $$, 'one of two has all: ln 2, 1/2, 1');
-- one of a million has all: 1 - 1/n, ln n = 6 ln 10
select results_eq($$ select bpm.theil(x, w)::text, bpm.gini(x, w)::text, bpm.concentration(x, w)::text from (values (0, 999999), (7, 1)) v(x, w) $$,
    $$ values ('13.81551056', '0.99999900', '1.00000000') $$, 'one of a million has all: ln 1000000, 1 - 1/1000000, 1');
select results_eq($$ select bpm.gini(x)::text, bpm.theil(x)::text, bpm.concentration(x)::text from unnest('{33.3, 33.3, 33.3}'::numeric[]) x $$,
    $$ values ('0.00000000', '0.00000000', '0.33333333') $$, 'all the same: 0, 0, 1/n');
select results_eq($$ select bpm.gini(x, 3)::text, bpm.theil(x, 3)::text, bpm.concentration(x)::text from (values (5e28)) v(x) $$,
    $$ values ('0.00000000', '0.00000000', '1.00000000') $$, 'one row: 0, 0, 1');

-- two values a < b have (b - a) / (2 (a + b)): 1 / 200000000 is a half of the last decimal
select is((select bpm.gini(x)::text from (values (49999999.5), (50000000.5)) v(x)), '0.00000001', 'a half is rounded away from zero');
select is((select bpm.gini(x)::text from (values (49999999.50000001), (50000000.5)) v(x)), '0.00000000', 'a bit less is not');
-- 1/2 * 4^2 over (1/2 * 4)^2
select is((select bpm.concentration(4, 0.5)::text), '2.00000000', 'half a source counts as half a source');

----------------------------------------------------------------------------------------------------
-- What counts nothing, and what is refused
----------------------------------------------------------------------------------------------------

create temp view gaps as select * from (values (1::numeric, 2::numeric), (3, 1), (0, 1.5), (null, 9), (8, null), (9, 0)) v(x, w);
select results_eq('select bpm.gini(x, w), bpm.theil(x, w), bpm.concentration(x, w) from gaps',
    'select bpm.gini(x, w), bpm.theil(x, w), bpm.concentration(x, w) from gaps where x * w >= 0 and w > 0',
    'a row without a value or weight, or of weight 0, counts nothing');
select results_eq('select bpm.gini(x), bpm.theil(x), bpm.concentration(x) from gaps',
    'select bpm.gini(x), bpm.theil(x), bpm.concentration(x) from gaps where x is not null', 'nor does one without a value');
select results_eq(format('select bpm.gini(x, w), bpm.theil(x, w), bpm.concentration(x, w), bpm.gini(x), bpm.theil(x), bpm.concentration(x) from (values %s) v(x, w)%s', v, f),
    'select null::numeric, null::numeric, null::numeric, null::numeric, null::numeric, null::numeric', title)
from (values ('(1::numeric, 1::numeric)', ' where false', 'no rows: NULL'), ('(null::numeric, null::numeric)', '', 'nothing but NULL: NULL'),
    ('(0::numeric, 1::numeric), (0, 5)', '', 'a total of 0: NULL')) c(v, f, title);
select is_empty($$ select g from (values ('a', 0::numeric, 1), ('b', 5, 0), ('c', null, 1)) v(g, x, w) group by g
    having num_nonnulls(bpm.gini(x, w), bpm.theil(x, w), bpm.concentration(x, w)) > 0 $$, 'group by group too');

create temp table refused (arguments text, state text, message text, detail text);
insert into refused values
    ('-0.5', '22023', 'value must not be negative', 'A value is -0.5.'),
    ('-1e28, 0', '22023', 'value must not be negative', 'A value is -10000000000000000000000000000.'),
    ('1, -2', '22023', 'weight must not be negative', 'A weight is -2.'),
    ('numeric ''NaN''', '22003', 'value must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ('numeric ''Infinity''', '22003', 'value must be a figure, not infinity', 'Figures are exact, and so finite.'),
    ('1, numeric ''NaN''', '22003', 'weight must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ('1, numeric ''-Infinity''', '22003', 'weight must be a figure, not infinity', 'Figures are exact, and so finite.'),
    ('1e29', '22003', 'value is out of range', 'A figure has at most 29 digits before the decimal point.');
select is_empty($$ select f.*, name, arguments from refused r, unnest('{gini, theil, concentration}'::text[]) name,
    pg_temp.failure(format('select bpm.%s(%s)', name, arguments)) f
    where (f.state, f.message, f.detail) is distinct from (r.state, r.message, r.detail) or f.hint = '' $$,
    'negative figures, NaN and infinity are refused with SQLSTATE, message, DETAIL and HINT');

----------------------------------------------------------------------------------------------------
-- The definitions, in plain SQL: all pairs, numeric logarithms, squares
----------------------------------------------------------------------------------------------------

create temp table random as
select g, i, case when a % 11 = 0 then 0 when g % 4 = 3 then (a % 1000) * 1e25 when g % 4 = 2 then (a % 100000) / 1e8 else (a % 100000) / 100.0 end as x,
       case when g % 3 = 0 then 1 when g % 5 = 4 then (b % 90) * 1e26 + 1 else 0.001 + (b % 9000) / 1000.0 end as w
from (select g, i, abs(hashint4extended(i * 100 + g, 1) >> 2) as a, abs(hashint4extended(i * 100 + g, 2) >> 2) as b
      from generate_series(1, 24) g, generate_series(1, 40) i) h;
create temp table answer as
select g, bpm.gini(x, w) as gini, bpm.theil(x, w) as theil, bpm.concentration(x, w) as concentration from random group by g;
create temp table total as select g, sum(w) as w, sum(w * x) as s from random group by g;
select is_empty($$ select g, gini, plain from answer join (
        select g, round(trunc(sum(p.w * q.w * abs(p.x - q.x)) * 1e30 / (2 * t.w * t.s)) / 1e30, 8) as plain
        from random p join random q using (g) join total t using (g) group by g, t.w, t.s) s using (g) where gini <> plain $$,
    'Gini is the sum over all pairs: 24 groups, of figures small, usual and of 28 digits');
select is_empty($$ select g, theil, plain from answer join (
        select g, round(sum(p.w * x * ln((x * t.w / t.s)::numeric(1000, 40)))::numeric(1000, 40) / t.s, 8) as plain
        from random p join total t using (g) where x > 0 group by g, t.w, t.s) s using (g) where theil <> plain $$,
    'Theil is that of numeric logarithms');
select is_empty($$ select g, concentration, plain from answer join (
        select g, round(trunc(sum(p.w * x * x) * 1e30 / (t.s * t.s)) / 1e30, 8) as plain
        from random p join total t using (g) group by g, t.w, t.s) s using (g) where concentration <> plain $$,
    'concentration is the sum of squared shares');
select is_empty($$ select g from (select g, x, (1 + i % 7) as w from random) r group by g having
        (bpm.gini(x, w), bpm.theil(x, w), bpm.concentration(x, w)) is distinct from
        (select (bpm.gini(r2.x), bpm.theil(r2.x), bpm.concentration(r2.x)) from random r2, generate_series(1, 1 + r2.i % 7) where r2.g = r.g) $$,
    'a weight is the same as so many rows');
select is_empty($$ select g from random join answer using (g) group by g, gini, theil having (gini, theil) is distinct from (bpm.gini(x / 4, w), bpm.theil(x / 4, w)) and g % 4 <> 2 $$,
    'the unit of a value does not matter');

-- sums that no 128 bits hold: (10^28)^2 of value, times weights of 10^28, of thousands of rows
select results_eq($$ select bpm.gini(1e28 + i % 2 * 1e28, 9e28)::text, bpm.theil(1e28 + i % 2 * 1e28, 9e28)::text, (bpm.concentration(9.9e28 - i % 2) * 4000)::text from generate_series(1, 4000) i $$,
    -- 1 and 2, half each: 2 * 1/4 / (2 * 1.5) = 1/6; (1 ln(2/3) + 2 ln(4/3)) / 3 = 0.05663301
    $$ values ('0.16666667', '0.05663301', '1.00000000') $$, 'figures of 29 digits over 4,000 rows');
select is((select bpm.gini(x)::text from (select 1::numeric union all select 3 union all select 5e20 - 5e20 + 2) v(x)), '0.22222222', 'rows of one figure after another');
select is((select bpm.gini(x)::text || ' ' || bpm.gini(x, 1)::text from (values (1), (2), (1e20)) v(x)), '0.66666667 0.66666667', 'the first figure that is large comes last: 2/3');

----------------------------------------------------------------------------------------------------
-- One answer: serial, parallel, partitioned, shuffled, moved
----------------------------------------------------------------------------------------------------

create table spread (i integer, part integer, x numeric, w numeric) partition by list (part);
create unlogged table spread_0 partition of spread for values in (0);
create unlogged table spread_1 partition of spread for values in (1);
create unlogged table spread_2 partition of spread for values in (2);
insert into spread
select i, i % 3, case when a % 17 = 0 then null when a % 19 = 0 then 0 when a % 1009 = 0 then a * 1e6 else (a % 1000000007) / 100.0 end,
       case when b % 23 = 0 then null when b % 29 = 0 then 0 else (b % 100003) / 1000.0 end
from (select i, abs(hashint4extended(i, 1) >> 2) as a, abs(hashint4extended(i, 2) >> 2) as b from generate_series(1, 60000) i) h;
analyze spread;
\set all 'select concat_ws('' '', bpm.gini(x), bpm.gini(x, w), bpm.theil(x), bpm.theil(x, w), bpm.concentration(x), bpm.concentration(x, w)) as answer from spread'
\set parts 'select string_agg(s.answer, '','' order by k) as answer from (select i % 41 as k, concat_ws('' '', bpm.gini(x), bpm.gini(x, w), bpm.theil(x, w), bpm.concentration(x, w)) as answer from spread group by i % 41) s'
set local jit = off;
set local max_parallel_workers_per_gather = 0;
:all \gset serial_
:parts \gset serial_parts_
select matches(:'serial_answer'::text, '^(\d\.\d{8} ){4}', 'serial');
set local parallel_setup_cost = 0;
set local parallel_tuple_cost = 0;
set local min_parallel_table_scan_size = 0;
set local max_parallel_workers_per_gather = 2;
set local parallel_leader_participation = off;
select matches(pg_temp.plan_of(:'all'), 'Finalize Aggregate\n.*Gather\n.*Workers Planned: [12]\n.*Partial Aggregate\n.*Parallel', 'parallel: the plan adds up in workers');
:all \gset parallel_
:parts \gset parallel_parts_
select is(:'parallel_answer'::text, :'serial_answer'::text, 'parallel: the same');
select is(:'parallel_parts_answer'::text, :'serial_parts_answer'::text, 'parallel, by group: the same');
set local max_parallel_workers_per_gather = 0;
set local enable_partitionwise_aggregate = on;
select matches(pg_temp.plan_of(:'all'), 'Finalize Aggregate\n.*Append\n.*Partial Aggregate\n', 'partitionwise: the plan adds up by partition');
:all \gset partitionwise_
select is(:'partitionwise_answer'::text, :'serial_answer'::text, 'partitionwise: the same');
set local enable_partitionwise_aggregate = off;
select setseed(0.5) \g /dev/null
select concat_ws(' ', bpm.gini(x), bpm.gini(x, w), bpm.theil(x), bpm.theil(x, w), bpm.concentration(x), bpm.concentration(x, w)) as answer
from (select * from spread order by random()) s \gset shuffled_
select is(:'shuffled_answer'::text, :'serial_answer'::text, 'shuffled: the same');

create temp table few as select i, x, w from spread where i <= 400;
select is_empty($$ select i from (select i, bpm.gini(x, w) over f as gini, bpm.theil(x, w) over f as theil, bpm.concentration(x) over f as concentration,
        bpm.theil(x) over f as plain, bpm.concentration(x, w) over f as weighted
    from few window f as (order by i rows between 29 preceding and 3 preceding)) m
    where (gini, theil, concentration, plain, weighted) is distinct from (select (bpm.gini(x, w), bpm.theil(x, w), bpm.concentration(x), bpm.theil(x), bpm.concentration(x, w))
        from few where few.i between m.i - 29 and m.i - 3) $$, 'moved: a frame says what its rows say, and so does an empty one');
select is_empty($$ select i from (select i, bpm.gini(x) over (order by i) as gini, bpm.theil(x) over (order by i) as theil from few) m
    where (gini, theil) is distinct from (select (bpm.gini(x), bpm.theil(x)) from few where few.i <= m.i) $$, 'growing: a state goes on after it has answered');

select * from finish();
rollback;
