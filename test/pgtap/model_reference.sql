-- doc/model_reference.md says what the comments of a model say. Run in the directory of the Makefile.
\ir model_reference.psql
create extension if not exists pgtap;
reset search_path;
select plan(3);

\set page `cat doc/model_reference.md`

create temp table page as
select l.line, l.n from regexp_split_to_table(:'page', '\n') with ordinality as l (line, n);
alter table reference add n bigint generated always as identity;

select isnt_empty('select from page where line like ''| `%''', 'the page has rows');

select is_empty('select line from reference where line ~ ''^\| `.*\|  \|$'' order by n', 'everything has a comment');

select is_empty($$
    select coalesce(p.n, r.n) as line, p.line as page, r.line as comments
    from page p
    full join reference r using (n)
    where p.line is distinct from r.line
    order by 1
    limit 3
$$, 'the page is what the comments say; else make it again:'
    ' psql -XqAt -f test/pgtap/model_reference.psql -c ''table reference'' >doc/model_reference.md');

select * from finish();
rollback;
