/*
 * apportion.c: shares that add up to the total, to the last digit.
 *
 *   largest remainder  every row has the whole units of total · weight / Σ weights; what is left goes, a unit each,
 *                      to the largest remainders, of equal ones to the earlier row (A. Hamilton, 1792)
 *   floors and caps    the one λ for which Σ clamp(λ · weight, floor, cap) is the total; what the rows strictly
 *                      inside have together is shared among them by largest remainder
 *
 * A weight is a whole count of 10^-8, a total, a floor or a cap one of the unit that is shared. Both, and the sums of
 * weights and of floors, are below 10^37, so that every product that is compared or divided fits 256 bits: nothing is
 * rounded but the shares.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "gather.h"
#include "tree_wide.h"

/* the cap of a row that has none */
#define NO_CAP ((int128) (((uint128) 1 << 127) - 1))

/* the row of a total, which all have in common */
#define NO_ROW (-1)

/* what is shared, among which rows */
typedef struct Sharing
{
	MemoryContext context;
	const char *place;			/* what messages call a row */
	int			digits;
	int128		unit;			/* a unit of a share in units of 10^-8 */
	bool		mirrored;		/* the total is negative: all amounts here have the other sign */
	int128		total;			/* at least 0 */
	int64		rows;
	int128	   *shares;			/* the weights, until they are shared by */
	int128		weight;			/* of all rows */
	int128	   *floor;			/* NULL: nobody has floors and caps */
	int128	   *cap;
	int128		floor_sum;		/* the magnitudes of all floors */
} Sharing;

static void
StartSharing(Sharing *sharing, MemoryContext context, const char *place, int64 rows, bool bounded)
{
	sharing->context = context;
	sharing->place = place;
	sharing->rows = rows;
	sharing->shares = MemoryContextAllocHuge(context, (Size) rows * sizeof(int128));
	if (bounded)
	{
		sharing->floor = MemoryContextAllocHuge(context, (Size) rows * sizeof(int128));
		sharing->cap = MemoryContextAllocHuge(context, (Size) rows * sizeof(int128));
	}
}

/* ------------------------------------------------------------------------------------------------
 * What is wrong
 * ----------------------------------------------------------------------------------------------*/

/* an amount of the sharing as people gave it, for messages */
static char *
Shown(const Sharing *sharing, int128 amount)
{
	char	   *text = palloc(BPM_DECIMAL_TEXT);

	bpm_decimal_append(text, sharing->mirrored ? -amount : amount, sharing->digits);
	return text;
}

static void
OutOfRange(const Sharing *sharing, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("the %s are out of range", what),
			 errdetail("Together they have more than %d digits before the decimal point.", BPM_MAX_INTEGER_DIGITS),
			 errhint("Count in a larger unit, such as millions.")));
}

static void
FloorsOver(const Sharing *sharing, int128 sum)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the floors are over the total"),
			 errdetail("The %ss take at least %s together, and the total is %s.", sharing->place,
					   Shown(sharing, sum), Shown(sharing, sharing->total)),
			 errhint("Lower a floor, or raise the total.")));
}

static void
CapsUnder(const Sharing *sharing, int128 sum)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the caps are under the total"),
			 errdetail("The %ss take at most %s together, and the total is %s.", sharing->place,
					   Shown(sharing, sum), Shown(sharing, sharing->total)),
			 errhint("Raise a cap, or lower the total. Without a weight a row has no more than its bounds force on it.")));
}

/* the rows take more than there is: their floors, or the caps of what is negative */
static void
TooMuch(const Sharing *sharing, int128 sum)
{
	if (sharing->mirrored)
		CapsUnder(sharing, sum);
	FloorsOver(sharing, sum);
}

static void
TooLittle(const Sharing *sharing, int128 sum)
{
	if (sharing->mirrored)
		FloorsOver(sharing, sum);
	CapsUnder(sharing, sum);
}

static void
NothingToShareBy(const Sharing *sharing, int128 forced)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is nothing to share by"),
			 forced == 0 ?
			 errdetail("The total is %s, and no %s has a weight above 0.", Shown(sharing, sharing->total),
					   sharing->place) :
			 errdetail("The total is %s, the bounds take %s of it, and no %s has a weight above 0.",
					   Shown(sharing, sharing->total), Shown(sharing, forced), sharing->place),
			 errhint("Give at least one %s a weight; 1 in all makes equal shares.", sharing->place)));
}

static void
TooFine(const Sharing *sharing, const char *what, Datum value, int64 row)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s has more decimals than the shares", what),
			 row == NO_ROW ?
			 errdetail("The %s is %s, and digits is %d.", what, bpm_decimal_shown(value), sharing->digits) :
			 errdetail("The %s of %s %lld is %s, and digits is %d.", what, sharing->place, (long long) row + 1,
					   bpm_decimal_shown(value), sharing->digits),
			 errhint("Round it first: nothing is rounded here without a word. Shares have at most %d digits.",
					 BPM_DIGITS)));
}

static void
NotTheSame(const char *what, const char *first, const char *other, int64 row)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be the same in all rows of a partition", what),
			 errdetail("It is %s in row 1 and %s in row %lld.", first, other, (long long) row + 1),
			 errhint("Partition by what the total belongs to.")));
}

/* ------------------------------------------------------------------------------------------------
 * What rows say
 * ----------------------------------------------------------------------------------------------*/

/*
 * A total, a floor or a cap in units of 10^-8: a whole number of shared units.
 */
static int128
ReadAmount(const Sharing *sharing, const char *what, Datum value, int64 row)
{
	int128		units = 0;
	int64		small;

	if (likely(bpm_decimal_read_small(value, &small)))
		units = small;
	else
	{
		BpmProblem	problem = bpm_decimal_try_exact(value, &units);

		if (problem == DECIMAL_NOT_EXACT)
			TooFine(sharing, what, value, row);
		if (problem != DECIMAL_OK)
			bpm_decimal_raise(problem, value, what);
	}
	if (unlikely(sharing->unit != 1 && units % sharing->unit != 0))
		TooFine(sharing, what, value, row);
	return units;
}

static void
GiveDigits(Sharing *sharing, int32 digits)
{
	sharing->digits = bpm_decimal_digits_arg(digits);
	sharing->unit = 1;
	for (int i = digits; i < BPM_DIGITS; i++)
		sharing->unit *= 10;
}

static void
GiveTotal(Sharing *sharing, int128 units)
{
	sharing->mirrored = units < 0;
	sharing->total = (units < 0 ? -units : units) / sharing->unit;
}

static inline void
GiveWeight(Sharing *sharing, int64 row, bool null, Datum value)
{
	int128		weight = null ? 0 : bpm_decimal_units(value, "weight");

	if (unlikely(weight < 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must not be negative"),
				 errdetail("The weight of %s %lld is %s.", sharing->place, (long long) row + 1,
						   bpm_decimal_shown(value)),
				 errhint("Use 0 or NULL for what is to have no share.")));
	sharing->weight += weight;
	if (unlikely((uint128) sharing->weight >= BPM_FIGURE_LIMIT))
		OutOfRange(sharing, "weights");
	sharing->shares[row] = weight;
}

/*
 * The bounds of a row. A negative total is shared as a positive one, and its caps are floors.
 */
static void
GiveBounds(Sharing *sharing, int64 row, bool no_floor, int128 floor, bool no_cap, int128 cap)
{
	int128		low = no_floor ? 0 : floor / sharing->unit;
	int128		high = no_cap ? NO_CAP : cap / sharing->unit;

	if (sharing->mirrored)
	{
		low = no_cap ? 0 : -(cap / sharing->unit);
		high = no_floor ? NO_CAP : -(floor / sharing->unit);
	}
	if (unlikely(low > high))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("floor is over cap"),
				 errdetail("In %s %lld the floor is %s and the cap is %s.", sharing->place, (long long) row + 1,
						   Shown(sharing, sharing->mirrored ? high : low),
						   Shown(sharing, sharing->mirrored ? low : high)),
				 errhint("Without a value, the bound on the side of 0 is 0; a frozen row has floor = cap.")));
	sharing->floor[row] = low;
	sharing->cap[row] = high;
	sharing->floor_sum += low < 0 ? -low : low;
	if (unlikely((uint128) sharing->floor_sum >= BPM_FIGURE_LIMIT / (uint128) sharing->unit))
		OutOfRange(sharing, sharing->mirrored ? "caps" : "floors");
}

/* ------------------------------------------------------------------------------------------------
 * Largest remainder
 * ----------------------------------------------------------------------------------------------*/

typedef struct Remainder
{
	uint128		rest;
	int64		row;
} Remainder;

#define ST_SORT SortByRemainder
#define ST_ELEMENT_TYPE Remainder
#define ST_COMPARE(p, q) \
	((p)->rest != (q)->rest ? ((p)->rest > (q)->rest ? -1 : 1) : ((p)->row < (q)->row ? -1 : (p)->row > (q)->row))
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/*
 * amount · weight / whole, cut, and the rest: the amount is below 2^126, and the weight is part of the whole.
 */
static inline uint128
Quota(uint128 amount, uint128 weight, uint128 whole, uint128 *rest)
{
	uint128		product;
	uint128		quotient;
	int128		wide_rest;

	if (unlikely(__builtin_mul_overflow(amount, weight, &product)))
	{
		quotient = (uint128) WideDivide(WideProduct((int128) amount, (int128) weight), (int128) whole, &wide_rest);
		*rest = (uint128) wide_rest;
		return quotient;
	}
	if (whole <= PG_UINT64_MAX && product <= PG_UINT64_MAX)
	{
		*rest = (uint64) product % (uint64) whole;
		return (uint64) product / (uint64) whole;
	}
	quotient = product / whole;
	*rest = product - quotient * whole;
	return quotient;
}

/* where a row ended up */
typedef enum State
{
	AT_FLOOR,
	INSIDE,
	AT_CAP
} State;

/*
 * Share an amount, which may be negative, by the weights of the rows inside; whole is the sum of them. Without states
 * all rows are. As a sum of remainders is less than there are remainders, no row without one has a unit more: none of
 * weight 0, and none that would pass its floor or cap, which are whole units.
 */
static void
ShareByRemainder(Sharing *sharing, const uint8 *states, int128 amount, int128 whole)
{
	bool		negative = amount < 0;
	uint128		magnitude = negative ? -(uint128) amount : (uint128) amount;
	uint128		left = magnitude;
	int128	   *shares = sharing->shares;
	Remainder  *remainders;
	int64		count = 0;

	remainders = MemoryContextAllocHuge(sharing->context, (Size) sharing->rows * sizeof(Remainder));
	for (int64 row = 0; row < sharing->rows; row++)
	{
		uint128		rest;

		if ((row & 0xFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (states != NULL && states[row] != INSIDE)
			continue;
		shares[row] = (int128) Quota(magnitude, (uint128) shares[row], (uint128) whole, &rest);
		left -= (uint128) shares[row];
		if (rest != 0)
			remainders[count++] = (Remainder) {rest, row};
	}
	Assert(left == 0 || left < (uint128) count);
	if (left > 0)
	{
		SortByRemainder(remainders, (size_t) count);
		for (int64 i = 0; i < (int64) left; i++)
			shares[remainders[i].row]++;
	}
	pfree(remainders);
	if (negative)
		for (int64 row = 0; row < sharing->rows; row++)
			if (states == NULL || states[row] == INSIDE)
				shares[row] = -shares[row];
}

/* ------------------------------------------------------------------------------------------------
 * Floors and caps
 * ----------------------------------------------------------------------------------------------*/

/* the λ at which a row leaves its floor, or comes to its cap: bound / weight */
typedef struct Turn
{
	int64		key;			/* λ · 2^shift, cut: where it differs, it says which is less */
	int32		row;
	bool		cap;
} Turn;

/* the λ that is looked for has about so many bits in a key, however large amounts and weights are */
#define KEY_BITS 40
#define MOST_SHIFT 100			/* a bound has up to 123 bits */

static inline int
WideCompare(Wide a, Wide b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return a.low < b.low ? -1 : a.low > b.low;
}

static inline int128
TurnBound(const Turn *turn, const Sharing *sharing)
{
	return turn->cap ? sharing->cap[turn->row] : sharing->floor[turn->row];
}

static int
BitsOf(int128 value)
{
	int			bits = 0;

	for (; value > 0; value >>= 1)
		bits++;
	return bits;
}

static Turn
MakeTurn(const Sharing *sharing, int shift, int64 row, bool cap)
{
	Turn		turn = {.row = (int32) row, .cap = cap};
	int128		bound = TurnBound(&turn, sharing);
	int128		key;
	int128		rest;

	if (bound == 0)
		return turn;
	key = WideDivide(WideProduct(bound, (int128) 1 << shift), sharing->shares[row], &rest);
	turn.key = (int64) Min(Max(key, PG_INT64_MIN), PG_INT64_MAX);
	return turn;
}

static inline int
CompareTurns(const Turn *p, const Turn *q, const Sharing *sharing)
{
	if (likely(p->key != q->key))
		return p->key < q->key ? -1 : 1;
	return WideCompare(WideProduct(TurnBound(p, sharing), sharing->shares[q->row]),
					   WideProduct(TurnBound(q, sharing), sharing->shares[p->row]));
}

#define ST_SORT SortTurns
#define ST_ELEMENT_TYPE Turn
#define ST_COMPARE(p, q, sharing) CompareTurns(p, q, sharing)
#define ST_COMPARE_ARG_TYPE const Sharing
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/*
 * With λ from far below to far above, every row goes from its floor to its cap, and the sum of all only grows: settled
 * + λ · inside, until it is the total. As long as it is less, what is settled is no more than the total and the
 * magnitudes of the floors together, however large the caps.
 */
static void
ShareWithin(Sharing *sharing)
{
	uint8	   *states = MemoryContextAllocHuge(sharing->context, (Size) sharing->rows);
	Turn	   *turns = MemoryContextAllocHuge(sharing->context, (Size) sharing->rows * 2 * sizeof(Turn));
	int			shift = Min(Max(BitsOf(sharing->weight) - BitsOf(sharing->total) + KEY_BITS, 0), MOST_SHIFT);
	int64		count = 0;
	int128		settled = 0;
	int128		inside = 0;		/* the weight of the rows that are between their bounds */

	for (int64 row = 0; row < sharing->rows; row++)
	{
		if ((row & 0xFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		states[row] = AT_FLOOR;
		if (sharing->shares[row] == 0)
			sharing->floor[row] = Min(Max(sharing->floor[row], 0), sharing->cap[row]);
		else if (sharing->floor[row] < sharing->cap[row])
		{
			turns[count++] = MakeTurn(sharing, shift, row, false);
			if (sharing->cap[row] != NO_CAP)
				turns[count++] = MakeTurn(sharing, shift, row, true);
		}
		settled += sharing->floor[row];
	}
	if (settled > sharing->total)
		TooMuch(sharing, settled);
	if (sharing->weight == 0 && settled < sharing->total)
		NothingToShareBy(sharing, settled);

	SortTurns(turns, (size_t) count, sharing);
	for (int64 i = 0; i < count; i++)
	{
		int128		bound = TurnBound(&turns[i], sharing);
		int128		weight = sharing->shares[turns[i].row];

		if ((i & 0xFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (WideCompare(WideProduct(inside, bound), WideProduct(sharing->total - settled, weight)) >= 0)
			break;
		settled += turns[i].cap ? bound : -bound;
		inside += turns[i].cap ? -weight : weight;
		states[turns[i].row] = turns[i].cap ? AT_CAP : INSIDE;
	}
	pfree(turns);
	if (inside == 0 && settled != sharing->total)
		TooLittle(sharing, settled);
	if (inside != 0)
		ShareByRemainder(sharing, states, sharing->total - settled, inside);
	for (int64 row = 0; row < sharing->rows; row++)
		if (states[row] != INSIDE)
			sharing->shares[row] = states[row] == AT_CAP ? sharing->cap[row] : sharing->floor[row];
	pfree(states);
	pfree(sharing->floor);
	pfree(sharing->cap);
}

static void
Share(Sharing *sharing)
{
	if (sharing->floor != NULL)
		ShareWithin(sharing);
	else if (sharing->weight != 0)
		ShareByRemainder(sharing, NULL, sharing->total, sharing->weight);
	else if (sharing->total != 0)
		NothingToShareBy(sharing, 0);
	if (sharing->mirrored)
		for (int64 row = 0; row < sharing->rows; row++)
			sharing->shares[row] = -sharing->shares[row];
}

/* ------------------------------------------------------------------------------------------------
 * Over a window
 * ----------------------------------------------------------------------------------------------*/

/* the arguments */
#define TOTAL 0
#define WEIGHT 1
#define FLOOR 2					/* where there are five */
#define CAP 3

#define BOUNDED_ARGUMENTS 5

/* what is kept of a partition */
typedef struct Partition
{
	bool		read;
	bool		nothing;		/* no total, or no digits: NULL for all */
	Sharing		sharing;
} Partition;

/*
 * An argument of a row, wherever it lies in the partition: to be used at once, as the next call may overwrite it.
 */
static inline Datum
RowArgument(WindowObject window, int argument, int64 row, bool *null)
{
	bool		out;

	return WinGetFuncArgInPartition(window, argument, (int) row, WINDOW_SEEK_HEAD, false, null, &out);
}

/* a bound of a row; NULL is told by null alone */
static inline int128
RowAmount(WindowObject window, const Sharing *sharing, int argument, const char *what, int64 row, bool *null)
{
	Datum		value = RowArgument(window, argument, row, null);

	return *null ? 0 : ReadAmount(sharing, what, value, row);
}

static char *
TotalShown(bool null, int128 units)
{
	char	   *text = palloc(BPM_DECIMAL_TEXT);

	if (null)
		return "NULL";
	bpm_decimal_append(text, units, BPM_DIGITS);
	return text;
}

/*
 * The digits and the total, which all rows have in common; false when either is NULL.
 */
static bool
ReadCommon(WindowObject window, FunctionCallInfo fcinfo, Sharing *sharing, int64 rows)
{
	int			digits_argument = PG_NARGS() - 1;
	bool		digits_stable = get_fn_expr_arg_stable(fcinfo->flinfo, digits_argument);
	bool		total_stable = get_fn_expr_arg_stable(fcinfo->flinfo, TOTAL);
	bool		digits_null;
	bool		total_null = true;
	bool		null;
	int32		digits = DatumGetInt32(RowArgument(window, digits_argument, 0, &digits_null));
	int128		total = 0;

	for (int64 row = 1; row < rows && !digits_stable; row++)
	{
		int32		other = DatumGetInt32(RowArgument(window, digits_argument, row, &null));

		if ((row & 0xFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (null != digits_null || (!null && other != digits))
			NotTheSame("digits", digits_null ? "NULL" : psprintf("%d", digits), null ? "NULL" : psprintf("%d", other),
					   row);
	}
	if (digits_null)
		return false;
	GiveDigits(sharing, digits);

	for (int64 row = 0; row < rows && !(row > 0 && total_stable); row++)
	{
		Datum		value = RowArgument(window, TOTAL, row, &null);
		int128		other = null ? 0 : ReadAmount(sharing, "total", value, NO_ROW);

		if ((row & 0xFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (row == 0)
		{
			total = other;
			total_null = null;
		}
		else if (unlikely(null != total_null || other != total))
			NotTheSame("total", TotalShown(total_null, total), TotalShown(null, other), row);
	}
	if (total_null)
		return false;
	GiveTotal(sharing, total);
	return true;
}

static void
ReadPartition(WindowObject window, FunctionCallInfo fcinfo, Partition *partition)
{
	Sharing    *sharing = &partition->sharing;
	bool		bounded = PG_NARGS() == BOUNDED_ARGUMENTS;
	int64		rows = WinGetPartitionRowCount(window);

	if (rows > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one partition to share among"),
				 errdetail("There are %lld; the limit is %d.", (long long) rows, PG_INT32_MAX),
				 errhint("Share among groups first, and then within them.")));
	if (!ReadCommon(window, fcinfo, sharing, rows))
	{
		partition->nothing = true;
		return;
	}
	StartSharing(sharing, GetMemoryChunkContext(partition), "row", rows, bounded);
	for (int64 row = 0; row < rows; row++)
	{
		bool		null;
		Datum		value = RowArgument(window, WEIGHT, row, &null);

		if ((row & 0xFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		GiveWeight(sharing, row, null, value);
		if (bounded)
		{
			bool		no_floor;
			bool		no_cap;
			int128		floor = RowAmount(window, sharing, FLOOR, "floor", row, &no_floor);
			int128		cap = RowAmount(window, sharing, CAP, "cap", row, &no_cap);

			GiveBounds(sharing, row, no_floor, floor, no_cap, cap);
		}
	}
	Share(sharing);
}

/*
 * apportion(total, weight [, floor, cap], digits) → numeric, a window function. All is read and shared with the first
 * row of a partition; the frame of the window has no say, and its order only where remainders are equal.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_apportion);
Datum
bpm_apportion(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Partition  *partition;

	if (!WindowObjectIsValid(window))
		elog(ERROR, "window function called in non-window context");
	partition = WinGetPartitionLocalMemory(window, sizeof(Partition));
	if (unlikely(!partition->read))
	{
		ReadPartition(window, fcinfo, partition);
		partition->read = true;
	}
	if (partition->nothing)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_numeric(partition->sharing.shares[WinGetCurrentPosition(window)],
										  partition->sharing.digits));
}

/* ------------------------------------------------------------------------------------------------
 * Over an array
 * ----------------------------------------------------------------------------------------------*/

static void
ReadArray(ArrayType *array, const char *what, Datum **values, bool **nulls, int *n)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be an array of one dimension", what),
				 errdetail("It has %d.", ARR_NDIM(array)),
				 errhint("Share among groups first, and then within them.")));
	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, values, nulls, n);
}

/* the bounds of as many rows; nothing for no array */
static void
ReadBounds(FunctionCallInfo fcinfo, int argument, const char *what, int rows, Datum **values, bool **nulls)
{
	int			n;

	*values = NULL;
	if (PG_ARGISNULL(argument))
		return;
	ReadArray(PG_GETARG_ARRAYTYPE_P(argument), what, values, nulls, &n);
	if (n != rows)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must have as many elements as weights", what),
				 errdetail("It has %d, and weights has %d.", n, rows),
				 errhint("Use NULL for an element that has none, or in place of the array.")));
}

/*
 * apportion_array(total, weights [, floor, cap], digits) → numeric[]
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_apportion_array);
Datum
bpm_apportion_array(PG_FUNCTION_ARGS)
{
	bool		bounded = PG_NARGS() == BOUNDED_ARGUMENTS;
	int			digits_argument = PG_NARGS() - 1;
	Sharing		sharing = {0};
	Datum	   *weights;
	bool	   *weight_nulls;
	int			rows;

	if (PG_ARGISNULL(TOTAL) || PG_ARGISNULL(WEIGHT) || PG_ARGISNULL(digits_argument))
		PG_RETURN_NULL();
	GiveDigits(&sharing, PG_GETARG_INT32(digits_argument));
	GiveTotal(&sharing, ReadAmount(&sharing, "total", PG_GETARG_DATUM(TOTAL), NO_ROW));
	ReadArray(PG_GETARG_ARRAYTYPE_P(WEIGHT), "weights", &weights, &weight_nulls, &rows);
	StartSharing(&sharing, CurrentMemoryContext, "element", rows, bounded);
	for (int row = 0; row < rows; row++)
		GiveWeight(&sharing, row, weight_nulls[row], weights[row]);
	if (bounded)
	{
		Datum	   *floors;
		Datum	   *caps;
		bool	   *floor_nulls;
		bool	   *cap_nulls;

		ReadBounds(fcinfo, FLOOR, "floors", rows, &floors, &floor_nulls);
		ReadBounds(fcinfo, CAP, "caps", rows, &caps, &cap_nulls);
		for (int row = 0; row < rows; row++)
		{
			bool		no_floor = floors == NULL || floor_nulls[row];
			bool		no_cap = caps == NULL || cap_nulls[row];

			GiveBounds(&sharing, row, no_floor, no_floor ? 0 : ReadAmount(&sharing, "floor", floors[row], row),
					   no_cap, no_cap ? 0 : ReadAmount(&sharing, "cap", caps[row], row));
		}
	}
	Share(&sharing);
	for (int row = 0; row < rows; row++)
		weights[row] = NumericGetDatum(bpm_decimal_numeric(sharing.shares[row], sharing.digits));
	PG_RETURN_ARRAYTYPE_P(construct_array(weights, rows, NUMERICOID, -1, false, TYPALIGN_INT));
}
