-- model: proposals, what is refused and how that is said; whatever the tables and the caller hold, there is a proposal or
-- a message that says how to mend it; and nothing that a session sets changes a proposal.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

\set model 'Refused; "drop'
\ir proposal.psql
-- names that have to be quoted
insert into unit (unit_id, parent_id, name) values ('un"it', 'county', 'Un"it'), ('局 ''%s''', 'un"it', E'Bureau\n');
do $$begin
    perform pg_temp.program(p, 2024, u, 100, m), pg_temp.program(p, 2025, u), pg_temp.result(p, 2024, r, s)
    from (values ('a', 'health', 90, 'excellent', 95), ('o''Brien "x"', 'un"it', 100, 'good', 85), (E'校舍 %s \n{"$1', '局 ''%s''', 100, 'fair', 70)) v (p, u, m, r, s);
    perform pg_temp.program('new', 2025, 'health', proposed => 10);
end$$;
select pg_temp.published(2024);
create function pg_temp.asked(arguments text, change text default 'select') returns text language plpgsql as $$
declare m text; d text; h text; c text;
begin
    execute change;
    execute format('select count(*) from propose_budget(%s)', arguments);
    raise exception using errcode = 'ZZ000', message = 'proposed';
exception when sqlstate 'ZZ000' then return sqlerrm;
when others then
    get stacked diagnostics m = message_text, d = pg_exception_detail, h = pg_exception_hint, c = returned_sqlstate;
    return concat_ws(' | ', c, m, nullif(d, ''), nullif(h, ''));
end $$;

-- what is asked ---------------------------------------------------------------------------------------------------------

select is(pg_temp.asked(arguments), said, arguments) from (values
    ('2025, 1000, ''s''', 'proposed'),
    ('null, 1000, ''s''', '22023 | a budget is of a fiscal year | Write 2026, not 26.'),
    ('25, 1000, ''s''', '22023 | a budget is of a fiscal year | Write 2026, not 26.'),
    ('9999, 1000, ''s''', '22023 | a budget is of a fiscal year | Write 2026, not 26.'),
    ('-2147483648, 1000, ''s''', '22023 | a budget is of a fiscal year | Write 2026, not 26.'),
    ('2025, null, ''s''', '22023 | an envelope is an amount in cents, not NULL'),
    ('2025, ''NaN'', ''s''', '22023 | an envelope is an amount in cents, not NaN'),
    ('2025, ''Infinity'', ''s''', '22023 | an envelope is an amount in cents, not Infinity'),
    ('2025, -0.01, ''s''', '22023 | an envelope is an amount in cents, not -0.01'),
    ('2025, 1000.001, ''s''', '22023 | an envelope is an amount in cents, not 1000.001'),
    ('2025, 1e18, ''s''', '22023 | an envelope is an amount in cents, not 1000000000000000000'),
    ('2025, 999999999999999999.99, ''s''', 'proposed'),
    ('2025, 1000, null', '22023 | a scenario has a name'),
    ('2025, 1000, ''''', '22023 | a scenario has a name'),
    ('2025, 1000, ''s'', 2023', 'P0002 | there are no published results of 2023 | The budget of 2025 is proposed by results of an earlier year. | Published are 2024.'),
    ('2025, 1000, ''s'', 2025', 'P0002 | there are no published results of 2025 | Results of 2025 come after the budget of 2025. | Published are 2024.'),
    ('2024, 1000, ''s''', 'P0002 | there are no published results before 2024 | The budget of 2024 is proposed by results of an earlier year. | '
        'publish() publishes what a year came to: evaluation effective.'),
    ('2025, 1000, ''s'', ceilings => ''[1]''', '22023 | ceilings are a JSON object, not of type array | Such as {"education": 30000}.'),
    ('2025, 1000, ''s'', ceilings => ''"x"''', '22023 | ceilings are a JSON object, not of type string | Such as {"education": 30000}.'),
    ('2025, 1000, ''s'', ceilings => ''null''', '22023 | ceilings are a JSON object, not of type null | Such as {"education": 30000}.'),
    ('2025, 1000, ''s'', ceilings => null, lines => null, title => null', 'proposed'),
    ('2025, 1000, ''s'', lines => ''7''', '22023 | lines are a JSON object, not of type number | Such as {"roofs": {"amount": 9000, "reason": "the contract"}}.'),
    ('2025, 1000, ''s'', ceilings => ''{"no": 1, "Health": 2, "health": 300}''', 'P0002 | there is no unit "Health", "no" in 2025 | The table unit lists them.'),
    ('2025, 1000, ''s'', lines => ''{"no": {"amount": 1, "reason": "x"}}''', 'P0002 | there is no program "no" in the budget of 2025 | What is overall, and revenue, has no money to be proposed; '
        'what is new is first added to program.'),
    ('2025, 1000, ''s'', lines => ''{"a": {"carry_over": 10.01, "reason": "x"}}''', '23514 | program "a" does not have 10.01 to carry over | What is left of 2024 is 10.00. | '
        'Carry less over; what is committed, or in the ledger already, is not left.'),
    ('2025, 1000, ''s'', lines => ''{"a": {"carry_over": 10, "reason": "x"}}''', 'proposed'),
    ('2025, 1000, ''s'', lines => ''{"new": {"amount": 10, "reason": "x"}}''', '23514 | program "new" gets no money by hand either | It is new, and it was not appraised. | Have it appraised first.'),
    ('2025, 1000, ''s'', lines => ''{"new": {"amount": 0, "reason": "x"}}''', 'proposed'),
    ('2025, 1000, ''s'', lines => ''{"a": {"amount": 1001, "reason": "x"}}''', '23514 | the envelope is under its floors | There are 1010.00, of which the envelope is 1000; what is said by hand and what is '
        'assured come to 1101.00. | The least envelope is 1091.00; or change the rules by which programs are assured.')) v (arguments, said);
select is(pg_temp.asked(format('2025, 1000, ''s'', ceilings => %L', format('{"health": %s}', c))), '22023 | the ceiling of "health" is no amount | A ceiling is a number in cents: {"education": 30000.00}.', c)
from unnest(array['-0.01', '1.001', '"100"', 'null', 'true', '[100]', '{}', '1e18', '1e400', '1e-400']) c;
select is(pg_temp.asked(format('2025, 1000, ''s'', lines => %L', format('{"a": %s, "o''Brien \"x\"": {"amount": 1, "reason": "x"}}', l))), '22023 | what is said by hand of "a" is not understood | '
    'There are amount, carry_over and reason: {"roofs": {"amount": 9000, "reason": "the contract"}}.', l)
from unnest(array['5', 'null', '"x"', '[]', '{}', '{"reason": "x"}', '{"amount": "5", "reason": "x"}', '{"amount": null, "reason": "x"}', '{"amount": -1, "reason": "x"}', '{"amount": 1.005, "reason": "x"}',
    '{"amount": 1e18, "reason": "x"}', '{"carry_over": true, "reason": "x"}', '{"amount": 1, "carryover": 1, "reason": "x"}', '{"amount": [1], "reason": "x"}']) l;
select is(pg_temp.asked(format('2025, 1000, ''s'', lines => %L', format('{"a": %s}', l))), '22023 | what is said by hand of "a" has no reason | Give the reason: {"roofs": {"amount": 9000, "reason": "the contract"}}.', l)
from unnest(array['{"amount": 5}', '{"amount": 5, "reason": null}', '{"amount": 5, "reason": ""}', '{"amount": 5, "reason": "  "}', '{"amount": 5, "reason": 7}', '{"amount": 5, "reason": {}}']) l;
-- amounts that are as large as amounts can be
select is(pg_temp.asked($$2025, 999999999999999999.99, 's', lines => '{"a": {"amount": 1e17, "reason": "x"}, "o''Brien \"x\"": {"amount": 99999999999999999.99, "reason": "x"}}', ceilings => '{"county": 1e17}'$$),
    '23514 | the ceiling of unit "county" is under its floors | It is 100000000000000000; what is said by hand and what is assured come to 199999999999999999.99. | '
    'Raise the ceiling, or change the rules by which its programs are assured.', 'amounts as large as they can be');

-- what is there -----------------------------------------------------------------------------------------------------------

select is(pg_temp.asked('2025, 1000, ''s''', change), said, change) from (values
    ($$update application_rule set in_force = false where rule = 'good'$$, 'P0002 | no rule of application fits program "o''Brien "x"", which is good | The rules are those for the budget of 2025. | '
        'Add a row to application_rule, such as: result ''good'', effect ''cut'', percent 10.'),
    ($$delete from application_rule where effect <> 'withheld'$$, 'P0002 | no rule of application fits program "a", which is excellent | Nor does one fit 2 others; what they are: excellent, fair, good. | '
        'Add a row to application_rule, such as: result ''excellent'', effect ''cut'', percent 10.'),
    ($$delete from setting$$, 'P0002 | there are no settings for 2025 | Add a row to setting: that of fiscal year 0 holds for all years.'),
    ($$update application_rule set effect = 'merged', merge_into = 'nobody', percent = null where rule = 'good'$$, '22023 | program "o''Brien "x"" cannot be merged into "nobody" | There is no such program in the budget. | '
        'Name another program in application_rule.merge_into.'),
    ($$update application_rule set effect = 'merged', merge_into = 'o''Brien "x"', percent = null where rule = 'good'$$, '22023 | program "o''Brien "x"" cannot be merged into "o''Brien "x"" | That is merged itself. | '
        'Name another program in application_rule.merge_into.'),
    ($$update application_rule set effect = 'merged', merge_into = 'new', percent = null where rule = 'good'$$, '22023 | program "o''Brien "x"" cannot be merged into "new" | That is new itself. | '
        'Name another program in application_rule.merge_into.'),
    ($$update application_rule set effect = case rule when 'good' then 'merged' else 'cancelled' end, merge_into = case rule when 'good' then 'a' end, percent = null where rule in ('good', 'excellent')$$,
        '22023 | program "o''Brien "x"" cannot be merged into "a" | That is cancelled itself. | Name another program in application_rule.merge_into.'),
    ($$update application_rule set effect = 'merged', merge_into = E'校舍 %s \n{"$1', percent = null where rule = 'good'$$, 'proposed')) v (change, said);
-- an empty publication of another year
select pg_temp.published(1900);
select is(pg_temp.asked('1901, 0, ''s'''), 'P0002 | there are no programs for a budget of 1901 | Publish the results of 1900 with its programs, or add programs of 1901.', 'nothing to propose');
select is((select count(*) from proposal_rows(2025, 1000, 'none', '{}', '{}', 's')) + (select count(*) from proposal_rows(null, null, null, null, null, null)), 0::bigint, 'of no publication there are no rows');

-- what is kept, with names that have to be quoted
select is((select count(*) from propose_budget(2025, 285, E'it''s "A"; 甲 %s', ceilings => '{"un\"it": 165.25, "局 ''%s''": 65.25}', lines => '{"o''Brien \"x\"": {"amount": 99.50, "reason": "it''s \"so\" %s"}}', title => '')), 4::bigint, 'proposed');
-- a 100, the second by hand; the third is cut by 30 to 70, of which its bureau may have 65.25, and that is all of its unit's
-- but .50
select results_eq('select program_id, unit_id, proposed, short, short_by, by_hand from proposal order by program_id collate "C"', $$values ('a', 'health', 100.00, 0.00, null, 0.00), ('new', 'health', 0, 0, null, 0),
    ('o''Brien "x"', 'un"it', 99.50, 0, null, -0.50), (E'校舍 %s \n{"$1', '局 ''%s''', 65.25, -4.75, 'the ceiling of 局 ''%s''', 0)$$, 'and under ceilings');
select results_eq('select scenario, title from scenario', $$values (E'it''s "A"; 甲 %s', E'it''s "A"; 甲 %s')$$, 'a title that is empty is the name');
select results_eq('select unit_id, ceiling, fiscal_year from scenario_ceiling order by 2', $$values ('局 ''%s''', 65.25, 2025), ('un"it', 165.25, 2025)$$, 'the ceilings are kept');
select is((select why from proposal where by_hand <> 0), 'good (85.00) in 2024; base 100.00, the approved budget; rule "good": assured; 99.50 by hand: it''s "so" %s', 'and the words');
select is((select rules -> 'rule fair' ->> 'effect' || (rules -> 'settings' ->> 'share_saving') from scenario), 'cut50.0000', 'and the rules');
select is(pg_temp.asked($$2025, 1, E'it''s "A"; 甲 %s'$$), '23505 | there is a scenario "it''s "A"; 甲 %s" | It is of 2025, with an envelope of 285.00. | Give this one another name: what was proposed is kept.', 'once');
select throws_ok(format('%s %I', t, r), '23001', null, t || r) from unnest('{update,delete from}'::text[]) t, unnest('{scenario,proposal}'::text[]) r where t <> 'update';
select throws_ok($$update proposal set proposed = 0$$, '23001', null, 'what was proposed is not changed');
savepoint before_it;
select is((select amount from accept_budget(E'it''s "A"; 甲 %s') where what = 'proposed'), 264.75, 'it is accepted: 100, 99.50 and 65.25');
select is(pg_temp.asked($$2025, 1000, 's'$$), '23514 | the budget of 2025 is accepted | That is scenario "it''s "A"; 甲 %s". | What was accepted by mistake is taken back first: take_back_budget().', 'nor once one is accepted');
select is(pg_temp.asked($$2026, 1000, 's'$$, 'insert into program (program_id, fiscal_year, name, unit_id) values (''later'', 2026, ''Later'', ''health'')'), 'proposed', 'another year is free');
rollback to before_it;

-- figures that nobody has in mind -----------------------------------------------------------------------------------------

-- each in a program of its own, approved at 100 for 10 and paid so, with another promise in 2025
do $$begin
    perform pg_temp.program(v.p, 2014, 'health', v.approved, v.executed), pg_temp.program(v.p, 2015, 'health', proposed => v.asked), pg_temp.result(v.p, 2014, v.rating, v.score),
            pg_temp.output(v.p, 2014, v.promised, v.reached), pg_temp.output(v.p, 2015, v.next)
    from (values ('huge next', 100, 100, null, 'excellent', 95, '>= 10', 10, '>= 1' || repeat('0', 28)), ('huge promise', 100, 100, null, 'excellent', 95, '>= 1' || repeat('0', 28), 10, '>= 10'),
                 ('tiny promise', 100, 100, null, 'excellent', 95, '>= 0.00000001', 10, '>= 1' || repeat('0', 25)), ('tiny output', 100, 100, null, 'good', 85, '>= 10', 0.000000000000000001, '>= 10'),
                 ('no output', 100, 100, null, 'poor', 0, '>= 10', 0, '>= 10'), ('no money', 0, 0, null, 'good', 85, '>= 10', 10, '>= 10'), ('free', 100, 0, null, 'good', 85, '>= 10', 10, '>= 10'),
                 ('none next', 100, 100, null, 'good', 85, '>= 10', 10, '>= 0'), ('less than none', 100, 100, null, 'good', 85, '>= 10', 10, '>= -5'), ('asks none', 100, 100, 0, 'good', 85, '>= 10', 10, '>= 10'),
                 ('asks less than none', 100, 100, -50, 'good', 85, '>= 10', 10, '>= 10'), ('gives back', 100, -50, null, 'good', 85, '>= 10', 10, '>= 10'), ('took', -100, 0, null, 'good', 85, '>= 10', 10, '>= 10'),
                 ('no score', 100, 100, null, 'fair', null, '>= 10', 10, '>= 10'), ('over', 100, 100, null, 'fair', 100, '>= 10', 10, '>= 10'),
                 ('rich', 99999999999999999.99, 99999999999999999.99, null, 'good', 85, '>= 0.01', 10, '>= 1' || repeat('0', 28)))
         v (p, approved, executed, asked, rating, score, promised, reached, next);
end$$;
select pg_temp.published(2014);
select is((select count(*) from propose_budget(2015, 500000000000000000, 'hostile')), 16::bigint, 'whatever figures are there, there is a proposal');
-- a promise of 1e28 was never made or reached: 10 count; where 1e28 were promised for 100 ten cost less than a cent, and
-- that is the base; of what is paid for with nothing, or less, it is the approved unit cost
select results_eq($$select program_id, trim_scale(base), base_by, trim_scale(proposed) from proposal where scenario = 'hostile' and program_id <> 'rich' and result <> 'excellent' order by 1$$,
    $$values ('asks less than none', 0::numeric, 'asked', 0::numeric), ('asks none', 0, 'asked', 0), ('free', 100, 'approved unit cost', 100), ('gives back', 100, 'approved unit cost', 100), ('less than none', 0, 'approved unit cost', 0),
        ('no money', 0, 'approved budget', 0), ('no output', 100, 'approved unit cost', 50), ('no score', 100, 'approved unit cost', 0), ('none next', 0, 'approved unit cost', 0), ('over', 100, 'approved unit cost', 100),
        ('tiny output', 100, 'approved unit cost', 100), ('took', 0, 'approved budget', 0)$$, 'by hand');
select results_eq($$select program_id, trim_scale(base) from proposal where scenario = 'hostile' and result = 'excellent' order by 1$$,
    $$values ('huge next', 100::numeric), ('huge promise', 0), ('tiny promise', 100)$$, 'no base is larger than what was paid or approved');
select is((select trim_scale(base) from proposal where scenario = 'hostile' and program_id = 'rich'), 99999999999999999.99, 'nor where all is spent for a promise of nothing');

-- a ledger of one's own: an entry with several kinds, of which some are no number; days and currencies that are missing
savepoint ledger;
create table kept as select * from budget_entry;
create or replace view program_budget with (security_invoker = true) as
select program_id, fiscal_year, entry_id, entry_date, recorded_at, (case kind when 'proposed' then amount end)::numeric(20,2) as proposed, (case kind when 'approved' then amount end)::numeric(20,2) as approved,
       (case kind when 'carried_over' then amount end)::numeric(20,2) as carried_over, null::numeric(20,2) as adjusted, null::numeric(20,2) as received, null::numeric(20,2) as committed,
       (case kind when 'executed' then amount end)::numeric(20,2) as executed, null::numeric(20,2) as planned, month, fund, economic_id, currency, one_off
from kept
union all
select v.p, v.y, null, null, null, v.asked::numeric(20,2), v.approved::numeric(20,2), v.carried::numeric(20,2), 'NaN'::numeric(20,2), null::numeric(20,2), 'NaN'::numeric(20,2), 'NaN'::numeric(20,2), null::numeric(20,2), null, null, null, v.currency, null
from (values ('a', 2025, 'NaN'::numeric, 'NaN'::numeric, 5.00, null), ('a', 2025, 60, null, 'NaN', null), ('a', 2024, null, 'NaN', 'NaN', 'XXX'), ('o''Brien "x"', 2025, 1, null, 1, 'EUR'),
             ('new', 2025, null, null, 'NaN', null)) v (p, y, asked, approved, carried, currency);
-- a asks for 60 and brings 5 along; what is of another currency counts nowhere
select results_eq($$select program_id, base, carried, wanted, proposed from proposal_rows(2025, 1000, '2024 effective', '{}', '{}', 'x') where program_id in ('a', 'o''Brien "x"') order by 1$$,
    $$values ('a', 60.00, -5.00, 0.00, 55.00), ('o''Brien "x"', 100, 0, 0, 100)$$, 'what is no number counts nowhere');
select is(pg_temp.asked('2025, 1000, $$s$$'), 'proposed', 'and stops nothing');
rollback to ledger;

-- nothing but what is there ----------------------------------------------------------------------------------------------

create view pg_temp.plain as select scenario, to_jsonb(p) - '{scenario,recorded_at,recorded_by}'::text[] as row from proposal p;
create function pg_temp.again(named text, settings text[]) returns bigint language plpgsql as $$
declare s text; n bigint;
begin
    foreach s in array settings loop execute 'set local ' || s; end loop;
    execute format('select count(*) from %I.propose_budget(2025, 285, %L, ceilings => %L, lines => %L)', 'Refused; "drop', named, '{"un\"it": 165.25, "局 ''%s''": 65.25}', '{"o''Brien \"x\"": {"amount": 99.50, "reason": "it''s \"so\" %s"}}') into n;
    return n;
end $$;
select is((select count(*) from propose_budget(2025, 285, 'again', ceilings => '{"un\"it": 165.25, "局 ''%s''": 65.25}', lines => '{"o''Brien \"x\"": {"amount": 99.50, "reason": "it''s \"so\" %s"}}')), 4::bigint, 'a second time');
select pg_temp.again('elsewhere', '{search_path = pg_catalog,"datestyle = ''SQL, DMY''",timezone = ''Pacific/Kiritimati'',"intervalstyle = sql_standard",extra_float_digits = -15,bpm.as_of = ''2001-01-01'',bpm.known_at = ''2001-01-01 00:00+00'',enable_hashjoin = off,enable_nestloop = off,plan_cache_mode = force_custom_plan}') as made \gset
set local search_path = :"model", public;
reset datestyle; set local timezone = 'UTC'; reset bpm.as_of; reset bpm.known_at; reset enable_hashjoin; reset enable_nestloop; reset plan_cache_mode;
select is(:made, 4, 'with other settings');
select bag_eq(format('select row from pg_temp.plain where scenario = %L', n), $$select row from pg_temp.plain where scenario = E'it''s "A"; 甲 %s'$$, n || ': the same proposal has the same rows') from unnest('{again,elsewhere}'::text[]) n;
select is_empty('select * from pg_temp.broken', 'everything adds up');

-- who may ------------------------------------------------------------------------------------------------------------------

create role regress_proposal_clerk;
grant usage on schema "Refused; ""drop" to regress_proposal_clerk;
grant select on all tables in schema "Refused; ""drop" to regress_proposal_clerk;
set local role regress_proposal_clerk;
select is(pg_temp.asked($$2025, 1000, 'clerk'$$), '42501 | the duty of budgeting is in other hands | bpm.grant_duty gives it.', 'it is a duty');
reset role;
grant insert on scenario, scenario_ceiling, proposal, proposal_hold to regress_proposal_clerk;
set local role regress_proposal_clerk;
select is(pg_temp.asked($$2025, 1000, 'clerk'$$), 'proposed', 'of who has it');
reset role;
select bpm.enable_row_security('Refused; "drop');
set local role regress_proposal_clerk;
select is(pg_temp.asked($$2025, 1000, 'clerk'$$), '42501 | a budget is of all programs, and row security hides some from the current role | Propose it as the owner of the tables, or as a role with BYPASSRLS.', 'not where rows are hidden');
reset role;
select is(pg_temp.asked($$2025, 1000, 'clerk'$$), 'proposed', 'the owner sees all');

-- rules that would do nothing ------------------------------------------------------------------------------------------------

select throws_ok(format('insert into application_rule (rule, result, finding, effect, percent, merge_into) values (''x'', %s)', r), '23514', m, m) from (values
    ($$'poor', null, 'withheld', 50, null$$, 'money is withheld until something happens'),
    ($$null, null, 'withheld', null, null$$, 'money is withheld until something happens'),
    ($$'poor', null, 'cancelled', 50, null$$, 'only what is cut, withheld or merged has a percentage'),
    ($$'poor', null, 'merged', null, null$$, 'what is merged is merged into a program, and nothing else is'),
    ($$'poor', null, 'cut', null, 'y'$$, 'what is merged is merged into a program, and nothing else is')) v (r, m);
select lives_ok(format('insert into application_rule (rule, result, finding, effect) values (%s)', r), r) from (values
    ($$'x', 'Results Not Demonstrated', null, 'withheld'$$), ($$'y', null, 'high', 'withheld'$$)) v (r);
select * from finish();
rollback;
