-- Trees: which program belongs to which node, and by what part of it

-- Shares of a program follow each other in the order of the objectives' ids; what goes beyond 100 counts nowhere.
create view objective_part with (security_invoker = true) as
select o.objective_id, o.program_id, o.fiscal_year, s.is_most, least(s.after, 1) as after,
    least(s.after + o.share / 100, 1) as upto
from program_objective o
cross join lateral (
    select coalesce(sum(x.share) filter (where x.objective_id < o.objective_id), 0) / 100 as after,
           bool_and((x.share, o.objective_id) <= (o.share, x.objective_id))::integer as is_most
    from program_objective x
    where x.program_id = o.program_id and x.fiscal_year = o.fiscal_year) s;
comment on view objective_part is 'Which part of a program belongs to which of its objectives.';

create view node_program with (security_invoker = true) as
select 'unit'::text as tree, p.unit_id as id, p.program_id, p.fiscal_year, 1 as programs,
       0::numeric as after, 1::numeric as upto
from program p
union all
select 'function', coalesce(p.function_id, 'unclassified'), p.program_id, p.fiscal_year, 1, 0, 1
from program p
union all
select 'objective', o.objective_id, o.program_id, o.fiscal_year, o.is_most, o.after, o.upto
from objective_part o
union all
select 'objective', u.id, p.program_id, p.fiscal_year, (s.share = 0)::integer, s.share, 1
from node_above u
cross join program p
cross join lateral (
    select coalesce(sum(x.share), 0) / 100 as share
    from program_objective x
    where x.program_id = p.program_id and x.fiscal_year = p.fiscal_year) s
where u.tree = 'objective' and u.ancestor_id = 'unclassified' -- as a row, so that the planner knows of its one node
    and s.share >= 0 and s.share < 1; -- as a range, because that is how it knows that they are few
comment on view node_program is
'Which program belongs to which node of which tree, and by what part of it: to objectives by shares, without a class '
'to unclassified.';

-- The part of an amount between two fractions. Parts that follow each other sum to the amount, to the last digit.
create function part(amount numeric, after numeric, upto numeric, digits integer default 2) returns numeric
    language sql immutable parallel safe
    return case when after = 0 and upto = 1 then amount
                else round(amount * upto, digits) - round(amount * after, digits) end;
comment on function part(numeric, numeric, numeric, integer) is
'The part of an amount between two fractions, rounded so that parts which follow each other sum to the amount.';

create function refresh_trees() returns void
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    t record;
begin
    for t in
        select l.tree, (select array_agg(distinct x.id)
                        from (select n.id from node_tree n where n.tree = l.tree
                              union all
                              select a.id from node_above a where a.tree = l.tree and a.id <> 'unclassified') x) as ids
        from tree_lock l
        for update
    loop
        continue when t.ids is null;
        update tree_lock l set changes = l.changes + 1 where l.tree = t.tree;
        perform tree_close(t.tree, t.ids);
    end loop;
    analyze node_above;
end
$$;
comment on function refresh_trees() is
'Makes node_above anew from the trees, after they were loaded with triggers off; check_result says when that is '
'needed.';

-- Direct lines that node_above lacks, or has too many. A loop has at least one of them, or closes over a node below.
create function tree_faults()
    returns table (tree text, id text, kind text, detail text)
    language sql stable parallel safe
    set search_path from current
as $$
    with edge as (
        select n.tree, n.id, n.parent_id, n.from_year, n.to_year from node_tree n
    ), missing as (
        select e.tree, e.id, e.from_year from edge e
        where not exists (select from node_above a
                          where a.tree = e.tree and a.id = e.id and a.ancestor_id = e.id and a.distance = 0)
            or e.parent_id is not null
                and not exists (select from node_above a
                                where a.tree = e.tree and a.id = e.id and a.ancestor_id = e.parent_id
                                    and a.distance = 1 and a.from_year = e.from_year and a.to_year = e.to_year)
    ), over as (
        select a.tree, a.id, a.from_year from node_above a
        where a.id <> 'unclassified' and a.distance < 2
            and not exists (select from edge e where e.tree = a.tree and e.id = a.id
                                and (a.distance = 0 or e.parent_id = a.ancestor_id
                                     and e.from_year = a.from_year and e.to_year = a.to_year))
    ), closing as (
        select e.tree, e.id, greatest(e.from_year, a.from_year) as from_year
        from edge e
        join node_above a on a.tree = e.tree and a.ancestor_id = e.id and a.id = e.parent_id
            and a.from_year <= e.to_year and a.to_year >= e.from_year
    ), suspect as (
        select * from missing union select * from over union select * from closing
    ), looked_at as (
        select s.tree, s.id, s.from_year, tree_loop(s.tree, s.id, s.from_year) as way from suspect s
    )
    select l.tree, l.id, 'tree loop',
           min(format('%s %s.', case l.from_year when 0 then 'From the beginning' else 'From ' || l.from_year end,
               l.way))
    from looked_at l where l.way is not null
    group by l.tree, l.id
    union all
    select l.tree, null, 'tree not kept',
           format('%s nodes of the tree "%s" are not in node_above as their table says.', count(distinct l.id), l.tree)
    from looked_at l where l.way is null
    group by l.tree
$$;
comment on function tree_faults() is
'What is wrong with the trees: loops that got in with the triggers off, and nodes that node_above does not have as '
'their table says.';
