-- Indicators: what was promised, what was measured, what the score is

-- The facts that count for the indicators of one evaluation of a program, given until when figures and money count, and
-- the execution of the budget in percent.
create function indicator_facts(p program_state, of_evaluation text, counts_until date, money_until date,
                                before_the_event boolean, execution numeric, only_these text[] default null)
    returns table (indicator_id text, parent_id text, source text, method bpm.method, dimension text, aspect text,
                   name text, unit_of_measure text, moves text, due date, owner text, sort integer, retired boolean,
                   target bpm.target, weight numeric, measured_on date, actual numeric, actual_date date,
                   grade numeric, evidence text, late boolean, stale boolean, score numeric, best numeric,
                   tree_weight numeric, figure_reason text, measured_recorded_at timestamptz,
                   target_from date, target_recorded_at timestamptz)
    language sql stable parallel safe
begin atomic
    select i.indicator_id, i.parent_id, i.source, i.method, i.dimension, i.aspect,
           i.name, i.unit_of_measure, i.moves, i.due, i.owner, i.sort, coalesce(t.retired, false) as retired,
           g.target, case when t.retired then 0 else w.weight end as weight,
           f.as_of as measured_on, f.actual, f.actual_date, f.score as grade, f.evidence,
           f.as_of > p.ends_on as late, s.stale,
           case when t.retired or s.stale then null
                when f.score is not null then case when f.score between 0 and 100 then round(f.score, 8) end
                when f.actual_date is not null then bpm.try_score(f.actual_date, g.target)
                else bpm.try_score(f.actual, g.target) end as score,
           bpm.cap(g.target) as best,
           -- a tree needs some weight: siblings that all weigh nothing, as before their targets were set, count alike
           case when bool_or(t.retired is not true and w.weight > 0) over siblings
                then case when t.retired then 0 else w.weight end
                when bool_or(t.retired is not true) over siblings then (t.retired is not true)::integer
                else 1 end as tree_weight,
           case when a.source = 'ratio' and not coalesce(t.retired, false) then q.reason end as figure_reason,
           f.recorded_at as measured_recorded_at, t.valid_from as target_from, t.recorded_at as target_recorded_at
    from indicator i
    -- OFFSET 0 keeps what looks something up from being written out, and done, wherever it is used.
    -- Where its figure is from: its own, or that of the indicator of the same name in another evaluation
    left join lateral (
        select o.source, o.numerator, o.denominator, o.ratio_as from indicator o
        where i.source = 'same' and o.program_id = i.program_id and o.fiscal_year = i.fiscal_year
            and o.evaluation = i.same_as and o.indicator_id = i.indicator_id
        offset 0) o on true
    cross join lateral (
        select coalesce(i.same_as, i.evaluation) as evaluation,
               case i.source when 'same' then o.source else i.source end as source,
               coalesce(i.numerator, o.numerator) as numerator, coalesce(i.denominator, o.denominator) as denominator,
               coalesce(i.ratio_as, o.ratio_as) as ratio_as,
               -- what a program promises itself is not changed once its year is over
               case when i.evaluation = 'self' then least(counts_until, p.ends_on)
                    else counts_until end as weighed_until,
               case when coalesce(i.same_as, i.evaluation) = 'self' then least(counts_until, p.ends_on)
                    else counts_until end as promised_until
        offset 0) a
    left join lateral (
        select t.target, t.weight, t.retired, t.valid_from, t.recorded_at from target_revision t
        where t.program_id = i.program_id and t.fiscal_year = i.fiscal_year and t.evaluation = i.evaluation
            and t.indicator_id = i.indicator_id and t.valid_from <= a.weighed_until and t.recorded_at <= p.known
        order by t.valid_from desc, t.recorded_at desc
        limit 1) t on true
    -- a revision that leaves the weight or the target empty keeps the one before
    cross join lateral (
        select coalesce(t.weight, (
            select r.weight from target_revision r
            where r.program_id = i.program_id and r.fiscal_year = i.fiscal_year and r.evaluation = i.evaluation
                and r.indicator_id = i.indicator_id and r.valid_from <= a.weighed_until and r.recorded_at <= p.known
                and r.weight is not null
            order by r.valid_from desc, r.recorded_at desc
            limit 1), case when t.retired is null then 0 else 1 end) as weight
        offset 0) w
    cross join lateral (
        select case a.source when 'group' then null
            else coalesce(case when i.source <> 'same' then t.target end, (
                select r.target from target_revision r
                where r.program_id = i.program_id and r.fiscal_year = i.fiscal_year and r.evaluation = a.evaluation
                    and r.indicator_id = i.indicator_id and r.valid_from <= a.promised_until
                    and r.recorded_at <= p.known and r.target is not null
                order by r.valid_from desc, r.recorded_at desc
                limit 1), case a.source when 'budget' then '>= 100%' end::bpm.target) end as target
        offset 0) g
    left join lateral (
        select m.as_of, m.actual, m.actual_date, m.score, m.evidence, m.recorded_at from indicator_actual m
        where a.source = 'measured' and m.program_id = i.program_id and m.fiscal_year = i.fiscal_year
            and m.evaluation = a.evaluation and m.indicator_id = i.indicator_id and m.grader = '' and m.breakdown = ''
            and m.as_of <= counts_until and (m.recorded_at > p.known) is not true
            and (m.withdrawn_at <= p.known) is not true
        order by m.as_of desc, m.recorded_at desc
        limit 1) m on true
    left join lateral (
        select max(m.as_of) as as_of, max(m.evidence) as evidence, max(m.recorded_at) as recorded_at,
               bpm.weighted_score(m.score, case when r.weight between 0 and 1e12 then r.weight end) as score
        from grader r
        cross join lateral (
            select m.as_of, m.score, m.evidence, m.recorded_at from indicator_actual m
            where m.program_id = r.program_id and m.fiscal_year = r.fiscal_year and m.evaluation = r.evaluation
                and m.indicator_id = i.indicator_id and m.grader = r.grader and m.breakdown = ''
                and m.as_of <= counts_until and (m.recorded_at > p.known) is not true
                and (m.withdrawn_at <= p.known) is not true
            order by m.as_of desc, m.recorded_at desc
            limit 1) m
        where r.program_id = i.program_id and r.fiscal_year = i.fiscal_year and r.evaluation = a.evaluation
            and m.score between 0 and 100
            and a.source = 'graded'
        group by r.program_id) k on true
    left join lateral (
        select x.figure, x.reason
        from ratio_of(p, a.evaluation, a.numerator, a.denominator, a.ratio_as, counts_until, money_until) x
        where a.source = 'ratio'
        offset 0) q on true
    cross join lateral (
        select coalesce(m.as_of, k.as_of) as as_of, m.actual_date,
               case a.source when 'budget' then execution when 'ratio' then q.figure else m.actual end as actual,
               coalesce(m.score, k.score) as score, coalesce(m.evidence, k.evidence) as evidence,
               coalesce(m.recorded_at, k.recorded_at) as recorded_at) f
    -- a figure of another year, or one that is too old, says nothing about this one
    cross join lateral (
        select coalesce(f.as_of < p.starts_on and not before_the_event
            or f.as_of < stale_before(least(counts_until, p.ends_on), i.stale_days), false) as stale) s
    where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = of_evaluation
        and (only_these is null or i.indicator_id = any (only_these))
    window siblings as (partition by i.parent_id);
end;
comment on function indicator_facts(program_state, text, date, date, boolean, numeric, text[]) is
'What every indicator and group of an evaluation has: target, weight, figure and score, from the facts dated until a '
'day, as known at a time; of the indicators that are named, or all (tree_weight is only right for all).';
