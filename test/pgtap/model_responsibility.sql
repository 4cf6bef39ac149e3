-- model: who answers for what. Money by the day of its entry, everything else at the close; nobody is named, not dropped.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(19);

set local jit = off;
set local timezone = 'UTC';
select bpm.create_model('who');
set local search_path = who, public;
set local bpm.as_of = '2027-06-30';
update setting set totals_required = false, weigh_by = 'one', execution = 'spent';
insert into unit values ('gov', null, 'Government'), ('a', 'gov', 'Office A'), ('b', 'gov', 'Office B');
create function pg_temp.add(program text, unit text, figure numeric, nature text default 'expenditure',
                            scope text default 'project') returns void language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id, nature, scope, revenue_type)
        values (program, 2026, program, unit, nature, scope, case nature when 'revenue' then 'tax' end);
    insert into indicator (program_id, fiscal_year, indicator_id, name) values (program, 2026, 'i', 'I');
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
        values (program, 2026, 'i', '2026-01-01', 'direct', 100);
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
        select program, 2026, 'i', '2026-06-30', figure where figure is not null;
$$;
create function pg_temp.pay(program text, kind text, amount numeric, on_day date) returns void language sql as $$
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values (program, 2026, kind, on_day, amount);
$$;
do $$begin
    perform pg_temp.add('split', 'a', 80);
    perform pg_temp.add('whole', 'a', 95);
    perform pg_temp.add('alone', 'b', 40);
    perform pg_temp.add('empty', 'b', null);
    perform pg_temp.add('tax', 'b', 70, 'revenue');
    perform pg_temp.add('overall', 'a', 10, scope => 'department');
    -- approved before the year: of who answers when it begins
    perform pg_temp.pay('split', 'approved', 1000, '2025-12-01');
    perform pg_temp.pay('split', 'approved', 200, '2026-07-01');
    perform pg_temp.pay('split', 'executed', 300, '2026-06-30');
    perform pg_temp.pay('split', 'executed', 500.01, '2026-07-01');
    perform pg_temp.pay('split', 'executed', 100, '2026-12-31');
    perform pg_temp.pay('whole', 'approved', 400, '2026-01-10');
    perform pg_temp.pay('whole', 'executed', 100, '2026-03-01');
    perform pg_temp.pay('alone', 'approved', 50, '2026-01-10');
    perform pg_temp.pay('alone', 'executed', 10, '2026-02-01');
    perform pg_temp.pay('alone', 'executed', 20, '2026-05-01');
    perform pg_temp.pay('tax', 'approved', 900, '2026-01-01');
    perform pg_temp.pay('tax', 'executed', 910, '2026-08-01');
end$$;
insert into responsible (program_id, fiscal_year, from_day, person) values
    ('split', 2026, '2026-01-01', 'Ms Li'), ('split', 2026, '2026-07-01', 'Mr Wang'),
    ('whole', 2026, '2026-01-01', 'Ms Li'),
    ('alone', 2026, '2026-04-01', 'Mr Wang'),
    ('tax', 2026, '2026-01-01', 'Mr Wang');

-- Ms Li: budget 1000 (split, approved before the year) + 400 (whole) = 1400; executed 300 + 100 = 400.
-- Mr Wang: 200 of split; executed 500.01 + 100 of split, 20 of alone (from April) = 620.01.
-- Nobody: alone before April: 50 approved and 10 executed; empty has no money.
select results_eq($$select who, budget, executed from responsibility_result
    where kind = 'person' and nature = 'expenditure' order by who collate "C"$$,
    $$values ('Mr Wang', 200::numeric, 620.01::numeric), ('Ms Li', 1400, 400), ('nobody', 50, 10)$$,
    'money goes to who answered on the day of its entry');
select results_eq($$select sum(budget), sum(executed), sum(programs) from responsibility_result
    where kind = 'person' and nature = 'expenditure'$$,
    $$select budget::numeric, executed::numeric, programs::bigint from year_result$$, 'and none is lost');
-- at the close Mr Wang answers for split and alone: (80 + 40) / 2 = 60; Ms Li for whole: 95
select results_eq($$select who, programs, score, scored_weight, score_sum from responsibility_result
    where kind = 'person' and nature = 'expenditure' order by who collate "C"$$,
    $$values ('Mr Wang', 2, 60::numeric, 2::numeric, 120::numeric), ('Ms Li', 1, 95, 1, 95),
    ('nobody', 1, 0, 1, 0)$$, 'scores go to who answered at the close');
-- the budgets of these programs in whole: Mr Wang 1200 + 50, executed 900.01 + 30; 930.01/1250 = 74.4008 %
select results_eq($$select who, covered_budget, covered_executed, execution_rate from responsibility_result
    where kind = 'person' and nature = 'expenditure' order by who collate "C"$$,
    $$values ('Mr Wang', 1250::numeric, 930.01::numeric, 74.4008::numeric), ('Ms Li', 400, 100, 25),
    ('nobody', 0, 0, null)$$, 'and execution is of the programs that they answer for');
select results_eq($$select who, programs, budget, executed, score from responsibility_result
    where kind = 'person' and nature = 'revenue'$$,
    $$values ('Mr Wang', 1, 900::numeric, 910::numeric, 70::numeric)$$, 'revenue has a row of its own');
-- 95 is excellent, 40 poor (the scale: 90, 80, 60); what has no figure is under the floor: not demonstrated
select results_eq($$select who, rated_programs, best_programs, worst_programs, not_demonstrated_programs
    from responsibility_result where kind = 'person' and nature = 'expenditure' order by who collate "C"$$,
    $$values ('Mr Wang', 2, 0, 1, 0), ('Ms Li', 1, 1, 0, 0), ('nobody', 1, 0, 0, 1)$$,
    'how many ratings stand at each end');
select results_eq($$select who, fiscal_year, programs, budget, executed, score, name from responsibility_result
    where kind = 'unit' and nature = 'expenditure' order by who$$,
    $$values ('a', 2026, 2, 1600::numeric, 1000.01::numeric, 87.5::numeric, 'Office A'), ('b', 2026, 2, 50, 30, 20,
    'Office B')$$, 'a unit answers for its own programs, overall ones left out');
select is_empty($$select who from responsibility_result where who = 'gov'$$, 'and not for those below it');

-- on a day in the year it is open: who answers on that day
select results_eq($$select who, programs, executed from responsibility_result_at('2026-06-30')
    where kind = 'person' and nature = 'expenditure' order by who collate "C"$$,
    $$values ('Mr Wang', 1, 20::numeric), ('Ms Li', 2, 400), ('nobody', 1, 10)$$, 'while it is open, on the day');
select results_eq($$select who, programs from responsibility_result_at('2026-07-01')
    where kind = 'person' and nature = 'expenditure' order by who collate "C"$$,
    $$values ('Mr Wang', 2), ('Ms Li', 1), ('nobody', 1)$$, 'and from the next day on the next person');

-- who comes after the close answers for nothing that was before
savepoint later;
insert into stage_event (program_id, fiscal_year, at, stage) values ('split', 2026, '2025-09-01', 'drafted');
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
    values ('split', 2026, 'self', '2026-05-15 12:00+00', 'closed');
select is((select score from responsibility_result where who = 'Ms Li' and nature = 'expenditure'), 47.5::numeric,
    'closed while Ms Li answered, it is hers: 95 and 0, as nothing was measured until then');
rollback to later;

-- overdue: the self-evaluation is due 60 days after the year where there are stages; figures at the end of the year
savepoint due;
insert into stage_event (program_id, fiscal_year, at, stage) values ('alone', 2026, '2025-09-01', 'drafted');
update evaluation set closes_when_due = false, due_days = 60 where evaluation = 'self';
select results_eq($$select who, overdue_evaluations from responsibility_result_at('2027-03-01')
    where kind = 'unit' and nature = 'expenditure' order by who$$, $$values ('a', 0), ('b', 0)$$,
    'nothing is overdue on the day that it is due: 60 days after 31 December is 1 March');
select results_eq($$select who, overdue_evaluations, overdue_figures from responsibility_result_at('2027-03-02')
    where kind = 'unit' and nature = 'expenditure' order by who$$, $$values ('a', 2, 0), ('b', 2, 1)$$,
    'from the next day on it is; and the figure that is not there');
rollback to due;
select is((select overdue_figures from responsibility_result where who = 'nobody' and nature = 'expenditure'), 1,
    'nor does it go away when the evaluation closes by itself');

-- not delivered: 1000 budget, 600 of 1000 lamps: 600 earned, 400 not delivered, to who answered at the close
do $$begin
    perform pg_temp.add('lamps', 'a', null);
    insert into indicator (program_id, fiscal_year, indicator_id, name, buys) values ('lamps', 2026, 'l', 'Lamps', true);
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
        values ('lamps', 2026, 'l', '2026-01-01', '>= 1000', 100);
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
        values ('lamps', 2026, 'l', '2026-12-01', 600);
    perform pg_temp.pay('lamps', 'approved', 1000, '2026-01-10');
    perform pg_temp.pay('lamps', 'executed', 600, '2026-11-10');
    insert into responsible (program_id, fiscal_year, from_day, person) values ('lamps', 2026, '2026-01-01', 'Ms Li'),
        ('lamps', 2026, '2026-12-01', 'Mr Wang');
end$$;
select results_eq($$select who, not_delivered from responsibility_result
    where kind = 'person' and nature = 'expenditure' order by who collate "C"$$,
    $$values ('Mr Wang', 400::numeric), ('Ms Li', null), ('nobody', null)$$,
    'what was not delivered is of who answered at the close');
select is((select not_delivered from responsibility_result where kind = 'unit' and who = 'a'), 400::numeric,
    'and of the unit');

-- a rating set by hand counts as rated, at no end
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason)
    values ('alone', 2026, '2027-02-01', 'Results Not Demonstrated', 'no data');
select results_eq($$select rated_programs, best_programs, worst_programs, not_demonstrated_programs
    from responsibility_result where kind = 'unit' and who = 'b' and nature = 'expenditure'$$,
    $$values (2, 0, 0, 2)$$, 'what was not demonstrated is counted, by hand or not');

-- infinite and absent figures: a result never raises
set local session_replication_role = replica;
alter table budget_entry drop constraint budget_entry_amount_check;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('empty', 2026, 'executed', '2026-01-01', 'NaN');
select is((select executed from responsibility_result where who = 'b' and kind = 'unit' and nature = 'expenditure'),
    30::numeric, 'what is no figure is in no sum');
select lives_ok($$select count(x::text) from responsibility_result_at('infinity') x
    union all select count(x::text) from responsibility_result_at('-infinity', '-infinity') x$$, 'on every day');

select * from finish();
rollback;
