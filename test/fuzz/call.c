/*
 * call.c: everything that SQL can call in the schema bpm, with arguments that nobody would give.
 *
 * A case is a statement, so that it can be repeated as it stands: a function over one row of literals, which the
 * planner computes, or over several rows, so that what a function keeps from call to call is tried; or an
 * aggregate, plain, filtered, sorted, grouped or over a moving window.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "fuzz.h"

typedef struct Callable
{
	char	   *name;
	char		prokind;
	bool		is_volatile;
	int			count;			/* of arguments */
	int			defaults;		/* so many of the last can be left out */
	Oid		   *types;
	char	  **names;			/* of arguments; "" where there is none */
	int			twin;			/* of try_f the place of f, else -1 */
} Callable;

typedef struct Callables
{
	int			count;
	Callable   *each;
	int			calm;			/* those that change nothing come first */
	Corpora    *corpora;
} Callables;

/* a column of arguments: its type, and a literal where all rows have the same */
typedef struct Column
{
	Oid			type;
	const char *name;
	char	   *same;
} Column;

/* ------------------------------------------------------------------------------------------------
 * what there is
 * ----------------------------------------------------------------------------------------------*/

/*
 * Left out are those that only the server can call: with internal, cstring or trigger in their signature.
 */
static const char listing[] =
"select p.proname, p.prokind, p.provolatile = 'v', p.pronargdefaults, "
"    p.proargtypes::oid[]::text[], "
"    array(select coalesce(p.proargnames[i], '') from generate_series(1, p.pronargs) i) "
"from pg_proc p "
"where p.pronamespace = 'bpm'::regnamespace and p.prokind in ('f', 'a', 'w') "
"    and not exists (select from unnest(p.proargtypes::oid[] || p.prorettype) t "
"                    where t in ('internal'::regtype, 'cstring'::regtype, 'trigger'::regtype)) "
"order by p.provolatile = 'v', p.proname collate \"C\", p.oid::regprocedure::text collate \"C\"";

static char **
Texts(HeapTuple row, TupleDesc description, int column, int *count)
{
	bool		null;
	ArrayType  *array = DatumGetArrayTypeP(SPI_getbinval(row, description, column, &null));
	Datum	   *elements;
	char	  **texts;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, count);
	texts = palloc(sizeof(char *) * (*count + 1));
	for (int i = 0; i < *count; i++)
		texts[i] = TextDatumGetCString(elements[i]);
	return texts;
}

static void
ReadCallable(Callable *callable, HeapTuple row, TupleDesc description)
{
	char	  **types;
	bool		null;
	int			count;

	callable->name = SPI_getvalue(row, description, 1);
	callable->prokind = DatumGetChar(SPI_getbinval(row, description, 2, &null));
	callable->is_volatile = DatumGetBool(SPI_getbinval(row, description, 3, &null));
	callable->defaults = DatumGetInt16(SPI_getbinval(row, description, 4, &null));
	types = Texts(row, description, 5, &callable->count);
	callable->types = palloc(sizeof(Oid) * (callable->count + 1));
	for (int i = 0; i < callable->count; i++)
		callable->types[i] = atooid(types[i]);
	callable->names = Texts(row, description, 6, &count);
	callable->twin = -1;
}

/* score of try_score, with the same arguments */
static int
FindTwin(const Callables *all, const Callable *tried)
{
	if (strncmp(tried->name, "try_", 4) != 0)
		return -1;
	for (int i = 0; i < all->count; i++)
	{
		const Callable *other = &all->each[i];

		/* those that give a reason too have another result than the one without */
		if (strcmp(other->name, tried->name + 4) == 0 && other->count == tried->count &&
			memcmp(other->types, tried->types, sizeof(Oid) * other->count) == 0 &&
			strncmp(other->name, "parse_", 6) != 0)
			return i;
	}
	return -1;
}

static Callables *
ReadCallables(void)
{
	MemoryContext context = CurrentMemoryContext;
	Callables  *all = palloc0(sizeof(Callables));

	all->corpora = fuzz_read_corpora();
	SPI_connect();
	if (SPI_execute(listing, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "the functions cannot be read");
	MemoryContextSwitchTo(context);
	all->count = (int) SPI_processed;
	all->each = palloc0(sizeof(Callable) * all->count);
	for (int i = 0; i < all->count; i++)
	{
		ReadCallable(&all->each[i], SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
		all->calm += !all->each[i].is_volatile;
	}
	for (int i = 0; i < all->count; i++)
		all->each[i].twin = FindTwin(all, &all->each[i]);
	SPI_finish();
	MemoryContextSwitchTo(context);
	return all;
}

/* ------------------------------------------------------------------------------------------------
 * arguments
 * ----------------------------------------------------------------------------------------------*/

static const char *const numbers[] = {
	"NaN", "Infinity", "-Infinity", "1e131071", "-1e131071", "1e-16383", "-1e-16383", "0", "-0.0", "1", "-1", "2", "50", "99.999999995", "100", "100.00000001",
	"1e10", "9999999999.99999999", "-1e10", "1e28", "1e29", "-1e29", "99999999999999999999999999999.99999999", "99999999999999999999999999999.999999995",
	"123456789012345678901234567890123456789", "0.123456789012345678901234567890123456789", "0.00000001", "-0.00000001", "0.000000005", "-0.000000005", "0.0000000049999999",
	"1e-30", "170141183460469231731687303715884105727", "170141183460469231731687303715884105728", "1701411834604692317316873037158.84105727",
	"-1701411834604692317316873037158.84105728", "17014118346046923173168.7303715884105727", "9223372036854775807", "-9223372036854775808",
	"92233720368.54775807", "92233720368.54775808", "33.3333333333333333333333333333", "1e37", "1e38"
};

static const char *const dates[] = {
	"infinity", "-infinity", "4713-01-01 BC", "0001-12-31 BC", "0001-01-01", "9999-12-31", "10000-01-01", "5874897-12-31",
	"2026-06-30", "2026-07-05", "2000-02-29"
};

static const char *const timestamps[] = {
	"infinity", "-infinity", "4714-11-24 00:00:00+00 BC", "294276-12-31 23:59:59.999999+00", "1999-12-31 23:59:59.999999+00",
	"2026-01-01 00:00:00+00", "2026-01-01 00:00:00+00", "2026-02-01 00:00:00+00", "2026-03-01 12:30:00.000001+00", "2026-12-31 00:00:00+14"
};

static const char *const integers[] = {"0", "1", "2", "4", "7", "8", "9", "-1", "50", "2147483647", "-2147483648"};

static const char *const bigints[] = {"0", "1", "2", "3", "-1", "259", "65535", "4294967296", "9223372036854775807", "-9223372036854775808"};

#define ANY_OF(chance, list) ((list)[chance_below(chance, lengthof(list))])

static char *
RandomNumber(Chance *chance)
{
	StringInfoData number;
	int			whole = chance_below(chance, chance_in(chance, 8) ? 40 : 4);
	int			decimals = chance_in(chance, 2) ? 0 : chance_below(chance, chance_in(chance, 8) ? 50 : 9);

	initStringInfo(&number);
	if (chance_in(chance, 6))
		appendStringInfoChar(&number, '-');
	appendStringInfoChar(&number, '0');
	for (int i = 0; i < whole; i++)
		appendStringInfoChar(&number, (char) ('0' + chance_below(chance, 10)));
	for (int i = 0; i < decimals; i++)
		appendStringInfo(&number, "%s%d", i ? "" : ".", chance_below(chance, 10));
	return number.data;
}

static char *
RandomText(Chance *chance, Callables *all, const char *name)
{
	Corpus	   *corpus = fuzz_corpus_of_name(all->corpora, name);

	if (corpus != NULL && !chance_in(chance, 8))
		return chance_in(chance, 4) ? fuzz_mutate(chance, corpus) : fuzz_pick(chance, corpus);
	if (chance_in(chance, 2))
		return fuzz_word(chance, all->corpora);
	corpus = &all->corpora->each[chance_below(chance, all->corpora->count)];
	return chance_in(chance, 2) ? fuzz_mutate(chance, corpus) : fuzz_pick(chance, corpus);
}

typedef struct Reading
{
	Kind	   *kind;
	char	   *text;
} Reading;

static Datum
ReadText(void *arg)
{
	Reading    *reading = arg;

	return fuzz_in(reading->kind, reading->text);
}

/* a text that the type reads: a damaged one, if it does */
static char *
RandomValue(Chance *chance, Callables *all, Oid type)
{
	Corpus	   *corpus = fuzz_corpus_of_type(all->corpora, type);
	Kind	   *kind = fuzz_kind(type);
	Outcome		outcome;

	if (corpus == NULL)
		return NULL;
	if (kind != NULL && chance_in(chance, 2))
	{
		Reading		reading = {kind, fuzz_mutate(chance, corpus)};

		fuzz_guard(ReadText, &reading, false, &outcome);
		if (outcome.ok)
			return reading.text;
	}
	return fuzz_pick(chance, corpus);
}

/* a literal of any type, or NULL where there is none */
static char *
RandomLiteral(Chance *chance, Callables *all, const Column *column)
{
	char	   *text;
	Oid			type = column->type;

	if (chance_in(chance, 12))
		text = NULL;
	else if (type == NUMERICOID)
		text = chance_in(chance, 3) ? pstrdup(ANY_OF(chance, numbers)) : RandomNumber(chance);
	else if (type == TEXTOID)
		text = RandomText(chance, all, column->name);
	else if (type == DATEOID)
		text = pstrdup(ANY_OF(chance, dates));
	else if (type == TIMESTAMPTZOID)
		text = pstrdup(ANY_OF(chance, timestamps));
	else if (type == INT4OID)
		text = pstrdup(ANY_OF(chance, integers));
	else if (type == INT8OID)
		text = pstrdup(ANY_OF(chance, bigints));
	else if (type == BOOLOID)
		text = pstrdup(chance_in(chance, 2) ? "true" : "false");
	else if (type == NAMEOID)
		text = fuzz_word(chance, all->corpora);
	else
		text = RandomValue(chance, all, type);
	return psprintf("%s::%s", text ? fuzz_literal(text) : "null", format_type_be_qualified(type));
}

/* the id of a node: seldom one that no other row knows */
static char *
RandomId(Chance *chance, Oid type)
{
	int			n = chance_below(chance, chance_in(chance, 10) ? 1000 : 6);

	if (chance_in(chance, 8))
		return psprintf("null::%s", format_type_be_qualified(type));
	if (type == UUIDOID)
		return psprintf("'00000000-0000-0000-0000-%012d'::uuid", n);
	if (type == TEXTOID)
		return psprintf("%s::text", fuzz_literal(n == 5 ? "a \"b\", c" : n == 4 ? "" : psprintf("n%d", n)));
	return psprintf("%s%d::%s", n == 5 ? "-" : "", n, format_type_be_qualified(type));
}

/* ------------------------------------------------------------------------------------------------
 * statements
 * ----------------------------------------------------------------------------------------------*/

static bool
IsAny(Oid type)
{
	return type == ANYCOMPATIBLEOID || type == ANYELEMENTOID;
}

static Column *
Columns(Chance *chance, Callables *all, const Callable *callable, int count)
{
	static const Oid ids[] = {TEXTOID, INT4OID, INT8OID, UUIDOID, NUMERICOID};
	Column	   *columns = palloc0(sizeof(Column) * (count + 1));
	Oid			any = ids[chance_below(chance, lengthof(ids))];
	bool		aggregate = callable->prokind == PROKIND_AGGREGATE;

	for (int i = 0; i < count; i++)
	{
		Column	   *column = &columns[i];
		bool		rule = aggregate && (fuzz_kind(callable->types[i]) != NULL || strcmp(callable->names[i], "rules") == 0);

		column->type = IsAny(callable->types[i]) ? any : callable->types[i];
		column->name = callable->names[i];
		/* a group seldom has two rules */
		if (rule && !chance_in(chance, 5))
			column->same = RandomLiteral(chance, all, column);
	}
	return columns;
}

static void
AppendRow(StringInfo out, Chance *chance, Callables *all, const Callable *callable, const Column *columns, int count, int n)
{
	appendStringInfo(out, "%s(%d", n ? ", " : "", n);
	for (int i = 0; i < count; i++)
	{
		const Column *column = &columns[i];

		appendStringInfo(out, ", %s", column->same ? column->same :
						 IsAny(callable->types[i]) ? RandomId(chance, column->type) : RandomLiteral(chance, all, column));
	}
	appendStringInfoChar(out, ')');
}

/* v.a0, v.a1: what a call of columns has in its brackets */
static char *
ColumnNames(const char *before, int count)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < count; i++)
		appendStringInfo(&names, "%s%sa%d", i ? ", " : "", before, i);
	return names.data;
}

/* the call, and after it what makes another aggregate of the same rows */
static char *
Call(Chance *chance, const Callable *callable, int count, const char **tail)
{
	char	   *arguments = ColumnNames("v.", count);
	const char *name = quote_qualified_identifier("bpm", callable->name);

	*tail = "";
	if (callable->prokind != PROKIND_AGGREGATE)
		return psprintf("%s(%s)", name, arguments);
	switch (chance_below(chance, 6))
	{
		case 0:
			return psprintf("%s(%s order by v.n desc)", name, arguments);
		case 1:
			return psprintf("%s(%s) filter (where v.n %% 3 > 0)", name, arguments);
		case 2:
			*tail = " group by v.n % 2 order by v.n % 2";
			return psprintf("%s(%s)", name, arguments);
		case 3:
			*tail = " order by v.n";
			return psprintf("%s(%s) over (order by v.n rows between 2 preceding and current row)", name, arguments);
		default:
			return psprintf("%s(%s)", name, arguments);
	}
}

/*
 * The statement, and the same for its twin. One row without a table is computed by the planner.
 */
static char *
MakeStatement(Chance *chance, Callables *all, const Callable *callable, char **twin)
{
	StringInfoData rows;
	bool		aggregate = callable->prokind == PROKIND_AGGREGATE;
	int			count = callable->count - chance_below(chance, callable->defaults + 1);
	int			n = aggregate ? chance_below(chance, 9) : callable->twin >= 0 || chance_in(chance, 2) ? 1 : 2 + chance_below(chance, 3);
	Column	   *columns = Columns(chance, all, callable, count);
	const char *tail;
	char	   *call = Call(chance, callable, count, &tail);

	initStringInfo(&rows);
	for (int i = 0; i < Max(n, 1); i++)
		AppendRow(&rows, chance, all, callable, columns, count, i);
	appendStringInfo(&rows, ") v(n%s%s)%s%s", count ? ", " : "", ColumnNames("", count), n == 0 ? " where false" : "", tail);
	*twin = NULL;
	if (callable->twin >= 0)
	{
		char	   *name = strstr(call, "try_");

		*twin = psprintf("select %.*s%s from (values %s", (int) (name - call), call, name + strlen("try_"), rows.data);
	}
	return psprintf("select %s from (values %s", call, rows.data);
}

/* ------------------------------------------------------------------------------------------------
 * cases
 * ----------------------------------------------------------------------------------------------*/

typedef struct Execution
{
	const char *statement;
	MemoryContext context;
	char	   *result;			/* all rows, as text */
	char	   *problem;
	int			rows;
} Execution;

/* every row as text; the values of our types go there and back */
static Datum
Execute(void *arg)
{
	Execution  *execution = arg;
	StringInfoData result;

	if (SPI_execute(execution->statement, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "no rows can come of the statement");
	MemoryContextSwitchTo(execution->context);
	initStringInfo(&result);
	execution->rows = (int) SPI_processed;
	for (int i = 0; i < execution->rows; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	description = SPI_tuptable->tupdesc;
		char	   *text = SPI_getvalue(row, description, 1);
		Kind	   *kind = fuzz_kind(SPI_gettypeid(description, 1));
		bool		null;
		Datum		value = SPI_getbinval(row, description, 1, &null);

		appendStringInfo(&result, "%s\n", text ? text : "(null)");
		if (kind != NULL && !null && execution->problem == NULL)
			execution->problem = fuzz_check_value(kind, value);
	}
	execution->result = result.data;
	return (Datum) 0;
}

/* what try_f says where f raises: NULL, once for each row */
static bool
AllNull(const char *result)
{
	while (strncmp(result, "(null)\n", 7) == 0)
		result += 7;
	return *result == '\0';
}

/* NULL, or how try_f differs from f */
static char *
CompareTwin(const char *statement, const Execution *tried, const Outcome *outcome)
{
	Execution	execution = {.statement = statement, .context = CurrentMemoryContext};
	Outcome		other;

	fuzz_guard(Execute, &execution, true, &other);
	if (!outcome->ok)
	{
		/* of the statement itself, such as a window over what is no window function */
		if (strncmp(outcome->sqlstate, "42", 2) == 0 || strncmp(outcome->sqlstate, "0A", 2) == 0)
			return NULL;
		return psprintf("it raises: %s", fuzz_outcome_text(outcome));
	}
	if (other.ok)
		return strcmp(execution.result, tried->result) == 0 ? NULL :
			psprintf("it says %s where the one that raises says %s", tried->result, execution.result);
	/* of several groups or frames only some may have failed */
	if (!AllNull(tried->result) && tried->rows == 1)
		return psprintf("it says %s where the other raises: %s", tried->result, fuzz_outcome_text(&other));
	return NULL;
}

static char *
Judge(const char *statement, const char *twin, Tally *tally)
{
	Execution	execution = {.statement = statement, .context = CurrentMemoryContext};
	Outcome		outcome;

	fuzz_guard(Execute, &execution, true, &outcome);
	if (!outcome.ok && !fuzz_is_user_error(&outcome))
		return fuzz_outcome_text(&outcome);
	if (execution.problem != NULL)
		return execution.problem;
	tally->kept += outcome.ok;
	return twin ? CompareTwin(twin, &execution, &outcome) : NULL;
}

PG_FUNCTION_INFO_V1(bpm_fuzz_call);

/*
 * fuzz.call(seed, first, count): so many statements. Each is taken back.
 */
Datum
bpm_fuzz_call(PG_FUNCTION_ARGS)
{
	int64		seed = PG_GETARG_INT64(0);
	int64		first = PG_GETARG_INT64(1);
	int64		count = PG_GETARG_INT64(2);
	Callables  *all = ReadCallables();
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "fuzz case", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	Tally		tally;

	fuzz_start_tally(&tally);
	SPI_connect();
	for (int64 number = first; number < first + count; number++)
	{
		Chance		chance = fuzz_chance(seed, number);
		const Callable *callable;
		char	   *statement;
		char	   *twin;
		char	   *problem;

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(context);
		/* what makes a whole model is tried now and then */
		callable = &all->each[chance_below(&chance, chance_in(&chance, 500) ? all->count : all->calm)];
		statement = MakeStatement(&chance, all, callable, &twin);
		fuzz_note(psprintf("%s; -- select * from fuzz.call(" INT64_FORMAT ", " INT64_FORMAT ", 1)", statement, seed, number));
		problem = Judge(statement, twin, &tally);
		if (problem == NULL)
			tally.passed++;
		else
			fuzz_failure(&tally, number, problem, statement);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	SPI_finish();
	fuzz_note("");
	return fuzz_tally_datum(&tally, fcinfo);
}
