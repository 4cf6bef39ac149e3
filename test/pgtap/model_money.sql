-- model: money. Its kinds, what counts, overall programs, weights above the program, funds and economic classes,
-- revenue.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(81);

set local timezone = 'UTC';
set local jit = off;
select bpm.create_model('purse');
set local search_path = purse, public;
set local bpm.as_of = '2020-12-31';
insert into unit values ('gov', null, 'Government'), ('d', 'gov', 'Department'), ('o', 'd', 'Office'),
    ('w', 'gov', 'Weights'), ('r', 'gov', 'Revenue');

create function pg_temp.add(program text, unit text, nature text default 'expenditure',
    scope text default 'project') returns void
    language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id, nature, scope)
    values (program, 2020, program, unit, nature, scope) $$;
create function pg_temp.pay(program text, kind text, amount numeric, on_day date default '2020-03-01',
    month integer default null,
                            adjustment text default null, fund text default null, economic text default null,
                            currency text default null)
    returns void language sql as $$
    insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount, fund, economic_id, currency,
    adjustment_id)
        values (program, 2020, kind, month, on_day, amount, fund, economic, currency, adjustment) $$;
create function pg_temp.score(program text, indicator text, figure numeric, weight numeric default 100) returns void
    language sql as $$
    insert into indicator (program_id, fiscal_year, indicator_id, name) values (program, 2020, indicator, indicator);
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
        values (program, 2020, indicator, '2020-01-01', 'direct', weight);
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values (program, 2020, indicator, '2020-12-01', figure) $$;
savepoint before;

-- kinds -------------------------------------------------------------------------------------------------------

-- budget: 1000 approved + 100 carried over - 50 adjusted = 1050; 700 of it are 66.6667 %
do $$begin
    perform pg_temp.add('P', 'o'); perform pg_temp.score('P', 'x', 80);
    insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
    values ('P', 2020, 'A1', 'transfer under section 7', 'a school less');
    perform pg_temp.pay('P', 'proposed', 1200, '2019-09-01'); perform pg_temp.pay('P', 'approved', 1000, '2020-01-01');
    perform pg_temp.pay('P', 'carried_over', 100, '2020-02-01');
    perform pg_temp.pay('P', 'adjusted', -50, '2020-06-01', adjustment => 'A1');
    perform pg_temp.pay('P', 'received', 800); perform pg_temp.pay('P', 'committed', 200);
    perform pg_temp.pay('P', 'executed', 500);
    perform pg_temp.pay('P', 'executed', 210); perform pg_temp.pay('P', 'executed', -10);
    perform pg_temp.pay('P', 'planned', 400, month => 3); perform pg_temp.pay('P', 'planned', 650, month => 9);
end$$;
select results_eq($$select proposed, approved, carried_over, adjusted, budget, received, committed, executed, planned,
    execution_rate, weight
    from program_result$$, $$values (1200::numeric, 1000::numeric, 100::numeric, -50::numeric, 1050::numeric,
    800::numeric, 200::numeric,
        700::numeric, 1050::numeric, 66.6667::numeric, 1000::numeric)$$,
        'money of every kind; the budget is approved, carried over and adjusted');
select results_eq($$select proposed, approved, carried_over, adjusted, budget, received, committed, executed, planned,
    execution_rate, weight
    from unit_result where unit_id = 'gov'$$, $$values (1200::numeric, 1000::numeric, 100::numeric, -50::numeric,
    1050::numeric, 800::numeric, 200::numeric,
        700::numeric, 1050::numeric, 66.6667::numeric, 1000::numeric)$$, 'up to the top');
select results_eq($$select budget from (values ('2020-01-31'), ('2020-02-01'), ('2020-05-31'), ('2020-06-01')) v (d),
    program_result_at(d::date) order by d$$,
    $$values (1000::numeric), (1100), (1100), (1050)$$, 'each from its day on');
select throws_ok($$select pg_temp.pay('P', 'spent', 1)$$, '23514', null, 'another kind is refused');
select throws_ok($$select pg_temp.pay('P', 'planned', 1)$$, '23514', null, 'a plan has a month');
select throws_ok($$select pg_temp.pay('P', 'executed', 1, month => 3)$$, '23514', null, 'and nothing else has one');
select throws_ok($$select pg_temp.pay('P', 'adjusted', 1)$$, '23514', null, 'an adjustment names its procedure');
select throws_ok($$select pg_temp.pay('P', 'adjusted', 1, adjustment => 'A2')$$, '23503', null, 'which is there');
select throws_ok($$insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
    values ('P', 2020, 'A2', 'section 7', '')$$,
    '23514', null, 'with its reason');
select throws_ok($$select pg_temp.pay('P', 'executed', 'NaN')$$, '23514', null, 'an amount is one');
insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount)
    values ('P', 2020, 'voucher 1', 'received', '2020-01-01', 1);
select throws_ok($$insert into budget_entry (program_id, fiscal_year, entry_id, kind, entry_date, amount)
    values ('P', 2020, 'voucher 1', 'received', '2020-01-01', 1)$$, '23505', null, 'a voucher is entered once');
select throws_ok('update budget_entry set amount = 0', '23001', null, 'a fact is not changed');
select is_empty($$select from check_result where program_id = 'P'
    and kind in ('plan', 'over budget', 'money on overall', 'no weight')$$, 'all is in order');

-- the plan, what is over, and what is left ----------------------------------------------------------------------

select pg_temp.pay('P', 'planned', 1, month => 12);
select is((select detail from check_result where program_id = 'P' and kind = 'plan'),
    'The months of the plan total 1051.00, the budget is 1050.00.',
    'the plan is checked against the budget');
-- 30 % were left at the end of the year where 20 % may be; 700 + 200 + 151 is one more than 1050
select is((select detail from check_result where program_id = 'P' and kind = 'unspent'),
    '66.6667 % of the budget is executed.', 'what was not spent is named');
select is_empty($$select from check_result_at('2020-12-30') where program_id = 'P' and kind = 'unspent'$$,
    'not before the year is over');
update setting set unspent_alert = 34;
select is_empty($$select from check_result where program_id = 'P' and kind = 'unspent'$$,
    'nor below what the settings say');
select pg_temp.pay('P', 'committed', 151);
select is((select detail from check_result where program_id = 'P' and kind = 'over budget'),
    '700.00 executed and 351.00 committed of a budget of 1050.00.',
    'spent and committed beyond the budget is named');
select throws_ok($$select pg_temp.pay('P', 'adjusted', -1, adjustment => 'A1')$$, '23514',
    'the budget of program "P" is not cut below what is spent and committed',
    'a cut below what is spent and committed is refused');
select throws_ok($$select pg_temp.pay('P', 'approved', -1)$$, '23514', null, 'whatever kind of money is cut');
do $$begin perform pg_temp.pay('P', 'adjusted', 100, adjustment => 'A1');
    perform pg_temp.pay('P', 'executed', 99, currency => 'USD'); end$$;
select lives_ok($$select pg_temp.pay('P', 'adjusted', -99, adjustment => 'A1')$$,
    'down to that it is not, and money in another currency is none of it');
rollback to before;

-- a budget below nothing -----------------------------------------------------------------------------------------

do $$begin
    perform pg_temp.add('N', 'o'); perform pg_temp.add('M', 'o');
    insert into indicator (program_id, fiscal_year, indicator_id, name, source)
    values ('N', 2020, 'spent', 'Spent', 'budget');
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight)
    values ('N', 2020, 'spent', '2020-01-01', 100);
    perform pg_temp.score('M', 'x', 80); perform pg_temp.pay('M', 'approved', 100);
    perform pg_temp.pay('N', 'approved', -100); perform pg_temp.pay('N', 'executed', 50);
end$$;
select results_eq($$select budget, execution_rate, score, coverage, weight from program_result_at('2020-12-30')
    where program_id = 'N'$$,
    $$values (-100::numeric, null::numeric, null::numeric, 0::numeric, 0::numeric)$$,
    'a negative budget scores nothing, and weighs nothing');
select results_eq($$select score, rating from program_result where program_id = 'N'$$,
    $$values (0::numeric, 'not demonstrated')$$,
    'so that at the close it is not demonstrated');
select is((select detail from check_result where program_id = 'N' and kind = 'negative budget'),
    'Approved, carried over and adjusted make -100.00.', 'it is named');
select results_eq($$select budget, score, weight from unit_result where unit_id = 'o'$$,
    $$values (0::numeric, 80::numeric, 100::numeric)$$,
    'and takes nothing from the others but its money');
rollback to before;

-- where money comes from ------------------------------------------------------------------------------------------

-- 1000 are approved, of which 400 for this year alone; 100 are brought along from 2018, and 30 more for a saving: a
-- budget of 1130. What was taken back, 250, is nobody's any more: 565 of 1130 are 50 %.
do $$begin
    perform pg_temp.add('S', 'o'); perform pg_temp.score('S', 'x', 80); perform pg_temp.add('T', 'o');
    perform pg_temp.pay('S', 'approved', 600); perform pg_temp.pay('S', 'executed', 565);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, one_off, source, from_year) values
        ('S', 2020, 'approved', '2020-03-01', 400, true, null, null),
        ('S', 2020, 'carried_over', '2020-03-01', 100, false, 'carried over', 2018),
        ('S', 2020, 'carried_over', '2020-03-01', 30, false, 'shared saving', 2019);
end$$;
select results_eq($$select one_off, sum(approved) from program_budget where program_id = 'S' group by 1 order by 1$$,
    $$values (false, 600::numeric), (true, 400)$$, 'money of one year alone is marked, and the ledger says so');
create temp table without as select v.view_name, null::text as rows from catalog v;
create function pg_temp.rows_of(view text) returns text language plpgsql as $$
declare r text;
begin
    execute format('select string_agg(x::text, e''\n'' order by x::text) from %I x', view) into r;
    return coalesce(r, '');
end$$;
update without set rows = pg_temp.rows_of(view_name);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, source, from_year)
select p, 2020, 'recaptured', '2020-03-01', a, 'recaptured', 2019
from (values ('S', 250), ('S', 250), ('S', -250), ('T', 40)) v (p, a);
select results_eq($$select approved, carried_over, adjusted, budget, executed, execution_rate, weight from program_result
    where program_id = 'S'$$,
    $$values (1000::numeric, 130::numeric, 0::numeric, 1130::numeric, 565::numeric, 50::numeric, 1000::numeric)$$,
    'all of it is budget, but for what was taken back');
select results_eq($$select budget, executed from unit_result where unit_id = 'gov' union all
    select budget, executed from year_result union all select sum(budget), sum(executed) from classification_result
    union all select sum(budget), sum(executed) from economic_result where parent_id is null$$,
    $$select 1130::numeric, 565::numeric from generate_series(1, 4)$$, 'by whatever it is summed');
select results_eq($$select sum(amount), min(source), min(from_year) from budget_entry where kind = 'recaptured'
    and program_id = 'S'$$, $$values (250::numeric, 'recaptured', 2019)$$,
    'the ledger keeps what was taken back, and from when');
select is_empty($$select view_name from without where rows <> pg_temp.rows_of(view_name)$$,
    'what was taken back changes no result');
select is_empty('select * from check_inputs()', 'and nothing is wrong with it');
-- beside other money of the day that is there twice, what was taken back, and given back, and taken again
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, fund, source, from_year)
select 'S', 2020, 'recaptured', '2020-04-01', 10, 'social', 'recaptured', 2019 from generate_series(1, 2);
select pg_temp.pay('S', 'received', 5, '2020-04-01') from generate_series(1, 2);
select is_empty($$select from check_result where kind = 'entries repeat'$$, 'nor is it taken for entries that repeat');
select results_eq('select fund from classification_result', $$values ('general')$$,
    'nor does it part a program by its fund');
select throws_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, from_year)
    values ('S', 2020, 'carried_over', '2020-01-01', 1, 2020)$$, '23514', 'money comes from an earlier year',
    'no money comes from its own year');
select throws_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, from_year)
    values ('S', 2020, 'carried_over', '2020-01-01', 1, 2021)$$, '23514', 'money comes from an earlier year',
    'nor from a later one');
select throws_ok($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, source)
    values ('S', 2020, 'carried_over', '2020-01-01', 1, '')$$, '23514', null, 'a source has a name, or there is none');
select throws_ok($$select pg_temp.pay('S', 'spent', 1)$$, '23514', 'there is no such kind of money',
    'a kind that there is not is answered in words');
select throws_ok($$select pg_temp.pay('S', null, 1)$$, '23502', null, 'and none by the column');
select throws_ok($$select pg_temp.pay('S', 'recaptured', 1, month => 3)$$, '23514', null, 'only a plan has a month');
select results_eq($$select fiscal_year, share_saving, recapture from setting$$,
    $$values (0, 50::numeric, 'available')$$,
    'half of a saving is kept, and what nobody used is shared out, when nothing else is said');
select throws_ok('update setting set share_saving = 101', '23514', null, 'more than a saving is not kept');
select throws_ok($$update setting set recapture = 'burnt'$$, '23514', null, 'nor does it go elsewhere');
rollback to before;

-- currencies --------------------------------------------------------------------------------------------------------

update setting set currency = 'CNY';
do $$begin
    perform pg_temp.add('C', 'o'); perform pg_temp.pay('C', 'approved', 1000);
    perform pg_temp.pay('C', 'executed', 300, currency => 'CNY');
    perform pg_temp.pay('C', 'executed', 500, currency => 'USD');
    perform pg_temp.pay('C', 'executed', 1, currency => 'USD');
end$$;
select results_eq($$select executed from program_result union all select executed from unit_result where unit_id = 'gov'
    union all select executed from classification_result union all select executed from economic_result$$,
    $$values (300::numeric), (300), (300), (300)$$, 'money in another currency counts in no sum');
select is((select detail from check_result where program_id = 'C' and kind = 'program_budget: other currency'),
    '2 entries are in USD, not in CNY: they are left out of all sums.', 'and is named');
select throws_ok($$select pg_temp.pay('C', 'executed', 1, currency => 'dollar')$$,
    '23514', null, 'a currency is three letters');
rollback to before;

-- overall programs --------------------------------------------------------------------------------------------------

-- a department of 66,600: 60,000 of its own projects and 6,600 of its office, 75 % and 50 % of them spent. What is
-- entered on
-- the overall program itself does not count.
do $$begin
    perform pg_temp.add('all of d', 'd', scope => 'department'); perform pg_temp.add('p1', 'd');
    perform pg_temp.add('p2', 'o', scope => 'basic');
    perform pg_temp.pay('p1', 'approved', 60000); perform pg_temp.pay('p1', 'executed', 45000);
    perform pg_temp.pay('p2', 'approved', 6600); perform pg_temp.pay('p2', 'executed', 3300);
    perform pg_temp.pay('all of d', 'approved', 66600); perform pg_temp.pay('all of d', 'executed', 66600);
    perform pg_temp.score('p1', 'x', 90); perform pg_temp.score('p2', 'x', 68.5);
    insert into indicator (program_id, fiscal_year, indicator_id, name, source)
    values ('all of d', 2020, 'spent', 'Spent', 'budget');
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight)
    values ('all of d', 2020, 'spent', '2020-01-01', 40);
    perform pg_temp.score('all of d', 'led', 60, 60);
end$$;
select results_eq($$select unit_id, programs, budget, executed, weight from unit_result order by unit_id$$, $$values
    ('d', 2, 66600::numeric, 48300::numeric, 66600::numeric), ('gov', 2, 66600, 48300, 66600),
    ('o', 1, 6600, 3300, 6600)$$,
    'a department of 66,600 has 66,600, not 133,200');
select results_eq($$select budget, programs from year_result union all select budget, programs from function_result
    union all select budget, programs from objective_result union all select budget, programs from economic_result
    union all select sum(budget), sum(programs)::integer from classification_result union all select sum(unit_budget),
    sum(programs)::integer
    from evaluation_share where unit_id = 'gov'$$,
    $$select 66600::numeric, 2 from generate_series(1, 6)$$, 'by whatever it is summed');
-- 48,300 of 66,600
select results_eq($$select budget, executed, covered_budget, covered_executed, execution_rate, is_overall, programs,
    weight from program_result
    where program_id = 'all of d'$$, $$values (0::numeric, 0::numeric, 66600::numeric, 48300::numeric, 72.5225::numeric,
    1, 0, 0::numeric)$$,
    'its execution is that of the programs of its unit and below, and it has no money of its own');
-- 40 % of 72.52252252 and 60 % of 60: 65.00900901. The roll-up is (60,000 · 90 + 6,600 · 68.5) / 66,600 = 87.86936937
select results_eq($$select score, own_program_id, own_score, own_rating from unit_result where unit_id = 'd'$$,
    $$values (87.86936937::numeric, 'all of d', 65.00900901::numeric, 'fair')$$,
    'its score stands beside the roll-up, as the unit''s own');
select is((select own_program_id from unit_result where unit_id = 'gov'), null, 'not beside that of others');
select is((select severity from check_result where program_id = 'all of d' and kind = 'money on overall'),
    'error', 'money on it is named');
select is_empty($$select from check_result where program_id = 'all of d'
    and kind in ('no weight', 'money without targets', 'over budget')$$,
    'and no budget is asked of it');
select is((select max(programs) from aspect_result where unit_id = 'd'), 2, 'nor does it count among the four Es');
select is((select covers from scope where scope = 'government'), 'unit', 'a government''s is one of its unit');
do $$begin perform pg_temp.add('all of d too', 'd', scope => 'department'); end$$;
select is((select item from check_result where kind = 'overall twice'), 'd', 'a second one is named');
rollback to before;

-- an objective: p1 serves cost by 40 %, p2 serves progress, which lies below government: 24,000 and 6,600 of 66,600
do $$begin
    perform pg_temp.add('p1', 'd'); perform pg_temp.add('p2', 'o');
    perform pg_temp.add('goal', 'gov', scope => 'objective');
    perform pg_temp.pay('p1', 'approved', 60000); perform pg_temp.pay('p1', 'executed', 45000);
    perform pg_temp.pay('p2', 'approved', 6600); perform pg_temp.pay('p2', 'executed', 3300);
    perform pg_temp.score('goal', 'met', 77);
    insert into program_objective values ('p1', 2020, 'cost', 40), ('p2', 2020, 'progress', 100),
    ('goal', 2020, 'government', 100);
end$$;
-- 18,000 + 3,300 of 24,000 + 6,600
select results_eq($$select covered_budget, covered_executed, execution_rate, is_overall from program_result
    where program_id = 'goal'$$,
    $$values (30600::numeric, 21300::numeric, 69.6078::numeric, 1)$$,
    'an objective''s overall program covers the shares of the programs that serve it and all below');
select results_eq($$select objective_id, programs, budget, own_program_id, own_score from objective_result order by 1$$,
    $$values
    ('cost', 1, 24000::numeric, null, null::numeric), ('government', 2, 30600, 'goal', 77),
    ('progress', 1, 6600, null, null), ('unclassified', 0, 36000, null, null)$$,
    'its score stands beside the roll-up of the objective');
select is((select sum(budget) from objective_result where parent_id is null),
    66600::numeric, 'and the tree makes the year');
rollback to before;

-- weights above the program -----------------------------------------------------------------------------------------

-- P scores 90, Q scores 60:
--                approved   budget  received  executed   one   own   indicators
--          P          300      400       700       100     1     1            1
--          Q          100      100       100       300     1     4            2
--                    82.5       84     86.25      67.5    75    66           70
do $$begin
    perform pg_temp.add('P', 'w'); perform pg_temp.add('Q', 'w');
    update program set weight = case program_id when 'P' then 1 else 4 end;
    perform pg_temp.score('P', 'x', 90); perform pg_temp.score('Q', 'x', 60, 50);
    perform pg_temp.score('Q', 'y', 60, 50);
    perform pg_temp.pay('P', 'approved', 300); perform pg_temp.pay('P', 'carried_over', 100);
    perform pg_temp.pay('P', 'received', 700);
    perform pg_temp.pay('P', 'executed', 100); perform pg_temp.pay('Q', 'approved', 100);
    perform pg_temp.pay('Q', 'received', 100);
    perform pg_temp.pay('Q', 'executed', 300);
end$$;
create function pg_temp.weighed_by(chosen text) returns numeric language plpgsql as $$
begin
    update setting set weigh_by = chosen;
    return (select score from unit_result where unit_id = 'w');
end $$;
select is((select score from unit_result where unit_id = 'w'), 82.5, 'programs weigh by what was approved');
select results_eq($$select w, pg_temp.weighed_by(w) from unnest(array['approved', 'budget', 'received', 'executed',
    'one', 'own', 'indicators']) w$$, $$values
    ('approved', 82.5::numeric), ('budget', 84), ('received', 86.25), ('executed', 67.5), ('one', 75), ('own', 66),
    ('indicators', 70)$$,
    'or by another money, one each, a weight of their own, or as many indicators as they have');
update setting set weigh_by = 'approved';
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
    values ('P', 2020, '1', 'December', 'a cut');
do $$begin perform pg_temp.pay('P', 'adjusted', -290, '2020-12-20', adjustment => '1'); end$$;
select is((select score from unit_result where unit_id = 'w'),
    82.5, 'who cuts a budget in December does not weigh less');
insert into setting (fiscal_year, weigh_by) values (2021, 'one');
select is((select score from unit_result where unit_id = 'w'), 82.5, 'what weighs holds from a year on');
insert into setting (fiscal_year, weigh_by) values (2020, 'one');
select is((select score from unit_result where unit_id = 'w'), 75::numeric, 'that it is said for');
update setting set weigh_by = 'own';
update program set weight = null where program_id = 'P';
select results_eq($$select score, weight from unit_result where unit_id = 'w'$$, $$values (60::numeric, 4::numeric)$$,
    'without a weight of its own a program weighs nothing');
select is((select detail from check_result where program_id = 'P' and kind = 'no weight'),
    'It has no weight of its own, and weighs nothing in a roll-up.', 'and is named');
rollback to before;
-- PART: a unit without money
do $$begin
    perform pg_temp.add('P', 'w'); perform pg_temp.add('Q', 'w');
    perform apply_framework(p, 2020, 'part') from unnest(array['P', 'Q']) p;
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, score)
        select program_id, 2020, indicator_id, '2020-12-01', case program_id when 'P' then 90 else 80 end
        from indicator;
end$$;
select results_eq($$select score, weight from unit_result where unit_id = 'w'$$, $$values (null::numeric, 0::numeric)$$,
    'a unit without money has no weights');
select is((select count(*) from check_result where kind = 'no weight'), 2::bigint, 'as its notes say');
update setting set weigh_by = 'one';
select results_eq($$select score, coverage from unit_result where unit_id = 'w'$$,
    $$values (85::numeric, 100::numeric)$$, 'one each gives it a score');
rollback to before;

-- funds and economic classes ----------------------------------------------------------------------------------------

insert into economic_class (economic_id, parent_id, name) values ('2', null, 'Expense'), ('21', '2', 'Wages'),
    ('22', '2', 'Goods');
-- P: 700 wages from its own fund, 300 goods from the social fund; Q has the class of the program, R has none
do $$begin
    perform pg_temp.add('P', 'o'); perform pg_temp.add('Q', 'o'); perform pg_temp.add('R', 'o');
    update program set economic_id = '22' where program_id = 'Q';
    perform pg_temp.pay('P', 'approved', 700, economic => '21');
    perform pg_temp.pay('P', 'approved', 300, economic => '22', fund => 'social');
    perform pg_temp.pay('P', 'executed', 350, economic => '21');
    perform pg_temp.pay('P', 'executed', 300, economic => '22', fund => 'social');
    perform pg_temp.pay('Q', 'approved', 200); perform pg_temp.pay('R', 'approved', 50);
    perform pg_temp.score('P', 'x', 90); perform pg_temp.score('Q', 'x', 60); perform pg_temp.score('R', 'x', 30);
end$$;
-- goods: (300 · 90 + 200 · 60) / 500 = 78; expense: (1000 · 90 + 200 · 60) / 1200 = 85
select results_eq($$select economic_id, programs, budget, executed, score, parent_id from economic_result order by 1$$,
    $$values
    ('2', 2, 1200::numeric, 650::numeric, 85::numeric, null), ('21', 1, 700, 350, 90, '2'),
    ('22', 1, 500, 300, 78, '2'), ('unclassified', 1, 50, 0, 30, null)$$,
    'by economic class: of the entry, else of the program, else unclassified; a program counts once, where most of it goes');
select results_eq($$select fund, programs, budget, executed, score from classification_result order by 1$$, $$values
    ('general', 3, 950::numeric, 350::numeric, 80.52631579::numeric), ('social', 0, 300, 300, 90)$$,
    'by fund: (700 · 90 + 200 · 60 + 50 · 30) / 950');
select results_eq($$select sum(budget), sum(executed), sum(weight), sum(score_sum),
    sum(programs) from economic_result where parent_id is null
    union all select sum(budget), sum(executed), sum(weight), sum(score_sum),
    sum(programs) from classification_result$$,
    $$select budget, executed, weight, score_sum, programs::bigint from year_result, generate_series(1, 2)$$,
    'both make the year');
select throws_ok($$select pg_temp.pay('P', 'executed', 1, economic => '99')$$, '23503', null, 'a class is there');
select throws_ok($$select pg_temp.pay('P', 'executed', 1, fund => 'petty cash')$$, '23503', null, 'a fund too');
rollback to before;

-- revenue -----------------------------------------------------------------------------------------------------------

-- 2019: taxes 600, transfers 400: 1000. 2020: taxes 900 of a plan of 1000, transfers 300 of 200: 1200.
-- Collection 1200/1200; tax share of own revenue 900/900, as transfers are no own revenue; concentration (900² + 300²)/1200² = 62.5; growth 20; spent by the
-- unit in
-- 2020: 950,120: own 900
insert into program (program_id, fiscal_year, name, unit_id, nature, revenue_type, scope)
    select p, y, p, 'r', 'revenue', p, 'department' from unnest(array['tax', 'transfer']) p, unnest(array[2019,
    2020]) y;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values
    ('tax', 2019, 'executed', '2019-05-01', 600), ('transfer', 2019, 'executed', '2019-05-01', 400),
    ('tax', 2020, 'approved', '2020-01-01', 1000), ('transfer', 2020, 'approved', '2020-01-01', 200),
    ('tax', 2020, 'executed', '2020-05-01', 900), ('transfer', 2020, 'executed', '2020-05-01', 300);
do $$begin perform pg_temp.add('P', 'r'); perform pg_temp.pay('P', 'approved', 1000000);
    perform pg_temp.pay('P', 'executed', 950120); end$$;
select results_eq($$select programs, planned, collected, collection_rate, tax_share, concentration, growth,
    own_collected, spent, self_sufficiency
    from revenue_result where unit_id = 'gov' and fiscal_year = 2020$$,
    $$values (2, 1200::numeric, 1200::numeric, 100::numeric, 100::numeric, 62.5::numeric, 20::numeric, 900::numeric,
    950120::numeric, 0.0947::numeric)$$,
    'revenue, worked out by hand');
select results_eq($$select executed, executed_before, executed_growth from trend
    where grain = 'program' and id = 'tax' and fiscal_year = 2020$$,
    $$values (900::numeric, 600::numeric, 50::numeric)$$, 'the trend');
select results_eq($$select programs, budget from year_result where fiscal_year = 2020$$,
    $$values (1, 1000000::numeric)$$, 'revenue is not spending');
select results_eq($$select is_overall, budget, executed from program_result
    where program_id = 'tax' and fiscal_year = 2020$$,
    $$values (0, 1000::numeric, 900::numeric)$$, 'and has no scope: it is nowhere overall');
select results_eq($$select nature, scope, fund, budget from classification_result where fiscal_year = 2020 order by 1$$,
    $$values ('expenditure', 'project', 'general', 1000000::numeric), ('revenue', 'none', 'general', 1200)$$,
    'in the classification neither');
select is_empty($$select from check_result where fiscal_year = 2020 and program_id = 'transfer'
    and kind in ('over budget', 'unspent')$$, 'to collect more than planned is no fault');
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
    values ('tax', 2020, '1', 'section 7', 'less will come');
select lives_ok($$select pg_temp.pay('tax', 'adjusted', -200, adjustment => '1')$$,
    'a plan of revenue may fall below what came in');
insert into program (program_id, fiscal_year, name, unit_id, nature) values ('fines', 2020, 'Fines', 'r', 'revenue');
select is((select severity from check_result where program_id = 'fines' and kind = 'no revenue type'),
    'warning', 'revenue without a type is named');

select * from finish();
rollback;
