-- The stages that a program passes through, and what must be true before it enters one

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
