/*
 * call.c: everything that SQL can call in the schema bpm, with arguments that nobody would give.
 *
 * A case is a statement, so that it can be repeated as it stands: a function over one row of literals, which the
 * planner computes, or over several rows, so that what a function keeps from call to call is tried; or an
 * aggregate, plain, filtered, sorted, grouped or over a moving window; or a window function, over two windows.
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
	bool		aggregate;
	bool		window;
	bool		is_volatile;
	bool		set;
	char	   *result;			/* the type */
	bool		plain;			/* compares, hashes or sends, which is tried with every value that is read */
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
	int			harmless;		/* those that change nothing come first */
	Corpora    *corpora;
} Callables;

/* a column of arguments: its type, and a literal where all rows have the same */
typedef struct Column
{
	Oid			type;
	const char *name;
	bool		any;			/* of a type that the case chose */
	char	   *same;
} Column;

/* what a statement is made with */
typedef struct Making
{
	Chance	   *chance;
	Callables  *all;
	bool		calm;			/* most of it makes sense: sound trees, figures in their range */
	char	   *rule;			/* the last rule that was written, whose words are stages and ids */
} Making;

/* a statement, and another that has to say the same */
typedef struct Statement
{
	char	   *text;
	char	   *twin;			/* of try_f: the same with f; or NULL */
	char	   *other;			/* the same, row by row, or through a function in PL/pgSQL; or NULL */
	char	   *before;			/* what has to be run before the other */
} Statement;

/* ------------------------------------------------------------------------------------------------
 * what there is
 * ----------------------------------------------------------------------------------------------*/

/*
 * Left out are those that only the server can call: with internal, cstring or trigger in their signature.
 */
static const char listing[] =
"select p.proname, p.prokind = 'a', p.provolatile = 'v', p.pronargdefaults, "
"    p.proargtypes::oid[]::text[], "
"    array(select coalesce(p.proargnames[i], '') from generate_series(1, p.pronargs) i), "
"    p.proretset, p.proname ~ '_(eq|ne|lt|le|ge|gt|cmp|hash|hash_extended|send)$', p.prorettype::regtype, "
"    p.prokind = 'w' "
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
	callable->aggregate = DatumGetBool(SPI_getbinval(row, description, 2, &null));
	callable->is_volatile = DatumGetBool(SPI_getbinval(row, description, 3, &null));
	callable->defaults = DatumGetInt16(SPI_getbinval(row, description, 4, &null));
	types = Texts(row, description, 5, &callable->count);
	callable->types = palloc(sizeof(Oid) * (callable->count + 1));
	for (int i = 0; i < callable->count; i++)
		callable->types[i] = atooid(types[i]);
	callable->names = Texts(row, description, 6, &count);
	callable->set = DatumGetBool(SPI_getbinval(row, description, 7, &null));
	callable->plain = DatumGetBool(SPI_getbinval(row, description, 8, &null));
	callable->result = SPI_getvalue(row, description, 9);
	callable->window = DatumGetBool(SPI_getbinval(row, description, 10, &null));
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
		all->harmless += !all->each[i].is_volatile;
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

static bool
IsName(const char *name)
{
	return strcmp(name, "stage") == 0 || strcmp(name, "from_stage") == 0 || strcmp(name, "to_stage") == 0 ||
		strcmp(name, "role") == 0 || strcmp(name, "id") == 0;
}

static char *
RandomText(Making *making, const char *name)
{
	Chance	   *chance = making->chance;
	Corpus	   *corpus = fuzz_corpus_of_name(making->all->corpora, name);

	if (IsName(name) && making->rule != NULL && !chance_in(chance, 8))
		return fuzz_word(chance, making->rule);
	if (corpus != NULL && !chance_in(chance, 8))
		return making->calm || chance_in(chance, 2) ? fuzz_pick(chance, corpus) : fuzz_mutate(chance, corpus);
	if (chance_in(chance, 2))
		return fuzz_word(chance, fuzz_any_text(chance, making->all->corpora));
	corpus = &making->all->corpora->each[chance_below(chance, making->all->corpora->count)];
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
RandomValue(Making *making, Oid type)
{
	Chance	   *chance = making->chance;
	Corpus	   *corpus = fuzz_corpus_of_type(making->all->corpora, type);
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

/* an id; where things are calm each row has its own, and hangs below the first or the second */
static char *
RandomId(Making *making, const Column *column, int row)
{
	Chance	   *chance = making->chance;
	bool		parent = strcmp(column->name, "parent_id") == 0;
	int			n = chance_below(chance, chance_in(chance, 10) ? 1000 : 6);
	Oid			type = column->type;

	if (making->calm)
		n = parent ? (row > 2 ? chance_below(chance, 2) : 0) : row;
	if (making->calm ? parent && row == 0 : chance_in(chance, 8))
		return psprintf("null::%s", format_type_be_qualified(type));
	if (type == UUIDOID)
		return psprintf("'00000000-0000-0000-0000-%012d'::uuid", n);
	if (type == TEXTOID)
		return psprintf("%s::text", fuzz_literal(n == 5 ? "a \"b\", c" : n == 4 ? "" : psprintf("n%d", n)));
	return psprintf("(%s%d)::%s", n == 5 ? "-" : "", n, format_type_be_qualified(type));
}

/* a share of a whole */
static bool
IsShare(const char *name)
{
	return strcmp(name, "share") == 0 || strcmp(name, "fraction") == 0;
}

/* what an aggregate wants to be the same in all rows, beside rules */
static bool
IsGiven(Oid type, const char *name)
{
	return strcmp(name, "rules") == 0 || IsShare(name) || strcmp(name, "spent") == 0 || strcmp(name, "budget") == 0 ||
		(type == TEXTOID && strcmp(name, "method") == 0);
}

static char *
CalmNumber(Making *making, const Column *column, int row)
{
	Chance	   *chance = making->chance;

	if (IsShare(column->name))
		return psprintf("0.%d", chance_below(chance, 1000));
	/* a parent has no score */
	if (strcmp(column->name, "score") == 0 && row < 2)
		return NULL;
	if (strcmp(column->name, "best") == 0)
		return chance_in(chance, 2) ? NULL : psprintf("%d.5", 100 + chance_below(chance, 50));
	return psprintf("%d.%d", chance_below(chance, 100), chance_below(chance, chance_in(chance, 2) ? 10 : 100000000));
}

/* the text of an argument, or NULL */
static char *
RandomArgument(Making *making, const Column *column, int row)
{
	Chance	   *chance = making->chance;

	switch (column->type)
	{
		case NUMERICOID:
			if (making->calm && !chance_in(chance, 30))
				return CalmNumber(making, column, row);
			return chance_in(chance, 3) ? pstrdup(ANY_OF(chance, numbers)) : RandomNumber(chance);
		case TEXTOID:
			return RandomText(making, column->name);
		case DATEOID:
			return pstrdup(ANY_OF(chance, dates));
		case TIMESTAMPTZOID:
			if (making->calm)
				return psprintf("2026-%02d-%02d 00:00:00+00", 1 + chance_below(chance, 12), 1 + chance_below(chance, 28));
			return pstrdup(ANY_OF(chance, timestamps));
		case INT4OID:
			return pstrdup(ANY_OF(chance, integers));
		case INT8OID:
			return pstrdup(ANY_OF(chance, bigints));
		case BOOLOID:
			return pstrdup(chance_in(chance, 2) ? "true" : "false");
		case NAMEOID:
			return fuzz_word(chance, fuzz_any_text(chance, making->all->corpora));
		default:
			return RandomValue(making, column->type);
	}
}

static char *RandomLiteral(Making *making, const Column *column, int row);

/* a row of up to five columns of any types, rows among them */
static char *
RandomRecord(Making *making, int row)
{
	static const Oid types[] = {TEXTOID, NUMERICOID, DATEOID, TIMESTAMPTZOID, INT4OID, INT8OID, BOOLOID, NAMEOID, RECORDOID};
	Chance	   *chance = making->chance;
	int			count = chance_below(chance, 6);
	StringInfoData out;

	if (chance_in(chance, 12))
		return pstrdup("null::record");
	initStringInfo(&out);
	for (int i = 0; i < count; i++)
	{
		Column		column = {.type = ANY_OF(chance, types), .name = ""};

		appendStringInfo(&out, "%s%s", i ? ", " : "", RandomLiteral(making, &column, row));
	}
	return psprintf("row(%s)", out.data);
}

static char *
RandomLiteral(Making *making, const Column *column, int row)
{
	char	   *text = NULL;

	if (column->type == RECORDOID)
		return RandomRecord(making, row);
	if (column->any)
		return RandomId(making, column, row);
	if (!chance_in(making->chance, making->calm ? 60 : 12))
		text = RandomArgument(making, column, row);
	if (text != NULL && fuzz_kind(column->type) != NULL)
		making->rule = text;
	return psprintf("%s::%s", text ? fuzz_literal(text) : "null", format_type_be_qualified(column->type));
}

/* ------------------------------------------------------------------------------------------------
 * statements
 * ----------------------------------------------------------------------------------------------*/

static Column *
Columns(Making *making, const Callable *callable, int count)
{
	static const Oid ids[] = {TEXTOID, INT4OID, INT8OID, UUIDOID, NUMERICOID};
	Column	   *columns = palloc0(sizeof(Column) * (count + 1));
	Oid			chosen = ids[chance_below(making->chance, lengthof(ids))];

	for (int i = 0; i < count; i++)
	{
		Column	   *column = &columns[i];
		bool		rule = fuzz_kind(callable->types[i]) != NULL || IsGiven(callable->types[i], callable->names[i]);

		column->any = callable->types[i] == ANYCOMPATIBLEOID;
		column->type = column->any ? chosen : callable->types[i];
		column->name = callable->names[i];
		/* a group seldom has two rules */
		if (callable->aggregate && rule && !chance_in(making->chance, 5))
			column->same = RandomLiteral(making, column, 0);
	}
	return columns;
}

/* the literals of a row, with commas between */
static char *
Row(Making *making, const Column *columns, int count, int row)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < count; i++)
		appendStringInfo(&out, "%s%s", i ? ", " : "", columns[i].same ? columns[i].same :
						 RandomLiteral(making, &columns[i], row));
	return out.data;
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

/* a call that is not over all rows at once: the %s is the name */
static const char *
AggregateShape(Chance *chance, const char *arguments, const char **tail)
{
	*tail = "";
	switch (chance_below(chance, 7))
	{
		case 0:
			return psprintf("(%s order by v.n desc)", arguments);
		case 1:
			return psprintf("(%s) filter (where v.n %% 3 > 0)", arguments);
		case 2:
			*tail = " group by v.n % 2 order by v.n % 2";
			return psprintf("(%s)", arguments);
		case 3:
			*tail = " order by v.n";
			return psprintf("(%s) over (order by v.n rows between 2 preceding and current row)", arguments);
		default:
			return psprintf("(%s)", arguments);
	}
}

/* the aggregate over up to eight rows, and what may not raise beside what may */
static void
MakeAggregate(Making *making, const Callable *callable, const Column *columns, int count, Statement *statement)
{
	StringInfoData rows;
	int			n = chance_below(making->chance, 9);
	const char *tail;
	const char *shape = AggregateShape(making->chance, ColumnNames("v.", count), &tail);

	initStringInfo(&rows);
	appendStringInfo(&rows, "%s from (values ", shape);
	for (int i = 0; i < Max(n, 1); i++)
		appendStringInfo(&rows, "%s(%d, %s)", i ? ", " : "", i, Row(making, columns, count, i));
	appendStringInfo(&rows, ") v(n, %s)%s%s", ColumnNames("", count), n == 0 ? " where false" : "", tail);
	statement->text = psprintf("select bpm.%s%s", callable->name, rows.data);
	if (callable->twin >= 0)
		statement->twin = psprintf("select bpm.%s%s", callable->name + strlen("try_"), rows.data);
}

/*
 * The window function over up to eight rows, with NULL and ties; neither the order nor the frame of the window may
 * have a say. The order has where it decides between ties: shares.
 */
static void
MakeWindow(Making *making, const Callable *callable, const Column *columns, int count, Statement *statement)
{
	StringInfoData rows;
	const char *call = psprintf("select bpm.%s(%s) over", callable->name, ColumnNames("v.", count));
	const char *part = chance_in(making->chance, 2) ? "partition by v.n % 2" : "";
	bool		ordered = strcmp(callable->name, "apportion") == 0;
	int			n = 1 + chance_below(making->chance, 8);

	initStringInfo(&rows);
	appendStringInfoString(&rows, "from (values ");
	for (int i = 0; i < n; i++)
		appendStringInfo(&rows, "%s(%d, %s)", i ? ", " : "", i, Row(making, columns, count, i));
	appendStringInfo(&rows, ") v(n, %s) order by v.n", ColumnNames("", count));
	statement->text = psprintf("%s (%s%s) %s", call, part, ordered ? " order by v.n" : "", rows.data);
	statement->other = psprintf("%s (%s order by v.n%s rows between 1 preceding and current row) %s", call, part,
								ordered ? "" : " desc", rows.data);
}

/* a function in PL/pgSQL that does nothing but call: its expression outlives the values */
static char *
Wrapper(const Callable *callable, const Column *columns, int count)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "create function pg_temp.wrapped(");
	for (int i = 0; i < count; i++)
		appendStringInfo(&out, "%sa%d %s", i ? ", " : "", i, format_type_be_qualified(columns[i].type));
	appendStringInfo(&out, ") returns %s language plpgsql as 'begin return bpm.%s(%s); end'",
					 callable->result, callable->name, ColumnNames("", count));
	return out.data;
}

/* the function over one row, which the planner computes, or over several, with another way to the same */
static void
MakeFunction(Making *making, const Callable *callable, const Column *columns, int count, Statement *statement)
{
	StringInfoData rows;
	StringInfoData each;
	bool		alone = callable->twin >= 0 || count == 0 || chance_in(making->chance, 2);
	int			n = alone ? 1 : 2 + chance_below(making->chance, 3);

	initStringInfo(&rows);
	initStringInfo(&each);
	for (int i = 0; i < n; i++)
	{
		char	   *row = Row(making, columns, count, i);

		appendStringInfo(&rows, "%s(%s)", i ? ", " : "", row);
		appendStringInfo(&each, "%sselect bpm.%s(%s)", i ? " union all " : "", callable->name, row);
	}
	if (alone)
	{
		statement->text = each.data;
		if (callable->twin >= 0)
			statement->twin = psprintf("select bpm.%s%s", callable->name + strlen("try_"), rows.data);
		return;
	}
	appendStringInfo(&rows, ") v(%s)", ColumnNames("", count));
	statement->text = psprintf("select bpm.%s(%s) from (values %s", callable->name, ColumnNames("v.", count), rows.data);
	if (callable->is_volatile)
		return;
	statement->other = each.data;
	if (!callable->set && strcmp(callable->result, "record") != 0 && chance_in(making->chance, 3))
	{
		statement->before = Wrapper(callable, columns, count);
		statement->other = psprintf("select pg_temp.wrapped(%s) from (values %s", ColumnNames("v.", count), rows.data);
	}
}

static void
MakeStatement(Chance *chance, Callables *all, const Callable *callable, Statement *statement)
{
	Making		making = {.chance = chance, .all = all, .calm = chance_in(chance, 2)};
	int			count = callable->count - chance_below(chance, callable->defaults + 1);
	Column	   *columns = Columns(&making, callable, count);

	memset(statement, 0, sizeof(Statement));
	if (callable->aggregate)
		MakeAggregate(&making, callable, columns, count, statement);
	else if (callable->window)
		MakeWindow(&making, callable, columns, count, statement);
	else
		MakeFunction(&making, callable, columns, count, statement);
}

/* ------------------------------------------------------------------------------------------------
 * cases
 * ----------------------------------------------------------------------------------------------*/

typedef struct Execution
{
	const char *before;			/* or NULL */
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

	if (execution->before != NULL)
		SPI_execute(execution->before, false, 0);
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

static void
Run(const char *before, const char *statement, Execution *execution, Outcome *outcome)
{
	memset(execution, 0, sizeof(Execution));
	execution->before = before;
	execution->statement = statement;
	execution->context = CurrentMemoryContext;
	fuzz_guard(Execute, execution, true, outcome);
}

/* NULL, or how try_f differs from f: it says the same, and NULL where that raises */
static char *
CompareTwin(const char *twin, const Execution *tried, const Outcome *outcome)
{
	Execution	execution;
	Outcome		other;

	if (!outcome->ok)
	{
		/* of the statement itself, such as a window over what is no window function */
		if (strncmp(outcome->sqlstate, "0A", 2) == 0)
			return NULL;
		return psprintf("it raises: %s", fuzz_outcome_text(outcome));
	}
	Run(NULL, twin, &execution, &other);
	if (other.ok)
		return strcmp(execution.result, tried->result) == 0 ? NULL :
			psprintf("it says %s where the one that raises says %s", tried->result, execution.result);
	/* of several groups only one may have failed */
	if (tried->rows == 1 && strcmp(tried->result, "(null)\n") != 0)
		return psprintf("it says %s where the other raises: %s", tried->result, fuzz_outcome_text(&other));
	return NULL;
}

/* NULL, or how another way to the same result differs */
static char *
CompareOther(const Statement *statement, const Execution *execution)
{
	Execution	another;
	Outcome		outcome;

	Run(statement->before, statement->other, &another, &outcome);
	if (outcome.ok && strcmp(another.result, execution->result) == 0)
		return NULL;
	return psprintf("it says %s where %s%s%s says %s", execution->result, statement->before ? statement->before : "",
					statement->before ? "; " : "", statement->other, outcome.ok ? another.result : fuzz_outcome_text(&outcome));
}

static char *
Judge(const Statement *statement, Tally *tally)
{
	Execution	execution;
	Outcome		outcome;

	Run(NULL, statement->text, &execution, &outcome);
	if (!outcome.ok && !fuzz_is_user_error(&outcome))
		return fuzz_outcome_text(&outcome);
	if (execution.problem != NULL)
		return execution.problem;
	tally->kept += outcome.ok;
	if (statement->twin != NULL)
		return CompareTwin(statement->twin, &execution, &outcome);
	return statement->other != NULL && outcome.ok ? CompareOther(statement, &execution) : NULL;
}

/* what makes a whole model is tried now and then, what every value that is read has been through seldom */
static const Callable *
Choose(Chance *chance, const Callables *all)
{
	const Callable *callable;

	do
		callable = &all->each[chance_below(chance, chance_in(chance, 500) ? all->count : all->harmless)];
	while (callable->plain && !chance_in(chance, 16));
	return callable;
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
		Statement	statement;
		char	   *problem;

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(context);
		MakeStatement(&chance, all, Choose(&chance, all), &statement);
		fuzz_note(psprintf("%s; -- select * from fuzz.call(" INT64_FORMAT ", " INT64_FORMAT ", 1)", statement.text, seed, number));
		problem = Judge(&statement, &tally);
		if (problem == NULL)
			tally.passed++;
		else
			fuzz_failure(&tally, number, problem, statement.text);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	SPI_finish();
	fuzz_note("");
	return fuzz_tally_datum(&tally, fcinfo);
}
