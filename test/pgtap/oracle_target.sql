-- Targets against an independent implementation in exact fractions: every form, every modifier.
\set cases 5000
\ir oracle.psql

-- p / q, half away from zero, to 8 decimals; div() is exact. A fraction is a whole number over another.
create function pg_temp.rounded(p numeric, q numeric) returns numeric language sql immutable as
$$ select sign(p) * sign(q) * div(2 * abs(p) * 1e8 + abs(q), 2 * abs(q)) * 0.00000001 $$;

-- a target as the page describes it, in its parts
create temp table promise (
    n integer primary key, form text, t numeric, hi numeric, base numeric, floor numeric, lose numeric, per numeric, over_at numeric, over_lose numeric,
    step boolean, ratio boolean, cap numeric, xs numeric[], ss numeric[], actual numeric, written text);

create function pg_temp.some_figure() returns numeric language plpgsql as $$
declare
    kind integer := floor(random() * 12);
begin
    return case kind when 0 then 0 when 1 then 100 when 2 then round((random() * 1000 - 500)::numeric, 8) when 3 then 0.00000001 when 4 then -0.00000001
        when 5 then round((random() * 1e14)::numeric * 1e14, 0) when 6 then -round((random() * 1e10)::numeric * 1e10, 2) when 7 then floor(random() * 20)::numeric
        else round((random() * 200)::numeric, floor(random() * 4)::integer) end;
end $$;
-- near a figure, with more decimals than a rule has
create function pg_temp.near(x numeric) returns numeric language plpgsql as $$
declare
    kind integer := floor(random() * 8);
begin
    return case kind when 0 then x when 1 then x + 0.00000001 when 2 then x - 0.00000001 when 3 then round(x * (random() * 2)::numeric, 8) when 4 then x + (random() * 1e-9)::numeric(30, 20)
        when 5 then x * 2 when 6 then round(x * (random() * 1.3)::numeric, 12) else pg_temp.some_figure() end;
end $$;

create function pg_temp.promises(cases integer, seed float) returns void language plpgsql as $$
declare
    p promise; f text; i integer; own text;
begin
    perform setseed(seed);
    for i in 1..cases loop
        p := null;
        p.n := i;
        f := (array['>=', '>', '<=', '<', '=', 'range', 'points', 'direct'])[1 + floor(random() * 8)::integer];
        p.form := f; p.t := pg_temp.some_figure(); p.step := false; p.ratio := false;
        own := case when f in ('>=', '>', '<=', '<', '=') then f || ' ' || p.t end;
        if f = 'range' then
            p.hi := p.t + abs(pg_temp.some_figure());
            own := p.t || '..' || p.hi;
        elsif f = 'points' then
            select array_agg(x order by x) into p.xs from (select distinct pg_temp.some_figure() x from generate_series(1, 2 + floor(random() * 4)::integer)) x;
            if cardinality(p.xs) < 2 then
                p.xs := array[p.xs[1], p.xs[1] + 1];
            end if;
            select array_agg(round((random() * 120)::numeric, 3)) into p.ss from generate_series(1, cardinality(p.xs));
            select 'points(' || string_agg(x || ':' || s, ', ' order by x) || ')' into own from unnest(p.xs, p.ss) u(x, s);
        elsif f = 'direct' then
            own := 'direct';
        end if;
        if f in ('>=', '>', '<=', '<', '=') and random() < 0.3 then
            p.base := p.t + case when f in ('<=', '<') then 1 when f = '=' and random() < .5 then 1 else -1 end * (abs(pg_temp.some_figure()) + 0.00000001);
            own := own || ' from ' || p.base;
        elsif f in ('<=', '<') and p.t > 0 and random() < 0.3 then
            p.ratio := true;
            own := own || ' ratio';
        elsif f not in ('points', 'direct') and random() < 0.25 then
            p.lose := round((random() * 10 + 0.00000001)::numeric, 8); p.per := abs(pg_temp.some_figure()) + 0.00000001;
            own := own || ' lose ' || p.lose || ' per ' || p.per;
        elsif f not in ('points', 'direct') and random() < 0.15 then
            p.step := true;
            own := own || ' step';
        end if;
        if not p.step and random() < 0.3 then
            p.floor := round((random() * 99 + 1)::numeric, 3);
            own := own || ' floor ' || p.floor;
        end if;
        if f in ('>=', '>', '<=', '<') and (p.t > 0 or p.base is not null) and random() < 0.2 then
            p.over_at := round((100 + random() * 50)::numeric, 4); p.over_lose := round((random() * 3 + 0.0001)::numeric, 4);
            own := own || ' over ' || p.over_at || ' lose ' || p.over_lose;
        elsif not p.step and (f = 'direct' or f in ('>=', '>', '<=', '<') and (p.t > 0 or p.base is not null)) and random() < 0.3 then
            p.cap := round((100.001 + random() * 200)::numeric, 3);
            own := own || ' cap ' || p.cap;
        end if;
        p.actual := case when f = 'points' then pg_temp.near(p.xs[1 + floor(random() * cardinality(p.xs))::integer]) when f = 'direct' then round((random() * 130 - 5)::numeric, floor(random() * 14)::integer)
            when f = 'range' and random() < .5 then pg_temp.near(p.hi) else pg_temp.near(p.t) end;
        p.written := own;
        insert into promise select p.*;
    end loop;
end $$;

-- attainment before any cap, as a fraction over 1; NULL where the target is no base for one
create function pg_temp.attained(p promise) returns numeric[] language plpgsql immutable as $$
declare
    t numeric := p.t; reverse boolean := p.form in ('<=', '<');
begin
    if p.form = '=' then
        if p.base is not null then
            return array[abs(t - p.base) - abs(p.actual - t), abs(t - p.base)];
        elsif t = 0 then
            return case when p.actual = 0 then array[1, 1] end;
        end if;
        return array[abs(t) - abs(p.actual - t), abs(t)];
    elsif p.base is not null then
        return case when reverse then array[p.base - p.actual, p.base - t] else array[p.actual - p.base, t - p.base] end;
    elsif p.ratio then
        return case when p.actual > 0 then array[t, p.actual] end;
    elsif p.form = 'range' then
        if p.actual between t and p.hi then
            return array[1, 1];
        end if;
        reverse := p.actual > p.hi;
        t := case when reverse then p.hi else t end;
    end if;
    return case when t > 0 then case when reverse then array[2 * t - p.actual, t] else array[p.actual, t] end end;
end $$;
create function pg_temp.met(p promise) returns boolean language sql immutable as $$
    select case p.form when '>=' then p.actual >= p.t when '>' then p.actual > p.t when '<=' then p.actual <= p.t when '<' then p.actual < p.t
        when '=' then p.actual = p.t when 'range' then p.actual between p.t and p.hi end $$;
-- the score before the floor, a fraction of points
create function pg_temp.unfloored(p promise) returns numeric[] language plpgsql immutable as $$
declare
    a numeric[] := pg_temp.attained(p); i integer; short numeric; limits numeric;
begin
    if p.form = 'direct' then
        return case when p.actual between 0 and coalesce(p.cap, 100) then array[p.actual, 1] end;
    elsif p.form = 'points' then
        if p.actual <= p.xs[1] then
            return array[p.ss[1], 1];
        end if;
        for i in 2..cardinality(p.xs) loop
            if p.actual <= p.xs[i] then
                return array[p.ss[i - 1] * (p.xs[i] - p.xs[i - 1]) + (p.ss[i] - p.ss[i - 1]) * (p.actual - p.xs[i - 1]), p.xs[i] - p.xs[i - 1]];
            end if;
        end loop;
        return array[p.ss[cardinality(p.ss)], 1];
    elsif pg_temp.met(p) then
        if p.over_at is not null then
            -- 100 - over_lose * (100 a - over_at), where attainment is above it
            if a is null then
                return array[0, 1];
            elsif 100 * a[1] <= p.over_at * a[2] then
                return array[100, 1];
            end if;
            return array[greatest(100 * a[2] - p.over_lose * (100 * a[1] - p.over_at * a[2]), 0), a[2]];
        elsif p.cap is not null then
            return case when a is null or 100 * a[1] >= p.cap * a[2] then array[p.cap, 1] else array[100 * a[1], a[2]] end;
        end if;
        return array[100, 1];
    elsif p.step then
        return array[0, 1];
    elsif p.lose is not null then
        short := case when p.form in ('<=', '<') then p.actual - p.t when p.form = 'range' and p.actual > p.hi then p.actual - p.hi else abs(p.t - p.actual) end;
        return array[greatest(100 * p.per - p.lose * short, 0), p.per];
    elsif a is null or a[1] < 0 then
        return array[0, 1];
    end if;
    return array[100 * a[1], a[2]];
end $$;
create function pg_temp.scored(p promise) returns numeric language sql immutable as $$
    select case when s is null then null when p.floor is not null and s[1] < p.floor * s[2] then 0 else pg_temp.rounded(s[1], s[2]) end from (select pg_temp.unfloored(p) as s) x $$;

select pg_temp.promises(:cases, :seed);
create temp table judged as
select p as promise, p.n, p.written, p.actual, pg_temp.scored(p) as score, pg_temp.attained(p) as attained, pg_temp.met(p) as met,
       written::bpm.target as target, bpm.try_score(actual, written::bpm.target) as given
from promise p;
select is((select count(*) from judged), :cases::bigint, :cases || ' targets and actuals');
select cmp_ok((select count(distinct score) from judged), '>', :cases::bigint / 4, 'of many scores');
select is_empty($$ select written, actual, score, given from judged where given is distinct from score and given is not null $$, 'the score is that of exact fractions, rounded once, to the last digit');
-- what needs more than 37 digits to be compared exactly is an error; direct scores outside their range are
select is_empty($$ select written, actual, score from judged where given is null and score is not null and length(regexp_replace(actual::text || target::text, '[^0-9]', '', 'g')) < 37 $$, 'only figures of too many digits are not scored');
select is_empty($$ select written, actual, score, given from judged where score is null and given is not null $$, 'and direct scores outside their range');
select is_empty($$ select written, actual, met, bpm.try_met(actual, target) from judged where given is not null and met is not null and bpm.try_met(actual, target) is distinct from met $$, 'met is exact');
select is_empty($$ select written, actual, s, bpm.try_met(actual, target) from judged, lateral (select pg_temp.unfloored(promise)) u(s) where met is null and given is not null
    and bpm.try_met(actual, target) is distinct from case when (promise).floor is not null then s[1] >= (promise).floor * s[2] end $$, 'a graded target is met by its floor, before rounding');
select is_empty($$ select written, actual, attained, bpm.try_attainment(actual, target) from judged where met is not null and given is not null
    and bpm.try_attainment(actual, target) is distinct from pg_temp.rounded(100 * attained[1], attained[2]) and abs(100 * attained[1] / attained[2]) < 1e29 $$, 'attainment is exact');
select is_empty($$ select written, target from judged where bpm.cap(target) < given or target::text::bpm.target operator(bpm.<>) target $$, 'no score is above its cap, and every target reads back');
select is_empty($$ select a.written, b.written from judged a join judged b on b.n = a.n % 211 + 1 where (a.target operator(bpm.=) b.target) <> (a.target::text = b.target::text)
    or bpm.target_cmp(a.target, b.target) <> -bpm.target_cmp(b.target, a.target) or (bpm.target_cmp(a.target, b.target) = 0) <> (a.target operator(bpm.=) b.target) $$, 'their order agrees with equality');
select is((select count(*) from (select lag(target) over (order by target) as before, target from judged) o where bpm.target_cmp(before, target) > 0), 0::bigint, 'and sorting keeps it');

-- dates: points a day
select is_empty($$ select d, p, per, late, bpm.score(day, target), bpm.try_score(day, target) from (
        select d, p, per, late, bpm.target_by(date '2026-06-30' + d, format('lose %s per %s', p, per)) as target, date '2026-06-30' + d + late as day
        from (select floor(random() * 2000)::integer - 1000 as d, round((random() * 9 + 0.01)::numeric, 2) as p, floor(random() * 9 + 1)::numeric as per, floor(random() * 400)::integer - 40 as late from generate_series(1, 2000)) r) x
    where bpm.score(day, target) <> case when late <= 0 then 100 else pg_temp.rounded(greatest(100 * per - p * late, 0), per) end or bpm.met(day, target) <> (late <= 0) or bpm.try_score(day, target) <> bpm.score(day, target) $$
    , 'days late lose their points') where :cases > 0;

select * from finish();
rollback;
