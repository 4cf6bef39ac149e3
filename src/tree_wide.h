/*
 * tree_wide.h: whole numbers of 256 bits, for sums of weight × score that 128 bits do not hold.
 *
 * Budgets are weights, and in currencies of small units they have 18 digits and more; a score has up to 30. What is
 * summed here is below 2^227, and is divided by what is below 2^127: nothing overflows. No more is here than
 * trees need.
 */
#ifndef BPM_TREE_WIDE_H
#define BPM_TREE_WIDE_H

#include "bpm.h"

/* two's complement */
typedef struct Wide
{
	uint128		low;
	int128		high;
} Wide;

/* larger than any score, either way */
#define WIDE_LIMIT ((int128) 1 << 126)

static inline Wide
WideOf(int128 value)
{
	return (Wide) {(uint128) value, value < 0 ? -1 : 0};
}

static inline bool
WideFits(Wide a)
{
	return a.high == ((int128) a.low < 0 ? -1 : 0);
}

static inline Wide
WideNegative(Wide a)
{
	a.low = ~a.low + 1;
	a.high = ~a.high + (a.low == 0);
	return a;
}

static inline Wide
WideSum(Wide a, Wide b)
{
	a.low += b.low;
	a.high += b.high + (a.low < b.low);
	return a;
}

static inline Wide
WideProduct(int128 a, int128 b)
{
	const uint128 half = PG_UINT64_MAX;
	bool		negative = (a < 0) != (b < 0);
	uint128		x = a < 0 ? -(uint128) a : (uint128) a;
	uint128		y = b < 0 ? -(uint128) b : (uint128) b;
	int128		product;
	uint128		middle;
	uint128		cross;
	Wide		result;

	if (likely(!__builtin_mul_overflow(a, b, &product)))
		return WideOf(product);
	/* by halves: a cross product and the half before it fit */
	result.low = (x & half) * (y & half);
	middle = (x >> 64) * (y & half) + (result.low >> 64);
	cross = (x & half) * (y >> 64) + (middle & half);
	result.low = (cross << 64) | (result.low & half);
	result.high = (int128) ((x >> 64) * (y >> 64) + (middle >> 64) + (cross >> 64));
	return negative ? WideNegative(result) : result;
}

/*
 * a / divisor, rounded down, and the rest, which is at least 0. A quotient that is far beyond any score is
 * WIDE_LIMIT.
 */
static inline int128
WideDivide(Wide a, int128 divisor, int128 *rest)
{
	bool		negative = a.high < 0;
	uint128		quotient = 0;
	uint128		left = 0;

	if (likely(WideFits(a)))
	{
		int128		value = (int128) a.low;
		int128		result = value / divisor;

		*rest = value - result * divisor;
		if (*rest < 0)
		{
			*rest += divisor;
			result--;
		}
		return Min(Max(result, -WIDE_LIMIT), WIDE_LIMIT);
	}
	if (negative)
		a = WideNegative(a);
	*rest = 0;
	if (a.high >= divisor / 4)
		return negative ? -WIDE_LIMIT : WIDE_LIMIT;

	/* long division by bits; the quotient is below 2^126 */
	left = (uint128) a.high;
	for (int bit = 127; bit >= 0; bit--)
	{
		left = (left << 1) | ((a.low >> bit) & 1);
		quotient <<= 1;
		if (left >= (uint128) divisor)
		{
			left -= (uint128) divisor;
			quotient |= 1;
		}
	}
	*rest = (int128) left;
	if (!negative)
		return (int128) quotient;
	if (left == 0)
		return -(int128) quotient;
	*rest = divisor - *rest;
	return -(int128) quotient - 1;
}

/*
 * The same, half away from zero.
 */
static inline int128
WideRound(Wide a, int128 divisor)
{
	int128		rest;
	int128		quotient = WideDivide(a, divisor, &rest);

	if (rest > divisor - rest || (rest == divisor - rest && a.high >= 0))
		quotient++;
	return quotient;
}

#endif							/* BPM_TREE_WIDE_H */
