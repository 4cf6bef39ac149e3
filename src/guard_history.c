/*
 * guard_history.c: lifecycle_guard_history, the guard of a table of stage events.
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "guard.h"

/* ------------------------------------------------------------------------------------------------
 * The guard of a table of stage events
 * ----------------------------------------------------------------------------------------------*/

/*
 * What of a history the latest event is looked for in, when events can be taken back: the events that stand. From the
 * last row of a key, time and stage on backwards, rows that take back are met before what they take back; where more
 * have entered than taken back for the first time, there is the one that stands.
 */
static void
AppendStanding(StringInfo query, const char *stage, const char *at, const char *seq, const char *takes_back)
{
	appendStringInfo(query, "select %s as stage, %s as at, %s as seq,"
					 " pg_catalog.sum(case when %s then -1 else 1 end) over (partition by %s, %s order by ",
					 stage, at, seq ? seq : "null", takes_back, stage, at);
	if (seq != NULL)
		appendStringInfo(query, "%s desc, ", seq);
	appendStringInfo(query, "%s is true desc rows unbounded preceding) as standing", takes_back);
}

/*
 * Prepare the query for the last event of a history that stands. Names are quoted, operators are qualified, and
 * values are parameters.
 */
static void
PrepareLatest(const Attempt *attempt, MemoryContext context)
{
	Guard	   *guard = attempt->guard;
	Relation	rel = attempt->rel;
	const char *stage = quote_identifier(ColumnName(rel, guard->stage));
	const char *at = quote_identifier(ColumnName(rel, guard->at));
	const char *seq = guard->seq ? quote_identifier(ColumnName(rel, guard->seq)) : NULL;
	Oid			types[MAX_KEYS];
	StringInfoData query;

	initStringInfo(&query);
	if (guard->takes_back != 0)
	{
		appendStringInfoString(&query, "select stage, at, seq from (");
		AppendStanding(&query, stage, at, seq, quote_identifier(ColumnName(rel, guard->takes_back)));
	}
	else
		appendStringInfo(&query, "select %s, %s, %s", stage, at, seq ? seq : "null");
	appendStringInfo(&query, " from %s%s where ",
					 get_rel_relkind(guard->root) == RELKIND_RELATION ? "only " : "",
					 bpm_guard_qualified_name(guard->root));
	for (int i = 0; i < guard->nkeys; i++)
	{
		types[i] = TupleDescAttr(RelationGetDescr(rel), guard->key[i] - 1)->atttypid;
		if (i > 0)
			appendStringInfoString(&query, " and ");
		bpm_guard_append_equal(&query, ColumnName(rel, guard->key[i]), types[i], i + 1, types[i]);
	}
	if (guard->takes_back != 0)
		appendStringInfoString(&query, ") as events where standing operator(pg_catalog.>) 0");
	appendStringInfoString(&query, " order by 2 desc");
	if (seq != NULL)
		appendStringInfoString(&query, ", 3 desc");
	appendStringInfoString(&query, " limit 1");

	guard->latest = SPI_prepare(query.data, guard->nkeys, types);
	if (guard->latest == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	bpm_guard_keep_plan(guard->latest, context);
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
 * history that has gone on. As the table's owner and past row security: who may only add events, or see some of
 * them, is judged by all of them. False when there is none.
 */
static bool
FindLatest(const Attempt *attempt, Latest *latest, MemoryContext context)
{
	Guard	   *guard = attempt->guard;
	MemoryContext row_context = CurrentMemoryContext;
	Datum		values[MAX_KEYS];
	char		nulls[MAX_KEYS + 1];
	Snapshot	snapshot;
	Caller		caller;
	bool		found;

	caller = bpm_guard_become_owner(guard->root);
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
			bpm_guard_null_column(attempt->rel, guard->stage, "stage");
		value = PointerGetDatum(DatumGetTextPP(value));
		latest->stage = (text *) DatumGetPointer(SPI_datumTransfer(value, false, -1));
		value = SPI_getbinval(tuple, desc, 2, &isnull);
		if (isnull)
			bpm_guard_null_column(attempt->rel, guard->at, "time");
		latest->at = bpm_guard_time(attempt->rel, guard->at_type, value, guard->at);
		latest->seq = 0;
		if (guard->seq != 0)
		{
			value = SPI_getbinval(tuple, desc, 3, &isnull);
			if (isnull)
				bpm_guard_null_column(attempt->rel, guard->seq, "sequence number");
			latest->seq = SeqValue(bpm_guard_column_type(attempt->rel, guard->seq), value);
		}
	}
	SPI_finish();
	bpm_guard_become_caller(caller);
	MemoryContextSwitchTo(row_context);
	return found;
}

/*
 * Whether a row has a greater sequence number than the latest event.
 */
static bool
ComesAfter(const Attempt *attempt, const Latest *latest)
{
	Guard	   *guard = attempt->guard;
	bool		isnull;
	Datum		value = slot_getattr(attempt->new, guard->seq, &isnull);

	if (isnull)
		bpm_guard_null_column(attempt->rel, guard->seq, "sequence number");
	return SeqValue(bpm_guard_column_type(attempt->rel, guard->seq), value) > latest->seq;
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
				 errmsg("%s may not be dated before the latest one", bpm_guard_subject(attempt)),
				 attempt->hidden ? 0 :
				 errdetail("It has been in \"%s\" since a later time than that of \"%s\".",
						   FromName(attempt), ToName(attempt)),
				 errhint("A time that is filled in by now() is that of the beginning of the transaction; clock_timestamp() is that of the row."),
				 errtablecol(attempt->rel, guard->at)));
	if (at > latest->at)
		return;
	if (guard->seq != 0 && ComesAfter(attempt, latest))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s may not have the time of the latest one", bpm_guard_subject(attempt)),
			 attempt->hidden ? errdetail("Two stages at one instant are ambiguous.") :
			 errdetail("\"%s\" and \"%s\" at one instant are ambiguous.", FromName(attempt),
					   ToName(attempt)),
			 guard->seq ? errhint("Give it a greater \"%s\".", ColumnName(attempt->rel, guard->seq)) :
			 errhint("Use clock_timestamp(), or give the guard the argument 'seq' and a column that orders events of one instant."),
			 errtablecol(attempt->rel, guard->at)));
}

static bool
TakesBack(const Attempt *attempt)
{
	bool		isnull;
	Datum		value;

	if (attempt->guard->takes_back == 0)
		return false;
	value = slot_getattr(attempt->new, attempt->guard->takes_back, &isnull);
	return !isnull && DatumGetBool(value);
}

/*
 * A stage that was entered by mistake is taken back by a row with its stage and time: only the latest that
 * stands, so that what came after it is never left without a beginning. Where a sequence number orders the rows of
 * one instant, it orders this one too.
 */
static void
JudgeTakingBack(const Attempt *attempt, bool found, const Latest *latest, TimestampTz at)
{
	if (found && attempt->from == attempt->to && latest->at == at)
	{
		if (attempt->guard->seq == 0 || ComesAfter(attempt, latest))
			return;
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("%s may not take back \"%s\" before it was entered", bpm_guard_subject(attempt),
						ToName(attempt)),
				 errhint("Give it a greater \"%s\".", ColumnName(attempt->rel, attempt->guard->seq)),
				 errtablecol(attempt->rel, attempt->guard->seq)));
	}
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s may not take back \"%s\"", bpm_guard_subject(attempt), ToName(attempt)),
			 !found ? errdetail("There is nothing to take back.") :
			 attempt->hidden ? errdetail("It is not the latest event that stands.") :
			 attempt->from == attempt->to ?
			 errdetail("The latest event that stands is \"%s\" at another time.", FromName(attempt)) :
			 errdetail("The latest event that stands is \"%s\".", FromName(attempt)),
			 errhint("Only the latest can be taken back, by a row with its stage and time; then the one before it is the latest."),
			 errtablecol(attempt->rel, attempt->guard->stage)));
}

static void
JudgeEvent(Attempt *attempt, MemoryContext context)
{
	Guard	   *guard = attempt->guard;
	TimestampTz at = bpm_guard_time_in(attempt, attempt->new);
	AttrNumber	shown[] = {guard->stage, guard->at};
	Latest		latest;
	bool		found;

	bpm_guard_lock(guard->root, attempt->rel, attempt->new, guard->key, NULL, guard->nkeys, ExclusiveLock);
	found = FindLatest(attempt, &latest, context);
	if (found)
	{
		attempt->hidden = !bpm_guard_may_see(attempt->rel, guard->root, shown, lengthof(shown));
		attempt->from = bpm_guard_stage_before(attempt, latest.stage);
	}
	if (TakesBack(attempt))
	{
		JudgeTakingBack(attempt, found, &latest, at);
		return;
	}
	if (!found)
	{
		if (attempt->to != 0)
			bpm_guard_illegal_beginning(attempt);
		bpm_guard_check_gates(attempt);
		return;
	}
	/* a row that ON CONFLICT will not insert is no event */
	if ((attempt->from == attempt->to || at <= latest.at) && bpm_guard_will_conflict(attempt))
		return;
	CheckOrder(attempt, &latest, at);
	if (attempt->from == attempt->to)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("%s is in \"%s\" already", bpm_guard_subject(attempt), ToName(attempt)),
				 attempt->hidden ? 0 : bpm_guard_allowed_detail(attempt),
				 errtablecol(attempt->rel, guard->stage)));
	if (!bpm_stage_in(attempt->stages->next[attempt->from], attempt->to))
		bpm_guard_illegal_move(attempt);
	if (bpm_stage_in(attempt->stages->conditional[attempt->from], attempt->to))
		bpm_guard_check_attributes(attempt, &latest.at, &at);
	bpm_guard_check_gates(attempt);
}

/*
 * lifecycle_guard_history(stage column, time column, lifecycle or column that holds it, 'key',
 * column, ...): trigger function. Also fired by UPDATE or DELETE, it refuses them.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_guard_history);
Datum
bpm_guard_history(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = bpm_guard_check_call(fcinfo, "lifecycle_guard_history", "INSERT", "...");
	Guard	   *guard = bpm_guard_of(fcinfo, true);
	Attempt		attempt = {.guard = guard, .rel = trigdata->tg_relation};
	text	   *stage;

	attempt.tuple = trigdata->tg_trigtuple;
	attempt.new = trigdata->tg_trigslot;
	if (!TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("%s may not be changed or deleted", bpm_guard_subject(&attempt)),
				 errdetail("Stage events are only ever added."),
				 errtable(attempt.rel)));
	stage = TextOf(attempt.new, guard->stage);
	if (stage == NULL)
		bpm_guard_null_column(attempt.rel, guard->stage, "stage");
	attempt.stages = bpm_guard_stages(guard, attempt.rel, attempt.new, fcinfo->flinfo->fn_mcxt);
	attempt.to = StageOf(attempt.stages, stage);
	attempt.from = -1;
	JudgeEvent(&attempt, fcinfo->flinfo->fn_mcxt);
	return PointerGetDatum(attempt.tuple);
}
