-- model: proposals, how an envelope is shared out: by hand, what is assured, what is not, growth, what is new; ceilings
-- of units; programs that end, run and begin; whose results count.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

\set model 'Shared "out"'
\ir proposal.psql
update setting set appraise_from = 60;
update application_rule set percent = 10 where rule = 'fair';

-- The budget of 2027 is set from the results of 2025 while 2026 runs. Assured: a 300, b 100, c 200, and r, which began in
-- 2026 with 40, of which 15 once: 25; 625 in all. Not assured: d is fair, 100 less 10 % are 90; e is poor, half of 200.
-- a asks for 500 and b for 400: 200 and 300 more. z is no longer there in 2026, and has left 10.
do $$begin
    perform pg_temp.program(p, 2025, u, m, case p when 'z' then m - 10 else m end), pg_temp.result(p, 2025, r, s)
    from (values ('a', 'health', 300, 'excellent', 95), ('b', 'schools', 100, 'excellent', 91), ('c', 'schools', 200, 'good', 85),
                 ('d', 'canteens', 100, 'fair', 70), ('e', 'water', 200, 'poor', 20), ('z', 'water', 77, 'good', 80)) v (p, u, m, r, s);
    perform pg_temp.program(p, 2026, u, 9999) from (values ('a', 'health'), ('b', 'schools'), ('c', 'schools'), ('d', 'canteens'), ('e', 'water')) v (p, u);
    perform pg_temp.program('r', 2026, 'county', 25);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, one_off) values ('r', 2026, 'approved', '2026-01-02', 15, true);
    perform pg_temp.program('a', 2027, 'health', proposed => 500), pg_temp.program('b', 2027, 'schools', proposed => 400);
    -- what is revenue, or covers others, is no program of a budget
    perform pg_temp.program('tax', 2026, 'county', 1000, of_nature => 'revenue'), pg_temp.program('overall', 2026, 'county', of_scope => 'government');
end$$;
select pg_temp.published(2025);
create function pg_temp.would(envelope numeric, ceilings jsonb default '{}', lines jsonb default '{}', of_year integer default 2027) returns setof proposal
    language sql as $$ select p.* from proposal_rows(of_year, envelope, '2025 effective', ceilings, lines, 'would') p $$;
create function pg_temp.line(envelope numeric, ceilings jsonb default '{}', lines jsonb default '{}') returns text language plpgsql as $$
declare h text; m text; d text;
begin
    return (select string_agg(format('%s %s', program_id, trim_scale(proposed)), ', ' order by program_id) from pg_temp.would(envelope, ceilings, lines) where proposed > 0);
exception when check_violation then
    get stacked diagnostics m = message_text, d = pg_exception_detail, h = pg_exception_hint;
    return concat_ws(' | ', m, d, h);
end $$;
create function pg_temp.short(envelope numeric, ceilings jsonb default '{}', lines jsonb default '{}') returns text language sql as $$
    select string_agg(format('%s %s: %s', program_id, trim_scale(short), short_by), '; ' order by program_id) from pg_temp.would(envelope, ceilings, lines) where short_by is not null $$;
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

-- the envelope ----------------------------------------------------------------------------------------------------------

-- 10 that z has left are there besides: 615 and 10 are the floors
select is(pg_temp.line(615), 'a 300, b 100, c 200, r 25', 'an envelope that is exactly the floors');
select is(pg_temp.short(615), 'd -90: the envelope; e -100: the envelope', 'has nothing for what is not assured');
select is(pg_temp.line(614.99), 'the envelope is under its floors | There are 624.99, of which the envelope is 614.99; what is said by hand and what is assured come to 625.00. | '
    'The least envelope is 615.00; or change the rules by which programs are assured.', 'one cent less');
select is(pg_temp.line(0), 'the envelope is under its floors | There are 10.00, of which the envelope is 0; what is said by hand and what is assured come to 625.00. | '
    'The least envelope is 615.00; or change the rules by which programs are assured.', 'no envelope at all');
select is(pg_temp.line(615.01), 'a 300, b 100, c 200, e 0.01, r 25', 'one cent more is for the larger remainder: of 100/190, not 90/190');
-- 60 over 90 and 100: 28.42105 and 31.57894: the last cent is for the second
select is(pg_temp.line(675), 'a 300, b 100, c 200, d 28.42, e 31.58, r 25', 'a shortage is shared in proportion');
select is(pg_temp.line(805), 'a 300, b 100, c 200, d 90, e 100, r 25', 'all that is needed');
-- 200 that are freed over 300 and 100; then 400, of which a would have 300 and takes 200
select is(pg_temp.line(1005), 'a 450, b 150, c 200, d 90, e 100, r 25', 'what is freed goes to priority programs, by their base and not by what they want');
select is(pg_temp.line(1205), 'a 500, b 300, c 200, d 90, e 100, r 25', 'to none more than it wants');
select is(pg_temp.line(1305.01), 'a 500, b 400, c 200, d 90, e 100, r 25', 'and to nobody else');
select is((select count(*) from propose_budget(2027, 1305.01, 'rest')), 7::bigint, 'a row per program');
select results_eq($$select trim_scale(envelope), trim_scale(recaptured), trim_scale(available), trim_scale(proposed), trim_scale(unallocated), from_year from scenario$$,
    $$values (1305.01, 10::numeric, 1315.01, 1315::numeric, 0.01, 2025)$$, 'what nobody claims is not allocated');
-- who asks for a thousand times as much gets what others leave, and no larger a part while they want it
select is(pg_temp.under($$insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('b', 2027, 'proposed', '2026-09-01', 400000)$$, 'select pg_temp.line(1005)'),
    'a 450, b 150, c 200, d 90, e 100, r 25', 'who asks for more gets no larger a part');

-- by hand -----------------------------------------------------------------------------------------------------------------

select is(pg_temp.line(675, '{}', '{"e": {"amount": 60, "reason": "the contract"}, "a": {"amount": 300, "reason": "no more"}}'), 'a 300, b 100, c 200, e 60, r 25', 'what is said by hand comes first');
select is(pg_temp.line(9999, '{}', '{"a": {"amount": 300, "reason": "no more"}, "c": {"amount": 0, "reason": "over"}}'), 'a 300, b 400, d 90, e 100, r 25', 'and is no more and no less');
-- 710 less 625 and 60.50 are 24.50 for d
select results_eq($$select program_id, cut, short, growth, by_hand, proposed, why from pg_temp.would(700, '{}', '{"e": {"amount": 60.5, "reason": "the contract"}}') where program_id in ('d', 'e')$$,
    $$values ('d', -10.00, -65.50, 0.00, 0.00, 24.50, 'fair (70.00) in 2025; base 100.00, the approved budget; rule "fair": cut by 10 %; 65.50 short: the envelope'),
        ('e', -100.00, 0.00, 0.00, -39.50, 60.50, 'poor (20.00) in 2025; base 200.00, the approved budget; rule "poor": cut by 50 %; 60.50 by hand: the contract')$$,
    'it stands beside what the rules would have given');
select is(pg_temp.line(700, '{}', '{"e": {"amount": 85.01, "reason": "the contract"}}'), 'the envelope is under its floors | There are 710.00, of which the envelope is 700; what is said by hand and what is '
    'assured come to 710.01. | The least envelope is 700.01; or change the rules by which programs are assured.', 'nor is there more than there is');

-- ceilings ----------------------------------------------------------------------------------------------------------------

-- education: b 100, c 200, and d 90 of which 50 are left; what it does not get is for others: 40 more for a, of 200
select is(pg_temp.line(845, '{"edu": 350}'), 'a 380, b 100, c 200, d 50, e 100, r 25', 'a ceiling is of a unit with all below it');
select is(pg_temp.short(845, '{"edu": 350}'), 'd -40: the ceiling of edu', 'and is named');
select is(pg_temp.line(845, '{"edu": 300, "county": 725}'), 'a 300, b 100, c 200, e 100, r 25', 'a ceiling at its floors');
select is(pg_temp.line(845, '{"edu": 299.99}'), 'the ceiling of unit "edu" is under its floors | It is 299.99; what is said by hand and what is assured come to 300.00. | '
    'Raise the ceiling, or change the rules by which its programs are assured.', 'and one cent under them');
select is(pg_temp.line(845, '{"schools": 0}', '{"b": {"amount": 0, "reason": "x"}}'), 'the ceiling of unit "schools" is under its floors | It is 0; what is said by hand and what is assured come to 200.00. | '
    'Raise the ceiling, or change the rules by which its programs are assured.', 'of which some is said by hand');
select is(pg_temp.line(9999, '{"canteens": 20, "edu": 350}'), 'a 500, b 130, c 200, d 20, e 100, r 25', 'the lowest unit comes first, and what is left is for others under the next');
select is(pg_temp.line(9999, '{"edu": 350, "schools": 310, "canteens": 50}'), 'a 500, b 100, c 200, d 50, e 100, r 25', 'nested ceilings limit what is freed too');
-- 100 are left over 90 and 100: 47.37 and 52.63; the ceiling would leave 50
select is(pg_temp.short(715, '{"edu": 350}'), 'd -42.63: the ceiling of edu, the envelope; e -47.37: the envelope', 'both where both did');
select is(pg_temp.line(9999, '{"county": 700}'), 'a 300, b 100, c 200, d 35.53, e 39.47, r 25', 'a ceiling over all: 75 over 90 and 100');
select is(pg_temp.under($$insert into unit_move values ('canteens', 2027, 'water')$$, $$select pg_temp.line(805, '{"edu": 300, "water": 95}')$$),
    'a 395, b 100, c 200, d 45, e 50, r 25', 'units are as they are in the year of the budget');

-- what is new -------------------------------------------------------------------------------------------------------------

-- Asked for in 2027: graded 100; appraised with 95: 200, with 80: 150, with 50: 10; not appraised 50 and 60, from which
-- on they have to be; graded fair 10; an appraisal that is open 10. 805 and 500 of growth come first.
create function pg_temp.appraise(id text, points numeric, is_closed boolean default true) returns void language plpgsql as $$
begin
    set local session_replication_role = replica;
    insert into program_evaluation (program_id, fiscal_year, evaluation) values (id, 2027, 'appraisal');
    insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name) values (id, 2027, 'appraisal', 'worth', 'Worth');
    insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight) values (id, 2027, 'appraisal', 'worth', '2026-01-01', 'direct', 100);
    insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, actual) values (id, 2027, 'appraisal', 'worth', '2026-01-02', points);
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event) select id, 2027, 'appraisal', '2026-01-03', 'closed' where is_closed;
    set local session_replication_role = origin;
end $$;
do $$begin
    perform pg_temp.program(p, 2027, u, proposed => m) from (values ('n graded', 'health', 100), ('n top', 'schools', 200), ('n good', 'health', 150), ('n poor', 'health', 10),
        ('n small', 'water', 59.99), ('n large', 'water', 60), ('n fair', 'water', 10), ('n open', 'water', 10), ('n none', 'water', null)) v (p, u, m);
    perform pg_temp.appraised('n graded', 2027, 'good'), pg_temp.appraised('n fair', 2027, 'fair'), pg_temp.appraise('n top', 95), pg_temp.appraise('n good', 80),
            pg_temp.appraise('n poor', 50), pg_temp.appraise('n open', 95, false);
end$$;
create function pg_temp.fresh(envelope numeric, ceilings jsonb default '{}', lines jsonb default '{}') returns text language sql as $$
    select string_agg(format('%s %s', substr(program_id, 3), trim_scale(proposed)), ', ' order by program_id) from pg_temp.would(envelope, ceilings, lines) where result = 'new' and proposed > 0 $$;
select is(pg_temp.fresh(9999), 'good 150, graded 100, small 59.99, top 200', 'what is new and passed its appraisal gets what it asked for');
select results_eq($$select program_id, effect, evaluation, score, why from pg_temp.would(9999) where result = 'new' and proposed = 0 and program_id <> 'n none'$$,
    $$values ('n fair', 'refused', null, null::numeric, 'new, and gets nothing: its appraisal says fair'),
        ('n large', 'refused', null, null, 'new, and gets nothing: it was not appraised'),
        ('n open', 'refused', 'appraisal', 95.00000000, 'new, appraised with 95.00, and gets nothing: its appraisal is not closed'),
        ('n poor', 'refused', 'appraisal', 50, 'new, appraised with 50.00, and gets nothing: its appraisal says poor')$$,
    'and what has not gets nothing, for a reason');
select is(pg_temp.fresh(1305), null, 'first come those who run');
select is(pg_temp.fresh(1305 + 199.99), 'good 150', 'half a bridge is none: what is smaller comes in its place');
select is(pg_temp.fresh(1305 + 200), 'top 200', 'the best appraised first');
select is(pg_temp.fresh(1305 + 349.99), 'graded 100, top 200', 'whole or not at all: 149.99 are not for 150, and 49.99 not for 59.99');
select is(pg_temp.fresh(1305 + 350), 'good 150, top 200', 'in the order of their appraisal');
select is((select string_agg(format('%s: %s', program_id, short_by), ', ' order by program_id) from pg_temp.would(1305 + 350) where short_by is not null), 'n graded: the envelope, n small: the envelope', 'and is named');
select is(pg_temp.fresh(9999, '{"health": 700, "county": 1515}'), 'top 200', 'under the ceilings too: 500 for a and 150 would be under health, and not under the county');
select is((select string_agg(format('%s: %s', program_id, short_by), ', ' order by program_id) from pg_temp.would(9999, '{"health": 649.99, "county": 1674.98}') where short_by is not null),
    'n good: the ceiling of health, n small: the ceiling of county', 'the lowest that is too low is named');
select is(pg_temp.fresh(9999, '{}', '{"n top": {"amount": 20, "reason": "a study first"}, "n graded": {"amount": 0, "reason": "later"}}'), 'good 150, small 59.99, top 20', 'by hand it may be less');
select is(pg_temp.line(9999, '{}', '{"n fair": {"amount": 1, "reason": "please"}}'), 'program "n fair" gets no money by hand either | It is new, and its appraisal says fair. | Have it appraised first.',
    'what has not passed gets none by hand either');
select is(pg_temp.under($$update application_rule set effect = 'cut', percent = 10 where rule = 'new'$$, 'select pg_temp.fresh(9999)'), 'good 135, graded 90, small 53.99, top 180', 'less by a rule: 59.99 less 6.00');
select is(pg_temp.under($$update application_rule set effect = 'cancelled' where rule = 'new'$$, 'select pg_temp.fresh(9999)'), '(nothing)', 'or nothing');

-- what runs, what has ended -------------------------------------------------------------------------------------------------

select results_eq($$select program_id, result, effect, before, base, rebased, recaptured, proposed, why from pg_temp.would(805) where program_id in ('r', 'z')$$,
    $$values ('r', 'running', 'assured', 25.00, 25.00, 0.00, 0.00, 25.00, 'began after 2025; base 25.00, the approved budget; rule "running": assured'),
        ('z', 'ended', 'ended', 77, 0, -77, 10, 0, 'is neither in 2026 nor in 2027: it has ended; 10.00 not used in 2025 is taken back')$$, 'what has begun since is assured; what has ended gives back what it left');
select is(pg_temp.line(9999, '{}', '{"z": {"amount": 1, "reason": "please"}}'), 'program "z" gets no money by hand either | It is no longer there. | Take it into the year before first: roll_forward().', 'and gets none');
select set_eq('select program_id from pg_temp.would(9999)', $$select unnest('{a,b,c,d,e,r,z,n top,n fair,n good,n graded,n large,n none,n open,n poor,n small}'::text[])$$, 'revenue and overall programs have no part in it');
-- before anybody is in 2027 and with 2026 empty, who was there in 2025 goes on
select is((select string_agg(program_id || ' ' || result, ', ' order by program_id) from pg_temp.would(9999, '{}', '{}', 2026) where program_id in ('a', 'z')), 'a excellent, z good', 'who was there the year before goes on');

-- where nobody is in the year before yet, nobody has ended
select is((select string_agg(program_id || ' ' || result, ', ' order by program_id) from pg_temp.would(9999, '{}', '{}', 2030)), 'a excellent, b excellent, c good, d fair, e poor, z good',
    'nor has anybody ended before the years between are made');

-- whose results ---------------------------------------------------------------------------------------------------------------

do $$begin
    perform pg_temp.program('a', 2024, 'health', 50, 50), pg_temp.result('a', 2024, 'poor', 10);
end$$;
select pg_temp.published(2024);
create function pg_temp.asked(more text) returns text language plpgsql as $$
declare said text;
begin
    begin
        execute format('select count(*) from propose_budget(2027, 99999, %s)', more);
        raise exception using errcode = 'ZZ000', message = (select format('%s %s', from_year, publication) from scenario order by recorded_at desc limit 1);
    exception when sqlstate 'ZZ000' then return sqlerrm;
    when others then get stacked diagnostics said = pg_exception_hint; return concat_ws(' | ', sqlerrm, said); end;
end $$;
select is(pg_temp.asked($$'s'$$), '2025 2025 effective', 'the newest results, when not said');
select is(pg_temp.asked($$'s', 2024$$), '2024 2024 effective', 'or those of the year that is said');
select is(pg_temp.asked($$'s', 2026$$), 'there are no published results of 2026 | Published are 2024, 2025.', 'of which there have to be some');
select is(pg_temp.asked($$'s', 2027$$), 'there are no published results of 2027 | Published are 2024, 2025.', 'nor of the year itself');
-- a correction replaces it
do $$begin perform pg_temp.result('a', 2025, 'good', 85, 'corrected'); end$$;
insert into publication_event (publication, event, reason) values ('2025 effective', 'opened', 'a mistake');
select is(pg_temp.asked($$'s'$$), 'publication "2025 effective" is open for a correction | Publish the correction, or close it again: publication_event.', 'results that are being corrected are not applied');
select pg_temp.published(2025, 'corrected', '2025 effective');
select is(pg_temp.asked($$'s'$$), '2025 corrected', 'the correction is');
select is_empty('select * from pg_temp.broken', 'everything adds up');
select * from finish();
rollback;
