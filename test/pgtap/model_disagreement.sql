-- model: two evaluations of one thing. What a program says of itself beside what others say: by indicator, program,
-- unit and person; who rates himself high.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select no_plan();

create role bpm_test_disagree_b;
set local jit = off;
set local timezone = 'UTC';
set local client_min_messages = warning;
select bpm.create_model('Zwei "Blicke"');
set local search_path = 'Zwei "Blicke"', public;
update place set time_zone = 'UTC';
set local bpm.as_of = '2021-12-31';
insert into unit values ('gov', null, 'Government'), ('a', 'gov', 'A "of" Ü'), ('b', 'gov', 'B');

-- A look at a program with one figure that is its own score; without stages self is closed with the year, on
-- 2020-12-31.
create function pg_temp.look(program text, evaluation text, indicator text, figure numeric, weight numeric default 100,
                             source text default 'measured', same_as text default null) returns void language sql as $$
    insert into indicator (program_id, fiscal_year, evaluation, indicator_id, name, source, same_as)
        values (program, 2020, evaluation, indicator, indicator, source, same_as);
    insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, target, weight)
        values (program, 2020, evaluation, indicator, '2020-01-01', case source when 'measured' then 'direct'::bpm.target end,
                weight);
    insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, actual)
        select program, 2020, evaluation, indicator, '2020-06-30', figure where figure is not null;
$$;
create function pg_temp.add(program text, unit text, self numeric, evaluation text, other numeric, person text) returns void
    language sql as $$
    insert into program (program_id, fiscal_year, name, unit_id) values (program, 2020, upper(program), unit)
        on conflict do nothing;
    insert into program_evaluation (program_id, fiscal_year, evaluation, evaluator)
        values (program, 2020, evaluation, 'Panel');
    select pg_temp.look(program, 'self', 'worth', self) where self is not null;
    select pg_temp.look(program, evaluation, 'worth', other);
    insert into responsible (program_id, fiscal_year, from_day, person)
        select program, 2020, '2020-01-01', person where person is not null;
$$;
create function pg_temp.close(program text, evaluation text, at timestamptz default '2021-03-01') returns void
    language sql as $$
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event)
        values (program, 2020, evaluation, at, 'closed') $$;

-- methods.md: self E, E, G, G, F beside finance E, G, G, F, G. Differences -3, -5, -3, -15 and 14 are -12, of five -2.4.
do $$begin
    perform pg_temp.add(p, u, s, 'finance', f, h)
    from (values ('p1', 'a', 95, 92, 'Ms Li'), ('p2', 'a', 90, 85, 'Mr Old'), ('p3', 'a', 85, 82, 'Mr Wu "X"'),
                 ('p4', 'b', 80, 65, 'Ms Li'), ('p5', 'b', 70, 84, null)) v (p, u, s, f, h);
    -- who answers when the self-evaluation is closed is who rated himself
    insert into responsible (program_id, fiscal_year, from_day, person)
        values ('p2', 2020, '2020-12-31', 'Ms Li'), ('p5', 2020, '2021-01-01', 'Late');
end$$;
select is_empty('select * from program_disagreement', 'while the other is open there is nothing to compare');
do $$begin perform pg_temp.close(p, 'finance') from unnest('{p1,p2,p3,p4,p5}'::text[]) p; end$$;
select is_empty($$select * from program_disagreement_at('2021-02-28')$$, 'nor before its day');
select results_eq($$select program_id, self_rating, rating, self_rating_rank, rating_rank, self_score, score, difference,
    rated_down, rated_up, responsible from program_disagreement order by 1$$, $$values
    ('p1', 'excellent', 'excellent', 1, 1, 95::numeric, 92::numeric, -3::numeric, 0, 0, 'Ms Li'),
    ('p2', 'excellent', 'good', 1, 2, 90, 85, -5, 1, 0, 'Ms Li'),
    ('p3', 'good', 'good', 2, 2, 85, 82, -3, 0, 0, 'Mr Wu "X"'),
    ('p4', 'good', 'fair', 2, 3, 80, 65, -15, 1, 0, 'Ms Li'),
    ('p5', 'fair', 'good', 3, 2, 70, 84, 14, 0, 1, null)$$, 'E, E, G, G, F beside E, G, G, F, G');
select results_eq($$select programs, scored_programs, rated_programs, difference_sum, mean_difference, rated_down, rated_up,
    net_disconnect from disagreement_result where kind = 'all'$$,
    $$values (5, 5, 5, -12::numeric, -2.4::numeric, 2, 1, 20::numeric)$$, '2 down, 1 up of 5: 20 %');
-- a: -11 of 3; b: -15 + 14 = -1 of 2
select results_eq($$select who, programs, difference_sum, mean_difference, rated_down, rated_up, net_disconnect, name
    from disagreement_result where kind = 'unit' order by sort$$, $$values
    ('a', 3, -11::numeric, -3.66666667::numeric, 1, 0, 33.33333333::numeric, 'A "of" Ü'),
    ('gov', 5, -12, -2.4, 2, 1, 20, 'Government'), ('b', 2, -1, -.5, 1, 1, 0, 'B')$$,
    'units with everything below them, who rates himself high first');
-- Ms Li: p1, p2, p4: -23 of 3, 2 down
select results_eq($$select who, programs, difference_sum, mean_difference, net_disconnect, sort, name
    from disagreement_result where kind = 'person' order by sort$$, $$values
    ('Ms Li', 3, -23::numeric, -7.66666667::numeric, 66.66666667::numeric, -7667, 'Ms Li'),
    ('Mr Wu "X"', 1, -3, -3, 0, -3000, 'Mr Wu "X"'), ('nobody', 1, 14, 14, -100, 14000, 'nobody')$$,
    'persons, by who answered at the close');
select results_eq($$select kind, sum(programs), sum(difference_sum), sum(rated_down), sum(rated_up) from disagreement_result
    where who <> 'gov' group by 1 order by 1$$, $$values ('all', 5::bigint, -12::numeric, 2::bigint, 1::bigint),
    ('person', 5, -12, 2, 1), ('unit', 5, -12, 2, 1)$$, 'the parts sum to the whole');

-- what does not count: an appraisal, a self-evaluation that is open, an evaluation opened again
do $$begin
    perform pg_temp.add('p1', 'a', null, 'appraisal', 10, null);
    perform pg_temp.close('p1', 'appraisal', '2019-12-01');
    perform pg_temp.add('p6', 'a', 50, 'finance', 90, null);
    insert into stage_event (program_id, fiscal_year, at, stage) values ('p6', 2020, '2019-09-01', 'drafted');
    perform pg_temp.close('p6', 'finance', '2021-01-15');
    insert into evaluation_event (program_id, fiscal_year, evaluation, at, event, reason)
        values ('p5', 2020, 'finance', '2021-05-01', 'opened again', 'an error');
end$$;
select is_empty($$select * from program_disagreement where evaluation = 'appraisal'$$, 'an appraisal is of another thing');
-- with a stage self closes 90 days after the year, on 2021-03-31
select is_empty($$select * from program_disagreement_at('2021-03-30') where program_id = 'p6'$$,
    'nor before the program has said what it thinks');
select results_eq($$select difference, self_closes_on, closes_on from program_disagreement_at('2021-03-31')
    where program_id = 'p6'$$, $$values (40::numeric, date '2021-03-31', date '2021-01-15')$$, 'then, whoever was first');
select is_empty($$select * from program_disagreement where program_id = 'p5'$$, 'what is opened again does not count');
select isnt_empty($$select * from program_disagreement_at('2021-04-30') where program_id = 'p5'$$, 'before, it did');

-- several others of one program, with a scale of its own, with too little measured, with nothing
insert into framework (framework_id, name, scale) values ('abc', 'ABC', 'A >= 80, B');
do $$begin
    perform pg_temp.add('p1', 'a', null, 'third party', 85, null);
    update program_evaluation set framework_id = 'abc' where program_id = 'p1' and evaluation = 'third party';
    perform pg_temp.close('p1', 'third party');
    -- 30 of 100 measured, under the floor of 80
    perform pg_temp.add('p3', 'a', null, 'department', null, null);
    perform pg_temp.look('p3', 'department', 'rest', 90, 30);
    perform pg_temp.close('p3', 'department');
end$$;
select results_eq($$select evaluation, rating, rating_rank, rated_down from program_disagreement where program_id = 'p1'
    order by 1$$, $$values ('finance', 'excellent', 1, 0), ('third party', 'A', 2, 1)$$,
    'what has another scale is compared in that of the program: 85 is good');
select results_eq($$select rating, rating_rank, rated_down from program_disagreement where program_id = 'p3'
    and evaluation = 'department'$$, $$values ('not demonstrated', 5, 1)$$, 'what was not demonstrated is below all');
do $$begin
    insert into program (program_id, fiscal_year, name, unit_id) values ('e', 2020, 'E', 'b');
    insert into program_evaluation (program_id, fiscal_year, evaluation) values ('e', 2020, 'finance');
    perform pg_temp.close('e', 'finance');
end$$;
select results_eq($$select scored_programs, rated_programs, score, difference, rated_down, rated_up from program_disagreement
    where program_id = 'e'$$, $$values (0, 1, null::numeric, null::numeric, 0, 0)$$,
    'without indicators there is no score, and no difference');
update evaluation set floor = 0 where evaluation in ('self', 'finance');
select results_eq($$select rated_programs, rating from program_disagreement where program_id = 'e'$$, $$values (0, null)$$,
    'nor, without a floor, a rating');
update evaluation set floor = 80 where evaluation in ('self', 'finance');
-- b: p4 alone has a difference, -15; p5 is open again
select results_eq($$select programs, scored_programs, mean_difference from disagreement_result
    where who = 'b' and evaluation = 'finance'$$, $$values (2, 1, -15::numeric)$$, 'and it is in no mean');

-- an overall program stands beside its unit, and is in no sum
do $$begin
    perform pg_temp.add('whole', 'b', 90, 'finance', 10, null);
    update program set scope = 'department' where program_id = 'whole';
    perform pg_temp.close('whole', 'finance');
end$$;
select results_eq($$select is_overall, difference from program_disagreement where program_id = 'whole'$$,
    $$values (1, -80::numeric)$$, 'an overall program has its own');
select is((select programs from disagreement_result where who = 'b' and evaluation = 'finance'), 2, 'which is in no sum');
-- a reorganisation holds from its year on
insert into unit_move values ('b', 2020, 'a');
select is((select programs from disagreement_result where who = 'a' and evaluation = 'finance'), 6, 'units are those of the year');
select is((select programs from disagreement_result_at('2021-12-31') where who = 'gov' and evaluation = 'finance'), 6, 'and of the year they are below');

-- indicators -----------------------------------------------------------------------------------------------

do $$begin
    perform pg_temp.add('i', 'a', 90, 'finance', 60, null);
    perform pg_temp.look('i', 'self', 'only self', 50);
    perform pg_temp.look('i', 'finance', 'only "finance"', 50);
    perform pg_temp.look('i', 'self', 'taken', 70);
    perform pg_temp.look('i', 'finance', 'taken', null, 100, 'same', 'self');
    perform pg_temp.look('i', 'self', 'not there', 70);
    perform pg_temp.look('i', 'finance', 'not there', null);
    perform pg_temp.look('i', 'self', 'group', null, 100, 'group');
    perform pg_temp.look('i', 'finance', 'group', null, 100, 'group');
    perform pg_temp.look('i', 'self', 'given up', 70);
    perform pg_temp.look('i', 'finance', 'given up', 30);
    insert into target_revision (program_id, fiscal_year, evaluation, indicator_id, valid_from, retired, reason)
        values ('i', 2020, 'finance', 'given up', '2020-06-01', true, 'x');
    perform pg_temp.close('i', 'finance');
end$$;
select results_eq($$select indicator_id, self_score, score, difference, evaluator from indicator_disagreement
    where program_id = 'i' order by 1$$, $$values ('not there', 70::numeric, null::numeric, null::numeric, 'Panel'),
    ('worth', 90, 60, -30, 'Panel')$$,
    'an indicator of both is compared; not what is taken over, given up, a group, or of one alone');
select is_empty($$select * from indicator_disagreement_at('2021-02-28')$$, 'nor before both are closed');
select is_empty($$select * from indicator_disagreement where evaluation = 'appraisal'$$, 'nor before the event');

-- what roles see, and what a result survives ----------------------------------------------------------------------

insert into unit_access values ('bpm_test_disagree_b', 'b');
select bpm.grant_reader('Zwei "Blicke"', 'bpm_test_disagree_b');
select bpm.enable_row_security('Zwei "Blicke"');
set local role bpm_test_disagree_b;
select results_eq($$select program_id from program_disagreement order by 1$$, $$values ('e'), ('p4'), ('whole')$$,
    'row security shows whom it shows');
select results_eq($$select who, programs from disagreement_result where kind <> 'person' order by 1$$,
    $$values ('all', 2), ('b', 2)$$, 'and sums what it shows');
reset role;
create function pg_temp.answers(hostile text) returns text language plpgsql as $$
begin
    set local session_replication_role = replica;
    execute hostile;
    set local session_replication_role = origin;
    perform (select count(x::text) from indicator_disagreement x), (select count(x::text) from program_disagreement x),
            (select count(x::text) from disagreement_result x), (select count(x::text) from grade_result x),
            (select count(x::text) from comment_result x), (select count(x::text) from check_result x),
            (select count(x::text) from evaluation_gate_faults('p1', 2020, 'finance') x),
            (select count(x::text) from disagreement_result_at('infinity') x),
            (select count(x::text) from comment_result_at('-infinity') x);
    raise exception sqlstate 'ZZ000' using message = 'answers';
exception when sqlstate 'ZZ000' then
    return sqlerrm;
end $$;
select is(pg_temp.answers(h), 'answers', format('whatever the tables hold, results answer: %s', left(h, 30))) from unnest(array[
    'delete from setting', 'delete from evaluation', 'delete from place', 'delete from unit',
    'update indicator set source = ''graded'' where program_id like ''p%''',
    $h$alter table measurement drop constraint measurement_score_check; alter table measurement drop constraint measurement_actual_check;
       insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, actual)
       select program_id, fiscal_year, evaluation, indicator_id, '2020-07-01', 'NaN' from indicator$h$,
    $h$alter table grader drop constraint grader_weight_check;
       update indicator set source = 'graded' where source <> 'same';
       insert into grader (program_id, fiscal_year, evaluation, grader, weight, role_name)
       select 'p1', 2020, 'finance', w, w::numeric, 'x' from unnest('{-1,NaN,999999999999.99999999,0}'::text[]) w;
       insert into measurement (program_id, fiscal_year, evaluation, indicator_id, as_of, grader, score)
       select 'p1', 2020, 'finance', 'worth', '2020-07-01', grader, 50 from grader$h$,
    $h$alter table evaluation_comment drop constraint evaluation_comment_recorded_at_check;
       insert into evaluation_comment (program_id, fiscal_year, evaluation, indicator_id, recorded_at, kind, text, answers) values
           ('p1', 2020, 'finance', 'ghost', 'infinity', 'objection', 'x', null), ('p1', 2020, 'ghost', '', '-infinity', 'objection', 'x', null),
           ('p1', 2020, 'finance', '', '2021-01-01', 'answer', 'x', 'infinity')$h$,
    'insert into grade_band values (2020, ''x'', 0, 100, ''X'')',
    'update evaluation set before_the_event = null, floor = null where false']) h;

select * from finish();
rollback;
