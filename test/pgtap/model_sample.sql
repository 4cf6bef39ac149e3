-- model: the sample of programs that others evaluate. Drawn by money and risk, the same for the same seed; key projects
-- are looked at once in five years; what was drawn stays, and what is overdue is listed.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

set local jit = off;
set local timezone = 'UTC';
set local client_min_messages = warning;
select bpm.create_model('Draw "it"');
set local search_path = 'Draw "it"', public;
update place set time_zone = 'UTC';
update setting set totals_required = false;
insert into unit values ('county', null, 'County'), ('edu', 'county', 'Education'), ('water', 'county', 'Water');

create function pg_temp.add(id text, budget numeric, year integer, of_unit text default 'edu') returns void
    language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id) values (id, year, initcap(id), of_unit);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
        select id, year, 'approved', make_date(year, 1, 1), budget where budget <> 0;
$$;
create function pg_temp.says(statement text) returns text language plpgsql as $$
declare m text; d text; h text; c text;
begin
    execute statement;
    return 'no error';
exception when others then
    get stacked diagnostics m = message_text, d = pg_exception_detail, h = pg_exception_hint, c = returned_sqlstate;
    return concat_ws(' | ', c, m, nullif(d, ''), nullif(h, ''));
end $$;

-- does what no guard would let through, asks, and undoes it
create function pg_temp.after(hostile text, asks text) returns text language plpgsql as $$
declare said text;
begin
    set local session_replication_role = replica;
    execute hostile;
    set local session_replication_role = origin;
    execute asks into said;
    raise exception using errcode = 'ZZ000', message = said;
exception when sqlstate 'ZZ000' then
    return sqlerrm;
when others then
    return sqlerrm;
end $$;

-- a draw by hand ------------------------------------------------------------------------------------------------

-- Systematic sampling with chances proportional to size (Madow 1949; Cochran, Sampling Techniques, 9A; Särndal, Swensson
-- and Wretman, Model Assisted Survey Sampling, 3.6.2). Half of six programs are three. None was ever evaluated by others,
-- which makes all of them half as large again: 900, 450, 375, 300, 225, 150, in all 2400. The dam: 3 * 900 / 2400 = 1.125,
-- so it is certain. Two are left to draw from 1500: 2 * 450 / 1500 = 0.6 for the roads, 0.5, 0.4, 0.3, 0.2 for the others.
-- The order, by sha256sum of "lottery 7-12-33" and the code: museum 05db96…, clinic 1dd603…, roads 4372a2…, park b467cb…,
-- school ea006c…, which end at 150, 450, 900, 1125 and 1500. One is taken every 1500 / 2 = 750; sha256sum of the seed
-- alone begins f4769e1a9592efb, over 16 ^ 15 that is 0.95493, so the first is taken at 716.2 and the second at 1466.2.
do $$begin
    perform pg_temp.add('dam', 600, 2026, 'water'); perform pg_temp.add('roads', 300, 2026);
    perform pg_temp.add('school', 250, 2026); perform pg_temp.add('clinic', 200, 2026);
    perform pg_temp.add('park', 150, 2026); perform pg_temp.add('museum', 100, 2026);
    insert into program (program_id, fiscal_year, name, unit_id, nature, scope) values
        ('taxes', 2026, 'Taxes', 'edu', 'revenue', 'project'), ('all', 2026, 'All', 'edu', 'expenditure', 'department');
end$$;
select results_eq($$select program_id, size, chance_numerator, chance_denominator, chance, certain, draw_order, selected, reason
    from evaluation_sample(2026, 50, 'lottery 7-12-33', on_day => '2026-06-30')$$,
    $$values ('dam', 900::numeric, 1::numeric, 1::numeric, 1::numeric, 1, null::integer, 1,
              'so large that it is certain; never evaluated by others'),
        ('museum', 150, 300, 1500, 0.2, 0, 1, 0, 'not drawn; never evaluated by others'),
        ('clinic', 300, 600, 1500, 0.4, 0, 2, 0, 'not drawn; never evaluated by others'),
        ('roads', 450, 900, 1500, 0.6, 0, 3, 1, 'drawn; never evaluated by others'),
        ('park', 225, 450, 1500, 0.3, 0, 4, 0, 'not drawn; never evaluated by others'),
        ('school', 375, 750, 1500, 0.5, 0, 5, 1, 'drawn; never evaluated by others')$$, 'a draw by hand');
select is((select count(*) from evaluation_sample(2026, 50, 'x', on_day => '2026-06-30') where program_id in ('taxes', 'all')),
    0::bigint, 'neither revenue nor what has no money of its own is drawn');
-- 6 * 16.7 / 100 = 1.002: two, of which none is certain: 2 * 900 / 2400
select results_eq(format($$select sum(selected), sum(chance), max(chance) from evaluation_sample(2026, %s, 'x',
        on_day => '2026-06-30')$$, s), format($$values (%s::bigint, %s::numeric, %s::numeric)$$, n, n, c),
    format('%s %% of six are %s', s, n))
from (values ('16.7', 2, '0.75'), ('16.6666666666666666666666666666666666', 1, '0.375'),
             ('16.66666666666666666666666666666666667', 2, '0.75'), ('0.0000000001', 1, '0.375'), ('83.4', 6, '1'),
             ('100', 6, '1')) v (s, n, c);
select results_eq($$select sum(selected), sum(chance) from evaluation_sample(2026, 0, 'x', on_day => '2026-06-30')$$,
    $$values (0::bigint, 0::numeric)$$, 'of none none');
select results_eq($$select program_id, selected from evaluation_sample(2026, 50, 'lottery 7-12-33', on_day => '2026-06-30')$$,
    $$select program_id, selected from evaluation_sample(2026, 50, 'lottery 7-12-33', 'department', '2026-06-30')$$,
    'the evaluation it is for has no part in it');
set local bpm.as_of = '2025-12-31';
select is((select sum(size) from evaluation_sample(2026, 50, 'x')), 0::numeric, 'it is of the day of the session');
select is((select sum(size) from evaluation_sample(2026, 50, 'x', on_day => '2026-06-30')), 2400::numeric, 'or of one that is given');
set local bpm.as_of = '2026-06-30';
select is((select sum(size) from evaluation_sample(2026, 50, 'x')), 2400::numeric, 'with the money of that day');

-- what is asked wrong
select is(pg_temp.says(format('select * from evaluation_sample(%s)', a)), m, a)
from (values
    ('2026, 100.0000001, ''x''', '22023 | a share is a percentage from 0 to 100 | It is 100.0000001. | Write 10 for a tenth of the programs.'),
    ('2026, -1, ''x''', '22023 | a share is a percentage from 0 to 100 | It is -1. | Write 10 for a tenth of the programs.'),
    ('2026, ''NaN'', ''x''', '22023 | a share is a percentage from 0 to 100 | It is NaN. | Write 10 for a tenth of the programs.'),
    ('2026, ''infinity'', ''x''', '22023 | a share is a percentage from 0 to 100 | It is Infinity. | Write 10 for a tenth of the programs.'),
    ('2026, null, ''x''', '22023 | a share is a percentage from 0 to 100 | It is NULL. | Write 10 for a tenth of the programs.'),
    ('2026, 10, null', '22023 | a sample has a seed | Any text that nobody could choose to suit him, such as the numbers of a public lottery.'),
    ('2026, 10, ''''', '22023 | a sample has a seed | Any text that nobody could choose to suit him, such as the numbers of a public lottery.'),
    ('26, 10, ''x''', '22023 | a sample is of a fiscal year | Write 2026, not 26.'),
    ('null, 10, ''x''', '22023 | a sample is of a fiscal year | Write 2026, not 26.'),
    ('2026, 10, ''x'', ''self''', '22023 | there is no evaluation "self" by others in 2026 | The table evaluation lists them; what is made before the event is made of all.'),
    ('2026, 10, ''x'', ''appraisal''', '22023 | there is no evaluation "appraisal" by others in 2026 | The table evaluation lists them; what is made before the event is made of all.'),
    ('2026, 10, ''x'', ''nobody''', '22023 | there is no evaluation "nobody" by others in 2026 | The table evaluation lists them; what is made before the event is made of all.'),
    ('2026, 10, ''x'', null', '22023 | there is no evaluation "<NULL>" by others in 2026 | The table evaluation lists them; what is made before the event is made of all.')) v (a, m);
select is_empty($$select * from evaluation_sample(2031, 10, 'x')$$, 'of a year without programs nobody is drawn');

-- the same by another way -----------------------------------------------------------------------------------------

-- Who is certain in rounds, and every point looked up in the row.
create function pg_temp.replica(seed text, n integer) returns table (id text) language plpgsql as $$
declare
    sure text[] := (select coalesce(array_agg(s.id), '{}') from size s where s.due);
    more text[];
    m integer := greatest(n - cardinality(sure), 0);
    one constant numeric := power(16::numeric, 15);
    start numeric := 0;
    digit text;
begin
    loop
        select array_agg(s.id) into more from size s
        where s.id <> all (sure) and s.size > 0 and m > 0
            and m * s.size >= (select sum(t.size) from size t where t.id <> all (sure));
        exit when more is null;
        sure := sure || more;
        m := m - cardinality(more);
    end loop;
    return query select unnest(sure);
    foreach digit in array string_to_array(left(encode(sha256(seed::bytea), 'hex'), 15), null) loop
        start := start * 16 + position(digit in '0123456789abcdef') - 1;
    end loop;
    return query
    with part as (
        select s.id, case when (select max(t.size) from size t where t.id <> all (sure)) = 0 then 1 else s.size end as long,
               sha256(convert_to(seed || s.id, 'UTF8')) as place
        from size s where s.id <> all (sure)
    ), ends as (
        select p.id, (select coalesce(sum(q.long), 0) from part q where q.place < p.place) as after,
               (select sum(q.long) from part q where q.place <= p.place) as upto, (select sum(q.long) from part q) as total
        from part p
    )
    select distinct e.id from ends e, generate_series(0, m - 1) j
    where e.after * m * one <= (start + j * one) * e.total and (start + j * one) * e.total < e.upto * m * one;
end $$;
create temp table size (id text, size numeric, due boolean default false);
create function pg_temp.differ(year integer) returns table (what text) language plpgsql as $$
declare
    seed text;
    share numeric;
    n integer;
    drawn text[];
    chances numeric;
    wanted text[];
begin
    foreach share in array '{0,3,10,33.3,50,90,100}'::numeric[] loop
        n := ceil(share * (select count(*) from size) / 100);
        for seed in select format('%s wörfel %s', year, g) from generate_series(1, 6) g loop
            select array_agg(s.program_id order by s.program_id) filter (where s.selected = 1), round(sum(s.chance), 5)
            into drawn, chances
            from evaluation_sample(year, share, seed, on_day => make_date(year, 6, 30)) s;
            select array_agg(r.id order by r.id) into wanted from pg_temp.replica(seed, n) r;
            if drawn is distinct from wanted then
                what := format('%s: %s for %s %%, %s, and not %s', year, drawn, share, seed, wanted); return next;
            end if;
            if coalesce(cardinality(drawn), 0) <> greatest(n, (select count(*) from size where due)) then
                what := format('%s: another number for %s %%, %s', year, share, seed); return next;
            end if;
            if chances <> coalesce(cardinality(drawn), 0) then
                what := format('%s: chances do not make the number for %s %%, %s', year, share, seed); return next;
            end if;
        end loop;
    end loop;
end $$;
-- of all sizes, with cents, nothing, less than nothing, and letters of all kinds
do $$begin
    perform pg_temp.add(i, b, 2040) from (
        select case g % 4 when 0 then '学校 ' when 1 then 'Straße "' when 2 then '🏥' else '%s\' end || g as i,
               case when g % 9 = 0 then 0 when g % 11 = 0 then -50 else (g * 7919 % 1000)::numeric + 0.01 * g end as b
        from generate_series(1, 23) g) x;
end$$;
update program set is_key = true where fiscal_year = 2040 and program_id like '%5';
insert into size select p.program_id, 1.5 * greatest(coalesce((select sum(b.amount) from budget_entry b
    where b.program_id = p.program_id and b.fiscal_year = 2040), 0), 0), p.is_key from program p where p.fiscal_year = 2040;
select is((select count(*) from size where due), 2::bigint, 'with key projects');
select is_empty('select * from pg_temp.differ(2040)', 'programs of all sizes');
-- equal ones
delete from size;
do $$begin perform pg_temp.add('e' || g, 100, 2041) from generate_series(1, 12) g; end$$;
insert into size select program_id, 150 from program where fiscal_year = 2041;
select is_empty('select * from pg_temp.differ(2041)', 'equal programs');
select results_eq($$select distinct chance, chance_numerator / chance_denominator = 0.25 from evaluation_sample(2041, 25, 'x', on_day => '2041-06-30')$$,
    $$values (0.25::numeric, true)$$, 'have equal chances');
-- one that is larger than all others, and some that have nothing
delete from size;
do $$begin
    perform pg_temp.add('giant', 999999999999999999.99, 2042);
    perform pg_temp.add('f' || g, case when g < 5 then 0.01 * g else 0 end, 2042) from generate_series(1, 9) g;
end$$;
insert into size select p.program_id, 1.5 * coalesce((select sum(b.amount) from budget_entry b
    where b.program_id = p.program_id and b.fiscal_year = 2042), 0) from program p where p.fiscal_year = 2042;
select is_empty('select * from pg_temp.differ(2042)', 'a huge program beside small ones');
-- 10 programs, 8 of them: the five with money are certain, and the other five share what is left
select results_eq($$select certain, count(*), sum(selected), min(chance) from evaluation_sample(2042, 80, 'x', on_day => '2042-06-30') group by 1 order by 1$$,
    $$values (0, 5::bigint, 3::bigint, 0.6::numeric), (1, 5, 5, 1)$$, 'who has no money is drawn when all who have some are');
-- no money at all, and debts
delete from size;
do $$begin perform pg_temp.add('g' || g, case when g < 4 then 0 else -1000 end, 2043) from generate_series(1, 7) g; end$$;
insert into size select program_id, 0 from program where fiscal_year = 2043;
select is_empty('select * from pg_temp.differ(2043)', 'without money all are alike');
select results_eq($$select distinct reason, certain from evaluation_sample(2043, 100, 'x', on_day => '2043-06-30')$$,
    $$values ('all are drawn; never evaluated by others', 1)$$, 'and all are all');
-- over many seeds each is drawn as often as its chance says: 200 draws of 2 of 5 with chances .6 .5 .4 .3 .2 and one that is certain;
-- the standard deviation of 200 draws with a chance of 0.5 is 7.07
select is_empty($$select program_id, sum(selected) from generate_series(1, 200) g
    cross join lateral evaluation_sample(2026, 50, 'seed ' || g, on_day => '2026-06-30') s
    group by 1 having abs(sum(selected) - 200 * min(chance)) > 28$$, 'each is drawn as often as its chance says');

-- key projects ----------------------------------------------------------------------------------------------------

-- Five years, this one included: 2022 to 2026. The bridge was evaluated for 2021, the tower for 2022, the tunnel by
-- itself only, the canal for 2024 but not closed, the ferry appraised.
do $$begin
    perform pg_temp.add(p, 10, y) from unnest('{bridge,tower,tunnel,canal,ferry}'::text[]) p, generate_series(2021, 2026) y;
    insert into program (program_id, fiscal_year, name, unit_id) values ('tunnel', 2027, 'Tunnel', 'edu');
end$$;
update program set is_key = true where program_id in ('bridge', 'tower', 'tunnel', 'canal', 'ferry');
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('bridge', 2021, 'finance'),
    ('tower', 2022, 'department'), ('canal', 2024, 'finance'), ('ferry', 2025, 'appraisal');
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) values
    ('bridge', 2021, 'finance', '2022-05-01', 'closed'), ('tower', 2022, 'department', '2023-05-01', 'closed'),
    ('canal', 2024, 'finance', '2025-01-10', 'opened'), ('ferry', 2025, 'appraisal', '2024-10-01', 'closed');
select results_eq($$select program_id, certain, overdue, last_evaluated, split_part(reason, ';', 1)
    from evaluation_sample(2026, 0, 'x', on_day => '2026-06-30') where is_key = 1 order by 1$$,
    $$values ('bridge', 1, 1, 2021, 'key project, last evaluated for 2021'), ('canal', 1, 1, null, 'key project'),
        ('ferry', 1, 1, null, 'key project'), ('tower', 0, 0, 2022, 'not drawn'), ('tunnel', 1, 1, null, 'key project')$$,
    'a key project that nobody evaluated for five years is certain');
select results_eq($$select sum(selected), count(*) from evaluation_sample(2026, 0, 'x', on_day => '2026-06-30')$$,
    $$values (4::bigint, 11::bigint)$$, 'even where nothing else is drawn');
update setting set evaluate_key_every = 6;
select results_eq($$select program_id from evaluation_sample(2026, 0, 'x', on_day => '2026-06-30') where certain = 1 order by 1$$,
    $$values ('canal'), ('ferry'), ('tunnel')$$, 'five is a setting');
update setting set evaluate_key_every = 5;
select results_eq($$select program_id, certain, overdue from evaluation_sample(2021, 0, 'x', on_day => '2021-06-30') where program_id = 'canal'$$,
    $$values ('canal', 1, 0)$$, 'in its first year a key project is looked at, and not overdue');

-- risks -----------------------------------------------------------------------------------------------------------

-- Before 2026 the calm one was rated excellent, the poor one poor, the silent one had no figures in 2024 and 2025 and long
-- before. In 2026 the loud one claims all with half of the money (100 * (90 * 10 - 5 * 90) / (90 * 10) = 50 % more than
-- the money supports: red), the idle one claims half with half of it, and has more than a fifth left (yellow). The easy one
-- promises less on the way: 50 of 100 is 50 points, 50 of 50 is 100, and 90 of 100 hang on it: 45 points. The past one was
-- not demonstrated in 2020, which is too long ago.
insert into program (program_id, fiscal_year, name, unit_id)
select p, y, initcap(p), 'water' from (values ('calm', 2025), ('calm', 2026), ('poor', 2025), ('poor', 2026), ('silent', 2020),
    ('silent', 2024), ('silent', 2025), ('silent', 2026), ('loud', 2026), ('idle', 2026), ('easy', 2026), ('past', 2020), ('past', 2026)) v (p, y);
insert into indicator (program_id, fiscal_year, indicator_id, name, source)
select program_id, fiscal_year, i, i, s from program, (values ('out', 'measured'), ('spent', 'budget')) v (i, s)
where program_id in ('calm', 'poor', 'loud', 'idle', 'easy');
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at)
select program_id, fiscal_year, indicator_id, make_date(fiscal_year, 1, 1), case source when 'measured' then '>= 100'::bpm.target end,
       case source when 'measured' then 90 else 10 end, make_date(fiscal_year - 1, 12, 1)
from indicator;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select p.program_id, p.fiscal_year, k, make_date(p.fiscal_year, 2, 1), 100 * f
from program p, (values ('approved', 1), ('executed', 0.5), ('executed', 0.5)) v (k, f)
where p.unit_id = 'water' and p.program_id <> 'dam' and not (k = 'executed' and p.program_id in ('silent', 'past'));
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select p, 2026, 'executed', '2026-12-01', -50 from unnest('{loud,idle}'::text[]) p;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, recorded_at)
    values ('easy', 2026, 'out', '2026-06-01', '>= 50', 90, '2026-06-01');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select program_id, fiscal_year, 'out', make_date(fiscal_year, 12, 31),
       case program_id when 'poor' then 10 when 'easy' then 50 when 'idle' then 50 else 100 end
from indicator where indicator_id = 'out' and not (program_id = 'poor' and fiscal_year = 2026);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('poor', 2026, 'out', '2026-12-31', 100);
create temp view risk as select s.* from evaluation_sample(2026, 50, 'x', on_day => '2027-01-31') s
    where s.program_id in ('calm', 'poor', 'silent', 'loud', 'idle', 'easy', 'past');
select results_eq('select program_id, alarm_points, drift_points, rating_points, never_points, alert_points, size from risk order by 1',
    $$values ('calm', 0::numeric, 0::numeric, 0::numeric, 0.5::numeric, 0::numeric, 150::numeric), ('easy', 0, 0.5, 0, 0.5, 0, 200),
        ('idle', 0.5, 0, 0, 0.5, 0, 200), ('loud', 1, 0, 0, 0.5, 0, 250), ('past', 0, 0, 0, 0.5, 0, 150),
        ('poor', 0, 0, 1, 0.5, 0, 250), ('silent', 0, 0, 1, 0.5, 0, 250)$$, 'risks make a program larger');
select results_eq('select program_id, reason from risk where certain = 0 order by 1',
    $$values ('calm', 'not drawn; never evaluated by others'),
        ('easy', 'not drawn; changed promises brought 45 points; never evaluated by others'),
        ('idle', 'drawn; self-evaluation alarm yellow; never evaluated by others'),
        ('loud', 'drawn; self-evaluation alarm red; never evaluated by others'),
        ('past', 'not drawn; never evaluated by others'),
        ('poor', 'not drawn; worst rating or not demonstrated in 1 of the years before; never evaluated by others'),
        ('silent', 'not drawn; worst rating or not demonstrated in 2 of the years before; never evaluated by others')$$,
    'and are said');
select is((select sum(alarm_points + drift_points) from evaluation_sample(2026, 50, 'x', on_day => '2026-06-30')
           where program_id in ('loud', 'idle')), 0::numeric, 'an alarm is there once the self-evaluation is closed');
-- what monitoring saw and nobody answered
do $$begin perform monitor_round(2026, 'Q1', '2026-06-30'); end$$;
select is((select alert_points from risk where program_id = 'calm'), 0.5, 'deviations without an answer are a risk');
insert into deviation_answer (program_id, fiscal_year, round, item, cause)
    select distinct program_id, fiscal_year, round, item, 'staff' from monitoring_alert where program_id = 'calm';
select is((select alert_points from risk where program_id = 'calm'), 0::numeric, 'until they are answered');
-- the rule of the year
insert into sample_rule (fiscal_year, risk, points, at_least) values (2026, 'never evaluated', 0, 1), (2026, 'past rating', 3, 2),
    (2027, 'red alarm', 0, 1);
select results_eq('select program_id, alarm_points, rating_points, never_points from risk where program_id in (''loud'', ''poor'', ''silent'') order by 1',
    $$values ('loud', 1::numeric, 0::numeric, 0::numeric), ('poor', 0, 0, 0), ('silent', 0, 3, 0)$$,
    'what a risk weighs, and from when on, is a rule by year');
delete from sample_rule where fiscal_year > 0;
select throws_ok(format('insert into sample_rule (fiscal_year, risk, points, at_least) values (%s)', v), '23514', null, v)
from unnest(array['0, ''weather'', 1, 1', '2026, ''drift'', -1, 1', '2026, ''drift'', ''NaN'', 1', '2026, ''drift'', 1, 0',
                  '-1, ''drift'', 1, 1', '2026, ''drift'', 1, ''NaN''']) v;
select is(pg_temp.after('delete from sample_rule', $$select sum(size) - sum(greatest(budget, 0)) from evaluation_sample(2026, 50, 'x', on_day => '2026-06-30')$$),
    '0.00', 'without rules money alone counts');
-- the same on any plan
create temp table one_plan as select * from evaluation_sample(2026, 40, 'plan', on_day => '2027-01-31');
set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_hashagg = off; set local enable_sort = off;
set local enable_material = off; set local enable_memoize = off;
select results_eq($$select * from evaluation_sample(2026, 40, 'plan', on_day => '2027-01-31')$$, 'table one_plan', 'the same on another plan');
reset enable_hashjoin; reset enable_mergejoin; reset enable_hashagg; reset enable_sort; reset enable_material; reset enable_memoize;
select isnt_empty($$select program_id, selected from evaluation_sample(2026, 40, 'plan', on_day => '2027-01-31')
    except select program_id, selected from evaluation_sample(2026, 40, 'Plan', on_day => '2027-01-31')$$, 'another with another seed');

-- drawing -----------------------------------------------------------------------------------------------------------

create temp table would as select * from evaluation_sample(2026, 20, 'Ziehung 6 aus 49', on_day => '2027-01-31');
select is(draw_sample(2026, 20, 'Ziehung 6 aus 49', on_day => '2027-01-31'), (select sum(selected)::integer from would), 'a sample is drawn');
-- 18 programs in 2026 of which 20 % are 3.6, but four key projects are certain
select results_eq($$select n, share, seed, as_of, programs, selected, reason from sample_draw$$,
    $$values (1, 20::numeric, 'Ziehung 6 aus 49', date '2027-01-31', 18, 4, null)$$, 'and kept');
select results_eq($$select program_id, selected::integer, size, chance, reason from sample_member order by 1$$,
    $$select program_id, selected, size, chance, reason from would order by 1$$, 'with everybody''s size, chance and reason');
select results_eq($$select program_id from program_evaluation where fiscal_year = 2026 order by 1$$,
    $$select program_id from would where selected = 1 order by 1$$, 'what was drawn is to be evaluated');
select is_empty($$select * from evaluation_event where fiscal_year = 2026$$, 'and not opened yet');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('museum', 2026, 'approved', '2026-02-02', 1e9);
select results_eq($$select s.program_id, s.selected, s.size from sample_draw d
    cross join lateral evaluation_sample(d.fiscal_year, d.share, d.seed, d.evaluation, d.as_of, d.known_at) s
    where s.program_id not in (select program_id from would where certain = 1)$$,
    'select program_id, selected, size from would where certain = 0',
    'with the seed, the day and the time anybody draws the same again');
select is(pg_temp.says($$select draw_sample(2026, 20, 'another', on_day => '2027-01-31')$$),
    '23505 | the sample of 2026 for evaluation "finance" is drawn | 4 of 18 programs, with the seed "Ziehung 6 aus 49". | '
    'To draw again until it suits is no sample; if it has to be, say in reason why.', 'drawn is drawn');
select is(left(pg_temp.says($$select draw_sample(2026, 20, 'another', reason => '', on_day => '2027-01-31')$$), 5), '23505', 'an empty reason is none');
select is(draw_sample(2026, 50, 'another', reason => 'the council wants half', on_day => '2027-01-31'), 9, 'again only for a reason');
select results_eq('select n, selected, reason from sample_draw order by 1',
    $$values (1, 4, null), (2, 9, 'the council wants half')$$, 'which is kept, and the first draw as well');
select is(draw_sample(2026, 0, 'x', 'department', on_day => '2027-01-31'), 4, 'for another evaluation it is another sample');
select is(pg_temp.says('select draw_sample(2031, 20, ''x'')'), 'P0002 | there is nothing to draw from in 2031 | '
    'No expenditure program has a row in that year.', 'of nothing nothing is drawn');
select is(left(pg_temp.says(format('select draw_sample(%s)', a)), 5), '22023', a)
from unnest('{"2027, 101, ''x''","2027, null, ''x''","2027, 10, null","2027, 10, ''''","null, 10, ''x''","2027, 10, ''x'', ''self''","2027, 10, ''x'', null"}'::text[]) a;
select is((select count(*) from sample_draw), 3::bigint, 'what was refused is not kept');
select throws_ok(format(how, t), '23001', null, format(how, t))
from unnest('{sample_draw,sample_member}'::text[]) t, unnest('{update %I set reason = null,delete from %I,truncate %I cascade}'::text[]) how;
select throws_ok($$insert into sample_draw (fiscal_year, evaluation, n, share, seed, as_of, known_at, programs, selected)
    values (2026, 'finance', 3, 1, 'x', '2027-01-31', now(), 1, 1)$$, '23514', null, 'nor by hand without a reason');

-- who may -----------------------------------------------------------------------------------------------------------

create role bpm_test_draws;
create role bpm_test_writes;
create role bpm_test_looks_on;
do $$begin
    perform bpm.grant_duty('Draw "it"', 'bpm_test_draws', 'approving');
    perform bpm.grant_duty('Draw "it"', 'bpm_test_writes', 'programs');
    perform bpm.grant_reader('Draw "it"', 'bpm_test_looks_on');
end$$;
set local role bpm_test_writes;
select throws_ok($$update program set is_key = false where program_id = 'bridge'$$, '42501', null, 'a key project is one by a rule');
select throws_ok($$insert into program (program_id, fiscal_year, name, unit_id, is_key) values ('n', 2026, 'N', 'edu', true)$$, '42501', null, 'from the beginning');
select throws_ok($$update sample_rule set points = 0$$, '42501', null, 'as are the risks');
select throws_ok($$select draw_sample(2040, 10, 'x')$$, '42501', null, 'nor is a sample drawn by whom it draws');
reset role;
set local role bpm_test_looks_on;
select isnt_empty($$select * from evaluation_sample(2026, 10, 'x')$$, 'who reads may look what would be drawn');
select throws_ok($$select draw_sample(2040, 10, 'x')$$, '42501', 'the duty of approving is in other hands', 'and draws nothing');
reset role;
set local role bpm_test_draws;
select is(draw_sample(2040, 10, 'x', on_day => '2040-06-30'), 3, 'who approves draws');
select throws_ok($$insert into sample_draw (fiscal_year, evaluation, n, share, seed, as_of, known_at, programs, selected, recorded_at)
    values (2041, 'finance', 1, 1, 'x', '2027-01-31', now(), 1, 1, '2020-01-01')$$, '42501', null, 'and does not say when it was');
reset role;
alter table sample_draw disable trigger user;
update sample_draw set recorded_at = recorded_at - interval '1 hour';
alter table sample_draw enable trigger user;
set local role bpm_test_draws;
select throws_ok($$insert into sample_member (program_id, fiscal_year, evaluation, n, selected, size, chance, reason)
    values ('tunnel', 2027, 'finance', 1, true, 1, 1, 'x')$$, '23503', null, 'nobody is put into no sample');
select throws_ok($$insert into sample_member (program_id, fiscal_year, evaluation, n, selected, size, chance, reason)
    values ('all', 2026, 'finance', 1, true, 1, 1, 'x')$$, '23514', 'the sample of 2026 for evaluation "finance" is drawn', 'nor into one that is drawn');
reset role;
insert into unit_access values ('bpm_test_draws', 'edu'), ('bpm_test_looks_on', 'water');
do $$begin perform bpm.enable_row_security('Draw "it"'); end$$;
set local role bpm_test_draws;
select is(pg_temp.says($$select draw_sample(2041, 10, 'x')$$), '42501 | a sample is of all programs, and row security hides some from the current role | '
    'Draw it as the owner of the tables, or as a role with BYPASSRLS.', 'nobody draws from a part');
select is(left(pg_temp.says($$select * from evaluation_sample(2041, 10, 'x')$$), 5), '42501', 'nor shows what would be drawn from it');
reset role;
set local role bpm_test_looks_on;
select isnt_empty('select * from sample_member', 'one sees what was drawn of his own');
select is_empty($$select * from sample_member where program_id in ('bridge', 'roads', 'school', 'e1', 'f1')$$, 'and of nobody else');
select is((select count(*) from sample_draw), 4::bigint, 'and that it was drawn');
reset role;

-- what is overdue -----------------------------------------------------------------------------------------------------

-- The bridge was evaluated for 2021: until the end of 2026. The canal and the ferry were there in 2021 and never evaluated:
-- until the end of 2025; so was the tunnel, which goes on in 2027. The tower, evaluated for 2022, has until the end of 2027.
select results_eq($$select program_id, fiscal_year, evaluation, due_on, days_overdue, last_evaluated, detail
    from evaluation_overdue_at('2027-01-31') where kind = 'key project' order by 1$$,
    $$values ('bridge', 2026, '', date '2026-12-31', 31, 2021, 'last evaluated by others for 2021'),
        ('canal', 2026, '', '2025-12-31', 396, null, 'never evaluated by others since 2021'),
        ('ferry', 2026, '', '2025-12-31', 396, null, 'never evaluated by others since 2021'),
        ('tunnel', 2027, '', '2025-12-31', 396, null, 'never evaluated by others since 2021')$$, 'key projects that nobody looked at');
select results_eq($$select program_id, fiscal_year, days_overdue from evaluation_overdue_at('2026-12-31') where kind = 'key project' order by 1$$,
    $$values ('canal', 2026, 365), ('ferry', 2026, 365), ('tunnel', 2026, 365)$$, 'from the day on');
select is_empty($$select * from evaluation_overdue_at('2025-12-31') where kind = 'key project'$$, 'and not before');
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) values ('canal', 2024, 'finance', '2027-02-10', 'closed');
select results_eq($$select d, (select count(*) from evaluation_overdue_at(d::date) where kind = 'key project' and program_id = 'canal')
    from unnest('{2027-02-09,2027-02-10}'::text[]) d$$, $$values ('2027-02-09', 1::bigint), ('2027-02-10', 0)$$, 'until somebody does');
-- 120 days after the end of the year: the 30th of April
insert into evaluation (evaluation, name, rank, fiscal_year, due_days) values ('department', 'Department', 2, 2026, 120);
insert into program_evaluation (program_id, fiscal_year, evaluation)
    select p, 2026, 'department' from unnest('{calm,easy,poor,loud}'::text[]) p;
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, taken_back, reason, recorded_at) values
    ('calm', 2026, 'department', '2027-01-10', 'opened', false, null, '2027-01-10'), ('easy', 2026, 'department', '2027-01-10', 'opened', false, null, '2027-01-10'),
    ('easy', 2026, 'department', '2027-04-10', 'closed', false, null, '2027-04-10'), ('poor', 2026, 'department', '2027-01-10', 'opened', false, null, '2027-01-10'),
    ('poor', 2026, 'department', '2027-01-10', 'opened', true, 'a slip', '2027-01-11');
select results_eq($$select program_id, evaluation, due_on, days_overdue, detail from evaluation_overdue_at('2027-05-10') where kind = 'past due'$$,
    $$values ('calm', 'department', date '2027-04-30', 10, 'opened, and due on 2027-04-30')$$, 'what was opened and is past its day');
select is_empty($$select * from evaluation_overdue_at('2027-04-30') where kind = 'past due'$$, 'not on it');
select results_eq($$select program_id, evaluation, days_overdue from evaluation_overdue_at('2027-05-10') where kind = 'drawn' and fiscal_year = 2026 order by 2, 1$$,
    $$select program_id, evaluation, case evaluation when 'department' then 10 end from sample_member
      where selected and (n = 2 or evaluation = 'department') and fiscal_year = 2026 order by 2, 1$$, 'what was drawn last and is not evaluated');
select results_eq($$select count(*), count(due_on) from evaluation_overdue_at('2027-01-31') where kind = 'drawn' and evaluation = 'finance' and fiscal_year = 2026$$,
    $$values (9::bigint, 0::bigint)$$, 'due or not');
select is_empty($$select * from evaluation_overdue_at('2027-01-30') where kind = 'drawn' and fiscal_year = 2026$$, 'from the day of the draw on');
select is_empty($$select * from evaluation_overdue_at('2027-05-10', '2020-01-01') where kind = 'drawn'$$, 'once it was recorded');
do $$begin
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
        select program_id, fiscal_year, 'finance', '2027-05-01', 'closed' from sample_member where n = 2 and selected;
end$$;
select is_empty($$select * from evaluation_overdue_at('2027-05-10') where kind = 'drawn' and evaluation = 'finance' and fiscal_year = 2026$$, 'until it is');
select is((select count(*) from evaluation_overdue_at('2027-05-10') where kind = 'drawn' and program_id = 'bridge'), 1::bigint,
    'one evaluation is not the other');

-- whatever there is ------------------------------------------------------------------------------------------------------

select lives_ok(format('select count(x::text) from evaluation_overdue_at(%L) x', d), 'on ' || d)
from unnest('{infinity,-infinity,5874897-12-31,"4713-01-01 BC"}'::text[]) d;
alter table program drop constraint fiscal_year_has_four_digits;
alter table evaluation drop constraint evaluation_due_days_check;
alter table setting drop constraint setting_evaluate_key_every_check;
select is(pg_temp.after(h, q), 'an answer', format('%s: %s', left(q, 50), left(h, 50)))
from unnest(array[
    $h$update program set fiscal_year = 2147483647 where program_id = 'tunnel' and fiscal_year = 2027$h$,
    $h$update program set fiscal_year = -2147483648 where program_id = 'ferry' and fiscal_year = 2021$h$,
    $h$update evaluation set due_days = -2147483648$h$, $h$update setting set evaluate_key_every = 2147483647$h$,
    $h$update setting set evaluate_key_every = -2147483648$h$,
    $h$insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) values ('calm', 2026, 'ghost', '2027-01-01', 'opened');
       insert into sample_member values ('calm', 2026, 'ghost', 7, true, 1, 1, 'x'), ('ghost', 2026, 'finance', 1, true, 1, 1, 'x')$h$,
    'delete from setting', 'delete from place', $h$delete from evaluation where evaluation = 'self'$h$,
    'delete from setting; delete from place; delete from sample_rule; delete from node_above']) h,
    unnest(array[$q$select left('an answer', 9 + 0 * count(x::text)::integer) from evaluation_overdue_at('2027-05-10') x$q$,
                 $q$select left('an answer', 9 + 0 * count(x::text)::integer) from evaluation_sample(2026, 50, 'x') x$q$]) q;

select * from finish();
rollback;
