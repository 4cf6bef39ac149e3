-- Forecasts: what was spent by the same day of earlier years, where the year will end, between which figures, and how
-- each method did before. By hand first, then on thirteen years of the departments of Philadelphia.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
set local jit = off;
set local timezone = 'UTC';
select no_plan();
select bpm.create_model('fore');
set local search_path = fore, public;
set local bpm.as_of = '2026-07-31';

-- the same day of another year ---------------------------------------------------------------------------------------

select is(same_day('2026-07-31', -12), date '2025-07-31', 'the same day a year before');
select is(same_day('2023-02-28', 12), date '2024-02-29', 'the last day of a month stays the last day');
select is(same_day('2024-02-28', -12), date '2023-02-28', 'a day before it stays the day');
select is(same_day('2026-06-30', -1), date '2026-05-31', 'in another month too');
select is(same_day('infinity', -12), date 'infinity', 'of infinity infinity');
select is(same_day('-infinity', 12), date '-infinity', 'of minus infinity too');
select is(same_day(null, 12), null::date, 'of nothing nothing');
select is(months_after('2025-07-01', '2023-07-01'), -24, 'months between two years');
select is(months_after('2025-07-01', '2026-01-01'), 6, 'also where the year begins in another month');

-- one program by hand ------------------------------------------------------------------------------------------------

-- P has a budget of 1000 from the beginning of each year, and spends m * (year - 2010) on the 28th of month m. Until
-- July that is 28 * (year - 2010), in the whole year 78 * (year - 2010). 2022 was a flood. On 31 July 2026:
--   year   2021   2023   2024   2025 | 2026        run rate: 448 / (7/12) = 768
--   y       308    364    392    420 |  448        share: y/a is 28/78 in each year: 448 * 78/28 = 1248
--   a       858   1014   1092   1170 |             execution: median of a/b = (1.014 + 1.092) / 2: 1053
--   burn: (a-y)/(1000-y) = 550/692, 650/636, 700/608, 750/580: median (650/636 + 700/608) / 2 = 1.08666418...
--         448 + 552 * 1.08666418... = 1047.83862959; the median of 1248, 1053 and 1047.84 is 1053
insert into unit values ('gov', null, 'Government'), ('u', 'gov', 'U'), ('v', 'gov', 'V'), ('w', 'gov', 'W');
insert into program (program_id, fiscal_year, name, unit_id)
select 'P', y, 'P', 'u' from generate_series(2019, 2026) y;
insert into program (program_id, fiscal_year, name, unit_id, scope)
select 'O', y, 'O', 'u', 'department' from generate_series(2019, 2026) y;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select 'P', y, 'approved', make_date(y, 1, 1), 1000 from generate_series(2019, 2026) y;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, recorded_at)
select 'P', y, 'executed', make_date(y, m, 28), m * (y - 2010), make_date(y, m, 28)
from generate_series(2019, 2026) y, generate_series(1, 12) m where y < 2026 or m < 8;
insert into unusual_year values (2022, 'flood');

create temp view history as
select p.program_id, p.fiscal_year as of_year, h.* from program_state p cross join lateral money_history(p) h;
select results_eq($$select fiscal_year, spent, budget, outturn from history where program_id = 'P' and of_year = 2026
    order by 1$$,
    $$values (2021, 308.00, 1000.00, 858.00), (2023, 364.00, 1000.00, 1014.00), (2024, 392.00, 1000.00, 1092.00),
        (2025, 420.00, 1000.00, 1170.00)$$, 'the five years before as on the same day, without the unusual one');
select results_eq($$select fiscal_year, spent, budget, outturn from history where program_id = 'O' and of_year = 2026
    order by 1$$, $$select fiscal_year, spent, budget, outturn from history where program_id = 'P' and of_year = 2026
    order by 1$$, 'an overall program has the money of what it covers, in each year of what it covered then');
create temp view forecasts as
select p.program_id, p.fiscal_year, m.method, f.forecast
from program_state p
cross join unnest('{budget,run rate,historical share,execution,burn,median of three}'::text[]) m (method)
cross join lateral forecast_of(p, m.method) f;
select results_eq($$select method, forecast from forecasts where program_id = 'P' and fiscal_year = 2026
    order by method$$,
    $$values ('budget', 1000.00::numeric), ('burn', 1047.83862959), ('execution', 1053), ('historical share', 1248),
        ('median of three', 1053), ('run rate', 768)$$, 'each method by hand');
select is_empty($$select * from (select method, forecast from forecasts where program_id = 'O' and fiscal_year = 2026
    except select method, forecast from forecasts where program_id = 'P') x$$, 'of the overall program too');
select set_eq($$select forecast from forecasts where program_id = 'P' and fiscal_year = 2025$$, $$values (1170.00)$$,
    'a year that is over ended where it did, by any method');
select results_eq($$select forecast, method, best_method, past_years, linear_share, reason from forecast_result
    where program_id = 'P' and fiscal_year = 2026$$,
    $$values (null::numeric, 'median of three', 'historical share', 4, 0.5833333333333333,
        'fewer than ten past errors: before 70 % of the year no estimate is shown without its interval')$$,
    'in July no estimate without its interval');
select results_eq($$select num_nonnulls(run_rate, historical_share, execution, burn, best_forecast, over_budget)
    from forecast_result where program_id = 'P' and fiscal_year = 2026$$, $$values (0)$$, 'by no method');
-- 30 September: nothing is spent in August and September of 2026. 448 / 0.75 = 597.33...; y/a is 45/78 in each year:
-- 448 * 78/45 = 776.53...; burn: 363/505, 429/415, 462/370, 495/325: 448 + 552 * (429/415 + 462/370) / 2 = 1077.94...
select results_eq($$select spent, budget, run_rate, historical_share, execution, forecast, forecast_low, over_budget,
    reason from forecast_result_at('2026-09-30') where program_id = 'P' and fiscal_year = 2026$$,
    $$values (448.00, 1000.00, 597.33333333, 776.53333333, 1053::numeric, 1053::numeric, null::numeric, 53::numeric,
        'no interval: fewer than ten past errors')$$, 'from 70 % on it is shown, and said to have none');
select results_eq($$select spent, budget, forecast, over_budget, run_rate, reason from forecast_result
    where program_id = 'P' and fiscal_year = 2025$$,
    $$values (1170.00, 1000.00, 1170::numeric, 170::numeric, null::numeric,
        'the year is over: this is what was spent')$$, 'once the year is over it is what was spent');
select results_eq($$select spent, forecast, is_overall from forecast_result_at('2026-09-30') where fiscal_year = 2026$$,
    $$values (448.00, 1053::numeric, 0), (448.00, 1053, 1)$$, 'the overall program beside it');
select results_eq($$select unit_id, spent, forecast, past_years from unit_forecast_at('2026-09-30')
    where fiscal_year = 2026 order by 1$$,
    $$values ('gov', 448.00, 1053::numeric, 4), ('u', 448.00, 1053, 4)$$,
    'a unit sums what has money of its own, once');
-- by 15 August 2025 what was spent from January to July of it was recorded, and no budget
select results_eq($$select h.spent, h.budget, h.outturn from program_state_at('2026-07-31', '2025-08-15') p
    cross join lateral money_history(p) h where p.program_id = 'P' and p.fiscal_year = 2026 and h.fiscal_year = 2025$$,
    $$values (420.00, 0.00, 420.00)$$, 'history is what was known of it');

-- intervals ----------------------------------------------------------------------------------------------------------

-- Eleven programs k = 0..10: in 2025 700 until July, 1000 + 40k in the year; in 2026 350 so far. The run rate of then is
-- 1200, so that outturn / run rate is (1000 + 40k) / 1200; of eleven the 10th percentile is the second (1040 / 1200)
-- and the 90th the tenth (1360 / 1200). The run rate of now is 600: from 520 to 680.
select bpm.create_model('pool');
set local search_path = pool, public;
update setting set forecast_method = 'run rate';
insert into unit values ('gov', null, 'Government'), ('u', 'gov', 'U'), ('v', 'gov', 'V');
insert into program (program_id, fiscal_year, name, unit_id, nature)
select 'k' || k, y, 'K', 'u', n.nature from generate_series(0, 10) k, generate_series(2025, 2026) y,
    lateral (values ('expenditure')) n (nature);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select program_id, fiscal_year, 'approved', make_date(fiscal_year, 1, 1), 500 from program
union all
select program_id, fiscal_year, 'executed', make_date(fiscal_year, 7, 31), case fiscal_year when 2025 then 700 else 350 end
from program
union all
select program_id, 2025, 'executed', '2025-12-31', 300 + 40 * substr(program_id, 2)::integer
from program where fiscal_year = 2025;
select results_eq($$select distinct forecast, forecast_low, forecast_high, run_rate, run_rate_low, over_budget,
    past_errors, past_years, reason from forecast_result where fiscal_year = 2026$$,
    $$values (600::numeric, 520::numeric, 680::numeric, 600::numeric, 520::numeric, 100::numeric, 11, 1,
        null::text)$$, 'the interval of the run rate by hand: it needs no two years');
select results_eq($$select distinct historical_share, execution, burn from forecast_result where fiscal_year = 2026$$,
    $$values (null::numeric, null::numeric, null::numeric)$$, 'the others do');
update setting set forecast_interval = 100 - 1;
-- 0.5 %: h = 10 * 0.005 = 0.05 between 1000 and 1040 of 1200: 1002 / 1200 * 600 = 501
select is((select max(forecast_low) from forecast_result where fiscal_year = 2026), 501::numeric,
    'the setting says how wide it is');
update setting set forecast_interval = 80;
insert into unusual_year values (2025, 'strike');
select results_eq($$select distinct forecast, past_errors, reason from forecast_result where fiscal_year = 2026$$,
    $$values (null::numeric, null::integer,
        'fewer than ten past errors: before 70 % of the year no estimate is shown without its interval')$$,
    'an unusual year teaches no errors');
delete from unusual_year;
update setting set forecast_method = 'median of three';
select results_eq($$select distinct forecast, reason from forecast_result where fiscal_year = 2026$$,
    $$values (null::numeric, 'one past year: forecasts by history need two')$$, 'one past year');
select results_eq($$select distinct forecast, reason from unit_forecast where fiscal_year = 2026$$,
    $$values (null::numeric, 'one past year: forecasts by history need two')$$, 'of a unit too');

-- what is not there, and why -----------------------------------------------------------------------------------------

insert into program (program_id, fiscal_year, name, unit_id, nature, revenue_type) values
    ('new', 2026, 'New', 'v', 'expenditure', null), ('empty', 2026, 'Empty', 'v', 'expenditure', null),
    ('late', 2027, 'Late', 'v', 'expenditure', null), ('taxes', 2025, 'Taxes', 'v', 'revenue', 'tax'),
    ('taxes', 2026, 'Taxes', 'v', 'revenue', 'tax'), ('void', 2025, 'Void', 'v', 'expenditure', null),
    ('free', 2026, 'Free', 'v', 'expenditure', null), ('quiet', 2026, 'Quiet', 'v', 'expenditure', null),
    ('minus', 2026, 'Minus', 'v', 'expenditure', null);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('new', 2026, 'approved', '2026-01-01', 100), ('new', 2026, 'executed', '2026-02-01', 50),
    ('late', 2027, 'approved', '2026-07-01', 100), ('taxes', 2025, 'approved', '2025-01-01', 100),
    ('taxes', 2025, 'executed', '2025-03-01', 120), ('taxes', 2026, 'approved', '2026-01-01', 100),
    ('taxes', 2026, 'executed', '2026-01-31', 70), ('free', 2026, 'executed', '2026-02-01', 50),
    ('quiet', 2026, 'approved', '2026-01-01', 100), ('minus', 2026, 'executed', '2026-02-01', -50),
    ('minus', 2026, 'approved', '2026-01-01', 100);
create temp view said as
select program_id, fiscal_year, forecast, reason from forecast_result where unit_id = 'v';
select results_eq('select * from said order by 1, 2', $$values
    ('empty', 2026, null::numeric, 'nothing is booked yet'),
    ('free', 2026, null, 'no past year: forecasts by history need two'),
    ('late', 2027, null, 'the year has not begun'),
    ('minus', 2026, null, 'no past year: forecasts by history need two'),
    ('new', 2026, null, 'no past year: forecasts by history need two'),
    ('quiet', 2026, null, 'no past year: forecasts by history need two'),
    ('taxes', 2025, 120, 'the year is over: this is what was collected'),
    ('taxes', 2026, null, 'one past year: forecasts by history need two'),
    ('void', 2025, null, 'the year is over, and nothing is booked')$$, 'an empty forecast says why');
update setting set forecast_method = 'run rate';
-- run rate by 30 September: 50 * 4/3, 70 * 4/3 and -50 * 4/3
set local bpm.as_of = '2026-09-30';
select results_eq('select * from said where fiscal_year = 2026 order by 1', $$values
    ('empty', 2026, null::numeric, 'nothing is booked yet'),
    ('free', 2026, 66.66666667, null),
    ('minus', 2026, -66.66666667, 'no interval: the forecast is not above 0'),
    ('new', 2026, 66.66666667, null),
    ('quiet', 2026, null, 'nothing is spent yet'),
    ('taxes', 2026, 93.33333333, 'no interval: fewer than ten past errors')$$, 'by the run rate');
set local bpm.as_of = '2026-07-31';
update setting set forecast_method = 'execution';
insert into program (program_id, fiscal_year, name, unit_id)
select 'free', y, 'Free', 'v' from generate_series(2023, 2025) y;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select 'free', y, k, make_date(y, m, 1), 50
from generate_series(2023, 2025) y, (values ('approved', 1), ('executed', 2), ('executed', 11)) v (k, m);
select results_eq($$select past_years, execution, burn, reason from forecast_result where program_id = 'free'
    and fiscal_year = 2026$$, $$values (3, null::numeric, null::numeric, 'no budget')$$,
    'without a budget nothing is forecast from it');
-- half was spent by July in each year: 50 / (50/100) = 100
select is((select f.forecast from program_state p, forecast_of(p, 'median of three') f where program_id = 'free'
    and fiscal_year = 2026), 100::numeric, 'but from what was spent it is');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
values ('free', 2026, 'approved', '2026-01-01', 0);
select is((select reason from forecast_result where program_id = 'free' and fiscal_year = 2026), 'no budget',
    'a budget of 0 is none');
select is((select over_budget from forecast_result_at('2026-12-31') where program_id = 'free' and fiscal_year = 2026),
    50::numeric, 'what is spent beyond it is named');

-- a unit as it was in each year: what moved takes nothing along ------------------------------------------------------

select bpm.create_model('moving');
set local search_path = moving, public;
insert into unit values ('gov', null, 'Government'), ('a', 'gov', 'A'), ('b', 'gov', 'B'), ('c', 'a', 'C');
insert into unit_move values ('c', 2026, 'b');
insert into program (program_id, fiscal_year, name, unit_id)
select 'p', y, 'P', 'c' from generate_series(2022, 2026) y;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select 'p', y, k, make_date(y, m, 1), 50
from generate_series(2022, 2026) y, (values ('approved', 1), ('executed', 2), ('executed', 11)) v (k, m);
select results_eq($$select unit_id, past_years from unit_forecast where fiscal_year = 2026 order by 1$$,
    $$values ('b', 0), ('c', 4), ('gov', 4)$$, 'by the tree of each year');
select is_empty('select * from forecast_accuracy', 'where y = b = 50 no year has a burn, and nothing is compared');
update setting set forecast_method = 'historical share';
-- budget 120 from here: burn (100 - 50) / (120 - 50) of each year
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select 'p', y, 'approved', make_date(y, 1, 1), 70 from generate_series(2022, 2026) y;
select results_eq($$select distinct unit_id, cases, interval_cases, median_error, is_best from forecast_accuracy
    where method = 'median of three' order by 1$$,
    $$values ('a', 2, 0, 0.00000000, 1), ('c', 2, 0, 0, 1), ('gov', 2, 0, 0, 1)$$,
    'cases too: 2024 and 2025 have two years before them, and were below a');
-- the budget is 120 for 100: 20 %; the run rate 50 / (7/12) = 85.71428571, 14.28571429 % below 100
select results_eq($$select method, median_error from forecast_accuracy where unit_id = 'c' order by 1$$,
    $$values ('budget', 20.00000000), ('burn', 0), ('execution', 0), ('historical share', 0), ('median of three', 0),
        ('run rate', 14.28571429)$$, 'the errors by hand');

-- indicators ---------------------------------------------------------------------------------------------------------

-- Meters of pipe: 30 of 100 until June in 2023 and 2025 (share 0.3), 20 of 80 in 2024 (0.25); in 2026 24 until June, and
-- no figure since. Run rate: 24 / 0.5 = 48; share: the median of 0.3, 0.25, 0.3: 24 / 0.3 = 80; between them 64.
-- Errors at half a year: 2025 had 30: run rate 60, share by the median of 0.3 and 0.25 (0.275) 109.09090909, between them
-- 84.54545455, and became 100: 1.18279570; of 2023 and 2024 there is the run rate alone: 60, and became 100; 40, and
-- became 80: 2. Ten of each: of thirty the 10th percentile is 1.18279570, the 90th 2: from 75.69892 to 128.
select bpm.create_model('pipes');
set local search_path = pipes, public;
insert into unit values ('gov', null, 'Government');
insert into program (program_id, fiscal_year, name, unit_id)
select 'w' || n, y, 'Water', 'gov' from generate_series(1, 10) n, generate_series(2023, 2026) y;
insert into indicator (program_id, fiscal_year, indicator_id, name, source, moves)
select program_id, fiscal_year, i, 'Meters', 'measured', case i when 'm' then 'cumulative' else 'level' end
from program, unnest('{m,level}'::text[]) i;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
select program_id, fiscal_year, 'm', make_date(fiscal_year, 1, 1),
       case program_id when 'w2' then '>= 60'::bpm.target else '>= 90' end
from program;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select p.program_id, p.fiscal_year, i, d.as_of,
       case p.fiscal_year when 2026 then 24 when 2024 then d.of_2024 else d.of_others end
from program p, unnest('{m,level}'::text[]) i,
    lateral (values (make_date(p.fiscal_year, 6, 30), 20, 30), (make_date(p.fiscal_year, 12, 31), 80, 100))
        d (as_of, of_2024, of_others)
where d.as_of < '2026-12-31';
select results_eq($$select actual, measured_on, figure_share, past_years, past_errors, run_rate, historical_share,
    forecast, round(forecast_low, 5), forecast_high, would_meet, reason from indicator_forecast
    where program_id = 'w1' and fiscal_year = 2026$$,
    $$values (24::numeric, date '2026-06-30', 0.5, 3, 30, 48::numeric, 80::numeric, 64::numeric, 75.69892,
        128::numeric, 0, null::text)$$, 'an indicator by hand');
select is((select would_meet from indicator_forecast where program_id = 'w2' and fiscal_year = 2026), 1,
    'whether its target would be met');
select set_eq('select indicator_id from indicator_forecast', $$values ('m')$$, 'only what adds up is forecast');
select results_eq($$select forecast, would_meet, run_rate, reason from indicator_forecast
    where program_id = 'w1' and fiscal_year = 2024$$,
    $$values (80::numeric, 0, null::numeric, 'the year is over: this is its figure')$$,
    'once the year is over it is what it was');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
values ('w3', 2026, 'm', '2026-07-31', 0);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired, reason)
values ('w4', 2026, 'm', '2026-07-01', true, 'gone');
select results_eq($$select program_id, forecast, reason from indicator_forecast
    where program_id in ('w3', 'w4') and fiscal_year = 2026$$,
    $$values ('w3', null::numeric, 'its figure is 0 so far')$$, 'none of nothing, nor of what was given up');
insert into unusual_year values (2023, 'a'), (2024, 'b');
-- of w3 and w4 nobody asks how it was by a day: eight errors are left
select results_eq($$select run_rate, past_years, past_errors, reason from indicator_forecast
    where program_id = 'w1' and fiscal_year = 2026$$,
    $$values (null::numeric, 1, 9, 'fewer than ten past errors: before 70 % of the year no estimate is shown without '
        'its interval')$$, 'an unusual year teaches nothing');
insert into unusual_year values (2025, 'c');
select results_eq($$select past_years, past_errors, reason from indicator_forecast
    where program_id = 'w1' and fiscal_year = 2026$$,
    $$values (0, null::integer, 'fewer than ten past errors: before 70 % of the year no estimate is shown without '
        'its interval')$$, 'nor do three');
select results_eq($$select fiscal_year, forecast, figure_share, reason from indicator_forecast_at('2025-12-30')
    where program_id = 'w1' and fiscal_year in (2025, 2026) order by fiscal_year$$,
    $$values (2025, null::numeric, 0.5, 'fewer than ten past errors: before 70 % of the year no estimate is shown '
        'without its interval'), (2026, null, null, 'the year has not begun')$$,
    'how far the year is, is said by the figure');

-- bad input ----------------------------------------------------------------------------------------------------------

set local search_path = pool, public;
update setting set forecast_method = 'run rate';
create table odd_entry as select * from program_budget;
alter table odd_entry alter approved type numeric, alter executed type numeric;
create or replace view program_budget as
select program_id, fiscal_year, entry_id, entry_date, recorded_at, proposed, approved::numeric(20,2), carried_over,
       adjusted, received, committed, executed::numeric(20,2), planned, month, fund, economic_id, currency, one_off
from odd_entry;
update odd_entry set executed = 'NaN' where program_id = 'k0' and fiscal_year = 2026 and executed is not null;
update odd_entry set approved = 'NaN' where program_id = 'k1' and fiscal_year = 2026 and approved is not null;
update odd_entry set entry_date = null where program_id = 'k2' and fiscal_year = 2026;
update odd_entry set executed = -700 where program_id = 'k3' and fiscal_year = 2025;
insert into odd_entry (program_id, fiscal_year, entry_id, entry_date) values ('empty', 2026, 'nothing', '2026-01-01');
select results_eq($$select program_id, spent, budget, forecast, past_errors, reason from forecast_result
    where fiscal_year = 2026 and program_id in ('k0', 'k1', 'k2', 'empty') order by 1$$,
    $$values ('empty', null::numeric, null::numeric, null::numeric, 13, 'nothing is booked yet'),
        ('k0', 0.00, 500.00, null, 13, 'nothing is spent yet'), ('k1', 350.00, 0.00, 600, 13, null),
        ('k2', null, null, null, 13, 'nothing is booked yet')$$, 'what is no figure counts for nothing');
create function pg_temp.everything() returns setof text language plpgsql as $$
declare
    v text;
begin
    for v in select f from unnest('{forecast_result,unit_forecast,forecast_accuracy,indicator_forecast}'::text[]) n,
        lateral (values (n), (n || '_at(''infinity'')'), (n || '_at(''-infinity'')'), (n || '_at(''9999-12-31'')'),
                        (n || '_at(''0001-01-01'')'), (n || '_at(''2026-12-31'')')) s (f)
    loop
        begin
            execute format('select count(x::text) from %s x', v);
        exception when others then
            return next v || ': ' || sqlerrm;
        end;
    end loop;
    perform f.forecast from program_state p,
        unnest('{budget,run rate,historical share,execution,burn,median of three}'::text[]) m, forecast_of(p, m) f;
end $$;
select is_empty('select pg_temp.everything()', 'everything answers, on every day');
create or replace view program_budget as
select program_id, fiscal_year, entry_id, entry_date, recorded_at, proposed, approved::numeric(20,2) as approved,
       carried_over, adjusted, received, committed, executed::numeric(20,2) as executed, planned, month, fund,
       economic_id, currency, one_off
from odd_entry;
update odd_entry set executed = case substr(program_id, 2) when '4' then 9e17 when '5' then -9e17 else 0.01 end
where program_id in ('k4', 'k5', 'k6') and executed is not null;
select is_empty('select pg_temp.everything()', 'with the largest amounts too');
update setting set forecast_method = 'median of three';
select is_empty('select pg_temp.everything()', 'by another method too');
alter table program drop constraint fiscal_year_has_four_digits;
set local session_replication_role = replica;
insert into program (program_id, fiscal_year, name, unit_id) values
    ('old', -2147483648, 'Old', 'v'), ('old', 2147483647, 'Old', 'v'), ('old', 0, 'Old', 'v'), ('old', 1, 'Old', 'v');
set local session_replication_role = origin;
select is_empty('select pg_temp.everything()', 'in years that no calendar has');

-- Philadelphia: 13 years of 80 departments ---------------------------------------------------------------------------

\set shared ''
\getenv shared BPM_SHARED
\set file :shared '/data/philadelphia/obligations.csv'
\setenv BPM_FILE :file
\set there `test -r "$BPM_FILE" && echo on || echo off`
select getdatabaseencoding() in ('UTF8', 'SQL_ASCII') and :'there' = 'on' as there \gset
\if :there
-- What the city published after each quarter: spent until then, the target budget of the year, its own projection.
create temp table obligation (dept text, dept_name text, fy int, what text, period text, as_of date, report_fy int,
                              report_q int, usd numeric(20,2));
\set load '\\copy obligation from \'' :file '\' (format csv, header, encoding \'utf8\')'
:load
select bpm.create_model('philadelphia');
set local search_path = philadelphia, public;
update setting set year_start_month = 7;
-- a year that is left out of the reference figures
insert into unusual_year values (2015, 'left out of the reference figures');
insert into unit (unit_id, name) values ('city', 'City');
insert into unit (unit_id, parent_id, name) select dept, 'city', min(dept_name) from obligation group by 1;
-- years of departments whose outturn was published, and 2023, which was not over
insert into program (program_id, fiscal_year, name, unit_id)
select dept, fy, min(dept_name), dept from obligation where fy > 2007
group by dept, fy having fy = 2023 or bool_or(what = 'Actual' and period = 'Full Year');
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
select program_id, fiscal_year, 'quarter', 'quarterly report', 'as reported' from program;
-- the budget is what was reported at the end of a quarter, and spent is what was added in it; the rest at the end
insert into budget_entry (program_id, fiscal_year, kind, adjustment_id, entry_date, amount)
select dept, fy, case when n = 1 then 'approved' else 'adjusted' end, case when n > 1 then 'quarter' end, as_of,
       usd - before
from (select dept, fy, as_of, usd, row_number() over w as n, lag(usd, 1, 0.00) over w as before
      from obligation where what = 'Target Budget' and period = 'Full Year' and report_q < 4
      window w as (partition by dept, fy order by as_of)) o
join program p on p.program_id = o.dept and p.fiscal_year = o.fy;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select dept, fy, 'executed', as_of, usd - before
from (select dept, fy, as_of, usd, lag(usd, 1, 0.00) over (partition by dept, fy order by as_of) as before
      from obligation
      where what = 'Actual' and (period = 'YTD' and extract(month from as_of) <> 6 or period = 'Full Year')) o
join program p on p.program_id = o.dept and p.fiscal_year = o.fy;
analyze;

create function pg_temp.errors(day date) returns table (method text, cases integer, median_error numeric)
    language sql as $$
    select a.method, a.cases, round(a.median_error, 2) from forecast_accuracy_at(day) a
    where a.unit_id = 'city' and a.method <> 'historical share'
    union all
    -- the city's own projection, over the same cases
    select 'the city''s own', count(*)::integer, round(100 * bpm.ratio_quantile(abs(o.usd - c.outturn), c.outturn, 0.5), 2)
    from forecast_case_at(day) c
    join obligation o on o.dept = c.id and o.fy = c.fiscal_year and o.what = 'Current Projection'
        and o.period = 'Full Year' and to_char(o.as_of, 'MM-DD') = to_char(day, 'MM-DD')
    where c.grain = 'program' and c.is_compared
$$;
select set_eq($$select * from pg_temp.errors('2022-09-30')$$, $$values
    ('budget', 723, 5.17), ('run rate', 723, 26.72), ('the city''s own', 723, 4.65), ('execution', 723, 4.48),
    ('burn', 723, 4.35), ('median of three', 723, 4.20)$$, 'the first quarter, to the printed digit');
select set_eq($$select * from pg_temp.errors('2022-12-31')$$, $$values
    ('budget', 766, 4.73), ('run rate', 766, 10.64), ('the city''s own', 766, 4.38), ('execution', 766, 4.11),
    ('burn', 766, 3.94), ('median of three', 766, 3.83)$$, 'the second');
select set_eq($$select * from pg_temp.errors('2023-03-31')$$, $$values
    ('budget', 834, 4.44), ('run rate', 834, 7.24), ('the city''s own', 834, 4.16), ('execution', 834, 3.77),
    ('burn', 834, 3.01), ('median of three', 834, 3.01)$$, 'the third');
select is((select round(median_error, 2) from forecast_accuracy_at('2023-03-31') where unit_id = 'city'
    and method = 'historical share'), 3.71, 'and the historical share');
create temp table quarter as
select d.day, a.* from (values (date '2022-09-30'), ('2022-12-31'), ('2023-03-31')) d (day),
    lateral forecast_accuracy_at(d.day) a where a.unit_id = 'city';
select is_empty($$select day, method, coverage from quarter where coverage not between 75 and 85
    and method in ('median of three', 'burn', 'execution')$$, 'the interval of 80 % covers 75 to 85 % of the outturns');
select is_empty($$select * from quarter where interval_cases < 600 or covered_cases > interval_cases
    or coverage <> round(100.0 * covered_cases / interval_cases, 4)$$, 'of more than 600 cases each');
select set_eq($$select day, method from quarter where is_best = 1$$, $$values
    (date '2022-09-30', 'median of three'), (date '2022-12-31', 'median of three'), (date '2023-03-31', 'burn')$$,
    'the best of each quarter, by the last digits');
-- 2023 itself: every department with two years has its forecast, and that of the city is from its own sums
select is((select count(*) from forecast_result_at('2022-12-31') where fiscal_year = 2023 and past_years > 1
    and forecast is null and reason is distinct from 'the forecast is not above 0: before 70 % of the year no estimate '
        'is shown without its interval'), 0::bigint, 'with two years there is a forecast');
select results_eq($$select spent, budget, forecast between forecast_low and forecast_high, past_errors > 300
    from unit_forecast_at('2022-12-31') where unit_id = 'city' and fiscal_year = 2023$$,
    $$select sum(o.usd) filter (where o.what = 'Actual' and o.period = 'YTD'),
             sum(o.usd) filter (where o.what = 'Target Budget' and o.period = 'Full Year'), true, true
      from obligation o where o.fy = 2023 and o.as_of = '2022-12-31'$$, 'the city is the sum of its departments');
select is_empty($$
    -- an independent reckoning of the methods, in numerics with plenty of digits, over all departments
    with y as (
        select p.program_id, p.fiscal_year,
               sum(e.amount) filter (where e.kind = 'executed' and e.entry_date <= make_date(p.fiscal_year - 1, 12, 31)) as y,
               sum(e.amount) filter (where e.kind <> 'executed' and e.entry_date <= make_date(p.fiscal_year - 1, 12, 31)) as b,
               sum(e.amount) filter (where e.kind = 'executed') as a
        from program p join budget_entry e using (program_id, fiscal_year) group by 1, 2
    ), m as (
        select n.program_id, n.y, n.b,
               percentile_cont(0.5) within group (order by (z.y / z.a)::float8) filter (where z.a > 0) as s,
               percentile_cont(0.5) within group (order by (z.a / z.b)::float8) filter (where z.b > 0 and z.a >= 0) as e,
               percentile_cont(0.5) within group (order by ((z.a - z.y) / (z.b - z.y))::float8)
                   filter (where z.b > z.y and z.a >= 0) as u
        from y n join y z on z.program_id = n.program_id and z.fiscal_year between 2018 and 2022
        where n.fiscal_year = 2023 and n.y > 0 and n.b > 0
        group by 1, 2, 3 having count(*) filter (where z.b > z.y and z.a > 0) > 1
    )
    select m.program_id from m join forecast_result_at('2022-12-31') r on r.program_id = m.program_id and r.fiscal_year = 2023
    where m.s > 0 and (abs(r.historical_share / (m.y / m.s)::numeric - 1) > 1e-12 or abs(r.execution / (m.b * m.e)::numeric - 1) > 1e-12
        or abs(r.burn / (m.y + (m.b - m.y) * m.u)::numeric - 1) > 1e-12
        or abs(r.forecast / (select percentile_cont(0.5) within group (order by v)
            from unnest(array[m.y / m.s, m.b * m.e, m.y + (m.b - m.y) * m.u]::float8[]) v)::numeric - 1) > 1e-12)
$$, 'as reckoned otherwise, department by department');
\else
select skip('the published data set is not here: set BPM_SHARED to the folder that holds data/', 10);
\endif

select * from finish();
rollback;
