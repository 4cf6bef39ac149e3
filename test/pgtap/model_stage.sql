-- model: stages and gates. What must be true before a stage, what is reviewed, what is taken back.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(56);

set local timezone = 'UTC';
set local jit = off;
select bpm.create_model('gates');
set local search_path = gates, public;
insert into unit values ('u', null, 'U');
create function pg_temp.enter(program text, stage text, at timestamptz, grade text default null,
    year integer default 2020) returns void
    language sql as $$
    insert into stage_event (program_id, fiscal_year, at, stage, grade) values (program, year, at, stage, grade) $$;
create function pg_temp.take_back(program text, stage text, at timestamptz, why text) returns void language sql as $$
    insert into stage_event (program_id, fiscal_year, at, stage, taken_back, reason)
    values (program, 2020, at, stage, true, why) $$;
create function pg_temp.weigh(program text, indicator text, weight numeric,
    on_day date default '2019-09-01') returns void language sql as $$
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight)
    values (program, 2020, indicator, on_day, weight) $$;

-- before a budget is approved ---------------------------------------------------------------------------------

insert into program (program_id, fiscal_year, name, unit_id) values ('P', 2020, 'Bus lanes', 'u');
create temp view approved as select condition, detail from gate_faults('P', 2020, 'approved');
select results_eq('select * from approved', $$values
    ('target weights', 'The top weights without budget execution total 0, not 90.'),
    ('targets', 'The program has no indicators.')$$,
    'no budget without targets');
select is(apply_framework('P', 2020, 'self-evaluation', '2019-09-01'), 12, 'a framework for it');
select results_eq('select * from approved', $$values
    ('targets', 'No target is set for quantity, quality, timeliness, output cost, economic, social, ecological, lasting.')$$,
    'every indicator that weighs has a target');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    select program_id, 2020, indicator_id, '2019-09-02', '>= 1' from indicator
    where source = 'measured' and indicator_id not in ('lasting', 'satisfaction');
select is((select detail from approved), 'No target is set for lasting.', 'one by one');
do $$begin perform pg_temp.weigh('P', 'lasting', 0, '2019-09-02'); end$$;
select is_empty('select * from approved', 'what weighs nothing needs none');
do $$begin perform pg_temp.weigh('P', 'output', 40, '2019-09-02'); end$$;
select results_eq('select * from approved', $$values ('target weights',
    'The top weights without budget execution total 80, not 90.')$$,
    'weights total what they must');
select is((select detail from gate_faults('P', 2020, 'self_evaluated')),
    'The top weights total 90, not 100.', 'and at evaluation with execution');
select is_empty($$select * from gate_faults('P', 2020, 'approved', '2019-09-01') where condition = 'target weights'$$,
    'a day can be given');
do $$begin perform pg_temp.weigh('P', 'output', 50, '2019-09-03'); end$$;
-- execution is known by its source: 10 points of it, whatever their name
insert into indicator (program_id, fiscal_year, indicator_id, name, source)
    values ('P', 2020, 'spending', 'Spending', 'budget');
do $$begin perform pg_temp.weigh('P', 'execution', 0, '2019-09-03');
    perform pg_temp.weigh('P', 'spending', 10, '2019-09-03'); end$$;
select is_empty('select * from approved', 'execution is known by its source, not by its name');
update framework set weight_total = null, execution_points = null where framework_id = 'self-evaluation';
update setting set execution_points = 0;
select is((select detail from approved), 'The top weights without budget execution total 90, not 100.',
    'its points are a setting');
update setting set totals_required = false;
select is_empty('select * from approved', 'and so is whether totals matter');
update setting set totals_required = true, execution_points = 10;
update framework set weight_total = 50, execution_points = 5 where framework_id = 'self-evaluation';
select is((select detail from approved), 'The top weights without budget execution total 90, not 45.',
    'a framework may have totals of its own');
update framework set weight_total = 100, execution_points = 10 where framework_id = 'self-evaluation';

-- appraisal of what is new and large ------------------------------------------------------------------------------

update setting set appraise_from = 1000000;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('P', 2020, 'proposed', '2019-08-01', 999999.99);
insert into program (program_id, fiscal_year, name, unit_id) values ('O', 2019, 'Other', 'u');
select is_empty('select * from approved', 'below the threshold nothing is appraised');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('P', 2020, 'proposed', '2019-08-02', 0.01);
select results_eq('select * from approved', $$values
    ('appraised', 'It is new, and 1000000.00 is asked for: from 1000000.00 on it has to be appraised.')$$,
    'from it on what is new is');
savepoint old;
insert into program (program_id, fiscal_year, name, unit_id) values ('P', 2019, 'Bus lanes', 'u');
select is_empty('select * from approved', 'what was there the year before is not new');
rollback to old;
delete from program where program_id = 'O';
select is_empty('select * from approved', 'in the first year of a model nothing is known to be new');
rollback to old;

-- the life of a project -------------------------------------------------------------------------------------------

select throws_ok($$select pg_temp.enter('P', 'targeted', '2019-09-01')$$,
    '23514', null, 'a life begins with its first stage');
do $$begin perform pg_temp.enter('P', 'drafted', '2019-09-01'); end$$;
select is((select stage from program_result where program_id = 'P'), 'drafted', 'which is drafted');
select throws_ok($$select pg_temp.enter('P', 'approved', '2019-10-01')$$, '23514', null, 'no stage is left out');
select throws_ok($$select pg_temp.enter('P', 'targeted', '2019-08-01')$$,
    '23514', null, 'no event comes before the latest');
select throws_ok($$select pg_temp.enter('P', 'forgotten', '2019-10-01')$$,
    '22023', 'unknown stage "forgotten"', 'nor a stage that is none');
do $$begin perform pg_temp.enter('P', 'appraised', '2019-09-10', 'good');
    perform pg_temp.enter('P', 'targeted', '2019-10-01'); end$$;
select is_empty($$select * from approved where condition = 'appraised'$$, 'it was appraised');
do $$begin perform pg_temp.enter('P', 'reviewed', '2019-10-10'); end$$;
select is((select detail from approved where condition = 'review grade'),
    'The stage reviewed has no grade.', 'a review finds something');
do $$begin perform pg_temp.enter('P', 'targeted', '2019-10-11');
    perform pg_temp.enter('P', 'reviewed', '2019-10-12', 'poor'); end$$;
select throws_ok($$select pg_temp.enter('P', 'approved', '2019-12-01')$$,
    '23514', 'program "P" may not be approved yet', 'what is poor does not enter the budget');
do $$begin perform pg_temp.enter('P', 'targeted', '2019-10-13');
    perform pg_temp.enter('P', 'reviewed', '2019-10-14', 'fair'); end$$;
select is((select detail from approved), 'The grade of reviewed is fair.', 'what is fair goes back');
do $$begin perform pg_temp.enter('P', 'targeted', '2019-10-15');
    perform pg_temp.enter('P', 'reviewed', '2019-10-16', 'good'); end$$;
select is_empty('select * from approved', 'and comes again');
select lives_ok($$select pg_temp.enter('P', 'approved', '2019-12-01')$$, 'the latest review is the one that says');
select results_eq($$select stage, stage_since from program_result_at('2019-10-12') where program_id = 'P'$$,
    $$values ('reviewed', '2019-10-12'::date)$$,
    'the stage on a day');
select throws_ok($$select pg_temp.enter('P', 'executing', '2020-01-01')$$,
    '23514', 'program "P" may not be executing yet', 'no spending without a budget');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('P', 2020, 'approved', '2020-01-05', 1000);
select results_eq($$select condition, detail from gate_faults('P', 2020, 'executing', '2020-01-04')$$,
    $$values ('money', 'There is no approved budget.')$$,
    'nor before it holds');
select lives_ok($$select pg_temp.enter('P', 'executing', '2020-01-05')$$, 'from its day on');
do $$begin perform pg_temp.enter('P', 'monitored', '2020-04-01'); perform pg_temp.enter('P', 'executing', '2020-04-02');
    perform pg_temp.enter('P', 'monitored', '2020-07-01'); perform pg_temp.enter('P', 'closed', '2021-01-10'); end$$;

-- self_evaluated closes the self-evaluation -------------------------------------------------------------------------

insert into stage_gate values ('self_evaluated', 'measured');
select results_eq($$select condition, detail from gate_faults('P', 2020, 'self_evaluated')$$,
    $$values ('measured', 'Nothing was measured for quantity, quality, timeliness, output cost, economic, social, ecological, satisfaction.')$$,
    'all that weighs is measured, where the gate asks for it');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select 'P', 2020, indicator_id, '2020-12-15', 1 from indicator
    where source = 'measured' and indicator_id not in ('lasting', 'satisfaction');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('P', 2020, 'satisfaction', '2020-12-15', 90);
select is_empty($$select * from gate_faults('P', 2020, 'self_evaluated')$$, 'what weighs nothing is not asked for');
do $$begin perform pg_temp.enter('P', 'self_evaluated', '2021-01-20'); end$$;
create temp view self as select closed, closes_on, rating from evaluation_result where program_id = 'P';
-- all but execution is 100, of which 90 points count, and nothing is spent
select results_eq('select * from self', $$values (1, '2021-01-20'::date, 'excellent')$$,
    'entering it closes the self-evaluation');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('P', 2020, 'quantity', '2020-12-20', 0)$$,
    '23514', null, 'which takes no more figures');

-- taken back --------------------------------------------------------------------------------------------------------

select throws_ok($$select pg_temp.take_back('P', 'self_evaluated', '2021-01-20', null)$$,
    '23514', null, 'a stage is not taken back without a reason');
select throws_ok($$select pg_temp.take_back('P', 'closed', '2021-01-10', 'a mistake')$$,
    '23514', null, 'nor one that is not the latest');
do $$begin perform pg_temp.take_back('P', 'self_evaluated', '2021-01-20', 'the survey was not in'); end$$;
select is((select stage from program_result where program_id = 'P'),
    'closed', 'taken back, the stage before it holds again');
select results_eq($$select closed, closes_on, rating from evaluation_result_at('2021-02-01') where program_id = 'P'$$,
    $$values (0, '2021-03-31'::date, null::text)$$,
    'the self-evaluation is as if it had not been closed: open until it is due');
select is((select reason from evaluation_event where taken_back), 'the survey was not in', 'for that reason');
select lives_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('P', 2020, 'quantity', '2020-12-20', 0)$$,
    'and takes figures');
do $$begin perform pg_temp.enter('P', 'self_evaluated', clock_timestamp()); end$$;
select is((select closed from self), 1, 'and is closed once more');
select throws_ok($$update stage_event set stage = 'published'$$, '23001', null, 'stages are facts');
select throws_ok($$insert into stage_event (program_id, fiscal_year, at, stage)
    values ('none', 2020, '2020-01-01', 'drafted')$$, '23503', null, 'of a program');

-- nobody passes a gate by a setting or a date ----------------------------------------------------------------------

insert into program (program_id, fiscal_year, name, unit_id) values ('Q', 2020, 'Quick', 'u');
update setting set appraise_from = null;
do $$begin
    perform apply_framework('Q', 2020, 'part', '2999-01-01');
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    select 'Q', 2020, indicator_id, '2999-01-01', 'direct' from indicator
        where program_id = 'Q';
    update setting set execution_points = 0;
    perform pg_temp.enter('Q', 'drafted', '2019-09-01'); perform pg_temp.enter('Q', 'targeted', '2019-09-02');
    perform pg_temp.enter('Q', 'reviewed', '2019-09-03', 'good');
end$$;
set local bpm.as_of = '2999-12-31';
set local bpm.known_at = '2999-12-31 00:00:00+00';
select isnt_empty($$select * from gate_faults('Q', 2020, 'approved')$$, 'bpm.as_of does not move a gate');
select throws_ok($$select pg_temp.enter('Q', 'approved', '2019-12-01')$$,
    '23514', 'program "Q" may not be approved yet', 'nor who passes it');
select throws_ok($$select pg_temp.enter('Q', 'approved', '2999-12-01')$$,
    '23514', null, 'nor does an event of the year 2999');
select isnt_empty($$select * from gate_faults('Q', 2020, 'approved', '2999-12-31')$$, 'or a day that is asked for');
set local bpm.as_of = '2019-01-01';
set local bpm.known_at = '2019-01-01 00:00:00+00';
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    select 'Q', 2020, indicator_id, '2019-09-03', 'direct', weight from framework_indicator where framework_id = 'part';
select is_empty($$select * from gate_faults('Q', 2020, 'approved')$$,
    'a setting of the session does not close it either');
select throws_ok($$select pg_temp.enter('Q', 'approved', '2019-09-02')$$,
    '23514', null, 'an event that is dated back does not pass');
select lives_ok($$select pg_temp.enter('Q', 'approved', '2019-12-01')$$, 'and what is in order does');
set local bpm.as_of = '';
set local bpm.known_at = '';

-- basic expenditure and revenue ------------------------------------------------------------------------------------

insert into program (program_id, fiscal_year, name, unit_id, nature, scope, lifecycle_id)
    values ('B', 2020, 'Wages', 'u', 'expenditure', 'basic', 'basic'),
    ('T', 2020, 'Taxes', 'u', 'revenue', 'basic', 'basic');
do $$
declare p text;
begin
    update setting set execution_points = 10;
    foreach p in array array['B', 'T'] loop
        insert into indicator (program_id, fiscal_year, indicator_id, name, source)
        values (p, 2020, 'money', 'Money', 'budget'), (p, 2020, 'done', 'Done', 'measured');
        insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
            values (p, 2020, 'money', '2019-09-01', null, 10), (p, 2020, 'done', '2019-09-01', '>= 1', 90);
        insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
        values (p, 2020, 'done', '2020-12-01', 1);
        insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
        values (p, 2020, 'approved', '2020-01-01', 10), (p, 2020, 'executed', '2020-12-01', 10);
    end loop;
end$$;
select lives_ok(format($$select pg_temp.enter(%L, s, '2020-01-01'::timestamptz + n * interval '1 month')
    from unnest(array['drafted', 'targeted', 'approved', 'executing', 'monitored', 'executing', 'adjusted', 'executing',
    'monitored', 'closed',
        'self_evaluated', 'applied', 'published']) with ordinality u (s, n)$$,
        p), format('%s is monitored and published, without review', w))
from (values ('B', 'basic expenditure'), ('T', 'revenue')) v (p, w);
select results_eq($$select program_id, stage, rating from program_result where program_id in ('B', 'T') order by 1$$,
    $$values ('B', 'published', 'excellent'), ('T', 'published', 'excellent')$$, 'to the end of its life');
select throws_ok($$insert into stage_gate values ('approved', 'luck')$$,
    '23514', null, 'a gate has conditions that the model knows');
delete from stage_gate;
select is_empty($$select * from gate_faults('P', 2020, 'executing', '2019-01-01')$$,
    'gates are rows: what they ask for is the office''s to say');

select * from finish();
rollback;
