# Running the aggregates a million times in one session does not grow its memory: neither within a statement
# nor from one to the next, and errors leave nothing behind.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('bpm_memory');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nmax_parallel_workers_per_gather = 0\nwork_mem = '256MB'");
$node->start;
$node->safe_psql(
	'postgres', q{
create extension bpm;
-- the memory of this session in bytes, now
create function memory() returns bigint language sql volatile as $$ select sum(total_bytes)::bigint from pg_backend_memory_contexts $$;
create table v (score numeric, weight numeric, actual numeric, target bpm.target);
insert into v values (80, 3, 60.123456789012, '>= 80'), (null, 5, null, '<= 5'), (60.123456789, 2, 33, 'points(0:0, 50:80, 100:100)');
create table stored as select bpm.rollup(score, weight) as r from v;
create function failures(n integer) returns integer language plpgsql as $$
declare
    caught integer := 0;
begin
    for k in 1..n loop
        begin
            perform bpm.weighted_score(score, weight - 4) from v;
        exception when invalid_parameter_value then
            caught := caught + 1;
        end;
        begin
            perform 'rows 1 scored 2 weight 3'::bpm.rollup;
        exception when invalid_text_representation then
            caught := caught + 1;
        end;
    end loop;
    return caught;
end $$;
});

# Each is run so many times within one statement, and tells the memory early and late in it; asking for the
# first time takes some itself.
my %runs = (
	'weighted_score and rollup' => q{(select bpm.score(bpm.rollup(score + i % 7, weight)) + bpm.weighted_score(score + i % 7, weight) from v)},
	'with targets' => q{(select bpm.score(bpm.rollup(actual + i % 7, target, weight)) from v)},
	'inequality' => q{(select bpm.gini(score + i % 7, weight) + bpm.theil(score + i % 7, weight) + bpm.concentration(score, weight) + bpm.activity_index(score, weight, weight + i % 7)
	     + bpm.composition_variance(score + i % 7, weight) from v)},
	'peers' => q{(select sum(e) from (select bpm.peer_efficiency(weight, score + i % 7) over () as e from v) p)},
	'shares' => q{(select sum(s) from (select bpm.apportion(100 + i % 7, weight) over () + bpm.apportion(100, score, 1, 90, 0) over () as s from v) p) + (bpm.apportion_array(i, array[1, 2, 3]))[3]},
	'lines of CSV' => q{(select bpm.sha256_lines(bpm.csv_line(case i % 2 when 0 then row(score + i % 7, array[i]) else row(array[weight], i % 7, v) end) order by weight) from v)},
	'forecasts' => q{(select bpm.quantile(score + i % 7, 0.3) + bpm.ratio_quantile(score + i % 7, weight, 0.9)
	     + bpm.forecast('median of three', 50, 120, 0.5, score, weight + 100, 90 + i % 7) from v)},
	'monitoring' => q{(select sum(bpm.pace(actual + i % 7, target, 0.3333333333333333)) + sum((bpm.earned_value(weight + i % 7, weight, 5, 9)).estimate)
	     + sum(bpm.expected_share('2026-07-15', '[2026-07-01,2026-09-30]', bpm.profile(array[weight + i % 7, 2, 3]))) + count(bpm.pace_colour(weight + i % 130)) from v)},
	'merging' => q{(select bpm.score(bpm.rollup(x) filter (where i > 0)) from (select r as x from stored union all select r from stored) u)},
	'accessors and operators' =>
	  q{(select bpm.score(r operator(bpm.+) r operator(bpm.-) r) + bpm.coverage(r, i % 9) + bpm.low(r, i % 9) + bpm.high(r, 90 + i % 9)
	     + bpm.weight(r) + bpm.weighted_sum(r) + length(bpm.rating(r, 'good >= 50, bad')) + (r operator(bpm.=) r)::integer
	     + length(r::text) + length(bpm.rollup_send(r)) + bpm.rollup_hash(r) from stored)},
	'text' => q{(select length(('rows 3 scored 2 weight ' || 10 + i % 9 || '.5 scored_weight 7 sum 560')::bpm.rollup::text))});
my $early = 1000;
my $late = 1000000;

sub memory_of
{
	my ($n) = @_;
	my $statements = "select 'session', memory();\n";

	foreach my $what (sort keys %runs)
	{
		$statements .= "select '$what', string_agg(m::text, ' ' order by i) from (select i, $runs{$what} as result, case when i in (1, $early / 2, $n) then memory() end as m from generate_series(1, $n) i offset 0) x where m is not null and result is not null;\n";
	}
	$statements .= "select 'moving window', string_agg(m::text, ' ' order by i) from (select i, case when i in (1, $early / 2, $n) and bpm.score(r) is not null then memory() end as m from (select i, bpm.rollup(i % 101, i % 13) over (order by i rows between 20 preceding and current row) as r from generate_series(1, $n) i) w offset 0) x where m is not null;\n";
	$statements .= "select 'failures', failures($n / 50);\n";
	return $statements;
}

# the first round fills the caches of the session
my $result = $node->safe_psql('postgres', memory_of($early) . memory_of($late) . "select 'session', memory();");
my @lines = split /\n/, $result;
my @totals = map { /^session\|(\d+)$/ ? $1 : () } @lines;
my %last = map { /^(.+)\|\d+ (\d+) (\d+)$/ ? ($1 => [ $2, $3 ]) : () } @lines;

foreach my $what (sort(keys %runs), 'moving window')
{
	my ($before, $after) = @{ $last{$what} || [ 0, 1e9 ] };
	cmp_ok($after - $before, '<=', 32768, "$what, $late times in a statement: $before bytes, then $after");
}
is((grep { $_ eq 'failures|' . 2 * $late / 50 } @lines), 1, 'the failures were caught');
is(scalar @totals, 3, 'the memory of the session was read three times');
cmp_ok($totals[2] - $totals[1], '<=', 65536, "from statement to statement: $totals[1] bytes, then $totals[2]");

$node->stop;
done_testing();
