-- What a person reads

select bpm.define_result('scorecard',
'One row per program and year, for reading: score with its bounds, rating, pace, money, and what costs it most, in '
'words. Overall programs show the money that they cover.', $$
select r.program_id, r.fiscal_year, round(r.score, 2)::numeric(20,2) as score, round(r.low, 2)::numeric(20,2) as low,
       round(r.high, 2)::numeric(20,2) as high,
       (case when abs(m.pace) < 1e30 then m.pace end)::numeric(38,2) as pace,
       r.covered_executed::numeric(38,2) as executed, r.covered_budget::numeric(38,2) as budget, r.rating,
       case when r.overridden = 1 or r.rating = not_demonstrated() or r.score is null then r.rating_reason
            when r.is_revenue = 0 and r.covered_executed > r.covered_budget then 'more is executed than the budget'
            when k.lost >= 0.005 and (k.lost > w.lost) is not false
            then format('rules of the evaluation: %s points', round(k.lost, 2))
            else w.worst_reason end as worst_reason,
       r.unit_name, r.name
from @day d
cross join @program_score r
left join lateral (
    select c.pace, p.ends_on
    from @program_state p
    left join lateral (select c.pace from money_pace(p) c where p.day <= p.ends_on offset 0) c on true
    where p.program_id = r.program_id and p.fiscal_year = r.fiscal_year
    offset 0) m on true
cross join lateral (
    select (select o.score from bpm.roots(r.tree) o) - r.score as lost) k
left join lateral (
    select n.lost, format('%s: %s, %s points', i.name,
               case when i.score is not null and i.grade is not null then 'graded ' || trim_scale(i.grade)
                    when i.score is not null
                    then format('%s of %s', coalesce(trim_scale(round(i.actual, 4))::text, i.actual_date::text),
                                case bpm.comparator(i.target) when 'direct' then '100' else i.target::text end)
                    when i.stale then 'its figure is too old'
                    when i.target is null and i.source in ('measured', 'ratio') then 'no target'
                    else 'not measured' end, round(n.lost, 2)) as worst_reason
    from (
        select n.id, n.score, n.share * (100 - coalesce(n.score, 0)) as lost from bpm.nodes(r.tree) n) n
    join unnest(r.facts) i on i.indicator_id = n.id and i.source <> 'group' and not i.retired
    where n.lost >= 0.005
        -- what is not due yet costs nothing yet
        and (n.score is not null or r.closed = 1 or coalesce(i.due, m.ends_on) <= d.day)
    order by n.lost desc, n.id
    limit 1) w on true
$$);
