-- PEFA: what is no grade drops out; what is no word of PEFA's is refused. (tree.sql has the tables of M1 and M2.) And the
-- variance of a composition.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(9 + 8 + 14);

-- 3 + 2 + 4 = 9 over three dimensions is a B; the lowest is C, others are higher: C+
select is((select bpm.pefa_m2(g) from unnest('{B, NU, NR, NA, "", C, A, NULL}'::text[]) g), 'B', 'M2: NA, NU, NR, empty text and NULL drop out');
select is((select bpm.pefa_m1(g) from unnest('{B, NU, NR, NA, "", C, A, NULL}'::text[]) g), 'C+', 'M1: they drop out');
select is((select bpm.pefa_m2(g) from unnest('{A, nu, A, Nr, A, " NU ", A, "  "}'::text[]) g), 'A',
    'in any case, with spaces around; and they do not count among the four that M2 has a table for');
select is((select bpm.pefa_m1(g) from unnest('{NU, D*}'::text[]) g), 'D', 'D* is a grade: it counts as D');
select is((select bpm.pefa_m1(g) from unnest('{NU, NR, ""}'::text[]) g), null, 'M1: nothing left, no grade');
select is((select bpm.pefa_m2(g) from unnest('{NU, NR, ""}'::text[]) g), null, 'M2: nothing left, no grade');
select is((select count(bpm.pefa_score(g)) from unnest('{NU, NR, NA, "", " "}'::text[]) g), 0::bigint, 'pefa_score of what drops out is NULL');
-- D and C of three dimensions: 1 + 2 = 3 over two is a D+; the row that drops out has no score, as one that is missing
select is((select bpm.pefa_grade(r.score) from (select bpm.score_tree(i, case when i > 0 then 0 end, 1, bpm.pefa_score(g), 'm2') t
    from (values (0, null), (1, 'D'), (2, 'C'), (3, 'NU')) v(i, g)) x, bpm.roots(t) r), 'D+', 'as the method of a parent too');
-- 40,000 of one sort are more than the aggregates can count, and are no grades
select is((select bpm.pefa_m2(case when i % 20000 = 0 then 'B' else 'NU' end) from generate_series(1, 40000) i), 'B', 'what drops out is not counted');

select throws_ok(format('select bpm.%s(%L)', f, g), '22P02', format('not a PEFA grade: "%s"', g), f || ' of ' || g || ': no word of PEFA''s')
from unnest(array['pefa_m1', 'pefa_m2']) f, unnest(array['N', 'N/A', 'NUR', '-']) g;

-- PI-2: budget 100, 200, 300 = 600, actual 120, 200, 340 = 660: scaled by 1.1 to 110, 220, 330; off by 10 + 20 + 10 = 40 of 660
create temp table head as select * from (values (120, 100), (200, 200), (340, 300)) v(actual, budget);
select is((select bpm.composition_variance(actual, budget)::text from head), '6.06060606', 'composition: 40 of 660 is 6.06060606 %');
select is((select bpm.composition_variance(budget * 1.37, budget)::text from head), '0.00000000', 'the same shares of more money: 0');
-- half the money of each of two is 50 + 50 off; all in the one that had none is 100 + 100 of 100
select is((select bpm.composition_variance(a, b)::text from (values (100, 0), (0, 100)) v(a, b)), '200.00000000', 'nothing as budgeted: 200 %, the most of figures that are not negative');
select is((select bpm.composition_variance(actual, budget)::text from (table head union all values (null, 50), (70, null)) v), '6.06060606', 'a line without actual or budget is left out');
select is((select bpm.composition_variance(a, b)::text from (values (120, 100), (200, 200), (340, 300), (0, 0)) v(a, b)), '6.06060606', 'a line of nothing changes nothing');
-- a credit: actual 110 - 10 = 100, budget 100 + 0: scaled 100, 0: 10 + 10 of 100
select is((select bpm.composition_variance(a, b)::text from (values (110, 100), (-10, 0)) v(a, b)), '20.00000000', 'a credit is a line below 0');
select is(num_nulls((select bpm.composition_variance(actual, budget) from head where false), (select bpm.composition_variance(actual, 0) from head), (select bpm.composition_variance(0, budget) from head),
    (select bpm.composition_variance(actual, null) from head), (select bpm.composition_variance(-actual, -budget) from head)), 5, 'no lines, or a total that is not above 0: NULL');
-- 1/3 and 2/3 against 1/2 each: 2/6 = 33.3...; a variance of half the last decimal: budget 1, 1, actual 1 +- 0.00000000005 of 1
select is((select bpm.composition_variance(a, b)::text from (values (1000000001, 1), (999999999, 1)) v(a, b)), '0.00000010', 'off by 2 of 2,000,000,000');
select is((select bpm.composition_variance(a, b)::text from (values (10000000000.5, 1), (9999999999.5, 1)) v(a, b)), '0.00000001', 'a half is rounded away from zero');
create temp table line as
select g, i, case when g % 3 = 2 then 1e20 + a % 1000 * 1e25 else (a % 100000) / 100.0 end as actual, case when g % 4 = 3 then b % 1000 * 1e25 else (b % 100000) / 1000.0 end as budget
from (select g, i, abs(hashint4extended(i * 100 + g, 1) >> 2) as a, abs(hashint4extended(i * 100 + g, 2) >> 2) as b from generate_series(1, 30) g, generate_series(1, 50) i) h;
select is_empty($$ select g, round(trunc(sum(abs(actual * b - budget * a)) * 1e32 / (a * b)) / 1e30, 8) as plain from line
        join (select g, sum(actual) as a, sum(budget) as b from line group by g) t using (g) group by g, a, b
    except select g, bpm.composition_variance(actual, budget) from line group by g $$, 'the definition in plain SQL: 30 budgets of 50 lines, of figures of 28 digits too');
select throws_ok('select bpm.composition_variance(9e28, 9e28) from generate_series(1, 100)', '22003', 'total of a composition is out of range', 'a total that 128 bits do not hold');
select throws_ok('select bpm.composition_variance(a, b) from (values (9e28, 1e28), (-9e28 + 0.00000001, -1e28 + 1)) v(a, b)', '22003', 'composition variance is out of range', 'lines that cancel each other out');
select throws_ok($$ select bpm.composition_variance('NaN', 1) $$, '22003', 'actual must be a figure, not NaN', 'NaN is no figure');
set local parallel_setup_cost = 0;
set local parallel_tuple_cost = 0;
set local min_parallel_table_scan_size = 0;
create table lines as select g, i, actual, budget from line;
select is((select string_agg(v::text, ',' order by g) from (select g, bpm.composition_variance(actual, budget) as v from lines group by g) s),
    (select string_agg(v::text, ',' order by g) from (select g, bpm.composition_variance(actual, budget) as v from line group by g) s), 'parallel: the same');

select * from finish();
rollback;
