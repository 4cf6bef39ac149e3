-- The catalog of the results, and what their columns mean

create or replace view catalog with (security_invoker = true) as
select c.sort, c.view_name, c.grain, c.keys, c.joins, obj_description(c.oid, 'pg_class') as description
from (values
    (1, 'indicator_result', 'indicator_result'::regclass::oid, 'indicator of a program and year', 'program_id, fiscal_year, indicator_id',
     'program_result (program_id, fiscal_year); unit (unit_id); dimension (dimension); aspect (aspect)'),
    (2, 'indicator_tree_result', 'indicator_tree_result'::regclass, 'node of the indicator tree of a program and year', 'program_id, fiscal_year, indicator_id',
     'program_result (program_id, fiscal_year); indicator_tree_result (program_id, fiscal_year, indicator_id = parent_id)'),
    (3, 'program_result', 'program_result'::regclass, 'program and year', 'program_id, fiscal_year',
     'unit (unit_id); function_code (function_id); program_objective (program_id, fiscal_year); nature, scope, fund, revenue_type by their names'),
    (4, 'unit_result', 'unit_result'::regclass, 'unit and year, all below it included', 'unit_id, fiscal_year',
     'unit_result (unit_id = parent_id, fiscal_year); program_result (unit_id, fiscal_year) for what is the unit''s own'),
    (5, 'function_result', 'function_result'::regclass, 'function and year, all below it included', 'function_id, fiscal_year',
     'function_result (function_id = parent_id, fiscal_year); program_result (function_id, fiscal_year)'),
    (6, 'objective_result', 'objective_result'::regclass, 'objective and year, all below it included', 'objective_id, fiscal_year',
     'objective_result (objective_id = parent_id, fiscal_year); program_objective (objective_id, fiscal_year)'),
    (7, 'classification_result', 'classification_result'::regclass, 'year, nature, scope and fund', 'fiscal_year, nature, scope, fund',
     'nature, scope, fund by their names'),
    (8, 'year_result', 'year_result'::regclass, 'year', 'fiscal_year', 'any view by fiscal_year'),
    (9, 'revenue_result', 'revenue_result'::regclass, 'unit with revenue and year, all below it included', 'unit_id, fiscal_year',
     'unit_result (unit_id, fiscal_year)'),
    (10, 'dimension_result', 'dimension_result'::regclass, 'program, year, dimension and aspect', 'program_id, fiscal_year, dimension, aspect',
     'program_result (program_id, fiscal_year); dimension (dimension); aspect (aspect)'),
    (11, 'aspect_result', 'aspect_result'::regclass, 'unit, year and aspect, all below it included', 'unit_id, fiscal_year, aspect',
     'unit_result (unit_id, fiscal_year); aspect (aspect)'),
    (12, 'trend', 'trend'::regclass, 'program or unit and year', 'grain, id, fiscal_year',
     'program_result (program_id = id, fiscal_year) where grain is program; unit_result (unit_id = id, fiscal_year) where it is unit'),
    (13, 'unit_total', 'unit_total'::regclass, 'unit and year, as published', 'unit_id, fiscal_year', 'unit (unit_id)'),
    (14, 'check_result', 'check_result'::regclass, 'fault', 'program_id, fiscal_year, kind, item',
     'program_result (program_id, fiscal_year)'),
    (15, 'node_result', 'node_result'::regclass, 'node of a tree and year, all below it included', 'tree, id, fiscal_year',
     'node_result (tree, id = parent_id, fiscal_year); node_program (tree, id, fiscal_year) for the programs of the node itself')
) as c (sort, view_name, oid, grain, keys, joins);
comment on view catalog is 'The result views: what a row is, its keys, and what it joins.';

-- A column means the same wherever it appears.
do $do$
declare
    c record;
begin
    for c in
        select a.attrelid::regclass as view, a.attname as name, m.meaning
        from pg_class v
        join pg_attribute a on a.attrelid = v.oid and a.attnum > 0
        left join lateral (values
            ('actual', 'The figure that counts at bpm.as_of.'),
            ('adjusted', 'Changes of the approved budget, signed.'),
            ('after', 'Where its part begins, a fraction of the program.'),
            ('approved', 'Approved budget.'),
            ('as_of', 'The day that the figure is for.'),
            ('aspect', 'Which of the four Es: economy, efficiency, effectiveness, equity; none when not said.'),
            ('attainment', 'Percentage of the target that was reached, before any cap.'),
            ('budget', 'Approved and adjusted: denominator of execution_rate.'),
            ('budget_before', 'Budget of the year before.'),
            ('budget_growth', 'Percent: (budget - budget_before) / budget_before.'),
            ('collected', 'Revenue collected: numerator of collection_rate, denominator of tax_share.'),
            ('collected_before', 'Revenue collected in the year before: denominator of growth.'),
            ('collected_squares', 'Sum of the squares of what each program collected: numerator of concentration.'),
            ('collection_rate', 'Percent: collected / planned.'),
            ('concentration', 'Percent: collected_squares / collected squared, 100 when all comes from one source.'),
            ('contribution', 'Points that the node adds to the score of the program; those of the indicators sum to it. Empty under a method that is not linear.'),
            ('coverage', 'Percentage of the weight that is scored.'),
            ('coverage_sum', 'Sum of money * coverage: numerator of coverage, over money.'),
            ('depth', 'Levels below the program.'),
            ('description', 'What the view shows.'),
            ('detail', 'What is wrong, with the figures.'),
            ('dimension', 'What is measured; none when not said.'),
            ('evidence', 'Link to the evidence.'),
            ('executed', 'Spent, or for revenue collected: numerator of execution_rate.'),
            ('executed_before', 'Executed in the year before.'),
            ('executed_growth', 'Percent: (executed - executed_before) / executed_before.'),
            ('execution_rate', 'Percent: executed / budget.'),
            ('fiscal_year', 'The fiscal year.'),
            ('framework_id', 'The framework that the indicators came from.'),
            ('function_id', 'The function.'),
            ('fund', 'The fund.'),
            ('grade', 'A grader''s score.'),
            ('grain', 'What a row is; in trend: program or unit.'),
            ('growth', 'Percent: (collected - collected_before) / collected_before.'),
            ('high', 'The score if all that is missing were best (100): high_sum / money.'),
            ('high_sum', 'Sum of money * high: numerator of high, over money.'),
            ('id', 'The program, unit or node.'),
            ('indicator_id', 'The indicator or group.'),
            ('indicators', 'Number of indicators.'),
            ('input', 'The input view.'),
            ('is_revenue', '1 for revenue, 0 for expenditure.'),
            ('item', 'The indicator or entry, when it is about one.'),
            ('joins', 'What it joins, with the columns.'),
            ('keys', 'The columns that identify a row.'),
            ('kind', 'What is wrong, in a word.'),
            ('leaf', '1 for an indicator, 0 for a group.'),
            ('low', 'The score if all that is missing were worst (0): low_sum / money.'),
            ('low_sum', 'Sum of money * low: numerator of low, over money.'),
            ('measured_on', 'The day that the figure is for.'),
            ('mend', 'What to do about it.'),
            ('met', '1 when the target is met, 0 when not, empty when there is no figure or the rule draws no line.'),
            ('method', 'How a group makes its score from what is below it.'),
            ('money', 'The money that weighs the programs, as the settings choose: denominator of coverage, low and high.'),
            ('name', 'The name.'),
            ('nature', 'Revenue or expenditure.'),
            ('objective_id', 'The objective.'),
            ('overridden', '1 when the rating was set by hand and not by the score.'),
            ('own_collected', 'Own revenue collected: numerator of self_sufficiency.'),
            ('parent_id', 'The one above; empty at the top.'),
            ('planned', 'Planned: spending planned, or in revenue_result the revenue budget.'),
            ('program_id', 'The program.'),
            ('programs', 'Number of programs, each counted once.'),
            ('rating', 'What the score is called.'),
            ('rating_rank', 'Place of the rating in its scale, 1 for the best: for sorting. Empty for a rating that was set by hand.'),
            ('published_on', 'The day of publication.'),
            ('received', 'Money received.'),
            ('responsible', 'The person who answers for it.'),
            ('revenue_type', 'For revenue: what kind.'),
            ('scope', 'Basic, project, department or government.'),
            ('score', 'Points of 100: score_sum over the scored weight or money. Empty when nothing is scored.'),
            ('score_before', 'Score of the year before.'),
            ('score_change', 'Score less score_before, in points.'),
            ('score_sum', 'Sum of weight or money * score: numerator of score.'),
            ('scored_indicators', 'Number of indicators that have a score.'),
            ('scored_money', 'Money of the programs that have a score: denominator of score.'),
            ('scored_programs', 'Number of programs that have a score.'),
            ('scored_weight', 'Weight of what has a score: denominator of score.'),
            ('self_sufficiency', 'Percent: own_collected / spent.'),
            ('severity', 'error, warning or note.'),
            ('severity_rank', '1 for an error, 2 for a warning, 3 for a note.'),
            ('share', 'The part of the program that hangs on the node, a fraction: the product of the weights down to it.'),
            ('sort', 'Place in a list.'),
            ('source', 'measured, budget or group.'),
            ('spent', 'Expenditure executed: denominator of self_sufficiency.'),
            ('stage', 'The stage of the lifecycle at bpm.as_of.'),
            ('stage_since', 'The day on which it entered the stage.'),
            ('suppressed', '1 when the figures are held back because they are over few programs.'),
            ('target', 'The rule that counts at bpm.as_of.'),
            ('tax_collected', 'Taxes collected: numerator of tax_share.'),
            ('tax_share', 'Percent: tax_collected / collected.'),
            ('tree', case v.relname when 'program_tree' then 'Nodes, weights, scores and rules; bpm.nodes and bpm.roots take it apart.'
                else 'The tree: unit, function, economic or objective.' end),
            ('unit_id', 'The unit.'),
            ('unit_of_measure', 'In what it is measured.'),
            ('upto', 'Where its part ends, a fraction of the program.'),
            ('view_name', 'The view.'),
            ('weight', 'The weight; among siblings where there is a tree: denominator of coverage.'),
            ('weight_lost', 'Points that the node costs the program: share * (100 - score).')
        ) as m (name, meaning) on m.name = a.attname
        where v.relkind = 'v' and v.relnamespace = (select relnamespace from pg_class where oid = 'catalog'::regclass)
            and v.relname in ('indicator_score', 'program_tree', 'input_fault', 'node_program', 'node_result', 'catalog',
                              'indicator_result', 'indicator_tree_result', 'program_result', 'unit_result', 'function_result',
                              'objective_result', 'classification_result', 'year_result', 'revenue_result', 'dimension_result',
                              'aspect_result', 'trend', 'unit_total', 'check_result')
            and col_description(a.attrelid, a.attnum) is null
    loop
        if c.meaning is null then
            raise exception 'no meaning for column %.%', c.view, c.name;
        end if;
        execute format('comment on column %s.%I is %L', c.view, c.name, c.meaning);
    end loop;
end
$do$;
