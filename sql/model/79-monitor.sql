-- Monitoring: two clocks, money and results, held against what should be there by the day. During the year there is a
-- pace, not a rating.

create function colour_rank(colour text) returns integer
    language sql immutable parallel safe
    return case colour when 'red' then 1 when 'yellow' then 2 when 'green' then 3 when 'blue' then 4
                when 'not due' then 5 when 'no plan' then 6 when 'no data' then 7 when 'no budget' then 8 end;
comment on function colour_rank(text) is
'The place of a colour or state: the worst is 1, and counts before all others.';

-- A figure stands for the period in whose last third its day lies, else for the one before: one of the first day of a
-- quarter says nothing about that quarter.
create function periods_told(starts_on date, every integer, measured_on date) returns integer
    language sql immutable parallel safe
    return (month_of_year(starts_on, measured_on) + greatest(every / 3, 1)) / every;
comment on function periods_told(date, integer, date) is
'For how many periods of so many months, from the beginning of a year, a figure of a day stands: for one as soon as '
'its last third has begun.';

create function figure_due(starts_on date, due date, every integer, measured_on date) returns date
    language sql immutable parallel safe
    return case when every is null then case when measured_on is null then due end
                when measured_on >= starts_on then
                    case when (starts_on + make_interval(months => periods_told(starts_on, every, measured_on)
                                                                   * every))::date <= due
                         then least((starts_on + make_interval(months => (
                             periods_told(starts_on, every, measured_on) + 1) * every))::date - 1, due) end
                else least((starts_on + make_interval(months => every))::date - 1, due) end;
comment on function figure_due(date, date, integer, date) is
'The day on which the first figure that is not there was due, given the day of the latest that is: the end of a period '
'of so many months, at most the last day on which one is due; without periods that day; empty when none is missing.';

-- How many months of a year are over at the end of a day, the begun one by its days
create function months_passed(starts_on date, ends_on date, day date) returns numeric
    language sql immutable parallel safe
    return 12 * share_by(starts_on, ends_on, day, null);
comment on function months_passed(date, date, date) is
'How many months of a year are over at the end of a day: whole ones, and the days of the begun one.';

-- The plan of an indicator, as it was known when the period began: a straight line between the months that it names.
create function indicator_planned(p program_state, of_indicator text, day date) returns numeric
    language sql stable parallel safe cost 1000
begin atomic
    select x.before + (x.after - x.before) * (x.now - x.month_before) / nullif(x.month_after - x.month_before, 0)
    from (
        select months_passed(p.starts_on, p.ends_on, day) as now,
               coalesce(max(l.month) filter (where l.is_past), 0) as month_before,
               coalesce(max(l.planned) filter (where l.is_past and l.month = l.last_past), 0) as before,
               coalesce(min(l.month) filter (where not l.is_past), max(l.month) + 1) as month_after,
               coalesce(max(l.planned) filter (where not l.is_past and l.month = l.next), max(l.planned)) as after
        from (
            select m.month, m.planned, m.month <= m.now as is_past, max(m.month) filter (where m.month <= m.now) over w
                       as last_past, min(m.month) filter (where m.month > m.now) over w as next
            from (
                select distinct on (t.month) t.month, t.planned, months_passed(p.starts_on, p.ends_on, day) as now
                from (
                    select t.*, min(t.valid_from) over () as first_day, min(t.recorded_at) over () as first_known
                    from indicator_plan t
                    where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
                        and t.indicator_id = of_indicator and t.valid_from <= p.day and t.recorded_at <= p.known
                        and abs(t.planned) < 1e20) t
                cross join lateral plan_lock(p) l
                where t.valid_from <= greatest(l.day, t.first_day)
                    and t.recorded_at < greatest(l.before, day_after(t.first_known, p.zone))
                order by t.month, t.valid_from desc, t.recorded_at desc) m
            window w as ()) l
        having count(*) > 0) x;
end;
comment on function indicator_planned(program_state, text, date) is
'What of an indicator should be there at the end of a day by its own plan, in a straight line between the months that '
'the plan names; empty without a plan.';

-- The best pace a month that was ever made here over a span at least as long as what is left
create function best_pace(p program_state, of_indicator text, months_left numeric, until date, base numeric)
    returns table (per_month numeric, earlier boolean)
    language sql stable parallel safe rows 1
begin atomic
    with figure as materialized (
        select distinct on (a.fiscal_year, a.as_of) a.fiscal_year, a.actual,
               months_passed(y.starts_on, y.ends_on, a.as_of) as at
        from program q
        cross join lateral (
            select a.* from indicator_actual a
            where a.program_id = q.program_id and a.fiscal_year = q.fiscal_year and a.evaluation = 'self'
                and a.indicator_id = of_indicator and a.grader = '' and a.breakdown = '' and abs(a.actual) < 1e20
                and a.as_of <= until and (a.recorded_at > p.known) is not true
                and (a.withdrawn_at <= p.known) is not true
            offset 0) a
        cross join lateral (
            select case when q.fiscal_year = p.fiscal_year then p.starts_on
                        else year_start(q.fiscal_year, coalesce(s.month, 1)) end as starts_on,
                   case when q.fiscal_year = p.fiscal_year then p.ends_on
                        else year_start(least(q.fiscal_year, 9998) + 1, coalesce(s.month, 1)) - 1 end as ends_on
            from (select case when q.fiscal_year < p.fiscal_year
                              then (select s.year_start_month from setting_of(q.fiscal_year) s) end as month
                  offset 0) s
            offset 0) y
        where q.program_id = p.program_id and q.fiscal_year <= p.fiscal_year
            and a.as_of between y.starts_on and y.ends_on
        order by a.fiscal_year, a.as_of, a.recorded_at desc
    ), span as (
        -- from the beginning of the year, or from another figure; what this year began with is known of no other
        select f.fiscal_year, (f.actual - b.actual) / (f.at - b.at) as pace
        from figure f
        cross join lateral (
            select base as actual, 0::numeric as at where base = 0 or f.fiscal_year = p.fiscal_year
            union all
            select g.actual, g.at from figure g where g.fiscal_year = f.fiscal_year and g.at < f.at) b
        where f.at - b.at >= least(months_left, f.at) and f.at > 0
            and (f.at - b.at >= months_left or f.fiscal_year = p.fiscal_year)
    )
    select max(s.pace), coalesce(bool_or(s.fiscal_year < p.fiscal_year), false) from span s;
end;
comment on function best_pace(program_state, text, numeric, date, numeric) is
'The best pace a month that an indicator ever made in a program, over a span at least as long as the months that are '
'left; where no year has so long a one, since the beginning of this year. And whether an earlier year is among them.';

-- From where progress towards a target begins: its text says it, behind the unit, which may have words of its own.
create function baseline(target bpm.target) returns numeric
    language sql immutable parallel safe
    return case when strpos(target::text, ' from ') = 0 or bpm.comparator(target) in ('<=', '<') then 0
                else coalesce(substring(regexp_replace(target::text, '\[[^]]*\]', '')
                                        from ' from (-?[0-9.]+)')::numeric, 0) end;
comment on function baseline(bpm.target) is
'The figure from which progress towards a target to be reached is counted; 0 unless it says another.';

-- The indicators of the self-evaluation of a program, each against its target and its clock. A figure is held against
-- what should have been there on its own day; that none came since is counted apart.
create function monitored(p program_state, profile numeric[], rule monitor_rule)
    returns table (indicator_id text, weight numeric, pace numeric, actual numeric, planned numeric, share numeric,
                   needed_per_month numeric, best_per_month numeric, needed_times numeric, unreachable integer,
                   forecast numeric, days_late integer, colour_rank integer, figure_due date, measured_on date,
                   colour text, reason text, target bpm.target, owner text, name text, sort integer)
    language sql stable parallel safe
begin atomic
    -- Each layer adds to the one below what can be said with it, and OFFSET 0 keeps it from being worked out again
    -- wherever it is used.
    select i.indicator_id, i.weight, i.pace, i.actual, i.planned, i.share, i.needed, i.best,
           i.needed / nullif(i.best, 0), i.is_beyond::integer, i.forecast, i.days_late, colour_rank(i.colour),
           i.figure_due, i.measured_on, i.colour,
           concat_ws('; ',
               case when i.waits
                    then format('%s compares with the whole of last year: it is due at the end of this one', i.name)
                    when i.source = 'graded' and i.grade is null
                    then format('%s is not graded yet, it is due on %s', i.name, iso(i.figure_due))
                    when i.target is null and i.grade is null then format('%s has no target', i.name)
                    when i.grade is not null then format('%s graded %s', i.name, trim_scale(i.grade))
                    when i.actual_date is not null
                    then format('%s reached on %s, promised %s', i.name, iso(i.actual_date), i.target)
                    when i.moves = 'milestone' then format('%s promised %s, not reached', i.name, i.target)
                    when i.actual is null and i.figure_due > p.day
                    then format('%s has no figure yet, the first is due on %s', i.name, iso(i.figure_due))
                    when i.actual is null then concat_ws(': ', format('%s has no figure', i.name), i.figure_reason)
                    when i.is_limit then format('%s at %s, limit %s', i.name, trim_scale(round(i.actual, 4)),
                                                trim_scale(i.goal))
                    when i.goal > 0
                    then format('%s at %s of target, %s of %s', i.name, percent(100 * i.actual / i.goal),
                                trim_scale(round(i.actual, 4)), concat_ws(' ', trim_scale(i.goal), i.unit_of_measure))
                    else format('%s at %s, promised %s', i.name, trim_scale(round(i.actual, 4)), i.target) end,
               case when i.planned <> 0 and i.share < 1 and not i.is_limit
                    then case when i.measured_on < p.day
                              then format('on %s %s should have been there', iso(i.measured_on),
                                          trim_scale(round(i.planned, 2)))
                              else format('%s should be there', trim_scale(round(i.planned, 2))) end end,
               case when i.forecast > i.goal and i.is_limit and i.pace = 100
                    then 'at this pace it ends over the limit' end,
               case when i.days_late >= rule.yellow_after
                    then format('a figure was due on %s, %s days ago', iso(i.figure_due), i.days_late) end,
               case when i.is_beyond
                    then format('beyond what was ever done here: it needs %s a month, %s%s',
                                trim_scale(round(i.needed, 2)),
                                case when i.best > 0
                                     then format('%s times the best, ', trim_scale(round(i.needed / i.best, 2)))
                                     else 'and the best was ' end, trim_scale(round(i.best, 2))) end),
           i.target, i.owner, i.name, i.sort
    from (
        select i.*,
               case when i.pace_colour = 'no plan' then i.pace_colour
                    when i.days_late >= rule.red_after then 'red'
                    when i.pace_colour <> 'red' and i.days_late >= rule.yellow_after then 'yellow'
                    when i.pace_colour in ('green', 'blue') and i.is_limit and i.forecast > i.goal then 'yellow'
                    else i.pace_colour end as colour
        from (
            select i.*, b.per_month as best,
                   coalesce(i.needed > b.per_month and (b.earlier or i.pace < rule.yellow_below), false) as is_beyond,
                   case when i.waits then 'not due'
                        when i.target is null and i.source <> 'graded' and i.grade is null then 'no plan'
                        when i.pace is null and (i.days_late > 0 or i.source = 'ratio') then 'no data'
                        when i.pace is null then 'not due'
                        else bpm.pace_colour(i.pace, rule.red_below, rule.yellow_below, rule.blue_from)
                   end as pace_colour
            from (
                -- a day may be infinite
                select i.*, greatest(greatest(least(p.day, date '9999-12-31',
                                                    case when p.stage = 'suspended' then p.stage_since end),
                                              p.starts_on) - i.figure_due, 0) as days_late,
                       case when i.pace < 100 and i.moves = 'cumulative' and i.source = 'measured' and not i.is_limit
                                and i.actual < i.goal and i.day < i.due
                            then (i.goal - i.actual) / nullif(i.months_left, 0) end as needed
                from (
                    select i.*, coalesce(i.own_plan, i.baseline + (i.goal - i.baseline) * i.share) as planned,
                           case when i.share > 0 and i.moves = 'cumulative'
                                then i.baseline + (i.actual - i.baseline) / i.share end as forecast,
                           case when i.waits then null
                                when i.grade is not null then i.grade
                                when i.moves = 'milestone' then bpm.try_pace(i.actual_date, i.target, p.day)
                                when i.own_plan > 0 and not i.is_limit then round(100 * i.actual / i.own_plan, 8)
                                else bpm.try_pace(i.actual, i.target, coalesce(i.share, 1), i.moves) end as pace,
                           case when i.source <> 'ratio' and i.moves <> 'milestone'
                                then figure_due(p.starts_on, i.due, i.figure_every,
                                                greatest(i.measured_on, i.nothing_until)) end as figure_due,
                           case when i.moves = 'cumulative' and i.day < i.due
                                then months_passed(p.starts_on, p.ends_on, i.due)
                                     - months_passed(p.starts_on, p.ends_on, i.day) end as months_left
                    from (
                        -- the clock: its own plan, else the share of the year, of the plan of the money where there is
                        -- one, until it is due
                        select i.*,
                               case when i.moves = 'cumulative' and i.target is not null
                                         and exists (select from indicator_plan t
                                                     where t.program_id = p.program_id
                                                         and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
                                                         and t.indicator_id = i.indicator_id)
                                    then indicator_planned(p, i.indicator_id, i.day) end as own_plan,
                               -- no figure is due for periods before the first in which something is planned
                               case when i.moves = 'cumulative' and profile[1] = 0
                                    then (p.starts_on + make_interval(months =>
                                          (select count(*)::integer from unnest(profile) x where x = 0)
                                          / coalesce(i.figure_every, 12) * coalesce(i.figure_every, 12)))::date - 1
                               end as nothing_until,
                               case when i.moves <> 'cumulative' then 1
                                    else least(share_by(p.starts_on, p.ends_on, i.day, profile)
                                               / nullif(share_by(p.starts_on, p.ends_on, i.due, profile), 0), 1)
                               end as share
                        from (
                            select f.indicator_id, f.name, f.moves, f.owner, f.sort, f.target, f.weight, f.source,
                                   f.measured_on, f.grade, f.actual_date, f.unit_of_measure, f.figure_reason, d.due,
                                   d.figure_every, d.at_the_end and p.day < p.ends_on as waits,
                                   case when abs(f.actual) < 1e20 then f.actual end as actual,
                                   least(coalesce(f.measured_on, p.day), p.day,
                                         case when p.stage = 'suspended' then p.stage_since end) as day,
                                   bpm.goal(f.target) as goal,
                                   case when f.moves = 'cumulative' then baseline(f.target) else 0 end as baseline,
                                   coalesce(bpm.comparator(f.target) in ('<=', '<'), false) as is_limit
                            from evaluations_of(p) e
                            cross join lateral (
                                select f.indicator_id, f.name, f.moves, f.owner, f.sort, f.target, f.weight, f.source,
                                       f.unit_of_measure, f.figure_reason,
                                       case when not f.stale then f.measured_on end as measured_on,
                                       case when not f.stale then f.actual end as actual,
                                       case when not f.stale then f.actual_date end as actual_date,
                                       case when not f.stale and f.grade between 0 and 100 then f.grade end as grade
                                from indicator_facts(p, 'self', e.counts_until, e.money_until, false, null) f
                                where f.source not in ('group', 'budget') and not f.retired
                                offset 0) f
                            cross join lateral (
                                select case when i.due between p.starts_on and p.ends_on then i.due
                                            else p.ends_on end as due,
                                       -- empty stays empty: greatest would make it every month
                                       case when f.source = 'ratio' or f.moves = 'milestone' then null
                                            when i.figure_every is not null
                                            then least(greatest(i.figure_every, 1), 12)
                                            -- a day of another year says nothing of when one is due
                                            when (i.due between p.starts_on and p.ends_on) is not true
                                                and f.moves = 'cumulative' and rule.figure_every is not null
                                            then least(greatest(rule.figure_every, 1), 12) end as figure_every,
                                       -- money of a begun year says nothing beside that of a whole one
                                       f.source = 'ratio'
                                       and (i.numerator ~ '^(?!indicator |gap |gini ).* last year$'
                                            or i.denominator ~ '^(?!indicator |gap |gini ).* last year$')
                                           as at_the_end
                                from indicator i
                                where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year
                                    and i.evaluation = 'self' and i.indicator_id = f.indicator_id
                                offset 0) d
                            where e.evaluation = 'self'
                            offset 0) i
                        offset 0) i
                    offset 0) i
                offset 0) i
            -- is what is left to do more than was ever done in as much time?
            left join lateral (
                select b.per_month, b.earlier from best_pace(p, i.indicator_id, i.months_left, i.day, i.baseline) b
                where i.needed is not null
                offset 0) b on true
            offset 0) i
        offset 0) i;
end;
comment on function monitored(program_state, numeric[], monitor_rule) is
'The indicators of the self-evaluation of a program as they are monitored, given the plan of its money as cumulative '
'shares of the year and its thresholds.';

-- The money of a program against its plan
create function money_pace(p program_state)
    returns table (budget numeric, adjusted numeric, executed numeric, committed numeric, is_over boolean,
                   share numeric, linear_share numeric, expected numeric, pace numeric, linear_pace numeric,
                   late_share numeric, is_faulty boolean, profile numeric[], rule monitor_rule, forecast_method text)
    language sql stable parallel safe rows 1
begin atomic
    select m.budget, m.adjusted, m.executed, m.committed, s.is_over, s.share, s.linear_share, s.expected, s.pace,
           s.linear_pace, s.late_share, s.is_faulty, s.profile, s.rule, s.forecast_method
    from (
        select m.approved + m.carried_over + m.adjusted as budget, m.adjusted, m.executed, m.committed
        from program_money(p, p.money_until) m
        offset 0) m
    cross join lateral (
        select l.*, x.expected, m.executed + m.committed > m.budget and not p.is_revenue as is_over,
               round(100 * m.executed / nullif(greatest(x.expected, 0), 0), 8) as pace,
               round(100 * m.executed / nullif(greatest(m.budget * l.linear_share, 0), 0), 8) as linear_pace
        from (
            select a.is_faulty, a.forecast_method, a.rule, a.profile, a.late_share,
                   share_by(p.starts_on, p.ends_on, p.day, null) as linear_share,
                   coalesce(a.usual, share_by(p.starts_on, p.ends_on, p.day, a.profile)) as share
            from (
                select r as rule,
                       coalesce((select forecast_method(n) from generate_series(1, 6) n
                                 where forecast_method(n) = y.forecast_method), 'median of three') as forecast_method,
                       (n.total <= 0 or n.lowest < 0) and y.pace_against = 'plan' as is_faulty,
                       case when n.total > 0 and n.lowest >= 0 and y.pace_against = 'plan'
                            then bpm.profile(case when n.total < m.budget
                                                  then and_each(n.months, (m.budget - n.total) / 12)
                                                  else n.months end) end as profile,
                       late_share(n.months, n.total, m.budget) as late_share,
                       case when y.pace_against = 'history'
                            then (select bpm.ratio_quantile(h.spent, h.outturn, 0.5) from money_history(p) h
                                  having count(*) filter (where h.outturn > 0) >= 2) end as usual
                from plan_of(p) n
                left join lateral setting_of(p.fiscal_year) y on true
                left join lateral monitor_rule_of(p.fiscal_year, p.scope, p.program_id) r on true
                offset 0) a
            offset 0) l
        cross join lateral (select round(m.budget * l.share, 8) as expected offset 0) x
        offset 0) s;
end;
comment on function money_pace(program_state) is
'The money of a program and its pace: against what should be spent by the day by its plan as it was known when the '
'period began, by the years before, or by the calendar.';

create function money_clock(p program_state)
    returns table (budget numeric, executed numeric, committed numeric, share numeric, linear_share numeric,
                   expected numeric, pace numeric, linear_pace numeric, late_share numeric, forecast numeric,
                   profile numeric[], rule monitor_rule, colour text, reason text)
    language sql stable parallel safe rows 1
begin atomic
    select m.budget, m.executed, m.committed, m.share, m.linear_share, m.expected, m.pace, m.linear_pace, m.late_share,
           f.forecast, m.profile, m.rule, c.colour,
           concat_ws('; ',
               case c.colour when 'no budget' then 'there is no budget'
                    when 'not due' then case when p.day < p.starts_on then 'the year has not begun'
                                             when p.stage = 'suspended'
                                             then format('suspended since %s', iso(p.stage_since))
                                             else 'nothing is planned to be spent yet' end
                    else format('%s %s %s at %s of the year',
                                case when p.is_revenue then 'collected' else 'spent' end,
                                case when m.budget > 0 then percent(100 * m.executed / m.budget)
                                     else m.executed::numeric(38,2)::text end,
                                case when m.budget <= 0 then 'without a budget'
                                     when m.adjusted <> 0 then 'of the adjusted budget' else 'of the budget' end,
                                percent(100 * m.linear_share))
                         || case when m.share <> m.linear_share
                                 then format(', %s should be', percent(100 * m.share)) else '' end end,
               case when m.is_over and m.committed > 0
                    then format('%s spent and %s committed are more than %s', m.executed::numeric(38,2),
                                m.committed::numeric(38,2), m.budget::numeric(38,2))
                    when m.is_over then 'that is more than the budget' end,
               case when f.forecast > m.budget and not p.is_revenue and not m.is_over
                    then case when m.linear_share >= told_from()
                              then format('the year is forecast to end at %s of %s', f.forecast::numeric(38,2),
                                          m.budget::numeric(38,2))
                              else 'it is forecast to end over the budget' end end,
               case when m.executed < 0 then 'more was paid back than spent' end,
               case when m.is_faulty then 'a month of its plan takes back more than it plans' end,
               case when m.late_share > (m.rule).late_share
                    then format('%s of the plan is in the last quarter; by the calendar the pace is %s',
                                percent(m.late_share), coalesce(percent(m.linear_pace), 'none')) end)
    from money_pace(p) m
    left join lateral (
        select f.forecast from forecast_of(p, m.forecast_method) f
        where m.budget > 0 and p.day between p.starts_on and p.ends_on
        offset 0) f on true
    cross join lateral (
        select case when m.is_over then 'red'
                    when m.budget <= 0 then 'no budget'
                    when p.stage = 'suspended' or p.day < p.starts_on then 'not due'
                    when m.is_faulty then 'no plan'
                    when m.share = 0 and m.executed = 0 then 'not due'
                    when m.share = 0 then 'green'
                    when f.forecast > m.budget and not p.is_revenue and m.pace >= (m.rule).red_below then 'yellow'
                    else bpm.pace_colour(m.pace, (m.rule).red_below, (m.rule).yellow_below, null) end as colour
        offset 0) c;
end;
comment on function money_clock(program_state) is
'The money of a program against what should be spent by the day, with its forecast, its colour and the reason.';

select bpm.define_result('indicator_monitor',
'One row per indicator of the self-evaluation of a program and year: its pace on the day, colour and reason, what '
'should be there, what is needed for the rest of the year, and how late a figure is.', $$
select p.program_id, p.fiscal_year, i.indicator_id, p.unit_id, i.weight::numeric(20,8) as weight,
       (case when abs(i.pace) < 1e30 then i.pace end)::numeric(38,8) as pace, i.actual::numeric(38,8) as actual,
       (case when abs(i.planned) < 1e30 then i.planned end)::numeric(38,8) as expected,
       i.share::numeric(17,16) as expected_share,
       (case when abs(i.needed_per_month) < 1e30 then i.needed_per_month end)::numeric(38,8) as needed_per_month,
       (case when abs(i.best_per_month) < 1e30 then i.best_per_month end)::numeric(38,8) as best_per_month,
       (case when abs(i.needed_times) < 1e30 then i.needed_times end)::numeric(38,8) as needed_times, i.unreachable,
       (case when abs(i.forecast) < 1e30 and m.linear_share >= told_from()
             then i.forecast end)::numeric(38,8) as forecast, i.days_late, i.colour_rank,
       i.figure_due, i.measured_on, i.colour, i.reason, i.target::text as target, i.owner, i.name,
       p.name as program_name
from @program_state p
cross join lateral money_clock(p) m
cross join lateral monitored(p, m.profile, m.rule) i
$$);

-- The worst colour of a program counts: money that runs as planned does not make up for a result that does not.
select bpm.define_result('monitor_result',
'One row per program and year: money and results against what should be there by the day, the gap between them, and '
'the worst colour with its reason.', $$
select p.program_id, p.fiscal_year, p.unit_id, p.is_revenue::integer as is_revenue, p.is_overall::integer as is_overall,
       m.budget::numeric(38,2) as budget, m.executed::numeric(38,2) as executed,
       m.committed::numeric(38,2) as committed, m.expected::numeric(38,8) as expected,
       m.share::numeric(17,16) as expected_share, m.linear_share::numeric(17,16) as linear_share,
       (case when abs(m.pace) < 1e30 then m.pace end)::numeric(38,8) as budget_pace,
       (case when abs(m.linear_pace) < 1e30 then m.linear_pace end)::numeric(38,8) as linear_pace,
       (case when abs(i.pace) < 1e30 then i.pace end)::numeric(38,8) as target_pace,
       (case when abs(m.pace) < 1e30 and abs(i.pace) < 1e30 then m.pace - i.pace end)::numeric(38,8) as pace_gap,
       m.late_share::numeric(20,8) as late_share,
       (case when abs(m.forecast) < 1e30 and m.linear_share >= told_from()
             then m.forecast end)::numeric(38,2) as forecast,
       coalesce(i.indicators, 0)::integer as indicators, coalesce(i.red, 0)::integer as red_indicators,
       coalesce(i.yellow, 0)::integer as yellow_indicators, coalesce(i.unreachable, 0)::integer as unreachable,
       least(colour_rank(m.colour), i.colour_rank) as colour_rank,
       colour_rank(m.colour) as budget_colour_rank, i.colour_rank as target_colour_rank,
       case when i.colour_rank < colour_rank(m.colour) then i.colour else m.colour end as colour,
       m.colour as budget_colour, coalesce(i.colour, 'no plan') as target_colour,
       concat_ws('; ', m.reason, i.reason) as reason, i.indicator_id as worst_indicator, i.reason as target_reason,
       answers_on(p.program_id, p.fiscal_year, least(p.day, p.ends_on)) as responsible, u.name as unit_name, p.name,
       p.day
from @program_state p
join unit u on u.unit_id = p.unit_id
cross join lateral money_clock(p) m
-- the reason is put in words for the worst alone
left join lateral (
    select count(*) over () as indicators, count(*) filter (where x.colour = 'red') over () as red,
           count(*) filter (where x.colour = 'yellow') over () as yellow, sum(x.unreachable) over () as unreachable,
           min(x.pace) over () as pace, x.colour_rank, x.colour, x.reason, x.indicator_id
    from monitored(p, m.profile, m.rule) x
    order by x.colour_rank, x.pace, x.sort, x.indicator_id
    limit 1) i on true
$$);

-- A worst-of would paint every government red: above a program there are only shares of money by colour.
select bpm.define_result('unit_monitor',
'One row per unit and year, with everything below it: how much money, and how many programs, have which colour on the '
'day, and what is spent of what should be.', $$
with total as (
    select a.ancestor_id as unit_id, o.fiscal_year, sum(o.programs) as programs, sum(o.red_programs) as red_programs,
           sum(o.yellow_programs) as yellow_programs, sum(o.green_programs) as green_programs,
           sum(o.other_programs) as other_programs, sum(o.budget) as budget, sum(o.red_budget) as red_budget,
           sum(o.yellow_budget) as yellow_budget, sum(o.green_budget) as green_budget,
           sum(o.other_budget) as other_budget, sum(o.executed) as executed, sum(o.committed) as committed,
           sum(o.expected) as expected
    from node_above a
    cross join lateral (
        select r.fiscal_year, count(*) as programs, count(*) filter (where r.colour_rank = 1) as red_programs,
               count(*) filter (where r.colour_rank = 2) as yellow_programs,
               count(*) filter (where r.colour_rank in (3, 4)) as green_programs,
               count(*) filter (where r.colour_rank > 4) as other_programs, sum(r.budget) as budget,
               coalesce(sum(r.budget) filter (where r.colour_rank = 1), 0) as red_budget,
               coalesce(sum(r.budget) filter (where r.colour_rank = 2), 0) as yellow_budget,
               coalesce(sum(r.budget) filter (where r.colour_rank in (3, 4)), 0) as green_budget,
               coalesce(sum(r.budget) filter (where r.colour_rank > 4), 0) as other_budget,
               sum(r.executed) as executed, sum(r.committed) as committed, sum(r.expected) as expected
        from @monitor_result r
        where r.unit_id = a.id and r.is_revenue = 0 and r.is_overall = 0
        group by r.fiscal_year) o
    where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year
    group by a.ancestor_id, o.fiscal_year
)
select t.unit_id, t.fiscal_year, t.programs::integer as programs, t.red_programs::integer as red_programs,
       t.yellow_programs::integer as yellow_programs, t.green_programs::integer as green_programs,
       t.other_programs::integer as other_programs, t.budget::numeric(38,2) as budget,
       t.red_budget::numeric(38,2) as red_budget, t.yellow_budget::numeric(38,2) as yellow_budget,
       t.green_budget::numeric(38,2) as green_budget, t.other_budget::numeric(38,2) as other_budget,
       round(100 * t.red_budget / nullif(greatest(t.budget, 0), 0), 4)::numeric(38,4) as red_share,
       round(100 * t.yellow_budget / nullif(greatest(t.budget, 0), 0), 4)::numeric(38,4) as yellow_share,
       round(100 * t.green_budget / nullif(greatest(t.budget, 0), 0), 4)::numeric(38,4) as green_share,
       round(100 * t.other_budget / nullif(greatest(t.budget, 0), 0), 4)::numeric(38,4) as other_share,
       t.executed::numeric(38,2) as executed, t.committed::numeric(38,2) as committed,
       t.expected::numeric(38,8) as expected,
       round(100 * t.executed / nullif(greatest(t.expected, 0), 0), 8)::numeric(38,8) as budget_pace, u.name
from total t
join unit u on u.unit_id = t.unit_id
$$);
