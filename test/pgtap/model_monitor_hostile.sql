-- Monitoring never raises: whatever the tables and the input views hold, on whatever day, every result answers; and who
-- is judged by a colour cannot change it by when he writes things down.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
set local jit = off;
set local timezone = 'UTC';
set local client_min_messages = warning;
select no_plan();
select bpm.create_model('mm');
set local search_path = mm, public;
set local bpm.as_of = '2026-08-15';
update setting set totals_required = false;

-- one indicator of every kind, figures of three years, a plan, an overall program, revenue ------------------------------
insert into unit (unit_id, parent_id, name) values ('gov', null, 'Government'), ('a', 'gov', 'A "quoted" d''été'),
    ('b', 'gov', E'B\\ % %s 中');
insert into program (program_id, fiscal_year, name, unit_id, nature, scope)
select p, y, n, u, k, s
from generate_series(2024, 2026) y,
    (values ('x', E'X %s "é" 100 % \\ 中', 'a', 'expenditure', 'project'), ('z', 'Z', 'b', 'expenditure', 'project'),
            ('r', 'R', 'a', 'revenue', 'project'), ('all', 'All', 'gov', 'expenditure', 'department'),
            ('bare', 'Bare', 'b', 'expenditure', 'project')) v (p, n, u, k, s);
create temp table kind (id text, source text, moves text, target bpm.target, actual numeric, numerator text,
    denominator text, ratio_as text);
insert into kind values
    ('more', 'measured', 'cumulative', '>= 100', 40, null, null, null),
    ('above', 'measured', 'cumulative', '> 100', 90, null, null, null),
    ('limit', 'measured', 'cumulative', '<= 10', 8, null, null, null),
    ('under', 'measured', 'level', '< 10', 8, null, null, null),
    ('exact', 'measured', 'cumulative', '= 50', 20, null, null, null),
    ('zero', 'measured', 'cumulative', '>= 0', 0, null, null, null),
    ('none', 'measured', 'cumulative', '<= 0', 0, null, null, null),
    ('range', 'measured', 'cumulative', '10..20', 15, null, null, null),
    ('points', 'measured', 'cumulative', 'points (0: 0, 10: 80, 20: 100)', 10, null, null, null),
    ('direct', 'measured', 'level', 'direct', 55, null, null, null),
    ('minus', 'measured', 'cumulative', '>= -5', -9, null, null, null),
    ('from', 'measured', 'cumulative', '>= 100 from 40', 60, null, null, null),
    ('rate', 'measured', 'rate', '>= 50%', 45, null, null, null),
    ('nothing', 'measured', 'level', null, 3, null, null, null),
    ('silent', 'measured', 'cumulative', '>= 7', null, null, null, null),
    ('cost', 'ratio', 'level', '<= 5', null, 'executed', 'indicator more', 'value'),
    ('growth', 'ratio', 'level', '>= 5%', null, 'executed', 'executed last year', 'change'),
    ('money', 'budget', 'level', null, null, null, null, null),
    ('built', 'graded', 'level', null, null, null, null, null),
    ('opened', 'measured', 'milestone', null, null, null, null, null);
insert into indicator (program_id, fiscal_year, indicator_id, name, source, moves, numerator, denominator, ratio_as)
select p.program_id, p.fiscal_year, k.id, k.id || E' "é" %s', k.source, k.moves, k.numerator, k.denominator, k.ratio_as
from program p, kind k
where p.fiscal_year > 2024 and (p.program_id = 'x' or p.fiscal_year = 2026 and p.program_id in ('all', 'r')
                                                       and k.id in ('more', 'cost', 'opened'));
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 1, 1),
       case k.id when 'opened' then bpm.target_by(make_date(i.fiscal_year, 7, 1)) else k.target end, 1
from indicator i join kind k on k.id = i.indicator_id;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, m, 28), k.actual * m / 6
from indicator i join kind k on k.id = i.indicator_id, unnest('{3,6}'::integer[]) m
where k.actual is not null;
insert into budget_entry (program_id, fiscal_year, entry_id, kind, month, entry_date, amount)
select p.program_id, p.fiscal_year, k || m, k, case k when 'planned' then m end,
       make_date(p.fiscal_year, case k when 'executed' then m else 1 end, 1), case k when 'approved' then 1200 else 100 end
from program p, unnest('{approved,executed,planned}'::text[]) k, generate_series(1, 12) m
where p.program_id in ('x', 'z', 'r') and (k <> 'approved' or m = 1) and (k <> 'executed' or p.fiscal_year < 2026 or m < 8);
insert into indicator_plan (program_id, fiscal_year, indicator_id, month, valid_from, planned)
select program_id, fiscal_year, 'above', m, make_date(fiscal_year, 1, 1), m * 8 from program, unnest('{6,12}'::integer[]) m
where program_id = 'x' and fiscal_year > 2024;
analyze;

-- every result that looks at pace, all columns of all rows, planned once; and monitoring on days that no year has
create function pg_temp.look_at(relation text) returns text language plpgsql as $$
begin
    execute format('create function pg_temp.%I() returns void language plpgsql set plan_cache_mode = force_generic_plan as
        $f$ begin perform count(x::text) from %s x; end $f$', relation, relation);
    return relation;
end $$;
create temp table looked_at as
select pg_temp.look_at(r) as relation
from unnest('{monitor_result,indicator_monitor,unit_monitor,plan_follows_actual,forecast_result,indicator_forecast,
    alert_result,scorecard,check_result}'::text[] || array[
    'monitor_result_at(''infinity'')', 'monitor_result_at(''-infinity'')', 'indicator_monitor_at(''2025-12-31'')',
    'indicator_monitor_at(''2026-02-28'')']) r;
create function pg_temp.raised() returns text language plpgsql as $$
declare
    relation text;
    said text;
begin
    for relation in select l.relation from looked_at l loop
        begin
            execute format('select pg_temp.%I()', relation);
        exception when others then
            said := concat_ws(e'\n', said, relation || ': ' || sqlerrm);
        end;
    end loop;
    return coalesce(said, 'all answer');
end $$;
create function pg_temp.answers(hostile text) returns text language plpgsql as $$
declare
    said text;
begin
    execute hostile;
    said := pg_temp.raised();
    raise exception using errcode = 'ZZ000', message = said;
exception when sqlstate 'ZZ000' then
    return sqlerrm;
end $$;
select is(pg_temp.raised(), 'all answer', 'what is sound answers');
select lives_ok(format('select count(x::text) from %s_at(%L) x', v, d), format('%s on %s', v, d))
from (values ('indicator_monitor', 'infinity'), ('indicator_monitor', '-infinity'), ('monitor_result', '4714-11-24 BC'),
             ('monitor_result', '9998-12-31'), ('monitor_result', '2026-01-01'), ('monitor_result', '2026-12-31'),
             ('unit_monitor', 'infinity'), ('unit_monitor', '-infinity'), ('plan_follows_actual', 'infinity'),
             ('plan_follows_actual', '-infinity'), ('forecast_result', '-infinity'), ('alert_result', 'infinity'),
             ('alert_result', '-infinity'), ('check_result', '-infinity')) d (v, d);
select is(count(*), 25::bigint, 'with something to say about every indicator')
from indicator_monitor_at('2026-08-15') where fiscal_year = 2026 and reason <> '' having count(*) > 0 and bool_and(colour_rank is not null);

-- another day is the view under bpm.as_of -------------------------------------------------------------------------------
create function pg_temp.same(result text, day date) returns text language plpgsql as $$
declare
    n bigint;
begin
    perform set_config('bpm.as_of', day::text, true);
    execute format('select count(*) from ((select * from %1$I except all select * from %1$I_at(%2$L)) union all
        (select * from %1$I_at(%2$L) except all select * from %1$I)) x', result, day) into n;
    perform set_config('bpm.as_of', '2026-08-15', true);
    return n || ' differ';
end $$;
select is(pg_temp.same(r, d), '0 differ', format('%s_at(%s) is %s under bpm.as_of', r, d, r))
from unnest('{monitor_result,indicator_monitor,unit_monitor}'::text[]) r, unnest('{2025-12-31,2026-06-30}'::date[]) d;

-- a unit's sums are those of its programs, and each ratio is made of what stands beside it ------------------------------
select results_eq(
    $$select unit_id, programs, budget, red_budget, yellow_budget, green_budget, other_budget, executed, committed, expected
      from unit_monitor where fiscal_year = 2026 order by 1$$,
    $$select a.ancestor_id, count(*)::integer, sum(m.budget), sum(case m.colour when 'red' then m.budget else 0 end),
             sum(case m.colour when 'yellow' then m.budget else 0 end),
             sum(case when m.colour in ('green', 'blue') then m.budget else 0 end),
             sum(case when m.colour in ('red', 'yellow', 'green', 'blue') then 0 else m.budget end),
             sum(m.executed), sum(m.committed), sum(m.expected)
      from (values ('a', 'a'), ('b', 'b'), ('a', 'gov'), ('b', 'gov'), ('gov', 'gov')) a (id, ancestor_id)
      join monitor_result m on m.unit_id = a.id and m.fiscal_year = 2026 and m.is_revenue = 0 and m.is_overall = 0
      group by a.ancestor_id order by 1$$, 'the sums of a unit are those of the programs below it');
select is_empty(
    $$select * from unit_monitor
      where red_budget + yellow_budget + green_budget + other_budget <> budget
          or red_programs + yellow_programs + green_programs + other_programs <> programs
          or red_share is distinct from round(100 * red_budget / nullif(budget, 0), 4)
          or budget_pace is distinct from round(100 * executed / nullif(expected, 0), 8)$$,
    'parts make the whole, and each ratio is made of what stands beside it');

-- the plan lock: what is written in a quarter does not move the pace of that quarter, however it is dated -----------------
insert into program (program_id, fiscal_year, name, unit_id) select p, 2026, p, 'b' from unnest('{kept,dated,loaded}'::text[]) p;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, recorded_at)
select p, 2026, k, '2026-01-01', a, timestamptz '2026-01-01 12:00'
from unnest('{kept,dated,loaded}'::text[]) p, (values ('approved', 1200), ('executed', 600)) v (k, a);
-- 100 a month; on 10 August 60 of August go to December: said to be of that day, or of 30 June
insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount, recorded_at)
select p, 2026, 'planned', m, date '2026-01-01', 100, timestamptz '2026-01-01 12:00' from unnest('{kept,dated}'::text[]) p, generate_series(1, 12) m
union all
select p, 2026, 'planned', m, d, a, '2026-08-10 12:00'
from (values ('kept', date '2026-08-10'), ('dated', '2026-06-30')) p (p, d), (values (8, -60), (12, 60)) m (m, a);
-- all of it loaded on 20 September, and changed the day after
insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount, recorded_at)
select 'loaded', 2026, 'planned', m, date '2026-01-01', 100, timestamptz '2026-09-20 12:00' from generate_series(1, 12) m
union all values ('loaded', 2026, 'planned', 8, date '2026-01-01', -60, timestamptz '2026-09-21 12:00'),
                 ('loaded', 2026, 'planned', 12, '2026-01-01', 60, '2026-09-21 12:00');
create function pg_temp.expected(lock text, day date, known timestamptz default 'infinity') returns text language plpgsql as $$
begin
    update setting set plan_lock = lock;
    return (select string_agg(m.program_id || ' ' || trim_scale(m.expected), ', ' order by m.program_id)
            from monitor_result_at(day, known) m where m.program_id in ('kept', 'dated', 'loaded'));
end $$;
-- by the end of August 800 were planned, or 740; by the end of September 900 or 840
select results_eq(
    $$select l, pg_temp.expected(l, '2026-08-31'), pg_temp.expected(l, '2026-09-30'), pg_temp.expected(l, '2026-10-31')
      from unnest('{year,quarter,month,newest}'::text[]) with ordinality l (l, n) order by n$$,
    $$values ('year', 'dated 800, kept 800, loaded 800', 'dated 900, kept 900, loaded 900', 'dated 1000, kept 1000, loaded 1000'),
             ('quarter', 'dated 800, kept 800, loaded 800', 'dated 900, kept 900, loaded 900', 'dated 940, kept 940, loaded 940'),
             ('month', 'dated 800, kept 800, loaded 800', 'dated 840, kept 840, loaded 900', 'dated 940, kept 940, loaded 940'),
             ('newest', 'dated 740, kept 740, loaded 740', 'dated 840, kept 840, loaded 840', 'dated 940, kept 940, loaded 940')$$,
    'a change counts from the next period on, whatever day it bears; what was loaded afterwards is the first plan');
-- before it was known there was no plan: the calendar, 8 and 9 of 12 months of 1200
select is(pg_temp.expected('newest', '2026-08-31', '2026-09-01'), 'dated 740, kept 740, loaded 800', 'as it was known before it was loaded');
select is(pg_temp.expected('newest', '2026-08-31', '2026-08-09'), 'dated 800, kept 800, loaded 800', 'or changed');
select is(pg_temp.expected('quarter', '2026-09-30', '2026-09-20 18:00'), 'dated 900, kept 900, loaded 900', 'the lock of what was known');

-- the same for the plan of an indicator: 50 by June, 100 by December; on 10 August 60 by August is asked no more
insert into indicator (program_id, fiscal_year, indicator_id, name, moves) values ('kept', 2026, 'i', 'I', 'cumulative');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
values ('kept', 2026, 'i', '2026-01-01', '>= 100', 0);
insert into indicator_plan (program_id, fiscal_year, indicator_id, month, valid_from, planned, recorded_at) values
    ('kept', 2026, 'i', 8, '2026-01-01', 60, '2026-01-01'), ('kept', 2026, 'i', 12, '2026-01-01', 100, '2026-01-01'),
    ('kept', 2026, 'i', 8, '2026-08-10', 6, '2026-08-10'), ('kept', 2026, 'i', 8, '2026-06-30', 6, '2026-08-10');
select is(expected, 60.0, 'and of an indicator: the plan is that of before the quarter')
from indicator_monitor_at('2026-08-31') where program_id = 'kept';
-- a weight of nothing, or next to nothing, hides no colour: silent since 31 March, red after 60 days
select results_eq($$select colour, worst_indicator from monitor_result_at('2026-08-15') where program_id = 'kept'$$,
    $$values ('red', 'i')$$, 'an indicator that weighs nothing is as red as any other');
-- nor does a day of another year on which a figure would be due: 31 March, 137 days ago
update indicator set due = '2030-01-01' where program_id = 'kept';
select results_eq($$select colour, figure_due::text, days_late from indicator_monitor_at('2026-08-15') where program_id = 'kept'$$,
    $$values ('red', '2026-03-31', 137)$$, 'silence is not made safe by a due day of another year');
update indicator set due = null where program_id = 'kept';
-- who is suspended is not asked to spend, but is over his budget all the same
set local session_replication_role = replica; -- without the stages before it
insert into stage_event (program_id, fiscal_year, at, stage) values ('dated', 2026, '2026-02-01', 'suspended');
set local session_replication_role = origin;
select is(budget_colour, 'not due', 'money of what is suspended is not due') from monitor_result_at('2026-08-15') where program_id = 'dated';
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('dated', 2026, 'executed', '2026-03-01', 700);
select is(budget_colour, 'red', 'unless there is more of it than there was') from monitor_result_at('2026-08-15') where program_id = 'dated';

-- without a rule, those that are used most: 60, 80, 120; 30 and 60 days
delete from monitor_rule;
select results_eq($$select indicator_id, pace, colour from indicator_monitor where program_id = 'x' and fiscal_year = 2026
                    and indicator_id in ('direct', 'rate', 'under') order by 1$$,
    -- 45 of 50; 8 is below 10
    $$values ('direct', 55.0, 'red'), ('rate', 90.0, 'green'), ('under', 100.0, 'green')$$, 'without a rule there are colours');
insert into monitor_rule default values;
select throws_ok(format('insert into monitor_rule (program_id, %s) values (%L, %s)', c, 'x', v), '23514', m, format('%s %s', c, v))
from (values ('red_below', '80.01', 'thresholds are out of order'), ('yellow_below', '59.99', 'thresholds are out of order'),
             ('blue_from', '79', 'thresholds are out of order'), ('red_below', '''NaN''', 'thresholds are out of order'),
             ('red_after', '29', 'a figure is yellow before it is red')) v (c, v, m);
select throws_ok(format('insert into monitor_rule (program_id, %s) values (%L, %s)', c, 'x', v), '23514', null, format('%s %s', c, v))
from (values ('red_below', '-1'), ('figure_every', '0'), ('figure_every', '5'), ('late_share', '100.1'), ('late_share', '''NaN'''),
             ('blue_from', '''NaN'''), ('fiscal_year', '-1')) v (c, v);

-- who sees what: a role its own units, by which the sums are made; the thresholds are everybody's -------------------------
do $$ begin
    if exists (select from pg_roles where rolname = 'bpm_test_monitor') then
        drop owned by bpm_test_monitor; drop role bpm_test_monitor;
    end if;
    create role bpm_test_monitor;
end $$;
insert into unit_access values ('bpm_test_monitor', 'b');
insert into monitor_rule (program_id) values ('x');
do $$ begin perform bpm.enable_row_security('mm'), bpm.grant_reader('mm', 'bpm_test_monitor'); end $$;
grant select on kind to bpm_test_monitor;
set local role bpm_test_monitor;
select results_eq('select distinct unit_id from monitor_result', $$values ('b')$$, 'a role sees the programs of its units');
select is_empty($$select from indicator_monitor where program_id in ('x', 'all', 'r')$$, 'and their indicators');
select results_eq('select unit_id, programs from unit_monitor where fiscal_year = 2026 order by 1',
    $$values ('b', 5)$$, 'and sums of what it sees')
where exists (select from unit_monitor) and not exists (select from unit_monitor where unit_id = 'gov');
select isnt_empty($$select from monitor_rule where program_id = 'x'$$, 'thresholds are everybody''s');
reset role;

-- what the guards of the tables would not let through is forced in
do $$ declare c record; begin
    for c in select conrelid::regclass as t, conname from pg_constraint
             where connamespace = 'mm'::regnamespace and contype = 'c'
                 and conrelid in ('measurement'::regclass, 'budget_entry'::regclass, 'indicator_plan'::regclass,
                                  'monitor_rule'::regclass, 'setting'::regclass, 'indicator'::regclass,
                                  'target_revision'::regclass, 'unusual_year'::regclass)
    loop
        execute format('alter table %s drop constraint %I', c.t, c.conname);
    end loop;
end $$;
create table kept_entry as table program_budget;
create table kept_figure as table indicator_actual;
create function pg_temp.entries(changes text) returns text language sql as $$
    select format('create or replace view program_budget with (security_invoker = true) as
        select (f).program_id, (f).fiscal_year, (f).entry_id, (f).entry_date, (f).recorded_at, (f).proposed, (f).approved,
               (f).carried_over, (f).adjusted, (f).received, (f).committed, (f).executed, (f).planned, (f).month, (f).fund,
               (f).economic_id, (f).currency, (f).one_off from (select kept_entry as f from kept_entry union all %s) x', changes) $$;

-- for all of them at once: each change of the role would have all plans made anew
set local session_replication_role = replica;
select is(pg_temp.answers(h), 'all answer', left(regexp_replace(h, '\s+', ' ', 'g'), 100)) from unnest(array[
    -- figures that are none, or of no size
    $h$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
       select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 7, 1), 'NaN' from indicator i$h$,
    $h$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
       select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 7, 1), 'infinity' from indicator i$h$,
    $h$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
       select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 7, 1), '-infinity' from indicator i$h$,
    $h$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
       select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 7, 1), 1e30 from indicator i$h$,
    $h$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
       select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 7, 1), 9.9e19 from indicator i$h$,
    $h$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
       select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 1, 1), -9.9e19 from indicator i$h$,
    $h$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
       select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 7, 1), 1e-300 from indicator i$h$,
    $h$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual_date, actual, score)
       select i.program_id, i.fiscal_year, i.indicator_id, 'infinity', 'infinity', 1, 'NaN' from indicator i$h$,
    $h$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual_date)
       select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 7, 1), '-infinity' from indicator i$h$,
    $h$insert into measurement (program_id, fiscal_year, indicator_id, as_of, score)
       select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 7, 1), -999 from indicator i$h$,
    $h$update measurement set actual = null$h$,
    $h$delete from measurement$h$,
    -- targets of no size, dates where figures are, figures where dates are
    $h$update target_revision set target = '>= 10000000000000000000000000000'$h$,
    $h$update target_revision set target = '>= 0.00000001'$h$,
    $h$update target_revision set target = '<= 0.00000001'$h$,
    $h$update target_revision set target = '>= 100 from 99.99999999'$h$,
    $h$update target_revision set target = '<= -100'$h$,
    $h$update target_revision set target = 'by 2026-06-30'$h$,
    $h$update target_revision set target = null, weight = 'NaN'$h$,
    $h$update target_revision set retired = true$h$,
    $h$delete from target_revision$h$,
    $h$update indicator set moves = 'cumulative'; update target_revision set target = '10..10'$h$,
    $h$update indicator set moves = 'milestone'$h$,
    $h$update indicator set moves = 'nonsense'$h$,
    $h$update indicator set due = '2020-01-01', figure_every = 1$h$,
    $h$update indicator set due = 'infinity', figure_every = 7$h$,
    $h$update indicator set due = '-infinity', figure_every = 0$h$,
    $h$update indicator set due = make_date(fiscal_year, 1, 1), figure_every = -3$h$,
    $h$update indicator set due = make_date(fiscal_year, 1, 1), figure_every = 2147483647$h$,
    $h$update indicator set source = 'same', same_as = 'self'$h$,
    $h$update indicator set name = ''$h$,
    -- plans of indicators
    $h$update indicator_plan set month = 13 where program_id = 'x'$h$,
    $h$update indicator_plan set month = 0 where program_id = 'x'$h$,
    $h$update indicator_plan set planned = 'NaN' where program_id = 'x'$h$,
    $h$update indicator_plan set planned = 'infinity' where program_id = 'x'$h$,
    $h$update indicator_plan set planned = -1e30 where program_id = 'x'$h$,
    $h$update indicator_plan set planned = 1e130 where program_id = 'x'$h$,
    $h$update indicator_plan set planned = 0 where program_id = 'x'$h$,
    $h$update indicator_plan set valid_from = '-infinity', recorded_at = '-infinity' where program_id = 'x'$h$,
    $h$update indicator_plan set valid_from = 'infinity' where program_id = 'x'$h$,
    $h$insert into indicator_plan (program_id, fiscal_year, indicator_id, month, valid_from, planned)
       select program_id, fiscal_year, indicator_id, 6, '2024-01-01', 1e19 from indicator where program_id = 'all' and indicator_id = 'more'$h$,
    -- money
    $h$update budget_entry set amount = 99999999999999999.99$h$,
    $h$update budget_entry set amount = -amount where kind = 'executed'$h$,
    $h$update budget_entry set amount = -amount where kind = 'planned' and month = 3$h$,
    $h$update budget_entry set amount = -amount where kind = 'planned'$h$,
    $h$update budget_entry set amount = 0 where kind = 'planned'$h$,
    $h$update budget_entry set amount = 0.01 where kind = 'planned'$h$,
    $h$update budget_entry set amount = -amount where kind = 'approved'$h$,
    $h$update budget_entry set amount = 0$h$,
    $h$update budget_entry set month = 13, entry_date = 'infinity'$h$,
    $h$update budget_entry set entry_date = '-infinity', recorded_at = '-infinity'$h$,
    $h$update budget_entry set recorded_at = 'infinity'$h$,
    $h$update budget_entry set currency = 'XXX'$h$,
    $h$delete from budget_entry$h$,
    $h$insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount)
       select 'all', y, 'planned', 6, make_date(y, 1, 1), 100 from generate_series(2024, 2026) y$h$,
    pg_temp.entries($s$select row(program_id, fiscal_year, '1', entry_date, null, 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', 'NaN',
        'NaN', month, null, null, null, null)::kept_entry from kept_entry$s$),
    pg_temp.entries($s$select row(program_id, fiscal_year, '1', entry_date, null, 1, 1, 1, 1, 1, 1, 1, 1, null, null, null,
        null, null)::kept_entry from kept_entry$s$),
    pg_temp.entries($s$select row(program_id, fiscal_year, '1', null, 'infinity', 1, 1, 1, 1, 1, 1, 1, 1, 0, null, null,
        null, null)::kept_entry from kept_entry$s$),
    pg_temp.entries($s$select row(program_id, fiscal_year, '1', entry_date, '-infinity', 1, 1, 1, 1, 1, 1, 1, 1, 13, null, null,
        null, null)::kept_entry from kept_entry$s$),
    pg_temp.entries($s$select row(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null)::kept_entry$s$),
    pg_temp.entries($s$select row(program_id, fiscal_year, '1', '-infinity', '-infinity', 0, 1e17, 0, 0, 0, 0, 1e17, 1e17, 6,
        null, null, null, null)::kept_entry from kept_entry, generate_series(1, 50)$s$),
    -- input views over tables with no scale, and with what no table of the model has
    $h$drop view if exists pg_temp.nothing;
       create or replace view indicator_actual with (security_invoker = true) as
       select (f).* from (select row(program_id, fiscal_year, evaluation, indicator_id, as_of, grader, breakdown, null, 1e30,
           actual_date, score, null, evidence, note)::kept_figure as f from kept_figure) x$h$,
    $h$create or replace view indicator_actual with (security_invoker = true) as
       select (f).* from (select row(program_id, fiscal_year, evaluation, indicator_id, 'infinity', grader, breakdown, 'infinity',
           'NaN', '-infinity', 'NaN', '-infinity', evidence, note)::kept_figure as f from kept_figure
           union all select kept_figure from kept_figure) x$h$,
    $h$create or replace view indicator_actual with (security_invoker = true) as
       select (f).* from (select row(null, null, null, null, null, null, null, null, null, null, null, null, null,
           null)::kept_figure as f) x$h$,
    -- rules
    $h$delete from setting$h$, $h$delete from monitor_rule$h$, $h$delete from place$h$,
    $h$delete from setting; delete from monitor_rule; delete from place; delete from evaluation$h$,
    $h$update setting set year_start_month = 7$h$, $h$update setting set year_start_month = 99$h$,
    $h$update setting set pace_against = 'history'$h$, $h$update setting set pace_against = 'nonsense'$h$,
    $h$update setting set plan_lock = 'newest'$h$, $h$update setting set plan_lock = 'nonsense'$h$,
    $h$update setting set forecast_method = 'nonsense'$h$, $h$update setting set forecast_method = 'run rate'$h$,
    $h$update setting set forecast_interval = 100$h$, $h$update setting set forecast_interval = 'NaN'$h$,
    $h$update monitor_rule set red_below = 200, yellow_below = 100, blue_from = 0$h$,
    $h$update monitor_rule set red_below = -1$h$, $h$update monitor_rule set red_below = 'NaN'$h$,
    $h$update monitor_rule set yellow_after = 2147483647, red_after = -2147483648$h$,
    $h$update monitor_rule set figure_every = 0$h$, $h$update monitor_rule set figure_every = 5$h$,
    $h$update monitor_rule set late_share = 'NaN'$h$,
    $h$insert into unusual_year select y, 'flood' from generate_series(2020, 2030) y$h$,
    $h$insert into monitor_rule (fiscal_year, scope, program_id) values (2026, 'project', 'x'), (2026, '', 'x'), (-1, '', 'ghost')$h$,
    -- events
    $h$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
        select program_id, fiscal_year, 'self', make_date(fiscal_year, 2, 1), 'closed' from program$h$,
    $h$insert into year_event (fiscal_year, at, event) select y, make_date(y, 2, 1), 'closed' from generate_series(2024, 2026) y$h$,
    $h$insert into stage_event (program_id, fiscal_year, at, stage) select program_id, fiscal_year, make_date(fiscal_year, 2, 1),
        'suspended' from program$h$,
    $h$alter table stage_event drop constraint stage_event_at_check;
       insert into stage_event (program_id, fiscal_year, at, stage) select program_id, fiscal_year, '-infinity', 'suspended'
       from program$h$,
    $h$delete from program where program_id <> 'bare'$h$, $h$delete from program$h$, $h$delete from unit$h$,
    $h$delete from scope$h$, $h$delete from nature$h$,
    $h$update program set fiscal_year = 9998 where fiscal_year = 2026; update budget_entry set fiscal_year = 9998 where fiscal_year = 2026$h$
    ]) h;

set local session_replication_role = origin;

select * from finish();
rollback;
