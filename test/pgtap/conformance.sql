-- conformance: verdicts on histories, their violations and durations
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(59);
set local timezone = 'UTC';

create temp table e (p int, stage text, at timestamptz, seq bigint, role text);
insert into e values
    (1, 'a', '2026-01-01', 1, 'x'), (1, 'b', '2026-01-11', 2, 'x'), (1, 'c', '2026-02-10', 3, 'x'),
    -- repeated stages
    (2, 'a', '2026-01-01', 1, 'x'), (2, 'a', '2026-01-02', 2, 'x'), (2, 'b', '2026-01-11', 3, 'x'), (2, 'b', '2026-01-20', 4, 'x'), (2, 'b', '2026-01-20', 4, 'x'),
    -- ambiguous in the middle, then going on
    (3, 'a', '2026-01-01', 1, 'x'), (3, 'b', '2026-01-02', 2, 'x'), (3, 'c', '2026-01-02', 3, 'x'), (3, 'a', '2026-01-03', 4, 'x'), (3, 'c', '2026-01-04', 5, 'x'),
    -- one event
    (4, 'b', '2026-01-01', 1, 'x');

create function pg_temp.status(program int, lifecycle bpm.lifecycle) returns bpm.lifecycle_status language sql as
    $$ select bpm.lifecycle_check(stage, at, $2) from e where p = $1 $$;
create function pg_temp.with_seq(program int, lifecycle bpm.lifecycle) returns bpm.lifecycle_status language sql as
    $$ select bpm.lifecycle_check(stage, at, $2, seq) from e where p = $1 $$;

select is((pg_temp.status(1, 'a -> b -> c')).stage, 'c', 'the stage it is in');
select is((pg_temp.status(1, 'a -> b -> c')).since, '2026-02-10'::timestamptz, 'since when');
select is((pg_temp.status(1, 'a -> b -> c')).steps, 2, 'two moves');
select is((pg_temp.status(1, 'a -> b -> c')).conforms, true, 'it conforms');
select is((pg_temp.status(1, 'a -> b -> c')).violation, null, 'no violation');
select is((pg_temp.status(1, 'a -> b -> c')).deadline, null, 'no deadline');
select is((pg_temp.status(1, 'a -> c -> b')).conforms, false, 'another lifecycle, another verdict');
select is((pg_temp.status(1, 'a -> c -> b')).violation, '"a" -> "b" is no move: "a" may move to "c"', 'the first violation');
select is((pg_temp.status(1, 'a -> c -> b')).violation_at, '2026-01-11'::timestamptz, 'and when');
select is((pg_temp.status(4, 'a -> b')).violation, 'begins in "b", not in "a"', 'a beginning in another stage');
select is((pg_temp.status(4, 'a -> b')).steps, 0, 'a beginning is no move');

-- repeated stages are no moves
select is((pg_temp.status(2, 'a -> b')).steps, 1, 'repeated stages are no moves');
select is((pg_temp.status(2, 'a -> b')).since, '2026-01-11'::timestamptz, 'nor do they begin the stage anew');
select is((pg_temp.status(2, 'a -> b')).conforms, true, 'nor are they violations');
select is((pg_temp.status(2, 'a -> b -> a [within 5 days]')).deadline, '2026-01-16'::timestamptz, 'nor do they move a deadline');

-- ambiguous
select is((pg_temp.status(3, 'a -> b -> c -> a -> c')).violation, '"b" and "c" at one instant: ambiguous', 'two stages at one instant');
select is((pg_temp.status(3, 'a -> b -> c -> a -> c')).stage, 'c', 'the history goes on after it');
select is((pg_temp.status(3, 'a -> b -> c -> a -> c')).steps, 3, 'the instant is one move');
select is((select count(*)::int from (select bpm.lifecycle_violations(stage, at, 'a -> b -> c') v from e where p = 3) x, unnest(v)), 2, 'the move out of it is not judged, the next one is');
select is((pg_temp.with_seq(3, 'a -> b -> c -> a -> c')).conforms, true, 'seq breaks the tie');
select is((select (bpm.lifecycle_check(stage, at, 'a -> b -> c', 0)).violation from e where p = 3), '"b" and "c" at one instant: ambiguous', 'an equal seq does not');
select is((select bpm.lifecycle_check(s, '2026-01-01', 'a -> b')::text from unnest('{a,b}'::text[]) s), '(,"2026-01-01 00:00:00+00",0,f,"""a"" and ""b"" at one instant: ambiguous","2026-01-01 00:00:00+00",,,)', 'the last instant is ambiguous: no stage');

-- deadlines: 10 days in a, 30 in b
select is((pg_temp.status(1, 'a -> b [after 10 days] -> c [within 30 days]')).conforms, true, 'exactly in time');
select is((pg_temp.status(1, 'a -> b [after 11 days] -> c')).violation, '"a" -> "b" after 10 days, not before 11', 'a day early');
select is((pg_temp.status(1, 'a -> b -> c [within 29 days]')).violation, '"b" -> "c" after 30 days, due within 29', 'a day late');
select is((pg_temp.status(1, 'a -> b -> c [within 29 days]')).deadline, '2026-02-09'::timestamptz, 'the deadline that was missed');
select is((pg_temp.status(1, 'a -> b -> c [within 29 days]')).deadline_missed, true, 'it was missed');
select is((pg_temp.status(1, 'a -> b -> c [within 29 days] -> d [within 3 days]')).deadline, '2026-02-09'::timestamptz, 'a missed one goes before a running one');
select is((pg_temp.status(1, 'a -> b -> c -> d [within 3 days]')).deadline, '2026-02-13'::timestamptz, 'the deadline that is running');
select is((pg_temp.status(1, 'a -> b -> c -> d [within 3 days]')).deadline_stage, 'd', 'what it is for');
select is((pg_temp.status(1, 'a -> b -> c -> d [within 3 days]')).deadline_missed, false, 'it is not missed by a move');
select is((pg_temp.status(1, 'a -> b -> c -> d [within 3 days]; c -> f [within 2 days]')).deadline_stage, 'f', 'the earliest of several');
select is((pg_temp.status(1, 'a -> b [within 3 days] -> c [within 3 days]')).deadline, '2026-01-04'::timestamptz, 'the first of several that were missed');

-- roles
select is((select (bpm.lifecycle_check(stage, at, 'a -> b [by x] -> c [by y]', 0, role)).violation from e where p = 1), '"b" -> "c" not by "y"', 'the wrong role');
select is((pg_temp.status(1, 'a -> b [by x] -> c [by y]')).conforms, true, 'a role that is not given is not judged');
select is((select array_agg(v.kind) from (select bpm.lifecycle_violations(stage, at, 'a -> b [after 12 days, by y] -> c', 0, role) vs from e where p = 1) x, unnest(vs) v), '{early,role}', 'two violations of one move');

-- nothing, and what is no history
select is((select bpm.lifecycle_check(stage, at, 'a -> b') from e where false), null, 'no rows, no status');
select is((select bpm.lifecycle_violations(stage, at, 'a -> b') from e where false)::text, '{}', 'no rows, no violations');
select is((select bpm.lifecycle_durations(stage, at, 'a -> b') from e where false)::text, '{}', 'no rows, no durations');
select throws_ok($$select bpm.lifecycle_check('aproved', now(), 'draft -> approved')$$, '22023', 'unknown stage "aproved"', 'an unknown stage');
select throws_ok($$select bpm.lifecycle_check(null, now(), 'a -> b')$$, '22004', 'stage of an event must not be null', 'NULL stage');
select throws_ok($$select bpm.lifecycle_check('a', null, 'a -> b')$$, '22004', 'time of an event must not be null', 'NULL time');
select throws_ok($$select bpm.lifecycle_check('a', now(), null)$$, '22004', 'lifecycle of an event must not be null', 'NULL lifecycle');
select throws_ok($$select bpm.lifecycle_check('a', now(), 'a -> b', null)$$, '22004', 'sequence number of an event must not be null', 'NULL sequence number');
select throws_ok($$select bpm.lifecycle_check('a', '-infinity', 'a -> b')$$, '22008', 'time of an event must be finite', 'infinity as time');
select throws_ok($$select bpm.lifecycle_check('a', now(), l) from unnest('{"a -> b","a -> c"}'::bpm.lifecycle[]) l$$, '22023', 'one history has two lifecycles', 'two lifecycles in one history');
select throws_ok($$select bpm.lifecycle_durations('a', now(), 'a -> b', t) from unnest('{2026-01-01,2026-01-02}'::timestamptz[]) t$$, '22023', 'one history is counted to two times', 'two times to count to');

-- every program its own lifecycle
select is((select string_agg(p || (s).stage || (s).conforms, ' ' order by p) from (select p, bpm.lifecycle_check(stage, at, (case p % 2 when 1 then 'a -> b -> c -> a -> c' else 'a -> b' end)::bpm.lifecycle) s from e where p < 3 group by p) x), '1ctrue 2btrue', 'the lifecycle of each group');

-- times beyond the narrow form, a long history, and any order
select is((select (bpm.lifecycle_check(s, t, 'a -> b -> c')).since from (values ('b', '9999-12-31'::timestamptz), ('c', '294276-01-01'), ('a', '4713-01-01 BC')) v(s, t)), '294276-01-01'::timestamptz, 'any time');
select is((select bpm.lifecycle_check(case g % 2 when 0 then 'a' else 'b' end, '2026-01-01'::timestamptz + g * interval '1 minute', 'a -> b -> a')::text from (select g from generate_series(0, 9999) g order by md5(g::text)) x), '(b,"2026-01-07 22:39:00+00",9999,t,,,,,)', '10,000 events in any order');
select is((select bpm.lifecycle_check(case g % 2 when 0 then 'a' else 'b' end, '2026-01-01', 'a -> b -> a', g)::text from (select g from generate_series(0, 9999) g order by md5(g::text)) x), '(b,"2026-01-01 00:00:00+00",9999,t,,,,,)', '10,000 events of one instant in any order');
select is((select count(distinct s::text)::int from (select (bpm.lifecycle_check(stage, at, 'a -> b -> c') over (partition by p order by at))::text s from e where p = 1) x), 3, 'as a window function: the status after each event');

-- the whole of time does not fit 64 bits of microseconds
select is((select (bpm.lifecycle_check(s, t, 'a -> b [within 3 days]')).violation from (values ('a', '4713-01-01 BC'::timestamptz), ('b', '294276-12-31')) v(s, t)), format('"a" -> "b" after %s days, due within 3', '294276-12-31'::date - '4713-01-01 BC'::date), 'late by all of time');
select is((select d.duration from (select bpm.lifecycle_durations('a', '4713-01-01 BC', 'a -> b -> a', '294276-12-31') ds) x, unnest(ds) d), make_interval(days => '294276-12-31'::date - '4713-01-01 BC'::date), 'a stage that lasts for all of time');

-- durations: a 10 days, b 30 days, then open in c
select is((select string_agg(d::text, ' ') from (select bpm.lifecycle_durations(stage, at, 'a -> b -> c -> a', '2026-02-15') ds from e where p = 1) x, unnest(ds) d), '(a,"2026-01-01 00:00:00+00",1,"10 days",f) (b,"2026-01-11 00:00:00+00",1,"30 days",f) (c,"2026-02-10 00:00:00+00",1,"5 days",t)', 'an open stage counts to the given time');
select is((select string_agg(d::text, ' ') from (select bpm.lifecycle_durations(stage, at, 'a -> b -> c', '2026-02-15') ds from e where p = 1) x, unnest(ds) d), '(a,"2026-01-01 00:00:00+00",1,"10 days",f) (b,"2026-01-11 00:00:00+00",1,"30 days",f) (c,"2026-02-10 00:00:00+00",1,,f)', 'a final stage has no duration');
select is((select string_agg(d::text, ' ') from (select bpm.lifecycle_durations(stage, at, 'a -> b -> c', '2026-01-21') ds from e where p = 1) x, unnest(ds) d), '(a,"2026-01-01 00:00:00+00",1,"10 days",f) (b,"2026-01-11 00:00:00+00",1,"10 days",t)', 'as of a time: what came later is left out');
select is((select string_agg(d::text, ' ') from (select bpm.lifecycle_durations(stage, at, 'a -> b -> c -> a', '2026-01-05') ds from e where p = 3) x, unnest(ds) d), '(a,"2026-01-01 00:00:00+00",2,"2 days",f) (c,"2026-01-04 00:00:00+00",1,"1 day",t) (,"2026-01-02 00:00:00+00",1,"1 day",f)', 'time after an ambiguous instant is nobody''s');
select is((select d.duration from (select bpm.lifecycle_durations('a', now() - interval '3 hours', 'a -> b') ds) x, unnest(ds) d), '3 hours'::interval, 'without a time it counts to now');

select * from finish();
rollback;
