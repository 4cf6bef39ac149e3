-- model: tables and views in a schema that the user owns

-- reading text without an error, for bulk import

create function bpm.try_parse_date(text text, out value date, out reason text)
    language plpgsql immutable parallel safe
    set search_path = pg_catalog, pg_temp
as $$
declare
    year integer;
    month integer;
    day integer;
begin
    if btrim(text) !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
        reason := format('"%s" is no date; write YYYY-MM-DD', text);
        return;
    end if;
    year := substr(btrim(text), 1, 4);
    month := substr(btrim(text), 6, 2);
    day := substr(btrim(text), 9, 2);
    -- without an exception to catch, which would cost every row a subtransaction
    if year >= 1 and month between 1 and 12 and day >= 1
            and (day <= 28 or day <= extract(day from make_date(year, month, 1) + interval '1 month' - interval '1 day')) then
        value := make_date(year, month, day);
    elsif text is not null then
        reason := format('"%s" is no date of the calendar', text);
    end if;
end
$$;
comment on function bpm.try_parse_date(text) is
'The date of a text YYYY-MM-DD, or NULL and the reason why it is none. Both are NULL for NULL.';

-- results

create function bpm.define_result(name text, meaning text, query text) returns void
    language plpgsql volatile parallel unsafe
as $$
declare
    -- known: what was recorded later is left out; before: the end of the day
    moment constant text := '(select x.day, x.known, x.zone, (x.day + 1)::timestamp at time zone x.zone as before
        from (select %s as day, %s as known, z.zone
              from (select coalesce((select p.time_zone from place p), ''UTC'') as zone) z) x offset 0)';
    at_sessions constant text := format(moment, 'coalesce(bpm.as_of(), (now() at time zone z.zone)::date)',
                                        'coalesce(bpm.known_at(), ''infinity'')');
    at_given constant text := format(moment, 'coalesce($1, (now() at time zone z.zone)::date)',
                                     'coalesce($2, ''infinity'')');
begin
    execute format('create view %I with (security_invoker = true) as %s', name,
        regexp_replace(regexp_replace(query, '@day\M', at_sessions, 'g'), '@(\w+)', '\1', 'g'));
    execute format('comment on view %I is %L', name, meaning);
    execute format('create function %I(on_day date, as_known timestamptz default ''infinity'') returns setof %I
        language sql stable parallel safe begin atomic %s; end', name || '_at', name,
        regexp_replace(regexp_replace(query, '@day\M', at_given, 'g'), '@(\w+)', '\1_at($1, $2)', 'g'));
    execute format('comment on function %I(date, timestamptz) is %L', name || '_at',
        format('%s on a day, as known at a time, whatever bpm.as_of and bpm.known_at say.', name));
end
$$;
comment on function bpm.define_result(text, text, text) is
'Makes a result of a model in the schema that comes first in the search_path: from one text a view, which obeys bpm.as_of and bpm.known_at, and a function beside it, which takes the day and the time. In the text @day stands for the moment (columns day, known, zone, before), and @name for another result at the same moment. Used by the scripts of the model.';

-- making and upgrading

create function bpm.run_model_scripts(schema_name name, after integer, upto integer) returns void
    language plpgsql volatile parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    script record;
begin
    -- pg_catalog comes first without being named, and what is created goes to the schema
    perform set_config('search_path', format('%I, pg_temp', schema_name), true);
    for script in
        select s.part, s.script from bpm.model_scripts() s
        where substr(s.part, 1, 2)::integer > after and substr(s.part, 1, 2)::integer <= upto
        order by s.part
    loop
        execute script.script;
    end loop;
end
$$;
comment on function bpm.run_model_scripts(name, integer, integer) is
'Runs the scripts of the model whose number is above the first and not above the second, in a schema. Used by create_model and upgrade_model.';

create function bpm.analyze_model(schema_name name) returns void
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    t regclass;
begin
    for t in
        select c.oid from pg_class c
        where c.relnamespace = to_regnamespace(quote_ident(schema_name)) and c.relkind in ('r', 'p')
    loop
        execute format('analyze %s', t);
    end loop;
end
$$;
comment on function bpm.analyze_model(name) is
'ANALYZE on all tables of a model. create_model ends with it.';

create function bpm.create_model(schema_name name) returns void
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
    set client_min_messages = warning
as $$
begin
    if exists (select from pg_namespace where nspname = schema_name) then
        if to_regclass(format('%I.model_version', schema_name)) is not null then
            raise exception 'schema "%" already holds a model', schema_name
                using errcode = 'duplicate_schema',
                      hint = 'upgrade_model brings it to this version.';
        end if;
        raise exception 'schema "%" already exists', schema_name
            using errcode = 'duplicate_schema',
                  hint = 'The model makes a schema of its own; choose another name.';
    end if;
    execute format('create schema %I', schema_name);
    execute format('comment on schema %I is %L', schema_name, 'Budget performance management: tables and views made by bpm.create_model, yours to change.');
    perform bpm.run_model_scripts(schema_name, 0, 99);
    execute format('insert into %I.model_version (level, version, upgraded_at) select max(substr(part, 1, 2)::integer), %L, now()
        from bpm.model_scripts() where substr(part, 1, 2)::integer < 70', schema_name,
        (select extversion from pg_extension where extname = 'bpm'));
    -- Of a table that was never looked at the planner expects ten pages: then small models have plans for large ones.
    perform bpm.analyze_model(schema_name);
end
$$;
comment on function bpm.create_model(name) is
'Makes a schema with the tables and views of budget performance management. They belong to the user who calls it, are dumped by pg_dump and may be altered.';

create function bpm.upgrade_model(schema_name name) returns text
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
    set client_min_messages = warning
as $$
declare
    guard regprocedure;
    had integer;
    has integer := (select max(substr(part, 1, 2)::integer) from bpm.model_scripts()
        where substr(part, 1, 2)::integer < 70);
begin
    if to_regclass(format('%I.model_version', schema_name)) is null then
        raise exception 'schema "%" holds no model', schema_name
            using errcode = 'invalid_schema_name',
                  hint = 'create_model makes one.';
    end if;
    execute format('lock table %I.model_version in exclusive mode', schema_name);
    execute format('select max(level) from %I.model_version', schema_name) into had;
    if had > has then
        raise exception 'the model in schema "%" is newer than this extension', schema_name
            using errcode = 'feature_not_supported',
                  detail = format('The model has level %s, the extension knows %s.', had, has),
                  hint = 'Update the extension first: ALTER EXTENSION bpm UPDATE.';
    end if;
    -- the functions of the tables are made once; the schema may have been renamed since
    for guard in
        select p.oid::regprocedure from pg_proc p
        where p.pronamespace = to_regnamespace(quote_ident(schema_name))
            and p.proname in ('tree_close', 'tree_close_one', 'tree_loop', 'unit_visible_close', 'tree_keep',
                              'fact_guard', 'indicator_guard', 'stage_event_lifecycle', 'unit_visible_refresh')
    loop
        execute format('alter function %s set search_path = %I, pg_temp', guard, schema_name);
    end loop;
    perform bpm.run_model_scripts(schema_name, had, has);
    perform bpm.run_model_scripts(schema_name, 69, 99);
    if has > had then
        execute format('insert into %I.model_version (level, version, upgraded_at) values (%s, %L, now())',
            schema_name, has, (select extversion from pg_extension where extname = 'bpm'));
    end if;
    return format('level %s, was %s', has, had);
end
$$;
comment on function bpm.upgrade_model(name) is
'Brings a model to this version: the migrations it does not have yet, then views and functions again. Data, columns that were added and the input views stay.';

-- who sees and who writes what

create function bpm.model_relation(schema_name name, relation name) returns regclass
    language plpgsql stable strict parallel safe
    set search_path = pg_catalog, pg_temp
as $$
begin
    if to_regclass(format('%I.model_version', schema_name)) is null then
        raise exception 'schema "%" holds no model', schema_name
            using errcode = 'invalid_schema_name',
                  hint = 'create_model makes one.';
    end if;
    return to_regclass(format('%I.%I', schema_name, relation));
end
$$;
comment on function bpm.model_relation(name, name) is 'A table or view of a model; an error when the schema holds none.';

create function bpm.enable_row_security(schema_name name) returns integer
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
    set client_min_messages = warning
as $$
declare
    t record;
    -- arrays, made once a statement: the planner does not charge them again for every row. A unit that a role sees in
    -- some years only is the exception, and looked up by its year.
    seen constant text := 'unit_id = any ((select array_agg(v.unit_id) from %1$I.unit_visible v)::text[])';
    seen_in_year constant text := seen || ' and (unit_id <> all (coalesce((select array_agg(v.unit_id) from %1$I.unit_visible v
        where v.from_year > 0 or v.to_year < 9999), ''{}'')::text[])
        or exists (select from %1$I.unit_visible v
            where v.unit_id = %2$I.unit_id and %2$I.fiscal_year between v.from_year and v.to_year))';
    rule text;
    writable boolean;
    done integer := 0;
begin
    perform bpm.model_relation(schema_name, 'model_version');
    for t in
        select c.oid::regclass as relation, c.relname as name from pg_class c
        where c.relnamespace = to_regnamespace(quote_ident(schema_name)) and c.relkind in ('r', 'p')
        order by c.relname
    loop
        writable := true;
        if t.name in ('unit', 'program') then
            rule := case t.name when 'unit' then seen else seen_in_year end;
            writable := t.name = 'program';
        elsif t.name = 'unit_move' then
            rule := seen || ' and (parent_id is null or ' || replace(seen, 'unit_id =', 'parent_id =') || ')';
            writable := false;
        elsif t.name = 'node_above' then
            rule := 'tree <> ''unit'' or ancestor_id = any ((select array_agg(v.unit_id) from %1$I.unit_visible v)::text[])';
            writable := false;
        elsif t.name in ('budget_entry', 'program_objective', 'indicator', 'target_revision', 'measurement',
                         'rating_override', 'stage_event') then
            rule := 'exists (select from %1$I.program p where p.program_id = ' || quote_ident(t.name) || '.program_id and p.fiscal_year = '
                || quote_ident(t.name) || '.fiscal_year)';
        elsif t.name in ('unit_access', 'unit_visible') then
            rule := 'role_name = any ((select array_agg(r.rolname) from pg_catalog.pg_roles r
                where pg_catalog.pg_has_role(r.oid, ''usage''))::text[])';
            writable := false;
        elsif t.name = 'published_total' then
            rule := seen_in_year || ' or ''true'' = (select s.totals_policy from %1$I.setting s where s.fiscal_year <= published_total.fiscal_year
                order by s.fiscal_year desc limit 1)';
            writable := false;
        elsif t.name like 'import\_%' then
            rule := 'loaded_by = current_user';
        elsif t.name = 'translation' then
            rule := 'kind <> ''unit'' or ' || replace(seen, 'unit_id =', 'code =');
            writable := false;
        elsif t.name in ('framework', 'framework_indicator') then
            rule := 'true';
        elsif t.name in ('model_version', 'nature', 'scope', 'fund', 'revenue_type', 'dimension', 'aspect', 'setting',
                         'function_code', 'function_move', 'economic_class', 'economic_move', 'objective', 'objective_move', 'tree_lock',
                         'lifecycle_rule', 'stage_gate') then
            rule := 'true';
            writable := false;
        else
            -- a table that a DBA has added keeps what the DBA says of it
            continue;
        end if;
        execute format('alter table %s enable row level security', t.relation);
        execute format('drop policy if exists bpm_read on %s', t.relation);
        execute format('drop policy if exists bpm_write on %s', t.relation);
        if writable then
            execute format('create policy bpm_write on %s for all using (%s) with check (%2$s)', t.relation, format(rule, schema_name, t.name));
        else
            execute format('create policy bpm_read on %s for select using (%s)', t.relation, format(rule, schema_name, t.name));
        end if;
        done := done + 1;
    end loop;
    return done;
end
$$;
comment on function bpm.enable_row_security(name) is
'Puts policies on all tables of a model: a role sees the units that unit_access gives it, with all below, and what belongs to them. The owner of the tables sees everything. Can be called again. The number of tables.';

create function bpm.grant_reader(schema_name name, role_name name) returns void
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    r record;
begin
    perform bpm.model_relation(schema_name, 'model_version');
    execute format('grant usage on schema %I to %I', schema_name, role_name);
    for r in
        select c.oid::regclass as relation from pg_class c
        where c.relnamespace = to_regnamespace(quote_ident(schema_name)) and c.relkind in ('r', 'p', 'v')
            and c.relname !~ '^(import|load)_'
    loop
        execute format('grant select on %s to %I', r.relation, role_name);
    end loop;
end
$$;
comment on function bpm.grant_reader(name, name) is
'Lets a role read a model: USAGE on the schema, SELECT on its tables and views except the import tables. With row security it sees its own units.';

create function bpm.grant_editor(schema_name name, role_name name) returns void
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    r record;
begin
    perform bpm.grant_reader(schema_name, role_name);
    for r in
        select c.oid::regclass as relation from pg_class c
        where c.relnamespace = to_regnamespace(quote_ident(schema_name)) and c.relkind = 'v' and c.relname like 'load\_%'
    loop
        execute format('grant insert on %s to %I', r.relation, role_name);
    end loop;
    for r in
        select c.oid::regclass as relation, c.relname as name,
               string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
        where c.relnamespace = to_regnamespace(quote_ident(schema_name)) and c.relkind in ('r', 'p')
            and (c.relname in ('program', 'program_objective', 'indicator', 'budget_entry', 'target_revision', 'measurement', 'rating_override',
                               'stage_event', 'framework', 'framework_indicator') or c.relname like 'import\_%')
            and a.attname not in ('recorded_at', 'recorded_by', 'loaded_by')
        group by c.oid, c.relname
    loop
        -- when and by whom is not the editor's to say
        execute format('grant insert (%s) on %s to %I', r.columns, r.relation, role_name);
        if r.name = 'program_objective' then
            execute format('grant update (share), delete on %s to %I', r.relation, role_name);
        elsif r.name in ('program', 'indicator') then
            execute format('grant update (%s) on %s to %I', r.columns, r.relation, role_name);
        elsif r.name like 'import\_%' then
            execute format('grant select, delete on %s to %I', r.relation, role_name);
            execute format('grant update (%s) on %s to %I', r.columns, r.relation, role_name);
        end if;
    end loop;
end
$$;
comment on function bpm.grant_editor(name, name) is
'Lets a role read a model and add to it: programs, indicators, frameworks, facts and imports, but not when and by whom a fact was recorded, and neither units, classifications, settings nor who sees what.';
