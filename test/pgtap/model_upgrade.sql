-- An upgrade makes again what is made otherwise, and leaves alone what is somebody else's.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

create role "bpm_test ""Sees""";
create role bpm_test_owner;
select bpm.create_model('Old "name"');
set local search_path = 'Old "name"', public;
insert into unit values ('gov', null, 'Government');
insert into program (program_id, fiscal_year, name, unit_id) values ('p', 2026, 'P', 'gov');

create function public.made() returns jsonb language sql as
$$ select jsonb_agg(jsonb_build_array(o.kind, o.name, o.objid) order by o.kind, o.name) from bpm.model_objects((select nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = 'model_object' and n.nspname ~ 'name"$')) o $$;
create temp table before as select public.made() as it;
select is(bpm.upgrade_model('Old "name"'), format('level %s, was %1$s', (select max(level) from model_version)), 'an upgrade of what is up to date');
select is(public.made(), (select it from before), 'makes nothing again');
select is((select count(*) from model_object), (select count(*) from model_object o join bpm.model_objects('Old "name"') m on (m.kind, m.name) = (o.kind, o.name)), 'the model knows what is its own');
select is_empty($$select o.name, o.comments, m.comments from model_object o join bpm.model_objects('Old "name"') m on (m.kind, m.name) = (o.kind, o.name) where o.comments is distinct from m.comments$$,
    'and what it said of it');
select is_empty($$select part from bpm.model_scripts() where part >= '70' and script ~ '\n *create (table|index|type|sequence)'$$, 'what is made again holds no rows');

-- what somebody has added, granted and said
create view mine as select program_id, score from program_result;
create function my_count() returns bigint language sql begin atomic select count(*) from unit_result; end;
create table my_table (note text);
comment on view program_result is 'What the council looks at.';
comment on column program_result.score is 'Die Punkte.';
comment on function program_result_at(date, timestamptz) is 'The same, of a day.';
grant select on program_result to "bpm_test ""Sees""" with grant option;
grant select (unit_id) on unit_result to "bpm_test ""Sees""";
revoke execute on function publish(integer, text, date, text, text, text, text) from public;
grant execute on function publish(integer, text, date, text, text, text, text) to "bpm_test ""Sees""";
create or replace view program_budget with (security_invoker = true) as
select program_id, fiscal_year, entry_id, entry_date, recorded_at, proposed, approved, carried_over, adjusted, received, committed, executed, planned, month, fund, economic_id, currency, false as one_off,
       'mine'::text as ledger from (select program_id, fiscal_year, entry_id, entry_date, recorded_at, amount as proposed, amount as approved, amount as carried_over,
       amount as adjusted, amount as received, amount as committed, amount as executed, amount as planned, month, fund, economic_id, currency from budget_entry) b;
select lives_ok($$select bpm.upgrade_model('Old "name"')$$, 'with views of others, as long as nothing changes below them');
select is((select obj_description('program_result'::regclass)), 'What the council looks at.', 'their comments stay');

-- something was made otherwise by an earlier version
alter view program_result set (security_barrier = true);
select throws_ok($$select bpm.upgrade_model('Old "name"')$$, '2BP01', 'function "Old ""name""".my_count() depends on "program_result", which this version makes anew',
    'what hangs on a view that changes is named first');
create function public.detail_of(statement text) returns text language plpgsql as $$
declare d text;
begin
    execute statement;
    return null;
exception when others then
    get stacked diagnostics d = pg_exception_detail;
    return d;
end $$;
select matches(public.detail_of($$select bpm.upgrade_model('Old "name"')$$), 'view "Old ""name""".mine:.*SELECT .*program_id.*FROM .*program_result', 'with its definition');
select ok(to_regclass('mine') is not null and to_regclass('program_result') is not null, 'and nothing is gone');
drop function my_count();
drop view mine;
create view other as select count(*) from dimension_result;
create view apart as select count(*) from program_state;
select throws_ok($$select bpm.upgrade_model('Old "name"')$$, '2BP01', null, 'also what hangs on it through others')
where exists (select from bpm.model_dependents(array['program_result'::regclass::oid], '{}') d where d.objid = 'dimension_result'::regclass);
drop view other;
select lives_ok($$select bpm.upgrade_model('Old "name"')$$, 'then it is made again, beside views over what does not change');
select is((select reloptions from pg_class where oid = 'program_result'::regclass), '{security_invoker=true}', 'as this version has it');
select is((select it from before) -> 0, public.made() -> 0, 'what is as it was stays');
select is((select obj_description('program_result'::regclass)), 'What the council looks at.', 'comments survive');
select is((select col_description('program_result'::regclass, attnum) from pg_attribute where attrelid = 'program_result'::regclass and attname = 'score'), 'Die Punkte.', 'of columns too');
select is((select obj_description('program_result_at(date,timestamptz)'::regprocedure)), 'The same, of a day.', 'and of functions');
select is((select has_table_privilege('bpm_test "Sees"', 'program_result', 'select with grant option')), true, 'grants survive');
select is((select has_column_privilege('bpm_test "Sees"', 'unit_result', 'unit_id', 'select') and not has_table_privilege('bpm_test "Sees"', 'unit_result', 'select')), true, 'those of columns as well');
select is((select has_function_privilege('bpm_test "Sees"', 'publish(integer, text, date, text, text, text, text)', 'execute')), true, 'and of functions');
select is((select has_function_privilege('bpm_test_owner', 'publish(integer, text, date, text, text, text, text)', 'execute')), false, 'with what was taken away');
select ok(to_regclass('my_table') is not null and to_regclass('apart') is not null, 'what somebody has added stays');
select is((select count(ledger) from program_budget), 0::bigint, 'the input views stay as they were replaced');

-- what an earlier version made, and this one does not
create view of_old as select 1 as n;
insert into model_object (kind, name) values ('view', 'of_old');
create function missing_now() returns integer language sql return 1;
insert into model_object (kind, name) values ('function', 'missing_now()');
drop view unit_total cascade;
select lives_ok($$select bpm.upgrade_model('Old "name"')$$, 'what is not made any more');
select ok(to_regclass('of_old') is null and to_regprocedure('missing_now()') is null, 'goes');
select ok(to_regclass('unit_total') is not null, 'what is missing comes');
drop view unit_total cascade;
delete from model_object where name = 'unit_total';
create view unit_total as select 'of somebody' as whose;
select throws_ok($$select bpm.upgrade_model('Old "name"')$$, '42710', 'schema "Old "name"" has a view "unit_total" that the model did not make', 'a view of somebody by the name of a new one');
drop view unit_total cascade;
create or replace trigger log_change after insert on program for each row execute function bpm.log_change('program_log', 'program_id', 'fiscal_year');
drop trigger lifecycle_2_guard on stage_event;
select lives_ok($$select bpm.upgrade_model('Old "name"')$$, 'a trigger that is missing');
select ok(exists (select from pg_trigger where tgrelid = 'stage_event'::regclass and tgname = 'lifecycle_2_guard'), 'comes too');

-- a schema that was renamed
create function mine_too() returns integer language sql set search_path = pg_catalog as 'select 1';
alter schema "Old ""name""" rename to "New ""name""";
set local search_path = 'New "name"', public;
select lives_ok($$select bpm.upgrade_model('New "name"')$$, 'after a rename');
select is_empty($$select p.oid::regprocedure from pg_proc p, unnest(p.proconfig) c where p.pronamespace = '"New ""name"""'::regnamespace and c like 'search\_path=%'
    and c <> 'search_path="New ""name""", pg_temp' and p.proname <> 'mine_too'$$, 'all functions look into the schema by its new name');
select matches((select pg_get_triggerdef(oid) from pg_trigger where tgrelid = 'stage_event'::regclass and tgname = 'lifecycle_2_guard'), '"New ""name"""\.stage_ready', 'and the gate is the one of that schema');
select is((select proconfig from pg_proc where proname = 'mine_too'), '{search_path=pg_catalog}', 'but those of others');
-- what buys, and a ratio: functions that views call look there too
insert into program (program_id, fiscal_year, name, unit_id) values ('bought', 2026, 'B', 'gov');
insert into indicator (program_id, fiscal_year, indicator_id, name, source, numerator, denominator, ratio_as, buys)
    values ('bought', 2026, 'out', 'Out', 'measured', null, null, null, true), ('bought', 2026, 'cost', 'Cost', 'ratio', 'executed', 'indicator out', 'value', false);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values ('bought', 2026, 'out', '2026-01-01', '>= 10');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('bought', 2026, 'out', '2026-06-30', 4);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) select 'bought', 2026, k, '2026-02-01', 100 from unnest('{approved,executed}'::text[]) k;
set local bpm.as_of = '2026-12-31';
set local jit = off;
create function pg_temp.silent() returns setof text language plpgsql as $$
declare v text; begin
    for v in select view_name from "New ""name""".catalog loop
        begin execute format('select count(x::text) from "New ""name""".%I x', v);
        exception when others then return next v || ': ' || sqlerrm; end;
    end loop;
end $$;
set local search_path = public;
select is_empty('select * from pg_temp.silent()', 'every view of a renamed model answers, whatever the path');
-- the view of this ledger takes each entry for every kind: 200 are approved, carried over and adjusted each, 200 executed; 4 of 10 are 240 of 600
select results_eq($$select s.earned, s.not_delivered, s.saved, i.actual from "New ""name""".saving_result s, "New ""name""".indicator_result i
    where s.program_id = 'bought' and i.program_id = 'bought' and i.indicator_id = 'cost'$$, 'values (240::numeric, 360::numeric, 40::numeric, 50::numeric)', 'and says what it says elsewhere');
set local search_path = 'New "name"', public;
set local search_path = public;
select lives_ok($$insert into "New ""name""".unit (unit_id, parent_id, name) values ('edu', 'gov', 'Education')$$, 'trees work on');
select throws_ok($$delete from "New ""name""".budget_entry$$, '23001', null, 'and guards');
set local search_path = public;
select throws_ok($$select bpm.upgrade_model('public')$$, '3F000', null, 'what is no model is not upgraded');

-- a model of somebody who is no superuser, upgraded by one
do $$ begin execute format('grant create on database %I to bpm_test_owner', current_database()); end $$;
set local role bpm_test_owner;
select lives_ok($$select bpm.create_model('of an owner')$$, 'an ordinary user makes a model');
select lives_ok($$select bpm.upgrade_model('of an owner')$$, 'and upgrades it');
reset role;
alter view "of an owner".program_result set (security_barrier = true);
drop view "of an owner".unit_total cascade;
select lives_ok($$select bpm.upgrade_model('of an owner')$$, 'a superuser does so for him');
select is_empty($$select c.relname from pg_class c where c.relnamespace = '"of an owner"'::regnamespace and pg_get_userbyid(c.relowner) <> 'bpm_test_owner'
    union all select p.proname from pg_proc p where p.pronamespace = '"of an owner"'::regnamespace and pg_get_userbyid(p.proowner) <> 'bpm_test_owner'$$, 'it stays his');
set local role bpm_test_owner;
select lives_ok($$select bpm.upgrade_model('of an owner')$$, 'so he can go on');
reset role;

select * from finish();
rollback;
