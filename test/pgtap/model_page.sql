-- model: a publication as a page. It says what the publication says, means no more than it says whatever somebody has
-- called a thing, and shows nobody what he may not see.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(83);

set local timezone = 'UTC';
set local jit = off;
select bpm.create_model('pages');
set local search_path = pages, public;

-- A city of two programs, in two years. Buses: 600 approved and spent; of a group that weighs 60 one of two indicators
-- has a figure, 90 of 100; passengers are satisfied to 40 of 80, which weighs 40. 0.3 * 90 + 0.3 * 0 + 0.4 * 50 = 47,
-- and 77 if what is missing were best; 70 % is measured, less than the floor of 80. Schools: 400 approved; in 2021
-- 70 of 100 and all is spent, in 2022 80 of 100 and half is spent, for which a rule leaves 79. The city in 2021:
-- (600 * 47 + 400 * 70) / 1000 = 56.2; in 2022: (600 * 47 + 400 * 79) / 1000 = 59.8, of 100 buses cost
-- 600 * 53 / 1000 = 31.8, schools 400 * 21 / 1000 = 8.4.
update place set time_zone = 'UTC';
update setting set currency = 'EUR', suppress_below = 2, totals_required = false;
insert into unit values ('city', null, 'City'), ('roads', 'city', 'Roads'), ('schools', 'city', 'Schools');
insert into score_rule (evaluation, rule, looks_at, target, effect, points)
    values ('self', 'half spent', 'execution', '>= 80%', 'cap', 79);
create function pg_temp.year(y integer, pupils numeric, spent numeric) returns void language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id)
        values ('bus', y, 'Buses', 'roads'), ('school', y, 'New schools', 'schools');
    insert into responsible (program_id, fiscal_year, from_day, person)
        values ('bus', y, make_date(y, 1, 1), 'Ada Driver');
    insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, source, sort)
        values ('bus', y, 'service', null, 'Service', 'group', 1),
               ('bus', y, 'punctual', 'service', 'On time', 'measured', 2),
               ('bus', y, 'lines', 'service', 'Lines', 'measured', 3),
               ('bus', y, 'happy', null, 'Satisfied', 'measured', 4),
               ('school', y, 'pupils', null, 'Pupils', 'measured', 1);
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
        values ('bus', y, 'service', make_date(y, 1, 1), null, 60),
               ('bus', y, 'punctual', make_date(y, 1, 1), '>= 100', 1),
               ('bus', y, 'lines', make_date(y, 1, 1), '>= 100', 1),
               ('bus', y, 'happy', make_date(y, 1, 1), '>= 80', 40),
               ('school', y, 'pupils', make_date(y, 1, 1), '>= 100 [pupils]', 100);
    insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
        values ('bus', y, 'punctual', make_date(y, 12, 1), 90), ('bus', y, 'happy', make_date(y, 12, 1), 40),
               ('school', y, 'pupils', make_date(y, 12, 1), pupils);
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
        values ('bus', y, 'approved', make_date(y, 1, 1), 600), ('bus', y, 'executed', make_date(y, 6, 1), 600),
               ('school', y, 'approved', make_date(y, 1, 1), 400),
               ('school', y, 'executed', make_date(y, 6, 1), spent);
$$;
select pg_temp.year(2021, 70, 400), pg_temp.year(2022, 80, 200);
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('bus', 2022, 'finance');
insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, withheld, at)
    values ('bus', 2022, 'late', 'finance', 'Timetables are late', 'Eve Clerk', '2023-06-01', 0, '2023-02-01 00:00+00'),
           ('bus', 2022, 'receipts', 'finance', 'Receipts <are> missing', 'Eve Clerk', '2023-04-01', 25,
            '2023-02-01 00:00+00'),
           ('bus', 2022, 'later', 'finance', 'Found after it', 'Eve Clerk', '2023-06-01', 0, '2023-05-01 00:00+00');
select publish(2021), publish(2022, as_of => '2023-04-30', title => 'The year 2022');

create temp table page as
select 'city' as page, scorecard_html('2022 effective') as html
union all
select 'roads', scorecard_html('2022 effective', unit_id => 'roads')
union all
select program_id, scorecard_html('2022 effective', program_id) from unnest('{bus,school}'::text[]) program_id;
create function pg_temp.doc(of_page text) returns xml language sql as $$
    select xmlparse(document replace(replace(p.html, '&#8722;', '-'), '&#8211;', '-'))
    from page p where p.page = of_page $$;
-- the text of all that a path finds
create function pg_temp.found(of_page text, path text) returns text[] language sql as $$
    select array(select case when path ~ '/@[a-z-]+$' then n.node::text
                             else (select string_agg(btrim(t::text), '' order by m)
                                   from unnest(xpath('//text()', n.node)) with ordinality x (t, m)) end
                 from unnest(xpath(path, pg_temp.doc(of_page))) with ordinality n (node, o)
                 order by o) $$;

-- a page ------------------------------------------------------------------------------------------------------

select lives_ok($$select pg_temp.doc(page) from page$$, 'a page is well-formed');
select results_eq($$select page, cardinality(xpath('//h1', pg_temp.doc(page))),
        cardinality(xpath('//main', pg_temp.doc(page))),
        cardinality(xpath('/html[@lang="en"]/head/title', pg_temp.doc(page))),
        cardinality(xpath('//table[not(caption)]', pg_temp.doc(page))),
        cardinality(xpath('//th[not(@scope)]', pg_temp.doc(page))),
        cardinality(xpath('//svg[not(@role="img") or not(@aria-label)]', pg_temp.doc(page))) from page order by page$$,
    $$select unnest('{bus,city,roads,school}'::text[]), 1, 1, 1, 0, 0, 0$$,
    'with one heading, a language and a title, and words for every drawing, table and column');
select is_empty($$select page from page where html ~* '<script|https?:|//|url\(|@import|src=|href='$$,
    'no script, and nothing from elsewhere');
select is_empty($$select page from page
    where html !~ 'http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''"'$$,
    'nor would a browser fetch or run anything');
select is_empty($$select page from page where html ~ '[^\x01-\x7f]'$$, 'in ASCII but for what the office wrote');

select is(pg_temp.found('city', '//span[@class="big"]'), '{59.80}', 'the score of everything, worked by hand');
select is(pg_temp.found('city', '//h1'), '{City}', 'under the name of the unit at the top');
select is(pg_temp.found('bus', '//span[@class="big"]'), '{47.00}', 'that of a program');
select is(pg_temp.found('bus', '//strong[@class="rating"]'), '{not demonstrated}', 'with its rating in words');
select matches((select html from page where page = 'bus'),
    '70 % is measured, under the floor of 80 %(</bdi>)?\..*worst the score would be 47\.00, if best 77\.00',
    'and how sure it is');
select matches((select html from page where page = 'bus'),
    'class="axis".*x1="47%" x2="77%" y1="36" y2="36".*cx="47%"', 'which whiskers show');
select is(pg_temp.found('bus', '//svg[@class="axis"]/@aria-label'),
    '{"Score 47.00 of 100, between 47.00 and 77.00 with what is missing. The scale: poor from 0 to 60; '
    'fair from 60 to 80; good from 80 to 90; excellent from 90 to 100"}', 'and words say');

-- 27 + 0 + 20, of 30 + 30 + 40
select is(pg_temp.found('bus', '//td[contains(@class, "brings")]'), '{27.00,0.00,20.00}', 'what each indicator brings');
select is(pg_temp.found('bus', '//td[contains(@class, "costs")]'), '{3.00,30.00,20.00}', 'and costs');
select is(pg_temp.found('bus', '//tr[@class="group"]/td[@data-l="Costs"]'), '{33.00}', 'a branch what is below it');
select is(pg_temp.found('school', '//td[contains(@class, "brings")]'), '{80.00,-1.00}',
    'and a rule what it takes');
select is(pg_temp.found('school', '//tfoot[1]//td[@data-l="Brings"]'), '{79.00}', 'together the score');
select results_eq($$
    select page, sum(replace(v, ',', '')::numeric), s.score
    from page p
    cross join lateral unnest(pg_temp.found(page, '//td[contains(@class, "brings")]')) v
    join publication_program s on s.program_id = p.page and s.publication = '2022 effective'
    group by page, s.score order by page$$,
    $$values ('bus', 47.00, 47.00000000), ('school', 79.00, 79.00000000)$$, 'the rows of the page add up to the score');
select is(pg_temp.found('bus', '//tr[th="Lines"]/td[@data-l="Actual"]'), '{not measured}', 'what is missing is named');

select is(pg_temp.found('city', '//td[contains(@class, "costs")]'), '{31.80,8.40}', 'what costs most comes first');
select is(pg_temp.found('city', '//tr[@class="sum"]/td[@data-l="Costs"]'), '{40.20}',
    'and all of it is what is lacking');
select is(pg_temp.found('city', '//section[h2="Units"]//tbody//th'), '{Roads,Schools}', 'the units below');
select is(pg_temp.found('city', '//section[h2="Units"]//td[@data-l="Score"]'), '{47.00,79.00}', 'with their scores');
select is(pg_temp.found('roads', '//section[h2="Programs"]//tbody//th[@scope="row"]'), array['Buses', 'All 1'],
    'the page of a unit has its programs');
select is(pg_temp.found('school', '//section[h2="Money"]//dd'), '{200,400,"50.00 %",400}', 'money');
select matches((select html from page where page = 'city'), 'Budgets in EUR\.', 'in its currency');
select matches((select html from page where page = 'school'), 'aria-label="50.00 % of the budget is executed"',
    'and how much of it is executed');

select is(pg_temp.found('city', '//section[h2="Over the years"]//td[@data-l="Score"]'), '{56.20,59.80}',
    'the years before');
select is(pg_temp.found('school', '//section[h2="Over the years"]//td[@data-l="Score"]'), '{70.00,79.00}',
    'of a program');
select matches((select html from page where page = 'city'),
    'From 56\.20 in <bdi>2021 effective</bdi> of 2021 to 59\.80: <strong>\+3\.60 points</strong>',
    'and what changed since the one before');
select is(pg_temp.found('city', '//svg[@class="trend"]/@aria-label'), '{"Scores by year: 2021 56.20, 2022 59.80"}',
    'as a line that words describe');

-- the same page for everybody -----------------------------------------------------------------------------------

select ok(scorecard_html('2022 effective') = (select html from page where page = 'city'), 'the same bytes each time');
set local datestyle = 'SQL, DMY';
set local timezone = 'Pacific/Auckland';
set local bpm.as_of = '2020-01-01';
set local search_path = public, pg_temp;
set local extra_float_digits = -15;
select ok(pages.scorecard_html('2022 effective', 'bus') = (select html from page where page = 'bus'),
    'whatever the settings of the session');
set local search_path = pages, public;
set local datestyle = 'ISO';
set local timezone = 'UTC';
set local bpm.as_of = '';

-- what changed, and findings --------------------------------------------------------------------------------

select is(pg_temp.found('school', '//section[h2="What changed"]//tfoot//td[@data-l="Change"]'), '{+9.00}',
    'a page says what changed since the year before');
select is(pg_temp.found('school', '//section[h2="What changed"]//tfoot//td[@data-l="Data"]'), '{+9.00}',
    'and by which cause');
select is(pg_temp.found('city', '//section[h2="What changed"]//tfoot//td[@data-l="Change"]'), '{+3.60}',
    'over a unit');
select is(pg_temp.found('city', '//section[h2="What changed"]//tbody//th'), array['New schools'],
    'by its programs that changed');
select is(pg_temp.found('bus', '//section[h2="Findings"]//tbody//*[self::th or self::td]'),
    array['Receipts &lt;are&gt; missing', '2023-04-01', 'open, overdue', '25',
          'Timetables are late', '2023-06-01', 'open', '-'],
    'the findings as they stood on the day, what is overdue first');
select is(pg_temp.found('city', '//section[h2="Findings"]//tbody//th'), array['Buses', 'Buses'],
    'on the page of a unit with the program');
select is(pg_temp.found('school', '//section[h2="Findings"]'), '{}', 'without findings there is no section for them');

-- a score of nothing but thirds: each row is rounded, and they add up all the same
insert into program (program_id, fiscal_year, name, unit_id) values ('thirds', 2019, 'Thirds', 'city');
insert into indicator (program_id, fiscal_year, indicator_id, name, sort)
    select 'thirds', 2019, 'i' || i, 'I' || i, i from generate_series(1, 3) i;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    select 'thirds', 2019, 'i' || i, '2019-01-01', '>= 3', 1 from generate_series(1, 3) i;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select 'thirds', 2019, 'i' || i, '2019-06-01', 2 from generate_series(1, 3) i;
select publish(2019);
insert into page select 'thirds', scorecard_html('2019 effective', 'thirds');
select is((select sum(v::numeric) from unnest(pg_temp.found('thirds', '//td[contains(@class, "brings")]')) v), 66.67,
    'thirds add up to the score as it is shown');
select is((select sum(v::numeric) from unnest(pg_temp.found('thirds', '//td[contains(@class, "costs")]')) v), 33.33,
    'and what they cost to the rest');

-- a correction ------------------------------------------------------------------------------------------------

insert into publication_event (publication, event, reason) values ('2022 effective', 'opened', 'recount');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    values ('school', 2022, 'pupils', '2022-12-02', 78);
select publish(2022, replaces => '2022 effective', reason => 'pupils were counted twice');
insert into page select 'replaced', scorecard_html('2022 effective', 'school');
insert into page select 'corrected', scorecard_html('2022 effective 2', 'school');
select matches((select html from page where page = 'replaced'),
    '<strong>Replaced</strong> by <bdi>2022 effective 2</bdi>: <bdi>pupils were counted twice</bdi>',
    'a page of what was replaced says so');
select is(pg_temp.found('replaced', '//span[@class="big"]'), '{79.00}', 'and keeps its figures');
select matches((select html from page where page = 'corrected'), 'It replaces <bdi>The year 2022</bdi>: <bdi>pupils',
    'and what replaces it says what, and why');
select is(pg_temp.found('corrected', '//span[@class="big"]'), '{78.00}', 'with figures of its own');
select is(pg_temp.found('corrected', '//section[h2="Over the years"]//td[@data-l="Score"]'), '{70.00,78.00}',
    'a year has one point');

-- names of persons --------------------------------------------------------------------------------------------

select is_empty($$select page from page where html ~ 'Ada Driver|Eve Clerk|Answers for it'$$, 'no person is named');
do $do$
begin
    if exists (select from pg_attribute where attrelid = 'setting'::regclass and attname = 'publish_names') then
        execute 'update setting set publish_names = true';
    end if;
end
$do$;
select is(scorecard_html('2022 effective 2', 'bus') ~ 'Answers for it</dt><dd><bdi>Ada Driver</bdi>',
          exists (select from pg_attribute where attrelid = 'setting'::regclass and attname = 'publish_names'),
    'but where the setting says so');

-- whatever a thing is called ------------------------------------------------------------------------------------

create temp table hostile as
select n, name from unnest(array[
    '<script>alert("1")</script>', '"''&<>]]>--><!--', '</style></title></h1><svg onload=alert(1)>',
    e'two\nlines\tand\u0001 control', repeat('long <b> ', 1200), '&lt;already&gt; &#60;', '%s %1$s \1 \\ {} $$',
    case getdatabaseencoding() when 'UTF8' then chr(8238) || chr(1488) || chr(65534) || chr(128512) else '?' end])
    with ordinality h (name, n);
insert into setting (fiscal_year, scale) values (2023, '"<i>fine</i> & ""so""" >= 50, "]]>"');
insert into unit select 'h' || n, 'city', name from hostile;
insert into program (program_id, fiscal_year, name, unit_id, fund)
    select 'h' || n, 2023, name, 'h' || n, 'general' from hostile;
insert into indicator (program_id, fiscal_year, indicator_id, name, unit_of_measure)
    select 'h' || n, 2023, name, name, name from hostile;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    select 'h' || n, 2023, name, '2023-01-01', '>= 100 [<u>&]'::bpm.target, 1 from hostile;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select 'h' || n, 2023, name, '2023-06-01', 10 * n from hostile;
insert into score_rule (evaluation, fiscal_year, rule, looks_at, target, effect, points)
    select 'self', 2023, name, 'attainment', '>= 1000', 'deduct', 0.5 from hostile where length(name) < 2000;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, economic_id)
    select 'h' || n, 2023, 'approved', '2023-01-01', 9e17 - n, null from hostile;
select publish(2023, publication => name, title => name) from hostile where n = 2;
insert into page
    select 'hostile ' || n, scorecard_html((select name from hostile where n = 2), 'h' || n) from hostile
    union all
    select 'hostile unit ' || n, scorecard_html((select name from hostile where n = 2), unit_id => 'h' || n)
    from hostile
    union all
    select 'hostile city', scorecard_html((select name from hostile where n = 2));
select lives_ok($$select pg_temp.doc(page) from page where page ~ 'hostile'$$,
    'a page is well-formed whatever things are called');
select is((select count(*) from page where page ~ 'hostile'), 17::bigint, 'each of them has its page');
select is_empty($$select page from page where page ~ 'hostile'
    and (html ~* '<(script|b|i|u)\M' or html ~ '<!--' or html ~ '<svg [^>]*onload'
         or cardinality(xpath('//h1', pg_temp.doc(page))) <> 1
         or cardinality(xpath('//style', pg_temp.doc(page))) <> 1)$$,
    'and no name becomes a part of it');
select is(pg_temp.found('hostile 1', '//h1'), array['&lt;script&gt;alert("1")&lt;/script&gt;'], 'it stays a name');
select is(pg_temp.found('hostile 2', '//h1'), array['"''&amp;&lt;&gt;]]&gt;--&gt;&lt;!--'], 'to the letter');
select is(pg_temp.found('hostile 6', '//h1'), array['&amp;lt;already&amp;gt; &amp;#60;'],
    'what looks escaped is not taken for it');
select is_empty($$select page from page where page ~ 'hostile' and html ~ '[\u0001-\u0008\u000B\u000C\u000E-\u001F]'$$,
    'control characters are left out');
select cmp_ok((select max(length(html)) from page), '<', 100000, 'a name of 10,000 characters is cut');
select is(html_text(null), null, 'nothing is nothing');
select is(html_number(-1234567.891), '&#8722;1,234,567.89', 'figures have their commas');
select is(html_number(-0.004), '0.00', 'nothing has no sign');
select is((select array_agg(html_whole(a / money_unit(a)) || ' ' || money_words(money_unit(a), c))
           from (values (9999999, 'EUR'), (10000000, 'EUR'), (12345678901.5, 'XXX')) v (a, c)),
    array['9,999,999 EUR', '10,000 thousand EUR', '12,346 million units of the currency'],
    'large amounts are in thousands or millions');
select is(html_figure(38000), '38,000', 'and no needless digits');
select is(html_figure(0.12345), '0.1235', 'or four');
select is((select array_agg(low || ' ' || high || ' ' || rating order by low)
           from scale_bands('A < 5, B < 10, "C, >= 7" < 250, D')),
    array['0 5 A', '5 10 B', '10 100 C, >= 7'], 'scales that rise have bands too');

-- many programs: 210 of one unit of money each, all of it spent. All have 50 in 2017, and in 2018 the last two digits
-- of their number, which sum to 2 * 4950 + 55: 9955 / 210 = 47.40476190, so that 52.60 are lacking, and it is 2.60
-- less than before
insert into unit values ('many', null, 'Many'), ('few', 'many', 'Few');
insert into program (program_id, fiscal_year, name, unit_id)
    select 'm' || i, y, 'M' || i, 'few' from generate_series(1, 210) i, generate_series(2017, 2018) y;
insert into indicator (program_id, fiscal_year, indicator_id, name)
    select program_id, fiscal_year, 'i', 'I' from program where unit_id = 'few';
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
    select program_id, fiscal_year, 'i', make_date(fiscal_year, 1, 1), 'direct', 1 from program where unit_id = 'few';
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
    select program_id, fiscal_year, 'i', make_date(fiscal_year, 6, 1),
           case fiscal_year when 2017 then 50 else substr(program_id, 2)::integer % 100 end
    from program where unit_id = 'few';
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
    select program_id, fiscal_year, kind, make_date(fiscal_year, 1, 1), 1
    from program, unnest('{approved,executed}'::text[]) kind where unit_id = 'few';
select publish(2017), publish(2018);
insert into page select 'many', scorecard_html('2018 effective');
select is(cardinality(pg_temp.found('many', '//section[h2="Programs"]//tbody/tr')), 202,
    'of many programs 200 have a row, the others one, and all one');
select is((select sum(v::numeric) from unnest(pg_temp.found('many', '//td[contains(@class, "costs")]')) v), 52.60,
    'which add up to what is lacking');
select is(pg_temp.found('many', '//section[h2="Programs"]//tbody/tr[last()]/*'),
    array['All 210', '47.40', null, null, null, '52.60'], 'as the last one says');
select is(cardinality(pg_temp.found('many', '//section[h2="What changed"]//tbody/tr')), 21,
    'of what changed the 20 largest, and the others in one row');
select is((select sum(v::numeric) from unnest(pg_temp.found('many', '//td[contains(@class, "moved")]')) v), -2.60,
    'which add up to the change');
select is(pg_temp.found('many', '//section[h2="What changed"]//strong'), array['-2.60 points'], 'as it says');

-- who may see what --------------------------------------------------------------------------------------------

create role bpm_page_reader;
create role bpm_page_stranger;
set constraints all immediate;
select bpm.enable_row_security('pages');
select bpm.grant_reader('pages', r) from unnest('{bpm_page_reader,bpm_page_stranger}'::name[]) r;
insert into unit_access values ('bpm_page_reader', 'schools');
update setting set totals_policy = 'true';
grant select, insert on page to bpm_page_reader;
set local role bpm_page_reader;
insert into page select 'seen', scorecard_html('2022 effective');
insert into page select 'seen roads', scorecard_html('2022 effective', unit_id => 'roads');
select is(pg_temp.found('seen', '//section[h2="Units"]//td[@data-l="Score"]'), array['59.80', '79.00', 'held back'],
    'what is held back from a reader is shown as held back');
select matches((select html from page where page = 'seen'), 'Held back is what is over fewer than 2 programs',
    'and why');
select is(pg_temp.found('seen', '//section[h2="Programs"]//tbody//th[@scope="row"]/bdi'), array['New schools'],
    'beside the programs that are his');
select is_empty($$select page from page where page ~ 'seen' and html ~ 'Buses|47\.00|31\.80|>600<'$$,
    'no figure that is held back is on the page');
select matches((select html from page where page = 'seen roads'), '<strong>Held back\.</strong>',
    'nor on that of the unit itself');
select throws_ok($$select scorecard_html('2022 effective', 'bus')$$, 'P0002',
    'publication "2022 effective" has no program "bus"', 'a program that he may not see is not there');
set local role none;
update setting set totals_policy = 'own';
set local role bpm_page_reader;
select throws_ok($$select scorecard_html('2022 effective', unit_id => 'roads')$$, 'P0002',
    'publication "2022 effective" has no unit "roads"', 'nor a unit, without the policy');
set local role bpm_page_stranger;
select unalike(scorecard_html('2022 effective'), '%big">%', 'who may see nothing is told nothing');
set local role none;

-- errors ------------------------------------------------------------------------------------------------------

select throws_ok($$select scorecard_html('2030')$$, 'P0002', 'there is no publication "2030"',
    'an unknown publication');
select throws_ok($$select scorecard_html(null)$$, 'P0002', 'there is no publication "<NULL>"', 'or none');
select throws_ok($$select scorecard_html('2022 effective', 'tram')$$, 'P0002',
    'publication "2022 effective" has no program "tram"', 'an unknown program');
select throws_ok($$select scorecard_html('2022 effective', unit_id => 'moon')$$, 'P0002',
    'publication "2022 effective" has no unit "moon"', 'an unknown unit');
select throws_ok($$select scorecard_html('2022 effective', 'bus', 'roads')$$, '22023',
    'a page is of a program or of a unit', 'both at once');

select * from finish();
rollback;
