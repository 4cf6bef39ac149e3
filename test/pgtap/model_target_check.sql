-- What last years say about a target: a small office by hand, and the indicators of New York City with the counts that
-- were worked out from the published figures.
-- The data is not part of the product: without it those tests are skipped.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;
set jit = off;

\set shared ''
\getenv shared BPM_SHARED
\set data :shared '/data'
\setenv BPM_DATA :data
\set there `test -r "$BPM_DATA/nyc/indicators.csv" && echo on || echo off`

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(31);

set local timezone = 'UTC';
select bpm.create_model('steps');
set local search_path = steps, public;
set local bpm.as_of = '2022-12-31';
insert into unit values ('u', null, 'U');
insert into program (program_id, fiscal_year, name, unit_id)
    select 'P', y, 'Parks', 'u' from generate_series(2016, 2022) y;
insert into indicator (program_id, fiscal_year, indicator_id, name, unit_of_measure)
    select 'P', y, i, i, 'trees' from generate_series(2016, 2022) y, unnest(array['up', 'down']) i;
-- up: 10, 20, 22, 30, 29, 31 are steps of 10, 2, 8, -1, 2; down the same, the other way round
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select 'P', 2015 + n, i, make_date((2015 + n)::integer, 12, 31), case i when 'up' then v else -v end
    from unnest(array[10, 20, 22, 30, 29, 31]) with ordinality s (v, n), unnest(array['up', 'down']) i;
create function pg_temp.asks(goal numeric) returns table (i text, need numeric, class text, n integer, beyond integer)
language plpgsql as $$
begin
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
        ('P', 2022, 'up', '2022-01-01', bpm.target('>=', goal)),
        ('P', 2022, 'down', '2022-01-01', bpm.target('<=', -goal));
    return query select c.indicator_id, c.need, c.class, c.steps_as_large, c.beyond_best
        from target_check c where c.fiscal_year = 2022 order by 1 desc;
end $$;
-- the last figure is 31, five steps were made, four of them up: 2, 2, 8, 10
select results_eq('select * from pg_temp.asks(30)', $$values ('up', -1::numeric, 'easier', 4, 0),
    ('down', -1, 'easier', 4, 0)$$, 'a target that asks for less than last year is easier, whichever way is better');
select results_eq('select * from pg_temp.asks(31)', $$values ('up', 0::numeric, 'equal', 4, 0), ('down', 0, 'equal',
    4, 0)$$, 'the same is equal');
select results_eq('select * from pg_temp.asks(33)', $$values ('up', 2::numeric, 'step made often', 4, 1),
    ('down', 2, 'step made often', 4, 1)$$, 'a step as large was made four times, though it leads beyond the best');
select results_eq('select * from pg_temp.asks(39)', $$values ('up', 8::numeric, 'step made once or twice', 2, 1),
    ('down', 8, 'step made once or twice', 2, 1)$$, 'or twice');
select results_eq('select * from pg_temp.asks(42)', $$values ('up', 11::numeric, 'larger step than any', 0, 1),
    ('down', 11, 'larger step than any', 0, 1)$$, 'or never');
select alike((select finding from target_check where indicator_id = 'up'),
    '%asks for a larger step than any ever made%beyond the best ever reached%', 'which is said in words');
select results_eq('select class, finding from target_check_at(''2022-12-31'') where indicator_id = ''up''',
    'select class, finding from target_check where indicator_id = ''up''', 'on any day');
-- 2018 has no figure: 20 to 30 is no step between adjacent years; left are 10, -1, 2
savepoint gap;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, withdrawn, reason)
    select program_id, fiscal_year, indicator_id, as_of, recorded_at, 'miscounted' from measurement
    where fiscal_year = 2018;
select results_eq('select steps, class, last_actual from target_check where indicator_id = ''up''',
    $$values (3, 'too little history', 31::numeric)$$, 'fewer than four steps are too little history');
rollback to gap;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, withdrawn, reason)
    select program_id, fiscal_year, indicator_id, as_of, recorded_at, 'miscounted' from measurement
    where fiscal_year = 2021;
select results_eq('select last_actual, need, class, no_baseline, finding is not null from target_check
    where indicator_id = ''up''', 'values (null::numeric, null::numeric, null::text, 1, true)',
    'without a figure of last year there is nothing to compare with, and that is said');
update indicator set baseline = 31 where fiscal_year = 2022;
select results_eq('select need, no_baseline from target_check where indicator_id = ''up''',
    'values (11::numeric, 0)', 'unless there is a baseline');
rollback to gap;

-- earlier targets: 2017 >= 15 met by 20, 2018 >= 25 missed by 22
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('P', 2017, 'up', '2017-01-01', '>= 15');
select results_eq('select never_missed, earlier_targets, earlier_met from target_check
    where indicator_id = ''up'' and fiscal_year = 2022', 'values (1, 1, 1)', 'what was never missed is named');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('P', 2018, 'up', '2018-01-01', '>= 25');
select results_eq('select never_missed, earlier_targets, earlier_met from target_check
    where indicator_id = ''up'' and fiscal_year = 2022', 'values (0, 2, 1)', 'until it is');
-- 2017: one figure before it, 2018: one step; both too little history, and 2022 is not
select results_eq('select class_targets, class_met from target_check where indicator_id = ''up'' and fiscal_year = 2022',
    'values (0, 0)', 'no target of the years before asked for as much');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('P', 2021, 'up', '2021-01-01', '>= 40'), ('P', 2021, 'down', '2021-01-01', '<= -40');
-- in 2021 four steps were known (10, 2, 8, -1) and 29 the last: 11 more is a larger step than any, and 31 missed it
select results_eq('select class, class_targets, class_met, beyond_targets, beyond_met from target_check
    where indicator_id = ''up'' and fiscal_year = 2022', $$values ('larger step than any', 2::integer, 0, 4, 1)$$,
    'two such targets, both missed; and of those beyond the best (15, 25, 40 twice) one was met');

-- what adds up is not reached while its year runs
savepoint runs;
update indicator set moves = 'cumulative' where indicator_id = 'up' and fiscal_year = 2021;
select results_eq('select last_actual, met from target_check_at(''2021-12-30'') where indicator_id = ''up''
    and fiscal_year = 2021', 'values (29::numeric, null::integer)', 'nor is it met or missed before the year is over');
select is((select last_actual from target_check_at('2021-12-31') where indicator_id = 'up' and fiscal_year = 2022),
    31::numeric, 'on the last day it is');
rollback to runs;

-- units
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('P', 2022, 'bare', 'Bare'),
    ('P', 2022, 'share', 'Share'), ('P', 2022, 'low', 'Low'), ('P', 2022, 'real', 'Real');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('P', 2022, 'bare', '2022-01-01', '>= 10'), ('P', 2022, 'share', '2022-01-01', '>= 95%'),
    ('P', 2022, 'low', '2022-01-01', '>= 0.95%'), ('P', 2022, 'real', '2022-01-01', '<= 5%');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('P', 2022, 'share', '2022-12-31', 0.93), ('P', 2022, 'real', '2022-12-31', 0.8);
select results_eq('select indicator_id, no_unit, fraction_for_percent from target_check
    where indicator_id in (''bare'', ''share'', ''low'', ''real'') order by 1',
    $$values ('bare', 1, 0), ('low', 0, 1), ('real', 0, 0), ('share', 0, 1)$$,
    'no unit; 0.93 of 95 %, and 0.95 for 95 %, but not 0.8 % of at most 5 %');
-- what cannot be compared
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('P', 2022, 'range', 'Range'),
    ('P', 2022, 'none', 'None'), ('P', 2022, 'huge', 'Huge');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('P', 2022, 'range', '2022-01-01', '1..2'), ('P', 2022, 'none', '2022-01-01', null),
    ('P', 2022, 'huge', '2022-01-01', '>= 1');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('P', 2022, 'huge', '2022-12-31', 1e100);
select is_empty($$select from target_check where indicator_id in ('range', 'none')$$,
    'a range, or no target, is not looked at');
select lives_ok('select count(finding) from target_check', 'a figure that is too large breaks nothing');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired, reason)
    values ('P', 2022, 'huge', '2022-01-01', true, 'nobody counts it');
select is_empty($$select from target_check where indicator_id = 'huge'$$, 'nor what was given up');

-- at the review ------------------------------------------------------------------------------------------------

select is_empty($$select from gate_faults('P', 2022, 'reviewed')$$, 'a target that asks for more passes the review');
select pg_temp.asks(30);
select results_eq($$select condition, detail from gate_faults('P', 2022, 'reviewed') order by detail$$,
    $$values ('easier targets', 'down asks for less than was reached last year (<= -30, and -31), and no reason is '
                || 'given.'),
        ('easier targets', 'up asks for less than was reached last year (>= 30, and 31), and no reason is given.')$$,
    'one that is easier than last year''s result needs a reason');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, reason) values
    ('P', 2022, 'up', '2022-01-01', '>= 30', 'half of the land was sold'),
    ('P', 2022, 'down', '2022-01-01', '<= -30', 'rolled forward from 2021');
select results_eq($$select detail like 'down%' from gate_faults('P', 2022, 'reviewed')$$, 'values (true)',
    'with one it passes; what the model writes itself is none');
-- a year ahead, as when targets are set
set local bpm.as_of = '2021-11-30';
select results_eq($$select class, last_actual from target_check_at('2021-12-31')
    where indicator_id = 'up' and fiscal_year = 2022$$, $$values ('easier', 31::numeric)$$,
    'a target is looked at before its year begins');
set local bpm.as_of = '2022-12-31';

-- New York City, by 2023 -----------------------------------------------------------------------------------------

\if :there
create temp table nyc (indicator_id int, agency_id int, agency text, unit_of_appropriation text, unit_name text,
    service text, goal text, indicator text, desired_direction text, critical text, target_fy2023 numeric,
    fy2016 numeric, fy2017 numeric, fy2018 numeric, fy2019 numeric, fy2020 numeric, fy2021 numeric, fy2022 numeric,
    fy2023_forecast numeric, published_status text);
\set load '\\copy nyc from \'' :data '/nyc/indicators.csv\' (format csv, header, encoding \'utf8\')'
:load
-- the rows have no key of their own
alter table nyc add n integer generated always as identity;
select bpm.create_model('city');
set local search_path = city, public;
set local bpm.as_of = '2023-12-31';
insert into unit values ('city', null, 'New York City');
insert into program (program_id, fiscal_year, name, unit_id)
    select coalesce(a, 0)::text, y, 'Agency', 'city'
    from (select distinct agency_id as a from nyc) a, generate_series(2016, 2023) y;
insert into indicator (program_id, fiscal_year, indicator_id, name)
    select coalesce(agency_id, 0)::text, y, n::text, indicator from nyc, generate_series(2016, 2023) y;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    select coalesce(agency_id, 0)::text, 2023, n::text, '2023-01-01',
           bpm.target(case desired_direction when 'Up' then '>=' else '<=' end, target_fy2023)
    from nyc where target_fy2023 is not null and desired_direction in ('Up', 'Down');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select coalesce(agency_id, 0)::text, y, n::text, make_date(y, 12, 31), v
    from nyc, lateral (values (2016, fy2016), (2017, fy2017), (2018, fy2018), (2019, fy2019), (2020, fy2020),
                              (2021, fy2021), (2022, fy2022), (2023, fy2023_forecast)) f (y, v)
    where v is not null;
do $$begin perform bpm.analyze_model('city'); end$$;
create temp table checked as select * from target_check where fiscal_year = 2023;
select results_eq($$select count(*), sum(met) from checked where last_actual is not null$$,
    'values (348::bigint, 182::bigint)', 'New York: 348 targets with a last result, 121 + 9 + 8 + 18 + 14 + 12 met');
select results_eq($$select class, count(*), sum(met) from checked where last_actual is not null group by 1 order by 1$$,
    $$values ('easier', 146::bigint, 121::bigint), ('equal', 9, 9), ('larger step than any', 84, 14),
        ('step made often', 15, 8), ('step made once or twice', 72, 18), ('too little history', 22, 12)$$,
    'by what they ask for');
select results_eq($$select count(*), sum(met) from checked where beyond_best = 1 and last_actual is not null$$,
    'values (54::bigint, 12::bigint)', 'beyond the best level ever');
select is((select count(*) from checked c join nyc n on n.n::text = c.indicator_id
           where n.published_status is not null and (c.met = 1) <> (n.published_status = 'Met_Goal')), 0::bigint,
    'what is met is what the city says');
-- the year after, what those of 2023 became is their history
insert into program (program_id, fiscal_year, name, unit_id)
    select program_id, 2024, name, unit_id from program where fiscal_year = 2023;
insert into indicator (program_id, fiscal_year, indicator_id, name)
    select program_id, 2024, indicator_id, name from indicator where fiscal_year = 2023;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    select program_id, 2024, indicator_id, '2024-01-01', target from target_revision where fiscal_year = 2023;
select results_eq($$select distinct class_targets, class_met from target_check
    where fiscal_year = 2024 and class = 'easier'$$, 'values (146, 121)',
    'a year later: of 146 that were easier 121 were met');
select results_eq($$select distinct class_targets, class_met from target_check
    where fiscal_year = 2024 and class = 'larger step than any'$$, 'values (84, 14)',
    'and of 84 that asked for a larger step than any, 14');
select alike((select min(finding) from target_check where fiscal_year = 2024 and class = 'larger step than any'),
    '%such targets were met 14 of 84 times%', 'which is said of each');
\else
select skip('the published data sets are not here: set BPM_SHARED to the folder that holds data/', 7);
\endif

select * from finish();
rollback;
