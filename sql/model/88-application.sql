-- What results did to budgets: what each program had and has, by which result and rule, and whether the money that
-- moved did better

-- What an accepted scenario was made by; without one the newest year that was published.
create function applied_results(of_year integer, as_known timestamptz)
    returns table (publication text, from_year integer, scenario text)
    language sql stable parallel safe rows 1
begin atomic
    select coalesce(s.publication, r.publication), coalesce(s.from_year, r.fiscal_year), s.scenario
    from (select least(greatest(of_year, 0), 9999) as year) y
    left join lateral scenario_in_force(y.year, as_known) s on true
    left join lateral (
        select p.publication, p.fiscal_year from publication p
        where p.evaluation = 'effective' and p.fiscal_year < y.year and p.published_at <= as_known
            and not exists (select from publication n
                            where n.replaces = p.publication and n.published_at <= as_known)
        order by p.fiscal_year desc, p.n desc
        limit 1) r on true
    where s.scenario is not null or r.publication is not null
    limit 1;
end;
comment on function applied_results(integer, timestamptz) is
'The published results that were there for the budget of a year: those of the scenario that was accepted for it, else '
'of the newest published year before it.';

-- One is enough, and where there is one the first programs of the year tell.
create function has_budget(of_year integer, on_day date, as_known timestamptz) returns boolean
    language plpgsql stable parallel safe cost 10000
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
begin
    perform 1
    from (select p.program_id, p.fiscal_year from program p where p.fiscal_year = of_year offset 0) p
    cross join lateral (
        select from program_budget b
        where b.program_id = p.program_id and b.fiscal_year = p.fiscal_year
            and b.approved > 0 and b.entry_date <= on_day
            and (b.recorded_at > as_known) is not true
        limit 1) b
    limit 1;
    return found;
end
$$;
comment on function has_budget(integer, date, timestamptz) is
'Whether some program has an approved budget in a year, on a day and as known at a time.';

-- Results of the upper half of a scale are good; of a scale of three the best. What moves by a tenth or less is prices.
create function moved_against(moved numeric, before numeric, result_rank integer, ranks integer) returns boolean
    language sql immutable parallel safe
    return case when result_rank * 2 <= ranks then moved < -before / 10
                when result_rank >= ranks then moved > before / 10
                else false end;
comment on function moved_against(numeric, numeric, integer, integer) is
'Whether money moved against a result: a rating of the upper half of its scale lost more than a tenth of what it had, '
'or the worst rating, or what was not demonstrated, got more than a tenth on top.';

select bpm.define_result('application_program',
'One row per expenditure program with money of its own and budget year: the published result that was there for the '
'budget, what was approved before and after, what moved, by which rule, and what it scored then. With what went to '
'nothing.', $$
with known_scale as materialized (
    -- of what is published the text is kept: a scale that is not there any more has no half
    select s.scale::text as scale, min(rank_below(s.scale)) - 1 as ranks
    from (select s.scale from setting s union all select f.scale from framework f where f.scale is not null) s
    group by s.scale::text
), budget_year as materialized (
    -- the three budgets after a publication, as far as it was the newest: what is not in one of them went to nothing
    select r.publication, r.fiscal_year as from_year, y.fiscal_year, a.scenario, b.is_approved
    from @day d
    join publication r on r.evaluation = 'effective' and r.published_at <= d.known
        and r.fiscal_year between 0 and 9995
    cross join lateral generate_series(r.fiscal_year + 1, r.fiscal_year + 3) y (fiscal_year)
    join lateral applied_results(y.fiscal_year, d.known) a on a.publication = r.publication
    cross join lateral (select has_budget(y.fiscal_year, d.day, d.known) as is_approved offset 0) b
    where b.is_approved or a.scenario is not null
), line as (
    select p.program_id, p.fiscal_year, p.unit_id, p.name, a.publication, a.from_year, a.scenario,
           m.approved, p.day, p.known, p.ends_on
    from @program_state p
    cross join lateral program_money(p, p.money_until) m
    left join lateral applied_results(p.fiscal_year, p.known) a on true
    where not p.is_revenue and not p.is_overall
        and (m.approved <> 0 or m.proposed <> 0
             or p.fiscal_year in (select g.fiscal_year from budget_year g)
                 and exists (select from publication_program r
                             where r.program_id = p.program_id and r.fiscal_year = a.from_year
                                 and r.publication = a.publication and r.approved > 0))
    union all
    select r.program_id, g.fiscal_year, r.unit_id, r.name, g.publication, g.from_year, g.scenario,
           0, d.day, d.known, d.day
    from @day d
    cross join publication_program r
    join budget_year g on g.publication = r.publication and g.from_year = r.fiscal_year
    where r.is_revenue = 0 and r.is_overall = 0 and r.approved > 0
        and not exists (select from program p where p.program_id = r.program_id and p.fiscal_year = g.fiscal_year)
)
select l.program_id, l.fiscal_year, l.unit_id, l.from_year, b.score::numeric(20,8) as published_score,
       k.result_rank, b.approved::numeric(38,2) as approved_before, l.approved::numeric(38,2) as approved_after,
       c.change::numeric(38,2) as change,
       (case when b.approved > 0 and abs(c.change / b.approved) < 1e30
             then 100 * c.change / b.approved end)::numeric(38,4) as change_rate,
       q.percent::numeric(20,8) as percent, q.cut::numeric(38,2) as cut, q.merged::numeric(38,2) as merged,
       q.growth::numeric(38,2) as growth, q.proposed::numeric(38,2) as proposed,
       (case when x.program_id is not null then coalesce(w.withheld, 0) end)::numeric(38,2) as withheld,
       (case when x.program_id is not null then coalesce(w.held, 0) end)::numeric(38,2) as held,
       v.moved::numeric(38,2) as moved,
       coalesce(moved_against(v.in_all, b.approved, k.result_rank, k.ranks), false)::integer as against_result,
       n.score::numeric(20,8) as next_score, b.result, q.rule, q.effect, l.publication, l.scenario,
       coalesce(q.responsible, answers_on(l.program_id, l.from_year, b.closes_on),
                answers_on(l.program_id, l.fiscal_year, least(l.day, l.ends_on))) as responsible,
       u.name as unit_name, l.name
from line l
join unit u on u.unit_id = l.unit_id
left join publication_program r on r.program_id = l.program_id and r.fiscal_year = l.from_year
    and r.publication = l.publication
left join known_scale s on s.scale = r.scale
left join proposal x on x.program_id = l.program_id and x.fiscal_year = l.fiscal_year and x.scenario = l.scenario
cross join lateral (
    -- what was there already, and not yet when the results were published, has no amount of that year
    select case when r.program_id is not null then coalesce(nullif(r.approved, 'NaN'), 0)
                when l.publication is not null and not e.earlier then 0 end as approved,
           nullif(r.score, 'NaN') as score, r.closes_on,
           case when r.program_id is not null then coalesce(r.rating, 'unrated')
                when l.publication is null then 'not published'
                when e.earlier then 'running' else 'new' end as result
    from (select exists (select from program o
                         where o.program_id = l.program_id and o.fiscal_year < l.fiscal_year
                             and o.fiscal_year >= l.from_year) as earlier
          offset 0) e) b
cross join lateral (
    -- a rating that was set by hand has no place in a scale, unless it says that nothing was demonstrated
    select s.ranks,
           case when r.rating_rank is null and is_not_demonstrated(r.rating) then s.ranks + 1
                else r.rating_rank end as result_rank) k
cross join lateral (
    select nullif(x.percent, 'NaN') as percent, nullif(x.cut, 'NaN') as cut, nullif(x.merged, 'NaN') as merged,
           nullif(x.growth, 'NaN') as growth, nullif(x.proposed, 'NaN') as proposed, x.rule, x.effect,
           x.responsible) q
left join budget_year y on y.fiscal_year = l.fiscal_year
-- while nothing at all is approved for the year, nothing has changed
cross join lateral (select case when l.approved <> 0 or y.is_approved then l.approved - b.approved end as change) c
cross join lateral (
    -- what the rules moved, as far as it was approved so; with what was approved otherwise it may be against the result
    select case when x.program_id is null then c.change
                when m.moved < 0 then least(m.moved + greatest(m.otherwise, 0), 0)
                else greatest(m.moved + least(m.otherwise, 0), 0) end as moved,
           case when x.program_id is null then c.change else m.moved + m.otherwise end as in_all
    from (select coalesce(q.cut, 0) + coalesce(q.merged, 0) + coalesce(q.growth, 0) as moved,
                 case when l.approved <> 0 or y.is_approved then l.approved - coalesce(q.proposed, 0)
                      else 0 end as otherwise) m) v
left join lateral (
    select sum(h.withheld) as withheld, sum(h.held) as held from @withheld_result h
    where h.program_id = x.program_id and h.fiscal_year = x.fiscal_year and h.scenario = x.scenario
    group by h.program_id) w on true
left join lateral (
    select nullif(s.score, 'NaN') as score
    from publication_program s
    join publication p on p.publication = s.publication and p.evaluation = 'effective'
        and p.published_at <= l.known
    where s.program_id = l.program_id and s.fiscal_year = l.fiscal_year
        and not exists (select from publication z where z.replaces = p.publication and z.published_at <= l.known)
    order by p.n desc
    limit 1) n on true
$$);

select bpm.define_result('application_result',
'One row per budget year and published result: what its programs had and have, what moved away and to them, and what '
'the money that moved scored before and after.', $$
select a.fiscal_year, a.result, min(a.result_rank) as result_rank, count(*)::integer as programs,
       sum(a.approved_before)::numeric(38,2) as approved_before, sum(a.approved_after)::numeric(38,2) as approved_after,
       sum(a.change)::numeric(38,2) as change, sum(m.away)::numeric(38,2) as moved_away,
       sum(m.towards)::numeric(38,2) as moved_to, sum(a.against_result)::integer as against_results,
       sum(m.away) filter (where a.published_score is not null)::numeric(38,2) as away_scored,
       sum(m.away * a.published_score)::numeric(60,16) as away_sum,
       round(sum(m.away * a.published_score)
             / nullif(sum(m.away) filter (where a.published_score is not null), 0), 8)::numeric(20,8) as away_score,
       sum(m.away) filter (where a.next_score is not null)::numeric(38,2) as away_next_scored,
       sum(m.away * a.next_score)::numeric(60,16) as away_next_sum,
       round(sum(m.away * a.next_score)
             / nullif(sum(m.away) filter (where a.next_score is not null), 0), 8)::numeric(20,8) as away_next_score,
       sum(m.towards) filter (where a.published_score is not null)::numeric(38,2) as to_scored,
       sum(m.towards * a.published_score)::numeric(60,16) as to_sum,
       round(sum(m.towards * a.published_score)
             / nullif(sum(m.towards) filter (where a.published_score is not null), 0), 8)::numeric(20,8) as to_score,
       sum(m.towards) filter (where a.next_score is not null)::numeric(38,2) as to_next_scored,
       sum(m.towards * a.next_score)::numeric(60,16) as to_next_sum,
       round(sum(m.towards * a.next_score)
             / nullif(sum(m.towards) filter (where a.next_score is not null), 0), 8)::numeric(20,8) as to_next_score,
       min(a.from_year) as from_year
from @application_program a
cross join lateral (
    select greatest(-coalesce(a.moved, 0), 0) as away, greatest(coalesce(a.moved, 0), 0) as towards) m
group by a.fiscal_year, a.result
$$);
do $do$
begin
    comment on column application_program.from_year is
    'The fiscal year whose published results were there for the budget: of the accepted scenario, else the newest.';
    comment on column application_program.change is
    'approved_after less approved_before; empty while nothing is approved for the year.';
    comment on column application_program.moved is
    'Money that moved because of the result, signed: cut + merged + growth of the accepted scenario, as far as it was '
    'approved so; without one the change.';
    comment on column application_program.percent is 'By how many percent its rule cuts it or merges less.';
    comment on column application_program.cut is 'What the accepted scenario takes by its rule.';
    comment on column application_program.proposed is 'New money that the accepted scenario proposes.';
    comment on column application_program.withheld is 'How much of that was held back when it was accepted.';
    comment on column application_program.effect is 'What the rule does, as in application_rule.';
    comment on column application_program.scenario is 'The scenario that was accepted.';
    comment on column application_program.rule is 'The rule by which the accepted scenario decided about it.';
    comment on column application_program.growth is
    'What it gets in the accepted scenario beyond its base, of money that was freed.';
    comment on column application_program.responsible is
    'Who answered for the effect when the result was closed, as the scenario has it; else who answers for the program.';
    comment on column application_program.publication is 'The publication that the result is from.';
    comment on column application_result.from_year is
    'The fiscal year whose published results were there for the budget.';
    comment on column application_result.change is 'approved_after less approved_before, where both are there.';
end
$do$;
