/*
 * monitor.c: what should be there by a day, how fast an actual gets there, and what money has earned.
 *
 *   expected share   of a period that should be there at the end of a day: linear, or by a profile of its months
 *   pace             100 · actual / (target · expected share)
 *   colour           what a pace is called
 *   earned value     cost and schedule from what was planned, earned and paid (ANSI/EIA-748; PMI's formulas)
 *
 * Shares are whole counts of 10^-16, figures have all their digits; what is divided is divided once and rounded
 * once. Where a year will end is in forecast.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/rangetypes.h"

#include "exact.h"

/* ------------------------------------------------------------------------------------------------
 * The share of a period
 * ----------------------------------------------------------------------------------------------*/

/* from the first day to the last one, both within */
typedef struct Period
{
	DateADT		first;
	DateADT		last;
	int			first_month;	/* months since the year 0 */
	int			months;			/* 0: it does not begin and end with a month */
} Period;

/* a day of a calendar */
typedef struct Day
{
	int			month;			/* months since the year 0 */
	int			day;			/* 1 .. */
	int			days;			/* of its month */
} Day;

static Day
DayOf(DateADT date)
{
	int			year;
	int			month;
	Day			result;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &result.day);
	result.month = year * MONTHS_PER_YEAR + month - 1;
	result.days = day_tab[isleap(year)][month - 1];
	return result;
}

static char *
DateText(DateADT date)
{
	return DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(date)));
}

/* month 3 (2026-03): its place in the period, and its name */
static char *
MonthText(const Period *period, int place)
{
	int			month = period->first_month + place;
	/* the year 0 is the one before 1 */
	int			month_of_year = (month % MONTHS_PER_YEAR + MONTHS_PER_YEAR) % MONTHS_PER_YEAR;

	return psprintf("month %d (%04d-%02d)", place + 1, (month - month_of_year) / MONTHS_PER_YEAR, month_of_year + 1);
}

static void
BadPeriod(const char *message)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errdetail("A share is one of all days from the first to the last."),
			 errhint("A year is written [2026-01-01,2027-01-01) or [2026-01-01,2026-12-31].")));
}

static Period
ReadPeriod(FunctionCallInfo fcinfo, int n)
{
	RangeType  *range = PG_GETARG_RANGE_P(n);
	TypeCacheEntry *type = range_get_typcache(fcinfo, RangeTypeGetOid(range));
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;
	Period		period;
	Day			first;
	Day			after;

	range_deserialize(type, range, &lower, &upper, &empty);
	if (empty)
		BadPeriod("period must not be empty");
	if (lower.infinite || upper.infinite || DATE_NOT_FINITE(DatumGetDateADT(lower.val)) ||
		DATE_NOT_FINITE(DatumGetDateADT(upper.val)))
		BadPeriod("period must have a first and a last day");

	/* ranges of days are kept with their lower bound and without the upper one */
	period.first = DatumGetDateADT(lower.val);
	period.last = DatumGetDateADT(upper.val) - 1;
	first = DayOf(period.first);
	after = DayOf(period.last + 1);
	period.first_month = first.month;
	period.months = first.day == 1 && after.day == 1 ? after.month - first.month : 0;
	return period;
}

static void
BadProfile(const char *message, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errdetail("%s", detail),
			 errhint("A profile has the share that should be there at the end of each month, all months before it "
					 "included; bpm.profile makes one of amounts by month.")));
}

/*
 * The share of one month of a profile, after that of the month before it.
 */
static int64
ProfileShare(const Period *period, int place, Datum value, bool null, int64 before)
{
	int64		share = 0;
	BpmProblem	problem;

	if (null)
		BadProfile("profile must not have NULL",
				   psprintf("The share of %s is missing.", MonthText(period, place)));
	problem = bpm_decimal_try_share(value, &share);
	if (problem != DECIMAL_OK)
		bpm_decimal_raise(problem, value, psprintf("share of %s", MonthText(period, place)));
	if (share < 0 || share > BPM_WHOLE)
		BadProfile("profile must stay between 0 and 1",
				   psprintf("The share of %s is %s.", MonthText(period, place), bpm_decimal_shown(value)));
	if (share < before)
	{
		char		earlier[BPM_DECIMAL_TEXT];

		bpm_decimal_append(earlier, before, BPM_SHARE_DIGITS);
		BadProfile("profile must not fall",
				   psprintf("The share of %s is %s, after %s the month before.", MonthText(period, place),
							bpm_decimal_shown(value), earlier));
	}
	if (place == period->months - 1 && share != BPM_WHOLE)
		BadProfile("profile must end with 1",
				   psprintf("The share of %s, the last one, is %s.", MonthText(period, place),
							bpm_decimal_shown(value)));
	return share;
}

/*
 * The shares at the end of a month and of the one before it. All of the profile is read, so that a wrong one is an
 * error on every day.
 */
static void
ReadProfile(ArrayType *array, const Period *period, int place, int64 *before, int64 *after)
{
	Datum	   *values;
	bool	   *nulls;
	int			n;
	int64		share = 0;

	if (period->months == 0)
		BadProfile("profile needs a period of whole months",
				   psprintf("The period is %s to %s.", DateText(period->first), DateText(period->last)));
	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &values, &nulls, &n);
	if (n != period->months)
		BadProfile("profile must have a share for each month of the period",
				   psprintf("It has %d, and the period, %s to %s, %d months.", n, DateText(period->first),
							DateText(period->last), period->months));
	for (int i = 0; i < n; i++)
	{
		if (i == place)
			*before = share;
		share = ProfileShare(period, i, values[i], nulls[i], share);
		if (i == place)
			*after = share;
	}
}

static int64
ShareOf(uint128 part, uint128 whole)
{
	return (int64) bpm_decimal_half_up(bpm_decimal_quotient(part, BPM_WHOLE, whole));
}

/*
 * expected_share(as_of, period [, profile]) → numeric: what should be there at the end of a day. Linear, months are
 * equal: the whole ones, and of a begun one its days; a period that is not of months goes by days.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_expected_share);
Datum
bpm_expected_share(PG_FUNCTION_ARGS)
{
	DateADT		date;
	Period		period;
	Day			day;
	int			place;
	int64		share;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	date = PG_GETARG_DATEADT(0);
	period = ReadPeriod(fcinfo, 1);
	if (date < period.first || date > period.last)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("day %s is outside of the period", DateText(date)),
				 errdetail("The period is %s to %s.", DateText(period.first), DateText(period.last)),
				 errhint("Nothing is expected before a period, and all of it after.")));
	day = DayOf(date);
	place = day.month - period.first_month;
	if (!PG_ARGISNULL(2))
	{
		int64		before = 0;
		int64		after = 0;

		ReadProfile(PG_GETARG_ARRAYTYPE_P(2), &period, place, &before, &after);
		share = (int64) bpm_decimal_half_up(
			bpm_decimal_quotient((uint128) before * day.days + (uint128) (after - before) * day.day, 1, day.days));
	}
	else if (period.months > 0)
		share = ShareOf((uint128) place * day.days + day.day, (uint128) period.months * day.days);
	else
		share = ShareOf((uint128) ((int64) date - period.first + 1),
						(uint128) ((int64) period.last - period.first + 1));
	PG_RETURN_NUMERIC(bpm_decimal_numeric(share, BPM_SHARE_DIGITS));
}

/* ------------------------------------------------------------------------------------------------
 * A profile of amounts by month
 * ----------------------------------------------------------------------------------------------*/

static void
BadPlan(const char *message, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errdetail("%s", detail),
			 errhint("%s", hint)));
}

/*
 * The sums of amounts, month by month.
 */
static int128 *
CumulativeSums(ArrayType *array, int *n)
{
	Datum	   *values;
	bool	   *nulls;
	int128		sum = 0;
	int128	   *sums;

	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &values, &nulls, n);
	sums = palloc(sizeof(int128) * (*n + 1));
	for (int i = 0; i < *n; i++)
	{
		if (nulls[i])
			BadPlan("plan must not have NULL", psprintf("The amount of month %d is missing.", i + 1),
					"A month in which nothing is planned has 0.");
		if (__builtin_add_overflow(sum, bpm_decimal_units(values[i], psprintf("amount of month %d", i + 1)), &sum))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("sum of a plan is out of range"),
					 errdetail("The limit is 1701411834604692317316873037158."),
					 errhint("Count in a larger unit, such as millions.")));
		memcpy(&sums[i], &sum, sizeof(int128));
	}
	return sums;
}

static char *
Amount(int128 units)
{
	char	   *text = palloc(BPM_DECIMAL_TEXT);

	bpm_decimal_append(text, units, BPM_DIGITS);
	return text;
}

/*
 * profile(planned) → numeric[]: cumulative shares of amounts by month, the last of them 1.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_profile);
Datum
bpm_profile(PG_FUNCTION_ARGS)
{
	int			n;
	int128	   *sums = CumulativeSums(PG_GETARG_ARRAYTYPE_P(0), &n);
	int128		total = n > 0 ? sums[n - 1] : 0;
	int128		before = 0;
	Datum	   *shares = palloc(sizeof(Datum) * (n + 1));

	if (total <= 0)
		BadPlan("plan must have a total above 0", psprintf("The total of its %d months is %s.", n, Amount(total)),
				"Without a plan there is no profile: leave it out.");
	for (int i = 0; i < n; i++)
	{
		int128		sum = sums[i];

		if (sum < before)
			BadPlan("plan must not fall", psprintf("With month %d its sum is %s, after %s.", i + 1, Amount(sum),
												   Amount(before)),
					"Plan what a month takes back together with what it takes back from.");
		if (sum > total)
			BadPlan("plan must not be above its total before the end",
					psprintf("With month %d its sum is %s, the total is %s.", i + 1, Amount(sum), Amount(total)),
					"Plan what a month takes back together with what it takes back from.");
		shares[i] = NumericGetDatum(bpm_decimal_numeric(ShareOf((uint128) sum, (uint128) total), BPM_SHARE_DIGITS));
		before = sum;
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(shares, n, NUMERICOID, -1, false, TYPALIGN_INT));
}

/* ------------------------------------------------------------------------------------------------
 * Pace
 * ----------------------------------------------------------------------------------------------*/

typedef enum Moves
{
	CUMULATIVE,
	LEVEL,
	RATE,
	MILESTONE,
	UNKNOWN_MOVES
} Moves;

/* in the order of Moves */
static const char *const move_words[] = {"cumulative", "level", "rate", "milestone", NULL};

/* the share where there is none */
#define NO_SHARE (-1)

typedef enum PaceResult
{
	PACE,
	NO_PACE,					/* not due, or nothing to measure by */
	PACE_OUT_OF_RANGE
} PaceResult;

static Moves
ReadMoves(const text *word, bool raise)
{
	const char *start = VARDATA_ANY(word);
	int			length = (int) VARSIZE_ANY_EXHDR(word);
	char	   *nearest;

	for (int i = 0; move_words[i] != NULL; i++)
		if (bpm_scan_is(start, length, move_words[i]))
			return (Moves) i;
	if (!raise)
		return UNKNOWN_MOVES;
	nearest = bpm_scan_nearest(start, length, move_words);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown way to move: \"%s\"", bpm_scan_clip(start, length)),
			 errdetail("A figure adds up over the period (cumulative), stands (level) or is a quotient (rate); a day "
					   "is a milestone."),
			 errhint("%s", nearest ? nearest : "Write cumulative, level, rate or milestone.")));
}

/*
 * 100 · part / (whole · share) in 10^-8, half away from zero. False when it does not fit.
 */
static bool
PacePercentage(int128 part, int128 whole, int64 share, int128 *pace)
{
	uint128		above = part < 0 ? -(uint128) part : (uint128) part;
	uint128		below = (uint128) whole;
	uint128		units;
	BpmQuotient quotient;

	if (share == BPM_WHOLE ||
		(!__builtin_mul_overflow(above, (uint128) BPM_WHOLE, &above) &&
		 !__builtin_mul_overflow(below, (uint128) share, &below) && (above >> 127) == 0 && (below >> 127) == 0))
	{
		if (!bpm_decimal_try_quotient(above, BPM_HUNDRED, below, &quotient))
			return false;
		units = bpm_decimal_half_up(quotient);
		if (units >= BPM_FIGURE_LIMIT)
			return false;
		*pace = part < 0 ? -(int128) units : (int128) units;
		return true;
	}
	return ExactRatio(ExactProduct(ExactOf(part), ExactProduct(ExactOf(BPM_HUNDRED), ExactOf(BPM_WHOLE))),
					  ExactProduct(ExactOf(whole), ExactOf(share)), pace) &&
		IsFigure(*pace);
}

/*
 * The pace of an actual. What cannot be mended any more is 0 and what is kept is 100, whatever the share; the rest
 * is measured by what should be there.
 */
static PaceResult
PaceOf(const BpmStanding *standing, Moves moves, int64 share, int128 *pace)
{
	bool		due = moves != CUMULATIVE || share > 0;

	*pace = 0;
	if (standing->graded)
		*pace = standing->score;
	else if (standing->reverse)
		*pace = standing->met ? BPM_HUNDRED : 0;
	else if (standing->beyond)
		*pace = 0;
	else if (standing->met && (standing->whole <= 0 || (standing->bounded && moves != CUMULATIVE)))
		*pace = BPM_HUNDRED;
	else if (!due)
		return NO_PACE;
	else if (standing->whole > 0 &&
			 !PacePercentage(standing->part, standing->whole, moves == CUMULATIVE ? share : BPM_WHOLE, pace))
		return PACE_OUT_OF_RANGE;
	return PACE;
}

static void
MilestoneOfFigure(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a milestone is reached on a day, not by a figure"),
			 errdetail("The way to move is \"milestone\"."),
			 errhint("Give the day on which it was reached, a target such as by 2026-06-30, and the day of today: "
					 "bpm.pace(reached, target, as_of).")));
}

/*
 * The share of the arguments, or NO_SHARE. False for what is none, where raise is not wanted.
 */
static bool
ReadShare(FunctionCallInfo fcinfo, int n, bool raise, int64 *share)
{
	*share = NO_SHARE;
	if (PG_ARGISNULL(n))
		return true;
	if (raise)
		*share = bpm_decimal_share(PG_GETARG_DATUM(n), "share");
	else if (bpm_decimal_try_share(PG_GETARG_DATUM(n), share) != DECIMAL_OK)
		return false;
	return *share >= 0 && *share <= BPM_WHOLE;
}

static Datum
Pace(FunctionCallInfo fcinfo, bool raise)
{
	BpmStanding standing;
	Moves		moves;
	int64		share;
	int128		pace;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	moves = ReadMoves(PG_GETARG_TEXT_PP(3), raise);
	if (moves == MILESTONE && raise)
		MilestoneOfFigure();
	if (moves == MILESTONE || moves == UNKNOWN_MOVES || !ReadShare(fcinfo, 2, raise, &share) ||
		!bpm_target_standing(PG_GETARG_DATUM(0), DatumGetTargetP(PG_GETARG_DATUM(1)), raise, &standing))
		PG_RETURN_NULL();
	switch (PaceOf(&standing, moves, share, &pace))
	{
		case PACE:
			PG_RETURN_NUMERIC(bpm_decimal_numeric(pace, BPM_DIGITS));
		case NO_PACE:
			break;
		case PACE_OUT_OF_RANGE:
			if (raise)
				ereport(ERROR,
						(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						 errmsg("pace is out of range"),
						 errdetail("It has more than %d digits before the decimal point.", BPM_MAX_INTEGER_DIGITS),
						 errhint("The target, or the share, is far too small for the actual.")));
	}
	PG_RETURN_NULL();
}

/*
 * pace(actual, target [, share [, moves]]) → numeric: a percentage, NULL where nothing is due.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pace);
Datum
bpm_pace(PG_FUNCTION_ARGS)
{
	return Pace(fcinfo, true);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_try_pace);
Datum
bpm_try_pace(PG_FUNCTION_ARGS)
{
	return Pace(fcinfo, false);
}

static Datum
PaceOfDay(FunctionCallInfo fcinfo, bool raise)
{
	int32		goal;

	if (PG_ARGISNULL(1) || !bpm_target_day(DatumGetTargetP(PG_GETARG_DATUM(1)), raise, &goal))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(0))
	{
		DateADT		reached = PG_GETARG_DATEADT(0);

		if (DATE_NOT_FINITE(reached))
		{
			if (raise)
				ereport(ERROR,
						(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						 errmsg("day on which it was reached must be a day, not infinity"),
						 errdetail("The target is \"by %s\".", DateText(goal)),
						 errhint("Use NULL for what is not reached.")));
			PG_RETURN_NULL();
		}
		PG_RETURN_NUMERIC(bpm_decimal_numeric(reached <= goal ? BPM_HUNDRED : 0, BPM_DIGITS));
	}
	if (PG_ARGISNULL(2) || PG_GETARG_DATEADT(2) <= goal)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_numeric(0, BPM_DIGITS));
}

/*
 * pace(reached date, target, as_of date) → numeric: of a milestone; NULL while it is not due.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pace_date);
Datum
bpm_pace_date(PG_FUNCTION_ARGS)
{
	return PaceOfDay(fcinfo, true);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_try_pace_date);
Datum
bpm_try_pace_date(PG_FUNCTION_ARGS)
{
	return PaceOfDay(fcinfo, false);
}

/* whether a figure of any number of decimals is below one of a rule */
static bool
IsBelow(BpmFigure figure, int128 limit)
{
	int128		scaled;

	/* what cannot be brought to the figure's scale is larger than it, either way */
	if (!bpm_decimal_try_rescale(limit, figure.extra, &scaled))
		return limit > 0;
	return figure.value < scaled;
}

/*
 * pace_colour(pace [, red_below [, yellow_below [, blue_from]]]) → text
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pace_colour);
Datum
bpm_pace_colour(PG_FUNCTION_ARGS)
{
	int128		red;
	int128		yellow;
	int128		blue = 0;
	bool		has_blue = !PG_ARGISNULL(3);
	BpmFigure	pace;
	const char *colour;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	red = bpm_decimal_exact(PG_GETARG_DATUM(1), "threshold of red");
	yellow = bpm_decimal_exact(PG_GETARG_DATUM(2), "threshold of yellow");
	if (has_blue)
		blue = bpm_decimal_exact(PG_GETARG_DATUM(3), "threshold of blue");
	if (red < 0 || yellow < red || (has_blue && blue < yellow))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("thresholds of a pace must rise from 0"),
				 errdetail("They are: red below %s, yellow below %s, blue from %s.", Amount(red), Amount(yellow),
						   has_blue ? Amount(blue) : "nothing"),
				 errhint("Usual are 60, 80 and 120.")));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	pace = bpm_decimal_figure(PG_GETARG_DATUM(0), "pace");
	if (IsBelow(pace, red))
		colour = "red";
	else if (IsBelow(pace, yellow))
		colour = "yellow";
	else if (!has_blue || IsBelow(pace, blue))
		colour = "green";
	else
		colour = "blue";
	PG_RETURN_TEXT_P(cstring_to_text(colour));
}

/* ------------------------------------------------------------------------------------------------
 * Earned value
 * ----------------------------------------------------------------------------------------------*/

#define EARNED_FIGURES 10

/* a row of results that is filled in order */
typedef struct Results
{
	Datum		values[EARNED_FIGURES];
	bool		nulls[EARNED_FIGURES];
	int			n;
} Results;

/*
 * The next result: part / whole, rounded once. NULL where what it needs is not there, the whole is 0, or a whole that
 * is next to nothing makes it larger than any figure.
 */
static void
AddResult(Results *results, bool known, Exact part, Exact whole)
{
	int128		units;
	int			i = results->n++;

	results->nulls[i] = !known || ExactSign(&whole) == 0;
	if (results->nulls[i])
		return;
	results->nulls[i] = !ExactRatio(part, whole, &units) || !IsFigure(units);
	if (results->nulls[i])
		return;
	results->values[i] = NumericGetDatum(bpm_decimal_numeric(units, BPM_DIGITS));
}

/*
 * earned_value(planned, earned, actual, at_completion) → (cost_variance, schedule_variance, cost_index,
 * schedule_index, estimate, estimate_at_budget, estimate_by_both, to_complete, variance_at_completion,
 * to_complete_index). With PV, EV, AC and BAC, CPI = EV/AC, SPI = EV/PV and EAC = BAC/CPI, which is BAC·AC/EV.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_earned_value);
Datum
bpm_earned_value(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"planned value", "earned value", "actual cost", "budget at completion"};
	Exact		figures[4] = {0};
	bool		known[4];
	const Exact *pv = &figures[0];
	const Exact *ev = &figures[1];
	const Exact *ac = &figures[2];
	const Exact *bac = &figures[3];
	const Exact one = ExactOf(1);
	const Exact unit = ExactOf(BPM_ONE);
	Exact		left;
	bool		cost;
	bool		all;
	TupleDesc	descriptor;
	Results		results = {0};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("function returning record called in context that cannot accept it")));
	for (int i = 0; i < 4; i++)
	{
		known[i] = !PG_ARGISNULL(i);
		if (known[i])
			figures[i] = ExactOf(bpm_decimal_units(PG_GETARG_DATUM(i), names[i]));
	}
	left = ExactDifference(*bac, *ev);
	/* an index of cost that something can be divided by; without one there is no estimate by it */
	cost = known[1] && known[2] && known[3] && ac->n > 0;
	all = cost && known[0] && pv->n > 0;

	AddResult(&results, known[1] && known[2], ExactDifference(*ev, *ac), one);
	AddResult(&results, known[1] && known[0], ExactDifference(*ev, *pv), one);
	AddResult(&results, known[1] && known[2], ExactProduct(*ev, unit), *ac);
	AddResult(&results, known[1] && known[0], ExactProduct(*ev, unit), *pv);
	AddResult(&results, cost, ExactProduct(*bac, *ac), *ev);
	AddResult(&results, known[1] && known[2] && known[3], ExactSum(*ac, left), one);
	/* AC + (BAC - EV) · AC · PV / EV² */
	AddResult(&results, all,
			  ExactSum(ExactProduct(*ac, ExactProduct(*ev, *ev)), ExactProduct(left, ExactProduct(*ac, *pv))),
			  ExactProduct(*ev, *ev));
	AddResult(&results, cost, ExactProduct(left, *ac), *ev);
	AddResult(&results, cost, ExactProduct(*bac, ExactDifference(*ev, *ac)), *ev);
	AddResult(&results, known[1] && known[2] && known[3], ExactProduct(left, unit), ExactDifference(*bac, *ac));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), results.values, results.nulls)));
}
