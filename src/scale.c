/*
 * scale.c: what a score is called.
 *
 *   scale := band (',' band)* ',' label ['round' digits]
 *   band  := label ('>=' | '>' | '<=' | '<') number
 *   label := word | '"' text '"'         a double quote within is written twice
 *
 * Bounds fall (>=, >), or rise (<=, <), where less is better; the last band has none, so that a scale has
 * neither gap nor overlap. Bands are written from the best to the worst. A score is rounded to the scale's
 * digits first (2 when not given): a rating is that of the figure which is published.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "bpm.h"

#define TYPE_NAME "bpm.scale"
#define EXAMPLE "A scale is written: excellent >= 90, good >= 80, fair >= 60, poor."

#define MAX_BANDS 32
#define MAX_LABEL 63			/* bytes */
#define DEFAULT_DIGITS 2

/*
 * On disk: this header, the bounds of all bands but the last in units of 10^-8, then the labels,
 * each with a terminating zero.
 */
struct BpmScale
{
	int32		vl_len_;
	uint8		nbands;
	uint8		digits;
	bool		rises;			/* the bounds do: less is better */
	uint8		reserved;		/* 0, for a version to come */
	uint32		strict;			/* a bit for each bound: > or <, not >= or <= */
	uint32		also_reserved;	/* 0 */
	int64		bounds[FLEXIBLE_ARRAY_MEMBER];
};

StaticAssertDecl(offsetof(BpmScale, bounds) == 16, "no byte of a scale is padding");

#define HEADER_SIZE offsetof(BpmScale, bounds)

typedef struct Bands
{
	int			n;
	int			digits;
	bool		rises;
	uint32		strict;
	int64		bounds[MAX_BANDS];
	char	   *labels[MAX_BANDS];
} Bands;

/* ------------------------------------------------------------------------------------------------
 * Reading a scale
 * ----------------------------------------------------------------------------------------------*/

static const char *
Labels(const BpmScale *scale)
{
	return (const char *) (scale->bounds + scale->nbands - 1);
}

/*
 * The digits a score is rounded to before it is rated.
 */
int
bpm_scale_digits(const BpmScale *scale)
{
	return scale->digits;
}

int
bpm_scale_bands(const BpmScale *scale)
{
	return scale->nbands;
}

/*
 * The rank of a score that is already rounded, as units of 10^-digits: 1 for the best band, which is the
 * one written first.
 */
int
bpm_scale_rank(const BpmScale *scale, int128 score)
{
	int			rank = 1;

	for (int i = scale->digits; i < BPM_DIGITS; i++)
		score *= 10;
	for (; rank < scale->nbands; rank++)
	{
		int64		bound = scale->bounds[rank - 1];

		if (score == bound ? !((scale->strict >> (rank - 1)) & 1) :
			scale->rises ? score < bound : score > bound)
			break;
	}
	return rank;
}

const char *
bpm_scale_label(const BpmScale *scale, int rank)
{
	const char *label = Labels(scale);

	while (--rank > 0)
		label += strlen(label) + 1;
	return label;
}

/* ------------------------------------------------------------------------------------------------
 * Text
 * ----------------------------------------------------------------------------------------------*/

/* characters that end a label which is not quoted */
static bool
EndsLabel(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || strchr(",\"<>=()", c) != NULL;
}

static bool
NeedsQuotes(const char *label)
{
	BpmScan		scan = {0};

	if (bpm_scan_is(label, (int) strlen(label), "round"))
		return true;
	scan.at = label;
	scan.end = label + strlen(label);
	for (; scan.at < scan.end; scan.at++)
	{
		const char *before = scan.at;

		bpm_scan_space(&scan);
		if (scan.at > before || EndsLabel(*scan.at) ||
			bpm_scan_take(&scan, "\342\211\245") || bpm_scan_take(&scan, "\342\211\244"))
			return true;
	}
	return false;
}

static bool
ScanLabel(BpmScan *scan, Bands *bands)
{
	char		label[MAX_LABEL + 2];
	const char *start;
	int			length;

	bpm_scan_space(scan);
	start = scan->at;
	if (scan->at < scan->end && *scan->at == '"')
	{
		StringInfoData quoted;

		initStringInfo(&quoted);
		if (!bpm_scan_quoted(scan, "The label", true, &quoted))
			return false;
		length = Min(quoted.len, MAX_LABEL + 1);
		memcpy(label, quoted.data, length);
		pfree(quoted.data);
	}
	else
	{
		BpmScan		look = *scan;

		while (scan->at < scan->end && !EndsLabel(*scan->at))
		{
			look.at = scan->at;
			if (bpm_scan_take(&look, "\342\211\245") || bpm_scan_take(&look, "\342\211\244"))
				break;
			bpm_scan_space(&look);
			if (look.at > scan->at)
				break;
			scan->at++;
		}
		length = Min((int) (scan->at - start), MAX_LABEL + 1);
		memcpy(label, start, length);
	}
	if (length == 0)
		return bpm_scan_fail(scan, start, "A label is missing", EXAMPLE);
	if (length > MAX_LABEL)
		return bpm_scan_fail(scan, start,
							 psprintf("The label has more than %d bytes", MAX_LABEL), "Shorten it.");
	for (int i = 0; i < bands->n; i++)
		if ((int) strlen(bands->labels[i]) == length &&
			memcmp(bands->labels[i], label, length) == 0)
			return bpm_scan_fail(scan, start, "The label stands twice",
								 "Give every band a label of its own.");
	bands->labels[bands->n] = pnstrdup(label, length);
	return true;
}

static bool
TakeBound(BpmScan *scan, bool *rises, bool *strict)
{
	static const struct
	{
		const char *token;
		bool		rises;
		bool		strict;
	}			tokens[] = {
		{">=", false, false}, {"\342\211\245", false, false}, {"<=", true, false},
		{"\342\211\244", true, false}, {">", false, true}, {"<", true, true}
	};

	for (int i = 0; i < (int) lengthof(tokens); i++)
		if (bpm_scan_take(scan, tokens[i].token))
		{
			*rises = tokens[i].rises;
			*strict = tokens[i].strict;
			return true;
		}
	return false;
}

/*
 * A bound follows the one before it: in the same direction, and with some score between them. Where both
 * are the same figure, the band is that figure alone: a > 90, b >= 90.
 */
static bool
CheckBound(BpmScan *scan, const char *sign, const char *place, const Bands *bands, int64 bound,
		   bool rises, bool strict)
{
	int64		before = bands->n > 0 ? bands->bounds[bands->n - 1] : 0;

	if (bands->n == 0)
		return true;
	if (rises != bands->rises)
		return bpm_scan_fail(scan, sign, "The bounds of a scale all fall or all rise",
							 "Bounds fall with >= and >, or rise with <= and <.");
	if (bound == before && (strict || !((bands->strict >> (bands->n - 1)) & 1)))
		return bpm_scan_fail(scan, place, "The bound equals the one before it",
							 "Bands are written from the best to the worst.");
	if (rises ? bound < before : bound > before)
		return bpm_scan_fail(scan, place, rises ? "The bound is below the one before it" :
							 "The bound is above the one before it",
							 "Bands are written from the best to the worst.");
	return true;
}

/*
 * What may follow a label: a bound and a comma, or the end of the scale.
 */
static bool
ScanBound(BpmScan *scan, Bands *bands, bool *last)
{
	const char *place;
	const char *sign;
	const char *word;
	int			length;
	int128		figure;
	bool		rises;
	bool		strict;

	*last = false;
	bpm_scan_space(scan);
	sign = place = scan->at;
	if (TakeBound(scan, &rises, &strict))
	{
		bpm_scan_space(scan);
		place = scan->at;
		if (!bpm_scan_figure(scan, "The bound", false, &figure))
			return false;
		if (figure > PG_INT64_MAX || figure < PG_INT64_MIN)
			return bpm_scan_fail_range(scan, place, "The bound is too large for a score",
									   "Scores run from 0 to 100.");
		if (!CheckBound(scan, sign, place, bands, (int64) figure, rises, strict))
			return false;
		bands->rises = rises;
		bands->strict |= (uint32) strict << bands->n;
		bands->bounds[bands->n] = (int64) figure;
		bpm_scan_space(scan);
		if (bpm_scan_take(scan, ","))
			return true;
		if (scan->at < scan->end)
			return bpm_scan_fail(scan, scan->at, "A comma is missing", EXAMPLE);
		return bpm_scan_fail(scan, scan->at, "The last band has a bound",
							 "End with a label that has none; it holds every other score.");
	}
	if (scan->at < scan->end && strchr("<>=", *scan->at) != NULL)
		return bpm_scan_fail(scan, place, "A band is not bounded by >=, >, <= or <", EXAMPLE);
	if (bpm_scan_take(scan, ","))
		return bpm_scan_fail(scan, place, "A band before the last has no bound", EXAMPLE);

	*last = true;
	if (scan->at == scan->end)
		return true;
	length = bpm_scan_word(scan, &word);
	if (!bpm_scan_is(word, length, "round"))
		return bpm_scan_fail(scan, place, "A comma or the word \"round\" is missing",
							 "A label with spaces or signs is written in double quotes.");
	bpm_scan_space(scan);
	place = scan->at;
	if (!bpm_scan_figure(scan, "The number of digits", false, &figure))
		return false;
	if (figure < 0 || figure > (int128) BPM_DIGITS * BPM_ONE || figure % BPM_ONE != 0)
		return bpm_scan_fail(scan, place,
							 psprintf("The digits to round to are not a whole number from 0 to %d",
									  BPM_DIGITS), "Write round 2 at the end.");
	bands->digits = (int) (figure / BPM_ONE);
	if (!bpm_scan_done(scan))
		return bpm_scan_fail(scan, scan->at, "There is more after the digits to round to",
							 "The digits to round to stand at the end.");
	return true;
}

static BpmScale *
CloseBands(const Bands *bands)
{
	size_t		size = HEADER_SIZE + (bands->n - 1) * sizeof(int64);
	BpmScale   *scale;
	char	   *out;

	for (int i = 0; i < bands->n; i++)
		size += strlen(bands->labels[i]) + 1;
	scale = palloc0(size);
	SET_VARSIZE(scale, size);
	scale->nbands = bands->n;
	scale->digits = bands->digits;
	scale->rises = bands->rises;
	scale->strict = bands->strict;
	memcpy(scale->bounds, bands->bounds, (bands->n - 1) * sizeof(int64));
	out = unconstify(char *, Labels(scale));
	for (int i = 0; i < bands->n; i++)
	{
		strcpy(out, bands->labels[i]);
		out += strlen(out) + 1;
	}
	return scale;
}

/*
 * Parse a scale. NULL with the error in the scan.
 */
static BpmScale *
ParseScale(BpmScan *scan, const char *text, size_t length)
{
	Bands		bands;
	bool		last;

	bands.n = 0;
	bands.digits = DEFAULT_DIGITS;
	bands.rises = false;
	bands.strict = 0;
	if (!bpm_scan_begin(scan, TYPE_NAME, text, length))
		return NULL;
	if (bpm_scan_done(scan))
	{
		bpm_scan_fail(scan, scan->at, "The text is empty", EXAMPLE);
		return NULL;
	}
	do
	{
		if (bands.n == MAX_BANDS)
		{
			bpm_scan_fail(scan, scan->at, psprintf("There are more than %d bands", MAX_BANDS),
						  "Join bands of the same meaning.");
			return NULL;
		}
		if (!ScanLabel(scan, &bands) || !ScanBound(scan, &bands, &last))
			return NULL;
		bands.n++;
	} while (!last);
	if (bands.n < 2)
	{
		bpm_scan_fail(scan, scan->text, "There is only one band", EXAMPLE);
		return NULL;
	}
	return CloseBands(&bands);
}

static char *
ScaleText(const BpmScale *scale)
{
	StringInfoData out;
	const char *label = Labels(scale);

	initStringInfo(&out);
	for (int i = 0; i < scale->nbands; i++)
	{
		if (i > 0)
			appendStringInfoString(&out, ", ");
		if (NeedsQuotes(label))
			bpm_text_quote(&out, label);
		else
			appendStringInfoString(&out, label);
		if (i < scale->nbands - 1)
		{
			char		figure[BPM_DECIMAL_TEXT];

			bpm_decimal_append(figure, scale->bounds[i], BPM_DIGITS);
			appendStringInfo(&out, " %c%s %s", scale->rises ? '<' : '>',
							 (scale->strict >> i) & 1 ? "" : "=", figure);
		}
		label += strlen(label) + 1;
	}
	if (scale->digits != DEFAULT_DIGITS)
		appendStringInfo(&out, " round %d", scale->digits);
	return out.data;
}

/* ------------------------------------------------------------------------------------------------
 * SQL functions
 * ----------------------------------------------------------------------------------------------*/

static int
RankOf(FunctionCallInfo fcinfo, const BpmScale *scale)
{
	return bpm_scale_rank(scale, bpm_decimal_round_to(PG_GETARG_DATUM(0), scale->digits, "score"));
}

/*
 * rating(score, scale) → text: the label of the band that holds the rounded score.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_scale_rating);
Datum
bpm_scale_rating(PG_FUNCTION_ARGS)
{
	BpmScale   *scale = DatumGetScaleP(PG_GETARG_DATUM(1));

	PG_RETURN_TEXT_P(cstring_to_text(bpm_scale_label(scale, RankOf(fcinfo, scale))));
}

/*
 * rating_rank(score, scale) → integer: 1 for the best band, for sorting.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_scale_rating_rank);
Datum
bpm_scale_rating_rank(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(RankOf(fcinfo, DatumGetScaleP(PG_GETARG_DATUM(1))));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_scale_in);
Datum
bpm_scale_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	BpmScan		scan;
	BpmScale   *scale = ParseScale(&scan, text, strlen(text));

	if (scale == NULL)
	{
		bpm_scan_raise(&scan, fcinfo->context);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(scale);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_scale_out);
Datum
bpm_scale_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(ScaleText(DatumGetScaleP(PG_GETARG_DATUM(0))));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_scale_recv);
Datum
bpm_scale_recv(PG_FUNCTION_ARGS)
{
	int			length;
	char	   *text = bpm_text_recv((StringInfo) PG_GETARG_POINTER(0), TYPE_NAME, &length);

	BpmScan		scan;
	BpmScale   *scale = ParseScale(&scan, text, length);

	if (scale == NULL)
		bpm_scan_raise(&scan, NULL);
	PG_RETURN_POINTER(scale);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_scale_send);
Datum
bpm_scale_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(bpm_text_send(ScaleText(DatumGetScaleP(PG_GETARG_DATUM(0)))));
}
