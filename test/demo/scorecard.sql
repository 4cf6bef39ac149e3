-- The same programs in a model of budget performance, published, and the page of it.
-- Run by demo.sql; writes scorecard.html where psql was started.
\echo '== 7. Published, and a page for the council ================================='
\echo
\echo '-- A schema of ordinary tables: departments, programs, four indicators each, their'
\echo '-- scores and the money of 2008. Where the publisher found "Results Not'
\echo '-- Demonstrated", that stands whatever the score.'
\set ECHO none
set client_min_messages = warning;
select bpm.create_model('federal') \g /dev/null
set search_path = federal, public;
\set ECHO queries
update setting set year_start_month = 10, currency = 'USD', totals_required = false,
  scale = 'Effective >= 85, "Moderately Effective" >= 70, Adequate >= 50, Ineffective';
insert into unit (unit_id, name) values ('us', 'The United States');
insert into unit (unit_id, parent_id, name)
  select distinct department, 'us', department from assessment;
insert into program (program_id, fiscal_year, name, unit_id)
  select coalesce(program_code, program), 2008, program, department from assessment;
insert into indicator (program_id, fiscal_year, indicator_id, name, sort)
  select coalesce(program_code, program), 2008, id, name, sort
  from assessment, (values (1, 'purpose', 'Purpose and design'), (2, 'planning', 'Strategic planning'),
                           (3, 'management', 'Program management'), (4, 'results', 'Results and accountability'))
                   section (sort, id, name);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
  select program_id, 2008, indicator_id, '2007-10-01', 'direct', (array[20, 10, 20, 50])[sort]
  from indicator;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
  select program_id, 2008, indicator_id, '2008-09-30',
         (array[purpose_design, strategic_planning, program_management, results_accountability])[sort]
  from indicator join assessment on coalesce(program_code, program) = program_id;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
  select coalesce(program_code, program), 2008, 'approved', '2007-10-01', fy2008_musd * 1000000.0 from assessment;
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason)
  select coalesce(program_code, program), 2008, '2008-09-30', 'not demonstrated', 'Results Not Demonstrated, as published'
  from assessment where published_rating = 'Results Not Demonstrated';

\echo
\echo '-- What is published does not change: whoever tries is refused, and a hash tells.'
select publish(2008, title => 'Programs assessed with PART');
select programs, hash from publication;

\set ECHO none
\echo '-- One page of HTML, without a script or another file: scorecard.html'
\encoding UTF8
\pset tuples_only on
\pset format unaligned
\o scorecard.html
select scorecard_html('2008 effective');
\o
\pset format aligned
\pset tuples_only off
reset search_path;
\echo
