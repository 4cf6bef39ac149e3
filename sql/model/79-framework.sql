-- Frameworks, and the next year

create function apply_framework(program_id text, fiscal_year integer, framework_id text, valid_from date default null,
                                reason text default null, evaluation text default 'self')
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
    look alias for $6;
    added integer;
begin
    if not exists (select from framework f where f.framework_id = chosen) then
        raise exception 'there is no framework "%"', chosen
            using errcode = 'no_data_found',
                  hint = 'The table framework lists them.';
    end if;
    if look = 'self' then
        update program set framework_id = chosen
            where program_id = target_program and fiscal_year = target_year;
    else
        update program_evaluation set framework_id = chosen
            where program_id = target_program and fiscal_year = target_year and evaluation = look;
    end if;
    if not found then
        raise exception 'there is no program "%" in %', target_program, target_year::text
                || case when look <> 'self' then format(' with an evaluation "%s"', look) else '' end
            using errcode = 'no_data_found',
                  hint = 'Add a row to program, and for an evaluation other than self one to program_evaluation.';
    end if;
    insert into indicator (program_id, fiscal_year, evaluation, indicator_id, parent_id, name, dimension, aspect,
                           source, same_as, numerator, denominator, ratio_as, buys, conforming_of, method, moves, sort)
    select target_program, target_year, look, f.indicator_id, f.parent_id, f.name, f.dimension, f.aspect, f.source,
           f.same_as, f.numerator, f.denominator, f.ratio_as, f.buys and look = 'self', f.conforming_of, f.method,
           f.moves, f.sort
    from framework_indicator f
    where f.framework_id = chosen;
    get diagnostics added = row_count;
    insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight, reason)
    select target_program, target_year, look, f.indicator_id, day, f.target, f.weight,
           coalesce($5, format('framework %s', chosen))
    from framework_indicator f
    where f.framework_id = chosen;
    return added;
end
$$;
comment on function apply_framework(text, integer, text, date, text, text) is
'Gives an evaluation of a program (self when not said) the indicators, weights and rules of a framework, from a day '
'on (the first of the fiscal year when not given). The number of indicators and groups.';

create function create_framework(framework_id text, name text, program_id text, fiscal_year integer,
                                 description text default null, evaluation text default 'self')
    returns integer
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
#variable_conflict use_column
declare
    added integer;
    scale_of bpm.scale;
begin
    select f.scale into scale_of from program_look l join framework f on f.framework_id = l.framework_id
        where l.program_id = $3 and l.fiscal_year = $4 and l.evaluation = $6;
    insert into framework (framework_id, name, description, scale)
        values ($1, $2, coalesce($5, format('From program %s of %s.', $3, $4)), scale_of);
    insert into framework_indicator (framework_id, indicator_id, parent_id, name, dimension, aspect, source, same_as,
                                     numerator, denominator, ratio_as, buys, conforming_of, method, moves, target,
                                     weight, sort)
    select $1, s.indicator_id, s.parent_id, s.name, s.dimension, s.aspect, s.source, i.same_as, i.numerator,
           i.denominator, i.ratio_as, i.buys, i.conforming_of, s.method, s.moves,
           case when s.source in ('measured', 'graded', 'ratio') then s.target end, s.weight, s.sort
    from indicator_score_at('infinity') s
    join indicator i using (program_id, fiscal_year, evaluation, indicator_id)
    where s.program_id = $3 and s.fiscal_year = $4 and s.evaluation = $6 and not s.retired;
    get diagnostics added = row_count;
    if added = 0 then
        raise exception 'program "%" has no indicators in %', $3, $4
            using errcode = 'no_data_found';
    end if;
    return added;
end
$$;
comment on function create_framework(text, text, text, integer, text, text) is
'Makes a framework of the indicators that an evaluation of a program (self when not said) has by its last revisions. '
'The number of indicators and groups.';

-- The scores of the year are computed once, and what is read is planned for as many programs as there are: an estimate
-- of the rows that have just been added would be of none, and the scores be looked up for each.
create function roll_forward_programs(from_year integer, ids text[], out programs integer, out indicators integer)
    language plpgsql volatile parallel unsafe
    set search_path from current
    set jit = off
as $$
#variable_conflict use_column
declare
    next_year constant integer := from_year + 1;
    day constant date := year_start(next_year);
    -- an array for every column of what is kept, in the order of the rows
    of_programs text[];
    of_indicators text[];
    figures numeric[];
    targets bpm.target[];
    weights numeric[];
begin
    with added as (
        insert into program (program_id, fiscal_year, name, unit_id, nature, scope, fund, function_id, economic_id,
            revenue_type, lifecycle_id, framework_id, weight, is_key)
        select p.program_id, next_year, p.name, p.unit_id, p.nature, p.scope, p.fund, p.function_id, p.economic_id,
               p.revenue_type, p.lifecycle_id, p.framework_id, p.weight, p.is_key
        from program p
        where p.fiscal_year = from_year and p.program_id in (select unnest(ids))
        -- one that is there stays as it is, also where somebody else has just added it
        on conflict do nothing
        returning program_id
    )
    select count(*), array_agg(program_id) into programs, ids from added;
    indicators := 0;
    if programs = 0 then
        return;
    end if;
    insert into program_objective (program_id, fiscal_year, objective_id, share)
    select o.program_id, next_year, o.objective_id, o.share
    from program_objective o
    where o.fiscal_year = from_year and o.program_id in (select unnest(ids));
    insert into responsible (program_id, fiscal_year, from_day, person)
    select distinct on (r.program_id) r.program_id, next_year, day, r.person
    from responsible r
    where r.fiscal_year = from_year and r.program_id in (select unnest(ids))
    order by r.program_id, r.from_day desc;
    insert into grader (program_id, fiscal_year, evaluation, grader, weight, role_name)
    select g.program_id, next_year, g.evaluation, g.grader, g.weight, g.role_name
    from grader g
    where g.fiscal_year = from_year and g.evaluation = 'self' and g.program_id in (select unnest(ids));
    -- all that is recorded of the year counts, whatever the settings of the session; a day that was promised last year
    -- is no promise for this one
    execute $q$
        with recursive last_year as materialized (
            select s.program_id, s.indicator_id, s.parent_id, s.source, s.moves, s.actual, s.target, s.weight
            from indicator_score_at('infinity') s
            where s.fiscal_year = $1 and s.evaluation = 'self' and s.program_id = any ($2) and not s.retired
        ), kept as (
            select l.* from last_year l where l.parent_id is null
            union all
            select l.*
            from kept k
            join last_year l on l.program_id = k.program_id and l.parent_id = k.indicator_id
        )
        select array_agg(k.program_id), array_agg(k.indicator_id),
               array_agg(case k.source when 'measured' then k.actual end),
               array_agg(case when k.moves <> 'milestone' and k.source <> 'budget' then k.target end),
               array_agg(k.weight)
        from kept k $q$
        into of_programs, of_indicators, figures, targets, weights using from_year, ids;
    execute $q$
        insert into indicator (program_id, fiscal_year, evaluation, indicator_id, parent_id, name, dimension, aspect,
                               unit_of_measure, source, same_as, numerator, denominator, ratio_as, buys,
                               conforming_of, method, moves, due, stale_days, baseline, owner, sort)
        select i.program_id, $2, 'self', i.indicator_id, i.parent_id, i.name, i.dimension, i.aspect,
               i.unit_of_measure, i.source, i.same_as, i.numerator, i.denominator, i.ratio_as, i.buys,
               i.conforming_of, i.method, i.moves, (i.due + interval '1 year')::date, i.stale_days, k.baseline,
               i.owner, i.sort
        from unnest($3, $4, $5) k (program_id, indicator_id, baseline)
        join indicator i on i.program_id = k.program_id and i.fiscal_year = $1 and i.evaluation = 'self'
            and i.indicator_id = k.indicator_id $q$
        using from_year, next_year, of_programs, of_indicators, figures;
    get diagnostics indicators = row_count;
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, reason)
    select k.program_id, next_year, k.indicator_id, day, k.target, k.weight, format('rolled forward from %s', from_year)
    from unnest(of_programs, of_indicators, targets, weights) k (program_id, indicator_id, target, weight);
end
$$;
comment on function roll_forward_programs(integer, text[]) is
'Takes the programs of a list from a year into the next, all at once, as roll_forward does; those that the year does not '
'have, or that are there already, are left as they are. How many programs, and indicators.';

create function roll_forward(from_year integer, of_program text default null, out programs integer,
    out indicators integer)
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
#variable_conflict use_column
declare
    ids text[];
begin
    select array_agg(p.program_id) into ids from program p
    where p.fiscal_year = from_year and (of_program is null or p.program_id = of_program);
    if ids is null then
        raise exception 'there is no program% in %', coalesce(' "' || of_program || '"', ''), from_year
            using errcode = 'no_data_found';
    end if;
    select r.programs, r.indicators into programs, indicators from roll_forward_programs(from_year, ids) r;
end
$$;
comment on function roll_forward(integer, text) is
'Takes the programs of a year, or one, into the next where they are not there yet: with objectives, who answers, '
'graders, the indicators of the self-evaluation that are not retired, their last targets and weights, and the last '
'figure as baseline. How many programs, and indicators.';
