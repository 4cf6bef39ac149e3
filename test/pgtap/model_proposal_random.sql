-- model: proposals against an independent implementation. How an envelope is shared out, written from the specification
-- in plain SQL and numeric, without bpm.apportion and without a look at the model; over 300 budgets of programs,
-- results, rules, ceilings and amounts by hand that are drawn by hashes, the two are the same to the cent.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

\set model 'Drawn'
\ir proposal.psql
set local plan_cache_mode = force_generic_plan;

-- a die of n sides, always the same for the same text
create function pg_temp.die(t text, n bigint) returns bigint language sql immutable as $$
    select ('x' || substr(md5(t), 1, 15))::bit(60)::bigint % n $$;

-- what is drawn ---------------------------------------------------------------------------------------------------------

-- budgets of the years 1020, 1040, ...: by the results of one or of two years before
create temp table budget as
select m, 1000 + 20 * m as year, 1000 + 20 * m - 1 - pg_temp.die('gap ' || m, 2)::integer as from_year,
       3 + pg_temp.die('programs ' || m, 8)::integer as programs,
       case when pg_temp.die('recapture ' || m, 4) = 0 then 'lapsed' else 'available' end as recapture,
       case pg_temp.die('poor ' || m, 4) when 0 then 'cancelled' when 1 then 'reviewed' else 'cut' end as poor,
       (array[null, 5, 33.3333, 12.5])[1 + pg_temp.die('fair ' || m, 4)] as fair_percent,
       (array[10, 50, 66.6667, 100])[1 + pg_temp.die('poor percent ' || m, 4)] as poor_percent,
       (array[null, 10, 33.3333])[1 + pg_temp.die('merge percent ' || m, 3)] as merge_percent,
       (array[null, null, 25.0])[1 + pg_temp.die('new percent ' || m, 3)] as new_percent,
       (array[1000000, 20, 0, 12.3456])[1 + pg_temp.die('growth ' || m, 4)] as growth_limit
from generate_series(1, 300) m;
create temp table drawn as
select b.m, b.year, b.from_year, p.id, j,
       (array['health', 'edu', 'schools', 'canteens', 'water', 'county'])[1 + pg_temp.die('unit ' || p.id, 6)] as unit,
       k.kind,
       case k.kind when 'rated' then (array['excellent', 'excellent', 'good', 'fair', 'fair', 'poor', 'merging', 'not demonstrated'])[1 + pg_temp.die('rating ' || p.id, 8)]
                   when 'ended' then 'excellent' end as rating,
       case when k.kind = 'rated' then (pg_temp.die('score ' || p.id, 1000001))::numeric / 10000 end as score,
       case when k.kind <> 'new' then a.approved end as approved,
       case when k.kind <> 'new' and pg_temp.die('once? ' || p.id, 4) = 0 then round(a.approved / 7, 2) else 0 end as one_off,
       case when k.kind in ('rated', 'ended') then round(a.approved * pg_temp.die('executed ' || p.id, 130) / 100, 2) else 0 end as executed,
       case when k.kind in ('rated', 'ended') and pg_temp.die('committed? ' || p.id, 3) = 0 then round(a.approved / 20, 2) else 0 end as committed,
       case when k.kind in ('rated', 'ended') and pg_temp.die('carried? ' || p.id, 4) = 0 then round(a.approved / 11, 2) else 0 end as carried_in,
       case when k.kind in ('rated', 'running') and pg_temp.die('next? ' || p.id, 3) = 0 then round(a.approved / 13, 2) else 0 end as carried_next,
       case when k.kind = 'rated' and pg_temp.die('brought? ' || p.id, 4) = 0 then round(a.approved / (case when pg_temp.die('much? ' || p.id, 4) = 0 then 0.8 else 9 end), 2) else 0 end as brought,
       case when k.kind = 'ended' then null
            when k.kind = 'new' then round(a.approved / 2, 2)
            when pg_temp.die('asked? ' || p.id, 2) = 0 then round(a.approved * pg_temp.die('asked ' || p.id, 300) / 100, 2) end as asked,
       case when k.kind = 'new' then (array['excellent', 'good', 'good', 'fair', null])[1 + pg_temp.die('grade ' || p.id, 5)] end as grade,
       pg_temp.die('by hand? ' || p.id, 9) = 0 as is_by_hand,
       round(a.approved * pg_temp.die('by hand ' || p.id, 150) / 100, 2) as hand_amount, pg_temp.die('along? ' || p.id, 9) = 0 as takes_along
from budget b
cross join generate_series(1, b.programs) j
-- as text 10 comes before 2
cross join lateral (select format('%s-%s', b.m, j) as id offset 0) p
cross join lateral (
    select case when j = 1 then 'rated'
                else (array['rated', 'rated', 'rated', 'rated', 'new', 'new', 'running', 'ended'])[1 + pg_temp.die('kind ' || p.id, 8)] end as kind) r0
-- what was there a year ago neither began nor ended since
cross join lateral (select case when r0.kind in ('running', 'ended') and b.from_year = b.year - 1 then 'rated' else r0.kind end as kind) k
cross join lateral (
    select case pg_temp.die('size ' || p.id, 12) when 0 then 0 when 1 then 0.01 when 2 then 100000000000.03
                else (1 + pg_temp.die('approved ' || p.id, 99999999))::numeric / 100 end as approved) a;
-- the first is what others are merged into, and is neither merged nor cancelled
update drawn set rating = 'excellent' where j = 1;
update drawn set is_by_hand = false where kind = 'ended' or grade = 'fair' or kind = 'new' and grade is null;

-- into the model: all of it at once
set local session_replication_role = replica;
insert into setting (fiscal_year, recapture, totals_required, appraise_from, growth_limit) select year, recapture, false, 100, growth_limit from budget;
insert into application_rule (fiscal_year, rule, place, result, effect, percent, merge_into)
select b.year, r.* from budget b
cross join lateral (values
    ('fair', 50, 'fair', 'cut', b.fair_percent, null), ('poor', 60, 'poor', b.poor, case b.poor when 'cut' then b.poor_percent end, null),
    ('merging', 65, 'merging', 'merged', b.merge_percent, b.m || '-1'),
    ('new', 70, 'new', case when b.new_percent is null then 'priority' else 'cut' end, b.new_percent, null)) r;
insert into program (program_id, fiscal_year, name, unit_id)
select d.id, y.year, d.id, d.unit from drawn d
cross join lateral (
    select d.from_year where d.kind in ('rated', 'ended')
    union select d.year - 1 where d.kind in ('rated', 'running')
    -- some are not rolled forward yet
    union select d.year where d.kind in ('rated', 'running', 'new') and not (d.asked is null and d.brought = 0 and pg_temp.die('yet? ' || d.id, 3) = 0)) y (year);
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, one_off)
select d.id, e.year, e.kind, make_date(e.year, 1, 2), e.amount, e.once from drawn d
cross join lateral (select case when d.kind = 'running' then d.year - 1 else d.from_year end as year) o
cross join lateral (values
    (o.year, 'approved', d.approved - d.one_off, false), (o.year, 'approved', d.one_off, true), (o.year, 'executed', d.executed, false),
    (o.year, 'committed', d.committed, false), (d.from_year, 'carried_over', d.carried_in, false),
    (case when d.year > d.from_year + 1 then d.from_year + 1 end, 'carried_over', d.carried_next, false), (d.year, 'carried_over', d.brought, false),
    (d.year, 'proposed', d.asked, false)) e (year, kind, amount, once)
where e.amount is not null and e.year is not null and (e.amount <> 0 or e.kind in ('approved', 'proposed'));
insert into stage_event (program_id, fiscal_year, at, stage, grade)
select id, year, make_date(year - 1, 10, 1), 'appraised', grade from drawn where grade is not null;
insert into publication (publication, n, fiscal_year, evaluation, as_of, known_at, title, programs, version, previous_hash, manifest, hash)
select 'of ' || year, m, from_year, 'effective', make_date(from_year + 1, 6, 30), '9999-01-01', 'drawn', 0, 'test', case when m > 1 then repeat('0', 64) end, '', repeat('0', 64)
from budget;
insert into publication_program (program_id, fiscal_year, publication, evaluation, looks, unit_id, name, nature, scope, is_revenue, is_overall, programs, scored_programs,
    approved, budget, committed, executed, weight, scored_weight, score_sum, coverage_sum, low_sum, high_sum, missing, score, coverage, floor, scale, rating, overridden,
    items_hash, money_hash)
select id, from_year, 'of ' || year, 'self', '{self}', unit, id, 'expenditure', 'project', 0, 0, 1, 1, approved, approved + carried_in, committed, executed,
       0, 0, 0, 0, 0, 0, 'zero', score, 100, 80, 'excellent >= 90, good >= 80, fair >= 60, poor', rating, 0, '', ''
from drawn where kind in ('rated', 'ended');
set local session_replication_role = origin;
analyze program; analyze budget_entry; analyze publication_program; analyze publication; analyze setting; analyze application_rule;

-- what is specified -------------------------------------------------------------------------------------------------------

-- The worst band of what was not demonstrated is poor. Each step is a column.
create temp table claim as
with based as (
    select d.*, b.poor, b.poor_percent, b.fair_percent, b.merge_percent, b.new_percent, b.growth_limit,
           case when d.kind = 'new' then 0 else d.approved - d.one_off end as before,
           case when d.kind in ('new', 'ended') then 0 else least(d.approved - d.one_off, coalesce(d.asked, d.approved - d.one_off)) end as base,
           -- of what is committed, and what is in the ledger of the next year already, the larger is not left
           case when d.kind in ('rated', 'ended')
                then greatest(d.approved + d.carried_in - d.executed
                              - greatest(d.committed, case when d.year = d.from_year + 1 then d.brought else d.carried_next end), 0) else 0 end as left_over,
           case d.kind when 'ended' then 'ended' when 'running' then 'assured'
               when 'new' then case when d.grade = 'fair' or d.grade is null and d.asked >= 100 then 'refused' when b.new_percent is null then 'priority' else 'cut' end
               else case d.rating when 'excellent' then 'priority' when 'good' then 'assured' when 'fair' then 'cut' when 'merging' then 'merged' else b.poor end
               end as effect,
           case when d.kind <> 'rated' then 0 when d.rating = 'fair' then coalesce(b.fair_percent, 100 - d.score) when d.rating = 'merging' then coalesce(b.merge_percent, 0)
                when d.rating in ('poor', 'not demonstrated') and b.poor = 'cut' then b.poor_percent else 0 end as percent
    from drawn d join budget b using (m)
), cut as (
    select *, case when effect = 'cancelled' then base else round(base * percent / 100, 2) end as loses,
           case when takes_along then round(left_over / 3, 2) else 0 end as along
    from based
), moved as (
    select c.*, case when effect = 'merged' and not is_by_hand then -(base - loses)
                     when j = 1 then coalesce((select sum(x.base - x.loses) from cut x where x.m = c.m and x.effect = 'merged' and not x.is_by_hand), 0) else 0 end as moved
    from cut c
)
select *, base - loses + moved - least(brought + along, base - loses + moved) as claims, least(brought + along, base - loses + moved) as pays_itself,
       case when is_by_hand then 1 when effect in ('priority', 'assured') and kind <> 'new' then 2 else 3 end as turn,
       case when kind = 'new' then case when effect = 'refused' then 0 else asked - round(asked * coalesce(new_percent, 0) / 100, 2) end
            when kind = 'ended' then 0 else least(greatest(coalesce(asked, before) - base, 0), round(base * growth_limit / 100, 2)) end as wants
from moved;
-- ceilings: on some units what they would need, more or less; the envelope: between the floors and all that is claimed
create temp table asked_for as
select b.*, e.recaptured, e.floors + e.extra - case b.recapture when 'available' then e.recaptured else 0 end as envelope, c.ceilings, l.lines
from budget b
cross join lateral (
    select sum(left_over - along) as recaptured, coalesce(sum(case when is_by_hand then hand_amount when turn = 2 then claims end), 0) as floors,
           round((sum(case when turn = 3 then claims else 0 end) + case when pg_temp.die('rich ' || b.m, 2) = 0 then sum(wants) else 0 end)
                 * (pg_temp.die('envelope ' || b.m, 130) - 5) / 100, 2) as extra
    from claim x where x.m = b.m) e
cross join lateral (
    select coalesce(jsonb_object_agg(u.unit_id, round(u.needs * (60 + pg_temp.die(format('ceiling %s %s', b.m, u.unit_id), 90)) / 100, 2)), '{}') as ceilings
    from (select u.unit_id, (select coalesce(sum(case when x.is_by_hand then x.hand_amount else x.claims + x.wants / 2 end), 0) from claim x
                             where x.m = b.m and (x.unit = u.unit_id or u.unit_id = 'county' or u.unit_id = 'edu' and x.unit in ('schools', 'canteens'))) as needs
          from unit u) u
    where pg_temp.die(format('ceiling? %s %s', b.m, u.unit_id), 4) = 0) c
cross join lateral (
    select coalesce(jsonb_object_agg(x.id, jsonb_strip_nulls(jsonb_build_object('amount', case when x.is_by_hand then x.hand_amount end,
                                                                                'carry_over', case when x.takes_along then x.along end, 'reason', 'why'))), '{}') as lines
    from claim x where x.m = b.m and (x.is_by_hand or x.takes_along)) l;
update asked_for set envelope = greatest(envelope, 0);

-- Shares by weight, none over its cap: who would be over it has it, and the others share the rest; in whole cents by
-- the largest remainder, ties to the earlier.
create function pg_temp.shared_out(total numeric, weights numeric[], caps numeric[]) returns numeric[] language plpgsql as $$
declare
    has numeric[] := array_fill(null::numeric, array[cardinality(weights)]);
    rest numeric := total; weight numeric; full_now integer[]; rest_cents numeric; gone numeric;
begin
    loop
        select coalesce(sum(w), 0) into weight from unnest(weights, has) t (w, h) where h is null;
        exit when weight = 0;
        select array_agg(i) into full_now from unnest(weights, caps, has) with ordinality t (w, c, h, i) where h is null and rest * w >= c * weight;
        exit when full_now is null;
        for i in 1 .. cardinality(weights) loop
            if i = any (full_now) then has[i] := caps[i]; rest := rest - caps[i]; end if;
        end loop;
    end loop;
    rest_cents := rest * 100;
    if weight > 0 then
        select rest_cents - sum(div(rest_cents * w, weight)) into gone from unnest(weights, has) t (w, h) where h is null;
        return (
            select array_agg(coalesce(h, (whole + case when n <= gone then 1 else 0 end) / 100) order by i)
            from (select i, h, div(rest_cents * w, weight) as whole,
                         row_number() over (partition by h is null order by mod(rest_cents * w, weight) desc, i) as n
                  from unnest(weights, has) with ordinality t (w, h, i)) x);
    end if;
    return (select array_agg(coalesce(h, 0) order by i) from unnest(has) with ordinality t (h, i));
end $$;
-- methods.md's vectors, in cents; and with a cap: 10.00 over 1, 1, 2 with at most 1.00 for the last: 4.50 each
select is(pg_temp.shared_out(t, w, c), r, 'shares of ' || t) from (values
    (1.00, array[5117,4400,162,161,160], array_fill(9.99, array[5]), array[.51,.44,.02,.02,.01]), (0.12, array[14,28,7,35], array_fill(9.99, array[4]), array[.02,.04,.01,.05]),
    (0.03, array[10,9,8,8,11,12], array_fill(9.99, array[6]), array[.01,0,0,0,.01,.01]), (100.00, array[1,1,1], array_fill(99.99, array[3]), array[33.34,33.33,33.33]),
    (10.00, array[1,1,2], array[99.99,99.99,1], array[4.50,4.50,1.00])) v (t, w, c, r);

-- In turns: by hand, assured, the others, growth; in each the ceilings from the lowest unit up, then the envelope; at last
-- what is new, whole or not at all. NULL: the floors do not fit.
create temp table a (m integer, id text, unit text, turn integer, claims numeric, wants numeric, growing boolean, weight numeric, is_new boolean,
                     got numeric, grown numeric, now numeric);
create temp table r (m integer, unit text, depth integer, room numeric);
create index on a (m); create index on r (m);
create function pg_temp.specified(q asked_for) returns table (id text, short numeric, growth numeric, proposed numeric) language plpgsql as $$
declare
    left_of numeric := q.envelope + case q.recapture when 'available' then q.recaptured else 0 end;
    u record; x record; t integer; room numeric;
begin
    insert into a select c.m, c.id, c.unit, c.turn, case when c.is_by_hand then c.hand_amount else c.claims end, c.wants, c.effect = 'priority' and c.kind <> 'new' and not c.is_by_hand,
        case when c.base > 0 then c.base else c.wants end, c.kind = 'new', 0, 0, 0 from claim c where c.m = q.m;
    insert into r select q.m, k.key, case k.key when 'county' then 1 when 'schools' then 3 when 'canteens' then 3 else 2 end, k.value::numeric from jsonb_each_text(q.ceilings) k;
    for t in 1 .. 4 loop
        update a set now = case when t < 4 then case when turn = t then claims else 0 end else case when growing then wants else 0 end end where a.m = q.m;
        for u in select r.* from r where r.m = q.m order by depth desc, unit loop
            select sum(now) into room from a where a.m = q.m and (a.unit = u.unit or u.unit = 'county' or u.unit = 'edu' and a.unit in ('schools', 'canteens'));
            if room > u.room then
                if t <= 2 then return; end if;
                with s as (select array_agg(a.id order by a.id collate "C") as ids, array_agg(case t when 3 then case when turn = 3 then claims else 0 end else weight end order by a.id collate "C") as ws,
                                  array_agg(now order by a.id collate "C") as cs
                           from a where a.m = q.m and (a.unit = u.unit or u.unit = 'county' or u.unit = 'edu' and a.unit in ('schools', 'canteens')))
                update a set now = n.part from (select * from s, unnest(s.ids, pg_temp.shared_out(u.room, s.ws, s.cs)) as n (id, part)) n where a.m = q.m and a.id = n.id;
            end if;
        end loop;
        if (select sum(now) from a where a.m = q.m) > left_of then
            if t <= 2 then return; end if;
            with s as (select array_agg(a.id order by a.id collate "C") as ids, array_agg(case t when 3 then case when turn = 3 then claims else 0 end else weight end order by a.id collate "C") as ws,
                              array_agg(now order by a.id collate "C") as cs from a where a.m = q.m)
            update a set now = n.part from (select * from s, unnest(s.ids, pg_temp.shared_out(left_of, s.ws, s.cs)) as n (id, part)) n where a.m = q.m and a.id = n.id;
        end if;
        update a set got = got + case when t < 4 then now else 0 end, grown = grown + case when t = 4 then now else 0 end where a.m = q.m;
        update r set room = r.room - (select coalesce(sum(now), 0) from a where a.m = q.m and (a.unit = r.unit or r.unit = 'county' or r.unit = 'edu' and a.unit in ('schools', 'canteens'))) where r.m = q.m;
        left_of := left_of - (select sum(now) from a where a.m = q.m);
    end loop;
    for x in select a.* from a where a.m = q.m and a.is_new and a.turn > 1 and a.wants > 0 order by a.id collate "C" loop
        continue when x.wants > left_of
            or exists (select from r where r.m = q.m and (x.unit = r.unit or r.unit = 'county' or r.unit = 'edu' and x.unit in ('schools', 'canteens')) and r.room < x.wants);
        update a set grown = x.wants where a.m = q.m and a.id = x.id;
        update r set room = r.room - x.wants where r.m = q.m and (x.unit = r.unit or r.unit = 'county' or r.unit = 'edu' and x.unit in ('schools', 'canteens'));
        left_of := left_of - x.wants;
    end loop;
    return query select a.id, case when a.turn = 1 then 0 else a.got - a.claims end, a.grown, a.got + a.grown from a where a.m = q.m;
end $$;
create temp table share as select q.m, s.* from asked_for q cross join lateral pg_temp.specified(q) s;
create temp table expected as
select m, id, c.before, c.base, c.left_over, c.along, c.left_over - c.along as back, c.base - c.before as rebased, -c.loses as cut, c.moved, -c.pays_itself as carried,
       s.short, s.growth, case when c.is_by_hand then c.hand_amount - c.claims else 0 end as by_hand, s.proposed, c.wants, c.effect
from share s join claim c using (m, id);

-- what is proposed ----------------------------------------------------------------------------------------------------------

create function pg_temp.attempt(q asked_for) returns setof proposal language plpgsql as $$
begin
    return query select p.* from proposal_rows(q.year, q.envelope, 'of ' || q.year, q.ceilings, q.lines, 'drawn') p;
exception when check_violation then
    if sqlerrm !~ 'under its floors$' then raise; end if;
end $$;
create temp table proposed as
select q.m, p.program_id as id, p.before, p.base, p.left_over, p.carry_over as along, p.recaptured as back, p.rebased, p.cut, p.merged as moved, p.carried,
       p.short, p.growth, p.by_hand, p.proposed, p.wanted as wants, p.effect
from asked_for q cross join lateral pg_temp.attempt(q) p;
select results_eq('select * from proposed order by m, id', 'select * from expected order by m, id', 'every program of 300 budgets is proposed what is specified, to the cent');
-- that it is worth comparing
select ok(budgets > 150 and failed > 10 and short > 100 and growth > 30 and moved > 20 and fresh > 20 and bound > 50, format('and of every kind: %s', x))
from (select count(distinct m) as budgets, (select count(*) from budget) - count(distinct m) as failed, count(*) filter (where e.short < 0) as short,
             count(*) filter (where e.growth > 0 and e.base > 0) as growth, count(*) filter (where e.moved > 0) as moved,
             count(*) filter (where e.growth > 0 and e.effect <> 'refused' and e.before = 0) as fresh,
             (select count(*) from asked_for q where q.ceilings <> '{}' and exists (select from expected y where y.m = q.m)) as bound
      from expected e) x;
-- some of them are kept
select is((select count(*) from (select * from asked_for q where q.m <= 40 and exists (select from expected e where e.m = q.m) offset 0) q
           cross join lateral propose_budget(q.year, q.envelope, 'kept ' || q.m, q.from_year, q.ceilings, q.lines) k),
    (select count(*) from expected where m <= 40), 'as many are kept as are proposed');
select is_empty($$select e.m, e.id, e.proposed from expected e where e.m <= 40
    except all select substr(p.scenario, 6)::integer, p.program_id, p.proposed from proposal p$$, 'and the same');

-- what an output costs ------------------------------------------------------------------------------------------------------

-- 200 programs of one year with an output: budgets that were adjusted, with or without their promises, money that was
-- carried over or given once, figures that were reached or not; and what is promised next.
create temp table output as
select id, a.approved, case when pg_temp.die('once ' || id, 5) = 0 then round(a.approved / 9, 2) else 0 end as one_off,
       (array[0, 0, 0, .25, -.2])[1 + pg_temp.die('adjusted ' || id, 5)] * a.approved as adjusted,
       case when pg_temp.die('carried ' || id, 4) = 0 then round(a.approved / 7, 2) else 0 end as carried,
       round(a.approved * pg_temp.die('executed ' || id, 120) / 100, 2) as executed,
       case when pg_temp.die('committed ' || id, 5) = 0 then round(a.approved / 17, 2) else 0 end as committed,
       1 + pg_temp.die('promised ' || id, 1000) as promised,
       -- as it is adjusted by the same procedure: not at all, in proportion, or to a tenth or a thousand times as much
       (array[1, 1, 1.25, .8, .1, 1000])[1 + pg_temp.die('revised ' || id, 6)] as factor,
       round((1 + pg_temp.die('promised ' || id, 1000)) * pg_temp.die('reached ' || id, 140)::numeric / 100, 3) as reached,
       case when pg_temp.die('next? ' || id, 4) > 0 then round((1 + pg_temp.die('promised ' || id, 1000)) * pg_temp.die('next ' || id, 200)::numeric / 100, 2) end as next
from (select 'o' || i as id from generate_series(1, 200) i) i
cross join lateral (select (400 + 400 * pg_temp.die('amount ' || id, 2000))::numeric / 100 as approved) a;
do $$begin
    perform pg_temp.program(id, 8001, 'water', approved - one_off, executed, null, nullif(carried, 0), nullif(committed, 0)), pg_temp.program(id, 8002, 'water'),
            pg_temp.output(id, 8001, '>= ' || promised, reached)
    from output;
    perform pg_temp.output(id, 8002, '>= ' || next) from output where next is not null;
    insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) select id, 8001, 'a', 'act', 'needs' from output;
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, one_off) select id, 8001, 'approved', '8001-01-02', one_off, true from output where one_off <> 0;
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id) select id, 8001, 'adjusted', '8001-06-01', adjusted, 'a' from output where adjusted > 0;
    set local session_replication_role = replica;
    insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id) select id, 8001, 'adjusted', '8001-06-01', adjusted, 'a' from output where adjusted < 0;
    insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight, adjustment_id)
        select id, 8001, 'output', '8001-06-01', ('>= ' || trim_scale(promised * factor))::bpm.target, 90, 'a' from output where factor <> 1;
    perform pg_temp.result(id, 8001, 'excellent', 95) from output;
    insert into year_event (fiscal_year, at, event) values (8001, '8002-01-31', 'closed');
    set local session_replication_role = origin;
end$$;
select pg_temp.published(8001);
-- The promise of the year is the adjusted one, never below the approved in proportion to the money; what makes a base is
-- no more than the money that was added could have paid for, or what was reached; where nothing is promised next, the last
-- target stands. The lower of approved and paid unit
-- cost; without a payment no more than was approved. Half of a saving is kept: earned - executed, of the approved budget.
create temp table cost as
with a as (
    select *, approved + carried + adjusted as budget,
           greatest(promised * factor, promised * least(1, (approved + carried + adjusted) / approved)) as promise
    from output
), b as (
    select *, least(coalesce(next, promised * factor),
                    greatest(least(promise, promised * (1 + greatest(adjusted, 0) / (approved + carried))), reached)) as counted,
           case when reached >= promise then budget else round(budget * reached / promise, 2) end as earned,
           greatest(budget - executed - committed, 0) as left_over
    from a
)
select id, approved - one_off as before,
       round(least(case when executed > 0 and reached > 0 then counted else least(counted, promised) end * (approved - one_off + carried) / promised,
                   case when executed > 0 and reached > 0 then counted * executed / reached end), 2) as base,
       left_over, least(left_over, round(least(greatest(least(earned - executed, approved - executed), 0), left_over) / 2, 2)) as shared
from b;
select bag_eq('select program_id, before, base, left_over, shared from proposal_rows(8002, 1e15, ''8001 effective'', ''{}'', ''{}'', ''outputs'')',
    'select id, before, base, left_over, shared from cost', 'the bases of 200 outputs are what is specified, to the cent');
select ok(count(*) filter (where shared > 0) > 20 and count(*) filter (where base > before) > 20 and count(*) filter (where base < before) > 50, 'of every kind') from cost;
select is_empty('select * from pg_temp.broken', 'every sum of every scenario adds up');
select * from finish();
rollback;
