#!/usr/bin/env bash
# csv.sh: what rows as lines of CSV cost, beside COPY of the same rows, and the digest of them beside the server's own.
#
# "of peer" is time over the peer's time, with the reading of the rows in both. COPY to the client is what an outsider
# does with the rows; COPY to a file of the server's spares the client. The goal is for csv_line, by leasts.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ROWS=$((ROWS < 500000 ? ROWS : 500000))

bench_begin

# a published contribution: ids, figures, texts of which some need quotes, days, and what is empty
bench_psql <<EOSQL
create unlogged table csv_row as
select 'P' || i % 5000 as program_id, 2026 as fiscal_year, 'self' as evaluation, 'indicator_' || i % 15 as indicator_id,
       'output' as parent_id, i as source_id, (i * 104729 + 7) % 99999989 / 100.00 as actual,
       '>= ' || i % 100 || '%' as target, (i % 101)::numeric(20,8) as score, (i % 7)::numeric(38,8) as weight,
       (i % 97 / 97.0)::numeric(18,16) as share, (i % 89 / 3.0)::numeric(20,8) as contribution,
       (i % 89 / 7.0)::numeric(20,8) as loss, date '2026-01-01' + i::integer % 365 as as_of,
       date '2026-02-01' + i::integer % 365 as due, nullif(i % 3, 0) as revision, nullif('', '') as reason,
       'zero' as policy, 'Streets, lighting and drains of district ' || i % 40 as name,
       'Kilometres kept "in order" ' || i % 11 as title, 'km' as unit_of_measure,
       (i * 7919 + 13) % 5003 / 4.0 as budget, (i * 7919 + 13) % 4999 / 4.0 as spent,
       case when i % 4 = 0 then 'late' end as note, i % 2 as position
from generate_series(1, $ROWS::bigint) i;
create unlogged table csv_text as select bpm.csv_line(r) as line from csv_row r;
EOSQL
bench_warm csv_row csv_text

printf 'bpm %s on PostgreSQL %s: %s rows of 25 columns, %s alternating runs\n%s\n' \
    "$(bench_psql -c "select extversion from pg_extension where extname = 'bpm'")" \
    "$(bench_psql -c "show server_version")" "$ROWS" "$RUNS" "$BENCH_SETTINGS"

declare -A STATEMENT=(
    ['copy to the client']='copy (select * from csv_row) to stdout (format csv)'
    ['copy to a file']="copy (select * from csv_row) to '/dev/null' (format csv)"
    ['row::text']='select count(r::text) from csv_row r'
    ['csv_line(row)']='select count(bpm.csv_line(r)) from csv_row r'
    ['sha256(string_agg(line))']="select sha256(convert_to(string_agg(line, E'\n') || E'\n', 'UTF8')) from csv_text"
    ['sha256_lines(line)']='select bpm.sha256_lines(line) from csv_text'
    ['sha256_lines(csv_line(row))']='select bpm.sha256_lines(bpm.csv_line(r)) from csv_row r'
)
names=('copy to the client' 'copy to a file' 'row::text' 'csv_line(row)' 'sha256_lines(csv_line(row))'
    'sha256(string_agg(line))' 'sha256_lines(line)')
statements=()
for name in "${names[@]}"; do
    statements+=("$name" "${STATEMENT[$name]}")
done
bench_time "${statements[@]}"

printf '\n%s\n%-42s %8s %8s %8s %8s %5s\n' "lines of CSV, $ROWS rows of 25 columns" '' 'median s' 'of peer' \
    'least s' 'of peer' 'goal'
for name in "${names[@]}"; do
    goal='' peer='copy to the client'
    if [[ $name == 'csv_line(row)' ]]; then goal=1.00; fi
    if [[ $name == 'sha256_lines(line)' ]]; then peer='sha256(string_agg(line))'; fi
    if [[ $name == 'sha256(string_agg(line))' ]]; then peer=$name; fi
    of_least=$(ratio "${LEAST[$name]}" "${LEAST[$peer]}")
    printf '%-42s %8.3f %8s %8.3f %8s %5s %s\n' "$name" "${MEDIAN[$name]}" \
        "$(ratio "${MEDIAN[$name]}" "${MEDIAN[$peer]}")" "${LEAST[$name]}" "$of_least" "$goal" \
        "$(verdict "$of_least" "$goal")"
done
