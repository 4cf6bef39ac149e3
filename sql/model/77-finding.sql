-- Findings: what is open, overdue, rectified, and which money hangs on it

create function findings_of(p program_state)
    returns table (finding_id text, evaluation text, indicator_id text, status text, overdue boolean,
                   days_overdue integer, postponements bigint, refusals bigint, withheld numeric, released numeric,
                   found_on date, due date, since date, severity text, finding text, recommendation text, owner text,
                   evidence text, reason text)
    language sql stable parallel safe rows 2
begin atomic
    select f.finding_id, f.evaluation, f.indicator_id, s.status, o.overdue,
           case when not o.overdue then 0
                when isfinite(p.day) and isfinite(d.due) then p.day - d.due end,
           h.postponements, h.refusals, w.withheld,
           case when s.status in ('rectified', 'withdrawn') then w.withheld else 0 end,
           (f.at at time zone p.zone)::date, d.due, (coalesce(e.at, f.at) at time zone p.zone)::date,
           f.severity, f.finding, f.recommendation, f.owner, coalesce(h.evidence, f.evidence), l.reason
    from (select f.* from finding f
          where f.program_id = p.program_id and f.fiscal_year = p.fiscal_year
              and f.at < (p.day + 1)::timestamp at time zone p.zone and f.recorded_at <= p.known
          offset 0) f
    -- what it is since when; a postponement changes the day only
    left join lateral (
        select x.event, x.at from finding_event x
        where x.program_id = f.program_id and x.fiscal_year = f.fiscal_year and x.finding_id = f.finding_id
            and x.event <> 'postponed'
            and x.at < (p.day + 1)::timestamp at time zone p.zone and x.recorded_at <= p.known
        order by x.n desc
        limit 1) e on true
    left join lateral (
        select x.reason from finding_event x
        where x.program_id = f.program_id and x.fiscal_year = f.fiscal_year and x.finding_id = f.finding_id
            and x.at < (p.day + 1)::timestamp at time zone p.zone and x.recorded_at <= p.known
        order by x.n desc
        limit 1) l on true
    left join lateral (
        select count(*) filter (where x.event = 'postponed') as postponements,
               count(*) filter (where x.event = 'refused') as refusals,
               max(x.due) filter (where x.event = 'postponed') as due,
               (array_agg(x.evidence order by x.n desc) filter (where x.event = 'rectified'))[1] as evidence
        from finding_event x
        where x.program_id = f.program_id and x.fiscal_year = f.fiscal_year and x.finding_id = f.finding_id
            and x.at < (p.day + 1)::timestamp at time zone p.zone and x.recorded_at <= p.known
        group by x.program_id) h on true
    cross join lateral (
        select case e.event when 'rectified' then 'reported' when 'accepted' then 'rectified'
                   when 'withdrawn' then 'withdrawn' else 'open' end as status) s
    cross join lateral (select coalesce(h.due, f.due) as due) d
    -- what is reported waits for who found it
    cross join lateral (select coalesce(s.status = 'open' and d.due < p.day, false) as overdue) o
    cross join lateral (select coalesce(nullif(f.withheld, 'NaN'), 0) as withheld) w;
end;
comment on function findings_of(program_state) is
'What others found about a program, and what became of it until the day.';

select bpm.define_result('finding_result',
'One row per finding of a program and year: open, reported, rectified or withdrawn on the day, since when, overdue or '
'not, and the money that hangs on it.', $$
select p.program_id, p.fiscal_year, f.finding_id, p.unit_id,
       case f.severity when 'high' then 1 when 'medium' then 2 else 3 end as severity_rank,
       f.overdue::integer as overdue, f.days_overdue, coalesce(f.postponements, 0)::integer as postponements,
       coalesce(f.refusals, 0)::integer as refusals, f.withheld::numeric(38,2) as withheld,
       f.released::numeric(38,2) as released, f.found_on, f.due, f.since, f.status, f.severity, f.finding,
       f.recommendation, f.owner, f.evidence, f.reason, f.evaluation, f.indicator_id, i.name as indicator_name,
       u.name as unit_name, p.name
-- from the findings, of which there are fewer than programs
from finding g
join @program_state p on p.program_id = g.program_id and p.fiscal_year = g.fiscal_year
join unit u on u.unit_id = p.unit_id
join lateral findings_of(p) f on f.finding_id = g.finding_id
left join indicator i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year
    and i.evaluation = f.evaluation and i.indicator_id = f.indicator_id
$$);

select bpm.define_result('unit_finding',
'One row per unit and year with findings, all below it included: how many are open, reported, rectified, withdrawn '
'and overdue, and the money that hangs on them.', $$
select a.ancestor_id as unit_id, f.fiscal_year, count(distinct f.program_id)::integer as programs,
       count(*)::integer as findings,
       count(*) filter (where f.status = 'open')::integer as open_findings,
       count(*) filter (where f.status = 'reported')::integer as reported_findings,
       count(*) filter (where f.status = 'rectified')::integer as rectified_findings,
       count(*) filter (where f.status = 'withdrawn')::integer as withdrawn_findings,
       sum(f.overdue)::integer as overdue_findings, sum(f.withheld)::numeric(38,2) as withheld,
       sum(f.released)::numeric(38,2) as released, u.name
from node_above a
cross join lateral (
    select f.* from @finding_result f
    where f.unit_id = a.id) f
join unit u on u.unit_id = a.ancestor_id
where a.tree = 'unit' and f.fiscal_year between a.from_year and a.to_year
group by a.ancestor_id, f.fiscal_year, u.name
$$);
do $do$
begin
    comment on column finding_result.since is 'The day since which it is so: found, reported, refused, accepted.';
    comment on column finding_result.due is 'The day by which it has to be rectified, as it was last postponed.';
    comment on column finding_result.finding is 'What was found, in words.';
    comment on column finding_result.owner is 'Who must act.';
    comment on column finding_result.evidence is
    'Link to what shows that it is rectified, as it was last reported; before that, to what shows the finding.';
    comment on column finding_result.reason is 'Why, as the last event says.';
    comment on column finding_result.severity is 'high, medium or low.';
    comment on column finding_result.severity_rank is '1 for high, 2 for medium, 3 for low.';
    comment on column unit_finding.programs is 'Number of programs with findings.';
end
$do$;
