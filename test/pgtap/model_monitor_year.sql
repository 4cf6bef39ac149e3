-- One year by hand, month by month: what should be there at the end of each month, what is, and which colour that makes.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(7);

set local jit = off;
set local timezone = 'UTC';
set local client_min_messages = warning;
select bpm.create_model('m');
set local search_path = m, public;

-- 1,200 for 600 hectares in 2024. Nothing is planned in January. On 15 August 60 are moved from September to November:
-- for the third quarter the plan stays as it was known when that began, from October on it is the new one.
--
--      planned in    by the end   share   spent in   by the end   pace of the money
-- 1             0           0       0 %          0           0     none: nothing is due
-- 2            60          60       5           30          30      30 / 60   =  50       red
-- 3            60         120      10           54          84      84 / 120  =  70       yellow
-- 4           120         240      20          108         192     192 / 240  =  80       green
-- 5           120         360      30          150         342     342 / 360  =  95       green
-- 6           120         480      40          138         480     480 / 480  = 100       green
-- 7           120         600      50          -12         468     468 / 600  =  78       yellow: 12 came back
-- 8           120         720      60          252         720     720 / 720  = 100       green
-- 9           120         840      70           36         756     756 / 840  =  90       green, by the plan of July
-- 10          180         960      80          162         918     918 / 960  =  95.625   green, by that of October:
--                                                                                         840 - 60 + 180
-- 11     120 + 60        1140      95          279        1197    1197 / 1140 = 105       green
-- 12           60        1200     100            4        1201    1201 / 1200 = 100.0833  red: more than the budget
--
-- Hectares should follow the plan of the money, the share of 600. A figure is due every quarter, the first on 31 March.
--
--      figure of the month's end   should be there by then   pace    colour
-- 1    none                                                  none    not due
-- 2    none                                                  none    not due
-- 3    none                                                  none    not due: it is due today
-- 4    none                                                  none    yellow: 30 days late
-- 5    135                         30 % of 600 = 180          75     yellow
-- 6    240                         40 % of 600 = 240         100     green
-- 7    none, that of June stands                             100     green
-- 8    288                         60 % of 600 = 360          80     green
-- 9    none, and one is due today                             80     green
-- 10   none, 31 days late                                     80     yellow
-- 11   none, 61 days late                                     80     red
-- 12   720                         600                       120     blue
--
-- The program has the worse of both.
insert into unit (unit_id, name) values ('water', 'Water station');
insert into program (program_id, fiscal_year, name, unit_id) values ('channels', 2024, 'Channels', 'water');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
values ('channels', 2024, 'approved', '2024-01-01', 1200);
insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount, recorded_at)
select 'channels', 2024, 'planned', v.month, v.on_day, v.amount, v.on_day + time '12:00'
from (values (2, date '2024-01-01', 60), (3, '2024-01-01', 60), (4, '2024-01-01', 120), (5, '2024-01-01', 120),
             (6, '2024-01-01', 120), (7, '2024-01-01', 120), (8, '2024-01-01', 120), (9, '2024-01-01', 120),
             (10, '2024-01-01', 180), (11, '2024-01-01', 120), (12, '2024-01-01', 60),
             (9, '2024-08-15', -60), (11, '2024-08-15', 60)) v (month, on_day, amount);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select 'channels', 2024, 'executed', (make_date(2024, v.month, 1) + interval '1 month - 1 day')::date, v.amount
from (values (2, 30), (3, 54), (4, 108), (5, 150), (6, 138), (7, -12), (8, 252), (9, 36), (10, 162), (11, 279),
             (12, 4)) v (month, amount);
insert into indicator (program_id, fiscal_year, indicator_id, name, moves, unit_of_measure)
values ('channels', 2024, 'area', 'Area', 'cumulative', 'ha');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
values ('channels', 2024, 'area', '2024-01-01', '>= 600 [ha]', 100);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('channels', 2024, 'area', '2024-05-31', 135), ('channels', 2024, 'area', '2024-06-30', 240),
    ('channels', 2024, 'area', '2024-08-31', 288), ('channels', 2024, 'area', '2024-12-31', 720);

create temp view month_end as
select n as month, (make_date(2024, n, 1) + interval '1 month - 1 day')::date as day from generate_series(1, 12) n;

select results_eq($$
    select e.month, m.expected, m.expected_share, m.executed, m.budget_pace, m.budget_colour
    from month_end e cross join lateral monitor_result_at(e.day) m order by 1$$, $$
    values (1, 0.0, 0.00, 0.0, null, 'not due'), (2, 60.0, 0.05, 30.0, 50.0, 'red'),
           (3, 120.0, 0.10, 84.0, 70.0, 'yellow'), (4, 240.0, 0.20, 192.0, 80.0, 'green'),
           (5, 360.0, 0.30, 342.0, 95.0, 'green'), (6, 480.0, 0.40, 480.0, 100.0, 'green'),
           (7, 600.0, 0.50, 468.0, 78.0, 'yellow'), (8, 720.0, 0.60, 720.0, 100.0, 'green'),
           (9, 840.0, 0.70, 756.0, 90.0, 'green'), (10, 960.0, 0.80, 918.0, 95.625, 'green'),
           (11, 1140.0, 0.95, 1197.0, 105.0, 'green'), (12, 1200.0, 1.00, 1201.0, 100.08333333, 'red')$$,
    'the money, month by month');
select results_eq($$
    select e.month, m.actual, m.expected, m.pace, m.days_late, m.colour
    from month_end e cross join lateral indicator_monitor_at(e.day) m order by 1$$, $$
    values (1, null, 0.0, null, 0, 'not due'), (2, null, 30.0, null, 0, 'not due'), (3, null, 60.0, null, 0, 'not due'),
           (4, null, 120.0, null, 30, 'yellow'), (5, 135.0, 180.0, 75.0, 0, 'yellow'),
           (6, 240.0, 240.0, 100.0, 0, 'green'), (7, 240.0, 240.0, 100.0, 0, 'green'),
           (8, 288.0, 360.0, 80.0, 0, 'green'), (9, 288.0, 360.0, 80.0, 0, 'green'),
           (10, 288.0, 360.0, 80.0, 31, 'yellow'), (11, 288.0, 360.0, 80.0, 61, 'red'),
           (12, 720.0, 600.0, 120.0, 0, 'blue')$$,
    'the hectares, each figure against what should have been there on its own day');
select results_eq($$
    select e.month, m.target_pace, m.pace_gap, m.target_colour, m.colour
    from month_end e cross join lateral monitor_result_at(e.day) m order by 1$$, $$
    values (1, null, null, 'not due', 'not due'), (2, null, null, 'not due', 'red'), (3, null, null, 'not due', 'yellow'),
           (4, null, null, 'yellow', 'yellow'), (5, 75.0, 20.0, 'yellow', 'yellow'), (6, 100.0, 0.0, 'green', 'green'),
           (7, 100.0, -22.0, 'green', 'yellow'), (8, 80.0, 20.0, 'green', 'green'), (9, 80.0, 10.0, 'green', 'green'),
           (10, 80.0, 15.625, 'yellow', 'yellow'), (11, 80.0, 25.0, 'red', 'red'),
           (12, 120.0, -19.91666667, 'blue', 'red')$$,
    'the program has the worse of both');

-- 60 / 1200 of February's 5 %, 15 of its 29 days: 60 * 15 / 29 = 31.03448276
select results_eq($$select expected from monitor_result_at('2024-02-15')$$, $$values (31.03448276)$$,
    'within a month by its days');
-- what is left in May: 465 in 7 months are 66.43 a month; 135 in 5 were 27: 2.46 times. But no span of this year is as
-- long as 7 months, and the pace is yellow: 27 is since January
select results_eq($$select round(needed_per_month, 2), best_per_month, round(needed_times, 2), unreachable
    from indicator_monitor_at('2024-05-31')$$, $$values (66.43, 27.0, 2.46, 1)$$, 'named as soon as it needs more than was ever done');
-- in June it runs as planned again
select results_eq($$select needed_per_month, best_per_month, unreachable from indicator_monitor_at('2024-06-30')$$,
    $$values (null::numeric, null::numeric, 0)$$, 'what runs as planned is not asked for more');
select results_eq($$select e.month, m.reason from month_end e cross join lateral monitor_result_at(e.day) m
    where e.month in (1, 4, 7, 12) order by 1$$, $$values
    (1, 'nothing is planned to be spent yet; Area has no figure yet, the first is due on 2024-03-31'),
    (4, 'spent 16 % of the budget at 33.33 % of the year, 20 % should be; Area has no figure; '
        '120 should be there; a figure was due on 2024-03-31, 30 days ago'),
    (7, 'spent 39 % of the budget at 58.33 % of the year, 50 % should be; Area at 40 % of target, 240 of 600 ha; '
        'on 2024-06-30 240 should have been there'),
    (12, 'spent 100.08 % of the budget at 100 % of the year; that is more than the budget; '
         'Area at 120 % of target, 720 of 600 ha')$$, 'and says so in words');

select * from finish();
rollback;
