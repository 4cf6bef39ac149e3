/*
 * read.c: input and receive functions, and the values that they accept.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "fuzz.h"

typedef struct Reading
{
	Kind	   *kind;
	char	   *text;
	StringInfo	bytes;			/* NULL: a text */
} Reading;

static Datum
ReadHard(void *arg)
{
	Reading    *reading = arg;

	if (reading->bytes == NULL)
		return fuzz_in(reading->kind, reading->text);
	reading->bytes->cursor = 0;
	return ReceiveFunctionCall(&reading->kind->recv, reading->bytes, reading->kind->ioparam, -1);
}

/* what the server calls where errors are to be soft, which begins with 16 */
#ifdef SOFT_ERROR_OCCURRED
static Datum
ReadSoft(void *arg)
{
	Reading    *reading = arg;
	ErrorSaveContext *soft = palloc0(sizeof(ErrorSaveContext));
	Datum		value;

	soft->type = T_ErrorSaveContext;
	soft->details_wanted = true;
	if (InputFunctionCallSafe(&reading->kind->in, reading->text, reading->kind->ioparam, -1, (Node *) soft, &value))
		return PointerGetDatum(NULL);
	return PointerGetDatum(soft);
}

/* NULL, or how the soft error differs from the hard one */
static char *
CompareErrors(Reading *reading, const Outcome *hard)
{
	Outcome		outcome;
	ErrorSaveContext *soft;
	Outcome		softly = {.ok = true};

	fuzz_guard(ReadSoft, reading, false, &outcome);
	if (!outcome.ok)
		return psprintf("where a soft error is wanted it raises: %s", fuzz_outcome_text(&outcome));
	soft = (ErrorSaveContext *) DatumGetPointer(outcome.value);
	if (soft != NULL)
	{
		softly.ok = false;
		strlcpy(softly.sqlstate, unpack_sql_state(soft->error_data->sqlerrcode), sizeof(softly.sqlstate));
		softly.message = soft->error_data->message;
		softly.detail = soft->error_data->detail;
		softly.hint = soft->error_data->hint;
	}
	if (strcmp(fuzz_outcome_text(&softly), fuzz_outcome_text(hard)) != 0)
		return psprintf("softly: %s; hard: %s", fuzz_outcome_text(&softly), fuzz_outcome_text(hard));
	return NULL;
}
#else
static char *
CompareErrors(Reading *reading, const Outcome *hard)
{
	return NULL;
}
#endif

/* ------------------------------------------------------------------------------------------------
 * order
 * ----------------------------------------------------------------------------------------------*/

#define THREE 3

typedef struct Triple
{
	Kind	   *kind;
	Datum		values[THREE];
} Triple;

static bool
Is(Kind *kind, int strategy, Datum a, Datum b)
{
	return DatumGetBool(FunctionCall2(&kind->compare[strategy - 1], a, b));
}

static int
Sign(Kind *kind, Datum a, Datum b)
{
	int			order = DatumGetInt32(FunctionCall2(&kind->cmp, a, b));

	return order < 0 ? -1 : order > 0;
}

static const char *
CheckPair(Kind *kind, Datum a, Datum b)
{
	bool		equal = Is(kind, BTEqualStrategyNumber, a, b);
	bool		same_text = strcmp(fuzz_out(kind, a), fuzz_out(kind, b)) == 0;
	int			order;

	if (equal != Is(kind, BTEqualStrategyNumber, b, a))
		return "a = b is not b = a";
	if (equal != same_text)
		return "a = b, and their texts say otherwise";
	if (equal && (FunctionCall1(&kind->hash, a) != FunctionCall1(&kind->hash, b) ||
				  DatumGetUInt64(FunctionCall2(&kind->hash_extended, a, Int64GetDatum(7))) !=
				  DatumGetUInt64(FunctionCall2(&kind->hash_extended, b, Int64GetDatum(7)))))
		return "equal values have different hashes";
	if (!kind->ordered)
		return NULL;
	order = Sign(kind, a, b);
	if (order != -Sign(kind, b, a))
		return "the order of a and b is not that of b and a turned round";
	if ((order == 0) != equal)
		return "order and equality differ";
	if (Is(kind, BTLessStrategyNumber, a, b) != (order < 0) || Is(kind, BTLessEqualStrategyNumber, a, b) != (order <= 0) ||
		Is(kind, BTGreaterEqualStrategyNumber, a, b) != (order >= 0) || Is(kind, BTGreaterStrategyNumber, a, b) != (order > 0))
		return "an operator differs from the order";
	return NULL;
}

/* NULL, or what is wrong with the order of three values */
static Datum
CheckTriple(void *arg)
{
	Triple	   *triple = arg;
	Datum	   *v = triple->values;
	const char *problem;

	for (int a = 0; a < THREE; a++)
	{
		for (int b = 0; b < THREE; b++)
		{
			if ((problem = CheckPair(triple->kind, v[a], v[b])) != NULL)
				return CStringGetDatum(problem);
			for (int c = 0; triple->kind->ordered && c < THREE; c++)
			{
				if (Sign(triple->kind, v[a], v[b]) <= 0 && Sign(triple->kind, v[b], v[c]) <= 0 &&
					Sign(triple->kind, v[a], v[c]) > 0)
					return CStringGetDatum("a <= b and b <= c, but a > c");
			}
		}
	}
	return CStringGetDatum(NULL);
}

/* the value beside another of nearly the same text and one of the corpus */
static char *
CheckOrder(Chance *chance, Kind *kind, const Corpus *corpus, Datum value)
{
	Triple		triple = {kind, {value}};
	Outcome		outcome;
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 1; i < THREE; i++)
	{
		Reading		reading = {kind, text.data, NULL};

		resetStringInfo(&text);
		appendStringInfoString(&text, fuzz_out(kind, value));
		for (int j = 0; j < text.len; j++)
		{
			if (text.data[j] >= '0' && text.data[j] <= '9' && chance_in(chance, 4))
				text.data[j] = (char) ('0' + chance_below(chance, 10));
		}
		if (i == 2)
		{
			resetStringInfo(&text);
			appendStringInfoString(&text, fuzz_pick(chance, corpus));
		}
		reading.text = text.data;
		fuzz_guard(ReadHard, &reading, false, &outcome);
		triple.values[i] = outcome.ok ? outcome.value : value;
	}
	fuzz_guard(CheckTriple, &triple, false, &outcome);
	if (outcome.ok && DatumGetCString(outcome.value) == NULL)
		return NULL;
	return psprintf("%s (a, b, c: %s | %s | %s)", outcome.ok ? DatumGetCString(outcome.value) : fuzz_outcome_text(&outcome),
					fuzz_out(kind, value), fuzz_out(kind, triple.values[1]), fuzz_out(kind, triple.values[2]));
}

/* ------------------------------------------------------------------------------------------------
 * cases
 * ----------------------------------------------------------------------------------------------*/

/* what SQL has to say to repeat it */
static char *
Statement(Reading *reading, int64 seed, int64 number)
{
	StringInfoData statement;

	initStringInfo(&statement);
	if (reading->bytes == NULL)
		appendStringInfo(&statement, "select %s::%s; -- ", fuzz_literal(reading->text), reading->kind->name);
	else
	{
		appendStringInfoString(&statement, "-- received: \\x");
		for (int i = 0; i < reading->bytes->len; i++)
			appendStringInfo(&statement, "%02x", (unsigned char) reading->bytes->data[i]);
		appendStringInfoString(&statement, "\n    ");
	}
	appendStringInfo(&statement, "select * from fuzz.read('%s', %s, " INT64_FORMAT ", " INT64_FORMAT ", 1)",
					 reading->kind->name, reading->bytes ? "true" : "false", seed, number);
	return statement.data;
}

/* the binary form of a text of the corpus, damaged */
static StringInfo
DamagedBytes(Chance *chance, Kind *kind, const Corpus *corpus)
{
	StringInfo	bytes = makeStringInfo();
	bytea	   *one = SendFunctionCall(&kind->send, fuzz_in(kind, fuzz_pick(chance, corpus)));
	bytea	   *other = SendFunctionCall(&kind->send, fuzz_in(kind, fuzz_pick(chance, corpus)));

	appendBinaryStringInfo(bytes, VARDATA(one), VARSIZE(one) - VARHDRSZ);
	for (int n = chance_below(chance, 3); n >= 0; n--)
		fuzz_mutate_bytes(chance, bytes, VARDATA(other), (int) (VARSIZE(other) - VARHDRSZ));
	/* most of what damages the version is the same case */
	if (bytes->len > 0 && !chance_in(chance, 20))
		bytes->data[0] = 1;
	return bytes;
}

static char *
Judge(Chance *chance, Reading *reading, const Corpus *corpus, Tally *tally)
{
	Outcome		outcome;
	char	   *problem = NULL;

	fuzz_guard(ReadHard, reading, false, &outcome);
	if (!outcome.ok && !fuzz_is_user_error(&outcome))
		return fuzz_outcome_text(&outcome);
	if (reading->bytes == NULL)
		problem = CompareErrors(reading, &outcome);
	if (outcome.ok)
	{
		tally->kept++;
		if (problem == NULL)
			problem = fuzz_check_value(reading->kind, outcome.value);
		if (problem == NULL)
			problem = CheckOrder(chance, reading->kind, corpus, outcome.value);
	}
	return problem;
}

PG_FUNCTION_INFO_V1(bpm_fuzz_read);

/*
 * fuzz.read(type, binary, seed, first, count): so many damaged texts, or binary forms.
 */
Datum
bpm_fuzz_read(PG_FUNCTION_ARGS)
{
	Kind	   *kind = fuzz_kind(PG_GETARG_OID(0));
	bool		binary = PG_GETARG_BOOL(1);
	int64		seed = PG_GETARG_INT64(2);
	int64		first = PG_GETARG_INT64(3);
	int64		count = PG_GETARG_INT64(4);
	Corpora    *corpora = fuzz_read_corpora();
	Corpus	   *corpus = fuzz_corpus_of_type(corpora, PG_GETARG_OID(0));
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "fuzz case", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	Tally		tally;

	if (kind == NULL || corpus == NULL)
		elog(ERROR, "nothing is known of this type");
	fuzz_start_tally(&tally);
	for (int64 number = first; number < first + count; number++)
	{
		Chance		chance = fuzz_chance(seed, number);
		Reading		reading = {kind, NULL, NULL};
		char	   *problem;

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(context);
		if (binary)
			reading.bytes = DamagedBytes(&chance, kind, corpus);
		else
			reading.text = fuzz_mutate(&chance, corpus);
		fuzz_note(Statement(&reading, seed, number));
		problem = Judge(&chance, &reading, corpus, &tally);
		if (problem == NULL)
			tally.passed++;
		else
			fuzz_failure(&tally, number, problem, Statement(&reading, seed, number));
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	fuzz_note("");
	return fuzz_tally_datum(&tally, fcinfo);
}
