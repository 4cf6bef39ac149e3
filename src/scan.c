/*
 * scan.c: reading the small languages.
 *
 * Targets, scales and lifecycles are texts that people write and argue about, so an error shows
 * the place, says what was expected there, and guesses what was meant. An error is a value: reading
 * ends with it in the scan, and only who was asked to read raises it, as a soft error where the server
 * has those. What reads a million texts for a report needs no subtransaction for each.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/varlena.h"

#include "bpm.h"

/* how much of a text a message shows */
#define SHOWN 60

/*
 * Start on a text.
 */
void
bpm_scan_start(BpmScan *scan, const char *type, const char *text, size_t length)
{
	memset(scan, 0, sizeof(BpmScan));
	scan->type = type;
	scan->text = scan->at = text;
	scan->end = text + length;
}

/*
 * Start on the text of a rule. False when it is longer than any rule.
 */
bool
bpm_scan_begin(BpmScan *scan, const char *type, const char *text, size_t length)
{
	bpm_scan_start(scan, type, text, length);
	return length <= BPM_MAX_TEXT ||
		bpm_scan_fail_length(scan, psprintf("It has %zu bytes", length),
							 "Check that the text comes from the right column.");
}

/*
 * Skip white space, among it the no-break and the wide space that come from office software.
 */
void
bpm_scan_space(BpmScan *scan)
{
	while (scan->at < scan->end)
	{
		if (*scan->at == ' ' || (*scan->at >= '\t' && *scan->at <= '\r'))
			scan->at++;
		else if (!bpm_scan_take(scan, "\302\240") && !bpm_scan_take(scan, "\343\200\200"))
			break;
	}
}

/* nothing but white space is left */
bool
bpm_scan_done(BpmScan *scan)
{
	bpm_scan_space(scan);
	return scan->at == scan->end;
}

/*
 * Take a token if it stands here. Tokens beyond ASCII are UTF-8, and no other encoding has them.
 */
bool
bpm_scan_take(BpmScan *scan, const char *token)
{
	size_t		length = strlen(token);

	if ((size_t) (scan->end - scan->at) < length || memcmp(scan->at, token, length) != 0)
		return false;
	if (IS_HIGHBIT_SET(*token) && GetDatabaseEncoding() != PG_UTF8)
		return false;
	scan->at += length;
	return true;
}

/*
 * Take a word: letters, digits, underscores and whatever lies beyond ASCII. Returns its length.
 */
int
bpm_scan_word(BpmScan *scan, const char **word)
{
	*word = scan->at;
	while (scan->at < scan->end &&
		   (IS_HIGHBIT_SET(*scan->at) || *scan->at == '_' ||
			(*scan->at >= '0' && *scan->at <= '9') ||
			(*scan->at >= 'a' && *scan->at <= 'z') || (*scan->at >= 'A' && *scan->at <= 'Z')))
	{
		BpmScan		look = *scan;

		bpm_scan_space(&look);
		if (look.at > scan->at)
			break;
		scan->at++;
	}
	return (int) (scan->at - *word);
}

/*
 * Read a text in double quotes, the first of which stands here, into a buffer; what names it for messages.
 */
bool
bpm_scan_quoted(BpmScan *scan, const char *what, bool controls, StringInfo text)
{
	const char *start = scan->at++;

	resetStringInfo(text);
	while (scan->at < scan->end)
	{
		if (*scan->at == '"')
		{
			scan->at++;
			if (scan->at >= scan->end || *scan->at != '"')
				return true;
		}
		if (!controls && (unsigned char) *scan->at < ' ')
			return bpm_scan_fail(scan, scan->at, psprintf("%s has a control character", what), NULL);
		appendStringInfoChar(text, *scan->at);
		scan->at++;
	}
	return bpm_scan_fail(scan, start, psprintf("%s does not end", what),
						 "Close it with a double quote.");
}

/* a keyword in any case */
bool
bpm_scan_is(const char *word, int length, const char *keyword)
{
	return (int) strlen(keyword) == length && pg_strncasecmp(word, keyword, length) == 0;
}

static const char *
SkipDigits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/*
 * Read a figure: 95, -0.5, 1,200.25, with the minus of the keyboard or of the typesetter. Commas
 * must part groups of three digits; where they separate figures (commas false) they end one. There
 * is no exponent. Returns NULL and the end of the figure, or what is wrong and where.
 */
const char *
bpm_scan_figure_text(const char *at, const char *end, bool commas, BpmFigureText *figure,
					 const char **place)
{
	BpmScan		sign = {0};

	sign.at = at;
	sign.end = end;
	memset(figure, 0, sizeof(BpmFigureText));
	figure->negative = bpm_scan_take(&sign, "-") || bpm_scan_take(&sign, "\342\210\222");
	if (!figure->negative)
		bpm_scan_take(&sign, "+");
	at = sign.at;

	figure->whole = at;
	figure->whole_end = figure->fraction = figure->fraction_end = at = SkipDigits(at, end);
	if (commas && at < end && *at == ',')
	{
		/* 0,125 is a decimal comma */
		if (at == figure->whole || at - figure->whole > 3 || *figure->whole == '0')
		{
			*place = at;
			return "a comma does not part thousands";
		}
		while (at < end && *at == ',')
		{
			const char *group = at + 1;

			if (SkipDigits(group, end) - group != 3)
			{
				*place = at;
				return "a comma does not part thousands";
			}
			at = group + 3;
		}
	}
	figure->whole_end = at;

	figure->fraction = figure->fraction_end = at;
	if (at < end && *at == '.' && !(at + 1 < end && at[1] == '.'))
	{
		figure->fraction = at + 1;
		figure->fraction_end = at = SkipDigits(at + 1, end);
		if (figure->fraction == figure->fraction_end)
		{
			*place = figure->fraction;
			return "there is no digit after the decimal point";
		}
	}
	*place = at;
	if (figure->whole == figure->whole_end && figure->fraction == figure->fraction_end)
	{
		*place = figure->whole;
		return "it does not begin with a figure";
	}
	return NULL;
}

/*
 * Report that there is no figure where one must be.
 */
static bool
FailNoFigure(BpmScan *scan, const char *place, const char *what)
{
	static const char *const specials[] = {"nan", "inf", "infinity"};
	BpmScan		look = *scan;
	const char *word;
	int			length;

	look.at = place;
	length = bpm_scan_word(&look, &word);
	for (int i = 0; i < (int) lengthof(specials); i++)
		if (bpm_scan_is(word, length, specials[i]))
			return bpm_scan_fail(scan, place, "NaN and infinity are no figures",
								 "Use NULL for what is missing.");
	return bpm_scan_fail(scan, place, psprintf("%s is missing", what),
						 "Write a figure such as 95, 1200.5 or -3.");
}

/*
 * Read a figure as a whole number of 10^-digits; what names it for the message when it is missing.
 * More decimals than that, or more than 128 bits, are an error: nothing is cut.
 */
bool
bpm_scan_decimal(BpmScan *scan, const char *what, bool commas, int digits, int128 *result)
{
	BpmFigureText figure;
	const char *start;
	const char *place;
	const char *problem;
	int			decimals = 0;
	int			sign;
	int128		value = 0;
	bool		overflow = false;

	bpm_scan_space(scan);
	start = scan->at;
	problem = bpm_scan_figure_text(start, scan->end, commas, &figure, &place);
	if (problem != NULL)
	{
		if (figure.whole == place && figure.whole == figure.whole_end)
			return FailNoFigure(scan, place, what);
		return bpm_scan_fail(scan, place,
							 psprintf("%c%s", pg_ascii_toupper(problem[0]), problem + 1),
							 "Write 1200 or 1,200, and a decimal point for decimals.");
	}
	/* with its sign from the first digit on, as there is one more figure below 0 than above */
	sign = figure.negative ? -1 : 1;
	for (const char *c = figure.whole; c < figure.whole_end; c++)
		if (*c != ',')
		{
			overflow |= __builtin_mul_overflow(value, 10, &value);
			overflow |= __builtin_add_overflow(value, sign * (*c - '0'), &value);
		}
	for (const char *c = figure.fraction; c < figure.fraction_end || decimals < digits; c++)
	{
		int			digit = c < figure.fraction_end ? *c - '0' : 0;

		if (decimals < digits)
		{
			overflow |= __builtin_mul_overflow(value, 10, &value);
			overflow |= __builtin_add_overflow(value, sign * digit, &value);
			decimals++;
		}
		else if (digit != 0)
			return bpm_scan_fail_range(scan, start,
									   psprintf("The figure has more than %d digits after the decimal point",
												digits), "Round it first.");
	}
	if (overflow)
		return bpm_scan_fail_range(scan, start, "The figure has too many digits",
								   "Write it in a larger unit, such as millions.");
	*result = value;
	scan->at = place;
	return true;
}

/*
 * Read a figure of a rule into units of 10^-8.
 */
bool
bpm_scan_figure(BpmScan *scan, const char *what, bool commas, int128 *units)
{
	/* 10^37 */
	const int128 limit = (int128) BPM_HUNDRED * BPM_HUNDRED * BPM_HUNDRED * 10000000;
	const char *start;

	bpm_scan_space(scan);
	start = scan->at;
	if (!bpm_scan_decimal(scan, what, commas, BPM_DIGITS, units))
		return false;
	if (*units >= limit || *units <= -limit)
		return bpm_scan_fail_range(scan, start,
								   psprintf("The figure has more than %d digits before the decimal point",
											BPM_MAX_INTEGER_DIGITS),
								   "Write it in a larger unit, such as millions.");
	return true;
}

/*
 * The candidate nearest to a word that is none of them, as a hint; NULL when none is near.
 */
char *
bpm_scan_nearest(const char *word, int length, const char *const *candidates)
{
	const char *nearest = NULL;
	int			distance = 3;

	if (length > SHOWN)
		return NULL;
	for (; *candidates != NULL; candidates++)
	{
		int			candidate_length = (int) strlen(*candidates);
		int			d;

		/* more than half of the letters wrong is another word */
		d = varstr_levenshtein_less_equal(word, length, *candidates, candidate_length,
										  1, 1, 1, distance - 1, true);
		if (d < distance && 2 * d <= Max(length, candidate_length))
		{
			distance = d;
			nearest = *candidates;
		}
	}
	return nearest ? psprintf("Did you mean \"%s\"?", nearest) : NULL;
}

/*
 * As much of a text as fits a message, cut between characters.
 */
char *
bpm_scan_clip(const char *text, int length)
{
	int			shown;

	if (length <= SHOWN)
		return pnstrdup(text, length);
	shown = pg_mbcliplen(text, length, SHOWN);
	return psprintf("%.*s...", shown, text);
}

/* DETAIL: what, and at which character */
static char *
Detail(BpmScan *scan, const char *place, const char *detail)
{
	BpmScan		whole = *scan;

	whole.at = scan->text;
	if (bpm_scan_done(&whole))
		return psprintf("%s.", detail);
	if (place >= scan->end)
		return psprintf("%s at the end.", detail);
	return psprintf("%s at character %d, near \"%s\".", detail,
					pg_mbstrlen_with_len(scan->text, (int) (place - scan->text)) + 1,
					bpm_scan_clip(place, (int) (scan->end - place)));
}

/*
 * Keep the first error. Always false, for the caller to return.
 */
static bool
Fail(BpmScan *scan, int sqlstate, char *message, char *detail, const char *hint)
{
	if (scan->error.sqlstate == 0)
	{
		scan->error.sqlstate = sqlstate;
		scan->error.message = message;
		scan->error.detail = detail;
		scan->error.hint = hint;
	}
	return false;
}

/*
 * A text breaks the grammar or a rule's sense.
 */
bool
bpm_scan_fail(BpmScan *scan, const char *place, const char *detail, const char *hint)
{
	return Fail(scan, ERRCODE_INVALID_TEXT_REPRESENTATION,
				psprintf("invalid input syntax for type %s: \"%s\"", scan->type,
						 bpm_scan_clip(scan->text, (int) (scan->end - scan->text))),
				Detail(scan, place, detail), hint);
}

/*
 * The same for a figure that cannot be kept.
 */
bool
bpm_scan_fail_range(BpmScan *scan, const char *place, const char *detail, const char *hint)
{
	return Fail(scan, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
				psprintf("figure out of range for type %s: \"%s\"", scan->type,
						 bpm_scan_clip(scan->text, (int) (scan->end - scan->text))),
				Detail(scan, place, detail), hint);
}

/*
 * A text is longer than any rule; size says how long, and of what.
 */
bool
bpm_scan_fail_length(BpmScan *scan, const char *size, const char *hint)
{
	return Fail(scan, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
				psprintf("text is too long for type %s", scan->type),
				psprintf("%s; at most %d are read.", size, BPM_MAX_TEXT), hint);
}

/*
 * Raise the error that reading ended with: softly when there is a context for that.
 */
void
bpm_scan_raise(const BpmScan *scan, Node *context)
{
	const BpmScanError *error = &scan->error;

	Assert(error->sqlstate != 0);
	errsave(context,
			(errcode(error->sqlstate),
			 errmsg_internal("%s", error->message),
			 errdetail_internal("%s", error->detail),
			 error->hint ? errhint("%s", error->hint) : 0));
}

/*
 * Write a text in double quotes, those within written twice: what bpm_scan_quoted() reads.
 */
void
bpm_text_quote(StringInfo out, const char *text)
{
	appendStringInfoChar(out, '"');
	for (const char *c = text; *c != '\0'; c++)
	{
		if (*c == '"')
			appendStringInfoChar(out, '"');
		appendStringInfoChar(out, *c);
	}
	appendStringInfoChar(out, '"');
}
