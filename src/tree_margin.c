/*
 * tree_margin.c: what it takes to move a root into another band.
 *
 * The way back from a rating to the scores of leaves. It is a file of its own because it is the inverse
 * of scoring, not a part of it: it reads figures that are finished, and nothing else calls it.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "tree.h"

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
	values[0] = PointerGetDatum(bpm_tree_id_text(s->tree->kind, s->ids + NodeAt(s, leaf)->id));
	values[1] = nulls[1] ? (Datum) 0 : FigureDatum(score);
	values[2] = FigureDatum(wanted - score);
	values[3] = FigureDatum(wanted);
	values[4] = PointerGetDatum(bpm_tree_id_text(s->tree->kind, s->ids + NodeAt(s, root)->id));
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
	bpm_tree_score(&s, tree);
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
	bpm_tree_end_scoring(&s);
	PG_RETURN_NULL();
}
