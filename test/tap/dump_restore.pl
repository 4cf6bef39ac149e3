# What is stored survives pg_dump and pg_restore, as text and in the custom format, and COPY BINARY; views over
# the aggregates are restored; the dump of what was restored is the same dump.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Stored qw(stored_sql fingerprint_sql by_index_sql);
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('bpm_dump');
$node->init;
$node->start;

my @connection = ('-h', $node->host, '-p', $node->port);
my $dir = PostgreSQL::Test::Utils::tempdir;

$node->safe_psql('postgres', "create database original template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
$node->safe_psql('original', stored_sql());
my $fingerprint = $node->safe_psql('original', fingerprint_sql());
like($fingerprint, qr/^[0-9a-f]{32} 3\d\d\d$/, 'there is something to keep');
is($node->safe_psql('original', by_index_sql(1)), $node->safe_psql('original', by_index_sql(0)),
	'the indexes find what is there');

sub dump_text
{
	my ($database) = @_;
	my $text = `pg_dump -h '$connection[1]' -p $connection[3] '$database'`;

	# newer versions print a random key
	$text =~ s/^\\(un)?restrict .*$//mg;
	return $text;
}

sub restored_ok
{
	my ($database, $how) = @_;

	is($node->safe_psql($database, fingerprint_sql()), $fingerprint, "$how: the same to the last digit");
	is($node->safe_psql($database, by_index_sql(1)), $node->safe_psql('original', by_index_sql(0)),
		"$how: the indexes find the same");
	is(dump_text($database), dump_text('original'), "$how: dumps as the original does");
	is( $node->safe_psql(
			$database, q{insert into app.indicator (id, unit, target, actual, weight) values (5000, 1, '>= 80', 60, 1) returning score}),
		'75.00000000',
		"$how: the generated column works");
	return;
}

my $plain = "$dir/plain.sql";
my $custom = "$dir/custom.dump";

$node->command_ok([ 'pg_dump', @connection, '-f', $plain, 'original' ], 'pg_dump as text');
$node->command_ok([ 'pg_dump', @connection, '-Fc', '-f', $custom, 'original' ], 'pg_dump in custom format');
$node->safe_psql('postgres', "create database $_ template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'")
  for qw(from_text from_custom);
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @connection, '-o', "$dir/out", '-d', 'from_text', '-f', $plain ],
	'the text is restored without an error');
restored_ok('from_text', 'from text');
$node->command_ok([ 'pg_restore', @connection, '-e', '-j', '2', '-d', 'from_custom', $custom ],
	'pg_restore, two jobs, without an error');
restored_ok('from_custom', 'from custom format');

# COPY BINARY out of one and into another
my @tables = (
	[ 'app.indicator', 'id, unit, target, more, actual, weight' ],
	[ 'app.band', 'id, scale' ],
	[ 'app.monthly', 'unit, month, r' ]);
$node->safe_psql('postgres', "create database copied template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
$node->safe_psql('copied', stored_sql());
$node->safe_psql('copied', 'truncate app.indicator, app.band, app.monthly');
foreach my $table (@tables)
{
	my ($name, $columns) = @$table;
	$node->safe_psql('original', "copy $name ($columns) to '$dir/$name' (format binary)");
	$node->safe_psql('copied', "copy $name ($columns) from '$dir/$name' (format binary)");
}
$node->safe_psql('copied', 'refresh materialized view app.ranked');
restored_ok('copied', 'COPY BINARY');

# DROP EXTENSION does not take tables with it
my ($status, $out, $err) = $node->psql('copied', 'drop extension bpm');
isnt($status, 0, 'the extension cannot be dropped while tables use its types');
like($err, qr/cannot drop extension bpm because other objects depend on it/, '… and the server says why');

$node->stop;
done_testing();
