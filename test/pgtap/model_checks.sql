-- model: checks of what is easily missed. Each fault is named where it is, and not where it is not.
\set QUIET 1
set client_min_messages = warning;
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(35);

set local jit = off;
set local timezone = 'UTC';
select bpm.create_model('checks');
set local search_path = checks, public;
set local bpm.as_of = '2026-12-31';
update setting set totals_required = false;
insert into unit values ('gov', null, 'Government'), ('a', 'gov', 'A');
insert into economic_class (economic_id, parent_id, name) values ('e', null, 'E');
create function pg_temp.add(program text, nature text default 'expenditure', unit text default 'a',
                            function_id text default '01', economic_id text default 'e') returns void
    language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id, nature, revenue_type, function_id, economic_id)
        values (program, 2026, program, unit, nature, case nature when 'revenue' then 'tax' end, function_id,
                economic_id);
    insert into indicator (program_id, fiscal_year, indicator_id, name) values (program, 2026, 'i', 'I');
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
        values (program, 2026, 'i', '2026-01-01', '>= 100', 100);
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
        values (program, 2026, 'i', '2026-06-30', 90);
$$;
create function pg_temp.pay(program text, kind text, amount numeric, on_day date default '2026-01-10') returns void
    language sql as $$
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values (program, 2026, kind, on_day, amount);
$$;
create function pg_temp.named(wanted text) returns table (program_id text, item text, severity text) language sql as $$
    select program_id, item, severity from check_result where kind = wanted order by program_id, item $$;
do $$begin
    perform pg_temp.add('P');
    perform pg_temp.pay('P', 'approved', 100);
    perform pg_temp.pay('P', 'executed', 100, '2026-02-01');
end$$;
select is_empty('select * from check_result', 'what is sound has no fault');

-- ratings set by hand ------------------------------------------------------------------------------------------------

insert into rating_override (program_id, fiscal_year, valid_from, rating, reason)
    values ('P', 2026, '2026-03-01', 'Excellent', 'a typing error');
select results_eq($$select * from pg_temp.named('unknown rating')$$, $$values ('P', 'Excellent', 'warning')$$,
    'a rating that the scale does not have');
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason)
    values ('P', 2026, '2026-04-01', 'excellent', 'corrected');
select is_empty($$select * from pg_temp.named('unknown rating')$$, 'the last one counts, and is of the scale');
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason)
    values ('P', 2026, '2026-05-01', 'Results Not Demonstrated', 'no data');
select is_empty($$select * from pg_temp.named('unknown rating')$$, 'not demonstrated stands beside any scale');
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason)
    values ('P', 2026, '2026-06-01', null, 'lifted');
select is_empty($$select * from pg_temp.named('unknown rating')$$, 'what is lifted is none');
-- all labels of scales of every form are known, and nothing else
select set_eq($$select * from scale_ratings('excellent >= 90, good >= 80, fair >= 60, poor')$$,
    $$values ('excellent'), ('good'), ('fair'), ('poor')$$, 'the ratings of a scale');
select set_eq($$select * from scale_ratings('"Very, good" > 99.99, low')$$, $$values ('Very, good'), ('low')$$,
    'also where a bound is not in its band');
select set_eq($$select * from scale_ratings('A >= 4, B+ >= 3.5, B >= 3, "C 50" >= 2, D')$$,
    $$values ('A'), ('B+'), ('B'), ('C 50'), ('D')$$, 'and where bands are narrow, or labels have figures');

-- keys ---------------------------------------------------------------------------------------------------------------

savepoint keys;
insert into unit values ('A ', 'gov', 'A again');
do $$begin perform pg_temp.add('p'); end$$;
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('P', 2026, 'I', 'I again');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    values ('P', 2026, 'I', '2026-01-01', '>= 100', 0);
insert into function_code (function_id, name) values ('0 1', '01 again');
insert into responsible (program_id, fiscal_year, from_day, person) values ('P', 2026, '2026-01-01', 'Ms Li'),
    ('p', 2026, '2026-01-01', 'ms  li');
select results_eq($$select program_id, fiscal_year, item, severity, detail from check_result where kind = 'keys alike'
    order by detail collate "C"$$,
    $$values (null, null::integer, '0 1', 'warning',
        'Of one function there are several keys, which differ only by case or by spaces: "0 1", "01".'),
    ('P', 2026, least('I', 'i'), 'warning',
        'Of one indicator there are several keys, which differ only by case or by spaces: '
            || format('"%s", "%s".', least('I', 'i'), greatest('I', 'i'))),
    (null, null, least('Ms Li', 'ms  li'), 'warning',
        'Of one person there are several keys, which differ only by case or by spaces: '
            || format('"%s", "%s".', least('Ms Li', 'ms  li'), greatest('Ms Li', 'ms  li'))),
    (null, null, least('P', 'p'), 'warning',
        'Of one program there are several keys, which differ only by case or by spaces: '
            || format('"%s", "%s".', least('P', 'p'), greatest('P', 'p'))),
    (null, null, least('a', 'A '), 'warning',
        'Of one unit there are several keys, which differ only by case or by spaces: '
            || format('"%s", "%s".', least('a', 'A '), greatest('a', 'A ')))$$,
    'keys that only look different');
rollback to keys;
select is(key_to_compare(e' A\tb\n '), 'ab', 'spaces of every kind');
select case when getdatabaseencoding() = 'UTF8'
    then is(key_to_compare('A' || chr(160) || 'b' || chr(8239) || 'c' || chr(12288) || chr(8203) || chr(65279)), 'abc',
            'those of Unicode, too')
    else skip('those of Unicode, too', 1) end;
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name) values ('P', 2026, 'self', 'i.1', 'I1');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    values ('P', 2026, 'i.1', '2026-01-01', '>= 100', 0);
select is_empty($$select * from pg_temp.named('keys alike')$$, 'other keys are other keys');

-- over-fulfilment ------------------------------------------------------------------------------------------------------

-- 130 of 100 is 130 %: named from there on; 129.99 is not
do $$begin perform pg_temp.add('O'); perform pg_temp.add('N'); end$$;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('O', 2026, 'i', '2026-07-01', 130),
    ('N', 2026, 'i', '2026-07-01', 129.99);
select results_eq($$select program_id, item, severity, detail from check_result where kind = 'over fulfilled'$$,
    $$values ('O', 'i', 'note', '130 of >= 100 is 130 % of the target: was it set too low?')$$,
    'far beyond a target: was it set too low?');
update setting set overfulfilled_from = 120;
select is((select count(*) from pg_temp.named('over fulfilled')), 2::bigint, 'the setting says from where on');
update setting set overfulfilled_from = 130;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight)
    values ('O', 2026, 'i', '2026-08-01', 0);
select is_empty($$select * from pg_temp.named('over fulfilled')$$, 'what weighs nothing is not asked');

-- revenue --------------------------------------------------------------------------------------------------------------

do $$begin
    perform pg_temp.add('tax', 'revenue');
    perform pg_temp.pay('tax', 'approved', 1000);
    perform pg_temp.pay('tax', 'executed', 1000, '2026-05-01');
end$$;
select is_empty($$select * from pg_temp.named('over collected')$$, 'what was planned is no more');
do $$begin perform pg_temp.pay('tax', 'executed', 0.01, '2026-05-02'); end$$;
select results_eq($$select program_id, severity, detail from check_result where kind = 'over collected'$$,
    $$values ('tax', 'note',
    '1000.01 collected of 1000.00 planned: what is collected beyond the plan earns nothing.')$$, 'a cent more is');

create function pg_temp.ratio(program text, indicator text, n text, d text, how text, weighs numeric default 10)
    returns void language sql as $$
    insert into indicator (program_id, fiscal_year, indicator_id, name, source, numerator, denominator, ratio_as)
        values (program, 2026, indicator, indicator, 'ratio', n, d, how);
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
        values (program, 2026, indicator, '2026-01-01', '>= 1', weighs);
$$;
do $$begin perform pg_temp.ratio('tax', 'growth', 'executed', 'executed last year', 'change'); end$$;
select is_empty($$select * from pg_temp.named('growth of fines')$$, 'taxes may grow');
update program set revenue_type = 'fines' where program_id = 'tax';
select results_eq($$select * from pg_temp.named('growth of fines')$$, $$values ('tax', 'growth', 'warning')$$,
    'fines carry no growth target');
do $$begin perform pg_temp.ratio('P', 'more fines', 'revenue fines', 'revenue fines last year', 'change'); end$$;
select set_eq($$select program_id, item from pg_temp.named('growth of fines')$$,
    $$values ('tax', 'growth'), ('P', 'more fines')$$, 'wherever the target stands');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight)
    values ('tax', 2026, 'growth', '2026-03-01', 0), ('P', 2026, 'more fines', '2026-03-01', 0);
do $$begin perform pg_temp.ratio('tax', 'rate', 'executed', 'planned', 'percent'); end$$;
select is_empty($$select * from pg_temp.named('growth of fines')$$, 'nor when it weighs nothing, or is no growth');

-- ratios -----------------------------------------------------------------------------------------------------------------

do $$begin
    perform pg_temp.ratio('P', 'good', 'executed', 'indicator i', 'value', 0);
    perform pg_temp.ratio('P', 'before', 'indicator i', 'indicator i last year', 'value', 0);
end$$;
select is_empty($$select * from pg_temp.named('ratio of nothing')$$,
    'a ratio of what is there; of a year that is not, figure_reason says so');
do $$begin
    perform pg_temp.ratio('P', 'lost', 'executed', 'indicator x y', 'value', 0);
    perform pg_temp.ratio('P', 'gap', 'gap z', 'indicator i', 'value', 0);
    perform pg_temp.ratio('P', 'twice', 'indicator good', '1', 'value', 0);
end$$;
select results_eq($$select item, detail from check_result where kind = 'ratio of nothing' order by item$$,
    $$values ('gap', 'It names z, which the evaluation does not have.'),
    ('lost', 'It names x y, which the evaluation does not have.'), ('twice', 'It names good, which is itself a ratio.')$$,
    'one of nothing, or of another ratio');

-- money ------------------------------------------------------------------------------------------------------------------

do $$begin
    perform pg_temp.add('35'); perform pg_temp.add('35-EB'); perform pg_temp.add('35-EB-1');
    perform pg_temp.add('35-EB-2'); perform pg_temp.add('35-EB-2-a'); perform pg_temp.add('35-EBX');
    perform pg_temp.pay('35', 'approved', 7);
    perform pg_temp.pay('35-EB', 'approved', 100); perform pg_temp.pay('35-EB', 'executed', 50);
    perform pg_temp.pay('35-EB-1', 'approved', 60); perform pg_temp.pay('35-EB-1', 'executed', 30);
    perform pg_temp.pay('35-EB-2', 'approved', 40); perform pg_temp.pay('35-EB-2', 'executed', 19.99);
    perform pg_temp.pay('35-EB-2-a', 'approved', 1);
    perform pg_temp.pay('35-EBX', 'approved', 5);
end$$;
select results_eq($$select program_id, fiscal_year, item, severity, detail from check_result
    where kind = 'money twice'$$,
    $$values ('35-EB', 2026, '35-EB', 'warning',
    'approved 100.00: as much as its 2 parts together, from 35-EB-1 to 35-EB-2.')$$, 'a total beside its parts');
do $$begin perform pg_temp.pay('35-EB-2', 'executed', 0.01); end$$;
select is((select detail from check_result where kind = 'money twice'),
    'approved 100.00, executed 50.00: as much as its 2 parts together, from 35-EB-1 to 35-EB-2.', 'of each kind');
do $$begin perform pg_temp.pay('35-EB', 'approved', 1); perform pg_temp.pay('35-EB', 'executed', 1); end$$;
select is_empty($$select * from pg_temp.named('money twice')$$, 'what is more than its parts is no total of them');
insert into unit values ('u', 'gov', 'U'), ('u/1', 'gov', 'U1'), ('u/2', 'gov', 'U2');
do $$begin
    perform pg_temp.add('whole', unit => 'u'); perform pg_temp.add('one', unit => 'u/1');
    perform pg_temp.add('two', unit => 'u/2');
    perform pg_temp.pay('whole', 'approved', 30); perform pg_temp.pay('one', 'approved', 10);
    perform pg_temp.pay('two', 'approved', 20);
end$$;
select results_eq($$select program_id, item, detail from check_result where kind = 'money twice'$$,
    $$values (null, 'u', 'approved 30.00: as much as its 2 parts together, from u/1 to u/2.')$$, 'units, too');

do $$begin
    perform pg_temp.add('file');
    perform pg_temp.pay('file', 'approved', 100, '2026-01-10'); perform pg_temp.pay('file', 'approved', 100, '2026-01-10');
    perform pg_temp.pay('file', 'executed', 1, '2026-02-01'); perform pg_temp.pay('file', 'executed', 1, '2026-02-01');
    perform pg_temp.pay('file', 'executed', 2, '2026-02-01');
end$$;
select is_empty($$select * from pg_temp.named('entries repeat')$$, 'two entries may be alike');
do $$begin perform pg_temp.pay('file', 'executed', 2, '2026-02-01'); end$$;
select results_eq($$select program_id, item, severity, detail from check_result where kind = 'entries repeat'$$,
    $$values ('file', '2026-02-01', 'note',
    'All 4 entries of 2026-02-01 are there more than once: was a file loaded twice?')$$, 'but not all of a day');

select is_empty($$select * from pg_temp.named('no class')$$, 'all money has a class');
do $$begin
    perform pg_temp.add('x', economic_id => null, function_id => null);
    perform pg_temp.add('y', economic_id => null);
    perform pg_temp.pay('x', 'approved', 10); perform pg_temp.pay('x', 'executed', 4);
    perform pg_temp.pay('y', 'approved', 5);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, economic_id)
        values ('y', 2026, 'executed', '2026-02-01', 3, 'e');
end$$;
-- economic: 10 + 5 approved, 4 executed (y spends by class); function: that of x alone
select results_eq($$select fiscal_year, item, severity, detail from check_result where kind = 'no class' order by item$$,
    $$values (2026, 'economic class', 'warning',
    'A budget of 15.00, executed 4.00, has no economic class, while other money of the year has one.'),
    (2026, 'function', 'warning',
    'A budget of 10.00, executed 4.00, has no function, while other money of the year has one.')$$,
    'one row for a year, with what has none');
update program set economic_id = null, function_id = null;
select results_eq($$select item from check_result where kind = 'no class'$$, $$values ('economic class')$$,
    'a place that has no functions at all is not asked for them');

select lives_ok($$select count(x::text) from ledger_fault_at('infinity') x
    union all select count(x::text) from check_result_at('-infinity', '-infinity') x$$, 'on every day');

-- Philadelphia: 35-EB stands beside its parts ------------------------------------------------------------------------------

\set shared ''
\getenv shared BPM_SHARED
\set file :shared '/data/philadelphia/obligations.csv'
\setenv BPM_FILE :file
\set there `test -r "$BPM_FILE" && echo on || echo off`
select getdatabaseencoding() in ('UTF8', 'SQL_ASCII') and :'there' = 'on' as there \gset
\if :there
create table obligation (dept_code text, dept_name text, fy int, what text, period text, as_of date, report_fy int,
                         report_q int, usd numeric(20,2));
\set load '\\copy obligation from \'' :file '\' (format csv, header, encoding \'utf8\')'
:load
select bpm.create_model('philadelphia');
set local search_path = philadelphia, checks, public;
update setting set year_start_month = 7;
set local bpm.as_of = '2023-06-30';
insert into unit (unit_id, name) values ('city', 'City');
insert into unit (unit_id, parent_id, name) select dept_code, 'city', min(dept_name) from obligation group by 1;
insert into program (program_id, fiscal_year, name, unit_id, scope)
    select distinct dept_code, fy, dept_code, dept_code, 'basic' from obligation;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    select dept_code, fy, case what when 'Actual' then 'executed' else 'approved' end,
           case what when 'Actual' then as_of else make_date(fy - 1, 7, 1) end, usd
    from obligation where period = 'Full Year' and what in ('Adopted Budget', 'Actual');
analyze;
-- in every year that has figures: in 2009 the budget is not that of its parts, in 2022 what was executed
select set_eq($$select program_id, fiscal_year from philadelphia.check_result where kind = 'money twice'$$,
    $$select '35-EB', fy from obligation where period = 'Full Year' and what in ('Adopted Budget', 'Actual')
    and dept_code = '35-EB' group by fy$$, 'the total that Philadelphia publishes beside its parts, and no other');
select is((select detail from philadelphia.check_result where kind = 'money twice' and fiscal_year = 2022),
    'approved 1438592740.00: as much as its 10 parts together, from 35-EB-DIS to 35-EB-UC.', 'with the figures');
\else
select skip('the published data set is not here: set BPM_SHARED to the folder that holds data/', 2);
\endif

select * from finish();
rollback;
