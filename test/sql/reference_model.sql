-- The statements of doc/model.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;

select bpm.create_model('office');

select view_name, keys from office.catalog order by sort;

insert into office.unit (unit_id, name) values ('works', 'Office of Works');
insert into office.program (program_id, fiscal_year, name, unit_id) values ('bridge', 2026, 'New bridge', 'works');

select office.apply_framework('bridge', 2026, 'self-evaluation', '2026-01-01') as indicators_and_groups;

select condition, detail from office.gate_faults('bridge', 2026, 'approved');

copy office.import_measurement (program_id, fiscal_year, indicator_id, as_of, actual) from stdin csv;
bridge,2026,quantity,2026-06-30,"1,234"
bridge,2026,quality,2026-06-30,"10,4702"
\.

select * from office.import_rows('measurement');

select row_no, reason from office.import_measurement;

drop schema office cascade;
