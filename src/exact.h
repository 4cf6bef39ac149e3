/*
 * exact.h: signed whole numbers of up to 768 bits, and fractions of them.
 *
 * For formulas that multiply and compare quotients of figures before anything may be rounded: a median of ratios,
 * times a budget, against another one. A figure has up to 125 bits; who writes a formula counts what its terms take.
 * No more is here than that needs.
 */
#ifndef BPM_EXACT_H
#define BPM_EXACT_H

#include "gather.h"

typedef struct Exact
{
	bool		negative;
	int			n;				/* limbs in use: the last of them is not 0, and 0 has none */
	uint64		limbs[RATIO_LIMBS];	/* the others are 0 */
} Exact;

/* whole is above 0 */
typedef struct Fraction
{
	Exact		part;
	Exact		whole;
} Fraction;

static inline void
ExactTrim(Exact *a)
{
	while (a->n > 0 && a->limbs[a->n - 1] == 0)
		a->n--;
	if (a->n == 0)
		a->negative = false;
}

static inline Exact
ExactOf(int128 value)
{
	Exact		result = {.negative = value < 0, .n = 2};

	LimbsOf(value < 0 ? -(uint128) value : (uint128) value, result.limbs);
	ExactTrim(&result);
	return result;
}

static inline int
ExactSign(const Exact *a)
{
	if (a->n == 0)
		return 0;
	return a->negative ? -1 : 1;
}

static inline Exact
ExactProduct(Exact a, Exact b)
{
	Exact		result = {.negative = a.negative != b.negative, .n = a.n + b.n};

	Assert(result.n <= RATIO_LIMBS);
	LimbsAddProduct(result.limbs, RATIO_LIMBS, a.limbs, a.n, b.limbs, b.n);
	ExactTrim(&result);
	return result;
}

static inline Exact
ExactNegative(Exact a)
{
	a.negative = a.n > 0 && !a.negative;
	return a;
}

static inline Exact
ExactSum(Exact a, Exact b)
{
	Exact		large = a;
	Exact		small = b;

	if (LimbsCompare(a.limbs, b.limbs, RATIO_LIMBS) < 0)
	{
		large = b;
		small = a;
	}
	if (a.negative == b.negative)
	{
		LimbsAdd(large.limbs, RATIO_LIMBS, small.limbs, small.n);
		large.n = Min(large.n + 1, RATIO_LIMBS);
	}
	else
		LimbsSubtract(large.limbs, RATIO_LIMBS, small.limbs, small.n);
	ExactTrim(&large);
	return large;
}

static inline Exact
ExactDifference(Exact a, Exact b)
{
	return ExactSum(a, ExactNegative(b));
}

/* below 0, 0 or above it, as a is to b */
static inline int
ExactCompare(const Exact *a, const Exact *b)
{
	int			order;

	if (ExactSign(a) != ExactSign(b))
		return ExactSign(a) - ExactSign(b);
	order = LimbsCompare(a->limbs, b->limbs, RATIO_LIMBS);
	return a->negative ? -order : order;
}

/*
 * part / whole to a whole number, half away from zero; the whole is not 0, but may be negative. False when the result
 * would not fit 127 bits.
 */
static inline bool
ExactRatio(Exact part, Exact whole, int128 *result)
{
	uint128		units;

	if (!bpm_limbs_ratio(part.limbs, whole.limbs, &units) || units > (((uint128) 1 << 127) - 1))
		return false;
	*result = part.negative != whole.negative ? -(int128) units : (int128) units;
	return true;
}

/* whether a count of 10^-8 is one that figures keep */
static inline bool
IsFigure(int128 units)
{
	return units < (int128) BPM_FIGURE_LIMIT && units > -(int128) BPM_FIGURE_LIMIT;
}

static inline int
FractionCompare(const Fraction *a, const Fraction *b)
{
	Exact		ours = ExactProduct(a->part, b->whole);
	Exact		theirs = ExactProduct(b->part, a->whole);

	return ExactCompare(&ours, &theirs);
}

#endif							/* BPM_EXACT_H */
