-- model: accepting a budget. One of the scenarios becomes what the year is proposed, in one act or not at all; what it was
-- made of still holds; who proposes does not accept; what was accepted by mistake is taken back before it is approved.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

\set model 'Accepted "it"'
\ir acceptance.psql

create role bpm_acceptance_proposer;
create role bpm_acceptance_council;
create role bpm_acceptance_clerk;
create role bpm_acceptance_unit;
create role bpm_acceptance_head;
select lives_ok(format('select bpm.grant_duty(%L, %L, %L)', 'Accepted "it"', r, d), r || ' has the duty of ' || d)
from (values ('bpm_acceptance_proposer', 'budgeting'), ('bpm_acceptance_council', 'approving'), ('bpm_acceptance_council', 'money'),
    ('bpm_acceptance_clerk', 'approving'), ('bpm_acceptance_unit', 'measuring'), ('bpm_acceptance_head', 'approving'), ('bpm_acceptance_head', 'measuring')) v (r, d);
do $$ begin execute 'grant usage on schema public to public'; end $$;

create function public.says(statement text) returns text language plpgsql as $$
declare m text; d text; h text; c text;
begin
    execute statement;
    return 'no error';
exception when others then
    get stacked diagnostics m = message_text, d = pg_exception_detail, h = pg_exception_hint, c = returned_sqlstate;
    return concat_ws(' | ', c, m, nullif(d, ''), nullif(h, ''));
end $$;
-- the same after something else, of which nothing stays
create function public.says_after(before text, statement text) returns text language plpgsql as $$
declare said text;
begin
    execute before;
    said := says(statement);
    raise exception using errcode = 'ZZ000', message = said;
exception when sqlstate 'ZZ000' then
    get stacked diagnostics said = message_text;
    return said;
end $$;
create function public.today() returns text language sql as $$ select to_char(now() at time zone 'UTC', 'YYYY-MM-DD') $$;

-- two scenarios -------------------------------------------------------------------------------------------------------

-- There are 10 left of gone, 100 of good and 400 of clinics, which keep the other half of the 800 they have saved: 510. With an
-- envelope of 4760 that is 5270: best 500, clinics 3200 (80 for 40 each) and good 1000 in full, bad half of 400, look its 70, and
-- 300 that are left are what new asks for. With 4500 bad and look share 300 by 200 and 70, which both get, and new gets nothing:
-- 5010 - 4970 are left.
set local role bpm_acceptance_proposer;
select results_eq($$select program_id, effect, proposed from propose_budget(2025, 4760, 'lean') order by 1$$,
    $$values ('bad', 'cut', 200::numeric), ('best', 'priority', 500), ('clinics', 'priority', 3200), ('dead', 'cancelled', 0), ('gone', 'cancelled', 0),
        ('good', 'assured', 1000), ('look', 'reviewed', 70), ('new', 'priority', 300)$$, 'who has the duty of budgeting proposes');
select is((select sum(proposed) from propose_budget(2025, 4500, 'leaner')), 4970::numeric, 'one beside another');
-- a scenario that is written by hand, but is what propose_budget would have made; and some that are not
create function pg_temp.copy(named text, said jsonb default '{}', of_program text default null, changed jsonb default '{}') returns void
    language plpgsql as $$
begin
    insert into scenario (scenario, fiscal_year, from_year, publication, envelope, recaptured, available, proposed, unallocated, programs,
                          rules, title)
    select x.scenario, x.fiscal_year, x.from_year, x.publication, x.envelope, x.recaptured, x.available, x.proposed, x.unallocated, x.programs,
           x.rules, x.title
    from scenario s, jsonb_populate_record(s, jsonb_build_object('scenario', named) || said) x where s.scenario = 'lean';
    insert into proposal (program_id, fiscal_year, scenario, unit_id, function_id, scope, result, score, coverage, evaluation, rule, effect, percent,
        merge_into, before, output_id, promised, counted, cost, cost_output, base_by, base, asked, wanted, left_over, carry_over, shared, recaptured,
        rebased, cut, merged, carried, short, growth, by_hand, proposed, withheld, short_by, said, responsible, name, why)
    select x.program_id, x.fiscal_year, x.scenario, x.unit_id, x.function_id, x.scope, x.result, x.score, x.coverage, x.evaluation, x.rule, x.effect,
        x.percent, x.merge_into, x.before, x.output_id, x.promised, x.counted, x.cost, x.cost_output, x.base_by, x.base, x.asked, x.wanted, x.left_over,
        x.carry_over, x.shared, x.recaptured, x.rebased, x.cut, x.merged, x.carried, x.short, x.growth, x.by_hand, x.proposed, x.withheld, x.short_by,
        x.said, x.responsible, x.name, x.why
    from proposal p, jsonb_populate_record(p, jsonb_build_object('scenario', named) || case p.program_id when of_program then changed else '{}' end) x
    where p.scenario = 'lean';
end $$;
do $$ begin
    perform pg_temp.copy('by hand');
    perform pg_temp.copy('forged', '{}', 'bad', '{"cut": 0, "proposed": 400}');
    perform pg_temp.copy('forged twice', '{"proposed": 5271, "unallocated": -1}', 'new', '{"growth": 301, "proposed": 301}');
    perform pg_temp.copy('lied', '{"proposed": 5200, "unallocated": 70}');
    perform pg_temp.copy('lied of money', '{"available": 5271, "unallocated": 1}');
    perform pg_temp.copy('held', '{}', 'bad', '{"withheld": 5}');
    perform pg_temp.copy('limited');
    insert into scenario_ceiling (scenario, unit_id, fiscal_year, ceiling) values ('limited', 'edu', 2025, 100);
    perform pg_temp.copy('of another year', '{"from_year": 2023}');
    perform pg_temp.copy('of no rules', '{"rules": []}');
end $$;
reset role;

-- what is proposed stays as it is -------------------------------------------------------------------------------------

select is(says($$insert into proposal_hold (program_id, fiscal_year, scenario, unit_id, from_year, rule, amount) values ('bad', 2025, 'lean', 'edu', 2024, 'x', 1)$$),
    '23001 | scenario "lean" is made: nothing is added to it | The row of "proposal_hold" is of "bad". | Propose again, under another name; what is written '
    'by hand is written in one transaction with the scenario, without a savepoint in between.', 'nothing is held back afterwards');
select is(says($$insert into scenario_ceiling (scenario, unit_id, fiscal_year, ceiling) values ('lean', 'edu', 2025, 1)$$),
    '23001 | scenario "lean" is made: nothing is added to it | The row of "scenario_ceiling" is of "edu". | Propose again, under another name; what is '
    'written by hand is written in one transaction with the scenario, without a savepoint in between.', 'no ceiling is set afterwards');
select is(left(says($$insert into proposal select p.* from proposal x, jsonb_populate_record(x, '{"program_id": "more"}') p where x.program_id = 'bad' and x.scenario = 'lean'$$), 56),
    '23001 | scenario "lean" is made: nothing is added to it ', 'no program is added afterwards');
select is(left(says($$insert into proposal_hold (program_id, fiscal_year, scenario, finding_id, unit_id, from_year, rule, amount)
    select 'bad', 2025, s, '', 'edu', 2024, 'x', 1 from unnest('{leaner,lean}'::text[]) s$$), 7), '23001 |', 'nor by one statement for several');
select throws_ok(format(how, t), '23001', null, format(how, t))
from unnest('{scenario,scenario_ceiling,proposal,proposal_hold,scenario_event,proposal_answer}'::text[]) t, unnest('{update %I set recorded_by = null,delete from %I,truncate %I cascade}'::text[]) how;

-- answers -------------------------------------------------------------------------------------------------------------

create function pg_temp.answer(who text, program text, of_kind text, said text default 'so it is') returns text language plpgsql as $$
declare heard text;
begin
    execute format('set local role %I', who);
    heard := says(format('insert into proposal_answer (program_id, fiscal_year, scenario, kind, text) values (%L, 2025, ''lean'', %L, %L)', program, of_kind, said));
    reset role;
    return heard;
end $$;
select is(pg_temp.answer('bpm_acceptance_council', 'bad', k), m, 'before there is an answer: ' || k)
from (values ('accepted', '23514 | nobody has answered to what scenario "lean" proposes for program "bad" | An answer comes first; then it is accepted or refused.'),
    ('refused', '23514 | nobody has answered to what scenario "lean" proposes for program "bad" | An answer comes first; then it is accepted or refused.'),
    ('noted', '23514 | there is no answer "noted" to a proposal | It is an answer, accepted or refused, or the program was reviewed.'),
    (null, '23514 | there is no answer "<NULL>" to a proposal | It is an answer, accepted or refused, or the program was reviewed.')) v (k, m);
select is(pg_temp.answer('bpm_acceptance_clerk', 'bad', 'answer'),
    '42501 | a proposal is answered by others | Who answers for the effect of it does: the duty is money or measuring. | bpm.grant_duty gives it.', 'who decides does not answer');
select is(pg_temp.answer('bpm_acceptance_unit', 'bad', k), '42501 | ' || m || ' | Who decides about the budget does: the duty is approving. | bpm.grant_duty gives it.',
    'who answers does not decide: ' || k)
from (values ('accepted', 'an answer is accepted by others'), ('refused', 'an answer is refused by others'), ('reviewed', 'a program is reviewed by others')) v (k, m);
select is(pg_temp.answer('bpm_acceptance_unit', 'more', 'answer'),
    '23503 | scenario "lean" proposes nothing for program "more" in 2025 | It is a budget of 2025, of 8 programs.', 'an answer to nothing');
select is(says($$insert into proposal_answer (program_id, fiscal_year, scenario, kind, text) values ('bad', 2025, 'none', 'answer', 'x')$$),
    '23503 | scenario "none" proposes nothing for program "bad" in 2025 | There is no such scenario.', 'an answer to nobody');
select is(pg_temp.answer('bpm_acceptance_unit', 'bad', 'answer', s), '23502 | an answer says something | Say it in text; of a program that was reviewed, what was found.', 'an empty answer')
from unnest('{"",null}'::text[]) s;
select is(pg_temp.answer('bpm_acceptance_unit', 'bad', 'answer', 'the mayor was ill'), 'no error', 'who answers for a program answers');
select is(pg_temp.answer('bpm_acceptance_council', 'bad', 'refused', 'that was the year before'), 'no error', 'it is refused');
select is(pg_temp.answer('bpm_acceptance_clerk', 'bad', 'accepted'),
    '23514 | the answer to what scenario "lean" proposes for program "bad" is refused already | "bpm_acceptance_council" said so: that was the year before'
    ' | Another answer can be given, and then be accepted or refused.', 'once');
select is(pg_temp.answer('bpm_acceptance_head', 'bad', 'answer', 'and his deputy'), 'no error', 'another answer');
select is(pg_temp.answer('bpm_acceptance_head', 'bad', k),
    '42501 | nobody judges what he has answered himself | "bpm_acceptance_head" gave the answer to what scenario "lean" proposes for program "bad".', 'nobody judges himself: ' || k)
from unnest('{accepted,refused}'::text[]) k;
select is(pg_temp.answer('bpm_acceptance_head', 'bad', 'reviewed', 'looked at'), 'no error', 'a review is no judgement of it');
select is(pg_temp.answer('bpm_acceptance_clerk', 'bad', 'accepted', 'granted'), 'no error', 'it is accepted, by another');
select results_eq($$select n, kind, recorded_by, unit_id from proposal_answer where program_id = 'bad' order by n$$,
    $$values (1, 'answer', 'bpm_acceptance_unit', 'edu'), (2, 'refused', 'bpm_acceptance_council', 'edu'), (3, 'answer', 'bpm_acceptance_head', 'edu'),
        (4, 'reviewed', 'bpm_acceptance_head', 'edu'), (5, 'accepted', 'bpm_acceptance_clerk', 'edu')$$, 'in their order, with the unit');

-- what is not accepted --------------------------------------------------------------------------------------------------

create function pg_temp.accept(who text, named text, because text default null) returns text language plpgsql as $$
declare heard text;
begin
    execute format('set local role %I', who);
    heard := says(format('select * from accept_budget(%L, %L)', named, because));
    reset role;
    return heard;
end $$;
-- which of those that were made in one transaction is the newest depends on the clock
select matches(says(format('select * from accept_budget(%L)', s)), '^P0002 \| there is no scenario "' || coalesce(s, '<NULL>') || '" \| The newest are "of no rules", ', 'a scenario that is not there')
from unnest('{none,null}'::text[]) s;
select is(pg_temp.accept('bpm_acceptance_proposer', 'lean'), '42501 | the duty of approving is in other hands | bpm.grant_duty gives it.', 'who proposes does not accept');
select is(pg_temp.accept('bpm_acceptance_unit', 'lean'), '42501 | the duty of approving is in other hands | bpm.grant_duty gives it.', 'nor who measures');
select is(pg_temp.accept('bpm_acceptance_clerk', 'lean'), '42501 | the duty of money is in other hands | What is accepted is entered in the ledger. | bpm.grant_duty gives it.',
    'who accepts enters it in the ledger');
select is(pg_temp.accept('bpm_acceptance_council', 'lean'),
    '23514 | scenario "lean" has a program that nobody has reviewed | Program "look", by rule "look first". | Who has looked at it says so: an answer of kind reviewed in proposal_answer.',
    'what has to be reviewed was not');
select is(says($$insert into scenario_event (fiscal_year, event, scenario) values (2025, 'accepted', 'lean')$$),
    '23514 | scenario "lean" has a program that nobody has reviewed | Program "look", by rule "look first". | Who has looked at it says so: an answer of kind reviewed in proposal_answer.',
    'nor is it accepted by hand');
select is(pg_temp.answer('bpm_acceptance_clerk', 'look', 'reviewed', 'it is well'), 'no error', 'it is reviewed');
insert into proposal_answer (program_id, fiscal_year, scenario, kind, text)
select 'look', 2025, s, 'reviewed', 'as well' from unnest('{leaner,by hand,forged,forged twice,lied,lied of money,held,limited}'::text[]) s;
select is(pg_temp.accept('bpm_acceptance_council', 'lean'),
    '42501 | the duties of programs and targets are in other hands | Program "best" is not there in 2025, nor are 3 more. | bpm.grant_duty gives them; or let '
    'roll_forward() take the programs into the year first.', 'who accepts takes programs into the year');

-- the rules
select is(says_after(format('update application_rule set %s', c), 'select accept_budget(''lean'')'),
    '55000 | the rules have changed since scenario "lean" was proposed | ' || d || ' | Propose again, under another name; or set the rule to what it was.', c)
from (values ('percent = 40 where rule = ''poor''', 'Rule poor: percent was 50, and is 40.'), ('in_force = false where rule = ''good''', 'Rule good is not in force any more.'),
    ('place = 3 where rule = ''look first''', 'Rule look first: place was 2, and is 3.'), ('percent = 5 where rule = ''fair''', 'Rule fair: percent was empty, and is 5.'),
    ('rule = ''weak'' where rule = ''poor''', 'Rule poor is not in force any more.')) v (c, d);
select is(says_after(c, 'select accept_budget(''lean'')'),
    '55000 | the rules have changed since scenario "lean" was proposed | ' || d || ' | Propose again, under another name; or set the rule to what it was.', c)
from (values ('update setting set share_saving = 20', 'Settings: share_saving was 50, and is 20.'), ('update setting set recapture = ''lapsed''', 'Settings: recapture was available, and is lapsed.'),
    ('insert into application_rule (fiscal_year, rule, result, effect) values (2025, ''extra'', ''good'', ''priority'')', 'Rule extra was not there.')) v (c, d);
select isnt(left(says_after($$update setting set unspent_alert = 3; insert into application_rule (fiscal_year, rule, result, effect) values (2026, 'extra', 'good', 'priority')$$,
    'select accept_budget(''lean'')'), 5), '55000', 'what is no rule of that budget may change');
-- the publication
select is(says_after($$insert into publication_event (publication, event, reason) values ('2024 effective', 'opened', 'a mistake')$$, 'select accept_budget(''lean'')'),
    '55000 | the results that scenario "lean" was made from do not stand | Publication "2024 effective" is open for a correction. | '
    'Close it again (publication_event), or publish the correction and propose again.', 'while its publication is open');
select is(says_after($$select publish(2024, as_of => '2025-06-30', publication => 'corrected', replaces => '2024 effective', reason => 'a mistake')$$, 'select accept_budget(''lean'')'),
    '55000 | the results that scenario "lean" was made from do not stand | Publication "2024 effective" is replaced by "corrected". | Propose again, under another name.',
    'after it was replaced');
-- anything else: new asks for 350, for which there is not enough; late has come; good is called otherwise, which changes nothing; look is
-- another's; dead and bad ask for less
select is(says_after(c, 'select accept_budget(''lean'')'), '55000 | what scenario "lean" was made of has changed | ' || d || ' | Propose again, under another name.', d)
from (values ($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('new', 2025, 'proposed', '2024-10-01', 50)$$,
        'Program "new": asked was 300.00, and is 350.00.'),
    ($$insert into program (program_id, fiscal_year, name, unit_id) values ('late', 2025, 'Late', 'edu')$$, 'Program "late" would be in it.'),
    ($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('bad', 2025, 'proposed', '2024-10-01', -150), ('dead', 2025, 'proposed', '2024-10-01', -20)$$,
        'Program "bad": base_by was approved budget, and is asked; and 1 more.'),
    ($$delete from program where program_id = 'none'; insert into program (program_id, fiscal_year, name, unit_id) values ('good', 2025, 'Good', 'health')$$,
        'Program "good": unit_id was edu, and is health.'),
    ($$insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, withheld) values ('look', 2024, 'F', 'finance', 'It leaks', 'N. N.', '2025-12-31', 10)$$,
        'Program "look": withheld was 0.00, and is 10.00.')) v (c, d);
-- what was forged by who may propose
select is(says(format('select * from accept_budget(%L)', s)), m, s)
from (values ('forged', '55000 | what scenario "forged" was made of has changed | Program "bad": cut was 0.00, and is -200.00. | Propose again, under another name.'),
    ('forged twice', '55000 | what scenario "forged twice" was made of has changed | Program "new": growth was 301.00, and is 300.00. | Propose again, under another name.'),
    ('lied', '55000 | scenario "lied" does not add up | Its 8 programs come to 5270.00, and 510.00 are taken back of them; it says 8, 5200.00 and 510.00, of 5270.00 that are available.'
     ' | propose_budget() makes a scenario that does; give it another name.'),
    ('lied of money', '55000 | scenario "lied of money" does not add up | Its 8 programs come to 5270.00, and 510.00 are taken back of them; it says 8, 5270.00 and 510.00, of 5271.00 '
     'that are available. | propose_budget() makes a scenario that does; give it another name.'),
    ('held', '55000 | scenario "held" does not add up | Its 8 programs come to 5270.00, and 510.00 are taken back of them; it says 8, 5270.00 and 510.00, of 5270.00 that are available. '
     'Of 1 programs something else is held back than it says. | propose_budget() makes a scenario that does; give it another name.'),
    ('limited', '23514 | the ceiling of unit "edu" is under its floors | It is 100.00; what is said by hand and what is assured come to 1000.00. | Raise the ceiling, or change the '
     'rules by which its programs are assured.'),
    ('of another year', '55000 | scenario "of another year" is not made from the effective results of 2023 | Publication "2024 effective" is of evaluation "effective" of 2024. | '
     'propose_budget() makes one that is; give it another name.')) v (s, m);
select is(left(says('select accept_budget(''of no rules'')'), 72), '55000 | the rules have changed since scenario "of no rules" was proposed', 'of no rules');
-- the event alone
select is(says(format('insert into scenario_event (fiscal_year, event, scenario, reason) values (%s)', v)), m, v)
from (values ('2025, ''accepted'', ''lean'', null', '23001 | the ledger does not have what scenario "lean" proposes | Program "bad" in 2025: proposed would be 200.00, and is 450.00. | '
     'accept_budget() enters it, and accepts it.'),
    ('2025, ''adopted'', ''lean'', null', '23514 | there is no event "adopted" of a scenario | It is accepted or taken back.'),
    ('2025, null, ''lean'', null', '23514 | there is no event "<NULL>" of a scenario | It is accepted or taken back.'),
    ('2025, ''accepted'', ''none'', null', '23503 | there is no scenario "none" | The table scenario lists them; propose_budget() makes one.'),
    ('2026, ''accepted'', ''lean'', null', '23503 | scenario "lean" is not of 2026 | It is a budget of 2025.'),
    ('2025, ''taken back'', ''lean'', ''x''', '23514 | no budget of 2025 is accepted | None ever was. | accept_budget() accepts one.')) w (v, m);
select is(says(format('insert into scenario_event (fiscal_year, event, scenario, recorded_at, recorded_by) values (2025, ''accepted'', ''lean'', %s)', v)),
    '23514 | when and by whom a budget is accepted is not said by others | It is recorded now, by "' || current_user || '". | Leave recorded_at and recorded_by out.', v)
from unnest(array['now() - interval ''1 hour'', current_user', 'clock_timestamp() + interval ''1 hour'', current_user', 'now(), ''bpm_acceptance_head''', '''infinity'', current_user']) v;
select is(says($$select * from take_back_budget(2025, 'x')$$), 'P0002 | no budget of 2025 is accepted | None ever was. | accept_budget() accepts one.', 'nothing is to be taken back');
select is((select count(*) from scenario_event) + (select count(*) from budget_entry where fiscal_year = 2025) + (select count(*) from program where fiscal_year = 2025), 7::bigint,
    'of all that was refused nothing is left');

-- one act ---------------------------------------------------------------------------------------------------------------

select lives_ok(format('select bpm.grant_duty(%L, %L, %L)', 'Accepted "it"', 'bpm_acceptance_council', d), 'the council has the duty of ' || d) from unnest('{programs,targets}'::text[]) d;
set local role bpm_acceptance_council;
-- of what is recaptured, 400 of clinics and 100 of good are entered; gone is not there any more
select results_eq($$select * from accept_budget('lean', 'session of May')$$,
    $$values ('proposed', 6, 5270::numeric), ('carried over', 0, 0), ('shared saving', 1, 400), ('recaptured', 2, 500), ('recaptured, no program to enter it', 1, 10),
        ('rolled forward', 4, 4770)$$, 'who has the duties accepts');
reset role;
select results_eq($$select fiscal_year, scenario, from_year, publication, accepted_by, reason from scenario_accepted$$,
    $$values (2025, 'lean', 2024, '2024 effective', 'bpm_acceptance_council', 'session of May')$$, 'who accepted what, and why');
select is((select n from scenario_event), 1, 'it is the first');
-- bad asked for 450, and gets 200; dead for 60; new gets what it asked for
select results_eq($$select program_id, kind, amount, source, from_year, entry_date, one_off, reason, recorded_by from budget_entry where fiscal_year = 2025 and source is not null order by 2, 1$$,
    $$select v.*, 'scenario "lean" is accepted: session of May', 'bpm_acceptance_council' from (values
        ('clinics', 'carried_over', 400::numeric, 'shared saving', 2024, date '2025-01-01', true),
        ('bad', 'proposed', -250, 'lean', 2024, '2025-01-01', false), ('best', 'proposed', 500, 'lean', 2024, '2025-01-01', false),
        ('clinics', 'proposed', 3200, 'lean', 2024, '2025-01-01', false), ('dead', 'proposed', -60, 'lean', 2024, '2025-01-01', false),
        ('good', 'proposed', 1000, 'lean', 2024, '2025-01-01', false), ('look', 'proposed', 70, 'lean', 2024, '2025-01-01', false),
        ('clinics', 'recaptured', 400, 'recaptured', 2024, '2025-01-01', false), ('good', 'recaptured', 100, 'recaptured', 2024, '2025-01-01', false)) v$$,
    'the ledger has the difference, and what was left, each with its source');
select results_eq($$select program_id, sum(proposed), coalesce(sum(carried_over), 0) from program_result_at('2025-01-01') where fiscal_year = 2025 group by 1 order by 1$$,
    $$values ('bad', 200::numeric, 0::numeric), ('best', 500, 0), ('clinics', 3200, 400), ('dead', 0, 0), ('good', 1000, 0), ('look', 70, 0), ('new', 300, 0)$$,
    'results have what was accepted; what is cancelled has nothing, and gone is not there');
select results_eq($$select program_id, unit_id, function_id, weight, is_key from program where fiscal_year = 2025 and program_id in ('best', 'look') order by 1$$,
    $$values ('best', 'health', null, 2::numeric, true), ('look', 'edu', '210', null, false)$$, 'programs are rolled forward, and are judged as they were');
select results_eq($$select program_id, target::text, weight from target_revision where fiscal_year = 2025 order by 1$$,
    $$values ('best', '>= 100', 100::numeric), ('clinics', '>= 80', 100), ('good', '>= 100', 100), ('look', '>= 100', 100)$$, 'with their targets');

-- and once --------------------------------------------------------------------------------------------------------------

select is(pg_temp.accept('bpm_acceptance_council', s), '23505 | ' || m || ' is accepted already | Scenario "lean" was accepted by "bpm_acceptance_council" on ' || today()
    || '. | take_back_budget() takes that back, while nothing of it is approved.', s)
from (values ('lean', 'scenario "lean"'), ('leaner', 'the budget of 2025'), ('by hand', 'the budget of 2025')) v (s, m);
select is(says(format('insert into scenario_event (fiscal_year, event, scenario) values (2025, ''accepted'', %L)', s)), '23505 | ' || m || ' is accepted already | Scenario "lean" was '
    'accepted by "bpm_acceptance_council" on ' || today() || '. | take_back_budget() takes that back, while nothing of it is approved.', 'nor by hand: ' || s)
from (values ('lean', 'scenario "lean"'), ('leaner', 'the budget of 2025')) v (s, m);

-- taken back --------------------------------------------------------------------------------------------------------------

select is(says(format('select * from take_back_budget(2025, %L)', r)), '23502 | a budget is taken back for a reason | Say in reason why.', 'not for nothing')
from unnest('{"",null}'::text[]) r;
select is(says(format('select * from take_back_budget(%L, ''x'')', y)), 'P0002 | no budget of ' || coalesce(y::text, '<NULL>') || ' is accepted | None ever was. | accept_budget() accepts one.',
    'another year: ' || coalesce(y::text, 'none')) from unnest('{2024,2026,null}'::int[]) y;
select is(says_after(format('set local role %I', r), 'select * from take_back_budget(2025, ''x'')'), '42501 | ' || m, r)
from (values ('bpm_acceptance_proposer', 'the duty of approving is in other hands | bpm.grant_duty gives it.'),
    ('bpm_acceptance_clerk', 'the duty of money is in other hands | What is accepted is entered in the ledger. | bpm.grant_duty gives it.')) v (r, m);
select is(says(format('insert into scenario_event (fiscal_year, event, scenario, reason) values (2025, ''taken back'', %s)', v)), m, v)
from (values ('''leaner'', ''x''', '23514 | scenario "leaner" is not the budget of 2025 | Scenario "lean" was accepted by "bpm_acceptance_council" on ' || today() || '. | '
     'What is taken back is what was accepted.'),
    ('''lean'', null', '23502 | a budget is taken back for a reason | Say in reason why.'), ('''lean'', ''''', '23502 | a budget is taken back for a reason | Say in reason why.'),
    ('''lean'', ''x''', '23001 | the ledger does not have what scenario "lean" has entered | Program "bad" in 2025: proposed would be 250.00, and is not there. | '
     'take_back_budget() enters what has to be entered, and takes it back.')) w (v, m);
select is(says_after($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('best', 2025, 'approved', '2025-01-02', 500)$$, 'select take_back_budget(2025, ''x'')'),
    '23514 | the budget of 2025 is approved: it is not taken back any more | Program "best" has an approved budget of 500.00. | What is approved is changed program by program: adjust_program().',
    'not once money is approved');
select is(says_after($$insert into stage_event (program_id, fiscal_year, at, stage) values ('good', 2025, '2024-10-01', 'drafted'), ('good', 2025, '2024-11-01', 'targeted');
        insert into stage_event (program_id, fiscal_year, at, stage, grade) values ('good', 2025, '2024-11-02', 'reviewed', 'good'), ('good', 2025, '2024-12-01', 'approved', null)$$, 'select take_back_budget(2025, ''x'')'),
    '23514 | the budget of 2025 is approved: it is not taken back any more | Program "good" has entered the stage approved. | A stage that was entered by mistake is taken back first: '
    'stage_event.taken_back.', 'nor once a program has entered the stage approved');
set local role bpm_acceptance_council;
-- -250 + 500 + 3200 - 60 + 1000 + 70 = 4460 had been entered
select results_eq($$select * from take_back_budget(2025, 'the wrong one')$$,
    $$values ('proposed', 6, -4460::numeric), ('carried over', 0, 0), ('shared saving', 1, -400), ('recaptured', 2, -500)$$, 'what was a mistake is taken back');
reset role;
select is_empty('select * from scenario_accepted', 'then none is accepted');
select results_eq($$select program_id, sum(proposed), coalesce(sum(carried_over), 0) from program_result_at('2025-01-01') where fiscal_year = 2025 group by 1 order by 1$$,
    $$values ('bad', 450::numeric, 0::numeric), ('best', 0, 0), ('clinics', 0, 0), ('dead', 60, 0), ('good', 0, 0), ('look', 0, 0), ('new', 300, 0)$$, 'and the ledger has what it had');
select is_empty($$select kind, source, program_id from budget_entry where fiscal_year = 2025 and source is not null group by 1, 2, 3 having sum(amount) <> 0 or count(*) <> 2$$,
    'entry by entry');
select is(says($$select * from take_back_budget(2025, 'again')$$), 'P0002 | no budget of 2025 is accepted | Scenario "lean" was taken back by "bpm_acceptance_council". | accept_budget() '
    'accepts one.', 'once');
select is(says($$insert into scenario_event (fiscal_year, event, scenario, reason) values (2025, 'taken back', 'lean', 'again')$$), '23514 | no budget of 2025 is accepted | '
    'Scenario "lean" was taken back by "bpm_acceptance_council" on ' || today() || '. | accept_budget() accepts one.', 'by hand as well');

-- another one: 200 and 70 of 300 as before, and nothing for new, which had asked for 300. What is rolled forward already stays.
set local role bpm_acceptance_council;
select results_eq($$select * from accept_budget('leaner')$$,
    $$values ('proposed', 5, 4970::numeric), ('carried over', 0, 0), ('shared saving', 1, 400), ('recaptured', 2, 500), ('recaptured, no program to enter it', 1, 10),
        ('rolled forward', 0, 0)$$, 'then another one is accepted');
reset role;
select results_eq($$select n, event, scenario, reason from scenario_event order by n$$,
    $$values (1, 'accepted', 'lean', 'session of May'), (2, 'taken back', 'lean', 'the wrong one'), (3, 'accepted', 'leaner', null)$$, 'all of it is kept');
select results_eq($$select program_id, sum(proposed) from program_result_at('2025-01-01') where fiscal_year = 2025 group by 1 order by 1$$,
    $$values ('bad', 200::numeric), ('best', 500), ('clinics', 3200), ('dead', 0), ('good', 1000), ('look', 70), ('new', 0)$$, 'and in the ledger');
select results_eq($$select distinct reason from budget_entry where fiscal_year = 2025 and source = 'leaner'$$, $$values ('scenario "leaner" is accepted')$$, 'with or without a reason');
select lives_ok($$select take_back_budget(2025, 'no');  select accept_budget('by hand'); select take_back_budget(2025, 'no')$$,
    'what was written by hand is accepted where it is what would be proposed');

-- how a program is judged goes along with it, and is not set by who adds it -----------------------------------------------

select is(says_after('set local role bpm_acceptance_council', format('insert into program (program_id, fiscal_year, name, unit_id, weight, is_key) values (%s)', v)), m, v)
from (values ('''best'', 2026, ''Best'', ''health'', 2, true', 'no error'), ('''good'', 2026, ''Good'', ''edu'', null, false', 'no error'),
    ('''best'', 2026, ''Best'', ''health'', null, false', 'no error'),
    ('''best'', 2026, ''Best'', ''health'', 3, true', '42501 | the duty of rules is in other hands | How program "best" is judged in 2026 is set by it: framework_id, weight and is_key, '
     'where they are not those of the year before. | Leave them out, or take the program over as it is: roll_forward().'),
    ('''other'', 2026, ''Best'', ''health'', null, true', '42501 | the duty of rules is in other hands | How program "other" is judged in 2026 is set by it: framework_id, weight and is_key, '
     'where they are not those of the year before. | Leave them out, or take the program over as it is: roll_forward().'),
    ('''best'', 2027, ''Best'', ''health'', 2, true', '42501 | the duty of rules is in other hands | How program "best" is judged in 2027 is set by it: framework_id, weight and is_key, '
     'where they are not those of the year before. | Leave them out, or take the program over as it is: roll_forward().')) w (v, m);

-- by hand, over two years, and money that goes along -----------------------------------------------------------------------

-- The budget of 2026 by the results of 2024, when 2025 has programs already: gone has ended, and the 10 it had left are taken back
-- where no program stands. By hand good takes 60 of its 100 along. Clinics keep 400 of their 800: 40 and 400 are entered.
savepoint later;
insert into program (program_id, fiscal_year, name, unit_id, scope) values ('good', 2026, 'Good', 'edu', 'project');
select lives_ok($$select propose_budget(2026, 6000, 'two years', 2024, lines => '{"good": {"amount": 900, "carry_over": 60, "reason": "the contract"}}')$$,
    'a budget by results of two years before');
insert into proposal_answer (program_id, fiscal_year, scenario, kind, text) values ('look', 2026, 'two years', 'reviewed', 'well');
select results_eq($$select program_id, result, proposed, carry_over, shared, recaptured from proposal where scenario = 'two years' and program_id in ('gone', 'good', 'clinics') order by 1$$,
    $$values ('clinics', 'excellent', 3200::numeric, 0::numeric, 400::numeric, 400::numeric), ('gone', 'ended', 0, 0, 0, 10), ('good', 'good', 900, 60, 0, 40)$$, 'is made by hand as well');
select results_eq($$select what, programs, amount from accept_budget('two years') where what in ('carried over', 'shared saving', 'recaptured', 'recaptured, no program to enter it')$$,
    $$values ('carried over', 1, 60::numeric), ('shared saving', 1, 400), ('recaptured', 2, 440), ('recaptured, no program to enter it', 1, 10)$$, 'and accepted');
select results_eq($$select program_id, kind, source, from_year, amount from budget_entry where fiscal_year = 2026 and program_id in ('gone', 'good') order by 1, 2, 3$$,
    $$values ('good', 'carried_over', 'carried over', 2024, 60::numeric), ('good', 'proposed', 'two years', 2024, 900), ('good', 'recaptured', 'recaptured', 2024, 40)$$, 'each has its source');
select set_eq($$select program_id, fiscal_year from program where program_id in ('gone', 'best') and fiscal_year > 2024$$, $$values ('best', 2025), ('best', 2026)$$,
    'what goes on is rolled forward, and what has ended is not');
select results_eq($$select what, programs, amount from take_back_budget(2026, 'no') where what <> 'proposed'$$, $$values ('carried over', 1, -60::numeric), ('shared saving', 1, -400), ('recaptured', 2, -440)$$,
    'and taken back');
rollback to later;

-- money in another currency is none of it, and what was not asked in numbers neither
savepoint money;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, currency) values ('bad', 2025, 'proposed', '2024-09-01', 7777, 'EUR');
select lives_ok($$select accept_budget('lean')$$, 'what is proposed in another currency');
select results_eq($$select amount, currency from budget_entry where program_id = 'bad' and fiscal_year = 2025 and source = 'lean' order by entry_id desc limit 1$$, $$values (-250::numeric, null)$$, 'is not in the difference');
rollback to money;

-- what a finding holds back; once that is rectified, nothing is held back any more, and nothing else has changed
insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, withheld) values ('look', 2024, 'F', 'finance', 'It leaks', 'N. N.', '2025-12-31', 10);
select is((select withheld from propose_budget(2025, 4760, 'with a finding') where program_id = 'look'), 10::numeric, 'a finding holds money back');
insert into proposal_answer (program_id, fiscal_year, scenario, kind, text) values ('look', 2025, 'with a finding', 'reviewed', 'well');
insert into finding_event (program_id, fiscal_year, finding_id, event, evidence, recorded_by) values ('look', 2024, 'F', 'rectified', 'a photo', 'the unit');
insert into finding_event (program_id, fiscal_year, finding_id, event) values ('look', 2024, 'F', 'accepted');
select lives_ok($$select accept_budget('with a finding')$$, 'what is rectified meanwhile keeps nobody from accepting');
rollback to money;

-- results that read a ledger of the office's own
create table own_ledger (program_id text, fiscal_year integer, entry_id text, entry_date date, proposed numeric, approved numeric, carried_over numeric, executed numeric);
insert into own_ledger select program_id, fiscal_year, entry_id, entry_date, proposed, approved, carried_over, executed from program_budget where entry_id !~ '^scenario event';
do $$ begin perform use_ledger('select * from own_ledger'); end $$;
select is(says($$select accept_budget('lean')$$), '55000 | the money of program "bad" is not in budget_entry | Results read it through program_budget, where an entry of this act does not show.'
    ' | Let that view have the entries of budget_entry as well; or enter in your ledger what is proposed, so that nothing has to be entered here.', 'with a ledger of one''s own');
do $$ begin perform use_ledger('select program_id, fiscal_year, entry_id, entry_date, proposed, approved, carried_over, executed from own_ledger
    union all select program_id, fiscal_year, entry_id, entry_date, case kind when ''proposed'' then amount end, null, case kind when ''carried_over'' then amount end, null from budget_entry where source is not null'); end $$;
select lives_ok($$select accept_budget('lean'); select take_back_budget(2025, 'no')$$, 'or with both');
rollback to money;

-- row security hides programs from the council: it would accept what it does not see
select bpm.enable_row_security('Accepted "it"');
insert into unit_access values ('bpm_acceptance_council', 'edu');
select is(pg_temp.accept('bpm_acceptance_council', 'lean'), '42501 | a budget is of all programs, and row security hides some from the current role | Accept it, or take it back, as the '
    'owner of the tables, or as a role with BYPASSRLS.', 'who does not see all programs accepts no budget');
select is(says_after('set local role bpm_acceptance_council', $$insert into scenario_event (fiscal_year, event, scenario) values (2025, 'accepted', 'lean')$$),
    '42501 | a budget is of all programs, and row security hides some from the current role | Accept it, or take it back, as the owner of the tables, or as a role with BYPASSRLS.', 'nor by hand');
insert into unit_access values ('bpm_acceptance_unit', 'edu');
select is(pg_temp.answer('bpm_acceptance_unit', 'look', 'answer'), 'no error', 'who answers for a program of a unit answers there');
select is(pg_temp.answer('bpm_acceptance_unit', 'best', 'answer'), '23503 | scenario "lean" proposes nothing for program "best" in 2025 | It is a budget of 2025, of 8 programs.', 'and not elsewhere');
rollback to money;

-- a year whose money is closed takes nothing more, and nothing of the act stays
insert into year_event (fiscal_year, at, event) values (2025, '2026-01-31', 'closed');
select is(left(says($$select accept_budget('lean')$$), 6), '23514 ', 'a year that is closed');
select is((select count(*) from scenario_event where event = 'accepted'), (select count(*) from scenario_event where event = 'taken back'), 'then nothing is accepted');
rollback to money;

-- names that are hard to write
select lives_ok($$select propose_budget(2025, 4760, 'O''Brien''s "100 %" budget')$$, 'a name with quotes');
insert into proposal_answer (program_id, fiscal_year, scenario, kind, text) values ('look', 2025, 'O''Brien''s "100 %" budget', 'reviewed', 'well');
select lives_ok($$select accept_budget('O''Brien''s "100 %" budget', '100 % "sure"')$$, 'is accepted');
select is((select distinct reason from budget_entry where source = 'O''Brien''s "100 %" budget'), 'scenario "O''Brien''s "100 %" budget" is accepted: 100 % "sure"', 'and in the ledger');
select is(says($$select accept_budget('lean')$$), '23505 | the budget of 2025 is accepted already | Scenario "O''Brien''s "100 %" budget" was accepted by "' || current_user || '" on ' || today()
    || '. | take_back_budget() takes that back, while nothing of it is approved.', 'and said');
rollback to money;
-- an entry with the key of the act is in its way, and it is all or nothing
insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount) select 'bad', 2025, format('scenario event %s: proposed', max(n) + 1), 'proposed', '2025-01-01', 0 from scenario_event;
select throws_ok($$select accept_budget('lean')$$, '23505', null, 'a key that is taken');
rollback to money;
select lives_ok($$select accept_budget('lean')$$, 'after all of that it is accepted');

select * from finish();
rollback;
