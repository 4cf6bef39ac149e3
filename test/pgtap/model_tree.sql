-- Trees by year: units, functions, economic classes and objectives; reorganisations, shares, loops.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(38);
select bpm.create_model('trees');
set local search_path = trees, public;
set local bpm.as_of = '2027-12-31';
set local jit = off;

-- what is above what, by year -----------------------------------------------------------------------------
insert into unit values ('gov', null, 'Government'), ('a', 'gov', 'A'), ('b', 'gov', 'B'), ('a1', 'a', 'A1'),
    ('a11', 'a1', 'A11');
insert into unit_move values ('a1', 2026, 'b');
create temp view above as
select ancestor_id, id, from_year, to_year, distance from node_above where tree = 'unit';
select results_eq($$select * from above where id = 'a11' order by from_year, distance$$,
    $$values ('a11', 'a11', 0, 9999, 0), ('a1', 'a11', 0, 9999, 1), ('a', 'a11', 0, 2025, 2),
    ('gov', 'a11', 0, 2025, 3),
             ('b', 'a11', 2026, 9999, 2), ('gov', 'a11', 2026, 9999, 3)$$,
             'a move reaches all below, and the years before keep their tree');
delete from unit_move;
select results_eq($$select * from above where id = 'a11' order by distance$$,
    $$values ('a11', 'a11', 0, 9999, 0), ('a1', 'a11', 0, 9999, 1), ('a', 'a11', 0, 9999, 2),
    ('gov', 'a11', 0, 9999, 3)$$, 'taken back');
insert into unit_move values ('a1', 2026, 'b'), ('a1', 2027, null), ('a', 2026, 'b');
select results_eq($$select ancestor_id from above where id = 'a11' and 2027 between from_year and to_year
    order by distance$$,
    $$values ('a11'), ('a1')$$, 'a move to the top');
update unit set parent_id = 'b' where unit_id = 'a1';
update unit_move set parent_id = 'a' where unit_id = 'a1' and from_year = 2026;
select results_eq($$select ancestor_id, from_year, to_year from above where id = 'a11' and distance > 1 order by 2, 1$$,
    $$values ('b', 0, 2025), ('gov', 0, 2025), ('a', 2026, 2026), ('b', 2026, 2026), ('gov', 2026, 2026)$$,
    'base and moves changed');
-- every way to the same tree gives the same rows: by triggers, and from nothing
create temp table kept as select * from node_above;
truncate node_above;
insert into node_above select * from kept where id = 'unclassified';
select is((select count(*) from check_result where kind = 'tree not kept'),
    3::bigint, 'trees that are not kept are named: unit, function, objective');
select refresh_trees();
select set_eq('select * from node_above', 'select * from kept', 'refresh_trees makes the same rows');
select is_empty('select * from tree_faults()', 'and nothing is left to name');
delete from unit where unit_id in ('a1', 'a11');
select set_eq('select distinct id from above', $$values ('gov'), ('a'), ('b')$$, 'removed units are gone');

-- random trees: one statement at a time, and all at once, beside walking up -----------------------------------
select setseed(0.5);
insert into objective (objective_id, parent_id, name)
select 'n' || i, case when i > 3 then 'n' || 1 + floor(random() * (i - 1))::int end, 'N' from generate_series(1, 60) i;
do $$
begin
    for i in 1 .. 150 loop
        begin
            if i % 3 = 0 then
                update objective set parent_id = 'n' || 1 + floor(random() * 60)::int
                where objective_id = 'n' || 1 + floor(random() * 60)::int;
            else
                insert into objective_move
                select distinct 'n' || 1 + floor(random() * 60)::int, 2020 + i % 5, 'n' || 1 + floor(random() * 60)::int
                from generate_series(1, 1 + i % 2);
            end if;
        exception when check_violation or unique_violation then
            null;
        end;
    end loop;
end $$;
select cmp_ok((select count(*) from objective_move), '>', 20::bigint, 'moves were made');
select is_empty($$
    with recursive walk (year, id, at, distance) as (
        select y, o.objective_id, o.objective_id, 0 from objective o, generate_series(2018, 2026) y
        union all
        select w.year, w.id, n.parent_id, w.distance + 1 from walk w
        join node_tree n on n.tree = 'objective' and n.id = w.at and w.year between n.from_year and n.to_year
        where n.parent_id is not null and w.distance < 100
    ), kept as (
        select y, id, ancestor_id, distance from node_above, generate_series(2018, 2026) y
        where tree = 'objective' and id <> 'unclassified' and y between from_year and to_year
    )
    (select * from walk except select * from kept) union all (select * from kept except select * from walk)
$$, 'the kept rows are those of walking up, in every year');
select is_empty($$select from tree_faults()$$, 'and no fault is named');

-- loops --------------------------------------------------------------------------------------------------
select throws_ok($$insert into unit_move values ('gov', 2028, 'a')$$,
    '23514', 'a row of "unit_move" cannot be below itself', 'a loop in one year is refused');
select throws_ok($$update unit set parent_id = 'gov' where unit_id = 'gov'$$, '23514', null, 'itself above itself');
select throws_ok($$insert into unit values ('x', 'y', 'X'), ('y', 'z', 'Y'), ('z', 'x', 'Z')$$,
    '23514', null, 'a loop of new units');
create temp table said (detail text);
do $$
declare said text;
begin
    insert into unit_move values ('gov', 2028, 'a');
exception when check_violation then
    get stacked diagnostics said = pg_exception_detail;
    insert into said values (said);
end $$;
-- from 2026 on a is below b
select is((select detail from said), 'From 2028: gov is below a is below b is below gov.', 'the error names it');
insert into economic_class (economic_id, name) values ('30', 'Goods'), ('31', 'Wages');
insert into economic_move values ('30', 2027, '31');
select throws_ok($$insert into economic_move values ('31', 2026, '30')$$, '23514', null, 'a loop that begins later');
savepoint forced;
set local session_replication_role = replica;
insert into unit values ('f1', 'f2', 'F'), ('f2', 'f1', 'F'), ('f3', 'f2', 'F');
set local session_replication_role = origin;
select set_has($$select item, detail from check_result where kind = 'tree loop'$$,
    $$values ('f1', 'From the beginning f1 is below f2 is below f1.')$$, 'a loop that got in by force is named');
select lives_ok('select refresh_trees()', 'and not fallen into');
select lives_ok('select * from unit_result', 'by results neither');
select is((select count(*) from check_result where kind = 'tree loop'), 2::bigint, 'still named: both that are in it');
select lives_ok($$update unit set parent_id = 'gov' where unit_id = 'f1'$$, 'mended');
select is_empty($$select from check_result where kind like 'tree%'$$, 'and no longer named');
rollback to forced;

-- results by year -----------------------------------------------------------------------------------------
-- P costs 100 in each year. a is below gov until 2025, below b from 2026. The program itself moves to b in 2027.
insert into program (program_id, fiscal_year, name, unit_id) values ('P', 2025, 'P', 'a'), ('P', 2026, 'P', 'a'),
    ('P', 2027, 'P', 'b');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select 'P', y, 'approved', make_date(y, 1, 1), 100 from generate_series(2025, 2027) y;
select results_eq($$select fiscal_year, unit_id, parent_id, budget from unit_result order by 1, 2$$,
    $$values (2025, 'a', 'gov', 100::numeric(38,2)), (2025, 'gov', null, 100), (2026, 'a', 'b', 100),
    (2026, 'b', 'gov', 100),
             (2026, 'gov', null, 100), (2027, 'b', 'gov', 100), (2027, 'gov', null, 100)$$,
    'earlier results keep the tree they had; a program moves with the next year');
select results_eq($$select tree, id, budget from node_result where fiscal_year = 2027 order by 1, 2$$,
    $$values ('economic', 'unclassified', 100::numeric(38,2)), ('function', 'unclassified', 100),
    ('objective', 'unclassified', 100),
        ('unit', 'b', 100), ('unit', 'gov', 100)$$,
    'money without a class is unclassified, never not at all');

-- shares: of 100.00, 33.3333 % to cost and 50 % to progress. In the order of the ids cost has [0, 33.3333] and progress
-- (33.3333, 83.3333]: 33.33 and 83.33 - 33.33 = 50.00; the rest, 100 - 83.33 = 16.67, is unclassified.
insert into program_objective values ('P', 2026, 'cost', 33.3333), ('P', 2026, 'progress', 50);
select results_eq($$select objective_id, programs, budget from objective_result where fiscal_year = 2026 order by 1$$,
    $$values ('cost', 0, 33.33::numeric(38,2)), ('government', 1, 83.33), ('progress', 1, 50),
    ('unclassified', 0, 16.67)$$,
    'a program serves objectives by shares, and counts once, where most of it goes');
select throws_ok($$insert into program_objective values ('P', 2027, 'cost', 0)$$,
    '23514', null, 'a share is above nothing');
select throws_ok($$insert into program_objective values ('P', 2027, 'cost', 100.1)$$,
    '23514', null, 'and not above all');
insert into program_objective values ('P', 2027, 'cost', 70), ('P', 2027, 'progress', 60);
select results_eq($$select detail from check_result where kind = 'objective shares'$$,
    $$values ('The shares total 130 %.')$$, 'more than all is named');
select is((select sum(budget) from objective_result where fiscal_year = 2027 and parent_id is null),
    100.00, 'and counts nowhere');

-- seeds ---------------------------------------------------------------------------------------------------
select results_eq($$select parent_id = 'national', count(*), (select count(*) from translation
    where kind = 'function_code') from function_code
    where scheme = 'national' and parent_id is not null group by 1$$,
    $$values (true, 27::bigint, 27::bigint)$$, 'the 27 classes of the national classification, with their names');
select results_eq($$select count(*) filter (where parent_id = 'cofog'),
    count(*) filter (where parent_id ~ '^[0-9]') from function_code where scheme = 'cofog'$$,
    $$values (10::bigint, 69::bigint)$$, 'COFOG: 10 divisions and 69 groups');

-- whose rows, by year: a lies below b from 2026 on, so who sees b sees P of 2026 and 2027, and not of 2025 -----
create role bpm_test_tree;
insert into unit_access values ('bpm_test_tree', 'b'), ('no such role', 'gov');
select set_eq($$select unit_id, from_year, to_year from unit_visible where role_name = 'bpm_test_tree'$$,
    $$values ('b', 0, 9999), ('a', 2026, 9999)$$, 'what a role sees is kept by year');
do $$ begin perform bpm.enable_row_security('trees'); perform bpm.grant_duty('trees', 'bpm_test_tree', d)
    from unnest('{programs,rules}'::text[]) d; end $$;
set local role bpm_test_tree;
select results_eq('select program_id, fiscal_year from program order by 2', $$values ('P', 2026), ('P', 2027)$$,
    'rows are seen in the years in which the unit is');
select is((select count(*) from budget_entry), 2::bigint, 'and what belongs to them');
select throws_ok($$update program set unit_id = 'gov' where fiscal_year = 2026$$,
    '42501', null, 'nothing is moved out of sight');
select lives_ok($$insert into program (program_id, fiscal_year, name, unit_id) values ('Q', 2026, 'Q', 'a')$$,
    'a new one in a year that is seen');
select throws_ok($$insert into program (program_id, fiscal_year, name, unit_id) values ('Q', 2025, 'Q', 'a')$$,
    '42501', null, 'not in one that is not');

-- 100,000 units: the promise is kept by the shape of the plan, not by the clock -----------------------------
create function pg_temp.plan_of(query text) returns setof text language plpgsql as $$
begin
    return query execute 'explain (analyze, costs off, timing off, summary off) ' || query;
end $$;
reset role;
set local enable_seqscan = off;
select is_empty($$select line from
    pg_temp.plan_of('select * from unit_result where unit_id = ''a'' and fiscal_year = 2026') line
    where line ~ 'Seq Scan on (program|node_above|budget_entry|program_evaluation|indicator|target_revision|measurement|stage_event)\M'
        and line !~ 'never executed'$$, 'one unit and year: nothing is scanned, all is reached by key');
select * from finish();
rollback;
