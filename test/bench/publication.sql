-- The model that publication.sh measures: psql variable programs says how many.
select bpm.create_model('council');
-- no triggers and no foreign keys while the rows are made: they are right, and come in the order of the keys
set session_replication_role = replica;
set search_path = council;
insert into unit values ('gov', null, 'Government');
insert into unit select 'd' || d, 'gov', 'Department ' || d from generate_series(0, 9) d;
insert into unit select 'u' || u, 'd' || u % 10, 'Office ' || u from generate_series(0, :programs / 100) u;
insert into program (program_id, fiscal_year, name, unit_id, function_id, recorded_at, recorded_by)
select 'p' || to_char(p, 'FM0000000'), 2024, 'Program ' || p, 'u' || p / 100, (array['205', '208', '210'])[p % 3 + 1],
       '2024-01-01', 'bench'
from generate_series(0, :programs - 1) p;
insert into responsible (program_id, fiscal_year, from_day, person, recorded_at)
select program_id, fiscal_year, '2024-01-01', 'Person ' || substr(program_id, 2)::integer % 97, '2024-01-01'
from program;
insert into indicator (program_id, fiscal_year, indicator_id, name, source)
select p.program_id, 2024, 'g' || g, 'Group ' || g, 'group' from program p, generate_series(0, 2) g;
insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source, owner)
select p.program_id, 2024, 'i' || to_char(i, 'FM00'), 'g' || i / 5, 'Indicator ' || i,
       case i when 0 then 'budget' else 'measured' end, 'Owner ' || i
from program p, generate_series(0, 14) i;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at,
                             recorded_by)
select i.program_id, 2024, i.indicator_id, '2024-01-01', case when i.source = 'measured' then '>= 80'::bpm.target end,
       1 + length(i.indicator_id), '2024-01-01', 'bench'
from indicator i;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at, recorded_by)
select p.program_id, 2024, 'i' || to_char(i, 'FM00'), make_date(2024, m, 28),
       (substr(p.program_id, 2)::integer * 7919 + i * 104729 + m * 31) % 12001 / 100.0, make_date(2024, m, 28), 'bench'
from program p, generate_series(1, 14) i, generate_series(3, 12, 3) m;
insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount, recorded_at, recorded_by)
select p.program_id, 2024, k.kind, k.kind, '2024-02-01',
       (substr(p.program_id, 2)::integer % 9973 + 1) * 100 * k.f, '2024-02-01', 'bench'
from program p, (values ('approved', 1.0), ('carried_over', 0.1), ('executed', 0.9)) k (kind, f);
select refresh_trees();
