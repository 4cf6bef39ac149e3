#!/usr/bin/env bash
# lifecycle.sh: what judging a log by its lifecycle costs, beside the SQL that people write today, and what a
# guard adds to an UPDATE. ROWS / 5 events, ten a program; the statements are in lifecycle.sql.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

bench_begin
printf '\n'
bench_psql -v events=$((ROWS / 5)) -v runs="$RUNS" -f "$(dirname "${BASH_SOURCE[0]}")/lifecycle.sql"
