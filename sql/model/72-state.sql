-- Where a program and its evaluations stand on the day: the year, the closings, what counts until when

select bpm.define_result('program_state',
'Where a program stands on the day: the year, its stage, until when its money counts.', $$
select p.program_id, p.fiscal_year, p.name, p.unit_id, p.nature, p.scope, p.fund, p.function_id, p.economic_id,
       p.revenue_type, p.framework_id, p.weight as own_weight, d.day, d.known, d.zone,
       y.starts_on, y.ends_on, s.stage is not null as has_stages,
       s.stage, (s.at at time zone d.zone)::date as stage_since, s.grade as stage_grade,
       -- money counts until its year is closed; where there are no stages, until the year ends
       case when c.event = 'closed' then c.on_day when s.stage is null and c.event is null then y.ends_on end as money_closes_on,
       least(d.day, case when c.event = 'closed' then c.on_day
                         when s.stage is null and c.event is null then y.ends_on end) as money_until
from @day d
cross join program p
left join lateral setting_of(p.fiscal_year) r on true
cross join lateral (
    select year_start(p.fiscal_year, coalesce(r.year_start_month, 1)) as starts_on,
           year_start(p.fiscal_year + 1, coalesce(r.year_start_month, 1)) - 1 as ends_on) y
left join lateral (
    select e.stage, e.at, e.grade from stage_event e
    where e.program_id = p.program_id and e.fiscal_year = p.fiscal_year
        and e.at < d.before and e.recorded_at <= d.known and not e.taken_back
        and not exists (select from stage_event b
                        where b.program_id = e.program_id and b.fiscal_year = e.fiscal_year and b.at = e.at
                            and b.stage = e.stage and b.taken_back and b.recorded_at > e.recorded_at
                            and b.recorded_at <= d.known)
    order by e.at desc, e.recorded_at desc
    limit 1) s on true
left join lateral (
    select e.event, (e.at at time zone d.zone)::date as on_day from year_event e
    where e.fiscal_year = p.fiscal_year and e.at < d.before and e.recorded_at <= d.known
    order by e.at desc
    limit 1) c on true
$$);

-- self is an evaluation of every program; the others are those that program_evaluation names
create view program_look with (security_invoker = true) as
select p.program_id, p.fiscal_year, 'self'::text as evaluation, p.framework_id, null::text as evaluator,
       null::text as commissioned_by
from program p
union all
select e.program_id, e.fiscal_year, e.evaluation, e.framework_id, e.evaluator, e.commissioned_by
from program_evaluation e;
comment on view program_look is 'Which evaluations a program has in a year: self, and those of program_evaluation.';

select bpm.define_result('evaluation_state',
'Where an evaluation of a program stands on the day: whether it is closed, until when figures count, what a missing score does.', $$
select l.program_id, l.fiscal_year, l.evaluation, l.framework_id, l.evaluator,
       case when v.before_the_event then null else coalesce(v.rank, c.rank) end as rank,
       coalesce(v.before_the_event, false) as before_the_event, coalesce(v.floor, 0) as floor,
       p.name, p.unit_id, p.day, p.known, p.zone, p.starts_on, p.ends_on, p.ends_on + v.due_days as due_on, x.closes_on,
       coalesce(x.closes_on <= p.day, false) as closed,
       least(p.day, x.closes_on) as counts_until, least(x.closes_on, p.money_until) as money_until,
       case when x.closes_on <= p.day then coalesce(v.missing_at_close, 'zero')
            else coalesce(v.missing_so_far, 'renormalise') end as missing
from @program_state p
join program_look l on l.program_id = p.program_id and l.fiscal_year = p.fiscal_year
left join lateral evaluation_of(l.evaluation, l.fiscal_year) v on true
left join lateral evaluation_of(l.commissioned_by, l.fiscal_year) c on true
left join lateral (
    select e.event, (e.at at time zone p.zone)::date as on_day from evaluation_event e
    where e.program_id = l.program_id and e.fiscal_year = l.fiscal_year and e.evaluation = l.evaluation
        and e.at < (p.day + 1)::timestamp at time zone p.zone and e.recorded_at <= p.known
    order by e.at desc
    limit 1) e on true
cross join lateral (
    -- nobody has closed it: some close by themselves, at the end of the year where there are no stages, else when due
    select case when e.event = 'closed' then e.on_day
                when e.event = 'opened again' or not v.closes_when_due then null
                when p.has_stages or e.event is not null then p.ends_on + v.due_days
                else p.ends_on end as closes_on) x
$$);
