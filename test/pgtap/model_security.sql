-- Whose rows: three roles with row security; nothing leaks through views, COPY, functions or messages.
-- Roles are the cluster's, so they have names of their own, and go with the transaction.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

create role bpm_test_edu;
create role bpm_test_health;
create role bpm_test_stranger;
select bpm.create_model('Own "rows"');
set local search_path = 'Own "rows"', public;
-- costs are looked at by themselves
set local jit = off;

insert into unit values ('gov', null, 'Government'), ('edu', 'gov', 'Education'), ('school', 'edu', 'Schools'), ('health', 'gov', 'Health');
insert into translation values ('unit', 'edu', 'fr', 'Éducation'), ('unit', 'health', 'fr', 'Santé');
insert into program (program_id, fiscal_year, name, unit_id)
select u || n, 2026, 'Program ' || u || n, u from (values ('gov', 1), ('edu', 3), ('school', 6), ('health', 7)) v (u, c), generate_series(1, c) n;
-- one of each department as a whole, and what belongs to a program, all of it
insert into program (program_id, fiscal_year, name, unit_id, scope) values ('edu all', 2026, 'Education', 'edu', 'department'), ('health all', 2026, 'Health', 'health', 'department');
insert into program_objective (program_id, fiscal_year, objective_id) select program_id, fiscal_year, 'progress' from program;
insert into responsible (program_id, fiscal_year, from_day, person) select program_id, fiscal_year, '2026-01-01', 'N. N.' from program;
insert into program_evaluation (program_id, fiscal_year, evaluation) select program_id, fiscal_year, 'department' from program;
insert into grader (program_id, fiscal_year, evaluation, grader, role_name) select program_id, fiscal_year, 'department', 'Ann', session_user from program;
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name, source)
select program_id, fiscal_year, e, i, i, case i when 'group' then 'group' else 'measured' end
from program, unnest('{self,department}'::text[]) e, unnest('{group,purpose,planning}'::text[]) i;
update indicator set parent_id = 'group' where indicator_id = 'planning';
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) select program_id, fiscal_year, 'a', 'council', 'prices' from program;
insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target)
select program_id, fiscal_year, evaluation, indicator_id, '2026-01-01', 'direct' from indicator where source <> 'group';
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, actual)
select program_id, fiscal_year, evaluation, indicator_id, '2026-12-31', 70 from indicator where source <> 'group';
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) select program_id, 2026, 'approved', '2026-01-01', 1000 from program where scope = 'project';
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason) select program_id, 2026, '2026-01-01', 'secret', 'secret' from program where unit_id = 'health';
insert into stage_event (program_id, fiscal_year, at, stage) select program_id, 2026, '2025-10-01', 'drafted' from program;
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) select program_id, fiscal_year, 'department', '2026-12-31', 'opened' from program;
-- what is proposed for the next year, by results that no publication of this file has
set local session_replication_role = replica;
insert into scenario (scenario, fiscal_year, from_year, publication, envelope, recaptured, available, proposed, unallocated, programs, rules, title)
values ('base', 2027, 2026, '2026 effective', 20000, 0, 20000, 19000, 1000, 19, '{}', 'Base');
insert into scenario_ceiling (scenario, unit_id, fiscal_year, ceiling) select 'base', unit_id, 2027, 9000 from unit;
insert into proposal (program_id, fiscal_year, scenario, unit_id, scope, result, effect, before, base_by, base, wanted, left_over, carry_over, shared, recaptured,
    rebased, cut, merged, carried, short, growth, by_hand, proposed, withheld, name, why)
select program_id, 2027, 'base', unit_id, scope, 'good', 'assured', 1000, 'approved budget', 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1000, 10, name, 'secret' from program;
insert into proposal_hold (program_id, fiscal_year, scenario, unit_id, from_year, rule, amount) select program_id, 2027, 'base', unit_id, 2026, 'not demonstrated', 10 from program;
insert into proposal_answer (program_id, fiscal_year, scenario, n, kind, text, unit_id) select program_id, 2027, 'base', 1, 'answer', 'secret', unit_id from program;
set local session_replication_role = origin;
set local bpm.as_of = '2027-06-30';

insert into unit_access values ('bpm_test_edu', 'edu'), ('bpm_test_health', 'health'), ('nobody at all', 'gov');
select is(bpm.enable_row_security('Own "rows"'), (select count(*)::integer from pg_class where relnamespace = '"Own ""rows"""'::regnamespace and relkind = 'r'),
    'policies on all tables');
select is_empty($$select c.relname from pg_class c where relnamespace = '"Own ""rows"""'::regnamespace and relkind = 'r'
    and (not relrowsecurity or not exists (select from pg_policy p where p.polrelid = c.oid))$$, 'on every one');
create table notes (note text);
select is(bpm.enable_row_security('Own "rows"'), (select count(*)::integer - 1 from pg_class where relnamespace = '"Own ""rows"""'::regnamespace and relkind = 'r'),
    'again: nothing changes, and what a DBA has added is left alone');
drop table notes;
select lives_ok($$select bpm.grant_duty('Own "rows"', 'bpm_test_edu', d) from unnest('{programs,targets,money,measuring,approving}'::text[]) d$$, 'one who does nearly everything');
select lives_ok($$select bpm.grant_reader('Own "rows"', 'bpm_test_health')$$, 'and a reader');
select throws_ok($$select bpm.grant_reader('public', 'bpm_test_edu')$$, '3F000', null, 'only of a model');
create table public.seen (role name, what text, n bigint);
grant all on public.seen to public;
do $$ begin execute 'grant usage, create on schema public to bpm_test_edu, bpm_test_health, bpm_test_stranger'; end $$;
-- Policies cost a plan little: over 100,000 the server would compile every statement on a small model.
create function pg_temp.dear() returns setof text language plpgsql as $$
declare v text; plan json;
begin
    for v in select case kind when 'view' then quote_ident(name) else replace(name, '(on_day date, as_known timestamp with time zone)', '(''2027-06-30'')') end
             from model_object where name !~ '^load_' and (kind = 'view' or name ~ '_at\(on_day date, as_known timestamp with time zone\)$') loop
        execute format('explain (format json) select * from %s', v) into plan;
        if (plan -> 0 -> 'Plan' ->> 'Total Cost')::numeric > 100000 then return next v || ' ' || (plan -> 0 -> 'Plan' ->> 'Total Cost'); end if;
    end loop;
end $$;
set local role bpm_test_edu;
select is_empty('select * from pg_temp.dear()', 'no view and no function is dear to the planner, with the statistics of a new model');
reset role;
analyze;
set local role bpm_test_edu;
select is_empty('select * from pg_temp.dear()', 'nor with those of its rows');
reset role;

-- one probe, three roles -----------------------------------------------------------------------------------
-- every table, view and function of a day that has a unit or a program in it: how many rows are another's
create function public.foreign_rows() returns setof text language plpgsql as $$
declare
    c record;
    n bigint;
    mine text := case current_user when 'bpm_test_edu' then '^(edu|school)' when 'bpm_test_health' then '^health' else '^$' end;
begin
    for c in
        select r.relname, of.source,
               -- the other trees are everybody's
               string_agg(case when r.relname in ('node_above', 'node_tree', 'node_result', 'node_program', 'node_saving_part', 'node_saving_result', 'scenario_node') and a.attname in ('id', 'ancestor_id') then 'tree = ''unit'' and ' else '' end
                   || format('coalesce(%I::text, '''') !~ %L and coalesce(%1$I::text, '''') <> ''''', a.attname, mine), ' or ') as foreign_key
        from pg_class r join pg_attribute a on a.attrelid = r.oid and a.attname in ('program_id', 'unit_id', 'ancestor_id', 'id', 'own_program_id')
            and (r.relname, a.attname) <> ('trend', 'id')
        cross join lateral (
            select format('%I', r.relname) as source
            union all
            select format('%I(%L)', p.proname, '2027-06-30') from pg_proc p
            where p.pronamespace = r.relnamespace and p.proname = r.relname || '_at') of
        where r.relnamespace = '"Own ""rows"""'::regnamespace and r.relkind in ('r', 'v') and r.relname !~ '^(import|load)_'
            and r.relname not in ('published_total', 'unit_total', 'evaluation_closed', 'year_closed', 'evaluation_published', 'program_published')
        group by r.relname, of.source
    loop
        execute format('select count(*) from %s where %s', c.source, c.foreign_key) into n;
        if n > 0 then
            return next format('%s: %s', c.source, n);
        end if;
    end loop;
    execute format('select count(*) from rule_log where relation ~ ''^unit'' and relation <> ''unit_access'' and key ->> ''unit_id'' !~ %L
        or relation = ''unit_access'' and key ->> ''role_name'' <> current_user or relation = ''translation'' and key ->> ''kind'' = ''unit'' and key ->> ''code'' !~ %1$L', mine) into n;
    if n > 0 then
        return next format('rule_log: %s', n);
    end if;
end $$;
grant execute on function public.foreign_rows() to public;

set local role bpm_test_edu;
select is_empty('select * from public.foreign_rows()', 'the editor of education sees no row of another unit, in any table or view');
select results_eq('select unit_id, programs, budget from unit_result order by 1',
    $$values ('edu', 9, 9000::numeric(38,2)), ('school', 6, 6000)$$, 'its totals are over its own rows, and higher units do not show');
select is((select programs from year_result), 9, 'so with the year');
select is((select count(*) from unit), 2::bigint, 'units: its own and those below');
select is((select count(*) from program_log where relation = 'program'), 10::bigint, 'history: of its own programs');
select bag_eq('select relation, key from rule_log where relation ~ ''^(unit|translation)''', $$values ('unit', '{"unit_id": "edu"}'::jsonb), ('unit', '{"unit_id": "school"}'),
    ('unit_access', '{"unit_id": "edu", "role_name": "bpm_test_edu"}'), ('translation', '{"kind": "unit", "code": "edu", "language": "fr"}')$$, 'of its own units');
select is((select own_program_id from unit_result where unit_id = 'edu'), 'edu all', 'the overall program of its department');
select is_empty($$select table_name from (values ('responsible'), ('program_objective'), ('program_evaluation'), ('grader'), ('evaluation_event'), ('adjustment'), ('indicator'),
        ('target_revision'), ('measurement'), ('budget_entry'), ('stage_event')) t (table_name)
    where (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I', table_name), false, true, '')))[1]::text::int = 0$$, 'all of what belongs to its programs');
select results_eq($$select (select count(*) from proposal), (select count(*) from proposal_hold), (select count(*) from proposal_answer), (select count(*) from scenario_ceiling)$$,
    'values (10::bigint, 10::bigint, 10::bigint, 2::bigint)', 'what is proposed for its programs, and no others');
select is((select count(*) from translation where kind = 'unit'), 1::bigint, 'and their names in other languages');
select is((select count(*) from unit_access), 1::bigint, 'who sees what: what is about itself');
select is_empty($$select * from gate_faults('health1', 2026, 'approved') except select condition, detail from gate_faults('not there', 2026, 'approved')$$,
    'a function says of a hidden program what it says of none');
select is_empty($$select * from check_result where program_id ~ 'health|gov'$$, 'faults of others stay theirs');
reset role;
set local role bpm_test_health;
select is_empty('select * from public.foreign_rows()', 'nor does the reader of health');
select results_eq('select unit_id, programs from unit_result order by 1', $$values ('health', 7)$$, 'its totals');
select is((select rating from program_result where program_id = 'health1'), 'secret', 'what it sees of its own');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('health1', 2026, 'purpose', '2026-11-01', 1)$$,
    '42501', null, 'a reader does not write');
select throws_ok('select * from import_measurement', '42501', null, 'nor see imports');
reset role;
set local role bpm_test_stranger;
select throws_ok('select * from "Own ""rows""".program_result', '42501', null, 'a stranger sees nothing at all');
reset role;
do $$ begin perform bpm.grant_reader('Own "rows"', 'bpm_test_stranger'); end $$;
set local role bpm_test_stranger;
select is_empty('select * from public.foreign_rows()', 'nor as a reader without units');
select is((select count(*) from program_result), 0::bigint, 'no programs');
reset role;

-- what comes out by COPY, EXPLAIN and messages -------------------------------------------------------------

set local role bpm_test_edu;
create temp table copied (program_id text, fiscal_year int, indicator_id text, as_of date);
create function public.leaky(text) returns boolean language plpgsql cost 0.0000001 as $$
begin insert into public.seen values (current_user, $1, 1); return true; end $$;
select is((select count(*) from program where public.leaky(program_id)), 10::bigint, 'a cheap function in WHERE');
select is_empty($$select * from public.seen where what !~ '^(edu|school)'$$, 'is not called with another''s rows');
select is((select count(*) from program_result where public.leaky(program_id)), 10::bigint, 'nor below a view');
select is_empty($$select * from public.seen where what !~ '^(edu|school)'$$, 'not there either');

create function public.message_of(statement text) returns text language plpgsql as $$
declare m text; d text; h text; c text;
begin
    execute statement;
    return 'no error';
exception when others then
    get stacked diagnostics m = message_text, d = pg_exception_detail, h = pg_exception_hint, c = returned_sqlstate;
    return concat_ws(' | ', c, m, nullif(d, ''), nullif(h, ''));
end $$;
-- what is there and hidden, and what is not there, give the same message
create function public.same_message(statement text, hidden text, absent text) returns text language sql as $$
    select is(replace(public.message_of(format(statement, hidden)), hidden, '?'), replace(public.message_of(format(statement, absent)), absent, '?'),
              'the same message for hidden and absent: ' || left(statement, 50))
$$;
select public.same_message($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('%s', 2026, 'purpose', '2026-11-01', 1)$$, 'health1', 'absent1');
select public.same_message($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('%s', 2026, 'executed', '2026-11-01', 1)$$, 'health1', 'absent1');
select public.same_message($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values ('%s', 2026, 'purpose', '2026-11-01', '>= 1')$$, 'health1', 'absent1');
select public.same_message($$insert into stage_event (program_id, fiscal_year, at, stage) values ('%s', 2026, '2026-11-01', 'targeted')$$, 'health1', 'absent1');
select public.same_message($$insert into indicator (program_id, fiscal_year, indicator_id, name) values ('%s', 2026, 'x', 'x')$$, 'health1', 'absent1');
select public.same_message($$insert into program (program_id, fiscal_year, name, unit_id) values ('new', 2026, 'x', '%s')$$, 'health', 'absent');
select public.same_message($$insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) values ('%s', 2026, 'x', 'x', 'x')$$, 'health1', 'absent1');
select public.same_message($$insert into responsible (program_id, fiscal_year, from_day, person) values ('%s', 2026, '2026-11-01', 'x')$$, 'health1', 'absent1');
select public.same_message($$insert into program_evaluation (program_id, fiscal_year, evaluation) values ('%s', 2026, 'finance')$$, 'health1', 'absent1');
select public.same_message($$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) values ('%s', 2026, 'self', '2027-01-31', 'closed')$$, 'health1', 'absent1');
select public.same_message($$insert into grader (program_id, fiscal_year, evaluation, grader, role_name) values ('%s', 2026, 'department', 'x', 'x')$$, 'health1', 'absent1');
select public.same_message($$insert into rating_override (program_id, fiscal_year, valid_from, rating, reason) values ('%s', 2026, '2026-11-01', 'x', 'x')$$, 'health1', 'absent1');
select public.same_message($$select apply_framework('%s', 2026, 'part')$$, 'health1', 'absent1');
select public.same_message($$select create_framework('f', 'f', '%s', 2026)$$, 'health1', 'absent1');
select is(public.message_of($$update program set unit_id = 'health' where program_id = 'edu1'$$) ~ '^42501', true, 'a program stays in its unit');
select is(public.message_of($$update measurement set actual = 1 where program_id = 'health1'$$) ~ '^42501', true, 'facts are not changed by an editor');

-- writing --------------------------------------------------------------------------------------------------

select lives_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('edu1', 2026, 'purpose', '2027-01-31', 80)$$, 'an editor adds facts');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_by) values ('edu1', 2026, 'purpose', '2027-02-01', 80, 'the minister')$$,
    '42501', null, 'under its own name');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at) values ('edu1', 2026, 'purpose', '2027-02-01', 80, '2020-01-01')$$,
    '42501', null, 'and now');
select throws_ok($$update setting set weigh_by = 'executed'$$, '42501', null, 'settings are not its to change');
select throws_ok($$insert into unit_access values ('bpm_test_edu', 'gov')$$, '42501', null, 'nor who sees what');
select to_regclass('load_measurement') is not null as has_import \gset
\if :has_import
insert into load_measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('edu1', '2026', 'planning', '2027-01-31', '90'), ('health1', '2026', 'planning', '2027-01-31', '90'), ('absent1', '2026', 'planning', '2027-01-31', '90');
select results_eq($$select moved, left_over from import_rows('measurement')$$, 'values (1::bigint, 2::bigint)', 'load and import: its own rows');
select is((select count(distinct replace(replace(reason, 'health1', '?'), 'absent1', '?')) from import_measurement), 1::bigint, 'hidden and absent for the same reason');
reset role;
select results_eq($$select read, moved from import_rows('measurement')$$, 'values (0::bigint, 0::bigint)',
    'who sees everything does not import for a role what that role may not');
\endif
reset role;

-- an input view that was replaced without security_invoker
select is_empty($$select * from check_inputs() where kind = 'rights'$$, 'the input views run with the rights of who asks');
alter view indicator_actual reset (security_invoker);
select results_eq($$select input, kind from check_inputs()$$, $$values ('indicator_actual', 'rights')$$, 'one that does not is named');
alter view indicator_actual set (security_invoker = true);

-- a unit that moves, and who sees it in which year ----------------------------------------------------------
insert into program (program_id, fiscal_year, name, unit_id) select program_id, 2027, name, unit_id from program where fiscal_year = 2026 and unit_id = 'school';
insert into unit_move values ('school', 2027, 'health');
set local role bpm_test_edu;
select results_eq('select fiscal_year, count(*) from program where unit_id = ''school'' group by 1', 'values (2026, 6::bigint)', 'the unit that has left shows the years before');
select is_empty('select * from rule_log where relation = ''unit_move''', 'not where it went');
reset role;
set local role bpm_test_health;
select results_eq('select fiscal_year, count(*) from program where unit_id = ''school'' group by 1', 'values (2027, 6::bigint)', 'and to whom it came, those after');
reset role;
select results_eq($$select distinct p.fiscal_year, v.role_name from unit_visible v join program p on p.unit_id = v.unit_id and p.fiscal_year between v.from_year and v.to_year
    where v.unit_id = 'school' and v.role_name like 'bpm%' order by 1$$, $$values (2026, 'bpm_test_edu'), (2027, 'bpm_test_health')$$, 'unit_visible says so');
delete from unit_move;

-- a tree of classes is kept by who sets the rules; the units' is out of his hands
do $$ begin perform bpm.grant_duty('Own "rows"', 'bpm_test_stranger', 'rules'); end $$;
set local role bpm_test_stranger;
select lives_ok($$insert into function_code (function_id, name) values ('f1', 'F'); insert into function_code (function_id, parent_id, name) values ('f2', 'f1', 'F'); delete from function_code where function_id = 'f2'$$,
    'rules: functions, under row security too');
select throws_ok($$insert into node_above values ('unit', 'edu', 'health', 0, 9999, 1)$$, '42501', null, 'he puts no unit below another');
select throws_ok($$insert into unit_visible values ('bpm_test_stranger', 'gov', 'gov', 0, 9999)$$, '42501', null, 'nor sees more than he is given');
reset role;

-- true totals ----------------------------------------------------------------------------------------------
-- gov 17 = own 1 + edu 9 (own 3 + school 6) + health 7. k = 5: of edu, 9 - 6 leaves 3, too few: school is held back.
-- of gov, 17 - 9 - 7 leaves 1, too few: the smaller of the two, health, is held back, and 8 are left.
-- A year that is over, so that its evaluations are closed by their due day.
insert into program (program_id, fiscal_year, name, unit_id) select program_id, 2020, name, unit_id from program where fiscal_year = 2026 and scope = 'project';
insert into responsible (program_id, fiscal_year, from_day, person) select program_id, 2020, '2020-01-01', 'N. N.' from program where fiscal_year = 2020;
insert into indicator (program_id, fiscal_year, indicator_id, name) select program_id, 2020, 'purpose', 'Purpose' from program where fiscal_year = 2020;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) select program_id, 2020, 'purpose', '2020-01-01', 'direct' from program where fiscal_year = 2020;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) select program_id, 2020, 'purpose', '2020-12-31', 70 + length(program_id) from program where fiscal_year = 2020;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) select program_id, 2020, 'approved', '2020-01-01', 1000 from program where fiscal_year = 2020;
do $$ begin perform bpm.grant_duty('Own "rows"', 'bpm_test_stranger', 'publishing'); end $$;
set local role bpm_test_stranger;
select throws_ok('select publish(2020)', '42501', 'a publication is of all programs, and row security hides some from the current role', 'who sees a part publishes nothing');
reset role;
set local bpm.as_of = '2019-01-01';
select is(publish(2020, as_of => '2021-06-30', publication => 'first'), 'first', 'a year is published, whatever day the session looks at');
set local bpm.as_of = '2027-01-31';
select results_eq('select unit_id, suppressed, programs, budget from unit_total order by 1',
    $$values ('edu', 0, 9, 9000::numeric(38,2)), ('gov', 0, 17, 17000), ('health', 1, null, null), ('school', 1, null, null)$$,
    'small figures are held back, and what would give them away');
select is((select count(*) from unit_total t join unit_result_at('2021-06-30') u using (unit_id, fiscal_year) where t.suppressed = 0
    and (t.weight, t.scored_weight, t.score_sum, t.score, t.coverage, t.low, t.high, t.on_day)
        is distinct from (u.weight, u.scored_weight, u.score_sum, u.score, u.coverage, u.low, u.high, date '2021-06-30')),
    0::bigint, 'they are the figures of the day that was asked for');
alter role bpm_test_stranger bypassrls;
set local role bpm_test_stranger;
select is(publish(2020, as_of => '2021-06-30', publication => 'second', replaces => 'first', reason => 'once more'), 'second', 'who sees all does');
reset role;
set local role bpm_test_health;
select results_eq('select unit_id, publication from unit_total order by 2', $$values ('health', 'first'), ('health', 'second')$$,
    'policy own: a role reads the totals of its units');
-- of what is published it reads what it reads of the rest
select is_empty('select * from public.foreign_rows()', 'what is published shows no program of another unit');
select results_eq($$select publication, count(*), count(responsible) from published_result where fiscal_year = 2020 group by 1 order by 1$$,
    $$values ('first', 7::bigint, 0::bigint), ('second', 7, 0)$$, 'its own programs, without names');
select is((select count(*) from published_contribution where program_id !~ '^health'), 0::bigint, 'and what their scores came from');
select results_eq('select tree, node_id, publication from publication_node order by 3', $$values ('unit', 'health', 'first'), ('unit', 'health', 'second')$$, 'of roll-ups that of its unit');
reset role;
update setting set totals_policy = 'true';
set local role bpm_test_health;
select results_eq('select unit_id, budget from unit_total where suppressed = 0 and is_latest = 1 order by 1', $$values ('edu', 9000::numeric(38,2)), ('gov', 17000)$$,
    'policy true: the true totals');
reset role;
-- what the money bought, what was promised, months, who answers ------------------------------------------------
reset role;
set local bpm.as_of = '2027-06-30';
update setting set totals_policy = 'own';
insert into program (program_id, fiscal_year, name, unit_id, nature, revenue_type)
select u || ' tax', 2026, 'Tax ' || u, u, 'revenue', 'tax' from unnest('{edu,health}'::text[]) u;
insert into breakdown select 2026, b, b, 100 from unnest('{men,women}'::text[]) b;
insert into indicator (program_id, fiscal_year, indicator_id, name, source, numerator, denominator, ratio_as, buys,
    unit_of_measure)
select p || 1, 2026, i, i, s, n, d, a, i = 'out', 'seats'
from unnest('{edu,health}'::text[]) p,
    (values ('out', 'measured', null, null, null), ('by group', 'measured', null, null, null),
        ('cost', 'ratio', 'executed', 'indicator out', 'value'), ('gini', 'ratio', 'gini by group', '1', 'percent'),
        ('tax', 'ratio', 'revenue', 'expenditure', 'percent')) v (i, s, n, d, a);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select program_id, fiscal_year, indicator_id, '2026-01-01', '>= 50', 1 from indicator where unit_of_measure = 'seats';
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, adjustment_id)
select program_id, fiscal_year, indicator_id, '2026-07-01', '>= 40', 'a' from indicator
where unit_of_measure = 'seats' and source = 'measured';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, breakdown, actual)
select program_id, fiscal_year, indicator_id, '2026-11-01', b, 10 * (2 + length(b)) from indicator, unnest('{"",men,women}'::text[]) b
where unit_of_measure = 'seats' and source = 'measured' and (b = '' or indicator_id = 'by group');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select p || s, 2026, k, '2026-02-01', case k when 'approved' then 1000 else 400 end
from unnest('{edu,health}'::text[]) p, unnest('{1," tax"}'::text[]) s, unnest('{approved,executed}'::text[]) k;
create temp table of_owner (view_name text, line text);
grant all on of_owner to public;
-- the views that show programs, a line each
create function pg_temp.lines() returns setof of_owner language plpgsql as $$
declare v text; begin
    foreach v in array '{program_result,scorecard,indicator_result,indicator_tree_result,saving_result,breakdown_result,equity_result,target_drift,revision_result,gain_result,gain_program_result,program_month}'::text[] loop
        return query execute format('select %L, to_jsonb(x)::text from %1$I x where program_id ~ %L', v, '^(edu|school)');
    end loop;
end $$;
insert into of_owner select * from pg_temp.lines();
select isnt_empty($$select from saving_result where program_id = 'health1' and earned is not null$$, 'health has something to hide');
-- whatever is in a column: names, reasons, figures
create function public.tells() returns setof text language plpgsql as $$
declare c record; n bigint; begin
    for c in select view_name, s.source from catalog, lateral (values (format('%I', view_name)),
            (case when view_name !~ '^(published_|unit_total$)' then format('%I(''2027-06-30'')', view_name || '_at') end)) s (source)
        where s.source is not null
        union all values ('changes_since', 'changes_since(''2026-01-31'', ''2027-06-30'')') loop
        execute format('select count(*) from %s x where to_jsonb(x)::text ~* ''health''', c.source) into n;
        if n > 0 then return next format('%s: %s', c.source, n); end if;
    end loop;
end $$;
select isnt_empty('select * from public.tells()', 'the owner sees health everywhere');
grant execute on function public.tells() to public;
set local role bpm_test_edu;
select is_empty('select * from public.foreign_rows()', 'the views of money, promises, months and persons show no row of another unit');
select is_empty('select * from public.tells()', 'nor does a reason or a name in any view of the catalog speak of one');
select is_empty($$(select * from pg_temp.lines() except select * from of_owner)
    union all (select * from of_owner except select * from pg_temp.lines())$$, 'of its programs a role sees what the owner sees');
select isnt_empty($$select from saving_result where program_id = 'edu1' and earned is not null$$, 'what was bought, too');
select results_eq($$select kind, who, programs from responsibility_result where nature = 'revenue' order by 1$$,
    $$values ('person', 'nobody', 1), ('unit', 'edu', 1)$$, 'who answers, among its own');
-- a function says of a hidden program what it says of none
select is((select count(*) from public.message_of($$select adjust_program('health1', 2026, 'x', 'p', 'r', 1)$$) m
    where m <> replace(public.message_of($$select adjust_program('absent1', 2026, 'x', 'p', 'r', 1)$$), 'absent1', 'health1')), 0::bigint,
    'adjusting what is hidden is adjusting what is not there');
select is((select promise_fixed('health1', 2026, now(), '2026-03-01')), (select promise_fixed('absent1', 2026, now(), '2026-03-01')),
    'nor does what guards a promise tell');
reset role;
alter role bpm_test_stranger nobypassrls;
set local role bpm_test_stranger;
select is_empty('select * from public.tells()', 'who has no units is told of none');
reset role;
-- The log says what was marked when the targets were fixed: without it there is no figure, and never another one.
revoke select on program_log from bpm_test_health;
set local role bpm_test_health;
select throws_ok('select * from saving_result', '42501', 'permission denied for table program_log', 'who may not read the log is told so');
select lives_ok('select * from program_result', 'and sees what does not need it');
reset role;

select * from finish();
rollback;
