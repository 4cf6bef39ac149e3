# A large tree or history gives way soon to a statement that is to be cancelled, at whatever point of its work.
# What counts is the work that a backend still does after the signal, in processor time: no load on the machine
# changes that, and no test waits for a clock.
use strict;
use warnings;

use IPC::Run;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

plan skip_all => 'processor time is read from /proc, as Linux has it' unless -r '/proc/self/stat';

my $node = PostgreSQL::Test::Cluster->new('bpm_cancel');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nmax_parallel_workers_per_gather = 0\nfsync = off\nwork_mem = '256MB'");
$node->start;
$node->safe_psql(
	'postgres', q{
create extension bpm;
create table stored as
    select bpm.score_tree('n' || g, nullif('n' || g / 2, 'n0'), 1, case when g > 50000 then g % 101 end::numeric) as tree,
           bpm.score_tree('n' || g, nullif('n' || g / 2, 'n0'), 1, case when g > 50000 then g % 101 end::numeric)::text as written
    from generate_series(1, 100000) g;
create table history as
    select case g % 2 when 0 then 'a' else 'b' end as stage, '2026-01-01'::timestamptz + hashint4(g) * interval '1 second' as at
    from generate_series(1, 2000000) g;
vacuum (analyze, freeze) history;
});

# one session, in which statements are cancelled
my ($in, $out, $err) = ('', '', '');
my $psql = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, '2>', \$err);
my $ticks = POSIX::sysconf(&POSIX::_SC_CLK_TCK);

sub until_printed
{
	my ($mark) = @_;
	$psql->pump while index($out, $mark) < 0;
	return;
}

$in = "select pg_backend_pid();\n\\echo ready\n";
until_printed('ready');
my ($pid) = $out =~ /^(\d+)$/m;

# seconds of work that the backend has done so far
sub work
{
	open(my $stat, '<', "/proc/$pid/stat") or return 0;
	my @field = split ' ', (<$stat> =~ s/^.*\) //r);
	close($stat);
	return ($field[11] + $field[12]) / $ticks;
}

# Runs a statement, and cancels it after so much work if that is given. The work that it did in all, the work
# before the signal, and whether it was cancelled.
sub run
{
	my ($query, $after) = @_;
	my $start = work();
	my $at;

	($out, $err) = ('', '');
	$in = "$query;\n\\echo done\n";
	$psql->pump_nb while length($in);
	until ($out =~ /^done$/m)
	{
		if (defined($after) && !defined($at) && work() - $start >= $after)
		{
			$at = work() - $start;
			kill('INT', $pid);
		}
		usleep(500);
		$psql->pump_nb;
	}
	$psql->pump_nb;
	return (work() - $start, $at, $err =~ /canceling statement due to user request/ ? 1 : 0);
}

my $gathered = "bpm.score_tree(g, nullif(g / 2, 0), 1, case when g > 500000 then g % 101 end::numeric) as tree from generate_series(1, 1000000) g";
my $events = "history offset 0";
foreach my $case (
	[ 'a tree gathered, built and scored', "select count(*) from (select $gathered) x, bpm.roots(tree)" ],
	[ 'a tree gathered, built and checked', 'select cardinality(bpm.tree_check(g, nullif(g / 2, 0), 1, null::numeric)) from generate_series(1, 1000000) g' ],
	[ 'nodes of a tree', "select count(*) from (select $gathered) x, bpm.nodes(tree)" ],
	[ 'trees written', 'select sum(length(tree::text)) from stored, generate_series(1, 10)' ],
	[ 'trees read', 'select count((written || repeat(\' \', g))::bpm.tree) from stored, generate_series(1, 5) g' ],
	[ 'margins of scores', q{select count(*) from stored, generate_series(1, 60) g, bpm.score_margin(tree, (format('a >= %s, b', g))::bpm.scale)} ],
	[ 'margins of weights', 'select count(*) from stored, bpm.weight_margin(tree, tree)' ],
	[ 'a history checked', "select (bpm.lifecycle_check(stage, at, 'a -> b -> a')).steps from (select * from $events) h" ],
	[ 'violations of a history', "select cardinality(bpm.lifecycle_violations(stage, at, 'a -> b')) from (select * from $events) h" ],
	[ 'durations of a history', "select cardinality(bpm.lifecycle_durations(stage, at, 'a -> b -> a')) from (select * from $events) h" ],
	[ 'a Gini coefficient', 'select bpm.gini(hashint4(g) & 2147483647, g) from generate_series(1, 2000000) g' ],
	[ 'a median', 'select bpm.quantile(hashint4(g), 0.5) from generate_series(1, 2000000) g' ],
	[ 'a median of ratios', 'select bpm.ratio_quantile(hashint4(g), 1 + (g & 65535), 0.5) from generate_series(1, 2000000) g' ],
	[ 'a forecast of many years', q{select bpm.forecast('median of three', 50, 120, 0.5, hashint4(g), hashint4(g + 1), hashint4(g + 2)) from generate_series(1, 500000) g} ],
	[ 'a line of quotes', q{select octet_length(bpm.csv_line(row(repeat('"', 40000000))))} ],
	[ 'a long line digested', q{select length(bpm.sha256_lines(repeat('0123456789', 10000000))) from generate_series(1, 3)} ],
	[ 'peers compared', q{select count(e) from (select bpm.peer_efficiency(1 + (hashint4(g) & 65535), hashint4(g + 1) & 65535, m) over () as e
		from generate_series(1, 500000) g, (values ('free disposal'), ('constant returns')) v(m) offset 0) s} ],
	[ 'shares within bounds', q{select count(s) from (select bpm.apportion(10000000000, 1 + (hashint4(g) & 65535), hashint4(g + 1) & 4095, 9999 + (hashint4(g + 2) & 65535)) over () as s
		from generate_series(1, 500000) g offset 0) s} ])
{
	my ($what, $query) = @$case;
	my ($whole) = run($query);
	my @late;
	my $cancelled = 0;
	my $tries = 0;

	is($err, '', "$what: without a signal it succeeds");
	foreach my $part (0.2, 0.5, 0.8)
	{
		my ($total, $at, $was) = run($query, $whole * $part);

		# what was done before the signal came is done
		next unless defined $at;
		$tries++;
		$cancelled += $was;
		push @late, sprintf('%.2f', $total - $at);
	}
	cmp_ok($cancelled, '>=', $tries - 1, "$what: cancelled at every point");

	# the kernel counts in hundredths of a second, and memory has to be given back
	my $allowed = 0.12 * $whole + 0.1;
	is(scalar(grep { $_ > $allowed } @late), 0, sprintf('%s: little of its %.2f s of work was done after the signal', $what, $whole))
	  or diag("after the signal: @late");
}
$in = "\\q\n";
$psql->finish;
$node->stop;
done_testing;
