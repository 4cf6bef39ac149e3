-- What a BI tool may rely on: the contract of the result views, walked through the catalog.
begin;
create extension if not exists pgtap;
create extension if not exists bpm;
select plan(31);

select bpm.create_model('Perf "1"');
set local search_path = "Perf ""1""", public;

-- 60 programs in three years, 12 offices of 4 departments, with gaps everywhere
insert into unit values ('gov', null, 'Government', 'government');
insert into unit select 'd' || d, 'gov', 'Department ' || d, 'department' from generate_series(1, 4) d;
insert into unit select 'o' || o, 'd' || 1 + o % 4, 'Office ' || o, 'office' from generate_series(1, 12) o;
-- in 2025 an office moves, in 2026 a department goes below another, and a function to another division
insert into unit_move values ('o1', 2025, 'd4'), ('d2', 2026, 'd1');
insert into function_move values ('02', 2025, '01');
insert into program (program_id, fiscal_year, name, unit_id, nature, scope, fund, function_id, revenue_type)
select 'p' || p, y, 'Program ' || p,
       case when p % 7 = 0 then 'd' || 1 + p % 4 else 'o' || 1 + p % 12 end,
       case when p % 10 = 0 then 'revenue' else 'expenditure' end,
       (array['basic', 'project', 'department'])[1 + p % 3], (array['general', 'social'])[1 + p % 2],
       (array['01', '02', '205', null])[1 + p % 4],
       case when p % 10 = 0 then (array['tax', 'nontax', 'transfer'])[1 + p / 10 % 3] end
from generate_series(1, 60) p, generate_series(2024, 2026) y
where (p + y) % 9 <> 0;
insert into program_objective (program_id, fiscal_year, objective_id, share)
select p.program_id, p.fiscal_year, o.objective_id, o.share
from program p
join (values (1, 'cost', 100), (2, 'stability', 33.3333), (2, 'government', 50), (3, 'progress', 66.6667), (3, 'cost', 33.3333)) o (n, objective_id, share)
    on substr(p.program_id, 2)::integer % 4 = o.n;
select is(count(apply_framework(program_id, fiscal_year, 'self-evaluation', make_date(fiscal_year, 1, 1))), (select count(*) from program),
          'a framework is applied in one call')
from program;
insert into target_revision (program_id, fiscal_year, indicator_id, valid_from, target, weight)
select program_id, fiscal_year, indicator_id, make_date(fiscal_year, 1, 2), '>= 50', 1
from indicator where source = 'measured' and parent_id is not null and (substr(program_id, 2)::int + length(indicator_id)) % 5 <> 0;
insert into measurement (program_id, fiscal_year, indicator_id, as_of, actual)
select program_id, fiscal_year, indicator_id, make_date(fiscal_year, m, 1),
       (substr(program_id, 2)::int * 7 + m * 3 + length(indicator_id) * 11) % 101
from indicator, generate_series(3, 9, 3) m
where source = 'measured' and (substr(program_id, 2)::int + length(indicator_id)) % 4 <> 0;
insert into budget_entry (program_id, fiscal_year, kind, month, entry_date, amount)
select program_id, fiscal_year, kind, case kind when 'planned' then 6 end, make_date(fiscal_year, 2, 1),
       (substr(program_id, 2)::int * 1000.01 * f)::numeric(20,2)
from program, (values ('approved', 1), ('adjusted', 0.1), ('received', 1), ('executed', 0.87), ('planned', 1.1)) k (kind, f)
where program_id <> 'p13';
do $$begin perform publish_totals(y) from generate_series(2024, 2026) y; end$$;
analyze;

-- the views -----------------------------------------------------------------------------------------------

create temp view result_column as
select c.view_name, a.attname as name, a.attnum as place, a.atttypid::regtype as type, a.atttypmod as modifier,
       c.keys, col_description(a.attrelid, a.attnum) as comment
from catalog c
join pg_class v on v.relname = c.view_name and v.relnamespace = '"Perf ""1"""'::regnamespace
join pg_attribute a on a.attrelid = v.oid and a.attnum > 0;

select bag_eq(
    'select view_name from catalog',
    $$select relname::text from pg_class where relnamespace = '"Perf ""1"""'::regnamespace and relkind = 'v'
        and (relname ~ '_result$' or relname in ('trend', 'unit_total'))$$,
    'the catalog lists every result view');
select is_empty($$select relname from pg_class where relnamespace = '"Perf ""1"""'::regnamespace and relkind = 'v'
    and not coalesce('security_invoker=true' = any (reloptions), false)$$, 'every view runs with the rights of who asks');
select is_empty($$select relname from pg_class where relnamespace = '"Perf ""1"""'::regnamespace and relkind in ('r', 'v')
    and obj_description(oid, 'pg_class') is null$$, 'every table and view has a comment');
select is_empty($$select attrelid::regclass, attname from pg_attribute a join pg_class c on c.oid = attrelid
    where c.relnamespace = '"Perf ""1"""'::regnamespace and c.relkind in ('r', 'v') and attnum > 0 and not attisdropped
    and col_description(attrelid, attnum) is null$$, 'every column has a comment');
select is_empty($$select oid::regprocedure from pg_proc where pronamespace = '"Perf ""1"""'::regnamespace
    and (obj_description(oid, 'pg_proc') is null or prosecdef)$$, 'every function has a comment, and none borrows rights');
select is_empty($$select view_name, name, type from result_column
    where view_name <> 'catalog' and type::text not in ('numeric', 'date', 'integer', 'text')$$,
    'columns are numeric, date, integer or text');
select is_empty($$select view_name, name from result_column where type = 'numeric'::regtype and modifier = -1$$,
    'every numeric has its precision and scale');
select is_empty($$select view_name, k from catalog, unnest(string_to_array(keys, ', ')) k
    where not exists (select from result_column r where r.view_name = catalog.view_name and r.name = k)$$,
    'the keys of the catalog are columns');
select is_empty($$select view_name, k, n from catalog, unnest(string_to_array(keys, ', ')) with ordinality u (k, n)
    where view_name <> 'check_result'
    and not exists (select from result_column r where r.view_name = catalog.view_name and r.name = k and r.place = n)$$,
    'the keys come first, in their order');
select is_empty($$select a.view_name, a.name from result_column a join result_column b using (view_name)
    where a.type = 'numeric'::regtype and b.name in ('name', 'stage', 'responsible', 'target', 'evidence', 'unit_of_measure')
    and a.place > b.place$$, 'measures come before texts');
-- ratio, numerator, denominator
select is_empty($$
    select r.view_name, r.name, needs from result_column r
    join (values ('score', 'score_sum'), ('execution_rate', 'executed'), ('execution_rate', 'budget'),
        ('collection_rate', 'collected'), ('collection_rate', 'planned'), ('tax_share', 'tax_collected'), ('tax_share', 'collected'),
        ('concentration', 'collected_squares'), ('concentration', 'collected'), ('growth', 'collected_before'), ('growth', 'collected'),
        ('self_sufficiency', 'own_collected'), ('self_sufficiency', 'spent'), ('budget_growth', 'budget_before'),
        ('executed_growth', 'executed_before'), ('rating', 'rating_rank')) n (ratio, needs) on n.ratio = r.name
    where r.view_name not in ('indicator_tree_result')
    and not (r.view_name = 'unit_total' and n.ratio = 'rating')
    and not exists (select from result_column x where x.view_name = r.view_name and x.name = n.needs)
$$, 'every ratio stands beside its numerator and denominator');
select is_empty($$select view_name from result_column where name in ('score')
    and view_name not in ('indicator_tree_result')
    group by view_name having not exists (select from result_column x where x.view_name = result_column.view_name
        and x.name in ('scored_weight', 'scored_money'))$$, 'every score stands beside what it is a share of');

-- what was published stays: these columns, in this order; new ones go to the end
create temp table published_column (view_name text, columns text);
insert into published_column values
    ('indicator_result', 'program_id fiscal_year indicator_id parent_id unit_id dimension aspect weight scored_weight score_sum score actual attainment met measured_on name unit_of_measure target source evidence'),
    ('indicator_tree_result', 'program_id fiscal_year indicator_id parent_id depth leaf weight share score low high coverage contribution weight_lost dimension aspect method name'),
    ('program_result', 'program_id fiscal_year unit_id nature scope fund function_id revenue_type is_revenue programs scored_programs approved adjusted budget received executed planned execution_rate money scored_money score_sum coverage_sum low_sum high_sum score coverage low high rating rating_rank overridden stage stage_since name responsible framework_id'),
    ('unit_result', 'unit_id fiscal_year programs scored_programs approved adjusted budget received executed planned execution_rate money scored_money score_sum coverage_sum low_sum high_sum score coverage low high rating rating_rank parent_id name'),
    ('function_result', 'function_id fiscal_year programs scored_programs approved adjusted budget received executed planned execution_rate money scored_money score_sum coverage_sum low_sum high_sum score coverage low high rating rating_rank parent_id name'),
    ('objective_result', 'objective_id fiscal_year programs scored_programs approved adjusted budget received executed planned execution_rate money scored_money score_sum coverage_sum low_sum high_sum score coverage low high rating rating_rank parent_id name'),
    ('classification_result', 'fiscal_year nature scope fund programs scored_programs approved adjusted budget received executed planned execution_rate money scored_money score_sum coverage_sum low_sum high_sum score coverage low high rating rating_rank'),
    ('year_result', 'fiscal_year programs scored_programs approved adjusted budget received executed planned execution_rate money scored_money score_sum coverage_sum low_sum high_sum score coverage low high rating rating_rank'),
    ('revenue_result', 'unit_id fiscal_year programs planned collected collection_rate tax_collected tax_share collected_squares concentration collected_before growth own_collected spent self_sufficiency parent_id name'),
    ('dimension_result', 'program_id fiscal_year dimension aspect unit_id indicators scored_indicators weight scored_weight score_sum score coverage'),
    ('aspect_result', 'unit_id fiscal_year aspect programs indicators scored_indicators money scored_money score_sum score parent_id name'),
    ('trend', 'grain id fiscal_year budget budget_before budget_growth executed executed_before executed_growth score score_before score_change scored_money score_sum name'),
    ('unit_total', 'unit_id fiscal_year suppressed programs budget executed money scored_money score_sum score coverage rating published_on'),
    ('node_result', 'tree id fiscal_year programs scored_programs approved adjusted budget received executed planned execution_rate money scored_money score_sum coverage_sum low_sum high_sum score coverage low high rating rating_rank parent_id name'),
    ('check_result', 'program_id fiscal_year severity_rank severity kind item detail mend')
;
select is_empty($$
    select p.view_name, p.columns, r.columns from published_column p
    left join (select view_name, string_agg(name, ' ' order by place) as columns from result_column group by 1) r using (view_name)
    where not coalesce(starts_with(r.columns || ' ', p.columns || ' '), false)
$$, 'columns keep their order, and new ones go to the end');

create function pg_temp.bad_figures() returns setof text language plpgsql as $$
declare c record; n bigint;
begin
    for c in select view_name, string_agg(format('%I in (''NaN'', ''infinity'', ''-infinity'')', name), ' or ') as bad
             from result_column where type = 'numeric'::regtype group by view_name loop
        execute format('select count(*) from %I where %s', c.view_name, c.bad) into n;
        if n > 0 then return next c.view_name; end if;
    end loop;
end $$;
select is_empty('select * from pg_temp.bad_figures()', 'no NaN and no infinity');

create function pg_temp.ambiguous() returns setof text language plpgsql as $$
declare c record; n bigint;
begin
    for c in select view_name, keys from catalog where view_name <> 'check_result' loop
        execute format('select count(*) from (select 1 from %I group by %s having count(*) > 1) d', c.view_name, c.keys) into n;
        if n > 0 then return next c.view_name; end if;
        execute format('select count(*) from %I', c.view_name) into n;
        if n = 0 then return next c.view_name || ' is empty'; end if;
    end loop;
end $$;
select is_empty('select * from pg_temp.ambiguous()', 'the keys are unique, and every view has rows');

-- the tables ----------------------------------------------------------------------------------------------

select is_empty($$
    select c.relname from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'program_id'
    join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relnamespace = '"Perf ""1"""'::regnamespace and c.relkind = 'r' and c.relname not like 'import%'
    and (select string_agg(k.attname, ',' order by n) from unnest(i.indkey::int2[]) with ordinality u (num, n)
         join pg_attribute k on k.attrelid = c.oid and k.attnum = u.num where n <= 2) <> 'program_id,fiscal_year'
$$, 'every table about a program leads its key with program and year');
select is_empty($$
    select pg_describe_object(classid, objid, 0) from pg_depend
    where refclassid = 'pg_extension'::regclass and deptype = 'e'
    and objid in (select oid from pg_class where relnamespace = '"Perf ""1"""'::regnamespace)
$$, 'nothing of the model belongs to the extension');
select throws_ok('update measurement set actual = 1', '23001', null, 'a fact is not changed');
select throws_ok('delete from budget_entry', '23001', null, 'a fact is not removed');
select throws_ok('truncate target_revision', '23001', null, 'facts are not thrown away');

-- one answer up every tree --------------------------------------------------------------------------------

create function pg_temp.not_additive(view text, id text) returns setof text language plpgsql as $$
declare c record; n bigint; checked int := 0;
begin
    execute format('create temp table level as select * from %I', view);
    -- a program's own row under its node; of an objective, by shares: 33.3333 of 0.01 to the cent
    execute format($q$create temp table program_level as
        select n.id as %I, r.fiscal_year, n.programs, n.programs * r.scored_programs as scored_programs,
               part(approved, after, upto) as approved, part(adjusted, after, upto) as adjusted,
               part(approved, after, upto) + part(adjusted, after, upto) as budget, part(received, after, upto) as received,
               part(executed, after, upto) as executed, part(planned, after, upto) as planned, part(money, after, upto) as money,
               part(scored_money, after, upto) as scored_money, coalesce(score, 0) * part(money, after, upto) as score_sum,
               coverage * part(money, after, upto) as coverage_sum, low * part(money, after, upto) as low_sum, high * part(money, after, upto) as high_sum
        from program_result r join node_program n on n.program_id = r.program_id and n.fiscal_year = r.fiscal_year and n.tree = %L
        where is_revenue = 0$q$, id, split_part(id, '_', 1));
    for c in select name from result_column where view_name = view
        and name in ('programs', 'scored_programs', 'approved', 'adjusted', 'budget', 'received', 'executed', 'planned', 'money',
                     'scored_money', 'score_sum', 'coverage_sum', 'low_sum', 'high_sum') loop
        execute format($q$
            select count(*) from level p
            left join (select parent_id, fiscal_year, sum(%2$I) as total from level group by 1, 2) k
                on k.parent_id = p.%3$I and k.fiscal_year = p.fiscal_year
            left join (select %3$I as id, fiscal_year, sum(%2$I) as total from program_level group by 1, 2) own
                on own.id = p.%3$I and own.fiscal_year = p.fiscal_year
            where p.%2$I is distinct from coalesce(k.total, 0) + coalesce(own.total, 0)$q$, view, c.name, id) into n;
        if n > 0 then return next format('%s.%s: %s rows', view, c.name, n); end if;
        checked := checked + 1;
    end loop;
    drop table level, program_level;
    if checked <> 14 then return next view || ' lacks columns'; end if;
end $$;
select is_empty($$select pg_temp.not_additive('unit_result', 'unit_id')$$, 'units: the parts make the whole in every additive column');
select is_empty($$select pg_temp.not_additive('function_result', 'function_id')$$, 'functions: the parts make the whole');
select is_empty($$select pg_temp.not_additive('objective_result', 'objective_id')$$, 'objectives: the parts make the whole');
select results_eq($$select fiscal_year, programs, budget, score_sum, score from unit_result where unit_id = 'gov' order by 1$$,
                  $$select fiscal_year, programs, budget, score_sum, score from year_result order by 1$$,
                  'the government is the sum of the year');
-- what has no class shows as unclassified: 25 of 100 programs have no function, others only shares of an objective
select is_empty($$
    select tree, fiscal_year, sum(programs), sum(approved), sum(budget), sum(executed), sum(money), sum(scored_money), sum(score_sum), sum(high_sum)
    from node_result where parent_id is null group by 1, 2
    except
    select t.tree, fiscal_year, programs, approved, budget, executed, money, scored_money, score_sum, high_sum
    from year_result, (values ('unit'), ('function'), ('objective')) t (tree)
    $$, 'the top of every tree is the sum of the year');
select results_eq($$select distinct tree from node_result order by 1$$, $$values ('function'), ('objective'), ('unit')$$, 'in all three trees');
select results_eq($$select fiscal_year, sum(programs), sum(budget), sum(score_sum) from classification_result where nature = 'expenditure' group by 1 order by 1$$,
                  $$select fiscal_year, programs::bigint, budget::numeric, score_sum::numeric from year_result order by 1$$,
                  'classifications make the year');
select is_empty($$
    select unit_id, score from unit_result
    where score is distinct from round(score_sum / nullif(scored_money, 0), 8)
        or coverage is distinct from round(coverage_sum / nullif(money, 0), 8)
        or low is distinct from round(low_sum / nullif(money, 0), 8) or high is distinct from round(high_sum / nullif(money, 0), 8)
$$, 'ratios follow from what stands beside them');
select is_empty($$select * from unit_result where not (low <= score and score <= high)$$, 'a score lies within its bounds');
select is_empty($$select * from check_inputs()$$, 'the model''s own inputs fit');

select * from finish();
rollback;
