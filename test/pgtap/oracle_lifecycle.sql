-- Lifecycles against sets of moves in SQL: what may follow, what is reached, and histories that are judged.
\set cases 1500
\ir oracle.psql

select setseed(:seed);
-- random lifecycles as moves: a walk through all stages, so that each is reached, moves between any two, and some from *
create temp table life as select i as life, 2 + floor(random() * 6)::integer as stages, random() < .3 as starred from generate_series(1, :cases / 5 + 1) i;
create temp table declared as
select distinct on (life, f, t) life, f, t, case when random() < .2 then 1 + floor(random() * 10)::integer end as after, case when random() < .2 then 15 + floor(random() * 20)::integer end as within,
       case when random() < .2 then 'r' || floor(random() * 2)::integer end as role
from (select life, s as f, s + 1 as t from life, generate_series(1, stages - 1) s
      union all
      select life, 1 + floor(random() * stages)::integer, 1 + floor(random() * stages)::integer from life, generate_series(1, 3) g where g < stages) m
where f <> t order by life, f, t, random();
insert into declared select life, 0, stages, null, null, null from life where starred;
create temp table rule as
select life, string_agg(case f when 0 then '*' else 's' || f end || ' -> s' || t || coalesce(' [' || nullif(concat_ws(', ', 'after ' || after || ' days', 'within ' || within || ' days', 'by ' || role), '') || ']', ''), '; ' order by f = 0, f, t)::bpm.lifecycle as rule
from declared group by life;
-- * stands for every stage that something else leaves; a move written out goes before it
create temp table move as
select life, f, t, after, within, role from declared where f > 0
union all
select d.life, o.f, d.t, d.after, d.within, d.role from declared d join (select distinct life, f from declared where f > 0) o using (life)
where d.f = 0 and o.f <> d.t and not exists (select from declared x where x.life = d.life and x.f = o.f and x.t = d.t);
create index on declared (life, f);
create index on move (life, f);
analyze declared, move;

select is((select count(*) from rule), (select count(*) from life), 'random lifecycles');
create temp table pair as select life, rule, a.stage as f, b.stage as t from rule join life using (life), generate_series(1, stages) as a(stage), generate_series(1, stages) as b(stage);
select is_empty($$ select *, bpm.can_move(rule, 's' || f, 's' || t) from pair p
    where f <> t and bpm.can_move(rule, 's' || f, 's' || t) <> exists (select from move m where m.life = p.life and m.f = p.f and m.t = p.t) $$, 'can_move is what was declared');
select is_empty($$ select *, bpm.next_stages(rule, 's' || f) from pair p
    where t = 1 and ((select array_agg(x order by x) from unnest(bpm.next_stages(rule, 's' || f)) x) is distinct from (select array_agg('s' || t order by 's' || t) from move m where m.life = p.life and m.f = p.f)
        or bpm.is_final(rule, 's' || f) <> not exists (select from move m where m.life = p.life and m.f = p.f)) $$, 'and so are next_stages and is_final');
create temp table reached as
with recursive way (life, f, t, steps) as (
    select life, f, t, 1 from move union select w.life, w.f, m.t, w.steps + 1 from way w join move m on m.life = w.life and m.f = w.t where w.steps < 8
) select life, f, t, min(steps) as steps from way group by 1, 2, 3;
create index on reached (life, f);
analyze reached;
select is_empty($$ select *, bpm.reachable(rule, 's' || f) from pair p
    where t = 1 and (select array_agg(x order by x) from unnest(bpm.reachable(rule, 's' || f)) x) is distinct from (select array_agg('s' || m.t order by 's' || m.t) from reached m where m.life = p.life and m.f = p.f) $$, 'reachable is the closure of the moves');
select is_empty($$ select *, bpm.path(rule, 's' || f, 's' || t) from pair p
    where f <> t and cardinality(bpm.path(rule, 's' || f, 's' || t)) - 1 is distinct from (select steps from reached m where m.life = p.life and m.f = p.f and m.t = p.t) $$, 'path is a shortest one');
select is_empty($$ select life, way from (select life, rule, bpm.path(rule, 's' || f, 's' || t) as way from pair where f <> t) p, generate_subscripts(way, 1) i
    where i > 1 and not bpm.can_move(rule, way[i - 1], way[i]) $$, 'made of moves');
select is_empty($$ select life from rule where rule::text::bpm.lifecycle operator(bpm.<>) rule $$, 'every one reads back');

-- histories: mostly moves, some not; times in days, some at one instant
create temp table event as
with recursive walk (history, life, step, stage, at) as (
    select h, 1 + h % (select count(*) from life)::integer, 1, case when random() < .9 then 1 else 2 end, timestamptz '2026-01-01 00:00:00+00' from generate_series(1, :cases) h
    union all
    select w.history, w.life, w.step + 1,
           case when random() < .85 then coalesce((select m.t from move m where m.life = w.life and m.f = w.stage order by md5(w.history || ' ' || w.step || m.t) limit 1), 1) else 1 + floor(random() * l.stages)::integer end,
           w.at + case when random() < .05 then interval '0' else floor(random() * 40) * interval '1 day' end
    from walk w join life l using (life) where w.step < 2 + w.history % 6
) select *, 'r' || floor(random() * 3)::integer as role from walk;
-- an instant with two stages is ambiguous; an event that repeats the stage is none
create temp table instant as select history, life, at, count(distinct stage) as different, min(stage) as stage, min(role) as role, count(*) as events from event group by history, life, at;
create temp table step as
select *, case when different = 1 then stage end as now, row_number() over w as n from instant window w as (partition by history order by at);
create index on step (history, n);
analyze step;
create temp table walked as
with recursive life_so_far (history, n, stage, since, at, broke, moved) as (
    select history, n, now, at, at, coalesce(now <> 1, true), false from step where n = 1
    union all
    select s.history, s.n, s.now, case when s.now is not distinct from l.stage and s.now is not null then l.since else s.at end, s.at,
           case when s.now is null then true when l.stage is null then false when s.now = l.stage then false else
                not coalesce((select (m.after is null or s.at - l.since >= m.after * interval '24 hours') and (m.within is null or s.at - l.since <= m.within * interval '24 hours')
                              from move m where m.life = s.life and m.f = l.stage and m.t = s.now), false) end,
           s.now is distinct from l.stage or s.now is null
    from life_so_far l join step s on s.history = l.history and s.n = l.n + 1
) select history, bool_and(not broke) as conforms, (array_agg(stage order by n desc))[1] as stage, (array_agg(since order by n desc))[1] as since, count(*) filter (where moved) as steps,
         min(at) filter (where broke) as broke_at
from life_so_far group by history;
create temp table checked as
select history, bpm.lifecycle_check('s' || stage, at, rule order by random()) as status, cardinality(bpm.lifecycle_violations('s' || stage, at, rule)) as violations
from event join rule using (life) group by history;
select cmp_ok((select count(*) from checked where not (status).conforms), '>', :cases::bigint / 10, 'histories of both kinds');
select is_empty($$ select history, status, conforms, broke_at from checked join walked using (history) where (status).conforms <> conforms or (status).violation_at is distinct from broke_at $$, 'a history conforms exactly when every move of it does, and the first that does not is named');
select is_empty($$ select history, status, stage, since, steps from checked join walked using (history) where (status).stage is distinct from 's' || stage or (status).since is distinct from since or (status).steps <> steps $$, 'stage, since and steps are those of the walk');
select is_empty($$ select history, status, violations from checked where (violations = 0) <> (status).conforms $$, 'violations are there exactly when it does not conform');

select * from finish();
rollback;
