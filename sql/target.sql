-- target: what was promised, and how an actual is scored against it

create type bpm.target;

create function bpm.target_in(cstring) returns bpm.target
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_in';
comment on function bpm.target_in(cstring) is 'Reads a target; see the type bpm.target.';

create function bpm.target_out(bpm.target) returns cstring
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_out';
comment on function bpm.target_out(bpm.target) is 'Writes a target in its canonical form, which reads back to the same value.';

create function bpm.target_recv(internal) returns bpm.target
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_recv';
comment on function bpm.target_recv(internal) is 'Reads a target in binary: a version byte and the text.';

create function bpm.target_send(bpm.target) returns bytea
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_send';
comment on function bpm.target_send(bpm.target) is 'Writes a target in binary: a version byte and the text.';

create type bpm.target (
    input = bpm.target_in,
    output = bpm.target_out,
    receive = bpm.target_recv,
    send = bpm.target_send,
    internallength = variable,
    alignment = double,
    storage = plain
);
comment on type bpm.target is
'What was promised: >= 95%, <= 12 [days], 90..110%, points(0:0, 50:80, 100:100), direct or by 2026-06-30, with the modifiers step, from, floor, lose ... per, over ... lose, ratio and cap. A figure alone means >=. Read, printed and stored exactly; equal are targets with the same canonical text.';

create function bpm.target(comparator text, figure numeric) returns bpm.target
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_from_comparison';
comment on function bpm.target(text, numeric) is
'A target from a comparator (>=, >, <=, <, =) and a figure that a table keeps in two columns. Errors: an unknown comparator (22023), a figure of more than 29 digits before or 8 after the decimal point (22003).';

create function bpm.target(comparator text, figure numeric, modifiers text) returns bpm.target
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_from_modifiers';
comment on function bpm.target(text, numeric, text) is
'The same with modifiers, and a unit before them, such as "floor 60" or "[km] from 40". NULL when any of them is: give an empty text where there are none. Errors: as above, and modifiers that cannot be read or do not fit (22P02).';

create function bpm.target(comparator text, figure numeric, baseline numeric) returns bpm.target
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_from_baseline';
comment on function bpm.target(text, numeric, numeric) is
'The same with a baseline from a column: progress from there to the figure, as with the modifier from. NULL when any of them is. Errors: as above, and a baseline on the wrong side of the figure (22P02).';

create function bpm.target_by(day date) returns bpm.target
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_from_date';
comment on function bpm.target_by(date) is
'The target by ... from a column: done on that day or before. Errors: infinity, and years that are not 1 to 9999 (22008).';

create function bpm.target_by(day date, modifiers text) returns bpm.target
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_from_date';
comment on function bpm.target_by(date, text) is
'The same with modifiers, such as "lose 2 per 1": so many points for so many days. Errors: as above, and modifiers that cannot be read or do not fit (22P02).';

create function bpm.target(low numeric, high numeric) returns bpm.target
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_from_range';
comment on function bpm.target(numeric, numeric) is
'The target low..high from two columns. Errors: low above high (22023), a figure of more than 29 digits before or 8 after the decimal point (22003).';

-- scoring

create function bpm.score(actual numeric, target bpm.target) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_score';
comment on function bpm.score(numeric, bpm.target) is
'Points for an actual, 0 to 100 (or to the cap) with 8 decimals, rounded half away from zero. Met is 100; else 100*a/t for >= and >, 100*(1 - (a-t)/t) for <= and <, 100*(1 - abs(a-t)/abs(t)) for =, never below 0; a target of 0 or less gives 0 unless met. Modifiers change that as the type says. NULL gives NULL; NaN and infinity are errors (22003), as is an actual outside 0 to 100 for direct; a target that is a date wants one (22023).';

create function bpm.score(actual date, target bpm.target) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_score_date';
comment on function bpm.score(date, bpm.target) is
'Points for the day on which it was done, against a target by ...: 100 on that day or before; later 0, or with lose p per d, p points less for every d days. NULL gives NULL; infinity is an error (22008), as is a target that is no date (22023).';

create function bpm.try_score(actual numeric, target bpm.target) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_try_score';
comment on function bpm.try_score(numeric, bpm.target) is
'What bpm.score gives, and NULL where that is an error: for results that must answer whatever a table holds.';

create function bpm.try_score(actual date, target bpm.target) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_try_score_date';
comment on function bpm.try_score(date, bpm.target) is
'What bpm.score gives, and NULL where that is an error.';

create function bpm.attainment(actual numeric, target bpm.target) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_attainment';
comment on function bpm.attainment(numeric, bpm.target) is
'The percentage of the target that was reached, with 8 decimals, before any cap at 100, floor or loss; it may be above 100 or below 0. NULL where the target is no base for a percentage: 0 or less without a baseline. Errors: as bpm.score, and a percentage of more than 29 digits (22003).';

create function bpm.try_attainment(actual numeric, target bpm.target) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_try_attainment';
comment on function bpm.try_attainment(numeric, bpm.target) is
'What bpm.attainment gives, and NULL where that is an error.';

create function bpm.met(actual numeric, target bpm.target) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_met';
comment on function bpm.met(numeric, bpm.target) is
'Whether the actual is what was promised, compared with all its digits; > and < are strict. A graded target (points, direct) is met when its score reaches the floor; without a floor it draws no line, and the answer is NULL. Errors: as bpm.score.';

create function bpm.met(actual date, target bpm.target) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_met_date';
comment on function bpm.met(date, bpm.target) is
'Whether it was done on the day of a target by ... or before. Errors: as bpm.score.';

create function bpm.try_met(actual numeric, target bpm.target) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_try_met';
comment on function bpm.try_met(numeric, bpm.target) is 'What bpm.met gives, and NULL where that is an error.';

create function bpm.try_met(actual date, target bpm.target) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_try_met_date';
comment on function bpm.try_met(date, bpm.target) is 'What bpm.met gives, and NULL where that is an error.';

create function bpm.cap(target bpm.target) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_cap';
comment on function bpm.cap(bpm.target) is
'The most that a score can be: 100, the cap, or the largest score of the points.';

-- what a target is made of

create function bpm.comparator(target bpm.target) returns text
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_comparator';
comment on function bpm.comparator(bpm.target) is
'The form of a target: >=, >, <=, < or = of a comparison, .. of a range, points, direct, or by of a date.';

create function bpm.goal(target bpm.target) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_goal';
comment on function bpm.goal(bpm.target) is
'The figure of a comparison, exactly as it was written, in the target''s unit; NULL for a range, points, direct and a date, which have no one figure.';

-- reading text without an error, for bulk import

create function bpm.try_parse_target(text text, out target bpm.target, out reason text)
    language c immutable parallel safe cost 5
    as 'MODULE_PATHNAME', 'bpm_target_try_parse';
comment on function bpm.try_parse_target(text) is
'The target, or NULL and the reason why the text is none, with the mend. Both are NULL for NULL.';

-- equality and order

create function bpm.target_eq(bpm.target, bpm.target) returns boolean
    language c immutable strict leakproof parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_eq';
comment on function bpm.target_eq(bpm.target, bpm.target) is 'implementation of = operator';

create function bpm.target_ne(bpm.target, bpm.target) returns boolean
    language c immutable strict leakproof parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_ne';
comment on function bpm.target_ne(bpm.target, bpm.target) is 'implementation of <> operator';

create function bpm.target_lt(bpm.target, bpm.target) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_lt';
comment on function bpm.target_lt(bpm.target, bpm.target) is 'implementation of < operator';

create function bpm.target_le(bpm.target, bpm.target) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_le';
comment on function bpm.target_le(bpm.target, bpm.target) is 'implementation of <= operator';

create function bpm.target_ge(bpm.target, bpm.target) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_ge';
comment on function bpm.target_ge(bpm.target, bpm.target) is 'implementation of >= operator';

create function bpm.target_gt(bpm.target, bpm.target) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_gt';
comment on function bpm.target_gt(bpm.target, bpm.target) is 'implementation of > operator';

create function bpm.target_cmp(bpm.target, bpm.target) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_target_cmp';
comment on function bpm.target_cmp(bpm.target, bpm.target) is 'Less than, equal or greater than 0: by form, then by figures, modifiers and unit. It says nothing about ambition.';

create function bpm.target_hash(bpm.target) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_hash';
comment on function bpm.target_hash(bpm.target) is 'Hash of a target.';

create function bpm.target_hash_extended(bpm.target, bigint) returns bigint
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_hash_extended';
comment on function bpm.target_hash_extended(bpm.target, bigint) is 'Hash of a target with a seed.';

create operator bpm.= (
    leftarg = bpm.target, rightarg = bpm.target, function = bpm.target_eq,
    commutator = operator(bpm.=), negator = operator(bpm.<>),
    restrict = eqsel, join = eqjoinsel, hashes, merges
);
comment on operator bpm.= (bpm.target, bpm.target) is 'the same canonical text';

create operator bpm.<> (
    leftarg = bpm.target, rightarg = bpm.target, function = bpm.target_ne,
    commutator = operator(bpm.<>), negator = operator(bpm.=),
    restrict = neqsel, join = neqjoinsel
);
comment on operator bpm.<> (bpm.target, bpm.target) is 'another canonical text';

create operator bpm.< (
    leftarg = bpm.target, rightarg = bpm.target, function = bpm.target_lt,
    commutator = operator(bpm.>), negator = operator(bpm.>=),
    restrict = scalarltsel, join = scalarltjoinsel
);
comment on operator bpm.< (bpm.target, bpm.target) is 'sorts before; says nothing about ambition';

create operator bpm.<= (
    leftarg = bpm.target, rightarg = bpm.target, function = bpm.target_le,
    commutator = operator(bpm.>=), negator = operator(bpm.>),
    restrict = scalarlesel, join = scalarlejoinsel
);
comment on operator bpm.<= (bpm.target, bpm.target) is 'sorts before or is the same; says nothing about ambition';

create operator bpm.>= (
    leftarg = bpm.target, rightarg = bpm.target, function = bpm.target_ge,
    commutator = operator(bpm.<=), negator = operator(bpm.<),
    restrict = scalargesel, join = scalargejoinsel
);
comment on operator bpm.>= (bpm.target, bpm.target) is 'sorts after or is the same; says nothing about ambition';

create operator bpm.> (
    leftarg = bpm.target, rightarg = bpm.target, function = bpm.target_gt,
    commutator = operator(bpm.<), negator = operator(bpm.<=),
    restrict = scalargtsel, join = scalargtjoinsel
);
comment on operator bpm.> (bpm.target, bpm.target) is 'sorts after; says nothing about ambition';

create operator class bpm.target_ops default for type bpm.target using btree as
    operator 1 bpm.<,
    operator 2 bpm.<=,
    operator 3 bpm.=,
    operator 4 bpm.>=,
    operator 5 bpm.>,
    function 1 bpm.target_cmp(bpm.target, bpm.target);
comment on operator class bpm.target_ops using btree is 'targets by form, figures, modifiers and unit';
comment on operator family bpm.target_ops using btree is 'targets by form, figures, modifiers and unit';

create operator class bpm.target_ops default for type bpm.target using hash as
    operator 1 bpm.=,
    function 1 bpm.target_hash(bpm.target),
    function 2 bpm.target_hash_extended(bpm.target, bigint);
comment on operator class bpm.target_ops using hash is 'targets by their text';
comment on operator family bpm.target_ops using hash is 'targets by their text';
