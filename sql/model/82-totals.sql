-- True totals for those who do not see all rows

-- What is held back must not follow from what is shown: neither of this publication, nor of all of the year together.
-- Who sees totals can add and subtract them. Units that are shown cut the programs into parts: a unit less all that is
-- shown below it. What can be worked out from one publication is made of whole parts, so each has at least k programs.
-- An earlier publication of the year has other parts: of each of its parts either the programs that are in the new one
-- too or those that are not remain in every difference, so of each new part the smaller of the two, over all earlier
-- parts, are at least k programs together; or it is a part that was shown before.
-- A program that weighs something else, or has a score or money where it had none, would be told by the difference as
-- well: for scores it counts as another one.
create function total_faults(of_publication text, held text[])
    returns table (unit_id text, programs bigint)
    language sql stable parallel safe
begin atomic
    with recursive edition as (
        -- the new one is not in the table publication yet
        with y as (
            select n.fiscal_year, s.suppress_below as k
            from (select min(n.fiscal_year) as fiscal_year from publication_node n
                  where n.publication = of_publication) n
            cross join lateral setting_of(n.fiscal_year) s)
        select of_publication as publication, true as is_new, y.k from y
        union all
        select p.publication, false, y.k
        from y
        join publication p on p.fiscal_year = y.fiscal_year
        where p.publication <> of_publication
            and exists (select from published_total t where t.publication = p.publication)
    ), shown as (
        select t.publication, t.unit_id as id from published_total t
        join edition e on e.publication = t.publication and not e.is_new
        where t.suppressed = 0
        union all
        select n.publication, n.node_id from publication_node n
        where n.publication = of_publication and n.tree = 'unit'
            and not exists (select from unnest(held) h (id) where h.id = n.node_id)
    ), node as (
        -- of each unit the next one at or above it that is shown
        select n.publication, n.node_id as id, s.id as part
        from publication_node n
        join edition e on e.publication = n.publication
        left join shown s on s.publication = n.publication and s.id = n.node_id
        where n.tree = 'unit' and n.parent_id is null
        union all
        select n.publication, n.node_id, coalesce(s.id, a.part)
        from node a
        join publication_node n on n.publication = a.publication and n.tree = 'unit' and n.parent_id = a.id
        left join shown s on s.publication = n.publication and s.id = n.node_id
    ), element as (
        select p.publication, e.is_new, n.part, v.as_of, v.id
        from publication_program p
        join edition e on e.publication = p.publication
        join node n on n.publication = p.publication and n.id = p.unit_id
        cross join lateral (values
            ('money', p.program_id),
            ('score', jsonb_build_array(p.program_id, trim_scale(p.weight), trim_scale(p.scored_weight),
                                        p.budget <> 0, p.executed <> 0)::text)) v (as_of, id)
        where p.is_revenue = 0 and p.is_overall = 0 and n.part is not null
    ), before as (
        select e.as_of, e.id, jsonb_object_agg(e.publication, e.part)::text as cell
        from element e
        where not e.is_new
        group by e.as_of, e.id
    ), cell as (
        select b.as_of, b.cell, count(*) as programs from before b group by b.as_of, b.cell
    ), part as (
        select e.as_of, e.part, count(*) as programs from element e where e.is_new group by e.as_of, e.part
    ), earlier as (
        select e.as_of, e.publication, e.part, count(*) as programs from element e
        where not e.is_new
        group by e.as_of, e.publication, e.part
    ), known as (
        -- shown before, with the same programs
        select x.as_of, x.part
        from (select n.as_of, n.part, o.publication, o.part as other, count(*) as programs
              from element n
              join element o on o.as_of = n.as_of and o.id = n.id and not o.is_new
              where n.is_new
              group by n.as_of, n.part, o.publication, o.part) x
        join part p on p.as_of = x.as_of and p.part = x.part and p.programs = x.programs
        join earlier r on r.as_of = x.as_of and r.publication = x.publication and r.part = x.other
            and r.programs = x.programs
    ), piece as (
        select e.as_of, e.part, b.cell, count(*) as programs
        from element e
        left join before b on b.as_of = e.as_of and b.id = e.id
        where e.is_new and not exists (select from known k where k.as_of = e.as_of and k.part = e.part)
        group by e.as_of, e.part, b.cell
    ), touched as (
        select p.as_of, p.cell, sum(p.programs) as programs from piece p group by p.as_of, p.cell
    ), told as (
        select p.as_of, p.part,
               sum(case when p.cell is null then p.programs
                        else least(p.programs, c.programs - t.programs) end) as programs
        from piece p
        left join cell c on c.as_of = p.as_of and c.cell = p.cell
        left join touched t on t.as_of = p.as_of and t.cell = p.cell
        group by p.as_of, p.part
    )
    select t.part, min(p.programs)
    from told t
    join part p on p.as_of = t.as_of and p.part = t.part
    cross join (select min(e.k) as k from edition e) e
    where t.programs < e.k
    group by t.part;
end;
comment on function total_faults(text, text[]) is
'The units of a publication whose totals would tell of too few programs if all but those held back were shown, '
'together with what is shown of the year already; and how many programs they have less what is shown below them.';

create function publish_total(of_publication text, of_evaluation text) returns integer
    language plpgsql volatile parallel unsafe
    set search_path from current
    set row_security = off
    -- what has just been written has no statistics: a plan for few rows would take all pairs of them
    set enable_nestloop = off
    set jit = off
as $$
declare
    year integer;
    k integer;
    held text[];
    more text[];
    shown integer;
begin
    select min(n.fiscal_year) into year from publication_node n where n.publication = of_publication;
    select s.suppress_below into k from setting_of(year) s;
    -- few programs; or held back before in a publication of this evaluation of the year
    held := array(
        select n.node_id
        from publication_node n
        where n.publication = of_publication and n.tree = 'unit'
            and (n.programs < k
                 or exists (select from published_total t
                            join publication b on b.publication = t.publication
                            where b.evaluation = of_evaluation and t.unit_id = n.node_id and t.fiscal_year = year
                                and t.suppressed = 1)));
    loop
        -- Where a unit less what is shown below it is too small, a part of it is held back too, with all below: one
        -- that was before, or else the smallest. Where there is none, or it is a difference that tells, the unit is.
        with recursive kept as materialized (
            select n.node_id, n.parent_id, n.programs from publication_node n
            where n.publication = of_publication and n.tree = 'unit'
                and not exists (select from unnest(held) h (id) where h.id = n.node_id)
        ), past as (
            select distinct on (t.unit_id) t.unit_id, t.suppressed from published_total t
            where t.fiscal_year < year
            order by t.unit_id, t.fiscal_year desc, t.suppressed desc
        ), part_of as (
            select distinct on (n.parent_id) n.parent_id, n.node_id
            from kept n
            left join past b on b.unit_id = n.node_id
            order by n.parent_id, coalesce(b.suppressed, 0) desc, n.programs, n.node_id
        ), chosen as (
            select coalesce(c.node_id, f.unit_id) as id, c.node_id is not null as with_parts
            from total_faults(of_publication, held) f
            left join part_of c on c.parent_id = f.unit_id and f.programs < k
        ), branch as (
            select c.id, c.with_parts from chosen c
            union
            select n.node_id, true
            from branch b
            join kept n on n.parent_id = b.id
            where b.with_parts
        )
        select array_agg(distinct b.id) into more from branch b;
        exit when more is null;
        held := held || more;
    end loop;
    insert into published_total (unit_id, fiscal_year, publication, suppressed, programs, budget, executed, weight,
                                 scored_weight, score_sum, coverage_sum, low_sum, high_sum, score, coverage, rating,
                                 low, high, rating_rank, rating_reason)
    select n.node_id, year, of_publication, h.held, x.*
    from publication_node n
    left join (select distinct u.id from unnest(held) u (id)) d on d.id = n.node_id
    cross join lateral (select (d.id is not null)::integer as held) h
    left join lateral (
        select n.programs, n.budget, n.executed, n.weight, n.scored_weight, n.score_sum, n.coverage_sum,
               n.low_sum, n.high_sum, n.score, n.coverage, n.rating, n.low, n.high, n.rating_rank, n.rating_reason
        where h.held = 0) x on true
    where n.publication = of_publication and n.tree = 'unit';
    select count(*) into shown from published_total t where t.publication = of_publication and t.suppressed = 0;
    return shown;
end
$$;
comment on function publish_total(text, text) is
'Makes the totals of a publication by unit, for those who do not see all rows: setting.totals_policy says who reads '
'them. Units with fewer programs than setting.suppress_below show no figures, nor what would give them away, alone or '
'together with another publication of the year. The number of units with figures. Used by publish().';

create view unit_total with (security_invoker = true) as
select t.unit_id, t.fiscal_year, t.publication, t.suppressed, t.programs, t.budget, t.executed, t.weight,
       t.scored_weight, t.score_sum, t.coverage_sum, t.low_sum, t.high_sum, t.score, t.coverage, t.low, t.high,
       t.rating, t.rating_rank, t.rating_reason,
       p.evaluation, (p.published_at at time zone coalesce((select min(l.time_zone) from place l), 'UTC'))::date
           as published_on, p.as_of as on_day,
       (not exists (select from publication r where r.replaces = p.publication))::integer as is_latest, u.name
from published_total t
join publication p on p.publication = t.publication
left join unit u on u.unit_id = t.unit_id; -- whose name may be hidden
comment on view unit_total is
'Published totals by unit and publication: true totals with small figures held back, or those of the role''s own units, '
'as setting.totals_policy says.';
comment on column unit_total.on_day is 'The day that the figures are of.';
