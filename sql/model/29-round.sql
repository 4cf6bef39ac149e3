-- Rounds of monitoring: a look that is kept, so that the next one says what got better, and what was answered to it

create table monitoring_round (
    fiscal_year integer not null check (fiscal_year between 1000 and 9998),
    round       text not null check (round <> ''),
    n           integer not null check (n > 0),
    as_of       date not null check (isfinite(as_of)),
    known_at    timestamptz not null check (isfinite(known_at)),
    name        text not null,
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    primary key (fiscal_year, round),
    -- two that are made at once are one after the other, and the second fails
    constraint monitoring_round_one_after_another unique (fiscal_year, n),
    constraint monitoring_round_of_a_day unique (fiscal_year, as_of)
);
comment on table monitoring_round is
'Rounds of monitoring: what was seen of a year on a day, kept as it was seen. Made by monitor_round().';
comment on column monitoring_round.fiscal_year is 'The fiscal year.';
comment on column monitoring_round.round is 'The code of the round, such as 07 or Q2.';
comment on column monitoring_round.n is
'Its place among the rounds of the year: each looks at a later day than the one before.';
comment on column monitoring_round.as_of is 'The day that was looked at.';
comment on column monitoring_round.known_at is
'The time of looking: what was recorded later was not seen. Results show the same with this day and this time, as long '
'as rules and trees are the same.';
comment on column monitoring_round.name is 'Its name.';
comment on column monitoring_round.recorded_at is 'When it was recorded.';
comment on column monitoring_round.recorded_by is 'By whom.';
create trigger fact_guard before update or delete or truncate on monitoring_round
    for each statement execute function fact_guard();

-- What monitor_result and indicator_monitor showed. What does not belong to a program, or to an indicator, is empty.
create table monitoring_seen (
    program_id    text not null,
    fiscal_year   integer not null,
    round         text not null,
    item          text not null default '',
    unit_id       text not null,
    name          text,
    colour        text not null,
    colour_rank   integer not null,
    budget_colour text,
    target_colour text,
    budget        numeric(38,2),
    executed      numeric(38,2),
    committed     numeric(38,2),
    expected      numeric,
    budget_pace   numeric,
    linear_pace   numeric,
    target_pace   numeric,
    pace_gap      numeric,
    late_share    numeric,
    target        text,
    weight        numeric,
    actual        numeric,
    measured_on   date,
    figure_due    date,
    days_late     integer,
    needed_times  numeric,
    unreachable   integer not null default 0,
    forecast      numeric,
    responsible   text,
    reason        text,
    primary key (program_id, fiscal_year, round, item),
    foreign key (program_id, fiscal_year) references program,
    foreign key (fiscal_year, round) references monitoring_round
);
comment on table monitoring_seen is
'What a round of monitoring saw of every program and of every indicator of its self-evaluation. Written by '
'monitor_round().';
comment on column monitoring_seen.program_id is 'The program.';
comment on column monitoring_seen.fiscal_year is 'The fiscal year.';
comment on column monitoring_seen.round is 'The round.';
comment on column monitoring_seen.item is 'The indicator; empty for the program itself.';
comment on column monitoring_seen.unit_id is 'The unit that was responsible for it.';
comment on column monitoring_seen.name is 'What the program or the indicator was called.';
comment on column monitoring_seen.colour is
'red, yellow, green, blue, or a state: not due, no plan, no data, no budget.';
comment on column monitoring_seen.colour_rank is 'Its place: the worst is 1.';
comment on column monitoring_seen.budget_colour is 'Of a program: the colour of its money.';
comment on column monitoring_seen.target_colour is 'Of a program: the colour of its indicators.';
comment on column monitoring_seen.budget is 'Of a program: approved, carried over and adjusted.';
comment on column monitoring_seen.executed is 'Of a program: spent, or for revenue collected.';
comment on column monitoring_seen.committed is 'Of a program: contracted and not yet paid.';
comment on column monitoring_seen.expected is 'What should have been there by the day: of money, or of the figure.';
comment on column monitoring_seen.budget_pace is 'Of a program: percent of that which was spent.';
comment on column monitoring_seen.linear_pace is 'Of a program: the same by the calendar, whatever was planned.';
comment on column monitoring_seen.target_pace is 'The pace of its indicators together, or of the indicator.';
comment on column monitoring_seen.pace_gap is 'Of a program: how far its money and its results were apart.';
comment on column monitoring_seen.late_share is 'Of a program: percent of the plan that lies in the last quarter.';
comment on column monitoring_seen.target is 'Of an indicator: its target.';
comment on column monitoring_seen.weight is 'Of an indicator: its weight.';
comment on column monitoring_seen.actual is 'Of an indicator: its figure.';
comment on column monitoring_seen.measured_on is 'Of an indicator: the day that the figure was for.';
comment on column monitoring_seen.figure_due is
'Of an indicator: the day on which the figure was due that was not there.';
comment on column monitoring_seen.days_late is 'Of an indicator: how many days ago that was.';
comment on column monitoring_seen.needed_times is
'Of an indicator: how many times the best pace that was ever made it needed for the rest of the year.';
comment on column monitoring_seen.unreachable is '1 when the target was beyond reach; of a program how many were.';
comment on column monitoring_seen.forecast is
'Where the year would end: the money of a program, the figure of an indicator.';
comment on column monitoring_seen.responsible is 'Who answered for it.';
comment on column monitoring_seen.reason is 'Why it had its colour, with the figures.';
create trigger fact_guard before update or delete or truncate on monitoring_seen
    for each statement execute function fact_guard();

create table monitoring_alert (
    program_id  text not null,
    fiscal_year integer not null,
    round       text not null,
    item        text not null default '',
    kind        text not null check (kind <> ''),
    colour_rank integer not null check (colour_rank in (1, 2)),
    detail      text,
    primary key (program_id, fiscal_year, round, item, kind),
    foreign key (program_id, fiscal_year, round, item) references monitoring_seen
);
comment on table monitoring_alert is
'The deviations that a round of monitoring saw, each of which can be answered. Written by monitor_round().';
comment on column monitoring_alert.program_id is 'The program.';
comment on column monitoring_alert.fiscal_year is 'The fiscal year.';
comment on column monitoring_alert.round is 'The round.';
comment on column monitoring_alert.item is 'The indicator; empty for the program itself.';
comment on column monitoring_alert.kind is 'What was wrong, in a word, as in alert_result.';
comment on column monitoring_alert.colour_rank is '1 for red, 2 for yellow.';
comment on column monitoring_alert.detail is 'What was wrong, with the figures.';
create trigger fact_guard before update or delete or truncate on monitoring_alert
    for each statement execute function fact_guard();

-- What a round saw is complete when it is made. Who says when something was recorded loads a history, and is not asked.
create function round_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    late record;
begin
    if has_column_privilege('monitoring_round'::regclass, 'recorded_at', 'insert') then
        return null;
    end if;
    select r.fiscal_year, r.round into late from added a
    join monitoring_round r on r.fiscal_year = a.fiscal_year and r.round = a.round
    where r.recorded_at < now()
    limit 1;
    if found then
        raise exception 'round "%" of % is over', late.round, late.fiscal_year
            using errcode = 'check_violation',
                  detail = 'What it saw was kept when it was made, and nothing is added to that.',
                  hint = 'Make another round: monitor_round().';
    end if;
    return null;
end
$$;
comment on function round_guard() is 'Refuses to add to what an earlier round saw.';
create trigger round_guard after insert on monitoring_seen
    referencing new table as added
    for each statement execute function round_guard();
create trigger round_guard after insert on monitoring_alert
    referencing new table as added
    for each statement execute function round_guard();

create table deviation_answer (
    program_id  text not null,
    fiscal_year integer not null,
    round       text not null,
    item        text not null default '',
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    cause       text not null check (cause in ('funds', 'rules', 'staff', 'equipment', 'other')),
    explanation text check (explanation <> ''),
    measure     text check (measure <> ''),
    measure_due date check (isfinite(measure_due)),
    year_end_estimate numeric check (year_end_estimate > '-infinity' and year_end_estimate < 'infinity'),
    likelihood  text check (likelihood in ('certain', 'possible', 'impossible')),
    carry_over  numeric(20,2) check (carry_over >= 0 and carry_over <> 'NaN'),
    recorded_by text not null default current_user,
    primary key (program_id, fiscal_year, round, item, recorded_at),
    foreign key (program_id, fiscal_year, round, item) references monitoring_seen,
    constraint deviation_answer_explains_other check (cause <> 'other' or explanation is not null),
    constraint deviation_answer_measure_due check (measure_due is null or measure is not null)
);
comment on table deviation_answer is
'What the unit answers to what a round of monitoring saw: the cause, what is done about it until when, and where the '
'year will end. The newest answer counts, until the deviation is over and comes back.';
comment on column deviation_answer.program_id is 'The program.';
comment on column deviation_answer.fiscal_year is 'The fiscal year.';
comment on column deviation_answer.round is 'The round that saw it.';
comment on column deviation_answer.item is 'The indicator; empty for the program itself.';
comment on column deviation_answer.recorded_at is 'When it was recorded.';
comment on column deviation_answer.cause is
'funds: money came late, or not; rules: a law, a procedure or a permit; staff; equipment; other, with an explanation.';
comment on column deviation_answer.explanation is 'The cause in words.';
comment on column deviation_answer.measure is 'What is done about it.';
comment on column deviation_answer.measure_due is 'The day by which it is done.';
comment on column deviation_answer.year_end_estimate is
'Where the unit itself expects the year to end: the money of a program, the figure of an indicator.';
comment on column deviation_answer.likelihood is
'Whether what was promised will be there at the end of the year: certain, possible or impossible.';
comment on column deviation_answer.carry_over is 'How much money the unit expects to carry over to the next year.';
comment on column deviation_answer.recorded_by is 'By whom.';
create trigger fact_guard before update or delete or truncate on deviation_answer
    for each statement execute function fact_guard();
create trigger answer_cause before insert on deviation_answer
    for each row when ((new.cause in ('funds', 'rules', 'staff', 'equipment', 'other')) is not true)
    execute function refuse_row('a deviation has a cause', 'It is funds, rules, staff, equipment or other.');
create trigger answer_explains before insert on deviation_answer
    for each row when (new.cause = 'other' and coalesce(new.explanation, '') = '')
    execute function refuse_row('a cause that is "other" is explained', 'Say in explanation what it is.');
create trigger answer_measure before insert on deviation_answer
    for each row when (new.measure_due is not null and coalesce(new.measure, '') = '')
    execute function refuse_row('there is no measure that could be due', 'Say in measure what is done by then.');

create function answer_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    if exists (select from monitoring_alert a
               where a.program_id = new.program_id and a.fiscal_year = new.fiscal_year and a.round = new.round
                   and a.item = new.item) then
        return new;
    elsif not exists (select from monitoring_round r
                      where r.fiscal_year = new.fiscal_year and r.round = new.round) then
        raise exception 'there is no round "%" in %', new.round, new.fiscal_year
            using errcode = 'foreign_key_violation',
                  hint = coalesce((select 'Its rounds are ' || string_agg(format('"%s"', r.round), ', ' order by r.n)
                                          || '.'
                                   from monitoring_round r where r.fiscal_year = new.fiscal_year),
                                  'It has no rounds; monitor_round() makes one.');
    end if;
    raise exception 'round "%" of % saw no deviation of %program "%"', new.round, new.fiscal_year,
            case when new.item <> '' then format('"%s" in ', new.item) else '' end, new.program_id
        using errcode = 'foreign_key_violation',
              hint = coalesce((select 'It saw ' || string_agg(distinct case a.item
                                   when '' then 'one of the program itself (item is empty)'
                                   else format('one of "%s"', a.item) end, ', ') || '.'
                               from monitoring_alert a
                               where a.program_id = new.program_id and a.fiscal_year = new.fiscal_year
                                   and a.round = new.round), 'It saw none there; alert_result shows what is open.');
end
$$;
comment on function answer_guard() is 'Refuses an answer to what a round did not see as a deviation.';
create trigger answer_guard before insert on deviation_answer
    for each row execute function answer_guard();
