-- model: findings. What others found wrong has an owner, a day and money that hangs on it; who must act reports it
-- rectified, who found it accepts that, and nobody accepts his own.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

set local jit = off;
set local timezone = 'UTC';
set local client_min_messages = warning;
select bpm.create_model('Found "it"');
set local search_path = 'Found "it"', public;
update place set time_zone = 'UTC';
update setting set totals_required = false;
insert into unit values ('county', null, 'County'), ('edu', 'county', 'Education'), ('water', 'county', 'Water'),
    ('schools', 'edu', 'Schools');
insert into unit_move values ('schools', 2027, 'water');
insert into program (program_id, fiscal_year, name, unit_id)
select p, y, initcap(p), u from (values ('roofs', 'schools'), ('meals', 'edu'), ('wells', 'water'), ('校舍 "A"', 'schools')) v (p, u),
    generate_series(2026, 2027) y;
insert into program_evaluation (program_id, fiscal_year, evaluation) select program_id, fiscal_year, 'finance' from program;
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name) values ('roofs', 2026, 'finance', 'tight', 'Roofs that are tight');
insert into responsible (program_id, fiscal_year, from_day, person) values ('roofs', 2026, '2026-01-01', 'Mr Zhao'), ('meals', 2026, '2026-01-01', 'Ms Chen');

create function pg_temp.says(statement text) returns text language plpgsql as $$
declare m text; d text; h text; c text;
begin
    execute statement;
    return 'no error';
exception when others then
    get stacked diagnostics m = message_text, d = pg_exception_detail, h = pg_exception_hint, c = returned_sqlstate;
    return concat_ws(' | ', c, m, nullif(d, ''), nullif(h, ''));
end $$;
-- an event of a day; who reports is somebody else than who accepts
create function pg_temp.event(program text, id text, what text, day date, until date default null, why text default 'because') returns text
    language plpgsql as $$
declare c text; m text;
begin
    insert into finding_event (program_id, fiscal_year, finding_id, event, due, evidence, reason, at, recorded_at, recorded_by)
    values (program, 2026, id, what, until, case what when 'rectified' then 'report ' || day end,
            case when what not in ('rectified', 'accepted') then why end, day, day, case what when 'rectified' then 'the unit' else 'the office' end);
    return 'done';
exception when others then
    get stacked diagnostics m = message_text, c = returned_sqlstate;
    return c || ' ' || m;
end $$;

-- what is found -----------------------------------------------------------------------------------------------------

insert into finding (program_id, fiscal_year, finding_id, evaluation, indicator_id, finding, recommendation, severity, owner, due, withheld,
                     evidence, at, recorded_at) values
    ('roofs', 2026, 'F1', 'finance', 'tight', 'Two roofs leak', 'Mend them', 'high', 'Education', '2027-06-30', 50000, 'photo', '2027-03-01', '2027-03-01'),
    ('roofs', 2026, 'F2', 'finance', null, 'No tender was held', null, 'medium', 'Mr Zhao', '2027-05-31', 0, null, '2027-03-01', '2027-03-01'),
    ('meals', 2026, 'F1', 'finance', null, 'Meals are counted twice', 'Count once', 'low', 'Ms Chen', '2027-04-30', 1200.50, null, '2027-03-15', '2027-03-15'),
    ('wells', 2026, 'F1', 'finance', null, 'One well is dry', null, 'medium', 'Water', '2027-09-30', 8000, null, '2027-04-01', '2027-04-01'),
    ('校舍 "A"', 2026, '发现 %s', 'finance', null, 'Ω', 'Mend', 'medium', '教育局', '2027-06-30', 1, null, '2027-04-01', '2027-04-01');
select results_eq($$select finding_id, unit_id, severity_rank, overdue, days_overdue, withheld, released, found_on, due, since, status, owner,
        evidence, indicator_name, unit_name, name from finding_result_at('2027-04-15') where program_id = 'roofs' order by 1$$,
    $$values ('F1', 'schools', 1, 0, 0, 50000::numeric, 0::numeric, date '2027-03-01', date '2027-06-30', date '2027-03-01', 'open', 'Education',
              'photo', 'Roofs that are tight', 'Schools', 'Roofs'),
        ('F2', 'schools', 2, 0, 0, 0, 0, '2027-03-01', '2027-05-31', '2027-03-01', 'open', 'Mr Zhao', null, null, 'Schools', 'Roofs')$$,
    'a finding is open from the day on which it was found');
select is_empty($$select * from finding_result_at('2027-02-28')$$, 'and not before');
select is((select count(*) from finding_result_at('2027-04-15', '2027-03-10')), 2::bigint, 'nor before it was recorded');
select results_eq($$select d, (select overdue || ' ' || days_overdue from finding_result_at(d::date) where program_id = 'meals')
    from unnest('{2027-04-30,2027-05-01,2027-05-31}'::text[]) d$$,
    $$values ('2027-04-30', '0 0'), ('2027-05-01', '1 1'), ('2027-05-31', '1 31')$$, 'it is overdue from the day after');

-- what is refused
select is(pg_temp.says(format('insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, withheld) values (%s)', v)), m, v)
from (values
    ('''roofs'', 2026, ''G'', ''self'', ''x'', ''y'', ''2027-01-01'', 0', '23514 | a finding is made by others than the program itself | '
     'Name in evaluation the one that found it, such as finance; program_evaluation says which a program has.'),
    ('''roofs'', 2026, ''G'', ''nobody'', ''x'', ''y'', ''2027-01-01'', 0', '23503 | there is no evaluation "nobody" in 2026 | The table evaluation lists them.')) w (v, m);
select throws_ok(format('insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, withheld) values (%s)', v), c, null, v)
from (values ('''roofs'', 2026, ''G'', ''department'', ''x'', ''y'', ''2027-01-01'', 0', '23503'), ('''none'', 2026, ''G'', ''finance'', ''x'', ''y'', ''2027-01-01'', 0', '23503'),
    ('''roofs'', 2026, ''F1'', ''finance'', ''x'', ''y'', ''2027-01-01'', 0', '23505'), ('''roofs'', 2026, '''', ''finance'', ''x'', ''y'', ''2027-01-01'', 0', '23514'),
    ('''roofs'', 2026, ''G'', ''finance'', '''', ''y'', ''2027-01-01'', 0', '23514'), ('''roofs'', 2026, ''G'', ''finance'', ''x'', '''', ''2027-01-01'', 0', '23514'),
    ('''roofs'', 2026, ''G'', ''finance'', ''x'', ''y'', ''infinity'', 0', '23514'), ('''roofs'', 2026, ''G'', ''finance'', ''x'', ''y'', null, 0', '23502'),
    ('''roofs'', 2026, ''G'', ''finance'', ''x'', ''y'', ''2027-01-01'', -0.01', '23514'), ('''roofs'', 2026, ''G'', ''finance'', ''x'', ''y'', ''2027-01-01'', ''NaN''', '23514'),
    ('''roofs'', 2026, ''G'', null, ''x'', ''y'', ''2027-01-01'', 0', '23503'), ('''roofs'', 2026, null, ''finance'', ''x'', ''y'', ''2027-01-01'', 0', '23502')) w (v, c);
select throws_ok($$insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, severity)
    values ('roofs', 2026, 'G', 'finance', 'x', 'y', '2027-01-01', 'grave')$$, '23514', null, 'severity is one of three');
select throws_ok($$insert into finding (program_id, fiscal_year, finding_id, evaluation, indicator_id, finding, owner, due)
    values ('meals', 2026, 'G', 'finance', 'tight', 'x', 'y', '2027-01-01')$$, '23503', null, 'an indicator is one of the program');

-- what becomes of it --------------------------------------------------------------------------------------------------

select is(pg_temp.event('roofs', 'F1', e, '2027-04-20'), '23514 finding "F1" of program "roofs" in 2026 is not reported as rectified', e || ' comes after a report')
from unnest('{accepted,refused}'::text[]) e;
select is(pg_temp.event('roofs', 'F1', 'rectified', '2027-02-28'), '23514 finding "F1" of program "roofs" in 2026 was found at 2027-03-01 00:00:00+00',
    'nothing is rectified before it is found');
select is(pg_temp.event('roofs', 'F1', 'rectified', '2027-05-10'), 'done', 'it is reported');
select is(pg_temp.event('roofs', 'F1', 'rectified', '2027-05-11'), '23514 finding "F1" of program "roofs" in 2026 is reported as rectified already', 'once');
select is(pg_temp.event('roofs', 'F1', 'postponed', '2027-05-11', '2027-12-31'), '23514 finding "F1" of program "roofs" in 2026 is reported as rectified',
    'and then not postponed');
select is(pg_temp.event('roofs', 'F1', 'refused', '2027-05-09'), '23514 finding "F1" of program "roofs" in 2026 was rectified at 2027-05-10 00:00:00+00',
    'nor judged before');
select is(pg_temp.event('roofs', 'F1', 'refused', '2027-05-20', null, ''), '23514 a finding is refused for a reason', 'nor for no reason');
select is(pg_temp.event('roofs', 'F1', 'refused', '2027-05-20', null, 'one still leaks'), 'done', 'it is refused');
select results_eq($$select d, status, since, overdue, refusals, evidence, reason from unnest('{2027-05-09,2027-05-10,2027-05-20,2027-07-01}'::text[]) d,
    finding_result_at(d::date) where program_id = 'roofs' and finding_id = 'F1' order by 1$$,
    $$values ('2027-05-09', 'open', date '2027-03-01', 0, 0, 'photo', null), ('2027-05-10', 'reported', '2027-05-10', 0, 0, 'report 2027-05-10', null),
        ('2027-05-20', 'open', '2027-05-20', 0, 1, 'report 2027-05-10', 'one still leaks'), ('2027-07-01', 'open', '2027-05-20', 1, 1, 'report 2027-05-10', 'one still leaks')$$,
    'what it is on each day, and since when');
select is(pg_temp.event('roofs', 'F1', 'postponed', '2027-06-01', d), '23514 finding "F1" of program "roofs" in 2026 is due on 2027-06-30 already', 'not to ' || coalesce(d::text, 'no day'))
from unnest('{2027-06-30,2027-06-01,null}'::date[]) d;
select is(pg_temp.event('roofs', 'F1', 'rectified', '2027-06-01', '2028-01-01'), '23514 only a postponement sets another day', 'nobody postpones by a report');
select is(pg_temp.event('roofs', 'F1', 'postponed', '2027-06-25', '2027-08-31', 'rain'), 'done', 'it is postponed');
select is(pg_temp.event('roofs', 'F1', 'postponed', '2027-06-26', '2027-08-31'), '23514 finding "F1" of program "roofs" in 2026 is due on 2027-08-31 already', 'from the new day on');
select results_eq($$select overdue, due, postponements, since, reason from finding_result_at('2027-07-01') where program_id = 'roofs' and finding_id = 'F1'$$,
    $$values (0, date '2027-08-31', 1, date '2027-05-20', 'rain')$$, 'a new day, and the same finding');
select results_eq($$select overdue, due from finding_result_at('2027-07-01', '2027-06-24') where program_id = 'roofs' and finding_id = 'F1'$$,
    $$values (1, date '2027-06-30')$$, 'as it was known then');
select is(pg_temp.event('roofs', 'F1', 'rectified', '2027-08-20'), 'done', 'reported again');
-- reported in time, it waits for who found it
select results_eq($$select status, overdue, withheld, released from finding_result_at('2027-09-30') where program_id = 'roofs' and finding_id = 'F1'$$,
    $$values ('reported', 0, 50000::numeric, 0::numeric)$$, 'what is reported is not overdue, and releases nothing');
select is(pg_temp.says($$insert into finding_event (program_id, fiscal_year, finding_id, event, at, recorded_by)
    values ('roofs', 2026, 'F1', 'accepted', '2027-09-01', 'the unit')$$),
    '42501 | nobody accepts what he has reported himself | "the unit" reported that finding "F1" of program "roofs" in 2026 is rectified.', 'nobody accepts his own');
select is(pg_temp.event('roofs', 'F1', 'accepted', '2027-09-01'), 'done', 'it is accepted');
select results_eq($$select status, since, overdue, withheld, released from finding_result_at('2027-09-30') where program_id = 'roofs' and finding_id = 'F1'$$,
    $$values ('rectified', date '2027-09-01', 0, 50000::numeric, 50000::numeric)$$, 'and releases the money');
select is(pg_temp.event('roofs', 'F1', e, '2027-10-01', case e when 'postponed' then date '2028-01-01' end), '23514 finding "F1" of program "roofs" in 2026 is rectified', 'then nothing comes: ' || e)
from unnest('{rectified,accepted,refused,postponed,withdrawn}'::text[]) e;
select is(pg_temp.event('meals', 'F1', 'withdrawn', '2027-05-05', null, 'they were two schools'), 'done', 'what was none is withdrawn');
select is(pg_temp.event('meals', 'F1', 'rectified', '2027-05-06'), '23514 finding "F1" of program "meals" in 2026 is withdrawn', 'and gone');
select is(pg_temp.event('校舍 "A"', '发现 %s', 'rectified', '2027-05-05'), 'done', 'whatever its letters are');
select is(pg_temp.says($$insert into finding_event (program_id, fiscal_year, finding_id, event, evidence, reason) values $$ || v), m, v)
from (values ('(''roofs'', 2026, ''F9'', ''rectified'', ''x'', null)', '23503 | there is no finding "F9" of program "roofs" in 2026 | Its findings are "F1", "F2".'),
    ('(''roofs'', 2027, ''F1'', ''rectified'', ''x'', null)', '23503 | there is no finding "F1" of program "roofs" in 2027 | It has none.'),
    ('(''roofs'', 2026, ''F2'', ''mended'', ''x'', null)', '23514 | there is no event "mended" of a finding | It is rectified, accepted, refused, postponed or withdrawn.'),
    ('(''roofs'', 2026, ''F2'', null, ''x'', null)', '23514 | there is no event "<NULL>" of a finding | It is rectified, accepted, refused, postponed or withdrawn.'),
    ('(''roofs'', 2026, ''F2'', ''withdrawn'', null, '''')', '23514 | a finding is withdrawn for a reason | Say in reason why.')) w (v, m);
select is(left(pg_temp.says(format($$insert into finding_event (program_id, fiscal_year, finding_id, event, evidence, at)
    values ('roofs', 2026, 'F2', 'rectified', %L, '2027-04-01')$$, e)), 36), '23514 | what is rectified is shown |', 'a report has evidence')
from unnest('{"",null}'::text[]) e;
select is((select string_agg(n || ' ' || event, ', ' order by n) from finding_event where program_id = 'roofs'),
    '1 rectified, 2 refused, 3 postponed, 4 rectified, 5 accepted', 'all of it is kept, in its order');
select throws_ok(format(how, t), '23001', null, format(how, t))
from unnest('{finding,finding_event}'::text[]) t, unnest('{update %I set due = null,delete from %I,truncate %I cascade}'::text[]) how;

-- above the program ---------------------------------------------------------------------------------------------------

-- On 2027-10-15: of the schools F1 (50,000) is rectified, F2 is open since May, the one of the school building reported; of
-- education besides that the meals' withdrawn one; of water an open one, due on 2027-09-30. In 2026 schools are below education.
select results_eq($$select unit_id, programs, findings, open_findings, reported_findings, rectified_findings, withdrawn_findings, overdue_findings,
        withheld, released from unit_finding_at('2027-10-15') order by 1$$,
    $$values ('county', 4, 5, 2, 1, 1, 1, 2, 59201.50, 51200.50), ('edu', 3, 4, 1, 1, 1, 1, 1, 51201.50, 51200.50),
        ('schools', 2, 3, 1, 1, 1, 0, 1, 50001.00, 50000.00), ('water', 1, 1, 1, 0, 0, 0, 1, 8000.00, 0.00)$$,
    'a unit has the findings of all below it');
insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, withheld, at)
    values ('roofs', 2027, 'F1', 'finance', 'x', 'y', '2028-05-01', 7, '2028-03-01');
select results_eq($$select unit_id, withheld from unit_finding_at('2028-03-01', 'infinity') where fiscal_year = 2027 order by 1$$,
    $$values ('county', 7.00), ('schools', 7.00), ('water', 7.00)$$, 'by the tree of the year');
select results_eq($$select kind, who, overdue_findings from responsibility_result_at('2027-10-15') where overdue_findings > 0 and fiscal_year = 2026 order by 1, 2$$,
    $$values ('person', 'Mr Zhao', 1), ('person', 'nobody', 1), ('unit', 'schools', 1), ('unit', 'water', 1)$$, 'and who answers for it');
select is((select sum(overdue_findings) from responsibility_result_at('2027-05-31')), 0::bigint, 'from the day after');

-- gates -----------------------------------------------------------------------------------------------------------------

-- in a year that is over: gates look at no day to come
insert into program (program_id, fiscal_year, name, unit_id) values ('roofs', 2020, 'Roofs', 'schools'), ('meals', 2020, 'Meals', 'edu');
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('roofs', 2020, 'finance');
insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, at) values
    ('roofs', 2020, 'a', 'finance', 'x', 'y', '2021-06-30', '2021-03-01'), ('roofs', 2020, 'b', 'finance', 'x', 'y', '2021-06-30', '2021-03-01'),
    ('roofs', 2020, 'c', 'finance', 'x', 'y', '2021-06-30', '2021-03-01');
delete from stage_gate where condition <> 'findings';
select results_eq('select stage from stage_gate order by 1', $$values ('applied'), ('rectified')$$, 'two stages ask whether something is left to rectify');
insert into stage_event (program_id, fiscal_year, at, stage, grade)
select p, 2020, t::timestamptz, s, g
from unnest('{roofs,meals}'::text[]) p, (values ('2019-10-01', 'drafted', null), ('2019-11-01', 'targeted', null),
    ('2019-12-01', 'reviewed', 'good'), ('2020-01-01', 'approved', null), ('2020-02-01', 'executing', null),
    ('2021-01-02', 'closed', null), ('2021-01-20', 'self_evaluated', null), ('2021-03-20', 'evaluated', null)) v (t, s, g);
select results_eq($$select * from gate_faults('roofs', 2020, 'rectified')$$, $$values ('findings', 'Not rectified: a, b, c.')$$, 'open findings are in the way');
select is_empty($$select * from gate_faults('roofs', 2020, 'rectified', '2021-02-28')$$, 'from the day on which they were found');
select is_empty($$select * from gate_faults('roofs', 2020, 'evaluated')$$, 'of no other stage');
select is_empty($$select * from gate_faults('meals', 2020, 'applied')$$, 'nor where nothing was found');
insert into finding_event (program_id, fiscal_year, finding_id, event, evidence, reason, at, recorded_by) values
    ('roofs', 2020, 'a', 'rectified', 'x', null, '2021-04-01', 'u'), ('roofs', 2020, 'b', 'rectified', 'x', null, '2021-04-01', 'u'),
    ('roofs', 2020, 'a', 'accepted', null, null, '2021-04-02', 'o'), ('roofs', 2020, 'c', 'withdrawn', null, 'none', '2021-04-02', 'o');
select is((select detail from gate_faults('roofs', 2020, 'applied')), 'Not rectified: b.', 'what is reported is not accepted yet');
select throws_ok($$insert into stage_event (program_id, fiscal_year, at, stage) values ('roofs', 2020, '2021-04-03', 'rectified')$$, '23514',
    'program "roofs" may not be rectified yet', 'the stage is not entered');
select throws_ok($$insert into stage_event (program_id, fiscal_year, at, stage) values ('roofs', 2020, '2021-04-03', 'applied')$$, '23514',
    'program "roofs" may not be applied yet', 'nor passed by');
insert into finding_event (program_id, fiscal_year, finding_id, event, at, recorded_by) values ('roofs', 2020, 'b', 'accepted', '2021-04-10', 'o');
select is((select detail from gate_faults('roofs', 2020, 'applied', '2021-04-09')), 'Not rectified: b.', 'until the day');
select lives_ok($$insert into stage_event (program_id, fiscal_year, at, stage) values ('roofs', 2020, '2021-04-10', 'rectified')$$, 'on which all is rectified');

-- who may ---------------------------------------------------------------------------------------------------------------

create role bpm_test_finds;
create role bpm_test_mends;
create role bpm_test_books;
create role bpm_test_both;
create role bpm_test_enters;
create role bpm_test_regards;
create role bpm_test_auditor;
do $$begin
    perform bpm.grant_duty('Found "it"', r, d) from (values ('bpm_test_finds', 'grading'), ('bpm_test_mends', 'measuring'), ('bpm_test_books', 'money'),
        ('bpm_test_both', 'grading'), ('bpm_test_both', 'measuring'), ('bpm_test_enters', 'approving')) v (r, d);
    perform bpm.grant_reader('Found "it"', 'bpm_test_regards');
end$$;
create function pg_temp.tries(event text, id text default 'H') returns text language sql as $$
    select pg_temp.says(format('insert into finding_event (program_id, fiscal_year, finding_id, event, evidence, reason, due) values (%L, 2020, %L, %L, %L, %L, %L)',
        'meals', id, event, case event when 'rectified' then 'x' end, case when event not in ('rectified', 'accepted') then 'x' end,
        case event when 'postponed' then date '2099-01-01' end)) $$;
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('meals', 2020, 'finance'), ('meals', 2020, 'department');
set local role bpm_test_finds;
select lives_ok($$insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due) values
    ('meals', 2020, 'H', 'finance', 'x', 'y', '2030-01-01'), ('meals', 2020, 'I', 'department', 'x', 'y', '2030-01-01')$$, 'who grades finds');
select throws_ok($$insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, recorded_by) values
    ('meals', 2020, 'J', 'finance', 'x', 'y', '2030-01-01', 'z')$$, '42501', null, 'and does not say who he is');
select is(pg_temp.tries('rectified'), '42501 | a finding is rectified by others | Who must act reports it: the duty is money or measuring. | bpm.grant_duty gives it.',
    'but does not report it rectified');
select is(pg_temp.tries('postponed'), 'no error', 'he postpones');
select throws_ok($$insert into finding_event (program_id, fiscal_year, finding_id, n, event, reason) values ('meals', 2020, 'H', 9, 'withdrawn', 'x')$$, '42501', null,
    'the place of an event is nobody''s to say');
reset role;
set local role bpm_test_mends;
select is(split_part(pg_temp.tries(e), ' | ', 2), format('a finding is %s by others', e), 'who measures does not say ' || e)
from unnest('{accepted,refused,postponed,withdrawn}'::text[]) e;
select throws_ok($$insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due) values
    ('meals', 2020, 'J', 'finance', 'x', 'y', '2030-01-01')$$, '42501', null, 'and finds nothing');
select is(pg_temp.tries('rectified'), 'no error', 'he reports');
reset role;
set local role bpm_test_finds;
select is(pg_temp.tries('refused'), 'no error', 'who found it refuses');
reset role;
set local role bpm_test_books;
select is(pg_temp.tries('rectified'), 'no error', 'who keeps the ledger reports');
select is(split_part(pg_temp.tries('accepted'), ' | ', 1), '42501', 'and accepts nothing');
reset role;
set local role bpm_test_both;
select is(pg_temp.tries('rectified', 'I'), 'no error', 'who has both duties reports');
select is(split_part(pg_temp.tries('accepted', 'I'), ' | ', 2), 'nobody accepts what he has reported himself', 'and does not accept what he reported');
select is(pg_temp.tries('accepted', 'H'), 'no error', 'but what another did');
reset role;
set local role bpm_test_enters;
select is(split_part(pg_temp.tries('rectified', 'I'), ' | ', 1), '42501', 'who approves stages has no part in it');
reset role;
set local role bpm_test_regards;
select throws_ok($$insert into finding_event (program_id, fiscal_year, finding_id, event, evidence) values ('meals', 2020, 'I', 'rectified', 'x')$$, '42501', null, 'nor who reads');
select isnt_empty('select * from finding_result', 'who sees it');
reset role;
-- an evaluation that is in the hands of a role
update evaluation set role_name = 'bpm_test_auditor' where evaluation = 'department';
set local role bpm_test_finds;
select throws_ok($$insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due) values
    ('meals', 2020, 'K', 'department', 'x', 'y', '2030-01-01')$$, '42501', 'what belongs to evaluation "department" is in other hands', 'its role alone finds');
select is(split_part(pg_temp.tries('accepted', 'I'), ' | ', 2), 'what belongs to evaluation "department" is in other hands', 'and accepts');
reset role;
grant bpm_test_auditor to bpm_test_finds;
set local role bpm_test_finds;
select is(pg_temp.tries('accepted', 'I'), 'no error', 'as a member');
reset role;
select results_eq($$select finding_id, n, event, recorded_by from finding_event where program_id = 'meals' and fiscal_year = 2020 order by 1, 2$$,
    $$values ('H', 1, 'postponed', 'bpm_test_finds'), ('H', 2, 'rectified', 'bpm_test_mends'), ('H', 3, 'refused', 'bpm_test_finds'),
        ('H', 4, 'rectified', 'bpm_test_books'), ('H', 5, 'accepted', 'bpm_test_both'), ('I', 1, 'rectified', 'bpm_test_both'),
        ('I', 2, 'accepted', 'bpm_test_finds')$$, 'by name');
-- row security
insert into unit_access values ('bpm_test_mends', 'water'), ('bpm_test_regards', 'edu');
do $$begin perform bpm.enable_row_security('Found "it"'); end$$;
set local role bpm_test_regards;
-- 2027, when the schools are of water, is not seen
select results_eq($$select distinct program_id, fiscal_year from finding_result_at('2029-01-01') order by 1, 2$$,
    $$values ('meals', 2020), ('meals', 2026), ('roofs', 2020), ('roofs', 2026), ('校舍 "A"', 2026)$$, 'one sees the findings of his own');
select is_empty($$select * from finding_event where program_id = 'wells'$$, 'and what became of them');
reset role;
set local role bpm_test_mends;
select is(split_part(pg_temp.says($$insert into finding_event (program_id, fiscal_year, finding_id, event, evidence) values ('roofs', 2026, 'F2', 'rectified', 'x')$$), ' | ', 2),
    'there is no finding "F2" of program "roofs" in 2026', 'what is hidden is as what is not there');
select is(pg_temp.says($$insert into finding_event (program_id, fiscal_year, finding_id, event, evidence, at) values ('wells', 2026, 'F1', 'rectified', 'x', '2027-10-20')$$), 'no error',
    'one reports for his own');
reset role;

-- whatever there is -------------------------------------------------------------------------------------------------------

select lives_ok(format('select count(x::text) from %s_at(%L) x', v, d), v || ' on ' || d)
from unnest('{finding_result,unit_finding,responsibility_result}'::text[]) v, unnest('{infinity,-infinity,5874897-12-31,"4713-01-01 BC"}'::text[]) d;
alter table finding drop constraint finding_due_check, drop constraint finding_withheld_check, drop constraint finding_at_check, drop constraint finding_severity_check,
    drop constraint finding_is_made_by_others;
alter table finding_event drop constraint finding_event_due_check, drop constraint finding_event_due, drop constraint finding_event_at_check, drop constraint finding_event_event_check;
set local session_replication_role = replica;
insert into finding (program_id, fiscal_year, finding_id, evaluation, indicator_id, finding, owner, due, withheld, at, severity) values
    ('wells', 2026, 'due', 'finance', 'ghost', 'x', 'y', '-infinity', 'NaN', '-infinity', 'what'), ('wells', 2026, 'far', 'self', null, 'x', 'y', 'infinity', -5, '2027-01-01', 'low'),
    ('wells', 2026, 'old', 'finance', null, 'x', 'y', '4713-01-01 BC', 999999999999999999.99, '2027-01-01', 'low'), ('ghost', 2026, 'g', 'finance', null, 'x', 'y', '2027-01-01', 1, '2027-01-01', 'low');
insert into finding_event (program_id, fiscal_year, finding_id, n, event, due, evidence, reason, at) values ('wells', 2026, 'due', 1, 'accepted', '-infinity', 'x', 'x', 'infinity'),
    ('wells', 2026, 'far', 7, 'postponed', 'infinity', 'x', 'x', '-infinity'), ('wells', 2026, 'old', 1, 'nonsense', null, 'x', 'x', '2027-01-01');
set local session_replication_role = origin;
select lives_ok(format('select count(x::text) from %s_at(%L) x', v, d), 'whatever the tables hold, ' || v || ' on ' || d)
from unnest('{finding_result,unit_finding,responsibility_result}'::text[]) v, unnest('{infinity,2028-01-01,5874897-12-31}'::text[]) d;
select results_eq($$select finding_id, status, overdue, days_overdue, withheld from finding_result_at('2028-01-01') where program_id = 'wells' and finding_id <> 'F1' order by 1$$,
    $$values ('due', 'open', 1, null::integer, 0.00), ('far', 'open', 0, 0, -5.00), ('old', 'open', 1, date '2028-01-01' - date '4713-01-01 BC', 999999999999999999.99)$$,
    'each is shown as far as it goes');

select * from finish();
rollback;
