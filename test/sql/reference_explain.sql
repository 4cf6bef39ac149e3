-- The statements of doc/explain.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
set timezone = 'UTC';
\set SHOW_CONTEXT never
create extension if not exists bpm;
select bpm.create_model('county');
set search_path = county, public;
update setting set totals_required = false;
delete from stage_gate;

insert into unit (unit_id, parent_id, name) values ('county', null, 'County'), ('education', 'county', 'Education'),
    ('water', 'county', 'Water station');
insert into program (program_id, fiscal_year, name, unit_id)
select p, y, n, u
from (values ('pipes', 'Pipes', 'water'), ('roofs', 'School roofs', 'education')) v (p, n, u),
     generate_series(2021, 2022) y;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('pipes', 2021, 'approved', '2021-01-01', 10000), ('roofs', 2021, 'approved', '2021-01-01', 20000),
    ('pipes', 2022, 'approved', '2022-01-01', 30000), ('roofs', 2022, 'approved', '2022-01-01', 20000),
    ('pipes', 2021, 'executed', '2021-11-01', 10000), ('pipes', 2022, 'executed', '2022-11-01', 28000),
    ('roofs', 2021, 'executed', '2021-11-01', 19000), ('roofs', 2022, 'executed', '2022-11-01', 12000);
insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source, unit_of_measure) values
    ('pipes', 2021, 'laid', null, 'Pipes laid', 'measured', 'km'),
    ('pipes', 2022, 'laid', null, 'Pipes laid', 'measured', 'km'),
    ('roofs', 2021, 'repaired', null, 'Roofs repaired', 'measured', 'roofs'),
    ('roofs', 2021, 'schools', null, 'What the schools say', 'measured', '%'),
    ('roofs', 2022, 'repaired', null, 'Roofs repaired', 'measured', 'roofs'),
    ('roofs', 2022, 'schools', null, 'What the schools say', 'measured', '%'),
    ('roofs', 2022, 'tight', null, 'Roofs still tight', 'measured', '%');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
    ('pipes', 2021, 'laid', '2021-01-01', '>= 100 [km]', 100),
    ('pipes', 2022, 'laid', '2022-01-01', '>= 120 [km]', 100),
    ('roofs', 2021, 'repaired', '2021-01-01', '>= 40 [roofs]', 60),
    ('roofs', 2021, 'schools', '2021-01-01', '>= 90 %', 40),
    ('roofs', 2022, 'repaired', '2022-01-01', '>= 36 [roofs]', 50),
    ('roofs', 2022, 'schools', '2022-01-01', '>= 90 %', 30), ('roofs', 2022, 'tight', '2022-01-01', '>= 95 %', 20);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('pipes', 2021, 'laid', '2021-12-31', 80), ('pipes', 2022, 'laid', '2022-12-31', 90),
    ('roofs', 2021, 'repaired', '2021-06-30', 20), ('roofs', 2021, 'repaired', '2021-12-31', 36), ('roofs', 2022, 'repaired', '2022-12-31', 36),
    ('roofs', 2022, 'schools', '2022-12-15', 81);
insert into score_rule (evaluation, fiscal_year, rule, looks_at, target, effect, points)
values ('self', 2022, 'spent under 70', 'execution', '>= 70 %', 'cap', 69);
select publish(2021), publish(2022);

select item, target, actual, score, contribution, loss, reason from explain_score('roofs', '2022 effective');

select item, before, after, change, data, target
from explain_change('pipes', '2021 effective', '2022 effective');

select item, before, after, change, data, target, weight, tree, policy
from explain_change('roofs', '2021 effective', '2022 effective');

select program_id, score_before, score_after, change, data, target, weight, tree, policy
from explain_unit_change('county', '2021 effective', '2022 effective');

insert into publication_event (publication, event, reason)
values ('2022 effective', 'opened', 'six kilometres were counted in 2023');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
values ('pipes', 2022, 'laid', '2022-12-31', 96);
select item, before, after, change, data from explain_change('pipes', '2022 effective', 'today');

select item, before, after, change, data, policy from explain_change('roofs', '2021-12-30', '2021-12-31', 2021);

select * from explain_change('canals', '2021 effective', '2022 effective');

reset search_path;
drop schema county cascade;
