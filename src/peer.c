/*
 * peer.c: how well others do with as much, without a model of how it is done.
 *
 *   free disposal     min over peers with at least the output of their input / the own input (D. Deprins,
 *                     L. Simar and H. Tulkens, 1984: the free disposal hull)
 *   constant returns  own output/input over the best output/input (M. Farrell, 1957; with one input and one
 *                     output data envelopment analysis is no more)
 *   activity index    Σ c0·q1 / Σ c0·q0: unlike outputs, added by the unit costs of the base year
 *
 * All figures are whole counts of 10^-8; a score is divided once and rounded once.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "gather.h"
#include "tree_wide.h"

/* ------------------------------------------------------------------------------------------------
 * Efficiency among the peers of a partition
 * ----------------------------------------------------------------------------------------------*/

#define NO_SCORE (-1)

typedef enum Method
{
	FREE_DISPOSAL,
	CONSTANT_RETURNS
} Method;

#define METHODS 2

static const char *const method_names[] = {"free disposal", "constant returns", NULL};

/* a row that is a peer */
typedef struct Peer
{
	int128		input;
	int128		output;
	int64		row;			/* its place in the partition */
} Peer;

/*
 * What is kept of a partition: its peers, and, for each method that somebody asked for, the scores of all rows in
 * 10^-8. Scores are at most 1.
 */
typedef struct Partition
{
	MemoryContext context;
	int64		rows;
	int64		count;			/* of peers */
	Peer	   *peers;			/* NULL: not read yet */
	int32	   *scores[METHODS];	/* NULL: nobody asked */
} Partition;

#define ST_SORT SortByOutput
#define ST_ELEMENT_TYPE Peer
#define ST_COMPARE(p, q) ((p)->output > (q)->output ? -1 : (p)->output < (q)->output)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

static void
NoFigure(const char *what, const char *rule, int128 value, const char *hint)
{
	char		figure[BPM_DECIMAL_TEXT];

	bpm_decimal_append(figure, value, BPM_DIGITS);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s %s", what, rule),
			 errdetail("The %s of a row is %s.", what, figure),
			 errhint("%s", hint)));
}

/*
 * An argument of a row, wherever it lies in the partition; false for NULL. Read at once, as the next call
 * may overwrite it.
 */
static bool
ReadArgument(WindowObject window, int argument, int64 row, const char *what, int128 *units)
{
	bool		null;
	bool		out;
	Datum		value = WinGetFuncArgInPartition(window, argument, (int) row, WINDOW_SEEK_HEAD, false, &null, &out);

	Assert(!out);
	if (null)
		return false;
	*units = bpm_decimal_units(value, what);
	return true;
}

static void
ReadPeers(WindowObject window, Partition *partition)
{
	partition->rows = WinGetPartitionRowCount(window);
	if (partition->rows > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one partition of peers"),
				 errdetail("There are %lld; the limit is %d.", (long long) partition->rows, PG_INT32_MAX),
				 errhint("Compare units of a kind: partition by function, size or region.")));
	partition->peers = MemoryContextAllocHuge(partition->context, (Size) partition->rows * sizeof(Peer));
	for (int64 row = 0; row < partition->rows; row++)
	{
		Peer	   *peer = &partition->peers[partition->count];
		bool		known = ReadArgument(window, 0, row, "input", &peer->input);

		CHECK_FOR_INTERRUPTS();
		if (known && peer->input <= 0)
			NoFigure("input", "must be above 0", peer->input,
					 "Use NULL where the input is not known; nothing is made of nothing.");
		/* both are looked at, so that what is an error does not depend on the other */
		if (!ReadArgument(window, 1, row, "output", &peer->output))
			continue;
		if (peer->output < 0)
			NoFigure("output", "must not be negative", peer->output,
					 "Use NULL where the output is not known.");
		peer->row = row;
		partition->count += known;
	}
}

/*
 * The least input among those with at least the output: going down from the largest output, with all of one
 * output at once.
 */
static void
ScoreFreeDisposal(Partition *partition, int32 *scores)
{
	Peer	   *peers = partition->peers;
	int128		least = 0;
	int64		end;

	SortByOutput(peers, partition->count);
	for (int64 start = 0; start < partition->count; start = end)
	{
		CHECK_FOR_INTERRUPTS();
		for (end = start; end < partition->count && peers[end].output == peers[start].output; end++)
			if (end == 0 || peers[end].input < least)
				least = peers[end].input;
		for (int64 i = start; i < end; i++)
			scores[peers[i].row] = (int32) bpm_decimal_half_up(
				bpm_decimal_quotient((uint128) least, BPM_ONE, (uint128) peers[i].input));
	}
}

/* whether a has more output for its input than b */
static bool
IsBetter(const Peer *a, const Peer *b)
{
	Wide		ours = WideProduct(a->output, b->input);
	Wide		theirs = WideProduct(b->output, a->input);

	return ours.high != theirs.high ? ours.high > theirs.high : ours.low > theirs.low;
}

/*
 * own output · best input / (own input · best output), in 10^-8
 */
static int32
RatioToBest(const Peer *own, const Peer *best)
{
	static const uint64 one = BPM_ONE;
	uint64		a[2];
	uint64		b[2];
	uint64		product[4] = {0};
	uint64		part[RATIO_LIMBS] = {0};
	uint64		whole[RATIO_LIMBS] = {0};
	int128		above;
	int128		below;
	uint128		score;

	if (likely(!__builtin_mul_overflow(own->output, best->input, &above) &&
			   !__builtin_mul_overflow(own->input, best->output, &below)))
		return (int32) bpm_decimal_half_up(bpm_decimal_quotient((uint128) above, BPM_ONE, (uint128) below));
	LimbsOf((uint128) own->output, a);
	LimbsOf((uint128) best->input, b);
	LimbsAddProduct(product, 4, a, 2, b, 2);
	LimbsAddProduct(part, RATIO_LIMBS, product, 4, &one, 1);
	LimbsOf((uint128) own->input, a);
	LimbsOf((uint128) best->output, b);
	LimbsAddProduct(whole, RATIO_LIMBS, a, 2, b, 2);
	if (!bpm_limbs_ratio(part, whole, &score))
		elog(ERROR, "efficiency above the best");
	return (int32) score;
}

static void
ScoreConstantReturns(Partition *partition, int32 *scores)
{
	const Peer *peers = partition->peers;
	const Peer *best = peers;

	for (int64 i = 1; i < partition->count; i++)
		if (IsBetter(&peers[i], best))
			best = &peers[i];
	/* nobody brought anything about: there is no best to be measured by */
	if (partition->count == 0 || best->output == 0)
		return;
	for (int64 i = 0; i < partition->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		scores[peers[i].row] = RatioToBest(&peers[i], best);
	}
}

static Method
ReadMethod(const text *name)
{
	const char *text = VARDATA_ANY(name);
	int			length = (int) VARSIZE_ANY_EXHDR(name);

	for (int i = 0; i < METHODS; i++)
		if (bpm_scan_is(text, length, method_names[i]))
			return (Method) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown method of efficiency: \"%s\"", bpm_scan_clip(text, length)),
			 errdetail("The methods are \"%s\" and \"%s\".", method_names[FREE_DISPOSAL],
					   method_names[CONSTANT_RETURNS]),
			 errhint("Free disposal compares with who does at least as much; constant returns with the best "
					 "output for one of input, whatever its size.")));
}

/*
 * peer_efficiency(input, output [, method]) → numeric, a window function. All is read and scored with the first
 * row of a partition; neither the order nor the frame of the window has a say.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_peer_efficiency);
Datum
bpm_peer_efficiency(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Partition  *partition;
	Method		method;
	Datum		name;
	bool		null;
	int32	   *scores;
	int32		score;

	if (!WindowObjectIsValid(window))
		elog(ERROR, "window function called in non-window context");
	name = WinGetFuncArgCurrent(window, 2, &null);
	if (null)
		PG_RETURN_NULL();
	method = ReadMethod(DatumGetTextPP(name));

	partition = WinGetPartitionLocalMemory(window, sizeof(Partition));
	partition->context = GetMemoryChunkContext(partition);
	if (partition->peers == NULL)
		ReadPeers(window, partition);
	scores = partition->scores[method];
	if (scores == NULL)
	{
		scores = MemoryContextAllocHuge(partition->context, (Size) partition->rows * sizeof(int32));
		for (int64 i = 0; i < partition->rows; i++)
			scores[i] = NO_SCORE;
		if (method == FREE_DISPOSAL)
			ScoreFreeDisposal(partition, scores);
		else
			ScoreConstantReturns(partition, scores);
		partition->scores[method] = scores;
	}
	score = scores[WinGetCurrentPosition(window)];
	if (score == NO_SCORE)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_numeric(score, BPM_DIGITS));
}

/* ------------------------------------------------------------------------------------------------
 * Unlike outputs, added by what they cost
 * ----------------------------------------------------------------------------------------------*/

#define ACTIVITY_BEFORE 0		/* Σ cost · before */
#define ACTIVITY_NOW 1			/* Σ cost · now */

static inline int128
NotNegative(FunctionCallInfo fcinfo, int n, const char *what)
{
	int128		units = bpm_decimal_units(PG_GETARG_DATUM(n), what);

	if (unlikely(units < 0))
		NoFigure(what, "must not be negative", units,
				 "Use NULL for what is not known: the row is then left out on both sides.");
	return units;
}

static Datum
ChangeActivity(FunctionCallInfo fcinfo, bool remove)
{
	BpmSums    *sums = bpm_sums_state(fcinfo);
	uint64		cost[2];
	uint64		before[2];
	uint64		now[2];
	uint64		product[4] = {0};

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_POINTER(sums);
	LimbsOf((uint128) NotNegative(fcinfo, 1, "cost"), cost);
	LimbsOf((uint128) NotNegative(fcinfo, 2, "output before"), before);
	LimbsOf((uint128) NotNegative(fcinfo, 3, "output now"), now);
	LimbsAddProduct(product, 4, cost, 2, before, 2);
	ChangeSum(sums, ACTIVITY_BEFORE, product, 4, remove);
	memset(product, 0, sizeof(product));
	LimbsAddProduct(product, 4, cost, 2, now, 2);
	ChangeSum(sums, ACTIVITY_NOW, product, 4, remove);
	PG_RETURN_POINTER(sums);
}

/*
 * activity_accum(state, cost, before, now), and its exact inverse for moving windows.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_activity_accum);
Datum
bpm_activity_accum(PG_FUNCTION_ARGS)
{
	return ChangeActivity(fcinfo, false);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_activity_remove);
Datum
bpm_activity_remove(PG_FUNCTION_ARGS)
{
	return ChangeActivity(fcinfo, true);
}

/*
 * activity_final(state) → numeric
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_activity_final);
Datum
bpm_activity_final(PG_FUNCTION_ARGS)
{
	static const uint64 one = BPM_ONE;
	const BpmSums *sums = PG_ARGISNULL(0) ? NULL : (const BpmSums *) PG_GETARG_POINTER(0);
	uint64		part[RATIO_LIMBS] = {0};
	uint64		whole[RATIO_LIMBS] = {0};
	uint128		index;

	if (sums == NULL || LimbsAreZero(sums->sum[ACTIVITY_BEFORE], SUM_LIMBS))
		PG_RETURN_NULL();
	LimbsAddProduct(part, RATIO_LIMBS, sums->sum[ACTIVITY_NOW], SUM_LIMBS, &one, 1);
	memcpy(whole, sums->sum[ACTIVITY_BEFORE], sizeof(sums->sum[ACTIVITY_BEFORE]));
	if (!bpm_limbs_ratio(part, whole, &index) || index >= BPM_FIGURE_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("activity index is out of range"),
				 errdetail("It has more than %d digits before the decimal point.", BPM_MAX_INTEGER_DIGITS),
				 errhint("The outputs of both years are to be in the same units.")));
	PG_RETURN_NUMERIC(bpm_decimal_numeric((int128) index, BPM_DIGITS));
}
