-- the schema that holds everything; its functions hold no data, so everybody may call them

-- CREATE EXTENSION takes a schema of this name that is already there. Whoever else can create in it could put
-- functions beside these that a call prefers, so it has to be nobody's but the installing role's.
do $$
declare
    owner name;
    other text;
begin
    select r.rolname into owner
    from pg_catalog.pg_namespace n join pg_catalog.pg_roles r on r.oid operator(pg_catalog.=) n.nspowner
    where n.nspname operator(pg_catalog.=) 'bpm' and r.rolname operator(pg_catalog.<>) current_user and not r.rolsuper;
    if found then
        raise exception 'schema "bpm" already exists and belongs to role "%"', owner
            using errcode = 'insufficient_privilege',
                  detail = 'Its owner could add functions that are called in place of the extension''s.',
                  hint = 'Rename it, or give it to the installing role: ALTER SCHEMA bpm OWNER TO CURRENT_USER.';
    end if;
    select pg_catalog.string_agg(distinct coalesce(pg_catalog.quote_ident(r.rolname), 'PUBLIC'), ', ') into other
    from pg_catalog.pg_namespace n
    cross join pg_catalog.aclexplode(n.nspacl) a
    left join pg_catalog.pg_roles r on r.oid operator(pg_catalog.=) a.grantee
    where n.nspname operator(pg_catalog.=) 'bpm' and a.privilege_type operator(pg_catalog.=) 'CREATE'
        and a.grantee operator(pg_catalog.<>) n.nspowner and r.rolsuper is not true;
    if other is not null then
        raise exception 'others may create objects in schema "bpm"'
            using errcode = 'insufficient_privilege',
                  detail = pg_catalog.format('These are %s; what they add could be called in place of the extension''s.', other),
                  hint = 'Take the right away: REVOKE CREATE ON SCHEMA bpm FROM ....';
    end if;
    select o.what into other
    from (select p.pronamespace as namespace,
                 pg_catalog.format('bpm.%I(%s)', p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) as what
          from pg_catalog.pg_proc p
          union all
          select o.oprnamespace, pg_catalog.format('operator(bpm.%s)', o.oprname)
          from pg_catalog.pg_operator o) o
    join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) o.namespace
    where n.nspname operator(pg_catalog.=) 'bpm'
    limit 1;
    if found then
        raise exception 'schema "bpm" already holds functions or operators'
            using errcode = 'duplicate_schema',
                  detail = pg_catalog.format('One is %s; it could be called in place of the extension''s.', other),
                  hint = 'Drop them, or rename the schema.';
    end if;
end
$$;

comment on schema bpm is 'budget performance management: targets, ratings, exact rollups, indicator trees, lifecycles; holds functions and types, no data';

grant usage on schema bpm to public;

-- the settings that say what results show

create function bpm.as_of() returns date
    language c stable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_as_of';
comment on function bpm.as_of() is
'The setting bpm.as_of, a date YYYY-MM-DD: the day that results show. NULL when it is not set; the model says what that means. A value that was set before the library was loaded and is no date is an error here (22023).';

create function bpm.known_at() returns timestamptz
    language c stable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_known_at';
comment on function bpm.known_at() is
'The setting bpm.known_at, a timestamp with its offset, such as 2026-06-30 18:00:00+02: results leave out what was recorded later. NULL when it is not set, and nothing is left out. A value that was set before the library was loaded and is no such timestamp is an error here (22023).';
