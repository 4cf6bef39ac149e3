-- Money that an accepted scenario holds back: what is released, since when. Nothing is written for that: whoever closes
-- the finding, or measures, releases it.

-- As it stood when what is known was known: the last event of the year accepted it.
create function scenario_in_force(of_year integer, as_known timestamptz) returns setof scenario
    language sql stable parallel safe rows 1
begin atomic
    select s.*
    from (select e.scenario, e.event from scenario_event e
          where e.fiscal_year = of_year and e.recorded_at <= as_known
          order by e.n desc
          limit 1) e
    join scenario s on s.scenario = e.scenario and s.fiscal_year = of_year
    where e.event = 'accepted';
end;
comment on function scenario_in_force(integer, timestamptz) is
'The scenario that was accepted for the budget of a year, and not taken back, as far as was known at a time.';

-- In PL/pgSQL, whose plans are kept: there are few holds, and what they wait for is long to plan.
create function release_of(h proposal_hold, on_day date, as_known timestamptz,
                           out status text, out finding text, out due date, out released_on date)
    language plpgsql stable parallel safe cost 10000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
begin
    if h.finding_id <> '' then
        select f.status, f.finding, f.due, case when f.status in ('rectified', 'withdrawn') then f.since end
        into status, finding, due, released_on
        from program_state_at(on_day, as_known) p
        cross join lateral findings_of(p) f
        where p.program_id = h.program_id and p.fiscal_year = h.from_year and f.finding_id = h.finding_id;
        return;
    end if;
    -- the first year that shows a result, by whatever evaluation, once that is closed: a figure of January shows none
    select e.closes_on into released_on
    from program_state_at(on_day, as_known) p
    cross join lateral evaluation_scores(p) e
    where p.program_id = h.program_id and p.fiscal_year >= h.from_year
        and e.closed = 1 and e.score is not null and e.coverage >= e.floor and not e.before_the_event
        -- where somebody says by hand that nothing is demonstrated, measuring alone does not do
        and is_not_demonstrated((
            select r.rating from rating_override r
            where r.program_id = p.program_id and r.fiscal_year = p.fiscal_year and r.valid_from <= p.day
                and r.recorded_at <= p.known
            order by r.valid_from desc, r.recorded_at desc
            limit 1)) is not true
    order by p.fiscal_year, 1
    limit 1;
    status := case when released_on is null then not_demonstrated() else 'demonstrated' end;
end
$$;
comment on function release_of(proposal_hold, date, timestamptz) is
'What became on a day of what money waits for: of its finding once that is rectified or withdrawn, or of the result '
'once an evaluation of that year or a later one is closed at or above its floor of coverage. released_on is empty '
'until then.';

select bpm.define_result('withheld_result',
'One row per program, budget year and reason why the accepted scenario holds money back: how much, what of it is '
'released since when, and what it waits for.', $$
select h.program_id, h.fiscal_year, h.finding_id, h.from_year, h.unit_id, a.amount::numeric(38,2) as withheld,
       (case when r.released_on is not null then a.amount else 0 end)::numeric(38,2) as released,
       (case when r.released_on is null then a.amount else 0 end)::numeric(38,2) as held,
       r.released_on, r.due, r.status, coalesce(r.finding, 'until the result is demonstrated') as reason, h.rule,
       h.scenario, coalesce(q.responsible, answers_on(h.program_id, h.from_year, d.day)) as responsible,
       u.name as unit_name, coalesce(q.name, h.program_id) as name
from @day d
cross join proposal_hold h
join unit u on u.unit_id = h.unit_id
left join proposal q on q.program_id = h.program_id and q.fiscal_year = h.fiscal_year and q.scenario = h.scenario
cross join lateral release_of(h, d.day, d.known) r
cross join lateral (select coalesce(nullif(h.amount, 'NaN'), 0) as amount) a
where exists (select from scenario_in_force(h.fiscal_year, d.known) s where s.scenario = h.scenario)
$$);

select bpm.define_result('unit_withheld',
'One row per unit and budget year with money that is held back, all below it included.', $$
select a.ancestor_id as unit_id, w.fiscal_year, count(distinct w.program_id)::integer as programs,
       count(distinct w.program_id) filter (where w.held > 0)::integer as held_programs,
       sum(w.withheld)::numeric(38,2) as withheld, sum(w.released)::numeric(38,2) as released,
       sum(w.held)::numeric(38,2) as held, u.name
from node_above a
cross join lateral (
    select w.* from @withheld_result w
    where w.unit_id = a.id) w
join unit u on u.unit_id = a.ancestor_id
where a.tree = 'unit' and w.fiscal_year between a.from_year and a.to_year
group by a.ancestor_id, w.fiscal_year, u.name
$$);
do $do$
begin
    comment on column withheld_result.finding_id is
    'The finding that has to be rectified; an empty text: what was not demonstrated has to be measured.';
    comment on column withheld_result.from_year is 'The fiscal year of the finding, or of the result.';
    comment on column withheld_result.withheld is 'How much was held back when the scenario was accepted.';
    comment on column withheld_result.released is 'How much of that nothing hangs on any more.';
    comment on column withheld_result.released_on is
    'The day since which it is released: the finding was accepted as rectified or withdrawn, or a figure brought the '
    'coverage to the floor; empty while it is held.';
    comment on column withheld_result.due is
    'The day by which the finding has to be rectified, as it was last postponed.';
    comment on column withheld_result.status is
    'Of the finding: open, reported, rectified or withdrawn; of a result: not demonstrated or demonstrated.';
    comment on column withheld_result.reason is 'What was found; or that the result has to be demonstrated.';
    comment on column withheld_result.scenario is 'The scenario that was accepted.';
    comment on column withheld_result.rule is 'The rule that holds it back.';
    comment on column withheld_result.responsible is
    'Who answered for the effect, as published; else who answered for the program in the year of the results.';
    comment on column unit_withheld.programs is 'Number of programs of which money was held back.';
    comment on column unit_withheld.withheld is 'How much was held back when the scenario was accepted.';
    comment on column unit_withheld.released is 'How much of that nothing hangs on any more.';
end
$do$;
