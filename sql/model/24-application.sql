-- What results do to the next budget: rules, one row each

create table application_rule (
    fiscal_year integer not null default 0 check (fiscal_year >= 0),
    rule        text not null check (rule <> ''),
    place       integer not null default 0,
    result      text check (result <> ''),
    score_from  numeric(11,8) check (score_from between 0 and 100),
    score_below numeric(11,8) check (score_below between 0 and 100),
    scope       text references scope,
    nature      text references nature,
    function_id text references function_code,
    finding     text check (finding in ('open', 'overdue', 'high')),
    program_id  text check (program_id <> ''),
    effect      text not null check (effect in (
        'priority', 'assured', 'cut', 'cancelled', 'withheld', 'merged', 'reviewed')),
    percent     numeric(7,4) check (percent between 0 and 100),
    merge_into  text check (merge_into <> ''),
    in_force    boolean not null default true,
    primary key (rule, fiscal_year),
    constraint application_rule_percent check (percent is null or effect in ('cut', 'withheld', 'merged')),
    constraint application_rule_withheld check (effect <> 'withheld' or finding is not null
        or coalesce(lower(result) like '%not demonstrated', false)),
    constraint application_rule_merge_into check ((effect = 'merged') = (merge_into is not null))
);
comment on table application_rule is
'What a result does to the next budget. Of the rules that fit a program the first by place decides about the amount; '
'those that withhold come on top of it. From a year on, the row of the latest year before counts.';
comment on column application_rule.fiscal_year is 'The first fiscal year whose budget the row is for; 0 for all.';
comment on column application_rule.rule is 'The name of the rule, shown beside what it did.';
comment on column application_rule.place is 'Of several that fit the lowest place counts; of one place the first by name.';
comment on column application_rule.result is
'The rating that it is for; or not demonstrated; unrated: it was given none; new: a program that was not there in the '
'year of the results, nor since; running: one that began after the year of the results. Empty: any. What was not '
'demonstrated is under the rule of the worst rating, unless a rule '
'for not demonstrated says something else than withheld.';
comment on column application_rule.score_from is 'The lowest score that it is for; empty: any.';
comment on column application_rule.score_below is 'The score below which it is; empty: any.';
comment on column application_rule.scope is 'The scope that it is for; empty: any.';
comment on column application_rule.nature is 'The nature that it is for; empty: any.';
comment on column application_rule.function_id is 'The function that it is for, with all below it; empty: any.';
comment on column application_rule.finding is
'Only where a finding of the year of the results, or of an earlier one, is not rectified: open: any; overdue: one whose day has passed; high: '
'one that is severe. Empty: it does not matter.';
comment on column application_rule.program_id is 'The program that it is for, as where one is merged; empty: any.';
comment on column application_rule.effect is
'priority: its base is assured, and it comes first where money is freed; assured: its base is not cut for others; cut: '
'its base less some percent, and not assured; cancelled: nothing; withheld: of what it gets, something is held back '
'until the finding is rectified, or the result is demonstrated; merged: its base goes to another program; reviewed: '
'its base, not assured, and accepted only once somebody has looked at it.';
comment on column application_rule.percent is
'For cut: by how many percent; empty: by the points that its score lacks. For merged: how much less the other program '
'gets; empty: nothing. For withheld: how much of what it gets; empty: the money that hangs on the findings, or, where '
'the result was not demonstrated, all.';
comment on column application_rule.merge_into is 'For merged: the program that goes on.';
comment on column application_rule.in_force is 'False ends a rule from a year on.';
create trigger rule_withholds before insert or update on application_rule
    for each row when (new.effect = 'withheld' and new.finding is null
                       and (lower(new.result) like '%not demonstrated') is not true)
    execute function refuse_row('money is withheld until something happens',
        'Let the rule be for a finding (open, overdue, high), or for the result not demonstrated.');
create trigger rule_cuts before insert or update on application_rule
    for each row when (new.percent is not null and new.effect not in ('cut', 'withheld', 'merged'))
    execute function refuse_row('only what is cut, withheld or merged has a percentage', 'Leave percent out.');
create trigger rule_merges before insert or update on application_rule
    for each row when ((new.effect = 'merged') <> (new.merge_into is not null))
    execute function refuse_row('what is merged is merged into a program, and nothing else is',
        'Name in merge_into the program that goes on, for the effect merged alone.');
insert into application_rule (rule, place, result, finding, effect, percent) values
    ('not rectified', 10, null, 'open', 'withheld', null),
    ('not demonstrated', 20, 'not demonstrated', null, 'withheld', null),
    ('excellent', 30, 'excellent', null, 'priority', null),
    ('good', 40, 'good', null, 'assured', null),
    ('fair', 50, 'fair', null, 'cut', null),
    ('poor', 60, 'poor', null, 'cut', 50),
    ('new', 70, 'new', null, 'priority', null),
    ('running', 80, 'running', null, 'assured', null);
