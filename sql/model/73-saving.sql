-- Money that was not spent: not delivered, or saved. In PL/pgSQL, whose plans are kept: these functions call each other
-- for every program, and what is not inlined would be planned anew each time.

create function approval_of(p program_state) returns timestamptz
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
begin
    return (select min(e.at) from stage_standing e
            where e.program_id = p.program_id and e.fiscal_year = p.fiscal_year and e.stage = 'approved'
                and e.recorded_at <= p.known);
end
$$;
comment on function approval_of(program_state) is 'When the budget of a program was first approved; empty without it.';

-- Where a history is loaded the approval is recorded long after it: then what was there when it was recorded counts.
create function approval_known(p program_state, approved timestamptz) returns timestamptz
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
begin
    return (select least(greatest(approved, min(e.recorded_at)), p.known) from stage_standing e
            where e.program_id = p.program_id and e.fiscal_year = p.fiscal_year and e.stage = 'approved'
                and e.at = approved and e.recorded_at <= p.known);
end
$$;
comment on function approval_known(program_state, timestamptz) is
'Until when a revision was recorded that could be approved: the approval, or when that was recorded.';

create function approval_day(p program_state, approved timestamptz) returns date
    language sql immutable parallel safe
    return case when approved is not null then greatest((approved at time zone p.zone)::date, p.starts_on) end;
comment on function approval_day(program_state, timestamptz) is
'The day whose targets were approved with the budget: that of the approval, or the first of the year where the budget '
'was approved before it; empty without an approval.';

-- What was on record then; of a program that has no such stage, or whose promises were only recorded later, what was
-- recorded first. Target and weight may come from different revisions.
create function approved_terms(p program_state, of_indicator text, approved timestamptz,
                               out target bpm.target, out weight numeric)
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    day constant date := approval_day(p, approved);
    known constant timestamptz := approval_known(p, approved);
begin
    select coalesce((array_agg(t.target order by t.valid_from desc, t.recorded_at desc)
                         filter (where t.there and t.target is not null))[1],
                    (array_agg(t.target order by t.recorded_at, t.valid_from)
                         filter (where t.target is not null))[1]),
           coalesce((array_agg(t.weight order by t.valid_from desc, t.recorded_at desc)
                         filter (where t.there and t.weight is not null))[1],
                    (array_agg(t.weight order by t.recorded_at, t.valid_from)
                         filter (where t.weight is not null))[1])
    into target, weight
    from (select r.*, coalesce(r.valid_from <= day and r.recorded_at <= known, false) as there
          from target_revision r
          where r.program_id = p.program_id and r.fiscal_year = p.fiscal_year and r.evaluation = 'self'
              and r.indicator_id = of_indicator and r.valid_from <= p.ends_on and r.recorded_at <= p.known) t;
end
$$;
comment on function approved_terms(program_state, text, timestamptz) is
'The target and the weight of an indicator of the self-evaluation as they were when the budget was approved.';

-- What is changed without a procedure changes nothing here: else a target cut to what was done, or an indicator of
-- quality that is given up before it misses, would look like saving.
create function promise_of(p program_state, of_indicator text, approved timestamptz, until date,
                           out approved_target bpm.target, out target bpm.target, out weight numeric,
                           out retired boolean)
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    r record;
begin
    select x.target, coalesce(x.weight, 1) into approved_target, weight
    from approved_terms(p, of_indicator, approved) x;
    target := approved_target;
    retired := false;
    for r in
        select t.target, t.weight, t.retired from target_revision t
        where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
            and t.indicator_id = of_indicator and t.adjustment_id is not null
            and t.valid_from <= least(until, p.ends_on) and t.recorded_at <= p.known
        order by t.valid_from, t.recorded_at
    loop
        target := coalesce(r.target, target);
        weight := coalesce(r.weight, weight);
        retired := r.retired;
    end loop;
end
$$;
comment on function promise_of(program_state, text, timestamptz, date) is
'What an indicator of the self-evaluation promised when the budget was approved, and since by a procedure until a day.';

-- The indicators as they were when they were fixed: when the approval was recorded, or, without that stage, at the end
-- of the year. Empty when nothing was on record then, as of a year that was loaded afterwards.
create function indicators_when_fixed(p program_state) returns jsonb
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    fixed_at timestamptz := (p.ends_on + 1)::timestamp at time zone p.zone;
begin
    select greatest(e.at, e.recorded_at) into fixed_at from stage_standing e
    where e.program_id = p.program_id and e.fiscal_year = p.fiscal_year and e.stage = 'approved'
        and e.recorded_at <= p.known
    order by e.at, e.recorded_at
    limit 1;
    return (
        select jsonb_object_agg(x.indicator_id, x.after)
        from (
            select distinct on (l.key) l.key ->> 'indicator_id' as indicator_id, l.after from program_log l
            where l.program_id = p.program_id and l.fiscal_year = p.fiscal_year and l.relation = 'indicator'
                and l.key ->> 'evaluation' = 'self'
                and l.changed_at <= coalesce(fixed_at, (p.ends_on + 1)::timestamp at time zone p.zone)
            order by l.key, l.changed_at desc, l.n desc) x
        where x.after is not null);
end
$$;
comment on function indicators_when_fixed(program_state) is
'The indicators of the self-evaluation of a program as they were when its budget was approved, by id, from the log of '
'changes; empty when the log has nothing that old.';

-- The output that the money buys, as far as it was reached: what conforms, over what was promised.
create function output_of(p program_state, counts_until date, money_until date,
                          out output_id text, out approved_output numeric, out promised_output numeric,
                          out reached numeric, out quality_missed boolean, out reason text)
    language plpgsql stable parallel safe cost 1000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    approved constant timestamptz := approval_of(p);
    was constant jsonb := indicators_when_fixed(p);
    marked text;
    conforming text[];
    quality text[];
    promise record;
    figure record;
begin
    select b.indicator_id into marked from indicator b
    where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year and b.buys;
    select w.key into output_id from jsonb_each(was) w where w.value ->> 'buys' = 'true' order by w.key limit 1;
    if output_id is null then
        output_id := marked;
        reason := case when marked is null then 'no output is marked as what the money buys'
                       when was is not null
                       then format('%s was marked as what the money buys after the targets were fixed', marked) end;
    elsif marked is distinct from output_id then
        reason := format('%s was marked as what the money buys, and is no more', output_id);
    end if;
    if output_id is null then
        return;
    end if;
    promise := promise_of(p, output_id, approved, counts_until);
    approved_output := case when bpm.comparator(promise.approved_target) in ('>=', '>')
                            then bpm.goal(promise.approved_target) end;
    promised_output := coalesce(case when bpm.comparator(promise.target) in ('>=', '>')
                                     then bpm.goal(promise.target) end, approved_output);
    -- conformity and quality are asked for where they were when the targets were fixed, and where they are now
    select array_agg(i.indicator_id) filter (where k.conforms), array_agg(i.indicator_id) filter (where k.is_quality)
    into conforming, quality
    from indicator i
    cross join lateral (
        select output_id in (i.conforming_of, was -> i.indicator_id ->> 'conforming_of') as conforms,
               i.source <> 'group' and exists (
                   select from dimension d
                   where d.dimension in (i.dimension, was -> i.indicator_id ->> 'dimension')
                       and 'quality' in (d.dimension, d.part_of)) as is_quality
        offset 0) k
    where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self';
    select coalesce(max(f.actual) filter (where f.indicator_id = output_id and not f.stale), 0) as actual,
           case when conforming is null then 100
                when bool_or(f.actual is null or f.actual = 'NaN' or f.stale)
                    filter (where f.indicator_id = any (conforming)) then 0
                else least(greatest(min(f.actual) filter (where f.indicator_id = any (conforming)), 0), 100)
           end as conforming,
           coalesce(bool_or(not q.retired and q.weight > 0
               and (num_nonnulls(f.actual, f.actual_date, f.grade) = 0 or f.stale
                    or f.grade is null and q.target is null
                    or coalesce(bpm.try_met(f.actual, q.target), bpm.try_met(f.actual_date, q.target)) is false)),
               false) as missed
    into figure
    from indicator_facts(p, 'self', counts_until, money_until, false, null, output_id || conforming || quality) f
    left join lateral (
        select r.retired, r.weight, coalesce(r.target, f.target) as target
        from promise_of(p, f.indicator_id, approved, counts_until) r
        where f.indicator_id = any (quality)
        offset 0) q on true;
    reached := greatest(figure.actual, 0) * figure.conforming / 100;
    quality_missed := figure.missed;
    reason := coalesce(reason,
        case when coalesce(approved_output, 0) <= 0
             then format('the approved target of %s is not >= a figure above 0', output_id)
             when abs(figure.actual) >= 1e30 or approved_output >= 1e30 or promised_output >= 1e30
             then format('a figure of %s is no number, or too large', output_id) end);
end
$$;
comment on function output_of(program_state, date, date) is
'The output that the money of a program buys, as marked when the targets were fixed: promised when the budget was '
'approved and since by a procedure, reached as far as it conforms (nothing while nothing is measured); whether an '
'indicator of quality missed what it promised.';

create function saving_of(p program_state, counts_until date, money_until date, closed boolean,
                          out output_id text, out promised numeric, out reached numeric, out budget numeric,
                          out executed numeric, out earned numeric, out not_delivered numeric, out saved numeric,
                          out unexplained numeric, out credited numeric, out reason text)
    language plpgsql stable parallel safe cost 1000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    o record;
    approved numeric;
begin
    select m.approved, m.approved + m.carried_over + m.adjusted, m.executed into approved, budget, executed
    from program_money(p, money_until) m;
    o := output_of(p, counts_until, money_until);
    output_id := o.output_id;
    reached := o.reached;
    -- less was promised by a procedure: but no less than what the money that is left would have bought
    promised := greatest(o.promised_output, o.approved_output * case when approved > 0
        then least(1, greatest(budget, 0) * 1.0000000000000000000000000000000000000000 / approved) else 1 end);
    reason := case when o.output_id is null then o.reason
                   when closed is not true then 'so far: the self-evaluation is not closed'
                   else coalesce(o.reason, case when budget <= 0 then 'there is no budget' end) end;
    credited := 0;
    if reason is not null then
        unexplained := budget - executed;
        return;
    end if;
    -- compared exactly, and rounded once to cents
    earned := case when reached >= promised then budget
                   else round(budget * reached * 1.0000000000000000000000000000000000000000 / promised, 2) end;
    not_delivered := budget - earned;
    saved := earned - executed;
    unexplained := 0;
    if not o.quality_missed then
        credited := greatest(least(saved, approved - executed), 0);
    end if;
end
$$;
comment on function saving_of(program_state, date, date, boolean) is
'What became of the money of a program: earned (budget times the part of the promised output that was reached), not '
'delivered (budget - earned), saved (earned - executed), or unexplained; and what of the saving is credited where '
'execution is judged: of the approved budget, and while no indicator of quality missed what it promised.';

-- What is credited to programs that an overall program answers for, each once its own self-evaluation is closed.
create function covered_credit(p program_state) returns numeric
    language plpgsql stable parallel safe cost 1000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
begin
    return (
        select coalesce(sum(part(s.credited, c.after, c.upto)), 0)
        from unnest(p.covered, p.covered_after, p.covered_upto) c (program_id, after, upto)
        join indicator b on b.program_id = c.program_id and b.fiscal_year = p.fiscal_year and b.buys
        cross join lateral (
            select x as state from program_state_at(p.day, p.known) x
            where x.program_id = c.program_id and x.fiscal_year = p.fiscal_year
            offset 0) z
        cross join lateral evaluations_of(z.state) e
        cross join lateral saving_of(z.state, e.counts_until, e.money_until, e.closed) s
        where e.evaluation = 'self' and e.closed and c.upto > c.after);
end
$$;
comment on function covered_credit(program_state) is
'What saving is credited to the programs that an overall program covers, by its parts of them.';

create function execution(p program_state, money_until date, counts_until date, closed boolean) returns numeric
    language sql stable parallel safe cost 1000
begin atomic
    select case when m.approved + m.carried_over + m.adjusted > 0
                then 100 * (m.executed + case
                    when not closed or not p.credits_saving or p.is_revenue then 0
                    when p.is_overall then covered_credit(p)
                    when exists (select from indicator b
                                 where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year and b.buys)
                    then (select s.credited from saving_of(p, counts_until, money_until, closed) s)
                    else 0 end) / (m.approved + m.carried_over + m.adjusted) end
    from program_money(p, money_until) m;
end;
comment on function execution(program_state, date, date, boolean) is
'Execution as it is judged, in percent: executed until a day, and what saving is credited once the evaluation is '
'closed, over the budget; empty without a budget.';
