/*
 * conformance.c: a history that was written elsewhere, judged by a lifecycle.
 *
 * The aggregates hold the events of their group, sort them at the end and walk through them once.
 * So neither the order of the rows nor the way partial states were merged can change a verdict, and
 * events that no order can tell apart are called ambiguous instead of being guessed.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "port/pg_bitutils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "lifecycle.h"

/* ------------------------------------------------------------------------------------------------
 * The state: the events of a group
 *
 * Most histories need only time and stage. Both fit one 64-bit word, whose order is that of time:
 * the microseconds times 64, plus the stage. A sequence number, a role, or a time more than 4500
 * years from now makes a history wide.
 * ----------------------------------------------------------------------------------------------*/

typedef struct Event
{
	TimestampTz at;
	int64		seq;
	uint8		stage;
	uint8		role;			/* 0: one that the lifecycle does not name */
} Event;

/*
 * Sized so that state and events together are a power of two, which the allocator does not round
 * up: 4, 12, 28, ... narrow events.
 */
typedef struct History
{
	const BpmStages *stages;	/* lives as long as the query */
	TimestampTz until;			/* durations count to here */
	uint32		size;			/* bytes, of this and the events */
	uint32		n;
	bool		wide;
	bool		sorted;
	bool		has_role;		/* roles were given and are judged */
	bool		has_until;
	int64		events[FLEXIBLE_ARRAY_MEMBER];	/* narrow ones, or wide ones in their place */
} History;

#define HEADER_SIZE offsetof(History, events)
#define WideEvents(history) ((Event *) (history)->events)
#define FIRST_SIZE 64

StaticAssertDecl(HEADER_SIZE == 32, "the first sizes waste nothing");

#define STAGE_BITS 6
#define NARROW_LIMIT (INT64CONST(1) << (63 - STAGE_BITS))

static inline Event
EventAt(const History *history, uint32 i)
{
	Event		event = {0};

	if (history->wide)
		return ((const Event *) history->events)[i];
	event.at = history->events[i] >> STAGE_BITS;
	event.stage = (uint8) (history->events[i] & (BPM_MAX_STAGES - 1));
	return event;
}

static inline uint32
EventSize(const History *history)
{
	return history->wide ? sizeof(Event) : sizeof(int64);
}

static History *
NewHistory(MemoryContext context, const BpmStages *stages)
{
	History    *history = MemoryContextAlloc(context, FIRST_SIZE);

	memset(history, 0, HEADER_SIZE);
	history->stages = stages;
	history->size = FIRST_SIZE;
	history->sorted = true;
	return history;
}

/*
 * Make room for one more event. The history may move.
 */
static pg_noinline History *
Grow(History *history)
{
	if (history->size > MaxAllocSize / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many events in one history"),
				 errdetail("A group holds at most %zu bytes of events.", (size_t) MaxAllocSize)));
	history->size *= 2;
	return repalloc(history, history->size);
}

static inline int
EventOrder(const Event *x, const Event *y)
{
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	if (x->stage != y->stage)
		return x->stage - y->stage;
	return x->role - y->role;
}

/* the server's own quicksort, which can be interrupted */
#define ST_SORT SortWide
#define ST_ELEMENT_TYPE Event
#define ST_COMPARE(a, b) EventOrder(a, b)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

#define ST_SORT SortNarrow
#define ST_ELEMENT_TYPE int64
#define ST_COMPARE(a, b) (*(a) < *(b) ? -1 : *(a) > *(b))
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * Turn a narrow history into a wide one.
 */
static History *
Widen(History *narrow)
{
	MemoryContext context = GetMemoryChunkContext(narrow);
	size_t		size = narrow->size;
	History    *wide;

	while (size < HEADER_SIZE + (narrow->n + 1) * sizeof(Event))
		size *= 2;
	if (size > MaxAllocSize)
		return Grow(narrow);
	wide = MemoryContextAlloc(context, size);
	memcpy(wide, narrow, HEADER_SIZE);
	wide->size = (uint32) size;
	wide->wide = true;
	for (uint32 i = 0; i < narrow->n; i++)
		WideEvents(wide)[i] = EventAt(narrow, i);
	pfree(narrow);
	return wide;
}

static History *
AddWide(History *history, const Event *event)
{
	if (!history->wide)
		history = Widen(history);
	if (HEADER_SIZE + (history->n + 1) * sizeof(Event) > history->size)
		history = Grow(history);
	if (history->n > 0 &&
		EventOrder(&WideEvents(history)[history->n - 1], event) > 0)
		history->sorted = false;
	WideEvents(history)[history->n++] = *event;
	return history;
}

static inline History *
AddNarrow(History *history, TimestampTz at, int stage)
{
	int64		event;

	if (unlikely(history->wide || at >= NARROW_LIMIT || at < -NARROW_LIMIT))
	{
		Event		wide = {at, 0, (uint8) stage, 0};

		return AddWide(history, &wide);
	}
	if (HEADER_SIZE + (history->n + 1) * sizeof(int64) > history->size)
		history = Grow(history);
	event = (int64) ((uint64) at << STAGE_BITS) | stage;
	if (history->n > 0 && history->events[history->n - 1] > event)
		history->sorted = false;
	history->events[history->n++] = event;
	return history;
}

/*
 * Sort in place. That changes nothing of what a history means, so a final function may do it.
 */
static void
SortEvents(History *history)
{
	if (history->sorted)
		return;
	if (history->wide)
		SortWide(WideEvents(history), history->n);
	else
		SortNarrow(history->events, history->n);
	history->sorted = true;
}

/* ------------------------------------------------------------------------------------------------
 * Transition functions
 * ----------------------------------------------------------------------------------------------*/

/*
 * The lifecycles that a statement has met, opened once each. They belong to the query, not to a
 * group, because groups point to them; so two groups of one lifecycle have one pointer.
 */
typedef struct Opened
{
	bool		constant;		/* the lifecycle is, so that the first is the only one */
	BpmStages  *last;
	List	   *all;
} Opened;

static Opened *
OpenedOf(FunctionCallInfo fcinfo)
{
	Opened	   *opened = fcinfo->flinfo->fn_extra;

	if (opened == NULL)
		fcinfo->flinfo->fn_extra = opened =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Opened));
	return opened;
}

static BpmStages *
OpenOnce(FunctionCallInfo fcinfo, Opened *opened, const BpmLifecycle *value)
{
	ListCell   *cell;
	MemoryContext before;

	if (opened->last != NULL && bpm_lifecycle_same(opened->last->value, value))
		return opened->last;
	foreach(cell, opened->all)
	{
		BpmStages  *stages = lfirst(cell);

		if (bpm_lifecycle_same(stages->value, value))
			return opened->last = stages;
	}
	before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	opened->last = bpm_lifecycle_open(value, CurrentMemoryContext);
	opened->all = lappend(opened->all, opened->last);
	MemoryContextSwitchTo(before);
	return opened->last;
}

static pg_noinline void
NullArgument(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s must not be null", what),
			 errhint("Leave such rows out with FILTER (WHERE ...), and count them.")));
}

static const BpmStages *
LifecycleArg(FunctionCallInfo fcinfo)
{
	Opened	   *opened = OpenedOf(fcinfo);

	if (likely(opened->constant))
		return opened->last;
	if (PG_ARGISNULL(3))
		NullArgument("lifecycle of an event");
	if (opened->last == NULL)
	{
		Aggref	   *aggref = AggGetAggref(fcinfo);

		if (aggref != NULL)
			opened->constant = IsA(((TargetEntry *) list_nth(aggref->args, 2))->expr, Const);
	}
	return OpenOnce(fcinfo, opened, DatumGetLifecycleP(PG_GETARG_DATUM(3)));
}

static TimestampTz
TimeArg(FunctionCallInfo fcinfo, int n, const char *what)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(n);

	if (unlikely(TIMESTAMP_NOT_FINITE(at)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be finite", what),
				 errdetail("It is %s.", TIMESTAMP_IS_NOEND(at) ? "infinity" : "-infinity")));
	return at;
}

/*
 * The history to which a row's event is to be added, with stage and time of the event.
 */
static History *
HistoryArg(FunctionCallInfo fcinfo, Event *event)
{
	MemoryContext context;
	const BpmStages *stages;
	History    *history;
	text	   *stage;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("aggregate function called in non-aggregate context")));
	if (unlikely(PG_ARGISNULL(1)))
		NullArgument("stage of an event");
	if (unlikely(PG_ARGISNULL(2)))
		NullArgument("time of an event");
	stages = LifecycleArg(fcinfo);
	history = PG_ARGISNULL(0) ? NewHistory(context, stages) : (History *) PG_GETARG_POINTER(0);
	if (unlikely(history->stages != stages))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("one history has two lifecycles"),
				 errhint("Add the lifecycle to GROUP BY, or give all events of a group the same one.")));
	stage = PG_GETARG_TEXT_PP(1);
	event->stage = (uint8) bpm_lifecycle_stage(stages, VARDATA_ANY(stage),
											   VARSIZE_ANY_EXHDR(stage));
	event->at = TimeArg(fcinfo, 2, "time of an event");
	event->seq = 0;
	event->role = 0;
	return history;
}

static int64
SeqArg(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		NullArgument("sequence number of an event");
	return PG_GETARG_INT64(n);
}

/*
 * (state, stage, at, lifecycle [, seq [, role]])
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_conformance_accum);
Datum
bpm_conformance_accum(PG_FUNCTION_ARGS)
{
	Event		event;
	History    *history = HistoryArg(fcinfo, &event);

	if (likely(PG_NARGS() == 4))
		PG_RETURN_POINTER(AddNarrow(history, event.at, event.stage));
	event.seq = SeqArg(fcinfo, 4);
	if (PG_NARGS() > 5)
	{
		history->has_role = true;
		if (!PG_ARGISNULL(5))
		{
			text	   *role = PG_GETARG_TEXT_PP(5);

			event.role = (uint8) bpm_lifecycle_role(history->stages, VARDATA_ANY(role),
													VARSIZE_ANY_EXHDR(role));
		}
	}
	PG_RETURN_POINTER(AddWide(history, &event));
}

static pg_noinline void
TwoEnds(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("one history is counted to two times"),
			 errhint("Give all events of a group the same time to count to.")));
}

/*
 * (state, stage, at, lifecycle [, until [, seq]])
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_conformance_accum_until);
Datum
bpm_conformance_accum_until(PG_FUNCTION_ARGS)
{
	Event		event;
	History    *history = HistoryArg(fcinfo, &event);
	TimestampTz until;

	if (PG_ARGISNULL(4))
		NullArgument("time to count durations to");
	until = TimeArg(fcinfo, 4, "time to count durations to");
	if (history->has_until && history->until != until)
		TwoEnds();
	history->has_until = true;
	history->until = until;
	if (PG_NARGS() == 5)
		PG_RETURN_POINTER(AddNarrow(history, event.at, event.stage));
	event.seq = SeqArg(fcinfo, 5);
	PG_RETURN_POINTER(AddWide(history, &event));
}

/*
 * Merge two histories. The second is left as it is; its lifecycle is opened anew, because it may
 * live in memory that does not last.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_conformance_combine);
Datum
bpm_conformance_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	History    *to = PG_ARGISNULL(0) ? NULL : (History *) PG_GETARG_POINTER(0);
	const History *from = PG_ARGISNULL(1) ? NULL : (History *) PG_GETARG_POINTER(1);
	const BpmStages *stages;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("aggregate function called in non-aggregate context")));
	if (from == NULL)
	{
		if (to == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(to);
	}
	stages = OpenOnce(fcinfo, OpenedOf(fcinfo), from->stages->value);
	if (to == NULL)
	{
		to = NewHistory(context, stages);
		to->until = from->until;
		to->has_until = from->has_until;
	}
	if (to->stages != stages)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("one history has two lifecycles"),
				 errhint("Add the lifecycle to GROUP BY, or give all events of a group the same one.")));
	if (to->until != from->until)
		TwoEnds();
	to->has_role |= from->has_role;
	for (uint32 i = 0; i < from->n; i++)
	{
		Event		event = EventAt(from, i);

		to = from->wide ? AddWide(to, &event) : AddNarrow(to, event.at, event.stage);
	}
	PG_RETURN_POINTER(to);
}

/*
 * A history on its way between processes of one server: header, lifecycle, events, as in memory.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_conformance_serialize);
Datum
bpm_conformance_serialize(PG_FUNCTION_ARGS)
{
	const History *history = (History *) PG_GETARG_POINTER(0);
	size_t		lifecycle = VARSIZE(history->stages->value);
	size_t		events = (size_t) history->n * EventSize(history);
	bytea	   *result = palloc(VARHDRSZ + HEADER_SIZE + lifecycle + events);
	char	   *out = VARDATA(result);

	SET_VARSIZE(result, VARHDRSZ + HEADER_SIZE + lifecycle + events);
	memcpy(out, history, HEADER_SIZE);
	memcpy(out + HEADER_SIZE, history->stages->value, lifecycle);
	memcpy(out + HEADER_SIZE + lifecycle, history->events, events);
	PG_RETURN_BYTEA_P(result);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_conformance_deserialize);
Datum
bpm_conformance_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *message = PG_GETARG_BYTEA_PP(0);
	const char *in = VARDATA_ANY(message);
	size_t		length = VARSIZE_ANY_EXHDR(message);
	BpmLifecycle *lifecycle;
	History    *history;
	History		header;
	size_t		events;

	memcpy(&header, in, HEADER_SIZE);
	events = (size_t) header.n * EventSize(&header);
	lifecycle = palloc(length - HEADER_SIZE - events);
	memcpy(lifecycle, in + HEADER_SIZE, length - HEADER_SIZE - events);
	history = palloc(HEADER_SIZE + events);
	memcpy(history, in, HEADER_SIZE);
	memcpy(&history->events, in + length - events, events);
	history->size = (uint32) (HEADER_SIZE + events);
	history->stages = bpm_lifecycle_open(lifecycle, CurrentMemoryContext);
	pfree(lifecycle);
	PG_RETURN_POINTER(history);
}

/* ------------------------------------------------------------------------------------------------
 * Walking through a history
 * ----------------------------------------------------------------------------------------------*/

/* where a life is, beside the stages */
#define NOWHERE (-1)			/* it has not begun */
#define UNKNOWN (-2)			/* two stages at one instant: nobody knows which came last */

/* what can be wrong with one move */
typedef enum Violation
{
	VIOLATION_FIRST = 1 << 0,		/* a life begins in another stage than the first */
	VIOLATION_MOVE = 1 << 1,		/* the lifecycle has no such move */
	VIOLATION_EARLY = 1 << 2,
	VIOLATION_LATE = 1 << 3,
	VIOLATION_ROLE = 1 << 4,
	VIOLATION_AMBIGUOUS = 1 << 5
} Violation;

#define VIOLATIONS 6

static const char *const violation_name[VIOLATIONS] = {
	"first", "move", "early", "late", "role", "ambiguous"
};

typedef struct Walk
{
	const History *history;
	const BpmStages *stages;
	uint32		i;				/* the next event */
	int			steps;			/* moves so far */

	/* the last move */
	int			from;
	int			to;
	TimestampTz since;			/* when `from` was entered */
	TimestampTz at;
	int			violations;
	uint64		tied;			/* the stages of an ambiguous instant */
	const BpmMove *move;		/* with attributes, else NULL */
} Walk;

static Walk
Begin(History *history)
{
	Walk		walk = {0};

	SortEvents(history);
	walk.history = history;
	walk.stages = history->stages;
	walk.to = NOWHERE;
	return walk;
}

static int
JudgeMove(Walk *walk, uint8 role)
{
	int			violations = 0;
	int			time;

	if (walk->from == NOWHERE)
		return walk->to == 0 ? 0 : VIOLATION_FIRST;
	if (walk->from == UNKNOWN)
		return 0;
	if (!bpm_stage_in(walk->stages->next[walk->from], walk->to))
		return VIOLATION_MOVE;
	if (!bpm_stage_in(walk->stages->conditional[walk->from], walk->to))
		return 0;
	walk->move = bpm_lifecycle_move(walk->stages, walk->from, walk->to);
	time = bpm_lifecycle_judge_time(walk->move, walk->since, walk->at);
	if (time != 0)
		violations |= time < 0 ? VIOLATION_EARLY : VIOLATION_LATE;
	if (walk->history->has_role && walk->move->role != 0 && walk->move->role != role)
		violations |= VIOLATION_ROLE;
	return violations;
}

/*
 * Go on to the next move. Events that repeat the stage are none. False at the end.
 */
static bool
NextMove(Walk *walk)
{
	const History *history = walk->history;

	while (walk->i < history->n)
	{
		Event		event = EventAt(history, walk->i);
		uint64		tied = UINT64CONST(1) << event.stage;

		CHECK_FOR_INTERRUPTS();
		while (++walk->i < history->n)
		{
			Event		other = EventAt(history, walk->i);

			CHECK_FOR_INTERRUPTS();
			if (other.at != event.at || other.seq != event.seq)
				break;
			tied |= UINT64CONST(1) << other.stage;
		}
		if (walk->to == event.stage && (tied & (tied - 1)) == 0)
			continue;

		walk->from = walk->to;
		walk->since = walk->at;
		walk->at = event.at;
		walk->tied = tied;
		walk->move = NULL;
		if (walk->from != NOWHERE)
			walk->steps++;
		if ((tied & (tied - 1)) != 0)
		{
			walk->to = UNKNOWN;
			walk->violations = VIOLATION_AMBIGUOUS;
		}
		else
		{
			walk->to = event.stage;
			walk->violations = JudgeMove(walk, event.role);
		}
		return true;
	}
	return false;
}

/*
 * A violation of the last move, for people. No times, which would depend on the time zone.
 */
static char *
ViolationText(const Walk *walk, Violation violation)
{
	const BpmStages *stages = walk->stages;
	const char *to = walk->to >= 0 ? stages->name[walk->to] : NULL;
	const char *from = walk->from >= 0 ? stages->name[walk->from] : NULL;
	int64		days = 0;

	if (walk->move != NULL)
		days = (int64) (((int128) walk->at - walk->since) / USECS_PER_DAY);
	switch (violation)
	{
		case VIOLATION_FIRST:
			return psprintf("begins in \"%s\", not in \"%s\"", to, stages->name[0]);
		case VIOLATION_MOVE:
			if (bpm_stage_in(stages->final, walk->from))
				return psprintf("\"%s\" -> \"%s\" is no move: \"%s\" is final", from, to, from);
			return psprintf("\"%s\" -> \"%s\" is no move: \"%s\" may move to %s", from, to, from,
							bpm_lifecycle_names(stages, stages->next[walk->from], "or"));
		case VIOLATION_EARLY:
			return psprintf("\"%s\" -> \"%s\" after %s, not before %d", from, to,
							bpm_lifecycle_days(days), walk->move->after);
		case VIOLATION_LATE:
			return psprintf("\"%s\" -> \"%s\" after %s, due within %d", from, to,
							bpm_lifecycle_days(days), walk->move->within);
		case VIOLATION_ROLE:
			return psprintf("\"%s\" -> \"%s\" not by \"%s\"", from, to,
							stages->role[walk->move->role - 1]);
		case VIOLATION_AMBIGUOUS:
			return psprintf("%s at one instant: ambiguous",
							bpm_lifecycle_names(stages, walk->tied, "and"));
	}
	return NULL;				/* not reached */
}

/* ------------------------------------------------------------------------------------------------
 * Final functions
 * ----------------------------------------------------------------------------------------------*/

/*
 * The row type that a final function builds, or the row type of its array's elements. It is an
 * ordinary type, which its owner could alter.
 */
static TupleDesc
ResultRow(FunctionCallInfo fcinfo, int natts)
{
	TupleDesc	desc = fcinfo->flinfo->fn_extra;
	Oid			type;

	if (desc != NULL)
		return desc;
	type = get_func_rettype(fcinfo->flinfo->fn_oid);
	if (OidIsValid(get_element_type(type)))
		type = get_element_type(type);
	desc = lookup_rowtype_tupdesc_copy(type, -1);
	if (desc->natts != natts)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("type %s has been altered", format_type_be(type))));
	if (fcinfo->flinfo->fn_mcxt != CurrentMemoryContext)
	{
		MemoryContext before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		desc = CreateTupleDescCopy(desc);
		MemoryContextSwitchTo(before);
	}
	desc = BlessTupleDesc(desc);
	fcinfo->flinfo->fn_extra = desc;
	return desc;
}

static Datum
NameDatum(const BpmStages *stages, int stage)
{
	return PointerGetDatum(cstring_to_text_with_len(stages->name[stage], stages->length[stage]));
}

static Datum
RowDatum(TupleDesc desc, Datum *values, bool *nulls)
{
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

/* when a move falls due; false when no timestamp is so late */
static bool
DueAt(const BpmMove *move, TimestampTz since, TimestampTz *due)
{
	return !__builtin_add_overflow(since, move->within * USECS_PER_DAY, due) &&
		IS_VALID_TIMESTAMP(*due);
}

/*
 * bpm.lifecycle_status: where a life is, since when, and the first thing that is wrong with it.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_conformance_status);
Datum
bpm_conformance_status(PG_FUNCTION_ARGS)
{
	enum
	{
		STAGE, SINCE, STEPS, CONFORMS, VIOLATION, VIOLATION_AT, DEADLINE, DEADLINE_STAGE,
		DEADLINE_MISSED, COLUMNS
	};
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS];
	const BpmMove *missed = NULL;
	TimestampTz missed_since = 0;
	const BpmMove *deadline;
	TimestampTz due;
	bool		conforms = true;
	Walk		walk;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	memset(nulls, true, sizeof(nulls));
	walk = Begin((History *) PG_GETARG_POINTER(0));
	while (NextMove(&walk))
	{
		if (likely(walk.violations == 0))
			continue;
		if (conforms)
		{
			Violation	first = (Violation) (walk.violations & -walk.violations);

			conforms = false;
			values[VIOLATION] = PointerGetDatum(cstring_to_text(ViolationText(&walk, first)));
			values[VIOLATION_AT] = TimestampTzGetDatum(walk.at);
			nulls[VIOLATION] = nulls[VIOLATION_AT] = false;
		}
		if ((walk.violations & VIOLATION_LATE) && missed == NULL)
		{
			missed = walk.move;
			missed_since = walk.since;
		}
	}

	if (walk.to >= 0)
	{
		values[STAGE] = NameDatum(walk.stages, walk.to);
		nulls[STAGE] = false;
	}
	values[SINCE] = TimestampTzGetDatum(walk.at);
	values[STEPS] = Int32GetDatum(walk.steps);
	values[CONFORMS] = BoolGetDatum(conforms);
	nulls[SINCE] = nulls[STEPS] = nulls[CONFORMS] = false;

	deadline = missed ? missed : walk.to >= 0 ? walk.stages->due[walk.to] : NULL;
	if (deadline != NULL && DueAt(deadline, missed ? missed_since : walk.at, &due))
	{
		values[DEADLINE] = TimestampTzGetDatum(due);
		values[DEADLINE_STAGE] = NameDatum(walk.stages, deadline->to);
		values[DEADLINE_MISSED] = BoolGetDatum(missed != NULL);
		nulls[DEADLINE] = nulls[DEADLINE_STAGE] = nulls[DEADLINE_MISSED] = false;
	}
	PG_RETURN_DATUM(RowDatum(ResultRow(fcinfo, COLUMNS), values, nulls));
}

/*
 * An array of rows from a list of them.
 */
static Datum
RowArray(FunctionCallInfo fcinfo, Datum *rows, int n)
{
	Oid			type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));

	if (n == 0)
		return PointerGetDatum(construct_empty_array(type));
	return PointerGetDatum(construct_array(rows, n, type, -1, false, TYPALIGN_DOUBLE));
}

/*
 * bpm.lifecycle_violation[]: everything that is wrong with a history, in its order.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_conformance_violations);
Datum
bpm_conformance_violations(PG_FUNCTION_ARGS)
{
	enum
	{
		KIND, AT, FROM_STAGE, TO_STAGE, VIOLATION, COLUMNS
	};
	int			n = 0;
	int			space = 8;
	Datum	   *rows;
	Walk		walk;

	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(RowArray(fcinfo, NULL, 0));
	rows = palloc(space * sizeof(Datum));
	walk = Begin((History *) PG_GETARG_POINTER(0));
	while (NextMove(&walk))
	{
		for (int i = 0; i < VIOLATIONS && walk.violations >> i != 0; i++)
		{
			Datum		values[COLUMNS] = {0};
			bool		nulls[COLUMNS] = {false};

			if (!(walk.violations & (1 << i)))
				continue;
			if (n == space)
			{
				space *= 2;
				rows = repalloc_huge(rows, space * sizeof(Datum));
			}
			values[KIND] = PointerGetDatum(cstring_to_text(violation_name[i]));
			values[AT] = TimestampTzGetDatum(walk.at);
			nulls[FROM_STAGE] = walk.from < 0;
			if (walk.from >= 0)
				values[FROM_STAGE] = NameDatum(walk.stages, walk.from);
			nulls[TO_STAGE] = walk.to < 0;
			if (walk.to >= 0)
				values[TO_STAGE] = NameDatum(walk.stages, walk.to);
			values[VIOLATION] = PointerGetDatum(cstring_to_text(ViolationText(&walk, 1 << i)));
			rows[n++] = RowDatum(ResultRow(fcinfo, COLUMNS), values, nulls);
		}
	}
	PG_RETURN_DATUM(RowArray(fcinfo, rows, n));
}

/* time in one stage */
typedef struct Stay
{
	int			visits;
	bool		open;
	TimestampTz first;
	int128		total;			/* microseconds; all of time is more than 64 bits of them */
} Stay;

static Datum
StayRow(TupleDesc desc, const BpmStages *stages, int stage, const Stay *stay)
{
	enum
	{
		STAGE, ENTERED, VISITS, DURATION, OPEN, COLUMNS
	};
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {false};
	Interval   *duration = palloc0(sizeof(Interval));

	duration->day = (int32) (stay->total / USECS_PER_DAY);
	duration->time = (int64) (stay->total % USECS_PER_DAY);
	nulls[STAGE] = stage < 0;
	if (stage >= 0)
		values[STAGE] = NameDatum(stages, stage);
	values[ENTERED] = TimestampTzGetDatum(stay->first);
	values[VISITS] = Int32GetDatum(stay->visits);
	values[DURATION] = IntervalPGetDatum(duration);
	nulls[DURATION] = stage >= 0 && bpm_stage_in(stages->final, stage);
	values[OPEN] = BoolGetDatum(stay->open);
	return RowDatum(desc, values, nulls);
}

/*
 * bpm.lifecycle_duration[]: the time in each stage, in the order of the lifecycle. The open stage
 * counts to the given time, else to now; a final stage is no waiting. Time after an ambiguous
 * instant belongs to a stage of its own, which is NULL.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_conformance_durations);
Datum
bpm_conformance_durations(PG_FUNCTION_ARGS)
{
	Stay		stays[BPM_MAX_STAGES + 1] = {0};
	Datum		rows[BPM_MAX_STAGES + 1];
	TimestampTz until = GetCurrentTransactionStartTimestamp();
	int			current = NOWHERE;
	TimestampTz since = 0;
	int			n = 0;
	TupleDesc	desc;
	Walk		walk;

	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(RowArray(fcinfo, NULL, 0));
	walk = Begin((History *) PG_GETARG_POINTER(0));
	if (walk.history->has_until)
		until = walk.history->until;
	while (NextMove(&walk) && walk.at <= until)
	{
		Stay	   *stay;

		if (current != NOWHERE)
			stays[current].total += (int128) walk.at - since;
		current = walk.to >= 0 ? walk.to : BPM_MAX_STAGES;
		since = walk.at;
		stay = &stays[current];
		if (stay->visits++ == 0)
			stay->first = since;
	}
	if (current != NOWHERE && (current == BPM_MAX_STAGES ||
							   !bpm_stage_in(walk.stages->final, current)))
	{
		stays[current].total += (int128) until - since;
		stays[current].open = true;
	}

	desc = ResultRow(fcinfo, 5);
	for (int i = 0; i <= BPM_MAX_STAGES; i++)
		if (stays[i].visits > 0)
			rows[n++] = StayRow(desc, walk.stages, i < BPM_MAX_STAGES ? i : UNKNOWN, &stays[i]);
	PG_RETURN_DATUM(RowArray(fcinfo, rows, n));
}
