-- Who answers for what: persons from the day on that the table responsible says, units for the programs of their own

-- Money goes by the day of its entry, all else to who answered when the evaluation that counts was closed.
select bpm.define_result('responsibility_result',
'One row per person or unit, year and nature, without overall programs: the money of their days, and of the programs '
'for which they answered at the close the score, the ratings, what was not delivered, what is overdue and unanswered.', $$
with answered as (
    select p.unit_id, r.unit_name, p.fiscal_year, p.nature, coalesce(h.person, 'nobody') as person, r.budget,
           r.executed, r.weight, r.scored_weight, r.score_sum, r.coverage_sum, r.scored_programs, r.closed_programs,
           (r.rating is not null)::integer as rated, (r.rating_rank = 1)::integer as best,
           (r.rating_rank = rank_below(c.scale) - 1)::integer as worst,
           is_not_demonstrated(r.rating)::integer as not_demonstrated,
           d.not_delivered, e.overdue as overdue_evaluations, f.overdue as overdue_figures,
           unanswered_alerts(p) as unanswered_alerts,
           (select count(*) from findings_of(p) n where n.overdue) as overdue_findings,
           -- for money: the days of whom
           p as state
    from @program_state p
    cross join lateral (
        select r.* from @program_score r
        where r.program_id = p.program_id and r.fiscal_year = p.fiscal_year
        offset 0) r
    left join framework k on k.framework_id = r.framework_id
    cross join lateral (select coalesce(k.scale, p.scale) as scale) c
    cross join lateral (
        select answers_on(p.program_id, p.fiscal_year,
                          least(p.day, case when r.closed = 1 then r.closes_on end)) as person
        offset 0) h
    cross join lateral (
        select count(*) filter (where not e.closed and e.due_on < p.day) as overdue,
               min(e.counts_until) filter (where e.evaluation = 'self') as counts_until,
               min(e.money_until) filter (where e.evaluation = 'self') as money_until,
               coalesce(bool_or(e.closed) filter (where e.evaluation = 'self'), false) as closed
        from evaluations_of(p) e
        offset 0) e
    cross join lateral (
        select count(*) as overdue from unnest(r.facts) i
        where i.source in ('measured', 'graded', 'same') and i.weight > 0 and not i.retired
            and (i.actual is null and i.actual_date is null and i.grade is null or i.stale)
            and coalesce(i.due, p.ends_on) < p.day
        offset 0) f
    left join lateral (
        select s.not_delivered from saving_of(p, e.counts_until, e.money_until, e.closed) s
        where e.closed and not p.is_revenue and exists (
            select from indicator b
            where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year and b.buys)
        offset 0) d on true
    where not p.is_overall
), money as (
    select coalesce(h.person, 'nobody') as person, (a.state).fiscal_year as fiscal_year, (a.state).nature as nature,
           b.approved + b.carried_over + b.adjusted as budget, b.executed
    from answered a
    cross join lateral (
        -- what is dated before the year is for who answers when it begins
        select x.day, coalesce(sum(nullif(b.approved, 'NaN')), 0) as approved,
               coalesce(sum(nullif(b.carried_over, 'NaN')), 0) as carried_over,
               coalesce(sum(nullif(b.adjusted, 'NaN')), 0) as adjusted,
               coalesce(sum(nullif(b.executed, 'NaN')), 0) as executed
        from program_budget b
        cross join lateral (select greatest(b.entry_date, (a.state).starts_on) as day) x
        where b.program_id = (a.state).program_id and b.fiscal_year = (a.state).fiscal_year
            and b.entry_date <= (a.state).money_until and (b.recorded_at > (a.state).known) is not true
            and coalesce(b.currency, (a.state).currency) = (a.state).currency
        group by x.day) b
    cross join lateral (
        select answers_on((a.state).program_id, (a.state).fiscal_year, b.day) as person
        offset 0) h
), part as (
    select 'unit' as kind, a.unit_id as who, a.fiscal_year, a.nature, 1 as programs, a.budget, a.executed,
           a.budget as covered_budget, a.executed as covered_executed, a.weight, a.scored_weight, a.score_sum,
           a.coverage_sum, a.scored_programs, a.closed_programs, a.rated, a.best, a.worst, a.not_demonstrated,
           a.not_delivered, a.overdue_evaluations, a.overdue_figures, a.unanswered_alerts, a.unit_name as name,
           a.overdue_findings
    from answered a
    union all
    select 'person', a.person, a.fiscal_year, a.nature, 1, 0, 0, a.budget, a.executed, a.weight, a.scored_weight,
           a.score_sum, a.coverage_sum, a.scored_programs, a.closed_programs, a.rated, a.best, a.worst,
           a.not_demonstrated, a.not_delivered, a.overdue_evaluations, a.overdue_figures, a.unanswered_alerts, a.person,
           a.overdue_findings
    from answered a
    union all
    select 'person', m.person, m.fiscal_year, m.nature, 0, m.budget, m.executed, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
           null, 0, 0, 0, m.person, 0
    from money m
)
select p.kind, p.who, p.fiscal_year, p.nature,
       sum(p.programs)::integer as programs, sum(p.scored_programs)::integer as scored_programs,
       sum(p.closed_programs)::integer as closed_programs,
       sum(p.budget)::numeric(38,2) as budget, sum(p.executed)::numeric(38,2) as executed,
       sum(p.covered_budget)::numeric(38,2) as covered_budget,
       sum(p.covered_executed)::numeric(38,2) as covered_executed,
       (case when sum(p.covered_budget) > 0
             then 100 * sum(p.covered_executed) / sum(p.covered_budget) end)::numeric(38,4) as execution_rate,
       sum(p.weight)::numeric(38,8) as weight, sum(p.scored_weight)::numeric(38,8) as scored_weight,
       sum(p.score_sum)::numeric(60,16) as score_sum, sum(p.coverage_sum)::numeric(60,16) as coverage_sum,
       round(sum(p.score_sum) / nullif(sum(p.scored_weight), 0), 8)::numeric(20,8) as score,
       round(sum(p.coverage_sum) / nullif(sum(p.weight), 0), 8)::numeric(20,8) as coverage,
       sum(p.rated)::integer as rated_programs, coalesce(sum(p.best), 0)::integer as best_programs,
       coalesce(sum(p.worst), 0)::integer as worst_programs,
       coalesce(sum(p.not_demonstrated), 0)::integer as not_demonstrated_programs,
       sum(p.not_delivered)::numeric(38,2) as not_delivered,
       sum(p.overdue_evaluations)::integer as overdue_evaluations, sum(p.overdue_figures)::integer as overdue_figures,
       sum(p.unanswered_alerts)::integer as unanswered_alerts,
       min(p.name) as name, sum(p.overdue_findings)::integer as overdue_findings
from part p
group by p.kind, p.who, p.fiscal_year, p.nature
$$);
do $do$
begin
    comment on column responsibility_result.kind is 'person or unit.';
    comment on column responsibility_result.budget is
    'Approved, carried over and adjusted in their days: each entry is of who answered on its day, what is dated before the '
    'year of who answered on its first.';
    comment on column responsibility_result.executed is 'Spent, or for revenue collected, in their days.';
    comment on column responsibility_result.covered_budget is
    'The whole budgets of the programs for which they answered at the close: denominator of execution_rate.';
    comment on column responsibility_result.covered_executed is
    'What was executed of that in the whole year, whoever answered: numerator of execution_rate.';
    comment on column responsibility_result.execution_rate is 'Percent: covered_executed / covered_budget.';
    comment on column responsibility_result.programs is
    'Number of programs for which they answered when the evaluation that counts was closed; while it is open, on the day.';
    comment on column responsibility_result.name is 'The name of the unit, or the person.';
end
$do$;
