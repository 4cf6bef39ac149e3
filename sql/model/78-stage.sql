-- Gates: what must be true before a program enters a stage

create function gate_faults(program_id text, fiscal_year integer, stage text, on_day date default null)
    returns table (condition text, detail text)
    language sql stable parallel safe
begin atomic
    -- on an explicit day, and with all that is recorded: the settings of a session have no say
    with moment as (
        select least($4, (now() at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date) as day
    ), state as (
        select s as p, s.*, coalesce(f.weight_total, y.weight_total) as weight_total, y.totals_required,
            y.appraise_from,
               coalesce(f.execution_points, y.execution_points) as execution_points,
               m.approved + m.carried_over + m.adjusted as budget, greatest(m.approved, m.proposed) as asked_for, l.rule
        from moment d
        cross join lateral program_state_at(d.day, 'infinity') s
        join program p on p.program_id = s.program_id and p.fiscal_year = s.fiscal_year
        join lifecycle_rule l on l.lifecycle_id = p.lifecycle_id
        cross join lateral setting_of(s.fiscal_year) y
        left join framework f on f.framework_id = s.framework_id
        cross join lateral program_money(s, s.money_until) m
        where s.program_id = $1 and s.fiscal_year = $2
    ), indicator_now as (
        select i.* from moment d
        cross join lateral indicator_score_at(d.day, 'infinity') i
        where i.program_id = $1 and i.fiscal_year = $2 and i.evaluation = 'self' and not i.retired
    ), weights as (
        select count(*) filter (where i.source <> 'group') as indicators,
               coalesce(sum(i.weight) filter (where i.parent_id is null), 0) as total,
               coalesce(sum(i.weight) filter (where i.parent_id is null and i.source <> 'budget'),
                   0) as without_execution,
               string_agg(i.indicator_id, ', ' order by i.sort, i.indicator_id)
                   filter (where i.source in ('measured', 'ratio') and i.target is null and i.weight > 0)
                   as without_target,
               string_agg(i.indicator_id, ', ' order by i.sort, i.indicator_id)
                   filter (where i.source <> 'group' and i.score is null and i.weight > 0) as without_score
        from indicator_now i
    ), passed as (
        -- the latest time that each stage was entered
        select distinct on (e.stage) e.stage, e.grade
        from stage_standing e
        where e.program_id = $1 and e.fiscal_year = $2
        order by e.stage, e.at desc, e.recorded_at desc
    ), fault (condition, detail) as (
        select 'targets', case w.indicators when 0 then 'The program has no indicators.'
                               else format('No target is set for %s.', w.without_target) end
        from weights w where w.indicators = 0 or w.without_target is not null
        union all
        select 'target weights', format('The top weights without budget execution total %s, not %s.',
                                        trim_scale(w.without_execution),
                                            trim_scale(s.weight_total - s.execution_points))
        from state s cross join weights w
        where s.totals_required and w.without_execution <> s.weight_total - s.execution_points
        union all
        select 'all weights', format('The top weights total %s, not %s.', trim_scale(w.total),
            trim_scale(s.weight_total))
        from state s cross join weights w
        where s.totals_required and w.total <> s.weight_total
        union all
        select 'money', 'There is no approved budget.'
        from state s where s.budget <= 0 and not s.is_overall
        union all
        select 'appraised', format('It is new, and %s is asked for: from %s on it has to be appraised.', s.asked_for,
            s.appraise_from)
        from state s
        where s.asked_for >= s.appraise_from and not s.is_overall and not s.is_revenue
            and 'appraised' = any (bpm.stages(s.rule))
            and exists (select from program x where x.fiscal_year < s.fiscal_year)
            and not exists (select from program x where x.program_id = s.program_id and x.fiscal_year < s.fiscal_year)
            and not exists (select from passed x where x.stage = 'appraised')
        union all
        select 'review grade', case when x.grade is null then format('The stage %s has no grade.', x.stage)
                                    else format('The grade of %s is %s.', x.stage, x.grade) end
        from passed x
        where x.stage in (select g.stage from stage_grade g)
            and not exists (select from stage_grade g where g.stage = x.stage and g.grade = x.grade and g.goes_on)
        union all
        select 'easier targets', format('%s asks for less than was reached last year (%s, and %s), and no reason is '
                                        'given.', t.indicator_id, t.target, trim_scale(coalesce(t.last_actual,
                                                                                                t.baseline)))
        from moment d
        cross join lateral target_step_at(d.day, 'infinity') t
        -- what the model itself writes is no reason
        where t.program_id = $1 and t.fiscal_year = $2 and t.need < 0
            and (coalesce(t.given_reason, '') = '' or t.given_reason ~ '^(import$|framework |rolled forward from )')
        union all
        select 'evaluated', 'No evaluation above its own is closed.'
        from state s
        where not exists (select from evaluations_of(s.p) e
                          where e.closed and e.rank > (select v.rank from evaluation_of('self', s.fiscal_year) v))
        union all
        select 'findings', format('Not rectified: %s.', string_agg(n.finding_id, ', ' order by n.finding_id))
        from state s
        cross join lateral findings_of(s.p) n
        where n.status in ('open', 'reported')
        having count(*) > 0
        union all
        select 'measured', format('Nothing was measured for %s.', w.without_score)
        from weights w where w.without_score is not null
    )
    select f.condition, f.detail
    from stage_gate g
    join fault f on f.condition = g.condition
    where g.stage = $3
    order by f.condition, f.detail;
end;
comment on function gate_faults(text, integer, text, date) is
'What keeps a program from entering a stage: the conditions of stage_gate that do not hold on a day (today when not '
'given, and never later), each with the reason.';

create function stage_ready(program_id text, fiscal_year integer, stage text, at timestamptz, taken_back boolean)
    returns boolean
    language plpgsql volatile parallel unsafe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    -- first: with a query among its arguments the function would be planned anew with every call
    day constant date := ($4 at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date;
    fault record;
begin
    -- where nothing is asked, nothing is looked for: planning that takes longer than a stage
    if taken_back or not exists (select from stage_gate g where g.stage = $3) then
        return true;
    end if;
    for fault in
        select f.* from gate_faults($1, $2, $3, day) f
    loop
        raise exception 'program "%" may not be % yet', $1, $3
            using errcode = 'check_violation',
                  detail = fault.detail,
                  hint = format('Condition "%s" of the stage; see stage_gate.', fault.condition);
    end loop;
    return true;
end
$$;
comment on function stage_ready(text, integer, text, timestamptz, boolean) is
'Whether a program may enter a stage: the gate of stage_event. An error says which condition does not hold.';

-- the gate is named with its schema, which may have been renamed since
do $do$
begin
    execute format('create or replace trigger lifecycle_2_guard before insert on stage_event for each row
        execute function bpm.lifecycle_guard_history(''stage'', ''at'', ''lifecycle'', ''key'', ''program_id'',
            ''key'', ''fiscal_year'',
            ''takes_back'', ''taken_back'', ''gate'', ''* -> *'', %L, ''the conditions of the stage do not hold'')',
        format('%I.stage_ready', current_schema()));
end
$do$;
