-- model: what is handed out. Programs and what their scores came from, without names; the Fiscal Data Package.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(51);

set local timezone = 'UTC';
set local jit = off;
select bpm.create_model('open "data"');
set local search_path = 'open "data"', public;
create role bpm_test_citizen;
update setting set currency = 'EUR', suppress_below = 1;
insert into unit values ('gov', null, 'Government, "the"'), ('edu', 'gov', 'Education');
insert into function_code (function_id, name) values ('f9', 'Schools; all');
insert into economic_class (economic_id, name) values ('e1', 'Goods');
insert into program (program_id, fiscal_year, name, unit_id, function_id) values
    ('p1', 2020, E'Books, "new"\nand <b>old</b>', 'edu', 'f9'), ('p2', 2020, '学校', 'edu', null);
insert into program (program_id, fiscal_year, name, unit_id, nature, revenue_type) values
    ('fees', 2020, 'Fees', 'edu', 'revenue', 'nontax');
insert into responsible (program_id, fiscal_year, from_day, person) values ('p1', 2020, '2020-01-01', 'Ms Secret');
-- p1: 80 of 100 weighs 60, 10 of 10 weighs 40: 48 + 40 = 88; p2: by finance, graded 60 by one and 80 by another: 70
insert into indicator (program_id, fiscal_year, indicator_id, name, owner) values
    ('p1', 2020, 'read', 'Books read', 'Mr Secret'), ('p1', 2020, 'bought', 'Books bought', null),
    ('p2', 2020, 'built', 'Built', null);
insert into program_evaluation (program_id, fiscal_year, evaluation, evaluator) values ('p2', 2020, 'finance', 'Dr Secret');
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name, source)
values ('p2', 2020, 'finance', 'worth', 'Worth', 'graded');
insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight) values
    ('p1', 2020, 'self', 'read', '2020-01-01', '>= 100', 60), ('p1', 2020, 'self', 'bought', '2020-01-01', '>= 10', 40),
    ('p2', 2020, 'self', 'built', '2020-01-01', '>= 1', 100), ('p2', 2020, 'finance', 'worth', '2020-01-01', null, 100);
insert into grader (program_id, fiscal_year, evaluation, grader, role_name)
select 'p2', 2020, 'finance', g, session_user from unnest('{"Ann Secret","Bob Secret"}'::text[]) g;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual) values
    ('p1', 2020, 'read', '2020-12-31', 80), ('p1', 2020, 'bought', '2020-12-30', 10), ('p2', 2020, 'built', '2020-12-31', 1);
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score) values
    ('p2', 2020, 'finance', 'worth', '2020-12-31', 'Ann Secret', 60),
    ('p2', 2020, 'finance', 'worth', '2020-12-31', 'Bob Secret', 80);
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
values ('p2', 2020, 'finance', '2021-03-01', 'closed');
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) values ('p1', 2020, 'a', 'law', 'less');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, economic_id, adjustment_id)
select 'p1', 2020, k, '2020-02-01', a, c, case k when 'adjusted' then 'a' end from (values ('proposed', 1200, 'e1'),
    ('approved', 600, 'e1'), ('approved', 400, null), ('carried_over', 50, null), ('adjusted', -100, null),
    ('executed', 700.5, 'e1')) v (k, a, c);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select p, 2020, k, '2020-02-01', a from (values ('p2', 'approved', 3000), ('fees', 'approved', 10), ('fees', 'executed', 9)) v (p, k, a);
select is(publish(2020), '2020 effective', 'a year is published');

-- the views -----------------------------------------------------------------------------------------------------------

-- nothing is promised of the fees: their coverage is 0
select results_eq($$select program_id, evaluation, score_of, proposed, approved, budget, executed, score, rating, is_latest,
        unit_name, responsible from published_result order by 1$$,
    $$values ('fees', 'effective', 'self', 0::numeric(38,2), 10::numeric(38,2), 10::numeric(38,2), 9::numeric(38,2),
            null::numeric(20,8), 'not demonstrated', 1, 'Education', null),
        ('p1', 'effective', 'self', 1200, 1000, 950, 700.5, 88, 'good', 1, 'Education', null),
        ('p2', 'effective', 'finance', 0, 3000, 3000, 0, 70, 'fair', 1, 'Education', null)$$,
    'a row for each program, by the evaluation that counts');
select results_eq($$select program_id, item, target, actual, share, score, contribution, loss from published_contribution
        where kind = 'indicator' and program_id <> 'fees' order by 1, 2$$,
    $$values ('p1', 'bought', '>= 10', 10::numeric(38,8), 0.4::numeric(17,16), 100::numeric(20,8), 40::numeric(20,8), 0::numeric(20,8)),
        ('p1', 'read', '>= 100', 80, 0.6, 80, 48, 12), ('p2', 'worth', null, null, 1, 70, 70, 30)$$,
    'and one for each indicator that its score came from');
select is_empty($$select r.program_id from published_result r
    left join published_contribution c using (program_id, fiscal_year, publication)
    group by r.program_id, r.score having coalesce(sum(c.contribution), 0) <> coalesce(r.score, 0)$$, 'which sum to the score');
select results_eq($$select published_on = on_day, on_day = as_of() from published_result where program_id = 'p1'$$,
    'values (true, true)', 'with its day');

-- names ----------------------------------------------------------------------------------------------------------------

create function pg_temp.names() returns bigint language plpgsql as $$
declare n bigint; begin
    select (select count(*) from published_result x where to_jsonb(x)::text ~ 'Secret')
        + (select count(*) from published_contribution x where to_jsonb(x)::text ~ 'Secret')
        + (select count(*) from (select datapackage_lines('2020 effective', r) as x from unnest('{budget,results,indicators,rules}'::text[]) r) l
           where l.x::text ~ 'Secret')
        + (datapackage('2020 effective')::text ~ 'Secret')::integer into n;
    return n;
end $$;
select is(pg_temp.names(), 0::bigint, 'nobody is named');
select is((select count(*) from published_contribution where kind = 'grade'), 0::bigint, 'nor what each grader gave');
select lives_ok('update setting set publish_names = true', 'a setting says that names are handed out, of what is published already too');
select is((select responsible from published_result where program_id = 'p1'), 'Ms Secret', 'then they are');
select results_eq($$select part, score from published_contribution where kind = 'grade' order by 1$$,
    $$values ('Ann Secret', 60::numeric(20,8)), ('Bob Secret', 80)$$, 'with the grades');
update setting set publish_names = false;
select is(pg_temp.names(), 0::bigint, 'and no more when it is taken back');

-- a role that sees nothing but what is handed out: copies of the views, in a schema of their own -----------------------------

create schema open_books;
create materialized view open_books.program as select program_id, fiscal_year, publication, score, rating, name from published_result;
create materialized view open_books.indicator as select * from published_contribution where is_latest = 1;
do $$begin
    execute 'grant usage on schema open_books to bpm_test_citizen';
    execute 'grant select on open_books.program, open_books.indicator to bpm_test_citizen';
end$$;
set constraints all immediate;
do $$begin perform bpm.enable_row_security('open "data"'); end$$;
set constraints all deferred;
set local role bpm_test_citizen;
select results_eq('select program_id, score from open_books.program where program_id ~ ''^p'' order by 1',
    $$values ('p1', 88::numeric(20,8)), ('p2', 70)$$, 'a citizen reads what is handed out, of every unit');
select isnt_empty('select from open_books.indicator', 'and what it came from');
select throws_ok('select * from "open ""data""".publication_person', '42501', null, 'not who it was');
select throws_ok('select * from "open ""data""".published_result', '42501', null, 'nor any view or table of the model');
reset role;

-- the files --------------------------------------------------------------------------------------------------------------

select results_eq($$select program_id, fund, economic_id, phase, direction, currency, amount
        from datapackage_budget('2020 effective') where program_id <> 'p2'$$,
    $$values ('fees', 'general', 'unclassified', 'proposed', 'revenue', 'EUR', 0.00), ('fees', 'general', 'unclassified', 'approved', 'revenue', 'EUR', 10),
        ('fees', 'general', 'unclassified', 'adjusted', 'revenue', 'EUR', 10), ('fees', 'general', 'unclassified', 'executed', 'revenue', 'EUR', 9),
        ('p1', 'general', 'e1', 'proposed', 'expenditure', 'EUR', 1200), ('p1', 'general', 'e1', 'approved', 'expenditure', 'EUR', 600),
        ('p1', 'general', 'e1', 'adjusted', 'expenditure', 'EUR', 600), ('p1', 'general', 'e1', 'executed', 'expenditure', 'EUR', 700.5),
        ('p1', 'general', 'unclassified', 'proposed', 'expenditure', 'EUR', 0), ('p1', 'general', 'unclassified', 'approved', 'expenditure', 'EUR', 400),
        ('p1', 'general', 'unclassified', 'adjusted', 'expenditure', 'EUR', 350), ('p1', 'general', 'unclassified', 'executed', 'expenditure', 'EUR', 0)$$,
    'the budget by program, class and phase; adjusted is the budget as adjusted, 1000 + 50 - 100');
select results_eq($$select distinct program_id, function_id, function, economic from datapackage_budget('2020 effective')
        where program_id ~ '^p' and economic_id <> 'e1' order by 1$$,
    $$values ('p1', 'f9', 'Schools; all', 'Unclassified'), ('p2', 'unclassified', 'Unclassified', 'Unclassified')$$,
    'what has no class is unclassified');
select results_eq($$select program_id, score, rating, closed_on from datapackage_results('2020 effective') where program_id ~ '^p'$$,
    -- a program without stages is closed with its year
    $$values ('p1', 88::numeric, 'good', '2020-12-31'), ('p2', 70, 'fair', '2021-03-01')$$, 'the results');
select results_eq($$select program_id, indicator_id, contribution, measured_on from datapackage_indicators('2020 effective')
        where program_id = 'p1'$$,
    $$values ('p1', 'bought', 40::numeric, '2020-12-30'), ('p1', 'read', 48, '2020-12-31')$$, 'the indicators');
select bag_eq($$select r, f.name from unnest('{budget,results,indicators,rules}'::text[]) r, datapackage_fields() f where f.resource = r$$,
    $$select substr(p.proname, 13), a.name from pg_proc p, unnest(p.proargnames, p.proargmodes) a (name, mode)
      where p.pronamespace = '"open ""data"""'::regnamespace and p.proname ~ '^datapackage_(budget|results|indicators|rules)$' and a.mode = 't'$$,
    'the fields that the package names are the columns of the files');
select is_empty($$
    select f.resource, f.place, f.name, f.type, a.name, a.type::regtype
    from datapackage_fields() f
    left join lateral (
        select u.name, u.type, row_number() over (order by u.n) as place
        from pg_proc p, unnest(p.proargnames, p.proargmodes, p.proallargtypes) with ordinality u (name, mode, type, n)
        where p.pronamespace = '"open ""data"""'::regnamespace and p.proname = 'datapackage_' || f.resource and u.mode = 't') a
        on a.place = f.place
    where a.name is distinct from f.name or case a.type::regtype::text when 'numeric' then f.type <> 'number'
        when 'integer' then f.type <> 'integer' when 'text' then f.type not in ('string', 'date') else true end$$,
    'in the same order, of types that fit');
-- the same bytes as COPY writes, by sha256sum
\set file `mktemp`
\setenv BPM_FILE :file
create function pg_temp.said(resource text) returns text language sql as
$$ select r ->> 'hash' || ' ' || (r ->> 'bytes') from jsonb_array_elements(datapackage('2020 effective') -> 'resources') r where r ->> 'name' = $1 $$;
copy (select * from datapackage_budget('2020 effective')) to stdout (format csv, header) \g | (tee "$BPM_FILE" | sha256sum | cut -c1-64; wc -c < "$BPM_FILE") | paste -sd' ' > "$BPM_FILE.sum"
\set budget `tr -s ' ' < "$BPM_FILE.sum"`
copy (select * from datapackage_results('2020 effective')) to stdout (format csv, header) \g | (tee "$BPM_FILE" | sha256sum | cut -c1-64; wc -c < "$BPM_FILE") | paste -sd' ' > "$BPM_FILE.sum"
\set results `tr -s ' ' < "$BPM_FILE.sum"`
copy (select * from datapackage_indicators('2020 effective')) to stdout (format csv, header) \g | (tee "$BPM_FILE" | sha256sum | cut -c1-64; wc -c < "$BPM_FILE") | paste -sd' ' > "$BPM_FILE.sum"
\set indicators `tr -s ' ' < "$BPM_FILE.sum"; rm "$BPM_FILE" "$BPM_FILE.sum"`
select is(pg_temp.said('budget'), 'sha256:' || :'budget', 'budget.csv is what its hash and size say, by sha256sum');
select is(pg_temp.said('results'), 'sha256:' || :'results', 'results.csv too');
select is(pg_temp.said('indicators'), 'sha256:' || :'indicators', 'and indicators.csv');
create temp table as_is as select datapackage('2020 effective') as package;
set local datestyle = 'German';
set local timezone = 'Pacific/Kiritimati';
select is(datapackage('2020 effective'), package, 'whatever DateStyle and time zone the session has') from as_is;
set local datestyle = 'ISO, MDY';
set local timezone = 'UTC';

-- the package, by the rules of the public schemas: data-package.json, tabular-data-package.json, tabular-data-resource.json,
-- fiscal-data-package.json of Frictionless Data v1; the column types of the budget taxonomy with what they have to be
create function pg_temp.faults(p jsonb) returns setof text language sql as $$
    select 'profile' where p ->> 'profile' is distinct from 'tabular-data-package'
    union all select 'name' where (p ->> 'name' ~ '^([-a-z0-9._/])+$') is not true
    union all select 'title' where jsonb_typeof(p -> 'title') is distinct from 'string'
    union all select 'created' where (p ->> 'created' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$') is not true
    union all select 'granularity' where coalesce(p ->> 'granularity', 'aggregated') not in ('aggregated', 'transactional')
    union all select 'fiscalPeriod' where (p #>> '{fiscalPeriod,start}' ~ '^\d{4}-\d\d-\d\d$' and p #>> '{fiscalPeriod,end}' ~ '^\d{4}-\d\d-\d\d$') is not true
    union all select 'resources' where jsonb_array_length(case jsonb_typeof(p -> 'resources') when 'array' then p -> 'resources' else '[]' end) = 0
    union all select 'resource names' from jsonb_array_elements(p -> 'resources') r group by r ->> 'name' having count(*) > 1
    union all
    select 'resource ' || f.fault from jsonb_array_elements(p -> 'resources') r
    cross join lateral (
        select 'profile' as fault where r ->> 'profile' is distinct from 'tabular-data-resource'
        union all select 'name' where (r ->> 'name' ~ '^([-a-z0-9._/])+$') is not true
        union all select 'path' where (r ->> 'path' ~ '^[^./~]' and r ->> 'path' !~ '\.\.') is not true
        union all select 'mediatype' where (r ->> 'mediatype' ~ '^.+/.+$') is not true
        union all select 'bytes' where jsonb_typeof(r -> 'bytes') is distinct from 'number'
        union all select 'hash' where (r ->> 'hash' ~ '^([^:]+:[a-fA-F0-9]+|[a-fA-F0-9]{32}|)$') is not true
        union all select 'fields' where coalesce(jsonb_array_length(r #> '{schema,fields}'), 0) = 0
        union all select 'field names' from jsonb_array_elements(r #> '{schema,fields}') f group by f ->> 'name' having count(*) > 1 or f ->> 'name' is null
        union all select 'field titles' from jsonb_array_elements(r #> '{schema,fields}') f group by f ->> 'title' having count(*) > 1
        union all select 'field type' from jsonb_array_elements(r #> '{schema,fields}') f
            where (f ->> 'type' in ('string', 'number', 'integer', 'boolean', 'date', 'time', 'datetime', 'year', 'yearmonth', 'object', 'array',
                'duration', 'geopoint', 'geojson', 'any')) is not true
        union all select 'primary key' from jsonb_array_elements_text(r #> '{schema,primaryKey}') k
            where not r #> '{schema,fields}' @> jsonb_build_array(jsonb_build_object('name', k))
        union all select 'foreign key' from jsonb_array_elements(r #> '{schema,foreignKeys}') k
            where not r #> '{schema,fields}' @> jsonb_build_array(jsonb_build_object('name', k ->> 'fields'))
                or not exists (select from jsonb_array_elements(p -> 'resources') o
                               where o ->> 'name' = k #>> '{reference,resource}'
                                   and o #> '{schema,fields}' @> jsonb_build_array(jsonb_build_object('name', k #>> '{reference,fields}')))
        union all select 'column type ' || (f ->> 'columnType') from jsonb_array_elements(r #> '{schema,fields}') f
            left join (values ('activity:generic:program:code', 'string'), ('activity:generic:program:label', 'string'), ('date:fiscal-year', 'integer'),
                ('administrative-classification:generic:code', 'string'), ('administrative-classification:generic:label', 'string'),
                ('functional-classification:generic:code', 'string'), ('functional-classification:generic:label', 'string'),
                ('economic-classification:generic:code', 'string'), ('economic-classification:generic:label', 'string'),
                ('fin-source:generic:code', 'string'), ('fin-source:generic:label', 'string'), ('phase:id', 'string'), ('direction', 'string'),
                ('value-currency:code', 'string'), ('value', 'number')) t (name, type) on t.name = f ->> 'columnType'
            where f ? 'columnType' and t.type is distinct from f ->> 'type'
        union all select 'label without its code' from jsonb_array_elements(r #> '{schema,fields}') f
            where f ->> 'columnType' ~ ':label$' and not r #> '{schema,fields}' @> jsonb_build_array(jsonb_build_object('columnType', replace(f ->> 'columnType', ':label', ':code')))
    ) f
    union all select 'measures' where coalesce(p #> '{model,measures}', '{}') = '{}'
    union all select 'dimensions' where coalesce(p #> '{model,dimensions}', '{}') = '{}'
    union all select 'measure ' || m.key from jsonb_each(p #> '{model,measures}') m
        where (m.value ->> 'currency' ~ '^[A-Z]{3}$' and m.value ? 'source' and coalesce(m.value ->> 'direction', 'revenue') in ('expenditure', 'revenue')
            and coalesce(m.value ->> 'phase', 'proposed') in ('proposed', 'approved', 'adjusted', 'executed')) is not true
    union all select 'dimension ' || d.key from jsonb_each(p #> '{model,dimensions}') d
        where (coalesce(d.value -> 'attributes', '{}') <> '{}' and jsonb_array_length(d.value -> 'primaryKey') > 0
            and d.value ->> 'dimensionType' in ('datetime', 'entity', 'classification', 'activity', 'fact', 'location', 'other')
            and coalesce(d.value ->> 'classificationType', 'economic') in ('functional', 'administrative', 'economic')) is not true
    union all select 'attribute ' || a.key from jsonb_each(p #> '{model,dimensions}') d, jsonb_each(d.value -> 'attributes') a
        where not exists (select from jsonb_array_elements(p -> 'resources') r where r ->> 'name' = a.value ->> 'resource'
            and r #> '{schema,fields}' @> jsonb_build_array(jsonb_build_object('name', a.value ->> 'source')))
    union all select 'primary key of dimension ' || d.key from jsonb_each(p #> '{model,dimensions}') d, jsonb_array_elements_text(d.value -> 'primaryKey') k
        where not d.value -> 'attributes' ? k
$$;
select is_empty('select pg_temp.faults(package) from as_is', 'the package keeps the rules of the public schemas');
select isnt_empty(format('select pg_temp.faults(%s) from as_is', broken), 'which are looked at: ' || broken)
from unnest(array[$$package - 'profile'$$, $$package || '{"name": "With Blanks"}'$$, $$package || '{"resources": []}'$$,
    $$jsonb_set(package, '{resources,0,path}', '"/etc/passwd"')$$, $$jsonb_set(package, '{resources,0,path}', '"a/../b.csv"')$$,
    $$package #- '{resources,1,schema,fields}'$$, $$jsonb_set(package, '{resources,0,schema,fields,0,type}', '"text"')$$,
    $$package #- '{model,measures,amount,currency}'$$, $$jsonb_set(package, '{resources,0,schema,primaryKey}', '["nothing"]')$$,
    $$jsonb_set(package, '{resources,0,schema,fields,2,type}', '"string"')$$]) broken;
select is((select package -> 'fiscalPeriod' from as_is), '{"start": "2020-01-01", "end": "2020-12-31"}', 'of its fiscal year');
select is((select package #>> '{model,measures,amount,currency}' from as_is), 'EUR', 'in its currency');
select is((select package ->> 'name' from as_is), '2020-effective', 'by a name that can stand in an address');
select is((select package #>> '{publication,hash}' from as_is), (select 'sha256:' || hash from publication), 'with the hash of the publication');
select is_empty($$select program_id, fund, economic_id, phase from datapackage_budget('2020 effective') group by 1, 2, 3, 4 having count(*) > 1$$,
    'the primary keys are unique');
select is_empty($$select program_id, indicator_id from datapackage_indicators('2020 effective') group by 1, 2 having count(*) > 1$$, 'of indicators as well');
select is_empty($$(select program_id from datapackage_budget('2020 effective') union select program_id from datapackage_indicators('2020 effective')
    union select program_id from datapackage_rules('2020 effective')) except select program_id from datapackage_results('2020 effective')$$,
    'and the foreign keys are there');
select is_empty($$select from publication b where datapackage(b.publication) #>> '{publication,programs}' is distinct from b.programs::text$$,
    'a package says how many programs were published');
select is(datapackage('nothing'), null, 'there is none of what was not published');
select is_empty($$select from datapackage_budget('nothing')$$, 'nor lines');

-- a correction ---------------------------------------------------------------------------------------------------------

insert into publication_event (publication, event, reason) values ('2020 effective', 'opened', 'a figure');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, reason) values ('p1', 2020, 'read', '2020-12-31', 90, 'counted again');
select is(publish(2020, publication => '二〇二〇', replaces => '2020 effective', reason => 'a figure was wrong'), '二〇二〇', 'it is corrected');
select results_eq($$select publication, score, is_latest, replaces, reason from published_result where program_id = 'p1' order by is_latest$$,
    $$values ('2020 effective', 88::numeric(20,8), 0, null, null), ('二〇二〇', 94, 1, '2020 effective', 'a figure was wrong')$$,
    'both are there, and which is the latest: 60 % of 90 and 40 of 40');
select is((select count(*) from published_contribution where program_id = 'p1' and kind = 'indicator' and is_latest = 1), 2::bigint, 'and of what it came from');
select is(datapackage('二〇二〇') ->> 'name', 'publication-2', 'a name without a Latin letter has its place in the chain');
select is_empty($$select pg_temp.faults(datapackage('二〇二〇'))$$, 'and is a package like the other');

select * from finish();
rollback;
