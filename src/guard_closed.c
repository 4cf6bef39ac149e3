/*
 * guard_closed.c: what is closed takes no more.
 *
 * A year's money is closed, an evaluation is closed: from then on no row of it is added, changed or removed, until it
 * is opened again. refuse_closed, on the tables of facts, asks a table or view that says what is closed;
 * lock_closing, on the tables whose rows close and open, makes closing wait for those who are writing. Both lock the
 * key: many may write, and one closes.
 */
#include "postgres.h"

#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

#include "guard.h"

#define CLOSED_COLUMN "closed"

/* how the triggers are written, for hints */
#define EVENTS "INSERT OR UPDATE OR DELETE"
#define ARGUMENTS "'relation', 'key', ..."

/* what the arguments say, for one statement */
typedef struct Closing
{
	Oid			relid;			/* says what is closed */
	int			nkeys;
	AttrNumber	key[MAX_KEYS];
	Oid			type[MAX_KEYS];
	Oid			collation[MAX_KEYS];	/* of the columns of what says what is closed */
	int			checked;		/* the events for which this is known to be the last trigger */
	SPIPlanPtr	plan;

	/* the keys that were asked for last: rows of one statement often have the same */
	bool		asked;
	Datum		last[MAX_KEYS];
} Closing;

/*
 * A column of what says what is closed.
 */
static AttrNumber
ClosingColumn(Oid relid, const char *name)
{
	AttrNumber	column = get_attnum(relid, name);

	if (column == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("\"%s\", which says what is closed, has no column \"%s\"", get_rel_name(relid), name),
				 errhint("It has the key columns by the same names, and a column \"%s\" of type boolean.",
						 CLOSED_COLUMN)));
	return column;
}

/*
 * A key column of both. They are locked by the hash of what is in them, so that equal values of the two have to
 * hash alike, as those of integers of any width do, but not those of integer and numeric.
 */
static void
ReadKey(Closing *closing, Relation rel, int i, const char *name)
{
	AttrNumber	column;
	Oid			type;
	int32		typmod;

	closing->key[i] = bpm_guard_column(rel, name, "closing");
	closing->type[i] = TupleDescAttr(RelationGetDescr(rel), closing->key[i] - 1)->atttypid;
	column = ClosingColumn(closing->relid, name);
	get_atttypetypmodcoll(closing->relid, column, &type, &typmod, &closing->collation[i]);
	if (lookup_type_cache(type, TYPECACHE_HASH_PROC)->hash_opf !=
		lookup_type_cache(closing->type[i], TYPECACHE_HASH_PROC)->hash_opf)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("key column \"%s\" is of type %s in \"%s\", and of type %s in \"%s\"", name,
						format_type_be(closing->type[i]), RelationGetRelationName(rel), format_type_be(type),
						get_rel_name(closing->relid)),
				 errhint("Give both the same type, or cast it in a view that says what is closed.")));
}

static Closing *
ClosingOf(FunctionCallInfo fcinfo, TriggerData *trigdata, const char *function)
{
	Trigger    *trigger = trigdata->tg_trigger;
	Relation	rel = trigdata->tg_relation;
	Closing    *closing = fcinfo->flinfo->fn_extra;

	if (closing != NULL)
	{
		bpm_guard_check_last(trigdata, "guard", &closing->checked);
		return closing;
	}
	closing = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Closing));
	closing->nkeys = trigger->tgnargs - 1;
	if (closing->nkeys < 1 || closing->nkeys > MAX_KEYS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("trigger \"%s\" has too %s arguments", trigger->tgname,
						closing->nkeys < 1 ? "few" : "many"),
				 errhint("Write: bpm.%s('year_closed', 'fiscal_year'): what says what is closed, then 1 to %d key columns.",
						 function, MAX_KEYS)));
	closing->relid = bpm_guard_relation(trigdata, trigger->tgargs[0], "relation", ACL_SELECT);
	if (getBaseType(get_atttype(closing->relid, ClosingColumn(closing->relid, CLOSED_COLUMN))) != BOOLOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of \"%s\" is not boolean", CLOSED_COLUMN,
						get_rel_name(closing->relid))));
	for (int i = 0; i < closing->nkeys; i++)
		ReadKey(closing, rel, i, trigger->tgargs[i + 1]);
	bpm_guard_check_last(trigdata, "guard", &closing->checked);
	fcinfo->flinfo->fn_extra = closing;
	return closing;
}

/*
 * The keys of a row; false when one is NULL, so that the row belongs to nothing that could be closed.
 */
static bool
KeysOf(const Closing *closing, TupleTableSlot *slot, Datum *keys)
{
	for (int i = 0; i < closing->nkeys; i++)
	{
		bool		isnull;

		keys[i] = slot_getattr(slot, closing->key[i], &isnull);
		if (isnull)
			return false;
	}
	return true;
}

static bool
IsLast(const Closing *closing, Relation rel, const Datum *keys)
{
	for (int i = 0; closing->asked && i < closing->nkeys; i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), closing->key[i] - 1);

		if (!datum_image_eq(keys[i], closing->last[i], att->attbyval, att->attlen))
			return false;
	}
	return closing->asked;
}

static void
KeepLast(Closing *closing, Relation rel, const Datum *keys, MemoryContext context)
{
	MemoryContext before = MemoryContextSwitchTo(context);

	for (int i = 0; i < closing->nkeys; i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), closing->key[i] - 1);

		if (closing->asked && !att->attbyval)
			pfree(DatumGetPointer(closing->last[i]));
		closing->last[i] = datumCopy(keys[i], att->attbyval, att->attlen);
	}
	closing->asked = true;
	MemoryContextSwitchTo(before);
}

static void
PrepareClosing(Closing *closing, Relation rel, MemoryContext context)
{
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "select true from %s where %s",
					 bpm_guard_qualified_name(closing->relid), CLOSED_COLUMN);
	for (int i = 0; i < closing->nkeys; i++)
	{
		const char *column = ColumnName(rel, closing->key[i]);

		appendStringInfoString(&query, " and ");
		bpm_guard_append_equal(&query, column,
							   get_atttype(closing->relid, ClosingColumn(closing->relid, column)),
							   i + 1, closing->type[i]);
	}
	appendStringInfoString(&query, " limit 1");
	closing->plan = SPI_prepare(query.data, closing->nkeys, closing->type);
	if (closing->plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	bpm_guard_keep_plan(closing->plan, context);
}

/*
 * Whether these keys are closed, as it is now, whatever the isolation level: under the lock nobody closes or opens.
 */
static bool
IsClosed(Closing *closing, Relation rel, Datum *keys, MemoryContext context)
{
	Caller		caller = bpm_guard_become_owner(closing->relid);
	Snapshot	snapshot;
	bool		closed;

	SPI_connect();
	if (closing->plan == NULL)
		PrepareClosing(closing, rel, context);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	if (SPI_execute_snapshot(closing->plan, keys, NULL, snapshot, InvalidSnapshot, false, false,
							 1) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_snapshot failed");
	UnregisterSnapshot(snapshot);
	closed = SPI_processed > 0;
	SPI_finish();
	bpm_guard_become_caller(caller);
	return closed;
}

/*
 * What is closed, for people: (fiscal_year)=(2026). Keys of a row that is there already are shown to whom may see it.
 */
static char *
KeysText(const Closing *closing, Relation rel, const Datum *keys)
{
	StringInfoData names;
	StringInfoData values;

	initStringInfo(&names);
	initStringInfo(&values);
	for (int i = 0; i < closing->nkeys; i++)
	{
		Oid			output;
		bool		varlena;
		char	   *shown;

		getTypeOutputInfo(closing->type[i], &output, &varlena);
		shown = OidOutputFunctionCall(output, keys[i]);
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", ColumnName(rel, closing->key[i]));
		appendStringInfo(&values, "%s%s", i > 0 ? ", " : "", bpm_scan_clip(shown, (int) strlen(shown)));
	}
	return psprintf(" (%s)=(%s)", names.data, values.data);
}

static void
RefuseRow(Closing *closing, TriggerData *trigdata, TupleTableSlot *slot, bool lock, MemoryContext context)
{
	Relation	rel = trigdata->tg_relation;
	Datum		keys[MAX_KEYS];

	if (!KeysOf(closing, slot, keys) || IsLast(closing, rel, keys))
		return;
	if (lock)
		bpm_guard_lock(closing->relid, rel, slot, closing->key, closing->collation,
					   closing->nkeys, ShareLock);
	if (IsClosed(closing, rel, keys, context))
	{
		/* what an UPDATE leaves as it is, its writer may not know */
		bool		shown = TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ||
			bpm_guard_may_see(rel, bpm_guard_root(rel), closing->key, closing->nkeys);

		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("row%s of \"%s\" is closed", shown ? KeysText(closing, rel, keys) : "",
						RelationGetRelationName(rel)),
				 errdetail("Nothing of it is added, changed or removed: \"%s\" says that it is closed.",
						   get_rel_name(closing->relid)),
				 errhint("It has to be opened again first."),
				 errtable(rel)));
	}
	KeepLast(closing, rel, keys, context);
}

static Datum
RefuseClosed(FunctionCallInfo fcinfo, const char *function, bool lock)
{
	TriggerData *trigdata = bpm_guard_check_call(fcinfo, function, EVENTS, ARGUMENTS);
	Closing    *closing = ClosingOf(fcinfo, trigdata, function);
	MemoryContext context = fcinfo->flinfo->fn_mcxt;

	RefuseRow(closing, trigdata, trigdata->tg_trigslot, lock, context);
	if (!TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		return PointerGetDatum(trigdata->tg_trigtuple);
	RefuseRow(closing, trigdata, trigdata->tg_newslot, lock, context);
	return PointerGetDatum(trigdata->tg_newtuple);
}

/*
 * refuse_closed(relation, key column, ...): trigger function. The relation, a table or view, has the key columns by
 * the same names and a column closed; a row whose keys it calls closed, before or after the change, is refused.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_guard_refuse_closed);
Datum
bpm_guard_refuse_closed(PG_FUNCTION_ARGS)
{
	return RefuseClosed(fcinfo, "refuse_closed", true);
}

/*
 * refuse_closed_unlocked(relation, key column, ...): the same where who closes keeps all writers out in another way.
 * A lock for each key would be locks for nothing, and a bulk load has many.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_guard_refuse_closed_unlocked);
Datum
bpm_guard_refuse_closed_unlocked(PG_FUNCTION_ARGS)
{
	return RefuseClosed(fcinfo, "refuse_closed_unlocked", false);
}

static void
LockRow(const Closing *closing, Relation rel, TupleTableSlot *slot)
{
	Datum		keys[MAX_KEYS];

	if (KeysOf(closing, slot, keys))
		bpm_guard_lock(closing->relid, rel, slot, closing->key, closing->collation,
					   closing->nkeys, ExclusiveLock);
}

/*
 * lock_closing(relation, key column, ...): trigger function, for the tables whose rows make the relation say that
 * something is closed. It waits for those who write to what is closed here, and makes later ones wait.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_guard_lock_closing);
Datum
bpm_guard_lock_closing(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = bpm_guard_check_call(fcinfo, "lock_closing", EVENTS, ARGUMENTS);
	Closing    *closing = ClosingOf(fcinfo, trigdata, "lock_closing");

	LockRow(closing, trigdata->tg_relation, trigdata->tg_trigslot);
	if (!TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		return PointerGetDatum(trigdata->tg_trigtuple);
	LockRow(closing, trigdata->tg_relation, trigdata->tg_newslot);
	return PointerGetDatum(trigdata->tg_newtuple);
}
