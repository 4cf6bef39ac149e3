-- lifecycle: the states a budget may pass through

create type bpm.lifecycle;

create function bpm.lifecycle_in(cstring) returns bpm.lifecycle
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_lifecycle_in';
comment on function bpm.lifecycle_in(cstring) is 'Reads a lifecycle; see the type bpm.lifecycle.';

create function bpm.lifecycle_out(bpm.lifecycle) returns cstring
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_lifecycle_out';
comment on function bpm.lifecycle_out(bpm.lifecycle) is 'Writes a lifecycle in its canonical form, which reads back to the same value.';

create function bpm.lifecycle_recv(internal) returns bpm.lifecycle
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_lifecycle_recv';
comment on function bpm.lifecycle_recv(internal) is 'Reads a lifecycle in binary: a version byte and the text.';

create function bpm.lifecycle_send(bpm.lifecycle) returns bytea
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_lifecycle_send';
comment on function bpm.lifecycle_send(bpm.lifecycle) is 'Writes a lifecycle in binary: a version byte and the text.';

create type bpm.lifecycle (
    input = bpm.lifecycle_in,
    output = bpm.lifecycle_out,
    receive = bpm.lifecycle_recv,
    send = bpm.lifecycle_send,
    internallength = variable,
    alignment = int4,
    storage = extended
);
comment on type bpm.lifecycle is
'The states a budget may pass through: draft -> approved -> executing -> closed; executing -> adjusted -> executing; * -> cancelled. The first stage is where every life begins; * stands for any stage that is not final; a stage that nothing but * leaves is final. A move may carry [after 90 days], [within 30 days] and [by finance]. Comments run from -- to the end of the line or stand between /* and */. Up to 64 stages; a day is 24 hours.';

-- reading a lifecycle

create function bpm.stages(lifecycle bpm.lifecycle) returns text[]
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_lifecycle_stages';
comment on function bpm.stages(bpm.lifecycle) is
'All stages in the order in which the lifecycle names them; [1] is the one in which every life begins.';

create function bpm.next_stages(lifecycle bpm.lifecycle, stage text) returns text[]
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_lifecycle_next_stages';
comment on function bpm.next_stages(bpm.lifecycle, text) is
'The stages to which a stage may move; empty when it is final. An unknown stage is an error (22023).';

create function bpm.can_move(lifecycle bpm.lifecycle, from_stage text, to_stage text, role text default null, since timestamptz default null, at timestamptz default null) returns boolean
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_lifecycle_can_move';
comment on function bpm.can_move(bpm.lifecycle, text, text, text, timestamptz, timestamptz) is
'Whether the lifecycle has a move from one stage to another. A role, when it is given, must be the one of [by role]; the time in the stage, from since to at when both are given, must fit [after] and [within]. NULL when lifecycle or a stage is NULL; an unknown stage is an error (22023).';

create function bpm.is_final(lifecycle bpm.lifecycle, stage text) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_lifecycle_is_final';
comment on function bpm.is_final(bpm.lifecycle, text) is
'Whether nothing leaves a stage. An unknown stage is an error (22023).';

create function bpm.reachable(lifecycle bpm.lifecycle, stage text) returns text[]
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_lifecycle_reachable';
comment on function bpm.reachable(bpm.lifecycle, text) is
'The stages that can still come after a stage, in any number of moves; the stage itself only when it can come again. An unknown stage is an error (22023).';

create function bpm.path(lifecycle bpm.lifecycle, from_stage text, to_stage text) returns text[]
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_lifecycle_path';
comment on function bpm.path(bpm.lifecycle, text, text) is
'A shortest way from one stage to another, both included; of several equally short ones the one through the stages named first. NULL when there is none. An unknown stage is an error (22023).';

create function bpm.as_mermaid(lifecycle bpm.lifecycle) returns text
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_lifecycle_as_mermaid';
comment on function bpm.as_mermaid(bpm.lifecycle) is
'The state diagram of a lifecycle as Mermaid text, which wikis and Git hosts draw.';

-- equality

create function bpm.lifecycle_eq(bpm.lifecycle, bpm.lifecycle) returns boolean
    language c immutable strict leakproof parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_eq';
comment on function bpm.lifecycle_eq(bpm.lifecycle, bpm.lifecycle) is 'implementation of = operator';

create function bpm.lifecycle_ne(bpm.lifecycle, bpm.lifecycle) returns boolean
    language c immutable strict leakproof parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_ne';
comment on function bpm.lifecycle_ne(bpm.lifecycle, bpm.lifecycle) is 'implementation of <> operator';

create function bpm.lifecycle_hash(bpm.lifecycle) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_hash';
comment on function bpm.lifecycle_hash(bpm.lifecycle) is 'Hash of a lifecycle.';

create function bpm.lifecycle_hash_extended(bpm.lifecycle, bigint) returns bigint
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_hash_extended';
comment on function bpm.lifecycle_hash_extended(bpm.lifecycle, bigint) is 'Hash of a lifecycle with a seed.';

create operator bpm.= (
    leftarg = bpm.lifecycle, rightarg = bpm.lifecycle, function = bpm.lifecycle_eq,
    commutator = operator(bpm.=), negator = operator(bpm.<>),
    restrict = eqsel, join = eqjoinsel, hashes, merges
);
comment on operator bpm.= (bpm.lifecycle, bpm.lifecycle) is 'the same moves and the same order of stages';

create operator bpm.<> (
    leftarg = bpm.lifecycle, rightarg = bpm.lifecycle, function = bpm.lifecycle_ne,
    commutator = operator(bpm.<>), negator = operator(bpm.=),
    restrict = neqsel, join = neqjoinsel
);
comment on operator bpm.<> (bpm.lifecycle, bpm.lifecycle) is 'other moves or another order of stages';

create operator class bpm.lifecycle_ops default for type bpm.lifecycle using hash as
    operator 1 bpm.=,
    function 1 bpm.lifecycle_hash(bpm.lifecycle),
    function 2 bpm.lifecycle_hash_extended(bpm.lifecycle, bigint);
comment on operator class bpm.lifecycle_ops using hash is 'lifecycles by their moves and the order of their stages';
comment on operator family bpm.lifecycle_ops using hash is 'lifecycles by their moves and the order of their stages';

-- order

create function bpm.lifecycle_lt(bpm.lifecycle, bpm.lifecycle) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_lt';
comment on function bpm.lifecycle_lt(bpm.lifecycle, bpm.lifecycle) is 'implementation of < operator';

create function bpm.lifecycle_le(bpm.lifecycle, bpm.lifecycle) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_le';
comment on function bpm.lifecycle_le(bpm.lifecycle, bpm.lifecycle) is 'implementation of <= operator';

create function bpm.lifecycle_ge(bpm.lifecycle, bpm.lifecycle) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_ge';
comment on function bpm.lifecycle_ge(bpm.lifecycle, bpm.lifecycle) is 'implementation of >= operator';

create function bpm.lifecycle_gt(bpm.lifecycle, bpm.lifecycle) returns boolean
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_gt';
comment on function bpm.lifecycle_gt(bpm.lifecycle, bpm.lifecycle) is 'implementation of > operator';

create function bpm.lifecycle_cmp(bpm.lifecycle, bpm.lifecycle) returns integer
    language c immutable strict parallel safe
    as 'MODULE_PATHNAME', 'bpm_value_cmp';
comment on function bpm.lifecycle_cmp(bpm.lifecycle, bpm.lifecycle) is 'Less than, equal or greater than 0: by what is stored, for sorting and uniqueness.';

create operator bpm.< (
    leftarg = bpm.lifecycle, rightarg = bpm.lifecycle, function = bpm.lifecycle_lt,
    commutator = operator(bpm.>), negator = operator(bpm.>=),
    restrict = scalarltsel, join = scalarltjoinsel
);
comment on operator bpm.< (bpm.lifecycle, bpm.lifecycle) is 'sorts before: by what is stored, for sorting and uniqueness';

create operator bpm.<= (
    leftarg = bpm.lifecycle, rightarg = bpm.lifecycle, function = bpm.lifecycle_le,
    commutator = operator(bpm.>=), negator = operator(bpm.>),
    restrict = scalarlesel, join = scalarlejoinsel
);
comment on operator bpm.<= (bpm.lifecycle, bpm.lifecycle) is 'sorts before or is the same: by what is stored, for sorting and uniqueness';

create operator bpm.>= (
    leftarg = bpm.lifecycle, rightarg = bpm.lifecycle, function = bpm.lifecycle_ge,
    commutator = operator(bpm.<=), negator = operator(bpm.<),
    restrict = scalargesel, join = scalargejoinsel
);
comment on operator bpm.>= (bpm.lifecycle, bpm.lifecycle) is 'sorts after or is the same: by what is stored, for sorting and uniqueness';

create operator bpm.> (
    leftarg = bpm.lifecycle, rightarg = bpm.lifecycle, function = bpm.lifecycle_gt,
    commutator = operator(bpm.<), negator = operator(bpm.<=),
    restrict = scalargtsel, join = scalargtjoinsel
);
comment on operator bpm.> (bpm.lifecycle, bpm.lifecycle) is 'sorts after: by what is stored, for sorting and uniqueness';

create operator class bpm.lifecycle_ops default for type bpm.lifecycle using btree as
    operator 1 bpm.<,
    operator 2 bpm.<=,
    operator 3 bpm.=,
    operator 4 bpm.>=,
    operator 5 bpm.>,
    function 1 bpm.lifecycle_cmp(bpm.lifecycle, bpm.lifecycle);
comment on operator class bpm.lifecycle_ops using btree is 'lifecycles: by what is stored, for sorting and uniqueness';
comment on operator family bpm.lifecycle_ops using btree is 'lifecycles: by what is stored, for sorting and uniqueness';

-- two lifecycles that are ready for use

create function bpm.project_lifecycle() returns bpm.lifecycle
    language sql immutable parallel safe
    return 'drafted -> appraised -> targeted -> reviewed -> approved -> executing -> monitored -> executing;
        drafted -> targeted;    -- only new major items are appraised
        appraised -> drafted;   -- fair goes back, to be mended and appraised again
        reviewed -> targeted;   -- sent back to be mended
        executing -> adjusted -> executing; monitored -> adjusted;
        executing -> suspended -> executing; monitored -> suspended;
        executing -> closed -> self_evaluated -> evaluated -> rectified -> applied -> published;
        monitored -> closed;
        self_evaluated -> rectified; self_evaluated -> applied;     -- only a sample is evaluated
        evaluated -> applied;   -- nothing to rectify
        * -> cancelled'::bpm.lifecycle;
comment on function bpm.project_lifecycle() is
'The life of a project through the five links of budget performance management. Only new major items are appraised, and an appraisal may send a plan back; a review may send targets back; monitoring comes any number of times; only a sample is evaluated beyond the self-evaluation; only what was found is rectified.';

create function bpm.basic_lifecycle() returns bpm.lifecycle
    language sql immutable parallel safe
    return 'drafted -> targeted -> approved -> executing -> monitored -> executing;
        executing -> adjusted -> executing; monitored -> adjusted;
        executing -> closed -> self_evaluated -> applied -> published;
        monitored -> closed;
        * -> cancelled'::bpm.lifecycle;
comment on function bpm.basic_lifecycle() is
'The short life of basic expenditure and of revenue: no appraisal, no review of targets, no evaluation by others; no budget without targets all the same, monitoring any number of times, and publication.';
