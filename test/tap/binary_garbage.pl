# What arrives in binary is checked: a damaged file gives a clean error or a valid value, never a crash.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('bpm_garbage');
$node->init;
$node->start;
$node->safe_psql('postgres', "create database garbage template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
my $dir = PostgreSQL::Test::Utils::tempdir;

my %values = (
	target => [
		'>= 95%', '<= 12.5 [days]', '90..110%', 'points(0:0, 50:80, 100:120)', 'direct floor 60 cap 120', 'by 2026-06-30 lose 2 per 1', '<= 12 ratio cap 150',
		'>= 99999999999999999999.00000001', '>= 10 lose 5 per 1 over 120 lose 2', "= 5 [\x{e4}\x{bb}\x{b6}]" ],
	lifecycle => [
		'draft -> approved -> executing -> closed [after 90 days]; executing -> adjusted -> executing [within 30 days, by finance]; * -> cancelled',
		'"a b" -> c; c -> d [by "x y"]', "\x{e8}\x{8d}\x{89} -> b" ],
	tree => [
		'{text, require 30, weakest, total 100, bounds 1..99.5, round 3} ("a ""b"", c",,,) ("","a ""b"", c",99.5,) ("e)","a ""b"", c",0.5,7.25)',
		'{integer, zero} ("1",,,,geometric) ("-2","1",1,50) ("3","1",2,)',
		'{uuid, error} ("00000000-0000-0000-0000-000000000001",,,) ("00000000-0000-0000-0000-000000000002","00000000-0000-0000-0000-000000000001",1,4)' ],
	scale => [ 'excellent >= 90, good >= 80, fair >= 60, poor', '"a b" >= 1, "c, d" round 0', 'A < 5, B <= 5, C < 15, D' ],
	rollup => [
		'rows 3 scored 2 weight 10 scored_weight 7 sum 560',
		'rows 72057594037927935 scored 1 weight 1701411834604692317316873037158.84105727 scored_weight 0.1 sum -17014118346046923173168.7303715884105728',
		'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
		'rows 3 scored 2 weight 10 scored_weight 7 sum 560 beyond -60.5' ]);

$node->safe_psql(
	'garbage', q{
create extension bpm;
create table target (v bpm.target); create table scale (v bpm.scale); create table rollup (v bpm.rollup);
create table lifecycle (v bpm.lifecycle); create table tree (v bpm.tree);
-- what a file gives: SQLSTATE and message, or "kept" when all its values are valid
create function load_file(which text, file text) returns text language plpgsql as $$
declare
    same boolean;
    state text; message text; detail text;
begin
    execute format('truncate %I', which);
    execute format('copy %I from %L (format binary)', which, file);
    execute format('select coalesce(bool_and(v::text::bpm.%I::text = v::text), true) from %I', which, which) into same;
    return case when same then 'kept' else 'KEPT WHAT IS NOT VALID' end;
exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text, detail = pg_exception_detail;
    return concat_ws(' | ', state, message, nullif(detail, ''));
end $$;
});

# a COPY file in binary with one column
sub copy_file
{
	my @fields = @_;

	return "PGCOPY\n\377\r\n\0" . pack('NN', 0, 0) . join('', map { pack('nN', 1, length $_) . $_ } @fields) . pack('n', 0xFFFF);
}

sub write_file
{
	my ($name, $content) = @_;

	open(my $file, '>:raw', "$dir/$name") or die "$dir/$name: $!";
	print $file $content;
	close($file) or die "$dir/$name: $!";
	return;
}

# --------------------------------------------------------------------------------------------------
# each kind of damage, by hand
# --------------------------------------------------------------------------------------------------
sub rollup_field
{
	my ($version, $rows, $scored, @figures) = @_;

	# what is beyond 100 is seldom anything
	push @figures, 0 if @figures == 3;

	# figures that fit 63 bits, sign extended
	return pack('Cq>q>', $version, $rows, $scored) . join('', map { pack('q>q>', $_ < 0 ? -1 : 0, $_) } @figures);
}
my $rollup = rollup_field(1, 3, 2, 1000000000, 700000000, 5600000000000000000);
my @cases = (
	[ 'rollup', $rollup, qr/^kept$/, 'the undamaged one' ],
	[ 'rollup', '', qr/^08P01 \| no data left in message/, 'nothing' ],
	[ 'rollup', substr($rollup, 0, 40), qr/^08P01 \| insufficient data left in message/, 'too few bytes' ],
	[ 'rollup', "${rollup}x", qr/^22P03 \| invalid binary value for type bpm.rollup \| Bytes follow the value\.$/, 'trailing bytes' ],
	[ 'rollup', "\2" . substr($rollup, 1), qr/^22P03 \| unsupported binary version 2 for type bpm.rollup/, 'another version' ],
	[ 'rollup', rollup_field(1, -3, 2, 10, 7, 5), qr/^22P03 .*A count is negative\.$/, 'a negative count' ],
	[ 'rollup', rollup_field(1, 3, 4, 10, 7, 5), qr/^22P03 .*There are more scored rows than rows\.$/, 'more scored rows than rows' ],
	[ 'rollup', rollup_field(1, 9223372036854775807, 4, 10, 7, 5), qr/^22P03 .*The row count is too large\.$/, 'a count beyond the limit' ],
	[ 'rollup', rollup_field(1, 3, 2, -10, -10, 5), qr/^22P03 .*A weight is negative\.$/, 'a negative weight' ],
	[ 'rollup', rollup_field(1, 3, 2, 10, 11, 5), qr/^22P03 .*The scored weight is above the total\.$/, 'a scored weight above the total' ],
	[ 'rollup', rollup_field(1, 3, 2, 10, 0, 5), qr/^22P03 .*There is a sum without scored weight\.$/, 'a sum of nothing' ],
	[ 'rollup', rollup_field(1, 3, 3, 10, 10, 5, 1), qr/^22P03 .*There is something beyond 100 without missing weight\.$/, 'something beyond nothing' ],
	[ 'rollup', rollup_field(1, 3, 2, 10, 7, 5, -9), qr/^kept$/, 'something beyond what is missing' ],
	[ 'target', "\1>= 95", qr/^kept$/, 'the undamaged one' ],
	[ 'target', '', qr/^08P01 \|/, 'nothing' ],
	[ 'target', "\1", qr/^22P02 \| invalid input syntax for type bpm.target/, 'no text' ],
	[ 'target', "\7>= 95", qr/^22P03 \|/, 'another version' ],
	[ 'target', "\1>= 95 step 3", qr/^22P02 \|/, 'trailing text' ],
	[ 'target', "\1= 5 [\xff\xfe]", qr/^22021 \| invalid byte sequence/, 'invalid bytes' ],
	[ 'target', "\1>= 9\0005", qr/^(22021|22P0[23]) \|/, 'a zero byte' ],
	[ 'target', "\1>= 1e5" . ('9' x 5000), qr/^(54000|22P02) \|/, 'text without end' ],
	[ 'target', "\1>= 1" . ('0' x 60), qr/^22003 \|/, 'a figure out of range' ],
	[ 'scale', "\1good >= 50, bad", qr/^kept$/, 'the undamaged one' ],
	[ 'scale', '', qr/^08P01 \|/, 'nothing' ],
	[ 'scale', "\2good >= 50, bad", qr/^22P03 \|/, 'another version' ],
	[ 'scale', "\1good >= 50, bad >= 60", qr/^22P02 \|/, 'rising bands' ],
	[ 'scale', "\1good >= 50, b\xc3", qr/^22021 \| invalid byte sequence/, 'invalid bytes' ],
	[ 'lifecycle', "\1a -> b", qr/^kept$/, 'the undamaged one' ],
	[ 'lifecycle', '', qr/^08P01 \|/, 'nothing' ],
	[ 'lifecycle', "\7a -> b", qr/^22P03 \|/, 'another version' ],
	[ 'lifecycle', "\1a -> b; c -> d", qr/^22P02 \|/, 'an unreachable stage' ],
	[ 'lifecycle', "\1a -> b\xc3", qr/^22021 \| invalid byte sequence/, 'invalid bytes' ],
	[ 'tree', "\1{text, zero} (\"r\",,,1)", qr/^kept$/, 'the undamaged one' ],
	[ 'tree', '', qr/^08P01 \|/, 'nothing' ],
	[ 'tree', "\7{text, zero} (\"r\",,,1)", qr/^22P03 \|/, 'another version' ],
	[ 'tree', "\1{integer, zero} (\"-\",,,1)", qr/^22P02 \|/, 'an id that is a sign' ],
	[ 'tree', "\1{text, zero} (\"r\",\"r\",,1)", qr/^22023 \|/, 'a loop' ],
	[ 'tree', "\1{text, zero} (\"\xc3\",,,1)", qr/^22021 \| invalid byte sequence/, 'invalid bytes' ]);
my $script = '';
for my $i (0 .. $#cases)
{
	write_file("case_$i", copy_file($cases[$i][1]));
	$script .= "select load_file('$cases[$i][0]', '$dir/case_$i');\n";
}
my @given = split /\n/, $node->safe_psql('garbage', $script);
like($given[$_], $cases[$_][2], "$cases[$_][0]: $cases[$_][3]") for 0 .. $#cases;

# --------------------------------------------------------------------------------------------------
# thousands of files, each damaged at a place: bytes changed, cut, doubled; the same ones in every run
# --------------------------------------------------------------------------------------------------
my $seed = 20;

sub chance
{
	my ($n) = @_;

	$seed = ($seed * 1103515245 + 12345) % 2147483648;
	return int($seed / 65536) % $n;
}

foreach my $type (sort keys %values)
{
	my @files;
	my %outcome;
	my $list = join(', ', map { my $v = $_; $v =~ s/'/''/g; "('$v')" } @{ $values{$type} });

	$node->safe_psql('garbage', "truncate $type; insert into $type values $list");
	$node->safe_psql('garbage', "copy $type to '$dir/$type' (format binary)");
	my $whole = PostgreSQL::Test::Utils::slurp_file("$dir/$type");
	for my $i (1 .. 700)
	{
		my $damaged = $whole;
		my $place = 19 + chance(length($whole) - 19);
		my $how = chance(5);

		substr($damaged, $place, 1) = chr(chance(256)) if $how <= 1;
		substr($damaged, $place, 1) ^= chr(1 << chance(8)) if $how == 2;
		substr($damaged, $place, 1 + chance(8)) = '' if $how == 3;
		substr($damaged, $place, 0) = substr($whole, 19 + chance(length($whole) - 19), 1 + chance(8)) if $how == 4;
		write_file("$type.$i", $damaged);
	}
	foreach my $line (split /\n/, $node->safe_psql('garbage', "select load_file('$type', '$dir/$type.' || i) from generate_series(1, 700) i"))
	{
		$outcome{ $line =~ /^([0-9A-Z]{5}) \|/ ? $1 : $line }++ unless $line !~ /^([0-9A-Z]{5} \||kept|KEPT)/;
	}
	my @unexpected = grep { !/^(kept|22P0[234]|08P01|22003|22021|54000|53200|22023|2350[35]|23514)$/ } sort keys %outcome;
	note("$type: " . join(', ', map { "$outcome{$_} $_" } sort keys %outcome));
	is("@unexpected", '', "$type: 700 damaged files give clean errors or valid values");
	cmp_ok($outcome{kept} || 0, '<', 600, "$type: most of them are errors");
}

my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
unlike($log, qr/terminated by signal|TRAP|PANIC/, 'the server has not crashed');

$node->stop;
done_testing();
