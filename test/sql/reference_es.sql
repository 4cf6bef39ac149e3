-- The statements of doc/four-es.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;

select bpm.create_model('es');
set search_path = es, public;
set bpm.as_of = '2025-06-30';
insert into unit (unit_id, parent_id, name) values ('county', null, 'County'), ('health', 'county', 'Health'), ('works', 'county', 'Works');
insert into program (program_id, fiscal_year, name, unit_id) values
  ('clinics', 2024, 'Rural clinics', 'health'), ('roofs', 2024, 'School roofs', 'works');
insert into indicator (program_id, fiscal_year, indicator_id, name, dimension, unit_of_measure, source, buys) values
  ('clinics', 2024, 'execution', 'Budget execution', 'execution', null, 'budget', false),
  ('clinics', 2024, 'output', 'Clinics served', 'quantity', 'clinics', 'measured', true),
  ('roofs', 2024, 'execution', 'Budget execution', 'execution', null, 'budget', false),
  ('roofs', 2024, 'output', 'Roofs repaired', 'quantity', 'roofs', 'measured', true);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
  ('clinics', 2024, 'execution', '2024-01-01', null, 10), ('clinics', 2024, 'output', '2024-01-01', '>= 80', 90),
  ('roofs', 2024, 'execution', '2024-01-01', null, 10), ('roofs', 2024, 'output', '2024-01-01', '>= 40', 90);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
  ('clinics', 2024, 'output', '2024-12-31', 80), ('roofs', 2024, 'output', '2024-12-31', 22);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
  ('clinics', 2024, 'approved', '2024-01-10', 4000), ('clinics', 2024, 'executed', '2024-12-01', 3200),
  ('roofs', 2024, 'approved', '2024-01-10', 20000), ('roofs', 2024, 'executed', '2024-12-01', 12000);

select program_id, promised::int, reached::int, unspent, not_delivered, saved, credited, round(economy, 2) as economy from saving_result;

select program_id, actual::numeric(6,2) as execution from indicator_result where indicator_id = 'execution';
update setting set execution = 'spent';
select program_id, actual::numeric(6,2) as execution from indicator_result where indicator_id = 'execution';
update setting set execution = 'credited';

insert into program (program_id, fiscal_year, name, unit_id) values
  ('north', 2024, 'Office north', 'works'), ('south', 2024, 'Office south', 'works'), ('east', 2024, 'Office east', 'works');
insert into indicator (program_id, fiscal_year, indicator_id, name, unit_of_measure, buys)
select program_id, 2024, 'permits', 'Permits', 'permits', true from program where program_id in ('north', 'south', 'east');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
  ('north', 2024, 'permits', '2024-12-31', 300), ('south', 2024, 'permits', '2024-12-31', 200), ('east', 2024, 'permits', '2024-12-31', 500);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
  ('north', 2024, 'executed', '2024-12-01', 3000), ('south', 2024, 'executed', '2024-12-01', 4000), ('east', 2024, 'executed', '2024-12-01', 8000);

select program_id, round(unit_cost, 2) as unit_cost, round(efficiency, 2) as efficiency,
       round(constant_efficiency, 2) as constant_efficiency, change_reason, peer_reason
from efficiency_result order by program_id;

insert into breakdown (fiscal_year, breakdown, name, people) values (2024, 'hills', 'Hill villages', 12000), (2024, 'plain', 'The plain', 30000);
insert into indicator (program_id, fiscal_year, indicator_id, name, aspect, unit_of_measure) values
  ('clinics', 2024, 'visits', 'Visits by person', 'effectiveness', 'visits');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
  ('clinics', 2024, 'visits', '2024-01-01', '>= 2', 20);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, breakdown, actual) values
  ('clinics', 2024, 'visits', '2024-12-31', '', 1.7),
  ('clinics', 2024, 'visits', '2024-12-31', 'hills', 1), ('clinics', 2024, 'visits', '2024-12-31', 'plain', 2);

select breakdown, actual::numeric(4,1), people::int, group_score::numeric(5,2) from breakdown_result order by breakdown;
select groups, best::numeric(4,1), worst::numeric(4,1), gap::numeric(4,1), round(gini, 4) as gini, round(theil, 4) as theil from equity_result;

insert into indicator (program_id, fiscal_year, indicator_id, name, aspect, source, numerator, denominator, ratio_as) values
  ('clinics', 2024, 'gap', 'Gap in visits', 'equity', 'ratio', 'gap visits', '1', 'value');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
  ('clinics', 2024, 'gap', '2024-01-01', '<= 0.8', 10);

select unit_id, aspect, round(score, 2) as score, round(coverage, 2) as coverage, reason
from aspect_result where aspect <> 'none' order by unit_id, aspect;

reset search_path;
reset bpm.as_of;
drop schema es cascade;
