/*
 * guard.c: a lifecycle as a constraint on what people write.
 *
 * Two trigger functions: lifecycle_guard for a table with a stage column, where an UPDATE is a
 * move, and lifecycle_guard_history for an append-only table of stage events, where an INSERT is
 * one. Their arguments are read once per statement; a lifecycle written there is parsed once per
 * session.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "access/tableam.h"
#include "access/tupconvert.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "utils/varlena.h"

#include "bpm.h"

#define MAX_KEYS 8

/* a condition on a move that only data can answer */
typedef struct Gate
{
	char	   *from;			/* NULL: from anywhere */
	char	   *to;				/* NULL: to anywhere */
	const char *message;		/* what the user is told */
	FmgrInfo	function;
	int			nargs;
	AttrNumber	column[FUNC_MAX_ARGS];	/* of each argument; 0: the whole row */
	TupleDesc	row;			/* of the argument that is the whole row */
	TupleConversionMap *map;	/* to it, from the row of a partition */
} Gate;

/* what the arguments of a trigger say, for one statement */
typedef struct Guard
{
	bool		history;
	AttrNumber	stage;
	AttrNumber	lifecycle;		/* column that holds it; 0: it is an argument */
	bool		lifecycle_is_text;
	BpmStages  *stages;			/* the argument, or the last one met in the column */
	char	   *text;			/* its text, when that is of the column and not kept for the session */
	AttrNumber	at;				/* time of an event, or since when the row is in its stage; or 0 */
	Oid			at_type;
	AttrNumber	by;				/* role that makes the move, or 0 */
	List	   *gates;

	/* history */
	AttrNumber	seq;			/* order within one instant, or 0 */
	int			nkeys;
	AttrNumber	key[MAX_KEYS];
	Oid			root;			/* the table, or the partitioned table above it */
	SPIPlanPtr	latest;			/* finds the last event */
	MemoryContextCallback free_plan;
} Guard;

/* one row that is being judged */
typedef struct Attempt
{
	Guard	   *guard;
	Relation	rel;
	HeapTuple	tuple;			/* NEW */
	TupleTableSlot *new;
	TupleTableSlot *old;		/* NULL for INSERT */
	const BpmStages *stages;
	int			from;			/* -1: life begins */
	int			to;
} Attempt;

/* ------------------------------------------------------------------------------------------------
 * Lifecycles that triggers name
 * ----------------------------------------------------------------------------------------------*/

/*
 * Lifecycles are immutable and their text says all, so that they can be kept for the session. A
 * session that meets more of them than this keeps the last of the rest for a statement.
 */
#define KEPT 64

static struct
{
	char	   *text;
	BpmStages  *stages;
}			kept[KEPT];
static int	nkept = 0;

static BpmStages *
ParseOnce(const char *text, MemoryContext context)
{
	BpmLifecycle *value;
	BpmStages  *stages;

	for (int i = 0; i < nkept; i++)
		if (strcmp(kept[i].text, text) == 0)
			return kept[i].stages;
	value = bpm_lifecycle_parse(text, strlen(text), NULL);
	if (nkept == KEPT)
		return bpm_lifecycle_open(value, context);
	stages = bpm_lifecycle_open(value, TopMemoryContext);
	kept[nkept].text = MemoryContextStrdup(TopMemoryContext, text);
	kept[nkept].stages = stages;
	nkept++;
	pfree(value);
	return stages;
}

static bool
IsKept(const BpmStages *stages)
{
	for (int i = 0; i < nkept; i++)
		if (kept[i].stages == stages)
			return true;
	return false;
}

/* ------------------------------------------------------------------------------------------------
 * Reading the arguments of a trigger
 * ----------------------------------------------------------------------------------------------*/

static AttrNumber
FindColumn(Relation rel, const char *name)
{
	TupleDesc	desc = RelationGetDescr(rel);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), name) == 0)
			return att->attnum;
	}
	return 0;
}

static pg_noinline void
NoSuchColumn(Relation rel, const char *name)
{
	TupleDesc	desc = RelationGetDescr(rel);
	const char **names = palloc((desc->natts + 1) * sizeof(char *));
	int			n = 0;
	char	   *hint;

	for (int i = 0; i < desc->natts; i++)
		if (!TupleDescAttr(desc, i)->attisdropped)
			names[n++] = NameStr(TupleDescAttr(desc, i)->attname);
	names[n] = NULL;
	hint = bpm_scan_nearest(name, (int) strlen(name), names);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of a lifecycle guard does not exist in table \"%s\"",
					name, RelationGetRelationName(rel)),
			 hint ? errhint("%s", hint) : 0));
}

/*
 * Generated columns are computed after BEFORE triggers: what those see there is the old value.
 */
static void
CheckNotGenerated(Relation rel, AttrNumber column)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), column - 1);

	if (att->attgenerated != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of a lifecycle guard is generated", NameStr(att->attname)),
				 errdetail("It is computed after the guard has judged the row."),
				 errhint("Name the columns that it is computed from.")));
}

static AttrNumber
Column(Relation rel, const char *name)
{
	AttrNumber	column = FindColumn(rel, name);

	if (column == 0)
		NoSuchColumn(rel, name);
	CheckNotGenerated(rel, column);
	return column;
}

/* the type of a column below its domains */
static Oid
ColumnType(Relation rel, AttrNumber column)
{
	return getBaseType(TupleDescAttr(RelationGetDescr(rel), column - 1)->atttypid);
}

static bool
IsText(Oid type)
{
	return type == TEXTOID || type == VARCHAROID;
}

static AttrNumber
TextColumn(Relation rel, const char *name, const char *what)
{
	AttrNumber	column = Column(rel, name);
	Oid			type = ColumnType(rel, column);

	if (!IsText(type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%s column \"%s\" of a lifecycle guard is not text", what, name),
				 errdetail("It is of type %s.", format_type_be(type)),
				 errhint("It must be text, varchar or a domain over them.")));
	return column;
}

static AttrNumber
TimeColumn(Relation rel, const char *name, Oid *type)
{
	AttrNumber	column = Column(rel, name);

	*type = ColumnType(rel, column);
	if (*type != TIMESTAMPTZOID && *type != TIMESTAMPOID && *type != DATEOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("time column \"%s\" of a lifecycle guard is not a time", name),
				 errdetail("It is of type %s.", format_type_be(*type)),
				 errhint("It must be timestamptz, timestamp or date.")));
	return column;
}

static AttrNumber
SeqColumn(Relation rel, const char *name)
{
	AttrNumber	column = Column(rel, name);
	Oid			type = ColumnType(rel, column);

	if (type != INT8OID && type != INT4OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("seq column \"%s\" of a lifecycle guard is not an integer", name),
				 errdetail("It is of type %s.", format_type_be(type))));
	return column;
}

/*
 * An argument is the name of a column that holds the lifecycle, or the lifecycle itself. The latter
 * has an arrow.
 */
static void
ReadLifecycle(Guard *guard, Relation rel, const char *argument, MemoryContext context)
{
	guard->lifecycle = FindColumn(rel, argument);
	if (guard->lifecycle != 0)
	{
		Oid			type = ColumnType(rel, guard->lifecycle);
		char	   *name;

		CheckNotGenerated(rel, guard->lifecycle);
		guard->lifecycle_is_text = IsText(type);
		if (guard->lifecycle_is_text)
			return;
		name = format_type_be_qualified(type);
		if (strcmp(name, "bpm.lifecycle") != 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of a lifecycle guard holds no lifecycle", argument),
					 errdetail("It is of type %s.", name),
					 errhint("It must be bpm.lifecycle or text.")));
		return;
	}
	if (strstr(argument, "->") == NULL && strstr(argument, "\342\206\222") == NULL)
		NoSuchColumn(rel, argument);
	guard->stages = ParseOnce(argument, context);
}

static void
CheckGateStage(const Guard *guard, const char *stage)
{
	if (guard->stages != NULL && stage != NULL)
		bpm_lifecycle_stage(guard->stages, stage, (int) strlen(stage));
}

/*
 * The one function of a schema-qualified name. The search path has no say in it.
 */
static Oid
GateFunction(const char *name)
{
	List	   *names = textToQualifiedNameList(cstring_to_text(name));
	FuncCandidateList found;

	if (list_length(names) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("function \"%s\" of a lifecycle gate has no schema", name),
				 errhint("Write schema.function, without arguments.")));
	found = FuncnameGetCandidates(names, -1, NIL, false, false, false, true);
	if (found == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function %s of a lifecycle gate does not exist", name)));
	if (found->next != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_AMBIGUOUS_FUNCTION),
				 errmsg("function %s of a lifecycle gate is not unique", name),
				 errhint("Give the gate a function whose name no other has in its schema.")));
	return found->oid;
}

/*
 * An argument of a gate's function is the column of its name, or the whole row.
 */
static void
ReadGateArgument(Gate *gate, Relation rel, const char *function, int i, const char *name, Oid type)
{
	Oid			row = get_typ_typrelid(type);
	Oid			column_type;

	if (OidIsValid(row) && gate->nargs == 1)
	{
		if (row != RelationGetRelid(rel) &&
			!(rel->rd_rel->relispartition &&
			  list_member_oid(get_partition_ancestors(RelationGetRelid(rel)), row)))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("function %s of a lifecycle gate takes a row of another table", function),
					 errdetail("It takes %s; the guarded table is \"%s\".", format_type_be(type),
							   RelationGetRelationName(rel))));
		gate->row = lookup_rowtype_tupdesc_copy(type, -1);
		gate->map = convert_tuples_by_name(RelationGetDescr(rel), gate->row);
		gate->column[i] = 0;
		return;
	}
	if (name == NULL || *name == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("function %s of a lifecycle gate has an argument without a name", function),
				 errhint("Its arguments are named after columns, or it takes the whole row.")));
	gate->column[i] = Column(rel, name);
	column_type = TupleDescAttr(RelationGetDescr(rel), gate->column[i] - 1)->atttypid;
	if (!IsBinaryCoercible(column_type, type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("argument \"%s\" of function %s of a lifecycle gate has another type than the column",
						name, function),
				 errdetail("The argument is of type %s, the column of type %s.",
						   format_type_be(type), format_type_be(column_type))));
}

static void
ReadGate(Guard *guard, Relation rel, char **arguments, MemoryContext context)
{
	Gate	   *gate = palloc0(sizeof(Gate));
	const char *function = arguments[1];
	Oid			oid = GateFunction(function);
	HeapTuple	proc;
	Form_pg_proc form;
	Oid		   *types;
	char	  **names;
	char	   *modes;

	bpm_lifecycle_parse_move(arguments[0], &gate->from, &gate->to);
	CheckGateStage(guard, gate->from);
	CheckGateStage(guard, gate->to);
	gate->message = pstrdup(arguments[2]);

	if (bpm_function_aclcheck(oid, GetUserId()) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, function);
	InvokeFunctionExecuteHook(oid);
	proc = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
	if (!HeapTupleIsValid(proc))
		elog(ERROR, "cache lookup failed for function %u", oid);
	form = (Form_pg_proc) GETSTRUCT(proc);
	gate->nargs = get_func_arg_info(proc, &types, &names, &modes);
	if (form->prorettype != BOOLOID || form->proretset || form->prokind != PROKIND_FUNCTION ||
		modes != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("function %s of a lifecycle gate does not answer yes or no", function),
				 errhint("It must be a function that returns boolean and has no OUT arguments.")));
	for (int i = 0; i < gate->nargs; i++)
		ReadGateArgument(gate, rel, function, i, names ? names[i] : NULL, types[i]);
	ReleaseSysCache(proc);
	fmgr_info_cxt(oid, &gate->function, context);
	guard->gates = lappend(guard->gates, gate);
}

/*
 * What may follow the lifecycle: 'since' column, 'by' column, 'gate' move function message; for a
 * history 'key' column (as often as needed), 'seq' column, 'by' and 'gate'.
 */
static void
ReadClauses(Guard *guard, Relation rel, char **arguments, int n, MemoryContext context)
{
	static const char *const row_clauses[] = {"since", "by", "gate", NULL};
	static const char *const history_clauses[] = {"key", "seq", "by", "gate", NULL};

	for (int i = 0; i < n;)
	{
		const char *clause = arguments[i];
		bool		gate = pg_strcasecmp(clause, "gate") == 0;
		int			takes = gate ? 3 : 1;
		const char *const *clauses = guard->history ? history_clauses : row_clauses;
		const char *const *known = clauses;
		char	   *hint;

		while (*known != NULL && pg_strcasecmp(*known, clause) != 0)
			known++;
		if (*known == NULL)
		{
			hint = bpm_scan_nearest(clause, (int) strlen(clause), clauses);
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("unknown argument \"%s\" of a lifecycle guard", bpm_scan_clip(clause, (int) strlen(clause))),
					 guard->history ?
					 errdetail("After stage, time and lifecycle come 'key', 'seq' or 'by' with a column, and 'gate' with move, function and message.") :
					 errdetail("After stage and lifecycle come 'since' or 'by' with a column, and 'gate' with move, function and message."),
					 hint ? errhint("%s", hint) : 0));
		}
		if (i + takes >= n)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("argument \"%s\" of a lifecycle guard is not complete", clause),
					 gate ? errhint("It is followed by move, function and message.") :
					 errhint("It is followed by a column.")));
		if (gate)
			ReadGate(guard, rel, arguments + i + 1, context);
		else if (pg_strcasecmp(clause, "since") == 0)
			guard->at = TimeColumn(rel, arguments[i + 1], &guard->at_type);
		else if (pg_strcasecmp(clause, "by") == 0)
			guard->by = TextColumn(rel, arguments[i + 1], "role");
		else if (pg_strcasecmp(clause, "seq") == 0)
			guard->seq = SeqColumn(rel, arguments[i + 1]);
		else if (guard->nkeys == MAX_KEYS)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a lifecycle guard has more than %d key columns", MAX_KEYS)));
		else
			guard->key[guard->nkeys++] = Column(rel, arguments[i + 1]);
		i += takes + 1;
	}
}

static Guard *
ReadGuard(TriggerData *trigdata, bool history, MemoryContext context)
{
	Trigger    *trigger = trigdata->tg_trigger;
	Relation	rel = trigdata->tg_relation;
	int			fixed = history ? 3 : 2;
	Guard	   *guard = palloc0(sizeof(Guard));

	guard->history = history;
	if (trigger->tgnargs < fixed)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("trigger \"%s\" has too few arguments", trigger->tgname),
				 history ?
				 errhint("Write: bpm.lifecycle_guard_history('stage', 'at', 'draft -> approved -> closed', 'key', 'program').") :
				 errhint("Write: bpm.lifecycle_guard('stage', 'draft -> approved -> closed').")));
	guard->stage = TextColumn(rel, trigger->tgargs[0], "stage");
	if (history)
		guard->at = TimeColumn(rel, trigger->tgargs[1], &guard->at_type);
	ReadLifecycle(guard, rel, trigger->tgargs[fixed - 1], context);
	ReadClauses(guard, rel, trigger->tgargs + fixed, trigger->tgnargs - fixed, context);
	if (history && guard->nkeys == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("trigger \"%s\" names no key", trigger->tgname),
				 errhint("Add 'key' and the column that tells whose event a row is.")));
	guard->root = RelationGetRelid(rel);
	if (rel->rd_rel->relispartition)
		guard->root = llast_oid(get_partition_ancestors(guard->root));
	return guard;
}

/*
 * The guard of a trigger, read by the first row of a statement.
 */
static Guard *
GuardOf(FunctionCallInfo fcinfo, bool history)
{
	Guard	   *guard = fcinfo->flinfo->fn_extra;
	MemoryContext before;

	if (likely(guard != NULL))
		return guard;
	before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	guard = ReadGuard((TriggerData *) fcinfo->context, history, CurrentMemoryContext);
	MemoryContextSwitchTo(before);
	fcinfo->flinfo->fn_extra = guard;
	return guard;
}

/* ------------------------------------------------------------------------------------------------
 * Reading the row
 * ----------------------------------------------------------------------------------------------*/

static text *
TextOf(TupleTableSlot *slot, AttrNumber column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	return isnull ? NULL : DatumGetTextPP(value);
}

static bool
SameText(const text *a, const text *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

static int
StageOf(const BpmStages *stages, const text *stage)
{
	return bpm_lifecycle_stage(stages, VARDATA_ANY(stage), VARSIZE_ANY_EXHDR(stage));
}

static const char *
ColumnName(Relation rel, AttrNumber column)
{
	return NameStr(TupleDescAttr(RelationGetDescr(rel), column - 1)->attname);
}

static pg_noinline void
NullColumn(Relation rel, AttrNumber column, const char *what)
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
static TimestampTz
TimeOf(Relation rel, Oid type, Datum value, AttrNumber column)
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

static TimestampTz
TimeIn(const Attempt *attempt, TupleTableSlot *slot)
{
	Guard	   *guard = attempt->guard;
	bool		isnull;
	Datum		value = slot_getattr(slot, guard->at, &isnull);

	if (isnull)
		NullColumn(attempt->rel, guard->at, "time");
	return TimeOf(attempt->rel, guard->at_type, value, guard->at);
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
	stages = ParseOnce(text, context);
	if (guard->text != NULL)
	{
		pfree(guard->text);
		guard->text = NULL;
		pfree(before);
	}
	if (!IsKept(stages))
		guard->text = MemoryContextStrdup(context, text);
	return stages;
}

/*
 * The lifecycle by which a row is judged.
 */
static const BpmStages *
StagesFor(Guard *guard, Relation rel, TupleTableSlot *slot, MemoryContext context)
{
	bool		isnull;
	Datum		datum;
	BpmLifecycle *value;

	if (guard->lifecycle == 0)
		return guard->stages;
	datum = slot_getattr(slot, guard->lifecycle, &isnull);
	if (isnull)
		NullColumn(rel, guard->lifecycle, "lifecycle");
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
static bool
MaySee(const Attempt *attempt, const AttrNumber *columns, int n)
{
	Oid			relid = RelationGetRelid(attempt->rel);
	Oid			root = attempt->guard->root;
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
static char *
Subject(const Attempt *attempt)
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
	if (n == 0 || !MaySee(attempt, columns, n))
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

static const char *
FromName(const Attempt *attempt)
{
	return attempt->stages->name[attempt->from];
}

static const char *
ToName(const Attempt *attempt)
{
	return attempt->stages->name[attempt->to];
}

static int
AllowedDetail(const Attempt *attempt)
{
	const BpmStages *stages = attempt->stages;

	if (bpm_stage_in(stages->final, attempt->from))
		return errdetail("\"%s\" is final.", FromName(attempt));
	return errdetail("From \"%s\" it may move to %s.", FromName(attempt),
					 bpm_lifecycle_names(stages, stages->next[attempt->from], "or"));
}

static pg_noinline void
IllegalBeginning(const Attempt *attempt)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s may not begin in \"%s\"", Subject(attempt), ToName(attempt)),
			 errdetail("Every life begins in \"%s\".", attempt->stages->name[0]),
			 errtablecol(attempt->rel, attempt->guard->stage)));
}

static pg_noinline void
IllegalMove(const Attempt *attempt)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s may not move from \"%s\" to \"%s\"", Subject(attempt), FromName(attempt),
					ToName(attempt)),
			 AllowedDetail(attempt),
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
			 errmsg("%s may not move from \"%s\" to \"%s\"", Subject(attempt), FromName(attempt),
					ToName(attempt)),
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

	if (time == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s may not move from \"%s\" to \"%s\" after %s", Subject(attempt),
					FromName(attempt), ToName(attempt),
					bpm_lifecycle_days((int64) (((int128) at - since) / USECS_PER_DAY))),
			 time < 0 ?
			 errdetail("The move is allowed after %s.", bpm_lifecycle_days(move->after)) :
			 errdetail("The move was due within %s.", bpm_lifecycle_days(move->within)),
			 errtablecol(attempt->rel, attempt->guard->stage)));
}

/*
 * The attributes of a move; since and at are NULL when the guard does not know them.
 */
static void
CheckAttributes(const Attempt *attempt, const TimestampTz *since, const TimestampTz *at)
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
				 errdetail("The move from \"%s\" to \"%s\" depends on it.", FromName(attempt),
						   ToName(attempt)),
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

static bool
AnyGateApplies(const Attempt *attempt)
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

static void
CheckGates(const Attempt *attempt)
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
				 attempt->from < 0 ?
				 errdetail("The %s may not begin in \"%s\" before that is mended.",
						   Subject(attempt), ToName(attempt)) :
				 errdetail("The %s may not move from \"%s\" to \"%s\" before that is mended.",
						   Subject(attempt), FromName(attempt), ToName(attempt)),
				 errtablecol(attempt->rel, attempt->guard->stage)));
	}
}

/* ------------------------------------------------------------------------------------------------
 * Rows that only seem to be inserted
 * ----------------------------------------------------------------------------------------------*/

/*
 * An UPDATE that moves a row to another partition fires BEFORE UPDATE on the one and then BEFORE
 * INSERT on the other. What the first has passed is remembered here, so that the second knows it
 * again: the old row is then marked as moved by this transaction. There are several, because other
 * triggers may update guarded rows in between.
 */
#define REMEMBERED 8

static struct
{
	TransactionId xid;
	Oid			root;
	Oid			relid;
	ItemPointerData tid;
	char		stage[64];
}			passed[REMEMBERED];
static int	next_passed = 0;

static void
Remember(Oid root, Relation rel, HeapTuple old, const text *stage)
{
	int			length = VARSIZE_ANY_EXHDR(stage);

	if (length >= (int) sizeof(passed[0].stage))
		return;
	passed[next_passed].xid = GetTopTransactionIdIfAny();
	passed[next_passed].root = root;
	passed[next_passed].relid = RelationGetRelid(rel);
	passed[next_passed].tid = old->t_self;
	memcpy(passed[next_passed].stage, VARDATA_ANY(stage), length);
	passed[next_passed].stage[length] = '\0';
	next_passed = (next_passed + 1) % REMEMBERED;
}

/* a row version that this transaction has moved to another partition */
static bool
HasMoved(Oid relid, ItemPointer tid)
{
	Relation	rel = try_relation_open(relid, AccessShareLock);
	TupleTableSlot *slot;
	bool		moved = false;

	if (rel == NULL)
		return false;
	slot = table_slot_create(rel, NULL);
	if (table_tuple_fetch_row_version(rel, tid, SnapshotAny, slot) && TTS_IS_BUFFERTUPLE(slot))
	{
		HeapTupleHeader header = ((BufferHeapTupleTableSlot *) slot)->base.tuple->t_data;

		moved = HeapTupleHeaderIndicatesMovedPartitions(header) &&
			TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(header));
	}
	ExecDropSingleTupleTableSlot(slot);
	relation_close(rel, AccessShareLock);
	return moved;
}

static bool
IsMovedHere(const Attempt *attempt)
{
	TransactionId xid = GetTopTransactionIdIfAny();

	if (!attempt->rel->rd_rel->relispartition || !TransactionIdIsValid(xid))
		return false;
	for (int i = 0; i < REMEMBERED; i++)
		if (passed[i].xid == xid && passed[i].root == attempt->guard->root && strcmp(passed[i].stage, ToName(attempt)) == 0 &&
			HasMoved(passed[i].relid, &passed[i].tid))
		{
			passed[i].xid = InvalidTransactionId;
			return true;
		}
	return false;
}

/* an index in which a row with these values excludes another one */
static bool
IsExclusive(Relation index, TupleTableSlot *slot)
{
	Form_pg_index form = index->rd_index;

	if (!form->indisunique || index->rd_rel->relam != BTREE_AM_OID || !form->indimmediate || !form->indisvalid ||
		RelationGetIndexExpressions(index) != NIL || RelationGetIndexPredicate(index) != NIL)
		return false;
	for (int i = 0; i < form->indnkeyatts; i++)
		if (form->indkey.values[i] <= 0 || slot_attisnull(slot, form->indkey.values[i]))
			return false;
	return true;
}

/*
 * Scan keys of the values that a row has in an index.
 */
static int
KeysOf(Relation index, TupleTableSlot *slot, ScanKey keys)
{
	int			n = index->rd_index->indnkeyatts;

	for (int i = 0; i < n; i++)
	{
		Oid			type = index->rd_opcintype[i];
		Oid			equal = get_opfamily_member(index->rd_opfamily[i], type, type,
												BTEqualStrategyNumber);
		bool		isnull;
		Datum		value = slot_getattr(slot, index->rd_index->indkey.values[i], &isnull);

		if (!OidIsValid(equal))
			elog(ERROR, "missing operator %d(%u,%u) in opfamily %u", BTEqualStrategyNumber, type,
				 type, index->rd_opfamily[i]);
		ScanKeyEntryInitialize(&keys[i], 0, i + 1, BTEqualStrategyNumber, InvalidOid,
							   index->rd_indcollation[i], get_opcode(equal), value);
	}
	return n;
}

/*
 * Find the row that a unique index has for these values, and lock it against deletion. Rows that
 * other transactions are writing are waited for.
 */
static bool
LockConflicting(Relation rel, Relation index, TupleTableSlot *slot, TupleTableSlot *found)
{
	ScanKeyData keys[INDEX_MAX_KEYS];
	int			nkeys = KeysOf(index, slot, keys);
	SnapshotData dirty;
	IndexScanDesc scan;
	bool		locked = false;
	bool		again;

	InitDirtySnapshot(dirty);
	scan = bpm_index_beginscan(rel, index, &dirty, nkeys);
	do
	{
		TransactionId writer;
		TM_FailureData failure;
		TM_Result	result;

		again = false;
		index_rescan(scan, keys, nkeys, NULL, 0);
		if (!index_getnext_slot(scan, ForwardScanDirection, found))
			break;
		ExecMaterializeSlot(found);
		writer = TransactionIdIsValid(dirty.xmin) ? dirty.xmin : dirty.xmax;
		if (TransactionIdIsValid(writer))
		{
			XactLockTableWait(writer, NULL, NULL, XLTW_None);
			again = true;
			continue;
		}
		PushActiveSnapshot(GetLatestSnapshot());
		result = table_tuple_lock(rel, &found->tts_tid, GetActiveSnapshot(), found,
								  GetCurrentCommandId(false), LockTupleKeyShare, LockWaitBlock, 0,
								  &failure);
		PopActiveSnapshot();
		if (result == TM_Updated || result == TM_Deleted)
			again = true;
		else if (result == TM_Ok)
			locked = true;
		else
			elog(ERROR, "unexpected table_tuple_lock status: %d", (int) result);
		CHECK_FOR_INTERRUPTS();
	} while (again);
	index_endscan(scan);
	return locked;
}

/*
 * INSERT ... ON CONFLICT fires BEFORE INSERT before it looks for the conflict. A row whose unique
 * key is already there will not be inserted: it is updated, and judged then, or it is left out, or
 * it fails. Locking the one that is there keeps it so.
 */
static bool
WillConflict(const Attempt *attempt)
{
	List	   *indexes = RelationGetIndexList(attempt->rel);
	TupleTableSlot *found = table_slot_create(attempt->rel, NULL);
	bool		conflict = false;
	ListCell   *cell;

	/* see rows that this command has inserted */
	CommandCounterIncrement();
	foreach(cell, indexes)
	{
		Relation	index = index_open(lfirst_oid(cell), RowExclusiveLock);

		if (!conflict && IsExclusive(index, attempt->new))
			conflict = LockConflicting(attempt->rel, index, attempt->new, found);
		index_close(index, NoLock);
	}
	ExecDropSingleTupleTableSlot(found);
	list_free(indexes);
	return conflict;
}

/* ------------------------------------------------------------------------------------------------
 * The guard of a table with a stage column
 * ----------------------------------------------------------------------------------------------*/

static TriggerData *
CheckCall(FunctionCallInfo fcinfo, const char *function, bool update)
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
				 errhint("Write: CREATE TRIGGER ... BEFORE INSERT%s ON ... FOR EACH ROW EXECUTE FUNCTION bpm.%s(...).",
						 update ? " OR UPDATE" : "", function)));
	return trigdata;
}

/*
 * A row comes into being, or only seems to, which matters when there is something to refuse.
 */
static void
JudgeInsert(Attempt *attempt)
{
	/* asked first: a move to here is used up by its own row, however that is judged */
	if (IsMovedHere(attempt))
		return;
	if (attempt->to == 0 && !AnyGateApplies(attempt))
		return;
	if (WillConflict(attempt))
		return;
	if (attempt->to != 0)
		IllegalBeginning(attempt);
	CheckGates(attempt);
}

/*
 * A row moves. The column that says since when it is in its stage is to move with it.
 */
static void
JudgeUpdate(Attempt *attempt)
{
	TimestampTz since;
	TimestampTz at;
	bool		timed = attempt->guard->at != 0;

	if (!bpm_stage_in(attempt->stages->next[attempt->from], attempt->to))
		IllegalMove(attempt);
	if (timed)
	{
		since = TimeIn(attempt, attempt->old);
		at = TimeIn(attempt, attempt->new);
		if (at < since)
			ereport(ERROR,
					(errcode(ERRCODE_CHECK_VIOLATION),
					 errmsg("%s may not be in \"%s\" before it was in \"%s\"", Subject(attempt),
							ToName(attempt), FromName(attempt)),
					 errtablecol(attempt->rel, attempt->guard->at)));
	}
	if (bpm_stage_in(attempt->stages->conditional[attempt->from], attempt->to))
		CheckAttributes(attempt, timed ? &since : NULL, timed ? &at : NULL);
	CheckGates(attempt);
}

/*
 * lifecycle_guard(stage column, lifecycle or column that holds it, ...): trigger function.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_guard_row);
Datum
bpm_guard_row(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = CheckCall(fcinfo, "lifecycle_guard", true);
	Guard	   *guard = GuardOf(fcinfo, false);
	Attempt		attempt = {.guard = guard, .rel = trigdata->tg_relation};
	text	   *before = NULL;
	text	   *after;
	MemoryContext context = fcinfo->flinfo->fn_mcxt;

	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		attempt.tuple = trigdata->tg_newtuple;
		attempt.new = trigdata->tg_newslot;
		attempt.old = trigdata->tg_trigslot;
		before = TextOf(attempt.old, guard->stage);
	}
	else if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
	{
		attempt.tuple = trigdata->tg_trigtuple;
		attempt.new = trigdata->tg_trigslot;
	}
	else
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must be fired by INSERT or UPDATE",
						trigdata->tg_trigger->tgname)));

	after = TextOf(attempt.new, guard->stage);
	if (attempt.old != NULL && SameText(before, after) && guard->lifecycle == 0)
	{
		if (attempt.rel->rd_rel->relispartition && after != NULL)
			Remember(guard->root, attempt.rel, trigdata->tg_trigtuple, after);
		return PointerGetDatum(attempt.tuple);
	}
	if (after == NULL)
		NullColumn(attempt.rel, guard->stage, "stage");
	attempt.stages = StagesFor(guard, attempt.rel, attempt.new, context);
	attempt.to = StageOf(attempt.stages, after);
	attempt.from = -1;
	if (attempt.old == NULL)
		JudgeInsert(&attempt);
	else if (before == NULL)
	{
		/* it was there before the guard was: life begins now */
		if (attempt.to != 0)
			IllegalBeginning(&attempt);
		CheckGates(&attempt);
	}
	else if (!SameText(before, after))
	{
		attempt.from = StageOf(attempt.stages, before);
		JudgeUpdate(&attempt);
	}
	if (attempt.old != NULL && attempt.rel->rd_rel->relispartition)
		Remember(guard->root, attempt.rel, trigdata->tg_trigtuple, after);
	return PointerGetDatum(attempt.tuple);
}

/* ------------------------------------------------------------------------------------------------
 * The guard of a table of stage events
 * ----------------------------------------------------------------------------------------------*/

/*
 * Appending to one history is done by one session at a time. The lock is advisory, to the end of
 * the transaction, in a class of its own (1 and 2 are those of pg_advisory_lock), and one of 1024
 * per table, so that a bulk load cannot exhaust the lock table.
 */
#define LOCK_CLASS 3
#define LOCKS 1024

static void
LockHistory(const Attempt *attempt)
{
	Guard	   *guard = attempt->guard;
	TupleDesc	desc = RelationGetDescr(attempt->rel);
	uint32		hash = 0;
	LOCKTAG		tag;

	for (int i = 0; i < guard->nkeys; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, guard->key[i] - 1);
		TypeCacheEntry *type = lookup_type_cache(att->atttypid, TYPECACHE_HASH_PROC_FINFO);
		bool		isnull;
		Datum		value = slot_getattr(attempt->new, guard->key[i], &isnull);

		if (isnull)
			NullColumn(attempt->rel, guard->key[i], "key");
		if (!OidIsValid(type->hash_proc))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FUNCTION),
					 errmsg("key column \"%s\" of a lifecycle guard cannot be hashed",
							NameStr(att->attname)),
					 errdetail("It is of type %s.", format_type_be(att->atttypid))));
		hash = hash * 31 +
			DatumGetUInt32(FunctionCall1Coll(&type->hash_proc_finfo, att->attcollation, value));
	}
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, guard->root, hash % LOCKS, LOCK_CLASS);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

static void
AppendOperator(StringInfo out, Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR);
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(entry->eq_opr));
	Form_pg_operator form;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("could not identify an equality operator for type %s",
						format_type_be(type))));
	form = (Form_pg_operator) GETSTRUCT(tuple);
	appendStringInfo(out, " operator(%s.%s) ",
					 quote_identifier(get_namespace_name(form->oprnamespace)),
					 NameStr(form->oprname));
	ReleaseSysCache(tuple);
}

static void
FreePlan(void *arg)
{
	SPI_freeplan((SPIPlanPtr) arg);
}

/*
 * Prepare the query for the last event of a history. Names are quoted, operators are qualified, and
 * values are parameters.
 */
static void
PrepareLatest(const Attempt *attempt, MemoryContext context)
{
	Guard	   *guard = attempt->guard;
	Relation	rel = attempt->rel;
	const char *at = quote_identifier(ColumnName(rel, guard->at));
	const char *seq = guard->seq ? quote_identifier(ColumnName(rel, guard->seq)) : NULL;
	Oid			types[MAX_KEYS];
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "select %s, %s, %s from %s%s where ",
					 quote_identifier(ColumnName(rel, guard->stage)), at, seq ? seq : "null",
					 get_rel_relkind(guard->root) == RELKIND_RELATION ? "only " : "",
					 quote_qualified_identifier(get_namespace_name(get_rel_namespace(guard->root)),
												get_rel_name(guard->root)));
	for (int i = 0; i < guard->nkeys; i++)
	{
		types[i] = TupleDescAttr(RelationGetDescr(rel), guard->key[i] - 1)->atttypid;
		appendStringInfo(&query, "%s%s", i > 0 ? " and " : "",
						 quote_identifier(ColumnName(rel, guard->key[i])));
		AppendOperator(&query, types[i]);
		appendStringInfo(&query, "$%d", i + 1);
	}
	appendStringInfo(&query, " order by %s desc", at);
	if (seq != NULL)
		appendStringInfo(&query, ", %s desc", seq);
	appendStringInfoString(&query, " limit 1");

	guard->latest = SPI_prepare(query.data, guard->nkeys, types);
	if (guard->latest == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	SPI_keepplan(guard->latest);
	guard->free_plan.func = FreePlan;
	guard->free_plan.arg = guard->latest;
	MemoryContextRegisterResetCallback(context, &guard->free_plan);
}

/* the last event of a history */
typedef struct Latest
{
	text	   *stage;
	TimestampTz at;
	int64		seq;
} Latest;

static int64
SeqValue(Oid type, Datum value)
{
	return type == INT4OID ? DatumGetInt32(value) : DatumGetInt64(value);
}

/*
 * Find the last event as it is now, whatever the isolation level: an older snapshot could show a
 * history that has gone on. False when there is none.
 */
static bool
FindLatest(const Attempt *attempt, Latest *latest, MemoryContext context)
{
	Guard	   *guard = attempt->guard;
	MemoryContext row_context = CurrentMemoryContext;
	Datum		values[MAX_KEYS];
	char		nulls[MAX_KEYS + 1];
	Snapshot	snapshot;
	bool		found;

	SPI_connect();
	if (guard->latest == NULL)
		PrepareLatest(attempt, context);
	for (int i = 0; i < guard->nkeys; i++)
	{
		bool		isnull;

		values[i] = slot_getattr(attempt->new, guard->key[i], &isnull);
		nulls[i] = ' ';
	}
	nulls[guard->nkeys] = '\0';
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	if (SPI_execute_snapshot(guard->latest, values, nulls, snapshot, InvalidSnapshot, false, false,
							 1) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_snapshot failed");
	UnregisterSnapshot(snapshot);
	found = SPI_processed > 0;
	if (found)
	{
		HeapTuple	tuple = SPI_tuptable->vals[0];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		Datum		value;

		value = SPI_getbinval(tuple, desc, 1, &isnull);
		if (isnull)
			NullColumn(attempt->rel, guard->stage, "stage");
		value = PointerGetDatum(DatumGetTextPP(value));
		latest->stage = (text *) DatumGetPointer(SPI_datumTransfer(value, false, -1));
		value = SPI_getbinval(tuple, desc, 2, &isnull);
		if (isnull)
			NullColumn(attempt->rel, guard->at, "time");
		latest->at = TimeOf(attempt->rel, guard->at_type, value, guard->at);
		latest->seq = 0;
		if (guard->seq != 0)
		{
			value = SPI_getbinval(tuple, desc, 3, &isnull);
			if (isnull)
				NullColumn(attempt->rel, guard->seq, "sequence number");
			latest->seq = SeqValue(ColumnType(attempt->rel, guard->seq), value);
		}
	}
	SPI_finish();
	MemoryContextSwitchTo(row_context);
	return found;
}

/*
 * An event comes after the last one. Without a sequence number, two stages at one instant would
 * be ambiguous.
 */
static void
CheckOrder(const Attempt *attempt, const Latest *latest, TimestampTz at)
{
	Guard	   *guard = attempt->guard;

	if (at < latest->at)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("%s may not be dated before the latest one", Subject(attempt)),
				 errdetail("It has been in \"%s\" since a later time than that of \"%s\".",
						   FromName(attempt), ToName(attempt)),
				 errhint("A time that is filled in by now() is that of the beginning of the transaction; clock_timestamp() is that of the row."),
				 errtablecol(attempt->rel, guard->at)));
	if (at > latest->at)
		return;
	if (guard->seq != 0)
	{
		bool		isnull;
		Datum		value = slot_getattr(attempt->new, guard->seq, &isnull);

		if (isnull)
			NullColumn(attempt->rel, guard->seq, "sequence number");
		if (SeqValue(ColumnType(attempt->rel, guard->seq), value) > latest->seq)
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s may not have the time of the latest one", Subject(attempt)),
			 errdetail("\"%s\" and \"%s\" at one instant are ambiguous.", FromName(attempt),
					   ToName(attempt)),
			 guard->seq ? errhint("Give it a greater \"%s\".", ColumnName(attempt->rel, guard->seq)) :
			 errhint("Use clock_timestamp(), or give the guard the argument 'seq' and a column that orders events of one instant."),
			 errtablecol(attempt->rel, guard->at)));
}

static void
JudgeEvent(Attempt *attempt, MemoryContext context)
{
	TimestampTz at = TimeIn(attempt, attempt->new);
	Latest		latest;

	LockHistory(attempt);
	if (!FindLatest(attempt, &latest, context))
	{
		if (attempt->to != 0)
			IllegalBeginning(attempt);
		CheckGates(attempt);
		return;
	}
	/* a row that ON CONFLICT will not insert is no event */
	attempt->from = StageOf(attempt->stages, latest.stage);
	if ((attempt->from == attempt->to || at <= latest.at) && WillConflict(attempt))
		return;
	CheckOrder(attempt, &latest, at);
	if (attempt->from == attempt->to)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("%s is in \"%s\" already", Subject(attempt), ToName(attempt)),
				 AllowedDetail(attempt),
				 errtablecol(attempt->rel, attempt->guard->stage)));
	if (!bpm_stage_in(attempt->stages->next[attempt->from], attempt->to))
		IllegalMove(attempt);
	if (bpm_stage_in(attempt->stages->conditional[attempt->from], attempt->to))
		CheckAttributes(attempt, &latest.at, &at);
	CheckGates(attempt);
}

/*
 * lifecycle_guard_history(stage column, time column, lifecycle or column that holds it, 'key',
 * column, ...): trigger function. Also fired by UPDATE or DELETE, it refuses them.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_guard_history);
Datum
bpm_guard_history(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = CheckCall(fcinfo, "lifecycle_guard_history", false);
	Guard	   *guard = GuardOf(fcinfo, true);
	Attempt		attempt = {.guard = guard, .rel = trigdata->tg_relation};
	text	   *stage;

	attempt.tuple = trigdata->tg_trigtuple;
	attempt.new = trigdata->tg_trigslot;
	if (!TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("%s may not be changed or deleted", Subject(&attempt)),
				 errdetail("Stage events are only ever added."),
				 errtable(attempt.rel)));
	stage = TextOf(attempt.new, guard->stage);
	if (stage == NULL)
		NullColumn(attempt.rel, guard->stage, "stage");
	attempt.stages = StagesFor(guard, attempt.rel, attempt.new, fcinfo->flinfo->fn_mcxt);
	attempt.to = StageOf(attempt.stages, stage);
	attempt.from = -1;
	JudgeEvent(&attempt, fcinfo->flinfo->fn_mcxt);
	return PointerGetDatum(attempt.tuple);
}
