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

-- Where a constraint would only give its name, a trigger says how to mend the row. Arguments: message, hint.
create function refuse_row() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    raise exception '%', tg_argv[0] using errcode = 'check_violation', hint = tg_argv[1];
end
$$;
comment on function refuse_row() is
'Refuses a row that its trigger has found wrong, with the message and the hint of its arguments.';

create table program (
    program_id   text not null check (program_id <> ''),
    fiscal_year  integer not null constraint fiscal_year_has_four_digits check (fiscal_year between 1000 and 9998),
    name         text not null,
    unit_id      text not null references unit,
    nature       text not null default 'expenditure' references nature,
    scope        text not null default 'project' references scope,
    fund         text not null default 'general' references fund,
    function_id  text references function_code,
    economic_id  text references economic_class,
    revenue_type text references revenue_type,
    lifecycle_id text not null default 'project' references lifecycle_rule,
    framework_id text references framework,
    weight       numeric(20,8) check (weight >= 0 and weight <> 'NaN'),
    recorded_at  timestamptz not null default clock_timestamp(),
    recorded_by  text not null default current_user,
    is_key       boolean not null default false,
    primary key (program_id, fiscal_year)
);
comment on table program is 'A budget that is managed by results, in one fiscal year: expenditure, or revenue.';
comment on column program.program_id is 'The code of the program, the same in every year.';
comment on column program.fiscal_year is 'The fiscal year.';
comment on column program.name is 'Its name in that year.';
comment on column program.unit_id is 'The unit that is responsible for it.';
comment on column program.nature is 'Revenue or expenditure.';
comment on column program.scope is
'Basic, project, or overall: of a department, a government, an objective. Revenue has no scope: it is read for '
'expenditure only.';
comment on column program.fund is 'The purse its money belongs to where an entry does not say.';
comment on column program.function_id is 'What for.';
comment on column program.economic_id is 'On what its money is spent where an entry does not say.';
comment on column program.revenue_type is 'For revenue: what kind.';
comment on column program.lifecycle_id is 'The states it may pass through.';
comment on column program.framework_id is
'The framework that the indicators of its self-evaluation came from; gives the rating scale.';
comment on column program.weight is
'What it weighs above itself where the settings weigh programs by weights of their own.';
comment on column program.recorded_at is 'When it was recorded.';
comment on column program.recorded_by is 'By whom.';
comment on column program.is_key is
'Whether it is a key project: others than itself evaluate it once in setting.evaluate_key_every years.';
create trigger fiscal_year before insert or update on program
    for each row when (new.fiscal_year not between 1000 and 9998)
    execute function refuse_row('a fiscal year has four digits', 'Write 2026, not 26.');
create index program_unit on program (unit_id, fiscal_year);
-- which years there are, and some program of one: what went to nothing is seen only beside what did not
create index program_year on program (fiscal_year);
create index program_function on program (coalesce(function_id, 'unclassified'), fiscal_year);
-- In a small office no program has a function: the planner would then expect all of them below every function.
alter index program_function alter column 1 set statistics 0;

create table program_objective (
    program_id   text not null,
    fiscal_year  integer not null,
    objective_id text not null references objective,
    share        numeric(7,4) not null default 100 check (share > 0 and share <= 100),
    primary key (program_id, fiscal_year, objective_id),
    foreign key (program_id, fiscal_year) references program on delete cascade
);
create index program_objective_node on program_objective (objective_id, fiscal_year);
comment on table program_objective is
'The objectives that a program contributes to, by shares of its money; what is left of 100 % is unclassified.';
comment on column program_objective.program_id is 'The program.';
comment on column program_objective.fiscal_year is 'The fiscal year.';
comment on column program_objective.objective_id is 'The objective it contributes to.';
comment on column program_objective.share is
'Percent of the program; what goes beyond 100 in all counts nowhere and is named by check_result.';

create table responsible (
    program_id  text not null,
    fiscal_year integer not null,
    from_day    date not null check (isfinite(from_day)),
    person      text not null check (person <> ''),
    recorded_at timestamptz not null default clock_timestamp(),
    recorded_by text not null default current_user,
    primary key (program_id, fiscal_year, from_day),
    foreign key (program_id, fiscal_year) references program on delete cascade
);
comment on table responsible is 'Who answers for the effect of a program, from a day on.';
comment on column responsible.program_id is 'The program.';
comment on column responsible.fiscal_year is 'The fiscal year.';
comment on column responsible.from_day is 'The first day.';
comment on column responsible.person is 'The person.';
comment on column responsible.recorded_at is 'When it was recorded.';
comment on column responsible.recorded_by is 'By whom.';

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
comment on table rating_override is
'A rating that stands whatever the score, such as "Results Not Demonstrated"; an empty rating lifts it again.';
comment on column rating_override.program_id is 'The program.';
comment on column rating_override.fiscal_year is 'The fiscal year.';
comment on column rating_override.valid_from is 'The day from which it holds.';
comment on column rating_override.rating is 'The rating; empty: the one of the score again.';
comment on column rating_override.recorded_at is 'When it was recorded.';
comment on column rating_override.recorded_by is 'By whom.';
comment on column rating_override.reason is 'Why.';
create trigger fact_guard before update or delete or truncate on rating_override
    for each statement execute function fact_guard();
