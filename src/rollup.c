/*
 * rollup.c: the weighted rollup as a value.
 *
 * A rollup is the whole of what a weighted score needs of its rows: how many there were and what
 * they weighed, how many of them had a score and what those weighed, the sum of weight × score, and how far
 * what is missing could go beyond 100. All are integers, so that adding is exact, has an inverse, and does not
 * care about order. That one property makes every plan give the same bits: serial, parallel, partitioned,
 * windowed, merged from stored states.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "bpm.h"

#define TYPE_NAME "bpm.rollup"
#define EXAMPLE "A rollup is written: rows 3 scored 2 weight 10 scored_weight 7 sum 560."

/* sum has the decimals of a weight and those of a score */
#define SUM_DIGITS (2 * BPM_DIGITS)

/*
 * The state of all aggregates, and the value of the type, by reference. NULL and zero weights count and weigh
 * nothing, so scored_count says nothing about scored_weight. Targets may have a cap above 100 (or points that
 * end below it): that is what a missing row could bring, and it has to be kept as a sum, because a sum has an
 * inverse.
 */
typedef struct BpmRollup
{
	int64		row_count;		/* all rows; its top byte is 0, for a version to come */
	int64		scored_count;	/* rows with a score */
	int128		weight;			/* weight of all rows, in 10^-8 */
	int128		scored_weight;	/* weight of the rows with a score, in 10^-8 */
	int128		sum;			/* weight × score over those, in 10^-16 */
	int128		beyond;			/* weight × (cap - 100) over the others, in 10^-16 */
} BpmRollup;

StaticAssertDecl(sizeof(BpmRollup) == 80, "bpm.rollup is 80 bytes in pg_type");
StaticAssertDecl(_Alignof(BpmRollup) == 8, "bpm.rollup has alignment double in pg_type");

#define MAX_COUNT ((INT64CONST(1) << 56) - 1)

#define GetRollupP(n) ((BpmRollup *) PG_GETARG_POINTER(n))

/* ------------------------------------------------------------------------------------------------
 * Adding and taking away
 * ----------------------------------------------------------------------------------------------*/

static pg_noinline void
WeightOutOfRange(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("total weight of a rollup is out of range"),
			 errdetail("The limit is 1701411834604692317316873037158."),
			 errhint("Weigh in thousands or millions.")));
}

static pg_noinline void
SumOutOfRange(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("sum of weight times score of a rollup is out of range"),
			 errdetail("The limit is 17014118346046923173168."),
			 errhint("Weigh in thousands or millions.")));
}

static pg_noinline void
CountOutOfRange(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("row count of a rollup is out of range"),
			 errdetail("The limit is %lld.", (long long) MAX_COUNT),
			 errhint("Keep the parts as rollups of their own.")));
}

static pg_noinline void
NegativeWeight(int128 weight)
{
	char		figure[BPM_DECIMAL_TEXT];

	bpm_decimal_append(figure, weight, BPM_DIGITS);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("weight must not be negative"),
			 errdetail("A weight is %s.", figure),
			 errhint("Give a row that must not count the weight 0.")));
}

/*
 * weight × score in 10^-16. Both nearly always fit 64 bits, and then the product fits 128.
 */
static inline int128
Product(int128 weight, int128 score)
{
	int128		product;

	if (likely(weight == (int64) weight && score == (int64) score))
		return (int128) (int64) weight * (int64) score;
	if (__builtin_mul_overflow(weight, score, &product))
		SumOutOfRange();
	return product;
}

/*
 * The weight of a row: NULL weighs nothing.
 */
static inline int128
WeightArg(FunctionCallInfo fcinfo, int n)
{
	int128		weight;

	if (PG_ARGISNULL(n))
		return 0;
	weight = bpm_decimal_units(PG_GETARG_DATUM(n), "weight");
	if (unlikely(weight < 0))
		NegativeWeight(weight);
	return weight;
}

/* a row, read from the arguments of a transition function */
typedef struct Row
{
	bool		scored;
	int128		score;			/* of a missing row: its cap less 100 */
	int128		weight;
} Row;

static inline Row
ScoreRow(FunctionCallInfo fcinfo)
{
	Row			row = {false, 0, 0};

	row.weight = WeightArg(fcinfo, 2);
	if (!PG_ARGISNULL(1))
	{
		row.scored = true;
		row.score = bpm_decimal_units(PG_GETARG_DATUM(1), "score");
	}
	return row;
}

static inline Row
TargetRow(FunctionCallInfo fcinfo)
{
	Row			row = {false, 0, 0};

	row.weight = WeightArg(fcinfo, 3);
	if (PG_ARGISNULL(2))
		return row;
	if (!PG_ARGISNULL(1))
	{
		row.scored = true;
		row.score = bpm_target_score_units(PG_GETARG_DATUM(1),
										   DatumGetTargetP(PG_GETARG_DATUM(2)));
	}
	else
		row.score = bpm_target_cap_units(DatumGetTargetP(PG_GETARG_DATUM(2))) - BPM_HUNDRED;
	return row;
}

static inline void
AddRow(BpmRollup *state, Row row)
{
	if (unlikely(++state->row_count > MAX_COUNT))
		CountOutOfRange();
	if (unlikely(__builtin_add_overflow(state->weight, row.weight, &state->weight)))
		WeightOutOfRange();
	if (row.scored)
	{
		state->scored_count++;
		/* never more than weight */
		state->scored_weight += row.weight;
		if (unlikely(__builtin_add_overflow(state->sum, Product(row.weight, row.score),
											&state->sum)))
			SumOutOfRange();
	}
	else if (unlikely(row.score != 0) &&
			 __builtin_add_overflow(state->beyond, Product(row.weight, row.score), &state->beyond))
		SumOutOfRange();
}

/*
 * What remains can be too large though the whole was not: negative scores go, and positive ones stay.
 */
static inline void
RemoveRow(BpmRollup *state, Row row)
{
	state->row_count--;
	state->weight -= row.weight;
	if (row.scored)
	{
		state->scored_count--;
		state->scored_weight -= row.weight;
		if (unlikely(__builtin_sub_overflow(state->sum, Product(row.weight, row.score),
											&state->sum)))
			SumOutOfRange();
	}
	else if (row.score != 0 &&
			 __builtin_sub_overflow(state->beyond, Product(row.weight, row.score), &state->beyond))
		SumOutOfRange();
}

static void
AddRollup(BpmRollup *state, const BpmRollup *other)
{
	state->row_count += other->row_count;
	state->scored_count += other->scored_count;
	if (state->row_count > MAX_COUNT)
		CountOutOfRange();
	if (__builtin_add_overflow(state->weight, other->weight, &state->weight))
		WeightOutOfRange();
	state->scored_weight += other->scored_weight;
	if (__builtin_add_overflow(state->sum, other->sum, &state->sum) ||
		__builtin_add_overflow(state->beyond, other->beyond, &state->beyond))
		SumOutOfRange();
}

/* the members, in the order of both external forms */
typedef enum Member
{
	ROWS,
	SCORED,
	WEIGHT,
	SCORED_WEIGHT,
	SUM,
	BEYOND
} Member;

/*
 * What is wrong with a rollup that somebody wrote, or that a subtraction left, and which member it
 * shows at; NULL when nothing.
 */
static const char *
Problem(const BpmRollup *rollup, Member *member)
{
	*member = ROWS;
	if (rollup->row_count < 0)
		return "A count is negative";
	if (rollup->row_count > MAX_COUNT)
		return "The row count is too large";
	*member = SCORED;
	if (rollup->scored_count < 0)
		return "A count is negative";
	if (rollup->scored_count > rollup->row_count)
		return "There are more scored rows than rows";
	*member = WEIGHT;
	if (rollup->weight < 0)
		return "A weight is negative";
	if (rollup->row_count == 0 && rollup->weight != 0)
		return "There is weight without rows";
	*member = SCORED_WEIGHT;
	if (rollup->scored_weight < 0)
		return "A weight is negative";
	if (rollup->scored_weight > rollup->weight)
		return "The scored weight is above the total";
	if (rollup->scored_count == 0 && rollup->scored_weight != 0)
		return "There is scored weight without scored rows";
	if (rollup->scored_count == rollup->row_count && rollup->scored_weight != rollup->weight)
		return "Every row is scored, and yet the scored weight is below the total";
	*member = SUM;
	if (rollup->scored_weight == 0 && rollup->sum != 0)
		return "There is a sum without scored weight";
	*member = BEYOND;
	if (rollup->scored_weight == rollup->weight && rollup->beyond != 0)
		return "There is something beyond 100 without missing weight";
	return NULL;
}

static void
SubtractRollup(BpmRollup *state, const BpmRollup *other)
{
	const char *problem;
	Member		member;

	state->row_count -= other->row_count;
	state->scored_count -= other->scored_count;
	state->weight -= other->weight;
	state->scored_weight -= other->scored_weight;
	if (__builtin_sub_overflow(state->sum, other->sum, &state->sum) ||
		__builtin_sub_overflow(state->beyond, other->beyond, &state->beyond))
		SumOutOfRange();
	problem = Problem(state, &member);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot subtract a rollup from one that it is no part of"),
				 errdetail("%s in the difference.", problem),
				 errhint("Take away only what was added.")));
}

static BpmRollup *
NewRollup(void)
{
	return (BpmRollup *) palloc0(sizeof(BpmRollup));
}

/*
 * A state for a first row, or, in a plain call, a copy: what is passed there is not ours to change.
 */
static pg_noinline BpmRollup *
NewState(FunctionCallInfo fcinfo)
{
	BpmRollup  *state;
	MemoryContext context;

	if (AggCheckCallContext(fcinfo, &context) == 0)
		context = CurrentMemoryContext;
	else if (!PG_ARGISNULL(0))
		return GetRollupP(0);
	state = (BpmRollup *) MemoryContextAllocZero(context, sizeof(BpmRollup));
	if (!PG_ARGISNULL(0))
		memcpy(state, GetRollupP(0), sizeof(BpmRollup));
	return state;
}

/*
 * The state to work on: in an aggregate it is ours to change. The first question is the one that
 * AggCheckCallContext() asks first; every row comes here, so it is asked in line.
 */
static inline BpmRollup *
StateArg(FunctionCallInfo fcinfo)
{
	if (likely(fcinfo->context != NULL && IsA(fcinfo->context, AggState) && !PG_ARGISNULL(0)))
		return GetRollupP(0);
	return NewState(fcinfo);
}

/*
 * rollup_accum(state, score, weight): one row. Overflow leaves no half-done state behind, as the
 * error ends the query.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_accum);
Datum
bpm_rollup_accum(PG_FUNCTION_ARGS)
{
	BpmRollup  *state = StateArg(fcinfo);

	AddRow(state, ScoreRow(fcinfo));
	PG_RETURN_POINTER(state);
}

/*
 * rollup_accum(state, actual, target, weight): one row, scored on the way. Without an actual or a
 * target the row is missing.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_accum_target);
Datum
bpm_rollup_accum_target(PG_FUNCTION_ARGS)
{
	BpmRollup  *state = StateArg(fcinfo);

	AddRow(state, TargetRow(fcinfo));
	PG_RETURN_POINTER(state);
}

/*
 * The exact inverses of both, for moving windows.
 */
static void
CheckInverse(const BpmRollup *state)
{
	Member		member;
	const char *problem = Problem(state, &member);

	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot take a row out of a rollup that does not hold it"),
				 errdetail("%s in the difference.", problem),
				 errhint("Take away only what was added.")));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_remove);
Datum
bpm_rollup_remove(PG_FUNCTION_ARGS)
{
	BpmRollup  *state = StateArg(fcinfo);

	RemoveRow(state, ScoreRow(fcinfo));
	CheckInverse(state);
	PG_RETURN_POINTER(state);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_remove_target);
Datum
bpm_rollup_remove_target(PG_FUNCTION_ARGS)
{
	BpmRollup  *state = StateArg(fcinfo);

	RemoveRow(state, TargetRow(fcinfo));
	CheckInverse(state);
	PG_RETURN_POINTER(state);
}

/*
 * rollup_merge(state, rollup): combine function, and transition over stored rollups. A NULL rollup
 * holds no rows.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_merge);
Datum
bpm_rollup_merge(PG_FUNCTION_ARGS)
{
	BpmRollup  *state = StateArg(fcinfo);

	if (!PG_ARGISNULL(1))
		AddRollup(state, GetRollupP(1));
	PG_RETURN_POINTER(state);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_unmerge);
Datum
bpm_rollup_unmerge(PG_FUNCTION_ARGS)
{
	BpmRollup  *state = StateArg(fcinfo);

	if (!PG_ARGISNULL(1))
		SubtractRollup(state, GetRollupP(1));
	PG_RETURN_POINTER(state);
}

/*
 * rollup + rollup, rollup - rollup: exact, and - undoes +.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_add);
Datum
bpm_rollup_add(PG_FUNCTION_ARGS)
{
	BpmRollup  *result = NewRollup();

	*result = *GetRollupP(0);
	AddRollup(result, GetRollupP(1));
	PG_RETURN_POINTER(result);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_subtract);
Datum
bpm_rollup_subtract(PG_FUNCTION_ARGS)
{
	BpmRollup  *result = NewRollup();

	*result = *GetRollupP(0);
	SubtractRollup(result, GetRollupP(1));
	PG_RETURN_POINTER(result);
}

/* ------------------------------------------------------------------------------------------------
 * Accessors
 * ----------------------------------------------------------------------------------------------*/

/*
 * numerator / denominator to so many digits, half away from zero. The numerator has 8 decimals more
 * than the denominator, or the multiplier brings them.
 */
static int128
Quotient(int128 numerator, int64 multiplier, int128 denominator, int digits)
{
	bool		negative = numerator < 0;
	uint128	magnitude = negative ? -(uint128) numerator : (uint128) numerator;
	BpmQuotient quotient = bpm_decimal_quotient(magnitude, multiplier, denominator);
	int128		result;

	quotient = bpm_decimal_ten_power_down(quotient, BPM_DIGITS - digits);
	result = (int128) bpm_decimal_half_up(quotient);
	return negative ? -result : result;
}

/*
 * The score over what is scored, as units of 10^-digits; false when there is none.
 */
static bool
Score(const BpmRollup *rollup, int digits, int128 *score)
{
	if (rollup->scored_weight == 0)
		return false;
	*score = Quotient(rollup->sum, 1, rollup->scored_weight, digits);
	return true;
}

static int
DigitsArg(FunctionCallInfo fcinfo, int n)
{
	return PG_NARGS() > n ? bpm_decimal_digits_arg(PG_GETARG_INT32(n)) : BPM_DIGITS;
}

/*
 * score(rollup [, digits]) → numeric: Σ weight × score / Σ weight over what is scored. NULL when
 * nothing that weighs is scored. Serves as the final function of weighted_score.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_score);
Datum
bpm_rollup_score(PG_FUNCTION_ARGS)
{
	int			digits = DigitsArg(fcinfo, 1);
	int128		score;

	if (!Score(GetRollupP(0), digits, &score))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_numeric(score, digits));
}

/*
 * coverage(rollup [, digits]) → numeric: the percentage of the weight that is scored; NULL when
 * nothing weighs.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_coverage);
Datum
bpm_rollup_coverage(PG_FUNCTION_ARGS)
{
	BpmRollup  *rollup = GetRollupP(0);
	int			digits = DigitsArg(fcinfo, 1);

	if (rollup->weight == 0)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_numeric(Quotient(rollup->scored_weight, BPM_HUNDRED,
												rollup->weight, digits), digits));
}

/*
 * The score if what is missing had the score assumed, and beyond that what is given.
 */
static Datum
Bound(const BpmRollup *rollup, int128 assumed, int128 beyond, int digits)
{
	int128		sum;

	if (__builtin_add_overflow(Product(rollup->weight - rollup->scored_weight, assumed),
							   rollup->sum, &sum) ||
		__builtin_add_overflow(sum, beyond, &sum))
		SumOutOfRange();
	return NumericGetDatum(bpm_decimal_numeric(Quotient(sum, 1, rollup->weight, digits), digits));
}

/*
 * low(rollup [, worst [, digits]]) → numeric: the score if all that is missing had the worst score.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_low);
Datum
bpm_rollup_low(PG_FUNCTION_ARGS)
{
	BpmRollup  *rollup = GetRollupP(0);
	int128		worst = bpm_decimal_exact(PG_GETARG_DATUM(1), "assumed score");
	int			digits = DigitsArg(fcinfo, 2);

	if (rollup->weight == 0)
		PG_RETURN_NULL();
	return Bound(rollup, worst, 0, digits);
}

/*
 * high(rollup [, best [, digits]]) → numeric: the score if all that is missing had the best score; without
 * one, each the most that its target allows.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_high);
Datum
bpm_rollup_high(PG_FUNCTION_ARGS)
{
	BpmRollup  *rollup;
	int128		best = BPM_HUNDRED;
	int			digits;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	rollup = GetRollupP(0);
	digits = DigitsArg(fcinfo, 2);
	if (!PG_ARGISNULL(1))
		best = bpm_decimal_exact(PG_GETARG_DATUM(1), "assumed score");
	if (rollup->weight == 0)
		PG_RETURN_NULL();
	return Bound(rollup, best, PG_ARGISNULL(1) ? rollup->beyond : 0, digits);
}

/*
 * weight, scored_weight, weighted_sum → numeric: exact, so that anybody can check a score.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_weight);
Datum
bpm_rollup_weight(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(bpm_decimal_trimmed(GetRollupP(0)->weight, BPM_DIGITS));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_scored_weight);
Datum
bpm_rollup_scored_weight(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(bpm_decimal_trimmed(GetRollupP(0)->scored_weight, BPM_DIGITS));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_weighted_sum);
Datum
bpm_rollup_weighted_sum(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(bpm_decimal_trimmed(GetRollupP(0)->sum, SUM_DIGITS));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_row_count);
Datum
bpm_rollup_row_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(GetRollupP(0)->row_count);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_missing_count);
Datum
bpm_rollup_missing_count(PG_FUNCTION_ARGS)
{
	BpmRollup  *rollup = GetRollupP(0);

	PG_RETURN_INT64(rollup->row_count - rollup->scored_count);
}

/*
 * rating(rollup, scale) → text, rating_rank(rollup, scale) → integer: from the exact state, rounded
 * once, to the scale's digits. NULL when there is no score.
 */
static bool
Rank(const BpmRollup *rollup, const BpmScale *scale, int *rank)
{
	int128		score;

	if (!Score(rollup, bpm_scale_digits(scale), &score))
		return false;
	*rank = bpm_scale_rank(scale, score);
	return true;
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_rating);
Datum
bpm_rollup_rating(PG_FUNCTION_ARGS)
{
	BpmScale   *scale = DatumGetScaleP(PG_GETARG_DATUM(1));
	int			rank;

	if (!Rank(GetRollupP(0), scale, &rank))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(bpm_scale_label(scale, rank)));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_rating_rank);
Datum
bpm_rollup_rating_rank(PG_FUNCTION_ARGS)
{
	int			rank;

	if (!Rank(GetRollupP(0), DatumGetScaleP(PG_GETARG_DATUM(1)), &rank))
		PG_RETURN_NULL();
	PG_RETURN_INT32(rank);
}

/* ------------------------------------------------------------------------------------------------
 * The members
 * ----------------------------------------------------------------------------------------------*/

/* by Member; digits of -1 is a count */
static const struct
{
	const char *name;
	size_t		offset;
	int			digits;
}			members[] = {
	{"rows", offsetof(BpmRollup, row_count), -1},
	{"scored", offsetof(BpmRollup, scored_count), -1},
	{"weight", offsetof(BpmRollup, weight), BPM_DIGITS},
	{"scored_weight", offsetof(BpmRollup, scored_weight), BPM_DIGITS},
	{"sum", offsetof(BpmRollup, sum), SUM_DIGITS},
	{"beyond", offsetof(BpmRollup, beyond), SUM_DIGITS}
};

static int128
GetMember(const BpmRollup *rollup, int i)
{
	const char *member = (const char *) rollup + members[i].offset;

	return members[i].digits < 0 ? *(const int64 *) member : *(const int128 *) member;
}

static void
SetMember(BpmRollup *rollup, int i, int128 value)
{
	char	   *member = (char *) rollup + members[i].offset;

	if (members[i].digits < 0)
		*(int64 *) member = (int64) value;
	else
		*(int128 *) member = value;
}

/* ------------------------------------------------------------------------------------------------
 * Equality and order
 * ----------------------------------------------------------------------------------------------*/

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_eq);
Datum
bpm_rollup_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(memcmp(GetRollupP(0), GetRollupP(1), sizeof(BpmRollup)) == 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_ne);
Datum
bpm_rollup_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(memcmp(GetRollupP(0), GetRollupP(1), sizeof(BpmRollup)) != 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_hash);
Datum
bpm_rollup_hash(PG_FUNCTION_ARGS)
{
	return hash_any((unsigned char *) GetRollupP(0), sizeof(BpmRollup));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_hash_extended);
Datum
bpm_rollup_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((unsigned char *) GetRollupP(0), sizeof(BpmRollup),
							 PG_GETARG_INT64(1));
}

/*
 * By the members, in their order: for sorting, grouping and uniqueness.
 */
static int
RollupOrder(FunctionCallInfo fcinfo)
{
	const BpmRollup *a = GetRollupP(0);
	const BpmRollup *b = GetRollupP(1);

	for (int i = 0; i < (int) lengthof(members); i++)
	{
		int128		x = GetMember(a, i);
		int128		y = GetMember(b, i);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_cmp);
Datum
bpm_rollup_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(RollupOrder(fcinfo));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_lt);
Datum
bpm_rollup_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(RollupOrder(fcinfo) < 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_le);
Datum
bpm_rollup_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(RollupOrder(fcinfo) <= 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_ge);
Datum
bpm_rollup_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(RollupOrder(fcinfo) >= 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_gt);
Datum
bpm_rollup_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(RollupOrder(fcinfo) > 0);
}

/* ------------------------------------------------------------------------------------------------
 * Text and binary
 * ----------------------------------------------------------------------------------------------*/

/*
 * rows 3 scored 2 weight 10 scored_weight 7 sum 560, and beyond 60 where there is anything beyond. NULL with the
 * error in the scan.
 */
static BpmRollup *
ParseRollup(BpmScan *scan, const char *text, size_t length)
{
	BpmRollup  *rollup = NewRollup();
	const char *places[lengthof(members)];
	const char *problem;
	Member		member;

	if (!bpm_scan_begin(scan, TYPE_NAME, text, length))
		return NULL;
	for (int i = 0; i < (int) lengthof(members); i++)
	{
		const char *word;
		int			word_length;
		int128		value;

		bpm_scan_space(scan);
		places[i] = scan->at;
		word_length = bpm_scan_word(scan, &word);
		if (i == BEYOND && !bpm_scan_is(word, word_length, members[i].name))
		{
			scan->at = places[i];
			break;
		}
		if (!bpm_scan_is(word, word_length, members[i].name))
		{
			bpm_scan_fail(scan, word, psprintf("The word \"%s\" is missing", members[i].name),
						  EXAMPLE);
			return NULL;
		}
		bpm_scan_space(scan);
		places[i] = scan->at;
		if (!bpm_scan_decimal(scan, "The figure", false, Max(members[i].digits, 0), &value))
			return NULL;
		if (members[i].digits < 0 && (value > MAX_COUNT || value < -MAX_COUNT))
		{
			bpm_scan_fail_range(scan, places[i], "The count is too large",
								psprintf("The limit is %lld.", (long long) MAX_COUNT));
			return NULL;
		}
		SetMember(rollup, i, value);
	}
	if (!bpm_scan_done(scan))
	{
		bpm_scan_fail(scan, scan->at, "Nothing may follow the sum", EXAMPLE);
		return NULL;
	}
	problem = Problem(rollup, &member);
	if (problem != NULL)
	{
		bpm_scan_fail(scan, places[member], problem, EXAMPLE);
		return NULL;
	}
	return rollup;
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_in);
Datum
bpm_rollup_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	BpmScan		scan;
	BpmRollup  *rollup = ParseRollup(&scan, text, strlen(text));

	if (rollup == NULL)
	{
		bpm_scan_raise(&scan, fcinfo->context);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(rollup);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_out);
Datum
bpm_rollup_out(PG_FUNCTION_ARGS)
{
	BpmRollup  *rollup = GetRollupP(0);
	char	   *text = palloc(lengthof(members) * (BPM_DECIMAL_TEXT + 16));
	char	   *out = text;

	for (int i = 0; i < (int) lengthof(members); i++)
	{
		if (i == BEYOND && rollup->beyond == 0)
			break;
		out += sprintf(out, "%s%s ", i > 0 ? " " : "", members[i].name);
		out = bpm_decimal_append(out, GetMember(rollup, i), Max(members[i].digits, 0));
	}
	PG_RETURN_CSTRING(text);
}

/*
 * Binary: a version byte, then two counts of 8 bytes and four figures of 16, most significant
 * byte first.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_recv);
Datum
bpm_rollup_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	BpmRollup  *rollup = NewRollup();
	const char *problem;
	Member		member;

	bpm_wire_version(message, TYPE_NAME);
	for (int i = 0; i < (int) lengthof(members); i++)
	{
		int128		value = pq_getmsgint64(message);

		if (members[i].digits >= 0)
			value = (int128) ((uint128) value << 64 | (uint64) pq_getmsgint64(message));
		SetMember(rollup, i, value);
	}
	if (message->cursor != message->len)
		problem = "Bytes follow the value";
	else
		problem = Problem(rollup, &member);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s", TYPE_NAME),
				 errdetail("%s.", problem),
				 errhint("It was damaged on its way, or was not written by bpm.")));
	PG_RETURN_POINTER(rollup);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_rollup_send);
Datum
bpm_rollup_send(PG_FUNCTION_ARGS)
{
	BpmRollup  *rollup = GetRollupP(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint8(&message, BPM_WIRE_VERSION);
	for (int i = 0; i < (int) lengthof(members); i++)
	{
		int128		value = GetMember(rollup, i);

		if (members[i].digits >= 0)
			pq_sendint64(&message, (uint64) ((uint128) value >> 64));
		pq_sendint64(&message, (uint64) value);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}
