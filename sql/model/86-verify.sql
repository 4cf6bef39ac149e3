-- Verifying: whether a publication is what it was, by its digests, by its own arithmetic, and by what it came from

-- Which columns of two rows differ, as text.
create function differing(published jsonb, found jsonb)
    returns table (what text, was text, is_now text)
    language sql immutable parallel safe
begin atomic
    select p.key, p.value, f.value
    from jsonb_each_text(published) p
    join jsonb_each_text(found) f on f.key = p.key
    where p.value is distinct from f.value and p.key not in ('items_hash', 'money_hash')
    order by p.key;
end;
comment on function differing(jsonb, jsonb) is 'The columns in which two rows of one table differ, with both values.';

create function verify_hash(of_publication text)
    returns table (check_of text, file text, program_id text, item text, what text, published text, found text)
    language sql stable parallel safe
begin atomic
    with p as (
        select p.*, b.hash as hash_before, publication_manifest(p.publication, publication_header(p)) as manifest_now
        from publication p
        left join publication b on b.n = p.n - 1
        where p.publication = of_publication
    )
    select 'chain', 'publication.csv', null::text, null::text, 'previous_hash', p.previous_hash, p.hash_before
    from p
    where p.previous_hash is distinct from p.hash_before
    union all
    select 'hash', 'manifest', null, null, 'hash', p.hash, hash_of(p.manifest)
    from p
    where p.hash <> hash_of(p.manifest)
    union all
    select 'hash', coalesce(nullif(split_part(x.is_now, '  ', 2), ''), 'manifest'), null, null, 'SHA-256',
           split_part(x.was, '  ', 1), split_part(x.is_now, '  ', 1)
    from p
    cross join lateral (
        select a.line as was, b.line as is_now
        from string_to_table(p.manifest, e'\n') with ordinality a (line, n)
        full join string_to_table(p.manifest_now, e'\n') with ordinality b (line, n) on b.n = a.n) x
    where x.was is distinct from x.is_now;
end;
comment on function verify_hash(text) is
'Whether the files of a publication have the digests of its manifest, that the hash, and the chain its predecessor.';

-- Of rows that are there: as COPY prints them in CSV with the DateStyle and the time zone of who asks.
create function items_digest(of_program text, of_year integer, of_publication text) returns text
    language sql stable parallel safe cost 1000
begin atomic
    select bpm.sha256_lines(bpm.csv_line(i) order by i.kind collate "C", i.item collate "C", i.part collate "C")
    from publication_item i
    where i.program_id = of_program and i.fiscal_year = of_year and i.publication = of_publication;
end;
comment on function items_digest(text, integer, text) is
'The SHA-256 of the rows of publication_item of a program; the one of nothing where there are none.';

create function money_digest(of_program text, of_year integer, of_publication text) returns text
    language sql stable parallel safe cost 100
begin atomic
    select bpm.sha256_lines(bpm.csv_line(m) order by m.fund collate "C", m.economic_id collate "C")
    from publication_money m
    where m.program_id = of_program and m.fiscal_year = of_year and m.publication = of_publication;
end;
comment on function money_digest(text, integer, text) is
'The SHA-256 of the rows of publication_money of a program; the one of nothing where there are none.';

create function verify_items(of_publication text)
    returns table (check_of text, file text, program_id text, item text, what text, published text, found text)
    language sql stable parallel safe
    set search_path from current
    set datestyle = 'ISO, YMD'
    set timezone = 'UTC'
begin atomic
    select 'hash', x.file, p.program_id, null, 'SHA-256', x.published, x.found
    from publication_program p
    cross join lateral (
        select 'items.csv' as file, p.items_hash as published,
               items_digest(p.program_id, p.fiscal_year, p.publication) as found
        union all
        select 'money.csv', p.money_hash, money_digest(p.program_id, p.fiscal_year, p.publication)) x
    where p.publication = of_publication and x.found <> x.published
    union all
    select 'hash', x.file, x.program_id, null, 'row', null, 'its program is not in the publication'
    from (select 'items.csv' as file, x.program_id
          from (select i.program_id from publication_item i where i.publication = of_publication
                except
                select p.program_id from publication_program p where p.publication = of_publication) x
          union all
          select 'money.csv', x.program_id
          from (select m.program_id from publication_money m where m.publication = of_publication
                except
                select p.program_id from publication_program p where p.publication = of_publication) x) x;
end;
comment on function verify_items(text) is 'Whether the items and the money of the programs of a publication have their digests.';

-- From the frozen rows alone: what is said must follow from what stands beside it.
create function verify_arithmetic(of_publication text)
    returns table (check_of text, file text, program_id text, item text, what text, published text, found text)
    language sql stable parallel safe
begin atomic
    select 'arithmetic', 'items.csv', i.program_id, 'indicator ' || i.item, 'score', i.score::text,
           s.score::numeric(20,8)::text
    from publication_item i
    cross join lateral (
        select case when i.retired = 1 or i.stale = 1 then null
                    when i.grade is not null then i.grade
                    when i.actual_date is not null then bpm.try_score(i.actual_date, i.target::bpm.target)
                    else bpm.try_score(i.actual, i.target::bpm.target) end as score) s
    where i.publication = of_publication and i.kind = 'indicator' and i.score is distinct from s.score
        -- an indicator that weighs nothing is in no tree
        and (i.score is not null or s.score is not null)
    union all
    select 'arithmetic', 'programs.csv', p.program_id, null, 'score', p.score::text, x.score::text
    from publication_program p
    cross join lateral (
        select sum(i.contribution) as score from publication_item i
        where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.publication = p.publication) x
    where p.publication = of_publication and p.score is distinct from x.score and p.score is not null
    union all
    select 'arithmetic', 'programs.csv', p.program_id, null, x.what, x.published, x.found
    from publication_program p
    join publication b on b.publication = p.publication
    cross join lateral (values
        ('rating', p.rating, case when p.overridden = 1 or p.coverage < p.floor or p.rating is null then p.rating
                                  else bpm.rating(p.score, p.scale::bpm.scale) end),
        ('score_sum', p.score_sum::text, (coalesce(p.score, 0) * p.weight)::numeric(60,16)::text),
        ('closes_on', p.closes_on::text, case when p.closes_on <= b.as_of then p.closes_on::text
                                              else 'not later than ' || b.as_of::text end),
        ('budget', p.budget::text, (p.approved + p.carried_over + p.adjusted)::text)) x (what, published, found)
    where p.publication = of_publication and x.published is distinct from x.found
    union all
    select 'arithmetic', 'publication.csv', null, null, 'programs', b.programs::text, x.programs::text
    from publication b
    cross join lateral (select count(*) as programs from publication_program p where p.publication = b.publication) x
    where b.publication = of_publication and b.programs <> x.programs
    union all
    select 'arithmetic', 'nodes.csv', n.tree, n.node_id, x.what, x.published, x.found
    from publication_node n
    cross join lateral (
        select sum(p.score_sum) as score_sum, sum(p.scored_weight) as scored_weight, sum(p.budget) as budget,
               sum(p.executed) as executed
        from publication_program p
        where p.publication = n.publication and p.is_revenue = 0 and p.is_overall = 0) s
    cross join lateral (values
        ('score_sum', n.score_sum::text, s.score_sum::text),
        ('budget', n.budget::text, s.budget::text), ('executed', n.executed::text, s.executed::text),
        ('score', n.score::text, round(s.score_sum / nullif(s.scored_weight, 0), 8)::numeric(20,8)::text)
    ) x (what, published, found)
    where n.publication = of_publication and n.tree = 'all' and x.published is distinct from x.found
    union all
    select 'arithmetic', 'totals', 'unit', t.unit_id, x.what, x.published, x.found
    from published_total t
    left join publication_node n on n.publication = t.publication and n.tree = 'unit' and n.node_id = t.unit_id
    cross join lateral (values
        ('score', t.score::text, n.score::text), ('programs', t.programs::text, n.programs::text),
        ('budget', t.budget::text, n.budget::text), ('executed', t.executed::text, n.executed::text),
        ('rating', t.rating, n.rating)) x (what, published, found)
    where t.publication = of_publication and t.suppressed = 0 and x.published is distinct from x.found
    union all
    select 'arithmetic', 'totals', 'unit', n.node_id, x.what, x.published, x.found
    from publication_node n
    left join published_total t on t.publication = n.publication and t.unit_id = n.node_id
    cross join lateral (
        select 'row' as what, null as published, 'is missing' as found where t.unit_id is null
        union all
        select 'suppressed', '0', '1'
        where t.suppressed = 0 and n.programs < (select (r.value::jsonb ->> 'suppress_below')::integer
                                                 from publication_rule r
                                                 where r.publication = n.publication and r.relation = 'setting')) x
    where n.publication = of_publication and n.tree = 'unit';
end;
comment on function verify_arithmetic(text) is
'Whether the scores of a publication follow from its own rows: of figures and targets, contributions, weights.';

create function verify_inputs(of_publication text, of_programs text[])
    returns table (check_of text, file text, program_id text, item text, what text, published text, found text)
    language sql stable parallel safe
    set search_path from current
    set datestyle = 'ISO, YMD'
    set timezone = 'UTC'
begin atomic
    with scored as materialized (
        select s as row, b.publication, b.evaluation, b.as_of, b.known_at
        from publication b
        cross join lateral look_score_at(b.as_of, b.known_at) s
        where b.publication = of_publication and s.fiscal_year = b.fiscal_year and s.program_id = any (of_programs)
            and case b.evaluation when 'effective' then s.place = 1 else s.evaluation = b.evaluation end
    ), digested as materialized (
        select s.*, (s.row).program_id as id,
               (select bpm.sha256_lines(bpm.csv_line(i) order by i.kind collate "C", i.item collate "C",
                                                 i.part collate "C")
                from item_row(s.row, s.publication, s.as_of, s.known_at) i) as items_hash,
               (select bpm.sha256_lines(bpm.csv_line(m) order by m.fund collate "C",
                                                 m.economic_id collate "C")
                from money_row(s.row, s.publication, s.as_of, s.known_at) m) as money_hash
        from scored s
    ), frozen as materialized (
        select p as row, p.program_id as id, bpm.csv_line(p) as line,
               items_digest(p.program_id, p.fiscal_year, p.publication) as items_hash,
               money_digest(p.program_id, p.fiscal_year, p.publication) as money_hash
        from publication_program p
        where p.publication = of_publication and p.program_id = any (of_programs)
    ), program_now as materialized (
        select d.id, p as row, bpm.csv_line(p) as line
        from digested d
        join frozen f on f.id = d.id
        cross join lateral program_row(d.row, d.publication, d.evaluation, d.known_at, (f.row).items_hash,
                                       (f.row).money_hash) p
        union all
        select d.id, p, bpm.csv_line(p)
        from digested d
        cross join lateral program_row(d.row, d.publication, d.evaluation, d.known_at, d.items_hash, d.money_hash) p
        where not exists (select from frozen f where f.id = d.id)
    ), changed as materialized (
        -- only of these the rows are compared one by one
        select d.*, d.items_hash <> f.items_hash as other_items, d.money_hash <> f.money_hash as other_money
        from digested d
        join frozen f on f.id = d.id
        where d.items_hash <> f.items_hash or d.money_hash <> f.money_hash
    ), line (file, program_id, item, is_frozen, value) as (
        -- a unit may have another name since
        select 'programs.csv', f.id, null, true,
               case when d.line is null or d.line <> f.line then to_jsonb(f.row) - 'unit_name' end
        from frozen f
        left join program_now d on d.id = f.id
        union all
        select 'programs.csv', d.id, null, false,
               case when f.line is null or d.line <> f.line then to_jsonb(d.row) - 'unit_name' end
        from program_now d
        left join frozen f on f.id = d.id
        union all
        select 'items.csv', i.program_id, concat_ws(' ', i.kind, i.item, nullif(i.part, '')), true, to_jsonb(i)
        from changed c
        join publication_item i on i.program_id = c.id and i.fiscal_year = (c.row).fiscal_year
            and i.publication = of_publication
        where c.other_items
        union all
        select 'items.csv', i.program_id, concat_ws(' ', i.kind, i.item, nullif(i.part, '')), false, to_jsonb(i)
        from changed c
        cross join lateral item_row(c.row, c.publication, c.as_of, c.known_at) i
        where c.other_items
        union all
        select 'money.csv', m.program_id, concat_ws(' ', m.fund, m.economic_id), true, to_jsonb(m)
        from changed c
        join publication_money m on m.program_id = c.id and m.fiscal_year = (c.row).fiscal_year
            and m.publication = of_publication
        where c.other_money
        union all
        select 'money.csv', m.program_id, concat_ws(' ', m.fund, m.economic_id), false, to_jsonb(m)
        from changed c
        cross join lateral money_row(c.row, c.publication, c.as_of, c.known_at) m
        where c.other_money
        union all
        select 'persons.csv', x.program_id, concat_ws(' ', x.role, nullif(x.item, '')), true,
               jsonb_build_object('person', x.person)
        from frozen f
        join publication_person x on x.program_id = f.id and x.fiscal_year = (f.row).fiscal_year
            and x.publication = of_publication
        union all
        select 'persons.csv', x.program_id, concat_ws(' ', x.role, nullif(x.item, '')), false,
               jsonb_build_object('person', x.person)
        from digested d
        cross join lateral person_row(d.row, d.publication) x
    ), pair as (
        select l.file, l.program_id, l.item, max(l.value::text) filter (where l.is_frozen)::jsonb as was,
               max(l.value::text) filter (where not l.is_frozen)::jsonb as is_now
        from line l
        group by l.file, l.program_id, l.item
        having count(*) <> 2 or min(l.value::text) <> max(l.value::text)
    )
    select 'inputs', p.file, p.program_id, p.item, coalesce(d.what, 'row'),
           case when d.what is not null then d.was when p.was is not null then 'is there' end,
           case when d.what is not null then d.is_now when p.is_now is not null then 'is there' end
    from pair p
    left join lateral differing(p.was, p.is_now) d on true
    where d.what is not null or p.was is null or p.is_now is null
    order by p.program_id, p.file, p.item, d.what;
end;
comment on function verify_inputs(text, text[]) is
'Whether what some programs of a publication came from still says the same, as of its day and as known when it was '
'made, row by row and column by column.';

create function verify_rules(of_publication text)
    returns table (check_of text, file text, program_id text, item text, what text, published text, found text)
    language sql stable parallel safe
begin atomic
    with b as (
        select b.* from publication b where b.publication = of_publication
    )
    select 'inputs', 'rules.csv', null::text, concat_ws(' ', x.relation, nullif(x.key, '')), coalesce(d.what, 'row'),
           case when d.what is not null then d.was when x.frozen is not null then 'is there' end,
           case when d.what is not null then d.is_now when x.now is not null then 'is there' end
    from b
    cross join lateral (
        select u.relation, u.key, max(u.value) filter (where u.is_frozen) as frozen,
               max(u.value) filter (where not u.is_frozen) as now
        from (select r.relation, r.key, published_part(r.relation, r.value)::text as value, true as is_frozen
              from publication_rule r
              where r.publication = b.publication
              union all
              select n.relation, n.key, published_part(n.relation, n.value)::text, false
              from rules_now(b.fiscal_year, b.publication) n) u
        group by u.relation, u.key) x
    left join lateral differing(x.frozen::jsonb, x.now::jsonb) d on true
    where x.frozen is distinct from x.now and (d.what is not null or x.frozen is null or x.now is null)
    union all
    select 'inputs', 'nodes.csv', x.tree, x.node_id, coalesce(d.what, 'row'),
           case when d.what is not null then d.was when x.frozen is not null then 'is there' end,
           case when d.what is not null then d.is_now when x.now is not null then 'is there' end
    from b
    cross join lateral (
        select coalesce(f.tree, t.tree) as tree, coalesce(f.node_id, t.node_id) as node_id,
               case when f.tree is not null then to_jsonb(f) - 'name' end as frozen,
               case when t.tree is not null then to_jsonb(t) - 'name' end as now
        from (select f.* from publication_node f where f.publication = of_publication) f
        full join (select t.* from publication p
                   cross join lateral node_row(p.publication, p.fiscal_year, p.evaluation) t
                   where p.publication = of_publication) t on t.tree = f.tree and t.node_id = f.node_id) x
    left join lateral differing(x.frozen, x.now) d on true
    where x.frozen is distinct from x.now;
end;
comment on function verify_rules(text) is
'Whether the rules of a publication are still those it was made by, and its trees and their sums what its programs give.';

create function verify(of_publication text default null, inputs boolean default true)
    returns table (publication text, check_of text, file text, program_id text, item text, what text,
                   published text, found text)
    language plpgsql stable parallel safe
    set search_path from current
    set row_security = off
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    b record;
    todo text[];
    size constant integer := 500;
begin
    if row_security_active('program'::regclass) then
        raise exception 'a publication is of all programs, and row security hides some from the current role'
            using errcode = 'insufficient_privilege',
                  hint = 'Verify as the owner of the tables, or as a role with BYPASSRLS.';
    elsif $1 is not null and not exists (select from publication p where p.publication = $1) then
        raise exception 'there is no publication "%"', $1
            using errcode = 'no_data_found',
                  hint = 'The table publication lists them.';
    end if;
    if $1 is null then
        -- of the last one nothing in the chain says that it was there
        return query
        select x.publication, 'chain', 'publication.csv', null::text, null::text, 'row', null::text,
               'there are rows of it in ' || string_agg(x.of_file, ', ' order by x.of_file)
        from (select r.publication, 'rules.csv' as of_file from publication_rule r
              union
              select r.publication, 'programs.csv' from publication_program r
              union
              select r.publication, 'items.csv' from publication_item r
              union
              select r.publication, 'money.csv' from publication_money r
              union
              select r.publication, 'persons.csv' from publication_person r
              union
              select r.publication, 'nodes.csv' from publication_node r
              union
              select r.publication, 'totals' from published_total r) x
        where not exists (select from publication p where p.publication = x.publication)
        group by x.publication
        order by x.publication;
    end if;
    for b in select p.* from publication p where $1 is null or p.publication = $1 order by p.n loop
        return query select b.publication, v.* from verify_hash(b.publication) v;
        return query select b.publication, v.* from verify_items(b.publication) v;
        return query select b.publication, v.* from verify_arithmetic(b.publication) v;
        continue when not inputs;
        return query select b.publication, v.* from verify_rules(b.publication) v;
        select array_agg(x.id order by x.id) into todo
        from (select p.program_id as id from publication_program p where p.publication = b.publication
              union
              select e.program_id from program_look e
              where e.fiscal_year = b.fiscal_year
                  and e.evaluation = case b.evaluation when 'effective' then 'self' else b.evaluation end) x;
        for i in 1 .. coalesce(cardinality(todo), 0) by size loop
            return query select b.publication, v.* from verify_inputs(b.publication, todo[i : i + size - 1]) v;
        end loop;
    end loop;
end
$$;
comment on function verify(text, boolean) is
'What no longer agrees in a publication, or in all of them; no row when everything does. check_of: chain, its '
'predecessor has another hash, or there are rows of a publication that is not there; hash, a file of it has another SHA-256; arithmetic, a figure does not follow from those '
'beside it; inputs (unless they are not asked for), what it came from says something else today, as of its day and as '
'known when it was made. Of a row that is there on one side only what is row. '
'Of nodes and totals program_id is the tree and item the node.';

create function publication_files(publication text)
    returns table (file text, copy text)
    language sql stable parallel safe rows 7
begin atomic
    select f.file, format(f.query, quote_literal($1))
    from (values
        (1, 'publication.csv', 'select publication, n, fiscal_year, evaluation, as_of, known_at, replaces, reason, '
            'title, programs, version, previous_hash, published_at, published_by from %I.publication '
            'where publication = %%s'),
        (2, 'rules.csv', 'select * from %I.publication_rule where publication = %%s '
            'order by relation collate "C", key collate "C"'),
        (3, 'programs.csv', 'select * from %I.publication_program where publication = %%s '
            'order by program_id collate "C"'),
        (4, 'persons.csv', 'select * from %I.publication_person where publication = %%s '
            'order by program_id collate "C", role collate "C", item collate "C"'),
        (5, 'nodes.csv', 'select * from %I.publication_node where publication = %%s '
            'order by tree collate "C", node_id collate "C"'),
        (6, 'items.csv', 'select * from %I.publication_item where publication = %%s order by program_id collate "C", '
            'kind collate "C", item collate "C", part collate "C"'),
        (7, 'money.csv', 'select * from %I.publication_money where publication = %%s order by program_id collate "C", '
            'fund collate "C", economic_id collate "C"')) v (place, file, form)
    cross join lateral (
        select v.file, 'copy (' || format(v.form, replace(n.nspname, '%', '%%')) || ') to stdout (format csv)' as query
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.oid = 'publication'::regclass) f
    where exists (select from publication p where p.publication = $1)
    order by v.place;
end;
comment on function publication_files(text) is
'The files of a publication in their canonical form: statements that COPY them out. The first five have their SHA-256 '
'in the manifest. Of items.csv and money.csv the lines of each program have theirs in the row of the program '
'(items_hash, money_hash). With client_encoding UTF8, DateStyle ISO and TimeZone UTC. None when there is no such '
'publication.';
