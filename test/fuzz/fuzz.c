/*
 * fuzz.c: the module; work that may fail, in a subtransaction; what a value must do.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "fuzz.h"

PG_MODULE_MAGIC;

#define SHOWN 20				/* failures that are written out */

/* ------------------------------------------------------------------------------------------------
 * what is being tried, for who finds the server gone
 * ----------------------------------------------------------------------------------------------*/

#define NOTE_SIZE 65536

static char *note;

PG_FUNCTION_INFO_V1(bpm_fuzz_keep_note);

/*
 * From now on this file holds what is being tried. It is mapped, so that it outlives the backend.
 */
Datum
bpm_fuzz_keep_note(PG_FUNCTION_ARGS)
{
	char	   *path = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int			file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (file < 0 || ftruncate(file, NOTE_SIZE) != 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not open \"%s\": %m", path)));
	note = mmap(NULL, NOTE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (note == MAP_FAILED)
	{
		note = NULL;
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not map \"%s\": %m", path)));
	}
	PG_RETURN_VOID();
}

void
fuzz_note(const char *what)
{
	if (note != NULL)
		strlcpy(note, what, NOTE_SIZE);
}

/* ------------------------------------------------------------------------------------------------
 * work that may fail
 * ----------------------------------------------------------------------------------------------*/

static void
KeepError(Outcome *outcome, const ErrorData *error)
{
	outcome->ok = false;
	strlcpy(outcome->sqlstate, unpack_sql_state(error->sqlerrcode), sizeof(outcome->sqlstate));
	outcome->message = error->message;
	outcome->detail = error->detail;
	outcome->hint = error->hint;
}

/*
 * Does the work in a subtransaction, which is taken back after an error, or always. Its result is in the
 * caller's memory. Who wants to stop everything is not held up.
 */
void
fuzz_guard(Work work, void *arg, bool undo, Outcome *outcome)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	memset(outcome, 0, sizeof(Outcome));
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		outcome->value = work(arg);
		outcome->ok = true;
		if (undo)
			RollbackAndReleaseCurrentSubTransaction();
		else
			ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
			PG_RE_THROW();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		KeepError(outcome, error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
}

char *
fuzz_outcome_text(const Outcome *outcome)
{
	if (outcome->ok)
		return "no error";
	return psprintf("%s %s; %s; %s", outcome->sqlstate, outcome->message,
					outcome->detail ? outcome->detail : "no detail",
					outcome->hint ? outcome->hint : "no hint");
}

/*
 * Whether somebody could have caused it with what was given: damaged data, values, limits, rights, names. Not:
 * insides of the server, its files, its memory.
 */
bool
fuzz_is_user_error(const Outcome *outcome)
{
	static const char *const classes[] = {
		"08P01", "0A", "21", "22", "23", "28", "2B", "2F", "3B", "3F", "42", "44", "54", "55", "P0"
	};

	for (size_t i = 0; i < lengthof(classes); i++)
	{
		if (strncmp(outcome->sqlstate, classes[i], strlen(classes[i])) == 0)
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------------------------------------
 * types
 * ----------------------------------------------------------------------------------------------*/

static Kind *
NewKind(Oid type)
{
	Kind	   *kind = MemoryContextAllocZero(TopMemoryContext, sizeof(Kind));
	TypeCacheEntry *cache = lookup_type_cache(type, TYPECACHE_EQ_OPR | TYPECACHE_BTREE_OPFAMILY |
											  TYPECACHE_CMP_PROC | TYPECACHE_HASH_PROC |
											  TYPECACHE_HASH_EXTENDED_PROC);
	Oid			function;
	bool		varlena;

	kind->type = type;
	kind->name = MemoryContextStrdup(TopMemoryContext, format_type_be_qualified(type));
	getTypeInputInfo(type, &function, &kind->ioparam);
	fmgr_info_cxt(function, &kind->in, TopMemoryContext);
	getTypeOutputInfo(type, &function, &varlena);
	fmgr_info_cxt(function, &kind->out, TopMemoryContext);
	getTypeBinaryInputInfo(type, &function, &kind->ioparam);
	fmgr_info_cxt(function, &kind->recv, TopMemoryContext);
	getTypeBinaryOutputInfo(type, &function, &varlena);
	fmgr_info_cxt(function, &kind->send, TopMemoryContext);
	if (!OidIsValid(cache->hash_proc) || !OidIsValid(cache->hash_extended_proc))
		elog(ERROR, "%s has no hash", kind->name);
	fmgr_info_cxt(cache->hash_proc, &kind->hash, TopMemoryContext);
	fmgr_info_cxt(cache->hash_extended_proc, &kind->hash_extended, TopMemoryContext);
	kind->ordered = OidIsValid(cache->btree_opf) && OidIsValid(cache->cmp_proc);
	if (kind->ordered)
	{
		fmgr_info_cxt(cache->cmp_proc, &kind->cmp, TopMemoryContext);
		for (int i = 0; i < BTMaxStrategyNumber; i++)
			fmgr_info_cxt(get_opcode(get_opfamily_member(cache->btree_opf, type, type, i + 1)),
						  &kind->compare[i], TopMemoryContext);
	}
	else
		fmgr_info_cxt(get_opcode(cache->eq_opr), &kind->compare[BTEqualStrategyNumber - 1], TopMemoryContext);
	return kind;
}

/* the type's entry, which the backend keeps; NULL where it is no base type of bpm */
Kind *
fuzz_kind(Oid type)
{
	static Kind *known[16];
	static int	count = 0;
	const char *name;

	for (int i = 0; i < count; i++)
	{
		if (known[i]->type == type)
			return known[i];
	}
	name = format_type_be_qualified(type);
	if (strncmp(name, "bpm.", 4) != 0 || get_typtype(type) != TYPTYPE_BASE ||
		OidIsValid(get_element_type(type)) || count == lengthof(known))
		return NULL;
	return known[count++] = NewKind(type);
}

Datum
fuzz_in(Kind *kind, char *text)
{
	return InputFunctionCall(&kind->in, text, kind->ioparam, -1);
}

char *
fuzz_out(Kind *kind, Datum value)
{
	return OutputFunctionCall(&kind->out, value);
}

typedef struct Round
{
	Kind	   *kind;
	Datum		value;
} Round;

static bool
Equal(Kind *kind, Datum a, Datum b)
{
	return DatumGetBool(FunctionCall2(&kind->compare[BTEqualStrategyNumber - 1], a, b));
}

static bool
SameHash(Kind *kind, Datum a, Datum b)
{
	return DatumGetUInt32(FunctionCall1(&kind->hash, a)) == DatumGetUInt32(FunctionCall1(&kind->hash, b)) &&
		DatumGetUInt64(FunctionCall2(&kind->hash_extended, a, Int64GetDatum(42))) ==
		DatumGetUInt64(FunctionCall2(&kind->hash_extended, b, Int64GetDatum(42)));
}

/* the value by text and by binary and back: NULL, or what is wrong with it */
static Datum
RoundTrip(void *arg)
{
	Round	   *round = arg;
	Kind	   *kind = round->kind;
	char	   *text = fuzz_out(kind, round->value);
	Datum		read = fuzz_in(kind, text);
	bytea	   *sent = SendFunctionCall(&kind->send, round->value);
	StringInfoData message;
	Datum		received;
	bytea	   *again;

	if (!Equal(kind, read, round->value))
		return CStringGetDatum(psprintf("what it prints reads back to another value: %s", text));
	if (strcmp(fuzz_out(kind, read), text) != 0)
		return CStringGetDatum(psprintf("it prints as %s, and read back as %s", text, fuzz_out(kind, read)));
	initStringInfo(&message);
	appendBinaryStringInfo(&message, VARDATA(sent), VARSIZE(sent) - VARHDRSZ);
	received = ReceiveFunctionCall(&kind->recv, &message, kind->ioparam, -1);
	if (message.cursor != message.len)
		return CStringGetDatum("not all that was sent is read");
	if (!Equal(kind, received, round->value))
		return CStringGetDatum(psprintf("sent and received it is another value: %s", fuzz_out(kind, received)));
	again = SendFunctionCall(&kind->send, received);
	if (VARSIZE(again) != VARSIZE(sent) || memcmp(again, sent, VARSIZE(sent)) != 0)
		return CStringGetDatum("it is sent otherwise after it was received");
	if (!SameHash(kind, read, round->value) || !SameHash(kind, received, round->value))
		return CStringGetDatum("equal values have different hashes");
	return CStringGetDatum(NULL);
}

/* NULL, or what is wrong with a value */
char *
fuzz_check_value(Kind *kind, Datum value)
{
	Round		round = {kind, value};
	Outcome		outcome;

	fuzz_guard(RoundTrip, &round, false, &outcome);
	if (!outcome.ok)
		return psprintf("a value does not come back: %s", fuzz_outcome_text(&outcome));
	return DatumGetCString(outcome.value);
}

/* ------------------------------------------------------------------------------------------------
 * what is reported
 * ----------------------------------------------------------------------------------------------*/

void
fuzz_start_tally(Tally *tally)
{
	memset(tally, 0, sizeof(Tally));
	tally->context = CurrentMemoryContext;
}

void
fuzz_failure(Tally *tally, int64 number, const char *what, const char *statement)
{
	char	   *text = psprintf("case " INT64_FORMAT ": %s\n    %s", number, what, statement);

	if (tally->failed++ < SHOWN)
		tally->failures = accumArrayResult(tally->failures, CStringGetTextDatum(text), false, TEXTOID,
										   tally->context);
}

Datum
fuzz_tally_datum(Tally *tally, FunctionCallInfo fcinfo)
{
	TupleDesc	description;
	Datum		values[4];
	bool		nulls[4] = {false, false, false, tally->failures == NULL};

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "a row is wanted");
	values[0] = Int64GetDatum(tally->passed);
	values[1] = Int64GetDatum(tally->kept);
	values[2] = Int64GetDatum(tally->failed);
	if (tally->failures != NULL)
		values[3] = makeArrayResult(tally->failures, tally->context);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls));
}

char *
fuzz_literal(const char *text)
{
	return quote_literal_cstr(text);
}
