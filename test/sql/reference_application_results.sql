-- The statements of doc/application-results.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
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
insert into program (program_id, fiscal_year, name, unit_id, lifecycle_id) values
    ('roofs', 2024, 'School roofs', 'education', 'basic'), ('teachers', 2024, 'Teachers', 'education', 'basic'),
    ('library', 2024, 'School library', 'education', 'basic'), ('clinics', 2024, 'Clinics', 'health', 'basic'),
    ('office', 2024, 'Health office', 'health', 'basic');
insert into responsible (program_id, fiscal_year, from_day, person) values ('roofs', 2024, '2024-01-01', 'Ms Li'),
    ('office', 2024, '2024-01-01', 'Mr Zhao');
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
-- two of the roofs leak, and 600 hang on that
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('roofs', 2024, 'finance');
insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, severity, owner, due, withheld, at,
                     recorded_at)
values ('roofs', 2024, 'F1', 'finance', 'Two roofs leak', 'high', 'Education', '2025-06-30', 600, '2025-02-01',
        '2025-02-01');
select publish(2024, as_of => '2025-03-31') as published;
-- the next year: fewer roofs, and a bridge that was appraised
select * from roll_forward(2024, 'roofs');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('roofs', 2025, 'mended', '2025-01-01', '>= 18');
insert into program (program_id, fiscal_year, name, unit_id) values ('bridge', 2025, 'School bridge', 'education');
insert into stage_event (program_id, fiscal_year, at, stage, grade) values
    ('bridge', 2025, '2024-10-01', 'drafted', null), ('bridge', 2025, '2024-11-01', 'appraised', 'good');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('bridge', 2025, 'proposed', '2024-11-01', 5000);
select count(*) as programs from propose_budget(2025, 20000, '2025 draft');
select count(*) as entered from accept_budget('2025 draft');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select program_id, 2025, 'approved', '2025-04-15', proposed from proposal where scenario = '2025 draft';

-- ===== Money that is held back =====================================================================================

select program_id, finding_id, withheld, released, held, released_on, due, status, reason, rule
from withheld_result_at('2025-04-30') order by program_id;

insert into finding_event (program_id, fiscal_year, finding_id, event, evidence, at, recorded_by)
values ('roofs', 2024, 'F1', 'rectified', 'https://county.example/roofs.jpg', '2025-05-10', 'ms_li');
insert into finding_event (program_id, fiscal_year, finding_id, event, at, recorded_by)
values ('roofs', 2024, 'F1', 'accepted', '2025-05-20', 'finance_office');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
values ('office', 2025, 'letters', '2025-06-30', 76);
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
values ('office', 2025, 'self', '2025-06-30', 'closed');

select program_id, finding_id, withheld, released, held, released_on, status
from withheld_result_at('2025-06-30') order by program_id;

select unit_id, programs, held_programs, withheld, released, held
from unit_withheld_at('2025-05-31') order by unit_id;

insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
values ('office', 2025, 'executed', '2025-05-15', 100);

select program_id, kind, item, detail from check_result_at('2025-05-31')
where kind in ('spends what is withheld', 'approved more than accepted');

-- ===== What results did, program by program ========================================================================

select program_id, result, rule, effect, approved_before as before, approved_after as after, change, cut, growth, moved,
       held, against_result as against, responsible
from application_program_at('2025-05-31') where fiscal_year = 2025 order by program_id;

-- ===== Whether the moved money did better ==========================================================================

insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('roofs', 2025, 'mended', '2025-12-31', 18), ('clinics', 2025, 'open', '2025-12-31', 76),
    ('teachers', 2025, 'lessons', '2025-12-31', 86), ('library', 2025, 'lent', '2025-12-31', 70);
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('bridge', 2025, 'built', 'Meters built');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
    ('bridge', 2025, 'built', '2025-01-01', '>= 50', 100);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('bridge', 2025, 'built', '2025-12-31', 45);
select publish(2025, as_of => '2026-04-30') as published;

select result, programs, moved_away, away_score, away_next_score, moved_to, to_score, to_next_score, against_results
from application_result_at('2026-04-30') where fiscal_year = 2025 order by result_rank nulls last, result;

select sum(moved_away) as moved, round(sum(away_sum) / sum(away_scored), 2) as had_scored,
       round(sum(away_next_sum) / sum(away_next_scored), 2) as scored_then, sum(moved_to) as moved_to,
       round(sum(to_next_sum) / sum(to_next_scored), 2) as those_scored
from application_result_at('2026-04-30') where fiscal_year = 2025;

reset search_path;
set client_min_messages = warning;
drop schema budget cascade;
