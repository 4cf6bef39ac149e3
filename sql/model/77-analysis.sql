-- Results for questions that are asked across programs: revenue, dimensions, the four Es, years.

create or replace view revenue_result with (security_invoker = true) as
with own as (
    select r.unit_id, r.fiscal_year,
           count(*) filter (where r.is_revenue = 1) as programs,
           sum(r.budget) filter (where r.is_revenue = 1) as planned,
           sum(r.executed) filter (where r.is_revenue = 1) as collected,
           sum(r.executed) filter (where r.is_revenue = 1 and y.is_tax) as tax,
           sum(r.executed) filter (where r.is_revenue = 1 and coalesce(y.is_own, true)) as own,
           sum(r.executed * r.executed) filter (where r.is_revenue = 1) as squares,
           sum(r.executed) filter (where r.is_revenue = 0) as spent
    from program_result r
    left join revenue_type y on y.revenue_type = r.revenue_type
    group by r.unit_id, r.fiscal_year
), total as (
    select t.ancestor_id as unit_id, o.fiscal_year,
           sum(o.programs) as programs, coalesce(sum(o.planned), 0) as planned,
           coalesce(sum(o.collected), 0) as collected, coalesce(sum(o.tax), 0) as tax,
           coalesce(sum(o.own), 0) as own, coalesce(sum(o.squares), 0) as squares, coalesce(sum(o.spent), 0) as spent
    from own o
    join node_above t on t.tree = 'unit' and t.id = o.unit_id and o.fiscal_year between t.from_year and t.to_year
    group by t.ancestor_id, o.fiscal_year
), year as (
    select t.*, case when lag(t.fiscal_year) over w = t.fiscal_year - 1 then lag(t.collected) over w end as collected_before
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
       (case when t.collected > 0 then 100 * t.squares / (t.collected * t.collected) end)::numeric(38,4) as concentration,
       t.collected_before::numeric(38,2) as collected_before,
       (case when t.collected_before > 0 then 100 * (t.collected - t.collected_before) / t.collected_before end)::numeric(38,4)
           as growth,
       t.own::numeric(38,2) as own_collected, t.spent::numeric(38,2) as spent,
       (case when t.spent > 0 then 100 * t.own / t.spent end)::numeric(38,4) as self_sufficiency,
       a.ancestor_id as parent_id, n.name
from year t
join unit n on n.unit_id = t.unit_id
left join node_above a on a.tree = 'unit' and a.id = t.unit_id and a.distance = 1
    and t.fiscal_year between a.from_year and a.to_year
where t.programs > 0;
comment on view revenue_result is 'One row per unit with revenue and year, with everything below it: collection against plan, tax share, concentration, growth, self-sufficiency.';

create or replace view dimension_result with (security_invoker = true) as
select i.program_id, i.fiscal_year, coalesce(i.dimension, 'none') as dimension, coalesce(i.aspect, 'none') as aspect,
       p.unit_id,
       count(*)::integer as indicators, count(i.score)::integer as scored_indicators,
       bpm.weight(bpm.rollup(i.score, i.weight))::numeric(38,8) as weight,
       bpm.scored_weight(bpm.rollup(i.score, i.weight))::numeric(38,8) as scored_weight,
       bpm.weighted_sum(bpm.rollup(i.score, i.weight))::numeric(38,16) as score_sum,
       bpm.score(bpm.rollup(i.score, i.weight))::numeric(11,8) as score,
       bpm.coverage(bpm.rollup(i.score, i.weight))::numeric(11,8) as coverage
from program p
join indicator_score i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year
where i.source <> 'group'
group by i.program_id, i.fiscal_year, coalesce(i.dimension, 'none'), coalesce(i.aspect, 'none'), p.unit_id;
comment on view dimension_result is 'One row per program, year, dimension and aspect (the four Es), over the indicators that speak to them.';

create or replace view aspect_result with (security_invoker = true) as
with program_aspect as (
    select d.unit_id, d.program_id, d.fiscal_year, d.aspect,
           sum(d.indicators) as indicators, sum(d.scored_indicators) as scored_indicators,
           bpm.rollup(d.score, d.scored_weight) as score
    from dimension_result d
    group by d.unit_id, d.program_id, d.fiscal_year, d.aspect
), own as (
    select a.unit_id, a.fiscal_year, a.aspect, count(*) as programs,
           sum(a.indicators) as indicators, sum(a.scored_indicators) as scored_indicators,
           bpm.rollup(bpm.score(a.score), r.money) as score
    from program_aspect a
    join program_result r on r.program_id = a.program_id and r.fiscal_year = a.fiscal_year
    where r.is_revenue = 0
    group by a.unit_id, a.fiscal_year, a.aspect
), total as (
    select t.ancestor_id as unit_id, o.fiscal_year, o.aspect, sum(o.programs) as programs,
           sum(o.indicators) as indicators, sum(o.scored_indicators) as scored_indicators, bpm.rollup(o.score) as score
    from own o
    join node_above t on t.tree = 'unit' and t.id = o.unit_id and o.fiscal_year between t.from_year and t.to_year
    group by t.ancestor_id, o.fiscal_year, o.aspect
)
select t.unit_id, t.fiscal_year, t.aspect,
       t.programs::integer as programs, t.indicators::integer as indicators,
       t.scored_indicators::integer as scored_indicators,
       bpm.weight(t.score)::numeric(38,2) as money, bpm.scored_weight(t.score)::numeric(38,2) as scored_money,
       bpm.weighted_sum(t.score)::numeric(38,10) as score_sum, bpm.score(t.score)::numeric(11,8) as score,
       a.ancestor_id as parent_id, n.name
from total t
join unit n on n.unit_id = t.unit_id
left join node_above a on a.tree = 'unit' and a.id = t.unit_id and a.distance = 1
    and t.fiscal_year between a.from_year and a.to_year;
comment on view aspect_result is 'One row per unit, year and aspect (the four Es), with everything below it; programs are weighted by money.';

create or replace view trend with (security_invoker = true) as
with point as (
    select 'program'::text as grain, r.program_id as id, r.fiscal_year, r.budget, r.executed, r.score_sum, r.scored_money,
           r.score, r.name
    from program_result r
    union all
    select 'unit', u.unit_id, u.fiscal_year, u.budget, u.executed, u.score_sum, u.scored_money, u.score, u.name
    from unit_result u
), pair as (
    select p.*, lag(p.fiscal_year) over w = p.fiscal_year - 1 as follows,
           lag(p.budget) over w as budget_before, lag(p.executed) over w as executed_before, lag(p.score) over w as score_before
    from point p
    window w as (partition by p.grain, p.id order by p.fiscal_year)
)
select p.grain, p.id, p.fiscal_year,
       p.budget::numeric(38,2) as budget, (case when p.follows then p.budget_before end)::numeric(38,2) as budget_before,
       (case when p.follows and p.budget_before > 0 then 100 * (p.budget - p.budget_before) / p.budget_before end)::numeric(38,4)
           as budget_growth,
       p.executed::numeric(38,2) as executed, (case when p.follows then p.executed_before end)::numeric(38,2) as executed_before,
       (case when p.follows and p.executed_before > 0
             then 100 * (p.executed - p.executed_before) / p.executed_before end)::numeric(38,4) as executed_growth,
       p.score::numeric(11,8) as score, (case when p.follows then p.score_before end)::numeric(11,8) as score_before,
       (case when p.follows then p.score - p.score_before end)::numeric(11,8) as score_change,
       p.scored_money::numeric(38,2) as scored_money, p.score_sum::numeric(38,10) as score_sum,
       p.name
from pair p;
comment on view trend is 'Year over year, one row per program or unit and year. The year before is empty when there is no row for it.';
