-- model: revenue by unit and kind, its score, its volatility; and what PEFA reads from the ledger.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

set local timezone = 'UTC';
set local jit = off;
select bpm.create_model('revenue');
set local search_path = revenue, public;
set local bpm.as_of = '2021-12-31';
insert into unit values ('gov', null, 'District'), ('b', 'gov', 'Tax bureau'), ('s', 'gov', 'Schools'),
    ('v', null, 'Village');
insert into revenue_type (revenue_type, name, is_tax) values ('vat', 'VAT', true), ('cit', 'Corporate income tax', true),
    ('property', 'Property tax', true);
create function pg_temp.add(program text, unit text, year integer, kind text, plan numeric, collected numeric)
    returns void language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id, nature, revenue_type)
    values (program, year, program, unit, 'revenue', kind);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    select program, year, k, make_date(year, 3, 1), a
    from (values ('approved', plan), ('executed', collected)) e (k, a) where a is not null $$;
create function pg_temp.spend(program text, unit text, year integer, approved numeric, executed numeric,
                              class text default null) returns void language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id) values (program, year, program, unit)
        on conflict do nothing;
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, economic_id)
    values (program, year, 'approved', make_date(year, 3, 1), approved, class),
        (program, year, 'executed', make_date(year, 3, 1), executed, class) $$;

-- A district, 2020 and 2021, in ten thousand: VAT 13,950 and 17,585 (plan 18,835), corporate income tax 564 and 850
-- (plan 600), property tax 2,782 and 3,800 (plan 2,800); with 11,150 of other taxes they are 33,385, with 18,000 of
-- fees 51,385. 9,000 come from above, and are no own revenue.
do $$begin
    perform pg_temp.add('vat', 'b', 2020, 'vat', null, 13950); perform pg_temp.add('vat', 'b', 2021, 'vat', 18835, 17585);
    perform pg_temp.add('cit', 'b', 2020, 'cit', null, 564); perform pg_temp.add('cit', 'b', 2021, 'cit', 600, 850);
    perform pg_temp.add('property', 'b', 2020, 'property', null, 2782);
    perform pg_temp.add('property', 'b', 2021, 'property', 2800, 3800);
    perform pg_temp.add('other', 'b', 2021, 'tax', 11150, 11150);
    perform pg_temp.add('fees', 's', 2021, 'nontax', 18000, 18000);
    perform pg_temp.add('grant', 'gov', 2021, 'transfer', 9000, 9000);
    perform pg_temp.spend('schools', 's', 2021, 70000, 68513.3333333333);
end$$;
-- collected 60,385 as planned, though 250 + 1,000 more came in of two taxes; 33385/51385 = 64.9703; 51385/68513.33 = 75
select results_eq($$select planned, collected, collection_rate, over_collected, tax_collected, own_collected, tax_share,
        spent, self_sufficiency, collected_before, growth, volatility, growth_years, reason
    from revenue_result where unit_id = 'gov' and fiscal_year = 2021$$,
    $$values (60385.00, 60385.00, 100.0000, 1250.00, 33385.00, 51385.00, 64.9703, 68513.33, 75.0000, 17296.00,
        -- (60385 - 17296) / 17296
        249.1270, null::numeric, 1, 'volatility: there are fewer than two years with growth; score: nothing that '
            || 'weighs is scored')$$, 'a district: tax share 64.97 %');
-- squares over kinds: 17585^2 + 850^2 + 3800^2 + 11150^2 + 18000^2 + 9000^2 = 309232225 + 722500 + 14440000 + 124322500
-- + 324000000 + 81000000 = 853717225; / 60385^2 = 3646348225: 23.4129 %
select results_eq($$select collected_squares, concentration from revenue_result
    where unit_id = 'gov' and fiscal_year = 2021$$, 'values (853717225.0000, 23.4129)', 'concentration over kinds');
select results_eq($$select revenue_type, planned, collected, collected_before, collection_rate, growth, over_collected,
        share_of_unit, is_tax, is_own, type_name, reason
    from revenue_kind_result where unit_id = 'gov' and fiscal_year = 2021 order by 1$$,
    $$values ('cit', 600.00, 850.00, 564.00, 141.6667, 50.7092, 250.00, 1.4076, 1, 1, 'Corporate income tax', null),
        ('nontax', 18000.00, 18000.00, null, 100.0000, null, 0.00, 29.8087, 0, 1, 'Fees and other own revenue',
            'growth: there is no year before'),
        ('property', 2800.00, 3800.00, 2782.00, 135.7143, 36.5924, 1000.00, 6.2930, 1, 1, 'Property tax', null),
        ('tax', 11150.00, 11150.00, null, 100.0000, null, 0.00, 18.4649, 1, 1, 'Tax',
            'growth: there is no year before'),
        ('transfer', 9000.00, 9000.00, null, 100.0000, null, 0.00, 14.9044, 0, 0, 'Transfers from other governments',
            'growth: there is no year before'),
        ('vat', 18835.00, 17585.00, 13950.00, 93.3634, 26.0573, 0.00, 29.1215, 1, 1, 'VAT', null)$$,
    'kinds: VAT 93.36 % of plan and 26.06 % more, corporate income tax 141.67 %');
select results_eq($$select unit_id, planned, collected, over_collected, tax_share from revenue_result
    where fiscal_year = 2021 order by 1$$,
    $$values ('b', 33385.00, 33385.00, 1250.00, 100.0000), ('gov', 60385.00, 60385.00, 1250.00, 64.9703),
        ('s', 18000.00, 18000.00, 0.00, 0.0000)$$, 'units with what is below them');
select is((select concentration from revenue_result where unit_id = 'gov' and fiscal_year = 2021),
    (select round(100 * bpm.concentration(collected), 4) from revenue_kind_result
     where unit_id = 'gov' and fiscal_year = 2021), 'as the aggregate has it, a fraction');
savepoint split;
do $$begin
    perform pg_temp.add('vat 2', 'b', 2021, 'vat', 8835, 7585);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    values ('vat', 2021, 'executed', '2021-04-01', -7585), ('vat', 2021, 'approved', '2021-04-01', -8835);
end$$;
select results_eq($$select collected_squares, concentration, tax_share, growth, over_collected from revenue_result
    where unit_id = 'gov' and fiscal_year = 2021$$, 'values (853717225.0000, 23.4129, 64.9703, 249.1270, 1250.00)',
    'splitting a program changes nothing');
rollback to split;
select results_eq($$select reason, collection_rate, self_sufficiency from revenue_result
    where unit_id = 'gov' and fiscal_year = 2020$$,
    $$values ('collection_rate: nothing is planned; growth: there is no year before; self_sufficiency: nothing is '
        || 'spent; volatility: there are fewer than two years with growth; score: nothing that weighs is scored',
        null::numeric, null::numeric)$$, 'what is empty says why');
-- without a kind it is own, and no tax
savepoint kindless;
select pg_temp.add('odd', 's', 2021, null, 0, 615);
select results_eq($$select revenue_type, is_tax, is_own, collected, reason from revenue_kind_result
    where unit_id = 's' and fiscal_year = 2021 and revenue_type = 'none'$$,
    $$values ('none', 0, 1, 615.00, 'collection_rate: nothing is planned; growth: there is no year before')$$,
    'revenue without a kind is own, and no tax');
select results_eq($$select own_collected, tax_collected, over_collected from revenue_result
    where unit_id = 'gov' and fiscal_year = 2021$$, 'values (52000.00, 33385.00, 1865.00)', 'in the sum too');
rollback to kindless;
-- nothing at all, and less than nothing
savepoint none;
do $$begin
    perform pg_temp.add('zero', 'v', 2020, 'fines', 0, 0); perform pg_temp.add('zero', 'v', 2021, 'fines', -5, -3);
end$$;
select results_eq($$select fiscal_year, collection_rate, tax_share, concentration, growth, self_sufficiency, score,
        over_collected from revenue_result where unit_id = 'v' order by 1$$,
    $$values (2020, null::numeric, null::numeric, null::numeric, null::numeric, null::numeric, null::numeric, 0.00),
        (2021, null, null, null, null, null, null, 2.00)$$, 'nothing is no zero');
select is((select reason from revenue_result where unit_id = 'v' and fiscal_year = 2021),
    'collection_rate: nothing is planned; tax_share: no own revenue is collected; concentration: nothing is collected; '
    || 'growth: nothing was collected in the year before; self_sufficiency: nothing is spent; '
    || 'volatility: there are fewer than two years with growth; score: nothing that weighs is scored',
    'with the reason of each');
select is((select may_grow from revenue_kind_result where unit_id = 'v' and fiscal_year = 2021), 0,
    'fines are not to grow');
rollback to none;

-- volatility --------------------------------------------------------------------------------------------------------

-- 100, 110, 121, 145.20: growth 10, 10, 20; their mean is 13.3333, the deviation of the sample
-- sqrt((2 * 3.3333^2 + 6.6667^2) / 2) = sqrt(33.3333) = 5.7735; a year without the one before has no growth
do $$begin
    perform pg_temp.add('v', 'v', y, 'nontax', null, c)
    from (values (2015, 100.00), (2016, 110), (2017, 121), (2018, 145.20), (2020, 200)) v (y, c);
end$$;
select results_eq($$select fiscal_year, growth, growth_years, volatility from revenue_result where unit_id = 'v'
    order by 1$$,
    $$values (2015, null::numeric, 0, null::numeric), (2016, 10.0000, 1, null), (2017, 10.0000, 2, 0.0000),
        (2018, 20.0000, 3, 5.7735), (2020, null, 3, 5.7735)$$, 'volatility over the years that are there');
select results_eq($$select distinct on (unit_id) unit_id, volatility, growth_years from revenue_result
    where unit_id = 'v' order by unit_id, fiscal_year desc$$,
    $$select 'v', round(stddev_samp(100 * (b - a) / a), 4), count(*)::integer
      from (values (100.00, 110.00), (110, 121), (121, 145.20)) v (a, b)$$, 'as plain SQL has it');

-- the score of revenue --------------------------------------------------------------------------------------------------

do $$declare p text; begin
    foreach p in array array['vat', 'cit', 'property'] loop
        insert into indicator (program_id, fiscal_year, indicator_id, name, source)
        values (p, 2021, 'collection', 'Collection', 'budget');
        insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, weight)
        values (p, 2021, 'collection', '2021-01-01', 100);
    end loop;
end$$;
select results_eq($$select program_id, score from program_result where fiscal_year = 2021 and is_revenue = 1
    and score is not null order by 1$$,
    $$values ('cit', 100.00000000), ('property', 100.00000000), ('vat', round(100 * 17585 / 18835.0, 8))$$,
    'over-collection earns nothing');
-- by the plan: (18835 * 93.36341917 + 600 * 100 + 2800 * 100) / 22235; of 33385 of the bureau 22235 are scored
select results_eq($$select weight, scored_weight, scored_programs, score, round(coverage, 4) from revenue_result
    where unit_id = 'b' and fiscal_year = 2021$$,
    $$values (33385.00000000, 22235.00000000, 3,
        round((18835 * round(100 * 17585 / 18835.0, 8) + 340000) / 22235, 8), round(100 * 22235 / 33385.0, 4))$$,
    'the score of revenue, weighted by plan');
select is_empty($$select u.unit_id, u.fiscal_year, u.score from revenue_result u
    join (select a.ancestor_id, p.fiscal_year, sum(p.weight) as weight, sum(p.scored_weight) as scored,
                 sum(p.score_sum) as score_sum, sum(p.low_sum) as low, sum(p.high_sum) as high
          from program_result p join node_above a on a.tree = 'unit' and a.id = p.unit_id where p.is_revenue = 1
          group by 1, 2) x on x.ancestor_id = u.unit_id and x.fiscal_year = u.fiscal_year
    where u.weight <> x.weight or u.score is distinct from round(x.score_sum / nullif(x.scored, 0), 8)
        or u.low is distinct from round(x.low / nullif(x.weight, 0), 8)
        or u.high is distinct from round(x.high / nullif(x.weight, 0), 8)$$, 'it rolls up over units');
select is_empty($$select from unit_result where unit_id = 'b' and programs > 0$$, 'and is in no sum of expenditure');
select ok((select score <> unit_score from revenue_result r, lateral (select coalesce(score, 0) as unit_score
    from unit_result u where u.unit_id = r.unit_id and u.fiscal_year = r.fiscal_year) u
    where r.unit_id = 'gov' and r.fiscal_year = 2021), 'it stands beside it');

-- PEFA ---------------------------------------------------------------------------------------------------------------------

select results_eq($$select i, array_agg(pefa_outturn_points(i, r) order by n)
    from (values ('PI-1.1', array[84.9999, 85, 89.9999, 90, 94.9999, 95, 105, 105.0001, 110, 110.0001, 115, 115.0001]),
                 ('PI-2.1', array[0, 4.9999, 5, 9.9999, 10, 14.9999, 15]),
                 ('PI-3.1', array[91.9999, 92, 94, 97, 106, 106.0001, 112, 112.0001, 116, 116.0001])) v (i, rates),
         unnest(rates) with ordinality u (r, n) group by 1 order by 1$$,
    $$values ('PI-1.1', array[1, 2, 2, 3, 3, 4, 4, 3, 3, 2, 2, 1]), ('PI-2.1', array[4, 4, 3, 3, 2, 2, 1]),
        ('PI-3.1', array[1, 2, 3, 4, 4, 3, 3, 2, 2, 1])$$, 'what an outturn is worth');
select is(pefa_outturn_points('PI-1.1', null), null, 'and none is worth nothing');

-- Two heads of 600 and 400 and contingency of 100 below class 9, which is in the total and not in the composition.
-- 2019: 624 + 416 + 100 = 1140 of 1100: 103.6364, A; scaled 624 and 416: 0, A.
-- 2020: 480 + 400 + 100 = 980: 89.0909, C; scaled by .88 528 and 352: (48 + 48) / 880 = 10.9091, C.
-- 2021: 700 + 380 + 100 = 1180: 107.2727, B; scaled by 1.08 648 and 432: (52 + 52) / 1080 = 9.6296, B.
-- Revenue: 480 of 500 (96, B), 600 (120, D), 515 (103, A); a loan of 1000 that was not planned is none.
select bpm.create_model('pefa');
set local search_path = pefa, public;
insert into unit values ('gov', null, 'Government'), ('a', 'gov', 'A'), ('b', 'gov', 'B'), ('t', 'gov', 'Treasury');
insert into economic_class (economic_id, parent_id, name, in_composition) values ('9', null, 'Contingency', false),
    ('91', '9', 'Reserve', true), ('1', null, 'Other', true);
do $$declare y record; begin
    for y in select * from (values (2019, 624, 416, 480), (2020, 480, 400, 600), (2021, 700, 380, 515)) v (year, a, b, r)
    loop
        perform pg_temp.spend('a', 'a', y.year, 600, y.a); perform pg_temp.spend('b', 'b', y.year, 400, y.b, '1');
        perform pg_temp.spend('b', 'b', y.year, 100, 100, '91');
        perform pg_temp.add('t', 't', y.year, 'tax', 500, y.r); perform pg_temp.add('l', 't', y.year, 'borrowing', 0, 1000);
        -- neither changes of the budget nor overall programs are in it
        insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
        values ('a', y.year, '1', 'section 7', 'more');
        insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id)
        values ('a', y.year, 'adjusted', make_date(y.year, 6, 1), 300, '1'),
            ('a', y.year, 'carried_over', make_date(y.year, 6, 1), 77, null);
        insert into program (program_id, fiscal_year, name, unit_id, scope) values ('all', y.year, 'All', 'gov', 'government');
    end loop;
end$$;
select results_eq($$select fiscal_year, indicator_id, numerator, denominator, rate, rate_before, rate_before_2, heads,
        years, pefa_points, pefa_grade, reason from pefa_result order by 2, 1$$,
    $$values (2019, 'PI-1.1', 1140.00, 1100.00, 103.6364, null::numeric, null::numeric, null::integer, 1, null::integer,
            null::text, 'one year is there, and two are needed'),
        (2020, 'PI-1.1', 980.00, 1100.00, 89.0909, 103.6364, null, null, 2, 2, 'C',
            'two years are there: a third could raise the grade, and not lower it'),
        (2021, 'PI-1.1', 1180.00, 1100.00, 107.2727, 89.0909, 103.6364, null, 3, 3, 'B', null),
        (2019, 'PI-2.1', 0.00, 1040.00, 0.0000, null, null, 2, 1, null, null, 'one year is there, and two are needed'),
        (2020, 'PI-2.1', 96.00, 880.00, 10.9091, 0.0000, null, 2, 2, 2, 'C',
            'two years are there: a third could raise the grade, and not lower it'),
        (2021, 'PI-2.1', 104.00, 1080.00, 9.6296, 10.9091, 0.0000, 2, 3, 3, 'B', null),
        (2019, 'PI-3.1', 480.00, 500.00, 96.0000, null, null, null, 1, null, null,
            'one year is there, and two are needed'),
        (2020, 'PI-3.1', 600.00, 500.00, 120.0000, 96.0000, null, null, 2, 1, 'D',
            'two years are there: a third could raise the grade, and not lower it'),
        (2021, 'PI-3.1', 515.00, 500.00, 103.0000, 120.0000, 96.0000, null, 3, 3, 'B', null)$$,
    'three years, worked out by hand');
select results_eq($$select indicator_id, rate, rate_before, pefa_points, reason from pefa_result_at('2021-06-30')
    where fiscal_year = 2021 and indicator_id = 'PI-1.1'$$,
    $$values ('PI-1.1', null::numeric, 89.0909, null::integer, 'the year is not over')$$, 'a year counts once it is over');
select is((select rate from pefa_result where fiscal_year = 2021 and indicator_id = 'PI-2.1'),
    (select round(bpm.composition_variance(a, b), 4) from (values (700, 600), (380, 400)) v (a, b)),
    'the composition is what the aggregate says');
-- a year that is missing, one without a budget, one without spending
do $$begin
    perform pg_temp.spend('a', 'a', 2023, 0, 5); perform pg_temp.spend('a', 'a', 2024, 5, 0);
    perform pg_temp.add('t', 't', 2023, 'tax', 0, 5);
end$$;
select results_eq($$select fiscal_year, indicator_id, rate, rate_before, rate_before_2, pefa_grade, reason
    from pefa_result_at('2024-12-31') where fiscal_year > 2022 order by 2, 1$$,
    $$values (2023, 'PI-1.1', null::numeric, null::numeric, 107.2727, null::text, 'no expenditure was approved'),
        (2024, 'PI-1.1', 0.0000, null, null, null, 'one year is there, and two are needed'),
        (2023, 'PI-2.1', null, null, 9.6296, null, 'no expenditure was approved'),
        (2024, 'PI-2.1', null, null, null, null, 'nothing was spent'),
        (2023, 'PI-3.1', null, null, 103.0000, null, 'no revenue was planned')$$, 'no figure says why');

-- Canada: what departments planned and spent last year, 20 heads and the rest as one -----------------------------------------

\set shared ''
\getenv shared BPM_SHARED
\set data :shared '/data'
\setenv BPM_DATA :data
\set there `test -r "$BPM_DATA/canada/program_spending.csv" && echo on || echo off`
\if :there
create temp table spending (dept text, code text, e5 numeric, e4 numeric, e3 numeric, e2 numeric, spent numeric,
    planned numeric, p1 numeric, p2 numeric, p3 numeric);
\set load '\\copy spending from \'' :data '/canada/program_spending.csv\' (format csv, header, encoding \'utf8\')'
:load
select bpm.create_model('canada');
set local search_path = canada, public;
insert into unit (unit_id, name) select distinct dept, dept from pg_temp.spending;
insert into program (program_id, fiscal_year, name, unit_id)
    select distinct dept || '/' || code, 2021, code, dept from pg_temp.spending;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    select dept || '/' || code, 2021, k, '2021-06-01', round(a, 2) from pg_temp.spending,
        lateral (values ('approved', planned), ('executed', spent)) v (k, a) where a is not null;
select results_eq($$select indicator_id, rate, heads from pefa_result order by 1$$,
    $$with dept as (
        select dept, sum(round(coalesce(planned, 0), 2)) as b, sum(round(coalesce(spent, 0), 2)) as a
        from pg_temp.spending group by 1
    ), ranked as (select a, b, least(row_number() over (order by b desc), 21) as n from dept),
    head as (select sum(a) as a, sum(b) as b from ranked group by n),
    total as (select sum(a) as ta, sum(b) as tb from head)
    select 'PI-1.1', round(100 * ta / tb, 4), null::integer from total
    union all
    select 'PI-2.1', round(100 * (select sum(abs(a - b * ta / tb)) from head) / ta, 4), 21 from total order by 1$$,
    'the outturn of the departments, as plain SQL has it');
\else
select skip('the Canadian data set is not here: set BPM_SHARED to the folder that holds data/', 1);
\endif

select * from finish();
rollback;
