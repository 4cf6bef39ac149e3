-- scale: what a score is called

create type bpm.scale;

create function bpm.scale_in(cstring) returns bpm.scale
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_scale_in';
comment on function bpm.scale_in(cstring) is 'Reads a scale; see the type bpm.scale.';

create function bpm.scale_out(bpm.scale) returns cstring
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_scale_out';
comment on function bpm.scale_out(bpm.scale) is 'Writes a scale in its canonical form, which reads back to the same value.';

create function bpm.scale_recv(internal) returns bpm.scale
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_scale_recv';
comment on function bpm.scale_recv(internal) is 'Reads a scale in binary: a version byte and the text.';

create function bpm.scale_send(bpm.scale) returns bytea
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_scale_send';
comment on function bpm.scale_send(bpm.scale) is 'Writes a scale in binary: a version byte and the text.';

create type bpm.scale (
    input = bpm.scale_in,
    output = bpm.scale_out,
    receive = bpm.scale_recv,
    send = bpm.scale_send,
    internallength = variable,
    alignment = double,
    storage = plain
);
comment on type bpm.scale is
'What a score is called: excellent >= 90, good >= 80, fair >= 60, poor. Bands fall and the last has no bound, so there is neither gap nor overlap. A score is first rounded to the scale''s digits: "round 0" at the end, 2 when not given. Labels with spaces or commas stand in double quotes.';

create function bpm.rating(score numeric, scale bpm.scale) returns text
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_scale_rating';
comment on function bpm.rating(numeric, bpm.scale) is
'The label of the band that holds the score, after rounding it once, half away from zero, to the scale''s digits. NULL gives NULL; NaN and infinity are errors (22003).';

create function bpm.rating_rank(score numeric, scale bpm.scale) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_scale_rating_rank';
comment on function bpm.rating_rank(numeric, bpm.scale) is
'The place of the rating in its scale, 1 for the best: for sorting.';

create function bpm.scale_eq(bpm.scale, bpm.scale) returns boolean
    language c immutable strict leakproof parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_eq';
comment on function bpm.scale_eq(bpm.scale, bpm.scale) is 'implementation of = operator';

create function bpm.scale_ne(bpm.scale, bpm.scale) returns boolean
    language c immutable strict leakproof parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_ne';
comment on function bpm.scale_ne(bpm.scale, bpm.scale) is 'implementation of <> operator';

create function bpm.scale_hash(bpm.scale) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_hash';
comment on function bpm.scale_hash(bpm.scale) is 'Hash of a scale.';

create function bpm.scale_hash_extended(bpm.scale, bigint) returns bigint
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_hash_extended';
comment on function bpm.scale_hash_extended(bpm.scale, bigint) is 'Hash of a scale with a seed.';

create operator bpm.= (
    leftarg = bpm.scale, rightarg = bpm.scale, function = bpm.scale_eq,
    commutator = operator(bpm.=), negator = operator(bpm.<>),
    restrict = eqsel, join = eqjoinsel, hashes, merges
);
comment on operator bpm.= (bpm.scale, bpm.scale) is 'the same bands and digits';

create operator bpm.<> (
    leftarg = bpm.scale, rightarg = bpm.scale, function = bpm.scale_ne,
    commutator = operator(bpm.<>), negator = operator(bpm.=),
    restrict = neqsel, join = neqjoinsel
);
comment on operator bpm.<> (bpm.scale, bpm.scale) is 'other bands or digits';

create operator class bpm.scale_ops default for type bpm.scale using hash as
    operator 1 bpm.=,
    function 1 bpm.scale_hash(bpm.scale),
    function 2 bpm.scale_hash_extended(bpm.scale, bigint);
comment on operator class bpm.scale_ops using hash is 'scales by their text';
comment on operator family bpm.scale_ops using hash is 'scales by their text';

-- order

create function bpm.scale_lt(bpm.scale, bpm.scale) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_lt';
comment on function bpm.scale_lt(bpm.scale, bpm.scale) is 'implementation of < operator';

create function bpm.scale_le(bpm.scale, bpm.scale) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_le';
comment on function bpm.scale_le(bpm.scale, bpm.scale) is 'implementation of <= operator';

create function bpm.scale_ge(bpm.scale, bpm.scale) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_ge';
comment on function bpm.scale_ge(bpm.scale, bpm.scale) is 'implementation of >= operator';

create function bpm.scale_gt(bpm.scale, bpm.scale) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_gt';
comment on function bpm.scale_gt(bpm.scale, bpm.scale) is 'implementation of > operator';

create function bpm.scale_cmp(bpm.scale, bpm.scale) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_cmp';
comment on function bpm.scale_cmp(bpm.scale, bpm.scale) is 'Less than, equal or greater than 0: by what is stored, for sorting and uniqueness.';

create operator bpm.< (
    leftarg = bpm.scale, rightarg = bpm.scale, function = bpm.scale_lt,
    commutator = operator(bpm.>), negator = operator(bpm.>=),
    restrict = scalarltsel, join = scalarltjoinsel
);
comment on operator bpm.< (bpm.scale, bpm.scale) is 'sorts before: by what is stored, for sorting and uniqueness';

create operator bpm.<= (
    leftarg = bpm.scale, rightarg = bpm.scale, function = bpm.scale_le,
    commutator = operator(bpm.>=), negator = operator(bpm.>),
    restrict = scalarlesel, join = scalarlejoinsel
);
comment on operator bpm.<= (bpm.scale, bpm.scale) is 'sorts before or is the same: by what is stored, for sorting and uniqueness';

create operator bpm.>= (
    leftarg = bpm.scale, rightarg = bpm.scale, function = bpm.scale_ge,
    commutator = operator(bpm.<=), negator = operator(bpm.<),
    restrict = scalargesel, join = scalargejoinsel
);
comment on operator bpm.>= (bpm.scale, bpm.scale) is 'sorts after or is the same: by what is stored, for sorting and uniqueness';

create operator bpm.> (
    leftarg = bpm.scale, rightarg = bpm.scale, function = bpm.scale_gt,
    commutator = operator(bpm.<), negator = operator(bpm.<=),
    restrict = scalargtsel, join = scalargtjoinsel
);
comment on operator bpm.> (bpm.scale, bpm.scale) is 'sorts after: by what is stored, for sorting and uniqueness';

create operator class bpm.scale_ops default for type bpm.scale using btree as
    operator 1 bpm.<,
    operator 2 bpm.<=,
    operator 3 bpm.=,
    operator 4 bpm.>=,
    operator 5 bpm.>,
    function 1 bpm.scale_cmp(bpm.scale, bpm.scale);
comment on operator class bpm.scale_ops using btree is 'scales: by what is stored, for sorting and uniqueness';
comment on operator family bpm.scale_ops using btree is 'scales: by what is stored, for sorting and uniqueness';
