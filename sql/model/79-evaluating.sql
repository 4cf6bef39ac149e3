-- Evaluations at work: opening and closing one, what its graders say, what is objected

-- What each grader has said of each indicator that is graded: also who has not graded.
create function grades_of(p program_state, of_evaluation text, counts_until date)
    returns table (indicator_id text, grader text, weight numeric, graded_on date, score numeric, evidence text,
                   note text, recorded_at timestamptz, name text)
    language sql stable parallel safe
begin atomic
    select i.indicator_id, r.grader, case when r.weight between 0 and 1e12 then r.weight end as weight,
           case when m.score between 0 and 100 then m.as_of end as graded_on,
           case when m.score between 0 and 100 then m.score end as score, m.evidence, m.note, m.recorded_at, i.name
    from indicator i
    join grader r on r.program_id = i.program_id and r.fiscal_year = i.fiscal_year and r.evaluation = i.evaluation
    left join lateral (
        select m.as_of, m.score, m.evidence, m.note, m.recorded_at from indicator_actual m
        where m.program_id = r.program_id and m.fiscal_year = r.fiscal_year and m.evaluation = r.evaluation
            and m.indicator_id = i.indicator_id and m.grader = r.grader and m.breakdown = ''
            and m.as_of <= counts_until and (m.recorded_at > p.known) is not true
            and (m.withdrawn_at <= p.known) is not true
        order by m.as_of desc, m.recorded_at desc
        limit 1) m on true
    left join lateral (
        select t.retired from target_revision t
        where t.program_id = i.program_id and t.fiscal_year = i.fiscal_year and t.evaluation = i.evaluation
            and t.indicator_id = i.indicator_id and t.recorded_at <= p.known
            and t.valid_from <= case when i.evaluation = 'self' then least(counts_until, p.ends_on)
                                     else counts_until end
        order by t.valid_from desc, t.recorded_at desc
        limit 1) t on true
    where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.evaluation = of_evaluation
        and i.source = 'graded' and t.retired is not true;
end;
comment on function grades_of(program_state, text, date) is
'The grades of an evaluation of a program, from the facts dated until a day: a row per graded indicator that is not '
'retired and grader, without a score where he has not graded it.';

select bpm.define_result('grade_result',
'One row per graded indicator of an evaluation of a program and year and grader: the grade, and how far it lies from '
'the mean of all; also who has not graded.', $$
select p.program_id, p.fiscal_year, e.evaluation, g.indicator_id, g.grader, p.unit_id,
       (case when g.weight < 1e12 then g.weight end)::numeric(20,8) as weight,
       (g.score is not null)::integer as graded, g.score::numeric(20,8) as score,
       g.mean_score::numeric(20,8) as mean_score, (g.score - g.mean_score)::numeric(20,8) as deviation,
       case when g.score is not null then b.band end as band, g.graded_on, g.evidence, g.note, g.name,
       p.name as program_name
from @program_state p
cross join lateral evaluations_of(p) e
cross join lateral (
    select g.*, bpm.weighted_score(g.score, g.weight) over (partition by g.indicator_id) as mean_score
    from grades_of(p, e.evaluation, e.counts_until) g
    offset 0) g
-- the input view need not tell the band
left join measurement b on b.program_id = p.program_id and b.fiscal_year = p.fiscal_year
    and b.evaluation = e.evaluation and b.indicator_id = g.indicator_id and b.as_of = g.graded_on
    and b.grader = g.grader and b.breakdown = '' and b.recorded_at = g.recorded_at and b.withdrawn is null
$$);

select bpm.define_result('comment_result',
'One row per comment and objection to an evaluation of a program and year, with the newest answer.', $$
select c.program_id, c.fiscal_year, c.evaluation, c.n::integer as n, c.indicator_id, c.unit_id, c.kind,
       case c.kind when 'objection' then (a.text is not null)::integer end as answered, c.recorded_on, c.recorded_by,
       c.text, c.evidence, a.recorded_on as answered_on, a.recorded_by as answered_by, a.text as answer,
       a.evidence as answer_evidence, i.name, c.program_name
from (
    select p.program_id, p.fiscal_year, c.evaluation,
           row_number() over (partition by p.program_id, p.fiscal_year, c.evaluation
                              order by c.recorded_at, c.indicator_id) as n,
           c.indicator_id, p.unit_id, c.kind, (c.recorded_at at time zone p.zone)::date as recorded_on, c.recorded_by,
           c.text, c.evidence, c.recorded_at, p.name as program_name, p.zone, p.day, p.known
    from @program_state p
    cross join lateral (
        select c.* from evaluation_comment c
        where c.program_id = p.program_id and c.fiscal_year = p.fiscal_year
            and c.kind <> 'answer' and c.recorded_at <= p.known
            and c.recorded_at < (p.day + 1)::timestamp at time zone p.zone
        offset 0) c) c
left join lateral (
    select a.text, a.evidence, a.recorded_by, (a.recorded_at at time zone c.zone)::date as recorded_on
    from evaluation_comment a
    where a.program_id = c.program_id and a.fiscal_year = c.fiscal_year and a.evaluation = c.evaluation
        and a.indicator_id = c.indicator_id and a.answers = c.recorded_at and a.kind = 'answer'
        and a.recorded_at <= c.known and a.recorded_at < (c.day + 1)::timestamp at time zone c.zone
    order by a.recorded_at desc
    limit 1) a on c.kind = 'objection'
left join indicator i on i.program_id = c.program_id and i.fiscal_year = c.fiscal_year
    and i.evaluation = c.evaluation and i.indicator_id = c.indicator_id
$$);

-- The day is explicit, and all that is recorded counts: the settings of a session have no say.
create function evaluation_gate_faults(program_id text, fiscal_year integer, evaluation text,
                                       on_day date default null)
    returns table (condition text, detail text)
    language sql stable parallel safe
begin atomic
    with moment as (
        select least($4, (now() at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date) as day
    ), look as (
        select s as p, e.evaluation, e.facts, e.tree, e.top_weight, e.counts_until,
               coalesce(f.weight_total, y.weight_total) as weight_total, y.totals_required
        from moment d
        cross join lateral program_state_at(d.day, 'infinity') s
        cross join lateral evaluation_scores(s) e
        left join lateral setting_of(s.fiscal_year) y on true
        left join framework f on f.framework_id = e.framework_id
        where s.program_id = $1 and s.fiscal_year = $2 and e.evaluation = $3
    ), leaf as (
        -- all that weighs in the tree; all there is where that cannot be made
        select i.* from look l
        cross join lateral unnest(l.facts) i
        left join lateral bpm.nodes(l.tree) n on n.id = i.indicator_id
        where i.source <> 'group' and not i.retired and (n.share > 0) is not false
    ), grade as (
        select g.* from look l
        cross join lateral grades_of(l.p, l.evaluation, l.counts_until) g
        where g.indicator_id in (select i.indicator_id from leaf i)
    ), fault (condition, detail) as (
        select 'measured', case count(i.indicator_id) when 0 then 'The evaluation has no indicators.'
                           else format('There is no score for %s.',
                                       string_agg(i.indicator_id, ', ' order by i.sort, i.indicator_id)
                                           filter (where i.score is null)) end
        from look l
        left join leaf i on true
        having count(*) > 0 and (count(i.indicator_id) = 0 or count(*) > count(i.score))
        union all
        select 'all weights', format('The top weights total %s, not %s.', trim_scale(l.top_weight),
                                     trim_scale(l.weight_total))
        from look l
        where l.totals_required and l.top_weight <> l.weight_total
        union all
        select 'graded by all', format('"%s" has not graded %s.', g.grader,
                                       string_agg(g.indicator_id, ', ' order by g.indicator_id))
        from grade g
        where g.weight > 0 and g.score is null
        group by g.grader
        union all
        select 'evidence', format('There is no evidence for %s.', string_agg(x.item, ', ' order by x.item))
        from (select i.indicator_id as item from leaf i
              where i.source = 'measured' and num_nonnulls(i.actual, i.actual_date, i.grade) > 0
                  and coalesce(btrim(i.evidence), '') = ''
              union all
              select format('%s by "%s"', g.indicator_id, g.grader) from grade g
              where g.score is not null and coalesce(btrim(g.evidence), '') = '') x
        having count(*) > 0
        union all
        select 'comments answered', format('There is no answer to the objection of %s to %s.',
                                           (c.recorded_at at time zone (l.p).zone)::date,
                                           case c.indicator_id when '' then 'the whole' else c.indicator_id end)
        from look l
        join evaluation_comment c on c.program_id = $1 and c.fiscal_year = $2 and c.evaluation = l.evaluation
        where c.kind = 'objection'
            and not exists (select from evaluation_comment a
                            where a.program_id = c.program_id and a.fiscal_year = c.fiscal_year
                                and a.evaluation = c.evaluation and a.indicator_id = c.indicator_id
                                and a.answers = c.recorded_at and a.kind = 'answer')
    )
    select f.condition, f.detail
    from evaluation_gate g
    join fault f on f.condition = g.condition
    where g.evaluation = $3 and g.fiscal_year <= $2 and g.in_force
        and not exists (select from evaluation_gate x
                        where x.evaluation = g.evaluation and x.condition = g.condition
                            and x.fiscal_year > g.fiscal_year and x.fiscal_year <= $2)
    order by f.condition, f.detail;
end;
comment on function evaluation_gate_faults(text, integer, text, date) is
'What keeps an evaluation from being closed: the conditions of evaluation_gate that do not hold on a day (today when '
'not given, and never later), each with the reason.';

create function evaluation_ready(program_id text, fiscal_year integer, evaluation text, at timestamptz) returns boolean
    language plpgsql volatile parallel unsafe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    -- first: with a query among its arguments the function would be planned anew with every call
    day constant date := ($4 at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date;
    conditions text;
    details text;
begin
    if not exists (select from evaluation_gate g
                   where g.evaluation = $3 and g.fiscal_year <= $2 and g.in_force) then
        return true;
    end if;
    select string_agg(distinct format('"%s"', f.condition), ', '),
           string_agg(f.detail, ' ' order by f.condition, f.detail) into conditions, details
    from evaluation_gate_faults($1, $2, $3, day) f;
    if conditions is not null then
        raise exception 'evaluation "%" of program "%" in % may not be closed yet', $3, $1, $2
            using errcode = 'check_violation',
                  detail = details,
                  hint = format('By evaluation_gate it needs %s.', conditions);
    end if;
    return true;
end
$$;
comment on function evaluation_ready(text, integer, text, timestamptz) is
'Whether an evaluation may be closed: an error says which conditions do not hold.';

-- What stood of an evaluation before an event was recorded. Asked after that: recording it waits for others who open
-- or close, and so they are seen.
create function evaluation_event_before(of_program text, of_year integer, of_evaluation text, of_at timestamptz,
                                        of_recorded timestamptz, out event text, out at timestamptz)
    language sql stable parallel safe
begin atomic
    select e.event, e.at from evaluation_event e
    where e.program_id = of_program and e.fiscal_year = of_year and e.evaluation = of_evaluation and not e.taken_back
        and (e.at, e.recorded_at) <> (of_at, of_recorded)
        and not exists (select from evaluation_event b
                        where b.program_id = e.program_id and b.fiscal_year = e.fiscal_year
                            and b.evaluation = e.evaluation and b.at = e.at and b.event = e.event and b.taken_back
                            and b.recorded_at > e.recorded_at)
    order by e.at desc, e.recorded_at desc
    limit 1;
end;
comment on function evaluation_event_before(text, integer, text, timestamptz, timestamptz) is
'The last event of an evaluation that stands, beside one of a time.';

create function open_evaluation(program_id text, fiscal_year integer, evaluation text,
                                framework_id text default null, evaluator text default null,
                                commissioned_by text default null, at timestamptz default null,
                                reason text default null)
    returns integer
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
#variable_conflict use_column
declare
    of_program alias for $1;
    of_year alias for $2;
    look alias for $3;
    opened_at constant timestamptz := coalesce($7, clock_timestamp());
    known timestamptz;
    last record;
    chosen text;
    indicators integer;
begin
    if not has_any_column_privilege('evaluation_event'::regclass, 'insert') then
        raise exception 'the duty of approving is in other hands'
            using errcode = 'insufficient_privilege',
                  hint = 'bpm.grant_duty gives it.';
    end if;
    if not exists (select from program p where p.program_id = of_program and p.fiscal_year = of_year) then
        raise exception 'there is no program "%" in %', of_program, of_year
            using errcode = 'no_data_found',
                  hint = 'Add a row to program.';
    elsif not exists (select from evaluation_of(look, of_year)) then
        raise exception 'there is no evaluation "%" in %', look, of_year
            using errcode = 'foreign_key_violation',
                  hint = 'The table evaluation lists them.';
    elsif look = 'self' and num_nonnulls($5, $6) > 0 then
        raise exception 'a self-evaluation is made by who answers for the program'
            using errcode = 'invalid_parameter_value',
                  hint = 'Leave out evaluator and commissioned_by.';
    elsif not isfinite(opened_at) then
        raise exception 'an evaluation is opened at a time of the calendar'
            using errcode = 'invalid_parameter_value',
                  hint = 'Leave out at for now.';
    end if;
    if look <> 'self' then
        insert into program_evaluation (program_id, fiscal_year, evaluation, evaluator, commissioned_by)
        values (of_program, of_year, look, $5, $6)
        on conflict do nothing;
        if not found and num_nonnulls($5, $6) > 0 then
            update program_evaluation e
            set evaluator = coalesce($5, e.evaluator), commissioned_by = coalesce($6, e.commissioned_by)
            where e.program_id = of_program and e.fiscal_year = of_year and e.evaluation = look
                and (e.evaluator, e.commissioned_by) is distinct from
                    (coalesce($5, e.evaluator), coalesce($6, e.commissioned_by));
        end if;
    end if;
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason)
    values (of_program, of_year, look, opened_at, 'opened', $8)
    returning recorded_at into known;
    select b.* into last from evaluation_event_before(of_program, of_year, look, opened_at, known) b;
    if last.event = 'closed' then
        raise exception 'evaluation "%" of program "%" in % is closed', look, of_program, of_year
            using errcode = 'object_not_in_prerequisite_state',
                  hint = 'To open it again, add a row to evaluation_event with "opened again" and the reason.';
    elsif last.event is not null then
        raise exception 'evaluation "%" of program "%" in % is open already', look, of_program, of_year
            using errcode = 'object_not_in_prerequisite_state',
                  detail = format('It was %s on %s.', last.event,
                      (last.at at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date);
    end if;
    select count(*) into indicators from indicator i
    where i.program_id = of_program and i.fiscal_year = of_year and i.evaluation = look;
    if indicators > 0 and $4 is not null then
        raise exception 'evaluation "%" of program "%" in % has indicators already', look, of_program, of_year
            using errcode = 'object_not_in_prerequisite_state',
                  hint = 'Leave out framework_id to open it with those, or remove them first.';
    elsif indicators > 0 then
        return indicators;
    end if;
    chosen := coalesce($4, (select l.framework_id from program_look l
                            where l.program_id = of_program and l.fiscal_year = of_year and l.evaluation = look));
    if chosen is null then
        raise exception 'evaluation "%" of program "%" in % has no indicators', look, of_program, of_year
            using errcode = 'no_data_found',
                  hint = 'Give framework_id, or add the indicators first.';
    end if;
    -- before the year weights hold from the day of opening on
    return apply_framework(of_program, of_year, chosen,
        least(year_start(of_year),
              (opened_at at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date), $8, look);
end
$$;
comment on function open_evaluation(text, integer, text, text, text, text, timestamptz, text) is
'Opens an evaluation of a program: adds it where it is not there, copies its framework (the one named, or that of its '
'row) where it has no indicators yet, and records when (now when not said). The number of indicators and groups.';

create function close_evaluation(program_id text, fiscal_year integer, evaluation text, at timestamptz default null,
                                 reason text default null)
    returns text
    language plpgsql volatile parallel unsafe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    of_program alias for $1;
    of_year alias for $2;
    look alias for $3;
    closed_at constant timestamptz := coalesce($4, clock_timestamp());
    zone constant text := coalesce((select min(p.time_zone) from place p), 'UTC');
    day constant date := greatest((closed_at at time zone zone)::date, (now() at time zone zone)::date);
    known timestamptz;
    last record;
begin
    if not has_any_column_privilege('evaluation_event'::regclass, 'insert') then
        raise exception 'the duty of approving is in other hands'
            using errcode = 'insufficient_privilege',
                  hint = 'bpm.grant_duty gives it.';
    end if;
    if not exists (select from program_look l
                   where l.program_id = of_program and l.fiscal_year = of_year and l.evaluation = look) then
        raise exception 'program "%" has no evaluation "%" in %', of_program, look, of_year
            using errcode = 'no_data_found',
                  hint = 'open_evaluation() gives it one.';
    elsif not isfinite(closed_at) then
        raise exception 'an evaluation is closed at a time of the calendar'
            using errcode = 'invalid_parameter_value',
                  hint = 'Leave out at for now.';
    elsif look = 'self' and exists (select from stage_standing e
                                    where e.program_id = of_program and e.fiscal_year = of_year)
        and exists (select from program p join lifecycle_rule l on l.lifecycle_id = p.lifecycle_id
                    where p.program_id = of_program and p.fiscal_year = of_year
                        and 'self_evaluated' = any (bpm.stages(l.rule))) then
        raise exception 'the self-evaluation of program "%" in % is closed by its stage', of_program, of_year
            using errcode = 'object_not_in_prerequisite_state',
                  hint = 'Let it enter the stage self_evaluated: add a row to stage_event.';
    end if;
    -- nothing is changed; but whoever closes it at the same time waits here, and an old snapshot fails
    update program_evaluation e set evaluator = e.evaluator
    where e.program_id = of_program and e.fiscal_year = of_year and e.evaluation = look;
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason)
    values (of_program, of_year, look, closed_at, 'closed', $5)
    returning recorded_at into known;
    select b.* into last from evaluation_event_before(of_program, of_year, look, closed_at, known) b;
    if last.event = 'closed' then
        raise exception 'evaluation "%" of program "%" in % is closed already', look, of_program, of_year
            using errcode = 'object_not_in_prerequisite_state',
                  detail = format('It was closed on %s.', (last.at at time zone zone)::date);
    elsif last.at >= closed_at then
        raise exception 'an evaluation is not closed before it was opened'
            using errcode = 'invalid_parameter_value',
                  detail = format('It was %s on %s.', last.event, (last.at at time zone zone)::date),
                  hint = 'Give a later time, or leave out at for now.';
    end if;
    perform evaluation_ready(of_program, of_year, look, closed_at);
    return (select e.rating
            from program_state_at(day, 'infinity') p
            cross join lateral evaluation_scores(p) e
            where p.program_id = of_program and p.fiscal_year = of_year and e.evaluation = look);
end
$$;
comment on function close_evaluation(text, integer, text, timestamptz, text) is
'Closes an evaluation of a program, once the conditions of evaluation_gate hold on that day (now when not said). Its '
'rating.';
do $do$
begin
    comment on column grade_result.grader is 'The grader.';
    comment on column grade_result.weight is 'What the grades weigh beside those of the others.';
    comment on column grade_result.graded is '1 when there is a grade, 0 when not.';
    comment on column grade_result.score is
    'The grade that counts: of the latest day, and of that the latest recorded.';
    comment on column grade_result.mean_score is 'The mean of all grades of the indicator by weight: its score.';
    comment on column grade_result.deviation is 'score - mean_score.';
    comment on column grade_result.band is 'The band that was said with the grade, as in grade_band.';
    comment on column grade_result.graded_on is 'The day that the grade is for.';
    comment on column grade_result.note is 'What the grader noted.';
    comment on column grade_result.name is 'The name of the indicator.';
    comment on column comment_result.n is 'Its place among the comments and objections of the evaluation, by time.';
    comment on column comment_result.indicator_id is
    'The indicator or group that it is about; an empty text for the whole.';
    comment on column comment_result.kind is 'comment or objection.';
    comment on column comment_result.answered is 'For an objection: 1 when it is answered, 0 while it is open.';
    comment on column comment_result.text is 'What is said.';
    comment on column comment_result.answered_on is 'The day of the newest answer.';
    comment on column comment_result.answer is 'The newest answer.';
    comment on column comment_result.answer_evidence is 'Link to the evidence of the answer.';
    comment on column comment_result.name is 'The name of the indicator.';
end
$do$;
