-- Who may what: each duty is granted apart, nobody sets the rule that he is judged by, and what was changed is history
-- that nobody forges. Roles are the cluster's, so they have names of their own, and go with the transaction.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

create role "bpm_test ""Rules""";
create role "bpm_test Prüfung";
create role bpm_test_programs;
create role bpm_test_targets;
create role bpm_test_money;
create role bpm_test_measuring;
create role bpm_test_grading;
create role bpm_test_ann;
create role bpm_test_bob;
create role bpm_test_approving;
create role bpm_test_publishing;
create role bpm_test_budgeting;
create role bpm_test_office;
create role bpm_test_reader;
select bpm.create_model('Who "may" Übung');
set local search_path = 'Who "may" Übung', public;

-- the registry ---------------------------------------------------------------------------------------------

select set_eq($$select c.relname::text from pg_class c where c.relnamespace = '"Who ""may"" Übung"'::regnamespace and c.relkind in ('r', 'p', 'v')
        and not exists (select from model_object o where o.kind = 'view' and o.name = c.relname)$$,
    $$select distinct name from bpm.model_tables()$$, 'every table of the model, and every view that is made once, is in the registry, and no other');
select is_empty($$select m.name from bpm.model_tables() m join pg_class c on c.oid = to_regclass(quote_ident(m.name))
    where m.belongs_to not in ('view', 'internal') and c.relkind = 'v' or m.belongs_to = 'view' and c.relkind <> 'v'$$, 'views as views');
select is_empty($$select c.relname from pg_class c where c.relnamespace = '"Who ""may"" Übung"'::regnamespace and c.relkind = 'v'
    and 'security_invoker=true' <> all (coalesce(c.reloptions, '{}')) and c.relname not in ('evaluation_closed', 'year_closed', 'evaluation_published', 'program_published', 'year_published',
        'publication_made')$$,
    'views read with the rights of who asks, but for those that guards read');
select is_empty($$select name from bpm.model_tables() group by name having count(distinct (belongs_to, history)) > 1
    or count(written_by) < count(*) and count(*) > 1$$, 'a table has one kind of rows, and one log');
select is_empty($$select * from bpm.model_tables() where belongs_to <> all ('{program,unit,rule,import,total,internal,view}')
    or written_by not in (select duty from bpm.model_duties())$$, 'kinds and duties are those there are');
select is_empty($$select m.name, x from bpm.model_tables() m, unnest(inserts || updates) x
    where x <> '*' and not exists (select from pg_attribute a where a.attrelid = m.name::regclass and a.attname = ltrim(x, '-') and a.attnum > 0)$$,
    'its columns are there');
select is_empty($$select name from bpm.model_tables() m where belongs_to = 'program'
    and not exists (select from pg_index i where i.indrelid = m.name::regclass and i.indisprimary
        and (select array_agg(a.attname::text order by k.n) from unnest(i.indkey) with ordinality k (attnum, n)
             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum where k.n <= 2) = '{program_id,fiscal_year}')
    and name <> 'program_log'$$, 'what belongs to a program leads its key with program and year');
select is_empty($$select m.name from (select distinct name, history from bpm.model_tables() where history is not null) m
    where (select count(*) from pg_trigger t where t.tgrelid = m.name::regclass and t.tgname in ('log_change', 'log_truncate')) <> 2$$,
    'changes of what has a history are logged');
select is_empty($$select distinct m.name from bpm.model_tables() m
    where m.belongs_to in ('program', 'rule', 'unit') and m.history is null and m.name <> 'indicator_tree'
    and not exists (select from pg_trigger t where t.tgrelid = m.name::regclass and t.tgname = 'fact_guard')$$,
    'what has none is facts, which are never changed');

-- grants ---------------------------------------------------------------------------------------------------

create table notes (note text);
create view notes_seen as select * from notes;
select lives_ok(format('select bpm.grant_duty(%L, %L, %L)', 'Who "may" Übung', role, duty), 'the duty of ' || duty)
from (values ('bpm_test "Rules"', 'rules'), ('bpm_test_programs', 'programs'), ('bpm_test_targets', 'targets'), ('bpm_test_money', 'money'),
      ('bpm_test_measuring', 'measuring'), ('bpm_test_grading', 'grading'), ('bpm_test Prüfung', 'approving'), ('bpm_test_publishing', 'publishing'),
      ('bpm_test_budgeting', 'budgeting'),
      ('bpm_test_office', 'programs'), ('bpm_test_office', 'targets'), ('bpm_test_office', 'money'), ('bpm_test_office', 'measuring')) v (role, duty);
grant bpm_test_grading to bpm_test_ann, bpm_test_bob;
select lives_ok($$select bpm.grant_reader('Who "may" Übung', 'bpm_test_reader')$$, 'a reader');
select throws_ok($$select bpm.grant_duty('Who "may" Übung', 'bpm_test_reader', 'ruling')$$, '22023', 'there is no duty "ruling"', 'another duty');
select throws_ok($$select bpm.grant_duty('public', 'bpm_test_reader', 'rules')$$, '3F000', null, 'only in a model');
select throws_ok($$select bpm.grant_duty('Who "may" Übung', 'bpm_test_nobody', 'rules')$$, '42704', null, 'only to a role');

create view public.held as
select r.rolname::text as role, c.relname::text as relation, a.attname::text as attribute, p.privilege
from pg_roles r
cross join (values ('INSERT'), ('UPDATE')) p (privilege)
join pg_class c on c.relnamespace = '"Who ""may"" Übung"'::regnamespace and c.relkind in ('r', 'p', 'v')
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where r.rolname like 'bpm\_test%' and has_column_privilege(r.oid, c.oid, a.attnum, p.privilege);
select is_empty($$select * from public.held where attribute ~ '^(recorded_at|recorded_by|loaded_by|published_at|published_by|lifecycle)$' and relation !~ '^load_'
    and not (role = 'bpm_test_publishing' and relation = 'publication' and privilege = 'INSERT')$$,
    'when and by whom is for nobody to say; of a publication, whose hash is over it, a guard sees to it');
select is_empty($$select * from public.held h where privilege = 'UPDATE'
    and exists (select from pg_trigger t where t.tgrelid = quote_ident(h.relation)::regclass and t.tgname = 'fact_guard')$$, 'nobody changes a fact');
select is_empty($$select * from public.held where relation in ('program_log', 'rule_log', 'unit', 'unit_move', 'unit_access', 'unit_visible', 'model_version', 'model_object', 'notes', 'notes_seen')$$,
    'nobody writes to a log, to the units, to who sees what, nor to what a DBA has added');
select is_empty($$select r.rolname, c.relname from pg_roles r, pg_class c where r.rolname like 'bpm\_test%' and c.relnamespace = '"Who ""may"" Übung"'::regnamespace
    and c.relkind in ('r', 'v') and (has_table_privilege(r.oid, c.oid, 'truncate, trigger, references') or c.relname ~ '^(notes|evaluation_closed|year_closed)' and has_table_privilege(r.oid, c.oid, 'select'))$$,
    'nor truncates, nor puts triggers on tables; what a DBA has added is not even read');
select results_eq($$select distinct role, relation from public.held where relation in ('framework', 'framework_indicator', 'setting', 'lifecycle_rule', 'stage_gate', 'evaluation', 'score_rule')
    and role <> 'bpm_test "Rules"'$$, 'select null::text, null::text where false', 'rules are set by their duty alone');
select set_eq($$select attribute from public.held where relation = 'program' and role = 'bpm_test_programs' and privilege = 'UPDATE'$$,
    $$values ('name'), ('fund'), ('function_id'), ('economic_id'), ('revenue_type')$$, 'of a program its office changes the name and the classes');
select set_eq($$select attribute from public.held where relation = 'program' and role = 'bpm_test "Rules"'$$,
    $$values ('unit_id'), ('nature'), ('scope'), ('lifecycle_id'), ('framework_id'), ('weight'), ('is_key')$$, 'how it is judged, and where it counts, is a rule');
select is_empty($$select * from public.held where role = 'bpm_test_reader'$$, 'a reader writes nothing');

-- a year in separate hands ---------------------------------------------------------------------------------

insert into unit values ('gov', null, 'Government'), ('edu', 'gov', 'Education');
create function public.message_of(statement text) returns text language plpgsql as $$
declare m text; c text;
begin
    execute statement;
    return 'done';
exception when others then
    get stacked diagnostics m = message_text, c = returned_sqlstate;
    return c || ' ' || m;
end $$;
do $$ begin execute 'grant usage on schema public to public'; end $$;

set local role bpm_test_programs;
select lives_ok($$insert into program (program_id, fiscal_year, name, unit_id) values ('p', 2026, 'P', 'edu'), ('q', 2026, 'Q', 'edu')$$, 'programs: a new one');
select lives_ok($$insert into responsible (program_id, fiscal_year, from_day, person) values ('p', 2026, '2026-01-01', 'A. N. Other')$$, 'and who answers for it');
select lives_ok($$update program set name = 'School roofs' where program_id = 'p'$$, 'its name');
select throws_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('p', 2026, 'approved', '2026-01-01', 1)$$, '42501', null, 'no money');
reset role;
set local role bpm_test_targets;
select lives_ok($$insert into indicator (program_id, fiscal_year, indicator_id, name) values ('p', 2026, 'i', 'I'), ('p', 2026, 'j', 'J'), ('p', 2026, 'k', 'K')$$, 'targets: indicators');
select lives_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values ('p', 2026, 'i', '2026-01-01', '>= 100', 50), ('p', 2026, 'j', '2026-01-01', '>= 100', 50)$$, 'and what is promised');
select lives_ok($$delete from indicator where indicator_id = 'k'$$, 'one that was a mistake, and has no facts yet');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('p', 2026, 'i', '2026-06-30', 1)$$, '42501', null, 'no figures');
select throws_ok($$update indicator set source = 'budget' where indicator_id = 'i'$$, '42501', null, 'where a score comes from is set once');
select throws_ok($$update indicator set method = 'm1'$$, '42501', null, 'and how');
reset role;
set local role "bpm_test ""Rules""";
select lives_ok($$update indicator set stale_days = 90 where indicator_id = 'i'$$, 'rules: then it is a matter of the rules');
select lives_ok($$insert into indicator_tree values ('q', 2026, 'self', 0)$$, 'with the row that keeps two moves apart');
select throws_ok($$insert into indicator (program_id, fiscal_year, indicator_id, name) values ('p', 2026, 'x', 'X')$$, '42501', null, 'but no indicators');
select lives_ok($$insert into function_code (function_id, name) values ('roads', 'Roads'); insert into function_code (function_id, parent_id, name) values ('bridges', 'roads', 'Bridges');
    update function_code set parent_id = null where function_id = 'bridges'; insert into function_move values ('bridges', 2027, 'roads')$$, 'trees of classes');
select is((select count(*) from node_above where tree = 'function' and id = 'bridges'), 2::bigint, 'with what lies above what');
select throws_ok($$insert into unit values ('own', null, 'Own')$$, '42501', null, 'not the units: they are who sees what');
reset role;
set local role bpm_test_money;
select lives_ok($$insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) values ('p', 2026, 'a', 'council of 12 May', 'prices');
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id) values ('p', 2026, 'approved', '2026-01-01', 100, null), ('p', 2026, 'adjusted', '2026-05-12', 10, 'a')$$, 'money: the ledger');
reset role;
set local role bpm_test_measuring;
select lives_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('p', 2026, 'i', '2026-06-30', 70)$$, 'measuring: figures');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values ('p', 2026, 'i', '2026-07-01', '>= 1')$$, '42501', null, 'no targets');
reset role;
set local role "bpm_test Prüfung";
select lives_ok($$insert into program_evaluation (program_id, fiscal_year, evaluation, evaluator) values ('p', 2026, 'department', 'Ann & Bob');
    insert into grader (program_id, fiscal_year, evaluation, grader, role_name) values ('p', 2026, 'department', 'Ann', 'bpm_test_ann'), ('p', 2026, 'department', 'Bob', 'bpm_test_bob')$$,
    'approving: who evaluates, who grades');
select lives_ok($$insert into rating_override (program_id, fiscal_year, valid_from, rating, reason) values ('q', 2026, '2026-01-01', 'not demonstrated', 'no data')$$, 'a rating');
select throws_ok($$insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name) values ('p', 2026, 'department', 'd', 'D')$$, '42501', null, 'but nothing in it');
reset role;

-- grades ---------------------------------------------------------------------------------------------------

set local role bpm_test_ann;
select lives_ok($$insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name, source) values ('p', 2026, 'department', 'd', 'D', 'graded');
    insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target) values ('p', 2026, 'department', 'd', '2026-01-01', 'direct')$$, 'grading: the other evaluations');
select lives_ok($$insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score) values ('p', 2026, 'department', 'd', '2026-06-30', 'Ann', 60)$$, 'a grader grades');
select throws_ok($$insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score) values ('p', 2026, 'department', 'd', '2026-06-30', 'Bob', 0)$$,
    '42501', null, 'not as another');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('p', 2026, 'i', '2026-06-30', 100)$$,
    '42501', 'the duty of measuring is in other hands', 'nor what the program measures');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values ('p', 2026, 'i', '2026-07-01', '>= 1')$$,
    '42501', 'the duty of targets is in other hands', 'nor its promises');
select throws_ok($$update indicator set name = 'x' where evaluation = 'self'$$, '42501', 'the duty of targets is in other hands', 'nor its indicators');
reset role;
set local role bpm_test_bob;
select throws_ok($$insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, withdrawn, reason)
    select program_id, fiscal_year, evaluation, indicator_id, as_of, grader, recorded_at, 'spite' from measurement where grader = 'Ann'$$,
    '42501', null, 'nor does one take back what another has graded');
reset role;
set local role bpm_test_office;
select throws_ok($$insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, withdrawn, reason)
    select program_id, fiscal_year, evaluation, indicator_id, as_of, grader, recorded_at, 'spite' from measurement where grader = 'Ann'$$,
    '42501', null, 'nor who measures');
select throws_ok($$insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, score) values ('p', 2026, 'department', 'd', '2026-06-30', 100)$$,
    '42501', 'the duty of grading is in other hands', 'who measures grades nothing, with or without a name');
select throws_ok($$insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target) values ('p', 2026, 'department', 'd', '2026-07-01', '>= 0')$$,
    '42501', 'the duty of grading is in other hands', 'nor sets what others judge him by');
select throws_ok($$insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name, source) values ('p', 2026, 'department', 'gift', 'Gift', 'budget')$$,
    '42501', 'the duty of grading is in other hands', 'nor adds to it');
select throws_ok($$update indicator set sort = 9 where evaluation = 'department'$$, '42501', 'the duty of grading is in other hands', 'nor changes it');
select throws_ok($$delete from indicator where evaluation = 'department'$$, '42501', 'the duty of grading is in other hands', 'nor removes from it');
select throws_ok($$insert into grader (program_id, fiscal_year, evaluation, grader, role_name) values ('p', 2026, 'department', 'me', 'bpm_test_office')$$, '42501', null, 'nor makes himself a grader');
select throws_ok($$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) values ('p', 2026, 'department', now(), 'closed')$$, '42501', null, 'nor closes it');
reset role;
-- an evaluation in the hands of one role
update evaluation set role_name = 'bpm_test_bob' where evaluation = 'finance';
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('p', 2026, 'finance');
set local role bpm_test_ann;
select throws_ok($$insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name) values ('p', 2026, 'finance', 'f', 'F')$$,
    '42501', null, 'an evaluation of somebody else');
reset role;

-- the next budget: who proposes it does not accept it -------------------------------------------------------

select set_eq($$select distinct relation from public.held where role = 'bpm_test_budgeting'$$,
    $$values ('scenario'), ('scenario_ceiling'), ('proposal'), ('proposal_hold')$$, 'budgeting: scenarios, and nothing else');
select set_eq($$select role from public.held where relation in ('scenario', 'scenario_ceiling', 'proposal', 'proposal_hold')$$,
    $$values ('bpm_test_budgeting')$$, 'which nobody else adds');
select set_eq($$select role from public.held where relation = 'scenario_event'$$, $$values ('bpm_test Prüfung')$$, 'who approves accepts');
select set_eq($$select role, attribute from public.held where relation = 'proposal_answer' and attribute in ('is_answer', 'is_verdict')$$,
    $$values ('bpm_test_money', 'is_answer'), ('bpm_test_measuring', 'is_answer'), ('bpm_test_office', 'is_answer'), ('bpm_test Prüfung', 'is_verdict')$$,
    'the right to a computed column tells an answer from what is said to it');
-- as publish() would have it; a publication and its guards are of another file
set local session_replication_role = replica;
insert into publication (publication, n, fiscal_year, evaluation, as_of, known_at, title, programs, version, manifest, hash)
values ('2024 effective', 1, 2024, 'effective', '2025-03-31', now(), 'Results of 2024', 1, '1', '', repeat('0', 64));
set local session_replication_role = origin;
create function public.scenario_of(named text) returns text language sql as $$
select format('insert into scenario (scenario, fiscal_year, from_year, publication, envelope, recaptured, available, proposed, unallocated, programs, rules, title)
    values (%L, 2026, 2024, ''2024 effective'', 100, 0, 100, 60, 40, 1, ''{}'', ''Base'')', named) $$;
set local role bpm_test_budgeting;
-- all in one statement, as what is proposed is written with its scenario
select lives_ok(public.scenario_of('base') || $$; insert into scenario_ceiling (scenario, unit_id, fiscal_year, ceiling) values ('base', 'edu', 2026, 60);
    insert into proposal (program_id, fiscal_year, scenario, unit_id, scope, result, effect, before, base_by, base, wanted, left_over, carry_over, shared, recaptured,
        rebased, cut, merged, carried, short, growth, by_hand, proposed, withheld, name, why)
    values ('p', 2026, 'base', 'edu', 'project', 'good', 'assured', 60, 'approved budget', 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 10, 'P', 'It was good.');
    insert into proposal_hold (program_id, fiscal_year, scenario, unit_id, from_year, rule, amount) values ('p', 2026, 'base', 'edu', 2024, 'not demonstrated', 10)$$,
    'a scenario is made, with what it proposes');
select throws_ok($$insert into scenario_event (fiscal_year, event, scenario) values (2026, 'accepted', 'base')$$, '42501', null, 'but not accepted');
select throws_ok($$insert into proposal_answer (program_id, fiscal_year, scenario, kind, text, unit_id) values ('p', 2026, 'base', 'accepted', 'So be it', 'edu')$$, '42501', null, 'nor answered');
select throws_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('p', 2026, 'proposed', '2026-01-01', 60)$$, '42501', null, 'nor entered in the ledger');
select throws_ok($$update application_rule set percent = 0$$, '42501', null, 'nor are the rules its own');
select throws_ok($$insert into scenario (scenario, recorded_by) values ('late', 'the minister')$$, '42501', null, 'nor made by somebody else');
select throws_ok($$update proposal set proposed = 0$$, '42501', null, 'nor changed');
reset role;
set local role "bpm_test Prüfung";
select is(left(public.message_of(public.scenario_of('mine')), 5), '42501', 'who accepts a scenario makes none');
reset role;
set local role bpm_test_money;
select is(left(public.message_of(public.scenario_of('mine')), 5), '42501', 'nor does who keeps the ledger');
select throws_ok($$insert into scenario_event (fiscal_year, event, scenario) values (2026, 'accepted', 'base')$$, '42501', null, 'who accepts nothing either');
reset role;
set local role bpm_test_reader;
select results_eq('select proposed, withheld from proposal', 'values (60::numeric, 10::numeric)', 'a reader reads them');
reset role;
select throws_ok($$delete from proposal$$, '23001', null, 'what was proposed stays');
select throws_ok($$update scenario set envelope = 1$$, '23001', null, 'as it was');
set local session_replication_role = replica;
delete from publication;
set local session_replication_role = origin;

-- the office attacks ---------------------------------------------------------------------------------------

set local role bpm_test_office;
select throws_ok($$insert into framework (framework_id, name, scale) values ('mine', 'Mine', 'excellent >= 0, poor')$$, '42501', null, 'a framework of its own');
select throws_ok($$update framework set scale = 'excellent >= 0, poor' where framework_id = 'self-evaluation'$$, '42501', null, 'the framework of all');
select throws_ok($$update framework_indicator set weight = 0$$, '42501', null, 'its weights');
select throws_ok($$update program set framework_id = 'part' where program_id = 'p'$$, '42501', null, 'another framework');
select throws_ok($$insert into program (program_id, fiscal_year, name, unit_id, framework_id) values ('r', 2026, 'R', 'edu', 'part')$$, '42501', null, 'also when it is new');
select throws_ok($$insert into program (program_id, fiscal_year, name, unit_id, weight) values ('r', 2026, 'R', 'edu', 0)$$, '42501', null, 'a weight of its own');
select throws_ok($$update program set nature = 'revenue' where program_id = 'p'$$, '42501', null, 'out of the totals');
select throws_ok($$update program set scope = 'department' where program_id = 'p'$$, '42501', null, 'by its scope');
select throws_ok($$update program set unit_id = 'gov' where program_id = 'p'$$, '42501', null, 'by its unit');
select throws_ok($$update program set lifecycle_id = 'basic' where program_id = 'p'$$, '42501', null, 'a lifecycle with fewer gates');
select throws_ok($$delete from program where program_id = 'q'$$, '42501', null, 'away with it');
select throws_ok($$update setting set scale = 'excellent >= 0, poor'$$, '42501', null, 'the settings');
select throws_ok($$insert into setting (fiscal_year, weigh_by) values (2026, 'one')$$, '42501', null, 'of a year');
select throws_ok($$delete from stage_gate$$, '42501', null, 'the gates');
select throws_ok($$update score_rule set in_force = false$$, '42501', null, 'the rules of a score');
select throws_ok($$update evaluation set floor = 0$$, '42501', null, 'the floor');
select throws_ok($$update place set time_zone = 'Pacific/Kiritimati'$$, '42501', null, 'the day');
select throws_ok($$insert into stage_event (program_id, fiscal_year, at, stage) values ('p', 2026, now(), 'drafted')$$, '42501', null, 'a stage');
select throws_ok($$insert into rating_override (program_id, fiscal_year, valid_from, rating, reason) values ('p', 2026, '2026-01-01', 'excellent', 'me')$$, '42501', null, 'a rating');
select throws_ok($$insert into published_total (unit_id, fiscal_year, publication) values ('edu', 2026, '2026 effective')$$, '42501', null, 'a total');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at) values ('p', 2026, 'i', '2026-06-30', 100, '2026-07-01')$$, '42501', null, 'a figure of earlier');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, recorded_at) values ('p', 2026, 'i', '2026-01-01', '>= 1', '2025-12-01')$$, '42501', null, 'a promise of earlier');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, recorded_by) values ('p', 2026, 'i', '2026-01-01', '>= 1', 'the minister')$$, '42501', null, 'by somebody else');
select throws_ok($$update measurement set actual = 100$$, '42501', null, 'other figures');
select throws_ok($$delete from budget_entry$$, '42501', null, 'no money spent');
reset role;

-- a promise is not made easier afterwards
insert into stage_event (program_id, fiscal_year, at, stage)
select 'p', 2026, timestamptz '2025-09-01' + n * interval '1 day', stage from unnest('{drafted,appraised,targeted}'::text[]) with ordinality s (stage, n);
set local role bpm_test_targets;
select lives_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values ('p', 2026, 'i', '2025-02-01', '>= 99')$$, 'before the approval targets are a matter of the office');
reset role;
alter table stage_event disable trigger user;
insert into stage_event (program_id, fiscal_year, at, stage) values ('p', 2026, '2025-10-01', 'approved');
alter table stage_event enable trigger user;
set local role bpm_test_targets;
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values ('p', 2026, 'i', '2025-02-01', '>= 1')$$,
    '23514', 'the targets of program "p" in 2026 are approved: they are not changed for days that are past', 'afterwards not backwards');
select lives_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, adjustment_id) values ('p', 2026, 'i', '2025-02-02', '>= 98', 'a')$$, 'but by an act');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values ('p', 2026, 'i', current_date + 1, '>= 97')$$,
    '23514', 'what is promised of "i" of program "p" in 2026 is fixed', 'nor from tomorrow on without one');
reset role;
select lives_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, recorded_at) values ('p', 2026, 'j', '2025-02-01', '>= 98', '2025-02-01')$$, 'who owns the tables loads a history');
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) values ('p', 2026, 'self', now(), 'closed');
set local role bpm_test_office;
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('p', 2026, 'i', '2026-12-31', 100)$$, '23514', null, 'what is closed takes no figures');
select throws_ok($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values ('p', 2026, 'i', current_date + 1, '>= 1')$$, '23514', null, 'nor promises');
reset role;

-- history --------------------------------------------------------------------------------------------------

select results_eq($$select relation, before ->> 'name', after ->> 'name', changed_by, key from program_log where program_id = 'p' and relation = 'program' order by changed_at, n$$,
    $$values ('program', null, 'P', 'bpm_test_programs', '{"program_id": "p", "fiscal_year": 2026}'::jsonb),
             ('program', 'P', 'School roofs', 'bpm_test_programs', '{"program_id": "p", "fiscal_year": 2026}')$$, 'a program has a history');
select set_eq('select relation from program_log', $$values ('program'), ('responsible'), ('indicator'), ('program_evaluation'), ('grader')$$, 'with all that belongs to it');
select results_eq($$select before ->> 'name' from program_log where relation = 'indicator' and after is null$$, $$values ('K')$$, 'also what was removed');
select results_eq($$select distinct relation, changed_by from rule_log where changed_by like 'bpm_test%' order by 1$$,
    $$values ('function_code', 'bpm_test "Rules"'), ('function_move', 'bpm_test "Rules"')$$, 'so have the rules');
update unit set parent_id = null where unit_id = 'edu';
insert into unit_move values ('edu', 2027, 'gov');
insert into unit_access values ('bpm_test_reader', 'edu');
update nature set name = 'Spending' where nature = 'expenditure';
update place set time_zone = 'Europe/Paris';
insert into breakdown values (2026, 'north', 'North', 100);
insert into objective values ('well', null, 'Well-being');
delete from stage_gate where stage = 'executing';
insert into score_rule (evaluation, rule, looks_at, target, effect, points) values ('self', 'execution', 'execution', '>= 80', 'cap', 89);
select set_has('select relation from rule_log', $$values ('unit'), ('unit_move'), ('unit_access'), ('nature'), ('place'), ('breakdown'), ('objective'), ('stage_gate'), ('score_rule'), ('evaluation')$$,
    'each of them');
select results_eq($$select before ->> 'time_zone' <> after ->> 'time_zone' and session_by = session_user::text from rule_log where relation = 'place'$$, 'values (true)', 'what it was, and by whom');
select throws_ok('update program_log set before = null', '23001', null, 'history is not changed');
select throws_ok('delete from rule_log', '23001', null, 'nor removed');
select throws_ok('truncate program_log', '23001', null, 'nor thrown away');
select throws_ok('truncate framework cascade', '23001', null, 'nor what has one');
set local role bpm_test_office;
select throws_ok($$insert into program_log values ('p', 2026, 'program', '{}', '2020-01-01', 1, null, null, 'the minister', 'the minister')$$, '42501', null, 'nor forged');
select throws_ok($$insert into rule_log values ('setting', '{}', '2020-01-01', 1, null, null, 'the minister', 'the minister')$$, '42501', null, 'of neither kind');
-- not by a trigger of one's own either: see guard_log.sql
reset role;

select * from finish();
rollback;
