/*
 * compat.h: everything that differs between PostgreSQL 15 and 18.
 *
 * Included by bpm.h after postgres.h and fmgr.h; no other file may test PG_VERSION_NUM.
 */
#ifndef BPM_COMPAT_H
#define BPM_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "bpm needs PostgreSQL 15 or later"
#endif

#include "fmgr.h"
#include "nodes/nodes.h"

#ifndef HAVE_INT128
#error "bpm needs a compiler with 128-bit integers"
#endif

#if PG_VERSION_NUM < 160000

/*
 * Before 16 input functions have no error-saving context, so that a soft error is an ordinary one.
 */
#define errsave(context, ...) ereport(ERROR, __VA_ARGS__)
#define ereturn(context, dummy_value, ...) \
	do \
	{ \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)

/*
 * The set-up of a function that returns a whole set got its present name in a minor release of 15.
 */
#define InitMaterializedSRF(fcinfo, flags) SetSingleFuncCall(fcinfo, flags)

/*
 * Before 16 the server does not mark exported functions; they are hidden unless we do.
 */
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))

#else

#include "nodes/miscnodes.h"

#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/*
 * What a check hook hands to its assign hook is kept by the server: with malloc before 16.
 */
#if PG_VERSION_NUM >= 160000
#define bpm_guc_malloc(size) guc_malloc(LOG, size)
#define bpm_guc_free(pointer) guc_free(pointer)
#else
#define bpm_guc_malloc(size) malloc(size)
#define bpm_guc_free(pointer) free(pointer)
#endif

/*
 * Read a text with an input function of the server's. False where it is no such value; before 16 that is the
 * server's own error.
 */
static inline bool
bpm_try_input(PGFunction function, char *text, Datum *value)
{
#if PG_VERSION_NUM >= 160000
	ErrorSaveContext soft = {.type = T_ErrorSaveContext};

	return DirectInputFunctionCallSafe(function, text, InvalidOid, -1, (Node *) &soft, value);
#else
	*value = DirectFunctionCall1(function, CStringGetDatum(text));
	return true;
#endif
}

/*
 * Whether a role may call a function, or name what is in a schema.
 */
#if PG_VERSION_NUM >= 160000
#define bpm_function_aclcheck(function, role) \
	object_aclcheck(ProcedureRelationId, function, role, ACL_EXECUTE)
#define bpm_schema_aclcheck(schema, role) \
	object_aclcheck(NamespaceRelationId, schema, role, ACL_USAGE)
#else
#define bpm_function_aclcheck(function, role) pg_proc_aclcheck(function, role, ACL_EXECUTE)
#define bpm_schema_aclcheck(schema, role) pg_namespace_aclcheck(schema, role, ACL_USAGE)
#endif

/*
 * Since 18 an index scan can be given counters of its own.
 */
#if PG_VERSION_NUM >= 180000
#define bpm_index_beginscan(table, index, snapshot, nkeys) \
	index_beginscan(table, index, snapshot, NULL, nkeys, 0)
#else
#define bpm_index_beginscan(table, index, snapshot, nkeys) \
	index_beginscan(table, index, snapshot, nkeys, 0)
#endif

#endif							/* BPM_COMPAT_H */
