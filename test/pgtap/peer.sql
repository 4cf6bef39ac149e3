-- Peers: the eight branches, arithmetic by hand, plain SQL as an oracle; and the index of unlike outputs.
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

----------------------------------------------------------------------------------------------------
-- Efficiency
----------------------------------------------------------------------------------------------------

create temp table branch as
select n, x, y from unnest(array[2, 3, 3, 4, 5, 5, 6, 8]::numeric[], array[1, 3, 2, 3, 4, 2, 3, 5]::numeric[]) with ordinality u(x, y, n);
select results_eq('select bpm.peer_efficiency(x, y) over (order by n) from branch order by n',
    'select unnest(array[1, 1, 1, 0.75, 1, 0.6, 0.5, 1]::numeric[])', 'eight branches by free disposal: 1, 1, 1, 3/4, 1, 3/5, 1/2, 1');
select results_eq($$ select bpm.peer_efficiency(x, y, 'constant returns') over () from branch order by n $$,
    'select unnest(array[0.5, 1, 0.66666667, 0.75, 0.8, 0.4, 0.5, 0.625]::numeric[])', 'by constant returns: 1/2, 1, 2/3, 3/4, 4/5, 2/5, 1/2, 5/8');
select is((select distinct bpm.peer_efficiency(5, 2) over ()::text), '1.00000000', 'alone: the best there is, with 8 decimals');
select is_empty($$ select n from (select n, bpm.peer_efficiency(x, y) over () as a, bpm.peer_efficiency(x, y, 'free disposal') over (order by y, x desc rows between 1 preceding and current row) as b,
        bpm.peer_efficiency(x, y, 'Free Disposal') over (order by n desc range between unbounded preceding and current row exclude current row) as c from branch) s
    where a <> b or a <> c or a is null $$, 'order and frame have no say');
select results_eq($$ select bpm.peer_efficiency(x, y, case when n % 2 = 0 then 'constant returns' end) over () from branch order by n $$,
    'select unnest(array[null, 1, null, 0.75, null, 0.4, null, 0.625]::numeric[])', 'a method for each row; none gives NULL');
-- more of each for the same: 1/3 is rounded down, 2/3 up; a half of the last decimal away from zero
select results_eq($$ select bpm.peer_efficiency(x, y) over () from (values (1, 1::numeric, 1), (2, 3, 1), (3, 1.5, 1), (4, 200000000, 0)) v(n, x, y) order by n $$,
    'select unnest(array[1, 0.33333333, 0.66666667, 0.00000001]::numeric[])', 'rounded once, half away from zero');

-- NULL
select results_eq($$ select bpm.peer_efficiency(x, y) over (), bpm.peer_efficiency(x, y, 'constant returns') over ()
    from (values (1, 4::numeric, 2::numeric), (2, null, 9), (3, 1, null), (4, 2, 2), (5, null, null)) v(n, x, y) order by n $$,
    $$ values (0.5, 0.5), (null, null), (null, null), (1, 1::numeric), (null, null) $$, 'a row without input or output is no peer, and has NULL');
select results_eq($$ select bpm.peer_efficiency(null, null) over (), bpm.peer_efficiency(null::numeric, 1, 'constant returns') over () from generate_series(1, 2) $$,
    'values (null::numeric, null::numeric), (null, null)', 'nobody known');
select results_eq($$ select bpm.peer_efficiency(x, 0) over (), bpm.peer_efficiency(x, 0, 'constant returns') over () from (values (2), (4)) v(x) $$,
    'values (1::numeric, null::numeric), (0.5, null)', 'all outputs 0: the cheapest is the best, and there is no best rate');
select is((select count(*) from (select bpm.peer_efficiency(x, y) over () from branch where false) s), 0::bigint, 'no rows');

create temp table refused (arguments text, state text, message text, detail text);
insert into refused values
    ('0, 1', '22023', 'input must be above 0', 'The input of a row is 0.'),
    ('-3, null', '22023', 'input must be above 0', 'The input of a row is -3.'),
    ('1, -0.5', '22023', 'output must not be negative', 'The output of a row is -0.5.'),
    ('null, -0.5', '22023', 'output must not be negative', 'The output of a row is -0.5.'),
    ('numeric ''NaN'', 1', '22003', 'input must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ('1, numeric ''Infinity''', '22003', 'output must be a figure, not infinity', 'Figures are exact, and so finite.'),
    ('1e29, 1', '22003', 'input is out of range', 'A figure has at most 29 digits before the decimal point.'),
    ('1, 1, ''fdh''', '22023', 'unknown method of efficiency: "fdh"', 'The methods are "free disposal" and "constant returns".'),
    ('1, 1, ''''', '22023', 'unknown method of efficiency: ""', 'The methods are "free disposal" and "constant returns".');
select is_empty($$ select f.*, arguments from refused r, pg_temp.failure(format('select bpm.peer_efficiency(%s) over ()', arguments)) f
    where (f.state, f.message, f.detail) is distinct from (r.state, r.message, r.detail) or f.hint = '' $$,
    'what is no input, output or method is refused with SQLSTATE, message, DETAIL and HINT');
select is((pg_temp.failure('select bpm.peer_efficiency(1, 1)')).state, '42809', 'it is a window function, and wants a window');

-- the definitions in plain SQL, over partitions of one row to hundreds, with ties, in figures of 28 digits too
create temp table random as
select g, i, case when i % 13 = 0 then null when g % 3 = 2 then 1e20 + (a % 1000) * 1e25 when g % 3 = 1 then 0.00000001 + (a % 50) / 1e8 else 1 + a % 40 end as x,
       case when i % 17 = 0 then null when b % 7 = 0 then 0 when g % 4 = 3 then (b % 1000) * 1e25 else b % 40 + (b % 3) / 1e8 end as y
from (select g, i, abs(hashint4extended(i * 100 + g, 1) >> 2) as a, abs(hashint4extended(i * 100 + g, 2) >> 2) as b
      from generate_series(1, 30) g, lateral generate_series(1, case when g < 6 then g else 6 * g end) i) h;
create temp table answer as
select *, bpm.peer_efficiency(x, y) over w as disposal, bpm.peer_efficiency(x, y, 'constant returns') over w as constant
from random window w as (partition by g order by i desc);
select is_empty($$ select * from (select a.*, (select round(trunc(min(p.x) * 1e30 / a.x) / 1e30, 8) from random p where p.g = a.g and p.x is not null and p.y >= a.y) as plain from answer a) s
    where disposal is distinct from case when x is not null and y is not null then plain end $$, 'free disposal is the least input with as much output');
select is_empty($$ select * from (select a.*, (select round(trunc(a.y * p.x * 1e30 / nullif(p.y * a.x, 0)) / 1e30, 8) from random p where p.g = a.g and p.x is not null and p.y is not null
        order by (p.y / p.x)::numeric(200, 100) desc limit 1) as plain from answer a) s
    where constant is distinct from case when x is not null and y is not null then plain end $$, 'constant returns is the rate over the best rate');
select cmp_ok((select count(*) from answer where disposal < 1 and constant < disposal), '>', 500::bigint, 'of many rows that are not the best');
set local work_mem = '64kB';
create temp table many as select i, 1 + i * 7919::bigint % 10007 as x, i * 104729::bigint % 10009 as y from generate_series(1, 30000) i;
select is_empty($$ select * from (select i, bpm.peer_efficiency(x, y) over () as e from many) a join (
        select i, round((least(least_above, min(x) over (partition by y)) / x::numeric), 8) as plain
        from (select *, min(x) over (order by y desc range unbounded preceding) as least_above from many) m) p using (i) where e <> plain $$,
    'a partition of 30,000 rows that memory does not hold');

----------------------------------------------------------------------------------------------------
-- Unlike outputs
----------------------------------------------------------------------------------------------------

create temp table activity as select * from (values (1, 5, 100, 110), (2, 50, 10, 9)) v(n, cost, before, now);
-- 5 * 110 + 50 * 9 = 1000 over 5 * 100 + 50 * 10 = 1000
select is((select bpm.activity_index(cost, before, now)::text from activity), '1.00000000', 'as much is done as before, and dearer things less');
-- 1000 + 20 * 6 over 1000 + 20 * 4
select is((select bpm.activity_index(cost, before, now) from (table activity union all values (3, 20, 4, 6)) v(n, cost, before, now)), round(1120.0 / 1080, 8), 'one more kind: 1120/1080');
select is((select bpm.activity_index(cost, before, now)::text from (select cost, before, now from activity union all values (null::numeric, 9, 1), (9, null, 1), (9, 1, null)) v), '1.00000000',
    'what is not known is left out on both sides');
select results_eq($$ select bpm.activity_index(cost, before, now) from activity where false union all select bpm.activity_index(null, 1, 1)
        union all select bpm.activity_index(0, 1, 1) union all select bpm.activity_index(1, 0, 5) union all select bpm.activity_index(1, 5, 0) $$,
    'select unnest(array[null, null, null, null, 0]::numeric[])', 'no rows, nothing before: NULL; nothing now: 0');
select is(bpm.activity_index(9e28, 9e28, 9e28) , 1.00000000, 'figures of 29 digits') from generate_series(1, 5000);
create temp table refused_index (arguments text, state text, message text, detail text);
insert into refused_index values
    ('-5, 1, 1', '22023', 'cost must not be negative', 'The cost of a row is -5.'),
    ('5, -1, 1', '22023', 'output before must not be negative', 'The output before of a row is -1.'),
    ('5, 1, -1', '22023', 'output now must not be negative', 'The output now of a row is -1.'),
    ('5, 1, numeric ''NaN''', '22003', 'output now must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ('1, 0.00000001, 9e28', '22003', 'activity index is out of range', 'It has more than 29 digits before the decimal point.');
select is_empty($$ select f.*, arguments from refused_index r, pg_temp.failure(format('select bpm.activity_index(%s)', arguments)) f
    where (f.state, f.message, f.detail) is distinct from (r.state, r.message, r.detail) or f.hint = '' $$, 'what is no cost or output is refused, and an index beyond all figures');
select is_empty($$ select i from (select i, bpm.activity_index(x, y, y + x) over (order by i rows between 9 preceding and 2 preceding) as a from many where i <= 500) m
    where a is distinct from (select round(sum(x * (y + x)) / sum(x * y::numeric), 8) from many where i between m.i - 9 and m.i - 2) $$, 'a moving frame says what its rows say, and plain SQL');
select bpm.activity_index(x, y, y + x) as answer from many \gset serial_
analyze many;
set local parallel_setup_cost = 0;
set local parallel_tuple_cost = 0;
set local min_parallel_table_scan_size = 0;
create table shared as select * from many;
select bpm.activity_index(x, y, y + x) as answer from shared \gset parallel_
select is(:parallel_answer::numeric, :serial_answer::numeric, 'parallel: the same');

select * from finish();
rollback;
