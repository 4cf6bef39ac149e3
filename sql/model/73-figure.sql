-- Figures that nobody types: the model has them from money, from other figures, from the revenue of a unit

-- Of a unit and all below it, or of the whole to which it belongs: each program until its own money is closed, and
-- until a day.
create function unit_quantity(p program_state, what text, year integer, until date,
                              out figure numeric, out reason text)
    language plpgsql stable parallel safe cost 2000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    kind constant text := regexp_replace(what, '^total ', '');
    item constant text := regexp_replace(kind, '^revenue ', '');
    top text := p.unit_id;
    before constant timestamptz := (p.day + 1)::timestamp at time zone p.zone;
    of_year record;
    closing record;
begin
    if kind <> what then
        select a.ancestor_id into top from node_above a
        where a.tree = 'unit' and a.id = p.unit_id and year between a.from_year and a.to_year
        order by a.distance desc
        limit 1;
    end if;
    -- as program_state has it, for a whole year at once: its money counts until that is closed, or, of programs
    -- without stages, until the year ends
    select y.currency, year_start(least(year, 9998) + 1, coalesce(y.year_start_month, 1)) - 1 as ends_on
    into of_year from setting_of(year) y;
    select e.event, (e.at at time zone p.zone)::date as on_day into closing from year_event e
    where e.fiscal_year = year and e.at < before and e.recorded_at <= p.known
    order by e.at desc
    limit 1;
    select case when kind = 'concentration of revenue'
                then case when sum(k.amount) > 0
                          then sum(k.amount * k.amount) * 1.0000000000000000000000000000000000000000
                              / (sum(k.amount) * sum(k.amount)) end
                else coalesce(sum(k.amount), 0) end
    into figure
    from (
        select q.revenue_type, sum(nullif(b.executed, 'NaN')) as amount
        from node_above a
        join program q on q.unit_id = a.id and q.fiscal_year = year
        join nature n on n.nature = q.nature and n.is_revenue = (kind <> 'expenditure')
        join scope c on c.scope = q.scope and (c.covers = 'own' or n.is_revenue)
        left join revenue_type t on t.revenue_type = q.revenue_type
        join program_budget b on b.program_id = q.program_id and b.fiscal_year = year
            and b.entry_date <= least(p.day, until) and (b.recorded_at > p.known) is not true
            and coalesce(b.currency, of_year.currency) = of_year.currency
        where a.tree = 'unit' and a.ancestor_id = top and year between a.from_year and a.to_year
            and (closing.event is distinct from 'closed' or b.entry_date <= closing.on_day)
            and (closing.event is not null or b.entry_date <= of_year.ends_on
                 or exists (select from stage_standing e
                            where e.program_id = q.program_id and e.fiscal_year = year and e.at < before
                                and e.recorded_at <= p.known))
            and case kind when 'own revenue' then coalesce(t.is_own, true)
                     when 'tax revenue' then coalesce(t.is_tax and t.is_own, false)
                     else kind in ('expenditure', 'revenue', 'concentration of revenue') or q.revenue_type = item end
        group by q.revenue_type) k;
    if figure is null then
        reason := format('there is no revenue in %s', year);
    end if;
end
$$;
comment on function unit_quantity(program_state, text, integer, date) is
'Revenue or expenditure of the unit of a program and all below it in a year, or of the whole to which it belongs, by '
'its name in indicator.numerator; from entries dated until a day. Or the reason why there is none.';

create function quantity(p program_state, of_evaluation text, named text, counts_until date, money_until date,
                         out figure numeric, out reason text)
    language plpgsql stable parallel safe cost 1000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    what constant text := regexp_replace(named, ' last year$', '');
    year constant integer := greatest(p.fiscal_year, 1) - (what <> named)::integer;
    of_kind constant text := regexp_replace(what, ' on .+$', '');
    item text := regexp_replace(what, '^(indicator|gap|gini) ', '');
    s program_state := p;
    figures_until date := counts_until;
    from_day date;
    fresh_from date;
begin
    if what = '1' then
        figure := 1;
        return;
    elsif what ~ '^(total )?(expenditure$|(own |tax )?revenue|concentration of revenue$)' then
        select x.figure, x.reason into figure, reason from unit_quantity(p, what, year, counts_until) x;
        return;
    elsif year <> p.fiscal_year then
        select x.* into s from program_state_at(p.day, p.known) x
        where x.program_id = p.program_id and x.fiscal_year = year;
        if not found then
            reason := format('there is no year before: %s has no row in %s', p.program_id, year);
            return;
        end if;
        -- what is closed does not change, whatever comes in late for the year before
        money_until := least(s.money_until, counts_until);
        select least(e.counts_until, figures_until) into figures_until
        from evaluations_of(s) e where e.evaluation = of_evaluation;
    end if;
    if what like 'indicator %' then
        -- a figure that would count if it were scored itself: of its year, unless it is appraised, and not too old
        select case when v.before_the_event then '-infinity' else s.starts_on end,
               stale_before(least(figures_until, s.ends_on), i.stale_days)
        into from_day, fresh_from
        from indicator i
        left join evaluation_of(of_evaluation, year) v on true
        where i.program_id = s.program_id and i.fiscal_year = year and i.evaluation = of_evaluation
            and i.indicator_id = item;
        if not found then
            reason := format('there is no indicator "%s" in %s', item, year);
            return;
        end if;
        -- what was measured: a ratio of ratios would have no end
        select m.actual into figure from indicator_actual m
        where m.program_id = s.program_id and m.fiscal_year = year and m.evaluation = of_evaluation
            and m.indicator_id = item and m.grader = '' and m.breakdown = ''
            and m.as_of between greatest(from_day, fresh_from) and figures_until
            and (m.recorded_at > s.known) is not true and (m.withdrawn_at <= s.known) is not true
        order by m.as_of desc, m.recorded_at desc
        limit 1;
        if figure is null then
            reason := format('%s has no figure in %s', item, year);
        end if;
    elsif what ~ '^(gap|gini) ' then
        -- of the groups, by the latest figure of each; Gini as a fraction, of which ratio_as percent makes percent
        with latest as (
            select distinct on (m.breakdown) round(m.actual, 8) as actual, b.people from indicator_actual m
            left join breakdown b on b.fiscal_year = m.fiscal_year and b.breakdown = m.breakdown
                and b.people >= 0 and b.people <> 'NaN'
            where m.program_id = s.program_id and m.fiscal_year = year and m.evaluation = of_evaluation
                and m.indicator_id = item and m.grader = '' and m.breakdown <> '' and abs(m.actual) < 1e30
                and m.as_of between s.starts_on and figures_until
                and (m.recorded_at > s.known) is not true and (m.withdrawn_at <= s.known) is not true
            order by m.breakdown, m.as_of desc, m.recorded_at desc
        ), fit as (
            select l.actual, l.people,
                   case when count(*) over () < 2 then format('%s has no figures by group in %s', item, year)
                        when what ~ '^gap ' then null
                        when count(l.people) over () < count(*) over ()
                        then format('a group of %s has no number of people', item)
                        when min(l.actual) over () < 0 then format('a figure of %s is below 0', item)
                        when max(l.actual) over () >= 1e20 then format('a figure of %s is too large', item)
                        when not sum(l.people * l.actual) over () > 0
                        then format('all figures of %s are 0, or no group has people', item) end as fault
            from latest l
        )
        select case when what ~ '^gap ' then max(f.actual) - min(f.actual)
                    else bpm.gini(f.actual, f.people) filter (where f.fault is null and what ~ '^gini ') end,
               case when count(*) = 0 then format('%s has no figures by group in %s', item, year)
                    else min(f.fault) end
        into figure, reason
        from fit f;
        if reason is not null then
            figure := null;
        end if;
    elsif what <> of_kind then
        item := substr(what, length(of_kind) + 5);
        if not exists (select from economic_class c where c.economic_id = item) then
            reason := format('there is no economic class "%s"', item);
            return;
        end if;
        select coalesce(sum(part(x.amount, c.after, c.upto)), 0) into figure
        from unnest(s.covered, s.covered_after, s.covered_upto) c (program_id, after, upto)
        cross join lateral (
            select sum(nullif(k.amount, 'NaN')) as amount
            from program q
            join program_budget b on b.program_id = q.program_id and b.fiscal_year = q.fiscal_year
            cross join lateral (values ('proposed', b.proposed), ('received', b.received),
                ('committed', b.committed), ('executed', b.executed), ('planned', b.planned),
                ('approved', b.approved), ('carried_over', b.carried_over), ('adjusted', b.adjusted),
                ('budget', b.approved), ('budget', b.carried_over), ('budget', b.adjusted),
                ('unspent', b.approved), ('unspent', b.carried_over), ('unspent', b.adjusted),
                ('unspent', -b.executed)) k (kind, amount)
            join node_above a on a.tree = 'economic' and a.id = coalesce(b.economic_id, q.economic_id)
                and a.ancestor_id = item and year between a.from_year and a.to_year
            where k.kind = of_kind and q.program_id = c.program_id and q.fiscal_year = year
                and b.entry_date <= money_until and (b.recorded_at > s.known) is not true
                and coalesce(b.currency, s.currency) = s.currency) x
        where c.upto > c.after;
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
        case when n.figure is null or d.figure is null then 'there is no figure'
             when not d.figure > 0 then format('%s is %s', denominator, trim_scale(d.figure))
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
