-- The statements of doc/findings.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
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
    ('wells', 2023, 'Wells', 'water');
insert into program_evaluation (program_id, fiscal_year, evaluation)
select program_id, fiscal_year, 'finance' from program;

insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, recommendation, severity, owner, due,
                     withheld, at) values
    ('roofs', 2023, 'F1', 'finance', 'Two roofs leak', 'Mend them', 'high', 'Education', '2024-06-30', 50000,
     '2024-03-01'),
    ('meals', 2023, 'F1', 'finance', 'Meals are counted twice', 'Count once', 'low', 'Ms Chen', '2024-04-30', 0,
     '2024-03-15'),
    ('wells', 2023, 'F1', 'finance', 'One well is dry', 'Dig deeper', 'medium', 'Water station', '2024-09-30', 8000,
     '2024-03-15');

insert into finding_event (program_id, fiscal_year, finding_id, event, evidence, at, recorded_by)
values ('roofs', 2023, 'F1', 'rectified', 'https://county.example/roofs.jpg', '2024-05-10', 'ms_li');

insert into finding_event (program_id, fiscal_year, finding_id, event, at, recorded_by)
values ('roofs', 2023, 'F1', 'accepted', '2024-05-20', 'ms_li');

insert into finding_event (program_id, fiscal_year, finding_id, event, at, recorded_by)
values ('roofs', 2023, 'F1', 'accepted', '2024-05-20', 'finance_office');
insert into finding_event (program_id, fiscal_year, finding_id, event, due, reason, at)
values ('wells', 2023, 'F1', 'postponed', '2024-12-31', 'The drill comes in November', '2024-09-01');

select program_id, finding_id, status, since, due, overdue, days_overdue, withheld, released, owner
from finding_result_at('2024-10-15') order by program_id;

select unit_id, findings, open_findings, rectified_findings, overdue_findings, withheld, released
from unit_finding_at('2024-10-15') order by unit_id;

select * from gate_faults('meals', 2023, 'rectified', '2024-10-15');

reset search_path;
set client_min_messages = warning;
drop schema county cascade;
