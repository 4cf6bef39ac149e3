-- Publishing: what a result came from is written down once, row by row, with a digest of each file of it

-- The rules that a year is scored by, as they are now: those that a publication has, or will have.
create function rules_now(of_year integer, of_publication text default null)
    returns table (relation text, key text, value text)
    language sql stable parallel safe
begin atomic
    select 'setting', '', (to_jsonb(s) - 'fiscal_year')::text from setting_of(of_year) s
    union all
    select 'place', '', (to_jsonb(p) - 'only_row')::text from place p
    union all
    select 'evaluation', e.evaluation, (to_jsonb(e) - 'fiscal_year')::text
    from evaluation e
    where e.fiscal_year = (select max(x.fiscal_year) from evaluation x
                           where x.evaluation = e.evaluation and x.fiscal_year <= of_year)
    union all
    select 'score_rule', r.evaluation || ' ' || r.rule, (to_jsonb(r) - 'fiscal_year')::text
    from (select distinct x.evaluation from score_rule x) e
    cross join lateral unnest(rules_of(e.evaluation, of_year)) r
    union all
    -- of the trees that are rules the nodes that have programs
    select case t.tree when 'function' then 'function_code' else t.tree end, t.id,
           jsonb_build_object('parent_id', t.parent_id)::text
    from node_tree t
    where t.tree in ('function', 'objective') and of_year between t.from_year and t.to_year
        and case when of_publication is not null
                 then exists (select from publication_rule x where x.publication = of_publication and x.key = t.id
                                  and x.relation = case t.tree when 'function' then 'function_code' else t.tree end)
                 else exists (select from node_above a
                              where a.tree = t.tree and a.ancestor_id = t.id
                                  and of_year between a.from_year and a.to_year
                                  and a.id in (select p.function_id from program p
                                               where p.fiscal_year = of_year and t.tree = 'function'
                                               union all
                                               select o.objective_id from program_objective o
                                               where o.fiscal_year = of_year and t.tree = 'objective')) end
    union all
    select 'nature', n.nature, to_jsonb(n)::text from nature n
    where of_publication is null or exists (select from publication_rule x where x.publication = of_publication
                                                and x.relation = 'nature' and x.key = n.nature)
    union all
    select 'scope', s.scope, to_jsonb(s)::text from scope s
    where of_publication is null or exists (select from publication_rule x where x.publication = of_publication
                                                and x.relation = 'scope' and x.key = s.scope)
    union all
    select 'revenue_type', t.revenue_type, to_jsonb(t)::text from revenue_type t
    where of_publication is null or exists (select from publication_rule x where x.publication = of_publication
                                                and x.relation = 'revenue_type' and x.key = t.revenue_type)
    union all
    select 'framework', f.framework_id, to_jsonb(f)::text from framework f
    where case when of_publication is not null
               then exists (select from publication_rule x where x.publication = of_publication
                                and x.relation = 'framework' and x.key = f.framework_id)
               else f.framework_id in (select p.framework_id from program p where p.fiscal_year = of_year
                                       union all
                                       select e.framework_id from program_evaluation e
                                       where e.fiscal_year = of_year) end;
end;
comment on function rules_now(integer, text) is
'The settings and rules by which a year is scored, as they are now, one row each as JSON; of a publication those that '
'it has.';

create function published_part(relation text, value text) returns jsonb
    language sql immutable parallel safe
    return value::jsonb - case relation
        when 'setting' then array['totals_policy', 'suppress_below', 'publish_names', 'points_alert', 'pace_against',
            'plan_lock', 'forecast_method', 'forecast_interval', 'unspent_alert', 'overfulfilled_from', 'appraise_from',
            'totals_required', 'weight_total', 'execution_points', 'evaluate_key_every', 'share_saving', 'recapture', 'growth_limit']
        when 'evaluation' then array['name', 'role_name']
        when 'framework' then array['name', 'description', 'weight_total', 'execution_points']
        when 'revenue_type' then array['name', 'sort', 'may_grow', 'in_outturn']
        else array['name', 'sort'] end;
comment on function published_part(text, text) is
'Of a rule what decides about scores: not what it is called, nor what is for monitoring, gates or totals alone.';

-- What a publication keeps of the items of a program: of a group where the shares of its parts are lost the group has
-- the contribution.
create function items_of(p look_score, on_day date, as_known timestamptz)
    returns table (kind text, item text, part text, evaluation text, parent_id text, name text, dimension text,
                   aspect text, source text, method text, moves text, unit_of_measure text, due date, sort integer,
                   retired integer, target text, target_from date, target_recorded_at timestamptz, weight numeric,
                   tree_weight numeric, share numeric, measured_on date, measured_recorded_at timestamptz,
                   actual numeric, actual_date date, grade numeric, late integer, stale integer, score numeric,
                   coverage numeric, contribution numeric, loss numeric, effect text, points numeric, applies integer,
                   evidence text, reason text)
    language sql stable parallel safe
begin atomic
    select case i.source when 'group' then 'group' else 'indicator' end, i.indicator_id, '', i.evaluation,
           i.parent_id, i.name, i.dimension, i.aspect, i.source,
           case i.source when 'group' then i.method::text end, i.moves,
           i.unit_of_measure, i.due, i.sort, i.retired::integer, i.target::text, i.target_from, i.target_recorded_at,
           i.weight, i.tree_weight, n.share::numeric(17,16), i.measured_on, i.measured_recorded_at, i.actual,
           i.actual_date, i.grade::numeric(11,8), coalesce(i.late, false)::integer, i.stale::integer,
           coalesce(n.score, i.score)::numeric(20,8), n.coverage::numeric(20,8), c.contribution::numeric(20,8),
           (case when c.contribution is not null then n.share * 100 - c.contribution end)::numeric(20,8),
           null::text, null::numeric(20,8), null::integer, i.evidence, i.figure_reason
    from unnest(p.facts) i
    left join bpm.nodes(p.tree) n on n.id = i.indicator_id
    left join (select k.parent_id, bool_or(k.contribution is not null) as are_shown
               from bpm.nodes(p.tree) k group by k.parent_id) k on k.parent_id = i.indicator_id
    cross join lateral (
        select case when i.source = 'group' then case when k.are_shown is not true then n.contribution end
                    when n.contribution is null and n.scored_share is null then null
                    else coalesce(n.contribution, 0) end as contribution) c
    union all
    select 'grade', i.indicator_id, g.grader, i.evaluation, null, null, null, null, 'graded', null, null, null, null,
           null, 0, null, null, null, g.weight, null, null, m.as_of, m.recorded_at, null, null,
           m.score::numeric(11,8), null, null, m.score::numeric(20,8), null, null, null, null, null, null, m.evidence,
           null
    from unnest(p.facts) i
    join grader g on g.program_id = p.program_id and g.fiscal_year = p.fiscal_year and g.evaluation = i.evaluation
    left join lateral (
        select m.as_of, m.recorded_at, m.score, m.evidence from indicator_actual m
        where m.program_id = g.program_id and m.fiscal_year = g.fiscal_year and m.evaluation = g.evaluation
            and m.indicator_id = i.indicator_id and m.grader = g.grader and m.breakdown = ''
            and m.as_of <= p.counts_until and (m.recorded_at > as_known) is not true
            and (m.withdrawn_at <= as_known) is not true
        order by m.as_of desc, m.recorded_at desc
        limit 1) m on true
    where i.source = 'graded'
    union all
    select 'rule', r.rule, r.item, p.evaluation, null, null, null, null, r.looks_at, null, null, null, null, null, 0,
           r.target::text, null, null, null, null, null, null, null,
           case when abs(r.figure) < 1e30 then r.figure end, null, null, null, null, null, null,
           (-r.cost)::numeric(20,8), r.cost::numeric(20,8), r.effect, r.points::numeric(20,8),
           coalesce(r.applies, false)::integer, null, null
    from rules_in_force(p.evaluation, p.fiscal_year) v
    cross join lateral rule_costs(p.tree_score, v.rules, p.closed = 1, p.execution, p.tree, p.items, p.attained) r;
end;
comment on function items_of(look_score, date, timestamptz) is
'What the score of an evaluation of a program came from: indicators, groups, grades and rules, as publication_item '
'keeps them. The contributions of indicators and rules sum to the score.';

create function program_row(q look_score, of_publication text, of_look text, as_known timestamptz, items_hash text,
                            money_hash text)
    returns setof publication_program
    language sql stable parallel safe rows 1
begin atomic
    select q.program_id, q.fiscal_year, of_publication, q.evaluation,
           array(select l.look
                 from (select q.evaluation as look
                       union
                       select i.same_as from indicator i
                       where i.program_id = q.program_id and i.fiscal_year = q.fiscal_year
                           and i.evaluation = q.evaluation and i.source = 'same'
                       union
                       -- where the one that counts is published, the others that are closed have their say in which
                       -- that is: self always is, and may have closed by itself
                       select 'self' where of_look = 'effective'
                       union
                       select c.evaluation
                       from (select distinct on (e.evaluation) e.evaluation, e.event
                             from evaluation_event e
                             where of_look = 'effective' and e.program_id = q.program_id
                                 and e.fiscal_year = q.fiscal_year and e.recorded_at <= as_known and not e.taken_back
                                 and not exists (select from evaluation_event b
                                                 where b.program_id = e.program_id and b.fiscal_year = e.fiscal_year
                                                     and b.evaluation = e.evaluation and b.at = e.at
                                                     and b.event = e.event and b.taken_back
                                                     and b.recorded_at > e.recorded_at and b.recorded_at <= as_known)
                             order by e.evaluation, e.at desc) c
                       where c.event = 'closed') l
                 order by l.look collate "C"),
           q.unit_id, q.name, q.unit_name, q.nature, q.scope, q.fund, q.function_id, q.economic_id, q.revenue_type,
           q.framework_id, q.is_revenue, q.is_overall, q.programs, q.scored_programs, q.proposed, q.approved,
           q.carried_over, q.adjusted, q.budget, q.received, q.committed, q.executed, q.planned, q.covered_budget,
           q.covered_executed, q.execution_rate, q.execution, q.weight, q.scored_weight, q.score_sum,
           q.coverage_sum, q.low_sum, q.high_sum, q.missing, q.tree_score, q.deducted, q.cap, q.vetoed, q.score,
           q.coverage, q.low, q.high, q.floor, q.scale::text, q.rating, q.rating_rank, q.rating_reason, q.overridden,
           q.stage, q.closes_on, q.counts_until, items_hash, money_hash;
end;
comment on function program_row(look_score, text, text, timestamptz, text, text) is
'What a publication keeps of a program, with the digests of its items and its money.';

create function item_row(q look_score, of_publication text, on_day date, as_known timestamptz)
    returns setof publication_item
    language sql stable parallel safe
begin atomic
    select q.program_id, q.fiscal_year, of_publication, i.* from items_of(q, on_day, as_known) i;
end;
comment on function item_row(look_score, text, date, timestamptz) is
'What a publication keeps of the items of a program; see items_of().';

create function person_row(q look_score, of_publication text) returns setof publication_person
    language sql stable parallel safe
begin atomic
    select q.program_id, q.fiscal_year, of_publication, x.role, x.item, x.person
    from (select 'responsible' as role, '' as item, q.responsible as person
          union all
          select 'evaluator', '', q.evaluator
          union all
          select 'owner', f.indicator_id, f.owner from unnest(q.facts) f) x
    where x.person is not null;
end;
comment on function person_row(look_score, text) is 'Whose names a publication keeps of a program.';

create function money_row(q look_score, of_publication text, on_day date, as_known timestamptz)
    returns setof publication_money
    language sql stable parallel safe
begin atomic
    select q.program_id, q.fiscal_year, of_publication, m.fund, m.economic_id, r.currency,
           sum(m.proposed)::numeric(38,2), sum(m.approved)::numeric(38,2), sum(m.carried_over)::numeric(38,2),
           sum(m.adjusted)::numeric(38,2), sum(m.received)::numeric(38,2), sum(m.committed)::numeric(38,2),
           sum(m.executed)::numeric(38,2), sum(m.planned)::numeric(38,2)
    from program_slice_at(on_day, as_known) m
    cross join setting_of(q.fiscal_year) r
    where m.program_id = q.program_id and m.fiscal_year = q.fiscal_year and m.proposed is not null and q.is_overall = 0
    group by m.fund, m.economic_id, r.currency;
end;
comment on function money_row(look_score, text, date, timestamptz) is
'What a publication keeps of the money of a program, by fund and economic class.';

-- The canonical form of a publication: its rows in CSV, as COPY prints them, in files; of programs the digests of their
-- own rows are in their row. See publication_files().
create function publication_digest(of_publication text, file text) returns text
    language sql stable parallel safe
    set search_path from current
    set datestyle = 'ISO, YMD'
    set timezone = 'UTC'
begin atomic
    select case file
        when 'rules.csv' then (
            select bpm.sha256_lines(bpm.csv_line(r) order by r.relation collate "C", r.key collate "C")
            from publication_rule r where r.publication = of_publication)
        when 'programs.csv' then (
            select bpm.sha256_lines(bpm.csv_line(p) order by p.program_id collate "C")
            from publication_program p where p.publication = of_publication)
        when 'persons.csv' then (
            select bpm.sha256_lines(bpm.csv_line(p) order by p.program_id collate "C", p.role collate "C",
                                    p.item collate "C")
            from publication_person p where p.publication = of_publication)
        when 'nodes.csv' then (
            select bpm.sha256_lines(bpm.csv_line(n) order by n.tree collate "C", n.node_id collate "C")
            from publication_node n where n.publication = of_publication) end;
end;
comment on function publication_digest(text, text) is
'The SHA-256 of a file of a publication, from the rows that are there.';

create function publication_manifest(of_publication text, header text) returns text
    language sql stable parallel safe
begin atomic
    select string_agg(f.digest || '  ' || f.file || e'\n', '' order by f.place)
    from (select 1 as place, 'publication.csv' as file, bpm.sha256_lines(header) as digest
          union all
          select f.place + 1, f.file, publication_digest(of_publication, f.file)
          from unnest('{rules.csv,programs.csv,persons.csv,nodes.csv}'::text[]) with ordinality f (file, place)) f;
end;
comment on function publication_manifest(text, text) is
'The manifest of a publication as sha256sum prints it: the SHA-256 of each of its files. Its own SHA-256 is the hash '
'of the publication. The header is the line of publication.csv.';

create function publication_header(p publication) returns text
    language sql stable parallel safe
    set search_path from current
    set datestyle = 'ISO, YMD'
    set timezone = 'UTC'
begin atomic
    select bpm.csv_line(h) from (
        select p.publication, p.n, p.fiscal_year, p.evaluation, p.as_of, p.known_at, p.replaces, p.reason, p.title,
               p.programs, p.version, p.previous_hash, p.published_at, p.published_by) h;
end;
comment on function publication_header(publication) is 'The line of publication.csv: its row without the hash.';

create function publication_manifest(publication text) returns text
    language sql stable strict parallel safe
begin atomic
    select publication_manifest(p.publication, publication_header(p)) from publication p where p.publication = $1;
end;
comment on function publication_manifest(text) is
'The manifest of a publication as sha256sum prints it, from the rows that are there. NULL when there is none.';

create function hash_of(manifest text) returns text
    language sql immutable strict parallel safe
    return encode(sha256(convert_to(manifest, 'UTF8')), 'hex');
comment on function hash_of(text) is 'The SHA-256 of a text in UTF-8, as sha256sum prints it.';

create function node_row(of_publication text, of_year integer, of_evaluation text) returns setof publication_node
    language sql stable parallel safe
begin atomic
    select x.tree, x.id, of_year, of_publication, t.parent_id,
           coalesce(u.name, f.name, o.name,
                    case x.id when 'unclassified' then 'Unclassified' when 'all' then 'All' end),
           x.programs::integer, x.scored_programs::integer, x.proposed::numeric(38,2), x.approved::numeric(38,2),
           x.budget::numeric(38,2), x.executed::numeric(38,2), x.weight::numeric(38,8), x.scored_weight::numeric(38,8),
           x.score_sum::numeric(60,16), x.coverage_sum::numeric(60,16), x.low_sum::numeric(60,16),
           x.high_sum::numeric(60,16), r.score, r.coverage, r.low, r.high, g.rating,
           g.rating_rank, g.rating_reason
    from (
        select a.tree, a.id, sum(n.programs * p.programs) as programs,
               sum(n.programs * p.scored_programs) as scored_programs,
               sum(part(p.proposed, n.after, n.upto)) as proposed, sum(part(p.approved, n.after, n.upto)) as approved,
               sum(part(p.budget, n.after, n.upto)) as budget, sum(part(p.executed, n.after, n.upto)) as executed,
               sum(w.weight) as weight, sum(w.weight * sign(p.scored_weight)) as scored_weight,
               sum(w.weight * coalesce(p.score, 0)) as score_sum, sum(w.weight * p.coverage) as coverage_sum,
               sum(w.weight * p.low) as low_sum, sum(w.weight * p.high) as high_sum
        from publication_program p
        join node_program n on n.program_id = p.program_id and n.fiscal_year = p.fiscal_year and n.upto > n.after
        cross join lateral (select part(p.weight, n.after, n.upto, 8) as weight) w
        cross join lateral (
            select n.tree, a.ancestor_id as id from node_above a
            where a.tree = n.tree and a.id = n.id and of_year between a.from_year and a.to_year
            union all
            select 'all', 'all' where n.tree = 'unit') a
        where p.publication = of_publication and p.is_revenue = 0 and p.is_overall = 0
        group by a.tree, a.id) x
    left join node_tree t on t.tree = x.tree and t.id = x.id and of_year between t.from_year and t.to_year
    left join unit u on x.tree = 'unit' and u.unit_id = x.id
    left join function_code f on x.tree = 'function' and f.function_id = x.id
    left join objective o on x.tree = 'objective' and o.objective_id = x.id
    cross join lateral (
        select round(x.score_sum / nullif(x.scored_weight, 0), 8)::numeric(20,8) as score,
               round(x.coverage_sum / nullif(x.weight, 0), 8)::numeric(20,8) as coverage,
               round(x.low_sum / nullif(x.weight, 0), 8)::numeric(20,8) as low,
               round(x.high_sum / nullif(x.weight, 0), 8)::numeric(20,8) as high) r
    cross join lateral rating_of_sum(of_year, r.score, r.coverage, 0,
                                     case of_evaluation when 'effective' then 'self' else of_evaluation end) g;
end;
comment on function node_row(text, integer, text) is
'The programs that a publication has, rolled up over the trees as they are in its year.';

-- A trigger for each statement is that of the table which the statement names: partitions need it too.
create function partitions_without_guard()
    returns table (partition_of regclass, partition regclass, guard text, definition text)
    language sql stable parallel safe
begin atomic
    select p.oid::regclass, x.relid, t.tgname::text,
           replace(pg_get_triggerdef(t.oid), format(' ON %I.%I ', n.nspname, p.relname),
                   format(' ON %I.%I ', cn.nspname, c.relname))
    from pg_class p
    join pg_namespace n on n.oid = p.relnamespace
    cross join lateral pg_partition_tree(p.oid) x
    join pg_class c on c.oid = x.relid and c.relkind in ('r', 'p')
    join pg_namespace cn on cn.oid = c.relnamespace
    join pg_trigger t on t.tgrelid = p.oid and not t.tgisinternal and t.tgtype & 1 = 0
    where p.relkind = 'p' and not p.relispartition and x.level > 0
        and p.relnamespace = (select b.relnamespace from pg_class b where b.oid = 'publication'::regclass)
        and p.relname in (select m.name from bpm.model_tables() m)
        and not exists (select from pg_trigger y where y.tgrelid = c.oid and y.tgname = t.tgname);
end;
comment on function partitions_without_guard() is
'The partitions of tables of the model that lack a trigger for each statement which their table has, and how it is made.';

create function guard_partitions() returns integer
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
declare
    t record;
    made integer := 0;
begin
    for t in select * from partitions_without_guard() g order by g.partition::text, g.guard loop
        execute t.definition;
        made := made + 1;
    end loop;
    return made;
end
$$;
comment on function guard_partitions() is
'Puts the triggers for each statement of a table on its partitions as well, so that they refuse TRUNCATE and wait for '
'a publication as their table does. How many were missing. Call it when a partition was added; publish() asks for it.';

create function publish(fiscal_year integer, evaluation text default 'effective', as_of date default null,
                        publication text default null, replaces text default null, reason text default null,
                        title text default null)
    returns text
    language plpgsql volatile parallel unsafe
    set search_path from current
    set row_security = off
    set datestyle = 'ISO, YMD'
    set timezone = 'UTC'
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    year constant integer := $1;
    look constant text := coalesce($2, 'effective');
    day date := $3;
    made publication;
    newest record;
    fault record;
    before record;
    todo text[];
    today date;
    -- the row of the publication comes last
    to_publication constant text := (
        select string_agg(format('%I.%I', n.nspname, c.conname), ', ')
        from pg_constraint c join pg_namespace n on n.oid = c.connamespace
        where c.confrelid = 'publication'::regclass and c.contype = 'f' and c.condeferrable and c.conparentid = 0);
    size constant integer := 500;
begin
    if row_security_active('program'::regclass) then
        raise exception 'a publication is of all programs, and row security hides some from the current role'
            using errcode = 'insufficient_privilege',
                  hint = 'Publish as the owner of the tables, or as a role with BYPASSRLS.';
    elsif not has_any_column_privilege('publication'::regclass, 'insert') then
        raise exception 'the duty of publishing is in other hands'
            using errcode = 'insufficient_privilege',
                  hint = 'bpm.grant_duty gives it.';
    elsif current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'a publication has to see what others have just recorded'
            using errcode = 'invalid_transaction_state',
                  detail = format('The isolation level of the transaction is %s.',
                                  current_setting('transaction_isolation')),
                  hint = 'Publish in a transaction that is READ COMMITTED.';
    elsif year is null or year not between 1000 and 9998 then
        raise exception 'a publication is of a fiscal year'
            using errcode = 'invalid_parameter_value',
                  hint = 'Write 2026, not 26.';
    elsif look <> 'effective' and not exists (select from evaluation_of(look, year)) then
        raise exception 'there is no evaluation "%" in %', look, year
            using errcode = 'no_data_found',
                  hint = 'The table evaluation lists them; effective is of each program the one that counts.';
    end if;
    for fault in select g.partition from partitions_without_guard() g order by g.partition::text limit 1 loop
        raise exception 'partition "%" is not guarded', fault.partition
            using errcode = 'object_not_in_prerequisite_state',
                  detail = 'It could be truncated, or written to while a publication is made.',
                  hint = 'The owner of the tables calls guard_partitions().';
    end loop;
    -- whoever is writing first, then nobody else
    perform pg_advisory_xact_lock(publication_lock());
    update tree_lock l set changes = l.changes + 1;
    made.known_at := clock_timestamp();
    made.published_at := made.known_at;
    made.published_by := current_user;
    today := (made.known_at at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date;
    if day > today then
        raise exception 'there are no results of % yet', day
            using errcode = 'invalid_parameter_value',
                  hint = 'Publish as of today or a day before.';
    end if;
    day := coalesce(day, today);

    -- the one before it: of the same year and evaluation, and of the chain
    select p.publication into newest from publication p
    where p.fiscal_year = year and p.evaluation = look
        and not exists (select from publication r where r.replaces = p.publication);
    if $5 is null and newest.publication is not null then
        raise exception 'evaluation "%" of % is published', look, year
            using errcode = 'unique_violation',
                  detail = format('That is publication "%s".', newest.publication),
                  hint = 'A correction names in replaces the publication that it replaces, and the reason.';
    elsif $5 is not null and $5 is distinct from newest.publication then
        raise exception 'publication "%" cannot be replaced', $5
            using errcode = 'invalid_parameter_value',
                  detail = coalesce(
                      (select case when p.fiscal_year <> year or p.evaluation <> look
                                   then format('It is of evaluation "%s" of %s.', p.evaluation, p.fiscal_year)
                                   else format('"%s" has replaced it.', (select r.publication from publication r
                                                                         where r.replaces = p.publication)) end
                       from publication p where p.publication = $5), 'There is none of that name.'),
                  hint = case when newest.publication is null then 'Leave replaces out.'
                              else format('The last one of evaluation "%s" of %s is "%s".', look, year,
                                          newest.publication) end;
    elsif $5 is not null and coalesce($6, '') = '' then
        raise exception 'a publication that replaces another says why'
            using errcode = 'not_null_violation',
                  hint = 'Give the reason.';
    end if;
    select p.n, p.hash into before from publication p order by p.n desc limit 1;
    made.n := coalesce(before.n, 0) + 1;
    made.previous_hash := before.hash;
    made.fiscal_year := year;
    made.evaluation := look;
    made.as_of := day;
    made.replaces := $5;
    made.reason := $6;
    made.version := (select e.extversion from pg_catalog.pg_extension e where e.extname = 'bpm');
    made.publication := coalesce($4, format('%s %s', year, look) || coalesce(
        (select ' ' || count(*) + 1 from publication p where p.fiscal_year = year and p.evaluation = look
         having count(*) > 0), ''));
    made.title := coalesce($7, made.publication);
    if exists (select from publication p where p.publication = made.publication) then
        raise exception 'there is a publication "%"', made.publication
            using errcode = 'unique_violation',
                  hint = 'Give it another name.';
    elsif exists (select from publication_rule r where r.publication = made.publication)
        or exists (select from publication_program p where p.publication = made.publication)
        or exists (select from publication_item i where i.publication = made.publication)
        or exists (select from publication_money m where m.publication = made.publication)
        or exists (select from publication_person m where m.publication = made.publication)
        or exists (select from publication_node n where n.publication = made.publication)
        or exists (select from published_total t where t.publication = made.publication) then
        raise exception 'there are rows of a publication "%" that was never made', made.publication
            using errcode = 'restrict_violation',
                  hint = 'Give it another name.';
    end if;

    -- gates: the evaluation is closed for every program that has it
    for fault in
        select count(*) as programs, (array_agg(e.program_id order by e.program_id))[1:3] as some
        from evaluation_state_at(day, made.known_at) e
        where e.fiscal_year = year and e.evaluation = case look when 'effective' then 'self' else look end
            and not e.closed
        having count(*) > 0
    loop
        raise exception 'not every program of % is closed on %', year, day
            using errcode = 'check_violation',
                  detail = format('Evaluation "%s" is open for %s%s.', case look when 'effective' then 'self'
                                  else look end, array_to_string(fault.some, ', '),
                                  case when fault.programs > 3 then format(' and %s more', fault.programs - 3)
                                       else '' end),
                  hint = 'What is published is closed: close it first, or publish as of a later day.';
    end loop;
    if exists (select from stage_gate g where g.stage = 'published') then
        for fault in
            select p.program_id, f.condition, f.detail from program p
            cross join lateral gate_faults(p.program_id, p.fiscal_year, 'published', day) f
            where p.fiscal_year = year
            order by p.program_id, f.condition
            limit 1
        loop
            raise exception 'program "%" may not be published yet', fault.program_id
                using errcode = 'check_violation',
                      detail = fault.detail,
                      hint = format('Condition "%s" of the stage; see stage_gate.', fault.condition);
        end loop;
    end if;

    select array_agg(e.program_id order by e.program_id) into todo
    from program_look e
    where e.fiscal_year = year and e.evaluation = case look when 'effective' then 'self' else look end;
    made.programs := coalesce(cardinality(todo), 0);
    if made.programs = 0 then
        raise exception 'there is nothing to publish'
            using errcode = 'no_data_found',
                  detail = format('No program has evaluation "%s" in %s.', look, year);
    end if;
    if to_publication is not null then
        execute format('set constraints %s deferred', to_publication);
    end if;
    insert into publication_rule (publication, fiscal_year, relation, key, value)
    select made.publication, year, r.relation, r.key, r.value from rules_now(year) r;

    -- by parts, so that memory does not grow with the number of programs
    for i in 1 .. made.programs by size loop
        with scored as materialized (
            select s from look_score_at(day, made.known_at) s
            where s.fiscal_year = year and s.program_id = any (todo[i : i + size - 1])
                and case look when 'effective' then s.place = 1 else s.evaluation = look end
        ), item as (
            insert into publication_item as x
            select i.* from scored s cross join lateral item_row(s.s, made.publication, day, made.known_at) i
            returning x as row
        ), item_hash as (
            select (i.row).program_id as id,
                   bpm.sha256_lines(bpm.csv_line(i.row) order by (i.row).kind collate "C", (i.row).item collate "C",
                                    (i.row).part collate "C") as hash
            from item i
            group by 1
        ), money as (
            insert into publication_money as x
            select m.* from scored s cross join lateral money_row(s.s, made.publication, day, made.known_at) m
            returning x as row
        ), money_hash as (
            select (m.row).program_id as id,
                   bpm.sha256_lines(bpm.csv_line(m.row) order by (m.row).fund collate "C",
                                    (m.row).economic_id collate "C") as hash
            from money m
            group by 1
        ), person as (
            insert into publication_person
            select x.* from scored s cross join lateral person_row(s.s, made.publication) x
        )
        insert into publication_program
        select p.*
        from scored s
        left join item_hash h on h.id = (s.s).program_id
        left join money_hash m on m.id = (s.s).program_id
        cross join lateral program_row(s.s, made.publication, look, made.known_at,
                                       coalesce(h.hash, hash_of('')), coalesce(m.hash, hash_of(''))) p;
    end loop;

    insert into publication_node select n.* from node_row(made.publication, year, look) n;
    perform publish_total(made.publication, look);
    -- its trigger gives it the hash of all that is there
    insert into publication select (made).*;
    if to_publication is not null then
        execute format('set constraints %s immediate', to_publication);
    end if;
    return made.publication;
end
$$;
comment on function publish(integer, text, date, text, text, text, text) is
'Publishes an evaluation (effective: of each program the one that counts) of all programs of a year, as of a day '
'(today when not given): keeps what every score came from, the roll-ups and their trees, and a hash over all of it and '
'the publication before. A correction names the publication that it replaces, and why. From then on what it came from '
'is closed. The name of the publication. An error where an evaluation is still open, or where row security hides '
'programs from the current role.';
