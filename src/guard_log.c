/*
 * guard_log.c: a history that its writers can neither forge nor change.
 *
 * log_change writes a row for every change of the table it guards, as the owner of the log: who changes the table
 * needs no right on the log, and has none. What is written is computed before, as the caller, because casts and
 * output functions of a column's type are not to run with the rights of another.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"

#include "guard.h"

/* what the arguments say, for one statement */
typedef struct Log
{
	Oid			relid;
	const char *table;			/* the changed table, or the partitioned table above it */
	SPIPlanPtr	plan;
} Log;

/* the parameters of the statement */
enum
{
	RELATION, BEFORE, AFTER, ONE_OF_THEM, CHANGED_AT, NUMBER, CHANGED_BY, SESSION_BY, PARAMETERS
};

static const Oid parameter_types[PARAMETERS] = {
	TEXTOID, JSONBOID, JSONBOID, JSONBOID, TIMESTAMPTZOID, INT4OID, TEXTOID, TEXTOID
};

/* the columns that every log has, and the parameter of each; key is made of the row */
static const struct
{
	const char *name;
	int			parameter;
}			columns[] = {
	{"relation", RELATION}, {"before", BEFORE}, {"after", AFTER}, {"changed_at", CHANGED_AT},
	{"n", NUMBER}, {"changed_by", CHANGED_BY}
};

/* a key column by the name of one that every log has is in the key alone */
static bool
IsOwnColumn(const char *name)
{
	for (int i = 0; i < (int) lengthof(columns); i++)
		if (strcmp(columns[i].name, name) == 0)
			return true;
	return strcmp(name, "key") == 0 || strcmp(name, "session_by") == 0;
}

static AttrNumber
LogColumn(const Log *log, const char *name, bool must)
{
	AttrNumber	column = get_attnum(log->relid, name);

	if (column == InvalidAttrNumber && must)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("log table \"%s\" has no column \"%s\"", get_rel_name(log->relid), name),
				 errhint("It has the columns relation, key, changed_at, n, before, after and changed_by; session_by and those of the key are filled where they are there.")));
	return column;
}

/*
 * The statement that adds a row: names are quoted, and all values come of parameters. Key columns that the log has
 * too are filled from the row.
 */
static void
PrepareLog(Log *log, const Trigger *trigger, MemoryContext context)
{
	StringInfoData names;
	StringInfoData values;
	StringInfoData key;
	StringInfoData statement;
	Oid			types[PARAMETERS];

	initStringInfo(&names);
	initStringInfo(&values);
	initStringInfo(&key);
	initStringInfo(&statement);
	LogColumn(log, "key", true);
	for (int i = 0; i < (int) lengthof(columns); i++)
	{
		LogColumn(log, columns[i].name, true);
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", quote_identifier(columns[i].name));
		appendStringInfo(&values, "%s$%d", i > 0 ? ", " : "", columns[i].parameter + 1);
	}
	if (LogColumn(log, "session_by", false) != InvalidAttrNumber)
	{
		appendStringInfoString(&names, ", session_by");
		appendStringInfo(&values, ", $%d", SESSION_BY + 1);
	}
	for (int i = 1; i < trigger->tgnargs; i++)
	{
		const char *name = trigger->tgargs[i];
		char	   *literal = quote_literal_cstr(name);
		AttrNumber	column = LogColumn(log, name, false);

		appendStringInfo(&key, "%s%s::pg_catalog.text, pg_catalog.jsonb_extract_path($%d, %s)",
						 i > 1 ? ", " : "", literal, ONE_OF_THEM + 1, literal);
		if (column == InvalidAttrNumber || IsOwnColumn(name))
			continue;
		appendStringInfo(&names, ", %s", quote_identifier(name));
		appendStringInfo(&values, ", pg_catalog.jsonb_extract_path_text($%d, %s)::%s", ONE_OF_THEM + 1,
						 literal, format_type_extended(get_atttype(log->relid, column), -1,
													FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
	}
	appendStringInfo(&statement,
					 "insert into %s (key, %s) values (pg_catalog.jsonb_build_object(%s), %s)",
					 bpm_guard_qualified_name(log->relid), names.data, key.data, values.data);

	memcpy(types, parameter_types, sizeof(types));
	log->plan = SPI_prepare(statement.data, PARAMETERS, types);
	if (log->plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	bpm_guard_keep_plan(log->plan, context);
}

static Log *
LogOf(FunctionCallInfo fcinfo, TriggerData *trigdata)
{
	Trigger    *trigger = trigdata->tg_trigger;
	Relation	rel = trigdata->tg_relation;
	Log		   *log = fcinfo->flinfo->fn_extra;

	if (log != NULL)
		return log;
	if (trigger->tgnargs < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("trigger \"%s\" has too few arguments", trigger->tgname),
				 errhint("Write: bpm.log_change('program_log', 'program_id', 'fiscal_year'): the log table, then the key columns.")));
	for (int i = 1; i < trigger->tgnargs; i++)
		(void) bpm_guard_key_column(rel, trigger->tgargs[i]);
	log = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Log));
	log->relid = bpm_guard_relation(trigdata, trigger->tgargs[0], "log table", ACL_INSERT);
	log->table = MemoryContextStrdup(fcinfo->flinfo->fn_mcxt, get_rel_name(bpm_guard_root(rel)));
	fcinfo->flinfo->fn_extra = log;
	return log;
}

/*
 * A row as jsonb, by the output functions of its columns.
 */
static Datum
RowAsJson(HeapTuple tuple, TupleDesc desc)
{
	Datum		row = heap_copy_tuple_as_datum(tuple, desc);
	text	   *json = DatumGetTextPP(DirectFunctionCall1(row_to_json, row));

	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text_to_cstring(json)));
}

/*
 * Whether a row is what it was, to the last digit: 1.0 and 1.00 are not the same.
 */
static bool
IsUnchanged(HeapTuple before, HeapTuple after, TupleDesc desc)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		bool		was_null;
		bool		is_null;
		Datum		was;
		Datum		is;

		if (att->attisdropped)
			continue;
		was = heap_getattr(before, i + 1, desc, &was_null);
		is = heap_getattr(after, i + 1, desc, &is_null);
		if (was_null != is_null ||
			(!was_null && !datum_image_eq(was, is, att->attbyval, att->attlen)))
			return false;
	}
	return true;
}

/*
 * The place of a change among those of its transaction, so that two of one microsecond have an order.
 */
static int32
NextNumber(void)
{
	static TransactionId transaction = InvalidTransactionId;
	static int32 number = 0;
	TransactionId now = GetTopTransactionId();

	if (transaction != now)
	{
		transaction = now;
		number = 0;
	}
	return ++number;
}

static void
AddToLog(Log *log, TriggerData *trigdata, Datum *values, char *nulls, MemoryContext context)
{
	Caller		caller = bpm_guard_become_owner(log->relid);

	SPI_connect();
	if (log->plan == NULL)
		PrepareLog(log, trigdata->tg_trigger, context);
	if (SPI_execute_plan(log->plan, values, nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "SPI_execute_plan failed");
	SPI_finish();
	bpm_guard_become_caller(caller);
}

static void
CheckCall(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", "log_change")));
	if (TRIGGER_FIRED_BY_TRUNCATE(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_RESTRICT_VIOLATION),
				 errmsg("table \"%s\" may not be truncated",
						RelationGetRelationName(trigdata->tg_relation)),
				 errdetail("The history of its rows is kept."),
				 errhint("DELETE writes what each row was."),
				 errtable(trigdata->tg_relation)));
	if (!TRIGGER_FIRED_AFTER(trigdata->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must be fired after each row, or before TRUNCATE",
						trigdata->tg_trigger->tgname),
				 errhint("Write: CREATE TRIGGER ... AFTER INSERT OR UPDATE OR DELETE ON ... FOR EACH ROW EXECUTE FUNCTION bpm.log_change('log', 'key', ...).")));
}

/*
 * log_change(log table, key column, ...): trigger function.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_guard_log_change);
Datum
bpm_guard_log_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	TupleDesc	desc;
	Log		   *log;
	HeapTuple	before = NULL;
	HeapTuple	after = NULL;
	Datum		values[PARAMETERS] = {0};
	char		nulls[PARAMETERS + 1] = "        ";

	CheckCall(fcinfo);
	log = LogOf(fcinfo, trigdata);
	desc = RelationGetDescr(trigdata->tg_relation);
	if (!TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		before = trigdata->tg_trigtuple;
	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		after = trigdata->tg_trigtuple;
	else if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		after = trigdata->tg_newtuple;

	if (before != NULL && after != NULL && IsUnchanged(before, after, desc))
		return PointerGetDatum(NULL);
	if (before != NULL)
		values[BEFORE] = RowAsJson(before, desc);
	if (after != NULL)
		values[AFTER] = RowAsJson(after, desc);
	nulls[BEFORE] = before == NULL ? 'n' : ' ';
	nulls[AFTER] = after == NULL ? 'n' : ' ';
	values[ONE_OF_THEM] = after != NULL ? values[AFTER] : values[BEFORE];
	values[RELATION] = CStringGetTextDatum(log->table);
	values[CHANGED_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[NUMBER] = Int32GetDatum(NextNumber());
	values[CHANGED_BY] = CStringGetTextDatum(GetUserNameFromId(GetUserId(), false));
	values[SESSION_BY] = CStringGetTextDatum(GetUserNameFromId(GetSessionUserId(), false));
	AddToLog(log, trigdata, values, nulls, fcinfo->flinfo->fn_mcxt);
	return PointerGetDatum(NULL);
}
