-- The statements of doc/monitoring-rounds.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
set timezone = 'UTC';
\set SHOW_CONTEXT never
create extension if not exists bpm;
select bpm.create_model('county');
set search_path = county, public;
update setting set totals_required = false;

insert into unit (unit_id, parent_id, name) values ('county', null, 'County'), ('education', 'county', 'Education'),
    ('water', 'county', 'Water station'), ('health', 'county', 'Health');
insert into program (program_id, fiscal_year, name, unit_id) values
    ('teachers', 2026, 'Teacher training', 'education'), ('irrigation', 2026, 'Irrigation', 'water'),
    ('roofs', 2026, 'School roofs', 'education'), ('clinics', 2026, 'Clinics', 'health');
insert into indicator (program_id, fiscal_year, indicator_id, name, moves, owner) values
    ('teachers', 2026, 'trained', 'Teachers trained', 'cumulative', 'Ms Chen'),
    ('irrigation', 2026, 'hectares', 'Irrigated', 'cumulative', 'Mr Sun'),
    ('roofs', 2026, 'repaired', 'Roofs repaired', 'cumulative', null),
    ('clinics', 2026, 'visits', 'Visits', 'cumulative', 'Dr Wu');
update indicator set due = '2026-12-31' where indicator_id = 'repaired';
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
    ('teachers', 2026, 'trained', '2026-01-01', '>= 1200', 90),
    ('irrigation', 2026, 'hectares', '2026-01-01', '>= 1000 [ha]', 90),
    ('roofs', 2026, 'repaired', '2026-01-01', '>= 40', 90), ('clinics', 2026, 'visits', '2026-01-01', '>= 24000', 90);
insert into responsible (program_id, fiscal_year, from_day, person) values
    ('teachers', 2026, '2026-01-01', 'Ms Chen'), ('irrigation', 2026, '2026-01-01', 'Mr Sun'),
    ('roofs', 2026, '2026-01-01', 'Mr Zhao'), ('clinics', 2026, '2026-01-01', 'Dr Wu');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('teachers', 2026, 'approved', '2026-01-01', 12000), ('teachers', 2026, 'executed', '2026-03-31', 2970),
    ('irrigation', 2026, 'approved', '2026-01-01', 10000), ('irrigation', 2026, 'executed', '2026-03-31', 2200),
    ('roofs', 2026, 'approved', '2026-01-01', 20000),
    ('clinics', 2026, 'approved', '2026-01-01', 4000), ('clinics', 2026, 'executed', '2026-03-31', 700);
insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount)
select 'roofs', 2026, 'planned', m, '2026-01-01', 5000 from generate_series(9, 12) m;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('teachers', 2026, 'trained', '2026-03-31', 300), ('irrigation', 2026, 'hectares', '2026-03-31', 240);
delete from stage_gate;
insert into stage_event (program_id, fiscal_year, at, stage, grade) values
    ('irrigation', 2026, '2025-10-08 09:00', 'drafted', null), ('irrigation', 2026, '2025-12-01 09:00', 'targeted', null),
    ('irrigation', 2026, '2025-12-10 09:00', 'reviewed', 'good'),
    ('irrigation', 2026, '2026-01-20 18:00', 'approved', null), ('irrigation', 2026, '2026-02-01 09:00', 'executing', null);

select * from monitor_round(2026, 'Q1', '2026-03-31', 'First quarter');

insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('teachers', 2026, 'executed', '2026-07-20', 3960), ('irrigation', 2026, 'executed', '2026-07-20', 800),
    ('clinics', 2026, 'executed', '2026-07-20', 1600);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('teachers', 2026, 'trained', '2026-07-31', 700), ('irrigation', 2026, 'hectares', '2026-07-31', 300);

set bpm.as_of = '2026-07-31';
select program_id, item, kind, colour, since, rounds, changed, answers from alert_result order by 1, 2, 3;

select * from monitor_round(2026, 'July', '2026-07-31');

select program_id, change, detail from round_change where round = 'July' and item = '' order by colour_rank, 1;

insert into deviation_answer (program_id, fiscal_year, round, item, cause, explanation, measure, measure_due,
                              year_end_estimate, likelihood, carry_over)
values ('irrigation', 2026, 'July', 'hectares', 'equipment', 'Two of five pumps are broken', 'Hire three pumps',
        '2026-09-15', 800, 'impossible', null),
       ('irrigation', 2026, 'July', '', 'equipment', 'As the hectares', null, null, 8000, 'impossible', 2000);

insert into deviation_answer (program_id, fiscal_year, round, item, cause)
values ('teachers', 2026, 'July', '', 'staff');

set bpm.as_of = '2026-09-30';
select program_id, item, kind, rounds, answered, cause, likelihood, measure, overdue_measure
from alert_result where program_id = 'irrigation' order by 2, 3;

select who, programs, unanswered_alerts from responsibility_result
where kind = 'person' order by unanswered_alerts desc, who;

select * from adjust_program('irrigation', 2026, 'A-2', 'decision of the county of 28 September',
    'the pumps cannot be mended this year', amount => -2000, targets => '{"hectares": ">= 800 [ha]"}',
    on_day => '2026-09-28', cause => 'equipment');

select * from suspend_program('irrigation', 2026, 'S-1', 'order of the county of 1 October', 'the canal is flooded',
    cause => 'other', on_day => '2026-10-02');

select budget_colour, stage, stage_since
from monitor_result_at('2026-10-31') join program_result_at('2026-10-31') using (program_id, fiscal_year)
where program_id = 'irrigation';

select * from resume_program('irrigation', 2026, 'S-2', 'order of the county of 10 November', 'the canal is dry',
    on_day => '2026-11-11');

-- 2024, as it was judged by itself
insert into program (program_id, fiscal_year, name, unit_id) values
    ('clinics', 2024, 'Clinics', 'health'), ('meals', 2024, 'Meals', 'health'), ('roofs', 2024, 'School roofs', 'education'),
    ('wells', 2024, 'Wells', 'water');
insert into indicator (program_id, fiscal_year, indicator_id, name, source, buys)
select p, 2024, i, initcap(i), s, b and p <> 'wells'
from unnest('{clinics,meals,roofs,wells}'::text[]) p,
     (values ('execution', 'budget', false), ('output', 'measured', true)) v (i, s, b);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select p, 2024, 'execution', date '2024-01-01', null::bpm.target, 10 from unnest('{clinics,meals,roofs,wells}'::text[]) p
union all
select p, 2024, 'output', '2024-01-01', bpm.target('>=', t), 90
from (values ('clinics', 80), ('meals', 12000), ('roofs', 40), ('wells', 30)) v (p, t);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('clinics', 2024, 'output', '2024-12-31', 80), ('meals', 2024, 'output', '2024-12-31', 12500),
    ('roofs', 2024, 'output', '2024-12-31', 22), ('wells', 2024, 'output', '2024-12-31', 30);
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
values ('meals', 2024, 'A-1', 'council', 'more children');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id) values
    ('clinics', 2024, 'approved', '2024-01-10', 4000, null), ('clinics', 2024, 'executed', '2024-11-30', 3200, null),
    ('meals', 2024, 'approved', '2024-01-10', 6000, null), ('meals', 2024, 'adjusted', '2024-09-01', 600, 'A-1'),
    ('meals', 2024, 'executed', '2024-11-30', 6270, null),
    ('roofs', 2024, 'approved', '2024-01-10', 20000, null), ('roofs', 2024, 'executed', '2024-11-30', 12000, null),
    ('wells', 2024, 'approved', '2024-01-10', 3000, null), ('wells', 2024, 'executed', '2024-11-30', 2400, null);
select program_id, round(indicator_points, 1) as points, round(execution_points, 1) as execution,
       round(excess, 2) as excess, round(unspent_rate, 2) as unspent, colour, reason
from self_alarm where fiscal_year = 2024 order by 1;

reset search_path;
set client_min_messages = warning;
drop schema county cascade;
