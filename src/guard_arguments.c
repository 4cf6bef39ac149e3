/*
 * guard_arguments.c: what the arguments of a guard's trigger say.
 *
 * They are read once per statement, by its first row; a lifecycle written there is parsed once per session.
 */
#include "postgres.h"

#include "catalog/objectaccess.h"
#include "catalog/partition.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
#include "utils/varlena.h"

#include "guard.h"

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

BpmStages *
bpm_guard_parse_once(const char *text, MemoryContext context)
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

bool
bpm_guard_is_kept(const BpmStages *stages)
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
NoSuchColumn(Relation rel, const char *name, const char *what)
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
			 errmsg("column \"%s\" of a %s does not exist in table \"%s\"",
					name, what, RelationGetRelationName(rel)),
			 hint ? errhint("%s", hint) : 0));
}

/*
 * Generated columns are computed after BEFORE triggers: what those see there is the old value.
 */
static void
CheckNotGenerated(Relation rel, AttrNumber column, const char *what)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), column - 1);

	if (att->attgenerated != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of a %s is generated", NameStr(att->attname), what),
				 errdetail("It is computed after the guard has judged the row."),
				 errhint("Name the columns that it is computed from.")));
}

AttrNumber
bpm_guard_column(Relation rel, const char *name, const char *what)
{
	AttrNumber	column = FindColumn(rel, name);

	if (column == 0)
		NoSuchColumn(rel, name, what);
	CheckNotGenerated(rel, column, what);
	return column;
}

/*
 * A column that is read after the row is written, when what is generated is there, unless it is not stored.
 */
AttrNumber
bpm_guard_key_column(Relation rel, const char *name)
{
	AttrNumber	column = FindColumn(rel, name);
	Form_pg_attribute att;

	if (column == 0)
		NoSuchColumn(rel, name, "log of changes");
	att = TupleDescAttr(RelationGetDescr(rel), column - 1);
	if (att->attgenerated != '\0' && att->attgenerated != ATTRIBUTE_GENERATED_STORED)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of a log of changes is generated, and not stored", NameStr(att->attname)),
				 errhint("Name the columns that it is computed from.")));
	return column;
}

static AttrNumber
GuardColumn(Relation rel, const char *name)
{
	return bpm_guard_column(rel, name, "lifecycle guard");
}

/* the type of a column below its domains */
Oid
bpm_guard_column_type(Relation rel, AttrNumber column)
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
	AttrNumber	column = GuardColumn(rel, name);
	Oid			type = bpm_guard_column_type(rel, column);

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
	AttrNumber	column = GuardColumn(rel, name);

	*type = bpm_guard_column_type(rel, column);
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
	AttrNumber	column = GuardColumn(rel, name);
	Oid			type = bpm_guard_column_type(rel, column);

	if (type != INT8OID && type != INT4OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("seq column \"%s\" of a lifecycle guard is not an integer", name),
				 errdetail("It is of type %s.", format_type_be(type))));
	return column;
}

static AttrNumber
BooleanColumn(Relation rel, const char *name)
{
	AttrNumber	column = GuardColumn(rel, name);
	Oid			type = bpm_guard_column_type(rel, column);

	if (type != BOOLOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of a lifecycle guard does not say yes or no", name),
				 errdetail("It is of type %s.", format_type_be(type)),
				 errhint("It must be boolean.")));
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
		Oid			type = bpm_guard_column_type(rel, guard->lifecycle);
		char	   *name;

		CheckNotGenerated(rel, guard->lifecycle, "lifecycle guard");
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
		NoSuchColumn(rel, argument, "lifecycle guard");
	guard->stages = bpm_guard_parse_once(argument, context);
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
	if (list_length(textToQualifiedNameList(cstring_to_text(name))) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("function \"%s\" of a lifecycle gate has no schema", name),
				 errhint("Write schema.function, without arguments.")));
	return DatumGetObjectId(DirectFunctionCall1(regprocin, CStringGetDatum(name)));
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
	gate->column[i] = GuardColumn(rel, name);
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
	static const char *const history_clauses[] = {"key", "seq", "by", "takes_back", "gate", NULL};

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
					 errdetail("After stage, time and lifecycle come 'key', 'seq', 'by' or 'takes_back' with a column, and 'gate' with move, function and message.") :
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
		else if (pg_strcasecmp(clause, "takes_back") == 0)
			guard->takes_back = BooleanColumn(rel, arguments[i + 1]);
		else if (guard->nkeys == MAX_KEYS)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a lifecycle guard has more than %d key columns", MAX_KEYS)));
		else
			guard->key[guard->nkeys++] = GuardColumn(rel, arguments[i + 1]);
		i += takes + 1;
	}
}

/* the guards themselves leave a row as it is */
static bool
IsGuard(Oid function)
{
	Oid			schema = get_func_namespace(function);
	char	   *name = get_func_name(function);

	return name != NULL && strcmp(get_namespace_name(schema), "bpm") == 0 &&
		(strcmp(name, "lifecycle_guard") == 0 || strcmp(name, "lifecycle_guard_history") == 0 ||
		 strcmp(name, "refuse_closed") == 0 || strcmp(name, "refuse_closed_unlocked") == 0 ||
		 strcmp(name, "lock_closing") == 0);
}

/* a trigger that could change the row of this event, in this session */
static bool
ChangesRow(const Trigger *trigger, TriggerEvent event)
{
	char		off = SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA ?
		TRIGGER_FIRES_ON_ORIGIN : TRIGGER_FIRES_ON_REPLICA;

	return TRIGGER_FOR_ROW(trigger->tgtype) && TRIGGER_FOR_BEFORE(trigger->tgtype) &&
		(TRIGGER_FIRED_BY_INSERT(event) ? TRIGGER_FOR_INSERT(trigger->tgtype) :
		 TRIGGER_FOR_UPDATE(trigger->tgtype)) &&
		trigger->tgenabled != TRIGGER_DISABLED && trigger->tgenabled != off && !IsGuard(trigger->tgfoid);
}

/*
 * A trigger that fires after a guard could turn the row that was judged into another one. Triggers of one kind
 * fire in the order of their names. Asked once a statement for each event: ON CONFLICT and MERGE have two.
 */
void
bpm_guard_check_last(TriggerData *trigdata, const char *what, int *checked)
{
	const Trigger *own = trigdata->tg_trigger;
	Relation	rel = trigdata->tg_relation;
	int			event = trigdata->tg_event & TRIGGER_EVENT_OPMASK;

	if (likely((*checked & (1 << event)) != 0) || TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
		return;
	/* the last of them, so that the hint is a mend for all: they are in the order of their names */
	for (int i = rel->trigdesc->numtriggers - 1; i >= 0; i--)
	{
		const Trigger *trigger = &rel->trigdesc->triggers[i];
		char	   *name = psprintf("zz_%s", own->tgname);

		if (strcmp(trigger->tgname, own->tgname) <= 0)
			break;
		if (!ChangesRow(trigger, trigdata->tg_event))
			continue;
		if (strcmp(name, trigger->tgname) <= 0)
			name = psprintf("%s_%s", trigger->tgname, own->tgname);
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("trigger \"%s\" of table \"%s\" fires after the %s \"%s\"",
						trigger->tgname, RelationGetRelationName(rel), what, own->tgname),
				 errdetail("It could change the row that the guard has judged."),
				 errhint("Rename the guard so that it is the last: ALTER TRIGGER %s ON %s RENAME TO %s.",
						 quote_identifier(own->tgname), quote_identifier(get_rel_name(bpm_guard_trigger_table(trigdata))),
						 quote_identifier(name))));
	}
	*checked |= 1 << event;
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
	guard->root = bpm_guard_root(rel);
	return guard;
}

/*
 * The guard of a trigger, read by the first row of a statement.
 */
Guard *
bpm_guard_of(FunctionCallInfo fcinfo, bool history)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Guard	   *guard = fcinfo->flinfo->fn_extra;

	if (unlikely(guard == NULL))
	{
		MemoryContext before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		guard = ReadGuard(trigdata, history, CurrentMemoryContext);
		MemoryContextSwitchTo(before);
		fcinfo->flinfo->fn_extra = guard;
	}
	bpm_guard_check_last(trigdata, "lifecycle guard", &guard->checked);
	return guard;
}
