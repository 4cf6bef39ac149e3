-- Apportionment: shares that add up to the total, by vectors from outside, by hand, and against plain SQL.
-- BPM_CASES says how many random partitions there are.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
\set partitions 100000
\getenv partitions BPM_CASES
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

-- what a statement fails with: SQLSTATE, message, DETAIL, HINT
create function pg_temp.failure(statement text, out state text, out message text, out detail text, out hint text)
language plpgsql as $$
begin
    execute statement;
exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text,
        detail = pg_exception_detail, hint = pg_exception_hint;
end $$;

----------------------------------------------------------------------------------------------------
-- Largest remainder
----------------------------------------------------------------------------------------------------

create temp table vector (total numeric, weights numeric[], digits integer, shares text);
insert into vector values
    (100, '{5117,4400,162,161,160}', 0, '{51,44,2,2,1}'),
    (26, '{9061,7179,5259,3319,1182}', 0, '{9,7,5,4,1}'),
    (12, '{14,28,7,35}', 0, '{2,4,1,5}'),
    (3, '{10,9,8,8,11,12}', 0, '{1,0,0,0,1,1}'),
    (2, '{2,1,1,2,2}', 0, '{1,0,0,1,0}'),
    (100, '{1,1,1}', 2, '{33.34,33.33,33.33}'),
    -- an eighth each, and nothing is left
    (1, '{0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5}', 3, '{0.125,0.125,0.125,0.125,0.125,0.125,0.125,0.125}'),
    -- 1.5 and 0.5: one unit is left, the remainders are the same
    (2, '{3,1}', 0, '{2,0}'),
    -- 10 / 7 of 0.00000001 and so on: 1.43, 2.86, 5.71 units are cut to 1, 2, 5; two are left for 0.86 and 0.71
    (0.0000001, '{1,2,4}', 8, '{0.00000001,0.00000003,0.00000006}'),
    (100, '{0,1,null,1}', 1, '{0.0,50.0,0.0,50.0}'),
    -- one unit, and the row without a weight comes first
    (0.01, '{0,null,1,1}', 2, '{0.00,0.00,0.01,0.00}'),
    (0, '{1,2}', 2, '{0.00,0.00}'),
    (0, '{0,null}', 2, '{0.00,0.00}'),
    (7, '{5}', 2, '{7.00}'),
    -- the largest total there is: 37 digits, halved
    (99999999999999999999999999999.99999999, '{1,1}', 8, '{50000000000000000000000000000.00000000,49999999999999999999999999999.99999999}'),
    (99999999999999999999999999999.99999999, '{30000000000000000000000000000,30000000000000000000000000000,30000000000000000000000000000}', 8,
        '{33333333333333333333333333333.33333333,33333333333333333333333333333.33333333,33333333333333333333333333333.33333333}');
create temp table line as
select v.ctid::text as v, total, digits, shares, w, n from vector v, unnest(weights) with ordinality u(w, n);

select is_empty($$ select shares, array_agg(share order by n) from (select *, bpm.apportion(total, w, digits) over (partition by v order by n) as share from line) s
    group by v, shares having array_agg(share order by n)::text <> shares $$,
    'shares from outside and by hand, over a window');
select is_empty($$ select *, bpm.apportion_array(total, weights, digits) from vector where bpm.apportion_array(total, weights, digits)::text <> shares $$,
    'and over an array');
select is_empty($$ select * from vector where bpm.apportion_array(-total, weights, digits) <> array(select -x from unnest(bpm.apportion_array(total, weights, digits)) x) $$,
    'a negative total is shared as the positive one');
select is((select array_agg(s order by n)::text from (select n, bpm.apportion(100, 1) over (order by n desc) as s from generate_series(1, 3) n) t), '{33.33,33.33,33.34}',
    'of equal remainders the earlier row of the window''s order has the unit');
select is((select array_agg(s order by n)::text from (select n, bpm.apportion(10, n) over (order by n desc rows between 1 preceding and current row exclude current row) as s
        from generate_series(1, 4) n) t), '{1.00,2.00,3.00,4.00}', 'the frame has no say, nor the order where no remainders are equal');
select is((select count(*) from (select bpm.apportion(1, 1) over () from line where false) s), 0::bigint, 'no rows');
select is((select array_agg(s order by n)::text from (select n, bpm.apportion(case when n > 2 then 5 end, n) over (partition by n > 2 order by n) as s from generate_series(1, 4) n) t),
    '{NULL,NULL,2.14,2.86}', 'no total, no shares: 5 over 3 and 4 are 2.142857 and 2.857143');
select is(num_nonnulls(bpm.apportion_array(null, '{1}'), bpm.apportion_array(1, null), bpm.apportion_array(1, '{1}', null), bpm.apportion_array(null, '{1}', '{0}', '{1}'),
        bpm.apportion_array(1, null, '{0}', '{1}')), 0, 'nor without weights or digits');
select is((select array_agg(bpm)::text from (select bpm.apportion(5, 1, null) over () as bpm from generate_series(1, 2)) s), '{NULL,NULL}', 'over a window too');
select is(bpm.apportion_array(0, '{}'), '{}'::numeric[], 'an empty array shares nothing out');
select is((select array_agg(s order by n)::text from (select n, bpm.apportion(total, b, digits => 0) over (order by n) as s
        from (select *, sum(b) over () as total from (values (1, 3.4), (2, 3.3), (3, 3.3)) v(n, b)) v) t),
    '{4,3,3}', 'of sums of a window: whole numbers that add up to a sum of 10');

----------------------------------------------------------------------------------------------------
-- Floors and caps
----------------------------------------------------------------------------------------------------

create temp table bounded (total numeric, weights numeric[], floors numeric[], caps numeric[], digits integer, shares text);
insert into bounded values
    -- 5 : 3 : 2; what is left of 100 after 30 for the third, 70, at 5 : 3
    (100, '{5,3,2}', '{null,null,30}', null, 2, '{43.75,26.25,30.00}'),
    -- 60 at 3 : 2
    (100, '{5,3,2}', null, '{40,null,null}', 2, '{40.00,36.00,24.00}'),
    (100, '{5,3,2}', '{null,null,30}', '{40,null,null}', 2, '{40.00,30.00,30.00}'),
    -- 45 of 100 are left for the second when the third has its 20: under its floor of 50 as well
    (100, '{6,3,1}', '{null,50,20}', null, 2, '{30.00,50.00,20.00}'),
    -- the third would have 10, under its floor; but the first gives 20 back, and 70 at 40 : 10 are 56 and 14
    (100, '{50,40,10}', '{null,null,12}', '{30,null,null}', 2, '{30.00,56.00,14.00}'),
    -- frozen at 10: 90 at 5 : 2 are 64.2857 and 25.7143
    (100, '{5,3,2}', '{null,10,null}', '{null,10,null}', 2, '{64.29,10.00,25.71}'),
    (100, '{null,0,2}', '{30,null,null}', '{30,null,null}', 2, '{30.00,0.00,70.00}'),
    -- 67 for two, of equal remainders the earlier
    (100, '{1,1,1}', null, '{33,null,null}', 0, '{33,34,33}'),
    -- 33 and a third: the unit would bring the first over its cap of 33, were it inside
    (100, '{1,1,1}', '{null,null,33}', '{33.33,null,null}', 2, '{33.33,33.34,33.33}'),
    -- all at their floors, all at their caps, at both
    (60, '{9,9,1}', '{10,20,30}', null, 2, '{10.00,20.00,30.00}'),
    (60, '{9,9,1}', null, '{10,20,30}', 2, '{10.00,20.00,30.00}'),
    (60, '{9,0,1}', '{10,20,30}', '{10,20,30}', 2, '{10.00,20.00,30.00}'),
    (0, '{1,1}', '{0,null}', '{null,0}', 2, '{0.00,0.00}'),
    -- a frozen income of -5 is one more thing to be shared: 105 at 1 : 2
    (100, '{1,1,2}', '{-5,null,null}', '{-5,null,null}', 2, '{-5.00,35.00,70.00}'),
    -- 10 are frozen and only 5 there: the others may go below 0, and -5 is cut to -2 each; one unit is left
    (5, '{1,1,1}', '{10,-10,-10}', '{10,null,null}', 0, '{10,-3,-2}'),
    -- without a weight nothing, or the bound that is nearest to it
    (10, '{0,0,0,1}', '{-3,1,-3,null}', '{3,3,-1,null}', 0, '{0,1,-1,10}'),
    (8, '{0,0}', '{3,5}', '{9,9}', 0, '{3,5}'),
    -- a negative total: floors are amounts as they are
    (-100, '{5,3,2}', null, '{null,null,-30}', 2, '{-43.75,-26.25,-30.00}'),
    (-100, '{5,3,2}', '{-40,null,null}', null, 2, '{-40.00,-36.00,-24.00}'),
    -- caps that none reaches, and together are more than any figure
    (7, '{1,1,5}', null, '{99999999999999999999999999999,99999999999999999999999999999,99999999999999999999999999999}', 8, '{1.00000000,1.00000000,5.00000000}'),
    -- floors and weights of 29 digits: 3 * 10^28 and the other 6 * 10^28 at 2 : 1
    (90000000000000000000000000000, '{1,20000000000000000000000000000.00000002,10000000000000000000000000000.00000001}', '{30000000000000000000000000000,null,null}', null, 2,
        '{30000000000000000000000000000.00,40000000000000000000000000000.00,20000000000000000000000000000.00}');
create temp table bounded_line as
select b.ctid::text as b, total, digits, shares, w, l, m, n
from bounded b, unnest(weights, coalesce(floors, array_fill(null::numeric, array[cardinality(weights)])), coalesce(caps, array_fill(null::numeric, array[cardinality(weights)])))
    with ordinality u(w, l, m, n);
select is_empty($$ select *, bpm.apportion_array(total, weights, floors, caps, digits) from bounded where bpm.apportion_array(total, weights, floors, caps, digits)::text <> shares $$,
    'floors, caps and frozen lines by hand');
select is_empty($$ select shares, array_agg(share order by n) from (select *, bpm.apportion(total, w, l, m, digits) over (partition by b order by n) as share from bounded_line) s
    group by b, shares having array_agg(share order by n)::text <> shares $$, 'and over a window');
select is_empty($$ select * from bounded where total <> 0 and bpm.apportion_array(-total, weights, array(select -x from unnest(caps) with ordinality u(x, n) order by n),
            array(select -x from unnest(floors) with ordinality u(x, n) order by n), digits)
        <> array(select -x from unnest(bpm.apportion_array(total, weights, floors, caps, digits)) with ordinality u(x, n) order by n) and floors is not null and caps is not null $$,
    'the negative of it all is shared as it all');
select is_empty($$ select * from vector where bpm.apportion_array(total, weights, null, null, digits)::text <> shares
        or bpm.apportion_array(total, weights, array_fill(0, array[cardinality(weights)]), null, digits)::text <> shares $$, 'without bounds, or with floors of 0, as without them');

----------------------------------------------------------------------------------------------------
-- What is refused
----------------------------------------------------------------------------------------------------

create temp table refused (expression text, state text, message text, detail text);
insert into refused values
    ('bpm.apportion(n, 1) over (order by n)', '22023', 'total must be the same in all rows of a partition', 'It is 1 in row 1 and 2 in row 2.'),
    ('bpm.apportion(case n when 3 then null else 1.50 end, 1) over (order by n)', '22023', 'total must be the same in all rows of a partition', 'It is 1.5 in row 1 and NULL in row 3.'),
    ('bpm.apportion(case n when 3 then -2 end, 1) over (order by n)', '22023', 'total must be the same in all rows of a partition', 'It is NULL in row 1 and -2 in row 3.'),
    ('bpm.apportion(1, 1, n) over (order by n)', '22023', 'digits must be the same in all rows of a partition', 'It is 1 in row 1 and 2 in row 2.'),
    ('bpm.apportion(1, 1, nullif(n, 1)) over (order by n)', '22023', 'digits must be the same in all rows of a partition', 'It is NULL in row 1 and 2 in row 2.'),
    ('bpm.apportion(1, 1, 9) over ()', '22023', 'digits must be between 0 and 8, not 9', ''),
    ('bpm.apportion(1, 1, -1) over ()', '22023', 'digits must be between 0 and 8, not -1', ''),
    ('bpm.apportion(100.005, 1) over ()', '22023', 'total has more decimals than the shares', 'The total is 100.005, and digits is 2.'),
    ('bpm.apportion(0.000000001, 1, 8) over ()', '22023', 'total has more decimals than the shares', 'The total is 0.000000001, and digits is 8.'),
    ('bpm.apportion(1, 2 - n) over (order by n)', '22023', 'weight must not be negative', 'The weight of row 3 is -1.'),
    ('bpm.apportion(1, case n when 2 then numeric ''NaN'' else 1 end) over (order by n)', '22003', 'weight must be a figure, not NaN', 'Figures are exact, and so finite.'),
    ('bpm.apportion(''-Infinity'', 1) over ()', '22003', 'total must be a figure, not infinity', 'Figures are exact, and so finite.'),
    ('bpm.apportion(1e29, 1) over ()', '22003', 'total is out of range', 'A figure has at most 29 digits before the decimal point.'),
    ('bpm.apportion(1, 4e28) over ()', '22003', 'the weights are out of range', 'Together they have more than 29 digits before the decimal point.'),
    ('bpm.apportion(100, nullif(0, n)) over ()', '22023', 'there is nothing to share by', 'The total is 100, and no row has a weight above 0.'),
    ('bpm.apportion(-100, null) over ()', '22023', 'there is nothing to share by', 'The total is -100, and no row has a weight above 0.'),
    ('bpm.apportion(100, 0, 10, null) over ()', '22023', 'there is nothing to share by', 'The total is 100, the bounds take 30 of it, and no row has a weight above 0.'),
    ('bpm.apportion(100, n, 40, null) over ()', '22023', 'the floors are over the total', 'The rows take at least 120 together, and the total is 100.'),
    ('bpm.apportion(100, n, null, n * 10.25) over ()', '22023', 'the caps are under the total', 'The rows take at most 61.5 together, and the total is 100.'),
    ('bpm.apportion(-100, n, null, -40) over ()', '22023', 'the caps are under the total', 'The rows take at most -120 together, and the total is -100.'),
    ('bpm.apportion(-100, n, -20, null) over ()', '22023', 'the floors are over the total', 'The rows take at least -60 together, and the total is -100.'),
    ('bpm.apportion(100, n - 1, null, 50 - n * 10) over (order by n)', '22023', 'the caps are under the total', 'The rows take at most 50 together, and the total is 100.'),
    ('bpm.apportion(100, n, n * 10, 20) over (order by n)', '22023', 'floor is over cap', 'In row 3 the floor is 30 and the cap is 20.'),
    ('bpm.apportion(100, n, null, 2 - n) over (order by n)', '22023', 'floor is over cap', 'In row 3 the floor is 0 and the cap is -1.'),
    ('bpm.apportion(-100, n, n - 2, null) over (order by n)', '22023', 'floor is over cap', 'In row 3 the floor is 1 and the cap is 0.'),
    ('bpm.apportion(100, n, 0.1 * n, null, 0) over (order by n)', '22023', 'floor has more decimals than the shares', 'The floor of row 1 is 0.1, and digits is 0.'),
    ('bpm.apportion(100, n, null, 100 + n * 0.25, 0) over (order by n)', '22023', 'cap has more decimals than the shares', 'The cap of row 1 is 100.25, and digits is 0.'),
    ('bpm.apportion(100, n, null, ''Infinity'') over (order by n)', '22003', 'cap must be a figure, not infinity', 'Figures are exact, and so finite.'),
    ('bpm.apportion(100, n, 4e28, null) over (order by n)', '22003', 'the floors are out of range', 'Together they have more than 29 digits before the decimal point.'),
    ('bpm.apportion(-100, n, null, -4e28) over (order by n)', '22003', 'the caps are out of range', 'Together they have more than 29 digits before the decimal point.'),
    ('bpm.apportion_array(100, ''{}'')', '22023', 'there is nothing to share by', 'The total is 100, and no element has a weight above 0.'),
    ('bpm.apportion_array(100, ''{1,-0.5}'')', '22023', 'weight must not be negative', 'The weight of element 2 is -0.5.'),
    ('bpm.apportion_array(100, ''{{1,2},{3,4}}'')', '2202E', 'weights must be an array of one dimension', 'It has 2.'),
    ('bpm.apportion_array(100, ''{1,2}'', ''{{1,2}}'', null)', '2202E', 'floors must be an array of one dimension', 'It has 2.'),
    ('bpm.apportion_array(100, ''{1,2}'', ''{1}'', null)', '2202E', 'floors must have as many elements as weights', 'It has 1, and weights has 2.'),
    ('bpm.apportion_array(100, ''{1,2}'', null, ''{}'')', '2202E', 'caps must have as many elements as weights', 'It has 0, and weights has 2.'),
    ('bpm.apportion_array(100, ''{1,2}'', ''{0.001,0}'', null)', '22023', 'floor has more decimals than the shares', 'The floor of element 1 is 0.001, and digits is 2.'),
    ('bpm.apportion_array(100, ''{1,2}'', ''{90,20}'', null)', '22023', 'the floors are over the total', 'The elements take at least 110 together, and the total is 100.'),
    ('bpm.apportion(1, 1)', '42809', 'window function bpm.apportion requires an OVER clause', '');
select is_empty($$ select f.*, expression from refused r, pg_temp.failure(format('select %s from generate_series(1, 3) n', expression)) f
    where (f.state, f.message, f.detail) is distinct from (r.state, r.message, r.detail) or (f.hint = '' and r.detail <> '') $$,
    'what cannot be shared is refused with SQLSTATE, message, DETAIL and HINT');
select is((pg_temp.failure($$ select bpm.apportion(100, g, 40, null) over () from generate_series(1, 3) g $$)).hint, 'Lower a floor, or raise the total.', 'the hint says how to mend it');

----------------------------------------------------------------------------------------------------
-- Plain SQL says the same
----------------------------------------------------------------------------------------------------

-- partitions of one row to five, and one of thousands; every tenth of figures of 28 digits, many with equal remainders and without weight
create temp table random as
select p, i, p % 9 as digits, case when p % 7 < 3 then -1 else 1 end * round(case when p % 10 = 0 then (t % 1000003) * 1e20 when p % 7 = 0 then t % 9 else (t % 10000019) / 97.0 end, p % 9) as total,
       case when h % 11 = 0 and i > 1 then null when h % 7 = 0 and i > 1 then 0 when p % 10 = 0 then (1 + h % 1000033) * 1e18 + 0.00000001 when p % 3 = 0 then 1 + h % 4 else 0.01 + h % 99991 end as w
from (select p, i, abs(hashint4extended(p, 1) >> 2) as t, abs(hashint8extended(p * 8::bigint + i, 2) >> 2) as h
      from generate_series(0, :partitions) p, lateral generate_series(1, case p when 0 then 5000 else 1 + p % 5 end) i) x;
create temp table answer as
select *, bpm.apportion(total, w, digits) over (partition by p order by i) as share from random;
select is_empty($$
    select * from (
        select *, sign(total) * (quota + (row_number() over (partition by p order by rest desc, i) <= abs(total) * u - sum(quota) over (partition by p))::integer) / u as plain
        from (select *, div(abs(total) * u * v, whole) as quota, mod(abs(total) * u * v, whole) as rest
              from (select *, coalesce(w, 0) as v, sum(w) over (partition by p) as whole, 10::numeric ^ digits as u from answer) a) b) c
    where share is distinct from plain or scale(share) <> digits $$, 'the shares of random partitions are those of plain SQL');
select is_empty($$ select p from answer group by p having sum(share) <> max(total) $$, 'and add up to the total');
create temp table in_array as
select p, bpm.apportion_array(total, array_agg(w order by i), digits) = array_agg(share order by i) as same from answer group by p, total, digits;
select is_empty('select p from in_array where not same', 'arrays say the same');

-- floors and caps around random amounts, so that there is an answer; a third with amounts below 0 among them, each in the negative too
create temp table around as
select p, i, p % 4 as digits, w::numeric, f, c, case when w = 0 then least(greatest(coalesce(f, 0), 0), coalesce(c, greatest(coalesce(f, 0), 0))) else x end as x
from (select p, i, w, x, case when x < 0 or h % 3 > 0 then x - case when h % 5 = 0 then 0 else h % 40 end end as f, case when g % 3 > 0 then x + case when g % 5 = 0 then 0 else g % 40 end end as c
      from (select p, i, h / 64 as h, g / 64 as g, case when h % 13 = 0 then 0 else 1 + h % 20 end as w, round((g % 60) - case when p % 3 = 0 then 15 else 0 end, 0)::numeric as x
            from (select p, i, abs(hashint4extended(p * 8 + i, 3) >> 2) as h, abs(hashint4extended(p * 8 + i, 4) >> 2) as g
                  from generate_series(1, least(:partitions, 8000)) p, lateral generate_series(1, 1 + p % 8) i) a) b) d;
-- a fifth of all in amounts and weights of 27 digits, a seventh with the least weights that there are
update around set f = f * 1e25, c = c * 1e25, x = x * 1e25 where p % 5 = 0;
update around set w = case when p % 7 = 0 then w * 0.00000001 else w * 1e25 + 0.00000007 * sign(w) * (i % 2) end where p % 5 = 0 or p % 7 = 0;
create temp table bounds as
select p, i, digits, w, t as total, f, c from (select *, sum(x) over (partition by p) as t from around) a where t >= 0
union all
select -p, i, digits, w, -t, -c, -f from (select *, sum(x) over (partition by p) as t from around) a where t > 0;

-- Whoever is outside is set to the bound, round by round: under the floor if the bounds would add to the sum, over the cap if they would
-- take from it. Nothing is divided: all are multiplied by the weight of those still inside.
create temp table round as
select p, i, digits, w, total, coalesce(f, case when total < 0 then '-Infinity' else 0::numeric end) as lo, coalesce(c, case when total < 0 then 0::numeric else 'Infinity' end) as hi, null::numeric as fixed from bounds;
update round set fixed = least(greatest(0, lo), hi) where w = 0;
do $$
declare
    changed bigint := 1;
begin
    while changed > 0 loop
        analyze round;
        with rest as (
            select p, max(total) - coalesce(sum(fixed), 0) as rest, sum(w) filter (where fixed is null) as inside from round group by p
        ), violated as (
            select r.p, r.i, rest.rest * r.w < r.lo * rest.inside as under, rest.rest * r.w > r.hi * rest.inside as over,
                   sum(case when rest.rest * r.w < r.lo * rest.inside then r.lo * rest.inside when rest.rest * r.w > r.hi * rest.inside then r.hi * rest.inside
                       else rest.rest * r.w end) over (partition by r.p) - rest.rest * rest.inside as sum
            from round r join rest using (p) where r.fixed is null
        )
        update round r set fixed = case when under then r.lo else r.hi end from violated v
        where v.p = r.p and v.i = r.i and ((under and v.sum >= 0) or (over and v.sum <= 0));
        get diagnostics changed = row_count;
    end loop;
end $$;
create temp table plain as
select p, i, coalesce(fixed, sign(rest) * (quota + (row_number() over (partition by p, fixed is null order by remainder desc, i)
        <= abs(rest) * u - sum(quota) over (partition by p, fixed is null))::integer) / u) as plain, fixed is null as inside
from (select *, div(abs(rest) * u * w, whole) as quota, mod(abs(rest) * u * w, whole) as remainder
      from (select *, total - coalesce(sum(fixed) over (partition by p), 0) as rest, nullif(sum(w) filter (where fixed is null) over (partition by p), 0) as whole, 10::numeric ^ digits as u from round) a) b;
create temp table within as
select *, bpm.apportion(total, w, f, c, digits) over (partition by p order by i) as share from bounds;
select is_empty($$ select * from within join plain using (p, i) where share is distinct from plain $$, 'the shares within random floors and caps are those of rounds in plain SQL');
select is_empty($$ select p from within group by p having sum(share) <> max(total) $$, 'they add up to the total');
select is_empty($$ select * from within where share < f or share > c or scale(share) <> digits $$, 'and none is outside');
select cmp_ok((select count(*) from within join plain using (p, i) where inside and f is not null and c is not null), '>', (select count(*) / 20 from within), 'of many rows that are inside')
union all select cmp_ok((select count(*) from within where share = f and f < c), '>', (select count(*) / 50 from within), 'at their floor')
union all select cmp_ok((select count(*) from within where share = c and f < c), '>', (select count(*) / 50 from within), 'and at their cap');

-- a partition that memory does not hold, without and with bounds
set local work_mem = '64kB';
create temp table many as select i, i * 7919::bigint % 10007 as w from generate_series(1, 50000) i;
select is((select array[sum(s), min(s - trunc(w * 1000000.07 / all_w, 2)), max(s - trunc(w * 1000000.07 / all_w, 2))]
        from (select w, sum(w) over () as all_w, bpm.apportion(1000000.07, w) over (order by i) as s from many) x), array[1000000.07, 0.00, 0.01],
    'a partition of 50,000 rows: the total, and nobody further than a unit from the quota');
-- 10 at least and 30 at most: no weight says otherwise
select is((select array[sum(s), min(s), max(s)] from (select bpm.apportion(1000000.07, w, 10, 30) over (order by i) as s from many) x), array[1000000.07, 10.00, 30.00], 'and within bounds');
select is((select array[sum(a), sum(b)] from (select bpm.apportion(999.99, i) over (partition by i % 3 order by i) as a, bpm.apportion(-0.01, i, 2) over (partition by i % 3 order by i) as b
        from generate_series(1, 90) i) x), array[2999.97, -0.03], 'two of a window at once, in each partition');

select * from finish();
rollback;
