-- Scales: what a score is called.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
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

create function pg_temp.rates(score numeric, scale text, rating text, promise text) returns text
language sql as $$ select is(bpm.rating(score, scale::bpm.scale), rating, promise || ': ' || coalesce(score::text, 'NULL')) $$;

----------------------------------------------------------------------------------------------------
-- Ratings
----------------------------------------------------------------------------------------------------

-- the bands of China's self-evaluation
\set china '''excellent >= 90, good >= 80, fair >= 60, poor'''
select pg_temp.rates(100, :china, 'excellent', 'the best band');
select pg_temp.rates(90, :china, 'excellent', 'a bound belongs to its band');
select pg_temp.rates(89.99, :china, 'good', 'below the bound is the next band');
select pg_temp.rates(80, :china, 'good', 'the second bound');
select pg_temp.rates(60, :china, 'fair', 'the third bound');
select pg_temp.rates(59.99, :china, 'poor', 'the last band has no bound');
select pg_temp.rates(0, :china, 'poor', 'and holds 0');
select pg_temp.rates(-1e20, :china, 'poor', 'and everything below');
select pg_temp.rates(1e28, :china, 'excellent', 'the first has no upper end');
select pg_temp.rates(null, :china, null, 'no score, no rating');
select ok(bpm.rating(90, null::bpm.scale) is null, 'no scale, no rating');

-- the score that is published decides
select pg_temp.rates(89.995, :china, 'excellent', 'the score is rounded to 2 digits first, half away from zero: 90.00');
select pg_temp.rates(89.9949999999999999, :china, 'good', 'rounded once: 89.99');
select pg_temp.rates(89.99499999999999999999999999999999, :china, 'good', 'rounded once, with 32 decimals: 89.99');
select pg_temp.rates(89.5, 'excellent >= 90, poor round 0', 'excellent', 'round 0: 90');
select pg_temp.rates(89.49999999999, 'excellent >= 90, poor round 0', 'poor', 'round 0: 89');
select pg_temp.rates(89.95, 'excellent >= 90, poor round 1', 'excellent', 'round 1: 90.0');
select pg_temp.rates(89.999999994, 'excellent >= 90, poor round 8', 'poor', 'round 8: 89.99999999');
select pg_temp.rates(89.999999995, 'excellent >= 90, poor round 8', 'excellent', 'round 8: 90.00000000');
select pg_temp.rates(89.99, 'excellent >= 89.995, poor', 'poor', 'a bound may have more digits than the score: 89.99 < 89.995');
select pg_temp.rates(89.995, 'excellent >= 89.995, poor', 'excellent', '90.00 >= 89.995');
select pg_temp.rates(-0.005, 'up >= 0, down', 'down', 'half away from zero below zero too: -0.01');
select pg_temp.rates(-0.0049, 'up >= 0, down', 'up', '-0.0049 is 0.00');

-- PART: 85, 70, 50
\set part '''Effective >= 85, "Moderately Effective" >= 70, Adequate >= 50, Ineffective'''
select pg_temp.rates(85, :part, 'Effective', 'PART, 85 is Effective');
select pg_temp.rates(84.9, :part, 'Moderately Effective', 'PART, 84.9 is Moderately Effective');
select pg_temp.rates(69.9, :part, 'Adequate', 'PART, 69.9 is Adequate');
select pg_temp.rates(49.9, :part, 'Ineffective', 'PART, 49.9 is Ineffective');
-- PEFA, points of one dimension
select is((select string_agg(bpm.rating(p, 'A >= 4, B >= 3, C >= 2, D round 0'::bpm.scale), '' order by p) from generate_series(1, 4) p), 'DCBA',
    'PEFA: letters of 1 to 4 points');

-- strict bounds, and bounds that rise: less is better, the first band is still the best
\set pi2 '''A < 5, B < 10, C < 15, D'''
select is((select string_agg(bpm.rating(v, :pi2::bpm.scale), '' order by v) from unnest(array[-1, 0, 4.99, 4.994, 4.995, 5, 9.99, 10, 14.99, 15, 1000]) v), 'AAAABBBCCDD',
    'PEFA PI-2: a variance below 5 % is an A, below 10 a B, below 15 a C; 4.995 is published as 5.00');
select is((select string_agg(bpm.rating_rank(v, :pi2::bpm.scale)::text, '' order by v) from unnest(array[0, 5, 10, 15]) v), '1234', 'and ranks from 1 for the best');
select is((select string_agg(bpm.rating(v, 'blue > 125, green >= 80, red'), ' ' order by v) from unnest(array[79.99, 80, 125, 125.01]) v), 'red green green blue', 'a bound above which');
select is((select string_agg(bpm.rating(v, 'intime <= 0, late <= 30, lost'), ' ' order by v) from unnest(array[-3, 0, 0.01, 30, 30.01]) v), 'intime intime late late lost', 'a bound up to which');
select is((select string_agg(bpm.rating(v, 'over > 100, full >= 100, short'), ' ' order by v) from unnest(array[99.99, 100, 100.01]) v), 'short full over', 'a band of one figure');
select is((select string_agg(bpm.rating(v, 'under < 100, full <= 100, over'), ' ' order by v) from unnest(array[99.99, 100, 100.01]) v), 'under full over', 'rising too');
select is('A<5,B ≤ 10.0,C'::bpm.scale::text, 'A < 5, B <= 10, C', 'they are printed in one way');

-- the rank sorts
select is((select array_agg(bpm.rating_rank(s, :china::bpm.scale) order by s desc) from unnest(array[95, 85, 65, 10]) s), array[1, 2, 3, 4],
    'rating_rank is 1 for the best');
select ok(bpm.rating_rank(null::numeric, :china::bpm.scale) is null, 'no score, no rank');
select is(bpm.rating_rank(89.995, :china::bpm.scale), 1, 'the rank is of the rounded score');
select is(bpm.rating(45, 'x >= 44, y'::bpm.scale), 'x', 'an integer score fits without a cast');
select throws_ok('select bpm.rating(45::float8, ''x >= 44, y''::bpm.scale)', '42883', null, 'float8 wants an explicit cast');

-- every score has one band: neither gap nor overlap; against a CASE over 100,000 scores around the bounds
select setseed(0.5);
create temp table scores as
select (array[90, 80, 60])[1 + i % 3] + round(((random() - 0.5) * power(10, 2 - i % 10))::numeric, 12) as s from generate_series(1, 100000) i;
select is_empty(format($$ select s from scores where bpm.rating(s, %1$L::bpm.scale) is distinct from
    case when round(s, 2) >= 90 then 'excellent' when round(s, 2) >= 80 then 'good' when round(s, 2) >= 60 then 'fair' else 'poor' end limit 5 $$, :china),
    'rating is the CASE over the rounded score');
select is_empty(format($$ select s from scores where bpm.rating_rank(s, %1$L::bpm.scale) is distinct from
    case when round(s, 2) >= 90 then 1 when round(s, 2) >= 80 then 2 when round(s, 2) >= 60 then 3 else 4 end limit 5 $$, :china),
    'rating_rank is the CASE over the rounded score');
select is_empty($$ select s from scores where bpm.rating(s, 'A < 60, B <= 80, C < 90, D') is distinct from
    case when round(s, 2) < 60 then 'A' when round(s, 2) <= 80 then 'B' when round(s, 2) < 90 then 'C' else 'D' end limit 5 $$, 'bounds that rise are the CASE too');
select is_empty($$ select s from scores where bpm.rating_rank(s, 'A > 90, B >= 90, C > 60.005, D round 3'::bpm.scale) is distinct from
    case when round(s, 3) > 90 then 1 when round(s, 3) >= 90 then 2 when round(s, 3) > 60.005 then 3 else 4 end limit 5 $$, 'and strict bounds');
select is((select count(distinct bpm.rating(s, 'A > 90, B >= 90, C > 60, D')) from scores), 4::bigint, 'the scores fall into every band, that of one figure too');
select is((select string_agg(bpm.rating(r::bpm.rollup, 'A < 5, B < 10, C'), ' ' order by r) from unnest(array['rows 1 scored 1 weight 1 scored_weight 1 sum 10', 'rows 1 scored 1 weight 1 scored_weight 1 sum 4.99', 'rows 1 scored 1 weight 1 scored_weight 1 sum 4.995']) r),
    'C A B', 'a rollup is rated by bounds that rise, by its exact score, rounded once');

----------------------------------------------------------------------------------------------------
-- Text
----------------------------------------------------------------------------------------------------

create temp table reads (written text, canonical text);
insert into reads values
    ('a >= 1, b', 'a >= 1, b'), ('  a>=1,b  ', 'a >= 1, b'), (E'a\n>= 1.50\t,\n b', 'a >= 1.5, b'),
    ('a >= 1, b round 2', 'a >= 1, b'), ('a >= 1, b ROUND 0', 'a >= 1, b round 0'), ('a >= 1, b round 8', 'a >= 1, b round 8'),
    ('"a" >= 1, "b"', 'a >= 1, b'), ('"very good" >= 1, "not so, good"', '"very good" >= 1, "not so, good"'),
    ('"he said ""yes""" >= 1, b', '"he said ""yes""" >= 1, b'), ('""""  >= 1, b', '"""" >= 1, b'),
    ('a >= -1.5, b >= -2, c', 'a >= -1.5, b >= -2, c'), ('a >= 0.00000001, b', 'a >= 0.00000001, b'),
    ('round >= 1, b', '"round" >= 1, b'), ('a >= 1, round', 'a >= 1, "round"'), ('a >= 1, Round round 1', 'a >= 1, "Round" round 1'),
    ('a-b/c >= 1, d_e', 'a-b/c >= 1, d_e'), ('">=" >= 1, "<"', '">=" >= 1, "<"'), ('A >= 1, a', 'A >= 1, a'),
    ('1 >= 1, 2', '1 >= 1, 2'), ('"a(b)" >= 1, c', '"a(b)" >= 1, c'),
    ('a >= 92233720368.54775807, b >= -92233720368.54775808, c', 'a >= 92233720368.54775807, b >= -92233720368.54775808, c');
select getdatabaseencoding() = 'UTF8' as utf8 \gset
\if :utf8
insert into reads
select w, c from (values ('优 ≥ 90, 良 ≥ 80, 中 ≥ 60, 差', '优 >= 90, 良 >= 80, 中 >= 60, 差'), ('优≥90, 差', '优 >= 90, 差'),
    (E'\u4f18\u00a0>= 90,\u3000\u5dee\u00a0round\u00a01', '优 >= 90, 差 round 1'), ('"≥" >= 1, b', '"≥" >= 1, b'),
    (E'"a\u00a0b" >= 1, c', E'"a\u00a0b" >= 1, c')) v(w, c);
\endif
select is_empty($$ select written, written::bpm.scale::text, canonical from reads
                   where written::bpm.scale::text is distinct from canonical $$,
    'a scale is read as analysts write it, and printed in one way');
select is_empty($$ select written from reads where canonical::bpm.scale::text is distinct from canonical
                      or canonical::bpm.scale operator(bpm.<>) written::bpm.scale
                      or bpm.scale_hash(canonical::bpm.scale) <> bpm.scale_hash(written::bpm.scale)
                      or bpm.scale_hash_extended(canonical::bpm.scale, 3) <> bpm.scale_hash_extended(written::bpm.scale, 3) $$,
    'canonical output reads back to the same value, with the same hash');
select is_empty($$ select written from unnest(array['a(b) >= 1, c', 'very good >= 1, c', 'a >= 1, not so good', 'a=b >= 1, c', 'a >= 1, b<c']) written
    where (pg_temp.failure(format('select %L::bpm.scale', written))).state is distinct from '22P02' $$,
    'labels with spaces or signs want quotes');
select is(bpm.rating(95, '"very good" >= 90, "not so, good"'::bpm.scale), 'very good', 'a quoted label is given without its quotes');
select is(bpm.rating(1, '"he said ""yes""" >= 1, b'::bpm.scale), 'he said "yes"', 'a doubled quote is one');
select is((string_agg('b' || i || case when i < 32 then ' >= ' || 100 - i else '' end, ', ' order by i))::bpm.scale::text,
    string_agg('b' || i || case when i < 32 then ' >= ' || 100 - i else '' end, ', ' order by i), 'a scale has up to 32 bands') from generate_series(1, 32) i;
select is((repeat('x', 63) || ' >= 1, b')::bpm.scale::text, repeat('x', 63) || ' >= 1, b', 'a label has up to 63 bytes');

----------------------------------------------------------------------------------------------------
-- Equality, grouping, storage, binary
----------------------------------------------------------------------------------------------------

select ok(:china::bpm.scale operator(bpm.=) 'excellent>=90.0,good>=80,fair>=60,poor round 2'::bpm.scale, 'equal: the same bands and digits');
select ok(:china::bpm.scale operator(bpm.<>) 'excellent >= 90, good >= 80, fair >= 60, poor round 1'::bpm.scale, 'not equal: other digits');
select ok(:china::bpm.scale operator(bpm.<>) 'excellent >= 90, good >= 80, fair >= 60, bad'::bpm.scale, 'not equal: another label');
select ok('a >= 1, b'::bpm.scale operator(bpm.<>) 'a >= 2, b'::bpm.scale, 'not equal: another bound');
select set_eq('select s::text, count(*) from (select (written)::bpm.scale s from reads) r group by s',
    'select canonical, count(*) from reads group by canonical', 'scales can be grouped');
create temp table kept (id int, s bpm.scale not null default 'excellent >= 90, poor');
insert into kept select i, ('a >= ' || i % 50 || ', b')::bpm.scale from generate_series(1, 5000) i;
insert into kept (id) values (0);
create index on kept using hash (s);
analyze kept;
set local enable_seqscan = off;
select results_eq($$ select count(*) from kept where s operator(bpm.=) 'a >= 7, b' $$, 'values (100::bigint)', 'a hash index finds a scale');
set local enable_seqscan = on;
select is(bpm.rating(90, s), 'excellent', 'a scale can be a default') from kept where id = 0;

select is(bpm.scale_send('a >= 1, b round 1'), '\x01'::bytea || 'a >= 1, b round 1'::bytea, 'binary is a version byte and the canonical text');
\set file `mktemp`
copy (select written, canonical, written::bpm.scale from reads) to stdout (format binary) \g :file
create temp table back (written text, canonical text, scale bpm.scale);
\set copy_back '\\copy back from \'' :file '\' (format binary)'
:copy_back
\set remove '\\! rm -f \'' :file '\''
:remove
select results_eq('select written, scale::text from back', 'select written, canonical from reads',
    'scales copied out and in as binary are the same');
select is_empty('select written from back where scale operator(bpm.<>) canonical::bpm.scale', 'to the byte');

----------------------------------------------------------------------------------------------------
-- Bad input: the journey bad_scales has it word for word, here is what programs see
----------------------------------------------------------------------------------------------------

create temp table bad (written text, state text, detail text);
insert into bad values
    ('', '22P02', 'The text is empty.'),
    ('poor', '22P02', 'There is only one band at character 1, near "poor".'),
    ('good >= 80', '22P02', 'The last band has a bound at the end.'),
    ('good >= 80,', '22P02', 'A label is missing at the end.'),
    ('good >= 80, poor >= 60', '22P02', 'The last band has a bound at the end.'),
    ('good, poor', '22P02', 'A band before the last has no bound at character 5, near ", poor".'),
    ('good >= 80, fair, poor', '22P02', 'A band before the last has no bound at character 17, near ", poor".'),
    ('good >= 80, fair >= 80, poor', '22P02', 'The bound equals the one before it at character 21, near "80, poor".'),
    ('good >= 80, best >= 90, poor', '22P02', 'The bound is above the one before it at character 21, near "90, poor".'),
    ('good = 80, poor', '22P02', 'A band is not bounded by >=, >, <= or < at character 6, near "= 80, poor".'),
    ('good > 80, fair > 80, poor', '22P02', 'The bound equals the one before it at character 19, near "80, poor".'),
    ('good >= 80, fair > 80, poor', '22P02', 'The bound equals the one before it at character 20, near "80, poor".'),
    ('A < 5, B < 5, C', '22P02', 'The bound equals the one before it at character 12, near "5, C".'),
    ('A < 5, B < 4, C', '22P02', 'The bound is below the one before it at character 12, near "4, C".'),
    ('A < 5, B >= 10, C', '22P02', 'The bounds of a scale all fall or all rise at character 10, near ">= 10, C".'),
    ('A >= 5, B <= 3, C', '22P02', 'The bounds of a scale all fall or all rise at character 11, near "<= 3, C".'),
    ('good >= , poor', '22P02', 'The bound is missing at character 9, near ", poor".'),
    ('good >= NaN, poor', '22P02', 'NaN and infinity are no figures at character 9, near "NaN, poor".'),
    ('good >= 80, good', '22P02', 'The label stands twice at character 13, near "good".'),
    ('good >= 80, "good"', '22P02', 'The label stands twice at character 13, near ""good"".'),
    ('"good >= 80, poor', '22P02', 'The label does not end at character 1, near ""good >= 80, poor".'),
    ('"" >= 80, poor', '22P02', 'A label is missing at character 1, near """ >= 80, poor".'),
    (repeat('x', 64) || ' >= 1, b', '22P02', 'The label has more than 63 bytes at character 1, near "' || repeat('x', 60) || '...".'),
    ('good >= 80, poor round 9', '22P02', 'The digits to round to are not a whole number from 0 to 8 at character 24, near "9".'),
    ('good >= 80, poor round 2 digits', '22P02', 'There is more after the digits to round to at character 26, near "digits".'),
    ('good >= 80.000000001, poor', '22003', 'The figure has more than 8 digits after the decimal point at character 9, near "80.000000001, poor".'),
    ('good >= 100000000000000000000000000000, poor', '22003', 'The figure has more than 29 digits before the decimal point at character 9, near "100000000000000000000000000000, poor".'),
    ('good >= 92233720368.54775808, poor', '22003', 'The bound is too large for a score at character 9, near "92233720368.54775808, poor".'),
    (repeat('a', 1048576), '54000', 'It has 1048576 bytes; at most 4000 are read.');
select is(f.state || ' ' || f.detail, b.state || ' ' || b.detail, 'refused: ' || left(written, 40))
from bad b, pg_temp.failure(format('select %L::bpm.scale', written)) f;
select is_empty($$ select left(written, 40), f.* from bad, pg_temp.failure(format('select %L::bpm.scale', written)) f
    where f.hint = '' or f.message not like '%type bpm.scale%' $$, 'bad input names the type and has a HINT');
select case when current_setting('server_version_num')::int < 160000 then skip('no soft errors before PostgreSQL 16', 2) else collect_tap(
    is_empty($$ select left(written, 40) from bad where pg_input_is_valid(written, 'bpm.scale') $$, 'bad input is a soft error'),
    is_empty($$ select left(written, 40), i.* from bad, pg_input_error_info(written, 'bpm.scale') i, pg_temp.failure(format('select %L::bpm.scale', written)) f
        where (i.sql_error_code, i.message, i.detail, i.hint) is distinct from (f.state, f.message, f.detail, f.hint) $$, 'a soft error says the same')
) end;
create temp table refused (statement text, message text);
insert into refused values
    ($$select bpm.rating(numeric 'NaN', 'good >= 90, poor'::bpm.scale)$$, 'score must be a figure, not NaN'),
    ($$select bpm.rating(numeric '-Infinity', 'good >= 90, poor'::bpm.scale)$$, 'score must be a figure, not infinity'),
    ($$select bpm.rating_rank(numeric 'Infinity', 'good >= 90, poor'::bpm.scale)$$, 'score must be a figure, not infinity'),
    ($$select bpm.rating_rank(1e29, 'good >= 90, poor'::bpm.scale)$$, 'score is out of range');
select is_empty($$ select statement, f.* from refused r, pg_temp.failure(statement) f
    where (f.state, f.message) is distinct from ('22003', r.message) or f.detail = '' or f.hint = '' $$, 'what is no score is not rated');

----------------------------------------------------------------------------------------------------
-- The order of scales, lifecycles and trees: for sorting and uniqueness
----------------------------------------------------------------------------------------------------

create temp table many_scales as select format('b%s %s %s, c%s %s %s, d round %s', i % 7, o, a + i % 3, i % 5, o, b + i % 4, i % 3)::bpm.scale as v
    from generate_series(1, 400) i, (values ('>=', 90, 40), ('<=', 10, 40), ('>', 90, 40), ('<', 10, 40)) o(o, a, b);
create temp table many_lifecycles as select format('a -> s%s -> b%s; s%s -> c', i % 5, i % 11, i % 5)::bpm.lifecycle as v from generate_series(1, 400) i;
create temp table many_trees as select bpm.score_tree(n, nullif(n / 2, 0), (n + i % 3)::numeric, case when n > 3 + i % 2 * 4 then i % 7 end::numeric) as v from generate_series(1, 400) i, generate_series(1, 7 + i % 2 * 8) n group by i;
create function pg_temp.order_faults(kind text) returns bigint language plpgsql as $$
declare
    faults bigint;
begin
    execute format('with v as (select distinct v from many_%1$ss limit 60) select count(*) from v a, v b, v c where (bpm.%1$s_cmp(a.v, b.v) < 0) <> (a.v operator(bpm.<) b.v)
        or (bpm.%1$s_cmp(a.v, b.v) <= 0) <> (a.v operator(bpm.<=) b.v) or (bpm.%1$s_cmp(a.v, b.v) >= 0) <> (a.v operator(bpm.>=) b.v)
        or (bpm.%1$s_cmp(a.v, b.v) > 0) <> (a.v operator(bpm.>) b.v) or (bpm.%1$s_cmp(a.v, b.v) = 0) <> (a.v operator(bpm.=) b.v)
        or sign(bpm.%1$s_cmp(a.v, b.v)) <> -sign(bpm.%1$s_cmp(b.v, a.v)) or (a.v operator(bpm.<) b.v and b.v operator(bpm.<) c.v and not a.v operator(bpm.<) c.v)', kind) into faults;
    return faults;
end $$;
select is(pg_temp.order_faults(k), 0::bigint, 'the order of ' || k || 's is total, transitive, and agrees with equality') from unnest(array['scale', 'lifecycle', 'tree']) k;
select results_eq('select count(distinct v) from many_scales', 'select count(distinct v::text) from many_scales', 'scales are counted apart');
select results_eq('select count(distinct v) from many_lifecycles', 'select count(distinct v::text) from many_lifecycles', 'lifecycles are');
select results_eq('select count(distinct v) from many_trees', 'select count(distinct v::text) from many_trees', 'trees are');
create table uniquely (v bpm.scale unique);
insert into uniquely values ('A < 5, B');
select throws_ok($$ insert into uniquely values ('A<5.0,B round 2') $$, '23505', null, 'a column of them can be unique');

select * from finish();
rollback;
