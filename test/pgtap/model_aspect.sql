-- The four Es: what was saved and what was not delivered, each way to make a saving out of nothing, unit costs and
-- peers, results by group.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(63);

set local jit = off;
set local timezone = 'UTC';
select bpm.create_model('m');
set local search_path = m, public;
update place set time_zone = 'UTC';
set local bpm.as_of = '2025-06-30';

insert into unit values ('county', null, 'County', 'county'), ('health', 'county', 'Health', 'office'),
    ('works', 'county', 'Works', 'office');
insert into objective (objective_id, name) values ('people', 'People'), ('growth', 'Growth');

-- A program with a marked output: what it promised, reached, was given and spent. It has no stages.
create function pg_temp.add(id text, of_unit text, in_year integer, promised numeric, reached numeric, approved numeric,
                            executed numeric, unit_of text default 'units', output text default 'output') returns void
    language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id, function_id)
        values ($1, $3, initcap($1), $2, case $2 when 'health' then '01' end);
    insert into indicator (program_id, fiscal_year, indicator_id, name, dimension, source, unit_of_measure, buys)
        values ($1, $3, 'execution', 'Budget execution', 'execution', 'budget', null, false),
               ($1, $3, $9, 'Output', 'quantity', 'measured', $8, true);
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
        values ($1, $3, 'execution', make_date($3, 1, 1), null, 10),
               ($1, $3, $9, make_date($3, 1, 1), bpm.target('>=', $4), 90);
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
        select $1, $3, $9, make_date($3, 12, 31), $5 where $5 is not null;
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
        values ($1, $3, 'approved', make_date($3, 1, 10), $6), ($1, $3, 'executed', make_date($3, 11, 30), $7);
    insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
        values ($1, $3, 'act', 'council 7', 'plans changed');
$$;

-- the table: what became of what was not spent ------------------------------------------------------------

do $$begin
    perform pg_temp.add('clinics', 'health', 2024, 80, 80, 4000, 3200);
    perform pg_temp.add('meals', 'health', 2024, 12000, 12500, 6000, 6270);
    perform pg_temp.add('irrigation', 'works', 2024, 1000, 800, 10000, 8000);
    perform pg_temp.add('school roofs', 'works', 2024, 40, 22, 20000, 12000);
end$$;
-- 600 were added to the meals; irrigation was cut with its budget, by one act
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id) values
    ('meals', 2024, 'adjusted', '2024-09-01', 600, 'act'), ('irrigation', 2024, 'adjusted', '2024-06-01', -2000, 'act');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, adjustment_id)
    values ('irrigation', 2024, 'output', '2024-06-01', '>= 800', 'act');
insert into score_rule (evaluation, rule, looks_at, target, effect, points) values
    ('self', 'spent under 80', 'execution', '>= 80%', 'cap', 89),
    ('self', 'spent under 70', 'execution', '>= 70%', 'cap', 79),
    ('self', 'spent under 60', 'execution', '>= 60%', 'cap', 69),
    ('self', 'spent under 50', 'execution', '>= 50%', 'cap', 59);

select results_eq($$select program_id, budget, executed, reached, promised, unspent, not_delivered, saved, credited,
                           reason from saving_result order by 1$$,
    $$values ('clinics', 4000::numeric, 3200::numeric, 80::numeric, 80::numeric, 800::numeric, 0::numeric,
              800::numeric, 800::numeric, null),
             ('irrigation', 8000, 8000, 800, 800, 0, 0, 0, 0, null),
             ('meals', 6600, 6270, 12500, 12000, 330, 0, 330, 0, null),
             ('school roofs', 20000, 12000, 22, 40, 8000, 9000, -1000, 0, null)$$, 'the table of programs');
-- roofs: 22 of 40 earn 11000 of 20000, for 12000: 100 * 11000 / 12000
select results_eq($$select program_id, economy from saving_result order by 1$$,
    $$values ('clinics', 100::numeric), ('irrigation', 100), ('meals', 100), ('school roofs', 91.66666667)$$,
    'economy of a program: what was earned by what was paid, at most 100');
select results_eq($$select id, budget, executed, unspent, not_delivered, saved, unexplained, economy, reason
    from node_saving_result where tree = 'unit' and id = 'county'$$,
    $$values ('county', 38600::numeric, 29470::numeric, 9130::numeric, 9000::numeric, 130::numeric, 0::numeric,
              round(100 * (3200 + 6270 + 8000 + 11000) / 29470.0, 8), null)$$, 'all: the parts add up');
select is((select round(economy, 4) from node_saving_result where tree = 'unit' and id = 'county'), 96.6067,
    'economy of all');
select results_eq($$select score, weight, scored_weight, coverage, programs, indicators, scored_indicators, reason
    from aspect_result where unit_id = 'county' and aspect = 'economy'$$,
    $$values (96.60671870::numeric, 29470::numeric, 29470::numeric, 100::numeric, 4, 4, 4, null)$$,
    'which is the economy among the four Es');
select results_eq($$select id, economy from node_saving_result where tree = 'function' and id <> 'cofog' order by 1$$,
    $$values ('01', 100::numeric), ('unclassified', 95::numeric)$$, 'by function: (8000 + 11000) / 20000');

-- execution as it is judged
select results_eq($$select program_id, score, case when actual > 0 then actual end from indicator_result
    where indicator_id = 'execution' order by 1$$,
    $$values ('clinics', 100::numeric, 100::numeric), ('irrigation', 100, 100), ('meals', 95, 95),
             ('school roofs', 60, 60)$$, 'who saves does not lose by it, and who was given more does not win');
select results_eq($$select program_id, cap from evaluation_result order by 1$$,
    $$values ('clinics', null::numeric), ('irrigation', null), ('meals', null), ('school roofs', 79)$$,
    'and so are the caps');
update setting set execution = 'spent';
select results_eq($$select program_id, score from indicator_result where indicator_id = 'execution' order by 1$$,
    $$values ('clinics', 80::numeric), ('irrigation', 100), ('meals', 95), ('school roofs', 60)$$,
    'without credit where the setting says so');
update setting set execution = 'credited';
-- of its year the department answers for (3200 + 800) + 6270 of 4000 + 6600
insert into program (program_id, fiscal_year, name, unit_id, scope)
    values ('health all', 2024, 'Health', 'health', 'department');
insert into indicator (program_id, fiscal_year, indicator_id, name, source)
    values ('health all', 2024, 'execution', 'Execution', 'budget');
select is((select actual from indicator_result where program_id = 'health all'), round(100 * 10270 / 10600.0, 8),
    'an overall program is credited with what its programs are');
select is((select count(*) from saving_result where program_id = 'health all'), 0::bigint,
    'and has no saving of its own');

-- before the close
select results_eq($$select program_id, unspent, not_delivered, saved, unexplained, credited, economy, reason
    from saving_result_at('2024-12-30') where program_id = 'clinics'$$,
    $$values ('clinics', 800::numeric, null::numeric, null::numeric, 800::numeric, 0::numeric, null::numeric,
              'so far: the self-evaluation is not closed')$$, 'nothing is explained before the close');
select is((select reason from aspect_result_at('2024-12-30') where unit_id = 'county' and aspect = 'economy'),
    'so far: the self-evaluation is not closed', 'and the unit says so');

-- three objectives by shares that do not divide: the parts of every column make the program, to the cent
insert into program_objective (program_id, fiscal_year, objective_id, share) values
    ('clinics', 2024, 'people', 33.3333), ('clinics', 2024, 'growth', 33.3333),
    ('school roofs', 2024, 'people', 66.6667), ('school roofs', 2024, 'growth', 33.3333),
    ('meals', 2024, 'people', 14.2857);
select results_eq($$select sum(budget), sum(executed), sum(earned), sum(unspent), sum(not_delivered), sum(saved),
        sum(unexplained), sum(credited), sum(economy_sum), sum(economy_executed), sum(programs)
    from node_saving_result where tree = 'objective' and parent_id is null$$,
    $$select sum(budget), sum(executed), sum(earned), sum(unspent), sum(not_delivered), sum(saved), sum(unexplained),
        sum(credited), sum(economy_sum), sum(economy_executed), count(*) from saving_result$$,
    'objectives by shares sum to the programs, to the cent');
-- 100 * (1333.33 .. ) by hand: clinics' second third is round(4000 * .666666) - round(4000 * .333333) = 2666.66 - 1333.33
select is((select sum(s.budget) from node_saving_result s where tree = 'objective' and id = 'growth'),
    1333.33 + 6666.66, 'a share is of the cents that the shares before it left');
select is_empty($$select * from saving_result where coalesce(not_delivered, 0) + coalesce(saved, 0)
    + coalesce(unexplained, 0) <> unspent$$, 'the three parts sum to what is unspent, in programs');
select is_empty($$select * from node_saving_result where not_delivered + saved + unexplained <> unspent$$,
    'and in nodes');

-- ways to make a saving -----------------------------------------------------------------------------------

-- each as the roofs are: 40 promised for 20000, 22 done for 12000
do $$begin
    perform pg_temp.add(x, 'works', 2023, 40, 22, 20000, 12000)
    from unnest('{cut alone,cut by act,cut both,poor,unconfirmed,unmeasured,retired,graded,cut early,wrong way}'::text[]) x;
    perform pg_temp.add(x, 'works', 2023, 40, 40, 20000, 12000)
    from unnest('{good quality,bad quality,no quality,quality given up,quality cut,quality weighed out,more money}'::text[]) x;
end$$;
-- the target cut to what was done, without a procedure
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, adjustment_id) values
    ('cut alone', 2023, 'output', '2023-11-01', '>= 22', null),
    -- with one, but the money stayed
    ('cut by act', 2023, 'output', '2023-11-01', '>= 22', 'act'),
    -- with half of the money: 20 is what that would have bought, and 22 is promised
    ('cut both', 2023, 'output', '2023-11-01', '>= 22', 'act'),
    -- another kind of target
    ('wrong way', 2023, 'output', '2023-11-01', '<= 22', 'act');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id) values
    ('cut both', 2023, 'adjusted', '2023-11-01', -6000, 'act'),
    ('more money', 2023, 'adjusted', '2023-11-01', 6000, 'act');
select results_eq($$select program_id, promised, not_delivered, saved, credited, economy from saving_result
    where program_id in ('cut alone', 'cut by act', 'wrong way') order by 1$$,
    $$values ('cut alone', 40::numeric, 9000::numeric, -1000::numeric, 0::numeric, 91.66666667::numeric),
             ('cut by act', 40, 9000, -1000, 0, 91.66666667), ('wrong way', 40, 9000, -1000, 0, 91.66666667)$$,
    'a target that is cut to what was done saves nothing, with a procedure or without');
-- 14000 of 20000 would have bought 28: 22 of 28 earn 11000
select results_eq($$select promised, earned, not_delivered, saved from saving_result where program_id = 'cut both'$$,
    $$values (28::numeric, 11000::numeric, 3000::numeric, -1000::numeric)$$,
    'cut with its budget it is no less than what the money would have bought');
-- 26000, of which 12000 were spent: saved 14000, of which 8000 of the approved budget
select results_eq($$select saved, credited from saving_result where program_id = 'more money'$$,
    $$values (14000::numeric, 8000::numeric)$$, 'money that was added for no output is not credited');

-- only half of it conforms: 11 of 40 earn 5500
insert into indicator (program_id, fiscal_year, indicator_id, name, conforming_of) values
    ('poor', 2023, 'conforming', 'Conforming', 'output'), ('unconfirmed', 2023, 'conforming', 'Conforming', 'output');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('poor', 2023, 'conforming', '2023-12-31', 50);
select results_eq($$select program_id, reached, earned, not_delivered, saved from saving_result
    where program_id in ('poor', 'unconfirmed') order by 1$$,
    $$values ('poor', 11::numeric, 5500::numeric, 14500::numeric, -6500::numeric),
             ('unconfirmed', 0, 0, 20000, -12000)$$, 'only what conforms is delivered, and nothing while nobody knows');

-- quality: promised for all of these, and it missed
insert into indicator (program_id, fiscal_year, indicator_id, name, dimension)
select x, 2023, 'quality', 'Quality', 'quality'
from unnest('{good quality,bad quality,no quality,quality given up,quality cut,quality weighed out}'::text[]) x;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select program_id, 2023, 'quality', '2023-01-01', '>= 95%', 10 from indicator where indicator_id = 'quality';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select program_id, 2023, 'quality', '2023-12-31', case program_id when 'good quality' then 95 else 94 end
from indicator where indicator_id = 'quality' and program_id <> 'no quality';
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, retired, reason) values
    ('quality given up', 2023, 'quality', '2023-12-01', null, null, true, 'too hard'),
    ('quality cut', 2023, 'quality', '2023-12-01', '>= 90%', null, false, 'too hard'),
    ('quality weighed out', 2023, 'quality', '2023-12-01', null, 0, false, 'too hard');
select results_eq($$select program_id, saved, credited from saving_result where program_id ~ 'quality' order by 1$$,
    $$values ('bad quality', 8000::numeric, 0::numeric), ('good quality', 8000, 8000), ('no quality', 8000, 0),
             ('quality cut', 8000, 0), ('quality given up', 8000, 0), ('quality weighed out', 8000, 0)$$,
    'no credit when quality missed what it promised, whatever was done to it since without a procedure');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, adjustment_id) values
    ('quality cut', 2023, 'quality', '2023-12-02', '>= 90%', 'act');
select is((select credited from saving_result where program_id = 'quality cut'), 8000::numeric,
    'but what a procedure changed holds');

-- an output that nobody measured, or that was given up
insert into measurement (program_id, fiscal_year, indicator_id, as_of, withdrawn, reason)
select program_id, fiscal_year, indicator_id, as_of, recorded_at, 'wrong' from measurement
where program_id in ('unmeasured', 'graded');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, score)
    values ('graded', 2023, 'output', '2023-12-31', 100);
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired, reason)
    values ('retired', 2023, 'output', '2023-12-01', true, 'not needed');
select results_eq($$select program_id, reached, not_delivered, saved, credited from saving_result
    where program_id in ('unmeasured', 'graded', 'retired') order by 1$$,
    $$values ('graded', 0::numeric, 20000::numeric, -12000::numeric, 0::numeric),
             ('retired', 22, 9000, -1000, 0), ('unmeasured', 0, 20000, -12000, 0)$$,
    'an output that is not measured is not delivered, nor is what was given up');

-- what is marked when. These have an approval: 2023 is over, so the log has it all later than that; what was on
-- record when the approval was recorded counts.
delete from stage_gate;
create function pg_temp.enter(id text, in_year integer, day date, stages text[]) returns void language sql as $$
    insert into stage_event (program_id, fiscal_year, at, stage, grade)
    select $1, $2, ($3 + i::integer)::timestamp at time zone 'UTC', s, case s when 'reviewed' then 'good' end
    from unnest($4) with ordinality u (s, i) order by i $$;
do $$begin
    perform pg_temp.add(x, 'works', 2023, 40, 40, 20000, 12000)
    from unnest('{in time,later,changed,taken off,conforms no more}'::text[]) x;
end$$;
insert into indicator (program_id, fiscal_year, indicator_id, name, dimension, conforming_of)
select x, 2023, 'other', 'Other', 'quantity', case x when 'conforms no more' then 'output' end
from unnest('{in time,later,changed,taken off,conforms no more}'::text[]) x;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select program_id, 2023, 'other', '2023-01-01', '>= 10', 0 from indicator where indicator_id = 'other';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select program_id, 2023, 'other', '2023-12-31', 50 from indicator where indicator_id = 'other';
update indicator set buys = false where program_id = 'later' and buys;
do $$begin
    perform pg_temp.enter(x, 2023, '2022-11-01', '{drafted,targeted,reviewed,approved}')
    from unnest('{in time,later,changed,taken off,conforms no more}'::text[]) x;
end$$;
select throws_ok($$update indicator set buys = true where program_id = 'later' and indicator_id = 'other'$$, '23514',
    'indicator "other" of program "later" in 2023 is fixed', 'what the money buys is not chosen after the fact');
-- who gets around the guard gains nothing
alter table indicator disable trigger promise_guard_changed;
update indicator set buys = true where program_id = 'later' and indicator_id = 'other';
update indicator set buys = false where program_id in ('changed', 'taken off') and buys;
update indicator set buys = true where program_id = 'changed' and indicator_id = 'other';
update indicator set conforming_of = null where program_id = 'conforms no more';
alter table indicator enable trigger promise_guard_changed;
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
select distinct program_id, 2023, 'self', '2024-02-01 12:00+00'::timestamptz, 'closed' from stage_event;
select results_eq($$select program_id, output_id, reached, saved, unexplained, credited, reason from saving_result
    where program_id in ('in time', 'later', 'changed', 'taken off', 'conforms no more') order by 1$$,
    $$values
    ('changed', 'output', 40::numeric, null::numeric, 8000::numeric, 0::numeric,
     'output was marked as what the money buys, and is no more'),
    ('conforms no more', 'output', 20, -2000, 0, 0, null),
    ('in time', 'output', 40, 8000, 0, 8000, null),
    ('later', 'other', 50, null, 8000, 0, 'other was marked as what the money buys after the targets were fixed'),
    ('taken off', 'output', 40, null, 8000, 0, 'output was marked as what the money buys, and is no more')$$,
    'the mark counts as it was when the targets were fixed');
select is((select execution from evaluation_score where program_id = 'later' and fiscal_year = 2023), 60::numeric,
    'and nothing is credited for one that came later');

-- Without stages the targets are fixed at the end of the year: the log has this one unmarked then, and this one marked.
do $$begin
    perform pg_temp.add(x, 'works', 2023, 40, 40, 20000, 12000) from unnest('{late mark,old mark}'::text[]) x;
end$$;
insert into program_log (program_id, fiscal_year, relation, key, changed_at, n, after, changed_by, session_by)
select program_id, fiscal_year, relation, key, '2023-02-01', n,
       after || jsonb_build_object('buys', program_id = 'old mark' and key ->> 'indicator_id' = 'output'), 'x', 'x'
from program_log where program_id in ('late mark', 'old mark') and relation = 'indicator';
select results_eq($$select program_id, saved, credited, reason from saving_result
    where program_id in ('late mark', 'old mark') order by 1$$, $$values
    ('late mark', null::numeric, 0::numeric, 'output was marked as what the money buys after the targets were fixed'),
    ('old mark', 8000, 8000, null)$$, 'nor does a mark of the next year count where there are no stages');

-- What was promised is what was on record when it was approved: approved in November 2025 for a year that begins in
-- January. The first draft said 30, the target that was approved 40; what came later does not count.
do $$begin perform pg_temp.add('approved early', 'works', 2026, 50, null, 20000, 12000); end$$;
insert into indicator (program_id, fiscal_year, indicator_id, name) values ('approved early', 2026, 'draft', 'Draft');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at) values
    ('approved early', 2026, 'draft', '2026-01-01', '>= 30', 50, '2025-10-01'),
    ('approved early', 2026, 'draft', '2026-01-01', '>= 40', 60, '2025-11-01'),
    ('approved early', 2026, 'draft', '2026-01-01', '>= 10', 5, '2025-12-24');
select results_eq($$select (approved_terms(p, 'draft', '2025-11-20')).target::text, (approved_terms(p, 'draft', '2025-11-20')).weight
    from program_state p where program_id = 'approved early'$$, $$values ('>= 40', 60::numeric)$$,
    'a budget that is approved before its year has the targets of the first day of the year');

-- no output, no budget, no target that says what is promised, nothing executed
do $$begin
    perform pg_temp.add('unmarked', 'works', 2022, 40, 40, 20000, 12000);
    perform pg_temp.add('no budget', 'works', 2022, 40, 40, 0, 12000);
    perform pg_temp.add('range', 'works', 2022, 40, 40, 20000, 12000);
    perform pg_temp.add('zero', 'works', 2022, 0, 40, 20000, 12000);
    perform pg_temp.add('nothing spent', 'works', 2022, 40, 40, 20000, 0);
    perform pg_temp.add('huge', 'works', 2022, 40, 1e40, 20000, 12000);
    perform pg_temp.add('money back', 'works', 2022, 40, 40, 20000, -5);
end$$;
update indicator set buys = false where program_id = 'unmarked';
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, recorded_at)
    values ('range', 2022, 'output', '2022-01-01', '90..110', '2021-12-01');
select results_eq($$select program_id, saved, unexplained, economy, reason from saving_result
    where fiscal_year = 2022 order by 1$$, $$values
    ('huge', null::numeric, 8000::numeric, null::numeric, 'a figure of output is no number, or too large'),
    ('money back', 20005, 0, null, 'nothing was executed'),
    ('no budget', null, -12000, null, 'there is no budget'), ('nothing spent', 20000, 0, null, 'nothing was executed'),
    ('range', null, 8000, null, 'the approved target of output is not >= a figure above 0'),
    ('unmarked', null, 8000, null, 'no output is marked as what the money buys'),
    ('zero', null, 8000, null, 'the approved target of output is not >= a figure above 0')$$,
    'what explains nothing says why');
select results_eq($$select economy, reason, marked_programs, explained_programs from node_saving_result
    where tree = 'unit' and id = 'works' and fiscal_year = 2022$$,
    $$values (null::numeric, 'no program has its money explained by an output', 6, 2)$$, 'in units, too');

-- efficiency ----------------------------------------------------------------------------------------------

-- the eight branches: input 2 3 3 4 5 5 6 8, output 1 3 2 3 4 2 3 5
do $$begin
    perform pg_temp.add('branch ' || i, 'works', 2021, 10, y, 10, x, 'accounts', 'accounts')
    from unnest('{2,3,3,4,5,5,6,8}'::numeric[], '{1,3,2,3,4,2,3,5}'::numeric[]) with ordinality u (x, y, i);
    -- no peers of theirs: another unit, another output, no unit, nothing done
    perform pg_temp.add('other unit', 'works', 2021, 10, 100, 10, 1, 'letters', 'accounts');
    perform pg_temp.add('other output', 'works', 2021, 10, 100, 10, 1, 'accounts', 'letters');
    perform pg_temp.add('no unit', 'works', 2021, 10, 100, 10, 1, null, 'accounts');
    perform pg_temp.add('nothing done', 'works', 2021, 10, 0, 10, 1, 'accounts', 'accounts');
    perform pg_temp.add('nothing paid', 'works', 2021, 10, 100, 10, 0, 'accounts', 'accounts');
    -- 5 for 10^10 would be 0 to 8 decimals, and 10^29 is no figure for a comparison
    perform pg_temp.add('much', 'works', 2021, 10, 1e10, 10, 5, 'accounts', 'accounts');
    perform pg_temp.add('too much', 'works', 2021, 10, 1e29, 10, 1e17, 'accounts', 'accounts');
end$$;
select results_eq($$select program_id, peers, round(efficiency, 4), round(constant_efficiency, 4), best_unit_cost
    from efficiency_result where program_id ~ 'branch' order by 1$$,
    $$select 'branch ' || i, 7, round(100 * f, 4), round(100 * c, 4), 1.00000000
      from unnest(array[1, 1, 1, 3/4.0, 1, 3/5.0, 1/2.0, 1], array[1/2.0, 1, 2/3.0, 3/4.0, 4/5.0, 2/5.0, 1/2.0, 5/8.0])
          with ordinality u (f, c, i) order by i$$, 'the published branches, as a hull and by constant returns');
-- the hull again, in plain SQL: the least that anybody paid for at least as much
select results_eq($$select program_id, round(efficiency, 8) from efficiency_result where program_id ~ 'branch' order by 1$$,
    $$select a.program_id, round(100 * min(b.executed) / a.executed, 8)
      from saving_result a join saving_result b on b.reached >= a.reached
      where a.program_id ~ 'branch' and b.program_id ~ 'branch' group by 1, a.executed order by 1$$,
    'as plain SQL has it');
select results_eq($$select program_id, unit_cost, efficiency, cost_reason, peer_reason from efficiency_result
    where fiscal_year = 2021 and program_id !~ 'branch' order by 1$$, $$values
    ('much', null::numeric, null::numeric, 'the figures make no cost of this size',
     'the figures make no cost of this size'),
    ('no unit', 0.01, null, null, 'the output has no unit of measure'),
    ('nothing done', null, null, 'nothing was reached', 'nothing was reached'),
    ('nothing paid', null, null, 'nothing was executed', 'nothing was executed'),
    ('other output', 0.01, null, null, 'no other program has this output'),
    ('other unit', 0.01, null, null, 'no other program has this output'),
    ('too much', null, null, 'the figures make no cost of this size', 'the figures make no cost of this size')$$, 'and a reason where there is none');

-- unit cost against the year before: 12 for 4 is 3, 10 for 4 was 2.5: 20 % more
do $$begin
    perform pg_temp.add('a', 'health', 2017, 4, 4, 100, 10); perform pg_temp.add('a', 'health', 2018, 4, 4, 100, 12);
    perform pg_temp.add('b', 'health', 2017, 4, 4, 100, 10, 'x', 'old');
    perform pg_temp.add('b', 'health', 2018, 4, 4, 100, 12, 'x', 'new');
    perform pg_temp.add('c', 'health', 2018, 4, 4, 100, 12);
    perform pg_temp.add('d', 'health', 2017, 4, 0, 100, 12); perform pg_temp.add('d', 'health', 2018, 4, 4, 100, 12);
    perform pg_temp.add('e', 'health', 2017, 4, 4, 100, 12); perform pg_temp.add('e', 'health', 2018, 4, 0, 100, 12);
    perform pg_temp.add('f', 'health', 2017, 4, 1e-25, 100, 12); perform pg_temp.add('f', 'health', 2018, 4, 4, 100, 12);
end$$;
select results_eq($$select program_id, unit_cost, unit_cost_before, unit_cost_change, change_reason
    from efficiency_result where fiscal_year = 2018 order by 1$$, $$values
    ('a', 3::numeric, 2.5::numeric, 20::numeric, null),
    ('b', 3, null, null, 'the year before: the output was old'), ('c', 3, null, null, 'there is no year before'),
    ('d', 3, null, null, 'the year before: nothing was reached'), ('e', null, 3, null, 'nothing was reached'),
    ('f', 3, null, null, 'the year before: nothing was reached')$$,
    'the unit cost, and its change');

-- unlike outputs: unit costs 5 and 50, 100 and 10 of them, then 110 and 9: as much as before
do $$begin
    perform pg_temp.add('letters', 'health', 2019, 100, 100, 1000, 500);
    perform pg_temp.add('visits', 'works', 2019, 10, 10, 1000, 500);
    perform pg_temp.add('letters', 'health', 2020, 100, 110, 1000, 440);
    perform pg_temp.add('visits', 'works', 2020, 10, 9, 1000, 360);
    perform pg_temp.add('new', 'works', 2020, 10, 9, 1000, 1000);
end$$;
select results_eq($$select unit_id, programs, marked_programs, activity, executed_before, executed, activity_index,
        cost_index, productivity, reason from activity_result where fiscal_year = 2020 order by 1$$, $$values
    ('county', 2, 3, 1000::numeric, 1000::numeric, 800::numeric, 1::numeric, 0.8::numeric, 1.25::numeric, null),
    ('health', 1, 1, 550, 500, 440, 1.1, 0.88, 1.25, null), ('works', 1, 2, 450, 500, 360, 0.9, 0.72, 1.25, null)$$,
    'unlike outputs add up by what they cost in the year before');
select is((select bpm.activity_index(c, q0, q1) from (values (5, 100, 110), (50, 10, 9)) v (c, q0, q1)), 1::numeric,
    'as the aggregate has it');
select results_eq($$select activity_index, cost_index, productivity, reason from activity_result
    where fiscal_year = 2019 and unit_id = 'county'$$,
    $$values (null::numeric, null::numeric, null::numeric, 'no output has a unit cost in the year before')$$,
    'and nothing without one');

-- equity --------------------------------------------------------------------------------------------------

insert into program (program_id, fiscal_year, name, unit_id) values ('schools', 2024, 'Schools', 'county');
insert into breakdown (fiscal_year, breakdown, name, people) values
    (2024, 'north', 'North', 1), (2024, 'south', 'South', 3), (2024, 'east', 'East', null);
insert into breakdown select 2024, 'g' || i, 'Group ' || i, 1 from generate_series(1, 10) i;
insert into indicator (program_id, fiscal_year, indicator_id, name, aspect, unit_of_measure)
select 'schools', 2024, x, initcap(x), 'equity', '%'
from unnest('{pass,absent,income,below zero,no people,one,none,zeros,huge}'::text[]) x;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values
    ('schools', 2024, 'pass', '2024-01-01', '>= 20'), ('schools', 2024, 'absent', '2024-01-01', '<= 10'),
    ('schools', 2024, 'income', '2024-01-01', '>= 500'), ('schools', 2024, 'no people', '2024-01-01', 'direct'),
    ('schools', 2024, 'zeros', '2024-01-01', '90..110');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, breakdown, actual) values
    ('schools', 2024, 'pass', '2024-06-30', 'north', 99), ('schools', 2024, 'pass', '2024-12-31', 'north', 10),
    ('schools', 2024, 'pass', '2024-12-31', 'south', 20),
    -- one of last year, and one after the close
    ('schools', 2024, 'pass', '2023-12-31', 'g1', 7), ('schools', 2024, 'pass', '2025-01-31', 'g2', 7),
    ('schools', 2024, 'absent', '2024-12-31', 'north', 10), ('schools', 2024, 'absent', '2024-12-31', 'south', 20),
    ('schools', 2024, 'below zero', '2024-12-31', 'north', -1), ('schools', 2024, 'below zero', '2024-12-31', 'south', 2),
    ('schools', 2024, 'no people', '2024-12-31', 'north', 1), ('schools', 2024, 'no people', '2024-12-31', 'east', 2),
    ('schools', 2024, 'one', '2024-12-31', 'north', 1),
    ('schools', 2024, 'huge', '2024-12-31', 'north', 1e20), ('schools', 2024, 'huge', '2024-12-31', 'south', 2e29),
    ('schools', 2024, 'zeros', '2024-12-31', 'north', 0), ('schools', 2024, 'zeros', '2024-12-31', 'south', 0);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, breakdown, actual)
select 'schools', 2024, 'income', '2024-12-31', 'g' || i, x
from unnest('{541,1463,2445,3438,4437,5401,6392,8304,11904,22261}'::numeric[]) with ordinality u (x, i);
select results_eq($$select indicator_id, breakdown, actual, people, group_score, target, reason from breakdown_result
    where indicator_id in ('pass', 'below zero') order by 1, 2$$, $$values
    ('below zero', 'north', -1::numeric, 1::numeric, null::numeric, null, 'no target is set'),
    ('below zero', 'south', 2, 3, null, null, 'no target is set'),
    ('pass', 'north', 10, 1, 50, '>= 20', null), ('pass', 'south', 20, 3, 100, '>= 20', null)$$,
    'figures by group: the latest of the year, against the target of all');
-- mean (10 + 3 * 20) / 4 = 17.5; Gini 2 * 1 * 3 * 10 / (2 * 16 * 17.5) = 60 / 560; Theil sum of w/W x/m ln(x/m)
select results_eq($$select indicator_id, groups, people, best, worst, gap, gini, theil, reason, best_reason
    from equity_result where indicator_id <> 'income' order by 1$$, $$values
    ('absent', 2, 4::numeric, 10::numeric, 20::numeric, 10::numeric, round(60 / 560.0, 8),
     round(0.25 * 10 / 17.5 * ln(10 / 17.5) + 0.75 * 20 / 17.5 * ln(20 / 17.5), 8), null, null),
    ('below zero', 2, 4, null, null, 3, null, null, 'a figure is below 0',
     'the target does not say whether high or low is good'),
    ('huge', 2, 4, null, null, 2e29 - 1e20, null, null, 'a figure is too large',
     'the target does not say whether high or low is good'),
    ('no people', 2, null, 2, 1, 1, null, null, 'a group has no number of people', null),
    ('one', 1, 1, null, null, null, null, null, 'there is one group',
     'the target does not say whether high or low is good'),
    ('pass', 2, 4, 20, 10, 10, round(60 / 560.0, 8),
     round(0.25 * 10 / 17.5 * ln(10 / 17.5) + 0.75 * 20 / 17.5 * ln(20 / 17.5), 8), null, null),
    ('zeros', 2, 4, null, null, 0, null, null, 'all figures are 0, or no group has people',
     'the target does not say whether high or low is good')$$, 'the gap, and how unequal: by the people');
select results_eq($$select round(gini, 7), round(theil, 7) from equity_result where indicator_id = 'income'$$,
    $$values (0.4620911, 0.3623412)$$, 'the published vector');

-- the same as figures of indicators
insert into indicator (program_id, fiscal_year, indicator_id, name, aspect, source, numerator, denominator, ratio_as)
select 'schools', 2024, n || ' of ' || x, n, 'equity', 'ratio', n || ' ' || x, '1', a
from (values ('gap', 'pass', 'value'), ('gini', 'pass', 'value'), ('gini', 'income', 'percent'), ('gap', 'none', 'value'),
             ('gini', 'below zero', 'value'), ('gini', 'no people', 'value'), ('gini', 'one', 'value'),
             ('gap', 'below zero', 'value'), ('gini', 'zeros', 'value')) v (n, x, a);
select results_eq($$select indicator_id, round(actual, 5), figure_reason from indicator_result
    where program_id = 'schools' and source = 'ratio' order by 1$$, $$values
    ('gap of below zero', 3::numeric, null), ('gap of none', null, 'none has no figures by group in 2024'),
    ('gap of pass', 10, null), ('gini of below zero', null, 'a figure of below zero is below 0'),
    ('gini of income', 46.20911, null), ('gini of no people', null, 'a group of no people has no number of people'),
    ('gini of one', null, 'one has no figures by group in 2024'), ('gini of pass', round(60 / 560.0, 5), null),
    ('gini of zeros', null, 'all figures of zeros are 0, or no group has people')$$,
    'gap and Gini are figures that nobody types');

-- the four Es of a unit -----------------------------------------------------------------------------------

-- A target of <= 5 on a gap of 10 is missed: 0. The Gini of income weighs as much, and 46.2 of <= 50 is met: 100.
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select 'schools', 2024, indicator_id, '2024-01-01', case indicator_id when 'gap of pass' then '<= 5'
    when 'gini of income' then '<= 50%' end::bpm.target,
    case when indicator_id in ('gap of pass', 'gini of income') then 50 else 0 end
from indicator where program_id = 'schools';
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('schools', 2024, 'approved', '2024-01-01', 1000), ('schools', 2024, 'executed', '2024-11-30', 530);
select results_eq($$select aspect, score, coverage, reason from aspect_result
    where unit_id = 'county' and fiscal_year = 2024 and aspect in ('economy', 'equity') order by 1$$,
    $$values ('economy', 96.60671870::numeric, round(100 * 29470 / 30000.0, 8), null),
             ('equity', 50::numeric, 100::numeric, null)$$,
    'economy covers what is explained, equity is what its indicators say');
-- an indicator that is tagged economy speaks to none: the money does
update indicator set aspect = 'economy' where program_id = 'clinics' and indicator_id = 'execution';
select results_eq($$select aspect, indicators from aspect_result where unit_id = 'health' and fiscal_year = 2024
    order by 1$$, $$values ('economy', 2), ('none', 4)$$, 'economy is nothing that can be tagged');
select is_empty($$select framework_id, indicator_id from framework_indicator
    where aspect = 'economy' or dimension = 'execution' and aspect is not null
        or dimension = 'satisfaction' and aspect is distinct from 'effectiveness'
        or framework_id in ('revenue', 'pefa') and aspect is not null$$, 'nor do the frameworks');

-- whatever stands in the rows, every view gives an answer
select lives_ok($$select count(*) from saving_result_at('2100-01-01'), node_saving_result_at('1990-01-01')$$, 'in any year');
select lives_ok(format('select * from %I', v), v || ' has an answer')
from unnest('{saving_result,node_saving_result,aspect_result,efficiency_result,activity_result,breakdown_result,equity_result}'::text[]) v;
-- a reason beside what is empty
select is_empty($$select * from saving_result where (economy is null) <> (reason is not null)$$, 'economy or why not');
select is_empty($$select * from node_saving_result where (economy is null) <> (reason is not null)$$, 'in nodes, too');
select is_empty($$select * from aspect_result where (score is null) <> (reason is not null)$$, 'of each of the four Es');
select is_empty($$select * from efficiency_result where (unit_cost is null) <> (cost_reason is not null)
    or (unit_cost_change is null) <> (change_reason is not null)
    or (efficiency is null) <> (peer_reason is not null)$$, 'unit costs');
select is_empty($$select * from activity_result where (productivity is null) <> (reason is not null)$$, 'activity');
select is_empty($$select * from equity_result where (gini is null) <> (reason is not null)
    or (best is null) <> (best_reason is not null)$$, 'equity');
-- one program alone
select results_eq($$select * from saving_result where program_id = 'clinics'$$,
    $$select * from saving_result_at('2025-06-30') where program_id = 'clinics'$$, 'the function beside it');

-- inputs of one's own may hold anything
create or replace view indicator_actual with (security_invoker = true) as
select m.program_id, m.fiscal_year, m.evaluation, m.indicator_id, m.as_of, m.grader, m.breakdown, m.recorded_at,
       case when m.program_id in ('poor', 'clinics', 'schools', 'branch 1') then 'NaN' else m.actual end as actual,
       m.actual_date, m.score, null::timestamptz as withdrawn_at, m.evidence, m.note
from measurement m
where m.withdrawn is null;
select results_eq($$select program_id, reached, earned, unexplained, reason from saving_result
    where program_id in ('poor', 'clinics', 'branch 1') order by 1$$, $$values
    ('branch 1', null::numeric, null::numeric, 8::numeric, 'a figure of accounts is no number, or too large'),
    ('clinics', null, null, 800, 'a figure of output is no number, or too large'),
    ('poor', null, null, 8000, 'a figure of output is no number, or too large')$$, 'what is no number is not reached');
select is((select count(*) from efficiency_result where cost_reason = 'there is no figure'
    and program_id <> 'huge'), 3::bigint,
    'nor has it a unit cost');
select is((select count(*) from equity_result), 0::bigint, 'nor is it of a group');

select * from finish();
rollback;
