-- The test module in the schema fuzz, and the valid texts that it damages. :module is its path.
\set ON_ERROR_STOP on
set client_min_messages = warning;
create schema fuzz;

create function fuzz.keep_note(path text) returns void
    language c strict as :'module', 'bpm_fuzz_keep_note';
create function fuzz.read(type regtype, "binary" boolean, seed bigint, first bigint, count bigint,
        out passed bigint, out kept bigint, out failed bigint, out failures text[])
    language c strict as :'module', 'bpm_fuzz_read';
create function fuzz.call(seed bigint, first bigint, count bigint,
        out passed bigint, out kept bigint, out failed bigint, out failures text[])
    language c strict as :'module', 'bpm_fuzz_call';

-- what a type reads, by its name, and what a text argument is meant to hold, by the argument's name
create table fuzz.corpus (kind text not null, text text not null, primary key (kind, text));

insert into fuzz.corpus
select 'bpm.target', unnest(array[
    '>= 95%', '> 95', '<= 12.5 [days]', '< 1,200 [km]', '= 200', '95', '-5', '.5', '>= 0', '<= -3.25', '90..110%', '-5..+5 floor 60', '90 [km]..110 [km]',
    'points(0:0, 50:80, 100:100)', 'points(-1:0, 0:999, 1:0.5) floor 60', 'direct', 'direct floor 60', 'direct cap 120',
    'by 2026-06-30', 'by 2026-06-30 lose 2 per 1', 'by 0001-01-01 lose 100 per 365 floor 50',
    '>= 95% step', '<= 12 step over 100 lose 1', '>= 90 from 60', '<= 8 from 20 floor 30', '= 5 from 0', '>= 90 lose 2 per 1 floor 50',
    '90..110 lose 0.5 per 0.00000001', '>= 100 over 120 lose 0.5 from 20', '<= 12 ratio', '<= 12 ratio cap 150', '>= 100 cap 120', '> 0.00000001 cap 999',
    '>= 99999999999999999999999999999.99999999', '= -99999999999999999999999999999.99999999 from 0',
    '>= 5 [a unit, with "quotes" -> and more]', 'POINTS(0:0,50:80,100:100) FLOOR 60', '>= 100 from -0.00000001 over 92233720368 lose 100']);
insert into fuzz.corpus
select 'bpm.scale', unnest(array[
    'excellent >= 90, good >= 80, fair >= 60, poor', 'Effective>=85,"Moderately Effective" >= 70.0, "Adequate">=50, Ineffective round 2',
    'A < 5, B < 10, C < 15, D', 'blue > 125, green >= 80, red', 'a > 100, b >= 100, c', 'a <= -1.5, b < 0, c <= 0, d round 0',
    '"round" >= 1, "a, ""b""" >= 0.00000001, x round 8', 'a >= 92233720368, b >= -92233720368, c', 'a >= 1, b']);
insert into fuzz.corpus
select 'bpm.rollup', unnest(array[
    'rows 3 scored 2 weight 10 scored_weight 7 sum 560', 'rows 0 scored 0 weight 0 scored_weight 0 sum 0',
    'rows 72057594037927935 scored 1 weight 1701411834604692317316873037158.84105727 scored_weight 0.1 sum -17014118346046923173168.7303715884105727',
    'rows 3 scored 2 weight 10 scored_weight 7 sum 560 beyond -60.5', 'rows 2 scored 0 weight 2 scored_weight 0 sum 0 beyond 40',
    'rows 1 scored 1 weight 0 scored_weight 0 sum 0', 'rows 9 scored 9 weight 0.00000001 scored_weight 0.00000001 sum -0.0000000000000001',
    'rows 72057594037927935 scored 72057594037927935 weight 1701411834604692317316873037158.84105727 scored_weight 1701411834604692317316873037158.84105727 sum 17014118346046923173168.7303715884105727']);
insert into fuzz.corpus
select 'bpm.lifecycle', unnest(array[
    'draft -> approved -> executing -> closed; executing -> adjusted -> executing; * -> cancelled',
    'draft -> approved [by finance] -> closed [after 90 days]', 'a->b [after 1 day, within 36500 days, by "x ""y"""]; b -> a; * -> c [by r]',
    '"a b" -> c; c -> d [by "x y"] -- a comment', '/* all */ a -> b -> c -> a; * -> b', 'a -> cancelled [by council]; * -> cancelled; a -> b',
    'x1 -> x2 -> x3 -> x4 -> x5 -> x6 -> x7 -> x8 -> x9 -> x10 -> x11 -> x12 -> x13 -> x14 -> x15 -> x16; x3 -> x1; * -> x2']);
insert into fuzz.corpus
select 'bpm.lifecycle', (bpm.project_lifecycle())::text;
insert into fuzz.corpus
select 'bpm.lifecycle', string_agg('s' || i, ' -> ' order by i) from generate_series(1, 64) i;
insert into fuzz.corpus
select 'bpm.tree', unnest(array[
    '{text, require 30, weakest, total 100, bounds 1..99.5, round 3} ("a ""b"", c",,,) ("","a ""b"", c",99.5,) ("e)","a ""b"", c",0.5,7.25)',
    '{integer, zero} ("1",,,,geometric) ("-2","1",1,50) ("3","1",2,)',
    '{uuid, error} ("00000000-0000-0000-0000-000000000001",,,) ("00000000-0000-0000-0000-000000000002","00000000-0000-0000-0000-000000000001",1,4)',
    '{text, renormalise} ("a",,,) ("quality","a",60,80) ("cost","a",40,60)', '{text, renormalise} ("r",,,1)', '{text, zero} ("1.1",,60,) ("1.1.1","1.1",2,94) ("1.1.2","1.1",1,34)',
    '{text, nested 100} ("r",,,) ("a","r",60,) ("b","r",40,50) ("a1","a",45,) ("a2","a",15,80)', '{text, sum, bounds 0..30} ("r",,,) ("a","r",1,10) ("b","r",2,) ("c","r",0,5)',
    '{text, renormalise} ("PI",,,) ("PI-1","PI",1,,m1) ("PI-1.1","PI-1",1,3) ("PI-1.2","PI-1",1,1) ("PI-2","PI",1,,m2) ("PI-2.1","PI-2",1,4) ("PI-2.2","PI-2",1,)',
    '{integer, renormalise, bounds -1000000..1000000} ("1",,,) ("2","1",200000000000001,0) ("3","1",200000000000001,5000)',
    '{text, zero, round 0, geometric, bounds 0..1} ("hdi",,,) ("health","hdi",1,0.95) ("income","hdi",99999999999999999999999999999.99999999,0.98)',
    '{text, renormalise} ("r",,,) ("s",,,7) ("a","r",1,) ("b","r",3,33.33333333)']);
-- one more would be too many: weights below a parent fit 128 bits together
insert into fuzz.corpus
select 'bpm.tree', '{integer, renormalise} ("0",,,) ' || string_agg(format('("%s","0",99999999999999999999999999999.99999999,%s)', i, i), ' ' order by i)
from generate_series(1, 17) i;
insert into fuzz.corpus
select 'bpm.method', unnest(enum_range(null::bpm.method))::text;
insert into fuzz.corpus
select 'rules', unnest(array['', 'zero', 'error', 'require 80', 'require 30, zero', 'mean', 'geometric', 'weakest', 'sum', 'm1, bounds 1..4', 'm2', 'total 100',
    'nested 100', 'bounds -50..150', 'bounds -1000000..1000000', 'round 0', 'zero, round 2, total 100, bounds 0..1', 'renormalise, round 8']);
insert into fuzz.corpus
select 'comparator', unnest(array['>=', '>', '<=', '<', '=', '≥', '≤']);
insert into fuzz.corpus
select 'modifiers', unnest(array['', '%', '[km] from 40', 'floor 60', 'step', 'lose 2 per 1', 'over 120 lose 0.5', 'ratio', 'cap 120', '% floor 60 cap 150 from 1']);
insert into fuzz.corpus
select 'method', unnest(array['free disposal', 'constant returns', 'FREE DISPOSAL', 'fdh', 'budget', 'run rate', 'historical share', 'execution', 'burn',
    'median of three', 'Burn']);
insert into fuzz.corpus
select 'moves', unnest(array['cumulative', 'level', 'rate', 'milestone', 'RATE']);
insert into fuzz.corpus
select 'daterange', unnest(array['[2026-01-01,2026-12-31]', '[2026-06-01,2026-07-01)', '[2026-06-15,2026-07-14]', '(,2026-12-31]', '[2026-01-01,)', 'empty', '[2026-01-01,infinity)',
    '[4713-01-01 BC,5874897-12-31)', '[0001-01-01 BC,0001-12-31 BC]', '[2000-02-01,2000-02-29]', '[2000-02-29,2000-02-29]', '[2026-01-01,2027-07-01)']);
insert into fuzz.corpus
select 'numeric[]', unnest(array['{}', '{NULL}', '{1}', '{0.05,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,0.95,1}', '{0,0,0,0,0,0,0,0,0,0,0,1}', '{0.5,0.4,1}', '{1,NaN}', '{Infinity}',
    '{99999999999999999999999999999,99999999999999999999999999999}', '{-1,2,3}', '{0,0}', '{{1,2},{3,4}}', '[5:6]={1,2}', '{0.3333333333333333333333333333333333333333333,1}', '{1e131071,1}']);
insert into fuzz.corpus
select 'grade', unnest(array['A', 'B+', 'B', 'C+', 'C', 'D+', 'D', 'D*', 'NA', 'NU', 'NR', '', 'b']);
insert into fuzz.corpus
select name, text from unnest(array['value', 'text']) name,
    unnest(array['100%', '$1,234.50', '-$5', '€ 5.25', '', 'N/A', '10,4702', '55% (6/11)', '−.5', '0', '00.10', '2026-06-30', '30/06/2026', '>= 95% floor 60', 'by 2026-06-30']) text;
insert into fuzz.corpus
select name, text from unnest(array['stage', 'from_stage', 'to_stage', 'role']) name, unnest(array['draft', 'approved', 'executing', 'closed', 'cancelled', 'a', 'b', 'c', 'a b', 'finance', 'x1', 'x2', 's64']) text;
insert into fuzz.corpus
select 'id', unnest(array['a', 'r', '1', 'a "b", c', '', '1.1.2', '00000000-0000-0000-0000-000000000002']);
