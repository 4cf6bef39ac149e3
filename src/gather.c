/*
 * gather.c: what aggregates gather of their rows: sums wider than 128 bits, or the rows themselves.
 *
 * Both states are internal, so that only the server can make one; parallel workers hand them over as plain
 * bytes, which no other server ever reads.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "gather.h"

/* ------------------------------------------------------------------------------------------------
 * Limbs
 * ----------------------------------------------------------------------------------------------*/

/*
 * The bits that a number takes: 0 of 0.
 */
int
bpm_limbs_bits(const uint64 *a, int n)
{
	while (n > 0 && a[n - 1] == 0)
		n--;
	return n == 0 ? 0 : 64 * (n - 1) + pg_leftmost_one_pos64(a[n - 1]) + 1;
}

static void
ShiftLeft(uint64 *a, int n, int bits)
{
	int			limbs = bits / 64;
	int			rest = bits % 64;

	for (int i = n - 1; i >= 0; i--)
	{
		uint64		high = i >= limbs ? a[i - limbs] : 0;
		uint64		low = i > limbs ? a[i - limbs - 1] : 0;

		a[i] = rest == 0 ? high : (high << rest) | (low >> (64 - rest));
	}
}

static void
ShiftRightOne(uint64 *a, int n)
{
	for (int i = 0; i < n; i++)
		a[i] = (a[i] >> 1) | (i + 1 < n ? a[i + 1] << 63 : 0);
}

/*
 * a / b to a whole number, half away from zero; a and b are left as rubbish. b is above 0, and both have RATIO_LIMBS
 * with the upper bit free. False when the result would not fit 127 bits.
 */
bool
bpm_limbs_ratio(uint64 *a, uint64 *b, uint128 *result)
{
	int			bits_a = bpm_limbs_bits(a, RATIO_LIMBS);
	int			bits_b = bpm_limbs_bits(b, RATIO_LIMBS);
	int			shift = bits_a - bits_b;
	int			n = Max(bits_a, bits_b) / 64 + 1;	/* limbs in use, with a bit to spare */

	*result = 0;
	if (shift > 125)
		return false;
	if (n <= 2)
	{
		uint128		part = ((uint128) a[1] << 64) | a[0];
		uint128		whole = ((uint128) b[1] << 64) | b[0];
		uint128		rest = part % whole;

		*result = part / whole + (rest >= whole - rest ? 1 : 0);
		return true;
	}
	if (shift >= 0)
	{
		/* long division by bits */
		ShiftLeft(b, n, shift);
		for (int bit = shift;; bit--)
		{
			if (LimbsCompare(a, b, n) >= 0)
			{
				LimbsSubtract(a, n, b, n);
				*result |= (uint128) 1 << bit;
			}
			if (bit == 0)
				break;
			ShiftRightOne(b, n);
		}
	}
	/* what is left is below b */
	ShiftLeft(a, n, 1);
	if (LimbsCompare(a, b, n) >= 0)
		(*result)++;
	return true;
}

/* ------------------------------------------------------------------------------------------------
 * States
 * ----------------------------------------------------------------------------------------------*/

/*
 * The memory of the aggregate that is computed.
 */
MemoryContext
bpm_aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	return context;
}

/*
 * The state to change: that of the first argument, or a new one of nothing.
 */
BpmSums *
bpm_sums_state(FunctionCallInfo fcinfo)
{
	if (likely(!PG_ARGISNULL(0)))
		return (BpmSums *) PG_GETARG_POINTER(0);
	return MemoryContextAllocZero(bpm_aggregate_context(fcinfo), sizeof(BpmSums));
}

static BpmPairs *
NewPairs(MemoryContext context)
{
	BpmPairs   *pairs = MemoryContextAllocZero(context, sizeof(BpmPairs));

	pairs->context = context;
	pairs->given = NOTHING_GIVEN;
	return pairs;
}

BpmPairs *
bpm_pairs_state(FunctionCallInfo fcinfo)
{
	if (likely(!PG_ARGISNULL(0)))
		return (BpmPairs *) PG_GETARG_POINTER(0);
	return NewPairs(bpm_aggregate_context(fcinfo));
}

static inline Size
PairSize(bool wide)
{
	return wide ? sizeof(WidePair) : sizeof(NarrowPair);
}

/*
 * Room for so many more. What grows doubles, so that a row costs the same however many there are.
 */
static void
Reserve(BpmPairs *pairs, int64 more)
{
	int64		needed = pairs->count + more;
	int64		capacity = Max(pairs->capacity * 2, 4);

	if (needed <= pairs->capacity)
		return;
	capacity = Max(capacity, needed);
	if (pairs->rows.any == NULL)
		pairs->rows.any = MemoryContextAllocHuge(pairs->context, (Size) capacity * PairSize(pairs->wide));
	else
		pairs->rows.any = repalloc_huge(pairs->rows.any, (Size) capacity * PairSize(pairs->wide));
	pairs->capacity = capacity;
}

static void
Widen(BpmPairs *pairs)
{
	NarrowPair *narrow = pairs->rows.narrow;

	if (pairs->wide)
		return;
	if (narrow != NULL)
	{
		WidePair   *wide = MemoryContextAllocHuge(pairs->context, (Size) pairs->capacity * sizeof(WidePair));

		for (int64 i = 0; i < pairs->count; i++)
			wide[i] = (WidePair) {narrow[i].a, narrow[i].b};
		pairs->rows.wide = wide;
		pfree(narrow);
	}
	pairs->wide = true;
}

/*
 * The row for which there is no room, or not in 64 bits.
 */
pg_noinline void
bpm_pairs_add_slow(BpmPairs *pairs, int128 a, int128 b)
{
	if (a != (int64) a || b != (int64) b)
		Widen(pairs);
	Reserve(pairs, 1);
	if (pairs->wide)
		pairs->rows.wide[pairs->count++] = (WidePair) {a, b};
	else
		pairs->rows.narrow[pairs->count++] = (NarrowPair) {(int64) a, (int64) b};
}

/* ------------------------------------------------------------------------------------------------
 * Parallel plans
 * ----------------------------------------------------------------------------------------------*/

/*
 * sums_merge(state, state): both.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_sums_merge);
Datum
bpm_sums_merge(PG_FUNCTION_ARGS)
{
	BpmSums    *state = bpm_sums_state(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		const BpmSums *other = (const BpmSums *) PG_GETARG_POINTER(1);

		for (int i = 0; i < SUMS; i++)
			LimbsAdd(state->sum[i], SUM_LIMBS, other->sum[i], SUM_LIMBS);
	}
	PG_RETURN_POINTER(state);
}

/*
 * Room for what a worker hands over.
 */
bytea *
bpm_state_bytes(Size size)
{
	bytea	   *bytes;

	if (!AllocSizeIsValid(VARHDRSZ + size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one group of a parallel worker"),
				 errdetail("A worker hands over at most 1 GB of a group."),
				 errhint("Set max_parallel_workers_per_gather to 0 for this query.")));
	bytes = palloc(VARHDRSZ + size);
	SET_VARSIZE(bytes, VARHDRSZ + size);
	return bytes;
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_sums_serialize);
Datum
bpm_sums_serialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = bpm_state_bytes(sizeof(BpmSums));

	memcpy(VARDATA(bytes), PG_GETARG_POINTER(0), sizeof(BpmSums));
	PG_RETURN_BYTEA_P(bytes);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_sums_deserialize);
Datum
bpm_sums_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	BpmSums    *state = palloc(sizeof(BpmSums));

	if (VARSIZE_ANY_EXHDR(bytes) != sizeof(BpmSums))
		elog(ERROR, "state of an aggregate has the wrong size");
	memcpy(state, VARDATA_ANY(bytes), sizeof(BpmSums));
	PG_RETURN_POINTER(state);
}

/*
 * pairs_merge(state, state): the rows of both.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pairs_merge);
Datum
bpm_pairs_merge(PG_FUNCTION_ARGS)
{
	BpmPairs   *state = bpm_pairs_state(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		const BpmPairs *other = (const BpmPairs *) PG_GETARG_POINTER(1);

		GivePairs(state, other->given);
		Reserve(state, other->count);
		for (int64 i = 0; i < other->count; i++)
		{
			WidePair	row = PairAt(other, i);

			AddPair(state, row.a, row.b);
		}
	}
	PG_RETURN_POINTER(state);
}

/*
 * What is given, a byte that says how wide the rows are, and the rows.
 */
#define PAIRS_HEADER (sizeof(int64) + 1)

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pairs_serialize);
Datum
bpm_pairs_serialize(PG_FUNCTION_ARGS)
{
	const BpmPairs *pairs = (const BpmPairs *) PG_GETARG_POINTER(0);
	Size		size = (Size) pairs->count * PairSize(pairs->wide);
	bytea	   *bytes = bpm_state_bytes(PAIRS_HEADER + size);

	memcpy(VARDATA(bytes), &pairs->given, sizeof(int64));
	VARDATA(bytes)[sizeof(int64)] = pairs->wide;
	if (size > 0)
		memcpy(VARDATA(bytes) + PAIRS_HEADER, pairs->rows.any, size);
	PG_RETURN_BYTEA_P(bytes);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_pairs_deserialize);
Datum
bpm_pairs_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	const char *data = VARDATA_ANY(bytes);
	BpmPairs   *pairs = NewPairs(CurrentMemoryContext);
	Size		size = VARSIZE_ANY_EXHDR(bytes);

	if (size < PAIRS_HEADER)
		elog(ERROR, "state of an aggregate has the wrong size");
	memcpy(&pairs->given, data, sizeof(int64));
	pairs->wide = data[sizeof(int64)] != 0;
	size -= PAIRS_HEADER;
	Reserve(pairs, (int64) (size / PairSize(pairs->wide)));
	pairs->count = (int64) (size / PairSize(pairs->wide));
	if (pairs->count > 0)
		memcpy(pairs->rows.any, data + PAIRS_HEADER, (Size) pairs->count * PairSize(pairs->wide));
	PG_RETURN_POINTER(pairs);
}
