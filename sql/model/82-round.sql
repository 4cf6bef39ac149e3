-- Rounds of monitoring: what is open, since when, who answers, what a round saw and what changed since the one before

-- The points of the indicators, held against those of the execution: execution as it is judged, so that who saved is
-- not asked where the money went.
create function support_of(p program_state)
    returns table (closed integer, indicator_points numeric, indicator_weight numeric, execution_points numeric,
                   execution_weight numeric, excess numeric, execution numeric, budget numeric, colour text,
                   reason text)
    language sql stable parallel safe rows 1
begin atomic
    select e.closed, t.indicator_points, t.indicator_weight, t.execution_points, t.execution_weight, x.excess,
           e.execution, b.budget, c.colour,
           case c.colour when 'not due' then 'so far: the self-evaluation is not closed'
                when 'no data' then 'no indicator has points'
                when 'red' then format(
                    '%s of %s points of the indicators, %s of execution: %s more than the money supports',
                    trim_scale(round(t.indicator_points, 2)), trim_scale(t.indicator_weight),
                    case when t.execution_weight > 0
                         then format('%s of %s', trim_scale(round(t.execution_points, 2)),
                                     trim_scale(t.execution_weight))
                         else percent(least(e.execution, 100)) end, percent(x.excess))
                when 'yellow' then case when b.budget > 0
                    then format('%s of the budget is left and not explained by saving', percent(100 - e.execution))
                    else 'there is no budget' end end
    from (
        select e.closed, e.execution, e.tree from evaluation_scores(p) e
        where e.evaluation = 'self'
        offset 0) e
    left join lateral setting_of(p.fiscal_year) s on true
    cross join lateral (
        select m.approved + m.carried_over + m.adjusted as budget from program_money(p, p.money_until) m
        offset 0) b
    cross join lateral (
        -- until it is closed what is not measured has no part; then it is 0
        select sum(n.weight * n.score) filter (where i.source <> 'budget') / 100 as indicator_points,
               coalesce(sum(n.weight) filter (where i.source <> 'budget' and (n.score is not null or e.closed = 1)), 0)
                   as indicator_weight,
               sum(n.weight * n.score) filter (where i.source = 'budget') / 100 as execution_points,
               coalesce(sum(n.weight) filter (where i.source = 'budget'), 0) as execution_weight
        from bpm.nodes(e.tree) n
        join indicator i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self'
            and i.indicator_id = n.id and i.parent_id is null
        offset 0) t
    cross join lateral (
        -- of what is not weighed as an indicator, execution itself
        select case when t.execution_weight > 0 then coalesce(t.execution_points, 0)
                    else least(e.execution, 100) end as had,
               case when t.execution_weight > 0 then t.execution_weight else 100 end as of
        offset 0) w
    cross join lateral (
        select case when b.budget > 0 then 100 * (t.indicator_points * w.of - w.had * t.indicator_weight)
                    / nullif(t.indicator_points * w.of, 0) end as excess
        offset 0) x
    cross join lateral (
        select case when e.closed is distinct from 1 then 'not due'
                    when (t.indicator_points > 0) is not true then 'no data'
                    when (b.budget > 0) is not true then 'yellow'
                    -- compared without a division
                    when 100 * (t.indicator_points * w.of - w.had * t.indicator_weight)
                         > coalesce(s.points_alert, 5) * t.indicator_points * w.of then 'red'
                    when 100 - e.execution > coalesce(s.unspent_alert, 20) then 'yellow'
                    else 'green' end as colour
        offset 0) c;
end;
comment on function support_of(program_state) is
'Whether the points that a self-evaluation gives the indicators are supported by execution as it is judged, once it is '
'closed.';

select bpm.define_result('self_alarm',
'One row per expenditure program with money of its own and year: whether the points of its self-evaluation are '
'supported by the money. Red: execution lacks more than setting.points_alert percent of what the points of the '
'indicators would need. Yellow: no budget, or more than setting.unspent_alert percent left.', $$
select p.program_id, p.fiscal_year, p.unit_id, s.closed,
       s.indicator_points::numeric(38,8) as indicator_points, s.indicator_weight::numeric(38,8) as indicator_weight,
       s.execution_points::numeric(38,8) as execution_points, s.execution_weight::numeric(38,8) as execution_weight,
       (case when abs(s.excess) < 1e30 then s.excess end)::numeric(38,8) as excess,
       (s.budget * s.execution / 100)::numeric(38,2) as judged_executed, s.budget::numeric(38,2) as budget,
       (case when abs(s.execution) < 1e30 then 100 - s.execution end)::numeric(38,8) as unspent_rate,
       colour_rank(s.colour) as colour_rank, s.colour, s.reason, p.name, u.name as unit_name
from @program_state p
join unit u on u.unit_id = p.unit_id
cross join lateral support_of(p) s
where not p.is_revenue and not p.is_overall
$$);

-- what is open ---------------------------------------------------------------------------------------------

-- The colours are those of monitoring; what makes them is told apart here. A year is monitored while it runs; whether
-- the money supports its self-evaluation is asked once that is closed.
select bpm.define_result('alert_found',
'What is open on the day, of programs and of their indicators.', $$
select p.program_id, p.fiscal_year, a.item, a.kind, a.colour_rank, a.detail, a.since, a.owner, a.item_name, p.unit_id,
       answers_on(p.program_id, p.fiscal_year, least(p.day, p.ends_on)) as responsible, p.name
from @program_state p
left join lateral (
    select m.* from money_clock(p) m
    where p.day between p.starts_on and p.ends_on
    offset 0) m on true
cross join lateral (
    select '' as item, x.kind, x.colour_rank, x.detail, null::date as since, null::text as owner,
           null::text as item_name
    from (
        select not p.is_revenue and m.executed + m.committed > m.budget as is_over,
               not p.is_revenue and m.forecast > m.budget as will_be,
               colour_rank(m.colour) as colour_rank, (m.rule).late_share < m.late_share as is_late,
               (m.pace >= (m.rule).yellow_below) is true as in_pace
        offset 0) c
    cross join lateral (
        values ('over budget', case when c.is_over then c.colour_rank end, m.reason),
               ('forecast over budget', case when c.will_be and not c.is_over and c.colour_rank <= 2 then 2 end,
                m.reason),
               ('budget pace', case when not c.is_over and not (c.will_be is true and c.in_pace)
                                    then c.colour_rank end, m.reason),
               -- or a month that takes back more than it plans would hide what is behind
               ('plan falls', case when m.colour = 'no plan' then 2 end, m.reason),
               ('late plan', case when c.is_late then 2 end,
                format('%s of the plan is in the last quarter', percent(m.late_share)))) x (kind, colour_rank, detail)
    where x.colour_rank <= 2
    union all
    select i.indicator_id, x.kind, x.colour_rank, x.detail, x.since, i.owner, i.name
    from (
        -- put in words once, as each of them is looked at several times, and only where there may be something to say
        select i.* from monitored(p, m.profile, m.rule) i
        where p.day between p.starts_on and p.ends_on
            and (i.colour_rank <= 2 or i.unreachable = 1 or i.days_late >= (m.rule).yellow_after
                 or i.measured_on is null or coalesce(i.owner, '') = '')
        offset 0) i
    -- figures that are there and do not count
    left join lateral (
        select max(f.as_of) as as_of from indicator_actual f
        where i.measured_on is null and f.program_id = p.program_id and f.fiscal_year = p.fiscal_year
            and f.evaluation = 'self' and f.indicator_id = i.indicator_id and f.grader = '' and f.breakdown = ''
            and f.as_of <= p.day and (f.recorded_at > p.known) is not true and (f.withdrawn_at <= p.known) is not true
        offset 0) f on true
    cross join lateral (
        values ('target pace', case when i.colour_rank <= 2 then case when i.pace < (m.rule).red_below then 1
                                    when i.pace < (m.rule).yellow_below then 2 end end, i.reason, null::date),
               ('forecast over limit', case when i.colour = 'yellow' and i.pace >= (m.rule).yellow_below
                                                and (i.days_late >= (m.rule).yellow_after) is not true then 2 end,
                i.reason, null),
               ('unreachable', case when i.unreachable = 1 then 1 end, i.reason, null),
               ('late figure', case when i.days_late >= (m.rule).red_after then 1
                                    when i.days_late >= (m.rule).yellow_after then 2 end, i.reason, i.figure_due),
               ('stale figure', case when (i.days_late >= (m.rule).yellow_after) is not true
                                         and f.as_of is not null then 2 end,
                format('the figure of %s is too old to count', iso(f.as_of)), null),
               ('no owner', case when coalesce(i.owner, '') = '' and i.weight > 0 then 2 end,
                'nobody is named who answers for the figure', null)) x (kind, colour_rank, detail, since)
    where x.colour_rank <= 2
    union all
    select '', 'self-evaluation alarm', colour_rank(s.colour), s.reason, null, null, null
    from (select p as state
          where not p.is_revenue and not p.is_overall
              and exists (select from evaluations_of(p) e where e.evaluation = 'self' and e.closed)
          offset 0) z
    cross join lateral support_of(z.state) s
    where colour_rank(s.colour) <= 2) a
$$);

-- The rounds of the year that saw it, from the latest back to the first that did without a break.
create function alert_trail(of_program text, of_year integer, of_item text, of_kind text, on_day date,
                            as_known timestamptz)
    returns table (rounds integer, first_n integer, first_day date, first_round text, last_rank integer)
    language sql stable parallel safe rows 1
begin atomic
    select count(*)::integer, min(x.n), min(x.as_of), (array_agg(x.round order by x.n))[1],
           (array_agg(x.colour_rank order by x.n desc))[1]
    from (
        select r.n, r.round, r.as_of, a.colour_rank,
               count(*) filter (where a.kind is null) over (order by r.n desc) as breaks
        from monitoring_round r
        left join monitoring_alert a on a.program_id = of_program and a.fiscal_year = r.fiscal_year
            and a.round = r.round and a.item = of_item and a.kind = of_kind
        where r.fiscal_year = of_year and r.as_of <= on_day and r.recorded_at <= as_known) x
    where x.breaks = 0;
end;
comment on function alert_trail(text, integer, text, text, date, timestamptz) is
'How many rounds until a day saw a deviation without a break, back from the latest; the first of them, and the colour '
'that the latest saw.';

create function answer_of(of_program text, of_year integer, of_item text, from_n integer, on_day date,
                          as_known timestamptz)
    returns setof deviation_answer
    language sql stable parallel safe rows 1
begin atomic
    select w.*
    from deviation_answer w
    join monitoring_round r on r.fiscal_year = w.fiscal_year and r.round = w.round
    where w.program_id = of_program and w.fiscal_year = of_year and w.item = of_item
        and r.n >= from_n and r.as_of <= on_day and w.recorded_at <= as_known
    order by w.recorded_at desc
    limit 1;
end;
comment on function answer_of(text, integer, text, integer, date, timestamptz) is
'The newest answer to what rounds saw of a program or an indicator, from a round on, until a day.';

-- Of the latest round: what came after it is not asked for yet.
create function unanswered_alerts(p program_state) returns bigint
    language sql stable parallel safe
begin atomic
    select count(*)
    from (select r.round from monitoring_round r
          where r.fiscal_year = p.fiscal_year and r.as_of <= p.day and r.recorded_at <= p.known
          order by r.n desc
          limit 1) l
    join monitoring_alert a on a.program_id = p.program_id and a.fiscal_year = p.fiscal_year and a.round = l.round
    cross join lateral alert_trail(p.program_id, p.fiscal_year, a.item, a.kind, p.day, p.known) t
    where not exists (
        select from answer_of(p.program_id, p.fiscal_year, a.item, t.first_n, p.day, p.known));
end;
comment on function unanswered_alerts(program_state) is
'How many of the deviations that the latest round of its year saw of a program nobody has answered.';

select bpm.define_result('alert_result',
'One row per program and year, indicator (item, empty for the program itself) and kind of deviation that is open on '
'the day: how bad, since when, what changed since the last round, who answers, and what was answered.', $$
select f.program_id, f.fiscal_year, f.item, f.kind, f.unit_id, f.colour_rank, t.last_rank as colour_rank_before,
       t.rounds, (a.round is not null)::integer as answered,
       (a.measure_due < d.day)::integer as overdue_measure,
       (case when abs(a.year_end_estimate) < 1e30 then a.year_end_estimate end)::numeric(38,8) as year_end_estimate,
       a.carry_over::numeric(38,2) as carry_over, coalesce(f.since, t.first_day) as since, a.measure_due,
       case f.colour_rank when 1 then 'red' else 'yellow' end as colour,
       case when l.round is null then 'no round yet'
            when t.rounds = 0 then format('new since round %s', l.round)
            when f.colour_rank < t.last_rank then format('worse: yellow in round %s', l.round)
            when f.colour_rank > t.last_rank then format('better: red in round %s', l.round)
            else format('as in round %s', l.round) end as changed,
       f.detail, coalesce(nullif(f.owner, ''), f.responsible, 'nobody') as answers,
       a.cause, a.explanation, a.measure, a.likelihood, a.recorded_by as answered_by, t.first_round,
       f.item_name, u.name as unit_name, f.name
from @day d
cross join @alert_found f
join unit u on u.unit_id = f.unit_id
cross join lateral alert_trail(f.program_id, f.fiscal_year, f.item, f.kind, d.day, d.known) t
left join lateral (
    select r.round from monitoring_round r
    where r.fiscal_year = f.fiscal_year and r.as_of <= d.day and r.recorded_at <= d.known
    order by r.n desc
    limit 1) l on true
left join lateral answer_of(f.program_id, f.fiscal_year, f.item, t.first_n, d.day, d.known) a on true
$$);

-- what changed between rounds ------------------------------------------------------------------------------

-- Green and blue are both well; a state is no colour, and what becomes one got neither better nor worse.
create function colour_change(was integer, is_now integer) returns text
    language sql immutable parallel safe
    return case when was is null then 'new'
                when was not between 1 and 4 and is_now not between 1 and 4 then 'same'
                when was not between 1 and 4 or is_now not between 1 and 4 then 'not comparable'
                when least(was, 3) = least(is_now, 3) then 'same'
                when is_now > was then 'better' else 'worse' end;
comment on function colour_change(integer, integer) is
'better, worse or same of two ranks of colours; new without the first; not comparable where only one is a colour.';

create function pace_change(what text, was numeric, is_now numeric) returns text
    language sql immutable parallel safe
    return case when was is null and is_now is null then null
                when was is null then format('%s %s', what, percent(is_now))
                when is_now is null then format('no %s, was %s', what, percent(was))
                when round(was, 2) = round(is_now, 2) then format('%s %s as before', what, percent(is_now))
                else format('%s %s, was %s', what, percent(is_now), percent(was)) end;
comment on function pace_change(text, numeric, numeric) is 'Two paces of a thing, in words; empty without any.';

select bpm.define_result('round_change',
'One row per program and year, round of monitoring and indicator (item, empty for the program itself): its colour and '
'pace, those of the round before, and what changed, in words.', $$
select s.program_id, s.fiscal_year, s.round, s.item, r.n, s.unit_id, s.colour_rank,
       b.colour_rank as colour_rank_before, s.budget_pace::numeric(38,8) as budget_pace,
       b.budget_pace::numeric(38,8) as budget_pace_before, s.target_pace::numeric(38,8) as target_pace,
       b.target_pace::numeric(38,8) as target_pace_before, k.alerts::integer as alerts,
       k.new_alerts::integer as new_alerts, k.ended_alerts::integer as ended_alerts, r.as_of as seen_on,
       l.as_of as seen_before, s.colour, b.colour as colour_before,
       colour_change(b.colour_rank, s.colour_rank) as change,
       concat_ws('; ', case when b.colour is null then format('%s, seen first', s.colour)
                            when b.colour = s.colour then format('%s as before', s.colour)
                            else format('%s, was %s', s.colour, b.colour) end,
                 -- what got better because less was promised is not what got better
                 case when b.target <> s.target then format('target %s, was %s', s.target, b.target) end,
                 case when b.budget <> s.budget then format('budget %s, was %s', s.budget, b.budget) end,
                 pace_change('budget pace', b.budget_pace, s.budget_pace),
                 pace_change(case s.item when '' then 'target pace' else 'pace' end, b.target_pace, s.target_pace),
                 'new: ' || k.added, 'ended: ' || k.ended) as detail,
       s.responsible, l.round as round_before, r.name as round_name, s.name as item_name, p.name
from @day d
cross join monitoring_round r
join monitoring_seen s on s.fiscal_year = r.fiscal_year and s.round = r.round
join program p on p.program_id = s.program_id and p.fiscal_year = s.fiscal_year
left join monitoring_round l on l.fiscal_year = r.fiscal_year and l.n = r.n - 1
left join lateral (
    select b.* from monitoring_seen b
    where b.program_id = s.program_id and b.fiscal_year = s.fiscal_year and b.round = l.round and b.item = s.item
    offset 0) b on true
cross join lateral (
    select count(x.now) as alerts, count(*) filter (where x.before is null) as new_alerts,
           count(*) filter (where x.now is null) as ended_alerts,
           string_agg(x.kind, ', ' order by x.kind) filter (where x.before is null and l.round is not null) as added,
           string_agg(x.kind, ', ' order by x.kind) filter (where x.now is null) as ended
    from (
        select a.kind, max(a.colour_rank) filter (where a.round = s.round) as now,
               max(a.colour_rank) filter (where a.round = l.round) as before
        from monitoring_alert a
        where a.program_id = s.program_id and a.fiscal_year = s.fiscal_year and a.round in (s.round, l.round)
            and a.item = s.item
        group by a.kind) x
    offset 0) k
where r.as_of <= d.day and r.recorded_at <= d.known
$$);

-- making one -----------------------------------------------------------------------------------------------

-- Reads everything, or fails: what row security hides would be missing in what is kept.
create function monitor_round(fiscal_year integer, round text, as_of date default null, name text default null)
    returns table (colour text, programs integer, indicators integer)
    language plpgsql volatile parallel unsafe
    set search_path from current
    set row_security = off
as $$
#variable_conflict use_column
declare
    year constant integer := $1;
    code constant text := $2;
    day date := $3;
    called constant text := coalesce(nullif($4, ''), $2);
    known constant timestamptz := clock_timestamp();
    last record;
    seen integer;
begin
    if row_security_active('program'::regclass) then
        raise exception 'a round looks at all programs, and row security hides some from the current role'
            using errcode = 'insufficient_privilege',
                  hint = 'Make it as the owner of the tables, or as a role with BYPASSRLS.';
    end if;
    if day is null then
        day := (now() at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date;
    end if;
    if year is null or year not between 1000 and 9998 then
        raise exception 'a round is of a fiscal year'
            using errcode = 'invalid_parameter_value',
                  hint = 'Write 2026, not 26.';
    elsif code is null or code = '' then
        raise exception 'a round has a code'
            using errcode = 'invalid_parameter_value',
                  hint = 'Such as 07 or Q2: answers name it.';
    elsif day not between year_start(year) and year_start(least(year, 9998) + 1) - 1 then
        raise exception '% is no day of %', day, year
            using errcode = 'invalid_parameter_value',
                  detail = format('That year is from %s to %s.', year_start(year),
                                  year_start(least(year, 9998) + 1) - 1),
                  hint = 'Give as_of, or the year in which it lies.';
    end if;
    select r.* into last from monitoring_round r where r.fiscal_year = year and r.round = code;
    if found then
        raise exception 'round "%" of % exists', code, year
            using errcode = 'unique_violation',
                  detail = format('It looked at %s.', last.as_of),
                  hint = 'What was seen is not seen again; give the round another code.';
    end if;
    select r.* into last from monitoring_round r where r.fiscal_year = year order by r.n desc limit 1;
    if last.as_of >= day then
        raise exception 'round "%" of % has looked at % already', last.round, year, last.as_of
            using errcode = 'invalid_parameter_value',
                  detail = format('A round of %s would not come after it.', day),
                  hint = 'Rounds follow each other: look at a later day. Results on an earlier one are in '
                      || 'monitor_result_at().';
    end if;
    -- first, so that whoever makes one at the same time waits here
    begin
        insert into monitoring_round (fiscal_year, round, n, as_of, known_at, name)
        values (year, code, coalesce(last.n, 0) + 1, day, known, called);
    exception when unique_violation then
        raise exception 'another session has made a round of % meanwhile', year
            using errcode = 'unique_violation',
                  hint = 'Look at it in monitoring_round, and whether there is still one to be made.';
    end;
    with saw as (
        insert into monitoring_seen (program_id, fiscal_year, round, item, unit_id, name, colour, colour_rank,
            budget_colour, target_colour, budget, executed, committed, expected, budget_pace, linear_pace, target_pace,
            pace_gap, late_share, unreachable, forecast, responsible, reason)
        select m.program_id, year, code, '', m.unit_id, m.name, m.colour, m.colour_rank, m.budget_colour,
               m.target_colour, m.budget, m.executed, m.committed, m.expected, m.budget_pace, m.linear_pace,
               m.target_pace, m.pace_gap, m.late_share, coalesce(m.unreachable, 0), m.forecast, m.responsible, m.reason
        from monitor_result_at(day, known) m
        where m.fiscal_year = year
        returning item
    )
    select count(*) into seen from saw;
    insert into monitoring_seen (program_id, fiscal_year, round, item, unit_id, name, colour, colour_rank, target,
        weight, expected, target_pace, actual, measured_on, figure_due, days_late, needed_times, unreachable, forecast,
        responsible, reason)
    select i.program_id, year, code, i.indicator_id, i.unit_id, i.name, i.colour, i.colour_rank, i.target, i.weight,
           i.expected, i.pace, i.actual, i.measured_on, i.figure_due, i.days_late, i.needed_times,
           coalesce(i.unreachable, 0), i.forecast,
           coalesce(nullif(i.owner, ''), answers_on(i.program_id, year, day)), i.reason
    from indicator_monitor_at(day, known) i
    where i.fiscal_year = year;
    insert into monitoring_alert (program_id, fiscal_year, round, item, kind, colour_rank, detail)
    select a.program_id, year, code, a.item, a.kind, a.colour_rank, a.detail
    from alert_found_at(day, known) a
    where a.fiscal_year = year;
    if seen = 0 then
        raise exception 'there is nothing to see in %', year
            using errcode = 'no_data_found',
                  detail = 'No program has a row in that year.';
    end if;
    return query
    select s.colour, (count(*) filter (where s.item = ''))::integer, (count(*) filter (where s.item <> ''))::integer
    from monitoring_seen s
    where s.fiscal_year = year and s.round = code
    group by s.colour, s.colour_rank
    order by s.colour_rank;
end
$$;
comment on function monitor_round(integer, text, date, text) is
'Makes a round of monitoring: keeps what monitor_result and indicator_monitor show of a year on a day (today when not '
'given), and the deviations, which can be answered from then on. The number of programs and of indicators by colour.';
