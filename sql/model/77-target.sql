-- Targets, and the years before

-- What last years say about a target that asks for more than, or less than, a figure. A year that has not begun is
-- looked at with the targets that it begins with.
select bpm.define_result('target_step',
'One row per program, year and measured indicator of its self-evaluation with a target above or below a figure: what '
'the target asks for beside the figures of the years before. What target_check is made of.', $$
with point as (
    select p.program_id, p.fiscal_year, i.indicator_id, p.unit_id, i.baseline, i.unit_of_measure, i.name,
           p.name as program_name, g.target, g.reason, coalesce(r.retired, false) as retired, y.actual,
           bpm.comparator(g.target) in ('>=', '>', '<=', '<') as is_compared, bpm.goal(g.target) as goal,
           case when bpm.comparator(g.target) in ('<=', '<') then -1 else 1 end as direction,
           -- what adds up is not reached before the year is over
           n.reached, bpm.try_met(n.reached, g.target) as met
    from @program_state p
    join indicator i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self'
        and i.source = 'measured'
    cross join lateral (select least(greatest(p.day, p.starts_on), p.ends_on) as until) c
    left join lateral (
        select t.target, t.reason, t.retired from target_revision t
        where t.program_id = i.program_id and t.fiscal_year = i.fiscal_year and t.evaluation = 'self'
            and t.indicator_id = i.indicator_id and t.valid_from <= c.until and t.recorded_at <= p.known
        order by t.valid_from desc, t.recorded_at desc
        limit 1) r on true
    left join lateral (
        select r.target, r.reason where r.target is not null
        union all
        (select t.target, t.reason from target_revision t
         where r.retired is not null and r.target is null
             and t.program_id = i.program_id and t.fiscal_year = i.fiscal_year and t.evaluation = 'self'
             and t.indicator_id = i.indicator_id and t.target is not null and t.valid_from <= c.until
             and t.recorded_at <= p.known
         order by t.valid_from desc, t.recorded_at desc
         limit 1)
        offset 0) g on true
    left join lateral (
        select m.actual from indicator_actual m
        where m.program_id = i.program_id and m.fiscal_year = i.fiscal_year and m.evaluation = 'self'
            and m.indicator_id = i.indicator_id and m.grader = '' and m.breakdown = '' and abs(m.actual) < 1e30
            and m.as_of between p.starts_on and p.day
            and (m.recorded_at > p.known) is not true and (m.withdrawn_at <= p.known) is not true
        order by m.as_of desc, m.recorded_at desc
        limit 1) y on true
    cross join lateral (
        select case when i.moves <> 'cumulative' or p.day >= p.ends_on then y.actual end as reached) n
), step as (
    -- up is how far the figure rose since the year before, where there is one
    select x.*, case when lag(x.fiscal_year) over w = greatest(x.fiscal_year, 1) - 1
                     then lag(x.reached) over w end as last_actual,
           case when lag(x.fiscal_year) over w = greatest(x.fiscal_year, 1) - 1
                then x.reached - lag(x.reached) over w end as up
    from point x
    window w as (partition by x.program_id, x.indicator_id order by x.fiscal_year)
), past as (
    select x.*, array_agg(x.up) over w as ups, count(x.up) over w as steps,
           case x.direction when 1 then max(x.reached) over w else min(x.reached) over w end as best_before,
           count(x.met) over w as earlier_targets, count(*) filter (where x.met) over w as earlier_met
    from step x
    window w as (partition by x.program_id, x.indicator_id order by x.fiscal_year
                 rows between unbounded preceding and 1 preceding)
)
select x.program_id, x.fiscal_year, x.indicator_id, x.unit_id, x.direction, x.goal, x.last_actual, x.baseline,
       n.need, x.steps, x.best_before, x.earlier_targets, x.earlier_met,
       (select count(*) from unnest(x.ups) u (up) where x.direction * u.up > 0 and x.direction * u.up >= n.need)
           as steps_as_large,
       case when n.need is null then null when x.steps < 4 then 'too little history'
            when n.need < 0 then 'easier' when n.need = 0 then 'equal' end as class,
       (x.direction * x.goal > x.direction * x.best_before)::integer as beyond_best, x.actual, x.met::integer as met,
       -- asked for in percent, and a figure that is a hundredth of what it should be
       (u.percent and (x.goal > 0 and x.goal < 1 and x.direction = 1
           or x.goal > 1 and (n.last > 0 and n.last <= 1 and 10 * n.last < x.goal
                              or x.actual > 0 and x.actual <= 1 and 10 * x.actual < x.goal)) is true)::integer
           as fraction_for_percent,
       (coalesce(x.unit_of_measure, '') = '' and x.target::text !~ '[[%]')::integer as no_unit,
       x.reason as given_reason, x.target, x.unit_of_measure, x.name, x.program_name
from past x
cross join lateral (
    select coalesce(x.last_actual, x.baseline) as last, x.direction * (x.goal - coalesce(x.last_actual, x.baseline))
        as need
    offset 0) n
cross join lateral (
    select coalesce(x.target::text like '%\%%' or strpos(x.unit_of_measure, '%') > 0
                    or x.unit_of_measure ~* '^per ?cent', false) as percent) u
where x.is_compared and not x.retired
$$);
