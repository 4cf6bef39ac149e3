/*
 * tree_id.c: the ids of nodes for people.
 *
 * How ids are held is in tree.h, in line, for the loops that compare millions of them. This is a file of its own
 * so that what computes figures can name a node without knowing how a tree is made.
 */
#include "postgres.h"

#include "utils/fmgrprotos.h"
#include "utils/uuid.h"

#include "tree.h"

static int64
IntegerValue(IdBytes id)
{
	uint64		bytes;

	memcpy(&bytes, id.data, sizeof(bytes));
	return (int64) (pg_ntoh64(bytes) ^ (UINT64CONST(1) << 63));
}

text *
bpm_tree_id_text(IdKind kind, const char *place)
{
	IdBytes		id = IdAt(kind, place);

	if (kind == ID_INTEGER)
	{
		char		figure[MAXINT8LEN + 1];
		int			length = pg_lltoa(IntegerValue(id), figure);

		return cstring_to_text_with_len(figure, length);
	}
	if (kind == ID_UUID)
	{
		pg_uuid_t	uuid;

		memcpy(uuid.data, id.data, UUID_LEN);
		return cstring_to_text(DatumGetCString(DirectFunctionCall1(uuid_out,
																   UUIDPGetDatum(&uuid))));
	}
	return cstring_to_text_with_len(id.data, (int) id.length);
}
