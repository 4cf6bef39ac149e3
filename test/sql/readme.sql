-- The statements of README.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;
create schema readme;
set search_path = readme;

-- README.md

create table indicator (
  department text, name text, target bpm.target, actual numeric, weight numeric);

insert into indicator values
  ('Health',    'children vaccinated',    '>= 95%',          93.1, 40),
  ('Health',    'days to an appointment', '<= 14 [days]',      16, 30),
  ('Health',    'patients satisfied',     '>= 90% from 60',  null, 30),
  ('Transport', 'roads renewed',          '>= 1,200 [km]',   1308, 60),
  ('Transport', 'budget executed',        '95..105%',          88, 40);

select department,
       bpm.score(r, 2) as score,
       bpm.rating(r, 'excellent >= 90, good >= 80, fair >= 60, poor') as rating,
       bpm.coverage(r, 0) as coverage,
       bpm.low(r, digits => 2) as low,
       bpm.high(r, digits => 2) as high
from (select department, bpm.rollup(actual, target, weight) as r
      from indicator group by department) d
order by score desc;

create table project_indicator (
  project text, comparator text, goal numeric, actual int, weight int);

insert into project_indicator values
  ('school roofs', '>=', 40, 38, 50),
  ('school roofs', '<=', 12, 15, 50),
  ('bus lanes',    '>=',  9,  9, 70),
  ('bus lanes',    '=',   3,  2, 30);

select project, bpm.weighted_score(actual, bpm.target(comparator, goal), weight)
from project_indicator
group by project
order by project;

select project, bpm.target(comparator, goal), actual,
       bpm.met(actual, bpm.target(comparator, goal)),
       bpm.score(actual, bpm.target(comparator, goal))
from project_indicator
order by project, goal desc;

alter table project_indicator
  add target bpm.target generated always as (bpm.target(comparator, goal)) stored;

select project, bpm.weighted_score(actual, target, weight)
from project_indicator
group by project
order by project;

select t as published, n.value, n.reason
from unnest(array['100%', '$1,234', 'na', '10,4702', '55% (6/11)']) as t,
     bpm.try_parse_number(t) as n;

create table framework (
    program text, year integer, id text, parent_id text, name text, weight numeric, score numeric
);

insert into framework
select program, year, v.id, v.parent_id, v.name, v.weight, v.score + bonus
from (values ('rural roads', 2025, 0), ('rural roads', 2026, 4), ('school meals', 2026, -9)) as p (program, year, bonus),
     (values ('1', null, 'self-evaluation', null, null),
             ('1.1', '1', 'output', 60, null),
             ('1.1.1', '1.1', 'quantity', 2, 90),
             ('1.1.2', '1.1', 'cost', 1, 30),
             ('1.2', '1', 'benefit', 30, null),
             ('1.2.1', '1.2', 'use', 15, 80),
             ('1.2.2', '1.2', 'reach', 15, null),
             ('1.3', '1', 'satisfaction', 10, 65)) as v (id, parent_id, name, weight, score);

select program, year, r.score, bpm.rating(r.score, 'excellent >= 90, good >= 80, fair >= 60, poor'),
       r.coverage, r.low, r.high
from (select program, year, bpm.score_tree(id, parent_id, weight, score, 'round 2') as tree
      from framework group by program, year) as t,
     bpm.roots(t.tree) as r
order by program, year;

select repeat('  ', n.depth) || i.name as node, n.weight, n.score, n.coverage, n.contribution
from (select program, year, bpm.score_tree(id, parent_id, weight, score, 'round 2') as tree
      from framework group by program, year) as t,
     bpm.nodes(t.tree) with ordinality as n
join framework as i using (id)
where (t.program, t.year) = ('rural roads', 2026) and (i.program, i.year) = (t.program, t.year)
order by n.ordinality;

insert into framework values
    ('new', 2027, '1', null, 'self-evaluation', null, null),
    ('new', 2027, '1.1', '1', 'output', 60, 10), ('new', 2027, '1.1.1', '1.1', 'cost', 0, 50),
    ('new', 2027, '1.2', '1', 'benefit', 30, 70), ('new', 2027, '1.4.1', '1.4', 'reach', 10, null),
    ('new', 2027, '1.5', '1.6', 'use', 1, null), ('new', 2027, '1.6', '1.5', 'use', 1, null);

select program, year, f.*
from (select program, year, bpm.tree_check(id, parent_id, weight, score, 'total 100') as faults
      from framework where program = 'new' group by program, year) as t,
     unnest(t.faults) as f;

create table budget (program text primary key, stage text not null);
create trigger lifecycle before insert or update on budget for each row
  execute function bpm.lifecycle_guard('stage', 'draft -> approved -> executing -> closed; * -> cancelled');

insert into budget values ('roads', 'draft');
update budget set stage = 'executing';

create table history (program text, stage text, at date);
insert into history values
  ('roads',  'draft', '2026-01-10'), ('roads',  'approved',  '2026-02-20'), ('roads',  'executing', '2026-03-01'),
  ('school', 'draft', '2026-01-10'), ('school', 'executing', '2026-02-01'), ('school', 'approved',  '2026-02-20');

select program, (s).stage, (s).conforms, (s).violation, (s).violation_at::date
from (select program, bpm.lifecycle_check(stage, at, 'draft -> approved -> executing -> closed') as s
      from history group by program) h
order by program;

create table monthly (month date, unit text, r bpm.rollup);

insert into monthly
select month, unit, bpm.rollup(score, weight)
from (values (date '2026-01-01', 'clinic', 80, 10), ('2026-01-01', 'clinic', 95, 30),
             ('2026-02-01', 'clinic', 60, 20),      ('2026-03-01', 'clinic', null, 20),
             ('2026-04-01', 'clinic', 100, 40)) as measured (month, unit, score, weight)
group by month, unit;

select unit, r, bpm.score(r, 2), bpm.coverage(r, 2)
from (select unit, bpm.rollup(r) as r from monthly group by unit) y;

select month, bpm.score(bpm.rollup(r) over (order by month rows 2 preceding), 2) as last_three_months
from monthly
order by month;

select bpm.score(y.r operator(bpm.-) m.r, 2) as without_february
from (select unit, bpm.rollup(r) as r from monthly group by unit) y
join monthly m on m.unit = y.unit and m.month = '2026-02-01';

select bpm.score(r, 2) as once, round(bpm.score(r), 2) as twice,
       bpm.rating(r, 'excellent >= 90, good >= 80, fair >= 60, poor')
from (select bpm.rollup(score, weight) as r
      from (values (89.995, 249999999), (88.995, 1)) as v (score, weight)) s;

select bpm.target '>= 95% form 60';

create table ledger (
  doc int primary key, project text, year int, booked date, kind text, amount numeric(12,2));

insert into ledger values
  (1, 'roofs', 2026, '2026-01-05', 'budget', 800000), (2, 'roofs', 2026, '2026-05-31', 'payment', 400000),
  (3, 'roofs', 2026, '2026-11-30', 'payment', 360000),
  (4, 'lanes', 2026, '2026-01-05', 'budget', 200000), (5, 'lanes', 2026, '2026-09-30', 'payment', 190000);

select bpm.create_model('perf');

insert into perf.unit (unit_id, parent_id, name) values
  ('city', null, 'City'), ('schools', 'city', 'Department of Schools'), ('streets', 'city', 'Department of Streets');

insert into perf.program (program_id, fiscal_year, name, unit_id) values
  ('roofs', 2026, 'New roofs', 'schools'), ('lanes', 2026, 'Bus lanes', 'streets');

select * from perf.use_ledger('
  select project as program_id, year as fiscal_year, doc as entry_id, booked as entry_date,
         case kind when ''budget'' then amount end as approved,
         case kind when ''payment'' then amount end as executed
  from ledger');

insert into perf.indicator (program_id, fiscal_year, indicator_id, name, source, buys) values
  ('roofs', 2026, 'spending', 'Budget executed',  'budget', false),
  ('roofs', 2026, 'done',     'Roofs renewed',    'measured', true),
  ('roofs', 2026, 'tight',    'Roofs without a leak', 'measured', false),
  ('lanes', 2026, 'spending', 'Budget executed',  'budget', false),
  ('lanes', 2026, 'length',   'Kilometres built', 'measured', true),
  ('lanes', 2026, 'riders',   'Riders satisfied', 'measured', false);

insert into perf.target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
  ('roofs', 2026, 'spending', '2026-01-01', '>= 100%', 10),
  ('roofs', 2026, 'done',     '2026-01-01', '>= 40 [roofs]', 50),
  ('roofs', 2026, 'tight',    '2026-01-01', '>= 98%', 40),
  ('lanes', 2026, 'spending', '2026-01-01', '>= 100%', 10),
  ('lanes', 2026, 'length',   '2026-01-01', '>= 12 [km]', 60),
  ('lanes', 2026, 'riders',   '2026-01-01', '>= 90% floor 60', 30);

insert into perf.measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
  ('roofs', 2026, 'done',   '2026-06-30', 19), ('roofs', 2026, 'done',   '2026-12-31', 38),
  ('roofs', 2026, 'tight',  '2026-12-31', 98), ('lanes', 2026, 'length', '2026-06-30', 9),
  ('lanes', 2026, 'length', '2026-12-31', 9);

set bpm.as_of = '2026-06-30';

select name, score, low, high, pace, executed, budget, worst_reason
from perf.scorecard
order by name;

set bpm.as_of = '2026-12-31';

select unit_id, programs, execution_rate as executed, round(score, 2) as score, rating,
       round(coverage) as coverage, round(low, 2) as low, round(high, 2) as high
from perf.unit_result
order by unit_id;

select severity, kind, program_id, item, detail from perf.check_result order by severity_rank, kind;

select program_id, budget, executed, earned, not_delivered, saved, unexplained
from perf.saving_result
order by program_id;

reset bpm.as_of;

drop schema perf cascade;

drop schema readme cascade;
