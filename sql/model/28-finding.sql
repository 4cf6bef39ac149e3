-- Findings: what others than the program found wrong, who mends it until when, and how it was mended

create table finding (
    program_id     text not null,
    fiscal_year    integer not null,
    finding_id     text not null check (finding_id <> ''),
    evaluation     text not null,
    indicator_id   text,
    finding        text not null check (finding <> ''),
    recommendation text,
    severity       text not null default 'medium' check (severity in ('high', 'medium', 'low')),
    owner          text not null check (owner <> ''),
    due            date not null check (isfinite(due)),
    withheld       numeric(20,2) not null default 0 check (withheld >= 0 and withheld <> 'NaN'),
    evidence       text,
    at             timestamptz not null default clock_timestamp() check (isfinite(at)),
    recorded_at    timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by    text not null default current_user,
    primary key (program_id, fiscal_year, finding_id),
    foreign key (program_id, fiscal_year) references program,
    foreign key (program_id, fiscal_year, evaluation) references program_evaluation,
    foreign key (program_id, fiscal_year, evaluation, indicator_id) references indicator,
    constraint finding_is_made_by_others check (evaluation <> 'self')
);
comment on table finding is
'What an evaluation by others found wrong: what is to be done, by whom, until when, and which money hangs on it.';
comment on column finding.program_id is 'The program.';
comment on column finding.fiscal_year is 'The fiscal year.';
comment on column finding.finding_id is 'The code of the finding, once in a program and year.';
comment on column finding.evaluation is 'The evaluation that found it: any but self.';
comment on column finding.indicator_id is 'The indicator of that evaluation that it is about, where it is about one.';
comment on column finding.finding is 'What was found, in words.';
comment on column finding.recommendation is 'What is to be done about it.';
comment on column finding.severity is 'high, medium or low.';
comment on column finding.owner is 'Who must act.';
comment on column finding.due is 'The day by which it has to be rectified; a postponement sets a later one.';
comment on column finding.withheld is
'The money that hangs on it: held back until it is rectified. It is said here, and moved in the ledger.';
comment on column finding.evidence is 'Link to the evidence.';
comment on column finding.at is 'When it was found.';
comment on column finding.recorded_at is 'When it was recorded.';
comment on column finding.recorded_by is 'By whom.';
create trigger fact_guard before update or delete or truncate on finding
    for each statement execute function fact_guard();
create trigger finding_by_others before insert on finding
    for each row when (new.evaluation = 'self')
    execute function refuse_row('a finding is made by others than the program itself',
        'Name in evaluation the one that found it, such as finance; program_evaluation says which a program has.');
create trigger evaluation_guard before insert on finding
    for each row execute function evaluation_guard();

create table finding_event (
    program_id  text not null,
    fiscal_year integer not null,
    finding_id  text not null,
    n           integer not null check (n > 0),
    event       text not null check (event in ('rectified', 'accepted', 'refused', 'postponed', 'withdrawn')),
    due         date check (isfinite(due)),
    evidence    text,
    reason      text,
    at          timestamptz not null default clock_timestamp() check (isfinite(at)),
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    is_report   boolean generated always as (event = 'rectified') stored,
    is_verdict  boolean generated always as (event <> 'rectified') stored,
    -- two that are recorded at once are one after the other, and the second fails
    constraint finding_event_one_after_another primary key (program_id, fiscal_year, finding_id, n),
    foreign key (program_id, fiscal_year, finding_id) references finding,
    constraint finding_event_has_evidence check (event <> 'rectified' or evidence <> '' and evidence is not null),
    constraint finding_event_has_a_reason check (event in ('rectified', 'accepted') or reason <> ''
        and reason is not null),
    constraint finding_event_due check ((event = 'postponed') = (due is not null))
);
comment on table finding_event is
'What became of a finding. Who must act reports it rectified, with evidence; who found it accepts or refuses that, '
'postpones, or withdraws the finding. Once it is accepted or withdrawn nothing more comes.';
comment on column finding_event.program_id is 'The program.';
comment on column finding_event.fiscal_year is 'The fiscal year.';
comment on column finding_event.finding_id is 'The finding.';
comment on column finding_event.n is 'Its place among the events of the finding; filled in.';
comment on column finding_event.event is
'rectified: reported by who must act; accepted, or refused: what was reported; postponed: to a later due day; '
'withdrawn: it was no finding.';
comment on column finding_event.due is 'For postponed: the new day.';
comment on column finding_event.evidence is 'For rectified: link to what shows it.';
comment on column finding_event.reason is 'Why; needed to refuse, to postpone and to withdraw.';
comment on column finding_event.at is 'When.';
comment on column finding_event.recorded_at is 'When it was recorded.';
comment on column finding_event.recorded_by is 'By whom.';
comment on column finding_event.is_report is 'Whether who must act recorded it (computed), for the right to do so.';
comment on column finding_event.is_verdict is 'Whether who found it recorded it (computed), for the right to do so.';
create trigger fact_guard before update or delete or truncate on finding_event
    for each statement execute function fact_guard();

create function finding_event_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    f record;
    last record;
    now_at timestamptz;
    status text;
    due_by date;
    who text;
    what constant text := format('finding "%s" of program "%s" in %s', new.finding_id, new.program_id,
                                 new.fiscal_year);
begin
    if (new.event in ('rectified', 'accepted', 'refused', 'postponed', 'withdrawn')) is not true then
        raise exception 'there is no event "%" of a finding', new.event
            using errcode = 'check_violation',
                  hint = 'It is rectified, accepted, refused, postponed or withdrawn.';
    end if;
    select x.* into f from finding x
    where x.program_id = new.program_id and x.fiscal_year = new.fiscal_year and x.finding_id = new.finding_id;
    if not found then
        raise exception 'there is no %', what
            using errcode = 'foreign_key_violation',
                  hint = coalesce((select 'Its findings are ' || string_agg(format('"%s"', x.finding_id), ', '
                                          order by x.finding_id) || '.'
                                   from finding x
                                   where x.program_id = new.program_id and x.fiscal_year = new.fiscal_year),
                                  'It has none.');
    end if;
    if not has_column_privilege('finding_event'::regclass,
                                case new.event when 'rectified' then 'is_report' else 'is_verdict' end, 'insert') then
        raise exception 'a finding is % by others', new.event
            using errcode = 'insufficient_privilege',
                  detail = case new.event
                      when 'rectified' then 'Who must act reports it: the duty is money or measuring.'
                      else 'Who found it says so: the duty is grading.' end,
                  hint = 'bpm.grant_duty gives it.';
    end if;
    if new.event <> 'rectified' then
        select e.role_name into who from evaluation e
        where e.evaluation = f.evaluation and e.fiscal_year <= f.fiscal_year
        order by e.fiscal_year desc limit 1;
        if who is not null and not exists (select from pg_catalog.pg_roles r
                                           where r.rolname = who and pg_catalog.pg_has_role(r.oid, 'usage')) then
            raise exception 'what belongs to evaluation "%" is in other hands', f.evaluation
                using errcode = 'insufficient_privilege',
                      detail = 'The current role has to be a member of the role that evaluation names.';
        end if;
    end if;
    -- whoever records one at the same time takes the same place, and waits there
    select x.* into last from finding_event x
    where x.program_id = new.program_id and x.fiscal_year = new.fiscal_year and x.finding_id = new.finding_id
    order by x.n desc limit 1;
    new.n := coalesce(last.n, 0) + 1;
    now_at := coalesce(last.at, f.at);
    status := case last.event when 'rectified' then 'reported' when 'accepted' then 'rectified'
                  when 'withdrawn' then 'withdrawn' else 'open' end;
    select coalesce(max(x.due), f.due) into due_by from finding_event x
    where x.program_id = new.program_id and x.fiscal_year = new.fiscal_year and x.finding_id = new.finding_id;
    if status in ('rectified', 'withdrawn') then
        raise exception '% is %', what, status
            using errcode = 'check_violation',
                  detail = 'Nothing comes after that.',
                  hint = 'What is found again is another finding.';
    elsif new.event = 'rectified' and status = 'reported' then
        raise exception '% is reported as rectified already', what
            using errcode = 'check_violation',
                  hint = 'Who found it accepts or refuses it.';
    elsif new.event in ('accepted', 'refused') and status = 'open' then
        raise exception '% is not reported as rectified', what
            using errcode = 'check_violation',
                  hint = 'Who must act reports it first, by an event rectified with its evidence.';
    elsif new.event = 'accepted' and last.recorded_by = new.recorded_by then
        raise exception 'nobody accepts what he has reported himself'
            using errcode = 'insufficient_privilege',
                  detail = format('"%s" reported that %s is rectified.', last.recorded_by, what);
    elsif new.event = 'postponed' and status = 'reported' then
        raise exception '% is reported as rectified', what
            using errcode = 'check_violation',
                  hint = 'Accept or refuse that; what is refused can be postponed.';
    elsif new.event = 'postponed' and (new.due > due_by) is not true then
        raise exception '% is due on % already', what, due_by
            using errcode = 'check_violation',
                  hint = 'Say in due until which later day it is postponed.';
    elsif new.event <> 'postponed' and new.due is not null then
        raise exception 'only a postponement sets another day'
            using errcode = 'check_violation',
                  hint = 'Leave due out, or let the event be postponed.';
    elsif new.event = 'rectified' and coalesce(new.evidence, '') = '' then
        raise exception 'what is rectified is shown'
            using errcode = 'check_violation',
                  hint = 'Say in evidence where.';
    elsif new.event in ('refused', 'postponed', 'withdrawn') and coalesce(new.reason, '') = '' then
        raise exception 'a finding is % for a reason', new.event
            using errcode = 'check_violation',
                  hint = 'Say in reason why.';
    elsif new.at < now_at then
        raise exception '% was % at %', what, coalesce(last.event, 'found'), now_at
            using errcode = 'check_violation',
                  detail = format('The event would be before that, at %s.', new.at),
                  hint = 'Say in at when it was, or leave it out.';
    end if;
    return new;
end
$$;
comment on function finding_event_guard() is
'Keeps what becomes of a finding in its order and in its hands: reported by who must act, judged by who found it.';
create trigger finding_event_guard before insert on finding_event
    for each row execute function finding_event_guard();
