# An upgrade beside sessions that read and write all the time: they wait, and none of them fails.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('bpm_model_upgrade');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\ndeadlock_timeout = 200ms\n");
$node->start;
$node->safe_psql('postgres', q{
create extension bpm;
select bpm.create_model('perf');
set search_path = perf;
update setting set suppress_below = 1;
insert into unit values ('gov', null, 'Government'), ('edu', 'gov', 'Education');
insert into program (program_id, fiscal_year, name, unit_id) select 'p' || n, 2026, 'P', 'edu' from generate_series(1, 8) n;
insert into indicator (program_id, fiscal_year, indicator_id, name) select program_id, 2026, 'i', 'I' from program;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target) select program_id, 2026, 'i', '2026-01-01', '>= 100' from program;
insert into program (program_id, fiscal_year, name, unit_id) select 'old', y, 'Old', 'edu' from generate_series(2017, 2020) y;
});

# views and tables in every order, several in one transaction
srand(20260101);
my @reads = map { "select from perf.$_ limit 1; select pg_sleep(0.01);" } qw(program_state program_look evaluation_state
	node_program node_tree indicator_score program_slice program_result objective_part year_result measurement stage_event unit_total published_result);
my @writes = map { "insert into perf.$_;" } (
	q{measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('p1', 2026, 'i', '2026-06-30', 1)},
	q{budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('p2', 2026, 'approved', '2026-01-01', 1)},
	q{target_revision (program_id, fiscal_year, indicator_id, valid_from, target) values ('p3', 2026, 'i', '2026-02-01', '>= 90')},
	q{evaluation_event (program_id, fiscal_year, evaluation, at, event) values ('p4', 2026, 'self', clock_timestamp(), 'opened')});

sub some
{
	my ($count, @of) = @_;
	return map { $of[ int(rand(@of)) ] } 1 .. $count;
}

my @sessions;
for my $n (1 .. 6)
{
	my $writes = $n > 3;
	my $script = join('', map { 'begin;' . join('', some(5, @reads, $writes ? (@writes) x 3 : ())) . "commit;\n" } 1 .. 40);
	# from a file, so that they go on by themselves
	my $file = PostgreSQL::Test::Utils::tempdir . "/session$n.sql";
	append_to_file($file, $script . "select 'all of it';\n");
	my %session = (out => '', err => '');
	$session{run} = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-f', $file, '-d', $node->connstr('postgres') ],
		'>', \$session{out}, '2>', \$session{err}, IPC::Run::timeout(180));
	push @sessions, \%session;
}
for my $round (1 .. 6)
{
	# something is made otherwise, so that what hangs on it has to be made again
	$node->safe_psql('postgres', 'alter view perf.program_look set (security_barrier = true)') if $round % 3;
	my ($code, $out, $err) = $node->psql('postgres', "select bpm.upgrade_model('perf')", timeout => 120);
	is($code . $err, '0', "upgrade $round is made beside them");
}
foreach my $session (@sessions)
{
	eval { $session->{run}->finish; };
	is($session->{err}, '', 'a session that reads and writes meanwhile waits, and has no error');
	like($session->{out}, qr/all of it\s*$/, 'and goes on');
}
is($node->safe_psql('postgres', q{select count(*) from perf.model_object o left join pg_class c on c.relname = o.name and c.relnamespace = 'perf'::regnamespace
	where o.kind = 'view' and (c.oid is null or c.reloptions is distinct from '{security_invoker=true}')}), '0', 'all views are as they should be');
unlike(slurp_file($node->logfile), qr/deadlock detected/, 'there was no deadlock');

# several at once: one after the other, each by the hash of the one before
my @publishers = map {
	my %p = (out => '', err => '');
	$p{run} = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres'),
		'-c', "select perf.publish($_)" ], '>', \$p{out}, '2>', \$p{err}, IPC::Run::timeout(60));
	\%p;
} 2017 .. 2020;
foreach my $p (@publishers)
{
	eval { $p->{run}->finish; };
	like($p->{out} . $p->{err}, qr/^20\d\d effective\n\z/, 'published by several at once');
}
is($node->safe_psql('postgres', q{select count(*), count(b.n) from perf.publication p
	left join perf.publication b on b.n = p.n - 1 and b.hash = p.previous_hash}), '4|3', 'in one chain');

$node->stop;
done_testing();
