-- What was promised is changed while it is being promised, or by a procedure. Who says when something was recorded, as
-- when a history is loaded, is judged by that time.

create function promise_fixed(of_program text, of_year integer, at timestamptz, on_day date) returns text
    language plpgsql stable parallel safe cost 1000
    set search_path from current
as $$
declare
    zone constant text := coalesce((select min(p.time_zone) from place p), 'UTC');
    ends_on constant date := year_start(least(of_year, 9998) + 1) - 1;
    begins constant timestamptz := on_day::timestamp at time zone zone;
    ends constant timestamptz := (on_day + 1)::timestamp at time zone zone;
    s record;
    -- a day on which it was free for a while is a free day, and so is all that is before the first stage
    is_free boolean := true;
    held text;
begin
    for s in
        select e.stage, e.at, lead(e.at, 1, 'infinity') over w as until, row_number() over w as n,
               exists (select from revision_stage r where r.stage = e.stage) as may_be_revised
        from stage_standing e
        where e.program_id = of_program and e.fiscal_year = of_year
        window w as (order by e.at, e.recorded_at)
    loop
        if s.n = 1 then
            is_free := begins < s.at;
        end if;
        if s.at <= at and at < s.until and not s.may_be_revised then
            return format('It is %s since %s.', s.stage, (s.at at time zone zone)::date);
        end if;
        if s.at < ends and s.until > begins then
            is_free := is_free or s.may_be_revised;
            held := s.stage;
        end if;
    end loop;
    if not is_free then
        return format('On %s it is %s.', on_day, held);
    end if;
    -- Without stages: what was promised in the year stands once that is over; what is loaded afterwards does not.
    if s is null and (at at time zone zone)::date > ends_on
        and exists (select from target_revision t
                    where t.program_id = of_program and t.fiscal_year = of_year and t.evaluation = 'self'
                        and t.recorded_at < (ends_on + 1)::timestamp at time zone zone) then
        return format('The year is over since %s.', ends_on);
    end if;
    return null;
end
$$;
comment on function promise_fixed(text, integer, timestamptz, date) is
'Why what a program promised is not changed without a procedure, at a time and for a day: its stage then is not in '
'revision_stage, or, of a program without stages, the year in which it was promised is over. Empty: it may be changed.';

create function promise_refused(what text, of_program text, of_year integer, why text) returns void
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    raise exception '% of program "%" in % is fixed', what, of_program, of_year
        using errcode = 'check_violation',
              detail = why,
              hint = 'Name in adjustment_id the act by which it is changed (adjust_program records the act, the money '
                  || 'and the targets in one), or wait for a stage of revision_stage.';
end
$$;
comment on function promise_refused(text, text, integer, text) is 'Says what is not changed without a procedure.';

-- Of all that one statement adds: a load into programs without stages, in a year that runs, costs a look each.
create function revision_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    over_years integer[];
    late record;
begin
    -- a day early, whatever the time zone
    select coalesce(array_agg(y.fiscal_year), '{}') into over_years
    from (select a.fiscal_year, max(a.recorded_at) as at from added a
          where a.evaluation = 'self' and a.adjustment_id is null
          group by a.fiscal_year) y
    where y.at >= year_start(least(y.fiscal_year, 9998) + 1)::timestamp at time zone 'UTC' - interval '1 day';
    -- what one program records in a second is judged by the first and the last of it
    select a.program_id, a.fiscal_year, a.indicator_id, f.why into late
    from (select a.program_id, a.fiscal_year, a.valid_from, min(a.indicator_id) as indicator_id,
                 min(a.recorded_at) as began, max(a.recorded_at) as ended
          from added a
          where a.evaluation = 'self' and a.adjustment_id is null
          group by a.program_id, a.fiscal_year, a.valid_from, date_trunc('second', a.recorded_at)) a
    cross join lateral (
        select coalesce(promise_fixed(a.program_id, a.fiscal_year, a.began, a.valid_from),
                        case when a.ended > a.began
                             then promise_fixed(a.program_id, a.fiscal_year, a.ended, a.valid_from) end) as why
        where a.fiscal_year = any (over_years)
            or exists (select from stage_event e
                       where e.program_id = a.program_id and e.fiscal_year = a.fiscal_year)
        offset 0) f
    where f.why is not null
    limit 1;
    if found then
        perform promise_refused(format('what is promised of "%s"', late.indicator_id), late.program_id,
            late.fiscal_year, late.why);
    end if;
    return null;
end
$$;
comment on function revision_guard() is
'Refuses revisions of the self-evaluation in a stage that revision_stage does not list, unless they name an '
'adjustment.';
create trigger revision_guard after insert on target_revision
    referencing new table as added
    for each statement execute function revision_guard();

-- What is promised of an indicator is also where it stands in the tree, and what its figure is.
create function promise_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    why constant text := promise_fixed(new.program_id, new.fiscal_year, clock_timestamp(),
        (clock_timestamp() at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date);
begin
    if why is not null then
        perform promise_refused(format('indicator "%s"', new.indicator_id), new.program_id, new.fiscal_year, why);
    end if;
    return new;
end
$$;
comment on function promise_guard() is
'Refuses to move or to change an indicator of the self-evaluation, or to mark another output, in a stage that '
'revision_stage does not list, unless an adjustment is named.';
create trigger promise_guard_changed
    before update of parent_id, source, same_as, numerator, denominator, ratio_as, buys, conforming_of, method, moves,
        baseline on indicator
    for each row when (old.evaluation = 'self'
        and (new.adjustment_id is null or new.adjustment_id is not distinct from old.adjustment_id)
        and (old.parent_id, old.source, old.same_as, old.numerator, old.denominator, old.ratio_as, old.buys,
                old.conforming_of, old.method, old.moves, old.baseline)
            is distinct from (new.parent_id, new.source, new.same_as, new.numerator, new.denominator, new.ratio_as,
                new.buys, new.conforming_of, new.method, new.moves, new.baseline))
    execute function promise_guard();
-- A new indicator weighs nothing before its first revision, which is guarded; but it may say what was delivered.
create trigger promise_guard_added before insert on indicator
    for each row when (new.evaluation = 'self' and new.adjustment_id is null
        and (new.buys or new.conforming_of is not null))
    execute function promise_guard();

-- Less money is less promised.
create function budget_promise_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    why constant text := promise_fixed(new.program_id, new.fiscal_year, new.recorded_at, new.entry_date);
begin
    if why is not null then
        perform promise_refused('the budget', new.program_id, new.fiscal_year, why);
    end if;
    return new;
end
$$;
comment on function budget_promise_guard() is
'Refuses to cut what was approved or carried over in a stage that revision_stage does not list, unless the entry names '
'an adjustment.';
create trigger budget_promise before insert on budget_entry
    for each row when (new.amount < 0 and new.kind in ('approved', 'carried_over') and new.adjustment_id is null)
    execute function budget_promise_guard();
