-- The statements of doc/evaluation.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
set timezone = 'UTC';
\set SHOW_CONTEXT never
create extension if not exists bpm;
select bpm.create_model('county');
set search_path = county, public;
update setting set totals_required = false;

insert into unit (unit_id, parent_id, name) values ('county', null, 'County'), ('education', 'county', 'Education'),
    ('water', 'county', 'Water station');
insert into program (program_id, fiscal_year, name, unit_id) values
    ('roofs', 2023, 'School roofs', 'education'), ('meals', 2023, 'School meals', 'education'),
    ('teachers', 2023, 'Teacher training', 'education'), ('irrigation', 2023, 'Irrigation', 'water'),
    ('wells', 2023, 'Wells', 'water');
insert into responsible (program_id, fiscal_year, from_day, person)
select p.program_id, 2023, '2023-01-01', case p.unit_id when 'water' then 'Mr Sun' else 'Ms Chen' end from program p;
insert into stage_event (program_id, fiscal_year, at, stage) values ('roofs', 2023, '2022-08-25 09:00', 'drafted');
delete from stage_gate where condition in ('targets', 'target weights', 'all weights');

select open_evaluation('roofs', 2023, 'appraisal', 'appraisal', evaluator => 'Panel A', at => '2022-09-01') as indicators;
insert into grader (program_id, fiscal_year, evaluation, grader, role_name) values
    ('roofs', 2023, 'appraisal', 'Panel A', current_user);
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score, band) values
    ('roofs', 2023, 'appraisal', 'complete', '2022-09-12', 'Panel A', 70, 'partly'),
    ('roofs', 2023, 'appraisal', 'relevant', '2022-09-12', 'Panel A', 90, 'achieved'),
    ('roofs', 2023, 'appraisal', 'appropriate', '2022-09-12', 'Panel A', 40, 'not');

insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score, band) values
    ('roofs', 2023, 'appraisal', 'feasible', '2022-09-12', 'Panel A', 75, 'achieved');

select close_evaluation('roofs', 2023, 'appraisal', '2022-09-15');

insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score, band) values
    ('roofs', 2023, 'appraisal', 'feasible', '2022-09-14', 'Panel A', 80, 'achieved');
select close_evaluation('roofs', 2023, 'appraisal', '2022-09-15') as rating;

insert into stage_event (program_id, fiscal_year, at, stage) values ('roofs', 2023, '2022-09-16 09:00', 'appraised');
select e.stage, e.grade, f.condition, f.detail
from stage_event e cross join lateral gate_faults('roofs', 2023, 'approved', '2022-09-16') f
where e.program_id = 'roofs' and e.stage = 'appraised';

insert into stage_event (program_id, fiscal_year, at, stage) values ('roofs', 2023, '2022-09-20 09:00', 'drafted');
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason) values
    ('roofs', 2023, 'appraisal', '2022-09-26 09:00', 'opened again', 'a cheaper offer');
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score, band) values
    ('roofs', 2023, 'appraisal', 'appropriate', '2022-09-28', 'Panel A', 88, 'achieved');
select close_evaluation('roofs', 2023, 'appraisal', '2022-09-30') as rating;
insert into stage_event (program_id, fiscal_year, at, stage) values ('roofs', 2023, '2022-10-01 09:00', 'appraised');

insert into stage_event (program_id, fiscal_year, at, stage, grade) values
    ('roofs', 2023, '2022-10-10 09:00', 'targeted', null), ('roofs', 2023, '2022-10-20 09:00', 'reviewed', 'good'),
    ('roofs', 2023, '2022-12-20 09:00', 'approved', null);
-- what the programs say of themselves: 95, 90, 85, 80 and 70
insert into indicator (program_id, fiscal_year, indicator_id, name)
select program_id, 2023, 'worth', 'Worth' from program where program_id <> 'roofs';
insert into indicator (program_id, fiscal_year, indicator_id, name) values
    ('roofs', 2023, 'repaired', 'Roofs repaired'), ('roofs', 2023, 'worth', 'Worth');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, adjustment_id, recorded_at)
select program_id, 2023, indicator_id, '2022-10-11', 'direct', 50, null, '2022-10-12' from indicator
where evaluation = 'self';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select i.program_id, 2023, i.indicator_id, '2023-12-15',
       case i.program_id when 'meals' then 95 when 'roofs' then 90 when 'teachers' then 85 when 'irrigation' then 80
                         else 70 end
from indicator i where evaluation = 'self';

insert into framework (framework_id, name) values ('inspection', 'Inspection by the finance office');
insert into framework_indicator (framework_id, indicator_id, name, source, weight, sort) values
    ('inspection', 'repaired', 'Roofs as found', 'graded', 60, 1),
    ('inspection', 'worth', 'Worth the money', 'graded', 40, 2);
select open_evaluation('roofs', 2023, 'finance', 'inspection', evaluator => 'Section 3', at => '2024-02-01') as indicators;
insert into grader (program_id, fiscal_year, evaluation, grader, weight, role_name) values
    ('roofs', 2023, 'finance', 'Ms Li', 2, current_user), ('roofs', 2023, 'finance', 'Mr Wu', 1, current_user);
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score, evidence) values
    ('roofs', 2023, 'finance', 'repaired', '2024-02-10', 'Ms Li', 95, 'photo 7'),
    ('roofs', 2023, 'finance', 'repaired', '2024-02-12', 'Mr Wu', 80, null),
    ('roofs', 2023, 'finance', 'worth', '2024-02-10', 'Ms Li', 80, null);

set bpm.as_of = '2024-02-15';
select indicator_id, grader, trim_scale(weight) as weight, score, mean_score, deviation
from grade_result where program_id = 'roofs' and evaluation = 'finance' order by 1, 2;

insert into evaluation_comment (program_id, fiscal_year, evaluation, indicator_id, recorded_at, kind, text, evidence) values
    ('roofs', 2023, 'finance', 'repaired', '2024-02-13 10:00', 'objection', 'Two roofs were under snow', 'letter 12');

select * from evaluation_gate_faults('roofs', 2023, 'finance', '2024-02-15');

insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score) values
    ('roofs', 2023, 'finance', 'worth', '2024-02-20', 'Mr Wu', 71);
insert into evaluation_comment (program_id, fiscal_year, evaluation, indicator_id, recorded_at, kind, text, answers) values
    ('roofs', 2023, 'finance', 'repaired', '2024-02-21 10:00', 'answer', 'We went there again', '2024-02-13 10:00');
select close_evaluation('roofs', 2023, 'finance', '2024-02-29') as rating;

set bpm.as_of = '2024-02-29';
select n, kind, text, answered, answered_on, answer from comment_result where program_id = 'roofs';

-- the others: 92, 82, 65 and 84
insert into program_evaluation (program_id, fiscal_year, evaluation)
select program_id, 2023, 'finance' from program where program_id <> 'roofs';
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name)
select program_id, 2023, 'finance', 'worth', 'Worth' from program where program_id <> 'roofs';
insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight)
select program_id, 2023, 'finance', 'worth', '2023-01-01', 'direct', 100 from program where program_id <> 'roofs';
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, actual) values
    ('meals', 2023, 'finance', 'worth', '2024-02-20', 92), ('teachers', 2023, 'finance', 'worth', '2024-02-20', 82),
    ('irrigation', 2023, 'finance', 'worth', '2024-02-20', 65), ('wells', 2023, 'finance', 'worth', '2024-02-20', 84);
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
select program_id, 2023, 'finance', '2024-02-29', 'closed' from program where program_id <> 'roofs';

set bpm.as_of = '2024-03-31';
select program_id, self_score, self_rating, score, rating, difference, rated_down, rated_up
from program_disagreement order by self_score desc;

select kind, who, programs, mean_difference, rated_down, rated_up, net_disconnect
from disagreement_result order by kind, sort;

select indicator_id, self_score, score, difference from indicator_disagreement where program_id = 'roofs' order by 1;

reset search_path;
set client_min_messages = warning;
drop schema county cascade;
