-- Import: what is good is moved, the rest stays with the reason in its row. Nothing is guessed.

-- Joins the reasons of a row; NULL when there is none.
create or replace function import_reason(variadic reasons text[]) returns text
    language sql stable parallel safe
    return nullif(array_to_string(reasons, '; '), '');
comment on function import_reason(text[]) is 'The reasons that are not NULL, in one text.';

-- With row security each batch takes only what the caller has loaded: who imports lends no rights to the rows of others.

create or replace function import_program_batch(after bigint, size integer,
                                                out last bigint, out read bigint, out moved bigint, out unchanged bigint)
    language sql volatile parallel unsafe
    set search_path from current
as $$
    with batch as (
        select * from import_program where row_no > after and (loaded_by = current_user
              or (select not c.relrowsecurity from pg_class c where c.oid = 'import_program'::regclass)) order by row_no limit size
    ), parsed as (
        select b.row_no, nullif(btrim(b.program_id), '') as program_id, y.number as fiscal_year,
               nullif(btrim(b.name), '') as name, nullif(btrim(b.unit_id), '') as unit_id,
               coalesce(nullif(btrim(b.nature), ''), 'expenditure') as nature, coalesce(nullif(btrim(b.scope), ''), 'project') as scope,
               coalesce(nullif(btrim(b.fund), ''), 'general') as fund, nullif(btrim(b.function_id), '') as function_id,
               nullif(btrim(b.objective_id), '') as objective_id, nullif(btrim(b.revenue_type), '') as revenue_type,
               nullif(btrim(b.responsible), '') as responsible,
               coalesce(nullif(btrim(b.lifecycle_id), ''), 'project') as lifecycle_id, y.reason as year_reason
        from batch b, lateral (
                 select case when btrim(b.fiscal_year) ~ '^-?[0-9]{1,9}$' then btrim(b.fiscal_year)::integer end as number,
                        case when nullif(btrim(b.fiscal_year), '') is null then 'fiscal_year is missing'
                             when btrim(b.fiscal_year) !~ '^-?[0-9]{1,9}$' then format('fiscal_year "%s" is no whole number', b.fiscal_year) end as reason) y
    ), judged as (
        select p.*, import_reason(
               case when p.program_id is null then 'program_id is missing' end,
               p.year_reason,
               case when p.fiscal_year not between 2 and 9998 then 'fiscal_year is out of range' end,
               case when p.name is null then 'name is missing' end,
               case when p.unit_id is null then 'unit_id is missing'
                    when not exists (select from unit u where u.unit_id = p.unit_id) then format('there is no unit "%s"', p.unit_id) end,
               case when not exists (select from nature n where n.nature = p.nature) then format('there is no nature "%s"', p.nature) end,
               case when not exists (select from scope s where s.scope = p.scope) then format('there is no scope "%s"', p.scope) end,
               case when not exists (select from fund f where f.fund = p.fund) then format('there is no fund "%s"', p.fund) end,
               case when p.function_id is not null and not exists (select from function_code f where f.function_id = p.function_id)
                    then format('there is no function "%s"', p.function_id) end,
               case when p.objective_id is not null and not exists (select from objective o where o.objective_id = p.objective_id)
                    then format('there is no objective "%s"', p.objective_id) end,
               case when p.revenue_type is not null and not exists (select from revenue_type r where r.revenue_type = p.revenue_type)
                    then format('there is no revenue type "%s"', p.revenue_type) end,
               case when not exists (select from lifecycle_rule l where l.lifecycle_id = p.lifecycle_id)
                    then format('there is no lifecycle "%s"', p.lifecycle_id) end,
               case when first_value(p.row_no) over w < p.row_no
                    then format('row %s has the same program and year', first_value(p.row_no) over w) end,
               case when e.program_id is not null and not s.same then 'the program is there already, and differs: change it in the table program' end
               ) as why, coalesce(s.same, false) as same
        from parsed p
        left join program e on e.program_id = p.program_id and e.fiscal_year = p.fiscal_year
        cross join lateral (
            select (e.name, e.unit_id, e.nature, e.scope, e.fund, e.function_id, o.objective_id, e.revenue_type, e.responsible, e.lifecycle_id)
                is not distinct from
                (p.name, p.unit_id, p.nature, p.scope, p.fund, p.function_id, p.objective_id, p.revenue_type, p.responsible, p.lifecycle_id)
                and e.program_id is not null as same
            from (select string_agg(o.objective_id || case when o.share < 100 then ' ' || o.share else '' end, ', ') as objective_id
                  from program_objective o where o.program_id = p.program_id and o.fiscal_year = p.fiscal_year) o) s
        window w as (partition by p.program_id, p.fiscal_year order by p.row_no)
    ), added as (
        insert into program (program_id, fiscal_year, name, unit_id, nature, scope, fund, function_id, revenue_type,
                             responsible, lifecycle_id)
        select program_id, fiscal_year, name, unit_id, nature, scope, fund, function_id, revenue_type,
               responsible, lifecycle_id
        from judged where why is null and not same
        returning 1
    ), served as (
        insert into program_objective (program_id, fiscal_year, objective_id)
        select program_id, fiscal_year, objective_id
        from judged where why is null and not same and objective_id is not null
    ), gone as (
        delete from import_program i using judged j where j.row_no = i.row_no and j.why is null
    ), kept as (
        update import_program i set reason = j.why from judged j
        where j.row_no = i.row_no and j.why is not null and i.reason is distinct from j.why
    )
    select (select max(row_no) from batch), (select count(*) from batch), (select count(*) from added),
           (select count(*) from judged where why is null and same)
$$;
comment on function import_program_batch(bigint, integer) is 'Moves the good rows of the next batch of import_program; used by import_rows.';

create or replace function import_indicator_batch(after bigint, size integer,
                                                  out last bigint, out read bigint, out moved bigint, out unchanged bigint)
    language sql volatile parallel unsafe
    set search_path from current
as $$
    with batch as (
        select * from import_indicator where row_no > after and (loaded_by = current_user
              or (select not c.relrowsecurity from pg_class c where c.oid = 'import_indicator'::regclass)) order by row_no limit size
    ), parsed as (
        select b.row_no, nullif(btrim(b.program_id), '') as program_id, y.number as fiscal_year,
               nullif(btrim(b.indicator_id), '') as indicator_id, nullif(btrim(b.parent_id), '') as parent_id,
               nullif(btrim(b.name), '') as name, nullif(btrim(b.dimension), '') as dimension,
               nullif(btrim(b.aspect), '') as aspect, nullif(btrim(b.unit_of_measure), '') as unit_of_measure,
               coalesce(nullif(btrim(b.source), ''), 'measured') as source, coalesce(nullif(btrim(b.method), ''), 'mean') as method,
               t.target, coalesce(w.value, 1) as weight, coalesce(d.value, case when y.number between 2 and 9998 then year_start(y.number) end) as valid_from,
               import_reason(y.reason, t.reason, 'weight: ' || w.reason,
                   case when w.value < 0 then 'weight is negative' when round(w.value, 8) >= 1e12 then 'weight is too large' end,
                   'valid_from: ' || d.reason) as reason
        from batch b, lateral (
                 select case when btrim(b.fiscal_year) ~ '^-?[0-9]{1,9}$' then btrim(b.fiscal_year)::integer end as number,
                        case when nullif(btrim(b.fiscal_year), '') is null then 'fiscal_year is missing'
                             when btrim(b.fiscal_year) !~ '^-?[0-9]{1,9}$' then format('fiscal_year "%s" is no whole number', b.fiscal_year) end as reason) y, bpm.try_parse_target(nullif(btrim(b.target), '')) t,
             bpm.try_parse_number(b.weight) w, bpm.try_parse_date(nullif(btrim(b.valid_from), '')) d
    ), looked_at as (
        select p.*, import_reason(
               p.reason,
               case when p.program_id is null then 'program_id is missing'
                    when not exists (select from program g where g.program_id = p.program_id and g.fiscal_year = p.fiscal_year)
                    then format('there is no program "%s" in %s', p.program_id, p.fiscal_year) end,
               case when p.indicator_id is null then 'indicator_id is missing' end,
               case when p.name is null then 'name is missing' end,
               case when p.parent_id is not null and not exists (
                        select from indicator g where g.program_id = p.program_id and g.fiscal_year = p.fiscal_year
                            and g.indicator_id = p.parent_id and g.source = 'group')
                    then format('there is no group "%s"', p.parent_id) end,
               case when p.dimension is not null and not exists (select from dimension g where g.dimension = p.dimension)
                    then format('there is no dimension "%s"', p.dimension) end,
               case when p.aspect is not null and not exists (select from aspect g where g.aspect = p.aspect)
                    then format('there is no aspect "%s"', p.aspect) end,
               case when p.source not in ('measured', 'budget', 'group') then format('there is no source "%s"', p.source) end,
               case when p.method not in ('mean', 'geometric', 'weakest', 'm1', 'm2') then format('there is no method "%s"', p.method) end,
               case when first_value(p.row_no) over w < p.row_no
                    then format('row %s has the same indicator', first_value(p.row_no) over w) end,
               case when e.program_id is not null and (e.parent_id, e.name, e.source) is distinct from (p.parent_id, p.name, p.source)
                    then 'the indicator is there already, and differs: change it in the table indicator' end
               ) as first_why,
               e.program_id is not null as known,
               coalesce(r.target::text is not distinct from p.target::text and r.weight = p.weight, false) as same
        from parsed p
        left join indicator e on e.program_id = p.program_id and e.fiscal_year = p.fiscal_year and e.indicator_id = p.indicator_id
        left join lateral (
            select r.target, r.weight from target_revision r
            where r.program_id = p.program_id and r.fiscal_year = p.fiscal_year and r.indicator_id = p.indicator_id
                and r.valid_from <= p.valid_from
            order by r.valid_from desc, r.recorded_at desc limit 1) r on true
        window w as (partition by p.program_id, p.fiscal_year, p.indicator_id order by p.row_no)
    ), judged as (
        -- the trigger on indicator would refuse these, and all with them
        select p.*, coalesce(p.first_why,
               case when p.known or g.method is null or g.method not in ('m1', 'm2') then null
                    when p.source = 'group' then format('group "%s" takes grades, and this is a group', p.parent_id)
                    when 4 < row_number() over (partition by p.program_id, p.fiscal_year, p.parent_id,
                                                    p.first_why is null and not p.known and p.source <> 'group' order by p.row_no)
                             + (select count(*) from indicator c where c.program_id = p.program_id and c.fiscal_year = p.fiscal_year
                                    and c.parent_id = p.parent_id)
                    then format('group "%s" has 4 parts already', p.parent_id) end) as why
        from looked_at p
        left join indicator g on g.program_id = p.program_id and g.fiscal_year = p.fiscal_year and g.indicator_id = p.parent_id
    ), added as (
        insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, dimension, aspect, unit_of_measure, source, method, sort)
        select program_id, fiscal_year, indicator_id, parent_id, name, dimension, aspect, unit_of_measure, source, method::bpm.method,
               least(row_no, 2147483647)::integer
        from judged where why is null and not known
    ), promised as (
        insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, reason)
        select program_id, fiscal_year, indicator_id, valid_from, target, weight, 'import'
        from judged where why is null and not same
    ), gone as (
        delete from import_indicator i using judged j where j.row_no = i.row_no and j.why is null
    ), kept as (
        update import_indicator i set reason = j.why from judged j
        where j.row_no = i.row_no and j.why is not null and i.reason is distinct from j.why
    )
    select (select max(row_no) from batch), (select count(*) from batch),
           (select count(*) from judged where why is null and not same),
           (select count(*) from judged where why is null and same)
$$;
comment on function import_indicator_batch(bigint, integer) is 'Moves the good rows of the next batch of import_indicator; used by import_rows.';

create or replace function import_budget_batch(after bigint, size integer,
                                               out last bigint, out read bigint, out moved bigint, out unchanged bigint)
    language sql volatile parallel unsafe
    set search_path from current
as $$
    with batch as (
        select * from import_budget where row_no > after and (loaded_by = current_user
              or (select not c.relrowsecurity from pg_class c where c.oid = 'import_budget'::regclass)) order by row_no limit size
    ), parsed as (
        select b.row_no, nullif(btrim(b.program_id), '') as program_id, y.number as fiscal_year,
               nullif(btrim(b.entry_id), '') as entry_id, nullif(btrim(b.kind), '') as kind,
               m.number as month, d.value as entry_date, a.value as amount, nullif(btrim(b.note), '') as note,
               import_reason(y.reason, case when nullif(btrim(b.month), '') is not null then m.reason end,
                   case when nullif(btrim(b.entry_date), '') is null then 'entry_date is missing' else 'entry_date: ' || d.reason end,
                   case when a.reason is null and a.value is null then 'amount is missing' else 'amount: ' || a.reason end,
                   case when abs(a.value) >= 1e18 then 'amount is too large' when a.value <> round(a.value, 2) then 'amount has more than 2 decimals' end
               ) as reason
        from batch b, lateral (
                 select case when btrim(b.fiscal_year) ~ '^-?[0-9]{1,9}$' then btrim(b.fiscal_year)::integer end as number,
                        case when nullif(btrim(b.fiscal_year), '') is null then 'fiscal_year is missing'
                             when btrim(b.fiscal_year) !~ '^-?[0-9]{1,9}$' then format('fiscal_year "%s" is no whole number', b.fiscal_year) end as reason) y, lateral (
                 select case when btrim(b.month) ~ '^-?[0-9]{1,9}$' then btrim(b.month)::integer end as number,
                        case when nullif(btrim(b.month), '') is null then 'month is missing'
                             when btrim(b.month) !~ '^-?[0-9]{1,9}$' then format('month "%s" is no whole number', b.month) end as reason) m,
             bpm.try_parse_date(nullif(btrim(b.entry_date), '')) d, bpm.try_parse_number(b.amount) a
    ), judged as (
        select p.*, import_reason(
               p.reason,
               case when p.program_id is null then 'program_id is missing'
                    when not exists (select from program g where g.program_id = p.program_id and g.fiscal_year = p.fiscal_year)
                    then format('there is no program "%s" in %s', p.program_id, p.fiscal_year) end,
               case when p.entry_id is null then 'entry_id is missing: without it a second import would double the money' end,
               case when p.kind is null then 'kind is missing'
                    when p.kind not in ('approved', 'adjusted', 'received', 'executed', 'planned') then format('there is no kind "%s"', p.kind)
                    when p.kind = 'planned' and p.month is null then 'month is missing'
                    when p.kind <> 'planned' and p.month is not null then 'only planned has a month' end,
               case when p.month not between 1 and 12 then 'month is out of range' end,
               case when first_value(p.row_no) over w < p.row_no
                    then format('row %s has the same entry_id', first_value(p.row_no) over w) end,
               case when e.entry_id is not null and not s.same then 'the entry is recorded already, and differs: correct it with an entry of its own' end
               ) as why, coalesce(s.same, false) as same
        from parsed p
        left join budget_entry e on e.program_id = p.program_id and e.fiscal_year = p.fiscal_year and e.entry_id = p.entry_id
        cross join lateral (
            select e.entry_id is not null
                and (e.kind, e.month, e.entry_date, e.amount) is not distinct from (p.kind, p.month, p.entry_date, p.amount) as same) s
        window w as (partition by p.program_id, p.fiscal_year, p.entry_id order by p.row_no)
    ), added as (
        insert into budget_entry (program_id, fiscal_year, entry_id, kind, month, entry_date, amount, reason)
        select program_id, fiscal_year, entry_id, kind, month, entry_date, amount, coalesce(note, 'import')
        from judged where why is null and not same
        returning 1
    ), gone as (
        delete from import_budget i using judged j where j.row_no = i.row_no and j.why is null
    ), kept as (
        update import_budget i set reason = j.why from judged j
        where j.row_no = i.row_no and j.why is not null and i.reason is distinct from j.why
    )
    select (select max(row_no) from batch), (select count(*) from batch), (select count(*) from added),
           (select count(*) from judged where why is null and same)
$$;
comment on function import_budget_batch(bigint, integer) is 'Moves the good rows of the next batch of import_budget; used by import_rows.';

create or replace function import_measurement_batch(after bigint, size integer,
                                                    out last bigint, out read bigint, out moved bigint, out unchanged bigint)
    language sql volatile parallel unsafe
    set search_path from current
as $$
    with batch as (
        select * from import_measurement where row_no > after and (loaded_by = current_user
              or (select not c.relrowsecurity from pg_class c where c.oid = 'import_measurement'::regclass)) order by row_no limit size
    ), parsed as (
        select b.row_no, nullif(btrim(b.program_id), '') as program_id, y.number as fiscal_year,
               nullif(btrim(b.indicator_id), '') as indicator_id, d.value as as_of, a.value as actual, s.value as score,
               nullif(btrim(b.evidence), '') as evidence, nullif(btrim(b.note), '') as note,
               nullif(btrim(b.correction), '') as correction,
               import_reason(y.reason,
                   case when nullif(btrim(b.as_of), '') is null then 'as_of is missing' else 'as_of: ' || d.reason end,
                   'actual: ' || a.reason, 'score: ' || s.reason,
                   case when a.reason is null and s.reason is null and num_nonnulls(a.value, s.value) = 0 then 'there is no figure'
                        when num_nonnulls(a.value, s.value) = 2 then 'there is both an actual and a score' end,
                   case when abs(a.value) > 1e20 then 'actual is out of range' end,
                   case when s.value not between 0 and 100 then 'score is outside 0 to 100' end) as reason
        from batch b, lateral (
                 select case when btrim(b.fiscal_year) ~ '^-?[0-9]{1,9}$' then btrim(b.fiscal_year)::integer end as number,
                        case when nullif(btrim(b.fiscal_year), '') is null then 'fiscal_year is missing'
                             when btrim(b.fiscal_year) !~ '^-?[0-9]{1,9}$' then format('fiscal_year "%s" is no whole number', b.fiscal_year) end as reason) y, bpm.try_parse_date(nullif(btrim(b.as_of), '')) d,
             bpm.try_parse_number(b.actual) a, bpm.try_parse_number(b.score) s
    ), judged as (
        select p.*, import_reason(
               p.reason,
               case when p.program_id is null then 'program_id is missing' end,
               case when p.indicator_id is null then 'indicator_id is missing'
                    when i.indicator_id is null then format('there is no indicator "%s" of program "%s" in %s', p.indicator_id, p.program_id, p.fiscal_year)
                    when i.source <> 'measured' then format('"%s" is not measured: its score is made from its %s', p.indicator_id, case i.source when 'group' then 'parts' else 'budget' end) end,
               case when p.reason is null and p.correction is null and not s.same and first_value(p.row_no) over w < p.row_no
                        and first_value((trim_scale(p.actual), trim_scale(p.score))::text) over w <> (trim_scale(p.actual), trim_scale(p.score))::text
                    then format('row %s has another figure for the same day', first_value(p.row_no) over w) end,
               case when p.reason is null and p.correction is null and e.recorded_at is not null and not s.same
                    then 'the day has another figure already: say in the column correction why it is replaced' end
               ) as why,
               coalesce(s.same, false) or p.correction is null and first_value(p.row_no) over w < p.row_no as same
        from parsed p
        left join indicator i on i.program_id = p.program_id and i.fiscal_year = p.fiscal_year and i.indicator_id = p.indicator_id
        left join lateral (
            select e.actual, e.score, e.evidence, e.note, e.recorded_at from measurement e
            where e.program_id = p.program_id and e.fiscal_year = p.fiscal_year and e.indicator_id = p.indicator_id and e.as_of = p.as_of
            order by e.recorded_at desc limit 1) e on true
        cross join lateral (
            select e.recorded_at is not null and (e.actual, e.score) is not distinct from (p.actual, p.score)
                and (p.evidence is null or e.evidence is not distinct from p.evidence)
                and (p.note is null or e.note is not distinct from p.note) as same) s
        window w as (partition by p.program_id, p.fiscal_year, p.indicator_id, p.as_of, p.reason is null order by p.row_no)
    ), added as (
        insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, score, evidence, note, reason)
        select program_id, fiscal_year, indicator_id, as_of, actual, score, evidence, note, coalesce(correction, 'import')
        from judged where why is null and not same
        order by row_no
        returning 1
    ), gone as (
        delete from import_measurement i using judged j where j.row_no = i.row_no and j.why is null
    ), kept as (
        update import_measurement i set reason = j.why from judged j
        where j.row_no = i.row_no and j.why is not null and i.reason is distinct from j.why
    )
    select (select max(row_no) from batch), (select count(*) from batch), (select count(*) from added),
           (select count(*) from judged where why is null and same)
$$;
comment on function import_measurement_batch(bigint, integer) is 'Moves the good rows of the next batch of import_measurement; used by import_rows.';

create or replace function import_rows(kind text, out read bigint, out moved bigint, out unchanged bigint, out left_over bigint)
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    batch record;
    last bigint := -9223372036854775808;
    application text := current_setting('application_name');
    pass integer := 1;
    moved_in_pass bigint := 0;
    seen bigint := 0;
begin
    if kind is null or kind not in ('program', 'indicator', 'budget', 'measurement') then
        raise exception 'there is no import of "%"', kind
            using errcode = 'invalid_parameter_value',
                  hint = 'There are program, indicator, budget and measurement.';
    end if;
    -- one import of a kind at a time; loading goes on meanwhile
    perform pg_advisory_xact_lock(('import_' || kind)::regclass::oid::bigint);
    read := 0; moved := 0; unchanged := 0; left_over := 0;
    loop
        if kind = 'program' then
            select * into batch from import_program_batch(last, 100000);
        elsif kind = 'indicator' then
            select * into batch from import_indicator_batch(last, 100000);
        elsif kind = 'budget' then
            select * into batch from import_budget_batch(last, 100000);
        else
            select * into batch from import_measurement_batch(last, 100000);
        end if;
        if batch.last is not null then
            last := batch.last;
            seen := seen + batch.read;
            if pass = 1 then
                read := read + batch.read;
            end if;
            moved := moved + batch.moved;
            unchanged := unchanged + batch.unchanged;
            moved_in_pass := moved_in_pass + batch.moved;
            perform set_config('application_name', left(format('import %s: %s rows', kind, seen), 63), true);
            if batch.read = 100000 then
                raise notice 'import %: % rows read, % moved', kind, seen, moved;
            end if;
        end if;
        if batch.last is null or batch.read < 100000 then
            -- indicators come by level: what hangs on a group that has just been moved has its turn now
            exit when kind <> 'indicator' or moved_in_pass = 0;
            pass := pass + 1;
            last := -9223372036854775808;
            moved_in_pass := 0;
        end if;
    end loop;
    left_over := read - moved - unchanged;
    perform set_config('application_name', application, true);
end
$$;
comment on function import_rows(text) is
'Moves the good rows of import_program, import_indicator, import_budget or import_measurement to their tables, drops those that change nothing, and leaves the rest with the reason. read = moved + unchanged + left_over. Running it again changes nothing.';
