-- A finance analyst's first hour: a table that exists, nothing adopted.
set client_min_messages = warning;
create extension if not exists bpm;
create schema finance;
reset client_min_messages;

create table finance.project_indicator (
    department text not null,
    indicator  text not null,
    comparator text not null,
    goal       numeric not null,
    actual     numeric,
    weight     integer not null,
    primary key (department, indicator)
);
insert into finance.project_indicator values
    ('education', 'attendance, %',     '>=',   95, 96.2, 3),
    ('education', 'teachers trained',  '>=', 1200,  900, 2),
    ('education', 'cost per pupil',    '<=',  400,  440, 1),
    ('education', 'survey of parents', '>=',   80, null, 1),
    ('health',    'days to wait',      '<=',   12,   15, 2),
    ('health',    'vaccinated, %',     '>=',   90,   81, 2),
    ('roads',     'km resurfaced',     '>=', 1200,  500, 1);

-- the points of every row
select department, indicator, comparator, goal, actual,
       bpm.met(actual, bpm.target(comparator, goal)),
       bpm.attainment(actual, bpm.target(comparator, goal)),
       bpm.score(actual, bpm.target(comparator, goal))
from finance.project_indicator order by 1, 2;

-- a score for every department
select department, bpm.weighted_score(actual, bpm.target(comparator, goal), weight)
from finance.project_indicator group by department order by department;

-- how sure are we
select department, bpm.score(r, 2), bpm.rating(r, 'excellent >= 90, good >= 80, fair >= 60, poor'),
       bpm.coverage(r, 2), bpm.low(r, digits => 2), bpm.high(r, digits => 2)
from (select department, bpm.rollup(actual, bpm.target(comparator, goal), weight) r
      from finance.project_indicator group by department) d
order by department;

-- a target is a value of its own, checked when it is written
alter table finance.project_indicator
    add target bpm.target generated always as (bpm.target(comparator, goal)) stored;
select department, indicator, target from finance.project_indicator order by 1, 2;
insert into finance.project_indicator values ('roads', 'accidents', 'under', 50, 40, 1);

-- or it is written as people write it
select t as written, t::bpm.target as kept, bpm.score(80, t::bpm.target)
from unnest(array['95', '>=95%', '> 1,200 [km]', '90..110', '<= 60 lose 2 per 1', '>= 100 floor 85',
                  '>= 100 from 60', '= 100 step', 'points(0:0, 50:60, 100:100)', 'direct']) t;

-- partial results are values: kept by department, merged, one of them taken out again; the operators
-- live in the schema bpm too
create table finance.kept as
select department, bpm.rollup(actual, target, weight) r from finance.project_indicator group by department;
select bpm.score(bpm.rollup(r)) as everything,
       bpm.score(bpm.rollup(r) operator(bpm.-) bpm.rollup(r) filter (where department = 'roads')) as without_roads
from finance.kept;

-- ratings sort by rank
select score, bpm.rating(score, s), bpm.rating_rank(score, s)
from unnest(array[59.994, 59.995, 79.99, 80, 100]) score,
     cast('excellent >= 90, good >= 80, fair >= 60, poor' as bpm.scale) s
order by 3 desc, 1;

-- what was imported as text
select t, n.value, n.reason
from unnest(array['100%', '$1,234', 'na', '', '55% (6/11)', '10,4702']) t, bpm.try_parse_number(t) n;

-- float8 wants a cast, which says how many digits are meant
select bpm.score(95.1::float8, '>= 100');
select bpm.score(95.1::float8::numeric, '>= 100');

set client_min_messages = warning;
drop schema finance cascade;
