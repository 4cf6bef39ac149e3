-- The statements of doc/history.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;
select bpm.create_model('bureau');
update bureau.setting set execution = 'spent';
insert into bureau.unit (unit_id, name) values ('works', 'Office of Works');
insert into bureau.program (program_id, fiscal_year, name, unit_id) values
  ('lights', 2024, 'Street lights', 'works'), ('lights', 2025, 'Street lights', 'works'),
  ('drains', 2025, 'Clean drains', 'works');
insert into bureau.indicator (program_id, fiscal_year, indicator_id, name)
select program_id, fiscal_year, i, n from bureau.program
join (values ('lights', 'lamps', 'Lamps replaced'), ('lights', 'dark', 'Streets without light'),
             ('drains', 'cleaned', 'Drains cleaned')) v (p, i, n) on p = program_id;
insert into bureau.target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select program_id, fiscal_year, indicator_id, make_date(fiscal_year, 1, 1),
       case indicator_id when 'lamps' then '>= 400' when 'dark' then '<= 5' else '>= 200' end::bpm.target,
       case indicator_id when 'lamps' then 60 when 'dark' then 40 else 100 end
from bureau.indicator;
insert into bureau.measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
  ('lights', 2024, 'lamps', '2024-04-30', 100), ('lights', 2024, 'dark', '2024-04-30', 5),
  ('lights', 2024, 'lamps', '2024-12-31', 400),
  ('lights', 2025, 'dark', '2025-02-28', 4), ('lights', 2025, 'lamps', '2025-03-31', 200),
  ('lights', 2025, 'lamps', '2025-05-31', 300), ('drains', 2025, 'cleaned', '2025-05-31', 120);
insert into bureau.budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
  ('lights', 2024, 'approved', '2024-01-10', 80000), ('lights', 2024, 'executed', '2024-04-30', 20000),
  ('lights', 2024, 'executed', '2024-11-30', 50000),
  ('lights', 2025, 'approved', '2025-01-10', 90000), ('lights', 2025, 'executed', '2025-03-31', 24000),
  ('lights', 2025, 'executed', '2025-05-31', 12000),
  ('drains', 2025, 'approved', '2025-01-10', 20000), ('drains', 2025, 'executed', '2025-05-20', 14000);
insert into bureau.responsible (program_id, fiscal_year, from_day, person) values
  ('lights', 2024, '2024-01-01', 'Ms Li'), ('lights', 2025, '2025-01-01', 'Ms Li'),
  ('lights', 2025, '2025-05-01', 'Mr Wang');

set bpm.as_of = '2025-06-30';
select name, score, low, high, pace, executed, budget, worst_reason from bureau.scorecard
where fiscal_year = 2025 order by name;

select kind, who, programs, budget, executed, round(score, 2) as score, covered_executed, covered_budget
from bureau.responsibility_result where fiscal_year = 2025 order by kind, who;

select month_end, executed, round(score, 2) as score, round(coverage) as coverage
from bureau.program_month where program_id = 'lights' and fiscal_year = 2025 order by month_end;

select month_end, programs, executed, execution_rate, round(score, 2) as score
from bureau.unit_month where fiscal_year = 2025 and month >= 5 order by month_end;

select id, day, day_before, executed, executed_before, executed_growth, round(score_change, 2) as score_change
from bureau.trend where grain = 'program' and fiscal_year = 2025 order by id;

select program_id, what, item, points, score_before, score, figure_before, figure
from bureau.changes_since('2025-03-31') where fiscal_year = 2025;

select program_id, what, item, points, rating_before, rating
from bureau.changes_since('2025-06-30', '2025-12-31') where program_id = 'lights' and fiscal_year = 2025;

drop schema bureau cascade;
