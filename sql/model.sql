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
            and (day <= 28
                 or day <= extract(day from make_date(year, month, 1) + interval '1 month' - interval '1 day')) then
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
    -- known: what was recorded later is left out; before: the end of the day.
    -- A day that no timestamp reaches is infinity.
    moment constant text := '(select x.day, x.known, x.zone, (x.day + 1)::timestamp at time zone x.zone as before
        from (select case when y.day < date ''4000-01-01 BC'' then ''-infinity''
                          when y.day > date ''200000-12-31'' then ''infinity'' else y.day end as day, y.known, y.zone
              from (select %s as day, %s as known, z.zone
                    from (select coalesce((select min(p.time_zone) from place p), ''UTC'') as zone) z) y) x offset 0)';
    at_sessions constant text := format(moment, 'coalesce(bpm.as_of(), (now() at time zone z.zone)::date)',
                                        'coalesce(bpm.known_at(), ''infinity'')');
    at_given constant text := format(moment, 'coalesce($1, (now() at time zone z.zone)::date)',
                                     'coalesce($2, ''infinity'')');
begin
    execute format('create or replace view %I with (security_invoker = true) as %s', name,
        regexp_replace(regexp_replace(query, '@day\M', at_sessions, 'g'), '@(\w+)', '\1', 'g'));
    execute format('comment on view %I is %L', name, meaning);
    execute format('create or replace function %I(on_day date, as_known timestamptz default ''infinity'')
        returns setof %I
        language sql stable parallel safe begin atomic %s; end', name || '_at', name,
        regexp_replace(regexp_replace(query, '@day\M', at_given, 'g'), '@(\w+)', '\1_at($1, $2)', 'g'));
    execute format('comment on function %I(date, timestamptz) is %L', name || '_at',
        format('%s on a day, as known at a time, whatever bpm.as_of and bpm.known_at say.', name));
end
$$;
comment on function bpm.define_result(text, text, text) is
'Makes a result of a model in the schema that comes first in the search_path: from one text a view, which obeys '
'bpm.as_of and bpm.known_at, and a function beside it, which takes the day and the time. In the text @day stands for '
'the moment (columns day, known, zone, before), and @name for another result at the same moment. Used by the scripts '
'of the model.';

-- what it is made of

create function bpm.model_tables(out name text, out belongs_to text, out history text, out written_by text,
                                 out inserts text[], out updates text[], out deletes boolean) returns setof record
    language sql immutable parallel safe rows 110
    set search_path = pg_catalog, pg_temp
as $$
    values
    -- whose rows: unit (of a unit), program (of a program and year), rule (everybody's), import (of who loaded them),
    -- total (published), internal (see enable_row_security), view (made once, as the tables are)
    ('model_version', 'internal', null, null, null::text[], null::text[], false),
    ('model_object', 'internal', null, null, null, null, false),
    -- rules
    ('nature', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('scope', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('fund', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('revenue_type', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('dimension', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('aspect', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('translation', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('place', 'rule', 'rule_log', 'rules', null, '{*}', false),
    ('setting', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('lifecycle_rule', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('stage_gate', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('revision_stage', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('stage_grade', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('framework', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('framework_indicator', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('evaluation', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('score_rule', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('evaluation_gate', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('grade_band', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('breakdown', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('monitor_rule', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('sample_rule', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('unusual_year', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('application_rule', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    -- trees; who lies below whom among the units is who sees what, so they are in the hands of the owner alone
    ('unit', 'unit', 'rule_log', null, null, null, false),
    ('unit_move', 'unit', 'rule_log', null, null, null, false),
    ('function_code', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('function_move', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('economic_class', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('economic_move', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('objective', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('objective_move', 'rule', 'rule_log', 'rules', '{*}', '{*}', true),
    ('tree_lock', 'internal', null, 'rules', null, '{changes}', false),
    ('node_above', 'internal', null, 'rules', '{*}', null, true),
    ('node_tree', 'view', null, null, null, null, false),
    -- these two read as their owner, for the guards: nobody else reads them
    ('evaluation_closed', 'internal', null, null, null, null, false),
    ('year_closed', 'internal', null, null, null, null, false),
    -- programs: what decides how one is judged and where it counts is a rule once the program is there
    -- when it is added it may be judged as it was the year before: a guard of the table sees to it
    ('program', 'unit', 'program_log', 'programs', '{*}',
     '{*,-unit_id,-nature,-scope,-lifecycle_id,-framework_id,-weight,-is_key}', false),
    ('program', 'unit', 'program_log', 'rules', null,
     '{unit_id,nature,scope,lifecycle_id,framework_id,weight,is_key}', false),
    ('program_objective', 'program', 'program_log', 'programs', '{*}', '{*}', true),
    ('responsible', 'program', 'program_log', 'programs', '{*}', '{*}', true),
    ('program_log', 'program', null, null, null, null, false),
    ('rule_log', 'rule', null, null, null, null, false),
    -- targets; is_group, breakdown_ref and grader_ref are computed: the right to them says who holds the duty
    ('indicator', 'program', 'program_log', 'targets', '{*,is_group}',
     '{name,dimension,aspect,unit_of_measure,due,figure_every,owner,sort}', true),
    ('indicator', 'program', 'program_log', 'grading', '{*}',
     '{name,dimension,aspect,unit_of_measure,due,figure_every,owner,sort}', true),
    ('indicator', 'program', 'program_log', 'rules', null,
     '{parent_id,source,same_as,numerator,denominator,ratio_as,buys,conforming_of,method,moves,stale_days,baseline,'
     'adjustment_id,is_group}', false),
    ('indicator_tree', 'program', null, 'rules', '{*}', '{moves}', false),
    ('target_revision', 'program', null, 'targets', '{*}', null, false),
    ('target_revision', 'program', null, 'grading', '{*}', null, false),
    ('indicator_plan', 'program', null, 'targets', '{*}', null, false),
    ('adjustment', 'program', null, 'targets', '{*}', null, false),
    -- money
    ('adjustment', 'program', null, 'money', '{*}', null, false),
    ('budget_entry', 'program', null, 'money', '{*}', null, false),
    -- figures and grades
    ('measurement', 'program', null, 'measuring', '{*,breakdown_ref}', null, false),
    ('measurement', 'program', null, 'grading', '{*,grader_ref}', null, false),
    ('evaluation_comment', 'program', null, 'measuring', '{*,indicator_ref}', null, false),
    ('evaluation_comment', 'program', null, 'grading', '{*,evaluation_ref}', null, false),
    ('program_budget', 'view', null, null, null, null, false),
    ('indicator_actual', 'view', null, null, null, null, false),
    -- approving
    ('stage_event', 'program', null, 'approving', '{*,-lifecycle}', null, false),
    ('program_evaluation', 'program', 'program_log', 'approving', '{*}', '{*}', true),
    ('evaluation_event', 'program', null, 'approving', '{*}', null, false),
    ('year_event', 'rule', null, 'approving', '{*}', null, false),
    ('grader', 'program', 'program_log', 'approving', '{*}', '{*}', true),
    ('rating_override', 'program', null, 'approving', '{*}', null, false),
    -- rounds of monitoring; who keeps the ledger or the figures of a program answers to what they saw
    ('monitoring_round', 'rule', null, 'approving', '{*}', null, false),
    ('monitoring_seen', 'program', null, 'approving', '{*}', null, false),
    ('monitoring_alert', 'program', null, 'approving', '{*}', null, false),
    ('deviation_answer', 'program', null, 'measuring', '{*}', null, false),
    ('deviation_answer', 'program', null, 'money', '{*}', null, false),
    -- what is drawn for evaluation
    ('sample_draw', 'rule', null, 'approving', '{*}', null, false),
    ('sample_member', 'program', null, 'approving', '{*}', null, false),
    -- findings; is_report and is_verdict are computed, as above: who finds something does not report it rectified
    ('finding', 'program', null, 'grading', '{*}', null, false),
    ('finding_event', 'program', null, 'measuring', '{*,-n,is_report}', null, false),
    ('finding_event', 'program', null, 'money', '{*,-n,is_report}', null, false),
    ('finding_event', 'program', null, 'grading', '{*,-n,is_verdict}', null, false),
    -- who sees what is in the hands of the owner alone
    ('unit_access', 'internal', 'rule_log', null, null, null, false),
    ('unit_visible', 'internal', null, null, null, null, false),
    -- publications; the views over them are read by guards, as their owner
    -- when and by whom is in its hash: publish() says it, and a guard of the table sees to it
    ('publication', 'rule', null, 'publishing', '{*,published_at,published_by}', null, false),
    ('publication_event', 'rule', null, 'publishing', '{*}', null, false),
    ('publication_rule', 'rule', null, 'publishing', '{*}', null, false),
    ('publication_program', 'program', null, 'publishing', '{*}', null, false),
    ('publication_item', 'program', null, 'publishing', '{*}', null, false),
    ('publication_money', 'program', null, 'publishing', '{*}', null, false),
    ('publication_person', 'program', null, 'publishing', '{*}', null, false),
    ('publication_node', 'internal', null, 'publishing', '{*}', null, false),
    ('publication_standing', 'view', null, null, null, null, false),
    ('evaluation_published', 'internal', null, null, null, null, false),
    ('program_published', 'internal', null, null, null, null, false),
    ('year_published', 'internal', null, null, null, null, false),
    ('publication_made', 'internal', null, null, null, null, false),
    ('tree_lock', 'internal', null, 'publishing', null, '{changes}', false),
    ('published_total', 'total', null, 'publishing', '{*}', null, false),
    -- the next budget: who proposes it does not accept it; is_answer and is_verdict are computed, as above
    ('scenario', 'rule', null, 'budgeting', '{*}', null, false),
    ('scenario_ceiling', 'unit', null, 'budgeting', '{*}', null, false),
    ('proposal', 'unit', null, 'budgeting', '{*}', null, false),
    ('proposal_hold', 'unit', null, 'budgeting', '{*}', null, false),
    ('scenario_event', 'rule', null, 'approving', '{*,-n}', null, false),
    ('proposal_answer', 'unit', null, 'measuring', '{*,-n,is_answer}', null, false),
    ('proposal_answer', 'unit', null, 'money', '{*,-n,is_answer}', null, false),
    ('proposal_answer', 'unit', null, 'approving', '{*,-n,is_verdict}', null, false),
    ('scenario_accepted', 'view', null, null, null, null, false),
    -- text that waits for import_rows
    ('import_unit', 'import', null, 'rules', '{*}', '{*}', true),
    ('import_program', 'import', null, 'programs', '{*}', '{*}', true),
    ('import_indicator', 'import', null, 'targets', '{*}', '{*}', true),
    ('import_budget', 'import', null, 'money', '{*}', '{*}', true),
    ('import_measurement', 'import', null, 'measuring', '{*}', '{*}', true),
    ('import_measurement', 'import', null, 'grading', '{*}', '{*}', true)
$$;
comment on function bpm.model_tables() is
'The tables of a model (and the views that are made once): whose rows they hold; the log of their changes; and, one '
'row per duty, who adds what, changes what and removes. Columns are listed, or * for all but those that say when and '
'by whom (and, for changes, the key), less those with a minus.';

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
comment on function bpm.model_relation(name, name) is
'A table or view of a model; an error when the schema holds none.';

create function bpm.model_objects(schema_name name, made_in name default null, printed boolean default true,
                                  out kind text, out name text, out objid oid, out owner oid,
                                  out print text, out comments jsonb) returns setof record
    language plpgsql stable parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    space constant regnamespace := quote_ident(coalesce(made_in, schema_name))::regnamespace;
begin
    -- the server leaves the schema out of a definition where the search path finds the same
    perform set_config('search_path', concat_ws(', ', quote_ident(made_in), quote_ident(schema_name), 'pg_temp'), true);
    return query
    select 'view', c.relname::text, c.oid, c.relowner,
           case when printed then md5(concat_ws('|', pg_get_viewdef(c.oid), c.reloptions::text,
               (select string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod)), ','
                                  order by a.attnum)
                from pg_attribute a where a.attrelid = c.oid and a.attnum > 0))) end,
           (select jsonb_object_agg(case d.objsubid when 0 then '' else a.attname end, d.description)
            from pg_description d
            left join pg_attribute a on a.attrelid = d.objoid and a.attnum = d.objsubid
            where d.classoid = 'pg_class'::regclass and d.objoid = c.oid)
    from pg_class c
    where c.relnamespace = space and c.relkind = 'v'
    union all
    select 'function', format('%s(%s)', quote_ident(p.proname), pg_get_function_identity_arguments(p.oid)),
           p.oid, p.proowner,
           case when printed then md5(concat_ws('|', pg_get_function_arguments(p.oid),
               pg_get_function_result(p.oid), p.prosrc,
               pg_get_function_sqlbody(p.oid), p.prolang, p.prokind, p.provolatile, p.proisstrict, p.proparallel,
               p.prosecdef, p.procost, p.prorows,
               (select string_agg(s, ',' order by s) from unnest(p.proconfig) s
                where s not like 'search\_path=%'))) end,
           (select jsonb_build_object('', d.description) from pg_description d
            where d.classoid = 'pg_proc'::regclass and d.objoid = p.oid and d.objsubid = 0)
    from pg_proc p
    where p.pronamespace = space
    union all
    select 'trigger', format('%I on %I', t.tgname, c.relname), t.oid, c.relowner,
           case when printed then md5(replace(pg_get_triggerdef(t.oid), coalesce(quote_ident(made_in), '?'),
                                              quote_ident(schema_name))) end,
           null::jsonb
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid and c.relkind in ('r', 'p')
    where not t.tgisinternal and t.tgparentid = 0
        and c.relnamespace = quote_ident(schema_name)::regnamespace
        -- a trigger that the scripts make for a function of theirs names it, as its function or in its arguments
        and (made_in is null or strpos(pg_get_triggerdef(t.oid), quote_ident(made_in)) > 0);
end
$$;
comment on function bpm.model_objects(name, name, boolean) is
'The views, functions and triggers in the schema of a model, each with a digest of its definition (unless that is not '
'asked for, as it takes long) and its comments; with a second schema, those that lie there, over the tables of the '
'first. Used by create_model and upgrade_model.';

create function bpm.is_made(relation regclass) returns boolean
    language plpgsql stable strict parallel safe
    set search_path = pg_catalog, pg_temp
as $$
declare
    objects constant regclass := (select o.oid from pg_class c
        join pg_class o on o.relnamespace = c.relnamespace and o.relname = 'model_object' where c.oid = relation);
    known boolean;
begin
    if objects is not null then
        execute format('select bool_or(o.kind = ''view'' and o.name = c.relname)
            from %s o, pg_class c where c.oid = $1', objects) into known using relation;
    end if;
    return coalesce(known, true);
end
$$;
comment on function bpm.is_made(regclass) is
'Whether a view is one that the scripts of the model make; also while nothing is known of any, as when the model is '
'being made. Used by the scripts.';

-- making and upgrading

create function bpm.run_model_scripts(schema_name name, after integer, upto integer, made_in name default null)
    returns void
    language plpgsql volatile parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    script record;
begin
    -- pg_catalog comes first without being named, and what is created goes to the schema that is named first
    perform set_config('search_path', concat_ws(', ', quote_ident(made_in), quote_ident(schema_name), 'pg_temp'), true);
    for script in
        select s.part, s.script from bpm.model_scripts() s
        where substr(s.part, 1, 2)::integer > after and substr(s.part, 1, 2)::integer <= upto
        order by s.part
    loop
        -- what is as it was is made over, not anew: there each statement begins its line
        execute case when script.part < '70' then script.script
                     else regexp_replace(script.script, '^create (view|function|trigger)\M',
                                         'create or replace \1', 'gn') end;
    end loop;
end
$$;
comment on function bpm.run_model_scripts(name, integer, integer, name) is
'Runs the scripts of the model whose number is above the first and not above the second, in a schema; what they make '
'goes to another one where that is named. Used by create_model and upgrade_model.';

create function bpm.analyze_model(schema_name name) returns void
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    t regclass;
begin
    for t in
        select distinct c.oid from bpm.model_tables() m
        join pg_class c on c.relname = m.name and c.relkind in ('r', 'p')
            and c.relnamespace = to_regnamespace(quote_ident(schema_name))
        order by c.oid
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
declare
    made_once text[];
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
    execute format('comment on schema %I is %L', schema_name,
        'Budget performance management: tables and views made by bpm.create_model, yours to change.');
    perform bpm.run_model_scripts(schema_name, 0, 69);
    select array_agg(o.kind || ' ' || o.name) into made_once from bpm.model_objects(schema_name, null, false) o;
    perform bpm.run_model_scripts(schema_name, 69, 99);
    execute format('insert into %I.model_object (kind, name, comments)
        select o.kind, o.name, o.comments from bpm.model_objects(%L, null, false) o
        where o.kind <> ''trigger'' and o.kind || '' '' || o.name <> all ($1)',
        schema_name, schema_name) using made_once;
    execute format('insert into %I.model_version (level, version, upgraded_at)
        select max(substr(part, 1, 2)::integer), %L, now()
        from bpm.model_scripts() where substr(part, 1, 2)::integer < 70', schema_name,
        (select extversion from pg_extension where extname = 'bpm'));
    -- Of a table that was never looked at the planner expects ten pages: then small models have plans for large ones.
    perform bpm.analyze_model(schema_name);
end
$$;
comment on function bpm.create_model(name) is
'Makes a schema with the tables and views of budget performance management. They belong to the user who calls it, are '
'dumped by pg_dump and may be altered.';

create function bpm.lock_model(schema_name name) returns integer
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    -- A reader who waits for this long asks whether there is a deadlock, and is its victim. So nobody has to wait so
    -- long for somebody who waits himself: what was locked is let go before, and asked for again.
    patience constant integer := (select s.setting::integer / 2 from pg_settings s where s.name = 'deadlock_timeout');
    had constant text := current_setting('lock_timeout');
    relations oid[];
    busy oid;
    r oid;
    began timestamptz;
    left_over integer;
begin
    -- views before what they read, as readers lock them; then the tables
    with recursive reads (id, of) as (
        select distinct w.ev_class, d.refobjid
        from pg_class v
        join pg_rewrite w on w.ev_class = v.oid
        join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
            and d.refclassid = 'pg_class'::regclass and d.refobjid <> v.oid
        join pg_class o on o.oid = d.refobjid and o.relkind = 'v'
        where v.relkind = 'v' and v.relnamespace = quote_ident(schema_name)::regnamespace
            and o.relnamespace = v.relnamespace
    ), depth (id, n) as (
        select c.oid, 0 from pg_class c
        where c.relkind = 'v' and c.relnamespace = quote_ident(schema_name)::regnamespace
        union
        select r.of, d.n + 1 from depth d join reads r on r.id = d.id
    )
    select array_agg(x.id order by x.place, x.id) into relations
    from (select d.id, max(d.n) as place from depth d group by d.id
          union all
          select distinct c.oid, 1000 from bpm.model_tables() m
          join pg_class c on c.relname = m.name and c.relkind in ('r', 'p')
              and c.relnamespace = quote_ident(schema_name)::regnamespace) x;
    for attempt in 1 .. 1000 loop
        if busy is not null then
            -- Until it is free. Nothing is held meanwhile, nor kept of it: those who wait behind have been counting.
            begin
                perform set_config('lock_timeout', '0', true);
                perform bpm.lock_relation(busy);
                raise exception using errcode = 'BPM00', message = 'taken back';
            exception when sqlstate 'BPM00' then
                null;
            end;
        end if;
        begin
            began := clock_timestamp();
            foreach r in array relations loop
                busy := r;
                left_over := patience - (extract(epoch from clock_timestamp() - began) * 1000)::integer;
                if left_over <= 0 then
                    raise lock_not_available;
                end if;
                perform set_config('lock_timeout', left_over::text, true);
                perform bpm.lock_relation(r);
            end loop;
            perform set_config('lock_timeout', had, true);
            return cardinality(relations);
        exception when lock_not_available then
            perform pg_sleep(random() * patience / 10000);
        end;
    end loop;
    perform set_config('lock_timeout', had, true);
    raise exception 'the model in schema "%" is too busy', schema_name
        using errcode = 'lock_not_available',
              hint = 'Try again when fewer sessions keep their transactions open.';
end
$$;
comment on function bpm.lock_model(name) is
'Locks all views and tables of a model against everybody: waits for those who read and write, and never so that one '
'of them becomes the victim of a deadlock. The number of views and tables. Used by upgrade_model.';

create function bpm.lock_relation(relation regclass) returns void
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    found_it record;
begin
    select c.relkind, c.relowner::regrole as owner into found_it from pg_class c where c.oid = relation;
    if found_it.relkind = 'v' then
        -- LOCK TABLE would lock all that is below a view as well; an owner who stays the same is no change
        execute format('alter view %s owner to %s', relation, found_it.owner);
    elsif found then
        execute format('lock table %s in access exclusive mode', relation);
    end if;
end
$$;
comment on function bpm.lock_relation(regclass) is
'Locks a table, or a view alone, against everybody. Used by lock_model.';

create function bpm.model_dependents(views oid[], functions oid[],
                                     out classid oid, out objid oid, out depends_on text) returns setof record
    language sql stable parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    with recursive below (classid, objid, depends_on) as (
        select 'pg_class'::regclass::oid, v.id, c.relname::text
        from unnest(views) as v (id)
        join pg_class c on c.oid = v.id
        union all
        select 'pg_proc'::regclass, f.id, p.proname
        from unnest(functions) as f (id)
        join pg_proc p on p.oid = f.id
        union
        select case when r.oid is not null then 'pg_class'::regclass::oid else d.classid end,
               coalesce(r.ev_class, d.objid), b.depends_on
        from below b
        join pg_depend d on d.refclassid = b.classid and d.refobjid = b.objid
        left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
    )
    select b.classid, b.objid, min(b.depends_on) from below b group by b.classid, b.objid
$$;
comment on function bpm.model_dependents(oid[], oid[]) is
'All that depends on views and functions, these included: what it is, and the name of one that it depends on. Used by '
'upgrade_model.';

create function bpm.model_changes(schema_name name, made jsonb,
                                  out kind text, out name text, out objid oid, out is_made boolean, out is_own boolean,
                                  out goes boolean, out retold boolean, out comments jsonb, out told jsonb)
    returns setof record
    language plpgsql stable strict parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    known jsonb;
begin
    execute format('select coalesce(jsonb_agg(to_jsonb(o)), ''[]'') from %I.model_object o', schema_name) into known;
    return query
    select coalesce(m.kind, h.kind), coalesce(m.name, h.name), h.objid, m.name is not null,
           -- of a model that was made by hand all is its own that has the name
           h.name is not null and (k.name is not null or m.name is not null and (known = '[]' or m.kind = 'trigger')),
           m.print is distinct from h.print and h.name is not null and (k.name is not null or m.name is not null)
               and coalesce(m.kind, h.kind) <> 'trigger',
           m.name is not null and case m.kind when 'trigger' then m.print is distinct from h.print
                                              else m.comments is distinct from k.comments end,
           h.comments, k.comments
    from jsonb_to_recordset(made) as m (kind text, name text, print text, comments jsonb)
    full join bpm.model_objects(schema_name) h on h.kind = m.kind and h.name = m.name
    left join jsonb_to_recordset(known) as k (kind text, name text, comments jsonb)
        on k.kind = coalesce(m.kind, h.kind) and k.name = coalesce(m.name, h.name);
end
$$;
comment on function bpm.model_changes(name, jsonb) is
'The views, functions and triggers of a model beside those that a version makes: which it made before, which go, '
'which have other comments; the comments that they have, and those they were made with. Used by upgrade_model.';

create function bpm.model_grants(schema_name name, kind text, objid oid) returns setof text
    language sql stable strict parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    select format('revoke all on %s from public', c.oid::regclass)
    from pg_class c where kind = 'view' and c.oid = objid and c.relacl is not null
    union all
    select format('grant %s on %s to %s%s', g.privilege_type, c.oid::regclass,
                  case g.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end,
                  case when g.is_grantable then ' with grant option' end)
    from pg_class c, aclexplode(c.relacl) g
    where kind = 'view' and c.oid = objid and g.grantee <> c.relowner
    union all
    select format('grant %s (%I) on %s to %s%s', g.privilege_type, a.attname, c.oid::regclass,
                  case g.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end,
                  case when g.is_grantable then ' with grant option' end)
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0, aclexplode(a.attacl) g
    where kind = 'view' and c.oid = objid and g.grantee <> c.relowner
    union all
    select format('revoke all on routine %s from public', p.oid::regprocedure)
    from pg_proc p where kind = 'function' and p.oid = objid and p.proacl is not null
    union all
    select format('grant execute on routine %s to %s%s', p.oid::regprocedure,
                  case g.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end,
                  case when g.is_grantable then ' with grant option' end)
    from pg_proc p, aclexplode(p.proacl) g
    where kind = 'function' and p.oid = objid and g.grantee <> p.proowner
$$;
comment on function bpm.model_grants(name, text, oid) is
'The statements that give a view or function of a model the grants it has. Used by upgrade_model.';

create function bpm.upgrade_model(schema_name name) returns text
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
    set client_min_messages = warning
as $$
declare
    had integer;
    has integer := (select max(substr(part, 1, 2)::integer) from bpm.model_scripts()
        where substr(part, 1, 2)::integer < 70);
    trial constant name := format('bpm trial %s', pg_backend_pid());
    owned_by name;
    routine regprocedure;
    made jsonb;
    named text;
    definitions text;
    own oid[];
    own_triggers oid[];
    gone_views oid[];
    gone_functions oid[];
    mends text[];
    drops text[];
    statement text;
begin
    perform bpm.model_relation(schema_name, 'model_version');
    execute format('lock table %I.model_version in exclusive mode', schema_name);
    execute format('select max(level) from %I.model_version', schema_name) into had;
    if had > has then
        raise exception 'the model in schema "%" is newer than this extension', schema_name
            using errcode = 'feature_not_supported',
                  detail = format('The model has level %s, the extension knows %s.', had, has),
                  hint = 'Update the extension first: ALTER EXTENSION bpm UPDATE.';
    end if;
    perform bpm.lock_model(schema_name);
    select pg_get_userbyid(c.relowner) into owned_by from pg_class c
    where c.oid = bpm.model_relation(schema_name, 'model_version');

    -- The schema may have been renamed since its functions were made: those that have the path of the oldest one.
    for routine in
        select p.oid from pg_proc p
        join pg_proc oldest on oldest.pronamespace = p.pronamespace and oldest.proname = 'fact_guard'
        where p.pronamespace = quote_ident(schema_name)::regnamespace
            and exists (select from unnest(p.proconfig) s join unnest(oldest.proconfig) t on s = t
                        where s like 'search\_path=%' and s <> format('search_path=%I, pg_temp', schema_name))
    loop
        execute format('alter routine %s set search_path = %I, pg_temp', routine, schema_name);
    end loop;

    perform bpm.run_model_scripts(schema_name, had, has);
    if has > had then
        execute format('insert into %I.model_version (level, version, upgraded_at) values (%s, %L, now())',
            schema_name, has, (select extversion from pg_extension where extname = 'bpm'));
    end if;

    -- what this version makes, to be compared with what is there: in a schema beside it, and all of it taken back
    begin
        execute format('create schema %I', trial);
        perform bpm.run_model_scripts(schema_name, 69, 99, trial);
        select jsonb_agg(to_jsonb(m)) into made from bpm.model_objects(schema_name, trial) m;
        raise exception using errcode = 'BPM00', message = 'taken back';
    exception when sqlstate 'BPM00' then
        null;
    end;

    select min(format('%s "%s"', c.kind, c.name)) into named
    from bpm.model_changes(schema_name, made) c
    where c.objid is not null and c.is_made and not c.is_own;
    if named is not null then
        raise exception 'schema "%" has a % that the model did not make', schema_name, named
            using errcode = 'duplicate_object',
                  detail = 'This version of the model makes one by that name.',
                  hint = 'Rename yours, or move it to another schema.';
    end if;
    if not exists (select from bpm.model_changes(schema_name, made) c
                   where c.goes or c.retold or c.is_made and c.objid is null) then
        return format('level %s, was %s', has, had);
    end if;

    select array_agg(c.objid) filter (where c.kind <> 'trigger'), array_agg(c.objid) filter (where c.kind = 'trigger'),
           array_agg(c.objid) filter (where c.kind = 'view' and c.goes),
           array_agg(c.objid) filter (where c.kind = 'function' and c.goes)
        into own, own_triggers, gone_views, gone_functions
    from bpm.model_changes(schema_name, made) c
    where c.is_own;

    -- what hangs on what goes: the model's own is made again; what is somebody's own, he is told about
    select min(format('%s depends on "%s"', x.what, x.depends_on)),
           string_agg(x.what || e':\n' || x.definition, e'\n' order by x.what)
        into named, definitions
    from (
        select pg_describe_object(d.classid, d.objid, 0) as what, d.depends_on,
               case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid, true)
                    when p.oid is not null then pg_get_functiondef(p.oid)
                    when t.oid is not null then pg_get_triggerdef(t.oid, true)
                    else '(see the catalogs)' end as definition
        from bpm.model_dependents(gone_views, gone_functions) d
        left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
        left join pg_proc p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
        left join pg_trigger t on d.classid = 'pg_trigger'::regclass and t.oid = d.objid
        left join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
        where case when d.classid in ('pg_class'::regclass, 'pg_proc'::regclass) then d.objid <> all (own)
                   when d.classid = 'pg_trigger'::regclass
                       then t.tgrelid <> all (own) and t.oid <> all (coalesce(own_triggers, '{}'))
                           and not t.tgisinternal
                   when d.classid = 'pg_attrdef'::regclass then a.adrelid <> all (own)
                   -- the types of rows come and go with their views
                   else d.classid <> 'pg_type'::regclass end) x;
    if named is not null then
        raise exception '%, which this version makes anew', named
            using errcode = 'dependent_objects_still_exist',
                  detail = definitions,
                  hint = 'Drop it, upgrade the model, then make it again.';
    end if;

    -- grants of what goes, and comments that are not the model's
    select array_agg(case d.classid
                         when 'pg_class'::regclass then format('drop view if exists %s cascade', d.objid::regclass)
                         else format('drop routine if exists %s cascade', d.objid::regprocedure) end)
        into drops
    from bpm.model_dependents(gone_views, gone_functions) d
    where d.classid in ('pg_class'::regclass, 'pg_proc'::regclass);
    select array_agg(x.statement order by x.place) into mends
    from (
        select g.place, g.statement
        from bpm.model_dependents(gone_views, gone_functions) d
        join bpm.model_changes(schema_name, made) c on c.objid = d.objid and c.is_made
            and d.classid = case c.kind when 'view' then 'pg_class' when 'function' then 'pg_proc' end::regclass
        cross join lateral bpm.model_grants(schema_name, c.kind, c.objid) with ordinality g (statement, place)
        union all
        select 0, case when c.kind = 'function'
                           then format('comment on routine %s is %L', c.objid::regprocedure, t.value)
                       when t.key = '' then format('comment on view %s is %L', c.objid::regclass, t.value)
                       else format('comment on column %s.%I is %L', c.objid::regclass, t.key, t.value) end
        from bpm.model_changes(schema_name, made) c
        cross join lateral jsonb_each_text(c.comments) t
        where c.is_own and c.is_made and c.told is not null and t.value is distinct from c.told ->> t.key) x;
    foreach statement in array coalesce(drops, '{}') loop
        execute statement;
    end loop;
    execute format('delete from %I.model_object', schema_name);
    execute format('insert into %I.model_object (kind, name, comments)
        select m.kind, m.name, m.comments from jsonb_to_recordset($1) as m (kind text, name text, comments jsonb)
        where m.kind <> ''trigger''', schema_name) using made;
    perform bpm.run_model_scripts(schema_name, 69, 99);
    for statement in
        select case o.kind when 'view' then format('alter view %s owner to %I', o.objid::regclass, owned_by)
                           else format('alter routine %s owner to %I', o.objid::regprocedure, owned_by) end
        from bpm.model_objects(schema_name) o
        join jsonb_to_recordset(made) as m (kind text, name text) on m.kind = o.kind and m.name = o.name
        where o.kind <> 'trigger' and pg_get_userbyid(o.owner) <> owned_by
    loop
        execute statement;
    end loop;
    foreach statement in array coalesce(mends, '{}') loop
        begin
            execute statement;
        exception when undefined_column or undefined_function or undefined_table then
            -- a column that this version does not have any more
            null;
        end;
    end loop;
    return format('level %s, was %s', has, had);
end
$$;
comment on function bpm.upgrade_model(name) is
'Brings a model to this version: the migrations that it does not have yet, then its views and functions, as far as '
'they are made otherwise than before. Readers and writers wait. Data, columns that were added, the input views, '
'grants, and comments on views and functions stay. What somebody has made over a view that has to be made anew is '
'named first, with its definition (2BP01).';

-- the office's own tables as inputs

create function bpm.use_input(of_view regclass, needed text[], query text)
    returns table (input text, kind text, program_id text, fiscal_year integer, item text, detail text, mend text)
    language plpgsql volatile parallel unsafe
as $$
#variable_conflict use_column
declare
    view_name constant name := (select c.relname from pg_catalog.pg_class c where c.oid = of_view);
    space constant name := (select n.nspname from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = of_view);
    body text := pg_catalog.btrim(query, e' \t\n\r;');
    probe constant text := pg_catalog.format('pg_temp.%I', 'bpm input ' || pg_catalog.pg_backend_pid());
    message text;
    missing text;
    unknown text;
    unfit text;
    columns text;
begin
    if body is null or body = '' then
        raise exception 'there is no query'
            using errcode = 'invalid_parameter_value',
                  hint = 'Write a SELECT over your tables, whose columns are named like those of the view.';
    end if;
    -- as a view, so that the server says which columns it has, and nothing is run
    begin
        execute pg_catalog.format(e'create view %s as\n%s\n', probe, body);
    exception when syntax_error or duplicate_column or feature_not_supported or undefined_parameter
            or invalid_table_definition then
        get stacked diagnostics message = message_text;
        raise exception 'the query does not fit "%": %', view_name, message
            using errcode = sqlstate,
                  hint = 'It is one SELECT without parameters, and each of its columns has a name of its own.';
    end;
    -- q: what the query has; v: what the view has
    select pg_catalog.string_agg(pg_catalog.quote_ident(q.attname), ', ' order by q.attnum) into unknown
    from pg_catalog.pg_attribute q
    where q.attrelid = probe::regclass and q.attnum > 0
        and not exists (select from pg_catalog.pg_attribute v
                        where v.attrelid = of_view and v.attnum > 0 and v.attname = q.attname);
    select pg_catalog.string_agg(pg_catalog.quote_ident(n.name), ', ' order by n.place) into missing
    from pg_catalog.unnest(needed) with ordinality as n (name, place)
    where not exists (select from pg_catalog.pg_attribute q
                      where q.attrelid = probe::regclass and q.attnum > 0 and q.attname = n.name);
    -- text goes by way of its letters; a domain is what it is of
    select pg_catalog.string_agg(pg_catalog.format('%I is %s, not %s', q.attname,
               pg_catalog.format_type(q.atttypid, q.atttypmod), pg_catalog.format_type(v.atttypid, v.atttypmod)),
               '; ' order by v.attnum) into unfit
    from pg_catalog.pg_attribute v
    join pg_catalog.pg_attribute q on q.attrelid = probe::regclass and q.attnum > 0 and q.attname = v.attname
    join pg_catalog.pg_type qt on qt.oid = q.atttypid
    join pg_catalog.pg_type vt on vt.oid = v.atttypid
    where v.attrelid = of_view and v.attnum > 0
        and vt.oid not in (qt.oid, qt.typbasetype) and 'S' not in (qt.typcategory, vt.typcategory)
        and not exists (select from pg_catalog.pg_cast c
                        where c.castsource in (qt.oid, qt.typbasetype) and c.casttarget = vt.oid);
    select pg_catalog.string_agg(
               case when f.filler is null and q.attname is null
                        then pg_catalog.format('null::%s as %I', f.type, v.attname)
                    when f.filler is null then pg_catalog.format('q.%I::%s as %1$I', v.attname, f.type)
                    when q.attname is null then pg_catalog.format('%L::%s as %I', f.filler, f.type, v.attname)
                    else pg_catalog.format('coalesce(q.%I::%s, %L) as %1$I', v.attname, f.type, f.filler) end,
               e',\n       ' order by v.attnum) into columns
    from pg_catalog.pg_attribute v
    cross join lateral (
        select pg_catalog.format_type(v.atttypid, v.atttypmod) as type,
               case v.attname when 'recorded_at' then '-infinity' when 'evaluation' then 'self'
                    when 'grader' then '' when 'breakdown' then '' end as filler) f
    left join pg_catalog.pg_attribute q on q.attrelid = probe::regclass and q.attnum > 0 and q.attname = v.attname
    where v.attrelid = of_view and v.attnum > 0;
    -- as the server reads it: one statement, whatever stood around it
    body := pg_catalog.rtrim(pg_catalog.pg_get_viewdef(probe::regclass), ';');
    execute pg_catalog.format('drop view %s', probe);
    if unknown is not null or missing is not null then
        raise exception 'the query does not fit "%"', view_name
            using errcode = 'undefined_column',
                  detail = pg_catalog.concat_ws(' ', 'It lacks ' || missing || '.',
                                                'There is no place for ' || unknown || '.'),
                  hint = pg_catalog.format('The columns are %s. All but %s can be left out.',
                      (select pg_catalog.string_agg(v.attname, ', ' order by v.attnum) from pg_catalog.pg_attribute v
                       where v.attrelid = of_view and v.attnum > 0), pg_catalog.array_to_string(needed, ', '));
    elsif unfit is not null then
        raise exception 'the query does not fit "%"', view_name
            using errcode = 'datatype_mismatch',
                  detail = pg_catalog.format('There is no cast: %s.', unfit),
                  hint = 'Write in the query how it is to be read.';
    end if;
    execute pg_catalog.format(
        e'create or replace view %I.%I with (security_invoker = true) as\nselect %s\nfrom (\n%s\n) q',
        space, view_name, columns, body);
    return query execute pg_catalog.format('select c.* from %I.check_inputs() c', space);
end
$$;
comment on function bpm.use_input(regclass, text[], text) is
'Makes an input view of a model of a query over somebody''s own tables, which is looked up as he would: columns in '
'order and cast, what is missing filled in. An error says what does not fit; then the rows of check_inputs. What '
'use_ledger and use_figures of the model do.';

-- who sees and who writes what

create function bpm.enable_row_security(schema_name name) returns integer
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
    set client_min_messages = warning
as $$
declare
    t record;
    -- Arrays, made once a statement: reading them costs the planner next to nothing. A unit that a role sees in some
    -- years only is the exception.
    units constant text := '(select array_agg(v.unit_id) from %1$I.unit_visible v)::text[]';
    roles constant text := '(select array_agg(r.rolname) from pg_catalog.pg_roles r
        where pg_catalog.pg_has_role(r.oid, ''usage''))::text[]';
    seen_in_year constant text := 'unit_id = any (' || units || ') and (unit_id <> all (coalesce(
            (select array_agg(v.unit_id) from %1$I.unit_visible v
             where v.from_year > 0 or v.to_year < 9999), ''{}'')::text[])
        or exists (select from %1$I.unit_visible v
            where v.unit_id = %2$I.unit_id and %2$I.fiscal_year between v.from_year and v.to_year))';
    seen text;
    done integer := 0;
begin
    perform bpm.model_relation(schema_name, 'model_version');
    for t in
        select c.oid::regclass as relation, m.name, m.belongs_to, bool_or(m.written_by is not null) as writable
        from bpm.model_tables() m
        join pg_class c on c.relname = m.name and c.relkind in ('r', 'p')
            and c.relnamespace = to_regnamespace(quote_ident(schema_name))
        group by c.oid, m.name, m.belongs_to
        order by m.name
    loop
        seen := case
            when t.name = 'unit' then 'unit_id = any (' || units || ')'
            when t.name = 'unit_move' then
                'unit_id = any (' || units || ') and (parent_id is null or parent_id = any (' || units || '))'
            when t.name = 'node_above' then 'tree <> ''unit'' or ancestor_id = any (' || units || ')'
            when t.name = 'translation' then 'kind <> ''unit'' or code = any (' || units || ')'
            -- of trees other than the units everything is a sum over what a role may not see
            when t.name = 'publication_node' then 'tree = ''unit'' and node_id = any (' || units || ')'
            when t.name in ('unit_access', 'unit_visible') then 'role_name = any (' || roles || ')'
            -- changes of units show as the units do, changes of access to whom they are about
            when t.name = 'rule_log' then
                'case relation
                    when ''unit'' then key ->> ''unit_id'' = any (' || units || ')
                    when ''unit_move'' then key ->> ''unit_id'' = any (' || units || ')
                        and coalesce(before ->> ''parent_id'' = any (' || units || '), true)
                        and coalesce(after ->> ''parent_id'' = any (' || units || '), true)
                    when ''translation'' then key ->> ''kind'' <> ''unit'' or key ->> ''code'' = any (' || units || ')
                    when ''unit_access'' then key ->> ''role_name'' = any (' || roles || ')
                    else true end'
            when t.belongs_to = 'unit' then seen_in_year
            when t.belongs_to = 'program' then
                'exists (select from %1$I.program p
                    where p.program_id = %2$I.program_id and p.fiscal_year = %2$I.fiscal_year)'
            when t.belongs_to = 'total' then
                seen_in_year || ' or ''true'' = (select s.totals_policy from %1$I.setting s
                    where s.fiscal_year <= %2$I.fiscal_year order by s.fiscal_year desc limit 1)'
            when t.belongs_to = 'import' then 'loaded_by = current_user'
            else 'true' end;
        seen := format(seen, schema_name, t.name);
        execute format('alter table %s enable row level security', t.relation);
        execute format('drop policy if exists bpm_read on %s', t.relation);
        execute format('drop policy if exists bpm_write on %s', t.relation);
        execute format('drop policy if exists bpm_remove on %s', t.relation);
        if t.name = 'node_above' then
            -- who changes the tree of functions keeps what is above what there; the units are not his
            execute format('create policy bpm_read on %s for select using (%s)', t.relation, seen);
            execute format('create policy bpm_write on %s for insert with check (tree <> ''unit'')', t.relation);
            execute format('create policy bpm_remove on %s for delete using (tree <> ''unit'')', t.relation);
        elsif t.writable then
            execute format('create policy bpm_write on %s for all using (%s) with check (%2$s)', t.relation, seen);
        else
            execute format('create policy bpm_read on %s for select using (%s)', t.relation, seen);
        end if;
        done := done + 1;
    end loop;
    return done;
end
$$;
comment on function bpm.enable_row_security(name) is
'Puts policies on all tables of a model: a role sees the units that unit_access gives it, with all below, and what '
'belongs to them. The owner of the tables sees everything. Can be called again. The number of tables.';

create function bpm.grant_reader(schema_name name, role_name name) returns void
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    relation regclass;
begin
    perform bpm.model_relation(schema_name, 'model_version');
    execute format('grant usage on schema %I to %I', schema_name, role_name);
    for relation in
        execute format('select c.oid from pg_class c
            where c.relnamespace = to_regnamespace(quote_ident(%L))
                and (c.relkind in (''r'', ''p'')
                     and c.relname in (select m.name from bpm.model_tables() m where m.belongs_to <> ''import'')
                     or c.relkind = ''v''
                     and c.relname in (select m.name from bpm.model_tables() m where m.belongs_to = ''view'')
                     or c.relkind = ''v''
                     and c.relname in (select o.name from %I.model_object o
                                       where o.kind = ''view'' and o.name !~ ''^load_''))
            order by c.relname', schema_name, schema_name)
    loop
        execute format('grant select on %s to %I', relation, role_name);
    end loop;
end
$$;
comment on function bpm.grant_reader(name, name) is
'Lets a role read a model: USAGE on the schema, SELECT on its tables and views except the import tables, and not on '
'what somebody has added. With row security it sees its own units.';

create function bpm.model_duties(out duty text, out what text) returns setof record
    language sql immutable parallel safe rows 9
    set search_path = pg_catalog, pg_temp
as $$
    values
    ('rules', 'how everybody is judged: frameworks, scales, kinds, lifecycles, gates, settings, evaluations, '
              'the trees of functions, classes and objectives; where a program counts, and how it is judged'),
    ('programs', 'new programs, their names and classes, who answers for them, which objectives they serve'),
    ('targets', 'the indicators of a program''s own evaluation, what is promised of them and what they weigh'),
    ('money', 'the ledger; answers to what monitoring found, reports that a finding is rectified'),
    ('measuring', 'the figures of a program''s own evaluation; objections to the others; answers to what monitoring '
                  'found, reports that a finding is rectified'),
    ('grading', 'what belongs to the other evaluations, and grades: indicators, targets, figures, answers to '
                'objections, findings'),
    ('approving', 'stages, closings, rounds of monitoring, samples, who evaluates and grades, ratings that stand '
                  'whatever the score; which proposal is accepted, and answers to it'),
    ('publishing', 'publications, and opening one for a correction'),
    ('budgeting', 'scenarios of the next budget, and what each proposes')
$$;
comment on function bpm.model_duties() is 'The duties that grant_duty knows, and what each is about.';

create function bpm.grant_duty(schema_name name, role_name name, duty text) returns void
    language plpgsql volatile strict parallel unsafe
    set search_path = pg_catalog, pg_temp
as $$
declare
    t record;
    load regclass;
begin
    if duty not in (select d.duty from bpm.model_duties() d) then
        raise exception 'there is no duty "%"', duty
            using errcode = 'invalid_parameter_value',
                  hint = format('The duties are %s.', (select string_agg(d.duty, ', ') from bpm.model_duties() d));
    end if;
    perform bpm.grant_reader(schema_name, role_name);
    for t in
        select c.oid::regclass as relation, m.name, m.belongs_to, m.deletes,
               string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                   filter (where a.attname = any (m.inserts)
                       or '*' = any (m.inserts) and a.may_be_said and '-' || a.attname <> all (m.inserts)) as inserts,
               string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                   filter (where a.attname = any (m.updates)
                       or '*' = any (m.updates) and a.may_be_said and not a.is_key
                       and '-' || a.attname <> all (m.updates)) as updates
        from bpm.model_tables() m
        join pg_class c on c.relname = m.name and c.relkind in ('r', 'p')
            and c.relnamespace = to_regnamespace(quote_ident(schema_name))
        cross join lateral (
            -- when and by whom is for nobody to say
            select a.attname, a.attnum,
                   a.attgenerated = '' and a.attidentity = ''
                   and a.attname not in ('recorded_at', 'recorded_by', 'loaded_by')
                       as may_be_said,
                   exists (select from pg_index i
                           where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)) as is_key
            from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) a
        where m.written_by = duty
        group by c.oid, m.name, m.belongs_to, m.deletes
        order by m.name
    loop
        if t.inserts is not null then
            execute format('grant insert (%s) on %s to %I', t.inserts, t.relation, role_name);
        end if;
        if t.updates is not null then
            execute format('grant update (%s) on %s to %I', t.updates, t.relation, role_name);
        end if;
        if t.deletes then
            execute format('grant delete on %s to %I', t.relation, role_name);
        end if;
        if t.belongs_to = 'import' then
            execute format('grant select on %s to %I', t.relation, role_name);
            load := to_regclass(format('%I.%I', schema_name, replace(t.name, 'import_', 'load_')));
            if load is not null then
                execute format('grant insert on %s to %I', load, role_name);
            end if;
        end if;
    end loop;
end
$$;
comment on function bpm.grant_duty(name, name, text) is
'Lets a role read a model and do one duty in it: rules, programs, targets, money, measuring, grading, approving, '
'publishing or budgeting. Give nobody the duties of setting a rule, a target or a grade and of being judged by it. Never when and '
'by whom something was recorded, nor any change of a fact.';
