-- Discipline of targets: what was promised is changed in the stages for it, or by a procedure; what changing it was
-- worth; what is left to gain.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(96);

set local timezone = 'UTC';
set local jit = off;
set local client_min_messages = warning;
select bpm.create_model('kept');
set local search_path = kept, public;
set local bpm.as_of = '2020-12-31';
insert into unit values ('u', null, 'U');

-- A program that promises 1000 hectares and 20,000 tons for 10,000, all of it recorded in its time. The guards of the
-- lifecycle are not asked here.
create function pg_temp.program(program text) returns void language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id) values (program, 2020, 'Irrigation', 'u');
    insert into indicator (program_id, fiscal_year, indicator_id, name, source, sort)
        values (program, 2020, 'money', 'Money', 'budget', 1), (program, 2020, 'ha', 'Hectares', 'measured', 2),
               (program, 2020, 't', 'Tons', 'measured', 3), (program, 2020, 'group', 'Group', 'group', 4);
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at)
        values (program, 2020, 'money', '2020-01-01', null, 10, '2019-12-01'),
               (program, 2020, 'ha', '2020-01-01', '>= 1000', 50, '2019-12-01'),
               (program, 2020, 't', '2020-01-01', '>= 20000', 40, '2019-12-01');
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, recorded_at)
        values (program, 2020, 'approved', '2020-01-20', 10000, '2020-01-20');
$$;
create function pg_temp.enters(program text, stage text, at timestamptz, taken_back boolean default false)
returns void language sql as $$
    insert into stage_event (program_id, fiscal_year, at, stage, taken_back, reason, recorded_at)
        values (program, 2020, at, stage, taken_back, case when taken_back then 'a slip' end,
                at + case when taken_back then interval '1 second' else '0' end);
$$;
create function pg_temp.revises(program text, day date, at timestamptz, what text default '>= 800',
                                act text default null) returns text language plpgsql as $$
declare d text;
begin
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, recorded_at, adjustment_id)
        values (program, 2020, 'ha', day, what::bpm.target, at, act);
    return 'done';
exception when check_violation then
    get stacked diagnostics d = pg_exception_detail;
    return d;
end $$;
alter table stage_event disable trigger user;

-- stages -----------------------------------------------------------------------------------------------------

select set_eq('table revision_stage', $$values ('drafted'), ('appraised'), ('targeted'), ('reviewed'), ('adjusted')$$,
    'targets are set while a budget is made, and when it is adjusted');
select pg_temp.program(p) from unnest(array['S', 'N', 'B', 'I', 'A', 'D', 'E']) p;
select pg_temp.enters('S', s, t::timestamptz) from (values ('drafted', '2019-10-01'), ('targeted', '2019-12-01'),
    ('reviewed', '2019-12-20'), ('approved', '2020-01-20 10:00'), ('executing', '2020-02-01'),
    ('monitored', '2020-07-31'), ('executing', '2020-08-05')) v (s, t);
savepoint staged;
select is(pg_temp.revises('S', '2020-01-01', t::timestamptz), 'done', s)
from (values ('2019-09-01', 'before the first stage'), ('2019-10-02', 'drafted'), ('2019-12-02', 'targeted'),
             ('2020-01-20 09:59', 'reviewed, until the last minute')) v (t, s);
rollback to staged;
select is(pg_temp.revises('S', '2020-01-01', '2020-01-20 10:00'), 'It is approved since 2020-01-20.',
    'not once it is approved');
select is(pg_temp.revises('S', '2020-07-31', '2020-07-31'), 'It is monitored since 2020-07-31.', 'nor later');
select is(pg_temp.revises('S', '2020-09-01', '2020-01-10'), 'On 2020-09-01 it is executing.',
    'nor from a day on which it is not');
select is(pg_temp.revises('S', '2020-01-20', '2020-01-10'), 'done', 'the day of the approval began as a free one');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    values ('S', 2020, 'ha', '2020-12-01', '>= 1')$$, '23514',
    'what is promised of "ha" of program "S" in 2020 is fixed', 'who does not say when is judged by the clock');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight)
    values ('S', 2020, 'ha', '2020-12-01', 1)$$, '23514', null, 'weights as well');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired, reason)
    values ('S', 2020, 'ha', '2020-12-01', true, 'rain')$$, '23514', null, 'giving up as well');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    values ('N', 2020, 'ha', '2020-12-01', '>= 1'), ('S', 2020, 'ha', '2020-12-01', '>= 1')$$,
    '23514', null, 'of many rows each');
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('S', 2020, 'new', 'New');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    values ('S', 2020, 'new', '2020-12-01', '>= 1')$$, '23514', null, 'and what is new');
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) values
    ('S', 2020, 'A', 'council of 8 September', 'the reservoir is late');
select is(pg_temp.revises('S', '2020-09-10', '2020-09-10', '>= 900', 'A'), 'done', 'but by a procedure');
select pg_temp.enters('S', 'adjusted', '2020-09-10 09:00');
select pg_temp.enters('S', 'executing', '2020-09-11 09:00');
select is(pg_temp.revises('S', '2020-09-10', '2020-09-10 12:00'), 'done', 'or while it is adjusted');
rollback to staged;
select pg_temp.enters('S', 'adjusted', '2020-09-10 09:00');
select pg_temp.enters('S', 'adjusted', '2020-09-10 09:00', true);
select is(pg_temp.revises('S', '2020-09-10', '2020-09-10 12:00'), 'It is executing since 2020-08-05.',
    'a stage that was taken back is none');
delete from revision_stage;
insert into revision_stage values ('executing');
select is(pg_temp.revises('S', '2020-09-10', '2020-09-10 12:00'), 'done', 'the table says which stages');
rollback to staged;
update place set time_zone = 'Asia/Shanghai';
-- 20 January 10:00 UTC is 18:00; the day ends at 16:00 UTC
select is(pg_temp.revises('S', '2020-01-21', '2020-01-20 09:59'), 'On 2020-01-21 it is approved.',
    'days are those of the model''s time zone');
rollback to staged;
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('S', 2020, 'finance');
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name)
    values ('S', 2020, 'finance', 'worth', 'Worth');
select lives_ok($$insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target)
    values ('S', 2020, 'finance', 'worth', '2020-12-01', 'direct')$$, 'what others look at is theirs');

-- without stages -----------------------------------------------------------------------------------------------

select is(pg_temp.revises('N', '2020-06-01', '2020-06-01'), 'done', 'without stages a program is free in its year');
select is(pg_temp.revises('N', '2020-12-31', '2020-12-31 23:59:59'), 'done', 'to the last second');
select is(pg_temp.revises('N', '2020-12-31', '2021-01-01'), 'The year is over since 2020-12-31.', 'then no more');
update place set time_zone = 'America/New_York';
select is(pg_temp.revises('N', '2020-12-30', '2021-01-01 04:59'), 'done', 'by the clock of the model');
select is(pg_temp.revises('N', '2020-12-30', '2021-01-01 05:00'), 'The year is over since 2020-12-31.', 'nor later');
rollback to staged;
insert into program (program_id, fiscal_year, name, unit_id) values ('H', 2020, 'History', 'u');
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('H', 2020, 'ha', 'Hectares');
select is(pg_temp.revises('H', '2020-01-01', '2021-05-01', '>= 1'), 'done',
    'what was promised can be loaded when the year is over');
select is(pg_temp.revises('H', '2020-06-01', '2021-05-02', '>= 2'), 'done', 'with what it became');
-- 1000 hectares weigh 50; the revision of 2021 is recorded, but is valid after the year
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) values
    ('N', 2020, 'late', 'a clerk', 'to look better');
select is(pg_temp.revises('N', '2021-02-01', '2021-02-01', '>= 1', 'late'), 'done', 'an act may come late');
select is((select target from indicator_result_at('2021-03-01') where program_id = 'N' and indicator_id = 'ha'),
    '>= 1000', 'but what holds after the year does not count');
rollback to staged;

-- indicators -------------------------------------------------------------------------------------------------

select throws_ok(format($$update indicator set %s where program_id = 'S' and indicator_id = 't'$$, c), '23514',
    'indicator "t" of program "S" in 2020 is fixed', c || ' is part of the promise')
from unnest(array['parent_id = ''group''', 'source = ''graded''', 'buys = true', 'conforming_of = ''ha''',
                  'method = ''weakest''', 'moves = ''cumulative''', 'baseline = 1']) c;
select lives_ok($$update indicator set name = 'Tonnes', owner = 'A. Person', due = '2020-11-30', moves = 'level'
    where program_id = 'S'$$, 'its name is not');
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) values
    ('S', 2020, 'A', 'council', 'rain'), ('S', 2020, 'B', 'council', 'hail');
select lives_ok($$update indicator set parent_id = 'group', adjustment_id = 'A'
    where program_id = 'S' and indicator_id = 't'$$, 'by an act it is moved');
select throws_ok($$update indicator set parent_id = null, adjustment_id = 'A'
    where program_id = 'S' and indicator_id = 't'$$, '23514', null, 'once: the act of before is not this one''s');
select lives_ok($$update indicator set parent_id = null, adjustment_id = 'B'
    where program_id = 'S' and indicator_id = 't'$$, 'another is');
select throws_ok($$insert into indicator (program_id, fiscal_year, indicator_id, name, buys)
    values ('S', 2020, 'other', 'Other', true)$$, '23514', null, 'another output is not marked either');
select throws_ok($$insert into indicator (program_id, fiscal_year, indicator_id, name, conforming_of)
    values ('S', 2020, 'other', 'Other', 'ha')$$, '23514', null, 'nor another quality of it');
select lives_ok($$insert into indicator (program_id, fiscal_year, indicator_id, name)
    values ('S', 2020, 'other', 'Other')$$, 'an indicator that weighs nothing yet may come');
rollback to staged;

-- money ------------------------------------------------------------------------------------------------------

select throws_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('S', 2020, 'approved', '2020-09-01', -2000)$$, '23514', 'the budget of program "S" in 2020 is fixed',
    'money that was approved is not cut just so');
select throws_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('S', 2020, 'carried_over', '2020-09-01', -1)$$, '23514', null, 'nor what was carried over');
select lives_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, recorded_at)
    values ('S', 2020, 'approved', '2020-01-10', -1, '2020-01-10')$$, 'before the approval it is being made');
select lives_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('S', 2020, 'executed', '2020-09-01', -1), ('S', 2020, 'approved', '2020-09-01', 5)$$,
    'a correction of what was spent, and more money, are no cut');
rollback to staged;

-- import ------------------------------------------------------------------------------------------------------

insert into import_indicator (program_id, fiscal_year, indicator_id, name, target, weight, valid_from, correction) values
    ('S', '2020', 'ha', 'Hectares', '>= 700', '50', '2020-09-01', 'less'),
    ('N', '2020', 'ha', 'Hectares', '>= 700', '50', '2020-09-01', 'less'),
    ('H', '2020', 'ha', 'Hectares', '>= 700', '50', '2020-09-01', 'less');
insert into program (program_id, fiscal_year, name, unit_id) values ('H', 2020, 'History', 'u');
select results_eq($$select moved, left_over from import_rows('indicator')$$, 'values (1::bigint, 2::bigint)',
    'an import takes what may be changed');
select results_eq($$select program_id, reason like 'what is promised of "ha" of program "' || program_id || '" in 2020 is fixed; Name in %'
    from import_indicator order by 1$$, $$values ('N', true), ('S', true)$$, 'and says of each row why not');
rollback to staged;

-- one act -------------------------------------------------------------------------------------------------------

select results_eq($$select item, what, before, after from adjust_program('S', 2020, 'A-2', 'council of 8 September',
        'the reservoir is late', -2000, '{"ha": ">= 800 [ha]", "t": {"target": ">= 16000", "weight": 30}}',
        '2020-09-10')$$,
    $$values ('budget', 'budget', '10000.00', '8000.00'), ('ha', 'target', '>= 1000', '>= 800 [ha]'),
        ('t', 'target', '>= 20000', '>= 16000'), ('t', 'weight', '40', '30')$$, 'money and targets change in one act');
select results_eq($$select procedure, reason from adjustment where program_id = 'S'$$,
    $$values ('council of 8 September', 'the reservoir is late')$$, 'which is recorded');
select results_eq($$select kind, entry_date, amount, adjustment_id from budget_entry where program_id = 'S'
    and amount < 0$$, $$values ('adjusted', '2020-09-10'::date, -2000.00, 'A-2')$$, 'with the money');
select results_eq($$select indicator_id, target::text, weight, adjustment_id, reason from target_revision
    where program_id = 'S' and valid_from = '2020-09-10' order by 1$$,
    $$values ('ha', '>= 800 [ha]', null::numeric, 'A-2', 'the reservoir is late'),
             ('t', '>= 16000', 30, 'A-2', 'the reservoir is late')$$, 'and the targets');
select results_eq($$select what, after from adjust_program('S', 2020, 'A-3', 'council', 'hail',
    targets => '{"t": {"retired": true}}', on_day => '2020-10-01')$$, $$values ('retired', null::text)$$,
    'something is given up');
rollback to staged;
create function pg_temp.refused(program text, amount numeric, targets text, out said text, out mend text)
language plpgsql as $$
begin
    perform adjust_program(program, 2020, 'A', 'council', 'rain', amount, targets::jsonb, '2020-09-10');
exception when others then
    get stacked diagnostics said = message_text, mend = pg_exception_hint;
end $$;
select results_eq($$select said, mend from pg_temp.refused('S', -1, '{"hx": ">= 1", "ha": ">= 800"}')$$,
    $$values ('program "S" has no indicator "hx" in 2020', 'Its indicators are money, ha, t, group.')$$,
    'an indicator that is not there is named');
select results_eq($$select said from pg_temp.refused('S', -1, $j${"ha": "at least 800"}$j$)$$,
    $$values ('the new target of "ha" is none: "at least 800"')$$, 'and a target that is none');
select results_eq($$select said from pg_temp.refused('S', -1, '{"ha": 800}')$$,
    $$values ('the new target of "ha" is none: 800')$$, 'a number is no target');
select results_eq($$select said, mend from pg_temp.refused('S', -1, '{"ha": {"goal": ">= 1"}}')$$,
    $$values ('what is adjusted of "ha" is not "goal"',
              'There are target, weight and retired: {"target": ">= 800", "weight": 5}.')$$, 'an unknown key');
select results_eq($$select said from pg_temp.refused('S', -1, '{"ha": {}}')$$,
    $$values ('what is adjusted of "ha" is not said')$$, 'nothing');
select results_eq($$select said from pg_temp.refused('S', -1, '{"ha": {"weight": -1}}')$$,
    $$values ('the new weight of "ha" is none: -1')$$, 'a weight below 0');
select results_eq($$select said from pg_temp.refused('S', -1, '{"group": ">= 1"}')$$,
    $$values ('"group" is a group: it has a weight and no target')$$, 'a target of a group');
select results_eq($$select said from pg_temp.refused('S', -1, '[1]')$$,
    $$values ('targets are an object, not an array')$$, 'a list');
select results_eq($$select said from pg_temp.refused('S', null, '{}')$$,
    $$values ('act "A" of program "S" changes nothing')$$, 'an act that changes nothing');
select results_eq($$select said from pg_temp.refused('X', -1, '{}')$$,
    $$values ('there is no program "X" in 2020')$$, 'a program that is not there');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('S', 2020, 'executed',
    '2020-06-30', 9000);
select results_eq($$select said from pg_temp.refused('S', -2000, '{"ha": ">= 800"}')$$,
    $$values ('the budget of program "S" is not cut below what is spent and committed')$$, 'money that is spent');
select is_empty($$select from adjustment where program_id = 'S'$$, 'and nothing of any of it is left');
select throws_ok($$select adjust_program('S', 2020, 'A', 'council', 'rain', null, '{"ha": ">= 800"}', '2021-01-01')$$,
    '22023', 'targets of 2020 are not changed from 2021-01-01 on: the year is over', 'nor after the year');
select adjust_program('S', 2020, 'A', 'council', 'rain', 1);
select throws_ok($$select adjust_program('S', 2020, 'A', 'council', 'rain', 1)$$, '23505',
    'program "S" has an act "A" in 2020 already', 'an act is done once');
rollback to staged;
-- a role with both duties
do $$begin
    execute 'create role bpm_test_adjusts';
    perform bpm.grant_duty('kept', 'bpm_test_adjusts', 'targets');
    perform bpm.grant_duty('kept', 'bpm_test_adjusts', 'money');
    execute 'create role bpm_test_only_money';
    perform bpm.grant_duty('kept', 'bpm_test_only_money', 'money');
end$$;
set local role bpm_test_adjusts;
select lives_ok($$select adjust_program('S', 2020, 'A', 'council', 'rain', -10, '{"ha": ">= 800"}', '2020-09-10')$$,
    'who has the duties of targets and of money adjusts');
set local role bpm_test_only_money;
select throws_ok($$select adjust_program('S', 2020, 'B', 'council', 'rain', -10, '{"ha": ">= 800"}', '2020-09-10')$$,
    '42501', null, 'who has one of them does not');
reset role;
rollback to staged;

-- what it was worth -----------------------------------------------------------------------------------------------

-- 8000 of 10,000 spent, 800 of 1000 hectares, 19,000 of 20,000 tons; the budget is cut to 8000 and the target to 800:
-- by what was approved 10 * 80 + 50 * 80 + 40 * 95 = 8600, by the last (10 + 50) * 100 + 40 * 95 = 9800
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at) values
    ('S', 2020, 'ha', '2020-12-31', 800, '2020-12-31'), ('S', 2020, 't', '2020-12-31', 19000, '2020-12-31');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, recorded_at) values
    ('S', 2020, 'executed', '2020-12-01', 8000, '2020-12-01');
select results_eq($$select approved_score, last_score, drift, revisions, reason from target_drift
    where program_id = 'S'$$, $$values (86::numeric, 86::numeric, 0::numeric, 0, null::text)$$,
    'what was not changed does not drift');
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) values
    ('S', 2020, 'A', 'council of 8 September', 'the reservoir is late');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id, recorded_at) values
    ('S', 2020, 'adjusted', '2020-09-10', -2000, 'A', '2020-09-10');
select pg_temp.revises('S', '2020-09-10', '2020-09-10', '>= 800', 'A');
select results_eq($$select approved_score, last_score, drift, approved_execution, last_execution, approved_budget,
        budget, judged_executed from target_drift where program_id = 'S'$$,
    $$values (86::numeric, 98::numeric, 12::numeric, 80::numeric, 100::numeric, 10000::numeric, 8000::numeric,
        8000::numeric)$$, 'the score by what was approved, and by the last');
select results_eq($$select revisions, by_procedure, on_actual, after_figure, cuts, first_day, reasons
    from target_drift where program_id = 'S'$$,
    $$values (2, 2, 1, 0, 1, '2020-09-10'::date, 'the reservoir is late')$$,
    'two changes by an act: a cut, and one that lands on the figure, made before it was known');
select results_eq($$select revision, indicator_id, kind, target_before, target_after, weight_before, weight_after,
        points_before, points_after, lands_on_actual, after_figure, amount from revision_result where program_id = 'S'$$,
    $$values (1, null, 'budget cut', null, null, null::numeric, null::numeric, null::numeric, null::numeric, 0, 0,
              -2000::numeric),
             (2, 'ha', 'target', '>= 1000', '>= 800', 50, 50, 80, 100, 1, 0, null)$$, 'each of them');
-- once the figure is known: 20,000 tons are made 19,500, which is neither the figure nor met
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, adjustment_id,
        recorded_at)
    values ('S', 2020, 't', '2020-12-01', '>= 19500', 20, 'A', '2021-01-05');
select results_eq($$select kind, lands_on_actual, after_figure, weight_after from revision_result
    where program_id = 'S' and indicator_id = 't'$$, $$values ('target and weight', 0, 1, 20::numeric)$$,
    'what comes after the figure is named');
-- a new one that is met, one given up, one moved, a figure withdrawn
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('S', 2020, 'easy', 'Easy');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, adjustment_id) values
    ('S', 2020, 'easy', '2020-12-01', '>= 1', 100, 'A');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired, reason, adjustment_id) values
    ('S', 2020, 't', '2020-12-02', true, 'nobody counts', 'A');
update indicator set moves = 'cumulative', adjustment_id = 'A' where program_id = 'S' and indicator_id = 'ha';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at) values
    ('S', 2020, 'easy', '2020-12-31', 5, '2021-01-01'), ('S', 2020, 'ha', '2020-11-30', 1, '2020-12-01');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, withdrawn, reason) values
    ('S', 2020, 'ha', '2020-11-30', '2020-12-01', 'a slip');
select results_eq($$select indicator_id, kind, target_after, actual, detail from revision_result
    where program_id = 'S' and kind in ('added', 'retired', 'moved', 'figure withdrawn') order by 2$$,
    $$values ('easy', 'added', '>= 1', 5::numeric, null),
             ('ha', 'figure withdrawn', null, 1, 'of 2020-11-30'),
             ('ha', 'moved', null, null, 'moves: level -> cumulative'),
             ('t', 'retired', null, 19000, null)$$, 'added, given up, moved; withdrawn figures beside');
-- by the last: (10 * 100 + 50 * 100 + 100 * 100) / 160 = 100; what was added weighs nothing in what was approved, what
-- was given up as much as it did
select results_eq($$select approved_score, last_score, added, retired, moved, withdrawn, revisions from target_drift
    where program_id = 'S'$$, $$values (86::numeric, 100::numeric, 1, 1, 1, 1, 6)$$,
    'what was approved stays what it was');
-- caps by execution apply to the one by the execution of what was approved: 80 % is under 85
insert into score_rule (evaluation, rule, looks_at, target, effect, points) values
    ('self', 'spent', 'execution', '>= 85%', 'cap', 79);
select pg_temp.enters('S', s, t::timestamptz) from (values ('closed', '2021-01-05'), ('self_evaluated', '2021-02-15'))
    v (s, t);
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) values
    ('S', 2020, 'self', '2021-02-15', 'closed');
select results_eq($$select approved_score, last_score from target_drift_at('2021-03-01') where program_id = 'S'$$,
    $$values (79::numeric, 100::numeric)$$, 'with the rules of the evaluation');
rollback to staged;
-- without stages what was recorded first is what was promised
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at) values
    ('N', 2020, 'ha', '2020-06-30', 500, '2020-06-30'), ('N', 2020, 't', '2020-06-30', 20000, '2020-06-30');
select pg_temp.revises('N', '2020-07-01', '2020-07-01', '>= 500');
-- 50 * 50 + 40 * 100 of 90 (nothing spent is 0: of 100): 65 and 90
select results_eq($$select approved_score, last_score, revisions, on_actual, after_figure, by_procedure
    from target_drift where program_id = 'N'$$, $$values (65::numeric, 90::numeric, 1, 1, 1, 0)$$,
    'a program without stages shows what it did');
select pg_temp.enters('B', 'drafted', '2019-10-01');
select results_eq($$select approved_score, revisions, reason from target_drift where program_id = 'B'$$,
    $$values (null::numeric, 0, 'the budget is not approved yet')$$, 'nothing drifts before the approval');
insert into program (program_id, fiscal_year, name, unit_id) values ('empty', 2020, 'Empty', 'u');
select results_eq($$select approved_score, last_score, drift, reason from target_drift where program_id = 'empty'$$,
    $$values (null::numeric, null::numeric, null::numeric, 'the program has no indicators')$$,
    'what is not there is said');
rollback to staged;

-- a figure that is not the year's ----------------------------------------------------------------------------------

insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('S', 2020, 'ha', '2019-12-31', 1000), ('S', 2020, 't', '2020-06-30', 20000);
select results_eq($$select indicator_id, stale, score from indicator_result where program_id = 'S'
    and indicator_id in ('ha', 't') order by 1$$, $$values ('ha', 1, null::numeric), ('t', 0, 100)$$,
    'a figure of before the year is not the year''s');
update indicator set stale_days = 90 where program_id = 'S' and indicator_id = 't';
select results_eq($$select stale, score from indicator_result where program_id = 'S' and indicator_id = 't'$$,
    $$values (1, null::numeric)$$, 'nor one that is older than its due period');
select is((select count(*) from gain_result where program_id = 'S' and approved_score is null), 2::bigint,
    'and all of it is still to be gained');
rollback to staged;

-- what is left to gain ---------------------------------------------------------------------------------------------

-- 10 * 60 + 50 * 80 + 40 * 95 = 8400; left 4, 10 and 2. Excellent begins at 89.995: 5.995 more, which hectares of
-- 80 + 5.995 / .5 = 91.99 bring alone
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('S', 2020, 'ha', '2020-10-31', 800), ('S', 2020, 't', '2020-10-31', 19000);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('S', 2020, 'executed', '2020-10-31', 6000);
select results_eq($$select indicator_id, share, approved_score, gain, gain_rank, round(needed_score, 2), next_rating
    from gain_result_at('2020-11-01') where program_id = 'S' order by gain_rank$$,
    $$values ('ha', 0.5::numeric, 80::numeric, 10::numeric, 1, 91.99, 'excellent'),
             ('money', 0.1, 60, 4, 2, null, null), ('t', 0.4, 95, 2, 3, null, null)$$,
    'what each indicator can still bring, and which alone brings the next rating');
select results_eq($$select approved_score, gain, round(points_needed, 3), so_far, next_rating, ways,
        nearest_indicator_id from gain_program_result_at('2020-11-01') where program_id = 'S'$$,
    $$values (84::numeric, 16::numeric, 5.995, 'good', 'excellent', 1, 'ha')$$, 'and the program');
select is((select sum(gain) from gain_result_at('2020-11-01') where program_id = 'S'),
    (select gain from gain_program_result_at('2020-11-01') where program_id = 'S'), 'which is their sum');
-- a target that was cut since brings nothing here
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) values
    ('S', 2020, 'A', 'council', 'rain');
select pg_temp.revises('S', '2020-10-01', '2020-10-01', '>= 800', 'A');
select is((select gain from gain_result_at('2020-11-01') where program_id = 'S' and indicator_id = 'ha'), 10::numeric,
    'by the targets that were approved');
-- below a group of another method there are no shares
update indicator set parent_id = 'group', adjustment_id = 'A' where program_id = 'S' and indicator_id = 't';
update indicator set method = 'weakest', adjustment_id = 'A' where program_id = 'S' and indicator_id = 'group';
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight, adjustment_id)
    values ('S', 2020, 'group', '2020-01-01', 40, 'A');
select results_eq($$select gain, reason from gain_result_at('2020-11-01') where program_id = 'S'
    and indicator_id = 't'$$, $$values (null::numeric, 'it stands below a method without shares')$$,
    'where there are no shares that is said');
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) values
    ('S', 2020, 'self', '2021-02-15', 'closed');
select is_empty($$select from gain_result_at('2021-02-15') where program_id = 'S'$$,
    'once it is closed nothing is left to gain');
select is_empty($$select from gain_program_result_at('2021-02-15') where program_id = 'S'$$, 'for the program either');
insert into program (program_id, fiscal_year, name, unit_id) values ('H', 2020, 'Hall', 'u');
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('H', 2020, 'seats', 'Seats');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('H', 2020, 'seats', '2020-01-01', '>= 500');
select results_eq($$select program_id, approved_score, gain, ways, reason from gain_program_result_at('2020-11-01')
    where program_id in ('E', 'H') order by 1$$,
    $$values ('E', 0::numeric, 100::numeric, 0, 'no indicator alone brings the next rating'),
             ('H', 0, 100, 1, 'nothing is measured yet')$$, 'where nothing is measured all is to be gained');

-- money that is read elsewhere is not adjusted where nobody reads it
create table public.ledger (program text, year integer, doc integer, day date, approved numeric(12,2));
insert into public.ledger values ('H', 2020, 1, '2020-01-10', 700);
select is_empty($$select from use_ledger('select program as program_id, year as fiscal_year, doc as entry_id,
    day as entry_date, approved from public.ledger') where kind <> 'no program'$$, 'a ledger of one''s own');
select throws_ok($$select adjust_program('H', 2020, 'L', 'council', 'rain', -10, '{"seats": ">= 400"}', '2020-09-10')$$,
    '55000', 'the money of program "H" is not in budget_entry', 'takes no money of an act');
select is((select array_agg(what) from adjust_program('H', 2020, 'L', 'council', 'rain',
    targets => '{"seats": ">= 400"}', on_day => '2020-09-10')), '{target}', 'its targets are adjusted');

-- a budget that is approved before its year: its targets are those of the first day, as they were on record then
select pg_temp.program('Y');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, recorded_at)
values ('Y', 2020, 'ha', '2020-01-01', '>= 500', '2019-10-01');
select pg_temp.enters('Y', s, t::timestamptz) from (values ('drafted', '2019-09-01'), ('targeted', '2019-11-20'),
    ('approved', '2019-12-20')) v (s, t);
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) values ('Y', 2020, 'c', 'council', 'rain');
select pg_temp.revises('Y', '2020-07-01', '2020-07-01', act => 'c');
select results_eq($$select target_before, target_after from revision_result where program_id = 'Y'$$,
    $$values ('>= 1000', '>= 800')$$, 'what was drafted before the approval is no change of it');

select * from finish();
rollback;
