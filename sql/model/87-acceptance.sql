-- Accepting a budget: one of the scenarios becomes what the next year is proposed, in one act, or nothing does

-- what keeps a scenario from being accepted, cheap to ask
create function scenario_acceptable(of_scenario text) returns void
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    zone constant text := coalesce((select min(p.time_zone) from place p), 'UTC');
    s record;
    last record;
    fault record;
begin
    select x.* into s from scenario x where x.scenario = of_scenario;
    select e.* into last from scenario_event e where e.fiscal_year = s.fiscal_year order by e.n desc limit 1;
    if last.event = 'accepted' then
        raise exception '% is accepted already', case when last.scenario = s.scenario
                                                      then format('scenario "%s"', s.scenario)
                                                      else format('the budget of %s', s.fiscal_year) end
            using errcode = 'unique_violation',
                  detail = format('Scenario "%s" was accepted by "%s" on %s.', last.scenario, last.recorded_by,
                                  (last.recorded_at at time zone zone)::date),
                  hint = 'take_back_budget() takes that back, while nothing of it is approved.';
    end if;
    select b.publication, r.publication as replaced_by into fault
    from publication b
    left join publication r on r.replaces = b.publication
    where b.publication = s.publication
        and not exists (select from publication_standing x where x.publication = b.publication);
    if found then
        raise exception 'the results that scenario "%" was made from do not stand', s.scenario
            using errcode = 'object_not_in_prerequisite_state',
                  detail = format('Publication "%s" is %s.', fault.publication,
                                  coalesce('replaced by "' || fault.replaced_by || '"', 'open for a correction')),
                  hint = case when fault.replaced_by is null
                      then 'Close it again (publication_event), or publish the correction and propose again.'
                      else 'Propose again, under another name.' end;
    end if;
    select b.fiscal_year, b.evaluation into fault
    from publication b
    where b.publication = s.publication and (b.fiscal_year <> s.from_year or b.evaluation <> 'effective');
    if found then
        raise exception 'scenario "%" is not made from the effective results of %', s.scenario, s.from_year
            using errcode = 'object_not_in_prerequisite_state',
                  detail = format('Publication "%s" is of evaluation "%s" of %s.', s.publication, fault.evaluation,
                                  fault.fiscal_year),
                  hint = 'propose_budget() makes one that is; give it another name.';
    end if;
    select coalesce(o.key, n.key) as key, o.value is null as is_new, n.value is null as is_gone, k.* into fault
    from jsonb_each(case jsonb_typeof(s.rules) when 'object' then s.rules else '{}' end) o
    full join jsonb_each(application_rules_now(s.fiscal_year)) n on n.key = o.key
    left join lateral (
        select i.key as item, x.was, x.now_is
        from jsonb_object_keys(case when jsonb_typeof(o.value) = 'object' then o.value else '{}' end
                               || case when jsonb_typeof(n.value) = 'object' then n.value else '{}' end) i (key)
        cross join lateral (
            select case jsonb_typeof(o.value -> i.key) when 'number' then trim_scale((o.value ->> i.key)::numeric)::text
                       else o.value ->> i.key end as was,
                   case jsonb_typeof(n.value -> i.key) when 'number' then trim_scale((n.value ->> i.key)::numeric)::text
                       else n.value ->> i.key end as now_is) x
        where o.value -> i.key is distinct from n.value -> i.key
        order by i.key
        limit 1) k on true
    where o.value is distinct from n.value
    order by 1
    limit 1;
    if found then
        raise exception 'the rules have changed since scenario "%" was proposed', s.scenario
            using errcode = 'object_not_in_prerequisite_state',
                  detail = upper(left(fault.key, 1)) || substr(fault.key, 2)
                      || case when fault.is_new then ' was not there.'
                              when fault.is_gone then ' is not in force any more.'
                              when fault.item is null then ' was other.'
                              else format(': %s was %s, and is %s.', fault.item, coalesce(fault.was, 'empty'),
                                          coalesce(fault.now_is, 'empty')) end,
                  hint = 'Propose again, under another name; or set the rule to what it was.';
    end if;
    -- what was looked at is what is accepted
    select count(*) over () as n, p.program_id, p.rule into fault
    from proposal p
    where p.scenario = s.scenario and p.effect = 'reviewed'
        and not exists (select from proposal_answer a
                        where a.program_id = p.program_id and a.fiscal_year = p.fiscal_year and a.scenario = p.scenario
                            and a.kind = 'reviewed')
    order by p.program_id
    limit 1;
    if found then
        raise exception 'scenario "%" has a program that nobody has reviewed', s.scenario
            using errcode = 'check_violation',
                  detail = format('Program "%s", by rule "%s"%s.', fault.program_id, fault.rule,
                                  case when fault.n > 1 then format('; and %s more', fault.n - 1) else '' end),
                  hint = 'Who has looked at it says so: an answer of kind reviewed in proposal_answer.';
    end if;
end
$$;
comment on function scenario_acceptable(text) is
'Raises an error where a scenario cannot be accepted: a budget of its year is, its publication does not stand, the rules '
'of application or settings are no longer those that it was made by, or a program was not reviewed that has to be.';

-- what was decided after it
create function budget_not_approved(of_year integer) returns void
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    fault record;
begin
    select b.program_id, sum(nullif(b.approved, 'NaN')) as approved into fault
    from program_budget b
    where b.fiscal_year = of_year and b.approved is not null
    group by b.program_id
    having sum(nullif(b.approved, 'NaN')) <> 0
    order by b.program_id
    limit 1;
    if found then
        raise exception 'the budget of % is approved: it is not taken back any more', of_year
            using errcode = 'check_violation',
                  detail = format('Program "%s" has an approved budget of %s.', fault.program_id, fault.approved),
                  hint = 'What is approved is changed program by program: adjust_program().';
    end if;
    select e.program_id into fault from stage_standing e
    where e.fiscal_year = of_year and e.stage = 'approved'
    order by e.program_id
    limit 1;
    if found then
        raise exception 'the budget of % is approved: it is not taken back any more', of_year
            using errcode = 'check_violation',
                  detail = format('Program "%s" has entered the stage approved.', fault.program_id),
                  hint = 'A stage that was entered by mistake is taken back first: stage_event.taken_back.';
    end if;
end
$$;
comment on function budget_not_approved(integer) is
'Raises an error where a program of a year has approved money, or has entered the stage approved.';

-- What was taken back of a program that is not there in the year has no ledger to stand in: the scenario says it.
create function acceptance_entries(of_scenario text, of_n integer)
    returns table (program_id text, fiscal_year integer, entry_id text, what text, kind text, amount numeric,
                   from_year integer)
    language sql stable parallel safe rows 1000
begin atomic
    select p.program_id, p.fiscal_year, format('scenario event %s: %s', of_n, k.what), k.what, k.kind, k.amount,
           s.from_year
    from scenario s
    join proposal p on p.scenario = s.scenario
    cross join lateral (values ('carried over', 'carried_over', p.carry_over),
                               ('shared saving', 'carried_over', p.shared),
                               ('recaptured', 'recaptured', p.recaptured)) k (what, kind, amount)
    where s.scenario = of_scenario and k.amount <> 0
        and (k.what <> 'recaptured'
             or exists (select from program g
                        where g.program_id = p.program_id and g.fiscal_year = p.fiscal_year));
end;
comment on function acceptance_entries(text, integer) is
'What the ledger gets of a scenario that is accepted, besides what is proposed: money carried over, shared savings, what '
'is recaptured of programs that are there in the year. The number of the event is in the keys of the entries.';

create function proposed_before(of_scenario text)
    returns table (program_id text, fiscal_year integer, is_there boolean, proposed numeric, before numeric)
    language sql stable parallel safe rows 1000
begin atomic
    select p.program_id, p.fiscal_year, g.program_id is not null, p.proposed, coalesce(l.proposed, 0)
    from proposal p
    join scenario s on s.scenario = p.scenario
    left join program g on g.program_id = p.program_id and g.fiscal_year = p.fiscal_year
    left join (
        select b.program_id, sum(nullif(b.proposed, 'NaN')) as proposed
        from scenario x
        cross join lateral setting_of(x.fiscal_year) c
        join program_budget b on b.fiscal_year = x.fiscal_year and b.proposed is not null
            and coalesce(b.currency, c.currency) = c.currency
        where x.scenario = of_scenario
        group by b.program_id) l on l.program_id = p.program_id
    where s.scenario = of_scenario;
end;
comment on function proposed_before(text) is
'What a scenario proposes for its programs, beside what is proposed for them by the ledger, as results read it, and '
'whether they are there in that year.';

create function acceptance_missing(of_scenario text, of_n integer, of_event text)
    returns table (program_id text, what text, amount numeric, entered numeric)
    language sql stable parallel safe rows 1
begin atomic
    select b.program_id, 'proposed', b.proposed, case when b.is_there then b.before end
    from proposed_before(of_scenario) b
    where of_event = 'accepted' and b.proposed <> b.before
    union all
    select d.program_id, d.what, d.amount, e.amount
    from acceptance_entries(of_scenario, of_n) d
    left join budget_entry e on e.program_id = d.program_id and e.fiscal_year = d.fiscal_year
        and e.entry_id = d.entry_id
    where of_event = 'accepted'
        and (e.kind, e.amount, e.source, e.from_year) is distinct from (d.kind, d.amount, d.what, d.from_year)
    union all
    select e.program_id, k.what, -e.amount, x.amount
    from proposal p
    cross join lateral (values ('proposed'), ('carried over'), ('shared saving'), ('recaptured')) k (what)
    join budget_entry e on e.program_id = p.program_id and e.fiscal_year = p.fiscal_year
        and e.entry_id = format('scenario event %s: %s', of_n - 1, k.what)
    left join budget_entry x on x.program_id = e.program_id and x.fiscal_year = e.fiscal_year
        and x.entry_id = format('scenario event %s: %s', of_n, k.what)
    where of_event = 'taken back' and p.scenario = of_scenario
        and (x.kind, x.amount, x.source, x.from_year) is distinct from (e.kind, -e.amount, e.source, e.from_year);
end;
comment on function acceptance_missing(text, integer, text) is
'What the ledger lacks for an event of a scenario: for accepted the money that it proposes, carries over, shares and takes '
'back; for taken back the same with the sign turned.';

-- What it was made of is what it would be made of now. What is said in words, and who answers, decide about no amount;
-- less is held back where a finding has been rectified since, more where one was made.
create function scenario_changes(of_scenario text)
    returns table (program_id text, item text, was text, now_is text)
    language sql stable parallel safe rows 1
begin atomic
    with now_made as materialized (
        select p.* from scenario s
        cross join lateral (select coalesce(jsonb_object_agg(c.unit_id, c.ceiling), '{}') as ceilings
                            from scenario_ceiling c where c.scenario = s.scenario) c
        cross join lateral (select coalesce(jsonb_object_agg(l.program_id, l.said), '{}') as lines
                            from proposal l where l.scenario = s.scenario and l.said is not null) l
        cross join lateral proposal_rows(s.fiscal_year, s.envelope, s.publication, c.ceilings, l.lines, s.scenario) p
        where s.scenario = of_scenario
    )
    select coalesce(o.program_id, n.program_id), k.item, k.was, k.now_is
    from (select p.* from proposal p where p.scenario = of_scenario) o
    full join now_made n on n.program_id = o.program_id
    left join lateral (
        select a.attname::text as item, x.value ->> 0 as was, y.value ->> 0 as now_is
        from jsonb_each(to_jsonb(o)) x
        join jsonb_each(to_jsonb(n)) y on y.key = x.key
        join pg_attribute a on a.attrelid = 'proposal'::regclass and a.attname = x.key
        where x.value <> y.value
            and x.key <> all ('{responsible,name,why,recorded_at,recorded_by}')
            and (x.key <> 'withheld' or n.withheld > o.withheld)
        order by a.attnum
        limit 1) k on o.program_id is not null and n.program_id is not null
    where o.program_id is null or n.program_id is null
        or (o.unit_id, o.function_id, o.scope, o.result, o.score, o.coverage, o.evaluation, o.rule, o.effect, o.percent,
            o.merge_into, o.before, o.output_id, o.promised, o.counted, o.cost, o.cost_output, o.base_by, o.base,
            o.asked, o.wanted, o.left_over, o.carry_over, o.shared, o.recaptured, o.rebased, o.cut, o.merged, o.carried,
            o.short, o.growth, o.by_hand, o.proposed, o.short_by)
            is distinct from (n.unit_id, n.function_id, n.scope, n.result, n.score, n.coverage, n.evaluation, n.rule,
            n.effect, n.percent, n.merge_into, n.before, n.output_id, n.promised, n.counted, n.cost, n.cost_output,
            n.base_by, n.base, n.asked, n.wanted, n.left_over, n.carry_over, n.shared, n.recaptured, n.rebased, n.cut,
            n.merged, n.carried, n.short, n.growth, n.by_hand, n.proposed, n.short_by)
        or n.withheld > o.withheld
    order by 1;
end;
comment on function scenario_changes(text) is
'The programs for which a scenario would propose something else today, and the first figure that differs; no figure '
'where the program has come or gone.';

-- whoever accepts a budget, or takes it back, sees all of it, and enters it in the ledger
create function may_accept(named text) returns scenario
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    s scenario;
begin
    if row_security_active('program'::regclass) then
        raise exception 'a budget is of all programs, and row security hides some from the current role'
            using errcode = 'insufficient_privilege',
                  hint = 'Accept it, or take it back, as the owner of the tables, or as a role with BYPASSRLS.';
    elsif not has_any_column_privilege('scenario_event'::regclass, 'insert') then
        raise exception 'the duty of approving is in other hands'
            using errcode = 'insufficient_privilege',
                  hint = 'bpm.grant_duty gives it.';
    elsif not has_any_column_privilege('budget_entry'::regclass, 'insert') then
        raise exception 'the duty of money is in other hands'
            using errcode = 'insufficient_privilege',
                  detail = 'What is accepted is entered in the ledger.',
                  hint = 'bpm.grant_duty gives it.';
    end if;
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'who accepts a budget, or takes it back, has to see what others have just recorded'
            using errcode = 'invalid_transaction_state',
                  detail = format('The isolation level of the transaction is %s.',
                                  current_setting('transaction_isolation')),
                  hint = 'Do it in a transaction that is READ COMMITTED.';
    end if;
    select x.* into s from scenario x where x.scenario = named;
    if not found then
        raise exception 'there is no scenario "%"', named
            using errcode = 'no_data_found',
                  hint = coalesce((select 'The newest are ' || string_agg(format('"%s"', x.scenario), ', '
                                              order by x.recorded_at desc, x.scenario) || '.'
                                   from (select y.scenario, y.recorded_at from scenario y
                                         order by y.recorded_at desc, y.scenario limit 5) x),
                                  'propose_budget() makes one.');
    end if;
    return s;
end
$$;
comment on function may_accept(text) is
'The scenario of that name; an error where there is none, or where the current role may not accept a budget.';

create function accept_budget(scenario text, reason text default null)
    returns table (what text, programs integer, amount numeric)
    language plpgsql volatile parallel unsafe
    set search_path from current
    set row_security = off
    set datestyle = 'ISO, YMD'
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    named constant text := $1;
    s constant scenario := may_accept($1);
    year constant integer := s.fiscal_year;
    day constant date := least((now() at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date,
                               year_start(s.fiscal_year));
    why constant text := format('scenario "%s" is accepted', $1) || coalesce(': ' || nullif($2, ''), '');
    fault record;
    place integer;
    todo text[];
    ids text[];
begin
    -- whoever accepts a budget of the year at the same time first; and whoever accepts one by the same results: what is
    -- left of their year is given away once. No budget is of a year beyond 9998.
    perform pg_advisory_xact_lock(acceptance_lock(year));
    perform pg_advisory_xact_lock(acceptance_lock(10000 + s.from_year));
    perform scenario_acceptable(named);
    place := coalesce((select max(e.n) from scenario_event e where e.fiscal_year = year), 0) + 1;

    select count(*) over () as n, c.* into fault from scenario_changes(named) c order by c.program_id limit 1;
    if found then
        raise exception 'what scenario "%" was made of has changed', named
            using errcode = 'object_not_in_prerequisite_state',
                  detail = format('Program "%s"', fault.program_id)
                      || case when fault.item is not null
                              then format(': %s was %s, and is %s', fault.item, coalesce(fault.was, 'empty'),
                                          coalesce(fault.now_is, 'empty'))
                              when exists (select from proposal p
                                           where p.scenario = named and p.program_id = fault.program_id)
                              then ' would not be in it any more'
                              else ' would be in it' end
                      || case when fault.n > 1 then format('; and %s more', fault.n - 1) else '' end || '.',
                  hint = 'Propose again, under another name.';
    end if;
    select count(*) as programs, coalesce(sum(p.proposed), 0) as proposed, coalesce(sum(p.recaptured), 0) as recaptured,
           count(*) filter (where p.withheld <> coalesce(h.amount, 0)) as held into fault
    from proposal p
    left join (select x.program_id, sum(x.amount) as amount from proposal_hold x where x.scenario = named
               group by x.program_id) h on h.program_id = p.program_id
    where p.scenario = named;
    if (fault.programs, fault.proposed, fault.recaptured, fault.held, s.available)
        is distinct from (s.programs, s.proposed, s.recaptured, 0, s.envelope
            + case (select c.recapture from setting_of(year) c) when 'lapsed' then 0 else s.recaptured end) then
        raise exception 'scenario "%" does not add up', named
            using errcode = 'object_not_in_prerequisite_state',
                  detail = format('Its %s programs come to %s, and %s are taken back of them; it says %s, %s and %s, '
                                  'of %s that are available.', fault.programs, fault.proposed, fault.recaptured,
                                  s.programs, s.proposed, s.recaptured, s.available)
                      || case when fault.held > 0
                              then format(' Of %s programs something else is held back than it says.', fault.held)
                              else '' end,
                  hint = 'propose_budget() makes a scenario that does; give it another name.';
    end if;

    -- programs, with their targets, that go on and are not there yet
    select array_agg(b.program_id order by b.program_id) into todo
    from proposed_before(named) b
    join proposal p on p.program_id = b.program_id and p.fiscal_year = b.fiscal_year and p.scenario = named
    where not b.is_there and (p.proposed <> 0 or p.carry_over <> 0 or p.shared <> 0);
    if todo is not null then
        if not has_any_column_privilege('program'::regclass, 'insert')
            or not has_column_privilege('indicator'::regclass, 'is_group', 'insert') then
            raise exception 'the duties of programs and targets are in other hands'
                using errcode = 'insufficient_privilege',
                      detail = format('Program "%s" is not there in %s%s.', todo[1], year,
                                      case when cardinality(todo) > 1
                                           then format(', nor are %s more', cardinality(todo) - 1) else '' end),
                      hint = 'bpm.grant_duty gives them; or let roll_forward() take the programs into the year first.';
        end if;
        for y in s.from_year .. year - 1 loop
            select array_agg(p.program_id order by p.program_id) into ids
            from program p
            where p.fiscal_year = y and p.program_id = any (todo)
                and not exists (select from program x where x.program_id = p.program_id and x.fiscal_year = y + 1);
            if ids is not null then
                perform roll_forward_programs(y, ids);
            end if;
        end loop;
    end if;

    -- the ledger: the difference to what is proposed there, and what is left of the year of the results
    insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount, reason, source, from_year)
    select b.program_id, year, format('scenario event %s: proposed', place), 'proposed', day, b.proposed - b.before,
           why, named, s.from_year
    from proposed_before(named) b
    where b.proposed <> b.before;
    insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount, reason, source, from_year,
                              one_off)
    select d.program_id, year, d.entry_id, d.kind, day, d.amount, why, d.what, d.from_year, d.kind = 'carried_over'
    from acceptance_entries(named, place) d;
    select e.program_id into fault
    from budget_entry e
    where e.fiscal_year = year and e.kind in ('proposed', 'carried_over')
        and starts_with(e.entry_id, format('scenario event %s: ', place))
        and not exists (select from program_budget b
                        where b.program_id = e.program_id and b.fiscal_year = e.fiscal_year
                            and b.entry_id = e.entry_id
                            and case e.kind when 'proposed' then b.proposed else b.carried_over end = e.amount)
    order by e.program_id
    limit 1;
    if found then
        raise exception 'the money of program "%" is not in budget_entry', fault.program_id
            using errcode = 'object_not_in_prerequisite_state',
                  detail = 'Results read it through program_budget, where an entry of this act does not show.',
                  hint = 'Let that view have the entries of budget_entry as well; or enter in your ledger what is '
                      || 'proposed, so that nothing has to be entered here.';
    end if;
    -- its guard looks once more whether all of it is there
    insert into scenario_event (fiscal_year, event, scenario, reason)
    values (year, 'accepted', named, nullif($2, ''));

    return query
    select k.what, count(*) filter (where k.counts)::integer, coalesce(sum(k.amount) filter (where k.counts), 0.00)
    from proposal p
    cross join lateral (select exists (select from program g where g.program_id = p.program_id
                                           and g.fiscal_year = p.fiscal_year) as is_there offset 0) g
    cross join lateral (values
        (1, 'proposed', p.proposed, p.proposed <> 0),
        (2, 'carried over', p.carry_over, p.carry_over <> 0),
        (3, 'shared saving', p.shared, p.shared <> 0),
        (4, 'recaptured', p.recaptured, p.recaptured <> 0 and g.is_there),
        (5, 'recaptured, no program to enter it', p.recaptured, p.recaptured <> 0 and not g.is_there),
        (6, 'rolled forward', p.proposed, p.program_id = any (todo))) k (place, what, amount, counts)
    where p.scenario = named
    group by k.place, k.what
    order by k.place;
end
$$;
comment on function accept_budget(text, text) is
'Accepts a scenario as the budget of its year, all of it or nothing: sees that it would be proposed just so today, rolls '
'forward the programs that go on and are not there yet, and enters in the ledger what is proposed, carried over, kept of a '
'saving and recaptured. Says how many programs and how much. An error where a budget of the year is accepted, its '
'publication does not stand, rules or anything else that it was made of have changed, a program was not reviewed that its '
'rule asks it for, or row security hides programs from the current role.';

create function take_back_budget(fiscal_year integer, reason text)
    returns table (what text, programs integer, amount numeric)
    language plpgsql volatile parallel unsafe
    set search_path from current
    set row_security = off
    set datestyle = 'ISO, YMD'
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    year constant integer := $1;
    why constant text := $2;
    named text;
    last record;
    place integer;
begin
    perform pg_advisory_xact_lock(acceptance_lock(year));
    select e.* into last from scenario_event e where e.fiscal_year = year order by e.n desc limit 1;
    if last.event is distinct from 'accepted' then
        raise exception 'no budget of % is accepted', year
            using errcode = 'no_data_found',
                  detail = case when last.event = 'taken back'
                                then format('Scenario "%s" was taken back by "%s".', last.scenario, last.recorded_by)
                                else 'None ever was.' end,
                  hint = 'accept_budget() accepts one.';
    end if;
    named := last.scenario;
    perform may_accept(named);
    if coalesce(why, '') = '' then
        raise exception 'a budget is taken back for a reason'
            using errcode = 'not_null_violation',
                  hint = 'Say in reason why.';
    end if;
    perform budget_not_approved(year);
    place := last.n + 1;
    return query
    with taken as (
        insert into budget_entry as b (program_id, fiscal_year, entry_id, kind, entry_date, amount, reason, source,
                                       from_year, one_off, fund, economic_id, currency)
        select e.program_id, e.fiscal_year, format('scenario event %s: %s', place, k.what), e.kind, e.entry_date,
               -e.amount, format('scenario "%s" is taken back: %s', named, why), e.source, e.from_year, e.one_off,
               e.fund, e.economic_id, e.currency
        from proposal p
        cross join lateral (values ('proposed'), ('carried over'), ('shared saving'), ('recaptured')) k (what)
        join budget_entry e on e.program_id = p.program_id and e.fiscal_year = p.fiscal_year
            and e.entry_id = format('scenario event %s: %s', last.n, k.what)
        where p.scenario = named
        returning b.kind, b.source, b.amount
    )
    select k.what, count(t.amount)::integer, coalesce(sum(t.amount), 0.00)
    from (values (1, 'proposed'), (2, 'carried over'), (3, 'shared saving'), (4, 'recaptured')) k (place, what)
    left join taken t on case k.what when 'proposed' then t.kind = 'proposed' else t.kind <> 'proposed'
        and t.source = k.what end
    group by k.place, k.what
    order by k.place;
    insert into scenario_event (fiscal_year, event, scenario, reason) values (year, 'taken back', named, why);
end
$$;
comment on function take_back_budget(integer, text) is
'Takes back the budget of a year that was accepted, with the reason, while no program of that year has approved money or '
'has entered the stage approved: its entries get their counterparts in the ledger, and another scenario can be accepted. '
'Programs that were rolled forward stay. Says for how many programs, and how much.';
