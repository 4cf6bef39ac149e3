-- The office's own tables as inputs: what fits is made to fit, what does not is said.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

create schema "Finance Ü";
set local search_path = "Finance Ü", public;
create domain code as varchar(20);
create table ledger (no bigint primary key, dept code not null, "Year" smallint, day timestamp, kind text, amount money, cents integer);
insert into ledger values (1, 'roofs', 2026, '2026-01-02 10:00', 'B', '100.50', 10050), (2, 'roofs', 2026, '2026-05-02', 'X', '40.25', 4025);
create table figure (dept varchar, "Year" text, what text, day text, value double precision);
insert into figure values ('roofs', '2026', 'm2', '2026-06-30', 70.5);
do $$ begin perform bpm.create_model('O''Brien "in"'); end $$;
set local bpm.as_of = '2026-12-31';
insert into "O'Brien ""in""".unit (unit_id, name) values ('u', 'U');
insert into "O'Brien ""in""".program (program_id, fiscal_year, name, unit_id) values ('roofs', 2026, 'Roofs', 'u');
insert into "O'Brien ""in""".indicator (program_id, fiscal_year, indicator_id, name) values ('roofs', 2026, 'm2', 'Roofs');
create function public.said(statement text) returns text language plpgsql as $$
declare m text; d text; h text; c text;
begin
    execute statement;
    return 'done';
exception when others then
    get stacked diagnostics m = message_text, d = pg_exception_detail, h = pg_exception_hint, c = returned_sqlstate;
    return concat_ws(' | ', c, m, nullif(d, ''), h);
end $$;

-- tables are found as their owner finds them, wherever the model is
select is_empty($$select * from "O'Brien ""in""".use_ledger('select no as entry_id, "Year" as fiscal_year, dept as program_id, day as entry_date,
    case kind when ''B'' then amount end as approved, case kind when ''X'' then cents / 100.0 end as executed from ledger; -- all of it')$$, 'a ledger in any order, of other types');
select results_eq($$select program_id, fiscal_year, entry_id, entry_date, recorded_at, approved, executed, planned, fund from "O'Brien ""in""".program_budget order by entry_id$$,
    $$values ('roofs', 2026, '1', date '2026-01-02', timestamptz '-infinity', 100.50, null, null::numeric, null::text), ('roofs', 2026, '2', '2026-05-02', '-infinity', null, 40.25, null, null)$$, 'is read');
select results_eq($$select distinct one_off from "O'Brien ""in""".program_budget$$, 'values (null::boolean)', 'which need not say what is for one year alone');
select is((select reloptions from pg_class where oid = '"O''Brien ""in""".program_budget'::regclass), '{security_invoker=true}', 'with the rights of who asks');
select is((select budget from "O'Brien ""in""".program_result), 100.50, 'by every result');
select is((select col_description('"O''Brien ""in""".program_budget'::regclass, 1)), 'The program, as in the table program.', 'comments stay');
select is_empty($$select * from "O'Brien ""in""".use_figures('select dept as program_id, "Year" as fiscal_year, what as indicator_id, day as as_of, value as actual from figure')$$, 'figures');
select results_eq($$select program_id, fiscal_year, evaluation, indicator_id, as_of, grader, breakdown, recorded_at, actual, score from "O'Brien ""in""".indicator_actual$$,
    $$values ('roofs', 2026, 'self', 'm2', date '2026-06-30', '', '', timestamptz '-infinity', 70.5, null::numeric)$$, 'are of self, of no grader, of all');
select is_empty($$select * from "O'Brien ""in""".use_figures('select dept as program_id, "Year" as fiscal_year, what as indicator_id, day as as_of, value as actual, null::text as evaluation, null as grader, null::timestamptz as recorded_at from figure')$$, 'empty columns');
select results_eq($$select evaluation, grader, recorded_at from "O'Brien ""in""".indicator_actual$$, $$values ('self', '', timestamptz '-infinity')$$, 'are filled as well');
update figure set what = 'none';
select results_eq($$select input, kind, item from "O'Brien ""in""".use_figures('select dept as program_id, "Year" as fiscal_year, what as indicator_id, day as as_of, value as actual from figure')$$,
    $$values ('indicator_actual', 'no indicator', 'none')$$, 'what check_inputs finds is told');
update figure set what = 'm2';

-- what does not fit
select is(public.said($$select "O'Brien ""in""".use_ledger('select no as entry_id, dept as program_id, amount, day as entry_date from ledger')$$),
    '42703 | the query does not fit "program_budget" | It lacks fiscal_year. There is no place for amount. | The columns are program_id, fiscal_year, entry_id, entry_date, recorded_at, proposed, approved, carried_over, adjusted, received, committed, executed, planned, month, fund, economic_id, currency, one_off. All but program_id, fiscal_year, entry_id, entry_date can be left out.',
    'columns that are missing, or have no place');
select is(public.said($$select "O'Brien ""in""".use_ledger('select no as entry_id, dept as program_id, day as fiscal_year, day as entry_date from ledger')$$),
    '42804 | the query does not fit "program_budget" | There is no cast: fiscal_year is timestamp without time zone, not integer. | Write in the query how it is to be read.', 'a type that has no cast');
select matches(public.said($$select "O'Brien ""in""".use_ledger('selekt 1')$$), '^42601 \| the query does not fit "program_budget": syntax error .*one SELECT', 'what is no query');
select matches(public.said($$select "O'Brien ""in""".use_ledger('select 1 as program_id, 2 as program_id')$$), '^42701 .* a name of its own', 'a name that is there twice');
select matches(public.said($$select "O'Brien ""in""".use_ledger('delete from ledger returning no as entry_id')$$), '^42601', 'what changes something');
select matches(public.said($$select "O'Brien ""in""".use_ledger('select * from nowhere')$$), '^42P01', 'a table that is not there');
select matches(public.said($$select "O'Brien ""in""".use_ledger(' ; ')$$), '^22023 \| there is no query', 'nothing');
select matches(public.said($$select "O'Brien ""in""".use_ledger(null)$$), '^22023 \| there is no query', 'NULL');
select is((select budget from "O'Brien ""in""".program_result), 100.50, 'then all is as it was');
select is_empty($$select relname from pg_class where relname like 'bpm input%'$$, 'and nothing is left behind');

-- a schema that was renamed
alter schema "O'Brien ""in""" rename to model_inputs;
do $$ begin perform bpm.upgrade_model('model_inputs'); end $$;
select is_empty($$select * from model_inputs.use_ledger('select no as entry_id, "Year" as fiscal_year, dept as program_id, day as entry_date, amount as approved from ledger')$$, 'in a schema that was renamed too');
do $$ begin perform bpm.upgrade_model('model_inputs'); end $$;

-- recipes ---------------------------------------------------------------------------------------------------
-- a ledger that says the revised total each time: the difference to the one before
create table revised (dept text, year int, day date, budget numeric, spent numeric);
insert into revised values ('roofs', 2026, '2026-01-01', 100, 0), ('roofs', 2026, '2026-05-01', 120, 30), ('roofs', 2026, '2026-09-01', 110, 90);
select is_empty($$select * from model_inputs.use_ledger('
    select dept as program_id, year as fiscal_year, day::text as entry_id, day as entry_date,
           case when lag(budget) over w is null then budget end as approved, budget - lag(budget) over w as adjusted,
           spent - lag(spent, 1, 0) over w as executed
    from revised
    window w as (partition by dept, year order by day)')$$, 'revised totals');
select results_eq('select budget, executed from model_inputs.program_result', 'values (110.00, 90.00)', 'add up to the last of them');
-- parts that are printed beside their total: the total is left out
create table printed (dept text, year int, line text, part_of text, budget numeric);
insert into printed values ('roofs', 2026, 'all', null, 100), ('roofs', 2026, 'wages', 'all', 60), ('roofs', 2026, 'slates', 'all', 40);
select is_empty($$select * from model_inputs.use_ledger('
    select dept as program_id, year as fiscal_year, line as entry_id, make_date(year, 1, 1) as entry_date, budget as approved
    from printed p
    where not exists (select from printed o where o.dept = p.dept and o.year = p.year and o.part_of = p.line)')$$, 'parts beside their total');
select results_eq('select budget from model_inputs.program_result', 'values (100.00)', 'count once');

-- a large ledger without an index ---------------------------------------------------------------------------
create table large (no int, dept varchar(20), year int, day date, amount numeric);
insert into large select n, 'd' || n % 500, 2026, '2026-01-01', 1 from generate_series(1, 12000) n;
analyze large;
select lives_ok($$select count(*) from model_inputs.use_ledger('select no as entry_id, dept as program_id, year as fiscal_year, day as entry_date, amount as executed from large')$$, 'a large ledger');
select results_eq('select input, relation from model_inputs.input_without_index()', $$values ('program_budget', '"Finance Ü".large')$$, 'that has no index is named');
select results_eq($$select kind, item, detail from model_inputs.check_inputs() where kind = 'no index'$$,
    $$values ('no index', '"Finance Ü".large', 'All of its 12000 rows are read for every program.')$$, 'by check_inputs too');
select is_empty('select * from model_inputs.input_without_index(100000)', 'from a size on');
create index on large (year);
create index by_no on large (no);
select is((select count(*) from model_inputs.input_without_index()), 1::bigint, 'an index on the year is none');
create index on large (dept, year);
select is_empty('select * from model_inputs.input_without_index()', 'one on the program is, by whatever type');
create view above as select l.*, d.name from large l join (select distinct dept, 'n' as name from large) d using (dept);
select lives_ok($$select count(*) from model_inputs.use_ledger('select no as entry_id, dept as program_id, year as fiscal_year, day as entry_date, amount as executed from above')$$, 'through a view');
select is_empty('select * from model_inputs.input_without_index()', 'of a join');
select lives_ok($$select count(*) from model_inputs.use_ledger('select no as entry_id, lower(dept) as program_id, year as fiscal_year, day as entry_date, amount as executed from large')$$, 'an expression');
select is((select count(*) from model_inputs.input_without_index()), 1::bigint, 'needs an index of its own');
create index on large (lower(dept));
select is_empty('select * from model_inputs.input_without_index()', 'and then has one');

select * from finish();
rollback;
