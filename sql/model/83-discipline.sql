-- Discipline of targets: what was promised beside what it became, and what is left to gain

-- adjusting is one act -------------------------------------------------------------------------------------

create function adjust_program(program_id text, fiscal_year integer, adjustment_id text, procedure text, reason text,
                               amount numeric default null, targets jsonb default '{}', on_day date default null,
                               cause text default null)
    returns table (item text, what text, before text, after text)
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
#variable_conflict use_column
declare
    of_program alias for $1;
    of_year alias for $2;
    act alias for $3;
    by_procedure alias for $4;
    why alias for $5;
    money alias for $6;
    promises constant jsonb := coalesce($7, '{}');
    day constant date := coalesce($8,
        (now() at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date);
    ends_on constant date := year_start(least($2, 9998) + 1) - 1;
    wrong text;
    had record;
    r record;
    parsed record;
    weighs numeric;
    gives_up boolean;
begin
    if not exists (select from program p where p.program_id = of_program and p.fiscal_year = of_year) then
        raise exception 'there is no program "%" in %', of_program, of_year
            using errcode = 'no_data_found';
    elsif exists (select from adjustment a where a.program_id = of_program and a.fiscal_year = of_year
                      and a.adjustment_id = act) then
        raise exception 'program "%" has an act "%" in % already', of_program, act, of_year
            using errcode = 'unique_violation',
                  hint = 'Give the act another number; money and targets that it left out name it in adjustment_id.';
    elsif jsonb_typeof(promises) <> 'object' then
        raise exception 'targets are an object, not an %', jsonb_typeof(promises)
            using errcode = 'invalid_parameter_value',
                  hint = 'Such as {"irrigated": ">= 800"} or {"irrigated": {"target": ">= 800", "weight": 5}}.';
    elsif money is null and promises = '{}' then
        raise exception 'act "%" of program "%" changes nothing', act, of_program
            using errcode = 'invalid_parameter_value',
                  hint = 'Give the amount by which the budget changes, the new targets, or both.';
    elsif promises <> '{}' and day > ends_on then
        raise exception 'targets of % are not changed from % on: the year is over', of_year, day
            using errcode = 'invalid_parameter_value',
                  hint = format('Give on_day, at most %s.', ends_on);
    end if;
    select string_agg(format('"%s"', k.item), ', ' order by k.item) into wrong
    from jsonb_object_keys(promises) k (item)
    where not exists (select from indicator i where i.program_id = of_program and i.fiscal_year = of_year
                          and i.evaluation = 'self' and i.indicator_id = k.item);
    if wrong is not null then
        raise exception 'program "%" has no indicator % in %', of_program, wrong, of_year
            using errcode = 'no_data_found',
                  hint = coalesce((select 'Its indicators are ' || string_agg(i.indicator_id, ', '
                                              order by i.sort, i.indicator_id) || '.'
                                   from indicator i
                                   where i.program_id = of_program and i.fiscal_year = of_year
                                       and i.evaluation = 'self'), 'It has no indicators.');
    end if;
    insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason, cause)
    values (of_program, of_year, act, by_procedure, why, $9);
    if money is not null then
        item := 'budget';
        what := 'budget';
        -- as results read it, which may be a ledger of one's own
        before := (select coalesce(sum(coalesce(b.approved, 0) + coalesce(b.carried_over, 0)
                                       + coalesce(b.adjusted, 0)), 0)
                   from program_budget b where b.program_id = of_program and b.fiscal_year = of_year);
        insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id, reason)
        values (of_program, of_year, 'adjusted', day, money, act, why);
        after := (select coalesce(sum(coalesce(b.approved, 0) + coalesce(b.carried_over, 0)
                                      + coalesce(b.adjusted, 0)), 0)
                  from program_budget b where b.program_id = of_program and b.fiscal_year = of_year);
        if money <> 0 and before = after then
            raise exception 'the money of program "%" is not in budget_entry', of_program
                using errcode = 'object_not_in_prerequisite_state',
                      detail = 'Results read it through program_budget, where an entry of this act does not show.',
                      hint = 'Enter the change in your ledger, and leave the amount out here.';
        end if;
        return next;
    end if;
    for r in
        select t.item, case jsonb_typeof(t.said) when 'object' then t.said
                           else jsonb_build_object('target', t.said) end as said, i.source
        from jsonb_each(promises) t (item, said)
        join indicator i on i.program_id = of_program and i.fiscal_year = of_year and i.evaluation = 'self'
            and i.indicator_id = t.item
        order by i.sort, i.indicator_id
    loop
        item := r.item;
        select string_agg(format('"%s"', k.name), ', ' order by k.name) into wrong
        from jsonb_object_keys(r.said) k (name)
        where k.name not in ('target', 'weight', 'retired');
        if wrong is not null or r.said = '{}' then
            raise exception 'what is adjusted of "%" is %', r.item, coalesce('not ' || wrong, 'not said')
                using errcode = 'invalid_parameter_value',
                      hint = 'There are target, weight and retired: {"target": ">= 800", "weight": 5}.';
        end if;
        select t.* into parsed from bpm.try_parse_target(r.said ->> 'target') t;
        if r.said ? 'target' and (jsonb_typeof(r.said -> 'target') <> 'string' or parsed.target is null) then
            raise exception 'the new target of "%" is none: %', r.item, r.said -> 'target'
                using errcode = 'invalid_parameter_value',
                      detail = coalesce(parsed.reason, 'It is no text.'),
                      hint = 'A target is text, such as ">= 800 [ha]" or "<= 5%".';
        elsif r.said ? 'target' and r.source = 'group' then
            raise exception '"%" is a group: it has a weight and no target', r.item
                using errcode = 'invalid_parameter_value';
        elsif r.said ? 'weight' and (jsonb_typeof(r.said -> 'weight') <> 'number'
                                     or (r.said ->> 'weight')::numeric < 0) then
            raise exception 'the new weight of "%" is none: %', r.item, r.said -> 'weight'
                using errcode = 'invalid_parameter_value',
                      hint = 'A weight is a number, 0 or more.';
        elsif r.said ? 'retired' and (r.said <> '{"retired": true}') then
            raise exception 'what is given up of "%" is all of it', r.item
                using errcode = 'invalid_parameter_value',
                      hint = 'Write {"retired": true} and nothing beside it.';
        end if;
        weighs := (r.said ->> 'weight')::numeric;
        gives_up := coalesce((r.said ->> 'retired')::boolean, false);
        select (array_agg(t.target::text order by t.valid_from desc, t.recorded_at desc)
                    filter (where t.target is not null))[1] as target,
               coalesce((array_agg(t.weight order by t.valid_from desc, t.recorded_at desc)
                    filter (where t.weight is not null))[1], case when count(*) > 0 then 1 else 0 end) as weight
        into had
        from target_revision t
        where t.program_id = of_program and t.fiscal_year = of_year and t.evaluation = 'self'
            and t.indicator_id = r.item and t.valid_from <= day;
        insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, retired,
                                     adjustment_id, reason)
        values (of_program, of_year, r.item, day, parsed.target, weighs, gives_up, act, why);
        if r.said ? 'target' then
            what := 'target';
            before := had.target;
            after := parsed.target;
            return next;
        end if;
        if r.said ? 'weight' then
            what := 'weight';
            before := trim_scale(had.weight);
            after := trim_scale(weighs);
            return next;
        end if;
        if gives_up then
            what := 'retired';
            before := had.target;
            after := null;
            return next;
        end if;
    end loop;
end
$$;
comment on function adjust_program(text, integer, text, text, text, numeric, jsonb, date, text) is
'Adjusts a program in one act, all of it or nothing: records the act with its procedure and reason, the signed amount '
'by which the budget changes, and new targets, weights or what is given up, from a day on (today when not given), and '
'the cause where it lies outside of the program. Says what was before and what is after.';

-- Suspending is an act, too, and so is going on.
create function stage_by_act(of_program text, of_year integer, act text, by_procedure text, why text, of_cause text,
                             on_day date, entered text, was text)
    returns table (item text, what text, before text, after text)
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    zone constant text := coalesce((select min(p.time_zone) from place p), 'UTC');
    begins constant timestamptz := on_day::timestamp at time zone zone;
    lifecycle record;
    last record;
begin
    select l.lifecycle_id, l.rule into lifecycle
    from program p join lifecycle_rule l on l.lifecycle_id = p.lifecycle_id
    where p.program_id = of_program and p.fiscal_year = of_year;
    if not found then
        raise exception 'there is no program "%" in %', of_program, of_year
            using errcode = 'no_data_found';
    elsif exists (select from adjustment a where a.program_id = of_program and a.fiscal_year = of_year
                      and a.adjustment_id = act) then
        raise exception 'program "%" has an act "%" in % already', of_program, act, of_year
            using errcode = 'unique_violation',
                  hint = 'Give the act another number.';
    elsif 'suspended' <> all (bpm.stages(lifecycle.rule)) then
        raise exception 'program "%" cannot be suspended', of_program
            using errcode = 'object_not_in_prerequisite_state',
                  detail = format('Its lifecycle "%s" has no stage "suspended".', lifecycle.lifecycle_id),
                  hint = 'adjust_program() changes its budget and its targets.';
    end if;
    select e.stage, e.at into last from stage_standing e
    where e.program_id = of_program and e.fiscal_year = of_year
    order by e.at desc, e.recorded_at desc
    limit 1;
    if was is not null and last.stage is distinct from was then
        raise exception 'program "%" is not % in %', of_program, was, of_year
            using errcode = 'object_not_in_prerequisite_state',
                  detail = case when last.stage is null then 'It has no stages.'
                                else format('It is %s since %s.', last.stage, (last.at at time zone zone)::date) end;
    elsif entered = last.stage then
        raise exception 'program "%" is % already', of_program, entered
            using errcode = 'object_not_in_prerequisite_state',
                  detail = format('It is so since %s.', (last.at at time zone zone)::date);
    end if;
    insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason, cause)
    values (of_program, of_year, act, by_procedure, why, of_cause);
    -- of a day as it begins, or after what was entered on it before
    insert into stage_event (program_id, fiscal_year, at, stage, adjustment_id, reason)
    values (of_program, of_year,
            case when on_day is null then clock_timestamp()
                 when last.at >= begins and (last.at at time zone zone)::date = on_day
                 then last.at + interval '1 microsecond'
                 else begins end,
            entered, act, why);
    return query select 'stage', 'stage', last.stage, entered;
end
$$;
comment on function stage_by_act(text, integer, text, text, text, text, date, text, text) is
'Records an act, and that a program enters a stage by it. What suspend_program and resume_program do.';

create function suspend_program(program_id text, fiscal_year integer, adjustment_id text, procedure text, reason text,
                                cause text default null, on_day date default null)
    returns table (item text, what text, before text, after text)
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    return query select s.* from stage_by_act($1, $2, $3, $4, $5, $6, $7, 'suspended', null) s;
end
$$;
comment on function suspend_program(text, integer, text, text, text, text, date) is
'Suspends a program in one act, all of it or nothing: records the act with its procedure, its reason and the cause '
'where it lies outside of the program, and that the program is suspended from a day on (now when not given).';

create function resume_program(program_id text, fiscal_year integer, adjustment_id text, procedure text, reason text,
                               on_day date default null)
    returns table (item text, what text, before text, after text)
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    return query select s.* from stage_by_act($1, $2, $3, $4, $5, null, $6, 'executing', 'suspended') s;
end
$$;
comment on function resume_program(text, integer, text, text, text, date) is
'Lets a suspended program go on in one act: records the act with its procedure and reason, and that the program is '
'executing from a day on (now when not given).';

-- what was promised beside what it became ------------------------------------------------------------------

-- Indicators as they were promised when the budget was approved, with the figures of now.
create function approved_facts(p program_state, facts indicator_score[], approved timestamptz, execution numeric)
    returns table (indicator_id text, parent_id text, source text, method bpm.method, target bpm.target,
                   weight numeric, actual numeric, score numeric, best numeric, tree_weight numeric)
    language sql stable parallel safe
begin atomic
    -- As approved_terms says, of all indicators at once: what was there when the budget was
    -- approved; if nothing was, what was recorded first is what was promised.
    with approval as materialized (
        select approval_day(p, approved) as day, approval_known(p, approved) as known
    ), promise as materialized (
        select t.indicator_id, count(*) filter (where t.there) > 0 as there,
               (array_agg(t.retired order by t.valid_from desc, t.recorded_at desc)
                    filter (where t.there))[1] as retired,
               coalesce((array_agg(t.target order by t.valid_from desc, t.recorded_at desc)
                             filter (where t.there and t.target is not null))[1],
                        (array_agg(t.target order by t.recorded_at, t.valid_from)
                             filter (where t.target is not null))[1]) as target,
               coalesce((array_agg(t.weight order by t.valid_from desc, t.recorded_at desc)
                             filter (where t.there and t.weight is not null))[1],
                        (array_agg(t.weight order by t.recorded_at, t.valid_from)
                             filter (where t.weight is not null))[1], 1) as weight,
               bool_or(count(*) filter (where t.there) > 0) over () as promised
        from (select t.*, coalesce(t.valid_from <= a.day and t.recorded_at <= a.known, false) as there
              from approval a
              join target_revision t on t.program_id = p.program_id and t.fiscal_year = p.fiscal_year
                  and t.evaluation = 'self' and t.valid_from <= p.ends_on and t.recorded_at <= p.known) t
        group by t.indicator_id
    )
    select f.indicator_id, f.parent_id, f.source, f.method, g.target, w.weight, c.actual,
           case when f.stale then null
                when f.grade is not null then case when f.grade between 0 and 100 then round(f.grade, 8) end
                when f.actual_date is not null then bpm.try_score(f.actual_date, g.target)
                else bpm.try_score(c.actual, g.target) end,
           bpm.cap(g.target),
           case when max(w.weight) over siblings > 0 then w.weight else 1 end
    from unnest(facts) f
    left join promise r on r.indicator_id = f.indicator_id and (r.there or not r.promised)
    cross join lateral (
        select case when f.source in ('same', 'group') then f.target
                    else coalesce(r.target, case f.source when 'budget' then '>= 100%' end::bpm.target) end as target) g
    cross join lateral (select case when r.retired then 0 else coalesce(r.weight, 0) end as weight) w
    cross join lateral (select case f.source when 'budget' then execution else f.actual end as actual) c
    window siblings as (partition by f.parent_id);
end;
comment on function approved_facts(program_state, indicator_score[], timestamptz, numeric) is
'The indicators of the self-evaluation by the targets and weights that were approved, with the figures of now; what was '
'added later weighs nothing. Given what they are now, the approval, and execution by the approved budget.';

create function approved_look(p program_state, facts indicator_score[], approved timestamptz, execution numeric,
                              closed boolean, missing text)
    returns table (tree bpm.tree, tree_score numeric, score numeric)
    language sql stable parallel safe rows 1
begin atomic
    select t.tree, o.score, ruled_score(o.score, u.deducted, u.cap, u.vetoed)
    from (
        select bpm.try_score_tree(n.id, n.parent_id, n.weight, n.score, n.best, n.method, missing) as tree,
               array_agg(n.id order by n.id) filter (where n.attained is not null) as items,
               array_agg(n.attained order by n.id) filter (where n.attained is not null) as attained
        from (select i.indicator_id as id, coalesce(i.parent_id, '') as parent_id, i.tree_weight as weight, i.score,
                     i.best, i.method, case when i.source in ('measured', 'ratio') and i.weight > 0
                         and i.score is not null then bpm.try_attainment(i.actual, i.target) end as attained
              from approved_facts(p, facts, approved, execution) i
              union all
              select '', null, 1, null, null, 'mean'::bpm.method, null) n) t
    left join lateral (select n.score from bpm.roots(t.tree) n) o on true
    cross join lateral (
        select sum(x.points) filter (where x.effect = 'deduct') as deducted,
               min(x.points) filter (where x.effect = 'cap') as cap, bool_or(x.effect = 'veto') as vetoed
        from rule_figures(rules_of('self', p.fiscal_year), closed, execution, t.tree, t.items, t.attained) x
        where x.applies) u;
end;
comment on function approved_look(program_state, indicator_score[], timestamptz, numeric, boolean, text) is
'The self-evaluation by what was approved, with the figures of now: its tree, the score of that, and the score after '
'the rules.';

-- The budget as it was approved: without what was cut from it since, and without adjustments.
create function approved_budget(p program_state, until date, approved_at timestamptz) returns numeric
    language sql stable parallel safe
begin atomic
    select m.approved + m.carried_over - coalesce(c.cut, 0)
    from program_money(p, until) m
    left join lateral (
        select sum(case when b.approved < 0 then b.approved else b.carried_over end) as cut
        from program_budget b
        where not p.is_overall and b.program_id = p.program_id and b.fiscal_year = p.fiscal_year
            and (b.approved < 0 or b.carried_over < 0) and b.entry_date <= until
            and (b.recorded_at > p.known) is not true and coalesce(b.currency, p.currency) = p.currency
            and case when approved_at is not null
                     then b.entry_date > (approved_at at time zone p.zone)::date
                         or b.recorded_at > approval_known(p, approved_at)
                     else b.entry_date > (
                         select min(x.entry_date) from program_budget x
                         where x.program_id = b.program_id and x.fiscal_year = b.fiscal_year and x.approved > 0) end) c
        on true;
end;
comment on function approved_budget(program_state, date, timestamptz) is
'What was approved and carried over, before anything was cut or adjusted.';

-- What was changed since the approval; of a program without stages, since something was promised first.
create function revisions_of(p program_state, facts indicator_score[], approved timestamptz)
    returns table (indicator_id text, kind text, valid_from date, recorded_at timestamptz, counts boolean,
                   adjustment_id text, target_before bpm.target, target_after bpm.target, weight_before numeric,
                   weight_after numeric, actual numeric, score_before numeric, score_after numeric, amount numeric,
                   lands boolean, after_figure boolean, detail text, reason text, recorded_by text)
    language sql stable parallel safe rows 10
begin atomic
    with approval as materialized (
        select approval_day(p, approved) as day, approval_known(p, approved) as known,
               p.has_stages and approved is null as drafts,
               exists (select from target_revision t
                       where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
                           and t.valid_from <= approval_day(p, approved)
                           and t.recorded_at <= approval_known(p, approved)) as promised
    ), revision as (
        select t.program_id, t.fiscal_year, t.indicator_id, t.valid_from, t.recorded_at, t.target, t.weight, t.retired,
               t.adjustment_id, t.reason, t.recorded_by, case when f.stale then null else f.actual end as actual,
               case when f.stale then null else f.actual_date end as actual_date, f.measured_on, f.source,
               b.target as target_before, b.weight as weight_before, b.retired as was_retired, b.n > 0 as was_there,
               a.promised,
               t.target is not null and t.target::text is distinct from b.target::text
                   and (a.promised or b.target is not null) as new_target,
               t.weight is not null and t.weight is distinct from b.weight
                   and (a.promised or b.weight is not null) as new_weight
        from approval a
        cross join lateral (
            select t.*, count(*) over (partition by t.indicator_id) as rows, array_agg(t) over earlier as prior
            from target_revision t
            where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
                and t.recorded_at <= p.known
            window earlier as (partition by t.indicator_id order by t.recorded_at, t.valid_from
                               rows between unbounded preceding and 1 preceding)) t
        left join unnest(facts) f on f.indicator_id = t.indicator_id
        cross join lateral (
            select count(*) as n,
                   (array_agg(r.target order by r.valid_from desc, r.recorded_at desc)
                        filter (where r.target is not null))[1] as target,
                   (array_agg(r.weight order by r.valid_from desc, r.recorded_at desc)
                        filter (where r.weight is not null))[1] as weight,
                   (array_agg(r.retired order by r.valid_from desc, r.recorded_at desc))[1] as retired
            from unnest(t.prior) r
            where r.valid_from <= t.valid_from) b
        -- most have one revision, which nothing was before
        where not a.drafts and case when a.promised then not (t.valid_from <= a.day and t.recorded_at <= a.known)
                                    else t.rows > 1 end
    )
    select r.indicator_id,
           case when r.retired then 'retired' when r.was_retired then 'taken up again'
                when not r.was_there then 'added' when r.new_target and r.new_weight then 'target and weight'
                when r.new_target then 'target' else 'weight' end,
           r.valid_from, r.recorded_at, r.valid_from <= p.ends_on, r.adjustment_id,
           r.target_before, case when not r.retired then coalesce(r.target, r.target_before) end,
           r.weight_before, case when r.retired then 0 else coalesce(r.weight, r.weight_before, 1) end,
           r.actual, s.before, s.after, null::numeric,
           r.new_target and coalesce(bpm.goal(r.target) = r.actual
               or bpm.try_met(r.actual, r.target_before) is false and bpm.try_met(r.actual, r.target)
               or bpm.try_met(r.actual_date, r.target_before) is false and bpm.try_met(r.actual_date, r.target), false),
           exists (select from indicator_actual m
                   where m.program_id = r.program_id and m.fiscal_year = r.fiscal_year and m.evaluation = 'self'
                       and m.indicator_id = r.indicator_id and m.as_of = r.measured_on and m.breakdown = ''
                       and m.recorded_at < r.recorded_at),
           null::text, coalesce(r.reason, c.reason), r.recorded_by
    from revision r
    left join adjustment c on c.program_id = r.program_id and c.fiscal_year = r.fiscal_year
        and c.adjustment_id = r.adjustment_id
    cross join lateral (
        select case when r.actual_date is not null then bpm.try_score(r.actual_date, r.target_before)
                    else bpm.try_score(r.actual, r.target_before) end as before,
               case when r.retired then null
                    when r.actual_date is not null
                    then bpm.try_score(r.actual_date, coalesce(r.target, r.target_before))
                    else bpm.try_score(r.actual, coalesce(r.target, r.target_before)) end as after) s
    where r.new_target or r.new_weight or r.retired and r.was_retired is not true
        or r.was_retired and not r.retired or r.promised and not r.was_there
    union all
    select l.key ->> 'indicator_id', 'moved', (l.changed_at at time zone p.zone)::date, l.changed_at, true,
           case when l.after ->> 'adjustment_id' is distinct from l.before ->> 'adjustment_id'
                then l.after ->> 'adjustment_id' end,
           null, null, null, null, null, null, null, null, false, false, c.detail, null, l.changed_by
    from approval a
    join program_log l on l.program_id = p.program_id and l.fiscal_year = p.fiscal_year and l.relation = 'indicator'
        and l.key ->> 'evaluation' = 'self' and l.before is not null and l.after is not null
        and l.changed_at <= p.known
        -- without an approval: once something was measured
        and case when approved is not null then l.changed_at > a.known
                 else not a.drafts and exists (
                     select from indicator_actual m
                     where m.program_id = p.program_id and m.fiscal_year = p.fiscal_year and m.evaluation = 'self'
                         and m.indicator_id = l.key ->> 'indicator_id' and m.recorded_at < l.changed_at) end
    cross join lateral (
        select string_agg(format('%s: %s -> %s', k.name, coalesce(l.before ->> k.name, 'none'),
                                 coalesce(l.after ->> k.name, 'none')), ', ' order by k.n) as detail
        from unnest(array['parent_id', 'source', 'same_as', 'numerator', 'denominator', 'ratio_as', 'buys',
                          'conforming_of', 'method', 'moves', 'baseline']) with ordinality k (name, n)
        where l.before ->> k.name is distinct from l.after ->> k.name) c
    where c.detail is not null
    union all
    select null, 'budget cut', b.entry_date, b.recorded_at, b.entry_date <= p.money_until, b.adjustment_id,
           null, null, null, null, null, null, null, b.amount, false, false,
           format('%s %s', b.kind, b.amount), coalesce(b.reason, c.reason), b.recorded_by
    from approval a
    join budget_entry b on b.program_id = p.program_id and b.fiscal_year = p.fiscal_year and b.amount < 0
        and b.recorded_at <= p.known
        and (b.kind = 'adjusted' or b.kind in ('approved', 'carried_over') and case when approved is not null
            then b.entry_date > a.day or b.recorded_at > a.known
            else b.entry_date > (
                select min(x.entry_date) from budget_entry x
                where x.program_id = b.program_id and x.fiscal_year = b.fiscal_year and x.kind = 'approved'
                    and x.amount > 0) end)
    left join adjustment c on c.program_id = b.program_id and c.fiscal_year = b.fiscal_year
        and c.adjustment_id = b.adjustment_id
    where not a.drafts
    union all
    select m.indicator_id, 'figure withdrawn', m.as_of, m.recorded_at, true, null,
           null, null, null, null, w.actual, null, null, null, false, false,
           format('of %s%s', m.as_of, case when m.grader <> '' then ' by ' || m.grader else '' end), m.reason,
           m.recorded_by
    from measurement m
    left join measurement w on w.program_id = m.program_id and w.fiscal_year = m.fiscal_year
        and w.evaluation = m.evaluation and w.indicator_id = m.indicator_id and w.as_of = m.as_of
        and w.grader = m.grader and w.breakdown = m.breakdown and w.recorded_at = m.withdrawn
    where m.program_id = p.program_id and m.fiscal_year = p.fiscal_year and m.evaluation = 'self'
        and m.withdrawn is not null and m.recorded_at <= p.known;
end;
comment on function revisions_of(program_state, indicator_score[], timestamptz) is
'What was changed of a program since its budget was approved (without stages: since it was promised first): targets, '
'weights, what was added, retired, taken up again or moved, budget cuts; and figures that were withdrawn.';

select bpm.define_result('revision_result',
'One row per change since the budget was approved (of a program without stages: since something was promised first): '
'targets, weights, indicators added, retired or moved, budget cuts; and beside them the figures that were withdrawn.',
$$
select p.program_id, p.fiscal_year,
       (row_number() over (partition by p.program_id, p.fiscal_year
                           order by r.recorded_at, r.indicator_id nulls first, r.kind, r.valid_from))::integer
           as revision,
       r.indicator_id, r.valid_from, (r.recorded_at at time zone p.zone)::date as recorded_on,
       r.counts::integer as counts, (r.adjustment_id is not null)::integer as by_procedure,
       r.lands::integer as lands_on_actual, r.after_figure::integer as after_figure,
       r.weight_before::numeric(20,8) as weight_before, r.weight_after::numeric(20,8) as weight_after,
       (case when abs(r.actual) < 1e30 then r.actual end)::numeric(38,8) as actual,
       r.score_before::numeric(20,8) as points_before, r.score_after::numeric(20,8) as points_after,
       r.amount::numeric(38,2) as amount, r.kind, r.target_before::text as target_before,
       r.target_after::text as target_after, r.detail, r.adjustment_id, a.procedure,
       coalesce(r.reason, a.reason) as reason, r.recorded_by, i.name, p.name as program_name
from @program_state p
cross join lateral (select e.facts from evaluation_scores(p) e where e.evaluation = 'self') e
cross join lateral revisions_of(p, e.facts, approval_of(p)) r
left join adjustment a on a.program_id = p.program_id and a.fiscal_year = p.fiscal_year
    and a.adjustment_id = r.adjustment_id
left join indicator i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self'
    and i.indicator_id = r.indicator_id
$$);

select bpm.define_result('target_drift',
'One row per program and year: the score of its self-evaluation by the targets and weights that were approved beside '
'the one by the last, execution by both budgets, and how often what was promised was changed since.', $$
select p.program_id, p.fiscal_year, p.unit_id, e.closed,
       b.approved_score::numeric(20,8) as approved_score, e.score::numeric(20,8) as last_score,
       (e.score - b.approved_score)::numeric(20,8) as drift,
       s.judged::numeric(38,2) as judged_executed, b.budget::numeric(38,2) as approved_budget,
       m.budget::numeric(38,2) as budget,
       round(100 * s.judged / nullif(greatest(b.budget, 0), 0), 4)::numeric(38,4) as approved_execution,
       round(100 * s.judged / nullif(greatest(m.budget, 0), 0), 4)::numeric(38,4) as last_execution,
       r.revisions::integer as revisions, r.by_procedure::integer as by_procedure,
       r.on_actual::integer as on_actual, r.after_figure::integer as after_figure,
       r.added::integer as added, r.retired::integer as retired, r.moved::integer as moved, r.cuts::integer as cuts,
       r.withdrawn::integer as withdrawn, (a.at at time zone p.zone)::date as approved_on,
       r.first_day, r.last_day, r.reasons,
       case when b.drafts then 'the budget is not approved yet'
            when e.indicators = 0 then 'the program has no indicators'
            when e.score is null and b.approved_score is null then 'nothing is scored'
            when b.approved_score is null then 'nothing that was approved is scored' end as reason, p.name
from @program_state p
cross join lateral (select e.* from evaluation_scores(p) e where e.evaluation = 'self') e
cross join lateral (select approval_of(p) as at offset 0) a
cross join lateral (
    select x.approved + x.carried_over + x.adjusted as budget, x.executed from program_money(p, e.money_until) x) m
-- with what saving is credited
cross join lateral (
    select coalesce(round(e.execution * m.budget / 100, 2), m.executed) as judged offset 0) s
cross join lateral (
    select approved_budget(p, e.money_until, a.at) as budget, p.has_stages and a.at is null as drafts offset 0) g
cross join lateral (
    select count(*) filter (where not x.apart) as revisions,
           count(*) filter (where not x.apart and x.adjustment_id is not null) as by_procedure,
           count(*) filter (where x.lands) as on_actual, count(*) filter (where x.after_figure) as after_figure,
           count(*) filter (where x.kind = 'added') as added, count(*) filter (where x.kind = 'retired') as retired,
           count(*) filter (where x.kind = 'moved') as moved, count(*) filter (where x.kind = 'budget cut') as cuts,
           count(*) filter (where x.apart) as withdrawn,
           min(x.valid_from) filter (where not x.apart) as first_day,
           max(x.valid_from) filter (where not x.apart) as last_day,
           string_agg(distinct x.reason, '; ') filter (where not x.apart) as reasons
    from (select r.*, r.kind = 'figure withdrawn' as apart from revisions_of(p, e.facts, a.at) r where r.counts) x) r
-- what was not changed is not scored again
cross join lateral (
    select g.budget, g.drafts, case when not g.drafts then case
        when r.revisions = 0 and g.budget = m.budget then e.score
        else (select l.score
              from approved_look(p, e.facts, a.at, 100 * s.judged / nullif(greatest(g.budget, 0), 0), e.closed = 1,
                                 e.missing) l) end end as approved_score
    offset 0) b
$$);

-- targets worth having -------------------------------------------------------------------------------------

-- How often such a target was met counts the years before, of all programs that who asks may see.
select bpm.define_result('target_check',
'One row per program, year and measured indicator of its self-evaluation with a target above or below a figure: '
'whether it asks for less than last year''s result or for a larger step than any, and how often such targets were met '
'in the years before.', $$
with classed as (
    select s.*, coalesce(s.class, case when s.need is null then null when s.steps_as_large >= 3 then 'step made often'
        when s.steps_as_large > 0 then 'step made once or twice' else 'larger step than any' end) as step_class
    from @target_step s
), counted as (
    select c.*, count(c.met) over earlier as class_targets, sum(c.met) over earlier as class_met,
           count(c.met) filter (where c.beyond_best = 1) over years as beyond_targets,
           sum(c.met) filter (where c.beyond_best = 1) over years as beyond_met
    from classed c
    window earlier as (partition by c.step_class order by c.fiscal_year
                       range between unbounded preceding and 1 preceding),
           years as (order by c.fiscal_year range between unbounded preceding and 1 preceding)
)
select c.program_id, c.fiscal_year, c.indicator_id, c.unit_id, c.direction,
       (case when abs(c.goal) < 1e30 then c.goal end)::numeric(38,8) as goal,
       c.last_actual::numeric(38,8) as last_actual,
       (case when abs(c.baseline) < 1e30 then c.baseline end)::numeric(38,8) as baseline,
       (case when abs(c.need) < 1e30 then c.need end)::numeric(38,8) as need, c.steps::integer as steps,
       c.steps_as_large::integer as steps_as_large, c.best_before::numeric(38,8) as best_before,
       coalesce(c.need < 0, false)::integer as easier, coalesce(c.beyond_best, 0) as beyond_best,
       (c.earlier_targets > 0 and c.earlier_met = c.earlier_targets)::integer as never_missed,
       (c.last_actual is null and c.baseline is null)::integer as no_baseline, c.no_unit, c.fraction_for_percent,
       c.earlier_targets::integer as earlier_targets, c.earlier_met::integer as earlier_met,
       c.class_targets::integer as class_targets, coalesce(c.class_met, 0)::integer as class_met,
       c.beyond_targets::integer as beyond_targets, coalesce(c.beyond_met, 0)::integer as beyond_met,
       c.actual::numeric(38,8) as actual, c.met, c.step_class as class,
       nullif(concat_ws('; ',
           case when c.need < 0 then format('asks for less than was reached last year, %s', trim_scale(coalesce(
               c.last_actual, c.baseline))) end,
           case when c.step_class = 'larger step than any' then 'asks for a larger step than any ever made' end,
           case when c.class_targets > 0 and c.step_class in ('easier', 'larger step than any')
                then format('such targets were met %s of %s times', c.class_met, c.class_targets) end,
           case when c.beyond_best = 1 then 'is beyond the best ever reached' || case when c.beyond_targets > 0
                then format(', which was met %s of %s times', c.beyond_met, c.beyond_targets) else '' end end,
           case when c.earlier_targets > 0 and c.earlier_met = c.earlier_targets
                then format('was never missed in %s year%s', c.earlier_targets,
                            case when c.earlier_targets > 1 then 's' else '' end) end,
           case when c.step_class is null then 'has no result of last year, and no baseline' end,
           case when c.step_class = 'too little history' then 'has too little history to compare with' end,
           case when c.no_unit = 1 then 'has no unit' end,
           case when c.fraction_for_percent = 1 then 'is in percent, and a figure is a fraction' end), '') as finding,
       c.given_reason, c.target::text as target, c.unit_of_measure, c.name, c.program_name
from counted c
$$);

-- what is left to gain -------------------------------------------------------------------------------------

-- Before the close, by the targets that were approved; what is not measured yet is 0: all of it is to be gained.
create function gain_look(p program_state)
    returns table (tree bpm.tree, tree_score numeric, scale bpm.scale, indicators integer, scored_indicators integer)
    language sql stable parallel safe rows 1
begin atomic
    select l.tree, l.tree_score, coalesce(f.scale, p.scale), e.indicators, e.scored_indicators
    from evaluation_scores(p) e
    left join framework f on f.framework_id = e.framework_id
    cross join lateral (select approval_of(p) as at offset 0) a
    cross join lateral (
        select approved_budget(p, e.money_until, a.at) as approved, m.approved + m.carried_over + m.adjusted as budget
        from program_money(p, e.money_until) m
        offset 0) b
    cross join lateral approved_look(p, e.facts, a.at, e.execution * b.budget / nullif(greatest(b.approved, 0), 0),
                                     false, 'zero') l
    where e.evaluation = 'self' and e.closed = 0 and not (p.has_stages and a.at is null);
end;
comment on function gain_look(program_state) is
'The self-evaluation of a program by what was approved, with what is not measured as 0: nothing once it is closed, or '
'before the approval of a program that has stages.';

select bpm.define_result('gain_result',
'One row per program, year and indicator of its self-evaluation, until that is closed: the points that it can still '
'bring, by the targets that were approved, and the score with which it alone brings the next rating.', $$
select p.program_id, p.fiscal_year, n.id as indicator_id, p.unit_id,
       n.share::numeric(17,16) as share, n.score::numeric(20,8) as approved_score,
       w.gain::numeric(20,8) as gain,
       rank() over (partition by p.program_id, p.fiscal_year order by w.gain desc nulls last)::integer as gain_rank,
       m.new_score::numeric(20,8) as needed_score, m.change::numeric(20,8) as needed_change,
       m.new_rating as next_rating,
       case when w.gain is null then 'it stands below a method without shares'
            when m.id is null then 'it alone does not bring the next rating' end as reason,
       i.name, p.name as program_name
from @program_state p
cross join lateral gain_look(p) g
cross join lateral bpm.nodes(g.tree) n
join indicator i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self'
    and i.indicator_id = n.id and i.source <> 'group'
left join lateral bpm.score_margin(g.tree, g.scale) m on m.id = n.id and m.change > 0
cross join lateral (
    select case when n.scored_share is not null then n.share * (100 - coalesce(n.score, 0)) end as gain) w
$$);

select bpm.define_result('gain_program_result',
'One row per program and year, until its self-evaluation is closed: what is left to gain by the targets that were '
'approved, and how far the next rating is.', $$
select p.program_id, p.fiscal_year, p.unit_id, g.indicators, g.scored_indicators,
       s.score::numeric(20,8) as approved_score, (100 - s.score)::numeric(20,8) as gain,
       (x.new_score - s.score)::numeric(20,8) as points_needed, w.ways::integer as ways,
       w.needed_score::numeric(20,8) as needed_score, bpm.rating(s.score, g.scale) as so_far,
       x.new_rating as next_rating, w.indicator_id as nearest_indicator_id, i.name as nearest_name,
       case when g.indicators = 0 then 'the program has no indicators'
            when g.scored_indicators = 0 then 'nothing is measured yet'
            when x.new_rating is null then 'there is no better rating'
            when w.ways = 0 then 'no indicator alone brings the next rating' end as reason,
       p.name
from @program_state p
cross join lateral gain_look(p) g
cross join lateral (select case when g.indicators > 0 then coalesce(g.tree_score, 0) end as score offset 0) s
-- a tree of one leaf with the score of the program: its margin is the border of the next rating
left join lateral (
    select m.new_score, m.new_rating
    from (select bpm.try_score_tree(n.id, n.parent_id, 1, n.score) as tree
          from (values ('', null, null::numeric), ('x', '', s.score)) n (id, parent_id, score)) t
    cross join lateral bpm.score_margin(t.tree, g.scale) m
    where m.change > 0
    limit 1) x on true
cross join lateral (
    select count(*) as ways, (array_agg(m.id order by m.change, m.id))[1] as indicator_id,
           (array_agg(m.new_score order by m.change, m.id))[1] as needed_score
    from bpm.score_margin(g.tree, g.scale) m
    where m.change > 0) w
left join indicator i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self'
    and i.indicator_id = w.indicator_id
$$);
