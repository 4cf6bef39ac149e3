-- model: what changes. Revisions, indicators that are given up, figures that are withdrawn, the next year, projects
-- over years.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(53);

set local timezone = 'UTC';
set local jit = off;
select bpm.create_model('later');
set local search_path = later, public;
set local bpm.as_of = '2020-12-31';
insert into unit values ('u', null, 'U');
insert into program (program_id, fiscal_year, name, unit_id) values ('P', 2020, 'School roofs', 'u');
insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source)
    values ('P', 2020, 'output', null, 'Output', 'group'),
    ('P', 2020, 'a', 'output', 'A', 'measured'), ('P', 2020, 'b', 'output', 'B', 'measured'),
    ('P', 2020, 'c', null, 'C', 'measured');
-- loaded once the year was over: model_discipline looks at promises that were recorded in their year
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at) values
    ('P', 2020, 'output', '2020-01-01', null, 60, '2021-01-02'),
    ('P', 2020, 'a', '2020-01-01', '>= 40', 3, '2021-01-02'),
    ('P', 2020, 'b', '2020-01-01', 'direct', 1, '2021-01-02'),
    ('P', 2020, 'c', '2020-01-01', 'direct', 40, '2021-01-02');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at)
    values ('P', 2020, 'a', '2020-06-30', 20, '2020-07-01'),
    ('P', 2020, 'a', '2020-12-31', 36, '2021-01-05'), ('P', 2020, 'b', '2020-12-31', 50, '2021-01-05'),
    ('P', 2020, 'c', '2020-12-31', 75, '2021-01-05');
create temp view p as select score, coverage from program_result where program_id = 'P';
create temp view i as select indicator_id, target, weight, share, score, retired from indicator_result
    where program_id = 'P';
-- a 100 · 36/40 = 90, output (3 · 90 + 50) / 4 = 80, 0.6 · 80 + 0.4 · 75 = 78
select results_eq('select * from p', 'values (78::numeric, 100::numeric)', 'to begin with');
savepoint before;

-- revisions --------------------------------------------------------------------------------------------------

insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    values ('P', 2020, 'a', '2020-07-01', '>= 48');
-- a 75, output (225 + 50) / 4 = 68.75, 41.25 + 30
select results_eq($$select target, weight, score from i where indicator_id = 'a'$$,
    $$values ('>= 48', 3::numeric, 75::numeric)$$,
    'a revision without a weight keeps the weight');
select is((select score from p), 71.25, 'and its place in the score');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight)
    values ('P', 2020, 'a', '2020-08-01', 1);
select results_eq($$select target, weight, score from i where indicator_id = 'a'$$,
    $$values ('>= 48', 1::numeric, 75::numeric)$$,
    'one without a target keeps the target');
select results_eq($$select target, weight from (values ('2020-06-30'), ('2020-07-31'), ('2020-08-01')) v (d),
    indicator_result_at(d::date)
    where indicator_id = 'a' order by d$$, $$values ('>= 40', 3::numeric), ('>= 48', 3), ('>= 48', 1)$$,
    'each from its day on');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, reason)
    values ('P', 2020, 'a', '2020-07-01', '>= 72', 'a slip of the pen');
select is((select score from indicator_result_at('2020-07-31') where indicator_id = 'a'), round(100 * 20 / 72.0, 8),
    'of one day the one that was recorded last counts');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight)
    values ('P', 2020, 'b', '2020-09-01', 0);
select results_eq($$select weight, share, score from i where indicator_id = 'b'$$,
    'values (0::numeric, 0::numeric, 50::numeric)', 'what weighs 0 does not apply');
select is_empty($$select from check_result where item = 'b' and kind in ('no target', 'no figure')$$,
    'and is not asked for');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight)
    values ('P', 2020, 'a', '2020-09-01', -1)$$,
    '23514', null, 'nothing weighs less');
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('P', 2020, 'new', 'New');
select results_eq($$select weight, target from i where indicator_id = 'new'$$,
    'values (0::numeric, null::text)', 'before its first revision an indicator weighs nothing');
select is_empty($$select from check_result where item = 'new'$$, 'and nobody is told of it');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    values ('P', 2020, 'new', '2020-09-01', '>= 1');
select is((select weight from i where indicator_id = 'new'), 1::numeric, 'with one that does not say it weighs 1');
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
    values ('P', 2020, 'A1', 'decision of 12 May', 'less money');
select lives_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, adjustment_id)
    values ('P', 2020, 'a', '2020-10-01', '>= 10', 'A1')$$, 'a revision names the act by which it was made');
select throws_ok('update target_revision set target = null', '23001', null, 'a promise is not changed');
rollback to before;

-- given up -----------------------------------------------------------------------------------------------------

select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired)
    values ('P', 2020, 'b', '2020-09-01', true)$$,
    '23514', null, 'an indicator is not given up without a reason');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired, reason)
    values ('P', 2020, 'b', '2020-09-01', true, 'nobody counts it');
-- output is a alone: 0.6 · 90 + 30 = 84
select results_eq('select * from p', 'values (84::numeric, 100::numeric)', 'what is given up has no part in the score');
select results_eq($$select retired, weight, share, score from i where indicator_id = 'b'$$,
    'values (1, 0::numeric, 0::numeric, null::numeric)', 'is shown as given up');
select is((select score from program_result_at('2020-08-31')),
    50::numeric, 'from its day on: before it b was asked for, and a had 20 of 40');
select is_empty($$select from check_result where item = 'b'$$, 'and is no fault');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired, reason)
    values ('P', 2020, 'output', '2020-10-01', true, 'all of it');
select results_eq('select * from p', 'values (75::numeric, 100::numeric)', 'a group with all below it');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight)
    values ('P', 2020, 'output', '2020-11-01', 60), ('P', 2020, 'b', '2020-11-01', null);
select results_eq('select * from p', 'values (78::numeric, 100::numeric)',
    'a later revision takes it up again, with what it was');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired, reason)
    select 'P', 2020, indicator_id, '2020-12-01', true, 'all' from indicator;
select lives_ok('select * from unit_result', 'when all is given up');
select results_eq('select * from p', 'values (0::numeric, 0::numeric)',
    'nothing is measured, which is zero at the close');
rollback to before;

-- withdrawn ----------------------------------------------------------------------------------------------------

insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at, reason) values
    ('P', 2020, 'a', '2020-12-31', 40, '2021-01-10', 'counted again');
select is((select score from i where indicator_id = 'a'), 100::numeric, 'a correction counts');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, withdrawn)
    values ('P', 2020, 'a', '2020-12-31', '2021-01-10')$$,
    '23514', null, 'a figure is not withdrawn without a reason');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, withdrawn, reason)
    values ('P', 2020, 'a', '2020-12-31', 1, '2021-01-10', 'both')$$, '23514', null, 'nor by a figure');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, withdrawn, reason, recorded_at)
    values ('P', 2020, 'a', '2020-12-31', '2021-01-10', 'counted the wrong ones', '2021-01-20');
select is((select score from i where indicator_id = 'a'), 90::numeric, 'withdrawn, the one before it counts again');
select is((select score from indicator_result_at('2020-12-31', '2021-01-15') where indicator_id = 'a'),
    100::numeric, 'until it was withdrawn it was believed');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, withdrawn, reason)
    values ('P', 2020, 'a', '2020-12-31', '2021-01-05', 'that too');
-- 20 of 40 from June
select is((select score from i where indicator_id = 'a'), 50::numeric, 'then that of the day before');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, withdrawn, reason)
    values ('P', 2020, 'a', '2020-06-30', '2020-07-01', 'all of it');
select results_eq($$select score, measured_on from indicator_result where indicator_id = 'a'$$,
    'values (null::numeric, null::date)', 'and in the end there is none');
select is((select kind from check_result where item = 'a'), 'no figure', 'which is named');
select throws_ok('delete from measurement', '23001', null, 'a figure is not removed');
rollback to before;

-- figures of several kinds -------------------------------------------------------------------------------------

insert into indicator (program_id, fiscal_year, indicator_id, name, moves, due, stale_days)
    values ('P', 2020, 'day', 'Opened', 'milestone', '2020-09-01', null),
    ('P', 2020, 'queue', 'Waiting', 'level', null, 90);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    values ('P', 2020, 'day', '2020-01-01', 'by 2020-09-01', 1), ('P', 2020, 'queue', '2020-01-01', '<= 10', 1);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual_date, actual)
    values ('P', 2020, 'day', '2020-09-10', '2020-08-20', null),
    ('P', 2020, 'queue', '2020-10-02', null, 5);
select results_eq($$select score, met, actual_date, actual from indicator_result where indicator_id = 'day'$$,
    $$values (100::numeric, 1, '2020-08-20'::date, null::numeric)$$, 'of a milestone the figure is a day');
select results_eq($$select d::date, stale, score from (values ('2020-12-30'), ('2020-12-31'), ('2021-06-30')) v (d),
    indicator_result_at(d::date)
    where indicator_id = 'queue' order by 1$$, $$values ('2020-12-30'::date, 0, 100::numeric), ('2020-12-31', 0, 100),
    ('2021-06-30', 0, 100)$$,
    'a figure of 90 days before the close still counts');
update indicator set stale_days = 89 where indicator_id = 'queue';
select results_eq($$select d::date, stale, score from (values ('2020-12-30'), ('2020-12-31'), ('2021-06-30')) v (d),
    indicator_result_at(d::date)
    where indicator_id = 'queue' order by 1$$, $$values ('2020-12-30'::date, 0, 100::numeric), ('2020-12-31', 1, null),
    ('2021-06-30', 1, null)$$,
    'an older one counts as not measured');
insert into breakdown values (2020, 'girls', 'Girls', 100);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, breakdown, actual)
    values ('P', 2020, 'c', '2020-12-31', 'girls', 10);
select is((select score from i where indicator_id = 'c'), 75::numeric,
    'a figure of a group of people is not that of all');
rollback to before;

-- the next year -------------------------------------------------------------------------------------------------

insert into program_objective values ('P', 2020, 'progress', 60);
insert into responsible (program_id, fiscal_year, from_day, person) values ('P', 2020, '2020-01-01', 'A. Person'),
    ('P', 2020, '2020-07-01', 'B. Person');
insert into indicator (program_id, fiscal_year, indicator_id, name, moves, due)
    values ('P', 2020, 'day', 'Opened', 'milestone', '2020-09-01');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, retired, reason) values
    ('P', 2020, 'day', '2020-01-01', 'by 2020-09-01', 2, false, null),
    ('P', 2020, 'b', '2020-11-01', null, null, true, 'nobody counts it'),
    ('P', 2020, 'a', '2020-07-01', '>= 48', null, false, null);
insert into program (program_id, fiscal_year, name, unit_id) values ('Q', 2020, 'Q', 'u'),
    ('Q', 2021, 'There already', 'u');
insert into program (program_id, fiscal_year, name, unit_id) values ('other', 2020, 'Other', 'u');
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('Q', 2020, 'x', 'X');
savepoint listed;
select results_eq($$select * from roll_forward_programs(2020, '{P,Q,nobody,P}')$$, 'values (1, 4)',
    'those of a list are taken into the next year, each once');
select set_eq('select program_id, name from program where fiscal_year = 2021',
    $$values ('P', 'School roofs'), ('Q', 'There already')$$, 'no others, and none that the year does not have');
select is_empty($$select from indicator where program_id = 'Q' and fiscal_year = 2021$$,
    'what is there already gets nothing');
select results_eq($$select baseline from indicator where fiscal_year = 2021 and indicator_id = 'a'$$,
    'values (36::numeric)', 'as roll_forward takes them');
select results_eq($$select * from roll_forward_programs(2020, '{}') union all
    select * from roll_forward_programs(2020, null)$$, 'values (0, 0), (0, 0)', 'of no list nothing is taken');
rollback to listed;
delete from indicator where program_id = 'Q';
delete from program where program_id = 'other';
select results_eq('select * from roll_forward(2020)', 'values (1, 4)',
    'programs are taken into the next year, with the indicators that were not given up');
select results_eq($$select name, unit_id, nature from program where program_id = 'P' and fiscal_year = 2021$$,
    $$values ('School roofs', 'u', 'expenditure')$$, 'as they are');
select is((select name from program where program_id = 'Q' and fiscal_year = 2021),
    'There already', 'where they are not yet there');
select results_eq($$select indicator_id, baseline, due from indicator where fiscal_year = 2021 order by 1$$, $$values
    ('a', 36::numeric, null::date), ('c', 75, null), ('day', null, '2021-09-01'), ('output', null, null)$$,
    'with the last figure as baseline');
select results_eq($$select indicator_id, target, weight from indicator_score_at('2021-12-31') i where fiscal_year = 2021
    order by 1$$, $$values
    ('a', '>= 48'::bpm.target, 3::numeric), ('c', 'direct', 40), ('day', null, 2), ('output', null, 60)$$,
    'the last targets and weights, but not the days');
select results_eq($$select objective_id, share from program_objective where fiscal_year = 2021$$,
    $$values ('progress', 60::numeric)$$, 'objectives');
select results_eq($$select from_day, person from responsible where fiscal_year = 2021$$,
    $$values ('2021-01-01'::date, 'B. Person')$$, 'and who answers');
select results_eq('select * from roll_forward(2020)', 'values (0, 0)', 'twice changes nothing');
select throws_ok('select roll_forward(1999)', 'P0002', 'there is no program in 1999',
    'from a year that is not there nothing is taken');
select results_eq($$select * from roll_forward(2021, 'Q')$$, 'values (1, 0)', 'one program by itself');
rollback to before;

-- a project over its years ------------------------------------------------------------------------------------------

-- 20 km in 2019, 30 in 2020 by December, 15 by June; money 200 and 300, of which 150 and 250 are spent
insert into program (program_id, fiscal_year, name, unit_id) values ('R', 2019, 'Road', 'u'), ('R', 2020, 'Road', 'u');
insert into indicator (program_id, fiscal_year, indicator_id, name, moves, unit_of_measure)
    select 'R', y, 'km', 'Kilometres', 'cumulative', 'km' from generate_series(2019, 2020) y;
insert into indicator (program_id, fiscal_year, indicator_id, name, moves) select 'R', y, 'state', 'State', 'level'
    from generate_series(2019, 2020) y;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    select 'R', fiscal_year, indicator_id, make_date(fiscal_year, 1, 1), '>= 25', 50
    from indicator where program_id = 'R';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('R', 2019, 'km', '2019-12-31', 20), ('R', 2020, 'km', '2020-06-30', 15),
    ('R', 2020, 'km', '2020-12-31', 30), ('R', 2020, 'state', '2020-06-30', 4);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('R', 2019, 'approved', '2019-01-01', 200), ('R', 2019, 'executed', '2019-05-01', 150),
    ('R', 2020, 'approved', '2020-01-01', 300), ('R', 2020, 'executed', '2020-11-01', 250);
select results_eq($$select fiscal_year, indicator_id, actual, actual_to_date, budget, budget_to_date, executed,
    executed_to_date, first_year, years
    from project_total where program_id = 'R' order by 1$$, $$values
    (2019, 'km', 20::numeric, 20::numeric, 200::numeric, 200::numeric, 150::numeric, 150::numeric, 2019, 1),
    (2020, 'km', 30, 50, 300, 500, 250, 400, 2019, 2)$$,
    'output and money of a project over all its years beside the year''s; only what adds up');
select results_eq($$select actual, actual_to_date, executed_to_date from project_total_at('2020-06-30')
    where program_id = 'R' and fiscal_year = 2020$$,
    'values (15::numeric, 35::numeric, 150::numeric)', 'at any date');

select * from finish();
rollback;
