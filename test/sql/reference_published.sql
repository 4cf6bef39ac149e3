-- The statements of doc/open-data.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;
select bpm.create_model('town');
set search_path = town;
update setting set currency = 'EUR', suppress_below = 2;
insert into unit (unit_id, parent_id, name) values ('town', null, 'The town'), ('works', 'town', 'Works'),
  ('school', 'town', 'Schools');
insert into function_code (function_id, name) values ('045', 'Transport'), ('091', 'Primary education');
insert into program (program_id, fiscal_year, name, unit_id, function_id) values
  ('lights', 2024, 'Street lights', 'works', '045'), ('drains', 2024, 'Clean drains', 'works', '045'),
  ('meals', 2024, 'School meals', 'school', '091');
insert into responsible (program_id, fiscal_year, from_day, person) values ('lights', 2024, '2024-01-01', 'N. N.');
insert into indicator (program_id, fiscal_year, indicator_id, name) values
  ('lights', 2024, 'lamps', 'Lamps replaced'), ('lights', 2024, 'dark', 'Streets without light'),
  ('drains', 2024, 'cleaned', 'Drains cleaned'), ('meals', 2024, 'meals', 'Meals served');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
  ('lights', 2024, 'lamps',   '2024-01-01', '>= 400 [lamps]', 60),
  ('lights', 2024, 'dark',    '2024-01-01', '<= 5 [streets]', 40),
  ('drains', 2024, 'cleaned', '2024-01-01', '>= 200 [drains]', 100),
  ('meals',  2024, 'meals',   '2024-01-01', '>= 5000 [meals]', 100);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
  ('lights', 2024, 'lamps', '2024-12-31', 400), ('lights', 2024, 'dark', '2024-12-31', 6),
  ('drains', 2024, 'cleaned', '2024-12-31', 170), ('meals', 2024, 'meals', '2024-12-31', 5200);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
  ('lights', 2024, 'proposed', '2023-10-01', 90000), ('lights', 2024, 'approved', '2024-01-10', 80000),
  ('lights', 2024, 'executed', '2024-11-30', 60000), ('drains', 2024, 'approved', '2024-01-10', 20000),
  ('drains', 2024, 'executed', '2024-11-30', 20000), ('meals', 2024, 'approved', '2024-01-10', 50000),
  ('meals', 2024, 'executed', '2024-11-30', 50000);

select publish(2024, as_of => '2025-04-30');

select program_id, budget, executed, round(score, 2) as score, round(coverage) as coverage, rating, responsible
from published_result where is_latest = 1 order by program_id;

select program_id, item, target, round(actual) as actual, share::numeric(3,2) as share, score, contribution, loss
from published_contribution where program_id = 'lights' and is_latest = 1 order by item;

select unit_id, suppressed, programs, budget, round(score, 2) as score, rating
from unit_total where is_latest = 1 order by unit_id;

create role regress_citizen;
create schema open_books;
create materialized view open_books.program as select * from town.published_result where is_latest = 1;
create materialized view open_books.contribution as select * from town.published_contribution where is_latest = 1;
grant usage on schema open_books to regress_citizen;
grant select on open_books.program, open_books.contribution to regress_citizen;

set role regress_citizen;
select program_id, rating from open_books.program order by program_id;
select program_id, rating from town.published_result;
reset role;

copy (select * from datapackage_budget('2024 effective')) to stdout (format csv, header, encoding 'UTF8');

select package ->> 'profile' as profile, package ->> 'name' as name, package #>> '{fiscalPeriod,end}' as year_end,
       package #>> '{model,measures,amount,currency}' as currency
from datapackage('2024 effective') package;

select r ->> 'path' as path, r ->> 'bytes' as bytes, left(r ->> 'hash', 15) as hash, r #>> '{schema,primaryKey}' as primary_key
from jsonb_array_elements(datapackage('2024 effective') -> 'resources') r where r ->> 'name' <> 'rules';

drop schema open_books cascade;
drop role regress_citizen;
drop schema town cascade;
