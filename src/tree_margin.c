/*
 * tree_margin.c: what it takes to move a root into another band.
 *
 * The way back from a rating to the scores of leaves. It is a file of its own because it is the inverse
 * of scoring, not a part of it: it reads figures that are finished, and nothing else calls it.
 *
 * A root's score does not fall when that of a leaf rises, so that there is one score at which the rating
 * changes. It is worked out by going down the tree: what a parent needs says what each child needs when the
 * others stay, with every rounding on the way. Sums have 256 bits, so that this is exact whatever the weights.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "tree.h"
#include "tree_wide.h"

/*
 * The least score that is enough to leave the band upwards, and the greatest that is enough downwards, in
 * 10^-20; MISSING when nothing that this node does is enough.
 */
typedef struct Reach
{
	int128		up;
	int128		down;
} Reach;

typedef struct Margin
{
	const Scoring *s;
	const BpmScale *scale;
	Reach	   *reach;			/* by node */
	Wide	   *sums;			/* of weight × score below a parent */
	int128	   *weights;		/* below a parent, of what takes part */
	uint32		root;
	int			rank;			/* of the root as it is */
} Margin;

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

/* the score that a node counts with: what is missing counts as nothing where it takes part */
static inline int128
Counted(const Scoring *s, uint32 node)
{
	int128		score = s->figures[node].score;

	return score == MISSING ? 0 : score;
}

/* ------------------------------------------------------------------------------------------------
 * Trying
 * ----------------------------------------------------------------------------------------------*/

/*
 * The score of the root if a leaf had another one, with every rounding on the way.
 */
static int128
RootWith(const Margin *m, uint32 leaf, int128 score)
{
	const Scoring *s = m->s;
	uint32		node = leaf;

	for (uint32 parent = NodeAt(s, node)->parent; parent != NOBODY;
		 node = parent, parent = NodeAt(s, node)->parent)
	{
		int128		more = score - Counted(s, node);

		CHECK_OFTEN(node);
		if (MethodOf(s, parent) == METHOD_SUM)
			score = s->figures[parent].score + more;
		else
			score = WideRound(WideSum(m->sums[parent], WideProduct(NodeAt(s, node)->weight, more)),
							  m->weights[parent]);
	}
	return score;
}

/*
 * The rank of a root's score: that of the published one, rounded to the scale's digits.
 */
static int
RankOf(const Margin *m, int128 score, int128 *rounded)
{
	int			digits = m->s->tree->rules.digits;
	int			scale_digits = bpm_scale_digits(m->scale);

	*rounded = Published(score, digits);
	if (digits > scale_digits)
		*rounded = Divide(*rounded, PowerOfTen(digits - scale_digits));
	else
		*rounded *= PowerOfTen(scale_digits - digits);
	return bpm_scale_rank(m->scale, *rounded);
}

/* the rank of the root if a leaf had this score, in 10^-8 */
static int
RankWith(const Margin *m, uint32 leaf, int64 score)
{
	int128		rounded;

	return RankOf(m, RootWith(m, leaf, score * FINE), &rounded);
}

/* ------------------------------------------------------------------------------------------------
 * Working out
 * ----------------------------------------------------------------------------------------------*/

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
LeastScore(int128 wanted, Wide others, int128 weight, int128 total)
{
	Wide		bound;
	int128		least;
	int128		rest;

	if (wanted == MISSING)
		return MISSING;
	bound = WideSum(WideProduct(total, 2 * wanted - 1), WideNegative(WideSum(others, others)));
	least = WideDivide(bound, 2 * weight, &rest);
	return Reachable(rest == 0 && wanted > 0 ? least : least + 1);
}

/* the mirror image: the greatest x for which the same is at most wanted */
static int128
GreatestScore(int128 wanted, Wide others, int128 weight, int128 total)
{
	int128		least = wanted == MISSING ? MISSING :
		LeastScore(-wanted, WideNegative(others), weight, total);

	return least == MISSING ? MISSING : -least;
}

/*
 * Of the rounded scores from one on to the other, whose ranks differ, the first that has another rank.
 */
static int128
FirstOther(const BpmScale *scale, int128 same, int128 other)
{
	int			rank = bpm_scale_rank(scale, same);

	while (other - same > 1 || same - other > 1)
	{
		int128		middle = same + (other - same) / 2;

		if (bpm_scale_rank(scale, middle) == rank)
			same = middle;
		else
			other = middle;
	}
	return other;
}

/*
 * What a root must reach to be rated otherwise. Its score is rounded step by step, and each step is a mean
 * of one: the score alone, by the unit.
 */
static Reach
ReachOf(const Margin *m)
{
	Reach		reach = {MISSING, MISSING};
	int			digits = m->s->tree->rules.digits;
	int			scale_digits = bpm_scale_digits(m->scale);
	int64		coarser = PowerOfTen(Max(scale_digits - digits, 0));
	int64		steps[] = {
		PowerOfTen(Max(digits - scale_digits, 0)),
		PowerOfTen(SURE_DIGITS - digits),
		PowerOfTen(FINE_DIGITS - SURE_DIGITS)
	};
	int128		limit = MAX_SCORE / PowerOfTen(BPM_DIGITS - scale_digits);
	int128		rounded;

	RankOf(m, m->s->figures[m->root].score, &rounded);
	if (bpm_scale_rank(m->scale, limit) != m->rank)
	{
		reach.up = CeilDivide(FirstOther(m->scale, rounded, limit), coarser);
		for (int i = 0; i < (int) lengthof(steps); i++)
			reach.up = LeastScore(reach.up, WideOf(0), 1, steps[i]);
	}
	if (bpm_scale_rank(m->scale, -limit) != m->rank)
	{
		reach.down = FloorDivide(FirstOther(m->scale, rounded, -limit), coarser);
		for (int i = 0; i < (int) lengthof(steps); i++)
			reach.down = GreatestScore(reach.down, WideOf(0), 1, steps[i]);
	}
	return reach;
}

static void
SumBelow(Margin *m, uint32 parent)
{
	const Scoring *s = m->s;
	int128		value;

	m->weights[parent] = 0;
	m->sums[parent] = WideOf(0);
	FOR_EACH_CHILD(s, c, parent)
		if (TakesPart(s, c, SCORE, 0, &value))
		{
			m->sums[parent] = WideSum(m->sums[parent], WideProduct(NodeAt(s, c)->weight, value));
			m->weights[parent] += NodeAt(s, c)->weight;
		}
}

static Reach
ReachBelow(const Margin *m, uint32 parent, uint32 child)
{
	const Scoring *s = m->s;
	const Reach *above = &m->reach[parent];
	Reach		reach;
	int128		own = NodeAt(s, child)->weight;
	int128		counted = Counted(s, child);
	Wide		others;

	if (MethodOf(s, parent) == METHOD_SUM)
	{
		int128		rest = s->figures[parent].score - counted;

		reach.up = above->up == MISSING ? MISSING : Reachable(above->up - rest);
		reach.down = above->down == MISSING ? MISSING : Reachable(above->down - rest);
		return reach;
	}
	others = WideSum(m->sums[parent], WideProduct(own, -counted));
	reach.up = LeastScore(above->up, others, own, m->weights[parent]);
	reach.down = GreatestScore(above->down, others, own, m->weights[parent]);
	return reach;
}

/*
 * What the children of a parent must reach.
 */
static void
ReachDown(Margin *m, uint32 parent)
{
	const Scoring *s = m->s;
	int128		value;

	SumBelow(m, parent);
	FOR_EACH_CHILD(s, c, parent)
	{
		m->reach[c].up = m->reach[c].down = MISSING;
		if (s->figures[c].scored_share != NOT_LINEAR && s->figures[parent].score != MISSING &&
			TakesPart(s, c, SCORE, 0, &value))
			m->reach[c] = ReachBelow(m, parent, c);
	}
}

/* ------------------------------------------------------------------------------------------------
 * The result
 * ----------------------------------------------------------------------------------------------*/

/*
 * What a leaf must score to bring its root into another band, upwards (step 1) or downwards (-1), in 10^-8.
 * False when that is beyond what it can score.
 */
static bool
FindMargin(const Margin *m, uint32 leaf, int step, int64 *wanted)
{
	const TreeNode *node = NodeAt(m->s, leaf);
	const TreeRules *rules = &m->s->tree->rules;
	int64		limit = step < 0 ? rules->worst : (node->flags & NODE_BEST) ? node->best : rules->best;
	int128		reach = step < 0 ? m->reach[leaf].down : m->reach[leaf].up;

	if (reach == MISSING)
		return false;
	*wanted = (int64) (step < 0 ? FloorDivide(reach, FINE) : CeilDivide(reach, FINE));
	return (limit - *wanted) * step >= 0;
}

static void
PutMargin(ReturnSetInfo *result, const Margin *m, uint32 leaf, int step)
{
	const Scoring *s = m->s;
	const TreeNode *node = NodeAt(s, leaf);
	int64		wanted;
	int			rank;
	Datum		values[7];
	bool		nulls[7] = {false};

	if (!FindMargin(m, leaf, step, &wanted))
		return;
	rank = RankWith(m, leaf, wanted);
	Assert(rank != m->rank && RankWith(m, leaf, wanted - step) == m->rank);
	nulls[1] = !(node->flags & NODE_SCORED);
	values[0] = PointerGetDatum(bpm_tree_id_text(s->tree->kind, s->ids + node->id));
	values[1] = nulls[1] ? (Datum) 0 : FigureDatum(node->score);
	values[2] = FigureDatum((int128) wanted - node->score);
	values[3] = FigureDatum(wanted);
	values[4] = PointerGetDatum(bpm_tree_id_text(s->tree->kind, s->ids + NodeAt(s, m->root)->id));
	values[5] = CStringGetTextDatum(bpm_scale_label(m->scale, m->rank));
	values[6] = CStringGetTextDatum(bpm_scale_label(m->scale, rank));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * score_margin(tree, scale) → setof (id, score, change, new_score, root_id, rating, new_rating):
 * for every leaf by which its root can be brought into another band, the smallest change of its score that
 * does so, upwards and downwards.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_tree_score_margin);
Datum
bpm_tree_score_margin(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	BpmTree    *tree = DatumGetTreeP(PG_GETARG_DATUM(0));
	Scoring		s;
	Margin		m = {.s = &s, .scale = DatumGetScaleP(PG_GETARG_DATUM(1))};

	InitMaterializedSRF(fcinfo, 0);
	bpm_tree_score(&s, tree);
	m.reach = palloc_extended((Size) tree->count * sizeof(Reach), MCXT_ALLOC_HUGE);
	m.sums = palloc_extended((Size) tree->count * sizeof(Wide), MCXT_ALLOC_HUGE);
	m.weights = palloc_extended((Size) tree->count * sizeof(int128), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < tree->count; i++)
	{
		int128		rounded;

		CHECK_OFTEN(i);
		if (tree->nodes[i].parent == NOBODY)
		{
			m.root = i;
			m.reach[i].up = m.reach[i].down = MISSING;
			if (s.figures[i].score != MISSING)
			{
				m.rank = RankOf(&m, s.figures[i].score, &rounded);
				m.reach[i] = ReachOf(&m);
			}
		}
		if (!IsLeaf(&s, i))
			ReachDown(&m, i);
		else
		{
			PutMargin(result, &m, i, 1);
			PutMargin(result, &m, i, -1);
		}
	}
	pfree(m.reach);
	pfree(m.sums);
	pfree(m.weights);
	bpm_tree_end_scoring(&s);
	PG_RETURN_NULL();
}
