/*
 * guard_conflict.c: rows that only seem to be inserted.
 *
 * BEFORE INSERT fires for rows that are not: those that ON CONFLICT will update or leave out, and those that an
 * UPDATE moves to another partition. It is a file of its own because it looks into the server's ways of storing rows,
 * and knows nothing of lifecycles.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "catalog/pg_am.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "guard.h"

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

void
bpm_guard_remember(Oid root, Relation rel, HeapTuple old, const text *stage)
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

bool
bpm_guard_is_moved_here(const Attempt *attempt)
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
		locked = result == TM_Ok;
		again = result == TM_Updated || result == TM_Deleted;
		if (!locked && !again)
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
bool
bpm_guard_will_conflict(const Attempt *attempt)
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
