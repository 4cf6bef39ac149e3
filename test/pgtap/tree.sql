-- Trees: every promise of doc/tree.md, with figures from published tables or from arithmetic that is
-- written out.
\set QUIET on
\set ON_ERROR_STOP on
\set ECHO none
\pset format unaligned
\pset tuples_only on
\pset pager off
begin;
set local client_min_messages = warning;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

/* a tree of three levels by hand --------------------------------------------------------------- */

-- root
--   output  60        quality 2: 90    cost 1: 30              (2 * 90 + 1 * 30) / 3 = 70
--   benefit 30        use 50: 80       reach 50: missing       80 over what is there
--   public  10: 65
-- root: (60 * 70 + 30 * 80 + 10 * 65) / 100 = (4200 + 2400 + 650) / 100 = 72.5
-- coverage: benefit 50 %; root (60 * 100 + 30 * 50 + 10 * 100) / 100 = 85
-- low: benefit (50 * 80 + 50 * 0) / 100 = 40; root (4200 + 30 * 40 + 650) / 100 = 60.5
-- high: benefit (50 * 80 + 50 * 100) / 100 = 90; root (4200 + 30 * 90 + 650) / 100 = 75.5
-- contributions: quality 0.6 * 2/3 * 90 = 36, cost 0.6 * 1/3 * 30 = 6, use 0.3 * 80 = 24, public 6.5
create temp table framework (id text, parent_id text, weight numeric, score numeric);
insert into framework values
    ('root', null, null, null),
    ('output', 'root', 60, null), ('benefit', 'root', 30, null), ('public', 'root', 10, 65),
    ('quality', 'output', 2, 90), ('cost', 'output', 1, 30),
    ('use', 'benefit', 50, 80), ('reach', 'benefit', 50, null);

prepare figures as
select n.id, n.parent_id, n.depth, n.leaf, n.weight, n.score, n.low, n.high, n.coverage, n.contribution
from (select bpm.score_tree(id, parent_id, weight, score) as tree from framework) t, bpm.nodes(t.tree) n;
select results_eq('figures',
    $$values ('root'::text, null::text, 0, false, null::numeric, 72.5::numeric, 60.5::numeric, 75.5::numeric, 85::numeric, 72.5::numeric),
             ('benefit', 'root', 1, false, 30, 80, 40, 90, 50, 24),
             ('reach', 'benefit', 2, true, 50, null, 0, 100, 0, null),
             ('use', 'benefit', 2, true, 50, 80, 80, 80, 100, 24),
             ('output', 'root', 1, false, 60, 70, 70, 70, 100, 42),
             ('cost', 'output', 2, true, 1, 30, 30, 30, 100, 6),
             ('quality', 'output', 2, true, 2, 90, 90, 90, 100, 36),
             ('public', 'root', 1, true, 10, 65, 65, 65, 100, 6.5)$$,
    'three levels by hand: every figure, parents before children, siblings by id');

select is((select array_agg(n.share order by n.id) from (select bpm.score_tree(id, parent_id, weight, score) t from framework) x, bpm.nodes(t) n),
    '{0.3,0.2,0.6,0.1,0.4,0.15,1,0.15}'::numeric[], 'share is the product of weights down from the root');
select is((select array_agg(n.scored_share order by n.id) from (select bpm.score_tree(id, parent_id, weight, score) t from framework) x, bpm.nodes(t) n),
    '{0.3,0.2,0.6,0.1,0.4,0,1,0.3}'::numeric[], 'scored_share is what moves the root: use has all of benefit');

-- zero: benefit (50 * 80 + 50 * 0) / 100 = 40, root (4200 + 1200 + 650) / 100 = 60.5
select is((select (n.score, n.coverage)::text from (select bpm.score_tree(id, parent_id, weight, score, 'zero') t from framework) x, bpm.roots(t) n),
    '(60.50000000,85.00000000)', 'zero: what is missing scores 0, and coverage tells');
-- require 80: benefit is covered to 50 %, has no score, and is missing to the root:
-- (60 * 70 + 10 * 65) / 70 = 4850 / 70 = 69.285714..; coverage (6000 + 0 + 1000) / 100 = 70
select is((select (n.score, n.coverage)::text from (select bpm.score_tree(id, parent_id, weight, score, 'require 60') t from framework) x, bpm.roots(t) n),
    '(69.28571429,70.00000000)', 'require: a parent that is covered too little has no score, and is missing above');
select is((select (n.score, n.low, n.high, n.coverage)::text from (select bpm.score_tree(id, parent_id, weight, score, 'require 80') t from framework) x, bpm.roots(t) n),
    '(,60.50000000,75.50000000,70.00000000)', 'require: so up to the root; bounds are the same under every policy');
select is((select (n.score, n.coverage)::text from (select bpm.score_tree(id, parent_id, weight, score, 'require 50') t from framework) x, bpm.roots(t) n),
    '(72.50000000,85.00000000)', 'require: exactly as much is enough');
select throws_ok($$select bpm.score_tree(id, parent_id, weight, score, 'error') from framework$$, '22004',
    'leaf "reach" has no score', 'error: nothing may be missing');
select is((select n.low from (select bpm.score_tree(id, parent_id, weight, score, 'bounds 50..100') t from framework) x, bpm.roots(t) n),
    68.0, 'bounds: low is with the worst score, (4200 + 30 * (50 * 80 + 50 * 50) / 100 + 650) / 100 = 68');

/* rounding ------------------------------------------------------------------------------------- */

-- thirds do not pile up: 200/3 and 100/3 with equal weights are 50, at three levels too
select is((select n.score from (select bpm.score_tree(id, parent_id, 1, score) t
    from (values ('r', null, null), ('a', 'r', null), ('b', 'r', null), ('a1', 'a', 100), ('a2', 'a', 100), ('a3', 'a', 0),
                 ('b1', 'b', 100), ('b2', 'b', 0), ('b3', 'b', 0)) v (id, parent_id, score)) x, bpm.roots(t) n),
    50.0, 'two thirds and a third are a whole');
-- 89.995 is a tie at two digits, and rounds up though it comes of thirds:
-- a = (100 + 100 + 69.985) / 3 = 89.995 exactly; weighed 1/3 and 2/3 against itself it stays
select is((select n.score from (select bpm.score_tree(id, parent_id, weight, score, 'round 2') t
    from (values ('r', null, 1, null), ('a', 'r', 1, null), ('b', 'r', 2, null),
                 ('a1', 'a', 1, 100), ('a2', 'a', 1, 100), ('a3', 'a', 1, 69.984),
                 ('b1', 'b', 1, 100), ('b2', 'b', 1, 100), ('b3', 'b', 1, 69.9855)) v (id, parent_id, weight, score)) x, bpm.roots(t) n),
    90.00, 'rounded once: a tie that comes of thirds rounds away from zero');

-- 100 points over three equal leaves of 100, 100 and 99.99: 299.99 / 3 = 99.99666.., published 100.00 at
-- two digits; the parts 33.333.., 33.333.., 33.33 are cut to 33.33 each, 0.01 is left for the larger rest,
-- and the earlier of two
select is((select array_agg(n.contribution order by n.id) from (select bpm.score_tree(id, parent_id, 1, score, 'round 2') t
    from (values ('r', null, null), ('a', 'r', 100), ('b', 'r', 100), ('c', 'r', 99.99)) v (id, parent_id, score)) x, bpm.nodes(t) n),
    '{33.34,33.33,33.33,100.00}'::numeric[], 'contributions: largest remainder, ties to the earlier');
-- 200 / 3 = 66.66666667 = 33.33333334 + 33.33333333 + 0
select is((select array_agg(n.contribution order by n.id) from (select bpm.score_tree(id, parent_id, 1, score) t
    from (values ('r', null, null), ('a', 'r', 100), ('b', 'r', 100), ('c', 'r', 0)) v (id, parent_id, score)) x, bpm.nodes(t) n),
    '{33.33333334,33.33333333,0,66.66666667}'::numeric[], 'contributions sum to the score exactly');
select is((select array_agg(n.contribution order by n.id) from (select bpm.score_tree(id, parent_id, 1, score, 'round 0') t
    from (values ('r', null, null), ('a', 'r', -10.4), ('b', 'r', 5), ('c', 'r', 1)) v (id, parent_id, score)) x, bpm.nodes(t) n),
    -- -4.4 / 3 = -1.47 -> -1; parts -3.47, 1.67, 0.33 are cut down to -4, 1, 0 = -3; two left, to .67 and .53
    '{-3,2,0,-1}'::numeric[], 'contributions of negative scores');

/* methods -------------------------------------------------------------------------------------- */

-- Human Development Index 2015 (UNDP), from the inputs of methods.md. Goalposts: life expectancy 20-85,
-- expected schooling 0-18, mean schooling 0-15, income 100-75000 in logarithms.
create temp table hdi (country text, life numeric, expected numeric, mean numeric, income numeric);
insert into hdi values ('Norway', 81.7, 17.7, 12.7, 67614), ('Kenya', 62.2, 11.1, 6.3, 2881);
select is((select jsonb_object_agg(country, round(r.score, 3)) from (
    select country, bpm.score_tree(id, parent_id, 1, score, method, 'bounds 0..1') as tree
    from hdi, lateral (values ('hdi', null, null, 'geometric'::bpm.method),
        ('health', 'hdi', least(1, (life - 20) / (85 - 20)), null),
        ('education', 'hdi', null, 'mean'),
        ('expected', 'education', least(1, expected / 18), null),
        ('schooling', 'education', least(1, mean / 15), null),
        ('income', 'hdi', least(1, (ln(income) - ln(100.0)) / (ln(75000.0) - ln(100.0))), null)) v (id, parent_id, score, method)
    group by country) t, bpm.roots(t.tree) r), '{"Norway": 0.949, "Kenya": 0.555}', 'HDI of 2015: Norway .949, Kenya .555');

-- the compensation demo: (0, 10) and (5, 5) are equal by mean, 0 and 5 by geometric mean
prepare compensation (bpm.method) as
select jsonb_agg(r.score order by name) from (
    select name, bpm.score_tree(id, parent_id, 1, score, $1) as tree
    from (values ('a', 1, null, null), ('a', 2, 1, 0), ('a', 3, 1, 10), ('b', 1, null, null), ('b', 2, 1, 5), ('b', 3, 1, 5)) v (name, id, parent_id, score)
    group by name) t, bpm.roots(t.tree) r;
select results_eq($$execute compensation('mean')$$, $$values ('[5.00000000, 5.00000000]'::jsonb)$$, 'compensation: equal by mean');
select results_eq($$execute compensation('geometric')$$, $$values ('[0.00000000, 5.00000000]'::jsonb)$$, 'compensation: 0 and 5 by geometric mean');
select results_eq($$execute compensation('weakest')$$, $$values ('[0.00000000, 5.00000000]'::jsonb)$$, 'compensation: 0 and 5 by the weakest');
-- (4^1 * 9^1 * 36^2) ^ (1/4) = 46656 ^ (1/4) = 216 ^ (1/2) = 14.69693845669907 
select is((select n.score from bpm.roots('{text, geometric} ("r",,,) ("a","r",1,4) ("b","r",1,9) ("c","r",2,36)') n),
    14.69693846, 'geometric mean with weights');
select is((select array_agg(n.contribution order by n.id) from bpm.nodes('{text, renormalise} ("r",,,) ("g","r",1,,geometric) ("g1","g",1,4) ("g2","g",1,9) ("l","r",1,8)') n),
    '{3,NULL,NULL,4,7}'::numeric[], 'below a method without shares contribution is NULL; its own parent has one');
select is((select array_agg(n.scored_share order by n.id) from bpm.nodes('{text, renormalise} ("r",,,) ("g","r",1,,geometric) ("g1","g",1,4) ("g2","g",1,9) ("l","r",1,8)') n),
    '{0.5,NULL,NULL,0.5,1}'::numeric[], 'and so is scored_share');
select throws_ok($$select '{text, geometric} ("r",,,) ("a","r",1,4) ("b","r",1,-9)'::bpm.tree$$, '22023',
    'geometric mean below node "r" has a negative score', 'a geometric mean of a negative score is an error');
select is((select (n.low, n.high)::text from bpm.roots('{text, geometric} ("r",,,) ("a","r",1,25) ("b","r",1,)') n),
    '(0.00000000,50.00000000)', 'bounds of a geometric mean: root of 25 * 0 and of 25 * 100');
select is((select (n.score, n.low, n.high)::text from bpm.roots('{text, weakest} ("r",,,) ("a","r",1,25) ("b","r",1,)') n),
    '(25.00000000,0.00000000,25.00000000)', 'bounds of the weakest');

/* PEFA 2016, cell by cell ------------------------------------------------------------------------ */

create temp table m2 (n integer, sum integer, grade text);
insert into m2 values
    (2, 2, 'D'), (2, 3, 'D+'), (2, 4, 'C'), (2, 5, 'C+'), (2, 6, 'B'), (2, 7, 'B+'), (2, 8, 'A'),
    (3, 3, 'D'), (3, 4, 'D+'), (3, 5, 'D+'), (3, 6, 'C'), (3, 7, 'C+'), (3, 8, 'B'), (3, 9, 'B'), (3, 10, 'B+'), (3, 11, 'A'), (3, 12, 'A'),
    (4, 4, 'D'), (4, 5, 'D'), (4, 6, 'D+'), (4, 7, 'D+'), (4, 8, 'C'), (4, 9, 'C+'), (4, 10, 'C+'), (4, 11, 'B'), (4, 12, 'B'),
    (4, 13, 'B+'), (4, 14, 'B+'), (4, 15, 'A'), (4, 16, 'A');
-- every way to grade 2, 3 and 4 dimensions: 16 + 64 + 256
create temp table graded as
with letter (grade, points) as (values ('A', 4), ('B', 3), ('C', 2), ('D', 1)),
     way (grades) as (
         select array[a.grade, b.grade] from letter a, letter b
         union all select array[a.grade, b.grade, c.grade] from letter a, letter b, letter c
         union all select array[a.grade, b.grade, c.grade, d.grade] from letter a, letter b, letter c, letter d)
select grades, cardinality(grades) as n, (select sum(points) from unnest(grades) g join letter on letter.grade = g)::integer as sum,
       (select max(g) from unnest(grades) g) || case when (select count(distinct g) from unnest(grades) g) > 1 then '+' else '' end as m1
from way;
select is((select count(*) from graded), 336::bigint, 'all 336 ways to grade two, three or four dimensions');
select is_empty($$select grades from graded join m2 using (n, sum)
    where (select bpm.pefa_m2(g) from unnest(grades) g) <> m2.grade$$, 'M2: every cell of the table');
select is_empty($$select grades from graded where (select bpm.pefa_m1(g) from unnest(grades) g) <> m1$$,
    'M1: the lowest letter, with a plus when any other is higher');
select is_empty($$
    select t.grades, r.score from (
        select grades, m2.grade, bpm.score_tree(i, case when i > 0 then 0 end, 1, bpm.pefa_score(grades[i]), 'm2') as tree
        from graded join m2 using (n, sum), generate_series(0, n) i group by grades, m2.grade) t, bpm.roots(t.tree) r
    where bpm.pefa_grade(r.score) <> t.grade$$, 'M2 as the method of a parent gives the same grades');
select is_empty($$
    select t.grades, r.score from (
        select grades, m1, bpm.score_tree(i, case when i > 0 then 0 end, 1, bpm.pefa_score(grades[i]), 'm1') as tree
        from graded, generate_series(0, n) i group by grades, m1) t, bpm.roots(t.tree) r
    where bpm.pefa_grade(r.score) <> t.m1$$, 'M1 as the method of a parent gives the same grades');
select is((select bpm.pefa_m2(g) || ' ' || bpm.pefa_m1(g) from unnest('{B, NA, D*, b, NULL}'::text[]) g), 'C+ D+',
    'D* is a D, NA and NULL drop out: 3 + 1 + 3 = 7 over three is C+, the lowest D+');
select is((select bpm.pefa_m2(g) from unnest('{NA,NA}'::text[]) g), null, 'nothing applies: no grade');
select is((select bpm.pefa_m1(g) from unnest('{}'::text[]) g), null, 'no rows: no grade');
select is((select bpm.pefa_m2(g) || bpm.pefa_m1(g) from unnest('{B}'::text[]) g), 'BB', 'one dimension is the grade itself');
select throws_ok($$select bpm.pefa_m2(g) from unnest('{A,A,A,A,A}'::text[]) g$$, '22023', null, 'M2 has no row for five');
select throws_ok($$select bpm.pefa_m1('E')$$, '22P02', 'not a PEFA grade: "E"', 'no such grade');
select throws_ok($$select bpm.pefa_m1('B+')$$, '22023', 'a PEFA dimension has no plus', 'a dimension has no plus');
select is((select string_agg(bpm.pefa_grade(bpm.pefa_score(g)), ' ') from unnest('{A,B+,B,C+,C,D+,D,D*}'::text[]) g), 'A B+ B C+ C D+ D D',
    'grades to figures and back');
select throws_ok($$select bpm.pefa_grade(2.7)$$, '22023', null, 'a figure between grades is none');
select throws_ok($$select '{text, m2} ("r",,,) ("a","r",1,4) ("b","r",1,2.5)'::bpm.tree$$, '22023',
    'score below node "r" is no PEFA grade', 'm2 reads grades of dimensions');
-- a missing dimension: D at worst, A at best; by the table (4, 1) is 5: C+, (4, 4) is 8: A
select is((select (n.score, n.low, n.high)::text from bpm.roots('{text, m2, bounds 1..4} ("r",,,) ("a","r",1,4) ("b","r",1,)') n),
    '(4.00000000,2.50000000,4.00000000)', 'bounds of m2');
select is((select n.score from bpm.roots('{text, zero, m2} ("r",,,) ("a","r",1,4) ("b","r",1,)') n), 2.5,
    'zero: a missing dimension is a D, as D* is');

/* errors name the node --------------------------------------------------------------------------- */

create function pg_temp.error_of(rows text, rules text default 'renormalise') returns text language plpgsql as $$
declare
    message text; detail text; state text;
begin
    execute format('select bpm.score_tree(id, parent_id, weight, score, %L) from (values %s) v (id, parent_id, weight, score)', rules, rows);
    return 'no error';
exception when others then
    get stacked diagnostics message = message_text, detail = pg_exception_detail, state = returned_sqlstate;
    return state || ' ' || message || ' | ' || detail;
end $$;
select is(pg_temp.error_of($$('r', null, 1, null), ('a', 'c', 1, null), ('b', 'a', 1, null), ('c', 'b', 1, null), ('d', 'c', 1, 5), ('e', 'r', 1, 1)$$),
    '22023 node "a" is its own ancestor | The loop, every node before its parent: "a" -> "c" -> "b" -> "a".', 'cycle: the whole loop is shown');
select is(pg_temp.error_of($$('r', 'r', 1, 5)$$),
    '22023 node "r" is its own ancestor | The loop, every node before its parent: "r" -> "r".', 'a loop of one');
select is(pg_temp.error_of($$('r', null, 1, null), ('a', 'x', 1, 5)$$),
    '23503 parent of node "a" is missing | No row has the id "x".', 'missing parent');
select is(pg_temp.error_of($$('r', null, 1, null), ('a', 'r', 1, 5), ('a', 'r', 2, 5)$$),
    E'23505 node "a" stands twice in the tree | "a": A row of it is under "r".\n"a": A row of it is under "r".', 'duplicate id');
select is(pg_temp.error_of($$('r', null, 1, null), ('r', null, 1, 1)$$),
    E'23505 node "r" stands twice in the tree | "r": A row of it is a root.\n"r": A row of it is a root.', 'two roots'' worth of one id');
select is(pg_temp.error_of($$('r', null, 1, 3), ('a', 'r', 1, 5)$$),
    '22023 node "r" has children and a score of its own | Its score 3 would hide those below it.', 'score on an inner node');
select is(pg_temp.error_of($$('r', null, 1, null), ('a', 'r', -1.5, 5)$$),
    '22023 weight of node "a" must not be negative | It is -1.5.', 'negative weight');
select is(pg_temp.error_of($$('r', null, 1, null), (null, 'r', 1, 5)$$),
    '22004 a node has no id | A row without an id is under "r".', 'NULL id');
select is(pg_temp.error_of($$('r', null, 1, null), ('a', 'r', 0, 5), ('b', 'r', null, 7)$$),
    '22023 children of node "r" weigh nothing | Every weight below it is zero or NULL, and they cannot all be.', 'a parent whose weights are all zero');
select is(pg_temp.error_of($$('r', null, 1, null), ('a', 'r', 60, null), ('b', 'r', 30, 7), ('c', 'a', 99, 1)$$, 'total 100'),
    E'23514 weights below node "a" do not make the declared total | "a": The weights below it total 99, not 100.\n"r": The weights below it total 90, not 100.',
    'total: the parents and their sums');
select is(pg_temp.error_of($$('r', null, 1, null), ('a', 'r', 60, null), ('b', 'r', 40, 7), ('c', 'a', 20, 1), ('d', 'a', 40, 1)$$, 'nested 100'),
    'no error', 'nested: the weights below a parent total its own');
select is(pg_temp.error_of($$('r', null, 1, null), ('a', 'r', 60, null), ('b', 'r', 40, 7), ('c', 'a', 20, 1), ('d', 'a', 41, 1)$$, 'nested 100'),
    '23514 weights below node "a" do not make the declared total | The weights below it total 61, not 60.', 'nested: where they do not');
select is(pg_temp.error_of($$('r', null, 1, 1e11)$$),
    '22003 score of node "r" is out of range | It is 100000000000; scores are below 10000000000.', 'score out of range');
select throws_ok($$select bpm.score_tree(id, null, 1, 'NaN') from framework$$, '22003', null, 'NaN is no score');
select is(pg_temp.error_of($$('r', null, 1, 1)$$, 'zero, renormalze'),
    '22P02 invalid input syntax for type tree rules: "zero, renormalze" | No rule has this name at character 7, near "renormalze".', 'an unknown rule');
create function pg_temp.hint_of(statement text) returns text language plpgsql as $$
declare
    hint text;
begin
    execute statement;
    return null;
exception when others then
    get stacked diagnostics hint = pg_exception_hint;
    return hint;
end $$;
select is(pg_temp.hint_of($$select bpm.score_tree(1, null, 1, 1, 'qwertyuiop')$$), 'Rules are: renormalise, zero, error, require 80, mean, geometric, weakest, sum, m1, m2, total 100, nested 100, bounds 0..100, round 2.', 'and the hint says which there are');
select throws_like($$select bpm.score_tree(id, parent_id, weight, score, 'zero error') from framework$$, 'invalid input syntax%', 'two policies');
select throws_ok($$select bpm.score_tree(id, parent_id, weight, score, case when id = 'cost' then 'zero' end) from framework$$, '22023',
    'rules differ within a tree', 'rules are for the whole tree');

-- lint: all faults at once, and none exactly when score_tree takes the rows
select results_eq($$
    select f.* from (select bpm.tree_check(id, parent_id, weight, score, 'total 100') faults from (values
        ('r', null, null, null), ('a', 'r', 60, null), ('b', 'r', 30, 7), ('b', 'a', 1, 1), ('c', 'a', -1, 1), ('d', 'x', 1, null),
        (null, 'a', 1, 1), ('l', 'm', 1, null), ('m', 'l', 1, null), ('e', 'b', 0, 1), ('q', 'a', 100, 1)) v (id, parent_id, weight, score)) t, unnest(t.faults) f$$,
    $$values ('null id', null, 'A row without an id is under "a".'),
             ('duplicate id', 'b', 'A row of it is under "a".'),
             ('duplicate id', 'b', 'A row of it is under "r".'),
             ('negative weight', 'c', 'It is -1.'),
             ('missing parent', 'd', 'No row has the id "x".'),
             ('cycle', 'l', 'The loop, every node before its parent: "l" -> "m" -> "l".'),
             ('score on parent', 'b', 'Its score 7 would hide those below it.'),
             ('zero weights', 'b', 'Every weight below it is zero or NULL, and they cannot all be.'),
             ('total', 'b', 'The weights below it total 0, not 100.'),
             ('total', 'r', 'The weights below it total 90, not 100.')$$, 'tree_check returns all faults at once');
select is((select bpm.tree_check(id, parent_id, weight)::text from framework), '{}', 'tree_check of a sound tree is empty');
select is((select bpm.tree_check(id, parent_id, weight)::text from framework where false), '{}', 'tree_check of nothing is empty');
select ok((select bpm.score_tree(id, parent_id, weight, score) is null from framework where false), 'no rows: no tree');
select is((select count(*) from (select bpm.tree_check(i, case when i > 1 then 0 end, -1) f from generate_series(1, 5000) i) t, unnest(f)), 9999::bigint,
    'a lint keeps all faults: 5000 negative weights, 4999 missing parents');

/* ids as people have them ------------------------------------------------------------------------ */

create temp table numbered as
select row_number() over (order by id) as n, framework.* from framework;
create function pg_temp.same(tree bpm.tree) returns boolean language sql as $$
    select array_agg(score order by score, weight) = '{30,65,70,72.5,80,80,90,NULL}'::numeric[] from bpm.nodes(tree) $$;
select ok(pg_temp.same(bpm.score_tree(c.n, p.n, c.weight, c.score)), 'bigint ids') from numbered c left join numbered p on p.id = c.parent_id;
select ok(pg_temp.same(bpm.score_tree(c.n::integer, p.n, c.weight, c.score)), 'integer and bigint ids mixed') from numbered c left join numbered p on p.id = c.parent_id;
select ok(pg_temp.same(bpm.score_tree(c.n::smallint, p.n::smallint, c.weight, c.score)), 'smallint ids') from numbered c left join numbered p on p.id = c.parent_id;
select ok(pg_temp.same(bpm.score_tree(md5(id)::uuid, md5(parent_id)::uuid, weight, score)), 'uuid ids') from framework;
select ok(pg_temp.same(bpm.score_tree(id::varchar(20), parent_id, weight, score)), 'varchar ids') from framework;
select ok(pg_temp.same(bpm.score_tree(id::char(20), parent_id::char(20), weight, score)), 'char(n) ids') from framework;
select ok(pg_temp.same(bpm.score_tree(id::name, parent_id::name, weight, score)), 'ids of any other type that has text') from framework;
select ok(pg_temp.same(bpm.score_tree(repeat(id, 100), repeat(parent_id, 100), weight, score)), 'long ids') from framework;
select is((select array_agg(n.id::integer) from (select bpm.score_tree(i, case when i <> 0 then 0 end, 1, case when i <> 0 then 1 end) t from unnest('{10,9,-1,2,0,-20}'::integer[]) i) x, bpm.nodes(t) n),
    '{0,-20,-1,2,9,10}', 'integers are sorted as numbers');
select is((select count(distinct t::text) from (
        select bpm.score_tree(id, parent_id, weight, score order by md5(id || seed)) t from framework, generate_series(1, 50) seed group by seed) x), 1::bigint,
    'rows in any order give the same tree');
select is((select jsonb_agg(n.root_id || ' ' || n.score order by n.root_id) from (select bpm.score_tree(id, parent_id, weight, score) t from (
        select 'x' || id, 'x' || parent_id, weight, score from framework union all select * from framework) v (id, parent_id, weight, score)) x, bpm.roots(t) n),
    '["root 72.50000000", "xroot 72.50000000"]', 'a forest has a row for each root');
select is((select n.score from (select bpm.score_tree(id, parent_id, weight * 1e15, score) t from framework) x, bpm.roots(t) n), 72.5, 'weights of 10^15 and more');
select is((select round(n.score, 6) from (select bpm.score_tree(id, parent_id, weight * 1e15 + 0.00000001, score) t from framework) x, bpm.roots(t) n), 72.5, 'and with all their decimals');
-- (10^15 + 10^-8) * 90 and 10^15 * 30: sum over 2 * 10^15 + 10^-8 is 60 + a little; 128 bits do not hold it with 20 decimals
select is((select n.score from bpm.roots('{text, renormalise} ("r",,,) ("a","r",100000000000000000000.00000001,90) ("b","r",100000000000000000000,30)') n), 60.0,
    'sums beyond 128 bits are computed all the same');

/* stored, written, read --------------------------------------------------------------------------- */

create temp table stored as select bpm.score_tree(id, parent_id, weight, score, 'weakest, require 30, total 100, bounds 1..99.5, round 3') as tree
from (values ('a "b", c', null, null, null), ('é)', 'a "b", c', 0.5, 7.25), ('', 'a "b", c', 99.5, null)) v (id, parent_id, weight, score);
select is((select tree::text from stored), '{text, require 30, weakest, total 100, bounds 1..99.5, round 3} ("a ""b"", c",,,) ("","a ""b"", c",99.5,) ("é)","a ""b"", c",0.5,7.25)',
    'a tree is text');
select is((select tree::text::bpm.tree::text from stored), (select tree::text from stored), 'which reads back to the same tree');
select throws_ok(format('select %L::bpm.tree', bad), state, null, bad) from (values
    ('', '22P02'), ('{', '22P02'), ('{text}', '22P02'), ('{texts, zero}', '22P02'), ('{text, zero}', '22P02'), ('{text, zero} ("a")', '22P02'),
    ('{text, zero} ("a",,,', '22P02'), ('{text, zero} ("a,,,)', '22P02'), ('{text, zero} ("a",,1,x)', '22P02'), ('{integer, zero} ("a",,,)', '22P02'),
    ('{integer, zero} ("9223372036854775808",,,)', '22P02'), ('{uuid, zero} ("12",,,)', '22P02'), ('{text, zero} ("a","b",,)', '23503'),
    ('{text, zero} ("a",,,1,median)', '22P02'), ('{text, total -1} ("a",,,1)', '22P02'), ('{text, round 9} ("a",,,1)', '22P02'),
    ('{text, bounds 5..1} ("a",,,1)', '22P02'), ('{text, require 101} ("a",,,1)', '22P02')) v (bad, state);
-- soft errors, from 16 on; before, the function is not there
select case when current_setting('server_version_num')::int < 160000 then skip('no soft errors before PostgreSQL 16', 1) else
    is_empty($$ select bad from (values (''), ('{texts, zero}'), ('{text, zero} ("a"'), ('{integer, zero} ("-",,,)'), ('{uuid, zero} ("12",,,)'),
        ('{text, zero} ("a","b",,)'), ('{text, zero} ("a",,,) ("a",,,)'), ('{text, zero} ("a","a",,)'), ('{text, round 9} ("a",,,1)')) v (bad)
        where pg_input_is_valid(bad, 'bpm.tree') $$, 'bad input is a soft error') end;
select throws_ok($$select '{integer, zero} ("--1",,,)'::bpm.tree$$, '22P02', 'invalid input syntax for type bpm.tree: "{integer, zero} ("--1",,,)"', 'an integer id with two signs');

/* what if ------------------------------------------------------------------------------------------ */

-- 72.5 is fair. Good begins at 80, and the published 79.995 rounds to that, and 79.994999995 is published as 79.995.
-- 7.494999995 points are missing: cost by 7.494999995 / 0.2 = 37.474999975, the next with 8 decimals is 37.47499998;
-- quality by 7.494999995 / 0.4 = 18.7374999875 would pass 100, use by 7.494999995 / 0.3 and public by / 0.1 too.
-- Fair ends under 59.994999995, at which 12.505000005 points are lost: quality by more than 12.505000005 / 0.4 =
-- 31.2625000125, so 31.26250002; use by more than 12.505000005 / 0.3 = 41.68333335, so 41.68333336; cost and public
-- would pass 0.
select results_eq($$
    select m.id, m.change, m.new_score, m.rating, m.new_rating from (select bpm.score_tree(id, parent_id, weight, score) t from framework) x,
        bpm.score_margin(t, 'excellent >= 90, good >= 80, fair >= 60, poor') m order by abs(m.change)$$,
    $$values ('quality', -31.26250002, 58.73749998, 'fair', 'poor'), ('cost', 37.47499998, 67.47499998, 'fair', 'good'),
             ('use', -41.68333336, 38.31666664, 'fair', 'poor')$$, 'score_margin: by hand');

select is_empty($$
    with base as (select bpm.score_tree(id, parent_id, weight, score) as tree from framework),
         margin as (select m.*, step from base, bpm.score_margin(tree, 'excellent >= 90, good >= 80, fair >= 60, poor') m, (values (0), (1)) s (step))
    -- with the new score the root has the new rating; with one unit less of a change it has the old one
    select m.id, m.step, r.score from margin m, lateral (
        select bpm.score_tree(f.id, f.parent_id, f.weight,
               case when f.id = m.id then m.new_score - sign(m.change) * m.step / 1e8 else f.score end) as tree from framework f) t, bpm.roots(t.tree) r
    where bpm.rating(r.score, 'excellent >= 90, good >= 80, fair >= 60, poor') <> case m.step when 0 then m.new_rating else m.rating end$$,
    'score_margin is the smallest change that does');

-- two programs under one set of weights 60 and 40: a has 80 and 60, b has 70 and 90; 72 against 78. The
-- difference is 60 * 10 + 40 * -30 = -600: level at 60 + 60 or at 40 - 20. Check: (60 * 80 + 20 * 60) / 80 = 75
-- = (60 * 70 + 20 * 90) / 80
select results_eq($$select id, change, new_weight from bpm.weight_margin('{text, renormalise} ("r",,,) ("x","r",60,80) ("y","r",40,60)',
    '{text, renormalise} ("r",,,) ("x","r",60,70) ("y","r",40,90)')$$,
    $$values ('y', -20::numeric, 20::numeric), ('x', 60, 120)$$, 'weight_margin: a common framework by hand');
-- two sibling trees: a has (60 * 80 + 40 * 60) / 100 = 72, b has 70. Level at (40 * 80 + 40 * 60) / 80 = 70 and
-- at (60 * 80 + 60 * 60) / 120 = 70; b has one leaf, whose weight moves nothing
select results_eq($$select m.id, m.in_b, m.change from (select
    '{text, renormalise} ("r",,,) ("a","r",1,) ("x","a",60,80) ("y","a",40,60) ("b","r",2,) ("z","b",60,70)'::bpm.tree t) q,
    bpm.weight_margin(bpm.subtree(t, 'a'), bpm.subtree(t, 'b')) m$$,
    $$values ('x', false, -20::numeric), ('y', false, 20)$$, 'weight_margin: two sibling trees by hand');
-- different siblings are scored: a = (w 80 + 40 * 60 + 30 * 50) / (w + 70), b = (w 70 + 40 * 90) / (w + 40); with y at 0
-- a = (4800 + 1500) / 90 = 70 = 4200 / 60
select results_eq($$select id, change from bpm.weight_margin('{text, renormalise} ("r",,,) ("x","r",60,80) ("y","r",40,60) ("z","r",30,50)',
    '{text, renormalise} ("r",,,) ("x","r",60,70) ("y","r",40,90) ("z","r",30,)') where id = 'y'$$,
    $$values ('y', -40::numeric)$$, 'weight_margin: what is missing in one tree');
select is_empty($$select * from bpm.weight_margin('{text, renormalise} ("r",,1,5)', '{text, renormalise} ("r",,1,5)')$$, 'weight_margin of level trees is empty');

-- drill: what the leaves cost adds up to what the root lacks
select is((select sum(n.scored_share * (100 - n.score)) filter (where n.leaf) from (select bpm.score_tree(id, parent_id, weight, score) t from framework) x, bpm.nodes(t) n),
    100 - 72.5, 'the points lost at the leaves are those lost at the root');
-- were cost and public met: 72.5 + 0.2 * 70 + 0.1 * 35 = 90
select is((select max(n.score) filter (where n.depth = 0) + sum(n.scored_share * (100 - n.score)) filter (where n.id in ('cost', 'public'))
    from (select bpm.score_tree(id, parent_id, weight, score) t from framework) x, bpm.nodes(t) n),
    (select r.score from (select bpm.score_tree(id, parent_id, weight, case when id in ('cost', 'public') then 100 else score end) t from framework) x, bpm.roots(t) r),
    'were these two met: the same as scoring again');
select ok((select bpm.subtree(bpm.score_tree(id, parent_id, weight / 7.0, score, 'zero'), 'root') from framework) operator(bpm.=)
    (select bpm.score_tree(id, parent_id, weight / 7.0, score, 'zero') from framework), 'the subtree of the root is the tree');
select ok((select bpm.subtree(bpm.score_tree(id, parent_id, case id when 'use' then 0.001 else weight * 100 end, score, 'zero'), 'output') from framework) operator(bpm.=)
    '{text, zero} ("output",,6000,) ("cost","output",100,30) ("quality","output",200,90)'::bpm.tree, 'a subtree is a tree');
select ok((select bpm.subtree(bpm.score_tree(id, parent_id, weight, score), 'none') is null from framework), 'a subtree that is not there is NULL');

/* depth -------------------------------------------------------------------------------------------- */

select is((select (n.score, max(d.depth), count(*))::text from (select bpm.score_tree(i, nullif(i - 1, 0), 1, case when i = 100000 then 71.5 end) t from generate_series(1, 100000) i) x,
    bpm.roots(t) n, bpm.nodes(t) d group by n.score), '(71.50000000,99999,100000)', 'depth 100,000 does not touch the stack');
select throws_like($$select bpm.score_tree(i, (i % 100000) + 1, 1, null) from generate_series(1, 100000) i$$, 'node "1" is its own ancestor', 'a loop of 100,000');

/* New York City: agency, service, goal, indicator ---------------------------------------------------- */

\set shared ''
\getenv shared BPM_SHARED
\set file :shared '/data/nyc/indicators.csv'
\setenv BPM_FILE :file
\set there `test -r "$BPM_FILE" && echo on || echo off`
\if :there
create temp table nyc (indicator_id text, agency_id text, agency_name text, unit_of_appropriation text, unit_name text, service text, goal text, indicator text,
    desired_direction text, critical text, target_fy2023 text, fy2016 text, fy2017 text, fy2018 text, fy2019 text, fy2020 text, fy2021 text, fy2022 text,
    fy2023_forecast text, published_status text);
-- \copy does not look into variables, but a variable may hold all of it
\set load '\\copy nyc from \'' :file '\' (format csv, header, encoding \'utf8\')'
:load
create temp table measured as
select indicator_id, agency, agency || '/' || service as service, agency || '/' || service || '/' || goal as goal,
       case critical when 'Yes' then 2 else 1 end as weight,
       case published_status when 'Met_Goal' then 100 when 'Did_Not_Meet' then 0 end as score
from (select *, coalesce(agency_id, 'none') as agency from nyc) n;
-- inner nodes weigh one, and so results are means of means of means; critical indicators weigh two
create temp table city as
select distinct 'a' || agency as id, null::text as parent_id, null::numeric as weight, null::numeric as score from measured
union all select distinct 's' || service, 'a' || agency, 1, null::numeric from measured
union all select distinct 'g' || goal, 's' || service, 1, null::numeric from measured
union all select 'i' || indicator_id, 'g' || goal, weight, score from measured;
select results_eq($$
    select n.id, n.score from (select bpm.score_tree(id, parent_id, weight, score) t from city) x, bpm.roots(t) n order by n.id collate "C"$$, $$
    select 'a' || agency, round(avg(score), 8) from (
        select agency, service, avg(score) as score from (
            select agency, service, goal, sum(weight * score)::numeric / sum(weight) filter (where score is not null) as score
            from measured group by agency, service, goal) g
        group by agency, service) s
    group by agency order by ('a' || agency) collate "C"$$, 'NYC: agencies as means of services, row by row');
-- inner nodes weigh what is scored below them, and so an agency has the share of its targets that it met
create temp table weighed as
select distinct 'a' || agency as id, null::text as parent_id, null::numeric as weight, null::numeric as score from measured where score is not null
union all select 's' || service, 'a' || agency, sum(weight), null::numeric from measured where score is not null group by agency, service
union all select 'g' || goal, 's' || service, sum(weight), null::numeric from measured where score is not null group by service, goal
union all select 'i' || indicator_id, 'g' || goal, weight, score from measured where score is not null;
select results_eq($$
    select n.id, n.score from (select bpm.score_tree(id, parent_id, weight, score) t from weighed) x, bpm.roots(t) n order by n.id collate "C"$$, $$
    select 'a' || agency, round(sum(weight * score)::numeric / sum(weight), 8) from measured where score is not null
    group by agency order by ('a' || agency) collate "C"$$, 'NYC: the share of targets met, critical ones twice, row by row');
\else
select skip('the NYC data set is not here: set BPM_SHARED to the folder that holds data/', 2);
\endif

/* sums, and what a missing leaf can bring ----------------------------------------------------------- */

-- points: execution 9.5 of 10, output 20 + 25.5 of 50, satisfaction missing of 10; a note that weighs nothing
create temp table points (id text, parent_id text, weight numeric, score numeric, best numeric, method bpm.method);
insert into points values ('total', null, null, null, null, 'sum'), ('execution', 'total', 1, 9.5, 10, null), ('output', 'total', 1, null, null, 'sum'),
    ('quantity', 'output', 1, 20, 25, null), ('quality', 'output', 1, 25.5, 25, null), ('satisfaction', 'total', 2, null, 10, null), ('note', 'total', 0, 99, 99, null);
select results_eq($$ select n.id, n.score, n.low, n.high, n.coverage, n.contribution, n.scored_share from (select bpm.score_tree(id, parent_id, weight, score, best, method, null) t from points) x, bpm.nodes(t) n $$,
    -- 9.5 + 20 + 25.5 = 55; high 65; two of four parts of the weight are covered
    $$values ('total'::text, 55::numeric, 55::numeric, 65::numeric, 50::numeric, 55::numeric, 1::numeric), ('execution', 9.5, 9.5, 9.5, 100, 9.5, 1), ('note', 99, 99, 99, 100, 0, 0),
             ('output', 45.5, 45.5, 45.5, 100, 45.5, 1), ('quality', 25.5, 25.5, 25.5, 100, 25.5, 1), ('quantity', 20, 20, 20, 100, 20, 1), ('satisfaction', null, 0, 10, 0, null, 0)$$,
    'sum: points add up, what is missing brings up to its own best, a weight of 0 is not applicable');
select is((select n.score from (select bpm.score_tree(id, parent_id, weight, score, best, method, 'zero') t from points) x, bpm.roots(t) n), 55.0, 'sum: what is missing is no point, by either policy');
select is((select n.score from (select bpm.score_tree(id, parent_id, weight, score, best, method, 'require 51') t from points) x, bpm.roots(t) n), null, 'sum: or no result below a coverage');
-- a mean above a sum, and a sum above means: ((3 + 4) * 1 + 5 * 3) / 4 = 5.5; 5.5 + (2 + 4) / 2 = 8.5
select is((select string_agg(n.score::numeric(9,2)::text, ' ' order by n.id) from (select bpm.score_tree(id, parent_id, weight, score, method) t from (values
    ('r', null, null, null, 'sum'::bpm.method), ('m', 'r', 1, null, 'mean'), ('s', 'm', 1, null, 'sum'), ('a', 's', 1, 3, null), ('b', 's', 7, 4, null), ('c', 'm', 3, 5, null),
    ('n', 'r', 1, null, 'mean'), ('d', 'n', 1, 2, null), ('e', 'n', 1, 4, null)) v (id, parent_id, weight, score, method)) x, bpm.nodes(t) n where not n.leaf), '5.50 3.00 8.50 7.00', 'sums of means of sums');
select is((select sum(n.contribution) from (select bpm.score_tree(id, parent_id, weight, score, 'sum, round 2') t from (values
    ('r', null, null, null), ('a', 'r', 1, 33.334), ('b', 'r', 1, 33.334), ('c', 'r', 1, 33.334)) v (id, parent_id, weight, score)) x, bpm.nodes(t) n where n.leaf), 100.00, 'contributions total the rounded sum: 100.002 is 100.00');
select is(pg_temp.error_of($$('r', null, 1, null), ('a', 'r', 1, 9000000000), ('b', 'r', 1, 2000000000)$$, 'sum'),
    '22003 sum below node "r" is out of range | Its score is 11000000000; scores and bounds are below 10000000000.', 'a sum stays a score');
-- 9 + 9 - 9 = 9 billion, in whatever order; and a chain of ten such sums, whose leaves sum to 90 billion before the rest takes 81 away
select is((select (r.score, array_agg(n.contribution order by n.id))::text from (select bpm.score_tree(id, parent_id, 1, score, 'sum, round 0') t
    from (values ('r', null, null), ('a', 'r', 9e9), ('b', 'r', 9e9), ('c', 'r', -9e9)) v (id, parent_id, score)) x, bpm.roots(t) r, bpm.nodes(t) n group by r.score),
    '(9000000000,"{9000000000,9000000000,-9000000000,9000000000}")', 'a sum may pass on its way what it may not be');
select is((select (r.score, sum(n.contribution) filter (where n.leaf), count(*) filter (where n.contribution = 9e9 and not n.leaf))::text from (select bpm.score_tree(id, parent_id, 1, score, 'sum') t
    from (select 2 * i, nullif(2 * i - 2, 0), null from generate_series(1, 12) i union all select 2 * i + 1, 2 * i, 9e9 from generate_series(1, 12) i
          union all select 100 + i, 2 * i, -9e9 from generate_series(1, 11) i) v (id, parent_id, score)) x, bpm.roots(t) r, bpm.nodes(t) n group by r.score),
    '(9000000000.00000000,9000000000.00000000,12)', 'so may contributions');
-- (2 * 120 + 1 * 120) / 3: a leaf whose target is capped at 120 may still bring that
select is((select (n.high, n.low)::text from (select bpm.score_tree(id, parent_id, weight, score, best, method, null) t from (values ('r', null, null, null, null, null::bpm.method),
    ('a', 'r', 2, 120, null, null), ('b', 'r', 1, null, 120, null)) v (id, parent_id, weight, score, best, method)) x, bpm.roots(t) n), '(120.00000000,80.00000000)', 'high is with each leaf''s own best');
select is((select bpm.score_tree(id, parent_id, weight, score, best, method, 'bounds 1..4')::text from (values ('r', null, null, null, null, 'weakest'::bpm.method),
    ('a', 'r', 2, 3, 4, null), ('b', 'r', 1, null, 2.5, 'm1')) v (id, parent_id, weight, score, best, method)),
    '{text, renormalise, bounds 1..4} ("r",,,,weakest) ("a","r",2,3,,4) ("b","r",1,,m1,2.5)', 'a best is written behind the method');
select ok(t::text::bpm.tree operator(bpm.=) t, 'and reads back') from (select bpm.score_tree(id, parent_id, weight, score, best, method, null) t from points) x;
select is(pg_temp.error_of($$('r', null, 1, null), ('a', 'r', 1, 7)$$, 'wekest'), '22P02 invalid input syntax for type tree rules: "wekest" | No rule has this name at character 1, near "wekest".', 'rules are read as ever');

/* answers in place of errors ----------------------------------------------------------------------- */

create temp table unsound (what text, id text, parent_id text, weight numeric, score numeric, best numeric, method bpm.method, rules text);
insert into unsound
select * from (values
    ('NaN weight', 'a', null, 'NaN'::numeric, 1::numeric, null::numeric, null::bpm.method, null::text), ('infinite weight', 'a', null, 'Infinity', 1, null, null, null), ('large weight', 'a', null, 1e29, 1, null, null, null),
    ('NaN score', 'a', null, 1, 'NaN', null, null, null), ('infinite score', 'a', null, 1, '-Infinity', null, null, null), ('large score', 'a', null, 1, 1e10, null, null, null), ('huge score', 'a', null, 1, 1e29, null, null, null),
    ('NaN best', 'a', null, 1, 1, 'NaN', null, null), ('large best', 'a', null, 1, 1, 1e10, null, null), ('best below worst', 'a', null, 1, 1, 0.5, null, 'bounds 1..4'),
    ('negative weight', 'a', null, -1, 1, null, null, null), ('null id', null, null, 1, 1, null, null, null), ('missing parent', 'a', 'x', 1, 1, null, null, null), ('loop', 'a', 'a', 1, 1, null, null, null),
    ('rules', 'a', null, 1, 1, null, null, 'zero zero'), ('long rules', 'a', null, 1, 1, null, null, repeat(' ', 5000)), ('missing score', 'a', null, 1, null, null, null, 'error')) v (what, id, parent_id, weight, score, best, method, rules)
union all select 'differing rules', id, null, 1, 1, null, null, rules from (values ('a', 'zero'), ('b', 'error')) v (id, rules)
union all select 'score on parent', id, parent_id, 1, 1, null, null, null from (values ('a', null), ('b', 'a')) v (id, parent_id)
union all select 'zero weights', id, parent_id, weight, score, null, null, null from (values ('a', null, 1, null), ('b', 'a', 0, 1)) v (id, parent_id, weight, score)
union all select 'large weights', 'n' || i, case when i > 0 then 'n0' end, case when i > 0 then 1e29 - 1e-8 else 1 end, case when i > 0 then 1 end, null, null, null from generate_series(0, 18) i
union all select 'no grade', id, parent_id, 1, score, null, 'm1', null from (values ('a', null, null), ('b', 'a', 5)) v (id, parent_id, score)
union all select 'too many', 'n' || i, case when i > 0 then 'n0' end, 1, case when i > 0 then 1 end, null, 'm2', null from generate_series(0, 5) i
union all select 'negative geometric', id, parent_id, 1, score, null, 'geometric', null from (values ('a', null, null), ('b', 'a', -5)) v (id, parent_id, score)
union all select 'total', id, parent_id, 99, score, null, null, 'total 100' from (values ('a', null, null), ('b', 'a', 5)) v (id, parent_id, score)
union all select 'a large sum', 'n' || i, case when i > 0 then 'n0' end, 1, case when i > 0 then 6e9 end, null, 'sum', null from generate_series(0, 2) i
union all select 'sound', id, parent_id, 1, score, null, null, null from (values ('a', null, null), ('b', 'a', 5)) v (id, parent_id, score);
select results_eq($$ select what from unsound group by what having bpm.try_score_tree(id, parent_id, weight, score, best, method, rules) is not null $$, $$ values ('sound') $$, 'try_score_tree is NULL for a tree that is not sound, and never raises');
select is_empty($$ select what from unsound group by what having (cardinality(bpm.tree_check(id, parent_id, weight, score, best, method, rules)) = 0) <> (what = 'sound') $$, 'tree_check says why, whatever it is');
create function pg_temp.raises(which text) returns text language plpgsql as $$
declare
    state text; message text; detail text;
begin
    perform bpm.score_tree(id, parent_id, weight, score, best, method, rules) from unsound where what = which;
    return null;
exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text, detail = pg_exception_detail;
    return state || ' ' || message || ' | ' || detail;
end $$;
select is_empty($$ select distinct what, pg_temp.raises(what) from unsound where (pg_temp.raises(what) is null) <> (what = 'sound') or pg_temp.raises(what) ~ '^(XX|22000)' $$, 'and score_tree raises it');
select is(pg_temp.raises('large weights'), '22003 weights below node "n0" are too large | Their sum does not fit 128 bits: weigh in thousands or millions.', 'weights that are too large together are a fault of the tree');
select is(pg_temp.raises('NaN weight'), '22003 weight of node "a" is out of range | It is NaN.', 'and so is what is no figure');
select results_eq($$ select bpm.try_score_tree(id, parent_id, weight, score) is not null, bpm.try_score_tree(id, parent_id, weight, score, 'mean'::bpm.method) is not null,
    bpm.try_score_tree(id, parent_id, weight, score, 'zero') is not null, bpm.try_score_tree(id, parent_id, weight, score, 'mean'::bpm.method, 'zero') is not null from framework $$, $$ values (true, true, true, true) $$, 'it takes what score_tree takes');
select is((select bpm.try_score_tree(id, parent_id, weight, score)::text from framework where false), null, 'over no rows there is no tree');
-- a total that does not fit 128 bits in the smallest unit is printed as it is: 18 times 10^29 - 1
select is((select f.detail from (select bpm.tree_check('n' || i, case when i > 0 then 'n0' end, case when i > 0 then 1e29 - 1 else 1 end, case when i > 0 then 1 end::numeric, 'total 100') faults from generate_series(0, 18) i) t, unnest(faults) f),
    'The weights below it total 1799999999999999999999999999982, not 100.', 'the figure of a total is right, however large');

-- the first fault by rank, whatever the order of the rows, also where there are more than are shown
create temp table faulty as select 'n' || lpad(i::text, 4, '0') as id, case when i % 7 = 0 then 'nowhere' else null end as parent_id, case when i % 3 = 0 then -1 else 1 end::numeric as weight, 1::numeric as score, i from generate_series(1, 3000) i;
create function pg_temp.first_fault(seed float) returns text language plpgsql as $$
declare
    detail text; message text;
begin
    perform setseed(seed);
    perform bpm.score_tree(id, parent_id, weight, score) from (select * from faulty order by random() offset 0) f;
    return null;
exception when others then
    get stacked diagnostics detail = pg_exception_detail, message = message_text;
    return message || md5(detail);
end $$;
select is((select count(distinct pg_temp.first_fault(s / 10.0)) from generate_series(1, 8) s), 1::bigint, 'the order of rows does not change what an error says');
select matches(pg_temp.first_fault(0.3), '^weight of node "n0003" must not be negative', 'it names the first by rank and id');
-- a best below the worst ranks before a parent that is not there, and shows only with the rules
select throws_ok($$ select bpm.score_tree(id, p, w, s, b, null::bpm.method, '') from (values ('r', null, 1, null::numeric, null::numeric), ('a', 'r', 1, null, -1), ('x', 'nowhere', 1, 50, null)) v(id, p, w, s, b) $$,
    '22003', 'best score of node "a" is out of range', 'also where rows, places and rules are all at fault');
create function pg_temp.error_in_order(rows text, by text) returns text language plpgsql as $$
declare
    detail text;
begin
    execute format('select bpm.score_tree(id, parent_id, weight, score order by o %s) from (values %s) v (id, parent_id, weight, score, o)', by, rows);
    return null;
exception when others then
    get stacked diagnostics detail = pg_exception_detail;
    return sqlerrm || ' | ' || detail;
end $$;
select is(pg_temp.error_in_order($$(10, null::integer, -1, 1, 1), (9, null, -1, 1, 2), (-3, null, -1, 1, 3)$$, by), E'weight of node "-3" must not be negative | "-3": It is -1.\n"9": It is -1.\n"10": It is -1.',
    'ids that are numbers are sorted as numbers: ' || by) from unnest('{asc,desc}'::text[]) by;
select is(pg_temp.error_in_order($$('r', null, 1, null, 1), ('x', 'r', 1, 1, 2), ('x', 'y', 1, 1, 3), ('x', null, 1, 1, 4), ('y', 'r', 1, 1, 5)$$, by),
    E'node "x" stands twice in the tree | "x": A row of it is a root.\n"x": A row of it is under "r".\n"x": A row of it is under "y".', 'a node with three rows: each of them, ' || by) from unnest('{asc,desc}'::text[]) by;
select is((select array_agg(f.kind || ' ' || f.detail) from unnest((select bpm.tree_check('x'::text, null::text, w, 1 order by o * w) from (values (1, 1), (-1, 1)) v (w, o))) f),
    '{"duplicate id A row of it is a root.","duplicate id A row of it is a root.","negative weight It is -1."}'::text[], 'a lint looks at the figures of every row of a node');
select is((select array_agg(f.kind || ' ' || f.detail) from unnest((select bpm.tree_check('x'::text, null::text, w, 1 order by -o * w) from (values (1, 1), (-1, 1)) v (w, o))) f),
    '{"duplicate id A row of it is a root.","duplicate id A row of it is a root.","negative weight It is -1."}'::text[], 'whichever comes first');

/* require is exact ---------------------------------------------------------------------------------- */

-- 10^11 - 4 of 10^11 is 99.999999996 %
select is((select n.score from (select bpm.score_tree(id, parent_id, weight, score, 'require 100') t from (values ('r', null, 1, null), ('a', 'r', 99999999996, 50), ('b', 'r', 4, null)) v (id, parent_id, weight, score)) x, bpm.roots(t) n), null, 'require 100: nothing less passes');
select is((select n.score from (select bpm.score_tree(id, parent_id, weight, score, 'require 99.99999999') t from (values ('r', null, 1, null), ('a', 'r', 99999999996, 50), ('b', 'r', 4, null)) v (id, parent_id, weight, score)) x, bpm.roots(t) n), 50.0, 'and what is required does');
-- thirds of thirds: (2/3 * 30 + 2/3 * 60 + 10) / 100 = 70 %
select is((select n.score from (select bpm.score_tree(id, parent_id, weight, score, 'require 70') t from (values ('r', null, 1, null), ('a', 'r', 30, null), ('b', 'r', 60, null), ('c', 'r', 10, 60), ('a1', 'a', 1, 60), ('a2', 'a', 1, 60), ('a3', 'a', 1, null),
    ('b1', 'b', 1, 60), ('b2', 'b', 1, 60), ('b3', 'b', 1, null)) v (id, parent_id, weight, score)) x, bpm.roots(t) n where n.coverage = 70), null, 'two thirds are less than 70 %, and are missing above');
select is((select n.score from (select bpm.score_tree(id, parent_id, weight, score, 'require 66.66666666') t from (values ('r', null, 1, null), ('a', 'r', 30, null), ('b', 'r', 60, null), ('a1', 'a', 1, 60), ('a2', 'a', 1, 60), ('a3', 'a', 1, null),
    ('b1', 'b', 1, 60), ('b2', 'b', 1, 60), ('b3', 'b', 1, null)) v (id, parent_id, weight, score)) x, bpm.roots(t) n), 60.0, 'thirds are enough for what is below them, at every level');

/* margins that were wrong --------------------------------------------------------------------------- */

-- where it was wrong: two leaves of weight 200000000000001, scores 0 and 5000; the mean is 2500, and 10 is 2490 lower: 4980 of the leaf
select results_eq($$ select id, change, new_rating from (select bpm.score_tree(id, parent_id, 200000000000001, score, 'bounds -1000000..1000000') t from (values ('r', null, null), ('a', 'r', 0), ('b', 'r', 5000)) v (id, parent_id, score)) x,
    bpm.score_margin(t, 'x >= 10, y') order by id $$, $$ values ('a'::text, -4980.01000002::numeric, 'y'::text), ('b', -4980.01000002, 'y') $$, 'score_margin: large weights do not wrap');
select results_eq($$ select change, new_rating from (select bpm.score_tree(id, parent_id, 1, score) t from (values ('r', null, null), ('a', 'r', 85)) v (id, parent_id, score)) x, bpm.score_margin(t, 'a >= 90, b >= 89.6, c round 0') $$,
    $$ values (4.5::numeric, 'a'::text) $$, 'score_margin: 89.5 is 90 at no digits, and that is a; b is empty');
select lives_ok($$ select m.* from (select bpm.score_tree(id, parent_id, weight, score) t from (values ('r', null, null, null), ('a', 'r', 93000000000000.01, 10), ('b', 'r', 93000000000000.02, 20)) v (id, parent_id, weight, score)) x, bpm.roots(t) r, bpm.score_margin(t, 'a >= 16, b') m $$,
    'score_margin answers where roots does');

-- only the proportions of weights matter: 2,000 leaves that weigh i, and i * 10^25, which 128 bits do not hold with a score
create temp table wide as select i as id, case when i > 0 then 0 end as parent_id, i as weight, case when i > 0 then (i * 7919 % 10001) / 100.0 - 20 end as score from generate_series(0, 2000) i;
create temp table wide_tree as select power, bpm.score_tree(id, parent_id, weight * 10::numeric ^ power, score, 'bounds -20..100') as tree from wide, (values (0), (25)) p (power) group by power;
-- the score is rounded to 20 digits, then 18, then 8
select is((select n.score from wide_tree, bpm.roots(tree) n where power = 25),
    (select round(round(div(sum(weight * score) * 10::numeric ^ 20, sum(weight)) * 1e-20, 18), 8) from wide), 'a mean whose sum needs more than 128 bits');
select is((select count(*) from (select power, m.* from wide_tree, bpm.score_margin(tree, 'a >= 30, b') m) x where power = 25), (select count(*) from wide where weight > 0 and score - (select (sum(weight * score) / sum(weight) - 29.994999995) from wide) * (select sum(weight) from wide) / weight > -20),
    'its margins: each leaf that can take what is above 29.994999995, which is published as 29.995 and rated as 30, from the root');
select is_empty($$ select m.* from wide_tree, bpm.score_margin(tree, 'a >= 30, b') m where power = 0 except select m.* from wide_tree, bpm.score_margin(tree, 'a >= 30, b') m where power = 25 $$, 'are those of small weights, and as cheap');

select * from finish();
rollback;
