-- Trees, each row with all above it

create or replace view unit_tree with (security_invoker = true) as
with recursive below (ancestor_id, unit_id, distance) as (
    select t.unit_id, t.unit_id, 0 from unit t
    union all
    select b.ancestor_id, t.unit_id, b.distance + 1 from below b join unit t on t.parent_id = b.unit_id
) cycle unit_id set is_cycle using path
select ancestor_id, unit_id, distance from below where not is_cycle;
comment on view unit_tree is 'Every row of unit with each row above it, itself included.';

create or replace view function_code_tree with (security_invoker = true) as
with recursive below (ancestor_id, function_id, distance) as (
    select t.function_id, t.function_id, 0 from function_code t
    union all
    select b.ancestor_id, t.function_id, b.distance + 1 from below b join function_code t on t.parent_id = b.function_id
) cycle function_id set is_cycle using path
select ancestor_id, function_id, distance from below where not is_cycle;
comment on view function_code_tree is 'Every row of function_code with each row above it, itself included.';

create or replace view objective_tree with (security_invoker = true) as
with recursive below (ancestor_id, objective_id, distance) as (
    select t.objective_id, t.objective_id, 0 from objective t
    union all
    select b.ancestor_id, t.objective_id, b.distance + 1 from below b join objective t on t.parent_id = b.objective_id
) cycle objective_id set is_cycle using path
select ancestor_id, objective_id, distance from below where not is_cycle;
comment on view objective_tree is 'Every row of objective with each row above it, itself included.';
