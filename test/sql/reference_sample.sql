-- The statements of doc/sample.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
set timezone = 'UTC';
\set SHOW_CONTEXT never
create extension if not exists bpm;
select bpm.create_model('county');
set search_path = county, public;
update setting set totals_required = false;

insert into unit (unit_id, parent_id, name) values ('county', null, 'County'), ('works', 'county', 'Works'),
    ('culture', 'county', 'Culture');
insert into program (program_id, fiscal_year, name, unit_id) values
    ('dam', 2026, 'Dam', 'works'), ('roads', 2026, 'Roads', 'works'), ('school', 2026, 'School', 'culture'),
    ('clinic', 2026, 'Clinic', 'works'), ('park', 2026, 'Park', 'culture'), ('museum', 2026, 'Museum', 'culture');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('dam', 2026, 'approved', '2026-01-01', 600), ('roads', 2026, 'approved', '2026-01-01', 300),
    ('school', 2026, 'approved', '2026-01-01', 250), ('clinic', 2026, 'approved', '2026-01-01', 200),
    ('park', 2026, 'approved', '2026-01-01', 150), ('museum', 2026, 'approved', '2026-01-01', 100);

select program_id, round(size, 2) as size, round(chance, 2) as chance, draw_order, selected, reason
from evaluation_sample(2026, 50, 'lottery 7-12-33', on_day => '2026-06-30');

select draw_sample(2026, 50, 'lottery 7-12-33', on_day => '2026-06-30');

select draw_sample(2026, 50, 'lottery 1-2-3', on_day => '2026-06-30');

select d.n, d.seed, m.program_id, m.chance, m.reason
from sample_draw d
join sample_member m using (fiscal_year, evaluation, n)
where m.selected
order by 1, 3;

select s.program_id
from sample_draw d
cross join evaluation_sample(d.fiscal_year, d.share, d.seed, d.evaluation, d.as_of, d.known_at) s
where s.selected = 1
order by 1;

insert into program (program_id, fiscal_year, name, unit_id, is_key)
select 'bridge', y, 'Bridge', 'works', true from generate_series(2021, 2026) y;
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('bridge', 2021, 'finance');
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
values ('bridge', 2021, 'finance', '2022-05-01', 'closed');

select program_id, certain, overdue, last_evaluated, reason
from evaluation_sample(2026, 10, 'lottery 7-12-33', on_day => '2026-06-30') where is_key = 1;

select program_id, fiscal_year, evaluation, kind, due_on, days_overdue, detail
from evaluation_overdue_at('2027-01-31') order by kind, program_id;

reset search_path;
set client_min_messages = warning;
drop schema county cascade;
