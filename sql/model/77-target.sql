-- Targets, and the years before

-- What last years say about a target that asks for more than, or less than, a figure. A year that has not begun is
-- looked at with the targets that it begins with.
select bpm.define_result('target_step',
'One row per program, year and measured indicator of its self-evaluation with a target above or below a figure: what '
'the target asks for beside the figures of the years before. What target_check is made of.', $$
select p.program_id, p.fiscal_year, i.indicator_id, p.unit_id, d.direction, d.goal, h.last_actual, i.baseline,
       d.direction * (d.goal - b.last) as need, h.steps, h.best_before, h.earlier_targets, h.earlier_met,
       (select count(*) from unnest(h.made) s (step) where s.step > 0 and s.step >= d.direction * (d.goal - b.last))
           as steps_as_large,
       case when b.last is null then null when h.steps < 4 then 'too little history'
            when d.direction * (d.goal - b.last) < 0 then 'easier' when d.goal = b.last then 'equal' end as class,
       (d.direction * d.goal > d.direction * h.best_before)::integer as beyond_best, y.actual,
       bpm.try_met(y.actual, t.target)::integer as met,
       -- asked for in percent, and a figure that is a hundredth of what it should be
       (u.percent and (d.goal between 0 and 1 and d.goal not in (0, 1) and d.direction = 1
           or d.goal > 1 and (b.last > 0 and b.last <= 1 and 10 * b.last < d.goal
                              or y.actual > 0 and y.actual <= 1 and 10 * y.actual < d.goal)) is true)::integer
           as fraction_for_percent,
       (coalesce(i.unit_of_measure, '') = '' and t.target::text !~ '[[%]')::integer as no_unit,
       t.reason as given_reason, t.target, i.unit_of_measure, i.name, p.name as program_name
from @program_state p
join indicator i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self'
    and i.source = 'measured'
cross join lateral (select least(greatest(p.day, p.starts_on), p.ends_on) as until) c
join lateral (
    select r.target, r.reason from target_revision r
    where r.program_id = i.program_id and r.fiscal_year = i.fiscal_year and r.evaluation = 'self'
        and r.indicator_id = i.indicator_id and r.target is not null and r.valid_from <= c.until
        and r.recorded_at <= p.known
    order by r.valid_from desc, r.recorded_at desc
    limit 1) t on bpm.comparator(t.target) in ('>=', '>', '<=', '<')
left join lateral (
    select r.retired from target_revision r
    where r.program_id = i.program_id and r.fiscal_year = i.fiscal_year and r.evaluation = 'self'
        and r.indicator_id = i.indicator_id and r.valid_from <= c.until and r.recorded_at <= p.known
    order by r.valid_from desc, r.recorded_at desc
    limit 1) g on true
cross join lateral (
    select bpm.goal(t.target) as goal, case when bpm.comparator(t.target) in ('>=', '>') then 1 else -1 end as direction
    offset 0) d
cross join lateral (
    select coalesce(t.target::text like '%\%%' or strpos(i.unit_of_measure, '%') > 0
                    or i.unit_of_measure ~* '^per ?cent', false) as percent) u
left join lateral (
    select m.actual from indicator_actual m
    where m.program_id = i.program_id and m.fiscal_year = i.fiscal_year and m.evaluation = 'self'
        and m.indicator_id = i.indicator_id and m.grader = '' and m.breakdown = '' and abs(m.actual) < 1e30
        and m.as_of between p.starts_on and p.day
        and (m.recorded_at > p.known) is not true and (m.withdrawn_at <= p.known) is not true
    order by m.as_of desc, m.recorded_at desc
    limit 1) y on true
-- the years before: what was reached at the end of each, and the steps from one to the next
cross join lateral (
    select max(x.actual) filter (where x.fiscal_year = p.fiscal_year - 1) as last_actual,
           count(x.step) as steps, array_agg(x.step) filter (where x.step is not null) as made,
           d.direction * max(d.direction * x.actual) as best_before,
           count(x.met) as earlier_targets, count(*) filter (where x.met) as earlier_met
    from (select q.fiscal_year, m.actual, bpm.try_met(m.actual, r.target) as met,
                 case when lag(q.fiscal_year) over w = q.fiscal_year - 1
                      then d.direction * (m.actual - lag(m.actual) over w) end as step
          from program q
          cross join lateral (
              select year_start(q.fiscal_year) as starts_on, year_start(q.fiscal_year + 1) - 1 as ends_on offset 0) z
          cross join lateral (
              select m.actual from indicator_actual m
              where m.program_id = q.program_id and m.fiscal_year = q.fiscal_year and m.evaluation = 'self'
                  and m.indicator_id = i.indicator_id and m.grader = '' and m.breakdown = ''
                  and abs(m.actual) < 1e30 and m.as_of between z.starts_on and p.day
                  and (m.recorded_at > p.known) is not true and (m.withdrawn_at <= p.known) is not true
              order by m.as_of desc, m.recorded_at desc
              limit 1) m
          left join lateral (
              select r.target from target_revision r
              where r.program_id = q.program_id and r.fiscal_year = q.fiscal_year and r.evaluation = 'self'
                  and r.indicator_id = i.indicator_id and r.target is not null and r.valid_from <= z.ends_on
                  and r.recorded_at <= p.known
              order by r.valid_from desc, r.recorded_at desc
              limit 1) r on true
          where q.program_id = p.program_id and q.fiscal_year < p.fiscal_year
          window w as (order by q.fiscal_year)) x) h
cross join lateral (select coalesce(h.last_actual, i.baseline) as last) b
where g.retired is not true
$$);
