-- Results for questions that are asked across programs: dimensions, the four Es, evaluations, years.

-- What a part of the indicators adds to a program: weighed by their shares of it, not by weights of different groups.
select bpm.define_result('dimension_result',
'One row per evaluation of a program and year, dimension and aspect (the four Es), over the indicators that speak to '
'them, by their shares of the program.', $$
select e.program_id, e.fiscal_year, e.evaluation, coalesce(x.dimension, 'none') as dimension,
       coalesce(x.aspect, 'none') as aspect, e.unit_id,
       x.indicators::integer as indicators, x.scored_indicators::integer as scored_indicators,
       x.share::numeric(20,16) as share, x.scored_share::numeric(20,16) as scored_share,
       x.score_sum::numeric(38,24) as score_sum,
       round(x.score_sum / nullif(x.scored_share, 0), 8)::numeric(20,8) as score,
       round(100 * x.scored_share / nullif(x.share, 0), 8)::numeric(20,8) as coverage, e.name as program_name
from @evaluation_score e
cross join lateral (
    select i.dimension, i.aspect, count(*) as indicators, count(n.score) as scored_indicators, sum(n.share) as share,
           coalesce(sum(n.share) filter (where n.score is not null), 0) as scored_share,
           coalesce(sum(n.share * n.score), 0) as score_sum
    from bpm.nodes(e.tree) n
    join indicator i on i.program_id = e.program_id and i.fiscal_year = e.fiscal_year and i.evaluation = e.evaluation
        and i.indicator_id = n.id and i.source <> 'group'
    group by i.dimension, i.aspect) x
$$);

select bpm.define_result('aspect_result',
'One row per unit, year and aspect (the four Es), with everything below it: the indicators of the evaluation that '
'counts, by weight of the program and share in it.', $$
with total as (
    select a.ancestor_id as unit_id, o.fiscal_year, o.aspect,
           count(*) as programs, sum(o.indicators) as indicators, sum(o.scored_indicators) as scored_indicators,
           sum(o.weight) as weight, sum(o.scored_weight) as scored_weight, sum(o.score_sum) as score_sum
    from node_above a
    cross join lateral (
        select r.program_id, r.fiscal_year, coalesce(i.aspect, 'none') as aspect,
               count(*) as indicators, count(n.score) as scored_indicators, sum(r.weight * n.share) as weight,
               coalesce(sum(r.weight * n.share) filter (where n.score is not null), 0) as scored_weight,
               coalesce(sum(r.weight * n.share * n.score), 0) as score_sum
        from @program_score r
        cross join lateral bpm.nodes(r.tree) n
        join indicator i on i.program_id = r.program_id and i.fiscal_year = r.fiscal_year
            and i.evaluation = r.evaluation
            and i.indicator_id = n.id and i.source <> 'group'
        where r.unit_id = a.id and r.is_revenue = 0 and r.is_overall = 0
        group by r.program_id, r.fiscal_year, coalesce(i.aspect, 'none')) o
    where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year
    group by a.ancestor_id, o.fiscal_year, o.aspect
)
select t.unit_id, t.fiscal_year, t.aspect,
       t.programs::integer as programs, t.indicators::integer as indicators,
       t.scored_indicators::integer as scored_indicators,
       t.weight::numeric(60,24) as weight, t.scored_weight::numeric(60,24) as scored_weight,
       t.score_sum::numeric(60,32) as score_sum,
       round(t.score_sum / nullif(t.scored_weight, 0), 8)::numeric(20,8) as score,
       round(100 * t.scored_weight / nullif(t.weight, 0), 8)::numeric(20,8) as coverage,
       p.ancestor_id as parent_id, n.name
from total t
join unit n on n.unit_id = t.unit_id
left join node_above p on p.tree = 'unit' and p.id = t.unit_id and p.distance = 1
    and t.fiscal_year between p.from_year and p.to_year
$$);

select bpm.define_result('evaluation_share',
'One row per unit, year and evaluation, with everything below it: how many programs, and which share of the money, '
'have it as the evaluation that counts.', $$
with total as (
    select a.ancestor_id as unit_id, r.fiscal_year, r.evaluation, sum(r.programs) as programs,
           sum(r.closed_programs) as closed_programs, sum(r.budget) as budget
    from node_above a
    cross join lateral (
        select r.fiscal_year, r.evaluation, r.programs, r.closed_programs, r.budget
        from @program_result r
        where r.unit_id = a.id and r.is_revenue = 0 and r.is_overall = 0) r
    where a.tree = 'unit' and r.fiscal_year between a.from_year and a.to_year
    group by a.ancestor_id, r.fiscal_year, r.evaluation
)
select t.unit_id, t.fiscal_year, t.evaluation, t.programs::integer as programs,
       t.closed_programs::integer as closed_programs, t.budget::numeric(38,2) as budget,
       (sum(t.budget) over w)::numeric(38,2) as unit_budget,
       round(100 * t.budget / nullif(sum(t.budget) over w, 0), 4)::numeric(38,4) as budget_share, u.name
from total t
join unit u on u.unit_id = t.unit_id
window w as (partition by t.unit_id, t.fiscal_year)
$$);

select bpm.define_result('project_total',
'One row per program, year and indicator of its self-evaluation that adds up over years: output and money of the '
'year, and of all its years until then.', $$
select i.program_id, i.fiscal_year, i.indicator_id,
       (case when abs(i.actual) < 1e30 and not i.stale then i.actual end)::numeric(38,8) as actual,
       (case when abs(o.actual) < 1e30 then o.actual end)::numeric(38,8) as actual_to_date,
       m.budget::numeric(38,2) as budget, m.executed::numeric(38,2) as executed,
       s.budget::numeric(38,2) as budget_to_date, s.executed::numeric(38,2) as executed_to_date,
       o.first_year, o.years::integer as years, i.unit_of_measure, i.name, p.name as program_name
from @program_state p
join lateral (
    select i.* from @indicator_score i
    where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self'
        and i.source = 'measured' and i.moves = 'cumulative') i on true
cross join lateral (
    select m.approved + m.carried_over + m.adjusted as budget, m.executed
    from program_money(p, p.money_until) m) m
cross join lateral (
    select sum(x.actual) filter (where not x.stale) as actual, count(*) as years, min(x.fiscal_year) as first_year
    from @indicator_score x
    where x.program_id = i.program_id and x.indicator_id = i.indicator_id and x.evaluation = 'self'
        and x.fiscal_year <= i.fiscal_year and x.source = 'measured' and x.moves = 'cumulative'
    group by x.program_id) o
cross join lateral (
    select sum(x.approved + x.carried_over + x.adjusted) as budget, sum(x.executed) as executed
    from @program_state y
    cross join lateral program_money(y, y.money_until) x
    where y.program_id = i.program_id and y.fiscal_year <= i.fiscal_year
    group by y.program_id) s
$$);

select bpm.define_result('trend',
'Year over year, one row per program or unit and year. The year before is empty when there is no row for it.', $$
with point as (
    select 'program'::text as grain, r.program_id as id, r.fiscal_year, r.budget, r.executed, r.score_sum,
        r.scored_weight,
           r.score, r.name
    from @program_result r
    union all
    select 'unit', u.unit_id, u.fiscal_year, u.budget, u.executed, u.score_sum, u.scored_weight, u.score, u.name
    from @unit_result u
), pair as (
    select p.*, lag(p.fiscal_year) over w = p.fiscal_year - 1 as follows,
           lag(p.budget) over w as budget_before, lag(p.executed) over w as executed_before,
               lag(p.score) over w as score_before
    from point p
    window w as (partition by p.grain, p.id order by p.fiscal_year)
)
select p.grain, p.id, p.fiscal_year,
       p.budget::numeric(38,2) as budget, (case when p.follows
           then p.budget_before end)::numeric(38,2) as budget_before,
       (case when p.follows and p.budget_before > 0
           then 100 * (p.budget - p.budget_before) / p.budget_before end)::numeric(38,4)
           as budget_growth,
       p.executed::numeric(38,2) as executed, (case when p.follows
           then p.executed_before end)::numeric(38,2) as executed_before,
       (case when p.follows and p.executed_before > 0
             then 100 * (p.executed - p.executed_before) / p.executed_before end)::numeric(38,4) as executed_growth,
       p.score::numeric(20,8) as score, (case when p.follows then p.score_before end)::numeric(20,8) as score_before,
       (case when p.follows then p.score - p.score_before end)::numeric(20,8) as score_change,
       p.scored_weight::numeric(38,8) as scored_weight, p.score_sum::numeric(60,16) as score_sum,
       p.name
from pair p
$$);
