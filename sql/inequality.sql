-- inequality: how unevenly something is spread

-- what parallel workers do with states of these and later aggregates

create function bpm.sums_merge(internal, internal) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_sums_merge';
comment on function bpm.sums_merge(internal, internal) is 'combine function of aggregates that add up exactly: adds the sums of two parts';

create function bpm.sums_serialize(internal) returns bytea
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_sums_serialize';
comment on function bpm.sums_serialize(internal) is 'hands the sums of a parallel worker over';

create function bpm.sums_deserialize(bytea, internal) returns internal
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_sums_deserialize';
comment on function bpm.sums_deserialize(bytea, internal) is 'takes the sums of a parallel worker';

create function bpm.pairs_merge(internal, internal) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_pairs_merge';
comment on function bpm.pairs_merge(internal, internal) is 'combine function of aggregates that keep their rows: puts those of two parts together';

create function bpm.pairs_serialize(internal) returns bytea
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_pairs_serialize';
comment on function bpm.pairs_serialize(internal) is 'hands the rows of a parallel worker over';

create function bpm.pairs_deserialize(bytea, internal) returns internal
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_pairs_deserialize';
comment on function bpm.pairs_deserialize(bytea, internal) is 'takes the rows of a parallel worker';

-- Gini

create function bpm.gini_accum(state internal, x numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_gini_accum';
comment on function bpm.gini_accum(internal, numeric) is 'transition function of gini: keeps a row';

create function bpm.gini_accum(state internal, x numeric, weight numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_gini_accum';
comment on function bpm.gini_accum(internal, numeric, numeric) is 'transition function of gini: keeps a row';

create function bpm.gini_final(state internal) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_gini_final';
comment on function bpm.gini_final(internal) is 'final function of gini';

create aggregate bpm.gini(x numeric) (
    sfunc = bpm.gini_accum, stype = internal,
    finalfunc = bpm.gini_final,
    combinefunc = bpm.pairs_merge, serialfunc = bpm.pairs_serialize, deserialfunc = bpm.pairs_deserialize,
    parallel = safe
);
comment on aggregate bpm.gini(numeric) is
'The Gini coefficient of values that are not negative, 0 (all the same) to nearly 1 (one has all), every row with the same weight: sum over pairs of w*w*abs(x - x) / (2*W*sum(w*x)), exact, rounded once to 8 decimals. A row without a value or weight counts nothing; NULL without rows or with a total of 0; negative figures are an error (22023), NaN and infinity too (22003). It keeps its rows: 16 bytes each, 32 with figures over 92 billion.';

create aggregate bpm.gini(x numeric, weight numeric) (
    sfunc = bpm.gini_accum, stype = internal,
    finalfunc = bpm.gini_final,
    combinefunc = bpm.pairs_merge, serialfunc = bpm.pairs_serialize, deserialfunc = bpm.pairs_deserialize,
    parallel = safe
);
comment on aggregate bpm.gini(numeric, numeric) is
'The Gini coefficient of values that are not negative, 0 (all the same) to nearly 1 (one has all), a row counting weight times (the people of a group): sum over pairs of w*w*abs(x - x) / (2*W*sum(w*x)), exact, rounded once to 8 decimals. A row without a value or weight counts nothing; NULL without rows or with a total of 0; negative figures are an error (22023), NaN and infinity too (22003). It keeps its rows: 16 bytes each, 32 with figures over 92 billion.';

-- Theil

create function bpm.theil_accum(state internal, x numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_theil_accum';
comment on function bpm.theil_accum(internal, numeric) is 'transition function of theil: adds a row';

create function bpm.theil_accum(state internal, x numeric, weight numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_theil_accum';
comment on function bpm.theil_accum(internal, numeric, numeric) is 'transition function of theil: adds a row';

create function bpm.theil_remove(state internal, x numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_theil_remove';
comment on function bpm.theil_remove(internal, numeric) is 'inverse transition function of theil: takes a row out';

create function bpm.theil_remove(state internal, x numeric, weight numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_theil_remove';
comment on function bpm.theil_remove(internal, numeric, numeric) is 'inverse transition function of theil: takes a row out';

create function bpm.theil_final(state internal) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_theil_final';
comment on function bpm.theil_final(internal) is 'final function of theil';

create aggregate bpm.theil(x numeric) (
    sfunc = bpm.theil_accum, stype = internal, sspace = 256,
    finalfunc = bpm.theil_final,
    combinefunc = bpm.sums_merge, serialfunc = bpm.sums_serialize, deserialfunc = bpm.sums_deserialize,
    msfunc = bpm.theil_accum, minvfunc = bpm.theil_remove, mstype = internal, msspace = 256,
    mfinalfunc = bpm.theil_final,
    parallel = safe
);
comment on aggregate bpm.theil(numeric) is
'The Theil index T of values that are not negative: sum(x * ln(x / mean)) / sum(x); a value of 0 adds 0. From 0 (all the same) to ln n (one has all), 8 decimals, the same in every plan. A row without a value or weight counts nothing; NULL without rows or with a total of 0; negative figures are an error (22023), NaN and infinity too (22003).';

create aggregate bpm.theil(x numeric, weight numeric) (
    sfunc = bpm.theil_accum, stype = internal, sspace = 256,
    finalfunc = bpm.theil_final,
    combinefunc = bpm.sums_merge, serialfunc = bpm.sums_serialize, deserialfunc = bpm.sums_deserialize,
    msfunc = bpm.theil_accum, minvfunc = bpm.theil_remove, mstype = internal, msspace = 256,
    mfinalfunc = bpm.theil_final,
    parallel = safe
);
comment on aggregate bpm.theil(numeric, numeric) is
'The Theil index T of values with weights (the people of a group): sum(w*x * ln(x / mean)) / sum(w*x); a value of 0 adds 0. From 0 (all the same) to ln W over the least weight, 8 decimals, the same in every plan. A row without a value or weight counts nothing; NULL without rows or with a total of 0; negative figures are an error (22023), NaN and infinity too (22003).';

-- sum of squared shares

create function bpm.concentration_accum(state internal, x numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_concentration_accum';
comment on function bpm.concentration_accum(internal, numeric) is 'transition function of concentration: adds a row';

create function bpm.concentration_accum(state internal, x numeric, weight numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_concentration_accum';
comment on function bpm.concentration_accum(internal, numeric, numeric) is 'transition function of concentration: adds a row';

create function bpm.concentration_remove(state internal, x numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_concentration_remove';
comment on function bpm.concentration_remove(internal, numeric) is 'inverse transition function of concentration: takes a row out';

create function bpm.concentration_remove(state internal, x numeric, weight numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_concentration_remove';
comment on function bpm.concentration_remove(internal, numeric, numeric) is 'inverse transition function of concentration: takes a row out';

create function bpm.concentration_final(state internal) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_concentration_final';
comment on function bpm.concentration_final(internal) is 'final function of concentration';

create aggregate bpm.concentration(x numeric) (
    sfunc = bpm.concentration_accum, stype = internal, sspace = 256,
    finalfunc = bpm.concentration_final,
    combinefunc = bpm.sums_merge, serialfunc = bpm.sums_serialize, deserialfunc = bpm.sums_deserialize,
    msfunc = bpm.concentration_accum, minvfunc = bpm.concentration_remove, mstype = internal, msspace = 256,
    mfinalfunc = bpm.concentration_final,
    parallel = safe
);
comment on aggregate bpm.concentration(numeric) is
'The sum of squared shares (Herfindahl-Hirschman) as a fraction: 1 with one source, 1/n with n equal ones, exact, rounded once to 8 decimals. A row without a value or weight counts nothing; NULL without rows or with a total of 0; negative figures are an error (22023), NaN and infinity too (22003).';

create aggregate bpm.concentration(x numeric, weight numeric) (
    sfunc = bpm.concentration_accum, stype = internal, sspace = 256,
    finalfunc = bpm.concentration_final,
    combinefunc = bpm.sums_merge, serialfunc = bpm.sums_serialize, deserialfunc = bpm.sums_deserialize,
    msfunc = bpm.concentration_accum, minvfunc = bpm.concentration_remove, mstype = internal, msspace = 256,
    mfinalfunc = bpm.concentration_final,
    parallel = safe
);
comment on aggregate bpm.concentration(numeric, numeric) is
'The sum of squared shares (Herfindahl-Hirschman) as a fraction, a row standing for weight sources of x each: 1 with one source, 1/n with n equal ones, exact, rounded once to 8 decimals. A row without a value or weight counts nothing; NULL without rows or with a total of 0; negative figures are an error (22023), NaN and infinity too (22003).';
