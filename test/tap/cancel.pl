# A large tree or history gives way within a second: a statement that is to be cancelled while rows are gathered,
# while the tree is built, scored, written or read.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('bpm_cancel');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nmax_parallel_workers_per_gather = 0\nfsync = off");
$node->start;
$node->safe_psql(
	'postgres', q{
create extension bpm;
create table stored as
    select bpm.score_tree('n' || g, nullif('n' || g / 2, 'n0'), 1, case when g > 100000 then g % 101 end::numeric) as tree,
           bpm.score_tree('n' || g, nullif('n' || g / 2, 'n0'), 1, case when g > 100000 then g % 101 end::numeric)::text as written
    from generate_series(1, 200000) g;
});

my $gathered = "bpm.score_tree(g, nullif(g / 2, 0), 1, case when g > 500000 then g % 101 end::numeric) as tree from generate_series(1, 1000000) g";
foreach my $case (
	[ 'gathering rows', "select bpm.roots(tree) from (select $gathered) x", 100 ],
	[ 'building a tree', "select bpm.roots(tree) from (select $gathered) x", 700 ],
	[ 'nodes of a tree', "select count(*) from (select $gathered) x, bpm.nodes(tree)", 1000 ],
	[ 'writing a tree', 'select length(string_agg(tree::text, null)) from stored, generate_series(1, 100)', 50 ],
	[ 'reading a tree', 'select count(written::bpm.tree) from stored, generate_series(1, 100)', 50 ],
	[ 'margins of scores', q{select count(*) from stored, generate_series(1, 100), bpm.score_margin(tree, 'a >= 50, b')}, 50 ],
	[ 'margins of weights', 'select count(*) from stored, generate_series(1, 100), bpm.weight_margin(tree, tree)', 50 ],
	[ 'a history', q{select (bpm.lifecycle_check(case g % 2 when 0 then 'a' else 'b' end, '2026-01-01'::timestamptz + hashint4(g) * interval '1 second', 'a -> b -> a')).steps from generate_series(1, 10000000) g}, 500 ])
{
	my ($what, $query, $after) = @$case;
	my $start = time;
	my ($status, undef, $err) = $node->psql('postgres', "set statement_timeout = $after; $query");
	my $late = time - $start - $after / 1000;

	# a fast machine may be done before
	ok($status == 0 || $err =~ /canceling statement due to statement timeout/, "$what: cancelled") or diag($err);
	cmp_ok($late, '<', 1, "$what: within a second") if $status != 0;
}
$node->stop;
done_testing;
