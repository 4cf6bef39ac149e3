-- model: from a program to its score, by hand; time; gates; frameworks
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(90);

set local timezone = 'UTC';
select lives_ok($$select bpm.create_model('perf')$$, 'a model is made');
select throws_ok($$select bpm.create_model('perf')$$, '42P06', 'schema "perf" already holds a model', 'not twice in one schema');
select throws_ok($$select bpm.create_model('pg_temp')$$, null, null, 'not in a temporary schema');
create schema taken;
select throws_ok($$select bpm.create_model('taken')$$, '42P06', 'schema "taken" already exists', 'not in a schema that is there');
select is(current_setting('search_path'), '"$user", public', 'the search_path stays');
select lives_ok($$select bpm.create_model('second')$$, 'two models stand side by side');
set local search_path = perf, public;

-- seeds ---------------------------------------------------------------------------------------------------

select is((select count(*) from function_code where parent_id = 'cofog'), 10::bigint, 'COFOG has ten divisions');
select set_eq($$select name from objective where parent_id = 'government'$$,
    $$values ('Government cost'), ('Government efficiency'), ('Political stability'), ('Social progress'), ('Development expectations')$$,
    'the ready-made tree of government performance');
select is_empty($$select nature from nature where not exists (select from translation t where t.kind = 'nature' and t.code = nature and t.language = 'zh')
    union all select scope from scope where not exists (select from translation t where t.kind = 'scope' and t.code = scope and t.language = 'zh')
    union all select fund from fund where not exists (select from translation t where t.kind = 'fund' and t.code = fund and t.language = 'zh')$$,
    'labels come in more than one language');
select results_eq($$select framework_id, sum(weight)::numeric(12,4) from framework_indicator where parent_id is null group by 1 order by 1$$,
    $$select framework_id, weight_total from framework order by 1$$, 'the top weights of a framework make its total');
select results_eq($$select indicator_id, weight from framework_indicator where framework_id = 'self-evaluation' and parent_id is null order by sort$$,
    $$values ('execution', 10::numeric), ('output', 50), ('benefit', 30), ('satisfaction', 10)$$, 'self-evaluation is 10, 50, 30, 10');
select results_eq($$select indicator_id, weight from framework_indicator where framework_id = 'self-evaluation with cost' and parent_id is null order by sort$$,
    $$values ('execution', 10::numeric), ('cost', 20), ('output', 40), ('benefit', 20), ('satisfaction', 10)$$, 'with cost it is 10, 20, 40, 20, 10');
select is((select count(*) from framework_indicator where framework_id = 'pefa' and indicator_id like 'PI-%.%'), 94::bigint, 'PEFA has 94 dimensions');
select is((select count(*) from framework_indicator where framework_id = 'pefa' and method in ('m1', 'm2')), 31::bigint, 'in 31 indicators');

-- trees ---------------------------------------------------------------------------------------------------

insert into unit values ('gov', null, 'Government', 'government'), ('edu', 'gov', 'Department of Education', 'department'),
    ('roofs', 'edu', 'Office of Buildings', 'office');
select throws_ok($$update unit set parent_id = 'roofs' where unit_id = 'gov'$$, '23514', 'a row of "unit" cannot be below itself', 'a tree has no loop');
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
-- total                                                                                                 91.375, excellent
insert into program (program_id, fiscal_year, name, unit_id, function_id, responsible)
    values ('P1', 2026, 'School roofs', 'roofs', '205', 'A. Person');
insert into program_objective (program_id, fiscal_year, objective_id) values ('P1', 2026, 'progress');
select is(apply_framework('P1', 2026, 'self-evaluation', '2026-01-01'), 12, 'the framework brings 12 indicators and groups');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('P1', 2026, 'approved', '2026-01-05', 800000), ('P1', 2026, 'adjusted', '2026-06-15', 200000),
    ('P1', 2026, 'received', '2026-02-01', 1000000),
    ('P1', 2026, 'executed', '2026-05-31', 400000), ('P1', 2026, 'executed', '2026-11-30', 550000);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, reason) values
    ('P1', 2026, 'quantity', '2026-01-02', '>= 40 [schools]', 'plan'), ('P1', 2026, 'quality', '2026-01-02', '>= 98%', 'plan'),
    ('P1', 2026, 'timeliness', '2026-01-02', '<= 12 [months]', 'plan'), ('P1', 2026, 'output cost', '2026-01-02', '<= 500000', 'plan'),
    ('P1', 2026, 'economic', '2026-01-02', '>= 200', 'plan'), ('P1', 2026, 'social', '2026-01-02', 'direct', 'plan'),
    ('P1', 2026, 'ecological', '2026-01-02', '>= 30', 'plan'), ('P1', 2026, 'lasting', '2026-01-02', '>= 1 step', 'plan');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, score, recorded_at) values
    ('P1', 2026, 'quantity', '2026-06-30', 19, null, '2026-07-10'), ('P1', 2026, 'quantity', '2026-12-31', 38, null, '2027-01-10'),
    ('P1', 2026, 'quality', '2026-12-31', 98, null, '2027-01-10'), ('P1', 2026, 'timeliness', '2026-12-31', 15, null, '2027-01-10'),
    ('P1', 2026, 'output cost', '2026-12-31', 500000, null, '2027-01-10'), ('P1', 2026, 'economic', '2026-12-31', 150, null, '2027-01-10'),
    ('P1', 2026, 'social', '2026-12-31', null, 80, '2027-01-10'), ('P1', 2026, 'ecological', '2026-12-31', 30, null, '2027-01-10'),
    ('P1', 2026, 'lasting', '2026-12-31', 1, null, '2027-01-10'), ('P1', 2026, 'satisfaction', '2026-12-31', 81, null, '2027-01-10');

select results_eq($$select indicator_id, score from indicator_tree_result where program_id = 'P1' and depth = 0 order by indicator_id$$,
    $$values ('benefit', 88.75::numeric(11,8)), ('execution', 95), ('output', 92.5), ('satisfaction', 90)$$, 'the four parts, as on paper');
select results_eq($$select score, coverage, low, high, rating, rating_rank, budget, executed, execution_rate from program_result$$,
    $$values (91.375::numeric(11,8), 100::numeric(11,8), 91.375::numeric(11,8), 91.375::numeric(11,8), 'excellent', 1,
        1000000::numeric(38,2), 950000::numeric(38,2), 95::numeric(38,4))$$, 'the score, as on paper');
select is((select sum(contribution) from indicator_tree_result where leaf = 1), 91.375, 'contributions sum to the score');
select is((select contribution from indicator_tree_result where indicator_id = 'execution'), 9.5, 'execution brings 9.5 of 10 points');
select results_eq($$select indicator_id, weight_lost from indicator_tree_result where leaf = 1 order by weight_lost desc, indicator_id limit 2$$,
    $$values ('timeliness', 3.125::numeric(11,8)), ('economic', 1.875)$$, 'what costs most: 12.5 · 25 %, 7.5 · 25 %');
select results_eq($$select unit_id, programs, score, rating from unit_result order by unit_id$$,
    $$values ('edu', 1, 91.375::numeric(11,8), 'excellent'), ('gov', 1, 91.375, 'excellent'), ('roofs', 1, 91.375, 'excellent')$$,
    'and so up to the government');
select results_eq($$select met from indicator_result where indicator_id in ('lasting', 'quantity') order by indicator_id$$, 'values (1), (0)', 'met and not met');

-- time ----------------------------------------------------------------------------------------------------

-- On 30 June only half of the schools: 100 · 19/40 = 47.5 of the output group, and 40 % executed of 1,000,000.
set local bpm.as_of = '2026-06-30';
select results_eq($$select budget, executed, execution_rate from program_result$$,
    $$values (1000000::numeric(38,2), 400000::numeric(38,2), 40::numeric(38,4))$$, 'money on 30 June');
select results_eq($$select indicator_id, score from indicator_result where score is not null order by 1$$,
    $$values ('execution', 40::numeric(11,8)), ('quantity', 47.5)$$, 'indicators on 30 June');
-- coverage: execution 10 + a quarter of output 50 = 22.5; score (10·40 + 50·47.5) / 60 = 46.25
select results_eq($$select score, coverage, rating from program_result$$,
    $$values (46.25::numeric(11,8), 22.5::numeric(11,8), 'poor')$$, 'the score on 30 June, and how sure we are');
set local bpm.as_of = '2026-06-01';
select is((select budget from program_result), 800000.00, 'before the adjustment');
set local bpm.as_of = '2025-12-31';
select results_eq($$select score, coverage, budget from program_result$$, $$values (null::numeric(11,8), 0::numeric(11,8), 0::numeric(38,2))$$,
    'before everything: no score, and no error');
select lives_ok('select count(*) from unit_result', 'nor one further up');
set local bpm.as_of = '';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at, reason)
    values ('P1', 2026, 'quantity', '2026-12-31', 40, '2027-03-01', 'two schools had been left out');
select is((select score from indicator_result where indicator_id = 'quantity'), 100::numeric, 'a correction counts');
set local bpm.known_at = '2027-02-01 00:00:00+00';
select is((select score from indicator_result where indicator_id = 'quantity'), 95::numeric, 'what we believed on 1 February');
set local bpm.known_at = '';
select throws_ok($$set local bpm.as_of = 'yesterday week'; select count(*) from program_result$$, '22023', null, 'a setting that is no date is an error');
set local bpm.as_of = '';

-- missing data by policy ----------------------------------------------------------------------------------

insert into measurement (program_id, fiscal_year, indicator_id, as_of, recorded_at, reason)
    values ('P1', 2026, 'satisfaction', '2026-12-31', '2027-04-01', 'the survey was not valid');
-- quantity is 100 by now: output 93.75; (10·95 + 50·93.75 + 30·88.75) / 90 = 92.2222...
select results_eq('select score, coverage, low, high from program_result',
    $$values (92.22222222::numeric(11,8), 90::numeric(11,8), 83::numeric(11,8), 93::numeric(11,8))$$, 'a withdrawn figure is missing, not zero');
insert into setting (fiscal_year, missing) values (2026, 'zero');
select is((select score from program_result), 83::numeric, 'unless the settings say so');
update setting set missing = 'require 95' where fiscal_year = 2026;
select is((select score from program_result), null::numeric, 'or ask for more');
select is((select scored_money from unit_result where unit_id = 'gov'), 0::numeric, 'a program without a score is missing money further up');
delete from setting where fiscal_year = 2026;
update setting set scale = '"very good" >= 92, "not so good"';
select is((select rating from unit_result where unit_id = 'gov'), 'very good', 'the scale is a setting');
update setting set money = 'executed';
select is((select money from unit_result where unit_id = 'gov'), 950000::numeric, 'which money weighs is a setting');
update setting set money = default, scale = default;
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason)
    values ('P1', 2026, '2027-01-15', 'not demonstrated', 'the survey was not valid');
select results_eq('select rating, rating_rank, overridden from program_result', $$values ('not demonstrated', null::integer, 1)$$,
    'a rating can be overridden, and then has no place in the scale');
select is((select rating from unit_result where unit_id = 'gov'), 'excellent', 'which says nothing of the unit');

-- gates ---------------------------------------------------------------------------------------------------

insert into program (program_id, fiscal_year, name, unit_id) values ('P2', 2026, 'Bus lanes', 'edu');
select results_eq($$select condition, detail from gate_faults('P2', 2026, 'approved')$$,
    $$values ('target weights', 'The top weights without budget execution total 0, not 90.'), ('targets', 'The program has no indicators.')$$,
    'no budget without targets');
select is(apply_framework('P2', 2026, 'self-evaluation'), 12, 'a framework for it');
select matches((select detail from gate_faults('P2', 2026, 'approved')), 'No target is set for quantity', 'every indicator has a target');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    select program_id, fiscal_year, indicator_id, '2026-01-02', '>= 1' from indicator_score
    where program_id = 'P2' and target is null and source = 'measured';
select is_empty($$select * from gate_faults('P2', 2026, 'approved')$$, 'then it may be approved: 90 without execution');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight) values ('P2', 2026, 'output', '2026-01-03', 40);
select results_eq($$select detail from gate_faults('P2', 2026, 'approved')$$,
    $$values ('The top weights without budget execution total 80, not 90.')$$, 'weights total what they must');
select results_eq($$select detail from gate_faults('P2', 2026, 'self_evaluated')$$,
    $$values ('The top weights total 90, not 100.')$$, 'and at evaluation with execution');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight) values ('P2', 2026, 'output', '2026-01-04', 50);
select results_eq($$select detail from gate_faults('P2', 2026, 'executing')$$, $$values ('There is no approved budget.')$$, 'no spending without a budget');

insert into stage_event (program_id, fiscal_year, at, stage) values ('P2', 2026, '2025-09-01', 'drafted');
select is((select stage from program_result where program_id = 'P2'), 'drafted', 'a life begins');
select throws_ok($$insert into stage_event (program_id, fiscal_year, at, stage) values ('P2', 2026, '2025-10-01', 'approved')$$,
    '23514', null, 'the lifecycle guards the stages');
select throws_ok($$insert into stage_event (program_id, fiscal_year, at, stage) values ('P2', 2026, '2025-08-01', 'targeted')$$,
    '23514', null, 'no event before the latest');
insert into stage_event (program_id, fiscal_year, at, stage) values ('P2', 2026, '2025-10-01', 'targeted'), ('P2', 2026, '2025-11-01', 'reviewed'),
    ('P2', 2026, '2025-12-01', 'approved');
select throws_ok($$insert into stage_event (program_id, fiscal_year, at, stage) values ('P2', 2026, '2026-01-01', 'executing')$$,
    '23514', 'program "P2" may not be executing yet', 'a gate says why');
set local bpm.as_of = '2025-10-15';
select is((select stage || ' ' || stage_since from program_result where program_id = 'P2'), 'targeted 2025-10-01', 'the stage on a day');
set local bpm.as_of = '';

-- frameworks ----------------------------------------------------------------------------------------------

select is(create_framework('ours', 'As P1 is judged', 'P1', 2026), 12, 'a framework is made of a program');
insert into program (program_id, fiscal_year, name, unit_id) values ('P3', 2026, 'More roofs', 'roofs');
select is(apply_framework('P3', 2026, 'ours', '2026-01-01'), 12, 'and applied to another');
select results_eq($$select indicator_id, target::text, weight from indicator_score where program_id = 'P3' order by 1$$,
    $$select indicator_id, target::text, weight from indicator_score where program_id = 'P1' order by 1$$, 'with the same rules and weights');
select throws_ok($$select apply_framework('P3', 2026, 'none')$$, 'P0002', 'there is no framework "none"', 'an unknown framework');
select throws_ok($$select apply_framework('P9', 2026, 'ours')$$, 'P0002', 'there is no program "P9" in 2026', 'an unknown program');
-- PEFA: PI-1 has one dimension, B; PI-2 by M1: A, B, C is C+; PI-3 by M2: A, C is 6: B
insert into program (program_id, fiscal_year, name, unit_id) values ('country', 2026, 'Country', 'gov');
select is(apply_framework('country', 2026, 'pefa', '2026-01-01'), 132, 'PEFA: 7 + 31 + 94');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, score)
    select 'country', 2026, 'PI-' || d, '2026-12-31', bpm.pefa_score(g)
    from (values ('1.1', 'B'), ('2.1', 'A'), ('2.2', 'B'), ('2.3', 'C'), ('3.1', 'A'), ('3.2', 'C')) v (d, g);
select results_eq($$select indicator_id, bpm.pefa_grade(score) from indicator_tree_result
    where program_id = 'country' and indicator_id in ('PI-1', 'PI-2', 'PI-3') order by 1$$,
    $$values ('PI-1', 'B'), ('PI-2', 'C+'), ('PI-3', 'B')$$, 'M1 and M2, by the tables');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, score) values ('country', 2026, 'PI-4.1', '2026-12-31', 55);
select lives_ok('select * from unit_result', 'a figure that is no grade does not stop a view');
select isnt_empty($$select * from check_result where program_id = 'country' and item = 'PI-4.1' and kind = 'not scored'$$, 'check_result names it');
select throws_ok($$insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name) values ('country', 2026, 'PI-30.5', 'PI-30', 'one too many')$$,
    '23514', null, 'M1 and M2 take four dimensions');
select throws_ok($$insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name) values ('P1', 2026, 'x', 'quality', 'x')$$,
    '23514', 'indicator "x" cannot be below "quality"', 'only a group has something below it');
select throws_ok($$update indicator set parent_id = 'output' where program_id = 'P1' and indicator_id = 'output'$$, '23514', null, 'and not itself');

-- what is wrong -------------------------------------------------------------------------------------------

insert into program (program_id, fiscal_year, name, unit_id) values ('P4', 2026, 'Unplanned', 'edu');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('P4', 2026, 'approved', '2026-03-01', 100), ('P4', 2026, 'executed', '2026-02-01', 120);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('P2', 2026, 'quantity', '2025-05-05', 3);
-- a history that was written elsewhere: spending before approval, evaluation before self-evaluation
alter table stage_event disable trigger user;
insert into stage_event (program_id, fiscal_year, at, stage) values ('P4', 2026, '2025-09-01', 'drafted'), ('P4', 2026, '2025-10-01', 'targeted'),
    ('P4', 2026, '2025-11-01', 'executing'), ('P4', 2026, '2026-11-01', 'closed'), ('P4', 2026, '2026-12-01', 'evaluated'), ('P4', 2026, '2026-12-02', 'forgotten');
insert into program (program_id, fiscal_year, name, unit_id) values ('P4', 2027, 'Not begun', 'edu');
insert into stage_event (program_id, fiscal_year, at, stage) values ('P4', 2027, '2026-09-01', 'drafted');
alter table stage_event enable trigger user;
select is_empty($$select * from check_result where program_id = 'P4' and fiscal_year = 2027 and kind = 'executed before approval'$$,
    'where nothing is executed, nothing was before approval');
select set_eq($$select kind, item from check_result where program_id = 'P4' and item is not null$$,
    $$values ('lifecycle', 'executing'), ('lifecycle', 'evaluated'), ('unknown stage', 'forgotten')$$, 'a history is judged');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values ('P2', 2026, 'social', '2026-02-01', 'direct');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('P2', 2026, 'social', '2026-05-05', 120);
select lives_ok('select * from unit_result', 'a grade of 120 does not stop a view');
select set_has('select program_id, kind, item, severity from check_result',
    $$values ('P4', 'money without targets', null, 'error'), ('P4', 'executed before approval', null, 'error'), ('P4', 'over budget', null, 'warning'),
        ('P2', 'outside the year', 'quantity', 'warning'), ('P2', 'not scored', 'social', 'error'), ('P2', 'no figure', 'quality', 'warning'),
        ('P3', 'no budget', null, 'note'), ('P1', 'no figure', 'satisfaction', 'warning')$$, 'faults are found, each in a row');
select is_empty($$select * from check_result where mend is null or detail is null$$, 'each with its mend');

insert into program (program_id, fiscal_year, name, unit_id) values ('N1', 2026, 'New one', 'edu');

-- revenue -------------------------------------------------------------------------------------------------
-- 2025: taxes 600, transfers 400: 1000. 2026: taxes 900 of a plan of 1000, transfers 300 of 200: 1200.
-- collection 1200/1200; tax share 900/1200 = 75; concentration (900² + 300²)/1200² = 62.5; growth 20;
-- spent by the unit in 2026: 950,000 + 120: own 900
insert into program (program_id, fiscal_year, name, unit_id, nature, revenue_type)
    select p, y, p, 'edu', 'revenue', p from unnest(array['tax', 'transfer']) p, unnest(array[2025, 2026]) y;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('tax', 2025, 'executed', '2025-05-01', 600), ('transfer', 2025, 'executed', '2025-05-01', 400),
    ('tax', 2026, 'approved', '2026-01-01', 1000), ('transfer', 2026, 'approved', '2026-01-01', 200),
    ('tax', 2026, 'executed', '2026-05-01', 900), ('transfer', 2026, 'executed', '2026-05-01', 300);
select results_eq($$select programs, planned, collected, collection_rate, tax_share, concentration, growth, own_collected, spent, self_sufficiency
    from revenue_result where unit_id = 'gov' and fiscal_year = 2026$$,
    $$values (2, 1200::numeric(38,2), 1200::numeric(38,2), 100::numeric(38,4), 75::numeric(38,4), 62.5::numeric(38,4), 20::numeric(38,4),
        900::numeric(38,2), 950120::numeric(38,2), 0.0947::numeric(38,4))$$, 'revenue, worked out by hand');
select results_eq($$select executed, executed_before, executed_growth from trend where grain = 'program' and id = 'tax' and fiscal_year = 2026$$,
    $$values (900::numeric(38,2), 600::numeric(38,2), 50::numeric(38,4))$$, 'the trend');
select is((select programs from year_result where fiscal_year = 2026), 6, 'revenue is not spending: P1 to P4, the country and N1');

-- existing tables -----------------------------------------------------------------------------------------

create table public.their_ledger (no int, project text, year int, booked date, what text, eur numeric);
insert into public.their_ledger values (1, 'P1', 2026, '2026-02-02', 'budget', 500), (2, 'P1', 2026, '2026-03-03', 'paid', 200),
    (2, 'P1', 2026, '2026-03-04', 'paid', 100), (3, 'P8', 2026, '2026-03-03', 'paid', 1), (4, null, 2026, '2026-03-03', 'paid', 1);
create or replace view program_budget with (security_invoker = true) as
select project as program_id, year as fiscal_year, no::text as entry_id, booked as entry_date, '-infinity'::timestamptz as recorded_at,
       case what when 'budget' then eur end::numeric(20,2) as approved, null::numeric(20,2) as adjusted, null::numeric(20,2) as received,
       case what when 'paid' then eur end::numeric(20,2) as executed, null::numeric(20,2) as planned
from public.their_ledger;
select results_eq($$select budget, executed from program_result where program_id = 'P1' and fiscal_year = 2026$$,
    $$values (500::numeric(38,2), 300::numeric(38,2))$$, 'one statement puts their ledger in the place of ours');
select results_eq($$select kind, program_id, item from check_inputs()$$,
    $$values ('duplicate key', 'P1', '2'), ('missing key', null, '4'), ('no program', 'P8', null)$$, 'and what does not fit is said');
select bpm.upgrade_model('perf');
select is((select budget from program_result where program_id = 'P1'), 500::numeric, 'an upgrade leaves their view');

insert into public.their_ledger values (5, 'P1', 2026, '2026-02-02', 'budget', 'NaN');
select results_eq($$select budget, money from program_result where program_id = 'P1'$$, 'values (500::numeric(38,2), 500::numeric(38,2))',
    'an amount that is none is left out');
select lives_ok('select * from unit_result', 'stops no view');
select is((select kind from check_inputs() where item = '5'), 'no figure', 'and is named');

-- fiscal years --------------------------------------------------------------------------------------------

update setting set year_start_month = 7;
select is(year_start(2026), '2025-07-01'::date, 'a year that does not begin in January has the number of the year in which it ends');
insert into program (program_id, fiscal_year, name, unit_id) values ('P5', 2026, 'By the fiscal year', 'edu');
select is(apply_framework('P5', 2026, 'part'), 4, 'a framework for it');
select is((select min(valid_from) from target_revision where program_id = 'P5'), '2025-07-01'::date, 'holds from its first day');
update setting set year_start_month = default;

-- what would stop a view does not get in --------------------------------------------------------------------

select throws_ok($$insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source)
    values ('P5', 2026, 'x', 'y', 'x', 'group'), ('P5', 2026, 'y', 'x', 'y', 'group')$$, '23503', null, 'no loop in one statement');
select throws_ok($$insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source)
    values ('P5', 2026, 'x', 'y', 'x', 'measured'), ('P5', 2026, 'y', null, 'y', 'measured')$$, '23503', null, 'nothing below what is measured');
select throws_ok($$insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source, method)
    values ('P5', 2026, 'x', 'y', 'x', 'measured', 'mean'), ('P5', 2026, 'y', null, 'y', 'group', 'm1')$$, '23503', null, 'a grade comes after its group');

-- another name --------------------------------------------------------------------------------------------

alter schema second rename to "Third ""one""";
select bpm.upgrade_model('Third "one"');
set local search_path = "Third ""one""", public;
select lives_ok($$insert into unit (unit_id, name) values ('u', 'U')$$, 'a renamed model takes units');
insert into program (program_id, fiscal_year, name, unit_id) values ('P', 2026, 'P', 'u');
select is(apply_framework('P', 2026, 'self-evaluation'), 12, 'indicators');
select lives_ok($$insert into stage_event (program_id, fiscal_year, at, stage) values ('P', 2026, '2026-01-01', 'drafted')$$, 'and stages');
set local search_path = perf, public;

-- dropping ------------------------------------------------------------------------------------------------
select throws_ok('drop extension bpm', '2BP01', null, 'the extension stays while a model uses it');

select * from finish();
rollback;
