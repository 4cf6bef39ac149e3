-- Roll-ups: expenditure only; revenue has a view of its own. Programs are weighted by the money that the settings say.

-- Every tree alike: what lies below a node, and for each the node's own group. The group is computed for the nodes that
-- are asked for only, and by the indexes of their programs.
create or replace view node_result with (security_invoker = true) as
with total as (
    select a.tree, a.ancestor_id as id, o.fiscal_year,
           sum(o.programs) as programs, sum(o.scored_programs) as scored_programs,
           sum(o.approved) as approved, sum(o.adjusted) as adjusted, sum(o.budget) as budget,
           sum(o.received) as received, sum(o.executed) as executed, sum(o.planned) as planned,
           sum(o.money) as money,
           bpm.rollup(o.score) as score, bpm.rollup(o.coverage) as coverage,
           bpm.rollup(o.low) as low, bpm.rollup(o.high) as high
    from node_above a
    cross join lateral (
        select r.tree, r.fiscal_year,
               sum(r.programs) as programs, sum(r.scored_programs) as scored_programs,
               sum(r.approved) as approved, sum(r.adjusted) as adjusted, sum(r.approved + r.adjusted) as budget,
               sum(r.received) as received, sum(r.executed) as executed, sum(r.planned) as planned,
               sum(r.money) as money,
               bpm.rollup(r.score, r.money) as score, bpm.rollup(r.coverage, r.money) as coverage,
               bpm.rollup(r.low, r.money) as low, bpm.rollup(r.high, r.money) as high
        from (select n.tree, n.fiscal_year, n.counted as programs, n.counted * n.scored_programs as scored_programs,
                     part(n.approved, n.after, n.upto) as approved, part(n.adjusted, n.after, n.upto) as adjusted,
                     part(n.received, n.after, n.upto) as received, part(n.executed, n.after, n.upto) as executed,
                     part(n.planned, n.after, n.upto) as planned, part(n.money, n.after, n.upto) as money,
                     n.score, n.coverage, n.low, n.high
              from (select 'unit'::text as tree, 1 as counted, 0::numeric as after, 1::numeric as upto, r.*
                    from program_result r
                    where r.unit_id = a.id
                    union all
                    select 'function', 1, 0, 1, r.*
                    from program_result r
                    where coalesce(r.function_id, 'unclassified') = a.id
                    union all
                    select 'objective', n.programs, n.after, n.upto, r.*
                    from node_program n
                    join program_result r on r.program_id = n.program_id and r.fiscal_year = n.fiscal_year
                    where n.tree = 'objective' and n.id = a.id) n
              where n.is_revenue = 0) r
        group by r.tree, r.fiscal_year) o
    where o.tree = a.tree and o.fiscal_year between a.from_year and a.to_year
        -- a classification has many classes that nobody uses: the planner should not charge for them
        and (a.tree <> 'function'
             or a.id = any ((select array_agg(distinct coalesce(p.function_id, 'unclassified')) from program p)::text[]))
    group by a.tree, a.ancestor_id, o.fiscal_year
)
select t.tree, t.id, t.fiscal_year,
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
       p.ancestor_id as parent_id, coalesce(u.name, f.name, o.name, t.id) as name
from total t
left join node_above p on p.tree = t.tree and p.id = t.id and p.distance = 1
    and t.fiscal_year between p.from_year and p.to_year
left join unit u on t.tree = 'unit' and u.unit_id = t.id
left join function_code f on t.tree = 'function' and f.function_id = t.id
left join objective o on t.tree = 'objective' and o.objective_id = t.id
left join lateral (
    select s.scale from setting s where s.fiscal_year <= t.fiscal_year order by s.fiscal_year desc limit 1) s on true;
comment on view node_result is 'One row per node of a tree (unit, function, objective) and year, with everything below it in that year; what has no class is the node unclassified.';

create or replace view unit_result with (security_invoker = true) as
select id as unit_id, fiscal_year, programs, scored_programs, approved, adjusted, budget, received, executed, planned,
       execution_rate, money, scored_money, score_sum, coverage_sum, low_sum, high_sum, score, coverage, low, high,
       rating, rating_rank, parent_id, name
from node_result
where tree = 'unit';
comment on view unit_result is 'One row per unit and year, with everything below it: each program once.';

create or replace view function_result with (security_invoker = true) as
select id as function_id, fiscal_year, programs, scored_programs, approved, adjusted, budget, received, executed, planned,
       execution_rate, money, scored_money, score_sum, coverage_sum, low_sum, high_sum, score, coverage, low, high,
       rating, rating_rank, parent_id, name
from node_result
where tree = 'function';
comment on view function_result is 'One row per function and year, with everything below it: each program once; what has none is unclassified.';

create or replace view objective_result with (security_invoker = true) as
select id as objective_id, fiscal_year, programs, scored_programs, approved, adjusted, budget, received, executed, planned,
       execution_rate, money, scored_money, score_sum, coverage_sum, low_sum, high_sum, score, coverage, low, high,
       rating, rating_rank, parent_id, name
from node_result
where tree = 'objective';
comment on view objective_result is 'One row per objective and year, with everything below it: each program by its shares; what has none is unclassified.';

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
