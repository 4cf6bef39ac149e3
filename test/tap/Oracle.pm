# What the oracles share: cases of a seed, and a server that answers for all of them in one statement.
#
# An oracle is a second implementation, written from the reference alone. BPM_CASES says how many cases there are,
# BPM_SEED which ones; without them they are always the same.
package Oracle;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(cases below one_in any literal start ask same);

my $seed = $ENV{BPM_SEED} // 20;

srand($seed);

sub cases
{
	my ($most) = @_;
	my $cases = $ENV{BPM_CASES} || $most;

	note("BPM_CASES=$cases BPM_SEED=$seed");
	return $cases;
}

# 0 to n - 1
sub below
{
	return int(rand($_[0]));
}

sub one_in
{
	return below($_[0]) == 0;
}

sub any
{
	return $_[ below(scalar @_) ];
}

sub literal
{
	my ($value) = @_;

	return 'null' unless defined $value;
	$value =~ s/'/''/g;
	return "'$value'";
}

# A server with the extension, whose database is one of UTF-8.
sub start
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new("bpm_$name");

	$node->init;
	$node->append_conf('postgresql.conf', "timezone = UTC\nfsync = off\njit = off");
	$node->start;
	$node->safe_psql('postgres', "create database oracle template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
	$node->safe_psql('oracle', 'create extension bpm; set client_min_messages = warning');
	return $node;
}

# The rows as lists of columns, each of which has neither a tab nor a line end; NULL is undef.
sub ask
{
	my ($node, $sql) = @_;
	my ($status, $out, $error) = $node->psql('oracle', $sql, extra_params => [ '-F', "\t", '-P', 'null=\N' ], on_error_stop => 1);

	die "$error\n" if $status != 0;
	return map { [ map { $_ eq '\N' ? undef : $_ } split(/\t/, $_, -1) ] } split(/\n/, $out);
}

# All cases are as they should be; else the first of those that are not.
sub same
{
	my ($name, @wrong) = @_;

	ok(@wrong == 0, $name);
	diag(scalar(@wrong) . " are not, among them:\n" . join("\n", @wrong[ 0 .. ($#wrong < 9 ? $#wrong : 9) ])) if @wrong;
	return;
}

1;
