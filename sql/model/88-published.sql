-- What is published, to hand out: every program of every publication, and what its score came from

create view published_result with (security_invoker = true) as
select r.program_id, r.fiscal_year, r.publication, p.evaluation, r.unit_id, r.nature, r.scope, r.fund, r.function_id,
       r.economic_id, r.revenue_type, r.is_revenue, r.is_overall, r.programs, r.scored_programs, r.proposed, r.approved,
       r.carried_over, r.adjusted, r.budget, r.received, r.committed, r.executed, r.planned, r.covered_budget,
       r.covered_executed, r.execution_rate, r.weight, r.scored_weight, r.score_sum, r.coverage_sum, r.low_sum,
       r.high_sum, r.tree_score, r.deducted, r.cap, r.vetoed, r.score, r.coverage, r.low, r.high, r.floor, r.rating,
       r.rating_rank, r.rating_reason, r.overridden, r.evaluation as score_of, r.stage, r.closes_on, r.counts_until,
       p.as_of as on_day, d.day as published_on,
       (not exists (select from publication n where n.replaces = p.publication))::integer as is_latest,
       p.replaces, p.reason, w.person as responsible, r.framework_id, r.unit_name, r.name
from publication_program r
join publication p on p.publication = r.publication
cross join lateral (
    select (p.published_at at time zone coalesce((select min(l.time_zone) from place l), 'UTC'))::date as day) d
left join lateral setting_of(r.fiscal_year) s on true
left join publication_person w on w.program_id = r.program_id and w.fiscal_year = r.fiscal_year
    and w.publication = r.publication and w.role = 'responsible' and w.item = '' and s.publish_names;
comment on view published_result is
'Every program of every publication, as it was published: money, score, bounds, coverage, rating. Who was responsible '
'only where setting.publish_names says so.';
comment on column published_result.evaluation is
'The evaluation that was published; effective: of each program the one that counts.';
comment on column published_result.score_of is 'The evaluation that the score is of.';
comment on column published_result.on_day is 'The day that the figures are of.';
comment on column published_result.replaces is 'The publication that this one corrects.';
comment on column published_result.reason is 'Why that was corrected.';
comment on column published_result.responsible is
'Who answered for its effect; empty unless setting.publish_names says that names are handed out.';

create view published_contribution with (security_invoker = true) as
select i.program_id, i.fiscal_year, i.publication, i.kind, i.item, i.part, i.evaluation, i.parent_id, i.dimension,
       i.aspect, i.effect, i.applies, i.retired, i.late, i.stale, i.weight::numeric(38,8) as weight, i.share,
       (case when abs(i.actual) < 1e30 then i.actual end)::numeric(38,8) as actual, i.actual_date, i.measured_on, i.due,
       i.target_from, i.grade, i.score, i.coverage, i.contribution, i.loss, i.points, i.sort,
       (not exists (select from publication n where n.replaces = i.publication))::integer as is_latest, i.target,
       i.unit_of_measure, i.source, i.method, i.moves, i.reason, i.name, r.name as program_name
from publication_item i
join publication_program r on r.program_id = i.program_id and r.fiscal_year = i.fiscal_year
    and r.publication = i.publication
left join lateral setting_of(i.fiscal_year) s on true
where i.kind <> 'grade' or s.publish_names;
comment on view published_contribution is
'What every published score came from, row by row: indicators, groups and rules, and what each brought or cost. The '
'contributions of a program sum to its score. What each of several graders gave only where setting.publish_names says '
'so.';
comment on column published_contribution.kind is
'indicator; group; grade: one of several of an indicator; rule: of the evaluation.';
comment on column published_contribution.item is 'The indicator or group, or the rule.';
comment on column published_contribution.part is
'Of a grade the grader; of a rule that looks at each indicator the indicator; else empty.';
comment on column published_contribution.evaluation is 'The evaluation that it is of.';
comment on column published_contribution.weight is 'The weight among its siblings; of a grade that of the grader.';
comment on column published_contribution.share is 'Its part of the program by weight, a fraction.';
comment on column published_contribution.actual is 'The figure; of a rule what it looked at.';
comment on column published_contribution.measured_on is 'The day that the figure is for.';
comment on column published_contribution.grade is 'A grade, or the mean of several, 0 to 100, instead of a figure.';
comment on column published_contribution.contribution is
'What it brings to the score of the program, or takes from it: they sum to it exactly.';
comment on column published_contribution.loss is
'What it costs: its share of 100 less its contribution; of a rule what it takes.';
comment on column published_contribution.effect is 'Of a rule: cap, deduct or veto.';
comment on column published_contribution.applies is 'Of a rule: 1 when it applied.';
comment on column published_contribution.points is 'Of a rule: how many points.';
comment on column published_contribution.method is 'Of a group: how it makes its score.';
comment on column published_contribution.target is 'What was promised; of a rule what had to be met.';
comment on column published_contribution.reason is 'Why a computed indicator has no figure.';
