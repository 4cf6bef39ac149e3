-- model: results over time. By month, against the same day of last year, what changed since a day; and the scorecard.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(40);

set local jit = off;
set local timezone = 'UTC';
select bpm.create_model('past');
set local search_path = past, public;
set local bpm.as_of = '2026-05-10';
update setting set totals_required = false, weigh_by = 'approved', execution = 'spent';
insert into unit values ('gov', null, 'Government'), ('a', 'gov', 'Office A'), ('b', 'gov', 'Office B');
create function pg_temp.add(program text, year integer, unit text) returns void language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id) values (program, year, program, unit);
    insert into indicator (program_id, fiscal_year, indicator_id, name) values (program, year, 'i', 'First'),
        (program, year, 'j', 'Second');
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
        values (program, year, 'i', make_date(year, 1, 1), 'direct', 60),
               (program, year, 'j', make_date(year, 1, 1), '>= 50', 40);
$$;
create function pg_temp.pay(program text, kind text, amount numeric, on_day date) returns void language sql as $$
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values (program, extract(year from on_day)::integer, kind, on_day, amount);
$$;
create function pg_temp.measure(program text, indicator text, figure numeric, on_day date) returns void
    language sql as $$
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values (program, extract(year from on_day)::integer, indicator, on_day, figure);
$$;
do $$begin
    perform pg_temp.add('P', 2025, 'a');
    perform pg_temp.pay('P', 'approved', 800, '2025-01-02');
    perform pg_temp.pay('P', 'executed', 100, '2025-03-15');
    perform pg_temp.pay('P', 'executed', 500, '2025-11-15');
    perform pg_temp.measure('P', 'i', 50, '2025-04-30');
    perform pg_temp.measure('P', 'j', 50, '2025-04-30');
    perform pg_temp.measure('P', 'i', 90, '2025-11-30');
    perform pg_temp.add('P', 2026, 'a');
    perform pg_temp.pay('P', 'approved', 1000, '2026-01-02');
    perform pg_temp.pay('P', 'executed', 100, '2026-01-31');
    perform pg_temp.pay('P', 'executed', 150, '2026-03-01');
    perform pg_temp.measure('P', 'i', 40, '2026-01-31');
    perform pg_temp.measure('P', 'j', 25, '2026-03-31');
    perform pg_temp.measure('P', 'i', 80, '2026-04-15');
    perform pg_temp.add('Q', 2026, 'b');
    perform pg_temp.pay('Q', 'approved', 3000, '2026-02-10');
    perform pg_temp.measure('Q', 'i', 100, '2026-04-20');
    perform pg_temp.measure('Q', 'j', 60, '2026-04-20');
end$$;

-- by month ---------------------------------------------------------------------------------------------------------

-- P: January 40 (only i is measured); February the same; March i 40 * .6 + j 50 * .4 = 44; April 80 * .6 + 20 = 68
select results_eq($$select month_end, month, budget, executed, execution_rate, score, coverage, rating
    from program_month where program_id = 'P' and fiscal_year = 2026 order by month_end$$,
    $$values ('2026-01-31'::date, 1, 1000::numeric, 100::numeric, 10::numeric, 40::numeric, 60::numeric, null),
    ('2026-02-28', 2, 1000, 100, 10, 40, 60, null), ('2026-03-31', 3, 1000, 250, 25, 44, 100, null),
    ('2026-04-30', 4, 1000, 250, 25, 68, 100, null)$$, 'a row for each month that has passed, as on its last day');
select results_eq($$select m.month_end, m.executed, m.score, m.coverage, m.rating, m.execution_rate, m.weight
    from program_month m where m.fiscal_year = 2025 order by 1$$,
    $$select d::date, r.executed, r.score, r.coverage, r.rating, r.execution_rate, r.weight
    from generate_series('2025-02-01', '2026-01-01', interval '1 month') f,
        lateral (select (f - interval '1 day')::date as d) x, lateral program_result_at(d) r
    where r.program_id = 'P' and r.fiscal_year = 2025 order by 1$$, 'as the results of that day say');
select is((select rating from program_month where fiscal_year = 2025 and month = 12), 'excellent',
    'the last month is rated once it is closed: .6 * 90 + .4 * 100 = 94');
select is_empty($$select from program_month_at('2025-12-31') where fiscal_year = 2026$$, 'no month before the year');
select is((select count(*) from program_month_at('2026-01-30') where fiscal_year = 2026), 0::bigint,
    'nor before the first is over');

-- the year that begins in July ends with June, and the days of a month are of its year
savepoint july;
update setting set year_start_month = 7;
select results_eq($$select min(month_end), max(month_end), count(*) from program_month where fiscal_year = 2025$$,
    $$values ('2024-07-31'::date, '2025-06-30'::date, 12::bigint)$$, 'a year from July to June');
rollback to july;

-- weighed by what is approved: P 1000, Q 3000, which is approved on 10 February and has a score in April: 100 (j capped)
-- January: P alone 40. April: (68 * 1000 + 100 * 3000) / 4000 = 92
select results_eq($$select month_end, programs, budget, executed, scored_weight, score from unit_month
    where unit_id = 'gov' and fiscal_year = 2026 order by 1$$,
    $$values ('2026-01-31'::date, 2, 1000::numeric, 100::numeric, 1000::numeric, 40::numeric),
    ('2026-02-28', 2, 4000, 100, 1000, 40), ('2026-03-31', 2, 4000, 250, 1000, 44),
    ('2026-04-30', 2, 4000, 250, 4000, 92)$$, 'units, with everything below them');
select results_eq($$select m.unit_id, m.month_end, m.budget, m.score, m.score_sum, m.coverage, m.rating
    from unit_month m order by 1, 2$$,
    $$select r.unit_id, d.month_end, r.budget, r.score, r.score_sum, r.coverage, r.rating
    from (select distinct fiscal_year, month_end from program_month) d, lateral unit_result_at(d.month_end) r
    where r.fiscal_year = d.fiscal_year order by 1, 2$$, 'as the results of units on that day say');

-- against last year -------------------------------------------------------------------------------------------------

-- on 10 May 2026: 250 executed; on 10 May 2025: 100; scores 68 and .6 * 50 + .4 * 100 = 70. Not 600 and 94.
select results_eq($$select day, day_before, budget, budget_before, executed, executed_before, executed_growth, score,
    score_before, score_change from trend where grain = 'program' and id = 'P' and fiscal_year = 2026$$,
    $$values ('2026-05-10'::date, '2025-05-10'::date, 1000::numeric, 800::numeric, 250::numeric, 100::numeric,
    150::numeric, 68::numeric, 70::numeric, -2::numeric)$$, 'the same day of last year, not the whole of it');
select results_eq($$select executed, executed_before, score, score_before from trend
    where grain = 'unit' and id = 'gov' and fiscal_year = 2026$$,
    $$values (250::numeric, 100::numeric, 92::numeric, 70::numeric)$$, 'units, too');
select results_eq($$select t.unit_id, t.fiscal_year, t.budget, t.score, t.score_sum from unit_result t order by 1, 2$$,
    $$select id, fiscal_year, budget, score, score_sum from trend where grain = 'unit' order by 1, 2$$,
    'what is now is what unit_result says');
select results_eq($$select executed, executed_before, score, score_before from trend_at('2026-12-31')
    where grain = 'program' and id = 'P' and fiscal_year = 2026$$,
    $$values (250::numeric, 600::numeric, 68::numeric, 94::numeric)$$, 'at the end of the year it is the whole year');
select results_eq($$select id, executed_before, score_before, executed_growth, score_change from trend
    where grain = 'program' and id = 'Q'$$,
    $$values ('Q', null::numeric, null::numeric, null::numeric, null::numeric)$$,
    'what has no year before has nothing beside it');
select results_eq($$select distinct day, day_before from trend_at('2028-02-29')$$,
    $$values ('2028-02-29'::date, '2027-02-28'::date)$$, '29 February is compared with the 28th');
select results_eq($$select distinct day_before from trend_at('2027-02-28')$$, $$values ('2026-02-28'::date)$$,
    'any other day with itself');
select lives_ok($$select count(x::text) from trend_at('infinity') x union all
    select count(x::text) from trend_at('-infinity') x union all select count(x::text) from trend_at('4700-02-01 BC') x
    union all select count(x::text) from program_month_at('infinity') x
    union all select count(x::text) from unit_month_at('-infinity') x$$, 'on every day');

-- what changed -------------------------------------------------------------------------------------------------------

-- From 31 March to 10 May P goes from 44 to 68: i from 40 to 80, .6 * 40 = 24 points. Q gets a score.
select results_eq($$select program_id, what, item, points, score_before, score, figure_before, figure, weight
    from changes_since('2026-03-31') where fiscal_year = 2026$$,
    $$values ('P', 'score', null, 24::numeric, 44::numeric, 68::numeric, null::numeric, null::numeric, null::numeric),
    ('P', 'indicator', 'i', 24, 44, 68, 40, 80, 60),
    ('Q', 'score', null, null, null, 100, null, null, null),
    ('Q', 'indicator', 'i', 60, null, 100, null, 100, 60), ('Q', 'indicator', 'j', 40, null, 100, null, 60, 40)$$,
    'which programs, and by which figures');
-- January to 31 March: i alone made 40; then j came in with 50, and i counts .6 of the program: 24 + 20 = 44.
-- j brings 20 points; the share of i, which did not change, costs 16.
select results_eq($$select what, item, points, figure_before, figure from changes_since('2026-01-31', '2026-03-31')
    where program_id = 'P' and fiscal_year = 2026$$,
    $$values ('score', null, 4::numeric, null::numeric, null::numeric), ('indicator', 'j', 20, null, 25),
    ('rest', null, -16, null, null), ('executed', null, null, 100, 250)$$,
    'the points of all rows make the change, money stands beside');
select is_empty($$select * from changes_since('2026-05-10')$$, 'nothing changes in no time');
select is_empty($$select from changes_since('2026-05-01')$$, 'nor while nothing is entered');

-- a target is eased: 25 of 50 was 50 points, of 25 it is 100: .4 * 50 = 20 points
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, reason)
    values ('P', 2026, 'j', '2026-05-05', '>= 25', 'too hard');
select results_eq($$select what, item, points, target_before, target from changes_since('2026-05-01')$$,
    $$values ('score', null, 20::numeric, null, null), ('indicator', 'j', 20, '>= 50', '>= 25')$$,
    'a target that is eased shows with what it brought');
-- what came later, by what was known then: the same day, before and after
select is_empty($$select from changes_since('2026-05-10', as_known => 'infinity')$$, 'the same day is the same');
select isnt_empty($$select from changes_since('2026-05-10', known_then => '2020-01-01')$$,
    'but not by what was known before anything was recorded');

-- the year is closed: P 88 good, Q 100 excellent: both are rated now; then one is set by hand
update setting set scale = 'excellent >= 90, good >= 80, fair >= 60, poor';
select results_eq($$select distinct program_id, rating_changed, rating_before, rating
    from changes_since('2026-12-30', '2026-12-31') order by 1$$,
    $$values ('P', 1, null, 'good'), ('Q', 1, null, 'excellent')$$, 'ratings that are new');
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason)
    values ('Q', 2026, '2027-02-01', 'fair', 'a complaint');
insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount)
    values ('P', 2026, 'x', 'executed', '2026-12-30', 7);
select results_eq($$select program_id, what, rating_changed, rating_before, rating, name
    from changes_since('2026-12-29', '2027-03-01') where what in ('rating', 'executed') order by 1, 2$$,
    $$values ('P', 'executed', 1, null, 'good', null), ('P', 'rating', 1, null, 'good', 'self is closed'),
    ('Q', 'rating', 1, null, 'fair', 'a complaint')$$, 'and why');
select results_eq($$select program_id, rating_before, rating from changes_since('2026-12-31', '2027-03-01')$$,
    $$values ('Q', 'excellent', 'fair')$$, 'also without a figure');
select is((select program_id from changes_since('2026-04-30', '2027-03-01') limit 1), 'P',
    'those whose rating changed come first');
select lives_ok($$select count(x::text) from changes_since('-infinity', 'infinity') x
    union all select count(x::text) from changes_since(null) x$$, 'from any day to any other');

-- the linear share of a year, and the pace ---------------------------------------------------------------------------

-- whole months, and days of a begun one: 4 + 10/31 months on 10 May; a leap February has 29 days
select is(round(share_by('2026-01-01', '2026-12-31', '2026-05-10') * 12, 10), round(4 + 10 / 31.0, 10),
    'months and days');
select is(round(share_by('2028-01-01', '2028-12-31', '2028-02-14') * 12, 10), round(1 + 14 / 29.0, 10),
    'of a leap year');
select results_eq($$select d::date, round(share_by('2025-07-01', '2026-06-30', d::date), 4)
    from unnest('{2025-06-30,2025-07-31,2026-03-31,2026-06-30,2026-07-01,infinity,-infinity}'::date[]) d$$,
    $$values ('2025-06-30'::date, 0::numeric), ('2025-07-31', .0833), ('2026-03-31', .75), ('2026-06-30', 1),
    ('2026-07-01', 1), ('infinity', 1), ('-infinity', 0)$$, 'of a year that begins in July');

set local bpm.as_of = '2026-03-31';
-- 250 of 1000 after a quarter: 100 %. i: 40, .6 * 60 = 36 points lost; j: 50 points, .4 * 50 = 20
select results_eq($$select program_id, fiscal_year, score, low, high, pace, executed, budget, rating, worst_reason, unit_name,
    name from scorecard where fiscal_year = 2026 order by 1$$,
    $$values ('P', 2026, 44::numeric, 44::numeric, 44::numeric, 100::numeric, 250::numeric, 1000::numeric, null,
        'First: 40 of 100, 36.00 points', 'Office A', 'P'),
    ('Q', 2026, null, 0, 100, 0, 0, 3000, null, 'so far: not closed', 'Office B', 'Q')$$, 'a scorecard');
set local bpm.as_of = '2026-05-10';
-- 250/1000 over (4 + 10/31)/12 = 69.4030 %
select is((select pace from scorecard where program_id = 'P' and fiscal_year = 2026), 69.40, 'in the middle of a month');
set local bpm.as_of = '2027-03-01';
select results_eq($$select program_id, score, pace, rating, worst_reason from scorecard where fiscal_year = 2026 order by 1$$,
    $$values ('P', 88::numeric, null::numeric, 'good', 'First: 80 of 100, 12.00 points'),
    ('Q', 100, null, 'fair', 'a complaint')$$, 'after the year there is no pace, and a rating set by hand has its reason');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('P', 2026, 'executed', '2026-12-30', 5000);
select is((select worst_reason from scorecard where program_id = 'P' and fiscal_year = 2026),
    'more is executed than the budget', 'money first');
-- P has 88 points and lost 12 by i; a cap of 80 takes 8 of them, a cap of 70 takes 18
update score_rule set in_force = false;
insert into score_rule (evaluation, fiscal_year, rule, looks_at, indicator_id, target, effect, points)
    values ('self', 2026, 'no less than 90', 'indicator', 'i', '>= 90', 'cap', 80);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('P', 2026, 'executed', '2026-12-30', -5000);
select is((select score || ', ' || worst_reason from scorecard where program_id = 'P' and fiscal_year = 2026),
    '80.00, First: 80 of 100, 12.00 points', 'a cap that takes less than an indicator');
update score_rule set points = 70 where rule = 'no less than 90';
select is((select score || ', ' || worst_reason from scorecard where program_id = 'P' and fiscal_year = 2026),
    '70.00, rules of the evaluation: 18.00 points', 'a cap that costs most');
select is((select count(*) from pg_attribute where attrelid = 'scorecard'::regclass and attnum > 0), 12::bigint,
    'it stays narrow');
select lives_ok($$select count(x::text) from scorecard_at('infinity') x
    union all select count(x::text) from scorecard_at('-infinity', '-infinity') x$$, 'on every day');

-- 100 / 300 of the budget: 33.33333333 %, as the results show it, and without zeros that say nothing
do $$begin
    insert into program (program_id, fiscal_year, name, unit_id) values ('R', 2026, 'R', 'a');
    insert into indicator (program_id, fiscal_year, indicator_id, name, source) values ('R', 2026, 'b', 'B', 'budget');
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
        values ('R', 2026, 'b', '2026-01-01', '>= 100%');
    perform pg_temp.pay('R', 'approved', 300, '2026-01-02');
    perform pg_temp.pay('R', 'executed', 100, '2026-05-10');
end$$;
select is((select figure_before || ' ' || figure from changes_since('2026-05-09', '2026-05-10') where program_id = 'R' and item = 'b'),
    '0 33.33333333', 'a figure as it is shown');

select * from finish();
rollback;
