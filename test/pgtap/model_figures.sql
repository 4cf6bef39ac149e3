-- Real budgets in the model: what was published about them follows. Canada and Philadelphia come as finance
-- schemas with names of their own, over which the input views are put.
-- The data is not part of the product: without it these tests are skipped.
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
\set there `test -r "$BPM_DATA/nyc/indicators.csv" && test -r "$BPM_DATA/canada/indicators.csv" && test -r "$BPM_DATA/philadelphia/obligations.csv" && test -r "$BPM_DATA/part/programs.csv" && echo on || echo off`
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
select plan(38);


-- United States: PART ------------------------------------------------------------------------------------

create temp table part (program_code text, program text, department text, assessment_year int, purpose_design numeric, strategic_planning numeric,
    program_management numeric, results_accountability numeric, published_rating text, fy2006 numeric, fy2007 numeric, fy2008 numeric, fy2009 numeric, source text);
\set load '\\copy part from \'' :data '/part/programs.csv\' (format csv, header, encoding \'utf8\')'
:load
-- code and year are missing from some of the pages
update part set program_code = coalesce(program_code, program), assessment_year = coalesce(assessment_year, 2008);

select lives_ok($$select bpm.create_model('part_model')$$, 'a model for PART');
set local search_path = part_model, public;
-- one each: what a program costs says nothing of how well it is assessed. All of it has been closed for long.
update setting set weigh_by = 'one', scale = 'Effective >= 85, "Moderately Effective" >= 70, Adequate >= 50, Ineffective';
set local bpm.as_of = '2009-12-31';
insert into unit (unit_id, name) values ('us', 'United States');
insert into unit (unit_id, parent_id, name) select distinct department, 'us', department from part;
insert into program (program_id, fiscal_year, name, unit_id)
    select program_code, assessment_year, program, department from part;
select is((select sum(apply_framework(program_id, fiscal_year, 'part')) from program), 92 * 4::bigint, 'the framework, for all 92 programs');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select program_code, assessment_year, k, make_date(assessment_year, 12, 31), v
    from part, lateral (values ('purpose', purpose_design), ('planning', strategic_planning), ('management', program_management),
                               ('results', results_accountability)) s (k, v);
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason)
    select program_code, assessment_year, make_date(assessment_year, 12, 31), published_rating, 'measures or data are missing'
    from part where published_rating = 'Results Not Demonstrated';
insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount)
    select program_code, assessment_year, 'fy2008', 'approved', make_date(assessment_year, 1, 1), fy2008 * 1000000 from part where fy2008 is not null;
analyze;
select is_empty($$select program, r.score, r.rating, p.published_rating from part p
    join program_result r on r.program_id = p.program_code and r.fiscal_year = p.assessment_year
    where r.rating is distinct from p.published_rating$$, 'every published rating follows');
select results_eq('select overridden, count(*) from program_result group by 1 order by 1', 'values (0, 80::bigint), (1, 12)', '12 of them are overridden');
select results_eq($$select unit_id, fiscal_year, score, coverage from unit_result where unit_id <> 'us' order by 1, 2$$,
    $$select department, assessment_year, round(avg(s), 8), 100.00000000
      from (select department, assessment_year,
                   0.2 * purpose_design + 0.1 * strategic_planning + 0.2 * program_management + 0.5 * results_accountability as s from part) p
      group by 1, 2 order by 1, 2$$, 'departments by programs that count alike, as plain SQL has it');
select results_eq($$select fiscal_year, score, rating from unit_result where unit_id = 'us' order by 1$$,
    $$select assessment_year, round(s, 8), case when round(s, 2) >= 85 then 'Effective' when round(s, 2) >= 70 then 'Moderately Effective'
             when round(s, 2) >= 50 then 'Adequate' else 'Ineffective' end
      from (select assessment_year, avg(0.2 * purpose_design + 0.1 * strategic_planning + 0.2 * program_management + 0.5 * results_accountability) as s
            from part group by 1) y order by 1$$, 'and the government by year');
-- by their money, with the programs left out that have none
insert into setting (fiscal_year, weigh_by) select distinct fiscal_year, 'approved' from program;
select results_eq($$select unit_id, fiscal_year, score from unit_result where unit_id <> 'us' and score is not null order by 1, 2$$,
    $$select department, assessment_year, round(sum(s * m) / sum(m), 8)
      from (select department, assessment_year, fy2008 * 1000000 as m,
                   0.2 * purpose_design + 0.1 * strategic_planning + 0.2 * program_management + 0.5 * results_accountability as s from part) p
      group by 1, 2 having sum(m) > 0 order by 1, 2$$, 'departments weighted by funding');
delete from setting where fiscal_year > 0;
select is((select sum(programs) from unit_result where unit_id = 'us'), 92::bigint, 'each program once');
select is_empty($$select * from check_result where kind <> 'unspent'$$, 'nothing is wrong but money that is not known');

-- PEFA: 94 dimensions, graded by letters ------------------------------------------------------------------

select lives_ok($$select bpm.create_model('pefa_model')$$, 'a model for PEFA');
set local search_path = pefa_model, public;
set local bpm.as_of = '2020-12-31';
update setting set weigh_by = 'one';
-- what is not used or not rated drops out, as what is not applicable does
update evaluation set missing_at_close = 'renormalise', floor = 50 where evaluation = 'self';
insert into unit (unit_id, name) values ('world', 'World');
insert into unit (unit_id, parent_id, name) select c, 'world', c from unnest('{A,B,C}'::text[]) c;
insert into program (program_id, fiscal_year, name, unit_id) select 'assessment ' || n, 2020, 'Assessment ' || n, chr(65 + n % 3) from generate_series(1, 8) n;
select is((select sum(apply_framework(program_id, fiscal_year, 'pefa')) from program), 8 * 132::bigint, 'the framework, for 8 assessments');
select setseed(0.2016);
create temp table letter as
select i.program_id, i.indicator_id, i.parent_id, (array['A', 'B', 'C', 'D', 'D*', 'NU', 'NR', 'NA'])[1 + floor(random() * 8)::integer] as grade
from (select * from indicator where source = 'measured' order by program_id, indicator_id) i;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select program_id, 2020, indicator_id, '2020-12-31', bpm.pefa_score(grade) from letter where grade not in ('NU', 'NR', 'NA');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight, reason)
    select program_id, 2020, indicator_id, '2020-12-31', 0, 'not applicable' from letter where grade = 'NA';
analyze;
-- the two methods as the framework of 2016 prints them: the weakest, with a plus when another is better; a table over the sum
create temp table graded as
with dimension as (
    select program_id, parent_id, count(*) as n, min(p) as lowest, max(p) as highest, sum(p) as total
    from (select *, case left(grade, 1) when 'A' then 4 when 'B' then 3 when 'C' then 2 else 1 end as p from letter where grade not in ('NU', 'NR', 'NA')) l
    group by 1, 2
)
select d.program_id, d.parent_id as indicator_id, i.parent_id as pillar,
       case when i.method = 'm1' or n = 1 then lowest + case when highest > lowest then 0.5 else 0 end
            when n = 2 then total / 2.0
            when n = 3 then (array[1, 1.5, 1.5, 2, 2.5, 3, 3, 3.5, 4, 4])[total - 2]
            else (array[1, 1, 1.5, 1.5, 2, 2.5, 2.5, 3, 3, 3.5, 3.5, 4, 4])[total - 3] end as score
from dimension d
join indicator i on i.program_id = d.program_id and i.indicator_id = d.parent_id;
select set_eq($$select program_id, indicator_id, bpm.pefa_grade(score) from indicator_tree_result where depth = 1 and score is not null$$,
    $$select program_id, indicator_id, (array['D', 'D+', 'C', 'C+', 'B', 'B+', 'A'])[(2 * score - 1)::integer] from graded$$,
    'every indicator has the grade that its dimensions make by its method');
select set_eq('select program_id, score, rating from program_result',
    $$select program_id, round(s, 8), (array['D', 'D+', 'C', 'C+', 'B', 'B+', 'A'])[floor(2 * round(s, 2) - 1)::integer]
      from (select program_id, avg(s::numeric(60,30)) as s from (
                select program_id, pillar, avg(score::numeric(60,30)) as s from graded group by 1, 2) p group by 1) a$$,
    'seven pillars count alike, and the indicators in each');
select results_eq($$select unit_id, score from unit_result where unit_id <> 'world' order by 1$$,
    $$select unit_id, round(avg(score), 8) from program_result group by 1 order by 1$$, 'and the assessments of a country');

-- New York City: agencies, services, goals, indicators; positions as budget -------------------------------

create temp table nyc (indicator_id int, agency_id int, agency text, unit_of_appropriation text, unit_name text, service text, goal text,
    indicator text, desired_direction text, critical text, target numeric, fy2016 numeric, fy2017 numeric, fy2018 numeric, fy2019 numeric,
    fy2020 numeric, fy2021 numeric, fy2022 numeric, fy2023 numeric, published_status text);
create temp table positions (agency_id int, agency text, unit_of_appropriation text, unit_name text, adopted numeric, planned numeric, filled numeric);
\set load '\\copy nyc from \'' :data '/nyc/indicators.csv\' (format csv, header, encoding \'utf8\')'
:load
\set load '\\copy positions from \'' :data '/nyc/positions.csv\' (format csv, header, encoding \'utf8\')'
:load

-- libraries and others that are no agency: one unit for all of them
update nyc set agency_id = 0, agency = 'No agency', unit_of_appropriation = '0', unit_name = 'None' where agency_id is null;

select lives_ok($$select bpm.create_model('nyc_model')$$, 'a model for New York City');
set local search_path = nyc_model, public;
update setting set totals_required = false, weigh_by = 'one', year_start_month = 7;
set local bpm.as_of = '2023-06-30';
-- what has no target is not missing
update evaluation set missing_at_close = 'renormalise' where evaluation = 'self';
insert into unit (unit_id, name) values ('city', 'City');
insert into unit (unit_id, parent_id, name)
    select agency_id::text, 'city', min(agency) from (select agency_id, agency from nyc union all select agency_id, agency from positions) a group by 1;
insert into program (program_id, fiscal_year, name, unit_id)
    select agency_id || '/' || unit_of_appropriation, 2023, min(unit_name), agency_id::text
    from (select agency_id, unit_of_appropriation, unit_name from nyc union all
          select agency_id, unit_of_appropriation, unit_name from positions) u group by agency_id, unit_of_appropriation;
insert into indicator (program_id, fiscal_year, indicator_id, name, source)
    select distinct agency_id || '/' || unit_of_appropriation, 2023, service, service, 'group' from nyc;
insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source)
    select distinct agency_id || '/' || unit_of_appropriation, 2023, service || ' / ' || goal, service, goal, 'group' from nyc;
insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name)
    select agency_id || '/' || unit_of_appropriation, 2023, indicator_id::text, service || ' / ' || goal, indicator from nyc;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    select agency_id || '/' || unit_of_appropriation, 2023, indicator_id::text, '2022-07-01',
           bpm.target(case desired_direction when 'Up' then '>=' else '<=' end, target), case critical when 'Yes' then 2 else 1 end
    from nyc;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from)
    select program_id, fiscal_year, indicator_id, '2022-07-01' from indicator where source = 'group';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select agency_id || '/' || unit_of_appropriation, 2023, indicator_id::text, '2023-06-30', fy2023 from nyc;
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
    select program_id, fiscal_year, 'modified', 'financial plan', 'positions were modified' from program;
insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount, adjustment_id)
    select agency_id || '/' || unit_of_appropriation, 2023, k, k, '2022-07-01', v, case k when 'adjusted' then 'modified' end
    from positions, lateral (values ('approved', adopted), ('adjusted', planned - adopted), ('executed', filled)) e (k, v);
analyze;
select results_eq($$select split_part(program_id, '/', 1), split_part(program_id, '/', 2), count(*) filter (where met = 1), count(*) filter (where met = 0)
    from indicator_result group by 1, 2 order by 1, 2$$,
    $$select agency_id::text, unit_of_appropriation, count(*) filter (where published_status = 'Met_Goal'),
        count(*) filter (where published_status = 'Did_Not_Meet') from nyc group by 1, 2 order by 1, 2$$,
    'met and not met, by agency and unit of appropriation');
select results_eq($$select count(*) filter (where met = 1), count(*) filter (where met = 0), count(*) from indicator_result$$,
    'values (183::bigint, 168::bigint, 1139::bigint)', '183 met, 168 not, of 1,139');
select results_eq($$select unit_id, approved, budget, executed from unit_result where unit_id <> 'city' order by unit_id$$,
    $$select u.unit_id, coalesce(sum(adopted), 0), coalesce(sum(planned), 0), coalesce(sum(filled), 0)
      from unit u left join positions p on p.agency_id::text = u.unit_id where unit_id <> 'city' group by 1 order by 1$$,
    'positions by agency: adopted, planned, filled');
select results_eq($$select sum(approved), sum(executed) from unit_result where unit_id = 'city'$$,
    $$select sum(adopted), sum(filled) from positions$$, 'and of the city');
-- an independent computation, level by level: goals of indicators, services of goals, units of services
create temp view level_by_level as
with leaf as (
    select agency_id || '/' || unit_of_appropriation as program_id, service, goal, case critical when 'Yes' then 2 else 1 end as w,
           bpm.score(fy2023, bpm.target(case desired_direction when 'Up' then '>=' else '<=' end, target)) as score
    from nyc
), scored (policy, program_id, service, goal, w, s) as (
    select 'renormalise', program_id, service, goal, w, score from leaf where score is not null
    union all
    select 'zero', program_id, service, goal, w, coalesce(score, 0) from leaf
), goal as (
    select policy, program_id, service, goal, sum(w * s)::numeric(60,30) / sum(w) as s from scored group by 1, 2, 3, 4
), service as (
    select policy, program_id, service, avg(s::numeric(60,30)) as s from goal group by 1, 2, 3
)
select policy, program_id, round(avg(s::numeric(60,30)), 8) as score from service group by 1, 2;
create temp table scored as select 'renormalise' as policy, program_id, unit_id, score from program_result;
update evaluation set missing_at_close = 'zero' where evaluation = 'self';
insert into scored select 'zero', program_id, unit_id, score from program_result;
select set_eq('select policy, program_id, score from scored where score is not null', 'select policy, program_id, score from level_by_level',
    'scores by goal, service and unit of appropriation agree with plain SQL, with what is missing left out, and as nothing');
select results_eq($$select unit_id, score, scored_programs from unit_result where unit_id <> 'city' order by 1$$,
    $$select u.unit_id, round(avg(s.score), 8), count(s.score)::integer from unit u left join scored s on s.unit_id = u.unit_id and s.policy = 'zero'
      where u.unit_id <> 'city' group by 1 order by 1$$, 'and agencies, by units of appropriation that count alike');

-- Canada: a finance schema with its own names -------------------------------------------------------------

create schema outlays;
create table outlays.program_spending (dept text, activity text, y5 numeric, y4 numeric, y3 numeric, y2 numeric, last_exp numeric, last_planned numeric,
    p1 numeric, p2 numeric, p3 numeric, primary key (dept, activity));
create table outlays.program (dept text, cr text, activity text, title text, active int, internal int, primary key (dept, activity));
create table outlays.indicator (indicator_id text, stable_id text, result_id text, name text, doc text, target_year text, target_month text, target_type text,
    seeking_to text, target_min text, target_max text, target_narrative text, actual_datatype text, actual text, published_status text);
create table outlays.result (result_id text, owner text, name text, doc text);
\set load '\\copy outlays.program_spending from \'' :data '/canada/program_spending.csv\' (format csv, header, encoding \'utf8\')'
:load
\set load '\\copy outlays.program from \'' :data '/canada/programs.csv\' (format csv, header, encoding \'utf8\')'
:load
\set load '\\copy outlays.indicator from \'' :data '/canada/indicators.csv\' (format csv, header, encoding \'utf8\')'
:load
\set load '\\copy outlays.result from \'' :data '/canada/results.csv\' (format csv, header, encoding \'utf8\')'
:load

select lives_ok($$select bpm.create_model('canada_model')$$, 'a model for Canada');
set local search_path = canada_model, public;
update setting set totals_required = false, year_start_month = 4;
set local bpm.as_of = '2018-03-31';
insert into unit (unit_id, name) values ('goc', 'Government of Canada');
insert into unit (unit_id, parent_id, name)
    select distinct dept, 'goc', dept from (select dept from outlays.program union select split_part(owner, '-', 1) from outlays.result) d;
insert into program (program_id, fiscal_year, name, unit_id)
    select dept || '-' || activity, 2018, title, dept from outlays.program;
-- a core responsibility has results of its own
insert into program (program_id, fiscal_year, name, unit_id)
    select distinct owner, 2018, owner, split_part(owner, '-', 1) from outlays.result on conflict do nothing;

create or replace view program_budget with (security_invoker = true) as
select dept || '-' || activity as program_id, 2018 as fiscal_year, 'infobase' as entry_id, date '2017-04-01' as entry_date,
       timestamptz '-infinity' as recorded_at, null::numeric(20,2) as proposed, last_planned::numeric(20,2) as approved,
       null::numeric(20,2) as carried_over, null::numeric(20,2) as adjusted, null::numeric(20,2) as received,
       null::numeric(20,2) as committed, last_exp::numeric(20,2) as executed, null::numeric(20,2) as planned,
       null::integer as month, null::text as fund, null::text as economic_id, null::text as currency,
       null::boolean as one_off
from outlays.program_spending;
create or replace view indicator_actual with (security_invoker = true) as
select r.owner as program_id, 2018 as fiscal_year, 'self'::text as evaluation, i.indicator_id, date '2018-03-31' as as_of,
       ''::text as grader, ''::text as breakdown, timestamptz '-infinity' as recorded_at,
       (bpm.try_parse_number(i.actual)).value as actual, null::date as actual_date, null::numeric(11,8) as score,
       null::timestamptz as withdrawn_at, i.doc as evidence, i.published_status as note
from outlays.indicator i join outlays.result r using (result_id)
where i.actual is not null;
insert into indicator (program_id, fiscal_year, indicator_id, name)
    select r.owner, 2018, i.indicator_id, i.name from outlays.indicator i join outlays.result r using (result_id)
    where i.actual is not null;
select is_empty('select * from check_inputs()', 'their tables fit');
-- a target in words is left over: nothing scores it
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
    select r.owner, 2018, i.indicator_id, '2017-04-01',
           case when target_max is null then bpm.target('>=', bpm.parse_number(target_min))
                else bpm.target(bpm.parse_number(target_min), bpm.parse_number(target_max)) end
    from outlays.indicator i join outlays.result r using (result_id)
    where i.published_status in ('met', 'not_met') and i.target_type <> 'text';
analyze;
select is((select count(*) from program_result where approved <> 0 and executed <> 0), 1155::bigint, '1,155 programs with both planned and actual');
select results_eq($$select approved, executed from unit_result where unit_id = 'goc'$$,
    $$select round(sum(coalesce(last_planned, 0)), 2), round(sum(last_exp::numeric(20,2)), 2) from outlays.program_spending$$, 'planned and actual totals');
select is_empty($$
    select u.unit_id, u.execution_rate from unit_result u
    left join (select dept, round(100 * sum(last_exp::numeric(20,2)) / nullif(sum(last_planned::numeric(20,2)), 0), 4) as rate
               from outlays.program_spending group by 1) s on s.dept = u.unit_id
    where u.unit_id <> 'goc' and u.execution_rate is distinct from case when s.rate is null then null else s.rate end
$$, 'execution by department');
select is_empty($$select i.indicator_id, i.met, o.published_status from indicator_result i join outlays.indicator o using (indicator_id)
    where i.target is not null and i.met is distinct from case o.published_status when 'met' then 1 else 0 end$$, 'statuses follow');
select results_eq($$select met, count(*) from indicator_result where target is not null group by 1 order by 1$$, 'values (0, 18::bigint), (1, 38)', '38 met, 18 not');
insert into outlays.program_spending (dept, activity, last_exp) values ('NOWHERE', 'X', 5);
select results_eq('select kind, program_id from check_inputs()', $$values ('no program', 'NOWHERE-X')$$, 'what does not fit is said');

-- Philadelphia: obligations by department and year --------------------------------------------------------

create schema city;
create table city.obligation (dept_code text, dept_name text, fy int, what text, period text, as_of date, report_fy int, report_q int, usd numeric);
\set load '\\copy city.obligation from \'' :data '/philadelphia/obligations.csv\' (format csv, header, encoding \'utf8\')'
:load

create index on city.obligation (dept_code, fy);
select lives_ok($$select bpm.create_model('Phila delphia')$$, 'a model for Philadelphia');
set local search_path = "Phila delphia", public;
update setting set year_start_month = 7;
set local bpm.as_of = '2023-06-30';
insert into unit (unit_id, name) values ('city', 'City of Philadelphia');
insert into unit (unit_id, parent_id, name) select dept_code, 'city', min(dept_name) from city.obligation group by 1;
insert into program (program_id, fiscal_year, name, unit_id, scope)
    select distinct dept_code, fy, 'All of the department', dept_code, 'basic' from city.obligation;
create or replace view program_budget with (security_invoker = true) as
select dept_code as program_id, fy as fiscal_year, what || ' ' || as_of as entry_id,
       case what when 'Adopted Budget' then make_date(fy - 1, 7, 1) else as_of end as entry_date, timestamptz '-infinity' as recorded_at,
       null::numeric(20,2) as proposed, case what when 'Adopted Budget' then usd end::numeric(20,2) as approved,
       null::numeric(20,2) as carried_over, null::numeric(20,2) as adjusted, null::numeric(20,2) as received,
       null::numeric(20,2) as committed, case what when 'Actual' then usd end::numeric(20,2) as executed,
       null::numeric(20,2) as planned, null::integer as month, null::text as fund, null::text as economic_id, null::text as currency,
       null::boolean as one_off
from city.obligation
where period = 'Full Year' and what in ('Adopted Budget', 'Actual');
analyze;
select is_empty('select * from check_inputs()', 'their ledger fits');
select results_eq($$select fiscal_year, approved, executed from year_result order by 1$$,
    $$select fy, coalesce(sum(usd::numeric(20,2)) filter (where what = 'Adopted Budget'), 0), coalesce(sum(usd::numeric(20,2)) filter (where what = 'Actual'), 0)
      from city.obligation where period = 'Full Year' and what in ('Adopted Budget', 'Actual') group by 1 order by 1$$, 'adopted and actual, by year');
select results_eq($$select unit_id, fiscal_year, executed from unit_result where unit_id <> 'city' and executed <> 0 order by 1, 2$$,
    $$select dept_code, fy, sum(usd::numeric(20,2)) from city.obligation where period = 'Full Year' and what = 'Actual' group by 1, 2
      having sum(usd::numeric(20,2)) <> 0 order by 1, 2$$, 'and by department');
set local bpm.as_of = '2015-01-01';
select is((select executed from year_result where fiscal_year = 2015), 0.00, 'half way through a year its actual is not known');
select is((select max(fiscal_year) from year_result where approved > 0), 2015, 'nor the budgets to come');
set local bpm.as_of = '2023-06-30';
select is((select fiscal_year from year_result where approved > 0 and executed > 0 order by execution_rate limit 1), 2015,
    'the year that looks broken in the source stands out');
select isnt_empty($$select * from check_result where fiscal_year = 2015 and kind in ('unspent', 'over budget')$$, 'and is reported, not repaired');
create temp table unit_year as select * from unit_result;
select is_empty($$select t.id, t.fiscal_year from trend t
    left join unit_year u on u.unit_id = t.id and u.fiscal_year = t.fiscal_year - 1
    where t.grain = 'unit' and t.executed_before is distinct from u.executed$$,
    'the trend goes year over year, also across gaps');

select * from finish();
rollback;
