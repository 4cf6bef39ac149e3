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
#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "guard.h"

static Oid
OwnerOf(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * Become the owner of a table. An error takes that back, as it takes all back.
 */
Caller
bpm_guard_become_owner(Oid relid)
{
	Caller		caller;

	GetUserIdAndSecContext(&caller.user, &caller.context);
	SetUserIdAndSecContext(OwnerOf(relid), caller.context | SECURITY_LOCAL_USERID_CHANGE |
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
 * The table that a trigger was put on: of one that partitions have from the table above them, that one.
 */
Oid
bpm_guard_trigger_table(const TriggerData *trigdata)
{
	return trigdata->tg_trigger->tgisclone ? bpm_guard_root(trigdata->tg_relation) :
		RelationGetRelid(trigdata->tg_relation);
}

/*
 * Anybody can put a trigger on a table of his own. What it does with another table as that one's owner, the owner
 * of its own must be allowed to do himself: else he could forge a log, or look into a table, by way of it.
 */
static void
CheckOwnerMay(const TriggerData *trigdata, Oid relid, AclMode mode)
{
	Oid			table = bpm_guard_trigger_table(trigdata);
	Oid			owner = OwnerOf(table);
	bool		adds = mode == ACL_INSERT;

	if (pg_class_aclcheck(relid, owner, mode) == ACLCHECK_OK &&
		bpm_schema_aclcheck(get_rel_namespace(relid), owner) == ACLCHECK_OK)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("the owner of table \"%s\" may not %s \"%s\"", get_rel_name(table),
					adds ? "add to" : "read", get_rel_name(relid)),
			 errdetail("A trigger does nothing with another table that the owner of its own may not do."),
			 errhint("Grant the role \"%s\" %s on \"%s\", and USAGE on its schema.",
					 GetUserNameFromId(owner, false), adds ? "INSERT" : "SELECT", get_rel_name(relid))));
}

/*
 * A table or view that an argument names: with its schema, or in that of the guarded table, so that renaming the
 * schema of both changes nothing. The search path has no say in it, nor have the caller's rights: who may use the
 * guarded table need not be let into the schema of the other one.
 */
Oid
bpm_guard_relation(const TriggerData *trigdata, const char *name, const char *what, AclMode mode)
{
	Relation	rel = trigdata->tg_relation;
	RangeVar   *range = makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(name)));
	Oid			schema = range->schemaname == NULL ? get_rel_namespace(bpm_guard_root(rel)) :
		get_namespace_oid(range->schemaname, true);
	Oid			relid = OidIsValid(schema) ? get_relname_relid(range->relname, schema) : InvalidOid;

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("%s \"%s\" of a trigger on table \"%s\" does not exist", what, name,
						RelationGetRelationName(rel)),
				 errhint("Write it as in SQL, quoted where it has capitals or signs, with its schema if that is not the schema of the table.")));
	CheckOwnerMay(trigdata, relid, mode);
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
