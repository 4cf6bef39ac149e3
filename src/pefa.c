/*
 * pefa.c: the two ways in which PEFA makes one grade of several.
 *
 * PEFA, Framework for assessing public financial management, 2016, section on scoring: dimensions
 * are graded A (4), B (3), C (2) or D (1); D* (not enough information) counts as D, and NA (not
 * applicable), NU (not used) and NR (not rated) drop out. M1 is the weakest link, M2 a table over the
 * sum. An indicator's grade may carry a plus, so grades are counted in halves here: D 2, D+ 3, C 4, ... A 8.
 *
 * And the figure that indicator PI-2 grades: the variance in the composition of expenditure.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "gather.h"
#include "tree_wide.h"

static const char *const no_grades[] = {"NA", "NU", "NR", ""};
static const char *const grade_labels[] = {"D", "D+", "C", "C+", "B", "B+", "A"};

/*
 * M2, by the number of dimensions and their sum, from all D to all A. It is a table, not a rounding
 * rule: two dimensions have no room for the steps that four have.
 */
static const uint8 m2_of_two[] = {2, 3, 4, 5, 6, 7, 8};
static const uint8 m2_of_three[] = {2, 3, 3, 4, 5, 6, 6, 7, 8, 8};
static const uint8 m2_of_four[] = {2, 2, 3, 3, 4, 5, 5, 6, 6, 7, 7, 8, 8};

/*
 * The weakest link: the lowest dimension, with a plus when any other is higher. In halves.
 */
int
bpm_pefa_m1(int lowest, int highest)
{
	return 2 * lowest + (highest > lowest ? 1 : 0);
}

/*
 * The average of 1 to 4 dimensions by the table, in halves. One dimension is the grade itself.
 */
int
bpm_pefa_m2(int n, int sum)
{
	Assert(n >= 1 && n <= BPM_PEFA_DIMENSIONS && sum >= n && sum <= 4 * n);
	switch (n)
	{
		case 1:
			return 2 * sum;
		case 2:
			return m2_of_two[sum - n];
		case 3:
			return m2_of_three[sum - n];
		default:
			return m2_of_four[sum - n];
	}
}

/*
 * Read a grade, in halves; 0 for what drops out: not applicable, not used, not rated, or empty. Letters in any
 * case, spaces around.
 */
static int
ReadGrade(const text *input)
{
	const char *at = VARDATA_ANY(input);
	const char *end = at + VARSIZE_ANY_EXHDR(input);
	int			length;

	while (at < end && *at == ' ')
		at++;
	while (end > at && end[-1] == ' ')
		end--;
	length = (int) (end - at);
	for (int i = 0; i < (int) lengthof(no_grades); i++)
		if (bpm_scan_is(at, length, no_grades[i]))
			return 0;
	if (bpm_scan_is(at, length, "D*"))
		return 2;
	for (int i = 0; i < (int) lengthof(grade_labels); i++)
		if (bpm_scan_is(at, length, grade_labels[i]))
			return i + 2;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("not a PEFA grade: \"%s\"",
					bpm_scan_clip(VARDATA_ANY(input), (int) VARSIZE_ANY_EXHDR(input))),
			 errhint("Grades are A, B+, B, C+, C, D+, D and D*; NA, NU, NR and empty text are none.")));
}

/*
 * pefa_score(grade) → numeric: A is 4, B+ is 3.5, D and D* are 1; NA, NU, NR and empty text are NULL.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pefa_score);
Datum
bpm_pefa_score(PG_FUNCTION_ARGS)
{
	int			halves = ReadGrade(PG_GETARG_TEXT_PP(0));

	if (halves == 0)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_trimmed(halves * 5, 1));
}

/*
 * pefa_grade(score) → text: the way back. Only scores that are grades.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pefa_grade);
Datum
bpm_pefa_grade(PG_FUNCTION_ARGS)
{
	int128		units = bpm_decimal_exact(PG_GETARG_DATUM(0), "score");

	if (units < BPM_ONE || units > 4 * BPM_ONE || units % (BPM_ONE / 2) != 0)
	{
		char		figure[BPM_DECIMAL_TEXT];

		bpm_decimal_append(figure, units, BPM_DIGITS);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("score is no PEFA grade"),
				 errdetail("Grades are 1, 1.5, 2, ... 4; this is %s.", figure)));
	}
	PG_RETURN_TEXT_P(cstring_to_text(grade_labels[(int) (units / (BPM_ONE / 2)) - 2]));
}

/*
 * The state of both aggregates is a bigint that counts the D, C, B and A in 15 bits each, so that
 * it needs no allocation and no type of its own.
 */
#define COUNT_BITS 15
#define MAX_COUNT ((1 << COUNT_BITS) - 1)

static inline int
Count(int64 state, int grade)
{
	return (int) (state >> (COUNT_BITS * (grade - 1))) & MAX_COUNT;
}

/*
 * The state as it came: anybody can call a final function.
 */
static int64
StateArg(FunctionCallInfo fcinfo)
{
	int64		state = PG_GETARG_INT64(0);

	if (state < 0 || (state >> (4 * COUNT_BITS)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("not a count of PEFA grades: %lld", (long long) state)));
	return state;
}

static void
TooManyGrades(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many PEFA grades in one group"),
			 errdetail("The limit is %d of each.", MAX_COUNT)));
}

/*
 * pefa_accum(state, grade): one dimension.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pefa_accum);
Datum
bpm_pefa_accum(PG_FUNCTION_ARGS)
{
	int64		state = StateArg(fcinfo);
	int			halves = ReadGrade(PG_GETARG_TEXT_PP(1));

	if (halves == 0)
		PG_RETURN_INT64(state);
	if (halves % 2 != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a PEFA dimension has no plus"),
				 errdetail("The grade is %s.", grade_labels[halves - 2]),
				 errhint("Dimensions are graded A, B, C or D; the plus is given to an indicator.")));
	if (Count(state, halves / 2) == MAX_COUNT)
		TooManyGrades();
	PG_RETURN_INT64(state + (INT64CONST(1) << (COUNT_BITS * (halves / 2 - 1))));
}

/*
 * pefa_merge(state, state): both. Not a plain addition, which would carry one count into the next.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pefa_merge);
Datum
bpm_pefa_merge(PG_FUNCTION_ARGS)
{
	int64		state = StateArg(fcinfo);
	int64		other = PG_GETARG_INT64(1);

	for (int grade = 1; grade <= 4; grade++)
		if (Count(state, grade) + Count(other, grade) > MAX_COUNT)
			TooManyGrades();
	PG_RETURN_INT64(state + other);
}

/*
 * pefa_m1_final(state) → text. NULL when no dimension applies.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pefa_m1_final);
Datum
bpm_pefa_m1_final(PG_FUNCTION_ARGS)
{
	int64		state = StateArg(fcinfo);
	int			lowest = 0;
	int			highest = 0;

	for (int grade = 1; grade <= 4; grade++)
		if (Count(state, grade) > 0)
		{
			if (lowest == 0)
				lowest = grade;
			highest = grade;
		}
	if (lowest == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(grade_labels[bpm_pefa_m1(lowest, highest) - 2]));
}

/*
 * pefa_m2_final(state) → text. NULL when no dimension applies.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pefa_m2_final);
Datum
bpm_pefa_m2_final(PG_FUNCTION_ARGS)
{
	int64		state = StateArg(fcinfo);
	int			n = 0;
	int			sum = 0;

	for (int grade = 1; grade <= 4; grade++)
	{
		n += Count(state, grade);
		sum += grade * Count(state, grade);
	}
	if (n == 0)
		PG_RETURN_NULL();
	if (n > BPM_PEFA_DIMENSIONS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("PEFA's M2 is a table for 2 to %d dimensions", BPM_PEFA_DIMENSIONS),
				 errdetail("There are %d.", n)));
	PG_RETURN_TEXT_P(cstring_to_text(grade_labels[bpm_pefa_m2(n, sum) - 2]));
}

/* ------------------------------------------------------------------------------------------------
 * PI-2: the variance in the composition of expenditure
 *
 * With lines a (actual) and b (budget) and totals A and B: 100 · Σ |a - b · A / B| / A, as the budget is first
 * scaled to what was spent in all. Multiplied by A · B all is whole, and divided and rounded once.
 * ----------------------------------------------------------------------------------------------*/

/*
 * composition_accum(state, actual, budget): one line. One of which either is unknown cannot be compared.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_composition_accum);
Datum
bpm_composition_accum(PG_FUNCTION_ARGS)
{
	BpmPairs   *lines = bpm_pairs_state(fcinfo);

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
		AddPair(lines, bpm_decimal_units(PG_GETARG_DATUM(1), "actual"),
				bpm_decimal_units(PG_GETARG_DATUM(2), "budget"));
	PG_RETURN_POINTER(lines);
}

static void
CompositionOutOfRange(const char *what, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s is out of range", what),
			 errdetail("%s", detail),
			 errhint("Count in thousands or millions, and look for lines that cancel each other out.")));
}

static void
AddTotal(int128 *total, int128 value)
{
	if (__builtin_add_overflow(*total, value, total))
		CompositionOutOfRange("total of a composition", "The limit is 1701411834604692317316873037158.");
}

/*
 * |a · B - b · A|, of figures below 2^124 and totals below 2^127
 */
static void
Deviation(WidePair line, WidePair total, uint64 *limbs)
{
	Wide		difference = WideSum(WideProduct(line.a, total.b), WideNegative(WideProduct(line.b, total.a)));

	if (difference.high < 0)
		difference = WideNegative(difference);
	LimbsOf(difference.low, limbs);
	LimbsOf((uint128) difference.high, limbs + 2);
}

/*
 * composition_final(state) → numeric, a percentage. NULL without lines, or where a total is not above 0.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_composition_final);
Datum
bpm_composition_final(PG_FUNCTION_ARGS)
{
	static const uint64 hundred = BPM_HUNDRED;
	const BpmPairs *lines = PG_ARGISNULL(0) ? NULL : (const BpmPairs *) PG_GETARG_POINTER(0);
	WidePair	total = {0, 0};
	uint64		limbs[4];
	uint64		actual[2];
	uint64		budget[2];
	uint64		deviations[SUM_LIMBS] = {0};
	uint64		part[RATIO_LIMBS] = {0};
	uint64		whole[RATIO_LIMBS] = {0};
	uint128		variance;

	for (int64 i = 0; lines != NULL && i < lines->count; i++)
	{
		WidePair	line = PairAt(lines, i);

		AddTotal(&total.a, line.a);
		AddTotal(&total.b, line.b);
	}
	if (total.a <= 0 || total.b <= 0)
		PG_RETURN_NULL();
	for (int64 i = 0; i < lines->count; i++)
	{
		Deviation(PairAt(lines, i), total, limbs);
		LimbsAdd(deviations, SUM_LIMBS, limbs, 4);
		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	LimbsOf((uint128) total.a, actual);
	LimbsOf((uint128) total.b, budget);
	LimbsAddProduct(part, RATIO_LIMBS, deviations, SUM_LIMBS, &hundred, 1);
	LimbsAddProduct(whole, RATIO_LIMBS, actual, 2, budget, 2);
	if (!bpm_limbs_ratio(part, whole, &variance) || variance >= BPM_FIGURE_LIMIT)
		CompositionOutOfRange("composition variance", "It has more than 29 digits before the decimal point.");
	PG_RETURN_NUMERIC(bpm_decimal_numeric((int128) variance, BPM_DIGITS));
}
