/*
 * tree_score.c: the figures of the nodes of a tree.
 *
 * Scores, bounds and coverage from the leaves up, shares from the roots down, contributions over the
 * leaves; then the functions that return them. They are a file of their own because they depend on
 * nothing but the nodes of a finished tree, and a whole one because every step is a loop over all
 * nodes whose helpers are to be in line.
 *
 * The rule of the figures. An exact weighted mean of means is a fraction whose denominator grows with
 * every level, without bound in a deep tree. So a node's score and bounds are computed exactly from
 * those of its children and kept with 20 decimals, 12 more than are published. Published figures are
 * rounded once, half away from zero, from 18 of them: the last two only carry what thirds leave, so
 * that a third and two thirds make a whole. Shares are kept with 18 decimals and published with 12.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "tree.h"
#include "tree_wide.h"

#define FINE_ONE (FINE * BPM_ONE)	/* 1 in 10^-20 */

/* shares are fractions of 1 with 18 decimals, coverage is a percentage with 16 */
#define SHARE_DIGITS 18
#define PUBLISHED_SHARE_DIGITS 12
#define WHOLE INT64CONST(1000000000000000000)
#define COVERAGE_DIGITS 16
#define FULL INT64CONST(1000000000000000000)

/* ------------------------------------------------------------------------------------------------
 * Scoring
 * ----------------------------------------------------------------------------------------------*/

/* a coverage as it is published, in 10^-digits */
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
	return (int64) bpm_decimal_half_up(bpm_decimal_quotient((uint128) weight, (uint64) share,
														   (uint128) total));
}

/* a point more of a child is so many points more of its parent, whatever the others have */
static inline bool
IsLinear(Method method)
{
	return method == METHOD_MEAN || method == METHOD_SUM;
}

static char *
NameAt(const Scoring *s, uint32 i)
{
	return IdString((IdKind) s->tree->kind, s->ids + NodeAt(s, i)->id);
}

/*
 * A figure in 10^-20 as the server's numeric.
 */
static Datum
FineDatum(int128 value)
{
	Datum		digits = NumericGetDatum(bpm_decimal_numeric(value, 0));
	Datum		unit = NumericGetDatum(bpm_decimal_numeric(1, FINE_DIGITS - 8));

	unit = DirectFunctionCall2(numeric_mul, unit, NumericGetDatum(bpm_decimal_numeric(1, 8)));
	return DirectFunctionCall2(numeric_mul, digits, unit);
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
 * The weighted mean where 128 bits do not hold the sum.
 */
static pg_noinline int128
LargeMean(const Scoring *s, uint32 parent, Which which)
{
	Wide		sum = WideOf(0);
	int128		weight = 0;
	int128		value;

	FOR_EACH_CHILD(s, c, parent)
		if (TakesPart(s, c, which, 0, &value))
		{
			sum = WideSum(sum, WideProduct(NodeAt(s, c)->weight, value));
			weight += NodeAt(s, c)->weight;
		}
	return WideRound(sum, weight);
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
				bpm_tree_add_fault(s->report, FAULT_NEGATIVE_SCORE, NameAt(s, parent),
								   psprintf("Node \"%s\" has %s.", NameAt(s, c),
											bpm_tree_figure_text(Published(value, BPM_DIGITS))));
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
			bpm_tree_add_fault(s->report, FAULT_GRADE, NameAt(s, parent),
							   psprintf("Node \"%s\" has %s; dimensions are 4 (A), 3 (B), 2 (C) and 1 (D).",
										NameAt(s, child),
										bpm_tree_figure_text(Published(value, BPM_DIGITS))));
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
			bpm_tree_add_fault(s->report, FAULT_DIMENSIONS, NameAt(s, parent),
							   psprintf("It has %d; the table is for 2 to %d.", n, BPM_PEFA_DIMENSIONS));
		return bpm_pefa_m1(lowest, highest) * (FINE_ONE / 2);
	}
	return bpm_pefa_m2(n, sum) * (FINE_ONE / 2);
}

/*
 * The sum of points. It has to stay a score.
 */
static int128
Sum(const Scoring *s, uint32 parent, Which which)
{
	static const char *const names[] = {"score", "low", "high"};
	const int128 limit = MAX_SCORE * FINE;
	int128		sum = 0;
	bool		any = false;
	int128		value;

	/* a tree has fewer nodes than it takes for 128 bits to overflow */
	FOR_EACH_CHILD(s, c, parent)
		if (TakesPart(s, c, which, 0, &value))
		{
			any = true;
			sum += value;
		}
	if (likely(sum < limit && sum > -limit))
		return any ? sum : MISSING;
	if (s->report != NULL)
		bpm_tree_add_fault(s->report, FAULT_LARGE_SCORE, NameAt(s, parent),
						   psprintf("Its %s is %s; scores and bounds are below %s.", names[which],
									bpm_tree_figure_text(Divide(sum, FINE)),
									bpm_tree_figure_text(MAX_SCORE)));
	return 0;
}

static int128
Combine(Scoring *s, uint32 parent, Which which)
{
	switch (MethodOf(s, parent))
	{
		case METHOD_SUM:
			return Sum(s, parent, which);
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
	NodeFigures *figure = &s->figures[i];

	if (node->flags & NODE_SCORED)
	{
		figure->score = figure->low = figure->high = node->score * FINE;
		figure->coverage = FULL;
		return;
	}
	figure->score = MISSING;
	figure->low = s->tree->rules.worst * FINE;
	figure->high = ((node->flags & NODE_BEST) ? node->best : s->tree->rules.best) * FINE;
	figure->coverage = 0;
}

/*
 * Whether a parent is covered as far as the rules require, and its coverage. Where every child is covered in
 * full or not at all that is compared exactly; further up coverages are fractions with 16 decimals, the last of
 * which may be off by what thirds leave. What is not full is never called so.
 */
static bool
IsCovered(const Scoring *s, uint32 parent, int64 *coverage)
{
	int64		required = s->tree->rules.required;
	uint128		weight = 0;
	uint128		covered = 0;
	bool		exact = true;
	bool		full = true;
	BpmQuotient percent;
	int128		value;

	FOR_EACH_CHILD(s, c, parent)
		if (TakesPart(s, c, COVERAGE, 0, &value))
		{
			weight += (uint128) NodeAt(s, c)->weight;
			if (value == FULL)
				covered += (uint128) NodeAt(s, c)->weight;
			full = full && value == FULL;
			exact = exact && (value == FULL || value == 0);
		}
	*coverage = (int64) Mean(s, parent, COVERAGE);
	if (!full)
		*coverage = Min(*coverage, FULL - 1);
	if (!exact)
		return *coverage + 2 >= required * (int64) (FULL / BPM_HUNDRED);
	percent = bpm_decimal_quotient(covered, BPM_HUNDRED, weight);
	return percent.units >= (uint64) required;
}

/*
 * A parent's figures. Nearly all parents miss nothing, and then their bounds are their score.
 */
static void
ScoreParent(Scoring *s, uint32 parent)
{
	NodeFigures *figure = &s->figures[parent];
	bool		complete = true;
	bool		covered;

	FOR_EACH_CHILD(s, c, parent)
	{
		const NodeFigures *child = &s->figures[c];

		if (NodeAt(s, c)->weight != 0)
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
	covered = IsCovered(s, parent, &figure->coverage);
	if (s->tree->rules.policy == POLICY_REQUIRE && !covered)
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
BeginScoring(Scoring *s, const BpmTree *tree, TreeReport *report)
{
	s->tree = tree;
	s->ids = (const char *) (tree->nodes + tree->count);
	s->report = report;
	s->scratch = NULL;
	s->sizes = palloc_extended((Size) tree->count * sizeof(uint32), MCXT_ALLOC_HUGE);
	s->figures = NULL;
	SizeSubtrees(s);
}

void
bpm_tree_end_scoring(Scoring *s)
{
	pfree(s->sizes);
	if (s->figures != NULL)
		pfree(s->figures);
	if (s->scratch != NULL)
		MemoryContextDelete(s->scratch);
}

/*
 * Scores, bounds and coverage of all nodes, from the leaves up.
 */
static void
ScoreUp(Scoring *s)
{
	s->figures = palloc_extended((Size) s->tree->count * sizeof(NodeFigures), MCXT_ALLOC_HUGE);
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
	const NodeFigures *above = &s->figures[parent];
	Method		method = MethodOf(s, parent);
	bool		linear = above->scored_share != NOT_LINEAR && IsLinear(method);
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
		NodeFigures *figure = &s->figures[c];
		int128		own = NodeAt(s, c)->weight;

		figure->share = PartOf(above->share, own, weight);
		if (!linear)
			figure->scored_share = NOT_LINEAR;
		else if (own == 0 || !HasEffect(s, c))
			figure->scored_share = 0;
		else if (method == METHOD_SUM)
			figure->scored_share = above->scored_share;
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
		NodeFigures *figure = &s->figures[i];
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
	const NodeFigures *figure = &s->figures[i];

	return figure->scored_share > 0 && (IsLeaf(s, i) || !IsLinear(MethodOf(s, i)));
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
	const NodeFigures *figure = &s->figures[i];
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
 * What a parent brings is what its children do; one whose method has no shares brings its own, and its children
 * nothing. Parts of a sum may be large where the sum is not.
 */
static inline void
SumContributions(Scoring *s, uint32 parent)
{
	int128		sum = 0;
	bool		any = false;

	FOR_EACH_CHILD(s, c, parent)
	{
		const NodeFigures *child = &s->figures[c];

		if (child->contribution == NOTHING || child->scored_share == NOT_LINEAR)
			continue;
		sum += child->contribution;
		any = true;
	}
	if (any)
		s->figures[parent].contribution = (int64) sum;
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
	int128		left;
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
		HandOut(s, root, terms, (int64) left, unit);
	for (uint32 i = end; i-- > root;)
		SumContributions(s, i);
}

/*
 * All figures of all nodes.
 */
void
bpm_tree_score(Scoring *s, const BpmTree *tree)
{
	BeginScoring(s, tree, NULL);
	ScoreUp(s);
	SettleBounds(s);
	ShareDown(s);
	for (uint32 i = 0; i < tree->count; i += s->sizes[i])
		Contribute(s, i);
}

/* ------------------------------------------------------------------------------------------------
 * Checking a tree that was laid out
 * ----------------------------------------------------------------------------------------------*/

/* weights are held in units of a power of 10 of 10^-8 */
static char *
WeightText(const Scoring *s, int128 weight)
{
	char	   *text = palloc(BPM_DECIMAL_TEXT + BPM_DIGITS);
	int			digits = BPM_DIGITS;

	for (int64 unit = s->tree->weight_unit; unit > 1; unit /= 10)
		digits--;
	bpm_decimal_append(text, weight, digits);
	return text;
}

static void
CheckTotal(Scoring *s, uint32 parent, int128 weight)
{
	const TreeRules *rules = &s->tree->rules;
	const TreeNode *node = NodeAt(s, parent);
	int128		declared = rules->total;
	int128		total;

	if (rules->total_kind == TOTAL_ANY)
		return;
	if (rules->total_kind == TOTAL_NESTED && node->parent != NOBODY)
		declared = node->weight * s->tree->weight_unit;
	/* what does not fit is no total that can be declared */
	if (__builtin_mul_overflow(weight, s->tree->weight_unit, &total) || total != declared)
		bpm_tree_add_fault(s->report, FAULT_TOTAL, NameAt(s, parent),
						   psprintf("The weights below it total %s, not %s.", WeightText(s, weight),
									bpm_tree_figure_text(declared)));
}

/*
 * What can be wrong with a node once it has its place.
 */
static void
CheckLeaf(Scoring *s, uint32 i)
{
	const TreeNode *node = NodeAt(s, i);

	if ((node->flags & NODE_BEST) && node->best < s->tree->rules.worst)
		bpm_tree_add_fault(s->report, FAULT_BEST_RANGE, NameAt(s, i),
						   psprintf("It is %s, and the worst is %s.", bpm_tree_figure_text(node->best),
									bpm_tree_figure_text(s->tree->rules.worst)));
	/* a root that is said to weigh nothing is part of a tree in which it did */
	if (s->tree->rules.policy == POLICY_ERROR && !(node->flags & NODE_SCORED) &&
		(node->weight != 0 || (node->parent == NOBODY && !(node->flags & NODE_WEIGHED))))
		bpm_tree_add_fault(s->report, FAULT_MISSING_SCORE, NameAt(s, i),
						   "The rules say that nothing may be missing.");
}

static void
CheckNode(Scoring *s, uint32 i)
{
	const TreeNode *node = NodeAt(s, i);
	int128		weight = 0;
	bool		overflow = false;

	if (IsLeaf(s, i))
	{
		CheckLeaf(s, i);
		return;
	}
	if (node->flags & NODE_SCORED)
		bpm_tree_add_fault(s->report, FAULT_INNER_SCORE, NameAt(s, i),
						   psprintf("Its score %s would hide those below it.",
									bpm_tree_figure_text(node->score)));
	FOR_EACH_CHILD(s, c, i)
		overflow |= __builtin_add_overflow(weight, NodeAt(s, c)->weight, &weight);
	if (overflow)
	{
		bpm_tree_add_fault(s->report, FAULT_LARGE_WEIGHTS, NameAt(s, i),
						   "Their sum does not fit 128 bits: weigh in thousands or millions.");
		return;
	}
	if (weight == 0)
		bpm_tree_add_fault(s->report, FAULT_ZERO_WEIGHTS, NameAt(s, i),
						   "Every weight below it is zero or NULL, and they cannot all be.");
	CheckTotal(s, i, weight);
}

/*
 * Find what is wrong with a tree that was laid out; if nothing is, score it once, as some faults
 * show only then.
 */
void
bpm_tree_check(const BpmTree *tree, TreeReport *report)
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
	bpm_tree_end_scoring(&s);
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
	const NodeFigures *figure = &s->figures[i];
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
	bpm_tree_score(&s, tree);
	before = MemoryContextSwitchTo(row);
	for (uint32 i = 0; i < tree->count; i += roots ? s.sizes[i] : 1)
	{
		const TreeNode *node = &tree->nodes[i];
		Datum		values[COLUMNS] = {0};
		bool		nulls[COLUMNS] = {false};

		CHECK_FOR_INTERRUPTS();
		if (node->parent == NOBODY)
			root = i;
		values[COLUMN_ID] = PointerGetDatum(bpm_tree_id_text(tree->kind, s.ids + node->id));
		nulls[COLUMN_PARENT_ID] = node->parent == NOBODY;
		if (node->parent != NOBODY)
			values[COLUMN_PARENT_ID] =
				PointerGetDatum(bpm_tree_id_text(tree->kind, s.ids + tree->nodes[node->parent].id));
		values[COLUMN_DEPTH] = Int32GetDatum((int32) node->depth);
		values[COLUMN_LEAF] = BoolGetDatum(IsLeaf(&s, i));
		nulls[COLUMN_WEIGHT] = !(node->flags & NODE_WEIGHED);
		if (node->flags & NODE_WEIGHED)
			values[COLUMN_WEIGHT] = TrimmedDatum(node->weight * tree->weight_unit, BPM_DIGITS);
		FigureColumns(&s, i, values, nulls);
		values[COLUMN_ROOT_ID] =
				PointerGetDatum(bpm_tree_id_text(tree->kind, s.ids + tree->nodes[root].id));
		nulls[COLUMN_METHOD] = IsLeaf(&s, i);
		if (!IsLeaf(&s, i))
		{
			Method		m = MethodOf(&s, i);

			if (methods[m] == 0)
			{
				MemoryContextSwitchTo(before);
				methods[m] = CStringGetTextDatum(bpm_tree_method_labels[m]);
				MemoryContextSwitchTo(row);
			}
			values[COLUMN_METHOD] = methods[m];
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextReset(row);
	}
	MemoryContextSwitchTo(before);
	bpm_tree_end_scoring(&s);
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
