-- Where a program and its evaluations stand on the day: the year, the closings, what counts until when

create view stage_standing with (security_invoker = true) as
select e.program_id, e.fiscal_year, e.at, e.stage, e.grade, e.recorded_at
from stage_event e
where not e.taken_back
    and not exists (select from stage_event b
                    where b.program_id = e.program_id and b.fiscal_year = e.fiscal_year and b.at = e.at
                        and b.stage = e.stage and b.taken_back and b.recorded_at > e.recorded_at);
comment on view stage_standing is 'The stages that programs have entered, without those that were taken back.';

-- What an overall program covers: of its unit, or by shares of its objectives, and all below, the expenditure that has
-- money of its own.
create view program_cover with (security_invoker = true) as
select p.program_id, p.fiscal_year, c.program_id as covered_id, 0::numeric as after, 1::numeric as upto
from program p
join scope s on s.scope = p.scope and s.covers = 'unit'
join node_above a on a.tree = 'unit' and a.ancestor_id = p.unit_id and p.fiscal_year between a.from_year and a.to_year
join program c on c.unit_id = a.id and c.fiscal_year = p.fiscal_year
where exists (select from nature n where n.nature = c.nature and not n.is_revenue)
    and exists (select from scope o where o.scope = c.scope and o.covers = 'own')
union all
-- once, where one of its objectives lies below another
select distinct b.program_id, b.fiscal_year, c.program_id, o.after, o.upto
from program_objective b
join program p on p.program_id = b.program_id and p.fiscal_year = b.fiscal_year
join scope s on s.scope = p.scope and s.covers = 'objective'
join node_above a on a.tree = 'objective' and a.ancestor_id = b.objective_id and b.fiscal_year between a.from_year
    and a.to_year
join objective_part o on o.objective_id = a.id and o.fiscal_year = b.fiscal_year
join program c on c.program_id = o.program_id and c.fiscal_year = o.fiscal_year
where exists (select from nature n where n.nature = c.nature and not n.is_revenue)
    and exists (select from scope o where o.scope = c.scope and o.covers = 'own');
comment on view program_cover is
'Which programs an overall program covers: those of its unit, or by shares those of its objectives, and all below.';

select bpm.define_result('program_state',
'Where a program stands on the day: the year, its stage, whose money it answers for, and until when money counts.', $$
select p.program_id, p.fiscal_year, p.name, p.unit_id, p.nature, p.scope, p.fund, p.function_id, p.economic_id,
       p.revenue_type, p.framework_id, p.weight as own_weight, r.weigh_by, r.scale, r.rate_so_far, r.currency,
       r.execution = 'credited' as credits_saving,
       n.is_revenue, not n.is_revenue and k.covers <> 'own' as is_overall, d.day, d.known, d.zone, y.starts_on,
           y.ends_on,
       s.stage is not null as has_stages, s.stage, (s.at at time zone d.zone)::date as stage_since,
           s.grade as stage_grade,
       m.closes_on as money_closes_on, least(d.day, m.closes_on) as money_until,
       -- whose money it answers for, and which part of it
       case when n.is_revenue or k.covers = 'own' then array[p.program_id] else c.ids end as covered,
       case when n.is_revenue or k.covers = 'own' then '{0}' else c.after end as covered_after,
       case when n.is_revenue or k.covers = 'own' then '{1}' else c.upto end as covered_upto
from @day d
cross join program p
join nature n on n.nature = p.nature
join scope k on k.scope = p.scope
left join lateral setting_of(p.fiscal_year) r on true
cross join lateral (
    select year_start(p.fiscal_year, coalesce(r.year_start_month, 1)) as starts_on,
           year_start(least(p.fiscal_year, 9998) + 1, coalesce(r.year_start_month, 1)) - 1 as ends_on
    offset 0) y
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
    limit 1) e on true
-- money counts until its year is closed; where there are no stages, until the year ends
cross join lateral (
    select case when e.event = 'closed' then e.on_day when s.stage is null and e.event is null
        then y.ends_on end as closes_on
    offset 0) m
left join lateral (
    select array_agg(c.covered_id) as ids, array_agg(c.after) as after, array_agg(c.upto) as upto
    from program_cover c
    where k.covers <> 'own' and c.program_id = p.program_id and c.fiscal_year = p.fiscal_year) c on true
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

create function evaluations_of(p program_state)
    returns table (evaluation text, framework_id text, evaluator text, rank integer, before_the_event boolean,
        floor numeric,
                   due_on date, closes_on date, closed boolean, counts_until date, money_until date, missing text)
    language sql stable parallel safe rows 1
begin atomic
    select l.evaluation, l.framework_id, l.evaluator,
           case when v.before_the_event then null
                else coalesce(v.rank, (select c.rank from evaluation_of(l.commissioned_by, l.fiscal_year) c)) end,
           coalesce(v.before_the_event, false), coalesce(v.floor, 0), p.ends_on + d.days, x.closes_on,
           coalesce(x.closes_on <= p.day, false), least(p.day, x.closes_on), least(x.closes_on, p.money_until),
           case when x.closes_on <= p.day then coalesce(v.missing_at_close, 'zero')
                else coalesce(v.missing_so_far, 'renormalise') end
    from (select l.* from program_look l
          where l.program_id = p.program_id and l.fiscal_year = p.fiscal_year
          offset 0) l -- by key, whatever it is joined with
    left join lateral evaluation_of(l.evaluation, l.fiscal_year) v on true
    cross join lateral (select case when v.due_days is not null then least(greatest(v.due_days, 0), 3660) end as days) d
    left join lateral (
        select e.event, (e.at at time zone p.zone)::date as on_day from evaluation_event e
        where e.program_id = l.program_id and e.fiscal_year = l.fiscal_year and e.evaluation = l.evaluation
            and e.at < (p.day + 1)::timestamp at time zone p.zone and e.recorded_at <= p.known and not e.taken_back
            and not exists (select from evaluation_event b
                            where b.program_id = e.program_id and b.fiscal_year = e.fiscal_year
                                and b.evaluation = e.evaluation
                                and b.at = e.at and b.event = e.event and b.taken_back and b.recorded_at > e.recorded_at
                                and b.recorded_at <= p.known)
        order by e.at desc, e.recorded_at desc
        limit 1) e on true
    cross join lateral (
        -- nobody has closed it: some close by themselves, at the end of the year where there are no stages, else when
        -- due
        select case when e.event = 'closed' then e.on_day
                    when e.event = 'opened again' or not v.closes_when_due then null
                    when p.has_stages or e.event is not null then p.ends_on + d.days
                    else p.ends_on end as closes_on
        offset 0) x
    offset 0;
end;
comment on function evaluations_of(program_state) is
'Where the evaluations of a program stand: whether they are closed, until when figures count, what a missing score '
'does.';

select bpm.define_result('evaluation_state',
'Where an evaluation of a program stands on the day: whether it is closed, until when figures count, what a missing '
'score does.', $$
select p.program_id, p.fiscal_year, e.*, p.name, p.unit_id, p.starts_on, p.ends_on, p.day, p.known, p.zone
from @program_state p
cross join lateral evaluations_of(p) e
$$);

-- Money that counts: dated until a day, known at a time, figures, in the currency of the settings.
create function program_money(p program_state, until date)
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
    from unnest(p.covered, p.covered_after, p.covered_upto) c (program_id, after, upto)
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
        where b.program_id = c.program_id and b.fiscal_year = p.fiscal_year
            and b.entry_date <= until and (b.recorded_at > p.known) is not true
            and coalesce(b.currency, p.currency) = p.currency) x
    where c.upto > c.after; -- what is no part; the planner expects less of it
end;
comment on function program_money(program_state, date) is
'The money that a program answers for, dated until a day: its own, or, when it is overall, that of the programs it '
'covers.';
