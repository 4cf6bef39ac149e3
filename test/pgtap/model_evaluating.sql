-- model: evaluations at work. Opening copies the framework, closing needs its conditions however it gets in; several
-- grade, within bands; objections are answered; an appraisal decides whether a plan enters the budget.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

create role "bpm_test eval ""Prüfer""";
create role bpm_test_eval_grades;
create role bpm_test_eval_measures;
create role bpm_test_eval_ann;
create role bpm_test_eval_other;
set local jit = off;
set local timezone = 'UTC';
set local client_min_messages = warning;
select bpm.create_model('Eval "uate" Übung');
set local search_path = 'Eval "uate" Übung', public;
update place set time_zone = 'UTC';
insert into unit values ('gov', null, 'Government'), ('a', 'gov', 'A'), ('b', 'gov', 'B');
insert into program (program_id, fiscal_year, name, unit_id)
select p, 2020, initcap(p), 'a' from unnest(array['p', 'q', 'Ü "x"', 'zero', 'bare', 'new', 'poor', 'odd', 'none']) p;
insert into framework (framework_id, name) values ('inspection', 'Inspection');
insert into framework_indicator (framework_id, indicator_id, parent_id, name, source, weight, sort) values
    ('inspection', 'output', null, 'Output', 'group', 60, 1),
    ('inspection', 'quantity', 'output', 'Quantity', 'graded', 2, 2),
    ('inspection', 'quality', 'output', 'Quality', 'graded', 1, 3),
    ('inspection', 'worth', null, 'Worth', 'graded', 40, 4);

create function pg_temp.grade(program text, evaluation text, indicator text, grader text, score numeric, on_day date,
                              band text default null, evidence text default null) returns void language sql as $$
    insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score, band, evidence)
    values (program, 2020, evaluation, indicator, on_day, grader, score, band, evidence) $$;
create function pg_temp.graders(program text, evaluation text, weights jsonb) returns void language sql as $$
    insert into grader (program_id, fiscal_year, evaluation, grader, weight, role_name)
    select program, 2020, evaluation, key, value::numeric, current_user from jsonb_each_text(weights) $$;
create function pg_temp.enter(program text, stage text, at timestamptz, grade text default null) returns void
    language sql as $$
    insert into stage_event (program_id, fiscal_year, at, stage, grade) values (program, 2020, at, stage, grade) $$;
create function pg_temp.said(statement text, out message text, out detail text, out hint text) language plpgsql as $$
begin
    execute statement;
exception when others then
    get stacked diagnostics message = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
end $$;

-- opening -------------------------------------------------------------------------------------------------

select is(open_evaluation('p', 2020, 'finance', 'inspection', 'Panel Ä', null, '2021-02-01', 'a sample'), 4,
    'opening an evaluation copies its framework');
select results_eq($$select i.indicator_id, i.parent_id, t.weight, t.valid_from, t.reason from indicator i
    join target_revision t using (program_id, fiscal_year, evaluation, indicator_id) where i.program_id = 'p'
    order by i.sort$$, $$values ('output', null, 60::numeric, date '2020-01-01', 'a sample'),
        ('quantity', 'output', 2, '2020-01-01', 'a sample'), ('quality', 'output', 1, '2020-01-01', 'a sample'),
        ('worth', null, 40, '2020-01-01', 'a sample')$$, 'with its weights, from the first day of the year');
select results_eq($$select framework_id, evaluator, commissioned_by from program_evaluation where program_id = 'p'$$,
    $$values ('inspection', 'Panel Ä', null)$$, 'and says who evaluates');
select results_eq($$select event, at, reason from evaluation_event where program_id = 'p'$$,
    $$values ('opened', timestamptz '2021-02-01', 'a sample')$$, 'the opening is an event');
select throws_ok($$select open_evaluation('p', 2020, 'finance', at => '2021-02-02')$$, '55000',
    'evaluation "finance" of program "p" in 2020 is open already', 'what is open is not opened');
select throws_ok($$select open_evaluation('p', 2020, 'nobody''s')$$, '23503', 'there is no evaluation "nobody''s" in 2020',
    'nor what is no evaluation');
select throws_ok($$select open_evaluation('p', 2020, null)$$, '23503', null, 'nor none');
select throws_ok($$select open_evaluation('p', 2021, 'finance')$$, 'P0002', 'there is no program "p" in 2021',
    'nor of a program that is not there');
select throws_ok($$select open_evaluation(null, null, 'finance')$$, 'P0002', null, 'nor of none');
select throws_ok($$select open_evaluation('p', 2020, 'department')$$, 'P0002',
    'evaluation "department" of program "p" in 2020 has no indicators', 'nor without indicators');
select throws_ok($$select open_evaluation('p', 2020, 'department', 'no "such"')$$, 'P0002',
    'there is no framework "no "such""', 'nor by a framework that is none');
select throws_ok($$select open_evaluation('p', 2020, 'department', 'part', at => 'infinity')$$, '22023', null,
    'nor at no time');
select throws_ok($$select open_evaluation('p', 2020, 'self', 'part', 'Panel')$$, '22023', null,
    'nor is a self-evaluation made by somebody else');
-- a row that is there already, with a framework and who commissioned it
insert into program_evaluation (program_id, fiscal_year, evaluation, framework_id) values ('q', 2020, 'third party',
    'inspection');
select is(open_evaluation('q', 2020, 'third party', commissioned_by => 'finance', at => '2021-02-01'), 4,
    'the framework of the row is copied when none is named');
select results_eq($$select framework_id, commissioned_by, evaluator from program_evaluation where program_id = 'q'$$,
    $$values ('inspection', 'finance', null)$$, 'and what is said of it is added');
-- indicators of one's own
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('q', 2020, 'finance');
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name) values ('q', 2020, 'finance', 'i', 'I');
select throws_ok($$select open_evaluation('q', 2020, 'finance', 'inspection')$$, '55000',
    'evaluation "finance" of program "q" in 2020 has indicators already', 'a framework is not put over what is there');
select is(open_evaluation('q', 2020, 'finance', at => '2021-02-01'), 1, 'which needs none');
select is(open_evaluation('Ü "x"', 2020, 'self', 'self-evaluation', at => '2020-01-05'), 12,
    'a self-evaluation is opened in the same way');
-- before the year weights hold from the opening on
select is(open_evaluation('new', 2020, 'appraisal', 'appraisal', at => '2019-09-02'), 4, 'so is an appraisal');
select results_eq($$select distinct valid_from, weight from target_revision where program_id = 'new'$$,
    $$values (date '2019-09-02', 25::numeric)$$, 'whose weights hold before the year');

-- several graders -------------------------------------------------------------------------------------------

do $$begin perform pg_temp.graders('p', 'finance', '{"ann": 2, "bob": 1, "eve \"E\"": 0}'); end$$;
set local bpm.as_of = '2021-02-28';
select results_eq($$select condition, detail from evaluation_gate_faults('p', 2020, 'finance', '2021-02-28')$$,
    $$values ('graded by all', '"ann" has not graded quality, quantity, worth.'),
             ('graded by all', '"bob" has not graded quality, quantity, worth.'),
             ('measured', 'There is no score for quantity, quality, worth.')$$,
    'nothing is graded, by those whose grades weigh');
-- quantity (2·90 + 60)/3 = 80; quality 70; worth 50, by one
do $$begin
    perform pg_temp.grade('p', 'finance', 'quantity', 'ann', 90, '2021-02-10', 'achieved', 'https://example.org/1');
    perform pg_temp.grade('p', 'finance', 'quantity', 'bob', 60, '2021-02-11');
    perform pg_temp.grade('p', 'finance', 'quality', 'ann', 70, '2021-02-10');
    perform pg_temp.grade('p', 'finance', 'quality', 'bob', 70, '2021-02-11', 'partly');
    perform pg_temp.grade('p', 'finance', 'quality', 'eve "E"', 10, '2021-02-11');
    perform pg_temp.grade('p', 'finance', 'worth', 'ann', 50, '2021-02-10', 'not');
end$$;
select results_eq($$select indicator_id, grader, weight, graded, score, mean_score, deviation, band, graded_on, evidence
    from grade_result where program_id = 'p' order by 1, 2$$, $$values
    ('quality', 'ann', 2::numeric, 1, 70::numeric, 70::numeric, 0::numeric, null, date '2021-02-10', null),
    ('quality', 'bob', 1, 1, 70, 70, 0, 'partly', '2021-02-11', null),
    ('quality', 'eve "E"', 0, 1, 10, 70, -60, null, '2021-02-11', null),
    ('quantity', 'ann', 2, 1, 90, 80, 10, 'achieved', '2021-02-10', 'https://example.org/1'),
    ('quantity', 'bob', 1, 1, 60, 80, -20, null, '2021-02-11', null),
    ('quantity', 'eve "E"', 0, 0, null, 80, null, null, null, null),
    ('worth', 'ann', 2, 1, 50, 50, 0, 'not', '2021-02-10', null),
    ('worth', 'bob', 1, 0, null, 50, null, null, null, null),
    ('worth', 'eve "E"', 0, 0, null, 50, null, null, null, null)$$,
    'every grader beside the mean of all, also who has not graded; who weighs nothing changes nothing');
select results_eq($$select g.indicator_id, g.mean_score from grade_result g where program_id = 'p' group by 1, 2 order by 1$$,
    $$select indicator_id, score::numeric from indicator_result where program_id = 'p' and evaluation = 'finance'
      order by 1$$, 'the mean is the score of the indicator');
select results_eq($$select condition, detail from evaluation_gate_faults('p', 2020, 'finance', '2021-02-28')$$,
    $$values ('graded by all', '"bob" has not graded worth.')$$, 'one grade is missing');
select results_eq($$select detail from check_result where program_id = 'p' and kind = 'no grade' order by item$$,
    $$values ('No grade by bob: it stands on the others.')$$, 'and is named');
-- a grade that is withdrawn is none
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, withdrawn, reason)
select program_id, fiscal_year, evaluation, indicator_id, as_of, grader, recorded_at, 'mixed up' from measurement
where program_id = 'p' and indicator_id = 'quantity' and grader = 'bob';
select results_eq($$select detail from evaluation_gate_faults('p', 2020, 'finance', '2021-02-28')$$,
    $$values ('"bob" has not graded quantity, worth.')$$, 'nor does one that was withdrawn count');
select results_eq($$select item, detail from check_result where program_id = 'p' and kind = 'no grade' order by item$$,
    $$values ('finance: quantity', 'No grade by bob: it stands on the others.'),
             ('finance: worth', 'No grade by bob: it stands on the others.')$$, 'and is named');
do $$begin perform pg_temp.grade('p', 'finance', 'quantity', 'bob', 60, '2021-02-12'); end$$;

-- whose grades all weigh nothing
select is(open_evaluation('zero', 2020, 'finance', 'inspection', at => '2021-02-01'), 4, 'another one');
select is((select detail from check_result where program_id = 'zero' and kind = 'no grader'),
    'Indicators are to be graded, and there is no grader whose grades weigh.', 'without graders');
do $$begin
    perform pg_temp.graders('zero', 'finance', '{"ann": 0, "bob": 0}');
    perform pg_temp.grade('zero', 'finance', i, 'ann', 90, '2021-02-10') from unnest('{quantity,quality,worth}'::text[]) i;
end$$;
select results_eq($$select condition, detail from evaluation_gate_faults('zero', 2020, 'finance', '2021-02-28')$$,
    $$values ('measured', 'There is no score for quantity, quality, worth.')$$, 'grades that weigh nothing make no score');
select results_eq($$select distinct score, mean_score, deviation from grade_result where program_id = 'zero' and graded = 1$$,
    $$values (90::numeric, null::numeric, null::numeric)$$, 'nor a mean');
select isnt_empty($$select from check_result where program_id = 'zero' and kind = 'no grader'$$, 'and that is named, too');
select throws_ok($$update grader set weight = -1 where program_id = 'zero'$$, '23514', null, 'none weighs less than nothing');
select throws_ok($$update grader set weight = 'NaN' where program_id = 'zero'$$, '23514', null, 'nor what is no figure');

-- bands ----------------------------------------------------------------------------------------------------

select results_eq('select band, low, high from grade_band order by sort',
    $$values ('achieved', 80::numeric, 100::numeric), ('partly', 60, 80), ('not', 0, 60)$$,
    'achieved 80 to 100, partly 60 to 80, not 0 to 60');
select lives_ok(format($$select pg_temp.grade('zero', 'finance', 'worth', 'bob', %s, '2021-02-20', %L)$$, s, b),
    format('%s is %s', s, b))
from (values (100, 'achieved'), (80, 'achieved'), (80, 'partly'), (60, 'partly'), (60, 'not'), (0, 'not')) v (s, b);
select throws_ok(format($$select pg_temp.grade('zero', 'finance', 'worth', 'bob', %s, '2021-02-20', %L)$$, s, b), '23514',
    format('a score of %s does not lie in band "%s"', s, b), format('%s is not %s', s, b))
from (values (79.99999999, 'achieved'), (100.1, 'achieved'), (80.00000001, 'partly'), (59, 'partly'),
      (60.00000001, 'not'), (-1, 'not')) v (s, b);
select is((pg_temp.said($$select pg_temp.grade('zero', 'finance', 'worth', 'bob', 75, '2021-02-20', 'achieved')$$))::text,
    row('a score of 75 does not lie in band "achieved"', 'The band reaches from 80 to 100.',
        'Give a score in the band, or the band of the score: "partly" (60 to 80).')::text, 'a message says the bounds');
select throws_ok($$select pg_temp.grade('zero', 'finance', 'worth', 'bob', 'NaN', '2021-02-20', 'not')$$, '23514', null,
    'what is no figure is in no band');
select throws_ok($$select pg_temp.grade('zero', 'finance', 'worth', 'bob', 75, '2021-02-20', 'so "so"')$$, '23503',
    'there is no band "so "so"" in 2020', 'a band is one of those there are');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, band)
    values ('Ü "x"', 2020, 'quantity', '2020-06-30', 5, 'achieved')$$, '23514',
    'band "achieved" is given without a score', 'and goes with a score');
select throws_ok($$insert into grade_band values (2020, 'x', 50, 40, 'X')$$, '23514', 'a band ends before it begins',
    'a band begins before it ends');
select throws_ok($$insert into grade_band values (2020, 'x', 50, 101, 'X')$$, '23514', null, 'within 100 points');
select throws_ok($$insert into grade_band values (2020, 'x', 'NaN', 'NaN', 'X')$$, '23514', null, 'in figures');
savepoint bands;
insert into grade_band values (2020, 'yes', 50, 100, 'Yes'), (2020, 'no', 0, 50, 'No');
select throws_ok($$select pg_temp.grade('zero', 'finance', 'worth', 'bob', 90, '2021-02-20', 'achieved')$$, '23503', null,
    'from a year on the bands of that year count');
select lives_ok($$select pg_temp.grade('zero', 'finance', 'worth', 'bob', 50, '2021-02-20', 'no')$$, 'and no others');
rollback to bands;

-- comments and objections ------------------------------------------------------------------------------------

insert into evaluation_comment (program_id, fiscal_year, evaluation, indicator_id, recorded_at, kind, text, evidence) values
    ('p', 2020, 'finance', 'worth', '2021-02-20 10:00', 'objection', 'It is worth more: "a lot"', 'https://example.org/2'),
    ('p', 2020, 'finance', '', '2021-02-21 10:00', 'comment', 'Thank you', null),
    ('p', 2020, 'finance', '', '2021-02-22 10:00', 'objection', 'Nobody asked us', null);
select results_eq($$select detail from evaluation_gate_faults('p', 2020, 'finance', '2021-02-28')
    where condition = 'comments answered' order by 1$$,
    $$values ('There is no answer to the objection of 2021-02-20 to worth.'),
             ('There is no answer to the objection of 2021-02-22 to the whole.')$$, 'an objection is open until it is answered');
select is((select detail from check_result where program_id = 'p' and kind = 'open objection'),
    '2 objections are not answered.', 'and named');
insert into evaluation_comment (program_id, fiscal_year, evaluation, indicator_id, recorded_at, kind, text, answers) values
    ('p', 2020, 'finance', 'worth', '2021-02-23 10:00', 'answer', 'No', '2021-02-20 10:00'),
    ('p', 2020, 'finance', 'worth', '2021-02-24 10:00', 'answer', 'We looked again: no', '2021-02-20 10:00');
select results_eq($$select n, indicator_id, kind, answered, recorded_on, text, answered_on, answer, name from comment_result
    where program_id = 'p' order by n$$, $$values
    (1, 'worth', 'objection', 1, date '2021-02-20', 'It is worth more: "a lot"', date '2021-02-24', 'We looked again: no',
     'Worth'),
    (2, '', 'comment', null, '2021-02-21', 'Thank you', null, null, null),
    (3, '', 'objection', 0, '2021-02-22', 'Nobody asked us', null, null, null)$$, 'with the newest answer');
select results_eq($$select n, answered, answer from comment_result_at('2021-02-23') where program_id = 'p' order by n$$,
    $$values (1, 1, 'No'), (2, null, null), (3, 0, null)$$, 'of a day');
select is((select count(*) from comment_result_at('2021-02-28', '2021-02-20 09:00')), 0::bigint, 'and as it was known');
select throws_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text, answers)
    values ('p', 2020, 'finance', 'answer', 'No', '2021-02-20 10:00')$$, '23503', 'there is no such objection to answer',
    'an answer is to the same indicator');
select throws_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text, answers)
    values ('p', 2020, 'finance', 'answer', 'No', '2021-02-21 10:00')$$, '23503', 'there is no such objection to answer',
    'and to an objection');
select throws_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text)
    values ('p', 2020, 'finance', 'answer', 'No')$$, '23514', 'an answer, and nothing else, names the objection that it answers',
    'which it names');
select throws_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text, answers)
    values ('p', 2020, 'finance', 'objection', 'No', '2021-02-22 10:00')$$, '23514', null, 'and nothing else does');
select throws_ok(format($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text)
    values ('p', 2020, 'finance', %L, %L)$$, k, t), '23514', null, 'a comment has a kind and a text')
from (values ('shout', 'No'), (null, 'No'), ('comment', ''), ('comment', null)) v (k, t);
select throws_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, indicator_id, kind, text)
    values ('p', 2020, 'finance', 'nothing', 'comment', 'What?')$$, '23503', null, 'about an indicator that is there');
select throws_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text)
    values ('p', 2020, 'department', 'comment', 'What?')$$, '23503', null, 'of an evaluation that the program has');
select throws_ok('update evaluation_comment set text = null', '23001', null, 'what was said is not changed');
select throws_ok('delete from evaluation_comment', '23001', null, 'nor taken away');
insert into evaluation_comment (program_id, fiscal_year, evaluation, recorded_at, kind, text, answers)
    values ('p', 2020, 'finance', '2021-02-25 10:00', 'answer', 'We wrote to you in May', '2021-02-22 10:00');

-- closing --------------------------------------------------------------------------------------------------

select is((pg_temp.said($$select close_evaluation('p', 2020, 'finance', '2021-02-28')$$))::text,
    row('evaluation "finance" of program "p" in 2020 may not be closed yet', '"bob" has not graded worth.',
        'By evaluation_gate it needs "graded by all".')::text, 'an evaluation is closed when its conditions hold');
select throws_ok($$select close_evaluation('p', 2020, 'department')$$, 'P0002',
    'program "p" has no evaluation "department" in 2020', 'what is not there is not closed');
select throws_ok($$select close_evaluation(null, null, null)$$, 'P0002', null, 'nor nothing');
select throws_ok($$select close_evaluation('p', 2020, 'finance', '2021-01-31')$$, '22023',
    'an evaluation is not closed before it was opened', 'nor before it was opened');
select throws_ok($$select close_evaluation('p', 2020, 'finance', '-infinity')$$, '22023', null, 'nor at no time');
-- worth (2·50 + 80)/3 = 60
do $$begin perform pg_temp.grade('p', 'finance', 'worth', 'bob', 80, '2021-02-27'); end$$;
select is_empty($$select * from evaluation_gate_faults('p', 2020, 'finance', '2021-02-28')$$, 'now they do');
select isnt_empty($$select * from evaluation_gate_faults('p', 2020, 'finance', '2021-02-26')$$, 'a day before they did not');

-- every condition, one by one
savepoint gates;
insert into evaluation_gate values ('finance', 2020, 'evidence', true), ('finance', 2020, 'all weights', true);
select results_eq($$select detail from evaluation_gate_faults('p', 2020, 'finance', '2021-02-28')$$, $$values
    ('There is no evidence for quality by "ann", quality by "bob", quality by "eve "E"", quantity by "bob", '
     'worth by "ann", worth by "bob".')$$, 'every grade names its evidence, where that is asked for');
insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, weight)
    values ('p', 2020, 'finance', 'worth', '2021-02-01', 30);
select is((select detail from evaluation_gate_faults('p', 2020, 'finance', '2021-02-28') where condition = 'all weights'),
    'The top weights total 90, not 100.', 'and weights total what they must');
insert into evaluation_gate values ('finance', 2019, 'evidence', true), ('finance', 2021, 'all weights', false);
update evaluation_gate set in_force = false where (evaluation, fiscal_year, condition) = ('finance', 2020, 'evidence');
select results_eq($$select condition from evaluation_gate_faults('p', 2020, 'finance', '2021-02-28')$$,
    $$values ('all weights')$$, 'a later row ends a condition, and one of a later year does not count yet');
insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, weight)
    values ('p', 2020, 'finance', 'quality', '2021-02-01', 0);
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, withdrawn, reason)
select program_id, fiscal_year, evaluation, indicator_id, as_of, grader, recorded_at, 'x' from measurement
where program_id = 'p' and indicator_id = 'quality' and withdrawn is null;
select results_eq($$select condition from evaluation_gate_faults('p', 2020, 'finance', '2021-02-28')$$,
    $$values ('all weights')$$, 'what weighs nothing needs no grade');
rollback to gates;
insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, weight)
    values ('p', 2020, 'finance', 'output', '2021-02-01', 0), ('p', 2020, 'finance', 'worth', '2021-02-01', 0);
select is_empty($$select * from evaluation_gate_faults('p', 2020, 'finance', '2021-02-28')$$,
    'where nothing weighs all weighs alike');
insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, retired, reason)
select 'p', 2020, 'finance', i, '2021-02-02', true, 'x' from unnest('{output,quantity,quality,worth}'::text[]) i;
select results_eq($$select condition, detail from evaluation_gate_faults('p', 2020, 'finance', '2021-02-28')$$,
    $$values ('measured', 'The evaluation has no indicators.')$$, 'without indicators nothing is closed');
rollback to gates;
select is_empty($$select * from evaluation_gate_faults('no "one"', 2020, 'finance')$$, 'of what is not there nothing is wrong');

-- the closing itself: quantity 80, quality 70: output 76.67; .6 · 76.67 + .4 · 60 = 46 + 24 = 70, which is fair
select is(close_evaluation('p', 2020, 'finance', '2021-02-28 18:00', 'complete'), 'fair', 'closing says the rating');
select results_eq($$select closed, score, rating, closes_on from evaluation_result where program_id = 'p'
    and evaluation = 'finance'$$, $$values (1, 70::numeric, 'fair', date '2021-02-28')$$, 'it is closed');
select throws_ok($$select pg_temp.grade('p', 'finance', 'worth', 'ann', 100, '2021-02-28')$$, '23514',
    'row (program_id, fiscal_year, evaluation)=(p, 2020, finance) of "measurement" is closed',
    'a closed evaluation takes no grade');
select throws_ok($$select pg_temp.graders('p', 'finance', '{"friend": 9}')$$, '23514', null, 'nor another grader');
select throws_ok($$select close_evaluation('p', 2020, 'finance', '2021-03-02')$$, '55000',
    'evaluation "finance" of program "p" in 2020 is closed already', 'it is not closed twice');
select is((pg_temp.said($$select open_evaluation('p', 2020, 'finance', at => '2021-03-02')$$)).hint,
    'To open it again, add a row to evaluation_event with "opened again" and the reason.', 'nor opened as if it were new');
select lives_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text)
    values ('p', 2020, 'finance', 'objection', 'Not at all')$$, 'but it is objected to');
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason)
    values ('p', 2020, 'finance', '2021-03-03', 'opened again', 'an objection');
select throws_ok($$select close_evaluation('p', 2020, 'finance', '2021-03-04')$$, '23514', null,
    'opened again it needs its conditions again');
insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text, answers)
select program_id, fiscal_year, evaluation, 'answer', 'It stays', recorded_at from evaluation_comment where text = 'Not at all';
select is(close_evaluation('p', 2020, 'finance', '2021-03-04'), 'fair', 'and is closed again');

-- self-evaluations have gates of their own
do $$begin perform pg_temp.enter('Ü "x"', 'drafted', '2019-10-01'); end$$;
select throws_ok($$select close_evaluation('Ü "x"', 2020, 'self')$$, '55000',
    'the self-evaluation of program "Ü "x"" in 2020 is closed by its stage', 'a self-evaluation is closed by its stage');
select is(close_evaluation('bare', 2020, 'self', '2021-01-20'), 'not demonstrated', 'or, without stages, by its program');

-- however it gets in, and by whom --------------------------------------------------------------------------------

select bpm.grant_duty('Eval "uate" Übung', role, duty)
from (values ('bpm_test eval "Prüfer"', 'approving'), ('bpm_test_eval_grades', 'grading'),
      ('bpm_test_eval_measures', 'measuring'), ('bpm_test_eval_other', 'approving'),
      ('bpm_test_eval_other', 'grading')) v (role, duty);
do $$begin perform open_evaluation('bare', 2020, 'department', 'inspection', at => '2021-02-01');
    perform pg_temp.graders('bare', 'department', '{"ann": 1}');
    perform pg_temp.grade('bare', 'department', i, 'ann', 90, '2021-02-10') from unnest('{quantity,quality}'::text[]) i;
end$$;
set local role "bpm_test eval ""Prüfer""";
select is((pg_temp.said($$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
    values ('bare', 2020, 'department', '2021-03-01', 'closed')$$))::text,
    row('evaluation "department" of program "bare" in 2020 may not be closed yet',
        '"ann" has not graded worth. There is no score for worth.',
        'By evaluation_gate it needs "graded by all", "measured".')::text, 'a closing that is written by hand needs its conditions');
select throws_ok($$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
    values ('bare', 2020, 'department', '2021-02-05', 'opened')$$, '23514',
    'evaluation "department" of program "bare" in 2020 was opened before', 'and what was opened is opened again only');
select throws_ok($$select close_evaluation('bare', 2020, 'department', '2021-03-01')$$, '23514', null, 'so does the function');
select throws_ok($$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, recorded_at)
    values ('bare', 2020, 'department', '2021-03-01', 'closed', '2021-03-01')$$, '42501', null, 'nobody says when it was recorded');
select throws_ok($$delete from evaluation_gate$$, '42501', null, 'nor takes the conditions away');
select throws_ok($$select pg_temp.grade('bare', 'department', 'worth', 'ann', 90, '2021-02-11')$$, '42501', null,
    'nor grades, without that duty');
select throws_ok($$select open_evaluation('none', 2020, 'department', 'inspection', at => '2021-02-01')$$, '42501', null,
    'a framework is copied by who has the duty of grading, too');
reset role;
do $$begin perform pg_temp.grade('bare', 'department', 'worth', 'ann', 90, '2021-02-11'); end$$;
set local role "bpm_test eval ""Prüfer""";
select lives_ok($$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
    values ('bare', 2020, 'department', '2021-03-01', 'closed')$$, 'a closing by hand, when they hold');
select throws_ok($$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
    values ('bare', 2020, 'department', '2021-03-02', 'closed')$$, '23514',
    'row (program_id, fiscal_year, evaluation)=(bare, 2020, department) of "evaluation_event" is closed', 'and not twice');
select lives_ok($$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, taken_back, reason)
    values ('bare', 2020, 'department', '2021-03-01', 'closed', true, 'the wrong one')$$, 'it is taken back');
select is(close_evaluation('bare', 2020, 'department', '2021-03-01 12:00'), 'excellent', 'and closed by the function');
reset role;
select lives_ok($$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, recorded_at)
    values ('zero', 2020, 'finance', '2021-03-01', 'closed', '2021-03-01')$$, 'who loads a history is not asked');

-- who has both duties does all of it
do $$begin perform pg_temp.enter('none', 'drafted', '2019-09-01'); end$$;
set local role bpm_test_eval_other;
select is(open_evaluation('none', 2020, 'appraisal', 'appraisal', 'Panel', at => '2019-09-02'), 4,
    'who approves and grades opens an evaluation');
insert into grader (program_id, fiscal_year, evaluation, grader, role_name)
    values ('none', 2020, 'appraisal', 'me', 'bpm_test_eval_other');
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score, band)
select 'none', 2020, 'appraisal', i, '2019-09-10', 'me', 92, 'achieved'
from unnest('{complete,relevant,appropriate,feasible}'::text[]) i;
select is(close_evaluation('none', 2020, 'appraisal', '2019-09-20'), 'excellent', 'and closes it');
reset role;
-- 92 was found on the 20th, opened again and 50 found on the 30th: a day is not chosen for what it said
set local role bpm_test_eval_other;
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason)
    values ('none', 2020, 'appraisal', '2019-09-25', 'opened again', 'an error');
select is((pg_temp.said($$insert into stage_event (program_id, fiscal_year, at, stage)
    values ('none', 2020, '2019-09-21', 'appraised')$$))::text,
    row('the appraisal of program "none" in 2020 has changed since 2019-09-21', 'It was opened again.',
        'Enter the stage at a time after that.')::text, 'what is open again is not appraised by what it said before');
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score)
select 'none', 2020, 'appraisal', i, '2019-09-28', 'me', 50
from unnest('{complete,relevant,appropriate,feasible}'::text[]) i;
select is(close_evaluation('none', 2020, 'appraisal', '2019-09-30'), 'poor', 'nor, closed');
select is((pg_temp.said($$insert into stage_event (program_id, fiscal_year, at, stage)
    values ('none', 2020, '2019-09-21', 'appraised')$$)).detail, 'It was rated "excellent", and is rated "poor".',
    'by what it said before');
reset role;
savepoint loaded;
do $$begin perform pg_temp.enter('none', 'appraised', '2019-09-21'); end$$;
select is((select grade from stage_event where program_id = 'none' and stage = 'appraised'), 'excellent',
    'who loads a history enters what was found then');
rollback to loaded;
set local role "bpm_test eval ""Prüfer""";
select lives_ok($$insert into stage_event (program_id, fiscal_year, at, stage)
    values ('none', 2020, '2019-10-02', 'appraised')$$, 'who approves alone enters the stage');
reset role;
select is((select grade from stage_event where program_id = 'none' and stage = 'appraised'), 'poor',
    'with the grade of the appraisal');

-- who objects, and who answers
set local role bpm_test_eval_grades;
select throws_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text)
    values ('zero', 2020, 'finance', 'objection', 'We object')$$, '42501', 'the duty of measuring is in other hands',
    'who judges does not object');
select lives_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text)
    values ('zero', 2020, 'finance', 'comment', 'We looked')$$, 'but may comment');
select lives_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text)
    values ('zero', 2020, 'self', 'objection', 'This is not so')$$, 'and object to a self-evaluation');
reset role;
set local role bpm_test_eval_measures;
select lives_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text)
    values ('zero', 2020, 'finance', 'objection', 'We object')$$, 'who is judged does');
select throws_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text, answers)
    select program_id, fiscal_year, evaluation, 'answer', 'Right you are', recorded_at from evaluation_comment
    where text = 'We object'$$, '42501', 'the duty of grading is in other hands', 'and does not answer himself');
select lives_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text, answers)
    select program_id, fiscal_year, evaluation, 'answer', 'It is', recorded_at from evaluation_comment
    where text = 'This is not so'$$, 'except of a self-evaluation');
select throws_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text, recorded_by)
    values ('zero', 2020, 'finance', 'objection', 'I', 'the minister')$$, '42501', null, 'nobody speaks as another');
select throws_ok($$insert into grade_band values (2020, 'mine', 0, 100, 'Mine')$$, '42501', null, 'nor makes a band of his own');
reset role;
update evaluation set role_name = 'bpm_test_eval_ann' where evaluation = 'finance';
set local role bpm_test_eval_grades;
select throws_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text, answers)
    select program_id, fiscal_year, evaluation, 'answer', 'No', recorded_at from evaluation_comment
    where text = 'We object'$$, '42501', null, 'what is in the hands of one role is answered by that');
reset role;
set local role bpm_test_eval_measures;
select lives_ok($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text)
    values ('zero', 2020, 'finance', 'objection', 'We object again')$$, 'and objected to by who is judged');
reset role;
update evaluation set role_name = null where evaluation = 'finance';

-- row security
insert into unit_access values ('bpm_test_eval_other', 'b');
select bpm.enable_row_security('Eval "uate" Übung');
set local role bpm_test_eval_other;
select throws_ok($$select open_evaluation('none', 2020, 'department', 'inspection')$$, 'P0002',
    'there is no program "none" in 2020', 'what a role does not see is not there');
select throws_ok($$select close_evaluation('q', 2020, 'finance')$$, 'P0002',
    'program "q" has no evaluation "finance" in 2020', 'to close, either');
select is_empty($$select * from evaluation_gate_faults('q', 2020, 'finance')$$, 'nor to ask about');
select is_empty('select * from grade_result', 'nor its grades');
select is_empty('select * from comment_result', 'nor what was said');
reset role;

-- appraisal, and the budget -----------------------------------------------------------------------------------

delete from stage_gate where condition in ('targets', 'target weights');
do $$begin
    perform pg_temp.enter('new', 'drafted', '2019-09-01');
    perform pg_temp.graders('new', 'appraisal', '{"panel": 1}');
    -- (70 + 70 + 60 + 60)/4 = 65: fair
    perform pg_temp.grade('new', 'appraisal', i, 'panel', s, '2019-09-15')
    from (values ('complete', 70), ('relevant', 70), ('appropriate', 60)) v (i, s);
end$$;
select throws_ok($$select close_evaluation('new', 2020, 'appraisal', '2019-09-20')$$, '23514', null,
    'an appraisal says something of all four');
select throws_ok($$select pg_temp.enter('new', 'appraised', '2019-09-21', 'good')$$, '23514',
    'the appraisal of program "new" in 2020 is not closed', 'what is being appraised is not appraised');
do $$begin perform pg_temp.grade('new', 'appraisal', 'feasible', 'panel', 60, '2019-09-16'); end$$;
select is(close_evaluation('new', 2020, 'appraisal', '2019-09-20'), 'fair', '65 points are fair');
select throws_ok($$select pg_temp.enter('new', 'appraised', '2019-09-19')$$, '23514', null, 'nor before the closing');
select is((pg_temp.said($$select pg_temp.enter('new', 'appraised', '2019-09-21', 'good')$$))::text,
    row('the grade of program "new" in 2020 is not that of its appraisal', 'The appraisal is rated "fair", not "good".',
        'Leave the grade empty: it is filled in.')::text, 'the grade is what the appraisal found');
do $$begin perform pg_temp.enter('new', 'appraised', '2019-09-21'); end$$;
select is((select grade from stage_event where program_id = 'new' and stage = 'appraised'), 'fair', 'filled in');
select results_eq($$select condition, detail from gate_faults('new', 2020, 'approved', '2019-09-30')$$,
    $$values ('review grade', 'The grade of appraised is fair.')$$, 'what is fair does not enter the budget');
-- back, mended: 85 each, good
do $$begin
    perform pg_temp.enter('new', 'drafted', '2019-10-01');
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason)
        values ('new', 2020, 'appraisal', '2019-10-02', 'opened again', 'mended');
    perform pg_temp.grade('new', 'appraisal', i, 'panel', 85, '2019-10-10', 'achieved')
    from unnest('{complete,relevant,appropriate,feasible}'::text[]) i;
end$$;
select throws_ok($$select pg_temp.enter('new', 'appraised', '2019-10-12')$$, '23514',
    'the appraisal of program "new" in 2020 is not closed', 'opened again it has to be closed again');
select is(close_evaluation('new', 2020, 'appraisal', '2019-10-11'), 'good', 'it goes back, is mended, and appraised again');
do $$begin perform pg_temp.enter('new', 'appraised', '2019-10-12', 'good');
    perform pg_temp.enter('new', 'targeted', '2019-10-13');
    perform pg_temp.enter('new', 'reviewed', '2019-10-14', 'good'); end$$;
select lives_ok($$select pg_temp.enter('new', 'approved', '2019-12-01')$$, 'and enters the budget');
select is((select rating from program_result_at('2019-12-01') where program_id = 'new'), null, 'an appraisal is no result');

-- (40·3 + 80)/4 = 50: poor
do $$begin
    perform pg_temp.enter('poor', 'drafted', '2019-09-01');
    perform open_evaluation('poor', 2020, 'appraisal', 'appraisal', at => '2019-09-02');
    perform pg_temp.graders('poor', 'appraisal', '{"panel": 1}');
    perform pg_temp.grade('poor', 'appraisal', i, 'panel', s, '2019-09-15')
    from (values ('complete', 40), ('relevant', 40), ('appropriate', 40), ('feasible', 80)) v (i, s);
    perform close_evaluation('poor', 2020, 'appraisal', '2019-09-20');
    perform pg_temp.enter('poor', 'appraised', '2019-09-21');
    perform pg_temp.enter('poor', 'targeted', '2019-10-13');
    perform pg_temp.enter('poor', 'reviewed', '2019-10-14', 'excellent');
end$$;
select is((pg_temp.said($$select pg_temp.enter('poor', 'approved', '2019-12-01')$$)).detail,
    'The grade of appraised is poor.', 'what is poor does not');
-- an appraisal that says nothing; one with a scale of its own; none at all
do $$begin
    perform pg_temp.enter('odd', 'drafted', '2019-09-01');
    perform open_evaluation('odd', 2020, 'appraisal', 'appraisal', at => '2019-09-02');
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
        values ('odd', 2020, 'appraisal', '2019-09-20', 'closed');
    perform pg_temp.enter('bare', 'drafted', '2019-09-01');
end$$;
select is((pg_temp.said($$select pg_temp.enter('odd', 'appraised', '2019-09-21', 'good')$$))::text,
    row('the appraisal of program "odd" in 2020 gives no grade',
        'It has no rating: 0 % is measured, under the floor of 100 %.',
        'Open the appraisal again and complete it, or add its rating to stage_grade.')::text, 'an appraisal says something');
do $$begin
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason)
        values ('odd', 2020, 'appraisal', '2019-09-21', 'opened again', 'nothing was graded');
    perform pg_temp.graders('odd', 'appraisal', '{"panel": 1}');
    perform pg_temp.grade('odd', 'appraisal', i, 'panel', 95, '2019-09-22')
    from unnest('{complete,relevant,appropriate,feasible}'::text[]) i;
end$$;
update framework set scale = '"go on" >= 50, stop' where framework_id = 'appraisal';
select is(close_evaluation('odd', 2020, 'appraisal', '2019-09-23'), 'go on', 'a framework may have a scale of its own');
select is((pg_temp.said($$select pg_temp.enter('odd', 'appraised', '2019-09-24', 'good')$$)).detail,
    'It is rated "go on", which stage_grade does not have for appraised.', 'whose ratings stage_grade has to know');
insert into stage_grade values ('appraised', 'go on', true, 5);
select lives_ok($$select pg_temp.enter('odd', 'appraised', '2019-09-24')$$, 'then it is filled in, too');
select lives_ok($$select pg_temp.enter('bare', 'appraised', '2019-09-24', 'good')$$,
    'without an evaluation the grade is what the stage says');
select lives_ok($$insert into stage_event (program_id, fiscal_year, at, stage, taken_back, reason)
    values ('odd', 2020, '2019-09-24', 'appraised', true, 'too early')$$, 'and a stage is taken back as ever');

select * from finish();
rollback;
