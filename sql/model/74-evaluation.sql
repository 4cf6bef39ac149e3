-- Evaluations: the score of the tree, what the rules of the evaluation do to it, and what it is called

select bpm.define_result('indicator_score',
'What every indicator and group of an evaluation has on the day: target, weight, figure and score.', $$
select e.program_id, e.fiscal_year, e.evaluation, i.*
from @program_state p
cross join lateral evaluations_of(p) s
cross join lateral (select p.program_id, p.fiscal_year, s.evaluation) e
cross join lateral indicator_facts(p, s.evaluation, s.counts_until, s.money_until, s.before_the_event,
    execution(p, s.money_until, s.counts_until, s.closed)) i
$$);

create function rules_in_force(of_evaluation text, of_year integer) returns table (rules score_rule[])
    language sql stable parallel safe rows 1
begin atomic
    select array_agg(r order by r.rule) from score_rule r
    where r.evaluation = of_evaluation and r.fiscal_year <= of_year and r.in_force
        and not exists (select from score_rule x
                        where x.evaluation = r.evaluation and x.rule = r.rule and x.fiscal_year > r.fiscal_year
                            and x.fiscal_year <= of_year);
end;
comment on function rules_in_force(text, integer) is
'The rules of the score of an evaluation that are in force in a fiscal year, in one row; NULL when there are none.';

create function rules_of(of_evaluation text, of_year integer) returns score_rule[]
    language sql stable parallel safe
begin atomic
    select r.rules from rules_in_force(of_evaluation, of_year) r;
end;
comment on function rules_of(text, integer) is
'The same as a value: who asks for many programs joins rules_in_force, which is looked up once.';

-- What each rule looks at: once it is closed, the execution of the budget and the coverage of the tree; at any time
-- the score of a node, or the attainment
-- of each indicator, which is given as two arrays.
create function rule_figures(rules score_rule[], closed boolean, execution numeric, tree bpm.tree, items text[],
                             attained numeric[])
    returns table (rule text, looks_at text, item text, target bpm.target, figure numeric, effect text, points numeric,
                   applies boolean)
    language sql stable parallel safe
begin atomic
    select r.rule, r.looks_at, f.item, r.target, f.figure, r.effect, r.points, not bpm.try_met(f.figure, r.target)
    from unnest(rules) r
    cross join lateral (
        select '' as item, execution as figure where closed and r.looks_at = 'execution'
        union all
        select '', o.coverage from bpm.roots(tree) o where closed and r.looks_at = 'coverage'
        union all
        select n.id, coalesce(n.score, case when closed then 0 end) from bpm.nodes(tree) n
        where r.looks_at = 'indicator' and n.id = r.indicator_id
        union all
        select x.item, x.figure from unnest(items, attained) x (item, figure) where r.looks_at = 'attainment') f;
end;
comment on function rule_figures(score_rule[], boolean, numeric, bpm.tree, text[], numeric[]) is
'What each rule of an evaluation looks at, and whether it applies: its target is missed. Where there is no figure it '
'does not; but an indicator that is not measured is 0 once the evaluation is closed.';

-- Deductions come first, then the lowest cap, then a veto.
create function rule_costs(score numeric, rules score_rule[], closed boolean, execution numeric, tree bpm.tree,
                           items text[], attained numeric[])
    returns table (rule text, looks_at text, item text, target bpm.target, figure numeric, effect text, points numeric,
                   applies boolean, cost numeric)
    language sql stable parallel safe
begin atomic
    select f.rule, f.looks_at, f.item, f.target, f.figure, f.effect, f.points, f.applies,
           case when f.applies is not true or score is null then 0
                when f.effect = 'deduct'
                then greatest(score - f.off + f.points, 0) - greatest(score - f.off, 0)
                when f.place > 1 then 0
                when f.effect = 'cap' then greatest(d.left_over - f.points, 0)
                else least(d.left_over, coalesce(d.cap, d.left_over)) end
    from (select r.*,
                 sum(case when r.effect = 'deduct' and r.applies then r.points else 0 end) over w as off,
                 row_number() over (partition by r.effect, r.applies order by r.points, r.rule, r.item) as place
          from rule_figures(rules, closed, execution, tree, items, attained) r
          window w as (order by r.rule, r.item)) f
    cross join lateral (
        select greatest(score - coalesce(sum(x.points) filter (where x.effect = 'deduct'), 0), 0) as left_over,
               min(x.points) filter (where x.effect = 'cap') as cap
        from rule_figures(rules, closed, execution, tree, items, attained) x
        where x.applies) d;
end;
comment on function rule_costs(numeric, score_rule[], boolean, numeric, bpm.tree, text[], numeric[]) is
'What each rule of an evaluation takes from a score: deductions one after the other, never below 0, then the lowest '
'cap, then a veto what is left. They sum to the score less ruled_score.';

create function ruled_score(score numeric, deducted numeric, cap numeric, vetoed boolean) returns numeric
    language sql immutable parallel safe
    return case when score is null then null when vetoed then 0
                else greatest(least(score - coalesce(deducted, 0), cap), 0) end;
comment on function ruled_score(numeric, numeric, numeric, boolean) is
'A score after the rules of its evaluation: points off, then at most the cap, and 0 after a veto.';

create function not_demonstrated() returns text
    language sql immutable parallel safe
    return 'not demonstrated';
comment on function not_demonstrated() is 'What stands where a rating would, when too little was measured to give one.';

create function rank_below(scale bpm.scale) returns integer
    language sql immutable parallel safe
    return greatest(bpm.rating_rank(0, scale), bpm.rating_rank(100, scale)) + 1;
comment on function rank_below(bpm.scale) is 'The rank of what was not demonstrated: below the worst of a scale.';

create function under_floor(coverage numeric, floor numeric) returns text
    language sql immutable parallel safe
    return format('%s %% is measured, under the floor of %s %%', trim_scale(round(coverage, 2)), trim_scale(floor));
comment on function under_floor(numeric, numeric) is 'Why something is not demonstrated, in words.';

create function evaluation_scores(p program_state)
    returns table (program_id text, fiscal_year integer, evaluation text, unit_id text, indicators integer,
                   scored_indicators integer, closed integer, tree_score numeric, deducted numeric, cap numeric,
                   vetoed integer, score numeric, coverage numeric, low numeric, high numeric, floor numeric,
                   rating text, rating_rank integer, rating_reason text, counts integer, rank integer, due_on date,
                   closes_on date, counts_until date, evaluator text, framework_id text, name text, tree bpm.tree,
                   items text[], attained numeric[], execution numeric, top_weight numeric, missing text, day date,
                   before_the_event boolean, facts indicator_score[], money_until date, scale bpm.scale)
    language sql stable parallel safe rows 1
begin atomic
    select p.program_id, p.fiscal_year, e.evaluation, p.unit_id,
           t.indicators, t.scored_indicators, e.closed::integer as closed,
           o.score::numeric(20,8) as tree_score, coalesce(u.deducted, 0)::numeric(38,8) as deducted,
           u.cap::numeric(20,8) as cap, coalesce(u.vetoed, false)::integer as vetoed,
           r.score::numeric(20,8) as score, c.coverage::numeric(20,8) as coverage,
           r.low::numeric(20,8) as low, r.high::numeric(20,8) as high, e.floor::numeric(20,8) as floor,
           case g.reason when 'rated' then bpm.rating(r.score, s.scale)
                when 'coverage' then not_demonstrated() end as rating,
           case g.reason when 'rated' then bpm.rating_rank(r.score, s.scale)
                when 'coverage' then rank_below(s.scale) end as rating_rank,
           case g.reason when 'coverage' then under_floor(c.coverage, e.floor)
                when 'open' then 'so far: not closed' when 'nothing' then 'nothing is scored' end as rating_reason,
           (e.closed and c.coverage >= e.floor and e.rank is not null)::integer as counts, e.rank,
           e.due_on, e.closes_on, e.counts_until, e.evaluator, e.framework_id, p.name,
           t.tree, t.items, t.attained,
           coalesce(b.execution, execution(p, e.money_until, e.counts_until, e.closed)) as execution, t.top_weight,
           e.missing, p.day, e.before_the_event, t.facts, e.money_until, s.scale
    from evaluations_of(p) e
    left join framework f on f.framework_id = e.framework_id
    cross join lateral (select coalesce(f.scale, p.scale) as scale) s
    cross join lateral rules_in_force(e.evaluation, p.fiscal_year) v
    -- once, however many indicators and rules look at it, and not where none does
    cross join lateral (
        select case when exists (select from indicator i
                                 where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year
                                     and i.source in ('budget', 'same'))
                        or exists (select from unnest(v.rules) r where r.looks_at = 'execution')
                    then execution(p, e.money_until, e.counts_until, e.closed) end as execution
        offset 0) b
    cross join lateral (
        select exists (select from unnest(v.rules) r where r.looks_at = 'attainment') as are_there offset 0) a
    cross join lateral (
        -- a root that has no name, and below it what the program has
        select bpm.try_score_tree(n.id, n.parent_id, n.weight, n.score, n.best, n.method, e.missing) as tree,
               sum(n.leaf)::integer as indicators, count(n.score)::integer as scored_indicators,
               coalesce(sum(n.top_weight), 0) as top_weight,
               array_agg(n.id order by n.id) filter (where n.attained is not null) as items,
               array_agg(n.attained order by n.id) filter (where n.attained is not null) as attained,
               -- what check_result looks at; nobody else pays for it, as the planner leaves out what is not asked for
               array_agg(n.fact order by n.id) filter (where n.id <> '') as facts
        from (select i.indicator_id as id, coalesce(i.parent_id, '') as parent_id, i.tree_weight as weight,
                     i.score, i.best, i.method, (i.source <> 'group' and not i.retired)::integer as leaf,
                     case when i.parent_id is null then i.weight end as top_weight,
                     case when a.are_there and i.source in ('measured', 'ratio') and i.weight > 0
                               and i.score is not null then bpm.try_attainment(i.actual, i.target) end as attained,
                     row(p.program_id, p.fiscal_year, e.evaluation, i.*)::indicator_score as fact
              from indicator_facts(p, e.evaluation, e.counts_until, e.money_until, e.before_the_event,
                                   b.execution) i
              union all
              select '', null, 1, null, null, 'mean'::bpm.method, 0, null, null, null from place) n) t
    left join lateral (select n.score, n.coverage, n.low, n.high from bpm.roots(t.tree) n) o on true
    cross join lateral (
        select sum(x.points) filter (where x.effect = 'deduct') as deducted,
               min(x.points) filter (where x.effect = 'cap') as cap, bool_or(x.effect = 'veto') as vetoed
        from rule_figures(v.rules, e.closed, b.execution, t.tree, t.items, t.attained) x
        where x.applies) u
    cross join lateral (
        select ruled_score(o.score, u.deducted, u.cap, u.vetoed) as score,
               ruled_score(coalesce(o.low, 0), u.deducted, u.cap, u.vetoed) as low,
               ruled_score(coalesce(o.high, 100), u.deducted, u.cap, u.vetoed) as high
        offset 0) r
    cross join lateral (select coalesce(o.coverage, 0) as coverage) c
    cross join lateral (
        select case when not e.closed and p.rate_so_far is not true then 'open'
                    when c.coverage < e.floor then 'coverage'
                    when r.score is null then 'nothing' else 'rated' end as reason
        offset 0) g;
end;
comment on function evaluation_scores(program_state) is
'The evaluations of a program: score with coverage and bounds, what the rules cost, the rating, and the tree that it '
'comes from.';

select bpm.define_result('evaluation_score',
'What evaluation_result shows, and the tree that it comes from.', $$
select e.*
from @program_state p
cross join lateral evaluation_scores(p) e
$$);

select bpm.define_result('evaluation_result',
'One row per evaluation of a program and year: score with coverage and bounds, what the rules cost, and the rating '
'once it is closed.', $$
select e.program_id, e.fiscal_year, e.evaluation, e.unit_id, indicators, scored_indicators, closed,
       tree_score::numeric(20,8) as tree_score, deducted::numeric(38,8) as deducted, cap::numeric(20,8) as cap, vetoed,
       score::numeric(20,8) as score, coverage::numeric(20,8) as coverage, low::numeric(20,8) as low,
       high::numeric(20,8) as high, floor::numeric(20,8) as floor, rating, rating_rank, rating_reason, counts, rank,
           due_on,
       closes_on, counts_until, evaluator, framework_id, e.name, u.name as unit_name
from @evaluation_score e
join unit u on u.unit_id = e.unit_id
$$);

select bpm.define_result('evaluation_tree',
'The indicators of an evaluation of a program as one value of type bpm.tree, scored as its policies say.', $$
select program_id, fiscal_year, evaluation, tree
from @evaluation_score
$$);

select bpm.define_result('score_rule_result',
'One row per rule of an evaluation of a program, and per indicator where it looks at each: what it found, and what it '
'cost.', $$
select e.program_id, e.fiscal_year, e.evaluation, x.rule, x.item, coalesce(x.applies, false)::integer as applies,
       (case when x.applies then x.points end)::numeric(20,8) as points,
       (case when abs(x.figure) < 1e30 then x.figure end)::numeric(38,8) as figure, x.effect, x.looks_at,
       x.target::text as target, i.name, e.name as program_name
from @evaluation_score e
cross join lateral rules_in_force(e.evaluation, e.fiscal_year) v
cross join lateral rule_figures(v.rules, e.closed = 1, e.execution, e.tree, e.items, e.attained) x
left join indicator i on i.program_id = e.program_id and i.fiscal_year = e.fiscal_year
    and i.evaluation = e.evaluation and i.indicator_id = x.item
$$);

select bpm.define_result('indicator_tree_result',
'One row per node of the indicator tree of an evaluation: score, coverage and bounds of every group, and what each '
'node contributes.', $$
select e.program_id, e.fiscal_year, e.evaluation, i.indicator_id, i.parent_id, n.depth - 1 as depth,
       (i.source <> 'group')::integer as leaf, n.weight::numeric(20,8) as weight, n.share::numeric(17,16) as share,
       n.score::numeric(20,8) as score, n.low::numeric(20,8) as low, n.high::numeric(20,8) as high,
       n.coverage::numeric(20,8) as coverage, n.contribution::numeric(20,8) as contribution,
       (n.share * (100 - n.score))::numeric(20,8) as weight_lost,
       i.dimension, i.aspect, i.method::text as method, i.name, e.name as program_name
from @evaluation_score e
cross join lateral bpm.nodes(e.tree) n
join indicator i on i.program_id = e.program_id and i.fiscal_year = e.fiscal_year and i.evaluation = e.evaluation
    and i.indicator_id = n.id
$$);

select bpm.define_result('indicator_result',
'One row per indicator of an evaluation of a program and year: target, figure, score, and its share of the program.', $$
select e.program_id, e.fiscal_year, e.evaluation, s.indicator_id, s.parent_id, e.unit_id, s.dimension, s.aspect,
       s.weight::numeric(20,8) as weight, coalesce(n.share, 0)::numeric(17,16) as share,
       (case when s.score is not null then coalesce(n.share, 0) else 0 end)::numeric(17,16) as scored_share,
       (coalesce(n.share, 0) * coalesce(s.score, 0))::numeric(38,24) as score_sum,
       s.score::numeric(20,8) as score,
       (case when abs(s.actual) < 1e30 then s.actual end)::numeric(38,8) as actual, s.actual_date,
       (case when abs(a.attainment) < 1e30 then a.attainment end)::numeric(38,8) as attainment,
       coalesce(bpm.try_met(s.actual, s.target), bpm.try_met(s.actual_date, s.target))::integer as met,
       s.measured_on, coalesce(s.late, false)::integer as late, s.stale::integer as stale,
           s.retired::integer as retired,
       s.due, s.owner, s.name, s.unit_of_measure, s.target::text as target, s.source, s.moves, s.evidence,
       e.name as program_name, s.figure_reason
from @program_state p
cross join lateral evaluation_scores(p) e
cross join lateral indicator_facts(p, e.evaluation, e.counts_until, e.money_until, e.before_the_event,
    e.execution) s
left join lateral bpm.nodes(e.tree) n on n.id = s.indicator_id
cross join lateral (select bpm.try_attainment(s.actual, s.target) as attainment) a
where s.source <> 'group'
$$);
