# A crash in the middle of work loses nothing that was committed, and a streaming replica reads the same.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Stored qw(stored_sql fingerprint_sql by_index_sql);
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('bpm_primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', 'autovacuum = off');
$primary->start;
$primary->safe_psql('postgres', stored_sql());

# every row that comes in is added to its unit's rollup in the same transaction
$primary->safe_psql(
	'postgres', q{
create table app.fact (id bigserial primary key, unit integer, score numeric, weight numeric, target bpm.target);
create index on app.fact (target);
create table app.upkeep (unit integer primary key, r bpm.rollup not null);
insert into app.upkeep select u, bpm.rollup(score, weight) from generate_series(0, 9) u, (select null::numeric, null::numeric limit 0) f(score, weight) group by u;
insert into app.upkeep select u, 'rows 0 scored 0 weight 0 scored_weight 0 sum 0' from generate_series(0, 9) u on conflict do nothing;
create procedure app.work(n integer) language plpgsql as $$
declare
    which integer;
begin
    for k in 1..n loop
        which := (random() * 9)::integer;
        insert into app.fact (unit, score, weight, target)
        select which, case when random() < 0.9 then (random() * 100)::numeric end, (random() * 1e6)::numeric, bpm.target('>=', k) from generate_series(1, 5);
        update app.upkeep set r = r operator(bpm.+)
            (select bpm.rollup(score, weight) from (select score, weight from app.fact where unit = which order by id desc limit 5) f)
        where unit = which;
        commit;
    end loop;
end $$;
});

$primary->backup('base');
my $replica = PostgreSQL::Test::Cluster->new('bpm_replica');
$replica->init_from_backup($primary, 'base', has_streaming => 1);
$replica->start;

is($replica->safe_psql('postgres', fingerprint_sql()), $primary->safe_psql('postgres', fingerprint_sql()),
	'the replica reads what was there');

# one session works until the server is gone
my ($out, $err) = ('', '');
my $load = IPC::Run::start(
	[ 'psql', '-X', '-q', '-d', $primary->connstr('postgres'), '-c', 'call app.work(1000000)' ],
	'>', \$out, '2>', \$err, IPC::Run::timeout(180));
ok($primary->poll_query_until('postgres', 'select count(*) > 2000 from app.fact'), 'the load is under way');
$primary->stop('immediate');
$load->finish;
like($err, qr/server closed the connection|terminating connection|connection to server was lost/, 'the crash came in the middle of it');
$primary->start;

my $kept = q{
select count(*) || ' units, ' || (sum(bpm.row_count(u.r)) > 2000) || ', ' || count(*) filter (where u.r operator(bpm.=) f.r)
from app.upkeep u join (select unit, bpm.rollup(score, weight) as r from app.fact group by unit) f using (unit)
};
is($primary->safe_psql('postgres', $kept), '10 units, true, 10', 'after the crash every stored rollup is that of its rows');
is($primary->safe_psql('postgres', by_index_sql(1)), $primary->safe_psql('postgres', by_index_sql(0)),
	'after the crash the indexes find what is there');
is( $primary->safe_psql(
		'postgres', q{
set enable_seqscan = off;
select count(*) from app.fact f where not exists (select from app.fact g where g.target operator(bpm.=) f.target and g.id = f.id)}),
	'0',
	'… those that were written to, too');

# goes on, and reaches the replica
$primary->safe_psql('postgres', 'call app.work(200)');
$primary->safe_psql('postgres', q{update app.monthly set r = r operator(bpm.+) r where unit < 100; delete from app.indicator where id % 13 = 0; refresh materialized view app.ranked});
$primary->wait_for_catchup($replica);
is($replica->safe_psql('postgres', $kept), '10 units, true, 10', 'on the replica every stored rollup is that of its rows');
is($replica->safe_psql('postgres', fingerprint_sql()), $primary->safe_psql('postgres', fingerprint_sql()),
	'the replica reads what was changed');
is($replica->safe_psql('postgres', by_index_sql(1)), $primary->safe_psql('postgres', by_index_sql(0)),
	'the indexes of the replica find the same');
my $parallel = 'set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; ';
is( $replica->safe_psql('postgres', $parallel . 'select bpm.rollup(score, weight) from app.fact'),
	$primary->safe_psql('postgres', 'select bpm.rollup(score, weight) from app.fact'),
	'a parallel rollup on the replica is the primary\'s');

# and takes over
$primary->stop('immediate');
$replica->promote;
$replica->safe_psql('postgres', 'call app.work(20)');
is($replica->safe_psql('postgres', $kept), '10 units, true, 10', 'the replica takes over');

$replica->stop;
done_testing();
