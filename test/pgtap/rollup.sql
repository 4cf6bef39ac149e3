-- rollup: the type bpm.rollup, its aggregates, accessors and operators.
-- Expected figures are worked out by hand in the comments.
\set QUIET on
\pset format unaligned
\pset tuples_only true
\pset pager off
\set ON_ERROR_STOP on

begin;
create extension if not exists pgtap;
create extension if not exists bpm;

select current_setting('server_version_num')::integer >= 160000 as has_soft_errors \gset

-- what a statement raises: SQLSTATE | message | detail | hint
create function pg_temp.error_of(statement text) returns text language plpgsql as $$
declare
    state text; message text; detail text; hint text;
begin
    execute statement;
    return 'no error';
exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text,
        detail = pg_exception_detail, hint = pg_exception_hint;
    return concat_ws(' | ', state, message, nullif(detail, ''), nullif(hint, ''));
end $$;

create function pg_temp.error_of_literal(literal text) returns text language sql as
$$ select pg_temp.error_of(format('select %L::bpm.rollup', literal)) $$;

select plan(234);

-- ----------------------------------------------------------------------------------------------
-- three rows: 80 with weight 3, missing with weight 5, 60 with weight 2
--   rows 3, scored 2, weight 3+5+2 = 10, scored weight 3+2 = 5, sum 3·80 + 2·60 = 360
-- ----------------------------------------------------------------------------------------------
create temp table three (id int, score numeric, weight numeric);
insert into three values (1, 80, 3), (2, null, 5), (3, 60, 2);
create temp table r as select bpm.rollup(score, weight) as r from three;

select is(r::text, 'rows 3 scored 2 weight 10 scored_weight 5 sum 360', 'rollup(score, weight) holds counts, weights and the exact sum') from r;
select is((select bpm.weighted_score(score, weight) from three)::text, '72.00000000', 'weighted_score: 360/5 = 72, with 8 decimals');
select is(bpm.score(r)::text, '72.00000000', 'score: 360/5') from r;
select is(bpm.score(r, 0)::text, '72', 'score with 0 digits') from r;
select is(bpm.coverage(r)::text, '50.00000000', 'coverage: 5/10 of the weight, as a percentage') from r;
select is(bpm.coverage(r, 1)::text, '50.0', 'coverage with 1 digit') from r;
select is(bpm.low(r)::text, '36.00000000', 'low: (360 + 5·0)/10') from r;
select is(bpm.high(r)::text, '86.00000000', 'high: (360 + 5·100)/10') from r;
select is(bpm.low(r, 20)::text, '46.00000000', 'low with worst 20: (360 + 5·20)/10') from r;
select is(bpm.high(r, 90)::text, '81.00000000', 'high with best 90: (360 + 5·90)/10') from r;
select is(bpm.low(r, -50, 1)::text, '11.0', 'low with a worst below 0: (360 - 250)/10') from r;
select is(bpm.high(r, 90.5, 2)::text, '81.25', 'high with best 90.5, 2 digits: (360 + 452.5)/10') from r;
select is(bpm.low(r, digits => 3)::text, '36.000', 'low takes digits by name') from r;
select is(bpm.high(r, digits => 3)::text, '86.000', 'high takes digits by name') from r;
select is(bpm.weight(r)::text, '10', 'weight of all rows') from r;
select is(bpm.scored_weight(r)::text, '5', 'weight of the scored rows') from r;
select is(bpm.weighted_sum(r)::text, '360', 'sum of weight × score') from r;
select is(bpm.row_count(r), 3::bigint, 'row_count') from r;
select is(bpm.missing_count(r), 1::bigint, 'missing_count') from r;
select ok(bpm.low(r) <= bpm.score(r) and bpm.score(r) <= bpm.high(r), 'the score lies within its bounds') from r;
select is(bpm.rating(r, 'excellent >= 90, good >= 80, fair >= 60, poor'), 'fair', 'rating of 72') from r;
select is(bpm.rating_rank(r, 'excellent >= 90, good >= 80, fair >= 60, poor'), 3, 'rating_rank of 72') from r;

-- NULL and zero weight: the row is counted and weighs nothing
select is((select bpm.rollup(score, weight) from (values (80, 3), (60, null), (40, 0), (null, null), (null, 0)) v(score, weight))::text,
    'rows 5 scored 3 weight 3 scored_weight 3 sum 240', 'a NULL or zero weight counts the row and weighs nothing');
select is((select bpm.weighted_score(score, weight) from (values (80, 3), (60, null), (40, 0)) v(score, weight))::text,
    '80.00000000', 'weightless scores do not move the score');

-- other types fit by implicit cast
select is(bpm.weighted_score(90::smallint, 2::bigint)::text, '90.00000000', 'integers need no cast');
select throws_ok('select bpm.weighted_score(90::float8, 2)', '42883', null, 'float8 wants an explicit cast');

-- ----------------------------------------------------------------------------------------------
-- scored on the way: '>= 80' with actual 60 is 100·60/80 = 75; '<= 10' with 12 is 100·(1 - 2/10) = 80
-- weights 2 and 3; a row without an actual (weight 4) and one without a target (weight 1)
--   sum 2·75 + 3·80 = 390, scored weight 5, weight 10
-- ----------------------------------------------------------------------------------------------
create temp table promised (actual numeric, target bpm.target, weight numeric);
insert into promised values (60, '>= 80', 2), (12, '<= 10', 3), (null, '>= 80', 4), (50, null, 1);
select is((select bpm.rollup(actual, target, weight) from promised)::text,
    'rows 4 scored 2 weight 10 scored_weight 5 sum 390', 'rollup(actual, target, weight) scores and rolls up; no actual or no target is missing');
select is((select bpm.weighted_score(actual, target, weight) from promised)::text, '78.00000000', 'weighted_score(actual, target, weight): 390/5');
select is((select bpm.rollup(actual, target, weight) from promised)::text,
    (select bpm.rollup(bpm.score(actual, target), weight) from promised)::text, 'the same as scoring first');
select is((select bpm.rollup(actual, bpm.target(c, goal), 1) from (values (60, '>=', 80), (12, '<=', 10)) v(actual, c, goal))::text,
    'rows 2 scored 2 weight 2 scored_weight 2 sum 155', 'comparator and figure from two columns');
-- 100·1/3 = 33.33333333(3): the row's score is rounded to 8 decimals, and three of them are summed exactly
select is((select bpm.rollup(1, bpm.target '>= 3', 1) from generate_series(1, 3))::text,
    'rows 3 scored 3 weight 3 scored_weight 3 sum 99.99999999', 'a score on the way is the published one, 8 decimals');
select is((select bpm.rollup(null, null::bpm.target, null))::text, 'rows 1 scored 0 weight 0 scored_weight 0 sum 0', 'a row of NULLs is a row');
select throws_ok($$select bpm.rollup(101, bpm.target 'direct', 1)$$, '22003', 'direct score is out of range', 'a direct score above 100 is an error');

-- ----------------------------------------------------------------------------------------------
-- nothing there
-- ----------------------------------------------------------------------------------------------
create temp view nothing as
select 'no rows' as what, bpm.rollup(score, weight) as r, bpm.weighted_score(score, weight) as w from three where false
union all select 'all scores NULL', bpm.rollup(null::numeric, weight), bpm.weighted_score(null::numeric, weight) from three
union all select 'no weight', bpm.rollup(score, 0), bpm.weighted_score(score, 0) from three;

select is((select r::text from nothing where what = 'no rows'), 'rows 0 scored 0 weight 0 scored_weight 0 sum 0', 'over no rows the empty rollup, not NULL');
select is((select r::text from nothing where what = 'all scores NULL'), 'rows 3 scored 0 weight 10 scored_weight 0 sum 0', 'all NULL: weight without scored weight');
select is((select r::text from nothing where what = 'no weight'), 'rows 3 scored 2 weight 0 scored_weight 0 sum 0', 'scores that weigh nothing');
select is(w, null, 'weighted_score is NULL: ' || what) from nothing;
select is(bpm.score(r), null, 'score is NULL: ' || what) from nothing;
select is(bpm.coverage(r), case what when 'all scores NULL' then 0.0 end, 'coverage is 0 when nothing is scored, NULL when nothing weighs: ' || what) from nothing;
select is(bpm.low(r), case what when 'all scores NULL' then 0.0 end, 'low: ' || what) from nothing;
select is(bpm.high(r), case what when 'all scores NULL' then 100.0 end, 'high: ' || what) from nothing;
select is(bpm.rating(r, 'good >= 50, bad'), null, 'rating is NULL: ' || what) from nothing;
select is(bpm.rating_rank(r, 'good >= 50, bad'), null, 'rating_rank is NULL: ' || what) from nothing;
select is((select bpm.rollup(x) from (select null::bpm.rollup as x where false) e)::text, 'rows 0 scored 0 weight 0 scored_weight 0 sum 0', 'merging no rollups gives the empty one');
select is((select bpm.rollup(x) from (values (null::bpm.rollup), (null)) e(x))::text, 'rows 0 scored 0 weight 0 scored_weight 0 sum 0', 'a NULL rollup holds no rows');
select is((select bpm.weighted_score(actual, target, weight) from promised where false), null, 'weighted_score(actual, target, weight) over no rows');
select is((select bpm.rollup(score, weight) filter (where id = 1) operator(bpm.+) bpm.rollup(score, weight) filter (where false) from three)::text,
    'rows 1 scored 1 weight 3 scored_weight 3 sum 240', 'filtered rollups can be added, an empty one too');
select is(bpm.score(null::bpm.rollup), null, 'accessors of NULL are NULL');

-- ----------------------------------------------------------------------------------------------
-- rounding: what is more than 8 decimals, half away from zero; then once, at the end
-- ----------------------------------------------------------------------------------------------
select is(bpm.rollup(score, weight)::text, 'rows 1 scored 1 weight 1 scored_weight 1 sum ' || kept, format('a score of %s is kept as %s', score, kept))
from (values (0.000000005, 1, '0.00000001'), (-0.000000005, 1, '-0.00000001'), (0.00000000499999999999, 1, '0'), (-0.0000000049, 1, '0'),
             (72.123456785, 1, '72.12345679'), (-72.123456785, 1, '-72.12345679'), (99.999999995, 1, '100'), (99.9999999949999, 1, '99.99999999')) v(score, weight, kept)
group by score, weight, kept order by score;
select is(bpm.rollup(null::numeric, weight)::text, format('rows 1 scored 0 weight %s scored_weight 0 sum 0', kept), format('a weight of %s is kept as %s', weight, kept))
from (values (0.000000005, '0.00000001'), (0.0000000049, '0'), (1.999999995, '2'), (0.123456784999, '0.12345678')) v(weight, kept)
group by weight, kept order by weight;
-- 2.5, -2.5, 3.5: to no digits
select is(bpm.score(bpm.rollup(s, 1), 0)::text, expected, format('score %s to 0 digits is %s', s, expected))
from (values (2.5, '3'), (-2.5, '-3'), (3.5, '4'), (2.49999999, '2'), (-2.49999999, '-2'), (-0.4, '0')) v(s, expected) group by s, expected order by s;
-- 200/3 = 66.666…, -200/3, 100/3
select is(bpm.score('rows 3 scored 3 weight 3 scored_weight 3 sum 200'::bpm.rollup)::text, '66.66666667', '200/3 rounded up');
select is(bpm.score('rows 3 scored 3 weight 3 scored_weight 3 sum -200'::bpm.rollup)::text, '-66.66666667', '-200/3 rounded away from zero');
select is(bpm.score('rows 3 scored 3 weight 3 scored_weight 3 sum 100'::bpm.rollup)::text, '33.33333333', '100/3 rounded down');
select is((select string_agg(bpm.score('rows 3 scored 3 weight 3 scored_weight 3 sum 200'::bpm.rollup, d)::text, ' ' order by d) from generate_series(0, 8) d),
    '67 66.7 66.67 66.667 66.6667 66.66667 66.666667 66.6666667 66.66666667', 'digits 0 to 8');
-- 1/(2·10^8) is half a unit of the last decimal
select is(bpm.score('rows 1 scored 1 weight 200000000 scored_weight 200000000 sum 1'::bpm.rollup)::text, '0.00000001', 'half a unit goes up');
select is(bpm.score('rows 1 scored 1 weight 200000000 scored_weight 200000000 sum -1'::bpm.rollup)::text, '-0.00000001', 'half a unit below zero goes down');
select is(bpm.score('rows 1 scored 1 weight 200000000.00000001 scored_weight 200000000.00000001 sum 1'::bpm.rollup)::text, '0.00000000', 'less than half a unit goes');
-- 2/3 covered: 66.666…; of weight 3: low (2·50)/3 = 33.33…, high (100 + 100)/3 = 66.66…
select is(concat_ws(' ', bpm.coverage(x, 2), bpm.low(x, 0, 2), bpm.high(x, 100, 2)), '66.67 33.33 66.67', 'coverage and bounds round half away from zero')
from bpm.rollup_in('rows 3 scored 2 weight 3 scored_weight 2 sum 100') x;

-- 89.99499999 with weight 1 and 89.995 with weight 2: 269.98499999/3 = 89.99499999666…
-- once to 2 digits: 89.99. To 8 digits first: 89.99500000, and then to 2: 90.00.
create temp table twice as select bpm.rollup(s, w) as r from (values (89.99499999, 1), (89.995, 2)) v(s, w);
select is(bpm.score(r)::text, '89.99500000', 'a score that rounding twice would lift: 8 digits') from twice;
select is(bpm.score(r, 2)::text, '89.99', '… once to 2 digits') from twice;
select is(bpm.rating(r, 'excellent >= 90, good >= 80, poor'), 'good', 'rating(rollup) rounds the exact score once') from twice;
select is(bpm.rating_rank(r, 'excellent >= 90, good >= 80, poor'), 2, 'rating_rank(rollup) too') from twice;
select is(bpm.rating(bpm.score(r), 'excellent >= 90, good >= 80, poor'), 'excellent', 'where rounding twice gives another band') from twice;
select is(bpm.rating(r, 'excellent >= 90, good >= 80, poor round 0'), 'excellent', 'the digits are those of the scale: 90') from twice;
select is(bpm.rating(r, 'excellent >= 90, good >= 80, poor round 8'), 'good', 'the digits are those of the scale: 89.99500000') from twice;

select throws_ok('select bpm.score(r, 9) from r', '22023', 'digits must be between 0 and 8, not 9', '9 digits are too many');
select throws_ok('select bpm.coverage(r, -1) from r', '22023', 'digits must be between 0 and 8, not -1', 'fewer than 0 digits');
select throws_ok('select bpm.low(r, 0, 9) from r', '22023', 'digits must be between 0 and 8, not 9', 'low checks its digits');
select throws_ok('select bpm.high(r, 100, -1) from r', '22023', 'digits must be between 0 and 8, not -1', 'high checks its digits');
select is(pg_temp.error_of($$select bpm.low(r, 'NaN') from r$$), '22003 | assumed score must be a figure, not NaN | Figures are exact, and so finite. | Use NULL for what is missing.', 'NaN is no bound');
select matches(pg_temp.error_of('select bpm.high(r, 99.999999999) from r'), '^22003 \| assumed score has too many decimals', 'a bound has 8 decimals');

-- ----------------------------------------------------------------------------------------------
-- + and -, equality
-- ----------------------------------------------------------------------------------------------
create temp table parts as
select bpm.rollup(score, weight) filter (where id <= 2) as a, bpm.rollup(score, weight) filter (where id = 3) as b, bpm.rollup(score, weight) as ab from three;
select is((a operator(bpm.+) b)::text, ab::text, 'a + b holds the rows of both') from parts;
select is((b operator(bpm.+) a)::text, ab::text, '+ commutes') from parts;
select is((ab operator(bpm.-) b)::text, a::text, '- undoes +') from parts;
select is((ab operator(bpm.-) ab)::text, 'rows 0 scored 0 weight 0 scored_weight 0 sum 0', 'all taken away is the empty rollup') from parts;
select is(concat_ws(' / ', a, b), 'rows 2 scored 1 weight 8 scored_weight 3 sum 240 / rows 1 scored 1 weight 2 scored_weight 2 sum 120', 'the operands are as they were') from parts;
select ok(a operator(bpm.+) b operator(bpm.=) ab and not a operator(bpm.=) b and a operator(bpm.<>) b and not (a operator(bpm.<>) a), '= and <>') from parts;
-- (not (a = b) would be planned as a <> b)
select is(concat_ws(' ', bpm.rollup_eq(x, other::bpm.rollup), bpm.rollup_ne(x, other::bpm.rollup)), 'f t', 'another value: ' || other)
from (values ('rows 4 scored 2 weight 10 scored_weight 7 sum 560'), ('rows 3 scored 1 weight 10 scored_weight 7 sum 560'), ('rows 3 scored 2 weight 10.00000001 scored_weight 7 sum 560'),
             ('rows 3 scored 2 weight 10 scored_weight 7.00000001 sum 560'), ('rows 3 scored 2 weight 10 scored_weight 7 sum 560.0000000000000001')) v(other),
     bpm.rollup_in('rows 3 scored 2 weight 10 scored_weight 7 sum 560') x;
select is((select count(*) from (select distinct x from (select a as x from parts union all select a from parts union all select b from parts) u) v), 2::bigint, 'distinct rollups');
select is((select count(*) from (select a from parts union select a from parts union select b from parts) v), 2::bigint, 'rollups hash');
select is(bpm.rollup_hash(a operator(bpm.+) b), bpm.rollup_hash(ab), 'equal rollups have equal hashes') from parts;
select is(bpm.rollup_hash_extended(a operator(bpm.+) b, 7), bpm.rollup_hash_extended(ab, 7), '… with a seed too') from parts;
select is(bpm.rollup_hash_extended(a, 0) & x'ffffffff'::bigint, bpm.rollup_hash(a)::bigint & x'ffffffff'::bigint, 'with seed 0 the low bits are the plain hash') from parts;
select ok((a operator(bpm.+) null) is null, '+ of NULL is NULL') from parts;
select is(pg_temp.error_of('select b operator(bpm.-) ab from parts'), '22023 | cannot subtract a rollup from one that it is no part of | A count is negative in the difference. | Take away only what was added.', 'more rows than there are');
select is(pg_temp.error_of(format('select %L::bpm.rollup operator(bpm.-) %L::bpm.rollup', x, y)), '22023 | cannot subtract a rollup from one that it is no part of | ' || problem, 'no part of it: ' || problem)
from (values ('rows 2 scored 2 weight 2 scored_weight 2 sum 9', 'rows 1 scored 1 weight 3 scored_weight 3 sum 9', 'A weight is negative in the difference. | Take away only what was added.'),
             ('rows 2 scored 1 weight 2 scored_weight 1 sum 9', 'rows 1 scored 0 weight 2 scored_weight 0 sum 0', 'The scored weight is above the total in the difference. | Take away only what was added.'),
             ('rows 3 scored 1 weight 3 scored_weight 1 sum 9', 'rows 1 scored 1 weight 1 scored_weight 1 sum 8', 'There is a sum without scored weight in the difference. | Take away only what was added.')) v(x, y, problem);

-- merging stored rollups
select is((select bpm.rollup(x) from (select bpm.rollup(score, weight) as x from three group by id) s)::text, (select r::text from r), 'rollup of rollups: the same as over all rows');
select is(bpm.score((select bpm.rollup(x) from (select bpm.rollup(score, weight) as x from three group by id union all select null) s)), 72::numeric, 'a NULL rollup among them holds no rows');

-- support functions are ordinary functions, and leave their arguments alone
create temp table kept (r bpm.rollup);
insert into kept select r from r;
select is(bpm.rollup_accum(r, 100, 10)::text, 'rows 4 scored 3 weight 20 scored_weight 15 sum 1360', 'rollup_accum called by hand') from kept;
select is(bpm.rollup_accum(r, 60, '>= 80', 1)::text, 'rows 4 scored 3 weight 11 scored_weight 6 sum 435', 'rollup_accum with a target') from kept;
select is(bpm.rollup_remove(r, 80, 3)::text, 'rows 2 scored 1 weight 7 scored_weight 2 sum 120', 'rollup_remove called by hand') from kept;
select is(bpm.rollup_remove(bpm.rollup_accum(r, 60, '>= 80', 1), 60, '>= 80', 1)::text, r::text, 'rollup_remove with a target') from kept;
select is(bpm.rollup_merge(r, r)::text, 'rows 6 scored 4 weight 20 scored_weight 10 sum 720', 'rollup_merge') from kept;
select is(bpm.rollup_unmerge(r, r)::text, 'rows 0 scored 0 weight 0 scored_weight 0 sum 0', 'rollup_unmerge') from kept;
select is(concat_ws(' / ', bpm.rollup_accum(null, 1, 1), bpm.rollup_merge(null, r), bpm.rollup_merge(r, null)), 'rows 1 scored 1 weight 1 scored_weight 1 sum 1 / ' || r::text || ' / ' || r::text, 'a NULL state is the empty rollup') from kept;
select is(r::text, (select r::text from r), 'the stored value has not changed') from kept;
select is(pg_temp.error_of('select bpm.rollup_remove(r, 80, 11) from kept'), '22023 | cannot take a row out of a rollup that does not hold it | A weight is negative in the difference. | Take away only what was added.', 'a row that is not there');
select is(pg_temp.error_of('select bpm.rollup_remove(null, 80, 1)'), '22023 | cannot take a row out of a rollup that does not hold it | A count is negative in the difference. | Take away only what was added.', 'a row out of nothing');

-- an aggregate that somebody else builds from them: no start value, strict
create aggregate pg_temp.total(bpm.rollup) (sfunc = bpm.rollup_add, stype = bpm.rollup, combinefunc = bpm.rollup_add);
select is((select pg_temp.total(x)::text || ' / ' || min(x::text) from (values (bpm.rollup_in('rows 1 scored 1 weight 1 scored_weight 1 sum 1')), ('rows 1 scored 1 weight 2 scored_weight 2 sum 1')) v(x)),
    'rows 2 scored 2 weight 3 scored_weight 3 sum 2 / rows 1 scored 1 weight 1 scored_weight 1 sum 1', 'rollup_add makes an aggregate');

-- ----------------------------------------------------------------------------------------------
-- moving windows
-- ----------------------------------------------------------------------------------------------
create temp table moving as
select i, case when i % 7 > 0 then (i * 37 % 101)::numeric - 20 end as score, case when i % 11 > 0 then (i * 53 % 17) / 8.0 end as weight,
       (case when i % 5 > 0 then '>= ' || i % 9 end)::bpm.target as target
from generate_series(1, 400) i;
create temp table by_window as
select i, bpm.rollup(score, weight) over w as r, bpm.weighted_score(score, weight) over w as s,
       bpm.rollup(score, target, weight) over w as rt, bpm.weighted_score(score, target, weight) over w as st
from moving window w as (order by i rows between 20 preceding and 10 following);
create temp table by_hand as
select a.i, bpm.rollup(b.score, b.weight) as r, bpm.weighted_score(b.score, b.weight) as s,
       bpm.rollup(b.score, b.target, b.weight) as rt, bpm.weighted_score(b.score, b.target, b.weight) as st
from moving a join moving b on b.i between a.i - 20 and a.i + 10 group by a.i;
select is((select count(*) from by_window w join by_hand h using (i) where w.r operator(bpm.=) h.r), 400::bigint, 'rollup over a moving window is that over the frame''s rows');
select is((select count(*) from by_window w join by_hand h using (i) where w.s is not distinct from h.s), 400::bigint, 'weighted_score over a moving window');
select is((select count(*) from by_window w join by_hand h using (i) where w.rt operator(bpm.=) h.rt), 400::bigint, 'rollup with targets over a moving window');
select is((select count(*) from by_window w join by_hand h using (i) where w.st is not distinct from h.st), 400::bigint, 'weighted_score with targets over a moving window');
select is((select count(*) from (select bpm.rollup(x) over (order by i rows between 20 preceding and 10 following) as r, i
                                 from (select i, case when i % 3 > 0 then bpm.rollup(score, weight) end as x from moving group by i) s) w
           join (select a.i, bpm.rollup(b.score, b.weight) filter (where b.i % 3 > 0) as r from moving a join moving b on b.i between a.i - 20 and a.i + 10 group by a.i) h using (i)
           where w.r operator(bpm.=) h.r), 400::bigint, 'rollup of stored rollups over a moving window, NULLs among them');
select is((select count(*) from (select i, bpm.rollup(score, weight) over (order by i rows between 20 preceding and 10 following exclude current row) as r from moving) w
           join (select a.i, bpm.rollup(b.score, b.weight) as r from moving a join moving b on b.i between a.i - 20 and a.i + 10 and b.i <> a.i group by a.i) h using (i)
           where w.r operator(bpm.=) h.r), 400::bigint, 'a frame that excludes a row');
select is((select count(*) from (select i, bpm.rollup(score, weight) over (order by i rows between 3 following and 5 following) as r from moving) w
           where bpm.row_count(r) = least(3, greatest(0, 400 - i - 2))), 400::bigint, 'frames that run empty at the end give the empty rollup');
select is((select count(*) from (select bpm.rollup(score, weight) over (order by i / 10 groups between 1 preceding and current row) as r, i from moving) w
           join (select a.i, bpm.rollup(b.score, b.weight) as r from moving a join moving b on b.i / 10 between a.i / 10 - 1 and a.i / 10 group by a.i) h using (i)
           where w.r operator(bpm.=) h.r), 400::bigint, 'a frame in groups');

-- The inverse is used, and nothing is computed anew: a function among the arguments counts how often a row
-- is taken in or out. It is declared immutable, as a volatile one would forbid the inverse.
set local track_functions = 'all';
create function pg_temp.seen(figure numeric) returns numeric language plpgsql immutable as $$ begin return figure; end $$;
create function pg_temp.calls() returns bigint language sql volatile as
$$ select coalesce(pg_stat_get_xact_function_calls('pg_temp.seen(numeric)'::regprocedure), 0) $$;
create temp table calls (what text, calls bigint);

insert into calls values ('start', pg_temp.calls());
create temp table run1 as select bpm.weighted_score(pg_temp.seen(score), weight) over (order by i rows between 99 preceding and current row) from moving;
insert into calls values ('score', pg_temp.calls());
create temp table run2 as select bpm.rollup(pg_temp.seen(score), target, weight) over (order by i rows between 99 preceding and current row) from moving;
insert into calls values ('target', pg_temp.calls());
create temp table run3 as select bpm.weighted_score(pg_temp.seen(score), weight) over (order by i rows between 99 preceding and current row exclude ties) from moving;
insert into calls values ('anew', pg_temp.calls());
create temp view took as select what, calls - lag(calls) over (order by calls) as calls from calls;
-- 400 rows come in and 300 go out of a frame of 100
select is((select calls from took where what = 'score'), 700::bigint, 'a moving window takes each row in once and out once');
select is((select calls from took where what = 'target'), 700::bigint, '… with targets too');
-- the count can tell: 1 + 2 + … + 100 + 300·100 = 35050
select is((select calls from took where what = 'anew'), 35050::bigint, '… where a frame that cannot move takes them all again');

-- limit 17014118346046923173168 and a bit: -1.6e22 + 1.6e22 + 1.6e22 fits, and without the first it does not
select is(pg_temp.error_of($$select bpm.weighted_score(s, 16e21) over (order by i rows between current row and 2 following) from (values (1, -1), (2, 1), (3, 1)) v(i, s)$$),
    '22003 | sum of weight times score of a rollup is out of range | The limit is 17014118346046923173168. | Weigh in thousands or millions.', 'a sum that grows when a row leaves does not wrap');

-- ----------------------------------------------------------------------------------------------
-- several aggregates over the same arguments share one transition: the same counting
-- ----------------------------------------------------------------------------------------------
truncate calls;
insert into calls values ('start', pg_temp.calls());
select bpm.weighted_score(pg_temp.seen(score), weight), bpm.rollup(pg_temp.seen(score), weight), bpm.score(bpm.rollup(pg_temp.seen(score), weight), 2),
       bpm.rating(bpm.rollup(pg_temp.seen(score), weight), 'good >= 50, bad') from moving \g /dev/null
insert into calls values ('score', pg_temp.calls());
select bpm.weighted_score(pg_temp.seen(score), target, weight), bpm.coverage(bpm.rollup(pg_temp.seen(score), target, weight)) from moving \g /dev/null
insert into calls values ('target', pg_temp.calls());
select bpm.weighted_score(pg_temp.seen(score), weight), bpm.rollup(pg_temp.seen(score), weight + 0) from moving \g /dev/null
insert into calls values ('apart', pg_temp.calls());
select is((select calls from took where what = 'score'), 400::bigint, 'weighted_score and rollup of the same arguments share one transition');
select is((select calls from took where what = 'target'), 400::bigint, '… with targets too');
select is((select calls from took where what = 'apart'), 800::bigint, '… where other arguments do not');

-- ----------------------------------------------------------------------------------------------
-- in the catalog
-- ----------------------------------------------------------------------------------------------
create temp view aggregates as
select p.oid, p.oid::regprocedure::text as name, p.proparallel, a.* from pg_aggregate a join pg_proc p on p.oid = a.aggfnoid
where p.pronamespace = 'bpm'::regnamespace and p.proname in ('rollup', 'weighted_score');
select is((select count(*) from aggregates), 5::bigint, 'five aggregates');
select is((select count(*) from aggregates where proparallel = 's' and aggcombinefn <> 0), 5::bigint, 'all are parallel safe, with a combine function');
select is((select count(*) from aggregates where aggmtransfn <> 0 and aggminvtransfn <> 0), 5::bigint, 'all have a moving mode with an inverse');
select is((select count(*) from aggregates where aggtranstype = 'bpm.rollup'::regtype and aggmtranstype = 'bpm.rollup'::regtype and aggserialfn = 0), 5::bigint, 'all keep a bpm.rollup, none an internal state');
select is((select count(*) from aggregates where agginitval <> 'rows 0 scored 0 weight 0 scored_weight 0 sum 0' or aggminitval <> agginitval), 0::bigint, 'all start from the empty rollup');
select is((select (typlen, typalign, typstorage, typbyval)::text from pg_type where oid = 'bpm.rollup'::regtype), '(80,d,p,f)', 'a rollup is 80 bytes, by reference');

-- ----------------------------------------------------------------------------------------------
-- text and binary
-- ----------------------------------------------------------------------------------------------
select is(literal::bpm.rollup::text, literal, 'reads back: ' || literal)
from (values ('rows 0 scored 0 weight 0 scored_weight 0 sum 0'),
             ('rows 3 scored 2 weight 10 scored_weight 7 sum 560'),
             ('rows 3 scored 2 weight 0.00000001 scored_weight 0.00000001 sum -0.0000000000000001'),
             ('rows 72057594037927935 scored 72057594037927935 weight 1701411834604692317316873037158.84105727 scored_weight 1701411834604692317316873037158.84105727 sum 17014118346046923173168.7303715884105727'),
             ('rows 72057594037927935 scored 1 weight 1701411834604692317316873037158.84105727 scored_weight 0.1 sum -17014118346046923173168.7303715884105727')) v(literal);
-- weight 2^64 units and score -2^63 units: the sum is -2^127, which has no positive counterpart
select is(bpm.rollup(-92233720368.54775808, 184467440737.09551616)::text::bpm.rollup::text,
    'rows 1 scored 1 weight 184467440737.09551616 scored_weight 184467440737.09551616 sum -17014118346046923173168.7303715884105728', 'the least sum reads back');
select is(E'  ROWS 3  scored\t2 weight 10.50 scored_weight +7 sum -0560.0 '::bpm.rollup::text, 'rows 3 scored 2 weight 10.5 scored_weight 7 sum -560', 'white space, case and zeros do not matter');
select is(encode(bpm.rollup_send('rows 3 scored 2 weight 10 scored_weight 7 sum -560'), 'hex'),
    '01' || lpad('3', 16, '0') || lpad('2', 16, '0') || lpad(to_hex(1000000000), 32, '0') || lpad(to_hex(700000000), 32, '0') || repeat('f', 16) || to_hex(-5600000000000000000) || repeat('0', 32),
    'binary: a version, two counts, four figures of 16 bytes, most significant first');

select is(pg_temp.error_of_literal(literal), expected, 'literal: ' || literal)
from (values
('', '22P02 | invalid input syntax for type bpm.rollup: "" | The word "rows" is missing. | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows -1 scored 0 weight 0 scored_weight 0 sum 0', '22P02 | invalid input syntax for type bpm.rollup: "rows -1 scored 0 weight 0 scored_weight 0 sum 0" | A count is negative at character 6, near "-1 scored 0 weight 0 scored_weight 0 sum 0". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 1 scored -1 weight 0 scored_weight 0 sum 0', '22P02 | invalid input syntax for type bpm.rollup: "rows 1 scored -1 weight 0 scored_weight 0 sum 0" | A count is negative at character 15, near "-1 weight 0 scored_weight 0 sum 0". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 1 scored 2 weight 1 scored_weight 1 sum 0', '22P02 | invalid input syntax for type bpm.rollup: "rows 1 scored 2 weight 1 scored_weight 1 sum 0" | There are more scored rows than rows at character 15, near "2 weight 1 scored_weight 1 sum 0". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 2 scored 1 weight 1 scored_weight 2 sum 0', '22P02 | invalid input syntax for type bpm.rollup: "rows 2 scored 1 weight 1 scored_weight 2 sum 0" | The scored weight is above the total at character 40, near "2 sum 0". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 2 scored 1 weight -1 scored_weight 0 sum 0', '22P02 | invalid input syntax for type bpm.rollup: "rows 2 scored 1 weight -1 scored_weight 0 sum 0" | A weight is negative at character 24, near "-1 scored_weight 0 sum 0". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 2 scored 1 weight 1 scored_weight -1 sum 0', '22P02 | invalid input syntax for type bpm.rollup: "rows 2 scored 1 weight 1 scored_weight -1 sum 0" | A weight is negative at character 40, near "-1 sum 0". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 2 scored 1 weight 1 scored_weight 0 sum 5', '22P02 | invalid input syntax for type bpm.rollup: "rows 2 scored 1 weight 1 scored_weight 0 sum 5" | There is a sum without scored weight at character 46, near "5". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 2 scored 0 weight 2 scored_weight 1 sum 5', '22P02 | invalid input syntax for type bpm.rollup: "rows 2 scored 0 weight 2 scored_weight 1 sum 5" | There is scored weight without scored rows at character 40, near "1 sum 5". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 2 scored 2 weight 2 scored_weight 1 sum 5', '22P02 | invalid input syntax for type bpm.rollup: "rows 2 scored 2 weight 2 scored_weight 1 sum 5" | Every row is scored, and yet the scored weight is below the total at character 40, near "1 sum 5". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 0 scored 0 weight 2 scored_weight 0 sum 0', '22P02 | invalid input syntax for type bpm.rollup: "rows 0 scored 0 weight 2 scored_weight 0 sum 0" | There is weight without rows at character 24, near "2 scored_weight 0 sum 0". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 2 scored 1 weight 1 scored_weight 1 sum 5 x', '22P02 | invalid input syntax for type bpm.rollup: "rows 2 scored 1 weight 1 scored_weight 1 sum 5 x" | Nothing may follow the sum at character 48, near "x". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 2 scored 1 weight 1 sum 5', '22P02 | invalid input syntax for type bpm.rollup: "rows 2 scored 1 weight 1 sum 5" | The word "scored_weight" is missing at character 26, near "sum 5". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.'),
('rows 2 scored 1 weight NaN scored_weight 1 sum 5', '22P02 | invalid input syntax for type bpm.rollup: "rows 2 scored 1 weight NaN scored_weight 1 sum 5" | NaN and infinity are no figures at character 24, near "NaN scored_weight 1 sum 5". | Use NULL for what is missing.'),
('rows 72057594037927936 scored 1 weight 1 scored_weight 1 sum 5', '22003 | figure out of range for type bpm.rollup: "rows 72057594037927936 scored 1 weight 1 scored_weight 1 sum..." | The count is too large at character 6, near "72057594037927936 scored 1 weight 1 scored_weight 1 sum 5". | The limit is 72057594037927935.'),
('rows 2 scored 1 weight 1701411834604692317316873037158.84105728 scored_weight 1 sum 5', '22003 | figure out of range for type bpm.rollup: "rows 2 scored 1 weight 1701411834604692317316873037158.84105..." | The figure has too many digits at character 24, near "1701411834604692317316873037158.84105728 scored_weight 1 sum...". | Write it in a larger unit, such as millions.'),
('rows 2 scored 1 weight 1 scored_weight 1 sum 17014118346046923173168.7303715884105728', '22003 | figure out of range for type bpm.rollup: "rows 2 scored 1 weight 1 scored_weight 1 sum 170141183460469..." | The figure has too many digits at character 46, near "17014118346046923173168.7303715884105728". | Write it in a larger unit, such as millions.'),
('rows 2 scored 1 weight 1 scored_weight 1 sum -17014118346046923173168.7303715884105729', '22003 | figure out of range for type bpm.rollup: "rows 2 scored 1 weight 1 scored_weight 1 sum -17014118346046..." | The figure has too many digits at character 46, near "-17014118346046923173168.7303715884105729". | Write it in a larger unit, such as millions.'),
('rows 2 scored 1 weight 1.000000001 scored_weight 1 sum 5', '22003 | figure out of range for type bpm.rollup: "rows 2 scored 1 weight 1.000000001 scored_weight 1 sum 5" | The figure has more than 8 digits after the decimal point at character 24, near "1.000000001 scored_weight 1 sum 5". | Round it first.')
) v(literal, expected);
select matches(pg_temp.error_of_literal(repeat('rows 1 ', 150000)), '^54000 \| text is too long for type bpm.rollup', 'a megabyte of text');
\if :has_soft_errors
select is((select sql_error_code from pg_input_error_info('rows -1 scored 0 weight 0 scored_weight 0 sum 0', 'bpm.rollup')), '22P02', 'soft errors: a negative count');
select is((select sql_error_code from pg_input_error_info('rows 1 scored 0 weight 1 scored_weight 0 sum 17014118346046923173169', 'bpm.rollup')), '22003', 'soft errors: overflow');
select ok(not pg_input_is_valid('rows 1 scored 1 weight 1 scored_weight 1 sum 1 1', 'bpm.rollup') and not pg_input_is_valid('x', 'bpm.rollup')
    and not pg_input_is_valid('rows 999999999999999999 scored 1', 'bpm.rollup') and pg_input_is_valid('rows 1 scored 1 weight 1 scored_weight 1 sum 1', 'bpm.rollup'), 'soft errors: the others');
\else
select skip('soft errors need PostgreSQL 16', 3);
\endif

-- ----------------------------------------------------------------------------------------------
-- bad rows
-- ----------------------------------------------------------------------------------------------
select is(pg_temp.error_of(statement), expected, statement)
from (values
('select bpm.weighted_score(50, -1)', '22023 | weight must not be negative | A weight is -1. | Give a row that must not count the weight 0.'),
('select bpm.rollup(null::numeric, -0.5)', '22023 | weight must not be negative | A weight is -0.5. | Give a row that must not count the weight 0.'),
('select bpm.rollup(50, bpm.target ''>= 5'', -1)', '22023 | weight must not be negative | A weight is -1. | Give a row that must not count the weight 0.'),
('select bpm.weighted_score(50, -0.000000005)', '22023 | weight must not be negative | A weight is -0.00000001. | Give a row that must not count the weight 0.'),
('select bpm.weighted_score(''NaN'', 1)', '22003 | score must be a figure, not NaN | Figures are exact, and so finite. | Use NULL for what is missing.'),
('select bpm.weighted_score(''-infinity'', 1)', '22003 | score must be a figure, not infinity | Figures are exact, and so finite. | Use NULL for what is missing.'),
('select bpm.weighted_score(1, ''infinity'')', '22003 | weight must be a figure, not infinity | Figures are exact, and so finite. | Use NULL for what is missing.'),
('select bpm.weighted_score(1, 1e29)', '22003 | weight is out of range | A figure has at most 29 digits before the decimal point. | Count in a larger unit, such as millions.'),
('select bpm.weighted_score(1e29, 1)', '22003 | score is out of range | A figure has at most 29 digits before the decimal point. | Count in a larger unit, such as millions.'),
('select bpm.weighted_score(''NaN'', bpm.target ''>= 5'', 1)', '22003 | actual must be a figure, not NaN | Figures are exact, and so finite. | Use NULL for what is missing.')
) v(statement, expected);

-- ----------------------------------------------------------------------------------------------
-- limits: the sum is below 17014118346046923173168 (2^127 · 10^-16), the weight 2^127 · 10^-8
-- ----------------------------------------------------------------------------------------------
-- 10^15 with 8 decimals, score 100, and one unit of the last decimal more
select is(bpm.rollup(100, 1000000000000000.00000001)::text,
    'rows 1 scored 1 weight 1000000000000000.00000001 scored_weight 1000000000000000.00000001 sum 100000000000000000.000001', 'a weight of 10^15 with 8 decimals is exact');
select is((select bpm.rollup(s, w) from (values (100, 1000000000000000.00000001), (0.00000001, 999999999999999.99999999)) v(s, w))::text,
    'rows 2 scored 2 weight 2000000000000000 scored_weight 2000000000000000 sum 100000000010000000.0000009999999999', '… beside another');
-- ten of one, nine times over: a billion rows of weight 10^10 and score 100
create temp table billion as
with recursive tens(n, r) as (
    select 0, bpm.rollup(100, 1e10)
    union all
    select n + 1, r operator(bpm.+) r operator(bpm.+) r operator(bpm.+) r operator(bpm.+) r operator(bpm.+) r operator(bpm.+) r operator(bpm.+) r operator(bpm.+) r operator(bpm.+) r
    from tens where n < 9)
select r from tens where n = 9;
select is(r::text, 'rows 1000000000 scored 1000000000 weight 10000000000000000000 scored_weight 10000000000000000000 sum 1000000000000000000000', 'a billion rows of weight 10^10 with score 100 fit') from billion;
select is(bpm.score(r)::text, '100.00000000', '… and have a score') from billion;
select is((select bpm.rollup(r)::text from billion, generate_series(1, 17)), 'rows 17000000000 scored 17000000000 weight 170000000000000000000 scored_weight 170000000000000000000 sum 17000000000000000000000', 'seventeen times as many fit');
select is(pg_temp.error_of('select bpm.rollup(r) from billion, generate_series(1, 18)'),
    '22003 | sum of weight times score of a rollup is out of range | The limit is 17014118346046923173168. | Weigh in thousands or millions.', 'eighteen do not: 22003, naming the limit');
select is(pg_temp.error_of(statement), '22003 | sum of weight times score of a rollup is out of range | The limit is 17014118346046923173168. | Weigh in thousands or millions.', 'sum: ' || statement)
from (values ('select bpm.weighted_score(1e20, 1e20)'), ('select bpm.weighted_score(-1e20, 1e20)'), ('select bpm.weighted_score(1e28, 1e28)'),
             ('select bpm.weighted_score(100, 1e20) from generate_series(1, 2)'),
             ('select x operator(bpm.+) x from bpm.rollup_in(''rows 1 scored 1 weight 1 scored_weight 1 sum -9000000000000000000000'') x'),
             ('select ''rows 2 scored 2 weight 2 scored_weight 2 sum -9000000000000000000000''::bpm.rollup operator(bpm.-) ''rows 1 scored 1 weight 1 scored_weight 1 sum 9000000000000000000000''')) v(statement);
select is(pg_temp.error_of(statement), '22003 | total weight of a rollup is out of range | The limit is 1701411834604692317316873037158. | Weigh in thousands or millions.', 'weight: ' || statement)
from (values ('select bpm.weighted_score(0, 9e28) from generate_series(1, 19)'),
             ('select x operator(bpm.+) y from bpm.rollup_in(''rows 1 scored 0 weight 1701411834604692317316873037158.84105727 scored_weight 0 sum 0'') x, bpm.rollup_in(''rows 1 scored 0 weight 0.00000001 scored_weight 0 sum 0'') y'),
             ('select bpm.rollup_accum(''rows 1 scored 0 weight 1701411834604692317316873037158.84105727 scored_weight 0 sum 0'', null, 0.00000001)')) v(statement);
select is(bpm.rollup_accum('rows 1 scored 0 weight 1701411834604692317316873037158.84105726 scored_weight 0 sum 0', null, 0.00000001)::text,
    'rows 2 scored 0 weight 1701411834604692317316873037158.84105727 scored_weight 0 sum 0', 'the greatest weight');
select is(pg_temp.error_of($$select bpm.rollup_accum('rows 72057594037927935 scored 0 weight 0 scored_weight 0 sum 0', 1, 1)$$), '22003 | row count of a rollup is out of range | The limit is 72057594037927935. | Keep the parts as rollups of their own.', 'the greatest count');
select is(pg_temp.error_of($$select x operator(bpm.+) x from bpm.rollup_in('rows 72057594037927935 scored 0 weight 0 scored_weight 0 sum 0') x$$), '22003 | row count of a rollup is out of range | The limit is 72057594037927935. | Keep the parts as rollups of their own.', '… of two rollups');
select matches(pg_temp.error_of($$select bpm.high('rows 1 scored 0 weight 1000000000000000000000 scored_weight 0 sum 0')$$), '^22003 \| sum of weight times score', 'a bound that does not fit');
-- coverage where 100 · scored weight does not fit 128 bits: a third of the greatest weight
select is(bpm.coverage('rows 2 scored 1 weight 1701411834604692317316873037158.84105726 scored_weight 567137278201564105772291012386.28035242 sum 1', 4)::text, '33.3333', 'coverage of the greatest weight');
-- a rollup written by hand can have a score that no rows have: 8·10^21 / 10^-8 = 8·10^29, of whatever sign
select is(bpm.rating(format('rows 1 scored 1 weight 0.00000001 scored_weight 0.00000001 sum %s8000000000000000000000.99', sign)::bpm.rollup, 'good >= 50, bad round 0'), expected, 'rating of an absurd score: ' || expected)
from (values ('', 'good'), ('-', 'bad')) v(sign, expected);
select matches(pg_temp.error_of(format('select bpm.%s', call)), '^22003 \| quotient is out of range', 'no score, but an error: ' || call)
from (values ('score(''rows 1 scored 1 weight 0.00000001 scored_weight 0.00000001 sum 17014118346046923173168'')'),
             ('rating(''rows 1 scored 1 weight 0.00000001 scored_weight 0.00000001 sum 17014118346046923173168''::bpm.rollup, ''good >= 50, bad round 0'')')) v(call);

-- ----------------------------------------------------------------------------------------------
-- what a missing row could bring
-- ----------------------------------------------------------------------------------------------
-- scored: 120 at weight 3; missing: cap 120 at 5, points to 80 at 2, no target at 1, cap 999 at 0
create temp table capped (actual numeric, target bpm.target, weight numeric);
insert into capped values (130, '>= 100 cap 120', 3), (null, '>= 100 cap 120', 5), (null, 'points(0:0, 10:80)', 2), (null, null, 1), (null, '>= 1 cap 999', 0);
create temp table c as select bpm.rollup(actual, target, weight) as r from capped;
-- beyond: 5 * 20 - 2 * 20 = 60
select is(r::text, 'rows 5 scored 1 weight 11 scored_weight 3 sum 360 beyond 60', 'the rollup keeps what caps add to 100, and points take from it') from c;
-- (360 + 8 * 100 + 60) / 11 = 1220/11 = 110.909...; with 100 for all 1160/11 = 105.4545...
select is(bpm.high(r), 110.90909091, 'high is the score if each missing row brought the most that its target allows') from c;
select is(bpm.high(r, 100), 105.45454545, 'a best that is given is assumed for all') from c;
select is(bpm.high(r, digits => 1), 110.9, 'and digits can be asked for alone') from c;
select is(bpm.low(r), 32.72727273, 'low knows of no cap: 360/11') from c;
select ok(bpm.high(null::bpm.rollup) is null and bpm.high(r, digits => null) is null, 'no rollup or no digits, no bound') from c;
select ok(r::text::bpm.rollup operator(bpm.=) r and r operator(bpm.-) r operator(bpm.=) 'rows 0 scored 0 weight 0 scored_weight 0 sum 0', 'it reads back, and is taken away again') from c;
select results_eq($$ select bpm.rollup(actual, target, weight) over (order by weight rows between 1 preceding and current row)::text from capped $$, $$ values
    ('rows 1 scored 0 weight 0 scored_weight 0 sum 0'), ('rows 2 scored 0 weight 1 scored_weight 0 sum 0'), ('rows 2 scored 0 weight 3 scored_weight 0 sum 0 beyond -40'),
    ('rows 2 scored 1 weight 5 scored_weight 3 sum 360 beyond -40'), ('rows 2 scored 1 weight 8 scored_weight 3 sum 360 beyond 100') $$, 'a moving window takes it out exactly');
select is(pg_temp.error_of($$select 'rows 1 scored 1 weight 1 scored_weight 1 sum 1 beyond 1'::bpm.rollup$$),
    '22P02 | invalid input syntax for type bpm.rollup: "rows 1 scored 1 weight 1 scored_weight 1 sum 1 beyond 1" | There is something beyond 100 without missing weight at character 55, near "1". | A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560.', 'nothing is beyond what is not missing');

-- order
create temp table sorted as select bpm.rollup((i * 7919 % 101)::numeric, (i * 104729 % 13)::numeric) r from generate_series(1, 900) i group by i % 300;
-- sums below 0, and what is beyond 100 alone
insert into sorted select bpm.rollup((i * 7919 % 101 - 50)::numeric, 3) from generate_series(1, 300) i group by i % 100;
insert into sorted select bpm.rollup(null, ('>= 1 cap ' || 101 + i % 21)::bpm.target, 2) from generate_series(1, 60) i group by i;
insert into sorted select * from sorted;
select results_eq('select count(distinct r) from sorted', 'select count(distinct r::text) from sorted', 'rollups are counted apart');
select results_eq('select r::text from sorted order by sorted.r', $$ select r::text from sorted order by bpm.row_count(r), bpm.row_count(r) - bpm.missing_count(r), bpm.weight(r), bpm.scored_weight(r), bpm.weighted_sum(r), bpm.high(r) $$,
    'they sort by rows, scored rows, weight, scored weight, sum and what is beyond 100');
select is((select count(distinct r) from sorted where r::text ~ '^rows 1 '), 21::bigint, 'caps of 101 to 121 make 21 rollups of one missing row');
select is_empty($$ select 1 from sorted a, sorted b where (bpm.rollup_cmp(a.r, b.r) < 0) <> (a.r operator(bpm.<) b.r) or (bpm.rollup_cmp(a.r, b.r) <= 0) <> (a.r operator(bpm.<=) b.r)
    or (bpm.rollup_cmp(a.r, b.r) >= 0) <> (a.r operator(bpm.>=) b.r) or (bpm.rollup_cmp(a.r, b.r) > 0) <> (a.r operator(bpm.>) b.r)
    or (bpm.rollup_cmp(a.r, b.r) = 0) <> (a.r operator(bpm.=) b.r) or bpm.rollup_cmp(a.r, b.r) <> -bpm.rollup_cmp(b.r, a.r) $$, 'their order is total, and agrees with equality');

select * from finish();
rollback;
