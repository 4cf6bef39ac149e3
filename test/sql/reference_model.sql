-- The statements of doc/model.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;

select bpm.create_model('office');

insert into office.unit (unit_id, name) values ('works', 'Office of Works');

insert into office.program (program_id, fiscal_year, name, unit_id) values
  ('lights', 2024, 'Street lights', 'works'), ('drains', 2024, 'Clean drains', 'works');

insert into office.indicator (program_id, fiscal_year, indicator_id, name) values
  ('lights', 2024, 'lamps', 'Lamps replaced'), ('lights', 2024, 'dark', 'Streets without light'),
  ('drains', 2024, 'cleaned', 'Drains cleaned');

insert into office.target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
  ('lights', 2024, 'lamps',   '2024-01-01', '>= 400 [lamps]', 60),
  ('lights', 2024, 'dark',    '2024-01-01', '<= 5 [streets]', 40),
  ('drains', 2024, 'cleaned', '2024-01-01', '>= 200 [drains]', 100);

insert into office.measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
  ('lights', 2024, 'lamps',   '2024-06-30', 150), ('lights', 2024, 'lamps', '2024-12-31', 400),
  ('lights', 2024, 'dark',    '2024-12-31', 6),
  ('drains', 2024, 'cleaned', '2024-06-30', 90),  ('drains', 2024, 'cleaned', '2024-12-31', 170);

insert into office.budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
  ('lights', 2024, 'approved', '2024-01-10', 80000), ('lights', 2024, 'executed', '2024-11-30', 60000),
  ('drains', 2024, 'approved', '2024-01-10', 20000), ('drains', 2024, 'executed', '2024-11-30', 20000);

set bpm.as_of = '2024-06-30';
select program_id, round(score, 2) as score, round(coverage) as coverage, round(low, 2) as low, round(high, 2) as high,
       rating, rating_reason
from office.program_result order by program_id;

set bpm.as_of = '2024-12-31';
select program_id, round(score, 2) as score, execution_rate, rating from office.program_result order by program_id;

insert into office.score_rule (evaluation, fiscal_year, rule, looks_at, target, effect, points) values
  ('self', 2024, 'spent under 80', 'execution', '>= 80%', 'cap', 89);

insert into office.program_evaluation (program_id, fiscal_year, evaluation, evaluator) values
  ('lights', 2024, 'finance', 'Budget office');
insert into office.indicator (program_id, fiscal_year, evaluation, indicator_id, name, source, same_as) values
  ('lights', 2024, 'finance', 'lamps', 'Lamps replaced', 'same', 'self'),
  ('lights', 2024, 'finance', 'site', 'As found on the spot', 'measured', null);
insert into office.target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight) values
  ('lights', 2024, 'finance', 'lamps', '2024-01-01', null, 50),
  ('lights', 2024, 'finance', 'site', '2024-01-01', 'direct', 50);
insert into office.measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, score) values
  ('lights', 2024, 'finance', 'site', '2025-02-20', 60);
insert into office.evaluation_event (program_id, fiscal_year, evaluation, at, event) values
  ('lights', 2024, 'finance', '2025-03-01 12:00+00', 'closed');

set bpm.as_of = '2025-03-31';
select evaluation, round(tree_score, 2) as tree_score, cap::int as cap, round(score, 2) as score, rating, rank, counts
from office.evaluation_result where program_id = 'lights' order by rank;

select evaluation, score, self_score, rating from office.program_result where program_id = 'lights';

select u.unit_id, u.score, round(sum(p.weight * p.score) / sum(p.scored_weight), 8) as by_hand,
       round(u.score_sum / u.scored_weight, 8) as from_sums
from office.unit_result u
join office.program_result p using (unit_id, fiscal_year)
group by u.unit_id, u.score, u.score_sum, u.scored_weight;

insert into office.measurement (program_id, fiscal_year, indicator_id, as_of, withdrawn, reason)
select program_id, fiscal_year, indicator_id, as_of, recorded_at, 'counted twice'
from office.measurement
where (program_id, fiscal_year, indicator_id, as_of) = ('drains', 2024, 'cleaned', '2024-12-31');

select * from office.roll_forward(2024);

select view_name, keys from office.catalog order by sort;

select day, p.program_id, round(p.score, 2) as score
from unnest('{2024-06-30,2024-12-31,2025-03-31}'::date[]) day
cross join lateral office.program_result_at(day) p
where p.program_id = 'lights' and p.fiscal_year = 2024;

select severity, kind, program_id, item, detail from office.check_result
where fiscal_year = 2024 order by severity_rank, kind, program_id;

insert into office.program (program_id, fiscal_year, name, unit_id) values ('bridge', 2025, 'New bridge', 'works');

select office.apply_framework('bridge', 2025, 'self-evaluation') as indicators_and_groups;

select condition, detail from office.gate_faults('bridge', 2025, 'approved');

copy office.import_measurement (program_id, fiscal_year, indicator_id, as_of, actual) from stdin csv;
bridge,2025,quantity,2025-06-30,"1,234"
bridge,2025,quality,2025-06-30,"10,4702"
\.

select * from office.import_rows('measurement');

select row_no, reason from office.import_measurement;

drop schema office cascade;
