/*
 * inequality.c: how unevenly something is spread: Gini, Theil, and the sum of squared shares.
 *
 * With values x, weights w, W = Σ w and S = Σ w·x:
 *
 *   Gini            Σ Σ w_i w_j |x_i - x_j| / (2 W S)      (C. Gini, 1914; mean difference over twice the mean)
 *   Theil T         Σ (w x / S) ln(x W / S)                (H. Theil, Economics and Information Theory, 1967)
 *   concentration   Σ w (x / S)^2                          (Herfindahl-Hirschman)
 *
 * All figures are whole counts of 10^-8, and all sums exact. Gini is divided once and rounded once. So is
 * concentration. Theil's logarithms are whole counts of 2^-54, computed by integers, and summed exactly: the
 * result is off by less than 10^-15 before it is rounded, and the same on every machine and in every plan.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"

#include "gather.h"

/* ------------------------------------------------------------------------------------------------
 * Rows
 * ----------------------------------------------------------------------------------------------*/

static pg_noinline void
Negative(const char *what, int128 value)
{
	char		figure[BPM_DECIMAL_TEXT];

	bpm_decimal_append(figure, value, BPM_DIGITS);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must not be negative", what),
			 errdetail("A %s is %s.", what, figure),
			 errhint("Shares are of a whole, and nothing is less than none of it; use NULL for what is "
					 "missing.")));
}

/*
 * A row of the arguments of a transition function: value and weight. False when it counts nothing: without a
 * value, or without weight.
 */
static inline bool
ReadRow(FunctionCallInfo fcinfo, int128 *x, int128 *weight)
{
	*weight = BPM_ONE;
	if (PG_ARGISNULL(1) || (PG_NARGS() > 2 && PG_ARGISNULL(2)))
		return false;
	*x = bpm_decimal_units(PG_GETARG_DATUM(1), "value");
	if (unlikely(*x < 0))
		Negative("value", *x);
	if (PG_NARGS() > 2)
	{
		*weight = bpm_decimal_units(PG_GETARG_DATUM(2), "weight");
		if (unlikely(*weight < 0))
			Negative("weight", *weight);
	}
	return *weight != 0;
}

/* ------------------------------------------------------------------------------------------------
 * Gini
 * ----------------------------------------------------------------------------------------------*/

#define ST_SORT SortNarrow
#define ST_ELEMENT_TYPE NarrowPair
#define ST_COMPARE(p, q) ((p)->a < (q)->a ? -1 : (p)->a > (q)->a)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

#define ST_SORT SortWide
#define ST_ELEMENT_TYPE WidePair
#define ST_COMPARE(p, q) ((p)->a < (q)->a ? -1 : (p)->a > (q)->a)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/*
 * gini_accum(state, x [, weight]): one row.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_gini_accum);
Datum
bpm_gini_accum(PG_FUNCTION_ARGS)
{
	BpmPairs   *pairs = bpm_pairs_state(fcinfo);
	int128		x;
	int128		weight;

	if (ReadRow(fcinfo, &x, &weight))
		AddPair(pairs, x, weight);
	PG_RETURN_POINTER(pairs);
}

/* what is added up over rows in ascending order of x */
typedef struct GiniSums
{
	uint64		before[3];		/* Σ w of the rows so far */
	uint64		products[5];	/* Σ w·x */
	uint64		ranked[SUM_LIMBS];	/* Σ w·x·(Σ w before the row + Σ w with it) */
} GiniSums;

static void
AddRankedNarrow(GiniSums *sums, const BpmPairs *pairs)
{
	uint128		before = 0;		/* of less than 2^64 rows with less than 2^63 each */

	for (int64 i = 0; i < pairs->count; i++)
	{
		const NarrowPair *row = &pairs->rows.narrow[i];
		uint64		product[2];
		uint64		rank[2];

		LimbsOf((uint128) row->a * (uint64) row->b, product);
		LimbsOf(2 * before + (uint64) row->b, rank);
		LimbsAdd(sums->products, lengthof(sums->products), product, 2);
		LimbsAddProduct(sums->ranked, SUM_LIMBS, product, 2, rank, 2);
		before += (uint64) row->b;
		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	LimbsOf(before, sums->before);
}

static void
AddRankedWide(GiniSums *sums, const BpmPairs *pairs)
{
	for (int64 i = 0; i < pairs->count; i++)
	{
		const WidePair *row = &pairs->rows.wide[i];
		uint64		x[2];
		uint64		weight[2];
		uint64		product[4] = {0};
		uint64		rank[3];

		LimbsOf((uint128) row->a, x);
		LimbsOf((uint128) row->b, weight);
		LimbsAddProduct(product, 4, x, 2, weight, 2);
		memcpy(rank, sums->before, sizeof(rank));
		LimbsAdd(sums->before, 3, weight, 2);
		LimbsAdd(rank, 3, sums->before, 3);
		LimbsAdd(sums->products, lengthof(sums->products), product, 4);
		LimbsAddProduct(sums->ranked, SUM_LIMBS, product, 4, rank, 3);
		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

/*
 * gini_final(state) → numeric. In ascending order Σ Σ w_i w_j |x_i - x_j| is 2 (ranked - W S), so Gini is
 * (ranked - W S) / (W S). Rows of one value may stand in any order. The state is sorted where it lies: it holds
 * the same rows as before, so that a window may go on with it.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_gini_final);
Datum
bpm_gini_final(PG_FUNCTION_ARGS)
{
	static const uint64 one = BPM_ONE;
	BpmPairs   *pairs = PG_ARGISNULL(0) ? NULL : (BpmPairs *) PG_GETARG_POINTER(0);
	GiniSums	sums = {0};
	uint64		whole[RATIO_LIMBS] = {0};
	uint64		part[RATIO_LIMBS] = {0};
	uint128		gini;

	if (pairs == NULL || pairs->count == 0)
		PG_RETURN_NULL();
	if (pairs->wide)
	{
		SortWide(pairs->rows.wide, pairs->count);
		AddRankedWide(&sums, pairs);
	}
	else
	{
		SortNarrow(pairs->rows.narrow, pairs->count);
		AddRankedNarrow(&sums, pairs);
	}
	LimbsAddProduct(whole, RATIO_LIMBS, sums.before, 3, sums.products, lengthof(sums.products));
	if (LimbsAreZero(whole, RATIO_LIMBS))
		PG_RETURN_NULL();
	LimbsSubtract(sums.ranked, SUM_LIMBS, whole, SUM_LIMBS);
	LimbsAddProduct(part, RATIO_LIMBS, sums.ranked, SUM_LIMBS, &one, 1);
	if (!bpm_limbs_ratio(part, whole, &gini))
		elog(ERROR, "Gini coefficient above 1");
	PG_RETURN_NUMERIC(bpm_decimal_numeric((int128) gini, BPM_DIGITS));
}

/* ------------------------------------------------------------------------------------------------
 * Theil
 * ----------------------------------------------------------------------------------------------*/

#define LOG_BITS 54				/* logarithms are counts of 2^-54: of 512 bits they fit 63 */

/* ln 2 in counts of 2^-63 */
#define LN_2 UINT64CONST(6393154322601327830)

/* what the sums of a Theil index are */
#define THEIL_WEIGHT 0			/* Σ w */
#define THEIL_SUM 1				/* Σ w·x */
#define THEIL_LOGS 2			/* Σ w·x·log2(x) */

/*
 * log2 of a number above 0. Squaring what lies in 1..2 doubles its logarithm, whose whole part is the next
 * bit. A cut of 2^-63 in the k-th square weighs 2^-k, so that all cuts together are below 2^-61.
 */
static int64
LogOf(const uint64 *a, int n)
{
	int			bits = bpm_limbs_bits(a, n);
	int			limb = (bits - 1) / 64;
	int			low = 63 - (bits - 1) % 64;
	uint64		mantissa = a[limb] << low;	/* 1..2 in counts of 2^-63 */
	int64		result = bits - 1;

	if (low > 0 && limb > 0)
		mantissa |= a[limb - 1] >> (64 - low);
	for (int i = 0; i < LOG_BITS; i++)
	{
		uint128		square = (uint128) mantissa * mantissa;	/* 1..4 in counts of 2^-126 */
		int			bit = (int) (square >> 127);

		mantissa = (uint64) (square >> (63 + bit));
		result = 2 * result + bit;
	}
	return result;
}

static Datum
ChangeTheil(FunctionCallInfo fcinfo, bool remove)
{
	BpmSums    *sums = bpm_sums_state(fcinfo);
	int128		x;
	int128		weight;

	if (ReadRow(fcinfo, &x, &weight))
	{
		uint64		value[2];
		uint64		weight_limbs[2];
		uint64		product[4] = {0};
		uint64		logs[5] = {0};
		uint64		log;

		LimbsOf((uint128) weight, weight_limbs);
		ChangeSum(sums, THEIL_WEIGHT, weight_limbs, 2, remove);
		if (x == 0)
			PG_RETURN_POINTER(sums);
		LimbsOf((uint128) x, value);
		LimbsAddProduct(product, 4, value, 2, weight_limbs, 2);
		ChangeSum(sums, THEIL_SUM, product, 4, remove);
		/* of a count of 10^-8 that is at least 1, so not negative */
		log = (uint64) LogOf(value, 2);
		LimbsAddProduct(logs, 5, product, 4, &log, 1);
		ChangeSum(sums, THEIL_LOGS, logs, 5, remove);
	}
	PG_RETURN_POINTER(sums);
}

/*
 * theil_accum(state, x [, weight]), and its exact inverse for moving windows.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_theil_accum);
Datum
bpm_theil_accum(PG_FUNCTION_ARGS)
{
	return ChangeTheil(fcinfo, false);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_theil_remove);
Datum
bpm_theil_remove(PG_FUNCTION_ARGS)
{
	return ChangeTheil(fcinfo, true);
}

/*
 * theil_final(state) → numeric: ln 2 · (Σ w x log2(x) / S - log2(S) + log2(W)). The units of x and w cancel.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_theil_final);
Datum
bpm_theil_final(PG_FUNCTION_ARGS)
{
	const BpmSums *sums = PG_ARGISNULL(0) ? NULL : (const BpmSums *) PG_GETARG_POINTER(0);
	uint64		logs[RATIO_LIMBS] = {0};
	uint64		whole[RATIO_LIMBS] = {0};
	uint128		mean;
	int128		theil;

	if (sums == NULL || LimbsAreZero(sums->sum[THEIL_SUM], SUM_LIMBS))
		PG_RETURN_NULL();
	memcpy(logs, sums->sum[THEIL_LOGS], sizeof(sums->sum[THEIL_LOGS]));
	memcpy(whole, sums->sum[THEIL_SUM], sizeof(sums->sum[THEIL_SUM]));
	if (!bpm_limbs_ratio(logs, whole, &mean))
		elog(ERROR, "mean of logarithms out of range");
	theil = (int128) mean - LogOf(sums->sum[THEIL_SUM], SUM_LIMBS) + LogOf(sums->sum[THEIL_WEIGHT], SUM_LIMBS);

	/* it is never negative, but the last bits of the logarithms may be */
	theil = Max(theil, 0);

	/* to natural logarithms in counts of 2^-85, then to 8 decimals */
	theil = (theil * LN_2) >> 32;
	theil = (theil * BPM_ONE + ((int128) 1 << 84)) >> 85;
	PG_RETURN_NUMERIC(bpm_decimal_numeric(theil, BPM_DIGITS));
}

/* ------------------------------------------------------------------------------------------------
 * Concentration
 * ----------------------------------------------------------------------------------------------*/

#define CONCENTRATION_SUM 0		/* Σ w·x */
#define CONCENTRATION_SQUARES 1	/* Σ w·x·x */

static Datum
ChangeConcentration(FunctionCallInfo fcinfo, bool remove)
{
	BpmSums    *sums = bpm_sums_state(fcinfo);
	int128		x;
	int128		weight;

	if (ReadRow(fcinfo, &x, &weight))
	{
		uint64		value[2];
		uint64		weight_limbs[2];
		uint64		product[4] = {0};
		uint64		square[6] = {0};

		LimbsOf((uint128) x, value);
		LimbsOf((uint128) weight, weight_limbs);
		LimbsAddProduct(product, 4, value, 2, weight_limbs, 2);
		LimbsAddProduct(square, 6, product, 4, value, 2);
		ChangeSum(sums, CONCENTRATION_SUM, product, 4, remove);
		ChangeSum(sums, CONCENTRATION_SQUARES, square, 6, remove);
	}
	PG_RETURN_POINTER(sums);
}

/*
 * concentration_accum(state, x [, weight]), and its exact inverse for moving windows.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_concentration_accum);
Datum
bpm_concentration_accum(PG_FUNCTION_ARGS)
{
	return ChangeConcentration(fcinfo, false);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_concentration_remove);
Datum
bpm_concentration_remove(PG_FUNCTION_ARGS)
{
	return ChangeConcentration(fcinfo, true);
}

/*
 * concentration_final(state) → numeric: Σ w x x / S². The unit of one weight is left over in the denominator. At
 * most 10^8: one over the least weight.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_concentration_final);
Datum
bpm_concentration_final(PG_FUNCTION_ARGS)
{
	static const uint64 scale = UINT64CONST(10000000000000000);	/* 8 decimals, and the unit of the weight */
	const BpmSums *sums = PG_ARGISNULL(0) ? NULL : (const BpmSums *) PG_GETARG_POINTER(0);
	uint64		part[RATIO_LIMBS] = {0};
	uint64		whole[RATIO_LIMBS] = {0};
	uint128		result;

	if (sums == NULL || LimbsAreZero(sums->sum[CONCENTRATION_SUM], SUM_LIMBS))
		PG_RETURN_NULL();
	/* Σ w·x takes 5 limbs */
	LimbsAddProduct(whole, RATIO_LIMBS, sums->sum[CONCENTRATION_SUM], 5, sums->sum[CONCENTRATION_SUM], 5);
	LimbsAddProduct(part, RATIO_LIMBS, sums->sum[CONCENTRATION_SQUARES], SUM_LIMBS, &scale, 1);
	if (!bpm_limbs_ratio(part, whole, &result))
		elog(ERROR, "concentration out of range");
	PG_RETURN_NUMERIC(bpm_decimal_numeric((int128) result, BPM_DIGITS));
}
