-- rollup: the weighted rollup as a value, its aggregates and accessors

create type bpm.rollup;

create function bpm.rollup_in(cstring) returns bpm.rollup
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_in';
comment on function bpm.rollup_in(cstring) is 'Reads a rollup; see the type bpm.rollup.';

create function bpm.rollup_out(bpm.rollup) returns cstring
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_out';
comment on function bpm.rollup_out(bpm.rollup) is 'Writes a rollup exactly.';

create function bpm.rollup_recv(internal) returns bpm.rollup
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_recv';
comment on function bpm.rollup_recv(internal) is 'Reads a rollup in binary, exactly.';

create function bpm.rollup_send(bpm.rollup) returns bytea
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_send';
comment on function bpm.rollup_send(bpm.rollup) is 'Writes a rollup in binary, exactly.';

create type bpm.rollup (
    input = bpm.rollup_in,
    output = bpm.rollup_out,
    receive = bpm.rollup_recv,
    send = bpm.rollup_send,
    internallength = 80,
    alignment = double,
    storage = plain
);
comment on type bpm.rollup is
'A weighted rollup that can be stored, added, subtracted, shipped and finished later: count and weight of all rows, count and weight of the scored rows, the exact sum of weight * score, and what the caps of missing rows add to or take from 100. Weights and scores are kept to 8 decimals (half away from zero); total weight stays below 1.7e30, the sum below 1.7e22, or the error is 22003.';

-- transition functions

create function bpm.rollup_accum(bpm.rollup, score numeric, weight numeric) returns bpm.rollup
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_accum';
comment on function bpm.rollup_accum(bpm.rollup, numeric, numeric) is 'aggregate transition function: adds a row';

create function bpm.rollup_accum(bpm.rollup, actual numeric, target bpm.target, weight numeric) returns bpm.rollup
    language c immutable parallel safe cost 2
    as 'MODULE_PATHNAME', 'bpm_rollup_accum_target';
comment on function bpm.rollup_accum(bpm.rollup, numeric, bpm.target, numeric) is 'aggregate transition function: scores a row and adds it';

create function bpm.rollup_remove(bpm.rollup, score numeric, weight numeric) returns bpm.rollup
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_remove';
comment on function bpm.rollup_remove(bpm.rollup, numeric, numeric) is 'aggregate inverse transition function: takes a row out';

create function bpm.rollup_remove(bpm.rollup, actual numeric, target bpm.target, weight numeric) returns bpm.rollup
    language c immutable parallel safe cost 2
    as 'MODULE_PATHNAME', 'bpm_rollup_remove_target';
comment on function bpm.rollup_remove(bpm.rollup, numeric, bpm.target, numeric) is 'aggregate inverse transition function: scores a row and takes it out';

create function bpm.rollup_merge(bpm.rollup, bpm.rollup) returns bpm.rollup
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_merge';
comment on function bpm.rollup_merge(bpm.rollup, bpm.rollup) is 'aggregate combine function: adds a rollup; NULL holds no rows';

create function bpm.rollup_unmerge(bpm.rollup, bpm.rollup) returns bpm.rollup
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_unmerge';
comment on function bpm.rollup_unmerge(bpm.rollup, bpm.rollup) is 'aggregate inverse transition function: takes a rollup out';

-- accessors

create function bpm.score(rollup bpm.rollup) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_score';
comment on function bpm.score(bpm.rollup) is
'Sum of weight * score / sum of weight, over what is scored, rounded once to 8 decimals, half away from zero. NULL when nothing that weighs is scored. To publish fewer digits ask for them here; rounding twice is not the same.';

create function bpm.score(rollup bpm.rollup, digits integer) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_score';
comment on function bpm.score(bpm.rollup, integer) is
'The score rounded once to 0 to 8 digits, half away from zero. NULL when nothing that weighs is scored.';

create function bpm.coverage(rollup bpm.rollup, digits integer default 8) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_coverage';
comment on function bpm.coverage(bpm.rollup, integer) is
'The percentage of the weight that is scored: 0 when nothing is, NULL when nothing weighs anything.';

create function bpm.low(rollup bpm.rollup, worst numeric default 0, digits integer default 8) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_low';
comment on function bpm.low(bpm.rollup, numeric, integer) is
'The score if all that is missing had the worst score (0), rounded once. NULL when nothing weighs anything.';

create function bpm.high(rollup bpm.rollup, best numeric default null, digits integer default 8) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_high';
comment on function bpm.high(bpm.rollup, numeric, integer) is
'The score if all that is missing had the best score, rounded once: 100, or what the cap or the points of its own target allow. A score that is given is assumed for all. NULL when nothing weighs anything.';

create function bpm.weight(rollup bpm.rollup) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_weight';
comment on function bpm.weight(bpm.rollup) is 'The weight of all rows, exact.';

create function bpm.scored_weight(rollup bpm.rollup) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_scored_weight';
comment on function bpm.scored_weight(bpm.rollup) is 'The weight of the rows that have a score, exact: the denominator of the score.';

create function bpm.weighted_sum(rollup bpm.rollup) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_weighted_sum';
comment on function bpm.weighted_sum(bpm.rollup) is 'Sum of weight * score over the rows that have a score, exact: the numerator of the score.';

create function bpm.row_count(rollup bpm.rollup) returns bigint
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_row_count';
comment on function bpm.row_count(bpm.rollup) is 'How many rows there were, scored or not.';

create function bpm.missing_count(rollup bpm.rollup) returns bigint
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_missing_count';
comment on function bpm.missing_count(bpm.rollup) is 'How many rows had no score.';

create function bpm.rating(rollup bpm.rollup, scale bpm.scale) returns text
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_rating';
comment on function bpm.rating(bpm.rollup, bpm.scale) is
'The label of the score, from the exact state, rounded once to the scale''s digits. NULL when there is no score.';

create function bpm.rating_rank(rollup bpm.rollup, scale bpm.scale) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_rating_rank';
comment on function bpm.rating_rank(bpm.rollup, bpm.scale) is
'The place of the rating in its scale, 1 for the best. NULL when there is no score.';

-- operators

create function bpm.rollup_add(bpm.rollup, bpm.rollup) returns bpm.rollup
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_add';
comment on function bpm.rollup_add(bpm.rollup, bpm.rollup) is 'implementation of + operator';

create function bpm.rollup_subtract(bpm.rollup, bpm.rollup) returns bpm.rollup
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_subtract';
comment on function bpm.rollup_subtract(bpm.rollup, bpm.rollup) is 'implementation of - operator';

create operator bpm.+ (
    leftarg = bpm.rollup, rightarg = bpm.rollup, function = bpm.rollup_add,
    commutator = operator(bpm.+)
);
comment on operator bpm.+ (bpm.rollup, bpm.rollup) is 'the rollup of the rows of both, exact';

create operator bpm.- (
    leftarg = bpm.rollup, rightarg = bpm.rollup, function = bpm.rollup_subtract
);
comment on operator bpm.- (bpm.rollup, bpm.rollup) is 'undoes +, exactly';

create function bpm.rollup_eq(bpm.rollup, bpm.rollup) returns boolean
    language c immutable strict leakproof parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_eq';
comment on function bpm.rollup_eq(bpm.rollup, bpm.rollup) is 'implementation of = operator';

create function bpm.rollup_ne(bpm.rollup, bpm.rollup) returns boolean
    language c immutable strict leakproof parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_ne';
comment on function bpm.rollup_ne(bpm.rollup, bpm.rollup) is 'implementation of <> operator';

create function bpm.rollup_hash(bpm.rollup) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_hash';
comment on function bpm.rollup_hash(bpm.rollup) is 'Hash of a rollup.';

create function bpm.rollup_hash_extended(bpm.rollup, bigint) returns bigint
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_hash_extended';
comment on function bpm.rollup_hash_extended(bpm.rollup, bigint) is 'Hash of a rollup with a seed.';

create operator bpm.= (
    leftarg = bpm.rollup, rightarg = bpm.rollup, function = bpm.rollup_eq,
    commutator = operator(bpm.=), negator = operator(bpm.<>),
    restrict = eqsel, join = eqjoinsel, hashes, merges
);
comment on operator bpm.= (bpm.rollup, bpm.rollup) is 'the same counts, weights and sums';

create operator bpm.<> (
    leftarg = bpm.rollup, rightarg = bpm.rollup, function = bpm.rollup_ne,
    commutator = operator(bpm.<>), negator = operator(bpm.=),
    restrict = neqsel, join = neqjoinsel
);
comment on operator bpm.<> (bpm.rollup, bpm.rollup) is 'another count, weight or sum';

create operator class bpm.rollup_ops default for type bpm.rollup using hash as
    operator 1 bpm.=,
    function 1 bpm.rollup_hash(bpm.rollup),
    function 2 bpm.rollup_hash_extended(bpm.rollup, bigint);
comment on operator class bpm.rollup_ops using hash is 'rollups by counts, weights and sums';
comment on operator family bpm.rollup_ops using hash is 'rollups by counts, weights and sums';

-- order

create function bpm.rollup_lt(bpm.rollup, bpm.rollup) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_lt';
comment on function bpm.rollup_lt(bpm.rollup, bpm.rollup) is 'implementation of < operator';

create function bpm.rollup_le(bpm.rollup, bpm.rollup) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_le';
comment on function bpm.rollup_le(bpm.rollup, bpm.rollup) is 'implementation of <= operator';

create function bpm.rollup_ge(bpm.rollup, bpm.rollup) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_ge';
comment on function bpm.rollup_ge(bpm.rollup, bpm.rollup) is 'implementation of >= operator';

create function bpm.rollup_gt(bpm.rollup, bpm.rollup) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_gt';
comment on function bpm.rollup_gt(bpm.rollup, bpm.rollup) is 'implementation of > operator';

create function bpm.rollup_cmp(bpm.rollup, bpm.rollup) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_rollup_cmp';
comment on function bpm.rollup_cmp(bpm.rollup, bpm.rollup) is 'Less than, equal or greater than 0: by rows, scored rows, weight, scored weight, sum and what is beyond 100.';

create operator bpm.< (
    leftarg = bpm.rollup, rightarg = bpm.rollup, function = bpm.rollup_lt,
    commutator = operator(bpm.>), negator = operator(bpm.>=),
    restrict = scalarltsel, join = scalarltjoinsel
);
comment on operator bpm.< (bpm.rollup, bpm.rollup) is 'sorts before: by rows, scored rows, weight, scored weight, sum and what is beyond 100';

create operator bpm.<= (
    leftarg = bpm.rollup, rightarg = bpm.rollup, function = bpm.rollup_le,
    commutator = operator(bpm.>=), negator = operator(bpm.>),
    restrict = scalarlesel, join = scalarlejoinsel
);
comment on operator bpm.<= (bpm.rollup, bpm.rollup) is 'sorts before or is the same: by rows, scored rows, weight, scored weight, sum and what is beyond 100';

create operator bpm.>= (
    leftarg = bpm.rollup, rightarg = bpm.rollup, function = bpm.rollup_ge,
    commutator = operator(bpm.<=), negator = operator(bpm.<),
    restrict = scalargesel, join = scalargejoinsel
);
comment on operator bpm.>= (bpm.rollup, bpm.rollup) is 'sorts after or is the same: by rows, scored rows, weight, scored weight, sum and what is beyond 100';

create operator bpm.> (
    leftarg = bpm.rollup, rightarg = bpm.rollup, function = bpm.rollup_gt,
    commutator = operator(bpm.<), negator = operator(bpm.<=),
    restrict = scalargtsel, join = scalargtjoinsel
);
comment on operator bpm.> (bpm.rollup, bpm.rollup) is 'sorts after: by rows, scored rows, weight, scored weight, sum and what is beyond 100';

create operator class bpm.rollup_ops default for type bpm.rollup using btree as
    operator 1 bpm.<,
    operator 2 bpm.<=,
    operator 3 bpm.=,
    operator 4 bpm.>=,
    operator 5 bpm.>,
    function 1 bpm.rollup_cmp(bpm.rollup, bpm.rollup);
comment on operator class bpm.rollup_ops using btree is 'rollups: by rows, scored rows, weight, scored weight, sum and what is beyond 100';
comment on operator family bpm.rollup_ops using btree is 'rollups: by rows, scored rows, weight, scored weight, sum and what is beyond 100';

-- aggregates: those over the same arguments share one transition

create aggregate bpm.rollup(score numeric, weight numeric) (
    sfunc = bpm.rollup_accum, stype = bpm.rollup,
    initcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
    combinefunc = bpm.rollup_merge,
    msfunc = bpm.rollup_accum, minvfunc = bpm.rollup_remove, mstype = bpm.rollup,
    minitcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
    parallel = safe
);
comment on aggregate bpm.rollup(numeric, numeric) is
'The weighted rollup of scores. A NULL score is missing: its weight counts against coverage. A NULL or zero weight counts the row and weighs nothing; a negative one is an error (22023). Over no rows: the empty rollup.';

create aggregate bpm.rollup(actual numeric, target bpm.target, weight numeric) (
    sfunc = bpm.rollup_accum, stype = bpm.rollup,
    initcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
    combinefunc = bpm.rollup_merge,
    msfunc = bpm.rollup_accum, minvfunc = bpm.rollup_remove, mstype = bpm.rollup,
    minitcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
    parallel = safe
);
comment on aggregate bpm.rollup(numeric, bpm.target, numeric) is
'Scores each actual against its target and rolls the scores up in one pass. Without an actual or a target the row is missing: its weight counts against coverage.';

create aggregate bpm.rollup(rollup bpm.rollup) (
    sfunc = bpm.rollup_merge, stype = bpm.rollup,
    initcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
    combinefunc = bpm.rollup_merge,
    msfunc = bpm.rollup_merge, minvfunc = bpm.rollup_unmerge, mstype = bpm.rollup,
    minitcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
    parallel = safe
);
comment on aggregate bpm.rollup(bpm.rollup) is
'The rollup of stored rollups: the same value as one over all their rows. NULL holds no rows.';

create aggregate bpm.weighted_score(score numeric, weight numeric) (
    sfunc = bpm.rollup_accum, stype = bpm.rollup,
    initcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
    finalfunc = bpm.score,
    combinefunc = bpm.rollup_merge,
    msfunc = bpm.rollup_accum, minvfunc = bpm.rollup_remove, mstype = bpm.rollup,
    minitcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
    mfinalfunc = bpm.score,
    parallel = safe
);
comment on aggregate bpm.weighted_score(numeric, numeric) is
'Sum of weight * score / sum of weight, over what is scored, with 8 decimals: bpm.score(bpm.rollup(score, weight)). NULL when nothing that weighs is scored.';

create aggregate bpm.weighted_score(actual numeric, target bpm.target, weight numeric) (
    sfunc = bpm.rollup_accum, stype = bpm.rollup,
    initcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
    finalfunc = bpm.score,
    combinefunc = bpm.rollup_merge,
    msfunc = bpm.rollup_accum, minvfunc = bpm.rollup_remove, mstype = bpm.rollup,
    minitcond = 'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
    mfinalfunc = bpm.score,
    parallel = safe
);
comment on aggregate bpm.weighted_score(numeric, bpm.target, numeric) is
'Scores each actual against its target and rolls the scores up in one pass: bpm.score(bpm.rollup(actual, target, weight)), with 8 decimals.';
