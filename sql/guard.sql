-- guard: a lifecycle as a constraint on what people write

create function bpm.lifecycle_guard() returns trigger
    language c
    as 'MODULE_PATHNAME', 'bpm_guard_row';
comment on function bpm.lifecycle_guard() is
'Trigger function, BEFORE INSERT OR UPDATE FOR EACH ROW, of a table with a stage column: a row begins in the first stage and moves as the lifecycle allows. Arguments: the column; the lifecycle or the column that holds it; then as needed ''since'' and the column that says when the stage was entered, ''by'' and the column with the role (else the setting bpm.role), ''gate'' with a move, a function and a message. It has to be the last trigger BEFORE the event, by name, so that none changes the row after it (55000). Violations are 23514.';

create function bpm.lifecycle_guard_history() returns trigger
    language c
    as 'MODULE_PATHNAME', 'bpm_guard_history';
comment on function bpm.lifecycle_guard_history() is
'Trigger function, BEFORE INSERT (OR UPDATE OR DELETE, which it refuses) FOR EACH ROW, of an append-only table of stage events: an event is a legal move from the latest one and comes after it, also when two sessions append at once. Arguments: the stage column; the time column; the lifecycle or the column that holds it; ''key'' and a column, once for each that tells whose event it is; then as needed ''seq'' and the column that orders events of one instant, ''takes_back'' and the boolean column of rows that take back the latest event, ''by'' and the column with the role (else the setting bpm.role), ''gate'' with a move, a function and a message. It reads the history as the owner of the table, past row security, and has to be the last trigger BEFORE the event, by name (55000). Violations are 23514.';

create function bpm.log_change() returns trigger
    language c
    as 'MODULE_PATHNAME', 'bpm_guard_log_change';
comment on function bpm.log_change() is
'Trigger function, AFTER INSERT OR UPDATE OR DELETE FOR EACH ROW (and BEFORE TRUNCATE FOR EACH STATEMENT, which it refuses): writes what a row was and is into a log table, as the owner of that table, so that who changes the one needs no right on the other and can neither forge nor change its history; the owner of the changed table needs INSERT on the log. Arguments: the log table, in the schema of the changed one unless it is said; then the columns of the key. The log has the columns relation, key, before, after (jsonb), changed_at, n, changed_by, and if it likes session_by and columns of the key by their names. An UPDATE that changes nothing writes nothing.';

create function bpm.refuse_closed() returns trigger
    language c
    as 'MODULE_PATHNAME', 'bpm_guard_refuse_closed';
comment on function bpm.refuse_closed() is
'Trigger function, BEFORE INSERT OR UPDATE OR DELETE FOR EACH ROW: refuses a row whose key is closed (23514). Arguments: a table or view that says what is closed, in the schema of the guarded table unless it is said; then the key columns, which both have by the same names; the other one has a boolean column closed. It is read as its owner, past row security, as it is now at every isolation level, under a lock that lock_closing waits for; the owner of the guarded table needs SELECT on it. It has to be the last trigger BEFORE the event, by name (55000). A row with a NULL in its key belongs to nothing that could be closed.';

create function bpm.refuse_closed_unlocked() returns trigger
    language c
    as 'MODULE_PATHNAME', 'bpm_guard_refuse_closed_unlocked';
comment on function bpm.refuse_closed_unlocked() is
'Trigger function: refuse_closed without its lock, for where who closes keeps all writers out in another way, as with a lock that each statement shares. A load of many keys then holds no lock for each.';

create function bpm.lock_closing() returns trigger
    language c
    as 'MODULE_PATHNAME', 'bpm_guard_lock_closing';
comment on function bpm.lock_closing() is
'Trigger function, BEFORE INSERT OR UPDATE OR DELETE FOR EACH ROW, of the tables whose rows close and open: waits for those who are writing to what is closed, and lets later ones wait to the end of the transaction. Arguments, and what else holds, are those of refuse_closed.';
