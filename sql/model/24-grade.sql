-- Grades in bands, and what must be true before an evaluation is closed

create table grade_band (
    fiscal_year integer not null default 0 check (fiscal_year >= 0),
    band        text not null check (band <> ''),
    low         numeric(11,8) not null check (low between 0 and 100),
    high        numeric(11,8) not null check (high between 0 and 100),
    name        text not null,
    sort        integer not null default 0,
    primary key (fiscal_year, band),
    constraint grade_band_bounds check (low <= high)
);
comment on table grade_band is
'The bands of a grade: who says how far something was achieved gives a score within the bounds of that. From a year '
'on, the bands of the latest year before count, and no others.';
comment on column grade_band.fiscal_year is 'The first fiscal year that the bands are for; 0 for all.';
comment on column grade_band.band is 'The band, as measurement.band names it.';
comment on column grade_band.low is 'The lowest score of the band.';
comment on column grade_band.high is 'The highest score of the band; where it is also the lowest of another, either may be said.';
comment on column grade_band.name is 'Its name.';
comment on column grade_band.sort is 'Place in a list.';
create trigger grade_band_bounds before insert or update on grade_band
    for each row when ((new.low <= new.high) is not true)
    execute function refuse_row('a band ends before it begins', 'low <= high, both between 0 and 100.');
insert into grade_band (band, low, high, name, sort) values
    ('achieved', 80, 100, 'Achieved', 1), ('partly', 60, 80, 'Partly achieved', 2), ('not', 0, 60, 'Not achieved', 3);

create function band_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    year constant integer := (select max(b.fiscal_year) from grade_band b where b.fiscal_year <= new.fiscal_year);
    said record;
    fitting text;
begin
    select b.* into said from grade_band b where b.fiscal_year = year and b.band = new.band;
    if not found then
        raise exception 'there is no band "%" in %', new.band, new.fiscal_year
            using errcode = 'foreign_key_violation',
                  hint = coalesce((select 'The bands are ' || string_agg(format('"%s"', b.band), ', '
                                                                         order by b.sort, b.band) || '.'
                                   from grade_band b where b.fiscal_year = year), 'The table grade_band has none.');
    elsif new.score is null then
        raise exception 'band "%" is given without a score', new.band
            using errcode = 'check_violation',
                  detail = format('The band reaches from %s to %s.', trim_scale(said.low), trim_scale(said.high)),
                  hint = 'Give a score in the band, or leave the band empty.';
    elsif (new.score between said.low and said.high) is not true then
        select string_agg(format('"%s" (%s to %s)', b.band, trim_scale(b.low), trim_scale(b.high)), ' or '
                          order by b.sort, b.band) into fitting
        from grade_band b
        where b.fiscal_year = year and new.score between b.low and b.high;
        raise exception 'a score of % does not lie in band "%"', trim_scale(new.score), new.band
            using errcode = 'check_violation',
                  detail = format('The band reaches from %s to %s.', trim_scale(said.low), trim_scale(said.high)),
                  hint = 'Give a score in the band' || coalesce(', or the band of the score: ' || fitting, '') || '.';
    end if;
    return new;
end
$$;
comment on function band_guard() is
'Refuses a score outside of the band that is said with it, a band that is none, and one without a score.';
create trigger band_guard before insert on measurement
    for each row when (new.band is not null) execute function band_guard();

create table evaluation_gate (
    evaluation  text not null check (evaluation <> ''),
    fiscal_year integer not null default 0 check (fiscal_year >= 0),
    condition   text not null check (condition in ('measured', 'all weights', 'graded by all', 'evidence',
                                                   'comments answered')),
    in_force    boolean not null default true,
    primary key (evaluation, fiscal_year, condition)
);
comment on table evaluation_gate is
'What must be true before an evaluation is closed; for self the table stage_gate says it, of the stage self_evaluated. '
'From a year on, the row of the latest year before counts.';
comment on column evaluation_gate.evaluation is 'The evaluation.';
comment on column evaluation_gate.fiscal_year is 'The first fiscal year that the row is for; 0 for all.';
comment on column evaluation_gate.condition is
'measured: all that weighs has a score; all weights: those at the top total what is required; graded by all: every '
'grader whose grades weigh has graded every graded indicator; evidence: every figure and every grade names its '
'evidence; comments answered: no objection is open.';
comment on column evaluation_gate.in_force is 'False ends a condition from a year on.';
insert into evaluation_gate (evaluation, condition) values
    ('appraisal', 'measured'), ('appraisal', 'all weights'), ('appraisal', 'graded by all'),
    ('department', 'measured'), ('department', 'graded by all'), ('department', 'comments answered'),
    ('finance', 'measured'), ('finance', 'graded by all'), ('finance', 'comments answered'),
    ('third party', 'measured'), ('third party', 'graded by all'), ('third party', 'comments answered');

-- The conditions hold however a closing gets in. Who may say when something was recorded loads a history, and is not
-- asked; close_evaluation asks everybody. The look comes after the lock that a closing takes, so that it sees what
-- others were writing.
create function closing_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    if new.event = 'closed' then
        perform evaluation_ready(new.program_id, new.fiscal_year, new.evaluation, new.at);
    elsif exists (select from evaluation_event e
                  where e.program_id = new.program_id and e.fiscal_year = new.fiscal_year
                      and e.evaluation = new.evaluation and (e.at, e.recorded_at) <> (new.at, new.recorded_at)
                      and not e.taken_back
                      and not exists (select from evaluation_event b
                                      where b.program_id = e.program_id and b.fiscal_year = e.fiscal_year
                                          and b.evaluation = e.evaluation and b.at = e.at and b.event = e.event
                                          and b.taken_back and b.recorded_at > e.recorded_at)) then
        raise exception 'evaluation "%" of program "%" in % was opened before', new.evaluation, new.program_id,
                new.fiscal_year
            using errcode = 'check_violation',
                  hint = 'Record the event "opened again", with the reason.';
    end if;
    return null;
end
$$;
comment on function closing_guard() is
'Refuses to close an evaluation whose conditions do not hold, and to open for the first time what was opened before.';
create trigger closing_guard after insert on evaluation_event
    for each row when (new.event in ('closed', 'opened') and not new.taken_back and new.evaluation <> 'self'
                       and not has_column_privilege('evaluation_event'::regclass, 'recorded_at', 'insert'))
    execute function closing_guard();
-- of two that close at once the second finds it closed, at every isolation level; after the lock, by its name
create trigger zz_closing_twice before insert on evaluation_event
    for each row when (new.event = 'closed' and not new.taken_back and new.evaluation <> 'self'
                       and not has_column_privilege('evaluation_event'::regclass, 'recorded_at', 'insert'))
    execute function bpm.refuse_closed('evaluation_closed', 'program_id', 'fiscal_year', 'evaluation');
