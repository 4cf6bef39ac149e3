-- The statements of doc/tree.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
create extension if not exists bpm;
create schema reference_tree;
set search_path = reference_tree;

create table indicator (
    program text, year integer, id text, parent_id text, name text, weight numeric, score numeric
);

insert into indicator
select program, year, v.id, v.parent_id, v.name, v.weight, v.score + bonus
from (values ('rural roads', 2025, 0), ('rural roads', 2026, 4), ('school meals', 2026, -9)) as p (program, year, bonus),
     (values ('1', null, 'self-evaluation', null, null),
             ('1.1', '1', 'output', 60, null),
             ('1.1.1', '1.1', 'quantity', 2, 90),
             ('1.1.2', '1.1', 'cost', 1, 30),
             ('1.2', '1', 'benefit', 30, null),
             ('1.2.1', '1.2', 'use', 15, 80),
             ('1.2.2', '1.2', 'reach', 15, null),
             ('1.3', '1', 'satisfaction', 10, 65)) as v (id, parent_id, name, weight, score);

select program, year, r.score, bpm.rating(r.score, 'excellent >= 90, good >= 80, fair >= 60, poor'),
       r.coverage, r.low, r.high
from (select program, year, bpm.score_tree(id, parent_id, weight, score, 'round 2') as tree
      from indicator group by program, year) as t,
     bpm.roots(t.tree) as r
order by program, year;

select repeat('  ', n.depth) || i.name as node, n.weight, n.score, n.coverage, n.contribution
from (select program, year, bpm.score_tree(id, parent_id, weight, score, 'round 2') as tree
      from indicator group by program, year) as t,
     bpm.nodes(t.tree) with ordinality as n
join indicator as i using (id)
where (t.program, t.year) = ('rural roads', 2026) and (i.program, i.year) = (t.program, t.year)
order by n.ordinality;

insert into indicator values
    ('new', 2027, '1', null, 'self-evaluation', null, null),
    ('new', 2027, '1.1', '1', 'output', 60, 10), ('new', 2027, '1.1.1', '1.1', 'cost', 0, 50),
    ('new', 2027, '1.2', '1', 'benefit', 30, 70), ('new', 2027, '1.4.1', '1.4', 'reach', 10, null),
    ('new', 2027, '1.5', '1.6', 'use', 1, null), ('new', 2027, '1.6', '1.5', 'use', 1, null);

select program, year, f.*
from (select program, year, bpm.tree_check(id, parent_id, weight, score, 'total 100') as faults
      from indicator where program = 'new' group by program, year) as t,
     unnest(t.faults) as f;

select n.id, n.score
from bpm.roots('{text, geometric, bounds 0..1} ("hdi",,,) ("health","hdi",1,0.95) ("income","hdi",1,0.98)') as n;

select i.name, n.score, round(n.scored_share * (100 - n.score), 2) as lost
from (select bpm.score_tree(id, parent_id, weight, score, 'round 2') as tree
      from indicator where (program, year) = ('rural roads', 2026)) as t,
     bpm.nodes(t.tree) as n
join indicator as i using (id)
where n.leaf and (i.program, i.year) = ('rural roads', 2026)
order by lost desc nulls last
limit 10;

select max(n.score) filter (where n.depth = 0) as score,
       round(max(n.score) filter (where n.depth = 0)
             + sum(n.scored_share * (100 - n.score)) filter (where n.id in ('1.1.2', '1.3')), 2) as if_met
from (select bpm.score_tree(id, parent_id, weight, score) as tree
      from indicator where (program, year) = ('rural roads', 2026)) as t,
     bpm.nodes(t.tree) as n;

select m.*
from (select bpm.score_tree(id, parent_id, weight, score) as tree
      from indicator where (program, year) = ('rural roads', 2026)) as t,
     bpm.score_margin(t.tree, 'excellent >= 90, good >= 80, fair >= 60, poor') as m
order by abs(m.change)
limit 1;

select m.*
from bpm.weight_margin('{text, renormalise} ("a",,,) ("quality","a",60,80) ("cost","a",40,60)',
                       '{text, renormalise} ("b",,,) ("quality","b",60,70) ("cost","b",40,90)') as m;

select bpm.pefa_m1(grade) as m1, bpm.pefa_m2(grade) as m2
from (values ('B'), ('D*'), ('A'), ('NA')) as v (grade);

select n.id, bpm.pefa_grade(n.score) as grade
from (select bpm.score_tree(id, parent_id, 1, bpm.pefa_score(grade), method, 'bounds 1..4') as tree
      from (values ('PI-1', null, null, 'm1'::bpm.method),
                   ('PI-1.1', 'PI-1', 'B', null), ('PI-1.2', 'PI-1', 'D*', null), ('PI-1.3', 'PI-1', 'NA', null),
                   ('PI-2', null, null, 'm2'),
                   ('PI-2.1', 'PI-2', 'B', null), ('PI-2.2', 'PI-2', 'D', null), ('PI-2.3', 'PI-2', 'A', null))
           as v (id, parent_id, grade, method)) as t,
     bpm.roots(t.tree) as n;

select bpm.composition_variance(actual, budget) as pi_2_1
from (values ('health', 120, 100), ('roads', 200, 200), ('schools', 340, 300)) as v (head, actual, budget);

select bpm.subtree(bpm.score_tree(id, parent_id, weight, score, 'zero'), '1.1') as tree
from indicator
where (program, year) = ('rural roads', 2026);

-- what a tree that is not sound gets
select bpm.score_tree(id, parent_id, weight, score) from indicator where program = 'new';
select bpm.score_tree(id, parent_id, weight, score, 'total 100') from indicator where (program, year) = ('rural roads', 2026);
select bpm.score_tree(id, parent_id, weight, score, 'geometrc') from indicator where year = 2026;
select bpm.score_tree(id, parent_id, weight, score, 'require 80 total') from indicator where year = 2026;
select bpm.score_tree(id, parent_id, weight, score, 'error') from indicator where (program, year) = ('rural roads', 2026);
select '{text, zero} ("a",,,) ("b","a",1'::bpm.tree;

drop schema reference_tree cascade;
