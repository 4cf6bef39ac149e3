-- The next budget, side by side: what each scenario proposes, where its money comes from and goes, how two differ, and
-- what it would take

create function finite(amount numeric) returns numeric
    language sql immutable parallel safe
    return case when abs(amount) < 1e36 then amount end;
comment on function finite(numeric) is 'A number, as long as it fits into a column of money; NaN fits into none.';

create function signed(amount numeric) returns text
    language sql immutable parallel safe
    return case when amount > 0 then '+' || amount::text when amount < 0 then amount::text end;
comment on function signed(numeric) is 'A difference with its sign; NULL where there is none.';

create function rule_words(rule text, effect text, percent numeric) returns text
    language sql immutable parallel safe
    return case when rule is null then '' else '"' || rule || '": ' end || effect
        || coalesce(' by ' || trim_scale(percent)::text || ' %', '');
comment on function rule_words(text, text, numeric) is 'A rule of application and what it does, in words.';

-- What a scenario holds was recorded with it, row after row: it is known as a whole, or not yet.
select bpm.define_result('scenario_total',
'One row per scenario of a budget: the money that it shares out, what it proposes for all programs, what is left, and '
'whether it is accepted.', $$
select s.scenario, s.fiscal_year, s.from_year, (e.scenario is not null)::integer as accepted, s.programs,
       finite(s.envelope)::numeric(20,2) as envelope, finite(s.recaptured)::numeric(38,2) as recaptured,
       finite(s.available)::numeric(38,2) as available, finite(s.proposed)::numeric(38,2) as proposed,
       finite(s.unallocated)::numeric(38,2) as unallocated, s.recorded_on, e.recorded_on as accepted_on, s.publication,
       s.recorded_by, e.recorded_by as accepted_by, e.reason, s.title
from (select s.*, (s.recorded_at at time zone d.zone)::date as recorded_on, d.zone, d.known, d.before
      from @day d
      join scenario s on s.recorded_at <= d.known and s.recorded_at < d.before) s
-- the last event of the year says which is in force
left join lateral (
    select x.scenario, x.recorded_by, x.reason, (x.recorded_at at time zone s.zone)::date as recorded_on
    from (select x.* from scenario_event x
          where x.fiscal_year = s.fiscal_year and x.recorded_at <= s.known and x.recorded_at < s.before
          order by x.n desc
          limit 1) x
    where x.scenario = s.scenario and x.event = 'accepted') e on true
$$);

select bpm.define_result('scenario_result',
'One row per program and scenario of a budget, side by side: each step from what was approved before to what is '
'proposed, the rule and what it does, who answered for the effect, and what was answered.', $$
select p.program_id, p.fiscal_year, p.scenario, p.unit_id, p.function_id, p.scope, s.accepted,
       finite(p.before)::numeric(38,2) as before, finite(p.base)::numeric(38,2) as base,
       finite(p.asked)::numeric(38,2) as asked, finite(p.wanted)::numeric(38,2) as wanted,
       finite(p.rebased)::numeric(38,2) as rebased, finite(p.cut)::numeric(38,2) as cut,
       finite(p.merged)::numeric(38,2) as merged, finite(p.carried)::numeric(38,2) as carried,
       finite(p.short)::numeric(38,2) as short, finite(p.growth)::numeric(38,2) as growth,
       finite(p.by_hand)::numeric(38,2) as by_hand, finite(p.proposed)::numeric(38,2) as proposed,
       finite(p.proposed - p.before)::numeric(38,2) as change, finite(p.withheld)::numeric(38,2) as withheld,
       finite(p.left_over)::numeric(38,2) as left_over, finite(p.carry_over)::numeric(38,2) as carry_over,
       finite(p.shared)::numeric(38,2) as shared, finite(p.recaptured)::numeric(38,2) as recaptured,
       finite(p.proposed + p.carry_over + p.shared)::numeric(38,2) as total,
       finite(y.approved)::numeric(38,2) as approved_last_year,
       case when abs(p.promised) < 1e30 then p.promised end::numeric(38,8) as promised,
       case when abs(p.counted) < 1e30 then p.counted end::numeric(38,8) as counted,
       finite(p.cost)::numeric(38,2) as cost,
       case when abs(p.cost_output) < 1e30 then p.cost_output end::numeric(38,8) as cost_output,
       finite(p.score)::numeric(20,8) as score, finite(p.coverage)::numeric(20,8) as coverage,
       finite(p.percent)::numeric(20,8) as percent, a.answered_on, p.result, p.rule, p.effect, p.merge_into, p.base_by,
       p.output_id, p.short_by, p.evaluation, p.why, p.responsible, a.answer_kind, a.answer, a.answered_by,
       s.title, u.name as unit_name, p.name
from proposal p
join @scenario_total s on s.scenario = p.scenario and s.fiscal_year = p.fiscal_year
cross join @day d
left join lateral (
    select x.kind as answer_kind, x.text as answer, x.recorded_by as answered_by,
           (x.recorded_at at time zone d.zone)::date as answered_on
    from proposal_answer x
    where x.program_id = p.program_id and x.fiscal_year = p.fiscal_year and x.scenario = p.scenario
        and x.recorded_at <= d.known and x.recorded_at < d.before
    order by x.n desc
    limit 1) a on true
cross join lateral (
    select coalesce(sum(nullif(b.approved, 'NaN')), 0) as approved
    from setting_of(p.fiscal_year) c
    join program_budget b on b.program_id = p.program_id and b.fiscal_year = p.fiscal_year - 1
        and b.entry_date <= d.day and (b.recorded_at > d.known) is not true
        and coalesce(b.currency, c.currency) = c.currency) y
left join unit u on u.unit_id = p.unit_id
$$);

-- What a node has of its own is computed for the nodes that are asked for only, as in node_result.
select bpm.define_result('scenario_node',
'One row per scenario of a budget and node of a tree (all, unit, function), with everything below it in that year: what '
'was approved before, each step, what is proposed, and for a unit its ceiling.',
replace(replace($$
with total as (
    select 'unit'::text as tree, x.*
    from (
        select a.ancestor_id as id, o.fiscal_year, o.scenario, %sums%
        from node_above a
        cross join lateral (
            select p.fiscal_year, p.scenario, %own%
            from proposal p
            where p.unit_id = a.id
            group by p.fiscal_year, p.scenario) o
        where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year
        group by a.ancestor_id, o.fiscal_year, o.scenario) x
    union all
    select 'function', x.*
    from (
        select a.ancestor_id as id, o.fiscal_year, o.scenario, %sums%
        from (select coalesce(p.function_id, 'unclassified') as id, p.fiscal_year, p.scenario, %own%
              from proposal p
              group by coalesce(p.function_id, 'unclassified'), p.fiscal_year, p.scenario) o
        join node_above a on a.tree = 'function' and a.id = o.id and o.fiscal_year between a.from_year and a.to_year
        group by a.ancestor_id, o.fiscal_year, o.scenario) x
    union all
    select 'all', x.*
    from (
        select 'all', p.fiscal_year, p.scenario, %own%
        from proposal p
        group by p.fiscal_year, p.scenario) x
)
select t.tree, t.id, t.fiscal_year, t.scenario, s.accepted, t.programs::integer as programs,
       finite(t.before)::numeric(38,2) as before, finite(t.base)::numeric(38,2) as base,
       finite(t.rebased)::numeric(38,2) as rebased, finite(t.cut)::numeric(38,2) as cut,
       finite(t.merged)::numeric(38,2) as merged, finite(t.carried)::numeric(38,2) as carried,
       finite(t.short)::numeric(38,2) as short, finite(t.growth)::numeric(38,2) as growth,
       finite(t.by_hand)::numeric(38,2) as by_hand, finite(t.proposed)::numeric(38,2) as proposed,
       finite(t.proposed - t.before)::numeric(38,2) as change, finite(t.withheld)::numeric(38,2) as withheld,
       finite(t.left_over)::numeric(38,2) as left_over, finite(t.carry_over)::numeric(38,2) as carry_over,
       finite(t.shared)::numeric(38,2) as shared, finite(t.recaptured)::numeric(38,2) as recaptured,
       finite(t.proposed + t.carry_over + t.shared)::numeric(38,2) as total,
       finite(c.ceiling)::numeric(20,2) as ceiling, finite(c.ceiling - t.proposed)::numeric(38,2) as room,
       t.priority_programs::integer as priority_programs,
       t.assured_programs::integer as assured_programs, t.cut_programs::integer as cut_programs,
       t.cancelled_programs::integer as cancelled_programs, t.merged_programs::integer as merged_programs,
       t.reviewed_programs::integer as reviewed_programs, t.ended_programs::integer as ended_programs,
       t.refused_programs::integer as refused_programs, t.short_programs::integer as short_programs,
       t.withheld_programs::integer as withheld_programs, n.parent_id, s.title,
       case t.tree when 'unit' then u.name when 'function' then coalesce(f.name, t.id) else t.id end as name
from total t
join @scenario_total s on s.scenario = t.scenario and s.fiscal_year = t.fiscal_year
left join scenario_ceiling c on t.tree = 'unit' and c.scenario = t.scenario and c.unit_id = t.id
left join unit u on t.tree = 'unit' and u.unit_id = t.id
left join function_code f on t.tree = 'function' and f.function_id = t.id
left join lateral (
    select a.ancestor_id as parent_id from node_above a
    where a.tree = t.tree and a.id = t.id and a.distance = 1 and t.fiscal_year between a.from_year and a.to_year
    order by a.ancestor_id
    limit 1) n on true
$$, '%own%', $$
            count(*) as programs, sum(p.before) as before, sum(p.base) as base, sum(p.rebased) as rebased,
            sum(p.cut) as cut, sum(p.merged) as merged, sum(p.carried) as carried, sum(p.short) as short,
            sum(p.growth) as growth, sum(p.by_hand) as by_hand, sum(p.proposed) as proposed,
            sum(p.carry_over) as carry_over, sum(p.shared) as shared, sum(p.withheld) as withheld,
            sum(p.left_over) as left_over, sum(p.recaptured) as recaptured,
            count(*) filter (where p.effect = 'priority') as priority_programs,
            count(*) filter (where p.effect = 'assured') as assured_programs,
            count(*) filter (where p.effect = 'cut') as cut_programs,
            count(*) filter (where p.effect = 'cancelled') as cancelled_programs,
            count(*) filter (where p.effect = 'merged') as merged_programs,
            count(*) filter (where p.effect = 'reviewed') as reviewed_programs,
            count(*) filter (where p.effect = 'ended') as ended_programs,
            count(*) filter (where p.effect = 'refused') as refused_programs,
            count(*) filter (where p.short < 0) as short_programs,
            count(*) filter (where p.withheld > 0) as withheld_programs$$), '%sums%', $$
            sum(o.programs) as programs, sum(o.before) as before, sum(o.base) as base, sum(o.rebased) as rebased,
            sum(o.cut) as cut, sum(o.merged) as merged, sum(o.carried) as carried, sum(o.short) as short,
            sum(o.growth) as growth, sum(o.by_hand) as by_hand, sum(o.proposed) as proposed,
            sum(o.carry_over) as carry_over, sum(o.shared) as shared, sum(o.withheld) as withheld,
            sum(o.left_over) as left_over, sum(o.recaptured) as recaptured,
            sum(o.priority_programs) as priority_programs, sum(o.assured_programs) as assured_programs,
            sum(o.cut_programs) as cut_programs, sum(o.cancelled_programs) as cancelled_programs,
            sum(o.merged_programs) as merged_programs, sum(o.reviewed_programs) as reviewed_programs,
            sum(o.ended_programs) as ended_programs, sum(o.refused_programs) as refused_programs,
            sum(o.short_programs) as short_programs, sum(o.withheld_programs) as withheld_programs$$));

-- Two accounts, and what stands beside them. From = to: the envelope and what is taken back are proposed, left over, or
-- lapse. The steps lead from what was approved before to what is proposed; what frees money is below 0.
select bpm.define_result('scenario_flow',
'Where the money of a scenario comes from and goes, in a fixed order: from (envelope, recaptured) = to (proposed, '
'unallocated, lapsed); the steps from what was approved before sum to what is proposed; kept stands beside the envelope.', $$
select s.scenario, v.item, s.fiscal_year, v.sort, s.accepted, coalesce(v.programs, 0)::integer as programs,
       finite(coalesce(v.amount, 0))::numeric(38,2) as amount, v.side, v.what, s.title
from @scenario_total s
left join lateral (
    select count(*) as programs, sum(p.before) as before, sum(p.proposed) as proposed, sum(p.carried) as carried,
           sum(p.shared) as shared, sum(p.carry_over) as carry_over,
           count(*) filter (where p.before <> 0) as before_programs,
           count(*) filter (where p.proposed <> 0) as proposed_programs,
           count(*) filter (where p.carried <> 0) as carried_programs,
           count(*) filter (where p.shared <> 0) as shared_programs,
           count(*) filter (where p.carry_over <> 0) as carry_over_programs,
           count(*) filter (where p.recaptured <> 0) as recaptured_programs,
           sum(p.rebased) filter (where p.effect = 'ended') as ended,
           count(*) filter (where p.effect = 'ended' and p.rebased <> 0) as ended_programs,
           sum(p.rebased) filter (where p.effect <> 'ended' and p.rebased < 0) as lower,
           count(*) filter (where p.effect <> 'ended' and p.rebased < 0) as lower_programs,
           sum(p.rebased) filter (where p.effect <> 'ended' and p.rebased > 0) as higher,
           count(*) filter (where p.effect <> 'ended' and p.rebased > 0) as higher_programs,
           sum(p.cut) filter (where p.effect <> 'cancelled') as cut,
           count(*) filter (where p.effect <> 'cancelled' and p.cut <> 0) as cut_programs,
           sum(p.cut) filter (where p.effect = 'cancelled') as cancelled,
           count(*) filter (where p.effect = 'cancelled' and p.cut <> 0) as cancelled_programs,
           sum(p.merged) filter (where p.merged < 0) as merged,
           count(*) filter (where p.merged < 0) as merged_programs,
           sum(p.merged) filter (where p.merged > 0) as taken_over,
           count(*) filter (where p.merged > 0) as taken_over_programs,
           sum(p.by_hand) filter (where p.by_hand < 0) as less_by_hand,
           count(*) filter (where p.by_hand < 0) as less_programs,
           sum(p.short) filter (where p.short_by ~ 'the envelope$' is not true) as under_ceilings,
           count(*) filter (where p.short_by ~ 'the envelope$' is not true and p.short <> 0) as ceiling_programs,
           sum(p.short) filter (where p.short_by ~ 'the envelope$') as short,
           count(*) filter (where p.short_by ~ 'the envelope$' and p.short <> 0) as short_programs,
           sum(p.growth) filter (where p.result <> 'new') as growth,
           count(*) filter (where p.result <> 'new' and p.growth <> 0) as growth_programs,
           sum(p.growth) filter (where p.result = 'new') as new,
           count(*) filter (where p.result = 'new' and p.growth <> 0) as new_programs,
           sum(p.by_hand) filter (where p.by_hand > 0) as more_by_hand,
           count(*) filter (where p.by_hand > 0) as more_programs
    from proposal p
    where p.scenario = s.scenario and p.fiscal_year = s.fiscal_year
    group by p.scenario) t on true
cross join lateral (values
    (11, 'envelope', 'from', s.envelope, null, 'The envelope: new money'),
    (12, 'recaptured', 'from', s.recaptured, t.recaptured_programs,
     format('Taken back: what was not used in %s', s.from_year)),
    (21, 'before', 'step', t.before, t.before_programs, 'What was approved before, and recurs'),
    (22, 'ended', 'step', t.ended, t.ended_programs, 'Freed: programs that are no longer there'),
    (23, 'base lower', 'step', t.lower, t.lower_programs, 'Freed: bases below what was approved'),
    (24, 'base higher', 'step', t.higher, t.higher_programs, 'Given: bases above what was approved'),
    (25, 'cut', 'step', t.cut, t.cut_programs, 'Freed: cut by rules'),
    (26, 'cancelled', 'step', t.cancelled, t.cancelled_programs, 'Freed: cancelled by rules'),
    (27, 'merged', 'step', t.merged, t.merged_programs, 'Freed: programs that were merged into others'),
    (28, 'taken over', 'step', t.taken_over, t.taken_over_programs,
     'Given: to the programs that they were merged into'),
    (29, 'carried', 'step', t.carried, t.carried_programs, 'Freed: paid by money that programs bring along'),
    (30, 'ceilings', 'step', t.under_ceilings, t.ceiling_programs, 'Not there: under the ceilings of units'),
    (31, 'short', 'step', t.short, t.short_programs, 'Not there: the envelope does not reach'),
    (32, 'less by hand', 'step', t.less_by_hand, t.less_programs, 'Freed: less by hand than by the rules'),
    (33, 'more by hand', 'step', t.more_by_hand, t.more_programs, 'Given: more by hand than by the rules'),
    (34, 'growth', 'step', t.growth, t.growth_programs, 'Given: growth of priority programs'),
    (35, 'new', 'step', t.new, t.new_programs, 'Given: new programs'),
    (36, 'not shown', 'step', s.proposed - coalesce(t.proposed, 0),
     greatest(s.programs - coalesce(t.programs, 0), 0),
     'Programs that are not shown to this role'),
    (41, 'proposed', 'to', s.proposed, t.proposed_programs, 'Proposed'),
    (42, 'unallocated', 'to', s.unallocated, null, 'Left: no claim, or too little for what is new'),
    (43, 'lapsed', 'to', s.recaptured + s.envelope - s.available, null,
     'Lapsed: taken back, and not there for the next budget'),
    (51, 'shared', 'kept', t.shared, t.shared_programs, 'Beside the envelope: savings that programs keep'),
    (52, 'carry over', 'kept', t.carry_over, t.carry_over_programs,
     format('Beside the envelope: money of %s that programs take along', s.from_year)))
    v (sort, item, side, amount, programs, what)
$$);

-- What a column of proposal means it means here and in sums.
do $do$
declare
    c record;
begin
    for c in
        select v.attrelid::regclass as view, a.attname as name, col_description(a.attrelid, a.attnum) as meaning
        from pg_attribute a
        join pg_attribute v on v.attname = a.attname and v.attnum > 0
            and v.attrelid in ('scenario_result'::regclass, 'scenario_node'::regclass)
        where a.attrelid = 'proposal'::regclass and a.attnum > 0 and not a.attisdropped
    loop
        execute format('comment on column %s.%I is %L', c.view, c.name, c.meaning);
    end loop;
    comment on column scenario_total.fiscal_year is 'The fiscal year of the budget.';
    comment on column scenario_flow.fiscal_year is 'The fiscal year of the budget.';
    comment on column scenario_total.programs is 'Number of programs that it proposes something for.';
    comment on column scenario_total.proposed is 'What is proposed for all programs.';
    comment on column scenario_total.recaptured is
    'What was left of the year of the results, and is taken back from programs.';
    comment on column scenario_total.reason is 'Why it was accepted.';
    comment on column scenario_total.publication is 'The publication of the results.';
    comment on column scenario_total.from_year is 'The fiscal year whose results are applied.';
    comment on column scenario_result.answer is 'What was said last to what is proposed.';
    comment on column scenario_result.answered_on is 'The day on which that was recorded.';
    comment on column scenario_result.change is 'proposed - before.';
    comment on column scenario_result.approved_last_year is
    'What is approved for the year before the budget, on the day, one-off money included: what is decided upon beside it.';
    comment on column scenario_result.total is 'What it can spend: proposed + carry_over + shared.';
    comment on column scenario_node.id is 'The node; all for the whole.';
    comment on column scenario_node.tree is 'The tree: unit, function, or all.';
    comment on column scenario_node.programs is 'Number of programs that something is proposed for.';
    comment on column scenario_node.before is 'What was approved and recurs.';
    comment on column scenario_node.proposed is 'New money that is proposed.';
    comment on column scenario_node.merged is
    'What programs take over from programs that are merged into them, less what those lose: 0 where both are below.';
    comment on column scenario_node.change is 'proposed - before.';
    comment on column scenario_node.total is 'What its programs can spend: proposed + carry_over + shared.';
    comment on column scenario_node.name is 'The name of the node.';
    comment on column scenario_flow.item is
    'Where it comes from, which step it is, or where it goes: in the order of sort.';
    comment on column scenario_flow.programs is
    'Number of programs that have part in it, of those that are seen; 0 where it is not of programs.';
    comment on column scenario_flow.amount is
    'How much; of a step what it adds to what was approved before: below 0 it frees money.';
    comment on column scenario_flow.side is
    'from and to have the same sum; the rows of step sum to what is proposed; kept is money that programs may spend besides.';
    comment on column scenario_flow.what is 'The same in words.';
end
$do$;

create function scenario_named(named text) returns scenario
    language plpgsql stable parallel safe
    set search_path from current
as $$
declare
    found_one scenario;
    others text;
begin
    select s.* into found_one from scenario s where s.scenario = named;
    if not found then
        select string_agg(format('"%s" of %s', x.scenario, x.fiscal_year), ', '
                          order by x.recorded_at desc, x.scenario) into others
        from (select s.* from scenario s order by s.recorded_at desc, s.scenario limit 10) x;
        raise exception 'there is no scenario "%"', named
            using errcode = 'no_data_found',
                  hint = coalesce('The last ones are ' || others || '.', 'propose_budget() makes one.');
    end if;
    return found_one;
end
$$;
comment on function scenario_named(text) is 'A scenario by its name; an error that says which there are.';

-- What the programs of a scenario claim before the envelope is shared out, as its rows say, and what of that is left
-- under the ceilings of units: in the turns and by the order in which proposal_rows() shares out. The ceilings over one
-- program limit nothing: those that would are named, with what they would have to be.
create function scenario_claims(of_scenario scenario, for_program text default null, out programs text[],
                                out turns integer[], out claims numeric[], out limited numeric[],
                                out grown numeric[], out units text[], out ceilings numeric[])
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
    -- nobody knows how many elements an array has, and a plan for few takes all pairs of them
    set enable_nestloop = off
as $$
declare
    own integer;
    -- what is new: by program what it wants, and its place among those that are
    wanted numeric[];
    fresh integer[];
    sizes numeric[];
    -- by ceiling, from the lowest unit up: what is left under it, whether it is over the program, which are below it
    rooms numeric[];
    limits numeric[];
    is_over boolean[];
    below jsonb;
    places integer[];
    parts numeric[];
    total numeric;
    rows_seen integer;
begin
    select array_agg(x.program_id order by x.place), array_agg(x.turn order by x.place),
           array_agg(case when x.turn = 1 then x.proposed else x.claim end order by x.place),
           array_agg(case when x.turn > 1 and x.result <> 'new' and x.effect = 'priority' then x.wanted else 0 end
                     order by x.place),
           array_agg(x.wanted order by x.place),
           array_agg(case when x.base > 0 then x.base else x.wanted end order by x.place),
           array_agg(x.place order by x.score desc nulls last, x.place)
               filter (where x.turn > 1 and x.result = 'new' and x.wanted > 0),
           array_agg(x.unit_id order by x.place), min(x.place) filter (where x.program_id = for_program), count(*)
    into programs, turns, claims, grown, wanted, sizes, fresh, units, own, rows_seen
    from (select p.*, row_number() over (order by p.program_id collate "C")::integer as place,
                 p.before + p.rebased + p.cut + p.merged + p.carried as claim,
                 case when coalesce(p.said ? 'amount', false) or p.by_hand <> 0 then 1
                      when p.effect in ('priority', 'assured') and p.result <> 'new' then 2 else 3 end as turn
          from proposal p
          where p.scenario = of_scenario.scenario and p.fiscal_year = of_scenario.fiscal_year) x;
    if rows_seen <> of_scenario.programs then
        programs := null;
        return;
    end if;
    limited := claims;
    select array_agg(l.unit_id order by l.depth desc, l.unit_id), array_agg(l.ceiling order by l.depth desc, l.unit_id),
           array_agg(l.is_over order by l.depth desc, l.unit_id), jsonb_object_agg(l.unit_id, l.places)
    into units, limits, is_over, below
    from (select s.unit_id, s.ceiling, coalesce(bool_or(g.place = own), false) as is_over,
                 coalesce(jsonb_agg(g.place order by g.place) filter (where g.place is not null), '[]') as places,
                 (select count(*) from node_above n
                  where n.tree = 'unit' and n.id = s.unit_id
                      and s.fiscal_year between n.from_year and n.to_year) as depth
          from scenario_ceiling s
          left join node_above a on a.tree = 'unit' and a.ancestor_id = s.unit_id
              and s.fiscal_year between a.from_year and a.to_year
          left join unnest(units) with ordinality g (unit_id, place) on g.unit_id = a.id
          where s.scenario = of_scenario.scenario
          group by s.scenario, s.unit_id) l;
    rooms := limits;
    for turn in 1 .. 4 loop
        -- what the unit has for it
        for c in 1 .. coalesce(cardinality(units), 0) loop
            select array_agg(x::integer) into places from jsonb_array_elements_text(below -> units[c]) x;
            continue when places is null;
            select sum(v.amount), array_agg(v.amount order by v.n) into total, parts
            from (select case when turn = 4 then grown[i] when turns[i] = turn then limited[i] else 0 end as amount, n
                  from unnest(places) with ordinality u (i, n)) v;
            continue when total <= rooms[c] or is_over[c] or turn < 3;
            -- by what each claims, whatever a lower unit has for it
            parts := bpm.apportion_array(rooms[c],
                (select array_agg(case when turn = 4 then sizes[i] when turns[i] = turn then claims[i] else 0 end
                                  order by n)
                 from unnest(places) with ordinality u (i, n)), null, parts, 2);
            for i in 1 .. cardinality(places) loop
                if turn = 4 then
                    grown[places[i]] := parts[i];
                elsif turns[places[i]] = turn then
                    limited[places[i]] := parts[i];
                end if;
            end loop;
        end loop;
        -- what of that is left
        for c in 1 .. coalesce(cardinality(units), 0) loop
            select rooms[c] - coalesce(sum(case when turn = 4 then grown[x::integer]
                                                when turns[x::integer] = turn then limited[x::integer] end), 0)
            into total
            from jsonb_array_elements_text(below -> units[c]) x;
            rooms[c] := total;
        end loop;
        -- nothing comes after what is asked for
        exit when turn = 3 and coalesce(own <> all (fresh), true);
    end loop;
    if own = any (fresh) then
        -- those that are appraised better come first, whole or not at all
        for f in 1 .. array_position(fresh, own) loop
            continue when exists (
                select from unnest(units, rooms, is_over) u (unit_id, room, is_over)
                where not u.is_over and u.room < wanted[fresh[f]] and below -> u.unit_id @> to_jsonb(fresh[f]));
            grown[fresh[f]] := wanted[fresh[f]];
            for c in 1 .. coalesce(cardinality(units), 0) loop
                if below -> units[c] @> to_jsonb(fresh[f]) then
                    rooms[c] := rooms[c] - wanted[fresh[f]];
                end if;
            end loop;
        end loop;
    end if;
    select coalesce(array_agg(u.unit_id order by u.n), '{}'),
           coalesce(array_agg(u.ceiling - u.room order by u.n), '{}')
    into units, ceilings
    from unnest(units, limits, rooms, is_over) with ordinality u (unit_id, ceiling, room, is_over, n)
    where u.is_over and u.room < 0;
end
$$;
comment on function scenario_claims(scenario, text) is
'What the programs of a scenario claim, in which turn (1 by hand, 2 assured, 3 the others), and what of that fits under the '
'ceilings of units; ceilings over one program that bind, and what they would have to be. Nothing where row security hides '
'some of its programs. Used by scenario_compare and uncut_envelope.';

create function scenario_compare(a text, b text)
    returns table (kind text, program_id text, unit_id text, name text, a_proposed numeric, b_proposed numeric,
                   difference numeric, change text, by_base numeric, by_rule numeric, by_carried numeric,
                   by_ceiling numeric, by_envelope numeric, by_growth numeric, by_hand numeric, a_rule text,
                   b_rule text, a_effect text, b_effect text, why text)
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
    -- nobody knows how many elements an array has, and a plan for few takes all pairs of them
    set enable_nestloop = off
    set jit = off
as $$
#variable_conflict use_column
declare
    one constant scenario := scenario_named($1);
    other constant scenario := scenario_named($2);
    one_claims record;
    other_claims record;
begin
    if one.fiscal_year <> other.fiscal_year then
        raise exception 'scenarios "%" and "%" are for different years', one.scenario, other.scenario
            using errcode = 'invalid_parameter_value',
                  detail = format('"%s" is for the budget of %s, "%s" for that of %s.', one.scenario, one.fiscal_year,
                                  other.scenario, other.fiscal_year),
                  hint = format('Compare two for one year; for %s there are %s, for %s %s.', one.fiscal_year,
                      (select string_agg(format('"%s"', s.scenario), ', ' order by s.scenario) from scenario s
                       where s.fiscal_year = one.fiscal_year), other.fiscal_year,
                      (select string_agg(format('"%s"', s.scenario), ', ' order by s.scenario) from scenario s
                       where s.fiscal_year = other.fiscal_year));
    end if;
    -- a row says itself what it is short by, but not how much by each where that is both
    select c.* into one_claims from scenario_claims(one) c
    where exists (select from proposal p where p.scenario = one.scenario and p.short_by ~ 'ceiling.*the envelope$');
    select c.* into other_claims from scenario_claims(other) c
    where exists (select from proposal p where p.scenario = other.scenario and p.short_by ~ 'ceiling.*the envelope$');
    return query
    with side as (
        select p.*, k.is_b, l.under_ceiling
        from (values (false, one.scenario), (true, other.scenario)) k (is_b, scenario)
        join proposal p on p.scenario = k.scenario and p.fiscal_year = one.fiscal_year
        left join (
            select false as is_b, u.program_id, u.limited - u.claim as under_ceiling
            from unnest(one_claims.programs, one_claims.claims, one_claims.limited) u (program_id, claim, limited)
            union all
            select true, u.program_id, u.limited - u.claim
            from unnest(other_claims.programs, other_claims.claims, other_claims.limited)
                u (program_id, claim, limited)) x on x.is_b = k.is_b and x.program_id = p.program_id
        cross join lateral (
            -- else, and where not all is seen, as it says itself
            select case when p.short = 0 then p.short
                        when x.program_id is not null then greatest(x.under_ceiling, p.short)
                        when p.short_by ~ 'the envelope$' then 0.00
                        else p.short end as under_ceiling) l
    ), pair as (
        select coalesce(q.program_id, p.program_id) as program_id, coalesce(q.unit_id, p.unit_id) as unit_id,
               coalesce(q.name, p.name) as name, p.program_id is not null as in_a, q.program_id is not null as in_b,
               coalesce(p.proposed, 0.00) as a_proposed, coalesce(q.proposed, 0.00) as b_proposed,
               coalesce(q.before + q.rebased, 0) - coalesce(p.before + p.rebased, 0) as by_base,
               coalesce(q.cut + q.merged, 0) - coalesce(p.cut + p.merged, 0) as by_rule,
               coalesce(q.carried, 0) - coalesce(p.carried, 0) as by_carried,
               coalesce(q.under_ceiling, 0) - coalesce(p.under_ceiling, 0) as by_ceiling,
               coalesce(q.short - q.under_ceiling, 0) - coalesce(p.short - p.under_ceiling, 0) as by_envelope,
               coalesce(q.growth, 0) - coalesce(p.growth, 0) as by_growth,
               coalesce(q.by_hand, 0) - coalesce(p.by_hand, 0) as by_hand,
               coalesce(q.shared, 0) - coalesce(p.shared, 0) as shared,
               coalesce(q.carry_over, 0) - coalesce(p.carry_over, 0) as carry_over,
               coalesce(q.withheld, 0) - coalesce(p.withheld, 0) as withheld,
               coalesce(q.recaptured, 0) - coalesce(p.recaptured, 0) as recaptured,
               p.result as a_result, q.result as b_result, p.rule as a_rule, q.rule as b_rule, p.effect as a_effect,
               q.effect as b_effect, p.percent as a_percent, q.percent as b_percent, q.short_by as b_short_by,
               p.unit_id is distinct from q.unit_id as moved
        from (select s.* from side s where not s.is_b) p
        full join (select s.* from side s where s.is_b) q on q.program_id = p.program_id
    ), shown as (
        select 'program' as kind, p.program_id, p.unit_id, p.name,
               case when p.in_a then p.a_proposed end as a_proposed,
               case when p.in_b then p.b_proposed end as b_proposed, p.b_proposed - p.a_proposed as difference,
               p.by_base, p.by_rule, p.by_carried, p.by_ceiling, p.by_envelope, p.by_growth, p.by_hand, p.a_rule,
               p.b_rule, p.a_effect, p.b_effect,
               concat_ws('; ',
                   case when not p.in_a then format('only in "%s"', other.scenario)
                        when not p.in_b then format('only in "%s"', one.scenario) end,
                   case when p.in_a and p.in_b and p.a_result <> p.b_result
                        then format('%s in place of %s', p.b_result, p.a_result) end,
                   case when p.in_a and p.in_b
                             and (p.a_rule is distinct from p.b_rule or p.a_effect <> p.b_effect
                                  or p.a_percent is distinct from p.b_percent)
                        then format('%s in place of %s', rule_words(p.b_rule, p.b_effect, p.b_percent),
                                    rule_words(p.a_rule, p.a_effect, p.a_percent)) end,
                   case when p.in_a and p.in_b and p.moved then 'another unit' end,
                   'base ' || signed(p.by_base), 'by its rule ' || signed(p.by_rule),
                   'by what it brings along ' || signed(p.by_carried), 'under ceilings ' || signed(p.by_ceiling),
                   'by the envelope ' || signed(p.by_envelope),
                   'growth ' || signed(p.by_growth)
                       || coalesce(case when p.by_growth < 0 then ' (' || p.b_short_by || ' does not reach)' end, ''),
                   'by hand ' || signed(p.by_hand), 'of its saving it keeps ' || signed(p.shared),
                   'it takes along ' || signed(p.carry_over), 'taken back ' || signed(p.recaptured),
                   'held back ' || signed(p.withheld)) as why
        from pair p
    )
    select z.kind, z.program_id, z.unit_id, z.name, z.a_proposed, z.b_proposed, z.difference,
           case when z.difference > 0 then 'gains' when z.difference < 0 then 'loses' else 'same' end,
           z.by_base, z.by_rule, z.by_carried, z.by_ceiling, z.by_envelope, z.by_growth, z.by_hand, z.a_rule, z.b_rule,
           z.a_effect, z.b_effect, z.why
    from (select s.* from shown s where s.why <> ''
          union all
          select 'total', null, null, null, coalesce(sum(s.a_proposed), 0), coalesce(sum(s.b_proposed), 0),
                 coalesce(sum(s.difference), 0), coalesce(sum(s.by_base), 0), coalesce(sum(s.by_rule), 0),
                 coalesce(sum(s.by_carried), 0), coalesce(sum(s.by_ceiling), 0), coalesce(sum(s.by_envelope), 0),
                 coalesce(sum(s.by_growth), 0), coalesce(sum(s.by_hand), 0), null, null, null, null,
                 concat_ws('; ', format('%s gain, %s lose', count(*) filter (where s.difference > 0),
                                        count(*) filter (where s.difference < 0)),
                     'envelope ' || signed(other.envelope - one.envelope),
                     'taken back ' || signed(other.recaptured - one.recaptured),
                     'unallocated ' || signed(other.unallocated - one.unallocated))
          from shown s) z
    order by z.kind = 'total', abs(z.difference) desc, z.program_id collate "C";
end
$$;
comment on function scenario_compare(text, text) is
'How scenario b differs from scenario a for the same budget: a row per program of which something differs, the largest '
'difference first; by which step it gains or loses (the steps sum to the difference), and why; the last row is the total.';

create function uncut_envelope(scenario text, program_id text)
    returns table (envelope numeric, ceiling_unit text, ceiling numeric, reason text)
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    of_program constant text := $2;
    made constant scenario := scenario_named($1);
    p proposal;
    c record;
    turn integer;
    claim numeric;
    floors numeric;
    others numeric;
    growth numeric;
    least_envelope numeric;
    claims boolean := false;
    words text;
    examples text;
begin
    select x.* into p from proposal x
    where x.program_id = of_program and x.fiscal_year = made.fiscal_year and x.scenario = made.scenario;
    if not found then
        select string_agg(format('"%s"', x.program_id), ', ' order by x.program_id collate "C") into examples
        from (select y.program_id from proposal y where y.scenario = made.scenario
              order by y.program_id collate "C" limit 5) x;
        raise exception 'there is no program "%" in scenario "%"', of_program, made.scenario
            using errcode = 'no_data_found',
                  hint = coalesce('It has programs such as ' || examples || '.',
                                  'It has none that can be read here.');
    end if;
    select s.* into c from scenario_claims(made, of_program) s;
    if c.programs is null then
        raise exception 'not all programs of scenario "%" can be read here', made.scenario
            using errcode = 'insufficient_privilege',
                  detail = 'What one gets depends on what the others claim.',
                  hint = 'Ask as a role that sees all of them.';
    end if;
    select min(t.turn) filter (where t.program_id = of_program), min(t.claim) filter (where t.program_id = of_program),
           coalesce(sum(t.claim) filter (where t.turn < 3), 0), coalesce(sum(t.limited) filter (where t.turn = 3), 0),
           coalesce(sum(t.grown), 0)
    into turn, claim, floors, others, growth
    from unnest(c.programs, c.turns, c.claims, c.limited, c.grown) t (program_id, turn, claim, limited, grown);
    -- what is taken back is there without the envelope
    least_envelope := floors + made.envelope - made.available;
    if turn = 1 then
        words := format('It is said by hand: it gets %s whatever the envelope. This is the least envelope that the '
                        'scenario admits.', p.proposed);
    elsif p.result = 'new' and p.effect not in ('refused', 'cancelled') and p.wanted > 0 then
        claims := true;
        least_envelope := least_envelope + others + growth;
        words := format('It is new, and gets %s or nothing: with this envelope it gets it, once all that runs has '
                        'what it claims and what was appraised better has what it asks for.', p.wanted);
    elsif p.effect in ('ended', 'refused', 'cancelled') then
        words := format('%s: no envelope gives it anything. This is the least envelope that the scenario admits.',
                        case p.effect when 'ended' then 'There is no such program any more'
                            when 'refused' then 'It is new and has not passed an appraisal'
                            else format('Its rule "%s" cancels it', p.rule) end);
    elsif p.effect = 'merged' then
        words := format('It is merged into "%s", which gets its money. This is the least envelope that the scenario '
                        'admits.', p.merge_into);
    elsif turn = 2 then
        words := 'It is assured, and never cut for others. This is the least envelope that the scenario admits.';
    elsif claim = 0 then
        words := 'It needs no new money. This is the least envelope that the scenario admits.';
    else
        claims := true;
        least_envelope := least_envelope + others;
        words := concat_ws(' ',
            case when p.cut < 0 then format('Its rule "%s" takes %s whatever the envelope: %s is all there is for it.',
                                            p.rule, -p.cut, claim) end,
            'What is not assured shares what is there: with this envelope there is enough for all of it.');
    end if;
    -- who claims nothing more is not held down by a ceiling
    if not claims then
        c.units := '{}';
    end if;
    envelope := greatest(least_envelope, 0);
    if cardinality(c.units) = 0 then
        reason := words;
        return next;
    end if;
    for i in 1 .. cardinality(c.units) loop
        ceiling_unit := c.units[i];
        ceiling := c.ceilings[i];
        reason := format('%s The ceiling of "%s" binds: it is %s, and would have to be %s.', words, c.units[i],
                         (select s.ceiling from scenario_ceiling s
                          where s.scenario = made.scenario and s.unit_id = c.units[i]), c.ceilings[i]);
        return next;
    end loop;
end
$$;
comment on function uncut_envelope(text, text) is
'The least envelope at which a program of a scenario is no longer short of money, all else equal; a row per ceiling that '
'would have to be raised as well, from the lowest unit up, and how far. What a rule takes no envelope gives back: reason '
'says so. With one cent less some program that is not assured is short of a cent, not always this one.';
