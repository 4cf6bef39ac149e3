-- Evaluations: looks at a program and year, each with its own tree of indicators, its own closing, its own result

create table evaluation (
    evaluation       text not null check (evaluation <> ''),
    fiscal_year      integer not null default 0 check (fiscal_year >= 0),
    name             text not null,
    rank             integer check (rank > 0),
    missing_so_far   text not null default 'renormalise',
    missing_at_close text not null default 'zero',
    floor            numeric(11,8) not null default 80 check (floor between 0 and 100),
    due_days         integer check (due_days between 0 and 3660),
    closes_when_due  boolean not null default false,
    before_the_event boolean not null default false,
    role_name        text check (role_name <> ''),
    primary key (evaluation, fiscal_year),
    constraint evaluation_missing_so_far check (missing_so_far
        ~ '^(renormalise|zero|require (100|[0-9]{1,2}(\.[0-9]{1,8})?))$'),
    constraint evaluation_missing_at_close check (missing_at_close
        ~ '^(renormalise|zero|require (100|[0-9]{1,2}(\.[0-9]{1,8})?))$'),
    constraint self_is_in_the_hands_of_the_program check (evaluation <> 'self' or role_name is null),
    constraint evaluation_is_closed_once_it_is_over check (not (before_the_event and rank is not null)),
    constraint evaluation_closes_when_due check (not closes_when_due or due_days is not null)
);
comment on table evaluation is
'The looks at a program, and how each is done: from a year on, the row of the latest year before counts; year 0 is '
'for all.';
comment on column evaluation.evaluation is 'The look: self, appraisal, department, finance, third party, or your own.';
comment on column evaluation.fiscal_year is 'The first fiscal year that the row is for; 0 for all.';
comment on column evaluation.name is 'Its name.';
comment on column evaluation.rank is
'Of those that are closed and at or above their floor the highest rank is the effective one. Empty: it ranks as the '
'evaluation that commissioned it, or never counts.';
comment on column evaluation.missing_so_far is
'What a missing score does until it is closed: renormalise (the score over what is there), zero, or "require 80" (no '
'score where less than 80 % of the weight has one).';
comment on column evaluation.missing_at_close is 'What a missing score does once it is closed.';
comment on column evaluation.floor is 'The coverage, in percent, under which the rating is "not demonstrated".';
comment on column evaluation.due_days is 'The day by which it has to be closed, in days after the end of the year.';
comment on column evaluation.closes_when_due is 'Whether it closes that day as it is, when nobody has closed it.';
comment on column evaluation.role_name is
'The role that alone sets up, fills and closes it; whoever has been granted to do so on the tables when empty.';
comment on column evaluation.before_the_event is
'Whether it is made before the money is spent: it is never the effective one, and takes figures from before the year.';
insert into evaluation (evaluation, name, rank, missing_so_far, floor, due_days, closes_when_due,
    before_the_event) values
    ('self', 'Self-evaluation', 1, 'renormalise', 80, 90, true, false),
    ('appraisal', 'Appraisal before the event', null, 'zero', 100, null, false, true),
    ('department', 'Evaluation by the department', 2, 'renormalise', 80, null, false, false),
    ('finance', 'Evaluation by the finance office', 3, 'renormalise', 80, null, false, false),
    ('third party', 'Evaluation by a third party', null, 'renormalise', 80, null, false, false);

create table score_rule (
    evaluation   text not null,
    fiscal_year  integer not null default 0 check (fiscal_year >= 0),
    rule         text not null check (rule <> ''),
    looks_at     text not null check (looks_at in ('execution', 'attainment', 'coverage', 'indicator')),
    indicator_id text,
    target       bpm.target not null,
    effect       text not null check (effect in ('cap', 'deduct', 'veto')),
    points       numeric(11,8) check (points between 0 and 100),
    in_force     boolean not null default true,
    primary key (evaluation, fiscal_year, rule),
    constraint score_rule_indicator check ((looks_at = 'indicator') = (indicator_id is not null)),
    constraint score_rule_points check ((effect = 'veto') = (points is null))
);
comment on table score_rule is
'What is done to the score of an evaluation when a figure does not meet a target: deductions first, then the lowest '
'cap, then a veto. From a year on, the row of the latest year before counts.';
comment on column score_rule.evaluation is 'The evaluation.';
comment on column score_rule.fiscal_year is 'The first fiscal year that the row is for; 0 for all.';
comment on column score_rule.rule is 'The name of the rule, shown beside what it did.';
comment on column score_rule.looks_at is
'execution: that of the program as it is judged, in percent, and coverage: that of the evaluation, in percent, both '
'once it is closed, as they grow until then; attainment: that of each indicator, in percent; indicator: the score of '
'one indicator or group, 0 when it is not measured at the close.';
comment on column score_rule.indicator_id is 'For indicator: which.';
comment on column score_rule.target is
'The figure that is looked at has to meet it; else the rule applies. Where there is no figure it does not.';
comment on column score_rule.effect is
'cap: the score is at most so many points; deduct: so many points less, for attainment once for each indicator; veto: '
'the score is 0.';
comment on column score_rule.points is 'How many points; empty for a veto.';
comment on column score_rule.in_force is 'False ends a rule from a year on.';

create table program_evaluation (
    program_id      text not null,
    fiscal_year     integer not null,
    evaluation      text not null check (evaluation <> ''),
    framework_id    text references framework,
    evaluator       text,
    commissioned_by text,
    recorded_at     timestamptz not null default clock_timestamp(),
    recorded_by     text not null default current_user,
    primary key (program_id, fiscal_year, evaluation),
    foreign key (program_id, fiscal_year) references program,
    constraint self_needs_no_row check (evaluation <> 'self'),
    constraint program_evaluation_commissioned_by check (commissioned_by <> evaluation)
);
comment on table program_evaluation is 'Which evaluations a program has in a year, beside its own: self needs no row.';
comment on column program_evaluation.program_id is 'The program.';
comment on column program_evaluation.fiscal_year is 'The fiscal year.';
comment on column program_evaluation.evaluation is 'The evaluation.';
comment on column program_evaluation.framework_id is 'The framework its indicators came from; gives the rating scale.';
comment on column program_evaluation.evaluator is 'Who evaluates.';
comment on column program_evaluation.commissioned_by is
'For a third party: the evaluation whose rank it has, department or finance.';
comment on column program_evaluation.recorded_at is 'When it was recorded.';
comment on column program_evaluation.recorded_by is 'By whom.';

create table evaluation_event (
    program_id  text not null,
    fiscal_year integer not null,
    evaluation  text not null check (evaluation <> ''),
    at          timestamptz not null check (isfinite(at)),
    event       text not null check (event in ('opened', 'closed', 'opened again')),
    taken_back  boolean not null default false,
    reason      text,
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    evaluation_ref text generated always as (nullif(evaluation, 'self')) stored,
    primary key (program_id, fiscal_year, evaluation, at, recorded_at),
    foreign key (program_id, fiscal_year) references program,
    foreign key (program_id, fiscal_year, evaluation_ref) references program_evaluation,
    constraint evaluation_event_reason check (event <> 'opened again' and not taken_back or reason <> ''
        and reason is not null)
);
comment on table evaluation_event is
'When an evaluation was opened, closed, and opened again. For self entering the stage self_evaluated is the closing.';
comment on column evaluation_event.program_id is 'The program.';
comment on column evaluation_event.fiscal_year is 'The fiscal year.';
comment on column evaluation_event.evaluation is 'The evaluation.';
comment on column evaluation_event.at is 'When.';
comment on column evaluation_event.event is
'opened; closed: figures dated until that day count, and a rating is given from it on; opened again.';
comment on column evaluation_event.taken_back is
'Whether the row takes back an event of that time, which was recorded by mistake.';
comment on column evaluation_event.reason is 'Why; needed to open again, and to take back.';
comment on column evaluation_event.recorded_at is 'When it was recorded.';
comment on column evaluation_event.recorded_by is 'By whom.';
comment on column evaluation_event.evaluation_ref is
'The evaluation when it is not self (computed), for the foreign key.';
create trigger fact_guard before update or delete or truncate on evaluation_event
    for each statement execute function fact_guard();

create table year_event (
    fiscal_year integer not null check (fiscal_year between 1000 and 9998),
    at          timestamptz not null check (isfinite(at)),
    event       text not null check (event in ('closed', 'opened again')),
    reason      text,
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    primary key (fiscal_year, at),
    constraint year_event_reason check (event <> 'opened again' or reason <> '' and reason is not null)
);
comment on table year_event is 'When the money of a year was closed, and opened again.';
comment on column year_event.fiscal_year is 'The fiscal year.';
comment on column year_event.at is 'When.';
comment on column year_event.event is 'closed: entries dated later do not count; opened again.';
comment on column year_event.reason is 'Why; needed to open again.';
comment on column year_event.recorded_at is 'When it was recorded.';
comment on column year_event.recorded_by is 'By whom.';
create trigger fact_guard before update or delete or truncate on year_event
    for each statement execute function fact_guard();

create table grader (
    program_id  text not null,
    fiscal_year integer not null,
    evaluation  text not null check (evaluation <> ''),
    grader      text not null check (grader <> ''),
    weight      numeric(20,8) not null default 1 check (weight >= 0 and weight <> 'NaN'),
    role_name   text not null check (role_name <> ''),
    evaluation_ref text generated always as (nullif(evaluation, 'self')) stored,
    primary key (program_id, fiscal_year, evaluation, grader),
    foreign key (program_id, fiscal_year) references program,
    foreign key (program_id, fiscal_year, evaluation_ref) references program_evaluation
);
comment on table grader is 'Who grades the indicators of an evaluation that several grade.';
comment on column grader.program_id is 'The program.';
comment on column grader.fiscal_year is 'The fiscal year.';
comment on column grader.evaluation is 'The evaluation.';
comment on column grader.grader is 'The grader.';
comment on column grader.weight is 'What the grades weigh beside those of the others.';
comment on column grader.role_name is 'The role that alone records these grades, and takes them back.';

comment on column grader.evaluation_ref is 'The evaluation when it is not self (computed), for the foreign key.';

create table breakdown (
    fiscal_year integer not null check (fiscal_year between 1000 and 9998),
    breakdown   text not null check (breakdown <> ''),
    name        text not null,
    people      numeric(20,4) check (people >= 0 and people <> 'NaN'),
    primary key (fiscal_year, breakdown)
);
comment on table breakdown is 'Groups of people or places by which figures are taken apart.';
comment on column breakdown.fiscal_year is 'The fiscal year.';
comment on column breakdown.breakdown is 'The code of the group.';
comment on column breakdown.name is 'Its name.';
comment on column breakdown.people is 'How many belong to it.';

-- What says that something takes no more. The first is read by guards on the tables of an evaluation, the second by
-- those on the ledger. Only what somebody has closed refuses: a day that has passed leaves out what is dated later.
create view evaluation_closed as
select distinct on (e.program_id, e.fiscal_year, e.evaluation)
       e.program_id, e.fiscal_year, e.evaluation, e.event = 'closed' as closed
from evaluation_event e
where not e.taken_back
    and not exists (select from evaluation_event b
                    where b.program_id = e.program_id and b.fiscal_year = e.fiscal_year and b.evaluation = e.evaluation
                        and b.at = e.at and b.event = e.event and b.taken_back and b.recorded_at > e.recorded_at)
order by e.program_id, e.fiscal_year, e.evaluation, e.at desc;
comment on view evaluation_closed is
'Which evaluations somebody has closed, and not opened again: they take no more figures, targets or indicators.';
comment on column evaluation_closed.program_id is 'The program.';
comment on column evaluation_closed.fiscal_year is 'The fiscal year.';
comment on column evaluation_closed.evaluation is 'The evaluation.';
comment on column evaluation_closed.closed is 'Whether it is closed.';

create view year_closed as
select distinct on (e.fiscal_year) e.fiscal_year, e.event = 'closed' as closed
from year_event e
order by e.fiscal_year, e.at desc;
comment on view year_closed is 'Which years somebody has closed, and not opened again: they take no more money.';
comment on column year_closed.fiscal_year is 'The fiscal year.';
comment on column year_closed.closed is 'Whether it is closed.';

-- An evaluation is in the hands of its role, a grade in those of its grader: nobody rates as another, nor takes back
-- what another has graded.
create function evaluation_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    of record;
    grader_of text := '';
    who text;
begin
    if tg_op = 'DELETE' or tg_argv[0] = 'old' then
        of := old;
    else
        of := new;
    end if;
    if tg_argv[0] = 'graded' then
        grader_of := of.grader;
    end if;
    select e.role_name into who from evaluation e
    where e.evaluation = of.evaluation and e.fiscal_year <= of.fiscal_year
    order by e.fiscal_year desc limit 1;
    if not found then
        raise exception 'there is no evaluation "%" in %', of.evaluation, of.fiscal_year
            using errcode = 'foreign_key_violation',
                  hint = 'The table evaluation lists them.';
    end if;
    if grader_of <> '' then
        select g.role_name into who from grader g
        where g.program_id = of.program_id and g.fiscal_year = of.fiscal_year and g.evaluation = of.evaluation
            and g.grader = grader_of;
    end if;
    if who is not null and not exists (select from pg_catalog.pg_roles r
                                       where r.rolname = who and pg_catalog.pg_has_role(r.oid, 'usage')) then
        raise exception 'what belongs to evaluation "%"% is in other hands', of.evaluation,
                case when grader_of <> '' then format(' by "%s"', grader_of) else '' end
            using errcode = 'insufficient_privilege',
                  detail = format('The current role has to be a member of the role that %s names.',
                                  case when grader_of <> '' then 'grader' else 'evaluation' end);
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    return new;
end
$$;
comment on function evaluation_guard() is
'Refuses what belongs to an evaluation or a grader with a role of its own, unless the current role is a member. The '
'argument graded says that the rows have a grader, old that it is the row before that counts.';
create trigger evaluation_guard before insert or update or delete on program_evaluation
    for each row execute function evaluation_guard();
create trigger evaluation_guard before insert or update or delete on evaluation_event
    for each row execute function evaluation_guard();
create trigger zz_closing before insert or update or delete on evaluation_event
    for each row execute function bpm.lock_closing('evaluation_closed', 'program_id', 'fiscal_year', 'evaluation');
create trigger evaluation_guard before insert or update or delete on grader
    for each row execute function evaluation_guard();
create trigger zz_closed before insert or update or delete on grader
    for each row execute function bpm.refuse_closed('evaluation_closed', 'program_id', 'fiscal_year', 'evaluation');
create trigger zz_closing before insert or update or delete on year_event
    for each row execute function bpm.lock_closing('year_closed', 'fiscal_year');
create trigger zz_closed before insert or update or delete on budget_entry
    for each row execute function bpm.refuse_closed('year_closed', 'fiscal_year');
