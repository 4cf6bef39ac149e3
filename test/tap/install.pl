# Installing beside what is there, and settings that were there before the library: nothing is adopted, and nothing is
# forgotten without a word.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('bpm_install');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nfsync = off\nclient_min_messages = warning");
$node->start;
$node->safe_psql('postgres', 'create role mallory login; create role dba login superuser;');

sub failure
{
	my ($database, $sql, @options) = @_;
	my ($status, $out, $err) = $node->psql($database, $sql, @options);

	return $status == 0 ? "succeeded: $out" : $err;
}

# --------------------------------------------------------------------------------------------------
# a schema bpm that is already there
# --------------------------------------------------------------------------------------------------
foreach my $case (
	[ 'a schema of another role', 'create schema bpm authorization mallory', qr/schema "bpm" already exists and belongs to role "mallory".*HINT:.*ALTER SCHEMA bpm OWNER TO/s ],
	[ 'a schema in which another role may create', 'create schema bpm; grant create on schema bpm to mallory', qr/others may create objects in schema "bpm".*These are mallory;.*HINT:.*REVOKE CREATE/s ],
	[ 'a schema in which everybody may create', 'create schema bpm; grant all on schema bpm to public', qr/These are PUBLIC;/ ],
	[
		'a schema with functions that would win', q{create schema bpm; create function bpm.score(integer, text) returns numeric language sql as 'select 100'},
		qr/schema "bpm" already holds functions or operators.*One is bpm\.score\(integer, text\)/s
	])
{
	my ($what, $setup, $message) = @$case;

	$node->safe_psql('postgres', 'create database adopted template template0');
	$node->safe_psql('adopted', $setup);
	like(failure('adopted', 'create extension bpm'), $message, "$what is not adopted");
	is($node->safe_psql('adopted', q{select count(*) from pg_extension where extname = 'bpm'}), 0, "$what: nothing is installed");
	$node->safe_psql('postgres', 'drop database adopted');
}
foreach my $case (
	[ 'an empty schema of the installing role', 'create schema bpm' ],
	[ 'an empty schema of another superuser, as a restored dump makes it', 'create schema bpm authorization dba; grant usage on schema bpm to public' ],
	[ 'a schema with a table', 'create schema bpm; create table bpm.mine (id integer)' ])
{
	my ($what, $setup) = @$case;

	$node->safe_psql('postgres', 'create database adopted template template0');
	is(failure('adopted', "$setup; create extension bpm"), 'succeeded: ', "$what is taken");
	$node->safe_psql('postgres', 'drop database adopted');
}
$node->safe_psql('postgres', 'create extension bpm');
like(failure('postgres', 'set role mallory; create function bpm.score(integer, text) returns numeric language sql return 100'),
	qr/permission denied for schema bpm/, 'once installed nobody else can add to it');

# --------------------------------------------------------------------------------------------------
# settings from before the library was loaded
# --------------------------------------------------------------------------------------------------
my $both = q{select bpm.as_of(), bpm.known_at() at time zone 'UTC'};
is($node->safe_psql('postgres', "set bpm.as_of = '2026-06-05'; set bpm.known_at = '2026-06-05 22:00:00+02'; $both"),
	'2026-06-05|2026-06-05 20:00:00', 'what was set before is what counts after');
is($node->safe_psql('postgres', $both), '|', 'unset, both are NULL');
foreach my $junk ('yesterday', '05.06.2026', '2026-02-30')
{
	like(
		failure('postgres', "set bpm.as_of = '$junk'; select bpm.as_of()"),
		qr/^psql:<stdin>:1: ERROR:  invalid value for parameter "bpm.as_of": "\Q$junk\E"\nDETAIL:  It is no date of the calendar\.\nHINT:  Write a date as YYYY-MM-DD/,
		"junk that was set before ($junk) is an error at first use, and not a warning and another day");
}
like(failure('postgres', "set bpm.known_at = '2026-06-05'; select bpm.known_at()"), qr/invalid value for parameter "bpm.known_at"/, 'so is a time without its offset');
is($node->safe_psql('postgres', "set bpm.as_of = 'junk'; select bpm.score(95, '>= 90')"), '100.00000000', 'what does not ask for the day is not stopped by it');
is($node->safe_psql('postgres', "set bpm.as_of = 'junk'; select bpm.score(95, '>= 90'); set bpm.as_of = '2026-06-05'; select bpm.as_of()"),
	"100.00000000\n2026-06-05", 'and it can be put right');
like(failure('postgres', "select bpm.score(95, '>= 90'); set bpm.as_of = 'junk'"), qr/ERROR:  invalid value for parameter "bpm.as_of": "junk"/, 'afterwards junk is refused at once');
my (undef, $shown, $warning) = $node->psql('postgres', "set bpm.asof = '2026-06-05'; select bpm.as_of() is null; select count(*) from pg_settings where name = 'bpm.asof'");
is($shown, "t\n0", 'a misspelt setting is gone once the library is loaded');
like($warning, qr/WARNING:  invalid configuration parameter name "bpm.asof"/, 'with a warning that names it');
like(failure('postgres', "select bpm.as_of(); set bpm.asof = '2026-06-05'"), qr/ERROR:  invalid configuration parameter name "bpm.asof"/, 'and refused from then on');

# for a database, for a role, for all
$node->safe_psql('postgres', q{alter database postgres set bpm.as_of = '2026-06-05'});
is($node->safe_psql('postgres', $both), '2026-06-05|', 'ALTER DATABASE sets it');
$node->safe_psql('postgres', q{alter database postgres set bpm.as_of = 'junk'});
like(failure('postgres', $both), qr/ERROR:  invalid value for parameter "bpm.as_of": "junk"/, 'junk of ALTER DATABASE raises at first use');
$node->safe_psql('postgres', q{alter database postgres reset bpm.as_of});

# a worker is handed what its leader has, valid or not
my $parallel = q{set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; set max_parallel_workers_per_gather = 2;};
$node->safe_psql('postgres', 'create table facts as select g from generate_series(1, 20000) g; analyze facts; grant select on facts to public');
like(failure('postgres', "set bpm.as_of = 'junk'; $parallel select count(*) from facts where bpm.as_of() is null"), qr/ERROR:  invalid value for parameter "bpm.as_of": "junk"/,
	'in a parallel plan too');
is($node->safe_psql('postgres', "set bpm.as_of = 'junk'; $parallel select count(bpm.score(g, '>= 5')) from facts"), '20000', 'whose workers are not stopped by what nobody asks for');

$node->stop;
done_testing();
