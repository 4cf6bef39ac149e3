-- model: publications. What is published is closed: nobody changes, deletes, truncates, moves or dates back what a score
-- came from, by a table or by its partitions; a correction is a publication of its own. And what publish() refuses.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

\set model 'Kept "for" good'
\ir publication.psql

-- What a statement says when it is refused; what it did is undone.
create function pg_temp.attempt(statement text) returns text language plpgsql as $$
declare
    said text;
begin
    begin
        execute statement;
        set constraints all immediate;
        raise exception using errcode = 'ZZ000', message = 'done';
    exception when sqlstate 'ZZ000' then return 'done';
    when others then get stacked diagnostics said = message_text; return sqlstate || ' ' || said; end;
end $$;

-- before anything is published ---------------------------------------------------------------------------------------

select throws_ok($$select publish(2020, 'nobody''s')$$, 'P0002', 'there is no evaluation "nobody''s" in 2020',
    'an evaluation that is not there');
select throws_ok($$select publish(2019)$$, 'P0002', 'there is nothing to publish', 'a year without programs');
select throws_ok($$select publish(20)$$, '22023', 'a publication is of a fiscal year', 'a year of two digits');
select throws_ok('select publish(null)', '22023', 'a publication is of a fiscal year', 'and none');
select throws_ok($$select publish(2020, as_of => '9999-12-31')$$, '22023', 'there are no results of 9999-12-31 yet',
    'a day to come');
select throws_ok($$select publish(2020, as_of => '2021-03-30')$$, '23514',
    'not every program of 2020 is closed on 2021-03-30', 'an evaluation that is open on that day');
select throws_ok($$select publish(2020, as_of => '2021-06-30', replaces => 'none')$$, '22023',
    'publication "none" cannot be replaced', 'a correction of nothing');
savepoint gate;
insert into stage_gate values ('published', 'targets');
select throws_ok($$select publish(2020, as_of => '2021-06-30')$$, '23514', 'program "all edu" may not be published yet',
    'the gates of the stage published are those of publishing');
rollback to gate;
-- rows that somebody has put there under the name that the publication will have
savepoint planted;
insert into publication_item (program_id, fiscal_year, publication, kind, item, evaluation)
    values ('ghost', 2020, '2020 effective', 'group', 'planted', 'self');
select throws_ok($$select publish(2020, as_of => '2021-06-30')$$, '23001',
    'there are rows of a publication "2020 effective" that was never made', 'nor with rows planted before');
rollback to planted;
insert into publication_rule values ('2020 effective', 2020, 'setting', 'planted', '{}');
select throws_ok($$select publish(2020, as_of => '2021-06-30')$$, '23001',
    'there are rows of a publication "2020 effective" that was never made', 'of rules');
rollback to planted;
insert into publication_node (tree, node_id, fiscal_year, publication, programs, scored_programs, proposed, approved,
    budget, executed, weight, scored_weight, score_sum, coverage_sum, low_sum, high_sum)
    values ('unit', 'planted', 2020, '2020 effective', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
select throws_ok($$select publish(2020, as_of => '2021-06-30')$$, '23001',
    'there are rows of a publication "2020 effective" that was never made', 'or of nodes');
rollback to planted;

-- what is published ----------------------------------------------------------------------------------------------------

select is(publish(2020, as_of => '2021-06-30'), '2020 effective', 'a year is published');
-- roofs: .6 * 80 + .4 * 100 = 88, and 700 of 1000 spent is under 80 %: 69 at most. clinics: (60 + 3 * 80) / 4 = 75. The
-- odd one: the geometric mean of 100 and 25 is 50, the weakest of 80 and 40 is 40: 45. ruled: (80 + 100) / 2 = 90, less 5,
-- and 60 at most. vetoed: nothing.
select results_eq($$select program_id, evaluation, tree_score, deducted, cap, vetoed, score, rating from publication_program
    where score is not null order by program_id collate "C"$$,
    $$values ('clinics', 'finance', 75::numeric, 0::numeric, null::numeric, 0, 75::numeric, 'fair'),
    ('it''s "é", no 1', 'self', 45, 0, null, 0, 45, 'poor'), ('roofs', 'self', 88, 0, 69, 0, 69, 'up'),
    ('ruled', 'department', 90, 5, 60, 0, 60, 'fair'), ('vetoed', 'department', 50, 0, null, 1, 0, 'poor')$$,
    'with the scores that follow by hand');
select results_eq($$select program_id, score, rating, overridden, is_revenue, is_overall, programs from publication_program
    where score is null order by program_id collate "C"$$,
    $$values ('all edu', null::numeric, 'not demonstrated', 0, 0, 1, 0), ('bare', null, 'poor', 1, 0, 0, 1),
    ('tax', null, 'not demonstrated', 0, 1, 0, 1)$$,
    'a program without indicators, an overall one and one of revenue are in it');
select results_eq($$select kind, item, share, score, contribution, loss from publication_item
    where program_id like 'it%' and kind <> 'rule' order by kind, item collate "C"$$,
    $$values ('group', 'geo', .5, 50::numeric, 25::numeric, 25::numeric), ('group', 'weak', .5, 40, 20, 30),
    ('indicator', 'x"2', .25, 25, null, null), ('indicator', 'x,1', .25, 100, null, null),
    ('indicator', 'ÿ', .25, 80, null, null), ('indicator', '水', .25, 40, null, null)$$,
    'where shares are lost the group has the contribution');
select results_eq($$select item, part, contribution, effect, applies from publication_item
    where program_id in ('ruled', 'vetoed') and kind = 'rule' order by program_id, item$$,
    $$values ('slow', 'a', -5::numeric, 'deduct', 1), ('spent', '', -25, 'cap', 1),
    ('safety', 'safe', -50, 'veto', 1), ('slow', 'a', 0, 'deduct', 0), ('spent', '', 0, 'cap', 0)$$,
    'rules take their points as rows');
select results_eq($$select item, part, weight, grade, score from publication_item where kind = 'grade' order by 1, 2$$,
    $$values ('worth', 'one', 1::numeric, 60::numeric, 60::numeric), ('worth', 'two', 3, 80, 80)$$, 'grades by grader');
select is_empty($$select p.program_id, p.score, s.sum from publication_program p
    left join (select program_id, sum(contribution) from publication_item group by 1) s using (program_id)
    where p.score is distinct from s.sum and p.score is not null$$, 'contributions sum to every score exactly');
select results_eq($$select program_id, role, item, person from publication_person order by 1, 2 desc$$,
    $$values ('clinics', 'evaluator', '', 'Mr Wu'), ('roofs', 'responsible', '', 'Ms Li'), ('roofs', 'owner', 'done', 'Mr Ota')$$,
    'who answered is kept apart');
select results_eq($$select program_id, approved, executed from publication_money order by program_id collate "C"$$,
    $$values ('bare', 500::numeric, 0::numeric), ('clinics', 3000, 3000), ('it''s "é", no 1', 300, 300),
    ('roofs', 1000, 700), ('ruled', 100, 70), ('tax', 9000, 9100), ('vetoed', 100, 100)$$, 'and its money');
-- by the results of that day, as known then, column by column
select is_empty($$
    with p as (select to_jsonb(p) as row from publication_program p),
         r as (select to_jsonb(r) as row from publication b, program_result_at(b.as_of, b.known_at) r
               where r.fiscal_year = b.fiscal_year)
    select p.row ->> 'program_id', k.key, k.value, r.row -> k.key from p
    full join r on p.row ->> 'program_id' = r.row ->> 'program_id'
    cross join lateral jsonb_each(p.row) k
    where r.row is null or r.row ? k.key and r.row -> k.key is distinct from k.value$$,
    'programs are what program_result_at says of that day');
select is_empty($$
    with p as (select n.tree, n.node_id, to_jsonb(n) as row from publication_node n where n.tree <> 'all'),
         r as (select r.tree, r.id as node_id, to_jsonb(r) as row from publication b, node_result_at(b.as_of, b.known_at) r
               where r.fiscal_year = b.fiscal_year and r.tree in ('unit', 'function', 'objective') and r.programs > 0)
    select tree, node_id, k.key, k.value, r.row -> k.key from p
    full join r using (tree, node_id)
    left join lateral jsonb_each(p.row) k on true
    where p.row is null or r.row is null or k.key <> 'name' and r.row ? k.key and r.row -> k.key is distinct from k.value$$,
    'units, functions and objectives are what node_result_at says');
select is_empty('select * from verify()', 'nothing is to be found in it');
select isnt_empty($$select from publication where manifest ~ '^([0-9a-f]{64}  [a-z]+\.csv\n){5}$' and n = 1
    and previous_hash is null and programs = 8 and title = publication and published_by = current_user$$,
    'its row has the digests of five files');


-- closed ---------------------------------------------------------------------------------------------------------------

create temp table attack (n integer generated always as identity, promise text, statement text);
insert into attack (promise, statement)
select 'figures', x from unnest(array[
    $$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('roofs', 2020, 'done', '2020-12-31', 99)$$,
    $$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, breakdown) values ('roofs', 2020, 'done', '2020-12-31', 99, 'girls')$$,
    $$insert into measurement (program_id, fiscal_year, indicator_id, as_of, withdrawn, reason) select program_id, fiscal_year, indicator_id, as_of, recorded_at, 'no' from measurement where program_id = 'roofs' and indicator_id = 'done'$$,
    $$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at) values ('roofs', 2020, 'done', '2020-12-31', 99, '2021-01-01')$$,
    $$insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score) values ('clinics', 2020, 'finance', 'worth', '2021-01-01', 'one', 100)$$,
    $$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('roofs', 2021, 'done', '2021-01-31', 1), ('roofs', 2020, 'done', '2020-12-31', 99)$$,
    $$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at) select program_id, fiscal_year, indicator_id, as_of, 1, recorded_at from measurement where actual is not null on conflict (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, breakdown, recorded_at) do update set actual = excluded.actual$$,
    $$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('roofs', 2020, 'done', '2020-12-31', 99) on conflict do nothing$$,
    $$merge into measurement m using (select 'roofs' as p) s on m.program_id = s.p when matched then update set actual = 100$$,
    $$merge into measurement m using (select 'roofs' as p) s on m.program_id = s.p when matched then delete$$,
    $$merge into measurement m using (select 'ghost' as p) s on m.program_id = s.p when not matched then insert (program_id, fiscal_year, indicator_id, as_of, actual) values ('roofs', 2020, 'done', '2020-11-30', 3)$$,
    $$with w as (insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('roofs', 2020, 'done', '2020-12-31', 99) returning 1) select count(*) from w$$,
    $$copy measurement (program_id, fiscal_year, indicator_id, as_of, actual) from program 'echo roofs,2020,done,2020-12-31,99' csv$$,
    $$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('clinics', 2020, 'visits', '2020-12-31', 9)$$,
    'update measurement set actual = 100', $$update measurement set as_of = '2021-12-31'$$,
    $$update measurement set recorded_at = '2019-01-01'$$, $$update measurement set fiscal_year = 2021 where program_id = 'roofs' and indicator_id = 'done'$$,
    $$update figure_view set actual = 1$$, 'delete from figure_view', $$insert into figure_view (program_id, fiscal_year, indicator_id, as_of, actual) values ('roofs', 2020, 'done', '2020-12-31', 99)$$,
    'delete from measurement', 'truncate measurement']) x;
insert into attack (promise, statement)
select 'targets and weights', x from unnest(array[
    $$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values ('roofs', 2020, 'done', '2020-02-01', '>= 80')$$,
    $$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight) values ('roofs', 2020, 'done', '2020-02-01', 0)$$,
    $$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired, reason) values ('roofs', 2020, 'done', '2020-02-01', true, 'gone')$$,
    $$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, recorded_at) values ('roofs', 2020, 'done', '2020-02-01', '>= 80', '2020-02-01')$$,
    'update target_revision set weight = 1', 'delete from target_revision', 'truncate target_revision']) x;
insert into attack (promise, statement)
select 'indicators', x from unnest(array[
    $$insert into indicator (program_id, fiscal_year, indicator_id, name) values ('roofs', 2020, 'new', 'New')$$,
    $$update indicator set name = 'Renamed' where program_id = 'roofs' and fiscal_year = 2020$$,
    $$update indicator set owner = 'Mr X' where program_id = 'roofs' and fiscal_year = 2020$$,
    $$update indicator set stale_days = 1 where program_id = 'roofs' and fiscal_year = 2020$$,
    $$update indicator set parent_id = 'geo' where indicator_id = 'ÿ'$$, $$update indicator set method = 'mean' where source = 'group'$$,
    $$update indicator set fiscal_year = 2020, indicator_id = 'taken' where fiscal_year = 2021$$,
    $$delete from indicator where program_id = 'vetoed'$$,
    -- closed below its floor, so that the self-evaluation counts: it had its say in that
    $$delete from indicator where program_id = 'roofs' and evaluation = 'finance' and indicator_id = 'open'$$,
    $$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason) values ('roofs', 2020, 'finance', '2021-05-30', 'opened again', 'x')$$,
    'truncate indicator cascade']) x;
insert into attack (promise, statement)
select 'money', x from unnest(array[
    $$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('roofs', 2020, 'executed', '2020-12-31', 1)$$,
    $$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, recorded_at) values ('roofs', 2020, 'executed', '2020-12-31', 1, '2020-12-31')$$,
    $$insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount) values ('roofs', 2020, 'a', 'approved', '2020-12-31', 1) on conflict (program_id, fiscal_year, entry_id) do update set amount = 2$$,
    'update budget_entry set amount = 1', $$update budget_entry set fiscal_year = 2021 where program_id = 'roofs'$$,
    'delete from budget_entry', 'truncate budget_entry',
    $$insert into year_event (fiscal_year, at, event, reason) values (2020, '2021-02-01', 'opened again', 'x')$$,
    $$insert into year_event (fiscal_year, at, event, recorded_at) values (2020, '2020-02-01', 'closed', '2020-02-01')$$,
    'delete from year_event', 'truncate year_event']) x;
insert into attack (promise, statement)
select 'programs', x from unnest(array[
    $$insert into program (program_id, fiscal_year, name, unit_id) values ('late', 2020, 'Late', 'edu')$$,
    $$insert into program (program_id, fiscal_year, name, unit_id) values ('roofs', 2020, 'Late', 'health') on conflict (program_id, fiscal_year) do update set unit_id = 'health'$$,
    $$update program set fiscal_year = 2020, program_id = 'late' where fiscal_year = 2021$$,
    $$update program set fiscal_year = 2022 where program_id = 'bare'$$, $$update program set unit_id = 'health' where program_id = 'roofs'$$,
    $$update program set name = 'x' where program_id = 'bare'$$, $$update program set weight = 1 where program_id = 'bare'$$,
    $$update program set scope = 'department' where program_id = 'bare'$$, $$update program set framework_id = null where program_id = 'roofs'$$,
    $$delete from program where program_id = 'bare'$$, 'delete from program', 'truncate program cascade',
    $$insert into program_objective values ('clinics', 2020, 'child', 10)$$, 'update program_objective set share = 10',
    'delete from program_objective', 'truncate program_objective',
    $$insert into responsible (program_id, fiscal_year, from_day, person) values ('roofs', 2020, '2020-02-01', 'Mr X')$$,
    $$update responsible set person = 'Mr X'$$, 'delete from responsible', 'truncate responsible',
    $$insert into rating_override (program_id, fiscal_year, valid_from, rating, reason) values ('roofs', 2020, '2021-01-01', 'up', 'x')$$,
    'update rating_override set rating = null', 'delete from rating_override', 'truncate rating_override',
    'truncate unit cascade', 'truncate nature cascade', 'truncate fund cascade', 'truncate lifecycle_rule cascade']) x;
insert into attack (promise, statement)
select 'evaluations, graders and stages', x from unnest(array[
    'update grader set weight = 9', 'delete from grader', 'truncate grader cascade',
    $$insert into grader (program_id, fiscal_year, evaluation, grader, role_name) values ('clinics', 2020, 'finance', 'three', current_user)$$,
    $$update program_evaluation set evaluator = 'x'$$, 'delete from program_evaluation', 'truncate program_evaluation cascade',
    $$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason) values ('clinics', 2020, 'finance', '2021-05-30', 'opened again', 'x')$$,
    $$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, taken_back, reason) values ('clinics', 2020, 'finance', '2021-04-30', 'closed', true, 'x')$$,
    $$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) values ('roofs', 2020, 'self', '2020-10-30', 'closed')$$,
    $$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, recorded_at) values ('clinics', 2020, 'self', '2020-10-30', 'closed', '2021-01-01')$$,
    $$update evaluation_event set at = '2021-01-01'$$, 'delete from evaluation_event', 'truncate evaluation_event',
    $$insert into stage_event (program_id, fiscal_year, at, stage, recorded_at) values ('roofs', 2020, '2019-11-01', 'targeted', '2019-11-02')$$,
    $$insert into stage_event (program_id, fiscal_year, at, stage, recorded_at) values ('roofs', 2020, '2019-11-01', 'targeted', now())$$,
    $$insert into stage_event (program_id, fiscal_year, at, stage, recorded_at) select 'roofs', 2020, '2019-11-01', 'targeted', known_at from publication$$,
    $$update stage_event set at = '2019-09-01'$$, 'delete from stage_event', 'truncate stage_event',
    $$insert into breakdown values (2020, 'boys', 'Boys', 3)$$, 'update breakdown set people = 3', 'delete from breakdown', 'truncate breakdown cascade']) x;
insert into attack (promise, statement)
select 'trees', x from unnest(array[
    $$update unit set parent_id = 'health' where unit_id = 'edu'$$, $$update unit set parent_id = 'spare' where unit_id = 'gov'$$,
    $$update unit set unit_id = 'x' where unit_id = 'gov'$$, $$insert into unit_move values ('school', 2020, 'health')$$,
    $$insert into unit_move values ('gov', 2000, 'spare')$$, 'update unit_move set from_year = 2020', $$delete from unit where unit_id = 'school'$$,
    'delete from unit', 'truncate unit_move', $$insert into unit values ('gov', null, 'x') on conflict (unit_id) do update set parent_id = 'spare'$$,
    $$merge into unit u using (select 'school' as id) s on u.unit_id = s.id when matched then update set parent_id = 'health'$$,
    $$insert into function_move values ('205', 2020, '210')$$, $$update function_code set parent_id = null where function_id = '205'$$,
    $$delete from function_code where function_id = '205'$$, 'truncate function_move', 'truncate function_code cascade',
    $$insert into objective_move values ('child', 2019, null)$$, 'update objective set parent_id = null', 'delete from objective', 'truncate objective_move']) x;
insert into attack (promise, statement)
select 'settings, the calendar and the rules', x from unnest(array[
    $$update setting set scale = 'up >= 60, down'$$, 'update setting set year_start_month = 7', $$update setting set weigh_by = 'one'$$,
    $$update setting set currency = 'EUR'$$, 'update setting set rate_so_far = true', $$update setting set execution = 'spent'$$,
    $$insert into setting (fiscal_year, weigh_by) values (2020, 'one')$$, $$insert into setting (fiscal_year, weigh_by) values (1999, 'one')$$,
    'delete from setting', 'truncate setting', 'update setting set fiscal_year = 2021', $$update place set time_zone = 'Asia/Tokyo'$$,
    'delete from place', 'truncate place', $$update framework set scale = null where framework_id = 'own'$$, $$delete from framework where framework_id = 'own'$$,
    'update evaluation set floor = 0', $$update evaluation set rank = 9 where evaluation = 'self'$$, $$update evaluation set missing_at_close = 'renormalise'$$,
    $$update evaluation set due_days = 1 where evaluation = 'self'$$, 'update evaluation set closes_when_due = false',
    $$delete from evaluation where evaluation = 'third party'$$, $$insert into evaluation (evaluation, fiscal_year, name, rank) values ('self', 2020, 'Self', 9)$$,
    $$insert into evaluation (evaluation, fiscal_year, name, rank) values ('new', 0, 'New', 9)$$, $$update evaluation set evaluation = 'selfie' where evaluation = 'self'$$,
    'truncate evaluation',
    $$insert into score_rule (evaluation, rule, looks_at, target, effect, points) values ('self', 'new', 'coverage', '>= 80%', 'cap', 69)$$,
    $$insert into score_rule (evaluation, fiscal_year, rule, looks_at, target, effect, points, in_force) values ('self', 2020, 'spent', 'execution', '>= 80%', 'cap', 69, false)$$,
    'update score_rule set in_force = false', $$update score_rule set points = 70 where effect = 'cap'$$, 'update score_rule set fiscal_year = 2021',
    'delete from score_rule', 'truncate score_rule', $$update scope set covers = 'unit' where scope = 'project'$$,
    'update nature set is_revenue = not is_revenue', 'update revenue_type set is_tax = false', $$delete from scope where scope = 'basic'$$]) x;
insert into attack (promise, statement)
select 'what it froze', format(s, t) from unnest('{publication,publication_event,publication_rule,publication_program,publication_item,
    publication_money,publication_person,publication_node,published_total}'::text[]) t,
    unnest(array['update %I set publication = publication', 'delete from %I', 'truncate %I cascade',
        'merge into %I using (select 1) s on true when matched then delete']) s;
insert into attack (promise, statement)
select 'what it froze', format('insert into %1$I select (x.row).* from (select jsonb_populate_record(t, %2$L) as row from %1$I t limit 1) x', t, v)
from (values ('publication_rule', '{"key": "new"}'), ('publication_program', '{"program_id": "new"}'),
    ('publication_item', '{"item": "new"}'), ('publication_money', '{"fund": "new"}'), ('publication_person', '{"item": "new"}'),
    ('publication_node', '{"node_id": "new"}'), ('published_total', '{"unit_id": "spare"}'), ('publication', '{"publication": "new", "n": 2}'),
    ('publication', '{"publication": "new", "n": 7}')) x (t, v);
insert into attack (promise, statement)
select 'opening and closing at another time, or twice', x from unnest(array[
    $$insert into publication_event (publication, event, reason, recorded_at) values ('2020 effective', 'opened', 'x', '2999-01-01')$$,
    $$insert into publication_event (publication, event, reason, recorded_at) values ('2020 effective', 'opened', 'x', '2000-01-01')$$,
    $$insert into publication_event (publication, event, reason, recorded_by) values ('2020 effective', 'opened', 'x', 'nobody')$$,
    $$insert into publication_event (publication, event, reason) values ('2020 effective', 'closed again', 'x')$$,
    $$insert into publication_event (publication, event, reason) values ('2020 effective', 'opened', '')$$,
    $$insert into publication_event (publication, event, reason) values ('none', 'opened', 'x')$$]) x;
create view figure_view as select * from measurement;
set constraints all immediate;
create temp table got as select a.*, pg_temp.attempt(a.statement) as got from attack a;
select is_empty(format($$select statement, got from got where promise = %L
    and left(got, 5) not in ('23001', '23514', '23503', '23000')$$, g.promise), 'closed: ' || g.promise)
from (select promise, min(n) as n from attack group by promise) g order by g.n;
-- with what to do about it
create function pg_temp.hint(statement text) returns text language plpgsql as $$
declare
    detail text;
    hint text;
begin
    execute statement;
    return 'done';
exception when others then
    get stacked diagnostics detail = pg_exception_detail, hint = pg_exception_hint;
    return detail || ' ' || hint;
end $$;
select is(pg_temp.hint($$update setting set weigh_by = 'one'$$), '"setting" would no longer say what publication "2020 effective" '
    'was made by. Let the change hold from a later year, or open the publication for a correction: publication_event.',
    'and the hint says how to go on');

-- rows of a batch that waits are refused one by one
insert into import_measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('roofs', '2020', 'done', '2020-12-30', '99'), ('roofs', '2021', 'done', '2021-01-31', '1');
select results_eq($$select moved, unchanged, left_over from import_rows('measurement')$$,
    'values (1::bigint, 0::bigint, 1::bigint)', 'an import moves what is of another year');
select is((select reason from import_measurement), 'row (program_id, fiscal_year, evaluation)=(roofs, 2020, self) of '
    '"measurement" is closed; It has to be opened again first.', 'and says of the rest why not');

-- by a partition -------------------------------------------------------------------------------------------------------

-- A table as a DBA would part it by year: with the same columns and triggers.
create function pg_temp.part(named text) returns void language plpgsql as $$
declare
    t record;
    columns text := (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
                     where attrelid = named::regclass and attnum > 0 and not attisdropped and attgenerated = '');
begin
    execute format('alter table %1$I rename to %2$I', named, named || '_whole');
    execute format('create table %I (like %I including defaults including generated) partition by list (fiscal_year)',
                   named, named || '_whole');
    execute format('create table %I partition of %I for values in (2020)', named || '_2020', named);
    execute format('create table %I partition of %I default', named || '_later', named);
    set local session_replication_role = replica;
    execute format('insert into %1$I (%3$s) select %3$s from %2$I', named, named || '_whole', columns);
    set local session_replication_role = origin;
    for t in select pg_get_triggerdef(oid) as definition from pg_trigger
             where tgrelid = (named || '_whole')::regclass and not tgisinternal loop
        execute replace(t.definition, named || '_whole ', named || ' ');
    end loop;
end $$;
savepoint parted;
do $$begin
    perform pg_temp.part(t) from unnest('{measurement,target_revision,indicator,budget_entry,grader,program_evaluation,
        evaluation_event,program_objective,responsible,rating_override,stage_event,year_event,breakdown,publication_rule,
        publication_program,publication_item,publication_money,publication_person,publication_node,published_total}'::text[]) t;
end$$;
create temp table parted as
select t, format(s, t || p, c.columns) as statement
from unnest('{measurement,target_revision,indicator,budget_entry,grader,program_evaluation,evaluation_event,
    program_objective,responsible,rating_override,stage_event,year_event,breakdown,publication_rule,publication_program,
    publication_item,publication_money,publication_person,publication_node,published_total}'::text[]) t,
    unnest('{_2020,""}'::text[]) p,
    lateral (select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
             where attrelid = t::regclass and attnum > 0 and not attisdropped and attgenerated = ''
                 and attname !~ '^recorded_') c,
    unnest(array['update %1$I set fiscal_year = fiscal_year', 'delete from %1$I', 'update %1$I set fiscal_year = 2021',
        'insert into %1$I (%2$s) select %2$s from %1$I where fiscal_year = 2020']) s
-- new stages are facts like any other
where t <> 'stage_event' or s not like 'insert%';
select is_empty($$select x.statement, x.got from (select p.statement, pg_temp.attempt(p.statement) as got from parted p) x
    where left(x.got, 5) not in ('23001', '23514')$$, 'row by row a partition is guarded as its table');
select throws_ok('select publish(2021)', '55000', 'partition "breakdown_2020" is not guarded',
    'what is guarded as a whole is to be guarded for partitions before anything is published');
select cmp_ok(guard_partitions(), '>', 40, 'guard_partitions() does it');
select is(guard_partitions(), 0, 'once');
select is_empty($$select t, x.got from (select t, pg_temp.attempt(format('truncate %I', t || '_2020')) as got
        from (select distinct t from parted) p) x
    where left(x.got, 5) <> '23001'$$, 'then a partition is not truncated either');
rollback to parted;

-- who sees a part ------------------------------------------------------------------------------------------------------

savepoint seen;
create role "bpm_test keeps rules";
create role "bpm_test publishes";
do $$begin
    perform bpm.grant_duty('Kept "for" good', 'bpm_test keeps rules', 'rules'),
        bpm.grant_duty('Kept "for" good', 'bpm_test publishes', 'publishing');
end$$;
grant usage on schema public to public;
-- whoever may publish writes the rows himself
create function pg_temp.made_by_hand(of_year integer, look text, of_day date, replaced text, programs integer default 0,
                                     closed_on date default null) returns text language plpgsql as $$
declare
    said text;
    copied publication_program;
begin
    begin
        if programs > 0 then
            select p.* into copied from publication_program p where p.publication = '2020 effective 2' limit 1;
            copied.publication := 'by hand';
            copied.fiscal_year := of_year;
            copied.closes_on := closed_on;
            insert into publication_program select copied.*;
        end if;
        insert into publication (publication, n, fiscal_year, evaluation, as_of, known_at, replaces, reason, title, programs,
                                 version, previous_hash, published_at)
        select 'by hand', p.n + 1, of_year, look, of_day, x.now, replaced, 'by hand', 'By hand', programs, '0', p.hash, x.now
        from (select p.n, p.hash from publication p order by p.n desc limit 1) p, (select clock_timestamp() as now) x;
        raise exception using errcode = 'ZZ000', message = 'done';
    exception when sqlstate 'ZZ000' then return 'done';
    when others then get stacked diagnostics said = pg_exception_detail; return sqlstate || ' ' || said; end;
end $$;
set local role "bpm_test publishes";
select is_empty('select * from verify()', 'who may publish may verify');
select is(publish(2020, replaces => '2020 effective', reason => 'a typing error', as_of => '2021-06-30'), '2020 effective 2',
    'the duty of publishing is enough to publish');
select throws_ok($$insert into publication_item select * from publication_item$$, '23514', null, 'not to add to it');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('roofs', 2021, 'done', '2021-01-31', 1)$$, '42501', null, 'nor to measure');
set constraints all deferred;
select is(pg_temp.made_by_hand(2021, 'self', '2021-12-31', null, 1, '2021-12-31'), 'done',
    'a publication that is written by hand');
select is(pg_temp.made_by_hand(2021, 'self', '2021-12-31', null, 1), '23000 An evaluation in it is open.',
    'is refused with an evaluation that is open');
select is(pg_temp.made_by_hand(2021, 'self', '2021-12-31', null, 1, '2022-01-01'), '23000 An evaluation in it is open.',
    'or closed after its day');
select is(pg_temp.made_by_hand(2021, 'self', '2021-12-31', '2020 effective 2'), '23000 What it has to replace is none.',
    'one does not open the publication of another year by replacing it');
select is(pg_temp.made_by_hand(2020, 'effective', '2021-12-31', null),
    '23000 What it has to replace is "2020 effective 2".', 'nor stands beside that of the same one');
select is(pg_temp.made_by_hand(2020, 'effective', '2021-12-31', '2020 effective'),
    '23000 What it has to replace is "2020 effective 2".', 'nor replaces one that is replaced');
select is(pg_temp.made_by_hand(2021, 'self', '9999-12-31', null), '23000 It is of a day to come.', 'nor is of a day to come');
set local role "bpm_test keeps rules";
select throws_ok('select publish(2021)', '42501', 'the duty of publishing is in other hands', 'who has another duty is told which it takes');
select throws_ok($$select close_evaluation('roofs', 2021, 'self')$$, '42501', 'the duty of approving is in other hands',
    'to close an evaluation, too');
select throws_ok($$select open_evaluation('roofs', 2021, 'finance')$$, '42501', 'the duty of approving is in other hands', 'or to open one');
reset role;
set constraints all immediate;
do $$begin perform bpm.enable_row_security('Kept "for" good'); end$$;
set local role "bpm_test publishes";
select throws_ok('select publish(2021)', '42501',
    'a publication is of all programs, and row security hides some from the current role', 'who sees a part publishes nothing');
select throws_ok('select * from verify()', '42501', null, 'nor verifies');
reset role;
set local role "bpm_test keeps rules";
select is((select count(*) from publication_node), 0::bigint, 'who sees no unit');
select throws_ok($$insert into function_move values ('205', 2020, '210')$$, '23001', 'the rules of 2020 are published',
    'moves no function of what is published');
select throws_ok($$update objective set parent_id = null where objective_id = 'child'$$, '23001', null, 'and no objective');
select throws_ok($$update setting set weigh_by = 'one'$$, '23001', null, 'and changes no setting of it');
reset role;
rollback to seen;

-- what still works -----------------------------------------------------------------------------------------------------

savepoint works;
create temp table work (n integer generated always as identity, statement text);
insert into work (statement) values
    ($$insert into program (program_id, fiscal_year, name, unit_id) values ('new', 2021, 'New', 'edu')$$),
    ($$update program set name = 'More roofs' where fiscal_year = 2021$$),
    ($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('roofs', 2021, 'done', '2021-01-31', 1)$$),
    ($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('roofs', 2021, 'executed', '2021-01-31', 1)$$),
    ($$insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values ('roofs', 2021, 'done', '2021-01-01', '>= 3', 1)$$),
    ($$insert into setting (fiscal_year, weigh_by) values (2021, 'one')$$),
    ($$insert into evaluation (evaluation, fiscal_year, name, rank, floor) values ('self', 2021, 'Self', 1, 50), ('new', 2021, 'New', 9, 80)$$),
    ($$insert into score_rule (evaluation, fiscal_year, rule, looks_at, target, effect, points, in_force) values ('self', 2021, 'spent', 'execution', '>= 80%', 'cap', 69, false)$$),
    ($$insert into unit_move values ('edu', 2021, 'health')$$), ($$insert into objective_move values ('child', 2021, null)$$),
    ($$insert into unit values ('new', 'gov', 'New')$$), ($$update unit set name = 'The ' || name$$),
    ($$update function_code set name = 'x' || name$$), ($$update objective set name = 'x' || name$$),
    ($$insert into function_code (function_id, parent_id, name) values ('new', '205', 'New')$$),
    ($$update evaluation set name = 'x' || name$$), ($$update framework set name = 'x' || name$$),
    ($$insert into framework (framework_id, name) values ('new', 'New')$$), ($$insert into nature values ('new', 'New')$$),
    ($$update setting set suppress_below = 3, totals_policy = 'true', points_alert = 1, plan_lock = 'month', unspent_alert = 3$$),
    ($$insert into stage_event (program_id, fiscal_year, at, stage) values ('roofs', 2020, '2019-11-01', 'targeted')$$),
    ($$insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due) values ('clinics', 2020, 'one', 'finance', 'not counted', 'Dr Wu', '2021-12-31')$$),
    ($$insert into finding_event (program_id, fiscal_year, finding_id, n, event, evidence) values ('clinics', 2020, 'one', 1, 'rectified', 'counted')$$),
    ($$insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text) values ('clinics', 2020, 'finance', 'comment', 'late')$$),
    ($$insert into program_evaluation (program_id, fiscal_year, evaluation) values ('bare', 2020, 'third party')$$),
    ($$insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name) values ('bare', 2020, 'third party', 'i', 'I')$$),
    ($$insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight) values ('bare', 2020, 'third party', 'i', '2020-01-01', '>= 1', 1)$$),
    ($$insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, actual) values ('bare', 2020, 'third party', 'i', '2020-12-31', 1)$$),
    ($$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) values ('bare', 2020, 'third party', '2021-03-01', 'closed')$$);
create function pg_temp.do_all() returns setof text language plpgsql as $$
declare
    w record;
begin
    for w in select * from work order by n loop
        begin
            execute w.statement;
        exception when others then return next w.statement || ': ' || sqlerrm; end;
    end loop;
end $$;
select is_empty('select * from pg_temp.do_all()', 'the next year, names, what is for show, findings, comments, later evaluations and stages go on');
select is_empty('select * from verify()', 'and the publication still agrees with what it came from');
rollback to works;

-- the self-evaluation is published first, the finance office evaluates, then what counts is published
savepoint several;
select is(publish(2020, 'finance', as_of => '2021-06-30', publication => 'F', title => 'Of finance'), 'F',
    'an evaluation is published under a name of its own');
select results_eq($$select program_id, evaluation, score from publication_program where publication = 'F' order by 1$$,
    $$values ('clinics', 'finance', 75::numeric), ('roofs', 'finance', 5)$$, 'of the programs that have it: 10 of half the weight');
select throws_ok($$select publish(2020, 'self', as_of => '2021-06-30', publication => 'F')$$, '23505', 'there is a publication "F"',
    'a name is given once');
select throws_ok($$select publish(2020, 'self', as_of => '2021-06-30', replaces => 'F', reason => 'x')$$, '22023',
    'publication "F" cannot be replaced', 'one of another evaluation is not replaced');
select throws_ok($$select publish(2021, as_of => '2022-06-30', replaces => '2020 effective', reason => 'x')$$, '22023',
    'publication "2020 effective" cannot be replaced', 'nor one of another year');
rollback to several;

-- a correction ---------------------------------------------------------------------------------------------------------

select throws_ok($$select publish(2020, as_of => '2021-06-30')$$, '23505', 'evaluation "effective" of 2020 is published',
    'a year is not published twice');
select throws_ok($$select publish(2020, as_of => '2021-06-30', replaces => '2020 effective')$$, '23502',
    'a publication that replaces another says why', 'a correction has a reason');
select lives_ok($$insert into publication_event (publication, event, reason)
    values ('2020 effective', 'opened', 'a roof was counted twice')$$, 'a publication is opened');
select throws_ok($$insert into publication_event (publication, event, reason) values ('2020 effective', 'opened', 'again')$$,
    '23514', 'publication "2020 effective" cannot be opened', 'once');
select throws_ok($$update publication_item set score = 0$$, '23001', null, 'what it froze stays');
select lives_ok($$insert into publication_event (publication, event, reason) values ('2020 effective', 'closed again', 'not yet')$$,
    'and closed again');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, reason)
    values ('roofs', 2020, 'done', '2020-12-31', 70, 'counted twice')$$, '23514', null, 'is closed');
insert into publication_event (publication, event, reason) values ('2020 effective', 'opened', 'a roof was counted twice');
select lives_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, reason)
    values ('roofs', 2020, 'done', '2020-12-31', 30, 'counted twice')$$, 'what is open is corrected');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at, reason)
    values ('roofs', 2020, 'done', '2020-12-31', 20, '2021-01-01', 'backwards')$$, '23001',
    'what was known when "2020 effective" was published does not change', 'but not backwards');
select is(publish(2020, as_of => '2021-06-30', replaces => '2020 effective', reason => 'a roof was counted twice'),
    '2020 effective 2', 'and published again');
-- .6 * 30 + .4 * 100 = 58
select results_eq($$select publication, score from publication_program where program_id = 'roofs' order by 1$$,
    $$values ('2020 effective', 69::numeric), ('2020 effective 2', 58)$$, 'both stay to be read');
select results_eq($$select n, replaces, reason, previous_hash = lag(hash) over (order by n) from publication order by n$$,
    $$values (1, null, null, null::boolean), (2, '2020 effective', 'a roof was counted twice', true)$$,
    'each carries the hash of the one before');
select throws_ok($$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('roofs', 2020, 'done', '2020-12-31', 70)$$, '23514', null, 'then it is closed');
select throws_ok($$insert into publication_event (publication, event, reason) values ('2020 effective', 'closed again', 'x')$$,
    '23514', 'publication "2020 effective" cannot be closed again', 'what is replaced is past');
select throws_ok($$select publish(2020, as_of => '2021-06-30', replaces => '2020 effective', reason => 'x')$$, '22023',
    'publication "2020 effective" cannot be replaced', 'and not replaced twice');
select is_empty('select * from verify()', 'both agree with what they came from, as known when each was made');
select is_empty($$select p.program_id from publication b, publication_program p,
    lateral program_result_at(b.as_of, b.known_at) r
    where p.publication = b.publication and r.program_id = p.program_id and r.fiscal_year = b.fiscal_year
        and (p.score, p.coverage, p.rating, p.budget, p.executed) is distinct from (r.score, r.coverage, r.rating, r.budget, r.executed)$$,
    'and the results of each can be computed again');

select * from finish();
rollback;
