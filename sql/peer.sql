-- peer: how well others do with as much

create function bpm.peer_efficiency(input numeric, output numeric, method text default 'free disposal') returns numeric
    language c window immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_peer_efficiency';
comment on function bpm.peer_efficiency(numeric, numeric, text) is
'Window function: efficiency among the rows of the partition, 0 to 1, exact, rounded once to 8 decimals. free disposal: the least input among those with at least the output, over the own input; constant returns: output for one of input over the best one. A row without input or output is no peer and has NULL; NULL for all where all outputs are 0 under constant returns. Order and frame have no say. Errors (22023): an input of 0 or less, a negative output, an unknown method; NaN and infinity (22003).';

-- unlike outputs

create function bpm.activity_accum(state internal, cost numeric, before numeric, now numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_activity_accum';
comment on function bpm.activity_accum(internal, numeric, numeric, numeric) is 'transition function of activity_index: adds an output';

create function bpm.activity_remove(state internal, cost numeric, before numeric, now numeric) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_activity_remove';
comment on function bpm.activity_remove(internal, numeric, numeric, numeric) is 'inverse transition function of activity_index: takes an output out';

create function bpm.activity_final(state internal) returns numeric
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_activity_final';
comment on function bpm.activity_final(internal) is 'final function of activity_index';

create aggregate bpm.activity_index(cost numeric, before numeric, now numeric) (
    sfunc = bpm.activity_accum, stype = internal, sspace = 256,
    finalfunc = bpm.activity_final,
    combinefunc = bpm.sums_merge, serialfunc = bpm.sums_serialize, deserialfunc = bpm.sums_deserialize,
    msfunc = bpm.activity_accum, minvfunc = bpm.activity_remove, mstype = internal, msspace = 256,
    mfinalfunc = bpm.activity_final,
    parallel = safe
);
comment on aggregate bpm.activity_index(numeric, numeric, numeric) is
'How much more is done than before, over outputs that are unlike: sum(cost * now) / sum(cost * before), by the unit costs of the base year; 1 is as much, exact, rounded once to 8 decimals. A row in which any of the three is NULL is left out on both sides; NULL without rows or where nothing was done before. Negative figures are an error (22023), NaN and infinity too (22003).';
