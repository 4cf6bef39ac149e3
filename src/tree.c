/*
 * tree.c: weighted indicators in a hierarchy, rolled up in one pass.
 *
 * A framework is a tree: leaves are measured, every node has a weight among its siblings, and a
 * node's score is made of those of its children. The aggregate score_tree gathers the rows of a
 * group in whatever order they come, and gives a value of type bpm.tree; nodes(tree) takes it apart.
 *
 * Here is the value: how it comes of rows or of text, and how it is written. Its ids are known to this
 * file alone, and so are the hash table and the sorting that need them. Its scores are not in it:
 * tree_score.c computes them when they are asked for.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"
#include "utils/uuid.h"

#include "tree.h"

#define TYPE_NAME "bpm.tree"
#define RULES_NAME "tree rules"
#define VERSION 1

/* how many nodes of a loop an error shows at most */
#define SHOWN_LOOP 1000

static const char *const kind_labels[] = {"text", "integer", "uuid", NULL};

/* ------------------------------------------------------------------------------------------------
 * Ids
 * ----------------------------------------------------------------------------------------------*/

/* an id as bytes */
typedef struct IdBytes
{
	const char *data;
	uint32		length;
} IdBytes;

#define LONG_ID 255				/* the length byte before an id with a longer length behind it */

/*
 * The id at a place: integers and uuids have a fixed length, a text is preceded by its own.
 */
static inline IdBytes
IdAt(IdKind kind, const char *place)
{
	IdBytes		id;

	if (kind == ID_INTEGER)
		id.length = sizeof(int64);
	else if (kind == ID_UUID)
		id.length = UUID_LEN;
	else
	{
		id.length = *(const uint8 *) place++;
		if (id.length == LONG_ID)
		{
			memcpy(&id.length, place, sizeof(uint32));
			place += sizeof(uint32);
		}
	}
	id.data = place;
	return id;
}

/* the bytes that it takes, with its length */
static inline uint32
IdSize(IdKind kind, uint32 length)
{
	if (kind != ID_TEXT)
		return length;
	return length + (length < LONG_ID ? 1 : 1 + sizeof(uint32));
}

static inline void
PutId(IdKind kind, char *place, IdBytes id)
{
	if (kind == ID_TEXT)
	{
		if (id.length < LONG_ID)
			*(uint8 *) place++ = (uint8) id.length;
		else
		{
			*(uint8 *) place++ = LONG_ID;
			memcpy(place, &id.length, sizeof(uint32));
			place += sizeof(uint32);
		}
	}
	memcpy(place, id.data, id.length);
}

static inline int
OrderIds(IdBytes a, IdBytes b)
{
	int			order = memcmp(a.data, b.data, Min(a.length, b.length));

	if (order != 0)
		return order;
	return a.length < b.length ? -1 : a.length > b.length;
}

static inline uint32
HashId(IdKind kind, IdBytes id)
{
	if (kind == ID_INTEGER)
	{
		uint64		value;

		memcpy(&value, id.data, sizeof(value));
		return (uint32) murmurhash32((uint32) value ^ (uint32) (value >> 32));
	}
	return hash_bytes((const unsigned char *) id.data, (int) id.length);
}

/* an integer as eight bytes that sort like it */
static inline uint64
IntegerBytes(int64 value)
{
	return pg_hton64((uint64) value ^ (UINT64CONST(1) << 63));
}

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

/* ------------------------------------------------------------------------------------------------
 * Gathering rows
 * ----------------------------------------------------------------------------------------------*/

/*
 * The state of the aggregates: the nodes in the order in which their ids came up, as a row's own or
 * as a parent's, and a hash table with open addressing from id to node. About 60 bytes a node with
 * short ids.
 */
typedef struct State
{
	MemoryContext context;
	Report		report;
	Rules		rules;
	text	   *rules_text;		/* what the rules were read from, or NULL */
	IdKind		kind;
	uint32		count;
	uint32		capacity;
	TreeNode   *nodes;
	uint32		ids_used;
	uint32		ids_size;
	char	   *ids;
	uint32		nbuckets;		/* a power of 2 */
	uint32	   *buckets;		/* index of a node + 1, or 0 */
	uint32		last_parent;	/* rows of siblings tend to follow each other */
} State;

static State *
NewState(MemoryContext context, IdKind kind, bool lint)
{
	State	   *state = MemoryContextAllocZero(context, sizeof(State));

	state->context = context;
	state->kind = kind;
	state->report.context = context;
	state->report.lint = lint;
	state->last_parent = NOBODY;
	bpm_tree_default_rules(&state->rules);
	state->capacity = 16;
	state->nodes = MemoryContextAlloc(context, state->capacity * sizeof(TreeNode));
	state->ids_size = 128;
	state->ids = MemoryContextAlloc(context, state->ids_size);
	state->nbuckets = 32;
	state->buckets = MemoryContextAllocZero(context, state->nbuckets * sizeof(uint32));
	return state;
}

/*
 * Half as much again once that is much, so that little is allocated in vain.
 */
static uint32
Grown(uint32 size, uint64 wanted)
{
	uint64		grown = size < 65536 ? (uint64) size * 2 : (uint64) size + size / 2;

	grown = Max(grown, wanted);
	if (grown >= PG_UINT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("tree has too many nodes")));
	return (uint32) grown;
}

static void
GrowBuckets(State *state)
{
	uint32		mask;

	pfree(state->buckets);
	state->nbuckets *= 2;
	state->buckets = MemoryContextAllocExtended(state->context,
												(Size) state->nbuckets * sizeof(uint32),
												MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	mask = state->nbuckets - 1;
	for (uint32 i = 0; i < state->count; i++)
	{
		uint32		b = state->nodes[i].hash & mask;

		while (state->buckets[b] != 0)
			b = (b + 1) & mask;
		state->buckets[b] = i + 1;
	}
}

static inline bool
IsNode(const State *state, uint32 node, IdBytes id)
{
	IdBytes		other = IdAt(state->kind, state->ids + state->nodes[node].id);

	return other.length == id.length && memcmp(other.data, id.data, id.length) == 0;
}

/*
 * A node for an id that has none.
 */
static uint32
NewNode(State *state, IdBytes id, uint32 hash)
{
	uint32		size = IdSize(state->kind, id.length);
	TreeNode   *node;

	if (state->count == state->capacity)
	{
		state->capacity = Grown(state->capacity, 0);
		state->nodes = repalloc_huge(state->nodes, (Size) state->capacity * sizeof(TreeNode));
	}
	if ((uint64) state->ids_used + size > state->ids_size)
	{
		state->ids_size = Grown(state->ids_size, (uint64) state->ids_used + size);
		state->ids = repalloc_huge(state->ids, state->ids_size);
	}
	node = &state->nodes[state->count];
	memset(node, 0, sizeof(TreeNode));
	node->parent = NOBODY;
	node->hash = hash;
	node->id = state->ids_used;
	PutId(state->kind, state->ids + state->ids_used, id);
	state->ids_used += size;
	return state->count++;
}

/*
 * The node of an id, made if need be.
 */
static uint32
Intern(State *state, IdBytes id)
{
	uint32		hash = HashId(state->kind, id);
	uint32		mask;
	uint32		b;

	/* at most three quarters full */
	if (state->count >= state->nbuckets / 4 * 3)
		GrowBuckets(state);
	mask = state->nbuckets - 1;
	for (b = hash & mask; state->buckets[b] != 0; b = (b + 1) & mask)
	{
		uint32		node = state->buckets[b] - 1;

		if (state->nodes[node].hash == hash && IsNode(state, node, id))
			return node;
	}
	state->buckets[b] = state->count + 1;
	return NewNode(state, id, hash);
}

static char *
NodeName(const State *state, uint32 node)
{
	return IdString(state->kind, state->ids + state->nodes[node].id);
}

static char *
PlaceOf(const State *state, uint32 parent)
{
	return parent == NOBODY ? "a root" : psprintf("under \"%s\"", NodeName(state, parent));
}

/*
 * A row. The parent is looked up first, as its index is wanted whatever is wrong with the row.
 */
typedef struct TreeRow
{
	bool		has_id;
	bool		has_parent;
	bool		has_weight;
	bool		has_score;
	uint8		method;
	IdBytes		id;
	IdBytes		parent;
	int128		weight;
	int128		score;
} TreeRow;

static void
AddRow(State *state, const TreeRow *row)
{
	uint32		parent = NOBODY;
	uint32		index;
	TreeNode   *node;

	if (row->has_parent)
	{
		if (state->last_parent != NOBODY && IsNode(state, state->last_parent, row->parent))
			parent = state->last_parent;
		else
			parent = state->last_parent = Intern(state, row->parent);
	}
	if (!row->has_id)
	{
		bpm_tree_add_fault(&state->report, FAULT_NULL_ID, NULL,
						   psprintf("A row without an id is %s.", PlaceOf(state, parent)));
		return;
	}
	index = Intern(state, row->id);
	node = &state->nodes[index];
	if (node->flags & NODE_DEFINED)
	{
		bpm_tree_add_fault(&state->report, FAULT_DUPLICATE, NodeName(state, index),
						   psprintf("One row is %s, another is %s.", PlaceOf(state, node->parent),
									PlaceOf(state, parent)));
		return;
	}
	node->flags = NODE_DEFINED | (row->has_weight ? NODE_WEIGHED : 0) |
		(row->has_score ? NODE_SCORED : 0);
	node->method = row->method;
	node->parent = parent;
	if (row->has_weight)
	{
		if (row->weight < 0)
			bpm_tree_add_fault(&state->report, FAULT_NEGATIVE_WEIGHT, NodeName(state, index),
							   psprintf("It is %s.", bpm_tree_figure_text(row->weight)));
		else
			node->weight = row->weight;
	}
	if (row->has_score)
	{
		if (row->score >= MAX_SCORE || row->score <= -MAX_SCORE)
			bpm_tree_add_fault(&state->report, FAULT_SCORE_RANGE, NodeName(state, index),
							   psprintf("It is %s; scores are below %s.",
										bpm_tree_figure_text(row->score), bpm_tree_figure_text(MAX_SCORE)));
		else
			node->score = (int64) row->score;
	}
}

/* ------------------------------------------------------------------------------------------------
 * From rows to a tree
 * ----------------------------------------------------------------------------------------------*/

/*
 * Parents that no row has given. For a lint their children stand as roots, so that what is below
 * them is looked at too.
 */
static void
CheckParents(State *state)
{
	for (uint32 i = 0; i < state->count; i++)
	{
		TreeNode   *node = &state->nodes[i];

		CHECK_OFTEN(i);
		if (!(node->flags & NODE_DEFINED) || node->parent == NOBODY ||
			(state->nodes[node->parent].flags & NODE_DEFINED))
			continue;
		bpm_tree_add_fault(&state->report, FAULT_MISSING_PARENT, NodeName(state, i),
						   psprintf("No row has the id \"%s\".", NodeName(state, node->parent)));
		node->parent = NOBODY;
	}
}

/*
 * The children of every node in one array, siblings by id. Those of node p end at ends[p] and begin
 * where those of p - 1 end; the roots are the children of node count.
 */
typedef struct Families
{
	uint32	   *ends;
	uint32	   *children;
} Families;

static inline uint32
FirstChild(const Families *families, uint32 parent)
{
	return parent == 0 ? 0 : families->ends[parent - 1];
}

static inline IdBytes
IdOf(const State *state, uint32 node)
{
	return IdAt(state->kind, state->ids + state->nodes[node].id);
}

/*
 * A sibling with the first eight bytes of its id as a number that sorts like them: most comparisons
 * need no more, and none of the memory where nodes and ids lie.
 */
typedef struct Sibling
{
	uint64		prefix;
	uint32		node;
} Sibling;

static inline uint64
Prefix(IdBytes id)
{
	uint64		prefix = 0;

	memcpy(&prefix, id.data, Min(id.length, sizeof(prefix)));
	return pg_ntoh64(prefix);
}

static inline int
CompareSiblings(const Sibling *a, const Sibling *b, const State *state)
{
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return OrderIds(IdOf(state, a->node), IdOf(state, b->node));
}

#define ST_SORT QuickSortSiblings
#define ST_ELEMENT_TYPE Sibling
#define ST_COMPARE(a, b, arg) CompareSiblings(a, b, arg)
#define ST_COMPARE_ARG_TYPE const State
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * Sort siblings, with room for as many. Rows often come in order.
 */
static void
SortSiblings(const State *state, uint32 *siblings, uint32 n, Sibling *room)
{
	bool		sorted = true;

	for (uint32 i = 0; i < n; i++)
	{
		room[i].node = siblings[i];
		room[i].prefix = Prefix(IdOf(state, siblings[i]));
		sorted = sorted && (i == 0 || CompareSiblings(&room[i - 1], &room[i], state) < 0);
	}
	if (sorted)
		return;
	QuickSortSiblings(room, n, state);
	for (uint32 i = 0; i < n; i++)
		siblings[i] = room[i].node;
}

static void
FindFamilies(State *state, Families *families)
{
	uint32		count = state->count;
	uint32		sum = 0;
	uint32		largest = 0;
	Sibling    *room;

	families->ends = palloc_extended(((Size) count + 1) * sizeof(uint32),
									 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	families->children = palloc_extended(((Size) count + 1) * sizeof(uint32), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < count; i++)
		if (state->nodes[i].flags & NODE_DEFINED)
			families->ends[Min(state->nodes[i].parent, count)]++;
	for (uint32 i = 0; i <= count; i++)
	{
		uint32		n = families->ends[i];

		families->ends[i] = sum;
		sum += n;
		largest = Max(largest, n);
	}
	for (uint32 i = 0; i < count; i++)
		if (state->nodes[i].flags & NODE_DEFINED)
			families->children[families->ends[Min(state->nodes[i].parent, count)]++] = i;
	room = palloc_extended((Size) largest * sizeof(Sibling), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i <= count; i++)
	{
		uint32		first = FirstChild(families, i);

		CHECK_OFTEN(i);
		if (families->ends[i] - first > 1)
			SortSiblings(state, families->children + first, families->ends[i] - first, room);
	}
	pfree(room);
}

/*
 * The largest power of 10 up to a limit that divides all weights: in it weights are mostly small
 * whole numbers, and their sums with scores fit 128 bits.
 */
static int64
WeightUnit(const TreeNode *nodes, uint32 count, int64 limit)
{
	int64		unit = limit;

	for (uint32 i = 0; i < count; i++)
	{
		int128		weight = nodes[i].weight;

		if (likely(weight == (int64) weight))
			while ((int64) weight % unit != 0)
				unit /= 10;
		else
			while (weight % unit != 0)
				unit /= 10;
	}
	return unit;
}

static BpmTree *
AllocateTree(const State *state)
{
	Size		size = offsetof(BpmTree, nodes) + (Size) state->count * sizeof(TreeNode) +
		state->ids_used;
	BpmTree    *tree;

	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("tree is too large"),
				 errdetail("It takes %zu bytes; a value has at most %zu.", size,
						   (Size) MaxAllocSize),
				 errhint("Group by a level below the root, and roll the groups up.")));
	tree = palloc(size);
	memset(tree, 0, offsetof(BpmTree, nodes));
	tree->version = VERSION;
	tree->kind = (uint8) state->kind;
	tree->rules = state->rules;
	tree->weight_unit = WeightUnit(state->nodes, state->count, BPM_ONE);
	return tree;
}

/*
 * Lay the nodes that can be reached from the roots out in preorder. Every node of the state learns
 * its place there; the hash table is gone by now.
 */
static BpmTree *
LayOut(State *state)
{
	BpmTree    *tree;
	Families	families;
	uint32	   *stack;
	char	   *ids;
	char	   *ids_out;
	uint32		height = 0;

	FindFamilies(state, &families);
	tree = AllocateTree(state);
	stack = palloc_extended(((Size) state->count + 1) * sizeof(uint32), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < state->count; i++)
		state->nodes[i].place = NOBODY;

	/* at its final place if all rows are reached; else the faults are all that is wanted */
	ids = ids_out = (char *) (tree->nodes + state->count);
	stack[height++] = state->count;
	while (height > 0)
	{
		uint32		from = stack[--height];

		CHECK_OFTEN(height);
		if (from < state->count)
		{
			TreeNode   *node = &tree->nodes[tree->count];
			IdBytes		id = IdAt(state->kind, state->ids + state->nodes[from].id);

			*node = state->nodes[from];
			node->depth = 0;
			if (likely(node->weight == (int64) node->weight))
				node->weight = (int64) node->weight / tree->weight_unit;
			else
				node->weight /= tree->weight_unit;
			if (node->parent != NOBODY)
			{
				node->parent = state->nodes[node->parent].place;
				node->depth = tree->nodes[node->parent].depth + 1;
			}
			node->id = (uint32) (ids_out - ids);
			PutId(state->kind, ids_out, id);
			ids_out += IdSize(state->kind, id.length);
			state->nodes[from].place = tree->count++;
		}
		for (uint32 i = families.ends[from]; i-- > FirstChild(&families, from);)
			stack[height++] = families.children[i];
	}
	/* ids of parents that no row gave, or of loops, have left a gap before the ids */
	memmove(tree->nodes + tree->count, ids, ids_out - ids);
	tree->ids_size = (uint32) (ids_out - ids);
	SET_VARSIZE(tree, offsetof(BpmTree, nodes) + (Size) tree->count * sizeof(TreeNode) +
				tree->ids_size);
	pfree(stack);
	pfree(families.ends);
	pfree(families.children);
	return tree;
}

/*
 * The loop that a node is in, from the smallest id on.
 */
static void
ReportLoop(State *state, uint32 node)
{
	uint32		first = node;
	uint32		n = 0;
	uint32		at = node;
	StringInfoData loop;

	do
	{
		at = state->nodes[at].parent;
		if (OrderIds(IdOf(state, at), IdOf(state, first)) < 0)
			first = at;
		n++;
	} while (at != node);

	initStringInfo(&loop);
	appendStringInfoString(&loop, "The loop, every node before its parent: ");
	at = first;
	for (uint32 i = 0; i < Min(n, SHOWN_LOOP); i++)
	{
		appendStringInfo(&loop, "\"%s\" -> ", NodeName(state, at));
		at = state->nodes[at].parent;
	}
	if (n > SHOWN_LOOP)
		appendStringInfo(&loop, "... (%u nodes in all) -> ", n);
	appendStringInfo(&loop, "\"%s\".", NodeName(state, first));
	bpm_tree_add_fault(&state->report, FAULT_CYCLE, NodeName(state, first), loop.data);
}

/*
 * What no root reaches is a loop, or below one: follow the parents until a node of this walk, or of
 * one before it.
 */
static void
CheckLoops(State *state, const BpmTree *tree)
{
	uint32	   *walks;

	if (tree->count == state->count)
		return;
	walks = palloc_extended(((Size) state->count + 1) * sizeof(uint32),
							MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < state->count; i++)
	{
		uint32		at = i;

		CHECK_OFTEN(i);
		if (!(state->nodes[i].flags & NODE_DEFINED) || state->nodes[i].place != NOBODY)
			continue;
		while (walks[at] == 0)
		{
			walks[at] = i + 1;
			at = state->nodes[at].parent;
		}
		if (walks[at] == i + 1)
			ReportLoop(state, at);
	}
	pfree(walks);
}

/*
 * The tree of the rows, or NULL after faults, which are in the report. The state is used up: what
 * it held goes as soon as it is no longer needed, so that state and tree do not add up.
 */
static BpmTree *
Finish(State *state)
{
	BpmTree    *tree;

	if (state->nodes == NULL)
		elog(ERROR, "state of score_tree is used up");
	CheckParents(state);
	if (state->report.count > 0 && !state->report.lint)
		return NULL;
	pfree(state->buckets);
	tree = LayOut(state);
	CheckLoops(state, tree);
	pfree(state->nodes);
	pfree(state->ids);
	state->nodes = NULL;
	if (state->report.count > 0 && !state->report.lint)
		return NULL;
	bpm_tree_check(tree, &state->report);
	return state->report.count > 0 ? NULL : tree;
}

/* ------------------------------------------------------------------------------------------------
 * The aggregates
 * ----------------------------------------------------------------------------------------------*/

/* what a call site knows of its arguments, kept from row to row */
typedef struct CallSite
{
	Oid			id_type;
	IdKind		kind;
	FmgrInfo	output;			/* of the ids, when they are neither text nor held as they are */
	int			methods;
	Oid			method_oids[METHODS];
	uint8		method_codes[METHODS];
} CallSite;

static CallSite *
GetCallSite(FunctionCallInfo fcinfo)
{
	CallSite   *site = fcinfo->flinfo->fn_extra;
	Oid			output;
	bool		varlena;

	if (likely(site != NULL))
		return site;
	site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CallSite));
	site->id_type = get_fn_expr_argtype(fcinfo->flinfo, 1);
	if (!OidIsValid(site->id_type))
		ereport(ERROR,
				(errcode(ERRCODE_INDETERMINATE_DATATYPE),
				 errmsg("could not determine the type of the ids")));
	site->id_type = getBaseType(site->id_type);
	switch (site->id_type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			site->kind = ID_INTEGER;
			break;
		case UUIDOID:
			site->kind = ID_UUID;
			break;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			site->kind = ID_TEXT;
			break;
		default:
			site->kind = ID_TEXT;
			getTypeOutputInfo(site->id_type, &output, &varlena);
			fmgr_info_cxt(output, &site->output, fcinfo->flinfo->fn_mcxt);
	}
	fcinfo->flinfo->fn_extra = site;
	return site;
}

/*
 * An id argument as bytes. Integers go to *room.
 */
static inline IdBytes
ReadId(CallSite *site, Datum value, uint64 *room)
{
	IdBytes		id = {(char *) room, sizeof(uint64)};

	switch (site->id_type)
	{
		case INT2OID:
			*room = IntegerBytes(DatumGetInt16(value));
			return id;
		case INT4OID:
			*room = IntegerBytes(DatumGetInt32(value));
			return id;
		case INT8OID:
			*room = IntegerBytes(DatumGetInt64(value));
			return id;
		case UUIDOID:
			id.data = (const char *) DatumGetUUIDP(value)->data;
			id.length = UUID_LEN;
			return id;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			{
				struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);

				id.data = VARDATA_ANY(packed);
				id.length = VARSIZE_ANY_EXHDR(packed);
				/* blanks that pad a char(n) are not part of it */
				if (site->id_type == BPCHAROID)
					while (id.length > 0 && id.data[id.length - 1] == ' ')
						id.length--;
				return id;
			}
		default:
			id.data = OutputFunctionCall(&site->output, value);
			id.length = (uint32) strlen(id.data);
			return id;
	}
}

/*
 * The method of an enum value of bpm.method. The catalog is asked once per value and call site.
 */
static uint8
ReadMethod(CallSite *site, Oid value)
{
	const char *label;

	for (int i = 0; i < site->methods; i++)
		if (site->method_oids[i] == value)
			return site->method_codes[i];
	label = DatumGetCString(DirectFunctionCall1(enum_out, ObjectIdGetDatum(value)));
	for (int m = METHOD_MEAN; m < METHODS; m++)
		if (strcmp(label, bpm_tree_method_labels[m]) == 0)
		{
			if (site->methods < METHODS)
			{
				site->method_oids[site->methods] = value;
				site->method_codes[site->methods++] = (uint8) m;
			}
			return (uint8) m;
		}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("method \"%s\" is unknown", label),
			 errhint("Methods are mean, geometric, weakest, m1 and m2.")));
}

/*
 * The rules argument is the same on every row of a group: the first is read, the others compared.
 */
static void
CheckRules(State *state, FunctionCallInfo fcinfo, int n, bool first)
{
	text	   *rules = PG_ARGISNULL(n) ? NULL : PG_GETARG_TEXT_PP(n);
	Size		size = rules == NULL ? 0 : VARSIZE_ANY_EXHDR(rules);
	BpmScan		scan;

	if (first)
	{
		if (rules == NULL)
			return;
		if (!bpm_scan_begin(&scan, RULES_NAME, VARDATA_ANY(rules), size) ||
			!bpm_tree_scan_rules(&scan, &state->rules))
			bpm_scan_raise(&scan, NULL);
		state->rules_text = MemoryContextAlloc(state->context, size + VARHDRSZ);
		SET_VARSIZE(state->rules_text, size + VARHDRSZ);
		memcpy(VARDATA(state->rules_text), VARDATA_ANY(rules), size);
		return;
	}
	if ((rules == NULL) == (state->rules_text == NULL) &&
		(rules == NULL ||
		 (size == VARSIZE(state->rules_text) - VARHDRSZ &&
		  memcmp(VARDATA_ANY(rules), VARDATA(state->rules_text), size) == 0)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("rules differ within a tree"),
			 errdetail("One row has \"%s\", another \"%s\".",
					   state->rules_text ? bpm_scan_clip(VARDATA(state->rules_text), (int) (VARSIZE(state->rules_text) - VARHDRSZ)) : "",
					   rules ? bpm_scan_clip(VARDATA_ANY(rules), (int) size) : ""),
			 errhint("A method for each parent is an argument of type bpm.method: cast the column.")));
}

/*
 * The transition of all aggregates: state, id, parent_id, weight [, score [, method] [, rules]];
 * an argument that is not there has the number 0.
 */
static Datum
Accumulate(FunctionCallInfo fcinfo, int score, int method, int rules, bool lint)
{
	CallSite   *site = GetCallSite(fcinfo);
	State	   *state = PG_ARGISNULL(0) ? NULL : (State *) PG_GETARG_POINTER(0);
	bool		first = state == NULL;
	TreeRow		row = {0};
	uint64		room[2];

	if (first)
	{
		MemoryContext context;

		if (!AggCheckCallContext(fcinfo, &context))
			elog(ERROR, "transition function of score_tree called in non-aggregate context");
		state = NewState(context, site->kind, lint);
	}
	if (rules > 0)
		CheckRules(state, fcinfo, rules, first);
	if (!PG_ARGISNULL(1))
	{
		row.has_id = true;
		row.id = ReadId(site, PG_GETARG_DATUM(1), &room[0]);
	}
	if (!PG_ARGISNULL(2))
	{
		row.has_parent = true;
		row.parent = ReadId(site, PG_GETARG_DATUM(2), &room[1]);
	}
	if (!PG_ARGISNULL(3))
	{
		row.has_weight = true;
		row.weight = bpm_decimal_units(PG_GETARG_DATUM(3), "weight");
	}
	if (score > 0 && !PG_ARGISNULL(score))
	{
		row.has_score = true;
		row.score = bpm_decimal_units(PG_GETARG_DATUM(score), "score");
	}
	if (method > 0 && !PG_ARGISNULL(method))
		row.method = ReadMethod(site, PG_GETARG_OID(method));
	AddRow(state, &row);
	PG_RETURN_POINTER(state);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_accum);
Datum
bpm_tree_accum(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, 4, 0, 0, false);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_accum_method);
Datum
bpm_tree_accum_method(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, 4, 5, 0, false);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_accum_rules);
Datum
bpm_tree_accum_rules(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, 4, 0, 5, false);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_accum_method_rules);
Datum
bpm_tree_accum_method_rules(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, 4, 5, 6, false);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_check_accum);
Datum
bpm_tree_check_accum(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, PG_NARGS() > 4 ? 4 : 0, 0, 0, true);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_check_accum_method);
Datum
bpm_tree_check_accum_method(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, 4, 5, 0, true);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_check_accum_rules);
Datum
bpm_tree_check_accum_rules(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, 4, 0, 5, true);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_check_accum_method_rules);
Datum
bpm_tree_check_accum_method_rules(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, 4, 5, 6, true);
}

/*
 * The final function of score_tree. Over no rows there is no tree: NULL.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_final);
Datum
bpm_tree_final(PG_FUNCTION_ARGS)
{
	State	   *state;
	BpmTree    *tree;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "final function of score_tree called in non-aggregate context");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (State *) PG_GETARG_POINTER(0);
	tree = Finish(state);
	if (tree == NULL)
		bpm_tree_raise_faults(&state->report);
	PG_RETURN_POINTER(tree);
}

/*
 * The final function of tree_check: all faults, an empty array when there are none.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_check_final);
Datum
bpm_tree_check_final(PG_FUNCTION_ARGS)
{
	Oid			type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	State	   *state;
	const Report *report;
	TupleDesc	descriptor;
	Datum	   *elements;
	int16		length;
	bool		by_value;
	char		alignment;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "final function of tree_check called in non-aggregate context");
	if (PG_ARGISNULL(0))
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(type));
	state = (State *) PG_GETARG_POINTER(0);
	report = &state->report;
	Finish(state);
	if (report->kept == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(type));

	descriptor = lookup_rowtype_tupdesc_copy(type, -1);
	elements = palloc_extended(report->kept * sizeof(Datum), MCXT_ALLOC_HUGE);
	for (int i = 0; i < report->kept; i++)
	{
		const Fault *fault = &report->faults[i];
		Datum		values[3];
		bool		nulls[3] = {false, fault->node == NULL, false};

		values[0] = CStringGetTextDatum(bpm_tree_fault_label(fault->kind));
		values[1] = fault->node ? CStringGetTextDatum(fault->node) : (Datum) 0;
		values[2] = CStringGetTextDatum(fault->detail);
		elements[i] = HeapTupleGetDatum(heap_form_tuple(descriptor, values, nulls));
	}
	get_typlenbyvalalign(type, &length, &by_value, &alignment);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, report->kept, type, length, by_value,
										  alignment));
}

/* ------------------------------------------------------------------------------------------------
 * Subtrees
 * ----------------------------------------------------------------------------------------------*/

/*
 * subtree(tree, id) → bpm.tree: a node with all that is below it, as a tree of its own; NULL when
 * there is no such node. In preorder it is one piece.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_subtree);
Datum
bpm_tree_subtree(PG_FUNCTION_ARGS)
{
	BpmTree    *tree = DatumGetTreeP(PG_GETARG_DATUM(0));
	char	   *wanted = text_to_cstring(PG_GETARG_TEXT_PP(1));
	const char *ids = (const char *) (tree->nodes + tree->count);
	BpmTree    *result;
	uint32		root;
	uint32		end;
	uint32		ids_start;
	uint32		ids_end;
	Size		size;
	int64		unit;

	for (root = 0; root < tree->count; root++)
	{
		char	   *id;

		CHECK_OFTEN(root);
		if (tree->kind == ID_TEXT &&
			IdAt(ID_TEXT, ids + tree->nodes[root].id).length != strlen(wanted))
			continue;
		id = IdString(tree->kind, ids + tree->nodes[root].id);
		if (strcmp(id, wanted) == 0)
			break;
		pfree(id);
	}
	if (root == tree->count)
		PG_RETURN_NULL();
	end = root + 1;
	while (end < tree->count && tree->nodes[end].depth > tree->nodes[root].depth)
		end++;

	ids_start = tree->nodes[root].id;
	ids_end = end < tree->count ? tree->nodes[end].id : tree->ids_size;
	size = offsetof(BpmTree, nodes) + (Size) (end - root) * sizeof(TreeNode) + (ids_end - ids_start);
	result = palloc(size);
	memcpy(result, tree, offsetof(BpmTree, nodes));
	SET_VARSIZE(result, size);
	result->count = end - root;
	result->ids_size = ids_end - ids_start;
	for (uint32 i = root; i < end; i++)
	{
		TreeNode   *node = &result->nodes[i - root];

		*node = tree->nodes[i];
		node->parent = i == root ? NOBODY : node->parent - root;
		node->depth -= tree->nodes[root].depth;
		node->id -= ids_start;
	}
	memcpy(result->nodes + result->count, ids + ids_start, ids_end - ids_start);

	/* a tree has one representation: without the other weights the unit may be larger */
	unit = WeightUnit(result->nodes, result->count, BPM_ONE / tree->weight_unit);
	result->weight_unit *= unit;
	for (uint32 i = 0; i < result->count; i++)
		result->nodes[i].weight /= unit;
	PG_RETURN_POINTER(result);
}

/* ------------------------------------------------------------------------------------------------
 * Text and binary
 *
 *   tree := '{' kind ',' rules '}' node*
 *   node := '(' id ',' [id] ',' [weight] ',' [score] [',' method] ')'
 *   id   := '"' text '"'                 a double quote within is written twice
 * ----------------------------------------------------------------------------------------------*/

static void
AppendId(StringInfo out, IdKind kind, const char *place)
{
	char	   *id = IdString(kind, place);

	bpm_text_quote(out, id);
	pfree(id);
}

static char *
TreeText(const BpmTree *tree)
{
	const char *ids = (const char *) (tree->nodes + tree->count);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "{%s, ", kind_labels[tree->kind]);
	bpm_tree_append_rules(&out, &tree->rules);
	appendStringInfoChar(&out, '}');
	for (uint32 i = 0; i < tree->count; i++)
	{
		const TreeNode *node = &tree->nodes[i];

		CHECK_OFTEN(i);
		appendStringInfoString(&out, " (");
		AppendId(&out, tree->kind, ids + node->id);
		appendStringInfoChar(&out, ',');
		if (node->parent != NOBODY)
			AppendId(&out, tree->kind, ids + tree->nodes[node->parent].id);
		appendStringInfoChar(&out, ',');
		if (node->flags & NODE_WEIGHED)
			bpm_tree_append_figure(&out, node->weight * tree->weight_unit);
		appendStringInfoChar(&out, ',');
		if (node->flags & NODE_SCORED)
			bpm_tree_append_figure(&out, node->score);
		if (node->method != METHOD_DEFAULT)
			appendStringInfo(&out, ",%s", bpm_tree_method_labels[node->method]);
		appendStringInfoChar(&out, ')');
	}
	return out.data;
}

/*
 * An id in double quotes, as bytes of the tree's kind. Integers and uuids go to room.
 */
static bool
ScanId(BpmScan *scan, IdKind kind, char *room, IdBytes *id)
{
	const char *start;
	StringInfoData out;

	bpm_scan_space(scan);
	start = scan->at;
	if (scan->at >= scan->end || *scan->at != '"')
		return bpm_scan_fail(scan, start, "An id in double quotes is missing", NULL);
	if (!bpm_scan_quoted(scan, "The id", true, &out))
		return false;
	id->data = out.data;
	id->length = (uint32) out.len;
	if (kind == ID_INTEGER)
	{
		BpmScan		digits = {0};
		int128		value;
		uint64		bytes;

		digits = *scan;
		digits.text = digits.at = out.data;
		digits.end = out.data + out.len;
		if (out.len == 0 || strspn(out.data, "-0123456789") != (size_t) out.len || out.len > 20)
			return bpm_scan_fail(scan, start, "The id is no integer", NULL);
		if (!bpm_scan_decimal(&digits, "The id", false, 0, &value))
		{
			scan->error = digits.error;
			return false;
		}
		if (digits.at != digits.end || value > PG_INT64_MAX || value < PG_INT64_MIN)
			return bpm_scan_fail(scan, start, "The id is no integer", NULL);
		bytes = IntegerBytes((int64) value);
		memcpy(room, &bytes, sizeof(bytes));
		id->data = room;
		id->length = sizeof(bytes);
	}
	else if (kind == ID_UUID)
	{
		int			n = 0;

		for (const char *c = out.data; *c != '\0'; c++)
		{
			const char *hex = "0123456789abcdef";
			const char *digit = strchr(hex, pg_ascii_tolower((unsigned char) *c));

			if (*c == '-')
				continue;
			if (digit == NULL || n >= 2 * UUID_LEN)
				return bpm_scan_fail(scan, start, "The id is no uuid", NULL);
			if (n % 2 == 0)
				room[n / 2] = (char) ((digit - hex) << 4);
			else
				room[n / 2] |= (char) (digit - hex);
			n++;
		}
		if (n != 2 * UUID_LEN)
			return bpm_scan_fail(scan, start, "The id is no uuid", NULL);
		id->data = room;
		id->length = UUID_LEN;
	}
	return true;
}

static bool
Expect(BpmScan *scan, const char *token)
{
	bpm_scan_space(scan);
	if (bpm_scan_take(scan, token))
		return true;
	return bpm_scan_fail(scan, scan->at, psprintf("\"%s\" is missing", token), NULL);
}

/* a figure before the next comma or parenthesis, or nothing */
static bool
ScanOptional(BpmScan *scan, const char *what, bool *there, int128 *figure)
{
	bpm_scan_space(scan);
	*there = scan->at < scan->end && *scan->at != ',' && *scan->at != ')';
	return !*there || bpm_scan_figure(scan, what, false, figure);
}

static bool
ScanNode(BpmScan *scan, State *state)
{
	TreeRow		row = {0};
	char		rooms[2][UUID_LEN];

	if (!Expect(scan, "(") || !ScanId(scan, state->kind, rooms[0], &row.id) || !Expect(scan, ","))
		return false;
	row.has_id = true;
	bpm_scan_space(scan);
	row.has_parent = scan->at < scan->end && *scan->at == '"';
	if (row.has_parent && !ScanId(scan, state->kind, rooms[1], &row.parent))
		return false;
	if (!Expect(scan, ",") || !ScanOptional(scan, "The weight", &row.has_weight, &row.weight) ||
		!Expect(scan, ",") || !ScanOptional(scan, "The score", &row.has_score, &row.score))
		return false;
	bpm_scan_space(scan);
	if (bpm_scan_take(scan, ","))
	{
		const char *word;
		int			length;

		bpm_scan_space(scan);
		length = bpm_scan_word(scan, &word);
		for (int m = METHOD_MEAN; m < METHODS; m++)
			if (bpm_scan_is(word, length, bpm_tree_method_labels[m]))
				row.method = (uint8) m;
		if (row.method == METHOD_DEFAULT)
			return bpm_scan_fail(scan, word, "No method has this name", NULL);
	}
	if (!Expect(scan, ")"))
		return false;
	AddRow(state, &row);
	return true;
}

/*
 * Read all nodes into a state. NULL with the error in the scan.
 */
static State *
ScanTree(BpmScan *scan)
{
	BpmScan		rules;
	State	   *state;
	const char *word;
	int			kind = 0;
	int			word_length;

	if (!Expect(scan, "{"))
		return NULL;
	bpm_scan_space(scan);
	word_length = bpm_scan_word(scan, &word);
	while (kind_labels[kind] != NULL && !bpm_scan_is(word, word_length, kind_labels[kind]))
		kind++;
	if (kind_labels[kind] == NULL)
	{
		bpm_scan_fail(scan, word, "The ids are neither text, integer nor uuid",
					  bpm_scan_nearest(word, word_length, kind_labels));
		return NULL;
	}
	state = NewState(CurrentMemoryContext, (IdKind) kind, false);
	if (!Expect(scan, ","))
		return NULL;
	rules = *scan;
	while (rules.at < scan->end && *rules.at != '}')
		rules.at++;
	rules.end = rules.at;
	rules.at = scan->at;
	if (!bpm_tree_scan_rules(&rules, &state->rules))
	{
		scan->error = rules.error;
		return NULL;
	}
	scan->at = rules.end;
	if (!Expect(scan, "}"))
		return NULL;
	while (!bpm_scan_done(scan))
	{
		CHECK_FOR_INTERRUPTS();
		if (!ScanNode(scan, state))
			return NULL;
	}
	if (state->count == 0)
	{
		bpm_scan_fail(scan, scan->at, "A node is missing", NULL);
		return NULL;
	}
	return state;
}

/*
 * Read a tree. NULL after a soft error.
 */
static BpmTree *
ParseTree(const char *text, size_t length, struct Node *context)
{
	BpmScan		scan;
	State	   *state;
	BpmTree    *tree;

	/* not bpm_scan_begin: a tree is data, and may be longer than any rule */
	bpm_scan_start(&scan, TYPE_NAME, text, length);
	state = ScanTree(&scan);
	if (state == NULL)
	{
		bpm_scan_raise(&scan, context);
		return NULL;
	}
	state->report.soft = context;
	tree = Finish(state);
	if (tree == NULL)
		bpm_tree_raise_faults(&state->report);
	return tree;
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_in);
Datum
bpm_tree_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	BpmTree    *tree = ParseTree(text, strlen(text), fcinfo->context);

	if (tree == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(tree);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_out);
Datum
bpm_tree_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(TreeText(DatumGetTreeP(PG_GETARG_DATUM(0))));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_recv);
Datum
bpm_tree_recv(PG_FUNCTION_ARGS)
{
	int			length;
	char	   *text = bpm_text_recv((StringInfo) PG_GETARG_POINTER(0), TYPE_NAME, &length);

	PG_RETURN_POINTER(ParseTree(text, length, NULL));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_send);
Datum
bpm_tree_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(bpm_text_send(TreeText(DatumGetTreeP(PG_GETARG_DATUM(0)))));
}
