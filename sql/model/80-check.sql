-- What is wrong with the data

create view input_fault with (security_invoker = true) as
select 'program_budget'::text as input, 'missing key'::text as kind, b.program_id, b.fiscal_year, b.entry_id as item,
       'An entry lacks its program, year, key or date.'::text as detail,
       'Give every row program_id, fiscal_year, entry_id and entry_date.'::text as mend
from program_budget b
where b.program_id is null or b.fiscal_year is null or b.entry_id is null or b.entry_date is null
union all
select 'program_budget', 'duplicate key', b.program_id, b.fiscal_year, b.entry_id,
       format('%s entries have the same key, and all are counted.', count(*)),
           'Make entry_id unique in the year of the program.'
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
where 'NaN' in (b.proposed, b.approved, b.carried_over, b.adjusted, b.received, b.committed, b.executed, b.planned)
union all
select 'program_budget', 'other currency', b.program_id, b.fiscal_year, null,
       format('%s entries are in %s, not in %s: they are left out of all sums.', count(*), b.currency, s.currency),
       'Convert them, or change the currency of the settings.'
from program_budget b
cross join lateral setting_of(b.fiscal_year) s
where b.currency <> s.currency
group by b.program_id, b.fiscal_year, b.currency, s.currency
union all
select 'program_budget', 'no economic class', b.program_id, b.fiscal_year, b.economic_id,
       format('%s entries are of an economic class that economic_class does not have.', count(*)), 'Add the class.'
from program_budget b
where b.economic_id is not null and not exists (select from economic_class c where c.economic_id = b.economic_id)
group by b.program_id, b.fiscal_year, b.economic_id
union all
select 'indicator_actual', 'missing key', a.program_id, a.fiscal_year, a.indicator_id,
       'A figure lacks its program, year, evaluation, indicator, day, grader or breakdown.',
       'Give every row program_id, fiscal_year, evaluation, indicator_id and as_of; grader and breakdown are empty '
       'texts, not NULL.'
from indicator_actual a
where a.program_id is null or a.fiscal_year is null or a.evaluation is null or a.indicator_id is null or a.as_of is null
    or a.grader is null or a.breakdown is null
union all
-- the figures are gone over once: what has the same key, and of it what has the same indicator
select 'indicator_actual', f.kind, a.program_id, a.fiscal_year, a.indicator_id, f.detail, f.mend
from (
    select g.program_id, g.fiscal_year, g.evaluation, g.indicator_id, sum(g.figures) as figures,
           array_agg(format('%s figures for %s were recorded at the same time: which one counts is open.', g.figures,
               g.as_of)) filter (where g.figures > 1) as twice
    from (
        select a.program_id, a.fiscal_year, a.evaluation, a.indicator_id, a.as_of, count(*) as figures
        from indicator_actual a
        group by a.program_id, a.fiscal_year, a.evaluation, a.indicator_id, a.as_of, a.grader, a.breakdown,
                 a.recorded_at) g
    group by g.program_id, g.fiscal_year, g.evaluation, g.indicator_id) a
left join indicator i on i.program_id = a.program_id and i.fiscal_year = a.fiscal_year and i.evaluation = a.evaluation
    and i.indicator_id = a.indicator_id
cross join lateral (
    select 'duplicate key' as kind, t.detail,
           'Give them different times in recorded_at, or leave all but one out of the view.' as mend
    from unnest(a.twice) t (detail)
    union all
    select 'no indicator', format('%s figures are of an indicator that the table indicator does not have.', a.figures),
           'Add the indicator, or leave its figures out of the view.'
    where i.indicator_id is null and a.program_id is not null and a.fiscal_year is not null
        and a.evaluation is not null and a.indicator_id is not null) f
where a.twice is not null or i.indicator_id is null
union all
select v.relname::text collate "default", 'rights', null, null, null,
    'The view reads with the rights of its owner, so that row security does not reach who reads it.',
       format('Make it with (security_invoker = true), or ALTER VIEW %s SET (security_invoker = true).',
           v.relname::text collate "default")
from pg_catalog.pg_class v
where v.oid in ('program_budget'::regclass, 'indicator_actual'::regclass)
    and (select p.relrowsecurity from pg_catalog.pg_class p where p.oid = 'program'::regclass)
    and not coalesce((select o.option_value::boolean from pg_catalog.pg_options_to_table(v.reloptions) o
                      where o.option_name = 'security_invoker'), false);
comment on view input_fault is 'What does not fit in the two input views: one row per fault.';

create function check_inputs()
    returns table (input text, kind text, program_id text, fiscal_year integer, item text, detail text, mend text)
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
#variable_conflict use_column
begin
    begin
        return query select f.input, f.kind, f.program_id, f.fiscal_year, f.item, f.detail, f.mend
            from input_fault f order by 1, 2, 3, 4, 5;
        return query
            select i.input, 'no index', null::text, null::integer, i.relation,
                   format('All of its %s rows are read for every program.', i.row_count),
                   'Make an index on its columns for program and year.'
            from input_without_index() i;
        return;
    exception when others then
        null; -- one of the two raises by itself
    end;
    mend := 'Mend the view: until then no result answers.';
    kind := 'raises';
    begin
        perform count(b::text) from program_budget b;
    exception when others then
        input := 'program_budget';
        detail := sqlerrm;
        return next;
    end;
    begin
        perform count(a::text) from indicator_actual a;
    exception when others then
        input := 'indicator_actual';
        detail := sqlerrm;
        return next;
    end;
end
$$;
comment on function check_inputs() is
'What does not fit after an input view was replaced: a view that raises an error, missing keys, duplicate keys, '
'amounts without a program, figures without an indicator, a large table without an index for program and year.';

-- What differs only by case or by spaces, also those that only look like one, is the same for who reads it.
create function key_to_compare(key text) returns text
    language sql immutable parallel safe
    return lower(regexp_replace(key, '[\s\u00A0\u1680\u2000-\u200D\u202F\u205F\u2060\u3000\uFEFF]+', '', 'g'));
comment on function key_to_compare(text) is 'A key without its spaces, those of Unicode included, in lower case.';

create function is_not_demonstrated(rating text) returns boolean
    language sql immutable parallel safe
    return lower(rating) like '%not demonstrated';
comment on function is_not_demonstrated(text) is
'Whether a rating, of a scale or set by hand, says that nothing was demonstrated.';

-- The type has no list of them: each band is met at its bound, or beside it.
create function scale_ratings(scale bpm.scale) returns setof text
    language sql immutable parallel safe rows 5
begin atomic
    select distinct bpm.rating(m.bound[1]::numeric + d.by, scale)
    from regexp_matches('0 ' || scale::text, '(-?\d+(?:\.\d+)?)', 'g') m (bound)
    cross join unnest('{-1,-0.01,-0.0001,0,0.0001,0.01,1}'::numeric[]) d (by);
end;
comment on function scale_ratings(bpm.scale) is 'What scores are called by a scale.';

-- Each fault comes from rows that are read by key, so that those of one program are found without the others.
select bpm.define_result('program_fault',
'What is wrong with programs: their money, their stages, their place.', $$
select p.program_id, p.fiscal_year, f.severity, f.kind, f.item, f.detail, f.mend
from @program_state p
left join lateral setting_of(p.fiscal_year) s on true
cross join lateral program_money(p, p.money_until) m
cross join lateral (select m.approved + m.carried_over + m.adjusted as budget) b
cross join lateral (
    select count(*) as indicators from indicator i
    where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self'
        and i.source <> 'group') i
cross join lateral (
    select min(e.entry_date) filter (where e.executed <> 0 and e.entry_date <= p.money_until) as executed_on,
           count(*) filter (where e.entry_date > x.today) as ahead, max(e.entry_date) as last_on,
           count(*) filter (where e.entry_date > p.money_closes_on and e.entry_date <= p.day) as after_close,
               count(e.entry_date) as entries,
           count(*) filter (where e.entry_date < p.starts_on - 366 or e.executed <> 0
               and e.entry_date < p.starts_on) as before,
           min(e.entry_date) as first_on, x.today
    from (select greatest((now() at time zone p.zone)::date, p.day) as today) x
    left join program_budget e on e.program_id = p.program_id and e.fiscal_year = p.fiscal_year
        and (e.recorded_at > p.known) is not true
    group by x.today) e
left join lateral (
    select r.rating from rating_override r
    where r.program_id = p.program_id and r.fiscal_year = p.fiscal_year and r.valid_from <= p.day
        and r.recorded_at <= p.known
    order by r.valid_from desc, r.recorded_at desc
    limit 1) o on true
cross join lateral (values
    ('error', 'no setting', null::text, case when s.fiscal_year is null then 'No settings are there for the year.' end,
     'Add a row to setting, year 0 for all.'),
    ('error', 'fiscal year', null, case when p.fiscal_year not between 1000 and 9998
        then format('%s is no fiscal year of four digits.', p.fiscal_year) end,
     'Record the program in another year.'),
    ('error', 'month', null, case when s.year_start_month not between 1 and 12
        then format('The settings begin the year in month %s.', s.year_start_month) end,
     'Set year_start_month.'),
    ('error', 'money without targets', null,
     case when b.budget > 0 and i.indicators = 0 and not p.is_overall
               and exists (select from indicator o where o.fiscal_year = p.fiscal_year)
          then format('A budget of %s has no indicator.', b.budget) end, 'Add indicators, or apply a framework.'),
    ('error', 'negative budget', null,
     case when b.budget < 0 then format('Approved, carried over and adjusted make %s.', b.budget) end,
     'Correct the entries; until then execution is not scored, and what is negative weighs nothing.'),
    ('warning', 'over budget', null,
     case when m.executed + m.committed > b.budget and not p.is_revenue and not p.is_overall
          then format('%s executed and %s committed of a budget of %s.', m.executed, m.committed, b.budget) end,
     'Record the adjustment, or correct what was executed or committed.'),
    ('warning', 'unspent', null,
     case when b.budget > 0 and 100 * m.executed < (100 - s.unspent_alert) * b.budget and not p.is_revenue
               and not p.is_overall and (p.money_closes_on <= p.day or p.ends_on <= p.day)
          then (select format('%s %% of the budget is executed%s.', round(100 * m.executed / b.budget, 4),
                              case when x.rate > 100 * m.executed / b.budget
                                   then format(', %s %% with what was saved', round(x.rate, 4)) end)
                from (select execution(p, e.money_until, e.counts_until, e.closed) as rate from evaluations_of(p) e
                      where e.evaluation = 'self') x
                where x.rate < 100 - s.unspent_alert) end,
     'Look at the program before its next budget.'),
    ('warning', 'plan', null,
     case when m.planned <> 0 and m.planned <> b.budget and not p.is_overall
          then format('The months of the plan total %s, the budget is %s.', m.planned, b.budget) end,
     'Plan the difference, in a month to come.'),
    ('error', 'money on overall', null, case when p.is_overall and e.entries > 0
        then format('Entries on a program that is overall: %s. They count in no sum.', e.entries) end,
     'Enter the money on the programs that it covers.'),
    ('warning', 'no revenue type', null, case when p.is_revenue and p.revenue_type is null
        then 'Revenue without a type counts as own and as no tax.' end,
     'Set revenue_type.'),
    ('note', 'over collected', null, case when p.is_revenue and b.budget > 0 and m.executed > b.budget
        then format('%s collected of %s planned: what is collected beyond the plan earns nothing.', m.executed,
                    b.budget) end,
     'Look at how the plan was made.'),
    ('warning', 'unknown rating', o.rating, case when o.rating is not null and not is_not_demonstrated(o.rating)
            and not exists (
                select from evaluations_of(p) e
                left join framework k on k.framework_id = e.framework_id
                cross join lateral scale_ratings(coalesce(k.scale, p.scale)) r (rating)
                where r.rating = o.rating)
        then format('It was set by hand to "%s", which the scale does not have: %s.', o.rating, p.scale) end,
     'Set one of the scale, or "not demonstrated".'),
    ('note', 'no weight', null,
     case when p.is_overall then null
          when p.weigh_by = 'own' and (p.own_weight > 0 and p.own_weight <> 'NaN') is not true
              then 'It has no weight of its own, and weighs nothing in a roll-up.'
          when p.weigh_by in ('approved', 'budget', 'received', 'executed')
               and case p.weigh_by when 'approved' then m.approved when 'received' then m.received when 'executed'
                   then m.executed else b.budget end = 0
          then format('There is no %s money: the program weighs nothing in a roll-up.', p.weigh_by) end,
     'Enter the money, or weigh programs otherwise: weigh_by in the settings.'),
    ('warning', 'money dated ahead', null, case when e.ahead > 0
        then format('%s entries are dated after today, the last on %s: they do not count yet.', e.ahead, e.last_on) end,
     'Check the dates.'),
    ('warning', 'money after the close', null, case when e.after_close > 0
        then format('%s entries are dated after %s, when the money of the year was closed: they do not count.',
            e.after_close, p.money_closes_on) end,
     'Date them in the year, enter them in the next, or close the year later.'),
    ('warning', 'money before the year', null, case when e.before > 0
        then format('%s entries are executed before the year, or dated more than a year before it, the first on %s.',
            e.before, e.first_on) end,
     'Check the dates, or the fiscal year.'),
    ('error', 'executed before approval', null,
     case when p.has_stages and e.executed_on is not null
          then (select format('Money was executed on %s, %s.', e.executed_on,
              coalesce('the budget was approved on ' || a.day, 'and no approval is recorded'))
                from (select min((g.at at time zone p.zone)::date) as day from stage_standing g
                      where g.program_id = p.program_id and g.fiscal_year = p.fiscal_year and g.stage = 'approved'
                          and g.recorded_at <= p.known) a
                where a.day is null or e.executed_on < a.day) end,
     'Correct the dates, or report the breach.')
) f (severity, kind, item, detail, mend)
where f.detail is not null
union all
select p.program_id, p.fiscal_year, 'error', 'lifecycle', v.to_stage, v.violation,
    'Correct the history, or report the breach.'
from @program_state p
join program g on g.program_id = p.program_id and g.fiscal_year = p.fiscal_year
join lifecycle_rule l on l.lifecycle_id = g.lifecycle_id
cross join lateral (
    select bpm.lifecycle_violations(e.stage, e.at, l.rule) as list from stage_standing e
    where e.program_id = p.program_id and e.fiscal_year = p.fiscal_year and e.stage = any (bpm.stages(l.rule))
        and isfinite(e.at) and e.at < (p.day + 1)::timestamp at time zone p.zone and e.recorded_at <= p.known) e
cross join lateral unnest(e.list) v
union all
select e.program_id, e.fiscal_year, 'error', 'unknown stage', e.stage,
    format('The lifecycle "%s" has no such stage.', l.lifecycle_id),
       'Change the lifecycle of the program, or the rule.'
from stage_event e
join program p on p.program_id = e.program_id and p.fiscal_year = e.fiscal_year
join lifecycle_rule l on l.lifecycle_id = p.lifecycle_id
where e.stage <> all (bpm.stages(l.rule))
union all
select e.program_id, e.fiscal_year, 'error', 'time of a stage', e.stage, 'It was entered at no time of the calendar.',
    'Take it back, and enter it again.'
from stage_event e
where not isfinite(e.at)
union all
-- what keys refuse, and what was loaded without them has
select p.program_id, p.fiscal_year, 'error', 'no place', v.item, format('There is no %s "%s".', v.item, v.code),
    'Add the row, or change the program: until then no result shows it.'
from program p
cross join lateral (values
    ('unit', p.unit_id, exists (select from unit u where u.unit_id = p.unit_id)),
    ('nature', p.nature, exists (select from nature n where n.nature = p.nature)),
    ('scope', p.scope, exists (select from scope k where k.scope = p.scope))) v (item, code, there)
where not v.there
union all
select g.program_id, g.fiscal_year, 'error', 'grader weight', g.grader, format('The grades weigh %s.', g.weight),
    'Give the grader a weight; until then the grades do not count.'
from grader g
where (g.weight between 0 and 1e12) is not true
union all
select o.program_id, o.fiscal_year, 'error', 'objective shares', null,
       format('The shares total %s %%.', trim_scale(sum(o.share))),
           'Make them positive, and 100 % in all; what goes beyond counts nowhere.'
from program_objective o
group by o.program_id, o.fiscal_year
having sum(o.share) > 100 or min(o.share) <= 0
union all
select o.program_id, o.fiscal_year, 'warning', 'overall twice', o.id,
       format('%s "%s" has several overall programs: the score of the first stands beside its roll-up.', o.tree, o.id),
       'Make one of them a project.'
from node_overall o
where exists (select from node_overall x where x.tree = o.tree and x.id = o.id and x.fiscal_year = o.fiscal_year
    and x.program_id < o.program_id)
$$);

-- One pass over the indicators yields both: what is wrong with an evaluation, and with each that it has.
select bpm.define_result('evaluation_fault',
'What is wrong with evaluations: their weights, their trees, their closing; and with their indicators: no target, no '
'figure, a figure that cannot be scored, one that is too old or late.', $$
select p.program_id, p.fiscal_year, f.severity, f.kind, f.item, f.detail, f.mend
from @program_state p
cross join lateral evaluation_scores(p) e
left join lateral setting_of(p.fiscal_year) s on true
left join framework w on w.framework_id = e.framework_id
cross join lateral (
    select v.severity, v.kind, e.evaluation as item, v.detail, v.mend
    from (values
        ('error', 'weights',
         -- before the year begins what holds from its first day weighs nothing yet
         case when s.totals_required and e.indicators > 0 and e.top_weight <> coalesce(w.weight_total, s.weight_total)
                   and (e.top_weight > 0 or p.day >= p.starts_on)
              then format('The top weights total %s, not %s.', trim_scale(e.top_weight),
                          trim_scale(coalesce(w.weight_total, s.weight_total))) end,
         'Revise the weights, or change weight_total in the settings.'),
        ('warning', 'overdue',
         case when e.closed = 0 and e.due_on < p.day then format('It was to be closed by %s.', e.due_on) end,
             'Close it.'),
        ('warning', 'not demonstrated',
         case when e.closed = 1 and e.indicators > 0 and e.coverage < e.floor
              then under_floor(e.coverage, e.floor) || '.' end, 'Another evaluation can still measure it.'),
        ('warning', 'open objection', (
            select format('%s objections are not answered.', count(*)) from evaluation_comment c
            where c.program_id = p.program_id and c.fiscal_year = p.fiscal_year and c.evaluation = e.evaluation
                and c.kind = 'objection' and c.recorded_at <= p.known
                and c.recorded_at < (p.day + 1)::timestamp at time zone p.zone
                and not exists (select from evaluation_comment a
                                where a.program_id = c.program_id and a.fiscal_year = c.fiscal_year
                                    and a.evaluation = c.evaluation and a.indicator_id = c.indicator_id
                                    and a.answers = c.recorded_at and a.kind = 'answer' and a.recorded_at <= p.known
                                    and a.recorded_at < (p.day + 1)::timestamp at time zone p.zone)
            having count(*) > 0), 'Answer them, and open the evaluation again where they are right.'),
        -- who does not weigh need not grade, but somebody has to
        ('error', 'no grader',
         case when exists (select from unnest(e.facts) i
                           where i.source = 'graded' and i.weight > 0 and not i.retired)
                   and not exists (select from grader g
                                   where g.program_id = p.program_id and g.fiscal_year = p.fiscal_year
                                       and g.evaluation = e.evaluation and g.weight > 0)
              then 'Indicators are to be graded, and there is no grader whose grades weigh.' end,
         'Add a grader with a weight above 0.')
    ) v (severity, kind, detail, mend)
    where v.detail is not null
    union all
    select 'error', 'tree: ' || x.kind, x.node, x.detail, 'Mend the indicators; until then the evaluation has no score.'
    from (select bpm.tree_check(n.id, n.parent_id, n.weight, n.score, n.best, n.method, e.missing) as list
          from (select i.indicator_id as id, coalesce(i.parent_id, '') as parent_id, i.tree_weight as weight, i.score,
              i.best,
                       i.method
                from unnest(e.facts) i
                where e.tree is null
                union all
                select '', null, 1, null, null, 'mean'::bpm.method from place where e.tree is null) n) t
    cross join lateral unnest(t.list) x
    union all
    select v.severity, v.kind,
           case e.evaluation when 'self' then i.indicator_id else format('%s: %s', e.evaluation, i.indicator_id) end,
               v.detail, v.mend
    from unnest(e.facts) i
    cross join lateral (
        select case when i.score >= 100 and i.source in ('measured', 'ratio') and i.weight > 0 and i.grade is null
                    then bpm.try_attainment(i.actual, i.target) >= s.overfulfilled_from end as far
        offset 0) x
    cross join lateral (values
        (case when i.retired then null when i.weight > 0 then 'error' end, 'no target',
         case when i.source in ('measured', 'ratio') and i.target is null and i.grade is null
              then 'No target is set.' end,
             'Add a target_revision.'),
        (case when i.retired or i.weight = 0 then null when coalesce(i.due, p.ends_on) <= p.day then 'warning'
            else 'note' end, 'no figure',
         case when i.source in ('measured', 'graded', 'same') and i.actual is null and i.actual_date is null
             and i.grade is null
                   and (i.target is not null or i.source <> 'measured') then 'Nothing is measured yet.'
              when i.figure_reason is not null then format('It cannot be computed: %s.', i.figure_reason) end,
         case i.source when 'graded' then 'Its graders have to grade it.'
             when 'ratio' then 'Enter what it is made of, or give it the weight 0 where it does not apply.' when 'same'
             then 'The indicator of the same name in the other evaluation has to be there and measured.'
             else 'Add a measurement.' end),
        (case when i.retired then null else 'error' end, 'not scored',
         case when i.source not in ('group', 'budget') and i.score is null and not i.stale
                   and (i.target is not null and (i.actual is not null or i.actual_date is not null)
                       or i.grade is not null)
              then format('The figure %s does not fit the %s.',
                  coalesce(i.actual::text, i.actual_date::text, i.grade::text),
                          coalesce('target ' || i.target::text, 'range of a grade, 0 to 100')) end,
                              'Correct the figure, or the target.'),
        ('warning', 'stale', case when i.stale and not i.retired
            then format('The figure is for %s: it counts as not measured.', i.measured_on) end,
         'Measure again, or check the day and the program''s fiscal year.'),
        ('note', 'late', case when i.late and e.evaluation = 'self'
            then format('The figure is for %s, after the end of the year.', i.measured_on) end,
         'It counts, as it came before the evaluation was closed.'),
        ('warning', 'no grade',
         case when i.source = 'graded' and i.grade is not null and not i.retired then (
             select format('No grade by %s: it stands on the others.', string_agg(g.grader, ', ' order by g.grader))
             from grader g
             where g.program_id = p.program_id and g.fiscal_year = p.fiscal_year and g.evaluation = e.evaluation
                 and g.weight > 0
                 and not exists (select from indicator_actual m
                                 where m.program_id = p.program_id and m.fiscal_year = p.fiscal_year
                                     and m.evaluation = e.evaluation
                                     and m.indicator_id = i.indicator_id and m.grader = g.grader
                                         and m.as_of <= e.counts_until and m.breakdown = ''
                                         and (m.recorded_at > p.known) is not true
                                         and (m.withdrawn_at <= p.known) is not true)
             having count(*) > 0) end, 'Let them grade it, or take them from the graders.'),
        (case when i.retired then null else 'note' end, 'over fulfilled',
         case when x.far then format('%s of %s is %s %% of the target: was it set too low?', trim_scale(i.actual),
                                     i.target, trim_scale(round(bpm.try_attainment(i.actual, i.target), 4))) end,
         'Look at how the target was set, before the next one.'),
        ('error', 'empty group',
         case when i.source = 'group' and i.weight > 0
                   and not exists (select from indicator c where c.program_id = p.program_id
                       and c.fiscal_year = p.fiscal_year
                                       and c.evaluation = e.evaluation and c.parent_id = i.indicator_id)
              then 'There is nothing below the group.' end, 'Add indicators below it, or give it the weight 0.')
    ) v (severity, kind, detail, mend)
    -- whatever is wrong, one of these holds: most indicators need no closer look
    where (i.score is null or x.far or i.late or i.source = 'graded')
        and v.severity is not null and v.detail is not null) f
$$);

select bpm.define_result('date_fault',
'What is dated so that it does not count: figures and targets that are ahead, or come after the close.', $$
select p.program_id, p.fiscal_year, 'warning' as severity,
       case when m.as_of > x.today then 'figure dated ahead' else 'figure after the close' end as kind,
       case e.evaluation when 'self' then m.indicator_id
           else format('%s: %s', e.evaluation, m.indicator_id) end as item,
       case when m.as_of > x.today then format('A figure is for %s, after today: it does not count yet.', m.as_of)
            else format('A figure is for %s, after the evaluation %s closed on %s: it does not count.', m.as_of,
                e.evaluation, e.closes_on) end as detail,
       case when m.as_of > x.today then 'Check the day.'
           else 'Open the evaluation again, with the reason, or leave it.' end as mend
from @program_state p
cross join lateral evaluations_of(p) e
cross join lateral (select greatest((now() at time zone p.zone)::date, p.day) as today) x
cross join lateral (
    select m.indicator_id, m.as_of, m.withdrawn_at from indicator_actual m
    where m.program_id = p.program_id and m.fiscal_year = p.fiscal_year and m.evaluation = e.evaluation
        and m.as_of > least(x.today, e.closes_on) and (m.as_of <= p.day or m.as_of > x.today)
        and (m.recorded_at > p.known) is not true
    offset 0) m
where (m.withdrawn_at <= p.known) is not true -- looked up for the few that are left
union all
-- what is promised for a day to come is a plan; after the year it says nothing of the year
select p.program_id, p.fiscal_year, 'warning', 'target dated ahead',
       case t.evaluation when 'self' then t.indicator_id else format('%s: %s', t.evaluation, t.indicator_id) end,
       format('A target or weight holds from %s, after the year: it does not count.', t.valid_from), 'Check the day.'
from @program_state p
cross join lateral (
    select t.evaluation, t.indicator_id, t.valid_from from target_revision t
    where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year
        and t.valid_from > p.ends_on
        and (t.evaluation = 'self' or t.valid_from > greatest((now() at time zone p.zone)::date, p.day))
        and t.recorded_at <= p.known
    offset 0) t
$$);

select bpm.define_result('ratio_fault',
'What is wrong with ratios: what they name is not there, or may not be asked for.', $$
select p.program_id, p.fiscal_year, f.severity, f.kind,
       case c.evaluation when 'self' then c.indicator_id
           else format('%s: %s', c.evaluation, c.indicator_id) end as item,
       f.detail, f.mend
from @program_state p
join indicator c on c.program_id = p.program_id and c.fiscal_year = p.fiscal_year and c.source = 'ratio'
cross join lateral (
    select v.severity, v.kind, format('%s is to grow, and it is revenue that carries no growth target.', c.numerator)
               as detail, 'Give it the weight 0, or measure how the law is kept.' as mend
    from (values
        ('warning', 'growth of fines')
    ) v (severity, kind)
    where c.ratio_as = 'change'
        and exists (
            select from revenue_type t
            where not t.may_grow
                and (c.numerator in ('executed', 'received', 'revenue') and t.revenue_type = p.revenue_type
                     or c.numerator = 'revenue ' || t.revenue_type))
        and (select t.weight from target_revision t
             where t.program_id = c.program_id and t.fiscal_year = c.fiscal_year and t.evaluation = c.evaluation
                 and t.indicator_id = c.indicator_id and t.valid_from <= least(p.day, p.ends_on)
                 and t.recorded_at <= p.known and (t.weight is not null or t.retired)
             order by t.valid_from desc, t.recorded_at desc
             limit 1) > 0
    union all
    select v.severity, v.kind,
           case when n.source is null then format('It names %s, which the evaluation does not have.', q.item)
                else format('It names %s, which is itself a ratio.', q.item) end,
           'Name an indicator of the same evaluation that is measured.'
    from (
        select q.named, substring(q.named from '^(?:indicator|gap|gini) (.*?)(?: last year)?$') as item,
               greatest(p.fiscal_year, 1) - (q.named like '% last year')::integer as of_year
        from (values (c.numerator), (c.denominator)) q (named)
        where q.named ~ '^(indicator|gap|gini) ') q
    left join lateral (
        select n.source from indicator n
        where n.program_id = p.program_id and n.fiscal_year = q.of_year and n.evaluation = c.evaluation
            and n.indicator_id = q.item) n on true
    cross join (values
        ('error', 'ratio of nothing')
    ) v (severity, kind)
    -- of a year that is not there the figure itself says so
    where n.source is null and exists (
            select from program o where o.program_id = p.program_id and o.fiscal_year = q.of_year)
        or n.source = 'ratio' and q.named like 'indicator %') f
$$);

-- What shows only beside the others: money that is there twice, or has no class where that of others has one.
select bpm.define_result('ledger_fault',
'What is wrong with the ledger as a whole: money that is there twice, money without a class.', $$
with member as materialized (
    select 'program' as what, p.program_id as id, p.fiscal_year, p.program_id from program p
    union all
    select 'unit', p.unit_id, p.fiscal_year, p.program_id from program p
    where p.unit_id <> p.program_id
), node as materialized (
    select distinct m.what, m.id, m.fiscal_year from member m
), prefix as materialized (
    -- few keys have any
    select n.what, n.fiscal_year, n.id, left(n.id, s.place - 1) as prefix
    from node n
    cross join lateral generate_series(2, length(n.id) - 1) s (place)
    where strpos(' -./_:,', substr(n.id, s.place, 1)) > 0
), part as materialized (
    -- the nearest above it by its name: 35-EB of 35-EB-PEN
    select distinct on (x.what, x.fiscal_year, x.id) x.what, x.fiscal_year, x.id, w.id as whole
    from prefix x
    join node w on w.what = x.what and w.fiscal_year = x.fiscal_year and w.id = x.prefix
    order by x.what, x.fiscal_year, x.id, length(w.id) desc
), whole as materialized (
    select p.what, p.fiscal_year, p.whole, count(*) as parts, min(p.id) as first_part, max(p.id) as last_part
    from part p
    group by p.what, p.fiscal_year, p.whole
    having count(*) > 1
), amount as (
    select m.what, m.id, m.fiscal_year, k.kind, sum(k.amount) as amount
    from (select w.what, w.whole as id, w.fiscal_year from whole w
          union -- a whole may be a part itself
          select p.what, p.id, p.fiscal_year from part p
          join whole w on w.what = p.what and w.whole = p.whole and w.fiscal_year = p.fiscal_year) n
    join member m on m.what = n.what and m.id = n.id and m.fiscal_year = n.fiscal_year
    cross join lateral (
        select x.* from @program_state s
        cross join lateral program_money(s, s.money_until) x
        where s.program_id = m.program_id and s.fiscal_year = m.fiscal_year and not s.is_overall
        offset 0) x
    cross join lateral (values ('proposed', x.proposed), ('approved', x.approved), ('carried over', x.carried_over),
        ('adjusted', x.adjusted), ('received', x.received), ('committed', x.committed), ('executed', x.executed),
        ('planned', x.planned)) k (kind, amount)
    where k.amount <> 0
    group by m.what, m.id, m.fiscal_year, k.kind
), twice as (
    select w.what, w.whole, w.fiscal_year, w.parts, w.first_part, w.last_part,
           string_agg(format('%s %s', a.kind, a.amount), ', ' order by a.kind) as amounts
    from whole w
    join amount a on a.what = w.what and a.id = w.whole and a.fiscal_year = w.fiscal_year
    where a.amount = (
        select sum(b.amount) from part p
        join amount b on b.what = p.what and b.id = p.id and b.fiscal_year = p.fiscal_year and b.kind = a.kind
        where p.what = w.what and p.whole = w.whole and p.fiscal_year = w.fiscal_year)
    group by w.what, w.whole, w.fiscal_year, w.parts, w.first_part, w.last_part
)
select case t.what when 'program' then t.whole end as program_id, t.fiscal_year, v.severity, v.kind, t.whole as item,
       format('%s: as much as its %s parts together, from %s to %s.', t.amounts, t.parts, t.first_part, t.last_part)
           as detail,
       'Leave out the total, or its parts.' as mend
from twice t
cross join (values
    ('warning', 'money twice')
) v (severity, kind)
union all
select b.program_id, b.fiscal_year, v.severity, v.kind, min(b.entry_date)::text,
       format('All %s entries of %s are there more than once: was a file loaded twice?', sum(b.entries),
              string_agg(b.entry_date::text, ', ' order by b.entry_date)), 'Take back what is double.'
from (
    -- a day on which everything is double, and which has more than one entry
    select b.program_id, b.fiscal_year, b.entry_date, sum(b.entries) as entries
    from (
        select b.program_id, b.fiscal_year, b.entry_date, count(*) as entries
        from @day d
        cross join program_budget b
        where (b.recorded_at > d.known) is not true and b.entry_date <= d.day
            -- of what counts in no sum, as what was recaptured, the view shows no amount
            and num_nonnulls(b.proposed, b.approved, b.carried_over, b.adjusted, b.received, b.committed, b.executed,
                b.planned) > 0
        group by b.program_id, b.fiscal_year, b.entry_date, b.proposed, b.approved, b.carried_over, b.adjusted,
                 b.received, b.committed, b.executed, b.planned, b.month, b.fund, b.economic_id, b.one_off) b
    group by b.program_id, b.fiscal_year, b.entry_date
    having count(*) > 1 and min(b.entries) > 1) b
cross join (values
    ('note', 'entries repeat')
) v (severity, kind)
group by b.program_id, b.fiscal_year, v.severity, v.kind
union all
select null, c.fiscal_year, v.severity, v.kind, f.what,
       format('A budget of %s, executed %s, has no %s, while other money of the year has one.', f.budget, f.executed,
              f.what),
       format('Set %s, of the program or its entries.', f.mend)
from (
    select p.fiscal_year,
           coalesce(sum(b.budget) filter (where p.function_id is null), 0) as function_budget,
           coalesce(sum(b.executed) filter (where p.function_id is null), 0) as function_executed,
           count(p.function_id) as with_function,
           coalesce(sum(b.class_budget), 0) as class_budget, coalesce(sum(b.class_executed), 0) as class_executed,
           count(*) filter (where b.with_class or p.economic_id is not null) as with_class
    from @program_state p
    cross join lateral (
        select sum(x.budget) as budget, sum(x.executed) as executed,
               sum(x.budget) filter (where x.economic_id is null and p.economic_id is null) as class_budget,
               sum(x.executed) filter (where x.economic_id is null and p.economic_id is null) as class_executed,
               bool_or(x.economic_id is not null) as with_class
        from (
            select coalesce(nullif(b.approved, 'NaN'), 0) + coalesce(nullif(b.carried_over, 'NaN'), 0)
                       + coalesce(nullif(b.adjusted, 'NaN'), 0) as budget,
                   coalesce(nullif(b.executed, 'NaN'), 0) as executed, b.economic_id
            from program_budget b
            where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year
                and b.entry_date <= p.money_until and (b.recorded_at > p.known) is not true
                and coalesce(b.currency, p.currency) = p.currency) x) b
    where not p.is_overall and not p.is_revenue
    group by p.fiscal_year) c
cross join lateral (values
    ('function', 'function_id', c.function_budget, c.function_executed, c.with_function),
    ('economic class', 'economic_id', c.class_budget, c.class_executed, c.with_class)
) f (what, mend, budget, executed, others)
cross join (values
    ('warning', 'no class')
) v (severity, kind)
where f.others > 0 and (f.budget <> 0 or f.executed <> 0)
$$);

-- What an accepted scenario holds back is not spent, and no more is approved than it proposes; without one nothing is
-- looked at.
select bpm.define_result('application_fault',
'What is wrong with a budget beside the scenario that was accepted for it.', $$
select p.program_id, p.fiscal_year, v.severity, v.kind, w.scenario as item,
       format('%s are executed and committed, of a budget of %s of which %s are held back.', m.executed + m.committed,
              m.approved + m.carried_over + m.adjusted, w.held) as detail,
       'Do what the money waits for: see withheld_result.' as mend
from (select w.program_id, w.fiscal_year, w.scenario, sum(w.held) as held from @withheld_result w
      group by w.program_id, w.fiscal_year, w.scenario
      having sum(w.held) > 0) w
join @program_state p on p.program_id = w.program_id and p.fiscal_year = w.fiscal_year
cross join lateral program_money(p, p.money_until) m
cross join (values
    ('warning', 'spends what is withheld')
) v (severity, kind)
where not p.is_revenue and m.executed + m.committed > m.approved + m.carried_over + m.adjusted - w.held
    and m.executed + m.committed > 0
union all
select p.program_id, p.fiscal_year, v.severity, v.kind, s.scenario,
       format('%s are approved; the scenario %s.', m.approved, coalesce('proposes ' || q.proposed, 'does not have it')),
       'Correct what is approved, or take the scenario back and accept another.'
from @day d
cross join (select distinct e.fiscal_year from scenario_event e) y
cross join lateral scenario_in_force(y.fiscal_year, d.known) s
join @program_state p on p.fiscal_year = s.fiscal_year
left join proposal q on q.program_id = p.program_id and q.fiscal_year = p.fiscal_year and q.scenario = s.scenario
cross join lateral program_money(p, p.money_until) m
cross join (values
    ('warning', 'approved more than accepted')
) v (severity, kind)
where not p.is_revenue and not p.is_overall and m.approved > coalesce(q.proposed, 0)
$$);

create view key_fault with (security_invoker = true) as
select k.what, k.program_id, k.fiscal_year, min(k.key) as first_key,
       string_agg(format('"%s"', k.key), ', ' order by k.key) as keys
from (
    select 'unit' as what, null::text as program_id, null::integer as fiscal_year, u.unit_id as key from unit u
    union all
    select 'function', null, null, f.function_id from function_code f
    union all
    select 'economic class', null, null, c.economic_id from economic_class c
    union all
    select 'objective', null, null, o.objective_id from objective o
    union all
    select 'person', null, null, r.person from (select distinct r.person from responsible r) r
    union all
    select 'program', null, null, p.program_id from (select distinct p.program_id from program p) p) k
group by k.what, k.program_id, k.fiscal_year, key_to_compare(k.key)
having count(*) > 1
union all
-- few names are like another; only theirs are looked up in the programs
select 'indicator', i.program_id, i.fiscal_year, min(i.indicator_id),
       string_agg(format('"%s"', i.indicator_id), ', ' order by i.indicator_id)
from indicator i
join (
    select unnest(array_agg(d.indicator_id)) as indicator_id, key_to_compare(d.indicator_id) as compared
    from (select distinct i.indicator_id from indicator i) d
    group by key_to_compare(d.indicator_id)
    having count(*) > 1) l on l.indicator_id = i.indicator_id
group by i.program_id, i.fiscal_year, i.evaluation, l.compared
having count(*) > 1;
comment on view key_fault is 'Keys that differ only by case or by spaces.';

select bpm.define_result('check_result',
'What is wrong with the data: one row per fault, with severity and mend.', $$
with fault as (
    select * from @program_fault
    union all
    select * from @evaluation_fault
    union all
    select * from @date_fault
    union all
    select * from @ratio_fault
    union all
    select * from @ledger_fault
    union all
    select * from @plan_fault
    union all
    select * from @application_fault
    union all
    select k.program_id, k.fiscal_year, v.severity, v.kind, k.first_key,
           format('Of one %s there are several keys, which differ only by case or by spaces: %s.', k.what, k.keys),
           'Make them one.'
    from key_fault k
    cross join (values
        ('warning', 'keys alike')
    ) v (severity, kind)
    union all
    select null, p.fiscal_year, 'note', 'money without targets', null,
           format('%s programs have no indicators: there is money, and nothing to score it by.', count(*)),
               'Add indicators, or apply a framework.'
    from program p
    where not exists (select from indicator i where i.fiscal_year = p.fiscal_year)
    group by p.fiscal_year
    union all
    select l.program_id, l.fiscal_year, 'error', 'no evaluation', l.evaluation,
        'The table evaluation has no row for it: what it misses counts as zero once it is closed.', 'Add the row.'
    from program_look l
    where l.evaluation not in (select e.evaluation from evaluation e)
    union all
    select null, null, 'error', 'no place', null,
        format('The table place has %s rows: without one nothing is scored.', count(*)), 'Give it one row.'
    from place
    having count(*) <> 1
    union all
    select null, null, 'error', t.kind, t.id, t.detail,
           case t.kind when 'tree loop' then 'Give one of them another parent, then call refresh_trees().'
               else 'Call refresh_trees().' end
    from tree_faults() t
    union all
    select f.program_id, f.fiscal_year, 'error', f.input || ': ' || f.kind, f.item, f.detail, f.mend
    from input_fault f
)
select f.program_id, f.fiscal_year,
       case f.severity when 'error' then 1 when 'warning' then 2 else 3 end as severity_rank,
       f.severity, f.kind, f.item, f.detail, f.mend, p.name as program_name
from fault f
left join program p on p.program_id = f.program_id and p.fiscal_year = f.fiscal_year
$$);
