-- Trees: who spends, what for, on what, to which end. Four trees of one form, each by year: the row of a node has the
-- parent that it begins with, a reorganisation is a row of the companion table, from a year on. What lies above
-- what in which year is kept in node_above, so that no result has to walk.

create table unit (
    unit_id   text primary key check (unit_id <> ''),
    parent_id text references unit,
    name      text not null,
    level     text,
    sort      integer not null default 0
);
comment on table unit is 'Who spends: government, departments, offices, as a tree.';
comment on column unit.unit_id is 'The code of the unit.';
comment on column unit.parent_id is
'The unit above that it begins with; empty at the top. A reorganisation is a row of unit_move.';
comment on column unit.name is 'The name of the unit.';
comment on column unit.level is 'What kind of unit it is, in the office''s own words: government, department, office.';
comment on column unit.sort is 'Place among its siblings.';

create table function_code (
    function_id text primary key check (function_id not in ('', 'unclassified')),
    parent_id   text references function_code,
    name        text not null,
    scheme      text not null default 'local',
    sort        integer not null default 0
);
comment on table function_code is
'What for: the functional classification, as a tree. Seeded with a national classification and with COFOG; replace '
'either.';
comment on column function_code.function_id is 'The code of the function.';
comment on column function_code.parent_id is
'The function above that it begins with; empty at the top. A change is a row of function_move.';
comment on column function_code.name is 'The name of the function.';
comment on column function_code.scheme is 'The classification it belongs to: national, cofog, or your own.';
comment on column function_code.sort is 'Place among its siblings.';

create table economic_class (
    economic_id text primary key check (economic_id not in ('', 'unclassified')),
    parent_id   text references economic_class,
    name        text not null,
    scheme      text not null default 'local',
    in_composition boolean not null default true,
    sort        integer not null default 0
);
comment on table economic_class is 'On what: the economic classification, as a tree. It begins empty.';
comment on column economic_class.economic_id is 'The code of the class.';
comment on column economic_class.parent_id is
'The class above that it begins with; empty at the top. A change is a row of economic_move.';
comment on column economic_class.name is 'The name of the class.';
comment on column economic_class.scheme is 'The classification it belongs to.';
comment on column economic_class.in_composition is
'Whether it counts in the composition of spending, PEFA PI-2.1: contingency and interest do not.';
comment on column economic_class.sort is 'Place among its siblings.';

create table objective (
    objective_id text primary key check (objective_id not in ('', 'unclassified')),
    parent_id    text references objective,
    name         text not null,
    sort         integer not null default 0
);
comment on table objective is
'What the programs contribute to: the performance of the government, as a tree. Seeded with a ready-made one; replace '
'it.';
comment on column objective.objective_id is 'The code of the objective.';
comment on column objective.parent_id is
'The objective above that it begins with; empty at the top. A change is a row of objective_move.';
comment on column objective.name is 'The name of the objective.';
comment on column objective.sort is 'Place among its siblings.';

create table unit_move (
    unit_id   text not null references unit on delete cascade,
    from_year integer not null check (from_year between 2 and 9998),
    parent_id text references unit,
    primary key (unit_id, from_year)
);
create table function_move (
    function_id text not null references function_code on delete cascade,
    from_year   integer not null check (from_year between 2 and 9998),
    parent_id   text references function_code,
    primary key (function_id, from_year)
);
create table economic_move (
    economic_id text not null references economic_class on delete cascade,
    from_year   integer not null check (from_year between 2 and 9998),
    parent_id   text references economic_class,
    primary key (economic_id, from_year)
);
create table objective_move (
    objective_id text not null references objective on delete cascade,
    from_year    integer not null check (from_year between 2 and 9998),
    parent_id    text references objective,
    primary key (objective_id, from_year)
);

create table tree_lock (
    tree    text primary key,
    changes bigint not null default 0
);
comment on table tree_lock is
'One row per tree, updated by whoever changes a parent: two sessions cannot each make half of a loop.';
comment on column tree_lock.tree is 'The tree: unit, function, economic or objective.';
comment on column tree_lock.changes is 'How often a parent was changed.';
insert into tree_lock (tree) values ('unit'), ('function'), ('economic'), ('objective');

-- The whole row is the key: what changes is another row, and reading it needs the index only.
create table node_above (
    tree        text not null,
    ancestor_id text not null,
    id          text not null,
    from_year   integer not null,
    to_year     integer not null,
    distance    integer not null,
    primary key (tree, ancestor_id, id, from_year, to_year, distance)
);
create index node_above_id on node_above (tree, id);
comment on table node_above is
'Every node of every tree with each node above it, itself included, by year; kept by triggers, not to be written to.';
comment on column node_above.tree is 'The tree: unit, function, economic or objective.';
comment on column node_above.ancestor_id is 'A node above, or the node itself.';
comment on column node_above.id is 'The node.';
comment on column node_above.from_year is 'The first fiscal year for which it holds; 0 for ever before.';
comment on column node_above.to_year is 'The last fiscal year for which it holds; 9999 for ever after.';
comment on column node_above.distance is 'Levels between the two; 0 for itself.';
-- where money goes that has no class
insert into node_above values
    ('function', 'unclassified', 'unclassified', 0, 9999, 0), ('economic', 'unclassified', 'unclassified', 0, 9999, 0),
    ('objective', 'unclassified', 'unclassified', 0, 9999, 0);

create view node_tree with (security_invoker = true) as
select 'unit'::text as tree, n.unit_id as id, 0 as from_year,
       coalesce((select min(m.from_year) from unit_move m
                 where m.unit_id = n.unit_id) - 1, 9999) as to_year, n.parent_id
from unit n
union all
select 'unit', n.unit_id, n.from_year,
       coalesce((select min(m.from_year) from unit_move m
                 where m.unit_id = n.unit_id and m.from_year > n.from_year) - 1, 9999), n.parent_id
from unit_move n
union all
select 'function', n.function_id, 0,
       coalesce((select min(m.from_year) from function_move m
                 where m.function_id = n.function_id) - 1, 9999), n.parent_id
from function_code n
union all
select 'function', n.function_id, n.from_year,
       coalesce((select min(m.from_year) from function_move m
                 where m.function_id = n.function_id and m.from_year > n.from_year) - 1, 9999), n.parent_id
from function_move n
union all
select 'economic', n.economic_id, 0,
       coalesce((select min(m.from_year) from economic_move m
                 where m.economic_id = n.economic_id) - 1, 9999), n.parent_id
from economic_class n
union all
select 'economic', n.economic_id, n.from_year,
       coalesce((select min(m.from_year) from economic_move m
                 where m.economic_id = n.economic_id and m.from_year > n.from_year) - 1, 9999), n.parent_id
from economic_move n
union all
select 'objective', n.objective_id, 0,
       coalesce((select min(m.from_year) from objective_move m
                 where m.objective_id = n.objective_id) - 1, 9999), n.parent_id
from objective n
union all
select 'objective', n.objective_id, n.from_year,
       coalesce((select min(m.from_year) from objective_move m
                 where m.objective_id = n.objective_id and m.from_year > n.from_year) - 1, 9999), n.parent_id
from objective_move n;
comment on view node_tree is 'Every node of every tree with its parent, by year.';
comment on column node_tree.tree is 'The tree: unit, function, economic or objective.';
comment on column node_tree.id is 'The node.';
comment on column node_tree.from_year is 'The first fiscal year for which it holds; 0 for ever before.';
comment on column node_tree.to_year is 'The last fiscal year for which it holds; 9999 for ever after.';
comment on column node_tree.parent_id is 'The one above in those years; empty at the top.';

-- Brings node_above up to date for one node, without walking: what is above its parents is joined to what is below it.
create function tree_close_one(tree text, changed text) returns void
    language plpgsql volatile parallel unsafe
    set search_path from current
    set jit = off
as $$
begin
    execute format('with below as (
                        select a.id, a.from_year, a.to_year, a.distance from node_above a
                        where a.tree = %1$L and a.ancestor_id = $1
                    ), old_above as (
                        select a.ancestor_id, b.id, greatest(a.from_year, b.from_year) as from_year,
                               least(a.to_year, b.to_year) as to_year, a.distance + b.distance as distance
                        from node_above a
                        join below b on a.from_year <= b.to_year and a.to_year >= b.from_year
                        where a.tree = %1$L and a.id = $1 and a.distance > 0
                    ), new_above as (
                        select a.ancestor_id, b.id, greatest(n.from_year, a.from_year, b.from_year) as from_year,
                               least(n.to_year, a.to_year, b.to_year) as to_year,
                                   a.distance + 1 + b.distance as distance
                        from node_tree n
                        join node_above a on a.tree = %1$L and a.id = n.parent_id
                            and a.from_year <= n.to_year and a.to_year >= n.from_year
                        join (select b.id, b.from_year, b.to_year, b.distance from below b
                              union
                              select $1, 0, 9999, 0 from node_tree x where x.tree = %1$L and x.id = $1) b
                            on b.from_year <= least(n.to_year, a.to_year)
                                and b.to_year >= greatest(n.from_year, a.from_year)
                        where n.tree = %1$L and n.id = $1
                        union all
                        select distinct n.id, n.id, 0, 9999, 0 from node_tree n
                        where n.tree = %1$L and n.id = $1 and not exists (select from below b where b.id = $1)
                    ), gone as (
                        delete from node_above a
                        using (select * from old_above except select * from new_above
                               union all
                               select $1, $1, 0, 9999, 0
                               where not exists (select from node_tree n where n.tree = %1$L and n.id = $1)) o
                        where a.tree = %1$L and a.ancestor_id = o.ancestor_id and a.id = o.id
                            and a.from_year = o.from_year and a.to_year = o.to_year and a.distance = o.distance
                    )
                    insert into node_above (tree, ancestor_id, id, from_year, to_year, distance)
                    select %1$L, n.* from (select * from new_above except select * from old_above) n', tree)
        using changed;
    if tree = 'unit' and to_regprocedure('unit_visible_close(text[])') is not null then
        perform unit_visible_close((select array_agg(distinct a.id) from node_above a
                                    where a.tree = 'unit' and a.ancestor_id = changed));
    end if;
end
$$;
comment on function tree_close_one(text, text) is
'Brings node_above up to date for one node and all below it; used by triggers.';

-- Brings node_above up to date for nodes whose parent changed, and for all below them. A loop is not fallen into:
-- the way up ends where it would come by a node again.
create function tree_close(tree text, changed text[]) returns void
    language plpgsql volatile parallel unsafe
    set search_path from current
    set jit = off
as $$
declare
    affected text[];
begin
    -- the way up from a node below keeps its lower part, so what node_above says of the past finds them all
    execute format('select array_agg(x.id) from (
                        select c.id from unnest($1) c (id)
                        union
                        select a.id from unnest($1) c (id)
                        join node_above a on a.tree = %L and a.ancestor_id = c.id) x', tree)
        into affected using changed;
    if cardinality(affected) > 1000 then
        -- what follows joins many rows, and would be slow for whom the statistics know nothing of the tree
        analyze node_above;
    end if;
    execute format('with recursive up (ancestor_id, id, from_year, to_year, distance, path) as (
                        select x.id, x.id, 0, 9999, 0, array[x.id]
                        from (select distinct n.id from unnest($1) c (id)
                              join node_tree n on n.tree = %1$L and n.id = c.id) x
                        union all
                        select n.parent_id, u.id, greatest(u.from_year, n.from_year), least(u.to_year, n.to_year),
                               u.distance + 1, u.path || n.parent_id
                        from up u
                        join node_tree n on n.tree = %1$L and n.id = u.ancestor_id
                            and n.from_year <= u.to_year and n.to_year >= u.from_year
                        where n.parent_id <> all (u.path)
                    ), gone as (
                        delete from node_above a using unnest($1) c (id)
                        where a.tree = %1$L and a.id = c.id
                            and not exists (select from up u where u.ancestor_id = a.ancestor_id and u.id = a.id
                                and u.from_year = a.from_year and u.to_year = a.to_year and u.distance = a.distance)
                    )
                    insert into node_above (tree, ancestor_id, id, from_year, to_year, distance)
                    select %1$L, u.ancestor_id, u.id, u.from_year, u.to_year, u.distance from up u
                    where not exists (select from node_above a
                        where a.tree = %1$L and a.ancestor_id = u.ancestor_id and a.id = u.id
                            and a.from_year = u.from_year and a.to_year = u.to_year and a.distance = u.distance)', tree)
        using affected;
    if cardinality(affected) > 1000 then
        analyze node_above;
    end if;
    if tree = 'unit' and to_regprocedure('unit_visible_close(text[])') is not null then
        perform unit_visible_close(affected);
    end if;
end
$$;
comment on function tree_close(text, text[]) is
'Brings node_above up to date for the nodes and all below them; used by triggers and refresh_trees.';

-- Keeps node_above for one statement on a tree or its moves. The arguments are the tree and the column of the id.
create function tree_keep() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
    set jit = off
as $$
declare
    of_tree constant text := tg_argv[0];
    row_of constant text := format('%I as id, parent_id, %s as from_year', tg_argv[1],
                                   case when tg_argv[2] = 'move' then 'from_year' else '0' end);
    changed text[];
    has_parent boolean := true;
    found_loop record;
begin
    if tg_op = 'TRUNCATE' then
        select array_agg(distinct a.id) into changed from node_above a where a.tree = of_tree
            and a.id <> 'unclassified';
    else
        execute format(case tg_op
                when 'INSERT' then 'select array_agg(distinct id), bool_or(parent_id is not null)
                                    from (select %s from new_rows) x'
                when 'DELETE' then 'select array_agg(distinct id), bool_or(parent_id is not null)
                                    from (select %s from old_rows) x'
                else 'select array_agg(distinct id), true
                      from ((select %1$s from new_rows except select %1$s from old_rows)
                            union all (select %1$s from old_rows except select %1$s from new_rows)) x' end, row_of)
            into changed, has_parent;
    end if;
    if changed is null then
        return null;
    end if;
    if has_parent or tg_argv[2] = 'move' then
        -- The row is updated, not just locked: under REPEATABLE READ the second of two sessions then fails, and may
        -- try again. Under READ COMMITTED it waits, and what follows sees what the first one did. Once a transaction
        -- is enough.
        update tree_lock l set changes = l.changes + 1
        where l.tree = of_tree and l.xmin <> pg_current_xact_id()::xid;
    end if;
    if cardinality(changed) > 1 then
        perform tree_close(of_tree, changed);
    end if;
    -- the parent of one node is looked for below it before it is closed, those of many after it
    execute format('select e.id, greatest(e.from_year, a.from_year) as year
                    from unnest($1) c (id)
                    join node_tree e on e.tree = %1$L and e.id = c.id
                    left join lateral (
                        select a.id, a.from_year from node_above a
                        where a.tree = %1$L and a.ancestor_id = e.id and a.id = e.parent_id
                            and a.from_year <= e.to_year and a.to_year >= e.from_year
                        limit 1) a on true
                    where a.id is not null or e.id = e.parent_id
                    limit 1', of_tree)
        into found_loop using changed;
    if found_loop.id is not null then
        raise exception 'a row of "%" cannot be below itself', tg_table_name
            using errcode = 'check_violation',
                  detail = format('%s: %s.', case found_loop.year when 0 then 'From the beginning'
                                  else 'From ' || found_loop.year end,
                                      tree_loop(of_tree, found_loop.id, found_loop.year)),
                  hint = 'Choose a parent outside of its own branch.';
    end if;
    if cardinality(changed) = 1 then
        perform tree_close_one(of_tree, changed[1]);
    end if;
    return null;
end
$$;
comment on function tree_keep() is
'Keeps node_above what a tree and its moves say, and refuses a loop. The arguments are the tree and the column of the '
'id.';

create function tree_loop(tree text, id text, year integer) returns text
    language sql stable parallel safe
    set search_path from current
as $$
    with recursive up (id, parent_id, path) as (
        select n.id, n.parent_id, array[n.id]
        from node_tree n where n.tree = $1 and n.id = $2 and $3 between n.from_year and n.to_year
        union all
        select n.id, n.parent_id, u.path || n.id
        from up u
        join node_tree n on n.tree = $1 and n.id = u.parent_id and $3 between n.from_year and n.to_year
        where u.parent_id <> all (u.path)
    )
    select array_to_string(u.path || u.parent_id, ' is below ') from up u where u.parent_id = $2
$$;
comment on function tree_loop(text, text, integer) is
'The loop that a node is in that year, in words; NULL when it is in none.';

do $do$
declare
    t record;
begin
    for t in
        select * from (values
            ('unit', 'unit', 'unit_move', 'unit_id'), ('function', 'function_code', 'function_move', 'function_id'),
            ('economic', 'economic_class', 'economic_move', 'economic_id'),
            ('objective', 'objective', 'objective_move', 'objective_id')
        ) as v (tree, node, move, id)
    loop
        execute format('create index on %I (parent_id)', t.node);
        execute format('create index on %I (parent_id)', t.move);
        execute format('comment on table %I is %L', t.move, 'From which year on a row of ' || t.node
            || ' has another parent: a reorganisation. Earlier years keep the tree they had.');
        execute format('comment on column %I.%I is %L', t.move, t.id, 'The row that moves.');
        execute format('comment on column %I.from_year is %L', t.move, 'The first fiscal year with the new parent.');
        execute format('comment on column %I.parent_id is %L', t.move,
            'The new parent; empty: at the top from then on.');
        execute format('create trigger tree_keep_insert after insert on %I referencing new table as new_rows
            for each statement execute function tree_keep(%L, %L, %L)', t.node, t.tree, t.id, 'node');
        execute format('create trigger tree_keep_update after update on %I
            referencing new table as new_rows old table as old_rows for each statement execute function tree_keep(%L,
                %L, %L)', t.node, t.tree, t.id, 'node');
        execute format('create trigger tree_keep_delete after delete on %I referencing old table as old_rows
            for each statement execute function tree_keep(%L, %L, %L)', t.node, t.tree, t.id, 'node');
        execute format('create trigger tree_keep_truncate after truncate on %I
            for each statement execute function tree_keep(%L, %L, %L)', t.node, t.tree, t.id, 'node');
        execute format('create trigger tree_keep_insert after insert on %I referencing new table as new_rows
            for each statement execute function tree_keep(%L, %L, %L)', t.move, t.tree, t.id, 'move');
        execute format('create trigger tree_keep_update after update on %I
            referencing new table as new_rows old table as old_rows for each statement execute function tree_keep(%L,
                %L, %L)', t.move, t.tree, t.id, 'move');
        execute format('create trigger tree_keep_delete after delete on %I referencing old table as old_rows
            for each statement execute function tree_keep(%L, %L, %L)', t.move, t.tree, t.id, 'move');
        execute format('create trigger tree_keep_truncate after truncate on %I
            for each statement execute function tree_keep(%L, %L, %L)', t.move, t.tree, t.id, 'move');
    end loop;
end
$do$;
