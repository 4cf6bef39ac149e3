-- Rows as COPY writes them in CSV, and the digest of a file of them. (test/sql/csv_copy.sql and test/tap/csv.pl set COPY
-- itself and sha256sum beside them.)
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

set local datestyle = 'ISO, MDY';
set local timezone = 'UTC';
set local intervalstyle = 'postgres';
set local bytea_output = 'hex';
set local extra_float_digits = 1;

create function pg_temp.state_of(statement text) returns text language plpgsql as $$
begin
    execute statement;
    return 'no error';
exception when others then
    return sqlstate;
end $$;

----------------------------------------------------------------------------------------------------
-- A line
----------------------------------------------------------------------------------------------------

-- a field, and how CSV has it beside another one
create temp table field (value text, printed text);
insert into field values
    ('plain', 'plain'), (' blanks ', ' blanks '), (null, ''), ('', '""'), (' ', ' '), (',', '","'), ('a,b', '"a,b"'),
    ('"', '""""'), ('""', '""""""'), ('a"b', '"a""b"'), ('"a"', '"""a"""'), (E'a\nb', E'"a\nb"'), (E'a\rb', E'"a\rb"'), (E'\n', E'"\n"'),
    (E'tab\tis\tnothing', E'tab\tis\tnothing'), (E'\\', E'\\'), (E'\\N', E'\\N'), (E'\\.', E'\\.'), ('a;b', 'a;b'), ('''', ''''),
    ('''quoted''', '''quoted'''), ('null', 'null'), ('NULL', 'NULL'), ('#', '#'), (E'\x01\x1b', E'\x01\x1b'), ('=1+1', '=1+1');
select is_empty($$ select f.value, bpm.csv_line(r) from field f, lateral (select f.value, 1) r where bpm.csv_line(r) is distinct from printed || ',1' $$,
    'a field is quoted when it is empty or has a comma, a quote or a line end, and is NULL when nothing stands there');
select is_empty($$ select f.value, bpm.csv_line(r) from field f, lateral (select 1, f.value) r where bpm.csv_line(r) is distinct from '1,' || printed $$, 'at the end as at the start');
select is_empty($$ select f.value, bpm.csv_line(r) from field f, lateral (select f.value) r
    where bpm.csv_line(r) is distinct from case f.value when '\.' then '"\."' else printed end $$, 'alone as beside others, but for \. which would end the data');
select is(bpm.csv_line(row(chr(8364), chr(233) || ',' || chr(128512))), chr(8364) || ',"' || chr(233) || ',' || chr(128512) || '"', 'letters of all scripts stay as they are');
select is(bpm.csv_line(row(repeat('"', 100000), repeat('x', 100000))), '"' || repeat('""', 100000) || '",' || repeat('x', 100000), 'fields of 100,000 letters');

select is(bpm.csv_line(null), null, 'NULL for no row');
select is(bpm.csv_line(null::pg_class), null, 'NULL for no row of a type');
select is(bpm.csv_line(row(null, null, null)), ',,', 'a row of NULL has its commas');
select is(bpm.csv_line(row(null::text)), '', 'a row of one NULL is an empty line');
select is(bpm.csv_line(row()), '', 'a row of no column is an empty line');
create temp table nothing ();
insert into nothing default values;
select is((select bpm.csv_line(n) from nothing n), '', 'of a table without columns too');

-- types, by their output functions
create domain pg_temp.rate as numeric(5,2);
create type pg_temp.colour as enum ('red', 'green, dark');
create type pg_temp.pair as (a integer, b text);
create domain pg_temp.small_pair as pg_temp.pair check ((value).a < 10);
create temp table typed as select
    1.50::numeric as n, -7::bigint as i, true as t, 2.5::pg_temp.rate as r, 'green, dark'::pg_temp.colour as c, '2026-06-30'::date as d,
    timestamptz '2026-06-30 12:00:00.5+02' as z, interval '1 day 2 hours' as v, '\x00ff'::bytea as b, array['a', 'b,c', null] as texts, array[1, 2] as numbers,
    row(1, 'x "y"')::pg_temp.pair as p, row(2, null)::pg_temp.small_pair as s, '{"a": [1, 2]}'::jsonb as j, int4range(1, 5) as g, 0.1::float8 as f, '>= 95 %'::bpm.target as target;
select is((select bpm.csv_line(x) from typed x),
    '1.50,-7,t,2.50,"green, dark",2026-06-30,2026-06-30 10:00:00.5+00,1 day 02:00:00,\x00ff,"{a,""b,c"",NULL}","{1,2}","(1,""x """"y"""""")","(2,)","{""a"": [1, 2]}","[1,5)",0.1,>= 95%',
    'numbers, truth, domains, enums, days, times, bytes, arrays, rows, JSON, ranges and types of this extension');
set local datestyle = 'German';
set local timezone = 'Asia/Tokyo';
set local intervalstyle = 'iso_8601';
set local bytea_output = 'escape';
set local extra_float_digits = -14;
select is((select bpm.csv_line(x) from (select d, z, v, b, f from typed) x), '30.06.2026,30.06.2026 19:00:00.5 JST,P1DT2H,\000\377,0.1', 'the settings that COPY follows are followed');
set local datestyle = 'ISO, MDY';
set local timezone = 'UTC';
set local intervalstyle = 'postgres';
set local bytea_output = 'hex';
set local extra_float_digits = 1;
select is(bpm.csv_line(row(row(1, row('a,b', null)), '{}'::text[])), '"(1,""(""""a,b"""",)"")",{}', 'rows within rows');
select is(bpm.csv_line(row(2, 'b')::pg_temp.small_pair), '2,b', 'a domain over a row');

-- tables that were altered
create temp table altered (a integer, gone text, b text, twice integer generated always as (a * 2) stored);
insert into altered (a, gone, b) values (1, 'x', 'b,c');
alter table altered drop column gone;
alter table altered add column late text default 'as "said"';
alter table altered add column empty date;
select is((select bpm.csv_line(x) from altered x), '1,"b,c",2,"as ""said""",', 'a dropped column is left out, a generated and a later one are in');
alter table altered drop column b, drop column twice, drop column late, drop column empty;
update altered set a = null;
select is((select bpm.csv_line(x) from altered x), '', 'a row of one column that is left');
alter table altered alter a type text using '\.';
select is((select bpm.csv_line(x) from altered x), '"\."', 'where \. is quoted, dropped columns notwithstanding');
create temp table wide (id integer, body text);
alter table wide alter body set storage external;
insert into wide values (1, repeat('a,', 5000));
select is((select bpm.csv_line(x) from wide x), '1,"' || repeat('a,', 5000) || '"', 'a value that is stored apart');

-- what is kept from call to call
select results_eq($$ select bpm.csv_line(r) from (values (row(1, 'a')), (row('a', 1)), (row(date '2026-06-30', null)), (row(1, 'a')), (row('x')),
        (row(true, 1.5, '{1,2}'::int[], 'a')), (row()), (row(null, '"'))) v(r) $$,
    $$ values ('1,a'), ('a,1'), ('2026-06-30,'), ('1,a'), ('x'), ('t,1.5,"{1,2}",a'), (''), (',""""') $$, 'rows of other types in one call');
create function pg_temp.lines() returns text[] language plpgsql as $$
declare
    r record;
    found text[] := '{}';
begin
    for i in 1..4 loop
        if i = 3 then
            alter type pg_temp.changed alter attribute b type date;
        elsif i = 4 then
            alter type pg_temp.changed drop attribute a;
        end if;
        execute case i when 3 then 'select row(1, date ''2026-06-30'')::pg_temp.changed as t' when 4 then 'select row(date ''2026-06-30'')::pg_temp.changed as t'
            else 'select row(1, ''a'')::pg_temp.changed as t' end into r;
        found := found || bpm.csv_line(r.t);
    end loop;
    return found;
end $$;
create type pg_temp.changed as (a integer, b text);
select is(pg_temp.lines(), '{"1,a","1,a","1,2026-06-30",2026-06-30}', 'a type that is altered between two calls');
select is((select count(distinct bpm.csv_line(r)) from (select case i % 2 when 0 then row(i % 3, 'a') else row(array[i % 3]) end as r from generate_series(1, 20000) i) v), 6::bigint,
    'types that alternate 20,000 times');
create function pg_temp.keep_line() returns trigger language plpgsql as $$
begin
    insert into kept values (bpm.csv_header(new), bpm.csv_line(old), bpm.csv_line(new));
    return new;
end $$;
create temp table kept (header text, before text, after text);
create temp table watched (a integer, gone text, b text, c numeric(9,2) default 1.5);
alter table watched drop column gone;
create trigger keep_line after insert or update on watched for each row execute function pg_temp.keep_line();
insert into watched values (1, 'x"y'), (2, null);
update watched set b = '', c = null where a = 1;
alter table watched add column d date default '2026-06-30', alter column a type text;
update watched set b = 'z' where a = '1';
select results_eq('table kept', $$ values ('a,b,c', null, '1,"x""y",1.50'), ('a,b,c', null, '2,,1.50'), ('a,b,c', '1,"x""y",1.50', '1,"",'), ('a,b,c,d', '1,"",,2026-06-30', '1,z,,2026-06-30') $$,
    'the rows that a trigger sees, before and after the table was altered');
select is((select string_agg(bpm.csv_line(r), '|' order by a desc) from (values (1, 'a'), (2, null), (3, '')) r(a, b)), '3,""|2,|1,a', 'rows of a list');

----------------------------------------------------------------------------------------------------
-- The names of the columns
----------------------------------------------------------------------------------------------------

select is((select bpm.csv_header(r) from (values (1, 2, 3, 4)) r(a, "B c", "d,e", "f""g")), 'a,B c,"d,e","f""g"', 'names are quoted like values');
select is((select bpm.csv_header(x) from typed x), 'n,i,t,r,c,d,z,v,b,texts,numbers,p,s,j,g,f,target', 'the columns of a table, in their order');
select is(bpm.csv_header(null::pg_temp.pair), 'a,b', 'a NULL of a row type has its columns');
select is(bpm.csv_header(null::pg_temp.small_pair), 'a,b', 'and of a domain over one');
select is((select bpm.csv_header(x) from altered x), 'a', 'without those that were dropped');
select is(bpm.csv_header(null), null, 'NULL where no columns are known');
select is((select bpm.csv_header(r) from (select null::record) v(r)), null, 'and for a NULL of any row');
select is(bpm.csv_header(row(1, 2)), 'f1,f2', 'names that the server gives');
select is((select bpm.csv_header(n) from nothing n), '', 'no column: an empty line');
select is((select bpm.csv_header(r) from (select 1 as "\.") r), '"\."', 'a single \. is quoted here too');

----------------------------------------------------------------------------------------------------
-- The digest
----------------------------------------------------------------------------------------------------

-- the server's own function, which is set beside ours below, against FIPS 180-4's examples of one and two blocks
select is(encode(pg_catalog.sha256('abc'), 'hex'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'abc, by the server');
select is(encode(pg_catalog.sha256('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'), 'hex'),
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1', 'two blocks, by the server');

create function pg_temp.plain(lines text) returns text language sql as $$ select encode(pg_catalog.sha256(convert_to(lines, 'UTF8')), 'hex') $$;
-- printf 'abc\n' | sha256sum; printf '\n' | sha256sum; printf 'abc\n\nd,"e"\n' | sha256sum; sha256sum </dev/null
select is(bpm.sha256_lines('abc'), 'edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb', 'a line, as sha256sum has it');
select is(bpm.sha256_lines(''), '01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b', 'an empty line is a line');
select is((select bpm.sha256_lines(x order by n) from (values (3, 'd,"e"'), (1, 'abc'), (2, '')) v(n, x)),
    'cb5bc5c6a1edd31d9f4e521bad652ddc5051cd206611f2de765ba8c9b99e3997', 'lines in the order that was asked for');
select is((select bpm.sha256_lines(x) from (values ('x')) v(x) where false), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'no lines: an empty file');
select is((select bpm.sha256_lines(null) from generate_series(1, 3)), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'NULL is no line');
select is((select bpm.sha256_lines(x order by n) from (values (1, 'abc'), (2, null), (3, ''), (4, 'd,"e"'), (5, null)) v(n, x)),
    'cb5bc5c6a1edd31d9f4e521bad652ddc5051cd206611f2de765ba8c9b99e3997', 'among others too');
select is_empty($$ select n, bpm.sha256_lines(repeat('x', n)) from generate_series(0, 300) n group by n having bpm.sha256_lines(repeat('x', n)) <> pg_temp.plain(repeat('x', n) || E'\n') $$,
    'one line of each length to 300: every place in a block');
select is_empty($$ select a, b from generate_series(0, 130) a, generate_series(0, 130) b, lateral (values (1, repeat('x', a)), (2, repeat('y', b))) v(i, line) group by a, b
        having bpm.sha256_lines(line order by i) <> pg_temp.plain(repeat('x', a) || E'\n' || repeat('y', b) || E'\n') $$, 'and each next to each: every place to go on from');
create temp table many as
select i, substr(repeat(md5(i::text), 20), 1, (hashint4(i) & 1023) % 620) || case i % 5 when 0 then chr(233) when 1 then E'\n"' else '' end as line from generate_series(1, 20000) i;
select is((select bpm.sha256_lines(line order by i) from many), (select pg_temp.plain(string_agg(line || E'\n', '' order by i)) from many), '20,000 lines of all lengths');
select is((select bpm.sha256_lines(line order by i desc) from many), (select pg_temp.plain(string_agg(line || E'\n', '' order by i desc)) from many), 'in another order another digest');
select is(bpm.sha256_lines(repeat('0123456789', 700001)), pg_temp.plain(repeat('0123456789', 700001) || E'\n'), 'a line of 7 MB');
select is_empty($$ select i % 7 from many group by i % 7 having bpm.sha256_lines(line order by i) <> pg_temp.plain(string_agg(line || E'\n', '' order by i)) $$, 'group by group');
select is_empty($$ select i % 7 from many group by i % 7 having bpm.sha256_lines(line order by line collate "C") filter (where i % 2 = 0)
    <> pg_temp.plain(string_agg(line || E'\n', '' order by line collate "C") filter (where i % 2 = 0)) $$, 'of some of the rows');
select is_empty($$ select i from (select i, bpm.sha256_lines(line) over w as ours, string_agg(line || E'\n', '') over w as lines from many where i <= 300 window w as (order by i)) m
    where ours <> pg_temp.plain(lines) $$, 'so far, row by row: what was read is gone on with');
select is_empty($$ select i from (select i, bpm.sha256_lines(line) over w as ours, string_agg(line || E'\n', '') over w as lines from many where i <= 300
        window w as (order by i rows between 3 preceding and 1 preceding)) m where ours <> coalesce(pg_temp.plain(lines), pg_temp.plain('')) $$, 'over a moving frame');
select is((select bpm.sha256_lines(bpm.csv_line(r) order by i) from (select i, line from many) r),
    (select pg_temp.plain(string_agg(i || ',' || case when line = '' or line ~ '[",\n]' then '"' || replace(line, '"', '""') || '"' else line end || E'\n', '' order by i)) from many), 'of lines of CSV');
select is(pg_temp.state_of($$ select bpm.sha256_lines_accum(null, 'x') $$), pg_temp.state_of($$ select int8_avg_accum(null, 1) $$),
    'the functions behind it cannot be called by themselves');
select is(pg_temp.state_of($$ select bpm.sha256_lines_final(null) $$), pg_temp.state_of($$ select numeric_avg(null) $$), 'neither of them');

-- workers
create table shared_line as select i as id, 'a,' || i as line, null::date as day from generate_series(1, 5000) i;
select md5(string_agg(bpm.csv_line(s), '|' order by id)) as answer, bpm.sha256_lines(bpm.csv_line(s) order by id) as digest from shared_line s \gset serial_
analyze shared_line;
set local parallel_setup_cost = 0;
set local parallel_tuple_cost = 0;
set local min_parallel_table_scan_size = 0;
set local max_parallel_workers_per_gather = 2;
set local parallel_leader_participation = off;
create function pg_temp.plan_of(statement text) returns text language plpgsql as $$
declare
    line text;
    lines text := '';
begin
    for line in execute 'explain (costs off, verbose) ' || statement loop
        lines := lines || line || E'\n';
    end loop;
    return lines;
end $$;
select matches(pg_temp.plan_of('select id, bpm.csv_line(s) from shared_line s'), 'Gather(.|\n)*Output: id, bpm\.csv_line', 'workers write lines');
select is((select md5(string_agg(line, '|' order by id)) from (select id, bpm.csv_line(s) as line from shared_line s offset 0) l), :'serial_answer', 'the same ones');
select matches(pg_temp.plan_of('select id, bpm.csv_line(row(id, row(line, day))) from shared_line'), 'Gather(.|\n)*Output: id, bpm\.csv_line', 'of rows without a named type too');
select is((select md5(string_agg(line, '|' order by id)) from (select id, bpm.csv_line(row(id, row(line, day))) as line from shared_line offset 0) l),
    (select md5(string_agg(id || ',"(""a,' || id || '"",)"', '|' order by id)) from shared_line), 'which are the same ones as well');
select matches(pg_temp.plan_of('select bpm.sha256_lines(line order by id) from shared_line where id % 2 = 1'), 'Gather', 'a digest does not keep workers from reading');
select is((select bpm.sha256_lines(bpm.csv_line(s) order by id) from shared_line s), :'serial_digest', 'and says the same');

select is((select string_agg(concat_ws(' ', proname, provolatile, proparallel, proisstrict), '; ' order by proname) from pg_proc where pronamespace = 'bpm'::regnamespace and proname in ('csv_line', 'csv_header', 'sha256_lines')),
    'csv_header s s f; csv_line s s f; sha256_lines i s f', 'lines are STABLE, as settings have a say; a digest is IMMUTABLE; both are PARALLEL SAFE');

select * from finish();
rollback;
