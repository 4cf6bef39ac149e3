-- Import: what is good is moved, the rest stays with the reason in its row. Nothing is guessed.
--
-- import_rows goes through the rows that wait in ranges, import_range moves one. What is particular to a kind is its
-- step: it reads the texts, judges them by joins, inserts what is good and says of each row what became of it. Of rows
-- with one key the first good one moves, the others wait and are then judged by what is there. Where the insert fails
-- all the same, for what only a constraint or a trigger knows, the range is halved until the row is found.

-- reading text ---------------------------------------------------------------------------------------------

create or replace function import_value(text text) returns text
    language sql immutable parallel safe
    return nullif(btrim($1, E' \t'), '');
comment on function import_value(text) is 'A text without the spaces around it; NULL when nothing is left.';

create or replace function import_short(text text) returns text
    language sql immutable parallel safe
    return case when length($1) > 60 then left($1, 57) || '...' else $1 end;
comment on function import_short(text) is 'A text as it is shown in a reason.';

create or replace function import_reason(variadic reasons text[]) returns text
    language sql stable parallel safe
    return nullif(array_to_string(reasons, '; '), '');
comment on function import_reason(text[]) is 'The reasons that are not NULL, in one text; NULL when there is none.';

create or replace function import_yes(text text) returns boolean
    language sql immutable parallel safe
    return case when $1 is null then false
                when lower($1) in ('yes', 'y', 'true', 't', 'on', '1', 'x') then true
                when lower($1) in ('no', 'n', 'false', 'f', 'off', '0') then false end;
comment on function import_yes(text) is 'Whether a text says yes; no when it is missing, NULL when it says neither.';

create or replace function import_whole(text text) returns integer
    language sql immutable parallel safe
    return case when $1 ~ '^[0-9]{1,9}$' then $1::integer end;
comment on function import_whole(text) is 'The whole number that a text is; NULL when it is none.';

-- A file that COPY has taken apart in another way than it is written. The byte order mark is looked for by its bytes,
-- as a database of another encoding reads it as three letters, and not every encoding knows it as one.
create or replace function import_form(heading text, first text, second text, line text) returns text
    language sql stable parallel safe
    return case
        when first !~ '^[ -~]'
            and encode(convert_to(left(first, 3), getdatabaseencoding()), 'hex') ~ '^(efbbbf|c3afc2bbc2bf)'
        then 'the file begins with a byte order mark: save it without one, or with the names of the columns in its '
            || 'first line and COPY ... WITH (format csv, header)'
        when lower(btrim(first)) = heading
        then 'the first line has the names of the columns: COPY ... WITH (format csv, header)'
        when strpos(first, ';') > 0 and second !~ '^ *[0-9]{4} *$' is not false
        then 'the file has semicolons: COPY ... WITH (format csv, delimiter '';'')'
        when strpos(first, E'\t') > 1 and second !~ '^ *[0-9]{4} *$' is not false
        then 'the file has tabs: COPY ... WITH (format csv, delimiter E''\t'')'
        when strpos(line, E'\r\x1f') > 0
        then 'the line ends in a carriage return: give all lines the same end, '
            || 'which COPY ... WITH (format csv) takes off'
    end;
comment on function import_form(text, text, text, text) is
'How COPY should have been called, when a line was not taken apart as it is written: the name of its first column, '
'that, the second column, and all columns with chr(31) after each.';

create or replace function import_year(text text, out year integer, out first_day date, out currency text,
                                       out closed boolean, out reason text)
    language sql stable parallel safe
begin atomic
    select y.year, year_start(y.year), s.currency,
           coalesce((select e.event = 'closed' from year_event e
                     where e.fiscal_year = y.year order by e.at desc limit 1), false),
           case when import_value($1) is null then 'fiscal_year is missing'
                when y.year is null then format('fiscal_year "%s" is no year of four digits', import_short($1)) end
    from (select case when btrim($1) ~ '^[1-9][0-9]{3}$' and btrim($1) <> '9999' then btrim($1)::integer end as year) y
    left join setting_of(y.year) s on true;
end;
comment on function import_year(text) is
'The fiscal year of a text with its first day and currency, and whether its money is closed, or why the text is none.';

-- signs and units ------------------------------------------------------------------------------------------

create or replace function import_sign(text text) returns text
    language sql immutable parallel safe
    return nullif(translate($1, '0123456789.,+- ', ''), '');
comment on function import_sign(text) is 'What stands beside a figure: a percent or currency sign.';

create or replace function import_target_unit(target bpm.target) returns text
    language sql immutable parallel safe
    return case when strpos($1::text, '[') > 0 then substring($1::text from '\[([^]]*)\]')
                when strpos($1::text, '%') > 0 then '%' end;
comment on function import_target_unit(bpm.target) is 'The unit of a target.';

create or replace function import_has_role(role_name text) returns boolean
    language sql stable parallel safe
begin atomic
    select exists (select from pg_catalog.pg_roles r
                   where r.rolname = $1 and pg_catalog.pg_has_role(r.oid, 'usage'));
end;
comment on function import_has_role(text) is 'Whether the current role is a member of a role.';

-- The signs by their bytes in UTF-8, as the text of this function passes through databases of every encoding, and
-- figures have other signs than $ in UTF-8 only: $, the euro, the pound, and yuan and yen, narrow and wide.
create or replace function import_sign_reason(sign text, unit text, currency text) returns text
    language sql stable parallel safe
begin atomic
    select case when strpos(sign, '%') > 0
                then case when strpos(unit, '%') = 0 and unit !~* '^per ?cent'
                          then format('it is in %%, not in %s', unit) end
                else (select case when unit is null and currency not in ('XXX', '') and currency <> all (v.codes)
                                  then format('it is in %s, and the currency is %s', c.sign, currency)
                                  when unit !~* ('^(' || array_to_string(v.codes, '|') || ')([^a-z]|$)')
                                      and left(unit, 1) <> c.sign
                                  then format('it is in %s, not in %s', c.sign, unit) end
                      from unnest(string_to_array(sign, null)) c (sign)
                      join (values
                          ('24', '{USD,ARS,AUD,BBD,BMD,BND,BRL,BSD,BZD,CAD,CLP,COP,CUP,DOP,FJD,GYD,HKD,JMD,KYD,LRD,MOP,
                                   MXN,NAD,NIO,NZD,SBD,SGD,SRD,TTD,TWD,UYU,XCD}'::text[]),
                          ('e282ac', '{EUR}'), ('c2a3', '{GBP,EGP,FKP,GIP,LBP,SDG,SHP,SSP,SYP}'),
                          ('c2a5', '{CNY,JPY}'), ('efbfa5', '{CNY,JPY}')) v (bytes, codes)
                          on v.bytes = encode(convert_to(c.sign, getdatabaseencoding()), 'hex')
                      limit 1) end;
end;
comment on function import_sign_reason(text, text, text) is
'Why the sign beside a figure does not fit the unit, or where there is no unit the currency; NULL when it does, or '
'nobody says.';

-- what a step asks -----------------------------------------------------------------------------------------

create or replace function import_choices(relation regclass, column_name name) returns text[]
    language sql stable parallel safe
begin atomic
    select array_agg(m.choice[1] order by m.place)
    from pg_catalog.pg_constraint c
    join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attname = column_name
        and c.conkey = array[a.attnum]
    cross join lateral regexp_matches(pg_catalog.pg_get_constraintdef(c.oid), '''([^'']+)''::text', 'g')
        with ordinality m (choice, place)
    where c.conrelid = relation and c.contype = 'c' and pg_catalog.pg_get_constraintdef(c.oid) like '%= ANY%';
end;
comment on function import_choices(regclass, name) is
'What a column may hold, as the check constraint of its table lists it.';

create or replace function import_choice_reason(column_name text, value text, choices text[]) returns text
    language sql immutable parallel safe
    return case when value <> all (choices)
                then format('there is no %s "%s", but %s', column_name, import_short(value),
                    array_to_string(choices, ', ')) end;
comment on function import_choice_reason(text, text, text[]) is
'Why a text is none of the choices; NULL when it is one.';

create or replace function import_evaluation_reason(evaluation text, year integer) returns text
    language sql stable parallel safe
begin atomic
    select case when e.evaluation is null
                then format('there is no evaluation "%s" in %s: the table evaluation lists them', import_short($1), $2)
                when e.role_name is not null and not import_has_role(e.role_name)
                then format('evaluation "%s" is in other hands', import_short($1)) end
    from (values (1)) one
    left join evaluation_of($1, $2) e on true
    where $2 is not null;
end;
comment on function import_evaluation_reason(text, integer) is
'Why the current role may not write to an evaluation in a year; NULL when it may.';

-- the steps ------------------------------------------------------------------------------------------------
-- Each takes the rows of a range (again: of those only what was left already), and says of each row why it is left,
-- or that it changes nothing (same), or that it may come later (waits). Everything else has been moved. The statements
-- are executed as texts, because each is planned for the rows that are there by then: a plan that was made for an
-- empty table and kept would look through a full one for every row. In them $1 is after, $2 upto, $3 again, $4 whose
-- rows (NULL: everybody's), $5 the name of the file, and $6 when the import began.

create or replace function import_unit_step(after bigint, upto bigint, again boolean, mine name, named text,
                                            started timestamptz)
    returns table (row_no bigint, why text, same boolean, waits boolean)
    language plpgsql volatile parallel unsafe rows 100000
    set search_path from current
as $$
begin
    return query execute $q$
    with batch as materialized (
        select i.row_no, import_value(i.unit_id) as unit_id, import_value(i.parent_id) as parent_id,
               import_value(i.name) as name, import_value(i.level) as level,
               import_form('unit_id', i.unit_id, null,
                   concat_ws(E'\x1f', i.unit_id, i.parent_id, i.name, i.level, '')) as form
        from import_unit i
        where i.row_no > $1 and i.row_no <= $2 and (not $3 or i.reason is not null)
            and ($4 is null or i.loaded_by = $4)
    ), judged as materialized (
        select b.*, coalesce(b.form, import_reason(
                   case when b.unit_id is null then 'unit_id is missing' end,
                   case when b.name is null and e.unit_id is null then 'name is missing' end,
                   case when p.no_parent then format('there is no unit "%s" above it', import_short(b.parent_id)) end),
                   'the unit is there already, and differs in ' || d.differs
                       || ': change it in the table unit') as why,
               p.no_parent and b.form is null as no_parent, e.unit_id is not null as same
        from batch b
        left join unit e on e.unit_id = b.unit_id
        cross join lateral (
            select b.parent_id is not null
                and not exists (select from unit u where u.unit_id = b.parent_id) as no_parent
            offset 0) p
        cross join lateral (
            select case when e.unit_id is not null then nullif(concat_ws(', ',
                case when b.name <> e.name then 'name' end,
                case when b.parent_id is distinct from e.parent_id and b.parent_id is not null then 'parent_id' end,
                case when b.level is distinct from e.level and b.level is not null then 'level' end),
                    '') end as differs
            offset 0) d
    ), placed as (
        select j.*, row_number() over (partition by j.unit_id, j.why is null and not j.same order by j.row_no) as place
        from judged j
    ), added as (
        insert into unit (unit_id, parent_id, name, level)
        select p.unit_id, p.parent_id, p.name, p.level from placed p
        where p.why is null and not p.same and p.place = 1
        on conflict do nothing
        returning unit_id
    )
    select p.row_no,
           case when p.why is not null or p.same then p.why
                when a.unit_id is null then 'unit_id is taken by a unit that is not yours to see'
                when p.place > 1 then 'it waits for an earlier row with the same unit_id' end,
           p.same, p.no_parent or p.why is null and not p.same and p.place > 1 and a.unit_id is not null
    from placed p
    left join added a on a.unit_id = p.unit_id $q$
    using after, upto, again, mine;
end
$$;
comment on function import_unit_step(bigint, bigint, boolean, name, text, timestamptz) is
'Moves what is good of a range of import_unit; used by import_rows.';

create or replace function import_program_step(after bigint, upto bigint, again boolean, mine name, named text,
                                               started timestamptz)
    returns table (row_no bigint, why text, same boolean, waits boolean)
    language plpgsql volatile parallel unsafe rows 100000
    set search_path from current
as $$
declare
    rows bigint[];
    whys text[];
    sames boolean[];
    waiting boolean[];
    programs text[];
    years integer[];
    first_days date[];
    objectives text[];
    persons text[];
    weights boolean;
begin
    -- Columns and tables are named only where something is said: not everybody who adds programs may write to them.
    select exists (
        select from import_program i
        where i.row_no > after and i.row_no <= upto and (mine is null or i.loaded_by = mine)
            and import_value(i.weight) is not null)
    into weights;
    execute replace($q$
    with batch as materialized (
        select i.row_no, import_value(i.program_id) as program_id,
               coalesce(import_value(i.fiscal_year), '') as year_text,
               import_value(i.name) as name, import_value(i.unit_id) as unit_id, import_value(i.nature) as nature,
               import_value(i.scope) as scope, import_value(i.fund) as fund,
               import_value(i.function_id) as function_id,
               import_value(i.economic_id) as economic_id, import_value(i.objective_id) as objective_id,
               import_value(i.revenue_type) as revenue_type, import_value(i.responsible) as responsible,
               import_value(i.lifecycle_id) as lifecycle_id,
               bpm.try_parse_number(i.weight) as w, import_sign(i.weight) as sign,
               import_form('program_id', i.program_id, i.fiscal_year, concat_ws(E'\x1f', i.program_id, i.fiscal_year,
                   i.name, i.unit_id, i.nature, i.scope, i.fund, i.function_id, i.economic_id, i.objective_id,
                   i.revenue_type, i.responsible, i.lifecycle_id, i.weight, '')) as form
        from import_program i
        where i.row_no > $1 and i.row_no <= $2 and (not $3 or i.reason is not null)
            and ($4 is null or i.loaded_by = $4)
    ), years as materialized (
        select t.year_text, y.* from (select distinct b.year_text from batch b) t, import_year(t.year_text) y
    ), judged as materialized (
        select b.*, y.year, y.first_day, round((b.w).value, 8) as weight, e.program_id is not null as same,
               coalesce(b.form, import_reason(
               case when b.program_id is null then 'program_id is missing' end,
               y.reason,
               case when b.name is null and e.program_id is null then 'name is missing' end,
               case when b.unit_id is null and e.program_id is null then 'unit_id is missing'
                    when b.unit_id is not null and not exists (select from unit x where x.unit_id = b.unit_id)
                    then format('there is no unit "%s"', import_short(b.unit_id)) end,
               case when b.nature is not null and not exists (select from nature x where x.nature = b.nature)
                    then format('there is no nature "%s"', import_short(b.nature)) end,
               case when b.scope is not null and not exists (select from scope x where x.scope = b.scope)
                    then format('there is no scope "%s"', import_short(b.scope)) end,
               case when b.fund is not null and not exists (select from fund x where x.fund = b.fund)
                    then format('there is no fund "%s"', import_short(b.fund)) end,
               case when b.function_id is not null
                        and not exists (select from function_code x where x.function_id = b.function_id)
                    then format('there is no function "%s"', import_short(b.function_id)) end,
               case when b.economic_id is not null
                        and not exists (select from economic_class x where x.economic_id = b.economic_id)
                    then format('there is no economic class "%s"', import_short(b.economic_id)) end,
               case when b.objective_id is not null
                        and not exists (select from objective x where x.objective_id = b.objective_id)
                    then format('there is no objective "%s"', import_short(b.objective_id)) end,
               case when b.revenue_type is not null
                        and not exists (select from revenue_type x where x.revenue_type = b.revenue_type)
                    then format('there is no revenue type "%s"', import_short(b.revenue_type)) end,
               case when b.lifecycle_id is not null
                        and not exists (select from lifecycle_rule x where x.lifecycle_id = b.lifecycle_id)
                    then format('there is no lifecycle "%s"', import_short(b.lifecycle_id)) end,
               'weight: ' || (b.w).reason,
               case when b.sign is not null and (b.w).reason is null
                    then 'weight: ' || import_sign_reason(b.sign, '%', null) end,
               case when (b.w).value < 0 then 'weight is negative'
                    when round((b.w).value, 8) >= 1e12 then 'weight is too large' end),
               'the program is there already, and differs in ' || d.differs
                   || ': change it in the table program') as why
        from batch b
        join years y on y.year_text = b.year_text
        left join program e on e.program_id = b.program_id and e.fiscal_year = y.year
        cross join lateral (
            select case when e.program_id is not null then nullif(concat_ws(', ',
                case when b.name <> e.name then 'name' end, case when b.unit_id <> e.unit_id then 'unit_id' end,
                case when b.nature <> e.nature then 'nature' end, case when b.scope <> e.scope then 'scope' end,
                case when b.fund <> e.fund then 'fund' end,
                case when b.function_id is distinct from e.function_id and b.function_id is not null
                    then 'function_id' end,
                case when b.economic_id is distinct from e.economic_id and b.economic_id is not null
                    then 'economic_id' end,
                case when b.objective_id is not null and not exists (
                    select from program_objective o where o.program_id = e.program_id and o.fiscal_year = e.fiscal_year
                        and o.objective_id = b.objective_id) then 'objective_id' end,
                case when b.revenue_type is distinct from e.revenue_type and b.revenue_type is not null
                    then 'revenue_type' end,
                case when b.responsible is not null and not exists (
                    select from responsible r where r.program_id = e.program_id and r.fiscal_year = e.fiscal_year
                        and r.from_day = y.first_day and r.person = b.responsible) then 'responsible' end,
                case when b.lifecycle_id <> e.lifecycle_id then 'lifecycle_id' end,
                case when round((b.w).value, 8) is distinct from e.weight and (b.w).value is not null
                    then 'weight' end), '')
                end as differs
            offset 0) d
    ), placed as (
        select j.*, row_number() over (partition by j.program_id, j.year, j.why is null and not j.same
                                       order by j.row_no) as place
        from judged j
    ), added as (
        insert into program (program_id, fiscal_year, name, unit_id, nature, scope, fund, function_id, economic_id,
                             revenue_type, lifecycle_id /* weight */)
        select p.program_id, p.year, p.name, p.unit_id, coalesce(p.nature, 'expenditure'),
               coalesce(p.scope, 'project'), coalesce(p.fund, 'general'), p.function_id, p.economic_id, p.revenue_type,
               coalesce(p.lifecycle_id, 'project') /* weight */
        from placed p
        where p.why is null and not p.same and p.place = 1
        -- a program that row security hides is one that is not judged above
        on conflict do nothing
        returning program_id, fiscal_year
    ), verdict as (
        select p.row_no,
               case when p.why is not null or p.same then p.why
                    when a.program_id is null
                    then 'program_id is taken in that year by a program that is not yours to see'
                    when p.place > 1 then 'it waits for an earlier row with the same program and year' end as why,
               p.same, p.why is null and not p.same and p.place > 1 and a.program_id is not null as waits,
               p.program_id, p.year, p.first_day, p.objective_id, p.responsible,
               p.why is null and not p.same and p.place = 1 and a.program_id is not null as moved
        from placed p
        left join added a on a.program_id = p.program_id and a.fiscal_year = p.year
    )
    select array_agg(v.row_no), array_agg(v.why), array_agg(v.same), array_agg(v.waits),
           array_agg(v.program_id) filter (where v.moved), array_agg(v.year) filter (where v.moved),
           array_agg(v.first_day) filter (where v.moved), array_agg(v.objective_id) filter (where v.moved),
           array_agg(v.responsible) filter (where v.moved)
    from verdict v $q$, '/* weight */', case when weights then ', weight' else '' end)
    into rows, whys, sames, waiting, programs, years, first_days, objectives, persons
    using after, upto, again, mine;
    -- statements of their own, as the policies of these tables look for the program
    if num_nonnulls(variadic objectives) > 0 then
        insert into program_objective (program_id, fiscal_year, objective_id)
        select m.program_id, m.year, m.objective_id
        from unnest(programs, years, objectives) m (program_id, year, objective_id)
        where m.objective_id is not null;
    end if;
    if num_nonnulls(variadic persons) > 0 then
        insert into responsible (program_id, fiscal_year, from_day, person)
        select m.program_id, m.year, m.first_day, m.person
        from unnest(programs, years, first_days, persons) m (program_id, year, first_day, person)
        where m.person is not null;
    end if;
    return query select v.* from unnest(rows, whys, sames, waiting) v;
end
$$;
comment on function import_program_step(bigint, bigint, boolean, name, text, timestamptz) is
'Moves what is good of a range of import_program; used by import_rows.';

create or replace function import_indicator_step(after bigint, upto bigint, again boolean, mine name, named text,
                                                 started timestamptz)
    returns table (row_no bigint, why text, same boolean, waits boolean)
    language plpgsql volatile parallel unsafe rows 100000
    set search_path from current
as $$
begin
    return query execute $q$
    with batch as materialized (
        select i.row_no, import_value(i.program_id) as program_id,
               coalesce(import_value(i.fiscal_year), '') as year_text,
               coalesce(import_value(i.evaluation), 'self') as evaluation,
               import_value(i.indicator_id) as indicator_id,
               import_value(i.parent_id) as parent_id, import_value(i.name) as name,
               import_value(i.dimension) as dimension, import_value(i.aspect) as aspect,
               import_value(i.unit_of_measure) as unit_of_measure,
               import_value(i.source) as source, import_value(i.same_as) as same_as,
               import_value(i.numerator) as numerator, import_value(i.denominator) as denominator,
               import_value(i.ratio_as) as ratio_as, import_value(i.buys) as buys,
               import_value(i.conforming_of) as conforming_of, import_value(i.method) as method,
               import_value(i.moves) as moves, import_value(i.due) as due, import_value(i.stale_days) as stale_days,
               bpm.try_parse_number(i.baseline) as b, import_sign(i.baseline) as baseline_sign,
               import_value(i.owner) as owner, bpm.try_parse_target(import_value(i.target)) as t,
               bpm.try_parse_number(i.weight) as w, import_sign(i.weight) as weight_sign,
               import_value(i.valid_from) as valid_from,
               import_value(i.retired) as retired, import_value(i.adjustment_id) as adjustment_id,
               import_value(i.correction) as correction,
               coalesce(import_value(i.batch), case when i.reason is null then $5 end) as batch,
               import_form('program_id', i.program_id, i.fiscal_year, concat_ws(E'\x1f', i.program_id, i.fiscal_year,
                   i.evaluation, i.indicator_id, i.parent_id, i.name, i.dimension, i.aspect, i.unit_of_measure,
                   i.source, i.same_as, i.numerator, i.denominator, i.ratio_as, i.buys, i.conforming_of, i.method,
                   i.moves, i.due, i.stale_days, i.baseline, i.owner, i.target, i.weight,
                   i.valid_from, i.retired, i.adjustment_id, i.correction, '')) as form
        from import_indicator i
        where i.row_no > $1 and i.row_no <= $2 and (not $3 or i.reason is not null)
            and ($4 is null or i.loaded_by = $4)
    ), years as materialized (
        select t.year_text, y.* from (select distinct b.year_text from batch b) t, import_year(t.year_text) y
    ), days as materialized (
        select t.day, d.value, d.reason
        from (select distinct x.day
              from (select b.valid_from as day from batch b union all select b.due from batch b) x) t
        cross join lateral bpm.try_parse_date(t.day) d
        where t.day is not null
    ), evaluations as materialized (
        select t.evaluation, t.year_text, import_evaluation_reason(t.evaluation, y.year) as reason
        from (select distinct b.evaluation, b.year_text from batch b) t
        join years y on y.year_text = t.year_text
    ), choices as materialized (
        select import_choices('indicator', 'source') as sources, import_choices('indicator', 'moves') as ways,
               import_choices('indicator', 'ratio_as') as ratios,
               enum_range(null::bpm.method)::text[] as methods
    ), parsed as (
        select b.*, y.year, y.currency, due.value as due_day, import_whole(b.stale_days) as stale, (b.b).value as base,
               (b.t).target as target, round((b.w).value, 8) as weight,
               coalesce(d.value, case when b.valid_from is null then y.first_day end) as from_day,
                   import_yes(b.retired) as gives_up, import_yes(b.buys) as is_bought,
               e.program_id is not null as known, import_reason(
               y.reason,
               case when b.program_id is null then 'program_id is missing'
                    when y.year is not null and g.program_id is null
                    then format('there is no program "%s" in %s', import_short(b.program_id), y.year) end,
               case when b.indicator_id is null then 'indicator_id is missing' end,
               case when e.program_id is null and b.name is null then 'name is missing' end,
               case when b.dimension is not null
                        and not exists (select from dimension x where x.dimension = b.dimension)
                    then format('there is no dimension "%s"', import_short(b.dimension)) end,
               case when b.aspect is not null and not exists (select from aspect x where x.aspect = b.aspect)
                    then format('there is no aspect "%s"', import_short(b.aspect)) end,
               import_choice_reason('source', b.source, h.sources),
               import_choice_reason('method', b.method, h.methods),
               import_choice_reason('way to move', b.moves, h.ways),
               case when e.program_id is null and b.source = 'same' and b.same_as is null then 'same_as is missing'
                    when e.program_id is null and b.source is distinct from 'same' and b.same_as is not null
                    then 'same_as is for source same' end,
               case when not is_quantity(b.numerator)
                    then format('numerator: "%s" is nothing that the model knows', import_short(b.numerator)) end,
               case when not is_quantity(b.denominator)
                    then format('denominator: "%s" is nothing that the model knows', import_short(b.denominator)) end,
               import_choice_reason('ratio_as', b.ratio_as, h.ratios),
               case when e.program_id is not null then null
                    when b.source = 'ratio' and num_nonnulls(b.numerator, b.denominator, b.ratio_as) < 3
                    then 'source ratio needs numerator, denominator and ratio_as'
                    when b.source is distinct from 'ratio' and num_nonnulls(b.numerator, b.denominator, b.ratio_as) > 0
                    then 'numerator, denominator and ratio_as are for source ratio' end,
               case when import_yes(b.buys) is null
                    then format('buys "%s" is neither yes nor no', import_short(b.buys))
                    when e.program_id is not null or not import_yes(b.buys) then null
                    when b.evaluation <> 'self' or b.source <> 'measured'
                    then 'what the money buys is measured in the self-evaluation'
                    else (select format('the money of the program buys "%s" already', import_short(x.indicator_id))
                          from indicator x
                          where x.program_id = b.program_id and x.fiscal_year = y.year and x.buys) end,
               case when e.program_id is null and b.conforming_of = b.indicator_id
                    then 'conforming_of is the indicator itself' end,
               'due: ' || due.reason,
               case when b.stale_days is not null and coalesce(import_whole(b.stale_days), 0) = 0
                    then format('stale_days "%s" is no number of days', import_short(b.stale_days)) end,
               'baseline: ' || (b.b).reason,
               case when b.baseline_sign is not null and (b.b).reason is null
                    then 'baseline: ' || import_sign_reason(b.baseline_sign, coalesce(import_target_unit((b.t).target),
                        b.unit_of_measure, e.unit_of_measure), y.currency) end,
               (b.t).reason,
               'weight: ' || (b.w).reason,
               case when b.weight_sign is not null and (b.w).reason is null
                    then 'weight: ' || import_sign_reason(b.weight_sign, '%', null) end,
               case when (b.w).value < 0 then 'weight is negative'
                    when round((b.w).value, 8) >= 1e12 then 'weight is too large' end,
               'valid_from: ' || d.reason,
               case when import_yes(b.retired) is null
                    then format('retired "%s" is neither yes nor no', import_short(b.retired))
                    when not import_yes(b.retired) then null
                    when e.program_id is null then 'it is not there, and cannot be retired'
                    when b.valid_from is null then 'valid_from is missing: from which day on is it retired'
                    when b.correction is null then 'correction is missing: why is it retired'
                    when num_nonnulls((b.t).target, (b.w).value) > 0
                    then 'what is retired has neither a target nor a weight' end,
               case when b.adjustment_id is not null and not exists (
                        select from adjustment x where x.program_id = b.program_id and x.fiscal_year = y.year
                            and x.adjustment_id = b.adjustment_id)
                    then format('there is no adjustment "%s" of the program', import_short(b.adjustment_id)) end
               ) as wrong,
               case when e.program_id is not null
                    then 'the indicator is there already, and differs in ' || nullif(concat_ws(', ',
                   case when b.parent_id is distinct from e.parent_id and b.parent_id is not null then 'parent_id' end,
                   case when b.name <> e.name then 'name' end,
                   case when b.dimension is distinct from e.dimension and b.dimension is not null then 'dimension' end,
                   case when b.aspect is distinct from e.aspect and b.aspect is not null then 'aspect' end,
                   case when b.unit_of_measure is distinct from e.unit_of_measure and b.unit_of_measure is not null
                        then 'unit_of_measure' end,
                   case when b.source <> e.source then 'source' end,
                   case when b.same_as is distinct from e.same_as and b.same_as is not null then 'same_as' end,
                   case when b.numerator is distinct from e.numerator and b.numerator is not null
                        then 'numerator' end,
                   case when b.denominator is distinct from e.denominator and b.denominator is not null
                        then 'denominator' end,
                   case when b.ratio_as is distinct from e.ratio_as and b.ratio_as is not null then 'ratio_as' end,
                   case when import_yes(b.buys) <> e.buys and b.buys is not null then 'buys' end,
                   case when b.conforming_of is distinct from e.conforming_of and b.conforming_of is not null
                        then 'conforming_of' end,
                   case when b.method <> e.method::text then 'method' end,
                   case when b.moves <> e.moves then 'moves' end,
                   case when due.value is distinct from e.due and due.value is not null then 'due' end,
                   case when import_whole(b.stale_days) is distinct from e.stale_days and b.stale_days is not null
                        then 'stale_days' end,
                   case when (b.b).value is distinct from e.baseline and (b.b).value is not null then 'baseline' end,
                   case when b.owner is distinct from e.owner and b.owner is not null then 'owner' end), '')
                   || ': change it in the table indicator' end as differs,
               b.form is null and e.program_id is null and b.parent_id is not null and not exists (
                   select from indicator x where x.program_id = b.program_id and x.fiscal_year = y.year
                       and x.evaluation = b.evaluation and x.indicator_id = b.parent_id and x.is_group) as no_group,
               v.reason as not_theirs, coalesce(c.closed, false) as closed,
               b.evaluation <> 'self' and o.program_id is null as not_looked_at
        from batch b
        cross join choices h
        join years y on y.year_text = b.year_text
        join evaluations v on v.evaluation = b.evaluation and v.year_text = b.year_text
        left join days d on d.day = b.valid_from
        left join days due on due.day = b.due
        left join program g on g.program_id = b.program_id and g.fiscal_year = y.year
        left join program_evaluation o on o.program_id = b.program_id and o.fiscal_year = y.year
            and o.evaluation = b.evaluation
        left join (
            select distinct on (e.program_id, e.fiscal_year, e.evaluation)
                   e.program_id, e.fiscal_year, e.evaluation, e.event = 'closed' as closed
            from evaluation_event e
            order by e.program_id, e.fiscal_year, e.evaluation, e.at desc) c
            on c.program_id = b.program_id and c.fiscal_year = y.year and c.evaluation = b.evaluation
        left join indicator e on e.program_id = b.program_id and e.fiscal_year = y.year and e.evaluation = b.evaluation
            and e.indicator_id = b.indicator_id
        offset 0
    ), compared as (
        select p.*,
               p.known and (p.target is null and p.weight is null and not p.gives_up or r.same or r.before) as same,
               coalesce(r.before, false) as before, p.known and r.another as another
        from parsed p
        -- what is in force on the day, and what that day has: an empty target or weight is as before
        cross join lateral (
            select case when p.gives_up then coalesce(l.retired, false)
                        else not coalesce(l.retired, true)
                            and (p.target is null or p.target::text = (
                                select t.target::text from target_revision t
                                where t.program_id = p.program_id and t.fiscal_year = p.year
                                    and t.evaluation = p.evaluation and t.indicator_id = p.indicator_id
                                    and t.valid_from <= p.from_day and t.target is not null
                                order by t.valid_from desc, t.recorded_at desc limit 1))
                            and (p.weight is null or p.weight = (
                                select t.weight from target_revision t
                                where t.program_id = p.program_id and t.fiscal_year = p.year
                                    and t.evaluation = p.evaluation and t.indicator_id = p.indicator_id
                                    and t.valid_from <= p.from_day and t.weight is not null
                                order by t.valid_from desc, t.recorded_at desc limit 1))
                        end is true as same,
                   exists (
                       select from target_revision t
                       where t.program_id = p.program_id and t.fiscal_year = p.year and t.evaluation = p.evaluation
                           and t.indicator_id = p.indicator_id and t.valid_from = p.from_day and t.recorded_at < $6
                           and t.target::text is not distinct from p.target::text
                           and t.weight is not distinct from p.weight
                           and t.retired = p.gives_up and (p.correction is null or t.reason = p.correction)
                           and (p.batch is null or t.batch = p.batch)) as before,
                   exists (
                       select from target_revision t
                       where t.program_id = p.program_id and t.fiscal_year = p.year and t.evaluation = p.evaluation
                           and t.indicator_id = p.indicator_id and t.valid_from = p.from_day
                           and (t.target::text <> p.target::text or t.weight <> p.weight
                               or t.retired <> p.gives_up)) as another
            from (values (1)) one
            left join lateral (
                select t.retired from target_revision t
                where t.program_id = p.program_id and t.fiscal_year = p.year and t.evaluation = p.evaluation
                    and t.indicator_id = p.indicator_id and t.valid_from <= p.from_day
                order by t.valid_from desc, t.recorded_at desc limit 1) l on true
            where p.known
            union all
            select null, null, null where not p.known) r
        offset 0
    ), judged as (
        select p.*, coalesce(p.form, import_reason(p.wrong,
                   case when p.no_group then format('there is no group "%s"', import_short(p.parent_id)) end,
                   case when not coalesce(p.same, false) then p.not_theirs end,
                   case when p.wrong is not null then null
                        when p.differs is not null then p.differs
                        when p.same then null
                        when p.not_looked_at and p.not_theirs is null
                        then format('the program has no evaluation "%s": add it to program_evaluation',
                                    import_short(p.evaluation))
                        when p.closed
                        then format('evaluation "%s" of the program is closed: open it again first', p.evaluation)
                        when p.another and p.correction is null
                        then 'the day has another target or weight already: say in the column correction why '
                            || 'it is replaced' end)) as why
        from compared p
        offset 0
    ), placed as (
        select j.*, j.form is null and j.wrong is null and not j.before
                    and (coalesce(bool_or(j.why is null and not j.same) over earlier, false)
                         -- money buys one thing: the first that is said
                         or j.is_bought and not j.known
                            and coalesce(bool_or(j.why is null and j.is_bought and not j.known) over bought, false))
                    as waits
        from judged j
        window earlier as (partition by j.program_id, j.year, j.evaluation, j.indicator_id order by j.row_no
                           rows between unbounded preceding and 1 preceding),
               bought as (partition by j.program_id, j.year order by j.row_no
                          rows between unbounded preceding and 1 preceding)
    ), added as (
        insert into indicator (program_id, fiscal_year, evaluation, indicator_id, parent_id, name, dimension, aspect,
                               unit_of_measure, source, same_as, numerator, denominator, ratio_as, buys, conforming_of,
                               method, moves, due, stale_days, baseline, owner, sort)
        select p.program_id, p.year, p.evaluation, p.indicator_id, p.parent_id, p.name, p.dimension, p.aspect,
               p.unit_of_measure, coalesce(p.source, 'measured'), p.same_as, p.numerator, p.denominator,
               p.ratio_as, p.is_bought, p.conforming_of, coalesce(p.method, 'mean')::bpm.method,
               coalesce(p.moves, 'level'), p.due_day, p.stale, p.base, p.owner, least(p.row_no, 2147483647)::integer
        from placed p
        where p.why is null and not p.same and not p.waits and not p.known
    ), promised as (
        insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight,
                                     retired, adjustment_id, reason, batch)
        select p.program_id, p.year, p.evaluation, p.indicator_id, p.from_day, p.target, p.weight, p.gives_up,
               p.adjustment_id, coalesce(p.correction, 'import'), p.batch
        from placed p
        where p.why is null and not p.same and not p.waits
    )
    select p.row_no, case when p.waits then 'it waits for an earlier row of the same indicator' else p.why end,
           p.same, p.no_group or p.waits
    from placed p $q$
    using after, upto, again, mine, named, started;
end
$$;
comment on function import_indicator_step(bigint, bigint, boolean, name, text, timestamptz) is
'Moves what is good of a range of import_indicator; used by import_rows.';

create or replace function import_budget_step(after bigint, upto bigint, again boolean, mine name, named text,
                                              started timestamptz)
    returns table (row_no bigint, why text, same boolean, waits boolean)
    language plpgsql volatile parallel unsafe rows 100000
    set search_path from current
as $$
begin
    return query execute $q$
    with batch as materialized (
        select i.row_no, import_value(i.program_id) as program_id,
               coalesce(import_value(i.fiscal_year), '') as year_text,
               import_value(i.entry_id) as entry_id, import_value(i.kind) as kind, import_value(i.month) as month_text,
               import_whole(import_value(i.month)) as month, import_value(i.entry_date) as day,
               bpm.try_parse_number(i.amount) as a, import_sign(i.amount) as sign, import_value(i.fund) as fund,
               import_value(i.economic_id) as economic_id, import_value(i.currency) as currency,
               import_value(i.procedure) as procedure, import_value(i.note) as note,
               import_value(i.one_off) as one_off_text, import_yes(import_value(i.one_off)) as one_off,
               import_value(i.source) as source, import_value(i.from_year) as from_text,
               case when import_value(i.from_year) ~ '^[1-9][0-9]{3}$' then import_value(i.from_year)::integer end
                   as from_year,
               coalesce(import_value(i.batch), case when i.reason is null then $5 end) as batch,
               import_form('program_id', i.program_id, i.fiscal_year, concat_ws(E'\x1f', i.program_id, i.fiscal_year,
                   i.entry_id, i.kind, i.month, i.entry_date, i.amount, i.fund, i.economic_id, i.currency, i.procedure,
                   i.note, i.one_off, i.source, i.from_year, '')) as form
        from import_budget i
        where i.row_no > $1 and i.row_no <= $2 and (not $3 or i.reason is not null)
            and ($4 is null or i.loaded_by = $4)
    ), years as materialized (
        select t.year_text, y.* from (select distinct b.year_text from batch b) t, import_year(t.year_text) y
    ), days as materialized (
        select t.day, d.value, d.reason from (select distinct b.day from batch b) t, bpm.try_parse_date(t.day) d
        where t.day is not null
    ), choices as materialized (
        select import_choices('budget_entry', 'kind') as kinds
    ), judged as (
        select b.*, y.year, d.value as entry_date, (b.a).value as amount, coalesce(e.same, false) as same,
               coalesce(b.form, import_reason(
               y.reason,
               case when b.program_id is null then 'program_id is missing'
                    when y.year is not null and g.program_id is null
                    then format('there is no program "%s" in %s', import_short(b.program_id), y.year) end,
               case when b.entry_id is null
                    then 'entry_id is missing: without it a second import would double the money' end,
               case when b.kind is null then 'kind is missing' else import_choice_reason('kind', b.kind, h.kinds) end,
               case when b.month_text is not null and (b.month between 1 and 12) is not true
                    then format('month "%s" is no month', import_short(b.month_text))
                    when b.kind = 'planned' and b.month is null then 'month is missing'
                    when b.kind <> 'planned' and b.month is not null then 'only planned has a month' end,
               case when b.day is null then 'entry_date is missing' else 'entry_date: ' || d.reason end,
               case when (b.a).reason is null and (b.a).value is null then 'amount is missing'
                    else 'amount: ' || (b.a).reason end,
               case when abs((b.a).value) >= 1e18 then 'amount is too large'
                    when (b.a).value <> round((b.a).value, 2) then 'amount has more than 2 decimals' end,
               'amount: ' || case when b.sign is null or (b.a).reason is not null then null
                                  when strpos(b.sign, '%') > 0 then 'a percentage is no money'
                                  else import_sign_reason(b.sign, null, coalesce(b.currency, y.currency)) end,
               case when b.fund is not null and not exists (select from fund x where x.fund = b.fund)
                    then format('there is no fund "%s"', import_short(b.fund)) end,
               case when b.economic_id is not null
                        and not exists (select from economic_class x where x.economic_id = b.economic_id)
                    then format('there is no economic class "%s"', import_short(b.economic_id)) end,
               case when b.currency !~ '^[A-Z]{3}$'
                    then format('currency "%s" is no code of three capitals', import_short(b.currency)) end,
               case when b.kind = 'adjusted' and b.procedure is null
                    then 'procedure is missing: by which the budget was changed'
                    when b.kind <> 'adjusted' and b.procedure is not null then 'only adjusted has a procedure' end,
               case when b.one_off is null
                    then format('one_off "%s" is neither yes nor no', import_short(b.one_off_text)) end,
               case when b.from_text is not null and b.from_year is null
                    then format('from_year "%s" is no year of four digits', import_short(b.from_text))
                    when b.from_year >= y.year
                    then format('from_year %s is no year before %s', b.from_year, y.year) end),
               case when not e.same
                    then 'the entry is recorded already, and differs: correct it with an entry of its own'
                    when e.same is null and y.closed then 'the money of the year is closed: open it again first' end
               ) as why
        from batch b
        cross join choices h
        join years y on y.year_text = b.year_text
        left join days d on d.day = b.day
        left join program g on g.program_id = b.program_id and g.fiscal_year = y.year
        left join lateral (
            select (e.kind, e.month, e.entry_date, e.amount)
                    is not distinct from (b.kind, b.month, d.value, (b.a).value)
                and (b.fund is null or e.fund is not distinct from b.fund)
                and (b.economic_id is null or e.economic_id is not distinct from b.economic_id)
                and (b.currency is null or e.currency is not distinct from b.currency)
                and (b.one_off_text is null or e.one_off = b.one_off)
                and (b.source is null or e.source is not distinct from b.source)
                and (b.from_year is null or e.from_year is not distinct from b.from_year) as same
            from budget_entry e
            where e.program_id = b.program_id and e.fiscal_year = y.year and e.entry_id = b.entry_id) e on true
        offset 0
    ), placed as (
        select j.*, row_number() over (partition by j.program_id, j.year, j.entry_id, j.why is null and not j.same
                                       order by j.row_no) as place
        from judged j
    ), changed as (
        insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason)
        select p.program_id, p.year, p.entry_id, p.procedure, coalesce(p.note, 'import') from placed p
        where p.why is null and not p.same and p.place = 1 and p.procedure is not null
    ), added as (
        insert into budget_entry (program_id, fiscal_year, entry_id, kind, month, entry_date, amount, fund,
                                  economic_id, currency, adjustment_id, reason, one_off, source, from_year, batch)
        select p.program_id, p.year, p.entry_id, p.kind, p.month, p.entry_date, p.amount, p.fund, p.economic_id,
               p.currency, case when p.procedure is not null then p.entry_id end, coalesce(p.note, 'import'), p.one_off,
               p.source, p.from_year, p.batch
        from placed p
        where p.why is null and not p.same and p.place = 1
    )
    select p.row_no, case when p.why is null and not p.same and p.place > 1
                          then 'it waits for an earlier row with the same entry_id' else p.why end,
           p.same, p.why is null and not p.same and p.place > 1
    from placed p $q$
    using after, upto, again, mine, named;
end
$$;
comment on function import_budget_step(bigint, bigint, boolean, name, text, timestamptz) is
'Moves what is good of a range of import_budget; used by import_rows.';

create or replace function import_measurement_step(after bigint, upto bigint, again boolean, mine name, named text,
                                                   started timestamptz)
    returns table (row_no bigint, why text, same boolean, waits boolean)
    language plpgsql volatile parallel unsafe rows 100000
    set search_path from current
as $$
begin
    return query execute $q$
    with batch as materialized (
        select i.row_no, import_value(i.program_id) as program_id,
               coalesce(import_value(i.fiscal_year), '') as year_text,
               coalesce(import_value(i.evaluation), 'self') as evaluation,
               import_value(i.indicator_id) as indicator_id,
               import_value(i.as_of) as day, coalesce(import_value(i.grader), '') as grader,
               coalesce(import_value(i.breakdown), '') as breakdown, bpm.try_parse_number(i.actual) as a,
               import_sign(i.actual) as sign, import_value(i.actual_date) as reached,
               bpm.try_parse_number(i.score) as s, import_sign(i.score) as score_sign,
               import_value(i.evidence) as evidence, import_value(i.note) as note,
               import_value(i.withdraw) as withdraw, import_yes(import_value(i.withdraw)) as withdraws,
               import_value(i.correction) as correction,
               coalesce(import_value(i.batch), case when i.reason is null then $5 end) as batch,
               import_form('program_id', i.program_id, i.fiscal_year, concat_ws(E'\x1f', i.program_id, i.fiscal_year,
                   i.evaluation, i.indicator_id, i.as_of, i.grader, i.breakdown, i.actual, i.actual_date, i.score,
                   i.evidence, i.note, i.withdraw, i.correction, '')) as form
        from import_measurement i
        where i.row_no > $1 and i.row_no <= $2 and (not $3 or i.reason is not null)
            and ($4 is null or i.loaded_by = $4)
    ), years as materialized (
        select t.year_text, y.* from (select distinct b.year_text from batch b) t, import_year(t.year_text) y
    ), days as materialized (
        select t.day, d.value, d.reason
        from (select distinct x.day
              from (select b.day from batch b union all select b.reached from batch b) x) t
        cross join lateral bpm.try_parse_date(t.day) d
        where t.day is not null
    ), evaluations as materialized (
        select t.evaluation, t.year_text, import_evaluation_reason(t.evaluation, y.year) as reason
        from (select distinct b.evaluation, b.year_text from batch b) t
        join years y on y.year_text = t.year_text
    ), parsed as (
        select b.*, y.year, d.value as as_of, (b.a).value as actual, r.value as actual_date,
               round((b.s).value, 8) as score, l.recorded_at as latest,
               l.withdrawn as latest_withdrawn, l.actual as latest_actual,
               l.actual_date as latest_date, l.score as latest_score, l.evidence as latest_evidence,
               l.note as latest_note, coalesce(c.closed, false) as closed,
               case when b.grader = '' then v.reason
                    when not import_has_role(g.role_name)
                    then format('the grades of "%s" are in other hands', import_short(b.grader)) end as not_theirs,
               import_reason(
               y.reason,
               case when b.program_id is null then 'program_id is missing' end,
               case when b.indicator_id is null then 'indicator_id is missing'
                    when y.year is null or b.program_id is null then null
                    when i.indicator_id is null
                    then format('there is no indicator "%s" of program "%s" in %s%s', import_short(b.indicator_id),
                                import_short(b.program_id), y.year,
                                case when b.evaluation <> 'self'
                                    then format(', evaluation "%s"', import_short(b.evaluation)) end)
                    when i.source = 'measured' and b.grader <> ''
                    then format('"%s" is not graded by several: leave grader empty', i.indicator_id)
                    when i.source = 'graded' and b.grader = '' then 'grader is missing'
                    when i.source not in ('measured', 'graded')
                    then format('"%s" is not measured: its score is made from %s', i.indicator_id,
                                case i.source when 'group' then 'its parts' when 'budget' then 'the budget'
                                    when 'same' then 'the indicator of that name in another evaluation'
                                    when 'ratio' then format('%s over %s', i.numerator, i.denominator)
                                    else 'something else' end)
                    when i.source = 'graded' and num_nonnulls((b.a).value, r.value) > 0
                    then format('"%s" is graded: write a score', i.indicator_id)
                    when i.moves = 'milestone' and (b.a).value is not null
                    then format('"%s" is a milestone: write the day on which it was reached into actual_date',
                                i.indicator_id)
                    when i.moves <> 'milestone' and r.value is not null
                    then format('"%s" is no milestone: write its figure into actual', i.indicator_id) end,
               case when b.day is null then 'as_of is missing' else 'as_of: ' || d.reason end,
               'actual: ' || (b.a).reason, 'actual_date: ' || r.reason, 'score: ' || (b.s).reason,
               case when b.withdraws is null
                    then format('withdraw "%s" is neither yes nor no', import_short(b.withdraw))
                    when num_nonnulls((b.a).value, r.value, (b.s).value) > 1 then 'there is more than one figure'
                    when b.withdraws and b.correction is null then 'correction is missing: why is the figure withdrawn'
                    when not b.withdraws
                        and num_nonnulls((b.a).value, (b.a).reason, r.value, r.reason, (b.s).value, (b.s).reason) = 0
                    then 'there is no figure' end,
               case when (b.s).value not between 0 and 100 then 'score is outside 0 to 100' end,
               -- the target of the day is looked for where there is a sign only
               case when b.sign is not null and (b.a).reason is null
                    then 'actual: ' || import_sign_reason(b.sign, coalesce(import_target_unit((
                        select t.target from target_revision t
                        where t.program_id = b.program_id and t.fiscal_year = y.year and t.evaluation = b.evaluation
                            and t.indicator_id = b.indicator_id and t.target is not null
                        order by t.valid_from <= d.value desc, t.valid_from desc, t.recorded_at desc limit 1)),
                        i.unit_of_measure), y.currency) end,
               case when b.score_sign is not null and (b.s).reason is null
                    then 'score: ' || import_sign_reason(b.score_sign, '%', null) end,
               case when b.grader <> '' and i.indicator_id is not null and g.grader is null
                    then format('there is no grader "%s"', import_short(b.grader)) end,
               case when b.breakdown <> '' and k.breakdown is null
                    then format('there is no breakdown "%s"', import_short(b.breakdown)) end) as wrong
        from batch b
        join years y on y.year_text = b.year_text
        join evaluations v on v.evaluation = b.evaluation and v.year_text = b.year_text
        left join days d on d.day = b.day
        left join days r on r.day = b.reached
        left join indicator i on i.program_id = b.program_id and i.fiscal_year = y.year and i.evaluation = b.evaluation
            and i.indicator_id = b.indicator_id
        left join grader g on g.program_id = b.program_id and g.fiscal_year = y.year and g.evaluation = b.evaluation
            and g.grader = b.grader
        left join breakdown k on k.fiscal_year = y.year and k.breakdown = b.breakdown
        left join (
            select distinct on (e.program_id, e.fiscal_year, e.evaluation)
                   e.program_id, e.fiscal_year, e.evaluation, e.event = 'closed' as closed
            from evaluation_event e
            order by e.program_id, e.fiscal_year, e.evaluation, e.at desc) c
            on c.program_id = b.program_id and c.fiscal_year = y.year and c.evaluation = b.evaluation
        left join lateral (
            select m.recorded_at, m.withdrawn, m.actual, m.actual_date, m.score, m.evidence, m.note from measurement m
            where m.program_id = b.program_id and m.fiscal_year = y.year and m.evaluation = b.evaluation
                and m.indicator_id = b.indicator_id and m.as_of = d.value
                and m.grader = b.grader and m.breakdown = b.breakdown
            order by m.recorded_at desc limit 1) l on true
        offset 0
    ), compared as (
        select p.*, f.recorded_at as stands,
               (f.actual, f.actual_date, f.score) is not distinct from (p.actual, p.actual_date, p.score) as equal,
               not p.withdraws and f.recorded_at is not null
                   and (f.actual, f.actual_date, f.score) is not distinct from (p.actual, p.actual_date, p.score)
                   and (p.evidence is null or f.evidence is not distinct from p.evidence)
                   and (p.note is null or f.note is not distinct from p.note) as stands_already,
               -- it was moved before, whatever counts by now
               case when p.latest is null then false
                    else exists (
                        select from measurement m
                        where m.program_id = p.program_id and m.fiscal_year = p.year and m.evaluation = p.evaluation
                            and m.indicator_id = p.indicator_id and m.as_of = p.as_of and m.grader = p.grader
                            and m.breakdown = p.breakdown and m.recorded_at < $6
                            and (m.withdrawn is not null) = p.withdraws
                            and (p.withdraws or (m.actual, m.actual_date, m.score)
                                is not distinct from (p.actual, p.actual_date, p.score))
                            and (p.evidence is null or m.evidence is not distinct from p.evidence)
                            and (p.note is null or m.note is not distinct from p.note)
                            and (p.correction is null or m.reason = p.correction)
                            and (p.batch is null or m.batch = p.batch)) end as before
        from parsed p
        -- the figure that stands: the latest that was not withdrawn
        left join lateral (
            select p.latest as recorded_at, p.latest_actual as actual, p.latest_date as actual_date,
                   p.latest_score as score, p.latest_evidence as evidence, p.latest_note as note
            where p.latest is not null and p.latest_withdrawn is null
            union all
            (select m.recorded_at, m.actual, m.actual_date, m.score, m.evidence, m.note from measurement m
             where p.latest_withdrawn is not null and m.program_id = p.program_id and m.fiscal_year = p.year
                 and m.evaluation = p.evaluation and m.indicator_id = p.indicator_id and m.as_of = p.as_of
                 and m.grader = p.grader and m.breakdown = p.breakdown and m.withdrawn is null
                 and not exists (select from measurement w
                     where w.program_id = m.program_id and w.fiscal_year = m.fiscal_year
                         and w.evaluation = m.evaluation and w.indicator_id = m.indicator_id
                         and w.as_of = m.as_of and w.grader = m.grader
                         and w.breakdown = m.breakdown and w.withdrawn = m.recorded_at)
             order by m.recorded_at desc limit 1)) f on true
        offset 0
    ), judged as (
        select p.*, p.stands_already or p.before as same,
               case when p.form is not null or p.wrong is not null then coalesce(p.form, p.wrong)
                    when p.stands_already or p.before then null
                    when p.not_theirs is not null then p.not_theirs
                    when p.closed
                    then format('evaluation "%s" of the program is closed: open it again first', p.evaluation)
                    when p.withdraws and p.stands is null then 'there is no figure to withdraw'
                    when p.withdraws and not p.equal and num_nonnulls(p.actual, p.actual_date, p.score) > 0
                    then 'another figure stands than the one to be withdrawn'
                    when p.stands is not null and p.correction is null
                    then 'the day has another figure already: say in the column correction why it is replaced'
               end as why
        from compared p
        offset 0
    ), placed as (
        -- after a row of the same day that moves now, a row is judged in the next round
        select j.*, j.form is null and j.wrong is null and not j.before
                    and coalesce(bool_or(j.why is null and not j.same) over earlier, false) as waits
        from judged j
        window earlier as (partition by j.program_id, j.year, j.evaluation, j.indicator_id, j.as_of, j.grader,
                                        j.breakdown
                           order by j.row_no rows between unbounded preceding and 1 preceding)
    ), added as (
        insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, breakdown, actual,
                                 actual_date, score, withdrawn, evidence, note, reason, batch)
        select p.program_id, p.year, p.evaluation, p.indicator_id, p.as_of, p.grader, p.breakdown,
               case when not p.withdraws then p.actual end, case when not p.withdraws then p.actual_date end,
               case when not p.withdraws then p.score end, case when p.withdraws then p.stands end, p.evidence, p.note,
               coalesce(p.correction, 'import'), p.batch
        from placed p
        where p.why is null and not p.same and not p.waits
    )
    select p.row_no, case when p.waits then 'it waits for an earlier row of the same day' else p.why end,
           p.same, p.waits
    from placed p $q$
    using after, upto, again, mine, named, started;
end
$$;
comment on function import_measurement_step(bigint, bigint, boolean, name, text, timestamptz) is
'Moves what is good of a range of import_measurement; used by import_rows.';

-- what is common -------------------------------------------------------------------------------------------

create or replace function import_range(kind text, after bigint, upto bigint, left_only boolean, mine name, named text,
                                        started timestamptz, out read bigint, out moved bigint, out unchanged bigint,
                                        out waiting boolean)
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    waits_in constant text := quote_ident('import_' || kind);
    again boolean := left_only;
    step record;
    numbers bigint[];
    middle bigint;
    half record;
    state text;
    problem text;
    detail text;
    hint text;
begin
    moved := 0;
    unchanged := 0;
    begin
        -- rounds: each moves what does not wait for another row
        loop
            execute format('with verdict as materialized (
                                select v.* from %s($1, $2, $3, $4, $5, $6) v
                            ), gone as (
                                delete from %2$s i using verdict v
                                where i.row_no > $1 and i.row_no <= $2 and i.row_no = v.row_no and v.why is null
                            ), kept as (
                                update %2$s i
                                set reason = v.why, batch = coalesce(nullif(i.batch, ''''),
                                    case when i.reason is null then $5 end)
                                from verdict v
                                where i.row_no > $1 and i.row_no <= $2 and i.row_no = v.row_no and v.why is not null
                                    and i.reason is distinct from v.why
                            )
                            select count(*) as read, count(*) filter (where v.why is null and not v.same) as moved,
                                   count(*) filter (where v.why is null and v.same) as unchanged,
                                   coalesce(bool_or(v.waits), false) as waiting
                            from verdict v', quote_ident('import_' || kind || '_step'), waits_in)
                into step using after, upto, again, mine, named, started;
            read := coalesce(read, step.read);
            moved := moved + step.moved;
            unchanged := unchanged + step.unchanged;
            waiting := step.waiting;
            exit when not step.waiting or step.moved = 0;
            again := true;
        end loop;
        return;
    exception when others then
        get stacked diagnostics state = returned_sqlstate, problem = message_text, detail = pg_exception_detail,
            hint = pg_exception_hint;
        -- a deadlock, a full disk, a server that goes down are no fault of a row
        if left(state, 2) in ('40', '53', '57', '58') or state in ('55P03', 'XX001', 'XX002') then
            raise;
        end if;
    end;
    read := 0;
    moved := 0;
    unchanged := 0;
    waiting := false;
    execute format('select array_agg(i.row_no order by i.row_no) from %s i
                    where i.row_no > $1 and i.row_no <= $2 and ($3 is null or i.loaded_by = $3)
                        and (not $4 or i.reason is not null)', waits_in)
        into numbers using after, upto, mine, left_only;
    if numbers is null then
        return;
    elsif cardinality(numbers) = 1 then
        read := 1;
        execute format('update %s i set reason = $2,
                            batch = coalesce(nullif(i.batch, ''''), case when i.reason is null then $3 end)
                        where i.row_no = $1', waits_in)
            using numbers[1], problem || coalesce('; ' || nullif(hint, ''), '; ' || nullif(detail, ''), ''), named;
        return;
    end if;
    middle := numbers[cardinality(numbers) / 2];
    foreach after in array array[after, middle] loop
        select r.* into half
        from import_range(kind, after, case when after = middle then upto else middle end, left_only, mine, named,
                          started) r;
        read := read + half.read;
        moved := moved + half.moved;
        unchanged := unchanged + half.unchanged;
        waiting := waiting or half.waiting;
    end loop;
end
$$;
comment on function import_range(text, bigint, bigint, boolean, name, text, timestamptz) is
'Moves what is good of a range of an import table, and leaves the rest with its reason; used by import_rows.';

create or replace function import_analyze(relations regclass[], added bigint) returns void
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    t regclass;
begin
    for t in
        select c.oid::regclass from pg_catalog.pg_class c
        where c.oid = any (relations) and pg_catalog.pg_has_role(c.relowner, 'usage') and added > c.reltuples / 10
    loop
        execute format('analyze %s', t);
    end loop;
end
$$;
comment on function import_analyze(regclass[], bigint) is
'ANALYZE on those of some tables that the role owns and that have grown by more than a tenth.';

create or replace function import_rows(kind text, batch text default null, out read bigint, out moved bigint,
                                       out unchanged bigint, out left_over bigint)
    language plpgsql volatile parallel unsafe
    set search_path from current
    set jit = off
    -- the steps join in the order that is written: they are planned often, once for every row that is looked for
    set join_collapse_limit = 1
as $$
declare
    size constant integer := 100000;
    -- with row security only what the caller has loaded: who imports lends no rights to the rows of others
    mine constant name := (select case when c.relrowsecurity then current_user end from pg_catalog.pg_class c
                           where c.oid = to_regclass('import_' || kind));
    application constant text := current_setting('application_name');
    started constant timestamptz := clock_timestamp();
    fills regclass[];
    range record;
    part record;
    after bigint;
    again boolean := false;
    waiting boolean;
    moved_before bigint;
begin
    fills := case kind
        when 'unit' then array['unit', 'node_above']
        when 'program' then array['program', 'program_objective', 'responsible']
        when 'indicator' then array['indicator', 'target_revision']
        when 'budget' then array['adjustment', 'budget_entry']
        when 'measurement' then array['measurement'] end::regclass[];
    if fills is null then
        raise exception 'there is no import of "%"', kind
            using errcode = 'invalid_parameter_value',
                  hint = 'There are unit, program, indicator, budget and measurement.';
    end if;
    if batch = '' then
        raise exception 'a batch has a name'
            using errcode = 'invalid_parameter_value',
                  hint = 'Leave it out to import rows that are known by what they say.';
    end if;
    -- one import of a kind at a time; loading goes on meanwhile
    execute format('lock table %I in share update exclusive mode', 'import_' || kind);
    -- who may not write to the tables is told so, and not once for every row
    execute format('select from %I(0, 0, false, $1, $2, $3)', 'import_' || kind || '_step') using mine, batch, started;
    read := 0; moved := 0; unchanged := 0;
    loop
        after := -9223372036854775808;
        waiting := false;
        moved_before := moved;
        loop
            execute format('select max(x.row_no) as upto, count(*) as rows
                            from (select i.row_no from %I i
                                  where i.row_no > $1 and ($2 is null or i.loaded_by = $2)
                                      and (not $3 or i.reason is not null)
                                  order by i.row_no limit %s) x', 'import_' || kind, size)
                into range using after, mine, again;
            exit when range.rows = 0;
            select r.* into part from import_range(kind, after, range.upto, again, mine, batch, started) r;
            after := range.upto;
            read := read + case when again then 0 else part.read end;
            moved := moved + part.moved;
            unchanged := unchanged + part.unchanged;
            waiting := waiting or part.waiting;
            perform set_config('application_name', left(format('import %s: %s rows', kind, read), 63), true);
            if range.rows = size then
                raise notice 'import %: % rows read, % moved', kind, read, moved;
            end if;
        end loop;
        -- what hangs on a row that has just been moved has its turn now
        exit when not waiting or moved = moved_before;
        again := true;
    end loop;
    left_over := read - moved - unchanged;
    if moved > 0 then
        perform import_analyze(fills, moved);
    end if;
    perform set_config('application_name', application, true);
end
$$;
comment on function import_rows(text, text) is
'Moves the good rows of import_unit, import_program, import_indicator, import_budget or import_measurement to their '
'tables, drops those that change nothing, and leaves the rest with the reason. read = moved + unchanged + left_over. '
'Running it again, or with the same file, changes nothing. The second argument names the file, for rows that have no '
'batch.';
