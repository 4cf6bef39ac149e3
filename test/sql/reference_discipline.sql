-- The statements of doc/targets-worth-having.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
set timezone = 'UTC';
\set SHOW_CONTEXT never
create extension if not exists bpm;
select bpm.create_model('county');
set search_path = county, public;

insert into unit (unit_id, name) values ('water', 'Water station');
insert into program (program_id, fiscal_year, name, unit_id)
select 'irrigation', y, 'Irrigation', 'water' from generate_series(2020, 2026) y;
insert into indicator (program_id, fiscal_year, indicator_id, name, source, unit_of_measure, sort)
select 'irrigation', y, i, name, source, unit, n
from generate_series(2020, 2026) y,
     (values (1, 'execution', 'Budget executed', 'budget', '%'), (2, 'hectares', 'Irrigated', 'measured', 'ha'),
             (3, 'tons', 'Harvest', 'measured', 't')) i (n, i, name, source, unit);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select 'irrigation', 2019 + n, i, make_date((2019 + n)::integer, 12, 31), v
from (values ('hectares', array[700, 720, 760, 780, 900, 940]),
             ('tons', array[15000, 14000, 16000, 16500, 17000, 18000])) f (i, years),
     unnest(f.years) with ordinality s (v, n);
insert into stage_event (program_id, fiscal_year, at, stage) values
    ('irrigation', 2026, '2025-10-08 09:00', 'drafted'), ('irrigation', 2026, '2025-12-01 09:00', 'targeted');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
    ('irrigation', 2026, 'execution', '2026-01-01', null, 10),
    ('irrigation', 2026, 'hectares', '2026-01-01', '>= 900 [ha]', 50),
    ('irrigation', 2026, 'tons', '2026-01-01', '>= 20000 [t]', 40);
set bpm.as_of = '2026-01-05';
select indicator_id, last_actual, target, need, steps, steps_as_large, class
from target_check where fiscal_year = 2026 order by indicator_id;

select indicator_id, finding from target_check where fiscal_year = 2026 order by indicator_id;

insert into stage_event (program_id, fiscal_year, at, stage, grade)
values ('irrigation', 2026, '2026-01-05 09:00', 'reviewed', 'good');

insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('irrigation', 2026, 'hectares', '2026-01-01', '>= 1000 [ha]');
insert into stage_event (program_id, fiscal_year, at, stage, grade)
values ('irrigation', 2026, '2026-01-05 09:00', 'reviewed', 'good');

insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('irrigation', 2026, 'approved', '2026-01-20', 10000);
insert into stage_event (program_id, fiscal_year, at, stage) values
    ('irrigation', 2026, '2026-01-20 18:00', 'approved'), ('irrigation', 2026, '2026-02-01 09:00', 'executing');

insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('irrigation', 2026, 'hectares', '2026-09-10', '>= 800 [ha]');

select * from adjust_program('irrigation', 2026, 'A-2', 'decision of the county of 8 September',
    'the reservoir is a year late', amount => -2000, targets => '{"hectares": ">= 800 [ha]"}', on_day => '2026-09-10');

select * from adjust_program('irrigation', 2026, 'A-3', 'decision of the county of 8 September', 'rain',
    targets => '{"hectare": ">= 700 [ha]"}');

insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('irrigation', 2026, 'hectares', '2026-12-31', 800), ('irrigation', 2026, 'tons', '2026-12-31', 19000);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('irrigation', 2026, 'executed', '2026-12-20', 8000);
set bpm.as_of = '2026-12-31';
select approved_score, last_score, drift, approved_execution, last_execution, revisions, on_actual
from target_drift where fiscal_year = 2026;

select revision, indicator_id, kind, target_before, target_after, amount, lands_on_actual, procedure, reason
from revision_result where fiscal_year = 2026 order by revision;

select indicator_id, share, approved_score, gain, round(needed_score, 2) as needed_score, next_rating
from gain_result where fiscal_year = 2026 order by gain_rank, indicator_id;

select approved_score, gain, so_far, next_rating, round(points_needed, 3) as points_needed, nearest_indicator_id
from gain_program_result where fiscal_year = 2026;

reset search_path;
set client_min_messages = warning;
drop schema county cascade;
