-- The statements of doc/audit.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
set timezone = 'UTC';
\set SHOW_CONTEXT never
create extension if not exists bpm;
select bpm.create_model('county');
set search_path = county, public;
update setting set totals_required = false;

insert into unit (unit_id, parent_id, name) values ('county', null, 'The county'), ('education', 'county', 'Education'),
    ('water', 'county', 'Water station');
insert into program (program_id, fiscal_year, name, unit_id) values
    ('roofs', 2023, 'School roofs', 'education'), ('meals', 2023, 'School meals', 'education'),
    ('irrigation', 2023, 'Irrigation', 'water');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('roofs', 2023, 'approved', '2023-01-10', 800000), ('roofs', 2023, 'executed', '2023-12-20', 760000),
    ('meals', 2023, 'approved', '2023-01-10', 300000), ('meals', 2023, 'executed', '2023-12-20', 300000),
    ('irrigation', 2023, 'approved', '2023-01-10', 500000), ('irrigation', 2023, 'executed', '2023-12-20', 450000);
insert into indicator (program_id, fiscal_year, indicator_id, name, dimension, unit_of_measure, moves) values
    ('roofs', 2023, 'built', 'Roofs built', 'quantity', 'roofs', 'cumulative'),
    ('roofs', 2023, 'dry', 'Days lost to rain', 'social', 'days', 'level'),
    ('meals', 2023, 'pupils', 'Pupils who eat at school', 'quantity', 'pupils', 'level'),
    ('irrigation', 2023, 'hectares', 'Land irrigated', 'quantity', 'ha', 'cumulative');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, reason, recorded_at,
    recorded_by) values
    ('roofs', 2023, 'built', '2023-01-01', '>= 40 [roofs]', 60, null, '2022-12-15 09:00', 'Ms Li'),
    ('roofs', 2023, 'built', '2023-09-01', '>= 36 [roofs]', null, 'decision of the county of 28 August',
     '2023-09-01 10:00', 'Ms Li'),
    ('roofs', 2023, 'dry', '2023-01-01', '<= 10 [days]', 40, null, '2022-12-15 09:00', 'Ms Li'),
    ('meals', 2023, 'pupils', '2023-01-01', '>= 1000 [pupils]', 100, null, '2022-12-15 09:00', 'Mr Sun'),
    ('irrigation', 2023, 'hectares', '2023-01-01', '>= 500 [ha]', 100, null, '2022-12-15 09:00', 'Mr Wu');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, reason, evidence, recorded_at, recorded_by)
values
    ('roofs', 2023, 'built', '2023-12-31', 30, null, 'list of 9 January', '2024-01-12 14:00', 'Mr Sun'),
    ('roofs', 2023, 'built', '2023-12-31', 27, 'three were counted twice', 'photos', '2024-02-02 11:00', 'Mr Sun'),
    ('roofs', 2023, 'dry', '2023-12-31', 12, null, 'letters of the schools', '2024-01-12 14:00', 'Mr Sun'),
    ('meals', 2023, 'pupils', '2023-12-31', 950, null, 'tickets', '2024-01-12 14:00', 'Mr Sun'),
    ('irrigation', 2023, 'hectares', '2023-12-31', 450, null, 'map', '2024-01-12 14:00', 'Mr Wu');
select program_id, close_evaluation(program_id, 2023, 'self', '2024-02-15 17:00') as rating from program order by 1;
select publish(2023, as_of => '2024-03-31', publication => '2023', title => 'Results of 2023');
create role regress_audit_office;
select bpm.grant_reader('county', 'regress_audit_office');
set role regress_audit_office;

-- doc/audit.md

select publication, n, as_of, programs, replaces, reason, title from publication order by n;

select program_id, unit_id, budget, executed, score, coverage::int as coverage, rating
from published_result where publication = '2023' order by program_id;

select n.node_id, n.score, n.rating,
       round(sum(p.weight * p.score) / sum(p.weight), 8) as by_hand, sum(p.weight)::numeric(12,2) as weight
from publication_node n
join publication_program p using (publication)
where n.publication = '2023' and n.tree = 'unit' and n.node_id = 'county'
group by n.node_id, n.score, n.rating;

select kind, item, target, actual, score, share::numeric(4,2) as share, contribution, loss
from explain_score('roofs', '2023');

select target, target_from, target_recorded_at, actual, measured_on, measured_recorded_at
from publication_item where publication = '2023' and program_id = 'roofs' and item = 'built';

select m.actual, m.recorded_at, m.recorded_by, m.reason, m.evidence,
       m.recorded_at = i.measured_recorded_at as is_published
from publication_item i
join measurement m using (program_id, fiscal_year, evaluation)
where i.publication = '2023' and i.program_id = 'roofs' and i.item = 'built' and m.indicator_id = i.item
order by m.recorded_at;

select t.target, t.valid_from, t.recorded_at, t.recorded_by, t.reason, t.recorded_at = i.target_recorded_at as is_published
from publication_item i
join target_revision t using (program_id, fiscal_year, evaluation)
where i.publication = '2023' and i.program_id = 'roofs' and i.item = 'built' and t.indicator_id = i.item
order by t.recorded_at;

select * from verify('2023');

-- the hash can be had with nothing but the rows
select p.hash = hash_of(publication_manifest(p.publication)) as is_right from publication p where p.publication = '2023';

reset role;
begin;
set local session_replication_role = replica;
update measurement set actual = 36 where program_id = 'roofs' and indicator_id = 'built' and actual = 27;

select check_of, file, program_id, item, what, published, found from verify('2023')
where file = 'items.csv' or what in ('score', 'rating') order by file, item, what;

rollback;
begin;
set local session_replication_role = replica;
update publication_program set score = 92, rating = 'excellent' where publication = '2023' and program_id = 'roofs';

select check_of, file, program_id, what, published, found from verify('2023', inputs => false) where check_of = 'arithmetic';
select check_of, file, what from verify('2023') where check_of = 'hash';

rollback;
insert into publication_event (publication, event, reason) values ('2023', 'opened', 'the map of irrigation was wrong');
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason) values
    ('irrigation', 2023, 'self', '2024-05-02 09:00', 'opened again', 'the map of irrigation was wrong');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, reason, evidence) values
    ('irrigation', 2023, 'hectares', '2023-12-31', 400, 'the map was wrong', 'map of 30 April');
select close_evaluation('irrigation', 2023, 'self', '2024-05-06 17:00') as rating;
select publish(2023, as_of => '2024-05-15', publication => '2023 corrected', replaces => '2023',
               reason => 'the map of irrigation was wrong', title => 'Results of 2023, corrected');
set role regress_audit_office;

select publication, n, as_of, replaces, reason from publication order by n;

select event, reason from publication_event where publication = '2023' order by recorded_at;

select kind, item, before, after, change, data, target, weight, tree, policy
from explain_change('irrigation', '2023', '2023 corrected');

select kind, program_id, score_before, score_after, before, after, change, data
from explain_unit_change('county', '2023', '2023 corrected') where change <> 0;

select publication, check_of, file, program_id, what from verify();

reset role;
begin;
set local session_replication_role = replica;
update publication_program set name = 'All school roofs' where publication = '2023' and program_id = 'roofs';
update publication set manifest = publication_manifest(publication), hash = hash_of(publication_manifest(publication))
where publication = '2023';

select publication, check_of, file, program_id, what from verify();

rollback;

reset search_path;
set client_min_messages = warning;
drop schema county cascade;
drop owned by regress_audit_office;
drop role regress_audit_office;
