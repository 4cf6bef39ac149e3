-- Where the year will end, from what the years before were like at the same point of theirs

-- Month ends stay month ends. Of days that no timestamp reaches, the day itself.
create function same_day(day date, months integer) returns date
    language sql immutable parallel safe
    return case when day not between date '4000-01-01 BC' and date '9900-12-31' or abs(months) > 1200 then day
                when extract(day from day + 1) = 1
                then (date_trunc('month', day::timestamp) + make_interval(months => months + 1)
                      - interval '1 day')::date
                else (day + make_interval(months => months))::date end;
comment on function same_day(date, integer) is
'The day so many months later, or earlier when negative: of the last day of a month the last day of the other.';

-- A year's money as on a day of it, and until it is closed: in one look, where program_money would take two. A day
-- by which nothing is booked has no money: that is not the same as none.
create function money_on(p program_state, day date)
    returns table (spent numeric, budget numeric, outturn numeric, last_budget numeric)
    language sql stable parallel safe rows 1
begin atomic
    select case when abs(x.spent) < 1e22 then round(x.spent, 2) end,
           case when abs(x.budget) < 1e22 then round(x.budget, 2) end,
           case when abs(x.outturn) < 1e22 then round(x.outturn, 2) end,
           case when abs(x.last_budget) < 1e22 then round(x.last_budget, 2) end
    from (
        select sum(part(x.spent, c.after, c.upto)) as spent,
               sum(part(x.budget, c.after, c.upto)) as budget,
               sum(part(x.outturn, c.after, c.upto)) as outturn,
               sum(part(x.last_budget, c.after, c.upto)) as last_budget
        from unnest(p.covered, p.covered_after, p.covered_upto) c (program_id, after, upto)
        cross join lateral (
            select sum(e.executed) filter (where b.entry_date <= money_on.day) as spent,
                   sum(e.budget) filter (where b.entry_date <= money_on.day) as budget,
                   sum(e.executed) as outturn, sum(e.budget) as last_budget
            from program_budget b
            cross join lateral (
                select coalesce(nullif(b.executed, 'NaN'), 0) as executed,
                       coalesce(nullif(b.approved, 'NaN'), 0) + coalesce(nullif(b.carried_over, 'NaN'), 0)
                           + coalesce(nullif(b.adjusted, 'NaN'), 0) as budget
                where num_nonnulls(b.executed, b.approved, b.carried_over, b.adjusted) > 0) e
            where b.program_id = c.program_id and b.fiscal_year = p.fiscal_year
                and b.entry_date <= p.money_until and (b.recorded_at > p.known) is not true
                and coalesce(b.currency, p.currency) = p.currency) x
        where c.upto > c.after) x; -- what is no part; the planner expects less of it
end;
comment on function money_on(program_state, date) is
'Of the money that a program answers for: what was spent, and its budget, on a day, and until its money is closed, or '
'on the day shown. Empty where nothing is booked, and where sums are no amounts.';

-- How many months a fiscal year begins after another: what moves a day to the same point of the other year.
create function months_after(other date, starts_on date) returns integer
    language sql immutable parallel safe
    return (12 * (extract(year from starts_on) - extract(year from other))
            + extract(month from starts_on) - extract(month from other))::integer;
comment on function months_after(date, date) is 'How many months the second day lies after the first, by its month.';

create function money_history(p program_state)
    returns table (fiscal_year integer, spent numeric, budget numeric, outturn numeric)
    language sql stable parallel safe rows 5
begin atomic
    select y.fiscal_year, m.spent, m.budget, m.outturn
    from program_state_at(p.day, p.known) y
    cross join lateral (
        select same_day(least(p.day, p.ends_on), months_after(p.starts_on, y.starts_on)) as day
        offset 0) d -- once, not for every entry
    cross join lateral money_on(y, d.day) m
    where y.program_id = p.program_id and y.fiscal_year < p.fiscal_year
        and y.fiscal_year >= greatest(p.fiscal_year, 5) - 5 and y.ends_on <= p.day
        and not exists (select from unusual_year u where u.fiscal_year = y.fiscal_year);
end;
comment on function money_history(program_state) is
'Of the five years before, without unusual ones and those that are not over: what was spent, and the budget, on the '
'same day of that year, and what was spent at its end.';

-- A set of one row, because such a function is written out where it is used. Without a budget nothing is forecast
-- from it.
create function forecast_of(p program_state, method text) returns table (forecast numeric)
    language sql stable parallel safe rows 1
begin atomic
    select case when p.ends_on <= p.day then m.outturn
                else bpm.forecast(forecast_of.method, m.spent, m.budget, share_by(p.starts_on, p.ends_on, p.day),
                                  h.spent, h.budget, h.outturn) end
    from (select m.spent, case when m.budget > 0 then m.budget end as budget, m.outturn from money_on(p, p.day) m) m
    left join money_history(p) h on p.ends_on > p.day
    group by m.spent, m.budget, m.outturn;
end;
comment on function forecast_of(program_state, text) is
'Where the money of a program will end by a method of setting.forecast_method, one row; once the year is over, where '
'it did.';

-- An estimate at completion settles within 10 % only when some 70 % is complete.
create function told_from() returns numeric
    language sql immutable parallel safe
    return 0.7;
comment on function told_from() is
'The share of the year from which on a forecast is told without its interval.';

create function interval_end(percent numeric, side integer) returns numeric
    language sql immutable parallel safe
    return (100 + side * least(greatest(percent, 0), 100)) / 200;
comment on function interval_end(numeric, integer) is
'The fraction of past errors at which an interval of so many percent ends: below with side -1, above with side 1.';

create function forecast_method(place integer) returns text
    language sql immutable parallel safe
    return ('{budget,run rate,historical share,execution,burn,median of three}'::text[])[place];
comment on function forecast_method(integer) is
'The methods of forecasting in the order in which results keep their figures: 1 budget, 2 run rate, 3 historical '
'share, 4 execution, 5 burn, 6 median of three.';

-- The point of the year is that of the day shown in the year in which it lies.
select bpm.define_result('forecast_point',
'One row per program and year, and per unit and year with everything below it (expenditure): the money at the point '
'of the year that the day shown is at, and at its end. What forecast_case is made of.', $$
with program_point as (
    select p.program_id, p.unit_id, p.fiscal_year, p.is_revenue::integer as is_revenue,
           p.is_overall::integer as is_overall, p.ends_on <= p.day as is_over, p.starts_on > p.day as is_future,
           m.spent, m.budget, m.outturn, m.last_budget, p.name
    from @day d
    cross join lateral (
        select year_start(fiscal_year_of(case when d.day between date '0001-01-01' and date '9998-12-31'
                                              then d.day end)) as starts_on
        offset 0) r
    cross join @program_state p
    cross join lateral (
        select same_day(d.day, months_after(r.starts_on, p.starts_on)) as day
        offset 0) s
    cross join lateral money_on(p, s.day) m
)
select 'program'::text as grain, p.program_id as id, p.unit_id, p.fiscal_year, p.is_revenue, p.is_overall, p.is_over,
       p.is_future, p.spent, p.budget, p.outturn, p.last_budget, p.name
from program_point p
union all
select 'unit', x.unit_id, x.unit_id, x.fiscal_year, 0, 0, x.is_over, x.is_future, x.spent, x.budget, x.outturn,
       x.last_budget, u.name
from (
    select a.ancestor_id as unit_id, p.fiscal_year, bool_and(p.is_over) as is_over, bool_and(p.is_future) as is_future,
           sum(p.spent) as spent, sum(p.budget) as budget, sum(p.outturn) as outturn,
           sum(p.last_budget) as last_budget
    from program_point p
    join node_above a on a.tree = 'unit' and a.id = p.unit_id and p.fiscal_year between a.from_year and a.to_year
    where p.is_revenue = 0 and p.is_overall = 0
    group by a.ancestor_id, p.fiscal_year) x
join unit u on u.unit_id = x.unit_id
$$);

-- What each method says of a year at that point, from the five years before: of years that are over too, so that the
-- errors of the methods are known.
select bpm.define_result('forecast_case',
'One row per program and year, and per unit and year: what each method of forecasting says at the point of the year '
'that the day shown is at. What forecasts, their intervals and their accuracy are made of.', $$
with moment as (
    select share_by(r.starts_on, (r.starts_on + interval '1 year - 1 day')::date, d.day) as linear_share
    from @day d
    cross join lateral (
        select year_start(fiscal_year_of(case when d.day between date '0001-01-01' and date '9998-12-31'
                                              then d.day end)) as starts_on
        offset 0) r
), point as (
    select p.*, case when p.budget > 0 then p.budget end as money,
           exists (select from unusual_year u where u.fiscal_year = p.fiscal_year) as is_unusual
    from @forecast_point p
), said as (
    select p.grain, p.id, p.fiscal_year, count(z.outturn) as past_years,
           count(z.spent) filter (where z.outturn > 0) as share_years,
           array[bpm.forecast('budget', p.spent, p.money, m.linear_share, z.spent, z.budget, z.outturn),
                 bpm.forecast('run rate', nullif(p.spent, 0), p.money, m.linear_share, z.spent, z.budget, z.outturn),
                 bpm.forecast('historical share', nullif(p.spent, 0), p.money, m.linear_share, z.spent, z.budget,
                              z.outturn),
                 bpm.forecast('execution', p.spent, p.money, m.linear_share, z.spent, z.budget, z.outturn),
                 bpm.forecast('burn', p.spent, p.money, m.linear_share, z.spent, z.budget, z.outturn),
                 bpm.forecast('median of three', p.spent, p.money, m.linear_share, z.spent, z.budget, z.outturn)]
               as figures
    from moment m
    cross join point p
    left join point z on z.grain = p.grain and z.id = p.id and z.fiscal_year < p.fiscal_year
        and z.fiscal_year >= greatest(p.fiscal_year, 5) - 5 and z.is_over and not z.is_unusual
    where not p.is_future
    group by p.grain, p.id, p.fiscal_year, p.spent, p.money, m.linear_share
)
select p.grain, p.id, p.unit_id, p.fiscal_year, p.is_revenue, p.is_overall, p.is_over, p.is_future, p.is_unusual,
       m.linear_share, p.spent, p.budget, p.outturn, p.last_budget, coalesce(s.past_years, 0) as past_years, s.figures,
       -- what its errors are learnt from
       p.is_over and not p.is_unusual and p.is_overall = 0 as is_case,
       coalesce(p.is_over and not p.is_unusual and p.is_overall = 0 and p.spent > 0 and p.budget > 0 and p.outturn > 0
           and s.share_years > 1 and s.figures[4] is not null and s.figures[5] is not null, false) as is_compared,
       p.name
from moment m
cross join point p
left join said s on s.grain = p.grain and s.id = p.id and s.fiscal_year = p.fiscal_year
$$);

-- Between which parts of the forecast so many percent of the outturns of the five years before lay. Fewer than ten
-- errors say nothing.
select bpm.define_result('forecast_line',
'One row per program and year, and per unit and year: where the money will end, by each method and by the one that '
'the settings choose. What forecast_result and unit_forecast are made of.', $$
with point as (
    select c.* from @forecast_case c
), pool as (
    select x.grain, x.fiscal_year, x.is_revenue, array_agg(x.errors order by x.place) as errors,
           array_agg(x.low order by x.place) as lows, array_agg(x.high order by x.place) as highs
    from (
        select y.grain, y.fiscal_year, y.is_revenue, f.place,
               count(c.outturn) filter (where f.figure > 0) as errors,
               case when count(c.outturn) filter (where f.figure > 0) > 9
                    then bpm.ratio_quantile(c.outturn, f.figure, interval_end(s.forecast_interval, -1)) end as low,
               case when count(c.outturn) filter (where f.figure > 0) > 9
                    then bpm.ratio_quantile(c.outturn, f.figure, interval_end(s.forecast_interval, 1)) end as high
        from (select distinct x.grain, x.fiscal_year, x.is_revenue from point x
              where not x.is_over and not x.is_future) y
        cross join lateral setting_of(y.fiscal_year) s
        join point c on c.grain = y.grain and c.is_revenue = y.is_revenue and c.is_case
            and c.fiscal_year < y.fiscal_year and c.fiscal_year >= greatest(y.fiscal_year, 5) - 5
        cross join lateral unnest(c.figures) with ordinality f (figure, place)
        group by y.grain, y.fiscal_year, y.is_revenue, f.place) x
    group by x.grain, x.fiscal_year, x.is_revenue
), best as (
    select distinct on (x.unit_id, x.is_revenue) x.unit_id, x.is_revenue, x.place
    from (
        select a.ancestor_id as unit_id, c.is_revenue, f.place,
               bpm.ratio_quantile(case when abs(f.figure) < 1e28 then abs(f.figure - c.outturn) end, c.outturn, 0.5)
                   as error
        from point c
        join node_above a on a.tree = 'unit' and a.id = c.unit_id and c.fiscal_year between a.from_year and a.to_year
        cross join lateral unnest(c.figures) with ordinality f (figure, place)
        where c.grain = 'program' and c.is_compared
        group by a.ancestor_id, c.is_revenue, f.place) x
    order by x.unit_id, x.is_revenue, x.error, x.place desc
), line as (
    select c.*, k.errors[m.place] as past_errors, b.place as best, m.place as chosen, m.method,
           c.figures[m.place] as figure, k.lows[m.place] as low, x.shown, x.lows, x.highs
    from point c
    left join lateral setting_of(c.fiscal_year) s on true
    cross join lateral (
        select coalesce(s.forecast_method, 'median of three') as method,
               coalesce(array_position('{budget,run rate,historical share,execution,burn}', s.forecast_method), 6)
                   as place) m
    left join pool k on k.grain = c.grain and k.fiscal_year = c.fiscal_year and k.is_revenue = c.is_revenue
    left join best b on b.unit_id = c.unit_id and b.is_revenue = c.is_revenue
    -- before 70 % of the year no estimate is shown without its interval
    left join lateral (
        select array_agg(case when abs(f.figure) < 1e30
                                  and (c.linear_share >= told_from() or f.figure > 0 and f.low is not null)
                              then f.figure end order by f.place) as shown,
               array_agg(case when f.figure > 0 and abs(f.figure * f.low) < 1e30 then f.figure * f.low end
                         order by f.place) as lows,
               array_agg(case when f.figure > 0 and abs(f.figure * f.high) < 1e30 then f.figure * f.high end
                         order by f.place) as highs
        from unnest(c.figures, k.lows, k.highs) with ordinality f (figure, low, high, place)
        where not c.is_over and not c.is_future) x on true
)
select l.grain, l.id, l.unit_id, l.fiscal_year, l.is_revenue, l.is_overall,
       (case when l.is_over then l.outturn else l.spent end)::numeric(38,2) as spent,
       (case when l.is_over then l.last_budget else l.budget end)::numeric(38,2) as budget,
       (case when l.is_over then 1 when l.is_future then 0 else l.linear_share end)::numeric(20,16) as linear_share,
       l.past_years::integer as past_years, l.past_errors::integer as past_errors,
       l.shown[2]::numeric(38,8) as run_rate, l.lows[2]::numeric(38,8) as run_rate_low,
       l.highs[2]::numeric(38,8) as run_rate_high,
       l.shown[3]::numeric(38,8) as historical_share, l.lows[3]::numeric(38,8) as historical_share_low,
       l.highs[3]::numeric(38,8) as historical_share_high,
       l.shown[4]::numeric(38,8) as execution, l.lows[4]::numeric(38,8) as execution_low,
       l.highs[4]::numeric(38,8) as execution_high,
       l.shown[5]::numeric(38,8) as burn, l.lows[5]::numeric(38,8) as burn_low,
       l.highs[5]::numeric(38,8) as burn_high,
       f.forecast::numeric(38,8) as forecast, l.lows[l.chosen]::numeric(38,8) as forecast_low,
       l.highs[l.chosen]::numeric(38,8) as forecast_high,
       (case when f.forecast > f.budget then f.forecast - f.budget end)::numeric(38,8) as over_budget,
       l.shown[l.best]::numeric(38,8) as best_forecast,
       l.lows[l.best]::numeric(38,8) as best_forecast_low, l.highs[l.best]::numeric(38,8) as best_forecast_high,
       l.method, forecast_method(l.best::integer) as best_method,
       case when l.is_over and l.outturn is null then 'the year is over, and nothing is booked'
            when l.is_over then format('the year is over: this is what was %s',
                case l.is_revenue when 1 then 'collected' else 'spent' end)
            when l.is_future then 'the year has not begun'
            when l.spent is null then 'nothing is booked yet'
            when l.figure is null and l.chosen > 2 and l.past_years = 0
            then 'no past year: forecasts by history need two'
            when l.figure is null and l.chosen > 2 and l.past_years = 1
            then 'one past year: forecasts by history need two'
            when l.figure is null and l.chosen in (2, 3) and l.spent = 0
            then format('nothing is %s yet', case l.is_revenue when 1 then 'collected' else 'spent' end)
            when l.figure is null and l.chosen in (1, 4, 5) and (l.budget > 0) is not true then 'no budget'
            when l.figure is null then format('fewer than two past years have what %s needs', l.method)
            when not abs(l.figure) < 1e30 then 'the forecast is no amount'
            when l.figure <= 0 and f.forecast is null
            then 'the forecast is not above 0: before 70 % of the year no estimate is shown without its interval'
            when l.figure <= 0 then 'no interval: the forecast is not above 0'
            when l.low is null and f.forecast is null
            then 'fewer than ten past errors: before 70 % of the year no estimate is shown without its interval'
            when l.low is null then 'no interval: fewer than ten past errors' end as reason,
       l.name
from line l
cross join lateral (
    select case when l.is_over then l.outturn else l.shown[l.chosen] end as forecast,
           case when l.is_over then l.last_budget else l.budget end as budget) f
$$);

select bpm.define_result('forecast_result',
'One row per program and year: where its money will end, by each method and by the one that the settings choose, each '
'with its interval; once the year is over, where it did.', $$
select l.id as program_id, l.fiscal_year, l.unit_id, l.is_revenue, l.is_overall, l.spent, l.budget, l.linear_share,
       l.past_years, l.past_errors, l.run_rate, l.run_rate_low, l.run_rate_high, l.historical_share,
       l.historical_share_low, l.historical_share_high, l.execution, l.execution_low, l.execution_high, l.burn,
       l.burn_low, l.burn_high, l.forecast, l.forecast_low, l.forecast_high, l.over_budget, l.best_forecast,
       l.best_forecast_low, l.best_forecast_high, l.method, l.best_method, l.reason, l.name
from @forecast_line l
where l.grain = 'program'
$$);

select bpm.define_result('unit_forecast',
'One row per unit and year, with everything below it: where its expenditure will end, from the sums of the unit in '
'each year, by each method and by the one that the settings choose, each with its interval.', $$
select l.id as unit_id, l.fiscal_year, l.spent, l.budget, l.linear_share,
       l.past_years, l.past_errors, l.run_rate, l.run_rate_low, l.run_rate_high, l.historical_share,
       l.historical_share_low, l.historical_share_high, l.execution, l.execution_low, l.execution_high, l.burn,
       l.burn_low, l.burn_high, l.forecast, l.forecast_low, l.forecast_high, l.over_budget, l.best_forecast,
       l.best_forecast_low, l.best_forecast_high, l.method, l.best_method, l.reason, l.name
from @forecast_line l
where l.grain = 'unit'
$$);

-- Only cases in which every method has a figure, so that the methods are compared over the same; an interval is held
-- against the outturn where there was one at the time.
select bpm.define_result('forecast_accuracy',
'One row per unit with past cases, nature and method, with everything below it: how the method would have done in all '
'earlier years at the point of the year that the day shown is at.', $$
with point as (
    select c.* from @forecast_case c where c.grain = 'program'
), pool as (
    select y.fiscal_year, y.is_revenue, f.place,
           bpm.ratio_quantile(c.outturn, f.figure, interval_end(s.forecast_interval, -1)) as low,
           bpm.ratio_quantile(c.outturn, f.figure, interval_end(s.forecast_interval, 1)) as high
    from (select distinct x.fiscal_year, x.is_revenue from point x where x.is_compared) y
    cross join lateral setting_of(y.fiscal_year) s
    join point c on c.is_revenue = y.is_revenue and c.is_case and c.fiscal_year < y.fiscal_year
        and c.fiscal_year >= greatest(y.fiscal_year, 5) - 5
    cross join lateral unnest(c.figures) with ordinality f (figure, place)
    group by y.fiscal_year, y.is_revenue, f.place
    having count(c.outturn) filter (where f.figure > 0) > 9
), total as (
    select a.ancestor_id as unit_id, c.is_revenue, f.place, count(f.figure) as cases,
           bpm.ratio_quantile(case when abs(f.figure) < 1e28 then abs(f.figure - c.outturn) end, c.outturn, 0.5)
               as error,
           count(k.low) filter (where f.figure > 0) as interval_cases,
           count(*) filter (where f.figure > 0 and c.outturn between f.figure * k.low and f.figure * k.high)
               as covered_cases
    from point c
    join node_above a on a.tree = 'unit' and a.id = c.unit_id and c.fiscal_year between a.from_year and a.to_year
    cross join lateral unnest(c.figures) with ordinality f (figure, place)
    left join pool k on k.fiscal_year = c.fiscal_year and k.is_revenue = c.is_revenue and k.place = f.place
    where c.is_compared
    group by a.ancestor_id, c.is_revenue, f.place
)
select t.unit_id, t.is_revenue, forecast_method(t.place::integer) as method, t.cases::integer as cases,
       (100 * t.error)::numeric(38,8) as median_error, t.interval_cases::integer as interval_cases,
       t.covered_cases::integer as covered_cases,
       round(100.0 * t.covered_cases / nullif(t.interval_cases, 0), 4)::numeric(38,4) as coverage,
       (row_number() over (partition by t.unit_id, t.is_revenue
           order by t.error, t.place desc) = 1)::integer as is_best,
       u.name
from total t
join unit u on u.unit_id = t.unit_id
$$);

-- The point of the year is that of the latest figure: what was measured in June says nothing of July.
select bpm.define_result('indicator_forecast',
'One row per program, year and cumulative measured indicator of its self-evaluation: what its figure will be at the '
'end of the year, with the interval; once the year is over, what it was.', $$
with point as (
    select p.program_id, p.fiscal_year, i.indicator_id, p.unit_id, p.ends_on <= p.day as is_over,
           p.starts_on > p.day as is_future, p.starts_on, p.ends_on, p.known,
           exists (select from unusual_year u where u.fiscal_year = p.fiscal_year) as is_unusual, g.target, y.actual,
           y.as_of as measured_on, i.unit_of_measure, i.name, p.name as program_name
    from @program_state p
    join indicator i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self'
        and i.source = 'measured' and i.moves = 'cumulative'
    cross join lateral (select least(greatest(p.day, p.starts_on), p.ends_on) as until) c
    left join lateral (
        select t.target, t.retired from target_revision t
        where t.program_id = i.program_id and t.fiscal_year = i.fiscal_year and t.evaluation = 'self'
            and t.indicator_id = i.indicator_id and t.valid_from <= c.until and t.recorded_at <= p.known
        order by t.valid_from desc, t.recorded_at desc
        limit 1) r on true
    cross join lateral (
        select coalesce(r.target, (
            select t.target from target_revision t
            where r.retired is not null and t.program_id = i.program_id and t.fiscal_year = i.fiscal_year
                and t.evaluation = 'self' and t.indicator_id = i.indicator_id and t.target is not null
                and t.valid_from <= c.until and t.recorded_at <= p.known
            order by t.valid_from desc, t.recorded_at desc
            limit 1)) as target
        offset 0) g
    left join lateral (
        select round(m.actual, 8) as actual, m.as_of from indicator_actual m
        where m.program_id = i.program_id and m.fiscal_year = i.fiscal_year and m.evaluation = 'self'
            and m.indicator_id = i.indicator_id and m.grader = '' and m.breakdown = '' and abs(m.actual) < 1e28
            and m.as_of between p.starts_on and p.day
            and (m.recorded_at > p.known) is not true and (m.withdrawn_at <= p.known) is not true
        order by m.as_of desc, m.recorded_at desc
        limit 1) y on true
    where r.retired is not true
), so_far as (
    -- this year's figure, and the years before as on the same day
    select z.program_id, z.fiscal_year, z.indicator_id, z.is_over, z.actual, c.figure_share,
           case when z.is_over then s.actual else z.actual end as so_far
    from (select x.*, share_by(x.starts_on, x.ends_on, x.measured_on) as figure_share from point x
          where not x.is_over and not x.is_future) c
    join point z on z.program_id = c.program_id and z.indicator_id = c.indicator_id
        and (z.fiscal_year = c.fiscal_year or z.is_over and not z.is_unusual)
    left join lateral (
        select round(m.actual, 8) as actual from indicator_actual m
        where z.is_over and m.program_id = z.program_id and m.fiscal_year = z.fiscal_year and m.evaluation = 'self'
            and m.indicator_id = z.indicator_id and m.grader = '' and m.breakdown = '' and abs(m.actual) < 1e28
            and m.as_of between z.starts_on and same_day(c.measured_on, months_after(c.starts_on, z.starts_on))
            and (m.recorded_at > z.known) is not true and (m.withdrawn_at <= z.known) is not true
        order by m.as_of desc, m.recorded_at desc
        limit 1) s on true
), said as (
    select s.*, round((coalesce(s.run_rate, s.historical_share) + coalesce(s.historical_share, s.run_rate)) / 2, 8)
           as figure
    from (
        select x.program_id, x.fiscal_year, x.indicator_id, x.is_over, x.actual, x.figure_share, x.so_far,
               count(z.actual) as past_years,
               bpm.forecast('run rate', nullif(x.so_far, 0), null, x.figure_share, z.so_far, null, z.actual)
                   as run_rate,
               bpm.forecast('historical share', nullif(x.so_far, 0), null, x.figure_share, z.so_far, null, z.actual)
                   as historical_share
        from so_far x
        left join so_far z on z.program_id = x.program_id and z.indicator_id = x.indicator_id
            and z.fiscal_year < x.fiscal_year and z.fiscal_year >= greatest(x.fiscal_year, 5) - 5 and z.is_over
        group by x.program_id, x.fiscal_year, x.indicator_id, x.is_over, x.actual, x.figure_share, x.so_far) s
), pool as (
    select y.fiscal_year, count(c.actual) as errors,
           bpm.ratio_quantile(c.actual, c.figure, interval_end(s.forecast_interval, -1)) as low,
           bpm.ratio_quantile(c.actual, c.figure, interval_end(s.forecast_interval, 1)) as high
    from (select distinct x.fiscal_year from said x where not x.is_over) y
    cross join lateral setting_of(y.fiscal_year) s
    join said c on c.is_over and c.figure > 0 and c.fiscal_year < y.fiscal_year
        and c.fiscal_year >= greatest(y.fiscal_year, 5) - 5
    group by y.fiscal_year
), line as (
    select p.*, s.figure_share, coalesce(s.past_years, 0) as past_years, k.errors, s.figure,
           n.is_shown, case when n.is_shown then s.run_rate end as run_rate,
           case when n.is_shown then s.historical_share end as historical_share,
           case when n.has_interval then s.figure * k.low end as low,
           case when n.has_interval then s.figure * k.high end as high,
           case when p.is_over then p.actual when n.is_shown then s.figure end as forecast
    from point p
    left join said s on s.program_id = p.program_id and s.fiscal_year = p.fiscal_year
        and s.indicator_id = p.indicator_id and not s.is_over
    left join pool k on k.fiscal_year = p.fiscal_year and not p.is_over
    cross join lateral (
        select s.figure > 0 and k.errors > 9 as has_interval,
               abs(s.figure) < 1e30 and (s.figure_share >= told_from() or s.figure > 0 and k.errors > 9) as is_shown
        offset 0) n
)
select l.program_id, l.fiscal_year, l.indicator_id, l.unit_id, l.actual::numeric(38,8) as actual, l.measured_on,
       l.figure_share::numeric(20,16) as figure_share, l.past_years::integer as past_years,
       l.errors::integer as past_errors,
       (case when abs(l.run_rate) < 1e30 then l.run_rate end)::numeric(38,8) as run_rate,
       (case when abs(l.historical_share) < 1e30 then l.historical_share end)::numeric(38,8) as historical_share,
       l.forecast::numeric(38,8) as forecast,
       (case when abs(l.low) < 1e30 then l.low end)::numeric(38,8) as forecast_low,
       (case when abs(l.high) < 1e30 then l.high end)::numeric(38,8) as forecast_high,
       bpm.try_met(l.forecast, l.target)::integer as would_meet,
       case when l.is_future then 'the year has not begun'
            when l.actual is null then 'no figure'
            when l.is_over then 'the year is over: this is its figure'
            when l.actual = 0 then 'its figure is 0 so far'
            when not abs(l.figure) < 1e30 then 'the forecast is too large'
            when l.forecast is null and l.figure <= 0
            then 'the forecast is not above 0: before 70 % of the year no estimate is shown without its interval'
            when l.forecast is null
            then 'fewer than ten past errors: before 70 % of the year no estimate is shown without its interval'
            when l.figure <= 0 then 'no interval: the forecast is not above 0'
            when l.low is null then 'no interval: fewer than ten past errors' end as reason,
       l.target::text as target, l.name, l.unit_of_measure, l.program_name
from line l
$$);
