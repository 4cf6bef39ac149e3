/*
 * guard_owner.c: reading and writing as a table's owner, as foreign keys do.
 *
 * What a guard has to know is not what its caller may see: a role that may only add rows, or that row security shows
 * some of them, is judged by all. So the server's own constraints read as the owner of the table and past row
 * security, and so do the guards, by the same two flags. What they run is a query of their own; values are computed
 * before, as the caller, and are its parameters.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "guard.h"

/*
 * Become the owner of a table. An error takes that back, as it takes all back.
 */
Caller
bpm_guard_become_owner(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Caller		caller;
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	GetUserIdAndSecContext(&caller.user, &caller.context);
	SetUserIdAndSecContext(owner, caller.context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_NOFORCE_RLS);
	return caller;
}

void
bpm_guard_become_caller(Caller caller)
{
	SetUserIdAndSecContext(caller.user, caller.context);
}

/*
 * The table, or the partitioned table above it.
 */
Oid
bpm_guard_root(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);

	return rel->rd_rel->relispartition ? llast_oid(get_partition_ancestors(relid)) : relid;
}

/*
 * A table or view that an argument names: with its schema, or in that of the guarded table, so that renaming the
 * schema of both changes nothing. The search path has no say in it.
 */
Oid
bpm_guard_relation(Relation rel, const char *name, const char *what)
{
	List	   *names = textToQualifiedNameList(cstring_to_text(name));
	RangeVar   *range = makeRangeVarFromNameList(names);
	Oid			relid;

	if (range->schemaname == NULL)
		range->schemaname = get_namespace_name(get_rel_namespace(bpm_guard_root(rel)));
	relid = RangeVarGetRelid(range, NoLock, true);
	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("%s \"%s\" of a trigger on table \"%s\" does not exist", what, name,
						RelationGetRelationName(rel)),
				 errhint("Write it with its schema, or leave it in the schema of the table.")));
	return relid;
}

char *
bpm_guard_qualified_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}

static void
FreePlan(void *arg)
{
	SPI_freeplan((SPIPlanPtr) arg);
}

/*
 * Keep a plan as long as a context lives: that of the statement that fires the trigger.
 */
void
bpm_guard_keep_plan(SPIPlanPtr plan, MemoryContext context)
{
	MemoryContextCallback *callback = MemoryContextAlloc(context, sizeof(MemoryContextCallback));

	SPI_keepplan(plan);
	callback->func = FreePlan;
	callback->arg = plan;
	MemoryContextRegisterResetCallback(context, callback);
}
