-- Explaining: where the points of a published score went, and why one score is not the other

create function explain_score(program_id text, publication text)
    returns table (kind text, item text, part text, name text, target text, actual text, measured_on date,
                   score numeric, weight numeric, share numeric, contribution numeric, loss numeric, reason text)
    language plpgsql stable parallel safe
    set search_path from current
as $$
#variable_conflict use_column
declare
    of_program constant text := $1;
    of_publication constant text := $2;
    p publication_program;
begin
    perform sides_of(of_publication, of_publication, null, 'effective', false);
    select x.* into p from publication_program x
    where x.publication = of_publication and x.program_id = of_program;
    if not found then
        perform refuse_program(of_program, (sides_of(of_publication, of_publication, null, 'effective'))[1]);
    end if;
    return query
    select i.kind, i.item, i.part, i.name, i.target,
           coalesce(i.actual_date::text, trim_scale(i.grade)::text,
                    trim_scale(round(i.actual, 8))::text || case when i.unit_of_measure = '%' then '%'
                                                       else coalesce(' ' || i.unit_of_measure, '') end),
           i.measured_on, i.score, i.weight, i.share, i.contribution, i.loss,
           case when i.kind = 'rule'
                then format('%s: the %s is %s, not %s; that takes %s',
                            case i.effect when 'deduct' then format('deducts %s', trim_scale(i.points))
                                when 'cap' then format('at most %s', trim_scale(i.points)) else 'veto' end,
                            case i.source when 'indicator' then format('score of %s', i.part)
                                when 'attainment' then format('attainment of %s', i.part) else i.source end,
                            coalesce(trim_scale(round(i.actual, 8))::text, 'too large'), i.target,
                            case when i.loss > 0 then trim_scale(i.loss)::text else 'nothing more' end)
                when i.kind = 'group' then case when i.score is null then 'nothing below it is scored'
                                                 else format('the score of what is below, by the method %s', i.method)
                                                 end
                when i.kind = 'grade' then case when i.grade is null then 'not graded' end
                else nullif(concat_ws('; ',
                    case when i.retired = 1 then 'retired' end,
                    case when i.retired <> 1 and i.stale = 1 then format('the figure of %s is too old', i.measured_on)
                         when i.retired <> 1 then coalesce(i.reason,
                             case when i.score is not null then null
                                  when i.actual is null and i.actual_date is null and i.grade is null
                                  then case i.source when 'graded' then 'not graded'
                                           else 'no figure' || coalesce(', it was due on ' || i.due, '') end
                                  when i.target is null then 'no target'
                                  else 'the figure has no score by its target' end) end,
                    -- who looks from outside looks at a year that is over
                    case when i.late = 1 and i.evaluation = 'self' then 'the figure is late: from after the year' end,
                    case when i.retired <> 1 and not coalesce(i.tree_weight, 0) > 0 then 'it weighs nothing'
                         when i.retired <> 1 and i.score is null and i.contribution is not null
                         then case when p.missing = 'zero' then 'counts as 0' else 'left out' end end,
                    case when i.contribution is null then 'counts in the score of its group' end), '') end
    from publication_item i
    where i.publication = of_publication and i.program_id = of_program and i.fiscal_year = p.fiscal_year
        and case i.kind when 'rule' then i.applies = 1
                when 'group' then i.contribution is not null
                    and not exists (select from publication_item k
                                    where k.publication = of_publication and k.program_id = of_program
                                        and k.fiscal_year = i.fiscal_year and k.parent_id = i.item
                                        and k.contribution is not null)
                else true end
    order by i.loss desc nulls last, i.kind, i.item, i.part;
end
$$;
comment on function explain_score(text, text) is
'Where the points of a program went in a publication: its indicators, and the rules that applied, by what each costs. '
'The contributions sum to its score. A group where only it has a contribution, then what is below has none; grades '
'come last. actual: a figure, a day or a grade. reason: what is missing, too old, late or retired; what a rule took.';

-- The two sides of a comparison, each a publication, or a day: then only fiscal_year, evaluation and as_of are there.
create function sides_of(a text, b text, of_year integer, of_evaluation text, of_days boolean default true)
    returns publication[]
    language plpgsql stable parallel safe
    set search_path from current
as $$
declare
    sides publication[] := '{null,null}';
    side publication;
    named text;
    examples text[];
begin
    for i in 1 .. 2 loop
        named := case i when 1 then a else b end;
        select p.* into side from publication p where p.publication = named;
        if not found then
            side.as_of := case when named = 'today'
                then (now() at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date
                else (bpm.try_parse_date(named)).value end;
            if side.as_of is null or not of_days then
                select array_agg(format('"%s"', p.publication) order by p.n desc) into examples
                from (select x.publication, x.n from publication x order by x.n desc limit 5) p;
                raise exception 'there is no publication "%"', named
                    using errcode = 'no_data_found',
                          detail = coalesce('The last ones are ' || array_to_string(examples, ', ') || '.',
                                            'Nothing is published yet.'),
                          hint = case when of_days
                              then 'Name a publication, or a day as YYYY-MM-DD, or today.'
                              else 'The table publication lists them.' end;
            end if;
        end if;
        sides[i] := side;
    end loop;
    for i in 1 .. 2 loop
        side := sides[i];
        continue when side.publication is not null;
        -- as the publication that it is compared with
        side.fiscal_year := coalesce(of_year, sides[3 - i].fiscal_year);
        side.evaluation := case when of_evaluation <> 'effective' then of_evaluation
                                else coalesce(sides[3 - i].evaluation, 'effective') end;
        if side.fiscal_year is null then
            raise exception 'a day does not tell the fiscal year'
                using errcode = 'invalid_parameter_value',
                      hint = 'Give fiscal_year, or compare with a publication.';
        elsif side.evaluation <> 'effective'
            and not exists (select from evaluation_of(side.evaluation, side.fiscal_year)) then
            raise exception 'there is no evaluation "%" in %', side.evaluation, side.fiscal_year
                using errcode = 'no_data_found',
                      hint = 'The table evaluation lists them; effective is of each program the one that counts.';
        end if;
        sides[i] := side;
    end loop;
    return sides;
end
$$;
comment on function sides_of(text, text, integer, text, boolean) is
'What is compared: two publications, or days, of which fiscal_year, evaluation and as_of are filled in. A name that no '
'publication has is a day, where days are asked for. Used by explain_score, explain_change and explain_unit_change.';

create function side_named(side publication) returns text
    language sql immutable parallel safe
    return case when side.publication is not null then format('publication "%s"', side.publication)
                else format('%s on %s, evaluation "%s"', side.fiscal_year, side.as_of, side.evaluation) end;
comment on function side_named(publication) is 'A side of a comparison in words, for messages.';

create function refuse_program(of_program text, side publication) returns void
    language plpgsql stable parallel safe
    set search_path from current
as $$
declare
    known bigint;
    examples text[];
begin
    if side.publication is not null then
        select count(*), (array_agg(format('"%s"', p.program_id) order by p.program_id))[1:3] into known, examples
        from publication_program p where p.publication = side.publication;
    else
        select count(*), (array_agg(format('"%s"', l.program_id) order by l.program_id))[1:3] into known, examples
        from program_look l
        where l.fiscal_year = side.fiscal_year and l.evaluation = case side.evaluation when 'effective' then 'self'
                                                                       else side.evaluation end;
    end if;
    raise exception 'there is no program "%" in %', of_program, side_named(side)
        using errcode = 'no_data_found',
              detail = case when known = 0 then 'There are none in it that can be read here.'
                            else format('There are %s in all, such as %s.', known, array_to_string(examples, ', ')) end;
end
$$;
comment on function refuse_program(text, publication) is
'Raises that a side of a comparison has no such program, and says which it has.';

create function refuse_score(side publication, of_what text, said numeric, score numeric) returns numeric
    language plpgsql stable parallel safe
    set search_path from current
as $$
begin
    raise exception 'the score of % in % does not follow from what it came from', of_what, side_named(side)
        using errcode = 'data_corrupted',
              detail = format('It says %s; its rows and rules make %s.', coalesce(said::text, 'nothing'),
                              coalesce(score::text, 'nothing')),
              hint = case when side.publication is not null
                  then 'Rows were changed behind the triggers, or are not all visible: verify() says which.'
                  else 'check_result names what is wrong with it.' end;
end
$$;
comment on function refuse_score(publication, text, numeric, numeric) is
'Raises that a score cannot be computed again from the rows that it came from.';

-- A side as publication_program and publication_item have it, whether it is kept there or not.
create function side_scores(side publication, of_programs text[])
    returns table (program_id text, name text, weight numeric, score numeric, missing text, closed boolean,
                   execution numeric, rules score_rule[], rules_text jsonb, items publication_item[])
    language plpgsql stable parallel safe rows 100
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    if side.publication is not null then
        return query
        with rule as materialized (
            select x.evaluation, array_agg(x.r order by (x.r).rule) as rules
            from (select k.value ->> 'evaluation' as evaluation,
                         jsonb_populate_record(null::score_rule, k.value) as r
                  from (select r.value::jsonb as value from publication_rule r
                        where r.publication = side.publication and r.relation = 'score_rule') k) x
            group by x.evaluation
        )
        select p.program_id, p.name, p.weight, p.score, p.missing, coalesce(p.closes_on <= side.as_of, false),
               p.execution, r.rules, rules_said(r.rules),
               array(select i from publication_item i
                     where i.program_id = p.program_id and i.fiscal_year = p.fiscal_year
                         and i.publication = p.publication and i.kind in ('indicator', 'group'))
        from publication_program p
        left join rule r on r.evaluation = p.evaluation
        where p.publication = side.publication and p.fiscal_year = side.fiscal_year
            and p.program_id = any (of_programs);
    else
        return query
        with scored as materialized (
            select s from look_score_at(side.as_of, 'infinity') s
            where s.fiscal_year = side.fiscal_year and s.program_id = any (of_programs)
                and case side.evaluation when 'effective' then s.place = 1 else s.evaluation = side.evaluation end
        ), rule as materialized (
            select e.evaluation, rules_of(e.evaluation, side.fiscal_year) as rules
            from (select distinct (s.s).evaluation from scored s) e
        )
        select q.program_id, q.name, q.weight, q.score, q.missing, q.closed = 1, q.execution, r.rules,
               rules_said(r.rules),
               array(select row(q.program_id, q.fiscal_year, null, i.*)::publication_item
                     from items_of(s.s, side.as_of, 'infinity') i
                     where i.kind in ('indicator', 'group'))
        from scored s
        cross join lateral (select (s.s).*) q
        left join rule r on r.evaluation = q.evaluation;
    end if;
end
$$;
comment on function side_scores(publication, text[]) is
'Programs of a side of a comparison with what their scores came from: as a publication has it, or as it is.';

create function rules_said(rules score_rule[]) returns jsonb
    language sql immutable parallel safe
    return (select jsonb_agg(to_jsonb(r) - 'fiscal_year' - 'evaluation' order by r.rule) from unnest(rules) r);
comment on function rules_said(score_rule[]) is
'What the rules of a score say, whatever the year and evaluation they are of.';

-- What was rounded to make a score, with 15 decimals, where it is a figure over a target, or over an end of a range;
-- else the score. Rounded it is the score, whatever else the target says.
create function exact_score(score numeric, actual numeric, target bpm.target) returns numeric
    language plpgsql immutable parallel safe
    set search_path from current
as $$
declare
    one constant numeric := 1.0000000000000000000000000000000000000000;
    said constant text := target::text;
    part constant text[] := regexp_match(said,
        '^(>=|>|<=|<|=)? ?(-?[0-9]+(?:\.[0-9]+)?)(?:\.\.(-?[0-9]+(?:\.[0-9]+)?))?');
    low constant numeric := part[2];
    high constant numeric := coalesce(part[3], part[2]);
    baseline constant numeric := substring(said from ' from (-?[0-9]+(?:\.[0-9]+)?)');
    base constant numeric := coalesce(baseline, 0);
    raw numeric;
begin
    raw := case when part[1] = '=' then 100 - 100 * abs(actual - low) * one / nullif(abs(low - base), 0)
                when part[1] in ('>=', '>') or baseline is not null or actual < low
                then 100 * (actual - base) * one / nullif(low - base, 0)
                else 100 - 100 * (actual - high) * one / nullif(high, 0) end;
    return case when round(raw, 8) = score then round(raw, 15) else score end;
end
$$;
comment on function exact_score(numeric, numeric, bpm.target) is
'The score of a figure before it was rounded to 8 decimals, with 15, where its target is a comparison or a range; else '
'the score as it is.';

-- The score of each program with any of the five causes as they are on side b and the others as on side a. Causes are
-- bits: 1 data, 2 target, 4 weight, 8 tree, 16 policy; where a cause changes nothing its bit is left out.
create function mixed_scores(a publication, b publication, a_programs text[], b_programs text[])
    returns table (program_id text, causes integer, all_causes integer, score numeric, tree bpm.tree,
                   tree_score numeric, exact numeric, exact_tree bpm.tree, exact_tree_score numeric, fine numeric,
                   rules score_rule[], closed boolean, execution numeric, items text[],
                   attained numeric[], name text, in_a boolean, in_b boolean, a_weight numeric, b_weight numeric,
                   a_score numeric, b_score numeric, a_items publication_item[], b_items publication_item[])
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
    return query
    -- what is on one side only is the same on both, but for being there
    with pair as materialized (
        select coalesce(x.program_id, y.program_id) as program_id, coalesce(y.name, x.name) as name,
               x.program_id is not null as in_a, y.program_id is not null as in_b,
               x.weight as a_weight, y.weight as b_weight, x.score as a_score, y.score as b_score,
               case when x.program_id is null then y.missing else x.missing end as a_missing,
               case when y.program_id is null then x.missing else y.missing end as b_missing,
               case when x.program_id is null then y.closed else x.closed end as a_closed,
               case when y.program_id is null then x.closed else y.closed end as b_closed,
               case when x.program_id is null then y.execution else x.execution end as a_execution,
               case when y.program_id is null then x.execution else y.execution end as b_execution,
               case when x.program_id is null then y.rules else x.rules end as a_rules,
               case when y.program_id is null then x.rules else y.rules end as b_rules,
               case when x.program_id is null then y.rules_text else x.rules_text end as a_said,
               case when y.program_id is null then x.rules_text else y.rules_text end as b_said,
               case when x.program_id is null then y.items else x.items end as a_items,
               case when y.program_id is null then x.items else y.items end as b_items
        from side_scores(a, a_programs) x
        full join side_scores(b, b_programs) y on y.program_id = x.program_id
    ), item as materialized (
        select p.program_id, n.*, l.*,
               -- data, target and weight of what counts on one side only are of that side
               case when l.b_leaf and not l.a_leaf then n.j else n.i end as a_fact,
               case when l.a_leaf and not l.b_leaf then n.i else n.j end as b_fact,
               case when l.b_live and not l.a_live then (n.j).weight else (n.i).weight end as a_weight,
               case when l.a_live and not l.b_live then (n.i).weight else (n.j).weight end as b_weight
        from pair p
        cross join lateral (
            select coalesce(i.item, j.item) as id, i.item is not null as in_a, j.item is not null as in_b, i, j
            from unnest(p.a_items) i
            full join unnest(p.b_items) j on j.item = i.item
            union all
            -- the root, as evaluation_scores has it
            select '', true, true, null::publication_item, null::publication_item) n
        cross join lateral (
            select coalesce((n.i).retired = 0, false) as a_live, coalesce((n.j).retired = 0, false) as b_live,
                   coalesce((n.i).retired = 0 and (n.i).source <> 'group', false) as a_leaf,
                   coalesce((n.j).retired = 0 and (n.j).source <> 'group', false) as b_leaf) l
    ), differs as materialized (
        select p.program_id, p.a_missing, p.b_missing,
               exists (select from unnest(p.a_rules || p.b_rules) r where r.looks_at = 'attainment') as by_attainment,
               d.all_causes
               | case when p.a_execution is distinct from p.b_execution and p.a_rules || p.b_rules is not null
                      then 1 else 0 end
               | case when p.a_missing <> p.b_missing or p.a_said is distinct from p.b_said
                          or p.a_closed <> p.b_closed and p.a_rules || p.b_rules is not null
                      then 16 else 0 end as all_causes
        from pair p
        join (select i.program_id,
                     bit_or(case when ((i.a_fact).actual, (i.a_fact).actual_date, (i.a_fact).grade,
                                       (i.a_fact).stale = 1) is distinct from
                                      ((i.b_fact).actual, (i.b_fact).actual_date, (i.b_fact).grade,
                                       (i.b_fact).stale = 1) then 1 else 0 end
                            | case when (i.a_fact).target is distinct from (i.b_fact).target then 2 else 0 end
                            | case when i.a_weight is distinct from i.b_weight then 4 else 0 end
                            | case when (i.in_a, (i.i).parent_id, (i.i).method, (i.i).source, i.a_live)
                                        is distinct from (i.in_b, (i.j).parent_id, (i.j).method, (i.j).source,
                                                          i.b_live) then 8 else 0 end) as all_causes
              from item i
              group by i.program_id) d on d.program_id = p.program_id
    ), fact as materialized (
        select i.program_id, i.id, i.in_a, i.in_b, i.a_live, i.b_live, i.a_leaf, i.b_leaf, i.a_weight, i.b_weight,
               (i.i).parent_id as a_parent, (i.j).parent_id as b_parent,
               (i.i).method as a_method, (i.j).method as b_method, (i.i).source as a_source, (i.j).source as b_source,
               d.all_causes, d.a_missing, d.b_missing, s.*,
               bpm.cap(t.a) as a_best, bpm.cap(t.b) as b_best
        from item i
        join differs d on d.program_id = i.program_id
        cross join lateral (
            select (i.a_fact).target::bpm.target as a, (i.b_fact).target::bpm.target as b offset 0) t
        -- by data and target: a leaf is scored as in indicator_facts
        cross join lateral (
            select array_agg(x.score order by c.c) as scores,
                   array_agg(case when x.by_figure and not x.score in (0, 100)
                                       and abs(x.actual) < 1e30
                                  then exact_score(x.score, x.actual, x.target) else x.score end
                             order by c.c) as exact,
                   array_agg(case when d.by_attainment and x.score is not null
                                  then bpm.try_attainment(x.actual, x.target) end order by c.c) as attained
            from generate_series(0, 3) c (c)
            cross join lateral (
                select y.actual, y.target, y.grade is null and y.actual_date is null as by_figure,
                       case when c.c & ~d.all_causes <> 0 or y.stale = 1 then null
                            when y.grade is not null
                            then case when y.grade between 0 and 100 then round(y.grade, 8) end
                            when y.actual_date is not null then bpm.try_score(y.actual_date, y.target)
                            else bpm.try_score(y.actual, y.target) end as score
                from (select case when c.c & 1 = 0 then (i.a_fact).actual else (i.b_fact).actual end as actual,
                             case when c.c & 1 = 0 then (i.a_fact).actual_date else (i.b_fact).actual_date end
                                 as actual_date,
                             case when c.c & 1 = 0 then (i.a_fact).grade else (i.b_fact).grade end as grade,
                             case when c.c & 1 = 0 then (i.a_fact).stale else (i.b_fact).stale end as stale,
                             case when c.c & 2 = 0 then t.a else t.b end as target) y
                offset 0) x
            where i.a_leaf or i.b_leaf) s
    ), node as (
        select f.program_id, c.c as causes, f.id, n.parent_id, n.live, n.source, n.method,
               case when not n.live then 0 when c.c & 4 = 0 then f.a_weight else f.b_weight end as weight,
               case when n.leaf then f.scores[1 + (c.c & 3)] end as score,
               case when n.leaf then f.exact[1 + (c.c & 3)] end as exact,
               case when n.leaf then f.attained[1 + (c.c & 3)] end as attained,
               case when n.source <> 'group' then case when c.c & 2 = 0 then f.a_best else f.b_best end end as best,
               case when c.c & 16 = 0 then f.a_missing else f.b_missing end as missing, f.all_causes
        from fact f
        cross join generate_series(0, 31) c (c)
        cross join lateral (
            select case when c.c & 8 = 0 then f.in_a else f.in_b end as is_there,
                   case when f.id <> '' then coalesce(case when c.c & 8 = 0 then f.a_parent else f.b_parent end, '')
                        end as parent_id,
                   case when c.c & 8 = 0 then f.a_live else f.b_live end as live,
                   case when c.c & 8 = 0 then f.a_leaf else f.b_leaf end as leaf,
                   case when c.c & 8 = 0 then f.a_source else f.b_source end as source,
                   case when c.c & 8 = 0 then f.a_method else f.b_method end as method
            offset 0) n
        where c.c & ~f.all_causes = 0 and n.is_there
    ), mixed as (
        select n.program_id, n.causes, n.all_causes,
               bpm.try_score_tree(n.id, n.parent_id, n.tree_weight, n.score, n.best, n.method::bpm.method, n.missing)
                   as tree,
               bpm.try_score_tree(n.id, n.parent_id, n.tree_weight, n.exact * 1e7, null, n.method::bpm.method,
                                  n.missing) as exact_tree,
               array_agg(n.id order by n.id) filter (where n.shown is not null) as items,
               array_agg(n.shown order by n.id) filter (where n.shown is not null) as attained
        from (select k.*,
                     case when k.id = '' then 1
                          when bool_or(k.live and k.weight > 0) over siblings then case when k.live then k.weight
                                                                                       else 0 end
                          when bool_or(k.live) over siblings then k.live::integer
                          else 1 end as tree_weight,
                     case when k.source in ('measured', 'ratio') and k.weight > 0 then k.attained end as shown
              from node k
              window siblings as (partition by k.program_id, k.causes, k.parent_id)) n
        group by n.program_id, n.causes, n.all_causes
    )
    select m.program_id, m.causes, m.all_causes,
           case when m.causes = 0 and p.in_a and x.score is distinct from p.a_score
                then refuse_score(a, format('program "%s"', m.program_id), p.a_score, x.score)
                when m.causes = m.all_causes and p.in_b and x.score is distinct from p.b_score
                then refuse_score(b, format('program "%s"', m.program_id), p.b_score, x.score)
                else x.score end, m.tree, o.score::numeric(20,8), x.exact, e.tree, e.score, e.fine,
           r.rules, r.closed, r.execution, m.items, m.attained, p.name, p.in_a, p.in_b,
           p.a_weight, p.b_weight, p.a_score, p.b_score, case when m.causes = 0 then p.a_items end,
           case when m.causes = 0 then p.b_items end
    from mixed m
    join pair p on p.program_id = m.program_id
    left join lateral bpm.roots(m.tree) o on true
    -- with 15 decimals: points times 10^7, where no method looks for grades
    left join lateral bpm.roots(m.exact_tree) q on true
    cross join lateral (
        select case when q.score is not null then m.exact_tree else m.tree end as tree,
               coalesce(q.score * 1e-7, o.score) as score, case when q.score is not null then 1e-7 else 1 end as fine
        offset 0) e
    cross join lateral (
        select case when m.causes & 16 = 0 then p.a_rules else p.b_rules end as rules,
               case when m.causes & 16 = 0 then p.a_closed else p.b_closed end as closed,
               case when m.causes & 1 = 0 then p.a_execution else p.b_execution end as execution
        offset 0) r
    cross join lateral (
        select sum(x.points) filter (where x.effect = 'deduct') as deducted,
               min(x.points) filter (where x.effect = 'cap') as cap, bool_or(x.effect = 'veto') as vetoed
        from rule_figures(r.rules, r.closed, r.execution, m.tree, m.items, m.attained) x
        where r.rules is not null and x.applies) u
    cross join lateral (
        select ruled_score(o.score, u.deducted, u.cap, u.vetoed)::numeric(20,8) as score,
               ruled_score(e.score, u.deducted, u.cap, u.vetoed) as exact
        offset 0) x;
end
$$;
comment on function mixed_scores(publication, publication, text[], text[]) is
'The scores of programs with some causes as on one side of a comparison and the others as on the other. causes: bits, '
'1 data, 2 target, 4 weight, 8 tree, 16 policy are as on side b; only of all_causes, those in which the sides differ. '
'exact: the score with 15 decimals, of exact_tree, whose points times fine are those of 100. The items are in the '
'rows without causes. Used by explain_change and explain_unit_change.';

-- The mean over all orders: a cause that comes after k of the other four does so in k! (4 - k)! of 120.
create function cause_weights(all_causes integer)
    returns table (causes integer, data integer, target integer, weight integer, tree integer, policy integer)
    language sql immutable parallel safe rows 32
begin atomic
    select s.s & all_causes, sum(x.w[1])::integer, sum(x.w[2])::integer, sum(x.w[3])::integer, sum(x.w[4])::integer,
           sum(x.w[5])::integer
    from generate_series(0, 31) s (s)
    cross join lateral (
        select array_agg(case when s.s & (1 << c.c) = 0 then -('{24,6,4,6,24}'::integer[])[1 + n.n]
                              else ('{24,6,4,6,24}'::integer[])[n.n] end order by c.c) as w
        from generate_series(0, 4) c (c)
        cross join lateral (select bit_count(s.s::bit(5))::integer as n) n) x
    group by 1;
end;
comment on function cause_weights(integer) is
'How often, in 120 orders of five causes, the score with some of them counts for each cause less how often it counts '
'against it. Causes are bits, as in mixed_scores.';

-- Rounds rows of five figures, in 120ths of a unit, so that each row sums to a whole number that is given, and the
-- columns to what the largest remainder makes of their totals. What rounding leaves of a column is carried to the next
-- row.
create function rounded_causes(exact numeric[], sums numeric[]) returns numeric[]
    language plpgsql immutable parallel safe
    set search_path from current
as $$
declare
    n constant integer := coalesce(cardinality(sums), 0);
    figures numeric[] := '{0,0,0,0,0}';
    carried numeric[];
    rest numeric[];
    result numeric[] := exact;
    size numeric;
    largest integer;
    best integer;
    least_of integer;
    total numeric := 0;
begin
    -- row 0 is the total, which is rounded first
    for i in 1 .. n loop
        for c in 1 .. 5 loop
            figures[c] := figures[c] + exact[5 * i - 5 + c];
        end loop;
        total := total + sums[i];
    end loop;
    result := figures || exact;
    for i in 0 .. n loop
        -- the sums that are given were rounded before: what they are off is the largest figure's
        size := 120 * case when i = 0 then total else sums[i] end;
        best := 1;
        for c in 1 .. 5 loop
            size := size - result[5 * i + c];
            if abs(result[5 * i + c]) > abs(result[5 * i + best]) then
                best := c;
            end if;
        end loop;
        if result[5 * i + best] = 0 then
            for c in 1 .. 5 loop
                if abs(figures[c]) > abs(figures[best]) then
                    best := c;
                end if;
            end loop;
        end if;
        result[5 * i + best] := result[5 * i + best] + size;
    end loop;
    carried := '{0,0,0,0,0}';
    for i in 0 .. n loop
        size := 0;
        for c in 1 .. 5 loop
            rest[c] := result[5 * i + c] - 120 * floor(result[5 * i + c] / 120);
            size := size + rest[c];
            carried[c] := carried[c] + rest[c];
            result[5 * i + c] := floor(result[5 * i + c] / 120);
        end loop;
        for unit in 1 .. size / 120 loop
            best := null;
            for c in 1 .. 5 loop
                if rest[c] > 0 and (best is null or carried[c] > carried[best]) then
                    best := c;
                end if;
            end loop;
            result[5 * i + best] := result[5 * i + best] + 1;
            carried[best] := carried[best] - 120;
            rest[best] := 0;
        end loop;
        if i = 0 then
            -- what the rows have to make: the total less what they are
            for c in 1 .. 5 loop
                carried[c] := 120 * result[c];
            end loop;
            for j in 1 .. n loop
                for c in 1 .. 5 loop
                    carried[c] := carried[c] - result[5 * j + c];
                end loop;
            end loop;
        end if;
    end loop;
    -- a column to which no row could give its unit has it from another in the row that has most of both
    loop
        best := 1;
        least_of := 1;
        for c in 2 .. 5 loop
            best := case when carried[c] > carried[best] then c else best end;
            least_of := case when carried[c] < carried[least_of] then c else least_of end;
        end loop;
        exit when carried[best] <= 0 or n = 0;
        largest := 1;
        for i in 2 .. n loop
            if least(abs(exact[5 * i - 5 + best]), abs(exact[5 * i - 5 + least_of]))
                > least(abs(exact[5 * largest - 5 + best]), abs(exact[5 * largest - 5 + least_of])) then
                largest := i;
            end if;
        end loop;
        result[5 * largest + best] := result[5 * largest + best] + 1;
        result[5 * largest + least_of] := result[5 * largest + least_of] - 1;
        carried[best] := carried[best] - 120;
        carried[least_of] := carried[least_of] + 120;
    end loop;
    return result[6 :];
end
$$;
comment on function rounded_causes(numeric[], numeric[]) is
'Rounds rows of five figures, given in 120ths, so that every row has its sum and every column sums to its total '
'rounded by largest remainder, ties to the earlier. Used by explain_change and explain_unit_change.';

create function explain_change(program_id text, a text, b text, fiscal_year integer default null,
                               evaluation text default 'effective')
    returns table (kind text, item text, part text, name text, before numeric, after numeric, change numeric,
                   data numeric, target numeric, weight numeric, tree numeric, policy numeric)
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
    set jit = off
as $$
#variable_conflict use_column
declare
    of_program constant text := $1;
    sides constant publication[] := sides_of($2, $3, $4, $5);
    side publication;
begin
    foreach side in array sides loop
        if not exists (select from publication_program p
                       where p.program_id = of_program and p.fiscal_year = side.fiscal_year
                           and p.publication = side.publication
                       union all
                       select from program_look l
                       where side.publication is null and l.program_id = of_program
                           and l.fiscal_year = side.fiscal_year
                           and l.evaluation = coalesce(nullif(side.evaluation, 'effective'), 'self')) then
            perform refuse_program(of_program, side);
        end if;
    end loop;
    return query
    with mixed as materialized (
        select m.* from mixed_scores(sides[1], sides[2], array[of_program], array[of_program]) m
    ), program as materialized (
        select m.* from mixed m where m.causes = 0
    ), tree as materialized (
        -- the two sides as they are published; with exact points all that lies between them
        select m.causes, false as is_exact, m.tree, 1.0 as fine, m.tree_score, m.rules, m.closed, m.execution, m.items,
               m.attained
        from mixed m
        where m.causes in (0, m.all_causes)
        union all
        select m.causes, true, m.exact_tree, m.fine, m.exact_tree_score, m.rules, m.closed, m.execution, m.items,
               m.attained
        from mixed m
    ), part as materialized (
        -- a group only where the shares of what is below it are lost
        select t.causes, t.is_exact, false as is_rule, n.id as item, '' as part,
               t.fine * case when n.scored_share is not null then coalesce(n.contribution, 0) else n.contribution end
                   as points
        from tree t
        cross join lateral bpm.nodes(t.tree) n
        where n.id <> '' and (n.leaf or n.method not in ('mean', 'sum'))
        union all
        select t.causes, t.is_exact, true, r.rule, r.item, -r.cost
        from tree t
        cross join lateral rule_costs(t.tree_score, t.rules, t.closed, t.execution,
                                      (select m.tree from mixed m where m.causes = t.causes), t.items, t.attained) r
        where t.rules is not null and r.cost <> 0
    ), exact as materialized (
        select x.*, y.change,
               row_number() over (order by abs(y.change) desc, x.is_rule, x.item collate "C", x.part collate "C")
                   as place
        from (select p.is_rule, p.item, p.part,
                     sum(p.points) filter (where p.causes = 0 and not p.is_exact) as before,
                     sum(p.points) filter (where p.causes = s.all_causes and not p.is_exact) as after,
                     coalesce(sum(p.points * w.data) filter (where p.is_exact), 0) as data,
                     coalesce(sum(p.points * w.target) filter (where p.is_exact), 0) as target,
                     coalesce(sum(p.points * w.weight) filter (where p.is_exact), 0) as weight,
                     coalesce(sum(p.points * w.tree) filter (where p.is_exact), 0) as tree,
                     coalesce(sum(p.points * w.policy) filter (where p.is_exact), 0) as policy
              from program s
              cross join cause_weights(s.all_causes) w
              join part p on p.causes = w.causes
              group by p.is_rule, p.item, p.part, s.all_causes
              having bool_or(p.points is not null)) x
        cross join lateral (select coalesce(x.after, 0) - coalesce(x.before, 0) as change) y
    ), rounded as materialized (
        -- what is left of fifteen decimals is no share
        select rounded_causes(array_agg(round(u.figure * 1e8, 3) order by x.place, u.c),
                              array_agg(x.change * 1e8 order by x.place) filter (where u.c = 1)) as figures
        from exact x
        cross join lateral unnest(array[x.data, x.target, x.weight, x.tree, x.policy]) with ordinality u (figure, c)
    ), shown as materialized (
        select case when x.is_rule then 'rule' else coalesce(j.kind, i.kind) end as kind, x.item, x.part,
               case when not x.is_rule then coalesce(j.name, i.name) end as name,
               case when s.a_score is null then null when x.is_rule then coalesce(x.before, 0) else x.before
                    end::numeric(20,8) as before,
               case when s.b_score is null then null when x.is_rule then coalesce(x.after, 0) else x.after
                    end::numeric(20,8) as after,
               y.change::numeric(20,8) as change, x.place,
               array(select (y.known * r.figures[5 * x.place - 5 + c.c] * 1e-8)::numeric(20,8)
                     from generate_series(1, 5) c (c) order by c.c) as figures
        from exact x
        cross join rounded r
        cross join program s
        -- nothing is compared with a score that is not there
        cross join lateral (
            select case when s.a_score is not null and s.b_score is not null then 1 end as known) k
        cross join lateral (select k.known, k.known * x.change as change) y
        left join unnest(s.a_items) i on not x.is_rule and i.item = x.item
        left join unnest(s.b_items) j on not x.is_rule and j.item = x.item
    )
    select z.kind, z.item, z.part, z.name, z.before, z.after, z.change, z.figures[1], z.figures[2], z.figures[3],
           z.figures[4], z.figures[5]
    from (select h.* from shown h
          union all
          select 'total', '', '', s.name, s.a_score, s.b_score, (s.b_score - s.a_score)::numeric(20,8), null,
                 array(select case when s.b_score - s.a_score is not null
                                   then coalesce((select sum(h.figures[c.c]) from shown h), 0) end::numeric(20,8)
                       from generate_series(1, 5) c (c) order by c.c)
          from program s) z
    order by z.place nulls last;
end
$$;
comment on function explain_change(text, text, text, integer, text) is
'Why the score of a program in b is not what it was in a: each a publication, a day (YYYY-MM-DD) or today; for days the '
'fiscal year, and an evaluation, unless the other is a publication. By item what changed its contribution: its data, '
'targets, weights, the tree, the policies of the evaluation; each the mean over all orders in which they could have '
'changed. Rows and columns sum exactly to the last row, the total. Changes are empty where a side has no score.';

create function unit_programs(side publication, of_unit text) returns text[]
    language plpgsql stable parallel safe
    set search_path from current
as $$
begin
    if side.publication is not null then
        return (
            with recursive below as (
                select n.node_id from publication_node n
                where n.publication = side.publication and n.tree = 'unit' and n.node_id = of_unit
                union
                select n.node_id from below b
                join publication_node n on n.publication = side.publication and n.tree = 'unit'
                    and n.parent_id = b.node_id
            )
            select array_agg(p.program_id) from publication_program p
            where p.publication = side.publication and p.is_revenue = 0 and p.is_overall = 0
                and p.unit_id in (select b.node_id from below b));
    end if;
    return (
        select array_agg(p.program_id)
        from node_above a
        join program p on p.unit_id = a.id and p.fiscal_year = side.fiscal_year
        join nature n on n.nature = p.nature and not n.is_revenue
        join scope s on s.scope = p.scope and s.covers = 'own'
        where a.tree = 'unit' and a.ancestor_id = of_unit and side.fiscal_year between a.from_year and a.to_year);
end
$$;
comment on function unit_programs(publication, text) is
'The programs that count in the score of a unit with all below it, on a side of a comparison.';

create function explain_unit_change(unit_id text, a text, b text, fiscal_year integer default null,
                                    evaluation text default 'effective')
    returns table (kind text, program_id text, name text, weight_before numeric, weight_after numeric,
                   score_before numeric, score_after numeric, before numeric, after numeric, change numeric,
                   data numeric, target numeric, weight numeric, tree numeric, policy numeric)
    language plpgsql stable parallel safe
    set search_path from current
    set plan_cache_mode = force_generic_plan
    set jit = off
as $$
#variable_conflict use_column
declare
    of_unit constant text := $1;
    sides constant publication[] := sides_of($2, $3, $4, $5);
    called text;
    examples text[];
begin
    select u.name into called from unit u where u.unit_id = of_unit;
    if not found then
        select n.name into called from publication_node n
        where n.publication in (sides[1].publication, sides[2].publication) and n.tree = 'unit'
            and n.node_id = of_unit
        limit 1;
        if not found then
            select array_agg(format('"%s"', u.unit_id)) into examples
            from (select x.unit_id from unit x order by x.unit_id limit 3) u;
            raise exception 'there is no unit "%"', of_unit
                using errcode = 'no_data_found',
                      detail = coalesce('There are units such as ' || array_to_string(examples, ', ') || '.',
                                        'There are none that can be read here.');
        end if;
    end if;
    return query
    with mixed as materialized (
        select m.program_id, m.causes, m.all_causes, m.score, m.exact, m.name, m.in_a, m.in_b, m.a_weight, m.b_weight,
               m.a_score, m.b_score
        from mixed_scores(sides[1], sides[2], unit_programs(sides[1], of_unit), unit_programs(sides[2], of_unit)) m
    ), program as materialized (
        select m.* from mixed m where m.causes = 0
    ), weighed as materialized (
        select p.program_id, c.c as causes, f.score, f.exact, x.weight
        from program p
        cross join generate_series(0, 31) c (c)
        join mixed f on f.program_id = p.program_id and f.causes = c.c & p.all_causes
        cross join lateral (
            select case when c.c & 4 = 0 and p.in_a or not p.in_b then p.a_weight else p.b_weight end as weight) x
        where case when c.c & 8 = 0 then p.in_a else p.in_b end and f.score is not null
    ), whole as materialized (
        -- as publication_node and node_result have it
        select w.causes, nullif(sum(w.weight), 0) as weight,
               round(sum(w.weight * w.score) / nullif(sum(w.weight), 0), 8)::numeric(20,8) as score
        from weighed w
        group by w.causes
    ), side as materialized (
        select sum(p.a_weight) filter (where p.in_a) as a_weight, sum(p.b_weight) filter (where p.in_b) as b_weight,
               count(*) filter (where p.in_a) as a_programs, count(*) filter (where p.in_b) as b_programs,
               (select w.score from whole w where w.causes = 0) as a_score,
               (select w.score from whole w where w.causes = 31) as b_score
        from program p
    ), checked as materialized (
        select unit_agrees(sides[1], of_unit, s.a_programs, s.a_score)
               and unit_agrees(sides[2], of_unit, s.b_programs, s.b_score) as agrees
        from side s
    ), cut as materialized (
        select w.program_id, w.causes, w.weight, w.score, u.weight as whole, x.units, x.rest,
               u.score * 1e8 - sum(x.units) over (partition by w.causes) as lacking
        from weighed w
        join whole u on u.causes = w.causes
        cross join lateral (
            select coalesce(div(w.weight * w.score * 1e8, u.weight), 0) as units,
                   coalesce(mod(w.weight * w.score * 1e8, u.weight), 0) as rest) x
        where w.causes in (0, 31)
    ), before as materialized (
        -- the score of the unit in 10^-8: cut, and the largest rests have what is lacking, as contributions in a tree
        select c.*, (row_number() over (order by c.rest desc, c.program_id collate "C") <= c.lacking)::integer as more
        from cut c
        where c.causes = 0
    ), after as materialized (
        -- the same; but of whom nothing changed nothing changes, as long as the others can have what is lacking
        select c.*, (row_number() over (order by coalesce(1 - b.more * 2, 0), c.rest desc, c.program_id collate "C")
                     <= c.lacking)::integer as more
        from cut c
        left join before b on b.program_id = c.program_id and b.weight = c.weight and b.score = c.score
            and b.whole = c.whole
        where c.causes = 31
    ), shared as materialized (
        select coalesce(b.program_id, a.program_id) as program_id, b.units + b.more as before_units,
               a.units + a.more as after_units
        from before b
        full join after a on a.program_id = b.program_id
    ), exact as materialized (
        select x.*, y.before_units, y.after_units, z.change,
               row_number() over (order by abs(z.change) desc, x.program_id collate "C") as place
        from (select p.program_id, sum(p.units * w.data) as data, sum(p.units * w.target) as target,
                     sum(p.units * w.weight) as weight, sum(p.units * w.tree) as tree, sum(p.units * w.policy) as policy
              from (select w.program_id, w.causes,
                           coalesce(round(w.weight * w.exact * 1e8 / u.weight, 16), 0) as units
                    from weighed w
                    join whole u on u.causes = w.causes) p
              join cause_weights(31) w on w.causes = p.causes
              group by p.program_id) x
        left join shared y on y.program_id = x.program_id
        cross join lateral (select coalesce(y.after_units, 0) - coalesce(y.before_units, 0) as change) z
    ), rounded as materialized (
        select rounded_causes(array_agg(round(u.figure, 3) order by x.place, u.c),
                              array_agg(x.change order by x.place) filter (where u.c = 1)) as figures
        from exact x
        cross join lateral unnest(array[x.data, x.target, x.weight, x.tree, x.policy]) with ordinality u (figure, c)
    ), figure as materialized (
        select (f.n + 4) / 5 as place,
               array_agg((f.figure * 1e-8)::numeric(20,8) order by f.n) as figures
        from rounded r
        cross join lateral unnest(r.figures) with ordinality f (figure, n)
        group by 1
    ), shown as materialized (
        select p.program_id, p.name, case when p.in_a then p.a_weight end as a_weight,
               case when p.in_b then p.b_weight end as b_weight, case when p.in_a then p.a_score end as a_score,
               case when p.in_b then p.b_score end as b_score,
               (case when p.in_a and p.a_score is not null then x.before_units end * 1e-8)::numeric(20,8) as before,
               (case when p.in_b and p.b_score is not null then x.after_units end * 1e-8)::numeric(20,8) as after,
               (k.known * coalesce(x.change, 0) * 1e-8)::numeric(20,8) as change, x.place,
               (k.known * coalesce(f.figures[1], 0))::numeric(20,8) as data,
               (k.known * coalesce(f.figures[2], 0))::numeric(20,8) as target,
               (k.known * coalesce(f.figures[3], 0))::numeric(20,8) as weight,
               (k.known * coalesce(f.figures[4], 0))::numeric(20,8) as tree,
               (k.known * coalesce(f.figures[5], 0))::numeric(20,8) as policy
        from program p
        -- nothing is compared with a score that is not there
        cross join (select case when s.a_score is not null and s.b_score is not null then 1 end as known
                    from side s) k
        left join exact x on x.program_id = p.program_id
        left join figure f on f.place = x.place
    )
    select z.kind, z.program_id, z.name, z.a_weight, z.b_weight, z.a_score, z.b_score, z.before, z.after, z.change,
           z.data, z.target, z.weight, z.tree, z.policy
    from (select 'program' as kind, h.* from shown h
          union all
          select 'total', null, called, s.a_weight, s.b_weight, s.a_score, s.b_score, s.a_score, s.b_score,
                 (s.b_score - s.a_score)::numeric(20,8), null, t.*
          from side s
          cross join (select sum(h.data), sum(h.target), sum(h.weight), sum(h.tree), sum(h.policy) from shown h) t) z
    where (select c.agrees from checked c)
    order by z.kind = 'total', z.place nulls last, z.program_id;
end
$$;
comment on function explain_unit_change(text, text, text, integer, text) is
'Why the score of a unit with all below it in b is not what it was in a, as explain_change has it of a program: by '
'program the change of its contribution to the score of the unit. weight: of its indicators and of the program itself; '
'tree: also which programs are there. The last row is the total.';

create function unit_agrees(side publication, of_unit text, programs bigint, score numeric) returns boolean
    language plpgsql stable parallel safe
    set search_path from current
as $$
declare
    said record;
begin
    if side.publication is null then
        return true;
    end if;
    select n.programs, n.score into said from publication_node n
    where n.publication = side.publication and n.tree = 'unit' and n.node_id = of_unit;
    if not found then
        return true;
    elsif said.programs <> programs and row_security_active('publication_program'::regclass) then
        raise exception 'row security hides some programs of unit "%" from the current role', of_unit
            using errcode = 'insufficient_privilege',
                  hint = 'Explain it as a role that sees all of them.';
    elsif said.score is distinct from score then
        perform refuse_score(side, format('unit "%s"', of_unit), said.score, score);
    end if;
    return true;
end
$$;
comment on function unit_agrees(publication, text, bigint, numeric) is
'Whether the score of a unit is what a publication says; an error where it is not.';
