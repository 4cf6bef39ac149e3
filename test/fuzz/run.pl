# Feeds the types and functions of bpm inside a backend: see README.md. The server is the one of PGHOST.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);

my $cases = $ENV{N} || 100000;
my $seed = $ENV{SEED} || 1 + int(rand(2**31 - 2));
my $home = dirname(abs_path($0));
my $note = ($ENV{TMPDIR} || '/tmp') . "/bpm_fuzz_note.$$";
my %total = (passed => 0, failed => 0);

$| = 1;
$ENV{PGOPTIONS} = '-c client_min_messages=warning -c jit=off -c statement_timeout=300s';

sub psql
{
	my ($database, @arguments) = @_;

	open(my $out, '-|', 'psql', '-XqAt', '-F', "\t", '-v', 'ON_ERROR_STOP=1', '-d', $database, @arguments) or die "psql: $!";
	my $said = do { local $/; <$out> };
	return (close($out), defined $said ? $said : '');
}

# what the backend was doing when it was lost
sub last_words
{
	open(my $file, '<:raw', $note) or return '(nothing is known)';
	my $said = do { local $/; <$file> };
	$said =~ s/\0.*//s;
	return $said eq '' ? '(nothing is known)' : $said;
}

# The server comes back by itself after a crash.
sub wait_for_server
{
	for (1 .. 300)
	{
		return if (psql('postgres', '-c', 'select 1'))[0];
		select(undef, undef, undef, 0.1);
	}
	die "the server is gone\n";
}

sub make_database
{
	my ($name, $encoding) = @_;

	foreach my $command ([ 'postgres', '-c', "drop database if exists $name" ],
		[ 'postgres', '-c', "create database $name template template0 encoding '$encoding' lc_collate 'C' lc_ctype 'C'" ],
		[ $name, '-c', 'create extension bpm' ],
		[ $name, '-v', "module=$home/bpm_fuzz", '-f', "$home/fuzz.sql" ])
	{
		my ($ok, $said) = psql(@$command);
		die "$name cannot be made: $said\n" unless $ok;
	}
	return;
}

# So many cases, in parts, because only the end of a part is heard. $call has %d where the first case and the
# number of cases stand.
sub run_cases
{
	my ($what, $database, $count, $part, $call) = @_;
	my %sum = (passed => 0, kept => 0, failed => 0);

	for (my $first = 1; $first <= $count; $first += $part)
	{
		my $n = $first + $part > $count ? $count - $first + 1 : $part;
		my ($ok, $said) = psql(
			$database, '-c', "select fuzz.keep_note('$note')",
			'-c', "create temp table part as select * from " . sprintf($call, $first, $n),
			'-c', 'select passed, kept, failed from part', '-c', 'select unnest(failures) from part');

		if ($ok && $said =~ /^\s*(\d+)\t(\d+)\t(\d+)\n(.*)/s)
		{
			$sum{passed} += $1;
			$sum{kept} += $2;
			$sum{failed} += $3;
			print "$what: seed $seed, in $database\n$4\n" if $3 > 0;
		}
		else
		{
			# the rest of the part is lost with it
			$sum{failed}++;
			print "$what: seed $seed, in $database: THE SERVER WAS LOST, or a case took minutes, at\n    ", last_words(), "\n";
			wait_for_server();
		}
	}
	printf "%-24s %9d cases, %9d kept, %d failed\n", $what, $sum{passed} + $sum{failed}, $sum{kept}, $sum{failed};
	$total{$_} += $sum{$_} foreach keys %total;
	return;
}

print "bpm: make fuzz N=$cases SEED=$seed", $ENV{SANITIZE} ? " SANITIZE=$ENV{SANITIZE}" : '', "\n";
make_database('fuzz', 'UTF8');
make_database('fuzz_ascii', 'SQL_ASCII');

my @types = qw(target scale rollup lifecycle tree);
my $each = int($cases / @types);
foreach my $type (@types)
{
	# of ten inputs six are texts, two texts of any bytes, two binary
	my $read = "fuzz.read('bpm.$type', %s, $seed, %%d, %%d)";

	run_cases("$type: texts", 'fuzz', int($each * 6 / 10), 5000, sprintf($read, 'false'));
	run_cases("$type: bytes as texts", 'fuzz_ascii', int($each * 2 / 10), 5000, sprintf($read, 'false'));
	run_cases("$type: binary", 'fuzz', $each - int($each * 6 / 10) - int($each * 2 / 10), 5000, sprintf($read, 'true'));
}
run_cases('statements', 'fuzz', int($cases / 5), 1000, "fuzz.call($seed, %d, %d)");

unlink $note;
print "values and statements: $total{passed} passed, $total{failed} failed\n";
exit($total{failed} ? 1 : 0);
