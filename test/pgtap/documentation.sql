-- The documentation says what is there, and what it prints is what the server prints.
-- Run in the directory of the Makefile.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(9);

\set reference `cat doc/*.md`
\set readme `cat README.md`
\set model `cat doc/model.md`
\set journeys `cat test/sql/readme.sql test/sql/reference*.sql`
\set printed `cat expected/readme.out expected/reference*.out | sed 's/ *$//'`

create function pg_temp.blocks(page text, kind text) returns setof text
    language sql as
$$ select m[1] from regexp_matches(page, '```' || kind || '\n(.*?)```', 'g') as m $$;

create temp table page (name text, content text);
insert into page values ('reference', :'reference'), ('README', :'readme'), ('model', :'model');

create temp view member as
select d.classid, d.objid
from pg_depend d join pg_extension e on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
where d.deptype = 'e' and e.extname = 'bpm'
    -- array types come by themselves; from PostgreSQL 17 on they are members too
    and not exists (select from pg_type where d.classid = 'pg_type'::regclass and oid = d.objid and typcategory = 'A');

create temp view object as
select proname as name from pg_proc join member on classid = 'pg_proc'::regclass and objid = oid
union
select typname from pg_type join member on classid = 'pg_type'::regclass and objid = oid
union
select opcname from pg_opclass join member on classid = 'pg_opclass'::regclass and objid = oid;

select is_empty($$
    select 'bpm.' || o.name from object o, page p
    where p.name = 'reference' and p.content !~ ('\mbpm\.' || o.name || '\M')
$$, 'the reference names every function, aggregate, type and operator class');

select is_empty($$
    select distinct oprname from pg_operator join member on classid = 'pg_operator'::regclass and objid = oid
    join page p on p.name = 'reference' and strpos(p.content, '`' || oprname || '`') = 0
$$, 'the reference names every operator');

select is_empty($$
    select distinct m[1] from page p, regexp_matches(p.content, '\mbpm\.([a-z_0-9]+)', 'g') as m
    where m[1] not in (select name from object)
        and m[1] <> 'role' -- a setting
$$, 'the pages name nothing that is not there');

select isnt_empty(format($$
    select blocks from page p, pg_temp.blocks(p.content, 'sql') where strpos(%L, blocks) > 0
$$, :'journeys'), 'statements of the pages are run');

select is_empty(format($$
    select blocks from page p, pg_temp.blocks(p.content, 'sql') where strpos(%L, blocks) = 0
$$, :'journeys'), 'every statement of the pages is run by a journey');

select isnt_empty(format($$
    select blocks from page p, pg_temp.blocks(p.content, 'text') where strpos(%L, blocks) > 0
$$, :'printed'), 'output of the pages is checked');

select is_empty(format($$
    select blocks from page p, pg_temp.blocks(p.content, 'text') where strpos(%L, blocks) = 0
$$, :'printed'), 'every output of the pages is what a journey prints');

select is_empty($$
    select distinct m[1] from bpm.model_scripts() s,
        regexp_matches(s.script, $r$(?:'(?:error|warning|note)'(?: end)?|end), '([a-z ]+)',?\s*$r$, 'g') as m
    where s.part = '80-check'
        and not exists (select from page p where p.name = 'model' and strpos(p.content, '`' || m[1] || '`') > 0)
    union all
    select distinct m[1] from bpm.model_scripts() s,
        regexp_matches(s.script, $r$'(?:program_budget|indicator_actual)'(?:::text as input)?, '([a-z ]+)'$r$, 'g') as m
    where s.part = '80-check'
        and not exists (select from page p where p.name = 'model' and strpos(p.content, '`' || m[1] || '`') > 0)
    union all
    select distinct m[1] from bpm.model_scripts() s,
        regexp_matches(s.script, $r$\('(?:error|warning|note)', '([a-z ]+)'$r$, 'g') as m
    where s.part = '78-plan'
        and not exists (select from page p where p.name = 'model' and strpos(p.content, '`' || m[1] || '`') > 0)
$$, 'the page of the model names every kind of fault');

\set twice `sed -n "s/^            ('\([a-z_0-9]*\)',.*/\1/p" sql/model/90-catalog.sql | sort | uniq -d`
select is(:'twice'::text, '', 'what a column means in all results is said once: of two meanings either would stand');
select * from finish();
rollback;
