-- Frameworks and gates

create or replace function year_start(fiscal_year integer) returns date
    language sql stable parallel safe
    set search_path from current
as $$
    select make_date(year_start.fiscal_year - case when s.month = 1 then 0 else 1 end, s.month, 1)
    from (select coalesce((select s.year_start_month from setting s where s.fiscal_year <= year_start.fiscal_year
                           order by s.fiscal_year desc limit 1), 1) as month) s
$$;
comment on function year_start(integer) is 'The first day of a fiscal year, by the settings.';

create or replace function apply_framework(program_id text, fiscal_year integer, framework_id text,
                                           valid_from date default null, reason text default null)
    returns integer
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
#variable_conflict use_column
declare
    target_program alias for $1;
    target_year alias for $2;
    chosen alias for $3;
    day date := coalesce($4, year_start($2));
    added integer;
begin
    if not exists (select from framework f where f.framework_id = chosen) then
        raise exception 'there is no framework "%"', chosen
            using errcode = 'no_data_found',
                  hint = 'The table framework lists them.';
    end if;
    update program set framework_id = chosen
        where program_id = target_program and fiscal_year = target_year;
    if not found then
        raise exception 'there is no program "%" in %', target_program, target_year
            using errcode = 'no_data_found';
    end if;
    -- parents before children
    with recursive placed (indicator_id, depth) as (
        select f.indicator_id, 0 from framework_indicator f where f.framework_id = chosen and f.parent_id is null
        union all
        select f.indicator_id, p.depth + 1 from placed p
        join framework_indicator f on f.framework_id = chosen and f.parent_id = p.indicator_id
    )
    insert into indicator (program_id, fiscal_year, indicator_id, parent_id, name, dimension, aspect, source, method, sort)
    select target_program, target_year, f.indicator_id, f.parent_id, f.name, f.dimension, f.aspect, f.source, f.method, f.sort
    from placed p
    join framework_indicator f on f.framework_id = chosen and f.indicator_id = p.indicator_id
    order by p.depth, f.sort, f.indicator_id;
    get diagnostics added = row_count;
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, reason)
    select target_program, target_year, f.indicator_id, day, f.target, f.weight,
           coalesce($5, format('framework %s', chosen))
    from framework_indicator f
    where f.framework_id = chosen;
    return added;
end
$$;
comment on function apply_framework(text, integer, text, date, text) is
'Gives a program the indicators, weights and rules of a framework, from a day on (the first of the fiscal year when not given). The number of indicators and groups.';

create or replace function create_framework(framework_id text, name text, program_id text, fiscal_year integer,
                                            description text default null)
    returns integer
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
#variable_conflict use_column
declare
    added integer;
    scale_of bpm.scale;
begin
    select f.scale into scale_of from program p join framework f on f.framework_id = p.framework_id
        where p.program_id = $3 and p.fiscal_year = $4;
    insert into framework (framework_id, name, description, scale)
        values ($1, $2, coalesce($5, format('From program %s of %s.', $3, $4)), scale_of);
    insert into framework_indicator (framework_id, indicator_id, parent_id, name, dimension, aspect, source, method,
                                     target, weight, sort)
    select $1, i.indicator_id, i.parent_id, i.name, i.dimension, i.aspect, i.source, i.method, i.target, i.weight, i.sort
    from indicator_score i
    where i.program_id = $3 and i.fiscal_year = $4;
    get diagnostics added = row_count;
    if added = 0 then
        raise exception 'program "%" has no indicators in %', $3, $4
            using errcode = 'no_data_found';
    end if;
    return added;
end
$$;
comment on function create_framework(text, text, text, integer, text) is
'Makes a framework of the indicators that a program has at bpm.as_of. The number of indicators and groups.';

-- What keeps a program from entering a stage: one row per condition that does not hold.
create or replace function gate_faults(program_id text, fiscal_year integer, stage text)
    returns table (condition text, detail text)
    language plpgsql stable parallel unsafe
    set search_path from current
as $$
#variable_conflict use_column
declare
    rule setting;
    full_total numeric;
    execution numeric;
    required numeric;
    total numeric;
    fault_count integer;
    fault_list text;
    money numeric;
    gate text;
begin
    select s.* into rule from setting s where s.fiscal_year <= $2 order by s.fiscal_year desc limit 1;
    -- a framework may have totals of its own
    select coalesce(f.weight_total, rule.weight_total), coalesce(f.execution_points, rule.execution_points)
        into full_total, execution
        from program p left join framework f on f.framework_id = p.framework_id
        where p.program_id = $1 and p.fiscal_year = $2;
    for gate in select g.condition from stage_gate g where g.stage = $3 order by g.condition loop
        if gate = 'targets' then
            select count(*), string_agg(i.indicator_id, ', ' order by i.sort, i.indicator_id)
                filter (where i.target is null) into fault_count, fault_list
            from indicator_score i
            where i.program_id = $1 and i.fiscal_year = $2 and i.source = 'measured';
            if fault_count = 0 then
                condition := gate; detail := 'The program has no indicators.'; return next;
            elsif fault_list is not null then
                condition := gate; detail := format('No target is set for %s.', fault_list); return next;
            end if;
        elsif gate in ('target weights', 'all weights') and rule.totals_required then
            required := full_total - case gate when 'target weights' then execution else 0 end;
            select coalesce(sum(i.weight), 0) into total
            from indicator_score i
            where i.program_id = $1 and i.fiscal_year = $2 and i.parent_id is null
                and (gate = 'all weights' or i.dimension is distinct from 'execution');
            if total <> required then
                condition := gate;
                detail := format('The top weights%s total %s, not %s.',
                    case gate when 'target weights' then ' without budget execution' else '' end,
                    trim_scale(total), trim_scale(required));
                return next;
            end if;
        elsif gate = 'money' then
            select sum(coalesce(b.approved, 0) + coalesce(b.adjusted, 0)) into money
            from program_budget b where b.program_id = $1 and b.fiscal_year = $2;
            if coalesce(money, 0) <= 0 then
                condition := gate; detail := 'There is no approved budget.'; return next;
            end if;
        end if;
    end loop;
end
$$;
comment on function gate_faults(text, integer, text) is
'What keeps a program from entering a stage: the conditions of stage_gate that do not hold, each with the reason.';

create or replace function stage_gate_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    fault record;
begin
    for fault in select * from gate_faults(new.program_id, new.fiscal_year, new.stage) loop
        raise exception 'program "%" may not be % yet', new.program_id, new.stage
            using errcode = 'check_violation',
                  detail = fault.detail,
                  hint = format('Condition "%s" of the stage; see stage_gate.', fault.condition);
    end loop;
    return new;
end
$$;
comment on function stage_gate_guard() is 'Refuses a stage whose conditions do not hold.';
-- after the row is there, as nothing may fire between the lifecycle's guard and the row
create or replace trigger lifecycle_3_gate after insert on stage_event
    for each row execute function stage_gate_guard();
