/*
 * forecast.c: quantiles, and where a year will end, from how earlier years went.
 *
 *   quantile          of n values in order, at h = (n-1) · fraction: straight between the two next to it
 *                     (R. Hyndman and Y. Fan, 1996, definition 7; percentile_cont)
 *   historical share  Y / med(y/a)
 *   execution         B · med(a/b)
 *   burn              Y + (B-Y) · med((a-y)/(b-y))
 *
 * with Y spent and B the budget of the day in the year that is forecast, y, b and a the same and the outturn of an
 * earlier year at the same point. Figures are whole counts of 10^-8; ratios are compared, and medians taken, as exact
 * fractions, and what comes of them is divided once and rounded once.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "exact.h"
#include "tree_wide.h"

/* ------------------------------------------------------------------------------------------------
 * Order
 * ----------------------------------------------------------------------------------------------*/

#define ST_SORT SortNarrowValues
#define ST_ELEMENT_TYPE NarrowPair
#define ST_COMPARE(p, q) ((p)->a < (q)->a ? -1 : (p)->a > (q)->a)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

#define ST_SORT SortWideValues
#define ST_ELEMENT_TYPE WidePair
#define ST_COMPARE(p, q) ((p)->a < (q)->a ? -1 : (p)->a > (q)->a)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/* a/b of one to a/b of the other; both b are above 0 */
static inline int
CompareNarrowRatios(const NarrowPair *p, const NarrowPair *q)
{
	int128		ours = (int128) p->a * q->b;
	int128		theirs = (int128) q->a * p->b;

	return ours < theirs ? -1 : ours > theirs;
}

static inline int
CompareWideRatios(const WidePair *p, const WidePair *q)
{
	Wide		ours = WideProduct(p->a, q->b);
	Wide		theirs = WideProduct(q->a, p->b);

	if (ours.high != theirs.high)
		return ours.high < theirs.high ? -1 : 1;
	return ours.low < theirs.low ? -1 : ours.low > theirs.low;
}

#define ST_SORT SortNarrowRatios
#define ST_ELEMENT_TYPE NarrowPair
#define ST_COMPARE(p, q) CompareNarrowRatios(p, q)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

#define ST_SORT SortWideRatios
#define ST_ELEMENT_TYPE WidePair
#define ST_COMPARE(p, q) CompareWideRatios(p, q)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/* ------------------------------------------------------------------------------------------------
 * Quantiles
 * ----------------------------------------------------------------------------------------------*/

/* the rows next to a quantile, and how far it lies from the first to the second, in 10^-16 */
typedef struct Between
{
	WidePair	low;
	WidePair	high;
	int64		way;
} Between;

/* the fraction that is asked for: one for all rows of a group */
static void
GiveFraction(FunctionCallInfo fcinfo, int n, BpmPairs *pairs)
{
	GivePairs(pairs, PG_ARGISNULL(n) ? NULL_GIVEN : bpm_decimal_share(PG_GETARG_DATUM(n), "fraction"));
}

/*
 * False where there is nothing to answer.
 */
static bool
HasQuantile(const BpmPairs *pairs)
{
	if (pairs == NULL || pairs->count == 0 || pairs->given == NULL_GIVEN)
		return false;
	if (pairs->given == TWO_GIVEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("one quantile has two fractions"),
				 errdetail("The fraction is not the same in all rows of the group."),
				 errhint("Group by the fraction, or call the aggregate once for each.")));
	return true;
}

/* of rows in order */
static Between
FindQuantile(const BpmPairs *pairs)
{
	uint128		place = (uint128) (pairs->count - 1) * (uint64) pairs->given;
	int64		row = (int64) (place / (uint128) BPM_WHOLE);
	Between		between;

	between.way = (int64) (place % (uint128) BPM_WHOLE);
	between.low = PairAt(pairs, row);
	between.high = between.way == 0 ? between.low : PairAt(pairs, row + 1);
	return between;
}

/*
 * quantile_accum(state, x, fraction): one value.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_quantile_accum);
Datum
bpm_quantile_accum(PG_FUNCTION_ARGS)
{
	BpmPairs   *pairs = bpm_pairs_state(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		GiveFraction(fcinfo, 2, pairs);
		AddPair(pairs, bpm_decimal_units(PG_GETARG_DATUM(1), "value"), 0);
	}
	PG_RETURN_POINTER(pairs);
}

/*
 * quantile_final(state) → numeric. The state is sorted where it lies: it holds the same rows as before, so that a
 * window may go on with it.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_quantile_final);
Datum
bpm_quantile_final(PG_FUNCTION_ARGS)
{
	BpmPairs   *pairs = PG_ARGISNULL(0) ? NULL : (BpmPairs *) PG_GETARG_POINTER(0);
	Between		between;
	Wide		sum;

	if (!HasQuantile(pairs))
		PG_RETURN_NULL();
	if (pairs->wide)
		SortWideValues(pairs->rows.wide, pairs->count);
	else
		SortNarrowValues(pairs->rows.narrow, pairs->count);
	between = FindQuantile(pairs);
	sum = WideSum(WideProduct(between.low.a, BPM_WHOLE - between.way), WideProduct(between.high.a, between.way));
	PG_RETURN_NUMERIC(bpm_decimal_numeric(WideRound(sum, BPM_WHOLE), BPM_DIGITS));
}

/*
 * ratio_quantile_accum(state, part, whole, fraction): one ratio. Without a whole above 0 there is none.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_ratio_quantile_accum);
Datum
bpm_ratio_quantile_accum(PG_FUNCTION_ARGS)
{
	BpmPairs   *pairs = bpm_pairs_state(fcinfo);
	int128		part;
	int128		whole;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(pairs);
	part = bpm_decimal_units(PG_GETARG_DATUM(1), "part");
	whole = bpm_decimal_units(PG_GETARG_DATUM(2), "whole");
	if (whole > 0)
	{
		GiveFraction(fcinfo, 3, pairs);
		AddPair(pairs, part, whole);
	}
	PG_RETURN_POINTER(pairs);
}

/*
 * ratio_quantile_final(state) → numeric: p/v · (1 - way) + q/w · way, which is (p·w·(1 - way) + q·v·way) / (v·w).
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_ratio_quantile_final);
Datum
bpm_ratio_quantile_final(PG_FUNCTION_ARGS)
{
	BpmPairs   *pairs = PG_ARGISNULL(0) ? NULL : (BpmPairs *) PG_GETARG_POINTER(0);
	Between		between;
	Exact		low;
	Exact		high;
	int128		quantile;

	if (!HasQuantile(pairs))
		PG_RETURN_NULL();
	if (pairs->wide)
		SortWideRatios(pairs->rows.wide, pairs->count);
	else
		SortNarrowRatios(pairs->rows.narrow, pairs->count);
	between = FindQuantile(pairs);
	low = ExactProduct(ExactProduct(ExactOf(between.low.a), ExactOf(between.high.b)),
					   ExactOf(BPM_WHOLE - between.way));
	high = ExactProduct(ExactProduct(ExactOf(between.high.a), ExactOf(between.low.b)), ExactOf(between.way));
	if (!ExactRatio(ExactSum(low, high), ExactProduct(ExactOf(between.low.b), ExactOf(between.high.b)), &quantile))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_numeric(quantile, BPM_SHARE_DIGITS));
}

/* ------------------------------------------------------------------------------------------------
 * Forecast: its rows
 * ----------------------------------------------------------------------------------------------*/

typedef enum Method
{
	BUDGET,
	RUN_RATE,
	HISTORICAL_SHARE,
	EXECUTION,
	BURN,
	MEDIAN_OF_THREE,
	NO_METHOD
} Method;

/* in the order of Method */
static const char *const method_names[] = {
	"budget", "run rate", "historical share", "execution", "burn", "median of three", NULL
};

/* a figure that is not known; all that are are below 2^124 */
#define MISSING ((int128) 1 << 126)

#define MISSING_SHARE (-1)

/* what is the same in all rows: the year that is forecast */
typedef struct Given
{
	int128		spent;
	int128		budget;
	int64		share;			/* in 10^-16 */
	int32		method;
	int16		differs;		/* bits of the arguments in which rows do */
	int16		seen;			/* 0: no row so far */
} Given;

/* their names, in the order of the bits */
static const char *const given_names[] = {"method", "spent", "budget", "share"};

/* an earlier year */
typedef struct Year
{
	int128		spent;
	int128		budget;
	int128		outturn;
} Year;

#define FIRST_YEARS 5			/* for which there is room at first */

typedef struct Forecast
{
	MemoryContext context;
	Given		given;
	int64		count;
	int64		capacity;
	Year	   *years;
} Forecast;

static Forecast *
NewForecast(MemoryContext context)
{
	Forecast   *forecast = MemoryContextAllocZero(context, sizeof(Forecast));

	forecast->context = context;
	return forecast;
}

static Forecast *
ForecastState(FunctionCallInfo fcinfo)
{
	if (likely(!PG_ARGISNULL(0)))
		return (Forecast *) PG_GETARG_POINTER(0);
	return NewForecast(bpm_aggregate_context(fcinfo));
}

static void
ReserveYears(Forecast *forecast, int64 more)
{
	int64		needed = forecast->count + more;
	int64		capacity = Max(Max(forecast->capacity * 2, FIRST_YEARS), needed);

	if (needed <= forecast->capacity)
		return;
	if (forecast->years == NULL)
		forecast->years = MemoryContextAllocHuge(forecast->context, (Size) capacity * sizeof(Year));
	else
		forecast->years = repalloc_huge(forecast->years, (Size) capacity * sizeof(Year));
	forecast->capacity = capacity;
}

static void
Give(Forecast *forecast, const Given *given)
{
	Given	   *first = &forecast->given;

	if (!given->seen)
		return;
	if (!first->seen)
	{
		*first = *given;
		return;
	}
	first->differs |= given->differs | (first->method != given->method ? 1 : 0) |
		(first->spent != given->spent ? 2 : 0) | (first->budget != given->budget ? 4 : 0) |
		(first->share != given->share ? 8 : 0);
}

static pg_noinline void
UnknownMethod(const char *start, int length)
{
	char	   *nearest = bpm_scan_nearest(start, length, method_names);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown method of forecast: \"%s\"", bpm_scan_clip(start, length)),
			 errdetail("The methods are \"budget\", \"run rate\", \"historical share\", \"execution\", \"burn\" and "
					   "\"median of three\"."),
			 errhint("%s", nearest ? nearest : "Where nothing else is known, take \"median of three\".")));
}

/*
 * The method of a row, which most often is that of the rows before.
 */
static Method
ReadMethod(FunctionCallInfo fcinfo, int n, const Forecast *forecast)
{
	const text *name;
	const char *start;
	int			length;

	if (PG_ARGISNULL(n))
		return NO_METHOD;
	name = PG_GETARG_TEXT_PP(n);
	start = VARDATA_ANY(name);
	length = (int) VARSIZE_ANY_EXHDR(name);
	if (forecast->given.seen && forecast->given.method != NO_METHOD &&
		bpm_scan_is(start, length, method_names[forecast->given.method]))
		return forecast->given.method;
	for (int i = 0; method_names[i] != NULL; i++)
		if (bpm_scan_is(start, length, method_names[i]))
			return (Method) i;
	UnknownMethod(start, length);
	return NO_METHOD;
}

static inline int128
FigureOrMissing(FunctionCallInfo fcinfo, int n, const char *what)
{
	return PG_ARGISNULL(n) ? MISSING : bpm_decimal_units(PG_GETARG_DATUM(n), what);
}

/*
 * forecast_accum(state, method, spent, budget, share, past_spent, past_budget, past_outturn): one earlier year.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_forecast_accum);
Datum
bpm_forecast_accum(PG_FUNCTION_ARGS)
{
	Forecast   *forecast = ForecastState(fcinfo);
	Given		given = {.seen = 1};
	Year		year;

	given.method = ReadMethod(fcinfo, 1, forecast);
	given.spent = FigureOrMissing(fcinfo, 2, "spent");
	given.budget = FigureOrMissing(fcinfo, 3, "budget");
	given.share = PG_ARGISNULL(4) ? MISSING_SHARE : bpm_decimal_share(PG_GETARG_DATUM(4), "share");
	Give(forecast, &given);
	year.spent = FigureOrMissing(fcinfo, 5, "past spent");
	year.budget = FigureOrMissing(fcinfo, 6, "past budget");
	year.outturn = FigureOrMissing(fcinfo, 7, "past outturn");

	/* without an outturn a year has nothing to say */
	if (year.outturn != MISSING)
	{
		ReserveYears(forecast, 1);
		forecast->years[forecast->count++] = year;
	}
	PG_RETURN_POINTER(forecast);
}

/*
 * forecast_merge(state, state): the years of both.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_forecast_merge);
Datum
bpm_forecast_merge(PG_FUNCTION_ARGS)
{
	Forecast   *forecast = ForecastState(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		const Forecast *other = (const Forecast *) PG_GETARG_POINTER(1);

		Give(forecast, &other->given);
		ReserveYears(forecast, other->count);
		if (other->count > 0)
			memcpy(forecast->years + forecast->count, other->years, (Size) other->count * sizeof(Year));
		forecast->count += other->count;
	}
	PG_RETURN_POINTER(forecast);
}

/*
 * What is given, and the years.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_forecast_serialize);
Datum
bpm_forecast_serialize(PG_FUNCTION_ARGS)
{
	const Forecast *forecast = (const Forecast *) PG_GETARG_POINTER(0);
	Size		size = (Size) forecast->count * sizeof(Year);
	bytea	   *bytes = bpm_state_bytes(sizeof(Given) + size);

	memcpy(VARDATA(bytes), &forecast->given, sizeof(Given));
	if (size > 0)
		memcpy(VARDATA(bytes) + sizeof(Given), forecast->years, size);
	PG_RETURN_BYTEA_P(bytes);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_forecast_deserialize);
Datum
bpm_forecast_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	Forecast   *forecast = NewForecast(CurrentMemoryContext);
	Size		size = VARSIZE_ANY_EXHDR(bytes);

	if (size < sizeof(Given) || (size - sizeof(Given)) % sizeof(Year) != 0)
		elog(ERROR, "state of an aggregate has the wrong size");
	memcpy(&forecast->given, VARDATA_ANY(bytes), sizeof(Given));
	size -= sizeof(Given);
	ReserveYears(forecast, (int64) (size / sizeof(Year)));
	forecast->count = (int64) (size / sizeof(Year));
	if (size > 0)
		memcpy(forecast->years, VARDATA_ANY(bytes) + sizeof(Given), size);
	PG_RETURN_POINTER(forecast);
}

/* ------------------------------------------------------------------------------------------------
 * Forecast: its methods
 * ----------------------------------------------------------------------------------------------*/

#define FEWEST_YEARS 2			/* of which a median says anything */

/*
 * The ratio of a method in one year; false where it has none.
 */
static inline bool
YearRatio(Method method, const Year *year, WidePair *ratio)
{
	switch (method)
	{
		case HISTORICAL_SHARE:
			*ratio = (WidePair) {year->spent, year->outturn};
			return year->spent != MISSING && year->outturn > 0;
		case EXECUTION:
			*ratio = (WidePair) {year->outturn, year->budget};
			return year->budget != MISSING && year->budget > 0 && year->outturn >= 0;
		case BURN:
			*ratio = (WidePair) {year->outturn - year->spent, year->budget - year->spent};
			return year->spent != MISSING && year->budget != MISSING && year->budget > year->spent &&
				year->outturn >= 0;
		default:
			return false;
	}
}

/*
 * The median of the ratios of a method, exact: of an even number the mean of the two in the middle. False where there
 * are not enough. A part takes 252 bits at most, a whole 251.
 */
static bool
MedianRatio(const Forecast *forecast, Method method, Fraction *median)
{
	WidePair	few[2 * FIRST_YEARS];
	WidePair   *ratios = few;
	int64		n = 0;
	WidePair	low;
	WidePair	high;

	if (forecast->count > (int64) lengthof(few))
		ratios = MemoryContextAllocHuge(CurrentMemoryContext, (Size) forecast->count * sizeof(WidePair));
	for (int64 i = 0; i < forecast->count; i++)
		n += YearRatio(method, &forecast->years[i], &ratios[n]);
	if (n >= FEWEST_YEARS)
	{
		SortWideRatios(ratios, n);
		low = ratios[(n - 1) / 2];
		high = ratios[n / 2];
		median->part = ExactOf(low.a);
		median->whole = ExactOf(low.b);
		if (n % 2 == 0)
		{
			median->part = ExactSum(ExactProduct(ExactOf(low.a), ExactOf(high.b)),
									ExactProduct(ExactOf(high.a), ExactOf(low.b)));
			median->whole = ExactProduct(ExactOf(2), ExactProduct(ExactOf(low.b), ExactOf(high.b)));
		}
	}
	if (ratios != few)
		pfree(ratios);
	return n >= FEWEST_YEARS;
}

typedef enum Outcome
{
	NO_FORECAST,
	A_FORECAST,
	ABOVE_ALL					/* something was spent of which earlier years had nothing by then */
} Outcome;

/*
 * The forecast of one of the methods that look back, as a fraction of 10^-8: its part takes 378 bits at most, its
 * whole 252.
 */
static Outcome
LookBack(const Forecast *forecast, Method method, Fraction *result)
{
	const Given *given = &forecast->given;
	Fraction	median;

	if ((method != EXECUTION && given->spent == MISSING) || (method != HISTORICAL_SHARE && given->budget == MISSING) ||
		!MedianRatio(forecast, method, &median))
		return NO_FORECAST;
	result->whole = median.whole;
	switch (method)
	{
		case HISTORICAL_SHARE:
			if (ExactSign(&median.part) <= 0)
				return given->spent > 0 ? ABOVE_ALL : NO_FORECAST;
			result->part = ExactProduct(ExactOf(given->spent), median.whole);
			result->whole = median.part;
			return A_FORECAST;
		case EXECUTION:
			result->part = ExactProduct(ExactOf(given->budget), median.part);
			return A_FORECAST;
		case BURN:
			result->part = ExactSum(ExactProduct(ExactOf(given->spent), median.whole),
									ExactProduct(ExactOf(given->budget - given->spent), median.part));
			return A_FORECAST;
		default:
			return NO_FORECAST;
	}
}

/* the mean of two; its part takes 631 bits at most, its whole 505 */
static Fraction
MeanOfTwo(const Fraction *a, const Fraction *b)
{
	Fraction	mean;

	mean.part = ExactSum(ExactProduct(a->part, b->whole), ExactProduct(b->part, a->whole));
	mean.whole = ExactProduct(ExactOf(2), ExactProduct(a->whole, b->whole));
	return mean;
}

/*
 * The median of the three methods that look back, of those that have an answer. A historical share that is above any
 * figure leaves the greater of two others; beside one other it says nothing that could be averaged.
 */
static Outcome
MedianOfThree(const Forecast *forecast, Fraction *result)
{
	Fraction	found[3];
	int			n = 0;
	bool		above = false;

	for (int method = HISTORICAL_SHARE; method <= BURN; method++)
		switch (LookBack(forecast, (Method) method, &found[n]))
		{
			case NO_FORECAST:
				break;
			case A_FORECAST:
				n++;
				break;
			case ABOVE_ALL:
				above = true;
		}
	if (n == 0)
		return NO_FORECAST;
	for (int i = 1; i < n; i++)
		for (int j = i; j > 0 && FractionCompare(&found[j], &found[j - 1]) < 0; j--)
		{
			Fraction	lower = found[j];

			found[j] = found[j - 1];
			found[j - 1] = lower;
		}
	if (n == 2 && !above)
		*result = MeanOfTwo(&found[0], &found[1]);
	else
		*result = found[n == 1 ? 0 : 1];
	return A_FORECAST;
}

static void
CheckGiven(const Given *given)
{
	for (int i = 0; i < (int) lengthof(given_names); i++)
		if (given->differs & (1 << i))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("one forecast has two figures of its own year"),
					 errdetail("The argument \"%s\" is not the same in all rows of the group.", given_names[i]),
					 errhint("A group is one year that is forecast; its rows are the years before. Group by what tells "
							 "one from another.")));
}

/*
 * forecast_final(state) → numeric
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_forecast_final);
Datum
bpm_forecast_final(PG_FUNCTION_ARGS)
{
	const Forecast *forecast = PG_ARGISNULL(0) ? NULL : (const Forecast *) PG_GETARG_POINTER(0);
	const Given *given;
	Outcome		outcome = NO_FORECAST;
	Fraction	result;
	int128		units;

	if (forecast == NULL || !forecast->given.seen)
		PG_RETURN_NULL();
	given = &forecast->given;
	CheckGiven(given);
	switch ((Method) given->method)
	{
		case BUDGET:
			if (given->budget == MISSING)
				PG_RETURN_NULL();
			PG_RETURN_NUMERIC(bpm_decimal_numeric(given->budget, BPM_DIGITS));
		case RUN_RATE:
			if (given->spent != MISSING && given->share > 0)
			{
				result.part = ExactProduct(ExactOf(given->spent), ExactOf(BPM_WHOLE));
				result.whole = ExactOf(given->share);
				outcome = A_FORECAST;
			}
			break;
		case MEDIAN_OF_THREE:
			outcome = MedianOfThree(forecast, &result);
			break;
		case NO_METHOD:
			break;
		default:
			outcome = LookBack(forecast, (Method) given->method, &result);
	}
	if (outcome != A_FORECAST || !ExactRatio(result.part, result.whole, &units) || !IsFigure(units))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_numeric(units, BPM_DIGITS));
}
