-- Rollups and scales against plain SQL in numeric: any order, any parts, any window, exact.
\set cases 4000
\ir oracle.psql

create function pg_temp.rounded(p numeric, q numeric, digits integer) returns numeric language sql immutable as
$$ select sign(p) * div(2 * abs(p) * 10::numeric ^ digits + q, 2 * q) * ('1e-' || digits)::numeric $$;

select setseed(:seed);
-- groups of rows with missing scores and weights; weights up to 10^12, scores of both signs; some have targets with caps
create temp table observed as
select i as n, 1 + floor(random() * (1 + :cases / 12))::integer as unit, floor(random() * 5)::integer as part,
       case when random() > .2 then round(((random() - .1) * case when random() < .1 then 1e9 else 100 end)::numeric, floor(random() * 11)::integer) end as score,
       case when random() < .05 then null when random() < .1 then 0 when random() < .1 then round((random() * 1e10)::numeric * 100, 2) else round((random() * 1000)::numeric, floor(random() * 11)::integer) end as weight,
       case when random() > .2 then round((random() * 150)::numeric, 3) end as actual,
       case when random() < .1 then null else (array['>= 100', '>= 100 cap 120', 'points(0:0, 100:80)', '<= 50 ratio cap 150.5'])[1 + floor(random() * 4)::integer]::bpm.target end as target
from generate_series(1, :cases) i;
-- what a rollup keeps: figures to 8 decimals, half away from zero as round() does
create temp table kept as select n, unit, part, round(score, 8) as score, coalesce(round(weight, 8), 0) as weight, bpm.score(actual, target) as target_score, bpm.cap(target) as cap from observed;
create temp table expected as
select unit, count(*) as rows, count(score) as scored, sum(weight) as weight, coalesce(sum(weight) filter (where score is not null), 0) as scored_weight, coalesce(sum(weight * score), 0) as sum,
       count(target_score) as t_scored, coalesce(sum(weight) filter (where target_score is not null), 0) as t_weight, coalesce(sum(weight * target_score), 0) as t_sum,
       coalesce(sum(weight * (cap - 100)) filter (where target_score is null), 0) as beyond
from kept group by unit;
create temp table made as select unit, bpm.rollup(score, weight) as r, bpm.rollup(actual, target, weight) as t from observed group by unit;

select is_empty($$ select e.*, m.r from expected e join made m using (unit)
    where (bpm.row_count(r), bpm.row_count(r) - bpm.missing_count(r), bpm.weight(r), bpm.scored_weight(r), bpm.weighted_sum(r)) is distinct from (e.rows, e.scored, e.weight, e.scored_weight, e.sum) $$, 'counts, weights and sum are exact');
select is_empty($$ select e.*, m.t from expected e join made m using (unit)
    where (bpm.row_count(t), bpm.row_count(t) - bpm.missing_count(t), bpm.weight(t), bpm.scored_weight(t), bpm.weighted_sum(t)) is distinct from (e.rows, e.t_scored, e.weight, e.t_weight, e.t_sum) $$, 'with targets too');
select is_empty($$ select e.*, d, bpm.score(r, d), bpm.coverage(r, d), bpm.low(r, 0, d), bpm.high(r, null, d) from expected e join made m using (unit), generate_series(0, 8) d
    where bpm.score(r, d) is distinct from case when scored_weight > 0 then pg_temp.rounded(sum, scored_weight, d) end
       or bpm.coverage(r, d) is distinct from case when weight > 0 then pg_temp.rounded(100 * scored_weight, weight, d) end
       or bpm.low(r, 0, d) is distinct from case when weight > 0 then pg_temp.rounded(sum, weight, d) end
       or bpm.low(r, -12.5, d) is distinct from case when weight > 0 then pg_temp.rounded(sum - 12.5 * (weight - scored_weight), weight, d) end
       or bpm.high(r, digits => d) is distinct from case when weight > 0 then pg_temp.rounded(sum + 100 * (weight - scored_weight), weight, d) end
       or bpm.high(t, digits => d) is distinct from case when weight > 0 then pg_temp.rounded(t_sum + 100 * (weight - t_weight) + beyond, weight, d) end
       or bpm.high(t, 120, d) is distinct from case when weight > 0 then pg_temp.rounded(t_sum + 120 * (weight - t_weight), weight, d) end $$, 'score, coverage and bounds are their quotients, rounded once, to any digits');
select is_empty($$ select unit from (select unit, bpm.weighted_score(score, weight) as s, bpm.weighted_score(actual, target, weight) as t from observed group by unit) w join expected using (unit)
    where s is distinct from case when scored_weight > 0 then pg_temp.rounded(sum, scored_weight, 8) end or t is distinct from case when t_weight > 0 then pg_temp.rounded(t_sum, t_weight, 8) end $$, 'weighted_score is the score');
-- any parts, in any order
create temp table parts as select unit, part, bpm.rollup(score, weight order by random()) as r, bpm.rollup(actual, target, weight order by random()) as t from observed group by unit, part;
select is_empty($$ select unit from (select unit, bpm.rollup(r order by random()) as r, bpm.rollup(t order by random()) as t from parts group by unit) p join made m using (unit) where p.r operator(bpm.<>) m.r or p.t operator(bpm.<>) m.t $$, 'merged parts are the whole, in any order');
select is_empty($$ select unit, part from parts p join made m using (unit) where m.t operator(bpm.-) p.t operator(bpm.+) p.t operator(bpm.<>) m.t or m.r operator(bpm.-) p.r operator(bpm.+) p.r operator(bpm.<>) m.r
    or p.t operator(bpm.+) m.t operator(bpm.-) m.t operator(bpm.<>) p.t $$, 'a - b + b is a, and a + b - b');
select is_empty($$ select a.unit from parts a join parts b on b.unit = a.unit and b.part = (a.part + 1) % 5 join parts c on c.unit = a.unit and c.part = (a.part + 2) % 5
    where (a.t operator(bpm.+) b.t) operator(bpm.+) c.t operator(bpm.<>) (a.t operator(bpm.+) (b.t operator(bpm.+) c.t)) or a.r operator(bpm.+) b.r operator(bpm.<>) (b.r operator(bpm.+) a.r) $$, 'addition is associative and commutes');
select is_empty($$ select n from (select n, bpm.rollup(actual, target, weight) over w as moved, bpm.score(bpm.rollup(score, weight) over w) as score, array_agg(n) over w as rows from observed window w as (partition by unit order by n rows between 3 preceding and 1 following)) x
    where moved operator(bpm.<>) (select bpm.rollup(actual, target, weight) from observed o where o.n = any (x.rows)) or score is distinct from (select bpm.weighted_score(o.score, o.weight) from observed o where o.n = any (x.rows)) $$, 'a moving window is what its rows are');
select is_empty($$ select unit from made where r::text::bpm.rollup operator(bpm.<>) r or t::text::bpm.rollup operator(bpm.<>) t $$, 'every one reads back');

-- scales: the first band whose bound the rounded score keeps
create temp table banded as
select i as n, rises, digits, bounds, array_agg(case when random() < .5 then true else false end) over (partition by i) as coin
from (select i, random() < .5 as rises, floor(random() * 9)::integer as digits,
             (select array_agg(b order by b) from (select distinct round((random() * 100)::numeric, floor(random() * 4)::integer) b from generate_series(1, 2 + i % 5)) x) as bounds from generate_series(1, :cases / 10 + 1) i) s;
create temp table scaled as
select n, rises, digits, array_agg(b order by o) as bounds, array_agg(strict order by o) as strict,
       (string_agg(format('b%s %s%s %s', o, case when rises then '<' else '>' end, case when strict then '' else '=' end, b), ', ' order by o) || ', rest round ' || digits)::bpm.scale as scale
from (select n, rises, digits, b, random() < .5 as strict, row_number() over (partition by n order by case when rises then b else -b end) as o from banded, unnest(bounds) b) x group by n, rises, digits;
select is_empty($$ select scale, score, bpm.rating_rank(score, scale) from scaled, lateral (select bounds[1 + floor(random() * cardinality(bounds))::integer] + (array[0, 0.5, -0.5, 0.005, -0.005, 0.00000001, -0.00000001, 1e-20])[1 + floor(random() * 8)::integer] as score from generate_series(1, 8) g where g <> n) s
    where bpm.rating_rank(score, scale) <> coalesce((select min(i) from generate_subscripts(bounds, 1) i where case when rises then case when strict[i] then round(score, digits) < bounds[i] else round(score, digits) <= bounds[i] end
            when strict[i] then round(score, digits) > bounds[i] else round(score, digits) >= bounds[i] end), cardinality(bounds) + 1)
        or bpm.rating(score, scale) <> coalesce('b' || nullif(bpm.rating_rank(score, scale), cardinality(bounds) + 1), 'rest') $$, 'a rating is the first band that the rounded score keeps');
select is_empty($$ select scale from scaled where scale::text::bpm.scale operator(bpm.<>) scale $$, 'every scale reads back');

select * from finish();
rollback;
