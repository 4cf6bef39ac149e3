/*
 * value.c: what the types of variable length have in common.
 *
 * Each value has one representation, so its bytes tell whether two are the same, and give an order for
 * sorting, grouping and uniqueness. It says nothing of what the values mean, and a machine of another byte
 * order may sort them otherwise. Outside they are texts behind a version byte: the layout stays ours to change.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"

#include "bpm.h"

/*
 * Binary: a version byte, then the text.
 */
bytea *
bpm_text_send(char *text)
{
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint8(&message, BPM_WIRE_VERSION);
	pq_sendtext(&message, text, strlen(text));
	return pq_endtypsend(&message);
}

char *
bpm_text_recv(StringInfo message, const char *type, int *length)
{
	bpm_wire_version(message, type);
	return pq_getmsgtext(message, message->len - message->cursor, length);
}

void
bpm_wire_version(StringInfo message, const char *type)
{
	int			version = pq_getmsgbyte(message);

	if (version != BPM_WIRE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported binary version %d for type %s", version, type),
				 errhint("It was written by a later version of bpm.")));
}

/*
 * Less than, equal or greater than 0. What was detoasted is given back: an index compares many.
 */
static int
Compare(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_P(0);
	struct varlena *b = PG_GETARG_VARLENA_P(1);
	Size		size_a = VARSIZE(a) - VARHDRSZ;
	Size		size_b = VARSIZE(b) - VARHDRSZ;
	int			order = memcmp(VARDATA(a), VARDATA(b), Min(size_a, size_b));

	if (order == 0)
		order = size_a < size_b ? -1 : size_a > size_b;
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_value_cmp);
Datum
bpm_value_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(Compare(fcinfo));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_value_eq);
Datum
bpm_value_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) == 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_value_ne);
Datum
bpm_value_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) != 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_value_lt);
Datum
bpm_value_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) < 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_value_le);
Datum
bpm_value_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) <= 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_value_ge);
Datum
bpm_value_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) >= 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_value_gt);
Datum
bpm_value_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(Compare(fcinfo) > 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_value_hash);
Datum
bpm_value_hash(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_P(0);

	return hash_any((unsigned char *) VARDATA(value), VARSIZE(value) - VARHDRSZ);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_value_hash_extended);
Datum
bpm_value_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_P(0);

	return hash_any_extended((unsigned char *) VARDATA(value), VARSIZE(value) - VARHDRSZ,
							 PG_GETARG_INT64(1));
}
