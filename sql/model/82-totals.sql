-- True totals for those who do not see all rows

-- Reads everything, or fails: what row security hides would be missing in what is called a total.
create function publish_totals(fiscal_year integer, on_day date default null) returns integer
    language plpgsql volatile parallel unsafe
    set search_path from current
    set row_security = off
as $$
#variable_conflict use_column
declare
    year constant integer := $1;
    day date := $2;
    k integer;
    branch text;
    shown integer;
begin
    if row_security_active('program'::regclass) then
        raise exception 'totals are over all programs, and row security hides some from the current role'
            using errcode = 'insufficient_privilege',
                  hint = 'Publish as the owner of the tables, or as a role with BYPASSRLS.';
    end if;
    if day is null then
        day := (now() at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date;
    end if;
    -- two at once are one after the other
    lock table published_total in share row exclusive mode;
    select s.suppress_below into k from setting_of(year) s;
    delete from published_total t where t.fiscal_year = year;
    insert into published_total (unit_id, fiscal_year, suppressed, programs, budget, executed, weight, scored_weight,
                                 score_sum, score, coverage, rating, on_day)
    select u.unit_id, u.fiscal_year, (u.programs < k)::integer, u.programs, u.budget, u.executed, u.weight,
           u.scored_weight, u.score_sum, u.score, u.coverage, u.rating, day
    from unit_result_at(day) u
    where u.fiscal_year = year;
    -- What is held back must not follow from the rest: a unit less its published parts leaves nothing, or at
    -- least k programs. Where it would leave fewer, the smallest part is held back too, with all below it.
    loop
        select c.unit_id into branch
        from published_total p
        join node_above u on u.tree = 'unit' and u.ancestor_id = p.unit_id and u.distance = 1
            and year between u.from_year and u.to_year
        join published_total c on c.unit_id = u.id and c.fiscal_year = year and c.suppressed = 0
        cross join lateral (
            select p.programs - coalesce(sum(x.programs), 0) as programs
            from node_above y
            join published_total x on x.unit_id = y.id and x.fiscal_year = year and x.suppressed = 0
            where y.tree = 'unit' and y.ancestor_id = p.unit_id and y.distance = 1
                and year between y.from_year and y.to_year) rest
        where p.fiscal_year = year and p.suppressed = 0 and rest.programs between 1 and k - 1
        order by p.unit_id, c.programs, c.unit_id
        limit 1;
        exit when not found;
        update published_total t set suppressed = 1
        where t.fiscal_year = year and t.unit_id in (
            select b.id from node_above b where b.tree = 'unit' and b.ancestor_id = branch
                and year between b.from_year and b.to_year);
    end loop;
    update published_total t
    set programs = null, budget = null, executed = null, weight = null, scored_weight = null, score_sum = null,
        score = null, coverage = null, rating = null
    where t.fiscal_year = year and t.suppressed = 1;
    select count(*) into shown from published_total t where t.fiscal_year = year and t.suppressed = 0;
    return shown;
end
$$;
comment on function publish_totals(integer, date) is
'Publishes the totals of a year, on a day (today when not given), for those who do not see all rows: '
'setting.totals_policy says who reads them. Units with fewer programs than setting.suppress_below show no figures, '
'nor what would give them away. The number of units with figures.';

create view unit_total with (security_invoker = true) as
select t.unit_id, t.fiscal_year, t.suppressed, t.programs, t.budget, t.executed, t.weight, t.scored_weight, t.score_sum,
       t.score, t.coverage, t.rating,
       (t.published_at at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date as published_on,
       t.on_day, u.name
from published_total t
left join unit u on u.unit_id = t.unit_id; -- whose name may be hidden
comment on view unit_total is
'Published totals by unit and year: true totals with small figures held back, or those of the role''s own units, as '
'setting.totals_policy says.';
comment on column unit_total.on_day is 'The day that the figures are of.';
