-- What is wrong with the data

create or replace view input_fault with (security_invoker = true) as
select 'program_budget'::text as input, 'missing key'::text as kind, b.program_id, b.fiscal_year, b.entry_id as item,
       'An entry lacks its program, year, key or date.'::text as detail,
       'Give every row program_id, fiscal_year, entry_id and entry_date.'::text as mend
from program_budget b
where b.program_id is null or b.fiscal_year is null or b.entry_id is null or b.entry_date is null
union all
select 'program_budget', 'duplicate key', b.program_id, b.fiscal_year, b.entry_id,
       format('%s entries have the same key, and all are counted.', count(*)), 'Make entry_id unique in the year of the program.'
from program_budget b
group by b.program_id, b.fiscal_year, b.entry_id
having count(*) > 1 and b.entry_id is not null
union all
select 'program_budget', 'no program', b.program_id, b.fiscal_year, null,
       format('%s entries, executed %s, are of a program that the table program does not have.',
           count(*), coalesce(sum(b.executed), 0)), 'Add the program, or leave its entries out of the view.'
from program_budget b
where b.program_id is not null and b.fiscal_year is not null
    and not exists (select from program p where p.program_id = b.program_id and p.fiscal_year = b.fiscal_year)
group by b.program_id, b.fiscal_year
union all
select 'program_budget', 'no figure', b.program_id, b.fiscal_year, b.entry_id, 'An amount is NaN or infinite.',
       'Amounts are plain figures, or NULL.'
from program_budget b
where 'NaN' in (b.approved, b.adjusted, b.received, b.executed, b.planned)
union all
select 'indicator_actual', 'missing key', a.program_id, a.fiscal_year, a.indicator_id,
       'A figure lacks its program, year, indicator or day.', 'Give every row program_id, fiscal_year, indicator_id and as_of.'
from indicator_actual a
where a.program_id is null or a.fiscal_year is null or a.indicator_id is null or a.as_of is null
union all
select 'indicator_actual', 'duplicate key', a.program_id, a.fiscal_year, a.indicator_id,
       format('%s figures for %s were recorded at the same time: which one counts is open.', count(*), a.as_of),
       'Give them different times in recorded_at, or leave all but one out of the view.'
from indicator_actual a
group by a.program_id, a.fiscal_year, a.indicator_id, a.as_of, a.recorded_at
having count(*) > 1
union all
select 'indicator_actual', 'no indicator', a.program_id, a.fiscal_year, a.indicator_id,
       format('%s figures are of an indicator that the table indicator does not have.', count(*)),
       'Add the indicator, or leave its figures out of the view.'
from indicator_actual a
where a.program_id is not null and a.fiscal_year is not null and a.indicator_id is not null
    and not exists (select from indicator i where i.program_id = a.program_id and i.fiscal_year = a.fiscal_year
                        and i.indicator_id = a.indicator_id)
group by a.program_id, a.fiscal_year, a.indicator_id
union all
select 'indicator_actual', 'no figure', a.program_id, a.fiscal_year, a.indicator_id,
       format('The figure %s for %s cannot be scored.', coalesce(a.actual, a.score), a.as_of), 'Figures lie between -1e20 and 1e20, scores between 0 and 100.'
from indicator_actual a
where not a.actual between -1e20 and 1e20 or not a.score between 0 and 100
union all
select v.relname::text, 'rights', null, null, null, 'The view reads with the rights of its owner, so that row security does not reach who reads it.',
       format('Make it with (security_invoker = true), or ALTER VIEW %s SET (security_invoker = true).', v.relname)
from pg_catalog.pg_class v
where v.oid in ('program_budget'::regclass, 'indicator_actual'::regclass)
    and (select p.relrowsecurity from pg_catalog.pg_class p where p.oid = 'program'::regclass)
    and not coalesce((select o.option_value::boolean from pg_catalog.pg_options_to_table(v.reloptions) o
                      where o.option_name = 'security_invoker'), false);
comment on view input_fault is 'What does not fit in the two input views: one row per fault.';

create or replace function check_inputs()
    returns table (input text, kind text, program_id text, fiscal_year integer, item text, detail text, mend text)
    language sql stable parallel safe
    set search_path from current
as $$
    select input, kind, program_id, fiscal_year, item, detail, mend from input_fault order by 1, 2, 3, 4, 5
$$;
comment on function check_inputs() is 'What does not fit after an input view was replaced: missing keys, duplicate keys, amounts without a program, figures without an indicator.';

create or replace view check_result with (security_invoker = true) as
with program_fact as (
    select r.*, s.weight_total, s.totals_required, s.unspent_alert, f.weight_total as framework_total,
           t.indicators, t.without_target, t.top_weight
    from program_result r
    left join framework f on f.framework_id = r.framework_id
    left join lateral (
        select s.* from setting s where s.fiscal_year <= r.fiscal_year order by s.fiscal_year desc limit 1) s on true
    cross join lateral (
        select count(*) filter (where i.source <> 'group') as indicators,
               count(*) filter (where i.source = 'measured' and i.target is null) as without_target,
               coalesce(sum(i.weight) filter (where i.parent_id is null), 0) as top_weight
        from indicator_score i
        where i.program_id = r.program_id and i.fiscal_year = r.fiscal_year) t
), fault as (
    select 'error'::text as severity, 'money without targets'::text as kind, p.program_id, p.fiscal_year, null::text as item,
           format('A budget of %s has no indicator.', p.budget) as detail, 'Add indicators, or apply a framework.'::text as mend
    from program_fact p
    where p.budget > 0 and p.indicators = 0
    union all
    select 'error', 'weights', p.program_id, p.fiscal_year, null,
           format('The top weights total %s, not %s.', trim_scale(p.top_weight), trim_scale(coalesce(p.framework_total, p.weight_total))),
           'Revise the weights, or change weight_total in the settings.'
    from program_fact p
    where p.indicators > 0 and p.totals_required and p.top_weight <> coalesce(p.framework_total, p.weight_total)
    union all
    select 'error', 'negative budget', p.program_id, p.fiscal_year, null, format('Approved and adjusted make %s.', p.budget),
           'Correct the entries; until then the program weighs nothing.'
    from program_fact p
    where p.budget < 0
    union all
    select 'warning', 'over budget', p.program_id, p.fiscal_year, null,
           format('%s executed of a budget of %s.', p.executed, p.budget), 'Record the adjustment, or correct what was executed.'
    from program_fact p
    where p.executed > p.budget and p.is_revenue = 0
    union all
    select 'warning', 'unspent', p.program_id, p.fiscal_year, null,
           format('%s %% of the budget is executed.', p.execution_rate), 'Look at the program before its next budget.'
    from program_fact p
    where p.execution_rate < 100 - p.unspent_alert and p.is_revenue = 0
        and (p.stage in ('closed', 'self_evaluated', 'evaluated', 'rectified', 'applied', 'published')
             or year_start(p.fiscal_year + 1) <= (select least(bpm.as_of(), current_date)))
    union all
    select 'warning', 'no revenue type', p.program_id, p.fiscal_year, null, 'Revenue without a type counts as own and as no tax.',
           'Set revenue_type.'
    from program_fact p
    where p.is_revenue = 1 and p.revenue_type is null
    union all
    select 'note', 'no budget', p.program_id, p.fiscal_year, null, 'There is no money: the program weighs nothing in a rollup.',
           'Enter the approved budget.'
    from program_fact p
    where p.budget = 0
    union all
    select case when i.weight > 0 then 'error' else 'note' end, 'no target', i.program_id, i.fiscal_year, i.indicator_id,
           'No target is set.', 'Add a target_revision.'
    from indicator_score i
    where i.source = 'measured' and i.target is null and i.grade is null
    union all
    select 'warning', 'no figure', i.program_id, i.fiscal_year, i.indicator_id, 'Nothing is measured yet.', 'Add a measurement.'
    from indicator_score i
    where i.source = 'measured' and i.target is not null and i.weight > 0 and i.actual is null and i.grade is null
    union all
    select 'error', 'not scored', i.program_id, i.fiscal_year, i.indicator_id,
           format('The figure %s does not fit the %s.', coalesce(i.actual, i.grade), coalesce('target ' || i.target::text, 'method of its group')),
           case when i.target::text like 'direct%' then 'A grade lies between 0 and 100, or is one of 1 to 4 where a method makes grades of grades.' else 'Correct the figure.' end
    from indicator_score i
    where i.source <> 'group' and i.score is null and (i.target is not null and i.actual is not null or i.grade is not null)
    union all
    select 'error', 'empty group', i.program_id, i.fiscal_year, i.indicator_id, 'There is nothing below the group.',
           'Add indicators below it, or give it the weight 0.'
    from indicator_score i
    where i.source = 'group' and i.weight > 0
        and not exists (select from indicator c where c.program_id = i.program_id and c.fiscal_year = i.fiscal_year
                            and c.parent_id = i.indicator_id)
    union all
    select 'warning', 'outside the year', i.program_id, i.fiscal_year, i.indicator_id,
           format('The figure is for %s.', i.measured_on), 'Check the day, or the program''s fiscal year.'
    from indicator_score i
    where i.measured_on < year_start(i.fiscal_year)
    union all
    select 'error', 'executed before approval', p.program_id, p.fiscal_year, null,
           format('Money was executed on %s, %s.', x.first, coalesce('the budget was approved on ' || a.at::date, 'and no approval is recorded')),
           'Correct the dates, or report the breach.'
    from program p
    cross join lateral (
        select min(b.entry_date) as first from program_budget b
        where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year and b.executed <> 0
            and b.entry_date <= (select coalesce(bpm.as_of(), 'infinity')) and (b.recorded_at > (select coalesce(bpm.known_at(), 'infinity'))) is not true) x
    cross join lateral (
        select min(e.at) filter (where e.stage = 'approved') as at, count(*) as events from stage_event e
        where e.program_id = p.program_id and e.fiscal_year = p.fiscal_year
            and e.recorded_at <= (select coalesce(bpm.known_at(), 'infinity'))) a
    where x.first is not null and a.events > 0 and (a.at is null or x.first < a.at::date)
    union all
    select 'error', 'lifecycle', p.program_id, p.fiscal_year, v.to_stage, v.violation, 'Correct the history, or report the breach.'
    from program p
    join lifecycle_rule l on l.lifecycle_id = p.lifecycle_id
    cross join lateral (
        select bpm.lifecycle_violations(e.stage, e.at, l.rule) as list from stage_event e
        where e.program_id = p.program_id and e.fiscal_year = p.fiscal_year and e.stage = any (bpm.stages(l.rule))
            and e.at < (select (coalesce(bpm.as_of() + 1, 'infinity'))::timestamptz) and e.recorded_at <= (select coalesce(bpm.known_at(), 'infinity'))) e
    cross join lateral unnest(e.list) v
    union all
    select 'error', 'unknown stage', e.program_id, e.fiscal_year, e.stage, format('The lifecycle "%s" has no such stage.', l.lifecycle_id),
           'Change the lifecycle of the program, or the rule.'
    from stage_event e
    join program p on p.program_id = e.program_id and p.fiscal_year = e.fiscal_year
    join lifecycle_rule l on l.lifecycle_id = p.lifecycle_id
    where e.stage <> all (bpm.stages(l.rule))
    union all
    select 'error', 'no setting', p.fiscal_year::text, p.fiscal_year, null, 'No settings are there for the year.',
           'Add a row to setting, year 0 for all.'
    from (select distinct fiscal_year from program) p
    where not exists (select from setting s where s.fiscal_year <= p.fiscal_year)
    union all
    select 'error', 'objective shares', o.program_id, o.fiscal_year, null,
           format('The shares total %s %%.', trim_scale(sum(o.share))), 'Lower them to 100 % in all; what goes beyond counts nowhere.'
    from program_objective o
    group by o.program_id, o.fiscal_year
    having sum(o.share) > 100
    union all
    select 'error', t.kind, null, null, t.id, t.detail,
           case t.kind when 'tree loop' then 'Give one of them another parent, then call refresh_trees().' else 'Call refresh_trees().' end
    from tree_faults() t
    union all
    select 'error', f.input || ': ' || f.kind, f.program_id, f.fiscal_year, f.item, f.detail, f.mend
    from input_fault f
)
select f.program_id, f.fiscal_year,
       case f.severity when 'error' then 1 when 'warning' then 2 else 3 end as severity_rank,
       f.severity, f.kind, f.item, f.detail, f.mend
from fault f;
comment on view check_result is 'What is wrong with the data: one row per fault, with severity and mend.';
