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
 * Gathering rows
 * ----------------------------------------------------------------------------------------------*/

/*
 * The rows of the aggregates: the nodes in the order in which their ids came up, as a row's own or
 * as a parent's, and a hash table with open addressing from id to node. About 60 bytes a node with
 * short ids.
 */
typedef struct TreeRows
{
	MemoryContext context;
	TreeReport	report;
	TreeRules	rules;
	text	   *rules_text;		/* what the rules were read from, or NULL */
	BpmScanError rules_error;	/* what is wrong with it */
	char	   *least_rules;	/* where they differ: those that sort first and last */
	char	   *most_rules;
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
} TreeRows;

static TreeRows *
NewRows(MemoryContext context, IdKind kind, TreeMode mode)
{
	TreeRows   *rows = MemoryContextAllocZero(context, sizeof(TreeRows));

	rows->context = context;
	rows->kind = kind;
	rows->report.context = context;
	rows->report.mode = mode;
	rows->report.ids = kind;
	rows->last_parent = NOBODY;
	bpm_tree_default_rules(&rows->rules);
	rows->capacity = 16;
	rows->nodes = MemoryContextAlloc(context, rows->capacity * sizeof(TreeNode));
	rows->ids_size = 128;
	rows->ids = MemoryContextAlloc(context, rows->ids_size);
	rows->nbuckets = 32;
	rows->buckets = MemoryContextAllocZero(context, rows->nbuckets * sizeof(uint32));
	return rows;
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
GrowBuckets(TreeRows *rows)
{
	uint32		mask;

	pfree(rows->buckets);
	rows->nbuckets *= 2;
	rows->buckets = MemoryContextAllocExtended(rows->context,
												(Size) rows->nbuckets * sizeof(uint32),
												MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	mask = rows->nbuckets - 1;
	for (uint32 i = 0; i < rows->count; i++)
	{
		uint32		b = rows->nodes[i].hash & mask;

		while (rows->buckets[b] != 0)
			b = (b + 1) & mask;
		rows->buckets[b] = i + 1;
	}
}

static inline bool
IsNode(const TreeRows *rows, uint32 node, IdBytes id)
{
	IdBytes		other = IdAt(rows->kind, rows->ids + rows->nodes[node].id);

	return other.length == id.length && memcmp(other.data, id.data, id.length) == 0;
}

/*
 * A node for an id that has none.
 */
static uint32
NewNode(TreeRows *rows, IdBytes id, uint32 hash)
{
	uint32		size = IdSize(rows->kind, id.length);
	TreeNode   *node;

	if (rows->count == rows->capacity)
	{
		rows->capacity = Grown(rows->capacity, 0);
		rows->nodes = repalloc_huge(rows->nodes, (Size) rows->capacity * sizeof(TreeNode));
	}
	if ((uint64) rows->ids_used + size > rows->ids_size)
	{
		rows->ids_size = Grown(rows->ids_size, (uint64) rows->ids_used + size);
		rows->ids = repalloc_huge(rows->ids, rows->ids_size);
	}
	node = &rows->nodes[rows->count];
	memset(node, 0, sizeof(TreeNode));
	node->parent = NOBODY;
	node->hash = hash;
	node->id = rows->ids_used;
	PutId(rows->kind, rows->ids + rows->ids_used, id);
	rows->ids_used += size;
	return rows->count++;
}

/*
 * The node of an id, made if need be.
 */
static uint32
Intern(TreeRows *rows, IdBytes id)
{
	uint32		hash = HashId(rows->kind, id);
	uint32		mask;
	uint32		b;

	/* at most three quarters full */
	if (rows->count >= rows->nbuckets / 4 * 3)
		GrowBuckets(rows);
	mask = rows->nbuckets - 1;
	for (b = hash & mask; rows->buckets[b] != 0; b = (b + 1) & mask)
	{
		uint32		node = rows->buckets[b] - 1;

		if (rows->nodes[node].hash == hash && IsNode(rows, node, id))
			return node;
	}
	rows->buckets[b] = rows->count + 1;
	return NewNode(rows, id, hash);
}

static char *
NodeName(const TreeRows *rows, uint32 node)
{
	return IdString(rows->kind, rows->ids + rows->nodes[node].id);
}

static char *
PlaceOf(const TreeRows *rows, uint32 parent)
{
	return parent == NOBODY ? "a root" : psprintf("under \"%s\"", NodeName(rows, parent));
}

/* a row */
typedef struct TreeRow
{
	bool		has_id;
	bool		has_parent;
	bool		has_weight;
	bool		has_score;
	bool		has_best;
	uint8		method;
	BpmProblem	weight_problem; /* why it is no figure */
	BpmProblem	score_problem;
	BpmProblem	best_problem;
	IdBytes		id;
	IdBytes		parent;
	int128		weight;
	int128		score;
	int128		best;
} TreeRow;

static char *
ProblemText(BpmProblem problem)
{
	return problem == DECIMAL_NAN ? "It is NaN." : problem == DECIMAL_INFINITE ? "It is infinite." :
		psprintf("It has more than %d digits before the decimal point.", BPM_MAX_INTEGER_DIGITS);
}

/*
 * A score, or a best one, into a node.
 */
static void
TakeScore(TreeRows *rows, uint32 index, TreeFaultKind kind, BpmProblem problem, int128 value,
		  int64 *score)
{
	if (problem != DECIMAL_OK)
		bpm_tree_add_fault(&rows->report, kind, NodeName(rows, index), ProblemText(problem));
	else if (value >= MAX_SCORE || value <= -MAX_SCORE)
		bpm_tree_add_fault(&rows->report, kind, NodeName(rows, index),
						   psprintf("It is %s; scores are below %s.", bpm_tree_figure_text(value),
									bpm_tree_figure_text(MAX_SCORE)));
	else
		*score = (int64) value;
}

/*
 * The figures of a row into its node.
 */
static void
TakeFigures(TreeRows *rows, uint32 index, const TreeRow *row, TreeNode *node)
{
	if (row->has_weight)
	{
		if (unlikely(row->weight_problem != DECIMAL_OK))
			bpm_tree_add_fault(&rows->report, FAULT_WEIGHT_RANGE, NodeName(rows, index),
							   ProblemText(row->weight_problem));
		else if (row->weight < 0)
			bpm_tree_add_fault(&rows->report, FAULT_NEGATIVE_WEIGHT, NodeName(rows, index),
							   psprintf("It is %s.", bpm_tree_figure_text(row->weight)));
		else
			node->weight = row->weight;
	}
	if (row->has_score)
		TakeScore(rows, index, FAULT_SCORE_RANGE, row->score_problem, row->score, &node->score);
	if (row->has_best)
		TakeScore(rows, index, FAULT_BEST_RANGE, row->best_problem, row->best, &node->best);
}

/*
 * One row more of a node that has one. Every row of it is a fault by itself, so that what is said does not depend
 * on which came first.
 */
static void
AddTwin(TreeRows *rows, uint32 index, const TreeRow *row, uint32 parent)
{
	TreeNode   *node = &rows->nodes[index];
	TreeNode	unused;

	if (!(node->flags & NODE_TWICE))
		bpm_tree_add_fault(&rows->report, FAULT_DUPLICATE, NodeName(rows, index),
						   psprintf("A row of it is %s.", PlaceOf(rows, node->parent)));
	node->flags |= NODE_TWICE;
	bpm_tree_add_fault(&rows->report, FAULT_DUPLICATE, NodeName(rows, index),
					   psprintf("A row of it is %s.", PlaceOf(rows, parent)));
	TakeFigures(rows, index, row, &unused);
}

/*
 * A row more. The parent is looked up first, as its index is wanted whatever is wrong with the row.
 */
static void
AddNode(TreeRows *rows, const TreeRow *row)
{
	uint32		parent = NOBODY;
	uint32		index;
	TreeNode   *node;

	if (row->has_parent)
	{
		if (rows->last_parent != NOBODY && IsNode(rows, rows->last_parent, row->parent))
			parent = rows->last_parent;
		else
			parent = rows->last_parent = Intern(rows, row->parent);
	}
	if (!row->has_id)
	{
		bpm_tree_add_fault(&rows->report, FAULT_NULL_ID, NULL,
						   psprintf("A row without an id is %s.", PlaceOf(rows, parent)));
		return;
	}
	index = Intern(rows, row->id);
	node = &rows->nodes[index];
	if (node->flags & NODE_DEFINED)
	{
		AddTwin(rows, index, row, parent);
		return;
	}
	node->flags = NODE_DEFINED | (row->has_weight ? NODE_WEIGHED : 0) |
		(row->has_score ? NODE_SCORED : 0) | (row->has_best ? NODE_BEST : 0);
	node->method = row->method;
	node->parent = parent;
	TakeFigures(rows, index, row, node);
}

/* ------------------------------------------------------------------------------------------------
 * From rows to a tree
 * ----------------------------------------------------------------------------------------------*/

/*
 * Parents that no row has given. For a lint their children stand as roots, so that what is below
 * them is looked at too.
 */
static void
CheckParents(TreeRows *rows)
{
	for (uint32 i = 0; i < rows->count; i++)
	{
		TreeNode   *node = &rows->nodes[i];

		CHECK_OFTEN(i);
		if (!(node->flags & NODE_DEFINED) || node->parent == NOBODY ||
			(rows->nodes[node->parent].flags & NODE_DEFINED))
			continue;
		bpm_tree_add_fault(&rows->report, FAULT_MISSING_PARENT, NodeName(rows, i),
						   psprintf("No row has the id \"%s\".", NodeName(rows, node->parent)));
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
IdOf(const TreeRows *rows, uint32 node)
{
	return IdAt(rows->kind, rows->ids + rows->nodes[node].id);
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
CompareSiblings(const Sibling *a, const Sibling *b, const TreeRows *rows)
{
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return OrderIds(IdOf(rows, a->node), IdOf(rows, b->node));
}

#define ST_SORT QuickSortSiblings
#define ST_ELEMENT_TYPE Sibling
#define ST_COMPARE(a, b, arg) CompareSiblings(a, b, arg)
#define ST_COMPARE_ARG_TYPE const TreeRows
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * Sort siblings, with room for as many. Rows often come in order.
 */
static void
SortSiblings(const TreeRows *rows, uint32 *siblings, uint32 n, Sibling *room)
{
	bool		sorted = true;

	for (uint32 i = 0; i < n; i++)
	{
		room[i].node = siblings[i];
		room[i].prefix = Prefix(IdOf(rows, siblings[i]));
		sorted = sorted && (i == 0 || CompareSiblings(&room[i - 1], &room[i], rows) < 0);
	}
	if (sorted)
		return;
	QuickSortSiblings(room, n, rows);
	for (uint32 i = 0; i < n; i++)
		siblings[i] = room[i].node;
}

static void
FindFamilies(TreeRows *rows, Families *families)
{
	uint32		count = rows->count;
	uint32		sum = 0;
	uint32		largest = 0;
	Sibling    *room;

	families->ends = palloc_extended(((Size) count + 1) * sizeof(uint32),
									 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	families->children = palloc_extended(((Size) count + 1) * sizeof(uint32), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < count; i++)
		if (rows->nodes[i].flags & NODE_DEFINED)
			families->ends[Min(rows->nodes[i].parent, count)]++;
	for (uint32 i = 0; i <= count; i++)
	{
		uint32		n = families->ends[i];

		families->ends[i] = sum;
		sum += n;
		largest = Max(largest, n);
	}
	for (uint32 i = 0; i < count; i++)
		if (rows->nodes[i].flags & NODE_DEFINED)
			families->children[families->ends[Min(rows->nodes[i].parent, count)]++] = i;
	room = palloc_extended((Size) largest * sizeof(Sibling), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i <= count; i++)
	{
		uint32		first = FirstChild(families, i);

		CHECK_OFTEN(i);
		if (families->ends[i] - first > 1)
			SortSiblings(rows, families->children + first, families->ends[i] - first, room);
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
AllocateTree(const TreeRows *rows)
{
	Size		size = offsetof(BpmTree, nodes) + (Size) rows->count * sizeof(TreeNode) +
		rows->ids_used;
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
	tree->kind = (uint8) rows->kind;
	tree->rules = rows->rules;
	tree->weight_unit = WeightUnit(rows->nodes, rows->count, BPM_ONE);
	return tree;
}

/*
 * Lay the nodes that can be reached from the roots out in preorder. Every node of the rows learns
 * its place there; the hash table is gone by now.
 */
static BpmTree *
LayOut(TreeRows *rows)
{
	BpmTree    *tree;
	Families	families;
	uint32	   *stack;
	char	   *ids;
	char	   *ids_out;
	uint32		height = 0;

	FindFamilies(rows, &families);
	tree = AllocateTree(rows);
	stack = palloc_extended(((Size) rows->count + 1) * sizeof(uint32), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < rows->count; i++)
		rows->nodes[i].place = NOBODY;

	/* at its final place if all rows are reached; else the faults are all that is wanted */
	ids = ids_out = (char *) (tree->nodes + rows->count);
	stack[height++] = rows->count;
	while (height > 0)
	{
		uint32		from = stack[--height];

		CHECK_OFTEN(height);
		if (from < rows->count)
		{
			TreeNode   *node = &tree->nodes[tree->count];
			IdBytes		id = IdAt(rows->kind, rows->ids + rows->nodes[from].id);

			*node = rows->nodes[from];
			node->depth = 0;
			if (likely(node->weight == (int64) node->weight))
				node->weight = (int64) node->weight / tree->weight_unit;
			else
				node->weight /= tree->weight_unit;
			if (node->parent != NOBODY)
			{
				node->parent = rows->nodes[node->parent].place;
				node->depth = tree->nodes[node->parent].depth + 1;
			}
			node->id = (uint32) (ids_out - ids);
			PutId(rows->kind, ids_out, id);
			ids_out += IdSize(rows->kind, id.length);
			rows->nodes[from].place = tree->count++;
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
ReportLoop(TreeRows *rows, uint32 node)
{
	uint32		first = node;
	uint32		n = 0;
	uint32		at = node;
	StringInfoData loop;

	do
	{
		at = rows->nodes[at].parent;
		if (OrderIds(IdOf(rows, at), IdOf(rows, first)) < 0)
			first = at;
		n++;
	} while (at != node);

	initStringInfo(&loop);
	appendStringInfoString(&loop, "The loop, every node before its parent: ");
	at = first;
	for (uint32 i = 0; i < Min(n, SHOWN_LOOP); i++)
	{
		appendStringInfo(&loop, "\"%s\" -> ", NodeName(rows, at));
		at = rows->nodes[at].parent;
	}
	if (n > SHOWN_LOOP)
		appendStringInfo(&loop, "... (%u nodes in all) -> ", n);
	appendStringInfo(&loop, "\"%s\".", NodeName(rows, first));
	bpm_tree_add_fault(&rows->report, FAULT_CYCLE, NodeName(rows, first), loop.data);
}

/*
 * What no root reaches is a loop, or below one: follow the parents until a node of this walk, or of
 * one before it.
 */
static void
CheckLoops(TreeRows *rows, const BpmTree *tree)
{
	uint32	   *walks;

	if (tree->count == rows->count)
		return;
	walks = palloc_extended(((Size) rows->count + 1) * sizeof(uint32),
							MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < rows->count; i++)
	{
		uint32		at = i;

		CHECK_OFTEN(i);
		if (!(rows->nodes[i].flags & NODE_DEFINED) || rows->nodes[i].place != NOBODY)
			continue;
		while (walks[at] == 0)
		{
			walks[at] = i + 1;
			at = rows->nodes[at].parent;
		}
		if (walks[at] == i + 1)
			ReportLoop(rows, at);
	}
	pfree(walks);
}

/*
 * The tree of the rows, or NULL after faults, which are in the report. The rows are used up: what
 * they held goes as soon as it is no longer needed, so that rows and tree do not add up. Only where
 * nobody asks which faults does the search end with the first: score_tree raises the one that
 * tree_check names first.
 */
static BpmTree *
Finish(TreeRows *rows)
{
	BpmTree    *tree;

	if (rows->nodes == NULL)
		elog(ERROR, "rows of score_tree are used up");
	CheckParents(rows);
	if (rows->report.count > 0 && rows->report.mode == TREE_TRY)
		return NULL;
	pfree(rows->buckets);
	tree = LayOut(rows);
	CheckLoops(rows, tree);
	pfree(rows->nodes);
	pfree(rows->ids);
	rows->nodes = NULL;
	if (rows->report.count > 0 && rows->report.mode == TREE_TRY)
		return NULL;
	bpm_tree_check(tree, &rows->report);
	return rows->report.count > 0 ? NULL : tree;
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
			 errhint("Methods are mean, geometric, weakest, sum, m1 and m2.")));
}

/*
 * The rules argument is the same on every row of a group: the first is read, the others compared. What is
 * wrong with it is kept for the final function.
 */
static void
ReadRules(TreeRows *rows, const text *rules)
{
	Size		size = VARSIZE_ANY_EXHDR(rules);
	MemoryContext before = MemoryContextSwitchTo(rows->context);
	BpmScan		scan;

	rows->rules_text = cstring_to_text_with_len(VARDATA_ANY(rules), (int) size);
	if (!bpm_scan_begin(&scan, RULES_NAME, VARDATA_ANY(rows->rules_text), size) ||
		!bpm_tree_scan_rules(&scan, &rows->rules))
	{
		rows->rules_error = scan.error;
		if (scan.error.hint != NULL)
			rows->rules_error.hint = pstrdup(scan.error.hint);
	}
	MemoryContextSwitchTo(before);
}

static char *
RulesText(MemoryContext context, const text *rules)
{
	return MemoryContextStrdup(context, rules == NULL ? "" :
							   bpm_scan_clip(VARDATA_ANY(rules), (int) VARSIZE_ANY_EXHDR(rules)));
}

static void
CheckRules(TreeRows *rows, FunctionCallInfo fcinfo, int n, bool first)
{
	text	   *rules = PG_ARGISNULL(n) ? NULL : PG_GETARG_TEXT_PP(n);
	const text *known = rows->rules_text;
	char	   *text_of_row;

	if (first)
	{
		if (rules != NULL)
			ReadRules(rows, rules);
		return;
	}
	if ((rules == NULL) == (known == NULL) &&
		(rules == NULL ||
		 (VARSIZE_ANY_EXHDR(rules) == VARSIZE_ANY_EXHDR(known) &&
		  memcmp(VARDATA_ANY(rules), VARDATA_ANY(known), VARSIZE_ANY_EXHDR(rules)) == 0)))
		return;
	if (rows->least_rules == NULL)
		rows->least_rules = rows->most_rules = RulesText(rows->context, known);
	text_of_row = RulesText(rows->context, rules);
	if (strcmp(text_of_row, rows->least_rules) < 0)
		rows->least_rules = text_of_row;
	else if (strcmp(text_of_row, rows->most_rules) > 0)
		rows->most_rules = text_of_row;
}

/* which arguments a transition has, by their numbers; 0: it has none */
typedef struct Arguments
{
	int			score;
	int			best;
	int			method;
	int			rules;
} Arguments;

static BpmProblem
ReadFigure(FunctionCallInfo fcinfo, int n, bool *has, int128 *value)
{
	*has = n > 0 && !PG_ARGISNULL(n);
	return *has ? bpm_decimal_try_units(PG_GETARG_DATUM(n), value) : DECIMAL_OK;
}

/*
 * The transition of all aggregates: state, id, parent_id, weight and what else there is. Nothing that a row
 * holds is an error here: that is for the final function to say.
 */
static Datum
Accumulate(FunctionCallInfo fcinfo, Arguments has, TreeMode mode)
{
	CallSite   *site = GetCallSite(fcinfo);
	TreeRows   *rows = PG_ARGISNULL(0) ? NULL : (TreeRows *) PG_GETARG_POINTER(0);
	bool		first = rows == NULL;
	TreeRow		row = {0};
	uint64		room[2];

	if (first)
	{
		MemoryContext context;

		if (!AggCheckCallContext(fcinfo, &context))
			elog(ERROR, "transition function of score_tree called in non-aggregate context");
		rows = NewRows(context, site->kind, mode);
	}
	if (has.rules > 0)
		CheckRules(rows, fcinfo, has.rules, first);
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
	row.weight_problem = ReadFigure(fcinfo, 3, &row.has_weight, &row.weight);
	row.score_problem = ReadFigure(fcinfo, has.score, &row.has_score, &row.score);
	row.best_problem = ReadFigure(fcinfo, has.best, &row.has_best, &row.best);
	if (has.method > 0 && !PG_ARGISNULL(has.method))
		row.method = ReadMethod(site, PG_GETARG_OID(has.method));
	AddNode(rows, &row);
	PG_RETURN_POINTER(rows);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_accum);
Datum
bpm_tree_accum(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, (Arguments) {.score = PG_NARGS() > 4 ? 4 : 0}, TREE_RAISE);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_accum_method);
Datum
bpm_tree_accum_method(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, (Arguments) {.score = 4, .method = 5}, TREE_RAISE);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_accum_rules);
Datum
bpm_tree_accum_rules(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, (Arguments) {.score = 4, .rules = 5}, TREE_RAISE);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_accum_method_rules);
Datum
bpm_tree_accum_method_rules(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, (Arguments) {.score = 4, .method = 5, .rules = 6}, TREE_RAISE);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_accum_best);
Datum
bpm_tree_accum_best(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, (Arguments) {.score = 4, .best = 5, .method = 6, .rules = 7}, TREE_RAISE);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_check_accum);
Datum
bpm_tree_check_accum(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, (Arguments) {.score = PG_NARGS() > 4 ? 4 : 0}, TREE_LINT);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_check_accum_method);
Datum
bpm_tree_check_accum_method(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, (Arguments) {.score = 4, .method = 5}, TREE_LINT);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_check_accum_rules);
Datum
bpm_tree_check_accum_rules(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, (Arguments) {.score = 4, .rules = 5}, TREE_LINT);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_check_accum_method_rules);
Datum
bpm_tree_check_accum_method_rules(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, (Arguments) {.score = 4, .method = 5, .rules = 6}, TREE_LINT);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_check_accum_best);
Datum
bpm_tree_check_accum_best(PG_FUNCTION_ARGS)
{
	return Accumulate(fcinfo, (Arguments) {.score = 4, .best = 5, .method = 6, .rules = 7}, TREE_LINT);
}

static char *
DifferText(const TreeRows *rows)
{
	return psprintf("One row has \"%s\", another \"%s\".", rows->least_rules, rows->most_rules);
}

/*
 * The tree of a state, or NULL after faults; those of the rules argument come first.
 */
static BpmTree *
FinishRows(TreeRows *rows)
{
	if (rows->least_rules != NULL)
		bpm_tree_add_fault(&rows->report, FAULT_RULES, NULL, DifferText(rows));
	else if (rows->rules_error.sqlstate != 0)
		bpm_tree_add_fault(&rows->report, FAULT_RULES, NULL, rows->rules_error.detail);
	return Finish(rows);
}

/*
 * Errors of the rules argument are worded for who wrote it.
 */
static void
RaiseRules(const TreeRows *rows)
{
	BpmScan		scan = {0};

	if (rows->least_rules != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rules differ within a tree"),
				 errdetail_internal("%s", DifferText(rows)),
				 errhint("A method for each parent is an argument of type bpm.method: cast the column.")));
	if (rows->rules_error.sqlstate != 0)
	{
		scan.error = rows->rules_error;
		bpm_scan_raise(&scan, NULL);
	}
}

static BpmTree *
Final(FunctionCallInfo fcinfo, bool raise)
{
	TreeRows   *rows;
	BpmTree    *tree;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "final function of score_tree called in non-aggregate context");
	if (PG_ARGISNULL(0))
		return NULL;
	rows = (TreeRows *) PG_GETARG_POINTER(0);
	if (raise)
		RaiseRules(rows);
	tree = FinishRows(rows);
	if (tree == NULL && raise)
		bpm_tree_raise_faults(&rows->report);
	return tree;
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_final);
Datum
bpm_tree_final(PG_FUNCTION_ARGS)
{
	BpmTree    *tree = Final(fcinfo, true);

	if (tree == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(tree);
}

/*
 * The final function of try_score_tree: NULL for a tree that is not sound.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_try_final);
Datum
bpm_tree_try_final(PG_FUNCTION_ARGS)
{
	BpmTree    *tree = Final(fcinfo, false);

	if (tree == NULL)
		PG_RETURN_NULL();
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
	TreeRows   *rows;
	TreeReport *report;
	TupleDesc	descriptor;
	Datum	   *elements;
	int16		length;
	bool		by_value;
	char		alignment;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "final function of tree_check called in non-aggregate context");
	if (PG_ARGISNULL(0))
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(type));
	rows = (TreeRows *) PG_GETARG_POINTER(0);
	report = &rows->report;
	FinishRows(rows);
	bpm_tree_sort_faults(report);
	if (report->kept == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(type));

	descriptor = lookup_rowtype_tupdesc_copy(type, -1);
	elements = palloc_extended(report->kept * sizeof(Datum), MCXT_ALLOC_HUGE);
	for (int i = 0; i < report->kept; i++)
	{
		const TreeFault *fault = &report->faults[i];
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
 * What the rules of a tree mean for a part of it. The weights below an inner node totalled its own weight, and
 * now that is what those of a root total. A leaf that weighed nothing may miss its score, though nothing may be
 * missing; NULL would not say so of a root.
 */
static void
FitRules(BpmTree *part)
{
	TreeNode   *root = &part->nodes[0];

	if (part->count > 1 && part->rules.total_kind == TOTAL_NESTED)
		part->rules.total = root->weight * part->weight_unit;
	if (root->weight == 0)
		root->flags |= NODE_WEIGHED;
}

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
	if (tree->nodes[root].parent != NOBODY)
		FitRules(result);

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
 *   node := '(' id ',' [id] ',' [weight] ',' [score] [',' [method] [',' best]] ')'
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
		if (node->method != METHOD_DEFAULT || (node->flags & NODE_BEST))
			appendStringInfo(&out, ",%s", bpm_tree_method_labels[node->method]);
		if (node->flags & NODE_BEST)
		{
			appendStringInfoChar(&out, ',');
			bpm_tree_append_figure(&out, node->best);
		}
		appendStringInfoChar(&out, ')');
	}
	return out.data;
}

/* room for an id that is read, the same for all of a tree */
typedef struct IdRoom
{
	StringInfoData text;
	char		bytes[UUID_LEN];
} IdRoom;

static bool
ScanInteger(BpmScan *scan, const char *start, IdRoom *room)
{
	BpmScan		digits;
	int128		value;
	uint64		bytes;

	bpm_scan_start(&digits, scan->type, room->text.data, room->text.len);
	if (room->text.len == 0 || room->text.len > 20 ||
		strspn(room->text.data, "-0123456789") != (size_t) room->text.len ||
		!bpm_scan_decimal(&digits, "The id", false, 0, &value) || digits.at != digits.end ||
		value > PG_INT64_MAX || value < PG_INT64_MIN)
		return bpm_scan_fail(scan, start, "The id is no integer", NULL);
	bytes = IntegerBytes((int64) value);
	memcpy(room->bytes, &bytes, sizeof(bytes));
	return true;
}

/*
 * An id in double quotes, as bytes of the tree's kind.
 */
static bool
ScanId(BpmScan *scan, IdKind kind, IdRoom *room, IdBytes *id)
{
	const char *start;
	Datum		uuid;

	bpm_scan_space(scan);
	start = scan->at;
	if (scan->at >= scan->end || *scan->at != '"')
		return bpm_scan_fail(scan, start, "An id in double quotes is missing", NULL);
	if (!bpm_scan_quoted(scan, "The id", true, &room->text))
		return false;
	id->data = room->bytes;
	switch (kind)
	{
		case ID_TEXT:
			id->data = room->text.data;
			id->length = (uint32) room->text.len;
			return true;
		case ID_INTEGER:
			id->length = sizeof(int64);
			return ScanInteger(scan, start, room);
		case ID_UUID:
			id->length = UUID_LEN;
			if (!bpm_try_input(uuid_in, room->text.data, &uuid))
				return bpm_scan_fail(scan, start, "The id is no uuid", NULL);
			memcpy(room->bytes, DatumGetUUIDP(uuid)->data, UUID_LEN);
			pfree(DatumGetPointer(uuid));
			return true;
	}
	return false;				/* not reached */
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

/* a method, or nothing where a best score follows */
static bool
ScanMethod(BpmScan *scan, TreeRow *row)
{
	const char *word;
	int			length;

	bpm_scan_space(scan);
	length = bpm_scan_word(scan, &word);
	for (int m = METHOD_MEAN; m < METHODS; m++)
		if (bpm_scan_is(word, length, bpm_tree_method_labels[m]))
			row->method = (uint8) m;
	if (row->method != METHOD_DEFAULT || (length == 0 && scan->at < scan->end && *scan->at == ','))
		return true;
	return bpm_scan_fail(scan, word, "No method has this name", NULL);
}

static bool
ScanNode(BpmScan *scan, TreeRows *rows, IdRoom *rooms)
{
	TreeRow		row = {0};

	if (!Expect(scan, "(") || !ScanId(scan, rows->kind, &rooms[0], &row.id) || !Expect(scan, ","))
		return false;
	row.has_id = true;
	bpm_scan_space(scan);
	row.has_parent = scan->at < scan->end && *scan->at == '"';
	if (row.has_parent && !ScanId(scan, rows->kind, &rooms[1], &row.parent))
		return false;
	if (!Expect(scan, ",") || !ScanOptional(scan, "The weight", &row.has_weight, &row.weight) ||
		!Expect(scan, ",") || !ScanOptional(scan, "The score", &row.has_score, &row.score))
		return false;
	bpm_scan_space(scan);
	if (bpm_scan_take(scan, ",") && !ScanMethod(scan, &row))
		return false;
	bpm_scan_space(scan);
	if (bpm_scan_take(scan, ",") && !ScanOptional(scan, "The best score", &row.has_best, &row.best))
		return false;
	if (!Expect(scan, ")"))
		return false;
	AddNode(rows, &row);
	return true;
}

/*
 * Read all nodes as rows. NULL with the error in the scan.
 */
static TreeRows *
ScanTree(BpmScan *scan)
{
	BpmScan		rules;
	TreeRows   *rows;
	const char *word;
	int			kind = 0;
	int			word_length;
	IdRoom		rooms[2];

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
	rows = NewRows(CurrentMemoryContext, (IdKind) kind, TREE_RAISE);
	initStringInfo(&rooms[0].text);
	initStringInfo(&rooms[1].text);
	if (!Expect(scan, ","))
		return NULL;
	rules = *scan;
	while (rules.at < scan->end && *rules.at != '}')
		rules.at++;
	rules.end = rules.at;
	rules.at = scan->at;
	if (!bpm_tree_scan_rules(&rules, &rows->rules))
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
		if (!ScanNode(scan, rows, rooms))
			return NULL;
	}
	if (rows->count == 0)
	{
		bpm_scan_fail(scan, scan->at, "A node is missing", NULL);
		return NULL;
	}
	return rows;
}

/*
 * Read a tree. NULL after a soft error.
 */
static BpmTree *
ParseTree(const char *text, size_t length, struct Node *context)
{
	BpmScan		scan;
	TreeRows   *rows;
	BpmTree    *tree;

	/* not bpm_scan_begin: a tree is data, and may be longer than any rule */
	bpm_scan_start(&scan, TYPE_NAME, text, length);
	rows = ScanTree(&scan);
	if (rows == NULL)
	{
		bpm_scan_raise(&scan, context);
		return NULL;
	}
	rows->report.soft = context;
	tree = Finish(rows);
	if (tree == NULL)
		bpm_tree_raise_faults(&rows->report);
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
