-- What was made, so that an upgrade knows its own

create table model_object (
    kind     text not null check (kind in ('view', 'function')),
    name     text not null,
    comments jsonb,
    primary key (kind, name)
);
comment on table model_object is
'The views and functions that bpm.upgrade_model makes again; kept by it. What somebody adds to the schema is not '
'here, and is left alone.';
comment on column model_object.kind is 'view or function.';
comment on column model_object.name is 'Its name; of a function with the types of its arguments.';
comment on column model_object.comments is
'The comments it was made with, of a view by column: one that differs was written by somebody else, and stays.';
