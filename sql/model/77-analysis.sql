-- Results for questions that are asked across programs: revenue, dimensions, evaluations, years.

select bpm.define_result('revenue_result',
'One row per unit with revenue and year, with everything below it: collection against plan, tax share, concentration, '
'growth, self-sufficiency.', $$
with total as (
    select a.ancestor_id as unit_id, o.fiscal_year,
           sum(o.programs) as programs, coalesce(sum(o.planned), 0) as planned,
               coalesce(sum(o.collected), 0) as collected,
           coalesce(sum(o.tax), 0) as tax, coalesce(sum(o.own), 0) as own, coalesce(sum(o.squares), 0) as squares,
           coalesce(sum(o.spent), 0) as spent
    from node_above a
    cross join lateral (
        select r.fiscal_year,
               count(*) filter (where r.is_revenue = 1) as programs,
               sum(r.budget) filter (where r.is_revenue = 1) as planned,
               sum(r.executed) filter (where r.is_revenue = 1) as collected,
               sum(r.executed) filter (where r.is_revenue = 1 and y.is_tax) as tax,
               sum(r.executed) filter (where r.is_revenue = 1 and coalesce(y.is_own, true)) as own,
               sum(r.executed * r.executed) filter (where r.is_revenue = 1) as squares,
               sum(r.executed) filter (where r.is_revenue = 0) as spent
        from @program_result r
        left join revenue_type y on y.revenue_type = r.revenue_type
        where r.unit_id = a.id
        group by r.fiscal_year) o
    where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year
    group by a.ancestor_id, o.fiscal_year
), year as (
    select t.*, case when lag(t.fiscal_year) over w = t.fiscal_year - 1
        then lag(t.collected) over w end as collected_before
    from total t
    window w as (partition by t.unit_id order by t.fiscal_year)
)
select t.unit_id, t.fiscal_year,
       t.programs::integer as programs,
       t.planned::numeric(38,2) as planned, t.collected::numeric(38,2) as collected,
       (case when t.planned > 0 then 100 * t.collected / t.planned end)::numeric(38,4) as collection_rate,
       t.tax::numeric(38,2) as tax_collected,
       (case when t.collected > 0 then 100 * t.tax / t.collected end)::numeric(38,4) as tax_share,
       t.squares::numeric(60,4) as collected_squares,
       (case when t.collected > 0
           then 100 * t.squares / (t.collected * t.collected) end)::numeric(38,4) as concentration,
       t.collected_before::numeric(38,2) as collected_before,
       (case when t.collected_before > 0
           then 100 * (t.collected - t.collected_before) / t.collected_before end)::numeric(38,4)
           as growth,
       t.own::numeric(38,2) as own_collected, t.spent::numeric(38,2) as spent,
       (case when t.spent > 0 then 100 * t.own / t.spent end)::numeric(38,4) as self_sufficiency,
       p.ancestor_id as parent_id, n.name
from year t
join unit n on n.unit_id = t.unit_id
left join node_above p on p.tree = 'unit' and p.id = t.unit_id and p.distance = 1
    and t.fiscal_year between p.from_year and p.to_year
where t.programs > 0
$$);

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
