-- Programs by fiscal year, their indicators, and the facts about them. Facts are only added.

-- A fact is never changed: a correction is a new row, which says when it was recorded, by whom and why.
create function fact_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    raise exception 'rows of "%" are facts: they are added, never changed', tg_table_name
        using errcode = 'restrict_violation',
              hint = 'Record a correction as a new row with its reason.';
end
$$;
comment on function fact_guard() is 'Refuses to change or remove a recorded fact.';

create table framework (
    framework_id text primary key check (framework_id <> ''),
    name         text not null,
    description  text,
    scale        bpm.scale,
    weight_total numeric(12,4) check (weight_total > 0),
    execution_points numeric(12,4) check (execution_points >= 0)
);
comment on table framework is 'Ready-made indicator trees, to be applied to a program in one call.';
comment on column framework.framework_id is 'The code of the framework.';
comment on column framework.name is 'Its name.';
comment on column framework.description is 'Where it comes from and what it is for.';
comment on column framework.scale is 'What its scores are called; the setting of the year when empty.';
comment on column framework.weight_total is 'What its top weights total; the setting of the year when empty.';
comment on column framework.execution_points is 'How much of the total is budget execution; the setting of the year when empty.';

create table framework_indicator (
    framework_id text not null references framework on delete cascade,
    indicator_id text not null check (indicator_id <> ''),
    parent_id    text,
    name         text not null,
    dimension    text references dimension,
    aspect       text references aspect,
    source       text not null default 'measured' check (source in ('measured', 'budget', 'group')),
    method       bpm.method not null default 'mean',
    target       bpm.target,
    weight       numeric(20,8) not null default 1 check (weight >= 0 and weight <> 'NaN'),
    sort         integer not null default 0,
    primary key (framework_id, indicator_id),
    foreign key (framework_id, parent_id) references framework_indicator (framework_id, indicator_id)
);
comment on table framework_indicator is 'The tree of a framework: groups, and indicators with their weights and rules.';
comment on column framework_indicator.framework_id is 'The framework.';
comment on column framework_indicator.indicator_id is 'The code of the indicator or group, as a program will have it.';
comment on column framework_indicator.parent_id is 'The group above; empty at the top.';
comment on column framework_indicator.name is 'Its name.';
comment on column framework_indicator.dimension is 'What it measures.';
comment on column framework_indicator.aspect is 'Which of the four Es it speaks to.';
comment on column framework_indicator.source is 'measured: scored from measurements; budget: from budget execution; group: from what is below it.';
comment on column framework_indicator.method is 'How a group makes its score from what is below it: mean, geometric, weakest, m1 or m2.';
comment on column framework_indicator.target is 'The rule, when the framework has one; each program sets its own where it has none.';
comment on column framework_indicator.weight is 'The weight among its siblings.';
comment on column framework_indicator.sort is 'Place among its siblings.';

create table program (
    program_id   text not null check (program_id <> ''),
    fiscal_year  integer not null check (fiscal_year between 2 and 9998),
    name         text not null,
    unit_id      text not null references unit,
    nature       text not null default 'expenditure' references nature,
    scope        text not null default 'project' references scope,
    fund         text not null default 'general' references fund,
    function_id  text references function_code,
    objective_id text references objective,
    revenue_type text references revenue_type,
    responsible  text,
    lifecycle_id text not null default 'project' references lifecycle_rule,
    framework_id text references framework,
    recorded_at  timestamptz not null default clock_timestamp(),
    recorded_by  text not null default current_user,
    primary key (program_id, fiscal_year)
);
comment on table program is 'A budget that is managed by results, in one fiscal year: expenditure, or revenue.';
comment on column program.program_id is 'The code of the program, the same in every year.';
comment on column program.fiscal_year is 'The fiscal year.';
comment on column program.name is 'Its name in that year.';
comment on column program.unit_id is 'The unit that is responsible for it.';
comment on column program.nature is 'Revenue or expenditure.';
comment on column program.scope is 'Basic, project, department or government.';
comment on column program.fund is 'The purse its money belongs to.';
comment on column program.function_id is 'What for.';
comment on column program.objective_id is 'The objective it contributes to.';
comment on column program.revenue_type is 'For revenue: what kind.';
comment on column program.responsible is 'The person who answers for it.';
comment on column program.lifecycle_id is 'The states it may pass through.';
comment on column program.framework_id is 'The framework its indicators came from; gives the rating scale.';
comment on column program.recorded_at is 'When it was recorded.';
comment on column program.recorded_by is 'By whom.';
create index program_unit on program (unit_id, fiscal_year);
create index program_function on program (function_id, fiscal_year);
create index program_objective on program (objective_id, fiscal_year);

create table budget_entry (
    program_id  text not null,
    fiscal_year integer not null,
    entry_id    text not null default gen_random_uuid()::text,
    kind        text not null check (kind in ('approved', 'adjusted', 'received', 'executed', 'planned')),
    month       integer check (month between 1 and 12),
    entry_date  date not null check (isfinite(entry_date)),
    amount      numeric(20,2) not null check (amount <> 'NaN'),
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    reason      text,
    primary key (program_id, fiscal_year, entry_id),
    foreign key (program_id, fiscal_year) references program,
    check ((kind = 'planned') = (month is not null))
);
comment on table budget_entry is 'A ledger of the money of a program. Amounts of one kind add up; a correction is an entry with the difference.';
comment on column budget_entry.program_id is 'The program.';
comment on column budget_entry.fiscal_year is 'The fiscal year.';
comment on column budget_entry.entry_id is 'The key of the entry in the year of the program: the ledger''s own number, or one made up.';
comment on column budget_entry.kind is 'approved: the budget; adjusted: a change of it, signed; received; executed: spent, or for revenue collected; planned: spending planned for a month.';
comment on column budget_entry.month is 'For planned: the month of the fiscal year, 1 to 12.';
comment on column budget_entry.entry_date is 'The day from which it counts.';
comment on column budget_entry.amount is 'The amount, signed.';
comment on column budget_entry.recorded_at is 'When it was recorded.';
comment on column budget_entry.recorded_by is 'By whom.';
comment on column budget_entry.reason is 'Why.';
create trigger fact_guard before update or delete or truncate on budget_entry
    for each statement execute function fact_guard();

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

create table rating_override (
    program_id  text not null,
    fiscal_year integer not null,
    valid_from  date not null check (isfinite(valid_from)),
    rating      text,
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    reason      text not null,
    primary key (program_id, fiscal_year, valid_from, recorded_at),
    foreign key (program_id, fiscal_year) references program
);
comment on table rating_override is 'A rating that stands whatever the score, such as "Results Not Demonstrated"; an empty rating lifts it again.';
comment on column rating_override.program_id is 'The program.';
comment on column rating_override.fiscal_year is 'The fiscal year.';
comment on column rating_override.valid_from is 'The day from which it holds.';
comment on column rating_override.rating is 'The rating; empty: the one of the score again.';
comment on column rating_override.recorded_at is 'When it was recorded.';
comment on column rating_override.recorded_by is 'By whom.';
comment on column rating_override.reason is 'Why.';
create trigger fact_guard before update or delete or truncate on rating_override
    for each statement execute function fact_guard();

create table stage_event (
    program_id  text not null,
    fiscal_year integer not null,
    at          timestamptz not null check (isfinite(at)),
    stage       text not null,
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    reason      text,
    lifecycle   bpm.lifecycle,
    primary key (program_id, fiscal_year, at),
    foreign key (program_id, fiscal_year) references program
);
comment on table stage_event is 'When a program entered a stage of its lifecycle.';
comment on column stage_event.program_id is 'The program.';
comment on column stage_event.fiscal_year is 'The fiscal year.';
comment on column stage_event.at is 'When it entered the stage.';
comment on column stage_event.stage is 'The stage.';
comment on column stage_event.recorded_at is 'When it was recorded.';
comment on column stage_event.recorded_by is 'By whom.';
comment on column stage_event.reason is 'Why.';
comment on column stage_event.lifecycle is 'The lifecycle that it was judged by: that of the program, filled in.';
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
-- triggers run in the order of their names: the lifecycle is filled in, then it judges, then the gates do
create trigger lifecycle_1_fill before insert on stage_event
    for each row execute function stage_event_lifecycle();
create trigger lifecycle_2_guard before insert on stage_event
    for each row execute function bpm.lifecycle_guard_history('stage', 'at', 'lifecycle', 'key', 'program_id', 'key', 'fiscal_year');
create trigger fact_guard before update or delete or truncate on stage_event
    for each statement execute function fact_guard();

create table stage_gate (
    stage     text not null,
    condition text not null check (condition in ('targets', 'target weights', 'all weights', 'money')),
    primary key (stage, condition)
);
comment on table stage_gate is 'What must be true before a program may enter a stage.';
comment on column stage_gate.stage is 'The stage.';
comment on column stage_gate.condition is 'targets: every indicator has one; target weights: they total what is required without execution; all weights: they total what is required; money: there is an approved budget.';
insert into stage_gate values
    ('approved', 'targets'), ('approved', 'target weights'), ('executing', 'money'), ('self_evaluated', 'all weights');
