-- The sample of programs that others evaluate: drawn once, kept with the seed, so that anybody can draw it again

create table sample_draw (
    fiscal_year integer not null check (fiscal_year between 1000 and 9998),
    evaluation  text not null check (evaluation <> ''),
    n           integer not null check (n > 0),
    share       numeric not null check (share between 0 and 100),
    seed        text not null check (seed <> ''),
    as_of       date not null check (isfinite(as_of)),
    known_at    timestamptz not null check (isfinite(known_at)),
    programs    integer not null check (programs >= 0),
    selected    integer not null check (selected between 0 and programs),
    reason      text,
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    -- two that are made at once are one after the other
    constraint sample_draw_one_after_another primary key (fiscal_year, evaluation, n),
    constraint sample_draw_again_for_a_reason check (n = 1 or reason <> '' and reason is not null)
);
comment on table sample_draw is
'The draws of programs for evaluation. Made by draw_sample(); the last one of a year and evaluation counts.';
comment on column sample_draw.fiscal_year is 'The fiscal year.';
comment on column sample_draw.evaluation is 'The evaluation that is drawn for.';
comment on column sample_draw.n is 'Which draw of that year and evaluation it was: 2 and more say why.';
comment on column sample_draw.share is 'Percent of the number of programs that was asked for.';
comment on column sample_draw.seed is 'The text that the draw hangs on: evaluation_sample() with it draws the same.';
comment on column sample_draw.as_of is 'The day whose budgets and risks it used.';
comment on column sample_draw.known_at is 'The time of drawing: what was recorded later had no part in it.';
comment on column sample_draw.programs is 'Number of programs that could be drawn.';
comment on column sample_draw.selected is 'Number of programs that were.';
comment on column sample_draw.reason is 'Why it was drawn again.';
comment on column sample_draw.recorded_at is 'When it was recorded.';
comment on column sample_draw.recorded_by is 'By whom.';
create trigger fact_guard before update or delete or truncate on sample_draw
    for each statement execute function fact_guard();

create table sample_member (
    program_id  text not null,
    fiscal_year integer not null,
    evaluation  text not null,
    n           integer not null,
    selected    boolean not null,
    size        numeric not null check (size >= 0 and size <> 'NaN'),
    chance      numeric(20,8) not null check (chance between 0 and 1),
    reason      text not null,
    primary key (program_id, fiscal_year, evaluation, n),
    foreign key (program_id, fiscal_year) references program,
    foreign key (fiscal_year, evaluation, n) references sample_draw
);
comment on table sample_member is
'Every program that could be drawn: its size, its chance, whether it was drawn and why. Written by draw_sample().';
comment on column sample_member.program_id is 'The program.';
comment on column sample_member.fiscal_year is 'The fiscal year.';
comment on column sample_member.evaluation is 'The evaluation that is drawn for.';
comment on column sample_member.n is 'The draw.';
comment on column sample_member.selected is 'Whether it was drawn.';
comment on column sample_member.size is 'Its budget, times 1 and the points of its risks.';
comment on column sample_member.chance is 'The chance that it had, from 0 to 1, which is certain.';
comment on column sample_member.reason is 'Why, in words.';
create trigger fact_guard before update or delete or truncate on sample_member
    for each statement execute function fact_guard();

-- A draw is complete when it is made. Who says when something was recorded loads a history, and is not asked.
create function sample_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    late record;
begin
    if has_column_privilege('sample_draw'::regclass, 'recorded_at', 'insert') then
        return null;
    end if;
    select d.fiscal_year, d.evaluation into late from added a
    join sample_draw d on d.fiscal_year = a.fiscal_year and d.evaluation = a.evaluation and d.n = a.n
    where d.recorded_at < now()
    limit 1;
    if found then
        raise exception 'the sample of % for evaluation "%" is drawn', late.fiscal_year, late.evaluation
            using errcode = 'check_violation',
                  detail = 'Nothing is added to what was drawn.',
                  hint = 'Draw again, with a reason: draw_sample().';
    end if;
    return null;
end
$$;
comment on function sample_guard() is 'Refuses to add to a sample that was drawn before.';
create trigger sample_guard after insert on sample_member
    referencing new table as added
    for each statement execute function sample_guard();
