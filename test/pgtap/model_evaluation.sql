-- model: evaluations. Which one counts, what a missing figure does, graders, rules of a score, what is closed.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(84);

set local timezone = 'UTC';
select bpm.create_model('looks');
set local search_path = looks, public;
set local bpm.as_of = '2021-12-31';
insert into unit values ('gov', null, 'Government'), ('a', 'gov', 'A'), ('b', 'gov', 'B'), ('c', 'gov', 'C');

-- an indicator of an evaluation that is its own score, with a figure where there is one
create function pg_temp.look(program text, evaluation text, indicator text, weight numeric, figure numeric,
                             on_day date default '2020-06-01', rule text default 'direct') returns void
    language sql as $$
    insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name)
    values (program, 2020, evaluation, indicator, indicator);
    insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight)
        values (program, 2020, evaluation, indicator, '2019-06-01', rule::bpm.target, weight);
    insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, actual)
        select program, 2020, evaluation, indicator, on_day, figure where figure is not null;
$$;
create function pg_temp.add(program text, unit text, variadic evaluations text[] default '{}') returns void
    language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id) values (program, 2020, program, unit);
    insert into program_evaluation (program_id, fiscal_year, evaluation) select program, 2020, e
    from unnest(evaluations) e;
$$;
create function pg_temp.event(program text, evaluation text, what text, at timestamptz,
    why text default null) returns void
    language sql as $$
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason)
    values (program, 2020, evaluation, at, what, why);
$$;

-- the evaluation that counts ------------------------------------------------------------------------------

-- self 95, the department 85, a third party 60 for the department, the finance office 70, an appraisal 50
do $$begin
    perform pg_temp.add('E', 'a', 'department', 'third party', 'finance', 'appraisal');
    update program_evaluation set commissioned_by = 'department' where program_id = 'E' and evaluation = 'third party';
    perform pg_temp.look('E', e, 'all', 100, s, d)
    from (values ('self', 95, date '2020-06-01'), ('department', 85, '2020-07-01'), ('third party', 60, '2020-08-01'),
                 ('finance', 70, '2020-09-01'), ('appraisal', 50, '2019-11-01')) v (e, s, d);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('E', 2020, 'approved', '2020-01-01', 300);
    perform pg_temp.event('E', 'appraisal', 'closed', '2019-12-01');
    perform pg_temp.event('E', 'department', 'closed', '2021-02-01');
    perform pg_temp.event('E', 'third party', 'closed', '2021-03-01');
    perform pg_temp.event('E', 'finance', 'closed', '2021-04-01');
    perform pg_temp.event('E', 'finance', 'opened again', '2021-05-01', 'an error in a survey');
end$$;
select results_eq($$select d::date, r.evaluation, r.score, r.rating, r.closed
    from (values ('2020-06-30'), ('2020-12-31'), ('2021-02-01'), ('2021-03-15'), ('2021-04-01'), ('2021-05-02')) v (d),
        program_result_at(d::date) r where r.program_id = 'E' order by 1$$, $$values
    ('2020-06-30'::date, 'self', 95::numeric, null, 0), ('2020-12-31', 'self', 95, 'excellent', 1),
    ('2021-02-01', 'department', 85, 'good', 1), ('2021-03-15', 'third party', 60, 'fair', 1),
    ('2021-04-01', 'finance', 70, 'fair', 1), ('2021-05-02', 'third party', 60, 'fair', 1)$$,
    'the highest rank that is closed counts, and not what was opened again');
select results_eq($$select evaluation, rank, counts, score from evaluation_result_at('2021-04-01')
    where program_id = 'E' order by 1$$, $$values
    ('appraisal', null::integer, 0, 50::numeric), ('department', 2, 1, 85), ('finance', 3, 1, 70), ('self', 1, 1, 95),
    ('third party', 2, 1, 60)$$,
    'a third party ranks as who commissioned it, and an appraisal has no rank');
select is((select self_score from program_result where program_id = 'E'),
    95::numeric, 'the score of the program itself stays beside it');
select throws_ok($$select pg_temp.event('E', 'department', 'opened again', '2021-06-01')$$,
    '23514', null, 'opening again needs a reason');
savepoint before;
update program_evaluation set commissioned_by = 'finance' where program_id = 'E'
    and evaluation in ('appraisal', 'third party');
select is((select rank from evaluation_result where program_id = 'E' and evaluation = 'third party'),
    3, 'for the finance office it ranks as that');
select is((select rank from evaluation_result where program_id = 'E' and evaluation = 'appraisal'), null::integer,
    'an appraisal never ranks, whoever commissioned it');
select throws_ok($$update evaluation set rank = 9 where evaluation = 'appraisal'$$, '23514', null, 'nor by a setting');
rollback to before;
-- in the year before it an evaluation ranks as it did then
insert into evaluation select 'self', 2021, name, 9, missing_so_far, missing_at_close, floor, due_days, closes_when_due,
    false, null
    from evaluation where evaluation = 'self';
select is((select rank from evaluation_result where program_id = 'E' and evaluation = 'self'),
    1, 'how evaluations are done holds from a year on');
insert into evaluation select 'self', 2020, name, 9, missing_so_far, missing_at_close, floor, due_days, closes_when_due,
    false, null
    from evaluation where evaluation = 'self' and fiscal_year = 0;
select is((select evaluation from program_result where program_id = 'E'), 'self', 'and ranks are the office''s to say');
rollback to before;
-- an evaluation of the office's own
insert into evaluation (evaluation, name, rank) values ('council', 'Committee of the council', 4);
do $$begin
    insert into program_evaluation (program_id, fiscal_year, evaluation, evaluator)
    values ('E', 2020, 'council', 'Committee of nine');
    perform pg_temp.look('E', 'council', 'all', 100, 40, '2021-06-01');
    perform pg_temp.event('E', 'council', 'closed', '2021-06-01');
end$$;
select results_eq($$select evaluation, score from program_result where program_id = 'E'$$,
    $$values ('council', 40::numeric)$$,
    'an office adds evaluations of its own');
select is((select evaluator from evaluation_result where evaluation = 'council'),
    'Committee of nine', 'with who evaluates');
select throws_ok($$insert into program_evaluation (program_id, fiscal_year, evaluation)
    values ('E', 2020, 'nobody''s')$$,
    '23503', null, 'what is no evaluation is refused');
select throws_ok($$insert into program_evaluation (program_id, fiscal_year, evaluation) values ('E', 2020, 'self')$$,
    '23514', null, 'self needs no row');
select throws_ok($$insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name)
    values ('E', 2020, 'nowhere', 'x', 'x')$$,
    '23503', null, 'an indicator belongs to an evaluation that the program has');
rollback to before;

-- F: the finance office measures 70 of 100 only, which is under its floor: what it gives is not demonstrated and does
-- not
-- count, the department's 85 does
do $$begin
    perform pg_temp.add('F', 'b', 'department', 'finance');
    perform pg_temp.look('F', 'self', 'all', 100, 80);
    perform pg_temp.look('F', 'department', 'all', 100, 85);
    perform pg_temp.look('F', 'finance', 'most', 70, 99);
    perform pg_temp.look('F', 'finance', 'rest', 30, null);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('F', 2020, 'approved', '2020-01-01', 100);
    perform pg_temp.event('F', 'department', 'closed', '2021-02-01');
    perform pg_temp.event('F', 'finance', 'closed', '2021-03-01');
end$$;
select results_eq($$select score, coverage, rating, rating_rank, rating_reason, counts from evaluation_result
    where program_id = 'F' and evaluation = 'finance'$$,
    $$values (69.3::numeric, 70::numeric, 'not demonstrated', 5, '70 % is measured, under the floor of 80 %', 0)$$,
    'below its floor an evaluation is not demonstrated, says why, and sorts below the worst');
select results_eq($$select evaluation, score, rating from program_result where program_id = 'F'$$,
    $$values ('department', 85::numeric, 'good')$$,
    'and the next one counts');
update evaluation set floor = 70 where evaluation = 'finance';
select results_eq($$select evaluation, score, rating from program_result where program_id = 'F'$$,
    $$values ('finance', 69.3::numeric, 'fair')$$,
    'at its floor it counts');
rollback to before;

-- roll-ups: E 300 with the third party's 60, F 100 with the department's 85: (18,000 + 8,500) / 400 = 66.25;
-- by themselves (300 · 95 + 100 · 80) / 400 = 91.25. The third party has 75 % of the money.
do $$begin
    perform pg_temp.add('F', 'b', 'department');
    perform pg_temp.look('F', 'self', 'all', 100, 80);
    perform pg_temp.look('F', 'department', 'all', 100, 85);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('F', 2020, 'approved', '2020-01-01', 100);
    perform pg_temp.event('F', 'department', 'closed', '2021-02-01');
end$$;
select results_eq($$select score, self_score, self_sum, self_weight, closed_programs, rating from unit_result
    where unit_id = 'gov'$$,
    $$values (66.25::numeric, 91.25::numeric, 36500::numeric, 400::numeric, 2, 'fair')$$,
    'roll-ups show what counts, and self over all programs');
select results_eq($$select evaluation, programs, budget, unit_budget, budget_share from evaluation_share
    where unit_id = 'gov' order by 1$$,
    $$values ('department', 1, 100::numeric, 400::numeric, 25::numeric), ('third party', 1, 300, 400, 75)$$,
    'and the share of the money that each evaluation has judged');

-- not measuring does not pay -----------------------------------------------------------------------------------

-- a: 74.25 with weight 90, b: 40.5 with weight 10: 66.825 + 4.05 = 70.875. Without b the score over what is there is
-- 74.25;
-- at the close what is missing is zero: 66.825. Bounds without b: 66.825 and 66.825 + 10.
do $$begin
    perform pg_temp.add('N1', 'c'); perform pg_temp.add('N2', 'c');
    perform pg_temp.look('N1', 'self', 'a', 90, 74.25); perform pg_temp.look('N1', 'self', 'b', 10, 40.5);
    perform pg_temp.look('N2', 'self', 'a', 90, 74.25); perform pg_temp.look('N2', 'self', 'b', 10, null);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
        ('N1', 2020, 'approved', '2020-01-01', 10), ('N2', 2020, 'approved', '2020-01-01', 30);
end$$;
create temp view n as select program_id, score, coverage, low, high, rating, rating_reason from program_result
    where program_id like 'N%';
set local bpm.as_of = '2020-12-30';
select results_eq('select program_id, score, coverage, low, high, rating from n order by 1', $$values
    ('N1', 70.875::numeric, 100::numeric, 70.875::numeric, 70.875::numeric, null),
    ('N2', 74.25, 90, 66.825, 76.825, null)$$,
    'while the year runs a score is over what is there, with its coverage, bounds, and no rating');
set local bpm.as_of = '2020-12-31';
select results_eq('select program_id, score, coverage, low, high, rating from n order by 1', $$values
    ('N1', 70.875::numeric, 100::numeric, 70.875::numeric, 70.875::numeric, 'fair'),
    ('N2', 66.825, 90, 66.825, 76.825, 'fair')$$,
    'at the close what was not measured is zero: not measuring does not pay');
set local bpm.as_of = '2020-12-30';
update evaluation set missing_so_far = 'zero' where evaluation = 'self';
select is((select score from n where program_id = 'N2'), 66.825, 'so far, too, where the evaluation says so');
update evaluation set missing_so_far = 'require 95' where evaluation = 'self';
select is((select score from n where program_id = 'N2'), null::numeric, 'or no score below a coverage');
select results_eq($$select scored_weight, weight, score, coverage from unit_result where unit_id = 'c'$$,
    $$values (10::numeric, 40::numeric, 70.875::numeric, 92.5::numeric)$$,
    'which is missing weight further up: (10 · 100 + 30 · 90) / 40');
update evaluation set missing_so_far = 'require 90' where evaluation = 'self';
select is((select score from n where program_id = 'N2'), 74.25, 'from that coverage on there is one');
set local bpm.as_of = '2021-12-31';
update evaluation set missing_at_close = 'require 95' where evaluation = 'self';
select results_eq($$select score, rating, rating_reason from n where program_id = 'N2'$$,
    $$values (null::numeric, null::text, 'nothing is scored')$$, 'nothing is rated without a score');
update evaluation set missing_at_close = 'renormalise' where evaluation = 'self';
select is((select score from n where program_id = 'N2'), 74.25,
    'what a missing score does at the close is the evaluation''s to say');
select throws_ok($$update evaluation set missing_at_close = 'error' where evaluation = 'self'$$,
    '23514', null, 'but it never raises');
select throws_ok($$update evaluation set missing_at_close = 'require 101' where evaluation = 'self'$$,
    '23514', null, 'nor asks for more than all');
rollback to before;
-- what cannot be scored and what is stale count as not measured, a group without anything below it too
do $$begin
    perform pg_temp.add('N3', 'c');
    perform pg_temp.look('N3', 'self', 'a', 60, 90); perform pg_temp.look('N3', 'self', 'b', 25, 120);
    perform pg_temp.look('N3', 'self', 'c', 15, 100, '2019-12-31');
end$$;
select results_eq($$select score, coverage, rating, rating_rank, rating_reason from program_result
    where program_id = 'N3'$$,
    $$values (54::numeric, 60::numeric, 'not demonstrated', 5, '60 % is measured, under the floor of 80 %')$$,
    'a grade of 120 and a figure of last year are not measured');
select set_eq($$select kind, item from check_result where program_id = 'N3' and severity <> 'note'$$,
    $$values ('not scored', 'b'), ('stale', 'c'), ('not demonstrated', 'self')$$, 'and named');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('N3', 2020, 'approved', '2020-01-01', 10);
select results_eq($$select rating, rating_reason from unit_result where unit_id = 'c'$$,
    $$values ('not demonstrated', '60 % is measured, under the floor of 80 %')$$,
    'what is above it is not demonstrated either');
set local bpm.as_of = '2020-12-30';
select results_eq($$select rating, rating_reason from unit_result where unit_id = 'c'$$,
    $$values (null, 'so far: not all programs are closed')$$, 'and not rated while a program of it is open');
update setting set rate_so_far = true;
select results_eq($$select rating from program_result where program_id = 'N3' union all select rating from unit_result
    where unit_id = 'c'$$,
    $$values ('not demonstrated'), ('not demonstrated')$$,
    'unless a setting asks for ratings so far, with the same floor');
select is((select rating from program_result where program_id = 'E'), 'excellent', 'then a score so far is rated');
rollback to before;
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason)
    values ('E', 2020, '2021-01-15', 'not demonstrated', 'the survey was not valid');
select results_eq($$select rating, rating_rank, rating_reason, overridden from program_result where program_id = 'E'$$,
    $$values ('not demonstrated', null::integer, 'the survey was not valid', 1)$$,
    'a rating can be set by hand, and has no place in the scale then');
select is((select rating from unit_result where unit_id = 'gov'), 'fair', 'which says nothing of the unit');
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason)
    values ('E', 2020, '2021-02-15', null, 'it was');
select results_eq($$select rating, overridden from program_result where program_id = 'E'$$, $$values ('fair', 0)$$,
    'an empty one lifts it');
rollback to before;
update setting set scale = '"very good" >= 60, "not so good"';
select is((select rating from program_result where program_id = 'E'), 'very good', 'the scale is a setting');
update program_evaluation set framework_id = 'part' where program_id = 'E' and evaluation = 'third party';
select is((select rating from program_result where program_id = 'E'),
    'Adequate', 'or that of the framework of the evaluation');
rollback to before;

-- graders, and what is the same -------------------------------------------------------------------------------

-- a weighs 2 and gives 90, b weighs 1 and gives 60: (180 + 60) / 3 = 80. c has not graded.
do $$begin
    perform pg_temp.add('G', 'c', 'finance');
    perform pg_temp.look('G', 'self', 'length', 100, 38, rule => '>= 40 [km]');
    insert into grader (program_id, fiscal_year, evaluation, grader, weight, role_name)
        select 'G', 2020, 'finance', g, w, current_user from (values ('a', 2), ('b', 1), ('c', 5)) v (g, w);
    insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name, source, same_as)
        values ('G', 2020, 'finance', 'worth', 'Worth', 'graded', null),
        ('G', 2020, 'finance', 'length', 'Length', 'same', 'self');
    insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, weight)
        values ('G', 2020, 'finance', 'worth', '2020-01-01', 80), ('G', 2020, 'finance', 'length', '2020-01-01', 20);
    insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score, recorded_at)
        values ('G', 2020, 'finance', 'worth', '2021-01-10', 'a', 90, '2021-01-10'),
        ('G', 2020, 'finance', 'worth', '2021-01-12', 'b', 60, '2021-01-12');
end$$;
create temp view g as
select indicator_id, score, measured_on, actual, target, source from indicator_result
    where program_id = 'G' and evaluation = 'finance';
select results_eq($$select score, measured_on from g where indicator_id = 'worth'$$,
    $$values (80::numeric, '2021-01-12'::date)$$,
    'grades of several are weighed by grader, and who has not graded does not count');
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, withdrawn, reason)
    values ('G', 2020, 'finance', 'worth', '2021-01-12', 'b', '2021-01-12', 'was not there');
select is((select score from g where indicator_id = 'worth'), 90::numeric, 'a grade is withdrawn');
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score)
    values ('G', 2020, 'finance', 'worth', '2021-01-20', 'b', 30),
    ('G', 2020, 'finance', 'worth', '2021-01-21', 'a', 75);
select is((select score from g where indicator_id = 'worth'),
    60::numeric, 'of each grader the latest grade counts: (150 + 30) / 3');
select throws_ok($$insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score)
    values ('G', 2020, 'finance', 'worth', '2021-01-20', 'd', 30)$$, '23503', null, 'who is no grader does not grade');
select throws_ok($$insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score)
    values ('G', 2020, 'finance', 'worth', '2021-01-22', 'b', 101)$$, '23514', null, 'nor above 100');
-- 100 · 38/40
select results_eq($$select score, actual, target from g where indicator_id = 'length'$$,
    $$values (95::numeric, 38::numeric, '>= 40 [km]')$$,
    'what is the same has the figure and the target of the other evaluation');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('G', 2020, 'length', '2020-12-20', 30);
select is((select score from g where indicator_id = 'length'), 75::numeric, 'and follows it');
-- 0.8 · 60 + 0.2 · 75
select is((select score from evaluation_result where program_id = 'G' and evaluation = 'finance'),
    63::numeric, 'both in one tree');
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name, source, same_as)
    values ('G', 2020, 'finance', 'x', 'X', 'same', 'self');
insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, weight)
    values ('G', 2020, 'finance', 'x', '2020-01-01', 1);
select is((select score from g where indicator_id = 'x'), null::numeric, 'what has none there is missing');
select is((select kind from check_result where program_id = 'G' and item = 'finance: x'), 'no figure', 'and named');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('G', 2020, 'approved', '2020-01-01', 200), ('G', 2020, 'executed', '2020-11-01', 150);
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name, source)
    values ('G', 2020, 'self', 'x', 'X', 'budget');
select is((select score from g where indicator_id = 'x'), 75::numeric,
    'the execution of the budget can be the same: 150 of 200');
rollback to before;

-- rules of a score --------------------------------------------------------------------------------------------

-- 95 and 2 points off are 93, and with a cap of 89 it is 89; the other way round it would be 87
do $$begin
    perform pg_temp.add('S', 'c');
    perform pg_temp.look('S', 'self', 'a', 50, 95); perform pg_temp.look('S', 'self', 'b', 50, 95);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('S', 2020, 'approved', '2020-01-01', 10000);
end$$;
create temp view s as select score, low, high, tree_score, deducted, cap, vetoed, rating from evaluation_result
    where program_id = 'S';
savepoint ruled;
insert into score_rule (evaluation, rule, looks_at, indicator_id, target, effect, points)
    values ('self', 'points off', 'indicator', 'a', '>= 96', 'deduct', 2),
    ('self', 'cap', 'coverage', null, '> 100', 'cap', 89);
select results_eq('select score, tree_score, deducted, cap, vetoed, rating from s',
    $$values (89::numeric, 95::numeric, 2::numeric, 89::numeric, 0, 'good')$$, 'points off come first, then the cap');
select results_eq($$select rule, item, applies, points, figure, effect from score_rule_result where program_id = 'S'
    order by 1$$,
    $$values ('cap', '', 1, 89::numeric, 100::numeric, 'cap'), ('points off', 'a', 1, 2, 95, 'deduct')$$,
    'each is a row of the explanation');
select is((select score from program_result where program_id = 'S'),
    89::numeric, 'the score of the program is the one after its rules');
insert into score_rule (evaluation, fiscal_year, rule, looks_at, target, effect, points, in_force)
    values ('self', 2020, 'cap', 'coverage', '> 100', 'cap', 89, false),
    ('self', 2021, 'late', 'coverage', '> 100', 'cap', 1, true);
select is((select score from s), 93::numeric, 'a rule holds from a year on, until one ends it');
insert into score_rule (evaluation, rule, looks_at, indicator_id, target, effect)
    values ('self', 'safe', 'indicator', 'b', '>= 96', 'veto');
select results_eq('select score, low, high, vetoed, rating from s', $$values (0::numeric, 0::numeric, 0::numeric, 1,
    'poor')$$,
    'a veto takes all');
rollback to ruled;
-- caps by execution: under 80 % at most 89, under 70 % 79, under 60 % 69, under 50 % 59
insert into score_rule (evaluation, rule, looks_at, target, effect, points)
    select 'self', 'under ' || p, 'execution', ('>= ' || p || '%')::bpm.target, 'cap', p + 9
    from unnest(array[80, 70, 60, 50]) p;
create function pg_temp.at_execution(percent numeric) returns numeric language plpgsql as $$
declare found_score numeric;
begin
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
        select 'S', 2020, 'executed', '2020-02-01', 100 * percent - coalesce(sum(amount), 0) from budget_entry
        where program_id = 'S' and kind = 'executed';
    select score into found_score from s;
    return found_score;
end $$;
select results_eq($$select p, pg_temp.at_execution(p) from unnest(array[100, 80, 79.99, 70, 69.99, 60, 59.99, 50, 49.99,
    0]) p$$,
    $$values (100::numeric, 95::numeric), (80, 95), (79.99, 89), (70, 89), (69.99, 79), (60, 79), (59.99, 69), (50, 69),
    (49.99, 59), (0, 59)$$,
    'caps by execution, at their very limits');
select results_eq($$select count(*), min(points) from score_rule_result where program_id = 'S' and applies = 1$$,
    $$values (4::bigint, 59::numeric)$$, 'of several caps the lowest holds');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('S', 2020, 'approved', '2020-01-01', -10000);
select is((select score from s), 95::numeric, 'where there is no figure, as without a budget, a rule does not apply');
rollback to ruled;
-- bounds obey the rules: b is missing in T: tree 95, bounds 47.5 and 97.5; 2 off and a cap of 89 make 45.5 and 89
do $$begin
    perform pg_temp.add('T', 'c');
    perform pg_temp.look('T', 'self', 'a', 50, 95); perform pg_temp.look('T', 'self', 'b', 50, null);
    insert into score_rule (evaluation, rule, looks_at, indicator_id, target, effect, points)
        values ('self', 'points off', 'indicator', 'a', '>= 96', 'deduct', 2),
        ('self', 'cap', 'indicator', 'a', '>= 97', 'cap', 89),
            ('self', 'thin', 'coverage', null, '> 90', 'cap', 85),
            ('self', 'unspent', 'execution', null, '> 90', 'cap', 85);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('T', 2020, 'approved', '2020-01-01', 10);
end$$;
select results_eq($$select score, low, high from program_result_at('2020-12-30') where program_id = 'T'$$,
    $$values (89::numeric, 45.5::numeric, 89::numeric)$$,
    'bounds obey the rules; what grows until the close caps nothing before it');
select results_eq($$select score, low, high from program_result where program_id = 'T'$$,
    $$values (45.5::numeric, 45.5::numeric, 85::numeric)$$, 'at the close it does: 47.5 less 2, at most 85');
rollback to ruled;
-- safe weighs 10, a weighs 90 and scores 100. While the year runs safe is left out; at the close it is 0, also to a rule
do $$begin
    perform pg_temp.add('V', 'c');
    perform pg_temp.look('V', 'self', 'safe', 10, null); perform pg_temp.look('V', 'self', 'a', 90, 100);
    insert into score_rule (evaluation, rule, looks_at, indicator_id, target, effect)
        values ('self', 'safety first', 'indicator', 'safe', '>= 60', 'veto');
end$$;
select results_eq($$select r.day, p.score from unnest('{2020-12-30,2020-12-31}'::date[]) r (day),
        lateral program_result_at(r.day) p where program_id = 'V' order by 1$$,
    $$values ('2020-12-30'::date, 100::numeric), ('2020-12-31', 0)$$, 'who does not measure does not pass a veto');
rollback to ruled;
-- fulfilment from 130 % on: 131 % and 130 % of 100 cost 1.5 points each, 129.99 % and what is graded nothing
do $$begin
    perform pg_temp.add('O', 'c');
    perform pg_temp.look('O', 'self', i, 20, f, rule => t)
    from (values ('a', 131, '>= 100'), ('b', 130, '>= 100'), ('c', 129.99, '>= 100'), ('d', 100, 'direct'),
    ('e', 65, '<= 50')) v (i, f, t);
    insert into score_rule (evaluation, rule, looks_at, target, effect, points)
    values ('self', 'too much', 'attainment', '< 130%', 'deduct', 1.5);
end$$;
-- e: 100 · (1 - 15/50) = 70: tree (400 + 70) / 5 = 94, less 3
select results_eq($$select tree_score, deducted, score from evaluation_result where program_id = 'O'$$,
    $$values (94::numeric, 3::numeric, 91::numeric)$$,
    'a rule that looks at attainment takes its points for each indicator');
select results_eq($$select item, applies, points, figure from score_rule_result
    where program_id = 'O' and item in ('a', 'b', 'c') order by 1$$,
    $$values ('a', 1, 1.5::numeric, 131::numeric), ('b', 1, 1.5, 130), ('c', 0, null, 129.99)$$,
    'from 130 % on, each named');
insert into score_rule (evaluation, rule, looks_at, indicator_id, target, effect, points)
    values ('self', 'much off', 'indicator', 'a', '>= 101', 'deduct', 100);
select is((select score from program_result where program_id = 'O'), 0::numeric, 'no score is below zero');
select is((select deducted from evaluation_result where program_id = 'E' and evaluation = 'department'),
    0::numeric, 'rules of one evaluation are no others''');
rollback to before;
select throws_ok($$insert into score_rule (evaluation, rule, looks_at, target, effect)
    values ('self', 'x', 'coverage', '>= 1', 'cap')$$,
    '23514', null, 'a cap has points');
select throws_ok($$insert into score_rule (evaluation, rule, looks_at, target, effect, points)
    values ('self', 'x', 'coverage', '>= 1', 'veto', 1)$$,
    '23514', null, 'a veto has none');
select throws_ok($$insert into score_rule (evaluation, rule, looks_at, target, effect)
    values ('self', 'x', 'indicator', '>= 1', 'veto')$$,
    '23514', null, 'what looks at an indicator names it');

-- what is closed takes no more ----------------------------------------------------------------------------------

create function pg_temp.figure(evaluation text, figure numeric) returns void language sql as $$
    insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, actual)
    values ('E', 2020, evaluation, 'all', '2020-12-01', figure) $$;
select lives_ok($$select pg_temp.figure('self', 94)$$, 'what only the calendar has closed takes a correction');
select throws_ok($$select pg_temp.figure('department', 1)$$, '23514',
    'row (program_id, fiscal_year, evaluation)=(E, 2020, department) of "measurement" is closed',
    'figures of a closed evaluation are refused');
select throws_ok($$insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target)
    values ('E', 2020, 'department', 'all', '2020-02-01', '>= 1')$$, '23514', null, 'targets too');
select throws_ok($$insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name)
    values ('E', 2020, 'department', 'x', 'X')$$,
    '23514', null, 'and indicators');
select throws_ok($$update indicator set method = 'weakest' where program_id = 'E' and evaluation = 'department'$$,
    '23514', null, 'are not changed');
select throws_ok($$delete from indicator where program_id = 'E' and evaluation = 'department'$$,
    '23514', null, 'nor removed');
select throws_ok($$insert into grader (program_id, fiscal_year, evaluation, grader, role_name)
    values ('E', 2020, 'department', 'x', current_user)$$,
    '23514', null, 'nobody becomes its grader');
select lives_ok($$select pg_temp.figure('finance', 71)$$, 'what was opened again takes figures');
select lives_ok($$select pg_temp.event('E', 'department', 'opened again', now(), 'a mistake');
    select pg_temp.figure('department', 84)$$,
    'and what is opened again');
select throws_ok($$update evaluation_event set reason = 'x'$$, '23001', null, 'its events are facts');
rollback to before;

-- days ------------------------------------------------------------------------------------------------------------

update evaluation set due_days = 60 where evaluation = 'department';
do $$begin
    perform pg_temp.add('D', 'c', 'department');
    perform pg_temp.look('D', 'department', 'all', 100, 90);
    alter table stage_event disable trigger user;
    insert into stage_event (program_id, fiscal_year, at, stage) values ('D', 2020, '2019-09-01', 'drafted');
    alter table stage_event enable trigger user;
end$$;
select results_eq($$select evaluation, due_on, closes_on, closed from evaluation_result where program_id = 'D'
    order by 1$$,
    $$values ('department', '2021-03-01'::date, null::date, 0), ('self', '2021-03-31', '2021-03-31', 1)$$,
    'a self-evaluation that nobody closes by its due day closes that day as it is; others stay open');
select results_eq($$select item, detail from check_result_at('2021-03-02')
    where program_id = 'D' and kind = 'overdue'$$,
    $$values ('department', 'It was to be closed by 2021-03-01.')$$, 'and are named');
select is_empty($$select from check_result_at('2021-03-01') where program_id = 'D' and kind = 'overdue'$$,
    'from the day after on');
delete from evaluation where evaluation = 'finance';
select lives_ok('select * from unit_result', 'an evaluation whose row is gone stops no view');
select is((select item from check_result where kind = 'no evaluation'), 'finance', 'and is named');

select * from finish();
rollback;
