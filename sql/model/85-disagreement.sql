-- Two evaluations of one thing: what a program says of itself, and what others say

-- An indicator that takes its score over from another evaluation is no second opinion.
select bpm.define_result('indicator_disagreement',
'One row per indicator that both the self-evaluation and another evaluation of a program and year have, once both are '
'closed: both scores, and the difference.', $$
select p.program_id, p.fiscal_year, x.evaluation, x.indicator_id, p.unit_id, x.self_score::numeric(20,8) as self_score,
       x.score::numeric(20,8) as score, (x.score - x.self_score)::numeric(20,8) as difference, x.evaluator, x.name,
       p.name as program_name
from @program_state p
cross join lateral (
    select r.evaluation, r.evaluator, r.closed, r.before_the_event, i.indicator_id, i.score, i.source, i.name,
           max(i.score) filter (where r.evaluation = 'self') over w as self_score,
           max(r.closed) filter (where r.evaluation = 'self') over w as self_closed
    from evaluation_scores(p) r
    cross join lateral unnest(r.facts) i
    where i.source <> 'group' and not i.retired
    window w as (partition by i.indicator_id)
    offset 0) x
where x.evaluation <> 'self' and x.closed = 1 and x.self_closed = 1 and not x.before_the_event and x.source <> 'same'
    -- most programs have no other: nothing is computed for them
    and exists (select from program_evaluation v where v.program_id = p.program_id and v.fiscal_year = p.fiscal_year)
$$);

-- Ratings are compared by their places in one scale: where the two have different ones, in that of the
-- self-evaluation.
select bpm.define_result('program_disagreement',
'One row per evaluation of a program and year beside its own, once both are closed: both scores and ratings, the '
'difference, and whether the other one rates it up or down.', $$
select p.program_id, p.fiscal_year, r.evaluation, p.unit_id, p.nature, p.is_overall::integer as is_overall,
       (r.score is not null and r.self_score is not null)::integer as scored_programs,
       (c.rating_rank is not null and r.self_rating_rank is not null)::integer as rated_programs,
       coalesce(c.rating_rank > r.self_rating_rank, false)::integer as rated_down,
       coalesce(c.rating_rank < r.self_rating_rank, false)::integer as rated_up,
       r.self_score::numeric(20,8) as self_score, r.score::numeric(20,8) as score,
       (r.score - r.self_score)::numeric(20,8) as difference, r.self_rating_rank, c.rating_rank, r.self_closes_on,
       r.closes_on, r.self_rating, r.rating, answers_on(p.program_id, p.fiscal_year, r.self_closes_on) as responsible,
       r.evaluator, p.name
from @program_state p
cross join lateral (
    select r.*, max(r.closed) filter (where r.evaluation = 'self') over () as self_closed,
           max(r.score) filter (where r.evaluation = 'self') over () as self_score,
           max(r.rating) filter (where r.evaluation = 'self') over () as self_rating,
           max(r.rating_rank) filter (where r.evaluation = 'self') over () as self_rating_rank,
           max(r.closes_on) filter (where r.evaluation = 'self') over () as self_closes_on,
           max(r.scale::text) filter (where r.evaluation = 'self') over () as self_scale
    from (select e.evaluation, e.evaluator, e.closed, e.closes_on, e.before_the_event, e.score, e.rating,
                 e.rating_rank, coalesce(f.scale, p.scale) as scale
          from evaluation_scores(p) e
          left join framework f on f.framework_id = e.framework_id) r
    offset 0) r
cross join lateral (
    select case when r.scale::text = r.self_scale or r.rating_rank is null then r.rating_rank
                when is_not_demonstrated(r.rating) then rank_below(r.self_scale::bpm.scale)
                else bpm.rating_rank(r.score, r.self_scale::bpm.scale) end as rating_rank
    offset 0) c
where r.evaluation <> 'self' and r.closed = 1 and r.self_closed = 1 and not r.before_the_event
    and exists (select from program_evaluation v where v.program_id = p.program_id and v.fiscal_year = p.fiscal_year)
$$);

select bpm.define_result('disagreement_result',
'One row per unit with everything below it, person or all, year and evaluation: how far it lies from what programs say '
'of themselves, how many it rates down and up, and who rates himself high. Without overall programs.', $$
with total as (
    select 'unit' as kind, a.ancestor_id as who, o.fiscal_year, o.evaluation, sum(o.programs) as programs,
           sum(o.scored_programs) as scored_programs, sum(o.rated_programs) as rated_programs,
           sum(o.difference_sum) as difference_sum, sum(o.rated_down) as rated_down, sum(o.rated_up) as rated_up
    from node_above a
    cross join lateral (
        select d.fiscal_year, d.evaluation, count(*) as programs, sum(d.scored_programs) as scored_programs,
               sum(d.rated_programs) as rated_programs, coalesce(sum(d.difference), 0) as difference_sum,
               sum(d.rated_down) as rated_down, sum(d.rated_up) as rated_up
        from @program_disagreement d
        where d.unit_id = a.id and d.is_overall = 0
        group by d.fiscal_year, d.evaluation) o
    where a.tree = 'unit' and o.fiscal_year between a.from_year and a.to_year
    group by a.ancestor_id, o.fiscal_year, o.evaluation
    union all
    select 'person', coalesce(d.responsible, 'nobody'), d.fiscal_year, d.evaluation, count(*),
           sum(d.scored_programs), sum(d.rated_programs), coalesce(sum(d.difference), 0), sum(d.rated_down),
           sum(d.rated_up)
    from @program_disagreement d
    where d.is_overall = 0
    group by coalesce(d.responsible, 'nobody'), d.fiscal_year, d.evaluation
    union all
    select 'all', 'all', d.fiscal_year, d.evaluation, count(*), sum(d.scored_programs), sum(d.rated_programs),
           coalesce(sum(d.difference), 0), sum(d.rated_down), sum(d.rated_up)
    from @program_disagreement d
    where d.is_overall = 0
    group by d.fiscal_year, d.evaluation
)
select t.kind, t.who, t.fiscal_year, t.evaluation, t.programs::integer as programs,
       t.scored_programs::integer as scored_programs, t.rated_programs::integer as rated_programs,
       t.difference_sum::numeric(38,8) as difference_sum,
       round(t.difference_sum / nullif(t.scored_programs, 0), 8)::numeric(20,8) as mean_difference,
       t.rated_down::integer as rated_down, t.rated_up::integer as rated_up,
       round(100.0 * (t.rated_down - t.rated_up) / nullif(t.rated_programs, 0), 8)::numeric(20,8) as net_disconnect,
       round(1000 * t.difference_sum / nullif(t.scored_programs, 0))::integer as sort,
       coalesce(u.name, t.who) as name
from total t
left join unit u on t.kind = 'unit' and u.unit_id = t.who
$$);
do $do$
begin
    comment on column indicator_disagreement.self_score is 'The score of the indicator in the self-evaluation.';
    comment on column indicator_disagreement.score is 'Its score in the other evaluation.';
    comment on column indicator_disagreement.difference is
    'score - self_score: below 0 the program rates itself higher.';
    comment on column indicator_disagreement.name is 'The name of the indicator, in the other evaluation.';
    comment on column program_disagreement.self_score is 'The score of the self-evaluation.';
    comment on column program_disagreement.self_rating is 'The rating of the self-evaluation.';
    comment on column program_disagreement.self_rating_rank is 'Place of that rating in its scale, 1 for the best.';
    comment on column program_disagreement.score is 'The score of the other evaluation.';
    comment on column program_disagreement.rating is 'The rating of the other evaluation, in its own scale.';
    comment on column program_disagreement.rating_rank is
    'The place of the other evaluation in the scale of the self-evaluation, 1 for the best: of its rating, or of its score '
    'where its scale is another.';
    comment on column program_disagreement.difference is
    'score - self_score: below 0 the program rates itself higher.';
    comment on column program_disagreement.scored_programs is '1 when both have a score.';
    comment on column program_disagreement.rated_programs is '1 when both have a rating.';
    comment on column program_disagreement.rated_down is '1 when the other evaluation rates it lower.';
    comment on column program_disagreement.rated_up is '1 when the other evaluation rates it higher.';
    comment on column program_disagreement.self_closes_on is 'The day on which the self-evaluation was closed.';
    comment on column program_disagreement.closes_on is 'The day on which the other evaluation was closed.';
    comment on column program_disagreement.responsible is
    'The person who answered for it when the self-evaluation was closed.';
    comment on column disagreement_result.kind is 'unit, person or all.';
    comment on column disagreement_result.who is
    'The unit; the person who answered when the self-evaluation was closed, nobody where no one did; or all.';
    comment on column disagreement_result.programs is 'Number of programs of which both evaluations are closed.';
    comment on column disagreement_result.scored_programs is
    'How many of them have both scores: denominator of mean_difference.';
    comment on column disagreement_result.rated_programs is
    'How many of them have both ratings: denominator of net_disconnect.';
    comment on column disagreement_result.difference_sum is
    'Sum of score - self_score, each program once: numerator of mean_difference.';
    comment on column disagreement_result.mean_difference is
    'difference_sum / scored_programs, in points: below 0 programs rate themselves higher than the evaluation does.';
    comment on column disagreement_result.rated_down is 'Number of programs that the evaluation rates lower.';
    comment on column disagreement_result.rated_up is 'Number of programs that the evaluation rates higher.';
    comment on column disagreement_result.net_disconnect is 'Percent: (rated_down - rated_up) / rated_programs.';
    comment on column disagreement_result.sort is
    'mean_difference in thousandths of a point, for sorting: who comes first rates himself highest.';
end
$do$;
