-- Targets: what their text means, how actuals are scored, how they compare.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

-- what a statement fails with: SQLSTATE, message, DETAIL, HINT
create function pg_temp.failure(statement text, out state text, out message text, out detail text, out hint text)
language plpgsql as $$
begin
    execute statement;
exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text,
        detail = pg_exception_detail, hint = pg_exception_hint;
end $$;

----------------------------------------------------------------------------------------------------
-- Scores, with the arithmetic written out
----------------------------------------------------------------------------------------------------

create function pg_temp.scores(actual numeric, target text, score numeric, promise text) returns text
language sql as $$ select is(bpm.score(actual, target::bpm.target), score, promise || ': ' || target || ' of ' || actual) $$;

-- met: 100; else 100*a/t, not below 0
select pg_temp.scores(95, '>= 95', 100.00000000, 'positive, just met');
select pg_temp.scores(120, '>= 95', 100.00000000, 'positive, more than met is not more than 100');
select pg_temp.scores(76, '>= 95', 80.00000000, 'positive, 100*76/95');
select pg_temp.scores(1, '>= 3', 33.33333333, 'positive, 100/3 = 33.333333333...');
select pg_temp.scores(2, '>= 3', 66.66666667, 'positive, 200/3 = 66.666666666...');
select pg_temp.scores(0, '>= 95', 0.00000000, 'positive, 0 of something');
select pg_temp.scores(-5, '>= 95', 0.00000000, 'positive, not below 0');
select pg_temp.scores(94.9999999999999999, '>= 95', 100.00000000,
    'positive, missed by 10^-16: 100*94.9999999999999999/95 = 99.99999999999999989..., rounded');
select pg_temp.scores(0.000000005, '>= 100', 0.00000001, 'half away from zero: 0.000000005 of 100');
select pg_temp.scores(0.0000000049999, '>= 100', 0.00000000, 'and just under a half is cut');
-- 100*1.000000005/2 = 50.00000025: 8 decimals are exact
select pg_temp.scores(1.000000005, '>= 2', 50.00000025, 'an actual of 9 decimals is scored with all of them');
-- the arithmetic of figures with up to 8 decimals: 10^-8/200 is half of the last digit
select pg_temp.scores(0.00000001, '>= 200', 0.00000001, 'half away from zero: 0.000000005');
select pg_temp.scores(0.00000001, '>= 200.00000001', 0.00000000, 'just under a half: 0.00000000499999999975');
select pg_temp.scores(399.99999999, '<= 200', 0.00000001, 'half away from zero, reverse');
-- 2^64/10^5 = 184467440737095.51616 units of 10^-8: where products leave 64 bits
-- 614891.46912365 is a third of 1844674.40737095, and 614891.4691236533... of 1844674.40737096
select pg_temp.scores(614891.46912365, '>= 1844674.40737095', 33.33333333, 'the largest goal in 64 bits: a third');
select pg_temp.scores(614891.46912365, '>= 1844674.40737096', 33.33333333, 'and the next one');
select pg_temp.scores(92233720368.54775806, '>= 92233720368.54775807', 100.00000000, 'the largest figure of 64 bits: 99.99999999999999999, rounded');
select pg_temp.scores(92233720368.54775807, '<= 46116860184.27387904', 0.00000000, 'twice the limit less 10^-8: 0.000000000000000002, rounded');
-- strict comparators: 100*a/t of a = t is 100, though it is not met
select pg_temp.scores(95, '> 95', 100.00000000, 'a strict target that is reached to the digit has 100*95/95');
select pg_temp.scores(12, '< 12', 100.00000000, 'a strict limit that is reached to the digit has 100*(1 - 0/12)');

-- met: 100; else 100*(1 - (a-t)/t), not below 0
select pg_temp.scores(400, '<= 400', 100.00000000, 'reverse, just met');
select pg_temp.scores(300, '<= 400', 100.00000000, 'reverse, less is not more than 100');
select pg_temp.scores(440, '<= 400', 90.00000000, 'reverse, 100*(1 - 40/400)');
select pg_temp.scores(799, '<= 400', 0.25000000, 'reverse, 100*(1 - 399/400)');
select pg_temp.scores(800, '<= 400', 0.00000000, 'reverse, 0 from twice the target on');
select pg_temp.scores(8000, '<= 400', 0.00000000, 'reverse, not below 0');
select pg_temp.scores(4, '<= 3', 66.66666667, 'reverse, 100*(1 - 1/3)');

-- a target of 0 or less: 0 unless met
select pg_temp.scores(0, '>= 0', 100.00000000, 'zero target, met');
select pg_temp.scores(-1, '>= 0', 0.00000000, 'zero target, missed');
select pg_temp.scores(0, '> 0', 0.00000000, 'zero target, strict, not met');
select pg_temp.scores(0, '<= 0', 100.00000000, 'zero accidents promised and kept');
select pg_temp.scores(1, '<= 0', 0.00000000, 'zero accidents promised, one had');
select pg_temp.scores(0, '< 0', 0.00000000, 'strict limit of zero');
select pg_temp.scores(-4, '>= -5', 100.00000000, 'negative target, met');
select pg_temp.scores(-6, '>= -5', 0.00000000, 'negative target, missed');
select pg_temp.scores(-4, '<= -5', 0.00000000, 'negative limit, missed');
select pg_temp.scores(-6, '<= -5', 100.00000000, 'negative limit, met');

-- 100*(1 - abs(a-t)/abs(t))
select pg_temp.scores(50, '= 50', 100.00000000, 'equal');
select pg_temp.scores(45, '= 50', 90.00000000, 'equal, 5 under');
select pg_temp.scores(55, '= 50', 90.00000000, 'equal, 5 over');
select pg_temp.scores(101, '= 50', 0.00000000, 'equal, not below 0');
select pg_temp.scores(-45, '= -50', 90.00000000, 'equal, a negative target has a size too');
select pg_temp.scores(50, '= -50', 0.00000000, 'equal, of the wrong sign');
select pg_temp.scores(0, '= 0', 100.00000000, 'equal to zero');
select pg_temp.scores(0.00000001, '= 0', 0.00000000, 'not equal to zero: 0');

-- inside 100, below as >= lo, above as <= hi
select pg_temp.scores(90, '90..110', 100.00000000, 'range, its lower end is in it');
select pg_temp.scores(110, '90..110', 100.00000000, 'range, its upper end is in it');
select pg_temp.scores(81, '90..110', 90.00000000, 'range, below: 100*81/90');
select pg_temp.scores(132, '90..110', 80.00000000, 'range, above: 100*(1 - 22/110)');
select pg_temp.scores(220, '90..110', 0.00000000, 'range, 0 from twice its upper end on');
select pg_temp.scores(-6, '-5..5', 0.00000000, 'range, below a lower end that is not positive');
select pg_temp.scores(6, '-5..5', 80.00000000, 'range, above: 100*(1 - 1/5)');
select pg_temp.scores(7, '7..7', 100.00000000, 'range of one figure');

-- straight lines between the points, flat outside them
select pg_temp.scores(-1, 'points(0:20, 50:80, 100:100)', 20.00000000, 'points, flat before the first');
select pg_temp.scores(25, 'points(0:20, 50:80, 100:100)', 50.00000000, 'points, half way from 20 to 80');
select pg_temp.scores(50, 'points(0:20, 50:80, 100:100)', 80.00000000, 'points, on one');
select pg_temp.scores(75, 'points(0:20, 50:80, 100:100)', 90.00000000, 'points, half way from 80 to 100');
select pg_temp.scores(900, 'points(0:20, 50:80, 100:100)', 100.00000000, 'points, flat after the last');
select pg_temp.scores(1, 'points(0:100, 3:0)', 66.66666667, 'points, falling: 100 - 100/3');
select pg_temp.scores(2, 'points(0:100, 3:0)', 33.33333333, 'points, falling: 100 - 200/3');
select pg_temp.scores(-7.5, 'points(-10:0, -5:100)', 50.00000000, 'points, below zero');
select pg_temp.scores(8, 'points(0:0, 10:100, 20:0)', 80.00000000, 'points, up ...');
select pg_temp.scores(12, 'points(0:0, 10:100, 20:0)', 80.00000000, 'points, ... and down again');

-- the actual is itself the score
select pg_temp.scores(87.5, 'direct', 87.50000000, 'direct');
select pg_temp.scores(0, 'direct', 0.00000000, 'direct, lower end');
select pg_temp.scores(100, 'direct', 100.00000000, 'direct, upper end');
select pg_temp.scores(66.666666666666, 'direct', 66.66666667, 'direct, rounded to 8 decimals');
select pg_temp.scores(66.6666666650000000000000001, 'direct', 66.66666667, 'direct, 25 decimals, just above a half');
select pg_temp.scores(66.666666665, 'direct', 66.66666667, 'direct, half away from zero');
select pg_temp.scores(66.6666666649999999999999999, 'direct', 66.66666666, 'direct, 25 decimals, just below a half');
select pg_temp.scores(0.0000000000000000000000000001, 'direct', 0.00000000, 'direct, 28 decimals');

-- step: all or nothing
select pg_temp.scores(99.99, '>= 100 step', 0.00000000, 'step, missed');
select pg_temp.scores(100, '>= 100 step', 100.00000000, 'step, met');
select pg_temp.scores(1, '= 1 step', 100.00000000, 'step, done');
select pg_temp.scores(111, '90..110 step', 0.00000000, 'step, outside a range');

-- from: (actual - b) / (target - b)
select pg_temp.scores(70, '>= 80 from 60', 50.00000000, 'from, 10 of 20');
select pg_temp.scores(55, '>= 80 from 60', 0.00000000, 'from, behind the baseline');
select pg_temp.scores(80, '>= 80 from 60', 100.00000000, 'from, there');
select pg_temp.scores(25, '<= 20 from 40', 75.00000000, 'from, falling: (40-25)/(40-20)');
select pg_temp.scores(-5, '>= 0 from -20', 75.00000000, 'from, a zero target has a base now: 15/20');
select pg_temp.scores(55, '= 50 from 40', 50.00000000, 'from, equal: 1 - 5/10');

-- floor: a score under this is 0
select pg_temp.scores(81, '>= 90 floor 60', 90.00000000, 'floor, above it: 100*81/90');
select pg_temp.scores(54, '>= 90 floor 60', 60.00000000, 'floor, on it: 100*54/90');
select pg_temp.scores(53, '>= 90 floor 60', 0.00000000, 'floor, under it: 100*53/90 = 58.9');
select pg_temp.scores(59.9999999999, '>= 100 floor 60', 0.00000000, 'floor, compared before rounding');
select pg_temp.scores(59, 'direct floor 60', 0.00000000, 'floor of a direct score');
select pg_temp.scores(60, 'direct floor 60', 60.00000000, 'a direct score on its floor');
select pg_temp.scores(25, 'points(0:20, 50:80) floor 60', 0.00000000, 'floor of points: 50 is under 60');

-- lose p per d: p points lost for every d that the actual falls short
select pg_temp.scores(92, '>= 95 lose 5 per 1', 85.00000000, 'lose, 3 short, 5 each');
select pg_temp.scores(94.5, '>= 95 lose 5 per 1', 97.50000000, 'lose, half of one short, in proportion');
select pg_temp.scores(99, '<= 95 lose 5 per 2', 90.00000000, 'lose, 4 over a limit, 5 for every 2');
select pg_temp.scores(60, '>= 95 lose 5 per 1', 0.00000000, 'lose, not below 0');
select pg_temp.scores(-3, '>= 0 lose 10 per 1', 70.00000000, 'lose, needs no positive target');
select pg_temp.scores(85, '90..110 lose 2 per 1', 90.00000000, 'lose, under a range');
select pg_temp.scores(112, '90..110 lose 2 per 1', 96.00000000, 'lose, over a range');
select pg_temp.scores(47, '= 50 lose 10 per 3', 90.00000000, 'lose, equal');
select pg_temp.scores(94, '>= 95 lose 1 per 3', 99.66666667, 'lose, 100 - 1/3');
select pg_temp.scores(92, '>= 95 lose 5 per 1 floor 90', 0.00000000, 'lose, then the floor: 85 is under 90');

-- over a lose p: p points lost for every point of attainment above a %
select pg_temp.scores(130, '>= 100 over 130 lose 1', 100.00000000, 'over, not yet');
select pg_temp.scores(150, '>= 100 over 130 lose 1', 80.00000000, 'over, 20 points above 130 %');
select pg_temp.scores(300, '>= 200 over 120 lose 0.5', 85.00000000, 'over, 30 points above 120 % at half a point');
select pg_temp.scores(4, '>= 3 over 100 lose 1', 66.66666667, 'over, 133.333...% loses 33.333...');
select pg_temp.scores(1e9, '>= 1 over 130 lose 1', 0.00000000, 'over, not below 0');
select pg_temp.scores(20, '<= 40 over 120 lose 1', 70.00000000, 'over, a limit kept by half: 150 %');
select pg_temp.scores(90, '>= 80 from 60 over 100 lose 1', 50.00000000, 'over, from a baseline: 150 %');
select pg_temp.scores(50, '>= 100 over 130 lose 1', 50.00000000, 'over says nothing below the target');
select pg_temp.scores(160, '>= 100 step over 130 lose 2', 40.00000000, 'over beside step');
select pg_temp.scores(150, '>= 100 over 130 lose 1 lose 5 per 1', 80.00000000, 'over and lose are two modifiers');
select pg_temp.scores(97, '>= 100 over 130 lose 1 lose 5 per 1', 85.00000000, 'and the other one counts below');
select pg_temp.scores(200, '>= 100 over 130 lose 1 floor 60', 0.00000000, 'over, then the floor: 30 is under 60');

-- the rules of China's self-evaluation: points of a weight of 10 are a tenth of the score
select pg_temp.scores(0.95, '>= 1', 95.00000000, 'execution: 10 * min(1, 950/1000) points');
select pg_temp.scores(75, '>= 90 floor 60', 83.33333333, 'satisfaction: 75 of 90 in proportion');
select pg_temp.scores(50, '>= 90 floor 60', 0.00000000, 'satisfaction: 100*50/90 = 55.6, under 60 nothing');
-- Kenya's expected schooling of the HDI 2015: (11.1 - 0) / 18 = 0.616666...
select pg_temp.scores(11.1, '>= 18 from 0', 61.66666667, 'a composite index normalises from its lower goalpost');
-- Norway's life expectancy: (81.7 - 20) / (85 - 20) = 61.7 / 65 = 0.949230769...
select pg_temp.scores(81.7, '>= 85 from 20', 94.92307692, 'a composite index normalises between its goalposts');
-- 51811/51813 at 4 places is 1.0000
select pg_temp.scores(round(51811::numeric / 51813, 4), '>= 1', 100.00000000, 'a figure that is rounded first, as Canada does');

----------------------------------------------------------------------------------------------------
-- met and attainment
----------------------------------------------------------------------------------------------------

select ok(bpm.met(95, '>= 95'), 'met: >= on the figure');
select ok(not bpm.met(95, '> 95'), 'met: > is strict');
select ok(bpm.met(95.0000000000000000000001, '> 95'), 'met: > sees 22 decimals');
select ok(not bpm.met(94.9999999999999999999999, '>= 95'), 'met: >= sees 22 decimals');
select ok(bpm.met(95, '<= 95'), 'met: <= on the figure');
select ok(not bpm.met(95, '< 95'), 'met: < is strict');
select ok(bpm.met(-0.1, '< 0'), 'met: below zero');
select ok(not bpm.met(95.00000000001, '= 95'), 'met: = is exact');
select ok(bpm.met(95.000, '= 95.0'), 'met: trailing zeros do not matter');
select ok(bpm.met(110, '90..110') and not bpm.met(110.01, '90..110'), 'met: a range has its ends');
select ok(bpm.met(160, '>= 100 over 130 lose 1'), 'met: over-fulfilment is met, though it costs points');
select ok(not bpm.met(92, '>= 95 lose 1 per 1'), 'met: the modifiers do not matter');
select ok(bpm.met(60, 'direct floor 60') and not bpm.met(59.9999999999, 'direct floor 60'), 'met: a graded target draws its line at the floor');
select ok(bpm.met(50, 'points(0:0, 100:100) floor 50'), 'met: points on their floor');
select is(bpm.met(60, 'direct'), null, 'met: a graded target without a floor draws no line');

select is(bpm.attainment(120, '>= 95'), 126.31578947, 'attainment is not capped: 12000/95');
select is(bpm.attainment(-19, '>= 95'), -20.00000000, 'attainment goes below 0');
select is(bpm.attainment(300, '<= 400'), 125.00000000, 'attainment of a limit: 100*(1 + 100/400)');
select is(bpm.attainment(1000, '<= 400'), -50.00000000, 'attainment of a limit goes below 0');
select is(bpm.attainment(-1, '>= 3'), -33.33333333, 'a negative attainment is rounded half away from zero: -100/3');
select is(bpm.attainment(-0.000000005, '>= 100'), -0.00000001, 'also at the half');
select is(bpm.attainment(100, '90..110'), 100.00000000, 'attainment inside a range');
select is(bpm.attainment(132, '90..110'), 80.00000000, 'attainment above a range');
select is(bpm.attainment(53, '>= 90 floor 60'), 58.88888889, 'attainment is taken before the floor');
select is(bpm.attainment(92, '>= 95 lose 5 per 1'), 96.84210526, 'attainment is taken before a loss: 9200/95');
select is(bpm.attainment(99, '>= 100 step'), 99.00000000, 'attainment of a step');
select is(bpm.attainment(90, '>= 80 from 60'), 150.00000000, 'attainment from a baseline');
select is(bpm.attainment(5, '>= 0'), null, 'a target of 0 is no base for a percentage');
select is(bpm.attainment(5, '<= -1'), null, 'nor is a negative one');
select is(bpm.attainment(87.5, 'direct'), 87.50000000, 'attainment of a direct score');
select is((pg_temp.failure('select bpm.attainment(2e20, ''>= 0.00000001'')')).state, '22003', 'an attainment beyond 128 bits is an error, and does not wrap to a negative one');
select is(bpm.attainment(1e19, '>= 0.00000001'), 100000000000000000000000000000.00000000, 'an attainment of 30 digits fits');

----------------------------------------------------------------------------------------------------
-- NULL, types
----------------------------------------------------------------------------------------------------

select is(bpm.score(null::numeric, '>= 95'), null, 'no actual: no score');
select is(bpm.met(null::numeric, '>= 95'), null, 'no actual: neither met nor missed');
select is(bpm.attainment(null::numeric, '>= 95'), null, 'no actual: no attainment');
select is(bpm.score(5, null::bpm.target), null, 'no target: no score');
select ok(bpm.target('>=', null) is null, 'no figure: no target');
select ok(bpm.target(null::text, 5) is null, 'no comparator: no target');
select is(bpm.score(45::smallint, '>= 90'), 50.00000000, 'smallint fits without a cast');
select is(bpm.score(45::integer, '>= 90'), 50.00000000, 'integer fits without a cast');
select is(bpm.score(9007199254740993::bigint, '>= 18014398509481986'), 50.00000000, 'bigint fits without a cast, and keeps the digits that float8 would lose');
select throws_ok('select bpm.score(45::float8, ''>= 90''::bpm.target)', '42883', null, 'float8 wants an explicit cast');
select throws_ok('select bpm.met(45::real, ''>= 90''::bpm.target)', '42883', null, 'so does real');
select is(bpm.score(9999999999999999999999999999, '>= 99999999999999999999999999999'), 10.00000000, 'figures have up to 29 digits');
select is(bpm.score(12345678901234567890.12345678, '>= 24691357802469135780.24691356'), 50.00000000, 'and 8 decimals');

----------------------------------------------------------------------------------------------------
-- Text as analysts write it
----------------------------------------------------------------------------------------------------

create temp table reads (written text, canonical text);
insert into reads values
    ('95', '>= 95'), ('  95  ', '>= 95'), ('>=95', '>= 95'), ('>= 95', '>= 95'), ('>=  95.00', '>= 95'),
    ('+95', '>= 95'), ('-5', '>= -5'), ('-0', '>= 0'), ('.5', '>= 0.5'), ('0.50', '>= 0.5'), ('007', '>= 7'),
    ('>95', '> 95'), ('<95', '< 95'), ('<=95', '<= 95'), ('=95', '= 95'),
    ('95%', '>= 95%'), ('95 %', '>= 95%'), ('>= 1,200 [km]', '>= 1200 [km]'), ('1,234,567.5', '>= 1234567.5'),
    ('<= 12 [days]', '<= 12 [days]'), ('>= 5 [%]', '>= 5%'), ('>= 5 [ m / s ]', '>= 5 [ m / s ]'),
    ('90..110', '90..110'), ('90 .. 110 %', '90..110%'), ('90%..110%', '90..110%'), ('1,000..1,200 [km]', '1000..1200 [km]'),
    ('-5..-1', '-5..-1'), ('.5...7', '0.5..0.7'), ('0.5..0.7', '0.5..0.7'),
    ('points(0:0,50:80,100:100)', 'points(0:0, 50:80, 100:100)'), ('POINTS ( -1.5 : 0 , 2 : 33.5 )', 'points(-1.5:0, 2:33.5)'),
    ('direct', 'direct'), (' Direct ', 'direct'), ('direct floor 60', 'direct floor 60'),
    ('95 step', '>= 95 step'), ('95% STEP', '>= 95% step'), ('95 from 40', '>= 95 from 40'),
    ('95 floor 60.50', '>= 95 floor 60.5'), ('95 floor 60 from 40', '>= 95 from 40 floor 60'),
    ('95 lose 2 per 1,000', '>= 95 lose 2 per 1000'), ('95 over 120 lose .5', '>= 95 over 120 lose 0.5'),
    ('95 over 120 lose 0.5 lose 2 per 1 floor 60', '>= 95 floor 60 lose 2 per 1 over 120 lose 0.5'),
    ('95 over 120 lose 0.5 step', '>= 95 step over 120 lose 0.5'),
    (E'95\n\tstep', '>= 95 step'),
    ('90% from 60%', '>= 90% from 60'), ('95 floor 60 % over 120% lose 1', '>= 95 floor 60 over 120 lose 1'),
    ('99999999999999999999999999999.99999999', '>= 99999999999999999999999999999.99999999'),
    ('-99999999999999999999999999999.99999999', '>= -99999999999999999999999999999.99999999'),
    ('0.000000010000', '>= 0.00000001'),
    ('95 lose 0.00000001 per 99999999999999999999999999999', '>= 95 lose 0.00000001 per 99999999999999999999999999999');

-- signs beyond ASCII are those of UTF-8
select getdatabaseencoding() = 'UTF8' as utf8 \gset
\if :utf8
insert into reads
select w, c from (values ('≥95%', '>= 95%'), ('≥ 95', '>= 95'), ('≤12', '<= 12'), ('−5', '>= -5'), ('>= −5', '>= -5'),
    ('>= 1,200 [公里]', '>= 1200 [公里]'), ('<= 30 [°C]', '<= 30 [°C]'),
    (E'>=\u00a095\u00a0%\u00a0floor\u00a060', '>= 95% floor 60'), (E'95\u3000step', '>= 95 step')) v(w, c);
\endif

select is_empty($$ select written, written::bpm.target::text, canonical from reads
                   where written::bpm.target::text is distinct from canonical $$,
    'a target is read as analysts write it, and printed in one way');
select is_empty($$ select written from reads
                   where canonical::bpm.target::text is distinct from canonical
                      or not canonical::bpm.target operator(bpm.=) written::bpm.target $$,
    'canonical output reads back to the same value');

-- from a comparator and a figure, or two figures, in columns
select is(bpm.target('>=', 95)::text, '>= 95', 'a target from comparator and figure');
select is((select string_agg(bpm.target(c, 1.50)::text, '; ') from unnest(array['>=', ' > ', '<=', '<', '=']) c),
    '>= 1.5; > 1.5; <= 1.5; < 1.5; = 1.5', 'every comparator');
select is(bpm.target(90, 110)::text, '90..110', 'a range from two figures');
select is(bpm.target(-1.5, -1.5)::text, '-1.5..-1.5', 'a range of one figure');
select ok(bpm.target('<', 1e28) operator(bpm.=) '< 10000000000000000000000000000', 'a constructed target equals the written one');

----------------------------------------------------------------------------------------------------
-- ratio, cap, dates
----------------------------------------------------------------------------------------------------

-- reverse as other offices prescribe it: 12 promised, 15 reached is 12/15 = 80 %, not 1 - 3/12 = 75
select pg_temp.scores(15, '<= 12 ratio', 80.00000000, 'the ratio of what was promised to what was reached');
select pg_temp.scores(15, '<= 12', 75.00000000, 'without it, what is above is taken off');
select pg_temp.scores(12, '<= 12 ratio', 100.00000000, 'met');
select pg_temp.scores(0, '<= 12 ratio', 100.00000000, 'nothing at all');
select pg_temp.scores(1200, '<= 12 ratio', 1.00000000, 'never 0: 12/1200');
select pg_temp.scores(12, '< 12 ratio', 100.00000000, 'the strict limit reached to the digit: 12/12');
select pg_temp.scores(18, '<= 12 ratio', 66.66666667, 'rounded once: 12/18');
select pg_temp.scores(25, '<= 12 ratio floor 50', 0.00000000, 'a floor above 12/25 = 48');
-- attainment by ratio: 12/10 = 120 %; loses 1 * (120 - 110) = 10 points
select pg_temp.scores(10, '<= 12 ratio over 110 lose 1', 90.00000000, 'over-fulfilment by the ratio');
select pg_temp.scores(0, '<= 12 ratio over 110 lose 1', 0.00000000, 'and without end at 0');

select pg_temp.scores(130, '>= 100 cap 120', 120.00000000, 'the score rises to the cap');
select pg_temp.scores(110, '>= 100 cap 120', 110.00000000, 'and up to there is the attainment');
select pg_temp.scores(95, '>= 100 cap 120', 95.00000000, 'below the target nothing changes');
select pg_temp.scores(1e28, '>= 0.00000001 cap 999', 999.00000000, 'as high as a cap can be');
select pg_temp.scores(10, '<= 12 cap 120', 116.66666667, 'reverse: (2*12 - 10)/12');
select pg_temp.scores(10, '<= 12 ratio cap 150', 120.00000000, 'reverse by ratio: 12/10');
select pg_temp.scores(0, '<= 12 ratio cap 150', 150.00000000, 'whose end is the cap');
select pg_temp.scores(-3, '<= 12 ratio cap 150', 150.00000000, 'below 0 too');
select pg_temp.scores(70, '>= 60 from 40 cap 200', 150.00000000, 'from a baseline: (70 - 40)/(60 - 40)');
select pg_temp.scores(90, '>= 100 lose 2 per 1 cap 120', 80.00000000, 'points are lost below the target');
select pg_temp.scores(115, '>= 100 lose 2 per 1 cap 120', 115.00000000, 'and won above it');
select pg_temp.scores(15, 'points(0:0, 10:100, 20:120)', 110.00000000, 'points may go over 100');
select pg_temp.scores(110, 'direct cap 120', 110.00000000, 'a direct score to its cap');
select results_eq($$ select bpm.cap(t) from unnest(array['>= 5', '>= 5 cap 120.5', 'direct', 'direct cap 110', 'points(0:0, 5:80)', 'points(0:150, 5:80)', 'by 2026-06-30']::bpm.target[]) with ordinality u(t, n) order by n $$,
    array[100, 120.5, 100, 110, 80, 150, 100]::numeric[], 'cap is the most that a score can be');

select results_eq($$ select bpm.comparator(t::bpm.target), bpm.goal(t::bpm.target)::text from unnest(array['>= 1,200 [km]', '95', '> -0.50', '<= 12 from 20', '< 99999999999999999999999999999.99999999', '= 0',
        '90..110 floor 60', 'points(0:0, 5:80)', 'direct cap 110', 'by 2026-06-30 lose 2 per 1']) with ordinality u(t, n) order by n $$,
    $$ values ('>=', '1200'), ('>=', '95'), ('>', '-0.5'), ('<=', '12'), ('<', '99999999999999999999999999999.99999999'), ('=', '0'),
        ('..', null), ('points', null), ('direct', null), ('by', null) $$, 'comparator and goal are what a target is made of');
select is_empty($$ select t from unnest(array['>= 5', '> 5', '<= 5', '< 5.25', '= -5']::bpm.target[]) u(t)
    where bpm.target(bpm.comparator(t), bpm.goal(t)) operator(bpm.<>) t $$, 'and make it again');
select ok(bpm.comparator(null) is null and bpm.goal(null) is null, 'no target, no comparator and no goal');

select is(bpm.score('2026-06-30'::date, 'by 2026-06-30'), 100.00000000, 'a date: done on the day');
select is(bpm.score('2026-01-01'::date, 'by 2026-06-30'), 100.00000000, 'done before');
select is(bpm.score('2026-07-01'::date, 'by 2026-06-30'), 0.00000000, 'a day late is all or nothing');
-- five days late at 2 points a day; 10 days at 5 points per 3 days: 100 - 50/3 = 83.333...
select is(bpm.score('2026-07-05'::date, 'by 2026-06-30 lose 2 per 1'), 90.00000000, 'five days late, two points a day');
select is(bpm.score('2026-07-10'::date, 'by 2026-06-30 lose 5 per 3'), 83.33333333, 'ten days late, five points for three days');
select is(bpm.score('2026-08-19'::date, 'by 2026-06-30 lose 2 per 1'), 0.00000000, 'fifty days late');
select is(bpm.score('2026-07-20'::date, 'by 2026-06-30 lose 2 per 1 floor 61'), 0.00000000, 'a floor above 100 - 40 = 60');
select is(bpm.score('5874897-12-31'::date, 'by 0001-01-01 lose 0.00000001 per 1'), 78.54237933, 'as late as can be: 2145762067 days');
select results_eq($$ select bpm.met(d::date, 'by 2024-02-29') from (values ('2024-02-28'), ('2024-02-29'), ('2024-03-01')) v(d) $$, array[true, true, false], 'met on the day or before');
select is(('BY 2026-06-30 floor 60 lose 2 per 1'::bpm.target)::text, 'by 2026-06-30 floor 60 lose 2 per 1', 'it is printed with its modifiers in order');
set local datestyle = 'SQL, DMY';
select is((bpm.target_by('2026-06-05'::date))::text || ' | ' || ('by 2026-06-05'::bpm.target)::text, 'by 2026-06-05 | by 2026-06-05', 'no setting changes how a day is read or written');
reset datestyle;

create temp table misfit (written text, detail text, hint text);
insert into misfit values
    ('>= 12 ratio', 'The modifier "ratio" fits <= and < only at character 7, near "ratio".', 'An actual below a target of >= is scored by its ratio to it anyhow.'),
    ('<= 0 ratio', 'The modifier "ratio" has neither a target above 0 nor a baseline at character 6, near "ratio".', 'Attainment is a percentage of the target.'),
    ('<= 12 ratio from 20', 'The modifier "from" does not fit beside the others at character 13, near "from 20".', '"from", "lose" and "ratio" each say how points are lost short of the target.'),
    ('<= 12 lose 1 per 1 ratio', 'The modifier "ratio" does not fit beside the others at character 20, near "ratio".', '"from", "lose" and "ratio" each say how points are lost short of the target.'),
    ('<= 12 ratio step', 'The modifier "step" does not fit beside the others at character 13, near "step".', '"step" is all or nothing, and leaves nothing to scale.'),
    ('= 12 cap 120', 'The modifier "cap" does not fit the comparator = at character 6, near "cap 120".', 'Nothing is better there than to meet it.'),
    ('1..2 cap 120', 'The modifier "cap" does not fit a range at character 6, near "cap 120".', 'Nothing is better there than to meet it.'),
    ('points(0:0, 1:1) cap 120', 'The modifier "cap" does not fit points at character 18, near "cap 120".', 'The largest score of the points is their cap.'),
    ('>= 12 cap 100', 'The cap is not above 100 and at most 999 at character 7, near "cap 100".', 'Without a cap a score rises to 100.'),
    ('>= 12 cap 1000', 'The cap is not above 100 and at most 999 at character 7, near "cap 1000".', 'Without a cap a score rises to 100.'),
    ('>= 0 cap 120', 'The modifier "cap" has neither a target above 0 nor a baseline at character 6, near "cap 120".', 'Attainment is a percentage of the target.'),
    ('>= 12 over 120 lose 1 cap 130', 'The modifier "cap" does not fit beside the others at character 23, near "cap 130".', '"cap" gives points beyond the target, and "over" takes them.'),
    ('>= 12 step cap 130', 'The modifier "cap" does not fit beside the others at character 12, near "cap 130".', '"step" is all or nothing, and leaves nothing to scale.'),
    ('direct ratio', 'The modifier "ratio" fits <= and < only at character 8, near "ratio".', 'An actual below a target of >= is scored by its ratio to it anyhow.'),
    ('points(0:0, 1:1000)', 'A point''s score is not from 0 to 999 at character 13, near "1:1000)".', 'A point is written figure:score, such as 50:80.'),
    ('by', 'The day is missing at the end.', 'Write it: by 2026-06-30.'),
    ('by 30.06.2026', 'The day is missing at character 4, near "30.06.2026".', 'Write it: by 2026-06-30.'),
    ('by 2026-6-30', 'The day is missing at character 4, near "2026-6-30".', 'Write it: by 2026-06-30.'),
    ('by 2026-02-29', 'The calendar has no such day at character 4, near "2026-02-29".', 'A day is written as year, month and day: by 2026-06-30.'),
    ('by 0000-01-01', 'The calendar has no such day at character 4, near "0000-01-01".', 'A day is written as year, month and day: by 2026-06-30.'),
    ('by 2026-06-30 step', 'The modifier "step" does not fit a date at character 15, near "step".', 'A date takes "lose", in days, and "floor"; without them it is all or nothing.'),
    ('by 2026-06-30 from 3', 'The modifier "from" does not fit a date at character 15, near "from 3".', 'A date takes "lose", in days, and "floor"; without them it is all or nothing.'),
    -- what people write, and the mend
    ('<= 2026-06-30', 'A date is no figure at character 4, near "2026-06-30".', 'A day by which something is done is written: by 2026-06-30.'),
    ('2026-06-30', 'A date is no figure at character 1, near "2026-06-30".', 'A day by which something is done is written: by 2026-06-30.'),
    ('95 or more', 'The comparator stands before the figure at character 4, near "or more".', 'Write it >= 95.'),
    ('5 or less', 'The comparator stands before the figure at character 3, near "or less".', 'Write it <= 5.'),
    ('95%+', 'The comparator stands before the figure at character 4, near "+".', 'Write it >= 95.'),
    ('>= 95 days', 'Unknown modifier at character 7, near "days".', 'A unit is written in brackets: [days].'),
    ('>= 95 stepp', 'Unknown modifier at character 7, near "stepp".', 'Did you mean "step"?'),
    ('=> 95', 'There are two comparators at character 1, near "=> 95".', 'At least is written >=.'),
    ('> = 95', 'There are two comparators at character 1, near "> = 95".', 'At least is written >=.'),
    ('=< 95', 'There are two comparators at character 1, near "=< 95".', 'At most is written <=.'),
    ('at least 95%', 'Unknown word at character 1, near "at least 95%".', 'Write it >= 95%.'),
    ('less than 5', 'Unknown word at character 1, near "less than 5".', 'Write it < 5.'),
    ('Max 12', 'Unknown word at character 1, near "Max 12".', 'Write it <= 12.'),
    (',5', 'The figure is missing at character 1, near ",5".', 'Write a figure such as 95, 1200.5 or -3.'),
    ('>= 1,23', 'A comma does not part thousands at character 5, near ",23".', 'Write 1200 or 1,200, and a decimal point for decimals.');
select is_empty($$ select m.*, f.* from misfit m, pg_temp.failure(format('select %L::bpm.target', written)) f
    where (f.state, f.detail, f.hint) is distinct from ('22P02', m.detail, m.hint) $$, 'what does not fit is refused, and what people write gets its mend');
select is_empty($$ select m.*, t.* from misfit m, bpm.try_parse_target(written) t
    where t.target is not null or t.reason is distinct from m.detail || ' ' || m.hint $$, 'try_parse_target gives the same as a reason');
select results_eq($$ select target::text, reason from bpm.try_parse_target('>= 95%') $$, $$ values ('>= 95%', null) $$, 'or the target');
select results_eq($$ select target::text, reason from bpm.try_parse_target(null) $$, $$ values (null::text, null::text) $$, 'or neither');

----------------------------------------------------------------------------------------------------
-- From columns; answers in place of errors
----------------------------------------------------------------------------------------------------

select is(bpm.target('>=', 60, 'from 40 floor 50')::text, '>= 60 from 40 floor 50', 'modifiers from a column');
select is(bpm.target('<=', 60, '[km] ratio')::text, '<= 60 [km] ratio', 'with a unit');
select is(bpm.target('>=', 60, '')::text, '>= 60', 'or none');
select is(bpm.target('>=', 60, 40.5)::text, '>= 60 from 40.5', 'a baseline from a column');
select is(bpm.target_by('2026-06-30'::date, 'lose 2 per 1')::text, 'by 2026-06-30 lose 2 per 1', 'a day and its modifiers');
select is_empty($$ select 1 where bpm.target('>=', 60, null::text) is not null or bpm.target('>=', null::numeric, 'step') is not null or bpm.target(null, 60, 40) is not null
    or bpm.target('>=', 60, null::numeric) is not null or bpm.target_by(null::date) is not null or bpm.target_by('2026-06-30'::date, null) is not null $$, 'NULL gives NULL, and stops no query');
select is_empty($$ select statement, f.* from (values
        ('select bpm.target(''>='', 60, ''from'')', '22P02', 'invalid input syntax for type bpm.target: "from"'),
        ('select bpm.target(''>='', 60, ''ratio'')', '22P02', 'invalid input syntax for type bpm.target: "ratio"'),
        ('select bpm.target(''>='', 60, 70)', '22P02', 'invalid input syntax for type bpm.target: "70"'),
        ('select bpm.target_by(''infinity''::date)', '22008', 'a target is a day of the years 1 to 9999'),
        ('select bpm.target_by(''10000-01-01''::date)', '22008', 'a target is a day of the years 1 to 9999'),
        ('select bpm.score(95, ''by 2026-06-30''::bpm.target)', '22023', 'a figure cannot be scored against a date'),
        ('select bpm.met(95, ''by 2026-06-30''::bpm.target)', '22023', 'a figure cannot be scored against a date'),
        ('select bpm.attainment(95, ''by 2026-06-30''::bpm.target)', '22023', 'a figure cannot be scored against a date'),
        ('select bpm.score(''2026-06-30''::date, ''>= 95'')', '22023', 'a date cannot be scored against a figure'),
        ('select bpm.met(''2026-06-30''::date, ''>= 95'')', '22023', 'a date cannot be scored against a figure'),
        ('select bpm.score(''infinity''::date, ''by 2026-06-30'')', '22008', 'actual must be a day, not infinity'),
        ('select bpm.attainment(1e28, ''>= 0.00000001'')', '22003', 'attainment is out of range')) v(statement, state, message),
    pg_temp.failure(statement) f where (f.state, f.message) is distinct from (v.state, v.message) or f.hint = '' $$, 'what cannot be built or scored says so');

-- score answers wherever there is an answer: 0 on the far side, 100 on the near one
select is_empty($$ select a, t from unnest(array[1e28, -1e28, 99999999999999999999999999999, 0.00000001, -0.00000001, 0, 1e-20, -1e-28]::numeric[]) a,
    unnest(array['>= 0.00000001', '> 0.00000001', '<= 0.00000001', '= 0.00000001', '= -1', '0.00000001..0.00000002', '>= 1 from 0.99999999', '<= 1 from 1.00000001',
        '= 1 from 0.99999999', '>= 1 lose 0.00000001 per 0.00000001', '<= 1 ratio', '>= 1 cap 999', '<= 1 ratio cap 999', '>= 1 over 100 lose 0.00000001', 'points(0:0, 0.00000001:100)', '>= -1', '<= -1']) t
    where (bpm.score(a, t::bpm.target) is null or bpm.score(a, t::bpm.target) not between 0 and 999 or bpm.try_score(a, t::bpm.target) <> bpm.score(a, t::bpm.target)) $$,
    'the largest and the smallest figures are scored by every rule');
select is(bpm.score(-1e28, '>= 0.00000001'), 0.00000000, 'far below is 0, not an error');
select is_empty($$ select a, t, s.state, bpm.try_score(a::numeric, t::bpm.target) from unnest(array['NaN', 'Infinity', '-Infinity', '1e29', '1e1000', '1e-30', '100.1', '-1', '50', '123456789012345678901234567890.1']) a,
    unnest(array['>= 95', '>= 100000000000000', 'direct', 'direct cap 120', 'by 2026-06-30', 'points(0:0, 1:100)', '>= 5 from 1', '1..5']) t, pg_temp.failure(format('select bpm.score(%L::numeric, %L::bpm.target)', a, t)) s
    where (s.state is not null) <> (bpm.try_score(a::numeric, t::bpm.target) is null)
        or (bpm.try_met(a::numeric, t::bpm.target) is not null and s.state is not null) or (bpm.try_attainment(a::numeric, t::bpm.target) is not null and s.state is not null) $$,
    'try_score is NULL exactly where score is an error');
select ok(bpm.try_score('infinity'::date, 'by 2026-06-30') is null and bpm.try_score('2026-06-30'::date, '>= 95') is null and bpm.try_met('2026-06-30'::date, '>= 95') is null, 'of dates too');
select is(bpm.try_score('2026-07-05'::date, 'by 2026-06-30 lose 2 per 1'), 90.00000000, 'and else it is the score');
select is(bpm.try_met('2026-07-05'::date, 'by 2026-06-30 lose 2 per 1'), false, 'try_met of a date');
select results_eq($$ select bpm.try_met(95, '>= 95'), bpm.try_attainment(114, '>= 95') $$, $$ values (true, 120.00000000) $$, 'try_met and try_attainment');

----------------------------------------------------------------------------------------------------
-- Equality, hash, order
----------------------------------------------------------------------------------------------------

select ok('>= 95'::bpm.target operator(bpm.=) '95.000'::bpm.target, 'equal: the same canonical text');
select ok('>= 95'::bpm.target operator(bpm.<>) '>= 95%'::bpm.target, 'not equal: the unit is part of the text');
select ok('>= 95'::bpm.target operator(bpm.<>) '> 95'::bpm.target, 'not equal: another comparator');
select is((select string_agg(t::text, '; ' order by t) from unnest(array['direct', '> 5', '< 5', '>= 40', '>= 5', '= 5', '90..110', 'points(0:0, 1:1)', '-5..1', '>= 5 step']::bpm.target[]) t),
    '>= 5; >= 5 step; >= 40; > 5; < 5; = 5; -5..1; 90..110; points(0:0, 1:1); direct',
    'targets sort by form, then by figure, then by modifiers, not by ambition');

create temp table many as
select (array['>=', '>', '<=', '<', '='])[1 + i % 5] || ' ' || (i % 700) / 4.0 || (array['', '%', ' [km]', ' step', ' floor 60'])[1 + i % 7 % 5] as written
from generate_series(1, 7000) i;
alter table many add target bpm.target;
update many set target = written::bpm.target;

select results_eq('select count(*), count(distinct target) from many',
    'select count(*), count(distinct target::text) from many', 'targets can be counted apart');
select set_eq('select target::text, count(*) from many group by target',
    'select target::text, count(*) from many group by target::text', 'targets can be grouped');
set local enable_hashagg = off;
select set_eq('select target::text, count(*) from many group by target',
    'select target::text, count(*) from many group by target::text', 'targets can be grouped by sorting');
set local enable_hashagg = on;
-- the same order in SQL: form, figure, modifiers by their bits (none, step 1, floor 4), unit by bytes
select results_eq('select target::text from many order by many.target', $$
    select target::text from many order by array_position(array['>=', '>', '<=', '<', '='], split_part(written, ' ', 1)),
        substring(written from '[0-9.]+')::numeric, case when written like '%step' then 1 when written like '%floor%' then 4 else 0 end,
        case when written like '%km%' then 'km' when written like '%\%' then '%' else '' end collate "C" $$, 'they sort as the same rule in SQL does');
create index on many using btree (target);
create index on many using hash (target);
analyze many;
set local enable_seqscan = off;
select results_eq($$ select count(*) from many where target operator(bpm.=) '>= 5%' $$,
    $$ select count(*) from many where target::text = '>= 5%' $$, 'an index finds a target');
set local enable_bitmapscan = off;
select results_eq($$ select count(*) from many where target operator(bpm.>=) '<= 5' and target operator(bpm.<) '= 6' $$,
    $$ select count(*) from many where written like '<= %' and substring(written from '[0-9.]+')::numeric >= 5 or written like '< %'
        or written like '= %' and substring(written from '[0-9.]+')::numeric < 6 $$, 'a btree index finds a span of them');
set local enable_seqscan = on;
set local enable_bitmapscan = on;
set local enable_nestloop = off;
set local enable_mergejoin = off;
create temp table few as select distinct target from many where target::text like '%km%';
select results_eq('select count(*) from many join few using (target)',
    $$ select count(*) from many where target::text like '%km%' $$, 'targets can be hash-joined') from (select set_config('search_path', current_setting('search_path') || ', bpm', true)) s;
set local enable_mergejoin = on;
set local enable_hashjoin = off;
select results_eq('select count(*) from many join few using (target)',
    $$ select count(*) from many where target::text like '%km%' $$, 'targets can be merge-joined');
set local enable_hashjoin = on;
set local enable_nestloop = on;
select is_empty($$ select 1 from (select target from few order by random() limit 60) a, (select target from few order by random() limit 60) b
    where sign(bpm.target_cmp(a.target, b.target)) <> -sign(bpm.target_cmp(b.target, a.target))
       or (bpm.target_cmp(a.target, b.target) = 0) <> (a.target operator(bpm.=) b.target)
       or (a.target operator(bpm.<) b.target) <> (bpm.target_cmp(a.target, b.target) < 0)
       or (a.target operator(bpm.<=) b.target) <> (bpm.target_cmp(a.target, b.target) <= 0)
       or (a.target operator(bpm.>) b.target) <> (bpm.target_cmp(a.target, b.target) > 0)
       or (a.target operator(bpm.>=) b.target) <> (bpm.target_cmp(a.target, b.target) >= 0)
       or (a.target operator(bpm.=) b.target and (bpm.target_hash(a.target) <> bpm.target_hash(b.target)
           or bpm.target_hash_extended(a.target, 7) <> bpm.target_hash_extended(b.target, 7))) $$,
    'the operators, the comparison and the hash agree');
select is_empty($$ select written from reads where bpm.target_hash(written::bpm.target) <> bpm.target_hash(canonical::bpm.target) $$,
    'what is written in two ways has one hash');

-- a column that is generated, with a constraint and a default
create temp table kept (comparator text, goal numeric, actual numeric,
    target bpm.target generated always as (bpm.target(comparator, goal)) stored,
    agreed bpm.target not null default 'direct' check (agreed operator(bpm.<>) '>= 0'));
insert into kept (comparator, goal, actual) values ('<=', 12, 15);
select is(bpm.score(actual, target), 75.00000000, 'a generated target column is scored: 100*(1 - 3/12)') from kept;
select throws_ok($$ insert into kept (agreed) values ('0') $$, '23514', null, 'a check constraint sees the value');

----------------------------------------------------------------------------------------------------
-- Binary
----------------------------------------------------------------------------------------------------

select is(bpm.target_send('>= 95%'), '\x01'::bytea || '>= 95%'::bytea, 'binary is a version byte and the canonical text');

\set file `mktemp`
copy (select written, canonical, written::bpm.target from reads) to stdout (format binary) \g :file
create temp table back (written text, canonical text, target bpm.target);
\set copy_back '\\copy back from \'' :file '\' (format binary)'
:copy_back
\set remove '\\! rm -f \'' :file '\''
:remove
select results_eq('select written, canonical, target::text from back', 'select written, canonical, canonical from reads',
    'targets copied out and in as binary are the same');
select is_empty('select written from back where not target operator(bpm.=) canonical::bpm.target', 'to the byte');

----------------------------------------------------------------------------------------------------
-- The same rule in plain SQL, over random figures
----------------------------------------------------------------------------------------------------

-- n / d, d > 0, rounded once to 8 decimals, half away from zero, without a rounded division on the way
create function pg_temp.rounded(n numeric, d numeric) returns numeric immutable language sql
return sign(n) * div(2 * abs(n) * 100000000 + d, 2 * d) * 0.00000001;

select setseed(0.20260630);

-- figures of a rule have up to 8 decimals, actuals up to 16; one in eight is huge, one in eight 0
create temp table figures as
select i, (array['>=', '>', '<=', '<', '=', '..', 'points'])[1 + i % 7] as form,
    t, case (random() * 9)::int when 0 then t when 1 then -t when 2 then 2 * t when 3 then 0
            when 4 then (t * (1 + (random() - 0.5)::numeric / 1e6))::numeric(50,16)
            when 5 then (random() * 1e9 - 3e8)::numeric(40,16)
            else (t * (random() * 3 - 0.5)::numeric)::numeric(50,10) end as a,
    t + case when random() < 0.1 then 0 else (abs(t) * random()::numeric)::numeric(40,8) + 0.00000001 end as hi,
    round(random()::numeric * 100, (random() * 8)::int) as s0, round(random()::numeric * 100, (random() * 8)::int) as s1,
    greatest(0.00000001, round((random() ^ 4)::numeric * 100, 8)) as p,
    greatest(0.00000001, round((random() * power(10, random() * 4))::numeric, (random() * 8)::int)) as per,
    100 + round((random() * 100)::numeric, (random() * 8)::int) as attained,
    greatest(0.00000001, round(random()::numeric * 100, (random() * 8)::int)) as floor,
    random() < 0.15 as has_step, random() < 0.3 as has_floor, random() < 0.3 as has_lose, random() < 0.3 as has_over, random() < 0.3 as has_from
from (select i, case (random() * 7)::int when 0 then 0
            when 1 then round((random() * 2 - 0.7)::numeric * 1e18, 2)
            when 2 then round((random() * 2 - 0.7)::numeric * 1000)
            else round((random() * 2 - 0.5)::numeric * power(10::numeric, (random() * 8)::int), (random() * 8)::int) end as t
      from generate_series(1, 110000) i) s;

-- which modifiers fit, and a baseline on the right side
create temp table rules as
select *, case when not step and not lose and has_from then case when form in ('>=', '>') then t - abs(p * 7) - 1 when form in ('<=', '<', '=') then t + per * 3 end end as base
from (select *, form <> 'points' and has_step as step, form <> 'points' and not has_step and has_lose as lose,
             (form = 'points' or not has_step) and has_floor as floored from figures) s;
create temp table cases as
select *, form in ('>=', '>', '<=', '<') and has_over and (t > 0 or base is not null) as over
from rules;

-- score and attainment as n / d
create temp table expected as
select *,
    case form when '>=' then a >= t when '>' then a > t when '<=' then a <= t when '<' then a < t when '=' then a = t
        when '..' then a between t and hi end as met,
    case when form in ('>=', '>') then case when base is not null then 100 * (a - base) when t > 0 then 100 * a end
         when form in ('<=', '<') then case when base is not null then 100 * (base - a) when t > 0 then 100 * (t - (a - t)) end
         when form = '=' then case when base is not null then 100 * (abs(t - base) - abs(a - t)) when t <> 0 then 100 * (abs(t) - abs(a - t)) when a = t then 100 end
         when form = '..' then case when a between t and hi then 100 when a < t and t > 0 then 100 * a when a > hi and hi > 0 then 100 * (hi - (a - hi)) end
    end as n,
    case when form = '..' then case when a between t and hi then 1 when a < t then t else hi end
         when base is not null then abs(t - base) when t = 0 then 1 else abs(t) end as d,
    case when form in ('<=', '<') then a - t when form = '..' then greatest(t - a, a - hi) else abs(t - a) end as short
from cases;

create temp table compared as
select *, bpm.score(a, target) as score, bpm.attainment(a, target) as attainment, bpm.met(a, target) as bpm_met
from (
    select *, (case form when '..' then t || '..' || hi when 'points' then format('points(%s:%s, %s:%s)', t, s0, t + per, s1) else form || ' ' || t end
            || case when step then ' step' else '' end || coalesce(' from ' || base, '')
            || case when floored then ' floor ' || floor else '' end
            || case when lose then ' lose ' || p || ' per ' || per else '' end
            || case when over then ' over ' || attained || ' lose ' || p else '' end)::bpm.target as target,
        case when form = 'points' then case when a <= t then s0 when a >= t + per then s1 else s0 * per + (s1 - s0) * (a - t) end
             when met and over then case when n > attained * d then 100 * d - p * (n - attained * d) else 100 end
             when met then 100
             when step then 0
             when lose then 100 * per - p * short
             else coalesce(n, 0) end as score_n,
        case when form = 'points' then case when a <= t or a >= t + per then 1 else per end
             when met and over then case when n > attained * d then d else 1 end
             when met or step then 1
             when lose then per
             when n is null then 1
             else d end as score_d
    from expected) s;

select cmp_ok((select count(*) from compared), '>=', 110000::bigint, 'there are 110,000 random rules and actuals');
select cmp_ok((select count(*) from compared where score > 0 and score < 100), '>=', 25000::bigint, 'of which many score between nothing and everything');
select cmp_ok((select min(count) from (select count(*) from compared group by form, step, lose, over, floored, base is not null) s), '>=', 50::bigint,
    'and every form has every modifier that fits');
select is_empty($$ select target, a, score, pg_temp.rounded(greatest(score_n, 0), score_d) from compared
    where score is distinct from case when floored and score_n < floor * score_d then 0 else pg_temp.rounded(greatest(score_n, 0), score_d) end limit 5 $$,
    'score equals the same rule in plain SQL to the last digit');
select is_empty($$ select target, a, attainment, n, d from compared
    where form <> 'points' and attainment is distinct from case when n is not null then pg_temp.rounded(n, d) end limit 5 $$,
    'attainment equals the same rule in plain SQL to the last digit');
select is_empty($$ select target, a, bpm_met from compared where form <> 'points' and bpm_met is distinct from met limit 5 $$,
    'met is what numeric compares');
select is_empty($$ select target from compared where target::text::bpm.target operator(bpm.<>) target limit 5 $$,
    'all of them read back from their text');
select is_empty($$ select target from compared where scale(score) <> 8 or score < 0 or score > 100 limit 5 $$,
    'scores are 0 to 100 and show 8 decimals');
select is_empty($$ select target, a from compared where case when form not in ('..', 'points') and not (step or lose or over or floored or base is not null)
        then bpm.target(form, t) operator(bpm.<>) target end limit 5 $$, 'a constructed target is the written one');

----------------------------------------------------------------------------------------------------
-- Bad input: the journey bad_targets has it word for word, here is what programs see
----------------------------------------------------------------------------------------------------

create temp table bad (written text, state text, detail text);
insert into bad values
    ('', '22P02', 'The text is empty.'),
    ('!= 95', '22P02', 'Unknown comparator at character 1, near "!= 95".'),
    ('>= <= 95', '22P02', 'There are two comparators at character 1, near ">= <= 95".'),
    ('>=', '22P02', 'The figure is missing at the end.'),
    ('>= %', '22P02', 'The figure is missing at character 4, near "%".'),
    ('>= NaN', '22P02', 'NaN and infinity are no figures at character 4, near "NaN".'),
    ('>= infinity', '22P02', 'NaN and infinity are no figures at character 4, near "infinity".'),
    ('>= 0,125', '22P02', 'A comma does not part thousands at character 5, near ",125".'),
    ('110..90', '22P02', 'The lower end is above the upper end at character 1, near "110..90".'),
    ('90-110 %', '22P02', 'A dash does not make a range at character 3, near "-110 %".'),
    ('points(50:80)', '22P02', 'There is only one point at character 8, near "50:80)".'),
    ('points(0:0, 50:80, 50:90)', '22P02', 'The points do not rise at character 20, near "50:90)".'),
    ('>= 95 stepp', '22P02', 'Unknown modifier at character 7, near "stepp".'),
    ('90..110 from 50', '22P02', 'The modifier "from" does not fit a range at character 9, near "from 50".'),
    ('>= 1200 [km', '22P02', 'The unit does not end at character 9, near "[km".'),
    ('>= 100000000000000000000000000000', '22003', 'The figure has more than 29 digits before the decimal point at character 4, near "100000000000000000000000000000".'),
    ('>= 0.000000001', '22003', 'The figure has more than 8 digits after the decimal point at character 4, near "0.000000001".'),
    ('>= 95 over 1000000000000 lose 1', '22003', 'The attainment is too large at character 7, near "over 1000000000000 lose 1".'),
    (repeat('9', 1048576), '54000', 'It has 1048576 bytes; at most 4000 are read.');
\if :utf8
insert into bad
select w, '22P02', d from (values ('90–110', 'A dash does not make a range at character 3, near "–110".'),
    ('>= 5 [公里] 步', 'Unknown modifier at character 11, near "步".')) v(w, d);
\endif

select is_empty($$ select left(written, 40), f.* from bad, pg_temp.failure(format('select %L::bpm.target', written)) f
    where (f.state, f.detail) is distinct from (bad.state, bad.detail) or f.hint = '' or f.message not like '%type bpm.target%' $$,
    'bad input has an SQLSTATE, a message, a DETAIL that shows the place, and a HINT');
select is((pg_temp.failure($$select '>= 95 flor 60'::bpm.target$$)).hint, 'Did you mean "floor"?', 'an unknown modifier: the nearest known one');
select is((pg_temp.failure($$select '90-110 %'::bpm.target$$)).hint, 'Write it 90..110.', '90-110 % suggests 90..110');

-- soft errors, from 16 on; before, the functions are not there
select case when current_setting('server_version_num')::int < 160000 then skip('no soft errors before PostgreSQL 16', 2) else collect_tap(
    is_empty($$ select left(written, 40) from bad where pg_input_is_valid(written, 'bpm.target') $$, 'bad input is a soft error'),
    is_empty($$ select left(written, 40), i.* from bad, pg_input_error_info(written, 'bpm.target') i, pg_temp.failure(format('select %L::bpm.target', written)) f
        where (i.sql_error_code, i.message, i.detail, i.hint) is distinct from (f.state, f.message, f.detail, f.hint) $$, 'a soft error says the same')
) end;

select is((pg_temp.failure($$select bpm.score(1e20 + 1e-18, '>= 95')$$)).detail,
    'It has 18 digits after the decimal point; at most 37 digits in all are kept.', 'too many digits are counted to the digit');
create temp table refused (statement text, state text, message text);
insert into refused values
    ($$select bpm.target('!=', 95)$$, '22023', 'unknown comparator "!="'),
    ($$select bpm.target('', 95)$$, '22023', 'unknown comparator ""'),
    ($$select bpm.target('>= 5', 95)$$, '22023', 'unknown comparator ">= 5"'),
    ($$select bpm.target(110, 90)$$, '22023', 'lower end of a range is above its upper end'),
    ($$select bpm.target('>=', 'NaN')$$, '22003', 'target must be a figure, not NaN'),
    ($$select bpm.target('>=', '-Infinity')$$, '22003', 'target must be a figure, not infinity'),
    ($$select bpm.target(numeric 'NaN', 1)$$, '22003', 'lower end of a range must be a figure, not NaN'),
    ($$select bpm.target(1, numeric 'Infinity')$$, '22003', 'upper end of a range must be a figure, not infinity'),
    ($$select bpm.target('>=', 1e29)$$, '22003', 'target is out of range'),
    ($$select bpm.target('>=', 1e-9)$$, '22003', 'target has too many decimals'),
    ($$select bpm.target('>=', 1e1000)$$, '22003', 'target is out of range'),
    ($$select bpm.score('NaN'::numeric, '>= 95'::bpm.target)$$, '22003', 'actual must be a figure, not NaN'),
    ($$select bpm.met('Infinity'::numeric, '>= 95'::bpm.target)$$, '22003', 'actual must be a figure, not infinity'),
    ($$select bpm.attainment('-Infinity'::numeric, '>= 95'::bpm.target)$$, '22003', 'actual must be a figure, not infinity'),
    ($$select bpm.score(1e29, '>= 95')$$, '22003', 'actual is out of range'),
    ($$select bpm.score(-1e29, '>= 95')$$, '22003', 'actual is out of range'),
    ($$select bpm.score(1e20 + 1e-20, '>= 95')$$, '22003', 'actual has too many digits to be compared exactly'),
    ($$select bpm.score(1e-30, '>= 100000000000000')$$, '22003', 'actual has too many decimals to be compared exactly with its target'),
    ($$select bpm.score(100.00000001, 'direct')$$, '22003', 'direct score is out of range'),
    ($$select bpm.score(-1e-20, 'direct')$$, '22003', 'direct score is out of range'),
    ($$select bpm.score(101, 'direct floor 60')$$, '22003', 'direct score is out of range'),
    ($$select bpm.met(101, 'direct floor 60')$$, '22003', 'direct score is out of range');
select is_empty($$ select statement, f.* from refused r, pg_temp.failure(statement) f
    where (f.state, f.message) is distinct from (r.state, r.message) or f.detail = '' or f.hint = '' $$,
    'what cannot be a target or be scored is refused with SQLSTATE, message, DETAIL and HINT');

select * from finish();
rollback;
