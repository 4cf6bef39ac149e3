# Guards and lifecycles on servers: they survive pg_dump and pg_restore, COPY BINARY and a restart, and a
# subscriber applies what its publisher has judged.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $tables = q{
create extension bpm;
create schema app;
create function app.has_amount(amount numeric) returns boolean language sql immutable return amount is not null;
create table app.kind (id integer primary key, life bpm.lifecycle not null,
	stages text[] generated always as (bpm.stages(life)) stored);
create table app.project (id integer primary key, stage text not null, amount numeric);
create trigger lifecycle before insert or update on app.project for each row execute function bpm.lifecycle_guard('stage',
	'draft -> approved [by "Ministry of Finance"]	-- who else
	 -> executing -> closed; * -> cancelled', 'gate', '* -> approved', 'app.has_amount', 'it''s not funded: 100%');
create table app.stage_event (project integer, stage text, at timestamptz);
create trigger lifecycle before insert or update or delete on app.stage_event for each row execute function
	bpm.lifecycle_guard_history('stage', 'at', 'draft -> approved -> closed', 'key', 'project');
create view app.verdict as
	select project, (bpm.lifecycle_check(stage, at, 'draft -> approved -> closed [within 30 days]')).* from app.stage_event group by project;
};
my $rows = q{
insert into app.kind values (1, 'draft->approved[by "Ministry of Finance", after 3 days]; *->cancelled'), (2, bpm.project_lifecycle());
insert into app.project select g, 'draft', g from generate_series(1, 100) g;
set bpm.role = 'Ministry of Finance';
update app.project set stage = 'approved' where id > 50;
insert into app.stage_event select g, 'draft', '2026-01-01 00:00Z' from generate_series(1, 50) g;
insert into app.stage_event select g, 'approved', '2026-02-01 00:00Z' from generate_series(1, 25) g;
};
my $content = q{
select md5(string_agg(t, '' order by t)) from (
	select k::text t from app.kind k union all select p::text from app.project p union all select v::text from app.verdict v) x};

my $node = PostgreSQL::Test::Cluster->new('bpm_lifecycle');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', 'timezone = UTC');
$node->start;
my @connection = ('-h', $node->host, '-p', $node->port);
my $dir = PostgreSQL::Test::Utils::tempdir;

$node->safe_psql('postgres', "create database $_ template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'")
  for qw(original from_text from_custom);
$node->safe_psql('original', $tables);
$node->safe_psql('original', $rows);
my $kept = $node->safe_psql('original', $content);

sub guarded_ok
{
	my ($server, $database, $how) = @_;
	my ($status, $out, $err);

	is($server->safe_psql($database, $content), $kept, "$how: the same");
	($status, $out, $err) = $server->psql($database, "update app.project set stage = 'closed' where id = 60");
	like($err, qr/row \(id\)=\(60\) of "project" may not move from "approved" to "closed"/, "$how: guarded");
	($status, $out, $err) = $server->psql($database, "set bpm.role = 'Ministry of Finance'; update app.project set stage = 'approved', amount = null where id = 1");
	like($err, qr/ERROR:  it's not funded: 100%\n/, "$how: with its gates");
	($status, $out, $err) = $server->psql($database, "insert into app.stage_event values (1, 'draft', now())");
	like($err, qr/may not move from "approved" to "draft"/, "$how: the history too");
	return;
}

guarded_ok($node, 'original', 'as made');
$node->command_ok([ 'pg_dump', @connection, '-f', "$dir/plain.sql", 'original' ], 'pg_dump as text');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @connection, '-o', "$dir/out", '-d', 'from_text', '-f', "$dir/plain.sql" ],
	'the text is restored without an error');
guarded_ok($node, 'from_text', 'from text');
$node->command_ok([ 'pg_dump', @connection, '-Fc', '-f', "$dir/custom", 'original' ], 'pg_dump in custom format');
$node->command_ok([ 'pg_restore', @connection, '-e', '-d', 'from_custom', "$dir/custom" ], 'pg_restore without an error');
guarded_ok($node, 'from_custom', 'from custom format');

# rows that are in the middle of their lives come in by a restore, not by COPY
$node->safe_psql('original', "copy app.kind (id, life) to '$dir/kind' (format binary)");
$node->safe_psql('from_text', "truncate app.kind; copy app.kind (id, life) from '$dir/kind' (format binary)");
is($node->safe_psql('from_text', $content), $kept, 'COPY BINARY of lifecycles');
$node->safe_psql('original', "copy app.project to '$dir/project' (format binary)");
my ($status, $out, $err) = $node->psql('from_text', "truncate app.project; copy app.project from '$dir/project' (format binary)");
like($err, qr/row \(id\)=\(\d+\) of "project" may not begin in "approved"/, 'COPY BINARY is guarded');

$node->restart;
guarded_ok($node, 'original', 'after a restart');

# a subscriber: its first copy and what it applies are not judged again, unless the trigger is made to
$node->safe_psql('postgres', "create database subscriber template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
$node->safe_psql('subscriber', $tables);
$node->safe_psql('original', 'create publication pub for table app.project');
$node->safe_psql('original', q{select pg_create_logical_replication_slot('sub', 'pgoutput')});
my $conninfo = $node->connstr('original');
$node->safe_psql('subscriber', "create subscription sub connection \$c\$$conninfo\$c\$ publication pub with (create_slot = false, slot_name = 'sub')");
$node->wait_for_subscription_sync($node, 'sub', 'subscriber');
is($node->safe_psql('subscriber', 'select count(*) from app.project'), 100, 'the first copy brings rows of any stage');

$node->safe_psql('subscriber', 'alter table app.project enable always trigger lifecycle');
$node->safe_psql('original', q{
set bpm.role = 'Ministry of Finance';
insert into app.project values (101, 'draft', 1);
update app.project set stage = 'executing' where id = 60;
update app.project set stage = 'cancelled' where id = 61});
$node->wait_for_catchup('sub');
is($node->safe_psql('subscriber', "select string_agg(id || stage, ' ' order by id) from app.project where id in (60, 61, 101)"),
	'60executing 61cancelled 101draft', 'what a subscriber applies is judged when the trigger fires always');
($status, $out, $err) = $node->psql('subscriber', "update app.project set stage = 'approved' where id = 60");
like($err, qr/may not move from "executing" to "approved"/, 'and what is written there');
$node->safe_psql('subscriber', 'drop subscription sub');

$node->stop;
done_testing();
