-- The next budget: scenarios, what each proposes for every program and why, which one is accepted, what is answered

create table scenario (
    scenario    text primary key check (scenario <> ''),
    fiscal_year integer not null check (fiscal_year between 1000 and 9998),
    from_year   integer not null check (from_year < fiscal_year),
    publication text not null references publication,
    envelope    numeric(20,2) not null check (envelope >= 0 and envelope <> 'NaN'),
    recaptured  numeric(38,2) not null,
    available   numeric(38,2) not null,
    proposed    numeric(38,2) not null,
    unallocated numeric(38,2) not null,
    programs    integer not null,
    rules       jsonb not null,
    title       text not null check (title <> ''),
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    unique (scenario, fiscal_year),
    constraint scenario_adds_up check (proposed + unallocated = available)
);
comment on table scenario is
'Proposals for the budget of a year, side by side: each shares an envelope out by the results of an earlier year. '
'Nothing of it is in force until it is accepted. Made by propose_budget().';
comment on column scenario.scenario is 'The name of the scenario.';
comment on column scenario.fiscal_year is 'The fiscal year of the budget.';
comment on column scenario.from_year is 'The fiscal year whose results are applied.';
comment on column scenario.publication is 'The publication of those results.';
comment on column scenario.envelope is 'The new money that there is.';
comment on column scenario.recaptured is 'What was left of the year of the results, and is taken back from programs.';
comment on column scenario.available is
'What is shared out: the envelope, and what is recaptured unless that lapses (setting.recapture).';
comment on column scenario.proposed is 'What is proposed for all programs.';
comment on column scenario.unallocated is 'What is left of the money that is available: nobody has a claim to it, or it does not reach for what is new.';
comment on column scenario.programs is 'Number of programs.';
comment on column scenario.rules is 'The rules and settings that it was made by.';
comment on column scenario.title is 'What it is called.';
comment on column scenario.recorded_at is 'When it was recorded.';
comment on column scenario.recorded_by is 'By whom.';

create table scenario_ceiling (
    scenario    text not null,
    unit_id     text not null references unit,
    fiscal_year integer not null,
    ceiling     numeric(20,2) not null check (ceiling >= 0 and ceiling <> 'NaN'),
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    primary key (scenario, unit_id),
    foreign key (scenario, fiscal_year) references scenario (scenario, fiscal_year)
);
comment on table scenario_ceiling is
'How much a scenario may propose for a unit and all below it. Written by propose_budget().';
comment on column scenario_ceiling.scenario is 'The scenario.';
comment on column scenario_ceiling.unit_id is 'The unit, with all below it.';
comment on column scenario_ceiling.fiscal_year is 'The fiscal year of the budget.';
comment on column scenario_ceiling.ceiling is 'The most that is proposed for its programs together.';
comment on column scenario_ceiling.recorded_at is 'When it was recorded.';
comment on column scenario_ceiling.recorded_by is 'By whom.';

create table proposal (
    program_id  text not null,
    fiscal_year integer not null,
    scenario    text not null,
    unit_id     text not null,
    function_id text,
    scope       text not null,
    result      text not null,
    score       numeric(20,8),
    coverage    numeric(20,8),
    evaluation  text,
    rule        text,
    effect      text not null check (effect in (
        'priority', 'assured', 'cut', 'cancelled', 'merged', 'reviewed', 'ended', 'refused')),
    percent     numeric(20,8),
    merge_into  text,
    before      numeric(38,2) not null,
    output_id   text,
    promised    numeric,
    counted     numeric,
    cost        numeric(38,2),
    cost_output numeric,
    base_by     text not null,
    base        numeric(38,2) not null,
    asked       numeric(38,2),
    wanted      numeric(38,2) not null,
    left_over   numeric(38,2) not null,
    carry_over  numeric(38,2) not null,
    shared      numeric(38,2) not null,
    recaptured  numeric(38,2) not null,
    rebased     numeric(38,2) not null,
    cut         numeric(38,2) not null,
    merged      numeric(38,2) not null,
    carried     numeric(38,2) not null,
    short       numeric(38,2) not null,
    growth      numeric(38,2) not null,
    by_hand     numeric(38,2) not null,
    proposed    numeric(38,2) not null check (proposed >= 0),
    withheld    numeric(38,2) not null,
    short_by    text,
    said        jsonb,
    responsible text,
    name        text not null,
    why         text not null,
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    primary key (program_id, fiscal_year, scenario),
    foreign key (scenario, fiscal_year) references scenario (scenario, fiscal_year),
    constraint proposal_adds_up
        check (before + rebased + cut + merged + carried + short + growth + by_hand = proposed),
    constraint proposal_left_over_adds_up check (carry_over + shared + recaptured = left_over),
    constraint proposal_withheld check (withheld between 0 and proposed)
);
create index proposal_scenario on proposal (scenario, program_id);
create index proposal_unit on proposal (unit_id, scenario);
comment on table proposal is
'What a scenario proposes for a program, and each step from what was approved before to what is proposed now. The program '
'need not be there in that year yet. Written by propose_budget().';
comment on column proposal.program_id is 'The program.';
comment on column proposal.fiscal_year is 'The fiscal year of the budget.';
comment on column proposal.scenario is 'The scenario.';
comment on column proposal.unit_id is 'The unit that is responsible for it.';
comment on column proposal.function_id is 'What for.';
comment on column proposal.scope is 'The scope.';
comment on column proposal.result is
'Its published rating; unrated: it was given none; or new: it was not there in the year of the results, nor since; '
'running: it began after the year of the results; ended: it is no longer there.';
comment on column proposal.score is 'Its published score; of a new program that of its appraisal.';
comment on column proposal.coverage is 'Percentage of the weight that was scored.';
comment on column proposal.evaluation is 'The evaluation that the result is of.';
comment on column proposal.rule is 'The rule that decided about the amount.';
comment on column proposal.effect is
'What it does, as in application_rule; ended: there is no such program any more; refused: it is new, and has not passed '
'an appraisal.';
comment on column proposal.percent is 'For cut and merged: by how many percent.';
comment on column proposal.merge_into is 'For merged: the program that goes on.';
comment on column proposal.before is
'What was approved and recurs: of the year of the results, or of the year before the budget where it was not there yet.';
comment on column proposal.output_id is 'The output that the money buys.';
comment on column proposal.promised is 'How much of it is promised for the year of the budget.';
comment on column proposal.counted is
'How much of that the base pays for: no more than was promised or reached before; what goes beyond is growth.';
comment on column proposal.cost is 'The money of the unit cost that counts: counted * cost / cost_output is the base.';
comment on column proposal.cost_output is 'The output that this money was approved for, or has paid.';
comment on column proposal.base_by is
'Where the base comes from: approved unit cost, paid unit cost, approved budget, asked, or nothing.';
comment on column proposal.base is
'What it needs to go on, before any rule: its output at the lower unit cost, else the recurring approved budget, with what '
'it brought along in its place.';
comment on column proposal.asked is 'What was asked for in the ledger of that year; empty: nothing was.';
comment on column proposal.wanted is
'What it would take beyond its base, if there were money, within setting.growth_limit, and of a new program what it '
'asked for: priority programs and new ones get it as far as there is.';
comment on column proposal.left_over is 'What it did not use in the year of the results, and nobody has disposed of yet.';
comment on column proposal.carry_over is 'How much of that it takes along, by hand.';
comment on column proposal.shared is 'How much of that it keeps of its saving, on top of what is proposed.';
comment on column proposal.recaptured is 'How much of that is taken back.';
comment on column proposal.rebased is 'The base, less what was approved before.';
comment on column proposal.cut is 'What its rule takes.';
comment on column proposal.merged is 'What it takes over from a program that is merged into it, or loses to the other.';
comment on column proposal.carried is 'What it needs less, because it brings money along from earlier years.';
comment on column proposal.short is 'What is not there for it: of the envelope, or under the ceiling of a unit.';
comment on column proposal.growth is
'What it gets beyond its base, of money that was freed; of a new program what it asked for, whole or not at all.';
comment on column proposal.by_hand is 'What was said by hand, less what the rules would have given.';
comment on column proposal.proposed is 'New money that is proposed for it: all of these together.';
comment on column proposal.withheld is 'How much of that is held back at first; proposal_hold says until when.';
comment on column proposal.short_by is
'Why it is short, or new and gets nothing: the envelope, or the ceiling of a unit.';
comment on column proposal.said is 'What was said by hand: amount, carry_over, and the reason; empty: nothing.';
comment on column proposal.responsible is 'Who answered for its effect, as published.';
comment on column proposal.name is 'What it is called.';
comment on column proposal.why is 'The same in words.';
comment on column proposal.recorded_at is 'When it was recorded.';
comment on column proposal.recorded_by is 'By whom.';

create table proposal_hold (
    program_id  text not null,
    fiscal_year integer not null,
    scenario    text not null,
    finding_id  text not null default '',
    unit_id     text not null,
    from_year   integer not null,
    rule        text not null,
    amount      numeric(38,2) not null check (amount > 0),
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    finding_ref text generated always as (nullif(finding_id, '')) stored,
    primary key (program_id, fiscal_year, scenario, finding_id, from_year),
    foreign key (program_id, fiscal_year, scenario) references proposal,
    foreign key (program_id, from_year, finding_ref) references finding
);
comment on table proposal_hold is
'Money that a proposal holds back, and until when: a finding is rectified, or the result is demonstrated. Written by '
'propose_budget(); withheld_result says what is released.';
comment on column proposal_hold.program_id is 'The program.';
comment on column proposal_hold.fiscal_year is 'The fiscal year of the budget.';
comment on column proposal_hold.scenario is 'The scenario.';
comment on column proposal_hold.finding_id is
'The finding that has to be rectified; an empty text: what was not demonstrated has to be measured.';
comment on column proposal_hold.unit_id is 'The unit that is responsible for it.';
comment on column proposal_hold.from_year is
'The fiscal year of the finding, that of the results or an earlier one; or of the result.';
comment on column proposal_hold.rule is 'The rule that holds it back.';
comment on column proposal_hold.amount is 'How much.';
comment on column proposal_hold.recorded_at is 'When it was recorded.';
comment on column proposal_hold.recorded_by is 'By whom.';
comment on column proposal_hold.finding_ref is 'The finding where there is one (computed), for the foreign key.';

create table scenario_event (
    fiscal_year integer not null,
    n           integer not null check (n > 0),
    event       text not null check (event in ('accepted', 'taken back')),
    scenario    text not null,
    reason      text check (reason <> ''),
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    -- two that are accepted at once are one after the other, and the second fails
    constraint scenario_event_one_after_another primary key (fiscal_year, n),
    foreign key (scenario, fiscal_year) references scenario (scenario, fiscal_year),
    constraint scenario_event_reason check (event = 'accepted' or reason is not null)
);
comment on table scenario_event is
'Which scenario was accepted for the budget of a year, by whom and when; and taken back, where that was a mistake. '
'Written by accept_budget() and take_back_budget().';
comment on column scenario_event.fiscal_year is 'The fiscal year of the budget.';
comment on column scenario_event.n is 'Its place among the events of the year; filled in.';
comment on column scenario_event.event is 'accepted; taken back.';
comment on column scenario_event.scenario is 'The scenario.';
comment on column scenario_event.reason is 'Why; needed to take it back.';
comment on column scenario_event.recorded_at is 'When it was recorded.';
comment on column scenario_event.recorded_by is 'By whom.';

create table proposal_answer (
    program_id  text not null,
    fiscal_year integer not null,
    scenario    text not null,
    n           integer not null check (n > 0),
    kind        text not null check (kind in ('answer', 'accepted', 'refused', 'reviewed')),
    text        text not null check (text <> ''),
    unit_id     text not null,
    recorded_at timestamptz not null default clock_timestamp() check (isfinite(recorded_at)),
    recorded_by text not null default current_user,
    is_answer   boolean generated always as (kind = 'answer') stored,
    is_verdict  boolean generated always as (kind <> 'answer') stored,
    -- two that are recorded at once are one after the other, and the second fails
    constraint proposal_answer_one_after_another primary key (program_id, fiscal_year, scenario, n),
    foreign key (program_id, fiscal_year, scenario) references proposal
);
comment on table proposal_answer is
'What who answers for the effect of a program says to what is proposed for it, and what is said to that.';
comment on column proposal_answer.program_id is 'The program.';
comment on column proposal_answer.fiscal_year is 'The fiscal year of the budget.';
comment on column proposal_answer.scenario is 'The scenario.';
comment on column proposal_answer.n is 'Its place among the answers to the proposal; filled in.';
comment on column proposal_answer.kind is
'answer: of who answers for the effect; accepted, refused: what is said to the latest answer, by somebody else; '
'reviewed: somebody has looked at a program whose rule asks for that.';
comment on column proposal_answer.text is 'What is said.';
comment on column proposal_answer.unit_id is 'The unit of the proposal; filled in.';
comment on column proposal_answer.recorded_at is 'When it was recorded.';
comment on column proposal_answer.recorded_by is 'By whom.';
comment on column proposal_answer.is_answer is 'Whether it is an answer (computed), for the right to give it.';
comment on column proposal_answer.is_verdict is 'Whether it is what is said to one (computed), for the right to say it.';

-- which scenario is in force: the last event of its year accepted it
create view scenario_accepted with (security_invoker = true) as
select s.fiscal_year, s.scenario, s.from_year, s.publication, e.recorded_at as accepted_at,
       e.recorded_by as accepted_by, e.reason
from scenario s
join scenario_event e on e.fiscal_year = s.fiscal_year and e.scenario = s.scenario and e.event = 'accepted'
where not exists (select from scenario_event x where x.fiscal_year = e.fiscal_year and x.n > e.n);
comment on view scenario_accepted is 'The scenario that was accepted for the budget of a year, and is in force.';
comment on column scenario_accepted.fiscal_year is 'The fiscal year of the budget.';
comment on column scenario_accepted.scenario is 'The scenario.';
comment on column scenario_accepted.from_year is 'The fiscal year whose results are applied.';
comment on column scenario_accepted.publication is 'The publication of those results.';
comment on column scenario_accepted.accepted_at is 'When it was accepted.';
comment on column scenario_accepted.accepted_by is 'By whom.';
comment on column scenario_accepted.reason is 'Why.';

do $do$
declare
    t text;
begin
    foreach t in array '{scenario,scenario_ceiling,proposal,proposal_hold,scenario_event,proposal_answer}'::text[] loop
        execute format('create trigger fact_guard before update or delete or truncate on %I
            for each statement execute function fact_guard()', t);
        execute format('create trigger fact_guard_row before update or delete on %I
            for each row execute function fact_guard()', t);
    end loop;
end
$do$;

-- What a scenario proposes is written with it, in one go: whatever comes later was not proposed. The rows of one
-- statement all have one transaction, which is that of the row of their scenario, or is not.
create function scenario_made() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    late record;
begin
    execute format('select a.scenario, a.%2$I as id
                    from (select distinct on (x.scenario) x.scenario, %3$s from added x) a
                    join %1$s t on t.scenario = a.scenario and %4$s
                    where not exists (select from scenario s where s.scenario = a.scenario and s.xmin = t.xmin)
                    limit 1', tg_relid::regclass, tg_argv[0],
                   (select string_agg(format('x.%I', k.name), ', ') from unnest(tg_argv) k (name)),
                   (select string_agg(format('t.%1$I = a.%1$I', k.name), ' and ') from unnest(tg_argv) k (name)))
        into late;
    if late.scenario is not null then
        raise exception 'scenario "%" is made: nothing is added to it', late.scenario
            using errcode = 'restrict_violation',
                  detail = format('The row of "%s" is of "%s".', tg_table_name, late.id),
                  hint = 'Propose again, under another name; what is written by hand is written in one transaction '
                      || 'with the scenario, without a savepoint in between.';
    end if;
    return null;
end
$$;
comment on function scenario_made() is
'Refuses what is added to a scenario that another transaction has made. Arguments: the columns that tell its rows apart.';
create trigger scenario_made after insert on scenario_ceiling
    referencing new table as added
    for each statement execute function scenario_made('unit_id');
create trigger scenario_made after insert on proposal
    referencing new table as added
    for each statement execute function scenario_made('program_id', 'fiscal_year');
create trigger scenario_made after insert on proposal_hold
    referencing new table as added
    for each statement execute function scenario_made('program_id', 'fiscal_year', 'finding_id', 'from_year');

-- who accepts, or takes back, a budget of the year: one after the other
create function acceptance_lock(of_year integer) returns bigint
    language sql stable parallel safe
    set search_path from current
    return ('scenario_event'::regclass)::oid::bigint + (of_year::bigint << 32);
comment on function acceptance_lock(integer) is
'The key of the advisory lock of who accepts the budget of a year, or takes it back.';

create function scenario_event_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
declare
    s record;
    last record;
    fault record;
    zone constant text := coalesce((select min(p.time_zone) from place p), 'UTC');
begin
    if (new.event in ('accepted', 'taken back')) is not true then
        raise exception 'there is no event "%" of a scenario', new.event
            using errcode = 'check_violation',
                  hint = 'It is accepted or taken back.';
    end if;
    select x.* into s from scenario x where x.scenario = new.scenario;
    if not found then
        raise exception 'there is no scenario "%"', new.scenario
            using errcode = 'foreign_key_violation',
                  hint = 'The table scenario lists them; propose_budget() makes one.';
    elsif s.fiscal_year is distinct from new.fiscal_year then
        raise exception 'scenario "%" is not of %', new.scenario, new.fiscal_year
            using errcode = 'foreign_key_violation',
                  detail = format('It is a budget of %s.', s.fiscal_year);
    elsif row_security_active('program'::regclass) then
        raise exception 'a budget is of all programs, and row security hides some from the current role'
            using errcode = 'insufficient_privilege',
                  hint = 'Accept it, or take it back, as the owner of the tables, or as a role with BYPASSRLS.';
    elsif new.recorded_by <> current_user or (new.recorded_at between now() and clock_timestamp()) is not true then
        raise exception 'when and by whom a budget is % is not said by others', new.event
            using errcode = 'check_violation',
                  detail = format('It is recorded now, by "%s".', current_user),
                  hint = 'Leave recorded_at and recorded_by out.';
    end if;
    -- whoever does so at the same time first; who does not see it takes the same place, and fails
    perform pg_advisory_xact_lock(acceptance_lock(new.fiscal_year));
    select e.* into last from scenario_event e where e.fiscal_year = new.fiscal_year order by e.n desc limit 1;
    new.n := coalesce(last.n, 0) + 1;
    if new.event = 'accepted' then
        perform scenario_acceptable(new.scenario);
    elsif last.event is distinct from 'accepted' then
        raise exception 'no budget of % is accepted', new.fiscal_year
            using errcode = 'check_violation',
                  detail = case when last.event = 'taken back'
                                then format('Scenario "%s" was taken back by "%s" on %s.', last.scenario,
                                            last.recorded_by, (last.recorded_at at time zone zone)::date)
                                else 'None ever was.' end,
                  hint = 'accept_budget() accepts one.';
    elsif last.scenario <> new.scenario then
        raise exception 'scenario "%" is not the budget of %', new.scenario, new.fiscal_year
            using errcode = 'check_violation',
                  detail = format('Scenario "%s" was accepted by "%s" on %s.', last.scenario, last.recorded_by,
                                  (last.recorded_at at time zone zone)::date),
                  hint = 'What is taken back is what was accepted.';
    elsif coalesce(new.reason, '') = '' then
        raise exception 'a budget is taken back for a reason'
            using errcode = 'not_null_violation',
                  hint = 'Say in reason why.';
    else
        perform budget_not_approved(new.fiscal_year);
    end if;
    -- the ledger has it: entered, or entered with the sign turned
    select x.* into fault from acceptance_missing(new.scenario, new.n, new.event) x limit 1;
    if found then
        raise exception 'the ledger does not have what scenario "%" %', new.scenario,
                case new.event when 'accepted' then 'proposes' else 'has entered' end
            using errcode = 'restrict_violation',
                  detail = format('Program "%s" in %s: %s would be %s, and is %s.', fault.program_id, new.fiscal_year,
                                  fault.what, fault.amount, coalesce(fault.entered::text, 'not there')),
                  hint = case new.event when 'accepted' then 'accept_budget() enters it, and accepts it.'
                              else 'take_back_budget() enters what has to be entered, and takes it back.' end;
    end if;
    return new;
end
$$;
comment on function scenario_event_guard() is
'Keeps one budget of a year accepted, and what is accepted in the ledger: it is accepted where none is, from what still '
'holds, and taken back with a reason before anything of it is approved.';
create trigger scenario_event_guard before insert on scenario_event
    for each row execute function scenario_event_guard();

create function proposal_answer_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    last record;
    what constant text := format('what scenario "%s" proposes for program "%s"', new.scenario, new.program_id);
begin
    if (new.kind in ('answer', 'accepted', 'refused', 'reviewed')) is not true then
        raise exception 'there is no answer "%" to a proposal', new.kind
            using errcode = 'check_violation',
                  hint = 'It is an answer, accepted or refused, or the program was reviewed.';
    end if;
    select p.unit_id into new.unit_id from proposal p
    where p.program_id = new.program_id and p.fiscal_year = new.fiscal_year and p.scenario = new.scenario;
    if not found then
        raise exception 'scenario "%" proposes nothing for program "%" in %', new.scenario, new.program_id,
                new.fiscal_year
            using errcode = 'foreign_key_violation',
                  hint = coalesce((select format('It is a budget of %s, of %s programs.', s.fiscal_year, s.programs)
                                   from scenario s where s.scenario = new.scenario),
                                  'There is no such scenario.');
    end if;
    if not has_column_privilege('proposal_answer'::regclass,
                                case new.kind when 'answer' then 'is_answer' else 'is_verdict' end, 'insert') then
        raise exception '%', case new.kind when 'answer' then 'a proposal is answered by others'
                                  when 'reviewed' then 'a program is reviewed by others'
                                  else format('an answer is %s by others', new.kind) end
            using errcode = 'insufficient_privilege',
                  detail = case new.kind
                      when 'answer' then 'Who answers for the effect of it does: the duty is money or measuring.'
                      else 'Who decides about the budget does: the duty is approving.' end,
                  hint = 'bpm.grant_duty gives it.';
    end if;
    -- whoever answers at the same time takes the same place, and waits there
    select coalesce(max(x.n), 0) + 1 into new.n from proposal_answer x
    where x.program_id = new.program_id and x.fiscal_year = new.fiscal_year and x.scenario = new.scenario;
    select x.* into last from proposal_answer x
    where x.program_id = new.program_id and x.fiscal_year = new.fiscal_year and x.scenario = new.scenario
        and x.kind <> 'reviewed'
    order by x.n desc limit 1;
    if coalesce(new.text, '') = '' then
        raise exception 'an answer says something'
            using errcode = 'not_null_violation',
                  hint = 'Say it in text; of a program that was reviewed, what was found.';
    elsif new.kind in ('accepted', 'refused') and last.kind is null then
        raise exception 'nobody has answered to %', what
            using errcode = 'check_violation',
                  hint = 'An answer comes first; then it is accepted or refused.';
    elsif new.kind in ('accepted', 'refused') and last.kind <> 'answer' then
        raise exception 'the answer to % is % already', what, last.kind
            using errcode = 'check_violation',
                  detail = format('"%s" said so: %s', last.recorded_by, last.text),
                  hint = 'Another answer can be given, and then be accepted or refused.';
    elsif new.kind in ('accepted', 'refused') and last.recorded_by = new.recorded_by then
        raise exception 'nobody judges what he has answered himself'
            using errcode = 'insufficient_privilege',
                  detail = format('"%s" gave the answer to %s.', last.recorded_by, what);
    end if;
    return new;
end
$$;
comment on function proposal_answer_guard() is
'Keeps what is said to a proposal in its order and in its hands: an answer by who answers for the program, accepted or '
'refused by somebody else.';
create trigger proposal_answer_guard before insert on proposal_answer
    for each row execute function proposal_answer_guard();
