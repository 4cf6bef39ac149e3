-- model: totals of publications. What is held back cannot be worked out: neither from what one publication shows, nor
-- from all publications of the year together.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(36);

set local timezone = 'UTC';
set local jit = off;
select bpm.create_model('sums');
set local search_path = sums, public;

-- An edition is a publication of which only the programs are made up: (program, weight, score). The roll-ups and the
-- totals of it are made as publish() makes them. The chain would take none of that.
alter table publication disable trigger publication_chained;
create function pg_temp.edition(named text, year integer, look text, members jsonb, replaced text default null)
    returns text language plpgsql as $$
begin
    insert into publication_program (program_id, fiscal_year, publication, evaluation, looks, unit_id, name, nature, scope,
        is_revenue, is_overall, programs, scored_programs, proposed, approved, budget, executed, weight, scored_weight, score_sum,
        coverage_sum, low_sum, high_sum, missing, score, coverage, low, high, floor, scale, overridden, items_hash,
        money_hash)
    select p.program_id, year, named, look, array[look], p.unit_id, p.name, 'expenditure', 'project', 0, 0, 1,
           (m.score is not null)::integer, m.weight, m.weight, m.weight, m.weight / 2, m.weight,
           case when m.score is null then 0 else m.weight end, m.weight * coalesce(m.score, 0),
           m.weight * case when m.score is null then 0 else 100 end, m.weight * coalesce(m.score, 0),
           m.weight * coalesce(m.score, 100), 'renormalise', m.score, case when m.score is null then 0 else 100 end,
           coalesce(m.score, 0), coalesce(m.score, 100), 0, 'good >= 50, poor', 0, 'none', 'none'
    from jsonb_array_elements(members) x
    cross join lateral (select x ->> 0 as program_id, (x ->> 1)::numeric as weight, (x ->> 2)::numeric as score) m
    join program p on p.program_id = m.program_id and p.fiscal_year = year;
    insert into publication_node select n.* from node_row(named, year, look) n;
    insert into publication_rule (publication, fiscal_year, relation, key, value)
    select named, year, r.relation, r.key, r.value from rules_now(year) r;
    -- as publish() does: the row of the publication comes last
    perform publish_total(named, look);
    insert into publication (publication, n, fiscal_year, evaluation, as_of, known_at, replaces, reason, title, programs,
                             version, previous_hash, published_at, manifest, hash)
    select named, coalesce(max(n), 0) + 1, year, look, '2026-01-01', clock_timestamp(), replaced,
           case when replaced is not null then 'corrected' end, named, 1, 'test',
           (select p.hash from publication p order by p.n desc limit 1), clock_timestamp(), 'none', repeat('0', 64)
    from publication;
    return (select coalesce(string_agg(format('%s %s', unit_id, programs), ', ' order by unit_id collate "C"), '')
            from published_total where publication = named and suppressed = 0);
end $$;
-- programs of a unit of a year, all of weight 1 and score 80, from one number to another
create function pg_temp.some(unit text, one integer, last integer) returns jsonb language sql as
$$ select coalesce(jsonb_agg(jsonb_build_array(unit || n, 1, 80) order by n), '[]') from generate_series(one, last) n $$;

insert into unit values ('top', null, 'Top'), ('a', 'top', 'A'), ('b', 'top', 'B'), ('c', 'b', 'C'), ('d', 'b', 'D');
insert into program (program_id, fiscal_year, name, unit_id)
select u || n, y, u || n, u from generate_series(2001, 2019) y, unnest('{top,a,b,c,d}'::text[]) u, generate_series(1, 15) n;

-- one publication: k = 5 -------------------------------------------------------------------------------------------

select is((select suppress_below from setting), 5, 'five, unless the settings say otherwise');
select is(pg_temp.edition('one', 2001, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('b', 1, 7)), 'a 6, b 7, top 13',
    'where nothing is left over, all is shown');
select is(pg_temp.edition('small', 2002, 'self', pg_temp.some('a', 1, 4) || pg_temp.some('b', 1, 7)), 'top 11',
    'a is too small, and top less b would be a');
select is(pg_temp.edition('rest', 2003, 'self', pg_temp.some('top', 1, 1) || pg_temp.some('a', 1, 6) ||
    pg_temp.some('b', 1, 7)), 'b 7, top 14', 'top less both would be its own one program: the smaller is held back');
-- b: own 5, c 5, d 3. d is too small; b less c is 8, which is enough
select is(pg_temp.edition('deep', 2004, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('b', 1, 5) ||
    pg_temp.some('c', 1, 5) || pg_temp.some('d', 1, 3)), 'a 6, b 13, c 5, top 19', 'a rest that is large enough');
select is(pg_temp.edition('none', 2005, 'self', pg_temp.some('a', 1, 2) || pg_temp.some('b', 1, 2)), '',
    'too few in all: nothing');
select is_empty($$select from published_total where suppressed = 1 and (programs, budget, executed, weight, scored_weight,
    score_sum, coverage_sum, low_sum, high_sum, score, coverage, low, high, rating, rating_rank, rating_reason) is not null
    or suppressed = 1 and num_nonnulls(programs, budget, executed, weight, scored_weight, score_sum, coverage_sum, low_sum,
    high_sum, score, coverage, low, high, rating, rating_rank, rating_reason) > 0$$, 'what is held back says nothing');
select is((select count(*) from unit_total where publication = 'deep'), 5::bigint, 'but that it is held back');

-- over years: of the two that could be held back, the one that was --------------------------------------------------

select is(pg_temp.edition('year 1', 2006, 'self', pg_temp.some('top', 1, 1) || pg_temp.some('a', 1, 6) ||
    pg_temp.some('b', 1, 7)), 'b 7, top 14', 'a is the smaller one');
select is(pg_temp.edition('year 2', 2007, 'self', pg_temp.some('top', 1, 1) || pg_temp.some('a', 1, 9) ||
    pg_temp.some('b', 1, 7)), 'b 7, top 17', 'it is held back the year after too, though b is smaller then');

-- again in the same year ---------------------------------------------------------------------------------------------

select is(pg_temp.edition('first', 2008, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('b', 1, 7)), 'a 6, b 7, top 13',
    'published');
select is(pg_temp.edition('first again', 2008, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('b', 1, 7), 'first'),
    'a 6, b 7, top 13', 'the same programs once more are shown once more');
select is(pg_temp.edition('one more', 2008, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('b', 1, 8), 'first again'),
    'a 6', 'one program more would be the difference of b and of top');
select is(pg_temp.edition('many more', 2008, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('b', 1, 14), 'one more'),
    'a 6', 'what was held back stays so in that year, for that evaluation');
select is(pg_temp.edition('base', 2009, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('b', 1, 7)), 'a 6, b 7, top 13',
    'another year');
select is(pg_temp.edition('five more', 2009, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('b', 1, 12), 'base'),
    'a 6, b 12, top 18', 'five more are enough');
-- the score of a1 alone is another: what changed shows, its level does not
select is(pg_temp.edition('score', 2010, 'self', pg_temp.some('a', 1, 6)), 'a 6, top 6', 'a score ...');
select is(pg_temp.edition('score 2', 2010, 'self', '[["a1", 1, 60]]' || pg_temp.some('a', 2, 6), 'score'), 'a 6, top 6',
    'that is corrected');
-- from no score to one: the difference of score_sum over that of scored_weight is its score
select is(pg_temp.edition('missing', 2011, 'self', '[["a1", 1, null]]' || pg_temp.some('a', 2, 6)), 'a 6, top 6',
    'a score that is missing ...');
select is(pg_temp.edition('found', 2011, 'self', pg_temp.some('a', 1, 6), 'missing'), '', 'would be told when it comes');
select is(pg_temp.edition('weight', 2012, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('b', 1, 6)), 'a 6, b 6, top 12',
    'and so would the score ...');
select is(pg_temp.edition('weight 2', 2012, 'self', '[["a1", 2, 80]]' || pg_temp.some('a', 2, 6) || pg_temp.some('b', 1, 6),
    'weight'), 'b 6', 'of what weighs more');

-- two evaluations of a year ------------------------------------------------------------------------------------------

select is(pg_temp.edition('self', 2013, 'self', pg_temp.some('a', 1, 10) || pg_temp.some('b', 1, 10)), 'a 10, b 10, top 20',
    'all by themselves');
-- finance: 5 of 10 and 5 of 10, so that 5 are left of each
select is(pg_temp.edition('finance', 2013, 'finance', pg_temp.some('a', 1, 5) || pg_temp.some('b', 1, 5)),
    'a 5, b 5, top 10', 'a sample of which enough is left');
select is(pg_temp.edition('self 14', 2014, 'self', pg_temp.some('a', 1, 10) || pg_temp.some('b', 1, 10)),
    'a 10, b 10, top 20', 'of another year');
-- of a all but 2 are in the sample, of b 5. a of self less a of finance would be the two; top less b is a
select is(pg_temp.edition('finance 14', 2014, 'finance', pg_temp.some('a', 1, 8) || pg_temp.some('b', 1, 5)), 'b 5',
    'the budget of the two that the sample left out does not follow');
-- the same programs of a, and one of b: top of finance less a of self would be that one
select is(pg_temp.edition('self 15', 2015, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('b', 1, 6)), 'a 6, b 6, top 12',
    'of a third year');
select is(pg_temp.edition('finance 15', 2015, 'finance', pg_temp.some('a', 1, 6) || pg_temp.some('b', 1, 1)), '',
    'another unit of another publication does not tell either');

-- their own scores, and their own floor: programs of 90 in self, of 40 and half of them missing in finance
insert into evaluation (evaluation, fiscal_year, name, rank, missing_so_far, floor)
values ('finance', 2016, 'By finance', 3, 'renormalise', 80);
do $$begin
    perform pg_temp.edition('self 16', 2016, 'self', (select jsonb_agg(jsonb_build_array('a' || n, 1, 90)) from generate_series(1, 10) n));
    perform pg_temp.edition('finance 16', 2016, 'finance',
        (select jsonb_agg(jsonb_build_array('a' || n, 1, case when n < 6 then 40 end)) from generate_series(1, 10) n));
end$$;
select results_eq($$select publication, evaluation, score, coverage, low, high, rating from unit_total
    where fiscal_year = 2016 and unit_id = 'a' order by 1$$,
    $$values ('finance 16', 'finance', 40::numeric(20,8), 50::numeric(20,8), 20::numeric(20,8), 70::numeric(20,8), 'not demonstrated'),
        ('self 16', 'self', 90, 100, 90, 90, 'excellent')$$,
    'totals are over their own evaluation, and below its floor not demonstrated');
select is_empty($$select from unit_total where suppressed = 0
    and (score, coverage, low, high) is distinct from (round(score_sum / nullif(scored_weight, 0), 8),
        round(coverage_sum / weight, 8), round(low_sum / weight, 8), round(high_sum / weight, 8))$$,
    'each ratio is that of what stands beside it');

-- a unit that moved between two publications of a year: each keeps the tree that it had
select is(pg_temp.edition('tree', 2017, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('c', 1, 6) || pg_temp.some('d', 1, 6)),
    'a 6, b 12, c 6, d 6, top 18', 'c and d are below b');
insert into publication_event (publication, event, reason) values ('tree', 'opened', 'a move');
insert into unit_move values ('d', 2017, 'top');
-- now b is c, which was shown; d and a too
select is(pg_temp.edition('tree 2', 2017, 'self', pg_temp.some('a', 1, 6) || pg_temp.some('c', 1, 6) || pg_temp.some('d', 1, 6),
    'tree'), 'a 6, b 6, c 6, d 6, top 18', 'moved, with nothing that was not shown');

-- Whoever sees all totals of a year, and knows which programs are in which: with k = 3, any sum of multiples of what is
-- shown that is of one or two programs only. By elimination modulo a prime: entries are 0 and 1, determinants small.
create function pg_temp.rank_of(rows bigint[][], leave bigint[]) returns integer language plpgsql as $$
declare
    prime constant bigint := 1000003;
    m bigint[][] := rows;
    height constant integer := coalesce(array_length(rows, 1), 0);
    width constant integer := coalesce(array_length(rows, 2), 0);
    r integer := 1;
    pivot integer;
    f bigint;
    inverse bigint;
    t bigint;
begin
    for c in 1 .. width loop
        continue when c = any (leave);
        pivot := null;
        for i in r .. height loop
            if m[i][c] <> 0 then pivot := i; exit; end if;
        end loop;
        continue when pivot is null;
        for j in 1 .. width loop
            t := m[pivot][j]; m[pivot][j] := m[r][j]; m[r][j] := t;
        end loop;
        -- by Fermat: x to the power of prime - 2
        inverse := 1; f := m[r][c]; t := prime - 2;
        while t > 0 loop
            if t % 2 = 1 then inverse := inverse * f % prime; end if;
            f := f * f % prime; t := t / 2;
        end loop;
        for i in r + 1 .. height loop
            if m[i][c] <> 0 then
                f := m[i][c] * inverse % prime;
                for j in c .. width loop
                    m[i][j] := ((m[i][j] - f * m[r][j]) % prime + prime) % prime;
                end loop;
            end if;
        end loop;
        r := r + 1;
        exit when r > height;
    end loop;
    return r - 1;
end $$;
create function pg_temp.derived(year integer) returns setof text language plpgsql as $$
declare
    ids text[];
    rows bigint[][];
    whole integer;
begin
    ids := array(select distinct program_id from publication_program where fiscal_year = year order by 1);
    select array_agg(x.line) into rows from (
        select array_agg((exists (
            select from publication_program p
            join node_above a on a.tree = 'unit' and a.id = p.unit_id and a.ancestor_id = s.unit_id
                and s.fiscal_year between a.from_year and a.to_year
            where p.publication = s.publication and p.program_id = g.id))::integer::bigint order by g.n) as line
        from published_total s, unnest(ids) with ordinality g (id, n)
        where s.fiscal_year = year and s.suppressed = 0
        group by s.publication, s.unit_id) x;
    if rows is null then return; end if;
    whole := pg_temp.rank_of(rows, '{}');
    for i in 1 .. cardinality(ids) loop
        for j in i .. cardinality(ids) loop
            if pg_temp.rank_of(rows, array[i, j]) < whole then
                return next format('%s: %s %s', year, ids[i], ids[j]);
            end if;
        end loop;
    end loop;
end $$;
-- it finds what there is to find: of 'rest' without what was held back
select is(pg_temp.rank_of('{{1,1,1,1},{0,1,1,1},{0,0,1,1}}', '{}'), 3, 'three totals');
select is(pg_temp.rank_of('{{1,1,1,1},{0,1,1,1},{0,0,1,1}}', '{1}'), 2, 'tell the first program');
update setting set suppress_below = 3;
-- 20 years of 12 programs in a tree of 6 units; self of some, finance of some of them, and a correction of either
insert into unit values ('r', null, 'R'), ('r1', 'r', 'R1'), ('r2', 'r', 'R2'), ('r3', 'r1', 'R3'), ('r4', 'r1', 'R4'), ('r5', 'r2', 'R5');
create function pg_temp.chance(of text, n integer) returns integer language sql as
$$ select (('x' || left(md5(of), 7))::bit(28)::integer % n) $$;
\set years `echo ${BPM_CASES:-20}`
insert into program (program_id, fiscal_year, name, unit_id)
select 'p' || n, 2999 + y, 'P', (array['r', 'r1', 'r2', 'r3', 'r3', 'r4', 'r4', 'r5', 'r5'])[1 + pg_temp.chance(format('unit %s %s', y, n), 9)]
from generate_series(1, :years) y, generate_series(1, 12) n;
create function pg_temp.part_of(named text, year integer, share integer, rest integer default 0) returns jsonb language sql as $$
    select coalesce(jsonb_agg(jsonb_build_array(program_id, 1, 70)), '[]') from program
    where fiscal_year = year and pg_temp.chance(named || year || program_id, 10) < share $$;
do $$begin
    perform pg_temp.edition('self ' || y, y, 'self', pg_temp.part_of('self', y, 9)),
            pg_temp.edition('finance ' || y, y, 'finance', pg_temp.part_of('finance', y, 5)),
            pg_temp.edition('self again ' || y, y, 'self', pg_temp.part_of(case y % 3 when 0 then 'self' else 'self 2' end, y, 9), 'self ' || y),
            pg_temp.edition('effective ' || y, y, 'effective', pg_temp.part_of('effective', y, 8))
    from (select distinct fiscal_year as y from program where fiscal_year > 2999) f order by y;
end$$;
select is_empty('select f.* from (select distinct fiscal_year as y from program where fiscal_year > 2999) p, pg_temp.derived(y) f',
    'what all publications of a year show together tells of no two programs, nor of one');
select cmp_ok((select count(*) from published_total where fiscal_year > 2999 and suppressed = 0), '>', (:years * 4)::bigint,
    'though more is shown than the whole of each');

select * from finish();
rollback;
