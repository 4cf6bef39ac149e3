-- Results over time: by month, against the same day of last year, and what has changed since a day

select bpm.define_result('program_month',
'One row per program, year and month that has passed: money, score and rating as results on its last day.', $$
select p.program_id, p.fiscal_year, m.month_end, m.month, p.unit_id, r.is_revenue, r.is_overall,
       r.programs, r.scored_programs, r.closed_programs, r.budget, r.executed, r.covered_budget, r.covered_executed,
       r.execution_rate, r.weight, r.scored_weight, r.score_sum, r.coverage_sum, r.score, r.coverage, r.rating,
       r.rating_rank, r.name
from @program_state p
cross join lateral (
    select n as month, (p.starts_on + make_interval(months => n) - interval '1 day')::date as month_end
    from unnest('{1,2,3,4,5,6,7,8,9,10,11,12}'::integer[]) n) m
cross join lateral (
    select r.* from program_result_at(m.month_end, p.known) r
    where r.program_id = p.program_id and r.fiscal_year = p.fiscal_year
    offset 0) r
where m.month_end <= p.day and m.month_end >= p.starts_on -- which is always so; the planner expects less of it
$$);

select bpm.define_result('unit_month',
'One row per unit, year and month that has passed, with everything below it: expenditure, as results on its last day.', $$
select t.unit_id, t.fiscal_year, t.month_end, t.month, t.programs::integer as programs,
       t.scored_programs::integer as scored_programs, t.closed_programs::integer as closed_programs,
       t.budget::numeric(38,2) as budget, t.executed::numeric(38,2) as executed,
       (case when t.budget > 0 then 100 * t.executed / t.budget end)::numeric(38,4) as execution_rate,
       t.weight::numeric(38,8) as weight, t.scored_weight::numeric(38,8) as scored_weight,
       t.score_sum::numeric(60,16) as score_sum, t.coverage_sum::numeric(60,16) as coverage_sum,
       r.score, r.coverage, g.rating, g.rating_rank, g.rating_reason, u.name
from (
    select a.ancestor_id as unit_id, o.fiscal_year, o.month_end, o.month, sum(o.programs) as programs,
           sum(o.scored_programs) as scored_programs, sum(o.closed_programs) as closed_programs,
           sum(o.budget) as budget, sum(o.executed) as executed, sum(o.weight) as weight,
           sum(o.scored_weight) as scored_weight, sum(o.score_sum) as score_sum, sum(o.coverage_sum) as coverage_sum
    from node_above a
    cross join lateral (
        select m.fiscal_year, m.month_end, m.month, sum(m.programs) as programs,
               sum(m.scored_programs) as scored_programs, sum(m.closed_programs) as closed_programs,
               sum(m.budget) as budget, sum(m.executed) as executed, sum(m.weight) as weight,
               sum(m.scored_weight) as scored_weight, sum(m.score_sum) as score_sum,
               sum(m.coverage_sum) as coverage_sum
        from @program_month m
        where m.unit_id = a.id and m.is_revenue = 0
        group by m.fiscal_year, m.month_end, m.month) o
    where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year
    group by a.ancestor_id, o.fiscal_year, o.month_end, o.month) t
cross join lateral (
    select round(t.score_sum / nullif(t.scored_weight, 0), 8)::numeric(20,8) as score,
           round(t.coverage_sum / nullif(t.weight, 0), 8)::numeric(20,8) as coverage) r
cross join lateral rating_of_sum(t.fiscal_year, r.score, r.coverage, t.programs - t.closed_programs) g
join unit u on u.unit_id = t.unit_id
$$);

-- The same day of the year before: 28 February for the 29th. Of days that no timestamp reaches, the day itself.
create function day_before(day date) returns date
    language sql immutable parallel safe
    return case when day between date '4000-01-01 BC' and date '9999-12-31' then (day - interval '1 year')::date
                else day end;
comment on function day_before(date) is
'The same day of the year before; of 29 February the 28th, and of infinity the same.';

select bpm.define_result('trend',
'Year over year, one row per program or unit and year: as on the day, and the year before as on the same day of the '
'year before. What is before is empty when there is no row for it.', $$
with point as (
    select 'program'::text as grain, r.program_id as id, r.fiscal_year, r.budget, r.executed, r.score_sum,
           r.scored_weight, r.score, b.budget as budget_before, b.executed as executed_before, b.score as score_before,
           d.day, r.name
    from @day d
    cross join @program_result r
    left join lateral (
        select x.budget, x.executed, x.score from program_result_at(day_before(d.day), d.known) x
        where x.program_id = r.program_id and x.fiscal_year = greatest(r.fiscal_year, 1) - 1
        offset 0) b on true
    union all
    -- units: each program is looked at once for the day and once for the day before, and both are rolled up together
    select 'unit', t.unit_id, t.fiscal_year, t.budget, t.executed, t.score_sum, t.scored_weight,
           round(t.score_sum / nullif(t.scored_weight, 0), 8), t.budget_before, t.executed_before,
           round(t.score_sum_before / nullif(t.scored_weight_before, 0), 8), t.day, u.name
    from (
        select o.ancestor_id as unit_id, o.fiscal_year, min(o.day) as day,
               sum(o.budget) filter (where o.is_now) as budget, sum(o.executed) filter (where o.is_now) as executed,
               sum(o.score_sum) filter (where o.is_now) as score_sum,
               sum(o.scored_weight) filter (where o.is_now) as scored_weight,
               sum(o.budget) filter (where not o.is_now) as budget_before,
               sum(o.executed) filter (where not o.is_now) as executed_before,
               sum(o.score_sum) filter (where not o.is_now) as score_sum_before,
               sum(o.scored_weight) filter (where not o.is_now) as scored_weight_before
        from (
            select u.unit_id as ancestor_id, d.day, true as is_now, u.fiscal_year, u.budget, u.executed, u.score_sum,
                   u.scored_weight
            from @day d
            cross join @unit_result u
            union all
            select a.ancestor_id, d.day, false, least(o.fiscal_year, 9999) + 1, o.budget, o.executed, o.score_sum,
                   o.scored_weight
            from @day d
            cross join node_above a
            cross join lateral (
                select r.fiscal_year, sum(r.budget) as budget, sum(r.executed) as executed,
                       sum(r.score_sum) as score_sum, sum(r.scored_weight) as scored_weight
                from program_result_at(day_before(d.day), d.known) r
                where r.unit_id = a.id and r.is_revenue = 0
                group by r.fiscal_year) o
            where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year) o
        group by o.ancestor_id, o.fiscal_year) t
    join unit u on u.unit_id = t.unit_id
    where t.budget is not null -- there is a row of the year
)
select p.grain, p.id, p.fiscal_year,
       p.budget::numeric(38,2) as budget, p.budget_before::numeric(38,2) as budget_before,
       (case when p.budget_before > 0
             then 100 * (p.budget - p.budget_before) / p.budget_before end)::numeric(38,4) as budget_growth,
       p.executed::numeric(38,2) as executed, p.executed_before::numeric(38,2) as executed_before,
       (case when p.executed_before > 0
             then 100 * (p.executed - p.executed_before) / p.executed_before end)::numeric(38,4) as executed_growth,
       p.score::numeric(20,8) as score, p.score_before::numeric(20,8) as score_before,
       (p.score - p.score_before)::numeric(20,8) as score_change,
       p.scored_weight::numeric(38,8) as scored_weight, p.score_sum::numeric(60,16) as score_sum,
       p.name, p.day, day_before(p.day) as day_before
from point p
$$);

-- Two looks at each program; what differs is taken apart by the nodes and the facts of the evaluation that counts.
create function changes_since(since date, on_day date default null, as_known timestamptz default null,
                              known_then timestamptz default null)
    returns table (program_id text, fiscal_year integer, what text, item text, rating_changed integer, points numeric,
                   rating_before text, rating text, score_before numeric, score numeric, figure_before numeric,
                   figure numeric, day_before date, day date, target_before text, target text, weight_before numeric,
                   weight numeric, name text, program_name text)
    language sql stable parallel safe rows 100
begin atomic
    with moment as (
        select x.since, x.day, x.known, coalesce(changes_since.known_then, x.known) as known_then
        from (select changes_since.since as since, coalesce(on_day, as_of()) as day,
                     coalesce(as_known, bpm.known_at(), 'infinity') as known) x
    ), pair as (
        select n.program_id, n.fiscal_year, n.name as program_name,
               b.rating as rating_before, n.rating, b.score as score_before, n.score,
               (n.rating is distinct from b.rating)::integer as rating_changed,
               b.evaluation as evaluation_before, n.evaluation, b.closed as closed_before, n.closed,
               b.rating_reason as reason_before, n.rating_reason as reason,
               b.covered_budget as budget_before, n.covered_budget as budget,
               b.covered_executed as executed_before, n.covered_executed as executed,
               b.tree as tree_before, n.tree, b.facts as facts_before, n.facts
        from moment m
        cross join lateral program_score_at(m.day, m.known) n
        cross join lateral (
            select b.* from program_score_at(m.since, m.known_then) b
            where b.program_id = n.program_id and b.fiscal_year = n.fiscal_year
            offset 0) b
    ), fact as (
        select p.program_id, p.fiscal_year, i.*
        from pair p
        cross join lateral (
            select format('%s%s', case when coalesce(f.evaluation, b.evaluation) <> 'self'
                                       then coalesce(f.evaluation, b.evaluation) || ': ' end,
                          coalesce(f.indicator_id, b.indicator_id)) as item,
                   coalesce(f.name, b.name) as name,
                   b.actual as actual_before, f.actual, b.actual_date as actual_date_before, f.actual_date,
                   b.target::text as target_before, f.target::text as target, b.weight as weight_before, f.weight,
                   b.score as score_before, f.score,
                   case when (b.score is null or b.contribution is not null or b.is_group)
                             and (f.score is null or f.contribution is not null or f.is_group)
                        then coalesce(f.contribution, 0) - coalesce(b.contribution, 0) end as points,
                   coalesce(f.is_group, b.is_group) as is_group
            from (select f.evaluation, f.indicator_id, f.name, f.actual, f.actual_date, f.target, f.weight, f.score,
                         f.grade, f.source = 'group' as is_group,
                         case when f.source <> 'group' then n.contribution end as contribution
                  from unnest(p.facts) f
                  left join bpm.nodes(p.tree) n on n.id = f.indicator_id) f
            full join (select f.evaluation, f.indicator_id, f.name, f.actual, f.actual_date, f.target, f.weight,
                              f.score, f.grade, f.source = 'group' as is_group,
                              case when f.source <> 'group' then n.contribution end as contribution
                       from unnest(p.facts_before) f
                       left join bpm.nodes(p.tree_before) n on n.id = f.indicator_id) b
                on b.evaluation = f.evaluation and b.indicator_id = f.indicator_id
            where (f.indicator_id is null) <> (b.indicator_id is null)
                or row(f.score, f.actual, f.actual_date, f.grade, f.weight, f.target::text)
                   is distinct from row(b.score, b.actual, b.actual_date, b.grade, b.weight, b.target::text)) i
    ), change as (
        select p.program_id, p.fiscal_year, 1 as place, 'score' as what, null::text as item,
               p.score - p.score_before as points, null::numeric as figure_before, null::numeric as figure,
               null::date as day_before, null::date as day, null::text as target_before, null::text as target,
               null::numeric as weight_before, null::numeric as weight, null::text as name
        from pair p
        where p.score is distinct from p.score_before
        union all
        select p.program_id, p.fiscal_year, 0, 'rating', null, null, null, null, null, null, null, null, null, null,
               coalesce(p.reason, format('%s is closed', p.evaluation))
        from pair p
        where p.rating is distinct from p.rating_before
        union all
        select p.program_id, p.fiscal_year, 2, 'evaluation', p.evaluation, null, null, null, null, null, null, null,
               null, null, format('%s counts, and no more %s', p.evaluation, p.evaluation_before)
        from pair p
        where p.evaluation <> p.evaluation_before
        union all
        select f.program_id, f.fiscal_year, 3, case when f.is_group then 'group' else 'indicator' end, f.item,
               case when not f.is_group then f.points end, trim_scale(round(f.actual_before, 8)),
               trim_scale(round(f.actual, 8)), f.actual_date_before, f.actual_date, f.target_before, f.target,
               f.weight_before, f.weight, f.name
        from fact f
        -- of a group only what was decided about it
        where not f.is_group or f.weight is distinct from f.weight_before
        union all
        -- what is left of the change: other shares, since others were measured, and rules
        select p.program_id, p.fiscal_year, 4, 'rest', null, p.score - p.score_before - x.points, null, null, null,
               null, null, null, null, null, 'shares of what did not change, rules, and what has no points of its own'
        from pair p
        cross join lateral (
            select coalesce(sum(f.points), 0) as points from fact f
            where f.program_id = p.program_id and f.fiscal_year = p.fiscal_year and not f.is_group) x
        where round(p.score - p.score_before - x.points, 6) <> 0
        union all
        select p.program_id, p.fiscal_year, 5, v.what, null, null, v.before, v.now, null, null, null, null, null, null,
               null
        from pair p
        cross join lateral (values ('budget', p.budget_before, p.budget),
                                   ('executed', p.executed_before, p.executed)) v (what, before, now)
        where v.now <> v.before
    )
    select c.program_id, c.fiscal_year, c.what, c.item, p.rating_changed, c.points::numeric(20,8), p.rating_before,
           p.rating, p.score_before, p.score, c.figure_before, c.figure, c.day_before, c.day, c.target_before,
           c.target, c.weight_before, c.weight, c.name, p.program_name
    from change c
    join pair p on p.program_id = c.program_id and p.fiscal_year = c.fiscal_year
    order by p.rating_changed desc, abs(p.score - p.score_before) desc nulls last, c.program_id, c.fiscal_year,
             c.place, abs(c.points) desc nulls last, c.item, c.what;
end;
comment on function changes_since(date, date, timestamptz, timestamptz) is
'What has changed since a day until another (the day shown), programs that changed their rating first: a row for the '
'rating and the score, one per indicator whose score, figure, target or weight is another, with the points that it '
'brought or cost, and one for what changed of the money. Both days by what is known now, or the first by what was known at '
'the last argument.';
