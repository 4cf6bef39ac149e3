-- decimal: figures as people print them

create function bpm.parse_number(value text) returns numeric
    language c immutable strict parallel safe cost 5
    as 'MODULE_PATHNAME', 'bpm_parse_number';
comment on function bpm.parse_number(text) is
'The figure that a text shows: 1,234.5, $1,234, 100% (which is 100), -5. Commas must part groups of three digits. NULL for NULL, for empty text and for na, n/a and n.a. in any case. Anything else is an error (22P02), never a guess; try_parse_number reports it instead.';

create function bpm.try_parse_number(text text, out value numeric, out reason text)
    language c immutable parallel safe cost 5
    as 'MODULE_PATHNAME', 'bpm_try_parse_number';
comment on function bpm.try_parse_number(text) is
'parse_number for bulk import: the value, or NULL and the reason why the text is no figure. Both are NULL when the figure is missing.';
