-- The statements of doc/publication.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
set timezone = 'UTC';
\set SHOW_CONTEXT never
create extension if not exists bpm;
select bpm.create_model('results');
set search_path = results, public;
update place set time_zone = 'UTC';
update setting set totals_required = false, suppress_below = 1;
delete from stage_gate;

insert into unit (unit_id, parent_id, name) values ('county', null, 'County'), ('education', 'county', 'Education'),
    ('health', 'county', 'Health');
insert into program (program_id, fiscal_year, name, unit_id) values
    ('roofs', 2024, 'School roofs', 'education'), ('meals', 2024, 'School meals', 'education'),
    ('clinics', 2024, 'Clinics', 'health');
insert into indicator (program_id, fiscal_year, indicator_id, name, owner) values
    ('roofs', 2024, 'repaired', 'Roofs repaired', 'Mr Zhao'), ('roofs', 2024, 'cost', 'Cost of a roof', null),
    ('meals', 2024, 'served', 'Meals served', 'Ms Chen'), ('clinics', 2024, 'visits', 'Visits', 'Dr Wu');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) values
    ('roofs', 2024, 'repaired', '2024-01-01', '>= 100', 60), ('roofs', 2024, 'cost', '2024-01-01', '<= 50', 40),
    ('meals', 2024, 'served', '2024-01-01', '>= 2000', 100), ('clinics', 2024, 'visits', '2024-01-01', '>= 24000', 100);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('roofs', 2024, 'repaired', '2024-12-31', 80), ('roofs', 2024, 'cost', '2024-12-31', 50),
    ('meals', 2024, 'served', '2024-12-31', 1900), ('clinics', 2024, 'visits', '2024-12-31', 12000);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('roofs', 2024, 'approved', '2024-01-02', 3000), ('roofs', 2024, 'executed', '2024-12-15', 2700),
    ('meals', 2024, 'approved', '2024-01-02', 1000), ('meals', 2024, 'executed', '2024-12-15', 1000),
    ('clinics', 2024, 'approved', '2024-01-02', 1000), ('clinics', 2024, 'executed', '2024-12-15', 800);
insert into score_rule (evaluation, rule, looks_at, target, effect, points) values
    ('self', 'spent', 'execution', '>= 95%', 'deduct', 2);

-- ===== Publishing ===================================================================================================

select publish(2024, as_of => '2025-06-30', title => 'Results of 2024');
select program_id, evaluation, score, rating, coverage, budget, executed
from publication_program where publication = '2024 effective' order by 1;
select kind, item, target, actual, score, share, contribution, loss
from publication_item
where publication = '2024 effective' and program_id = 'roofs' order by kind, item;
select node_id, parent_id, programs, budget, score, rating
from publication_node where publication = '2024 effective' and tree = 'unit' order by node_id;

-- ===== What is closed ===============================================================================================

insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
values ('roofs', 2024, 'repaired', '2024-12-31', 95);
update setting set weigh_by = 'one';

-- ===== Correcting ===================================================================================================

insert into publication_event (publication, event, reason)
values ('2024 effective', 'opened', 'fifty roofs were counted twice');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, reason)
values ('roofs', 2024, 'repaired', '2024-12-31', 30, 'fifty roofs were counted twice');
select publish(2024, as_of => '2025-06-30', replaces => '2024 effective',
               reason => 'fifty roofs were counted twice');
select b.n, b.publication, b.replaces, p.score, b.previous_hash = lag(b.hash) over (order by b.n) as follows
from publication b
join publication_program p on p.publication = b.publication and p.program_id = 'roofs'
order by b.n;

-- ===== Verifying ====================================================================================================

select * from verify();
begin;
set local session_replication_role = replica;
update measurement set actual = 1990 where program_id = 'meals';
update publication_item set actual = 60, score = 60 where publication = '2024 effective 2' and item = 'repaired';
set local session_replication_role = origin;
select publication, check_of, file, program_id, item, what, published, found
from verify()
where check_of = 'inputs' and what in ('actual', 'score') order by publication, program_id, file, what;
rollback;

-- ===== Outside ======================================================================================================

select file, copy from publication_files('2024 effective 2') where file = 'programs.csv';
