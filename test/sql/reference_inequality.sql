-- The statements of doc/inequality.md and doc/peer.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
create extension if not exists bpm;

select bpm.gini(x), bpm.theil(x), bpm.concentration(x)
from unnest(array[541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]::numeric[]) as x;

select bpm.gini(clinic_visits, people), bpm.theil(clinic_visits, people)
from (values ('north', 2.5, 12000), ('south', 1.0, 30000), ('islands', 0.2, 4000)) as v (district, clinic_visits, people);

select kind, amount, bpm.concentration(amount) over () as concentration
from (values ('taxes', 33385), ('fees', 9000), ('rents', 9000)) as v (kind, amount);

select branch, hours, cases, bpm.peer_efficiency(hours, cases) over w as free_disposal,
       bpm.peer_efficiency(hours, cases, 'constant returns') over w as constant_returns
from (values ('A', 2, 1), ('B', 3, 3), ('C', 3, 2), ('D', 4, 3), ('E', 5, 4), ('F', 5, 2), ('G', 6, 3), ('H', 8, 5))
     as v (branch, hours, cases)
window w as ()
order by branch;

select bpm.activity_index(unit_cost, before, now)
from (values ('visits', 5, 100, 110), ('operations', 50, 10, 9)) as v (output, unit_cost, before, now);
