-- What the United States published about 92 federal programs, scored again from the parts.
-- Run by `make demo`; by hand, in this directory and in an empty database: psql -X -f demo.sql
\set ON_ERROR_STOP on
\set QUIET on
\set ECHO queries
\pset pager off
\pset border 0
\pset footer off
\pset linestyle ascii

\echo
\echo '== 1. The programs, as they were published =================================='
\echo
create extension bpm;

\echo
create table program (
  program_code text, program text, department text, assessment_year int,
  purpose_design int, strategic_planning int,     -- the four sections, 0 to 100
  program_management int, results_accountability int,
  published_rating text,
  fy2006_musd int, fy2007_musd int, fy2008_musd int, fy2009_musd int,
  source text);

\echo
\echo '\\copy program from programs.csv (format csv, header)'
\set ECHO none
\copy program from programs.csv (format csv, header)
\set ECHO queries

\echo
\echo '== 2. Score and rating of every program ====================================='
\echo
\echo '-- Four indicators, weighing 20, 10, 20 and 50. Each is a score already, which'
\echo '-- the target "direct" says. The rating scale is text too.'
create view assessment as
select p.*, s.score,
       bpm.rating(s.score, 'Effective >= 85, "Moderately Effective" >= 70,
                            Adequate >= 50, Ineffective') as rating
from program p
cross join lateral (
  select bpm.weighted_score(actual, target, weight) as score
  from (values (p.purpose_design,         bpm.target 'direct', 20),
               (p.strategic_planning,     bpm.target 'direct', 10),
               (p.program_management,     bpm.target 'direct', 20),
               (p.results_accountability, bpm.target 'direct', 50)
       ) section (actual, target, weight)) s;

\echo
\echo '-- Programs without the agency before the colon or dash, cut to fit the screen.'
select left(regexp_replace(program, '^.+(: | --? )', ''), 27) as program,
       round(score, 1) as score, rating, published_rating as published
from assessment
order by assessment.score desc, assessment.program;

\echo '== 3. Departments, rolled up by funding ====================================='
\echo
\echo '-- Weight: fiscal year 2008 in millions, the one year that all programs show.'
\echo '-- Where the publisher found "Results Not Demonstrated" there is a figure, but'
\echo '-- no evidence for it: the score counts as missing, and missing is not zero.'
create table department_rollup as
select department,
       bpm.rollup(case when published_rating <> 'Results Not Demonstrated'
                       then score end, fy2008_musd) as r
from assessment
group by department;

\echo
\echo '-- cover: the percentage of the money whose score is known.'
\echo '-- low, high: what the score would be if all that is missing were 0, or 100.'
select left(regexp_replace(department, '^Dep\w+ of (the )?', ''), 24) as dept,
       bpm.row_count(r) as n, round(bpm.weight(r)) as "$m",
       bpm.score(r, 1) as score, bpm.coverage(r, 2) as cover,
       bpm.low(r, 0, 1) as low, bpm.high(r, 100, 1) as high,
       bpm.rating(r, 'Effective >= 85, "Moderately Effective" >= 70,
                      Adequate >= 50, Ineffective') as rating
from department_rollup
order by bpm.score(r) desc nulls last, department;

\echo '-- A rollup is a value: those of the departments add up to all programs.'
select bpm.row_count(r) as n, bpm.missing_count(r) as missing,
       round(bpm.weight(r)) as "$m",
       bpm.score(r, 1) as score, bpm.coverage(r, 2) as cover,
       bpm.low(r, 0, 1) as low, bpm.high(r, 100, 1) as high
from (select bpm.rollup(r) as r from department_rollup) every;

\echo '== 4. What does not agree, and why =========================================='
\echo
\echo '-- "Results Not Demonstrated" overrides the score: measures or data were found'
\echo '-- missing. The sections do not show that, so no rule about them can say it.'
select left(program, 45) as program, round(score, 1) as score,
       rating as by_score, 'overridden' as why
from assessment
where rating <> published_rating
  and published_rating = 'Results Not Demonstrated'
order by assessment.score desc;

\echo '-- Any other that differs? No row: none.'
select program, score, rating, published_rating
from assessment
where rating <> published_rating
  and published_rating <> 'Results Not Demonstrated';

\echo '-- Sections are printed rounded to whole points, so a score is known to half a'
\echo '-- point. Is one so close to a bound that its rating is uncertain? None.'
select program, score, bound
from assessment, (values (85), (70), (50)) scale (bound)
where abs(score - bound) <= 0.5;

\echo '== 5. Figures as people print them =========================================='
\echo
create table measure (
  program_code text, program text, measure text, term text, type text,
  desired_direction text, year text, target text, actual text,
  status_as_printed text, source text);

\echo
\echo '\\copy measure from measures.csv (format csv, header)'
\set ECHO none
\copy measure from measures.csv (format csv, header)
\set ECHO queries

\echo
\echo '-- What is not a figure is reported with the reason, never guessed.'
select coalesce(n.reason, case when n.value is null then '(nothing there)'
                          else '(a figure)' end) as the_text,
       count(*) as measures, min(m.actual) as for_example
from measure m, bpm.try_parse_number(m.actual) n
group by 1
order by 2 desc;

\ir forecast.sql
\ir scorecard.sql

\echo '== Do the ratings agree? ===================================================='
\echo
select count(*) filter (where not override) as given,
       count(*) filter (where not override and rating = published_rating)
         as same,
       count(*) filter (where override) as overridden
from (select *, published_rating = 'Results Not Demonstrated' as override
      from assessment) a
\gset

\echo
\echo :same 'of' :given 'published ratings agree;' :overridden 'more are "Results Not Demonstrated".'
