-- The plan of the money by the months of the year, as it was known, and whether it only follows what was spent

create function percent(figure numeric) returns text
    language sql immutable parallel safe
    return trim_scale(round(figure, 2))::text || ' %';
comment on function percent(numeric) is 'Percent to read: at most two decimals.';

create function iso(day date) returns text
    language sql stable parallel safe
    return to_char(day, 'YYYY-MM-DD');
comment on function iso(date) is 'A day to read, whatever the DateStyle.';

create function monitor_rule_of(of_year integer, of_scope text, of_program text)
    returns setof monitor_rule
    language sql stable parallel safe rows 1
begin atomic
    select r.*
    from (select r.* from monitor_rule r
          where r.fiscal_year <= of_year and r.scope in ('', of_scope) and r.program_id in ('', of_program)
              and 0 <= r.red_below and r.red_below <= r.yellow_below and r.yellow_below <= r.blue_from
              and r.blue_from < 'infinity'
          union all
          -- without any, those of methods that are used most
          select '', -1, '', 60, 80, 120, 3, 30, 60, 40) r
    order by r.program_id <> '' desc, r.scope <> '' desc, r.fiscal_year desc
    limit 1;
end;
comment on function monitor_rule_of(integer, text, text) is
'The thresholds that a program is monitored by: its own row of monitor_rule, else that of its scope, else the one for '
'all; of each the latest year that is not after.';

create function month_of_year(starts_on date, day date) returns integer
    language sql immutable parallel safe
    return case when isfinite(day) then (12 * (extract(year from day) - extract(year from starts_on))
        + extract(month from day) - extract(month from starts_on))::integer end;
comment on function month_of_year(date, date) is
'How many months of a year are over before the month of a day: 0 in the first.';

create function plan_lock_day(starts_on date, day date, plan_lock text) returns date
    language sql immutable parallel safe
    return case when plan_lock = 'newest' or day <= starts_on then day
                else (starts_on + make_interval(months => case plan_lock
                    when 'year' then 0 when 'month' then month_of_year(starts_on, day)
                    else month_of_year(starts_on, day) / 3 * 3 end))::date end;
comment on function plan_lock_day(date, date, text) is
'The day whose plan counts on a day of the year: the first of its month, its quarter or the year, or the day itself.';

-- A plan counts as it was known when the period began. A first plan that comes later is the first one all the same, and
-- so is one that was loaded afterwards: all that was recorded on its day.
create function plan_lock(p program_state) returns table (day date, before timestamptz)
    language sql stable parallel safe rows 1
begin atomic
    select l.day, case when s.plan_lock = 'newest' then 'infinity'
                       else (l.day + 1)::timestamp at time zone p.zone end
    from setting_of(p.fiscal_year) s
    cross join lateral (select plan_lock_day(p.starts_on, least(p.day, p.ends_on), s.plan_lock) as day offset 0) l;
end;
comment on function plan_lock(program_state) is
'Whose plan counts: what was planned until a day and recorded before a time, by setting.plan_lock.';

create function day_after(at timestamptz, zone text) returns timestamptz
    language sql stable parallel safe
    return (date_trunc('day', at at time zone zone) + interval '1 day') at time zone zone;
comment on function day_after(timestamptz, text) is 'The end of the day of a time, in a time zone.';

create function plan_of(p program_state) returns table (months numeric[], total numeric, lowest numeric)
    language sql stable parallel safe rows 1
begin atomic
    select array_agg(coalesce(x.amount, 0) order by m.month), sum(x.amount), min(coalesce(x.amount, 0))
    from (values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12)) m (month)
    left join (
        select b.month, sum(part(b.planned, b.after, b.upto)) as amount
        from (
            select b.month, b.planned, b.entry_date, b.recorded_at, c.after, c.upto, l.day, l.before,
                   min(b.entry_date) over w as first_day, min(b.recorded_at) over w as first_known
            from (select l.day, l.before from plan_lock(p) l offset 0) l
            cross join unnest(p.covered, p.covered_after, p.covered_upto) c (program_id, after, upto)
            join program_budget b on b.program_id = c.program_id and b.fiscal_year = p.fiscal_year
            where b.planned <> 'NaN' and b.month between 1 and 12 and c.upto > c.after
                and b.entry_date <= p.money_until and (b.recorded_at > p.known) is not true
                and coalesce(b.currency, p.currency) = p.currency
            window w as (partition by c.program_id)) b
        where b.entry_date <= greatest(b.day, b.first_day)
            and (b.recorded_at is null or b.recorded_at < b.before
                 or b.recorded_at < day_after(b.first_known, p.zone))
        group by b.month) x on x.month = m.month;
end;
comment on function plan_of(program_state) is
'The plan of the money of a program by the months of its year, as it was known when the period of setting.plan_lock '
'began; total is empty without a plan.';

-- What of the budget no month plans follows the calendar: a plan of a little in December would else make all of it wait
-- until then.
create function and_each(months numeric[], more numeric) returns numeric[]
    language sql immutable parallel safe
    return array[months[1] + more, months[2] + more, months[3] + more, months[4] + more, months[5] + more,
                 months[6] + more, months[7] + more, months[8] + more, months[9] + more, months[10] + more,
                 months[11] + more, months[12] + more];
comment on function and_each(numeric[], numeric) is 'Amounts of twelve months, and so much more in each.';

create function late_share(months numeric[], total numeric, budget numeric) returns numeric
    language sql immutable parallel safe
    return case when total > 0
                then 100 * (months[10] + months[11] + months[12] + greatest(budget - total, 0) / 4)
                     / greatest(total, budget) end;
comment on function late_share(numeric[], numeric, numeric) is
'Percent of a plan by months, and of what of a budget is not in it, that is in the last quarter of the year.';

-- Whose plan is what was spent? A plan that is written after the fact agrees with it to the cent, and measures nothing.
select bpm.define_result('plan_follows_actual',
'One row per program with money of its own and year: of the quarters that are over and have a plan, in how many the '
'plan equals what was spent to the cent, and in how many it was changed after they began.', $$
select p.program_id, p.fiscal_year, p.unit_id, q.quarters::integer as quarters,
       q.equal_quarters::integer as equal_quarters, q.changed_quarters::integer as changed_quarters,
       q.changed_to_actual::integer as changed_to_actual,
       round(100.0 * q.equal_quarters / nullif(q.quarters, 0), 4)::numeric(38,4) as equal_share, u.name as unit_name,
       p.name
from @program_state p
join unit u on u.unit_id = p.unit_id
cross join lateral (
    select count(*) as quarters, count(*) filter (where x.planned = x.executed) as equal_quarters,
           count(*) filter (where x.planned is distinct from x.known) as changed_quarters,
           count(*) filter (where x.planned = x.executed and x.planned is distinct from x.known) as changed_to_actual
    from (values (0), (1), (2), (3)) q (n)
    cross join lateral (
        select (p.starts_on + make_interval(months => 3 * q.n))::date as begins,
               (p.starts_on + make_interval(months => 3 * q.n + 3))::date - 1 as ends
        offset 0) d
    cross join lateral (
        select sum(b.planned) filter (where b.month <= 3 * q.n + 3) as planned,
               coalesce(sum(b.executed) filter (where b.entry_date <= d.ends), 0) as executed,
               sum(b.planned) filter (where b.month <= 3 * q.n + 3 and b.entry_date <= greatest(d.begins, b.first_day)
                   and (b.recorded_at is null
                        or b.recorded_at < greatest((d.begins + 1)::timestamp at time zone p.zone,
                                                    day_after(b.first_known, p.zone)))) as known
        from (
            select b.month, b.entry_date, b.recorded_at, nullif(b.planned, 'NaN') as planned,
                   nullif(b.executed, 'NaN') as executed,
                   min(b.entry_date) filter (where b.planned <> 'NaN') over () as first_day,
                   min(b.recorded_at) filter (where b.planned <> 'NaN') over () as first_known
            from program_budget b
            where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year and b.entry_date <= p.money_until
                and (b.recorded_at > p.known) is not true and coalesce(b.currency, p.currency) = p.currency
                and (b.planned <> 'NaN' or b.executed <> 'NaN')) b) x
    where d.ends <= p.day and x.planned <> 0) q
where not p.is_overall
$$);

-- A first plan counts for all of its year, so that one who is behind could make one that he keeps.
create function came_late(starts_on date, first_day date) returns text
    language sql stable parallel safe
    return case when month_of_year(starts_on, first_day) >= 3
                then format('Its first plan is of %s, when %s months of the year were over: what was due before is '
                            'held against it, too.', iso(first_day), month_of_year(starts_on, first_day)) end;
comment on function came_late(date, date) is
'What is said of a first plan of a day, in a year: empty in its first quarter.';

-- A plan whose months do not make a year is named by check_result, and so is one that is out of its bounds.
select bpm.define_result('plan_fault',
'What is wrong with plans: of the money by month, and of indicators.', $$
select p.program_id, p.fiscal_year, f.severity, f.kind, f.item, f.detail, f.mend
from @program_state p
left join lateral monitor_rule_of(p.fiscal_year, p.scope, p.program_id) r on true
cross join lateral (
    select count(*) filter (where (b.month between 1 and 12) is not true) as entries,
           coalesce(sum(b.planned) filter (where (b.month between 1 and 12) is not true), 0) as planned,
           min(b.entry_date) filter (where b.month between 1 and 12) as first_day from program_budget b
    where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year and b.planned <> 0
        and (b.recorded_at > p.known) is not true) o
-- what is overall has no plan but those of its parts, which are named themselves
left join lateral (
    select x.total, x.lowest, late_share(x.months, x.total, m.budget) as late_share
    from plan_of(p) x
    left join lateral (
        select m.approved + m.carried_over + m.adjusted as budget from program_money(p, p.money_until) m
        where x.total > 0
        offset 0) m on true
    where not p.is_overall
    offset 0) n on true
cross join lateral (values
    ('error', 'plan month', null::text,
     case when o.entries > 0 then format('%s planned in %s entries have no month from 1 to 12: no pace knows of them.',
                                         o.planned, o.entries) end,
     'Give each planned amount its month.'),
    ('warning', 'plan falls', null,
     case when n.lowest < 0 or n.total <= 0
          then format('As it stood when the period began, it plans %s in all, and %s in its lowest month: there is no '
                      'pace against it.', n.total, n.lowest) end,
     'Plan at least nothing in each month: take back less, or in the month in which it was planned.'),
    ('note', 'late plan', null,
     case when n.total > 0 and n.lowest >= 0 and n.late_share > r.late_share
          then format('%s of the plan is in the last quarter.', percent(n.late_share)) end,
     'Look at the linear pace, which stands beside.'),
    ('note', 'plan came late', null, came_late(p.starts_on, o.first_day),
     'Look at plan_follows_actual: does it plan what was spent?')) f (severity, kind, item, detail, mend)
where f.detail is not null
union all
select t.program_id, t.fiscal_year, f.severity, f.kind, t.indicator_id, f.detail, f.mend
from @program_state p
join lateral (
    select t.program_id, t.fiscal_year, t.indicator_id, min(t.planned) as lowest, min(t.first_day) as first_day,
           count(*) filter (where t.month > t.next_month and t.planned < t.next_planned) as falls,
           max(t.planned) filter (where t.month = t.last_month) as last, max(t.last_month) as last_month
    from (
        select t.*, lag(t.planned) over w as next_planned, lag(t.month) over w as next_month,
               max(t.month) over (partition by t.indicator_id) as last_month
        from (
            select distinct on (t.indicator_id, t.month) t.*,
                   min(t.valid_from) over (partition by t.indicator_id) as first_day
            from indicator_plan t
            where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
                and t.valid_from <= p.day and t.recorded_at <= p.known
            order by t.indicator_id, t.month, t.valid_from desc, t.recorded_at desc) t
        window w as (partition by t.indicator_id order by t.month)) t
    group by t.program_id, t.fiscal_year, t.indicator_id) t on true
left join lateral (
    select r.target from target_revision r
    where r.program_id = t.program_id and r.fiscal_year = t.fiscal_year and r.evaluation = 'self'
        and r.indicator_id = t.indicator_id and r.valid_from <= least(p.day, p.ends_on) and r.recorded_at <= p.known
        and r.target is not null
    order by r.valid_from desc, r.recorded_at desc
    limit 1) g on true
cross join lateral (values
    ('warning', 'indicator plan falls',
     case when t.falls > 0 or t.lowest < 0
          then 'What should be there by a month is less than by the month before, or below 0.' end,
     'planned is what should be there by the end of the month, all months before included.'),
    ('warning', 'indicator plan',
     case when t.last <> bpm.goal(g.target) or t.last_month < 12 and t.last < bpm.goal(g.target)
          then format('By month %s it plans %s, the target is %s.', t.last_month, trim_scale(t.last), g.target) end,
     'Let the last month of the plan be the target.'),
    ('note', 'plan came late', came_late(p.starts_on, t.first_day),
     'Look at what it would be without: by the plan of the money, or by the calendar.')) f (severity, kind, detail, mend)
where f.detail is not null
$$);
