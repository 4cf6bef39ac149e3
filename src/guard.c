/*
 * guard.c: a lifecycle as a constraint on what people write.
 *
 * What both guards do: reading a row, judging a move, saying what is wrong. lifecycle_guard, for a table with a
 * stage column, where an UPDATE is a move, is in guard_row.c; lifecycle_guard_history, for an append-only table of
 * stage events, where an INSERT is one, in guard_history.c.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/typcache.h"

#include "guard.h"

/* ------------------------------------------------------------------------------------------------
 * Reading the row
 * ----------------------------------------------------------------------------------------------*/

pg_noinline void
bpm_guard_null_column(Relation rel, AttrNumber column, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("%s in column \"%s\" of table \"%s\" must not be null", what,
					ColumnName(rel, column), RelationGetRelationName(rel)),
			 errtablecol(rel, column)));
}

/*
 * A time as microseconds on one scale; dates and times without zone are taken as if in UTC, because
 * only their differences matter.
 */
TimestampTz
bpm_guard_time(Relation rel, Oid type, Datum value, AttrNumber column)
{
	TimestampTz at;

	if (type == DATEOID)
	{
		DateADT		date = DatumGetDateADT(value);

		if (!DATE_NOT_FINITE(date) && date >= TIMESTAMP_END_JULIAN - POSTGRES_EPOCH_JDATE)
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("date in column \"%s\" of table \"%s\" is out of range for a timestamp",
							ColumnName(rel, column), RelationGetRelationName(rel)),
					 errtablecol(rel, column)));
		at = DATE_NOT_FINITE(date) ? DT_NOEND : date * USECS_PER_DAY;
	}
	else
		at = DatumGetTimestampTz(value);
	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("time in column \"%s\" of table \"%s\" must be finite",
						ColumnName(rel, column), RelationGetRelationName(rel)),
				 errtablecol(rel, column)));
	return at;
}

TimestampTz
bpm_guard_time_in(const Attempt *attempt, TupleTableSlot *slot)
{
	Guard	   *guard = attempt->guard;
	bool		isnull;
	Datum		value = slot_getattr(slot, guard->at, &isnull);

	if (isnull)
		bpm_guard_null_column(attempt->rel, guard->at, "time");
	return bpm_guard_time(attempt->rel, guard->at_type, value, guard->at);
}

/*
 * The lifecycle of a text in a column. One that is not kept for the session gives way to the next.
 */
static BpmStages *
StagesOfText(Guard *guard, const char *text, MemoryContext context)
{
	BpmStages  *before = guard->stages;
	BpmStages  *stages;

	if (guard->text != NULL && strcmp(guard->text, text) == 0)
		return before;
	stages = bpm_guard_parse_once(text, context);
	if (guard->text != NULL)
	{
		pfree(guard->text);
		guard->text = NULL;
		pfree(before);
	}
	if (!bpm_guard_is_kept(stages))
		guard->text = MemoryContextStrdup(context, text);
	return stages;
}

/*
 * The lifecycle by which a row is judged.
 */
const BpmStages *
bpm_guard_stages(Guard *guard, Relation rel, TupleTableSlot *slot, MemoryContext context)
{
	bool		isnull;
	Datum		datum;
	BpmLifecycle *value;

	if (guard->lifecycle == 0)
		return guard->stages;
	datum = slot_getattr(slot, guard->lifecycle, &isnull);
	if (isnull)
		bpm_guard_null_column(rel, guard->lifecycle, "lifecycle");
	if (guard->lifecycle_is_text)
		return guard->stages = StagesOfText(guard, text_to_cstring(DatumGetTextPP(datum)), context);
	value = DatumGetLifecycleP(datum);
	if (guard->stages != NULL && bpm_lifecycle_same(guard->stages->value, value))
		return guard->stages;
	if (guard->stages != NULL)
		pfree(guard->stages);
	guard->stages = NULL;
	return guard->stages = bpm_lifecycle_open(value, context);
}

/* ------------------------------------------------------------------------------------------------
 * Saying what is wrong
 * ----------------------------------------------------------------------------------------------*/

/*
 * Whether the user may see these columns of a row, as for the messages of the server's own
 * constraints: not under row security, else with SELECT on the table or on each of them. A
 * partition is mostly written through the table above it.
 */
bool
bpm_guard_may_see(Relation rel, Oid root, const AttrNumber *columns, int n)
{
	Oid			relid = RelationGetRelid(rel);
	Oid			user = GetUserId();

	if (check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED ||
		check_enable_rls(root, InvalidOid, true) == RLS_ENABLED)
		return false;
	if (pg_class_aclcheck(relid, user, ACL_SELECT) == ACLCHECK_OK ||
		pg_class_aclcheck(root, user, ACL_SELECT) == ACLCHECK_OK)
		return true;
	for (int i = 0; i < n; i++)
		if (pg_attribute_aclcheck(relid, columns[i], user, ACL_SELECT) != ACLCHECK_OK)
			return false;
	return true;
}

/*
 * The row in question: row (program_id, fiscal_year)=(7, 2026) of "project".
 */
char *
bpm_guard_subject(const Attempt *attempt)
{
	Relation	rel = attempt->rel;
	TupleTableSlot *slot = attempt->old ? attempt->old : attempt->new;
	AttrNumber	columns[INDEX_MAX_KEYS];
	int			n = attempt->guard->nkeys;
	const char *what = attempt->guard->history ? "event" : "row";
	StringInfoData names;
	StringInfoData values;

	memcpy(columns, attempt->guard->key, n * sizeof(AttrNumber));
	if (n == 0)
	{
		Bitmapset  *key = RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_PRIMARY_KEY);
		int			i = -1;

		while ((i = bms_next_member(key, i)) >= 0 && n < INDEX_MAX_KEYS)
			columns[n++] = i + FirstLowInvalidHeapAttributeNumber;
	}
	if (n == 0 || !bpm_guard_may_see(rel, attempt->guard->root, columns, n))
		return psprintf("%s of \"%s\"", what, RelationGetRelationName(rel));

	initStringInfo(&names);
	initStringInfo(&values);
	for (int i = 0; i < n; i++)
	{
		Oid			output;
		bool		varlena;
		bool		isnull;
		Datum		value = slot_getattr(slot, columns[i], &isnull);
		char	   *shown;

		getTypeOutputInfo(TupleDescAttr(RelationGetDescr(rel), columns[i] - 1)->atttypid,
						  &output, &varlena);
		shown = isnull ? "null" : OidOutputFunctionCall(output, value);
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", ColumnName(rel, columns[i]));
		appendStringInfo(&values, "%s%s", i > 0 ? ", " : "",
						 bpm_scan_clip(shown, (int) strlen(shown)));
	}
	return psprintf("%s (%s)=(%s) of \"%s\"", what, names.data, values.data,
					RelationGetRelationName(rel));
}

/*
 * The stage that a row is in, which the lifecycle may no longer have. Its name is not for everybody.
 */
int
bpm_guard_stage_before(const Attempt *attempt, const text *stage)
{
	int			found = bpm_stage_find(attempt->stages, VARDATA_ANY(stage), VARSIZE_ANY_EXHDR(stage));

	if (likely(found >= 0) || !attempt->hidden)
		return found >= 0 ? found : StageOf(attempt->stages, stage);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s may not move to \"%s\"", bpm_guard_subject(attempt), ToName(attempt)),
			 errdetail("The stage that it is in, which you may not see, is not one of its lifecycle."),
			 errtablecol(attempt->rel, attempt->guard->stage)));
}

/*
 * What a row may not do, for the middle of a message: move from "a" to "b".
 */
char *
bpm_guard_move_text(const Attempt *attempt)
{
	if (attempt->from < 0)
		return psprintf("begin in \"%s\"", ToName(attempt));
	if (attempt->hidden)
		return psprintf("move to \"%s\"", ToName(attempt));
	return psprintf("move from \"%s\" to \"%s\"", FromName(attempt), ToName(attempt));
}

int
bpm_guard_allowed_detail(const Attempt *attempt)
{
	const BpmStages *stages = attempt->stages;

	if (attempt->hidden)
		return errdetail("The stage that it is in, which you may not see, does not allow that.");
	if (bpm_stage_in(stages->final, attempt->from))
		return errdetail("\"%s\" is final.", FromName(attempt));
	return errdetail("From \"%s\" it may move to %s.", FromName(attempt),
					 bpm_lifecycle_names(stages, stages->next[attempt->from], "or"));
}

pg_noinline void
bpm_guard_illegal_beginning(const Attempt *attempt)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s may not %s", bpm_guard_subject(attempt), bpm_guard_move_text(attempt)),
			 errdetail("Every life begins in \"%s\".", attempt->stages->name[0]),
			 errtablecol(attempt->rel, attempt->guard->stage)));
}

pg_noinline void
bpm_guard_illegal_move(const Attempt *attempt)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s may not %s", bpm_guard_subject(attempt), bpm_guard_move_text(attempt)),
			 bpm_guard_allowed_detail(attempt),
			 errtablecol(attempt->rel, attempt->guard->stage)));
}

/* ------------------------------------------------------------------------------------------------
 * Judging a move
 * ----------------------------------------------------------------------------------------------*/

/*
 * The role that makes the move: a column, or a setting of the session. NULL when neither says.
 */
static const char *
RoleOf(const Attempt *attempt)
{
	const char *role;

	if (attempt->guard->by != 0)
	{
		text	   *value = TextOf(attempt->new, attempt->guard->by);

		return value ? text_to_cstring(value) : NULL;
	}
	role = GetConfigOption(BPM_ROLE_SETTING, true, false);
	return role != NULL && *role != '\0' ? role : NULL;
}

static void
CheckRole(const Attempt *attempt, const BpmMove *move)
{
	const char *role = RoleOf(attempt);
	const char *needed = attempt->stages->role[move->role - 1];

	if (role != NULL && strcmp(role, needed) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s may not %s", bpm_guard_subject(attempt), bpm_guard_move_text(attempt)),
			 role ? errdetail("The move is made by \"%s\", not by \"%s\".", needed, role) :
			 errdetail("The move is made by \"%s\", and no role was given.", needed),
			 role ? 0 : attempt->guard->by != 0 ?
			 errhint("Fill column \"%s\".", ColumnName(attempt->rel, attempt->guard->by)) :
			 errhint("Set %s, or give the guard the argument 'by' and a column.", BPM_ROLE_SETTING),
			 errtablecol(attempt->rel, attempt->guard->stage)));
}

static void
CheckTime(const Attempt *attempt, const BpmMove *move, TimestampTz since, TimestampTz at)
{
	int			time = bpm_lifecycle_judge_time(move, since, at);
	char	   *days = "";

	if (time == 0)
		return;
	/* how long it has been there says when it came */
	if (!attempt->hidden)
		days = psprintf(" after %s",
						bpm_lifecycle_days((int64) (((int128) at - since) / USECS_PER_DAY)));
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s may not %s%s", bpm_guard_subject(attempt), bpm_guard_move_text(attempt), days),
			 time < 0 ?
			 errdetail("The move is allowed after %s.", bpm_lifecycle_days(move->after)) :
			 errdetail("The move was due within %s.", bpm_lifecycle_days(move->within)),
			 errtablecol(attempt->rel, attempt->guard->stage)));
}

/*
 * The attributes of a move; since and at are NULL when the guard does not know them.
 */
void
bpm_guard_check_attributes(const Attempt *attempt, const TimestampTz *since, const TimestampTz *at)
{
	const BpmMove *move = bpm_lifecycle_move(attempt->stages, attempt->from, attempt->to);

	if (move->role != 0)
		CheckRole(attempt, move);
	if (move->after == 0 && move->within == 0)
		return;
	if (since == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the guard of \"%s\" cannot tell how long a row is in its stage",
						RelationGetRelationName(attempt->rel)),
				 errdetail("The move to \"%s\" depends on it.", ToName(attempt)),
				 errhint("Give the guard the argument 'since' and the column that says when the stage was entered.")));
	CheckTime(attempt, move, *since, *at);
}

static bool
GateApplies(const Gate *gate, const Attempt *attempt)
{
	if (gate->to != NULL && strcmp(gate->to, ToName(attempt)) != 0)
		return false;
	return gate->from == NULL ||
		(attempt->from >= 0 && strcmp(gate->from, FromName(attempt)) == 0);
}

bool
bpm_guard_any_gate(const Attempt *attempt)
{
	ListCell   *cell;

	foreach(cell, attempt->guard->gates)
		if (GateApplies(lfirst(cell), attempt))
			return true;
	return false;
}

static Datum
WholeRow(const Gate *gate, const Attempt *attempt)
{
	HeapTuple	tuple = attempt->tuple;

	if (gate->map != NULL)
		tuple = execute_attr_map_tuple(tuple, gate->map);
	return heap_copy_tuple_as_datum(tuple, gate->row);
}

/*
 * Ask the function. NULL is not yes, and a strict function says NULL to NULL.
 */
static bool
GateIsOpen(Gate *gate, const Attempt *attempt)
{
	LOCAL_FCINFO(fcinfo, FUNC_MAX_ARGS);
	Datum		result;

	InitFunctionCallInfoData(*fcinfo, &gate->function, gate->nargs, DEFAULT_COLLATION_OID, NULL,
							 NULL);
	for (int i = 0; i < gate->nargs; i++)
	{
		fcinfo->args[i].isnull = false;
		if (gate->column[i] == 0)
			fcinfo->args[i].value = WholeRow(gate, attempt);
		else
			fcinfo->args[i].value = slot_getattr(attempt->new, gate->column[i],
												 &fcinfo->args[i].isnull);
		if (fcinfo->args[i].isnull && gate->function.fn_strict)
			return false;
	}
	result = FunctionCallInvoke(fcinfo);
	return !fcinfo->isnull && DatumGetBool(result);
}

void
bpm_guard_check_gates(const Attempt *attempt)
{
	ListCell   *cell;

	foreach(cell, attempt->guard->gates)
	{
		Gate	   *gate = lfirst(cell);

		if (!GateApplies(gate, attempt) || GateIsOpen(gate, attempt))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("%s", gate->message),
				 errdetail("The %s may not %s before that is mended.", bpm_guard_subject(attempt),
						   bpm_guard_move_text(attempt)),
				 errtablecol(attempt->rel, attempt->guard->stage)));
	}
}

/* ------------------------------------------------------------------------------------------------
 * Calls, keys and locks
 * ----------------------------------------------------------------------------------------------*/

/*
 * That a function is a trigger before each row; events and arguments are those that the hint shows.
 */
TriggerData *
bpm_guard_check_call(FunctionCallInfo fcinfo, const char *function, const char *events,
					 const char *arguments)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", function)));
	if (!TRIGGER_FIRED_BEFORE(trigdata->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must be fired before each row",
						trigdata->tg_trigger->tgname),
				 errhint("Write: CREATE TRIGGER ... BEFORE %s ON ... FOR EACH ROW EXECUTE FUNCTION bpm.%s(%s).",
						 events, function, arguments)));
	return trigdata;
}

/*
 * One session at a time, or many that share, to the end of the transaction: by the values that key columns have
 * in a row, under collations that are theirs unless others are given. The lock is advisory, in a class of its own
 * (1 and 2 are those of pg_advisory_lock), and one of 1024 per table, so that a bulk load cannot exhaust the lock
 * table. A NULL key is an error.
 */
#define LOCK_CLASS 3
#define LOCKS 1024

void
bpm_guard_lock(Oid relid, Relation rel, TupleTableSlot *slot, const AttrNumber *keys,
			   const Oid *collations, int nkeys, LOCKMODE mode)
{
	TupleDesc	desc = RelationGetDescr(rel);
	uint32		hash = 0;
	LOCKTAG		tag;

	for (int i = 0; i < nkeys; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, keys[i] - 1);
		TypeCacheEntry *type = lookup_type_cache(att->atttypid, TYPECACHE_HASH_PROC_FINFO);
		bool		isnull;
		Datum		value = slot_getattr(slot, keys[i], &isnull);

		if (isnull)
			bpm_guard_null_column(rel, keys[i], "key");
		if (!OidIsValid(type->hash_proc))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FUNCTION),
					 errmsg("key column \"%s\" of a guard cannot be hashed", NameStr(att->attname)),
					 errdetail("It is of type %s.", format_type_be(att->atttypid))));
		hash = hash * 31 +
			DatumGetUInt32(FunctionCall1Coll(&type->hash_proc_finfo,
											 collations ? collations[i] : att->attcollation, value));
	}
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, relid, hash % LOCKS, LOCK_CLASS);
	(void) LockAcquire(&tag, mode, false, false);
}

/*
 * The condition that a column equals a parameter, with the operator that equality of its type is.
 */
void
bpm_guard_append_equal(StringInfo query, const char *column, Oid type, int parameter,
					   Oid parameter_type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR);
	char	   *name = psprintf("$%d", parameter);

	if (!OidIsValid(entry->eq_opr))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("could not identify an equality operator for type %s",
						format_type_be(type))));
	generate_operator_clause(query, quote_identifier(column), type, entry->eq_opr, name,
							 parameter_type);
}
