-- model: rounds of monitoring. What was seen is kept, what changed is said, what is open is answered or counted; an act
-- suspends; a score that the money does not support is named, and a saving is not.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

set local jit = off;
set local timezone = 'UTC';
set local client_min_messages = warning;
select bpm.create_model('Look "at"');
set local search_path = 'Look "at"', public;
update place set time_zone = 'UTC';
update setting set forecast_method = 'run rate', totals_required = false, weigh_by = 'one';
insert into unit values ('county', null, 'County'), ('edu', 'county', 'Education'), ('water', 'county', 'Water');

-- A program with an output of 1200 in the year, and what it had spent and reached by the end of April and of July.
create function pg_temp.add(id text, of_unit text, budget numeric, april numeric, july numeric, out_april numeric,
                            out_july numeric, owner text default 'Ms Chen', output text default 'out') returns void
    language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id) values (id, 2026, initcap(id), of_unit);
    insert into indicator (program_id, fiscal_year, indicator_id, name, moves, owner)
        values (id, 2026, output, 'Output', 'cumulative', owner);
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
        values (id, 2026, output, '2026-01-01', '>= 1200', 90);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
        values (id, 2026, 'approved', '2026-01-01', budget), (id, 2026, 'executed', '2026-04-15', april),
               (id, 2026, 'executed', '2026-07-15', july - april);
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
        select id, 2026, output, d, f from (values (date '2026-04-30', out_april), ('2026-07-31', out_july)) v (d, f)
        where f is not null;
    insert into responsible (program_id, fiscal_year, from_day, person)
        values (id, 2026, '2026-01-01', 'Mr ' || initcap(id));
$$;
do $$begin
    perform pg_temp.add('teachers', 'edu', 12000, 3960, 6930, 400, 700);
    perform pg_temp.add('irrigation', 'water', 10000, 1700, 3000, 300, 300);
    perform pg_temp.add('hasty', 'edu', 1200, 500, 1000, 400, 700);
    perform pg_temp.add('over', 'edu', 1000, 300, 550, 400, 700, null);
    perform pg_temp.add('quiet', 'edu', 1200, 400, 700, null, null);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
        values ('over', 2026, 'committed', '2026-06-01', 500);
end$$;

-- a round -------------------------------------------------------------------------------------------------

select is_empty('select * from round_change', 'before the first round there is nothing to compare');
select results_eq($$select distinct changed, rounds, since from alert_result_at('2026-04-30') where kind <> 'late figure'$$,
    $$values ('no round yet', 0, null::date)$$, 'and what is open was seen by none');
-- April: a third of the year. Spent of what should be: teachers 3960 of 4000 (99 %), irrigation 1700 of 3333.33 (51 %:
-- red), hasty 500 of 400 (125 %, but 1500 of 1200 at the end of the year: yellow), over 300 of 333.33 (90 %), quiet 400
-- of 400. Output of 400: irrigation 300 (75 %: yellow); quiet has no figure for the quarter that ended on 31 March, 30
-- days ago: yellow.
select results_eq($$select * from monitor_round(2026, 'Q1', '2026-04-30', 'First round')$$,
    $$values ('red', 1, 0), ('yellow', 2, 2), ('green', 2, 3)$$, 'a round counts what it saw by colour');
select results_eq($$select n, as_of, name from monitoring_round$$,
    $$values (1, date '2026-04-30', 'First round')$$, 'and is kept');
select results_eq($$select program_id, item, kind, colour_rank from monitoring_alert where round = 'Q1' order by 1, 2, 3$$,
    $$values ('hasty', '', 'forecast over budget', 2), ('irrigation', '', 'budget pace', 1),
        ('irrigation', 'out', 'target pace', 2), ('irrigation', 'out', 'unreachable', 1), ('over', 'out', 'no owner', 2),
        ('quiet', 'out', 'late figure', 2)$$, 'with what deviates');
select results_eq($$select item, colour, budget, executed, budget_pace, target_pace, actual, responsible, name
    from monitoring_seen where program_id = 'irrigation' order by item$$,
    $$values ('', 'red', 10000::numeric, 1700::numeric, 51::numeric, 75::numeric, null::numeric, 'Mr Irrigation',
              'Irrigation'),
             ('out', 'yellow', null, null, null, 75, 300, 'Ms Chen', 'Output')$$, 'and the figures');

-- what was seen stays, whatever comes later for that day; with the time of looking results show it again
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('irrigation', 2026, 'executed', '2026-04-20', 1500);
select results_eq($$select m.program_id, m.colour, m.executed, m.budget_pace, m.reason from monitoring_round r
    cross join lateral monitor_result_at(r.as_of, r.known_at) m order by 1$$,
    $$select program_id, colour, executed, budget_pace, reason from monitoring_seen where item = '' order by 1$$,
    'what was seen is what results say with that day and that time');
select isnt((select executed from monitor_result_at('2026-04-30') where program_id = 'irrigation'), 1700.00,
    'and not what they say now');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('irrigation', 2026, 'executed', '2026-04-20', -1500);

-- answers ---------------------------------------------------------------------------------------------------

select lives_ok($$insert into deviation_answer (program_id, fiscal_year, round, item, cause, explanation, measure,
        measure_due, year_end_estimate, likelihood, carry_over) values
    ('irrigation', 2026, 'Q1', 'out', 'funds', 'The second instalment is late', 'Dig two shifts', '2026-07-15', 900,
     'possible', 0),
    ('irrigation', 2026, 'Q1', '', 'funds', null, 'Ask for it', '2026-12-31', 8000, 'impossible', 2000),
    ('hasty', 2026, 'Q1', '', 'other', 'Prices rose', null, null, null, null, null)$$, 'deviations are answered');
select results_eq($$select program_id, item, kind, answered, overdue_measure, cause, likelihood
    from alert_result_at('2026-07-31') where rounds > 0 order by 1, 2, 3$$,
    $$values ('hasty', '', 'forecast over budget', 1, null::integer, 'other', null),
        ('irrigation', '', 'budget pace', 1, 0, 'funds', 'impossible'),
        ('irrigation', 'out', 'target pace', 1, 1, 'funds', 'possible'),
        ('irrigation', 'out', 'unreachable', 1, 1, 'funds', 'possible'),
        ('over', 'out', 'no owner', 0, null, null, null), ('quiet', 'out', 'late figure', 0, null, null, null)$$,
    'what is answered, and what was to be done and did not end it');
select is((select sum(answered) from alert_result_at('2026-04-29')), 0::bigint,
    'an answer counts from the day of its round on');
insert into deviation_answer (program_id, fiscal_year, round, item, cause, measure, measure_due)
    values ('irrigation', 2026, 'Q1', 'out', 'equipment', 'Hire a pump', '2026-08-31');
select results_eq($$select distinct cause, measure, overdue_measure from alert_result_at('2026-07-31')
    where item = 'out' and program_id = 'irrigation'$$, $$values ('equipment', 'Hire a pump', 0)$$, 'the newest counts');

select throws_ok($$insert into deviation_answer (program_id, fiscal_year, round, item, cause)
    values ('teachers', 2026, 'Q1', '', 'staff')$$, '23503', 'round "Q1" of 2026 saw no deviation of program "teachers"',
    'what does not deviate is not answered');
select throws_ok($$insert into deviation_answer (program_id, fiscal_year, round, item, cause)
    values ('hasty', 2026, 'Q1', 'out', 'staff')$$, '23503',
    'round "Q1" of 2026 saw no deviation of "out" in program "hasty"', 'nor what does not of one that does');
select throws_ok($$insert into deviation_answer (program_id, fiscal_year, round, item, cause)
    values ('hasty', 2026, 'Q9', '', 'staff')$$, '23503', 'there is no round "Q9" in 2026', 'nor a round that is not there');
select throws_ok($$insert into deviation_answer (program_id, fiscal_year, round, item, cause)
    values ('hasty', 2025, 'Q1', '', 'staff')$$, '23503', 'there is no round "Q1" in 2025', 'of a year');
select throws_ok($$insert into deviation_answer (program_id, fiscal_year, round, item, cause)
    values ('no "such" Ünit', 2026, 'Q1', '', 'staff')$$, '23503',
    'round "Q1" of 2026 saw no deviation of program "no "such" Ünit"', 'nor a program that is not there');
select throws_ok($$insert into deviation_answer (program_id, fiscal_year, round, cause)
    values ('hasty', 2026, 'Q1', 'other')$$, '23514', 'a cause that is "other" is explained', 'other is explained');
select throws_ok(format($$insert into deviation_answer (program_id, fiscal_year, round, cause, explanation)
    values ('hasty', 2026, 'Q1', 'other', %L)$$, e), '23514', null, 'in words')
from unnest('{"", null}'::text[]) e;
select throws_ok(format($$insert into deviation_answer (program_id, fiscal_year, round, cause)
    values ('hasty', 2026, 'Q1', %L)$$, c), '23514', 'a deviation has a cause', 'no cause: ' || coalesce(c, 'NULL'))
from unnest('{weather,FUNDS,"",null}'::text[]) c;
select throws_ok($$insert into deviation_answer (program_id, fiscal_year, round, cause, measure_due)
    values ('hasty', 2026, 'Q1', 'staff', '2026-09-30')$$, '23514', 'there is no measure that could be due',
    'what is due is said');
select throws_ok(format($$insert into deviation_answer (program_id, fiscal_year, round, cause, %1$s)
    values ('hasty', 2026, 'Q1', 'staff', %2$L)$$, c, v), s, null, format('%s is not %s', c, v))
from (values ('year_end_estimate', 'NaN', '23514'), ('year_end_estimate', 'infinity', '23514'),
             ('carry_over', '-1', '23514'), ('carry_over', 'NaN', '23514'), ('likelihood', 'perhaps', '23514'),
             ('measure', '', '23514')) x (c, v, s);
select throws_ok(format($$insert into deviation_answer (program_id, fiscal_year, round, item, cause)
    values (%L, %L, %L, %L, 'staff')$$, p, y, r, i), s, null, 'a NULL in the key')
from (values (null, 2026, 'Q1', '', '23503'), ('hasty', null, 'Q1', '', '23503'), ('hasty', 2026, null, '', '23503'),
             ('hasty', 2026, 'Q1', null, '23503')) x (p, y, r, i, s);

create function round_says(statement text) returns text language plpgsql as $$
declare m text; d text; h text; c text;
begin
    execute statement;
    return 'no error';
exception when others then
    get stacked diagnostics m = message_text, d = pg_exception_detail, h = pg_exception_hint, c = returned_sqlstate;
    return concat_ws(' | ', c, m, nullif(d, ''), nullif(h, ''));
end $$;
select is(round_says(format($$insert into deviation_answer (program_id, fiscal_year, round, item, cause)
    values (%L, %s, %L, 'x', 'staff')$$, p, y, r)), m, 'the hint says what there is')
from (values ('hasty', 2026, 'Q1', '23503 | round "Q1" of 2026 saw no deviation of "x" in program "hasty" | '
                                   'It saw one of the program itself (item is empty).'),
             ('over', 2026, 'Q1', '23503 | round "Q1" of 2026 saw no deviation of "x" in program "over" | '
                                  'It saw one of "out".'),
             ('teachers', 2026, 'Q1', '23503 | round "Q1" of 2026 saw no deviation of "x" in program "teachers" | '
                                      'It saw none there; alert_result shows what is open.'),
             ('over', 2026, 'Q2', '23503 | there is no round "Q2" in 2026 | Its rounds are "Q1".'),
             ('over', 2025, 'Q2', '23503 | there is no round "Q2" in 2025 | '
                                  'It has no rounds; monitor_round() makes one.')) v (p, y, r, m);
select is(round_says($$select adjust_program('void', 2026, 'A', 'x', 'y', targets => '{"no": "direct"}')$$),
    'P0002 | there is no program "void" in 2026', 'of an act as well');
insert into program (program_id, fiscal_year, name, unit_id) values ('bare', 2030, 'Bare', 'edu');
select is(round_says($$select adjust_program('bare', 2030, 'A', 'x', 'y', targets => '{"no": "direct"}')$$),
    'P0002 | program "bare" has no indicator "no" in 2030 | It has no indicators.', 'where there is none');

-- the next round --------------------------------------------------------------------------------------------

-- the budget of hasty is raised; its 1000 are 95 % of 1050, and 1714.29 of 1800 at the end of the year
select results_eq($$select item, before, after from adjust_program('hasty', 2026, 'A-1', 'council of 5 May', 'more children',
    600, on_day => '2026-05-05', cause => 'rules')$$, $$values ('budget', '1200.00', '1800.00')$$,
    'a program is adjusted with its cause');
select is((select cause from adjustment where adjustment_id = 'A-1'), 'rules', 'which is in the act');
-- July: 7 months of 12. irrigation 3000 of 5833.33, and its output 300 of 700; over: 550 and 500 committed of 1000;
-- quiet is 122 days late.
select results_eq($$select * from monitor_round(2026, 'Q2', '2026-07-31')$$,
    $$values ('red', 3, 2), ('green', 2, 3)$$, 'the second round');
select is((select name from monitoring_round where round = 'Q2'), 'Q2', 'its name is its code');
select results_eq($$select program_id, item, change, colour, colour_before, alerts, new_alerts, ended_alerts, detail
    from round_change_at('2026-12-31') where round = 'Q2' order by 1, 2$$,
    $$values ('hasty', '', 'better', 'green', 'yellow', 0, 0, 1,
              'green, was yellow; budget 1800.00, was 1200.00; budget pace 95.24 %, was 125 %; target pace 100 % as before; '
              'ended: forecast over budget'),
             ('hasty', 'out', 'same', 'green', 'green', 0, 0, 0, 'green as before; pace 100 % as before'),
             ('irrigation', '', 'same', 'red', 'red', 1, 0, 0,
              'red as before; budget pace 51.43 %, was 51 %; target pace 42.86 %, was 75 %'),
             ('irrigation', 'out', 'worse', 'red', 'yellow', 2, 0, 0, 'red, was yellow; pace 42.86 %, was 75 %'),
             ('over', '', 'worse', 'red', 'green', 1, 1, 0,
              'red, was green; budget pace 94.29 %, was 90 %; target pace 100 % as before; new: over budget'),
             ('over', 'out', 'same', 'green', 'green', 1, 0, 0, 'green as before; pace 100 % as before'),
             ('quiet', '', 'worse', 'red', 'yellow', 1 - 1, 0, 0, 'red, was yellow; budget pace 100 % as before'),
             ('quiet', 'out', 'worse', 'red', 'yellow', 1, 0, 0, 'red, was yellow'),
             ('teachers', '', 'same', 'green', 'green', 0, 0, 0,
              'green as before; budget pace 99 % as before; target pace 100 % as before'),
             ('teachers', 'out', 'same', 'green', 'green', 0, 0, 0, 'green as before; pace 100 % as before')$$,
    'what changed, in words');
select results_eq($$select distinct change, colour_before, round_before, seen_before from round_change_at('2026-12-31')
    where round = 'Q1'$$, $$values ('new', null, null, null::date)$$, 'in the first round all is new');
select is((select count(*) from round_change_at('2026-07-30') where round = 'Q2'), 0::bigint,
    'a round is not there before its day');
select is((select count(*) from round_change_at('2026-12-31', '2026-01-01')), 0::bigint, 'nor before it was recorded');
select results_eq($$select program_id, item, kind, colour, colour_rank_before, since, rounds, answered, changed, answers,
        first_round from alert_result_at('2026-08-01') order by 1, 2, 3$$,
    $$values ('irrigation', '', 'budget pace', 'red', 1, date '2026-04-30', 2, 1, 'as in round Q2', 'Mr Irrigation', 'Q1'),
             ('irrigation', 'out', 'target pace', 'red', 1, '2026-04-30', 2, 1, 'as in round Q2', 'Ms Chen', 'Q1'),
             ('irrigation', 'out', 'unreachable', 'red', 1, '2026-04-30', 2, 1, 'as in round Q2', 'Ms Chen', 'Q1'),
             ('over', '', 'over budget', 'red', 1, '2026-07-31', 1, 0, 'as in round Q2', 'Mr Over', 'Q2'),
             ('over', 'out', 'no owner', 'yellow', 2, '2026-04-30', 2, 0, 'as in round Q2', 'Mr Over', 'Q1'),
             ('quiet', 'out', 'late figure', 'red', 1, '2026-03-31', 2, 0, 'as in round Q2', 'Ms Chen', 'Q1')$$,
    'what is open, since when, and who answers');
-- two days before the end of July 700 of quiet are 1211.16 of 1200 at the end of the year: 700 * 12 / (6 + 29/31)
select results_eq($$select kind, changed, colour_rank_before from alert_result_at('2026-07-29')
    where program_id in ('over', 'quiet') order by 1$$,
    $$values ('forecast over budget', 'new since round Q1', null),
        ('late figure', 'worse: yellow in round Q1', 2), ('no owner', 'as in round Q1', 2),
        ('over budget', 'new since round Q1', null)$$, 'what changed since the last round');
-- what is open and seen and not answered: over (2) and quiet (1)
select results_eq($$select kind, who, unanswered_alerts from responsibility_result_at('2026-08-01')
    where unanswered_alerts > 0 order by 1, 2$$,
    $$values ('person', 'Mr Over', 2), ('person', 'Mr Quiet', 1), ('unit', 'edu', 3)$$,
    'what nobody has answered counts for who answers');
select is((select sum(unanswered_alerts) from responsibility_result_at('2026-04-29')), 0::bigint, 'from the round on');

-- what was over and comes back is asked again: 1700 of 1500 in October, 2040 of 1800 at the end of the year
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('hasty', 2026, 'executed', '2026-10-15', 700);
select lives_ok($$select monitor_round(2026, 'Q3', '2026-10-31', 'Öffentliche "Runde" 水')$$, 'a third round');
select results_eq($$select kind, since, rounds, answered, first_round from alert_result_at('2026-10-31')
    where program_id = 'hasty' and item = ''$$, $$values ('forecast over budget', date '2026-10-31', 1, 0, 'Q3')$$,
    'a deviation that was over is a new one, and the old answer is none to it');

-- what is refused -------------------------------------------------------------------------------------------

select throws_ok($$select monitor_round(2026, 'Q1', '2026-12-31')$$, '23505', 'round "Q1" of 2026 exists', 'seen once');
select throws_ok($$select monitor_round(2026, 'Q4', '2026-10-31')$$, '22023',
    'round "Q3" of 2026 has looked at 2026-10-31 already', 'not on the same day');
select throws_ok($$select monitor_round(2026, 'Q4', '2026-06-30')$$, '22023',
    'round "Q3" of 2026 has looked at 2026-10-31 already', 'nor on an earlier one');
select throws_ok($$select monitor_round(2026, 'Q4', '2027-01-01')$$, '22023', '2027-01-01 is no day of 2026', 'a day after');
select throws_ok($$select monitor_round(2026, 'Q4', '2025-12-31')$$, '22023', '2025-12-31 is no day of 2026', 'a day before');
select throws_ok($$select monitor_round(2026, 'Q4', 'infinity')$$, '22023', null, 'no day');
select throws_ok($$select monitor_round(2031, 'Q1', '2031-06-30')$$, 'P0002', 'there is nothing to see in 2031', 'no program');
select throws_ok($$select monitor_round(26, 'Q1', '2026-06-30')$$, '22023', 'a round is of a fiscal year', 'no year');
select throws_ok($$select monitor_round(null, 'Q1', '2026-06-30')$$, '22023', 'a round is of a fiscal year', 'NULL');
select throws_ok(format($$select monitor_round(2026, %L, '2026-12-31')$$, r), '22023', 'a round has a code', 'no code')
from unnest('{"",null}'::text[]) r;
select is((select count(*) from monitoring_round), 3::bigint, 'nothing of what was refused is kept');
select is((select count(*) from monitoring_seen where fiscal_year <> 2026), 0::bigint, 'nor of what it saw');
select throws_ok(format(how, t), '23001', null, format(how, t))
from unnest('{monitoring_round,monitoring_seen,monitoring_alert,deviation_answer}'::text[]) t,
     unnest('{update %I set round = null,delete from %I,truncate %I cascade}'::text[]) how;

-- who may ---------------------------------------------------------------------------------------------------

create role bpm_test_looks;
create role bpm_test_answers;
create role bpm_test_pays;
create role bpm_test_reads;
do $$begin
    perform bpm.grant_duty('Look "at"', 'bpm_test_looks', 'approving');
    perform bpm.grant_duty('Look "at"', 'bpm_test_answers', 'measuring');
    perform bpm.grant_duty('Look "at"', 'bpm_test_pays', 'money');
    perform bpm.grant_reader('Look "at"', 'bpm_test_reads');
end$$;
grant usage on schema "Look ""at""" to public;
set local role bpm_test_looks;
select lives_ok($$select monitor_round(2026, 'Q4', '2026-12-15')$$, 'who approves makes rounds');
select throws_ok($$insert into deviation_answer (program_id, fiscal_year, round, cause)
    values ('hasty', 2026, 'Q3', 'staff')$$, '42501', null, 'and does not answer them');
select throws_ok($$insert into monitoring_round (fiscal_year, round, n, as_of, known_at, name, recorded_at)
    values (2025, 'Q4', 9, '2026-12-16', now(), 'x', '2026-01-01')$$, '42501', null, 'nor says when it was');
reset role;
-- in the transaction of a round it may be added to; later not
create temp table round_before as select recorded_at from monitoring_round where round = 'Q4';
alter table monitoring_round disable trigger user;
update monitoring_round set recorded_at = recorded_at - interval '1 hour';
alter table monitoring_round enable trigger user;
set local role bpm_test_looks;
select throws_ok($$insert into monitoring_alert (program_id, fiscal_year, round, item, kind, colour_rank)
    values ('teachers', 2026, 'Q1', '', 'spite', 1)$$, '23514', 'round "Q1" of 2026 is over', 'what was seen is complete');
select throws_ok($$insert into monitoring_seen (program_id, fiscal_year, round, item, unit_id, colour, colour_rank)
    values ('teachers', 2026, 'Q1', 'x', 'edu', 'red', 1)$$, '23514', 'round "Q1" of 2026 is over', 'in both tables');
reset role;
set local role bpm_test_answers;
select lives_ok($$insert into deviation_answer (program_id, fiscal_year, round, cause) values ('hasty', 2026, 'Q3', 'staff')$$,
    'who measures answers');
select throws_ok($$select monitor_round(2026, 'Q5', '2026-12-31')$$, '42501', null, 'and makes no rounds');
select throws_ok($$insert into deviation_answer (program_id, fiscal_year, round, cause, recorded_by)
    values ('hasty', 2026, 'Q3', 'staff', 'somebody')$$, '42501', null, 'nor says who he is');
reset role;
set local role bpm_test_pays;
select lives_ok($$insert into deviation_answer (program_id, fiscal_year, round, cause) values ('hasty', 2026, 'Q3', 'funds')$$,
    'and so does who keeps the ledger');
reset role;
select results_eq($$select cause, answered_by from alert_result_at('2026-10-31') where program_id = 'hasty' and item = ''$$,
    $$values ('funds', 'bpm_test_pays')$$, 'by name');
set local role bpm_test_reads;
select isnt_empty($$select * from alert_result_at('2026-12-15')$$, 'who reads sees what is open');
select throws_ok($$insert into deviation_answer (program_id, fiscal_year, round, cause) values ('hasty', 2026, 'Q3', 'staff')$$,
    '42501', null, 'and answers nothing');
select throws_ok($$select monitor_round(2026, 'Q5', '2026-12-31')$$, '42501', null, 'nor looks for others');
reset role;
-- row security
insert into unit_access values ('bpm_test_looks', 'edu'), ('bpm_test_answers', 'edu'), ('bpm_test_reads', 'water');
do $$begin perform bpm.enable_row_security('Look "at"'); end$$;
set local role bpm_test_looks;
select throws_ok($$select monitor_round(2026, 'Q5', '2026-12-31')$$, '42501',
    'a round looks at all programs, and row security hides some from the current role', 'a round looks at all, or at none');
select is((select count(*) from monitoring_round), 4::bigint, 'everybody sees that there were rounds');
select results_eq($$select distinct program_id from monitoring_seen order by 1$$,
    $$values ('hasty'), ('over'), ('quiet'), ('teachers')$$, 'and what they saw of his own');
select results_eq($$select distinct program_id from round_change_at('2026-12-31') order by 1$$,
    $$values ('hasty'), ('over'), ('quiet'), ('teachers')$$, 'in results');
reset role;
set local role bpm_test_answers;
select is(replace(round_says(format($$insert into deviation_answer (program_id, fiscal_year, round, cause)
        values (%L, 2026, 'Q1', 'staff')$$, 'irrigation')), 'irrigation', '?'),
    replace(round_says(format($$insert into deviation_answer (program_id, fiscal_year, round, cause)
        values (%L, 2026, 'Q1', 'staff')$$, 'nothing')), 'nothing', '?'),
    'what is hidden is as what is not there');
select lives_ok($$insert into deviation_answer (program_id, fiscal_year, round, cause) values ('over', 2026, 'Q2', 'funds')$$,
    'one answers for his own');
reset role;
set local role bpm_test_reads;
select is((select count(*) from deviation_answer where program_id <> 'irrigation'), 0::bigint, 'answers of others are theirs');
select results_eq($$select distinct program_id from alert_result_at('2026-12-15')$$, $$values ('irrigation')$$,
    'as is what is open');
reset role;

-- hostile ---------------------------------------------------------------------------------------------------

select lives_ok(format($$select count(x::text) from %s_at(%L, %L) x$$, v, d, k), format('%s on %s', v, d))
from unnest('{alert_result,round_change,self_alarm}'::text[]) v,
     (values ('infinity', 'infinity'), ('-infinity', '-infinity'), ('2026-07-31', '-infinity'), ('5000-01-01', 'infinity'))
         k (d, k);
savepoint hostile;
-- as of a dump without its guards: a round that is not of the year, and one without rows
alter table monitoring_round disable trigger all;
insert into monitoring_round (fiscal_year, round, n, as_of, known_at, name)
    values (2026, 'void', 5, '2026-12-16', now(), ''), (1000, E'\t\\"''', 1, '1000-01-01', now(), ' ');
select results_eq($$select distinct rounds, changed from alert_result_at('2026-12-31')$$,
    $$values (0, 'new since round void')$$, 'a round that saw nothing has seen nothing');
rollback to hostile;
-- names that could be more than names
do $$begin perform pg_temp.add(E'Ö"\\''; drop', 'water', 1000, 100, 100, 100, 100, '', E'水 "x"'); end$$;
select lives_ok($$select monitor_round(2026, E'; drop table "x"; --''水', '2026-12-31')$$, 'names are names');
select results_eq($$select program_id, item, answers from alert_result_at('2026-12-31')
    where program_id ~ '^Ö' and kind = 'no owner'$$,
    $$select E'Ö"\\''; drop', E'水 "x"', 'Mr ' || initcap(E'Ö"\\''; drop')$$, 'an empty owner is none');
select lives_ok($$insert into deviation_answer (program_id, fiscal_year, round, item, cause)
    values (E'Ö"\\''; drop', 2026, E'; drop table "x"; --''水', E'水 "x"', 'equipment')$$, 'and are answered by them');

-- every kind ------------------------------------------------------------------------------------------------

-- At the end of July. dumping: 9 of 10 planned in the last quarter. level: an output that stands at 900 of 1200 (75 %).
-- limit: at most 24 accidents, 18 by July are 30.86 at the end of the year. old: a figure of last March that may be 60
-- days old. tax: 500 of 1200 collected are 71.43 % of 700, and more than the plan is no fault. done: nothing to say.
do $$begin
    insert into program (program_id, fiscal_year, name, unit_id, nature, revenue_type)
    select k, 2027, k, 'water', case when k ~ 'tax' then 'revenue' else 'expenditure' end,
           case when k ~ 'tax' then 'tax' end
    from unnest('{dumping,level,limit,old,tax,more tax,done}'::text[]) k;
    insert into indicator (program_id, fiscal_year, indicator_id, name, moves, owner, stale_days)
    select program_id, 2027, 'i', 'I', case when program_id in ('limit', 'done') then 'cumulative' else 'level' end,
           'Ms Chen', case program_id when 'old' then 60 end
    from program where fiscal_year = 2027 and program_id !~ 'tax';
    insert into indicator (program_id, fiscal_year, indicator_id, name, source)
    select program_id, 2027, 'weightless', 'W', 'graded' from program where program_id = 'done' and fiscal_year = 2027;
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    select program_id, 2027, indicator_id, '2027-01-01',
           case when indicator_id = 'weightless' then 'direct' when program_id = 'limit' then '<= 24' else '>= 1200' end
               ::bpm.target, case indicator_id when 'i' then 1 else 0 end
    from indicator where fiscal_year = 2027;
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
        ('dumping', 2027, 'i', '2027-07-31', 1200), ('level', 2027, 'i', '2027-07-31', 900),
        ('limit', 2027, 'i', '2027-07-31', 18), ('old', 2027, 'i', '2027-03-31', 1200),
        ('done', 2027, 'i', '2027-07-31', 700);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    select program_id, 2027, k, '2027-01-01', case when k = 'approved' then 1200 when program_id = 'tax' then 500
           when program_id = 'more tax' then 1300 when program_id = 'dumping' then 100 else 700 end
    from program, unnest('{approved,executed}'::text[]) k where fiscal_year = 2027;
    insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount)
    select 'dumping', 2027, 'planned', m, '2027-01-01', a from (values (1, 120), (12, 1080)) v (m, a);
end$$;
select results_eq($$select program_id, item, kind, colour, detail from alert_result_at('2027-07-31')
    where fiscal_year = 2027 and kind in ('late plan', 'stale figure') order by 1, 2, 3$$,
    $$values ('dumping', '', 'late plan', 'yellow', '90 % of the plan is in the last quarter'),
             ('old', 'i', 'stale figure', 'yellow', 'the figure of 2027-03-31 is too old to count')$$,
    'a plan that puts all off, a figure that is too old');
select results_eq($$select program_id, item, kind, colour from alert_result_at('2027-07-31')
    where fiscal_year = 2027 and kind not in ('late plan', 'stale figure') order by 1, 2, 3$$,
    $$values ('level', 'i', 'target pace', 'yellow'), ('limit', 'i', 'forecast over limit', 'yellow'),
             ('tax', '', 'budget pace', 'yellow')$$, 'and the others, of revenue, too');
set local datestyle = 'German';
select is((select detail from alert_result_at('2027-07-31') where kind = 'stale figure'),
    'the figure of 2027-03-31 is too old to count', 'whatever the DateStyle');
set local datestyle = 'ISO';
select results_eq($$select distinct fiscal_year from alert_result_at('2027-07-31')
    where kind <> 'self-evaluation alarm'$$, $$values (2027)$$,
    'a year is monitored while it runs');

-- suspending ------------------------------------------------------------------------------------------------

do $$begin
    perform pg_temp.add('bridge', 'water', 1200, 300, 300, 300, 300);
    insert into program (program_id, fiscal_year, name, unit_id, lifecycle_id)
        values ('basic', 2026, 'Basic', 'edu', 'basic'), ('idle', 2026, 'Idle', 'edu', 'project');
    alter table stage_event disable trigger user;
    insert into stage_event (program_id, fiscal_year, at, stage)
        values ('bridge', 2026, '2025-10-01 09:00+00', 'drafted'), ('bridge', 2026, '2026-01-10 09:00+00', 'executing');
    update stage_event set lifecycle = (select rule from lifecycle_rule where lifecycle_id = 'project');
    alter table stage_event enable trigger user;
end$$;
select results_eq($$select * from suspend_program('bridge', 2026, 'S-1', 'council of 1 June', 'the river is in flood',
    'other', '2026-06-02')$$, $$values ('stage', 'stage', 'executing', 'suspended')$$, 'a program is suspended by an act');
select results_eq($$select a.procedure, a.reason, a.cause, e.stage, e.at, e.reason from adjustment a
    join stage_event e using (program_id, fiscal_year, adjustment_id) where a.adjustment_id = 'S-1'$$,
    $$values ('council of 1 June', 'the river is in flood', 'other', 'suspended', timestamptz '2026-06-02 00:00+00',
        'the river is in flood')$$, 'one row says what was decided, and one that it is');
select is((select stage from program_result_at('2026-06-02') where program_id = 'bridge'), 'suspended', 'from that day on');
select is((select stage from program_result_at('2026-06-01') where program_id = 'bridge'), 'executing', 'and not before');
select is((select count(*) from alert_result_at('2026-07-31') where program_id = 'bridge' and kind = 'budget pace'), 0::bigint,
    'its money stands still, and nobody asks why');
insert into indicator (program_id, fiscal_year, indicator_id, name, figure_every) values ('bridge', 2026, 'load', 'Load', 3);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at)
    values ('bridge', 2026, 'load', '2026-01-01', '>= 40 [t]', 1, '2026-01-01');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('bridge', 2026, 'load', '2026-03-31', 40);
-- the figure of the second quarter was due on 30 June
select results_eq($$select pace, days_late, colour from indicator_monitor_at('2026-10-31') where indicator_id = 'load'$$,
    $$values (100.0, 0, 'green')$$, 'and so do its indicators: no figure of a flooded bridge is late');
select throws_ok($$select suspend_program('bridge', 2026, 'S-2', 'x', 'y', null, '2026-06-03')$$, '55000',
    'program "bridge" is suspended already', 'not twice');
select throws_ok($$select resume_program('bridge', 2026, 'S-1', 'x', 'y')$$, '23505',
    'program "bridge" has an act "S-1" in 2026 already', 'an act has a number of its own');
select results_eq($$select * from resume_program('bridge', 2026, 'S-2', 'council of 2 July', 'the river is low', '2026-07-03')$$,
    $$values ('stage', 'stage', 'suspended', 'executing')$$, 'and it goes on by another');
select isnt_empty($$select * from alert_result_at('2026-07-31') where program_id = 'bridge' and kind = 'budget pace'$$,
    'then its money is asked for again');
select throws_ok($$select resume_program('bridge', 2026, 'S-3', 'x', 'y', '2026-07-04')$$, '55000',
    'program "bridge" is not suspended in 2026', 'once');
select lives_ok($$select suspend_program('bridge', 2026, 'S-3', 'x', 'y', 'funds', '2026-07-03')$$,
    'on the same day: after what was before');
select throws_ok($$select resume_program('bridge', 2026, 'S-4', 'x', 'y', '2026-07-01')$$, null, null, 'and never before it');
select throws_ok($$select suspend_program('basic', 2026, 'S-1', 'x', 'y')$$, '55000', 'program "basic" cannot be suspended',
    'only where the lifecycle knows it');
select throws_ok($$select suspend_program('idle', 2026, 'S-1', 'x', 'y', null, '2026-03-01')$$, null, null,
    'what is not executing is not suspended');
select throws_ok($$select suspend_program('nothing "x"', 2026, 'S-1', 'x', 'y')$$, 'P0002',
    'there is no program "nothing "x"" in 2026', 'nor what is not there');
select throws_ok($$select suspend_program('idle', 2026, 'S-1', 'x', 'y', 'weather')$$, '23514', 'there is no such cause', 'a cause');
select throws_ok(format($$select suspend_program('bridge', 2026, %L, %L, %L)$$, a, p, r), null, null, 'empty or NULL')
from (values (null, 'x', 'y'), ('', 'x', 'y'), ('S-9', null, 'y'), ('S-9', '', 'y'), ('S-9', 'x', null), ('S-9', 'x', '')) v (a, p, r);
select is((select count(*) from adjustment where program_id in ('basic', 'idle') or adjustment_id > 'S-3'), 0::bigint,
    'of an act that is refused nothing is left');

-- a score that the money does not support -------------------------------------------------------------------

-- An output that the money buys, where it does, of 90 points, and execution of 10; 2024 is closed.
create function pg_temp.judge(id text, promised numeric, reached numeric, budget numeric, executed numeric,
                              buys boolean default true, points numeric default 10) returns void language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id) values (id, 2024, initcap(id), 'water');
    insert into indicator (program_id, fiscal_year, indicator_id, name, source, buys)
        values (id, 2024, 'execution', 'Execution', 'budget', false), (id, 2024, 'out', 'Output', 'measured', buys);
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
        values (id, 2024, 'execution', '2024-01-01', null, points),
               (id, 2024, 'out', '2024-01-01', bpm.target('>=', promised), 100 - points);
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values (id, 2024, 'out', '2024-12-31', reached);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
        select id, 2024, k, '2024-01-10', a from (values ('approved', budget), ('executed', executed)) v (k, a)
        where a is not null;
$$;
do $$begin
    perform pg_temp.judge('clinics', 80, 80, 4000, 3200);
    perform pg_temp.judge('meals', 12000, 12500, 6600, 6270, false);
    perform pg_temp.judge('roofs', 40, 22, 20000, 12000);
    perform pg_temp.judge('claims', 80, 80, 1000, 949.99, false);
    perform pg_temp.judge('cost', 10, 9, 1000, 800, false, 20);
    perform pg_temp.judge('none', 10, 0, 1000, 100);
    perform pg_temp.judge('void', 10, 10, null, null);
    perform pg_temp.judge('all money', 80, 80, 1000, 700, false, 0);
end$$;
-- clinics: 3200 spent and 800 saved are 4000 of 4000, so 10 of 10. meals without a marked output: 6270 of 6600 are 95 %:
-- (1 - 0.95) / 1 = 5 %, not more. claims: 94.999 %: 5.001 %. roofs: 22 of 40 are 49.5 of 90, 60 % are 6 of 10:
-- (0.55 - 0.6) / 0.55 = -9.0909 %, but 40 % are left. cost: 72 of 80 and 16 of 20: (0.9 - 0.8) / 0.9 = 11.1111 %. Where
-- execution has no weight it is held against the indicators itself: (1 - 0.7) / 1 = 30 %.
select results_eq($$select program_id, indicator_points, indicator_weight, execution_points, execution_weight,
        round(excess, 4), colour from self_alarm_at('2025-06-30') where fiscal_year = 2024 order by 1$$,
    $$values ('all money', 100::numeric, 100::numeric, 0::numeric, 0::numeric, 30.0000, 'red'),
             ('claims', 90, 90, 9.4999, 10, 5.0010, 'red'), ('clinics', 90, 90, 10, 10, 0.0000, 'green'),
             ('cost', 72, 80, 16, 20, 11.1111, 'red'), ('meals', 90, 90, 9.5, 10, 5.0000, 'green'),
             ('none', 0, 90, 1, 10, null, 'no data'), ('roofs', 49.5, 90, 6, 10, -9.0909, 'yellow'),
             ('void', 90, 90, null, 10, null, 'yellow')$$, 'points held against the money');
select results_eq($$select program_id, reason from self_alarm_at('2025-06-30')
    where fiscal_year = 2024 and colour <> 'green' order by 1$$,
    $$values ('all money', '100 of 100 points of the indicators, 70 % of execution: 30 % more than the money supports'),
             ('claims', '90 of 90 points of the indicators, 9.5 of 10 of execution: 5 % more than the money supports'),
             ('cost', '72 of 80 points of the indicators, 16 of 20 of execution: 11.11 % more than the money supports'),
             ('none', 'no indicator has points'), ('roofs', '40 % of the budget is left and not explained by saving'),
             ('void', 'there is no budget')$$, 'in words');
select results_eq($$select program_id, judged_executed, budget, unspent_rate from self_alarm_at('2025-06-30')
    where program_id in ('clinics', 'roofs') order by 1$$,
    $$values ('clinics', 4000::numeric, 4000::numeric, 0::numeric), ('roofs', 12000, 20000, 40)$$, 'a saving is not left over');
update setting set execution = 'spent';
select is((select colour || ' ' || round(excess, 4) from self_alarm_at('2025-06-30') where program_id = 'clinics'),
    'red 20.0000', 'but where saving is not credited it is');
update setting set points_alert = 20;
select is((select colour from self_alarm_at('2025-06-30') where program_id = 'clinics'), 'green', 'the limits are settings');
update setting set execution = 'credited', points_alert = 5, unspent_alert = 40;
select is((select colour from self_alarm_at('2025-06-30') where program_id = 'roofs'), 'green', 'both of them');
select results_eq($$select distinct colour, reason from self_alarm_at('2024-12-30') where fiscal_year = 2024$$,
    $$values ('not due', 'so far: the self-evaluation is not closed')$$, 'before the close nothing is alarming');
select results_eq($$select program_id, item, colour from alert_result_at('2025-06-30')
    where kind = 'self-evaluation alarm' order by 1$$,
    $$values ('all money', '', 'red'), ('claims', '', 'red'), ('cost', '', 'red'), ('void', '', 'yellow')$$,
    'an alarm is open');

select * from finish();
rollback;
