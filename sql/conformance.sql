-- conformance: a history that was written elsewhere, judged by a lifecycle

create type bpm.lifecycle_status as (
    stage text,
    since timestamptz,
    steps integer,
    conforms boolean,
    violation text,
    violation_at timestamptz,
    deadline timestamptz,
    deadline_stage text,
    deadline_missed boolean
);
comment on type bpm.lifecycle_status is 'The verdict of lifecycle_check on one history.';
comment on column bpm.lifecycle_status.stage is 'The stage it is in; NULL when the last instant is ambiguous.';
comment on column bpm.lifecycle_status.since is 'When it entered that stage.';
comment on column bpm.lifecycle_status.steps is 'The number of moves, legal or not; the beginning and repeated stages are none.';
comment on column bpm.lifecycle_status.conforms is 'Whether nothing is wrong.';
comment on column bpm.lifecycle_status.violation is 'The first thing that is wrong.';
comment on column bpm.lifecycle_status.violation_at is 'When that was.';
comment on column bpm.lifecycle_status.deadline is 'When the first deadline that a move missed fell due, else when the one of the present stage does.';
comment on column bpm.lifecycle_status.deadline_stage is 'The stage that had or has to be reached by then.';
comment on column bpm.lifecycle_status.deadline_missed is 'Whether a move missed it. A running one is overdue once deadline < now().';

create type bpm.lifecycle_violation as (
    kind text,
    at timestamptz,
    from_stage text,
    to_stage text,
    violation text
);
comment on type bpm.lifecycle_violation is 'One thing that is wrong with a history.';
comment on column bpm.lifecycle_violation.kind is 'first: begins in another stage than the first. move: no such move. early: sooner than [after]. late: later than [within]. role: not by [by]. ambiguous: several stages at one instant.';
comment on column bpm.lifecycle_violation.at is 'The time of the event.';
comment on column bpm.lifecycle_violation.from_stage is 'The stage before; NULL at the beginning.';
comment on column bpm.lifecycle_violation.to_stage is 'The stage entered; NULL when it is ambiguous.';
comment on column bpm.lifecycle_violation.violation is 'The same for people.';

create type bpm.lifecycle_duration as (
    stage text,
    entered timestamptz,
    visits integer,
    duration interval,
    open boolean
);
comment on type bpm.lifecycle_duration is 'The time that one history spent in one stage.';
comment on column bpm.lifecycle_duration.stage is 'The stage; NULL for the time after an ambiguous instant.';
comment on column bpm.lifecycle_duration.entered is 'When it was entered first.';
comment on column bpm.lifecycle_duration.visits is 'How often it was entered.';
comment on column bpm.lifecycle_duration.duration is 'Time in all visits, in days of 24 hours; NULL for a final stage.';
comment on column bpm.lifecycle_duration.open is 'Whether it is the present stage and not final, so that the time still runs.';

-- support functions

create function bpm.lifecycle_accum(internal, stage text, at timestamptz, lifecycle bpm.lifecycle) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_conformance_accum';
comment on function bpm.lifecycle_accum(internal, text, timestamptz, bpm.lifecycle) is 'aggregate transition function: adds an event';

create function bpm.lifecycle_accum(internal, stage text, at timestamptz, lifecycle bpm.lifecycle, seq bigint) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_conformance_accum';
comment on function bpm.lifecycle_accum(internal, text, timestamptz, bpm.lifecycle, bigint) is 'aggregate transition function: adds an event with its sequence number';

create function bpm.lifecycle_accum(internal, stage text, at timestamptz, lifecycle bpm.lifecycle, seq bigint, role text) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_conformance_accum';
comment on function bpm.lifecycle_accum(internal, text, timestamptz, bpm.lifecycle, bigint, text) is 'aggregate transition function: adds an event with its sequence number and the role that made it';

create function bpm.lifecycle_accum_until(internal, stage text, at timestamptz, lifecycle bpm.lifecycle, until timestamptz) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_conformance_accum_until';
comment on function bpm.lifecycle_accum_until(internal, text, timestamptz, bpm.lifecycle, timestamptz) is 'aggregate transition function: adds an event to durations';

create function bpm.lifecycle_accum_until(internal, stage text, at timestamptz, lifecycle bpm.lifecycle, until timestamptz, seq bigint) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_conformance_accum_until';
comment on function bpm.lifecycle_accum_until(internal, text, timestamptz, bpm.lifecycle, timestamptz, bigint) is 'aggregate transition function: adds an event with its sequence number to durations';

create function bpm.lifecycle_merge(internal, internal) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_conformance_combine';
comment on function bpm.lifecycle_merge(internal, internal) is 'aggregate combine function: merges two histories';

create function bpm.lifecycle_serialize(internal) returns bytea
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_conformance_serialize';
comment on function bpm.lifecycle_serialize(internal) is 'aggregate serialization function';

create function bpm.lifecycle_deserialize(bytea, internal) returns internal
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_conformance_deserialize';
comment on function bpm.lifecycle_deserialize(bytea, internal) is 'aggregate deserialization function';

create function bpm.lifecycle_status(internal) returns bpm.lifecycle_status
    language c immutable parallel safe cost 10
    as 'MODULE_PATHNAME', 'bpm_conformance_status';
comment on function bpm.lifecycle_status(internal) is 'aggregate final function';

create function bpm.lifecycle_violations_final(internal) returns bpm.lifecycle_violation[]
    language c immutable parallel safe cost 10
    as 'MODULE_PATHNAME', 'bpm_conformance_violations';
comment on function bpm.lifecycle_violations_final(internal) is 'aggregate final function';

create function bpm.lifecycle_durations_final(internal) returns bpm.lifecycle_duration[]
    language c stable parallel safe cost 10
    as 'MODULE_PATHNAME', 'bpm_conformance_durations';
comment on function bpm.lifecycle_durations_final(internal) is 'aggregate final function';

-- aggregates

create aggregate bpm.lifecycle_check(stage text, at timestamptz, lifecycle bpm.lifecycle) (
    sfunc = bpm.lifecycle_accum,
    stype = internal,
    sspace = 128,
    finalfunc = bpm.lifecycle_status,
    combinefunc = bpm.lifecycle_merge,
    serialfunc = bpm.lifecycle_serialize,
    deserialfunc = bpm.lifecycle_deserialize,
    parallel = safe
);
comment on aggregate bpm.lifecycle_check(text, timestamptz, bpm.lifecycle) is
'Judges a history of stages, in any order of its rows: stage, since, steps, conforms, the first violation and its time, and the deadline that was missed or is running. Different stages at one instant are ambiguous. NULL without rows. Errors: an unknown or NULL stage, a NULL or infinite time, two lifecycles in one history.';

create aggregate bpm.lifecycle_check(stage text, at timestamptz, lifecycle bpm.lifecycle, seq bigint) (
    sfunc = bpm.lifecycle_accum,
    stype = internal,
    sspace = 128,
    finalfunc = bpm.lifecycle_status,
    combinefunc = bpm.lifecycle_merge,
    serialfunc = bpm.lifecycle_serialize,
    deserialfunc = bpm.lifecycle_deserialize,
    parallel = safe
);
comment on aggregate bpm.lifecycle_check(text, timestamptz, bpm.lifecycle, bigint) is
'The same, with a sequence number that orders events of one instant.';

create aggregate bpm.lifecycle_check(stage text, at timestamptz, lifecycle bpm.lifecycle, seq bigint, role text) (
    sfunc = bpm.lifecycle_accum,
    stype = internal,
    sspace = 128,
    finalfunc = bpm.lifecycle_status,
    combinefunc = bpm.lifecycle_merge,
    serialfunc = bpm.lifecycle_serialize,
    deserialfunc = bpm.lifecycle_deserialize,
    parallel = safe
);
comment on aggregate bpm.lifecycle_check(text, timestamptz, bpm.lifecycle, bigint, text) is
'The same, with the role that made each move, judged by [by role]; seq may be 0 throughout.';

create aggregate bpm.lifecycle_violations(stage text, at timestamptz, lifecycle bpm.lifecycle) (
    sfunc = bpm.lifecycle_accum,
    stype = internal,
    sspace = 128,
    finalfunc = bpm.lifecycle_violations_final,
    combinefunc = bpm.lifecycle_merge,
    serialfunc = bpm.lifecycle_serialize,
    deserialfunc = bpm.lifecycle_deserialize,
    parallel = safe
);
comment on aggregate bpm.lifecycle_violations(text, timestamptz, bpm.lifecycle) is
'Everything that is wrong with a history, as an array to unnest; empty when nothing is. The same rules and errors as lifecycle_check.';

create aggregate bpm.lifecycle_violations(stage text, at timestamptz, lifecycle bpm.lifecycle, seq bigint) (
    sfunc = bpm.lifecycle_accum,
    stype = internal,
    sspace = 128,
    finalfunc = bpm.lifecycle_violations_final,
    combinefunc = bpm.lifecycle_merge,
    serialfunc = bpm.lifecycle_serialize,
    deserialfunc = bpm.lifecycle_deserialize,
    parallel = safe
);
comment on aggregate bpm.lifecycle_violations(text, timestamptz, bpm.lifecycle, bigint) is
'The same, with a sequence number that orders events of one instant.';

create aggregate bpm.lifecycle_violations(stage text, at timestamptz, lifecycle bpm.lifecycle, seq bigint, role text) (
    sfunc = bpm.lifecycle_accum,
    stype = internal,
    sspace = 128,
    finalfunc = bpm.lifecycle_violations_final,
    combinefunc = bpm.lifecycle_merge,
    serialfunc = bpm.lifecycle_serialize,
    deserialfunc = bpm.lifecycle_deserialize,
    parallel = safe
);
comment on aggregate bpm.lifecycle_violations(text, timestamptz, bpm.lifecycle, bigint, text) is
'The same, with the role that made each move, judged by [by role]; seq may be 0 throughout.';

create aggregate bpm.lifecycle_durations(stage text, at timestamptz, lifecycle bpm.lifecycle) (
    sfunc = bpm.lifecycle_accum,
    stype = internal,
    sspace = 128,
    finalfunc = bpm.lifecycle_durations_final,
    combinefunc = bpm.lifecycle_merge,
    serialfunc = bpm.lifecycle_serialize,
    deserialfunc = bpm.lifecycle_deserialize,
    parallel = safe
);
comment on aggregate bpm.lifecycle_durations(text, timestamptz, bpm.lifecycle) is
'The time in each stage, as an array to unnest, in the order of the lifecycle. The open stage is counted to now(); a final stage has no duration. Errors as in lifecycle_check.';

create aggregate bpm.lifecycle_durations(stage text, at timestamptz, lifecycle bpm.lifecycle, until timestamptz) (
    sfunc = bpm.lifecycle_accum_until,
    stype = internal,
    sspace = 128,
    finalfunc = bpm.lifecycle_durations_final,
    combinefunc = bpm.lifecycle_merge,
    serialfunc = bpm.lifecycle_serialize,
    deserialfunc = bpm.lifecycle_deserialize,
    parallel = safe
);
comment on aggregate bpm.lifecycle_durations(text, timestamptz, bpm.lifecycle, timestamptz) is
'The same, as of a time: later events are left out, and the open stage is counted to it.';

create aggregate bpm.lifecycle_durations(stage text, at timestamptz, lifecycle bpm.lifecycle, until timestamptz, seq bigint) (
    sfunc = bpm.lifecycle_accum_until,
    stype = internal,
    sspace = 128,
    finalfunc = bpm.lifecycle_durations_final,
    combinefunc = bpm.lifecycle_merge,
    serialfunc = bpm.lifecycle_serialize,
    deserialfunc = bpm.lifecycle_deserialize,
    parallel = safe
);
comment on aggregate bpm.lifecycle_durations(text, timestamptz, bpm.lifecycle, timestamptz, bigint) is
'The same, with a sequence number that orders events of one instant.';
