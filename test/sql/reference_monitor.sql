-- The statements of doc/monitor.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
create extension if not exists bpm;

select bpm.expected_share('2026-07-31', '[2026-01-01,2026-12-31]') as linear,
       bpm.expected_share('2026-07-31', '[2026-01-01,2026-12-31]',
                          '{0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.6, 0.8, 0.9, 1}') as planned,
       bpm.expected_share('2027-02-10', '[2026-07-01,2027-07-01)') as fiscal_year;

select bpm.profile('{0, 0, 5000, 15000}');

select indicator, target, actual, round(pace, 2) as pace, bpm.pace_colour(pace) as colour
from (values ('irrigated', 'cumulative', bpm.target '>= 1000 [ha]', 300), ('pupils', 'cumulative', '>= 12000', 9400),
             ('waiting', 'rate', '<= 20 [days]', 17), ('satisfied', 'rate', '>= 90%', 81), ('roofs', 'cumulative', '>= 40', 0))
     as v (indicator, moves, target, actual),
     bpm.pace(actual, target, case indicator when 'roofs' then 0 else 7 / 12.0 end, moves) as pace;

select reached, bpm.pace(reached, 'by 2026-06-30', '2026-06-30') as on_the_day, bpm.pace(reached, 'by 2026-06-30', '2026-07-01') as after_it
from (values (date '2026-06-12'), ('2026-07-01'), (null)) as v (reached);

select cost_index, schedule_index, estimate, to_complete, variance_at_completion, to_complete_index
from bpm.earned_value(planned => 300, earned => 200, actual => 250, at_completion => 500);

select bpm.ratio_quantile(spent, outturn, 0.5) as usual_share, bpm.ratio_quantile(outturn, foreseen, 0.1) as low,
       bpm.ratio_quantile(outturn, foreseen, 0.9) as high
from (values (2021, 410, 900, 905), (2022, 450, 1000, 960), (2023, 500, 950, 1010), (2024, 480, 1020, 1000)) as v (year, spent, outturn, foreseen);

select method, bpm.forecast(method, 50, 120, 0.4, spent, budget, outturn)
from (values (2023, 40, 100, 90), (2024, 45, 110, 100), (2025, 50, 100, 95)) as past (year, spent, budget, outturn),
     unnest(array['budget', 'run rate', 'historical share', 'execution', 'burn', 'median of three']) with ordinality as m (method, place)
group by method, place
order by place;
