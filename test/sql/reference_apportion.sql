-- The statements of doc/apportion.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
create extension if not exists bpm;

select district, people, round(1000.00 * people / sum(people) over (), 2) as rounded,
       bpm.apportion(1000.00, people) over (order by district) as share
from (values ('east', 5), ('north', 5), ('south', 5)) as v (district, people)
order by district;

select line, weight, floor, cap, bpm.apportion(100.00, weight, floor, cap) over (order by line) as share
from (values ('1 roads', 50, null, 30), ('2 schools', 40, null, null), ('3 clinics', 10, 12, null), ('4 debt', 7, 5, 5))
     as v (line, weight, floor, cap)
order by line;

select bpm.apportion_array(100, array[5117, 4400, 162, 161, 160], 0) as seats,
       bpm.apportion_array(-0.05, array[1, 1, 1]) as negative,
       bpm.apportion_array(100, array[5, 3, 2], null, array[40, null, null]) as capped;
