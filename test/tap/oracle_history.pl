# Histories against an independent walk: what is wrong with them, all of it; the time in each stage; deadlines. Random
# lifecycles, random events, in any order.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Oracle;
use Test::More;

my $cases = cases(2000);
my $node = start('oracle_history');
my $beginning = 820454400;    # 1996-01-01 in seconds
my $day = 86400;

# --------------------------------------------------------------------------------------------------
# a lifecycle: its text, its stages in order, its moves, and which stages are final
# --------------------------------------------------------------------------------------------------
sub lifecycle
{
	my @stages = map { "s$_" } 1 .. 2 + below(6);
	my (%moves, @text);
	my $move = sub {
		my ($from, $to) = @_;

		return if $from eq $to || $moves{$from}{$to};
		my %limits;
		$limits{after} = 1 + below(30) if one_in(4);
		$limits{within} = ($limits{after} // 1) + below(60) if one_in(3);
		$limits{by} = any('alice', 'bob') if one_in(4);
		my @attributes = map { $_ eq 'by' ? "by $limits{by}" : "$_ $limits{$_} days" } sort keys %limits;
		push @text, "$from -> $to" . (@attributes ? ' [' . join(', ', @attributes) . ']' : '');
		$moves{$from}{$to} = \%limits;
	};

	# every stage is reached from one that was named before it
	$move->($stages[ below($_) ], $stages[$_]) foreach 1 .. $#stages;
	$move->(any(@stages), any(@stages)) foreach 1 .. below(5);
	my %final = map { $_ => !$moves{$_} } @stages;
	if (one_in(3))
	{
		my $to = any(@stages[ 1 .. $#stages ]);
		my %limits = one_in(3) ? (within => 1 + below(60)) : ();

		# a move that is written out goes before one by *
		push @text, "* -> $to" . ($limits{within} ? " [within $limits{within} days]" : '');
		foreach my $from (grep { !$final{$_} && $_ ne $to } @stages)
		{
			$moves{$from}{$to} //= \%limits;
		}
	}
	return { text => join('; ', @text), stages => \@stages, moves => \%moves, final => \%final };
}

# Events in their order: stage, time, seq, role. Most of them are moves.
sub history
{
	my ($life) = @_;
	my @stages = @{ $life->{stages} };
	my $stage = one_in(10) ? any(@stages) : $stages[0];
	my ($at, $seq) = ($beginning + below(100) * $day, 0);
	my @events = ([ $stage, $at, $seq, any('alice', 'bob', undef) ]);

	foreach (1 .. below(7))
	{
		my @next = sort keys %{ $life->{moves}{$stage} || {} };
		$stage = @next && !one_in(5) ? any(@next) : any(@stages);
		if (one_in(8))
		{
			# at the same instant, in order or not
			$seq += one_in(2);
		}
		else
		{
			$at += one_in(4) ? $day * below(60) : below(60 * $day);
			$seq = one_in(3) ? below(3) : 0;
		}
		push @events, [ $stage, $at, $seq, any('alice', 'bob', undef) ];
	}
	return sort { $a->[1] <=> $b->[1] || $a->[2] <=> $b->[2] } @events;
}

# events of one instant and one seq, together: their stages, the role of the only one
sub instants
{
	my @instants;

	foreach my $event (@_)
	{
		my ($stage, $at, $seq, $role) = @$event;

		push @instants, { at => $at, seq => $seq, roles => [] } if !@instants || $instants[-1]{at} != $at || $instants[-1]{seq} != $seq;
		$instants[-1]{stages}{$stage} = 1;
		push @{ $instants[-1]{roles} }, $role;
	}
	return @instants;
}

# --------------------------------------------------------------------------------------------------
# the walk
# --------------------------------------------------------------------------------------------------
sub faults_of_move
{
	my ($life, $from, $to, $waited, $roles, $role) = @_;
	my $move = $life->{moves}{$from}{$to};

	return ('move') unless $move;
	my @faults;
	push @faults, 'early' if $move->{after} && $waited < $move->{after} * $day;
	push @faults, 'late' if $move->{within} && $waited > $move->{within} * $day;
	push @faults, 'role' if $move->{by} && $roles && ($role // '') ne $move->{by};
	return @faults;
}

# kind at from to, of everything that is wrong; steps; the stage it is in; since when
sub judge
{
	my ($life, $roles, @instants) = @_;
	my ($stage, $since, $steps, $begun, @violations) = (undef, undef, 0, 0);

	foreach my $instant (@instants)
	{
		my @here = sort keys %{ $instant->{stages} };
		my $now = @here == 1 ? $here[0] : undef;

		next if defined $now && defined $stage && $now eq $stage;
		if (!defined $now)
		{
			push @violations, join(' ', 'ambiguous', $instant->{at}, $stage // '-', '-');
		}
		elsif (!$begun)
		{
			push @violations, join(' ', 'first', $instant->{at}, '-', $now) if $now ne $life->{stages}[0];
		}
		elsif (defined $stage)
		{
			push @violations, map { join(' ', $_, $instant->{at}, $stage, $now) } faults_of_move($life, $stage, $now, $instant->{at} - $since, $roles, $instant->{roles}[0]);
		}
		$steps++ if $begun;
		($stage, $since, $begun) = ($now, $instant->{at}, 1);
	}
	return { violations => [ sort @violations ], steps => $steps, stage => $stage, since => $since };
}

# stage entered visits seconds open, of each stage: up to an instant
sub durations
{
	my ($life, $until, @instants) = @_;
	my (%entered, %visits, %seconds, $stage, $since, $begun);
	my $leave = sub {
		$seconds{$stage} += $_[0] - $since if $begun;
	};

	foreach my $instant (grep { $_->{at} <= $until } @instants)
	{
		my @here = sort keys %{ $instant->{stages} };
		my $now = @here == 1 ? $here[0] : '-';

		next if $begun && $now ne '-' && $now eq $stage;
		$leave->($instant->{at});
		($stage, $since, $begun) = ($now, $instant->{at}, 1);
		$entered{$now} //= $since;
		$visits{$now}++;
	}
	return () unless $begun;
	$leave->($until);
	return map { join(' ', $_, $entered{$_}, $visits{$_}, $life->{final}{$_} ? '-' : $seconds{$_}, $_ eq $stage && !$life->{final}{$_} ? 't' : 'f') } sort keys %visits;
}

# --------------------------------------------------------------------------------------------------
# the cases
# --------------------------------------------------------------------------------------------------
my (@cases, @rows, @rules);
foreach my $n (1 .. $cases)
{
	my $life = lifecycle();
	my @events = history($life);
	my $until = $events[ below(scalar @events) ][1] + any(0, $day, 30 * $day, -1);
	# events of one instant and seq that name one stage may have several roles; nobody can say which
	my %role;
	$_->[3] = $role{"$_->[1] $_->[2] $_->[0]"} //= $_->[3] // 'nobody' foreach @events;
	my $roles = one_in(2);

	push @rules, "($n, " . literal($life->{text}) . ", $until, " . ($roles ? 'true' : 'false') . ')';
	push @rows, map { "($n, '$_->[0]', $_->[1], $_->[2], " . ($_->[3] eq 'nobody' ? 'null' : "'$_->[3]'") . ')' } @events;
	$_->[3] = undef foreach grep { $_->[3] eq 'nobody' } @events;
	push @cases, { life => $life, roles => $roles, until => $until, instants => [ instants(@events) ], events => \@events };
}
$node->safe_psql('oracle', 'create table rule (n integer, life bpm.lifecycle, until bigint, roles boolean); create table event (n integer, stage text, at bigint, seq bigint, role text); insert into rule values '
	  . join(', ', @rules) . '; insert into event values ' . join(', ', @rows));
my @answers = ask($node, q{
select e.n, (status).stage, extract(epoch from (status).since)::bigint, (status).steps, (status).conforms, extract(epoch from (status).violation_at)::bigint,
	(select string_agg(concat_ws(' ', kind, extract(epoch from at)::bigint, coalesce(from_stage, '-'), coalesce(to_stage, '-')), ', ') from unnest(violations)),
	(select string_agg(concat_ws(' ', coalesce(stage, '-'), extract(epoch from entered)::bigint, visits, coalesce(extract(epoch from duration)::bigint::text, '-'), open), ', ') from unnest(durations)),
	(status).deadline_missed, (status).deadline_stage, extract(epoch from (status).deadline)::bigint
from (
	select n, case when roles then bpm.lifecycle_check(stage, to_timestamp(at), life, seq, role order by md5(e::text)) else bpm.lifecycle_check(stage, to_timestamp(at), life, seq order by md5(e::text)) end as status,
		case when roles then bpm.lifecycle_violations(stage, to_timestamp(at), life, seq, role order by md5(e::text)) else bpm.lifecycle_violations(stage, to_timestamp(at), life, seq order by md5(e::text)) end as violations,
		bpm.lifecycle_durations(stage, to_timestamp(at), life, to_timestamp(until), seq order by md5(e::text)) as durations
	from event e join rule using (n) group by n, roles) e
order by n});
is(scalar @answers, $cases, "$cases histories");

my (%wrong, %seen);
foreach my $i (0 .. $#cases)
{
	my $case = $cases[$i];
	my ($n, $stage, $since, $steps, $conforms, $at, $violations, $durations, $missed, $due_stage, $due) = @{ $answers[$i] };
	my $judged = judge($case->{life}, $case->{roles}, @{ $case->{instants} });
	my @expected = @{ $judged->{violations} };
	my @given = sort split(/, /, $violations // '');
	my $shown = "$case->{life}{text}: " . join(', ', map { "$_->[0] $_->[1] $_->[2] " . ($_->[3] // '-') } @{ $case->{events} });
	my $check = sub {
		my ($what, $given, $expected) = @_;

		push @{ $wrong{$what} }, "$shown: " . ($given // 'null') . ', not ' . ($expected // 'null') if ($given // 'null') ne ($expected // 'null');
	};

	$seen{ (split / /)[0] }++ foreach @expected;
	$check->('violations', join(', ', @given), join(', ', @expected));
	$check->('verdict', $conforms, @expected ? 'f' : 't');
	$check->('verdict', $at, (sort { $a <=> $b } map { (split / /)[1] } @expected)[0]);
	$check->('stage', join(' ', $stage // '-', $since, $steps), join(' ', $judged->{stage} // '-', $judged->{since}, $judged->{steps}));
	$check->('durations', join(', ', sort split(/, /, $durations // '')), join(', ', sort(durations($case->{life}, $case->{until}, @{ $case->{instants} }))));

	# a deadline that a move missed, the first; without any, the earliest of the stage it is in
	my ($late) = grep { /^late / } sort { (split / /, $a)[1] <=> (split / /, $b)[1] } @expected;
	$check->('deadline', $missed, 't') if $late;
	$check->('deadline', $due_stage, (split / /, $late)[3]) if $late && $missed;
	if (!grep { $_->{within} } map { values %$_ } values %{ $case->{life}{moves} })
	{
		$check->('deadline', $due, undef);
	}
	elsif (defined $judged->{stage} && $judged->{steps} == 0 && !$late)
	{
		my $moves = $case->{life}{moves}{ $judged->{stage} } || {};
		my ($first) = sort { $a <=> $b } map { $_->{within} // () } values %$moves;

		$check->('deadline', $due, defined $first ? $judged->{since} + $first * $day : undef);
	}
}
same('violations are those of the walk: every kind, place and time', @{ $wrong{violations} || [] });
same('a history conforms exactly when there are none, else the first is named', @{ $wrong{verdict} || [] });
same('the stage it is in, since when, and the steps are those of the walk', @{ $wrong{stage} || [] });
same('the time in each stage is that of the walk, up to any instant', @{ $wrong{durations} || [] });
same('deadlines are those of the moves', @{ $wrong{deadline} || [] });
cmp_ok($seen{$_} || 0, '>', 0, "some are $_") foreach qw(first move early late role ambiguous);

$node->stop;
done_testing();
