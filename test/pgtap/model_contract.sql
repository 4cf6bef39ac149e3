-- What a BI tool may rely on: the contract of the result views, and of all that a model is, walked through the catalog.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(69);

set local jit = off;
set local timezone = 'UTC';
select bpm.create_model('Perf "1"');
set local search_path = "Perf ""1""", public;
-- 2024 and 2025 are closed, 2026 is not
set local bpm.as_of = '2026-09-30';

-- 60 programs in three years, 12 offices of 4 departments, with gaps everywhere
insert into unit values ('gov', null, 'Government', 'government');
insert into unit select 'd' || d, 'gov', 'Department ' || d, 'department' from generate_series(1, 4) d;
insert into unit select 'o' || o, 'd' || 1 + o % 4, 'Office ' || o, 'office' from generate_series(1, 12) o;
-- in 2025 an office moves, in 2026 a department goes below another, and a function to another division
insert into unit_move values ('o1', 2025, 'd4'), ('d2', 2026, 'd1');
insert into function_move values ('02', 2025, '01');
insert into economic_class (economic_id, parent_id, name) values ('2', null, 'Expense'), ('21', '2', 'Wages'),
    ('22', '2', 'Goods');
insert into program (program_id, fiscal_year, name, unit_id, nature, scope, fund, function_id, economic_id,
    revenue_type, weight)
select 'p' || p, y, 'Program ' || p,
       case when p % 7 = 0 then 'd' || 1 + p % 4 else 'o' || 1 + p % 12 end,
       case when p % 10 = 0 then 'revenue' else 'expenditure' end,
       (array['basic', 'project', 'project', 'project', 'project', 'project', 'department'])[1 + p % 7],
       (array['general', 'social'])[1 + p % 2], (array['01', '02', '205', null])[1 + p % 4], (array['21', null,
       null])[1 + p % 3],
       case when p % 10 = 0 then (array['tax', 'nontax', 'transfer'])[1 + p / 10 % 3] end, p
from generate_series(1, 60) p, generate_series(2024, 2026) y
where (p + y) % 9 <> 0;
insert into program_objective (program_id, fiscal_year, objective_id, share)
select p.program_id, p.fiscal_year, o.objective_id, o.share
from program p
join (values (1, 'cost', 100), (2, 'stability', 33.3333), (2, 'government', 50), (3, 'progress', 66.6667),
    (3, 'cost', 33.3333))
        o (n, objective_id, share)
    on substr(p.program_id, 2)::integer % 4 = o.n;
select is(count(apply_framework(program_id, fiscal_year, 'self-evaluation', make_date(fiscal_year, 1, 1))),
          (select count(*) from program), 'a framework is applied in one call')
from program;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select program_id, fiscal_year, indicator_id, make_date(fiscal_year, 1, 2), '>= 50', 1
from indicator
where source = 'measured' and parent_id is not null and (substr(program_id, 2)::int + length(indicator_id)) % 5 <> 0;
update indicator set moves = 'cumulative' where indicator_id = 'quantity';
update indicator set buys = true, unit_of_measure = 'cases' where indicator_id = 'quantity' and program_id <> 'p14';
insert into breakdown select y, b, b, 100 from generate_series(2024, 2026) y, unnest('{men,women}'::text[]) b;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, breakdown, actual)
select program_id, fiscal_year, 'social', make_date(fiscal_year, 6, 1), b, length(b) * substr(program_id, 2)::int
from indicator, unnest('{men,women}'::text[]) b where indicator_id = 'social' and substr(program_id, 2)::int % 2 = 0;
-- the promise of one is made easier on the way
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, reason)
select program_id, fiscal_year, indicator_id, make_date(fiscal_year, 7, 1), '>= 40', 'less rain'
from indicator where program_id = 'p3' and indicator_id = 'quantity';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select program_id, fiscal_year, indicator_id, make_date(fiscal_year, m, 1),
       (substr(program_id, 2)::int * 7 + m * 3 + length(indicator_id) * 11) % 101
from indicator, generate_series(3, 9, 3) m
where source = 'measured' and (substr(program_id, 2)::int + length(indicator_id)) % 4 <> 0;
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
select program_id, fiscal_year, '1', 'section 7', 'more' from program;
insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount, fund, economic_id, adjustment_id)
select program_id, fiscal_year, kind, case kind when 'planned' then 6 end, make_date(fiscal_year, 2, 1),
       (substr(program_id, 2)::int * 1000.01 * f)::numeric(20,2),
       case when substr(program_id, 2)::int % 5 = 0 and kind <> 'planned' then 'government' end,
       case when f < 1 then '22' end, case kind when 'adjusted' then '1' end
from program, (values ('proposed', 1.2), ('approved', 0.7), ('approved', 0.3), ('carried_over', 0.05),
    ('adjusted', 0.1),
                      ('received', 1), ('committed', 0.02), ('executed', 0.5), ('executed', 0.37),
                      ('planned', 1.15)) k (kind, f)
where program_id <> 'p13' and not (program_id = 'p7' and fiscal_year = 2025);
-- the finance office evaluates every sixth, with a rule; those of 2024 are closed
insert into program_evaluation (program_id, fiscal_year, evaluation)
select program_id, fiscal_year, 'finance' from program where substr(program_id, 2)::int % 6 = 0;
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name)
select program_id, fiscal_year, evaluation, 'worth', 'Worth' from program_evaluation;
insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight)
select program_id, fiscal_year, evaluation, 'worth', make_date(fiscal_year, 1, 1),
    'direct', 100 from program_evaluation;
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, actual)
select program_id, fiscal_year, evaluation, 'worth', make_date(fiscal_year, 5, 1),
    substr(program_id, 2)::int from program_evaluation;
-- in 2024 also what the programs measured themselves
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name)
select program_id, fiscal_year, evaluation, 'quantity', 'Quantity' from program_evaluation where fiscal_year = 2024;
insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight)
select program_id, 2024, evaluation, 'quantity', '2024-01-01', '>= 50', 50 from program_evaluation
where fiscal_year = 2024;
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, actual)
select program_id, 2024, evaluation, 'quantity', '2024-12-31', 40 from program_evaluation where fiscal_year = 2024;
insert into score_rule (evaluation, rule, looks_at, target, effect, points) values
    ('finance', 'spent', 'execution', '>= 90%', 'deduct', 1.5),
    ('self', 'much', 'attainment', '< 130%', 'deduct', 0.25),
    ('self', 'little', 'coverage', '>= 50', 'cap', 59);
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
select program_id, fiscal_year, evaluation, make_date(fiscal_year + 1, 3, 1)::timestamp at time zone 'UTC', 'closed'
from program_evaluation where fiscal_year = 2024;
do $$begin perform publish(2024, as_of => '2025-12-31'); end$$;
-- two scenarios for 2027, one with a ceiling and an answer
insert into scenario (scenario, fiscal_year, from_year, publication, envelope, recaptured, available, proposed, unallocated,
                      programs, rules, title, recorded_at)
select s, 2027, 2024, p.publication, 100, 0, 100, 60, 40, 2, '{}', s, '2026-06-01'
from publication p, unnest('{low,"high \"%s\""}'::text[]) s;
insert into scenario_ceiling (scenario, unit_id, fiscal_year, ceiling, recorded_at)
select scenario, 'd1', fiscal_year, 50, recorded_at from scenario;
insert into proposal (program_id, fiscal_year, scenario, unit_id, function_id, scope, result, rule, effect, before, base_by,
                      base, wanted, left_over, carry_over, shared, recaptured, rebased, cut, merged, carried, short, growth,
                      by_hand, proposed, withheld, name, why, recorded_at)
select p.program_id, s.fiscal_year, s.scenario, p.unit_id, p.function_id, p.scope, 'fair', 'fair', 'cut', 40, 'approved budget',
       40, 0, 0, 0, 0, 0, 0, -10, 0, 0, 0, 0, 0, 30, 0, p.name, 'fair', s.recorded_at
from scenario s
join program p on p.program_id in ('p4', 'p5') and p.fiscal_year = 2026;
insert into proposal_answer (program_id, fiscal_year, scenario, n, kind, text, unit_id, recorded_at)
select p.program_id, p.fiscal_year, p.scenario, 1, 'answer', 'Not so', p.unit_id, p.recorded_at from proposal p
where p.scenario = 'low';
-- two rounds of monitoring, and an answer to all that the first saw
do $$begin perform monitor_round(2026, m::text, make_date(2026, m, 28)) from unnest('{6,8}'::integer[]) m; end$$;
insert into deviation_answer (program_id, fiscal_year, round, item, cause)
select distinct program_id, fiscal_year, round, item, 'staff' from monitoring_alert where round = '6';
-- two grade an indicator of another evaluation, and one has not; objections, answered and open
insert into grader (program_id, fiscal_year, evaluation, grader, weight, role_name)
select program_id, fiscal_year, evaluation, g, length(g), current_user
from program_evaluation, unnest('{a,bb,ccc}'::text[]) g where fiscal_year = 2025;
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name, source)
select program_id, fiscal_year, evaluation, 'quality', 'Quality', 'graded' from program_evaluation
where fiscal_year = 2025;
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score, band)
select program_id, fiscal_year, evaluation, 'quality', '2026-01-15', grader, 60 + 10 * length(grader), 'partly'
from grader where grader <> 'ccc';
insert into evaluation_comment (program_id, fiscal_year, evaluation, recorded_at, kind, text)
select program_id, fiscal_year, evaluation, timestamptz '2026-02-01' + n * interval '1 hour', k, 'Not so'
from program_evaluation, unnest('{comment,objection}'::text[]) with ordinality u (k, n);
insert into evaluation_comment (program_id, fiscal_year, evaluation, kind, text, answers)
select program_id, fiscal_year, evaluation, 'answer', 'But so', recorded_at from evaluation_comment
where kind = 'objection' and fiscal_year = 2025;
-- a sample, and findings of which every other is reported
do $$begin perform draw_sample(2025, 10, 'x', on_day => '2026-03-01'); end$$;
insert into finding (program_id, fiscal_year, finding_id, evaluation, indicator_id, finding, owner, due, withheld, at)
select program_id, fiscal_year, indicator_id, evaluation, indicator_id, 'Too little', 'N. N.', make_date(fiscal_year + 1, 5, 1), 100,
    make_date(fiscal_year + 1, 3, 2)
from indicator where evaluation = 'finance';
insert into finding_event (program_id, fiscal_year, finding_id, event, evidence, at)
select program_id, fiscal_year, finding_id, 'rectified', 'x', make_date(fiscal_year + 1, 4, 1)
from finding where substr(program_id, 2)::int % 12 = 0;
-- what the results of 2024 did to the budget of 2025, with money that is held back
insert into scenario (scenario, fiscal_year, from_year, publication, envelope, recaptured, available, proposed, unallocated,
                      programs, rules, title)
values ('held', 2025, 2024, '2024 effective', 1000, 0, 1000, 0, 1000, 0, '{}', 'Held');
insert into proposal (program_id, fiscal_year, scenario, unit_id, scope, result, rule, effect, before, base_by, base, wanted,
                      left_over, carry_over, shared, recaptured, rebased, cut, merged, carried, short, growth, by_hand,
                      proposed, withheld, name, why)
select program_id, 2025, 'held', unit_id, scope, 'poor', 'poor', 'cut', 200, 'approved budget', 200, 0, 0, 0, 0, 0, 0, -100,
       0, 0, 0, 0, 0, 100, 50, name, 'poor'
from program where fiscal_year = 2025 and nature = 'expenditure';
insert into proposal_hold (program_id, fiscal_year, scenario, unit_id, from_year, rule, amount)
select program_id, 2025, 'held', unit_id, 2024, 'not demonstrated', 50 from proposal where scenario = 'held';
-- as it was accepted before 2025 began, and is not any more
set local session_replication_role = replica;
insert into scenario_event (fiscal_year, n, event, scenario) values (2025, 1, 'accepted', 'held');
set local session_replication_role = origin;
analyze;

-- the views -----------------------------------------------------------------------------------------------

create temp view object as
select c.oid, c.relname::text collate "default" as name, c.relkind as kind, c.reloptions as options, c.reltype
from pg_class c where c.relnamespace = '"Perf ""1"""'::regnamespace and c.relkind in ('r', 'p', 'v');
create temp view routine as
select p.oid, p.proname::text collate "default" as name, l.lanname as language, p.provolatile as volatile,
    p.proparallel as parallel,
       p.prosqlbody is not null as atomic, p.proconfig as config, p.prosecdef as definer, p.prorettype, p.proretset
from pg_proc p join pg_language l on l.oid = p.prolang where p.pronamespace = '"Perf ""1"""'::regnamespace;
create temp view result_column as
select c.view_name, a.attname::text collate "default" as name, a.attnum as place, a.atttypid::regtype as type,
    a.atttypmod as modifier,
       c.keys, col_description(a.attrelid, a.attnum) as comment, a.attcollation as sorted_by
from catalog c
join object v on v.name = c.view_name
join pg_attribute a on a.attrelid = v.oid and a.attnum > 0;

select bag_eq(
    'select view_name from catalog',
    $$select name from object where kind = 'v'
        and (name ~ '_(result|month|monitor|forecast)$' or name in ('scorecard', 'trend', 'unit_total',
            'evaluation_share', 'published_contribution', 'project_total', 'target_drift', 'target_check',
            'scenario_total', 'scenario_node', 'scenario_flow',
            'plan_follows_actual', 'forecast_accuracy', 'round_change', 'self_alarm', 'indicator_disagreement',
            'program_disagreement', 'evaluation_overdue', 'unit_finding', 'application_program', 'unit_withheld'))$$,
    'the catalog lists every result view');
select is_empty($$select view_name from catalog where description is null or grain is null or joins is null$$,
    'and says what it is');
-- evaluation_closed, year_closed and what is published are read by guards as the owner of the tables, so that row security opens nothing
-- closed
select set_eq($$select name from object where kind = 'v' and not coalesce('security_invoker=true' = any (options),
    false)$$,
    $$values ('evaluation_closed'), ('year_closed'), ('evaluation_published'), ('program_published'),
        ('year_published'), ('publication_made')$$,
    'every view runs with the rights of who asks, but for those that guards read');
select is_empty($$select name from object where obj_description(oid, 'pg_class') is null$$,
    'every table and view has a comment');
select is_empty($$select o.name, attname from pg_attribute a join object o on o.oid = attrelid
    where attnum > 0 and not attisdropped and col_description(attrelid, attnum) is null$$,
    'every column has a comment');
select is_empty($$select oid::regprocedure from routine where obj_description(oid, 'pg_proc') is null or definer$$,
    'every function has a comment, and none borrows rights');
select is_empty($$select view_name, name, type from result_column
    where type::text not in ('numeric', 'date', 'integer', 'text')$$,
    'columns are numeric, date, integer or text');
select is_empty($$select view_name, name from result_column where type = 'numeric'::regtype and modifier = -1$$,
    'every numeric has its precision and scale');
select is_empty($$select view_name, name from result_column
    where type = 'text'::regtype and sorted_by <> 'pg_catalog."default"'::regcollation$$,
    'every text has the collation of the database');
select is_empty($$select view_name, k from catalog, unnest(string_to_array(keys, ', ')) k
    where not exists (select from result_column r where r.view_name = catalog.view_name and r.name = k)$$,
    'the keys of the catalog are columns');
select is_empty($$select view_name, k, n from catalog, unnest(string_to_array(keys, ', ')) with ordinality u (k, n)
    where view_name <> 'check_result'
    and not exists (select from result_column r where r.view_name = catalog.view_name and r.name = k and r.place = n)$$,
    'the keys come first, in their order');
select is_empty($$select a.view_name, a.name from result_column a join result_column b using (view_name)
    where a.type = 'numeric'::regtype and b.name in ('name', 'stage', 'responsible', 'target', 'evidence',
    'unit_of_measure')
    and a.place > b.place
    -- what was added to a view that was there before goes to its end
    and not (a.view_name = 'revenue_result' and b.name = 'name')$$, 'measures come before texts');
select is_empty($$select c.view_name, j[1] as joined from catalog c, regexp_matches(c.joins, '([a-z_]+) \(', 'g') j
    where not exists (select from object o where o.name = j[1])$$, 'what the catalog joins is there');
-- a row can be read without another table
select is_empty($$select view_name from catalog c where keys ~ 'program_id' and view_name <> 'check_result'
    and not exists (select from result_column r where r.view_name = c.view_name
    and r.name in ('program_name', 'name'))$$,
    'programs do not stand without their names');
-- ratio, numerator, denominator; but for what is no sum: one tree, one evaluation, what was published, shares of a
-- program
select is_empty($$
    select r.view_name, r.name, needs from result_column r
    join (values ('score', 'score_sum'), ('execution_rate', 'executed'), ('execution_rate', 'budget'),
        ('self_score', 'self_sum'), ('self_score', 'self_weight'), ('coverage', 'coverage_sum'), ('low', 'low_sum'),
        ('high', 'high_sum'), ('budget_share', 'budget'), ('budget_share', 'unit_budget'),
        ('collection_rate', 'collected'), ('collection_rate', 'planned'), ('tax_share', 'tax_collected'),
        ('tax_share', 'own_collected'), ('share_of_unit', 'collected'), ('share_of_unit', 'unit_collected'),
        ('rate', 'numerator'), ('rate', 'denominator'), ('volatility', 'growth_years'),
        ('concentration', 'collected_squares'), ('concentration', 'collected'), ('growth', 'collected_before'),
        ('growth', 'collected'),
        ('self_sufficiency', 'own_collected'), ('self_sufficiency', 'spent'), ('budget_growth', 'budget_before'),
        ('executed_growth', 'executed_before'), ('rating', 'rating_rank'),
        ('economy', 'economy_sum'), ('economy', 'economy_executed'), ('unit_cost', 'executed'),
        ('mean_difference', 'difference_sum'), ('mean_difference', 'scored_programs'), ('net_disconnect', 'rated_down'),
        ('net_disconnect', 'rated_up'), ('net_disconnect', 'rated_programs'),
        ('unit_cost', 'reached'), ('activity_index', 'activity'), ('activity_index', 'executed_before')
        ) n (ratio, needs) on n.ratio = r.name
    where r.view_name not in ('indicator_tree_result', 'evaluation_result', 'scorecard', 'grade_result',
        'scenario_result',
        'indicator_disagreement', 'program_disagreement', 'published_contribution')
        and not (r.view_name in ('dimension_result', 'aspect_result') and n.ratio in ('coverage', 'rating'))
        -- of an interval: covered_cases of interval_cases
        and not (r.view_name = 'forecast_accuracy' and n.ratio = 'coverage')
        -- money that programs get beyond their base
        and not (r.view_name in ('scenario_result', 'scenario_node') and n.ratio = 'growth')
        and not (r.view_name = 'application_program' and n.ratio = 'growth')
        and not exists (select from result_column x where x.view_name = r.view_name and x.name = n.needs)
$$, 'every ratio stands beside its numerator and denominator');
select is_empty($$select view_name from result_column where name in ('score')
    and view_name not in ('indicator_tree_result', 'evaluation_result', 'scorecard', 'grade_result',
        'scenario_result',
        'indicator_disagreement', 'program_disagreement', 'published_contribution')
    group by view_name having not exists (select from result_column x where x.view_name = result_column.view_name
        and x.name in ('scored_weight', 'scored_share'))$$, 'every score stands beside what it is a share of');

-- what was published stays: these columns, in this order; new ones go to the end
create temp table published_column (view_name text, columns text);
\set sums 'programs scored_programs closed_programs proposed approved carried_over adjusted budget received committed executed planned execution_rate weight scored_weight '
\set more 'score_sum coverage_sum low_sum high_sum self_weight self_sum score coverage low high self_score rating rating_rank rating_reason'
\set estimates 'spent budget linear_share past_years past_errors run_rate run_rate_low run_rate_high historical_share historical_share_low historical_share_high execution execution_low execution_high burn burn_low burn_high forecast forecast_low forecast_high over_budget best_forecast best_forecast_low best_forecast_high method best_method reason'
insert into published_column values
    ('program_result', 'program_id fiscal_year unit_id nature scope fund function_id economic_id revenue_type '
        'is_revenue is_overall programs scored_programs closed_programs proposed approved carried_over adjusted budget '
        'received committed executed planned covered_budget covered_executed execution_rate weight scored_weight '
        'score_sum coverage_sum low_sum high_sum self_weight self_sum score coverage low high self_score evaluation '
        'rating rating_rank rating_reason overridden stage stage_since closed closes_on responsible framework_id '
        'unit_name name'),
    ('indicator_result', 'program_id fiscal_year evaluation indicator_id parent_id unit_id dimension aspect '
        'weight share scored_share score_sum score actual actual_date attainment met measured_on late stale retired due '
        'owner name unit_of_measure target source moves evidence program_name'),
    ('indicator_tree_result', 'program_id fiscal_year evaluation indicator_id parent_id depth leaf weight '
        'share score low high coverage contribution weight_lost dimension aspect method name program_name'),
    ('evaluation_result', 'program_id fiscal_year evaluation unit_id indicators scored_indicators closed '
        'tree_score deducted cap vetoed score coverage low high floor rating rating_rank rating_reason counts rank '
        'due_on closes_on counts_until evaluator framework_id name'),
    ('score_rule_result', 'program_id fiscal_year evaluation rule item applies points figure effect looks_at '
        'target name'),
    ('unit_result', 'unit_id fiscal_year ' || :'sums' || :'more' ||
    ' own_program_id own_score own_rating parent_id name'),
    ('function_result', 'function_id fiscal_year ' || :'sums' || :'more' ||
    ' own_program_id own_score own_rating parent_id name'),
    ('economic_result', 'economic_id fiscal_year ' || :'sums' || :'more' ||
    ' own_program_id own_score own_rating parent_id name'),
    ('objective_result', 'objective_id fiscal_year ' || :'sums' || :'more' ||
    ' own_program_id own_score own_rating parent_id name'),
    ('node_result', 'tree id fiscal_year ' || :'sums' || :'more' ||
    ' own_program_id own_score own_rating parent_id name'),
    ('classification_result', 'fiscal_year nature scope fund ' || :'sums' || :'more'),
    ('year_result', 'fiscal_year ' || :'sums' || :'more'),
    ('revenue_result', 'unit_id fiscal_year programs planned collected collection_rate tax_collected tax_share '
        'collected_squares concentration collected_before growth own_collected spent self_sufficiency parent_id name '
        'over_collected volatility growth_years reason scored_programs closed_programs weight scored_weight score_sum '
        'coverage_sum low_sum high_sum score coverage low high rating rating_rank rating_reason'),
    ('revenue_kind_result', 'unit_id fiscal_year revenue_type programs planned collected collection_rate '
        'over_collected collected_before growth unit_collected share_of_unit is_tax is_own may_grow reason type_name '
        'name'),
    ('pefa_result', 'fiscal_year indicator_id numerator denominator rate rate_before rate_before_2 heads years '
        'pefa_points pefa_grade reason name'),
    ('dimension_result', 'program_id fiscal_year evaluation dimension aspect unit_id indicators '
        'scored_indicators share scored_share score_sum score coverage program_name'),
    ('aspect_result', 'unit_id fiscal_year aspect programs indicators scored_indicators weight scored_weight '
        'score_sum score coverage parent_id name reason'),
    ('evaluation_share', 'unit_id fiscal_year evaluation programs closed_programs budget unit_budget '
        'budget_share name'),
    ('project_total', 'program_id fiscal_year indicator_id actual actual_to_date budget executed '
        'budget_to_date executed_to_date first_year years unit_of_measure name program_name'),
    ('trend', 'grain id fiscal_year budget budget_before budget_growth executed executed_before '
        'executed_growth score score_before score_change scored_weight score_sum name day day_before'),
    ('unit_total', 'unit_id fiscal_year publication suppressed programs budget executed weight scored_weight score_sum '
        'coverage_sum low_sum high_sum score coverage low high rating rating_rank rating_reason evaluation '
        'published_on on_day is_latest name'),
    ('published_result', 'program_id fiscal_year publication evaluation unit_id nature scope fund function_id '
        'economic_id revenue_type is_revenue is_overall programs scored_programs proposed approved carried_over adjusted '
        'budget received committed executed planned covered_budget covered_executed execution_rate weight '
        'scored_weight score_sum coverage_sum low_sum high_sum tree_score deducted cap vetoed score coverage low high '
        'floor rating rating_rank rating_reason overridden score_of stage closes_on counts_until on_day published_on '
        'is_latest replaces reason responsible framework_id unit_name name'),
    ('published_contribution', 'program_id fiscal_year publication kind item part evaluation parent_id dimension '
        'aspect effect applies retired late stale weight share actual actual_date measured_on due target_from grade '
        'score coverage contribution loss points sort is_latest target unit_of_measure source method moves reason name '
        'program_name'),
    ('saving_result', 'program_id fiscal_year unit_id output_id promised reached budget executed earned '
        'unspent not_delivered saved unexplained credited economy_sum economy_executed economy '
        'reason output_name name unit_name'),
    ('node_saving_result', 'tree id fiscal_year programs marked_programs explained_programs budget executed earned '
        'unspent not_delivered saved unexplained credited economy_sum economy_executed '
        'economy_weight economy reason parent_id name'),
    ('efficiency_result', 'program_id fiscal_year unit_id output_id reached executed unit_cost reached_before '
        'executed_before unit_cost_before unit_cost_change peers best_unit_cost efficiency '
        'constant_efficiency cost_reason change_reason peer_reason output_name unit_of_measure '
        'name'),
    ('activity_result', 'unit_id fiscal_year programs marked_programs activity executed_before executed '
        'activity_index cost_index productivity reason parent_id name'),
    ('breakdown_result', 'program_id fiscal_year evaluation indicator_id breakdown unit_id actual measured_on '
        'people group_score reason target best_is aspect breakdown_name name unit_of_measure '
        'program_name'),
    ('equity_result', 'program_id fiscal_year evaluation indicator_id unit_id groups people best worst gap '
        'gini theil reason best_reason target aspect name unit_of_measure program_name'),
    ('target_drift', 'program_id fiscal_year unit_id closed approved_score last_score drift judged_executed '
        'approved_budget budget approved_execution last_execution revisions by_procedure on_actual after_figure added '
        'retired moved cuts withdrawn approved_on first_day last_day reasons reason name'),
    ('revision_result', 'program_id fiscal_year revision indicator_id valid_from recorded_on counts by_procedure '
        'lands_on_actual after_figure weight_before weight_after actual points_before points_after amount kind '
        'target_before target_after detail adjustment_id procedure reason recorded_by name program_name'),
    ('target_check', 'program_id fiscal_year indicator_id unit_id direction goal last_actual baseline need steps '
        'steps_as_large best_before easier beyond_best never_missed no_baseline no_unit fraction_for_percent '
        'earlier_targets earlier_met class_targets class_met beyond_targets beyond_met actual met class finding '
        'given_reason target unit_of_measure name program_name'),
    ('gain_result', 'program_id fiscal_year indicator_id unit_id share approved_score gain gain_rank needed_score '
        'needed_change next_rating reason name program_name'),
    ('gain_program_result', 'program_id fiscal_year unit_id indicators scored_indicators approved_score gain '
        'points_needed ways needed_score so_far next_rating nearest_indicator_id nearest_name reason name'),
    ('scorecard', 'program_id fiscal_year score low high pace executed budget rating worst_reason unit_name name'),
    ('responsibility_result', 'kind who fiscal_year nature programs scored_programs closed_programs budget executed '
        'covered_budget covered_executed execution_rate weight scored_weight score_sum coverage_sum score coverage '
        'rated_programs best_programs worst_programs not_demonstrated_programs not_delivered overdue_evaluations '
        'overdue_figures unanswered_alerts name overdue_findings'),
    ('evaluation_overdue', 'program_id fiscal_year evaluation kind unit_id days_overdue last_evaluated due_on detail '
        'responsible unit_name name'),
    ('finding_result', 'program_id fiscal_year finding_id unit_id severity_rank overdue days_overdue postponements '
        'refusals withheld released found_on due since status severity finding recommendation owner evidence reason '
        'evaluation indicator_id indicator_name unit_name name'),
    ('unit_finding', 'unit_id fiscal_year programs findings open_findings reported_findings rectified_findings '
        'withdrawn_findings overdue_findings withheld released name'),
    ('alert_result', 'program_id fiscal_year item kind unit_id colour_rank colour_rank_before rounds answered '
        'overdue_measure year_end_estimate carry_over since measure_due colour changed detail answers cause '
        'explanation measure likelihood answered_by first_round item_name unit_name name'),
    ('round_change', 'program_id fiscal_year round item n unit_id colour_rank colour_rank_before budget_pace '
        'budget_pace_before target_pace target_pace_before alerts new_alerts ended_alerts seen_on seen_before colour '
        'colour_before change detail responsible round_before round_name item_name name'),
    ('grade_result', 'program_id fiscal_year evaluation indicator_id grader unit_id weight graded score mean_score '
        'deviation band graded_on evidence note name program_name'),
    ('comment_result', 'program_id fiscal_year evaluation n indicator_id unit_id kind answered recorded_on recorded_by '
        'text evidence answered_on answered_by answer answer_evidence name program_name'),
    ('indicator_disagreement', 'program_id fiscal_year evaluation indicator_id unit_id self_score score difference '
        'evaluator name program_name'),
    ('program_disagreement', 'program_id fiscal_year evaluation unit_id nature is_overall scored_programs '
        'rated_programs rated_down rated_up self_score score difference self_rating_rank rating_rank self_closes_on '
        'closes_on self_rating rating responsible evaluator name'),
    ('disagreement_result', 'kind who fiscal_year evaluation programs scored_programs rated_programs difference_sum '
        'mean_difference rated_down rated_up net_disconnect sort name'),
    ('scenario_total', 'scenario fiscal_year from_year accepted programs envelope recaptured available proposed '
        'unallocated recorded_on accepted_on publication recorded_by accepted_by reason title'),
    ('scenario_result', 'program_id fiscal_year scenario unit_id function_id scope accepted before base asked wanted '
        'rebased cut merged carried short growth by_hand proposed change withheld left_over carry_over shared '
        'recaptured total approved_last_year promised counted cost cost_output score coverage percent answered_on result rule effect '
        'merge_into base_by output_id short_by evaluation why responsible answer_kind answer answered_by title '
        'unit_name name'),
    ('scenario_node', 'tree id fiscal_year scenario accepted programs before base rebased cut merged carried short '
        'growth by_hand proposed change withheld left_over carry_over shared recaptured total ceiling room '
        'priority_programs assured_programs cut_programs cancelled_programs merged_programs reviewed_programs '
        'ended_programs refused_programs short_programs withheld_programs parent_id title name'),
    ('scenario_flow', 'scenario item fiscal_year sort accepted programs amount side what title'),
    ('self_alarm', 'program_id fiscal_year unit_id closed indicator_points indicator_weight execution_points '
        'execution_weight excess judged_executed budget unspent_rate colour_rank colour reason name unit_name'),
    ('program_month', 'program_id fiscal_year month_end month unit_id is_revenue is_overall programs scored_programs '
        'closed_programs budget executed covered_budget covered_executed execution_rate weight scored_weight score_sum '
        'coverage_sum score coverage rating rating_rank name'),
    ('unit_month', 'unit_id fiscal_year month_end month programs scored_programs closed_programs budget executed '
        'execution_rate weight scored_weight score_sum coverage_sum score coverage rating rating_rank rating_reason '
        'name'),
    ('monitor_result', 'program_id fiscal_year unit_id is_revenue is_overall budget executed committed expected '
        'expected_share linear_share budget_pace linear_pace target_pace pace_gap late_share forecast '
        'indicators red_indicators yellow_indicators unreachable colour_rank budget_colour_rank '
        'target_colour_rank colour budget_colour target_colour reason worst_indicator target_reason '
        'responsible unit_name name day'),
    ('indicator_monitor', 'program_id fiscal_year indicator_id unit_id weight pace actual expected expected_share '
        'needed_per_month best_per_month needed_times unreachable forecast days_late colour_rank figure_due '
        'measured_on colour reason target owner name program_name'),
    ('unit_monitor', 'unit_id fiscal_year programs red_programs yellow_programs green_programs other_programs budget '
        'red_budget yellow_budget green_budget other_budget red_share yellow_share green_share other_share '
        'executed committed expected budget_pace name'),
    ('plan_follows_actual', 'program_id fiscal_year unit_id quarters equal_quarters changed_quarters changed_to_actual '
        'equal_share unit_name name'),
    ('forecast_result', 'program_id fiscal_year unit_id is_revenue is_overall ' || :'estimates' || ' name'),
    ('unit_forecast', 'unit_id fiscal_year ' || :'estimates' || ' name'),
    ('indicator_forecast', 'program_id fiscal_year indicator_id unit_id actual measured_on figure_share past_years '
        'past_errors run_rate historical_share forecast forecast_low forecast_high would_meet reason target name '
        'unit_of_measure program_name'),
    ('forecast_accuracy', 'unit_id is_revenue method cases median_error interval_cases covered_cases coverage is_best '
        'name'),
    ('withheld_result', 'program_id fiscal_year finding_id from_year unit_id withheld released held released_on due '
        'status reason rule scenario responsible unit_name name'),
    ('unit_withheld', 'unit_id fiscal_year programs held_programs withheld released held name'),
    ('application_program', 'program_id fiscal_year unit_id from_year published_score result_rank approved_before '
        'approved_after change change_rate percent cut merged growth proposed withheld held moved against_result '
        'next_score result rule effect publication scenario responsible unit_name name'),
    ('application_result', 'fiscal_year result result_rank programs approved_before approved_after change moved_away '
        'moved_to against_results away_scored away_sum away_score away_next_scored away_next_sum away_next_score '
        'to_scored to_sum to_score to_next_scored to_next_sum to_next_score from_year'),
    ('check_result', 'program_id fiscal_year severity_rank severity kind item detail mend program_name');

select is_empty($$
    select p.view_name, p.columns, r.columns from published_column p
    left join (select view_name, string_agg(name, ' ' order by place) as columns from result_column
    group by 1) r using (view_name)
    where not coalesce(starts_with(r.columns || ' ', p.columns || ' '), false)
$$, 'columns keep their order, and new ones go to the end');
select set_eq('select view_name from published_column', 'select view_name from catalog', 'of every result view');

create function pg_temp.bad_figures() returns setof text language plpgsql as $$
declare c record; n bigint;
begin
    for c in select view_name, string_agg(format('%I in (''NaN'', ''infinity'', ''-infinity'')', name), ' or ') as bad
             from result_column where type = 'numeric'::regtype group by view_name loop
        execute format('select count(*) from %I where %s', c.view_name, c.bad) into n;
        if n > 0 then return next c.view_name; end if;
    end loop;
end $$;
select is_empty('select * from pg_temp.bad_figures()', 'no NaN and no infinity');

create function pg_temp.ambiguous() returns setof text language plpgsql as $$
declare c record; n bigint; twice bigint;
begin
    for c in select view_name, keys from catalog where view_name <> 'check_result' loop
        execute format('select coalesce(sum(d.n), 0), count(*) filter (where d.n > 1)
            from (select count(*) as n from %I group by %s) d', c.view_name, c.keys) into n, twice;
        if twice > 0 then return next c.view_name; end if;
        -- accuracy needs more than the three years that are here
        if n = 0 and c.view_name <> 'forecast_accuracy' then return next c.view_name || ' is empty'; end if;
    end loop;
end $$;
select is_empty('select * from pg_temp.ambiguous()', 'the keys are unique, and every view has rows');

-- a view, and the function beside it ----------------------------------------------------------------------

select is_empty($$select view_name from catalog where view_name !~ '^(published_|unit_total$)'
    and not exists (select from routine f where f.name = view_name || '_at')$$,
    'every result that is not published has its function for a day');
select is_empty($$select f.oid::regprocedure from routine f
    left join object v on v.name || '_at' = f.name and v.kind = 'v'
    where f.name ~ '_at$' and (v.oid is null or f.prorettype <> v.reltype or not f.proretset
        or pg_get_function_identity_arguments(f.oid) <> 'on_day date, as_known timestamp with time zone')$$,
    'which has the columns of the view, and takes the day and the time');
select is_empty($$select oid::regprocedure from routine where name ~ '_at$'
    and not (language = 'sql' and atomic and volatile = 's' and config is null)$$,
    'and can be inlined: begin atomic, STABLE, no SET clause');
create function pg_temp.differ(days date[]) returns setof text language plpgsql as $$
declare c record; n bigint; d date;
begin
    foreach d in array days loop
        perform set_config('bpm.as_of', d::text, true);
        for c in select view_name from catalog where view_name !~ '^(published_|unit_total$)' loop
            -- each is asked once
            execute format('with v as materialized (select v::text from %1$I v),
                    f as materialized (select f::text from %1$I_at($1) f)
                select count(*) from ((table v except all table f) union all (table f except all table v)) x',
                c.view_name) into n using d;
            if n > 0 then return next c.view_name || ' ' || d; end if;
        end loop;
    end loop;
end $$;
select is_empty($$select * from pg_temp.differ(array['2025-05-01']::date[])$$, 'both give the same');
set local bpm.as_of = '2026-09-30';
set local bpm.known_at = '2000-01-01 00:00:00+00';
select is((select sum(budget) from year_result), 0.00, 'what was not known is left out');
select isnt((select sum(budget) from year_result_at('2026-09-30')), 0.00, 'by the setting only');
set local bpm.known_at = '';

-- the functions -----------------------------------------------------------------------------------------------

select is_empty($$select oid::regprocedure from routine where language = 'sql' and not atomic and config is null$$,
    'SQL functions have bodies that a rename of the schema does not touch, or a search_path');
select set_has($$select name from routine where language = 'sql' and atomic$$,
    $$values ('as_of'), ('setting_of'), ('gate_faults'), ('program_money')$$, 'begin atomic where they can');
select is_empty($$select oid::regprocedure from routine where language = 'plpgsql'
    and not coalesce((select bool_or(c like 'search\_path=%pg_temp') from unnest(config) c), false)$$,
    'all others remember where they are');
select is_empty($$select oid::regprocedure from routine where volatile <> 'v' and parallel <> 's'$$,
    'what changes nothing may run in parallel');
select is_empty($$select oid::regprocedure from routine where volatile = 'v' and parallel <> 'u'$$,
    'and what changes something may not');

-- the tables ----------------------------------------------------------------------------------------------

select is_empty($$
    select c.name from object c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'program_id'
    join pg_index i on i.indrelid = c.oid and i.indisprimary
    -- a rule may be for one program: of whatever year
    where c.kind in ('r', 'p') and c.name not like 'import%' and c.name <> 'application_rule'
    and (select string_agg(k.attname, ',' order by n) from unnest(i.indkey::int2[]) with ordinality u (num, n)
         join pg_attribute k on k.attrelid = c.oid and k.attnum = u.num where n <= 2) <> 'program_id,fiscal_year'
$$, 'every table about a program leads its key with program and year');
-- the logs are written by triggers, never looked up by key
select is_empty($$select c.name from object c where c.kind in ('r', 'p') and c.name not in ('program_log', 'rule_log')
    and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)$$, 'every table has a key');
select is_empty($$
    select pg_describe_object(classid, objid, 0) from pg_depend
    where refclassid = 'pg_extension'::regclass and deptype = 'e'
    and objid in (select oid from object)
$$, 'nothing of the model belongs to the extension');
-- bits of tgtype: 8 DELETE, 16 UPDATE, 32 TRUNCATE
select set_eq($$
    select c.name from object c join pg_trigger t on t.tgrelid = c.oid and t.tgfoid = 'fact_guard'::regproc
    group by 1 having bit_or(t.tgtype) & 56 = 56 and bool_and(t.tgenabled = 'O')$$,
    $$values ('budget_entry'), ('adjustment'), ('target_revision'), ('indicator_plan'), ('measurement'), ('rating_override'),
    ('stage_event'),
        ('evaluation_event'), ('year_event'), ('program_log'), ('rule_log'), ('monitoring_round'),
        ('monitoring_seen'), ('monitoring_alert'), ('deviation_answer'), ('sample_draw'), ('sample_member'),
        ('finding'), ('finding_event'), ('evaluation_comment'), ('publication'), ('publication_event'),
        ('publication_rule'), ('publication_program'), ('publication_item'), ('publication_money'),
        ('publication_person'), ('publication_node'), ('published_total'), ('scenario'), ('scenario_ceiling'),
        ('proposal'), ('proposal_hold'), ('scenario_event'), ('proposal_answer')$$,
        'facts are neither changed, removed nor thrown away');
select throws_ok('update measurement set actual = 1', '23001', null, 'a fact is not changed');
select throws_ok('delete from budget_entry', '23001', null, 'a fact is not removed');
select throws_ok('truncate target_revision', '23001', null, 'facts are not thrown away');

-- one answer up every tree --------------------------------------------------------------------------------

-- a program's own row under its node: of an objective by shares, to the cent; of an economic class by its entries
create function pg_temp.level_of(view text) returns void language plpgsql as $$
begin
    execute format('create temp table level as select * from %I', view);
    create temp table program_level (id text, fiscal_year integer, programs numeric, scored_programs numeric,
    closed_programs numeric,
        proposed numeric, approved numeric, carried_over numeric, adjusted numeric, budget numeric, received numeric,
        committed numeric, executed numeric, planned numeric, weight numeric, scored numeric, self numeric,
        score numeric,
        coverage numeric, low numeric, high numeric, self_score numeric);
    if view = 'economic_result' then
        insert into program_level
        select n.economic_id, r.fiscal_year, n.programs * r.programs, n.programs * r.scored_programs,
        n.programs * r.closed_programs,
               coalesce(n.proposed, 0), coalesce(n.approved, 0), coalesce(n.carried_over, 0), coalesce(n.adjusted, 0),
               coalesce(n.approved + n.carried_over + n.adjusted, 0), coalesce(n.received, 0), coalesce(n.committed, 0),
               coalesce(n.executed, 0), coalesce(n.planned, 0),
               round(r.weight * n.upto / n.total, 8) - round(r.weight * n.after / n.total, 8),
               sign(r.scored_weight), sign(r.self_weight), r.score, r.coverage, r.low, r.high, r.self_score
        from program_result r join program_slice n using (program_id, fiscal_year)
        where r.is_revenue = 0 and r.is_overall = 0;
    else
        insert into program_level
        select n.id, r.fiscal_year, n.programs * r.programs, n.programs * r.scored_programs,
        n.programs * r.closed_programs,
               part(proposed, after, upto), part(approved, after, upto), part(carried_over, after, upto),
               part(adjusted, after, upto),
               part(budget, after, upto), part(received, after, upto), part(committed, after, upto),
               part(executed, after, upto),
               part(planned, after, upto), part(weight, after, upto, 8), sign(r.scored_weight), sign(r.self_weight),
               r.score,
               r.coverage, r.low, r.high, r.self_score
        from program_result r join node_program n using (program_id, fiscal_year)
        where r.is_revenue = 0 and n.tree = split_part(view, '_', 1);
    end if;
    alter table program_level add scored_weight numeric generated always as (weight * scored) stored,
        add self_weight numeric generated always as (weight * self) stored,
        add score_sum numeric generated always as (weight * coalesce(score, 0)) stored,
        add coverage_sum numeric generated always as (weight * coverage) stored,
        add low_sum numeric generated always as (weight * low) stored,
        add high_sum numeric generated always as (weight * high) stored,
        add self_sum numeric generated always as (weight * coalesce(self_score, 0)) stored;
end $$;
create function pg_temp.not_additive(view text, id text) returns setof text language plpgsql as $$
declare c record; n bigint; checked int := 0;
begin
    perform pg_temp.level_of(view);
    for c in select name from result_column where view_name = view
        and name in ('programs', 'scored_programs', 'closed_programs', 'proposed', 'approved', 'carried_over',
        'adjusted', 'budget',
                     'received', 'committed', 'executed', 'planned', 'weight', 'scored_weight', 'score_sum',
                     'coverage_sum',
                     'low_sum', 'high_sum', 'self_weight', 'self_sum') loop
        execute format($q$
            select count(*) from level p
            left join (select parent_id, fiscal_year, sum(%1$I) as total from level group by 1, 2) k
                on k.parent_id = p.%2$I and k.fiscal_year = p.fiscal_year
            left join (select id, fiscal_year, sum(%1$I) as total from program_level group by 1, 2) own
                on own.id = p.%2$I and own.fiscal_year = p.fiscal_year
            where p.%1$I is distinct from coalesce(k.total, 0) + coalesce(own.total, 0)$q$, c.name, id) into n;
        if n > 0 then return next format('%s.%s: %s rows', view, c.name, n); end if;
        checked := checked + 1;
    end loop;
    drop table level, program_level;
    if checked <> 20 then return next view || ' lacks columns'; end if;
end $$;
select is_empty($$select pg_temp.not_additive('unit_result', 'unit_id')$$,
    'units: the parts make the whole in every additive column');
select is_empty($$select pg_temp.not_additive('function_result', 'function_id')$$,
    'functions: the parts make the whole');
select is_empty($$select pg_temp.not_additive('objective_result', 'objective_id')$$,
    'objectives: the parts make the whole');
select is_empty($$select pg_temp.not_additive('economic_result', 'economic_id')$$,
    'economic classes: the parts make the whole');
select results_eq($$select fiscal_year, programs, budget, score_sum, score, self_score from unit_result
    where unit_id = 'gov' order by 1$$,
                  $$select fiscal_year, programs, budget, score_sum, score, self_score from year_result order by 1$$,
                  'the government is the sum of the year');
-- what has no class shows as unclassified: a quarter of the programs has no function, others only shares of an
-- objective
select is_empty($$
    select tree, fiscal_year, sum(programs), sum(approved), sum(budget), sum(executed), sum(weight), sum(scored_weight),
           sum(score_sum), sum(high_sum), sum(self_sum), sum(committed), sum(planned)
    from node_result where parent_id is null group by 1, 2
    except
    select t.tree, fiscal_year, programs, approved, budget, executed, weight, scored_weight, score_sum, high_sum,
    self_sum,
           committed, planned
    from year_result, (values ('unit'), ('function'), ('economic'), ('objective')) t (tree)
    $$, 'the top of every tree is the sum of the year');
select results_eq($$select tree, count(distinct fiscal_year) from node_result where parent_id is null group by 1
    order by 1$$,
    $$values ('economic', 3::bigint), ('function', 3), ('objective', 3), ('unit', 3)$$, 'in all four trees');
select results_eq($$
    select fiscal_year, sum(programs), sum(budget), sum(weight), sum(score_sum), sum(low_sum) from classification_result
    where nature = 'expenditure' group by 1 order by 1$$,
    $$select fiscal_year, programs::bigint, budget::numeric, weight::numeric, score_sum::numeric, low_sum::numeric
      from year_result order by 1$$, 'classifications make the year');
select results_eq($$select unit_id, fiscal_year, sum(programs), sum(budget), min(unit_budget) from evaluation_share
    group by 1, 2 order by 1, 2$$,
    $$select unit_id, fiscal_year, programs::bigint, budget::numeric, budget::numeric from unit_result
    where programs > 0
      order by 1, 2$$, 'the evaluations make the unit');
select is_empty($$
    select d.program_id, d.fiscal_year, d.evaluation from dimension_result d
    join evaluation_result e using (program_id, fiscal_year, evaluation)
    where e.closed = 1 group by 1, 2, 3, e.tree_score
    having abs(sum(d.score_sum) - e.tree_score) > 0.00000001 or abs(sum(d.share) - 1) > 0.00000000000001$$,
    'the dimensions make the program');
select is_empty($$
    select a.unit_id, a.fiscal_year from aspect_result a join unit_result u using (unit_id, fiscal_year)
    where a.aspect <> 'economy' -- which is of money, not of indicators
    group by 1, 2, u.weight having abs(sum(a.weight) - u.weight) > 0.000001$$,
    'the four Es, and what speaks to none, make the unit');
select is_empty($$
    select tree, fiscal_year, sum(programs), sum(budget), sum(executed), sum(earned), sum(unspent), sum(not_delivered),
           sum(saved), sum(unexplained), sum(credited), sum(economy_sum), sum(economy_executed), sum(economy_weight)
    from node_saving_result where parent_id is null group by 1, 2
    except
    select t, fiscal_year, count(*), sum(budget), sum(executed), coalesce(sum(earned), 0), sum(unspent),
           coalesce(sum(not_delivered), 0), coalesce(sum(saved), 0), sum(unexplained), sum(credited), sum(economy_sum),
           sum(economy_executed), sum(greatest(executed, 0))
    from saving_result, unnest('{unit,function,objective}'::text[]) t group by 1, 2$$,
    'what was saved and not delivered sums up every tree');

-- the same by plain sums, with nothing of the model but the views that are summed, and the tables
create function pg_temp.above(year integer) returns table (unit_id text, top text) language sql as $$
    with recursive parent as (
        select u.unit_id, coalesce((select m.parent_id from unit_move m
                                    where m.unit_id = u.unit_id and m.from_year <= year
                                    order by m.from_year desc limit 1), u.parent_id) as parent_id
        from unit u
    ), up as (
        select p.unit_id, p.unit_id as top, p.parent_id from parent p
        union all
        select up.unit_id, p.unit_id, p.parent_id from up join parent p on p.unit_id = up.parent_id
    ) select unit_id, top from up $$;
create temp table unit_above as
    select y.year, a.* from generate_series(2024, 2026) y (year), pg_temp.above(y.year) a;
select results_eq($$
    select a.top, s.fiscal_year, count(*), count(s.earned), sum(s.budget), sum(s.executed), coalesce(sum(s.earned), 0),
           sum(s.unspent), coalesce(sum(s.not_delivered), 0), coalesce(sum(s.saved), 0), sum(s.unexplained),
           sum(s.credited), round(100 * sum(s.economy_sum) / nullif(sum(s.economy_executed), 0), 8)
    from saving_result s join unit_above a on a.unit_id = s.unit_id and a.year = s.fiscal_year
    group by 1, 2 order by 1, 2$$,
    $$select id, fiscal_year, programs::bigint, explained_programs::bigint, budget::numeric, executed::numeric,
             earned::numeric, unspent::numeric, not_delivered::numeric, saved::numeric, unexplained::numeric,
             credited::numeric, economy::numeric
      from node_saving_result where tree = 'unit' order by 1, 2$$, 'units: what was saved is the sum of their programs');
select isnt_empty('select * from saving_result where not_delivered > 0', 'and something was not delivered');
select is_empty($$
    select program_id from saving_result
    where unspent <> budget - executed or coalesce(not_delivered, 0) + coalesce(saved, 0) + unexplained <> unspent
        or credited < 0 or credited > greatest(saved, 0)
    union all
    select id from node_saving_result where not_delivered + saved + unexplained <> unspent$$,
    'what was not spent is not delivered, saved or unexplained, and nothing besides');
select is_empty($$
    select program_id, fiscal_year from gain_program_result p
    join (select program_id, fiscal_year, sum(gain) as gain, sum(share * coalesce(approved_score, 0)) as score,
                 count(*) filter (where gain is null) as without from gain_result group by 1, 2) g
        using (program_id, fiscal_year)
    where g.without = 0
        and (abs(g.gain - p.gain) > 0.000001 or abs(g.score - p.approved_score) > 0.000001
            or p.gain <> 100 - p.approved_score)$$, 'what can be gained is all that is missing to 100');
select isnt_empty('select * from gain_result where gain > 0', 'and something can be');
select results_eq($$select fiscal_year, nature, sum(programs), sum(scored_programs), sum(budget), sum(executed),
        sum(weight), sum(scored_weight), sum(score_sum) from program_result where is_overall = 0 group by 1, 2
        order by 1, 2$$,
    format($$select fiscal_year, nature, sum(programs), sum(scored_programs), sum(budget), sum(executed), sum(weight),
        sum(scored_weight), sum(score_sum) from responsibility_result where kind = %L group by 1, 2
        order by 1, 2$$, k), 'what each ' || k || ' answers for is all there is')
from unnest('{unit,person}'::text[]) k;
select results_eq(format($$select unit_id, fiscal_year, programs, scored_programs, closed_programs, budget, executed, weight,
        scored_weight, score_sum, coverage_sum, score, coverage, rating from unit_month
        where month_end = %L and programs > 0 order by 1$$, d),
    format($$select unit_id, fiscal_year, programs, scored_programs, closed_programs, budget, executed, weight,
        scored_weight, score_sum, coverage_sum, score, coverage, rating from unit_result_at(%L)
        where fiscal_year = extract(year from %1$L::date) and programs > 0 order by 1$$, d),
    'the months of units are their results on ' || d)
from unnest('{2024-12-31,2025-06-30,2026-09-30}'::text[]) d;
select is_empty($$
    select t.grain, t.id, t.fiscal_year from trend t
    left join (select 'program' as grain, program_id as id, fiscal_year, score, budget, executed
               from program_result_at('2025-09-30')
               union all
               select 'unit', unit_id, fiscal_year, score, budget, executed from unit_result_at('2025-09-30')) b
        on b.grain = t.grain and b.id = t.id and b.fiscal_year = t.fiscal_year - 1
    where (t.score_before, t.budget_before, t.executed_before) is distinct from (b.score, b.budget, b.executed)
        or t.day_before <> '2025-09-30'$$, 'what was the year before is what results said on that day');
select is_empty($$
    select unit_id, score from unit_result
    where score is distinct from round(score_sum / nullif(scored_weight, 0), 8)
        or coverage is distinct from round(coverage_sum / nullif(weight, 0), 8)
        or low is distinct from round(low_sum / nullif(weight, 0),
        8) or high is distinct from round(high_sum / nullif(weight, 0), 8)
        or self_score is distinct from round(self_sum / nullif(self_weight, 0), 8)
        or execution_rate is distinct from round(100 * executed / nullif(budget, 0), 4)
$$, 'ratios follow from what stands beside them');
select is_empty($$select * from unit_result where not (low <= score and score <= high)$$,
    'a score lies within its bounds');
select is_empty($$select * from program_result where not (low <= score and score <= high)$$, 'of a program, too');
select is_empty($$select * from check_inputs()$$, 'the model''s own inputs fit');

-- a small model costs the planner little --------------------------------------------------------------------

-- From 100,000 on a plan is compiled, which takes seconds. 12 programs of 12 indicators; first as they are when nobody
-- has
-- looked at the tables since they were made, then analysed.
select bpm.create_model('small');
set local search_path = small, public;
insert into unit select n, case when n <> 'gov' then 'gov' end, n from unnest(array['gov', 'a', 'b', 'c']) n;
insert into program (program_id, fiscal_year, name, unit_id, nature, function_id)
select 'p' || p, 2026, 'P', (array['a', 'b', 'c'])[1 + p % 3], case p when 12 then 'revenue' else 'expenditure' end,
       (array['01', '205', null])[1 + p % 3]
from generate_series(1, 12) p;
do $$begin perform apply_framework(program_id, fiscal_year, 'self-evaluation') from program; end$$;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target)
select program_id, fiscal_year, indicator_id, '2026-01-02', '>= 50' from indicator where source = 'measured';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select program_id, fiscal_year, indicator_id, '2026-06-30', 40 from indicator where source = 'measured';
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select program_id, fiscal_year, k, '2026-02-01', 100 from program, unnest(array['approved', 'executed']) k;
insert into stage_event (program_id, fiscal_year, at, stage) select program_id, fiscal_year, '2025-09-01', 'drafted'
    from program;
create function pg_temp.costs() returns table (view_name text, cost numeric) language plpgsql as $$
declare c record; said json;
begin
    for c in select k.view_name as name from catalog k loop
        execute format('explain (format json) select * from %I', c.name) into said;
        view_name := c.name; cost := said -> 0 -> 'Plan' ->> 'Total Cost';
        return next;
    end loop;
end $$;
select is_empty('select * from pg_temp.costs() where cost > 100000',
    'no view of a small model costs the planner over 100,000');
do $$begin perform bpm.analyze_model('small'); end$$;
select is_empty('select * from pg_temp.costs() where cost > 100000', 'nor when it has statistics');

-- the scripts, where they are at hand
\set long `awk '!/^comment on/ && !/^ *[(]?\047/ && length > 120 {print FILENAME ":" FNR}' sql/model.sql sql/model/*.sql 2>/dev/null | wc -l`
select is(:'long'::integer, 0, 'lines of the scripts are short');

select * from finish();
rollback;
