-- Programs: money, execution, score, rating, stage

create or replace view program_result with (security_invoker = true) as
select p.program_id, p.fiscal_year, p.unit_id, p.nature, p.scope, p.fund, p.function_id, p.revenue_type,
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
