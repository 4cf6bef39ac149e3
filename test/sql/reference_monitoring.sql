-- The statements of doc/monitoring.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;
select bpm.create_model('county');
insert into county.unit (unit_id, parent_id, name) values
  ('county', null, 'The county'), ('education', 'county', 'Education'), ('health', 'county', 'Health'),
  ('water', 'county', 'Water station');
insert into county.program (program_id, fiscal_year, name, unit_id) values
  ('teachers', 2024, 'Teachers', 'education'), ('roofs', 2024, 'School roofs', 'education'),
  ('meals', 2024, 'School meals', 'education'), ('clinics', 2024, 'Clinics', 'health'),
  ('irrigation', 2024, 'Irrigation', 'water');
insert into county.responsible (program_id, fiscal_year, from_day, person) values
  ('irrigation', 2024, '2024-01-01', 'Mr Wang'), ('clinics', 2024, '2024-01-01', 'Dr Zhou');
insert into county.budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
  ('teachers', 2024, 'approved', '2024-01-01', 12000), ('teachers', 2024, 'executed', '2024-07-31', 6930),
  ('roofs', 2024, 'approved', '2024-01-01', 20000),
  ('meals', 2024, 'approved', '2024-01-01', 1200), ('meals', 2024, 'executed', '2024-03-31', 300),
  ('meals', 2024, 'executed', '2024-06-30', 300), ('meals', 2024, 'executed', '2024-07-31', 50),
  ('meals', 2024, 'executed', '2024-09-30', 200),
  ('clinics', 2024, 'approved', '2024-01-01', 4000), ('clinics', 2024, 'executed', '2024-07-31', 1600),
  ('irrigation', 2024, 'approved', '2024-01-01', 10000), ('irrigation', 2024, 'executed', '2024-07-31', 3000);
-- The roofs plan nothing before September. Of the meals' 100 a month, 50 are moved in July from July to December.
insert into county.budget_entry (program_id, fiscal_year, kind, month, entry_date, amount, recorded_at) values
  ('roofs', 2024, 'planned', 9, '2024-01-01', 8000, '2024-01-01 12:00'),
  ('roofs', 2024, 'planned', 10, '2024-01-01', 5000, '2024-01-01 12:00'),
  ('roofs', 2024, 'planned', 11, '2024-01-01', 4000, '2024-01-01 12:00'),
  ('roofs', 2024, 'planned', 12, '2024-01-01', 3000, '2024-01-01 12:00'),
  ('meals', 2024, 'planned', 7, '2024-07-20', -50, '2024-07-20 12:00'),
  ('meals', 2024, 'planned', 12, '2024-07-20', 50, '2024-07-20 12:00');
insert into county.budget_entry (program_id, fiscal_year, kind, month, entry_date, amount, recorded_at)
select 'meals', 2024, 'planned', n, '2024-01-01', 100, '2024-01-01 12:00' from generate_series(1, 12) n;
insert into county.indicator (program_id, fiscal_year, indicator_id, name, moves, unit_of_measure) values
  ('teachers', 2024, 'posts', 'Posts filled', 'level', null), ('roofs', 2024, 'mended', 'Roofs mended', 'cumulative', null),
  ('meals', 2024, 'cost', 'Cost of a meal', 'rate', null), ('clinics', 2024, 'visits', 'Visits', 'cumulative', null),
  ('irrigation', 2024, 'area', 'Area', 'cumulative', 'ha');
insert into county.target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
  ('teachers', 2024, 'posts', '2024-01-01', '>= 98%', 100), ('roofs', 2024, 'mended', '2024-01-01', '>= 40', 100),
  ('meals', 2024, 'cost', '2024-01-01', '<= 2.5', 100), ('clinics', 2024, 'visits', '2024-01-01', '>= 40000', 100),
  ('irrigation', 2024, 'area', '2024-01-01', '>= 1000 [ha]', 100);
insert into county.measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
  ('teachers', 2024, 'posts', '2024-06-30', 98), ('meals', 2024, 'cost', '2024-06-30', 2.4),
  ('clinics', 2024, 'visits', '2024-03-31', 10500),
  ('irrigation', 2024, 'area', '2024-06-30', 250), ('irrigation', 2024, 'area', '2024-07-31', 300);

set bpm.as_of = '2024-07-31';
select program_id, colour, budget_colour as money, target_colour as results, round(budget_pace, 2) as budget_pace,
       round(target_pace, 2) as target_pace, round(pace_gap, 2) as gap, responsible
from county.monitor_result where fiscal_year = 2024 order by colour_rank, budget desc;

select program_id, unnest(string_to_array(reason, '; ')) as because
from county.monitor_result where program_id in ('irrigation', 'clinics', 'roofs') and fiscal_year = 2024
order by colour_rank, budget desc;

begin;
insert into county.monitor_rule (program_id, fiscal_year, red_below, yellow_below)
values ('irrigation', 2024, 40, 70);
select colour, budget_colour from county.monitor_result where program_id = 'irrigation' and fiscal_year = 2024;
rollback;

select program_id, actual::int as actual, round(expected, 2) as expected, round(needed_per_month, 2) as needed,
       round(best_per_month, 2) as best, round(needed_times, 2) as times, unreachable
from county.indicator_monitor where fiscal_year = 2024 and colour = 'red';

select unit_id, programs, budget, red_share as red, yellow_share as yellow, green_share as green, other_share as other,
       executed, round(expected, 2) as expected, round(budget_pace, 2) as pace
from county.unit_monitor where fiscal_year = 2024 order by budget desc;

begin;
select expected::int as expected, round(budget_pace, 2) as pace from county.monitor_result
where program_id = 'meals' and fiscal_year = 2024;
update county.setting set plan_lock = 'newest';
select expected::int as expected, round(budget_pace, 2) as pace from county.monitor_result
where program_id = 'meals' and fiscal_year = 2024;
rollback;

insert into county.indicator_plan (program_id, fiscal_year, indicator_id, month, valid_from, planned) values
  ('irrigation', 2024, 'area', 5, '2024-01-01', 100), ('irrigation', 2024, 'area', 10, '2024-01-01', 900),
  ('irrigation', 2024, 'area', 12, '2024-01-01', 1000);
select actual::int as actual, expected::int as expected, round(pace, 2) as pace, colour
from county.indicator_monitor where program_id = 'irrigation' and fiscal_year = 2024;

select d.day, i.figure_due, i.days_late, round(i.pace, 2) as pace, i.colour
from (values (date '2024-06-30'), ('2024-07-30'), ('2024-08-29')) d (day)
cross join lateral county.indicator_monitor_at(d.day) i
where i.program_id = 'clinics' and i.fiscal_year = 2024 order by d.day;

select quarters, equal_quarters, changed_quarters, changed_to_actual, equal_share
from county.plan_follows_actual_at('2024-09-30') where program_id = 'meals' and fiscal_year = 2024;

select program_id, severity, kind, detail from county.check_result
where fiscal_year = 2024 and kind like '%plan%' order by program_id, kind;

drop schema county cascade;
