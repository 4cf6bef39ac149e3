-- Monitoring: what is looked at while there is still time to act, against which plan, and by which thresholds

create table monitor_rule (
    program_id   text not null default '',
    fiscal_year  integer not null default 0 check (fiscal_year >= 0),
    scope        text not null default '',
    red_below    numeric(11,4) not null default 60 check (red_below >= 0 and red_below <> 'NaN'),
    yellow_below numeric(11,4) not null default 80,
    blue_from    numeric(11,4) not null default 120,
    figure_every integer not null default 3 check (figure_every in (1, 3, 6, 12)),
    yellow_after integer not null default 30 check (yellow_after between 0 and 3660),
    red_after    integer not null default 60,
    late_share   numeric(11,8) not null default 40 check (late_share between 0 and 100),
    primary key (program_id, fiscal_year, scope),
    constraint monitor_rule_bands
        check (yellow_below >= red_below and blue_from >= yellow_below and blue_from <> 'NaN'),
    constraint monitor_rule_days check (red_after between yellow_after and 3660)
);
comment on table monitor_rule is
'From when on a pace is red, yellow or blue, and how long a figure may be late. The row of the program counts, else '
'that of its scope, else the one for all; of each the latest year that is not after.';
comment on column monitor_rule.fiscal_year is 'The first fiscal year that the row is for; 0 for all.';
comment on column monitor_rule.scope is 'Only for programs of this scope; an empty text for all.';
comment on column monitor_rule.program_id is 'Only for this program; an empty text for all.';
comment on column monitor_rule.red_below is 'A pace below this many percent is red.';
comment on column monitor_rule.yellow_below is 'A pace below this many percent is yellow, if it is not red.';
comment on column monitor_rule.blue_from is
'An indicator whose pace is so many percent or more is blue: was its target too low? Money has no blue.';
comment on column monitor_rule.figure_every is
'Every how many months a figure of a cumulative indicator is due that does not say it itself.';
comment on column monitor_rule.yellow_after is 'A figure that is so many days late makes its indicator yellow.';
comment on column monitor_rule.red_after is 'A figure that is so many days late makes its indicator red.';
comment on column monitor_rule.late_share is
'A plan with more than so many percent of the year in its last quarter is named, and the linear pace stands beside.';
create trigger monitor_rule_bands before insert or update on monitor_rule
    for each row when ((new.red_below <= new.yellow_below and new.yellow_below <= new.blue_from) is not true)
    execute function refuse_row('thresholds are out of order', 'red_below <= yellow_below <= blue_from.');
create trigger monitor_rule_days before insert or update on monitor_rule
    for each row when ((new.yellow_after <= new.red_after) is not true)
    execute function refuse_row('a figure is yellow before it is red', 'yellow_after <= red_after.');
insert into monitor_rule default values;

create table unusual_year (
    fiscal_year integer primary key,
    reason      text not null check (reason <> '')
);
comment on table unusual_year is
'Years that forecasts do not learn from: broken books, a flood, a pandemic. They are not forecast backwards either.';
comment on column unusual_year.fiscal_year is 'The fiscal year.';
comment on column unusual_year.reason is 'Why it says nothing about others.';

-- What should be there of an indicator by the end of a month, where it is not to follow the money or the calendar
create table indicator_plan (
    program_id   text not null,
    fiscal_year  integer not null,
    evaluation   text not null default 'self' check (evaluation <> ''),
    indicator_id text not null,
    month        integer not null check (month between 1 and 12),
    valid_from   date not null check (isfinite(valid_from)),
    planned      numeric not null check (planned > '-infinity' and planned < 'infinity'),
    recorded_at  timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by  text not null default current_user,
    reason       text,
    primary key (program_id, fiscal_year, evaluation, indicator_id, month, valid_from, recorded_at),
    foreign key (program_id, fiscal_year, evaluation, indicator_id) references indicator
);
comment on table indicator_plan is
'What of a cumulative indicator should be there by the end of a month of the year. Months between follow a straight '
'line; an indicator without a row follows the plan of the money, or the calendar where there is none.';
comment on column indicator_plan.program_id is 'The program.';
comment on column indicator_plan.fiscal_year is 'The fiscal year.';
comment on column indicator_plan.evaluation is 'The evaluation; monitoring looks at self.';
comment on column indicator_plan.indicator_id is 'The indicator.';
comment on column indicator_plan.month is 'The month of the fiscal year, 1 to 12, at whose end it should be there.';
comment on column indicator_plan.valid_from is 'The day from which it is the plan.';
comment on column indicator_plan.planned is 'What should be there by then, all months before included.';
comment on column indicator_plan.recorded_at is 'When it was recorded.';
comment on column indicator_plan.recorded_by is 'By whom.';
comment on column indicator_plan.reason is 'Why, for a change.';
create trigger fact_guard before update or delete or truncate on indicator_plan
    for each statement execute function fact_guard();
