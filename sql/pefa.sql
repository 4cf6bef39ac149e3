-- pefa: letter grades, and the two ways to make one of several

create function bpm.pefa_score(grade text) returns numeric
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_pefa_score';
comment on function bpm.pefa_score(text) is
'A PEFA grade as a figure: A 4, B+ 3.5, B 3, C+ 2.5, C 2, D+ 1.5, D 1. D* counts as D; NA (not applicable), NU (not used), NR (not rated) and empty text are NULL. Anything else is an error (22P02).';

create function bpm.pefa_grade(score numeric) returns text
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_pefa_grade';
comment on function bpm.pefa_grade(numeric) is
'The PEFA grade of a figure that pefa_score, or a node with method m1 or m2, gives: 3.5 is B+. A figure between grades is an error (22023).';

create function bpm.pefa_accum(state bigint, grade text) returns bigint
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_pefa_accum';
comment on function bpm.pefa_accum(bigint, text) is 'transition function of pefa_m1 and pefa_m2: counts of D, C, B and A';

create function bpm.pefa_merge(bigint, bigint) returns bigint
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_pefa_merge';
comment on function bpm.pefa_merge(bigint, bigint) is 'combine function of pefa_m1 and pefa_m2';

create function bpm.pefa_m1_final(state bigint) returns text
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_pefa_m1_final';
comment on function bpm.pefa_m1_final(bigint) is 'final function of pefa_m1';

create function bpm.pefa_m2_final(state bigint) returns text
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_pefa_m2_final';
comment on function bpm.pefa_m2_final(bigint) is 'final function of pefa_m2';

create aggregate bpm.pefa_m1(grade text) (
    sfunc = bpm.pefa_accum, stype = bigint, initcond = '0',
    finalfunc = bpm.pefa_m1_final,
    combinefunc = bpm.pefa_merge,
    parallel = safe
);
comment on aggregate bpm.pefa_m1(text) is
'PEFA''s M1, the weakest link: the lowest dimension, with a plus when any other is higher. D* counts as D; NA, NU, NR, empty text and NULL drop out; NULL when nothing is left.';

create aggregate bpm.pefa_m2(grade text) (
    sfunc = bpm.pefa_accum, stype = bigint, initcond = '0',
    finalfunc = bpm.pefa_m2_final,
    combinefunc = bpm.pefa_merge,
    parallel = safe
);
comment on aggregate bpm.pefa_m2(text) is
'PEFA''s M2, the average by table of 2 to 4 dimensions (PEFA 2016). D* counts as D; NA, NU, NR, empty text and NULL drop out; one dimension is the grade itself; more than 4 are an error (22023).';

-- PI-2

create function bpm.composition_accum(state internal, actual numeric, budget numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_composition_accum';
comment on function bpm.composition_accum(internal, numeric, numeric) is 'transition function of composition_variance: keeps a line';

create function bpm.composition_final(state internal) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_composition_final';
comment on function bpm.composition_final(internal) is 'final function of composition_variance';

create aggregate bpm.composition_variance(actual numeric, budget numeric) (
    sfunc = bpm.composition_accum, stype = internal,
    finalfunc = bpm.composition_final,
    combinefunc = bpm.pairs_merge, serialfunc = bpm.pairs_serialize, deserialfunc = bpm.pairs_deserialize,
    parallel = safe
);
comment on aggregate bpm.composition_variance(numeric, numeric) is
'PEFA''s PI-2: how far the lines of a budget moved against each other, as a percentage: each budget is scaled by total actual / total budget, and sum(abs(actual - scaled)) divided by the total actual; exact, rounded once to 8 decimals. A line without an actual or a budget is left out of everything: give 0 for what is none. NULL without lines, or where a total is not above 0; NaN and infinity are errors (22003).';
