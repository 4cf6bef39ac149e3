-- The office's own tables as inputs. The views that every result reads are bound by what they are, not by name: what
-- a query names is looked up as its author would.

create function use_ledger(query text)
    returns table (input text, kind text, program_id text, fiscal_year integer, item text, detail text, mend text)
    language sql volatile parallel unsafe
begin atomic
    select u.input, u.kind, u.program_id, u.fiscal_year, u.item, u.detail, u.mend
    from bpm.use_input('program_budget'::regclass, '{program_id,fiscal_year,entry_id,entry_date}', query) u;
end;
comment on function use_ledger(text) is
'Lets all results read the money of the office''s own tables: makes program_budget of a query whose columns are named '
'like those of the view, any that has program_id, fiscal_year, entry_id and entry_date, in any order. Types are cast, '
'what is missing is empty. An error says what does not fit; then what check_inputs finds.';

create function use_figures(query text)
    returns table (input text, kind text, program_id text, fiscal_year integer, item text, detail text, mend text)
    language sql volatile parallel unsafe
begin atomic
    select u.input, u.kind, u.program_id, u.fiscal_year, u.item, u.detail, u.mend
    from bpm.use_input('indicator_actual'::regclass, '{program_id,fiscal_year,indicator_id,as_of}', query) u;
end;
comment on function use_figures(text) is
'Lets all results read the figures of the office''s own tables: makes indicator_actual of a query whose columns are '
'named like those of the view, any that has program_id, fiscal_year, indicator_id and as_of, in any order. Types are '
'cast; without an evaluation they are of self, without a grader of none, without a breakdown of all. An error says '
'what does not fit; then what check_inputs finds.';

-- Asks the planner: with an index it finds one program of a large table by it, whatever the view does to the column.
create function input_without_index(rows_from bigint default 10000)
    returns table (input text, relation text, row_count bigint)
    language plpgsql volatile parallel unsafe cost 1000 rows 1
    set search_path from current
    set enable_seqscan = off
    set jit = off
as $$
#variable_conflict use_column
declare
    view_name text;
    plan jsonb;
begin
    foreach view_name in array '{program_budget,indicator_actual}'::text[] loop
        execute format('explain (verbose, format json)
            select * from %I where program_id = ''is there an index'' and fiscal_year = 2026', view_name) into plan;
        return query
        select distinct view_name, c.oid::regclass::text, c.reltuples::bigint
        from jsonb_path_query(plan, '$.** ? (exists (@."Relation Name"))') node
        join pg_class c on c.relname = node ->> 'Relation Name'
            and c.relnamespace = to_regnamespace(quote_ident(node ->> 'Schema'))
        cross join lateral (
            select coalesce(node ->> 'Index Cond', node ->> 'Recheck Cond', '') as condition) k
        where c.reltuples >= rows_from
            and strpos(k.condition, 'is there an index') = 0
            -- what a row of another table leads to is not looked for by program
            and (k.condition = '' or coalesce(node ->> 'Parent Relationship', '') not in ('Inner', 'SubPlan'));
    end loop;
end
$$;
comment on function input_without_index(bigint) is
'Large tables below the input views in which one program and year is not found by an index: every result reads them '
'whole. From how many rows on a table is large, 10000 when not given; by the statistics of the last ANALYZE.';
