-- Monitoring: money and results against what should be there by the day, which colour that is, and why.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(49);

set local jit = off;
set local timezone = 'UTC';
set local client_min_messages = warning;
select bpm.create_model('m');
set local search_path = m, public;
insert into unit (unit_id, parent_id, name) values ('gov', null, 'County'), ('edu', 'gov', 'Education'), ('water', 'gov', 'Water');

-- a program with a budget, what was spent until a day, and one indicator with one figure
create function pg_temp.program(id text, budget numeric default null, spent numeric default null, spent_on date default null,
                                unit text default 'edu', year integer default 2024) returns void language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id) values (id, year, initcap(id), unit);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    select id, year, k.kind, k.on_day, k.amount
    from (values ('approved', make_date(year, 1, 1), budget), ('executed', spent_on, spent)) k (kind, on_day, amount)
    where k.amount is not null;
$$;
create function pg_temp.indicator(program text, id text, moves text, target text, actual numeric default null,
                                  measured_on date default null, year integer default 2024) returns void language sql as $$
    insert into indicator (program_id, fiscal_year, indicator_id, name, moves) values (program, year, id, initcap(id), moves);
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    values (program, year, id, make_date(year, 1, 1), target::bpm.target, 1);
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select program, year, id, measured_on, actual where actual is not null;
$$;
create function pg_temp.planned(program text, month integer, amount numeric, on_day date default '2024-01-01', year integer default 2024)
    returns void language sql as $$
    insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount, recorded_at)
    values (program, year, 'planned', month, on_day, amount, on_day + time '12:00');
$$;
create function pg_temp.colours(day date, program text default '%') returns table (program_id text, colours text)
    language sql as $$
    select program_id, concat_ws(', ', budget_colour, target_colour, colour)
    from monitor_result_at(day) where program_id like program and fiscal_year = 2024 $$;

-- the county's July: methods.md, and the case of the field -----------------------------------------------------------

-- teachers: 6930 of 12000 is 57.75 %, of 7 months of 12, 58.33 %: 57.75 / 58.3333 = 99.00
select pg_temp.program('teachers', 12000, 6930, '2024-07-31');
select pg_temp.indicator('teachers', 'posts', 'level', '>= 98%', 98, '2024-06-30');
-- irrigation: 300 of 1000 ha is 30 %, at 7/12: 30 * 12 / 7 = 51.42857143. 700 ha are left for 5 months, 140 a month;
-- 300 in 7 months were 42.85714286: 140 / 42.857142857 = 3.26666667 times
select pg_temp.program('irrigation', 10000, 3000, '2024-07-31', 'water');
select pg_temp.indicator('irrigation', 'hectares', 'cumulative', '>= 1000', 300, '2024-07-31');
-- roofs: nothing is planned before September
select pg_temp.program('roofs', 20000);
select pg_temp.planned('roofs', m, a) from (values (9, 6000), (10, 7000), (11, 7000)) p (m, a);
select pg_temp.indicator('roofs', 'roofs', 'cumulative', '>= 40');
select results_eq(
    $$select program_id, budget_pace, target_pace, pace_gap, colour from monitor_result_at('2024-07-31') order by 1$$,
    $$values ('irrigation', 51.42857143, 51.42857143, 0.0, 'red'), ('roofs', null, null, null, 'not due'),
             ('teachers', 99.00000000, 100.0, -1.0, 'green')$$,
    'July: teachers are green, irrigation is red, and roofs, of which nothing is planned before September, are not due');
select results_eq(
    $$select needed_per_month, best_per_month, needed_times, unreachable from indicator_monitor_at('2024-07-31')
      where program_id = 'irrigation'$$,
    $$values (140.0, 42.85714286, 3.26666667, 1)$$, 'irrigation needs 3.27 times the best it ever made: it is named as beyond reach');
select results_eq($$select reason from monitor_result_at('2024-07-31') order by program_id$$, $$values
    ('spent 30 % of the budget at 58.33 % of the year; Hectares at 30 % of target, 300 of 1000; 583.33 should be there; '
     'beyond what was ever done here: it needs 140 a month, 3.27 times the best, 42.86'),
    ('nothing is planned to be spent yet; 70 % of the plan is in the last quarter; by the calendar the pace is 0 %; '
     'Roofs has no figure yet, the first is due on 2024-09-30'),
    ('spent 57.75 % of the budget at 58.33 % of the year; Posts at 100 % of target, 98 of 98')$$, 'each says why, with its figures');
-- in September 6000 of 20000 are planned: at the 30th all of the first month, 30 %
select results_eq(
    $$select expected, expected_share, budget_pace, colour from monitor_result_at('2024-09-30') where program_id = 'roofs'$$,
    $$values (6000.0, 0.3, 0.0, 'red')$$, 'in September roofs are due, and red with nothing done');
-- above a program: 12000 of 42000 green, 10000 red, 20000 not due
select results_eq(
    $$select unit_id, programs, red_programs, green_programs, other_programs, red_budget, green_budget, other_budget,
             red_share, executed, budget_pace
      from unit_monitor_at('2024-07-31') order by 1$$,
    -- edu: 6930 of 7000 that should be there; gov: 9930 of 7000 + 5833.33333333 = 77.37662338
    $$values ('edu', 2, 0, 1, 1, 0.0, 12000.0, 20000.0, 0.0, 6930.0, 99.0),
             ('gov', 3, 1, 1, 1, 10000.0, 12000.0, 20000.0, 23.8095, 9930.0, 77.37662338),
             ('water', 1, 1, 0, 0, 10000.0, 0.0, 0.0, 100.0, 3000.0, 51.42857143)$$,
    'above a program there are only shares of money by colour: a worst-of would paint every government red');

-- the bands ----------------------------------------------------------------------------------------------------------

select pg_temp.program('band' || n) from generate_series(1, 6) n;
select pg_temp.indicator('band' || n, 'x', 'level', '>= 100', a, '2024-06-30')
from (values (1, 59.99), (2, 60), (3, 79.99), (4, 80), (5, 119.99), (6, 120)) b (n, a);
select results_eq(
    $$select pace, colour from indicator_monitor_at('2024-06-30') where program_id like 'band%' order by 1$$,
    $$values (59.99, 'red'), (60.0, 'yellow'), (79.99, 'yellow'), (80.0, 'green'), (119.99, 'green'), (120.0, 'blue')$$,
    'an indicator is red below 60, yellow below 80, green below 120, else blue');
-- at half of the year 5000 of 10000 should be spent
select pg_temp.program('money' || n, 10000, s, '2024-06-30')
from (values (1, 2999.5), (2, 3000), (3, 3999.5), (4, 4000), (5, 5999.5), (6, 6000)) b (n, s);
select results_eq(
    $$select budget_pace, budget_colour from monitor_result_at('2024-06-30') where program_id like 'money%' order by 1$$,
    $$values (59.99, 'red'), (60.0, 'yellow'), (79.99, 'yellow'), (80.0, 'green'), (119.99, 'green'), (120.0, 'green')$$,
    'money has no blue');
select results_eq($$select distinct target_colour from monitor_result_at('2024-06-30') where program_id like 'money%'$$,
    $$values ('no plan')$$, 'a program without targets has no plan of results, which is a state of its own');

-- thresholds are rows: a program's, else its scope's, else the one for all; of each the latest year
insert into monitor_rule (fiscal_year, scope, program_id, red_below, yellow_below) values
    (0, '', 'band3', 10, 20), (2024, 'project', '', 0, 70), (2025, 'project', '', 99, 99);
select results_eq(
    $$select program_id, colour from indicator_monitor_at('2024-06-30') where program_id ~ 'band[123]' order by 1$$,
    $$values ('band1', 'yellow'), ('band2', 'yellow'), ('band3', 'green')$$,
    'thresholds: those of the program, of its scope, of all; of each the latest year that is not after');
delete from monitor_rule where scope <> '' or program_id <> '';
select throws_ok($$insert into monitor_rule (fiscal_year, red_below, yellow_below) values (2024, 80, 60)$$, '23514',
    'thresholds are out of order', 'thresholds out of order');
select throws_ok($$insert into monitor_rule (fiscal_year, yellow_after, red_after) values (2024, 60, 30)$$, '23514',
    'a figure is yellow before it is red', 'and days');

-- money --------------------------------------------------------------------------------------------------------------

select pg_temp.program('over', 1000, 900, '2024-12-01');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('over', 2024, 'committed', '2024-12-01', 100.01);
select pg_temp.program('unfunded');
select pg_temp.program('spender', null, 5, '2024-03-01');
select pg_temp.program('reversed', 1000, -10, '2024-03-01');
insert into program (program_id, fiscal_year, name, unit_id, nature) values ('tax', 2024, 'Tax', 'gov', 'revenue');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('tax', 2024, 'approved', '2024-01-01', 100), ('tax', 2024, 'executed', '2024-12-01', 150);
select results_eq(
    $$select program_id, budget_pace, budget_colour, reason from monitor_result_at('2024-12-31')
      where program_id in ('over', 'unfunded', 'spender', 'reversed', 'tax') order by 1$$, $$values
    -- 900 spent and 100.01 committed of 1000: red although the pace is 90
    ('over', 90.0, 'red', 'spent 90 % of the budget at 100 % of the year; 900.00 spent and 100.01 committed are more than 1000.00'),
    ('reversed', -1.0, 'red', 'spent -1 % of the budget at 100 % of the year; more was paid back than spent'),
    ('spender', null, 'red', 'spent 5.00 without a budget at 100 % of the year; that is more than the budget'),
    ('tax', 150.0, 'green', 'collected 150 % of the budget at 100 % of the year'),
    ('unfunded', null, 'no budget', 'there is no budget')$$,
    'over the budget is red however good the pace; a budget of 0 is a state of its own; reversals are shown; revenue may be more');
select results_eq($$select budget_colour, reason from monitor_result_at('2023-12-31') where program_id = 'over'$$,
    $$values ('no budget', 'there is no budget')$$, 'before the year nothing is due, and nothing approved');

-- what is forecast to end over the budget is yellow. Three years spent 60 of 100 by June and 120 in all: burn is
-- 60 + (100 - 60) * (120 - 60) / (100 - 60) = 120, share 60 / 0.5 = 120, execution 100 * 1.2 = 120
select pg_temp.program('usual', 100, 60, make_date(y, 6, 30), 'edu', y) from generate_series(2021, 2024) y;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select 'usual', y, 'executed', make_date(y, 12, 31), 60 from generate_series(2021, 2023) y;
select results_eq(
    $$select budget_pace, forecast, budget_colour, reason from monitor_result_at('2024-06-30') where program_id = 'usual' and fiscal_year = 2024$$,
    $$values (120.0, null::numeric, 'yellow', 'spent 60 % of the budget at 50 % of the year; it is forecast to end over the budget')$$,
    'forecast over the budget is yellow; how much is not told without its interval before 70 % of the year');
select results_eq(
    $$select budget_pace, forecast, budget_colour, reason from monitor_result_at('2024-09-30') where program_id = 'usual' and fiscal_year = 2024$$,
    -- 60 of 75
    $$values (80.0, 120.0, 'yellow', 'spent 60 % of the budget at 75 % of the year; the year is forecast to end at 120.00 of 100.00')$$,
    'and afterwards it is');
update setting set pace_against = 'history';
select results_eq(
    $$select expected_share, linear_share, budget_pace from monitor_result_at('2024-06-30') where program_id = 'usual' and fiscal_year = 2024$$,
    -- half of the outturn was spent by June: 60 of 50
    $$values (0.5, 0.5, 120.0)$$, 'by history: the share that was usually spent by then');
update setting set pace_against = 'plan';

-- the plan as it was known -------------------------------------------------------------------------------------------

-- 100 a month were planned; in August the plan of July to September is changed to what was spent: 50, 50, 50
select pg_temp.program('locked', 1200, 600, '2024-06-30');
select pg_temp.planned('locked', n, 100) from generate_series(1, 12) n;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('locked', 2024, 'executed', '2024-07-31', 50), ('locked', 2024, 'executed', '2024-08-31', 50), ('locked', 2024, 'executed', '2024-09-30', 50);
select pg_temp.planned('locked', n, -50, '2024-08-15') from generate_series(7, 9) n;
select pg_temp.planned('locked', 12, 150, '2024-08-15');
-- 750 spent; planned were 900 of 1200 when the quarter began; by the newest plan 750 of 1200
select results_eq(
    $$select expected, budget_pace, budget_colour from monitor_result_at('2024-09-30') where program_id = 'locked'$$,
    $$values (900.0, 83.33333333, 'green')$$, 'pace is taken against the plan as it was known when the quarter began');
select results_eq(
    $$select expected, budget_pace from monitor_result_at('2024-10-31') where program_id = 'locked'$$,
    -- from October on the new plan is what was known: 600 + 150 + 100 = 850; 750 / 850 = 88.23529412
    $$values (850.0, 88.23529412)$$, 'the next quarter has the new plan');
update setting set plan_lock = 'newest';
select results_eq($$select expected, budget_pace from monitor_result_at('2024-09-30') where program_id = 'locked'$$,
    $$values (750.0, 100.0)$$, 'the newest plan, where the setting wants it');
update setting set plan_lock = 'year';
select results_eq($$select expected from monitor_result_at('2024-10-31') where program_id = 'locked'$$, 'values (1000.0)', 'or that of the year''s first day');
update setting set plan_lock = 'month';
select results_eq($$select expected from monitor_result_at('2024-09-30') where program_id = 'locked'$$, 'values (750.0)', 'or of the month''s');
update setting set plan_lock = 'quarter';
-- quarters 1 and 2 equal the plan as it always was: 300, 600. The third was changed to 750, and equals it since
select results_eq(
    $$select quarters, equal_quarters, changed_quarters, changed_to_actual, equal_share from plan_follows_actual_at('2024-09-30')
      where program_id = 'locked'$$,
    -- at the end of March nothing was entered yet, of 300: the 600 of June are booked at once
    $$values (3, 2, 1, 1, 66.6667)$$, 'whose plan equals what was spent, and how often it was changed to that');
-- a plan that was loaded after the quarter began is the first one all the same
select pg_temp.program('loaded', 120, 10, '2024-01-31');
insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount)
select 'loaded', 2024, 'planned', n, '2024-01-01', 10 from generate_series(1, 12) n;
select results_eq($$select expected, budget_pace from monitor_result_at('2024-01-31') where program_id = 'loaded'$$,
    $$values (10.0, 100.0)$$, 'a history that is loaded later has its plan');
-- 15 January: 15 of 31 days of 10
select results_eq($$select round(expected, 6) from monitor_result_at('2024-01-15') where program_id = 'loaded'$$,
    $$select round(10 * 15 / 31.0, 6)$$, 'within a month by its days');
select results_eq($$select kind, detail from check_result where program_id = 'roofs' and kind like '%plan%'$$,
    $$values ('late plan', '70 % of the plan is in the last quarter.')$$, 'a plan with over 40 % in the last quarter is named')
from set_config('bpm.as_of', '2024-07-31', true);
select pg_temp.planned('loaded', 3, -20, '2024-01-01');
select results_eq($$select budget_colour from monitor_result_at('2024-03-31') where program_id = 'loaded'$$, $$values ('no plan')$$,
    'a plan that takes back more than it plans is none');
select results_eq($$select kind, colour from alert_result_at('2024-03-31') where program_id = 'loaded'$$, $$values ('plan falls', 'yellow')$$,
    'which hides nobody: it is open like any other');
select set_eq($$select kind from check_result where program_id = 'loaded' and kind like '%plan%'$$, $$values ('plan falls'), ('plan')$$,
    'and is named, as one whose months do not total the budget');

-- what no month plans follows the calendar: 1 of 1200 planned in December does not put off the rest. At the end of June
-- (1199 / 12) * 6 = 599.5 should be spent
select pg_temp.program('token', 1200, 300, '2024-06-30');
select pg_temp.planned('token', 12, 1);
select pg_temp.indicator('token', 'x', 'cumulative', '>= 100', 50, '2024-06-30');
select results_eq(
    $$select expected, budget_pace, budget_colour, round(late_share, 4) from monitor_result_at('2024-06-30') where program_id = 'token'$$,
    -- late: (1 + 1199 / 4) / 1200
    $$values (599.50000000, 50.04170142, 'red', 25.0625)$$, 'a plan of next to nothing in December puts off next to nothing');
-- a first plan counts for all of its year, and is named when it comes after the first quarter
select pg_temp.program('behind', 1200, 300, '2024-06-30');
select pg_temp.planned('behind', 6, 300, '2024-07-01');
select pg_temp.planned('behind', 12, 900, '2024-07-01');
select pg_temp.indicator('behind', 'x', 'cumulative', '>= 100', 20, '2024-06-30');
insert into indicator_plan (program_id, fiscal_year, indicator_id, month, valid_from, planned) values
    ('behind', 2024, 'x', 6, '2024-07-01', 20), ('behind', 2024, 'x', 12, '2024-07-01', 100);
select results_eq($$select severity, kind, item, detail from check_result where program_id = 'behind' and kind like '%plan%' order by item nulls first, kind$$,
    $$values ('note', 'late plan', null, '75 % of the plan is in the last quarter.'),
             ('note', 'plan came late', null, 'Its first plan is of 2024-07-01, when 6 months of the year were over: what was due before is held against it, too.'),
             ('note', 'plan came late', 'x', 'Its first plan is of 2024-07-01, when 6 months of the year were over: what was due before is held against it, too.')$$,
    'a plan that comes when it is known what was done is named')
from set_config('bpm.as_of', '2024-07-31', true);
select results_eq($$select equal_quarters from plan_follows_actual_at('2024-07-31') where program_id = 'behind'$$, 'values (1)',
    'and that it equals what was spent');

-- silence is not safe ------------------------------------------------------------------------------------------------

select pg_temp.program('silent');
select pg_temp.indicator('silent', 'x', 'cumulative', '>= 100');
select results_eq(
    $$select d.day::text, m.days_late, m.colour from (values (date '2024-03-31'), ('2024-04-01'), ('2024-04-29'), ('2024-04-30'), ('2024-05-29'), ('2024-05-30')) d (day)
      cross join lateral indicator_monitor_at(d.day) m where m.program_id = 'silent' order by 1$$,
    -- due at the end of the first quarter
    $$values ('2024-03-31', 0, 'not due'), ('2024-04-01', 1, 'no data'), ('2024-04-29', 29, 'no data'), ('2024-04-30', 30, 'yellow'),
             ('2024-05-29', 59, 'yellow'), ('2024-05-30', 60, 'red')$$,
    'no figure: not due, then no data, yellow 30 days after it was due, red after 60');
-- a good figure of March, and then nothing: the next was due on 30 June
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('silent', 2024, 'x', '2024-03-20', 30);
select results_eq(
    $$select d.day::text, m.pace > 100, m.figure_due::text, m.colour from (values (date '2024-06-30'), ('2024-07-30'), ('2024-08-29')) d (day)
      cross join lateral indicator_monitor_at(d.day) m where m.program_id = 'silent' order by 1$$,
    -- 30 of 100 on 20 March, when 100 * (2 + 20/31) / 12 = 22.04 should be there
    $$values ('2024-06-30', true, '2024-06-30', 'blue'), ('2024-07-30', true, '2024-06-30', 'yellow'), ('2024-08-29', true, '2024-06-30', 'red')$$,
    'a figure is held against what should be there on its own day; that none came since is counted apart');
select pg_temp.program('survey');
select pg_temp.indicator('survey', 'x', 'level', '>= 90%');
select results_eq($$select d.day::text, m.colour from (values (date '2024-12-31'), ('2025-01-29'), ('2025-01-30'), ('2025-03-01')) d (day)
      cross join lateral indicator_monitor_at(d.day) m where m.program_id = 'survey' order by 1$$,
    $$values ('2024-12-31', 'not due'), ('2025-01-29', 'no data'), ('2025-01-30', 'yellow'), ('2025-03-01', 'red')$$,
    'a level is due once: at the end of the year, unless it says when');
update indicator set figure_every = 6 where program_id = 'survey';
select results_eq($$select figure_due::text from indicator_monitor_at('2024-07-31') where program_id = 'survey'$$, $$values ('2024-06-30')$$,
    'or how often');

-- a figure of the first day of a quarter says nothing about that quarter: the one of 30 September is still due
select pg_temp.program('early');
select pg_temp.indicator('early', 'x', 'cumulative', '>= 100', 60, '2024-07-01');
select results_eq(
    $$select d.day::text, m.figure_due::text, m.colour from (values (date '2024-09-30'), ('2024-10-30')) d (day)
      cross join lateral indicator_monitor_at(d.day) m where m.program_id = 'early' order by 1$$,
    $$values ('2024-09-30', '2024-09-30', 'green'), ('2024-10-30', '2024-09-30', 'yellow')$$,
    'a figure of July does not stand for September');
-- of a quarter its last month, of half a year the last two, of a year the last four
select results_eq(
    $$select every, day, figure_due('2024-01-01', '2024-12-31', every, day::date)::text
      from (values (1, '2024-07-01'), (3, '2024-08-31'), (3, '2024-09-01'), (6, '2024-04-30'), (6, '2024-05-01'),
                   (12, '2024-08-31'), (12, '2024-09-01')) f (every, day)$$,
    $$values (1, '2024-07-01', '2024-08-31'), (3, '2024-08-31', '2024-09-30'), (3, '2024-09-01', '2024-12-31'),
             (6, '2024-04-30', '2024-06-30'), (6, '2024-05-01', '2024-12-31'), (12, '2024-08-31', '2024-12-31'),
             (12, '2024-09-01', null)$$,
    'a figure stands for the period in whose last third its day lies');

-- what is compared with a whole year is due at the end of this one: 60 of 100 by June is no fall by 40 %
insert into program (program_id, fiscal_year, name, unit_id, nature) select 'fees', y, 'Fees', 'gov', 'revenue' from (values (2023), (2024)) y (y);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('fees', 2023, 'executed', '2023-12-31', 100), ('fees', 2024, 'approved', '2024-01-01', 110), ('fees', 2024, 'executed', '2024-06-30', 60);
insert into indicator (program_id, fiscal_year, indicator_id, name, source, numerator, denominator, ratio_as) values
    ('fees', 2024, 'growth', 'Growth', 'ratio', 'executed', 'executed last year', 'change');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values ('fees', 2024, 'growth', '2024-01-01', '>= 5%', 1);
select results_eq(
    $$select d.day::text, m.pace, m.colour, m.reason from (values (date '2024-06-30'), ('2024-12-31')) d (day)
      cross join lateral indicator_monitor_at(d.day) m where m.program_id = 'fees' order by 1$$,
    $$values ('2024-06-30', null, 'not due', 'Growth compares with the whole of last year: it is due at the end of this one'),
             ('2024-12-31', -800.0, 'red', 'Growth at -800 % of target, -40 of 5')$$,
    'a growth over last year is never red because this year is not over');
insert into indicator (program_id, fiscal_year, indicator_id, name, source) values ('early', 2024, 'built well', 'Built well', 'graded');
select results_eq(
    $$select colour, reason from indicator_monitor_at('2024-06-30') where program_id = 'early' and indicator_id = 'built well'$$,
    $$values ('not due', 'Built well is not graded yet, it is due on 2024-12-31')$$, 'what is graded has no target, and is due at the end');

-- how a figure moves -------------------------------------------------------------------------------------------------

select pg_temp.program('moves');
select pg_temp.indicator('moves', id, m, t, a, '2024-06-30') from (values
    ('within', 'cumulative', '<= 10', 5), ('ahead', 'cumulative', '<= 10', 8), ('beyond', 'cumulative', '<= 10', 11),
    ('cost', 'level', '<= 2.5', 2.5), ('dear', 'level', '<= 2.5', 2.51), ('none', 'level', '= 0', 0), ('some', 'level', '= 0', 1),
    ('graded', 'level', 'points (0: 0, 10: 80, 20: 100)', 10), ('partly', 'level', 'points (0: 0, 10: 80, 20: 100)', 8),
    ('direct', 'level', 'direct', 55), ('range', 'level', '10..20', 15), ('rate', 'rate', '>= 50%', 45)) i (id, m, t, a);
insert into indicator (program_id, fiscal_year, indicator_id, name, moves) values
    ('moves', 2024, 'early', 'Early', 'milestone'), ('moves', 2024, 'late', 'Late', 'milestone'), ('moves', 2024, 'open', 'Open', 'milestone'),
    ('moves', 2024, 'missed', 'Missed', 'milestone');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select 'moves', 2024, i, '2024-01-01', bpm.target_by(d), 1
from (values ('early', date '2024-05-31'), ('late', '2024-05-31'), ('open', '2024-06-30'), ('missed', '2024-06-29')) v (i, d);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual_date) values
    ('moves', 2024, 'early', '2024-06-01', '2024-05-31'), ('moves', 2024, 'late', '2024-06-03', '2024-06-01');
select results_eq(
    $$select indicator_id, pace, colour from indicator_monitor_at('2024-06-30') where program_id = 'moves' order by indicator_id$$, $$values
    -- 8 by half of the year would end at 16, over the limit of 10
    ('ahead', 100.0, 'yellow'), ('beyond', 0.0, 'red'), ('cost', 100.0, 'green'), ('dear', 0.0, 'red'), ('direct', 55.0, 'red'),
    ('early', 100.0, 'green'), ('graded', 80.0, 'green'), ('late', 0.0, 'red'), ('missed', 0.0, 'red'), ('none', 100.0, 'green'),
    ('open', null, 'not due'), ('partly', 64.0, 'yellow'), ('range', 100.0, 'green'), ('rate', 90.0, 'green'), ('some', 0.0, 'red'),
    ('within', 100.0, 'green')$$, 'limits, targets of 0, grades, ranges and milestones');
-- from 200 to 1000 half of the way are 400: 600 is there; 300 is a quarter of 400, 100 in 6 months
-- 16.67, and 700 are left for 6 months
select pg_temp.program('based');
select pg_temp.indicator('based', id, 'cumulative', t, a, '2024-06-30')
from (values ('even', '>= 1000 [ha from 3] from 200', 600), ('slow', '>= 1000 from 200', 300)) i (id, t, a);
select results_eq(
    $$select indicator_id, expected, pace, forecast, reason from indicator_monitor_at('2024-06-30') where program_id = 'based' order by 1$$, $$values
    ('even', 600.0, 100.0, null::numeric, 'Even at 60 % of target, 600 of 1000; 600 should be there'),
    ('slow', 600.0, 25.0, null, 'Slow at 30 % of target, 300 of 1000; 600 should be there; '
        'beyond what was ever done here: it needs 116.67 a month, 7 times the best, 16.67')$$,
    'progress from a baseline');
select results_eq($$select colour, target_colour, red_indicators, target_pace from monitor_result_at('2024-06-30') where program_id = 'moves'$$,
    $$values ('red', 'red', 6, 0.0)$$, 'within a program the worst colour wins, and the lowest pace is shown');

-- a plan of its own: a school year's output comes in summer
select pg_temp.program('own');
select pg_temp.indicator('own', 'x', 'cumulative', '>= 100', 5, '2024-06-30');
insert into indicator_plan (program_id, fiscal_year, indicator_id, month, valid_from, planned, recorded_at) values
    ('own', 2024, 'x', 6, '2024-01-01', 10, '2024-01-05'), ('own', 2024, 'x', 8, '2024-01-01', 90, '2024-01-05'),
    ('own', 2024, 'x', 12, '2024-01-01', 100, '2024-01-05');
select results_eq($$select d.day::text, m.expected, m.pace from (values (date '2024-06-30')) d (day)
    cross join lateral indicator_monitor_at(d.day) m where m.program_id = 'own'$$,
    $$values ('2024-06-30', 10.0, 50.0)$$, 'an indicator has a plan of its own');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('own', 2024, 'x', '2024-07-31', 50);
select results_eq($$select expected, pace from indicator_monitor_at('2024-07-31') where program_id = 'own'$$,
    -- half way from 10 to 90
    $$values (50.0, 100.0)$$, 'in a straight line between its months');
insert into indicator_plan (program_id, fiscal_year, indicator_id, month, valid_from, planned, recorded_at) values
    ('own', 2024, 'x', 8, '2024-07-20', 60, '2024-07-20');
select results_eq($$select expected from indicator_monitor_at('2024-07-31') where program_id = 'own'$$, 'values (50.0)', 'as it was known when the quarter began');

-- the best pace ever made here: an earlier year did 60 in its last three months, 20 a month
select pg_temp.program('reach', null, null, null, 'edu', y) from (values (2023), (2024)) y (y);
select pg_temp.indicator('reach', 'x', 'cumulative', '>= 100', 40, '2023-09-30', 2023);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('reach', 2023, 'x', '2023-12-31', 100);
select pg_temp.indicator('reach', 'x', 'cumulative', '>= 100', 45, '2024-09-30');
select results_eq($$select needed_per_month, best_per_month, unreachable from indicator_monitor_at('2024-09-30') where program_id = 'reach' and fiscal_year = 2024$$,
    -- 55 in 3 months
    $$values (18.33333333, 20.0, 0)$$, 'what was done in as much time before can be done again');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('reach', 2024, 'x', '2024-10-31', 50);
select results_eq($$select needed_per_month, best_per_month, unreachable from indicator_monitor_at('2024-10-31') where program_id = 'reach' and fiscal_year = 2024$$,
    -- 50 in 2 months; the best span of two months or more is still that of the last three of 2023
    $$values (25.0, 20.0, 1)$$, 'and more than that is named, as soon as it is beyond');

-- the same in plain SQL over the tables ------------------------------------------------------------------------------

-- 200 programs: some with a plan of all months, some without; money and one cumulative indicator; one day in each month.
-- What is planned for less than the budget follows the calendar in what is left.
insert into program (program_id, fiscal_year, name, unit_id)
select 'r' || n, 2024, 'R' || n, 'edu' from generate_series(1, 200) n;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select 'r' || n, 2024, k, d, a from generate_series(1, 200) n
cross join lateral (values ('approved', date '2024-01-01', 1200 + n % 7 * 100), ('executed', '2024-02-10', n * 3 % 211),
    ('executed', '2024-05-10', n * 7 % 307), ('executed', '2024-10-10', n * 11 % 401 - 50)) e (k, d, a);
insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount, recorded_at)
select 'r' || n, 2024, 'planned', m, '2024-01-01', (n + m * m) % 13 * 8, '2024-01-01'
from generate_series(1, 200) n, generate_series(1, 12) m where n % 3 > 0;
insert into indicator (program_id, fiscal_year, indicator_id, name, moves)
select 'r' || n, 2024, 'i', 'I', 'cumulative' from generate_series(1, 200) n;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select 'r' || n, 2024, 'i', '2024-01-01', bpm.target('>=', 100 + n % 5), 1 from generate_series(1, 200) n;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select 'r' || n, 2024, 'i', make_date(2024, m, 28), (n * m) % (m * 11) from generate_series(1, 200) n, generate_series(1, 12) m;
create temp view plainly as
with day as (
    select make_date(2024, m, 1 + m * 2) as day, m, (1 + m * 2)::numeric / extract(day from make_date(2024, m, 1) + interval '1 month - 1 day') as part
    from generate_series(1, 12) m
), money as (
    select d.day, d.m, d.part, p.program_id,
           sum(e.amount) filter (where e.kind = 'approved') as budget,
           coalesce(sum(e.amount) filter (where e.kind = 'executed' and e.entry_date <= d.day), 0) as executed,
           coalesce(sum(e.amount) filter (where e.kind = 'planned'), 0) as planned,
           coalesce(sum(e.amount * case when e.month < d.m then 1 else d.part end)
                    filter (where e.kind = 'planned' and e.month <= d.m), 0) as planned_so_far
    from day d cross join program p join budget_entry e using (program_id, fiscal_year)
    where p.program_id ~ '^r[0-9]'
    group by d.day, d.m, d.part, p.program_id
), expected as (
    -- by plan what is planned, and the calendar for what no month plans; a plan of more than the budget by its shares
    select m.*, (m.m - 1 + m.part) / 12 as linear,
           case when m.planned = 0 then (m.m - 1 + m.part) / 12
                when m.planned < m.budget
                then (m.planned_so_far + (m.budget - m.planned) * (m.m - 1 + m.part) / 12) / m.budget
                else m.planned_so_far / m.planned end as share
    from money m
)
select e.day, e.program_id, round(e.budget * e.share, 4) as expected, e.executed,
       round(100 * e.executed / (e.budget * e.share), 4) as pace
from expected e;
select is((select count(*) from plainly where pace is not null), 2400::bigint, '200 programs on twelve days');
select is_empty($$
    select p.*, m.expected, m.budget_pace from plainly p
    join lateral monitor_result_at(p.day) m on m.program_id = p.program_id and m.fiscal_year = 2024
    where round(m.expected, 4) is distinct from p.expected or m.executed <> p.executed
        or abs(m.budget_pace - p.pace) > 0.0001$$,
    'what should be spent, and the pace, are the same in plain SQL');

select * from finish();
rollback;
