-- import: what is good is moved, the rest stays with its reason; a file that is loaded again changes nothing
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(98);

set local timezone = 'UTC';
select bpm.create_model('perf');
set local search_path = perf, public;
insert into unit values ('gov', null, 'Government'), ('edu', 'gov', 'Education'), ('health', 'gov', 'Health');
insert into program (program_id, fiscal_year, name, unit_id) values ('P1', 2026, 'Roofs', 'edu'), ('P2', 2026, 'Books', 'edu');
insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source, moves, unit_of_measure) values
    ('P1', 2026, 'output', null, 'Output', 'group', 'level', null), ('P1', 2026, 'schools', 'output', 'Schools', 'measured', 'cumulative', null),
    ('P1', 2026, 'share', 'output', 'Share', 'measured', 'rate', null), ('P1', 2026, 'cost', 'output', 'Cost', 'measured', 'level', 'EUR per school'),
    ('P1', 2026, 'plain', null, 'Plain', 'measured', 'level', null), ('P1', 2026, 'opened', null, 'Opened', 'measured', 'milestone', null),
    ('P1', 2026, 'jury', null, 'Jury', 'graded', 'level', null);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('P1', 2026, 'schools', '2026-01-01', '>= 40 [schools]'), ('P1', 2026, 'share', '2026-01-01', '>= 90%'),
    ('P1', 2026, 'opened', '2026-01-01', 'by 2026-09-01');
insert into grader values ('P1', 2026, 'self', 'anne', 1, current_user), ('P1', 2026, 'self', 'bert', 1, 'nobody at all');
insert into breakdown values (2026, 'girls', 'Girls', 100);

-- the figures that stand, and what was left
create view pg_temp.standing as
select distinct on (indicator_id, as_of, grader, breakdown) indicator_id, as_of, grader, breakdown, actual, actual_date, score, evidence, note
from indicator_actual where withdrawn_at is null
order by indicator_id, as_of, grader, breakdown, recorded_at desc;
create function pg_temp.figure(text, date default '2026-06-30') returns numeric language sql as
    $$ select coalesce(actual, score) from pg_temp.standing where indicator_id = $1 and as_of = $2 and grader = '' and breakdown = '' $$;

-- what is good is moved, the rest stays --------------------------------------------------------------------

copy import_measurement (program_id, fiscal_year, indicator_id, as_of, actual, score, note) from stdin csv;
P1,2026,schools,2026-06-30,"1,234",,ok
P1,2026,share,2026-06-30,97%,,ok
P1,2026,plain,2026-06-30,,75,ok
P1,2026,plain,2026-06-30,,75.0,ok
P1,2026,share,2026-06-30,96%,,another figure for the same day
P1,2026,nothing,2026-06-30,1,,no such indicator
P1,2026,output,2026-06-30,1,,a group
P9,2026,share,2026-06-30,1,,no such program
P1,two,share,2026-06-30,1,,no year
P1,26,share,2026-06-30,1,,two digits
P1,2026,share,2026-02-30,1,,no day
P1,2026,cost,2026-06-30,"10,4702",,no figure
P1,2026,cost,2026-06-30,na,,not there
P1,2026,cost,2026-06-30,1,2,both
P1,2026,cost,2026-06-30,,101,too much
\.
select results_eq($$select * from import_rows('measurement')$$, 'values (15::bigint, 3::bigint, 1::bigint, 11::bigint)',
    'what is good is moved, twice the same is once, and counts add up');
select results_eq('select note, reason from import_measurement order by row_no', $$values
    ('another figure for the same day', 'the day has another figure already: say in the column correction why it is replaced'),
    ('no such indicator', 'there is no indicator "nothing" of program "P1" in 2026'),
    ('a group', '"output" is not measured: its score is made from its parts'),
    ('no such program', 'there is no indicator "share" of program "P9" in 2026'),
    ('no year', 'fiscal_year "two" is no year of four digits'),
    ('two digits', 'fiscal_year "26" is no year of four digits'),
    ('no day', 'as_of: "2026-02-30" is no date of the calendar'),
    ('no figure', 'actual: ' || (select reason from bpm.try_parse_number('10,4702'))),
    ('not there', 'there is no figure'), ('both', 'there is more than one figure'), ('too much', 'score is outside 0 to 100')$$,
    'the rest stays, with the reason');
create temp table before as select * from measurement;
select results_eq($$select * from import_rows('measurement')$$, 'values (11::bigint, 0::bigint, 0::bigint, 11::bigint)', 'a second run moves nothing');
update import_measurement set actual = '10.47', note = 'ok' where note = 'no figure';
select results_eq($$select * from import_rows('measurement')$$, 'values (11::bigint, 1::bigint, 0::bigint, 10::bigint)',
    'a row that was mended where it is goes with the next run');
select is(pg_temp.figure('cost'), 10.47, 'and counts');
delete from import_measurement;

copy import_program (program_id, fiscal_year, name, unit_id, function_id, objective_id, responsible, weight) from stdin csv;
N1,2026,New one,edu,205,progress,Ms Adams,2.5
N2,2026,New two,nowhere,205,,,
N3,2026,New three,edu,205,nothing,,-1
N1,2026,New one again,edu,205,,,
N1,2026,New one,edu,,,,
P1,2026,Roofs,edu,999,,,
\.
select results_eq($$select * from import_rows('program')$$, 'values (6::bigint, 1::bigint, 1::bigint, 4::bigint)', 'programs; what is empty is not said');
select results_eq($$select program_id, name, unit_id, nature, scope, fund, function_id, lifecycle_id, weight from program where program_id = 'N1'$$,
    $$values ('N1', 'New one', 'edu', 'expenditure', 'project', 'general', '205', 'project', 2.5::numeric(20,8))$$, 'with what a program has by default');
select results_eq($$select objective_id, share from program_objective where program_id = 'N1'$$, $$values ('progress', 100::numeric(7,4))$$,
    'its objective gets all of it');
select results_eq($$select from_day, person from responsible where program_id = 'N1'$$, $$values ('2026-01-01'::date, 'Ms Adams')$$,
    'a person answers for it from the first day of the year');
select results_eq('select program_id, name, reason from import_program order by row_no', $$values
    ('N2', 'New two', 'there is no unit "nowhere"'), ('N3', 'New three', 'there is no objective "nothing"; weight is negative'),
    ('N1', 'New one again', 'the program is there already, and differs in name: change it in the table program'),
    ('P1', 'Roofs', 'there is no function "999"')$$, 'programs that are left');
delete from import_program;

copy import_indicator (program_id, fiscal_year, indicator_id, parent_id, name, source, method, moves, due, stale_days, baseline, owner, target, weight) from stdin csv;
N1,2026,a1,a,First,,,rate,2026-11-30,90,80%,Mr Brown,>= 95%,60
N1,2026,a2,a,Second,,,,,,,,<= twelve,40
N1,2026,a,top,Group,group,geometric,,,,,,,100
N1,2026,top,,Top,group,,,,,,,,
N1,2026,b,c,No such group,,,,,,,,>= 1,1
N1,2026,d,a1,Below an indicator,,,,,,,,>= 1,1
N1,2026,e,,Heavy,,,,,,,,,999999999999.999999999
N1,2026,f,,Otherwise,else,magic,sideways,,0,$ 5,,>= 1 [kg],
\.
select results_eq($$select * from import_rows('indicator')$$, 'values (8::bigint, 3::bigint, 0::bigint, 5::bigint)', 'indicators, whatever comes first');
select results_eq($$select indicator_id, parent_id, source, method::text, moves, due, stale_days, baseline, owner from indicator where program_id = 'N1' order by 1$$,
    $$values ('a', 'top', 'group', 'geometric', 'level', null::date, null::int, null::numeric, null),
             ('a1', 'a', 'measured', 'mean', 'rate', '2026-11-30', 90, 80, 'Mr Brown'),
             ('top', null, 'group', 'mean', 'level', null, null, null, null)$$, 'with all that an indicator has');
select results_eq($$select indicator_id, valid_from, target::text, weight, reason from target_revision where program_id = 'N1' order by 1$$,
    $$values ('a', '2026-01-01'::date, null, 100::numeric(20,8), 'import'), ('a1', '2026-01-01', '>= 95%', 60, 'import'),
             ('top', '2026-01-01', null, null, 'import')$$, 'targets and weights from the first day of the year; an empty weight says nothing');
select results_eq('select indicator_id, reason from import_indicator order by row_no', $$values
    ('a2', (select reason from bpm.try_parse_target('<= twelve'))), ('b', 'there is no group "c"'), ('d', 'there is no group "a1"'),
    ('e', 'weight is too large'), ('f', 'there is no source "else", but measured, budget, group, graded, same, '
     'ratio; '
        || 'there is no method "magic", but ' || array_to_string(enum_range(null::bpm.method), ', ')
        || '; there is no way to move "sideways", but cumulative, level, rate, milestone; stale_days "0" is no number of days; '
        || 'baseline: it is in $, not in kg')$$, 'indicators that are left, with all that is wrong');
delete from import_indicator;
insert into import_indicator (program_id, fiscal_year, indicator_id, name, source, method)
    select 'P2', '2026', m::text, m::text, 'group', m::text from unnest(enum_range(null::bpm.method)) m;
select results_eq($$select read - moved from import_rows('indicator')$$, 'values (0::bigint)', 'a group may have any method that the engine has');

copy import_budget (program_id, fiscal_year, entry_id, kind, entry_date, amount, month, fund, currency, procedure, note) from stdin csv;
N1,2026,1,approved,2026-01-01,"$1,000.50",,,,,
N1,2026,2,executed,2026-01-01,10.005,,,,,
N1,2026,3,planned,2026-01-01,10,,,,,
N1,2026,,executed,2026-01-01,10,,,,,
N1,2026,4,spent,2026-01-01,10,,,,,
N1,2026,5,planned,2026-01-01,10,13,,,,
N1,2026,6,planned,2026-01-01,10,12,capital,EUR,,
N1,2026,7,adjusted,2026-05-12,-100,,,,decision of 12 May,less to buy
N1,2026,8,adjusted,2026-05-12,-100,,,,,
N1,2026,9,executed,2026-05-12,-100,,purse,eur,decision,
N1,2026,10,proposed,2026-01-01,1200,,,,,
N1,2026,11,carried_over,2026-01-01,7,,,,,
N1,2026,12,committed,2026-01-01,8,,,,,
N1,2026,13,received,2026-01-01,9,,,,,
N1,2026,1,approved,2026-01-01,1000.5,,,,,
N1,2026,1,approved,2026-01-01,1000.6,,,,,
\.
select results_eq($$select * from import_rows('budget')$$, 'values (16::bigint, 7::bigint, 1::bigint, 8::bigint)', 'money of every kind');
select results_eq($$select entry_id, kind, amount, month, fund, currency, adjustment_id, reason from budget_entry where program_id = 'N1' order by entry_id::int$$,
    $$values ('1', 'approved', 1000.50, null::int, null, null, null, 'import'), ('6', 'planned', 10, 12, 'capital', 'EUR', null, 'import'),
             ('7', 'adjusted', -100, null, null, null, '7', 'less to buy'), ('10', 'proposed', 1200, null, null, null, null, 'import'),
             ('11', 'carried_over', 7, null, null, null, null, 'import'), ('12', 'committed', 8, null, null, null, null, 'import'),
             ('13', 'received', 9, null, null, null, null, 'import')$$, 'with fund and currency');
select results_eq('select adjustment_id, procedure, reason from adjustment', $$values ('7', 'decision of 12 May', 'less to buy')$$,
    'a change of the budget is an act with its procedure');
select results_eq('select entry_id, amount, reason from import_budget order by row_no', $$values
    ('2', '10.005', 'amount has more than 2 decimals'), ('3', '10', 'month is missing'),
    (null, '10', 'entry_id is missing: without it a second import would double the money'),
    ('4', '10', 'there is no kind "spent", but proposed, approved, carried_over, adjusted, received, committed, executed, planned, recaptured'),
    ('5', '10', 'month "13" is no month'), ('8', '-100', 'procedure is missing: by which the budget was changed'),
    ('9', '-100', 'there is no fund "purse"; currency "eur" is no code of three capitals; only adjusted has a procedure'),
    ('1', '1000.6', 'the entry is recorded already, and differs: correct it with an entry of its own')$$, 'entries that are left');
delete from import_budget;

-- what is for one year alone, and where money comes from
copy import_budget (program_id, fiscal_year, entry_id, kind, entry_date, amount, one_off, source, from_year) from stdin csv;
N1,2026,o1,approved,2026-01-01,400,yes,,
N1,2026,o2,approved,2026-01-01,500,no,,
N1,2026,o3,carried_over,2026-01-01,60,,carried over,2025
N1,2026,o4,recaptured,2026-01-01,70,,recaptured,2025
N1,2026,o5,approved,2026-01-01,1,perhaps,,
N1,2026,o6,recaptured,2026-01-01,1,,recaptured,2026
N1,2026,o7,recaptured,2026-01-01,1,,recaptured,25
\.
select results_eq($$select * from import_rows('budget')$$, 'values (7::bigint, 4::bigint, 0::bigint, 3::bigint)', 'one-off money, and money from earlier years');
select results_eq($$select entry_id, kind, amount, one_off, source, from_year from budget_entry where entry_id ~ '^o' order by 1$$,
    $$values ('o1', 'approved', 400::numeric, true, null, null::int), ('o2', 'approved', 500, false, null, null),
             ('o3', 'carried_over', 60, false, 'carried over', 2025), ('o4', 'recaptured', 70, false, 'recaptured', 2025)$$, 'with its source; what is not said recurs');
select results_eq('select entry_id, reason from import_budget order by row_no', $$values ('o5', 'one_off "perhaps" is neither yes nor no'),
    ('o6', 'from_year 2026 is no year before 2026'), ('o7', 'from_year "25" is no year of four digits')$$, 'and what is wrong with it');
delete from import_budget;
insert into import_budget (program_id, fiscal_year, entry_id, kind, entry_date, amount, one_off, source, from_year) values
    ('N1', '2026', 'o1', 'approved', '2026-01-01', '400', null, null, null), ('N1', '2026', 'o1', 'approved', '2026-01-01', '400', 'x', null, null),
    ('N1', '2026', 'o1', 'approved', '2026-01-01', '400', 'no', null, null), ('N1', '2026', 'o4', 'recaptured', '2026-01-01', '70', null, 'shared saving', null),
    ('N1', '2026', 'o4', 'recaptured', '2026-01-01', '70', null, null, '2024');
select results_eq($$select * from import_rows('budget')$$, 'values (5::bigint, 0::bigint, 2::bigint, 3::bigint)', 'the same again changes nothing, another is left');
select set_eq('select reason from import_budget', $$values ('the entry is recorded already, and differs: correct it with an entry of its own')$$, 'and says why');
delete from import_budget;

copy import_unit (unit_id, parent_id, name, level) from stdin csv;
s2,s1,Room,room
s1,edu,School,school
s3,nowhere,Lost,
s4,,,
edu,,Education,
edu,health,Schooling,
\.
select results_eq($$select * from import_rows('unit')$$, 'values (6::bigint, 2::bigint, 1::bigint, 3::bigint)', 'units, whatever comes first');
select results_eq($$select ancestor_id from node_above where tree = 'unit' and id = 's2' order by distance$$, $$values ('s2'), ('s1'), ('edu'), ('gov')$$,
    'as a tree');
select results_eq('select unit_id, reason from import_unit order by row_no', $$values ('s3', 'there is no unit "nowhere" above it'),
    ('s4', 'name is missing'), ('edu', 'the unit is there already, and differs in name, parent_id: change it in the table unit')$$, 'units that are left');
delete from import_unit;
select throws_ok($$select import_rows('everything')$$, '22023', 'there is no import of "everything"', 'an unknown import');
select throws_ok('select import_rows(null)', '22023', null, 'nor one without a name');
select throws_ok($$select import_rows('unit', '')$$, '22023', null, 'a file has a name, or none');

-- a file that is loaded again changes nothing -----------------------------------------------------------------

insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('P1', '2026', 'share', '2026-06-30', '97');
select results_eq($$select moved, unchanged from import_rows('measurement')$$, 'values (0::bigint, 1::bigint)', 'the same figure again changes nothing');
create temp table june (row_no serial, program_id text, fiscal_year text, indicator_id text, as_of text, actual text, correction text);
insert into june (program_id, fiscal_year, indicator_id, as_of, actual, correction) values
    ('P1', '2026', 'share', '2026-06-30', '95', 'counted again'), ('P1', '2026', 'share', '2026-06-30', '94', '');
create function pg_temp.load(text) returns void language plpgsql as $$ begin
    execute format('insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual, correction)
        select program_id, fiscal_year, indicator_id, as_of, actual, correction from pg_temp.%I order by row_no', $1);
end $$;
select pg_temp.load('june');
select results_eq($$select moved, unchanged, left_over from import_rows('measurement', 'june.csv')$$, 'values (1::bigint, 0::bigint, 1::bigint)',
    'another figure of the same day needs a reason');
select is(pg_temp.figure('share'), 95::numeric, 'and then counts');
select is((select batch from import_measurement), 'june.csv', 'what is left remembers its file');
delete from import_measurement;
create temp table july as select * from june limit 1;
update july set actual = '93', correction = 'the last school was late';
select pg_temp.load('july');
select results_eq($$select moved from import_rows('measurement', 'july.csv')$$, 'values (1::bigint)', 'a newer correction');
delete from june where correction = '';
select pg_temp.load('june');
select results_eq($$select * from import_rows('measurement', 'june.csv')$$, 'values (1::bigint, 0::bigint, 1::bigint, 0::bigint)',
    'an old correction that is loaded again after a newer one changes nothing');
select is(pg_temp.figure('share'), 93::numeric, 'the newer one counts');
select pg_temp.load('june');
select results_eq($$select * from import_rows('measurement')$$, 'values (1::bigint, 0::bigint, 1::bigint, 0::bigint)',
    'nor without a name: such a row is known by what it says');
select pg_temp.load('june');
select results_eq($$select * from import_rows('measurement', 'september.csv')$$, 'values (1::bigint, 1::bigint, 0::bigint, 0::bigint)',
    'under another name it is said once more');
select is(pg_temp.figure('share'), 95::numeric, 'and counts again');
select results_eq($$select actual, batch, reason from measurement where indicator_id = 'share' and as_of = '2026-06-30' order by recorded_at$$,
    $$values (97::numeric, null, 'import'), (95, 'june.csv', 'counted again'), (93, 'july.csv', 'the last school was late'),
             (95, 'september.csv', 'counted again')$$, 'every figure says which file it is from, and why');
-- to and fro in one file: 50, 51 and 50 again, for the same reason
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual, correction, batch) values
    ('P1', '2026', 'schools', '2026-07-31', '50', null, 'fro'), ('P1', '2026', 'schools', '2026-07-31', '51', 'recount', 'fro'),
    ('P1', '2026', 'schools', '2026-07-31', '50', 'recount', 'fro'), ('P1', '2026', 'schools', '2026-07-31', '50', null, 'fro');
create temp table fro as select * from import_measurement;
select results_eq($$select * from import_rows('measurement')$$, 'values (4::bigint, 3::bigint, 1::bigint, 0::bigint)', 'corrections of one file come in its order');
select is(pg_temp.figure('schools', '2026-07-31'), 50::numeric, 'the last one counts');
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual, correction, batch)
    select program_id, fiscal_year, indicator_id, as_of, actual, correction, batch from fro order by row_no;
select results_eq($$select * from import_rows('measurement')$$, 'values (4::bigint, 0::bigint, 4::bigint, 0::bigint)', 'and again they change nothing');

create temp table targets (indicator_id text, name text, target text, weight text, valid_from text, correction text);
insert into targets values ('t', 'T', '>= 10', '5', '', '');
create function pg_temp.load_targets() returns void language sql as $$
    insert into import_indicator (program_id, fiscal_year, indicator_id, name, target, weight, valid_from, correction)
    select 'P2', '2026', t.* from targets t $$;
create function pg_temp.promise() returns text language sql as $$
    select concat_ws(' ', target, trim_scale(weight), valid_from) from target_revision where indicator_id = 't' order by valid_from desc, recorded_at desc limit 1 $$;
select pg_temp.load_targets();
select results_eq($$select moved from import_rows('indicator', 'plan.csv')$$, 'values (1::bigint)', 'a target');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, reason) values ('P2', 2026, 't', '2026-01-01', '>= 12', 'by hand');
select pg_temp.load_targets();
select results_eq($$select moved, unchanged from import_rows('indicator', 'plan.csv')$$, 'values (0::bigint, 1::bigint)',
    'an old plan that is loaded again does not undo what was changed since');
update targets set target = '>= 11';
select pg_temp.load_targets();
select results_eq($$select moved, left_over from import_rows('indicator', 'plan 2.csv')$$, 'values (0::bigint, 1::bigint)', 'another target of the same day needs a reason');
select is((select reason from import_indicator), 'the day has another target or weight already: say in the column correction why it is replaced', 'which is said');
delete from import_indicator;
update targets set correction = 'misprint';
select pg_temp.load_targets();
select is((select moved from import_rows('indicator', 'plan 2.csv')), 1::bigint, 'with it');
select is(pg_temp.promise(), '>= 11 5 2026-01-01', 'it counts');
update targets set target = '', weight = '6', valid_from = '2026-07-01', correction = '', name = '';
select pg_temp.load_targets();
select is((select moved from import_rows('indicator', 'plan 3.csv')), 1::bigint, 'from another day on it needs none');
select results_eq($$select target::text, weight from target_revision where indicator_id = 't' and valid_from = '2026-07-01'$$,
    $$values (null, 6::numeric(20,8))$$, 'what is empty is as before');
insert into import_indicator (program_id, fiscal_year, indicator_id, retired, valid_from, correction) values
    ('P2', '2026', 't', 'yes', '2026-09-01', 'no longer bought'), ('P2', '2026', 't', 'yes', '', ''), ('P2', '2026', 'new', 'yes', '2026-09-01', 'x'),
    ('P2', '2026', 't', 'perhaps', '', '');
select is((select moved from import_rows('indicator')), 1::bigint, 'an indicator is retired');
select results_eq($$select retired, target::text, reason from target_revision where indicator_id = 't' and valid_from = '2026-09-01'$$,
    $$values (true, null, 'no longer bought')$$, 'from a day on, with the reason');
select results_eq('select reason from import_indicator order by row_no', $$values
    ('valid_from is missing: from which day on is it retired'),
    ('name is missing; it is not there, and cannot be retired'), ('retired "perhaps" is neither yes nor no')$$, 'else not');
delete from import_indicator;

-- what only a constraint or a trigger knows leaves one row ------------------------------------------------------

-- a key that no btree takes: 40,000 letters and digits that cannot be compressed below 2,704 bytes
select setseed(0.5);
create temp table long as select string_agg(md5(random()::text), '') as key from generate_series(1, 1250);
insert into import_program (program_id, fiscal_year, name, unit_id) select 'L' || n, '2026', 'L', 'edu' from generate_series(1, 20) n;
update import_program set program_id = (select key from long) where program_id = 'L13';
select results_eq($$select * from import_rows('program')$$, 'values (20::bigint, 19::bigint, 0::bigint, 1::bigint)', 'a key that is too long leaves one row');
select matches((select reason from import_program), '^index row (size|requires) .*', 'with the reason of the index');
delete from import_program;
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual) select key, '2026', key, '2026-06-30', '1' from long;
select is((select left_over from import_rows('measurement')), 1::bigint, 'such a key is nowhere');
select ok((select length(reason) < 300 from import_measurement), 'and is not repeated in the reason');
delete from import_measurement;
create function odd() returns trigger language plpgsql as $$ begin
    if new.actual % 2 = 1 and new.as_of > '2027-01-01' then
        raise exception 'odd figures are not taken' using hint = 'Add one.';
    end if;
    return new;
end $$;
create trigger odd before insert on measurement for each row execute function odd();
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select 'P1', '2026', 'plain', to_char('2027-01-01'::date + n, 'YYYY-MM-DD'), n::text from generate_series(1, 10) n;
select results_eq($$select * from import_rows('measurement')$$, 'values (10::bigint, 5::bigint, 0::bigint, 5::bigint)', 'a trigger of an office''s own leaves what it refuses');
select is((select string_agg(actual, ',' order by row_no) || ': ' || min(reason) from import_measurement where reason = 'odd figures are not taken; Add one.'),
    '1,3,5,7,9: odd figures are not taken; Add one.', 'with its message and its hint');
delete from import_measurement;
drop trigger odd on measurement;
insert into year_event (fiscal_year, at, event) values (2026, '2027-02-01', 'closed');
insert into import_budget (program_id, fiscal_year, entry_id, kind, entry_date, amount) values
    ('N1', '2026', '1', 'approved', '2026-01-01', '1000.50'), ('N1', '2026', '99', 'executed', '2026-12-01', '5');
select results_eq($$select moved, unchanged, left_over from import_rows('budget')$$, 'values (0::bigint, 1::bigint, 1::bigint)', 'a closed year takes no money');
select is((select reason from import_budget), 'the money of the year is closed: open it again first', 'which is said; what is there changes nothing');
delete from import_budget;
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) values ('P2', 2026, 'self', '2027-02-01', 'closed');
insert into import_indicator (program_id, fiscal_year, indicator_id, name) values ('P2', '2026', 'late', 'Late'), ('N1', '2026', 'late', 'Late');
select is((select moved from import_rows('indicator')), 1::bigint, 'a closed evaluation takes no indicator');
select is((select reason from import_indicator), 'evaluation "self" of the program is closed: open it again first', 'which is said');
delete from import_indicator;
-- what nothing foresees is found by halving
create trigger a_other before insert on measurement for each row when (new.indicator_id = 'plain' and new.as_of = '2026-08-03')
    execute function fact_guard();
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select 'P1', '2026', 'plain', to_char(date '2026-08-01' + n, 'YYYY-MM-DD'), '1' from generate_series(0, 6) n;
select results_eq($$select * from import_rows('measurement')$$, 'values (7::bigint, 6::bigint, 0::bigint, 1::bigint)', 'one row in the middle of seven');
drop trigger a_other on measurement;
delete from import_measurement;

-- signs and units ------------------------------------------------------------------------------------------

insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual, score) values
    ('P1', '2026', 'share', '2026-05-01', '95%', null), ('P1', '2026', 'schools', '2026-05-01', '95%', null),
    ('P1', '2026', 'schools', '2026-05-02', '$95', null), ('P1', '2026', 'schools', '2026-05-03', '95', null),
    ('P1', '2026', 'cost', '2026-05-01', U&'\20AC 5.25', null), ('P1', '2026', 'cost', '2026-05-02', '$5.25', null),
    ('P1', '2026', 'cost', '2026-05-03', U&'\2212\20AC5', null), ('P1', '2026', 'plain', '2026-05-01', '95%', null),
    ('P1', '2026', 'plain', '2026-05-02', '$95', null), ('P1', '2026', 'plain', '2026-05-03', null, '$95'),
    ('P1', '2026', 'plain', '2026-05-04', null, '95%');
select is((select moved from import_rows('measurement')), 7::bigint, 'a sign that fits is read');
select results_eq('select indicator_id, coalesce(actual, score), reason from import_measurement order by row_no', $$values
    ('schools', '95%', 'actual: it is in %, not in schools'), ('schools', '$95', 'actual: it is in $, not in schools'),
    ('cost', '$5.25', 'actual: it is in $, not in EUR per school'), ('plain', '$95', 'score: it is in $, not in %')$$,
    'one that does not fit the unit of the target, or of the indicator, is not dropped');
delete from import_measurement;
update setting set currency = 'EUR';
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('P1', '2026', 'plain', '2026-05-05', '$95'), ('P1', '2026', 'plain', '2026-05-05', U&'\20AC95');
insert into program (program_id, fiscal_year, name, unit_id) values ('P1', 2027, 'Roofs', 'edu');
insert into import_budget (program_id, fiscal_year, entry_id, kind, entry_date, amount, currency) values
    ('P1', '2027', '1', 'approved', '2027-01-01', '$ 1,234', null), ('P1', '2027', '2', 'approved', '2027-01-01', U&'\20AC 1,234', null),
    ('P1', '2027', '3', 'approved', '2027-01-01', '$ 1,234', 'CAD'), ('P1', '2027', '4', 'approved', '2027-01-01', U&'\20AC 1,234', 'USD'),
    ('P1', '2027', '5', 'approved', '2027-01-01', '5%', null), ('P1', '2027', '6', 'approved', '2027-01-01', U&'\FFE5 1', 'CNY'),
    ('P1', '2027', '7', 'approved', '2027-01-01', U&'\00A3 1', 'GBP');
select is((select moved from import_rows('measurement')), 1::bigint, 'where nobody says a unit, money is in the currency of the settings');
select is((select reason from import_measurement), 'actual: it is in $, and the currency is EUR', 'or is left');
select is((select moved from import_rows('budget')), 4::bigint, 'so are amounts, unless they say another');
select results_eq('select entry_id, reason from import_budget order by row_no', format($$values
    ('1', 'amount: it is in $, and the currency is EUR'), ('4', 'amount: it is in %s, and the currency is USD'),
    ('5', 'amount: a percentage is no money')$$, U&'\20AC'), 'in another currency, or none, they are left');
delete from import_budget;
delete from import_measurement;

-- files that are written in another way ---------------------------------------------------------------------

insert into import_program (program_id, fiscal_year, name, unit_id) values (U&'\FEFFB1', '2026', 'B', 'edu'), (U&'\00EF\00BB\00BFB1', '2026', 'B', 'edu'),
    ('program_id', 'fiscal_year', 'name', 'unit_id'), ('B2;2026;Bees;edu', null, null, null), (E'B3\t2026\tBees\tedu', null, null, null),
    ('B4', '2026', 'Bees', E'edu\r'), ('B5', '2026', E'Bees\r', 'edu'), ('B;6', '2026', E'Bees\r\nand birds', 'edu');
select is((select moved from import_rows('program')), 1::bigint, 'a line that was taken apart as it is written');
select results_eq('select reason from import_program order by row_no', $$values
    ('the file begins with a byte order mark: save it without one, or with the names of the columns in its first line and COPY ... WITH (format csv, header)'),
    ('the file begins with a byte order mark: save it without one, or with the names of the columns in its first line and COPY ... WITH (format csv, header)'),
    ('the first line has the names of the columns: COPY ... WITH (format csv, header)'),
    ('the file has semicolons: COPY ... WITH (format csv, delimiter '';'')'), ('the file has tabs: COPY ... WITH (format csv, delimiter E''\t'')'),
    ('the line ends in a carriage return: give all lines the same end, which COPY ... WITH (format csv) takes off'),
    ('the line ends in a carriage return: give all lines the same end, which COPY ... WITH (format csv) takes off')$$,
    'one that was not is answered with what to tell COPY');
delete from import_program;

-- withdrawals, grades, breakdowns, milestones, evaluations ---------------------------------------------------

insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual, withdraw, correction) values
    ('P1', '2026', 'schools', '2026-10-31', '60', null, null), ('P1', '2026', 'schools', '2026-10-31', '61', null, 'recount'),
    ('P1', '2026', 'schools', '2026-10-31', null, 'yes', 'the recount was wrong'), ('P1', '2026', 'schools', '2026-10-31', null, 'yes', null),
    ('P1', '2026', 'schools', '2026-11-30', null, 'yes', 'x'), ('P1', '2026', 'schools', '2026-10-31', '62', 'yes', 'another one'),
    ('P1', '2026', 'schools', '2026-10-31', '60', 'perhaps', '');
create temp table taken as select * from import_measurement where withdraw = 'yes' and correction = 'the recount was wrong';
select results_eq($$select moved, left_over from import_rows('measurement')$$, 'values (3::bigint, 4::bigint)', 'a figure, a correction, and its withdrawal');
select is(pg_temp.figure('schools', '2026-10-31'), 60::numeric, 'the earlier figure counts again');
select results_eq('select reason from import_measurement order by row_no', $$values ('correction is missing: why is the figure withdrawn'),
    ('there is no figure to withdraw'), ('another figure stands than the one to be withdrawn'), ('withdraw "perhaps" is neither yes nor no')$$,
    'only a figure that stands is withdrawn, and for a reason');
delete from import_measurement;
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, withdraw, correction)
    select program_id, fiscal_year, indicator_id, as_of, withdraw, correction from taken;
select results_eq($$select moved, unchanged from import_rows('measurement')$$, 'values (0::bigint, 1::bigint)', 'a withdrawal that is loaded again withdraws nothing more');
select is(pg_temp.figure('schools', '2026-10-31'), 60::numeric, 'and the figure stays');
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual, correction)
    values ('P1', '2026', 'schools', '2026-10-31', '61', null), ('P1', '2026', 'schools', '2026-10-31', '61', 'it was right after all');
select results_eq($$select moved, unchanged from import_rows('measurement')$$, 'values (1::bigint, 1::bigint)', 'what was withdrawn comes back for a reason only');
select is(pg_temp.figure('schools', '2026-10-31'), 61::numeric, 'and counts');
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, grader, breakdown, actual, actual_date, score) values
    ('P1', '2026', 'jury', '2026-12-01', 'anne', null, null, null, '80'), ('P1', '2026', 'jury', '2026-12-01', 'bert', null, null, null, '80'),
    ('P1', '2026', 'jury', '2026-12-01', 'carl', null, null, null, '80'), ('P1', '2026', 'jury', '2026-12-01', null, null, null, null, '80'),
    ('P1', '2026', 'jury', '2026-12-01', 'anne', null, '8', null, null), ('P1', '2026', 'share', '2026-12-01', null, 'girls', '91%', null, null),
    ('P1', '2026', 'share', '2026-12-01', null, 'boys', '91%', null, null), ('P1', '2026', 'share', '2026-12-01', 'anne', null, '91%', null, null),
    ('P1', '2026', 'opened', '2026-12-01', null, null, null, '2026-08-20', null), ('P1', '2026', 'opened', '2026-12-01', null, null, '1', null, null),
    ('P1', '2026', 'share', '2026-12-01', null, null, null, '2026-08-20', null), ('P1', '2026', 'opened', '2026-12-02', null, null, null, '20.8.2026', null);
select is((select moved from import_rows('measurement')), 3::bigint, 'a grade of one''s own, a figure of a group of people, and a day');
select results_eq($$select indicator_id, grader, breakdown, actual, actual_date, score from pg_temp.standing where as_of = '2026-12-01' order by 1$$, $$values
    ('jury', 'anne', '', null::numeric, null::date, 80::numeric(11,8)), ('opened', '', '', null, '2026-08-20', null), ('share', '', 'girls', 91, null, null)$$, 'as they are');
select results_eq('select reason from import_measurement order by row_no', $$values
    ('the grades of "bert" are in other hands'), ('there is no grader "carl"'), ('grader is missing'), ('"jury" is graded: write a score'),
    ('there is no breakdown "boys"'), ('"share" is not graded by several: leave grader empty'),
    ('"opened" is a milestone: write the day on which it was reached into actual_date'),
    ('"share" is no milestone: write its figure into actual'), ('actual_date: "20.8.2026" is no date; write YYYY-MM-DD')$$, 'the rest is left');
delete from import_measurement;
update evaluation set role_name = 'nobody at all' where evaluation = 'finance';
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('P1', 2026, 'department');
insert into import_indicator (program_id, fiscal_year, evaluation, indicator_id, name, source, same_as, target) values
    ('P1', '2026', 'department', 'share', 'Share', 'same', 'self', null), ('P1', '2026', 'department', 'visits', 'Visits', null, null, '>= 4'),
    ('P1', '2026', 'appraisal', 'need', 'Need', null, null, null), ('P1', '2026', 'finance', 'need', 'Need', null, null, null),
    ('P1', '2026', 'oracle', 'need', 'Need', null, null, null), ('P1', '2026', 'department', 'other', 'Other', 'same', null, null);
select is((select moved from import_rows('indicator')), 2::bigint, 'indicators of another evaluation');
select results_eq('select evaluation, reason from import_indicator order by row_no', $$values
    ('appraisal', 'the program has no evaluation "appraisal": add it to program_evaluation'), ('finance', 'evaluation "finance" is in other hands'),
    ('oracle', 'there is no evaluation "oracle" in 2026: the table evaluation lists them'), ('department', 'same_as is missing')$$,
    'where there is one, and it is in one''s hands');
insert into import_measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, actual) values
    ('P1', '2026', 'department', 'visits', '2026-12-01', '3'), ('P1', '2026', 'department', 'schools', '2026-12-01', '3'),
    ('P1', '2026', 'department', 'share', '2026-12-01', '3');
select is((select moved from import_rows('measurement')), 1::bigint, 'and their figures');
select results_eq('select reason from import_measurement order by row_no', $$values
    ('there is no indicator "schools" of program "P1" in 2026, evaluation "department"'),
    ('"share" is not measured: its score is made from the indicator of that name in another evaluation')$$, 'of that evaluation');
delete from import_measurement;
delete from import_indicator;

-- statistics ------------------------------------------------------------------------------------------------

insert into import_unit (unit_id, parent_id, name) select 'k' || n, 'health', 'Clinic ' || n from generate_series(1, 50) n;
select is((select moved from import_rows('unit')), 50::bigint, 'many units');
select is((select reltuples from pg_class where oid = 'unit'::regclass), (select count(*)::real from unit), 'the planner knows of them at once');
select is((select reltuples from pg_class where oid = 'node_above'::regclass), (select count(*)::real from node_above), 'and of what lies above them');

-- under row security ------------------------------------------------------------------------------------------

create role bpm_test_import;
insert into unit_access values ('bpm_test_import', 'edu');
insert into program (program_id, fiscal_year, name, unit_id) values ('H1', 2026, 'Beds', 'health');
do $$ begin perform bpm.enable_row_security('perf'), bpm.grant_duty('perf', 'bpm_test_import', d) from unnest('{programs,measuring}'::text[]) d; end $$;
insert into import_program (program_id, fiscal_year, name, unit_id) values ('X', '2026', 'Another''s', 'health');
grant select, insert, update, delete on import_unit to bpm_test_import;
set local role bpm_test_import;
copy load_program (program_id, fiscal_year, name, unit_id, objective_id, batch) from stdin csv;
H1,2026,Mine,edu,progress,programs.csv
E1,2026,Mine,edu,progress,programs.csv
E2,2026,Not mine,health,progress,programs.csv
H1,2026,Mine too,edu,progress,programs.csv
\.
select results_eq($$select * from import_rows('program')$$, 'values (4::bigint, 1::bigint, 0::bigint, 3::bigint)', 'a program that is hidden leaves its row, and the rest is moved');
select results_eq('select name, reason, batch from import_program order by row_no', $$values
    ('Mine', 'program_id is taken in that year by a program that is not yours to see', 'programs.csv'), ('Not mine', 'there is no unit "health"', 'programs.csv'),
    ('Mine too', 'program_id is taken in that year by a program that is not yours to see', 'programs.csv')$$, 'with the reason; the rows of others are not seen');
select results_eq($$select objective_id from program_objective where program_id = 'E1'$$, $$values ('progress')$$, 'its objective too');
select results_eq($$select * from import_rows('program')$$, 'values (3::bigint, 0::bigint, 0::bigint, 3::bigint)', 'a second run moves nothing');
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('P1', '2026', 'schools', '2026-04-30', '5'), ('H1', '2026', 'beds', '2026-04-30', '5');
select results_eq($$select moved, left_over from import_rows('measurement')$$, 'values (1::bigint, 1::bigint)', 'figures of its own programs');
insert into import_unit (unit_id, parent_id, name) values ('mine', 'edu', 'Mine');
select throws_ok($$select import_rows('unit')$$, '42501', null, 'who may not write to a table is told so, once');
reset role;
select results_eq($$select read, moved from import_rows('measurement')$$, 'values (0::bigint, 0::bigint)', 'who sees everything lends no rights to the rows of others');

select * from finish();
rollback;
