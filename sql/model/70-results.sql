-- Results: one view per grain, which obey bpm.as_of and bpm.known_at. Keys and measures come first, the order
-- of columns stays, new ones go to the end. Every ratio stands beside its numerator and denominator.
-- A filter on a program's columns reaches the indexes: each program is computed from its own rows, by key.

-- trees, each row with all above it -------------------------------------------------------------

create or replace view unit_tree with (security_invoker = true) as
with recursive below (ancestor_id, unit_id, distance) as (
    select t.unit_id, t.unit_id, 0 from unit t
    union all
    select b.ancestor_id, t.unit_id, b.distance + 1 from below b join unit t on t.parent_id = b.unit_id
) cycle unit_id set is_cycle using path
select ancestor_id, unit_id, distance from below where not is_cycle;
comment on view unit_tree is 'Every row of unit with each row above it, itself included.';

create or replace view function_code_tree with (security_invoker = true) as
with recursive below (ancestor_id, function_id, distance) as (
    select t.function_id, t.function_id, 0 from function_code t
    union all
    select b.ancestor_id, t.function_id, b.distance + 1 from below b join function_code t on t.parent_id = b.function_id
) cycle function_id set is_cycle using path
select ancestor_id, function_id, distance from below where not is_cycle;
comment on view function_code_tree is 'Every row of function_code with each row above it, itself included.';

create or replace view objective_tree with (security_invoker = true) as
with recursive below (ancestor_id, objective_id, distance) as (
    select t.objective_id, t.objective_id, 0 from objective t
    union all
    select b.ancestor_id, t.objective_id, b.distance + 1 from below b join objective t on t.parent_id = b.objective_id
) cycle objective_id set is_cycle using path
select ancestor_id, objective_id, distance from below where not is_cycle;
comment on view objective_tree is 'Every row of objective with each row above it, itself included.';

-- indicators -------------------------------------------------------------------------------------

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

-- programs ---------------------------------------------------------------------------------------

create or replace view program_result with (security_invoker = true) as
select p.program_id, p.fiscal_year, p.unit_id, p.nature, p.scope, p.fund, p.function_id, p.objective_id, p.revenue_type,
       n.is_revenue::integer as is_revenue,
       1 as programs, (t.score is not null)::integer as scored_programs,
       b.approved::numeric(38,2) as approved, b.adjusted::numeric(38,2) as adjusted,
       (b.approved + b.adjusted)::numeric(38,2) as budget,
       b.received::numeric(38,2) as received, b.executed::numeric(38,2) as executed, b.planned::numeric(38,2) as planned,
       (case when b.approved + b.adjusted > 0 then 100 * b.executed / (b.approved + b.adjusted) end)::numeric(38,4)
           as execution_rate,
       m.money::numeric(38,2) as money,
       (case when t.score is not null then m.money else 0 end)::numeric(38,2) as scored_money,
       (coalesce(t.score, 0) * m.money)::numeric(38,10) as score_sum,
       (coalesce(t.coverage, 0) * m.money)::numeric(38,10) as coverage_sum,
       (coalesce(t.low, 0) * m.money)::numeric(38,10) as low_sum,
       (coalesce(t.high, 100) * m.money)::numeric(38,10) as high_sum,
       t.score::numeric(11,8) as score, coalesce(t.coverage, 0)::numeric(11,8) as coverage,
       coalesce(t.low, 0)::numeric(11,8) as low, coalesce(t.high, 100)::numeric(11,8) as high,
       coalesce(o.rating, bpm.rating(t.score, coalesce(f.scale, s.scale))) as rating,
       case when o.rating is null then bpm.rating_rank(t.score, coalesce(f.scale, s.scale)) end as rating_rank,
       (o.rating is not null)::integer as overridden,
       e.stage, e.since as stage_since,
       p.name, p.responsible, p.framework_id
from program p
join nature n on n.nature = p.nature
left join framework f on f.framework_id = p.framework_id
left join lateral (
    select s.scale, s.money from setting s
    where s.fiscal_year <= p.fiscal_year order by s.fiscal_year desc limit 1) s on true
cross join lateral (
    select coalesce(sum(nullif(b.approved, 'NaN')), 0) as approved, coalesce(sum(nullif(b.adjusted, 'NaN')), 0) as adjusted,
           coalesce(sum(nullif(b.received, 'NaN')), 0) as received, coalesce(sum(nullif(b.executed, 'NaN')), 0) as executed,
           coalesce(sum(nullif(b.planned, 'NaN')), 0) as planned
    from program_budget b
    where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year
        and b.entry_date <= (select coalesce(bpm.as_of(), 'infinity')) and (b.recorded_at > (select coalesce(bpm.known_at(), 'infinity'))) is not true) b
cross join lateral (
    select greatest(case s.money when 'approved' then b.approved when 'received' then b.received
                                 when 'executed' then b.executed else b.approved + b.adjusted end, 0) as money) m
left join lateral (
    select r.score, r.coverage, r.low, r.high
    from program_tree t, bpm.roots(t.tree) r
    where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year) t on true
left join lateral (
    select o.rating from rating_override o
    where o.program_id = p.program_id and o.fiscal_year = p.fiscal_year
        and o.valid_from <= (select coalesce(bpm.as_of(), 'infinity')) and o.recorded_at <= (select coalesce(bpm.known_at(), 'infinity'))
    order by o.valid_from desc, o.recorded_at desc
    limit 1) o on true
left join lateral (
    select e.stage, e.at::date as since from stage_event e
    where e.program_id = p.program_id and e.fiscal_year = p.fiscal_year
        and e.at < (select (coalesce(bpm.as_of() + 1, 'infinity'))::timestamptz) and e.recorded_at <= (select coalesce(bpm.known_at(), 'infinity'))
    order by e.at desc
    limit 1) e on true;
comment on view program_result is 'One row per program and year: money, execution, score with coverage and bounds, rating, stage.';

-- roll-ups ---------------------------------------------------------------------------------------
-- Expenditure only; revenue has a view of its own. Programs are weighted by the money that the settings say.

create or replace view unit_result with (security_invoker = true) as
with own as (
    select r.unit_id, r.fiscal_year,
           sum(r.programs) as programs, sum(r.scored_programs) as scored_programs,
           sum(r.approved) as approved, sum(r.adjusted) as adjusted, sum(r.budget) as budget,
           sum(r.received) as received, sum(r.executed) as executed, sum(r.planned) as planned,
           sum(r.money) as money,
           bpm.rollup(r.score, r.money) as score, bpm.rollup(r.coverage, r.money) as coverage,
           bpm.rollup(r.low, r.money) as low, bpm.rollup(r.high, r.money) as high
    from program_result r
    where r.is_revenue = 0
    group by r.unit_id, r.fiscal_year
), total as (
    select t.ancestor_id as unit_id, o.fiscal_year,
           sum(o.programs) as programs, sum(o.scored_programs) as scored_programs,
           sum(o.approved) as approved, sum(o.adjusted) as adjusted, sum(o.budget) as budget,
           sum(o.received) as received, sum(o.executed) as executed, sum(o.planned) as planned,
           sum(o.money) as money,
           bpm.rollup(o.score) as score, bpm.rollup(o.coverage) as coverage,
           bpm.rollup(o.low) as low, bpm.rollup(o.high) as high
    from own o
    join unit_tree t on t.unit_id = o.unit_id
    group by t.ancestor_id, o.fiscal_year
)
select t.unit_id, t.fiscal_year,
       t.programs::integer as programs, t.scored_programs::integer as scored_programs,
       t.approved::numeric(38,2) as approved, t.adjusted::numeric(38,2) as adjusted, t.budget::numeric(38,2) as budget,
       t.received::numeric(38,2) as received, t.executed::numeric(38,2) as executed, t.planned::numeric(38,2) as planned,
       (case when t.budget > 0 then 100 * t.executed / t.budget end)::numeric(38,4) as execution_rate,
       t.money::numeric(38,2) as money, bpm.scored_weight(t.score)::numeric(38,2) as scored_money,
       bpm.weighted_sum(t.score)::numeric(38,10) as score_sum, bpm.weighted_sum(t.coverage)::numeric(38,10) as coverage_sum,
       bpm.weighted_sum(t.low)::numeric(38,10) as low_sum, bpm.weighted_sum(t.high)::numeric(38,10) as high_sum,
       bpm.score(t.score)::numeric(11,8) as score, bpm.score(t.coverage)::numeric(11,8) as coverage,
       bpm.score(t.low)::numeric(11,8) as low, bpm.score(t.high)::numeric(11,8) as high,
       bpm.rating(t.score, s.scale) as rating, bpm.rating_rank(t.score, s.scale) as rating_rank,
       n.parent_id, n.name
from total t
join unit n on n.unit_id = t.unit_id
left join lateral (
    select s.scale from setting s where s.fiscal_year <= t.fiscal_year order by s.fiscal_year desc limit 1) s on true;
comment on view unit_result is 'One row per unit and year, with everything below it: each program once.';

create or replace view function_result with (security_invoker = true) as
with own as (
    select r.function_id, r.fiscal_year,
           sum(r.programs) as programs, sum(r.scored_programs) as scored_programs,
           sum(r.approved) as approved, sum(r.adjusted) as adjusted, sum(r.budget) as budget,
           sum(r.received) as received, sum(r.executed) as executed, sum(r.planned) as planned,
           sum(r.money) as money,
           bpm.rollup(r.score, r.money) as score, bpm.rollup(r.coverage, r.money) as coverage,
           bpm.rollup(r.low, r.money) as low, bpm.rollup(r.high, r.money) as high
    from program_result r
    where r.is_revenue = 0
    group by r.function_id, r.fiscal_year
), total as (
    select t.ancestor_id as function_id, o.fiscal_year,
           sum(o.programs) as programs, sum(o.scored_programs) as scored_programs,
           sum(o.approved) as approved, sum(o.adjusted) as adjusted, sum(o.budget) as budget,
           sum(o.received) as received, sum(o.executed) as executed, sum(o.planned) as planned,
           sum(o.money) as money,
           bpm.rollup(o.score) as score, bpm.rollup(o.coverage) as coverage,
           bpm.rollup(o.low) as low, bpm.rollup(o.high) as high
    from own o
    join function_code_tree t on t.function_id = o.function_id
    group by t.ancestor_id, o.fiscal_year
)
select t.function_id, t.fiscal_year,
       t.programs::integer as programs, t.scored_programs::integer as scored_programs,
       t.approved::numeric(38,2) as approved, t.adjusted::numeric(38,2) as adjusted, t.budget::numeric(38,2) as budget,
       t.received::numeric(38,2) as received, t.executed::numeric(38,2) as executed, t.planned::numeric(38,2) as planned,
       (case when t.budget > 0 then 100 * t.executed / t.budget end)::numeric(38,4) as execution_rate,
       t.money::numeric(38,2) as money, bpm.scored_weight(t.score)::numeric(38,2) as scored_money,
       bpm.weighted_sum(t.score)::numeric(38,10) as score_sum, bpm.weighted_sum(t.coverage)::numeric(38,10) as coverage_sum,
       bpm.weighted_sum(t.low)::numeric(38,10) as low_sum, bpm.weighted_sum(t.high)::numeric(38,10) as high_sum,
       bpm.score(t.score)::numeric(11,8) as score, bpm.score(t.coverage)::numeric(11,8) as coverage,
       bpm.score(t.low)::numeric(11,8) as low, bpm.score(t.high)::numeric(11,8) as high,
       bpm.rating(t.score, s.scale) as rating, bpm.rating_rank(t.score, s.scale) as rating_rank,
       n.parent_id, n.name
from total t
join function_code n on n.function_id = t.function_id
left join lateral (
    select s.scale from setting s where s.fiscal_year <= t.fiscal_year order by s.fiscal_year desc limit 1) s on true;
comment on view function_result is 'One row per function and year, with everything below it: each program once.';

create or replace view objective_result with (security_invoker = true) as
with own as (
    select r.objective_id, r.fiscal_year,
           sum(r.programs) as programs, sum(r.scored_programs) as scored_programs,
           sum(r.approved) as approved, sum(r.adjusted) as adjusted, sum(r.budget) as budget,
           sum(r.received) as received, sum(r.executed) as executed, sum(r.planned) as planned,
           sum(r.money) as money,
           bpm.rollup(r.score, r.money) as score, bpm.rollup(r.coverage, r.money) as coverage,
           bpm.rollup(r.low, r.money) as low, bpm.rollup(r.high, r.money) as high
    from program_result r
    where r.is_revenue = 0
    group by r.objective_id, r.fiscal_year
), total as (
    select t.ancestor_id as objective_id, o.fiscal_year,
           sum(o.programs) as programs, sum(o.scored_programs) as scored_programs,
           sum(o.approved) as approved, sum(o.adjusted) as adjusted, sum(o.budget) as budget,
           sum(o.received) as received, sum(o.executed) as executed, sum(o.planned) as planned,
           sum(o.money) as money,
           bpm.rollup(o.score) as score, bpm.rollup(o.coverage) as coverage,
           bpm.rollup(o.low) as low, bpm.rollup(o.high) as high
    from own o
    join objective_tree t on t.objective_id = o.objective_id
    group by t.ancestor_id, o.fiscal_year
)
select t.objective_id, t.fiscal_year,
       t.programs::integer as programs, t.scored_programs::integer as scored_programs,
       t.approved::numeric(38,2) as approved, t.adjusted::numeric(38,2) as adjusted, t.budget::numeric(38,2) as budget,
       t.received::numeric(38,2) as received, t.executed::numeric(38,2) as executed, t.planned::numeric(38,2) as planned,
       (case when t.budget > 0 then 100 * t.executed / t.budget end)::numeric(38,4) as execution_rate,
       t.money::numeric(38,2) as money, bpm.scored_weight(t.score)::numeric(38,2) as scored_money,
       bpm.weighted_sum(t.score)::numeric(38,10) as score_sum, bpm.weighted_sum(t.coverage)::numeric(38,10) as coverage_sum,
       bpm.weighted_sum(t.low)::numeric(38,10) as low_sum, bpm.weighted_sum(t.high)::numeric(38,10) as high_sum,
       bpm.score(t.score)::numeric(11,8) as score, bpm.score(t.coverage)::numeric(11,8) as coverage,
       bpm.score(t.low)::numeric(11,8) as low, bpm.score(t.high)::numeric(11,8) as high,
       bpm.rating(t.score, s.scale) as rating, bpm.rating_rank(t.score, s.scale) as rating_rank,
       n.parent_id, n.name
from total t
join objective n on n.objective_id = t.objective_id
left join lateral (
    select s.scale from setting s where s.fiscal_year <= t.fiscal_year order by s.fiscal_year desc limit 1) s on true;
comment on view objective_result is 'One row per objective and year, with everything below it: each program once.';

create or replace view classification_result with (security_invoker = true) as
with total as (
    select r.fiscal_year, r.nature, r.scope, r.fund,
           sum(r.programs) as programs, sum(r.scored_programs) as scored_programs,
           sum(r.approved) as approved, sum(r.adjusted) as adjusted, sum(r.budget) as budget,
           sum(r.received) as received, sum(r.executed) as executed, sum(r.planned) as planned,
           sum(r.money) as money,
           bpm.rollup(r.score, r.money) as score, bpm.rollup(r.coverage, r.money) as coverage,
           bpm.rollup(r.low, r.money) as low, bpm.rollup(r.high, r.money) as high
    from program_result r
    group by r.fiscal_year, r.nature, r.scope, r.fund
)
select t.fiscal_year, t.nature, t.scope, t.fund,
       t.programs::integer as programs, t.scored_programs::integer as scored_programs,
       t.approved::numeric(38,2) as approved, t.adjusted::numeric(38,2) as adjusted, t.budget::numeric(38,2) as budget,
       t.received::numeric(38,2) as received, t.executed::numeric(38,2) as executed, t.planned::numeric(38,2) as planned,
       (case when t.budget > 0 then 100 * t.executed / t.budget end)::numeric(38,4) as execution_rate,
       t.money::numeric(38,2) as money, bpm.scored_weight(t.score)::numeric(38,2) as scored_money,
       bpm.weighted_sum(t.score)::numeric(38,10) as score_sum, bpm.weighted_sum(t.coverage)::numeric(38,10) as coverage_sum,
       bpm.weighted_sum(t.low)::numeric(38,10) as low_sum, bpm.weighted_sum(t.high)::numeric(38,10) as high_sum,
       bpm.score(t.score)::numeric(11,8) as score, bpm.score(t.coverage)::numeric(11,8) as coverage,
       bpm.score(t.low)::numeric(11,8) as low, bpm.score(t.high)::numeric(11,8) as high,
       bpm.rating(t.score, s.scale) as rating, bpm.rating_rank(t.score, s.scale) as rating_rank
from total t
left join lateral (
    select s.scale from setting s where s.fiscal_year <= t.fiscal_year order by s.fiscal_year desc limit 1) s on true;
comment on view classification_result is 'One row per year, nature, scope and fund: the only roll-up that shows revenue and expenditure side by side, each in rows of its own.';

create or replace view year_result with (security_invoker = true) as
with total as (
    select r.fiscal_year,
           sum(r.programs) as programs, sum(r.scored_programs) as scored_programs,
           sum(r.approved) as approved, sum(r.adjusted) as adjusted, sum(r.budget) as budget,
           sum(r.received) as received, sum(r.executed) as executed, sum(r.planned) as planned,
           sum(r.money) as money,
           bpm.rollup(r.score, r.money) as score, bpm.rollup(r.coverage, r.money) as coverage,
           bpm.rollup(r.low, r.money) as low, bpm.rollup(r.high, r.money) as high
    from program_result r
    where r.is_revenue = 0
    group by r.fiscal_year
)
select t.fiscal_year,
       t.programs::integer as programs, t.scored_programs::integer as scored_programs,
       t.approved::numeric(38,2) as approved, t.adjusted::numeric(38,2) as adjusted, t.budget::numeric(38,2) as budget,
       t.received::numeric(38,2) as received, t.executed::numeric(38,2) as executed, t.planned::numeric(38,2) as planned,
       (case when t.budget > 0 then 100 * t.executed / t.budget end)::numeric(38,4) as execution_rate,
       t.money::numeric(38,2) as money, bpm.scored_weight(t.score)::numeric(38,2) as scored_money,
       bpm.weighted_sum(t.score)::numeric(38,10) as score_sum, bpm.weighted_sum(t.coverage)::numeric(38,10) as coverage_sum,
       bpm.weighted_sum(t.low)::numeric(38,10) as low_sum, bpm.weighted_sum(t.high)::numeric(38,10) as high_sum,
       bpm.score(t.score)::numeric(11,8) as score, bpm.score(t.coverage)::numeric(11,8) as coverage,
       bpm.score(t.low)::numeric(11,8) as low, bpm.score(t.high)::numeric(11,8) as high,
       bpm.rating(t.score, s.scale) as rating, bpm.rating_rank(t.score, s.scale) as rating_rank
from total t
left join lateral (
    select s.scale from setting s where s.fiscal_year <= t.fiscal_year order by s.fiscal_year desc limit 1) s on true;
comment on view year_result is 'One row per year: all expenditure programs.';

