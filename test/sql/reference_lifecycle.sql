-- The statements of doc/lifecycle.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
set datestyle = iso;
set timezone = 'UTC';
set intervalstyle = postgres;
create extension if not exists bpm;
create schema reference_lifecycle;
set search_path = reference_lifecycle;

select bpm.lifecycle 'draft->approved->executing->closed; executing->adjusted->executing; *->cancelled' as lifecycle;

select bpm.lifecycle 'draft -> approved [witin 30 days]';

select bpm.next_stages(l, 'executing'), bpm.path(l, 'draft', 'closed'), bpm.can_move(l, 'draft', 'executing')
from (values (bpm.lifecycle 'draft -> approved -> executing -> closed; * -> cancelled')) as t (l);

select bpm.as_mermaid('draft -> approved [by finance] -> closed [after 90 days]');

select regexp_split_to_table(bpm.basic_lifecycle()::text, '; ') as moves;

select bpm.path(bpm.project_lifecycle(), 'drafted', 'published');

create table project (
    program_id integer,
    fiscal_year integer,
    stage text not null,
    primary key (program_id, fiscal_year)
);
create trigger lifecycle before insert or update on project for each row
    execute function bpm.lifecycle_guard('stage', 'draft -> approved -> executing -> closed; * -> cancelled');

insert into project values (1, 2026, 'draft');
update project set stage = 'executing';

create table indicator (program_id integer, fiscal_year integer, weight numeric);
create function weights_total_100(program_id integer, fiscal_year integer) returns boolean
    language sql stable
    return (select sum(i.weight) = 100 from indicator i where i.program_id = $1 and i.fiscal_year = $2);

create or replace trigger lifecycle before insert or update on project for each row
    execute function bpm.lifecycle_guard('stage', 'draft -> approved -> executing -> closed; * -> cancelled',
        'gate', '* -> approved', 'reference_lifecycle.weights_total_100', 'the weights must total 100');

insert into indicator values (1, 2026, 60), (1, 2026, 30);
update project set stage = 'approved';

insert into indicator values (1, 2026, 10);
update project set stage = 'approved' returning *;

create table stage_event (program_id integer, stage text, at date, primary key (program_id, at));
create trigger lifecycle before insert or update or delete on stage_event for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'draft -> approved -> executing -> closed',
        'key', 'program_id');

insert into stage_event values (1, 'draft', '2026-01-10'), (1, 'approved', '2026-02-20');
insert into stage_event values (1, 'executing', '2026-02-01');

create table stage_log (program_id integer, stage text, at date, taken_back boolean not null default false);
create trigger lifecycle before insert or update or delete on stage_log for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'draft -> approved -> executing -> closed',
        'key', 'program_id', 'takes_back', 'taken_back');
insert into stage_log values (1, 'draft', '2026-01-10', false), (1, 'approved', '2026-02-20', false);
insert into stage_log values (1, 'approved', '2026-02-20', true);

select program_id, (bpm.lifecycle_check(stage, at, 'draft -> approved -> executing -> closed')).stage
from (select program_id, stage, at from stage_log
      group by program_id, stage, at
      having count(*) filter (where not taken_back) > count(*) filter (where taken_back)) as standing
group by program_id;

create table history (program text, stage text, at timestamptz);
insert into history values
    ('roads', 'draft', '2026-01-10'), ('roads', 'approved', '2026-02-20'), ('roads', 'executing', '2026-03-01'),
    ('school', 'draft', '2026-01-10'), ('school', 'executing', '2026-02-01'), ('school', 'approved', '2026-02-20'),
    ('clinic', 'draft', '2026-01-10'), ('clinic', 'approved', '2026-02-20'), ('clinic', 'executing', '2026-02-20');

select program, (s).stage, (s).steps, (s).conforms, (s).violation
from (select program, bpm.lifecycle_check(stage, at, 'draft -> approved -> executing -> closed') as s
      from history group by program) as x
order by program;

select program, v.at::date, v.kind, v.from_stage, v.to_stage
from (select program, bpm.lifecycle_violations(stage, at, 'draft -> approved -> executing -> closed') as vs
      from history group by program) as x, unnest(x.vs) as v
order by program, v.at;

select d.stage, sum(d.visits) as visits, avg(d.duration) as duration, count(*) filter (where d.open) as open
from (select program, bpm.lifecycle_durations(stage, at, 'draft -> approved -> executing -> closed',
                                              '2026-04-01') as ds
      from history group by program) as x, unnest(x.ds) as d
group by d.stage order by duration desc;

drop schema reference_lifecycle cascade;
