-- Results for questions that are asked across programs: dimensions, evaluations, years.

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
