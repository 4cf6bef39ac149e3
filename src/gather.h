/*
 * gather.h: what aggregates gather of their rows: sums wider than 128 bits, or the rows themselves.
 *
 * A figure has up to 124 bits, and a product of three of them, summed over any number of rows, stays below 512.
 * Sums of whole numbers are exact, do not care about order and have an inverse, so that every plan and every
 * window frame gives the same bits. Numbers are limbs of 64 bits, the least significant first; all are at
 * least 0.
 */
#ifndef BPM_GATHER_H
#define BPM_GATHER_H

#include "bpm.h"

#define SUM_LIMBS 8				/* of a sum over rows */
#define RATIO_LIMBS 12			/* of what is divided: the square of a sum of products has 9 */

/* 10^29 in units of 10^-8: what no figure reaches */
#define BPM_FIGURE_LIMIT ((uint128) UINT64CONST(1000000000000000000) * UINT64CONST(10000000000000000000))

/* ------------------------------------------------------------------------------------------------
 * Limbs
 * ----------------------------------------------------------------------------------------------*/

static inline void
LimbsOf(uint128 value, uint64 *limbs)
{
	limbs[0] = (uint64) value;
	limbs[1] = (uint64) (value >> 64);
}

/* a += b; b is not longer, and the sum fits */
static inline void
LimbsAdd(uint64 *a, int na, const uint64 *b, int nb)
{
	uint64		carry = 0;

	for (int i = 0; i < na && (i < nb || carry != 0); i++)
	{
		uint128		sum = (uint128) a[i] + (i < nb ? b[i] : 0) + carry;

		a[i] = (uint64) sum;
		carry = (uint64) (sum >> 64);
	}
}

/* a -= b; b is not larger */
static inline void
LimbsSubtract(uint64 *a, int na, const uint64 *b, int nb)
{
	uint64		borrow = 0;

	for (int i = 0; i < na && (i < nb || borrow != 0); i++)
	{
		uint128		taken = (uint128) (i < nb ? b[i] : 0) + borrow;

		borrow = taken > a[i];
		a[i] -= (uint64) taken;
	}
}

/* sum += a · b; the sum has room */
static inline void
LimbsAddProduct(uint64 *sum, int n, const uint64 *a, int na, const uint64 *b, int nb)
{
	for (int i = 0; i < na; i++)
	{
		uint64		carry = 0;

		for (int j = 0; j < nb; j++)
		{
			uint128		term = (uint128) a[i] * b[j] + sum[i + j] + carry;

			sum[i + j] = (uint64) term;
			carry = (uint64) (term >> 64);
		}
		for (int k = i + nb; carry != 0 && k < n; k++)
		{
			sum[k] += carry;
			carry = sum[k] < carry;
		}
	}
}

static inline bool
LimbsAreZero(const uint64 *a, int n)
{
	for (int i = 0; i < n; i++)
		if (a[i] != 0)
			return false;
	return true;
}

static inline int
LimbsCompare(const uint64 *a, const uint64 *b, int n)
{
	for (int i = n - 1; i >= 0; i--)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

extern int	bpm_limbs_bits(const uint64 *a, int n);
extern bool bpm_limbs_ratio(uint64 *a, uint64 *b, uint128 *result);

/* ------------------------------------------------------------------------------------------------
 * Sums, the state of aggregates whose memory does not grow
 * ----------------------------------------------------------------------------------------------*/

#define SUMS 3					/* at most, of one aggregate */

typedef struct BpmSums
{
	uint64		sum[SUMS][SUM_LIMBS];
} BpmSums;

extern BpmSums *bpm_sums_state(FunctionCallInfo fcinfo);

/* a sum grows or, in a moving window, shrinks by a product that went into it before */
static inline void
ChangeSum(BpmSums *sums, int which, const uint64 *change, int n, bool remove)
{
	if (remove)
		LimbsSubtract(sums->sum[which], SUM_LIMBS, change, n);
	else
		LimbsAdd(sums->sum[which], SUM_LIMBS, change, n);
}

/* ------------------------------------------------------------------------------------------------
 * Pairs, the state of aggregates that need all their rows at the end
 * ----------------------------------------------------------------------------------------------*/

typedef struct NarrowPair
{
	int64		a;
	int64		b;
} NarrowPair;

typedef struct WidePair
{
	int128		a;
	int128		b;
} WidePair;

/* what the rows of a group say in common: a figure that is not negative, or one of these */
#define NOTHING_GIVEN (-1)
#define NULL_GIVEN (-2)
#define TWO_GIVEN (-3)			/* they do not agree */

/* rows take 16 bytes until one does not fit, then all take 32 */
typedef struct BpmPairs
{
	MemoryContext context;
	int64		given;
	int64		count;
	int64		capacity;
	bool		wide;
	union
	{
		NarrowPair *narrow;
		WidePair   *wide;
		void	   *any;
	}			rows;
} BpmPairs;

extern MemoryContext bpm_aggregate_context(FunctionCallInfo fcinfo);
extern bytea *bpm_state_bytes(Size size);
extern BpmPairs *bpm_pairs_state(FunctionCallInfo fcinfo);
extern void bpm_pairs_add_slow(BpmPairs *pairs, int128 a, int128 b);

static inline void
AddPair(BpmPairs *pairs, int128 a, int128 b)
{
	if (likely(!pairs->wide && pairs->count < pairs->capacity && a == (int64) a && b == (int64) b))
		pairs->rows.narrow[pairs->count++] = (NarrowPair) {(int64) a, (int64) b};
	else
		bpm_pairs_add_slow(pairs, a, b);
}

/* a row, or a part of the rows, says what is to be the same in all */
static inline void
GivePairs(BpmPairs *pairs, int64 given)
{
	if (pairs->given == NOTHING_GIVEN)
		pairs->given = given;
	else if (pairs->given != given && given != NOTHING_GIVEN)
		pairs->given = TWO_GIVEN;
}

static inline WidePair
PairAt(const BpmPairs *pairs, int64 i)
{
	if (pairs->wide)
		return pairs->rows.wide[i];
	return (WidePair) {pairs->rows.narrow[i].a, pairs->rows.narrow[i].b};
}

#endif							/* BPM_GATHER_H */
