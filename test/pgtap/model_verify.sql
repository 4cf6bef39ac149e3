-- model: verify(). Whatever somebody changes behind the triggers of what is published, or of what it came from, is found
-- and named with its row and column; what is recorded later is not.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

\set model 'Seen "by" all'
\ir publication.psql

select lives_ok($$select publish(2020, as_of => '2021-06-30')$$, 'a year is published');
select is_empty('select * from verify()', 'nothing is found in it');
insert into publication_event (publication, event, reason) values ('2020 effective', 'opened', 'counted twice');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, reason)
    values ('clinics', 2020, 'visits', '2020-12-31', 6, 'counted twice'), ('roofs', 2020, 'done', '2020-12-31', 30, 'late');
do $$begin
    perform publish(2020, as_of => '2021-06-30', replaces => '2020 effective', reason => 'counted twice');
    perform publish(2020, 'finance', as_of => '2021-06-30');
end$$;
select is_empty('select * from verify()', 'nor in a chain of three with a correction in its middle');
select results_eq($$select publication, score from publication_program where program_id = 'roofs' order by 1$$,
    $$values ('2020 effective', 69::numeric), ('2020 effective 2', 58), ('2020 finance', 5)$$,
    'which say what was known when each was made: 88, and 69 at most; .6 * 30 + 40; 10 of half the weight');
select throws_ok($$select * from verify('none')$$, 'P0002', 'there is no publication "none"', 'one that was never made');
select is_empty($$select * from verify('2020 finance')$$, 'one alone');

-- what is found when triggers are off; it is undone
create function pg_temp.found(tampering text, of_publication text) returns setof text language plpgsql as $$
declare
    lines text[];
begin
    begin
        set local session_replication_role = replica;
        execute tampering;
        set local session_replication_role = origin;
        lines := array(select concat_ws(' | ', v.publication, v.check_of, v.file, v.program_id, v.item, v.what, v.published,
                                        v.found) from verify(of_publication) v);
        raise exception using errcode = 'ZZ000';
    exception when sqlstate 'ZZ000' then
        return query select * from unnest(lines) l order by l;
    end;
end $$;
create temp table tampering (n integer generated always as identity, promise text, statement text, finding text);
insert into tampering (promise, statement, finding) values
    -- what it froze
    ('a score', $$update publication_item set score = 90 where publication = '2020 effective' and program_id = 'roofs' and item = 'done'$$,
        '2020 effective | hash | items.csv | roofs | SHA-256'),
    ('a score does not follow', $$update publication_item set score = 90 where publication = '2020 effective' and program_id = 'roofs' and item = 'done'$$,
        '2020 effective | arithmetic | items.csv | roofs | indicator done | score | 90.00000000 | 80.00000000'),
    ('a figure is not what was measured', $$update publication_item set actual = 81 where publication = '2020 effective' and program_id = 'roofs' and item = 'done'$$,
        '2020 effective | inputs | items.csv | roofs | indicator done | actual | 81 | 80'),
    ('an item that is gone', $$delete from publication_item where publication = '2020 effective' and program_id = 'roofs' and item = 'cost'$$,
        '2020 effective | inputs | items.csv | roofs | indicator cost | row | is there'),
    ('an item too many', $$insert into publication_item (program_id, fiscal_year, publication, kind, item, evaluation) values ('roofs', 2020, '2020 effective', 'group', 'new', 'self')$$,
        '2020 effective | hash | items.csv | roofs | SHA-256'),
    ('an item of no program', $$insert into publication_item (program_id, fiscal_year, publication, kind, item, evaluation) values ('ghost', 2020, '2020 effective', 'group', 'new', 'self')$$,
        '2020 effective | hash | items.csv | ghost | row | its program is not in the publication'),
    ('all items of a program', $$delete from publication_item where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | hash | items.csv | roofs | SHA-256'),
    ('a grade', $$update publication_item set grade = 100 where publication = '2020 effective' and kind = 'grade' and part = 'one'$$,
        '2020 effective | inputs | items.csv | clinics | grade worth one | grade | 100.00000000 | 60.00000000'),
    ('a rule that took less', $$update publication_item set contribution = -1 where publication = '2020 effective' and program_id = 'ruled' and item = 'slow'$$,
        '2020 effective | arithmetic | programs.csv | ruled | score | 60.00000000 | 64.00000000'),
    ('the score of a program', $$update publication_program set score = 90 where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | hash | programs.csv | SHA-256'),
    ('and by how much', $$update publication_program set score = 90 where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | inputs | programs.csv | roofs | score | 90.00000000 | 69.00000000'),
    ('a rating', $$update publication_program set rating = 'down' where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | arithmetic | programs.csv | roofs | rating | down | up'),
    ('a budget', $$update publication_program set budget = 1 where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | arithmetic | programs.csv | roofs | budget | 1.00 | 1000.00'),
    ('a name', $$update publication_program set name = 'Barns' where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | inputs | programs.csv | roofs | name | Barns | Roofs'),
    ('the name of a unit', $$update publication_program set unit_name = 'Barns' where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | hash | programs.csv | SHA-256'),
    ('a program that is gone', $$delete from publication_program where publication = '2020 effective' and program_id = 'bare'$$,
        '2020 effective | inputs | programs.csv | bare | row | is there'),
    ('a digest', $$update publication_program set items_hash = repeat('0', 64) where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | hash | programs.csv | SHA-256'),
    ('money', $$update publication_money set executed = 900 where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | inputs | money.csv | roofs | general unclassified | executed | 900.00 | 700.00'),
    ('money that is gone', $$delete from publication_money where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | hash | money.csv | roofs | SHA-256'),
    ('money too much', $$insert into publication_money select program_id, fiscal_year, publication, 'new', economic_id, currency, proposed, approved, carried_over, adjusted, received, committed, executed, planned from publication_money where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | inputs | money.csv | roofs | new unclassified | row | is there'),
    ('a person', $$update publication_person set person = 'Mr X' where publication = '2020 effective' and role = 'responsible'$$,
        '2020 effective | inputs | persons.csv | roofs | responsible | person | Mr X | Ms Li'),
    ('a person that is gone', $$delete from publication_person where publication = '2020 effective' and role = 'owner'$$,
        '2020 effective | hash | persons.csv | SHA-256'),
    ('all persons', $$delete from publication_person where publication = '2020 effective'$$, '2020 effective | hash | persons.csv | SHA-256'),
    ('a person too many', $$insert into publication_person values ('bare', 2020, '2020 effective', 'responsible', '', 'Mr X')$$,
        '2020 effective | inputs | persons.csv | bare | responsible | row | is there'),
    ('a roll-up', $$update publication_node set score = 1 where publication = '2020 effective' and tree = 'unit' and node_id = 'gov'$$,
        '2020 effective | inputs | nodes.csv | unit | gov | score | 1.00000000 | '),
    ('the name of a node', $$update publication_node set name = 'x' where publication = '2020 effective' and tree = 'unit' and node_id = 'gov'$$,
        '2020 effective | hash | nodes.csv | SHA-256'),
    ('a tree', $$update publication_node set parent_id = null where publication = '2020 effective' and tree = 'unit' and node_id = 'edu'$$,
        '2020 effective | inputs | nodes.csv | unit | edu | parent_id | gov'),
    ('a node that is gone', $$delete from publication_node where publication = '2020 effective' and node_id = 'edu'$$,
        '2020 effective | inputs | nodes.csv | unit | edu | row | is there'),
    ('a node too many', $$insert into publication_node select 'unit', 'new', fiscal_year, publication, null, name, programs, scored_programs, proposed, approved, budget, executed, weight, scored_weight, score_sum, coverage_sum, low_sum, high_sum from publication_node where publication = '2020 effective' and node_id = 'edu'$$,
        '2020 effective | inputs | nodes.csv | unit | new | row | is there'),
    ('a total', $$update published_total set score = 1 where publication = '2020 effective' and unit_id = 'gov'$$,
        '2020 effective | arithmetic | totals | unit | gov | score | 1.00000000'),
    ('a total that is gone', $$delete from published_total where publication = '2020 effective' and unit_id = 'gov'$$,
        '2020 effective | arithmetic | totals | unit | gov | row | is missing'),
    ('a rule', $$update publication_rule set value = value::jsonb || '{"floor": 10}' where publication = '2020 effective' and key = 'self'$$,
        '2020 effective | inputs | rules.csv | evaluation self | floor | 10 | 80.00000000'),
    ('a rule that is gone', $$delete from publication_rule where publication = '2020 effective' and relation = 'score_rule' and key = 'self spent'$$,
        '2020 effective | inputs | rules.csv | score_rule self spent | row | is there'),
    ('a rule too many', $$insert into publication_rule values ('2020 effective', 2020, 'score_rule', 'new', '{}')$$,
        '2020 effective | hash | rules.csv | SHA-256'),
    ('a hash', $$update publication set hash = repeat('0', 64) where n = 1$$, '2020 effective | hash | manifest | hash | 0000'),
    ('and the chain behind it', $$update publication set hash = repeat('0', 64) where n = 1$$,
        '2020 effective 2 | chain | publication.csv | previous_hash'),
    ('a manifest', $$update publication set manifest = replace(manifest, 'rules', 'ruled') where n = 1$$,
        '2020 effective | hash | manifest | hash'),
    ('a file too many in it', $$update publication set manifest = manifest || 'x', hash = hash_of(manifest || 'x') where n = 3$$,
        '2020 finance | hash | manifest | SHA-256 | x'),
    ('a file less', $$update publication set manifest = '', hash = hash_of('') where n = 3$$, '2020 finance | hash | publication.csv'),
    ('a predecessor', $$update publication set previous_hash = repeat('0', 64) where n = 2$$,
        '2020 effective 2 | chain | publication.csv | previous_hash | 0000'),
    ('a date', $$update publication set published_at = '2021-07-01' where n = 1$$, '2020 effective | hash | publication.csv | SHA-256'),
    ('a reason', $$update publication set reason = 'x' where n = 2$$, '2020 effective 2 | hash | publication.csv | SHA-256'),
    ('how many there are', $$update publication set programs = 7 where n = 1$$, '2020 effective | arithmetic | publication.csv | programs | 7 | 8'),
    ('one that was not closed', $$update publication_program set closes_on = null where publication = '2020 effective' and program_id = 'roofs'$$,
        '2020 effective | arithmetic | programs.csv | roofs | closes_on | not later than 2021-06-30'),
    ('a publication that is gone', $$delete from publication where n = 1$$, '2020 effective 2 | chain | publication.csv | previous_hash'),
    ('its rows that are left', $$delete from publication where n = 1$$, '2020 effective | chain | publication.csv | row | there are rows of it in items.csv'),
    ('the last one, too', $$delete from publication where n = 3$$, '2020 finance | chain | publication.csv | row | there are rows of it in items.csv'),
    ('two that change places', $$update publication set n = 4 where n = 2; update publication set n = 2 where n = 3; update publication set n = 3 where n = 4$$,
        '2020 finance | chain'),
    ('two that change names', $$update publication set publication = publication || 'x' where n < 3;
        update publication set publication = case n when 1 then '2020 effective 2' else '2020 effective' end where n < 3$$,
        '2020 effective 2 | hash | programs.csv | SHA-256'),
    ('a hash made anew over tampered rows', $$update publication_item set actual = 100, score = 100 where publication = '2020 effective' and program_id = 'clinics' and item = 'worth' and kind = 'indicator';
        update publication_program p set items_hash = (select bpm.sha256_lines(bpm.csv_line(i) order by i.kind collate "C", i.item collate "C", i.part collate "C")
            from publication_item i where i.publication = p.publication and i.program_id = p.program_id) where p.publication = '2020 effective';
        update publication set manifest = publication_manifest(publication) where n = 1; update publication set hash = hash_of(manifest) where n = 1$$,
        '2020 effective 2 | chain | publication.csv | previous_hash'),
    -- what it came from
    ('a figure behind it', $$update measurement set actual = 90 where program_id = 'roofs' and indicator_id = 'done' and actual = 80$$,
        '2020 effective | inputs | items.csv | roofs | indicator done | actual | 80 | 90'),
    ('which changes no other publication', $$update measurement set score = 100 where program_id = 'clinics' and grader = 'one'$$,
        '2020 finance | inputs | programs.csv | clinics | score | 75.00000000 | 85.00000000'),
    ('a figure that is gone', $$delete from measurement where program_id = 'roofs' and indicator_id = 'cost'$$,
        '2020 effective | inputs | items.csv | roofs | indicator cost | actual | 50'),
    ('a figure of before', $$insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at) values ('clinics', 2020, 'visits', '2020-12-31', 10, '2021-01-02'); update measurement set recorded_at = '2021-01-01' where program_id = 'roofs' and actual = 80$$,
        '2020 effective | inputs | items.csv | roofs | indicator done | measured_recorded_at'),
    ('its evidence', $$update measurement set evidence = 'x' where program_id = 'roofs' and indicator_id = 'cost'$$,
        '2020 effective | inputs | items.csv | roofs | indicator cost | evidence | x'),
    ('a target', $$update target_revision set target = '>= 90' where program_id = 'roofs' and indicator_id = 'done'$$,
        '2020 effective | inputs | items.csv | roofs | indicator done | target | >= 100 | >= 90'),
    ('a weight', $$update target_revision set weight = 1 where program_id = 'ruled' and indicator_id = 'a'$$,
        '2020 effective | inputs | items.csv | ruled | indicator a | weight | 50.00000000 | 1.00000000'),
    ('an indicator', $$update indicator set name = 'x' where program_id = 'ruled' and indicator_id = 'a'$$,
        '2020 effective | inputs | items.csv | ruled | indicator a | name | A | x'),
    ('an indicator that is gone', $$delete from indicator where program_id = 'ruled' and indicator_id = 'a'$$,
        '2020 effective | inputs | items.csv | ruled | indicator a | row | is there'),
    ('an indicator too many', $$insert into indicator (program_id, fiscal_year, indicator_id, name) values ('bare', 2020, 'new', 'New')$$,
        '2020 effective | inputs | items.csv | bare | indicator new | row | is there'),
    ('a group', $$update indicator set method = 'mean' where indicator_id = 'weak'$$,
        '2020 effective | inputs | items.csv | it''s "é", no 1 | group weak | method | weakest | mean'),
    ('a grader', $$update grader set weight = 1$$, '2020 effective | inputs | items.csv | clinics | grade worth two | weight | 3.00000000 | 1.00000000'),
    ('an entry', $$update budget_entry set amount = 900 where program_id = 'roofs' and entry_id = 'x'$$,
        '2020 effective | inputs | programs.csv | roofs | executed | 700.00 | 900.00'),
    ('and its class', $$update budget_entry set fund = 'social' where program_id = 'roofs' and entry_id = 'x'$$,
        '2020 effective | inputs | money.csv | roofs | social unclassified | row | is there'),
    ('an entry that is gone', $$delete from budget_entry where program_id = 'roofs'$$, '2020 effective | inputs | programs.csv | roofs | approved | 1000.00 | 0.00'),
    ('a program in another unit', $$update program set unit_id = 'health' where program_id = 'roofs' and fiscal_year = 2020$$,
        '2020 effective | inputs | programs.csv | roofs | unit_id | school | health'),
    ('a program that is no more', $$delete from program where program_id = 'bare'$$, '2020 effective | inputs | programs.csv | bare | row | is there'),
    ('a program more', $$insert into program (program_id, fiscal_year, name, unit_id) values ('late', 2020, 'Late', 'edu')$$,
        '2020 effective | inputs | programs.csv | late | row | is there'),
    ('an objective', $$update program_objective set share = 10$$, '2020 effective | inputs | nodes.csv | objective | child | budget | 500.00 | 100.00'),
    ('who answers', $$update responsible set person = 'Mr X'$$, '2020 effective | inputs | persons.csv | roofs | responsible | person | Ms Li | Mr X'),
    ('who evaluates', $$update program_evaluation set evaluator = 'Mr X' where program_id = 'clinics'$$,
        '2020 effective | inputs | persons.csv | clinics | evaluator | person | Mr Wu | Mr X'),
    ('a rating set by hand', $$update rating_override set rating = 'good'$$, '2020 effective | inputs | programs.csv | bare | rating | poor | good'),
    ('a stage', $$update stage_event set stage = 'approved'$$, '2020 effective | inputs | programs.csv | roofs | stage | drafted | approved'),
    ('a closing', $$delete from evaluation_event where program_id = 'clinics'$$, '2020 effective | inputs | programs.csv | clinics | evaluation | finance | self'),
    ('a move', $$insert into unit_move values ('school', 2020, 'health')$$, '2020 effective | inputs | nodes.csv | unit | school | parent_id | edu | health'),
    ('what lies above what', $$delete from node_above where tree = 'unit' and id = 'school' and ancestor_id = 'edu'$$,
        '2020 effective | inputs | nodes.csv | unit | edu | programs | 2 | 1'),
    ('a function', $$update function_code set parent_id = '210' where function_id = '205'$$,
        '2020 effective | inputs | rules.csv | function_code 205 | parent_id | national | 210'),
    ('a setting', $$update setting set weigh_by = 'one'$$, '2020 effective | inputs | rules.csv | setting | weigh_by | approved | one'),
    ('what it changes', $$update setting set weigh_by = 'one'$$, '2020 effective | inputs | programs.csv | roofs | weight | 1000.00000000 | 1.00000000'),
    ('the calendar', $$update setting set year_start_month = 4$$, '2020 effective | inputs | rules.csv | setting | year_start_month | 1 | 4'),
    ('the place', $$update place set time_zone = 'Asia/Tokyo'$$, '2020 effective | inputs | rules.csv | place | time_zone | UTC | Asia/Tokyo'),
    ('a framework', $$update framework set scale = null where framework_id = 'own'$$, '2020 effective | inputs | rules.csv | framework own | scale | up >= 60, down'),
    ('an evaluation', $$update evaluation set floor = 10 where evaluation = 'self'$$,
        '2020 effective | inputs | rules.csv | evaluation self | floor | 80.00000000 | 10.00000000'),
    ('a rule of the score', $$update score_rule set points = 70 where evaluation = 'self'$$,
        '2020 effective | inputs | items.csv | roofs | rule spent | points | 69.00000000 | 70.00000000'),
    ('a rule of the score that is gone', $$delete from score_rule where evaluation = 'self'$$,
        '2020 effective | inputs | rules.csv | score_rule self spent | row | is there'),
    ('a kind of program', $$update scope set covers = 'unit' where scope = 'basic'$$,
        '2020 effective | inputs | rules.csv | scope basic | covers | own | unit');
create temp table said as select t.*, array(select pg_temp.found(t.statement, case when t.statement !~ ' publication (set|where)'
        then substr(t.finding, 1, strpos(t.finding, ' | ') - 1) end)) as found from tampering t;
select ok(exists (select from unnest(s.found) f where starts_with(f, s.finding)), 'found: ' || s.promise)
    || case when not exists (select from unnest(s.found) f where starts_with(f, s.finding))
            then e'\n' || regexp_replace(array_to_string(s.found, e'\n'), '^', '# ', 'gn') else '' end
from said s order by s.n;
select is_empty($$select statement, f from said, unnest(found) f where promise = 'its evidence' and f not like '%evidence%' and f not like '%hash%'$$,
    'and nothing else is said to have changed');
select is_empty('select * from verify()', 'all of that was undone');

select results_eq($$select (select count(*) from publication_files('2020 effective')), (select count(*) from publication_files('none'))$$,
    'values (7::bigint, 0::bigint)', 'a publication that there is not has no files');

-- who reads the ledger of the office has no triggers on it, and no time of recording: it is found all the same
create table public.office_ledger as
select program_id as project, fiscal_year as year, entry_id as id, entry_date as day,
       case kind when 'approved' then amount end as approved, case kind when 'executed' then amount end as executed
from budget_entry;
do $$begin perform use_ledger('select project as program_id, year as fiscal_year, id as entry_id, day as entry_date, approved,
    executed from public.office_ledger'); end$$;
select is_empty('select * from verify()', 'the same money from another table is the same');
update public.office_ledger set executed = 950 where project = 'roofs' and id = 'x';
select results_eq($$select what, published, found from verify('2020 effective') where file = 'money.csv'$$,
    $$values ('executed', '700.00', '950.00')$$, 'what the ledger of the office says today is compared');
select * from finish();
rollback;
