-- Monitoring: what should be there by a day, pace and its colours, earned value, quantiles and forecasts. Rules by hand, plain
-- SQL as an oracle, published figures of a city, and one answer whatever the plan.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

-- what a statement fails with: SQLSTATE, message, DETAIL, HINT
create function pg_temp.failure(statement text, out state text, out message text, out detail text, out hint text)
language plpgsql as $$
begin
    execute statement;
exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text,
        detail = pg_exception_detail, hint = pg_exception_hint;
end $$;
create function pg_temp.answer(statement text) returns text language plpgsql as $$
declare
    found text;
begin
    execute statement into found;
    return found;
end $$;
create function pg_temp.plan_of(statement text) returns text language plpgsql as $$
declare
    line text;
    lines text := '';
begin
    for line in execute 'explain (costs off) ' || statement loop
        lines := lines || line || E'\n';
    end loop;
    return lines;
end $$;
-- a / b with sixty decimals
create function pg_temp.quotient(a numeric, b numeric) returns numeric language sql immutable as
$$ select a::numeric(400, 60) / nullif(b, 0) $$;
create temp table refused (statement text, state text, message text, detail text);

----------------------------------------------------------------------------------------------------
-- The share of a period
----------------------------------------------------------------------------------------------------

create temp table share_case (title text, expression text, expected text);
insert into share_case values
    ('seven of twelve months', $$ '2026-07-31', '[2026-01-01,2026-12-31]' $$, '0.5833333333333333'),
    -- (1 + 10/28) / 12 = 38/336
    ('a begun month by its days: January, and 10 of 28', $$ '2026-02-10', '[2026-01-01,2027-01-01)' $$, '0.1130952380952381'),
    -- (1 + 10/29) / 12 = 39/348
    ('29 in a leap year', $$ '2028-02-10', '[2028-01-01,2028-12-31]' $$, '0.1120689655172414'),
    ('the first day of a year: 1/31 of 1/12', $$ '2026-01-01', '[2026-01-01,2026-12-31]' $$, '0.0026881720430108'),
    ('the last day: all', $$ '2026-12-31', '[2026-01-01,2026-12-31]' $$, '1.0000000000000000'),
    ('a fiscal year from July: January is its seventh month', $$ '2027-01-31', '[2026-07-01,2027-07-01)' $$, '0.5833333333333333'),
    ('a quarter: 1 1/2 of three months', $$ '2026-05-31', '[2026-04-01,2026-06-30]' $$, '0.6666666666666667'),
    ('eighteen months', $$ '2027-03-31', '[2026-01-01,2027-06-30]' $$, '0.8333333333333333'),
    ('one month: 10/30', $$ '2026-06-10', '[2026-06-01,2026-06-30]' $$, '0.3333333333333333'),
    -- 5 January to 14 February has 41 days, 10 February is the 37th
    ('no whole months: by days, 37 of 41', $$ '2026-02-10', '[2026-01-05,2026-02-15)' $$, '0.9024390243902439'),
    ('a month and a day: by days, 31 of 32', $$ '2026-01-31', '[2026-01-01,2026-02-01]' $$, '0.9687500000000000'),
    ('one day', $$ '2026-02-10', '[2026-02-10,2026-02-10]' $$, '1.0000000000000000'),
    -- a profile: at the end of March 0.1, of April 0.7; 10 of 30 days: 0.1 + 0.6/3
    ('a profile, between two months', $$ '2026-04-10', '[2026-01-01,2026-06-30]', '{0, 0.1, 0.1, 0.7, 0.7, 1}' $$, '0.3000000000000000'),
    ('at the end of a month', $$ '2026-04-30', '[2026-01-01,2026-06-30]', '{0, 0.1, 0.1, 0.7, 0.7, 1}' $$, '0.7000000000000000'),
    ('in the first month from 0: 7/31 of 0.31', $$ '2026-01-07', '[2026-01-01,2026-03-31]', '{0.31, 0.5, 1}' $$, '0.0700000000000000'),
    ('nothing planned so far: 0', $$ '2026-08-31', '[2026-08-01,2026-10-31]', '{0, 0.5, 1}' $$, '0.0000000000000000'),
    ('where nothing is added it stands', $$ '2026-05-17', '[2026-01-01,2026-06-30]', '{0, 0.1, 0.1, 0.7, 0.7, 1}' $$, '0.7000000000000000'),
    ('all is planned for the beginning', $$ '2026-02-01', '[2026-01-01,2026-03-31]', '{1, 1, 1}' $$, '1.0000000000000000'),
    ('NULL is no profile', $$ '2026-07-31', '[2026-01-01,2026-12-31]', null $$, '0.5833333333333333'),
    ('no day', $$ null, '[2026-01-01,2026-12-31]' $$, null), ('no period', $$ '2026-07-31', null $$, null),
    ('before our era', $$ '0044-03-15 BC', '[0044-01-01 BC,0043-01-01 BC)' $$, '0.2069892473118280');
select is(pg_temp.answer(format('select bpm.expected_share(%s)', expression)), expected, title) from share_case;

-- every day of four years, in exact fractions of plain SQL
create temp view every_day as
select day, starts_on, daterange(starts_on, (starts_on + interval '1 year')::date) as year
from (select day::date, case when june and day < make_date(extract(year from day)::integer, 7, 1) then make_date(extract(year from day)::integer - 1, 7, 1)
                             when june then make_date(extract(year from day)::integer, 7, 1)
                             else make_date(extract(year from day)::integer, 1, 1) end as starts_on
      from generate_series(date '2023-01-01', date '2026-12-31', interval '1 day') day, (values (true), (false)) v(june)) d;
select is_empty($$ select day, share, plain from (
        select day, bpm.expected_share(day, year) as share,
               round(pg_temp.quotient(months * days_of + extract(day from day), 12 * days_of), 16) as plain
        from every_day e, extract(day from date_trunc('month', day::timestamp) + interval '1 month - 1 day') days_of,
             lateral (select (12 * (extract(year from day) - extract(year from starts_on)) + extract(month from day) - extract(month from starts_on)) as months) m) s
    where share <> plain $$, 'the share of every day of four years, of two kinds of years');
select is_empty($$ select day from every_day e where bpm.expected_share(day, year) <= (select max(bpm.expected_share(f.day, f.year)) from every_day f
        where f.year = e.year and f.day = e.day - 1) $$, 'it grows every day');
select is_empty($$ select day, share, plain from (
        select day, bpm.expected_share(day, year, p) as share,
               round(pg_temp.quotient(before * days_of + (p[place] - before) * extract(day from day), days_of), 16) as plain
        from every_day e, (values ('{0.01, 0.01, 0.3333333333333333, 0.34, 0.5, 0.5, 0.6666666666666667, 0.7, 0.75, 0.8, 0.99, 1}'::numeric[])) v(p),
             extract(day from date_trunc('month', day::timestamp) + interval '1 month - 1 day') days_of,
             lateral (select 1 + (12 * (extract(year from day) - extract(year from starts_on)) + extract(month from day) - extract(month from starts_on))::integer as place) m,
             lateral (select coalesce(p[place - 1], 0) as before) b) s
    where share <> plain $$, 'and by a profile');

select results_eq($$ select bpm.profile(p)::text from (values ('{100, 200, 300}'::numeric[]), ('{1, 1, 1}'), ('{0, 0, 5, 0}'), ('{7}'), (null)) v(p) $$,
    $$ values ('{0.1666666666666667,0.5000000000000000,1.0000000000000000}'), ('{0.3333333333333333,0.6666666666666667,1.0000000000000000}'),
        ('{0.0000000000000000,0.0000000000000000,1.0000000000000000,1.0000000000000000}'), ('{1.0000000000000000}'), (null) $$,
    'the profile of amounts: 1/6, 1/2, 1; thirds; what stands still');
select is(bpm.expected_share('2026-09-30', '[2026-01-01,2026-12-31]', bpm.profile(array_fill(0::numeric, array[8]) || '{5000, 0, 0, 15000}'::numeric[])),
    0.25, 'school roofs begin in September with a quarter of the money');
select is(bpm.expected_share('2026-07-31', '[2026-01-01,2026-12-31]', bpm.profile(array_fill(0::numeric, array[8]) || '{5000, 0, 0, 15000}'::numeric[])),
    0::numeric, 'and have nothing due in July');

insert into refused values
    ($$ bpm.expected_share('2025-12-31', '[2026-01-01,2026-12-31]') $$, '22023', 'day 2025-12-31 is outside of the period', 'The period is 2026-01-01 to 2026-12-31.'),
    ($$ bpm.expected_share('2027-01-01', '[2026-01-01,2027-01-01)') $$, '22023', 'day 2027-01-01 is outside of the period', 'The period is 2026-01-01 to 2026-12-31.'),
    ($$ bpm.expected_share('infinity', '[2026-01-01,2027-01-01)') $$, '22023', 'day infinity is outside of the period', 'The period is 2026-01-01 to 2026-12-31.'),
    ($$ bpm.expected_share('2026-01-01', 'empty') $$, '22023', 'period must not be empty', 'A share is one of all days from the first to the last.'),
    ($$ bpm.expected_share('2026-01-01', '[2026-01-01,)') $$, '22023', 'period must have a first and a last day', 'A share is one of all days from the first to the last.'),
    ($$ bpm.expected_share('2026-01-01', '(,2026-01-01]') $$, '22023', 'period must have a first and a last day', 'A share is one of all days from the first to the last.'),
    ($$ bpm.expected_share('2026-01-01', '[2026-01-01,infinity]') $$, '22023', 'period must have a first and a last day', 'A share is one of all days from the first to the last.'),
    ($$ bpm.expected_share('2026-01-01', '[2026-01-01,2026-03-31]', '{0.5, 1}') $$, '22023', 'profile must have a share for each month of the period', 'It has 2, and the period, 2026-01-01 to 2026-03-31, 3 months.'),
    ($$ bpm.expected_share('2026-01-01', '[2026-01-01,2026-03-31]', '{}') $$, '22023', 'profile must have a share for each month of the period', 'It has 0, and the period, 2026-01-01 to 2026-03-31, 3 months.'),
    ($$ bpm.expected_share('2026-01-02', '[2026-01-02,2026-03-31]', '{0.5, 0.6, 1}') $$, '22023', 'profile needs a period of whole months', 'The period is 2026-01-02 to 2026-03-31.'),
    ($$ bpm.expected_share('2026-01-01', '[2026-01-01,2026-03-31]', '{0.5, null, 1}') $$, '22023', 'profile must not have NULL', 'The share of month 2 (2026-02) is missing.'),
    ($$ bpm.expected_share('2026-01-01', '[2026-01-01,2026-03-31]', '{0.5, 0.49, 1}') $$, '22023', 'profile must not fall', 'The share of month 2 (2026-02) is 0.49, after 0.5 the month before.'),
    ($$ bpm.expected_share('2026-01-01', '[2026-12-01,2027-02-28]', '{0.5, 1.01, 1}') $$, '22023', 'day 2026-01-01 is outside of the period', 'The period is 2026-12-01 to 2027-02-28.'),
    ($$ bpm.expected_share('2026-12-31', '[2026-12-01,2027-02-28]', '{0.5, 1.01, 1}') $$, '22023', 'profile must stay between 0 and 1', 'The share of month 2 (2027-01) is 1.01.'),
    ($$ bpm.expected_share('2026-12-31', '[2026-12-01,2027-02-28]', '{-0.1, 0.5, 1}') $$, '22023', 'profile must stay between 0 and 1', 'The share of month 1 (2026-12) is -0.1.'),
    ($$ bpm.expected_share('2026-12-31', '[2026-12-01,2027-02-28]', '{-1e40, 0.5, 1}') $$, '22023', 'profile must stay between 0 and 1', 'The share of month 1 (2026-12) is -' || (1e40::numeric)::text || '.'),
    ($$ bpm.expected_share('2026-12-31', '[2026-12-01,2027-02-28]', '{0, 0.5, 1e30}') $$, '22023', 'profile must stay between 0 and 1', 'The share of month 3 (2027-02) is ' || (1e30::numeric)::text || '.'),
    ($$ bpm.expected_share('2026-12-31', '[2026-12-01,2027-02-28]', '{0, 0.5, 0.9999}') $$, '22023', 'profile must end with 1', 'The share of month 3 (2027-02), the last one, is 0.9999.'),
    ($$ bpm.expected_share('2026-12-31', '[2026-12-01,2027-02-28]', '{0, NaN, 1}') $$, '22003', 'share of month 2 (2027-01) must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ($$ bpm.profile('{}') $$, '22023', 'plan must have a total above 0', 'The total of its 0 months is 0.'),
    ($$ bpm.profile('{0, 0}') $$, '22023', 'plan must have a total above 0', 'The total of its 2 months is 0.'),
    ($$ bpm.profile('{5, -7}') $$, '22023', 'plan must have a total above 0', 'The total of its 2 months is -2.'),
    ($$ bpm.profile('{5, null}') $$, '22023', 'plan must not have NULL', 'The amount of month 2 is missing.'),
    ($$ bpm.profile('{5, -2.5, 9}') $$, '22023', 'plan must not fall', 'With month 2 its sum is 2.5, after 5.'),
    ($$ bpm.profile('{-1, 9}') $$, '22023', 'plan must not fall', 'With month 1 its sum is -1, after 0.'),
    ($$ bpm.profile('{5, 6, -2}') $$, '22023', 'plan must not be above its total before the end', 'With month 2 its sum is 11, the total is 9.'),
    ($$ bpm.profile('{5, Infinity}') $$, '22003', 'amount of month 2 must be a figure, not infinity', 'Figures are exact, and so finite.'),
    ($$ bpm.profile(array_fill(9e28, array[30])) $$, '22003', 'sum of a plan is out of range', 'The limit is 1701411834604692317316873037158.');

----------------------------------------------------------------------------------------------------
-- Pace
----------------------------------------------------------------------------------------------------

create temp table pace_case (actual numeric, target bpm.target, share numeric, moves text, pace text, why text);
insert into pace_case values
    -- methods in use, month m of 12, linear: 100 a / (t m/12)
    (300, '>= 1000 [km]', 7 / 12.0, 'cumulative', '51.42857143', 'irrigation in July: 300 / (1000 * 7/12)'),
    (57.75, '>= 100%', 7 / 12.0, 'cumulative', '99.00000000', 'teachers in July: 57.75 / 58.33'),
    (50, '>= 100', 0.5, 'cumulative', '100.00000000', 'half of it in half of the time'),
    (150, '>= 100', 0.5, 'cumulative', '300.00000000', 'three times as much'),
    (60, '> 100', 1, 'cumulative', '60.00000000', 'all of the time'),
    (30, '>= 100', 0, 'cumulative', null, 'nothing is due'),
    (30, '>= 100', null, 'cumulative', null, 'nobody knows what is due'),
    (0, '>= 100', 0.25, 'cumulative', '0.00000000', 'nothing done'),
    (-5, '>= 100', 0.5, 'cumulative', '-10.00000000', 'taken back'),
    (30, '>= 100 from 10', 0.5, 'cumulative', '44.44444444', 'from a baseline: 20 / (90 * 0.5)'),
    (5, '>= 0 from -10', 0.75, 'cumulative', '200.00000000', 'a baseline below 0: 15 / (10 * 0.75)'),
    (80, '>= 100', 0.1, 'level', '80.00000000', 'a level does not ask for the share'),
    (80, '>= 100', null, 'rate', '80.00000000', 'nor does a rate, whatever is known of it'),
    (80, '>= 100', 0, 'level', '80.00000000', 'nor a level at the beginning'),
    (30, '>= 100 from 10', 0.5, 'rate', '22.22222222', 'a rate from a baseline: 20 / 90'),
    (100, '> 100', 0.5, 'level', '100.00000000', 'a level that is only equal'),
    -- reverse: within the limit green, else red
    (12, '<= 12 [days]', 0.3, 'cumulative', '100.00000000', 'within the limit'),
    (12.00000001, '<= 12', 0.3, 'cumulative', '0.00000000', 'beyond it'),
    (12, '< 12', 0, 'cumulative', '0.00000000', 'beyond a strict one, whatever the share'),
    (-3, '<= 12', null, 'level', '100.00000000', 'within it, whatever the share'),
    (8, '<= 12 from 20', 1, 'rate', '100.00000000', 'a baseline plays no part in a limit'),
    -- = and ranges
    (30, '= 30', 0.5, 'level', '100.00000000', 'equal'),
    (15, '= 30', 0.5, 'level', '50.00000000', 'half of it'),
    (31, '= 30', 0.5, 'level', '0.00000000', 'too much'),
    (15, '= 30', 0.5, 'cumulative', '100.00000000', 'half of it in half of the time'),
    (30, '= 30', 0.5, 'cumulative', '200.00000000', 'all of it in half of the time'),
    (31, '= 30', 0, 'cumulative', '0.00000000', 'too much, before anything is due'),
    (30, '= 30', 0, 'cumulative', null, 'all of it, before anything is due'),
    (20, '= 30 from 10', 0.5, 'cumulative', '100.00000000', 'from a baseline: 10 / (20 * 0.5)'),
    (4, '= 5 from 10', 1, 'level', '80.00000000', 'a baseline above it plays no part'),
    (95, '90..110%', 0.5, 'level', '100.00000000', 'within a range'),
    (110, '90..110', 0.5, 'rate', '100.00000000', 'at its end'),
    (45, '90..110', 0.5, 'rate', '50.00000000', 'half of its lower end'),
    (111, '90..110', 0.5, 'rate', '0.00000000', 'beyond its end'),
    (45, '90..110', 0.5, 'cumulative', '100.00000000', 'half of its lower end in half of the time'),
    (100, '90..110', 0.5, 'cumulative', '222.22222222', 'within it in half of the time: 100 / 45'),
    (111, '90..110', 0.1, 'cumulative', '0.00000000', 'beyond it'),
    (0, '-5..5', 0.5, 'cumulative', '100.00000000', 'within a range around 0'),
    (-6, '-5..5', 0.5, 'level', '0.00000000', 'below it'),
    -- targets of 0 and less
    (0, '= 0', 0.5, 'cumulative', '100.00000000', 'nothing was promised and nothing came'),
    (3, '= 0', 0.5, 'cumulative', '0.00000000', 'nothing was promised and something came'),
    (0, '>= 0', 0.5, 'level', '100.00000000', 'at least 0'),
    (-1, '>= 0', 0.5, 'level', '0.00000000', 'less'),
    (-1, '>= 0', 0, 'cumulative', null, 'less, before anything is due'),
    (1, '>= 0', 0, 'cumulative', '100.00000000', 'kept, before anything is due'),
    (-4, '>= -5', 0.5, 'cumulative', '100.00000000', 'a loss that is less than allowed'),
    (0, '> 0', 0.5, 'cumulative', '0.00000000', 'more than 0 was promised'),
    -- graded: the score
    (85, 'direct', 0.5, 'level', '85.00000000', 'achieved'), (79.5, 'direct floor 80', 0.1, 'cumulative', '79.50000000', 'partly'),
    (5, 'points(0:0, 10:100)', 0.5, 'cumulative', '50.00000000', 'a score by points, cumulative or not'),
    (59.999999999, 'direct', 1, 'level', '60.00000000', 'a score is rounded to 8 decimals'),
    -- modifiers have no part
    (30, '>= 100 step', 0.5, 'cumulative', '60.00000000', 'step'), (30, '>= 100 floor 60', 0.5, 'level', '30.00000000', 'floor'),
    (80, '>= 100 lose 2 per 1', 1, 'level', '80.00000000', 'lose'), (200, '>= 100 over 120 lose 1', 1, 'level', '200.00000000', 'over'),
    (200, '>= 100 cap 120', 1, 'level', '200.00000000', 'cap'),
    (null, '>= 100', 0.5, 'cumulative', null, 'no actual'), (5, null, 0.5, 'cumulative', null, 'no target'), (5, '>= 10', 0.5, null, null, 'no way to move'),
    -- rounding, and figures of all sizes
    (0.00000001, '>= 2', 0.5, 'cumulative', '0.00000100', 'small'),
    -- 100 * 1e-12 / 16 = 0.00000000000625; 0.8e-9 * 100 / 16 = 5e-9
    (0.000000000001, '>= 16', 1, 'level', '0.00000000', 'an actual of 12 decimals'),
    (0.0000000008, '>= 16', 1, 'level', '0.00000001', 'half of the last decimal is rounded away from 0'),
    (-0.0000000008, '>= 16', 1, 'level', '-0.00000001', 'on both sides'),
    (0.0000000007999, '>= 16', 1, 'level', '0.00000000', 'a bit less is not'),
    (99999999999999999999999999999, '>= 50000000000000000000000000000', 0.5, 'cumulative', '400.00000000', 'the largest'),
    (1e28, '>= 10000000000000000000000000000', 0.0000000000000001, 'cumulative', '1000000000000000000.00000000', 'the least share'),
    (1e20, '>= 3', 0.3333333333333333, 'cumulative', '10000000000000001000000.00000000', 'a large one over a small one, 1e22 / 0.9999999999999999');
select is(bpm.pace(actual, target, share, moves)::text, pace, concat_ws(' ', target::text, '-', why)) from pace_case;
select is_empty($$ select * from pace_case where bpm.try_pace(actual, target, share, moves)::text is distinct from pace $$, 'try_pace says the same');
select results_eq($$ select bpm.pace(30, '>= 60'), bpm.pace(30, '>= 60', 0.5), bpm.try_pace(30, '>= 60'), bpm.try_pace(30, '>= 60', 0.5) $$,
    'select 50.00000000, 100.00000000, 50.00000000, 100.00000000', 'by itself the whole of what is cumulative');
select is(bpm.pace(30, '>= 60', 0.5, 'LEVEL'), 50.0, 'the way to move is read in any case of letters');

-- the rules in plain SQL, over columns
create temp table pace_random as
select comparator, a, t, high, b, share, moves,
       case comparator when '..' then bpm.target(t, high) else bpm.target(comparator, t, coalesce('from ' || b, '')) end as target
from (select (array['>=', '>', '<=', '<', '=', '..'])[1 + i % 6] as comparator, (h1 % 20001 - 4000) / (array[100.0, 1, 0.001])[1 + i % 3] as a,
             t, t + 1 + h3 % 500 as high, case when i % 6 in (0, 1) and i % 5 = 0 then t - 1 - h4 % 300 end as b,
             case when i % 17 = 0 then 0 when i % 19 = 0 then null else pg_temp.quotient(1 + h5 % 364, 365)::numeric(17, 16) end as share,
             (array['cumulative', 'level', 'rate', 'cumulative'])[1 + i % 4] as moves
      from (select i, abs(hashint4extended(i, 1) >> 2) h1, abs(hashint4extended(i, 2) >> 2) h2, abs(hashint4extended(i, 3) >> 2) h3,
                   abs(hashint4extended(i, 4) >> 2) h4, abs(hashint4extended(i, 5) >> 2) h5 from generate_series(1, 6000) i) r,
           lateral (select case when i % 7 = 0 then 0 when i % 11 = 0 then -(h2 % 900) else (h2 % 90000) / 10.0 end as t) g) c;
select is_empty($$ select * from (
        select *, bpm.pace(a, target, share, moves) as pace,
            round(case
                when comparator in ('<=', '<') then case when comparator = '<=' and a <= t or a < t then 100 else 0 end
                when comparator = '=' and a > t or comparator = '..' and a > high then 0
                when moves <> 'cumulative' and (comparator = '=' and a = t or comparator = '..' and a >= t) then 100
                when t - coalesce(b, 0) > 0 and moves <> 'cumulative' then 100 * pg_temp.quotient(a - coalesce(b, 0), t - coalesce(b, 0))
                when t - coalesce(b, 0) > 0 then 100 * pg_temp.quotient(a - coalesce(b, 0), (t - coalesce(b, 0)) * share)
                when comparator = '>' and a > t or comparator <> '>' and a >= t then 100
                when moves = 'cumulative' and (share = 0 or share is null) then null
                else 0 end, 8) as plain
        from pace_random) s where pace is distinct from plain $$, 'pace is what the rules say in plain SQL: 6,000 cases');
select is((select count(distinct (comparator, moves, sign(t), share is null, share = 0)) from pace_random) > 80, true, 'of all kinds');

-- milestones
select is(pg_temp.answer(format('select %s(%s)', name, expression)), expected, name || ': ' || title)
from unnest('{bpm.pace, bpm.try_pace}'::text[]) name, (values
    ('reached on the day', $$ date '2026-06-30', 'by 2026-06-30', '2026-09-30' $$, '100.00000000'),
    ('reached a day late', $$ date '2026-07-01', 'by 2026-06-30', '2026-09-30' $$, '0.00000000'),
    ('losing points for being late has no part', $$ date '2026-07-01', 'by 2026-06-30 lose 1 per 1', '2026-09-30' $$, '0.00000000'),
    ('not reached on its last day: not due', $$ null::date, 'by 2026-06-30', '2026-06-30' $$, null),
    ('not reached after it', $$ null::date, 'by 2026-06-30', '2026-07-01' $$, '0.00000000'),
    ('reached, on an unknown day of looking', $$ date '2026-06-01', 'by 2026-06-30', null $$, '100.00000000'),
    ('not reached, on an unknown day of looking', $$ null::date, 'by 2026-06-30', null $$, null),
    ('no target', $$ date '2026-06-01', null, '2026-06-30' $$, null)) v(title, expression, expected);

insert into refused values
    ($$ bpm.pace(30, '>= 100', 1.2) $$, '22023', 'share must be between 0 and 1', 'It is 1.2.'),
    ($$ bpm.pace(30, '>= 100', 58.3, 'level') $$, '22023', 'share must be between 0 and 1', 'It is 58.3.'),
    ($$ bpm.pace(30, '>= 100', -0.0001) $$, '22023', 'share must be between 0 and 1', 'It is -0.0001.'),
    ($$ bpm.pace(30, '>= 100', 1e30) $$, '22023', 'share must be between 0 and 1', 'It is ' || (1e30::numeric)::text || '.'),
    ($$ bpm.pace(30, '>= 100', 'NaN'::numeric) $$, '22003', 'share must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ($$ bpm.pace('NaN'::numeric, '>= 100', 0.5) $$, '22003', 'actual must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ($$ bpm.pace('-Infinity'::numeric, '>= 100', 0.5) $$, '22003', 'actual must be a figure, not infinity', 'Figures are exact, and so finite.'),
    ($$ bpm.pace(1e29, '>= 100', 0.5) $$, '22003', 'actual is out of range', 'A figure has at most 29 digits before the decimal point.'),
    ($$ bpm.pace(101, 'direct', 0.5) $$, '22003', 'direct score is out of range', 'With the target "direct" the actual is itself the score, from 0 to 100.'),
    ($$ bpm.pace(30, '>= 100', 0.5, 'milestone') $$, '22023', 'a milestone is reached on a day, not by a figure', 'The way to move is "milestone".'),
    ($$ bpm.pace(30, '>= 100', 0.5, 'levels') $$, '22023', 'unknown way to move: "levels"', 'A figure adds up over the period (cumulative), stands (level) or is a quotient (rate); a day is a milestone.'),
    ($$ bpm.pace(30, 'by 2026-06-30', 0.5) $$, '22023', 'a figure cannot be scored against a date', 'The target is "by 2026-06-30".'),
    ($$ bpm.pace(9e28, '>= 0.00000001', 0.0000000000000001) $$, '22003', 'pace is out of range', 'It has more than 29 digits before the decimal point.'),
    ($$ bpm.pace(9e28, '>= 0.5', 1) $$, '22003', 'pace is out of range', 'It has more than 29 digits before the decimal point.'),
    ($$ bpm.pace(date '2026-01-01', '>= 5', '2026-01-01') $$, '22023', 'a date cannot be scored against a figure', 'The target is ">= 5".'),
    ($$ bpm.pace(null::date, '>= 5', '2026-01-01') $$, '22023', 'a date cannot be scored against a figure', 'The target is ">= 5".'),
    ($$ bpm.pace(date 'infinity', 'by 2026-06-30', '2026-01-01') $$, '22008', 'day on which it was reached must be a day, not infinity', 'The target is "by 2026-06-30".');
select is_empty($$ select statement from refused where statement ~ 'bpm\.pace\('
    and pg_temp.answer('select ' || replace(statement, 'bpm.pace', 'bpm.try_pace')) is not null $$, 'try_pace is NULL where pace is an error');

----------------------------------------------------------------------------------------------------
-- Colours
----------------------------------------------------------------------------------------------------

select results_eq($$ select pace, bpm.pace_colour(pace) from (values (-10), (0), (59.99), (60), (79.99), (80), (100), (119.99), (120), (1e20), (null)) v(pace) $$,
    $$ values (-10::numeric, 'red'), (0, 'red'), (59.99, 'red'), (60, 'yellow'), (79.99, 'yellow'), (80, 'green'), (100, 'green'), (119.99, 'green'),
        (120, 'blue'), (1e20, 'blue'), (null, null) $$, 'the bands, case by case');
select results_eq($$ select bpm.pace_colour(59.999999999999999999999999999999), bpm.pace_colour(79.9999999999999999), bpm.pace_colour(119.99999999999999999999),
    bpm.pace_colour(60.0000000000000000001), bpm.pace_colour(-0.0000000000000000000000000001, 0) $$, $$ values ('red', 'yellow', 'green', 'yellow', 'red') $$,
    'a pace that was not rounded is compared with all its digits');
select results_eq($$ select bpm.pace_colour(500, 60, 80, null), bpm.pace_colour(79, 60, 80, null), bpm.pace_colour(50, null), bpm.pace_colour(50, 40, null) $$,
    $$ values ('green', 'yellow', null::text, null::text) $$, 'nothing is blue without its threshold; without the others there is no answer');
select results_eq($$ select bpm.pace_colour(x, 50, 50, 50) from unnest('{49.9, 50}'::numeric[]) x $$, $$ values ('red'), ('blue') $$, 'bands may be empty');
select results_eq($$ select bpm.pace_colour(actual / budget / (7 / 12.0) * 100, blue_from => null), bpm.pace_colour(bpm.pace(done, promised, 7 / 12.0))
        from (values (57.75, 100, 400, '>= 400'::bpm.target), (71, 100, 300, '>= 1000 [km]')) v(actual, budget, done, promised) $$,
    $$ values ('green', 'blue'), ('green', 'red') $$, 'money and results by one day');
insert into refused values
    ($$ bpm.pace_colour(5, 80, 60) $$, '22023', 'thresholds of a pace must rise from 0', 'They are: red below 80, yellow below 60, blue from 120.'),
    ($$ bpm.pace_colour(null, 60, 80, 79.5) $$, '22023', 'thresholds of a pace must rise from 0', 'They are: red below 60, yellow below 80, blue from 79.5.'),
    ($$ bpm.pace_colour(5, -1, 60, null) $$, '22023', 'thresholds of a pace must rise from 0', 'They are: red below -1, yellow below 60, blue from nothing.'),
    ($$ bpm.pace_colour('NaN') $$, '22003', 'pace must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ($$ bpm.pace_colour(5, 'NaN') $$, '22003', 'threshold of red must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ($$ bpm.pace_colour(5, 60.000000001) $$, '22003', 'threshold of red has too many decimals', 'A figure of a rule has at most 8 digits after the decimal point.');

----------------------------------------------------------------------------------------------------
-- Earned value
----------------------------------------------------------------------------------------------------

-- BAC 500, PV 300, EV 200, AC 250, as published; by both 250 + 300 / (0.8 * 2/3)
select results_eq('select * from bpm.earned_value(300, 200, 250, 500)',
    $$ values (-50.00000000, -100.00000000, 0.80000000, 0.66666667, 625.00000000, 550.00000000, 812.50000000, 375.00000000, -125.00000000, 1.20000000) $$,
    'the vector: CV, SV, CPI, SPI, EAC in three ways, ETC, VAC, TCPI');
select results_eq(format('select %s from bpm.earned_value(%s)', columns, arguments), format('values (%s)', expected), title)
from (values
    ('nothing earned: an index of 0, and no estimate by it', '300, 0, 250, 500', 'cost_variance, cost_index, schedule_index, estimate, estimate_at_budget, estimate_by_both, to_complete, variance_at_completion, to_complete_index',
        '-250::numeric, 0::numeric, 0::numeric, null::numeric, 750::numeric, null::numeric, null::numeric, null::numeric, 2::numeric'),
    ('nothing paid: no index of cost', '300, 200, 0, 500', 'cost_variance, cost_index, schedule_index, estimate, estimate_at_budget, estimate_by_both, to_complete, variance_at_completion, to_complete_index',
        '200::numeric, null::numeric, 0.66666667, null::numeric, 300::numeric, null::numeric, null::numeric, null::numeric, 0.6'),
    ('nothing planned: no index of schedule', '0, 200, 250, 500', 'schedule_variance, cost_index, schedule_index, estimate, estimate_by_both', '200::numeric, 0.8, null::numeric, 625::numeric, null::numeric'),
    ('all is paid: none left to do better with', '300, 200, 500, 500', 'estimate, to_complete_index', '1250::numeric, null::numeric'),
    ('done: the estimate is what was paid', '500, 500, 450, 500', 'estimate, estimate_at_budget, estimate_by_both, to_complete, variance_at_completion, to_complete_index',
        '450::numeric, 450::numeric, 450::numeric, 0::numeric, 50::numeric, 0::numeric'),
    ('a payment that came back', '300, 200, -50, 500', 'cost_variance, cost_index, estimate_at_budget, to_complete_index', '250::numeric, -4::numeric, 250::numeric, 0.54545455'),
    ('no plan', 'null, 200, 250, 500', 'cost_variance, schedule_variance, cost_index, schedule_index, estimate, estimate_at_budget, estimate_by_both, to_complete, variance_at_completion, to_complete_index',
        '-50::numeric, null::numeric, 0.8, null::numeric, 625::numeric, 550::numeric, null::numeric, 375::numeric, -125::numeric, 1.2'),
    ('no budget at completion', '300, 200, 250, null', 'cost_variance, schedule_variance, cost_index, schedule_index, coalesce(estimate, estimate_at_budget, estimate_by_both, to_complete, variance_at_completion, to_complete_index)',
        '-50::numeric, -100::numeric, 0.8, 0.66666667, null::numeric'),
    ('no earned value', '300, null, 250, 500', 'coalesce(cost_variance, schedule_variance, cost_index, schedule_index, estimate, estimate_at_budget, estimate_by_both, to_complete, variance_at_completion, to_complete_index)', 'null::numeric'),
    ('nothing known', 'null, null, null, null', 'coalesce(cost_variance, schedule_variance, cost_index, schedule_index, estimate, estimate_at_budget, estimate_by_both, to_complete, variance_at_completion, to_complete_index)', 'null::numeric'),
    ('the largest figures', '9e28, 9e28, 9e28, 9e28', 'cost_variance, cost_index, estimate, estimate_by_both, to_complete', '0::numeric, 1::numeric, 9e28, 9e28, 0::numeric'),
    ('more than a figure holds is no answer', '1e28, 0.00000001, 1e28, 1e28', 'cost_index, estimate, estimate_by_both, to_complete', '0.00000000, null::numeric, null::numeric, null::numeric')
    ) v(title, arguments, columns, expected);
select is_empty($$ select * from (select pv, ev, ac, bac, e::text as vector, row(round(ev - ac, 8), round(ev - pv, 8), round(cpi, 8), round(spi, 8), round(bac * pg_temp.quotient(ac, ev), 8),
            round(ac + bac - ev, 8), round(ac + pg_temp.quotient((bac - ev) * ac * pv, ev * ev), 8), round(pg_temp.quotient(bac * ac, ev) - ac, 8),
            round(bac - pg_temp.quotient(bac * ac, ev), 8), round(pg_temp.quotient(bac - ev, bac - ac), 8))::text as plain
        from (select pv, ev, ac, bac, bpm.earned_value(pv, ev, ac, bac) as e, pg_temp.quotient(ev, ac) as cpi, pg_temp.quotient(ev, pv) as spi
              from (select (1 + h1 % 99999999) / 100.0 as pv, (1 + h2 % 99999999) / 1000.0 * (array[1, 1, -1])[1 + i % 3] as ev, (1 + h3 % 99999999) / 100.0 as ac, (1 + h4 % 99999999) * (array[1, 1e15, 1e-4])[1 + i % 3] as bac
                    from (select i, abs(hashint4extended(i, 1) >> 2) h1, abs(hashint4extended(i, 2) >> 2) h2, abs(hashint4extended(i, 3) >> 2) h3, abs(hashint4extended(i, 4) >> 2) h4
                          from generate_series(1, 1000) i) r) f) q) s where vector <> plain $$, 'all of it in plain SQL: 1,000 programs');
insert into refused values
    ($$ (bpm.earned_value(300, 'NaN', 250, 500)).estimate $$, '22003', 'earned value must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ($$ (bpm.earned_value(300, 200, 250, 'Infinity')).cost_index $$, '22003', 'budget at completion must be a figure, not infinity', 'Figures are exact, and so finite.'),
    ($$ (bpm.earned_value(1e29, 200, 250, 5)).cost_index $$, '22003', 'planned value is out of range', 'A figure has at most 29 digits before the decimal point.');

----------------------------------------------------------------------------------------------------
-- Quantiles
----------------------------------------------------------------------------------------------------

select results_eq($$ select f, bpm.quantile(x, f)::text from unnest('{3, 1, 2, 4}'::numeric[]) x, unnest('{0, 0.1, 0.25, 0.5, 0.9, 1}'::numeric[]) f group by f order by f $$,
    -- h = 3 f: 0, 0.3, 0.75, 1.5, 2.7, 3
    $$ values (0::numeric, '1.00000000'), (0.1, '1.30000000'), (0.25, '1.75000000'), (0.5, '2.50000000'), (0.9, '3.70000000'), (1, '4.00000000') $$, 'of 1, 2, 3 and 4');
select results_eq($$ select bpm.quantile(x, 0.5)::text, bpm.quantile(x, 0.1)::text from unnest('{7}'::numeric[]) x $$, $$ values ('7.00000000', '7.00000000') $$, 'of one');
select is((select bpm.quantile(x, 0.5) from unnest('{5, null, 1, 5, null, 5}'::numeric[]) x), 5.0, 'what is NULL is left out; ties are ties');
select is((select bpm.quantile(x, 0.5)::text from unnest('{0.00000001, 0.00000002}'::numeric[]) x), '0.00000002', 'a half is rounded away from zero');
select is((select bpm.quantile(x, 0.5)::text from unnest('{-0.00000001, -0.00000002}'::numeric[]) x), '-0.00000002', 'on both sides');
select is((select bpm.quantile(x, 0.4999999999999999)::text from unnest('{0.00000001, 0.00000002}'::numeric[]) x), '0.00000001', 'a bit less is not');
select is((select bpm.quantile(x, 0.5)::text from unnest('{99999999999999999999999999999, -99999999999999999999999999998, 5}'::numeric[]) x), '5.00000000', 'the largest beside the smallest');
select is((select bpm.quantile(x, 0.75)::text from unnest('{99999999999999999999999999999, -99999999999999999999999999999}'::numeric[]) x), '49999999999999999999999999999.50000000', 'and between them');
select results_eq($$ select bpm.quantile(x, 0.5), bpm.ratio_quantile(x, x, 0.5) from unnest('{}'::numeric[]) x $$, 'select null::numeric, null::numeric', 'no rows: NULL');
select results_eq($$ select bpm.quantile(x, 0.5), bpm.quantile(x, null), bpm.ratio_quantile(x, 0, 0.5), bpm.ratio_quantile(x, -1, 0.5), bpm.ratio_quantile(5, x, 0.5) from (values (null::numeric), (null)) v(x) $$,
    'select null::numeric, null::numeric, null::numeric, null::numeric, null::numeric', 'nothing to count: NULL');
select results_eq($$ select bpm.quantile(x, null), bpm.ratio_quantile(x, 1, null) from unnest('{1, 2}'::numeric[]) x $$, 'select null::numeric, null::numeric', 'no fraction: NULL');

-- 1/3, 1/2, 2/3: the median 1/2; at 0.25 half way from 1/3 to 1/2, 5/12
select results_eq($$ select bpm.ratio_quantile(p, w, 0.5)::text, bpm.ratio_quantile(p, w, 0.25)::text, bpm.ratio_quantile(p, w, 1)::text from (values (2, 3), (1, 2), (1, 3), (7, 0), (9, -1), (null, 1), (1, null)) v(p, w) $$,
    $$ values ('0.5000000000000000', '0.4166666666666667', '0.6666666666666667') $$, 'of 1/3, 1/2 and 2/3; a row without a whole above 0 has none');
select is((select bpm.ratio_quantile(p, w, 0.5)::text from (values (-1, 3), (-1, 2)) v(p, w)), '-0.4166666666666667', 'below 0');
-- 33333333333333333/99999999999999999 is 1/3; 33333333333333334/100000000000000001 is above it by 1/(3 * 1e17)
select is((select bpm.ratio_quantile(p, w, 0)::text || ' ' || max(p) from (values (33333333333333334, 100000000000000001), (33333333333333333, 99999999999999999)) v(p, w)),
    '0.3333333333333333 33333333333333334', 'ratios that differ in the eighteenth decimal');
select is((select bpm.ratio_quantile(1e28, 0.00000001, 0.5)), null, 'more than a ratio holds is no answer');
select is((select bpm.ratio_quantile(p, w, 0.5)::text from (values (9e28, 3e28), (8e28, 2e28)) v(p, w)), '3.5000000000000000', 'of the largest figures');

create temp table sample as
select g, i, case when a % 23 = 0 then null when g % 4 = 3 then (a % 1000 - 300) * 1e24 when g % 4 = 2 then (a % 1000 - 300) / 1e8 else (a % 100000 - 20000) / 100.0 end as x,
       case when b % 29 = 0 then null when b % 31 = 0 then 0 when b % 37 = 0 then -5 when g % 5 = 4 then (1 + b % 90) * 1e24 + 1 else (1 + b % 9000) / 1000.0 end as w
from (select g, i, abs(hashint4extended(i * 100 + g, 1) >> 2) as a, abs(hashint4extended(i * 100 + g, 2) >> 2) as b
      from generate_series(1, 20) g, generate_series(1, 30) i where i <= g + 10) h;
create temp view fractions as select unnest('{0, 0.1, 0.25, 0.3333333333333333, 0.5, 0.8, 0.9, 1}'::numeric[]) as f;
-- row k of n in order, and the next one
create function pg_temp.plain_quantile(xs numeric[], f numeric) returns numeric language sql immutable as
$$ select xs[1 + floor(h)::integer] + coalesce((xs[2 + floor(h)::integer] - xs[1 + floor(h)::integer]) * (h - floor(h)), 0) from (select (cardinality(xs) - 1) * f as h) q $$;
select is_empty($$ select g, f, quantile, plain from (select g, f, bpm.quantile(x, f) as quantile, round(pg_temp.plain_quantile(array_agg(x order by x) filter (where x is not null), f), 8) as plain
    from sample, fractions group by g, f) s where quantile is distinct from plain $$, 'quantiles are those of plain SQL: 20 groups, of figures small, usual and of 27 digits');
select is_empty($$ select g, f, quantile, plain from (select g, f, bpm.ratio_quantile(x, w, f) as quantile,
        round(pg_temp.plain_quantile(array_agg(pg_temp.quotient(x, w) order by pg_temp.quotient(x, w)) filter (where x is not null and w > 0), f), 16) as plain
    from sample, fractions group by g, f) s where quantile is distinct from case when abs(plain) < 17014118346046923173168 then plain end $$, 'and of ratios');
select is_empty($$ select g from sample group by g having abs(bpm.quantile(x, 0.3) - percentile_cont(0.3) within group (order by x)::numeric) > 1e-8 + 1e-10 * max(abs(x)) $$, 'percentile_cont says the same, as far as it goes');

insert into refused values
    ($$ (select bpm.quantile(x, 1.01) from unnest('{1, 2}'::numeric[]) x) $$, '22023', 'fraction must be between 0 and 1', 'It is 1.01.'),
    ($$ (select bpm.ratio_quantile(x, x, -0.1) from unnest('{1, 2}'::numeric[]) x) $$, '22023', 'fraction must be between 0 and 1', 'It is -0.1.'),
    ($$ (select bpm.quantile(x, x / 10) from unnest('{1, 2}'::numeric[]) x) $$, '22023', 'one quantile has two fractions', 'The fraction is not the same in all rows of the group.'),
    ($$ (select bpm.ratio_quantile(x, x, nullif(x, 1) / 10) from unnest('{1, 2}'::numeric[]) x) $$, '22023', 'one quantile has two fractions', 'The fraction is not the same in all rows of the group.'),
    ($$ (select bpm.quantile(x, 0.5) from unnest('{1, NaN}'::numeric[]) x) $$, '22003', 'value must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ($$ (select bpm.quantile(x, 'NaN') from unnest('{1}'::numeric[]) x) $$, '22003', 'fraction must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ($$ (select bpm.ratio_quantile(x, 1, 0.5) from unnest('{1, Infinity}'::numeric[]) x) $$, '22003', 'part must be a figure, not infinity', 'Figures are exact, and so finite.'),
    ($$ (select bpm.ratio_quantile(1, x, 0.5) from unnest('{1, 1e29}'::numeric[]) x) $$, '22003', 'whole is out of range', 'A figure has at most 29 digits before the decimal point.');

----------------------------------------------------------------------------------------------------
-- Forecast
----------------------------------------------------------------------------------------------------

create temp view methods as select unnest('{budget, run rate, historical share, execution, burn, median of three}'::text[]) as method;

-- three years by hand. Y 50 of B 120 at 0.4 of the year; y/a: 40/90, 45/100, 50/95, the median 0.45; a/b: 0.9, 100/110, 0.95, the median 100/110;
-- (a-y)/(b-y): 50/60, 55/65, 45/50, the median 55/65
select results_eq($$ select method, bpm.forecast(method, 50, 120, 0.4, y, b, a)::text from methods, (values (40, 100, 90), (45, 110, 100), (50, 100, 95)) v(y, b, a) group by method order by method $$,
    $$ values ('budget', '120.00000000'), ('burn', '109.23076923'), ('execution', '109.09090909'), ('historical share', '111.11111111'), ('median of three', '109.23076923'), ('run rate', '125.00000000') $$,
    'three years by hand: 50/0.45, 120 * 100/110, 50 + 70 * 55/65, and the one in the middle');
-- two years: means of two; y/a: (4/9 + 9/20) / 2 = 161/360; a/b: (9/10 + 10/11) / 2 = 199/220; (5/6 + 11/13) / 2 = 131/156
select results_eq($$ select method, bpm.forecast(method, 50, 120, 0.4, y, b, a)::text from methods, (values (40, 100, 90), (45, 110, 100)) v(y, b, a) group by method order by method $$,
    $$ values ('budget', '120.00000000'), ('burn', '108.78205128'), ('execution', '108.54545455'), ('historical share', '111.80124224'), ('median of three', '108.78205128'), ('run rate', '125.00000000') $$,
    'two years: 50 * 360/161, 120 * 199/220, 50 + 70 * 131/156');
select results_eq($$ select method, bpm.forecast(method, 50, 120, 0.4, y, b, a) from methods, (values (40, 100, 90)) v(y, b, a) group by method order by method $$,
    $$ values ('budget', 120::numeric), ('burn', null), ('execution', null), ('historical share', null), ('median of three', null), ('run rate', 125) $$, 'one year is not enough');
select results_eq($$ select method, bpm.forecast(method, 50, 120, 0.4, null, null, null) from methods group by method order by method $$,
    $$ values ('budget', 120::numeric), ('burn', null), ('execution', null), ('historical share', null), ('median of three', null), ('run rate', 125) $$, 'no year, by a left join');
select results_eq($$ select bpm.forecast('budget', 50, 120, 0.4, 1, 2, 3) from generate_series(1, 0) $$, 'select null::numeric', 'no row: NULL');

create temp table forecast_case (title text, y numeric, b numeric, share numeric, past numeric[], expected text);
insert into forecast_case values
    -- burn, execution, share, median, run rate
    ('a year that spent more than its budget by then has no burn', 50, 120, 0.4, '{{40, 100, 90}, {45, 110, 100}, {101, 100, 95}, {100, 100, 100}}', null),
    ('nothing spent so far', 0, 120, 0.4, '{{40, 100, 90}, {45, 110, 100}, {50, 100, 95}}', '101.53846154 109.09090909 0.00000000 101.53846154 0.00000000'),
    -- 130 + (-10) * 55/65; the three: 121.53846154, 109.09090909, 288.88888889
    ('more spent than the budget', 130, 120, 0.4, '{{40, 100, 90}, {45, 110, 100}, {50, 100, 95}}', '121.53846154 109.09090909 288.88888889 121.53846154 325.00000000'),
    ('taken back', -10, 120, 0.4, '{{40, 100, 90}, {45, 110, 100}, {50, 100, 95}}', '100.00000000 109.09090909 -22.22222222 100.00000000 -25.00000000'),
    ('no budget: the share alone', 50, null, 0.4, '{{40, 100, 90}, {45, 110, 100}, {50, 100, 95}}', '- - 111.11111111 111.11111111 125.00000000'),
    ('nothing known of what was spent: the execution alone', null, 120, 0.4, '{{40, 100, 90}, {45, 110, 100}, {50, 100, 95}}', '- 109.09090909 - 109.09090909 -'),
    ('no share: no run rate', 50, 120, null, '{{40, 100, 90}, {45, 110, 100}, {50, 100, 95}}', '109.23076923 109.09090909 111.11111111 109.23076923 -'),
    ('a share of 0: no run rate', 50, 120, 0, '{{40, 100, 90}, {45, 110, 100}, {50, 100, 95}}', '109.23076923 109.09090909 111.11111111 109.23076923 -'),
    -- no b: the share alone; no y: the execution alone
    ('earlier years without a budget', 50, 120, 0.4, '{{40, null, 90}, {45, null, 100}}', '- - 111.80124224 111.80124224 125.00000000'),
    ('earlier years without what was spent by then', 50, 120, 0.4, '{{null, 100, 90}, {null, 110, 100}}', '- 108.54545455 - 108.54545455 125.00000000'),
    -- the share of two and the execution of two, but one burn: (111.80124224 + 108.54545455) / 2 = (18000/161 + 1194/11) / 2
    ('two of the three: their mean', 50, 120, 0.4, '{{40, 40, 90}, {45, 110, 100}, {null, 100, null}, {null, 60, 135}}', null),
    ('earlier years without an outturn', 50, 120, 0.4, '{{40, 100, null}, {45, 110, null}}', '- - - - 125.00000000'),
    -- nothing was spent by then in earlier years: share above all. Burn (90/100 + 100/110)/2 = 199/220: 50 + 70 * 199/220 = 113.31818182; execution 108.54545455
    ('earlier years had spent nothing by then: the greater of the two others', 50, 120, 0.4, '{{0, 100, 90}, {0, 110, 100}}', '113.31818182 108.54545455 - 113.31818182 125.00000000'),
    ('nor has this one: their mean', 0, 120, 0.4, '{{0, 100, 90}, {0, 110, 100}}', '108.54545455 108.54545455 - 108.54545455 0.00000000'),
    ('or had taken back', 50, 120, 0.4, '{{-5, 100, 90}, {-5, 110, 100}}', null),
    -- y/a is left out with an outturn of 0; a/b is 0 and 1/2; burn (0-10)/(100-10) = -1/9 and (50-20)/(100-20) = 3/8
    ('an outturn of 0', 50, 120, 0.4, '{{10, 100, 0}, {20, 100, 50}}', '59.23611111 30.00000000 - 44.61805556 125.00000000'),
    ('an outturn below 0 says nothing of execution', 50, 120, 0.4, '{{10, 100, -1}, {20, 100, -2}, {20, 100, -3}}', '- - - - 125.00000000'),
    ('a budget of 0 says nothing of execution', 50, 120, 0.4, '{{0, 0, 10}, {0, 0, 20}}', '- - - - 125.00000000');
create temp table forecast_answer as
select title, expected, string_agg(coalesce(f::text, '-'), ' ' order by method <> 'burn', method) filter (where method in ('burn', 'execution', 'historical share', 'median of three', 'run rate')) as answer,
       min(f) filter (where method = 'burn') as burn, min(f) filter (where method = 'execution') as execution, min(f) filter (where method = 'historical share') as share, min(f) filter (where method = 'median of three') as median
from (select c.title, c.expected, method, (select bpm.forecast(method, c.y, c.b, c.share, past[k][1], past[k][2], past[k][3]) from generate_subscripts(past, 1) k) as f
      from forecast_case c, methods) s
group by title, expected;
select is(answer, expected, title) from forecast_answer where expected is not null;
-- of the last three only the first two have a burn: the mean of 50/60 and 55/65
select is((select burn::text from forecast_answer where title ~ '^a year that spent more'), '108.78205128', 'a year that spent more than its budget by then has no burn');
-- y/a of two: 161/360; a/b of three, 90/40, 100/110 and 135/60: 2.25; one burn
select results_eq($$ select burn, execution::text, share::text, median::text from forecast_answer where title ~ '^two of the three' $$,
    $$ values (null::numeric, '270.00000000', '111.80124224', '190.90062112') $$, 'of two of the three the mean: (120 * 9/4 + 18000/161) / 2');
-- a/y is below 0: as above; burn: (95/105 + 105/115) / 2 = 439/483; 50 + 70 * 439/483
select results_eq($$ select burn::text, share, median::text from forecast_answer where title ~ '^or had taken back' $$,
    $$ values ('113.62318841', null::numeric, '113.62318841') $$, 'or had taken back: the greater of the two others');
-- of one other beside a share that is above all figures: that one
select is((select bpm.forecast('median of three', 50, 120, 0.5, y, b, a) from (values (0, 40, 90), (0, 50, 80), (0, null, 70)) v(y, b, a)),
    (select greatest(bpm.forecast('burn', 50, 120, 0.5, y, b, a), bpm.forecast('execution', 50, 120, 0.5, y, b, a)) from (values (0, 40, 90), (0, 50, 80), (0, null, 70)) v(y, b, a)), 'a share above all, and two');
select is((select bpm.forecast('median of three', 50, null, 0.5, y, b, a) from (values (0, 40, 90), (0, 50, 80)) v(y, b, a)), null, 'a share above all, and none');
select results_eq($$ select bpm.forecast('BURN', 50, 120, 0.5, y, b, a), bpm.forecast(null, 50, 120, 0.5, y, b, a) from (values (40, 100, 90), (45, 110, 100)) v(y, b, a) $$,
    $$ values (108.78205128, null::numeric) $$, 'a method is read in any case of letters; no method, no forecast');
select is((select bpm.forecast('historical share', 9e28, 9e28, 1, y, b, a) from (values (0.00000001, 1, 9e28), (0.00000001, 1, 9e28)) v(y, b, a)), null, 'more than a figure holds is no forecast');
select results_eq($$ select bpm.forecast('median of three', 9e28, 9.5e28, 0.5, y, b, a)::text, bpm.forecast('run rate', 9e27, 9.5e28, 0.1, y, b, a)::text from (values (9e28, 9.4e28, 9.2e28), (8e28, 9.4e28, 9e28)) v(y, b, a) $$,
    -- burn: (1/2 + 5/7) / 2 = 17/28: 9e28 + 0.5e28 * 17/28 = 93035714285714285714285714285.71428571; execution 9.5e28 * 91/94 = 91968085106382978723404255319.14893617; share 9e28 / ((45/46 + 8/9) / 2) = 9e28 * 828/773
    $$ values ('93035714285714285714285714285.71428571', '90000000000000000000000000000.00000000') $$, 'the largest figures');

-- the methods in plain SQL
create temp table department as
select d, y, b, case when d % 13 = 0 then null else pg_temp.quotient(1 + h3 % 11, 12)::numeric(17, 16) end as share
from (select d, case when d % 17 = 0 then null when d % 19 = 0 then -(h1 % 1000) else h1 % 1000000 / 100.0 end * (array[1, 1e18, 0.001])[1 + d % 3] as y,
             case when d % 23 = 0 then null else h2 % 2000000 / 100.0 end * (array[1, 1e18, 0.001])[1 + d % 3] as b, h3
      from (select d, abs(hashint4extended(d, 1) >> 2) h1, abs(hashint4extended(d, 2) >> 2) h2, abs(hashint4extended(d, 3) >> 2) h3 from generate_series(1, 400) d) r) s;
create temp table past as
select d, z, case when h1 % 17 = 0 then null when h1 % 7 = 0 or d % 29 = 0 then 0 when h1 % 11 = 0 then -(h2 % 999) else h1 % 1000000 / 100.0 end * scale as y,
       case when h2 % 13 = 0 then null when h2 % 29 = 0 then 0 else h2 % 2000000 / 100.0 end * scale as b,
       case when h3 % 13 = 0 then null when h3 % 11 = 0 then 0 when h3 % 23 = 0 then -(h3 % 100) else h3 % 2000000 / 100.0 end * scale as a
from (select d, z, (array[1, 1e18, 0.001])[1 + d % 3] as scale, abs(hashint4extended(d * 100 + z, 1) >> 2) h1, abs(hashint4extended(d * 100 + z, 2) >> 2) h2, abs(hashint4extended(d * 100 + z, 3) >> 2) h3
      from generate_series(1, 400) d, generate_series(1, 14) z where z <= 2 + d % 5 or d % 50 = 0) r;
create function pg_temp.median(xs numeric[]) returns numeric language sql immutable as
$$ select case when cardinality(xs) >= 2 then (s[(cardinality(s) + 1) / 2] + s[(cardinality(s) + 2) / 2]) / 2 end from (select array_agg(x order by x) as s from unnest(xs) x) q $$;
create temp table plain_forecast as
select d, case when n = 3 or n = 2 and infinite then x[2] when n = 2 then (x[1] + x[2]) / 2 when n = 1 then x[1] end as median, share_of, execution, burn, run_rate, b
from (select *, (select array_agg(v order by v) from unnest(array[share_of, execution, burn]) v where v is not null) as x, num_nonnulls(share_of, execution, burn) as n,
             ms <= 0 and y > 0 as infinite
      from (select *, case when ms > 0 then pg_temp.quotient(y, ms) end as share_of, b * me as execution, y + (b - y) * mb as burn, pg_temp.quotient(y, share) as run_rate
            from (select d.*, (select pg_temp.median(array_agg(pg_temp.quotient(p.y, p.a)) filter (where p.y is not null and p.a > 0)) from past p where p.d = d.d) as ms,
                         (select pg_temp.median(array_agg(pg_temp.quotient(p.a, p.b)) filter (where p.a >= 0 and p.b > 0)) from past p where p.d = d.d) as me,
                         (select pg_temp.median(array_agg(pg_temp.quotient(p.a - p.y, p.b - p.y)) filter (where p.a >= 0 and p.b > p.y)) from past p where p.d = d.d) as mb
                  from department d) m) f) t;
create temp table engine_forecast as
select d, method, bpm.forecast(method, d.y, d.b, share, p.y, p.b, p.a) as f from department d left join past p using (d), methods group by d, method;
select is_empty($$ select * from (select d, method, f, round(case method when 'budget' then b when 'run rate' then run_rate when 'historical share' then share_of when 'execution' then execution when 'burn' then burn else median end, 8) as plain
    from engine_forecast join plain_forecast using (d)) s where f is distinct from plain $$, 'the methods in plain SQL: 400 departments, of figures small, usual and of 22 digits');
select is_empty($$ select method from engine_forecast group by method having count(f) < 150 $$, 'most of them with an answer');
select is((select count(*) from plain_forecast where share_of is null and num_nonnulls(execution, burn) = 2 and median = greatest(execution, burn)) > 3, true, 'some of them with a share above all');

insert into refused values
    ($$ (select bpm.forecast('median of tree', 1, 2, 0.5, 1, 2, 3)) $$, '22023', 'unknown method of forecast: "median of tree"', 'The methods are "budget", "run rate", "historical share", "execution", "burn" and "median of three".'),
    ($$ (select bpm.forecast('', 1, 2, 0.5, 1, 2, 3)) $$, '22023', 'unknown method of forecast: ""', 'The methods are "budget", "run rate", "historical share", "execution", "burn" and "median of three".'),
    ($$ (select bpm.forecast(m, 1, 2, 0.5, 1, 2, 3) from unnest('{burn, execution}'::text[]) m) $$, '22023', 'one forecast has two figures of its own year', 'The argument "method" is not the same in all rows of the group.'),
    ($$ (select bpm.forecast('burn', x, 2, 0.5, 1, 2, 3) from unnest('{1, 2}'::numeric[]) x) $$, '22023', 'one forecast has two figures of its own year', 'The argument "spent" is not the same in all rows of the group.'),
    ($$ (select bpm.forecast('burn', 1, x, x, 1, 2, 3) from unnest('{1, null}'::numeric[]) x) $$, '22023', 'one forecast has two figures of its own year', 'The argument "budget" is not the same in all rows of the group.'),
    ($$ (select bpm.forecast('burn', 1, 1, x, 1, 2, 3) from unnest('{1, 0}'::numeric[]) x) $$, '22023', 'one forecast has two figures of its own year', 'The argument "share" is not the same in all rows of the group.'),
    ($$ (select bpm.forecast('burn', 1, 1, 50, 1, 2, 3)) $$, '22023', 'share must be between 0 and 1', 'It is 50.'),
    ($$ (select bpm.forecast('burn', 'NaN', 1, 0.5, 1, 2, 3)) $$, '22003', 'spent must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ($$ (select bpm.forecast('burn', 1, 1e29, 0.5, 1, 2, 3)) $$, '22003', 'budget is out of range', 'A figure has at most 29 digits before the decimal point.'),
    ($$ (select bpm.forecast('burn', 1, 1, 0.5, 'Infinity', 2, 3)) $$, '22003', 'past spent must be a figure, not infinity', 'Figures are exact, and so finite.'),
    ($$ (select bpm.forecast('burn', 1, 1, 0.5, 1, 'NaN', 3)) $$, '22003', 'past budget must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ($$ (select bpm.forecast('budget', 1, 1, 0.5, 1, 2, 'NaN')) $$, '22003', 'past outturn must be a figure, not NaN', 'Figures are exact, and so finite.');
select is_empty($$ select f.*, statement from refused r, pg_temp.failure('select ' || statement) f
    where (f.state, f.message, f.detail) is distinct from (r.state, r.message, r.detail) or coalesce(f.hint, '') = '' $$,
    'what is wrong is refused with SQLSTATE, message, DETAIL and HINT');
select is((pg_temp.failure($$ select bpm.pace(1, '>= 2', 1, 'cummulative') $$)).hint, 'Did you mean "cumulative"?', 'with the word that was meant');
select is((pg_temp.failure($$ select bpm.forecast('runrate', 1, 2, 0.5, 1, 2, 3) $$)).hint, 'Did you mean "run rate"?', 'or the method');

----------------------------------------------------------------------------------------------------
-- One answer: serial, parallel, partitioned, shuffled, moved
----------------------------------------------------------------------------------------------------

create table spread (i integer, part integer, x numeric, w numeric, y numeric, b numeric, a numeric) partition by list (part);
create unlogged table spread_0 partition of spread for values in (0);
create unlogged table spread_1 partition of spread for values in (1);
create unlogged table spread_2 partition of spread for values in (2);
insert into spread
select i, i % 3, case when h1 % 17 = 0 then null when h1 % 1009 = 0 then h1 * 1e6 else (h1 % 1000000007 - 300000000) / 100.0 end,
       case when h2 % 23 = 0 then null when h2 % 29 = 0 then 0 else h2 % 100003 / 1000.0 end,
       nullif(h1 % 50000, 7) / 10.0, nullif(h2 % 90000, 7) / 10.0, nullif(h3 % 90000, 7) / 10.0
from (select i, abs(hashint4extended(i, 1) >> 2) as h1, abs(hashint4extended(i, 2) >> 2) as h2, abs(hashint4extended(i, 3) >> 2) as h3 from generate_series(1, 30000) i) h;
analyze spread;
\set all 'select concat_ws('' '', bpm.quantile(x, 0.1), bpm.quantile(x, 0.5), bpm.ratio_quantile(x, w, 0.9), bpm.forecast(''median of three'', 500, 1234.5, 0.5, y, b, a), bpm.forecast(''run rate'', 500, 1234.5, 0.3, y, b, a)) as answer from spread'
\set parts 'select string_agg(s.answer, '','' order by k) as answer from (select i % 4001 as k, concat_ws('' '', bpm.quantile(x, 0.1), bpm.ratio_quantile(x, w, 0.5), bpm.forecast(''burn'', i % 4001, 1234.5, 0.5, y, b, a), bpm.forecast(''median of three'', 500, 1234.5, 0.5, y, b, a)) as answer from spread group by i % 4001) s'
set local jit = off;
set local max_parallel_workers_per_gather = 0;
:all \gset serial_
:parts \gset serial_parts_
select matches(:'serial_answer'::text, '^-?\d+\.\d{8} \d+\.\d{8} \d+\.\d{16} \d+\.\d{8} 1666\.66666667$', 'serial');
set local parallel_setup_cost = 0;
set local parallel_tuple_cost = 0;
set local min_parallel_table_scan_size = 0;
set local max_parallel_workers_per_gather = 2;
set local parallel_leader_participation = off;
select matches(pg_temp.plan_of(:'all'), 'Finalize Aggregate\n.*Gather\n.*Workers Planned: [12]\n.*Partial Aggregate\n.*Parallel', 'parallel: the plan adds up in workers');
:all \gset parallel_
:parts \gset parallel_parts_
select is(:'parallel_answer'::text, :'serial_answer'::text, 'parallel: the same');
select is(:'parallel_parts_answer'::text, :'serial_parts_answer'::text, 'parallel, by group: the same');
set local max_parallel_workers_per_gather = 0;
set local enable_partitionwise_aggregate = on;
select matches(pg_temp.plan_of(:'all'), 'Finalize Aggregate\n.*Append\n.*Partial Aggregate\n', 'partitionwise: the plan adds up by partition');
:all \gset partitionwise_
select is(:'partitionwise_answer'::text, :'serial_answer'::text, 'partitionwise: the same');
select is((pg_temp.failure('select bpm.quantile(x, 0.1 + part / 10.0) from spread')).message, 'one quantile has two fractions', 'partitionwise: two parts with two fractions');
select is((pg_temp.failure('select bpm.forecast(''burn'', 1, part, 0.5, y, b, a) from spread')).message, 'one forecast has two figures of its own year', 'or with two budgets');
select is(pg_temp.answer('select concat_ws('' '', bpm.quantile(x, 0.1), bpm.quantile(x, 0.5), bpm.ratio_quantile(x, w, 0.9)) from spread where part < 2 and (part = 0 or i < 0)'),
    pg_temp.answer('select concat_ws('' '', bpm.quantile(x, 0.1), bpm.quantile(x, 0.5), bpm.ratio_quantile(x, w, 0.9)) from spread_0'), 'partitionwise: a part without rows');
set local enable_partitionwise_aggregate = off;
select setseed(0.5) \g /dev/null
select concat_ws(' ', bpm.quantile(x, 0.1), bpm.quantile(x, 0.5), bpm.ratio_quantile(x, w, 0.9), bpm.forecast('median of three', 500, 1234.5, 0.5, y, b, a), bpm.forecast('run rate', 500, 1234.5, 0.3, y, b, a)) as answer
from (select * from spread order by random()) s \gset shuffled_
select is(:'shuffled_answer'::text, :'serial_answer'::text, 'shuffled: the same');

create temp table few as select * from spread where i <= 400;
select is_empty($$ select i from (select i, bpm.quantile(x, 0.3) over f as q, bpm.ratio_quantile(x, w, 0.7) over f as r, bpm.forecast('median of three', 500, 1234.5, 0.5, y, b, a) over f as m
    from few window f as (order by i rows between 29 preceding and 3 preceding)) s
    where (q, r, m) is distinct from (select (bpm.quantile(x, 0.3), bpm.ratio_quantile(x, w, 0.7), bpm.forecast('median of three', 500, 1234.5, 0.5, y, b, a))
        from few where few.i between s.i - 29 and s.i - 3) $$, 'moved: a frame says what its rows say, and so does an empty one');
select is_empty($$ select i from (select i, bpm.quantile(x, 0.3) over f as q, bpm.ratio_quantile(x, w, 0.7) over f as r, bpm.forecast('burn', 500, 1234.5, 0.5, y, b, a) over f as m
    from few window f as (order by i)) s
    where (q, r, m) is distinct from (select (bpm.quantile(x, 0.3), bpm.ratio_quantile(x, w, 0.7), bpm.forecast('burn', 500, 1234.5, 0.5, y, b, a))
        from few where few.i <= s.i) $$, 'growing: a state goes on after it has answered');

----------------------------------------------------------------------------------------------------
-- A city's quarterly reports: how well each method would have done
----------------------------------------------------------------------------------------------------

\set shared ''
\getenv shared BPM_SHARED
\set data :shared '/data'
\setenv BPM_DATA :data
\set there `test -r "$BPM_DATA/philadelphia/obligations.csv" && echo on || echo off`
\if :there
create temp table obligations (row_order bigint generated always as identity, department_id text, department text, fiscal_year integer, measure text,
    period text, as_of date, report_fiscal_year integer, report_quarter integer, amount text);
\set load '\\copy obligations (department_id, department, fiscal_year, measure, period, as_of, report_fiscal_year, report_quarter, amount) from \'' :data '/philadelphia/obligations.csv\' (format csv, header, encoding \'utf8\')'
:load
-- a year's actual as it was reported last; the others as reported in that quarter
create temp table outturn as
select distinct on (department_id, fiscal_year) department_id, fiscal_year, amount::numeric as a
from obligations where measure = 'Actual' and period = 'Full Year' and amount not in ('', 'NA')
order by department_id, fiscal_year, row_order desc;
create temp table quarter as
select department_id, fiscal_year, report_quarter as q, max(amount) filter (where measure = 'Actual') as y,
       max(amount) filter (where measure = 'Target Budget') as b, max(amount) filter (where measure = 'Current Projection') as own
from (select distinct on (department_id, fiscal_year, report_quarter, measure) department_id, fiscal_year, report_quarter, measure, amount::numeric
      from obligations
      where (measure, period) in (('Actual', 'YTD'), ('Target Budget', 'Full Year'), ('Current Projection', 'Full Year')) and amount not in ('', 'NA')
      order by department_id, fiscal_year, report_quarter, measure, row_order desc) o
group by department_id, fiscal_year, report_quarter;
analyze outturn;
analyze quarter;
create temp table backtest as
select t.department_id, t.fiscal_year, t.q, a.a, t.own, f.*
from quarter t join outturn a using (department_id, fiscal_year),
     lateral (select bpm.forecast('budget', t.y, t.b, t.q / 4.0, p.y, p.b, pa.a) as budget, bpm.forecast('run rate', t.y, t.b, t.q / 4.0, p.y, p.b, pa.a) as run_rate,
                     bpm.forecast('historical share', t.y, t.b, t.q / 4.0, p.y, p.b, pa.a) as share, bpm.forecast('execution', t.y, t.b, t.q / 4.0, p.y, p.b, pa.a) as execution,
                     bpm.forecast('burn', t.y, t.b, t.q / 4.0, p.y, p.b, pa.a) as burn, bpm.forecast('median of three', t.y, t.b, t.q / 4.0, p.y, p.b, pa.a) as median,
                     count(*) filter (where pa.a > 0 and p.y is not null) as shares
              from quarter p join outturn pa using (department_id, fiscal_year)
              where p.department_id = t.department_id and p.q = t.q and p.fiscal_year between t.fiscal_year - 5 and t.fiscal_year - 1 and p.fiscal_year <> 2015) f
where t.q < 4 and t.fiscal_year >= 2010 and t.fiscal_year <> 2015 and t.y > 0 and t.b > 0 and a.a > 0
    -- two or more earlier years for every method
    and f.shares >= 2 and f.execution is not null and f.burn is not null;
select results_eq($$ select q, count(*), round(100 * bpm.ratio_quantile(abs(budget - a), a, 0.5), 2), round(100 * bpm.ratio_quantile(abs(run_rate - a), a, 0.5), 2),
        round(100 * bpm.ratio_quantile(abs(own - a), a, 0.5), 2), round(100 * bpm.ratio_quantile(abs(execution - a), a, 0.5), 2),
        round(100 * bpm.ratio_quantile(abs(burn - a), a, 0.5), 2), round(100 * bpm.ratio_quantile(abs(median - a), a, 0.5), 2)
    from backtest group by q order by q $$,
    $$ values (1, 723::bigint, 5.17, 26.72, 4.65, 4.48, 4.35, 4.20), (2, 766, 4.73, 10.64, 4.38, 4.11, 3.94, 3.83), (3, 834, 4.44, 7.24, 4.16, 3.77, 3.01, 3.01) $$,
    'median errors by quarter: budget, run rate, the city''s own, execution, burn, median of three');
select is((select round(100 * bpm.ratio_quantile(abs(share - a), a, 0.5), 2) from backtest where q = 3), 3.71, 'and of the historical share in the third quarter');
-- eight in ten between the errors of the five years before, of all departments in the same quarter
select is_empty($$ select q, method, share from (select q, method, count(*) filter (where a between f * low and f * high)::numeric / count(*) as share
        from (select t.q, t.method, t.a, t.f, e.*
              from (select q, fiscal_year, method, a, f from backtest, lateral (values ('burn', burn), ('median of three', median)) v(method, f)) t,
                   lateral (select bpm.ratio_quantile(p.a, case t.method when 'burn' then p.burn else p.median end, 0.1) as low,
                                   bpm.ratio_quantile(p.a, case t.method when 'burn' then p.burn else p.median end, 0.9) as high
                            from backtest p where p.q = t.q and p.fiscal_year between t.fiscal_year - 5 and t.fiscal_year - 1) e
              where e.low is not null) b
        group by q, method) c where share not between 0.75 and 0.85 $$, 'an interval of 80 % covers 75 to 85 % of the outturns');
\else
select skip('the published data set is not here: set BPM_SHARED to the folder that holds data/', 3);
\endif

select * from finish();
rollback;
