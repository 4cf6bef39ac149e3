-- What COPY prints, and the same lines by csv_line: an outsider gets the one, the digest is over the other.
set client_min_messages = warning;
create extension if not exists bpm;
reset client_min_messages;
set datestyle = 'ISO, YMD';
set timezone = 'UTC';

create type pg_temp.span as (low numeric, high numeric);
create temp table published (
    id       integer primary key,
    name     text,
    gone     text,
    score    numeric(20, 8),
    days     date[],
    at       timestamptz,
    span     pg_temp.span,
    doubled  numeric generated always as (score * 2) stored
);
insert into published values
    (1, 'plain', 'x', 80, '{2026-06-30}', '2026-07-01 12:00+02', '(1.50,)'),
    (2, 'streets, lighting', 'x', 60.123456789, '{2026-06-30,NULL}', null, null),
    (3, 'the "good" ones', 'x', null, '{}', 'infinity', '(,)'),
    (4, E'two\nlines', 'x', 0, null, null, null),
    (5, '', 'x', null, null, null, null),
    (6, null, 'x', null, null, null, null),
    (7, '  blanks ', 'x', null, null, null, null),
    (8, E'\\.', 'x', null, null, null, null),
    (9, E'back\\slash', 'x', null, null, null, null);
alter table published drop column gone;
alter table published add column "late, ""too""" boolean default true;

copy (select * from published order by id) to stdout (format csv, header);

\pset format unaligned
\pset tuples_only on
select bpm.csv_header(null::published);
select bpm.csv_line(p) from published p order by id;

-- a row of one column: \. would end the data
copy (select name from published order by id) to stdout (format csv, header);
select bpm.csv_header(r) from (select name from published) r limit 1;
select bpm.csv_line(r) from (select id, name from published) p, lateral (select name) r order by id;

-- the digest is that of the file
select bpm.sha256_lines(line order by n) from (
    select 0 as n, bpm.csv_header(null::published) as line
    union all
    select id, bpm.csv_line(p) from published p) l;
\copy (select * from published order by id) to program 'sha256sum | cut -c1-64' (format csv, header)
