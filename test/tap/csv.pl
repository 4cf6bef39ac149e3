# csv_line and csv_header print what COPY prints, byte by byte, and sha256_lines is what SHA-256 says of that file: rows
# of chance with texts that hurt, in every kind of type, under other settings and in databases of other encodings.
# BPM_CASES says how many rows there are, BPM_SEED which ones.
use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use Oracle;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $cases = cases(2000);
my $node = PostgreSQL::Test::Cluster->new('bpm_csv');
my $file = PostgreSQL::Test::Utils::tempdir . '/out';

$node->init;
$node->append_conf('postgresql.conf', "fsync = off\njit = off\nautovacuum = off\ntimezone = UTC");
$node->start;

# letters, as code points, that the encoding of a database has
my %letters = (
	utf8 => [ 0xe9, 0x20ac, 0x8d22, 0x1f600, 0x2028, 0xa0, 0xfeff, 0x301 ],
	latin1 => [ 0xe9, 0xff, 0xa0, 0xdc ],
	euc_jp => [ 0x3042, 0x30bd, 0x8868, 0x4e88 ],
	sql_ascii => []);
my @pieces = ('a', 'b c', ',', '"', '""', "\n", "\r", "\r\n", '\\', '\\.', '\\N', ';', "'", "\t", ' ', '  ', "\x01", "\x7f", '{', '}', '(', ')', 'NULL', '#', '=', '0', '-1.5');

# exactly what psql writes, in UTF-8
sub printed
{
	my ($database, $settings, $statement, $names) = @_;
	my $error;

	unlink $file;
	local $ENV{PGCLIENTENCODING} = 'UTF8';
	local $ENV{PGOPTIONS} = $settings;
	IPC::Run::run([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', $file, '-d', $node->connstr($database), '-c', $statement ], '2>', \$error)
	  or return "failed: $error";
	return slurp_bytes();
}

sub slurp_bytes
{
	open(my $in, '<:raw', $file) or die "$file: $!";
	local $/;
	return scalar <$in>;
}

# a text, as SQL writes it
sub text
{
	my ($database) = @_;
	my @own = @{ $letters{$database} };
	my $text = '';

	return 'null' if one_in(8);
	return "''" if one_in(10);
	return "E'\\\\.'" if one_in(20);
	for (0 .. below(6))
	{
		if (@own && one_in(3))
		{
			$text .= sprintf('\\U%08X', any(@own));
			next;
		}
		my $piece = any(@pieces);
		$piece =~ s/([\\'])/\\$1/g;
		$piece =~ s/([\x00-\x1f\x7f])/sprintf('\\x%02x', ord $1)/ge;
		$text .= $piece;
	}
	return "E'$text'";
}

sub number
{
	return 'null' if one_in(8);
	return any(qw('NaN' 'Infinity' '-Infinity' 0 -0.0 1e131 1e-30)) if one_in(8);
	return any('', '-') . below(1000000) . any('', '.5', '.00000001', '.10', '0000000000000000000000.000');
}

sub row
{
	my ($database, $id) = @_;
	my ($a, $b, $c, $d) = map { text($database) } 1 .. 4;
	my $whole = one_in(6) ? 'null' : below(2000) - 1000;
	my $days = one_in(6) ? '(null::integer)' : below(400000) - 200000;

	return "($id, $a, $b, " . number() . ", $whole, " . any('null', 'true', 'false') . ", cast($days as float8) / " . (1 + below(7)) .
	  ", date '2026-01-01' + $days, timestamptz '2026-01-01 00:00:00+00' + $days * interval '1 hour 1.25 seconds', timestamp '2026-01-01' + $days * interval '1 minute'" .
	  ", $days * interval '1 day 3 seconds', convert_to($a, getdatabaseencoding()), array[$b, $c, $d], array[$whole, null, $days]::integer[]" .
	  ", row($c, " . number() . ")::pair, to_json(cast($a as text)), to_jsonb(cast($b as text)), daterange(date '2026-01-01', date '2026-01-01' + abs($days)), $d)";
}

foreach my $database (sort keys %letters)
{
	my $count = $database eq 'utf8' ? $cases : int($cases / 10) + 1;

	$node->safe_psql('postgres', "create database $database template template0 encoding '$database' lc_collate 'C' lc_ctype 'C'");
	$node->safe_psql($database, q{
create extension bpm;
create type pair as (text text, number numeric);
create domain word as text;
create table hostile (id integer primary key, a text, "b, ""B""" varchar, n numeric, i bigint, t boolean, f float8, d date, z timestamptz, s timestamp, v interval, b bytea, texts text[], numbers integer[],
    p pair, j json, k jsonb, r daterange, w word, gone text, length integer generated always as (length(a)) stored);
alter table hostile drop column gone;
});
	local $ENV{PGCLIENTENCODING} = 'UTF8';
	for (my $first = 1; $first <= $count; $first += 500)
	{
		my $last = $first + 499 < $count ? $first + 499 : $count;
		$node->safe_psql($database, 'insert into hostile values ' . join(",\n", map { row($database, $_) } $first .. $last));
	}
	# a column that the rows so far do not have
	$node->safe_psql($database, q{alter table hostile add column late text default 'so, "late"'});

	foreach my $settings ('', '-c datestyle=German -c timezone=Asia/Kathmandu -c intervalstyle=sql_standard -c bytea_output=escape -c extra_float_digits=-5',
		'-c datestyle=SQL,DMY -c timezone=America/New_York -c intervalstyle=postgres_verbose -c extra_float_digits=0')
	{
		my $copied = printed($database, $settings, 'copy (select * from hostile order by id) to stdout (format csv)');
		my $lines = printed($database, $settings, 'select bpm.csv_line(h) from hostile h order by id');
		my $digest = printed($database, $settings, 'select bpm.sha256_lines(bpm.csv_line(h) order by id) from hostile h');
		my $what = "$database, " . ($settings || 'settings of the server');

		cmp_ok(length $copied, '>', 100 * $count, "$what: COPY wrote $count rows");
		ok($lines eq $copied, "$what: the lines are those of COPY") or diag(first_difference($copied, $lines));
		is($digest, sha256_hex($copied) . "\n", "$what: and the digest that of the file");
	}
	is(printed($database, '', 'select bpm.csv_header(null::hostile)') . printed($database, '', 'select bpm.csv_line(h) from hostile h where id = 1'),
		printed($database, '', 'copy (select * from hostile where id = 1) to stdout (format csv, header)'), "$database: the header is that of COPY");

	# every column alone, where \. and what is empty matter
	my @wrong;
	foreach my $column ('a', '"b, ""B"""', qw(n b texts p j w late))
	{
		my $copied = printed($database, '', "copy (select $column from hostile order by id) to stdout (format csv, header)");
		my $lines = printed($database, '', "select case when place = 0 then bpm.csv_header(c) else bpm.csv_line(c) end
			from (select 0 as place, (select min(id) from hostile) as at union all select id, id from hostile) o, lateral (select $column from hostile where id = at) c order by place");

		push @wrong, "$column: " . first_difference($copied, $lines) if $lines ne $copied;
	}
	same("$database: rows of one column, with the header", @wrong);
}

# where they part
sub first_difference
{
	my ($copied, $lines) = @_;
	my @copied = split /\n/, $copied, -1;
	my @lines = split /\n/, $lines, -1;

	foreach my $i (0 .. $#copied)
	{
		return 'line ' . ($i + 1) . ": COPY has\n$copied[$i]\nnot\n" . ($lines[$i] // '(nothing)') if $copied[$i] ne ($lines[$i] // '(nothing)');
	}
	return 'there is more than COPY has';
}

# what COPY cannot write in UTF-8 has no digest either
$node->safe_psql('sql_ascii', "create table byte as select convert_from('\\x61ff', 'SQL_ASCII') as b");
foreach my $statement ('copy (select b from byte) to stdout (format csv)', 'select bpm.sha256_lines(b) from byte')
{
	like(printed('sql_ascii', '', $statement), qr/^failed: ERROR:  invalid byte sequence for encoding "UTF8": 0xff/, "a byte that is no UTF-8 is refused: $statement");
}

# tables that are there anyhow: names, oids, lists of rights, trees of nodes
my @wrong;
foreach my $table (qw(pg_class pg_proc pg_type pg_attribute pg_index pg_rewrite pg_opclass pg_am pg_collation pg_database pg_stats pg_operator pg_aggregate pg_views))
{
	my $copied = printed('utf8', '', "copy (select * from $table t order by t::text collate \"C\") to stdout (format csv)");
	my $lines = printed('utf8', '', "select bpm.csv_line(t) from $table t order by t::text collate \"C\"");

	push @wrong, "$table: " . first_difference($copied, $lines) if $lines ne $copied;
}
same('the catalogs of the server, as COPY has them', @wrong);

$node->stop;
done_testing();
