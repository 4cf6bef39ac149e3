-- Programs: money, execution, and the evaluation that counts

create function answers_on(of_program text, of_year integer, on_day date) returns text
    language sql stable parallel safe
begin atomic
    select r.person from responsible r
    where r.program_id = of_program and r.fiscal_year = of_year and r.from_day <= on_day
    order by r.from_day desc
    limit 1;
end;
comment on function answers_on(text, integer, date) is
'The person who answers for a program on a day; NULL for nobody.';

select bpm.define_result('look_score',
'Every evaluation of a program with the money and the weight of the program, its tree and the facts of its '
'indicators; place 1 is the one that counts.', $$
select p.program_id, p.fiscal_year, p.unit_id, p.nature, p.scope, p.fund, p.function_id, p.economic_id, p.revenue_type,
       p.is_revenue::integer as is_revenue, p.is_overall::integer as is_overall,
       (not p.is_overall)::integer as programs, (not p.is_overall and e.score is not null)::integer as scored_programs,
       (not p.is_overall and e.closed = 1)::integer as closed_programs,
       m.proposed::numeric(38,2) as proposed, m.approved::numeric(38,2) as approved,
       m.carried_over::numeric(38,2) as carried_over, m.adjusted::numeric(38,2) as adjusted,
       (m.approved + m.carried_over + m.adjusted)::numeric(38,2) as budget,
       m.received::numeric(38,2) as received, m.committed::numeric(38,2) as committed,
       m.executed::numeric(38,2) as executed, m.planned::numeric(38,2) as planned,
       c.budget::numeric(38,2) as covered_budget, c.executed::numeric(38,2) as covered_executed,
       (case when c.budget > 0 then 100 * c.executed / c.budget end)::numeric(38,4) as execution_rate,
       w.weight::numeric(38,8) as weight,
       (case when e.score is not null then w.weight else 0 end)::numeric(38,8) as scored_weight,
       (coalesce(e.score, 0) * w.weight)::numeric(60,16) as score_sum,
       (e.coverage * w.weight)::numeric(60,16) as coverage_sum,
       (e.low * w.weight)::numeric(60,16) as low_sum, (e.high * w.weight)::numeric(60,16) as high_sum,
       (case when e.self_score is not null then w.weight else 0 end)::numeric(38,8) as self_weight,
       (coalesce(e.self_score, 0) * w.weight)::numeric(60,16) as self_sum,
       e.score::numeric(20,8) as score, e.coverage::numeric(20,8) as coverage, e.low::numeric(20,8) as low,
       e.high::numeric(20,8) as high, e.self_score::numeric(20,8) as self_score, e.evaluation,
       coalesce(v.rating, e.rating) as rating,
       case when v.rating is null then e.rating_rank end as rating_rank,
       case when v.rating is null then e.rating_reason else v.reason end as rating_reason,
       (v.rating is not null)::integer as overridden,
       p.stage, p.stage_since, e.closed, e.closes_on,
       h.person as responsible, e.framework_id, u.name as unit_name, p.name,
       e.tree, e.facts, e.place, e.missing, e.tree_score, e.deducted, e.cap, e.vetoed, e.floor, e.execution, e.scale,
       e.counts_until, e.items, e.attained, e.evaluator
from @program_state p
join unit u on u.unit_id = p.unit_id
cross join lateral program_money(p, p.money_until) g
-- what an overall program answers for is the money of others: it is in no sum
cross join lateral (
    select case when p.is_overall then 0 else g.proposed end as proposed,
           case when p.is_overall then 0 else g.approved end as approved,
           case when p.is_overall then 0 else g.carried_over end as carried_over,
           case when p.is_overall then 0 else g.adjusted end as adjusted,
           case when p.is_overall then 0 else g.received end as received,
           case when p.is_overall then 0 else g.committed end as committed,
           case when p.is_overall then 0 else g.executed end as executed,
           case when p.is_overall then 0 else g.planned end as planned) m
cross join lateral (select g.approved + g.carried_over + g.adjusted as budget, g.executed) c
-- of those that are closed and at or above their floor the highest; else the self-evaluation, as far as it is
cross join lateral (
    select r.*, max(r.score) filter (where r.evaluation = 'self') over () as self_score,
           row_number() over (order by r.counts desc, case when r.counts = 1 then r.rank end desc nulls last,
               (r.evaluation = 'self') desc, r.closes_on desc, r.evaluation)::integer as place
    from evaluation_scores(p) r) e
cross join lateral (
    select case when p.is_overall then 0
                else greatest(case p.weigh_by when 'budget' then c.budget when 'received' then g.received
                                   when 'executed' then g.executed when 'one' then 1 when 'own'
                                       then coalesce(nullif(p.own_weight, 'NaN'), 0)
                                   when 'indicators' then e.indicators else g.approved end, 0) end as weight) w
left join lateral (
    select r.rating, r.reason from rating_override r
    where r.program_id = p.program_id and r.fiscal_year = p.fiscal_year and r.valid_from <= p.day
        and r.recorded_at <= p.known
    order by r.valid_from desc, r.recorded_at desc
    limit 1) v on true
left join lateral (
    select r.person from responsible r
    where r.program_id = p.program_id and r.fiscal_year = p.fiscal_year and r.from_day <= least(p.day, p.ends_on)
    order by r.from_day desc
    limit 1) h on true
$$);

select bpm.define_result('program_score',
'What program_result shows, and of the evaluation that counts the tree and the facts of its indicators.', $$
select * from @look_score where place = 1
$$);

select bpm.define_result('program_result',
'One row per program and year: money, execution, and score, rating, coverage and bounds of the evaluation that '
'counts.', $$
select program_id, fiscal_year, unit_id, nature, scope, fund, function_id, economic_id, revenue_type, is_revenue,
       is_overall, programs, scored_programs, closed_programs, proposed, approved, carried_over, adjusted, budget,
       received, committed, executed, planned, covered_budget, covered_executed, execution_rate, weight,
       scored_weight, score_sum, coverage_sum, low_sum, high_sum, self_weight, self_sum, score, coverage, low,
       high, self_score, evaluation, rating, rating_rank, rating_reason, overridden, stage, stage_since, closed,
       closes_on, responsible, framework_id, unit_name, name
from @program_score
$$);
