-- The sample: which programs others evaluate, by money and risk, and who was not looked at for too long

create function evaluated_by_others(of_program text, until integer, on_day date, as_known timestamptz) returns integer
    language sql stable parallel safe
begin atomic
    select y.fiscal_year
    from program_state_at(on_day, as_known) y
    cross join lateral evaluations_of(y) e
    where y.program_id = of_program and y.fiscal_year <= until and e.closed
        and e.rank > coalesce((select v.rank from evaluation_of('self', y.fiscal_year) v), 0)
    order by y.fiscal_year desc
    limit 1;
end;
comment on function evaluated_by_others(text, integer, date, timestamptz) is
'The last year until a year in which an evaluation of a program that ranks above its own is closed; empty for none.';

-- What is drawn is proportional to size and systematic: the programs stand in a row, in an order that the seed gives,
-- each as long as its size, and every so many units of length one is taken. All in whole numbers and exact decimals.
create function evaluation_sample(fiscal_year integer, share numeric, seed text, evaluation text default 'finance',
                                  on_day date default null, as_known timestamptz default null)
    returns table (program_id text, unit_id text, is_key integer, certain integer,
                   selected integer, overdue integer, draw_order integer, last_evaluated integer, budget numeric,
                   alarm_points numeric, drift_points numeric, rating_points numeric, never_points numeric,
                   alert_points numeric, size numeric, chance_numerator numeric, chance_denominator numeric,
                   chance numeric, reason text, name text)
    language plpgsql stable parallel safe rows 1000
    set search_path from current
    -- many results in one plan: to compile it takes longer than to run it
    set jit = off
as $$
#variable_conflict use_column
declare
    year constant integer := $1;
    percentage constant numeric := $2;
    word constant text := $3;
    called constant text := $4;
    day constant date := coalesce($5, as_of());
    known constant timestamptz := coalesce($6, bpm.known_at(), 'infinity');
    years integer;
    -- the start is a fraction: the first 15 hexadecimal digits of the digest of the seed, over 16 ^ 15
    parts constant numeric := 1152921504606846976;
    start numeric;
begin
    if row_security_active('program'::regclass) then
        raise exception 'a sample is of all programs, and row security hides some from the current role'
            using errcode = 'insufficient_privilege',
                  hint = 'Draw it as the owner of the tables, or as a role with BYPASSRLS.';
    elsif year is null or year not between 1000 and 9998 then
        raise exception 'a sample is of a fiscal year'
            using errcode = 'invalid_parameter_value',
                  hint = 'Write 2026, not 26.';
    elsif (percentage between 0 and 100) is not true then
        raise exception 'a share is a percentage from 0 to 100'
            using errcode = 'invalid_parameter_value',
                  detail = format('It is %s.', coalesce(percentage::text, 'NULL')),
                  hint = 'Write 10 for a tenth of the programs.';
    elsif coalesce(word, '') = '' then
        raise exception 'a sample has a seed'
            using errcode = 'invalid_parameter_value',
                  hint = 'Any text that nobody could choose to suit him, such as the numbers of a public lottery.';
    elsif called = 'self'
        or not exists (select from evaluation_of(called, year) e where not e.before_the_event) then
        raise exception 'there is no evaluation "%" by others in %', called, year
            using errcode = 'invalid_parameter_value',
                  hint = 'The table evaluation lists them; what is made before the event is made of all.';
    end if;
    years := least(greatest(coalesce((select s.evaluate_key_every from setting_of(year) s), 5), 1), 100);
    start := ('x' || substr(encode(sha256(convert_to(word, 'UTF8')), 'hex'), 1, 15))::bit(60)::bigint;
    return query
    with rule as (
        select distinct on (r.risk) r.risk, r.points, r.at_least
        from sample_rule r
        where r.fiscal_year <= year
        order by r.risk, r.fiscal_year desc
    ), state as materialized (
        select s as p, s.program_id, s.unit_id, s.name, x.is_key
        from program_state_at(day, known) s
        join program x on x.program_id = s.program_id and x.fiscal_year = s.fiscal_year
        where s.fiscal_year = year and not s.is_revenue and not s.is_overall
    ), money as (
        select s.program_id, m.approved + m.carried_over + m.adjusted as budget
        from state s
        cross join lateral program_money(s.p, (s.p).money_until) m
    ), drift as materialized (
        select t.program_id, t.drift from target_drift_at(day, known) t where t.fiscal_year = year
    ), alarm as materialized (
        select a.program_id, a.colour from self_alarm_at(day, known) a where a.fiscal_year = year
    ), looked_at as materialized (
        select y.program_id, max(y.fiscal_year) as last
        from program_state_at(day, known) y
        cross join lateral evaluations_of(y) e
        where y.fiscal_year <= year and e.closed
            and e.rank > coalesce((select v.rank from evaluation_of('self', y.fiscal_year) v), 0)
        group by y.program_id
    ), past as materialized (
        select r.program_id, count(*) as bad_years
        from program_score_at(day, known) r
        left join framework k on k.framework_id = r.framework_id
        left join lateral setting_of(r.fiscal_year) b on true
        where r.fiscal_year between year - years + 1 and year - 1
            and (r.rating_rank = rank_below(coalesce(k.scale, b.scale)) - 1 or is_not_demonstrated(r.rating))
        group by r.program_id
    ), began as (
        select y.program_id, min(y.fiscal_year) as first from program y group by y.program_id
    ), frame as (
        select s.program_id, s.unit_id, s.name, s.is_key, l.last, f.first, m.budget, a.colour, t.drift,
               coalesce(b.bad_years, 0) as bad_years, unanswered_alerts(s.p) as unanswered
        from state s
        join money m on m.program_id = s.program_id
        join began f on f.program_id = s.program_id
        left join looked_at l on l.program_id = s.program_id
        left join alarm a on a.program_id = s.program_id
        left join drift t on t.program_id = s.program_id
        left join past b on b.program_id = s.program_id
    ), sized as (
        select f.*, f.is_key and coalesce(f.last, year - years) <= year - years as is_due,
               f.is_key and coalesce(f.last, f.first - 1::bigint) <= year - years as is_overdue,
               r.alarm, r.drift_risk, r.rating, r.never, r.alert, r.words,
               greatest(f.budget, 0) * (1 + r.alarm + r.drift_risk + r.rating + r.never + r.alert) as size
        from frame f
        cross join lateral (
            select coalesce(sum(r.points) filter (where r.risk in ('red alarm', 'yellow alarm')), 0) as alarm,
                   coalesce(sum(r.points) filter (where r.risk = 'drift'), 0) as drift_risk,
                   coalesce(sum(r.points) filter (where r.risk = 'past rating'), 0) as rating,
                   coalesce(sum(r.points) filter (where r.risk = 'never evaluated'), 0) as never,
                   coalesce(sum(r.points) filter (where r.risk = 'unanswered alerts'), 0) as alert,
                   string_agg(v.words, '; ' order by v.n) as words
            from (values
                (1, 'red alarm', (f.colour = 'red')::integer::numeric, 'self-evaluation alarm red'),
                (2, 'yellow alarm', (f.colour = 'yellow')::integer, 'self-evaluation alarm yellow'),
                (3, 'drift', f.drift, format('changed promises brought %s points', trim_scale(round(f.drift, 2)))),
                (4, 'past rating', f.bad_years, format('worst rating or not demonstrated in %s of the years before',
                                                       f.bad_years)),
                (5, 'never evaluated', (f.last is null)::integer, 'never evaluated by others'),
                (6, 'unanswered alerts', f.unanswered, format('deviations without an answer: %s', f.unanswered)))
                v (n, risk, figure, words)
            join rule r on r.risk = v.risk and r.points > 0 and v.figure >= r.at_least) r
    ), asked as (
        -- rounded up, by whole numbers
        select div(percentage * count(*), 100) + (mod(percentage * count(*), 100) > 0)::integer as programs,
               count(*) filter (where s.is_due) as keys
        from sized s
    ), rest as (
        -- The largest first: certain is who, of what is left to draw and to be drawn from, has a chance of 1. Who is
        -- larger is certain as well.
        select r.program_id, r.size,
               bool_and(r.size > 0 and r.to_draw > 0 and r.to_draw * r.size >= r.size_left) over (order by r.n) as large
        from (select s.program_id, s.size, row_number() over w as n,
                     greatest(a.programs - a.keys, 0) - row_number() over w + 1 as to_draw,
                     sum(s.size) over () - sum(s.size) over w + s.size as size_left
              from sized s
              cross join asked a
              where not s.is_due
              window w as (order by s.size desc, s.program_id collate "C" rows unbounded preceding)) r
    ), pool as (
        -- where nobody has money all are alike
        select r.program_id, case when t.size > 0 then r.size else 1 end as length, t.to_draw,
               case when t.size > 0 then t.size else t.programs end as total,
               t.size = 0 and t.to_draw >= t.programs as all_are_drawn,
               sha256(convert_to(word || r.program_id, 'UTF8')) as digest
        from rest r
        cross join (select sum(x.size) filter (where not x.large) as size,
                           count(*) filter (where not x.large) as programs,
                           greatest(a.programs - a.keys, 0) - count(*) filter (where x.large) as to_draw
                    from rest x
                    cross join asked a
                    group by a.programs, a.keys) t
        where not r.large
    ), drawn as (
        -- taken is how many of the points start, 1 + start, 2 + start ... times total / to_draw lie before its end
        select p.program_id, p.length, p.total, p.to_draw, p.all_are_drawn, row_number() over w as place,
               t.taken > lag(t.taken, 1, 0::numeric) over w as is_taken
        from (select p.*, sum(p.length) over (order by p.digest, p.program_id collate "C"
                                              rows unbounded preceding) as upto
              from pool p) p
        cross join lateral (
            select greatest(p.upto * p.to_draw * parts - start * p.total, 0) as far) e
        cross join lateral (
            select div(e.far, parts * p.total) + (mod(e.far, parts * p.total) > 0)::integer as taken) t
        window w as (order by p.digest, p.program_id collate "C")
    ), result as (
        select s.*, d.place,
               s.is_due or r.large or coalesce(d.all_are_drawn, false) as is_certain,
               d.length * d.to_draw as numerator, d.total as denominator, coalesce(d.is_taken, false) as is_taken
        from sized s
        left join rest r on r.program_id = s.program_id
        left join drawn d on d.program_id = s.program_id
    )
    select x.program_id, x.unit_id, x.is_key::integer, c.certain::integer,
           (c.certain or x.is_taken)::integer, x.is_overdue::integer,
           case when not c.certain then x.place::integer end, x.last, x.budget, x.alarm, x.drift_risk, x.rating,
           x.never, x.alert, x.size, case when c.certain then 1 else x.numerator end,
           case when c.certain then 1 else x.denominator end,
           case when c.certain then 1 else round(x.numerator / x.denominator, 8) end,
           concat_ws('; ', case when x.is_due then case when x.last is null then 'key project'
                                    else format('key project, last evaluated for %s', x.last) end
                                when c.certain and x.size > 0 then 'so large that it is certain'
                                when c.certain then 'all are drawn'
                                when x.is_taken then 'drawn' else 'not drawn' end, x.words),
           x.name
    from result x
    cross join lateral (select coalesce(x.is_certain, false) as certain) c
    order by c.certain desc, case when not c.certain then x.place end, x.program_id collate "C";
end
$$;
comment on function evaluation_sample(integer, numeric, text, text, date, timestamptz) is
'Which expenditure programs of a year an evaluation by others looks at: a share of them in percent, rounded up, drawn '
'with chances proportional to budget and risk, the same for the same seed. Key projects that nobody evaluated for '
'setting.evaluate_key_every years are certain. All programs have a row, with their chance and the reason.';

-- Reads everything, or fails: what row security hides could not be drawn.
create function draw_sample(fiscal_year integer, share numeric, seed text, evaluation text default 'finance',
                            reason text default null, on_day date default null) returns integer
    language plpgsql volatile parallel unsafe
    set search_path from current
    set row_security = off
as $$
#variable_conflict use_column
declare
    year constant integer := $1;
    percentage constant numeric := $2;
    word constant text := $3;
    called constant text := $4;
    why constant text := nullif($5, '');
    day date := $6;
    known timestamptz;
    last record;
    drawn integer;
    n_of_all integer;
begin
    if row_security_active('program'::regclass) then
        raise exception 'a sample is of all programs, and row security hides some from the current role'
            using errcode = 'insufficient_privilege',
                  hint = 'Draw it as the owner of the tables, or as a role with BYPASSRLS.';
    elsif not has_any_column_privilege('sample_draw'::regclass, 'insert') then
        raise exception 'the duty of approving is in other hands'
            using errcode = 'insufficient_privilege',
                  hint = 'bpm.grant_duty gives it.';
    end if;
    if day is null then
        day := (now() at time zone coalesce((select min(p.time_zone) from place p), 'UTC'))::date;
    end if;
    loop
        select d.* into last from sample_draw d
        where d.fiscal_year = year and d.evaluation = called
        order by d.n desc limit 1;
        if found and why is null then
            raise exception 'the sample of % for evaluation "%" is drawn', year, called
                using errcode = 'unique_violation',
                      detail = format('%s of %s programs, with the seed "%s".', last.selected, last.programs,
                                      last.seed),
                      hint = 'To draw again until it suits is no sample; if it has to be, say in reason why.';
        end if;
        known := clock_timestamp();
        begin
            with member as materialized (
                select s.* from evaluation_sample(year, percentage, word, called, day, known) s
            ), draw as (
                insert into sample_draw (fiscal_year, evaluation, n, share, seed, as_of, known_at, programs, selected,
                                         reason)
                select year, called, coalesce(last.n, 0) + 1, percentage, word, day, known, count(*),
                       coalesce(sum(m.selected), 0), why
                from member m
                returning n, programs, selected
            ), kept as (
                insert into sample_member (program_id, fiscal_year, evaluation, n, selected, size, chance, reason)
                select m.program_id, year, called, d.n, m.selected = 1, m.size, m.chance, m.reason
                from member m
                cross join draw d
            ), added as (
                insert into program_evaluation (program_id, fiscal_year, evaluation)
                select m.program_id, year, called from member m
                where m.selected = 1
                    and not exists (select from program_evaluation e
                                    where e.program_id = m.program_id and e.fiscal_year = year
                                        and e.evaluation = called)
                on conflict do nothing
            )
            select d.selected, d.programs into drawn, n_of_all from draw d;
            exit;
        exception when unique_violation then
            -- whoever drew it meanwhile was waited for: there is one now, and another needs a reason
            if why is not null and current_setting('transaction_isolation') <> 'read committed' then
                raise exception 'another session has drawn the sample of % for evaluation "%" meanwhile', year, called
                    using errcode = 'serialization_failure',
                          hint = 'Look at it, and whether there is still one to be drawn.';
            elsif why is null then
                raise exception 'another session has drawn the sample of % for evaluation "%" meanwhile', year, called
                    using errcode = 'unique_violation',
                          hint = 'Look at it; to draw again, say in reason why.';
            end if;
        end;
    end loop;
    if n_of_all = 0 then
        raise exception 'there is nothing to draw from in %', year
            using errcode = 'no_data_found',
                  detail = 'No expenditure program has a row in that year.';
    end if;
    return drawn;
end
$$;
comment on function draw_sample(integer, numeric, text, text, text, date) is
'Draws the sample of evaluation_sample() on a day (today when not given), keeps it, and adds to program_evaluation '
'what was drawn, which is not opened yet. To draw again for the same year and evaluation needs a reason. The number '
'of programs that were drawn.';

select bpm.define_result('evaluation_overdue',
'One row per program and year, evaluation and kind: key projects that nobody evaluated in time (evaluation is empty), '
'evaluations that were opened and are past their day, and programs that were drawn and are not evaluated.', $$
select p.program_id, p.fiscal_year, o.evaluation, o.kind, p.unit_id, o.days_overdue, o.last_evaluated, o.due_on,
       o.detail, coalesce(answers_on(p.program_id, p.fiscal_year, least(p.day, p.ends_on)), 'nobody') as responsible,
       u.name as unit_name, p.name
-- whom it can be about, of whom there are few
from (select x.program_id, x.fiscal_year from program x where x.is_key
      union
      select v.program_id, v.fiscal_year from evaluation_event v where v.event <> 'closed'
      union
      select m.program_id, m.fiscal_year from sample_member m where m.selected) c
join @program_state p on p.program_id = c.program_id and p.fiscal_year = c.fiscal_year
join unit u on u.unit_id = p.unit_id
cross join lateral (
    -- of its latest year that has begun
    select '' as evaluation, 'key project' as kind, case when isfinite(p.day) then p.day - d.due_on end as days_overdue,
           l.last as last_evaluated, d.due_on,
           case when l.last is null then format('never evaluated by others since %s', f.first)
                else format('last evaluated by others for %s', l.last) end as detail
    from (select x.is_key from program x
          where x.program_id = p.program_id and x.fiscal_year = p.fiscal_year and x.is_key
              and not p.is_revenue and not p.is_overall and p.starts_on <= p.day
              and not exists (select from program n
                              where n.program_id = p.program_id and n.fiscal_year > p.fiscal_year
                                  and year_start(n.fiscal_year) <= p.day)
          offset 0) k
    left join lateral setting_of(p.fiscal_year) s on true
    cross join lateral (
        select evaluated_by_others(p.program_id, 2147483647, p.day, p.known) as last offset 0) l
    cross join lateral (
        select y.fiscal_year as first from program y
        where y.program_id = p.program_id
        order by y.fiscal_year
        limit 1) f
    cross join lateral (
        select coalesce(l.last, f.first - 1::bigint) + coalesce(s.evaluate_key_every, 5) as year) e
    cross join lateral (
        select year_start(least(greatest(e.year, 2), 9997)::integer + 1) - 1 as due_on offset 0) d
    where p.fiscal_year >= e.year and d.due_on < p.day
    union all
    select e.evaluation, 'past due', case when isfinite(p.day) then p.day - e.due_on end, null, e.due_on,
           format('opened, and due on %s', iso(e.due_on))
    from evaluations_of(p) e
    where not e.closed and e.due_on < p.day
        and exists (
            select from evaluation_event v
            where v.program_id = p.program_id and v.fiscal_year = p.fiscal_year and v.evaluation = e.evaluation
                and v.event <> 'closed' and v.at < (p.day + 1)::timestamp at time zone p.zone
                and v.recorded_at <= p.known and not v.taken_back
                and not exists (select from evaluation_event b
                                where b.program_id = v.program_id and b.fiscal_year = v.fiscal_year
                                    and b.evaluation = v.evaluation and b.at = v.at and b.event = v.event
                                    and b.taken_back and b.recorded_at > v.recorded_at and b.recorded_at <= p.known))
    union all
    select m.evaluation, 'drawn', case when isfinite(p.day) and e.due_on < p.day then p.day - e.due_on end, null,
           e.due_on, format('drawn on %s, and not evaluated', iso(d.as_of))
    from sample_member m
    join lateral (
        -- the draw that counts
        select d.n, d.as_of from sample_draw d
        where d.fiscal_year = m.fiscal_year and d.evaluation = m.evaluation and d.as_of <= p.day
            and d.recorded_at <= p.known
        order by d.n desc
        limit 1) d on d.n = m.n
    left join lateral (
        select e.closed, e.due_on from evaluations_of(p) e where e.evaluation = m.evaluation
        offset 0) e on true
    where m.program_id = p.program_id and m.fiscal_year = p.fiscal_year and m.selected and e.closed is not true) o
$$);
do $do$
begin
    comment on column evaluation_overdue.kind is 'key project, past due or drawn.';
    comment on column evaluation_overdue.detail is 'Since when, or why, in words.';
    comment on column evaluation_overdue.due_on is
    'The day by which it has to be closed; of a key project the last day of the year for which it was to be evaluated.';
    comment on column evaluation_overdue.days_overdue is
    'Days since it was due; empty where what was drawn is not due yet, or has no due day.';
end
$do$;
