-- The four Es: economy from what became of the money, efficiency from what an output costs, effectiveness from what was
-- brought about, equity from results by group.

select bpm.define_result('saving_result',
'One row per expenditure program with money of its own and year: what became of the money that was not spent (not '
'delivered, saved, or unexplained), what of it is credited, and economy.', $$
select p.program_id, p.fiscal_year, p.unit_id, s.output_id,
       (case when s.promised < 1e30 then s.promised end)::numeric(38,8) as promised,
       (case when s.reached < 1e30 then s.reached end)::numeric(38,8) as reached,
       s.budget::numeric(38,2) as budget, s.executed::numeric(38,2) as executed, s.earned::numeric(38,2) as earned,
       (s.budget - s.executed)::numeric(38,2) as unspent, s.not_delivered::numeric(38,2) as not_delivered,
       s.saved::numeric(38,2) as saved, s.unexplained::numeric(38,2) as unexplained,
       s.credited::numeric(38,2) as credited,
       w.economy_sum::numeric(38,2) as economy_sum, w.economy_executed::numeric(38,2) as economy_executed,
       round(100 * w.economy_sum / nullif(w.economy_executed, 0), 8)::numeric(20,8) as economy,
       coalesce(s.reason, case when s.executed <= 0 then 'nothing was executed' end) as reason,
       i.name as output_name, p.name, u.name as unit_name
from @program_state p
join unit u on u.unit_id = p.unit_id
cross join lateral evaluations_of(p) e
cross join lateral saving_of(p, e.counts_until, e.money_until, e.closed) s
cross join lateral (
    select case when s.reason is null then greatest(least(s.earned, s.executed), 0) else 0 end as economy_sum,
           case when s.reason is null then greatest(s.executed, 0) else 0 end as economy_executed) w
left join indicator i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self'
    and i.indicator_id = s.output_id
where e.evaluation = 'self' and not p.is_revenue and not p.is_overall
$$);

-- Of a part, budget, what was executed and what was earned are rounded, and all else is their difference: so the
-- parts of a program sum to it, and within each part not delivered, saved and unexplained sum to what is unspent.
select bpm.define_result('node_saving_part',
'The part of a program and of what was saved of it that belongs to a node of a tree, as node_program says.', $$
select n.tree, n.id, n.program_id, n.fiscal_year, n.programs, n.programs * (r.output_id is not null)::integer as marked,
       n.programs * (r.earned is not null)::integer as explained,
       g.budget, g.executed, g.earned, g.budget - g.earned as not_delivered, g.earned - g.executed as saved,
       case when g.earned is null then g.budget - g.executed end as unexplained,
       part(r.credited, n.after, n.upto) as credited, part(r.economy_sum, n.after, n.upto) as economy_sum,
       part(r.economy_executed, n.after, n.upto) as economy_executed,
       part(greatest(r.executed, 0), n.after, n.upto) as economy_weight,
       case when r.economy is null then r.reason end as reason
from node_program n
cross join lateral (
    select r.* from @saving_result r
    where r.program_id = n.program_id and r.fiscal_year = n.fiscal_year
    offset 0) r
cross join lateral (
    select part(r.budget, n.after, n.upto) as budget, part(r.executed, n.after, n.upto) as executed,
           part(r.earned, n.after, n.upto) as earned) g
-- a part never ends before it begins: said so that the planner expects less of them
where n.upto >= n.after
$$);

select bpm.define_result('node_saving_result',
'One row per node of a tree (unit, function, objective) and year, with everything below it: what became of the money '
'that was not spent, and economy.', $$
with total as (
    select x.tree, x.id, x.fiscal_year, sum(x.programs) as programs, sum(x.marked) as marked,
           sum(x.explained) as explained, sum(x.budget) as budget, sum(x.executed) as executed,
           coalesce(sum(x.earned), 0) as earned, coalesce(sum(x.not_delivered), 0) as not_delivered,
           coalesce(sum(x.saved), 0) as saved, coalesce(sum(x.unexplained), 0) as unexplained,
           sum(x.credited) as credited, sum(x.economy_sum) as economy_sum,
           sum(x.economy_executed) as economy_executed, sum(x.economy_weight) as economy_weight,
           min(x.reason) as first_reason, max(x.reason) as last_reason
    from (
        select 'unit'::text as tree, a.ancestor_id as id, s.fiscal_year, s.programs, s.marked, s.explained, s.budget,
               s.executed, s.earned, s.not_delivered, s.saved, s.unexplained, s.credited, s.economy_sum,
               s.economy_executed, s.economy_weight, s.reason
        from node_above a
        cross join lateral (
            select s.* from @node_saving_part s where s.tree = 'unit' and s.id = a.id
            offset 0) s
        where a.tree = 'unit' and s.fiscal_year between a.from_year and a.to_year
        union all
        select 'function', a.ancestor_id, s.fiscal_year, s.programs, s.marked, s.explained, s.budget,
               s.executed, s.earned, s.not_delivered, s.saved, s.unexplained, s.credited, s.economy_sum,
               s.economy_executed, s.economy_weight, s.reason
        from (select distinct coalesce(p.function_id, 'unclassified') as id from program p) u -- few of many are used
        join node_above a on a.tree = 'function' and a.id = u.id
        cross join lateral (
            select s.* from @node_saving_part s where s.tree = 'function' and s.id = a.id
            offset 0) s
        where s.fiscal_year between a.from_year and a.to_year
        union all
        select 'objective', a.ancestor_id, s.fiscal_year, s.programs, s.marked, s.explained, s.budget,
               s.executed, s.earned, s.not_delivered, s.saved, s.unexplained, s.credited, s.economy_sum,
               s.economy_executed, s.economy_weight, s.reason
        from (select distinct coalesce(p.objective_id, 'unclassified') as id
              from (select null::text as objective_id from place union all select o.objective_id
                    from program_objective o) p) u
        join node_above a on a.tree = 'objective' and a.id = u.id
        cross join lateral (
            select s.* from @node_saving_part s where s.tree = 'objective' and s.id = a.id
            offset 0) s
        where s.fiscal_year between a.from_year and a.to_year) x
    group by x.tree, x.id, x.fiscal_year
)
select t.tree, t.id, t.fiscal_year, t.programs::integer as programs, t.marked::integer as marked_programs,
       t.explained::integer as explained_programs,
       t.budget::numeric(38,2) as budget, t.executed::numeric(38,2) as executed, t.earned::numeric(38,2) as earned,
       (t.budget - t.executed)::numeric(38,2) as unspent, t.not_delivered::numeric(38,2) as not_delivered,
       t.saved::numeric(38,2) as saved, t.unexplained::numeric(38,2) as unexplained,
       t.credited::numeric(38,2) as credited,
       t.economy_sum::numeric(38,2) as economy_sum, t.economy_executed::numeric(38,2) as economy_executed,
       t.economy_weight::numeric(38,2) as economy_weight,
       (case when t.economy_executed <> 0
             then least(round(100 * t.economy_sum / t.economy_executed, 8), 100) end)::numeric(20,8) as economy,
       case when t.economy_executed <> 0 then null when t.first_reason = t.last_reason then t.first_reason
            else 'no program has its money explained by an output' end as reason,
       p.ancestor_id as parent_id, coalesce(u.name, f.name, o.name, t.id) as name
from total t
left join node_above p on p.tree = t.tree and p.id = t.id and p.distance = 1
    and t.fiscal_year between p.from_year and p.to_year
left join unit u on t.tree = 'unit' and u.unit_id = t.id
left join function_code f on t.tree = 'function' and f.function_id = t.id
left join objective o on t.tree = 'objective' and o.objective_id = t.id
$$);

-- Economy is what the money did. The other three are what indicators say that are tagged with them: an indicator that
-- is tagged economy counts with those that speak to none.
select bpm.define_result('aspect_result',
'One row per unit, year and aspect (the four Es), with everything below it: economy by the money that is explained, '
'the others by the indicators of the evaluation that counts, by weight of the program and share in it.', $$
with total as (
    select a.ancestor_id as unit_id, o.fiscal_year, o.aspect,
           count(*) as programs, sum(o.indicators) as indicators, sum(o.scored_indicators) as scored_indicators,
           sum(o.weight) as weight, sum(o.scored_weight) as scored_weight, sum(o.score_sum) as score_sum,
           'no indicator that speaks to it has a score'::text as reason
    from node_above a
    cross join lateral (
        select r.program_id, r.fiscal_year, coalesce(nullif(i.aspect, 'economy'), 'none') as aspect,
               count(*) as indicators, count(n.score) as scored_indicators, sum(r.weight * n.share) as weight,
               coalesce(sum(r.weight * n.share) filter (where n.score is not null), 0) as scored_weight,
               coalesce(sum(r.weight * n.share * n.score), 0) as score_sum
        from @program_score r
        cross join lateral bpm.nodes(r.tree) n
        join indicator i on i.program_id = r.program_id and i.fiscal_year = r.fiscal_year
            and i.evaluation = r.evaluation
            and i.indicator_id = n.id and i.source <> 'group'
        where r.unit_id = a.id and r.is_revenue = 0 and r.is_overall = 0
        group by r.program_id, r.fiscal_year, coalesce(nullif(i.aspect, 'economy'), 'none')) o
    where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year
    group by a.ancestor_id, o.fiscal_year, o.aspect
    union all
    select s.id, s.fiscal_year, 'economy', s.programs, s.marked_programs, s.explained_programs,
           s.economy_weight, s.economy_executed, 100 * s.economy_sum, s.reason
    from @node_saving_result s
    where s.tree = 'unit'
)
select t.unit_id, t.fiscal_year, t.aspect,
       t.programs::integer as programs, t.indicators::integer as indicators,
       t.scored_indicators::integer as scored_indicators,
       t.weight::numeric(60,24) as weight, t.scored_weight::numeric(60,24) as scored_weight,
       t.score_sum::numeric(60,32) as score_sum,
       s.score, round(100 * t.scored_weight / nullif(t.weight, 0), 8)::numeric(20,8) as coverage,
       p.ancestor_id as parent_id, n.name, case when s.score is null then t.reason end as reason
from total t
cross join lateral (
    select round(t.score_sum / nullif(t.scored_weight, 0), 8)::numeric(20,8) as score) s
join unit n on n.unit_id = t.unit_id
left join node_above p on p.tree = 'unit' and p.id = t.unit_id and p.distance = 1
    and t.fiscal_year between p.from_year and p.to_year
$$);

-- Efficiency: what one of the output costs, beside the year before and beside others.

create function unit_cost(executed numeric, reached numeric) returns numeric
    language sql immutable parallel safe
    return case when executed > 0 and reached > 0 and reached < 1e29 and executed < 1e29 and executed < reached * 1e25
                then nullif(round(executed * 1.0000000000000000000000000000000000000000 / reached, 8), 0) end;
comment on function unit_cost(numeric, numeric) is
'What one of an output costs, to 8 decimals; empty where nothing was reached, nothing was paid, or it has no size.';

create function unit_cost_reason(executed numeric, reached numeric) returns text
    language sql immutable parallel safe
    return case when executed is null or reached is null then 'there is no figure'
                when not reached > 0 then 'nothing was reached' when not executed > 0 then 'nothing was executed'
                when unit_cost(executed, reached) is null then 'the figures make no cost of this size' end;
comment on function unit_cost_reason(numeric, numeric) is 'Why there is no unit cost, in words.';

-- Of the marked output only: what the money buys. Peers are the programs of the year that have marked an output of the
-- same id and unit of measure, as a framework gives it.
select bpm.define_result('efficiency_result',
'One row per program and year with a marked output: what one of it costs, the change against the year before, and how '
'little the peers would have paid.', $$
with base as (
    select s.program_id, s.fiscal_year, s.unit_id, s.output_id, s.reached, s.executed, i.unit_of_measure,
           unit_cost(s.executed, s.reached) as unit_cost, unit_cost_reason(s.executed, s.reached) as cost_reason,
           s.output_name, s.name
    from @saving_result s
    join indicator i on i.program_id = s.program_id and i.fiscal_year = s.fiscal_year and i.evaluation = 'self'
        and i.indicator_id = s.output_id
), peer as (
    select b.program_id, b.fiscal_year, count(*) over w - 1 as peers, min(b.unit_cost) over w as best,
           bpm.peer_efficiency(b.executed, b.reached) over w as efficiency,
           bpm.peer_efficiency(b.executed, b.reached, 'constant returns') over w as constant_efficiency
    from base b
    where b.unit_cost is not null and b.unit_of_measure <> ''
    window w as (partition by b.fiscal_year, b.output_id, b.unit_of_measure)
)
select b.program_id, b.fiscal_year, b.unit_id, b.output_id, b.reached,
       b.executed, b.unit_cost::numeric(38,8) as unit_cost,
       (case when y.output_id = b.output_id then y.reached end)::numeric(38,8) as reached_before,
       (case when y.output_id = b.output_id then y.executed end)::numeric(38,2) as executed_before,
       y.unit_cost::numeric(38,8) as unit_cost_before,
       (case when y.unit_cost > 0 and b.unit_cost < y.unit_cost * 1e20
             then round(100 * (b.unit_cost - y.unit_cost) / y.unit_cost, 4) end)::numeric(38,4) as unit_cost_change,
       coalesce(q.peers, 0)::integer as peers,
       (case when q.peers > 0 then q.best end)::numeric(38,8) as best_unit_cost,
       round(100 * case when q.peers > 0 then q.efficiency end, 8)::numeric(20,8) as efficiency,
       round(100 * case when q.peers > 0 then q.constant_efficiency end, 8)::numeric(20,8) as constant_efficiency,
       b.cost_reason,
       case when b.cost_reason is not null then b.cost_reason
            when y.output_id is null then 'there is no year before'
            when y.output_id <> b.output_id then format('the year before: the output was %s', y.output_id)
            when y.unit_cost is null then format('the year before: %s', unit_cost_reason(y.executed, y.reached))
            end as change_reason,
       case when b.cost_reason is not null then b.cost_reason
            when coalesce(b.unit_of_measure, '') = '' then 'the output has no unit of measure'
            when coalesce(q.peers, 0) = 0 then 'no other program has this output' end as peer_reason,
       b.output_name, b.unit_of_measure, b.name
from base b
left join peer q on q.program_id = b.program_id and q.fiscal_year = b.fiscal_year
left join lateral (
    select s.output_id, s.reached, s.executed,
           case when s.output_id = b.output_id then unit_cost(s.executed, s.reached) end as unit_cost
    from @saving_result s
    where s.program_id = b.program_id and s.fiscal_year = greatest(b.fiscal_year, 1) - 1 and s.output_id is not null
    offset 0) y on true
$$);

-- Unlike outputs add up by what one of each cost in the year before: only programs with both years are in it.
select bpm.define_result('activity_result',
'One row per unit and year, with everything below it: how much more was done than in the year before, unlike outputs '
'by what they cost then, and how much more was paid for it.', $$
with total as (
    select a.ancestor_id as unit_id, o.fiscal_year, sum(o.programs) as programs, sum(o.marked) as marked,
           sum(o.activity) as activity, sum(o.executed_before) as executed_before, sum(o.executed) as executed
    from node_above a
    cross join lateral (
        select b.fiscal_year, count(*) as marked, count(b.activity) as programs,
               coalesce(sum(b.activity), 0) as activity,
               coalesce(sum(b.executed_before) filter (where b.activity is not null), 0) as executed_before,
               coalesce(sum(b.executed) filter (where b.activity is not null), 0) as executed
        from (
            select s.fiscal_year, s.executed, y.executed as executed_before,
                   case when unit_cost(y.executed, y.reached) > 0 and s.reached < y.reached * 1e20
                        then round(y.executed * s.reached * 1.0000000000000000000000000000000000000000
                                   / y.reached, 8) end as activity
            from @saving_result s
            left join lateral (
                select x.executed, x.reached from @saving_result x
                where x.program_id = s.program_id and x.fiscal_year = greatest(s.fiscal_year, 1) - 1
                    and x.output_id = s.output_id
                offset 0) y on true
            where s.unit_id = a.id and s.output_id is not null) b
        group by b.fiscal_year) o
    where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year
    group by a.ancestor_id, o.fiscal_year
)
select t.unit_id, t.fiscal_year, t.programs::integer as programs, t.marked::integer as marked_programs,
       t.activity::numeric(60,8) as activity, t.executed_before::numeric(38,2) as executed_before,
       t.executed::numeric(38,2) as executed,
       round(t.activity / nullif(t.executed_before, 0), 8)::numeric(38,8) as activity_index,
       round(t.executed / nullif(t.executed_before, 0), 8)::numeric(38,8) as cost_index,
       (case when t.executed > 0 and t.activity < t.executed * 1e20
             then round(t.activity / t.executed, 8) end)::numeric(38,8) as productivity,
       case when t.programs = 0 then 'no output has a unit cost in the year before'
            when not t.executed > 0 then 'nothing was executed' end as reason,
       p.ancestor_id as parent_id, n.name
from total t
join unit n on n.unit_id = t.unit_id
left join node_above p on p.tree = 'unit' and p.id = t.unit_id and p.distance = 1
    and t.fiscal_year between p.from_year and p.to_year
$$);

-- Equity: the same indicator by group of people or places.

create function best_is(target bpm.target) returns text
    language sql immutable parallel safe
    return case when bpm.comparator(target) in ('>=', '>') or target::text ~ '^direct' then 'high'
                when bpm.comparator(target) in ('<=', '<') then 'low' end;
comment on function best_is(bpm.target) is 'Whether high or low is good, by a target; empty where it does not say.';

select bpm.define_result('breakdown_result',
'One row per indicator and group of people or places: the figure that counts, the people, and the score against the '
'target of the indicator.', $$
select p.program_id, p.fiscal_year, e.evaluation, i.indicator_id, m.breakdown, p.unit_id,
       (case when abs(m.actual) < 1e30 then m.actual end)::numeric(38,8) as actual, m.as_of as measured_on,
       (case when b.people >= 0 and b.people <> 'NaN' then b.people end)::numeric(20,4) as people,
       coalesce(m.score, bpm.try_score(m.actual, g.target))::numeric(20,8) as group_score,
       case when num_nonnulls(m.score, bpm.try_score(m.actual, g.target)) > 0 then null
            when g.target is null then 'no target is set' else 'the figure cannot be scored' end as reason,
       g.target::text as target, best_is(g.target) as best_is, i.aspect,
       coalesce(b.name, m.breakdown) as breakdown_name, i.name, i.unit_of_measure, p.name as program_name
from @program_state p
cross join lateral evaluations_of(p) e
join indicator i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = e.evaluation
    and i.source = 'measured'
cross join lateral (
    select distinct on (m.breakdown) m.breakdown, m.as_of, m.actual, m.score from indicator_actual m
    where m.program_id = i.program_id and m.fiscal_year = i.fiscal_year and m.evaluation = i.evaluation
        and m.indicator_id = i.indicator_id and m.grader = '' and m.breakdown <> ''
        and num_nonnulls(m.actual, m.score) > 0 and (m.actual = 'NaN') is not true
        and m.as_of <= e.counts_until and (m.as_of >= p.starts_on or e.before_the_event)
        and m.as_of >= stale_before(least(e.counts_until, p.ends_on), i.stale_days)
        and (m.recorded_at > p.known) is not true and (m.withdrawn_at <= p.known) is not true
    order by m.breakdown, m.as_of desc, m.recorded_at desc
    offset 0) m
left join lateral (
    select r.target from target_revision r
    where r.program_id = i.program_id and r.fiscal_year = i.fiscal_year and r.evaluation = i.evaluation
        and r.indicator_id = i.indicator_id and r.target is not null and r.recorded_at <= p.known
        and r.valid_from <= case e.evaluation when 'self' then least(e.counts_until, p.ends_on)
                                 else e.counts_until end
    order by r.valid_from desc, r.recorded_at desc
    limit 1) g on true
left join breakdown b on b.fiscal_year = p.fiscal_year and b.breakdown = m.breakdown
$$);

select bpm.define_result('equity_result',
'One row per indicator that has figures by group: how many groups, the best and the worst of them, the gap, and how '
'unequal they are, by the people in them.', $$
with fit as (
    select b.program_id, b.fiscal_year, b.evaluation, b.indicator_id, b.unit_id, b.actual, b.people, b.best_is,
           b.target, b.aspect, b.name, b.unit_of_measure, b.program_name,
           case when count(*) over w < 2 then 'there is one group'
                when count(b.actual) over w < count(*) over w then 'a group has a grade, or no figure of this size'
                when count(b.people) over w < count(*) over w then 'a group has no number of people'
                when min(b.actual) over w < 0 then 'a figure is below 0'
                when max(b.actual) over w >= 1e20 then 'a figure is too large'
                when not sum(b.people * b.actual) over w > 0 then 'all figures are 0, or no group has people'
                end as reason
    from @breakdown_result b
    window w as (partition by b.program_id, b.fiscal_year, b.evaluation, b.indicator_id)
)
select f.program_id, f.fiscal_year, f.evaluation, f.indicator_id, f.unit_id, count(*)::integer as groups,
       (case when count(f.people) = count(*) then sum(f.people) end)::numeric(38,4) as people,
       (case f.best_is when 'high' then max(f.actual) when 'low' then min(f.actual) end)::numeric(38,8) as best,
       (case f.best_is when 'high' then min(f.actual) when 'low' then max(f.actual) end)::numeric(38,8) as worst,
       (case when count(f.actual) > 1 then max(f.actual) - min(f.actual) end)::numeric(38,8) as gap,
       round(bpm.gini(f.actual, f.people) filter (where f.reason is null), 8)::numeric(20,8) as gini,
       round(bpm.theil(f.actual, f.people) filter (where f.reason is null), 8)::numeric(20,8) as theil,
       f.reason,
       case when f.best_is is null then 'the target does not say whether high or low is good' end as best_reason,
       f.target, f.aspect, f.name, f.unit_of_measure, f.program_name
from fit f
group by f.program_id, f.fiscal_year, f.evaluation, f.indicator_id, f.unit_id, f.best_is, f.target, f.reason, f.aspect,
         f.name, f.unit_of_measure, f.program_name
$$);
