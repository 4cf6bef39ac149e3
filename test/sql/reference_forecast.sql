-- The statements of doc/forecast.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;
select bpm.create_model('roads');
insert into roads.unit (unit_id, name) values ('roads', 'Road Office');
insert into roads.program (program_id, fiscal_year, name, unit_id)
select p, y, n, 'roads'
from (values ('salt', 'Winter service'), ('mend', 'Potholes'), ('lamps', 'Street lights'), ('trees', 'Roadside trees')) v (p, n),
     generate_series(2019, 2025) y;
-- each year has its budget from January on, of which a part is spent until June, and not quite all in the year
insert into roads.budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select p, y, 'approved', make_date(y, 1, 1), b + 10000 * (y - 2019)
from (values ('salt', 200000), ('mend', 500000), ('lamps', 100000), ('trees', 300000)) v (p, b), generate_series(2019, 2025) y;
insert into roads.budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select e.program_id, e.fiscal_year, 'executed', make_date(e.fiscal_year, 6, 30),
       e.amount * case e.program_id when 'salt' then 0.70 when 'mend' then 0.25 else 0.45 end
       + 1000 * (e.fiscal_year * 7 % 5) + case when e.fiscal_year = 2025 and e.program_id = 'mend' then 60000 else 0 end
from roads.budget_entry e;
insert into roads.budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select e.program_id, e.fiscal_year, 'executed', make_date(e.fiscal_year, 12, 31),
       e.amount * case e.program_id when 'salt' then 0.25 when 'mend' then 0.70 else 0.50 end
       - 3000 * (e.fiscal_year * 3 % 5)
from roads.budget_entry e where e.kind = 'approved' and e.fiscal_year < 2025;
insert into roads.program (program_id, fiscal_year, name, unit_id) values ('paths', 2025, 'Bicycle paths', 'roads');
insert into roads.budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
  ('paths', 2025, 'approved', '2025-01-01', 50000), ('paths', 2025, 'executed', '2025-05-31', 5000);

set bpm.as_of = '2025-06-30';
select program_id, spent, budget, round(forecast) as forecast, round(forecast_low) as low, round(forecast_high) as high,
       round(over_budget) as over, reason
from roads.forecast_result where fiscal_year = 2025 order by program_id;

select program_id, round(run_rate) as run_rate, round(historical_share) as historical_share,
       round(execution) as execution, round(burn) as burn, best_method, round(best_forecast) as best
from roads.forecast_result where fiscal_year = 2025 order by program_id;

select method, cases, round(median_error, 2) as median_error, interval_cases, covered_cases, is_best
from roads.forecast_accuracy where unit_id = 'roads' order by median_error;

insert into roads.unusual_year values (2021, 'flood');
select past_years, past_errors, round(forecast) as forecast from roads.forecast_result
where program_id = 'mend' and fiscal_year = 2025;

reset bpm.as_of;
drop schema roads cascade;
