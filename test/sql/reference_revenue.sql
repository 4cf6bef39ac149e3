-- The statements of doc/revenue.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;

select bpm.create_model('district');
set search_path = district, public;
set bpm.as_of = '2021-12-31';

insert into unit (unit_id, name) values ('district', 'District');
insert into revenue_type (revenue_type, name, is_tax) values
  ('vat', 'VAT', true), ('cit', 'Corporate income tax', true), ('property', 'Property tax', true);
insert into program (program_id, fiscal_year, name, unit_id, nature, revenue_type)
select k, y, k, 'district', 'revenue', k
from unnest('{vat,cit,property,tax,nontax,transfer}'::text[]) k, unnest('{2020,2021}'::int[]) y;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
  ('vat', 2020, 'executed', '2020-12-31', 13950),   ('vat', 2021, 'executed', '2021-12-31', 17585),
  ('cit', 2020, 'executed', '2020-12-31', 564),     ('cit', 2021, 'executed', '2021-12-31', 850),
  ('property', 2020, 'executed', '2020-12-31', 2782), ('property', 2021, 'executed', '2021-12-31', 3800),
  ('tax', 2021, 'executed', '2021-12-31', 11150),   ('nontax', 2021, 'executed', '2021-12-31', 18000),
  ('transfer', 2021, 'executed', '2021-12-31', 9000),
  ('vat', 2021, 'approved', '2021-01-15', 18835),   ('cit', 2021, 'approved', '2021-01-15', 600),
  ('property', 2021, 'approved', '2021-01-15', 2800), ('tax', 2021, 'approved', '2021-01-15', 11150),
  ('nontax', 2021, 'approved', '2021-01-15', 18000);
insert into program (program_id, fiscal_year, name, unit_id) values ('schools', 2021, 'Schools', 'district');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
  ('schools', 2021, 'approved', '2021-01-15', 70000), ('schools', 2021, 'received', '2021-02-15', 66500),
  ('schools', 2021, 'executed', '2021-12-31', 64000);

select tax_collected, own_collected, tax_share, spent, self_sufficiency, concentration
from revenue_result where unit_id = 'district' and fiscal_year = 2021;

select revenue_type, planned, collected, collection_rate, growth, over_collected, reason
from revenue_kind_result where unit_id = 'district' and fiscal_year = 2021 order by revenue_type;

insert into indicator (program_id, fiscal_year, indicator_id, name, source, numerator, denominator, ratio_as) values
  ('schools', 2021, 'funds in place', 'Received over budget', 'ratio', 'received', 'budget', 'percent'),
  ('schools', 2021, 'unit cost', 'Spent for a pupil', 'ratio', 'executed', 'indicator pupils', 'value'),
  ('schools', 2021, 'growth', 'Growth of spending', 'ratio', 'executed', 'executed last year', 'change'),
  ('schools', 2021, 'own share', 'Own revenue over spending', 'ratio', 'own revenue', 'expenditure', 'percent');
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('schools', 2021, 'pupils', 'Pupils');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
  ('schools', 2021, 'funds in place', '2021-01-01', '>= 100%', 50), ('schools', 2021, 'unit cost', '2021-01-01', '<= 4', 50),
  ('schools', 2021, 'pupils', '2021-01-01', null, 0);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
  ('schools', 2021, 'pupils', '2021-09-01', 16000);

select indicator_id, actual, score, figure_reason
from indicator_result where source = 'ratio' order by indicator_id;

select indicator_id, numerator, denominator, rate, pefa_grade, reason
from pefa_result where fiscal_year = 2021 order by indicator_id;

insert into program (program_id, fiscal_year, name, unit_id) values
  ('schools', 2019, 'Schools', 'district'), ('schools', 2020, 'Schools', 'district');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
  ('schools', 2019, 'approved', '2019-01-15', 60000), ('schools', 2019, 'executed', '2019-12-31', 62000),
  ('schools', 2020, 'approved', '2020-01-15', 65000), ('schools', 2020, 'executed', '2020-12-31', 58000);

select fiscal_year, rate, rate_before, rate_before_2, pefa_points, pefa_grade, reason
from pefa_result where indicator_id = 'PI-1.1' order by fiscal_year;

reset search_path;
reset bpm.as_of;
drop schema district cascade;
