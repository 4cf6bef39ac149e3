# Random models against an independent computation in exact fractions: what every result view shows, all of its
# columns, on several days and as known at an earlier time. Figures are rounded once for each grain, half away from
# zero.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Math::BigInt;
use Math::BigRat;
use Oracle;
use Test::More;
use Time::Local 'timegm';

my $cases = cases(14);
my $node = start('oracle_model');

# --------------------------------------------------------------------------------------------------
# figures: fractions until they are shown, then whole numbers of the last digit
# --------------------------------------------------------------------------------------------------
my %fraction_of;

sub fraction
{
	my ($text) = @_;

	return $fraction_of{$text} //= Math::BigRat->new($text);
}

sub big
{
	my ($whole) = @_;

	return ref $whole ? $whole : Math::BigInt->new($whole);
}

# p / q, half away from zero
sub divided
{
	my ($p, $q) = (big($_[0]), big($_[1]));
	my $n = (2 * $p->copy->babs + $q)->bdiv(2 * $q);

	$n = $n->[0] if ref $n eq 'ARRAY';
	return $p->is_neg ? -$n : $n;
}

# a fraction, to so many digits
sub rounded
{
	my ($x, $digits) = @_;

	return undef unless defined $x;
	return divided($x->numerator * Math::BigInt->new(10)->bpow($digits), $x->denominator);
}

# a / b of whole numbers, to so many digits; undef where there is nothing to divide by
sub quotient
{
	my ($p, $q, $digits) = @_;

	return undef if $q == 0;
	return divided(($q < 0 ? -1 : 1) * big($p) * Math::BigInt->new(10)->bpow($digits), big($q)->copy->babs);
}

# a whole number of the last digit, as it is printed
sub shown
{
	my ($units, $digits) = @_;

	return undef unless defined $units;
	my $text = "$units";
	my $sign = $text =~ s/^-// ? '-' : '';

	$text = '0' x ($digits + 1 - length $text) . $text if length $text <= $digits;
	substr($text, -$digits, 0) = '.';
	return $text =~ /[1-9]/ ? $sign . $text : $text;
}

sub trimmed
{
	my ($text) = @_;

	$text =~ s/\.?0+$// if $text =~ /\./;
	return $text;
}

sub day
{
	my ($text) = @_;
	my ($y, $m, $d) = split /-/, $text;

	return int(timegm(0, 0, 0, $d, $m - 1, $y) / 86400);
}

sub iso
{
	my ($day) = @_;

	return undef unless defined $day;
	my @t = gmtime($day * 86400);
	return sprintf('%04d-%02d-%02d', $t[5] + 1900, $t[4] + 1, $t[3]);
}

sub moment
{
	my @t = gmtime($_[0]);

	return sprintf('%04d-%02d-%02d %02d:%02d:%02d+00', $t[5] + 1900, $t[4] + 1, @t[ 3, 2, 1, 0 ]);
}

# those that are there
sub least
{
	my ($least) = sort { $a <=> $b } grep { defined } @_;

	return $least;
}

# the last of some rows, by the columns that are named
sub last_of
{
	my ($rows, @by) = @_;
	my ($last) = sort { my ($x, $y) = ($a, $b); my $order = 0; $order ||= $y->{$_} <=> $x->{$_}
		foreach @by; $order } @$rows;

	return $last;
}

# --------------------------------------------------------------------------------------------------
# targets and scales, as their pages describe them
# --------------------------------------------------------------------------------------------------
sub some_figure
{
	return any(0, 1, 12, 50, 90, 95, 100, 120, below(200), below(20000) / 100, below(2000) / 10);
}

sub some_target
{
	my ($form) = @_;
	my %t = (form => $form // any('>=', '>=', '>=', '>', '<=', '<', '=', 'range', 'points', 'direct'));

	$t{t} = some_figure();
	if ($t{form} eq 'range')
	{
		$t{hi} = sprintf('%.10g', $t{t} + some_figure());
		$t{text} = "$t{t}..$t{hi}";
	}
	elsif ($t{form} eq 'points')
	{
		my %x = map { some_figure() => 1 } 1 .. 4;
		$x{500} = 1;
		$t{xs} = [ sort { $a <=> $b } keys %x ];
		$t{xs} = [ 0, 500 ] if @{ $t{xs} } < 2;
		$t{ss} = [ map { below(1200) / 10 } @{ $t{xs} } ];
		$t{text} = 'points(' . join(', ', map { "$t{xs}[$_]:$t{ss}[$_]" } 0 .. $#{ $t{xs} }) . ')';
	}
	elsif ($t{form} eq 'direct')
	{
		$t{text} = 'direct';
	}
	else
	{
		$t{text} = "$t{form} $t{t}";
		if (one_in(4))
		{
			$t{from} = sprintf('%.10g', $t{t} + ($t{form} =~ /</ ? 1 : -1) * (1 + below(100)));
			$t{text} .= " from $t{from}";
		}
	}
	if ($t{form} !~ /points|direct/ && !defined $t{from} && one_in(4))
	{
		if (one_in(2))
		{
			$t{step} = 1;
			$t{text} .= ' step';
		}
		else
		{
			@t{ 'lose', 'per' } = (1 + below(20), any(1, 0.5, 7));
		}
	}
	if (!$t{step} && one_in(4))
	{
		$t{floor} = any(60, 80.5);
		$t{text} .= " floor $t{floor}";
	}
	$t{text} .= " lose $t{lose} per $t{per}" if $t{lose};
	if (!$t{step} && one_in(5) && ($t{form} eq 'direct' || $t{form} =~ /^[<>]/ && ($t{t} > 0 || defined $t{from})))
	{
		$t{cap} = any(110, 120, 150.5);
		$t{text} .= " cap $t{cap}";
	}
	return \%t;
}

sub by_day
{
	my ($day) = @_;
	my %t = (form => 'by', day => $day, text => 'by ' . iso($day));

	if (one_in(2))
	{
		@t{ 'lose', 'per' } = (any(1, 2, 0.5), any(1, 3));
		$t{text} .= " lose $t{lose} per $t{per}";
	}
	return \%t;
}

# the part of the target that was reached, as a fraction of 1; undef where the target is no base for one
sub attained
{
	my ($t, $actual) = @_;
	my $goal = fraction($t->{t});
	my $reverse = $t->{form} =~ /^</;

	if ($t->{form} eq '=')
	{
		return 1 - ($actual - $goal)->babs / ($goal - fraction($t->{from}))->babs if defined $t->{from};
		return $actual == 0 ? fraction(1) : undef if $goal == 0;
		return 1 - ($actual - $goal)->babs / $goal->copy->babs;
	}
	return ($actual - fraction($t->{from})) / ($goal - fraction($t->{from})) if defined $t->{from};
	if ($t->{form} eq 'range')
	{
		return fraction(1) if met($t, $actual);
		$reverse = $actual > $goal;
		$goal = fraction($t->{hi}) if $reverse;
	}
	return undef if $goal <= 0;
	return $reverse ? 2 - $actual / $goal : $actual / $goal;
}

sub met
{
	my ($t, $actual) = @_;
	my $form = $t->{form};

	if ($form eq 'points' || $form eq 'direct')
	{
		my $points = points_of($t, $actual);
		return defined $t->{floor} && defined $points ? $points >= fraction($t->{floor}) : undef;
	}
	my $goal = fraction($t->{t});
	return $actual >= $goal if $form eq '>=';
	return $actual > $goal if $form eq '>';
	return $actual <= $goal if $form eq '<=';
	return $actual < $goal if $form eq '<';
	return $actual == $goal if $form eq '=';
	return $actual >= $goal && $actual <= fraction($t->{hi});
}

# the score before the floor
sub points_of
{
	my ($t, $actual) = @_;
	my $most = fraction($t->{cap} // 100);

	if ($t->{form} eq 'direct')
	{
		return $actual >= 0 && $actual <= $most ? $actual : undef;
	}
	if ($t->{form} eq 'points')
	{
		my @xs = map { fraction($_) } @{ $t->{xs} };
		my @ss = map { fraction($_) } @{ $t->{ss} };

		return $ss[0] if $actual <= $xs[0];
		foreach my $i (1 .. $#xs)
		{
			next if $actual > $xs[$i];
			my $way = ($actual - $xs[ $i - 1 ]) / ($xs[$i] - $xs[ $i - 1 ]);
			return $ss[ $i - 1 ] + ($ss[$i] - $ss[ $i - 1 ]) * $way;
		}
		return $ss[-1];
	}
	my $part = attained($t, $actual);
	if (met($t, $actual))
	{
		return fraction(100) unless defined $t->{cap};
		return !defined $part || 100 * $part > $most ? $most : 100 * $part;
	}
	return fraction(0) if $t->{step};
	if ($t->{lose})
	{
		my $short = $t->{form} eq 'range' && $actual > fraction($t->{t}) ? $actual - fraction($t->{hi})
			: ($actual - fraction($t->{t}))->babs;
		my $points = 100 - fraction($t->{lose}) * $short / fraction($t->{per});
		return $points < 0 ? fraction(0) : $points;
	}
	return !defined $part || $part < 0 ? fraction(0) : 100 * $part;
}

# in units of the 8th digit; undef where nothing can be scored
sub scored
{
	my ($t, $actual, $on_day) = @_;

	return undef unless $t;
	if ($t->{form} eq 'by')
	{
		return undef unless defined $on_day;
		return rounded(fraction(100), 8) if $on_day <= $t->{day};
		return rounded(fraction(0), 8) unless $t->{lose};
		my $points = 100 - fraction($t->{lose}) * ($on_day - $t->{day}) / fraction($t->{per});
		return rounded($points < 0 ? fraction(0) : $points, 8);
	}
	return undef unless defined $actual;
	my $points = points_of($t, $actual);
	return undef unless defined $points;
	$points = fraction(0) if defined $t->{floor} && $points < fraction($t->{floor});
	return rounded($points, 8);
}

sub attainment
{
	my ($t, $actual) = @_;

	return undef unless $t && defined $actual && $t->{form} ne 'by';
	return rounded(points_of($t, $actual), 8) if $t->{form} =~ /points|direct/;
	my $part = attained($t, $actual);
	return defined $part ? rounded(100 * $part, 8) : undef;
}

# what a missing figure can still bring
sub best
{
	my ($t) = @_;

	return fraction(100) unless $t;
	return fraction($t->{cap}) if defined $t->{cap};
	if ($t->{form} eq 'points')
	{
		my ($most) = sort { $b <=> $a } @{ $t->{ss} };
		return fraction($most);
	}
	return fraction(100);
}

my @scales = (
	{ text => 'excellent >= 90, good >= 80, fair >= 60, poor', digits => 2,
		bands => [ [ excellent => 90 ], [ good => 80 ], [ fair => 60 ], ['poor'] ] },
	{ text => 'A >= 75.5, B >= 40, C round 1', digits => 1, bands => [ [ A => 75.5 ], [ B => 40 ], ['C'] ] },
	{ text => 'up >= 50, down round 0', digits => 0, bands => [ [ up => 50 ], ['down'] ] });

# label and rank of a score in units of the 8th digit
sub rated
{
	my ($score, $scale) = @_;
	my $shown = divided($score, 10**(8 - $scale->{digits}));

	foreach my $rank (1 .. @{ $scale->{bands} })
	{
		my ($label, $least) = @{ $scale->{bands}[ $rank - 1 ] };
		return ($label, $rank) if !defined $least || $shown >= $least * 10**$scale->{digits};
	}
}

sub under_floor
{
	my ($coverage, $floor) = @_;

	return trimmed(shown(divided($coverage, 1000000), 2)) . " % is measured, under the floor of $floor %";
}

# --------------------------------------------------------------------------------------------------
# a random model
# --------------------------------------------------------------------------------------------------
my @years = (2024, 2025, 2026);
my $ahead = 8 * 3600;    # the zone of the model is so far ahead of UTC
my (%settings, %tree, %evaluations, @rules, %year_events, %program, %indicators, %revisions, %measured, %graders,
	%entries, %shares);
my (%looks, %stages, %closings, %overrides, %persons, @sql, %taken);

sub rows
{
	my ($table, $columns, @rows) = @_;

	push @sql, "insert into $table ($columns) values\n" . join(",\n", map { '(' . join(', ',
		map { literal($_) } @$_) . ')' } @rows) . ';' if @rows;
	return;
}

# soon after a day, or long after; at a time of its own
sub recorded
{
	my ($day) = @_;
	my $second = $day * 86400 + below(one_in(5) ? 300 * 86400 : 20 * 86400);

	$second++ while $taken{$second}++;
	return $second;
}

sub maybe
{
	return one_in(2) ? $_[0] : undef;
}

# the row of the latest year that is not after it
sub in_year
{
	my ($rows, $year) = @_;
	my ($latest) = sort { $b <=> $a } grep { $_ <= $year } keys %$rows;

	return defined $latest ? $rows->{$latest} : undef;
}

foreach my $year (0, 2025, 2026)
{
	next if $year && one_in(3);
	$settings{$year} = { scale => any(@scales), weigh_by => any('approved', 'approved', 'budget', 'received',
		'executed', 'one', 'own', 'indicators'),
		rate_so_far => one_in(3) || 0, month => any(1, 1, 4, 7), currency => 'CNY' };
}
push @sql, "update place set time_zone = 'Asia/Shanghai'; delete from setting;";
rows('setting', 'fiscal_year, scale, weigh_by, rate_so_far, year_start_month, currency, totals_required',
	map { my $s = $settings{$_}; [ $_, $s->{scale}{text}, $s->{weigh_by}, $s->{rate_so_far}, $s->{month},
		$s->{currency}, 0 ] } sort keys %settings);

# trees by year: a parent comes before what is below it, so that nothing loops
sub plant
{
	my ($tree, $table, $id, $letter, $nodes) = @_;
	my $key = $table =~ /^(unit|objective)$/ ? "${1}_id" : $table eq 'function_code' ? 'function_id' : 'economic_id';
	my $moves = { unit => 'unit_move', function_code => 'function_move', economic_class => 'economic_move',
		objective => 'objective_move' }->{$table};
	my (@rows, @moved);

	foreach my $n (1 .. $nodes)
	{
		my $parent = $n == 1 || one_in(8) ? undef : $letter . (1 + below($n - 1));

		$tree{$tree}{"$letter$n"}{0} = [$parent];
		push @rows, [ "$letter$n", $parent, "$table $n" ];
		foreach my $year (grep { one_in(6) } 2025, 2026)
		{
			$parent = $n == 1 || one_in(6) ? undef : $letter . (1 + below($n - 1));
			$tree{$tree}{"$letter$n"}{$year} = [$parent];
			push @moved, [ "$letter$n", $year, $parent ];
		}
	}
	rows($table, "$key, parent_id, name", @rows);
	rows($moves, "$key, from_year, parent_id", @moved);
	return;
}
plant('unit', 'unit', 'unit_id', 'u', 8);
plant('function', 'function_code', 'function_id', 'f', 5);
plant('economic', 'economic_class', 'economic_id', 'e', 5);
plant('objective', 'objective', 'objective_id', 'o', 6);
my %name_of = (unit => 'unit', function => 'function_code', economic => 'economic_class', objective => 'objective');

sub parent
{
	my ($tree, $id, $year) = @_;

	return $id eq 'unclassified' ? undef : in_year($tree{$tree}{$id}, $year)->[0];
}

# a node and all above it
sub above
{
	my ($tree, $id, $year) = @_;
	my @above;

	for (; defined $id; $id = parent($tree, $id, $year))
	{
		push @above, $id;
	}
	return @above;
}

push @sql, "insert into fund (fund, name) values ('x', 'X'), ('y', 'Y'); insert into framework (framework_id, name,
	scale) values ('own', 'Own', '$scales[1]{text}');";
my %framework = (own => $scales[1]);

# how evaluations are done: the rows that the model begins with, one of the office's own, and changes from a year on
%evaluations = (
	self => { 0 => { rank => 1, so_far => 'renormalise', at_close => 'zero', floor => 80, days => 90,
		by_itself => 1 } },
	appraisal => { 0 => { so_far => 'zero', at_close => 'zero', floor => 100, before => 1 } },
	department => { 0 => { rank => 2, so_far => 'renormalise', at_close => 'zero', floor => 80 } },
	finance => { 0 => { rank => 3, so_far => 'renormalise', at_close => 'zero', floor => 80 } },
	'third party' => { 0 => { so_far => 'renormalise', at_close => 'zero', floor => 80 } });
foreach my $name ('self', 'department', 'peers', 'third party')
{
	next if $name ne 'peers' && one_in(2);
	my %row = (rank => any(1 .. 5), so_far => any('renormalise', 'zero', 'require 50'),
		at_close => any('renormalise', 'zero', 'zero', 'require 40.5'),
		floor => any(0, 33.5, 50, 80), days => maybe(any(30, 60, 200)));
	$row{rank} = undef if $name eq 'third party';
	$row{by_itself} = defined $row{days} && ($name eq 'self' || one_in(2)) || 0;
	my $year = any(2025, 2026);
	$year = 0 if $name eq 'peers';
	$evaluations{$name}{$year} = \%row;
	rows('evaluation', 'evaluation, fiscal_year, name, rank, missing_so_far, missing_at_close, floor, due_days,
		closes_when_due',
		[ $name, $year, $name, @row{qw(rank so_far at_close floor days by_itself)} ]);
}
foreach my $evaluation ('self', 'self', 'self', 'department', 'finance', 'peers')
{
	my $rule = 'r' . (1 + @rules);
	my $looks_at = any('execution', 'attainment', 'coverage', 'indicator');

	foreach my $year (0, one_in(3) ? 2025 : ())
	{
		my $effect = any('cap', 'cap', 'deduct', 'deduct', 'veto');
		my $target = some_target($looks_at eq 'attainment' ? '<=' : '>=');
		@$target{ 't', 'text' } = ($looks_at eq 'attainment' ? (any(100, 120), undef)
			: (any(20, 40, 60, 80.5), undef));
		$target = { form => $target->{form}, t => $target->{t}, text => "$target->{form} $target->{t}" };
		push @rules, { evaluation => $evaluation, rule => $rule, year => $year, looks_at => $looks_at,
			indicator => $looks_at eq 'indicator' ? any('i1', 'i2', 'g1', 'g2') : undef, target => $target,
				effect => $effect,
			points => $effect eq 'veto' ? undef : any(1, 2.5, 59, 79), in_force => $year == 0 || one_in(2) || 0 };
	}
}
rows('score_rule', 'evaluation, fiscal_year, rule, looks_at, indicator_id, target, effect, points, in_force',
	map { [ @$_{qw(evaluation year rule looks_at indicator)}, $_->{target}{text},
		@$_{qw(effect points in_force)} ] } @rules);

# facts are loaded without their guards: they are recorded at times of which the guards would know nothing
push @sql, 'set session_replication_role = replica;';
rows('breakdown', 'fiscal_year, breakdown, name', map { [ $_, 'women', 'Women' ] } @years);
foreach my $year (@years)
{
	my $from = day($year + 1 . '-01-10');
	foreach my $event (('closed', 'opened again', 'closed')[ 0 .. below(4) - 1 ])
	{
		my $at = $from * 86400 + below(86400);
		push @{ $year_events{$year} }, { at => $at, event => $event, recorded => recorded($from) };
		$from += 20 + below(60);
	}
}
rows('year_event', 'fiscal_year, at, event, reason, recorded_at',
	map { my $y = $_; map { [ $y, moment($_->{at}), $_->{event}, 'why',
		moment($_->{recorded}) ] } @{ $year_events{$y} || [] } } @years);

sub starts_on
{
	my ($year) = @_;
	my $month = in_year(\%settings, $year)->{month};

	return day(sprintf('%d-%02d-01', $month == 1 ? $year : $year - 1, $month));
}

sub ends_on
{
	my ($year) = @_;
	my $month = in_year(\%settings, $year)->{month};

	return day(sprintf('%d-%02d-01', $month == 1 ? $year + 1 : $year, $month)) - 1;
}

my (@indicator_rows, @revision_rows, @measurement_rows);

# Indicators of one evaluation: groups, and what is below them.
sub grow
{
	my ($p, $evaluation) = @_;
	my $key = "$p->{key}|$evaluation";
	my @free = map { "i$_" } 1 .. 9;
	my @groups = map { "g$_" } 1 .. 4;
	my ($starts, $ends) = (starts_on($p->{year}), ends_on($p->{year}));

	my $add = sub {
		my ($id, $parent, $kind, $method, $weight) = @_;
		my $source = $kind eq 'group' ? 'group' : $kind eq 'plain' ? any('measured', 'measured', 'measured',
			'measured', 'budget', 'graded', 'same') : 'measured';
		$source = 'measured' if $source eq 'graded' && !$graders{$key};
		my %i = (id => $id, parent => $parent, source => $source, method => $method // 'mean',
			name => "$id of $evaluation",
			dimension => maybe(any('output', 'cost', 'quality')), aspect => maybe(any('economy', 'equity',
				'efficiency')),
			unit => maybe('km'), owner => maybe('Ann'), due => maybe($ends - below(200)),
				moves => any('cumulative', 'level', 'rate', 'milestone'),
			stale => one_in(5) ? any(40, 120) : undef);

		$i{moves} = 'level' if $kind =~ /grade|square/;
		$i{same} = $source eq 'same' ? any(grep { $_ ne $evaluation } 'self', 'department', 'finance') : undef;
		push @{ $indicators{$key} }, \%i;
		push @indicator_rows, [ $p->{id}, $p->{year}, $evaluation, $id, $parent, $i{name},
			@i{qw(dimension aspect unit)}, $source, $i{same}, $i{method}, $i{moves},
			iso($i{due}), $i{stale}, $i{owner} ];

		# what was promised: at first, and as it was revised
		my $from = $starts + any(-40, 0, 0, 0, 60);
		foreach my $n (0 .. (one_in(12) ? -1 : one_in(3) ? 1 + below(2) : 0))
		{
			my %r = (from => $from, recorded => recorded($from), weight => $n && one_in(2) ? undef
				: $weight // any(1, 1, 5, 10, 12.5, '33.3333', 0, 60));

			$r{weight} = undef if $n && defined $weight;
			$r{retired} = $n && one_in(3) || 0;
			if ($source eq 'measured' && !($n && one_in(2)))
			{
				$r{target} = $kind =~ /grade|square/ ? { form => 'direct', text => 'direct' }
					: $i{moves} eq 'milestone' ? by_day($starts + below(500)) : some_target();
			}
			$r{target} = { form => '>=', t => 90, text => '>= 90' } if $source eq 'budget' && one_in(4);
			@r{ 'weight', 'target' } = () if $r{retired};
			push @{ $revisions{"$key|$id"} }, \%r;
			push @revision_rows, [ $p->{id}, $p->{year}, $evaluation, $id, iso($from), $r{target}
				&& $r{target}{text}, $r{weight}, $r{retired}, $r{retired} ? 'given up' : undef,
				moment($r{recorded}) ];
			$from += 20 + below(150);
		}

		# what was measured
		my $measure = sub {
			my (%m) = @_;
			$m{recorded} //= recorded($m{as_of});
			$m{grader} //= '';
			$m{breakdown} //= '';
			$m{evidence} = maybe("e$m{recorded}");
			push @{ $measured{"$key|$id"} }, \%m;
			push @measurement_rows, [ $p->{id}, $p->{year}, $evaluation, $id, iso($m{as_of}), $m{grader},
				$m{breakdown}, moment($m{recorded}), $m{actual}, iso($m{on}), $m{score}, undef, $m{evidence}, undef ];
			return unless one_in(6);
			$m{withdrawn} = recorded($m{as_of} + 30);
			$m{withdrawn} = $m{recorded} + 1 + below(1000000) if $m{withdrawn} <= $m{recorded};
			$measured{"$key|$id"}[-1] = \%m;
			push @measurement_rows, [ $p->{id}, $p->{year}, $evaluation, $id, iso($m{as_of}), $m{grader},
				$m{breakdown}, moment($m{withdrawn}), undef, undef, undef, moment($m{recorded}), undef, 'wrong' ];
		};
		my @days = map { $starts + below(430) - 20 } 1 .. below(4);
		push @days, $days[-1] if @days && one_in(4);
		foreach my $day (@days)
		{
			if ($source eq 'measured')
			{
				$measure->(as_of => $day, $kind eq 'grade' ? (actual => 1 + below(4)) : $kind eq 'square'
					? (actual => (below(11))**2)
					: one_in(8) ? (score => below(10000) / 100) : $i{moves} eq 'milestone' && !one_in(6)
						? (on => $starts + below(500)) : (actual => any(some_figure(), below(10000) / 100)));
				$measure->(as_of => $day, breakdown => 'women', actual => below(100)) if one_in(8);
			}
			elsif ($source eq 'graded')
			{
				$measure->(as_of => $day + below(10), grader => $_, score => below(10000) / 100) foreach
					grep { !one_in(3) } sort keys %{ $graders{$key} };
			}
		}
	};
	my $leaves;
	my $group;
	$leaves = sub {
		my ($parent, $n, $kind, $weight) = @_;
		foreach (1 .. $n)
		{
			$add->(shift @free, $parent, $kind, undef, $weight) if @free;
		}
	};
	$group = sub {
		my ($parent, $depth) = @_;
		my $id = shift @groups;
		return unless $id;
		my $method = any('mean', 'mean', 'mean', 'sum', 'weakest', 'm1', 'm2', 'geometric');
		$add->($id, $parent, 'group', $method);
		return if one_in(15);
		return $leaves->($id, 2 + below($method eq 'm1' ? 4 : 3), 'grade') if $method =~ /^m/ && $method ne 'mean';
		return $leaves->($id, 2, 'square', any(1, 7)) if $method eq 'geometric';
		$leaves->($id, 1 + below(3), 'plain');
		$group->($id, $depth + 1) if $depth < 2 && one_in(3);
	};
	$group->(undef, 0) foreach 1 .. below(3);
	$leaves->(undef, below(4), 'plain');
	return;
}

my (@rows_of_programs, @rows_of_shares, @rows_of_looks, @rows_of_graders, @rows_of_entries, @rows_of_stages,
	@rows_of_closings, @rows_of_overrides, @rows_of_persons);
foreach my $n (1 .. $cases)
{
	my $id = sprintf('p%04d', $n);
	my $revenue = one_in(6);
	my $scope = any(('project') x 6, 'basic', 'basic', 'department', 'government', 'objective');

	foreach my $year (grep { !one_in(4) } @years)
	{
		my %p = (id => $id, year => $year, key => "$id|$year", name => "Program $n of $year",
			unit => 'u' . (1 + below(8)), nature => $revenue ? 'revenue' : 'expenditure', scope => $scope,
			fund => any('general', 'x'), function => one_in(3) ? undef : 'f' . (1 + below(5)),
				economic => one_in(2) ? undef : 'e' . (1 + below(5)),
			type => $revenue ? maybe(any('tax', 'nontax', 'transfer')) : undef, framework => one_in(4) ? 'own'
				: undef, weight => maybe(any(1, 2.5, 40, '0.33333333')));
		my ($starts, $ends) = (starts_on($year), ends_on($year));

		$p{revenue} = $revenue ? 1 : 0;
		$p{overall} = !$revenue && $scope =~ /department|government|objective/ ? 1 : 0;
		$program{ $p{key} } = \%p;
		push @rows_of_programs, [ @p{qw(id year name unit nature scope fund function economic type framework
			weight)} ];
		my %objective = map { 'o' . (1 + below(6)) => any(100, 40, 30, 25.5,
			'33.3333') } 1 .. ($scope eq 'objective' ? 1 + below(2) : below(4));
		$shares{ $p{key} } = \%objective;
		push @rows_of_shares, [ $id, $year, $_, $objective{$_} ] foreach sort keys %objective;

		# money
		foreach my $e (1 .. ($p{overall} ? one_in(4) : 2 + below(9)))
		{
			my $kind = $e == 1 ? 'approved' : any('proposed', 'approved', 'carried_over', 'adjusted', 'received',
				'committed', 'executed', 'executed', 'planned');
			my %e = (kind => $kind, amount => (below(4) ? 1 : 100) * below(100000) * ($kind eq 'adjusted'
				&& one_in(2) || one_in(15) ? -1 : 1), day => $starts + below(420) - 30,
				fund => one_in(4) ? any('general', 'x', 'y') : undef, economic => one_in(4) ? 'e' . (1 + below(5))
					: undef, currency => one_in(12) ? 'EUR' : maybe('CNY'));
			$e{day} = $starts if $e == 1 && !one_in(6);
			$e{recorded} = recorded($e{day});
			push @{ $entries{ $p{key} } }, \%e;
			push @rows_of_entries, [ $id, $year, "e$e", $kind, $kind eq 'planned' ? 1 + below(12) : undef,
				iso($e{day}), shown($e{amount}, 2), @e{qw(fund economic currency)}, $kind eq 'adjusted' ? 'act'
				: undef, moment($e{recorded}) ];
		}

		# looks, with their graders and their closings
		$looks{ $p{key} }{self} = { framework => $p{framework} };
		foreach my $evaluation (grep { one_in(4) } 'appraisal', 'department', 'finance', 'third party', 'peers')
		{
			my %look = (framework => one_in(4) ? 'own' : undef, evaluator => maybe('Bob'),
				by => $evaluation eq 'third party' ? maybe(any('department', 'finance')) : undef);
			$looks{ $p{key} }{$evaluation} = \%look;
			push @rows_of_looks, [ $id, $year, $evaluation, @look{qw(framework evaluator by)} ];
		}
		foreach my $evaluation (sort keys %{ $looks{ $p{key} } })
		{
			foreach my $grader (one_in(2) ? ('ann', 'bob', 'eve')[ 0 .. below(3) ] : ())
			{
				my $weight = any(0, 1, 1, 2, '0.3');
				$graders{"$p{key}|$evaluation"}{$grader} = $weight;
				push @rows_of_graders, [ $id, $year, $evaluation, $grader, $weight, 'nobody' ];
			}
			my $at = $ends + below(60);
			foreach my $event (one_in(2) ? ('opened', 'closed', 'opened again',
				'closed')[ below(2) .. 1 + below(3) ] : ())
			{
				my %e = (at => $at * 86400 + below(86400), event => $event, recorded => recorded($at));
				push @{ $closings{"$p{key}|$evaluation"} }, \%e;
				push @rows_of_closings, [ $id, $year, $evaluation, moment($e{at}), $event, 0, 'why',
					moment($e{recorded}) ];
				if (one_in(6))
				{
					$e{back} = $e{recorded} + 1 + below(50 * 86400);
					push @rows_of_closings, [ $id, $year, $evaluation, moment($e{at}), $event, 1, 'by mistake',
						moment($e{back}) ];
				}
				$at += 2 + below(60);
			}
			grow(\%p, $evaluation) unless one_in(12);
		}

		# stages, some of them taken back
		my $at = $starts - 100;
		foreach my $stage (one_in(2) ? ('drafted', 'appraised', 'approved', 'executing',
			'self_evaluated')[ 0 .. below(5) ] : ())
		{
			my %s = (stage => $stage, at => $at * 86400 + below(86400), recorded => recorded($at),
				grade => maybe('good'));
			push @rows_of_stages, [ $id, $year, moment($s{at}), $stage, $s{grade}, 0, moment($s{recorded}), undef ];
			if (one_in(5))
			{
				$s{back} = $s{recorded} + 1 + below(100 * 86400);
				push @rows_of_stages, [ $id, $year, moment($s{at}), $stage, undef, 1, moment($s{back}),
					'by mistake' ];
			}
			push @{ $stages{ $p{key} } }, \%s;
			$at += 1 + below(200);
		}
		foreach my $from (one_in(6) ? ($starts + 100, $starts + 300)[ 0 .. below(2) ] : ())
		{
			my %o = (from => $from, rating => maybe('set aside'), recorded => recorded($from));
			push @{ $overrides{ $p{key} } }, \%o;
			push @rows_of_overrides, [ $id, $year, iso($from), $o{rating}, moment($o{recorded}), 'a reason' ];
		}
		foreach my $from (one_in(3) ? ($starts, $starts + 200, $ends + 5)[ 0 .. below(3) ] : ())
		{
			push @{ $persons{ $p{key} } }, { from => $from, person => "person $from" };
			push @rows_of_persons, [ $id, $year, iso($from), "person $from" ];
		}
	}
}
rows('program', 'program_id, fiscal_year, name, unit_id, nature, scope, fund, function_id, economic_id,
	revenue_type, framework_id, weight', @rows_of_programs);
rows('program_objective', 'program_id, fiscal_year, objective_id, share', @rows_of_shares);
rows('program_evaluation', 'program_id, fiscal_year, evaluation, framework_id, evaluator, commissioned_by',
	@rows_of_looks);
rows('grader', 'program_id, fiscal_year, evaluation, grader, weight, role_name', @rows_of_graders);
rows('evaluation_event', 'program_id, fiscal_year, evaluation, at, event, taken_back, reason, recorded_at',
	@rows_of_closings);
rows('adjustment', 'program_id, fiscal_year, adjustment_id, procedure, reason',
	map { [ @$_[ 0, 1 ], 'act', 'p', 'r' ] } @rows_of_programs);
rows('budget_entry', 'program_id, fiscal_year, entry_id, kind, month, entry_date, amount, fund, economic_id,
	currency, adjustment_id, recorded_at', @rows_of_entries);
rows('stage_event', 'program_id, fiscal_year, at, stage, grade, taken_back, recorded_at, reason', @rows_of_stages);
rows('rating_override', 'program_id, fiscal_year, valid_from, rating, recorded_at, reason', @rows_of_overrides);
rows('responsible', 'program_id, fiscal_year, from_day, person', @rows_of_persons);
rows('indicator', 'program_id, fiscal_year, evaluation, indicator_id, parent_id, name, dimension, aspect,
	unit_of_measure, source, same_as, method, moves, due, stale_days, owner', @indicator_rows);
rows('target_revision', 'program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight, retired,
	reason, recorded_at', @revision_rows);
rows('measurement', 'program_id, fiscal_year, evaluation, indicator_id, as_of, grader, breakdown, recorded_at,
	actual, actual_date, score, withdrawn, evidence, reason', @measurement_rows);

$node->safe_psql('oracle', "set client_min_messages = warning; select bpm.create_model('m');
	set search_path = m;\n" . join("\n", @sql) . "\nreset session_replication_role; select bpm.analyze_model('m');");

# --------------------------------------------------------------------------------------------------
# what counts on a day, as known at a time
# --------------------------------------------------------------------------------------------------
my ($day, $known);
my @kinds = qw(proposed approved carried_over adjusted received committed executed planned);

sub local_day
{
	return int(($_[0] + $ahead) / 86400);
}

# of rows that have a time, those until the end of the day and known by then
sub happened
{
	return grep { local_day($_->{at}) <= $day && $_->{recorded} <= $known } @{ $_[0] || [] };
}

# those that were not taken back
sub standing_rows
{
	return grep { !(defined $_->{back} && $_->{back} <= $known) } happened(@_);
}

sub stage
{
	my ($p) = @_;

	return last_of([ standing_rows($stages{ $p->{key} }) ], 'at', 'recorded');
}

# the day on which the money of its year closes; undef: it does not
sub money_closes_on
{
	my ($p) = @_;
	my $event = last_of([ happened($year_events{ $p->{year} }) ], 'at');

	return local_day($event->{at}) if $event && $event->{event} eq 'closed';
	return $event || stage($p) ? undef : ends_on($p->{year});
}

# which parts of which programs an amount is of: a key, and two fractions of 1 in units of the 6th digit
my %objective_parts;
foreach my $key (keys %shares)
{
	my $upto = 0;
	my @ids = sort keys %{ $shares{$key} };
	my ($most) = sort { $shares{$key}{$b} <=> $shares{$key}{$a} || $a cmp $b } @ids;

	foreach my $id (@ids)
	{
		my $after = $upto;
		$upto += rounded(fraction($shares{$key}{$id}), 4)->numify;
		push @{ $objective_parts{$key} }, [ $id, least($after, 1000000), least($upto, 1000000), $id eq $most ? 1
			: 0 ];
	}
	push @{ $objective_parts{$key} }, [ 'unclassified', $upto, 1000000, @ids ? 0 : 1 ] if $upto < 1000000;
}

sub covered
{
	my ($p) = @_;

	return ([ $p->{key}, 0, 1000000 ]) unless $p->{overall};
	my @others = grep { $_->{year} == $p->{year} && !$_->{revenue}
		&& $_->{scope} =~ /basic|project/ } values %program;
	return map { [ $_->{key}, 0, 1000000 ] } grep { my $o = $_; grep { $_ eq $p->{unit} } above('unit', $o->{unit},
		$o->{year}) } @others if $p->{scope} ne 'objective';
	my @parts;
	foreach my $o (@others)
	{
		foreach my $part (@{ $objective_parts{ $o->{key} } || [] })
		{
			push @parts, [ $o->{key}, @$part[ 1, 2 ] ] if grep { $shares{ $p->{key} }{$_} } above('objective',
				$part->[0], $o->{year});
		}
	}
	return @parts;
}

sub part
{
	my ($whole, $after, $upto, $unit) = @_;

	return $whole if $after == 0 && $upto == $unit;
	return divided(big($whole) * $upto, $unit) - divided(big($whole) * $after, $unit);
}

sub counting
{
	my ($p, $until) = @_;

	return grep { $_->{day} <= $until && $_->{recorded} <= $known
		&& ($_->{currency} // 'CNY') eq 'CNY' } @{ $entries{ $p->{key} } || [] };
}

# in cents, by kind
sub money
{
	my ($p, $until) = @_;
	my %sum = map { $_ => 0 } @kinds;

	foreach my $covered (covered($p))
	{
		my ($key, $after, $upto) = @$covered;
		my %own;
		$own{ $_->{kind} } += $_->{amount} foreach counting($program{$key}, $until);
		$sum{$_} += part($own{$_}, $after, $upto, 1000000) foreach keys %own;
	}
	$sum{budget} = $sum{approved} + $sum{carried_over} + $sum{adjusted};
	return \%sum;
}

sub execution
{
	my ($money) = @_;

	return undef if $money->{budget} <= 0;
	return Math::BigRat->new(100 * big($money->{executed}), big($money->{budget}));
}

# an evaluation of a program: whether it is closed, until when figures and money count
sub standing
{
	my ($p, $evaluation) = @_;
	my $look = $looks{ $p->{key} }{$evaluation};
	my $how = in_year($evaluations{$evaluation}, $p->{year});
	my $event = last_of([ standing_rows($closings{"$p->{key}|$evaluation"}) ], 'at', 'recorded');
	my $due = defined $how->{days} ? ends_on($p->{year}) + $how->{days} : undef;
	my $closes;

	if ($event && $event->{event} eq 'closed')
	{
		$closes = local_day($event->{at});
	}
	elsif ($how->{by_itself} && !($event && $event->{event} eq 'opened again'))
	{
		$closes = $event || stage($p) ? $due : ends_on($p->{year});
	}
	my $closed = defined $closes && $closes <= $day ? 1 : 0;
	my $by = defined $look->{by} ? in_year($evaluations{ $look->{by} }, $p->{year}) : undef;
	return { closes => $closes, closed => $closed, due => $due, until => least($day, $closes),
		money_until => least($day, $closes, money_closes_on($p)),
		floor => $how->{floor}, before => $how->{before}, missing => $closed ? $how->{at_close} : $how->{so_far},
		rank => $how->{before} ? undef : $how->{rank} // ($by && $by->{rank}) };
}

# --------------------------------------------------------------------------------------------------
# indicators
# --------------------------------------------------------------------------------------------------
sub facts
{
	my ($p, $evaluation, $state, $execution) = @_;
	my ($starts, $ends) = (starts_on($p->{year}), ends_on($p->{year}));
	my $key = "$p->{key}|$evaluation";
	my @facts;

	foreach my $i (@{ $indicators{$key} || [] })
	{
		my ($of, $source) = ($evaluation, $i->{source});
		if ($source eq 'same')
		{
			$of = $i->{same};
			my ($other) = grep { $_->{id} eq $i->{id} } @{ $indicators{"$p->{key}|$of"} || [] };
			$source = $other ? $other->{source} : 'same';
		}
		my $revised = sub {
			my ($of, $what) = @_;
			my @known = grep { $_->{from} <= $state->{until}
				&& $_->{recorded} <= $known } @{ $revisions{"$p->{key}|$of|$i->{id}"} || [] };
			return last_of([ grep { !$what || defined $_->{$what} } @known ], 'from', 'recorded');
		};
		my $now = $revised->($evaluation);
		my $weighed = $revised->($evaluation, 'weight');
		my $promised = $revised->($of, 'target');
		my %f = (%$i, retired => $now && $now->{retired} ? 1 : 0, weight => $weighed ? $weighed->{weight} : $now
			? 1 : 0,
			target => $source eq 'group' ? undef : $promised ? $promised->{target} : $source eq 'budget'
				? { form => '>=', t => 100, text => '>= 100%' } : undef);
		$f{weight} = 0 if $f{retired};

		my $figure = sub {
			my ($grader) = @_;
			return last_of([ grep { $_->{grader} eq $grader && $_->{breakdown} eq ''
				&& $_->{as_of} <= $state->{until} && $_->{recorded} <= $known
				&& !(defined $_->{withdrawn}
					&& $_->{withdrawn} <= $known) } @{ $measured{"$p->{key}|$of|$i->{id}"} || [] } ], 'as_of',
					'recorded');
		};
		if ($source eq 'measured' and my $m = $figure->(''))
		{
			@f{qw(measured_on on evidence)} = @$m{qw(as_of on evidence)};
			$f{actual} = fraction($m->{actual}) if defined $m->{actual};
			$f{grade} = rounded(fraction($m->{score}), 8) if defined $m->{score};
		}
		elsif ($source eq 'graded')
		{
			my ($sum, $weight) = (fraction(0), fraction(0));
			foreach my $grader (sort keys %{ $graders{"$p->{key}|$of"} || {} })
			{
				my $m = $figure->($grader) or next;
				my $w = fraction($graders{"$p->{key}|$of"}{$grader});
				$sum += $w * fraction($m->{score});
				$weight += $w;
				$f{measured_on} = $m->{as_of} if !defined $f{measured_on} || $m->{as_of} > $f{measured_on};
				$f{evidence} = $m->{evidence} if defined $m->{evidence}
					&& (!defined $f{evidence} || $m->{evidence} gt $f{evidence});
			}
			$f{grade} = rounded($sum / $weight, 8) if $weight > 0;
		}
		elsif ($source eq 'budget')
		{
			$f{actual} = $execution;
		}
		my $on = $f{measured_on};
		$f{late} = defined $on && $on > $ends ? 1 : 0;
		$f{stale_now} = defined $on && ($on < $starts && !$state->{before} || defined $i->{stale}
			&& $on < least($state->{until}, $ends) - $i->{stale}) ? 1 : 0;
		$f{score} = $f{retired} || $f{stale_now} ? undef : defined $f{grade} ? $f{grade}
			: scored($f{target}, $f{actual}, $f{on});
		push @facts, \%f;
	}

	# siblings that all weigh nothing count alike
	my %below;
	push @{ $below{ $_->{parent} // '' } }, $_ foreach @facts;
	foreach my $siblings (values %below)
	{
		my @kept = grep { !$_->{retired} } @$siblings;
		my $weighs = grep { $_->{weight} > 0 } @kept;
		$_->{tree_weight} = $weighs ? $_->{weight} : @kept && $_->{retired} ? 0 : 1 foreach @$siblings;
	}
	return \@facts;
}

# --------------------------------------------------------------------------------------------------
# the tree of an evaluation
# --------------------------------------------------------------------------------------------------
my @m2 = (undef, undef, [ 1, 1.5, 2, 2.5, 3, 3.5, 4 ], [ 1, 1.5, 1.5, 2, 2.5, 3, 3, 3.5, 4, 4 ],
	[ 1, 1, 1.5, 1.5, 2, 2.5, 2.5, 3, 3, 3.5, 3.5, 4, 4 ]);

sub graded
{
	my ($method, @grades) = @_;
	my ($lowest) = sort { $a <=> $b } @grades;
	my $sum = 0;

	$sum += $_ foreach @grades;
	return fraction($grades[0]) if @grades == 1;
	return fraction($m2[@grades][ $sum - @grades ]) if $method eq 'm2';
	return fraction($lowest) + ((grep { $_ > $lowest } @grades) ? fraction(0.5) : 0);
}

# of values and weights above 0
sub together
{
	my ($method, @parts) = @_;
	my ($sum, $weight) = (fraction(0), fraction(0));
	my ($lowest) = sort { $a <=> $b } map { $_->[0] } @parts;

	return undef unless @parts;
	return $lowest if $method eq 'weakest';
	if ($method eq 'geometric')
	{
		# two of one weight, whose product is a square; or one
		my $product = Math::BigRat->new(1);
		$product *= $_->[0] foreach @parts;
		return @parts == 1 ? $product : Math::BigRat->new($product->numerator->copy->bsqrt);
	}
	foreach my $part (@parts)
	{
		$sum += $method eq 'sum' ? $part->[0] : $part->[0] * $part->[1];
		$weight += $part->[1];
	}
	return $method eq 'sum' ? $sum : $sum / $weight;
}

sub within_grades
{
	my ($grade) = @_;

	return $grade < 1 ? 1 : $grade > 4 ? 4 : $grade;
}

sub whole
{
	my ($x, $up) = @_;

	return within_grades(($up ? $x->copy->bceil : $x->copy->bfloor)->numify);
}

sub tree
{
	my ($facts, $missing) = @_;
	my $zero = $missing eq 'zero';
	my ($least) = $missing =~ /^require (.*)/;
	my %root = (id => '', tree_weight => 1, source => 'group', method => 'mean', path => [], depth => 0);
	my %below;

	push @{ $below{ $_->{parent} // '' } }, $_ foreach sort { $a->{id} cmp $b->{id} } @$facts;
	my ($up, $down);
	$up = sub {
		my ($n) = @_;
		my @all = @{ $below{ $n->{id} } || [] };

		$n->{below} = \@all;
		if (!@all)
		{
			$n->{exact} = defined $n->{score} ? Math::BigRat->new($n->{score}, 100000000) : undef;
			$n->{low} = $n->{exact} // fraction(0);
			$n->{high} = $n->{exact} // best($n->{target});
			$n->{coverage} = fraction(defined $n->{exact} ? 100 : 0);
			return;
		}
		$up->($_) foreach @all;
		my @weighing = grep { $_->{tree_weight} > 0 } @all;
		my ($weight, $covered) = (fraction(0), fraction(0));
		foreach my $c (@weighing)
		{
			$weight += fraction($c->{tree_weight});
			$covered += fraction($c->{tree_weight}) * $c->{coverage} if defined $c->{exact};
		}
		$n->{coverage} = $covered / $weight;
		$n->{all} = $weight;
		my $is_graded = $n->{method} eq 'm1' || $n->{method} eq 'm2';
		my @there = grep { $zero || defined $_->{exact} } @weighing;
		$n->{there} = fraction(0);
		$n->{there} += fraction($_->{tree_weight}) foreach @there;
		if ($is_graded)
		{
			$n->{exact} = @there ? graded($n->{method}, map { defined $_->{exact} ? $_->{exact}->numify
				: 1 } @there) : undef;
			$n->{low} = graded($n->{method}, map { whole($_->{low}, 0) } @weighing);
			$n->{high} = graded($n->{method}, map { whole($_->{high}, 1) } @weighing);
		}
		else
		{
			$n->{exact} = together($n->{method}, map { [ $_->{exact} // fraction(0),
				fraction($_->{tree_weight}) ] } @there);
			$n->{low} = together($n->{method}, map { [ $_->{low}, fraction($_->{tree_weight}) ] } @weighing);
			$n->{high} = together($n->{method}, map { [ $_->{high}, fraction($_->{tree_weight}) ] } @weighing);
		}
		$n->{exact} = undef if defined $least && $n->{coverage} < fraction($least);
	};
	$up->(\%root);

	# what each node is of the whole, and of the score as it is
	$root{share} = fraction(1);
	$root{effect} = fraction($zero || defined $root{exact} ? 1 : 0);
	my @terms;
	my $leaf_like = sub { !@{ $_[0]{below} } || $_[0]{method} !~ /^(mean|sum)$/ };
	$down = sub {
		my ($n) = @_;

		$n->{shown} = rounded($n->{exact}, 8);
		push @terms, $n if defined $n->{effect} && $n->{effect} > 0 && $leaf_like->($n);
		foreach my $c (@{ $n->{below} })
		{
			my $w = fraction($c->{tree_weight});
			my $there = $zero || defined $c->{exact};
			$c->{share} = $n->{share} * $w / $n->{all};
			$c->{depth} = $n->{depth} + 1;
			$c->{path} = [ @{ $n->{path} }, $c->{id} ];
			$c->{effect} = !defined $n->{effect} || $n->{method} !~ /^(mean|sum)$/ ? undef
				: !$there || $w == 0 ? fraction(0) : $n->{method} eq 'sum' ? $n->{effect}
					: $n->{effect} * $w / $n->{there};
			$down->($c);
		}
	};
	$down->(\%root);

	# contributions: cut to the last digit, and what then is lacking goes to the largest rests, the earlier first
	my $left = $root{shown} // 0;
	foreach my $t (@terms)
	{
		my $exact = $t->{effect} * ($t->{shown} // 0);
		$t->{cut} = $exact->copy->bfloor->numerator;
		$t->{rest} = $exact - $t->{cut};
		$left -= $t->{cut};
	}
	foreach my $t (sort { $b->{rest} <=> $a->{rest} || join("\0", @{ $a->{path} }) cmp join("\0",
		@{ $b->{path} }) } @terms)
	{
		last if $left <= 0;
		$t->{cut} = $t->{cut} + 1;
		$left--;
	}
	my $add;
	$add = sub {
		my ($n) = @_;

		$add->($_) foreach @{ $n->{below} };
		if (!defined $root{exact} || !defined $n->{effect})
		{
			$n->{contribution} = undef;
		}
		elsif ($leaf_like->($n))
		{
			$n->{contribution} = defined $n->{exact} || $zero ? $n->{cut} // 0 : undef;
		}
		else
		{
			my @given = grep { defined } map { $_->{contribution} } @{ $n->{below} };
			my $sum = Math::BigInt->new(0);
			$sum += $_ foreach @given;
			$n->{contribution} = @given ? $sum : undef;
		}
	};
	$add->(\%root);
	$_->{share12} = rounded($_->{share}, 12) foreach @$facts;
	return \%root;
}

sub ruled
{
	my ($score, $rules) = @_;

	return undef unless defined $score;
	return Math::BigInt->new(0) if $rules->{vetoed};
	$score = $score - $rules->{deducted};
	$score = $rules->{cap} if defined $rules->{cap} && $score > $rules->{cap};
	return $score < 0 ? Math::BigInt->new(0) : big($score);
}

# What the rules of an evaluation find.
sub judged
{
	my ($p, $evaluation, $closed, $execution, $root, $facts) = @_;
	my %in_force;
	my @found;

	foreach my $rule (sort { $a->{year} <=> $b->{year} } grep { $_->{evaluation} eq $evaluation
		&& $_->{year} <= $p->{year} } @rules)
	{
		$in_force{ $rule->{rule} } = $rule;
	}
	foreach my $rule (grep { $_->{in_force} } map { $in_force{$_} } sort keys %in_force)
	{
		# what grows until the end says nothing before
		next if !$closed && $rule->{looks_at} =~ /execution|coverage/;
		my @looked = $rule->{looks_at} eq 'execution' ? ([ '', $execution ])
			: $rule->{looks_at} eq 'coverage' ? ([ '', Math::BigRat->new(rounded($root->{coverage}, 8), 100000000) ])
			: $rule->{looks_at} eq 'indicator' ? map { [ $_->{id}, defined $_->{shown}
				? Math::BigRat->new($_->{shown}, 100000000) : $closed ? Math::BigRat->new(0) : undef ] }
				grep { $_->{id} eq $rule->{indicator} } @$facts
			: map { my $a = attainment($_->{target}, $_->{actual}); defined $a
				? [ $_->{id}, Math::BigRat->new($a, 100000000) ] : () }
			grep { $_->{source} eq 'measured' && $_->{weight} > 0 && defined $_->{score} } @$facts;
		push @found, map { { rule => $rule, item => $_->[0], figure => $_->[1], applies => defined $_->[1]
			&& !met($rule->{target}, $_->[1]) ? 1 : 0 } } @looked;
	}
	my @applying = grep { $_->{applies} } @found;
	my %rules = (found => \@found, vetoed => (grep { $_->{rule}{effect} eq 'veto' } @applying) ? 1 : 0,
		deducted => 0);
	foreach my $f (@applying)
	{
		my $points = defined $f->{rule}{points} ? rounded(fraction($f->{rule}{points}), 8) : undef;
		$rules{deducted} += $points if $f->{rule}{effect} eq 'deduct';
		$rules{cap} = $points if $f->{rule}{effect} eq 'cap' && (!defined $rules{cap} || $points < $rules{cap});
	}
	return \%rules;
}

sub evaluated
{
	my ($p, $evaluation) = @_;
	my $e = standing($p, $evaluation);
	my $setting = in_year(\%settings, $p->{year});
	my $look = $looks{ $p->{key} }{$evaluation};
	my $scale = $look->{framework} ? $framework{ $look->{framework} } : $setting->{scale};

	$e->{evaluation} = $evaluation;
	$e->{look} = $look;
	$e->{execution} = execution(money($p, $e->{money_until}));
	$e->{facts} = facts($p, $evaluation, $e, $e->{execution});
	my $root = tree($e->{facts}, $e->{missing});
	my $rules = $e->{rules} = judged($p, $evaluation, $e->{closed}, $e->{execution}, $root, $e->{facts});
	$e->{tree_score} = $root->{shown};
	$e->{score} = ruled($root->{shown}, $rules);
	$e->{coverage} = rounded($root->{coverage}, 8);
	$e->{low} = ruled(rounded($root->{low}, 8), $rules);
	$e->{high} = ruled(rounded($root->{high}, 8), $rules);
	$e->{indicators} = grep { $_->{source} ne 'group' && !$_->{retired} } @{ $e->{facts} };
	$e->{scored} = grep { $_->{source} ne 'group' && defined $_->{score} } @{ $e->{facts} };
	my $enough = $e->{coverage} >= rounded(fraction($e->{floor}), 8);
	$e->{counts} = $e->{closed} && $enough && defined $e->{rank} ? 1 : 0;
	if (!$e->{closed} && !$setting->{rate_so_far})
	{
		$e->{reason} = 'so far: not closed';
	}
	elsif (!$enough)
	{
		$e->{reason} = under_floor($e->{coverage}, $e->{floor});
		@$e{ 'rating', 'place' } = ('not demonstrated', 1 + @{ $scale->{bands} });
	}
	elsif (!defined $e->{score})
	{
		$e->{reason} = 'nothing is scored';
	}
	else
	{
		@$e{ 'rating', 'place' } = rated($e->{score}, $scale);
	}
	return $e;
}

# --------------------------------------------------------------------------------------------------
# what the views show
# --------------------------------------------------------------------------------------------------
my @sums = qw(programs scored_programs closed_programs proposed approved carried_over adjusted budget received
	committed executed planned weight scored_weight
	score_sum coverage_sum low_sum high_sum self_weight self_sum);
my %digits = ((map { $_ => 0 } qw(programs scored_programs closed_programs)), (map { $_ => 2 } @kinds, 'budget'),
	(map { $_ => 8 } qw(weight scored_weight self_weight)),
	map { $_ => 16 } qw(score_sum coverage_sum low_sum high_sum self_sum));

sub total
{
	my ($year, $rows) = @_;
	my %t = (year => $year, map { $_ => 0 } @sums);

	foreach my $row (@$rows)
	{
		$t{$_} = $t{$_} + $row->{$_} foreach @sums;
	}
	$t{score} = quotient($t{score_sum}, $t{scored_weight}, 0);
	$t{$_} = quotient($t{"${_}_sum"}, $t{weight}, 0) foreach qw(coverage low high);
	$t{self_score} = quotient($t{self_sum}, $t{self_weight}, 0);
	my $setting = in_year(\%settings, $year);
	my $floor = in_year($evaluations{self}, $year)->{floor};
	if ((grep { $_->{is_open} } @$rows) && !$setting->{rate_so_far})
	{
		$t{reason} = 'so far: not all programs are closed';
	}
	elsif (defined $t{coverage} && $t{coverage} < rounded(fraction($floor), 8))
	{
		$t{reason} = under_floor($t{coverage}, $floor);
		@t{ 'rating', 'place' } = ('not demonstrated', 1 + @{ $setting->{scale}{bands} });
	}
	elsif (!defined $t{score})
	{
		$t{reason} = 'nothing is scored';
	}
	else
	{
		@t{ 'rating', 'place' } = rated($t{score}, $setting->{scale});
	}
	return \%t;
}

my @of_total = (@sums[ 0 .. 11 ], 'execution_rate', @sums[ 12 .. 19 ],
	qw(score coverage low high self_score rating rating_rank rating_reason));

sub totals
{
	my ($t) = @_;
	my %shown = ((map { $_ => $digits{$_} ? shown($t->{$_}, $digits{$_}) : "$t->{$_}" } @sums),
		(map { $_ => shown($t->{$_}, 8) } qw(score coverage low high self_score)),
		execution_rate => $t->{budget} > 0 ? shown(quotient(100 * $t->{executed}, $t->{budget}, 4), 4) : undef,
		rating => $t->{rating}, rating_rank => $t->{place}, rating_reason => $t->{reason});

	return @shown{@of_total};
}

my %columns = (
	program_result => [ qw(program_id fiscal_year unit_id nature scope fund function_id economic_id revenue_type
		is_revenue is_overall), @sums[ 0 .. 11 ],
		qw(covered_budget covered_executed execution_rate), @sums[ 12 .. 19 ],
			qw(score coverage low high self_score evaluation rating rating_rank rating_reason overridden
		stage stage_since closed closes_on responsible framework_id unit_name name) ],
	evaluation_result => [ qw(program_id fiscal_year evaluation unit_id indicators scored_indicators closed
		tree_score deducted cap vetoed score coverage low high floor
		rating rating_rank rating_reason counts rank due_on closes_on counts_until evaluator framework_id name
		unit_name) ],
	score_rule_result => [ qw(program_id fiscal_year evaluation rule item applies points figure effect looks_at
		target name program_name) ],
	indicator_tree_result => [ qw(program_id fiscal_year evaluation indicator_id parent_id depth leaf weight share
		score low high coverage contribution weight_lost
		dimension aspect method name program_name) ],
	indicator_result => [ qw(program_id fiscal_year evaluation indicator_id parent_id unit_id dimension aspect
		weight share scored_share score_sum score actual actual_date
		attainment met measured_on late stale retired due owner name unit_of_measure target source moves
		evidence program_name figure_reason) ],
	dimension_result => [ qw(program_id fiscal_year evaluation dimension aspect unit_id indicators
		scored_indicators share scored_share score_sum score coverage program_name) ],
	aspect_result => [ qw(unit_id fiscal_year aspect programs indicators scored_indicators weight scored_weight
		score_sum score coverage parent_id name reason) ],
	node_result => [ qw(tree id fiscal_year), @of_total, qw(own_program_id own_score own_rating parent_id name) ],
	(map { my ($tree, $id) = @$_; ("${tree}_result" => [ $id, 'fiscal_year', @of_total,
		qw(own_program_id own_score own_rating parent_id name) ]) }
		[ 'unit', 'unit_id' ], [ 'function', 'function_id' ], [ 'economic', 'economic_id' ],
			[ 'objective', 'objective_id' ]),
	classification_result => [ qw(fiscal_year nature scope fund), @of_total ],
	year_result => [ 'fiscal_year', @of_total ],
	evaluation_share => [ qw(unit_id fiscal_year evaluation programs closed_programs budget unit_budget
		budget_share name) ],
	revenue_result => [ qw(unit_id fiscal_year programs planned collected collection_rate tax_collected tax_share
		collected_squares concentration collected_before growth
		own_collected spent self_sufficiency parent_id name over_collected volatility growth_years reason
		scored_programs closed_programs weight scored_weight score_sum coverage_sum low_sum high_sum
		score coverage low high rating rating_rank rating_reason) ],
	project_total => [ qw(program_id fiscal_year indicator_id actual actual_to_date budget executed budget_to_date
		executed_to_date first_year years unit_of_measure name program_name) ],
	trend => [ qw(grain id fiscal_year budget budget_before budget_growth executed executed_before executed_growth
		score score_before score_change scored_weight score_sum name day day_before) ]);

# Money and weight of a program by fund and economic class, as its entries say or else the program: the largest part
# first.
sub slices
{
	my ($p, $row) = @_;
	my %by;

	foreach my $e (counting($p, least($day, money_closes_on($p))))
	{
		my $slice = $by{ join "\0", $e->{fund} // '~',
			$e->{economic} // '~' } //= { fund => $e->{fund} // $p->{fund},
			economic => $e->{economic} // $p->{economic} // 'unclassified',
			order => join("\0", $e->{fund} // '~', $e->{economic} // '~'), map { $_ => 0 } @kinds };
		$slice->{ $e->{kind} } += $e->{amount};
	}
	my @slices = values %by;
	@slices = ({ fund => $p->{fund}, economic => $p->{economic} // 'unclassified', order => '',
		map { $_ => 0 } @kinds }) unless @slices;
	my $weigh_by = in_year(\%settings, $p->{year})->{weigh_by};
	my $all = 0;
	foreach my $s (@slices)
	{
		$s->{budget} = $s->{approved} + $s->{carried_over} + $s->{adjusted};
		$s->{base} = $s->{ $weigh_by =~ /budget|received|executed/ ? $weigh_by : 'approved' };
		$s->{base} = 0 if $s->{base} < 0;
		$all += $s->{base};
	}
	my $upto = 0;
	my $first = 1;
	foreach my $s (sort { $b->{base} <=> $a->{base} || $a->{fund} cmp $b->{fund}
		|| $a->{economic} cmp $b->{economic} || $a->{order} cmp $b->{order} } @slices)
	{
		my $after = $upto;
		$upto += $s->{base};
		my $weight = $all == 0 ? $first ? $row->{weight} : 0 : divided(big($row->{weight}) * $upto,
			$all) - divided(big($row->{weight}) * $after, $all);
		$s->{$_} = $first ? $row->{$_} : 0 foreach qw(programs scored_programs closed_programs);
		$s->{is_open} = $row->{is_open};
		weigh($s, $weight, $row);
		$first = 0;
	}
	return @slices;
}

# what a weight makes of the scores of a program
sub weigh
{
	my ($part, $weight, $row) = @_;

	$weight = big($weight);
	@$part{qw(weight scored_weight score_sum coverage_sum low_sum high_sum self_weight self_sum)} = ($weight,
		defined $row->{score} ? $weight : 0, $weight * ($row->{score} // 0),
		$weight * $row->{coverage}, $weight * $row->{low}, $weight * $row->{high}, defined $row->{self_score}
			? $weight : 0, $weight * ($row->{self_score} // 0));
	return;
}

# On the day; trend looks at the year before as it was a year before, which is given.
sub expected
{
	my ($was) = @_;
	my (%e, %row);
	my $add = sub {
		my ($view, $keys, @columns) = @_;
		my $key = join('|', @columns[ 0 .. $keys - 1 ]);
		die "$view has $key twice" if $e{$view}{$key};
		$e{$view}{$key} = \@columns;
	};

	foreach my $p (map { $program{$_} } sort keys %program)
	{
		my $setting = in_year(\%settings, $p->{year});
		my %of = map { $_ => evaluated($p, $_) } sort keys %{ $looks{ $p->{key} } };
		my ($best) = sort { $b->{rank} <=> $a->{rank}
			|| ($b->{evaluation} eq 'self') <=> ($a->{evaluation} eq 'self') || $b->{closes} <=> $a->{closes}
			|| $a->{evaluation} cmp $b->{evaluation} }
			grep { $_->{counts} } values %of;
		$best //= $of{self};
		my $money = money($p, least($day, money_closes_on($p)));
		my %r = (%$p, covered => $money, look => $best, self_score => $of{self}{score},
			map { $_ => $best->{$_} } qw(score coverage low high));
		$r{self_executed} = money($p, $of{self}{money_until})->{executed};

		$r{$_} = $p->{overall} ? 0 : $money->{$_} foreach @kinds, 'budget';
		$r{programs} = $p->{overall} ? 0 : 1;
		$r{scored_programs} = $r{programs} && defined $best->{score} ? 1 : 0;
		$r{closed_programs} = $r{programs} && $best->{closed};
		$r{is_open} = $r{programs} && !$r{closed_programs};
		my $weigh_by = $setting->{weigh_by};
		my $weight = $weigh_by eq 'one' ? 100000000 : $weigh_by eq 'own' ? rounded(fraction($p->{weight} // 0), 8)
			: $weigh_by eq 'indicators' ? $best->{indicators} * 100000000 : $money->{$weigh_by} * 1000000;
		weigh(\%r, $p->{overall} || $weight < 0 ? 0 : $weight, \%r);
		$r{parts} = $objective_parts{ $p->{key} };
		$row{ $p->{key} } = \%r;

		my $override = last_of([ grep { $_->{from} <= $day
			&& $_->{recorded} <= $known } @{ $overrides{ $p->{key} } || [] } ], 'from', 'recorded');
		$override = undef unless $override && defined $override->{rating};
		@r{ 'rating', 'place', 'reason' } = $override ? ($override->{rating}, undef, 'a reason')
			: @$best{ 'rating', 'place', 'reason' };
		my $stage = stage($p);
		my $person = last_of([ grep { $_->{from} <= least($day, ends_on($p->{year})) } @{ $persons{ $p->{key} }
			|| [] } ], 'from');
		$add->('program_result', 2, @$p{qw(id year unit nature scope fund function economic type revenue overall)},
			(map { $digits{$_} ? shown($r{$_}, $digits{$_}) : "$r{$_}" } @sums[ 0 .. 11 ]),
			shown($money->{budget}, 2), shown($money->{executed}, 2), $money->{budget} > 0
				? shown(quotient(100 * $money->{executed}, $money->{budget}, 4), 4) : undef,
			(map { shown($r{$_}, $digits{$_}) } @sums[ 12 .. 19 ]), (map { shown($r{$_},
				8) } qw(score coverage low high self_score)), $best->{evaluation}, @r{qw(rating place reason)},
				$override ? 1 : 0,
			$stage && $stage->{stage}, $stage && iso(local_day($stage->{at})), $best->{closed},
				iso($best->{closes}), $person && $person->{person}, $best->{look}{framework},
				"unit " . substr($p->{unit}, 1), $p->{name});

		foreach my $v (values %of)
		{
			evaluation_rows($add, $p, $v);
		}
		foreach my $f (grep { $_->{source} eq 'measured' && $_->{moves} eq 'cumulative' } @{ $of{self}{facts} })
		{
			push @{ $r{outputs} }, $f;
		}
	}

	# roll-ups: of every node what is below it in that year
	my (%below, %classified, %by_year, %aspects, %shares_of, %revenue);
	foreach my $r (map { $row{$_} } sort keys %row)
	{
		my $year = $r->{year};
		my @slices = slices($program{ $r->{key} }, $r);

		if (!$r->{overall})
		{
			push @{ $classified{ join "\0", $year, $r->{nature}, $r->{revenue} ? 'none' : $r->{scope},
				$_->{fund} } }, $_ foreach @slices;
		}
		foreach my $unit (above('unit', $r->{unit}, $year))
		{
			my $t = $revenue{$unit}{$year} //= {
				map { $_ => 0 } qw(programs planned collected tax own spent over) };
			if (!$r->{revenue})
			{
				$t->{spent} += $r->{executed};
				next;
			}
			$t->{programs}++;
			$t->{planned} += $r->{budget};
			$t->{collected} += $r->{executed};
			$t->{tax} += $r->{executed} if ($r->{type} // '') eq 'tax';
			$t->{own} += $r->{executed} if ($r->{type} // '') ne 'transfer';
			$t->{kinds}{ $r->{type} // 'none' } += $r->{executed};
			$t->{over} += $r->{executed} - $r->{budget} if $r->{executed} > $r->{budget};
			push @{ $t->{rows} }, $r;
		}
		next if $r->{revenue};
		push @{ $by_year{$year} }, $r;
		push @{ $below{ join "\0", 'unit', $_, $year } }, $r foreach above('unit', $r->{unit}, $year);
		# what is overall has no money of its own; where it names a class it makes a row for its own score
		push @{ $below{ join "\0", 'function', $_, $year } }, $r foreach $r->{overall} && !defined $r->{function} ? ()
			: above('function', $r->{function} // 'unclassified', $year);
		foreach my $part (@{ $r->{parts} })
		{
			my ($id, $after, $upto, $is_most) = @$part;
			next if $r->{overall} && $id eq 'unclassified';
			my %o = map { $_ => part($r->{$_}, $after, $upto, 1000000) } @kinds, 'budget';
			$o{$_} = $is_most * $r->{$_} foreach qw(programs scored_programs closed_programs);
			$o{is_open} = $r->{is_open};
			weigh(\%o, part($r->{weight}, $after, $upto, 1000000), $r);
			push @{ $below{ join "\0", 'objective', $_, $year } }, \%o foreach above('objective', $id, $year);
		}
		next if $r->{overall};
		foreach my $slice (@slices)
		{
			push @{ $below{ join "\0", 'economic', $_, $year } }, $slice
				foreach above('economic', $slice->{economic}, $year);
		}
		foreach my $unit (above('unit', $r->{unit}, $year))
		{
			my $s = $shares_of{"$unit\0$year"}{ $r->{look}{evaluation} } //= {
				map { $_ => 0 } qw(programs closed_programs budget) };
			$s->{$_} += $r->{$_} foreach keys %$s;
			# no program here has marked an output: nothing is explained
			my $economy = $aspects{"$unit\0$year\0economy"} //= {
				map { $_ => 0 } qw(programs indicators scored weight scored_weight score_sum) };
			$economy->{programs}++;
			$economy->{weight} += $r->{self_executed} if $r->{self_executed} > 0;
			my %counted;
			foreach my $f (grep { $_->{source} ne 'group' } @{ $r->{look}{facts} })
			{
				my $aspect = $f->{aspect} // 'none';
				# economy is what the money did
				$aspect = 'none' if $aspect eq 'economy';
				my $a = $aspects{"$unit\0$year\0$aspect"} //= {
					map { $_ => 0 } qw(programs indicators scored weight scored_weight score_sum) };
				my $weight = $r->{weight} * $f->{share12};
				$a->{programs}++ unless $counted{$aspect}++;
				$a->{indicators}++;
				$a->{weight} += $weight;
				next unless defined $f->{score};
				$a->{scored}++;
				$a->{scored_weight} += $weight;
				$a->{score_sum} += $weight * $f->{score};
			}
		}
	}
	my %unit_total;
	foreach my $key (sort keys %below)
	{
		my ($tree, $id, $year) = split /\0/, $key;
		my $t = total($year, $below{$key});
		my ($own) = grep { $tree eq 'unit' ? $_->{unit} eq $id && $_->{scope} =~ /department|government/
			: $tree eq 'objective' && $_->{scope} eq 'objective' && $shares{ $_->{key} }{$id} }
			sort { $a->{id} cmp $b->{id} } grep { $_->{overall} && $_->{year} == $year } values %row;
		my @columns = (totals($t), $own && $own->{id}, $own && shown($own->{score}, 8), $own && $own->{rating},
			parent($tree, $id, $year),
			$id eq 'unclassified' ? $id : "$name_of{$tree} " . substr($id, 1));
		$add->('node_result', 3, $tree, $id, $year, @columns);
		$add->("${tree}_result", 2, $id, $year, @columns);
		$unit_total{$id}{$year} = $t if $tree eq 'unit';
	}
	$add->('classification_result', 4, split(/\0/, $_), totals(total((split /\0/)[0], $classified{$_})))
		foreach keys %classified;
	$add->('year_result', 1, $_, totals(total($_, $by_year{$_}))) foreach keys %by_year;
	foreach my $key (keys %aspects)
	{
		my ($unit, $year, $aspect) = split /\0/, $key;
		my $a = $aspects{$key};
		$add->('aspect_result', 3, $unit, $year, $aspect, @$a{qw(programs indicators scored)},
			$aspect eq 'economy' ? shown(big($a->{weight}) * big(10)**22, 24) : shown($a->{weight} * 10000, 24), shown($a->{scored_weight} * 10000, 24),
			shown($a->{score_sum} * 10000, 32),
			shown(quotient($a->{score_sum}, $a->{scored_weight}, 0), 8),
				shown(quotient(100 * $a->{scored_weight}, $a->{weight}, 8), 8), parent('unit', $unit, $year),
				'unit ' . substr($unit, 1), $a->{scored_weight} != 0 ? undef : $aspect eq 'economy'
					? 'no output is marked as what the money buys' : 'no indicator that speaks to it has a score');
	}
	foreach my $key (keys %shares_of)
	{
		my ($unit, $year) = split /\0/, $key;
		my $all = 0;
		$all += $_->{budget} foreach values %{ $shares_of{$key} };
		foreach my $evaluation (keys %{ $shares_of{$key} })
		{
			my $s = $shares_of{$key}{$evaluation};
			$add->('evaluation_share', 3, $unit, $year, $evaluation, @$s{qw(programs closed_programs)},
				shown($s->{budget}, 2), shown($all, 2), shown(quotient(100 * $s->{budget}, $all, 4), 4),
				'unit ' . substr($unit, 1));
		}
	}
	foreach my $unit (keys %revenue)
	{
		my @growth;
		foreach my $year (sort { $a <=> $b } grep { $revenue{$unit}{$_}{programs} } keys %{ $revenue{$unit} })
		{
			my $t = $revenue{$unit}{$year};
			my $last = $revenue{$unit}{ $year - 1 };
			my $before = $last && $last->{programs} ? $last->{collected} : undef;
			my $rate = sub { my ($p, $q) = @_; return $q > 0 ? shown(quotient(100 * $p, $q, 4), 4) : undef };
			my $squares = big(0);
			$squares += big($_)**2 foreach values %{ $t->{kinds} };
			push @growth, Math::BigRat->new(100 * ($t->{collected} - $before)) / Math::BigRat->new($before)
				if defined $before && $before > 0;
			my $sum = total($year, $t->{rows});
			my @reasons = (
				$t->{planned} > 0 ? () : 'collection_rate: nothing is planned',
				$t->{own} > 0 ? () : 'tax_share: no own revenue is collected',
				$t->{collected} > 0 ? () : 'concentration: nothing is collected',
				!defined $before ? 'growth: there is no year before'
					: $before > 0 ? () : 'growth: nothing was collected in the year before',
				$t->{spent} > 0 ? () : 'self_sufficiency: nothing is spent',
				@growth > 1 ? () : 'volatility: there are fewer than two years with growth',
				$sum->{scored_weight} == 0 ? 'score: nothing that weighs is scored' : ());

			$add->('revenue_result', 2, $unit, $year, $t->{programs}, shown($t->{planned}, 2),
				shown($t->{collected}, 2), $rate->(@$t{qw(collected planned)}), shown($t->{tax}, 2),
				$rate->(@$t{qw(tax own)}),
				shown($squares, 4), $t->{collected} > 0 ? $rate->($squares, big($t->{collected})**2)
					: undef, shown($before, 2), defined $before ? $rate->($t->{collected} - $before, $before) : undef,
				shown($t->{own}, 2), shown($t->{spent}, 2), $rate->(@$t{qw(own spent)}),
				parent('unit', $unit, $year), 'unit ' . substr($unit, 1),
				shown($t->{over}, 2), shown(deviation(\@growth), 4), scalar @growth,
				@reasons ? join('; ', @reasons) : undef,
				@$sum{qw(scored_programs closed_programs)},
				(map { shown($sum->{$_}, $digits{$_}) } qw(weight scored_weight score_sum coverage_sum low_sum
					high_sum)),
				(map { shown($sum->{$_}, 8) } qw(score coverage low high)), @$sum{qw(rating place reason)});
		}
	}
	foreach my $r (values %row)
	{
		my @until = sort { $a->{year} <=> $b->{year} } grep { $_->{id} eq $r->{id}
			&& $_->{year} <= $r->{year} } values %row;
		foreach my $f (@{ $r->{outputs} || [] })
		{
			my ($sum, $years, $first) = (undef, 0, undef);
			my ($budget, $executed) = (0, 0);
			foreach my $y (@until)
			{
				$budget += $y->{covered}{budget};
				$executed += $y->{covered}{executed};
				my ($of) = grep { $_->{id} eq $f->{id} } @{ $y->{outputs} || [] } or next;
				$first //= $y->{year};
				$years++;
				$sum = ($sum // fraction(0)) + $of->{actual} if defined $of->{actual} && !$of->{stale_now};
			}
			$add->('project_total', 3, $r->{id}, $r->{year}, $f->{id}, $f->{stale_now} ? undef
				: shown(rounded($f->{actual}, 8), 8), shown(rounded($sum, 8), 8), shown($r->{covered}{budget}, 2),
				shown($r->{covered}{executed}, 2),
				shown($budget, 2), shown($executed, 2), $first, $years, $f->{unit}, $f->{name}, $r->{name});
		}
	}
	trend_rows($add, 'program', $_->{id}, $_->{year}, $_, $was->{row}{ "$_->{id}|" . ($_->{year} - 1) }, $_->{name})
		foreach values %row;
	foreach my $unit (keys %unit_total)
	{
		trend_rows($add, 'unit', $unit, $_, $unit_total{$unit}{$_}, $was->{unit}{$unit}{ $_ - 1 },
			'unit ' . substr($unit, 1)) foreach keys %{ $unit_total{$unit} };
	}
	return (\%e, { row => \%row, unit => \%unit_total });
}

# the same day of the year before
sub day_before
{
	my ($year, $rest) = iso($day) =~ /^(\d+)(.*)$/;

	return day(($year - 1) . $rest);
}

# the standard deviation of a sample, to the 4th digit: the whole part of twice its root, and one, halved
sub deviation
{
	my ($of) = @_;
	my $n = @$of;
	my ($mean, $square) = (Math::BigRat->new(0), Math::BigRat->new(0));

	return undef if $n < 2;
	$mean = $mean + $_ foreach @$of;
	$mean = $mean / $n;
	$square = $square + ($_ - $mean) * ($_ - $mean) foreach @$of;
	$square = $square * 400000000 / ($n - 1);
	my $whole = $square->numerator->copy->bdiv($square->denominator);
	my $half = ($whole->bsqrt + 1)->bdiv(2);
	return $half;
}

sub trend_rows
{
	my ($add, $grain, $id, $year, $now, $before, $name) = @_;
	my $growth = sub { my ($what) = @_; return $before && $before->{$what} > 0
		? shown(quotient(100 * ($now->{$what} - $before->{$what}), $before->{$what}, 4), 4) : undef };
	my $change = $before && defined $before->{score} && defined $now->{score} ? $now->{score} - $before->{score}
		: undef;

	$add->('trend', 3, $grain, $id, $year, (map { (shown($now->{$_}, 2), $before ? shown($before->{$_}, 2) : undef,
		$growth->($_)) } qw(budget executed)), shown($now->{score}, 8),
		$before ? shown($before->{score}, 8) : undef, shown($change, 8), shown($now->{scored_weight}, 8),
			shown($now->{score_sum}, 16), $name, iso($day), iso(day_before()));
	return;
}

# the rows of one evaluation of a program
sub evaluation_rows
{
	my ($add, $p, $v) = @_;
	my @key = ($p->{id}, $p->{year}, $v->{evaluation});
	my $rules = $v->{rules};
	my %dimension;

	$add->('evaluation_result', 3, @key, $p->{unit}, @$v{qw(indicators scored closed)}, shown($v->{tree_score}, 8),
		shown($rules->{deducted}, 8), shown($rules->{cap}, 8), $rules->{vetoed},
		(map { shown($v->{$_}, 8) } qw(score coverage low high)), shown(rounded(fraction($v->{floor}), 8), 8),
			@$v{qw(rating place reason counts rank)}, iso($v->{due}), iso($v->{closes}), iso($v->{until}),
		$v->{look}{evaluator}, $v->{look}{framework}, $p->{name}, 'unit ' . substr($p->{unit}, 1));
	foreach my $f (@{ $rules->{found} })
	{
		my $r = $f->{rule};
		my ($of) = grep { $_->{id} eq $f->{item} } @{ $v->{facts} };
		$add->('score_rule_result', 5, @key, $r->{rule}, $f->{item}, $f->{applies}, $f->{applies}
			&& defined $r->{points} ? shown(rounded(fraction($r->{points}), 8), 8) : undef,
			shown(rounded($f->{figure}, 8), 8),
			$r->{effect}, $r->{looks_at}, $r->{target}{text}, $of && $of->{name}, $p->{name});
	}
	foreach my $f (@{ $v->{facts} })
	{
		my $share = $f->{share12};
		my $score = $f->{score};

		$add->('indicator_tree_result', 4, @key, @$f{qw(id parent)}, $f->{depth} - 1, $f->{source} eq 'group' ? 0
			: 1, shown(rounded(fraction($f->{tree_weight}), 8), 8), shown($share * 10000, 16), shown($f->{shown}, 8),
			shown(rounded($f->{low}, 8), 8), shown(rounded($f->{high}, 8), 8),
				shown(rounded($f->{coverage}, 8), 8), shown($f->{contribution}, 8),
			defined $f->{shown} ? shown(divided($share * (10000000000 - $f->{shown}), 1000000000000), 8) : undef,
				@$f{qw(dimension aspect method name)}, $p->{name});
		next if $f->{source} eq 'group';
		my $t = $f->{target};
		my $met = !$t ? undef : $t->{form} eq 'by' ? (defined $f->{on} ? $f->{on} <= $t->{day} : undef)
			: defined $f->{actual} && (defined points_of($t, $f->{actual})) ? met($t, $f->{actual}) : undef;
		$met = $met ? 1 : 0 if defined $met;
		$add->('indicator_result', 4, @key, @$f{qw(id parent)}, $p->{unit}, @$f{qw(dimension aspect)},
			shown(rounded(fraction($f->{weight}), 8), 8), shown($share * 10000, 16),
			shown(defined $score ? $share * 10000 : 0, 16),
			shown($share * ($score // 0) * 10000, 24), shown($score, 8), shown(rounded($f->{actual}, 8), 8),
				iso($f->{on}), shown(attainment($t, $f->{actual}), 8), $met, iso($f->{measured_on}), $f->{late},
				$f->{stale_now}, $f->{retired},
			iso($f->{due}), @$f{qw(owner name unit)}, $t && $t->{text}, @$f{qw(source moves evidence)}, $p->{name});
		my $d = $dimension{ join "\0", $f->{dimension} // 'none', $f->{aspect} // 'none' } //= {
			map { $_ => 0 } qw(indicators scored share scored_share score_sum) };
		$d->{indicators}++;
		$d->{share} += $share;
		next unless defined $score;
		$d->{scored}++;
		$d->{scored_share} += $share;
		$d->{score_sum} += $share * $score;
	}
	foreach my $by (keys %dimension)
	{
		my $d = $dimension{$by};
		$add->('dimension_result', 5, @key, split(/\0/, $by), $p->{unit}, @$d{qw(indicators scored)},
			shown($d->{share} * 10000, 16), shown($d->{scored_share} * 10000, 16), shown($d->{score_sum} * 10000, 24),
			shown(quotient($d->{score_sum}, $d->{scored_share}, 0), 8),
				shown(quotient(100 * $d->{scored_share}, $d->{share}, 8), 8), $p->{name});
	}
	return;
}

# --------------------------------------------------------------------------------------------------
# days
# --------------------------------------------------------------------------------------------------
my @views = sort keys %columns;
my %columns_of = map { $_->[0] => $_->[1] } ask($node, q{select c.relname,
	string_agg(a.attname, ' ' order by a.attnum) from pg_class c join pg_attribute a on a.attrelid = c.oid
	and a.attnum > 0
	where c.relnamespace = 'm'::regnamespace and c.relkind = 'v' group by 1});
is_deeply([ map { "$_: $columns_of{$_}" } @views ], [ map { "$_: @{ $columns{$_} }" } @views ],
	'these are all columns of the results');
my %keys = (program_result => 2, evaluation_result => 3, score_rule_result => 5, indicator_tree_result => 4,
	indicator_result => 4, dimension_result => 5, aspect_result => 3, node_result => 3,
	unit_result => 2, function_result => 2, economic_result => 2, objective_result => 2,
		classification_result => 4, year_result => 1, evaluation_share => 3, revenue_result => 2,
		project_total => 3, trend => 3);

sub compare
{
	my ($name, $before, $call, @views) = @_;
	my $shown = $day;
	$day = day_before();
	my ($then, $was) = expected({});
	$day = $shown;
	my ($expected) = expected($was);
	my %given;
	my $cells = 0;

	foreach my $row (ask($node, "set search_path = m; set timezone = 'America/New_York'; $before " . join(' ',
		map { "select '$_', x.* from " . sprintf($call, $_) . ' x;' } @views)))
	{
		my $view = shift @$row;
		next unless defined $view && $keys{$view};
		$given{$view}{ join '|', map { $_ // '' } @$row[ 0 .. $keys{$view} - 1 ] } = $row;
	}
	foreach my $view (@views)
	{
		my @wrong;
		foreach my $key (sort keys %{ { %{ $expected->{$view} || {} }, %{ $given{$view} || {} } } })
		{
			my ($is, $should) = ($given{$view}{$key}, $expected->{$view}{$key});
			if (!$is || !$should)
			{
				push @wrong, "$view $key is " . ($is ? 'not foretold' : 'missing');
				next;
			}
			$cells += @$is;
			foreach my $c (grep { ($is->[$_] // 'null') ne ($should->[$_] // 'null') } 0 .. $#$should)
			{
				my ($x, $y) = map { $_->[$c] // 'null' } $is, $should;
				push @wrong, "$view $key: $columns{$view}[$c] is $x, not $y";
			}
		}
		same("$name: $view", @wrong);
	}
	note("$name: $cells cells");
	return;
}

($day, $known) = (day('2025-08-15'), 9e15);
compare('in the year', "set bpm.as_of = '2025-08-15';", '%s', @views);
# the results of one tree are rows of node_result
my @most = grep { !/^(unit|function|economic|objective)_result$/ } @views;
($day, $known) = (day('2027-06-01'), 9e15);
compare('after all', '', "%s_at('2027-06-01')", @most);
($day, $known) = (day('2026-03-31'), day('2026-01-15') * 86400 + 36000);
compare('as known before', "set bpm.as_of = '2026-03-31'; set bpm.known_at = '2026-01-15T10:00:00Z';", '%s', @most);


# --------------------------------------------------------------------------------------------------
# what holds whatever the rows are
# --------------------------------------------------------------------------------------------------
my $sums = join(', ', map { "sum($_)" } @sums);

# rows that should not be there, in what the results were once
my $moment = "set bpm.as_of = '2026-03-31'; set bpm.known_at = '2026-01-15T10:00:00Z'";
$node->safe_psql('oracle', "create schema kept; set search_path = m; $moment; " . join(' ',
	map { "create table kept.$_ as select * from $_;" } @views));

sub none
{
	my ($name, $sql) = @_;

	same($name, map { join(' ', map { $_ // 'null' } @$_) } ask($node, "set search_path = kept, m; $sql"));
	return;
}
none('the nodes at the top of every tree sum to the year', qq{
	select * from (select t.tree, n.* from (values ('unit'), ('function'), ('economic'), ('objective')) t (tree)
			cross join lateral (select fiscal_year, $sums from node_result where tree = t.tree
				and parent_id is null group by 1) n
		except all select t.tree, y.fiscal_year, @{[ join ', ', map { "y.$_" } @sums ]} from year_result y,
			(values ('unit'), ('function'), ('economic'), ('objective')) t (tree)) x});
none('a node is what is below it, and its own programs', qq{
	with node as materialized (select * from node_result where tree in ('unit', 'function')),
	parts as (select tree, parent_id as id, fiscal_year, @{[ join ', ', @sums ]} from node where parent_id is not null
		union all select v.tree, v.id, fiscal_year, @{[ join ', ', @sums ]} from program_result cross
			join lateral (values ('unit', unit_id), ('function', coalesce(function_id, 'unclassified'))) v (tree,
			id) where is_revenue = 0)
	select tree, id, fiscal_year, @{[ join ', ', @sums ]} from node except all select tree, id, fiscal_year, $sums
		from parts group by 1, 2, 3});
none('programs, and classes of expenditure, sum to the year', qq{
	select fiscal_year, @{[ join ', ', @sums ]} from year_result except all select fiscal_year, $sums
		from program_result where is_revenue = 0 group by 1;
	select fiscal_year, @{[ join ', ', @sums ]} from year_result except all select fiscal_year, $sums
		from classification_result where nature = 'expenditure' group by 1});
none('indicators sum to dimensions, and dimensions to aspects and to the score', qq{
	with d as materialized (select * from dimension_result), p as materialized (select * from program_result)
	(select program_id, fiscal_year, evaluation, sum(share), sum(scored_share), sum(score_sum) from d group by 1, 2, 3
		except all select program_id, fiscal_year, evaluation, sum(share), sum(scored_share), sum(score_sum)
			from indicator_result group by 1, 2, 3)
	union all
	(select a.unit_id, a.fiscal_year, null, sum(a.weight), sum(a.scored_weight), sum(a.score_sum)
		from aspect_result a where a.parent_id is null and a.aspect <> 'economy' group by 1, 2
		except all select b.ancestor_id, p.fiscal_year, null, sum(p.weight * d.share),
			sum(p.weight * d.scored_share), sum(p.weight * d.score_sum)
		from d join p using (program_id, fiscal_year, evaluation) join node_above b on b.tree = 'unit'
			and b.id = p.unit_id and p.fiscal_year between b.from_year and b.to_year
		where p.is_revenue = 0 and p.is_overall = 0 and not exists (select from node_above c where c.tree = 'unit'
			and c.id = b.ancestor_id and c.distance > 0 and p.fiscal_year between c.from_year and c.to_year)
		group by 1, 2)
	union all
	select d.program_id, d.fiscal_year, d.evaluation, e.tree_score, sum(d.score_sum) / sum(d.scored_share), null
		from d
	join evaluation_result e using (program_id, fiscal_year, evaluation)
	where not exists (select from indicator i where i.program_id = d.program_id and i.fiscal_year = d.fiscal_year
		and i.evaluation = d.evaluation and i.method <> 'mean')
		and not exists (select from evaluation v where v.evaluation = d.evaluation
			and (v.missing_so_far, v.missing_at_close) <> ('renormalise', 'renormalise'))
	group by 1, 2, 3, 4 having abs(e.tree_score - sum(d.score_sum) / nullif(sum(d.scored_share), 0)) > 0.0000001});
none('the money by evaluation sums to that of the unit', q{
	select unit_id, fiscal_year, sum(programs), sum(closed_programs), sum(budget) from evaluation_share group by 1,
		2 except all select unit_id, fiscal_year, programs, closed_programs, budget from unit_result});
none('the parts of a tree bring its score', q{
	select program_id, fiscal_year, evaluation, e.tree_score, sum(t.contribution) from evaluation_result e
		join indicator_tree_result t using (program_id, fiscal_year, evaluation)
	where t.depth = 0 group by 1, 2, 3, 4 having e.tree_score <> sum(t.contribution)});

# One text for the results; json has one form for a day, whatever the session says.
sub digest
{
	my ($set, $call, $where, @of) = @_;

	return join "\n", map { join ' ', @$_ } ask($node, "set search_path = m; $set; " . join(' ',
		map { my $v = sprintf($call, $_);
		"select '$_', count(*), md5(string_agg(t,
			chr(10) order by t collate \"C\")) from (select row_to_json(x)::text as t from $v x $where) x;" } @of));
}
my $kept = digest('', 'kept.%s', '', @most);
is(digest("set timezone = 'Pacific/Kiritimati'; set datestyle = 'SQL, DMY';
	set bpm.known_at = '2026-01-15T11:00:00+01:00'; set bpm.as_of = '2026-03-31';
	set enable_nestloop = off; set enable_hashagg = off; set enable_indexscan = off; set enable_memoize = off;
		set join_collapse_limit = 1", '%s', '', @most),
	$kept, 'the same results in another zone, in another style of dates, by other plans');
is(digest("set bpm.as_of = '2020-01-01'; set bpm.known_at = '2020-01-01T00:00:00Z'",
	"%s_at('2026-03-31', '2026-01-15 10:00:00+00')", '', @most), $kept, 'the same results by the functions');
# what is computed for a program is given to workers, of their own for each part
my $parallel = "set bpm.known_at = '2026-01-15T10:00:00Z'; set bpm.as_of = '2026-03-31';
	set parallel_setup_cost = 0; set parallel_tuple_cost = 0;
	set min_parallel_table_scan_size = 0; set min_parallel_index_scan_size = 0";
my ($one) = sort { $a->{key} cmp $b->{key} } values %program;
my $where = "where (program_id, fiscal_year) = ('$one->{id}', $one->{year})";
like(join("\n", map { $_->[0] } ask($node,
	"set search_path = m; $parallel; explain select * from program_result $where")), qr/Gather/, 'workers take part');
is(digest($parallel, '%s', $where, qw(program_result evaluation_result indicator_result)),
	digest('', 'kept.%s', $where, qw(program_result evaluation_result indicator_result)),
	'the same results by parallel workers');

$node->stop;
done_testing();
