-- Where a program and its evaluations stand on the day: the year, the closings, what counts until when

select bpm.define_result('program_state',
'Where a program stands on the day: the year, its stage, until when its money counts.', $$
select p.program_id, p.fiscal_year, p.name, p.unit_id, p.nature, p.scope, p.fund, p.function_id, p.economic_id,
       p.revenue_type, p.framework_id, p.weight as own_weight, r.weigh_by, r.scale, r.rate_so_far, r.currency,
       not n.is_revenue and k.covers <> 'own' as is_overall, case when n.is_revenue then 'own' else k.covers end as covers,
       n.is_revenue, d.day, d.known, d.zone,
       y.starts_on, y.ends_on, s.stage is not null as has_stages,
       s.stage, (s.at at time zone d.zone)::date as stage_since, s.grade as stage_grade,
       -- money counts until its year is closed; where there are no stages, until the year ends
       case when c.event = 'closed' then c.on_day when s.stage is null and c.event is null then y.ends_on end as money_closes_on,
       least(d.day, case when c.event = 'closed' then c.on_day
                         when s.stage is null and c.event is null then y.ends_on end) as money_until
from @day d
cross join program p
join nature n on n.nature = p.nature
join scope k on k.scope = p.scope
left join lateral setting_of(p.fiscal_year) r on true
cross join lateral (
    select year_start(p.fiscal_year, coalesce(r.year_start_month, 1)) as starts_on,
           year_start(least(p.fiscal_year, 9998) + 1, coalesce(r.year_start_month, 1)) - 1 as ends_on) y
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
       case when v.before_the_event then null
            else coalesce(v.rank, (select c.rank from evaluation_of(l.commissioned_by, l.fiscal_year) c)) end as rank,
       coalesce(v.before_the_event, false) as before_the_event, coalesce(v.floor, 0) as floor,
       exists (select from score_rule r
               where r.evaluation = l.evaluation and r.looks_at = 'attainment') as has_attainment_rules,
       p.name, p.unit_id, p.scale, p.rate_so_far, p.covers, p.currency, p.day, p.known, p.zone, p.starts_on, p.ends_on, p.ends_on + d.days as due_on, x.closes_on,
       coalesce(x.closes_on <= p.day, false) as closed,
       least(p.day, x.closes_on) as counts_until, least(x.closes_on, p.money_until) as money_until,
       case when x.closes_on <= p.day then coalesce(v.missing_at_close, 'zero')
            else coalesce(v.missing_so_far, 'renormalise') end as missing
from @program_state p
join program_look l on l.program_id = p.program_id and l.fiscal_year = p.fiscal_year
left join lateral evaluation_of(l.evaluation, l.fiscal_year) v on true
cross join lateral (select case when v.due_days is not null then least(greatest(v.due_days, 0), 3660) end as days) d
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
                when p.has_stages or e.event is not null then p.ends_on + d.days
                else p.ends_on end as closes_on) x
$$);

-- Money that counts: dated until a day, known at a time, figures, in the currency of the settings. That of an overall
-- program is the money of those it covers: of its unit, or by shares of its objectives, and all below.
create function program_money(of_program text, of_year integer, covers text, of_unit text, in_currency text, until date, known timestamptz)
    returns table (proposed numeric, approved numeric, carried_over numeric, adjusted numeric,
                   received numeric, committed numeric, executed numeric, planned numeric)
    language sql stable parallel safe rows 1
begin atomic
    select coalesce(sum(part(x.proposed, c.after, c.upto)), 0),
           coalesce(sum(part(x.approved, c.after, c.upto)), 0),
           coalesce(sum(part(x.carried_over, c.after, c.upto)), 0),
           coalesce(sum(part(x.adjusted, c.after, c.upto)), 0),
           coalesce(sum(part(x.received, c.after, c.upto)), 0),
           coalesce(sum(part(x.committed, c.after, c.upto)), 0),
           coalesce(sum(part(x.executed, c.after, c.upto)), 0),
           coalesce(sum(part(x.planned, c.after, c.upto)), 0)
    from (select of_program as program_id, 0::numeric as after, 1::numeric as upto from place where covers = 'own'
          union all
          select p.program_id, 0, 1
          from node_above a
          join program p on p.unit_id = a.id and p.fiscal_year = of_year
          where covers = 'unit' and a.tree = 'unit' and a.ancestor_id = of_unit and of_year between a.from_year and a.to_year
          union all
          select o.program_id, o.after, o.upto
          from program_objective b
          join node_above a on a.tree = 'objective' and a.ancestor_id = b.objective_id and of_year between a.from_year and a.to_year
          join objective_part o on o.objective_id = a.id and o.fiscal_year = of_year
          where covers = 'objective' and b.program_id = of_program and b.fiscal_year = of_year) c
    cross join lateral (
        select sum(nullif(b.proposed, 'NaN')) as proposed,
               sum(nullif(b.approved, 'NaN')) as approved,
               sum(nullif(b.carried_over, 'NaN')) as carried_over,
               sum(nullif(b.adjusted, 'NaN')) as adjusted,
               sum(nullif(b.received, 'NaN')) as received,
               sum(nullif(b.committed, 'NaN')) as committed,
               sum(nullif(b.executed, 'NaN')) as executed,
               sum(nullif(b.planned, 'NaN')) as planned
        from program_budget b
        where b.program_id = c.program_id and b.fiscal_year = of_year
            and b.entry_date <= until and (b.recorded_at > known) is not true
            and coalesce(b.currency, in_currency) = in_currency) x
    where covers = 'own' or exists (
        select from program p
        join nature n on n.nature = p.nature and not n.is_revenue
        join scope s on s.scope = p.scope and s.covers = 'own'
        where p.program_id = c.program_id and p.fiscal_year = of_year);
end;
comment on function program_money(text, integer, text, text, text, date, timestamptz) is 'The money that a program answers for, dated until a day, as known at a time: its own, or, when it is overall, that of the programs it covers.';

create view stage_standing with (security_invoker = true) as
select e.program_id, e.fiscal_year, e.at, e.stage, e.grade, e.recorded_at
from stage_event e
where not e.taken_back
    and not exists (select from stage_event b
                    where b.program_id = e.program_id and b.fiscal_year = e.fiscal_year and b.at = e.at
                        and b.stage = e.stage and b.taken_back and b.recorded_at > e.recorded_at);
comment on view stage_standing is 'The stages that programs have entered, without those that were taken back.';
