-- The statements of doc/scenarios.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
set timezone = 'UTC';
\set SHOW_CONTEXT never
create extension if not exists bpm;
select bpm.create_model('budget');
set search_path = budget, public;
update place set time_zone = 'UTC';
update setting set totals_required = false;
delete from stage_gate;

insert into unit (unit_id, parent_id, name) values ('county', null, 'County'), ('education', 'county', 'Education'),
    ('health', 'county', 'Health');
insert into program (program_id, fiscal_year, name, unit_id, lifecycle_id, function_id) values
    ('roofs', 2024, 'School roofs', 'education', 'basic', '205'),
    ('teachers', 2024, 'Teachers', 'education', 'basic', '205'),
    ('library', 2024, 'School library', 'education', 'basic', '205'),
    ('clinics', 2024, 'Clinics', 'health', 'basic', '210'), ('office', 2024, 'Health office', 'health', 'basic', null);
insert into responsible (program_id, fiscal_year, from_day, person) values ('roofs', 2024, '2024-01-01', 'Ms Li'),
    ('library', 2024, '2024-01-01', 'Mr Wu');
-- what the money of two of them buys; the others are judged by grades, and of the office nobody has measured anything
insert into indicator (program_id, fiscal_year, indicator_id, name, buys) values
    ('roofs', 2024, 'mended', 'Roofs mended', true), ('clinics', 2024, 'open', 'Clinics open', true),
    ('teachers', 2024, 'lessons', 'Lessons', false), ('library', 2024, 'lent', 'Books lent', false),
    ('office', 2024, 'letters', 'Letters answered', false);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
    ('roofs', 2024, 'mended', '2024-01-01', '>= 40', 100), ('clinics', 2024, 'open', '2024-01-01', '>= 80', 100),
    ('teachers', 2024, 'lessons', '2024-01-01', 'direct', 100), ('library', 2024, 'lent', '2024-01-01', 'direct', 100),
    ('office', 2024, 'letters', '2024-01-01', '>= 95%', 100);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('roofs', 2024, 'mended', '2024-12-31', 22), ('clinics', 2024, 'open', '2024-12-31', 80),
    ('teachers', 2024, 'lessons', '2024-12-31', 85), ('library', 2024, 'lent', '2024-12-31', 65);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('roofs', 2024, 'approved', '2024-01-02', 20000), ('roofs', 2024, 'executed', '2024-12-15', 12000),
    ('teachers', 2024, 'approved', '2024-01-02', 13400), ('teachers', 2024, 'executed', '2024-12-15', 13400),
    ('library', 2024, 'approved', '2024-01-02', 2000), ('library', 2024, 'executed', '2024-12-15', 2000),
    ('clinics', 2024, 'approved', '2024-01-02', 4000), ('clinics', 2024, 'executed', '2024-12-15', 3200),
    ('office', 2024, 'approved', '2024-01-02', 1000), ('office', 2024, 'executed', '2024-12-15', 1000);
select publish(2024, as_of => '2025-03-31') as published;
select * from roll_forward(2024, 'roofs');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('roofs', 2025, 'mended', '2025-01-01', '>= 18');
insert into program (program_id, fiscal_year, name, unit_id, function_id) values
    ('bridge', 2025, 'School bridge', 'education', '205');
insert into stage_event (program_id, fiscal_year, at, stage, grade) values
    ('bridge', 2025, '2024-10-01', 'drafted', null), ('bridge', 2025, '2024-11-01', 'appraised', 'good');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('bridge', 2025, 'proposed', '2024-11-01', 5000);

select count(*) from propose_budget(2025, 20000, 'draft');
select count(*) from propose_budget(2025, 14000, 'lean', ceilings => '{"education": 17000}');
select count(*) from propose_budget(2025, 20000, 'library', lines =>
    '{"library": {"amount": 2000, "reason": "the new building"}}');

-- ===== Side by side ================================================================================================

select scenario, envelope, recaptured, available, proposed, unallocated, programs, accepted
from scenario_total where fiscal_year = 2025 order by scenario;

select program_id, scenario, before, proposed, change, total, rule, effect, result, responsible
from scenario_result where scenario in ('draft', 'lean') order by program_id, scenario;

-- ===== By unit and function ========================================================================================

select tree, id, programs, before, proposed, total, ceiling, room, cut_programs, short_programs
from scenario_node where scenario = 'lean' order by tree, id;

-- ===== Where the money comes from and goes =========================================================================

select side, item, amount, programs, what from scenario_flow where scenario = 'lean' and amount <> 0 order by sort;

select side, sum(amount) as amount from scenario_flow where scenario = 'lean' group by side order by min(sort);

-- ===== Two of them =================================================================================================

select program_id, a_proposed, b_proposed, difference, change, by_ceiling, by_envelope, by_growth
from scenario_compare('draft', 'lean');

select program_id, difference, why from scenario_compare('draft', 'library');

select program_id, difference from scenario_compare('draft', 'leen');

-- ===== What it would take ==========================================================================================

select program_id, u.envelope, u.ceiling_unit, u.ceiling
from unnest('{library,office,bridge,teachers}'::text[]) p (program_id), uncut_envelope('lean', p.program_id) u;

select reason from uncut_envelope('lean', 'library');

select count(*) as programs from propose_budget(2025, 14500, 'enough', ceilings => '{"education": 19200}');
select count(*) as programs from propose_budget(2025, 14499.99, 'a cent less', ceilings => '{"education": 19200}');

select scenario, program_id, short, proposed from scenario_result
where scenario in ('enough', 'a cent less') and effect = 'cut' order by scenario desc, program_id;

set client_min_messages = warning;
drop schema budget cascade;
