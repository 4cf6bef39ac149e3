-- The model that monitoring.sh measures: psql variable programs says how many.
select bpm.create_model('watched');
-- no triggers and no foreign keys while the rows are made: they are right, and come in the order of the keys
set session_replication_role = replica;
set search_path = watched;
insert into unit values ('gov', null, 'Government');
insert into unit select 'd' || d, 'gov', 'Department ' || d from generate_series(0, 9) d;
insert into unit select 'u' || u, 'd' || u % 10, 'Office ' || u from generate_series(0, :programs / 100) u;
insert into program (program_id, fiscal_year, name, unit_id, nature, recorded_by)
select 'p' || to_char(p, 'FM0000000'), y, 'Program ' || p, 'u' || p / 100,
       case when p % 10 = 9 then 'revenue' else 'expenditure' end, 'bench'
from generate_series(2021, 2026) y, generate_series(0, :programs - 1) p;
insert into responsible (program_id, fiscal_year, from_day, person)
select program_id, fiscal_year, make_date(fiscal_year, 1, 1), 'Person ' || substr(program_id, 2)::integer % 97
from program where fiscal_year = 2026;
insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, aspect, moves, source)
select p.program_id, p.fiscal_year, 'i' || to_char(i, 'FM00'), case when i > 1 then 'i00' end, 'Indicator ' || i,
       (array['efficiency', 'effectiveness', 'equity'])[i % 3 + 1],
       case when i between 2 and 10 then 'cumulative' else 'level' end,
       case i when 0 then 'group' when 1 then 'budget' else 'measured' end
from program p, generate_series(0, 14) i
where p.fiscal_year = 2026;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at,
                             recorded_by)
select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 1, 1),
       case when i.source = 'measured' then '>= 80'::bpm.target end, 10,
       make_date(i.fiscal_year, 1, 1), 'bench'
from indicator i;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at, recorded_by)
select p.program_id, p.fiscal_year, 'i' || to_char(i, 'FM00'), make_date(p.fiscal_year, m, 28),
       round(case when i <= 10 then m / 12.0 else 1 end
           * (50 + (substr(p.program_id, 2)::integer * 7919 + i * 104729 + m * 31) % 5001 / 100.0), 2),
       make_date(p.fiscal_year, m, 28), 'bench'
from program p, generate_series(2, 14) i, generate_series(3, 9, 3) m
where p.fiscal_year = 2026;
insert into budget_entry (program_id, fiscal_year, entry_id, kind, month, entry_date, amount, recorded_at, recorded_by)
select p.program_id, p.fiscal_year, k.kind || k.m, k.kind, case k.kind when 'planned' then k.m end,
       case k.kind when 'executed' then make_date(p.fiscal_year, k.m, 15) else make_date(p.fiscal_year, 1, 1) end,
       round(a.budget * case k.kind
           when 'approved' then 12
           when 'planned' then case when k.m < 7 then 0.8 else 1.2 end
           else 0.7 + (substr(p.program_id, 2)::integer * 31 + k.m * 7 + p.fiscal_year * 13) % 41 / 100.0 end, 2),
       make_date(p.fiscal_year, 1, 1), 'bench'
from program p
cross join lateral (select substr(p.program_id, 2)::integer % 9973 + 100 as budget) a
cross join lateral (
    select 'approved' as kind, 1 as m
    union all
    select k, m from unnest('{executed,planned}'::text[]) k, generate_series(1, 12) m
    where k = 'executed' or p.fiscal_year = 2026) k
where k.kind <> 'executed' or p.fiscal_year < 2026 or k.m < 10;
select refresh_trees();
