-- The next budget: what every program needs, what its result does to that, and how an envelope is shared out

create function application_rules_of(of_year integer) returns setof application_rule
    language sql stable parallel safe rows 10
begin atomic
    select r.* from application_rule r
    where r.fiscal_year <= of_year and r.in_force
        and not exists (select from application_rule x
                        where x.rule = r.rule and x.fiscal_year > r.fiscal_year and x.fiscal_year <= of_year);
end;
comment on function application_rules_of(integer) is 'The rules of application that are in force for the budget of a year.';

create function application_rules_now(of_year integer) returns jsonb
    language sql stable parallel safe
begin atomic
    select coalesce((select jsonb_object_agg('rule ' || r.rule, to_jsonb(r) - 'fiscal_year')
                     from application_rules_of(of_year) r), '{}')
        || coalesce((select jsonb_build_object('settings', jsonb_build_object(
                         'share_saving', s.share_saving, 'growth_limit', s.growth_limit, 'recapture', s.recapture,
                         'appraise_from', s.appraise_from, 'currency', s.currency))
                     from setting_of(of_year) s), '{}');
end;
comment on function application_rules_now(integer) is
'The rules and settings by which the budget of a year is proposed, as they are now: a scenario keeps them.';

-- What a rule asks of a program, besides its result and its findings: an empty column asks for nothing.
create function rule_is_for(r application_rule, of_year integer, of_program text, score numeric, scope text,
                            nature text, function_id text)
    returns boolean
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
begin
    return (r.score_from is null or coalesce(score >= r.score_from, false))
        and (r.score_below is null or coalesce(score < r.score_below, false))
        and (r.scope is null or r.scope = scope)
        and (r.nature is null or r.nature = nature)
        and (r.program_id is null or r.program_id = of_program)
        and (r.function_id is null
             or exists (select from node_above a
                        where a.tree = 'function' and a.ancestor_id = r.function_id
                            and a.id = coalesce($7, 'unclassified') and of_year between a.from_year and a.to_year));
end
$$;
comment on function rule_is_for(application_rule, integer, text, numeric, text, text, text) is
'Whether a rule of application is for a program of a score, scope, nature and function, in the budget of a year.';

-- What is promised: the goal of the last target of an indicator that asks for so much or more.
create function promised_output(of_program text, of_year integer, of_indicator text) returns numeric
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    last record;
begin
    select (array_agg(t.retired order by t.valid_from desc, t.recorded_at desc))[1] as retired,
           (array_agg(t.target order by t.valid_from desc, t.recorded_at desc)
                filter (where t.target is not null))[1] as target
    into last
    from target_revision t
    where t.program_id = of_program and t.fiscal_year = of_year and t.evaluation = 'self'
        and t.indicator_id = of_indicator;
    return case when last.retired is not true and bpm.comparator(last.target) in ('>=', '>')
                then bpm.goal(last.target) end;
end
$$;
comment on function promised_output(text, integer, text) is
'How much of an output is promised in a year, by its last target; NULL where there is none, or none that asks for so much '
'or more.';

-- What a unit of output was approved for, and what it has cost. Money that was kept of a saving is no cost of it.
create function output_cost(p program_state, recurring numeric, kept numeric,
                            out output_id text, out promised numeric, out reached numeric, out approved_cost numeric,
                            out approved_output numeric, out paid_cost numeric, out credited numeric)
    language plpgsql stable parallel safe cost 1000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    look record;
    o record;
    s record;
    m record;
begin
    select e.counts_until, e.money_until, e.closed into look from evaluations_of(p) e where e.evaluation = 'self';
    s := saving_of(p, look.counts_until, look.money_until, look.closed);
    select x.approved + x.carried_over as given, x.adjusted, x.carried_over, x.executed into m
    from program_money(p, look.money_until) x;
    credited := coalesce(s.credited, 0);
    if s.reason is null then
        -- then nothing is wrong with the output either, and it need not be looked at again
        approved_output := bpm.goal((approved_terms(p, s.output_id, approval_of(p))).target);
    else
        o := output_of(p, look.counts_until, look.money_until);
        -- an output that was marked afterwards, or that no target promises, says nothing; one that is not marked any
        -- more says what it said when the budget was approved: else whoever has not reached it would unmark it
        if o.output_id is null
            or o.reason is not null
                and not (indicators_when_fixed(p) -> o.output_id ->> 'buys' = 'true'
                         and not exists (select from indicator b
                                         where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year
                                             and b.indicator_id = o.output_id and b.buys)
                         and o.approved_output > 0
                         and greatest(o.approved_output, o.promised_output, o.reached) < 1e30) is true then
            return;
        end if;
        approved_output := o.approved_output;
    end if;
    output_id := s.output_id;
    -- a promise that was raised on paper, without the money for it, is none that was promised before
    promised := least(s.promised, approved_output * case when m.given > 0
        then 1 + greatest(m.adjusted, 0) * 1.0000000000000000000000000000000000000000 / m.given else 1 end);
    reached := s.reached;
    approved_cost := recurring + m.carried_over - kept;
    paid_cost := m.executed;
end
$$;
comment on function output_cost(program_state, numeric, numeric) is
'Of the output that the money of a program buys: what was promised and reached, what it was approved for (the recurring '
'budget and what was carried over, for the output that was approved with it), what it has cost, and what saving is '
'credited. Without such an output only the saving.';

-- The lower of two unit costs, times an output: compared exactly, rounded once to cents.
create function output_base(output numeric, approved_cost numeric, approved_output numeric, paid_cost numeric,
                            paid_output numeric, out base numeric, out paid boolean)
    language plpgsql immutable parallel safe
    set search_path from current
as $$
declare
    by_paid constant numeric := case when paid_cost > 0 and paid_output > 0
        then output * paid_cost * 1.0000000000000000000000000000000000000000 / paid_output end;
    -- where nothing is paid yet, more than was approved for says nothing of the cost of more
    by_approved constant numeric := case when approved_cost > 0 and approved_output > 0
        then case when by_paid is null then least(output, approved_output) else output end
            * approved_cost * 1.0000000000000000000000000000000000000000 / approved_output end;
begin
    base := round(least(by_approved, by_paid), 2);
    -- where both are the same it is the approved one
    paid := coalesce(paid_cost * approved_output < approved_cost * paid_output, by_approved is null)
        and by_paid is not null;
end
$$;
comment on function output_base(numeric, numeric, numeric, numeric, numeric) is
'An output times the lower of approved and paid unit cost, in cents, and whether that is the paid one; NULL without '
'either.';

-- What an appraisal found of a new program: as an evaluation, or as the grade of the stage.
create function appraisal_of(of_program text, of_year integer, asked numeric, appraise_from numeric,
                             out score numeric, out fault text)
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    look record;
    -- a value, not an expression: else the state of every program is computed for one
    today constant date := (now() at time zone coalesce((select min(l.time_zone) from place l), 'UTC'))::date;
    said text;
begin
    select e.closed, e.rating, e.score into look
    from (select p as state
          from program_state_at(today, 'infinity') p
          where p.program_id = of_program and p.fiscal_year = of_year
          offset 0) s
    cross join lateral evaluation_scores(s.state) e
    where e.evaluation = 'appraisal'
        and exists (select from program_evaluation x
                    where x.program_id = of_program and x.fiscal_year = of_year and x.evaluation = 'appraisal');
    if found then
        score := look.score;
        said := look.rating;
        if look.closed = 0 then
            fault := 'its appraisal is not closed';
            return;
        end if;
    else
        select s.grade into said from stage_standing s
        where s.program_id = of_program and s.fiscal_year = of_year and s.stage = 'appraised'
        order by s.at desc, s.recorded_at desc
        limit 1;
        if not found then
            fault := case when coalesce(asked, 0) < appraise_from then null else 'it was not appraised' end;
            return;
        end if;
    end if;
    if not exists (select from stage_grade g where g.stage = 'appraised' and g.grade = said and g.goes_on) then
        fault := format('its appraisal says %s', coalesce(said, 'nothing'));
    end if;
end
$$;
comment on function appraisal_of(text, integer, numeric, numeric) is
'The score of the appraisal of a new program, and why it gets nothing: its appraisal is open, or found what does not go '
'on in stage_grade, or there is none and what it asks for is not below setting.appraise_from.';

-- Every program before any money is shared out: its claim stands in proposed, what it would take beyond in wanted.
create function proposal_claims(of_year integer, of_publication text, lines jsonb, of_scenario text)
    returns setof proposal
    language sql stable parallel safe
    -- once for all programs: by how many there are now, not when a session first asked
    set plan_cache_mode = force_custom_plan
begin atomic
    with moment as (
        select b.publication, b.fiscal_year as from_year, b.as_of, b.known_at, s.share_saving, s.growth_limit,
               s.currency, s.appraise_from,
               (now() at time zone coalesce((select min(l.time_zone) from place l), 'UTC'))::date as today,
               exists (select from program x where x.fiscal_year = of_year - 1) as any_before
        from publication b
        cross join lateral setting_of(of_year) s
        where b.publication = of_publication
    ), rule as materialized (
        select r as self, r.* from application_rules_of(of_year) r
    ), accepted as materialized (
        -- what has disposed of what was left of that year, let something of a saving be kept in it, or has entered
        -- money in the year after it, which may be left of an earlier year: results may be those of two years before
        select a.scenario, a.fiscal_year, a.from_year from moment m
        join scenario_accepted a on m.from_year in (a.from_year, a.fiscal_year, a.fiscal_year - 1)
    ), candidate as (
        -- as it is in its newest year
        select distinct on (p.program_id) p.*,
               bool_or(p.fiscal_year = of_year) over w as in_year,
               bool_or(p.fiscal_year = of_year - 1) over w as in_last
        from moment m
        cross join program p
        where p.fiscal_year between m.from_year and of_year
        window w as (partition by p.program_id)
        order by p.program_id, p.fiscal_year desc
    ), listed as (
        select m.*, c.program_id, c.unit_id, c.function_id, c.scope, c.nature, c.name, c.in_year, c.in_last, z.result,
               r.program_id is not null as published, r.score, r.coverage, r.evaluation, r.scale,
               coalesce(r.approved, 0) as approved, coalesce(r.budget, 0) as budget,
               coalesce(r.executed, 0) as executed, coalesce(r.committed, 0) as committed,
               y.person as responsible, g.asked, g.brought, g.carried_after, d.left_over as disposed, d.entered, d.kept,
               d.financed, d.planned,
               (l.said ->> 'amount')::numeric as amount,
               coalesce((l.said ->> 'carry_over')::numeric, 0) as carry_over, l.said ->> 'reason' as reason, l.said,
               f.open, f.overdue, f.high
        from moment m
        cross join candidate c
        join nature n on n.nature = c.nature and not n.is_revenue
        join scope k on k.scope = c.scope and k.covers = 'own'
        left join publication_program r on r.program_id = c.program_id and r.fiscal_year = m.from_year
            and r.publication = m.publication
        left join publication_person y on y.program_id = c.program_id and y.fiscal_year = m.from_year
            and y.publication = m.publication and y.role = 'responsible' and y.item = ''
        -- by key, each of what follows: how many programs there are nobody knows when this is planned
        cross join lateral (
            select case when r.program_id is not null
                        then case when c.in_year or c.in_last or not m.any_before then coalesce(r.rating, 'unrated')
                                  else 'ended' end
                        -- who comes back after years in which it was not there is appraised like any other
                        when c.in_last or exists (select from program x
                                                  where x.program_id = c.program_id and x.fiscal_year < of_year
                                                      and x.fiscal_year >= m.from_year)
                        then 'running'
                        else 'new' end as result
            offset 0) z
        cross join lateral (
            -- of the year of the budget, and of the year after the results; what was accepted nobody has asked for
            select sum(nullif(b.proposed, 'NaN')) filter (
                       where b.fiscal_year = of_year and (b.entry_id like 'scenario event %') is not true) as asked,
                   coalesce(sum(nullif(b.carried_over, 'NaN')) filter (where b.fiscal_year = of_year), 0) as brought,
                   coalesce(sum(nullif(b.carried_over, 'NaN')) filter (where b.fiscal_year = m.from_year + 1), 0)
                       as carried_after
            from program_budget b
            where b.program_id = c.program_id and b.fiscal_year in (of_year, m.from_year + 1)
                and coalesce(b.currency, m.currency) = m.currency
                and coalesce(nullif(b.proposed, 'NaN'), nullif(b.carried_over, 'NaN')) is not null) g
        cross join lateral (
            select coalesce(sum(p.left_over) filter (where a.from_year = m.from_year), 0) as left_over,
                   coalesce(sum(p.carry_over + p.shared) filter (where a.fiscal_year = m.from_year + 1), 0) as entered,
                   coalesce(sum(p.shared) filter (where a.fiscal_year = m.from_year), 0) as kept,
                   coalesce(sum(-p.carried) filter (where a.fiscal_year = m.from_year), 0) as financed,
                   coalesce(sum(p.proposed - p.carried) filter (where a.fiscal_year = m.from_year), 0) as planned
            from accepted a
            join proposal p on p.program_id = c.program_id and p.fiscal_year = a.fiscal_year
                and p.scenario = a.scenario) d
        cross join lateral (select lines -> c.program_id as said) l
        cross join lateral (
            select count(*) > 0 as open, coalesce(bool_or(o.overdue), false) as overdue,
                   coalesce(bool_or(o.severity = 'high'), false) as high
            -- of earlier years, too: else who waits for a year is rid of it
            from (select s as state from program_state_at(m.today, 'infinity') s
                  where s.program_id = c.program_id and s.fiscal_year <= m.from_year
                  offset 0) s
            cross join lateral findings_of(s.state) o
            where o.status in ('open', 'reported')
                and exists (select from finding x
                            where x.program_id = c.program_id and x.fiscal_year <= m.from_year)) f
        where c.in_year or c.in_last or r.program_id is not null
    ), recurring as (
        select l.*, case when l.result = 'new' then 0
                         when l.published then l.approved - o.one_off
                         else o.approved - o.one_off end as before
        from listed l
        cross join lateral (
            select coalesce(sum(nullif(b.approved, 'NaN')), 0) as approved,
                   coalesce(sum(nullif(b.approved, 'NaN')) filter (where b.one_off), 0) as one_off
            from program_budget b
            where b.program_id = l.program_id
                and b.fiscal_year = case when l.published then l.from_year else of_year - 1 end
                and b.entry_date <= case when l.published then l.as_of else 'infinity' end
                and (b.recorded_at > case when l.published then l.known_at else 'infinity' end) is not true
                and coalesce(b.currency, l.currency) = l.currency) o
    ), bought as (
        select r.*, c.output_id, c.promised as promised_before, c.reached, c.approved_cost, c.approved_output,
               c.paid_cost, coalesce(c.credited, 0) as credited, o.promised
        from recurring r
        left join lateral (
            select c.*
            from (select s as state from program_state_at(r.as_of, r.known_at) s
                  where s.program_id = r.program_id and s.fiscal_year = r.from_year
                  offset 0) s
            cross join lateral output_cost(s.state, r.before, r.kept) c
            where r.published
                and (exists (select from indicator b
                             where b.program_id = r.program_id and b.fiscal_year = r.from_year and b.buys)
                     -- or was marked, and is no more
                     or exists (select from program_log l
                                where l.program_id = r.program_id and l.fiscal_year = r.from_year
                                    and l.relation = 'indicator' and l.before ->> 'buys' = 'true'))
            offset 0) c on true
        cross join lateral (
            select case when c.output_id is not null
                        then coalesce(
                            case when r.in_year then promised_output(r.program_id, of_year, c.output_id) end,
                            case when r.in_last then promised_output(r.program_id, of_year - 1, c.output_id) end,
                            c.promised) end as promised
            offset 0) o
    ), based as (
        select b.*, o.counted, x.base as output_base, x.paid, n.need,
               -- what goes beyond was never promised or reached: it is growth
               case when b.result = 'ended' then 0
                    else greatest(least(coalesce(x.base, n.need), b.asked), 0) end as base,
               case when b.result = 'ended' then 0
                    when b.result = 'new' then greatest(coalesce(b.asked, 0), 0)
                    -- no amount of a ledger is as large, whatever was promised
                    when x.base is not null then greatest(least(w.base, b.asked, 1e18), 0)
                    else greatest(coalesce(b.asked, n.need), 0) end as whole,
               case when b.published
                    then greatest(b.budget - b.executed - b.disposed
                                  - greatest(b.committed, b.carried_after - b.entered, 0), 0)
                    else 0 end as left_over
        from bought b
        cross join lateral (
            -- who was given less because it brought money along needs as much when that is gone
            select greatest(b.before, least(b.before + b.financed, b.planned)) as need) n
        cross join lateral (
            select least(b.promised, greatest(b.promised_before, b.reached)) as counted) o
        cross join lateral output_base(o.counted, b.approved_cost, b.approved_output, b.paid_cost, b.reached) x
        cross join lateral output_base(b.promised, b.approved_cost, b.approved_output, b.paid_cost, b.reached) w
    ), ruled as (
        select b.*, r.rule, r.percent, r.merge_into,
               -- who is new gets what was asked, as far as there is money for it
               case when b.result = 'ended' then 'ended'
                    when f.fault is not null then 'refused'
                    when b.result = 'new' and r.effect = 'merged' then 'cancelled'
                    else r.effect end as effect, f.fault, f.score as appraised
        from based b
        left join lateral (
            select x.rule, x.effect, x.merge_into,
                   case x.effect
                       when 'cut' then coalesce(x.percent, least(greatest(100 - coalesce(b.score, 0), 0), 100))
                       when 'merged' then coalesce(x.percent, 0) end as percent
            from rule x
            cross join lateral (select is_not_demonstrated(b.result) as nothing) z
            where x.effect <> 'withheld'
                and (x.result is null or x.result = b.result
                     or z.nothing and x.result in (not_demonstrated(), bpm.rating(0, b.scale::bpm.scale)))
                and rule_is_for(x.self, of_year, b.program_id, b.score, b.scope, b.nature, b.function_id)
                and (x.finding is null
                     or case x.finding when 'open' then b.open when 'overdue' then b.overdue else b.high end)
            order by (z.nothing and x.result in (b.result, not_demonstrated())) desc nulls last, x.place, x.rule
            limit 1) r on b.result <> 'ended'
        left join lateral (
            select a.score, a.fault from appraisal_of(b.program_id, of_year, b.asked, b.appraise_from) a
            where b.result = 'new'
            offset 0) f on true
    ), taken as (
        select u.*, case u.effect when 'cut' then -round(u.base * u.percent / 100, 2)
                        when 'merged' then -round(u.base * u.percent / 100, 2)
                        when 'cancelled' then -u.base else 0 end as less
        from ruled u
    ), merged_in as (
        select t.merge_into as program_id, sum(t.base + t.less) as amount
        from taken t
        where t.effect = 'merged' and t.amount is null
        group by t.merge_into
    ), shaped as (
        select t.*,
               case when t.effect = 'merged' and t.amount is null then -(t.base + t.less) else 0 end
                   + coalesce(i.amount, 0) as moved,
               greatest(t.brought, 0) + t.carry_over as brings,
               -- what is committed and not yet paid looks like saving, and is not left; what does not go on has no use
               -- for what it saved; and who has not measured what he promised has not shown that it is a saving
               case when t.effect in ('ended', 'cancelled', 'merged') and coalesce(t.amount, 0) = 0
                         or is_not_demonstrated(t.result) then 0
                    else least(greatest(t.left_over - t.carry_over, 0),
                               round(least(t.credited, t.left_over) * t.share_saving / 100, 2)) end as shared
        from taken t
        left join merged_in i on i.program_id = t.program_id
    )
    select s.program_id, of_year, of_scenario, s.unit_id, s.function_id, s.scope, s.result,
           coalesce(s.score, s.appraised)::numeric(20,8), s.coverage::numeric(20,8),
           case when s.appraised is not null then 'appraisal' else s.evaluation end, s.rule, s.effect,
           s.percent::numeric(20,8), s.merge_into,
           s.before::numeric(38,2), s.output_id, s.promised, s.counted,
           (case when s.output_base is not null
                 then case when s.paid then s.paid_cost else s.approved_cost end end)::numeric(38,2),
           case when s.output_base is not null then case when s.paid then s.reached else s.approved_output end end,
           case when s.result in ('new', 'ended') then 'nothing'
                when s.asked < coalesce(s.output_base, s.need) then 'asked'
                when s.output_base is not null
                then case when s.paid then 'paid unit cost' else 'approved unit cost' end
                else 'approved budget' end,
           s.base::numeric(38,2), s.asked::numeric(38,2),
           (case when s.result = 'new'
                 then case when s.effect in ('refused', 'cancelled') then 0
                           else s.whole - round(s.whole * coalesce(s.percent, 0) / 100, 2) end
                 else least(greatest(s.whole - s.base, 0), round(s.base * s.growth_limit / 100, 2))
            end)::numeric(38,2),
           s.left_over::numeric(38,2), s.carry_over::numeric(38,2), s.shared::numeric(38,2),
           (s.left_over - s.carry_over - s.shared)::numeric(38,2),
           (s.base - s.before)::numeric(38,2), s.less::numeric(38,2), s.moved::numeric(38,2),
           (-c.carried)::numeric(38,2), 0::numeric(38,2), 0::numeric(38,2),
           (case when s.amount is not null then s.amount - c.claim else 0 end)::numeric(38,2),
           coalesce(s.amount, c.claim)::numeric(38,2), 0::numeric(38,2), null::text, s.said, s.responsible, s.name,
           -- what is known here and nowhere else, for the words
           coalesce(s.fault, s.reason, ''), now(), current_user::text
    from shaped s
    cross join lateral (
        select least(s.brings, greatest(s.base + s.less + s.moved, 0)) as carried,
               s.base + s.less + s.moved - least(s.brings, greatest(s.base + s.less + s.moved, 0)) as claim) c
    order by s.program_id collate "C";
end;
comment on function proposal_claims(integer, text, jsonb, text) is
'What every program claims of the budget of a year, by a publication, before any money is shared out: its base, what its '
'rule does to that, what it brings along; its claim stands in proposed, what it would take beyond its base in wanted.';

create function proposal_why(p proposal, from_year integer, is_by_hand boolean, note text, held text) returns text
    language sql stable parallel safe
    return concat_ws('; ',
        case p.result when 'new' then concat_ws(', ', 'new', 'appraised with ' || round(p.score, 2),
            case when p.effect = 'refused' then 'and gets nothing: ' || note
                 when p.short_by is not null then format('and gets nothing: %s does not reach for %s', p.short_by,
                                                         p.wanted) end)
            when 'running' then format('began after %s', from_year)
            when 'ended' then format('is neither in %s nor in %s: it has ended', p.fiscal_year - 1, p.fiscal_year)
            else format('%s%s in %s', p.result, ' (' || round(p.score, 2) || ')', from_year) end,
        case when p.result in ('new', 'ended') then null
             when p.base_by = 'asked' then format('base %s, as asked', p.base)
             when p.cost is not null
             then format('base %s: %s at %s for %s, the %s', p.base, trim_scale(p.counted), p.cost,
                         trim_scale(p.cost_output), p.base_by)
             else format('base %s, the %s%s', p.base, p.base_by,
                         case when p.base > greatest(p.before, 0) then ' and what it brought along' end) end,
        case when p.promised > p.counted then format('promises %s, %s more than was ever promised or reached',
                                                     trim_scale(p.promised), trim_scale(p.promised - p.counted)) end,
        'rule "' || p.rule || '": ' || case p.effect
            when 'cut' then format('cut by %s %%', trim_scale(p.percent))
            when 'merged' then format('merged into "%s"%s', p.merge_into,
                                      ', less ' || trim_scale(nullif(p.percent, 0)) || ' %')
            else nullif(p.effect, 'refused') end,
        case when p.merged > 0 then format('%s of what is merged into it', p.merged) end,
        case when p.carried < 0 then format('brings %s along', -p.carried) end,
        case when p.short < 0 then format('%s short: %s', -p.short, p.short_by) end,
        case when p.growth > 0 and p.result <> 'new'
             then format('%s more of what was freed%s', p.growth,
                         case when p.asked - p.base > p.growth
                              then format(', where %s more is asked for', p.asked - p.base) end) end,
        case when is_by_hand then format('%s by hand%s', p.proposed, ': ' || note) end,
        case when p.shared > 0 then format('keeps %s of its saving', p.shared) end,
        case when p.carry_over > 0 then format('takes %s along from %s', p.carry_over, from_year) end,
        case when p.recaptured > 0 then format('%s not used in %s is taken back', p.recaptured, from_year) end,
        held);
comment on function proposal_why(proposal, integer, boolean, text, text) is 'What is proposed for a program, in words.';

-- What is held back of a proposal, and until when. Findings hold what hangs on them, together no more than there is;
-- what was not demonstrated holds what is left.
create function proposal_holds(p proposal, from_year integer)
    returns table (finding_id text, of_year integer, rule text, amount numeric)
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    today constant date := (now() at time zone coalesce((select min(l.time_zone) from place l), 'UTC'))::date;
    held numeric := 0;
begin
    for finding_id, of_year, rule, amount in
        with fit as (
            select s.fiscal_year, n.finding_id, r.rule, r.place,
                   case when r.percent is null then n.withheld
                        else bpm.apportion(round(p.proposed * r.percent / 100, 2), 1)
                                 over (partition by r.rule order by s.fiscal_year, n.finding_id) end as amount
            from program_state_at(today, 'infinity') s
            cross join lateral findings_of(s) n
            join application_rules_of(p.fiscal_year) r on r.effect = 'withheld'
                and case r.finding when 'open' then true when 'overdue' then n.overdue when 'high'
                    then n.severity = 'high' end
                and (r.result is null or r.result = p.result
                     or r.result = not_demonstrated() and is_not_demonstrated(p.result))
                and rule_is_for(r, p.fiscal_year, p.program_id, p.score, p.scope, s.nature, p.function_id)
            where s.program_id = p.program_id and s.fiscal_year <= from_year and n.status in ('open', 'reported')
        ), strictest as (
            select distinct on (f.fiscal_year, f.finding_id) f.* from fit f
            order by f.fiscal_year, f.finding_id, f.amount desc, f.place, f.rule
        )
        select x.finding_id, x.fiscal_year, x.rule,
               case when sum(x.amount) over () <= p.proposed then x.amount
                    else bpm.apportion(p.proposed, x.amount) over (order by x.fiscal_year, x.finding_id) end
        from strictest x
        where x.amount > 0 -- else there may be nothing to share by
        order by x.fiscal_year, x.finding_id
    loop
        held := held + amount;
        if amount > 0 then
            return next;
        end if;
    end loop;
    if is_not_demonstrated(p.result) then
        select '', from_year, r.rule, least(p.proposed - held, round(p.proposed * coalesce(r.percent, 100) / 100, 2))
        into finding_id, of_year, rule, amount
        from application_rules_of(p.fiscal_year) r
        where r.effect = 'withheld' and r.finding is null and r.result in (p.result, not_demonstrated())
            and rule_is_for(r, p.fiscal_year, p.program_id, p.score, p.scope,
                            (select s.nature from program s
                             where s.program_id = p.program_id and s.fiscal_year = from_year), p.function_id)
        order by 4 desc, r.place, r.rule
        limit 1;
        if found and amount > 0 then
            return next;
        end if;
    end if;
end
$$;
comment on function proposal_holds(proposal, integer) is
'What of a proposal is held back by the rules that withhold, by finding of the year of the results or of an earlier one, '
'or with an empty text until the result is demonstrated.';

-- The row once it is known what there is for it.
create function proposal_completed(claim proposal, from_year integer, got numeric, grown numeric, is_by_hand boolean,
                                   bound text)
    returns proposal
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    p proposal := claim;
    held text;
begin
    p.short := case when is_by_hand then 0 else got - claim.proposed end;
    p.short_by := case when p.short < 0 or p.result = 'new' then bound end;
    p.growth := grown;
    p.proposed := got + grown;
    if is_not_demonstrated(p.result)
        or exists (select from finding f where f.program_id = p.program_id and f.fiscal_year <= from_year) then
        select coalesce(sum(h.amount), 0),
               string_agg(format('%s is held back until %s', h.amount, case h.finding_id
                   when '' then 'the result is demonstrated'
                   else format('finding "%s"%s is rectified', h.finding_id,
                               ' of ' || nullif(h.of_year, from_year)) end),
                   '; ' order by h.of_year desc, h.finding_id desc)
        into p.withheld, held
        from proposal_holds(p, from_year) h;
    end if;
    p.why := proposal_why(p, from_year, is_by_hand, nullif(claim.why, ''), held);
    return p;
end
$$;
comment on function proposal_completed(proposal, integer, numeric, numeric, boolean, text) is
'A claim with what there is for it, what of that is held back, and the words for it.';

create function is_amount(said jsonb) returns boolean
    language sql immutable parallel safe
    return case when jsonb_typeof(said) = 'number'
                then said::numeric between 0 and 1e17 and said::numeric = round(said::numeric, 2) else false end;
comment on function is_amount(jsonb) is 'Whether a JSON value is an amount of money: a number in cents, not below 0.';

-- In turns: what was said by hand; what is assured; what is not, as far as there is money; what priority programs would
-- take beyond their base; and what is new, whole or not at all, the best appraised first: half a bridge is none. In
-- each the ceilings of units limit first, from the lowest unit up, then the envelope.
create function proposal_rows(of_year integer, envelope numeric, of_publication text, ceilings jsonb, lines jsonb,
                              of_scenario text)
    returns setof proposal
    language plpgsql stable parallel safe
    set search_path from current
    -- a plan of its own for each call would have the arrays as constants, which are gone through from their start
    set plan_cache_mode = force_generic_plan
as $$
declare
    todo proposal[];
    -- by program, in their order: in which turn it claims how much; what it would take beyond, and what that weighs
    turns integer[];
    claims numeric[];
    wants numeric[];
    sizes numeric[];
    -- what it got, what it claims in a turn, and by what weight where there is not enough, what it is short by
    got numeric[];
    claim numeric[];
    weights numeric[];
    bound text[];
    -- by ceiling, from the lowest unit up: whose it is, which programs are below it, what is left under it
    units text[];
    below jsonb;
    rooms numeric[];
    places integer[];
    parts numeric[];
    fault record;
    -- what is new: one after the other, each with the ceilings that it is under
    fresh proposal;
    at_place integer;
    above integer[];
    n integer;
    c integer;
    -- what there is at first, and what of it is left
    there_is numeric := envelope;
    available numeric;
    room numeric;
    total numeric;
    results_of integer;
begin
    select b.fiscal_year into results_of from publication b where b.publication = of_publication;
    -- in the order that they come in, that of their keys
    select array_agg(x), count(*),
           array_agg(case when lines -> x.program_id ? 'amount' then 1
                          when x.effect in ('priority', 'assured') and x.result <> 'new' then 2 else 3 end),
           array_agg(x.proposed),
           array_agg(case when lines -> x.program_id ? 'amount' then 0
                          when x.result <> 'new' and x.effect = 'priority' then x.wanted else 0 end),
           -- who asks for more gets no larger a part: the size of what there is has a say
           array_agg(case when x.base > 0 then x.base else x.wanted end)
    into todo, n, turns, claims, wants, sizes
    from (select c.* from proposal_claims(of_year, of_publication, lines, of_scenario) c
          order by c.program_id collate "C") x;
    select x.program_id, x.result, count(*) over () - 1 as more into fault
    from unnest(todo) x where x.effect is null order by x.program_id limit 1;
    if found then
        raise exception 'no rule of application fits program "%", which is %', fault.program_id, fault.result
            using errcode = 'no_data_found',
                  detail = case when fault.more > 0
                      then format('Nor does one fit %s others; what they are: %s.', fault.more,
                                  (select string_agg(distinct x.result, ', ' order by x.result) from unnest(todo) x
                                   where x.effect is null))
                      else format('The rules are those for the budget of %s.', of_year) end,
                  hint = format('Add a row to application_rule, such as: result %L, effect ''cut'', percent 10.',
                                fault.result);
    end if;
    select x.program_id, x.merge_into, y.effect, y.result into fault
    from unnest(todo) x
    left join unnest(todo) y on y.program_id = x.merge_into
    where x.effect = 'merged'
        and (y.effect is null or y.effect in ('merged', 'cancelled', 'ended', 'refused') or y.result = 'new')
    order by x.program_id limit 1;
    if found then
        raise exception 'program "%" cannot be merged into "%"', fault.program_id, fault.merge_into
            using errcode = 'invalid_parameter_value',
                  detail = case when fault.effect is null then 'There is no such program in the budget.'
                                else format('That is %s itself.', case fault.result when 'new' then 'new'
                                                                       else fault.effect end) end,
                  hint = 'Name another program in application_rule.merge_into.';
    end if;
    select x.program_id, x.left_over, x.carry_over into fault
    from unnest(todo) x where x.carry_over > x.left_over order by x.program_id limit 1;
    if found then
        raise exception 'program "%" does not have % to carry over', fault.program_id, fault.carry_over
            using errcode = 'check_violation',
                  detail = format('What is left of %s is %s.', results_of, fault.left_over),
                  hint = 'Carry less over; what is committed, or in the ledger already, is not left.';
    end if;
    select x.program_id, x.effect, x.why into fault
    from unnest(todo) x
    where x.effect in ('refused', 'ended') and x.proposed > 0
    order by x.program_id limit 1;
    if found then
        raise exception 'program "%" gets no money by hand either', fault.program_id
            using errcode = 'check_violation',
                  detail = case fault.effect when 'ended' then 'It is no longer there.'
                                else format('It is new, and %s.', fault.why) end,
                  hint = case fault.effect when 'ended' then 'Take it into the year before first: roll_forward().'
                              else 'Have it appraised first.' end;
    end if;

    if (select s.recapture from setting_of(of_year) s) = 'available' then
        there_is := there_is + coalesce((select sum(x.recaptured) from unnest(todo) x), 0);
    end if;
    available := there_is;
    select array_agg(l.unit_id order by l.depth desc, l.unit_id),
           array_agg(l.ceiling order by l.depth desc, l.unit_id),
           coalesce(jsonb_object_agg(l.unit_id, l.places), '{}')
    into units, rooms, below
    from (select u.unit_id, u.ceiling::numeric as ceiling,
                 (select count(*) from node_above a
                  where a.tree = 'unit' and a.id = u.unit_id and of_year between a.from_year and a.to_year) as depth,
                 (select coalesce(jsonb_agg(x.place order by x.place), '[]')
                  from (select (todo[i]).unit_id, i as place from generate_subscripts(todo, 1) i) x
                  where x.unit_id in (select a.id from node_above a
                                      where a.tree = 'unit' and a.ancestor_id = u.unit_id
                                          and of_year between a.from_year and a.to_year)) as places
          from jsonb_each_text(ceilings) u (unit_id, ceiling)) l;
    got := array_fill(0::numeric, array[n]);
    bound := array_fill(null::text, array[n]);
    for this_turn in 1 .. 4 loop
        if this_turn < 4 then
            select array_agg(case when t.turn = this_turn then t.claim else 0 end order by t.place) into claim
            from unnest(turns, claims) with ordinality t (turn, claim, place);
            weights := claim;
        else
            claim := wants;
            weights := sizes;
        end if;
        for c in 1 .. coalesce(cardinality(units), 0) loop
            select array_agg(x::integer) into places from jsonb_array_elements_text(below -> units[c]) x;
            continue when places is null;
            select sum(claim[i]), array_agg(claim[i] order by i) into total, parts from unnest(places) i;
            continue when total <= rooms[c];
            if this_turn <= 2 then
                raise exception 'the ceiling of unit "%" is under its floors', units[c]
                    using errcode = 'check_violation',
                          detail = format('It is %s; what is said by hand and what is assured come to %s.',
                                          ceilings ->> units[c],
                                          (select sum(claims[i]) from unnest(places) i where turns[i] <= 2)),
                          hint = 'Raise the ceiling, or change the rules by which its programs are assured.';
            end if;
            parts := bpm.apportion_array(rooms[c], (select array_agg(weights[i] order by i) from unnest(places) i),
                                         null, parts, 2);
            for i in 1 .. cardinality(places) loop
                if parts[i] < claim[places[i]] then
                    claim[places[i]] := parts[i];
                    if this_turn = 3 then
                        bound[places[i]] := concat_ws(', ', bound[places[i]], format('the ceiling of %s', units[c]));
                    end if;
                end if;
            end loop;
        end loop;
        select coalesce(sum(x), 0) into total from unnest(claim) x;
        room := available;
        if total > room and this_turn <= 2 then
            select sum(t.claim) into total from unnest(turns, claims) t (turn, claim) where t.turn <= 2;
            raise exception 'the envelope is under its floors'
                using errcode = 'check_violation',
                      detail = format('There are %s, of which the envelope is %s; what is said by hand and what is '
                                      'assured come to %s.', there_is, envelope, total),
                      hint = format('The least envelope is %s; or change the rules by which programs are assured.',
                                    greatest(total - there_is + envelope, 0));
        elsif total > room then
            parts := bpm.apportion_array(room, weights, null, claim, 2);
            for i in 1 .. n loop
                if this_turn = 3 and parts[i] < claim[i] then
                    bound[i] := concat_ws(', ', bound[i], 'the envelope');
                end if;
            end loop;
            claim := parts;
        end if;
        for c in 1 .. coalesce(cardinality(units), 0) loop
            select rooms[c] - coalesce(sum(claim[x::integer]), 0) into room
            from jsonb_array_elements_text(below -> units[c]) x;
            rooms[c] := room;
        end loop;
        if this_turn < 4 then
            select array_agg(t.had + t.gets order by t.place) into got
            from unnest(got, claim) with ordinality t (had, gets, place);
        end if;
        available := available - (select coalesce(sum(x), 0) from unnest(claim) x);
    end loop;
    -- not a loop over a query: that would copy the arrays, and go through them from the start for each program
    select array_agg(i order by (todo[i]).score desc nulls last, i) into places
    from generate_subscripts(todo, 1) i
    where (todo[i]).result = 'new' and (todo[i]).wanted > 0 and turns[i] > 1;
    foreach at_place in array coalesce(places, '{}') loop
        fresh := todo[at_place];
        select array_agg(u.place) into above from unnest(units) with ordinality u (unit_id, place)
        where exists (select from node_above a
                      where a.tree = 'unit' and a.id = fresh.unit_id and a.ancestor_id = u.unit_id
                          and of_year between a.from_year and a.to_year);
        room := (select min(rooms[x]) from unnest(above) x);
        if fresh.wanted > available then
            bound[at_place] := 'the envelope';
        elsif fresh.wanted > room then
            bound[at_place] := (select format('the ceiling of %s', units[x]) from unnest(above) x
                                where rooms[x] < fresh.wanted order by x limit 1);
        else
            claim[at_place] := fresh.wanted;
            available := available - fresh.wanted;
            foreach c in array coalesce(above, '{}') loop
                rooms[c] := rooms[c] - fresh.wanted;
            end loop;
        end if;
    end loop;
    return query
    select x.* from generate_subscripts(todo, 1) i
    cross join lateral proposal_completed(todo[i], results_of, got[i], claim[i], turns[i] = 1, bound[i]) x;
end
$$;
comment on function proposal_rows(integer, numeric, text, jsonb, jsonb, text) is
'What is proposed for every program in the budget of a year, by a publication, an envelope, ceilings of units and amounts '
'by hand; writes nothing. Errors: no rule for a result; an envelope or a ceiling under what is said by hand and what is '
'assured; money by hand for what has not passed an appraisal.';

create function propose_budget(fiscal_year integer, envelope numeric, scenario text, from_year integer default null,
                               ceilings jsonb default '{}', lines jsonb default '{}', title text default null)
    returns table (program_id text, result text, rule text, effect text, before numeric, base numeric, change numeric,
                   proposed numeric, withheld numeric, why text)
    language plpgsql volatile parallel unsafe
    set search_path from current
    set row_security = off
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    year constant integer := $1;
    money constant numeric := $2;
    named constant text := $3;
    limits constant jsonb := coalesce($5, '{}');
    by_hand constant jsonb := coalesce($6, '{}');
    results record;
    made scenario;
    todo proposal[];
    wrong text;
begin
    if row_security_active('program'::regclass) then
        raise exception 'a budget is of all programs, and row security hides some from the current role'
            using errcode = 'insufficient_privilege',
                  hint = 'Propose it as the owner of the tables, or as a role with BYPASSRLS.';
    elsif not has_any_column_privilege('scenario'::regclass, 'insert') then
        raise exception 'the duty of budgeting is in other hands'
            using errcode = 'insufficient_privilege',
                  hint = 'bpm.grant_duty gives it.';
    elsif (year between 1001 and 9998) is not true then
        raise exception 'a budget is of a fiscal year' using errcode = 'invalid_parameter_value',
            hint = 'Write 2026, not 26.';
    elsif (money >= 0 and money < 1e18 and money = round(money, 2)) is not true then
        raise exception 'an envelope is an amount in cents, not %', coalesce(money::text, 'NULL')
            using errcode = 'invalid_parameter_value';
    elsif coalesce(named, '') = '' then
        raise exception 'a scenario has a name' using errcode = 'invalid_parameter_value';
    elsif not exists (select from setting_of(year)) then
        raise exception 'there are no settings for %', year
            using errcode = 'no_data_found',
                  hint = 'Add a row to setting: that of fiscal year 0 holds for all years.';
    elsif exists (select from scenario s where s.scenario = named) then
        raise exception 'there is a scenario "%"', named
            using errcode = 'unique_violation',
                  detail = (select format('It is of %s, with an envelope of %s.', s.fiscal_year, s.envelope)
                            from scenario s where s.scenario = named),
                  hint = 'Give this one another name: what was proposed is kept.';
    elsif exists (select from scenario_accepted a where a.fiscal_year = year) then
        raise exception 'the budget of % is accepted', year
            using errcode = 'check_violation',
                  detail = (select format('That is scenario "%s".', a.scenario) from scenario_accepted a
                            where a.fiscal_year = year),
                  hint = 'What was accepted by mistake is taken back first: take_back_budget().';
    end if;
    -- whose results: a year whose publication stands
    select b.publication, b.fiscal_year, b.as_of into results from publication b
    where b.evaluation = 'effective' and b.fiscal_year < year and b.fiscal_year = coalesce($4, b.fiscal_year)
        and not exists (select from publication r where r.replaces = b.publication)
    order by b.fiscal_year desc limit 1;
    if not found then
        raise exception 'there are no published results%', coalesce(' of ' || $4, ' before ' || year)
            using errcode = 'no_data_found',
                  detail = case when $4 >= year then format('Results of %s come after the budget of %s.', $4, year)
                                else format('The budget of %s is proposed by results of an earlier year.', year) end,
                  hint = coalesce((select format('Published are %s.', string_agg(distinct b.fiscal_year::text, ', '))
                                   from publication b
                                   where b.evaluation = 'effective' and b.fiscal_year < year having count(*) > 0),
                                  'publish() publishes what a year came to: evaluation effective.');
    elsif not exists (select from publication_standing s where s.publication = results.publication) then
        raise exception 'publication "%" is open for a correction', results.publication
            using errcode = 'object_not_in_prerequisite_state',
                  hint = 'Publish the correction, or close it again: publication_event.';
    end if;
    -- what was said of units and programs
    if jsonb_typeof(limits) <> 'object' then
        raise exception 'ceilings are a JSON object, not of type %', jsonb_typeof(limits)
            using errcode = 'invalid_parameter_value', hint = 'Such as {"education": 30000}.';
    elsif jsonb_typeof(by_hand) <> 'object' then
        raise exception 'lines are a JSON object, not of type %', jsonb_typeof(by_hand)
            using errcode = 'invalid_parameter_value',
                  hint = 'Such as {"roofs": {"amount": 9000, "reason": "the contract"}}.';
    end if;
    select string_agg(format('"%s"', u.unit_id), ', ' order by u.unit_id) into wrong
    from jsonb_object_keys(limits) u (unit_id)
    where not exists (select from node_above a where a.tree = 'unit' and a.id = u.unit_id
                          and year between a.from_year and a.to_year);
    if wrong is not null then
        raise exception 'there is no unit % in %', wrong, year
            using errcode = 'no_data_found', hint = 'The table unit lists them.';
    end if;
    select string_agg(format('"%s"', u.unit_id), ', ' order by u.unit_id) into wrong
    from jsonb_each(limits) u (unit_id, ceiling) where not is_amount(u.ceiling);
    if wrong is not null then
        raise exception 'the ceiling of % is no amount', wrong
            using errcode = 'invalid_parameter_value',
                  hint = 'A ceiling is a number in cents: {"education": 30000.00}.';
    end if;
    select string_agg(format('"%s"', l.program_id), ', ' order by l.program_id) into wrong
    from jsonb_each(by_hand) l (program_id, said)
    where case when jsonb_typeof(l.said) <> 'object' then true
               else l.said - array['amount', 'carry_over', 'reason'] <> '{}'
                   or not (l.said ? 'amount' or l.said ? 'carry_over')
                   or l.said ? 'amount' and not is_amount(l.said -> 'amount')
                   or l.said ? 'carry_over' and not is_amount(l.said -> 'carry_over') end;
    if wrong is not null then
        raise exception 'what is said by hand of % is not understood', wrong
            using errcode = 'invalid_parameter_value',
                  hint = 'There are amount, carry_over and reason: '
                      || '{"roofs": {"amount": 9000, "reason": "the contract"}}.';
    end if;
    select string_agg(format('"%s"', l.program_id), ', ' order by l.program_id) into wrong
    from jsonb_each(by_hand) l (program_id, said)
    where (jsonb_typeof(l.said -> 'reason') = 'string' and btrim(l.said ->> 'reason') <> '') is not true;
    if wrong is not null then
        raise exception 'what is said by hand of % has no reason', wrong
            using errcode = 'invalid_parameter_value',
                  hint = 'Give the reason: {"roofs": {"amount": 9000, "reason": "the contract"}}.';
    end if;

    select array_agg(p) into todo from proposal_rows(year, money, results.publication, limits, by_hand, named) p;
    select string_agg(format('"%s"', l.program_id), ', ' order by l.program_id) into wrong
    from jsonb_object_keys(by_hand) l (program_id)
    where not exists (select from unnest(todo) t where t.program_id = l.program_id);
    if wrong is not null then
        raise exception 'there is no program % in the budget of %', wrong, year
            using errcode = 'no_data_found',
                  hint = 'What is overall, and revenue, has no money to be proposed; what is new is first added to '
                      || 'program.';
    elsif todo is null then
        raise exception 'there are no programs for a budget of %', year
            using errcode = 'no_data_found',
                  hint = format('Publish the results of %s with its programs, or add programs of %s.',
                                results.fiscal_year, year);
    end if;

    made.scenario := named;
    made.fiscal_year := year;
    made.from_year := results.fiscal_year;
    made.publication := results.publication;
    made.envelope := money;
    select sum(t.recaptured), sum(t.proposed), count(*) into made.recaptured, made.proposed, made.programs
    from unnest(todo) t;
    made.available := money + case when (select s.recapture from setting_of(year) s) = 'available'
                                   then made.recaptured else 0 end;
    made.unallocated := made.available - made.proposed;
    made.rules := application_rules_now(year);
    made.title := coalesce(nullif($7, ''), named);
    made.recorded_at := clock_timestamp();
    made.recorded_by := current_user;
    insert into scenario (scenario, fiscal_year, from_year, publication, envelope, recaptured, available, proposed,
                          unallocated, programs, rules, title)
    select made.scenario, made.fiscal_year, made.from_year, made.publication, made.envelope, made.recaptured,
           made.available, made.proposed, made.unallocated, made.programs, made.rules,
           made.title;
    insert into scenario_ceiling (scenario, unit_id, fiscal_year, ceiling)
    select named, u.unit_id, year, u.ceiling::numeric from jsonb_each_text(limits) u (unit_id, ceiling);
    insert into proposal (program_id, fiscal_year, scenario, unit_id, function_id, scope, result, score, coverage,
        evaluation, rule, effect, percent, merge_into, before, output_id, promised, counted, cost, cost_output, base_by,
        base, asked, wanted, left_over, carry_over, shared, recaptured, rebased, cut, merged, carried, short, growth,
        by_hand, proposed, withheld, short_by, said, responsible, name, why)
    select t.program_id, t.fiscal_year, t.scenario, t.unit_id, t.function_id, t.scope, t.result, t.score, t.coverage,
           t.evaluation, t.rule, t.effect, t.percent, t.merge_into, t.before, t.output_id, t.promised, t.counted,
           t.cost, t.cost_output, t.base_by, t.base, t.asked, t.wanted, t.left_over, t.carry_over, t.shared,
           t.recaptured, t.rebased, t.cut, t.merged, t.carried, t.short, t.growth, t.by_hand, t.proposed, t.withheld,
           t.short_by, t.said, t.responsible, t.name, t.why
    from unnest(todo) t;
    insert into proposal_hold (program_id, fiscal_year, scenario, finding_id, unit_id, from_year, rule, amount)
    select t.program_id, year, named, h.finding_id, t.unit_id, h.of_year, h.rule, h.amount
    from unnest(todo) t
    cross join lateral proposal_holds(t, results.fiscal_year) h
    where t.withheld > 0;
    return query
    select t.program_id, t.result, t.rule, t.effect, t.before, t.base, t.proposed - t.before, t.proposed, t.withheld,
           t.why
    from unnest(todo) t order by t.program_id collate "C";
end
$$;
comment on function propose_budget(integer, numeric, text, integer, jsonb, jsonb, text) is
'Proposes a budget: shares an envelope out over the programs of a year, by the published results of an earlier one (the '
'newest when not given), the rules of application, ceilings of units and amounts by hand. It is kept as a scenario, of '
'which nothing is in force until it is accepted. A row per program. Amounts in the currency of the settings, to the cent.';
