-- The settings bpm.as_of and bpm.known_at: one form each, the same in every session.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(23);

create function pg_temp.failure(statement text, out state text, out message text, out detail text, out hint text)
language plpgsql as $$
begin
    execute statement;
exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text,
        detail = pg_exception_detail, hint = pg_exception_hint;
end $$;

select ok(bpm.as_of() is null, 'unset, as_of is NULL');
select ok(bpm.known_at() is null, 'and so is known_at');

-- the same day whatever the session's forms are: 06-05 is the fifth of June
create temp table style (datestyle text, timezone text);
insert into style values ('ISO, MDY', 'UTC'), ('ISO, DMY', 'Asia/Shanghai'), ('SQL, DMY', 'America/New_York'), ('German', 'Europe/Berlin'), ('Postgres, YMD', 'Pacific/Auckland');
create function pg_temp.read_in(style style, as_of text, known_at text) returns text language plpgsql as $$
begin
    perform set_config('datestyle', style.datestyle, true), set_config('timezone', style.timezone, true);
    perform set_config('bpm.as_of', as_of, true), set_config('bpm.known_at', known_at, true);
    return format('%s %s', bpm.as_of() - '2000-01-01'::date, extract(epoch from bpm.known_at()));
end $$;
-- 2026-06-05 is day 9652 from 2000-01-01 (26 * 365 + 7 leap days + 155); 2026-06-05 22:00 UTC is 1780696800 s after 1970
select results_eq($$ select distinct pg_temp.read_in(s, '2026-06-05', '2026-06-06 00:00:00+02') from style s $$,
    array['9652 1780696800.000000'], 'neither DateStyle nor TimeZone changes what they say');
reset datestyle; set local datestyle = 'ISO, MDY'; set local timezone = 'UTC';

create temp table moment (written text, at timestamptz);
insert into moment values
    ('2026-06-05T22:00:00Z', '2026-06-05 22:00:00+00'), ('2026-06-05 22:00Z', '2026-06-05 22:00:00+00'), ('2026-06-05 22:00:00+00', '2026-06-05 22:00:00+00'),
    ('2026-06-05 22:00:00.5-03:30', '2026-06-06 01:30:00.5+00'), ('2026-06-05 22:00:00.123456+15:59', '2026-06-05 06:01:00.123456+00'),
    ('0001-01-01 00:00:00+00', '0001-01-01 00:00:00+00'), ('9999-12-31 23:59:59.999999-15', '10000-01-01 14:59:59.999999+00');
select is_empty($$ select written, at, bpm.known_at(), set_config('bpm.known_at', written, true) from moment
    where set_config('bpm.known_at', written, true) is null or bpm.known_at() is distinct from at $$, 'timestamps with an offset are read to the microsecond');
set local bpm.known_at = ''; set local bpm.as_of = '';

create temp table no_day (written text);
insert into no_day values ('today'), ('yesterday week'), ('2026-6-5'), ('05.06.2026'), ('06/05/2026'), ('2026-02-29'), ('2026-13-01'), ('2026-00-10'), ('2026-06-31'),
    ('0000-01-01'), ('2026-06-05 '), (' 2026-06-05'), ('2026-06-05 00:00:00+00'), ('20260605'), ('infinity'), ('-2026-06-05'), ('12026-06-05'), ('2026-06-05 BC'), ('9');
select is_empty($$ select written, f.* from no_day, pg_temp.failure(format('select set_config(''bpm.as_of'', %L, true)', written)) f
    where (f.state, f.message, f.detail, f.hint) is distinct from ('22023', format('invalid value for parameter "bpm.as_of": "%s"', written), 'It is no date of the calendar.',
        'Write a date as YYYY-MM-DD, such as 2026-06-30, or nothing.') $$, 'whatever is no YYYY-MM-DD is refused, and the setting and its value are named');
create temp table no_moment (written text);
insert into no_moment values ('now'), ('2026-06-05'), ('2026-06-05 22:00:00'), ('2026-06-05 22+00'), ('2026-06-05 24:00:00+00'), ('2026-06-05 22:60:00+00'), ('2026-06-05 22:00:60+00'),
    ('2026-06-05 22:00:00+16'), ('2026-06-05 22:00:00+02:60'), ('2026-06-05 22:00:00.+02'), ('2026-06-05 22:00:00.1234567+02'), ('2026-06-05 22:00:00 CET'), ('2026-06-05 22:00:00+2'),
    ('2026-02-30 22:00:00+02'), ('infinity'), ('2026-06-05  22:00:00+02'), ('2026-06-05 22:00:00+02 ');
select is_empty($$ select written, f.* from no_moment, pg_temp.failure(format('select set_config(''bpm.known_at'', %L, true)', written)) f
    where (f.state, f.message, f.detail, f.hint) is distinct from ('22023', format('invalid value for parameter "bpm.known_at": "%s"', written), 'It is no timestamp with its offset.',
        'Write a timestamp with its offset, such as 2026-06-30 18:00:00+02 or 2026-06-30T16:00:00Z, or nothing.') $$,
    'what is no timestamp with an offset is refused: it would be another one in another session');
select ok(bpm.as_of() is null and bpm.known_at() is null, 'what was refused has changed nothing');

-- known to the server
select is((select string_agg(name || ' ' || vartype || ' ' || context, ', ' order by name) from pg_settings where name like 'bpm.%'),
    'bpm.as_of string user, bpm.known_at string user, bpm.role string user', 'the settings are listed with those of the server');
select is_empty($$ select name from pg_settings where name like 'bpm.%' and coalesce(short_desc, '') = '' $$, 'and say what they are');
select throws_ok($$ set bpm.asof = '2026-06-05' $$, '42602', null, 'a name of ours that does not exist is refused');
select throws_ok($$ select set_config('bpm.known', '1', false) $$, '42602', null, 'by set_config too');

-- SQL
set local bpm.as_of = '2026-06-05';
select is(bpm.as_of(), '2026-06-05'::date, 'set, as_of is the day');
savepoint before;
set local bpm.as_of = '2027-01-01';
rollback to before;
select is(bpm.as_of(), '2026-06-05'::date, 'a setting that is rolled back is the one before');
create function pg_temp.day_of(day text) returns date language sql set bpm.as_of = '2020-02-29' as $$ select bpm.as_of() $$;
select is(pg_temp.day_of(''), '2020-02-29'::date, 'a function may set it for itself');
select is(bpm.as_of(), '2026-06-05'::date, 'and for nobody else');
reset bpm.as_of;
select ok(bpm.as_of() is null, 'RESET unsets it');
set local bpm.as_of to default;
select ok(bpm.as_of() is null, 'and so does DEFAULT');

select is((select string_agg(format('%s %s %s', proname, provolatile, proparallel), ', ' order by proname) from pg_proc
    where proname in ('as_of', 'known_at') and pronamespace = 'bpm'::regnamespace), 'as_of s s, known_at s s', 'they are STABLE and PARALLEL SAFE');

-- a worker is handed settings in the order of their names
create table facts as select g, '2026-06-05'::date as day from generate_series(1, 20000) g;
analyze facts;
set local datestyle = 'SQL, DMY';
set local bpm.as_of = '2026-06-05';
set local bpm.known_at = '2026-06-05 22:00:00+02';
set local parallel_setup_cost = 0;
set local parallel_tuple_cost = 0;
set local min_parallel_table_scan_size = 0;
set local max_parallel_workers_per_gather = 2;
create function pg_temp.plan_of(query text) returns text language plpgsql as $$
declare
    line text; plan text := '';
begin
    for line in execute 'explain (costs off) ' || query loop
        plan := plan || line || E'\n';
    end loop;
    return plan;
end $$;
select matches(pg_temp.plan_of('select count(*) from facts where day <= bpm.as_of()'), 'Parallel', 'a scan by that day is done by workers');
select is((select count(*) from facts where day <= bpm.as_of()), 20000::bigint, 'who see the same day');
select is((select count(*) from facts where day < bpm.as_of()), 0::bigint, 'and no other');
select is((select count(*) from facts where bpm.known_at() = '2026-06-05 20:00:00+00'), 20000::bigint, 'and the same instant');
select is((select count(*) from facts where day + 1 <= bpm.as_of()), 0::bigint, 'neither a day later');

select * from finish();
rollback;
