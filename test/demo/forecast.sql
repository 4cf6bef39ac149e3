-- Where the year will end: how each method of forecasting would have done in Philadelphia, at the end of each quarter.
-- Run by demo.sql. The published figures are not part of the product: BPM_SHARED names the folder that holds data/.
\set ECHO none
\set shared ''
\getenv shared BPM_SHARED
\set file :shared '/data/philadelphia/obligations.csv'
\setenv BPM_FILE :file
\set there `test -r "$BPM_FILE" && echo on || echo off`
\if :there
create temp table obligation (dept text, dept_name text, fy int, what text, period text, as_of date, report_fy int,
                              report_q int, usd numeric(20,2));
\set load '\\copy obligation from \'' :file '\' (format csv, header, encoding \'utf8\')'
:load
set client_min_messages = warning;
select bpm.create_model('philadelphia') \g /dev/null
set search_path = philadelphia, public;
update setting set year_start_month = 7;
insert into unusual_year values (2015, 'the budgets reported at mid-year were 30 % above the outturn');
insert into unit (unit_id, name) values ('city', 'City');
insert into unit (unit_id, parent_id, name) select dept, 'city', min(dept_name) from obligation group by 1;
insert into program (program_id, fiscal_year, name, unit_id)
select dept, fy, min(dept_name), dept from obligation where fy > 2007
group by dept, fy having fy = 2023 or bool_or(what = 'Actual' and period = 'Full Year');
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
select program_id, fiscal_year, 'quarter', 'quarterly report', 'as reported' from program;
insert into budget_entry (program_id, fiscal_year, kind, adjustment_id, entry_date, amount)
select dept, fy, case when n = 1 then 'approved' else 'adjusted' end, case when n > 1 then 'quarter' end, as_of,
       usd - before
from (select dept, fy, as_of, usd, row_number() over w as n, lag(usd, 1, 0.00) over w as before
      from obligation where what = 'Target Budget' and period = 'Full Year' and report_q < 4
      window w as (partition by dept, fy order by as_of)) o
join program p on p.program_id = o.dept and p.fiscal_year = o.fy;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select dept, fy, 'executed', as_of, usd - before
from (select dept, fy, as_of, usd, lag(usd, 1, 0.00) over (partition by dept, fy order by as_of) as before
      from obligation
      where what = 'Actual' and (period = 'YTD' and extract(month from as_of) <> 6 or period = 'Full Year')) o
join program p on p.program_id = o.dept and p.fiscal_year = o.fy;
analyze;

\echo '== 6. Where does the year end? Philadelphia, fiscal years 2010 to 2022 ======'
\echo '-- Median error in percent of the outturn, by department and year (forecast_accuracy).'
select format('Q%s', d.quarter) as " ", max(a.cases) as cases,
       max(round(a.median_error, 2)) filter (where a.method = 'budget') as budget,
       max(round(a.median_error, 2)) filter (where a.method = 'run rate') as "run rate",
       (select round(100 * bpm.ratio_quantile(abs(o.usd - c.outturn), c.outturn, 0.5), 2)
        from forecast_case_at(d.day) c
        join obligation o on o.dept = c.id and o.fy = c.fiscal_year and o.what = 'Current Projection'
            and o.period = 'Full Year' and to_char(o.as_of, 'MM-DD') = to_char(d.day, 'MM-DD')
        where c.grain = 'program' and c.is_compared) as "city's own",
       max(round(a.median_error, 2)) filter (where a.method = 'execution') as execution,
       max(round(a.median_error, 2)) filter (where a.method = 'burn') as burn,
       max(round(a.median_error, 2)) filter (where a.method = 'median of three') as "median of three",
       max(round(a.coverage, 1)) filter (where a.method = 'median of three') as "in its interval, %"
from (values (1, date '2022-09-30'), (2, '2022-12-31'), (3, '2023-03-31')) d (quarter, day)
cross join lateral forecast_accuracy_at(d.day) a
where a.unit_id = 'city'
group by d.quarter, d.day
order by d.quarter;
\echo 'The median of three is nearer than the budget and than what the city forecast itself.'
\echo
reset search_path;
\else
\echo '== 6. Where does the year end? Skipped: set BPM_SHARED to the folder that holds data/philadelphia'
\echo
\endif
\set ECHO queries
