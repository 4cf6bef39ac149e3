-- lifecycle: the type and reading it
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
set client_min_messages = warning;

begin;
create extension if not exists pgtap;
create extension if not exists bpm;

create temp table good (what text, input text, canonical text);
insert into good values
    ('a path', 'draft -> approved -> closed', 'draft -> approved -> closed'),
    ('white space and a last semicolon', E'\n a->b ;\tb  ->  c; \n', 'a -> b -> c'),
    ('the typesetter''s arrow', 'a→b → c', 'a -> b -> c'),
    ('no-break and wide spaces', E'a\u00a0->\u3000b', 'a -> b'),
    ('paths that meet are written as one', 'a -> b; b -> c; c -> d', 'a -> b -> c -> d'),
    ('a loop', 'a -> b -> a', 'a -> b -> a'),
    ('any stage that is not final', 'a -> b -> c; * -> x', 'a -> b -> c; * -> x'),
    ('comments are not kept', E'a -> b -- to be approved\n/* or * not -> */ -> c', 'a -> b -> c'),
    ('a comment at the very end', 'a -> b --', 'a -> b'),
    ('an empty comment', 'a /**/ -> b', 'a -> b'),
    ('the order of the stages stays', 'a -> b; c -> a; a -> d; d -> c', 'a -> b; c -> a -> d -> c'),
    ('the order of the stages stays with *', 'a -> b; * -> s -> b', 'a -> b; s -> b; * -> s'),
    ('attributes', 'a->b[after 5 days]->c[within 30 DAYS,by finance]', 'a -> b [after 5 days] -> c [within 30 days, by finance]'),
    ('attributes in several brackets, in any order', 'a -> b [by x][within 2 days] [after 1 days]', 'a -> b [after 1 day, within 2 days, by x]'),
    ('attributes of *', 'a -> b -> c; * -> x [by council]', 'a -> b -> c; * -> x [by council]'),
    ('quoted names', '"self-evaluated" -> "plain" -> "say ""hi"""', '"self-evaluated" -> plain -> "say ""hi"""'),
    ('names beyond ASCII', '草案 -> 批准 -> été', '草案 -> 批准 -> été'),
    ('a quoted role', 'a -> b [by "Ministry of Finance"]', 'a -> b [by "Ministry of Finance"]'),
    ('case tells stages apart', 'a -> A', 'a -> A'),
    ('a move written out beside *', 'a -> x [by b]; a -> c -> a; * -> x', 'a -> x [by b]; a -> c -> a; * -> x');

create temp table bad (what text, input text, code text, message text, detail text);
insert into bad values
    ('empty', '', '22P02', '', 'The text is empty.'),
    ('only a comment', '-- nothing', '22P02', '', 'The text is empty at the end.'),
    ('one stage', 'a', '22P02', '', 'An arrow is missing at the end.'),
    ('no first stage', '* -> a', '22P02', '', 'There is no first stage at character 1, near "* -> a".'),
    ('an arrow without a source', '-> a', '22P02', '', 'The name of a stage is missing at character 1, near "-> a".'),
    ('an arrow without a target', 'a ->', '22P02', '', 'The name of a stage is missing at the end.'),
    ('two semicolons', 'a -> b;; b -> c', '22P02', '', 'The name of a stage is missing at character 8, near "; b -> c".'),
    ('a move to *', 'a -> *', '22P02', '', 'Nothing moves to * at character 6, near "*".'),
    ('a long arrow', 'a --> b', '22P02', '', 'The arrow has too many dashes at character 3, near "--> b".'),
    ('another arrow', 'a => b', '22P02', '', 'An arrow is missing at character 3, near "=> b".'),
    ('a hyphen in a name', 'a -> self-evaluated', '22P02', '', 'An arrow or a semicolon is missing at character 10, near "-evaluated".'),
    ('unreachable', 'a -> b; c -> d', '22P02', '', 'The stage "c" cannot be reached from "a" at character 9, near "c -> d".'),
    ('a move twice', 'a -> b -> c; a -> b', '22P02', '', 'The move stands twice at character 19, near "b".'),
    ('a move from * twice', 'a -> b; * -> c; * -> c', '22P02', '', 'The move stands twice at character 22, near "c".'),
    ('a move to itself', 'a -> b -> b', '22P02', '', 'A stage moves to itself at character 11, near "b".'),
    ('an unknown attribute', 'a -> b [befor 3 days]', '22P02', '', 'The attribute is unknown at character 9, near "befor 3 days]".'),
    ('an attribute of a stage', 'a [by x] -> b', '22P02', '', 'The attribute does not follow a move at character 3, near "[by x] -> b".'),
    ('no attribute', 'a -> b []', '22P02', '', 'An attribute is missing at character 9, near "]".'),
    ('an attribute twice', 'a -> b [by x, by y]', '22P02', '', 'The attribute "by" stands twice at character 18, near "y]".'),
    ('days twice', 'a -> b [after 1 day, after 2 days]', '22P02', '', 'The attribute "after" stands twice at character 28, near "2 days]".'),
    ('no days', 'a -> b [after days]', '22P02', '', 'The number of days is missing at character 15, near "days]".'),
    ('months', 'a -> b [after 3 months]', '22P02', '', 'The word "days" is missing at character 17, near "months]".'),
    ('no day at all', 'a -> b [within 0 days]', '22P02', '', 'The days must be from 1 to 36500 at character 16, near "0 days]".'),
    ('more than a century', 'a -> b [within 36501 days]', '22P02', '', 'The days must be from 1 to 36500 at character 16, near "36501 days]".'),
    ('half a day', 'a -> b [within 1.5 days]', '22003', '', 'The figure has more than 0 digits after the decimal point at character 16, near "1.5 days]".'),
    ('after later than within', 'a -> b [after 30 days, within 3 days]', '22P02', '', 'The move may not come before 30 days and is due within 3 at character 8, near "[after 30 days, within 3 days]".'),
    ('an open bracket', 'a -> b [by x', '22P02', '', 'A closing bracket is missing at the end.'),
    ('an open name', 'a -> "b', '22P02', '', 'The name does not end at character 6, near ""b".'),
    ('an open comment', 'a -> b /* c', '22P02', '', 'The comment does not end at character 8, near "/* c".'),
    ('a comment that closes itself', 'a -> b /*/', '22P02', '', 'The comment does not end at character 8, near "/*/".'),
    ('an empty name', 'a -> ""', '22P02', '', 'The name of a stage is missing at character 6, near """".'),
    ('a line break in a name', E'a -> "b\nc"', '22P02', '', E'The name has a control character at character 8, near "\nc"".'),
    ('a name of 64 bytes', 'a -> ' || repeat('b', 64), '22P02', '', 'The name has more than 63 bytes at character 6, near "' || repeat('b', 60) || '...".'),
    ('65 stages', (select string_agg('s' || i, ' -> ' order by i) from generate_series(1, 65) i), '22P02', '', 'There are more than 64 stages at character 440, near "s65".'),
    ('an open comment after a name', 'a /* -> b', '22P02', '', 'The comment does not end at character 3, near "/* -> b".'),
    ('an open comment before all', '/* a -> b', '22P02', '', 'The comment does not end at character 1, near "/* a -> b".'),
    ('an open comment after an arrow', 'a -> /* b', '22P02', '', 'The comment does not end at character 6, near "/* b".'),
    ('an open comment after a semicolon', 'a -> b; /* c', '22P02', '', 'The comment does not end at character 9, near "/* c".'),
    ('an open comment in brackets', 'a -> b [/* by x]', '22P02', '', 'The comment does not end at character 9, near "/* by x]".'),
    ('an open comment after an attribute''s word', 'a -> b [by /* x]', '22P02', '', 'The comment does not end at character 12, near "/* x]".'),
    ('an open comment after the days', 'a -> b [after 3 /* days]', '22P02', '', 'The comment does not end at character 17, near "/* days]".'),
    ('an open comment after an attribute', 'a -> b [by x /* ]', '22P02', '', 'The comment does not end at character 14, near "/* ]".'),
    ('an open comment after brackets', 'a -> b [by x] /* ', '22P02', '', 'The comment does not end at character 15, near "/* ".'),
    ('65 roles', (select string_agg(format('s%s -> s%s [by r%s]', f, t, n), '; ' order by n) from (select f, t, row_number() over (order by f, t) as n from generate_series(0, 11) f, generate_series(1, 11) t where f < t) x where n <= 65), '22P02', '', 'There are more than 64 roles at character ' || length((select string_agg(format('s%s -> s%s [by r%s]', f, t, n), '; ' order by n) from (select f, t, row_number() over (order by f, t) as n from generate_series(0, 11) f, generate_series(1, 11) t where f < t) x where n <= 65)) - 3 || ', near "r65]".'),
    ('a megabyte', repeat('a -> ', 200000), '54000', '', 'It has 1000000 bytes; at most 4000 are read.');

create function pg_temp.fault(input text, out code text, out detail text) language plpgsql as $$
begin
    perform input::bpm.lifecycle;
exception when others then
    get stacked diagnostics code = returned_sqlstate, detail = pg_exception_detail;
end $$;

select plan((select 3 * count(*) from good)::int + (select 2 * count(*) from bad)::int + 66);

select is(input::bpm.lifecycle::text, canonical, what) from good;
select is(canonical::bpm.lifecycle::text, canonical, what || ': reads back') from good;
select ok(input::bpm.lifecycle operator(bpm.=) canonical::bpm.lifecycle, what || ': the same value') from good;
select is((pg_temp.fault(input)).code, bad.code, what || ': code') from bad;
select is((pg_temp.fault(input)).detail, bad.detail, what) from bad;

-- soft errors, from 16 on; before, the functions are not there
select case when current_setting('server_version_num')::int < 160000 then skip('no soft errors before PostgreSQL 16', 2) else collect_tap(
    is_empty($$ select what from bad where pg_input_is_valid(input, 'bpm.lifecycle') $$, 'bad input is a soft error'),
    is_empty($$ select what from bad, pg_input_error_info(input, 'bpm.lifecycle') i, pg_temp.fault(input) f
        where (i.sql_error_code, i.detail) is distinct from (f.code, f.detail) $$, 'a soft error says the same')
) end;

-- hints
create function pg_temp.hint(query text) returns text language plpgsql as $$
declare hint text;
begin
    execute query;
    return null;
exception when others then
    get stacked diagnostics hint = pg_exception_hint;
    return hint;
end $$;
select is(pg_temp.hint('select ''a -> b [witin 3 days]''::bpm.lifecycle'), 'Did you mean "within"?', 'the nearest attribute');
select is(pg_temp.hint('select bpm.is_final(''draft -> approved'', ''aproved'')'), 'Did you mean "approved"?', 'the nearest stage');
select is(pg_temp.hint('select ''self-evaluated -> b''::bpm.lifecycle'), 'A name of more than letters, digits and underscores is written in double quotes.', 'how to write a name with a hyphen');

-- limits
select lives_ok(format('select %L::bpm.lifecycle', (select string_agg('s' || i, ' -> ' order by i) from generate_series(1, 64) i)), '64 stages');
select is((select bpm.path(t::bpm.lifecycle, 's1', 's64') from (select string_agg('s' || i, ' -> ' order by i) t from generate_series(1, 64) i) x), (select array_agg('s' || i order by i) from generate_series(1, 64) i), 'a path through 64 stages');
select is((select bpm.is_final(t::bpm.lifecycle, 's64') from (select string_agg('s' || i, ' -> ' order by i) t from generate_series(1, 64) i) x), true, 'the 64th stage is final');
select is(length('a -> ' || repeat('b', 63)), length(('a -> ' || repeat('b', 63))::bpm.lifecycle::text), 'a name of 63 bytes');
-- all moves between 36 stages in both directions, without spaces: 3816 bytes that would be 6336
select is((pg_temp.fault(t)).code, '54000', 'a text that written out is too long is refused')
from (select string_agg(path, ';' order by i) t
      from (select i, substr(a, i, 1) || string_agg('->' || substr(a, j, 1) || '->' || substr(a, i, 1), '' order by j) path
            from (values ('abcdefghijklmnopqrstuvwxyz0123456789')) v(a), generate_series(1, 36) i, generate_series(1, 36) j where i < j group by i, a) x) y;
select is((pg_temp.fault((select string_agg(format('%s->%s', chr(96 + i), chr(96 + j)), ';' order by i, j) from generate_series(1, 20) i, generate_series(1, 20) j where i <> j))).code, null, 'all moves between 20 stages');
select is((select t::bpm.lifecycle::text::bpm.lifecycle::text = t::bpm.lifecycle::text from (select string_agg(format('%s->%s', chr(96 + i), chr(96 + j)), ';' order by j, i desc) t from generate_series(1, 20) i, generate_series(1, 20) j where i <> j) x), true, 'all moves between 20 stages in another order read back');

-- equality
select ok('a -> b -> c'::bpm.lifecycle operator(bpm.=) 'b -> a'::text::bpm.lifecycle is false, 'other moves are another lifecycle');
select ok('a -> b; a -> c'::bpm.lifecycle operator(bpm.<>) 'a -> c; a -> b'::bpm.lifecycle, 'another order of stages is another lifecycle');
select ok('a -> b; a -> c; b -> d; c -> d'::bpm.lifecycle operator(bpm.=) 'a -> b; a -> c -> d; b -> d'::bpm.lifecycle, 'the order of the moves does not matter');
select ok('a -> b [by x]'::bpm.lifecycle operator(bpm.<>) 'a -> b'::bpm.lifecycle, 'an attribute makes another lifecycle');
select is(bpm.lifecycle_hash('a->b;b->c'), bpm.lifecycle_hash('a -> b -> c'), 'equal lifecycles have one hash');
select is(bpm.lifecycle_hash_extended('a->b;b->c', 7), bpm.lifecycle_hash_extended('a -> b -> c', 7), 'equal lifecycles have one extended hash');
select is((select count(*)::int from (select l from (values ('a->b'::bpm.lifecycle), ('a -> b'), ('a -> c')) v(l) group by l) x), 2, 'lifecycles can be grouped');

-- storage
create temp table stored (id int, l bpm.lifecycle, n text[] generated always as (bpm.stages(l)) stored);
insert into stored (id, l) select row_number() over (), input::bpm.lifecycle from good;
select is((select count(*)::int from stored s join (select row_number() over () id, input from good) g using (id) where s.l operator(bpm.<>) g.input::bpm.lifecycle), 0, 'stored and read again');
select is((select n from stored where id = 1), '{draft,approved,closed}', 'in a generated column');
select is(get_byte(bpm.lifecycle_send('a -> b'), 0), 1, 'binary: a version byte');
select is(convert_from(substr(bpm.lifecycle_send('a->b'), 2), 'UTF8'), 'a -> b', 'binary: and the text');

-- reading
select is(bpm.stages('draft -> approved -> closed; * -> cancelled'), '{draft,approved,closed,cancelled}', 'stages, the first one first');
select is(bpm.next_stages('draft -> approved -> closed; * -> cancelled', 'approved'), '{closed,cancelled}', 'the next stages');
select is(bpm.next_stages('draft -> approved -> closed; * -> cancelled', 'closed'), '{}', 'nothing leaves a final stage');
select is(bpm.next_stages('a -> b -> a; * -> b', 'b'), '{a}', '* does not lead to itself');
select is(bpm.is_final('draft -> approved; * -> cancelled', 'approved'), true, 'a stage that only * would leave is final');
select is(bpm.is_final('draft -> approved; * -> cancelled', 'draft'), false, 'a stage with a move is not');
select is(bpm.can_move('a -> b -> c; * -> x', 'a', 'b'), true, 'a move');
select is(bpm.can_move('a -> b -> c; * -> x', 'a', 'c'), false, 'no move');
select is(bpm.can_move('a -> b -> c; * -> x', 'b', 'x'), true, 'a move by *');
select is(bpm.can_move('a -> b -> c; * -> x', 'c', 'x'), false, '* leaves no final stage');
select is(bpm.can_move('a -> b', 'a', 'a'), false, 'staying is no move');
select is(bpm.can_move('a -> b [by finance]', 'a', 'b'), true, 'a role that is not given is not judged');
select is(bpm.can_move('a -> b [by finance]', 'a', 'b', 'finance'), true, 'the right role');
select is(bpm.can_move('a -> b [by finance]', 'a', 'b', 'Finance'), false, 'another role');
select is(bpm.can_move('a -> b [after 90 days]', 'a', 'b', null, '2026-01-01Z', '2026-04-01Z'), true, '90 days from 1 January is 1 April');
select is(bpm.can_move('a -> b [after 90 days]', 'a', 'b', null, '2026-01-01Z', '2026-03-31 23:59:59Z'), false, 'a second too early');
select is(bpm.can_move('a -> b [within 30 days]', 'a', 'b', null, '2026-01-01Z', '2026-01-31Z'), true, '30 days from 1 January is 31 January');
select is(bpm.can_move('a -> b [within 30 days]', 'a', 'b', null, '2026-01-01Z', '2026-01-31 00:00:00.000001Z'), false, 'a microsecond too late');
select is(bpm.can_move('a -> b [after 1 day]', 'a', 'b', null, '2026-01-01Z'), true, 'a time that is not given is not judged');
select is(bpm.can_move('a -> b [within 36500 days]', 'a', 'b', null, '4714-11-24 BC', '294276-12-31'), false, 'the whole range of time');
select throws_ok($$select bpm.can_move('a -> b [after 1 day]', 'a', 'b', null, '-infinity', now())$$, '22008', 'time of a move must be finite', 'infinity is no time');
select is(bpm.can_move('a -> b; a -> c [by x]; * -> c', 'a', 'c', 'y'), false, 'a move written out goes before *');
select is(bpm.can_move(null, 'a', 'b'), null, 'NULL lifecycle');
select is(bpm.can_move('a -> b', null, 'b'), null, 'NULL stage');
select throws_ok($$select bpm.can_move('a -> b', 'a', 'x')$$, '22023', 'unknown stage "x"', 'an unknown stage is an error');
select throws_ok($$select bpm.next_stages('a -> b', '')$$, '22023', 'unknown stage ""', 'an empty stage is an error');
select is(bpm.path('a -> b -> c -> d; a -> c', 'a', 'd'), '{a,c,d}', 'the shortest path');
select is(bpm.path('a -> b -> d; a -> c -> d', 'a', 'd'), '{a,b,d}', 'of two short paths the one named first');
select is(bpm.path('a -> b', 'b', 'a'), null, 'no path');
select is(bpm.path('a -> b', 'a', 'a'), '{a}', 'no way to go');
select is(bpm.reachable('a -> b -> c -> b; a -> x', 'b'), '{b,c}', 'what can still come, itself too in a loop');
select is(bpm.reachable('a -> b -> c', 'a'), '{b,c}', 'what can still come');
select is(bpm.reachable('a -> b -> c', 'c'), '{}', 'nothing comes after the end');
select is(bpm.as_mermaid('draft -> approved [after 5 days, by "a;b"] -> state; draft -> "not ""so"" #1"'), $$stateDiagram-v2
    state "state" as stage_3_
    state "not #34;so#34; #35;1" as stage_4_
    [*] --> draft
    draft --> approved : after 5 days, by #34;a#59;b#34;
    draft --> stage_4_
    approved --> stage_3_
    stage_3_ --> [*]
    stage_4_ --> [*]$$, 'Mermaid');

-- the lifecycles that ship
select is(bpm.path(bpm.project_lifecycle(), 'drafted', 'published'), '{drafted,targeted,reviewed,approved,executing,closed,self_evaluated,applied,published}', 'the shortest life of a project');
select is((select array_agg(s) from unnest(bpm.stages(bpm.project_lifecycle())) s where bpm.is_final(bpm.project_lifecycle(), s)), '{published,cancelled}', 'a project ends published or cancelled');
select is((select array_agg(s order by s) from unnest(bpm.next_stages(bpm.project_lifecycle(), 'monitored')) s), '{adjusted,cancelled,closed,executing,suspended}'::text[], 'monitoring comes any number of times');
select is((select bool_or(bpm.can_move(bpm.project_lifecycle(), f, t)) from (values ('drafted', 'approved'), ('appraised', 'approved'), ('targeted', 'approved'), ('targeted', 'executing'), ('reviewed', 'executing'), ('closed', 'evaluated'), ('executing', 'evaluated')) v(f, t)), false, 'no money without targets, no execution before approval, no evaluation before the self-evaluation');
select is(bpm.stages(bpm.basic_lifecycle()), '{drafted,targeted,approved,executing,monitored,adjusted,closed,self_evaluated,applied,published,cancelled}',
    'the life of basic expenditure');
select is(bpm.path(bpm.basic_lifecycle(), 'drafted', 'published'), '{drafted,targeted,approved,executing,closed,self_evaluated,applied,published}', 'it is published too');
select is((select array_agg(s order by s) from unnest(bpm.next_stages(bpm.basic_lifecycle(), 'monitored')) s), '{adjusted,cancelled,closed,executing}'::text[],
    'and monitored any number of times');
-- any lifecycle survives text, whatever its moves: 2000 random ones
select is((select count(*)::int from (
    select (string_agg(format('s%s -> s%s', f, t), '; ' order by no))::text l from (
        select g, no, case when no <= 6 then no - 1 else ('x' || substr(md5(g || 'f' || no), 1, 4))::bit(16)::int % 7 end f,
               case when no <= 6 then no else ('x' || substr(md5(g || 't' || no), 1, 4))::bit(16)::int % 7 end t,
               row_number() over (partition by g, case when no <= 6 then no - 1 else ('x' || substr(md5(g || 'f' || no), 1, 4))::bit(16)::int % 7 end, case when no <= 6 then no else ('x' || substr(md5(g || 't' || no), 1, 4))::bit(16)::int % 7 end order by no) twice
        from generate_series(1, 2000) g, generate_series(1, 14) no) x
    where f <> t and twice = 1 group by g) y
    where l::bpm.lifecycle::text::bpm.lifecycle operator(bpm.<>) l::bpm.lifecycle or l::bpm.lifecycle::text::bpm.lifecycle::text <> l::bpm.lifecycle::text), 0, 'random lifecycles read back');

-- ids of a diagram: a stage may have the name that another one is given
select is(bpm.as_mermaid('stage_2_ -> "a b" -> stage_3_ -> "c d" -> stage_4_ -> stage_4__'), E'stateDiagram-v2\n    state "a b" as stage_2__\n    state "c d" as stage_4___\n    [*] --> stage_2_\n    stage_2_ --> stage_2__\n    stage_2__ --> stage_3_\n    stage_3_ --> stage_4___\n    stage_4___ --> stage_4_\n    stage_4_ --> stage_4__\n    stage_4__ --> [*]', 'as_mermaid gives every stage an id of its own');

select * from finish();
rollback;
