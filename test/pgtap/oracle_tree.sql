-- Trees against an independent implementation: every figure, every margin, every fault.
\set cases 4000
\ir oracle.psql

/* random trees against a recursive CTE in numeric ------------------------------------------- */

-- n / d, half away from zero, to so many digits; div() is exact,
-- and so is a multiplication, where / would cut at 20 decimals or so
create function pg_temp.ratio(n numeric, d numeric, digits integer) returns numeric language sql immutable as
$$ select sign(n) * div(2 * abs(n) * 10::numeric ^ digits + d, 2 * d) * ('1e-' || digits)::numeric $$;

select setseed(:seed);
create temp table random_tree as
select tree, i as id, tree * 100 + i as global, (array['renormalise', 'zero', 'require 60', 'renormalise'])[1 + tree % 4] as policy,
       case when i > 1 then 1 + floor(random() * (i - 1))::integer end as parent_id,
       case when random() < .05 then 0 when random() < .5 then floor(1 + random() * 9)::numeric else round((random() * 100 + .01)::numeric, 3) end as weight,
       case when random() > .25 then round((random() * 100)::numeric, (random() * 8)::integer) end as score,
       case when random() > .3 or tree % 3 = 0 then 'mean' else (array['geometric', 'weakest', 'sum', 'sum'])[1 + floor(random() * 4)::integer] end as method
from generate_series(1, :cases) tree, lateral (select 1 + (tree * 7919) % 12 as size) s, generate_series(1, size) i;
create index on random_tree (tree, id);
create index on random_tree (tree, parent_id);
update random_tree t set score = null where exists (select from random_tree c where c.tree = t.tree and c.parent_id = t.id);
-- not every child may weigh nothing
update random_tree t set weight = 1 where weight = 0 and not exists (select from random_tree c where c.tree = t.tree and c.parent_id = t.parent_id and c.weight > 0);
analyze random_tree;

-- the planner takes the recursion for small, and compiles it
set local enable_nestloop = off;
set local jit = off;
create temp table by_cte as
with recursive node as materialized (
    select t.*, p.global as above, p.method as above_method,
           not exists (select from random_tree c where c.tree = t.tree and c.parent_id = t.id) as leaf,
           sum(t.weight) over (partition by t.tree, t.parent_id) as total
    from random_tree t left join random_tree p on p.tree = t.tree and p.id = t.parent_id
), down as (
    select global, 0 as depth, array[id] as path, 1::numeric as share from node where parent_id is null
    union all
    select c.global, d.depth + 1, d.path || c.id, pg_temp.ratio(d.share * c.weight, c.total, 40)
    from down d join node c on c.above = d.global
), placed as materialized (
    select * from node join down using (global)
), up (level, figures) as (
    -- by levels, from the deepest: an object of global id and [score, low, high, coverage], with 40 decimals
    select (select max(depth) + 1 from placed), '{}'::jsonb
    union all
    select level - 1, (select jsonb_object_agg(global, figure) from (
        select global, jsonb_build_array(score, coalesce(score, 0), coalesce(score, 100), case when score is null then 0 else 100 end)
        from placed where depth = level - 1 and leaf
        union all
        select above, jsonb_build_array(
            case when policy = 'require 60' and pg_temp.ratio(covered, weight, 40) < 60 - 1e-15 then null
                 when method = 'sum' then scored
                 when method = 'mean' then pg_temp.ratio(scored, nullif(scored_weight, 0), 40)
                 when method = 'weakest' then weakest
                 when geometric_zero then 0 else exp(geometric / scored_weight) end,
            case method when 'mean' then pg_temp.ratio(low, weight, 40) when 'weakest' then low_weakest when 'sum' then low_sum
                 else case when low_zero then 0 else exp(low_geometric / weight) end end,
            case method when 'mean' then pg_temp.ratio(high, weight, 40) when 'weakest' then high_weakest when 'sum' then high_sum
                 else case when high_zero then 0 else exp(high_geometric / weight) end end,
            pg_temp.ratio(covered, weight, 40))
        from (
            select above, policy, above_method as method, sum(weight) as weight,
                   coalesce(sum(weight * coverage) filter (where raw is not null), 0) as covered,
                   case when above_method = 'sum' then sum(score) else sum(weight * score) end as scored, sum(weight) filter (where score is not null) as scored_weight, min(score) as weakest,
                   sum(low) as low_sum, sum(high) as high_sum,
                   bool_or(score = 0) as geometric_zero, sum(weight * ln(nullif(score, 0)::numeric(60, 30))) filter (where above_method = 'geometric') as geometric,
                   sum(weight * low) as low, min(low) as low_weakest, bool_or(low = 0) as low_zero, sum(weight * ln(nullif(low, 0)::numeric(60, 30))) filter (where above_method = 'geometric') as low_geometric,
                   sum(weight * high) as high, min(high) as high_weakest, bool_or(high = 0) as high_zero, sum(weight * ln(nullif(high, 0)::numeric(60, 30))) filter (where above_method = 'geometric') as high_geometric
            from (select c.above, c.above_method, c.weight, c.policy, (e.value ->> 0)::numeric as raw,
                         case when c.policy = 'zero' then coalesce((e.value ->> 0)::numeric, 0) else (e.value ->> 0)::numeric end as score,
                         (e.value ->> 1)::numeric as low, (e.value ->> 2)::numeric as high, (e.value ->> 3)::numeric as coverage
                  from jsonb_each(up.figures) e join placed c on c.global = e.key::integer
                  where c.weight > 0 and c.above is not null) q
            group by above, above_method, policy) parent) f (global, figure))
    from up where level > 0
), figure as materialized (
    select e.key::integer as global, (e.value ->> 0)::numeric as score, (e.value ->> 1)::numeric as low, (e.value ->> 2)::numeric as high, (e.value ->> 3)::numeric as coverage
    from up, jsonb_each(up.figures) e
), present as materialized (
    select p.*, f.score as result, f.low, f.high, f.coverage, f.score is not null or policy = 'zero' as effective,
           sum(weight) filter (where f.score is not null or policy = 'zero') over (partition by tree, parent_id) as present
    from placed p join figure f using (global)
), effect as (
    select global, case when effective then 1::numeric else 0 end as scored_share from present where parent_id is null
    union all
    select c.global, case when p.method in ('mean', 'sum') and e.scored_share is not null then case when not c.effective or c.weight = 0 then 0 when p.method = 'sum' then e.scored_share else pg_temp.ratio(e.scored_share * c.weight, c.present, 40) end end
    from effect e join present p using (global) join present c on c.above = p.global
), term as (
    select p.tree, p.global, p.path, round(e.scored_share * round(round(coalesce(p.result, 0), 18), 8) * 1e8, 20) as exact
    from present p join effect e using (global) where e.scored_share > 0 and (p.leaf or p.method not in ('mean', 'sum'))
), contribution as (
    select t.global, (floor(exact) + case when row_number() over (partition by t.tree order by exact - floor(exact) desc, t.path)
                      <= round(round(coalesce(r.result, 0), 18), 8) * 1e8 - sum(floor(exact)) over (partition by t.tree) then 1 else 0 end) / 1e8 as contribution
    from term t join present r on r.tree = t.tree and r.parent_id is null
)
select p.tree, p.id, p.parent_id, p.depth, p.leaf, round(p.share, 12) as share, round(round(p.result, 18), 8) as score, round(round(p.low, 18), 8) as low,
       round(round(p.high, 18), 8) as high, round(p.coverage, 8) as coverage, round(e.scored_share, 12) as scored_share, c.contribution
from present p join effect e using (global) left join contribution c using (global);

reset enable_nestloop;

create temp table by_aggregate as
select t.tree, n.* from (
    select tree, bpm.score_tree(id, parent_id, weight, score, method::bpm.method, policy order by random()) as value
    from random_tree group by tree) t, bpm.nodes(t.value) n;

select is((select count(distinct tree) from by_aggregate), :cases::bigint, :cases || ' random trees');
select ok((select count(*) filter (where coverage < 100) > :cases / 10 and count(*) filter (where score is null) > :cases / 10 and count(*) filter (where contribution is null) > :cases / 10 from by_aggregate),
    'with missing leaves and all methods');
select is_empty($$
    select tree, id::integer, parent_id::integer, depth, leaf, share, score, low, high, coverage, scored_share from by_aggregate
    except select tree, id, parent_id, depth, leaf, share, score, low, high, coverage, scored_share from by_cte$$,
    'every figure equals that of a recursive CTE in numeric, to the last digit');
select is((select count(*) from by_aggregate), (select count(*) from by_cte), 'for every node');
select is_empty($$
    select a.tree, a.id, a.contribution, c.contribution from by_aggregate a join by_cte c on c.tree = a.tree and c.id = a.id::integer
    where c.contribution is distinct from a.contribution and c.contribution is not null$$,
    'and so does every contribution');
select is_empty($$
    select tree, max(score) filter (where depth = 0), sum(contribution) filter (where leaf or method not in ('mean', 'sum')) from by_aggregate
    group by tree having max(score) filter (where depth = 0) <> sum(contribution) filter (where leaf or method not in ('mean', 'sum'))$$,
    'contributions sum to the root''s score exactly');
select is_empty($$select tree, id from by_aggregate join (select distinct tree, policy from random_tree) p using (tree)
    where policy not like 'require%' and score not between low and high and tree not in (select tree from random_tree where method = 'sum')$$,
    'a score lies within its bounds, unless a parent was left out that is not all missing, or a sum goes beyond what others can bring');
select is_empty($$
    select tree from (select tree, bpm.tree_check(id, parent_id, weight, score, method::bpm.method, policy) f from random_tree group by tree) t where cardinality(f) > 0$$,
    'tree_check finds nothing where score_tree takes the rows');
select is_empty($$
    select tree from (select tree, bpm.score_tree(id, parent_id, weight, score, method::bpm.method, policy) t from random_tree group by tree) x where t::text::bpm.tree operator(bpm.<>) t$$,
    'and every tree survives being written');

/* random trees: what is made reads back, and margins are what they say -------------------------------- */

create temp table random_node (tree integer, id text, parent_id text, weight numeric, score numeric, best numeric, method bpm.method, rules text);
create function pg_temp.grow(trees integer, seed float) returns void language plpgsql as $$
declare
    n integer; t integer; i integer; size integer; big numeric; policy text; chosen text; parents integer[]; inner_node boolean;
    policies text[] := array['', 'zero', 'error', 'require 30', 'require 80', 'zero, bounds -50..150', 'bounds -1000000..1000000', 'zero, round 0', 'round 2', 'round 5, bounds 0..1', 'nested', 'zero, nested', 'error, nested', 'sum', 'zero, sum', 'weakest', 'geometric', 'zero, geometric, round 3'];
begin
    perform setseed(seed);
    for t in 1..trees loop
        size := 1 + (random() * 14)::integer;
        big := (array[1, 1, 1, 1e8, 1e15, 1e21, 1e28, 1e29 - 1, 1e-8])[1 + (random() * 8)::integer];
        policy := policies[1 + (random() * (array_length(policies, 1) - 1))::integer];
        parents := array[null::integer];
        for i in 2..size loop
            parents := parents || (1 + (random() * (i - 2)) * random())::integer;
        end loop;
        for i in 1..size loop
            inner_node := i = any (parents);
            insert into random_node select t, 'n' || i, 'n' || parents[i],
                case when i = 1 then null when random() < 0.1 then 0 when random() < 0.05 then null else round((random() * 0.9 + 0.1)::numeric * big, 8) end,
                case when not inner_node and random() < 0.8 then case when policy like '%..1000000%' then round(((random() - 0.3) * 10000)::numeric, 4) when policy like '%..1' then round(random()::numeric, 8) else round((random() * 100)::numeric, (random() * 8)::integer) end end,
                case when not inner_node and random() < 0.2 then 120 end,
                case when inner_node and random() < 0.3 then (array['mean', 'sum', 'weakest', 'geometric'])[1 + (random() * 3)::integer]::bpm.method end, policy;
        end loop;
    end loop;
    -- nested: the weights below a node are shared out of its own
    create index growing on random_node (tree, id);
    analyze random_node;
    update random_node r set weight = case when p.parent_id is null then 100 else p.weight end / c.n
    from (select tree, parent_id, count(*) n from random_node group by 1, 2) c, random_node p
    where r.rules like '%nested' and c.tree = r.tree and c.parent_id = r.parent_id and p.tree = r.tree and p.id = r.parent_id and c.n in (1, 2, 4, 5);
    update random_node set rules = rules || ' 100' where rules like '%nested';
end $$;
set local enable_nestloop = on;
select pg_temp.grow(:cases, :seed);
analyze random_node;
create temp table grown as select tree, rules, bpm.try_score_tree(id, parent_id, weight, score, best, method, rules) as value from random_node group by tree, rules;
select cmp_ok((select count(value) from grown), '>=', (:cases * 2 / 5)::bigint, 'random trees: enough of them are sound');
select is_empty($$ select g.tree from grown g join (select tree, bpm.tree_check(id, parent_id, weight, score, best, method, rules) faults from random_node group by tree) c using (tree)
    where value is not null and cardinality(faults) > 0 $$, 'tree_check finds nothing in those');
select is_empty($$ select tree from random_node group by tree, rules having cardinality(bpm.tree_check(id, parent_id, weight, score, best, method, rules)) = 0 and bpm.try_score_tree(id, parent_id, weight, score, best, method, rules) is null $$, 'and something in every other');
create temp table part as select g.tree, n.id, bpm.subtree(value, n.id) as part from grown g, bpm.nodes(g.value) n;
analyze grown, part;
select is_empty($$ select tree, id from part where part::text::bpm.tree operator(bpm.<>) part $$, 'every part of them, by all rules and methods, reads back to an equal value');
\set file `mktemp`
copy (select tree, id, part from part) to stdout (format binary) \g :file
create temp table part_back (like part);
\set copy_back '\\copy part_back from \'' :file '\' (format binary)'
:copy_back
\set remove '\\! rm -f \'' :file '\''
:remove
analyze part_back;
select is_empty($$ select 1 from part a join part_back b using (tree, id) where a.part operator(bpm.<>) b.part $$, 'as binary too');
select is((select count(*) from part_back), (select count(*) from part), 'all of them');
select is_empty($$ select p.tree, p.id from part p join grown g using (tree), bpm.nodes(g.value) n, bpm.roots(p.part) r where n.id = p.id and (n.score, n.low, n.high, n.coverage) is distinct from (r.score, r.low, r.high, r.coverage) $$,
    'a part has the figures that it had in the whole');

-- the rating of a random tree if a leaf had another score
create function pg_temp.rated(which integer, leaf text, other numeric, root text, scale bpm.scale) returns text language sql as $$
    select bpm.rating(r.score, scale) from (select bpm.score_tree(id, parent_id, weight, case when id = leaf then other else score end, best, method, rules) t from random_node where tree = which) x, bpm.roots(t) r where r.id = root $$;
create temp table banded (scale bpm.scale);
insert into banded values ('excellent >= 90, good >= 80, fair >= 60, poor'), ('a >= 90, b >= 89.6, c round 0'), ('A < 20, B < 40, C <= 60.5, D round 1'), ('x >= 10, y round 8'), ('u > 50.00000001, v >= 50.00000001, w > 50, z round 8');
create temp table margin as select g.tree, g.rules, b.scale, m.* from grown g, banded b, bpm.score_margin(g.value, b.scale) m where g.value is not null;
create index on margin (tree, id);
analyze margin;
select cmp_ok((select count(*) from margin), '>=', :cases::bigint, 'thousands of margins');
select is_empty($$ select tree, rules, scale, id, score, change, new_score, rating, new_rating, pg_temp.rated(tree, id, new_score, root_id, scale) from margin
    where pg_temp.rated(tree, id, new_score, root_id, scale) is distinct from new_rating or new_rating = rating $$, 'with the new score of a margin the root has the new rating');
select is_empty($$ select tree, rules, scale, id, score, change, new_score, rating, new_rating from margin
    where abs(change) > 0.00000001 and pg_temp.rated(tree, id, new_score - sign(change) * 0.00000001, root_id, scale) is distinct from rating $$, 'with one unit less it has the one it had');
select is_empty($$ select tree, id from margin where new_score <> coalesce(score, 0) + change $$, 'the change is that of the score');
-- what is left out cannot do it: the best and the worst that the leaf may have leave the rating as it is
select is_empty($$
    select g.tree, b.scale, n.id, l.score as tried from grown g, banded b, bpm.nodes(g.value) n
    join lateral (select coalesce(r.best, case when g.rules like '%..%' then split_part(split_part(g.rules, '..', 2), ',', 1)::numeric else 100 end) as best,
        case when g.rules like '%..%' then substring(g.rules from 'bounds ([-0-9]+)')::numeric else 0 end as worst from random_node r where r.tree = g.tree and r.id = n.id) x on true,
        lateral (values (x.best, 1), (x.worst, -1)) l (score, direction)
    where n.leaf and n.score is not null and n.scored_share is not null and g.tree % 5 = 0 and (l.score - n.score) * l.direction > 0
        and not exists (select from margin m where m.tree = g.tree and m.scale operator(bpm.=) b.scale and m.id = n.id and sign(m.change) = l.direction)
        and pg_temp.rated(g.tree, n.id, l.score, n.root_id, b.scale) is distinct from pg_temp.rated(g.tree, n.id, n.score, n.root_id, b.scale) $$, 'what is left out cannot reach another band');

/* broken trees ---------------------------------------------------------------------------------------- */

-- damage of every kind to trees that were sound
create temp table broken as
select r.tree, case when random() < .02 then null when random() < .02 then 'n1' else id end as id,
       case when random() < .02 then 'nowhere' when random() < .02 then id when random() < .02 then 'n' || (1 + floor(random() * 15)) else parent_id end as parent_id,
       case when random() < .02 then -1 when random() < .01 then 'NaN' when random() < .01 then 'Infinity' when random() < .02 then 0 when random() < .02 then 1e29 - 1 else weight end as weight,
       case when random() < .01 then 'NaN' when random() < .02 then 1e10 when random() < .02 then -3 when random() < .05 then 55 else score end as score,
       case when random() < .01 then 'NaN' when random() < .01 then -1e6 else best end as best,
       case when random() < .1 then (array['m1', 'm2', 'geometric', 'sum'])[1 + floor(random() * 4)::integer]::bpm.method else method end as method,
       case when random() < .003 then 'zero, zero' when random() < .003 then 'total 100' else rules end as rules
from random_node r;
create index on broken (tree);
analyze broken;
create function pg_temp.score_raises(which integer, seed float) returns text language plpgsql as $$
declare
    said text;
begin
    perform bpm.score_tree(id, parent_id, weight, score, best, method, rules) from (select * from broken where tree = which order by md5(seed || coalesce(id, '') || coalesce(parent_id, '')) offset 0) b;
    return null;
exception when others then
    get stacked diagnostics said = pg_exception_detail;
    return sqlstate || ' ' || sqlerrm || ' ' || said;
end $$;
create temp table verdict as
select tree, cardinality(bpm.tree_check(id, parent_id, weight, score, best, method, rules)) as faults, bpm.try_score_tree(id, parent_id, weight, score, best, method, rules) as value,
       pg_temp.score_raises(tree, 0.1) as raised, pg_temp.score_raises(tree, 0.2) as raised_again
from broken group by tree;
select cmp_ok((select count(distinct substring(raised from '^\S+ (?:\D|".*?")*')) from verdict), '>=', 8::bigint, 'broken trees of many kinds');
select is_empty($$ select tree, faults, raised from verdict where (faults = 0) <> (raised is null) or (faults = 0) <> (value is not null) $$, 'tree_check is empty exactly when score_tree succeeds, and try_score_tree then has a tree');
select is_empty($$ select tree, raised, raised_again from verdict where raised is distinct from raised_again $$, 'an error does not depend on the order of rows');
select is_empty($$ select raised from verdict where raised ~ '^(XX|22000|P0)' $$, 'and is never one of the server''s insides');

select * from finish();
rollback;
