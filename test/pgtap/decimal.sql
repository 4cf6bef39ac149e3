-- Figures: as people print them, and numeric in and out of fixed point.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(29);

----------------------------------------------------------------------------------------------------
-- parse_number
----------------------------------------------------------------------------------------------------

create temp table printed (written text, value numeric);
insert into printed values
    ('100%', 100), ('100 %', 100), ('$1,234', 1234), ('$ 1,234.50', 1234.50), ('-$5', -5), ('$-5', -5), ('-5', -5), ('+5', 5),
    ('95', 95), (' 95 ', 95), (E'\t95\n', 95), ('1,234,567.89', 1234567.89), ('12,345', 12345), ('1234567', 1234567), ('.5', 0.5), ('-.5', -0.5), ('-12.5%', -12.5),
    ('007', 7), ('0', 0), ('-0', 0), ('0.000000000000000000000000000001', 1e-30), (repeat('9', 100), (repeat('9', 100))::numeric),
    ('', null), ('   ', null), ('na', null), ('NA', null), ('n/a', null), ('N/A', null), ('n.a.', null), (' na ', null);
select getdatabaseencoding() = 'UTF8' as utf8 \gset
\if :utf8
insert into printed
select w, v from (values ('€1,234', 1234), ('£5', 5), ('¥100', 100), ('￥100', 100), ('−5', -5), (E'\u00a095\u00a0%', 95), (E'95\u3000', 95)) p(w, v);
\endif
select is_empty('select written, bpm.parse_number(written), value from printed where bpm.parse_number(written) is distinct from value',
    'parse_number reads figures as people print them, and na and empty text as NULL');
select is_empty('select written, t.* from printed, bpm.try_parse_number(written) t where (t.value, t.reason) is distinct from (printed.value, null)',
    'try_parse_number reads the same, without a reason');
select is(bpm.parse_number('1,234.50')::text, '1234.50', 'the decimals that are printed are kept');
select ok(bpm.parse_number(null) is null, 'parse_number of NULL is NULL');
select is((select t from bpm.try_parse_number(null) t)::text, '(,)', 'try_parse_number of NULL has neither value nor reason');

create temp table unprintable (written text, reason text);
insert into unprintable values
    ('10,4702', 'a comma does not part thousands'), ('1,23', 'a comma does not part thousands'), ('1234,567', 'a comma does not part thousands'),
    (',123', 'a comma does not part thousands'), ('1,,234', 'a comma does not part thousands'), ('1,234,', 'a comma does not part thousands'),
    ('0,125', 'a comma does not part thousands'), ('012,345', 'a comma does not part thousands'),
    ('55% (6/11)', 'there is "(6/11)" after the figure'), ('2/28/2005', 'there is "/28/2005" after the figure'), ('12 days', 'there is "days" after the figure'),
    ('1e6', 'there is "e6" after the figure'), ('5 - 10', 'there is "- 10" after the figure'), ('5..10', 'there is "..10" after the figure'),
    ('100%%', 'there is "%" after the figure'), ('5$', 'there is "$" after the figure'), ('1 234', 'there is "234" after the figure'),
    ('$5%', 'it has both a currency and a percent sign'), ('-$-5', 'it has two signs'),
    ('12.', 'there is no digit after the decimal point'), ('-', 'it does not begin with a figure'), ('%', 'it does not begin with a figure'), ('$', 'it does not begin with a figure'),
    ('(5)', 'it does not begin with a figure'), ('NaN', 'it does not begin with a figure'), ('Infinity', 'it does not begin with a figure'), ('-Infinity', 'it does not begin with a figure'),
    ('nap', 'it does not begin with a figure'), ('n', 'it does not begin with a figure'), ('.', 'there is no digit after the decimal point'),
    ('Undefined', 'it does not begin with a figure'), ('BL+1%', 'it does not begin with a figure'), ('>= 95', 'it does not begin with a figure'), ('--5', 'it has two signs'),
    (repeat('9', 4001), 'it has more than 4000 bytes');
select is_empty('select left(written, 40), t.*, u.reason from unprintable u, bpm.try_parse_number(written) t where (t.value, t.reason) is distinct from (null, u.reason)',
    'what is no figure is reported with a reason, not guessed');
create function pg_temp.failure(statement text, out state text, out message text, out detail text, out hint text)
language plpgsql as $$
begin
    execute statement;
exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text,
        detail = pg_exception_detail, hint = pg_exception_hint;
end $$;
select is_empty($$ select left(written, 40), f.* from unprintable u, pg_temp.failure(format('select bpm.parse_number(%L)', written)) f
    where f.state is distinct from '22P02' or f.detail <> 'Reason: ' || u.reason || '.' or f.hint = '' or f.message not like 'not a figure: "%"' $$,
    'parse_number raises the same reason as 22P02, with message, DETAIL and HINT');

-- a second opinion: a regular expression, over 100,000 random texts of the characters that matter
select setseed(0.1);
create temp table noise as
select (select string_agg((array['0', '1', '9', '12', '345', ',', ',678', '.', '-', '+', '$', '%', ' ', 'na', '/'])[1 + floor(random() * 15)::int], '') from generate_series(1, 1 + i % 5)) as t
from generate_series(1, 100000) i;
-- a correlated subquery runs for every row
select cmp_ok((select count(distinct t) from noise), '>=', 20000::bigint, 'there is noise enough');
create temp table judged as
select t, btrim(t) ~ '^(-\$? *|\$ *[-+]?|[+]?)([1-9]\d{0,2}(,\d{3})+|\d+|(?=\.\d))(\.\d+)?( *%)?$' and not (t ~ '\$' and t ~ '%') and t !~ '^ *- ' as figure,
    btrim(t) in ('', 'na') as missing from noise;
select is_empty('select t, n.* from judged, bpm.try_parse_number(t) n where figure <> (n.value is not null) limit 5',
    'a figure is what the regular expression says');
select is_empty('select t, n.* from judged, bpm.try_parse_number(t) n where (missing and (n.value is not null or n.reason is not null)) or (not figure and not missing and n.reason is null) limit 5',
    'all else is missing or has a reason');
select is_empty($$ select t, n.value from judged, bpm.try_parse_number(t) n where figure and n.value is distinct from regexp_replace(t, '[$,% +]', '', 'g')::numeric limit 5 $$,
    'and its value is what is left without signs');
select cmp_ok((select count(*) from judged where figure and t ~ ',' and t ~ '\$'), '>=', 20::bigint, 'figures with currency and commas were among them');

----------------------------------------------------------------------------------------------------
-- numeric in and out of fixed point: an attainment of 100 is the actual itself
----------------------------------------------------------------------------------------------------

create temp table figures as
select i, (case when random() < 0.5 then -1 else 1 end
    * (trunc((random() * power(10::numeric, i % 30)::float8)::numeric, 0) + trunc(random()::numeric, i % 9) + case when i % 4 = 0 then trunc(random()::numeric * power(10::numeric, -(i % 23)), i % 24) else 0 end)) as x
from generate_series(1, 100000) i;
delete from figures where abs(x) >= 1e29 or length(trunc(abs(x))::text) + ceil(scale(trim_scale(x)) / 4.0) * 4 > 37;
insert into figures select -1, x from unnest(array[0, 0.00, 1, -1, 10000, 9999, 99999999, 100000000, 0.0001, 0.00009999, 0.00000001, -0.00000001,
    92233720368.54775807, 92233720368.54775808, -92233720368.54775808, -92233720368.54775809, 92200000000, 92300000000, 99999999999.99999999,
    9999999999999999, 1e16, 1e20, 1e24, 1e28, 99999999999999999999999999999.99999999, -99999999999999999999999999999.99999999]) x;
create temp table converted as select i, x, bpm.attainment(x, '>= 100') as same from figures;
select cmp_ok((select count(*) from converted where scale(trim_scale(x)) > 8), '>=', 5000::bigint, 'many random figures have more than 8 decimals');
select is_empty('select x, same from converted where same is distinct from round(x, 8) limit 5',
    'figures come back to the digit, rounded half away from zero to 8 decimals');
select is_empty('select x, same from converted where scale(same) <> 8 limit 5', 'with 8 decimals');
select is_empty($$ select x from converted where same::text is distinct from round(x, 8)::text or numeric_send(same) is distinct from numeric_send(round(x, 8)) limit 5 $$,
    'as numeric itself would make them: no zero digit, no minus zero');
select is_empty($$ select x from figures where scale(trim_scale(x)) <= 8 and bpm.target('>=', x)::text is distinct from '>= ' || trim_scale(x) limit 5 $$,
    'the figures of a rule are kept exactly');

-- numeric comes with two headers, in two lengths, compressed and out of line
create temp table stored (id int, short numeric, x numeric, kind text);
alter table stored alter x set storage external;
insert into stored select 1, 95.5, 95.5, 'short header';
insert into stored select 2, 95.5, trim_scale(95.5 + 1e-70 - 1e-70), 'computed';
insert into stored select 3, 95.5, (95.5)::numeric(200,100), 'long header, 100 decimals shown';
insert into stored select 4, 95.5, ('95.5' || repeat('0', 10000) || '1')::numeric, 'stored out of line';
insert into stored select 5, 95.5, ('95.5' || repeat('3', 900))::numeric, 'long';
insert into stored select 6, -95.5, ('-95.5' || repeat('0', 3000))::numeric, 'trailing zeros';
create temp table packed (id int, short numeric, x numeric, kind text);
insert into packed select 10 + id, short, x, kind || ', compressed' from stored;
insert into packed select * from stored;
select is_empty($$ select id, kind, w from (select id, kind, short, x, bpm.weight(bpm.rollup(0, abs(x))) w from packed group by id, kind, short, x) p where w <> abs(round(x, 8)) $$,
    'weights are read from every form of numeric');
select is_empty($$ select id, kind, s from (select id, kind, x, bpm.weighted_score(x, 1) s from packed group by id, kind, x) p where s <> round(x, 8) $$,
    'scores are read from every form of numeric');
select is_empty($$ select id, kind from stored where case when length(x::text) < 50 then bpm.attainment(x, '>= 100') <> x end $$, 'actuals are read from every form of numeric');
select is((select bpm.attainment(x, '>= 100') from stored where id = 3), 95.50000000, 'trailing zeros are no digits');

-- weights and scores with more than 8 decimals are rounded, half away from zero
select is((select bpm.weight(bpm.rollup(0, 0.000000005))), 0.00000001, 'a weight: 0.000000005 is 0.00000001');
select is((select bpm.weight(bpm.rollup(0, 0.0000000049999999999999999999))), 0.0, 'a weight just under a half is cut');

-- 10^29 - 0.000000005 rounds to 10^29, which is no figure: it could be kept, but not read back
select throws_ok('select bpm.rollup(1, 99999999999999999999999999999.999999995)', '22003', 'weight is out of range', 'a weight that rounds out of range is out of range');
select is(bpm.weight(bpm.rollup(0, 99999999999999999999999999999.9999999949)), 99999999999999999999999999999.99999999, 'and one that just does not is kept');
select throws_ok($$ select bpm.score_tree(id, p, w, s) from (values ('a', null, 99999999999999999999999999999.999999995, 1.0)) t(id, p, w, s) $$, '22003', null, 'in a tree');
select is(bpm.try_score_tree(id, p, w, s)::text, null, 'where try_score_tree answers NULL')
from (values ('a', null, 1.0, null), ('b', 'a', 99999999999999999999999999999.999999995, 1.0)) t(id, p, w, s);
select is((select bpm.weighted_score(-0.000000005, 1)), -0.00000001, 'a score: -0.000000005 is -0.00000001');
select is((select bpm.weighted_score(99.999999994999, 1)), 99.99999999, 'a score just under a half is cut');

select * from finish();
rollback;
