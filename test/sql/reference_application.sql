-- The statements of doc/application.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
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
insert into responsible (program_id, fiscal_year, from_day, person) values ('roofs', 2024, '2024-01-01', 'Ms Li');
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
-- two that are new, of which one was appraised
insert into program (program_id, fiscal_year, name, unit_id) values ('bridge', 2025, 'School bridge', 'education'),
    ('wells', 2025, 'Wells', 'health');
insert into stage_event (program_id, fiscal_year, at, stage, grade) values
    ('bridge', 2025, '2024-10-01', 'drafted', null), ('bridge', 2025, '2024-11-01', 'appraised', 'good');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('bridge', 2025, 'proposed', '2024-11-01', 5000), ('wells', 2025, 'proposed', '2024-11-01', 3000);

-- ===== What results do =============================================================================================

select place, rule, result, finding, effect, percent from application_rule order by place;

-- ===== Proposing a budget ==========================================================================================

select program_id, result, rule, effect, before, base, change, proposed, withheld
from propose_budget(2025, 20000, '2025 draft');
select program_id, why from proposal where scenario = '2025 draft' order by program_id;
select envelope, recaptured, available, proposed, unallocated from scenario where scenario = '2025 draft';

-- ===== From what was approved to what is proposed ===================================================================

select program_id, before, rebased, cut, merged, carried, short, growth, by_hand, proposed
from proposal where scenario = '2025 draft' order by program_id;
select program_id, left_over, carry_over, shared, recaptured
from proposal where scenario = '2025 draft' and left_over > 0 order by program_id;

-- ===== When there is less ==========================================================================================

select count(*) as programs from propose_budget(2025, 10000, '2025 lean');
select program_id, cut, short, proposed, short_by from proposal where scenario = '2025 lean' order by program_id;
select program_id, proposed from propose_budget(2025, 5000, '2025 too lean');

-- ===== Ceilings, and amounts by hand ===============================================================================

select program_id, effect, proposed, why
from propose_budget(2025, 20000, '2025 by units', ceilings => '{"education": 15000}',
    lines => '{"office": {"amount": 800, "reason": "letters of last year"}}')
where program_id in ('library', 'office', 'roofs');

-- ===== Rules of one's own ==========================================================================================

insert into application_rule (fiscal_year, rule, place, result, scope, effect, percent)
values (2025, 'poor', 60, 'poor', null, 'cancelled', null);
select program_id, rule, effect, proposed from propose_budget(2025, 20000, '2025 strict') where program_id = 'roofs';
delete from application_rule where fiscal_year = 2025;

-- ===== Answers ======================================================================================================

insert into proposal_answer (program_id, fiscal_year, scenario, kind, text, recorded_by)
values ('roofs', 2025, '2025 draft', 'answer', 'the builder went bankrupt in June', 'ms_li');
insert into proposal_answer (program_id, fiscal_year, scenario, kind, text)
values ('roofs', 2025, '2025 draft', 'accepted', 'the roofs that are left are paid in full next year');
select responsible, proposed, answer_kind, answer from scenario_result
where scenario = '2025 draft' and program_id = 'roofs';

-- ===== Accepting one ================================================================================================

update application_rule set percent = 40 where rule = 'poor';
select * from accept_budget('2025 draft');
update application_rule set percent = 50 where rule = 'poor';
select * from accept_budget('2025 draft', 'council of 20 December');
select program_id, kind, amount, source, from_year from budget_entry
where fiscal_year = 2025 and source is not null order by kind, program_id;

-- ===== Taking it back ===============================================================================================

select * from take_back_budget(2025, 'the wrong scenario was put to the vote');
select event, scenario, reason from scenario_event order by n;

set client_min_messages = warning;
drop schema budget cascade;
