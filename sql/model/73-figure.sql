-- Figures that nobody types: the model has them from money, from other figures, from the revenue of a unit

create function quantity(p program_state, of_evaluation text, named text, counts_until date, money_until date,
                         out figure numeric, out reason text)
    language plpgsql stable parallel safe cost 1000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    what constant text := regexp_replace(named, ' last year$', '');
    item constant text := regexp_replace(what, '^(indicator|gap|gini|revenue) ', '');
    s program_state := p;
    figures_until date := counts_until;
begin
    if what <> named then
        money_until := null;
        select x.* into s from program_state_at(p.day, p.known) x
        where x.program_id = p.program_id and x.fiscal_year = p.fiscal_year - 1;
        if not found then
            reason := format('there is no year before: %s has no row in %s', p.program_id, p.fiscal_year - 1);
            return;
        end if;
        money_until := s.money_until;
        select e.counts_until into figures_until from evaluations_of(s) e where e.evaluation = of_evaluation;
    end if;
    if what = '1' then
        figure := 1;
    elsif what like 'indicator %' then
        -- what was measured: a ratio of ratios would have no end
        select m.actual into figure from indicator_actual m
        where m.program_id = s.program_id and m.fiscal_year = s.fiscal_year and m.evaluation = of_evaluation
            and m.indicator_id = item and m.grader = '' and m.breakdown = '' and m.actual is not null
            and m.as_of between s.starts_on and figures_until
            and (m.recorded_at > s.known) is not true and (m.withdrawn_at <= s.known) is not true
        order by m.as_of desc, m.recorded_at desc
        limit 1;
        if not found then
            reason := format('%s has no figure in %s', item, s.fiscal_year);
        end if;
    elsif what ~ '^(expenditure$|(own |tax )?revenue|concentration of revenue$)' then
        -- of the unit and all below it, each until its own money is closed
        select case what when 'concentration of revenue' then sum(k.amount * k.amount) / nullif(sum(k.amount), 0) ^ 2
                    else coalesce(sum(k.amount), 0) end
        into figure
        from (
            select q.revenue_type, sum(m.executed) as amount
            from node_above a
            join program q on q.unit_id = a.id and q.fiscal_year = s.fiscal_year
            join nature n on n.nature = q.nature and n.is_revenue = (what <> 'expenditure')
            left join revenue_type t on t.revenue_type = q.revenue_type
            cross join lateral (
                select x as state from program_state_at(s.day, s.known) x
                where x.program_id = q.program_id and x.fiscal_year = q.fiscal_year
                    and not x.is_overall) z
            cross join lateral program_money(z.state, (z.state).money_until) m
            where a.tree = 'unit' and a.ancestor_id = s.unit_id and s.fiscal_year between a.from_year and a.to_year
                and case what when 'expenditure' then true when 'revenue' then true
                         when 'concentration of revenue' then true
                         when 'own revenue' then coalesce(t.is_own, true)
                         when 'tax revenue' then coalesce(t.is_tax, false)
                         else q.revenue_type = item end
            group by q.revenue_type) k;
        if figure is null then
            reason := format('there is no revenue in %s', s.fiscal_year);
        end if;
    else
        select case what when 'proposed' then m.proposed when 'approved' then m.approved
                    when 'carried_over' then m.carried_over when 'adjusted' then m.adjusted
                    when 'budget' then b.budget when 'received' then m.received
                    when 'committed' then m.committed when 'executed' then m.executed
                    when 'planned' then m.planned when 'unspent' then b.budget - m.executed end
        into figure
        from program_money(s, money_until) m
        cross join lateral (select m.approved + m.carried_over + m.adjusted as budget) b;
        if figure is null then
            reason := format('"%s" is nothing that the model knows', named);
        end if;
    end if;
end
$$;
comment on function quantity(program_state, text, text, date, date) is
'A thing that the model knows, by its name in indicator.numerator: money of a program, the figure of an indicator, '
'revenue or expenditure of its unit; from facts dated until a day. Or the reason why there is none.';

create function ratio_of(p program_state, of_evaluation text, numerator text, denominator text, ratio_as text,
                         counts_until date, money_until date, out figure numeric, out reason text)
    language plpgsql stable parallel safe cost 2000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    n record;
    d record;
begin
    select q.* into n from quantity(p, of_evaluation, numerator, counts_until, money_until) q;
    select q.* into d from quantity(p, of_evaluation, denominator, counts_until, money_until) q;
    reason := coalesce(n.reason, d.reason,
        case when not d.figure > 0 then format('%s is %s', denominator, trim_scale(d.figure))
             when abs(n.figure) >= 1e30 or d.figure >= 1e30 or d.figure < 1e-30
             then format('%s and %s make no figure of this size', numerator, denominator) end);
    if reason is null then
        -- with more digits than any tie could hide behind: one rounding
        figure := round(case ratio_as when 'value' then 1 else 100 end * case ratio_as
            when 'change' then n.figure - d.figure when 'saving' then d.figure - n.figure else n.figure end
            * 1.0000000000000000000000000000000000000000 / d.figure, 8);
    end if;
end
$$;
comment on function ratio_of(program_state, text, text, text, text, date, date) is
'The figure of an indicator that is a ratio, to 8 decimals, or the reason why there is none: what it is made of is not '
'there, or what it would be divided by is not above 0.';
