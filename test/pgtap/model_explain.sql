-- model: explaining. Where the points of a published score went, and why one score is not the other: the mean over all
-- orders of the causes, which sums exactly.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
set local jit = off;
set local timezone = 'UTC';
select plan(68);
select bpm.create_model('explained');
set local search_path = explained, public;
set local bpm.as_of = '2019-06-30'; -- which nothing here may obey
delete from stage_gate;
update setting set totals_required = false;
insert into unit (unit_id, parent_id, name) values ('gov', null, 'Government'), ('a', 'gov', 'A'), ('b', 'gov', 'B'),
    ('b1', 'b', 'B1');

-- rounding by largest remainder, ties to the earlier: methods.md, "Shares that must add up" ---------------------
create function pg_temp.shares(total numeric, variadic weights numeric[]) returns numeric[] language sql as $$
    select rounded_causes(array_agg(120 * total * w / (select sum(x) from unnest(weights) x) order by n), array[total])
    from unnest(weights) with ordinality u (w, n);
$$;
select is(pg_temp.shares(100, 5117, 4400, 162, 161, 160), '{51,44,2,2,1}', '100 in five shares');
select is(pg_temp.shares(26, 9061, 7179, 5259, 3319, 1182), '{9,7,5,4,1}', '26 in five shares');
select is(pg_temp.shares(2, 2, 1, 1, 2, 2), '{1,0,0,1,0}', 'ties go to the earlier');
-- two rows of halves: each row sums to 1, and the columns to 1, 1, 0
select is(rounded_causes('{60,60,0,0,0, 60,60,0,0,0}', '{1,1}'), '{1,0,0,0,0, 0,1,0,0,0}',
    'what rounding leaves of a cause goes to the next row');
select is(rounded_causes('{}', '{}'), '{}', 'nothing to round');
-- halves in columns that the rows do not share: the total, 1.5, 0.5, 0.5, 0.5, gives its units to the first two
create temp table lost as
select (n - 1) / 5 as r, (n - 1) % 5 as c, f
from unnest(rounded_causes('{180,60,0,0,0, 0,0,60,60,0}', '{2,1}')) with ordinality u (f, n);
select results_eq($$select r::text || ' row', sum(f) from lost group by r union all
    select c::text, sum(f) from lost group by c order by 1$$, $$values
    ('0', 2::numeric), ('0 row', 2), ('1', 1), ('1 row', 1), ('2', 0), ('3', 0), ('4', 0)$$,
    'rows and columns keep their sums where no rounding of each cell would');

-- the cases ------------------------------------------------------------------------------------------------
create function pg_temp.add(program text, unit text, approved2020 numeric, approved2021 numeric) returns void
    language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id)
        select program, y, initcap(program), unit from unnest('{2020,2021}'::integer[], array[approved2020, approved2021])
            u (y, m) where m is not null;
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
        select program, y, 'approved', make_date(y, 1, 1), m
        from unnest('{2020,2021}'::integer[], array[approved2020, approved2021]) u (y, m) where m is not null;
$$;
create function pg_temp.item(program text, y integer, id text, parent text, weight numeric, rule text, figure numeric,
                             source text default 'measured', method text default null, on_day text default null)
    returns void language sql as $$
    insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source, method)
        select program, y, id, parent, upper(id), source, coalesce(method, 'mean')::bpm.method;
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
        values (program, y, id, make_date(y, 1, 1), rule::bpm.target, weight);
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
        select program, y, id, coalesce(on_day::date, make_date(y, 6, 1)), figure where figure is not null;
$$;
do $$begin
    -- methods.md, "What a target would have been worth"
    perform pg_temp.add('pipes', 'a', 100, 300);
    perform pg_temp.item('pipes', 2020, 'i', null, 1, '>= 100', 80);
    perform pg_temp.item('pipes', 2021, 'i', null, 1, '>= 120', 90);

    -- all five causes: see pg_temp.parts
    perform pg_temp.add('five', 'b', 100, 100);
    perform pg_temp.item('five', 2020, 'g', null, 2, null, null, 'group');
    perform pg_temp.item('five', 2020, 'i1', 'g', 3, '>= 100', 80);
    perform pg_temp.item('five', 2020, 'i2', 'g', 1, '>= 60', 31);
    perform pg_temp.item('five', 2020, 'i3', null, 1, '>= 10', null);
    perform pg_temp.item('five', 2020, 'i5', null, 1, '>= 10', 9);
    perform pg_temp.item('five', 2021, 'g', null, 3, null, null, 'group');
    perform pg_temp.item('five', 2021, 'i1', 'g', 2, '>= 120', 90);
    perform pg_temp.item('five', 2021, 'i2', null, 1, '>= 60', 44);
    perform pg_temp.item('five', 2021, 'i3', null, 1, '>= 10', 7);
    perform pg_temp.item('five', 2021, 'i4', 'g', 2, '>= 8', 5);

    -- one cause each
    perform pg_temp.add('tree only', 'b1', 50, 50);
    perform pg_temp.item('tree only', 2020, 'stays', null, 1, '>= 100', 50);
    perform pg_temp.item('tree only', 2020, 'goes', null, 1, '>= 100', 90);
    perform pg_temp.item('tree only', 2021, 'stays', null, 1, '>= 100', 50);
    perform pg_temp.item('tree only', 2021, 'comes', null, 1, '>= 100', 100);
    perform pg_temp.item('tree only', 2021, 'retired', null, 1, '>= 100', 100);
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired, reason)
        values ('tree only', 2021, 'retired', '2021-02-01', true, 'not asked any more');
    -- the weaker of two, and their mean
    perform pg_temp.add('weak', 'b1', 50, 50);
    perform pg_temp.item('weak', 2020, 'g', null, 1, null, null, 'group', 'weakest');
    perform pg_temp.item('weak', 2020, 'x', 'g', 1, '>= 100', 40);
    perform pg_temp.item('weak', 2020, 'y', 'g', 1, '>= 100', 80);
    perform pg_temp.item('weak', 2021, 'g', null, 1, null, null, 'group', 'mean');
    perform pg_temp.item('weak', 2021, 'x', 'g', 1, '>= 100', 40);
    perform pg_temp.item('weak', 2021, 'y', 'g', 1, '>= 100', 80);
    -- in one year only
    perform pg_temp.add('old', 'b', 200, null);
    perform pg_temp.item('old', 2020, 'i', null, 1, '>= 100', 90);
    perform pg_temp.add('new', 'b', null, 100);
    perform pg_temp.item('new', 2021, 'i', null, 1, '>= 100', 30);
    -- without money: a rule about its execution has nothing to look at
    perform pg_temp.add('poor', 'gov', 0, 0);
    perform pg_temp.item('poor', 2020, 'i', null, 1, '>= 100', 90);
    perform pg_temp.item('poor', 2021, 'i', null, 1, '>= 100', 80);
    -- a name with everything in it
    perform pg_temp.add($n$o'Brien "ü" \ %s$n$, 'a', 10, 10);
    perform pg_temp.item($n$o'Brien "ü" \ %s$n$, 2020, $n$i'"ß\%1$n$, null, 1, '>= 3', 1);
    perform pg_temp.item($n$o'Brien "ü" \ %s$n$, 2021, $n$i'"ß\%1$n$, null, 1, '>= 3', 2);
    -- what explain_score has words for
    perform pg_temp.add('words', 'a', 10, null);
    perform pg_temp.item('words', 2020, 'missing', null, 1, '>= 10', null);
    perform pg_temp.item('words', 2020, 'late', null, 1, '<= 10 [days]', 15, 'measured', null, '2021-01-20');
    perform pg_temp.item('words', 2020, 'old', null, 1, '>= 10', 10, 'measured', null, '2020-02-01');
    update indicator set stale_days = 30, due = '2020-11-30' where program_id = 'words';
    update indicator set stale_days = null, unit_of_measure = 'days' where program_id = 'words' and indicator_id <> 'old';
    perform pg_temp.item('words', 2020, 'day', null, 1, 'by 2020-09-30', null);
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual_date)
        values ('words', 2020, 'day', '2020-10-05', '2020-09-25');
    perform pg_temp.item('words', 2020, 'given up', null, 1, '>= 10', 10);
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, retired, reason)
        values ('words', 2020, 'given up', '2020-03-01', true, 'nobody counts them');
    perform pg_temp.item('words', 2020, 'untold', null, 0, '>= 10', 5);
    -- the year closes late enough for what is late
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
        values ('words', 2020, 'self', '2021-02-28', 'closed');
end$$;
-- from 2021 on what is missing is left out, and who falls under 80 with i1 has 60 at most
insert into evaluation (evaluation, fiscal_year, name, rank, missing_so_far, missing_at_close, floor, due_days,
                        closes_when_due)
    select evaluation, 2021, name, rank, missing_so_far, 'renormalise', floor, due_days, closes_when_due
    from evaluation where evaluation = 'self' and fiscal_year = 0;
insert into score_rule (evaluation, fiscal_year, rule, looks_at, indicator_id, target, effect, points)
    values ('self', 2021, 'first things first', 'indicator', 'i1', '>= 80', 'cap', 60),
           -- these apply to nobody
           ('self', 2021, 'nothing', 'indicator', 'i9', '>= 80', 'veto', null),
           ('self', 2021, 'spent', 'execution', null, '>= 0', 'cap', 50);
select is(publish(2020), '2020 effective', 'a year');
-- a publication whose name is a day, and another one
select is(publish(2021, publication => '2020-06-30'), '2020-06-30', 'and the next');

-- methods.md -----------------------------------------------------------------------------------------------
select results_eq($$select kind, item, name, before, after, change, data, target, weight, tree, policy
    from explain_change('pipes', '2020 effective', '2020-06-30')$$,
    $$values ('indicator', 'i', 'I', 80::numeric, 75::numeric, -5::numeric, 9.16666667, -14.16666667, 0::numeric,
              0::numeric, 0::numeric),
             ('total', '', 'Pipes', 80, 75, -5, 9.16666667, -14.16666667, 0, 0, 0)$$,
    '80 of >= 100 to 90 of >= 120: 55/6 by the data, -85/6 by the target; the name of a publication is no day');
select results_eq($$select change, data, target from explain_change('pipes', '2020-06-30', '2020 effective')$$,
    $$values (5::numeric, -9.16666667, 14.16666667), (5, -9.16666667, 14.16666667)$$,
    'the other way round all of it is turned round');
select results_eq($$select distinct change, data, target, weight, tree, policy
    from explain_change('pipes', '2020 effective', '2020 effective')$$,
    $$values (0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric)$$,
    'nothing has changed against itself');

-- all orders, one after the other --------------------------------------------------------------------------
-- What each item of "five" contributes with the causes that s names as of 2021, by hand: i1 to i5, and the rule.
create function pg_temp.parts(s text[]) returns numeric[] language plpgsql immutable as $$
declare
    x1 numeric := least(100, 100.0 * case when 'data' = any (s) then 90 else 80 end
                             / case when 'target' = any (s) then 120 else 100 end);
    x2 numeric := 100.000000000000000000000000 * case when 'data' = any (s) then 44 else 31 end / 60;
    x3 numeric := case when 'data' = any (s) then 70 end;
    x4 numeric := 62.5;
    x5 numeric := 90;
    w1 numeric := case when 'weight' = any (s) then 2 else 3 end;
    wg numeric := case when 'weight' = any (s) then 3 else 2 end;
    w3 numeric := 1;
    total numeric;
    parts numeric[];
begin
    if x3 is null then
        w3 := case when 'policy' = any (s) then 0 else 1 end;
        x3 := 0;
    end if;
    if 'tree' = any (s) then
        total := wg + 1 + w3; -- g, i2, i3; below g are i1 and i4
        parts := array[wg / total * w1 / (w1 + 2) * x1, x2 / total, w3 * x3 / total, wg / total * 2 / (w1 + 2) * x4, 0];
    else
        total := wg + w3 + 1; -- g, i3, i5; below g are i1 and i2
        parts := array[wg / total * w1 / (w1 + 1) * x1, wg / total / (w1 + 1) * x2, w3 * x3 / total, 0, x5 / total];
    end if;
    return parts || case when 'policy' = any (s) and x1 < 80
                         then least(60 - (parts[1] + parts[2] + parts[3] + parts[4] + parts[5]), 0) else 0 end;
end
$$;
create temp table ordered as
with recursive orders (done, cause, left_over) as (
    select '{}'::text[], null::text, '{data,target,weight,tree,policy}'::text[]
    union all
    select o.done || o.cause, c, array_remove(o.left_over, c)
    from orders o cross join unnest(o.left_over) c
    where o.cause is null or true
)
select o.done, o.cause, o.left_over from orders o where o.cause is not null;
-- done holds the NULL of the beginning; a prefix stands for as many whole orders as what is left can be put in
create temp table worth as
select i.item, c.cause,
       sum((pg_temp.parts(array_remove(o.done, null) || o.cause))[i.n] * f.orders
           - (pg_temp.parts(array_remove(o.done, null)))[i.n] * f.orders) / 120 as mean
from unnest('{data,target,weight,tree,policy}'::text[]) c (cause)
join ordered o on o.cause = c.cause
cross join lateral (select factorial(cardinality(o.left_over)) as orders) f
cross join unnest('{i1,i2,i3,i4,i5,first things first}'::text[]) with ordinality i (item, n)
group by 1, 2;
select is((select count(*) from ordered where left_over = '{}'), 120::bigint, 'five causes have 120 orders');
select ok(bool_and(mean <> 0), 'each of them is at work in the case: ' || cause)
from (select cause, sum(mean) as mean from worth group by cause) w group by cause order by cause;
-- 2020: (2 (3 * 80 + 51.6666) / 4 + 0 + 90) / 4; 2021: (3 (2 * 75 + 2 * 62.5) / 4 + 73.3333 + 70) / 5 = 69.9166, capped
select results_eq($$select before, after from explain_change('five', '2020 effective', '2020-06-30') where kind = 'total'$$,
    $$values (58.95833333, 60::numeric)$$, 'the two scores, by hand');
select is_empty($$
    select w.item, w.cause, w.mean, x.figure
    from worth w
    left join (select e.item, c.* from explain_change('five', '2020 effective', '2020-06-30') e
               cross join lateral (values ('data', data), ('target', target), ('weight', weight), ('tree', tree),
                                          ('policy', policy)) c (cause, figure)) x
        on x.item = w.item and x.cause = w.cause
    where (abs(x.figure - w.mean) < 0.00000001) is not true$$,
    'each cause of each item is its mean over the 120 orders');
-- the largest remainder, by plain SQL over the means
select results_eq($$
    select c.cause, c.figure from explain_change('five', '2020 effective', '2020-06-30') e
    cross join lateral (values ('data', data), ('target', target), ('weight', weight), ('tree', tree),
                               ('policy', policy)) c (cause, figure)
    where e.kind = 'total' order by 1$$, $$
    select cause, (floor(m) + case when row_number() over (order by m - floor(m) desc, place)
                                        <= round(sum(m) over () - sum(floor(m)) over ()) then 1 else 0 end) / 1e8
    from (select cause, array_position('{data,target,weight,tree,policy}', cause) as place, sum(mean) * 1e8 as m
          from worth group by cause) w order by 1$$,
    'the total is the mean over all orders, rounded once by largest remainder');
select is((select string_agg(item, ',' order by item) from explain_change('five', '2020 effective', '2020-06-30')
           where kind = 'indicator'), 'i1,i2,i3,i4,i5', 'a group has no row where those below it have');
select results_eq($$select item, before, after, kind from explain_change('five', '2020 effective', '2020-06-30')
    where item in ('i3', 'i4', 'i5', 'first things first') order by item$$,
    $$values ('first things first', 0::numeric, -9.91666667, 'rule'), ('i3', 0, 14, 'indicator'),
             ('i4', null, 18.75, 'indicator'), ('i5', 22.5, null, 'indicator')$$,
    'missing is 0, what is not there is empty, and the rule of one year takes what is over 60');

-- one cause each -------------------------------------------------------------------------------------------
-- 70 is the mean of 50 and 90, 75 that of 50 and 100
select results_eq($$select item, change, data, target, weight, tree, policy
    from explain_change('tree only', '2020 effective', '2020-06-30') order by kind, item$$,
    $$values ('comes', 50::numeric, 0::numeric, 0::numeric, 0::numeric, 50::numeric, 0::numeric),
             ('goes', -45, 0, 0, 0, -45, 0), ('retired', 0, 0, 0, 0, 0, 0), ('stays', 0, 0, 0, 0, 0, 0), ('', 5, 0, 0, 0, 5, 0)$$,
    'what comes, goes or is retired is the tree, and nothing else');
select results_eq($$select kind, item, before, after, tree, change
    from explain_change('weak', '2020 effective', '2020-06-30') order by kind, item$$,
    $$values ('group', 'g', 40::numeric, null::numeric, -40::numeric, -40::numeric), ('indicator', 'x', null, 20, 20, 20),
             ('indicator', 'y', null, 40, 40, 40), ('total', '', 40, 60, 20, 20)$$,
    'a group that was the weakest stands for what is below it, until it is a mean');
select results_eq($$select item, before, after, data from explain_change(
        $n$o'Brien "ü" \ %s$n$, '2020 effective', '2020-06-30')$$,
    $$values ($n$i'"ß\%1$n$, 33.33333333, 66.66666667, 33.33333334), ('', 33.33333333, 66.66666667, 33.33333334)$$,
    'whatever the names hold');

-- every program, and every unit ----------------------------------------------------------------------------
create temp view pairs as
select x.program_id, e.* from (select program_id from publication_program where publication = '2020 effective'
                               intersect
                               select program_id from publication_program where publication = '2020-06-30') x
cross join lateral explain_change(x.program_id, '2020 effective', '2020-06-30') e;
select is_empty($$select * from pairs where change <> data + target + weight + tree + policy
    or change <> coalesce(after, 0) - coalesce(before, 0)$$, 'the causes of a row sum to its change, to the last digit');
select is_empty($$
    select program_id from pairs group by program_id
    having (sum(before) filter (where kind <> 'total'), sum(after) filter (where kind <> 'total'),
            sum(change) filter (where kind <> 'total'), sum(data) filter (where kind <> 'total'),
            sum(target) filter (where kind <> 'total'), sum(weight) filter (where kind <> 'total'),
            sum(tree) filter (where kind <> 'total'), sum(policy) filter (where kind <> 'total'))
        is distinct from
           (max(before) filter (where kind = 'total'), max(after) filter (where kind = 'total'),
            max(change) filter (where kind = 'total'), max(data) filter (where kind = 'total'),
            max(target) filter (where kind = 'total'), max(weight) filter (where kind = 'total'),
            max(tree) filter (where kind = 'total'), max(policy) filter (where kind = 'total'))$$,
    'the rows sum to the total, to the last digit');
select is_empty($$
    select p.program_id from pairs p
    join publication_program a on a.program_id = p.program_id and a.publication = '2020 effective'
    join publication_program b on b.program_id = p.program_id and b.publication = '2020-06-30'
    where p.kind = 'total' and (p.before, p.after, p.change) is distinct from (a.score, b.score, b.score - a.score)$$,
    'the total is what was published');

-- B with all below it. 2020: five, tree only, weak and old weigh 100, 50, 50, 200; 2021: five, tree only, weak and new
-- weigh 100, 50, 50, 100.
create temp table by_unit as select * from explain_unit_change('b', '2020 effective', '2020-06-30');
select results_eq($$select program_id, weight_before, weight_after, score_before, score_after from by_unit
    where kind = 'program' order by 1$$, $$values
    ('five', 100::numeric, 100::numeric, 58.95833333, 60::numeric), ('new', null, 100, null, 30),
    ('old', 200, null, 90, null), ('tree only', 50, 50, 70, 75), ('weak', 50, 50, 40, 60)$$,
    'the programs of a unit and all below it, on both sides');
select results_eq($$select score_before, score_after, change from by_unit where kind = 'total'$$,
    $$select a.score, b.score, b.score - a.score from publication_node a, publication_node b
      where a.publication = '2020 effective' and b.publication = '2020-06-30'
          and (a.tree, a.node_id, b.tree, b.node_id) = ('unit', 'b', 'unit', 'b')$$, 'the scores of the unit are the published ones');
select is_empty($$select * from by_unit where change <> data + target + weight + tree + policy$$,
    'of a unit too the causes of a row sum to its change');
select results_eq($$select sum(before), sum(after), sum(change), sum(data), sum(target), sum(weight), sum(tree), sum(policy)
    from by_unit where kind = 'program'$$, $$select before, after, change, data, target, weight, tree, policy
    from by_unit where kind = 'total'$$, 'and the rows to the total');
select results_eq($$select sign(tree), data, target, weight from by_unit where program_id = 'weak'$$,
    $$values (1::numeric, 0::numeric, 0::numeric, 0::numeric)$$, 'what changed in one program is no cause in another''s share of a mean');

-- A: pipes goes from 80 to 75 while it weighs 300 instead of 100, beside o'Brien, 100/3 to 200/3, who weighs 10;
-- words is in the first year only, with 10 and its score.
create function pg_temp.unit_parts(s text[]) returns numeric[] language sql immutable as $$
    select array[w.pipes * least(100, 100.0 * case when 'data' = any (s) then 90 else 80 end
                                      / case when 'target' = any (s) then 120 else 100 end) / t.total,
                 10 * case when 'data' = any (s) then 66.6666666666666666667 else 33.3333333333333333333 end / t.total,
                 w.words * 37.5 / t.total]
    from (select case when 'weight' = any (s) then 300.0 else 100.0 end as pipes,
                 case when 'tree' = any (s) then 0 else 10.0 end as words) w
    cross join lateral (select w.pipes + 10 + w.words as total) t;
$$;
create temp table unit_worth as
select i.item, c.cause,
       sum(((pg_temp.unit_parts(array_remove(o.done, null) || o.cause))[i.n]
            - (pg_temp.unit_parts(array_remove(o.done, null)))[i.n]) * factorial(cardinality(o.left_over))) / 120 as mean
from unnest('{data,target,weight,tree,policy}'::text[]) c (cause)
join ordered o on o.cause = c.cause
cross join unnest(array['pipes', $n$o'Brien "ü" \ %s$n$, 'words']) with ordinality i (item, n)
group by 1, 2;
select is((select score from publication_program where publication = '2020 effective' and program_id = 'words'), 37.5,
    'words has (0 + 50 + 0 + 100) / 4');
select is_empty($$
    select w.item, w.cause, w.mean, x.figure
    from unit_worth w
    left join (select e.program_id as item, c.* from explain_unit_change('a', '2020 effective', '2020-06-30') e
               cross join lateral (values ('data', data), ('target', target), ('weight', weight), ('tree', tree),
                                          ('policy', policy)) c (cause, figure)) x
        on x.item = w.item and x.cause = w.cause
    where (abs(x.figure - w.mean) < 0.00000002) is not true$$,
    'each cause of each program of a unit is its mean over the 120 orders');
select results_eq($$select n.node_id, e.score_before, e.score_after, (select count(*) from explain_unit_change(n.node_id,
        '2020 effective', '2020-06-30') x where x.change is distinct from x.data + x.target + x.weight + x.tree + x.policy)
    from publication_node n cross join lateral explain_unit_change(n.node_id, '2020 effective', '2020-06-30') e
    where n.publication = '2020 effective' and n.tree = 'unit' and e.kind = 'total' order by 1$$,
    $$select a.node_id, a.score, b.score, 0::bigint from publication_node a
      join publication_node b on b.tree = a.tree and b.node_id = a.node_id and b.publication = '2020-06-30'
      where a.tree = 'unit' and a.publication = '2020 effective' order by 1$$, 'so of every unit of the tree');

-- days, and today ------------------------------------------------------------------------------------------
insert into publication_event (publication, event, reason)
    values ('2020-06-30', 'opened', 'a figure of the pipes was wrong');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('pipes', 2021, 'i', '2021-12-01', 96);
-- 96 of 120 is 80, where 90 made 75
select results_eq($$select before, after, change, data, target from explain_change('pipes', '2020-06-30', 'today')
    where kind = 'total'$$, $$values (75::numeric, 80::numeric, 5::numeric, 5::numeric, 0::numeric)$$,
    'a publication and today: the correction');
select results_eq($$select before, after, data from explain_change('pipes', '2021-06-30', '2021-12-31', 2021)
    where kind = 'total'$$, $$values (75::numeric, 80::numeric, 5::numeric)$$, 'two days');
select results_eq($$select before, after, data, target from explain_change('pipes', '2020 effective', '2021-07-01', 2021)
    where kind = 'total'$$, $$values (80::numeric, 75::numeric, 9.16666667, -14.16666667)$$,
    'a publication of a year and a day of another');
select results_eq($$select before, after from explain_change('five', '2020-05-31', '2020-12-31', 2020, 'self')
    where kind = 'total'$$, $$values (null::numeric, 58.95833333)$$, 'before the first figure there is no score ...');
select results_eq($$select count(*), count(change), count(data), count(policy) from explain_change('five', '2020-05-31',
    '2020-12-31', 2020)$$, $$values (5::bigint, 0::bigint, 0::bigint, 0::bigint)$$, '... and no change that a sum could take for one');
-- so far what is missing is left out; it is 0 at the close: (2 * 72.9166 + 90) / 3 = 78.6111
select results_eq($$select before, after, change from explain_change('five', '2020-06-30', '2020-12-31', 2020)
    where kind = 'total'$$, $$values (60::numeric, 58.95833333, -1.04166667)$$,
    'the name of a publication is no day, beside a day too');
select results_eq($$select before, after, change, policy from explain_change('five', '2020-07-01', '2020-12-31', 2020)
    where kind = 'total'$$, $$values (78.61111111, 58.95833333, -19.65277778, -19.65277778)$$,
    'what is missing counts as 0 from the close on: policy');
select results_eq($$select score_before, score_after, data from explain_unit_change('a', '2020-06-30', 'today')
    where kind = 'total'$$,
    $$select n.score, x.after, x.after - n.score from (select round((300 * 80 + 10 * 66.66666667) / 310, 8) as after) x, publication_node n
      where n.publication = '2020-06-30' and n.tree = 'unit' and n.node_id = 'a'$$, 'of a unit until today');
select is(publish(2021, publication => 'corrected', replaces => '2020-06-30', reason => 'a figure was wrong'), 'corrected',
    'the correction is published');
select results_eq($$select item, before, after, data from explain_change('pipes', '2020-06-30', 'corrected')$$,
    $$values ('i', 75::numeric, 80::numeric, 5::numeric), ('', 75, 80, 5)$$, 'and is explained against what it replaces');
do $$begin set local bpm.known_at = '2019-01-01 00:00+00'; end$$;
select is((select after from explain_change('pipes', '2020-06-30', 'today') where kind = 'total'), 80::numeric,
    'no setting of a session changes an explanation');
do $$begin set local bpm.known_at = ''; end$$;

-- the score itself -----------------------------------------------------------------------------------------
select results_eq($$select item, target, actual, score, contribution, loss, reason from explain_score('words', '2020 effective')$$,
    $$values
    ('missing', '>= 10', null, null::numeric, 0::numeric, 25::numeric, 'no figure, it was due on 2020-11-30; counts as 0'),
    ('old', '>= 10', '10', null, 0, 25, 'the figure of 2020-02-01 is too old; counts as 0'),
    ('late', '<= 10 [days]', '15 days', 50, 12.5, 12.5, 'the figure is late: from after the year'),
    ('day', 'by 2020-09-30', '2020-09-25', 100, 25, 0, null),
    ('given up', '>= 10', '10', null, 0, 0, 'retired'),
    ('untold', '>= 10', '5', 50, 0, 0, 'it weighs nothing')$$,
    'where the points went, the largest loss first, and why');
select results_eq($$select kind, item, target, contribution, loss, reason from explain_score('five', 'corrected') limit 1$$,
    $$values ('indicator', 'i4', '>= 8', 18.75, 11.25, null::text)$$, 'a contribution by hand: 3/5 of a half of 62.5');
select results_eq($$select item, target, contribution, loss, reason from explain_score('five', 'corrected') where kind = 'rule'$$,
    $$values ('first things first', '>= 80', -9.91666667, 9.91666667,
              'at most 60: the score of i1 is 75, not >= 80; that takes 9.91666667')$$, 'what a rule took, in words');
select results_eq($$select kind, item, contribution, loss, reason from explain_score('weak', '2020 effective')$$, $$values
    ('group', 'g', 40::numeric, 60::numeric, 'the score of what is below, by the method weakest'),
    ('indicator', 'x', null, null, 'counts in the score of its group'),
    ('indicator', 'y', null, null, 'counts in the score of its group')$$, 'a group only where the shares below it are lost');
select results_eq($$select kind, item, contribution from explain_score('poor', 'corrected')$$,
    $$values ('indicator', 'i', 80::numeric)$$, 'a rule that has no figure to look at takes nothing');
select is_empty($$
    select p.program_id, p.publication, p.score, sum(e.contribution) from publication_program p
    cross join lateral explain_score(p.program_id, p.publication) e
    group by 1, 2, 3 having sum(e.contribution) is distinct from p.score$$, 'contributions sum to the score, of every program, exactly');

-- what is refused ------------------------------------------------------------------------------------------
select throws_ok($$select * from explain_score('pipes', '2019')$$, 'P0002', 'there is no publication "2019"', 'an unknown publication');
select throws_ok($$select * from explain_score('pipe', 'corrected')$$, 'P0002',
    'there is no program "pipe" in publication "corrected"', 'an unknown program');
select throws_ok($$select * from explain_change('old', '2020 effective', 'corrected')$$, 'P0002',
    'there is no program "old" in publication "corrected"', 'a program that is on one side only');
select throws_ok($$select * from explain_change('pipes', '2020-02-30', 'corrected')$$, 'P0002',
    'there is no publication "2020-02-30"', 'what is no day');
select throws_ok($$select * from explain_change('pipes', '2020-02-28', 'today')$$, '22023',
    'a day does not tell the fiscal year', 'days of no year');
select throws_ok($$select * from explain_change('pipes', '2020-02-28', 'today', 2020, 'opinion')$$, 'P0002',
    'there is no evaluation "opinion" in 2020', 'an unknown evaluation');
select throws_ok($$select * from explain_unit_change('c', '2020 effective', 'corrected')$$, 'P0002', 'there is no unit "c"',
    'an unknown unit');
set constraints all immediate;
savepoint sound;
alter table publication_item disable trigger all;
update publication_item set actual = 99 where program_id = 'pipes' and publication = 'corrected';
select throws_ok($$select * from explain_change('pipes', '2020 effective', 'corrected')$$, 'XX001',
    'the score of program "pipes" in publication "corrected" does not follow from what it came from',
    'a figure changed behind the triggers is not explained away');
rollback to sound;
alter table publication_node disable trigger all;
update publication_node set score = 99 where node_id = 'a' and tree = 'unit' and publication = 'corrected';
select throws_ok($$select * from explain_unit_change('a', '2020 effective', 'corrected')$$, 'XX001',
    'the score of unit "a" in publication "corrected" does not follow from what it came from', 'nor a score of a unit');
rollback to sound;

-- who sees a part ------------------------------------------------------------------------------------------
create role bpm_test_explains;
do $$begin
    perform bpm.enable_row_security('explained');
    perform bpm.grant_reader('explained', 'bpm_test_explains');
end$$;
insert into unit_access values ('bpm_test_explains', 'b');
grant select on worth to bpm_test_explains;
set local role bpm_test_explains;
select is((select count(*) from explain_change('five', '2020 effective', 'corrected')), 7::bigint, 'a role explains its own programs');
select results_eq($$select score_before, score_after from explain_unit_change('b', '2020 effective', 'corrected') where kind = 'total'$$,
    $$select a.score, b.score from publication_node a, publication_node b where (a.publication, a.tree, a.node_id) =
      ('2020 effective', 'unit', 'b') and (b.publication, b.tree, b.node_id) = ('corrected', 'unit', 'b')$$, 'and its own units');
select throws_ok($$select * from explain_change('pipes', '2020 effective', 'corrected')$$, 'P0002',
    'there is no program "pipes" in publication "2020 effective"', 'of those of others it is told that there are none');
select throws_ok($$select * from explain_unit_change('gov', '2020 effective', 'corrected')$$, 'P0002', 'there is no unit "gov"',
    'and no units');
reset role;
savepoint nothing_seen;
delete from unit_access where role_name = 'bpm_test_explains';
set local role bpm_test_explains;
do $$
declare
    said text;
begin
    perform explain_unit_change('gov', '2020 effective', 'corrected');
exception when no_data_found then
    get stacked diagnostics said = pg_exception_detail;
    perform set_config('bpm_test.said', said, true);
end$$;
select is(current_setting('bpm_test.said', true), 'There are none that can be read here.',
    'who reads no unit is told so');
rollback to nothing_seen;
reset role;
create policy hides on publication_program as restrictive using (program_id <> 'weak');
set local role bpm_test_explains;
select throws_ok($$select * from explain_unit_change('b', '2020 effective', 'corrected')$$, '42501',
    'row security hides some programs of unit "b" from the current role', 'a sum of which a part is hidden is not explained');
reset role;

select * from finish();
rollback;
