-- The statements of doc/, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;
create schema reference;
set search_path = reference;

-- doc/decimal.md

select t as text, value, reason
from unnest(array['100%', '$1,234', '-$5', '€ 5.25', '', 'N/A', null, '10,4702', '55% (6/11)', 'TBD', '(5)',
                  '1e3']) as t,
     bpm.try_parse_number(t);

create table published (program text, figure text);
insert into published values ('a', '95%'), ('b', 'na'), ('c', 'about 80');

create table measured as
select program, n.value, n.reason from published, bpm.try_parse_number(figure) as n;

select * from measured order by program;

select bpm.parse_number('55% (6/11)');

-- doc/rollup.md

select unit, bpm.rollup(score, weight), bpm.weighted_score(score, weight)
from (values ('clinic', 80, 3), ('clinic', 95.5, 4), ('clinic', null, 3),
             ('school', null, 1),
             ('garage', 70, 0)) as v (unit, score, weight)
group by unit
order by unit;

select bpm.score(r, 2), bpm.coverage(r, 2), bpm.low(r, digits => 2), bpm.high(r, digits => 2),
       bpm.low(r, 50, 2) as low_if_half, bpm.rating(r, 'excellent >= 90, good >= 80, fair >= 60, poor'),
       bpm.row_count(r), bpm.missing_count(r), bpm.weighted_sum(r), bpm.scored_weight(r), bpm.weight(r)
from (values (bpm.rollup 'rows 3 scored 2 weight 10 scored_weight 7 sum 622')) as v (r) \gx

select bpm.rollup 'rows 3 scored 2 weight 10 scored_weight 7 sum 560';

create table result (month int, unit text, score numeric, weight numeric);
insert into result
select m, 'unit ' || u, case when (m + u) % 5 > 0 then (m * 37 + u * 11) % 101 end, u
from generate_series(1, 12) as m, generate_series(1, 3) as u;

create table monthly as
select month, unit, bpm.rollup(score, weight) as r from result group by month, unit;

select bpm.rollup(r), bpm.rollup(r)::text = (select bpm.rollup(score, weight)::text from result) as same
from monthly;

update monthly
set r = r operator(bpm.-) (select bpm.rollup(48, 1)) operator(bpm.+) (select bpm.rollup(90, 1))
where month = 1 and unit = 'unit 1'
returning r;

-- doc/scale.md

select score, bpm.rating(score, scale), bpm.rating_rank(score, scale)
from (values (95.5), (89.995), (89.99), (60), (-3)) as s (score),
     (values (bpm.scale 'excellent >= 90, good >= 80, fair >= 60, poor')) as t (scale);

select bpm.scale 'Effective>=85,"Moderately Effective" >= 70.0, "Adequate">=50, Ineffective round 2' as part;

select bpm.rating(89.5, 'excellent >= 90, good >= 80, poor round 0') as whole_points,
       bpm.rating(89.5, 'excellent >= 90, good >= 80, poor') as two_digits;

select bpm.scale 'good >= 80, better >= 90, poor';

select variance, bpm.rating(variance, 'A < 5, B < 10, C < 15, D') as grade
from unnest(array[4.99, 5, 9.996, 15]) as variance;

-- doc/target.md

select written, written::bpm.target as canonical
from unnest(array['≥95%', '95', '>= 1,200 [km]', '90%..110%', '<=12.50[working days]', '−5..+5',
                  'POINTS(0:0,50:80,100:100) FLOOR 60', '>= 100 over 120 lose 0.5 from 20']) as written;

select target, actual, bpm.score(actual, target), bpm.attainment(actual, target), bpm.met(actual, target)
from (values
  (1,  bpm.target '>= 95%', 93.1),    -- 93.1 / 95
  (2,  '<= 12 [days]', 15),           -- 1 - 3/12
  (3,  '<= 12 [days]', 24),           -- twice the limit
  (4,  '= 200', 190),                 -- 1 - 10/200
  (5,  '90..110', 81),                -- 81 / 90
  (6,  '90..110', 121),               -- 1 - 11/110
  (7,  'points(0:0, 50:80, 100:100)', 75),
  (8,  'direct', 85),
  (9,  '>= 95% step', 93.1),
  (10, '>= 90 from 60', 75),          -- 15 of 30
  (11, '<= 8 from 20', 11),           -- 9 of 12
  (12, '>= 90 floor 60', 53.9),       -- 59.89 is under 60
  (13, '>= 90 lose 2 per 1', 88.5),   -- 1.5 short
  (14, '>= 100 over 120 lose 0.5', 150),
  (15, '>= 0', -1),
  (16, '<= 12 [days] ratio', 15),     -- 12 / 15
  (17, '>= 100 cap 120', 110),
  (18, '>= 100 cap 120', 130)
) as v (n, target, actual)
order by n;

select day, bpm.met(day, 'by 2026-06-30'),
       bpm.score(day, 'by 2026-06-30') as on_time, bpm.score(day, 'by 2026-06-30 lose 2 per 1') as by_the_day
from (values (date '2026-06-30'), (date '2026-07-05')) as v (day);

select bpm.met(51811::numeric / 51813, '>= 1') as exact,
       bpm.met(round(51811::numeric / 51813, 4), '>= 1') as published;

select written, target, bpm.try_score(actual, target) as score, reason
from (values ('>= 95', 76), ('>= 95', numeric 'NaN'), ('direct', 120), ('95 or more', 76)) as v (written, actual),
     bpm.try_parse_target(written);

select bpm.target '90-110 %';

select actual,
       bpm.score(actual, '>= 90 from 60') as from_60,
       bpm.score(actual, '>= 90 floor 60') as floor_60,
       bpm.score(actual, '>= 90 floor 66.66666666') as actual_from_60
from unnest(array[90, 80, 60, 55, 50]) as actual;

select executed, adjusted,
       bpm.score(executed, bpm.target('>=', nullif(adjusted, 0))) as score,
       round(10 * bpm.score(executed, bpm.target('>=', nullif(adjusted, 0))) / 100, 2) as points
from (values (960.5, 1000), (1040, 1000), (0, 0)) as v (executed, adjusted);

drop schema reference cascade;
