-- tree: weighted indicators in a hierarchy

create type bpm.method as enum ('mean', 'geometric', 'weakest', 'sum', 'm1', 'm2');
comment on type bpm.method is
'How a parent makes its score of its children''s: mean, weighted; geometric, weighted; weakest, the lowest; sum, of points; m1 and m2, PEFA''s two ways over grades 4 (A) to 1 (D).';

create type bpm.tree_node as (
    id text,
    parent_id text,
    depth integer,
    leaf boolean,
    weight numeric,
    share numeric,
    score numeric,
    low numeric,
    high numeric,
    coverage numeric,
    contribution numeric,
    scored_share numeric,
    root_id text,
    method text
);
comment on type bpm.tree_node is 'A node of a tree with its figures; a row of bpm.nodes(tree).';
comment on column bpm.tree_node.id is 'The id, as text.';
comment on column bpm.tree_node.parent_id is 'The parent''s id; NULL for a root.';
comment on column bpm.tree_node.depth is 'How many parents are above it: 0 for a root.';
comment on column bpm.tree_node.leaf is 'Whether it has no children.';
comment on column bpm.tree_node.weight is 'Its weight among its siblings, as given.';
comment on column bpm.tree_node.share is 'Its part of the root by weight, a fraction: the product of weight / sum of the siblings'' weights down from the root; 12 decimals.';
comment on column bpm.tree_node.score is 'Its score; NULL when it is missing, or when less is covered than the rules require.';
comment on column bpm.tree_node.low is 'The score that it would have if all that is missing below it were worst.';
comment on column bpm.tree_node.high is 'The score that it would have if all that is missing below it were best.';
comment on column bpm.tree_node.coverage is 'The percentage of the weight below it that stands behind its score.';
comment on column bpm.tree_node.contribution is 'What it brings to the root''s score: those of the leaves sum to it exactly. NULL where a score is missing, and below a method without shares.';
comment on column bpm.tree_node.scored_share is 'Its part in the root''s score as it is, with what is missing left out: one point more here is so many points more at the root. NULL below a method without shares.';
comment on column bpm.tree_node.root_id is 'The root above it, or itself.';
comment on column bpm.tree_node.method is 'How its score is made of its children''s; NULL for a leaf.';

create type bpm.tree_fault as (
    kind text,
    node text,
    detail text
);
comment on type bpm.tree_fault is 'What is wrong with a tree, and where; an element of what bpm.tree_check returns.';
comment on column bpm.tree_fault.kind is 'rules, null id, duplicate id, weight out of range, negative weight, score out of range, best out of range, missing parent, cycle, score on parent, zero weights, weights too large, total, missing score, negative score, sum out of range, not a grade, too many dimensions.';
comment on column bpm.tree_fault.node is 'The id of the node; NULL when that is what is missing.';
comment on column bpm.tree_fault.detail is 'What is wrong with it.';

create type bpm.tree;

create function bpm.tree_in(cstring) returns bpm.tree
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_in';
comment on function bpm.tree_in(cstring) is 'Reads a tree; see the type bpm.tree.';

create function bpm.tree_out(bpm.tree) returns cstring
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_out';
comment on function bpm.tree_out(bpm.tree) is 'Writes a tree: kind of the ids and rules, then the nodes, parents first, siblings by id.';

create function bpm.tree_recv(internal) returns bpm.tree
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_recv';
comment on function bpm.tree_recv(internal) is 'Reads a tree in binary: a version byte and the text.';

create function bpm.tree_send(bpm.tree) returns bytea
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_send';
comment on function bpm.tree_send(bpm.tree) is 'Writes a tree in binary: a version byte and the text.';

create type bpm.tree (
    input = bpm.tree_in,
    output = bpm.tree_out,
    receive = bpm.tree_recv,
    send = bpm.tree_send,
    internallength = variable,
    alignment = double,
    storage = extended
);
comment on type bpm.tree is
'A tree, or several, of weighted nodes with the scores of the leaves and the rules to score it by: what score_tree returns. bpm.nodes(tree) takes it apart, bpm.roots(tree) gives the results. Written {text, renormalise} ("root",,,) ("leaf","root",60,80): id, parent, weight, score, a method if it has its own, and a best score.';

create function bpm.tree_eq(bpm.tree, bpm.tree) returns boolean
    language c immutable strict leakproof parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_eq';
comment on function bpm.tree_eq(bpm.tree, bpm.tree) is 'implementation of = operator';

create function bpm.tree_ne(bpm.tree, bpm.tree) returns boolean
    language c immutable strict leakproof parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_ne';
comment on function bpm.tree_ne(bpm.tree, bpm.tree) is 'implementation of <> operator';

create function bpm.tree_hash(bpm.tree) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_hash';
comment on function bpm.tree_hash(bpm.tree) is 'Hash of a tree.';

create function bpm.tree_hash_extended(bpm.tree, bigint) returns bigint
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_hash_extended';
comment on function bpm.tree_hash_extended(bpm.tree, bigint) is 'Hash of a tree with a seed.';

create operator bpm.= (
    leftarg = bpm.tree, rightarg = bpm.tree, function = bpm.tree_eq,
    commutator = operator(bpm.=), negator = operator(bpm.<>),
    restrict = eqsel, join = eqjoinsel, hashes, merges
);
comment on operator bpm.= (bpm.tree, bpm.tree) is 'the same nodes, weights, scores and rules';

create operator bpm.<> (
    leftarg = bpm.tree, rightarg = bpm.tree, function = bpm.tree_ne,
    commutator = operator(bpm.<>), negator = operator(bpm.=),
    restrict = neqsel, join = neqjoinsel
);
comment on operator bpm.<> (bpm.tree, bpm.tree) is 'another node, weight, score or rule';

create operator class bpm.tree_ops default for type bpm.tree using hash as
    operator 1 bpm.=,
    function 1 bpm.tree_hash(bpm.tree),
    function 2 bpm.tree_hash_extended(bpm.tree, bigint);
comment on operator class bpm.tree_ops using hash is 'trees by their nodes, weights, scores and rules';
comment on operator family bpm.tree_ops using hash is 'trees by their nodes, weights, scores and rules';

-- order

create function bpm.tree_lt(bpm.tree, bpm.tree) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_lt';
comment on function bpm.tree_lt(bpm.tree, bpm.tree) is 'implementation of < operator';

create function bpm.tree_le(bpm.tree, bpm.tree) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_le';
comment on function bpm.tree_le(bpm.tree, bpm.tree) is 'implementation of <= operator';

create function bpm.tree_ge(bpm.tree, bpm.tree) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_ge';
comment on function bpm.tree_ge(bpm.tree, bpm.tree) is 'implementation of >= operator';

create function bpm.tree_gt(bpm.tree, bpm.tree) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_gt';
comment on function bpm.tree_gt(bpm.tree, bpm.tree) is 'implementation of > operator';

create function bpm.tree_cmp(bpm.tree, bpm.tree) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_cmp';
comment on function bpm.tree_cmp(bpm.tree, bpm.tree) is 'Less than, equal or greater than 0: by what is stored, for sorting and uniqueness.';

create operator bpm.< (
    leftarg = bpm.tree, rightarg = bpm.tree, function = bpm.tree_lt,
    commutator = operator(bpm.>), negator = operator(bpm.>=),
    restrict = scalarltsel, join = scalarltjoinsel
);
comment on operator bpm.< (bpm.tree, bpm.tree) is 'sorts before: by what is stored, for sorting and uniqueness';

create operator bpm.<= (
    leftarg = bpm.tree, rightarg = bpm.tree, function = bpm.tree_le,
    commutator = operator(bpm.>=), negator = operator(bpm.>),
    restrict = scalarlesel, join = scalarlejoinsel
);
comment on operator bpm.<= (bpm.tree, bpm.tree) is 'sorts before or is the same: by what is stored, for sorting and uniqueness';

create operator bpm.>= (
    leftarg = bpm.tree, rightarg = bpm.tree, function = bpm.tree_ge,
    commutator = operator(bpm.<=), negator = operator(bpm.<),
    restrict = scalargesel, join = scalargejoinsel
);
comment on operator bpm.>= (bpm.tree, bpm.tree) is 'sorts after or is the same: by what is stored, for sorting and uniqueness';

create operator bpm.> (
    leftarg = bpm.tree, rightarg = bpm.tree, function = bpm.tree_gt,
    commutator = operator(bpm.<), negator = operator(bpm.<=),
    restrict = scalargtsel, join = scalargtjoinsel
);
comment on operator bpm.> (bpm.tree, bpm.tree) is 'sorts after: by what is stored, for sorting and uniqueness';

create operator class bpm.tree_ops default for type bpm.tree using btree as
    operator 1 bpm.<,
    operator 2 bpm.<=,
    operator 3 bpm.=,
    operator 4 bpm.>=,
    operator 5 bpm.>,
    function 1 bpm.tree_cmp(bpm.tree, bpm.tree);
comment on operator class bpm.tree_ops using btree is 'trees: by what is stored, for sorting and uniqueness';
comment on operator family bpm.tree_ops using btree is 'trees: by what is stored, for sorting and uniqueness';

-- taking apart

create function bpm.nodes(tree bpm.tree) returns setof bpm.tree_node
    language c immutable strict parallel safe cost 100 rows 1000
    as 'MODULE_PATHNAME', 'bpm_tree_nodes';
comment on function bpm.nodes(bpm.tree) is
'Every node with its score, bounds, coverage, share and contribution: parents before their children, siblings by id. Use it in FROM: select n.* from (select bpm.score_tree(id, parent_id, weight, score) tree from indicator) t, bpm.nodes(t.tree) n.';

create function bpm.roots(tree bpm.tree) returns setof bpm.tree_node
    language c immutable strict parallel safe cost 50 rows 1
    as 'MODULE_PATHNAME', 'bpm_tree_roots';
comment on function bpm.roots(bpm.tree) is
'The roots alone, as bpm.nodes gives them: the result of a tree, one row for each tree of a forest.';

create function bpm.subtree(tree bpm.tree, id text) returns bpm.tree
    language c immutable strict parallel safe cost 50
    as 'MODULE_PATHNAME', 'bpm_tree_subtree';
comment on function bpm.subtree(bpm.tree, text) is
'A node with all that is below it, as a tree of its own with the same rules; what "nested" says of the weights below it is its own weight then. NULL when there is no such node.';

create function bpm.score_margin(
    tree bpm.tree, scale bpm.scale,
    out id text, out score numeric, out change numeric, out new_score numeric,
    out root_id text, out rating text, out new_rating text
) returns setof record
    language c immutable strict parallel safe cost 100 rows 1000
    as 'MODULE_PATHNAME', 'bpm_tree_score_margin';
comment on function bpm.score_margin(bpm.tree, bpm.scale) is
'For every leaf that alone can bring its root into another band: the smallest change of its score that does, upwards and downwards, exact with every rounding on the way, and the rating that the root then has. order by abs(change) limit 1 is the smallest of all. Left out are leaves that cannot, within the bounds of the rules and their own best, and those below a method without shares.';

create function bpm.weight_margin(
    a bpm.tree, b bpm.tree,
    out id text, out in_a boolean, out in_b boolean, out weight numeric, out change numeric, out new_weight numeric
) returns setof record
    language sql immutable strict parallel safe cost 1000 rows 100
begin atomic
    -- A node with weight w and score s among siblings of total weight T and weighted sum N has its parent at
    -- N / T; w + d makes it (N + s d) / (T + d), which is gain d / (T (T + d)) more, where gain = s T - N.
    -- The root moves by the parent's share in it times as much.
    with node_a as (
        select n.*, coalesce(n.score, 0) as counted,
               sum(n.weight) filter (where n.scored_share > 0) over family as total,
               sum(n.weight * coalesce(n.score, 0)) filter (where n.scored_share > 0) over family as weighted
        from bpm.nodes(a) n window family as (partition by n.parent_id)
    ), node_b as (
        select n.*, coalesce(n.score, 0) as counted,
               sum(n.weight) filter (where n.scored_share > 0) over family as total,
               sum(n.weight * coalesce(n.score, 0)) filter (where n.scored_share > 0) over family as weighted
        from bpm.nodes(b) n window family as (partition by n.parent_id)
    ), part_a as (
        select c.id, c.weight, c.total, p.scored_share * (c.counted * c.total - c.weighted) as gain
        from node_a c join node_a p on p.id = c.parent_id
        where p.scored_share > 0 and p.method = 'mean' and c.scored_share is not null and (c.scored_share > 0 or c.score is not null)
    ), part_b as (
        select c.id, c.weight, c.total, p.scored_share * (c.counted * c.total - c.weighted) as gain
        from node_b c join node_b p on p.id = c.parent_id
        where p.scored_share > 0 and p.method = 'mean' and c.scored_share is not null and (c.scored_share > 0 or c.score is not null)
    ), gap as (
        -- from the children and with many digits, so that a flat tree is exact
        select (select case when r.leaf or r.method <> 'mean' then r.score
                    else (select c.weighted::numeric(1000, 40) / c.total from node_a c
                          where c.parent_id = r.id and c.total is not null limit 1) end
                from node_a r where r.parent_id is null)
             - (select case when r.leaf or r.method <> 'mean' then r.score
                    else (select c.weighted::numeric(1000, 40) / c.total from node_b c
                          where c.parent_id = r.id and c.total is not null limit 1) end
                from node_b r where r.parent_id is null) as gap
    ), part as (
        select id, pa.id is not null as in_a, pb.id is not null as in_b,
               least(pa.weight, pb.weight) as least_weight, coalesce(pa.weight, pb.weight) as weight,
               coalesce(pa.total, pb.total) as total_a, coalesce(pb.total, pa.total) as total_b,
               coalesce(pa.gain::numeric(1000, 40) / pa.total, 0) as gain_a,
               coalesce(pb.gain::numeric(1000, 40) / pb.total, 0) as gain_b
        from part_a pa full join part_b pb using (id)
    ), equation as (
        -- gap + gain_a d / (total_a + d) - gain_b d / (total_b + d) = 0, times both denominators; with one
        -- total that is (total + d) (square d + gap total) = 0
        select p.*, g.gap * p.total_a as level, g.gap + p.gain_a - p.gain_b as square,
               g.gap * (p.total_a + p.total_b) + p.gain_a * p.total_b - p.gain_b * p.total_a as linear,
               g.gap * p.total_a * p.total_b as fixed
        from part p, gap g where g.gap <> 0
    ), root as (
        select e.*, case when round(e.square, 20) <> 0 then -e.level / e.square end as d
        from equation e where e.total_a = e.total_b
        union all
        select e.*, case when round(e.square, 20) <> 0
                             then (-e.linear + sign.s * sqrt(e.linear * e.linear - 4 * e.square * e.fixed)) / (2 * e.square)
                         when e.linear <> 0 then -e.fixed / e.linear end
        from equation e, (values (1), (-1)) sign (s)
        where e.total_a <> e.total_b and e.linear * e.linear >= 4 * e.square * e.fixed
    ), change as (
        select distinct on (r.id) r.id, r.in_a, r.in_b, r.weight,
               sign(r.d) * ceil(abs(round(r.d, 20)) * 1e8) / 1e8 as change
        from root r
        where r.least_weight + round(r.d, 20) >= 0 and r.total_a + r.d > 0 and r.total_b + r.d > 0
        order by r.id, abs(r.d)
    )
    select c.id, c.in_a, c.in_b, c.weight, trim_scale(c.change), trim_scale(c.weight + c.change)
    from change c order by abs(c.change), c.id;
end;
comment on function bpm.weight_margin(bpm.tree, bpm.tree) is
'For two trees with one root each: the changes of one weight that bring their scores level, so that any more swaps their order, smallest first. A weight that occurs in both, as in a common framework, changes in both. In closed form from the published figures; exact in trees of one level. No rows when they are level.';

-- the aggregates

create function bpm.tree_accum(internal, anycompatible, anycompatible, numeric, numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_accum';
comment on function bpm.tree_accum(internal, anycompatible, anycompatible, numeric, numeric) is 'transition function of score_tree';

create function bpm.tree_accum(internal, anycompatible, anycompatible, numeric, numeric, bpm.method) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_accum_method';
comment on function bpm.tree_accum(internal, anycompatible, anycompatible, numeric, numeric, bpm.method) is 'transition function of score_tree';

create function bpm.tree_accum(internal, anycompatible, anycompatible, numeric, numeric, text) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_accum_rules';
comment on function bpm.tree_accum(internal, anycompatible, anycompatible, numeric, numeric, text) is 'transition function of score_tree';

create function bpm.tree_accum(internal, anycompatible, anycompatible, numeric, numeric, bpm.method, text) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_accum_method_rules';
comment on function bpm.tree_accum(internal, anycompatible, anycompatible, numeric, numeric, bpm.method, text) is 'transition function of score_tree';

create function bpm.tree_accum(internal, anycompatible, anycompatible, numeric, numeric, numeric, bpm.method, text) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_accum_best';
comment on function bpm.tree_accum(internal, anycompatible, anycompatible, numeric, numeric, numeric, bpm.method, text) is 'transition function of score_tree';

create function bpm.tree_final(internal) returns bpm.tree
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_final';
comment on function bpm.tree_final(internal) is 'final function of score_tree';

create function bpm.tree_try_final(internal) returns bpm.tree
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_try_final';
comment on function bpm.tree_try_final(internal) is 'final function of try_score_tree';

create aggregate bpm.score_tree(id anycompatible, parent_id anycompatible, weight numeric, score numeric) (
    sfunc = bpm.tree_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.score_tree(anycompatible, anycompatible, numeric, numeric) is
'The tree of a group of rows, in any order: one row for each node, with the id of its parent (NULL for a root), its weight among its siblings and, for a leaf, its score. A NULL score is missing: scores are taken over what is there. A NULL weight weighs nothing. What is wrong with a tree is an error that names the node; bpm.tree_check returns all of it. NULL over no rows.';

create aggregate bpm.score_tree(id anycompatible, parent_id anycompatible, weight numeric, score numeric, method bpm.method) (
    sfunc = bpm.tree_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.score_tree(anycompatible, anycompatible, numeric, numeric, bpm.method) is
'score_tree with a method for each parent: mean, geometric, weakest, sum, m1, m2; NULL is mean. The method of a leaf says nothing.';

create aggregate bpm.score_tree(id anycompatible, parent_id anycompatible, weight numeric, score numeric, rules text) (
    sfunc = bpm.tree_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.score_tree(anycompatible, anycompatible, numeric, numeric, text) is
'score_tree by declared rules, such as ''zero'', ''error'', ''require 80'', ''total 100'', ''nested 100'', ''bounds 0..1'', ''round 2'', or the method of all parents; ''require 80, total 100'' gives several.';

create aggregate bpm.score_tree(id anycompatible, parent_id anycompatible, weight numeric, score numeric, method bpm.method, rules text) (
    sfunc = bpm.tree_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.score_tree(anycompatible, anycompatible, numeric, numeric, bpm.method, text) is
'score_tree with a method for each parent and with rules; a parent whose method is NULL has that of the rules.';

create aggregate bpm.score_tree(id anycompatible, parent_id anycompatible, weight numeric, score numeric, best numeric, method bpm.method, rules text) (
    sfunc = bpm.tree_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.score_tree(anycompatible, anycompatible, numeric, numeric, numeric, bpm.method, text) is
'score_tree with the best score that each leaf can bring while it is missing, such as the cap of its target; NULL is the best of the rules. Then its parents'' high is no lower than it can get.';

create aggregate bpm.try_score_tree(id anycompatible, parent_id anycompatible, weight numeric, score numeric) (
    sfunc = bpm.tree_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_try_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.try_score_tree(anycompatible, anycompatible, numeric, numeric) is
'score_tree that never raises: NULL for a tree that is not sound, whatever the rows hold; bpm.tree_check says why.';

create aggregate bpm.try_score_tree(id anycompatible, parent_id anycompatible, weight numeric, score numeric, method bpm.method) (
    sfunc = bpm.tree_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_try_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.try_score_tree(anycompatible, anycompatible, numeric, numeric, bpm.method) is
'score_tree with a method for each parent, and NULL for a tree that is not sound, whatever the rows hold; bpm.tree_check says why.';

create aggregate bpm.try_score_tree(id anycompatible, parent_id anycompatible, weight numeric, score numeric, rules text) (
    sfunc = bpm.tree_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_try_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.try_score_tree(anycompatible, anycompatible, numeric, numeric, text) is
'score_tree by declared rules, and NULL for a tree that is not sound or rules that cannot be used; bpm.tree_check says why.';

create aggregate bpm.try_score_tree(id anycompatible, parent_id anycompatible, weight numeric, score numeric, method bpm.method, rules text) (
    sfunc = bpm.tree_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_try_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.try_score_tree(anycompatible, anycompatible, numeric, numeric, bpm.method, text) is
'score_tree with methods and rules, and NULL for a tree that is not sound, whatever the rows hold; bpm.tree_check says why.';

create aggregate bpm.try_score_tree(id anycompatible, parent_id anycompatible, weight numeric, score numeric, best numeric, method bpm.method, rules text) (
    sfunc = bpm.tree_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_try_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.try_score_tree(anycompatible, anycompatible, numeric, numeric, numeric, bpm.method, text) is
'score_tree with best scores, methods and rules, and NULL for a tree that is not sound, whatever the rows hold; bpm.tree_check says why.';

create function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_check_accum';
comment on function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric) is 'transition function of tree_check';

create function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric, numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_check_accum';
comment on function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric, numeric) is 'transition function of tree_check';

create function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric, numeric, bpm.method) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_check_accum_method';
comment on function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric, numeric, bpm.method) is 'transition function of tree_check';

create function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric, numeric, text) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_check_accum_rules';
comment on function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric, numeric, text) is 'transition function of tree_check';

create function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric, numeric, bpm.method, text) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_check_accum_method_rules';
comment on function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric, numeric, bpm.method, text) is 'transition function of tree_check';

create function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric, numeric, numeric, bpm.method, text) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_check_accum_best';
comment on function bpm.tree_check_accum(internal, anycompatible, anycompatible, numeric, numeric, numeric, bpm.method, text) is 'transition function of tree_check';

create function bpm.tree_check_final(internal) returns bpm.tree_fault[]
    language c stable parallel safe
    as 'MODULE_PATHNAME', 'bpm_tree_check_final';
comment on function bpm.tree_check_final(internal) is 'final function of tree_check';

create aggregate bpm.tree_check(id anycompatible, parent_id anycompatible, weight numeric) (
    sfunc = bpm.tree_check_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_check_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.tree_check(anycompatible, anycompatible, numeric) is
'What is wrong with a tree, all of it at once: an array of kind, node and detail to unnest, empty when score_tree would take the rows.';

create aggregate bpm.tree_check(id anycompatible, parent_id anycompatible, weight numeric, score numeric) (
    sfunc = bpm.tree_check_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_check_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.tree_check(anycompatible, anycompatible, numeric, numeric) is
'tree_check that looks at scores too.';

create aggregate bpm.tree_check(id anycompatible, parent_id anycompatible, weight numeric, score numeric, method bpm.method) (
    sfunc = bpm.tree_check_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_check_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.tree_check(anycompatible, anycompatible, numeric, numeric, bpm.method) is
'tree_check that looks at scores and methods too.';

create aggregate bpm.tree_check(id anycompatible, parent_id anycompatible, weight numeric, score numeric, rules text) (
    sfunc = bpm.tree_check_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_check_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.tree_check(anycompatible, anycompatible, numeric, numeric, text) is
'tree_check by declared rules, such as ''total 100'' and ''error''.';

create aggregate bpm.tree_check(id anycompatible, parent_id anycompatible, weight numeric, score numeric, method bpm.method, rules text) (
    sfunc = bpm.tree_check_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_check_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.tree_check(anycompatible, anycompatible, numeric, numeric, bpm.method, text) is
'tree_check with methods and rules: the arguments of score_tree.';

create aggregate bpm.tree_check(id anycompatible, parent_id anycompatible, weight numeric, score numeric, best numeric, method bpm.method, rules text) (
    sfunc = bpm.tree_check_accum, stype = internal, sspace = 2000,
    finalfunc = bpm.tree_check_final, finalfunc_modify = read_write,
    parallel = safe
);
comment on aggregate bpm.tree_check(anycompatible, anycompatible, numeric, numeric, numeric, bpm.method, text) is
'tree_check with best scores, methods and rules: the arguments of score_tree.';
