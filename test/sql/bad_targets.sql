-- What an analyst sees who writes a target that is none: every message, word for word.
set client_min_messages = warning;
create extension if not exists bpm;
reset client_min_messages;
\set VERBOSITY default

-- nothing there
select ''::bpm.target;
select '   '::bpm.target;

-- the comparator
select '!= 95'::bpm.target;
select '~ 95'::bpm.target;
select '>= <= 95'::bpm.target;
select '<> 95'::bpm.target;
select '== 95'::bpm.target;
select 'at least 95'::bpm.target;
select 'point(0:0, 1:100)'::bpm.target;

-- the figure
select '>='::bpm.target;
select '>= %'::bpm.target;
select '>= ten'::bpm.target;
select '>= NaN'::bpm.target;
select '<= -Infinity'::bpm.target;
select 'NaN'::bpm.target;
select '>= 1,20'::bpm.target;
select '>= 0,125'::bpm.target;
select '>= 12.'::bpm.target;
select '>= 1e6'::bpm.target;
select '>= 0.123456789'::bpm.target;
select '>= 123456789012345678901234567890'::bpm.target;
select '>= 9999999999999999999999999999999999999999'::bpm.target;

-- the unit
select '>= 1200 km'::bpm.target;
select '>= 1200 [km'::bpm.target;
select '>= 1200 [km [h]]'::bpm.target;
select '>= 1200 []'::bpm.target;
select '>= 1200 [a unit with far more letters than anybody would want to read in a report]'::bpm.target;

-- the range
select '110..90'::bpm.target;
select '90-110 %'::bpm.target;
select '90 to 110'::bpm.target;
select '90..'::bpm.target;
select '>= 90..110'::bpm.target;
select '90%..110 [km]'::bpm.target;

-- the points
select 'points'::bpm.target;
select 'points(50:80)'::bpm.target;
select 'points(0:0, 50:80, 50:100)'::bpm.target;
select 'points(100:0, 50:80)'::bpm.target;
select 'points(0:0, 50)'::bpm.target;
select 'points(0:0, :50)'::bpm.target;
select 'points(0:0, 50:)'::bpm.target;
select 'points(0:0, 50:1200)'::bpm.target;
select 'points(0:0, 50:80'::bpm.target;

-- the modifiers
select '>= 95 stepp'::bpm.target;
select '>= 95 form 40'::bpm.target;
select '>= 95 whenever'::bpm.target;
select '>= 95 (about)'::bpm.target;
select '>= 95 step step'::bpm.target;
select '>= 95 floor'::bpm.target;
select '>= 95 floor 0'::bpm.target;
select '>= 95 floor 101'::bpm.target;
select '>= 95 lose 2'::bpm.target;
select '>= 95 lose 0 per 1'::bpm.target;
select '>= 95 lose 2 per 0'::bpm.target;
select '>= 95 over 120'::bpm.target;
select '>= 95 over 80 lose 1'::bpm.target;
select '>= 95 over 120 lose 101'::bpm.target;
select '>= 95 over 999999999999 lose 1'::bpm.target;
select '>= 95 from 95'::bpm.target;
select '>= 95 from 120'::bpm.target;
select '<= 95 from 40'::bpm.target;

-- a modifier that does not fit
select '90..110 from 50'::bpm.target;
select '90..110 over 120 lose 1'::bpm.target;
select '= 95 over 120 lose 1'::bpm.target;
select 'direct step'::bpm.target;
select 'points(0:0, 50:80) from 10'::bpm.target;
select '>= 95 step floor 60'::bpm.target;
select '>= 95 floor 60 step'::bpm.target;
select '>= 95 from 40 lose 1 per 1'::bpm.target;
select '>= 0 over 120 lose 1'::bpm.target;

-- text by the megabyte
select repeat('9', 1000000)::bpm.target;

-- from two columns
select bpm.target('about', 95);
select bpm.target('', 95);
select bpm.target('>=', 'NaN');
select bpm.target('>=', 'Infinity');
select bpm.target('>=', 0.123456789);
select bpm.target('>=', 1e29);
select bpm.target(110, 90);

-- an actual that cannot be scored
select bpm.score('NaN'::numeric, '>= 95'::bpm.target);
select bpm.met('-Infinity'::numeric, '>= 95'::bpm.target);
select bpm.attainment(1e29, '>= 95'::bpm.target);
select bpm.score(101, 'direct'::bpm.target);
select bpm.score(-0.000000001, 'direct'::bpm.target);
select bpm.score(1e-37, '>= 95'::bpm.target);
select bpm.score(1e-40, '>= 95'::bpm.target);
select bpm.attainment(1e28, '>= 0.00000001'::bpm.target);
select bpm.score(95::float8, '>= 95'::bpm.target);

-- figures as people print them
select bpm.parse_number('10,4702');
select bpm.parse_number('55% (6/11)');
select bpm.parse_number('Set a Baseline');
select bpm.parse_number('0,125');
select bpm.parse_number('$-5-');
select bpm.parse_number('-$-5');
select bpm.parse_number('$5%');
select bpm.parse_number('12.');
