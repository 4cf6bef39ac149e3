/*
 * number.c: figures as people print them.
 *
 * The concept decimal, from the other side: a text from a report or a spreadsheet is a figure, or missing, or
 * neither, and then it is said why. It is a file of its own because it knows nothing of digits and rounding.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "bpm.h"

static const char *const currency_signs[] = {"$", "€", "£", "¥", "￥"};
static const char *const missing_words[] = {"na", "n/a", "n.a."};

/*
 * The text of a figure as numeric reads it, or NULL: with *reason NULL when the figure is missing,
 * else with what is wrong.
 */
static char *
PlainNumber(const text *input, char **reason)
{
	BpmScan		scan = {0};
	BpmFigureText figure;
	const char *place;
	const char *problem;
	bool		negative = false;
	bool		currency = false;
	char	   *result;
	char	   *out;

	*reason = NULL;
	scan.text = scan.at = VARDATA_ANY(input);
	scan.end = scan.at + VARSIZE_ANY_EXHDR(input);
	bpm_scan_space(&scan);
	if (scan.at == scan.end)
		return NULL;
	if (scan.end - scan.at > BPM_MAX_TEXT)
	{
		*reason = psprintf("it has more than %d bytes", BPM_MAX_TEXT);
		return NULL;
	}
	for (int i = 0; i < (int) lengthof(missing_words); i++)
	{
		size_t		length = strlen(missing_words[i]);
		BpmScan		word = scan;

		if (scan.end - scan.at >= (ptrdiff_t) length &&
			pg_strncasecmp(scan.at, missing_words[i], length) == 0)
		{
			word.at += length;
			bpm_scan_space(&word);
			if (word.at == word.end)
				return NULL;
		}
	}

	/* the sign stands before the currency, as in -$5, or after it, as in $-5 */
	if (bpm_scan_take(&scan, "-") || bpm_scan_take(&scan, "\342\210\222"))
		negative = true;
	for (int i = 0; i < (int) lengthof(currency_signs); i++)
		if (bpm_scan_take(&scan, currency_signs[i]))
		{
			bpm_scan_space(&scan);
			currency = true;
			break;
		}
	problem = bpm_scan_figure_text(scan.at, scan.end, true, &figure, &place);
	if (problem == NULL && negative && figure.whole > scan.at)
		problem = "it has two signs";
	if (problem != NULL)
	{
		*reason = pstrdup(problem);
		return NULL;
	}
	scan.at = place;
	bpm_scan_space(&scan);
	if (bpm_scan_take(&scan, "%") && currency)
	{
		*reason = pstrdup("it has both a currency and a percent sign");
		return NULL;
	}
	bpm_scan_space(&scan);
	if (scan.at < scan.end)
	{
		*reason = psprintf("there is \"%s\" after the figure",
						   bpm_scan_clip(scan.at, (int) (scan.end - scan.at)));
		return NULL;
	}

	result = out = palloc(VARSIZE_ANY_EXHDR(input) + 4);
	if (negative || figure.negative)
		*out++ = '-';
	*out++ = '0';
	for (const char *c = figure.whole; c < figure.whole_end; c++)
		if (*c != ',')
			*out++ = *c;
	if (figure.fraction < figure.fraction_end)
	{
		*out++ = '.';
		memcpy(out, figure.fraction, figure.fraction_end - figure.fraction);
		out += figure.fraction_end - figure.fraction;
	}
	*out = '\0';
	return result;
}

static Datum
NumberDatum(char *plain)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(plain), ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

/*
 * parse_number(text) → numeric: a figure as people print it, NULL when it is missing, an error
 * when it is no figure. 100% is 100, $1,234 is 1234, na and empty text are NULL.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_parse_number);
Datum
bpm_parse_number(PG_FUNCTION_ARGS)
{
	text	   *input = PG_GETARG_TEXT_PP(0);
	char	   *reason;
	char	   *plain = PlainNumber(input, &reason);

	if (reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("not a figure: \"%s\"",
						bpm_scan_clip(VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input))),
				 errdetail("Reason: %s.", reason),
				 errhint("bpm.try_parse_number() returns the reason in place of an error.")));
	if (plain == NULL)
		PG_RETURN_NULL();
	return NumberDatum(plain);
}

/*
 * try_parse_number(text) → (value, reason): parse_number for bulk import. Both are NULL when the
 * figure is missing; a reason says why there is no value.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_try_parse_number);
Datum
bpm_try_parse_number(PG_FUNCTION_ARGS)
{
	TupleDesc	descriptor;
	Datum		values[2] = {0};
	bool		nulls[2] = {true, true};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("function returning record called in context that cannot accept it")));

	if (!PG_ARGISNULL(0))
	{
		char	   *reason;
		char	   *plain = PlainNumber(PG_GETARG_TEXT_PP(0), &reason);

		if (reason != NULL)
		{
			values[1] = CStringGetTextDatum(reason);
			nulls[1] = false;
		}
		else if (plain != NULL)
		{
			values[0] = NumberDatum(plain);
			nulls[0] = false;
		}
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls)));
}
