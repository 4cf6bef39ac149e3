-- model: time. Three dates, the day that results show, several days in one query, what is late and what is ahead.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(52);

set local timezone = 'UTC';
set local jit = off;
select bpm.create_model('clock');
set local search_path = clock, public;
insert into unit values ('u', null, 'U');

-- S has stages, W has none. Of both 1000 are approved, 400 executed in the year, 300 on 10 January after it and 200 on
-- 1 February. The figure stands at 50 in the year, 60 on 15 January after it, 80 on 10 March. Execution weighs half.
insert into program (program_id, fiscal_year, name, unit_id) values ('S', 2020, 'With stages', 'u'),
    ('W', 2020, 'Without', 'u');
insert into indicator (program_id, fiscal_year, indicator_id, name, source)
    select p, 2020, i, i, s from unnest(array['S', 'W']) p, (values ('spent', 'budget'), ('done', 'measured')) v (i, s);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    select program_id, 2020, indicator_id, '2020-01-01', case source when 'measured' then '>= 100'::bpm.target end, 50
    from indicator;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    select p, 2020, k, d::date, a from unnest(array['S', 'W']) p,
        (values ('approved', '2020-01-01', 1000), ('executed', '2020-06-01', 400), ('executed', '2021-01-10', 300),
                ('executed', '2021-02-01', 200)) v (k, d, a);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select p, 2020, 'done', d::date, a from unnest(array['S', 'W']) p,
        (values ('2020-05-01', 30), ('2020-12-15', 50), ('2021-01-15', 60), ('2021-03-10', 80)) v (d, a);
alter table stage_event disable trigger user;
insert into stage_event (program_id, fiscal_year, at, stage) values ('S', 2020, '2019-09-01', 'drafted');
alter table stage_event enable trigger user;
create function pg_temp.on_days(program text, variadic days date[])
    returns table (day date, executed numeric, figure numeric, late integer, score numeric, rating text, closed integer)
    language sql as $$
    select d, r.executed, i.actual, i.late, r.score, r.rating, r.closed
    from unnest(days) d, program_result_at(d) r, indicator_result_at(d) i
    where r.program_id = program and i.program_id = program and i.indicator_id = 'done' order by d $$;

-- without stages all three dates are the last day of the year -------------------------------------------------

-- 0.5 · 40 + 0.5 · 50
select results_eq($$select * from pg_temp.on_days('W', '2020-12-30', '2020-12-31', '2021-01-15', '2021-04-01')$$,
    $$values
    ('2020-12-30'::date, 400::numeric, 50::numeric, 0, 45::numeric, null, 0), ('2020-12-31', 400, 50, 0, 45, 'poor', 1),
    ('2021-01-15', 400, 50, 0, 45, 'poor', 1), ('2021-04-01', 400, 50, 0, 45, 'poor', 1)$$,
    'without stages the year, its money and the evaluation end on one day');
select set_eq($$select kind, item from check_result_at('2021-04-01')
    where program_id = 'W' and kind like '%after the close'$$,
    $$values ('figure after the close', 'done'), ('money after the close', null)$$, 'what came after it is named');

-- with stages they are three -----------------------------------------------------------------------------------

-- nobody has closed anything: the self-evaluation closes when it is due, 90 days after the year
select results_eq($$select * from pg_temp.on_days('S', '2020-12-31', '2021-01-15', '2021-02-01', '2021-03-30',
    '2021-03-31')$$, $$values
    ('2020-12-31'::date, 400::numeric, 50::numeric, 0, 45::numeric, null, 0), ('2021-01-15', 700, 60, 1, 65, null, 0),
    ('2021-02-01', 900, 60, 1, 75, null, 0), ('2021-03-30', 900, 80, 1, 85, null, 0),
    ('2021-03-31', 900, 80, 1, 85, 'good', 1)$$,
    'a figure after the year and before the close counts, as late; there is a rating from the close on');
-- the money is closed on 20 January, the evaluation on 28 February
insert into year_event (fiscal_year, at, event) values (2020, '2021-01-20', 'closed');
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
    values ('S', 2020, 'self', '2021-02-28', 'closed');
select results_eq($$select * from pg_temp.on_days('S', '2021-01-19', '2021-01-20', '2021-02-01', '2021-02-27',
    '2021-02-28', '2021-04-01')$$, $$values
    ('2021-01-19'::date, 700::numeric, 60::numeric, 1, 65::numeric, null, 0), ('2021-01-20', 700, 60, 1, 65, null, 0),
    ('2021-02-01', 700, 60, 1, 65, null, 0), ('2021-02-27', 700, 60, 1, 65, null, 0),
    ('2021-02-28', 700, 60, 1, 65, 'fair', 1), ('2021-04-01', 700, 60, 1, 65, 'fair', 1)$$,
    'the end of the year, the closing of its money, the closing of the evaluation');
select results_eq($$select kind, severity, item, detail from check_result_at('2021-04-01')
    where program_id = 'S' and kind in ('late', 'figure after the close', 'money after the close') order by 1$$,
    $$values
    ('figure after the close', 'warning', 'done',
    'A figure is for 2021-03-10, after the evaluation self closed on 2021-02-28: it does not count.'),
    ('late', 'note', 'done', 'The figure is for 2021-01-15, after the end of the year.'),
    ('money after the close', 'warning', null,
    '1 entries are dated after 2021-01-20, when the money of the year was closed: they do not count.')$$,
    'late is a note, after the close a warning');
select throws_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('S', 2020, 'executed', '2020-11-01', 1)$$,
    '23514', 'row (fiscal_year)=(2020) of "budget_entry" is closed', 'a closed year takes no more money');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('S', 2020, 'done', '2020-11-01', 1)$$,
    '23514', null, 'and a closed evaluation no more figures');
select lives_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('W', 2020, 'done', '2020-11-01', 1)$$,
    'what is measured comes between the two');
select lives_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    select 'S', 2021, 'executed', '2021-02-01', 1
    from (select 1) x where exists (select from program where fiscal_year = 2021)$$, 'another year is open');

-- opened again ---------------------------------------------------------------------------------------------------

select throws_ok($$insert into year_event (fiscal_year, at, event) values (2020, '2021-02-10', 'opened again')$$,
    '23514', null,
    'opening money again needs a reason');
insert into year_event (fiscal_year, at, event, reason) values (2020, '2021-02-10', 'opened again',
    'an invoice of December');
select lives_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('S', 2020, 'executed', '2021-02-12', 50)$$,
    'then it takes money');
insert into year_event (fiscal_year, at, event) values (2020, '2021-02-15', 'closed');
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason)
    values ('S', 2020, 'self', '2021-03-05', 'opened again', 'the survey was late'),
    ('S', 2020, 'self', '2021-03-20', 'closed', null);
-- 28 February: 950 of 1000 and 60 of 100; 20 March: 95 and 80
select results_eq($$select * from pg_temp.on_days('S', '2021-02-05', '2021-02-11', '2021-02-28', '2021-03-05',
    '2021-03-19', '2021-03-20')$$, $$values
    ('2021-02-05'::date, 700::numeric, 60::numeric, 1, 65::numeric, null, 0), ('2021-02-11', 900, 60, 1, 75, null, 0),
    ('2021-02-28', 950, 60, 1, 77.5, 'fair', 1), ('2021-03-05', 950, 60, 1, 77.5, null, 0),
    ('2021-03-19', 950, 80, 1, 87.5, null, 0), ('2021-03-20', 950, 80, 1, 87.5, 'good', 1)$$,
    'what is opened again has no rating until it is closed again, and counts what came by then');
select throws_ok('update year_event set at = now()', '23001', null, 'the events of a year are facts');

-- what was known -------------------------------------------------------------------------------------------------

insert into program (program_id, fiscal_year, name, unit_id) values ('K', 2020, 'Known', 'u');
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('K', 2020, 'done', 'Done');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at)
    values ('K', 2020, 'done', '2020-01-01', '>= 40', 100, '2020-01-01');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at, reason)
    values ('K', 2020, 'done', '2020-12-31', 38, '2021-01-10', null),
    ('K', 2020, 'done', '2020-12-31', 40, '2021-03-01', 'two were left out');
create temp view k as select score from indicator_result where program_id = 'K';
set local bpm.as_of = '2021-12-31';
select is((select score from k), 100::numeric, 'a correction counts');
set local bpm.known_at = '2021-02-01 00:00:00+00';
select is((select score from k), 95::numeric, 'what was believed on 1 February');
set local bpm.known_at = '2021-01-01 00:00:00+00';
select is((select score from k), null::numeric, 'and on 1 January: nothing');
set local bpm.known_at = '';
set local bpm.as_of = '2019-12-31';
select results_eq($$select score, coverage, budget from program_result where program_id = 'S'$$,
    $$values (null::numeric, 0::numeric, 0::numeric)$$,
    'before everything: no score, and no error');
select lives_ok('select * from unit_result', 'nor one further up');
select throws_ok($$set local bpm.as_of = 'yesterday week'; select count(*) from program_result$$,
    '22023', null, 'a setting that is no date is an error');
select throws_ok($$set local bpm.as_of = '31.12.2020'; select count(*) from program_result$$,
    '22023', null, 'whatever the session takes for a date');
set local bpm.as_of = '';

-- several days in one query --------------------------------------------------------------------------------------

select results_eq($$select d, r.executed, i.score from (values (date '2020-01-31'), ('2020-06-30'),
    ('2020-12-31')) v (d),
        program_result_at(d) r, indicator_result_at(d) i
    where r.program_id = 'W' and i.program_id = 'W' and i.indicator_id = 'done' order by d$$, $$values
    ('2020-01-31'::date, 0::numeric, null::numeric), ('2020-06-30', 400, 30), ('2020-12-31', 400, 50)$$,
    'three days in one query give three answers');
select results_eq($$select (select score from program_result_at('2020-06-30') where program_id = 'W'),
        (select score from program_result_at('2020-12-31') where program_id = 'W'),
        (select score from indicator_result_at('2021-12-31', '2021-02-01 00:00:00+00') where program_id = 'K'),
        (select score from indicator_result_at('2021-12-31') where program_id = 'K')$$,
    $$values (35::numeric, 45::numeric, 95::numeric, 100::numeric)$$, 'and as known at different times');
set local bpm.as_of = '2020-01-31';
set local bpm.known_at = '2020-01-01 00:00:00+00';
select is((select score from program_result_at('2020-12-31') where program_id = 'W'),
    45::numeric, 'a day that is given does not depend on the settings');
set local bpm.as_of = '2020-12-31';
set local bpm.known_at = '';
create temp table differ (view_name text);
create function pg_temp.digest(query text) returns text language plpgsql as $$
declare said text;
begin
    execute format('select md5(string_agg(to_jsonb(t)::text, E''\n'' order by to_jsonb(t)::text collate "C")) from (%s) t', query) into said;
    return said;
end $$;
select is_empty($$select view_name from catalog
    where view_name !~ '^(published_|unit_total$)' and pg_temp.digest('select * from ' || view_name)
        is distinct from pg_temp.digest(format('select * from %s_at(%L)', view_name, '2020-12-31'))$$,
    'every result is the same from the setting and from the function');

-- the day, and the sessions that look -------------------------------------------------------------------------------

set local bpm.as_of = '';
update place set time_zone = 'Pacific/Kiritimati';
select is(as_of(), (now() at time zone 'Pacific/Kiritimati')::date, 'today is that of the model''s time zone');
-- 25 hours lie between the two: it is never the same day there
insert into program (program_id, fiscal_year, name, unit_id) select 'T', fiscal_year_of(as_of()), 'Today', 'u';
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) select 'T', fiscal_year_of(as_of()),
    'approved', as_of(), 7;
select is((select budget from program_result where program_id = 'T'), 7::numeric, 'what is dated today counts');
update place set time_zone = 'Pacific/Pago_Pago';
select is((select budget from program_result where program_id = 'T'),
    0::numeric, 'where the day has not come it does not');
select is((select count(*) from check_result where program_id = 'T' and kind = 'money dated ahead'),
    1::bigint, 'and is named');
set local timezone = 'Pacific/Kiritimati';
select is((select budget from program_result where program_id = 'T'),
    0::numeric, 'whatever the time zone of the session');
set local timezone = 'UTC';
set local jit = off;
select is((select budget from program_result_at(null) where program_id = 'T'),
    0::numeric, 'a day that is not given is today');
select throws_ok($$update place set time_zone = 'Nowhere/At all'$$, '22023', null, 'a time zone is one');
select throws_ok($$insert into place values (false, 'UTC')$$, '23514', null, 'and only one');

update place set time_zone = 'Asia/Shanghai';
-- half past eleven at night in Greenwich is the next day in Shanghai
alter table stage_event disable trigger user;
insert into stage_event (program_id, fiscal_year, at, stage) values ('K', 2020, '2020-06-30 23:30:00+00', 'drafted');
alter table stage_event enable trigger user;
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
    values ('K', 2020, 'self', '2021-01-31 16:30:00+00', 'closed');
create temp view zone as select stage_since, closes_on from program_result_at('2021-12-31') where program_id = 'K';
select results_eq('select * from zone', $$values ('2020-07-01'::date, '2021-02-01'::date)$$,
    'a day begins and ends in the model''s time zone');
select is((select stage from program_result_at('2020-06-30') where program_id = 'K'),
    null, 'for what is not yet so, too');
do $$begin perform publish(2020); end$$;
select is((select distinct published_on from published_result),
    (select (published_at at time zone 'Asia/Shanghai')::date from publication),
    'so is the day of a publication');
set local bpm.as_of = '2021-12-31';
set local bpm.known_at = '2021-12-31 00:00:00+00';
create temp table digest as select view_name, pg_temp.digest('select * from ' || view_name) as digest from catalog;
create temp view changed as select view_name from digest where digest is distinct
    from pg_temp.digest('select * from ' || view_name);
set local timezone = 'Pacific/Kiritimati';
select is_empty('select * from changed', 'results do not depend on the time zone of the session');
set local timezone = 'America/Los_Angeles';
select is_empty('select * from changed', 'east or west');
set local datestyle = 'SQL, DMY';
set local intervalstyle = 'iso_8601';
select is_empty('select * from changed', 'nor on its DateStyle');
set local datestyle = 'German';
select is_empty('select * from changed', 'of whatever kind');
do $$begin
    perform set_config(case when current_setting('server_version_num')::integer < 160000 then 'force_parallel_mode' else
    'debug_parallel_query' end, 'on', true);
end$$;
select is_empty('select * from changed', 'nor on the order in which a parallel worker restores settings');
do $$begin
    perform set_config(case when current_setting('server_version_num')::integer < 160000 then 'force_parallel_mode' else
    'debug_parallel_query' end, 'off', true);
end$$;
set local datestyle = 'ISO, MDY';
set local timezone = 'UTC';
set local jit = off;
set local bpm.as_of = '';
set local bpm.known_at = '';
insert into publication_event (publication, event, reason) values ('2020 effective', 'opened', 'more to try');

-- ahead of today ---------------------------------------------------------------------------------------------------

insert into program (program_id, fiscal_year, name, unit_id) select 'A', fiscal_year_of(as_of()), 'Ahead', 'u';
insert into indicator (program_id, fiscal_year, indicator_id, name) select 'A', fiscal_year_of(as_of()), 'done', 'Done';
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    select 'A', fiscal_year, 'done', v.d::date, v.t::bpm.target, 100 from program, (values ('2000-01-01', '>= 100'),
    ('2999-01-01', '>= 1')) v (d, t)
    where program_id = 'A';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select 'A', fiscal_year, 'done', '2999-01-01', 100 from program where program_id = 'A';
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    select 'A', fiscal_year, 'approved', '2999-01-01', 100 from program where program_id = 'A';
select results_eq($$select budget, score from program_result where program_id = 'A'$$,
    $$values (0::numeric, null::numeric)$$, 'what is dated after today does not count');
select set_eq($$select kind, item from check_result where program_id = 'A' and kind like '%ahead'$$,
    $$values ('figure dated ahead', 'done'), ('money dated ahead', null), ('target dated ahead', 'done')$$,
    'and is named');
select is((select target from indicator_result where program_id = 'A'), '>= 100', 'nor does a target');
set local bpm.as_of = '2999-12-31';
select is((select budget from program_result where program_id = 'T'),
    7::numeric, 'a setting shows the day that it says');
set local bpm.as_of = '';

-- fiscal years -------------------------------------------------------------------------------------------------------

select throws_ok($$insert into program (program_id, fiscal_year, name, unit_id) values ('Y', 26, 'Y', 'u')$$,
    '23514', null, 'a fiscal year has four digits');
update setting set year_start_month = 7;
select is(year_start(2026), '2025-07-01'::date,
    'a year that does not begin in January has the number of the year in which it ends');
select results_eq($$select fiscal_year_of('2025-06-30'), fiscal_year_of('2025-07-01')$$,
    'values (2025, 2026)', 'and a day lies in one');
insert into program (program_id, fiscal_year, name, unit_id) values ('Y', 2020, 'By the fiscal year', 'u');
select is(apply_framework('Y', 2020, 'part'), 4, 'a framework for it');
select is((select min(valid_from) from target_revision where program_id = 'Y'),
    '2019-07-01'::date, 'holds from its first day');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, score)
    select 'Y', 2020, indicator_id, '2019-07-01', 90 from indicator where program_id = 'Y';
select results_eq($$select d::date, r.rating from (values ('2020-06-29'), ('2020-06-30')) v (d),
    program_result_at(d::date) r where program_id = 'Y' order by 1$$,
    $$values ('2020-06-29'::date, null), ('2020-06-30', 'Effective')$$, 'and it ends with its last');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, score)
    values ('Y', 2020, 'purpose', '2019-06-30', 10);
select is((select stale from indicator_result_at('2019-06-30') where program_id = 'Y' and indicator_id = 'purpose'),
    1, 'a figure of the day before it is stale');
insert into setting (fiscal_year, year_start_month) values (2021, 10);
select results_eq($$select year_start(2020), year_start(2021)$$, $$values ('2019-07-01'::date, '2020-10-01'::date)$$,
    'settings hold from a year on');

select * from finish();
rollback;
