/*
 * tree.h: what the files of the concept tree share, and nobody else sees.
 *
 * tree.c         the value: rows to a tree, the aggregates, text and binary
 * tree_id.c      ids
 * tree_rules.c   what a call declares, and the faults that a tree may have
 * tree_score.c   the figures of all nodes, and the functions that return them
 * tree_margin.c  what-if, on those figures
 * tree_wide.h    sums that 128 bits do not hold
 *
 * What the loops over all nodes call is here in line; the rest is declared, and starts with bpm_tree_.
 *
 * The nodes of a tree lie in preorder, siblings by id: a parent before its children, a subtree in
 * one piece. That order does not depend on the rows' order, and it needs neither recursion nor a
 * stack: up is a loop from the end, down is a loop from the start.
 */
#ifndef BPM_TREE_H
#define BPM_TREE_H

#include "common/hashfn.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "bpm.h"

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

/* how an id is held: as text, or as big-endian bytes that sort like the value */
typedef enum IdKind
{
	ID_TEXT,
	ID_INTEGER,
	ID_UUID
} IdKind;

typedef enum Method
{
	METHOD_DEFAULT,				/* what the rules say */
	METHOD_MEAN,
	METHOD_GEOMETRIC,
	METHOD_WEAKEST,
	METHOD_SUM,
	METHOD_M1,
	METHOD_M2
} Method;

#define METHODS 7

/* the labels of the type bpm.method, at their place */
extern const char *const bpm_tree_method_labels[METHODS];

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

typedef struct TreeRules
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
} TreeRules;

#define NODE_DEFINED 0x01		/* a row gave it; else it is only somebody's parent so far */
#define NODE_SCORED 0x02
#define NODE_WEIGHED 0x04		/* its weight is not NULL */
#define NODE_BEST 0x08			/* it has a best of its own */
#define NODE_TWICE 0x10			/* another row gave it too: no such node gets into a tree */

typedef struct TreeNode
{
	int128		weight;			/* in 10^-8, in a tree in its weight units; NULL is 0 */
	int64		score;			/* in 10^-8 */
	int64		best;			/* what it could bring if it had no score, in 10^-8; see NODE_BEST */
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

StaticAssertDecl(sizeof(TreeNode) == 48, "a node takes 48 bytes");

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
	TreeRules	rules;
	TreeNode	nodes[FLEXIBLE_ARRAY_MEMBER];
} BpmTree;

#define DatumGetTreeP(datum) ((BpmTree *) PG_DETOAST_DATUM(datum))

/* ------------------------------------------------------------------------------------------------
 * Ids: tree_id.c
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

extern text *bpm_tree_id_text(IdKind kind, const char *place);

static inline char *
IdString(IdKind kind, const char *place)
{
	return text_to_cstring(bpm_tree_id_text(kind, place));
}

/* ------------------------------------------------------------------------------------------------
 * Faults and rules: tree_rules.c
 * ----------------------------------------------------------------------------------------------*/

/*
 * What can be wrong with a tree. The order is a rank: of several faults an error names the first, whatever the
 * order of the rows; those that are found only when others are not stand behind them.
 */
typedef enum TreeFaultKind
{
	FAULT_RULES,
	FAULT_NULL_ID,
	FAULT_DUPLICATE,
	FAULT_WEIGHT_RANGE,
	FAULT_NEGATIVE_WEIGHT,
	FAULT_SCORE_RANGE,
	FAULT_BEST_RANGE,
	FAULT_MISSING_PARENT,
	FAULT_CYCLE,
	FAULT_INNER_SCORE,
	FAULT_ZERO_WEIGHTS,
	FAULT_LARGE_WEIGHTS,
	FAULT_TOTAL,
	FAULT_MISSING_SCORE,
	FAULT_NEGATIVE_SCORE,
	FAULT_LARGE_SCORE,
	FAULT_GRADE,
	FAULT_DIMENSIONS
} TreeFaultKind;

typedef struct TreeFault
{
	TreeFaultKind kind;
	char	   *node;			/* NULL when it has no id */
	char	   *detail;
} TreeFault;

/* what is done about faults */
typedef enum TreeMode
{
	TREE_RAISE,					/* an error that shows the first ones */
	TREE_TRY,					/* there is no tree, and no more is said */
	TREE_LINT					/* all of them are the result */
} TreeMode;

typedef struct TreeReport
{
	MemoryContext context;
	struct Node *soft;			/* where a soft error goes, or NULL */
	IdKind		ids;			/* of the nodes, which faults are sorted by */
	TreeMode	mode;
	int			count;			/* of all faults */
	int			kept;
	int			size;
	TreeFault  *faults;
} TreeReport;

extern void bpm_tree_add_fault(TreeReport *report, TreeFaultKind kind, const char *node, char *detail);
extern void bpm_tree_sort_faults(TreeReport *report);
extern void bpm_tree_raise_faults(TreeReport *report);
extern const char *bpm_tree_fault_label(TreeFaultKind kind);

extern void bpm_tree_default_rules(TreeRules *rules);
extern bool bpm_tree_scan_rules(BpmScan *scan, TreeRules *rules);
extern void bpm_tree_append_rules(StringInfo out, const TreeRules *rules);

extern void bpm_tree_append_figure(StringInfo out, int128 units);
extern char *bpm_tree_figure_text(int128 units);

/* ------------------------------------------------------------------------------------------------
 * Figures: tree_score.c
 * ----------------------------------------------------------------------------------------------*/

/*
 * What is computed of a node. On the way up bounds have all their digits; then they are settled to
 * what is published, which leaves room for the shares: a node takes 64 bytes.
 */
typedef struct NodeFigures
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
} NodeFigures;

StaticAssertDecl(sizeof(NodeFigures) == 64, "the figures of a node take 64 bytes");

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
	TreeReport *report;			/* where faults go, or NULL when the tree is known to be sound */
	uint32	   *sizes;			/* of subtrees, the node itself included */
	NodeFigures *figures;
	MemoryContext scratch;		/* for geometric means, or NULL */
} Scoring;

extern void bpm_tree_check(const BpmTree *tree, TreeReport *report);
extern void bpm_tree_score(Scoring *s, const BpmTree *tree);
extern void bpm_tree_end_scoring(Scoring *s);

/*
 * numerator / denominator, half away from zero.
 */
static inline int128
Divide(int128 numerator, int128 denominator)
{
	bool		negative = numerator < 0;
	uint128		magnitude = negative ? -(uint128) numerator : (uint128) numerator;
	uint128		divisor = (uint128) denominator;
	uint128		quotient;
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

static inline int64
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
	const NodeFigures *figure = &s->figures[child];

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

/* a figure, or a weight, in 10^-8 as the server's numeric */
static inline Datum
FigureDatum(int128 units)
{
	return NumericGetDatum(bpm_decimal_numeric(units, BPM_DIGITS));
}

#define CHECK_OFTEN(i) \
	do { if (((i) & 0xFFF) == 0) CHECK_FOR_INTERRUPTS(); } while (0)

#endif							/* BPM_TREE_H */
