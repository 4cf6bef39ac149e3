# What is read: figures as people print them, targets and scales, against regular expressions and the tables of the
# reference. A text is taken exactly when the grammar and the table of what fits say so, and prints as they say.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Math::BigFloat;
use Oracle;
use Test::More;

Math::BigFloat->accuracy(undef);

my $cases = cases(3000);
my $node = start('oracle_text');

# a figure of a rule: how it is written, its canonical form, its value
sub figure
{
	my ($value, $commas) = @_;
	my $plain = Math::BigFloat->new($value)->bstr;
	my $negative = $plain =~ s/^-//;
	my ($whole, $fraction) = split(/\./, $plain);
	my $written = $whole;

	if ($commas && one_in(3))
	{
		1 while $written =~ s/^(\d+)(\d{3})/$1,$2/;
	}
	elsif (one_in(8))
	{
		$written = "0$written";
	}
	$written = '' if $whole eq '0' && defined $fraction && one_in(2);
	$written .= ".$fraction" . (one_in(4) && length $fraction < 8 ? '0' : '') if defined $fraction;
	$written .= '.0' if !defined $fraction && one_in(6);
	$written = any('-', '-', "\xe2\x88\x92") . $written if $negative;
	$written = "+$written" if !$negative && one_in(10);
	return ($written, $plain eq '0' ? '0' : ($negative ? '-' : '') . $plain, Math::BigFloat->new($value));
}

sub value
{
	return any(0, 100, 1, 95, 60) if one_in(3);
	return any('-', '') . below(1000) . '.' . (1 + below(9)) if one_in(2);
	return any('0.00000001', '-0.00000001', '99999999999999999999999999999.99999999', '-12345678901234567.5', '1000000', '-5', '92233720368') if one_in(3);
	return below(200);
}

my @spaces = ('', ' ', '  ', "\t", "\xc2\xa0", "\xe3\x80\x80", ' ', '');

# between two parts, where it may be nothing unless a word stands before a figure or a word
sub space
{
	my ($before, $after) = @_;

	return any(' ', '  ', "\n", "\xc2\xa0") if $before =~ /[a-z]$/i && $after =~ /^(?:[a-z0-9.+-]|\xe2\x88\x92)/i;
	# "5" and ".5" would be one figure
	return ' ' if $before =~ /[0-9.,]$/ && $after =~ /^[0-9.,]/;
	return any(@spaces);
}

sub cased
{
	my ($word) = @_;

	return one_in(6) ? uc $word : $word;
}

# --------------------------------------------------------------------------------------------------
# figures as people print them
# --------------------------------------------------------------------------------------------------
my $white = qr/(?:[ \t\n\x0b\f\r]|\xc2\xa0|\xe3\x80\x80)*/;
my $minus = qr/(?:-|\xe2\x88\x92)/;
my $currency = qr/(?:\$|\xe2\x82\xac|\xc2\xa3|\xc2\xa5|\xef\xbf\xa5)/;

sub number
{
	my ($text) = @_;

	return ('missing') if $text =~ /^$white(?:|na|n\/a|n\.a\.)$white$/i;
	return ('none')
	  unless $text =~ /^$white($minus|\+)?($currency$white)?($minus|\+)?((?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)?)(\.[0-9]+)?$white(%)?$white$/;
	my ($first, $money, $second, $whole, $fraction, $percent) = ($1, $2, $3, $4, $5, $6);
	return ('none') if $whole eq '' && !defined $fraction;
	# one sign; a currency has no per cent; a plus stands at the figure
	return ('none') if defined $first && defined $second || defined $money && defined $percent;
	return ('none') if defined $money && defined $first && $first eq '+';
	$whole =~ s/,//g;
	my $sign = ($first // $second // '') =~ /^(?:-|\xe2)/ ? '-' : '';
	return ('figure', $sign . ($whole eq '' ? '0' : $whole) . ($fraction // ''));
}

my @pieces = (
	0 .. 9, 12, 123, 1234, '000', ',', ',', ',234', ',567', '.', '.5', '.25', '-', "\xe2\x88\x92", '+', '$', "\xe2\x82\xac", "\xef\xbf\xa5", '%', '%', ' ', ' ', "\xc2\xa0", "\xe3\x80\x80",
	'e3', 'NA', 'n/a', 'N.A.', 'km', '(', ')');
my @numbers;
foreach (1 .. $cases)
{
	my $text = one_in(3)
	  ? any('', '-', '$', '-$', '$-') . (one_in(2) ? below(1000) : (1 + below(999)) . ',' . sprintf('%03d', below(1000))) . any('', '', '.5', '.00') . any('', '', '%', ' %')
	  : join('', map { any(@pieces) } 0 .. below(6));
	push @numbers, $text;
}
my @answers = ask($node, 'select n, n.value, n.reason is not null, replace(t.value::text, E\'\n\', \' \') from (values '
	  . join(', ', map { "($_, " . literal($numbers[$_]) . ')' } 0 .. $#numbers)
	  . ') v(n, text), bpm.try_parse_number(text) n, lateral (select n.value) t order by v.n' =~ s/select n, /select v.n, /r);
my %kinds;
my @wrong;
foreach my $i (0 .. $#numbers)
{
	my ($kind, $figure) = number($numbers[$i]);
	my ($n, $value, $reason) = @{ $answers[$i] };
	my $given = defined $value ? "figure $value" : $reason eq 't' ? 'none' : 'missing';

	$kinds{$kind}++;
	# all decimals are kept; leading zeros are none
	$kind = "figure $figure" =~ s/ (-?)0+(?=[0-9])/ $1/r if $kind eq 'figure';
	$kind =~ s/-(0(?:\.0*)?)$/$1/;
	push @wrong, "\"$numbers[$i]\": $given, not $kind" if $given ne $kind;
}
same('every figure that people print is read, and nothing else', @wrong);
cmp_ok($kinds{$_} || 0, '>', $cases / 100, "figures: some are $_") foreach qw(figure none missing);

# --------------------------------------------------------------------------------------------------
# targets
# --------------------------------------------------------------------------------------------------

# a modifier as it is written, as it prints, and whether it may stand with this form
my @order = qw(step from floor lose over ratio cap);

sub modifier
{
	my ($name, $form, $t, $unit) = @_;
	my ($written, $canonical, $fits);
	my $comparison = $form =~ /^[<>=]/;
	my $scaled = $form =~ /^[<>]/;

	if ($name eq 'step' || $name eq 'ratio')
	{
		$fits = $name eq 'step' ? $comparison || $form eq 'range' : $form =~ /^</ && $t->is_pos && !$t->is_zero;
		return (cased($name), $name, $fits);
	}
	my ($first, $first_canonical, $a) = figure($name eq 'from' && one_in(2) ? $t + any(-10, 10, '0.5', 0) : $name eq 'cap' || $name eq 'over' ? any(100, 101, 120, '150.5', 999, 1000, 92233720368, 99) : value(), 1);
	if ($name eq 'from')
	{
		my $percent = one_in(6) ? '%' : '';

		$fits = $comparison && ($percent eq '' || $unit eq '%') && abs($a) < Math::BigFloat->new('1e29')
		  && ($form =~ /^>/ ? $a < $t : $form =~ /^</ ? $a > $t : $a != $t);
		return (cased('from') . space('from', $first) . $first . $percent, "from $first_canonical", $fits);
	}
	if ($name eq 'floor')
	{
		return (cased('floor') . space('floor', $first) . $first . any('', '', '%'), "floor $first_canonical", $a > 0 && $a <= 100);
	}
	if ($name eq 'cap')
	{
		return (cased('cap') . space('cap', $first) . $first . any('', '', '%'), "cap $first_canonical", ($scaled || $form eq 'direct') && $a > 100 && $a <= 999);
	}
	my ($second, $second_canonical, $b) = figure(any(1, 2, '0.5', 100, '100.5', value()), 1);
	if ($name eq 'lose')
	{
		return (cased('lose') . space('lose', $second) . $second . space($second, 'per') . cased('per') . space('per', $first) . $first, "lose $second_canonical per $first_canonical",
			($comparison || $form eq 'range' || $form eq 'by') && $b > 0 && $b <= 100 && $a > 0);
	}
	my $percent = any('', '%');
	return (cased('over') . space('over', $first) . $first . $percent . space($percent || $first, 'lose') . cased('lose') . space('lose', $second) . $second,
		"over $first_canonical lose $second_canonical", $scaled && $a >= 100 && $a <= 92233720368 && $b > 0 && $b <= 100);
}

# what does not stand beside what
sub beside
{
	my (%there) = @_;

	return 0 if $there{step} && grep { $there{$_} } qw(from floor lose ratio cap);
	return 0 if $there{from} && ($there{lose} || $there{ratio});
	return 0 if $there{lose} && $there{ratio};
	return 0 if $there{cap} && $there{over};
	return 1;
}

# a form: written, canonical, its name, its (first) figure, its unit, and whether it is one
sub form
{
	my $unit = any('', '', '%', '[km]', '[working days]', "[\xe4\xbb\xb6]");
	my $shown = $unit eq '' ? '' : $unit eq '%' ? '%' : " $unit";
	my $kind = below(10);

	if ($kind < 5)
	{
		my $sign = any('>=', '>', '<=', '<', '=', '>=', '<=');
		my $as = $sign eq '>=' && one_in(3) ? '' : $sign eq '>=' && one_in(4) ? "\xe2\x89\xa5" : $sign eq '<=' && one_in(4) ? "\xe2\x89\xa4" : $sign;
		my ($written, $canonical, $t) = figure(value(), 1);

		return ($as . any(@spaces) . $written . any('', ' ') . $unit, "$sign $canonical$shown", $sign, $t, $unit, 1);
	}
	if ($kind < 7)
	{
		my ($low, $low_canonical, $a) = figure(value(), 1);
		my ($high, $high_canonical, $b) = figure(value(), 1);
		my $before = one_in(3) ? $unit : '';

		return ($low . any('', ' ') . $before . any('', ' ') . '..' . any('', ' ') . $high . any('', ' ') . $unit, "$low_canonical..$high_canonical$shown", 'range', $a, $unit, $a <= $b);
	}
	return (cased('direct'), 'direct', 'direct', Math::BigFloat->new(0), '', 1) if $kind == 7;
	if ($kind == 8)
	{
		my $day = sprintf('%04d-%02d-%02d', any(1, 2026, 2024, 2000, 1900, 9999, 0), 1 + below(12), 1 + below(31));
		my ($year, $month, $of_month) = split /-/, $day;
		my $leap = $year % 4 == 0 && ($year % 100 != 0 || $year % 400 == 0);
		my @days = (31, $leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

		return (cased('by') . any(' ', '  ') . $day, "by $day", 'by', Math::BigFloat->new(0), '', $year > 0 && $of_month <= $days[ $month - 1 ]);
	}
	my (@written, @canonical, $last);
	my $good = 1;
	my $points = 1 + below(5);
	my $at = -below(100);
	for (1 .. $points)
	{
		$at += one_in(20) ? 0 : any(1, 2, '0.5', 100);
		my ($x, $x_canonical, $value) = figure($at, 0);
		my ($s, $s_canonical, $score) = figure(any(0, 50, 100, 120, 999, '0.5', one_in(10) ? (-1, 1000) : ()), 0);

		$good = 0 if defined $last && $value <= $last || $score < 0 || $score > 999;
		$last = $value;
		push @written, "$x" . any('', ' ') . ':' . any('', ' ') . $s;
		push @canonical, "$x_canonical:$s_canonical";
	}
	return (cased('points') . any('', ' ') . '(' . join(any(',', ', '), @written) . ')', 'points(' . join(', ', @canonical) . ')', 'points', Math::BigFloat->new(0), '', $good && $points >= 2);
}

my @targets;
foreach (1 .. $cases)
{
	my ($written, $canonical, $form, $t, $unit, $good) = form();
	my (%modifiers, @names, $twice);

	foreach (1 .. below(4))
	{
		my $name = any(@order);
		my ($text, $printed, $fits) = modifier($name, $form, $t, $unit);

		$twice = 1 if exists $modifiers{$name};
		$good = 0 if !$fits;
		$modifiers{$name} = $printed;
		push @names, $text;
	}
	# a cap, and points over it, are of an attainment
	$good = 0 if ($modifiers{over} || $modifiers{cap} && $form ne 'direct') && !($t > 0 || $modifiers{from});
	$good = 0 if $twice || !beside(map { $_ => 1 } keys %modifiers);
	$written .= space($written, $_) . $_ foreach @names;
	push @targets, [ any('', ' ') . $written . any('', ' '), $good ? join(' ', $canonical, map { $modifiers{$_} // () } @order) : undef ];
}
@answers = ask($node, 'select t.target, t.reason is not null from (values ' . join(', ', map { "($_, " . literal($targets[$_][0]) . ')' } 0 .. $#targets) . ') v(n, text), bpm.try_parse_target(text) t order by v.n');
@wrong = ();
my $taken = 0;
foreach my $i (0 .. $#targets)
{
	my ($text, $canonical) = @{ $targets[$i] };
	my ($given, $reason) = @{ $answers[$i] };

	$taken += defined $canonical;
	push @wrong, "\"$text\": " . ($given // 'refused') . ', not ' . ($canonical // 'refused')
	  if ($given // 'refused') ne ($canonical // 'refused') || ($reason eq 't') == defined $canonical;
}
same('a target is read exactly when its form and modifiers fit, and prints in its canonical form', @wrong);
cmp_ok($taken, '>', $cases / 4, 'targets: many are read');
cmp_ok($taken, '<', $cases * 9 / 10, 'targets: many are refused');

# --------------------------------------------------------------------------------------------------
# scales
# --------------------------------------------------------------------------------------------------
my @labels = ('excellent', 'good', 'fair', 'poor', "\xe8\x89\xaf", 'A', 'b-', 'a b', 'round', '"quoted"', 'x,y', '(z)', 'Good');
my @scales;
foreach (1 .. $cases)
{
	my $rising = one_in(2);
	my $bands = 1 + below(5);
	my $digits = one_in(2) ? undef : one_in(12) ? any(9, -1) : below(9);
	my $bound = any(0, 50, 100, '-3.5', '0.00000001', 92233720300, 92233720400);
	my $good = $bands >= 2 && (!defined $digits || $digits >= 0 && $digits <= 8);
	my (@written, @canonical, %seen, $last, $last_strict);

	foreach my $band (1 .. $bands)
	{
		my $label = any(@labels);
		my $must = $label =~ /[\s,"<>=()]/ || lc $label eq 'round';
		my $quoted = '"' . ($label =~ s/"/""/gr) . '"';
		my $shown = $must || one_in(5) ? $quoted : $label;
		my $printed = $must ? $quoted : $label;

		$good = 0 if $seen{$label}++;
		if ($band == $bands)
		{
			push @written, $shown;
			push @canonical, $printed;
			last;
		}
		my $strict = one_in(2);
		my $up = one_in(25) ? !$rising : $rising;
		my $step = any(1, 5, '0.5', one_in(4) ? (0, -1) : ());
		$bound = Math::BigFloat->new($bound) + ($rising ? $step : -$step) if defined $last;
		my ($text, $figure, $value) = figure($bound, 0);
		my $sign = ($up ? '<' : '>') . ($strict ? '' : '=');
		my $as = $sign eq '>=' && one_in(5) ? "\xe2\x89\xa5" : $sign eq '<=' && one_in(5) ? "\xe2\x89\xa4" : $sign;

		# the first bound says the direction
		$rising = $up if $band == 1;
		$good = 0 if $up != $rising || abs($value) > 92233720368;
		$good = 0 if defined $last && ($rising ? $value < $last : $value > $last);
		# of two equal bounds the first leaves the figure itself to the second
		$good = 0 if defined $last && $value == $last && !($last_strict && !$strict);
		($last, $last_strict) = ($value, $strict);
		push @written, $shown . any(' ', '  ') . $as . any('', ' ') . $text;
		push @canonical, "$printed $sign $figure";
	}
	my $text = join(any(',', ', ', ' , '), @written) . (defined $digits ? " round $digits" : '');
	push @scales, [ $text, $good ? join(', ', @canonical) . (defined $digits && $digits != 2 ? " round $digits" : '') : undef ];
}
$node->safe_psql('oracle', q{
create function read_scale(text) returns text language plpgsql as $$
begin
    return $1::bpm.scale;
exception when invalid_text_representation or numeric_value_out_of_range then
    return null;
end $$});
@answers = ask($node, 'select read_scale(text) from (values ' . join(', ', map { "($_, " . literal($scales[$_][0]) . ')' } 0 .. $#scales) . ') v(n, text) order by v.n');
@wrong = ();
$taken = 0;
foreach my $i (0 .. $#scales)
{
	my ($text, $canonical) = @{ $scales[$i] };
	my $given = $answers[$i][0];

	$taken += defined $canonical;
	push @wrong, "\"$text\": " . ($given // 'refused') . ', not ' . ($canonical // 'refused') if ($given // 'refused') ne ($canonical // 'refused');
}
same('a scale is read exactly when its bounds fall or rise, and prints in its canonical form', @wrong);
cmp_ok($taken, '>', $cases / 8, 'scales: many are read');
cmp_ok($taken, '<', $cases * 9 / 10, 'scales: many are refused');

$node->stop;
done_testing();
