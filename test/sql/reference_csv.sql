-- The statements of doc/csv.md, in their order; test/pgtap/documentation.sql sees that both stay the same.
set client_min_messages = warning;
create extension if not exists bpm;

create temp table published (program_id text, score numeric(20,8), rating text, remark text);
insert into published values
    ('ROADS', 78.5, 'fair', 'late, but "in order"'),
    ('WATER', null, null, ''),
    ('PARKS', 92, 'excellent', E'two\nlines');
select bpm.csv_line(p) from published p order by program_id collate "C";

select bpm.csv_header(null::published);

select bpm.sha256_lines(bpm.csv_line(p) order by program_id collate "C") from published p;
