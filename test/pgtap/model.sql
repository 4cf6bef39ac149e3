-- model: from a program to its score, by hand; frameworks; what is wrong with the data; tables and ledgers of one's
-- own.
-- Evaluations, time, money, stages and revisions have files of their own.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(76);

set local timezone = 'UTC';
select lives_ok($$select bpm.create_model('perf')$$, 'a model is made');
select throws_ok($$select bpm.create_model('perf')$$, '42P06', 'schema "perf" already holds a model',
    'not twice in one schema');
select throws_ok($$select bpm.create_model('pg_temp')$$, null, null, 'not in a temporary schema');
create schema taken;
select throws_ok($$select bpm.create_model('taken')$$, '42P06', 'schema "taken" already exists',
    'not in a schema that is there');
select is(current_setting('search_path'), '"$user", public', 'the search_path stays');
select lives_ok($$select bpm.create_model('second')$$, 'two models stand side by side');
set local search_path = perf, public;
-- everything is over
set local bpm.as_of = '2027-12-31';

-- seeds ---------------------------------------------------------------------------------------------------

select is((select count(*) from function_code where parent_id = 'cofog'), 10::bigint, 'COFOG has ten divisions');
select set_eq($$select name from objective where parent_id = 'government'$$,
    $$values ('Government cost'), ('Government efficiency'), ('Political stability'), ('Social progress'),
    ('Development expectations')$$,
    'the ready-made tree of government performance');
select is_empty($$
    select nature from nature
    where not exists (select from translation t where t.kind = 'nature' and t.code = nature and t.language = 'zh')
    union all
    select scope from scope where not exists (select from translation t
    where t.kind = 'scope' and t.code = scope and t.language = 'zh')
    union all
    select fund from fund where not exists (select from translation t
    where t.kind = 'fund' and t.code = fund and t.language = 'zh')$$,
    'labels come in more than one language');
select results_eq($$
    select framework_id, sum(weight)::numeric(12,4) from framework_indicator where parent_id is null group by 1
    order by 1$$,
    $$select framework_id, weight_total from framework order by 1$$, 'the top weights of a framework make its total');
select results_eq($$
    select framework_id, coalesce(sum(i.weight), 0)::numeric(12,4)
    from framework f left join framework_indicator i using (framework_id)
    where coalesce(i.source, 'budget') = 'budget' and i.parent_id is null group by 1
    union all
    select framework_id, 0 from framework f
    where not exists (select from framework_indicator i where i.framework_id = f.framework_id and i.source = 'budget')
    order by 1$$,
    $$select framework_id, execution_points from framework order by 1$$,
    'and what comes from the budget its points of execution');
select results_eq($$
    select indicator_id, weight from framework_indicator where framework_id = 'self-evaluation' and parent_id is null
    order by sort$$,
    $$values ('execution', 10::numeric), ('output', 50), ('benefit', 30), ('satisfaction', 10)$$,
    'self-evaluation is 10, 50, 30, 10');
select results_eq($$
    select indicator_id, weight from framework_indicator
    where framework_id = 'self-evaluation with cost' and parent_id is null order by sort$$,
    $$values ('execution', 10::numeric), ('cost', 20), ('output', 40), ('benefit', 20), ('satisfaction', 10)$$,
    'with cost it is 10, 20, 40, 20, 10');
select is((select count(*) from framework_indicator where framework_id = 'pefa' and indicator_id like 'PI-%.%'),
    94::bigint,
    'PEFA has 94 dimensions');
select is((select count(*) from framework_indicator where framework_id = 'pefa' and method in ('m1', 'm2')), 31::bigint,
    'in 31 indicators');
select results_eq($$select evaluation, rank, missing_so_far, missing_at_close, floor, due_days, closes_when_due
    from evaluation
    where evaluation in ('self', 'appraisal', 'department', 'finance', 'third party')
    order by rank nulls last, evaluation$$,
    $$values ('self', 1, 'renormalise', 'zero', 80::numeric, 90, true),
    ('department', 2, 'renormalise', 'zero', 80, null, false),
        ('finance', 3, 'renormalise', 'zero', 80, null, false), ('appraisal', null, 'zero', 'zero', 100, null, false),
        ('third party', null, 'renormalise', 'zero', 80, null, false)$$, 'five evaluations come with the model');

-- trees ---------------------------------------------------------------------------------------------------

insert into unit values ('gov', null, 'Government', 'government'),
    ('edu', 'gov', 'Department of Education', 'department'),
    ('roofs', 'edu', 'Office of Buildings', 'office');
select throws_ok($$update unit set parent_id = 'roofs' where unit_id = 'gov'$$, '23514',
    'a row of "unit" cannot be below itself', 'a tree has no loop');
select throws_ok($$insert into unit values ('x', 'x', 'X')$$, '23514', null, 'not of one either');
select throws_ok($$insert into unit values ('x', 'nowhere', 'X')$$, '23503', null, 'a parent is there');

-- a self-evaluation on paper ------------------------------------------------------------------------------
--
-- execution 10: approved 800,000 + adjusted 200,000 = 1,000,000; executed 950,000: 95 %        95.000 ->  9.500
-- output 50:    quantity     >= 40 schools, actual 38:    100 · 38/40            =  95
--               quality      >= 98 %, actual 98                                  = 100
--               timeliness   <= 12 months, actual 15:     100 · (1 - 3/12)       =  75
--               cost         <= 500,000, actual 500,000                          = 100
--               (95 + 100 + 75 + 100) / 4                                                      92.500 -> 46.250
-- benefit 30:   economic     >= 200, actual 150:          100 · 150/200          =  75
--               social       graded                                              =  80
--               ecological   >= 30, actual 30                                    = 100
--               lasting      >= 1 step, actual 1                                 = 100
--               (75 + 80 + 100 + 100) / 4                                                      88.750 -> 26.625
-- satisfaction 10: >= 90 floor 60, actual 81:             100 · 81/90 = 90                     90.000 ->  9.000
-- total                                                                                                 91.375,
-- excellent
insert into program (program_id, fiscal_year, name, unit_id, function_id)
    values ('P1', 2026, 'School roofs', 'roofs', '205');
insert into responsible (program_id, fiscal_year, from_day, person)
    values ('P1', 2026, '2026-01-01', 'A. Person'), ('P1', 2026, '2026-07-01', 'B. Person');
insert into program_objective (program_id, fiscal_year, objective_id) values ('P1', 2026, 'progress');
select is(apply_framework('P1', 2026, 'self-evaluation', '2026-01-01'),
    12, 'the framework brings 12 indicators and groups');
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
    values ('P1', 2026, '1', 'decision of the council of 12 June', 'two more schools');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id) values
    ('P1', 2026, 'approved', '2026-01-05', 800000, null), ('P1', 2026, 'adjusted', '2026-06-15', 200000, '1'),
    ('P1', 2026, 'received', '2026-02-01', 1000000, null),
    ('P1', 2026, 'executed', '2026-05-31', 400000, null), ('P1', 2026, 'executed', '2026-11-30', 550000, null);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, reason) values
    ('P1', 2026, 'quantity', '2026-01-02', '>= 40 [schools]', 'plan'),
    ('P1', 2026, 'quality', '2026-01-02', '>= 98%', 'plan'),
    ('P1', 2026, 'timeliness', '2026-01-02', '<= 12 [months]', 'plan'),
    ('P1', 2026, 'output cost', '2026-01-02', '<= 500000', 'plan'),
    ('P1', 2026, 'economic', '2026-01-02', '>= 200', 'plan'), ('P1', 2026, 'social', '2026-01-02', 'direct', 'plan'),
    ('P1', 2026, 'ecological', '2026-01-02', '>= 30', 'plan'),
    ('P1', 2026, 'lasting', '2026-01-02', '>= 1 step', 'plan');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, score) values
    ('P1', 2026, 'quantity', '2026-06-30', 19, null), ('P1', 2026, 'quantity', '2026-12-31', 38, null),
    ('P1', 2026, 'quality', '2026-12-31', 98, null), ('P1', 2026, 'timeliness', '2026-12-31', 15, null),
    ('P1', 2026, 'output cost', '2026-12-31', 500000, null), ('P1', 2026, 'economic', '2026-12-31', 150, null),
    ('P1', 2026, 'social', '2026-12-31', null, 80), ('P1', 2026, 'ecological', '2026-12-31', 30, null),
    ('P1', 2026, 'lasting', '2026-12-31', 1, null), ('P1', 2026, 'satisfaction', '2026-12-31', 81, null);

select results_eq($$select indicator_id, score from indicator_tree_result where program_id = 'P1' and depth = 0
    order by indicator_id$$,
    $$values ('benefit', 88.75::numeric), ('execution', 95), ('output', 92.5), ('satisfaction', 90)$$,
    'the four parts, as on paper');
select results_eq($$
    select score, coverage, low, high, rating, rating_rank, rating_reason, evaluation, closed, budget, executed,
    execution_rate
    from program_result$$,
    $$values (91.375::numeric, 100::numeric, 91.375::numeric, 91.375::numeric, 'excellent', 1, null, 'self', 1,
        1000000::numeric, 950000::numeric, 95::numeric)$$, 'the score, as on paper');
select is((select sum(contribution) from indicator_tree_result where leaf = 1),
    91.375, 'contributions sum to the score');
select is((select contribution from indicator_tree_result where indicator_id = 'execution'), 9.5,
    'execution brings 9.5 of 10 points');
select results_eq($$
    select indicator_id, weight_lost from indicator_tree_result where leaf = 1
    order by weight_lost desc, indicator_id limit 2$$,
    $$values ('timeliness', 3.125::numeric), ('economic', 1.875)$$, 'what costs most: 12.5 · 25 %, 7.5 · 25 %');
select is((select sum(weight_lost) from indicator_tree_result where leaf = 1),
    100 - 91.375, 'what is lost and what is won is all');
select results_eq($$select unit_id, programs, score, rating from unit_result order by unit_id$$,
    $$values ('edu', 1, 91.375::numeric, 'excellent'), ('gov', 1, 91.375, 'excellent'),
    ('roofs', 1, 91.375, 'excellent')$$,
    'and so up to the government');
select results_eq($$select indicator_id, met, attainment from indicator_result
    where indicator_id in ('lasting', 'quantity') order by 1$$,
    $$values ('lasting', 1, 100::numeric), ('quantity', 0, 95)$$, 'met and not met');
select is((select responsible from program_result), 'B. Person', 'who answers for it');

-- On 30 June only half of the schools: 100 · 19/40 = 47.5 of the output group, and 40 % executed of 1,000,000.
-- Coverage: execution 10 + a quarter of output 50 = 22.5; score so far (10 · 40 + 50 · 47.5) / 60 = 46.25. If the rest
-- is
-- worst: 0.1 · 40 + 0.125 · 47.5 = 9.9375, if it is best 9.9375 + 77.5 = 87.4375.
set local bpm.as_of = '2026-06-30';
select results_eq($$select indicator_id, score from indicator_result where score is not null order by 1$$,
    $$values ('execution', 40::numeric), ('quantity', 47.5)$$, 'indicators on 30 June');
select results_eq($$select score, coverage, low, high, rating, rating_rank, rating_reason, responsible
    from program_result$$,
    $$values (46.25::numeric, 22.5::numeric, 9.9375::numeric, 87.4375::numeric, null, null::integer,
    'so far: not closed', 'A. Person')$$,
    'a score so far has bounds, and no rating');
set local bpm.as_of = '2027-12-31';

-- recomputable by anybody ---------------------------------------------------------------------------------

-- (249,999,999 · 89.995 + 1 · 88.995) / 250,000,000 = 89.994999996, which is 89.99500000 rounded to 8 digits, and
-- 90.00 from
-- there. Rounded once it would be 89.99, and good.
insert into unit values ('round', null, 'Rounding'), ('within', 'round', 'In the tree'),
    ('above', 'round', 'In the roll-up');
insert into program (program_id, fiscal_year, name, unit_id)
    values ('R1', 2026, 'Nearly', 'within'), ('R2', 2026, 'Above', 'above'), ('R3', 2026, 'Below', 'above');
insert into indicator (program_id, fiscal_year, indicator_id, name)
    values ('R1', 2026, 'a', 'A'), ('R1', 2026, 'b', 'B'), ('R2', 2026, 'a', 'A'), ('R3', 2026, 'b', 'B');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
    ('R1', 2026, 'a', '2026-01-01', 'direct', 249999999), ('R1', 2026, 'b', '2026-01-01', 'direct', 1),
    ('R2', 2026, 'a', '2026-01-01', 'direct', 100), ('R3', 2026, 'b', '2026-01-01', 'direct', 100);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select program_id, 2026, indicator_id, '2026-12-31', case indicator_id when 'a' then 89.995 else 88.995 end
    from indicator where program_id like 'R_';
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('R2', 2026, 'approved', '2026-01-01', 249999999), ('R3', 2026, 'approved', '2026-01-01', 1);
select results_eq($$select score, rating from program_result where program_id = 'R1'$$,
    $$values (89.995::numeric, 'excellent')$$,
    'a rating is of the score that is shown: rounded to 8 digits, and then to 2');
select results_eq($$select score, rating from unit_result where unit_id = 'above'$$,
    $$values (89.995::numeric, 'excellent')$$, 'in a roll-up too');

-- Efficiency of one program that says so of its execution and its cost: execution at the top weighs 10 of 100, cost 1 of 4 in output, which weighs 50: shares 0.1
-- and 0.125.
-- By shares (0.1 · 60 + 0.125 · 91) / 0.225 = 17.375 / 0.225 = 77.2222...; by weights of different groups it would be
-- (10 · 60 + 1 · 91) / 11 = 62.82.
insert into unit values ('four', null, 'The four Es');
insert into program (program_id, fiscal_year, name, unit_id) values ('E1', 2026, 'Economical', 'four');
do $$begin perform apply_framework('E1', 2026, 'self-evaluation', '2026-01-01'); end$$;
update indicator set aspect = 'efficiency' where program_id = 'E1' and indicator_id in ('execution', 'output cost');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    select program_id, 2026, indicator_id, '2026-01-02', 'direct' from indicator
    where program_id = 'E1' and source = 'measured';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('E1', 2026, 'output cost', '2026-12-31', 91);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('E1', 2026, 'approved', '2026-01-01', 1000), ('E1', 2026, 'executed', '2026-12-01', 600);
select is((select score from aspect_result where unit_id = 'four' and aspect = 'efficiency'), 77.22222222,
    'the four Es weigh indicators by their share of the program');
select results_eq($$select dimension, share, scored_share, score_sum, score from dimension_result
    where program_id = 'E1' and aspect = 'efficiency' order by 1$$,
    $$values ('cost', 0.125::numeric, 0.125::numeric, 11.375::numeric, 91::numeric), ('execution', 0.1, 0.1, 6, 60)$$,
    'so do dimensions');
select is((select round(sum(score_sum) / sum(scored_share), 8) from dimension_result
    where program_id = 'E1' and aspect = 'efficiency'),
    77.22222222, 'whose numerators sum to the ratio above');
select is((select round(sum(score_sum) / sum(scored_share), 8) from indicator_result
    where program_id = 'E1' and aspect = 'efficiency'),
    77.22222222, 'and those of the indicators');
-- of 100 points 10 · 60 + 12.5 · 91 = 17.375, all else is missing: zero at the close
select results_eq($$
    select round(sum(score_sum), 8), sum(share), round(100 * sum(scored_share),
    8) from dimension_result where program_id = 'E1'$$,
    $$select low, 1::numeric, coverage from program_result where program_id = 'E1'$$,
    'over all dimensions they make the program: what is there, and how much of it');

-- frameworks ----------------------------------------------------------------------------------------------

select is(create_framework('ours', 'As P1 is judged', 'P1', 2026), 12, 'a framework is made of a program');
insert into program (program_id, fiscal_year, name, unit_id) values ('P3', 2026, 'More roofs', 'roofs');
select is(apply_framework('P3', 2026, 'ours', '2026-01-01'), 12, 'and applied to another');
select results_eq($$select indicator_id, target::text, weight from indicator_score where program_id = 'P3' order by 1$$,
    $$select indicator_id, target::text, weight from indicator_score where program_id = 'P1' order by 1$$,
    'with the same rules and weights');
select throws_ok($$select apply_framework('P3', 2026, 'none')$$,
    'P0002', 'there is no framework "none"', 'an unknown framework');
select throws_ok($$select apply_framework('P9', 2026, 'ours')$$,
    'P0002', 'there is no program "P9" in 2026', 'an unknown program');
select throws_ok($$select apply_framework('P3', 2026, 'part', evaluation => 'finance')$$, 'P0002',
    'there is no program "P3" in 2026 with an evaluation "finance"', 'an evaluation that it does not have');
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('P3', 2026, 'finance');
select is(apply_framework('P3', 2026, 'part', evaluation => 'finance'),
    4, 'an evaluation takes a framework of its own');
select results_eq($$select evaluation, framework_id, indicators from evaluation_result where program_id = 'P3'
    order by 1$$,
    $$values ('finance', 'part', 4), ('self', 'ours', 10)$$, 'beside that of the program');
-- PEFA: PI-1 has one dimension, B; PI-2 by M1: A, B, C is C+; PI-3 by M2: A, C is 6: B
insert into program (program_id, fiscal_year, name, unit_id) values ('country', 2026, 'Country', 'gov');
select is(apply_framework('country', 2026, 'pefa', '2026-01-01'), 132, 'PEFA: 7 + 31 + 94');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, score)
    select 'country', 2026, 'PI-' || d, '2026-12-31', bpm.pefa_score(g)
    from (values ('1.1', 'B'), ('2.1', 'A'), ('2.2', 'B'), ('2.3', 'C'), ('3.1', 'A'), ('3.2', 'C')) v (d, g);
select results_eq($$select indicator_id, bpm.pefa_grade(score) from indicator_tree_result
    where program_id = 'country' and indicator_id in ('PI-1', 'PI-2', 'PI-3') order by 1$$,
    $$values ('PI-1', 'B'), ('PI-2', 'C+'), ('PI-3', 'B')$$, 'M1 and M2, by the tables');

-- what would stop a view does not get in, or is named -----------------------------------------------------

select throws_ok($$
    insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name)
    values ('P1', 2026, 'x', 'quality', 'x')$$,
    '23503', null, 'only a group has something below it');
select throws_ok($$update indicator set source = 'measured' where program_id = 'P1' and indicator_id = 'output'$$,
    '23503', null, 'and stays one');
select throws_ok($$update indicator set parent_id = 'output' where program_id = 'P1' and indicator_id = 'output'$$,
    '23514', null,
    'nothing is below itself');
select throws_ok($$insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source)
    values ('P3', 2026, 'x', 'y', 'x', 'group'), ('P3', 2026, 'y', 'x', 'y', 'group')$$,
    '23514', 'indicator "x" cannot be below itself',
    'not in one statement either');
select throws_ok($$update indicator set parent_id = case indicator_id when 'output' then 'benefit' else 'output' end
    where program_id = 'P3' and evaluation = 'self' and indicator_id in ('output', 'benefit')$$, '23514', null,
    'nor by moving two at once');
select lives_ok($$update indicator set parent_id = 'benefit' where program_id = 'P3' and evaluation = 'self'
    and indicator_id = 'quality'$$,
    'another group is chosen');
savepoint pefa;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, score)
    values ('country', 2026, 'PI-4.1', '2026-12-31', 55);
insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name)
    values ('P3', 2026, 'fourth', 'output', 'x'), ('P3', 2026, 'fifth', 'output', 'x');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    values ('P3', 2026, 'fourth', '2026-01-01', 'direct'), ('P3', 2026, 'fifth', '2026-01-01', 'direct');
update indicator set method = 'm2' where program_id = 'P3' and evaluation = 'self' and indicator_id = 'output';
select lives_ok('select * from unit_result', 'a figure that is no grade, or a fifth part below M2, stops no view');
select set_has($$select program_id, kind from check_result where severity = 'error'$$,
    $$values ('country', 'tree: not a grade'), ('P3', 'tree: too many dimensions')$$, 'check_result names both');
rollback to pefa;

-- what is wrong -------------------------------------------------------------------------------------------

insert into program (program_id, fiscal_year, name, unit_id) values ('P2', 2026, 'Bus lanes', 'edu'),
    ('P4', 2026, 'Unplanned', 'edu');
do $$begin perform apply_framework('P2', 2026, 'self-evaluation', '2026-01-01'); end$$;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    select program_id, fiscal_year, indicator_id, '2026-01-02', '>= 1' from indicator_score
    where program_id = 'P2' and target is null and source = 'measured' and indicator_id <> 'lasting';
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('P4', 2026, 'approved', '2026-03-01', 100), ('P4', 2026, 'executed', '2026-02-01', 120);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('P2', 2026, 'quantity', '2025-05-05', 3);
-- a history that was written elsewhere: spending before approval, evaluation before self-evaluation
alter table stage_event disable trigger user;
insert into stage_event (program_id, fiscal_year, at, stage) values
    ('P4', 2026, '2025-09-01', 'drafted'), ('P4', 2026, '2025-10-01', 'targeted'),
    ('P4', 2026, '2025-11-01', 'executing'),
    ('P4', 2026, '2026-11-01', 'closed'), ('P4', 2026, '2026-12-01', 'evaluated'),
    ('P4', 2026, '2026-12-02', 'forgotten');
insert into program (program_id, fiscal_year, name, unit_id) values ('P4', 2027, 'Not begun', 'edu');
insert into stage_event (program_id, fiscal_year, at, stage) values ('P4', 2027, '2026-09-01', 'drafted');
alter table stage_event enable trigger user;
select is_empty($$select * from check_result where program_id = 'P4' and fiscal_year = 2027
    and kind = 'executed before approval'$$,
    'where nothing is executed, nothing was before approval');
select set_eq($$select kind, item from check_result where program_id = 'P4' and item is not null
    and kind in ('lifecycle', 'unknown stage')$$,
    $$values ('lifecycle', 'executing'), ('lifecycle', 'evaluated'), ('unknown stage', 'forgotten')$$,
    'a history is judged');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    values ('P2', 2026, 'social', '2026-02-01', 'direct'), ('P2', 2026, 'satisfaction', '2026-02-01', 'by 2026-06-30');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('P2', 2026, 'social', '2026-05-05', 120), ('P2', 2026, 'satisfaction', '2026-05-05', 120);
select lives_ok('select * from unit_result', 'a grade of 120, or a number where a day was promised, stops no view');
select set_has('select program_id, kind, item, severity from check_result', $$values
    ('P4', 'money without targets', null, 'error'), ('P4', 'executed before approval', null, 'error'),
    ('P4', 'over budget', null, 'warning'), ('P2', 'stale', 'quantity', 'warning'),
    ('P2', 'not scored', 'social', 'error'),
    ('P2', 'not scored', 'satisfaction', 'error'), ('P2', 'no figure', 'quality', 'warning'),
    ('P2', 'no target', 'lasting', 'error'), ('P2', 'not demonstrated', 'self', 'warning'),
    ('P3', 'no weight', null, 'note'),
    ('R1', 'weights', 'self', 'error')$$, 'faults are found, each in a row');
select is_empty($$select * from check_result where mend is null or detail is null or kind is null or severity_rank is
    null$$,
    'each with its mend');

-- existing tables -----------------------------------------------------------------------------------------

create table public.their_ledger (no int, project text, year int, booked date, what text, eur numeric);
insert into public.their_ledger values (1, 'P1', 2026, '2026-02-02', 'budget', 500),
    (2, 'P1', 2026, '2026-03-03', 'paid', 200),
    (2, 'P1', 2026, '2026-03-04', 'paid', 100), (3, 'P8', 2026, '2026-03-03', 'paid', 1),
    (4, null, 2026, '2026-03-03', 'paid', 1);
create or replace view program_budget with (security_invoker = true) as
select project as program_id, year as fiscal_year, no::text as entry_id, booked as entry_date,
    '-infinity'::timestamptz as recorded_at,
       null::numeric(20,2) as proposed, case what when 'budget' then eur end::numeric(20,2) as approved,
       null::numeric(20,2) as carried_over, null::numeric(20,2) as adjusted, null::numeric(20,2) as received,
       null::numeric(20,2) as committed, case what when 'paid' then eur end::numeric(20,2) as executed,
       null::numeric(20,2) as planned, null::integer as month, null::text as fund, null::text as economic_id,
       null::text as currency, null::boolean as one_off
from public.their_ledger;
select results_eq($$select budget, executed from program_result where program_id = 'P1' and fiscal_year = 2026$$,
    $$values (500::numeric, 300::numeric)$$, 'one statement puts their ledger in the place of ours');
select results_eq($$select kind, program_id, item from check_inputs()$$,
    $$values ('duplicate key', 'P1', '2'), ('missing key', null, '4'), ('no program', 'P8', null)$$,
    'and what does not fit is said');
select is((select count(*) from check_result where kind like 'program_budget: %'),
    3::bigint, 'beside all other faults too');
select lives_ok($$select bpm.upgrade_model('perf')$$, 'a model can be upgraded');
select is((select budget from program_result where program_id = 'P1'), 500::numeric, 'an upgrade leaves their view');
insert into public.their_ledger values (5, 'P1', 2026, '2026-02-02', 'budget', 'NaN');
select results_eq($$select budget, weight from program_result where program_id = 'P1'$$,
    'values (500::numeric, 500::numeric)',
    'an amount that is none is left out');
select lives_ok('select * from unit_result', 'stops no view');
select is((select kind from check_inputs() where item = '5'), 'no figure', 'and is named');
-- a model over a ledger alone
insert into program (program_id, fiscal_year, name, unit_id) select 'L' || n, 2019, 'From the ledger', 'edu'
    from generate_series(1, 50) n;
insert into public.their_ledger select 100 + n, 'L' || n, 2019, '2019-02-02', 'budget', 10
    from generate_series(1, 50) n;
select results_eq($$select program_id, severity, detail from check_result
    where fiscal_year = 2019 and kind = 'money without targets'$$,
    $$values (null::text, 'note', '50 programs have no indicators: there is money, and nothing to score it by.')$$,
    'over a ledger alone one note a year says that nothing is promised');

-- another name --------------------------------------------------------------------------------------------

alter schema second rename to "Third ""one""";
select lives_ok($$select bpm.upgrade_model('Third "one"')$$, 'a model is renamed, and made anew');
set local search_path = "Third ""one""", public;
select lives_ok($$insert into unit (unit_id, name) values ('u', 'U')$$, 'a renamed model takes units');
insert into program (program_id, fiscal_year, name, unit_id) values ('P', 2026, 'P', 'u');
select is(apply_framework('P', 2026, 'self-evaluation'), 12, 'indicators');
select lives_ok($$insert into stage_event (program_id, fiscal_year, at, stage)
    values ('P', 2026, '2026-01-01', 'drafted')$$, 'and stages');
select lives_ok($$insert into program_evaluation (program_id, fiscal_year, evaluation) values ('P', 2026, 'finance')$$,
    'evaluations');
select is((select count(*) from unit_result), 1::bigint, 'and gives results');

select * from finish();
rollback;
