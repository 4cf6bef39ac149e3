-- Money that was not spent: not delivered, or saved

create function approval_of(p program_state) returns timestamptz
    language sql stable parallel safe
begin atomic
    select min(e.at) from stage_standing e
    where e.program_id = p.program_id and e.fiscal_year = p.fiscal_year and e.stage = 'approved'
        and e.recorded_at <= p.known;
end;
comment on function approval_of(program_state) is 'When the budget of a program was first approved; empty without it.';

-- Where a history is loaded the approval is recorded long after it: then what was there when it was recorded counts.
create function approval_known(p program_state, approved timestamptz) returns timestamptz
    language sql stable parallel safe
begin atomic
    select least(greatest(approved, (
        select min(e.recorded_at) from stage_standing e
        where e.program_id = p.program_id and e.fiscal_year = p.fiscal_year and e.stage = 'approved'
            and e.at = approved and e.recorded_at <= p.known)), p.known);
end;
comment on function approval_known(program_state, timestamptz) is
'Until when a revision was recorded that could be approved: the approval, or when that was recorded.';

-- What an indicator promised when the budget was approved: what held then; of a program that has no such stage, or
-- whose targets were only recorded later, what was recorded first.
create function approved_target(p program_state, of_indicator text, approved timestamptz) returns bpm.target
    language sql stable parallel safe
begin atomic
    select coalesce((
        select t.target from target_revision t
        where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
            and t.indicator_id = of_indicator and t.target is not null
            and t.valid_from <= (approved at time zone p.zone)::date and t.recorded_at <= approval_known(p, approved)
        order by t.valid_from desc, t.recorded_at desc
        limit 1), (
        select t.target from target_revision t
        where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
            and t.indicator_id = of_indicator and t.target is not null
            and t.valid_from <= p.ends_on and t.recorded_at <= p.known
        order by t.recorded_at, t.valid_from
        limit 1));
end;
comment on function approved_target(program_state, text, timestamptz) is
'The target of an indicator of the self-evaluation as it was when the budget was approved.';

create function approved_weight(p program_state, of_indicator text, approved timestamptz) returns numeric
    language sql stable parallel safe
begin atomic
    select coalesce((
        select t.weight from target_revision t
        where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
            and t.indicator_id = of_indicator and t.weight is not null
            and t.valid_from <= (approved at time zone p.zone)::date and t.recorded_at <= approval_known(p, approved)
        order by t.valid_from desc, t.recorded_at desc
        limit 1), (
        select t.weight from target_revision t
        where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
            and t.indicator_id = of_indicator and t.weight is not null
            and t.valid_from <= p.ends_on and t.recorded_at <= p.known
        order by t.recorded_at, t.valid_from
        limit 1));
end;
comment on function approved_weight(program_state, text, timestamptz) is
'The weight of an indicator of the self-evaluation as it was when the budget was approved.';

-- The output that the money buys, as far as it was reached: what conforms, over what was promised.
create function output_of(p program_state, counts_until date, money_until date,
                          out output_id text, out approved_output numeric, out promised_output numeric,
                          out reached numeric, out quality_missed boolean, out reason text)
    language sql stable parallel safe cost 1000
begin atomic
    select b.indicator_id, a.figure, r.figure,
           greatest(f.actual, 0) * least(greatest(case when f.conforming_is_known then f.conforming else 0 end, 0),
                                         100) / 100,
           f.quality_missed,
           case when coalesce(a.figure, 0) <= 0
                then format('the approved target of %s is not >= a figure above 0', b.indicator_id)
                when abs(f.actual) >= 1e30 then format('the figure of %s is too large', b.indicator_id) end
    from indicator b
    cross join lateral (select approval_of(p) as at offset 0) m
    cross join lateral (
        select approved_target(p, b.indicator_id, m.at) as approved,
               -- later only by a procedure
               (select t.target from target_revision t
                where t.program_id = p.program_id and t.fiscal_year = p.fiscal_year and t.evaluation = 'self'
                    and t.indicator_id = b.indicator_id and t.target is not null and t.adjustment_id is not null
                    and t.valid_from <= least(counts_until, p.ends_on) and t.recorded_at <= p.known
                order by t.valid_from desc, t.recorded_at desc
                limit 1) as adjusted
        offset 0) t
    cross join lateral (
        select case when bpm.comparator(t.approved) in ('>=', '>') then bpm.goal(t.approved) end as figure) a
    cross join lateral (
        select coalesce(case when bpm.comparator(t.adjusted) in ('>=', '>') then bpm.goal(t.adjusted) end,
                        a.figure) as figure) r
    cross join lateral (
        select coalesce(max(f.actual) filter (where f.indicator_id = b.indicator_id and not f.stale), 0) as actual,
               case when count(*) filter (where c.conforming_of is not null) = 0 then 100
                    else min(f.actual) filter (where c.conforming_of is not null and not f.stale) end as conforming,
               count(*) filter (where c.conforming_of is not null and (f.actual is null or f.stale)) = 0
                   as conforming_is_known,
               coalesce(bool_or(f.weight > 0 and not f.retired and f.source <> 'group'
                                and 'quality' in (d.dimension, d.part_of)
                                and (f.score is null or bpm.try_met(f.actual, f.target) is false)), false)
                   as quality_missed
        from indicator_facts(p, 'self', counts_until, money_until, false, null) f
        left join dimension d on d.dimension = f.dimension
        left join indicator c on c.program_id = p.program_id and c.fiscal_year = p.fiscal_year
            and c.evaluation = 'self' and c.indicator_id = f.indicator_id and c.conforming_of = b.indicator_id) f
    where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year and b.buys
    limit 1;
end;
comment on function output_of(program_state, date, date) is
'The output that the money of a program buys: promised when the budget was approved and since by a procedure, reached '
'as far as it conforms (nothing while nothing is measured); whether an indicator of quality missed its target.';

create function saving_of(p program_state, counts_until date, money_until date, closed boolean,
                          out output_id text, out promised numeric, out reached numeric, out budget numeric,
                          out executed numeric, out earned numeric, out not_delivered numeric, out saved numeric,
                          out unexplained numeric, out credited numeric, out reason text)
    language sql stable parallel safe cost 1000
begin atomic
    select o.output_id, g.promised, o.reached, b.budget, m.executed, e.earned,
           b.budget - e.earned, e.earned - m.executed,
           case when r.reason is null then 0 else b.budget - m.executed end,
           case when r.reason is null and not o.quality_missed
                then greatest(least(e.earned - m.executed, m.approved - m.executed), 0) else 0 end,
           r.reason
    from program_money(p, money_until) m
    cross join lateral (select m.approved + m.carried_over + m.adjusted as budget) b
    left join lateral (select o.* from output_of(p, counts_until, money_until) o offset 0) o on true
    cross join lateral (
        select greatest(o.promised_output,
                        case when m.approved > 0 then o.approved_output * least(1, greatest(b.budget, 0)
                                           * 1.0000000000000000000000000000000000000000 / m.approved)
                             else o.approved_output end) as promised) g
    cross join lateral (
        select case when closed is not true then 'so far: the self-evaluation is not closed'
                    when o.output_id is null then 'no output is marked as what the money buys'
                    when o.reason is not null then o.reason
                    when b.budget <= 0 then 'there is no budget' end as reason) r
    -- earned is compared exactly, and rounded once to cents
    cross join lateral (
        select case when r.reason is not null then null when o.reached >= g.promised then b.budget
                    else round(b.budget * o.reached * 1.0000000000000000000000000000000000000000 / g.promised, 2)
               end as earned
        offset 0) e;
end;
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
