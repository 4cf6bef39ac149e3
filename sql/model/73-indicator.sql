-- Indicators: what was promised, what was measured, what the score is

-- Whose money a program answers for: its own, or, when it is overall, that of its unit or of its objectives.
create view program_cover with (security_invoker = true) as
select p.program_id, p.fiscal_year, p.program_id as covered_id, 0::numeric as after, 1::numeric as upto
from program p
join nature n on n.nature = p.nature
join scope s on s.scope = p.scope
where n.is_revenue or s.covers = 'own'
union all
select p.program_id, p.fiscal_year, c.program_id, 0, 1
from program p
join nature n on n.nature = p.nature and not n.is_revenue
join scope s on s.scope = p.scope and s.covers = 'unit'
join node_above a on a.tree = 'unit' and a.ancestor_id = p.unit_id and p.fiscal_year between a.from_year and a.to_year
join program c on c.unit_id = a.id and c.fiscal_year = p.fiscal_year
join nature cn on cn.nature = c.nature and not cn.is_revenue
join scope cs on cs.scope = c.scope and cs.covers = 'own'
union all
select p.program_id, p.fiscal_year, c.program_id, o.after, o.upto
from program p
join nature n on n.nature = p.nature and not n.is_revenue
join scope s on s.scope = p.scope and s.covers = 'objective'
join program_objective b on b.program_id = p.program_id and b.fiscal_year = p.fiscal_year
join node_above a on a.tree = 'objective' and a.ancestor_id = b.objective_id
    and p.fiscal_year between a.from_year and a.to_year
join node_program o on o.tree = 'objective' and o.id = a.id and o.fiscal_year = p.fiscal_year
join program c on c.program_id = o.program_id and c.fiscal_year = o.fiscal_year
join nature cn on cn.nature = c.nature and not cn.is_revenue
join scope cs on cs.scope = c.scope and cs.covers = 'own';
comment on view program_cover is 'Whose money a program answers for: its own, or, when it is overall, that of its unit, or by shares of its objectives, and all below.';

-- Amounts that count in sums: figures, in the currency of the settings.
create view money_entry with (security_invoker = true) as
select b.program_id, b.fiscal_year, b.entry_id, b.entry_date, b.recorded_at,
       nullif(b.proposed, 'NaN') as proposed, nullif(b.approved, 'NaN') as approved,
       nullif(b.carried_over, 'NaN') as carried_over, nullif(b.adjusted, 'NaN') as adjusted,
       nullif(b.received, 'NaN') as received, nullif(b.committed, 'NaN') as committed,
       nullif(b.executed, 'NaN') as executed, nullif(b.planned, 'NaN') as planned, b.month, b.fund, b.economic_id
from program_budget b
cross join lateral setting_of(b.fiscal_year) s
where coalesce(b.currency, s.currency) = s.currency;
comment on view money_entry is 'The entries of program_budget that count in sums: those in the currency of the settings, without amounts that are no figures.';

create function program_money(of_program text, of_year integer, until date, known timestamptz)
    returns table (proposed numeric, approved numeric, carried_over numeric, adjusted numeric, received numeric, committed numeric, executed numeric, planned numeric)
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
    from program_cover c
    cross join lateral (
        select coalesce(sum(b.proposed), 0) as proposed,
               coalesce(sum(b.approved), 0) as approved,
               coalesce(sum(b.carried_over), 0) as carried_over,
               coalesce(sum(b.adjusted), 0) as adjusted,
               coalesce(sum(b.received), 0) as received,
               coalesce(sum(b.committed), 0) as committed,
               coalesce(sum(b.executed), 0) as executed,
               coalesce(sum(b.planned), 0) as planned
        from money_entry b
        where b.program_id = c.covered_id and b.fiscal_year = c.fiscal_year
            and b.entry_date <= until and (b.recorded_at > known) is not true) x
    where c.program_id = of_program and c.fiscal_year = of_year;
end;
comment on function program_money(text, integer, date, timestamptz) is 'The money that a program answers for, dated until a day, as known at a time: its own, or, when it is overall, that of the programs it covers.';

select bpm.define_result('indicator_score',
'What every indicator and group of an evaluation has on the day: target, weight, figure and score. The results are made from it.', $$
select e.program_id, e.fiscal_year, e.evaluation, i.indicator_id, i.parent_id, i.source, i.method, i.dimension, i.aspect,
       i.name, i.unit_of_measure, i.moves, i.due, i.owner, i.sort, coalesce(t.retired, false) as retired,
       g.target, case when t.retired then 0 else w.weight end as weight,
       f.as_of as measured_on, f.actual, f.actual_date, f.score as grade, f.evidence,
       f.as_of > e.ends_on as late, s.stale,
       case when t.retired or s.stale then null
            when f.score is not null then case when f.score between 0 and 100 then round(f.score, 8) end
            when f.actual_date is not null then bpm.try_score(f.actual_date, g.target)
            else bpm.try_score(f.actual, g.target) end as score,
       bpm.cap(g.target) as best
from @evaluation_state e
join indicator i on i.program_id = e.program_id and i.fiscal_year = e.fiscal_year and i.evaluation = e.evaluation
left join indicator o on i.source = 'same' and o.program_id = i.program_id and o.fiscal_year = i.fiscal_year
    and o.evaluation = i.same_as and o.indicator_id = i.indicator_id
-- where its figure is from: its own, or that of the indicator of the same name in another evaluation
cross join lateral (
    select case i.source when 'same' then o.source else i.source end as source, coalesce(i.same_as, i.evaluation) as evaluation) a
left join lateral (
    select t.target, t.weight, t.retired from target_revision t
    where t.program_id = i.program_id and t.fiscal_year = i.fiscal_year and t.evaluation = i.evaluation
        and t.indicator_id = i.indicator_id and t.valid_from <= e.counts_until and t.recorded_at <= e.known
    order by t.valid_from desc, t.recorded_at desc
    limit 1) t on true
-- a revision that leaves the weight or the target empty keeps the one before
cross join lateral (
    select coalesce(t.weight, (
        select r.weight from target_revision r
        where r.program_id = i.program_id and r.fiscal_year = i.fiscal_year and r.evaluation = i.evaluation
            and r.indicator_id = i.indicator_id and r.valid_from <= e.counts_until and r.recorded_at <= e.known
            and r.weight is not null
        order by r.valid_from desc, r.recorded_at desc
        limit 1), case when t.retired is null then 0 else 1 end) as weight) w
cross join lateral (
    select case a.source when 'group' then null
        else coalesce(case when i.source <> 'same' then t.target end, (
            select r.target from target_revision r
            where r.program_id = i.program_id and r.fiscal_year = i.fiscal_year and r.evaluation = a.evaluation
                and r.indicator_id = i.indicator_id and r.valid_from <= e.counts_until and r.recorded_at <= e.known
                and r.target is not null
            order by r.valid_from desc, r.recorded_at desc
            limit 1), case a.source when 'budget' then '>= 100%' end::bpm.target) end as target) g
left join lateral (
    select m.as_of, m.actual, m.actual_date, m.score, m.evidence from indicator_actual m
    where a.source = 'measured' and m.program_id = i.program_id and m.fiscal_year = i.fiscal_year
        and m.evaluation = a.evaluation and m.indicator_id = i.indicator_id and m.grader = '' and m.breakdown = ''
        and m.as_of <= e.counts_until and (m.recorded_at > e.known) is not true and (m.withdrawn_at <= e.known) is not true
    order by m.as_of desc, m.recorded_at desc
    limit 1) m on true
left join lateral (
    select max(m.as_of) as as_of, bpm.weighted_score(m.score, r.weight) as score, max(m.evidence) as evidence
    from grader r
    cross join lateral (
        select m.as_of, m.score, m.evidence from indicator_actual m
        where m.program_id = r.program_id and m.fiscal_year = r.fiscal_year and m.evaluation = r.evaluation
            and m.indicator_id = i.indicator_id and m.grader = r.grader and m.breakdown = ''
            and m.as_of <= e.counts_until and (m.recorded_at > e.known) is not true
            and (m.withdrawn_at <= e.known) is not true
        order by m.as_of desc, m.recorded_at desc
        limit 1) m
    where r.program_id = i.program_id and r.fiscal_year = i.fiscal_year and r.evaluation = a.evaluation
        and m.score between 0 and 100
        and a.source = 'graded'
    group by r.program_id) k on true
left join lateral (
    select case when x.budget > 0 then 100 * x.executed / x.budget end as rate
    from (select m.approved + m.carried_over + m.adjusted as budget, m.executed
          from program_money(i.program_id, i.fiscal_year, e.money_until, e.known) m
          where a.source = 'budget') x) b on true
cross join lateral (
    select coalesce(m.as_of, k.as_of) as as_of, coalesce(m.actual, b.rate) as actual, m.actual_date,
           coalesce(m.score, k.score) as score, coalesce(m.evidence, k.evidence) as evidence) f
-- a figure of another year, or one that is too old, says nothing about this one
cross join lateral (
    select coalesce(f.as_of < e.starts_on and not e.before_the_event
        or f.as_of < least(e.counts_until, e.ends_on) - i.stale_days, false) as stale) s
$$);

select bpm.define_result('evaluation_tree',
'The indicators of an evaluation of a program as one value of type bpm.tree, scored as its policies say.', $$
select e.program_id, e.fiscal_year, e.evaluation, t.tree, t.indicators, t.scored_indicators
from @evaluation_state e
cross join lateral (
    -- a root that has no name. Siblings that all weigh nothing, as before their targets were set, count alike: a tree
    -- needs some weight.
    select bpm.try_score_tree(n.id, n.parent_id, n.weight, n.score, n.best, n.method, e.missing) as tree,
           sum(n.leaf)::integer as indicators, count(n.score)::integer as scored_indicators
    from (select i.indicator_id as id, coalesce(i.parent_id, '') as parent_id,
                 case when bool_or(i.weight > 0) over w then i.weight
                      when bool_or(not i.retired) over w then (not i.retired)::integer else 1 end as weight,
                 i.score, i.best, i.method, (i.source <> 'group' and not i.retired)::integer as leaf
          from @indicator_score i
          where i.program_id = e.program_id and i.fiscal_year = e.fiscal_year and i.evaluation = e.evaluation
          window w as (partition by i.parent_id)
          union all
          select '', null, 1, null, null, 'mean'::bpm.method, 0
          from program p where p.program_id = e.program_id and p.fiscal_year = e.fiscal_year) n) t
$$);
