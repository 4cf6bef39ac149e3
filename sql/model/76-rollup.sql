-- Roll-ups: expenditure only; revenue has a view of its own. Scores are sums of weight * score over weight, of the
-- rounded scores of programs, so that anybody can compute them again.

-- A sum is rated once all that is in it is closed, by the scale of the year, and where enough of it was measured.
create function rating_of_sum(of_year integer, score numeric, coverage numeric, open_programs numeric,
                              of_evaluation text default 'self')
    returns table (rating text, rating_rank integer, rating_reason text)
    language sql stable parallel safe rows 1
begin atomic
    select case g.reason when 'rated' then bpm.rating(score, s.scale) when 'coverage' then not_demonstrated() end,
           case g.reason when 'rated' then bpm.rating_rank(score, s.scale)
                when 'coverage' then rank_below(s.scale) end,
           case g.reason when 'open' then 'so far: not all programs are closed'
                when 'coverage' then under_floor(coverage, e.floor)
                when 'nothing' then 'nothing is scored' end
    from setting_of(of_year) s
    left join lateral evaluation_of(of_evaluation, of_year) e on true
    cross join lateral (
        select case when open_programs > 0 and not s.rate_so_far then 'open'
                    when coverage < coalesce(e.floor, 0) then 'coverage'
                    when score is null then 'nothing' else 'rated' end as reason) g;
end;
comment on function rating_of_sum(integer, numeric, numeric, numeric, text) is
'What the score of a sum of programs is called, its rank, and else the reason why it is not rated.';

-- Where the entries of a program say fund or economic class, its money and its weight are parted by them.
select bpm.define_result('program_slice',
'The money of a program by fund and economic class, as its entries say or else the program; with the part of its '
'weight that goes with it.', $$
select p.program_id, p.fiscal_year, b.fund, b.economic_id,
       (row_number() over w = 1)::integer as programs,
       case when sum(b.base) over t > 0 then sum(b.base) over w - b.base
           else (row_number() over w > 1)::integer end as after,
       case when sum(b.base) over t > 0 then sum(b.base) over w else 1 end as upto,
       coalesce(nullif(sum(b.base) over t, 0), 1) as total,
       b.proposed, b.approved, b.carried_over, b.adjusted, b.received, b.committed, b.executed, b.planned
from @program_state p
left join lateral (
    select b.fund, b.economic_id,
           coalesce(sum(nullif(b.proposed, 'NaN')), 0) as proposed,
               coalesce(sum(nullif(b.approved, 'NaN')), 0) as approved,
           coalesce(sum(nullif(b.carried_over, 'NaN')), 0) as carried_over,
           coalesce(sum(nullif(b.adjusted, 'NaN')), 0) as adjusted,
               coalesce(sum(nullif(b.received, 'NaN')), 0) as received,
           coalesce(sum(nullif(b.committed, 'NaN')), 0) as committed,
           coalesce(sum(nullif(b.executed, 'NaN')), 0) as executed,
               coalesce(sum(nullif(b.planned, 'NaN')), 0) as planned
    from program_budget b
    where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year
        and b.entry_date <= p.money_until and (b.recorded_at > p.known) is not true
        and coalesce(b.currency, p.currency) = p.currency
        -- an entry that counts in no sum, as what was recaptured, parts nothing
        and num_nonnulls(b.proposed, b.approved, b.carried_over, b.adjusted, b.received, b.committed, b.executed,
            b.planned) > 0
    group by b.fund, b.economic_id) e on true
cross join lateral (
    select coalesce(e.fund, p.fund) as fund, coalesce(e.economic_id, p.economic_id, 'unclassified') as economic_id,
           greatest(case p.weigh_by when 'budget' then e.approved + e.carried_over + e.adjusted
                         when 'received' then e.received when 'executed' then e.executed else e.approved end,
                             0) as base,
           e.proposed, e.approved, e.carried_over, e.adjusted, e.received, e.committed, e.executed, e.planned) b
window t as (partition by p.program_id, p.fiscal_year), w as (partition by p.program_id, p.fiscal_year
    order by b.base desc nulls last, b.fund, b.economic_id, e.fund, e.economic_id rows unbounded preceding)
$$);

create view node_overall with (security_invoker = true) as
select 'unit'::text as tree, p.unit_id as id, p.program_id, p.fiscal_year
from program p
join nature n on n.nature = p.nature and not n.is_revenue
join scope s on s.scope = p.scope and s.covers = 'unit'
union all
select 'objective', o.objective_id, p.program_id, p.fiscal_year
from program p
join nature n on n.nature = p.nature and not n.is_revenue
join scope s on s.scope = p.scope and s.covers = 'objective'
join program_objective o on o.program_id = p.program_id and o.fiscal_year = p.fiscal_year;
comment on view node_overall is 'The overall programs of units and objectives.';

-- What lies below a node, and for each the node's own group, which is computed for the nodes that are asked for only,
-- and
-- by the indexes of their programs.
select bpm.define_result('node_result',
'One row per node of a tree (unit, function, economic, objective) and year, with everything below it in that year; '
'what has no class is the node unclassified.', $$
with total as (
    -- the name of the tree stands outside of its sums: who asks for one tree has the others not even planned
    select 'unit'::text as tree, x.*
    from (
        select a.ancestor_id as id, o.fiscal_year,
               sum(o.programs) as programs, sum(o.scored_programs) as scored_programs,
               sum(o.closed_programs) as closed_programs, sum(o.open_programs) as open_programs,
               sum(o.proposed) as proposed, sum(o.approved) as approved, sum(o.carried_over) as carried_over,
               sum(o.adjusted) as adjusted, sum(o.budget) as budget, sum(o.received) as received,
               sum(o.committed) as committed, sum(o.executed) as executed, sum(o.planned) as planned,
               sum(o.weight) as weight, sum(o.scored_weight) as scored_weight, sum(o.score_sum) as score_sum,
               sum(o.coverage_sum) as coverage_sum, sum(o.low_sum) as low_sum, sum(o.high_sum) as high_sum,
               sum(o.self_weight) as self_weight, sum(o.self_sum) as self_sum
        from node_above a
        cross join lateral (
            select r.fiscal_year,
                   sum(r.programs) as programs, sum(r.scored_programs) as scored_programs,
                   sum(r.closed_programs) as closed_programs, sum(r.programs - r.closed_programs) as open_programs,
                   sum(r.proposed) as proposed, sum(r.approved) as approved, sum(r.carried_over) as carried_over,
                   sum(r.adjusted) as adjusted, sum(r.budget) as budget, sum(r.received) as received,
                   sum(r.committed) as committed, sum(r.executed) as executed, sum(r.planned) as planned,
                   sum(r.weight) as weight, sum(r.scored_weight) as scored_weight, sum(r.score_sum) as score_sum,
                   sum(r.coverage_sum) as coverage_sum, sum(r.low_sum) as low_sum, sum(r.high_sum) as high_sum,
                   sum(r.self_weight) as self_weight, sum(r.self_sum) as self_sum
            from @program_result r
            where r.unit_id = a.id and r.is_revenue = 0
            group by r.fiscal_year) o
        where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year
        group by a.ancestor_id, o.fiscal_year) x
    union all
    select 'function', x.*
    from (
        select a.ancestor_id, o.fiscal_year,
               sum(o.programs), sum(o.scored_programs),
               sum(o.closed_programs), sum(o.open_programs),
               sum(o.proposed), sum(o.approved), sum(o.carried_over),
               sum(o.adjusted), sum(o.budget), sum(o.received),
               sum(o.committed), sum(o.executed), sum(o.planned),
               sum(o.weight), sum(o.scored_weight), sum(o.score_sum),
               sum(o.coverage_sum), sum(o.low_sum), sum(o.high_sum),
               sum(o.self_weight), sum(o.self_sum)
        from (select distinct coalesce(p.function_id, 'unclassified') as id
            from program p) u -- few of many classes are used
        join node_above a on a.tree = 'function' and a.id = u.id
        cross join lateral (
            select r.fiscal_year,
                   sum(r.programs) as programs, sum(r.scored_programs) as scored_programs,
                   sum(r.closed_programs) as closed_programs, sum(r.programs - r.closed_programs) as open_programs,
                   sum(r.proposed) as proposed, sum(r.approved) as approved, sum(r.carried_over) as carried_over,
                   sum(r.adjusted) as adjusted, sum(r.budget) as budget, sum(r.received) as received,
                   sum(r.committed) as committed, sum(r.executed) as executed, sum(r.planned) as planned,
                   sum(r.weight) as weight, sum(r.scored_weight) as scored_weight, sum(r.score_sum) as score_sum,
                   sum(r.coverage_sum) as coverage_sum, sum(r.low_sum) as low_sum, sum(r.high_sum) as high_sum,
                   sum(r.self_weight) as self_weight, sum(r.self_sum) as self_sum
            from @program_result r
            where coalesce(r.function_id, 'unclassified') = a.id and r.is_revenue = 0
                and (r.is_overall = 0 or r.function_id is not null)
            group by r.fiscal_year) o
        where o.fiscal_year between a.from_year and a.to_year
        group by a.ancestor_id, o.fiscal_year) x
    union all
    select 'objective', x.*
    from (
        select a.ancestor_id, o.fiscal_year,
               sum(o.programs), sum(o.scored_programs),
               sum(o.closed_programs), sum(o.open_programs),
               sum(o.proposed), sum(o.approved), sum(o.carried_over),
               sum(o.adjusted), sum(o.budget), sum(o.received),
               sum(o.committed), sum(o.executed), sum(o.planned),
               sum(o.weight), sum(o.scored_weight), sum(o.score_sum),
               sum(o.coverage_sum), sum(o.low_sum), sum(o.high_sum),
               sum(o.self_weight), sum(o.self_sum)
        from (select distinct coalesce(p.objective_id, 'unclassified') as id
              from (select null::text as objective_id from place union all select o.objective_id
                  from program_objective o) p) u
        join node_above a on a.tree = 'objective' and a.id = u.id
        cross join lateral (
            select r.fiscal_year,
                   sum(r.programs) as programs, sum(r.scored_programs) as scored_programs,
                   sum(r.closed_programs) as closed_programs, sum(r.open_programs) as open_programs,
                   sum(r.proposed) as proposed, sum(r.approved) as approved, sum(r.carried_over) as carried_over,
                   sum(r.adjusted) as adjusted, sum(r.budget) as budget, sum(r.received) as received,
                   sum(r.committed) as committed, sum(r.executed) as executed, sum(r.planned) as planned,
                   sum(r.weight) as weight, sum(r.scored_weight) as scored_weight, sum(r.score_sum) as score_sum,
                   sum(r.coverage_sum) as coverage_sum, sum(r.low_sum) as low_sum, sum(r.high_sum) as high_sum,
                   sum(r.self_weight) as self_weight, sum(r.self_sum) as self_sum
            from (select r.fiscal_year, n.programs * r.programs as programs,
                n.programs * r.scored_programs as scored_programs,
                         n.programs * r.closed_programs as closed_programs,
                             r.programs - r.closed_programs as open_programs,
                         part(r.proposed, n.after, n.upto) as proposed, part(r.approved, n.after, n.upto) as approved,
                         part(r.carried_over, n.after, n.upto) as carried_over,
                             part(r.adjusted, n.after, n.upto) as adjusted,
                         part(r.budget, n.after, n.upto) as budget, part(r.received, n.after, n.upto) as received,
                         part(r.committed, n.after, n.upto) as committed, part(r.executed, n.after, n.upto) as executed,
                         part(r.planned, n.after, n.upto) as planned,
                         w.weight, w.weight * sign(r.scored_weight) as scored_weight,
                         w.weight * coalesce(r.score, 0) as score_sum, w.weight * r.coverage as coverage_sum,
                         w.weight * r.low as low_sum, w.weight * r.high as high_sum,
                         w.weight * sign(r.self_weight) as self_weight, w.weight * coalesce(r.self_score, 0) as self_sum
                  from node_program n
                  cross join lateral (
                      select r.* from @program_result r
                      where r.program_id = n.program_id and r.fiscal_year = n.fiscal_year and r.is_revenue = 0
                          and (r.is_overall = 0 or n.id <> 'unclassified')
                      offset 0) r
                  cross join lateral (select part(r.weight, n.after, n.upto, 8) as weight) w
                  -- a part never ends before it begins: said so that the planner expects less of them
                  where n.tree = 'objective' and n.id = a.id and n.upto >= n.after) r
            group by r.fiscal_year) o
        where o.fiscal_year between a.from_year and a.to_year
        group by a.ancestor_id, o.fiscal_year) x
    union all
    select 'economic', x.*
    from (
        select a.ancestor_id, r.fiscal_year,
               sum(n.programs * r.programs), sum(n.programs * r.scored_programs), sum(n.programs * r.closed_programs),
               sum(r.programs - r.closed_programs),
               coalesce(sum(n.proposed), 0), coalesce(sum(n.approved), 0), coalesce(sum(n.carried_over), 0),
               coalesce(sum(n.adjusted), 0), coalesce(sum(n.approved + n.carried_over + n.adjusted), 0),
                   coalesce(sum(n.received), 0),
               coalesce(sum(n.committed), 0), coalesce(sum(n.executed), 0), coalesce(sum(n.planned), 0),
               sum(w.weight), sum(w.weight * sign(r.scored_weight)), sum(w.weight * coalesce(r.score, 0)),
               sum(w.weight * r.coverage), sum(w.weight * r.low), sum(w.weight * r.high),
               sum(w.weight * sign(r.self_weight)), sum(w.weight * coalesce(r.self_score, 0))
        from @program_result r
        cross join lateral (
            select n.* from @program_slice n
            where n.program_id = r.program_id and n.fiscal_year = r.fiscal_year) n
        cross join lateral (
            select round(r.weight * n.upto / n.total, 8) - round(r.weight * n.after / n.total, 8) as weight) w
        join node_above a on a.tree = 'economic' and a.id = n.economic_id and r.fiscal_year between a.from_year
            and a.to_year
        where r.is_revenue = 0 and r.is_overall = 0
        group by a.ancestor_id, r.fiscal_year) x
)
select t.tree, t.id, t.fiscal_year,
       t.programs::integer as programs, t.scored_programs::integer as scored_programs,
       t.closed_programs::integer as closed_programs,
       t.proposed::numeric(38,2) as proposed, t.approved::numeric(38,2) as approved,
       t.carried_over::numeric(38,2) as carried_over, t.adjusted::numeric(38,2) as adjusted,
       t.budget::numeric(38,2) as budget, t.received::numeric(38,2) as received,
       t.committed::numeric(38,2) as committed, t.executed::numeric(38,2) as executed,
       t.planned::numeric(38,2) as planned,
       (case when t.budget > 0 then 100 * t.executed / t.budget end)::numeric(38,4) as execution_rate,
       t.weight::numeric(38,8) as weight, t.scored_weight::numeric(38,8) as scored_weight,
       t.score_sum::numeric(60,16) as score_sum, t.coverage_sum::numeric(60,16) as coverage_sum,
       t.low_sum::numeric(60,16) as low_sum, t.high_sum::numeric(60,16) as high_sum,
       t.self_weight::numeric(38,8) as self_weight, t.self_sum::numeric(60,16) as self_sum,
       r.score, r.coverage, r.low, r.high, r.self_score, g.rating, g.rating_rank, g.rating_reason,
       w.program_id as own_program_id, w.score as own_score, w.rating as own_rating,
       p.ancestor_id as parent_id, coalesce(u.name, f.name, x.name, o.name, t.id) as name
from total t
cross join lateral (
    select round(t.score_sum / nullif(t.scored_weight, 0), 8)::numeric(20,8) as score,
           round(t.coverage_sum / nullif(t.weight, 0), 8)::numeric(20,8) as coverage,
           round(t.low_sum / nullif(t.weight, 0), 8)::numeric(20,8) as low,
           round(t.high_sum / nullif(t.weight, 0), 8)::numeric(20,8) as high,
           round(t.self_sum / nullif(t.self_weight, 0), 8)::numeric(20,8) as self_score) r
cross join lateral rating_of_sum(t.fiscal_year, r.score, r.coverage, t.open_programs) g
left join node_above p on p.tree = t.tree and p.id = t.id and p.distance = 1
    and t.fiscal_year between p.from_year and p.to_year
left join unit u on t.tree = 'unit' and u.unit_id = t.id
left join function_code f on t.tree = 'function' and f.function_id = t.id
left join economic_class x on t.tree = 'economic' and x.economic_id = t.id
left join objective o on t.tree = 'objective' and o.objective_id = t.id
-- the overall program of the node: its score stands beside the roll-up
left join lateral (
    select r.program_id, r.score, r.rating
    from node_overall v
    cross join lateral (
        select r.* from @program_result r
        where r.program_id = v.program_id and r.fiscal_year = v.fiscal_year
        offset 0) r
    where v.tree = t.tree and v.id = t.id and v.fiscal_year = t.fiscal_year
    order by r.program_id
    limit 1) w on true
$$);

select bpm.define_result('unit_result',
'One row per unit and year, with everything below it: each program once.', $$
select id as unit_id, fiscal_year, programs, scored_programs, closed_programs,
       proposed, approved, carried_over, adjusted, budget, received, committed, executed, planned, execution_rate,
       weight, scored_weight, score_sum, coverage_sum, low_sum, high_sum, self_weight, self_sum,
       score, coverage, low, high, self_score, rating, rating_rank, rating_reason,
       own_program_id, own_score, own_rating, parent_id, name
from @node_result
where tree = 'unit'
$$);

select bpm.define_result('function_result',
'One row per function and year, with everything below it: each program once; what has none is unclassified.', $$
select id as function_id, fiscal_year, programs, scored_programs, closed_programs,
       proposed, approved, carried_over, adjusted, budget, received, committed, executed, planned, execution_rate,
       weight, scored_weight, score_sum, coverage_sum, low_sum, high_sum, self_weight, self_sum,
       score, coverage, low, high, self_score, rating, rating_rank, rating_reason,
       own_program_id, own_score, own_rating, parent_id, name
from @node_result
where tree = 'function'
$$);

select bpm.define_result('economic_result',
'One row per economic class and year, with everything below it: programs by their entries; what has none is '
'unclassified.', $$
select id as economic_id, fiscal_year, programs, scored_programs, closed_programs,
       proposed, approved, carried_over, adjusted, budget, received, committed, executed, planned, execution_rate,
       weight, scored_weight, score_sum, coverage_sum, low_sum, high_sum, self_weight, self_sum,
       score, coverage, low, high, self_score, rating, rating_rank, rating_reason,
       own_program_id, own_score, own_rating, parent_id, name
from @node_result
where tree = 'economic'
$$);

select bpm.define_result('objective_result',
'One row per objective and year, with everything below it: each program by its shares; what has none is '
'unclassified.', $$
select id as objective_id, fiscal_year, programs, scored_programs, closed_programs,
       proposed, approved, carried_over, adjusted, budget, received, committed, executed, planned, execution_rate,
       weight, scored_weight, score_sum, coverage_sum, low_sum, high_sum, self_weight, self_sum,
       score, coverage, low, high, self_score, rating, rating_rank, rating_reason,
       own_program_id, own_score, own_rating, parent_id, name
from @node_result
where tree = 'objective'
$$);

select bpm.define_result('classification_result',
'One row per year, nature, scope and fund: the only roll-up that shows revenue and expenditure side by side, each in '
'rows of its own; revenue has no scope.', $$
with total as (
    select r.fiscal_year, r.nature, case r.is_revenue when 1 then 'none' else r.scope end as scope, n.fund,
           sum(n.programs * r.programs) as programs, sum(n.programs * r.scored_programs) as scored_programs,
           sum(n.programs * r.closed_programs) as closed_programs,
           sum(r.programs - r.closed_programs) as open_programs,
           sum(coalesce(n.proposed, 0)) as proposed,
           sum(coalesce(n.approved, 0)) as approved,
           sum(coalesce(n.carried_over, 0)) as carried_over,
           sum(coalesce(n.adjusted, 0)) as adjusted,
           sum(coalesce(n.received, 0)) as received,
           sum(coalesce(n.committed, 0)) as committed,
           sum(coalesce(n.executed, 0)) as executed,
           sum(coalesce(n.planned, 0)) as planned,
           sum(coalesce(n.approved + n.carried_over + n.adjusted, 0)) as budget,
           sum(w.weight) as weight, sum(w.weight * sign(r.scored_weight)) as scored_weight,
           sum(w.weight * coalesce(r.score, 0)) as score_sum, sum(w.weight * r.coverage) as coverage_sum,
           sum(w.weight * r.low) as low_sum, sum(w.weight * r.high) as high_sum,
           sum(w.weight * sign(r.self_weight)) as self_weight, sum(w.weight * coalesce(r.self_score, 0)) as self_sum
    from @program_result r
    cross join lateral (
        select n.* from @program_slice n
        where n.program_id = r.program_id and n.fiscal_year = r.fiscal_year) n
    cross join lateral (
        select round(r.weight * n.upto / n.total, 8) - round(r.weight * n.after / n.total, 8) as weight) w
    where r.is_overall = 0
    group by r.fiscal_year, r.nature, case r.is_revenue when 1 then 'none' else r.scope end, n.fund
)
select t.fiscal_year, t.nature, t.scope, t.fund,
       t.programs::integer as programs, t.scored_programs::integer as scored_programs,
       t.closed_programs::integer as closed_programs,
       t.proposed::numeric(38,2) as proposed, t.approved::numeric(38,2) as approved,
       t.carried_over::numeric(38,2) as carried_over, t.adjusted::numeric(38,2) as adjusted,
       t.budget::numeric(38,2) as budget, t.received::numeric(38,2) as received,
       t.committed::numeric(38,2) as committed, t.executed::numeric(38,2) as executed,
       t.planned::numeric(38,2) as planned,
       (case when t.budget > 0 then 100 * t.executed / t.budget end)::numeric(38,4) as execution_rate,
       t.weight::numeric(38,8) as weight, t.scored_weight::numeric(38,8) as scored_weight,
       t.score_sum::numeric(60,16) as score_sum, t.coverage_sum::numeric(60,16) as coverage_sum,
       t.low_sum::numeric(60,16) as low_sum, t.high_sum::numeric(60,16) as high_sum,
       t.self_weight::numeric(38,8) as self_weight, t.self_sum::numeric(60,16) as self_sum,
       r.score, r.coverage, r.low, r.high, r.self_score, g.rating, g.rating_rank, g.rating_reason
from total t
cross join lateral (
    select round(t.score_sum / nullif(t.scored_weight, 0), 8)::numeric(20,8) as score,
           round(t.coverage_sum / nullif(t.weight, 0), 8)::numeric(20,8) as coverage,
           round(t.low_sum / nullif(t.weight, 0), 8)::numeric(20,8) as low,
           round(t.high_sum / nullif(t.weight, 0), 8)::numeric(20,8) as high,
           round(t.self_sum / nullif(t.self_weight, 0), 8)::numeric(20,8) as self_score) r
cross join lateral rating_of_sum(t.fiscal_year, r.score, r.coverage, t.open_programs) g
$$);

select bpm.define_result('year_result',
'One row per year: all expenditure programs.', $$
with total as (
    select r.fiscal_year,
           sum(r.programs) as programs, sum(r.scored_programs) as scored_programs,
           sum(r.closed_programs) as closed_programs, sum(r.programs - r.closed_programs) as open_programs,
           sum(r.proposed) as proposed, sum(r.approved) as approved, sum(r.carried_over) as carried_over,
           sum(r.adjusted) as adjusted, sum(r.budget) as budget, sum(r.received) as received,
           sum(r.committed) as committed, sum(r.executed) as executed, sum(r.planned) as planned,
           sum(r.weight) as weight, sum(r.scored_weight) as scored_weight, sum(r.score_sum) as score_sum,
           sum(r.coverage_sum) as coverage_sum, sum(r.low_sum) as low_sum, sum(r.high_sum) as high_sum,
           sum(r.self_weight) as self_weight, sum(r.self_sum) as self_sum
    from @program_result r
    where r.is_revenue = 0
    group by r.fiscal_year
)
select t.fiscal_year,
       t.programs::integer as programs, t.scored_programs::integer as scored_programs,
       t.closed_programs::integer as closed_programs,
       t.proposed::numeric(38,2) as proposed, t.approved::numeric(38,2) as approved,
       t.carried_over::numeric(38,2) as carried_over, t.adjusted::numeric(38,2) as adjusted,
       t.budget::numeric(38,2) as budget, t.received::numeric(38,2) as received,
       t.committed::numeric(38,2) as committed, t.executed::numeric(38,2) as executed,
       t.planned::numeric(38,2) as planned,
       (case when t.budget > 0 then 100 * t.executed / t.budget end)::numeric(38,4) as execution_rate,
       t.weight::numeric(38,8) as weight, t.scored_weight::numeric(38,8) as scored_weight,
       t.score_sum::numeric(60,16) as score_sum, t.coverage_sum::numeric(60,16) as coverage_sum,
       t.low_sum::numeric(60,16) as low_sum, t.high_sum::numeric(60,16) as high_sum,
       t.self_weight::numeric(38,8) as self_weight, t.self_sum::numeric(60,16) as self_sum,
       r.score, r.coverage, r.low, r.high, r.self_score, g.rating, g.rating_rank, g.rating_reason
from total t
cross join lateral (
    select round(t.score_sum / nullif(t.scored_weight, 0), 8)::numeric(20,8) as score,
           round(t.coverage_sum / nullif(t.weight, 0), 8)::numeric(20,8) as coverage,
           round(t.low_sum / nullif(t.weight, 0), 8)::numeric(20,8) as low,
           round(t.high_sum / nullif(t.weight, 0), 8)::numeric(20,8) as high,
           round(t.self_sum / nullif(t.self_weight, 0), 8)::numeric(20,8) as self_score) r
cross join lateral rating_of_sum(t.fiscal_year, r.score, r.coverage, t.open_programs) g
$$);
