# What a model survives: dumps of every kind with what a DBA added, data only and by an ordinary user too, a crash in
# the middle of an import, a replica, an upgrade from an earlier level, another encoding; made by an
# ordinary user, in a schema with an awkward name.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('bpm_model');
$node->init(allows_streaming => 1);
$node->start;
$node->safe_psql('postgres', "create database source template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
$node->safe_psql('source', q{
create extension bpm;
create role plain login;
grant create on database source to plain;
create role reader;
grant reader to plain;
});

my $model = 'Budget "26" of Us';
my $quoted = '"Budget ""26"" of Us"';
my $dir = PostgreSQL::Test::Utils::tempdir;
my $as_plain = "set session authorization plain;\n";

# a digest of every table and view of a schema, one line each
sub digest
{
	my ($on, $database, $schema) = @_;

	my $statements = $on->safe_psql($database, qq{
		select format('select %L, md5(coalesce(string_agg(t::text, chr(10) order by t::text collate "C"), '''')), count(*) from %s t;',
		              relname, oid::regclass)
		from pg_class where relnamespace = '$schema'::regnamespace and relkind in ('r', 'v')
		order by relname});
	# a day that is over, so that results do not change at midnight
	return $on->safe_psql($database, "set jit = off; set bpm.as_of = '2027-12-31'; set time zone 'UTC'; $statements");
}

# what the objects of a schema are
sub shape
{
	my ($on, $database, $schema) = @_;

	return $on->safe_psql($database, qq{
		select relname, relkind, relrowsecurity, coalesce(array_to_string(reloptions, ','), ''), obj_description(oid, 'pg_class')
		from pg_class where relnamespace = '$schema'::regnamespace and relkind in ('r', 'v', 'i') order by 1, 2;
		select relname, attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum) from pg_attribute
		join pg_class c on c.oid = attrelid where relnamespace = '$schema'::regnamespace and attnum > 0 and not attisdropped
		and relkind in ('r', 'v') order by relname, attname;
		select conrelid::regclass::text, conname, contype from pg_constraint where connamespace = '$schema'::regnamespace and contype <> 'n' order by 1, 2;
		select tgrelid::regclass::text, tgname, tgenabled from pg_trigger join pg_class c on c.oid = tgrelid
		where relnamespace = '$schema'::regnamespace and not tgisinternal order by 1, 2;
		select tablename, policyname, cmd, qual, with_check from pg_policies where schemaname = (select nspname from pg_namespace where oid = '$schema'::regnamespace) order by 1, 2;
		select proname, array_to_string(proconfig, ',') from pg_proc where pronamespace = '$schema'::regnamespace order by 1});
}

# --------------------------------------------------------------------------------------------------
# an ordinary user makes it
# --------------------------------------------------------------------------------------------------
my $data = q{
insert into unit values ('gov', null, 'Government'), ('edu', 'gov', 'Education'), ('health', 'gov', 'Health');
insert into unit_move values ('health', 2026, null);
insert into program (program_id, fiscal_year, name, unit_id)
select 'p' || p, y, 'Program ' || p, case when p % 2 = 0 then 'edu' else 'health' end from generate_series(1, 8) p, generate_series(2025, 2026) y;
insert into program_objective (program_id, fiscal_year, objective_id, share) select program_id, fiscal_year, 'progress', 40 from program;
insert into responsible (program_id, fiscal_year, from_day, person) select program_id, fiscal_year, make_date(fiscal_year, 1, 1), 'N. N.' from program;
select sum(apply_framework(program_id, fiscal_year, 'part')) from program;
insert into program_evaluation (program_id, fiscal_year, evaluation) select program_id, fiscal_year, 'finance' from program where program_id < 'p4';
insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name, source)
select program_id, fiscal_year, evaluation, v.i, v.i, v.s from program_evaluation, (values ('money', 'budget'), ('worth', 'graded')) v (i, s);
insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, weight)
select program_id, fiscal_year, evaluation, indicator_id, make_date(fiscal_year, 1, 1), 50 from indicator where evaluation = 'finance';
insert into grader (program_id, fiscal_year, evaluation, grader, weight, role_name)
select program_id, fiscal_year, evaluation, g, length(g), current_user from program_evaluation, unnest(array['a', 'bb']) g;
insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score)
select program_id, fiscal_year, evaluation, 'worth', make_date(fiscal_year, 12, 31), grader, 60 + 10 * length(grader) from grader;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select program_id, fiscal_year, indicator_id, make_date(fiscal_year, 12, 31), 50 + length(indicator_id) * substr(program_id, 2)::int % 50
from indicator where evaluation = 'self';
insert into breakdown values (2026, 'girls', 'Girls', 100);
insert into measurement (program_id, fiscal_year, indicator_id, as_of, breakdown, actual)
select program_id, fiscal_year, indicator_id, '2026-12-31', 'girls', 7 from indicator where fiscal_year = 2026 and evaluation = 'self';
insert into adjustment (program_id, fiscal_year, adjustment_id, procedure, reason) select program_id, fiscal_year, '1', 'section 7', 'less' from program;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, adjustment_id)
select program_id, fiscal_year, k, make_date(fiscal_year, 1, 1), f * 1000.01 * substr(program_id, 2)::int, case k when 'adjusted' then '1' end
from program, (values ('approved', 1), ('executed', 0.75), ('adjusted', -0.1)) v (k, f);
insert into score_rule (evaluation, rule, looks_at, target, effect, points) values ('self', 'spent', 'execution', '>= 80%', 'cap', 69);
insert into stage_event (program_id, fiscal_year, at, stage) select program_id, fiscal_year, '2024-10-01', 'drafted' from program;
insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
select program_id, fiscal_year, evaluation, make_date(fiscal_year + 1, 2, 1)::timestamp at time zone 'UTC', 'closed' from program_evaluation where fiscal_year = 2025;
insert into year_event (fiscal_year, at, event) values (2025, '2026-01-31', 'closed');
insert into rating_override (program_id, fiscal_year, valid_from, rating, reason) values ('p1', 2026, '2026-01-01', 'not demonstrated', 'no data');
insert into unusual_year values (2020, 'pandemic');
insert into indicator_plan (program_id, fiscal_year, indicator_id, month, valid_from, planned)
select program_id, fiscal_year, indicator_id, 12, make_date(fiscal_year, 1, 1), 50
from indicator where evaluation = 'self' and source = 'measured';
select from monitor_round(2026, 'Q1', '2026-03-31');
-- a year that is published, opened for a correction, and closed again
insert into program (program_id, fiscal_year, name, unit_id) select 'o' || p, 2020, 'Of 2020', 'edu' from generate_series(1, 6) p;
insert into responsible (program_id, fiscal_year, from_day, person) select program_id, 2020, '2020-01-01', 'N. N.' from program where fiscal_year = 2020;
select sum(apply_framework(program_id, 2020, 'part')) from program where fiscal_year = 2020;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, score) select program_id, 2020, indicator_id, '2020-12-31', 75.5 from indicator where fiscal_year = 2020;
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount) select program_id, 2020, 'approved', '2020-01-01', 100.5 from program where fiscal_year = 2020;
insert into program_evaluation (program_id, fiscal_year, evaluation) values ('o6', 2020, 'finance');
insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, withheld, at)
values ('o6', 2020, '1', 'finance', 'Too late', 'N. N.', '2021-06-30', 10, '2021-03-02');
select publish(2020);
insert into publication_event (publication, event, reason) select '2020 effective', e, 'a figure was wrong' from unnest('{opened,closed again}'::text[]) e;
insert into deviation_answer (program_id, fiscal_year, round, item, cause)
select program_id, fiscal_year, round, item, 'funds' from monitoring_alert order by program_id, item limit 1;
insert into evaluation_comment (program_id, fiscal_year, evaluation, indicator_id, kind, text) values ('p1', 2026, 'finance', 'worth', 'objection', 'It is worth more');
insert into evaluation_comment (program_id, fiscal_year, evaluation, indicator_id, kind, text, answers)
select program_id, fiscal_year, evaluation, indicator_id, 'answer', 'Two graded it', recorded_at from evaluation_comment;
select draw_sample(2025, 50, 'x', on_day => '2026-03-01');
insert into finding (program_id, fiscal_year, finding_id, evaluation, finding, owner, due, withheld, at)
select program_id, fiscal_year, '1', 'finance', 'Too little', 'N. N.', '2026-06-30', 100, '2026-03-02' from program_evaluation where fiscal_year = 2025;
insert into finding_event (program_id, fiscal_year, finding_id, event, evidence, at)
select program_id, fiscal_year, finding_id, 'rectified', 'x', '2026-04-01' from finding where program_id < 'p3';
-- the next budget after the published year: proposed, answered, accepted, taken back, and accepted again
insert into application_rule (rule, place, effect) values ('whatever', 99, 'assured');
select count(*) from propose_budget(2021, 700, 'plain', ceilings => '{"edu": 650}');
insert into proposal_answer (program_id, fiscal_year, scenario, kind, text) values ('o1', 2021, 'plain', 'answer', 'It was enough');
select count(*) from accept_budget('plain');
select count(*) from take_back_budget(2021, 'a mistake');
select count(*) from accept_budget('plain', 'none');
insert into budget_entry (program_id, fiscal_year, kind, entry_date, amount, one_off, source, from_year)
select program_id, 2026, 'recaptured', '2026-02-01', 5, true, 'recaptured', 2025 from program where fiscal_year = 2026;
};
$node->safe_psql('source', $as_plain . "select bpm.create_model('$model'); set search_path = $quoted;" . $data);
is($node->safe_psql('source', "select string_agg(distinct relowner::regrole::text, ',') from pg_class where relnamespace = '$quoted'::regnamespace"),
	'plain', 'an ordinary user makes a model, and owns all of it');
$node->safe_psql('source', $as_plain . "select bpm.create_model('second'); set search_path = second;" . $data . q{
insert into setting (fiscal_year, scale) values (2026, 'up >= 60, down');
});
is( $node->safe_psql(
		'source', qq{
select string_agg(relname, ', ' order by relname) from pg_class
where relnamespace = '$quoted'::regnamespace and relkind = 'r' and relname !~ '^import_|_move\$|_log\$|^unit_(access|visible)\$'
	and relname not in ('model_object', 'economic_class', 'indicator_tree')
	and query_to_xml(format('select count(*) as n from %s', oid::regclass), false, true, '')::text ~ '<n>0</n>'}),
	'',
	'with rows in every table of facts');
isnt(digest($node, 'source', $quoted), digest($node, 'source', 'second'), 'a second one beside it has its own settings');

# what a DBA adds
$node->safe_psql('source', $as_plain . qq{
set search_path = $quoted;
insert into unit_access values ('reader', 'edu');
select bpm.enable_row_security('$model');
select bpm.grant_reader('$model', 'reader');
select publish(2020, replaces => '2020 effective', reason => 'a figure was wrong');
alter table program add column cost_centre text default 'cc 1';
create index program_cost_centre on program (cost_centre);
create function ours() returns trigger language plpgsql as 'begin return new; end';
create trigger ours before insert on program for each row execute function ours();
create policy ours on program for select using (cost_centre = 'nothing');
create table our_table (a int, b bpm.target);
insert into our_table values (1, '>= 5');
});
my $digest = digest($node, 'source', $quoted);
my $shape = shape($node, 'source', $quoted);
my $digest_second = digest($node, 'source', 'second');
like($digest, qr/^program_result\|[0-9a-f]{32}\|28$/m, 'there are results');

my ($code, $out, $err) = $node->psql('source', 'drop extension bpm');
like($err, qr/cannot drop extension bpm because other objects depend on it/, 'DROP EXTENSION refuses');

# --------------------------------------------------------------------------------------------------
# dumps
# --------------------------------------------------------------------------------------------------
my @connection = ('--host', $node->host, '--port', $node->port);
sub fresh
{
	my $name = shift;
	$node->safe_psql('postgres', "create database $name template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
	return $name;
}
sub compare
{
	my ($database, $what) = @_;
	is(digest($node, $database, $quoted), $digest, "$what: every row of every table and view");
	is(shape($node, $database, $quoted), $shape, "$what: every object, with what was added");
	return;
}

fresh('plain_text');
command_ok([ 'pg_dump', @connection, '--file', "$dir/plain.sql", 'source' ], 'a dump as text');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @connection, '-f', "$dir/plain.sql", 'plain_text' ], 'restored');
compare('plain_text', 'text');
is(digest($node, 'plain_text', 'second'), $digest_second, 'text: the second model too');

fresh('custom');
command_ok([ 'pg_dump', @connection, '--format', 'custom', '--file', "$dir/custom.dump", 'source' ], 'a dump in custom format');
command_ok([ 'pg_restore', @connection, '--exit-on-error', '--dbname', 'custom', "$dir/custom.dump" ], 'restored');
compare('custom', 'custom');

fresh('parallel');
command_ok([ 'pg_dump', @connection, '--format', 'directory', '--jobs', '2', '--file', "$dir/parallel", 'source' ], 'a dump by two jobs');
command_ok([ 'pg_restore', @connection, '--exit-on-error', '--jobs', '2', '--dbname', 'parallel', "$dir/parallel" ], 'restored by two jobs');
compare('parallel', 'parallel');

fresh('single');
$node->safe_psql('single', 'create extension bpm');
command_ok([ 'pg_dump', @connection, '--schema', $quoted, '--format', 'custom', '--file', "$dir/single.dump", 'source' ], 'a dump of one schema');
command_ok([ 'pg_restore', @connection, '--exit-on-error', '--dbname', 'single', "$dir/single.dump" ], 'restored where the extension is');
compare('single', 'single schema');
is($node->safe_psql('single', "select count(*) from pg_namespace where nspname = 'second'"), '0', 'single schema: nothing else');

# by the ordinary user, who dumps what is his and restores it where he may make a schema
fresh('by_plain');
$node->safe_psql('by_plain', 'create extension bpm; grant create on database by_plain to plain');
command_ok([ 'pg_dump', @connection, '--username', 'plain', '--schema', $quoted, '--format', 'custom', '--file', "$dir/plain.dump", 'source' ],
	'a dump by the ordinary user');
command_ok([ 'pg_restore', @connection, '--username', 'plain', '--no-owner', '--exit-on-error', '--dbname', 'by_plain', "$dir/plain.dump" ],
	'restored by the ordinary user');
compare('by_plain', 'ordinary user');

# data only, into a model that was made anew: with what the model makes by itself taken out, and its triggers off
fresh('data_only');
$node->safe_psql('data_only', 'create extension bpm; grant create on database data_only to plain');
$node->safe_psql('data_only', $as_plain . "select bpm.create_model('second'); "
	  . q{do $$
declare t record;
begin
    for t in select c.oid::regclass as name from pg_class c where c.relnamespace = 'second'::regnamespace and c.relkind = 'r' loop
        execute format('alter table %s disable trigger user', t.name);
    end loop;
    execute (select 'truncate ' || string_agg(c.oid::regclass::text, ', ') from pg_class c
             where c.relnamespace = 'second'::regnamespace and c.relkind = 'r');
end $$});
command_ok([ 'pg_dump', @connection, '--username', 'plain', '--schema', 'second', '--data-only', '--file', "$dir/data.sql", 'source' ], 'a dump of the data');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @connection, '--username', 'plain', '-o', "$dir/out", '-d', 'data_only', '-f', "$dir/data.sql" ],
	'restored by the ordinary user into a model that is there');
$node->safe_psql('data_only', $as_plain . q{do $$
declare t record;
begin
    for t in select c.oid::regclass as name from pg_class c where c.relnamespace = 'second'::regnamespace and c.relkind = 'r' loop
        execute format('alter table %s enable trigger user', t.name);
    end loop;
end $$});
is(digest($node, 'data_only', 'second'), $digest_second, 'data only: every row of every table and view');
is($node->safe_psql('data_only', 'select count(*) from second.tree_faults()'), '0', 'data only: the trees are kept');

# it works on after the restore, with an empty search_path too
$node->safe_psql('custom', $as_plain . qq{
set search_path = '';
insert into $quoted.measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('p1', 2026, 'purpose', '2027-01-01', 100);
insert into $quoted.stage_event (program_id, fiscal_year, at, stage) values ('p1', 2026, '2025-10-02', 'targeted');
});
isnt(digest($node, 'custom', $quoted), $digest, 'a restored model takes new facts');
($code, $out, $err) = $node->psql('custom', "update $quoted.measurement set actual = 1");
like($err, qr/are facts/, 'and keeps the old ones');
($code, $out, $err) = $node->psql('custom', $as_plain . "insert into $quoted.budget_entry (program_id, fiscal_year, kind, entry_date, amount) values ('p1', 2025, 'executed', '2025-06-01', 1)");
like($err, qr/row \(fiscal_year\)=\(2025\) of "budget_entry" is closed/, 'a closed year stays closed');
($code, $out, $err) = $node->psql('custom', $as_plain . "insert into $quoted.measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score)
	values ('p1', 2025, 'finance', 'worth', '2025-12-30', 'a', 1)");
like($err, qr/of "measurement" is closed/, 'and a closed evaluation');
($code, $out, $err) = $node->psql('custom', $as_plain . "set search_path = ''; update $quoted.unit set parent_id = 'health' where unit_id = 'gov'");
like($err, qr/the tree of 2020 is published/, 'what is published stays so');
($code, $out, $err) = $node->psql('custom', $as_plain . "set search_path = ''; insert into $quoted.unit values ('x', null, 'X'), ('y', 'x', 'Y');
	update $quoted.unit set parent_id = 'y' where unit_id = 'x'");
like($err, qr/cannot be below itself/, 'a tree has no loop');
my $level = $node->safe_psql('custom', "select max(substr(part, 1, 2)::int) from bpm.model_scripts() where part < '70'");
is($node->safe_psql('custom', "select bpm.upgrade_model('$model')"), "level $level, was $level", 'a restored model can be upgraded');
is($node->safe_psql('custom', "set role reader; select string_agg(unit_id, ',') from $quoted.unit"), 'edu', 'row security holds after a restore');

# --------------------------------------------------------------------------------------------------
# an upgrade from an earlier level, which somebody made by hand from the scripts
# --------------------------------------------------------------------------------------------------
fresh('early');
$node->safe_psql('early', q{
create extension bpm;
create schema early;
set search_path = early, pg_temp;
do $$
declare s record;
begin
    for s in select * from bpm.model_scripts() where part < '50' order by part loop
        execute s.script;
    end loop;
end $$;
insert into model_version values (40, 'earlier', now());
insert into unit values ('gov', null, 'Government');
insert into program (program_id, fiscal_year, name, unit_id) values ('p', 2026, 'P', 'gov');
alter table program add column cost_centre text;
update program set cost_centre = 'cc';
alter table unit add column head text default 'N. N.';
create or replace view program_budget with (security_invoker = true) as
select 'p'::text as program_id, 2026 as fiscal_year, '1'::text as entry_id, date '2026-01-01' as entry_date, timestamptz '-infinity' as recorded_at,
       null::numeric(20,2) as proposed, 7::numeric(20,2) as approved, null::numeric(20,2) as carried_over, null::numeric(20,2) as adjusted,
       null::numeric(20,2) as received, null::numeric(20,2) as committed, null::numeric(20,2) as executed, null::numeric(20,2) as planned,
       null::integer as month, null::text as fund, null::text as economic_id, null::text as currency, null::boolean as one_off;
});
is($node->safe_psql('early', "select bpm.upgrade_model('early')"), "level $level, was 40", 'a model of an earlier level is upgraded');
is($node->safe_psql('early', "select bpm.upgrade_model('early')"), "level $level, was $level", 'once');
is($node->safe_psql('early', "select program_id, cost_centre, head, budget from early.program join early.unit using (unit_id) join early.program_result using (program_id, fiscal_year)"),
	'p|cc|N. N.|7.00', 'data, added columns and the DBA\'s own view are kept');
$node->safe_psql('early', "select bpm.create_model('made_new')");
my ($upgraded, $made_new) = (shape($node, 'early', 'early'), shape($node, 'early', 'made_new'));
$upgraded =~ s/^program\|cost_centre.*\n//m;
$upgraded =~ s/^unit\|head.*\n//m;
s/\b(early|made_new)\b/S/g foreach $upgraded, $made_new;
is($upgraded, $made_new, 'an upgraded model is what a new one is');
($code, $out, $err) = $node->psql('early', "select bpm.upgrade_model('public')");
like($err, qr/schema "public" holds no model/, 'what is no model is not upgraded');
$node->safe_psql('early', "insert into early.model_version values (99, 'from the future', now())");
($code, $out, $err) = $node->psql('early', "select bpm.upgrade_model('early')");
like($err, qr/newer than this extension/, 'nor what is newer');

# --------------------------------------------------------------------------------------------------
# another encoding
# --------------------------------------------------------------------------------------------------
$node->safe_psql('postgres', "create database latin template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'");
$node->safe_psql('latin', q{
create extension bpm;
select bpm.create_model('bureau');
set search_path = bureau;
set client_encoding = 'UTF8';
insert into unit values ('a', null, 'Ministère');
insert into program (program_id, fiscal_year, name, unit_id) values ('école', 2025, 'Écoles', 'a');
select apply_framework('école', 2025, 'part');
insert into measurement (program_id, fiscal_year, indicator_id, as_of, score) select program_id, fiscal_year, indicator_id, '2025-12-31', 90 from indicator;
});
my $french = "set client_encoding = 'UTF8'; set bpm.as_of = '2027-12-31'; select program_id, score, rating, unit_name from bureau.program_result";
is($node->safe_psql('latin', $french), 'école|90.00000000|Effective|Ministère', 'a model in LATIN1');
is($node->safe_psql('latin', "select (select count(*) from bureau.translation where language = 'fr') > 20, count(*) from bureau.translation where language = 'zh'"),
	't|0', 'has the names that its letters can write');
fresh('from_latin');
command_ok([ 'pg_dump', @connection, '--file', "$dir/latin.sql", 'latin' ], 'a dump of it');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @connection, '-o', "$dir/out", '-d', 'from_latin', '-f', "$dir/latin.sql" ], 'goes into UTF8');
is($node->safe_psql('from_latin', $french), 'école|90.00000000|Effective|Ministère', 'and reads the same');

# --------------------------------------------------------------------------------------------------
# a crash in the middle of an import
# --------------------------------------------------------------------------------------------------
my $count = 1000;
$node->safe_psql('source', $as_plain . qq{
insert into second.import_measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select 'p' || 1 + n % 8, '2026', case when n % 10 = 0 then 'nothing' else 'purpose' end, (date '2026-01-01' + n / 8)::text, '60'
from generate_series(1, $count) n;
});
my $before = $node->safe_psql('source', 'select count(*) from second.measurement');
my ($in, $session_out, $session_err) = ("begin; select * from second.import_rows('measurement'); select 'moved';\n", '', '');
my $session = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('source') ], '<', \$in, '>', \$session_out, '2>', \$session_err,
	IPC::Run::timeout(180));
$session->pump until $session_out =~ /^moved$/m or $session_err ne '';
$node->stop('immediate');
eval { $session->finish; };
$node->start;
is($node->safe_psql('source', 'select count(*) from second.measurement'), $before, 'a crash in an import: no fact was added');
is($node->safe_psql('source', 'select count(*), count(reason) from second.import_measurement'), "$count|0", 'and no row of it is gone');
my $good = $node->safe_psql('source', "select count(*) from second.import_measurement where indicator_id <> 'nothing'");
is($node->safe_psql('source', "select read, moved + unchanged, left_over from second.import_rows('measurement')"), "$count|$good|" . ($count - $good),
	'the import runs again, and counts add up');
is($node->safe_psql('source', "select moved, unchanged, left_over from second.import_rows('measurement')"), '0|0|' . ($count - $good), 'twice changes nothing');

# progress, every 100,000 rows
$node->safe_psql('source', $as_plain . q{
insert into second.import_measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select 'p1', '2026', 'nothing', '2026-01-01', '1' from generate_series(1, 100000);
});
($code, $out, $err) = $node->psql('source', "select left_over from second.import_rows('measurement')");
like($err, qr/NOTICE:  import measurement: 100000 rows read/, 'an import tells how far it is');
is($out, 100000 + $count - $good, 'and leaves what is wrong');

# --------------------------------------------------------------------------------------------------
# a replica
# --------------------------------------------------------------------------------------------------
$node->backup('copy');
my $replica = PostgreSQL::Test::Cluster->new('bpm_model_replica');
$replica->init_from_backup($node, 'copy', has_streaming => 1);
$replica->start;
$node->safe_psql('source', $as_plain . "insert into $quoted.measurement (program_id, fiscal_year, indicator_id, as_of, actual) values ('p2', 2026, 'results', '2027-01-01', 99)");
$node->wait_for_catchup($replica, 'replay', $node->lsn('write'));
is(digest($replica, 'source', $quoted), digest($node, 'source', $quoted), 'a replica gives the same results');
is($replica->safe_psql('source', "set bpm.as_of = '2026-06-30'; select count(*) from $quoted.program_result"), '28', 'at any date');

$replica->stop;
$node->stop;
done_testing();
