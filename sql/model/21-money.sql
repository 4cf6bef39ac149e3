-- The ledger of a program

create table budget_entry (
    program_id  text not null,
    fiscal_year integer not null,
    entry_id    text not null default gen_random_uuid()::text,
    kind        text not null check (kind in ('approved', 'adjusted', 'received', 'executed', 'planned')),
    month       integer check (month between 1 and 12),
    entry_date  date not null check (isfinite(entry_date)),
    amount      numeric(20,2) not null check (amount <> 'NaN'),
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    reason      text,
    primary key (program_id, fiscal_year, entry_id),
    foreign key (program_id, fiscal_year) references program,
    check ((kind = 'planned') = (month is not null))
);
comment on table budget_entry is 'A ledger of the money of a program. Amounts of one kind add up; a correction is an entry with the difference.';
comment on column budget_entry.program_id is 'The program.';
comment on column budget_entry.fiscal_year is 'The fiscal year.';
comment on column budget_entry.entry_id is 'The key of the entry in the year of the program: the ledger''s own number, or one made up.';
comment on column budget_entry.kind is 'approved: the budget; adjusted: a change of it, signed; received; executed: spent, or for revenue collected; planned: spending planned for a month.';
comment on column budget_entry.month is 'For planned: the month of the fiscal year, 1 to 12.';
comment on column budget_entry.entry_date is 'The day from which it counts.';
comment on column budget_entry.amount is 'The amount, signed.';
comment on column budget_entry.recorded_at is 'When it was recorded.';
comment on column budget_entry.recorded_by is 'By whom.';
comment on column budget_entry.reason is 'Why.';
create trigger fact_guard before update or delete or truncate on budget_entry
    for each statement execute function fact_guard();
