/*
 * tree.h: what the files of the concept tree share, and nobody else sees.
 *
 * tree.c         the value: ids, rows to a tree, the aggregates, text and binary
 * tree_rules.c   what a call declares, and the faults that a tree may have
 * tree_score.c   the figures of all nodes, and the functions that return them
 * tree_margin.c  what-if, on those figures
 *
 * What the loops over all nodes call is here in line; the rest is declared, and starts with bpm_tree_.
 *
 * The nodes of a tree lie in preorder, siblings by id: a parent before its children, a subtree in
 * one piece. That order does not depend on the rows' order, and it needs neither recursion nor a
 * stack: up is a loop from the end, down is a loop from the start.
 */
#ifndef BPM_TREE_H
#define BPM_TREE_H

#include "miscadmin.h"
#include "utils/builtins.h"

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
	METHOD_M1,
	METHOD_M2
} Method;

#define METHODS 6

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
 * Ids: tree.c
 * ----------------------------------------------------------------------------------------------*/

extern text *bpm_tree_id_text(IdKind kind, const char *place);

static inline char *
IdString(IdKind kind, const char *place)
{
	return text_to_cstring(bpm_tree_id_text(kind, place));
}

/* ------------------------------------------------------------------------------------------------
 * Faults and rules: tree_rules.c
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

extern void bpm_tree_add_fault(Report *report, FaultKind kind, const char *node, char *detail);
extern void bpm_tree_raise_faults(const Report *report);
extern const char *bpm_tree_fault_label(FaultKind kind);

extern void bpm_tree_default_rules(Rules *rules);
extern bool bpm_tree_scan_rules(BpmScan *scan, Rules *rules);
extern void bpm_tree_append_rules(StringInfo out, const Rules *rules);

extern void bpm_tree_append_figure(StringInfo out, int128 units);
extern char *bpm_tree_figure_text(int128 units);

/* ------------------------------------------------------------------------------------------------
 * Figures: tree_score.c
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

extern void bpm_tree_check(const BpmTree *tree, Report *report);
extern void bpm_tree_score(Scoring *s, const BpmTree *tree);
extern void bpm_tree_end_scoring(Scoring *s);
extern void bpm_tree_sum_out_of_range(void);

/*
 * Multiply and add, where overflow is an error. A weight of nearly all trees fits 64 bits.
 */
static inline int128
Times(int128 weight, int128 figure)
{
	int128		product;

	if (unlikely(__builtin_mul_overflow(weight, figure, &product)))
		bpm_tree_sum_out_of_range();
	return product;
}

static inline int128
Plus(int128 a, int128 b)
{
	int128		sum;

	if (unlikely(__builtin_add_overflow(a, b, &sum)))
		bpm_tree_sum_out_of_range();
	return sum;
}

/*
 * numerator / denominator, half away from zero.
 */
static inline int128
Divide(int128 numerator, int128 denominator)
{
	bool		negative = numerator < 0;
	uint128	magnitude = negative ? -(uint128) numerator : (uint128) numerator;
	uint128	divisor = (uint128) denominator;
	uint128	quotient;
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

/* a figure, or a weight, in 10^-8 as the server's numeric */
static inline Datum
FigureDatum(int128 units)
{
	return NumericGetDatum(bpm_decimal_numeric(units, BPM_DIGITS));
}

#define CHECK_OFTEN(i) \
	do { if (((i) & 0xFFF) == 0) CHECK_FOR_INTERRUPTS(); } while (0)

#endif							/* BPM_TREE_H */
