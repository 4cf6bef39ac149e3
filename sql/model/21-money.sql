-- The ledger of a program

create table adjustment (
    program_id    text not null,
    fiscal_year   integer not null,
    adjustment_id text not null check (adjustment_id <> ''),
    procedure     text not null check (procedure <> ''),
    reason        text not null check (reason <> ''),
    cause         text check (cause in ('funds', 'rules', 'staff', 'equipment', 'other')),
    recorded_at   timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by   text not null default current_user,
    primary key (program_id, fiscal_year, adjustment_id),
    foreign key (program_id, fiscal_year) references program
);
comment on table adjustment is
'An act that changes a budget or a target during the year, or suspends a program; entries and revisions name it.';
comment on column adjustment.program_id is 'The program.';
comment on column adjustment.fiscal_year is 'The fiscal year.';
comment on column adjustment.adjustment_id is 'The number of the act.';
comment on column adjustment.procedure is
'By which procedure: decision of the council of 12 May, transfer under section 7.';
comment on column adjustment.reason is 'Why.';
comment on column adjustment.cause is
'The cause in a word, where it lies outside of the program: funds, rules, staff, equipment or other, as in '
'deviation_answer.';
comment on column adjustment.recorded_at is 'When it was recorded.';
comment on column adjustment.recorded_by is 'By whom.';
create trigger fact_guard before update or delete or truncate on adjustment
    for each statement execute function fact_guard();
create trigger cause_is_known before insert on adjustment
    for each row when (new.cause not in ('funds', 'rules', 'staff', 'equipment', 'other'))
    execute function refuse_row('there is no such cause', 'It is funds, rules, staff, equipment or other.');

create table budget_entry (
    program_id    text not null,
    fiscal_year   integer not null,
    entry_id      text not null default gen_random_uuid()::text check (entry_id <> ''),
    kind          text not null check (kind in (
        'proposed', 'approved', 'carried_over', 'adjusted', 'received', 'committed', 'executed', 'planned',
        'recaptured')),
    month         integer check (month between 1 and 12),
    entry_date    date not null check (isfinite(entry_date)),
    amount        numeric(20,2) not null check (amount <> 'NaN'),
    fund          text references fund,
    economic_id   text references economic_class,
    currency      text check (currency ~ '^[A-Z]{3}$'),
    adjustment_id text,
    recorded_at   timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by   text not null default current_user,
    reason        text,
    one_off       boolean not null default false,
    source        text check (source <> ''),
    from_year     integer check (from_year < fiscal_year),
    primary key (program_id, fiscal_year, entry_id),
    foreign key (program_id, fiscal_year) references program,
    foreign key (program_id, fiscal_year, adjustment_id) references adjustment,
    constraint planned_has_month check ((kind = 'planned') = (month is not null)),
    constraint adjusted_names_its_procedure check (kind <> 'adjusted' or adjustment_id is not null)
);
comment on table budget_entry is
'A ledger of the money of a program. Amounts of one kind add up; a correction is an entry with the difference.';
comment on column budget_entry.program_id is 'The program.';
comment on column budget_entry.fiscal_year is 'The fiscal year.';
comment on column budget_entry.entry_id is
'The key of the entry in the year of the program: the ledger''s own number, or one made up.';
comment on column budget_entry.kind is
'proposed: asked for; approved: the budget; carried_over: brought from the year before; adjusted: a change of the '
'budget, signed; received; committed: contracted and not yet paid; executed: spent, or for revenue collected; '
'planned: spending planned for a month; recaptured: what was left of an earlier year, and taken back. The budget is '
'approved, carried over and adjusted.';
comment on column budget_entry.month is 'For planned: the month of the fiscal year, 1 to 12.';
comment on column budget_entry.entry_date is 'The day from which it counts.';
comment on column budget_entry.amount is 'The amount, signed.';
comment on column budget_entry.fund is 'The purse; that of the program when empty.';
comment on column budget_entry.economic_id is 'On what it is spent; that of the program when empty.';
comment on column budget_entry.currency is 'Its currency; that of the settings when empty.';
comment on column budget_entry.adjustment_id is 'For adjusted: the act by which the budget was changed.';
comment on column budget_entry.recorded_at is 'When it was recorded.';
comment on column budget_entry.recorded_by is 'By whom.';
comment on column budget_entry.reason is 'Why.';
comment on column budget_entry.one_off is
'Whether it is for this year alone, and is no base for the next budget.';
comment on column budget_entry.source is
'Where it comes from: carried over, shared saving, recaptured, or the scenario that was accepted.';
comment on column budget_entry.from_year is 'The fiscal year whose results or left-over money it comes from.';
create trigger fact_guard before update or delete or truncate on budget_entry
    for each statement execute function fact_guard();

-- What is spent or contracted is not cut away any more.
create function budget_cut_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    budget numeric;
    spent numeric;
begin
    select sum(b.amount) filter (where b.kind in ('approved', 'carried_over', 'adjusted')),
           sum(b.amount) filter (where b.kind in ('executed', 'committed'))
    into budget, spent
    from program p
    join nature n on n.nature = p.nature and not n.is_revenue
    join budget_entry b on b.program_id = p.program_id and b.fiscal_year = p.fiscal_year
    cross join lateral (
        select s.currency from setting s where s.fiscal_year <= p.fiscal_year order by s.fiscal_year desc limit 1) s
    where p.program_id = new.program_id and p.fiscal_year = new.fiscal_year
        and coalesce(b.currency, s.currency) = s.currency;
    if spent > 0 and budget < spent then
        raise exception 'the budget of program "%" is not cut below what is spent and committed', new.program_id
            using errcode = 'check_violation',
                  detail = format('It would be %s; %s are spent and committed in %s.', budget, spent, new.fiscal_year),
                  hint = 'Cut less, or release what is committed first: an entry with the difference.';
    end if;
    return null;
end
$$;
comment on function budget_cut_guard() is 'Refuses to cut a budget below what is spent and committed.';
create trigger budget_cut after insert on budget_entry
    for each row when (new.amount < 0 and new.kind in ('approved', 'carried_over',
        'adjusted')) execute function budget_cut_guard();
create trigger kind_is_known before insert on budget_entry
    for each row when (new.kind not in ('proposed', 'approved', 'carried_over', 'adjusted', 'received', 'committed',
        'executed', 'planned', 'recaptured'))
    execute function refuse_row('there is no such kind of money',
        'It is proposed, approved, carried_over, adjusted, received, committed, executed, planned or recaptured.');
create trigger comes_from_before before insert on budget_entry
    for each row when (new.from_year >= new.fiscal_year)
    execute function refuse_row('money comes from an earlier year',
        'Name in from_year the year whose results or left-over money it comes from, or leave it empty.');
create trigger adjustment_is_named before insert on budget_entry
    for each row when (new.kind = 'adjusted' and new.adjustment_id is null)
    execute function refuse_row('a budget is adjusted by a procedure',
        'Add a row to adjustment, and name it in adjustment_id.');
