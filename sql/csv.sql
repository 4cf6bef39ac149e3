-- csv: rows as COPY writes them in CSV, and the digest of a file of them

create function bpm.csv_line(record) returns text
    language c stable parallel safe cost 50
    as 'MODULE_PATHNAME', 'bpm_csv_line';
comment on function bpm.csv_line(record) is
'A row as copy (select ...) to ... (format csv) prints it, without the end of the line: columns by their output functions, commas between them; in double quotes what is empty, has a comma, a double quote, CR or LF, or is \. in a row of one column; NULL is nothing at all. Dropped columns are left out, generated ones are in. Like COPY it depends on DateStyle, IntervalStyle, TimeZone, bytea_output and extra_float_digits, hence STABLE: who makes a digest sets them. NULL for a NULL row.';

create function bpm.csv_header(record) returns text
    language c stable parallel safe
    as 'MODULE_PATHNAME', 'bpm_csv_header';
comment on function bpm.csv_header(record) is
'The names of the columns of a row, as COPY prints them with HEADER, without the end of the line. csv_header(null::some_table) needs no row; NULL for NULL of no known row type.';

-- the digest of lines: SHA-256 with a state of plain bytes; order matters, so that parts cannot be combined

create function bpm.sha256_lines_accum(state internal, line text) returns internal
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_sha256_lines_accum';
comment on function bpm.sha256_lines_accum(internal, text) is 'transition function of sha256_lines: adds a line and its LF';

create function bpm.sha256_lines_final(state internal) returns text
    language c immutable parallel safe
    as 'MODULE_PATHNAME', 'bpm_sha256_lines_final';
comment on function bpm.sha256_lines_final(internal) is 'final function of sha256_lines';

create aggregate bpm.sha256_lines(line text) (
    sfunc = bpm.sha256_lines_accum, stype = internal, sspace = 128,
    finalfunc = bpm.sha256_lines_final,
    parallel = safe
);
comment on aggregate bpm.sha256_lines(text) is
'SHA-256 of lines in UTF-8, each followed by LF, as 64 lower-case hexadecimal digits: what sha256sum says of a file of them. Give it an ORDER BY that leaves no ties, by the collation "C". NULL is no line and is left out; without lines the digest of an empty file, e3b0c442... A line that has no UTF-8 form is the error that COPY gives (22021, 22P05).';
