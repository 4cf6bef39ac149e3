-- model: scenarios of the next budget, side by side. Every cent is shown: by program, unit and function, as a flow from
-- where it comes to where it goes; two are compared step by step; and what it would take is exact to the cent.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

set local jit = off;
set local timezone = 'UTC';
set local client_min_messages = warning;
select bpm.create_model('Next "year"');
set local search_path = 'Next "year"', public;
update place set time_zone = 'UTC';
insert into unit values ('gov', null, 'Government'), ('edu', 'gov', 'Education'), ('health', 'gov', 'Health'), ('schools', 'edu', 'Schools'),
    ('empty', 'gov', 'Nothing');
insert into unit_move values ('schools', 2028, 'health');
insert into function_code (function_id, parent_id, name) values ('F', null, 'All "F"'), ('F1', 'F', 'Learning'), ('F2', 'F', 'Health');

create function pg_temp.says(statement text) returns text language plpgsql as $$
declare m text; d text; h text; c text;
begin
    execute statement;
    return 'no error';
exception when others then
    get stacked diagnostics m = message_text, d = pg_exception_detail, h = pg_exception_hint, c = returned_sqlstate;
    return concat_ws(' | ', c, m, nullif(d, ''), nullif(h, ''));
end $$;
-- a row of a proposal: base - before is rebased, the steps come to what is proposed, what is left over and neither kept nor taken along is taken back
create function pg_temp.line(s text, p text, u text, f text, r text, rule text, e text, pct numeric, into_id text, before numeric, base numeric,
        cut numeric, merged numeric, carried numeric, short numeric, growth numeric, by_hand numeric, wanted numeric default 0,
        left_over numeric default 0, carry_over numeric default 0, shared numeric default 0, withheld numeric default 0, short_by text default null)
    returns void language sql as $$
    insert into proposal (program_id, fiscal_year, scenario, unit_id, function_id, scope, result, rule, effect, percent, merge_into, before, base_by,
        base, wanted, left_over, carry_over, shared, recaptured, rebased, cut, merged, carried, short, growth, by_hand, proposed, withheld, short_by,
        responsible, name, why, recorded_at)
    select p, o.fiscal_year, s, u, f, 'project', r, rule, e, pct, into_id, before, 'approved budget', base, wanted, left_over, carry_over, shared,
        left_over - carry_over - shared, base - before, cut, merged, carried, short, growth, by_hand,
        base + cut + merged + carried + short + growth + by_hand, withheld, short_by, 'Ms Chen', initcap(p), 'because', o.recorded_at
    from scenario o where o.scenario = s $$;

-- By hand: 1,200. Assured: clinics 3,200, meals 6,000 and 800 of the camp, 10,000 together. Not assured: roofs 9,000 less 25 % less 1,000 that it brings
-- along is 5,750, books 2,000 less 10 % is 1,800, parks 1,500. Taken back: 400 of 800 of the clinics, whose saving is shared, and 7,000 of 8,000 of roofs.
--
-- lean: envelope 7,650, with 7,400 taken back 15,050, of which 3,850 is left for what is not assured. Education has a ceiling of 13,000, of which meals have
-- 6,800: 6,200 for roofs and books, who claim 7,550. 6,200 * 5,750 / 7,550 = 4,721.8543, and 1,478.1456 for books, which has the cent. Of 9,050 that are claimed
-- there are 3,850: 2,446.1326 for roofs, 765.7459 for books, which has the cent, and 638.1215 for parks. Nothing is left for growth.
-- full: no ceiling, envelope 13,550: all claims, 20,250, and 700 for growth: clinics have the 500 that they want, wells want 900 or nothing; 200 are left.
-- C: envelope 15,000, saving is not shared (7,800 is taken back): roofs are cut by half (3,500), the base of books is 1,500 (1,350), nothing by hand (1,000),
-- all that is wanted (1,400): 18,750 of 22,800.
set local session_replication_role = replica;
insert into scenario (scenario, fiscal_year, from_year, publication, envelope, recaptured, available, proposed, unallocated, programs, rules,
                      title, recorded_at, recorded_by) values
    ('lean', 2027, 2026, 'p', 7650, 7400, 15050, 15050, 0, 11, '{}',
     'Lean "1"', '2027-01-10', 'ms_li'),
    ('full', 2027, 2026, 'p', 13550, 7400, 20950, 20750, 200, 11, '{}',
     'Full', '2027-01-11', 'ms_li'),
    ('方案 "C" %s', 2027, 2026, 'p', 15000, 7800, 22800, 18750, 4050, 11, '{}', '方案', '2027-01-12', 'ms_li'),
    -- what is taken back lapses: of 100 the one program gets 60
    ('later', 2028, 2027, 'q', 100, 30, 100, 60, 40, 1, '{}', 'Later', '2028-01-12', 'ms_li');
insert into scenario_ceiling (scenario, unit_id, fiscal_year, ceiling, recorded_at) values ('lean', 'edu', 2027, 13000, '2027-01-10');
select pg_temp.line(s, 'clinics', 'health', 'F2', 'excellent', 'excellent', 'priority', null, null, 4000, 3200, 0, 0, 0, 0, g, 0, 500, 800, 0, k),
    pg_temp.line(s, 'meals', 'schools', 'F1', 'good', 'good', 'assured', null, null, 6000, 6000, 0, 800, 0, 0, 0, 0),
    pg_temp.line(s, 'camp', 'edu', 'F1', 'fair', 'camps', 'merged', 20, 'meals', 1000, 1000, -200, -800, 0, 0, 0, 0),
    pg_temp.line(s, 'radio', 'edu', null, 'poor', 'no radio', 'cancelled', null, null, 500, 500, -500, 0, 0, 0, 0, 0),
    pg_temp.line(s, 'old', 'health', 'F2', 'ended', null, 'ended', null, null, 700, 0, 0, 0, 0, 0, 0, 0),
    pg_temp.line(s, 'spa', 'health', 'F2', 'new', 'new', 'refused', null, null, 0, 0, 0, 0, 0, 0, 0, 0),
    pg_temp.line(s, 'wells', 'health', null, 'new', 'new', 'priority', null, null, 0, 0, 0, 0, 0, 0, w, 0, 900),
    pg_temp.line(s, 'hand', 'gov', 'F', 'good', 'good', 'assured', null, null, 1000, 1000, 0, 0, 0, 0, 0, h)
from (values ('lean', 0, 0, 400, 200), ('full', 500, 0, 400, 200), ('方案 "C" %s', 500, 900, 0, 0)) v (s, g, w, k, h);
select pg_temp.line('lean', 'roofs', 'schools', 'F1', 'fair', 'fair', 'cut', 25, null, 20000, 9000, -2250, 0, -1000, -3303.87, 0, 0, 0, 8000, 1000, 0, 2000,
        'the ceiling of edu, the envelope'),
    pg_temp.line('lean', 'books', 'edu', 'F1', 'fair', 'books', 'cut', 10, null, 2000, 2000, -200, 0, 0, -1034.25, 0, 0, 0, 0, 0, 0, 0, 'the ceiling of edu, the envelope'),
    pg_temp.line('lean', 'parks', 'gov', 'F2', 'fair', 'look', 'reviewed', null, null, 1500, 1500, 0, 0, 0, -861.88, 0, 0, 0, 0, 0, 0, 0, 'the envelope'),
    pg_temp.line('full', 'roofs', 'schools', 'F1', 'fair', 'fair', 'cut', 25, null, 20000, 9000, -2250, 0, -1000, 0, 0, 0, 0, 8000, 1000, 0, 2000),
    pg_temp.line('full', 'books', 'edu', 'F1', 'fair', 'books', 'cut', 10, null, 2000, 2000, -200, 0, 0, 0, 0, 0),
    pg_temp.line('full', 'parks', 'gov', 'F2', 'fair', 'look', 'reviewed', null, null, 1500, 1500, 0, 0, 0, 0, 0, 0),
    pg_temp.line('方案 "C" %s', 'roofs', 'schools', 'F1', 'poor', 'poor', 'cut', 50, null, 20000, 9000, -4500, 0, -1000, 0, 0, 0, 0, 8000, 1000, 0, 2000),
    pg_temp.line('方案 "C" %s', 'books', 'edu', 'F1', 'fair', 'books', 'cut', 10, null, 2000, 1500, -150, 0, 0, 0, 0, 0),
    pg_temp.line('方案 "C" %s', 'parks', 'gov', 'F2', 'fair', 'look', 'reviewed', null, null, 1500, 1500, 0, 0, 0, 0, 0, 0),
    pg_temp.line('later', 'meals', 'schools', 'F1', 'good', 'good', 'assured', null, null, 60, 60, 0, 0, 0, 0, 0, 0, 0, 30);
insert into scenario_event (fiscal_year, n, event, scenario, reason, recorded_at, recorded_by) values
    (2027, 1, 'accepted', 'lean', null, '2027-02-01', 'mayor'), (2027, 2, 'taken back', 'lean', 'the census', '2027-02-03', 'mayor'),
    (2027, 3, 'accepted', 'full', 'the council', '2027-02-05', 'mayor "x"');
insert into proposal_answer (program_id, fiscal_year, scenario, n, kind, text, unit_id, recorded_at, recorded_by) values
    ('roofs', 2027, 'lean', 1, 'answer', 'The roofs leak', 'schools', '2027-01-15', 'Ms Chen'),
    ('roofs', 2027, 'lean', 2, 'refused', 'They leaked "before"', 'schools', '2027-01-20', 'mayor');
set local session_replication_role = origin;

-- each on its day ------------------------------------------------------------------------------------------------------

select results_eq($$select d, (select string_agg(scenario || ' ' || accepted, ', ' order by scenario collate "C") from scenario_total_at(d::date) where fiscal_year = 2027)
    from unnest('{2027-01-09,2027-01-11,2027-02-01,2027-02-03,2027-02-05}'::text[]) d$$,
    $$values ('2027-01-09', null), ('2027-01-11', 'full 0, lean 0'), ('2027-02-01', 'full 0, lean 1, 方案 "C" %s 0'), ('2027-02-03', 'full 0, lean 0, 方案 "C" %s 0'),
        ('2027-02-05', 'full 1, lean 0, 方案 "C" %s 0')$$, 'a scenario is there from the day on which it was recorded, and in force while it is accepted');
select results_eq($$select scenario, accepted from scenario_total_at('2028-12-31', '2027-02-02') order by scenario$$,
    $$values ('full', 0), ('lean', 1), ('方案 "C" %s', 0)$$, 'as it was known then');
select results_eq($$select fiscal_year, from_year, accepted, programs, envelope, recaptured, available, proposed, unallocated, recorded_on, accepted_on,
        publication, recorded_by, accepted_by, reason, title from scenario_total_at('2028-12-31') where scenario = 'full'$$,
    $$values (2027, 2026, 1, 11, 13550.00, 7400.00, 20950.00, 20750.00, 200.00, date '2027-01-11', date '2027-02-05', 'p', 'ms_li', 'mayor "x"', 'the council', 'Full')$$,
    'with what it shares out, and who accepted it when and why');

-- side by side ------------------------------------------------------------------------------------------------------------

select results_eq($$select scenario, accepted, before, base, rebased, cut, merged, carried, short, growth, by_hand, proposed, change, withheld, left_over,
        carry_over, shared, recaptured, total, result, rule, effect, percent, responsible, unit_name, name
    from scenario_result_at('2028-12-31') where program_id = 'roofs' order by scenario$$,
    $$values ('full', 1, 20000.00, 9000.00, -11000.00, -2250.00, 0.00, -1000.00, 0.00, 0.00, 0.00, 5750.00, -14250.00, 2000.00, 8000.00, 1000.00, 0.00, 7000.00, 6750.00,
              'fair', 'fair', 'cut', 25.00000000, 'Ms Chen', 'Schools', 'Roofs'),
        ('lean', 0, 20000.00, 9000.00, -11000.00, -2250.00, 0.00, -1000.00, -3303.87, 0.00, 0.00, 2446.13, -17553.87, 2000.00, 8000.00, 1000.00, 0.00, 7000.00, 3446.13,
              'fair', 'fair', 'cut', 25, 'Ms Chen', 'Schools', 'Roofs'),
        ('方案 "C" %s', 0, 20000.00, 9000.00, -11000.00, -4500.00, 0.00, -1000.00, 0.00, 0.00, 0.00, 3500.00, -16500.00, 2000.00, 8000.00, 1000.00, 0.00, 7000.00, 4500.00,
              'poor', 'poor', 'cut', 50, 'Ms Chen', 'Schools', 'Roofs')$$, 'a program in each scenario, with each step');
select results_eq($$select d, answer_kind, answer, answered_on, answered_by from unnest('{2027-01-14,2027-01-15,2027-02-01}'::text[]) d,
        scenario_result_at(d::date) where program_id = 'roofs' and scenario = 'lean' order by d$$,
    $$values ('2027-01-14', null, null, null::date, null), ('2027-01-15', 'answer', 'The roofs leak', '2027-01-15', 'Ms Chen'),
        ('2027-02-01', 'refused', 'They leaked "before"', '2027-01-20', 'mayor')$$, 'with the latest answer of the day');
select is((select count(*) from scenario_result_at('2028-12-31')), 34::bigint, 'one row per program and scenario');
select is_empty($$select * from scenario_result_at('2028-12-31') where before + rebased + cut + merged + carried + short + growth + by_hand <> proposed
        or carry_over + shared + recaptured <> left_over$$, 'the steps sum to what is proposed');

-- by unit and function ------------------------------------------------------------------------------------------------

-- schools: meals and roofs; education besides books, radio and camp; health: clinics, old, spa and wells; the government besides parks and hand
select results_eq($$select id, programs, before, base, rebased, cut, merged, carried, short, growth, by_hand, proposed, change, withheld, left_over, carry_over,
        shared, recaptured, total, ceiling, room, parent_id, name from scenario_node_at('2028-12-31') where scenario = 'lean' and tree = 'unit' order by id$$,
    $$values ('edu', 5, 29500.00, 18500.00, -11000.00, -3150.00, 0.00, -1000.00, -4338.12, 0.00, 0.00, 10011.88, -19488.12, 2000.00, 8000.00, 1000.00, 0.00, 7000.00,
              11011.88, 13000.00, 2988.12, 'gov', 'Education'),
        ('gov', 11, 36700.00, 24200.00, -12500.00, -3150.00, 0.00, -1000.00, -5200.00, 0.00, 200.00, 15050.00, -21650.00, 2000.00, 8800.00, 1000.00, 400.00, 7400.00,
              16450.00, null, null, null, 'Government'),
        ('health', 4, 4700.00, 3200.00, -1500.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 3200.00, -1500.00, 0.00, 800.00, 0.00, 400.00, 400.00, 3600.00, null, null, 'gov', 'Health'),
        ('schools', 2, 26000.00, 15000.00, -11000.00, -2250.00, 800.00, -1000.00, -3303.87, 0.00, 0.00, 9246.13, -16753.87, 2000.00, 8000.00, 1000.00, 0.00, 7000.00,
              10246.13, null, null, 'edu', 'Schools')$$, 'units with all below them, to the cent, and what is left under a ceiling');
-- F1: meals, roofs, books, camp: 26,000 + 2,000 + 1,000 before, 6,800 + 2,446.13 + 765.75 proposed; F2: clinics, old, spa, parks; F itself has hand; radio and wells have none
select results_eq($$select id, programs, before, proposed, parent_id, name from scenario_node_at('2028-12-31') where scenario = 'lean' and tree = 'function' order by id$$,
    $$values ('F', 9, 36200.00, 15050.00, null, 'All "F"'), ('F1', 4, 29000.00, 10011.88, 'F', 'Learning'), ('F2', 4, 6200.00, 3838.12, 'F', 'Health'),
        ('unclassified', 2, 500.00, 0.00, null, 'unclassified')$$, 'functions, and what has none');
select results_eq($$select programs, priority_programs, assured_programs, cut_programs, cancelled_programs, merged_programs, reviewed_programs, ended_programs,
        refused_programs, short_programs, withheld_programs, name from scenario_node_at('2028-12-31') where scenario = 'lean' and tree = 'all'$$,
    $$values (11, 2, 2, 2, 1, 1, 1, 1, 1, 3, 1, 'all')$$, 'how many have which effect');
select is_empty($$select s.scenario, n.tree from scenario_total_at('2028-12-31') s
    join (select scenario, 'all' as tree, sum(proposed) as proposed, sum(programs) as programs from scenario_node_at('2028-12-31') where tree = 'all' group by 1
          union all
          select scenario, tree, sum(proposed), sum(programs) from scenario_node_at('2028-12-31') where parent_id is null and tree <> 'all' group by 1, 2) n using (scenario)
    where n.proposed <> s.proposed or n.programs <> s.programs$$, 'what is at the top of each tree is the whole');
select results_eq($$select id, proposed from scenario_node_at('2028-12-31') where fiscal_year = 2028 and tree = 'unit' order by id$$,
    $$values ('gov', 60.00), ('health', 60.00), ('schools', 60.00)$$, 'by the tree of the year of the budget');

-- where it comes from and goes ----------------------------------------------------------------------------------------

select results_eq($$select sort, side, item, amount, programs from scenario_flow_at('2028-12-31') where scenario = 'lean' order by sort$$,
    $$values (11, 'from', 'envelope', 7650.00, 0), (12, 'from', 'recaptured', 7400.00, 2),
        (21, 'step', 'before', 36700.00, 9), (22, 'step', 'ended', -700.00, 1), (23, 'step', 'base lower', -11800.00, 2), (24, 'step', 'base higher', 0.00, 0),
        (25, 'step', 'cut', -2650.00, 3), (26, 'step', 'cancelled', -500.00, 1), (27, 'step', 'merged', -800.00, 1), (28, 'step', 'taken over', 800.00, 1),
        (29, 'step', 'carried', -1000.00, 1), (30, 'step', 'ceilings', 0.00, 0), (31, 'step', 'short', -5200.00, 3), (32, 'step', 'less by hand', 0.00, 0),
        (33, 'step', 'more by hand', 200.00, 1), (34, 'step', 'growth', 0.00, 0), (35, 'step', 'new', 0.00, 0), (36, 'step', 'not shown', 0.00, 0),
        (41, 'to', 'proposed', 15050.00, 6), (42, 'to', 'unallocated', 0.00, 0), (43, 'to', 'lapsed', 0.00, 0),
        (51, 'kept', 'shared', 400.00, 1), (52, 'kept', 'carry over', 1000.00, 1)$$, 'what was freed, and where it went');
select results_eq($$select item, amount, programs from scenario_flow_at('2028-12-31') where scenario in ('full', '方案 "C" %s') and item in ('growth', 'new', 'short')
    order by scenario, sort$$,
    $$values ('short', 0.00, 0), ('growth', 500.00, 1), ('new', 0.00, 0), ('short', 0.00, 0), ('growth', 500.00, 1), ('new', 900.00, 1)$$, 'what grows and what is new stand apart');
select results_eq($$select scenario, sum(amount) filter (where side = 'from'), sum(amount) filter (where side = 'to'), sum(amount) filter (where side = 'step')
    from scenario_flow_at('2028-12-31') group by 1 order by 1$$,
    $$values ('full', 20950.00, 20950.00, 20750.00), ('later', 130.00, 130.00, 60.00), ('lean', 15050.00, 15050.00, 15050.00), ('方案 "C" %s', 22800.00, 22800.00, 18750.00)$$,
    'what comes in goes out, and the steps come to what is proposed');
select results_eq($$select amount from scenario_flow_at('2028-12-31') where scenario = 'later' and item in ('lapsed', 'unallocated') order by item$$,
    $$values (30.00), (40.00)$$, 'what lapses is not shared out');

-- two of them ---------------------------------------------------------------------------------------------------------

select results_eq($$select kind, program_id, a_proposed, b_proposed, difference, change, by_base, by_rule, by_carried, by_ceiling, by_envelope, by_growth, by_hand, why
    from scenario_compare('lean', 'full')$$,
    $$values ('program', 'roofs', 2446.13, 5750.00, 3303.87, 'gains', 0.00, 0.00, 0.00, 1028.15, 2275.72, 0.00, 0.00, 'under ceilings +1028.15; by the envelope +2275.72'),
        ('program', 'books', 765.75, 1800.00, 1034.25, 'gains', 0.00, 0.00, 0.00, 321.85, 712.40, 0.00, 0.00, 'under ceilings +321.85; by the envelope +712.40'),
        ('program', 'parks', 638.12, 1500.00, 861.88, 'gains', 0.00, 0.00, 0.00, 0.00, 861.88, 0.00, 0.00, 'by the envelope +861.88'),
        ('program', 'clinics', 3200.00, 3700.00, 500.00, 'gains', 0.00, 0.00, 0.00, 0.00, 0.00, 500.00, 0.00, 'growth +500.00'),
        ('total', null, 15050.00, 20750.00, 5700.00, 'gains', 0.00, 0.00, 0.00, 1350.00, 3850.00, 500.00, 0.00,
            '4 gain, 0 lose; envelope +5900.00; unallocated +200.00')$$,
    'who gains, and by which step');
select results_eq($$select program_id, difference, change, by_base, by_rule, by_envelope, by_growth, by_hand, a_rule, b_rule, a_effect, b_effect, why
    from scenario_compare('full', '方案 "C" %s')$$,
    $$values ('roofs', -2250.00, 'loses', 0.00, -2250.00, 0.00, 0.00, 0.00, 'fair', 'poor', 'cut', 'cut',
              'poor in place of fair; "poor": cut by 50 % in place of "fair": cut by 25 %; by its rule -2250.00'),
        ('wells', 900.00, 'gains', 0.00, 0.00, 0.00, 900.00, 0.00, 'new', 'new', 'priority', 'priority', 'growth +900.00'),
        ('books', -450.00, 'loses', -500.00, 50.00, 0.00, 0.00, 0.00, 'books', 'books', 'cut', 'cut', 'base -500.00; by its rule +50.00'),
        ('hand', -200.00, 'loses', 0.00, 0.00, 0.00, 0.00, -200.00, 'good', 'good', 'assured', 'assured', 'by hand -200.00'),
        ('clinics', 0.00, 'same', 0.00, 0.00, 0.00, 0.00, 0.00, 'excellent', 'excellent', 'priority', 'priority',
              'of its saving it keeps -400.00; taken back +400.00'),
        (null, -2000.00, 'loses', -500.00, -2200.00, 0.00, 900.00, -200.00, null, null, null, null,
              '1 gain, 3 lose; envelope +1450.00; taken back +400.00; unallocated +3850.00')$$, 'who loses, and by which rule');
select is_empty($$select * from unnest('{lean,full,"方案 \"C\" %s"}'::text[]) a, unnest('{lean,full,"方案 \"C\" %s"}'::text[]) b, scenario_compare(a, b)
    where difference <> by_base + by_rule + by_carried + by_ceiling + by_envelope + by_growth + by_hand$$, 'the steps sum to the difference');
select is_empty($$select program_id, difference from scenario_compare('lean', '方案 "C" %s') except all
    select program_id, -difference from scenario_compare('方案 "C" %s', 'lean')$$, 'the other way round it is the opposite');
select results_eq($$select kind, difference, why from scenario_compare('lean', 'lean')$$, $$values ('total', 0.00, '0 gain, 0 lose')$$, 'nothing differs from itself');
select is(pg_temp.says(q), m, q)
from (values ($q$select * from scenario_compare('lean', 'no "one" %s')$q$,
        'P0002 | there is no scenario "no "one" %s" | The last ones are "later" of 2028, "方案 "C" %s" of 2027, "full" of 2027, "lean" of 2027.'),
    ($q$select * from scenario_compare(null, 'lean')$q$,
        'P0002 | there is no scenario "<NULL>" | The last ones are "later" of 2028, "方案 "C" %s" of 2027, "full" of 2027, "lean" of 2027.'),
    ($q$select * from scenario_compare('lean', 'later')$q$,
        '22023 | scenarios "lean" and "later" are for different years | "lean" is for the budget of 2027, "later" for that of 2028. | '
        'Compare two for one year; for 2027 there are "full", "lean", "方案 "C" %s", for 2028 "later".'),
    ($q$select * from uncut_envelope('lean', 'none')$q$,
        'P0002 | there is no program "none" in scenario "lean" | It has programs such as "books", "camp", "clinics", "hand", "meals".'),
    ($q$select * from uncut_envelope('none', 'roofs')$q$,
        'P0002 | there is no scenario "none" | The last ones are "later" of 2028, "方案 "C" %s" of 2027, "full" of 2027, "lean" of 2027.')) v (q, m);

-- what it would take --------------------------------------------------------------------------------------------------

-- By hand and assured are 11,200, less 7,400 taken back: 3,800. All that is not assured: with the ceiling of education 6,200 + 1,500, without 9,050; growth 1,400.
-- Roofs and books need a ceiling of 6,800 + 7,550 = 14,350.
select results_eq($$select p, envelope, ceiling_unit, ceiling from unnest('{roofs,books,parks,clinics,meals,hand,radio,camp,old,spa,wells}'::text[]) with ordinality u (p, n),
        uncut_envelope('lean', p) order by n$$,
    $$values ('roofs', 12850.00, 'edu', 14350.00), ('books', 12850.00, 'edu', 14350.00), ('parks', 11500.00, null, null), ('clinics', 3800.00, null, null),
        ('meals', 3800.00, null, null), ('hand', 3800.00, null, null), ('radio', 3800.00, null, null), ('camp', 3800.00, null, null), ('old', 3800.00, null, null),
        ('spa', 3800.00, null, null), ('wells', 12900.00, null, null)$$, 'the least envelope, and the ceiling that binds');
select results_eq($$select p, envelope from unnest('{roofs,parks,wells}'::text[]) with ordinality u (p, n), uncut_envelope('full', p) order by n$$,
    $$values ('roofs', 12850.00), ('parks', 12850.00), ('wells', 14250.00)$$, 'without a ceiling it is one envelope for all that is not assured');
select results_eq($$select p, reason from unnest('{roofs,parks,clinics,hand,radio,camp,old,spa,wells}'::text[]) with ordinality u (p, n), uncut_envelope('lean', p) order by n$$,
    $$values ('roofs', 'Its rule "fair" takes 2250.00 whatever the envelope: 5750.00 is all there is for it. What is not assured shares what is there: with this envelope there is enough for all of it. '
                'The ceiling of "edu" binds: it is 13000.00, and would have to be 14350.00.'),
        ('parks', 'What is not assured shares what is there: with this envelope there is enough for all of it.'),
        ('clinics', 'It is assured, and never cut for others. This is the least envelope that the scenario admits.'),
        ('hand', 'It is said by hand: it gets 1200.00 whatever the envelope. This is the least envelope that the scenario admits.'),
        ('radio', 'Its rule "no radio" cancels it: no envelope gives it anything. This is the least envelope that the scenario admits.'),
        ('camp', 'It is merged into "meals", which gets its money. This is the least envelope that the scenario admits.'),
        ('old', 'There is no such program any more: no envelope gives it anything. This is the least envelope that the scenario admits.'),
        ('spa', 'It is new and has not passed an appraisal: no envelope gives it anything. This is the least envelope that the scenario admits.'),
        ('wells', 'It is new, and gets 900.00 or nothing: with this envelope it gets it, once all that runs has what it claims and what was appraised better has '
                'what it asks for.')$$,
    'and why');

-- a chain of ceilings, and one beside it: the lowest first, each as high as it has to be
set local session_replication_role = replica;
insert into scenario (scenario, fiscal_year, from_year, publication, envelope, recaptured, available, proposed, unallocated, programs, rules, title)
    values ('chain', 2027, 2026, 'p', 55, 0, 55, 55, 0, 6, '{}', 'Chain');
insert into scenario_ceiling (scenario, unit_id, fiscal_year, ceiling) values ('chain', 'schools', 2027, 20), ('chain', 'edu', 2027, 40), ('chain', 'health', 2027, 15);
-- schools: roofs 50 under 20; then education: roofs 20 and books 30 under 40, 5 : 3: 20, which is all that the schools have for it, and 20; health: 30 under 15; nothing for what is new
select pg_temp.line('chain', 'roofs', 'schools', null, 'fair', 'fair', 'reviewed', null, null, 50, 50, 0, 0, 0, -30, 0, 0, 0, 0, 0, 0, 0, 'the ceiling of schools'),
    pg_temp.line('chain', 'books', 'edu', null, 'fair', 'fair', 'reviewed', null, null, 30, 30, 0, 0, 0, -10, 0, 0, 0, 0, 0, 0, 0, 'the ceiling of edu'),
    pg_temp.line('chain', 'wells', 'health', null, 'fair', 'fair', 'reviewed', null, null, 30, 30, 0, 0, 0, -15, 0, 0, 0, 0, 0, 0, 0, 'the ceiling of health'),
    pg_temp.line('chain', 'choir', 'edu', null, 'new', 'new', 'priority', null, null, 0, 0, 0, 0, 0, 0, 0, 0, 10),
    pg_temp.line('chain', 'opera', 'gov', null, 'new', 'new', 'priority', null, null, 0, 0, 0, 0, 0, 0, 0, 0, 5),
    pg_temp.line('chain', 'drama', 'schools', null, 'new', 'new', 'priority', null, null, 0, 0, 0, 0, 0, 0, 0, 0, 7);
update proposal set score = case program_id when 'drama' then 90 when 'opera' then 85 else 80 end where scenario = 'chain' and result = 'new';
set local session_replication_role = origin;
-- roofs: schools 50, then 50 + 30 = 80 of education, and 15 of health: 95. Books: education 20 + 30 = 50, with health 65. Wells: 40 + 30 = 70.
-- Then what is new, by its appraisal: the drama needs 7 of the schools: 57, of education 80 + 7 = 87, and 15 of health: 102. The opera is under no ceiling, so with
-- those as they are, 20 + 20 + 15 = 55 and its 5, and no room for the drama: 60. The choir needs 10 of education, where the schools have 20 and books 30: 60; with
-- 15 of health and the opera 80.
select results_eq($$select p, envelope, ceiling_unit, ceiling from unnest('{roofs,books,wells,drama,opera,choir}'::text[]) with ordinality u (p, n), uncut_envelope('chain', p) order by n$$,
    $$values ('roofs', 95.00, 'schools', 50.00), ('roofs', 95.00, 'edu', 80.00), ('books', 65.00, 'edu', 50.00), ('wells', 70.00, 'health', 30.00),
        ('drama', 102.00, 'schools', 57.00), ('drama', 102.00, 'edu', 87.00), ('opera', 60.00, null, null), ('choir', 80.00, 'edu', 60.00)$$,
    'every ceiling over a program that binds, from the lowest up');
select results_eq($$select item, amount, programs from scenario_flow where scenario = 'chain' and item in ('ceilings', 'short') order by sort$$,
    $$values ('ceilings', -55.00, 3), ('short', 0.00, 0)$$, 'what is short under ceilings stands apart from what the envelope does not reach');

-- who sees one unit ---------------------------------------------------------------------------------------------------

create role bpm_test_pupil;
create role bpm_test_nobody;
do $$begin
    perform bpm.grant_reader('Next "year"', r) from unnest('{bpm_test_pupil,bpm_test_nobody}'::name[]) r;
end$$;
insert into unit_access values ('bpm_test_pupil', 'edu');
do $$begin perform bpm.enable_row_security('Next "year"'); end$$;
set local role bpm_test_pupil;
set local bpm.as_of = '2027-12-31';
select results_eq($$select program_id from scenario_result where scenario = 'lean' order by 1$$, $$values ('books'), ('camp'), ('meals'), ('radio'), ('roofs')$$,
    'one sees the lines of his unit');
select results_eq($$select tree, id, proposed from scenario_node where scenario = 'lean' and tree <> 'function' order by 1, 2$$,
    $$values ('all', 'all', 10011.88), ('unit', 'edu', 10011.88), ('unit', 'schools', 9246.13)$$, 'and sums of them');
-- 15,050 less 10,011.88
select results_eq($$select amount, programs from scenario_flow where scenario = 'lean' and item = 'not shown'$$, $$values (5038.12, 6)$$, 'what he does not see is one row');
select results_eq($$select side, sum(amount) from scenario_flow where scenario = 'lean' and side <> 'kept' group by 1 order by 1$$,
    $$values ('from', 15050.00), ('step', 15050.00), ('to', 15050.00)$$, 'with which it adds up');
select results_eq($$select program_id, difference, by_ceiling, by_envelope from scenario_compare('lean', 'full')$$,
    $$values ('roofs', 3303.87, 0.00, 3303.87), ('books', 1034.25, 0.00, 1034.25), (null, 4338.12, 0.00, 4338.12)$$, 'he compares his own');
select is(pg_temp.says($$select * from uncut_envelope('lean', 'roofs')$$),
    '42501 | not all programs of scenario "lean" can be read here | What one gets depends on what the others claim. | Ask as a role that sees all of them.', 'but what it would take hangs on the others');
select is(pg_temp.says($$select * from uncut_envelope('lean', 'clinics')$$),
    'P0002 | there is no program "clinics" in scenario "lean" | It has programs such as "books", "camp", "meals", "radio", "roofs".', 'and what is hidden is as what is not there');
-- from 2028 on the schools are of health
select is_empty($$select * from scenario_result_at('2028-12-31') where scenario = 'later'$$, 'in the tree of the year of the budget');
reset role;
set local role bpm_test_nobody;
select is_empty($$select program_id from scenario_result union all select id from scenario_node$$, 'who sees no unit sees no line');
select results_eq($$select kind, difference from scenario_compare('lean', 'full')$$, $$values ('total', 0.00)$$, 'nor what differs');
reset role;
set local bpm.as_of = '';

-- who asks for one does not compute all -------------------------------------------------------------------------------

set local enable_seqscan = off;
create function pg_temp.plan(query text) returns text language plpgsql as $$
declare l text; t text := '';
begin
    for l in execute 'explain (costs off) ' || query loop t := t || l || e'\n'; end loop;
    return t;
end $$;
select matches(pg_temp.plan(q), 'Index (Only )?Cond: .*(program_id|scenario|unit_id)[^\n]* = ', q)
from unnest(array[$q$select * from scenario_result where program_id = 'roofs' and fiscal_year = 2027 and scenario = 'lean'$q$,
    $q$select * from scenario_flow where scenario = 'lean'$q$]) q;
select matches(pg_temp.plan($q$select * from scenario_node where tree = 'unit' and id = 'edu' and scenario = 'lean'$q$), 'using proposal_unit on proposal', 'a unit is found by its index');
select doesnt_match(pg_temp.plan($q$select * from scenario_node where tree = 'unit' and id = 'edu' and scenario = 'lean'$q$), 'COALESCE\(p[_0-9]*\.function_id', 'and the functions are not even planned');
reset enable_seqscan;

-- whatever there is ---------------------------------------------------------------------------------------------------

select lives_ok(format('select count(x::text) from %s_at(%L) x', v, d), v || ' on ' || d)
from unnest('{scenario_total,scenario_result,scenario_node,scenario_flow}'::text[]) v, unnest('{infinity,-infinity,5874897-12-31,"4713-01-01 BC"}'::text[]) d;
alter table proposal drop constraint proposal_adds_up, drop constraint proposal_left_over_adds_up, drop constraint proposal_withheld, drop constraint proposal_proposed_check,
    drop constraint proposal_effect_check;
alter table scenario drop constraint scenario_adds_up, drop constraint scenario_envelope_check, drop constraint scenario_fiscal_year_check, drop constraint scenario_check;
alter table scenario_ceiling drop constraint scenario_ceiling_ceiling_check;
set local session_replication_role = replica;
insert into scenario (scenario, fiscal_year, from_year, publication, envelope, recaptured, available, proposed, unallocated, programs, rules, title, recorded_at)
    select s, y, 2147483647, 'p', 'NaN', repeat('9', 36)::numeric, -repeat('9', 36)::numeric, repeat('9', 36)::numeric, 'NaN', -2147483648, c, 't', '2027-01-01'
    from (values ('h1', 2027, '1'::jsonb), ('h2', -5, '"x"'), ('h3', 2147483647, 'null'), ('h4', 2027, '["hostile"]')) v (s, y, c);
insert into proposal (program_id, fiscal_year, scenario, unit_id, scope, result, effect, before, base_by, base, asked, wanted, left_over, carry_over, shared, recaptured,
    rebased, cut, merged, carried, short, growth, by_hand, proposed, withheld, name, why, promised, counted, cost, cost_output, score, percent, short_by, recorded_at)
select p, s.fiscal_year, s.scenario, u, '', '', 'nonsense', a, '', a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, p, '', 1e130, 'NaN', a, -1e100, 'NaN', 'NaN', e'(the\nenvelope', '2027-01-01'
from scenario s, (values ('hostile', 'edu', repeat('9', 36)::numeric), ('更 "x" %s', 'schools', repeat('9', 36)::numeric), ('nan', 'nowhere', 'NaN'), ('minus', 'gov', -repeat('9', 36)::numeric)) v (p, u, a)
where s.scenario ~ '^h';
insert into scenario_ceiling (scenario, unit_id, fiscal_year, ceiling) values ('h1', 'edu', 2027, 'NaN');
insert into scenario_event (fiscal_year, n, event, scenario, recorded_at) values (2147483647, 7, 'accepted', 'nowhere', '2027-01-01');
insert into proposal_answer (program_id, fiscal_year, scenario, n, kind, text, unit_id, recorded_at) values ('hostile', 2027, 'h1', 5, 'answer', ' ', 'nowhere', '2027-01-01');
set local session_replication_role = origin;
select lives_ok(format('select count(x::text) from %s_at(%L) x', v, d), 'whatever the tables hold, ' || v || ' on ' || d)
from unnest('{scenario_total,scenario_result,scenario_node,scenario_flow}'::text[]) v, unnest('{infinity,2028-01-01}'::text[]) d;
select results_eq($$select count(*), count(*) filter (where 'NaN' in (before, proposed, total, score, percent, promised, cost_output)), max(proposed) from scenario_result_at('2028-01-01') where scenario = 'h1'$$,
    $$values (4::bigint, 0::bigint, repeat('9', 36)::numeric)$$, 'what fits into no column of money is left out');

-- what it would take is what it takes ---------------------------------------------------------------------------------

do $$begin perform bpm.create_model('real'); end$$;
set local search_path = real, public;
update place set time_zone = 'UTC';
update setting set totals_required = false;
delete from stage_gate;
insert into unit values ('county', null, 'County'), ('edu', 'county', 'Education'), ('schools', 'edu', 'Schools'), ('health', 'county', 'Health');
-- 12 programs whose score is 100, 85, 65 or 40, with budgets that share out unevenly, and what some did not use; two are new
insert into program (program_id, fiscal_year, name, unit_id, lifecycle_id, function_id)
select 'p' || n, 2024, 'P ' || n, (array['schools', 'edu', 'health', 'county'])[1 + n % 4], 'basic', case when n % 3 > 0 then '09' end from generate_series(1, 12) n;
insert into indicator (program_id, fiscal_year, indicator_id, name) select program_id, 2024, 'i', 'I' from program;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight) select program_id, 2024, 'i', '2024-01-01', 'direct', 100 from program;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select 'p' || n, 2024, 'i', '2024-12-31', (array[100, 65, 85, 65, 40])[1 + n % 5] from generate_series(1, 12) n;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select 'p' || n, 2024, k, '2024-02-01', (1000.01 + 313.37 * n * n - case when k = 'executed' and n % 4 = 0 then 111.11 * n else 0 end)::numeric(20,2)
from generate_series(1, 12) n, unnest('{approved,executed}'::text[]) k;
do $$begin perform publish(2024, as_of => '2025-03-31'); end$$;
-- two that come first want more than they have
insert into program (program_id, fiscal_year, name, unit_id) values ('n1', 2025, 'New 1', 'edu'), ('n2', 2025, 'New 2', 'health'), ('p5', 2025, 'P 5', 'edu'), ('p10', 2025, 'P 10', 'health');
insert into stage_event (program_id, fiscal_year, at, stage, grade) select p, 2025, d::date, s, g
from unnest('{n1,n2}'::text[]) p, (values ('2024-10-01', 'drafted', null), ('2024-11-01', 'appraised', 'good')) v (d, s, g);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('n1', 2025, 'proposed', '2024-11-01', 3333.33), ('n2', 2025, 'proposed', '2024-11-01', 777.77),
    ('p5', 2025, 'proposed', '2024-11-01', 40000.01), ('p10', 2025, 'proposed', '2024-11-01', 60000);
create function pg_temp.propose(envelope numeric, named text, ceilings jsonb, lines jsonb default '{"p7": {"amount": 1234.56, "reason": "x"}}') returns text language plpgsql as $$
begin
    perform propose_budget(2025, envelope, named, ceilings => ceilings, lines => lines);
    return 'proposed';
end $$;
-- the least that it admits, with a quarter of what is not assured, and with all of it
create temp table tried as
select w.name, c.ceilings, pg_temp.propose(1e6, 'rich ' || w.name, c.ceilings) as done
from (values ('free', '{}'::jsonb), ('held', '{"schools": 60000, "edu": 100000}')) c (name, ceilings) cross join lateral (values (c.name)) w (name);
select is((select string_agg(distinct done, ' ') from tried), 'proposed', 'there are scenarios');
create temp table floor as
select t.name, t.ceilings, max(u.envelope) filter (where p.effect = 'assured') as least, max(u.envelope) filter (where p.effect = 'cut') as most
from tried t
join proposal p on p.scenario = 'rich ' || t.name
cross join lateral uncut_envelope(p.scenario, p.program_id) u
group by t.name, t.ceilings;
-- under the ceilings half of what the programs that are not assured claim
create temp table lean as
select f.name || ' ' || x.tight as scenario, x.ceilings, pg_temp.propose(round(f.least + (f.most - f.least) / 4, 2), f.name || ' ' || x.tight, x.ceilings) as done
from floor f
cross join lateral (
    select 'as is' as tight, f.ceilings
    union all
    select 'tight', jsonb_object_agg(u, round((select sum(case when p.effect in ('assured', 'priority') then p.proposed else p.proposed / 2 end)
        from proposal p join node_above a on a.tree = 'unit' and a.id = p.unit_id and a.ancestor_id = u
        where p.scenario = 'rich ' || f.name and p.result <> 'new'), 2))
    from unnest('{schools,edu}'::text[]) u where f.name = 'held'
    having count(*) > 0) x;
select results_eq($$select l.scenario, l.done, (select count(*) > 2 from proposal p where p.scenario = l.scenario and p.short < 0) from lean l order by 1$$,
    $$values ('free as is', 'proposed', true), ('held as is', 'proposed', true), ('held tight', 'proposed', true)$$, 'and programs that are short');
select is((select string_agg(distinct pg_temp.says(format('select * from pg_temp.propose(%s, %L, %L)', f.least - 0.01, 'under ' || f.name, f.ceilings)), ' ') ~ 'the envelope is under its floors'
    from floor f), true, 'a cent less than the least that a scenario admits is refused');
select is((select string_agg(pg_temp.propose(f.least, 'least ' || f.name, f.ceilings), ' ') from floor f), 'proposed proposed', 'the least is not');

-- every program of every scenario: with that envelope and those ceilings it has what it claims, with a cent less somebody lacks it
create temp table needed as
select l.scenario, p.program_id, p.result, p.effect, p.wanted, l.ceilings || coalesce(jsonb_object_agg(u.ceiling_unit, u.ceiling) filter (where u.ceiling is not null), '{}') as ceilings,
       min(u.envelope) as envelope, count(u.ceiling) as raised, row_number() over (order by l.scenario, p.program_id) as n
from lean l
join proposal p on p.scenario = l.scenario and p.effect not in ('assured', 'priority') or p.scenario = l.scenario and p.result = 'new'
cross join lateral uncut_envelope(p.scenario, p.program_id) u
where p.by_hand = 0
group by l.scenario, l.ceilings, p.program_id, p.result, p.effect, p.wanted;
select cmp_ok((select count(*) from needed where raised > 0), '>', 3::bigint, 'some need a ceiling raised, too');
do $$begin
    perform pg_temp.propose(envelope, 'met ' || n, ceilings), pg_temp.propose(envelope - 0.01, 'not met ' || n, ceilings) from needed;
end$$;
select is_empty($$select n.* from needed n join proposal p on p.scenario = 'met ' || n.n and p.program_id = n.program_id
    where p.short <> 0 or p.result = 'new' and p.growth <> n.wanted$$, 'with that envelope it has what it claims');
select is_empty($$select n.* from needed n join scenario s on s.scenario = 'met ' || n.n where s.unallocated <> 0 and s.envelope > 0$$, 'and not a cent is left');
-- where ceilings hold others down, these are short in both
select is_empty($$select n.* from needed n where n.result <> 'new'
    and (select -sum(p.short) from proposal p where p.scenario = 'not met ' || n.n) <> (select 0.01 - sum(p.short) from proposal p where p.scenario = 'met ' || n.n)$$,
    'with a cent less one that is not assured is short of a cent');
select is_empty($$select n.* from needed n join proposal p on p.scenario = 'not met ' || n.n and p.program_id = n.program_id where p.result = 'new' and p.growth <> 0$$,
    'and what is new has nothing');
-- a ceiling that is a cent too low
do $$begin
    perform pg_temp.propose(n.envelope, 'low ' || n.n || u, jsonb_set(n.ceilings, array[u], to_jsonb((n.ceilings ->> u)::numeric - 0.01)))
    from needed n, jsonb_object_keys(n.ceilings) u where n.raised > 0 and u in (select x.ceiling_unit from uncut_envelope(n.scenario, n.program_id) x);
end$$;
select is_empty($$select n.n, s.scenario from needed n join scenario s on s.scenario like 'low ' || n.n || '%' and s.scenario !~ ('^low ' || n.n || '\d') where n.result <> 'new'
    and (select -sum(p.short) from proposal p where p.scenario = s.scenario) <> (select 0.01 - sum(p.short) from proposal p where p.scenario = 'met ' || n.n)$$, 'nor is a cent less of a ceiling enough');
select is_empty($$select scenario from scenario_flow group by 1
    having sum(amount) filter (where side = 'from') <> sum(amount) filter (where side = 'to')
        or sum(amount) filter (where side = 'step') <> sum(amount) filter (where item = 'proposed')
        or sum(amount) filter (where side in ('kept')) + sum(amount) filter (where item = 'recaptured') <> (select sum(p.left_over) from proposal p where p.scenario = scenario_flow.scenario)$$,
    'in all of them every cent is found again');
select is_empty($$select s.scenario from scenario s join scenario_node n on n.scenario = s.scenario and (n.tree, n.id) = ('unit', 'county') where n.proposed <> s.proposed$$, 'also by unit');
select is_empty($$select * from scenario_node where room < 0$$, 'and no unit is over its ceiling');
select is_empty($$select p.scenario, p.program_id from lean l join proposal p on p.scenario = l.scenario and p.short <> 0
    left join scenario_compare('rich free', l.scenario) c on c.program_id = p.program_id
    where (p.short_by ~ 'the ceiling') is distinct from (c.by_ceiling <> 0) or (p.short_by ~ 'the envelope') is distinct from (c.by_envelope <> 0)$$,
    'what is short under a ceiling and of the envelope is told apart as it was shared out');
select is_empty($$select l.scenario from lean l cross join lateral scenario_compare(l.scenario, 'rich free') c
    where c.difference <> c.by_base + c.by_rule + c.by_carried + c.by_ceiling + c.by_envelope + c.by_growth + c.by_hand$$, 'and differences sum from steps');

select * from finish();
rollback;
