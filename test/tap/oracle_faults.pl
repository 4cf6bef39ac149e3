# Broken trees: sound ones with one to three faults of known kinds. tree_check names each of them and nothing else,
# score_tree raises the first by the table of the reference, try_score_tree is NULL; in any order of the rows.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Oracle;
use Test::More;

my $cases = cases(1500);
my $node = start('oracle_faults');

# the table of the reference, in its order
my @rank = (
	[ 'rules', '22P02' ], [ 'null id', '22004' ], [ 'duplicate id', '23505' ], [ 'weight out of range', '22003' ], [ 'negative weight', '22023' ],
	[ 'score out of range', '22003' ], [ 'best out of range', '22003' ], [ 'missing parent', '23503' ], [ 'cycle', '22023' ], [ 'score on parent', '22023' ],
	[ 'zero weights', '22023' ], [ 'weights too large', '22003' ], [ 'total', '23514' ], [ 'missing score', '22004' ], [ 'negative score', '22023' ],
	[ 'sum out of range', '22003' ], [ 'not a grade', '22023' ], [ 'too many dimensions', '22023' ]);
my %place = map { $rank[$_][0] => $_ } 0 .. $#rank;
my %sqlstate = map { @$_ } @rank;

# A root, two to four parents, three to five leaves below each: id, parent, weight, score, best, method.
sub sound
{
	my @rows = ([ 'root', undef, undef, undef, undef, undef ]);

	foreach my $p (1 .. 2 + below(3))
	{
		push @rows, [ "p$p", 'root', 1 + below(9), undef, undef, one_in(3) ? any('sum', 'weakest', 'geometric', 'mean') : undef ];
		push @rows, map { [ "p$p.$_", "p$p", any(1, 2, '0.5', 30), one_in(6) ? undef : below(101), one_in(6) ? 120 : undef, undef ] } 1 .. 3 + below(3);
	}
	return @rows;
}

# Faults of one row: what is done to a leaf, or to its parent. They do not hide each other, as each has a parent of
# its own.
my %of_a_row = (
	'null id' => sub { my ($rows, $leaf) = @_; push @$rows, [ undef, $leaf->[1], 1, 50, undef, undef ]; return undef },
	'duplicate id' => sub { my ($rows, $leaf) = @_; push @$rows, [@$leaf]; return $leaf->[0] },
	'weight out of range' => sub { my ($rows, $leaf) = @_; $leaf->[2] = any('NaN', 'Infinity', '-Infinity', '1e29', '99999999999999999999999999999.999999995'); return $leaf->[0] },
	'negative weight' => sub { my ($rows, $leaf) = @_; $leaf->[2] = any(-1, '-0.00000001', '-1e28'); return $leaf->[0] },
	'score out of range' => sub { my ($rows, $leaf) = @_; $leaf->[3] = any('NaN', 'Infinity', '1e10', '-1e10', '9999999999.999999995'); return $leaf->[0] },
	'best out of range' => sub { my ($rows, $leaf) = @_; @$leaf[ 3, 4 ] = (undef, any('NaN', 'Infinity', '1e10', -1)); return $leaf->[0] },
	'missing parent' => sub { my ($rows, $leaf) = @_; push @$rows, [ "$leaf->[0] lost", 'nowhere', 1, 50, undef, undef ]; return "$leaf->[0] lost" },
	'score on parent' => sub { my ($rows, $leaf) = @_; $_->[3] = 50 foreach grep { ($_->[0] // '') eq $leaf->[1] } @$rows; return $leaf->[1] });

# Faults of several rows, each alone: what is done to a tree, and the rules that it has; the node where only one is.
my %of_a_tree = (
	'rules' => sub { return (undef, any('zero, zero', 'require', 'bounds 5..1', 'round 9', 'nonsense')) },
	# below the worst, which is known once the whole tree is
	'best out of range' => sub { my ($rows) = @_; @{ $rows->[2] }[ 3, 4 ] = (undef, -1); return ($rows->[2][0], any('', 'round 2', 'bounds 0..200')) },
	'cycle' => sub {
		my ($rows) = @_;
		push @$rows, [ 'x', 'z', 1, undef, undef, undef ], [ 'y', 'x', 1, undef, undef, undef ], [ 'z', 'y', 1, undef, undef, undef ];
		return (undef, '');
	},
	'zero weights' => sub { my ($rows) = @_; $_->[2] = any(0, undef) foreach grep { ($_->[1] // '') eq 'p1' } @$rows; return ('p1', any('', 'zero', 'require 50')) },
	'weights too large' => sub { my ($rows) = @_; push @$rows, map { [ "p1.x$_", 'p1', '99999999999999999999999999999.99999999', 1, undef, undef ] } 1 .. 18; return ('p1', '') },
	'total' => sub {
		my ($rows) = @_;
		foreach my $parent ('root', map { $_->[0] } grep { ($_->[1] // '') eq 'root' } @$rows)
		{
			my @below = grep { ($_->[1] // '') eq $parent } @$rows;
			$_->[2] = 1 foreach @below;
			$below[0][2] = 101 - @below;
			$below[0][2]++ if $parent eq 'p2';
		}
		return ('p2', 'total 100');
	},
	'missing score' => sub {
		my ($rows) = @_;
		$_->[3] //= 50 foreach grep { $_->[0] =~ /\./ } @$rows;
		$rows->[2][3] = undef;
		return ($rows->[2][0], 'error');
	},
	'negative score' => sub { my ($rows) = @_; $rows->[1][5] = 'geometric'; $rows->[2][3] = -1; return (undef, 'bounds -10..100') },
	'sum out of range' => sub { my ($rows) = @_; $rows->[1][5] = 'sum'; @{ $rows->[$_] }[ 2, 3 ] = (1, '9000000000') foreach 2, 3; return (undef, '') },
	'not a grade' => sub { my ($rows) = @_; $rows->[1][5] = any('m1', 'm2'); $_->[3] = 3 foreach grep { ($_->[1] // '') eq 'p1' } @$rows; $rows->[3][3] = any('2.25', 5, 0); @$rows = grep { $_->[0] !~ /^p1\.[45]$/ } @$rows; return (undef, '') },
	'too many dimensions' => sub {
		my ($rows) = @_;
		@$rows = ([ 'root', undef, undef, undef, undef, 'm2' ], map { [ "d$_", 'root', 1, 1 + below(4), undef, undef ] } 1 .. 5);
		return (undef, '');
	});

sub number_or_null
{
	my ($value) = @_;

	return defined $value ? "'$value'::numeric" : 'null::numeric';
}

my (@cases, @values);
foreach my $n (1 .. $cases)
{
	my @rows = sound();
	my $rules = any('', 'zero', 'require 50', 'round 2');
	my %expected;

	if (one_in(3))
	{
		my $kind = any(sort keys %of_a_tree);
		my $node_of_it;

		$_->[5] = undef foreach @rows;
		($node_of_it, $rules) = $of_a_tree{$kind}->(\@rows);
		$expected{$kind} = [$node_of_it];
	}
	elsif (!one_in(6))
	{
		foreach my $p (1 .. 1 + below(2))
		{
			my $kind = any(sort keys %of_a_row);
			my ($leaf) = grep { ($_->[0] // '') eq "p$p." . (1 + below(3)) } @rows;

			next unless $leaf;
			push @{ $expected{$kind} }, $of_a_row{$kind}->(\@rows, $leaf);
		}
	}
	push @cases, { rows => [@rows], rules => $rules, expected => \%expected };
	push @values, map { "($n, " . join(', ', literal($_->[0]), literal($_->[1]), map({ number_or_null($_) } @$_[ 2 .. 4 ]), literal($_->[5]), literal($rules)) . ')' } @rows;
}
$node->safe_psql('oracle', q{
create table broken (n integer, id text, parent_id text, weight numeric, score numeric, best numeric, method text, rules text);
create function raised(which integer, salt text) returns text language plpgsql as $$
begin
	perform bpm.score_tree(id, parent_id, weight, score, best, method::bpm.method, rules order by md5(salt || b::text)) from broken b where n = which;
	return null;
exception when others then
	return sqlstate;
end $$;
insert into broken values } . join(', ', @values) . '; create index on broken (n); analyze broken');
my @answers = ask($node, q{
select n, (select string_agg(kind || '=' || coalesce(f.node, '-'), '|') from unnest(faults) f), tree is not null, raised(n, 'a'), raised(n, 'b')
from (select n, bpm.tree_check(id, parent_id, weight, score, best, method::bpm.method, rules order by md5(b::text)) as faults,
		bpm.try_score_tree(id, parent_id, weight, score, best, method::bpm.method, rules order by md5('x' || b::text)) as tree
	from broken b group by n) c order by n});
is(scalar @answers, $cases, "$cases trees");

my (%seen, @named, @raised, @tried);
foreach my $i (0 .. $#cases)
{
	my ($n, $faults, $tree, $first, $again) = @{ $answers[$i] };
	my $expected = $cases[$i]{expected};
	my @kinds = sort { $place{$a} <=> $place{$b} } keys %$expected;
	my $wanted = @kinds ? $sqlstate{ $kinds[0] } : 'none';
	my $shown = 'rules "' . $cases[$i]{rules} . '": ' . join(' ', map { '(' . join(',', map { $_ // '' } @$_) . ')' } @{ $cases[$i]{rows} });

	# where no node is foretold, the kind will do
	my @given = sort map { my ($kind, $at) = split /=/; my $known = grep { defined } @{ $expected->{$kind} || [1] }; $known ? $_ : $kind } split(/\|/, $faults // '');
	my %once;
	@given = grep { !$once{$_}++ } @given;
	my @foretold = sort map { my $kind = $_; map { defined $_ ? "$kind=$_" : $kind } @{ $expected->{$kind} } } @kinds;
	%once = ();
	@foretold = grep { !$once{$_}++ } @foretold;

	$seen{$_}++ foreach @kinds;
	push @named, "$shown: " . join(', ', @given) . ', not ' . join(', ', @foretold) if "@given" ne "@foretold";
	push @raised, "$shown: " . ($first // 'none') . ' and ' . ($again // 'none') . ", not $wanted" if ($first // 'none') ne $wanted || ($again // 'none') ne $wanted;
	push @tried, $shown if ($tree eq 't') != (@kinds == 0);
}
same('tree_check names every fault, and nothing else', @named);
same('score_tree raises the first of them by the table, in any order of the rows', @raised);
same('try_score_tree is NULL exactly where there is one', @tried);
cmp_ok($seen{$_} || 0, '>', 0, "some have: $_") foreach map { $_->[0] } @rank;

$node->stop;
done_testing();
