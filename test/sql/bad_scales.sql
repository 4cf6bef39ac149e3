-- What an analyst sees who writes a rating scale that is none: every message, word for word.
set client_min_messages = warning;
create extension if not exists bpm;
reset client_min_messages;
\set VERBOSITY default

-- nothing there
select ''::bpm.scale;

-- the bands
select 'excellent'::bpm.scale;
select 'excellent >= 90'::bpm.scale;
select 'excellent >= 90,'::bpm.scale;
select 'excellent >= 90, poor >= 60'::bpm.scale;
select 'excellent, poor'::bpm.scale;
select 'excellent >= 90, good, poor'::bpm.scale;
select 'excellent >= 90 poor'::bpm.scale;
select 'excellent >= 90; poor'::bpm.scale;

-- the bounds
select 'excellent >= 80, good >= 80, poor'::bpm.scale;
select 'good >= 80, excellent >= 90, poor'::bpm.scale;
select 'excellent > 90, good >= 90.5, poor'::bpm.scale;
select 'excellent = 90, poor'::bpm.scale;
select 'excellent >=, poor'::bpm.scale;
select 'excellent >= high, poor'::bpm.scale;
select 'excellent >= NaN, poor'::bpm.scale;
select 'excellent >= 90%, poor'::bpm.scale;
select 'excellent >= 90.123456789, poor'::bpm.scale;
select 'excellent >= 92233720369, poor'::bpm.scale;

-- the labels
select '>= 90, poor'::bpm.scale;
select '"" >= 90, poor'::bpm.scale;
select 'good >= 90, good'::bpm.scale;
select 'very good >= 90, poor'::bpm.scale;
select 'excellent >= 90, not so good'::bpm.scale;
select '"very good >= 90, poor'::bpm.scale;
select 'a label with more letters than any report has room for'::bpm.scale;
select '"a label that goes on for so long that nobody would print it anywhere" >= 90, poor'::bpm.scale;
select string_agg('b' || i || case when i < 40 then ' >= ' || 100 - i else '' end, ', ' order by i)::bpm.scale
from generate_series(1, 40) i;

-- the digits
select 'good >= 90, poor round'::bpm.scale;
select 'good >= 90, poor round 9'::bpm.scale;
select 'good >= 90, poor round -1'::bpm.scale;
select 'good >= 90, poor round 1.5'::bpm.scale;
select 'good >= 90, poor round 2 digits'::bpm.scale;

-- text by the megabyte
select repeat('a', 1000000)::bpm.scale;

-- a score that cannot be rated
select bpm.rating(numeric 'NaN', 'good >= 90, poor');
select bpm.rating(numeric 'Infinity', 'good >= 90, poor');
select bpm.rating_rank(1e29, 'good >= 90, poor');
