-- Roll-ups: expenditure only; revenue has a view of its own. Programs are weighted by the money that the settings say.

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
