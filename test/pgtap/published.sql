-- What was published about real budgets follows from target, scale and weighted score.
-- The data is not part of the product: without it these tests are skipped.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

\set shared ''
\getenv shared BPM_SHARED
\set data :shared '/data'
\setenv BPM_DATA :data
\set there `test -r "$BPM_DATA/nyc/indicators.csv" && test -r "$BPM_DATA/canada/indicators.csv" && test -r "$BPM_DATA/canada/service_standards.csv" && test -r "$BPM_DATA/part/programs.csv" && test -r "$BPM_DATA/part/measures.csv" && echo on || echo off`
\if :there
\else
\echo 1..0 # SKIP the published data sets are not here: set BPM_SHARED to the folder that holds data/
\quit
\endif

begin;
-- names in it are written with all the letters of the world
select getdatabaseencoding() not in ('UTF8', 'SQL_ASCII') as narrow \gset
\if :narrow
\echo 1..0 # SKIP the published data sets want a database in UTF8
\quit
\endif
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(29);

create temp table nyc (indicator_id int, agency_id int, agency text, unit_of_appropriation text, unit_name text, service text, goal text,
    indicator text, desired_direction text, critical text, target numeric, fy2016 numeric, fy2017 numeric, fy2018 numeric, fy2019 numeric,
    fy2020 numeric, fy2021 numeric, fy2022 numeric, fy2023 numeric, published_status text);
create temp table canada (indicator_id text, stable_id text, result_id text, name text, doc text, target_year text, target_month text, target_type text,
    seeking_to text, target_min text, target_max text, target_narrative text, actual_datatype text, actual text, published_status text);
create temp table standards (fiscal_year text, organization text, service_id text, standard_id text, type text, channel text,
    target numeric, met_count numeric, count numeric, published_performance numeric, published_target_met text);
create temp table part (program_code text, program text, department text, assessment_year int, purpose_design numeric, strategic_planning numeric,
    program_management numeric, results_accountability numeric, published_rating text, fy2006_musd numeric, fy2007_musd numeric, fy2008_musd numeric,
    fy2009_musd numeric, source text);
create temp table measures (program_code text, program text, measure text, term text, type text, desired_direction text, year text,
    target text, actual text, status_as_printed text, source text);
-- \copy does not look into variables, but a variable may hold all of it
\set load '\\copy nyc from \'' :data '/nyc/indicators.csv\' (format csv, header, encoding \'utf8\')'
:load
\set load '\\copy canada from \'' :data '/canada/indicators.csv\' (format csv, header, encoding \'utf8\')'
:load
\set load '\\copy standards from \'' :data '/canada/service_standards.csv\' (format csv, header, encoding \'utf8\')'
:load
\set load '\\copy part from \'' :data '/part/programs.csv\' (format csv, header, encoding \'utf8\')'
:load
\set load '\\copy measures from \'' :data '/part/measures.csv\' (format csv, header, encoding \'utf8\')'
:load

----------------------------------------------------------------------------------------------------
-- New York City: 1,139 published statuses
----------------------------------------------------------------------------------------------------

create temp view nyc_status as
select *, case bpm.met(fy2023, bpm.target(case desired_direction when 'Up' then '>=' when 'Down' then '<=' end, target))
    when true then 'Met_Goal' when false then 'Did_Not_Meet' end as status
from nyc;
select is((select count(*) from nyc), 1139::bigint, 'New York City: 1,139 indicators');
select is_empty('select indicator_id, desired_direction, target, fy2023, status, published_status from nyc_status where status is distinct from published_status',
    'New York City: all 1,139 published statuses follow from met');
select results_eq('select status, count(*) from nyc_status group by 1 order by 1',
    $$ values ('Did_Not_Meet', 168::bigint), ('Met_Goal', 183), (null, 788) $$, 'New York City: 183 met, 168 not, 788 without a target');
select is_empty($$ select * from (select status, bpm.score(fy2023, bpm.target(case desired_direction when 'Up' then '>=' else '<=' end, target)) score from nyc_status) s
    where (status = 'Met_Goal' and score is distinct from 100) or (status = 'Did_Not_Meet' and score >= 100) or (status is null and score is not null) $$,
    'New York City: what is met scores 100, what is not scores less, what has no target has no score');

----------------------------------------------------------------------------------------------------
-- Canada: 56 numeric indicators, 1,754 service standards
----------------------------------------------------------------------------------------------------

-- one bound is the least that is sought, two are a range
create temp view canada_status as
select *, case bpm.met(figure, goal) when true then 'met' when false then 'not_met' end as status
from (select *, (bpm.try_parse_number(actual)).value as figure,
          case when target_max is null then bpm.target('>=', bpm.parse_number(target_min))
               else bpm.target(bpm.parse_number(target_min), bpm.parse_number(target_max)) end as goal
      from canada where published_status in ('met', 'not_met')) c;
select is((select count(*) from canada_status where figure is not null and target_type <> 'text'), 56::bigint, 'Canada: 56 numeric indicators have a verdict');
select is_empty($$ select indicator_id, goal, figure, status, published_status from canada_status where target_type <> 'text' and status is distinct from published_status $$,
    'Canada: all 56 numeric verdicts follow from met');
select results_eq($$ select published_status, count(*) from canada_status where target_type <> 'text' group by 1 order by 1 $$,
    $$ values ('met', 38::bigint), ('not_met', 18) $$, 'Canada: 38 met, 18 not');
select is((select count(*) from canada_status where target_type = 'text'), 1::bigint, 'Canada: one verdict over a target in words is left over');

select is((select count(*) from standards where published_target_met is not null), 1754::bigint, 'service standards: 1,754 verdicts');
select is_empty($$ select service_id, standard_id, target, met_count, count from standards
    where published_target_met is not null
      and bpm.met(round(met_count / count, 4), bpm.target('>=', target)) is distinct from (published_target_met = 'Y') $$,
    'service standards: all 1,754 verdicts follow from the performance at 4 decimals');
select is((select count(*) from standards where published_target_met is not null
      and bpm.met(met_count / count, bpm.target('>=', target)) is distinct from (published_target_met = 'Y')), 6::bigint,
    'service standards: 6 would not follow from the exact performance');
select is((select count(*) from standards where published_target_met is not null
      and bpm.met(published_performance, bpm.target('>=', target)) is distinct from (published_target_met = 'Y')), 0::bigint,
    'service standards: all follow from the performance as it was printed');
select is((select published_target_met from standards where met_count = 51811 and count = 51813), 'Y', 'service standards: 51811 of 51813 was published as meeting 100 %');
select ok(bpm.met(round(51811::numeric / 51813, 4), '>= 1') and not bpm.met(51811::numeric / 51813, '>= 1'), 'service standards: rounding first makes the difference');

----------------------------------------------------------------------------------------------------
-- United States: PART
----------------------------------------------------------------------------------------------------

\set bands '''Effective >= 85, "Moderately Effective" >= 70, Adequate >= 50, Ineffective'''
create temp view part_rating as
select p.*, r.score, bpm.rating(r.score, :bands::bpm.scale) as rating
from part p, lateral (select bpm.weighted_score(s, w) as score
    from (values (purpose_design, 20), (strategic_planning, 10), (program_management, 20), (results_accountability, 50)) v(s, w)) r;
select is((select count(*) from part_rating), 92::bigint, 'PART: 92 programs');
select is_empty($$ select program, score, rating, published_rating from part_rating
    where published_rating <> 'Results Not Demonstrated' and rating <> published_rating $$,
    'PART: every published rating follows from weighted_score and rating');
select is_empty($$ select program from part_rating
    where score is distinct from 0.2 * purpose_design + 0.1 * strategic_planning + 0.2 * program_management + 0.5 * results_accountability $$,
    'PART: weighted_score is the published formula');
select results_eq($$ select program || ', ' || assessment_year, score, rating from part_rating where rating <> published_rating order by score $$,
    $$ select program || ', ' || assessment_year, 0.2 * purpose_design + 0.1 * strategic_planning + 0.2 * program_management + 0.5 * results_accountability, rating
       from part_rating where published_rating = 'Results Not Demonstrated' order by 2 $$,
    'PART: what does not follow is an override, Results Not Demonstrated');
-- 0.2·20 + 0.1·0 + 0.2·57 + 0.5·0 = 15.4 and so on; in the order of the score
select results_eq($$ select score, program_code from part_rating where rating <> published_rating order by score $$,
    $$ values (15.4, '10000464'), (23.1, null), (24.9, null), (27.7, '10003806'), (27.9, '10002436'), (32.7, '10002434'), (42.1, '10003707'),
              (43.4, '10009006'), (46.1, '10000450'), (46.5, null), (54.7, '10003524'), (55.5, '10003029') $$,
    'PART: the 12 overrides, listed');

----------------------------------------------------------------------------------------------------
-- PART measures: figures as people print them
----------------------------------------------------------------------------------------------------

create temp view printed as
select t, n.value, n.reason from (select target t from measures union all select actual from measures) m, bpm.try_parse_number(t) n;
select is((select count(*) from printed), 702::bigint, 'measures: 351 targets and actuals');
select is_empty($$ select t, value, reason from printed where value is not null and reason is not null or (value is null and reason is null) <> (t is null or lower(trim(t)) in ('', 'na', 'n/a')) $$,
    'measures: every text is a figure, or missing, or reported with a reason');
select is_empty($$ select t, value, reason from printed where (value is not null) <> (coalesce(t, '') ~ '^\$?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?%?$') $$,
    'measures: a figure is what a regular expression says');
select is_empty($$ select t, value from printed where case when value is not null then value <> regexp_replace(t, '[$,%]', '', 'g')::numeric end $$, 'measures: and has its value');

create temp view kinds as
select case when t is null or lower(t) in ('na', 'n/a') then 'missing'
            when t ~ '^\$' then 'money'
            when t ~ '^[\d.]+%$' then 'percentage'
            when t ~ '^\d{1,3}(,\d{3})+$' then 'thousands'
            when t ~ '^\d+(\.\d+)?$' then 'plain'
            when t ~ '^\d+,\d{4}$' then 'misplaced comma'
            when t ~ '^\d' then 'figure with a remark'
            when t ~ '^\([A-Z][a-z]+ \d{4}\)$' then 'date'
            else 'words' end as kind, * from printed;
-- counted in the file, apart from the extension
select results_eq($$ select kind, count(*), count(value), count(reason) from kinds group by kind order by kind collate "C" $$,
    $$ values ('date', 90::bigint, 0::bigint, 90::bigint), ('figure with a remark', 5, 0, 5), ('misplaced comma', 6, 0, 6), ('missing', 90, 0, 0),
              ('money', 11, 11, 0), ('percentage', 50, 50, 0), ('plain', 329, 329, 0), ('thousands', 67, 67, 0), ('words', 54, 0, 54) $$,
    'measures: 457 figures are read, 155 non-figures reported, 90 missing');
select is((select count(*) from kinds where kind = 'misplaced comma'), 6::bigint, 'measures: 6 misplaced commas, such as 10,4702') ;
select is_empty($$ select t, reason from kinds where kind = 'misplaced comma' and reason <> 'a comma does not part thousands' $$, 'measures: and the comma is the reason');
select is_empty($$ select t, reason from kinds where kind = 'figure with a remark' and reason !~ '^there is ".*" after the figure$' $$, 'measures: 55% (6/11) is reported for its remark');
select is_empty($$ select t, reason from kinds where kind in ('date', 'words') and reason <> 'it does not begin with a figure' $$, 'measures: dates and words do not begin with a figure');
select is((select count(*) from kinds where kind = 'money' and value > 3000), 11::bigint, 'measures: $4,000 is 4000, 11 times');

select * from finish();
rollback;
