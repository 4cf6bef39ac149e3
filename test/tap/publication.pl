# A publication outside of the database that made it: its files by COPY and their sums by sha256sum, after a dump and
# restore, in another encoding and under other settings; and what is left of one that was cancelled, or that a crash cut
# off: nothing.
use strict;
use warnings;

use File::Path qw(make_path);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'there is no sha256sum' if system('sha256sum --version >/dev/null 2>&1') != 0;

my $node = PostgreSQL::Test::Cluster->new('bpm_publication');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nfsync = off\nautovacuum = off");
$node->start;

my $dir = PostgreSQL::Test::Utils::tempdir;
my $model = 'Books "20 %s"';
my $schema = '"Books ""20 %s"""';

# what the auditor has: psql, and three settings of its surroundings
local $ENV{PGCLIENTENCODING} = 'UTF8';

sub copied
{
	my ($database, $statement, $file) = @_;
	local $ENV{PGTZ} = 'UTC';
	local $ENV{PGDATESTYLE} = 'ISO';
	my $error;

	IPC::Run::run([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-c', $statement ], '>', $file, '2>', \$error)
	  or die "$statement: $error";
	return;
}

sub content
{
	my ($file) = @_;
	open(my $in, '<:raw', $file) or die "$file: $!";
	local $/;
	return scalar <$in>;
}

sub sum_of
{
	my ($file) = @_;
	my ($sum) = `sha256sum < $file` =~ /^([0-9a-f]{64})/;
	return $sum;
}

# all files of a publication in a folder, and whether they are what it says
sub audit
{
	my ($database, $publication, $what) = @_;
	my $folder = "$dir/$database";
	my $literal = "'" . ($publication =~ s/'/''/gr) . "'";

	make_path($folder);
	my @files = split /\n/, $node->safe_psql($database, "select file from $schema.publication_files($literal)");
	is("@files", 'publication.csv rules.csv programs.csv persons.csv nodes.csv items.csv money.csv', "$what: its files");
	foreach my $file (@files)
	{
		my $copy = $node->safe_psql($database, "select copy from $schema.publication_files($literal) where file = '$file'");
		copied($database, $copy, "$folder/$file");
	}
	copied($database, "copy (select manifest from $schema.publication where publication = $literal) to stdout with (format csv, delimiter e'\\x01', quote e'\\x02')", "$folder/manifest.csv");
	my $manifest = content("$folder/manifest.csv");
	$manifest =~ s/^\x02|\x02\n\z//g;
	open(my $out, '>:raw', "$folder/SHA256SUMS") or die $!;
	print $out $manifest;
	close $out;
	my $report = `cd $folder && sha256sum --check --strict SHA256SUMS 2>&1`;
	is($?, 0, "$what: sha256sum finds every file as the manifest has it") or diag $report;
	my @lines = $report =~ /: OK$/mg;
	is(scalar @lines, 5, "$what: of five files");
	is(sum_of("$folder/SHA256SUMS"), $node->safe_psql($database, "select hash from $schema.publication where publication = $literal"), "$what: the sum of the manifest is its hash");

	# of items and money the lines of each program have their sum in its row
	my (@wrong, %all);
	my @programs = split /\n/, $node->safe_psql($database, "select encode(convert_to(program_id, 'UTF8'), 'hex') || chr(9) || items_hash || chr(9) || money_hash
		from $schema.publication_program where publication = $literal order by program_id collate \"C\"");
	foreach my $program (@programs)
	{
		my ($id, $items, $money) = split /\t/, $program;
		foreach my $part ([ 'item', $items, 'kind collate "C", item collate "C", part collate "C"', 'items.csv' ],
			[ 'money', $money, 'fund collate "C", economic_id collate "C"', 'money.csv' ])
		{
			my ($table, $hash, $order, $file) = @$part;
			copied($database, "copy (select * from $schema.publication_$table where publication = $literal and program_id = convert_from(decode('$id', 'hex'), 'UTF8') order by $order) to stdout (format csv)", "$folder/part");
			$all{$file} .= content("$folder/part");
			push @wrong, "$id in $file" if sum_of("$folder/part") ne $hash;
		}
	}
	is("@wrong", '', "$what: the lines of every program have the sum that stands in its row");
	is($all{$_}, content("$folder/$_"), "$what: together they are $_") foreach sort keys %all;
	is($node->safe_psql($database, "select count(*) from $schema.verify()"), '0', "$what: verify() finds nothing");
	return $manifest;
}

# --------------------------------------------------------------------------------------------------
# a year, in two databases
# --------------------------------------------------------------------------------------------------
sub year
{
	my ($programs, $first, $second) = @_;

	return qq{
create extension bpm;
select bpm.create_model('$model');
set search_path = $schema;
set client_encoding = 'UTF8';
update setting set totals_required = false, suppress_below = 1;
insert into unit values ('u1', null, 'Unit $first'), ('u2', 'u1', 'a "quoted", one');
insert into program (program_id, fiscal_year, name, unit_id, function_id)
select p, 2020, 'Program ' || p, case when n % 2 = 0 then 'u1' else 'u2' end, case when n % 3 = 0 then '205' end
from (select n, case n when 1 then '$first' when 2 then 'it''s "2", yes' when 3 then '$second' when 4 then e'two\\nlines' else 'p' || n end as p
      from generate_series(1, $programs) n) x;
insert into indicator (program_id, fiscal_year, indicator_id, name, owner)
select program_id, fiscal_year, i, i || '$first', 'Ms "X", ' || i from program, unnest(array['a', 'B', '$second']) i;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select program_id, fiscal_year, indicator_id, '2020-01-01', '>= 100', 10 from indicator;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual, evidence)
select program_id, fiscal_year, indicator_id, '2020-12-31', length(program_id) * 10.5, 'see "annex", $first' from indicator;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount)
select program_id, fiscal_year, k, '2020-01-31', 1000.5 * length(program_id) from program, unnest(array['approved', 'executed']) k;
insert into responsible (program_id, fiscal_year, from_day, person) select program_id, fiscal_year, '2020-01-01', 'Mr $second' from program;
};
}

$node->safe_psql('postgres', "create database utf8 template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
$node->safe_psql('postgres', "create database latin1 template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'");
$node->safe_psql('postgres', "alter database latin1 set datestyle = 'German'; alter database latin1 set timezone = 'Asia/Tokyo'");
my %letters = (utf8 => [ "\xe6\xb0\xb4", "z\xc3\xa9ro" ], latin1 => [ "\xc3\xbf", "z\xc3\xa9ro" ]);
my %manifest;
foreach my $database (sort keys %letters)
{
	$node->safe_psql($database, year(8, @{ $letters{$database} }));
	is($node->safe_psql($database, "select $schema.publish(2020, as_of => date '2021-06-30', publication => 'it''s \"out\"', title => 'Out, at last')"), "it's \"out\"", "$database: a year is published");
	$manifest{$database} = audit($database, "it's \"out\"", $database);
	is($node->safe_psql($database, "select $schema.publish(2020, as_of => date '2021-06-30', replaces => 'it''s \"out\"', reason => 'again')"), '2020 effective 2', "$database: and again");
}
isnt($manifest{utf8}, $manifest{latin1}, 'two years are two publications');

# what the session of the server has for settings, has no say
is($node->safe_psql('utf8', "set timezone = 'Asia/Kathmandu'; set datestyle = 'SQL, DMY'; select count(*) from $schema.verify()"), '0', 'verify() does not depend on the settings of a session');

# --------------------------------------------------------------------------------------------------
# dumped and restored
# --------------------------------------------------------------------------------------------------
foreach my $database (sort keys %letters)
{
	my $copy = "${database}_restored";

	$node->safe_psql('postgres', "create database $copy template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
	command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-Fc', '-f', "$dir/$database.dump", $database ], "$database: a dump");
	command_ok([ 'pg_restore', '-h', $node->host, '-p', $node->port, '--exit-on-error', '-d', $copy, "$dir/$database.dump" ], "$database: restored");
	is(audit($copy, "it's \"out\"", $copy), $manifest{$database}, "$database: the sums are the same");
	my ($code, $out, $err) = $node->psql($copy, "update $schema.publication_item set score = 1");
	like($err, qr/are facts/, "$database: restored it is closed");
	($code, $out, $err) = $node->psql($copy, "insert into $schema.measurement (program_id, fiscal_year, indicator_id, as_of, actual) select program_id, fiscal_year, indicator_id, as_of, 1 from $schema.measurement");
	like($err, qr/of "measurement" is closed/, "$database: and so is what it came from");
}
# what is tampered with in the copy is found there
$node->safe_psql('utf8_restored', "set session_replication_role = replica; update $schema.measurement set actual = actual + 1 where program_id = 'p5' and indicator_id = 'a'");
is($node->safe_psql('utf8_restored', "select string_agg(distinct concat_ws(' ', program_id, item, what, published, found), ';') from $schema.verify() where what = 'actual'"), 'p5 indicator a actual 21.0 22.0', 'a figure that was changed in a copy is found');

# --------------------------------------------------------------------------------------------------
# cut off
# --------------------------------------------------------------------------------------------------
$node->safe_psql('postgres', "create database large template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
$node->safe_psql('large', year(2000, 'first', 'second') . 'analyze;');
my ($code, $out, $err) = $node->psql('large', "begin read only; select $schema.publish(2020, as_of => date '2021-06-30')");
like($err, qr/in a read-only transaction/, 'a transaction that only reads publishes nothing');

my $nothing = join ' + ', map { "(select count(*) from $schema.$_)" } qw(publication publication_rule publication_program publication_item publication_money publication_person publication_node published_total);
sub cut_off
{
	my ($how, $cut) = @_;
	my ($out, $err) = ('', '');
	my $before = $node->safe_psql('large', "select pg_relation_size('$schema.publication_item')");
	my $session = IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('large'), '-c', "select $schema.publish(2020, as_of => date '2021-06-30')" ],
		'>', \$out, '2>', \$err, IPC::Run::timeout(300));

	# rows of it are there, though nobody sees them
	ok($node->poll_query_until('large', "select pg_relation_size('$schema.publication_item') > $before"), "$how: in the middle of it");
	$cut->();
	eval { $session->finish };
	is($out, '', "$how: no publication");
	is($node->safe_psql('large', "select $nothing"), '0', "$how: and no row of one");
	is($node->safe_psql('large', "select count(*) from $schema.verify()"), '0', "$how: nothing to be found");
	return $err;
}
my $backend = "from pg_stat_activity where query like '%publish(%' and pid <> pg_backend_pid() and datname = 'large'";
like(cut_off('cancelled', sub { $node->safe_psql('postgres', "select pg_cancel_backend(pid) $backend") }), qr/canceling statement due to user request/, 'cancelled');
like(cut_off('terminated', sub { $node->safe_psql('postgres', "select pg_terminate_backend(pid) $backend") }), qr/terminating connection/, 'terminated');
cut_off('crashed', sub { $node->stop('immediate'); $node->start });
$node->safe_psql('large', "insert into $schema.measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('p9', 2020, 'a', '2020-12-30', 1)");
pass('what it would have closed takes figures');
is($node->safe_psql('large', "select $schema.publish(2020, as_of => date '2021-06-30')"), '2020 effective', 'published after all');
is($node->safe_psql('large', "select count(*), sum((p.score = s.score)::integer) from $schema.publication_program p
	join (select program_id, sum(contribution) as score from $schema.publication_item group by 1) s using (program_id)"), '2000|2000', 'with all programs, whose contributions sum to their scores');
is($node->safe_psql('large', "select count(*) from $schema.verify()"), '0', 'and nothing to be found');

$node->stop;
done_testing();
