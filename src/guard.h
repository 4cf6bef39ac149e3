/*
 * guard.h: what the files of the concept guard share, and nobody else sees.
 *
 * guard_arguments.c  what the arguments of a trigger say
 * guard.c            reading a row, judging a move, saying what is wrong
 * guard_conflict.c   rows that only seem to be inserted
 * guard_row.c        lifecycle_guard: a table with a stage column
 * guard_history.c    lifecycle_guard_history: a table of stage events
 * guard_owner.c      reading and writing as a table's owner, as foreign keys do
 * guard_log.c        log_change: a history that its writers can neither forge nor change
 * guard_closed.c     refuse_closed, lock_closing: what is closed takes no more
 */
#ifndef BPM_GUARD_H
#define BPM_GUARD_H

#include "commands/trigger.h"
#include "executor/spi.h"
#include "storage/lock.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "lifecycle.h"

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
	int			checked;		/* the events for which it is known to be the last trigger */

	/* history */
	AttrNumber	seq;			/* order within one instant, or 0 */
	AttrNumber	takes_back;		/* whether a row takes back an event, or 0 */
	int			nkeys;
	AttrNumber	key[MAX_KEYS];
	Oid			root;			/* the table, or the partitioned table above it */
	SPIPlanPtr	latest;			/* finds the last event */
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
	bool		hidden;			/* the caller may not see the stage before */
} Attempt;

extern Guard *bpm_guard_of(FunctionCallInfo fcinfo, bool history);
extern AttrNumber bpm_guard_column(Relation rel, const char *name, const char *what);
extern AttrNumber bpm_guard_key_column(Relation rel, const char *name);
extern Oid	bpm_guard_column_type(Relation rel, AttrNumber column);
extern BpmStages *bpm_guard_parse_once(const char *text, MemoryContext context);
extern bool bpm_guard_is_kept(const BpmStages *stages);
extern void bpm_guard_check_last(TriggerData *trigdata, const char *what, int *checked);

extern void bpm_guard_null_column(Relation rel, AttrNumber column, const char *what);
extern TimestampTz bpm_guard_time(Relation rel, Oid type, Datum value, AttrNumber column);
extern TimestampTz bpm_guard_time_in(const Attempt *attempt, TupleTableSlot *slot);
extern const BpmStages *bpm_guard_stages(Guard *guard, Relation rel, TupleTableSlot *slot,
										 MemoryContext context);
extern int	bpm_guard_stage_before(const Attempt *attempt, const text *stage);
extern bool bpm_guard_may_see(Relation rel, Oid root, const AttrNumber *columns, int n);
extern char *bpm_guard_subject(const Attempt *attempt);
extern char *bpm_guard_move_text(const Attempt *attempt);
extern int	bpm_guard_allowed_detail(const Attempt *attempt);
extern void bpm_guard_illegal_beginning(const Attempt *attempt);
extern void bpm_guard_illegal_move(const Attempt *attempt);
extern void bpm_guard_check_attributes(const Attempt *attempt, const TimestampTz *since,
									   const TimestampTz *at);
extern bool bpm_guard_any_gate(const Attempt *attempt);
extern void bpm_guard_check_gates(const Attempt *attempt);
extern TriggerData *bpm_guard_check_call(FunctionCallInfo fcinfo, const char *function,
										 const char *events, const char *arguments);

extern void bpm_guard_lock(Oid relid, Relation rel, TupleTableSlot *slot, const AttrNumber *keys,
						   const Oid *collations, int nkeys, LOCKMODE mode);
extern void bpm_guard_append_equal(StringInfo query, const char *column, Oid type, int parameter,
								   Oid parameter_type);

/* who was there before a table's owner was */
typedef struct Caller
{
	Oid			user;
	int			context;
} Caller;

extern Caller bpm_guard_become_owner(Oid relid);
extern void bpm_guard_become_caller(Caller caller);
extern Oid	bpm_guard_trigger_table(const TriggerData *trigdata);
extern Oid	bpm_guard_relation(const TriggerData *trigdata, const char *name, const char *what,
							   AclMode mode);
extern char *bpm_guard_qualified_name(Oid relid);
extern Oid	bpm_guard_root(Relation rel);
extern void bpm_guard_keep_plan(SPIPlanPtr plan, MemoryContext context);

extern void bpm_guard_remember(Oid root, Relation rel, HeapTuple old, const text *stage);
extern bool bpm_guard_is_moved_here(const Attempt *attempt);
extern bool bpm_guard_will_conflict(const Attempt *attempt);

/* in line, because every row comes here */

static inline text *
TextOf(TupleTableSlot *slot, AttrNumber column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, column, &isnull);

	return isnull ? NULL : DatumGetTextPP(value);
}

static inline bool
SameText(const text *a, const text *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

static inline int
StageOf(const BpmStages *stages, const text *stage)
{
	return bpm_lifecycle_stage(stages, VARDATA_ANY(stage), VARSIZE_ANY_EXHDR(stage));
}

static inline const char *
ColumnName(Relation rel, AttrNumber column)
{
	return NameStr(TupleDescAttr(RelationGetDescr(rel), column - 1)->attname);
}

static inline const char *
FromName(const Attempt *attempt)
{
	return attempt->stages->name[attempt->from];
}

static inline const char *
ToName(const Attempt *attempt)
{
	return attempt->stages->name[attempt->to];
}

#endif							/* BPM_GUARD_H */
