/*
 * tree.c: weighted indicators in a hierarchy, rolled up in one pass.
 *
 * A framework is a tree: leaves are measured, every node has a weight among its siblings, and a
 * node's score is made of those of its children. The aggregate score_tree gathers the rows of a
 * group in whatever order they come, and gives a value of type bpm.tree; nodes(tree) takes it apart.
 *
 * The rule of the figures. An exact weighted mean of means is a fraction whose denominator grows with
 * every level, without bound in a deep tree. So a node's score and bounds are computed exactly from
 * those of its children and kept with 20 decimals, 12 more than are published. Published figures are
 * rounded once, half away from zero, from 18 of them: the last two only carry what thirds leave, so
 * that a third and two thirds make a whole. Shares are kept with 18 decimals and published with 12.
 *
 * The nodes of a tree lie in preorder, siblings by id: a parent before its children, a subtree in
 * one piece. That order does not depend on the rows' order, and it needs neither recursion nor a
 * stack: up is a loop from the end, down is a loop from the start.
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
#include "utils/tuplestore.h"
#include "utils/typcache.h"
#include "utils/uuid.h"

#include "bpm.h"

#define TYPE_NAME "bpm.tree"
#define RULES_NAME "tree rules"
#define VERSION 1

#define NOBODY PG_UINT32_MAX	/* the parent of a root */
#define MISSING (-((int128) 1 << 126))	/* a score that is not there */
#define NOTHING PG_INT64_MIN	/* a contribution that is not there */
#define NOT_LINEAR PG_INT64_MIN /* the share in a root's score, below a method without shares */

/* scores are below 10^10; in 10^-8 */
#define MAX_SCORE INT64CONST(1000000000000000000)

/* scores are computed with 20 decimals, and 18 of them are rounded to what is published */
#define FINE_DIGITS 20
#define SURE_DIGITS 18
#define FINE ((int128) INT64CONST(1000000000000))	/* 10^-8 in 10^-20 */
#define FINE_ONE (FINE * BPM_ONE)

/* shares are fractions of 1 with 18 decimals, coverage is a percentage with 16 */
#define SHARE_DIGITS 18
#define PUBLISHED_SHARE_DIGITS 12
#define WHOLE INT64CONST(1000000000000000000)
#define COVERAGE_DIGITS 16
#define FULL INT64CONST(1000000000000000000)

/* what an error shows at most of faults and of a loop */
#define SHOWN_FAULTS 20
#define SHOWN_LOOP 1000

/* how an id is held: as text, or as big-endian bytes that sort like the value */
typedef enum IdKind
{
	ID_TEXT,
	ID_INTEGER,
	ID_UUID
} IdKind;

static const char *const kind_labels[] = {"text", "integer", "uuid", NULL};

typedef enum Method
{
	METHOD_DEFAULT,				/* what the rules say */
	METHOD_MEAN,
	METHOD_GEOMETRIC,
	METHOD_WEAKEST,
	METHOD_M1,
	METHOD_M2
} Method;

#define METHODS 6

/* the labels of the type bpm.method, at their place */
static const char *const method_labels[] = {"", "mean", "geometric", "weakest", "m1", "m2"};

typedef enum Policy
{
	POLICY_RENORMALISE,			/* the score over what is there */
	POLICY_ZERO,				/* what is missing scores 0 */
	POLICY_ERROR,				/* nothing may be missing */
	POLICY_REQUIRE				/* no score below a coverage */
} Policy;

typedef enum TotalKind
{
	TOTAL_ANY,
	TOTAL_EACH,					/* the children of every parent total it */
	TOTAL_NESTED				/* the children of a root total it, those of others their parent's weight */
} TotalKind;

typedef struct Rules
{
	int128		total;			/* in 10^-8 */
	int64		required;		/* coverage that POLICY_REQUIRE wants, in 10^-8 */
	int64		worst;			/* what a missing leaf could score, in 10^-8 */
	int64		best;
	uint8		policy;
	uint8		method;
	uint8		total_kind;
	uint8		digits;			/* of the published figures */
	uint32		reserved;
} Rules;

#define NODE_DEFINED 0x01		/* a row gave it; else it is only somebody's parent so far */
#define NODE_SCORED 0x02
#define NODE_WEIGHED 0x04		/* its weight is not NULL */

typedef struct TreeNode
{
	int128		weight;			/* in 10^-8, in a tree in its weight units; NULL is 0 */
	int64		score;			/* in 10^-8 */
	uint32		parent;			/* its index, or NOBODY */
	uint32		id;				/* its place among the ids */
	union
	{
		uint32		hash;		/* of the id, while rows are gathered */
		uint32		place;		/* in the tree, or NOBODY, while it is laid out */
		uint32		depth;		/* in a tree; 0 for a root */
	};
	uint8		flags;
	uint8		method;
	uint16		reserved;
} TreeNode;

StaticAssertDecl(sizeof(TreeNode) == 40, "a node takes 40 bytes");

/*
 * The value: header, nodes in preorder, ids. Scores of parents are not in it: they follow from it.
 */
typedef struct BpmTree
{
	int32		vl_len_;
	uint32		count;
	uint32		ids_size;
	uint8		version;
	uint8		kind;
	uint16		reserved;
	int64		weight_unit;	/* of the nodes' weights, in 10^-8: the largest power of 10 for all */
	Rules		rules;
	TreeNode	nodes[FLEXIBLE_ARRAY_MEMBER];
} BpmTree;

#define DatumGetTreeP(datum) ((BpmTree *) PG_DETOAST_DATUM(datum))

/* ------------------------------------------------------------------------------------------------
 * Faults
 * ----------------------------------------------------------------------------------------------*/

typedef enum FaultKind
{
	FAULT_NULL_ID,
	FAULT_DUPLICATE,
	FAULT_NEGATIVE_WEIGHT,
	FAULT_SCORE_RANGE,
	FAULT_MISSING_PARENT,
	FAULT_CYCLE,
	FAULT_INNER_SCORE,
	FAULT_ZERO_WEIGHTS,
	FAULT_TOTAL,
	FAULT_MISSING_SCORE,
	FAULT_NEGATIVE_SCORE,
	FAULT_GRADE,
	FAULT_DIMENSIONS
} FaultKind;

static const struct
{
	const char *label;			/* in tree_check */
	int			sqlstate;
	const char *message;
}			fault_kinds[] = {
	{"null id", ERRCODE_NULL_VALUE_NOT_ALLOWED, "a node has no id"},
	{"duplicate id", ERRCODE_UNIQUE_VIOLATION, "node \"%s\" stands twice in the tree"},
	{"negative weight", ERRCODE_INVALID_PARAMETER_VALUE, "weight of node \"%s\" must not be negative"},
	{"score out of range", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "score of node \"%s\" is out of range"},
	{"missing parent", ERRCODE_FOREIGN_KEY_VIOLATION, "parent of node \"%s\" is missing"},
	{"cycle", ERRCODE_INVALID_PARAMETER_VALUE, "node \"%s\" is its own ancestor"},
	{"score on parent", ERRCODE_INVALID_PARAMETER_VALUE, "node \"%s\" has children and a score of its own"},
	{"zero weights", ERRCODE_INVALID_PARAMETER_VALUE, "children of node \"%s\" weigh nothing"},
	{"total", ERRCODE_CHECK_VIOLATION, "weights below node \"%s\" do not make the declared total"},
	{"missing score", ERRCODE_NULL_VALUE_NOT_ALLOWED, "leaf \"%s\" has no score"},
	{"negative score", ERRCODE_INVALID_PARAMETER_VALUE, "geometric mean below node \"%s\" has a negative score"},
	{"not a grade", ERRCODE_INVALID_PARAMETER_VALUE, "score below node \"%s\" is no PEFA grade"},
	{"too many dimensions", ERRCODE_INVALID_PARAMETER_VALUE, "node \"%s\" has too many dimensions for PEFA's M2"}
};

typedef struct Fault
{
	FaultKind	kind;
	char	   *node;			/* NULL when it has no id */
	char	   *detail;
} Fault;

/*
 * Where faults go. A lint keeps all of them, a score what an error shows.
 */
typedef struct Report
{
	MemoryContext context;
	struct Node *soft;			/* where a soft error goes, or NULL */
	bool		lint;
	int			count;			/* of all faults */
	int			kept;
	int			size;
	Fault	   *faults;
} Report;

static void
AddFault(Report *report, FaultKind kind, const char *node, char *detail)
{
	Fault	   *fault;

	report->count++;
	if (!report->lint && report->kept > SHOWN_FAULTS)
		return;
	if (report->kept == report->size)
	{
		if (report->size == 0)
		{
			report->size = 8;
			report->faults = MemoryContextAlloc(report->context, report->size * sizeof(Fault));
		}
		else
		{
			report->size *= 2;
			report->faults = repalloc_huge(report->faults, report->size * sizeof(Fault));
		}
	}
	fault = &report->faults[report->kept++];
	fault->kind = kind;
	fault->node = node ? MemoryContextStrdup(report->context, node) : NULL;
	fault->detail = MemoryContextStrdup(report->context, detail);
}

/*
 * Raise the first fault, with the details of all that are of its kind.
 */
static void
RaiseFaults(const Report *report)
{
	const Fault *first = &report->faults[0];
	StringInfoData detail;
	int			shown = 0;
	int			same = 0;

	initStringInfo(&detail);
	for (int i = 0; i < report->kept; i++)
		if (report->faults[i].kind == first->kind)
			same++;
	for (int i = 0; i < report->kept && shown < SHOWN_FAULTS; i++)
	{
		const Fault *fault = &report->faults[i];

		if (fault->kind != first->kind)
			continue;
		if (shown++ > 0)
			appendStringInfoChar(&detail, '\n');
		if (same > 1 && fault->node != NULL)
			appendStringInfo(&detail, "\"%s\": ", fault->node);
		appendStringInfoString(&detail, fault->detail);
	}
	errsave(report->soft,
			(errcode(fault_kinds[first->kind].sqlstate),
			 errmsg_internal(fault_kinds[first->kind].message, first->node),
			 errdetail_internal("%s", detail.data),
			 report->count > shown ?
			 errhint("There are more faults: bpm.tree_check() returns all of them.") : 0));
}

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

static text *
IdText(IdKind kind, const char *place)
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

static char *
IdString(IdKind kind, const char *place)
{
	return text_to_cstring(IdText(kind, place));
}

/* ------------------------------------------------------------------------------------------------
 * Rules: what a call declares
 *
 *   rules := item ([','] item)*
 *   item  := 'renormalise' | 'zero' | 'error' | 'require' figure ['%']
 *          | 'mean' | 'geometric' | 'weakest' | 'm1' | 'm2'
 *          | 'total' figure | 'nested' figure | 'bounds' figure '..' figure | 'round' figure
 * ----------------------------------------------------------------------------------------------*/

static const char *const rule_words[] = {
	"renormalise", "renormalize", "zero", "error", "require", "mean", "geometric", "weakest", "m1", "m2",
	"total", "nested", "bounds", "round", NULL
};

static void
DefaultRules(Rules *rules)
{
	memset(rules, 0, sizeof(Rules));
	rules->method = METHOD_MEAN;
	rules->best = BPM_HUNDRED;
	rules->digits = BPM_DIGITS;
}

static bool
ScanBounds(BpmScan *scan, Rules *rules)
{
	const char *place;
	int128		worst;
	int128		best;

	bpm_scan_space(scan);
	place = scan->at;
	if (!bpm_scan_figure(scan, "The worst score", false, &worst))
		return false;
	bpm_scan_space(scan);
	if (!bpm_scan_take(scan, ".."))
		return bpm_scan_fail(scan, scan->at, "The best score is missing",
							 "Bounds are written: bounds 0..100.");
	if (!bpm_scan_figure(scan, "The best score", false, &best))
		return false;
	if (worst >= best)
		return bpm_scan_fail(scan, place, "The worst score is not below the best", NULL);
	if (worst <= -MAX_SCORE || best >= MAX_SCORE)
		return bpm_scan_fail_range(scan, place, "A bound is too large for a score", NULL);
	rules->worst = (int64) worst;
	rules->best = (int64) best;
	return true;
}

/*
 * The rule that a word names. Of the groups policy, method, total, bounds and digits each may be
 * given once: *group says which it was.
 */
static bool
ScanRule(BpmScan *scan, const char *word, int length, Rules *rules, int *group)
{
	const char *place;
	int128		figure;

	*group = 0;
	if (bpm_scan_is(word, length, "renormalise") || bpm_scan_is(word, length, "renormalize"))
		rules->policy = POLICY_RENORMALISE;
	else if (bpm_scan_is(word, length, "zero"))
		rules->policy = POLICY_ZERO;
	else if (bpm_scan_is(word, length, "error"))
		rules->policy = POLICY_ERROR;
	else if (bpm_scan_is(word, length, "require"))
	{
		bpm_scan_space(scan);
		place = scan->at;
		if (!bpm_scan_figure(scan, "The coverage that is required", false, &figure))
			return false;
		if (figure < 0 || figure > BPM_HUNDRED)
			return bpm_scan_fail(scan, place, "A coverage lies between 0 and 100", NULL);
		rules->policy = POLICY_REQUIRE;
		rules->required = (int64) figure;
		bpm_scan_space(scan);
		bpm_scan_take(scan, "%");
	}
	else if (bpm_scan_is(word, length, "total") || bpm_scan_is(word, length, "nested"))
	{
		bool		nested = bpm_scan_is(word, length, "nested");

		*group = 2;
		bpm_scan_space(scan);
		place = scan->at;
		if (!bpm_scan_figure(scan, "The total", false, &figure))
			return false;
		if (figure <= 0)
			return bpm_scan_fail(scan, place, "A total of weights is above 0", NULL);
		rules->total = figure;
		rules->total_kind = nested ? TOTAL_NESTED : TOTAL_EACH;
	}
	else if (bpm_scan_is(word, length, "bounds"))
	{
		*group = 3;
		return ScanBounds(scan, rules);
	}
	else if (bpm_scan_is(word, length, "round"))
	{
		*group = 4;
		bpm_scan_space(scan);
		place = scan->at;
		if (!bpm_scan_figure(scan, "The number of digits", false, &figure))
			return false;
		if (figure < 0 || figure > (int128) BPM_DIGITS * BPM_ONE || figure % BPM_ONE != 0)
			return bpm_scan_fail(scan, place,
								 psprintf("The digits to round to must be a whole number from 0 to %d",
										  BPM_DIGITS), NULL);
		rules->digits = (uint8) (figure / BPM_ONE);
	}
	else
	{
		char	   *hint;

		for (int m = METHOD_MEAN; m < METHODS; m++)
			if (bpm_scan_is(word, length, method_labels[m]))
			{
				*group = 1;
				rules->method = (uint8) m;
				return true;
			}
		hint = bpm_scan_nearest(word, length, rule_words);
		return bpm_scan_fail(scan, word, length == 0 ? "A rule is missing" : "No rule has this name",
							 hint ? hint : "Rules are: renormalise, zero, error, require 80, mean, geometric, weakest, m1, m2, total 100, nested 100, bounds 0..100, round 2.");
	}
	return true;
}

/*
 * Read rules up to the end of the scan. Empty text is the defaults.
 */
static bool
ScanRules(BpmScan *scan, Rules *rules)
{
	int			seen = 0;

	DefaultRules(rules);
	while (!bpm_scan_done(scan))
	{
		const char *word;
		int			length = bpm_scan_word(scan, &word);
		int			group;

		if (!ScanRule(scan, word, length, rules, &group))
			return false;
		if (seen & (1 << group))
			return bpm_scan_fail(scan, word, "A rule of this kind is already given",
								 "There is one for what is missing, one method, one total, one pair of bounds and one number of digits.");
		seen |= 1 << group;
		bpm_scan_space(scan);
		if (bpm_scan_take(scan, ",") && bpm_scan_done(scan))
			return bpm_scan_fail(scan, scan->at, "A rule is missing", NULL);
	}
	return true;
}

static void
AppendFigure(StringInfo out, int128 units)
{
	char		figure[BPM_DECIMAL_TEXT];

	bpm_decimal_append(figure, units, BPM_DIGITS);
	appendStringInfoString(out, figure);
}

static char *
FigureText(int128 units)
{
	char	   *figure = palloc(BPM_DECIMAL_TEXT);

	bpm_decimal_append(figure, units, BPM_DIGITS);
	return figure;
}

/*
 * The canonical text: the policy, then whatever is not the default.
 */
static void
AppendRules(StringInfo out, const Rules *rules)
{
	static const char *const policies[] = {"renormalise", "zero", "error", "require "};

	appendStringInfoString(out, policies[rules->policy]);
	if (rules->policy == POLICY_REQUIRE)
		AppendFigure(out, rules->required);
	if (rules->method != METHOD_MEAN)
		appendStringInfo(out, ", %s", method_labels[rules->method]);
	if (rules->total_kind != TOTAL_ANY)
	{
		appendStringInfoString(out, rules->total_kind == TOTAL_EACH ? ", total " : ", nested ");
		AppendFigure(out, rules->total);
	}
	if (rules->worst != 0 || rules->best != BPM_HUNDRED)
	{
		appendStringInfoString(out, ", bounds ");
		AppendFigure(out, rules->worst);
		appendStringInfoString(out, "..");
		AppendFigure(out, rules->best);
	}
	if (rules->digits != BPM_DIGITS)
		appendStringInfo(out, ", round %d", rules->digits);
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
	DefaultRules(&state->rules);
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
		AddFault(&state->report, FAULT_NULL_ID, NULL,
				 psprintf("A row without an id is %s.", PlaceOf(state, parent)));
		return;
	}
	index = Intern(state, row->id);
	node = &state->nodes[index];
	if (node->flags & NODE_DEFINED)
	{
		AddFault(&state->report, FAULT_DUPLICATE, NodeName(state, index),
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
			AddFault(&state->report, FAULT_NEGATIVE_WEIGHT, NodeName(state, index),
					 psprintf("It is %s.", FigureText(row->weight)));
		else
			node->weight = row->weight;
	}
	if (row->has_score)
	{
		if (row->score >= MAX_SCORE || row->score <= -MAX_SCORE)
			AddFault(&state->report, FAULT_SCORE_RANGE, NodeName(state, index),
					 psprintf("It is %s; scores are below %s.", FigureText(row->score),
							  FigureText(MAX_SCORE)));
		else
			node->score = (int64) row->score;
	}
}

/* ------------------------------------------------------------------------------------------------
 * Scoring
 * ----------------------------------------------------------------------------------------------*/

/*
 * What is computed of a node. On the way up bounds have all their digits; then they are settled to
 * what is published, which leaves room for the shares: a node takes 64 bytes.
 */
typedef struct Figure
{
	int128		score;			/* in 10^-20, or MISSING */
	union
	{
		int128		low;		/* in 10^-20, on the way up */
		struct
		{
			int64		published_low;	/* in published digits, on the way down */
			int64		published_high;
		};
	};
	union
	{
		int128		high;		/* in 10^-20, on the way up */
		struct
		{
			int64		share;	/* in 10^-18, on the way down */
			int64		scored_share;	/* or NOT_LINEAR */
		};
	};
	int64		coverage;		/* in 10^-16 */
	int64		contribution;	/* in published digits, or NOTHING */
} Figure;

StaticAssertDecl(sizeof(Figure) == 64, "the figures of a node take 64 bytes");

typedef enum Which
{
	SCORE,
	LOW,
	HIGH,
	COVERAGE
} Which;

typedef struct Scoring
{
	const BpmTree *tree;
	const char *ids;
	Report	   *report;			/* where faults go, or NULL when the tree is known to be sound */
	uint32	   *sizes;			/* of subtrees, the node itself included */
	Figure	   *figures;
	MemoryContext scratch;		/* for geometric means, or NULL */
} Scoring;

/*
 * Multiply and add, where overflow is an error. A weight of nearly all trees fits 64 bits.
 */
static pg_noinline void
SumOutOfRange(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("weights of a tree are too large"),
			 errdetail("Their sum, or its product with a score, does not fit 128 bits."),
			 errhint("Weigh in thousands or millions.")));
}

static inline int128
Times(int128 weight, int128 figure)
{
	int128		product;

	if (unlikely(__builtin_mul_overflow(weight, figure, &product)))
		SumOutOfRange();
	return product;
}

static inline int128
Plus(int128 a, int128 b)
{
	int128		sum;

	if (unlikely(__builtin_add_overflow(a, b, &sum)))
		SumOutOfRange();
	return sum;
}

/*
 * numerator / denominator, half away from zero.
 */
static inline int128
Divide(int128 numerator, int128 denominator)
{
	bool		negative = numerator < 0;
	uint128_t	magnitude = negative ? -(uint128_t) numerator : (uint128_t) numerator;
	uint128_t	divisor = (uint128_t) denominator;
	uint128_t	quotient;
	uint128		rest;

	if (magnitude <= PG_UINT64_MAX && divisor <= PG_UINT64_MAX)
	{
		quotient = (uint64) magnitude / (uint64) divisor;
		rest = (uint64) magnitude % (uint64) divisor;
	}
	else
	{
		quotient = magnitude / divisor;
		rest = magnitude - quotient * divisor;
	}
	if (rest >= divisor - rest)
		quotient++;
	return negative ? -(int128) quotient : (int128) quotient;
}

static int64
PowerOfTen(int n)
{
	int64		power = 1;

	while (n-- > 0)
		power *= 10;
	return power;
}

/*
 * A score as it is published, in 10^-digits.
 */
static inline int64
Published(int128 score, int digits)
{
	if (score % FINE == 0 && digits == BPM_DIGITS)
		return (int64) (score / FINE);
	return (int64) Divide(Divide(score, PowerOfTen(FINE_DIGITS - SURE_DIGITS)),
						  PowerOfTen(SURE_DIGITS - digits));
}

/* the same for a coverage */
static inline int64
PublishedCoverage(int64 coverage, int digits)
{
	return Published((int128) coverage * PowerOfTen(FINE_DIGITS - COVERAGE_DIGITS), digits);
}

/*
 * share × weight / total, half up: share is at most 1, and weight at most total.
 */
static inline int64
PartOf(int64 share, int128 weight, int128 total)
{
	if (weight == total)
		return share;
	if (likely(weight == (int64) weight))
		return (int64) Divide((int128) share * (int64) weight, total);
	return (int64) bpm_decimal_half_up(bpm_decimal_quotient((uint128_t) weight, (uint64) share,
														   (uint128_t) total));
}

static inline const TreeNode *
NodeAt(const Scoring *s, uint32 i)
{
	return &s->tree->nodes[i];
}

static inline Method
MethodOf(const Scoring *s, uint32 i)
{
	Method		method = (Method) NodeAt(s, i)->method;

	return method == METHOD_DEFAULT ? (Method) s->tree->rules.method : method;
}

static char *
NameAt(const Scoring *s, uint32 i)
{
	return IdString((IdKind) s->tree->kind, s->ids + NodeAt(s, i)->id);
}

static inline bool
IsLeaf(const Scoring *s, uint32 i)
{
	return s->sizes[i] == 1;
}

/* the children of p, one after the other */
#define FOR_EACH_CHILD(s, c, p) \
	for (uint32 c = (p) + 1, end_ = (p) + (s)->sizes[p]; c < end_; c += (s)->sizes[c])

/*
 * Whether a child takes part in one of its parent's figures, and with what. Bounds and coverage are
 * over all children, the score over those that have one; when what is missing counts as nothing it scores
 * nothing.
 */
static inline bool
TakesPart(const Scoring *s, uint32 child, Which which, int128 nothing, int128 *value)
{
	const Figure *figure = &s->figures[child];

	if (NodeAt(s, child)->weight == 0)
		return false;
	if (which == COVERAGE)
	{
		/* what has no score stands behind none */
		*value = figure->score == MISSING ? 0 : figure->coverage;
		return true;
	}
	*value = which == SCORE ? figure->score : which == LOW ? figure->low : figure->high;
	if (*value != MISSING)
		return true;
	*value = nothing;
	return s->tree->rules.policy == POLICY_ZERO;
}

/*
 * A figure, or a weight, as the server's numeric.
 */
static Datum
FineDatum(int128 value)
{
	Datum		digits = NumericGetDatum(bpm_decimal_numeric(value, 0));
	Datum		unit = NumericGetDatum(bpm_decimal_numeric(1, FINE_DIGITS - 8));

	unit = DirectFunctionCall2(numeric_mul, unit, NumericGetDatum(bpm_decimal_numeric(1, 8)));
	return DirectFunctionCall2(numeric_mul, digits, unit);
}

static Datum
FigureDatum(int128 units)
{
	return NumericGetDatum(bpm_decimal_numeric(units, BPM_DIGITS));
}

/* the way back, rounded half away from zero */
static int128
FineOf(Datum value)
{
	BpmFigure	figure;

	value = DirectFunctionCall2(numeric_round, value, Int32GetDatum(FINE_DIGITS));
	figure = bpm_decimal_figure(value, "score");
	return figure.value * PowerOfTen(FINE_DIGITS - BPM_DIGITS - figure.extra);
}

/*
 * The weighted mean where 128 bits do not hold the sum: in the server's numeric, which divides
 * exactly when it divides whole numbers.
 */
static pg_noinline int128
LargeMean(const Scoring *s, uint32 parent, Which which)
{
	Datum		sum = FigureDatum(0);
	Datum		weight = FigureDatum(0);
	Datum		two = NumericGetDatum(bpm_decimal_numeric(2, 0));
	Datum		quotient;
	bool		negative;
	int128		value;

	FOR_EACH_CHILD(s, c, parent)
		if (TakesPart(s, c, which, 0, &value))
		{
			Datum		own = NumericGetDatum(bpm_decimal_numeric(NodeAt(s, c)->weight, 0));
			Datum		units = NumericGetDatum(bpm_decimal_numeric(value, 0));

			sum = DirectFunctionCall2(numeric_add, sum,
									  DirectFunctionCall2(numeric_mul, own, units));
			weight = DirectFunctionCall2(numeric_add, weight, own);
		}
	/* half away from zero: (2 · |sum| + weight) / (2 · weight), cut */
	negative = DatumGetBool(DirectFunctionCall2(numeric_lt, sum, FigureDatum(0)));
	sum = DirectFunctionCall2(numeric_mul, two, DirectFunctionCall1(numeric_abs, sum));
	quotient = DirectFunctionCall2(numeric_div_trunc,
								   DirectFunctionCall2(numeric_add, sum, weight),
								   DirectFunctionCall2(numeric_mul, two, weight));
	quotient = DirectFunctionCall2(numeric_mul, quotient, FineDatum(1));
	return negative ? -FineOf(quotient) : FineOf(quotient);
}

static int128
Mean(const Scoring *s, uint32 parent, Which which)
{
	int128		sum = 0;
	int128		weight = 0;
	int128		value;
	bool		large = false;

	FOR_EACH_CHILD(s, c, parent)
		if (TakesPart(s, c, which, 0, &value))
		{
			int128		product;

			large |= __builtin_mul_overflow(NodeAt(s, c)->weight, value, &product);
			large |= __builtin_add_overflow(sum, product, &sum);
			weight += NodeAt(s, c)->weight;
		}
	if (unlikely(large))
		return LargeMean(s, parent, which);
	return weight == 0 ? MISSING : Divide(sum, weight);
}

static int128
Weakest(const Scoring *s, uint32 parent, Which which)
{
	int128		weakest = MISSING;
	int128		value;

	FOR_EACH_CHILD(s, c, parent)
		if (TakesPart(s, c, which, 0, &value) && (weakest == MISSING || value < weakest))
			weakest = value;
	return weakest;
}

/*
 * (Π score ^ weight) ^ (1 / Σ weight) = exp(Σ weight × ln(score) / Σ weight), in the server's
 * numeric, which gives the same digits on every machine. Logarithms have 32 decimals.
 */
#define LOG_DIGITS 32

static int128
GeometricMean(Scoring *s, uint32 parent, Which which)
{
	Datum		sum = FigureDatum(0);
	int128		weight = 0;
	bool		zero = false;
	int128		value;

	FOR_EACH_CHILD(s, c, parent)
		if (TakesPart(s, c, which, 0, &value))
		{
			Datum		log;

			weight += NodeAt(s, c)->weight;
			if (value < 0 && which == SCORE && s->report != NULL)
				AddFault(s->report, FAULT_NEGATIVE_SCORE, NameAt(s, parent),
						 psprintf("Node \"%s\" has %s.", NameAt(s, c), FigureText(Published(value, BPM_DIGITS))));
			if (value <= 0)
			{
				zero = true;
				continue;
			}
			log = DirectFunctionCall2(numeric_round, FineDatum(value),
									  Int32GetDatum(LOG_DIGITS));
			log = DirectFunctionCall1(numeric_ln, log);
			sum = DirectFunctionCall2(numeric_add, sum,
									  DirectFunctionCall2(numeric_mul, log,
														  FigureDatum(NodeAt(s, c)->weight)));
		}
	if (weight == 0)
		return MISSING;
	if (zero)
		return 0;
	sum = DirectFunctionCall2(numeric_div, sum, FigureDatum(weight));
	return FineOf(DirectFunctionCall1(numeric_exp, sum));
}

static int128
Geometric(Scoring *s, uint32 parent, Which which)
{
	MemoryContext before;
	int128		result;

	if (s->scratch == NULL)
		s->scratch = AllocSetContextCreate(CurrentMemoryContext, "bpm geometric mean",
										   ALLOCSET_SMALL_SIZES);
	before = MemoryContextSwitchTo(s->scratch);
	result = GeometricMean(s, parent, which);
	MemoryContextSwitchTo(before);
	MemoryContextReset(s->scratch);
	return result;
}

/*
 * The grade that a child's figure is. A score must be one of 1, 2, 3, 4; a bound, which may come of
 * other methods below, is brought to the next grade outside it.
 */
static int
GradeOf(const Scoring *s, uint32 parent, uint32 child, int128 value, Which which)
{
	int128		grade = value / FINE_ONE;

	if (which == SCORE)
	{
		if ((value % FINE_ONE != 0 || grade < 1 || grade > 4) && s->report != NULL)
			AddFault(s->report, FAULT_GRADE, NameAt(s, parent),
					 psprintf("Node \"%s\" has %s; dimensions are 4 (A), 3 (B), 2 (C) and 1 (D).",
							  NameAt(s, child), FigureText(Published(value, BPM_DIGITS))));
	}
	else if (which == HIGH && value % FINE_ONE > 0)
		grade++;
	return (int) Min(Max(grade, 1), 4);
}

/*
 * PEFA's M1 and M2. Where what is missing counts as nothing it is a D, as D* is.
 */
static int128
Grade(const Scoring *s, uint32 parent, Which which, bool m2)
{
	int			n = 0;
	int			sum = 0;
	int			lowest = 4;
	int			highest = 1;
	int128		value;

	FOR_EACH_CHILD(s, c, parent)
		if (TakesPart(s, c, which, FINE_ONE, &value))
		{
			int			grade = GradeOf(s, parent, c, value, which);

			n++;
			sum += grade;
			lowest = Min(lowest, grade);
			highest = Max(highest, grade);
		}
	if (n == 0)
		return MISSING;
	if (!m2)
		return bpm_pefa_m1(lowest, highest) * (FINE_ONE / 2);
	if (n > BPM_PEFA_DIMENSIONS)
	{
		/* bounds are over all dimensions, and more than four may stand there when some do not apply */
		if (which == SCORE && s->report != NULL)
			AddFault(s->report, FAULT_DIMENSIONS, NameAt(s, parent),
					 psprintf("It has %d; the table is for 2 to %d.", n, BPM_PEFA_DIMENSIONS));
		return bpm_pefa_m1(lowest, highest) * (FINE_ONE / 2);
	}
	return bpm_pefa_m2(n, sum) * (FINE_ONE / 2);
}

static int128
Combine(Scoring *s, uint32 parent, Which which)
{
	switch (MethodOf(s, parent))
	{
		case METHOD_GEOMETRIC:
			return Geometric(s, parent, which);
		case METHOD_WEAKEST:
			return Weakest(s, parent, which);
		case METHOD_M1:
			return Grade(s, parent, which, false);
		case METHOD_M2:
			return Grade(s, parent, which, true);
		default:
			return Mean(s, parent, which);
	}
}

static void
ScoreLeaf(Scoring *s, uint32 i)
{
	const TreeNode *node = NodeAt(s, i);
	Figure	   *figure = &s->figures[i];

	if (node->flags & NODE_SCORED)
	{
		figure->score = figure->low = figure->high = node->score * FINE;
		figure->coverage = FULL;
		return;
	}
	figure->score = MISSING;
	figure->low = s->tree->rules.worst * FINE;
	figure->high = s->tree->rules.best * FINE;
	figure->coverage = 0;
}

/*
 * A parent's figures. Nearly all parents miss nothing, and then their bounds are their score.
 */
static void
ScoreParent(Scoring *s, uint32 parent)
{
	const Rules *rules = &s->tree->rules;
	Figure	   *figure = &s->figures[parent];
	int128		weight = 0;
	bool		complete = true;

	FOR_EACH_CHILD(s, c, parent)
	{
		const Figure *child = &s->figures[c];

		if (NodeAt(s, c)->weight == 0)
			continue;
		weight = Plus(weight, NodeAt(s, c)->weight);
		complete = complete && child->coverage == FULL && child->score == child->low &&
			child->score == child->high;
	}
	figure->score = Combine(s, parent, SCORE);
	if (complete)
	{
		figure->low = figure->high = figure->score;
		figure->coverage = FULL;
		return;
	}
	figure->low = Combine(s, parent, LOW);
	figure->high = Combine(s, parent, HIGH);
	figure->coverage = (int64) Mean(s, parent, COVERAGE);
	if (rules->policy == POLICY_REQUIRE &&
		PublishedCoverage(figure->coverage, BPM_DIGITS) < rules->required)
		figure->score = MISSING;
}

/*
 * How many nodes each subtree has: its end follows, and so do its children.
 */
static void
SizeSubtrees(Scoring *s)
{
	uint32		count = s->tree->count;

	for (uint32 i = 0; i < count; i++)
		s->sizes[i] = 1;
	for (uint32 i = count; i-- > 0;)
		if (NodeAt(s, i)->parent != NOBODY)
			s->sizes[NodeAt(s, i)->parent] += s->sizes[i];
}

static void
BeginScoring(Scoring *s, const BpmTree *tree, Report *report)
{
	s->tree = tree;
	s->ids = (const char *) (tree->nodes + tree->count);
	s->report = report;
	s->scratch = NULL;
	s->sizes = palloc_extended((Size) tree->count * sizeof(uint32), MCXT_ALLOC_HUGE);
	s->figures = NULL;
	SizeSubtrees(s);
}

static void
EndScoring(Scoring *s)
{
	pfree(s->sizes);
	if (s->figures != NULL)
		pfree(s->figures);
	if (s->scratch != NULL)
		MemoryContextDelete(s->scratch);
}

#define CHECK_OFTEN(i) \
	do { if (((i) & 0xFFF) == 0) CHECK_FOR_INTERRUPTS(); } while (0)

/*
 * Scores, bounds and coverage of all nodes, from the leaves up.
 */
static void
ScoreUp(Scoring *s)
{
	s->figures = palloc_extended((Size) s->tree->count * sizeof(Figure), MCXT_ALLOC_HUGE);
	for (uint32 i = s->tree->count; i-- > 0;)
	{
		CHECK_OFTEN(i);
		if (IsLeaf(s, i))
			ScoreLeaf(s, i);
		else
		{
			if (MethodOf(s, i) == METHOD_GEOMETRIC)
				CHECK_FOR_INTERRUPTS();
			ScoreParent(s, i);
		}
	}
}

/* whether a node takes part in its parent's score */
static inline bool
HasEffect(const Scoring *s, uint32 i)
{
	return s->figures[i].score != MISSING || s->tree->rules.policy == POLICY_ZERO;
}

/*
 * Shares of the children of a node: by weight, and in the root's score as it is.
 */
static void
ShareOut(Scoring *s, uint32 parent)
{
	const Figure *above = &s->figures[parent];
	bool		linear = above->scored_share != NOT_LINEAR && MethodOf(s, parent) == METHOD_MEAN;
	int128		weight = 0;
	int128		scored_weight = 0;

	FOR_EACH_CHILD(s, c, parent)
	{
		weight += NodeAt(s, c)->weight;
		if (HasEffect(s, c))
			scored_weight += NodeAt(s, c)->weight;
	}
	FOR_EACH_CHILD(s, c, parent)
	{
		Figure	   *figure = &s->figures[c];
		int128		own = NodeAt(s, c)->weight;

		figure->share = PartOf(above->share, own, weight);
		if (!linear)
			figure->scored_share = NOT_LINEAR;
		else if (own == 0 || !HasEffect(s, c))
			figure->scored_share = 0;
		else if (above->scored_share == above->share && scored_weight == weight)
			figure->scored_share = figure->share;
		else
			figure->scored_share = PartOf(above->scored_share, own, scored_weight);
	}
}

/*
 * Bounds as they are published. They are not computed with any more.
 */
static void
SettleBounds(Scoring *s)
{
	int			digits = s->tree->rules.digits;

	for (uint32 i = 0; i < s->tree->count; i++)
	{
		Figure	   *figure = &s->figures[i];
		int64		low = Published(figure->low, digits);
		int64		high = figure->high == figure->low ? low : Published(figure->high, digits);

		CHECK_OFTEN(i);
		figure->published_low = low;
		figure->published_high = high;
	}
}

/*
 * Shares of all nodes, from the roots down.
 */
static void
ShareDown(Scoring *s)
{
	for (uint32 i = 0; i < s->tree->count; i++)
	{
		CHECK_OFTEN(i);
		if (NodeAt(s, i)->parent == NOBODY)
		{
			s->figures[i].share = WHOLE;
			s->figures[i].scored_share = HasEffect(s, i) ? WHOLE : 0;
		}
		if (!IsLeaf(s, i))
			ShareOut(s, i);
	}
}

/* ------------------------------------------------------------------------------------------------
 * Contributions: largest remainder over the leaves
 * ----------------------------------------------------------------------------------------------*/

/*
 * The nodes that a root's score is shared out to: leaves, and the highest nodes whose method has no
 * shares.
 */
static inline bool
IsTerm(const Scoring *s, uint32 i)
{
	const Figure *figure = &s->figures[i];

	return figure->scored_share > 0 && (IsLeaf(s, i) || MethodOf(s, i) != METHOD_MEAN);
}

/*
 * What a term brings: share × score, cut to units of the published digits, and the rest, which is at
 * least 0. The product is in 10^-26 and taken to 10^-14, so that terms which are equal but for the
 * rounding of their shares tie.
 */
#define TERM_DIGITS 14

static inline int64
TermUnits(const Scoring *s, uint32 i, int64 unit, uint64 *rest)
{
	const Figure *figure = &s->figures[i];
	int128		exact;
	int128		units;

	*rest = 0;
	if (figure->score == MISSING)
		return 0;
	exact = Divide((int128) figure->scored_share * Published(figure->score, BPM_DIGITS),
				   PowerOfTen(SHARE_DIGITS + BPM_DIGITS - TERM_DIGITS));
	units = exact / unit;
	exact -= units * unit;
	if (exact < 0)
	{
		units--;
		exact += unit;
	}
	*rest = (uint64) exact;
	return (int64) units;
}

/*
 * The k-th largest of n rests, k from 1. Reorders them.
 */
static uint64
KthLargest(uint64 *rests, uint32 n, uint32 k)
{
	int64		left = 0;
	int64		right = (int64) n - 1;
	int64		wanted = (int64) k - 1;

	while (left < right)
	{
		uint64		pivot = rests[left + (right - left) / 2];
		int64		i = left;
		int64		j = right;

		CHECK_FOR_INTERRUPTS();
		while (i <= j)
		{
			while (rests[i] > pivot)
				i++;
			while (rests[j] < pivot)
				j--;
			if (i <= j)
			{
				uint64		swap = rests[i];

				rests[i++] = rests[j];
				rests[j--] = swap;
			}
		}
		if (wanted <= j)
			right = j;
		else if (wanted >= i)
			left = i;
		else
			break;
	}
	return rests[wanted];
}

/*
 * Hand out what is left after cutting, one unit each to the largest rests, ties to the earlier.
 * More than one unit each, or less than none, comes only of rounding in very deep trees.
 */
static void
HandOut(Scoring *s, uint32 root, uint32 terms, int64 left, int64 unit)
{
	uint32		end = root + s->sizes[root];
	int64		each = left / terms;
	uint64		threshold = 0;
	uint64		rest;
	uint64    *rests;
	uint32		above = 0;
	uint32		n = 0;

	left -= each * terms;
	if (left < 0)
	{
		each--;
		left += terms;
	}
	if (left > 0)
	{
		rests = palloc_extended((Size) terms * sizeof(uint64), MCXT_ALLOC_HUGE);
		for (uint32 i = root; i < end; i++)
			if (IsTerm(s, i))
				TermUnits(s, i, unit, &rests[n++]);
		threshold = KthLargest(rests, terms, (uint32) left);
		for (n = 0; n < terms; n++)
			if (rests[n] > threshold)
				above++;
		pfree(rests);
		/* what remains for those at the threshold itself */
		left -= above;
	}
	for (uint32 i = root; i < end; i++)
		if (IsTerm(s, i))
		{
			s->figures[i].contribution += each;
			if (above > 0 || left > 0)
			{
				TermUnits(s, i, unit, &rest);
				if (rest > threshold || (rest == threshold && left-- > 0))
					s->figures[i].contribution++;
			}
		}
}

/*
 * What every node brings to its root's score. The terms sum to it to the last published digit, and
 * a parent has the sum of its children.
 */
static void
Contribute(Scoring *s, uint32 root)
{
	uint32		end = root + s->sizes[root];
	int			digits = s->tree->rules.digits;
	int64		unit = PowerOfTen(TERM_DIGITS - digits);
	int64		left;
	uint32		terms = 0;
	uint64		rest;

	for (uint32 i = root; i < end; i++)
	{
		bool		weightless = s->figures[i].scored_share == 0 && HasEffect(s, i);

		s->figures[i].contribution = weightless && HasEffect(s, root) ? 0 : NOTHING;
	}
	if (!HasEffect(s, root))
		return;
	left = s->figures[root].score == MISSING ? 0 : Published(s->figures[root].score, digits);
	for (uint32 i = root; i < end; i++)
	{
		CHECK_OFTEN(i);
		if (!IsTerm(s, i))
			continue;
		s->figures[i].contribution = TermUnits(s, i, unit, &rest);
		left -= s->figures[i].contribution;
		terms++;
	}
	if (left != 0 && terms > 0)
		HandOut(s, root, terms, left, unit);
	for (uint32 i = end; i-- > root + 1;)
	{
		int64		part = s->figures[i].contribution;
		int64	   *whole = &s->figures[NodeAt(s, i)->parent].contribution;

		/* a parent whose method has no shares brings its own, its children bring nothing */
		if (part == NOTHING || s->figures[i].scored_share == NOT_LINEAR)
			continue;
		*whole = *whole == NOTHING ? part : *whole + part;
	}
}

/*
 * All figures of all nodes.
 */
static void
ScoreTree(Scoring *s, const BpmTree *tree)
{
	BeginScoring(s, tree, NULL);
	ScoreUp(s);
	SettleBounds(s);
	ShareDown(s);
	for (uint32 i = 0; i < tree->count; i += s->sizes[i])
		Contribute(s, i);
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
		AddFault(&state->report, FAULT_MISSING_PARENT, NodeName(state, i),
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
	AddFault(&state->report, FAULT_CYCLE, NodeName(state, first), loop.data);
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

static void
CheckTotal(Scoring *s, uint32 parent, int128 weight)
{
	const Rules *rules = &s->tree->rules;
	const TreeNode *node = NodeAt(s, parent);
	int128		declared = rules->total;

	if (rules->total_kind == TOTAL_NESTED && node->parent != NOBODY)
		declared = node->weight * s->tree->weight_unit;
	weight *= s->tree->weight_unit;
	if (rules->total_kind != TOTAL_ANY && weight != declared)
		AddFault(s->report, FAULT_TOTAL, NameAt(s, parent),
				 psprintf("The weights below it total %s, not %s.", FigureText(weight),
						  FigureText(declared)));
}

/*
 * What can be wrong with a node once it has its place.
 */
static void
CheckNode(Scoring *s, uint32 i)
{
	const TreeNode *node = NodeAt(s, i);
	int128		weight = 0;

	if (IsLeaf(s, i))
	{
		if (s->tree->rules.policy == POLICY_ERROR && !(node->flags & NODE_SCORED) &&
			(node->weight != 0 || node->parent == NOBODY))
			AddFault(s->report, FAULT_MISSING_SCORE, NameAt(s, i),
					 "The rules say that nothing may be missing.");
		return;
	}
	if (node->flags & NODE_SCORED)
		AddFault(s->report, FAULT_INNER_SCORE, NameAt(s, i),
				 psprintf("Its score %s would hide those below it.", FigureText(node->score)));
	FOR_EACH_CHILD(s, c, i)
		weight = Plus(weight, NodeAt(s, c)->weight);
	if (weight == 0)
		AddFault(s->report, FAULT_ZERO_WEIGHTS, NameAt(s, i),
				 "Every weight below it is zero or NULL, and they cannot all be.");
	CheckTotal(s, i, weight);
}

/*
 * Find what is wrong with a tree that was laid out; if nothing is, score it once, as some faults
 * show only then.
 */
static void
CheckTree(const BpmTree *tree, Report *report)
{
	Scoring		s;

	BeginScoring(&s, tree, report);
	for (uint32 i = 0; i < tree->count; i++)
	{
		CHECK_OFTEN(i);
		CheckNode(&s, i);
	}
	if (report->count == 0)
		ScoreUp(&s);
	EndScoring(&s);
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
	CheckTree(tree, &state->report);
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
		if (strcmp(label, method_labels[m]) == 0)
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
		bpm_scan_begin(&scan, RULES_NAME, VARDATA_ANY(rules), size, NULL);
		ScanRules(&scan, &state->rules);
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
		RaiseFaults(&state->report);
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

		values[0] = CStringGetTextDatum(fault_kinds[fault->kind].label);
		values[1] = fault->node ? CStringGetTextDatum(fault->node) : (Datum) 0;
		values[2] = CStringGetTextDatum(fault->detail);
		elements[i] = HeapTupleGetDatum(heap_form_tuple(descriptor, values, nulls));
	}
	get_typlenbyvalalign(type, &length, &by_value, &alignment);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, report->kept, type, length, by_value,
										  alignment));
}

/* ------------------------------------------------------------------------------------------------
 * Taking a tree apart
 * ----------------------------------------------------------------------------------------------*/

/* the columns of bpm.tree_node */
enum
{
	COLUMN_ID,
	COLUMN_PARENT_ID,
	COLUMN_DEPTH,
	COLUMN_LEAF,
	COLUMN_WEIGHT,
	COLUMN_SHARE,
	COLUMN_SCORE,
	COLUMN_LOW,
	COLUMN_HIGH,
	COLUMN_COVERAGE,
	COLUMN_CONTRIBUTION,
	COLUMN_SCORED_SHARE,
	COLUMN_ROOT_ID,
	COLUMN_METHOD,
	COLUMNS
};

/*
 * A figure without trailing zeros. Most fit 64 bits, where dividing by 10 is a multiplication.
 */
static Datum
TrimmedDatum(int128 value, int scale)
{
	if (value == (int64) value)
	{
		int64		small = (int64) value;

		while (scale > 0 && small % 10 == 0)
		{
			small /= 10;
			scale--;
		}
		return NumericGetDatum(bpm_decimal_numeric(small, scale));
	}
	return NumericGetDatum(bpm_decimal_trimmed(value, scale));
}

static Datum
ShareDatum(int64 share)
{
	return TrimmedDatum(Divide(share, PowerOfTen(SHARE_DIGITS - PUBLISHED_SHARE_DIGITS)),
						PUBLISHED_SHARE_DIGITS);
}

static void
FigureColumns(const Scoring *s, uint32 i, Datum *values, bool *nulls)
{
	const Figure *figure = &s->figures[i];
	int			digits = s->tree->rules.digits;
	int64		score = figure->score == MISSING ? NOTHING : Published(figure->score, digits);

	nulls[COLUMN_SCORE] = score == NOTHING;
	if (score != NOTHING)
		values[COLUMN_SCORE] = NumericGetDatum(bpm_decimal_numeric(score, digits));
	values[COLUMN_LOW] = figure->published_low == score ? values[COLUMN_SCORE] :
		NumericGetDatum(bpm_decimal_numeric(figure->published_low, digits));
	values[COLUMN_HIGH] = figure->published_high == score ? values[COLUMN_SCORE] :
		NumericGetDatum(bpm_decimal_numeric(figure->published_high, digits));
	values[COLUMN_COVERAGE] =
		NumericGetDatum(bpm_decimal_numeric(PublishedCoverage(figure->coverage, digits), digits));
	values[COLUMN_SHARE] = ShareDatum(figure->share);
	nulls[COLUMN_SCORED_SHARE] = figure->scored_share == NOT_LINEAR;
	if (figure->scored_share == figure->share)
		values[COLUMN_SCORED_SHARE] = values[COLUMN_SHARE];
	else if (figure->scored_share != NOT_LINEAR)
		values[COLUMN_SCORED_SHARE] = ShareDatum(figure->scored_share);
	nulls[COLUMN_CONTRIBUTION] = figure->contribution == NOTHING;
	if (figure->contribution != NOTHING)
		values[COLUMN_CONTRIBUTION] = NumericGetDatum(bpm_decimal_numeric(figure->contribution,
																		  digits));
}

/*
 * A context for the figures of one row, which the call site keeps: trees are often small and many.
 */
static MemoryContext
RowContext(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "bpm tree rows",
														 ALLOCSET_SMALL_SIZES);
	return (MemoryContext) fcinfo->flinfo->fn_extra;
}

/*
 * Put the nodes of a tree, or its roots alone, into the result.
 */
static void
PutNodes(FunctionCallInfo fcinfo, bool roots)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	BpmTree    *tree = DatumGetTreeP(PG_GETARG_DATUM(0));
	MemoryContext row = RowContext(fcinfo);
	MemoryContext before;
	Datum		methods[METHODS] = {0};
	Scoring		s;
	uint32		root = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (result->setDesc->natts != COLUMNS)
		elog(ERROR, "bpm.tree_node has %d columns, not %d", result->setDesc->natts, COLUMNS);
	ScoreTree(&s, tree);
	before = MemoryContextSwitchTo(row);
	for (uint32 i = 0; i < tree->count; i += roots ? s.sizes[i] : 1)
	{
		const TreeNode *node = &tree->nodes[i];
		Datum		values[COLUMNS] = {0};
		bool		nulls[COLUMNS] = {false};

		CHECK_FOR_INTERRUPTS();
		if (node->parent == NOBODY)
			root = i;
		values[COLUMN_ID] = PointerGetDatum(IdText(tree->kind, s.ids + node->id));
		nulls[COLUMN_PARENT_ID] = node->parent == NOBODY;
		if (node->parent != NOBODY)
			values[COLUMN_PARENT_ID] =
				PointerGetDatum(IdText(tree->kind, s.ids + tree->nodes[node->parent].id));
		values[COLUMN_DEPTH] = Int32GetDatum((int32) node->depth);
		values[COLUMN_LEAF] = BoolGetDatum(IsLeaf(&s, i));
		nulls[COLUMN_WEIGHT] = !(node->flags & NODE_WEIGHED);
		if (node->flags & NODE_WEIGHED)
			values[COLUMN_WEIGHT] = TrimmedDatum(node->weight * tree->weight_unit, BPM_DIGITS);
		FigureColumns(&s, i, values, nulls);
		values[COLUMN_ROOT_ID] = PointerGetDatum(IdText(tree->kind, s.ids + tree->nodes[root].id));
		nulls[COLUMN_METHOD] = IsLeaf(&s, i);
		if (!IsLeaf(&s, i))
		{
			Method		m = MethodOf(&s, i);

			if (methods[m] == 0)
			{
				MemoryContextSwitchTo(before);
				methods[m] = CStringGetTextDatum(method_labels[m]);
				MemoryContextSwitchTo(row);
			}
			values[COLUMN_METHOD] = methods[m];
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextReset(row);
	}
	MemoryContextSwitchTo(before);
	EndScoring(&s);
}

/*
 * nodes(tree) → setof bpm.tree_node: every node, parents before their children, siblings by id.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_nodes);
Datum
bpm_tree_nodes(PG_FUNCTION_ARGS)
{
	PutNodes(fcinfo, false);
	PG_RETURN_NULL();
}

/*
 * roots(tree) → setof bpm.tree_node: the results, without what made them.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_roots);
Datum
bpm_tree_roots(PG_FUNCTION_ARGS)
{
	PutNodes(fcinfo, true);
	PG_RETURN_NULL();
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

	/* a tree has one representation: without the other weights the unit may be larger */
	unit = WeightUnit(result->nodes, result->count, BPM_ONE / tree->weight_unit);
	result->weight_unit *= unit;
	for (uint32 i = 0; i < result->count; i++)
		result->nodes[i].weight /= unit;
	PG_RETURN_POINTER(result);
}

/* ------------------------------------------------------------------------------------------------
 * What if
 * ----------------------------------------------------------------------------------------------*/

/*
 * The least score that rounds up to a figure, and the greatest that rounds down to one, go down the
 * tree: what a parent needs says what each child needs when the others stay. Both are exact, with
 * every rounding on the way, because each step is a monotone function with a known inverse.
 */
typedef struct Reach
{
	int128		at_least;		/* in 10^-20, or MISSING when nothing this node does is enough */
	int128		at_most;
} Reach;

static inline int128
FloorDivide(int128 numerator, int128 denominator)
{
	int128		quotient = numerator / denominator;

	return numerator - quotient * denominator < 0 ? quotient - 1 : quotient;
}

static inline int128
CeilDivide(int128 numerator, int128 denominator)
{
	return -FloorDivide(-numerator, denominator);
}

static inline int128
Reachable(int128 score)
{
	return score <= -FINE * MAX_SCORE || score >= FINE * MAX_SCORE ? MISSING : score;
}

/*
 * The least x for which (others + weight · x) / total, rounded half away from zero, is at least
 * wanted: 2 · (others + weight · x) >= (2 · wanted - 1) · total, strictly when wanted <= 0, since
 * halves below zero are rounded down.
 */
static int128
LeastScore(int128 wanted, int128 others, int128 weight, int128 total)
{
	int128		bound;

	if (wanted == MISSING)
		return MISSING;
	bound = Plus(Times(total, 2 * wanted - 1), -2 * others);
	if (wanted > 0)
		return Reachable(CeilDivide(bound, 2 * weight));
	return Reachable(FloorDivide(bound, 2 * weight) + 1);
}

/* the mirror image: the greatest x for which the same is at most wanted */
static int128
GreatestScore(int128 wanted, int128 others, int128 weight, int128 total)
{
	int128		least;

	if (wanted == MISSING)
		return MISSING;
	least = LeastScore(-wanted, -others, weight, total);
	return least == MISSING ? MISSING : -least;
}

/*
 * What the children of a parent must reach.
 */
static void
ReachDown(const Scoring *s, Reach *reach, uint32 parent)
{
	int128		sum = 0;
	int128		weight = 0;
	int128		value;

	FOR_EACH_CHILD(s, c, parent)
		if (TakesPart(s, c, SCORE, 0, &value))
		{
			sum = Plus(sum, Times(NodeAt(s, c)->weight, value));
			weight += NodeAt(s, c)->weight;
		}
	FOR_EACH_CHILD(s, c, parent)
	{
		int128		own = NodeAt(s, c)->weight;
		int128		others;

		reach[c].at_least = reach[c].at_most = MISSING;
		if (s->figures[c].scored_share == NOT_LINEAR || s->figures[parent].score == MISSING ||
			!TakesPart(s, c, SCORE, 0, &value))
			continue;
		others = sum - Times(own, value);
		reach[c].at_least = LeastScore(reach[parent].at_least, others, own, weight);
		reach[c].at_most = GreatestScore(reach[parent].at_most, others, own, weight);
	}
}

/*
 * The least rounded score, in units of the scale's digits, whose rank is so good: between two that
 * are known to be below and not below it.
 */
static int128
LeastRounded(const BpmScale *scale, int rank, int128 below, int128 enough)
{
	while (enough - below > 1)
	{
		int128		middle = below + (enough - below) / 2;

		if (bpm_scale_rank(scale, middle) <= rank)
			enough = middle;
		else
			below = middle;
	}
	return enough;
}

/*
 * The rank of a root: that of its published score, rounded to the scale's digits.
 */
static int
RankOf(const Scoring *s, uint32 root, const BpmScale *scale, int128 *rounded)
{
	int			digits = s->tree->rules.digits;
	int			scale_digits = bpm_scale_digits(scale);

	*rounded = Published(s->figures[root].score, digits);
	if (digits > scale_digits)
		*rounded = Divide(*rounded, PowerOfTen(digits - scale_digits));
	else
		*rounded *= PowerOfTen(scale_digits - digits);
	return bpm_scale_rank(scale, *rounded);
}

/*
 * What a root must reach to be rated better, and to be rated worse. Its score is rounded step by
 * step, and each step is a mean of one: the score alone, by the unit.
 */
static Reach
ReachOf(const Scoring *s, uint32 root, const BpmScale *scale)
{
	Reach		reach = {MISSING, MISSING};
	int			digits = s->tree->rules.digits;
	int			scale_digits = bpm_scale_digits(scale);
	int64		steps[] = {
		PowerOfTen(Max(digits - scale_digits, 0)),
		PowerOfTen(SURE_DIGITS - digits),
		PowerOfTen(FINE_DIGITS - SURE_DIGITS)
	};
	int128		limit = MAX_SCORE / PowerOfTen(BPM_DIGITS - scale_digits);
	int128		rounded;
	int			rank;

	if (s->figures[root].score == MISSING)
		return reach;
	rank = RankOf(s, root, scale, &rounded);
	if (rank > 1 && bpm_scale_rank(scale, limit) < rank)
	{
		reach.at_least = LeastRounded(scale, rank - 1, rounded, limit);
		if (digits < scale_digits)
			reach.at_least = CeilDivide(reach.at_least, PowerOfTen(scale_digits - digits));
		for (int i = 0; i < (int) lengthof(steps); i++)
			reach.at_least = LeastScore(reach.at_least, 0, 1, steps[i]);
	}
	if (bpm_scale_rank(scale, -limit) > rank)
	{
		reach.at_most = LeastRounded(scale, rank, -limit, rounded) - 1;
		if (digits < scale_digits)
			reach.at_most = FloorDivide(reach.at_most, PowerOfTen(scale_digits - digits));
		for (int i = 0; i < (int) lengthof(steps); i++)
			reach.at_most = GreatestScore(reach.at_most, 0, 1, steps[i]);
	}
	return reach;
}

static void
PutMargin(ReturnSetInfo *result, const Scoring *s, const BpmScale *scale, uint32 root, uint32 leaf,
		  int128 wanted, int step)
{
	const Rules *rules = &s->tree->rules;
	int64		score = NodeAt(s, leaf)->score;
	int128		rounded;
	int			rank;
	Datum		values[7];
	bool		nulls[7] = {false};

	if (wanted == MISSING)
		return;
	/* the next score with 8 decimals that does */
	wanted = step < 0 ? CeilDivide(wanted, FINE) : FloorDivide(wanted, FINE);
	if (wanted < rules->worst || wanted > rules->best)
		return;
	rank = RankOf(s, root, scale, &rounded);
	nulls[1] = s->figures[leaf].score == MISSING;
	values[0] = PointerGetDatum(IdText(s->tree->kind, s->ids + NodeAt(s, leaf)->id));
	values[1] = nulls[1] ? (Datum) 0 : FigureDatum(score);
	values[2] = FigureDatum(wanted - score);
	values[3] = FigureDatum(wanted);
	values[4] = PointerGetDatum(IdText(s->tree->kind, s->ids + NodeAt(s, root)->id));
	values[5] = CStringGetTextDatum(bpm_scale_label(scale, rank));
	values[6] = CStringGetTextDatum(bpm_scale_label(scale, rank + step));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * score_margin(tree, scale) → setof (id, score, change, new_score, root_id, rating, new_rating):
 * for every leaf by which its root can be brought into the next better band, or the next worse, the
 * smallest change of its score that does so.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_score_margin);
Datum
bpm_tree_score_margin(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	BpmTree    *tree = DatumGetTreeP(PG_GETARG_DATUM(0));
	BpmScale   *scale = DatumGetScaleP(PG_GETARG_DATUM(1));
	Scoring		s;
	Reach	   *reach;
	uint32		root = 0;

	InitMaterializedSRF(fcinfo, 0);
	ScoreTree(&s, tree);
	reach = palloc_extended((Size) tree->count * sizeof(Reach), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < tree->count; i++)
	{
		CHECK_OFTEN(i);
		if (tree->nodes[i].parent == NOBODY)
		{
			root = i;
			reach[i] = ReachOf(&s, i, scale);
		}
		if (!IsLeaf(&s, i))
			ReachDown(&s, reach, i);
		else if (s.figures[root].score != MISSING)
		{
			PutMargin(result, &s, scale, root, i, reach[i].at_least, -1);
			PutMargin(result, &s, scale, root, i, reach[i].at_most, 1);
		}
	}
	pfree(reach);
	EndScoring(&s);
	PG_RETURN_NULL();
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

	appendStringInfoChar(out, '"');
	for (const char *c = id; *c != '\0'; c++)
	{
		if (*c == '"')
			appendStringInfoChar(out, '"');
		appendStringInfoChar(out, *c);
	}
	appendStringInfoChar(out, '"');
	pfree(id);
}

static char *
TreeText(const BpmTree *tree)
{
	const char *ids = (const char *) (tree->nodes + tree->count);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "{%s, ", kind_labels[tree->kind]);
	AppendRules(&out, &tree->rules);
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
			AppendFigure(&out, node->weight * tree->weight_unit);
		appendStringInfoChar(&out, ',');
		if (node->flags & NODE_SCORED)
			AppendFigure(&out, node->score);
		if (node->method != METHOD_DEFAULT)
			appendStringInfo(&out, ",%s", method_labels[node->method]);
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
	if (!bpm_scan_take(scan, "\""))
		return bpm_scan_fail(scan, start, "An id in double quotes is missing", NULL);
	initStringInfo(&out);
	for (;; scan->at++)
	{
		if (scan->at >= scan->end)
			return bpm_scan_fail(scan, start, "The id does not end", "Close it with a double quote.");
		if (*scan->at == '"')
		{
			scan->at++;
			if (scan->at >= scan->end || *scan->at != '"')
				break;
		}
		appendStringInfoChar(&out, *scan->at);
	}
	id->data = out.data;
	id->length = (uint32) out.len;
	if (kind == ID_INTEGER)
	{
		BpmScan		digits = {0};
		int128		value;
		uint64		bytes;

		digits = *scan;
		digits.at = out.data;
		digits.end = out.data + out.len;
		if (out.len == 0 || strspn(out.data, "-0123456789") != (size_t) out.len || out.len > 20)
			return bpm_scan_fail(scan, start, "The id is no integer", NULL);
		if (!bpm_scan_decimal(&digits, "The id", false, 0, &value) || digits.at != digits.end ||
			value > PG_INT64_MAX || value < PG_INT64_MIN)
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
			if (bpm_scan_is(word, length, method_labels[m]))
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
 * Read a tree. NULL after a soft error.
 */
static BpmTree *
ParseTree(const char *text, size_t length, struct Node *context)
{
	BpmScan		scan = {0};
	BpmScan		rules;
	State	   *state;
	BpmTree    *tree;
	const char *word;
	int			kind = 0;
	int			word_length;

	/* not bpm_scan_begin: a tree is data, and may be longer than any rule */
	scan.type = TYPE_NAME;
	scan.text = scan.at = text;
	scan.end = text + length;
	scan.context = context;
	if (!Expect(&scan, "{"))
		return NULL;
	bpm_scan_space(&scan);
	word_length = bpm_scan_word(&scan, &word);
	while (kind_labels[kind] != NULL && !bpm_scan_is(word, word_length, kind_labels[kind]))
		kind++;
	if (kind_labels[kind] == NULL)
	{
		bpm_scan_fail(&scan, word, "The ids are neither text, integer nor uuid",
					  bpm_scan_nearest(word, word_length, kind_labels));
		return NULL;
	}
	state = NewState(CurrentMemoryContext, (IdKind) kind, false);
	state->report.soft = context;
	if (!Expect(&scan, ","))
		return NULL;
	rules = scan;
	while (rules.at < scan.end && *rules.at != '}')
		rules.at++;
	rules.end = rules.at;
	rules.at = scan.at;
	if (!ScanRules(&rules, &state->rules))
		return NULL;
	scan.at = rules.end;
	if (!Expect(&scan, "}"))
		return NULL;
	while (!bpm_scan_done(&scan))
	{
		CHECK_FOR_INTERRUPTS();
		if (!ScanNode(&scan, state))
			return NULL;
	}
	if (state->count == 0)
	{
		bpm_scan_fail(&scan, scan.at, "A node is missing", NULL);
		return NULL;
	}
	tree = Finish(state);
	if (tree == NULL)
		RaiseFaults(&state->report);
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
