-- Money that was not spent: not delivered, or saved

-- What is called for each program from within another function is plpgsql with plans that are kept: SQL would be
-- planned at every call.
create function approval_of(p program_state) returns timestamptz
    language plpgsql stable parallel safe cost 100
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

create function approved_terms(p program_state, of_indicator text, approved timestamptz,
                               out target bpm.target, out weight numeric)
    language plpgsql stable parallel safe cost 200
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    -- What held then; of a program that has no such stage, or whose promises were only recorded later, what was
    -- recorded first. Target and weight may come from different revisions.
    target := coalesce((
        select t.target from target_revision t
        where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
            and t.indicator_id = of_indicator and t.target is not null
            and t.valid_from <= (approved at time zone p.zone)::date and t.recorded_at <= least(approved, p.known)
        order by t.valid_from desc, t.recorded_at desc
        limit 1), (
        select t.target from target_revision t
        where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
            and t.indicator_id = of_indicator and t.target is not null
            and t.valid_from <= p.ends_on and t.recorded_at <= p.known
        order by t.recorded_at, t.valid_from
        limit 1));
    weight := coalesce((
        select t.weight from target_revision t
        where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
            and t.indicator_id = of_indicator and t.weight is not null
            and t.valid_from <= (approved at time zone p.zone)::date and t.recorded_at <= least(approved, p.known)
        order by t.valid_from desc, t.recorded_at desc
        limit 1), (
        select t.weight from target_revision t
        where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
            and t.indicator_id = of_indicator and t.weight is not null
            and t.valid_from <= p.ends_on and t.recorded_at <= p.known
        order by t.recorded_at, t.valid_from
        limit 1));
end
$$;
comment on function approved_terms(program_state, text, timestamptz) is
'The target and the weight of an indicator of the self-evaluation as they were when the budget was approved.';

create function output_of(p program_state, counts_until date, money_until date,
                          out output_id text, out approved_output numeric, out promised_output numeric,
                          out reached numeric, out quality_missed boolean, out reason text)
    language plpgsql stable parallel safe cost 2000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    approved bpm.target;
    adjusted bpm.target;
    conforming text[];
    quality text[];
    f record;
begin
    select b.indicator_id into output_id from indicator b
    where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year and b.buys;
    if not found then
        return;
    end if;
    approved := (select t.target from approved_terms(p, output_id, approval_of(p)) t);
    -- later only by a procedure
    select t.target into adjusted from target_revision t
    where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
        and t.indicator_id = output_id and t.target is not null and t.adjustment_id is not null
        and t.valid_from <= least(counts_until, p.ends_on) and t.recorded_at <= p.known
    order by t.valid_from desc, t.recorded_at desc
    limit 1;
    approved_output := case when bpm.comparator(approved) in ('>=', '>') then bpm.goal(approved) end;
    promised_output := coalesce(case when bpm.comparator(adjusted) in ('>=', '>') then bpm.goal(adjusted) end,
                                approved_output);
    select array_agg(i.indicator_id) filter (where i.conforming_of = output_id),
           array_agg(i.indicator_id) filter (where 'quality' in (d.dimension, d.part_of) and i.source <> 'group')
    into conforming, quality
    from indicator i
    left join dimension d on d.dimension = i.dimension
    where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = 'self';
    select coalesce(max(i.actual) filter (where i.indicator_id = output_id and not i.stale), 0) as actual,
           case when conforming is null then 100
                when bool_or(i.actual is null or i.stale) filter (where i.indicator_id = any (conforming)) then 0
                else min(i.actual) filter (where i.indicator_id = any (conforming)) end as conforming,
           coalesce(bool_or(i.weight > 0 and not i.retired and i.indicator_id = any (quality)
                            and (i.score is null or bpm.try_met(i.actual, i.target) is false)), false) as missed
    into f
    from indicator_facts(p, 'self', counts_until, money_until, false, null, output_id || conforming || quality) i;
    -- only what conforms counts
    reached := greatest(f.actual, 0) * least(greatest(f.conforming, 0), 100) / 100;
    quality_missed := f.missed;
    reason := case when coalesce(approved_output, 0) <= 0
                   then format('the approved target of %s is not >= a figure above 0', output_id)
                   when f.actual >= 1e30 then format('the figure of %s is too large', output_id) end;
end
$$;
comment on function output_of(program_state, date, date) is
'The output that the money of a program buys: promised when the budget was approved and since by a procedure, reached '
'as far as it conforms (nothing while nothing is measured); whether an indicator of quality missed its target.';

create function saving_of(p program_state, counts_until date, money_until date, closed boolean,
                          out output_id text, out promised numeric, out reached numeric, out budget numeric,
                          out executed numeric, out earned numeric, out not_delivered numeric, out saved numeric,
                          out unexplained numeric, out credited numeric, out reason text)
    language plpgsql stable parallel safe cost 2000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    approved numeric;
    o record;
begin
    select m.approved, m.approved + m.carried_over + m.adjusted, m.executed into approved, budget, executed
    from program_money(p, money_until) m;
    select x.* into o from output_of(p, counts_until, money_until) x;
    output_id := o.output_id;
    reached := o.reached;
    promised := greatest(o.promised_output, o.approved_output * case when approved > 0
        then least(1, greatest(budget, 0) * 1.0000000000000000000000000000000000000000 / approved) else 1 end);
    reason := case when closed is not true then 'so far: the self-evaluation is not closed'
                   when o.output_id is null then 'no output is marked as what the money buys'
                   when o.reason is not null then o.reason
                   when budget <= 0 then 'there is no budget' end;
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
'execution is judged: of the approved budget, and while no indicator of quality missed its target.';

create function execution(p program_state, money_until date, counts_until date, closed boolean) returns numeric
    language sql stable parallel safe cost 1000
begin atomic
    select case when m.approved + m.carried_over + m.adjusted > 0
                then 100 * (m.executed + case
                    when closed and p.credits_saving and not p.is_overall and not p.is_revenue
                        and exists (select from indicator b
                                    where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year and b.buys)
                    then (saving_of(p, counts_until, money_until, closed)).credited
                    else 0 end) / (m.approved + m.carried_over + m.adjusted) end
    from program_money(p, money_until) m;
end;
comment on function execution(program_state, date, date, boolean) is
'Execution as it is judged, in percent: executed until a day, and what saving is credited once the evaluation is '
'closed, over the budget; empty without a budget.';
