-- The extension as a whole: what its objects are, say and may do.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(21);

create temp view members as
select classid, objid, pg_describe_object(classid, objid, 0) as object
from pg_depend d where deptype = 'e' and refclassid = 'pg_extension'::regclass
    and refobjid = (select oid from pg_extension where extname = 'bpm')
    -- array types come by themselves; from PostgreSQL 17 on they are members too
    and not exists (select from pg_type where classid = 'pg_type'::regclass and oid = objid and typcategory = 'A');
create temp view functions as
select p.*, object from members join pg_proc p on classid = 'pg_proc'::regclass and objid = p.oid;

select cmp_ok((select count(*) from members), '>=', 80::bigint, 'the extension has its objects');
select is_empty($$ select object from members where obj_description(objid, classid::regclass::name) is null $$,
    'every object has a COMMENT: functions, aggregates, types, operators, operator classes and families, casts');
select is_empty($$ select object from members where trim(obj_description(objid, classid::regclass::name)) = '' $$, 'and says something in it');
select is_empty($$ select object from members where obj_description(objid, classid::regclass::name) ~ '[^[:ascii:]]' $$,
    'in ASCII, so that the extension can be created in every encoding');
select is_empty($$ select object from functions where prosrc ~ '[^[:ascii:]]' union all
    select part from bpm.model_scripts() where script ~ '[^[:ascii:]]' $$, 'and so are functions, and the scripts of the model');
select is_empty($$ select object from functions where prosecdef $$, 'nothing is SECURITY DEFINER');
select is_empty($$ select object from functions where pronamespace <> 'bpm'::regnamespace $$, 'all functions live in the schema bpm');
select is_empty($$ select object from members join pg_type t on classid = 'pg_type'::regclass and objid = t.oid where typnamespace <> 'bpm'::regnamespace $$, 'all types do');
select is_empty($$ select object from members join pg_operator o on classid = 'pg_operator'::regclass and objid = o.oid where oprnamespace <> 'bpm'::regnamespace $$, 'all operators do');
select is_empty($$ select object from members where classid not in ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass,
    'pg_opclass'::regclass, 'pg_opfamily'::regclass, 'pg_cast'::regclass, 'pg_class'::regclass) $$, 'there is no other kind of object');
select is_empty($$ select object from members join pg_class c on classid = 'pg_class'::regclass and objid = c.oid where relkind in ('r', 'p', 'S', 'm', 'f') $$,
    'the engine owns no data');
select is((select extrelocatable from pg_extension where extname = 'bpm'), false, 'the extension stays where it is');

-- every function of figures, targets, scales and rollups is a pure function of its arguments
create temp view pure as
select * from functions f
where prokind <> 'a' and (proname like '%parse_number' or array(select unnest(proargtypes) union select prorettype)
    && array['bpm.target', 'bpm.scale', 'bpm.rollup']::regtype[]::oid[]);
select cmp_ok((select count(*) from pure), '>=', 50::bigint, 'the functions of decimal, target, scale and rollup');
select is_empty($$ select object from pure where provolatile <> 'i' $$, 'are IMMUTABLE, so that they fit indexes and generated columns');
select is_empty($$ select object from pure where proparallel <> 's' $$, 'are PARALLEL SAFE');
select is_empty($$ select object from pure where not proisstrict and proname not in
    ('rollup_accum', 'rollup_remove', 'rollup_merge', 'rollup_unmerge', 'try_parse_number', 'try_parse_target', 'high', 'pace', 'try_pace') $$, 'are STRICT, but for those to which NULL says something');
select is_empty($$ select object from functions f join pg_aggregate a on a.aggfnoid = f.oid where proparallel <> 's' and proname in ('rollup', 'weighted_score') $$,
    'the aggregates are PARALLEL SAFE');
select is_empty($$ select object from functions f join pg_aggregate a on a.aggfnoid = f.oid where proname in ('rollup', 'weighted_score')
    and (aggcombinefn = 0 or aggmtransfn = 0 or aggminvtransfn = 0 or aggtranstype = 'internal'::regtype) $$,
    'they combine, they have an inverse, and their state is a value');

-- the types
select is((select string_agg(concat_ws(' ', typname, typlen, typalign, typstorage, typinput <> 0 and typoutput <> 0 and typreceive <> 0 and typsend <> 0), '; ' order by typname)
    from pg_type where oid in ('bpm.target'::regtype, 'bpm.scale'::regtype, 'bpm.rollup'::regtype)),
    'rollup 80 d p t; scale -1 d p t; target -1 d p t', 'types are aligned to 8, stored plain, and have text and binary forms');
select is_empty($$ select object from members join pg_opclass c on classid = 'pg_opclass'::regclass and objid = c.oid where not amvalidate(c.oid) $$,
    'the operator classes are complete');
select is_empty($$ select object from members join pg_operator o on classid = 'pg_operator'::regclass and objid = o.oid
    where oprname in ('=', '<>', '<', '<=', '>', '>=') and (oprcom = 0 or oprnegate = 0 or oprrest = 0 or oprjoin = 0) $$,
    'the comparison operators tell the planner what they are');

select * from finish();
rollback;
