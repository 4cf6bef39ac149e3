-- What an auditor looks for, first kept out by a guard, then found in a history that was written
-- without one. The lifecycle of projects ships with the extension.
\set VERBOSITY default
\set SHOW_CONTEXT never
set client_min_messages = warning;
create extension if not exists bpm;
reset client_min_messages;
set timezone = 'UTC';
set datestyle = 'ISO';
set intervalstyle = 'postgres';

create schema audit;
create table audit.project (
    program_id int,
    fiscal_year int,
    stage text not null,
    primary key (program_id, fiscal_year)
);
create table audit.indicator (program_id int, fiscal_year int, weight numeric, at_evaluation boolean default false);
create function audit.has_targets(program_id int, fiscal_year int) returns boolean
    language sql stable
    return exists (select from audit.indicator i where i.program_id = $1 and i.fiscal_year = $2);
create function audit.weights_total_90(program_id int, fiscal_year int) returns boolean
    language sql stable
    return (select sum(weight) = 90 from audit.indicator i where i.program_id = $1 and i.fiscal_year = $2 and not at_evaluation);
create function audit.weights_total_100(program_id int, fiscal_year int) returns boolean
    language sql stable
    return (select sum(weight) = 100 from audit.indicator i where i.program_id = $1 and i.fiscal_year = $2);

create trigger lifecycle before insert or update on audit.project for each row
    execute function bpm.lifecycle_guard('stage',
        'drafted -> appraised -> targeted -> reviewed -> approved -> executing -> closed -> self_evaluated -> evaluated;
         drafted -> targeted; reviewed -> targeted; * -> cancelled',
        'gate', 'targeted -> reviewed', 'audit.has_targets', 'a budget needs a target for what it pays',
        'gate', 'targeted -> reviewed', 'audit.weights_total_90', 'weights must total 90 when targets are set',
        'gate', 'closed -> self_evaluated', 'audit.weights_total_100', 'weights must total 100 at evaluation');

insert into audit.project values (1, 2026, 'drafted');

-- money without targets: approved before targets were set
update audit.project set stage = 'approved';
-- a budget in its life from nowhere
insert into audit.project values (2, 2026, 'executing');
-- money without targets: targeted by name only
update audit.project set stage = 'targeted';
update audit.project set stage = 'reviewed';
-- weights that do not total 90
insert into audit.indicator values (1, 2026, 50), (1, 2026, 30);
update audit.project set stage = 'reviewed';
insert into audit.indicator values (1, 2026, 10);
update audit.project set stage = 'reviewed';
-- execution before approval
update audit.project set stage = 'executing';
update audit.project set stage = 'approved';
update audit.project set stage = 'executing';
-- evaluation before the self-evaluation
update audit.project set stage = 'closed';
update audit.project set stage = 'evaluated';
-- weights that do not total 100
update audit.project set stage = 'self_evaluated';
insert into audit.indicator values (1, 2026, 10, true);
update audit.project set stage = 'self_evaluated';
update audit.project set stage = 'evaluated';
-- what is final stays
update audit.project set stage = 'executing';
select * from audit.project;

-- dates out of order, in a table of stage events
create table audit.stage_event (program_id int, stage text, at date);
create trigger lifecycle before insert or update or delete on audit.stage_event for each row
    execute function bpm.lifecycle_guard_history('stage', 'at', 'targeted -> approved -> executing -> closed', 'key', 'program_id');
insert into audit.stage_event values (1, 'targeted', '2026-01-15'), (1, 'approved', '2026-02-20');
insert into audit.stage_event values (1, 'executing', '2026-02-01');
insert into audit.stage_event values (1, 'executing', '2026-02-20');
insert into audit.stage_event values (1, 'closed', '2026-12-31');
update audit.stage_event set at = '2026-01-01' where stage = 'approved';
delete from audit.stage_event;

-- the same, in a history that was written elsewhere
create table audit.history (program_id int, what text, stage text, at date);
insert into audit.history values
    (1, 'in order', 'drafted', '2026-01-01'), (1, 'in order', 'targeted', '2026-01-15'), (1, 'in order', 'reviewed', '2026-02-01'), (1, 'in order', 'approved', '2026-02-20'), (1, 'in order', 'executing', '2026-03-01'),
    (2, 'money without targets', 'drafted', '2026-01-01'), (2, 'money without targets', 'approved', '2026-02-20'),
    (3, 'execution before approval', 'drafted', '2026-01-01'), (3, 'execution before approval', 'targeted', '2026-01-15'), (3, 'execution before approval', 'executing', '2026-02-10'), (3, 'execution before approval', 'approved', '2026-02-20'),
    (4, 'evaluation before self-evaluation', 'drafted', '2025-01-01'), (4, 'evaluation before self-evaluation', 'targeted', '2025-01-15'), (4, 'evaluation before self-evaluation', 'reviewed', '2025-02-01'), (4, 'evaluation before self-evaluation', 'approved', '2025-02-20'), (4, 'evaluation before self-evaluation', 'executing', '2025-03-01'), (4, 'evaluation before self-evaluation', 'closed', '2025-12-31'), (4, 'evaluation before self-evaluation', 'evaluated', '2026-02-01'), (4, 'evaluation before self-evaluation', 'self_evaluated', '2026-03-01'),
    (5, 'dates out of order', 'drafted', '2026-01-15'), (5, 'dates out of order', 'targeted', '2026-01-01'),
    (6, 'two stages on one day', 'drafted', '2026-01-01'), (6, 'two stages on one day', 'targeted', '2026-01-15'), (6, 'two stages on one day', 'reviewed', '2026-01-15'),
    (7, 'life goes on after the end', 'drafted', '2026-01-01'), (7, 'life goes on after the end', 'cancelled', '2026-01-15'), (7, 'life goes on after the end', 'drafted', '2026-01-16');

select program_id, what, (s).stage, (s).since::date, (s).steps, (s).conforms
from (select program_id, what, bpm.lifecycle_check(stage, at, bpm.project_lifecycle()) s
      from audit.history group by program_id, what) x
order by program_id;

select program_id, v.at::date, v.kind, v.violation
from (select program_id, bpm.lifecycle_violations(stage, at, bpm.project_lifecycle()) vs
      from audit.history group by program_id) x, unnest(x.vs) v
order by program_id, v.at;

-- deadlines and roles
create table audit.report (program_id int, stage text, at date, role text);
insert into audit.report values
    (1, 'closed', '2026-01-01', 'department'), (1, 'self_evaluated', '2026-01-20', 'department'), (1, 'published', '2026-02-05', 'finance'),
    (2, 'closed', '2026-01-01', 'department'), (2, 'self_evaluated', '2026-03-02', 'department'),
    (3, 'closed', '2026-01-01', 'department'),
    (4, 'closed', '2026-01-01', 'department'), (4, 'self_evaluated', '2026-01-20', 'department'), (4, 'published', '2026-01-25', 'department');
select program_id, (s).stage, (s).conforms, (s).violation, (s).deadline::date, (s).deadline_stage, (s).deadline_missed,
       coalesce((s).deadline_missed or (s).deadline < '2026-02-10', false) as overdue_in_february
from (select program_id, bpm.lifecycle_check(stage, at, 'closed -> self_evaluated [within 30 days] -> published [after 10 days, by finance]', 0, role) s
      from audit.report group by program_id) x
order by program_id;

-- where the time goes
select d.stage, sum(d.visits) as visits, avg(d.duration) as duration, count(*) filter (where d.open) as open
from (select program_id, bpm.lifecycle_durations(stage, at, 'closed -> self_evaluated -> published', '2026-03-12') ds
      from audit.report group by program_id) x, unnest(x.ds) d
group by d.stage order by duration desc nulls last;

set client_min_messages = warning;
drop schema audit cascade;
