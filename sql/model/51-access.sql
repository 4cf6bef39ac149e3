-- Whose rows: which role sees which units. bpm.enable_row_security() puts it into force.

create table unit_access (
    role_name text not null check (role_name <> ''),
    unit_id   text not null references unit,
    primary key (role_name, unit_id)
);
comment on table unit_access is
'Which role sees which unit, with all units below it. In force after bpm.enable_row_security().';
comment on column unit_access.role_name is 'The role, or one that it is a member of.';
comment on column unit_access.unit_id is 'The unit, with all below it.';

create table unit_visible (
    role_name  text not null,
    through_id text not null,
    unit_id    text not null,
    from_year  integer not null,
    to_year    integer not null,
    primary key (role_name, through_id, unit_id, from_year)
);
create index unit_visible_unit on unit_visible (unit_id);
comment on table unit_visible is
'unit_access with all units below, by year, for the policies; kept by triggers, not to be written to.';
comment on column unit_visible.role_name is 'The role.';
comment on column unit_visible.through_id is 'The unit of unit_access that it comes from.';
comment on column unit_visible.unit_id is 'A unit that it sees.';
comment on column unit_visible.from_year is 'The first fiscal year in which it sees it; 0 for ever before.';
comment on column unit_visible.to_year is 'The last fiscal year in which it sees it; 9999 for ever after.';

create function unit_visible_close(units text[]) returns void
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    delete from unit_visible v where v.unit_id = any (units);
    insert into unit_visible (role_name, through_id, unit_id, from_year, to_year)
    select a.role_name, a.unit_id, n.id, n.from_year, n.to_year
    from unit_access a
    join node_above n on n.tree = 'unit' and n.ancestor_id = a.unit_id
    where n.id = any (units);
end
$$;
comment on function unit_visible_close(text[]) is
'Brings unit_visible up to date for some units; used where node_above changes.';

create function unit_visible_refresh() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    -- as a move of a unit does: one of the two sees what the other did
    update tree_lock l set changes = l.changes + 1 where l.tree = 'unit' and l.xmin <> pg_current_xact_id()::xid;
    delete from unit_visible v
    where not exists (select from unit_access a where a.role_name = v.role_name and a.unit_id = v.through_id);
    insert into unit_visible (role_name, through_id, unit_id, from_year, to_year)
    select a.role_name, a.unit_id, n.id, n.from_year, n.to_year
    from unit_access a
    join node_above n on n.tree = 'unit' and n.ancestor_id = a.unit_id
    on conflict do nothing;
    return null;
end
$$;
comment on function unit_visible_refresh() is 'Keeps unit_visible what unit_access says.';
create trigger unit_visible_refresh after insert or update or delete or truncate on unit_access
    for each statement execute function unit_visible_refresh();

create trigger log_change after insert or update or delete on unit_access
    for each row execute function bpm.log_change('rule_log', 'role_name', 'unit_id');
create trigger log_truncate before truncate on unit_access
    for each statement execute function bpm.log_change('rule_log', 'role_name', 'unit_id');

-- Duties are granted on columns (bpm.grant_duty), and two hold rows of one table: the right to a computed column,
-- which nobody writes, tells them apart. Whoever may write the whole table has them all.
create function duty_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    raise exception 'the duty of % is in other hands', tg_argv[0]
        using errcode = 'insufficient_privilege',
              detail = case tg_argv[0]
                  when 'grading' then
                      format('Rows of "%s" of other evaluations than self, or of a grader, need it.', tg_table_name)
                  else format('Rows of "%s" of the program''s own evaluation need it.', tg_table_name) end,
              hint = 'bpm.grant_duty gives it.';
end
$$;
comment on function duty_guard() is
'Refuses rows of an evaluation to whom the duty that its argument names is not granted; the conditions of its '
'triggers say when.';
create trigger duty_guard_grading before insert on measurement
    for each row when ((new.evaluation <> 'self' or new.grader <> '')
                       and not has_column_privilege('measurement'::regclass, 'grader_ref', 'insert'))
    execute function duty_guard('grading');
create trigger duty_guard_measuring before insert on measurement
    for each row when (new.evaluation = 'self' and new.grader = ''
                       and not has_column_privilege('measurement'::regclass, 'breakdown_ref', 'insert'))
    execute function duty_guard('measuring');
create trigger duty_guard_grading before insert on target_revision
    for each row when (new.evaluation <> 'self'
                       and not has_column_privilege('measurement'::regclass, 'grader_ref', 'insert'))
    execute function duty_guard('grading');
create trigger duty_guard_targets before insert on target_revision
    for each row when (new.evaluation = 'self'
                       and not has_column_privilege('indicator'::regclass, 'is_group', 'insert'))
    execute function duty_guard('targets');
create trigger duty_guard_grading_new before insert or update on indicator
    for each row when (new.evaluation <> 'self'
                       and not has_column_privilege('measurement'::regclass, 'grader_ref', 'insert'))
    execute function duty_guard('grading');
create trigger duty_guard_grading_old before update or delete on indicator
    for each row when (old.evaluation <> 'self'
                       and not has_column_privilege('measurement'::regclass, 'grader_ref', 'insert'))
    execute function duty_guard('grading');
create trigger duty_guard_targets_new before insert or update on indicator
    for each row when (new.evaluation = 'self'
                       and not has_column_privilege('indicator'::regclass, 'is_group', 'insert, update'))
    execute function duty_guard('targets');
create trigger duty_guard_targets_old before update or delete on indicator
    for each row when (old.evaluation = 'self'
                       and not has_column_privilege('indicator'::regclass, 'is_group', 'insert, update'))
    execute function duty_guard('targets');

-- Whoever takes a program into the next year takes along how it is judged, and does not set it.
create function program_rule_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    if not exists (select from program p
                   where p.program_id = new.program_id and p.fiscal_year = new.fiscal_year - 1
                       and (p.framework_id, p.weight, p.is_key)
                           is not distinct from (new.framework_id, new.weight, new.is_key)) then
        raise exception 'the duty of rules is in other hands'
            using errcode = 'insufficient_privilege',
                  detail = format('How program "%s" is judged in %s is set by it: framework_id, weight and is_key, '
                                  'where they are not those of the year before.', new.program_id, new.fiscal_year),
                  hint = 'Leave them out, or take the program over as it is: roll_forward().';
    end if;
    return new;
end
$$;
comment on function program_rule_guard() is
'Refuses a new row of a program that sets its framework, its weight or whether it is a key project, and not as the year '
'before has it, to whom the duty of rules is not granted.';
create trigger program_rule_guard before insert on program
    for each row when ((new.framework_id is not null or new.weight is not null or new.is_key)
                       and not has_column_privilege('program'::regclass, 'framework_id', 'update'))
    execute function program_rule_guard();

-- What was promised is not made easier afterwards. Who may say when something was recorded loads a history, and is not
-- asked.
create function target_guard() returns trigger
    language plpgsql volatile parallel unsafe
    set search_path from current
as $$
begin
    if new.valid_from < (new.recorded_at at time zone coalesce((select p.time_zone from place p), 'UTC'))::date
        and exists (select from stage_event e
                    where e.program_id = new.program_id and e.fiscal_year = new.fiscal_year and e.stage = 'approved'
                        and not e.taken_back
                        and not exists (select from stage_event b
                                        where b.program_id = e.program_id and b.fiscal_year = e.fiscal_year
                                            and b.at = e.at and b.taken_back and b.recorded_at > e.recorded_at)) then
        raise exception 'the targets of program "%" in % are approved: they are not changed for days that are past',
                new.program_id, new.fiscal_year
            using errcode = 'check_violation',
                  detail = format('The revision of "%s" would hold from %s.', new.indicator_id, new.valid_from),
                  hint = 'Let it hold from today on, or name in adjustment_id the act by which it was changed.';
    end if;
    return new;
end
$$;
comment on function target_guard() is
'Refuses a revision of an approved target that would hold from a day that is past, unless it names an adjustment.';
create trigger target_guard before insert on target_revision
    for each row when (new.evaluation = 'self' and new.adjustment_id is null
                       and not has_column_privilege('target_revision'::regclass, 'recorded_at', 'insert'))
    execute function target_guard();
