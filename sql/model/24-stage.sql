-- The stages that a program passes through, and what must be true before it enters one

create table stage_grade (
    stage   text not null,
    grade   text not null check (grade <> ''),
    goes_on boolean not null,
    sort    integer not null default 0,
    primary key (stage, grade)
);
comment on table stage_grade is
'What a review may find, and whether a program goes on with it: a stage that is here needs a grade before the next '
'gate.';
comment on column stage_grade.stage is 'The stage in which it is reviewed.';
comment on column stage_grade.grade is 'What the review found.';
comment on column stage_grade.goes_on is 'Whether it may enter the budget with that; else it goes back, or nowhere.';
comment on column stage_grade.sort is 'Place in a list.';
insert into stage_grade values
    ('reviewed', 'excellent', true, 1), ('reviewed', 'good', true, 2), ('reviewed', 'fair', false, 3),
        ('reviewed', 'poor', false, 4),
    ('appraised', 'excellent', true, 1), ('appraised', 'good', true, 2), ('appraised', 'fair', false, 3),
        ('appraised', 'poor', false, 4);

create table stage_event (
    program_id  text not null,
    fiscal_year integer not null,
    at          timestamptz not null check (isfinite(at)),
    stage       text not null,
    grade       text check (grade <> ''),
    taken_back  boolean not null default false,
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    reason      text,
    lifecycle   bpm.lifecycle,
    adjustment_id text,
    primary key (program_id, fiscal_year, at, recorded_at),
    foreign key (program_id, fiscal_year) references program,
    foreign key (program_id, fiscal_year, adjustment_id) references adjustment,
    foreign key (stage, grade) references stage_grade,
    constraint stage_event_taken_back check (not taken_back or reason <> '' and reason is not null)
);
comment on table stage_event is
'When a program entered a stage of its lifecycle. A stage that was entered by mistake is taken back by a row with the '
'same stage and time, and the reason.';
comment on column stage_event.program_id is 'The program.';
comment on column stage_event.fiscal_year is 'The fiscal year.';
comment on column stage_event.at is 'When it entered the stage.';
comment on column stage_event.stage is 'The stage.';
comment on column stage_event.grade is
'For a stage in which something is reviewed: what the review found, as in stage_grade. For appraised the rating of the '
'appraisal, where the program has one, filled in.';
comment on column stage_event.taken_back is
'Whether the row takes back the latest stage, which was entered by mistake.';
comment on column stage_event.recorded_at is 'When it was recorded.';
comment on column stage_event.recorded_by is 'By whom.';
comment on column stage_event.reason is 'Why; needed to take a stage back.';
comment on column stage_event.lifecycle is 'The lifecycle that it was judged by: that of the program, filled in.';
comment on column stage_event.adjustment_id is 'The act by which it was entered, as when a program is suspended.';
create function stage_event_lifecycle() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    new.lifecycle := (select l.rule from program p join lifecycle_rule l on l.lifecycle_id = p.lifecycle_id
                      where p.program_id = new.program_id and p.fiscal_year = new.fiscal_year);
    if new.lifecycle is null then
        raise exception 'there is no program "%" in %', new.program_id, new.fiscal_year
            using errcode = 'foreign_key_violation';
    end if;
    return new;
end
$$;
comment on function stage_event_lifecycle() is 'Fills in the lifecycle of the program.';
create trigger lifecycle_1_fill before insert on stage_event
    for each row execute function stage_event_lifecycle();
create trigger lifecycle_2_guard before insert on stage_event
    for each row execute function bpm.lifecycle_guard_history('stage', 'at', 'lifecycle',
        'key', 'program_id', 'key', 'fiscal_year', 'takes_back', 'taken_back');
create trigger fact_guard before update or delete or truncate on stage_event
    for each statement execute function fact_guard();

-- What an appraisal has found is the grade of the stage appraised: it is not said a second time, nor otherwise.
create function appraisal_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    zone constant text := coalesce((select min(p.time_zone) from place p), 'UTC');
    today constant date := (now() at time zone zone)::date;
    day constant date := least((new.at at time zone zone)::date, today);
    said record;
    now_said record;
begin
    select e.closed, e.rating, e.rating_reason into said
    from program_state_at(day, 'infinity') p
    cross join lateral evaluation_scores(p) e
    where p.program_id = new.program_id and p.fiscal_year = new.fiscal_year and e.evaluation = 'appraisal';
    if not found then
        return new;
    elsif said.closed = 0 then
        raise exception 'the appraisal of program "%" in % is not closed', new.program_id, new.fiscal_year
            using errcode = 'check_violation',
                  detail = format('On %s it is open.', day),
                  hint = 'Close it first: close_evaluation().';
    elsif not exists (select from stage_grade g where g.stage = new.stage and g.grade = said.rating) then
        raise exception 'the appraisal of program "%" in % gives no grade', new.program_id, new.fiscal_year
            using errcode = 'check_violation',
                  detail = case when said.rating_reason is null
                                then format('It is rated "%s", which stage_grade does not have for %s.', said.rating,
                                            new.stage)
                                else format('It has no rating: %s.', said.rating_reason) end,
                  hint = 'Open the appraisal again and complete it, or add its rating to stage_grade.';
    elsif new.grade <> said.rating then
        raise exception 'the grade of program "%" in % is not that of its appraisal', new.program_id, new.fiscal_year
            using errcode = 'check_violation',
                  detail = format('The appraisal is rated "%s", not "%s".', said.rating, new.grade),
                  hint = 'Leave the grade empty: it is filled in.';
    end if;
    -- a day is not chosen for what it said: only who loads a history enters what has changed since
    if day < today and not has_column_privilege('stage_event'::regclass, 'recorded_at', 'insert') then
        select e.closed, e.rating into now_said
        from program_state_at(today, 'infinity') p
        cross join lateral evaluation_scores(p) e
        where p.program_id = new.program_id and p.fiscal_year = new.fiscal_year and e.evaluation = 'appraisal';
        if now_said.closed = 0 or now_said.rating is distinct from said.rating then
            raise exception 'the appraisal of program "%" in % has changed since %', new.program_id,
                    new.fiscal_year, day
                using errcode = 'check_violation',
                      detail = case now_said.closed when 0 then 'It was opened again.'
                                   else format('It was rated "%s", and is rated "%s".', said.rating,
                                               now_said.rating) end,
                      hint = 'Enter the stage at a time after that.';
        end if;
    end if;
    new.grade := said.rating;
    return new;
end
$$;
comment on function appraisal_guard() is
'Fills in the grade of a program that enters appraised: the rating of its appraisal, where it has one. Refuses another '
'grade, an appraisal that is not closed, and a day on which it said something else than it does now.';
create trigger appraisal_guard before insert on stage_event
    for each row when (new.stage = 'appraised' and not new.taken_back) execute function appraisal_guard();

-- Entering self_evaluated closes the self-evaluation, and taking it back takes that back: closings are in one table.
create function self_evaluated() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, taken_back, reason)
    values (new.program_id, new.fiscal_year, 'self', new.at, 'closed', new.taken_back, new.reason);
    return null;
end
$$;
comment on function self_evaluated() is
'Closes the self-evaluation of a program that enters self_evaluated, and takes that back with the stage.';
create trigger self_evaluated after insert on stage_event
    for each row when (new.stage = 'self_evaluated') execute function self_evaluated();

create table stage_gate (
    stage     text not null,
    condition text not null check (condition in ('targets', 'target weights', 'all weights', 'money', 'appraised',
                                                 'review grade', 'easier targets', 'measured', 'evaluated',
                                                 'findings')),
    primary key (stage, condition)
);
comment on table stage_gate is 'What must be true before a program may enter a stage.';
comment on column stage_gate.stage is 'The stage.';
comment on column stage_gate.condition is
'targets: whatever weighs and is measured has one; target weights: those at the top total what is required without '
'execution; all weights: they total what is required; money: there is an approved budget; appraised: what is new and '
'large has been; review grade: the grades of the stages before let it go on; easier targets: a target that asks for '
'less than was reached last year says why, in target_revision.reason; measured: all that weighs has a score; '
'evaluated: an evaluation that ranks above its own is closed; findings: what others found is rectified or withdrawn.';
insert into stage_gate values
    ('targeted', 'appraised'), ('reviewed', 'easier targets'), ('approved', 'targets'),
        ('approved', 'target weights'), ('approved', 'appraised'), ('approved', 'review grade'),
    ('executing', 'money'), ('self_evaluated', 'all weights'), ('evaluated', 'evaluated'),
    ('rectified', 'findings'), ('applied', 'findings');


create table revision_stage (
    stage text primary key check (stage <> '')
);
comment on table revision_stage is
'The stages in which what was promised may be changed without a procedure: targets, weights, indicators, and the '
'budget downwards. In any other stage the change names an adjustment.';
comment on column revision_stage.stage is 'The stage.';
-- what is new and large gets its targets once it is appraised
insert into revision_stage values ('drafted'), ('appraised'), ('targeted'), ('reviewed'), ('adjusted');
