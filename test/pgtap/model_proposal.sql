-- model: proposals of a budget. What a program needs by its results, what a rule does to that, and what is left of the
-- year of the results: the county of methods.md to the cent, the rules of Chinese cities case by case, and that nobody
-- gains by spending or promising for its own sake.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

\set model 'Proposed "for" next'
\ir proposal.psql

-- the county ------------------------------------------------------------------------------------------------------------

-- methods.md, "Money not spent": meals were given 600 more, irrigation was adjusted with its budget to 800 for 8000.
do $$begin
    perform pg_temp.program('clinics', 2024, 'health', 4000, 3200);
    perform pg_temp.program('meals', 2024, 'canteens', 6000, 6270);
    perform pg_temp.program('irrigation', 2024, 'water', 10000, 8000);
    perform pg_temp.program('roofs', 2024, 'schools', 20000, 12000);
    perform pg_temp.output('clinics', 2024, '>= 80', 80);
    perform pg_temp.output('meals', 2024, '>= 12000', 12500);
    perform pg_temp.output('irrigation', 2024, '>= 1000', 800);
    perform pg_temp.output('roofs', 2024, '>= 40', 22);
    insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
        values ('irrigation', 2024, '1', 'section 7', 'a dry year'), ('meals', 2024, '1', 'section 7', 'more pupils');
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id)
        values ('irrigation', 2024, 'adjusted', '2024-06-01', -2000, '1'), ('meals', 2024, 'adjusted', '2024-09-01', 600, '1');
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, adjustment_id)
        values ('irrigation', 2024, 'output', '2024-06-01', '>= 800', 90, '1');
    -- what is promised next: 80 clinics, 12500 meals, 800 hectares, the other 18 roofs
    perform pg_temp.program('clinics', 2025, 'health'); perform pg_temp.output('clinics', 2025, '>= 80');
    perform pg_temp.program('meals', 2025, 'canteens'); perform pg_temp.output('meals', 2025, '>= 12500');
    perform pg_temp.program('irrigation', 2025, 'water'); perform pg_temp.output('irrigation', 2025, '>= 800');
    perform pg_temp.program('roofs', 2025, 'schools'); perform pg_temp.output('roofs', 2025, '>= 18');
    -- what roofs promise was approved with their budget
    set local session_replication_role = replica;
    insert into stage_event (program_id, fiscal_year, at, stage) values ('roofs', 2024, '2024-01-01 09:00+00', 'approved');
    set local session_replication_role = origin;
    insert into responsible (program_id, fiscal_year, from_day, person) values ('roofs', 2024, '2024-01-01', 'Mr Zhao');
    insert into year_event (fiscal_year, at, event) values (2024, '2025-01-31', 'closed');
end$$;
select is(publish(2024, as_of => '2025-06-30'), '2024 effective', 'the results of 2024 are published');
select results_eq($$select program_id, rating, round(score, 2) from publication_program order by 1$$,
    $$values ('clinics', 'excellent', 100.00), ('irrigation', 'excellent', 100), ('meals', 'excellent', 100), ('roofs', 'poor', 55)$$,
    'which come to what the outputs say: 22 roofs of 40 are 55 %');

-- clinics: 80 at the paid 3200 for 80. irrigation: 800 at 10000 for 1000, the same as 8000 for 800. meals: 12500 at
-- .50 (6000 for 12000) and not .5016 (6270 for 12500). roofs: 18 at 20000 for 40, and not 12000 for 22; poor: half of it.
-- Envelope 20000 and 8730 taken back; 3200 + 8000 + 6250 + 4500 = 21950; 6780 remain.
create view pg_temp.row as
select p.scenario, p.program_id, p.result, p.effect, trim_scale(p.before) as before, trim_scale(p.counted) as counted, p.base_by,
       trim_scale(p.base) as base, trim_scale(p.rebased) as rebased, trim_scale(p.cut) as cut, trim_scale(p.merged) as merged,
       trim_scale(p.carried) as carried, trim_scale(p.short) as short, trim_scale(p.growth) as growth,
       trim_scale(p.by_hand) as by_hand, trim_scale(p.proposed) as proposed, trim_scale(p.left_over) as left_over,
       trim_scale(p.carry_over) as carry_over, trim_scale(p.shared) as shared, trim_scale(p.recaptured) as recaptured,
       trim_scale(p.wanted) as wanted, trim_scale(p.withheld) as withheld
from proposal p;
select results_eq($$select program_id, result, rule, effect, before, base, change, proposed, withheld from propose_budget(2025, 20000, 'county')$$,
    $$values ('clinics', 'excellent', 'excellent', 'priority', 4000.00, 3200.00, -800.00, 3200.00, 0.00),
        ('irrigation', 'excellent', 'excellent', 'priority', 10000, 8000, -2000, 8000, 0), ('meals', 'excellent', 'excellent', 'priority', 6000, 6250, 250, 6250, 0),
        ('roofs', 'poor', 'poor', 'cut', 20000, 9000, -15500, 4500, 0)$$, 'the bases of methods.md, and half of it for what is poor');
select results_eq($$select program_id, trim_scale(promised), trim_scale(counted), trim_scale(cost), trim_scale(cost_output), base_by from proposal where scenario = 'county' order by 1$$,
    $$values ('clinics', 80::numeric, 80::numeric, 3200::numeric, 80::numeric, 'paid unit cost'), ('irrigation', 800, 800, 10000, 1000, 'approved unit cost'),
        ('meals', 12500, 12500, 6000, 12000, 'approved unit cost'), ('roofs', 18, 18, 20000, 40, 'approved unit cost')$$,
    'each from the unit cost that is lower; where both are the same it is the approved one');
-- left: 4000 - 3200, of which 800 is saved and half of it kept; 6600 - 6270, which is left of what was added, so that
-- nothing of it is credited; 20000 - 12000 was not delivered
select results_eq($$select program_id, left_over, carry_over, shared, recaptured from pg_temp.row where scenario = 'county' order by 1$$,
    $$values ('clinics', 800::numeric, 0::numeric, 400::numeric, 400::numeric), ('irrigation', 0, 0, 0, 0), ('meals', 330, 0, 0, 330), ('roofs', 8000, 0, 0, 8000)$$,
    'what was left: half of what was saved is kept, the rest is taken back');
select results_eq($$select fiscal_year, from_year, publication, trim_scale(envelope), trim_scale(recaptured), trim_scale(available), trim_scale(proposed), trim_scale(unallocated), programs, title
    from scenario where scenario = 'county'$$,
    $$values (2025, 2024, '2024 effective', 20000::numeric, 8730::numeric, 28730::numeric, 21950::numeric, 6780::numeric, 4, 'county')$$, 'the totals of the scenario');
select is((select responsible from proposal where scenario = 'county' and program_id = 'roofs'), 'Mr Zhao', 'who answers for it stands beside it');
select is((select why from proposal where scenario = 'county' and program_id = 'roofs'),
    'poor (55.00) in 2024; base 9000.00: 18 at 20000.00 for 40, the approved unit cost; rule "poor": cut by 50 %; 8000.00 not used in 2024 is taken back',
    'and why, in words');
select is((select why from proposal where scenario = 'county' and program_id = 'clinics'),
    'excellent (100.00) in 2024; base 3200.00: 80 at 3200.00 for 80, the paid unit cost; rule "excellent": priority; keeps 400.00 of its saving; '
    '400.00 not used in 2024 is taken back', 'of what is kept too');


-- what would be proposed, in columns that are asked for; writes nothing
create function pg_temp.would(of_year integer, envelope numeric, ceilings jsonb default '{}', lines jsonb default '{}') returns setof proposal
    language sql as $$
    select p.* from (select b.publication from publication b where b.fiscal_year < of_year
                     and not exists (select from publication r where r.replaces = b.publication)
                     order by b.fiscal_year desc limit 1) b
    cross join proposal_rows(of_year, envelope, b.publication, ceilings, lines, 'would') p $$;
-- under a setting or a rule that is changed for it, and back
create function pg_temp.under(change text, question text) returns text language plpgsql as $$
declare said text;
begin
    begin
        execute change;
        execute question into said;
        raise exception using errcode = 'ZZ000', message = coalesce(said, '(nothing)');
    exception when sqlstate 'ZZ000' then return sqlerrm;
    end;
end $$;
\set clinics 'select format(\'%s kept, %s back\', shared, recaptured) from pg_temp.would(2025, 20000) where program_id = \'clinics\''

-- 800 is credited to the clinics: so many percent of that, to the cent, half a cent up
select is(pg_temp.under('update setting set share_saving = ' || share, :'clinics'), said, format('%s %% of a saving is kept', share))
from (values ('0', '0.00 kept, 800.00 back'), ('25', '200.00 kept, 600.00 back'), ('33.3333', '266.67 kept, 533.33 back'), ('0.0006', '0.00 kept, 800.00 back'),
             ('0.0007', '0.01 kept, 799.99 back'), ('100', '800.00 kept, 0.00 back')) v (share, said);
select is(pg_temp.under($$insert into setting (fiscal_year, share_saving) values (2025, 10), (2024, 20), (2026, 30)$$, :'clinics'), '80.00 kept, 720.00 back',
    'by the setting of the year of the budget');
-- 6780 less 8730 is less than nothing: the poor gets what is left of 20000 - 17450 = 2550
select is(pg_temp.under($$update setting set recapture = 'lapsed'$$, $$select string_agg(format('%s %s', proposed, recaptured), ', ' order by program_id)
    from pg_temp.would(2025, 20000)$$), '3200.00 400.00, 8000.00 0.00, 6250.00 330.00, 2550.00 8000.00', 'what lapses is not shared out, and is shown');
-- committed money is spoken for; what was carried over already is not left twice: the larger of the two counts
select is(pg_temp.under($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('roofs', 2025, 'carried_over', '2025-02-01', 3000)$$,
    $$select format('%s left, %s carried, %s short, %s proposed', left_over, carried, short, proposed) from pg_temp.would(2025, 30000) where program_id = 'roofs'$$),
    '5000.00 left, -3000.00 carried, 0.00 short, 1500.00 proposed', 'what was carried over already is not left, and pays for what it would need');
select is((select format('%s along, %s back; %s of %s new', carry_over, recaptured, proposed, base + cut) from pg_temp.would(2025, 30000, '{}', '{"roofs": {"carry_over": 2000, "reason": "the contract"}}')
    where program_id = 'roofs'), '2000.00 along, 6000.00 back; 2500.00 of 4500.00 new', 'what is taken along by hand is no more than money in another place');
-- 100 for 50 of the 800 that are left are taken along: only then is the saving kept of what remains
select is((select format('%s along, %s kept, %s back', carry_over, shared, recaptured) from pg_temp.would(2025, 30000, '{}', '{"clinics": {"carry_over": 600.01, "reason": "late bills"}}')
    where program_id = 'clinics'), '600.01 along, 199.99 kept, 0.00 back', 'nothing is kept twice');

-- who has not measured the rest of what he promised keeps nothing: that would be withheld from nobody
select is(pg_temp.under($$set local session_replication_role = replica; update publication_program set rating = 'not demonstrated' where program_id = 'clinics'; set local session_replication_role = origin$$, :'clinics'),
    '0.00 kept, 800.00 back', 'what was not demonstrated shares no saving');
-- what is cancelled or merged does not go on, and nothing is kept of its saving: else it would be taken into the year for that
select is(pg_temp.under(format('insert into application_rule (rule, place, function_id, effect, merge_into) values (%s); update program set function_id = ''210'' where (program_id, fiscal_year) = (''clinics'', 2025)', r), :'clinics'),
    '0.00 kept, 800.00 back', r) from unnest('{"''x'', 1, ''210'', ''cancelled'', null","''x'', 1, ''210'', ''merged'', ''meals''"}'::text[]) r;
select is(pg_temp.under($$insert into application_rule (rule, place, function_id, effect) values ('x', 1, '210', 'cancelled'); update program set function_id = '210' where (program_id, fiscal_year) = ('clinics', 2025)$$,
    $$select format('%s new, %s kept', proposed, shared) from pg_temp.would(2025, 20000, '{}', '{"clinics": {"amount": 50, "reason": "to close them"}}') where program_id = 'clinics'$$),
    '50.00 new, 400.00 kept', 'unless it goes on by hand');

-- nobody gains by it ------------------------------------------------------------------------------------------------------

create function pg_temp.base_of(program text) returns text language sql as $$
    select format('%s: base %s by %s, wants %s, keeps %s', result, base, base_by, wanted, shared) from pg_temp.would(2025, 90000) where program_id = program $$;
-- the publication has what was executed; what the base is of comes from the facts of that day
create function pg_temp.fact(program text, kind text, amount numeric, day date default '2024-12-20', once boolean default false) returns void
    language plpgsql as $$
begin
    set local session_replication_role = replica;
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, one_off, recorded_at)
    select program, 2024, kind, day, amount, once, known_at from publication;
    update publication_program p set approved = p.approved + case kind when 'approved' then amount else 0 end,
        executed = p.executed + case kind when 'executed' then amount else 0 end, committed = p.committed + case kind when 'committed' then amount else 0 end,
        budget = p.budget + case when kind in ('approved', 'carried_over') then amount else 0 end
    where p.program_id = program and p.fiscal_year = 2024;
    set local session_replication_role = origin;
end $$;
create function pg_temp.promise(program text, year integer, promised text, procedure_of text default null, day date default null) returns void language plpgsql as $$
begin
    set local session_replication_role = replica;
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, adjustment_id, recorded_at)
    select program, year, 'output', coalesce(day, make_date(year, 12, 1)), promised::bpm.target, procedure_of, known_at from publication;
    set local session_replication_role = origin;
end $$;
-- 800 in December for nothing: 80 at 4000 for 80, as it was approved, and no more
select is(pg_temp.under($$select pg_temp.fact('clinics', 'executed', 800)$$, $$select pg_temp.base_of('clinics')$$),
    'excellent: base 4000.00 by approved unit cost, wants 0.00, keeps 0.00', 'who spends everything in December gets no larger base than was approved');
select is(pg_temp.under($$select pg_temp.fact('clinics', 'executed', 8000)$$, $$select pg_temp.base_of('clinics')$$),
    'excellent: base 4000.00 by approved unit cost, wants 0.00, keeps 0.00', 'nor who spends more than he has');
select is(pg_temp.under($$select pg_temp.fact('clinics', 'committed', 800)$$,
    $$select pg_temp.base_of('clinics') || (select format('; left %s', left_over) from pg_temp.would(2025, 90000) where program_id = 'clinics')$$),
    'excellent: base 3200.00 by paid unit cost, wants 0.00, keeps 0.00; left 0.00', 'committed money is not left, and makes no base');
-- 160 promised, 80 were reached and promised: the base is of 80, and for the others it is 3200 more that it would take
select is(pg_temp.under($$select pg_temp.promise('clinics', 2025, '>= 160')$$, $$select pg_temp.base_of('clinics')$$),
    'excellent: base 3200.00 by paid unit cost, wants 3200.00, keeps 400.00', 'who promises more than was ever promised or reached has no larger base');
-- with a limit of 20 %: 3200 * .20 = 640, however much is promised
select is(pg_temp.under($$update setting set growth_limit = 20; select pg_temp.promise('clinics', 2025, '>= 8000')$$, $$select pg_temp.base_of('clinics')$$),
    'excellent: base 3200.00 by paid unit cost, wants 640.00, keeps 400.00', 'nor does he take what was freed from the others');
select is(pg_temp.under($$select pg_temp.promise('clinics', 2025, '>= 60')$$, $$select pg_temp.base_of('clinics')$$),
    'excellent: base 2400.00 by paid unit cost, wants 0.00, keeps 400.00', 'who promises less needs less');
-- approved at 4000 for 160, and 80 reached: 25 each, and not 40
select is(pg_temp.under($$select pg_temp.promise('clinics', 2024, '>= 8000', '9', '2024-12-30'), pg_temp.promise('clinics', 2025, '>= 8000')$$,
    $$select pg_temp.base_of('clinics')$$), 'excellent: base 3200.00 by paid unit cost, wants 316800.00, keeps 0.00',
    'a promise that is raised by a procedure without the money for it, and is not kept, makes no larger base');
-- asked for: 5000 makes no base of 5000 where there is an output, and is none of growth
select is(pg_temp.under($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('clinics', 2025, 'proposed', '2024-09-01', 50000)$$,
    $$select pg_temp.base_of('clinics')$$), 'excellent: base 3200.00 by paid unit cost, wants 0.00, keeps 400.00', 'who asks for more than the output costs gets no more');
select is(pg_temp.under($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('clinics', 2025, 'proposed', '2024-09-01', 3000)$$,
    $$select pg_temp.base_of('clinics')$$), 'excellent: base 3000.00 by asked, wants 0.00, keeps 400.00', 'and never more than was asked for');
-- 1000 once, and spent: 4200 paid for 80 is dearer than 4000; of 5000 - 4200 half is kept
select is(pg_temp.under($$select pg_temp.fact('clinics', 'approved', 1000, '2024-01-02', true), pg_temp.fact('clinics', 'executed', 1000)$$,
    $$select pg_temp.base_of('clinics') || (select format('; before %s', before) from pg_temp.would(2025, 90000) where program_id = 'clinics')$$),
    'excellent: base 4000.00 by approved unit cost, wants 0.00, keeps 400.00; before 4000.00', 'money for one year is no base for the next');
select is(pg_temp.under($$select pg_temp.promise('roofs', 2025, '<= 18')$$, $$select pg_temp.base_of('roofs')$$),
    'poor: base 20000.00 by approved unit cost, wants 0.00, keeps 0.00', 'a promise of at most so much promises nothing: what was promised before counts');

-- 22 roofs of 40: without the mark, 20000 would be approved again for 18
select is(pg_temp.under($$set local session_replication_role = replica;
    update indicator set buys = false where program_id = 'roofs' and fiscal_year = 2024;
    insert into program_log (program_id, fiscal_year, relation, key, changed_at, n, before, after, changed_by, session_by)
    select program_id, fiscal_year, relation, key, clock_timestamp(), n + 1000, after, after || '{"buys": false}', changed_by, session_by from program_log
    where program_id = 'roofs' and fiscal_year = 2024 and relation = 'indicator';
    set local session_replication_role = origin$$, $$select pg_temp.base_of('roofs')$$), 'poor: base 9000.00 by approved unit cost, wants 0.00, keeps 0.00',
    'who has not reached an output does not unmark it');
-- one clinic is promised for 4000 and 80 are there; nothing is paid yet: what is committed is no saving, 800 are left
select is(pg_temp.under($$select pg_temp.promise('clinics', 2024, '>= 1', '9', '2024-12-30'), pg_temp.fact('clinics', 'executed', -3200), pg_temp.fact('clinics', 'committed', 3200)$$,
    $$select pg_temp.base_of('clinics')$$), 'excellent: base 4000.00 by approved unit cost, wants 0.00, keeps 400.00', 'who has paid nothing has what was approved');

-- money that was kept: two years in a row ---------------------------------------------------------------------------------

-- The proposal of 2025 is accepted: 3200 are approved for 80 clinics, and 400 kept of the saving, of which 300 are spent
-- on something else. Then 80 cost 3200 again by what was approved (3200 + 400 - 400), not 3600 or the 3500 that were paid;
-- and of 2024 nothing is left.
select results_eq($$select what, amount from accept_budget('county') where amount <> 0$$, $$values ('proposed', 21950.00), ('shared saving', 400), ('recaptured', 8730)$$, 'it is accepted');
select results_eq($$select program_id, left_over from pg_temp.would(2026, 90000) order by 1$$,
    $$values ('clinics', 0.00), ('irrigation', 0), ('meals', 0), ('roofs', 0)$$, 'what was disposed of is not left again');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('clinics', 2025, 'approved', '2025-01-02', 3200), ('clinics', 2025, 'executed', '2025-12-01', 3500),
    ('roofs', 2025, 'approved', '2025-01-02', 4500), ('roofs', 2025, 'executed', '2025-12-01', 4500);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('clinics', 2025, 'output', '2025-12-31', 80), ('roofs', 2025, 'output', '2025-12-31', 18);
-- 100 of 2024 are paid back afterwards: they are left then; the 400 that were entered by that proposal do not take their place
select is(pg_temp.under($$select pg_temp.fact('clinics', 'executed', -100)$$, $$select left_over from pg_temp.would(2026, 90000) where program_id = 'clinics'$$), '100.00',
    'what is paid back later is left then');
select pg_temp.result('clinics', 2025, 'excellent', 100), pg_temp.result('roofs', 2025, 'excellent', 100), pg_temp.published(2025);
do $$begin
    perform pg_temp.program('clinics', 2026, 'health'); perform pg_temp.program('roofs', 2026, 'schools');
end$$;
select results_eq($$select program_id, before, base, base_by, shared, recaptured from pg_temp.would(2026, 90000) where program_id in ('clinics', 'roofs')$$,
    $$values ('clinics', 3200.00, 3200.00, 'approved unit cost', 0.00, 100.00), ('roofs', 4500, 4500, 'approved unit cost', 0, 0)$$,
    'money that was kept of a saving is no cost of the output the next time');

-- budgets by results of two years before: what one enters in a year is left of the year before that one, and does not take
-- the place of what is left of it. Of 2094 a has saved 300, of which it keeps 150 in 2096, and b takes 60 of its 100 along
-- there; of 2095 are left 200 (all of them saved) and 50: 100 are kept, 100 and 50 taken back.
do $$begin
    perform pg_temp.program('a', 2094, 'health', 1000, 700), pg_temp.program('b', 2094, 'edu', 500, 400),
            pg_temp.program('a', 2095, 'health', 1000, 800), pg_temp.program('b', 2095, 'edu', 500, 450),
            pg_temp.output('a', 2094, '>= 10', 10), pg_temp.output('a', 2095, '>= 10', 10), pg_temp.published(2094),
            pg_temp.result('a', 2094, 'excellent', 95), pg_temp.result('b', 2094, 'good', 85);
    perform propose_budget(2096, 5000, 'two on', 2094, lines => '{"b": {"carry_over": 60, "reason": "the contract"}}');
    perform accept_budget('two on');
    perform pg_temp.published(2095), pg_temp.result('a', 2095, 'excellent', 95), pg_temp.result('b', 2095, 'good', 85);
end$$;
select results_eq($$select program_id, shared, carry_over, recaptured from proposal where scenario = 'two on'$$,
    $$values ('a', 150.00, 0.00, 150.00), ('b', 0, 60, 40)$$, 'what is left of a year goes into the year after the next');
select results_eq($$select program_id, left_over, shared, recaptured from proposal_rows(2097, 5000, '2095 effective', '{}', '{}', 'x')$$,
    $$values ('a', 200.00, 100.00, 100.00), ('b', 50, 0, 50)$$, 'and is not what is left of the year between: no cent is lost');

-- b got 440 of new money for 2096, with the 60 that it took along: when those are spent it needs 500 as before, and is cut
-- by nothing. What is approved beyond (500, and 60 on top) is what is approved; and less (400) is less.
create function pg_temp.b_after(approved numeric) returns text language plpgsql as $$
begin
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('b', 2096, 'approved', '2096-01-02', approved), ('b', 2096, 'executed', '2096-12-01', approved + 60);
    perform pg_temp.published(2096), pg_temp.result('b', 2096, 'good', 85);
    return (select format('%s, %s, %s', before, base, why) from proposal_rows(2097, 5000, '2096 effective', '{}', '{}', 'x') where program_id = 'b');
end $$;
select is(pg_temp.under('select 1', format('select pg_temp.b_after(%s)', a)), said, what) from (values
    (440, '440.00, 500.00, good (85.00) in 2096; base 500.00, the approved budget and what it brought along; rule "good": assured', 'who brought money along needs as much without it'),
    (500, '500.00, 500.00, good (85.00) in 2096; base 500.00, the approved budget; rule "good": assured', 'what was approved all the same is no reason for more'),
    (400, '400.00, 460.00, good (85.00) in 2096; base 460.00, the approved budget and what it brought along; rule "good": assured', 'and less is less')) v (a, said, what);

-- the rules of Chinese cities -----------------------------------------------------------------------------------------------

-- All are approved at 1000.00 and spend it; 10000 are there.
do $$begin
    perform pg_temp.program(p, 2030, u, 1000, 1000, of_function => f, of_scope => s), pg_temp.program(p, 2031, u, of_function => f, of_scope => s),
            pg_temp.result(p, 2030, r, score)
    from (values ('1 excellent', 'health', 'excellent', 95, '210', 'project'), ('2 good', 'edu', 'good', 85, '205', 'project'), ('3 fair', 'edu', 'fair', 72.5, '205', 'basic'),
                 ('4 poor', 'water', 'poor', 40, null, 'project'), ('5 nothing', 'water', 'not demonstrated', null, null, 'project')) v (p, u, r, score, f, s);
    insert into program_evaluation (program_id, fiscal_year, evaluation) select program_id, 2030, 'finance' from program where fiscal_year = 2030;
end$$;
select pg_temp.published(2030);
create function pg_temp.all_of(of_year integer default 2031) returns text language sql as $$
    select string_agg(format('%s %s%s', left(program_id, 3), trim_scale(proposed), ' (' || nullif(trim_scale(withheld), 0) || ')'), ', ' order by program_id)
    from pg_temp.would(of_year, 10000) $$;
-- fair lacks 27.5 points; poor is cut by half, and so is what was not demonstrated, all of which is withheld
select is(pg_temp.all_of(), '1 e 1000, 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'excellent and good are assured, fair is cut in proportion, poor by half; '
    'what was not demonstrated is the worst, and withheld');
select results_eq($$select program_id, rule, effect, percent from pg_temp.would(2031, 10000)$$,
    $$values ('1 excellent', 'excellent', 'priority', null::numeric), ('2 good', 'good', 'assured', null), ('3 fair', 'fair', 'cut', 27.5), ('4 poor', 'poor', 'cut', 50), ('5 nothing', 'poor', 'cut', 50)$$,
    'the rule stands beside it');
create function pg_temp.ruled(change text) returns text language sql as $$ select pg_temp.under(change, 'select pg_temp.all_of()') $$;
select is(pg_temp.ruled('update application_rule set ' || change), said, what) from (values
    ($$effect = 'cancelled', percent = null where rule = 'poor'$$, '1 e 1000, 2 g 1000, 3 f 725, 4 p 0, 5 n 0', 'poor is cancelled'),
    ($$effect = 'reviewed', percent = null where rule = 'poor'$$, '1 e 1000, 2 g 1000, 3 f 725, 4 p 1000, 5 n 1000 (1000)', 'or looked at'),
    ($$percent = 20 where rule = 'fair'$$, '1 e 1000, 2 g 1000, 3 f 800, 4 p 500, 5 n 500 (500)', 'fair by some percent'),
    ($$percent = 33.3333 where rule = 'poor'$$, '1 e 1000, 2 g 1000, 3 f 725, 4 p 666.67, 5 n 666.67 (666.67)', 'to the cent'),
    ($$percent = 30 where rule = 'not demonstrated'$$, '1 e 1000, 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (150)', 'some of it withheld'),
    ($$in_force = false where rule = 'not demonstrated'$$, '1 e 1000, 2 g 1000, 3 f 725, 4 p 500, 5 n 500', 'none of it'),
    ($$effect = 'cancelled' where rule = 'not demonstrated'$$, '1 e 1000, 2 g 1000, 3 f 725, 4 p 500, 5 n 0', 'a rule of its own comes before that of the worst band'),
    ($$place = 100 where rule = 'not demonstrated'; insert into application_rule (rule, place, effect) values ('all', 1, 'assured')$$,
        '1 e 1000, 2 g 1000, 3 f 1000, 4 p 1000, 5 n 500 (500)', 'the lowest place counts; what was not demonstrated has the rule of the worst all the same')) v (change, said, what);
select is(pg_temp.ruled('insert into application_rule (rule, place, result, score_from, score_below, scope, nature, function_id, effect, percent) values ' || rule), said, what) from (values
    ($$('x', 1, null, 40, 72.5, null, null, null, 'cut', 1)$$, '1 e 1000, 2 g 1000, 3 f 725, 4 p 990, 5 n 500 (500)', 'of a band of scores: from 40, and below 72.5'),
    ($$('x', 1, null, 85, null, null, null, null, 'cut', 1)$$, '1 e 990, 2 g 990, 3 f 725, 4 p 500, 5 n 500 (500)', 'open above'),
    ($$('x', 1, null, null, null, 'basic', null, null, 'cut', 1)$$, '1 e 1000, 2 g 1000, 3 f 990, 4 p 500, 5 n 500 (500)', 'of a scope'),
    ($$('x', 1, null, null, null, null, 'revenue', null, 'cut', 1)$$, '1 e 1000, 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'of a nature that none of them has'),
    ($$('x', 1, 'good', null, null, null, 'expenditure', '205', 'cut', 1)$$, '1 e 1000, 2 g 990, 3 f 725, 4 p 500, 5 n 500 (500)', 'of a rating, a nature and a function'),
    ($$('x', 1, null, null, null, null, null, '205', 'cut', 1)$$, '1 e 1000, 2 g 990, 3 f 990, 4 p 500, 5 n 500 (500)', 'of a function'),
    ($$('x', 50, 'fair', null, null, null, null, null, 'cut', 1)$$, '1 e 1000, 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'of one place the first by name: fair'),
    ($$('a', 50, 'fair', null, null, null, null, null, 'cut', 1)$$, '1 e 1000, 2 g 1000, 3 f 990, 4 p 500, 5 n 500 (500)', 'a comes before fair'),
    ($$('x', 1, 'not demonstrated', null, null, null, null, null, 'withheld', 7)$$, '1 e 1000, 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'what withholds takes no decision about the amount')) v (rule, said, what);
-- a published score of 108: no rule that cuts gives more
select is(pg_temp.under($$set local session_replication_role = replica; update publication_program set score = 108 where program_id = '3 fair'; set local session_replication_role = origin$$,
    'select pg_temp.all_of()'), '1 e 1000, 2 g 1000, 3 f 1000, 4 p 500, 5 n 500 (500)', 'who has more points than there are is cut by nothing');
-- one that was there in 2028, and in no year since, is not running
select is(pg_temp.under($$select pg_temp.program('9 back', 2028, 'edu', 100, 100), pg_temp.program('9 back', 2031, 'edu', proposed => 800)$$,
    $$select format('%s %s %s', result, effect, why) from pg_temp.would(2031, 10000) where program_id = '9 back'$$), 'new refused new, and gets nothing: it was not appraised', 'who comes back is appraised first');
select is(pg_temp.ruled($$insert into application_rule (rule, place, program_id, effect, percent) values ('x', 1, '2 good', 'cut', 1)$$),
    '1 e 1000, 2 g 990, 3 f 725, 4 p 500, 5 n 500 (500)', 'of one program');
-- with all below: a function of its own below 210
select is(pg_temp.ruled($$insert into function_code (function_id, parent_id, name) values ('21004', '210', 'Clinics');
    update program set function_id = '21004' where program_id = '1 excellent' and fiscal_year = 2031;
    insert into application_rule (rule, place, function_id, effect, percent) values ('x', 1, '210', 'cut', 1)$$),
    '1 e 990, 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'a function has all below it');
-- by year: from 2032 on fair is cut by 1 %; in 2031 poor was no rule of the year 2000 any more
select is(pg_temp.ruled($$insert into application_rule (fiscal_year, rule, place, result, effect, percent) values (2032, 'fair', 50, 'fair', 'cut', 1)$$),
    '1 e 1000, 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'a row of a later year is not for this one');
select is(pg_temp.ruled($$insert into application_rule (fiscal_year, rule, place, result, effect, percent) values (2031, 'fair', 50, 'fair', 'cut', 1), (2000, 'fair', 50, 'fair', 'cut', 2)$$),
    '1 e 1000, 2 g 1000, 3 f 990, 4 p 500, 5 n 500 (500)', 'of those before the latest counts');
select is(pg_temp.ruled($$insert into application_rule (fiscal_year, rule, place, result, effect, in_force) values (2031, 'excellent', 30, 'excellent', 'priority', false);
    insert into application_rule (rule, place, effect, percent) values ('else', 999, 'cut', 0)$$),
    '1 e 1000, 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'a rule that is no longer in force leaves its programs to the next');
select is(pg_temp.under($$insert into application_rule (fiscal_year, rule, place, result, effect, in_force) values (2031, 'excellent', 30, 'excellent', 'priority', false);
    insert into application_rule (rule, place, effect, percent) values ('else', 999, 'cut', 0)$$, $$select rule from pg_temp.would(2031, 10000) where program_id = '1 excellent'$$), 'else', 'which is named');

-- merged: fair loses 10 % on its way into good: 1000 + 900
select is(pg_temp.ruled($$update application_rule set effect = 'merged', merge_into = '2 good', percent = 10 where rule = 'fair'$$),
    '1 e 1000, 2 g 1900, 3 f 0, 4 p 500, 5 n 500 (500)', 'what is merged goes to the other, less some percent');
select is(pg_temp.under($$update application_rule set effect = 'merged', merge_into = '2 good', percent = case rule when 'fair' then 10 else 33.3333 end where rule in ('fair', 'poor')$$,
    $$select format('%s; %s', string_agg(format('%s %s %s', left(program_id, 3), cut, merged), ', ' order by program_id), sum(merged)) from pg_temp.would(2031, 10000)$$),
    '1 e 0.00 0.00, 2 g 0.00 2233.34, 3 f -100.00 -900.00, 4 p -333.33 -666.67, 5 n -333.33 -666.67; 0.00', 'and none of it is lost on the way');
-- by hand 40 stay with what would be merged; then nothing goes to the other
select is(pg_temp.under($$update application_rule set effect = 'merged', merge_into = '2 good' where rule = 'fair'$$,
    $$select string_agg(format('%s %s %s', left(program_id, 3), merged, proposed), ', ' order by program_id) from pg_temp.would(2031, 10000, '{}', '{"3 fair": {"amount": 40, "reason": "to close it"}}')$$),
    '1 e 0.00 1000.00, 2 g 0.00 1000.00, 3 f 0.00 40.00, 4 p 0.00 500.00, 5 n 0.00 500.00', 'what stays by hand is not merged');

-- findings: half of it hangs on the first, 300 on the second, which is high; 5 nothing has one of 100
do $$begin
    insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, severity, withheld, at, recorded_at) values
        ('1 excellent', 2030, 'F1', 'finance', 'No tender', 'Health', '9000-01-01', 'low', 500, '2026-01-01', '2026-01-01'),
        ('1 excellent', 2030, 'F2', 'finance', 'It leaks', 'Health', '2000-01-01', 'high', 300, '2026-01-01', '2026-01-01'),
        ('2 good', 2030, 'F1', 'finance', 'It leaks', 'Schools', '9000-01-01', 'medium', 5000, '2026-01-01', '2026-01-01'),
        ('2 good', 2030, 'F2', 'finance', 'It leaks', 'Schools', '9000-01-01', 'medium', 2500.01, '2026-01-01', '2026-01-01'),
        ('5 nothing', 2030, 'F1', 'finance', 'It leaks', 'Water', '2000-01-01', 'medium', 100, '2026-01-01', '2026-01-01');
end$$;
-- 7500.01 hang on 1000: 666.66622.. and 333.33377..: the cent that is left to the larger remainder, which is that of F1
select is(pg_temp.all_of(), '1 e 1000 (800), 2 g 1000 (1000), 3 f 725, 4 p 500, 5 n 500 (500)', 'what hangs on findings that are not rectified is withheld, and no more than there is');
select is((select propose_budget is not null from propose_budget(2031, 10000, 'holds') limit 1), true, 'kept');
select results_eq($$select program_id, finding_id, rule, amount, from_year, unit_id from proposal_hold where scenario = 'holds' order by 1, 2$$,
    $$values ('1 excellent', 'F1', 'not rectified', 500.00, 2030, 'health'), ('1 excellent', 'F2', 'not rectified', 300, 2030, 'health'), ('2 good', 'F1', 'not rectified', 666.67, 2030, 'edu'),
        ('2 good', 'F2', 'not rectified', 333.33, 2030, 'edu'), ('5 nothing', '', 'not demonstrated', 400, 2030, 'water'), ('5 nothing', 'F1', 'not rectified', 100, 2030, 'water')$$,
    'each says until when: what was not demonstrated holds what findings do not');
select is(pg_temp.ruled('update application_rule set ' || change), said, what) from (values
    ($$percent = 10 where rule = 'not rectified'$$, '1 e 1000 (100), 2 g 1000 (100), 3 f 725, 4 p 500, 5 n 500 (500)', 'so many percent, shared between its findings'),
    ($$finding = 'high' where rule = 'not rectified'$$, '1 e 1000 (300), 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'severe ones'),
    ($$finding = 'overdue' where rule = 'not rectified'$$, '1 e 1000 (300), 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'those whose day has passed'),
    ($$effect = 'cut', percent = 5, place = 1 where rule = 'not rectified'$$, '1 e 950, 2 g 950, 3 f 725, 4 p 500, 5 n 500 (500)', 'who has one open is cut'),
    ($$effect = 'cut', percent = 5, place = 1, finding = 'high' where rule = 'not rectified'$$, '1 e 950, 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'a severe one'),
    ($$scope = 'basic' where rule = 'not rectified'$$, '1 e 1000, 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'of a scope'),
    ($$result = 'excellent' where rule = 'not rectified'$$, '1 e 1000 (800), 2 g 1000, 3 f 725, 4 p 500, 5 n 500 (500)', 'of a rating'),
    ($$function_id = '205' where rule = 'not rectified'$$, '1 e 1000, 2 g 1000 (1000), 3 f 725, 4 p 500, 5 n 500 (500)', 'of a function'),
    ($$function_id = '205' where rule = 'not demonstrated'$$, '1 e 1000 (800), 2 g 1000 (1000), 3 f 725, 4 p 500, 5 n 500 (100)', 'what was not demonstrated: of a function too'),
    ($$nature = 'revenue' where rule = 'not demonstrated'$$, '1 e 1000 (800), 2 g 1000 (1000), 3 f 725, 4 p 500, 5 n 500 (100)', 'and of a nature')) v (change, said, what);
-- one of 2028 with the same name, which nobody has rectified: 40 of 1000 are held until it is, and who has one open is cut
create function pg_temp.old_finding() returns void language plpgsql as $$
begin
    perform pg_temp.program('3 fair', 2028, 'edu');
    insert into program_evaluation (program_id, fiscal_year, evaluation) values ('3 fair', 2028, 'finance');
    insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, severity, withheld, at, recorded_at) values
        ('3 fair', 2028, 'F1', 'finance', 'No tender', 'Schools', '2029-01-01', 'low', 40, '2026-01-01', '2026-01-01'),
        ('3 fair', 2030, 'F1', 'finance', 'It leaks', 'Schools', '9000-01-01', 'low', 5, '2026-01-01', '2026-01-01');
end $$;
select is(pg_temp.under('select pg_temp.old_finding()', $$select why from pg_temp.would(2031, 10000) where program_id = '3 fair'$$),
    'fair (72.50) in 2030; base 1000.00, the approved budget; rule "fair": cut by 27.5 %; 5.00 is held back until finding "F1" is rectified; 40.00 is held back until finding "F1" of 2028 is rectified',
    'who waits for some years is not rid of a finding');
select is(pg_temp.under('select pg_temp.old_finding(); select propose_budget(2031, 10000, ''old'')', $$select string_agg(format('%s %s %s', finding_id, from_year, amount), ', ' order by from_year) from proposal_hold where scenario = 'old' and program_id = '3 fair'$$),
    'F1 2028 40.00, F1 2030 5.00', 'each holds its own');
select is(pg_temp.under($$select pg_temp.old_finding(); update application_rule set effect = 'cut', percent = 5, place = 1 where rule = 'not rectified'; delete from application_rule where rule = 'fair'$$,
    $$select rule from pg_temp.would(2031, 10000) where program_id = '3 fair'$$), 'not rectified', 'nor of what else a rule does about it');
insert into finding_event (program_id, fiscal_year, finding_id, event, evidence, at, recorded_at, recorded_by) values
    ('1 excellent', 2030, 'F1', 'rectified', 'report', '2026-02-01', '2026-02-01', 'unit'), ('1 excellent', 2030, 'F2', 'rectified', 'report', '2026-02-01', '2026-02-01', 'unit');
insert into finding_event (program_id, fiscal_year, finding_id, event, at, recorded_at, recorded_by) values ('1 excellent', 2030, 'F1', 'accepted', '2026-02-02', '2026-02-02', 'office');
select is(pg_temp.all_of(), '1 e 1000 (300), 2 g 1000 (1000), 3 f 725, 4 p 500, 5 n 500 (500)', 'a report releases nothing, its acceptance does');

-- a rating that is set by hand, of another scale: the worst is Ineffective; and the score of another evaluation
do $$begin
    perform pg_temp.program(p, 2040, 'water', 100, 100), pg_temp.program(p, 2041, 'water'),
            pg_temp.result(p, 2040, r, s, null, 'Effective >= 85, "Moderately Effective" >= 70, Adequate >= 50, Ineffective', 'finance')
    from (values ('law', 'Results Not Demonstrated', 90), ('nccc', 'Ineffective', 40), ('nih', 'Moderately Effective', 75)) v (p, r, s);
    insert into application_rule (fiscal_year, rule, place, result, effect, percent) values (2041, 'a', 1, 'Ineffective', 'cut', 60), (2041, 'b', 2, 'Moderately Effective', 'assured', null);
end$$;
select pg_temp.published(2040);
select results_eq($$select program_id, rule, evaluation, trim_scale(proposed), trim_scale(withheld) from pg_temp.would(2041, 1000)$$,
    $$values ('law', 'a', 'finance', 40::numeric, 40::numeric), ('nccc', 'a', 'finance', 40, 0), ('nih', 'b', 'finance', 100, 0)$$,
    'whatever its score, what was not demonstrated is the worst of its scale, and withheld');
select is_empty('select * from pg_temp.broken', 'everything adds up');

select * from finish();
rollback;
