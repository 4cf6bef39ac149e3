-- PostgreSQL refuses COPY into a table with row security. These views take it, and each row is checked. They have the
-- columns that a file may have, of every import table.

do $do$
declare
    t record;
    c record;
    branches text := '';
begin
    for t in
        select 'import_' || k.kind as waits_in, 'load_' || k.kind as view,
               string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
               string_agg('new.' || quote_ident(a.attname), ', ' order by a.attnum) as fields
        from unnest(array['unit', 'program', 'indicator', 'budget', 'measurement']) k (kind)
        join pg_catalog.pg_attribute a on a.attrelid = ('import_' || k.kind)::regclass and a.attnum > 0
            and not a.attisdropped and a.attname not in ('row_no', 'reason', 'loaded_by')
        group by k.kind
    loop
        execute format('create or replace view %I with (security_invoker = true) as select %s from %I',
                       t.view, t.columns, t.waits_in);
        execute format('comment on view %I is %L', t.view, t.waits_in || ' for COPY where row security is in force.');
        for c in
            select a.attname as name, col_description(a.attrelid, a.attnum) as meaning
            from pg_catalog.pg_attribute a
            where a.attrelid = t.waits_in::regclass
                and exists (select from pg_catalog.pg_attribute v
                            where v.attrelid = t.view::regclass and v.attname = a.attname)
        loop
            execute format('comment on column %I.%I is %L', t.view, c.name,
                           coalesce(c.meaning, 'As text; see the import table.'));
        end loop;
        branches := branches
            || format(E'    %s tg_table_name = %L then\n', case branches when '' then 'if' else 'elsif' end, t.view)
            || format(E'        insert into %I (%s)\n        values (%s);\n', t.waits_in, t.columns, t.fields);
    end loop;
    execute format('create or replace function load_row() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as %L', E'\nbegin\n' || branches || E'    end if;\n    return new;\nend\n');
    for t in
        select unnest(array['load_unit', 'load_program', 'load_indicator', 'load_budget', 'load_measurement']) as view
    loop
        execute format('create or replace trigger load_row instead of insert on %I
                        for each row execute function load_row()', t.view);
    end loop;
end
$do$;
comment on function load_row() is 'Puts a row of a load view into its import table.';
