# bpm: budget performance management for PostgreSQL 15 to 18.
#
#   make demo                 a tour over real programs, on a server of its own that is removed again
#   make check                every test, on a server of its own that is removed again
#   make coverage             the same tests, and which lines of the C files they ran
#   make fuzz N=100000        so many damaged texts and binary values to every type, a fifth as many statements of
#                             every function, and the oracles with N / 50 cases (see test/fuzz/README.md), the same
#                             way; SEED repeats a run, SANITIZE=1 builds so that undefined behaviour aborts
#   make bench                the speed table, the same way
#   make && make install      build for the server of PG_CONFIG (default: pg_config on the PATH)
#   make installcheck         every test, on your running server (PGHOST, PGPORT, PGUSER)

# Every concept is src/CONCEPT.c and sql/CONCEPT.sql. The order is the order of the install script:
# a concept may use the ones before it.
CONCEPTS = decimal target scale rollup inequality pefa peer csv monitor apportion tree lifecycle conformance guard

# The model is plain SQL, which create_model runs in the user's schema: what is made once, the migrations
# from 50 on, and from 70 on what upgrade_model makes again. The script carries it as the result of a function.
MODEL = $(sort $(wildcard sql/model/*.sql))

# C files without SQL of their own: the module, what reads rules, the states of aggregates, and the parts of monitor,
# tree and guard.
WITHOUT_SQL = bpm number scan value gather forecast tree_id tree_rules tree_score tree_margin \
	guard_arguments guard_conflict guard_row guard_history guard_owner guard_log guard_closed

EXTENSION  = bpm
MODULE_big = bpm
OBJS       = $(WITHOUT_SQL:%=src/%.o) $(CONCEPTS:%=src/%.o)

EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" bpm.control)
DATA       = $(wildcard sql/bpm--*--*.sql)
DATA_built = bpm--$(EXTVERSION).sql

# After the server's own flags, so -std wins. Warnings are errors only in CI (COPT=-Werror).
# Unused parameters are left out of -Wextra because inline functions in the server's headers have some.
PG_CFLAGS  = -std=gnu11 -Wall -Wextra -Wno-unused-parameter -fvisibility=hidden

EXTRA_CLEAN = bpm--*.sql results log tmp_check output_iso regression.diffs regression.out

PG_CONFIG ?= pg_config

# Tests that need the real data sets read them from this folder, and skip without it.
ifneq (,$(wildcard ../shared/data))
export BPM_SHARED ?= $(abspath ../shared)
endif

# These make their own server, and install what is missing; nothing need be there yet, not even pg_config.
TOURS = check coverage fuzz demo bench

ifneq (,$(filter $(TOURS),$(MAKECMDGOALS)))

OTHER_GOALS = $(filter-out $(TOURS),$(MAKECMDGOALS))

.PHONY: $(TOURS) $(OTHER_GOALS)

$(TOURS):
	@test/with-server $@

$(OTHER_GOALS):
	$(MAKE) $@

else

# The four parts of installcheck are run by the rules below, not by PGXS, so that `make -k` runs the
# parts after one that failed.
NO_INSTALLCHECK = 1

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*.h)

SCRIPTS_IN_ORDER = sql/bpm.sql $(CONCEPTS:%=sql/%.sql) sql/model.sql

bpm--$(EXTVERSION).sql: $(SCRIPTS_IN_ORDER) $(MODEL) bpm.control Makefile
	printf '%s\n\n' '\echo Use "CREATE EXTENSION bpm" to load this file. \quit' >$@.new
	cat $(SCRIPTS_IN_ORDER) >>$@.new
	{ echo; \
	  echo 'create function bpm.model_scripts(out part text, out script text) returns setof record'; \
	  echo '    language sql immutable parallel safe rows $(words $(MODEL))'; \
	  echo '    set search_path = pg_catalog, pg_temp'; \
	  echo 'as $$bpm_scripts$$'; \
	  separator='values'; \
	  for part in $(MODEL); do \
	    echo "$$separator ('$$(basename $$part .sql)', \$$bpm_model\$$"; cat $$part; echo "\$$bpm_model\$$)"; \
	    separator=','; \
	  done; \
	  echo '$$bpm_scripts$$;'; \
	  echo "comment on function bpm.model_scripts() is"; \
	  echo "'The scripts of the model, as create_model runs them in a schema; they can be run by hand as well.';"; \
	} >>$@.new
	mv $@.new $@

JOURNEYS  = $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
SPECS     = $(sort $(patsubst test/isolation/specs/%.spec,%,$(wildcard test/isolation/specs/*.spec)))
PGTAP     = $(sort $(wildcard test/pgtap/*.sql))
TAP       = $(sort $(wildcard test/tap/*.pl))
TEST_JOBS ?= 2

.PHONY: installcheck installcheck-journeys installcheck-isolation installcheck-pgtap installcheck-tap

installcheck: installcheck-journeys installcheck-isolation installcheck-pgtap installcheck-tap

# pg_regress looks for expected/ below --outputdir first.
installcheck-journeys:
	$(if $(JOURNEYS),$(pg_regress_installcheck) --inputdir=test --outputdir=. \
	  --dbname=$(CONTRIB_TESTDB) $(JOURNEYS),@echo 'journeys: none')

installcheck-isolation:
	$(if $(SPECS),$(pg_isolation_regress_installcheck) --inputdir=test/isolation \
	  --dbname=$(ISOLATION_TESTDB) $(SPECS),@echo 'isolation: none')

# In a database of its own, which is dropped again. Both extensions are created first, because several
# files run at once.
installcheck-pgtap: PSQL = '$(bindir)/psql' -XqAt -v ON_ERROR_STOP=1
installcheck-pgtap:
	@echo '+++ pgTAP +++'
	@test -n '$(PGTAP)' || { echo 'pgTAP: none'; exit 0; }; \
	has=$$($(PSQL) -d postgres -c "select count(*) from pg_available_extensions where name = 'pgtap'") || exit 1; \
	if test "$$has" = 0 || ! command -v pg_prove >/dev/null; then \
	  echo 'pgTAP skipped: install postgresql-$(MAJORVERSION)-pgtap and libtap-parser-sourcehandler-pgtap-perl'; exit 0; \
	fi; \
	PGOPTIONS="$$PGOPTIONS -c client_min_messages=warning"; export PGOPTIONS; \
	db=bpm_pgtap_$$$$; \
	trap '$(PSQL) -d postgres -c "drop database if exists $$db with (force)"' EXIT; trap 'exit 130' INT TERM HUP; \
	$(PSQL) -d postgres -c "create database $$db template template0" && \
	$(PSQL) -d $$db -c 'create extension pgtap' -c 'create extension bpm' && \
	pg_prove -j $(TEST_JOBS) --psql-bin '$(bindir)/psql' -d $$db $(PGTAP)

# These start servers of their own with the installed extension, so they cannot run as root.
installcheck-tap: PROVE_TESTS = $(TAP)
installcheck-tap: PROVE_FLAGS = -j $(TEST_JOBS)
installcheck-tap:
	@if test "$$(id -u)" = 0; then echo 'TAP skipped: PostgreSQL servers do not start as root'; \
	elif ! perl -MIPC::Run -e 1 2>/dev/null; then echo 'TAP skipped: install libipc-run-perl'; \
	elif test -z '$(strip $(TAP))'; then echo 'TAP: none'; \
	else $(prove_installcheck); fi

endif
