-- guard: a lifecycle as a constraint on what people write

create function bpm.lifecycle_guard() returns trigger
    language c
    as 'MODULE_PATHNAME', 'bpm_guard_row';
comment on function bpm.lifecycle_guard() is
'Trigger function, BEFORE INSERT OR UPDATE FOR EACH ROW, of a table with a stage column: a row begins in the first stage and moves as the lifecycle allows. Arguments: the column; the lifecycle or the column that holds it; then as needed ''since'' and the column that says when the stage was entered, ''by'' and the column with the role (else the setting bpm.role), ''gate'' with a move, a function and a message. Violations are 23514.';

create function bpm.lifecycle_guard_history() returns trigger
    language c
    as 'MODULE_PATHNAME', 'bpm_guard_history';
comment on function bpm.lifecycle_guard_history() is
'Trigger function, BEFORE INSERT (OR UPDATE OR DELETE, which it refuses) FOR EACH ROW, of an append-only table of stage events: an event is a legal move from the latest one and comes after it, also when two sessions append at once. Arguments: the stage column; the time column; the lifecycle or the column that holds it; ''key'' and a column, once for each that tells whose event it is; then as needed ''seq'' and the column that orders events of one instant, ''by'' and the column with the role (else the setting bpm.role), ''gate'' with a move, a function and a message. Violations are 23514.';
