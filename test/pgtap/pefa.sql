-- PEFA: what is no grade drops out; what is no word of PEFA's is refused. (tree.sql has the tables of M1 and M2.)
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(9 + 8);

-- 3 + 2 + 4 = 9 over three dimensions is a B; the lowest is C, others are higher: C+
select is((select bpm.pefa_m2(g) from unnest('{B, NU, NR, NA, "", C, A, NULL}'::text[]) g), 'B', 'M2: NA, NU, NR, empty text and NULL drop out');
select is((select bpm.pefa_m1(g) from unnest('{B, NU, NR, NA, "", C, A, NULL}'::text[]) g), 'C+', 'M1: they drop out');
select is((select bpm.pefa_m2(g) from unnest('{A, nu, A, Nr, A, " NU ", A, "  "}'::text[]) g), 'A',
    'in any case, with spaces around; and they do not count among the four that M2 has a table for');
select is((select bpm.pefa_m1(g) from unnest('{NU, D*}'::text[]) g), 'D', 'D* is a grade: it counts as D');
select is((select bpm.pefa_m1(g) from unnest('{NU, NR, ""}'::text[]) g), null, 'M1: nothing left, no grade');
select is((select bpm.pefa_m2(g) from unnest('{NU, NR, ""}'::text[]) g), null, 'M2: nothing left, no grade');
select is((select count(bpm.pefa_score(g)) from unnest('{NU, NR, NA, "", " "}'::text[]) g), 0::bigint, 'pefa_score of what drops out is NULL');
-- D and C of three dimensions: 1 + 2 = 3 over two is a D+; the row that drops out has no score, as one that is missing
select is((select bpm.pefa_grade(r.score) from (select bpm.score_tree(i, case when i > 0 then 0 end, 1, bpm.pefa_score(g), 'm2') t
    from (values (0, null), (1, 'D'), (2, 'C'), (3, 'NU')) v(i, g)) x, bpm.roots(t) r), 'D+', 'as the method of a parent too');
-- 40,000 of one sort are more than the aggregates can count, and are no grades
select is((select bpm.pefa_m2(case when i % 20000 = 0 then 'B' else 'NU' end) from generate_series(1, 40000) i), 'B', 'what drops out is not counted');

select throws_ok(format('select bpm.%s(%L)', f, g), '22P02', format('not a PEFA grade: "%s"', g), f || ' of ' || g || ': no word of PEFA''s')
from unnest(array['pefa_m1', 'pefa_m2']) f, unnest(array['N', 'N/A', 'NUR', '-']) g;

select * from finish();
rollback;
