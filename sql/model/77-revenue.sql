-- Revenue: scale, quality, structure, and a score beside expenditure's; what PEFA reads from the ledger

create function revenue_rate(part numeric, of_whole numeric) returns numeric
    language sql immutable parallel safe
    return case when of_whole > 0 and abs(part) < 1e30 and of_whole < 1e30
        then round(100 * part / of_whole, 4) end::numeric(38,4);
comment on function revenue_rate(numeric, numeric) is
'Percent, to 4 decimals; empty where there is nothing to be divided by.';

-- Over kinds, not programs: who splits a program changes nothing.
select bpm.define_result('revenue_kind_result',
'One row per unit, year and kind of revenue, with everything below the unit: collection against plan, growth, share of '
'all that is collected.', $$
with total as (
    select a.ancestor_id as unit_id, o.fiscal_year, o.revenue_type, sum(o.programs) as programs,
           sum(o.planned) as planned, sum(o.collected) as collected, sum(o.over_collected) as over_collected
    from node_above a
    cross join lateral (
        select p.fiscal_year, coalesce(p.revenue_type, 'none') as revenue_type, count(*) as programs,
               sum(m.budget) as planned, sum(m.executed) as collected,
               sum(greatest(m.executed - m.budget, 0)) as over_collected
        from @program_state p
        cross join lateral (
            select (m.approved + m.carried_over + m.adjusted)::numeric(38,2) as budget,
                   m.executed::numeric(38,2) as executed
            from program_money(p, p.money_until) m) m -- no more than money is asked for: scores would cost much more
        where p.unit_id = a.id and p.is_revenue
        group by p.fiscal_year, coalesce(p.revenue_type, 'none')) o
    where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year
    group by a.ancestor_id, o.fiscal_year, o.revenue_type
), year as (
    select t.*, sum(t.collected) over (partition by t.unit_id, t.fiscal_year) as unit_collected,
           lag(t.fiscal_year) over w = greatest(t.fiscal_year, 1) - 1 as follows,
           case when lag(t.fiscal_year) over w = greatest(t.fiscal_year, 1) - 1
                then lag(t.collected) over w end as collected_before
    from total t
    window w as (partition by t.unit_id, t.revenue_type order by t.fiscal_year)
)
select t.unit_id, t.fiscal_year, t.revenue_type,
       t.programs::integer as programs, t.planned::numeric(38,2) as planned, t.collected::numeric(38,2) as collected,
       revenue_rate(t.collected, t.planned)::numeric(38,4) as collection_rate,
       t.over_collected::numeric(38,2) as over_collected,
       t.collected_before::numeric(38,2) as collected_before,
       revenue_rate(t.collected - t.collected_before, t.collected_before)::numeric(38,4) as growth,
       t.unit_collected::numeric(38,2) as unit_collected,
       revenue_rate(t.collected, t.unit_collected)::numeric(38,4) as share_of_unit,
       coalesce(k.is_tax and k.is_own, false)::integer as is_tax, coalesce(k.is_own, true)::integer as is_own,
       coalesce(k.may_grow, true)::integer as may_grow,
       nullif(concat_ws('; ',
           case when not t.planned > 0 then 'collection_rate: nothing is planned' end,
           case when t.follows is not true then 'growth: there is no year before'
                when not t.collected_before > 0 then 'growth: nothing was collected in the year before' end,
           case when not t.unit_collected > 0 then 'share_of_unit: nothing is collected' end), '') as reason,
       k.name as type_name, n.name
from year t
join unit n on n.unit_id = t.unit_id
left join revenue_type k on k.revenue_type = t.revenue_type
$$);

select bpm.define_result('revenue_result',
'One row per unit with revenue and year, with everything below it: collection against plan, tax share, concentration, '
'growth, self-sufficiency, volatility, and the score of its revenue.', $$
with kind as (
    select a.ancestor_id as unit_id, o.fiscal_year, o.is_revenue, o.revenue_type, sum(o.programs) as programs,
           sum(o.closed_programs) as closed_programs, sum(o.scored_programs) as scored_programs,
           sum(o.planned) as planned, sum(o.collected) as collected, sum(o.over_collected) as over_collected,
           sum(o.weight) as weight, sum(o.scored_weight) as scored_weight, sum(o.score_sum) as score_sum,
           sum(o.coverage_sum) as coverage_sum, sum(o.low_sum) as low_sum, sum(o.high_sum) as high_sum
    from node_above a
    cross join lateral (
        select r.fiscal_year, r.is_revenue, case r.is_revenue when 1 then r.revenue_type end as revenue_type,
               count(*) as programs, sum(r.closed_programs) as closed_programs,
               sum(r.scored_programs) as scored_programs, sum(r.budget) as planned, sum(r.executed) as collected,
               sum(greatest(r.executed - r.budget, 0)) as over_collected,
               sum(r.weight) as weight, sum(r.scored_weight) as scored_weight, sum(r.score_sum) as score_sum,
               sum(r.coverage_sum) as coverage_sum, sum(r.low_sum) as low_sum, sum(r.high_sum) as high_sum
        from @program_result r
        where r.unit_id = a.id
        group by r.fiscal_year, r.is_revenue, case r.is_revenue when 1 then r.revenue_type end) o
    where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year
    group by a.ancestor_id, o.fiscal_year, o.is_revenue, o.revenue_type
), total as (
    select k.unit_id, k.fiscal_year,
           sum(k.programs) filter (where k.is_revenue = 1) as programs,
           sum(k.closed_programs) filter (where k.is_revenue = 1) as closed_programs,
           sum(k.scored_programs) filter (where k.is_revenue = 1) as scored_programs,
           sum(k.planned) filter (where k.is_revenue = 1) as planned,
           sum(k.collected) filter (where k.is_revenue = 1) as collected,
           coalesce(sum(k.collected) filter (where k.is_revenue = 1 and y.is_tax and y.is_own), 0) as tax,
           coalesce(sum(k.collected) filter (where k.is_revenue = 1 and coalesce(y.is_own, true)), 0) as own,
           sum(k.collected * k.collected) filter (where k.is_revenue = 1) as squares,
           coalesce(sum(k.collected) filter (where k.is_revenue = 0), 0) as spent,
           sum(k.over_collected) filter (where k.is_revenue = 1) as over_collected,
           sum(k.weight) filter (where k.is_revenue = 1) as weight,
           sum(k.scored_weight) filter (where k.is_revenue = 1) as scored_weight,
           sum(k.score_sum) filter (where k.is_revenue = 1) as score_sum,
           sum(k.coverage_sum) filter (where k.is_revenue = 1) as coverage_sum,
           sum(k.low_sum) filter (where k.is_revenue = 1) as low_sum,
           sum(k.high_sum) filter (where k.is_revenue = 1) as high_sum
    from kind k
    left join revenue_type y on y.revenue_type = k.revenue_type
    group by k.unit_id, k.fiscal_year
), year as (
    select t.*, lag(t.fiscal_year) over w = greatest(t.fiscal_year, 1) - 1 as follows,
           case when lag(t.fiscal_year) over w = greatest(t.fiscal_year, 1) - 1
                then lag(t.collected) over w end as collected_before
    from total t
    where t.programs > 0
    window w as (partition by t.unit_id order by t.fiscal_year)
), growing as (
    -- growth of each year, exact enough that one rounding is left; a sample of one says nothing of volatility
    select g.*, count(g.yearly) over w as growth_years,
           case when count(g.yearly) over w > 1 then stddev_samp(g.yearly) over w end as volatility
    from (select t.*, case when t.collected_before > 0
                           then 100 * (t.collected - t.collected_before) * 1.00000000000000000000000000000000
                               / t.collected_before end as yearly
          from year t) g
    window w as (partition by g.unit_id order by g.fiscal_year)
)
select t.unit_id, t.fiscal_year,
       t.programs::integer as programs,
       t.planned::numeric(38,2) as planned, t.collected::numeric(38,2) as collected,
       revenue_rate(t.collected, t.planned)::numeric(38,4) as collection_rate,
       t.tax::numeric(38,2) as tax_collected,
       revenue_rate(t.tax, t.own)::numeric(38,4) as tax_share,
       t.squares::numeric(80,4) as collected_squares,
       (case when t.collected > 0
           then 100 * t.squares / (t.collected * t.collected) end)::numeric(38,4) as concentration,
       t.collected_before::numeric(38,2) as collected_before,
       revenue_rate(t.collected - t.collected_before, t.collected_before)::numeric(38,4) as growth,
       t.own::numeric(38,2) as own_collected, t.spent::numeric(38,2) as spent,
       revenue_rate(t.own, t.spent)::numeric(38,4) as self_sufficiency,
       p.ancestor_id as parent_id, n.name,
       t.over_collected::numeric(38,2) as over_collected,
       (case when t.volatility < 1e30 then t.volatility end)::numeric(38,4) as volatility,
       t.growth_years::integer as growth_years,
       nullif(concat_ws('; ',
           case when not t.planned > 0 then 'collection_rate: nothing is planned' end,
           case when not t.own > 0 then 'tax_share: no own revenue is collected' end,
           case when not t.collected > 0 then 'concentration: nothing is collected' end,
           case when t.follows is not true then 'growth: there is no year before'
                when not t.collected_before > 0 then 'growth: nothing was collected in the year before' end,
           case when not t.spent > 0 then 'self_sufficiency: nothing is spent' end,
           case when t.growth_years < 2 then 'volatility: there are fewer than two years with growth' end,
           case when t.scored_weight = 0 then 'score: nothing that weighs is scored' end), '') as reason,
       t.scored_programs::integer as scored_programs, t.closed_programs::integer as closed_programs,
       t.weight::numeric(38,8) as weight, t.scored_weight::numeric(38,8) as scored_weight,
       t.score_sum::numeric(60,16) as score_sum, t.coverage_sum::numeric(60,16) as coverage_sum,
       t.low_sum::numeric(60,16) as low_sum, t.high_sum::numeric(60,16) as high_sum,
       r.score, r.coverage, r.low, r.high, g.rating, g.rating_rank, g.rating_reason
from growing t
join unit n on n.unit_id = t.unit_id
cross join lateral (
    select round(t.score_sum / nullif(t.scored_weight, 0), 8)::numeric(20,8) as score,
           round(t.coverage_sum / nullif(t.weight, 0), 8)::numeric(20,8) as coverage,
           round(t.low_sum / nullif(t.weight, 0), 8)::numeric(20,8) as low,
           round(t.high_sum / nullif(t.weight, 0), 8)::numeric(20,8) as high) r
cross join lateral rating_of_sum(t.fiscal_year, r.score, r.coverage, t.programs - t.closed_programs) g
left join node_above p on p.tree = 'unit' and p.id = t.unit_id and p.distance = 1
    and t.fiscal_year between p.from_year and p.to_year
$$);

-- PEFA --------------------------------------------------------------------------------------------------------------

create function pefa_outturn_points(indicator_id text, rate numeric) returns integer
    language sql immutable parallel safe
    return case when rate is null then null
                when case indicator_id when 'PI-1.1' then rate between 95 and 105 when 'PI-2.1' then rate < 5
                         else rate between 97 and 106 end then 4
                when case indicator_id when 'PI-1.1' then rate between 90 and 110 when 'PI-2.1' then rate < 10
                         else rate between 94 and 112 end then 3
                when case indicator_id when 'PI-1.1' then rate between 85 and 115 when 'PI-2.1' then rate < 15
                         else rate between 92 and 116 end then 2
                else 1 end;
comment on function pefa_outturn_points(text, numeric) is
'What the outturn of one year is worth by PEFA 2016: A 4, B 3, C 2, D 1.';

-- The original budget is the approved one, without what was adjusted and carried over. A year counts once it is over.
select bpm.define_result('pefa_result',
'One row per year and PEFA indicator that the ledger answers (PI-1.1, PI-2.1, PI-3.1): the outturn of the last three '
'years, and the grade that two of them reach.', $$
with slice as (
    select s.fiscal_year, q.unit_id, n.is_revenue,
           case when n.is_revenue then coalesce(t.in_outturn, true)
                -- contingency and interest, and what lies below them
                else not exists (select from node_above a
                                 join economic_class c on c.economic_id = a.ancestor_id and not c.in_composition
                                 where a.tree = 'economic' and a.id = s.economic_id
                                     and s.fiscal_year between a.from_year and a.to_year) end as counts,
           s.approved, s.executed
    from @program_slice s
    join program q on q.program_id = s.program_id and q.fiscal_year = s.fiscal_year
    join nature n on n.nature = q.nature
    join scope k on k.scope = q.scope and (n.is_revenue or k.covers = 'own')
    left join revenue_type t on t.revenue_type = q.revenue_type
), head as (
    select h.fiscal_year, sum(h.approved) as original, sum(h.executed) as outturn
    from (select s.fiscal_year, s.unit_id, coalesce(sum(s.approved), 0) as approved,
                 coalesce(sum(s.executed), 0) as executed,
                 row_number() over (partition by s.fiscal_year
                     order by coalesce(sum(s.approved), 0) desc, s.unit_id) as place
          from slice s
          where not s.is_revenue and s.counts
          group by s.fiscal_year, s.unit_id) h
    group by h.fiscal_year, least(h.place, 21) -- the 20 largest, and the rest as one
), composition as (
    select h.fiscal_year, count(*) as heads, t.outturn, t.original,
           -- the budget, scaled to what was spent: exact until it is divided
           case when t.original > 0
                then sum(abs(h.outturn * t.original - h.original * t.outturn)) / t.original end as deviation
    from head h
    join (select x.fiscal_year, sum(x.original) as original, sum(x.outturn) as outturn
          from head x group by x.fiscal_year) t on t.fiscal_year = h.fiscal_year
    group by h.fiscal_year, t.outturn, t.original
), figure as (
    select s.fiscal_year, 'PI-1.1' as indicator_id, null::bigint as heads, sum(s.executed) as numerator,
           sum(s.approved) as denominator, 'no expenditure was approved' as without
    from slice s
    where not s.is_revenue
    group by s.fiscal_year
    union all
    select c.fiscal_year, 'PI-2.1', c.heads, c.deviation, c.outturn,
           case when c.original > 0 then 'nothing was spent' else 'no expenditure was approved' end
    from composition c
    union all
    select s.fiscal_year, 'PI-3.1', null, sum(s.executed) filter (where s.counts),
           sum(s.approved) filter (where s.counts), 'no revenue was planned'
    from slice s
    where s.is_revenue
    group by s.fiscal_year
), over as (
    select f.*, year_start(least(f.fiscal_year, 9998) + 1) <= d.day + 1 as is_over,
           case when year_start(least(f.fiscal_year, 9998) + 1) <= d.day + 1
                then revenue_rate(f.numerator, f.denominator) end as rate
    from figure f
    cross join @day d
), years as (
    select o.*, case when lag(o.fiscal_year) over w = greatest(o.fiscal_year, 1) - 1 then lag(o.rate) over w
                     end as rate_before,
           case when lag(o.fiscal_year, 2) over w = greatest(o.fiscal_year, 2) - 2 then lag(o.rate, 2) over w
                when lag(o.fiscal_year) over w = greatest(o.fiscal_year, 2) - 2 then lag(o.rate) over w
                end as rate_before_2
    from over o
    window w as (partition by o.indicator_id order by o.fiscal_year)
)
select y.fiscal_year, y.indicator_id,
       y.numerator::numeric(38,2) as numerator, y.denominator::numeric(38,2) as denominator,
       y.rate::numeric(38,4) as rate, y.rate_before::numeric(38,4) as rate_before,
       y.rate_before_2::numeric(38,4) as rate_before_2, y.heads::integer as heads,
       num_nonnulls(y.rate, y.rate_before, y.rate_before_2) as years,
       b.points as pefa_points, bpm.pefa_grade(b.points) as pefa_grade,
       case when not y.is_over then 'the year is not over'
            when y.rate is null then y.without
            when num_nonnulls(y.rate_before, y.rate_before_2) = 0 then 'one year is there, and two are needed'
            when num_nonnulls(y.rate_before, y.rate_before_2) = 1
            then 'two years are there: a third could raise the grade, and not lower it' end as reason,
       case y.indicator_id when 'PI-1.1' then 'Aggregate expenditure outturn'
            when 'PI-2.1' then 'Expenditure composition outturn by administration'
            else 'Aggregate revenue outturn' end as name
from years y
-- what two of the years reach, at least: the second best
cross join lateral (
    select case when y.rate is not null then (
        select r.points from (values (pefa_outturn_points(y.indicator_id, y.rate)),
                                     (pefa_outturn_points(y.indicator_id, y.rate_before)),
                                     (pefa_outturn_points(y.indicator_id, y.rate_before_2))) r (points)
        where r.points is not null
        order by r.points desc
        offset 1 limit 1) end as points) b
$$);
