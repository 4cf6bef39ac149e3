-- Indicators, what was promised of them, and what was measured

create table indicator (
    program_id   text not null,
    fiscal_year  integer not null,
    indicator_id text not null check (indicator_id <> ''),
    parent_id    text,
    name         text not null,
    dimension    text references dimension,
    aspect       text references aspect,
    unit_of_measure text,
    source       text not null default 'measured' check (source in ('measured', 'budget', 'group')),
    method       bpm.method not null default 'mean',
    sort         integer not null default 0,
    grades       boolean not null default false,
    primary key (program_id, fiscal_year, indicator_id),
    foreign key (program_id, fiscal_year) references program,
    foreign key (program_id, fiscal_year, parent_id) references indicator (program_id, fiscal_year, indicator_id)
);
comment on table indicator is 'The indicators of a program in a fiscal year, as a tree: groups, and under them what is measured.';
comment on column indicator.program_id is 'The program.';
comment on column indicator.fiscal_year is 'The fiscal year.';
comment on column indicator.indicator_id is 'The code of the indicator or group.';
comment on column indicator.parent_id is 'The group above; empty at the top.';
comment on column indicator.name is 'Its name.';
comment on column indicator.dimension is 'What it measures.';
comment on column indicator.aspect is 'Which of the four Es it speaks to.';
comment on column indicator.unit_of_measure is 'In what it is measured.';
comment on column indicator.source is 'measured: scored from measurements; budget: from executed over budget, in percent; group: from what is below it.';
comment on column indicator.method is 'How a group makes its score from what is below it: mean, geometric, weakest, m1 or m2.';
comment on column indicator.sort is 'Place among its siblings.';
comment on column indicator.grades is 'Whether its score is a grade, 4 for A to 1 for D, because the method of the group above is m1 or m2; kept by a trigger.';

-- Only a group has anything below it, and nothing is below itself.
create function indicator_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    above text := new.parent_id;
    above_source text;
    above_method bpm.method;
begin
    new.grades := false;
    if new.parent_id is not null then
        select source, method into above_source, above_method from indicator
            where program_id = new.program_id and fiscal_year = new.fiscal_year and indicator_id = new.parent_id;
        -- the foreign key would also take one that comes later in the same statement, which nothing here has judged
        if not found and new.parent_id <> new.indicator_id then
            raise exception 'there is no indicator "%" of program "%" in %', new.parent_id, new.program_id, new.fiscal_year
                using errcode = 'foreign_key_violation',
                      hint = 'Add the group before what is below it.';
        end if;
        if above_source <> 'group' or new.parent_id = new.indicator_id then
            raise exception 'indicator "%" cannot be below "%"', new.indicator_id, new.parent_id
                using errcode = 'check_violation',
                      detail = format('"%s" of program %s in %s is no group.', new.parent_id, new.program_id, new.fiscal_year),
                      hint = 'Give the one above the source ''group''.';
        end if;
        if above_method in ('m1', 'm2') then
            new.grades := true;
            if new.source = 'group' then
                raise exception 'group "%" takes grades, and "%" is a group', new.parent_id, new.indicator_id
                    using errcode = 'check_violation',
                          detail = format('The method %s makes one grade of those of its dimensions.', above_method);
            end if;
            if 4 <= (select count(*) from indicator c where c.program_id = new.program_id and c.fiscal_year = new.fiscal_year
                        and c.parent_id = new.parent_id and c.indicator_id <> new.indicator_id) then
                raise exception 'group "%" has 4 parts already', new.parent_id
                    using errcode = 'check_violation',
                          detail = format('The method %s is a table for up to 4 dimensions.', above_method);
            end if;
        end if;
    end if;
    if tg_op = 'UPDATE' then
        if new.method <> old.method and exists (
                select from indicator c where c.program_id = new.program_id and c.fiscal_year = new.fiscal_year
                    and c.parent_id = new.indicator_id) then
            raise exception 'the method of "%" is how the parts below it were scored, and stays', new.indicator_id
                using errcode = 'check_violation',
                      hint = 'Change it before anything is below it.';
        end if;
        if new.source <> 'group' and exists (
                select from indicator c where c.program_id = new.program_id and c.fiscal_year = new.fiscal_year
                    and c.parent_id = new.indicator_id) then
            raise exception 'indicator "%" has others below it and stays a group', new.indicator_id
                using errcode = 'check_violation';
        end if;
        if above is distinct from old.parent_id and above is not null then
            -- two sessions could each make half of a cycle
            perform pg_advisory_xact_lock(tg_relid::bigint);
        end if;
        while above is not null loop
            if above = new.indicator_id then
                raise exception 'indicator "%" cannot be below itself', new.indicator_id
                    using errcode = 'check_violation';
            end if;
            select parent_id into above from indicator
                where program_id = new.program_id and fiscal_year = new.fiscal_year and indicator_id = above;
        end loop;
    end if;
    return new;
end
$$;
comment on function indicator_guard() is 'Keeps the indicators of a program a tree in which only groups have anything below them.';
create trigger indicator_guard before insert or update on indicator
    for each row execute function indicator_guard();

create table target_revision (
    program_id   text not null,
    fiscal_year  integer not null,
    indicator_id text not null,
    valid_from   date not null check (isfinite(valid_from)),
    target       bpm.target,
    weight       numeric(20,8) not null default 1 check (weight >= 0 and weight <> 'NaN'),
    -- the actual of such a target is a grade; anything outside 0 to 100 cannot be scored
    graded       boolean not null generated always as (coalesce(target::text like 'direct%', false)) stored,
    recorded_at  timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by  text not null default current_user,
    reason       text,
    primary key (program_id, fiscal_year, indicator_id, valid_from, recorded_at),
    foreign key (program_id, fiscal_year, indicator_id) references indicator
);
comment on table target_revision is 'What was promised for an indicator, and what it weighs among its siblings, from a day on.';
comment on column target_revision.program_id is 'The program.';
comment on column target_revision.fiscal_year is 'The fiscal year.';
comment on column target_revision.indicator_id is 'The indicator; a group has a weight and no target.';
comment on column target_revision.valid_from is 'The day from which it holds.';
comment on column target_revision.target is 'The rule: >= 95%, <= 12 [days], 90..110, direct. Empty: not set.';
comment on column target_revision.weight is 'The weight among its siblings.';
comment on column target_revision.graded is 'Whether the actual is itself the score (computed).';
comment on column target_revision.recorded_at is 'When it was recorded.';
comment on column target_revision.recorded_by is 'By whom.';
comment on column target_revision.reason is 'Why.';
create trigger fact_guard before update or delete or truncate on target_revision
    for each statement execute function fact_guard();

create table measurement (
    program_id   text not null,
    fiscal_year  integer not null,
    indicator_id text not null,
    as_of        date not null check (isfinite(as_of)),
    recorded_at  timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    actual       numeric check (actual between -1e20 and 1e20),
    score        numeric(11,8) check (score between 0 and 100),
    evidence     text,
    note         text,
    recorded_by  text not null default current_user,
    reason       text,
    primary key (program_id, fiscal_year, indicator_id, as_of, recorded_at),
    foreign key (program_id, fiscal_year, indicator_id) references indicator,
    check (num_nonnulls(actual, score) <= 1)
);
comment on table measurement is 'What was measured, or graded, on a day. The latest day counts, and of one day what was recorded last; a row with neither figure withdraws.';
comment on column measurement.program_id is 'The program.';
comment on column measurement.fiscal_year is 'The fiscal year.';
comment on column measurement.indicator_id is 'The indicator.';
comment on column measurement.as_of is 'The day that the figure is for.';
comment on column measurement.recorded_at is 'When it was recorded.';
comment on column measurement.actual is 'The figure, scored against the target.';
comment on column measurement.score is 'A grader''s score, 0 to 100, instead of a figure.';
comment on column measurement.evidence is 'A link to the evidence.';
comment on column measurement.note is 'A note.';
comment on column measurement.recorded_by is 'By whom.';
comment on column measurement.reason is 'Why, for a correction.';
create trigger fact_guard before update or delete or truncate on measurement
    for each statement execute function fact_guard();
