-- The model that application.sh measures: psql variable programs says how many.
select bpm.create_model('treasury');
-- no triggers and no foreign keys while the rows are made: they are right, and come in the order of the keys
set session_replication_role = replica;
set search_path = treasury;
insert into unit values ('gov', null, 'Government');
insert into unit select 'd' || d, 'gov', 'Department ' || d from generate_series(0, 9) d;
insert into unit select 'u' || u, 'd' || u % 10, 'Office ' || u from generate_series(0, :programs / 100) u;
-- the year of the results, the year after, which runs, and that of the budget, in which some have asked already: of a
-- hundred one ends after the results, one begins after them, and one is new
insert into program (program_id, fiscal_year, name, unit_id, function_id, scope, recorded_at, recorded_by)
select 'p' || to_char(p, 'FM0000000'), y, 'Program ' || p, 'u' || p / 100, (array['205', '208', '210'])[p % 3 + 1],
       case when p % 4 = 3 then 'basic' else 'project' end, '2024-01-01', 'bench'
from generate_series(2024, 2026) y, generate_series(0, :programs - 1) p
where case p % 100 when 97 then y = 2024 when 98 then y = 2025 when 99 then y = 2026
    else y < 2026 or p % 4 = 1 end;
insert into responsible (program_id, fiscal_year, from_day, person, recorded_at)
select program_id, fiscal_year, make_date(fiscal_year, 1, 1), 'Person ' || substr(program_id, 2)::integer % 97,
       '2024-01-01'
from program;
-- half of them have an output that the money buys, with its conforming part
insert into indicator (program_id, fiscal_year, indicator_id, name, source)
select p.program_id, 2024, 'g' || g, 'Group ' || g, 'group' from program p, generate_series(0, 2) g
where p.fiscal_year = 2024;
insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source, moves, buys, conforming_of)
select p.program_id, p.fiscal_year, 'i' || to_char(i, 'FM00'), case p.fiscal_year when 2024 then 'g' || i / 5 end,
       'Indicator ' || i, case i when 0 then 'budget' else 'measured' end,
       case i when 1 then 'cumulative' else 'level' end, i = 1 and o.has_output,
       case when i = 2 and o.has_output then 'i01' end
from program p
cross join lateral (select substr(p.program_id, 2)::integer / 2 % 2 = 0 as has_output) o
cross join generate_series(0, 14) i
where p.fiscal_year = 2024 or i = 1 and o.has_output;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at,
                             recorded_by)
select i.program_id, i.fiscal_year, i.indicator_id, make_date(i.fiscal_year, 1, 1),
       case when i.source = 'measured' then bpm.target('>=', 80 + (i.fiscal_year - 2024) * t.more) end,
       1 + length(i.indicator_id), '2024-01-01', 'bench'
from indicator i
cross join lateral (select substr(i.program_id, 2)::integer % 5 - 1 as more) t;
-- the log of changes, as its trigger writes it
insert into program_log (program_id, fiscal_year, relation, key, changed_at, n, after, changed_by, session_by)
select i.program_id, i.fiscal_year, 'indicator',
       jsonb_build_object('program_id', i.program_id, 'fiscal_year', i.fiscal_year, 'evaluation', i.evaluation,
                          'indicator_id', i.indicator_id),
       '2024-01-01', row_number() over (partition by i.program_id, i.fiscal_year order by i.indicator_id),
       to_jsonb(i), 'bench', 'bench'
from indicator i;
-- one in twenty is hardly measured; the others are good or not
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, recorded_at, recorded_by)
select p.program_id, 2024, 'i' || to_char(i, 'FM00'), make_date(2024, m, 28),
       case i when 1 then 16 + p.p % 11 when 2 then 100 - p.p % 3
       else 30 + p.p * 7919 % 60 + (i * 104729 + m * 31) % 1001 / 100.0 end, make_date(2024, m, 28), 'bench'
from (select x.program_id, substr(x.program_id, 2)::bigint as p from program x where x.fiscal_year = 2024) p,
     generate_series(1, 14) i, generate_series(3, 12, 3) m
where p.p % 20 <> 7 or i < 3;
insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount, one_off, recorded_at, recorded_by)
select p.program_id, p.fiscal_year, k.entry_id, k.kind, make_date(p.fiscal_year, 2, 1),
       (p.p % 9973 + 1) * 100 * case k.entry_id when 'executed' then 0.6 + p.p % 37 / 100.0
                                when 'proposed' then 0.9 + p.p % 31 / 100.0 else k.f end,
       k.entry_id = 'one-off', '2024-02-01', 'bench'
from (select x.program_id, x.fiscal_year, substr(x.program_id, 2)::integer as p from program x) p,
     (values ('approved', 'approved', 1.0), ('one-off', 'approved', 0.05), ('carried_over', 'carried_over', 0.1),
             ('executed', 'executed', null), ('proposed', 'proposed', null)) k (entry_id, kind, f)
where case k.entry_id when 'executed' then p.fiscal_year = 2024 when 'proposed' then p.fiscal_year = 2026
      when 'one-off' then p.p % 10 = 0 and p.fiscal_year = 2024 else p.fiscal_year < 2026 end;
-- one in fifty has a finding that is not rectified; what is new has passed its appraisal, or most of it
insert into program_evaluation (program_id, fiscal_year, evaluation, recorded_at)
select p.program_id, 2024, 'department', '2024-01-01' from program p
where p.fiscal_year = 2024 and substr(p.program_id, 2)::integer % 50 = 13;
insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, severity, owner, due, withheld, at,
                     recorded_at)
select e.program_id, 2024, 'f1', e.evaluation, 'What is missing', case when n.n % 200 = 13 then 'high' else 'low' end,
       'Owner', '2025-06-30', n.n % 7 * 1000, '2024-10-01', '2024-10-01'
from program_evaluation e
cross join lateral (select substr(e.program_id, 2)::integer as n) n;
insert into stage_event (program_id, fiscal_year, at, stage, grade, recorded_at)
select p.program_id, 2026, '2025-06-01', 'appraised', case when n.n % 1000 = 99 then 'poor' else 'good' end,
       '2025-06-01'
from program p
cross join lateral (select substr(p.program_id, 2)::integer as n) n
where p.fiscal_year = 2026 and n.n % 100 = 99;
select refresh_trees();
