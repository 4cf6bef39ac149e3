/*
 * decimal.c: numeric in and out of 128-bit fixed point.
 *
 * The one place that knows digits, rounding and overflow. Scores and rollups are exact because
 * every figure becomes a whole count of 10^-8 here, is added and multiplied as an integer, and is
 * divided and rounded once, at the end.
 *
 * The server has no function that hands out numeric's digits, so this file reads and writes the
 * format that numeric has on disk, which pg_upgrade keeps: base-10000 digits, most significant
 * first, trailing zeros stripped; weight is the power of 10000 of the first one.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "bpm.h"

/* numeric's header, as in utils/adt/numeric.c */
#define HEADER_KIND 0xC000		/* the two bits that tell the four headers apart */
#define HEADER_SHORT 0x8000
#define HEADER_NEGATIVE 0x4000	/* a long header; a positive one is 0 */
#define HEADER_SPECIAL 0xC000
#define SPECIAL_KIND 0xF000
#define SPECIAL_NAN 0xC000
#define SHORT_NEGATIVE 0x2000
#define SHORT_SCALE_SHIFT 7
#define SHORT_WEIGHT_SIGN 0x0040
#define SHORT_WEIGHT 0x003F

#define BASE 10000
#define BASE_DIGITS 4
#define FRACTION_DIGITS (BPM_DIGITS / BASE_DIGITS)	/* base-10000 digits in the kept decimals */

static const uint64 power_of_ten[] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
	UINT64CONST(10000000000), UINT64CONST(100000000000), UINT64CONST(1000000000000),
	UINT64CONST(10000000000000), UINT64CONST(100000000000000),
	UINT64CONST(1000000000000000), UINT64CONST(10000000000000000)
};

/* a numeric taken apart, its digits where they lie (perhaps unaligned) */
typedef struct Parts
{
	bool		negative;
	int			weight;
	int			ndigits;
	const char *digits;
} Parts;

static inline int
Digit(const char *digits, int i)
{
	int16		digit;

	memcpy(&digit, digits + i * sizeof(int16), sizeof(int16));
	return digit;
}

/*
 * Detoasted if it has to be; the headers of one and four bytes are both read as they are.
 */
static inline struct varlena *
Packed(Datum numeric)
{
	return PG_DETOAST_DATUM_PACKED(numeric);
}

/*
 * Take a numeric apart. NaN and the infinities are no figures, and neither is what is 10^29 or more.
 */
static BpmProblem
TakeApart(Datum numeric, Parts *parts)
{
	struct varlena *value = Packed(numeric);
	const char *data = VARDATA_ANY(value);
	int			size = VARSIZE_ANY_EXHDR(value);
	uint16		header;

	memcpy(&header, data, sizeof(header));
	data += sizeof(header);
	size -= sizeof(header);

	if ((header & HEADER_KIND) == HEADER_SPECIAL)
		return (header & SPECIAL_KIND) == SPECIAL_NAN ? DECIMAL_NAN : DECIMAL_INFINITE;

	if ((header & HEADER_KIND) == HEADER_SHORT)
	{
		parts->negative = (header & SHORT_NEGATIVE) != 0;
		parts->weight = header & SHORT_WEIGHT;
		if (header & SHORT_WEIGHT_SIGN)
			parts->weight |= ~SHORT_WEIGHT;
	}
	else
	{
		int16		weight;

		memcpy(&weight, data, sizeof(weight));
		data += sizeof(weight);
		size -= sizeof(weight);
		parts->negative = (header & HEADER_KIND) == HEADER_NEGATIVE;
		parts->weight = weight;
	}
	parts->digits = data;
	parts->ndigits = size / (int) sizeof(int16);

	/* 10^29 is 10 · 10000^7 */
	if (parts->ndigits > 0 &&
		(parts->weight > 7 || (parts->weight == 7 && Digit(parts->digits, 0) >= 10)))
		return DECIMAL_TOO_LARGE;
	return DECIMAL_OK;
}

/* the decimals that a numeric has, trailing zeros left out */
static int
Decimals(const Parts *parts)
{
	int			decimals = BASE_DIGITS * (parts->ndigits - 1 - parts->weight);

	/* numeric strips zero digits, so the last one is at least 1 */
	for (int last = Digit(parts->digits, parts->ndigits - 1); last % 10 == 0 && last != 0; last /= 10)
		decimals--;
	return decimals;
}

/*
 * Say why a numeric is no figure: what names the argument.
 */
void
bpm_decimal_raise(BpmProblem problem, Datum numeric, const char *what)
{
	Parts		parts;

	switch (problem)
	{
		case DECIMAL_OK:
			break;
		case DECIMAL_NAN:
		case DECIMAL_INFINITE:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s must be a figure, not %s", what,
							problem == DECIMAL_NAN ? "NaN" : "infinity"),
					 errdetail("Figures are exact, and so finite."),
					 errhint("Use NULL for what is missing.")));
			break;
		case DECIMAL_TOO_LARGE:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s is out of range", what),
					 errdetail("A figure has at most %d digits before the decimal point.",
							   BPM_MAX_INTEGER_DIGITS),
					 errhint("Count in a larger unit, such as millions.")));
			break;
		case DECIMAL_NOT_EXACT:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s has too many decimals", what),
					 errdetail("A figure of a rule has at most %d digits after the decimal point.",
							   BPM_DIGITS),
					 errhint("Round it: round(figure, %d).", BPM_DIGITS)));
			break;
		case DECIMAL_TOO_MANY_DIGITS:
			TakeApart(numeric, &parts);
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s has too many digits to be compared exactly", what),
					 errdetail("It has %d digits after the decimal point; at most 37 digits in all "
							   "are kept.", Decimals(&parts)),
					 errhint("Round it first: round(figure, 12).")));
	}
}

/*
 * The digits down to 10000^-places as an integer, cut; *next is the digit after the last one.
 */
static int128
CutAt(const Parts *parts, int places, int *next)
{
	int			wanted = parts->weight + 1 + places;
	int128		value = 0;
	int			i;

	for (i = 0; i < wanted; i++)
		value = value * BASE + (i < parts->ndigits ? Digit(parts->digits, i) : 0);
	*next = (wanted >= 0 && wanted < parts->ndigits) ? Digit(parts->digits, wanted) : 0;
	return value;
}

/*
 * The figures that nearly all rows have: at most 8 decimals, and units that fit 64 bits. Gives up
 * (false) on everything else, bpm_decimal_round() and bpm_decimal_figure() then take it on.
 */
bool
bpm_decimal_read_small(Datum numeric, int64 *units)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(numeric);
	const char *data;
	int			ndigits;
	int			weight;
	int			wanted;
	uint16		header;
	uint64		sum = 0;

	if (VARATT_IS_1B(value))
	{
		if (VARATT_IS_1B_E(value))
			return false;
		data = VARDATA_1B(value);
		ndigits = (int) (VARSIZE_1B(value) - VARHDRSZ_SHORT - sizeof(uint16));
	}
	else
	{
		if (!VARATT_IS_4B_U(value))
			return false;
		data = VARDATA_4B(value);
		ndigits = (int) (VARSIZE_4B(value) - VARHDRSZ - sizeof(uint16));
	}
	ndigits /= (int) sizeof(int16);

	memcpy(&header, data, sizeof(header));
	if ((header & HEADER_KIND) != HEADER_SHORT)
		return false;
	data += sizeof(header);

	weight = header & SHORT_WEIGHT;
	if (header & SHORT_WEIGHT_SIGN)
		weight |= ~SHORT_WEIGHT;
	wanted = weight + 1 + FRACTION_DIGITS;
	if (ndigits > wanted)
	{
		/* more than 8 decimals */
		return false;
	}

	/*
	 * Up to four digits stay below 10^16; a fifth may lead with 921, as 922 · 10^16 is 2^63 and
	 * a bit more.
	 */
	if (wanted > 4 && ndigits > 0 && (wanted > 5 || Digit(data, 0) > 921))
		return false;

	switch (ndigits)
	{
		case 0:
			*units = 0;
			return true;
		case 1:
			sum = Digit(data, 0);
			break;
		case 2:
			sum = Digit(data, 0) * BASE + Digit(data, 1);
			break;
		default:
			for (int i = 0; i < ndigits; i++)
				sum = sum * BASE + Digit(data, i);
	}
	sum *= power_of_ten[BASE_DIGITS * (wanted - ndigits)];
	*units = (header & SHORT_NEGATIVE) ? -(int64) sum : (int64) sum;
	return true;
}

/*
 * A figure as units of 10^-digits, half away from zero, rounded once whatever digits it came with.
 */
BpmProblem
bpm_decimal_try_round_to(Datum numeric, int digits, int128 *units)
{
	Parts		parts;
	BpmProblem	problem = TakeApart(numeric, &parts);
	int128		value;
	int			next;

	if (problem != DECIMAL_OK)
		return problem;
	value = CutAt(&parts, FRACTION_DIGITS, &next);
	if (digits < BPM_DIGITS)
	{
		int128		unit = power_of_ten[BPM_DIGITS - digits];
		int128		rest = value % unit;

		/* what was cut lies below the last digit of rest, and cannot bring it to a half */
		value = value / unit + (2 * rest >= unit ? 1 : 0);
	}
	else if (next >= BASE / 2)
		value++;

	/* 99999999999999999999999999999.999999995 becomes 10^29, which nothing reads back */
	if (value > 0 && value / power_of_ten[digits] / power_of_ten[16] >= power_of_ten[13])
		return DECIMAL_TOO_LARGE;
	*units = parts.negative ? -value : value;
	return DECIMAL_OK;
}

int128
bpm_decimal_round_to(Datum numeric, int digits, const char *what)
{
	int128		units = 0;
	BpmProblem	problem = bpm_decimal_try_round_to(numeric, digits, &units);

	if (unlikely(problem != DECIMAL_OK))
		bpm_decimal_raise(problem, numeric, what);
	return units;
}

/*
 * A figure as units of 10^-8, half away from zero: what a rollup keeps of a weight or a score.
 */
int128
bpm_decimal_round(Datum numeric, const char *what)
{
	return bpm_decimal_round_to(numeric, BPM_DIGITS, what);
}

/*
 * A share as a count of 10^-16, half away from zero: what is not between 0 and 1 is below 0 or above BPM_WHOLE.
 */
BpmProblem
bpm_decimal_try_share(Datum numeric, int64 *share)
{
	Parts		parts;
	BpmProblem	problem = TakeApart(numeric, &parts);
	int			next;

	if (problem == DECIMAL_TOO_LARGE || (problem == DECIMAL_OK && parts.ndigits > 0 && parts.weight > 0))
	{
		*share = parts.negative ? -1 : BPM_WHOLE + 1;
		return DECIMAL_OK;
	}
	if (problem != DECIMAL_OK)
		return problem;
	/* below 10000 */
	*share = (int64) Min(CutAt(&parts, BPM_SHARE_DIGITS / BASE_DIGITS, &next), 2 * BPM_WHOLE);
	if (next >= BASE / 2)
		(*share)++;
	if (parts.negative)
		*share = -*share;
	return DECIMAL_OK;
}

/*
 * A share, or an error.
 */
int64
bpm_decimal_share(Datum numeric, const char *what)
{
	int64		share = 0;
	BpmProblem	problem = bpm_decimal_try_share(numeric, &share);

	if (unlikely(problem != DECIMAL_OK))
		bpm_decimal_raise(problem, numeric, what);
	if (unlikely(share < 0 || share > BPM_WHOLE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 0 and 1", what),
				 errdetail("It is %s.", bpm_decimal_shown(numeric)),
				 errhint("58 percent are written 0.58.")));
	return share;
}

/*
 * A numeric as it came, for messages; very long ones are cut.
 */
char *
bpm_decimal_shown(Datum numeric)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, numeric));

	return bpm_scan_clip(text, (int) strlen(text));
}

/*
 * A figure that is part of a rule: it must fit 8 decimals as it is.
 */
BpmProblem
bpm_decimal_try_exact(Datum numeric, int128 *units)
{
	Parts		parts;
	BpmProblem	problem = TakeApart(numeric, &parts);
	int			next;

	if (problem != DECIMAL_OK)
		return problem;
	if (parts.ndigits > 0 && parts.weight - parts.ndigits + 1 < -FRACTION_DIGITS)
		return DECIMAL_NOT_EXACT;
	*units = CutAt(&parts, FRACTION_DIGITS, &next);
	if (parts.negative)
		*units = -*units;
	return DECIMAL_OK;
}

int128
bpm_decimal_exact(Datum numeric, const char *what)
{
	int128		units = 0;
	BpmProblem	problem = bpm_decimal_try_exact(numeric, &units);

	if (problem != DECIMAL_OK)
		bpm_decimal_raise(problem, numeric, what);
	return units;
}

/*
 * A figure with all its digits, to be compared and scored exactly.
 */
BpmProblem
bpm_decimal_try_figure(Datum numeric, BpmFigure *figure)
{
	Parts		parts;
	BpmProblem	problem;
	int64		small;
	int			places;
	int			next;

	if (likely(bpm_decimal_read_small(numeric, &small)))
	{
		figure->value = small;
		figure->extra = 0;
		return DECIMAL_OK;
	}
	problem = TakeApart(numeric, &parts);
	if (problem != DECIMAL_OK)
		return problem;
	places = Max(FRACTION_DIGITS, parts.ndigits - 1 - parts.weight);

	/* 10^37 is 10 · 10000^9: with places, the first digit counts 10000^(weight + places) */
	if (parts.ndigits > 0 &&
		(parts.weight + places > 9 ||
		 (parts.weight + places == 9 && Digit(parts.digits, 0) >= 10)))
		return DECIMAL_TOO_MANY_DIGITS;
	figure->value = CutAt(&parts, places, &next);
	if (parts.negative)
		figure->value = -figure->value;
	figure->extra = BASE_DIGITS * (places - FRACTION_DIGITS);
	return DECIMAL_OK;
}

BpmFigure
bpm_decimal_figure(Datum numeric, const char *what)
{
	BpmFigure	figure = {0};
	BpmProblem	problem = bpm_decimal_try_figure(numeric, &figure);

	if (unlikely(problem != DECIMAL_OK))
		bpm_decimal_raise(problem, numeric, what);
	return figure;
}

/*
 * A rule's figure brought to the scale of an actual with more decimals. False when together they need
 * more than 37 digits.
 */
bool
bpm_decimal_try_rescale(int128 value, int extra, int128 *result)
{
	const int128 limit = (int128) power_of_ten[16] * power_of_ten[16] * power_of_ten[5];

	for (; extra > 0 && value != 0; extra -= BASE_DIGITS)
	{
		if (value >= limit / BASE || value <= -(limit / BASE))
			return false;
		value *= BASE;
	}
	*result = value;
	return true;
}

static pg_noinline void
QuotientOutOfRange(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("quotient is out of range"),
			 errdetail("It has more than %d digits before the decimal point.",
					   BPM_MAX_INTEGER_DIGITS),
			 errhint("A figure is divided by one that is far too small for it.")));
}

/*
 * a · m / d exactly: the whole quotient and the rest. d is positive, a and d are below 2^127. False when
 * the quotient does not fit.
 */
bool
bpm_decimal_try_divide(uint128 a, uint64 m, uint128 d, uint128 *result, uint128 *rest)
{
	uint128	product;
	uint128	quotient = 0;
	uint128	quotient_a;
	uint128	rest_a;
	bool		overflow = false;

	if (likely(!__builtin_mul_overflow(a, (uint128) m, &product)))
	{
		if (product <= PG_UINT64_MAX && d <= PG_UINT64_MAX)
		{
			*rest = (uint64) product % (uint64) d;
			*result = (uint64) product / (uint64) d;
			return true;
		}
		*result = product / d;
		*rest = product - *result * d;
		return (*result >> 126) == 0;
	}

	quotient_a = a / d;
	rest_a = a % d;
	if (likely((m >> 34) == 0 && (d >> 109) == 0))
	{
		/* by halves of m, of 17 bits each */
		uint128		part = rest_a * (m >> 17);
		uint128		high = part / d;

		part = ((part - high * d) << 17) + rest_a * (m & 0x1FFFF);
		quotient = part / d;
		*rest = part - quotient * d;
		quotient += high << 17;
		overflow = __builtin_mul_overflow(quotient_a, (uint128) m, &quotient_a) ||
			__builtin_add_overflow(quotient, quotient_a, &quotient);
		*result = quotient;
		return !overflow && (quotient >> 126) == 0;
	}

	/* long multiplication by the bits of m, dividing as it goes; the rest stays below d */
	*rest = 0;
	for (int bit = 63; bit >= 0; bit--)
	{
		overflow |= __builtin_add_overflow(quotient, quotient, &quotient);
		*rest += *rest;
		if (*rest >= d)
		{
			*rest -= d;
			quotient++;
		}
		if (m & (UINT64CONST(1) << bit))
		{
			overflow |= __builtin_add_overflow(quotient, quotient_a, &quotient);
			*rest += rest_a;
			if (*rest >= d)
			{
				*rest -= d;
				overflow |= __builtin_add_overflow(quotient, 1, &quotient);
			}
		}
	}
	*result = quotient;
	return !overflow && (quotient >> 126) == 0;
}

/*
 * The same where the caller bounds the quotient, or is content with an error.
 */
uint128
bpm_decimal_divide(uint128 a, uint64 m, uint128 d, uint128 *rest)
{
	uint128		quotient;

	if (unlikely(!bpm_decimal_try_divide(a, m, d, &quotient, rest)))
		QuotientOutOfRange();
	return quotient;
}

/* where a rest lies in its unit */
static BpmRest
RestOf(uint128 rest, uint128 unit)
{
	if (rest == 0)
		return REST_NONE;
	if (rest < unit - rest)
		return REST_BELOW_HALF;
	return rest == unit - rest ? REST_HALF : REST_ABOVE_HALF;
}

/*
 * The same, cut to a whole number, and where the rest lies.
 */
bool
bpm_decimal_try_quotient(uint128 a, uint64 m, uint128 d, BpmQuotient *result)
{
	uint128		rest;

	if (!bpm_decimal_try_divide(a, m, d, &result->units, &rest))
		return false;
	result->rest = RestOf(rest, d);
	return true;
}

BpmQuotient
bpm_decimal_quotient(uint128 a, uint64 m, uint128 d)
{
	BpmQuotient result;
	uint128		rest;

	result.units = bpm_decimal_divide(a, m, d, &rest);
	result.rest = RestOf(rest, d);
	return result;
}

/*
 * The same quotient cut to fewer digits: the rest of the units joins the rest.
 */
BpmQuotient
bpm_decimal_ten_power_down(BpmQuotient q, int digits)
{
	const int	most = lengthof(power_of_ten) - 1;
	uint128	unit;
	uint128	rest;

	/* the scale of an actual may have more; cutting twice keeps the rest where it lies */
	for (; digits > most; digits -= most)
		q = bpm_decimal_ten_power_down(q, most);
	if (digits == 0)
		return q;
	unit = power_of_ten[digits];
	rest = q.units % unit;
	q.units /= unit;
	if (rest == 0 && q.rest == REST_NONE)
		q.rest = REST_NONE;
	else if (2 * rest < unit)
		q.rest = REST_BELOW_HALF;
	else if (2 * rest == unit && q.rest == REST_NONE)
		q.rest = REST_HALF;
	else
		q.rest = REST_ABOVE_HALF;
	return q;
}

/*
 * value · 10^-scale as a numeric that shows scale decimals, at most 16.
 */
Numeric
bpm_decimal_numeric(int128 value, int scale)
{
	uint128	rest = value < 0 ? -(uint128) value : (uint128) value;
	int			fraction = (scale + BASE_DIGITS - 1) / BASE_DIGITS;
	int16		digits[16];		/* 2^128 · 1000 has 11 */
	int			first = lengthof(digits);
	int			last = lengthof(digits);
	int			weight;
	int			size;
	uint16		header;
	char	   *result;

	Assert(scale >= 0 && scale <= 16);

	if (rest != 0 && scale % BASE_DIGITS != 0)
	{
		/* the first group separately, as the shift to whole groups could overflow */
		int			short_digits = scale % BASE_DIGITS;
		uint64		unit = power_of_ten[short_digits];

		digits[--first] = (int16) ((uint64) (rest % unit) *
								   power_of_ten[BASE_DIGITS - short_digits]);
		rest /= unit;
	}
	while (rest > PG_UINT64_MAX)
	{
		digits[--first] = (int16) (rest % BASE);
		rest /= BASE;
	}
	for (uint64 small = (uint64) rest; small != 0; small /= BASE)
		digits[--first] = (int16) (small % BASE);

	weight = (int) lengthof(digits) - first - fraction - 1;
	while (last > first && digits[last - 1] == 0)
		last--;
	while (first < last && digits[first] == 0)
	{
		first++;
		weight--;
	}
	if (first == last)
		weight = 0;

	header = HEADER_SHORT | (scale << SHORT_SCALE_SHIFT) | (weight & SHORT_WEIGHT);
	if (weight < 0)
		header |= SHORT_WEIGHT_SIGN;
	if (value < 0)
		header |= SHORT_NEGATIVE;

	size = VARHDRSZ + sizeof(header) + (last - first) * sizeof(int16);
	result = palloc(size);
	SET_VARSIZE(result, size);
	memcpy(result + VARHDRSZ, &header, sizeof(header));
	memcpy(result + VARHDRSZ + sizeof(header), digits + first, (last - first) * sizeof(int16));
	return (Numeric) result;
}

/*
 * The same without trailing zeros.
 */
Numeric
bpm_decimal_trimmed(int128 value, int scale)
{
	while (scale > 0 && value % 10 == 0)
	{
		value /= 10;
		scale--;
	}
	return bpm_decimal_numeric(value, scale);
}

/*
 * The digits argument of an accessor.
 */
int
bpm_decimal_digits_arg(int32 digits)
{
	if (digits < 0 || digits > BPM_DIGITS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("digits must be between 0 and %d, not %d", BPM_DIGITS, digits)));
	return digits;
}

/*
 * value · 10^-scale as text, without trailing zeros: 95, 0.5, -1200.25. Returns the new end; out
 * has BPM_DECIMAL_TEXT bytes.
 */
char *
bpm_decimal_append(char *out, int128 value, int scale)
{
	uint128	rest = value < 0 ? -(uint128) value : (uint128) value;
	char		reversed[BPM_DECIMAL_TEXT];
	int			n = 0;

	while (scale > 0 && rest % 10 == 0)
	{
		rest /= 10;
		scale--;
		if (rest == 0)
			scale = 0;
	}
	if (scale > 0)
	{
		for (; scale > 0; scale--, rest /= 10)
			reversed[n++] = (char) ('0' + (int) (rest % 10));
		reversed[n++] = '.';
	}
	do
	{
		reversed[n++] = (char) ('0' + (int) (rest % 10));
		rest /= 10;
	} while (rest != 0);
	if (value < 0)
		reversed[n++] = '-';
	while (n > 0)
		*out++ = reversed[--n];
	*out = '\0';
	return out;
}

/*
 * Whether this server lays numeric out as it is read and written here: asked once, when the library is
 * loaded, because a fork or a later version that does not would make every figure wrong without a word.
 */
void
bpm_decimal_check_layout(void)
{
	static const struct
	{
		const char *text;
		int64		units;
	}			known[] = {
		{"0", 0}, {"1.00000000", 100000000}, {"-1234567.89000000", INT64CONST(-123456789000000)},
		{"0.00010000", 10000}, {"10000.00000001", INT64CONST(1000000000001)},
		{"-0.00000001", -1}, {"92199999999.99999999", INT64CONST(9219999999999999999)}
	};

	for (int i = 0; i < (int) lengthof(known); i++)
	{
		Datum		numeric = DirectFunctionCall3(numeric_in, CStringGetDatum(known[i].text),
												  ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
		int64		units = 0;
		int128		large = 0;
		char	   *written = DatumGetCString(DirectFunctionCall1(numeric_out,
																   NumericGetDatum(bpm_decimal_numeric(known[i].units, known[i].units ? BPM_DIGITS : 0))));

		if (!bpm_decimal_read_small(numeric, &units) || units != known[i].units ||
			bpm_decimal_try_round_to(numeric, BPM_DIGITS, &large) != DECIMAL_OK ||
			large != known[i].units || strcmp(written, known[i].text) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("this server lays numeric out in a way that bpm cannot read"),
					 errdetail("The figure %s is not read or written as it is.", known[i].text),
					 errhint("bpm works on PostgreSQL 15 to 18.")));
	}
}
