-- True totals for those who do not see all rows

create function publish_totals(fiscal_year integer) returns integer
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
#variable_conflict use_column
declare
    year integer := $1;
    k integer;
    branch text;
    shown integer;
begin
    select s.suppress_below into k from setting s where s.fiscal_year <= year order by s.fiscal_year desc limit 1;
    delete from published_total t where t.fiscal_year = year;
    insert into published_total (unit_id, fiscal_year, suppressed, programs, budget, executed, weight, scored_weight, score_sum,
                                 score, coverage, rating)
    select u.unit_id, u.fiscal_year, (u.programs < k)::integer, u.programs, u.budget, u.executed, u.weight, u.scored_weight,
           u.score_sum, u.score, u.coverage, u.rating
    from unit_result u
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
comment on function publish_totals(integer) is
'Publishes the totals of a year for those who do not see all rows: setting.totals_policy says who reads them. Units with fewer programs than setting.suppress_below show no figures, nor what would give them away. The number of units with figures.';

create view unit_total with (security_invoker = true) as
select unit_id, fiscal_year, suppressed, programs, budget, executed, weight, scored_weight, score_sum, score, coverage, rating,
       published_at::date as published_on
from published_total;
comment on view unit_total is 'Published totals by unit and year: true totals with small figures held back, or those of the role''s own units, as setting.totals_policy says.';
