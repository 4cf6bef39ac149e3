-- What makes others look at a program: risks, and what they weigh in a sample

create table sample_rule (
    fiscal_year integer not null default 0 check (fiscal_year >= 0),
    risk        text not null check (risk in ('red alarm', 'yellow alarm', 'drift', 'past rating', 'never evaluated',
                                              'unanswered alerts')),
    points      numeric(11,8) not null check (points >= 0 and points <> 'NaN'),
    at_least    numeric(20,8) not null default 1 check (at_least > 0 and at_least <> 'NaN'),
    primary key (risk, fiscal_year)
);
comment on table sample_rule is
'How much likelier a risk makes it that a program is drawn for evaluation: its size is its budget times 1 and the '
'points of its risks. From a year on, the row of the latest year before counts.';
comment on column sample_rule.fiscal_year is 'The first fiscal year that the row is for; 0 for all.';
comment on column sample_rule.risk is
'red alarm, yellow alarm: of self_alarm; drift: points that changing the promises has brought, as in target_drift; '
'past rating: earlier years of the last setting.evaluate_key_every that had the worst rating, or were not '
'demonstrated; never evaluated: by nobody but itself; unanswered alerts: deviations that the latest round saw.';
comment on column sample_rule.points is 'What it adds: with 1 the program counts twice; 0 switches it off.';
comment on column sample_rule.at_least is 'From how many of it on: points of drift, years, deviations, or 1.';
insert into sample_rule (risk, points, at_least) values
    ('red alarm', 1, 1), ('yellow alarm', 0.5, 1), ('drift', 0.5, 5), ('past rating', 1, 1),
    ('never evaluated', 0.5, 1), ('unanswered alerts', 0.5, 1);
