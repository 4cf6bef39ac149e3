-- Results: one view per grain, which obey bpm.as_of and bpm.known_at. Keys and measures come first, the order
-- of columns stays, new ones go to the end. Every ratio stands beside its numerator and denominator.
-- A filter on a program's columns reaches the indexes: each program is computed from its own rows, by key.

-- One row per indicator and group, from the facts that count at bpm.as_of as known at bpm.known_at.
create or replace view indicator_score with (security_invoker = true) as
select i.program_id, i.fiscal_year, i.indicator_id, i.parent_id, i.source, i.method, i.dimension, i.aspect,
       i.name, i.unit_of_measure, i.sort,
       m.target, coalesce(t.weight, 0) as weight, a.as_of as measured_on,
       m.actual, a.score as grade, a.evidence,
       case when i.source = 'group' or i.grades and not coalesce(a.score, m.actual) in (1, 2, 3, 4) then null
            when a.score between 0 and 100 then a.score
            when t.graded and not m.actual between 0 and 100 then null
            when m.actual between -1e20 and 1e20 then bpm.score(m.actual, m.target)
       end as score
from indicator i
left join lateral (
    select t.target, t.weight, t.graded from target_revision t
    where t.program_id = i.program_id and t.fiscal_year = i.fiscal_year and t.indicator_id = i.indicator_id
        and t.valid_from <= (select coalesce(bpm.as_of(), 'infinity')) and t.recorded_at <= (select coalesce(bpm.known_at(), 'infinity'))
    order by t.valid_from desc, t.recorded_at desc
    limit 1) t on true
left join lateral (
    select a.as_of, a.actual, a.score, a.evidence from indicator_actual a
    where i.source = 'measured'
        and a.program_id = i.program_id and a.fiscal_year = i.fiscal_year and a.indicator_id = i.indicator_id
        and a.as_of <= (select coalesce(bpm.as_of(), 'infinity')) and (a.recorded_at > (select coalesce(bpm.known_at(), 'infinity'))) is not true
    order by a.as_of desc, a.recorded_at desc
    limit 1) a on true
left join lateral (
    select 100 * coalesce(sum(b.executed), 0) / nullif(sum(coalesce(b.approved, 0) + coalesce(b.adjusted, 0)), 0) as rate
    from program_budget b
    where i.source = 'budget' and b.program_id = i.program_id and b.fiscal_year = i.fiscal_year
        and b.entry_date <= (select coalesce(bpm.as_of(), 'infinity')) and (b.recorded_at > (select coalesce(bpm.known_at(), 'infinity'))) is not true) b
    on i.source = 'budget'
cross join lateral (
    select case i.source when 'budget' then b.rate else a.actual end as actual,
           case i.source when 'budget' then coalesce(t.target, '>= 100%') else t.target end as target) m;
comment on view indicator_score is 'What every indicator and group has at bpm.as_of: target, weight, actual and score. The results are made from it.';

create or replace view indicator_result with (security_invoker = true) as
select i.program_id, i.fiscal_year, i.indicator_id, i.parent_id, p.unit_id, i.dimension, i.aspect,
       i.weight::numeric(20,8) as weight,
       (case when i.score is not null then i.weight else 0 end)::numeric(20,8) as scored_weight,
       (i.weight * i.score)::numeric(38,16) as score_sum,
       i.score::numeric(11,8) as score,
       (case when i.actual between -1e20 and 1e20 then i.actual end)::numeric(38,8) as actual,
       (case when abs(i.actual) < 1e15 and not (i.target::text like 'direct%' and not i.actual between 0 and 100)
             then bpm.attainment(i.actual, i.target) end)::numeric(38,8) as attainment,
       (case when abs(i.actual) < 1e20 and not (i.target::text like 'direct%' and not i.actual between 0 and 100)
             then bpm.met(i.actual, i.target) end)::integer as met,
       i.measured_on, i.name, i.unit_of_measure, i.target::text as target, i.source, i.evidence
from indicator_score i
join program p on p.program_id = i.program_id and p.fiscal_year = i.fiscal_year
where i.source <> 'group';
comment on view indicator_result is 'One row per indicator of a program and year: target, actual, score, weight.';

-- The indicators of a program as a tree under a root that has no name. Siblings that all weigh nothing, as
-- before their targets were set, count alike: a tree needs some weight.
create or replace view program_tree with (security_invoker = true) as
select p.program_id, p.fiscal_year, t.tree
from program p
left join lateral (
    select s.missing from setting s
    where s.fiscal_year <= p.fiscal_year order by s.fiscal_year desc limit 1) s on true
cross join lateral (
    select bpm.score_tree(n.id, n.parent_id, n.weight, n.score, n.method, s.missing) as tree
    from (select i.indicator_id as id, coalesce(i.parent_id, '') as parent_id,
                 case when bool_or(i.weight > 0) over (partition by i.parent_id) then i.weight else 1 end as weight,
                 i.score, i.method
          from indicator_score i
          where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year
          union all
          select '', null, 1, null, 'mean'::bpm.method) n) t;
comment on view program_tree is 'The indicators of a program and year as one value of type bpm.tree, scored by the settings of the year.';

create or replace view indicator_tree_result with (security_invoker = true) as
select i.program_id, i.fiscal_year, i.indicator_id, i.parent_id, n.depth - 1 as depth, (i.source <> 'group')::integer as leaf,
       n.weight::numeric(20,8) as weight, n.share::numeric(17,16) as share,
       n.score::numeric(11,8) as score, n.low::numeric(11,8) as low, n.high::numeric(11,8) as high,
       n.coverage::numeric(11,8) as coverage, n.contribution::numeric(11,8) as contribution,
       (n.share * (100 - n.score))::numeric(11,8) as weight_lost,
       i.dimension, i.aspect, i.method::text as method, i.name
from program_tree t
cross join lateral bpm.nodes(t.tree) n
join indicator i on i.program_id = t.program_id and i.fiscal_year = t.fiscal_year and i.indicator_id = n.id;
comment on view indicator_tree_result is 'One row per node of the indicator tree of a program and year: score, coverage and bounds of every group, and what each node contributes.';
