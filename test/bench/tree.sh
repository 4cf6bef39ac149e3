#!/usr/bin/env bash
# tree.sh: what rolling up trees costs, beside the recursive SQL that gives the same columns.
#
# One tree of ROWS / 10 nodes, ten children to a parent, and ROWS / 100 trees of 15 nodes; one leaf in 37
# is missing; the same tree with weights of 10^18 and more needs sums that 128 bits do not hold. The peer is slow, and so it runs once after one turn that is not counted; work_mem is 1 GB
# for both. Memory is the growth of the session's largest resident size over what count(*) needs, so that
# it has everything in it, also the tuples that nodes() gives.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NODES=$((ROWS / 10))
TREES=$((ROWS / 100))
BENCH_SETTINGS+=' -c work_mem=1GB'

# make_tree TABLE NODES: heap order, so that node i is a child of (i + 8) / 10
make_tree() {
    bench_psql <<EOSQL
create unlogged table $1 as
select 1 as tree, i as id, nullif((i + 8) / 10, 0) as parent_id, (1 + i * 7919 % 9)::numeric as weight,
       case when 10 * i - 8 > $2 and i % 37 > 0 then i * 104729 % 10001 / 100.00 end as score
from generate_series(1, $2::bigint) i;
EOSQL
    bench_warm "$1"
}

# ours TABLE, peer TABLE: the counts make both compute every column
ours() {
    echo "select count(*), count(depth), count(share), count(score), count(low), count(high), count(coverage), count(contribution)
          from (select bpm.score_tree(id, parent_id, weight, score) as tree from $1 group by tree) t, bpm.nodes(t.tree) n"
}

peer() {
    cat <<EOSQL
with recursive
sibling as materialized (
    select t.id, t.parent_id, t.weight, t.score, w.total,
           not exists (select from $1 c where c.parent_id = t.id) as leaf
    from $1 t left join (select parent_id, sum(weight) as total from $1 group by parent_id) w using (parent_id)
),
down (id, root_id, depth, share) as (
    select id, id, 0, 1::numeric from sibling where parent_id is null
    union all
    select c.id, d.root_id, d.depth + 1, d.share * c.weight / c.total
    from down d join sibling c on c.parent_id = d.id
),
above (leaf, id) as (
    select id, id from sibling where leaf
    union all
    select a.leaf, s.parent_id from above a join sibling s using (id) where s.parent_id is not null
),
bound as materialized (
    select a.id, count(l.score) > 0 as scored, sum(d.share * l.score) as low,
           sum(d.share * coalesce(l.score, 100)) as high, sum(d.share) filter (where l.score is not null) as covered
    from above a join sibling l on l.id = a.leaf join down d on d.id = a.leaf
    group by a.id
),
present as materialized (
    select s.id, s.parent_id, s.weight, sum(s.weight) over (partition by s.parent_id) as total
    from sibling s join bound b using (id) where b.scored
),
effect (id, scored_share) as (
    select id, 1::numeric from present where parent_id is null
    union all
    select c.id, e.scored_share * c.weight / c.total from effect e join present c on c.parent_id = e.id
),
scored as materialized (
    select a.id, round(sum(e.scored_share * l.score) / sum(e.scored_share), 8) as score
    from above a join sibling l on l.id = a.leaf join effect e on e.id = a.leaf
    group by a.id
),
term as (
    select l.id, d.root_id, e.scored_share * l.score * 1e8 as exact
    from sibling l join effect e using (id) join down d using (id) where l.leaf
),
contribution as (
    select t.id, (floor(exact) + case when row_number() over (partition by t.root_id order by exact - floor(exact) desc, t.id)
                  <= s.score * 1e8 - sum(floor(exact)) over (partition by t.root_id) then 1 else 0 end) / 1e8 as contribution
    from term t join scored s on s.id = t.root_id
)
select count(*), count(depth), count(share), count(score), count(low), count(high), count(coverage), count(contribution)
from (
    select s.id, s.parent_id, d.depth, s.leaf, s.weight, d.share, sc.score, round(b.low / d.share, 8) as low,
           round(b.high / d.share, 8) as high, round(100 * coalesce(b.covered, 0) / d.share, 8) as coverage, c.contribution
    from sibling s join down d using (id) join bound b using (id)
    left join scored sc using (id) left join contribution c using (id)
) n
EOSQL
}

# memory_per_node TABLE NODES
memory_per_node() {
    local peak="substring(pg_read_file('/proc/self/status') from 'VmHWM:\\s+(\\d+)')::bigint"
    local before after
    { read -r before && read -r _ && read -r after; } < <(bench_psql -c "select count(weight + score) from $1" \
        -c "select $peak" -c "set work_mem = '4MB'" -c "select 'all ' || count(*) from (select bpm.score_tree(id, parent_id, weight, score) as tree from $1) t, bpm.nodes(t.tree) n" \
        -c "select $peak" 2>/dev/null | tail -n +2) || { echo -; return; }
    echo $(((after - before) * 1024 / $2))
}

bench_begin
make_tree one "$NODES"
make_tree two $((2 * NODES))
make_tree four $((4 * NODES))
bench_psql <<EOSQL
create unlogged table many as
select tree, tree * 100 + i as id, case when i > 1 then tree * 100 + (i + 1) / 3 end as parent_id,
       (1 + (tree + i) * 7919 % 9)::numeric as weight,
       case when i > 5 and (tree + i) % 37 > 0 then (tree + i) * 104729 % 10001 / 100.00 end as score
from generate_series(1, $TREES::bigint) tree, generate_series(1, 15) i;
EOSQL
bench_warm many
bench_psql -c 'create unlogged table large as select tree, id, parent_id, weight * 1e18 as weight, score from four'
bench_warm large

runs=$RUNS
RUNS=1
bench_time 'recursive SQL, one tree' "$(peer one)" 'recursive SQL, many trees' "$(peer many)"
RUNS=$runs
bench_time \
    'score_tree, one tree' "$(ours one)" 'score_tree, many trees' "$(ours many)" \
    'score_tree, 2 x the nodes' "$(ours two)" 'score_tree, 4 x the nodes' "$(ours four)" \
    'score_tree, 4 x, large weights' "$(ours large)" \
    'the aggregate alone, one tree' 'select count(tree) from (select bpm.score_tree(id, parent_id, weight, score) as tree from one) t'

row() { # NAME BASE GOAL least|most
    local times
    times=$(ratio "${MEDIAN[$2]}" "${MEDIAN[$1]}")
    [[ $4 == least ]] || times=$(ratio "${MEDIAN[$1]}" "${MEDIAN[$2]}")
    printf '%-34s %9.3f %9s %9s %s\n' "$1" "${MEDIAN[$1]}" "$times" "$4 $3" \
        "$(awk -v t="$times" -v g="$3" -v k="$4" 'BEGIN { print (k == "least" ? t >= g : t <= g) ? "reached" : "MISSED" }')"
}

printf '\ntrees: one of %s nodes, %s of 15; medians of %s runs\n%-34s %9s %9s %9s\n' \
    "$NODES" "$TREES" "$RUNS" '' 'median s' 'times' 'goal'
printf '%-34s %9.3f\n' 'recursive SQL, one tree' "${MEDIAN['recursive SQL, one tree']}"
row 'score_tree, one tree' 'recursive SQL, one tree' 15 least
printf '%-34s %9.3f\n' 'the aggregate alone, one tree' "${MEDIAN['the aggregate alone, one tree']}"
printf '%-34s %9.3f\n' 'recursive SQL, many trees' "${MEDIAN['recursive SQL, many trees']}"
row 'score_tree, many trees' 'recursive SQL, many trees' 15 least
row 'score_tree, 2 x the nodes' 'score_tree, one tree' 2.2 most
row 'score_tree, 4 x the nodes' 'score_tree, 2 x the nodes' 2.2 most
row 'score_tree, 4 x, large weights' 'score_tree, 4 x the nodes' 1.5 most
printf 'memory: %s bytes a node while it works (goal: at most 150)\n' "$(memory_per_node four $((4 * NODES)))"
printf 'with large weights: %s bytes (goal: at most 150)\n' "$(memory_per_node large $((4 * NODES)))"
