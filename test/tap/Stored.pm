# Stored: a schema that keeps every type of bpm in tables, indexes, generated columns, constraints and views,
# and a fingerprint of all it holds, for the server-level tests.
package Stored;

use strict;
use warnings;

use Exporter 'import';
our @EXPORT_OK = qw(stored_sql fingerprint_sql by_index_sql);

sub stored_sql
{
	return q{
create extension bpm;
create schema app;

create table app.indicator (
    id integer primary key,
    unit integer not null,
    target bpm.target not null check (target operator(bpm.<>) '>= 1000000'),
    more bpm.target[],
    actual numeric,
    weight numeric,
    score numeric generated always as (bpm.score(actual, target)) stored,
    met boolean generated always as (bpm.met(actual, target)) stored
);
insert into app.indicator (id, unit, target, more, actual, weight)
select i, i % 17,
       (array['>= ' || i, '<= ' || i || '.25 [days]', i || '..' || i + 5 || '%', '= ' || i,
              'points(0:0, ' || i || ':80, 5000:100)', '>= ' || i || ' floor 60',
              '>= 99999999999999999999.00000001'])[1 + i % 7]::bpm.target,
       array['>= ' || i, 'direct']::bpm.target[],
       case when i % 5 > 0 then i * 0.97 end, case when i % 11 > 0 then i / 8.0 end
from generate_series(1, 2000) i;
create index indicator_score on app.indicator (score);
create index indicator_computed on app.indicator (bpm.score(actual, target), id);
create index indicator_target on app.indicator (target);
create index indicator_target_hash on app.indicator using hash (target);
create unique index indicator_unique on app.indicator (target, id) where bpm.met(actual, target);

create table app.band (id integer primary key, scale bpm.scale not null, unique (id), exclude using hash (scale with operator(bpm.=)));
insert into app.band values
    (1, 'excellent >= 90, good >= 80, fair >= 60, poor'),
    (2, '"very good" >= 75.5, "not, really" round 0'),
    (3, '优 >= 90, 良 >= 80, 中 >= 60, 差');

create table app.monthly (
    unit integer, month integer, r bpm.rollup not null,
    score numeric generated always as (bpm.score(r, 2)) stored,
    primary key (unit, month)
);
insert into app.monthly select unit, id % 12 + 1, bpm.rollup(actual, target, weight) from app.indicator group by 1, 2;
insert into app.monthly values
    (100, 1, 'rows 72057594037927935 scored 1 weight 1701411834604692317316873037158.84105727 scored_weight 1000000000000.00000001 sum -17014118346046923173168.7303715884105727'),
    (101, 1, 'rows 0 scored 0 weight 0 scored_weight 0 sum 0');
create index monthly_hash on app.monthly using hash (r);
create index monthly_score on app.monthly (bpm.coverage(r));

create view app.unit_score as
select unit, bpm.weighted_score(score, weight) as score, bpm.weighted_score(actual, target, weight) as direct,
       bpm.rollup(score, weight) as r, bpm.rollup(actual, target, weight) filter (where id % 2 = 0) as even
from app.indicator group by unit;
create view app.unit_year as
select unit, bpm.score(bpm.rollup(r), 2) as score, bpm.low(bpm.rollup(r)) as low, bpm.high(bpm.rollup(r), 95, 1) as high,
       bpm.coverage(bpm.rollup(r)) as coverage, bpm.rating(bpm.rollup(r), 'good >= 80, poor') as rating,
       bpm.rollup(r) operator(bpm.-) bpm.rollup(r) filter (where month = 3) as without_march,
       bpm.rollup(r) operator(bpm.=) bpm.rollup(r) filter (where month < 13) as whole
from app.monthly where unit < 100 group by unit;
create view app.running as
select unit, month, bpm.rollup(r) over (partition by unit order by month rows between 2 preceding and current row) as quarter
from app.monthly where unit < 100;
create materialized view app.ranked as
select i.id, b.id as band, bpm.rating(i.score, b.scale) as rating, bpm.rating_rank(i.score, b.scale) as rank
from app.indicator i, app.band b where i.id < 200;
};
}

# One text for everything that is stored or computed from it.
sub fingerprint_sql
{
	return q{
select md5(string_agg(line, E'\n' order by line)) || ' ' || count(*) from (
    select 'indicator ' || i::text from app.indicator i
    union all select 'band ' || b::text from app.band b
    union all select 'monthly ' || m::text from app.monthly m
    union all select 'unit_score ' || u::text from app.unit_score u
    union all select 'unit_year ' || y::text from app.unit_year y
    union all select 'running ' || r::text from app.running r
    union all select 'ranked ' || k::text from app.ranked k) all_of_it(line)
};
}

# What the indexes find, as one text; without them it has to be the same.
sub by_index_sql
{
	my ($with) = @_;
	my $on = $with ? 'on' : 'off';
	my $off = $with ? 'off' : 'on';

	return qq{
set enable_seqscan = $off; set enable_indexscan = $on; set enable_bitmapscan = $on; set enable_indexonlyscan = $on; set enable_sort = $off;
select (select count(*) from app.indicator where score > 50) || ' '
    || (select count(*) from app.indicator where bpm.score(actual, target) < 97) || ' '
    || (select count(*) from app.indicator where target operator(bpm.<) '>= 500') || ' '
    || (select string_agg(id::text, ',') from app.indicator where target operator(bpm.=) '>= 7') || ' '
    || (select string_agg(id::text, ',') from app.indicator where target operator(bpm.=) '<= 8.25 [days]') || ' '
    || (select count(*) from app.band where scale operator(bpm.=) 'excellent >= 90, good >= 80, fair >= 60, poor') || ' '
    || (select count(*) from app.monthly where r operator(bpm.=) 'rows 0 scored 0 weight 0 scored_weight 0 sum 0') || ' '
    || (select count(*) from app.monthly where bpm.coverage(r) < 90) || ' '
    || (select md5(string_agg(id::text, ',')) from (select id from app.indicator order by target, id) o)
};
}

1;
