/*
 * target.c: what was promised, and how an actual is scored against it.
 *
 *   target     := comparison | range | points | 'direct' | date then any modifiers
 *   comparison := [('>=' | '>' | '<=' | '<' | '=')] number [unit]   no comparator means >=
 *   range      := number [unit] '..' number [unit]              the unit once, or the same twice
 *   points     := 'points' '(' x ':' score (',' x ':' score)+ ')'
 *   date       := 'by' YYYY-MM-DD
 *   unit       := '%' | '[' text ']'
 *   modifier   := 'step' | 'from' number ['%'] | 'floor' number ['%']
 *               | 'lose' number 'per' number | 'over' number ['%'] 'lose' number
 *               | 'ratio' | 'cap' number ['%']
 *
 * A target is parsed once, when it is stored. Scoring is integer arithmetic on exact figures: each
 * rule is a quotient, which is cut to 10^-8 with a note of where the rest lies, so that rounding
 * happens once and the pass threshold sees the unrounded score.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "bpm.h"

#define TYPE_NAME "bpm.target"

#define MAX_POINTS 50
#define MAX_UNIT 63				/* bytes; six bits of unit_length */

typedef enum Form
{
	AT_LEAST,
	ABOVE,
	AT_MOST,
	BELOW,
	EQUAL,
	RANGE,
	POINTS,
	DIRECT,
	BY
} Form;

/* modifiers; WIDE says that figures take 128 bits */
#define STEP 0x01
#define FROM 0x02
#define FLOOR 0x04
#define LOSE 0x08
#define OVER 0x10
#define RATIO 0x20
#define CAP 0x40
#define WIDE 0x80

#define MODIFIER_FIGURES 7		/* at most, of all modifiers together */
#define MAX_CAP (999 * (int64) BPM_ONE)

/*
 * On disk: this header, then the figures, then the unit's bytes. Figures are, in this order: the
 * form's own (one for a comparison, two for a range, x and score of each point, the day for a date),
 * then those of the modifiers that are there: from, floor, lose and per, over and lose, cap. They take
 * 8 bytes each where all fit, else 16. Storage is plain, so that a row's target is read where it lies.
 */
struct BpmTarget
{
	int32		vl_len_;
	uint8		form;
	uint8		modifiers;
	uint8		unit_length;	/* its upper two bits are 0, for a version to come */
	uint8		npoints;
	int64		figures[FLEXIBLE_ARRAY_MEMBER];
};

#define HEADER_SIZE offsetof(BpmTarget, figures)

/* a target opened up */
typedef struct Promise
{
	Form		form;
	int			modifiers;
	int			npoints;
	int128		goal;			/* or a range's lower end, or a day, in days since 2000 */
	int128		high;
	int128		base;			/* from */
	int64		floor;
	int64		lose;			/* points lost ... */
	int128		per;			/* ... for every so much */
	int64		over;			/* attainment above this ... */
	int64		over_lose;		/* ... loses so many points a point */
	int64		cap;			/* to what the score may rise */
	int128		x[MAX_POINTS];
	int64		score[MAX_POINTS];
	int			unit_length;
	const char *unit;
} Promise;

/* in the order of Form */
static const char *const comparators[] = {">=", ">", "<=", "<", "="};

/* as they are read: a longer token before those it begins with */
static const struct
{
	const char *token;
	Form		form;
}			comparator_tokens[] = {
	{">=", AT_LEAST}, {"\342\211\245", AT_LEAST}, {"<=", AT_MOST}, {"\342\211\244", AT_MOST},
	{">", ABOVE}, {"<", BELOW}, {"=", EQUAL}
};

/* in the order of Form, from POINTS on */
static const char *const form_words[] = {"points", "direct", "by", NULL};

/* in the order of their bits */
static const char *const modifier_words[] = {
	"step", "from", "floor", "lose", "over", "ratio", "cap", NULL
};

/* what people write in words, and what a comparator says of it */
static const struct
{
	const char *words;
	const char *comparator;
}			worded[] = {
	{"at least ", ">="}, {"no less than ", ">="}, {"not less than ", ">="}, {"minimum ", ">="},
	{"min ", ">="}, {"more than ", ">"}, {"greater than ", ">"}, {"over ", ">"}, {"above ", ">"},
	{"at most ", "<="}, {"no more than ", "<="}, {"not more than ", "<="}, {"up to ", "<="},
	{"maximum ", "<="}, {"max ", "<="}, {"within ", "<="}, {"less than ", "<"}, {"fewer than ", "<"},
	{"under ", "<"}, {"below ", "<"}, {"equal to ", "="}, {"exactly ", "="}
};

static inline bool
IsComparison(Form form)
{
	return form <= EQUAL;
}

static inline bool
IsReverse(Form form)
{
	return form == AT_MOST || form == BELOW;
}

/* ------------------------------------------------------------------------------------------------
 * The stored value
 * ----------------------------------------------------------------------------------------------*/

static inline int128
StoredFigure(const BpmTarget *target, int i)
{
	int128		wide;

	if (likely(!(target->modifiers & WIDE)))
		return target->figures[i];
	memcpy(&wide, (const char *) target->figures + i * sizeof(int128), sizeof(int128));
	return wide;
}

static inline int
FormFigures(const BpmTarget *target)
{
	if (IsComparison(target->form) || target->form == BY)
		return 1;
	if (target->form == RANGE)
		return 2;
	return 2 * target->npoints;
}

/*
 * Open a target. Points and unit are only looked at where the caller needs them.
 */
static inline void
OpenPromise(const BpmTarget *target, Promise *promise)
{
	int			i = FormFigures(target);

	promise->form = target->form;
	promise->modifiers = target->modifiers & ~WIDE;
	if (target->form <= RANGE || target->form == BY)
		promise->goal = StoredFigure(target, 0);
	if (target->form == RANGE)
		promise->high = StoredFigure(target, 1);
	if (promise->modifiers == 0)
		return;
	if (promise->modifiers & FROM)
		promise->base = StoredFigure(target, i++);
	if (promise->modifiers & FLOOR)
		promise->floor = (int64) StoredFigure(target, i++);
	if (promise->modifiers & LOSE)
	{
		promise->lose = (int64) StoredFigure(target, i++);
		promise->per = StoredFigure(target, i++);
	}
	if (promise->modifiers & OVER)
	{
		promise->over = (int64) StoredFigure(target, i++);
		promise->over_lose = (int64) StoredFigure(target, i++);
	}
	if (promise->modifiers & CAP)
		promise->cap = (int64) StoredFigure(target, i++);
}

static void
OpenPoints(const BpmTarget *target, Promise *promise)
{
	promise->npoints = target->npoints;
	for (int i = 0; i < target->npoints; i++)
	{
		promise->x[i] = StoredFigure(target, 2 * i);
		promise->score[i] = (int64) StoredFigure(target, 2 * i + 1);
	}
}

static void
OpenUnit(const BpmTarget *target, Promise *promise)
{
	promise->unit_length = target->unit_length;
	promise->unit = (const char *) target + VARSIZE(target) - target->unit_length;
}

/*
 * Pack a promise. Equal rules give equal bytes.
 */
static BpmTarget *
ClosePromise(const Promise *promise)
{
	int128		figures[2 * MAX_POINTS + MODIFIER_FIGURES];
	int			n = 0;
	bool		wide = false;
	size_t		size;
	BpmTarget  *target;

	if (promise->form <= RANGE || promise->form == BY)
		figures[n++] = promise->goal;
	if (promise->form == RANGE)
		figures[n++] = promise->high;
	for (int i = 0; promise->form == POINTS && i < promise->npoints; i++)
	{
		figures[n++] = promise->x[i];
		figures[n++] = promise->score[i];
	}
	if (promise->modifiers & FROM)
		figures[n++] = promise->base;
	if (promise->modifiers & FLOOR)
		figures[n++] = promise->floor;
	if (promise->modifiers & LOSE)
	{
		figures[n++] = promise->lose;
		figures[n++] = promise->per;
	}
	if (promise->modifiers & OVER)
	{
		figures[n++] = promise->over;
		figures[n++] = promise->over_lose;
	}
	if (promise->modifiers & CAP)
		figures[n++] = promise->cap;
	for (int i = 0; i < n; i++)
		wide |= figures[i] > PG_INT64_MAX || figures[i] < PG_INT64_MIN;

	size = HEADER_SIZE + n * (wide ? sizeof(int128) : sizeof(int64)) + promise->unit_length;
	target = palloc0(size);
	SET_VARSIZE(target, size);
	target->form = promise->form;
	target->modifiers = promise->modifiers | (wide ? WIDE : 0);
	target->unit_length = promise->unit_length;
	target->npoints = promise->form == POINTS ? promise->npoints : 0;
	for (int i = 0; i < n; i++)
	{
		if (wide)
			memcpy((char *) target->figures + i * sizeof(int128), &figures[i], sizeof(int128));
		else
			target->figures[i] = (int64) figures[i];
	}
	if (promise->unit_length > 0)
		memcpy((char *) target + size - promise->unit_length, promise->unit, promise->unit_length);
	return target;
}

/* ------------------------------------------------------------------------------------------------
 * Text
 * ----------------------------------------------------------------------------------------------*/

static bool
TakeComparator(BpmScan *scan, Form *form)
{
	for (int i = 0; i < (int) lengthof(comparator_tokens); i++)
		if (bpm_scan_take(scan, comparator_tokens[i].token))
		{
			*form = comparator_tokens[i].form;
			return true;
		}
	return false;
}

/*
 * An optional comparator; without one a target is the least that is to be reached.
 */
static bool
ScanComparator(BpmScan *scan, Promise *promise, bool *found)
{
	const char *start = scan->at;
	Form		second;

	promise->form = AT_LEAST;
	*found = TakeComparator(scan, &promise->form);
	bpm_scan_space(scan);
	if (*found && TakeComparator(scan, &second))
	{
		const char *hint = "The comparators are >=, >, <=, < and =; a range is written 90..110.";

		/* => and > = are meant for >= */
		if ((promise->form == EQUAL && second == ABOVE) || (promise->form == ABOVE && second == EQUAL))
			hint = "At least is written >=.";
		if ((promise->form == EQUAL && second == BELOW) || (promise->form == BELOW && second == EQUAL))
			hint = "At most is written <=.";
		return bpm_scan_fail(scan, start, "There are two comparators", hint);
	}
	if (scan->at < scan->end && strchr("!~@#^&*|?\\/:;", *scan->at) != NULL)
		return bpm_scan_fail(scan, start, "Unknown comparator",
							 "The comparators are >=, >, <=, < and =.");
	return true;
}

/*
 * An optional unit: % or [text].
 */
static bool
ScanUnit(BpmScan *scan, Promise *promise)
{
	const char *start;

	bpm_scan_space(scan);
	start = scan->at;
	promise->unit_length = 0;
	if (bpm_scan_take(scan, "%"))
	{
		promise->unit = start;
		promise->unit_length = 1;
		return true;
	}
	if (!bpm_scan_take(scan, "["))
		return true;
	promise->unit = scan->at;
	while (scan->at < scan->end && *scan->at != ']')
	{
		if (*scan->at == '[')
			return bpm_scan_fail(scan, scan->at, "There is a bracket within a unit",
								 "Close the unit with a bracket: ].");
		scan->at += pg_mblen(scan->at);
	}
	if (scan->at >= scan->end)
		return bpm_scan_fail(scan, start, "The unit does not end", "Close it with a bracket: ].");
	promise->unit_length = (int) (scan->at - promise->unit);
	scan->at++;
	if (promise->unit_length == 0)
		return bpm_scan_fail(scan, start, "The unit is empty", "Write it as in [km], or leave it out.");
	if (promise->unit_length > MAX_UNIT)
	{
		promise->unit_length = 0;
		return bpm_scan_fail(scan, start,
							 psprintf("The unit has more than %d bytes", MAX_UNIT), "Shorten it.");
	}
	return true;
}

static bool
SameUnit(const Promise *a, const Promise *b)
{
	return a->unit_length == b->unit_length && memcmp(a->unit, b->unit, a->unit_length) == 0;
}

static const char *
SkipDigits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* 2026-06-30, or the like */
static bool
LooksLikeDate(const char *at, const char *end)
{
	for (int part = 0; part < 3; part++)
	{
		const char *digits = at;

		at = SkipDigits(at, end);
		if (at - digits < 1 || at - digits > 4)
			return false;
		if (part < 2 && (at == end || *at++ != '-'))
			return false;
	}
	return true;
}

/*
 * 95 or more, 95+: a comparator in words, after the figure.
 */
static bool
CheckNoWords(BpmScan *scan, const char *first, const char *first_end)
{
	static const char *const more[] = {"or more", "or higher", "or above", "or over", "and more",
	"and above", "or better", "or greater", "+"};
	static const char *const less[] = {"or less", "or fewer", "or lower", "or below", "or under",
	"and less", "and below"};
	int			length = (int) (first_end - first);
	int			left = (int) (scan->end - scan->at);

	for (int i = 0; i < (int) lengthof(more); i++)
		if (left >= (int) strlen(more[i]) && pg_strncasecmp(scan->at, more[i], strlen(more[i])) == 0)
			return bpm_scan_fail(scan, scan->at, "The comparator stands before the figure",
								 psprintf("Write it >= %.*s.", length, first));
	for (int i = 0; i < (int) lengthof(less); i++)
		if (left >= (int) strlen(less[i]) && pg_strncasecmp(scan->at, less[i], strlen(less[i])) == 0)
			return bpm_scan_fail(scan, scan->at, "The comparator stands before the figure",
								 psprintf("Write it <= %.*s.", length, first));
	return true;
}

/*
 * 90-110, 90–110, 90 to 110: what people write for a range; and a date, which is no figure.
 */
static bool
CheckNoDash(BpmScan *scan, const char *first, const char *first_end)
{
	BpmScan		look = *scan;
	BpmFigureText figure;
	const char *end;
	bool		word = bpm_scan_take(&look, "to ");

	if (LooksLikeDate(first, scan->end))
		return bpm_scan_fail(scan, first, "A date is no figure",
							 "A day by which something is done is written: by 2026-06-30.");

	if (word || bpm_scan_take(&look, "-") || bpm_scan_take(&look, "\342\200\223") ||
		bpm_scan_take(&look, "\342\200\224") || bpm_scan_take(&look, "~") ||
		bpm_scan_take(&look, "\357\275\236"))
	{
		bpm_scan_space(&look);
		if (bpm_scan_figure_text(look.at, look.end, true, &figure, &end) == NULL)
			return bpm_scan_fail(scan, scan->at, word ? "The word \"to\" does not make a range" :
								 "A dash does not make a range",
								 psprintf("Write it %.*s..%.*s.", (int) (first_end - first), first,
										  (int) (end - look.at), look.at));
	}
	return true;
}

static bool
ScanComparisonOrRange(BpmScan *scan, Promise *promise)
{
	Promise		upper;
	const char *start;
	const char *figure;
	const char *figure_end;
	bool		compared;

	if (!ScanComparator(scan, promise, &compared))
		return false;
	bpm_scan_space(scan);
	figure = scan->at;
	if (!bpm_scan_figure(scan, "The figure", true, &promise->goal))
		return false;
	figure_end = scan->at;
	if (!ScanUnit(scan, promise))
		return false;
	bpm_scan_space(scan);
	start = scan->at;
	if (!bpm_scan_take(scan, ".."))
		return CheckNoDash(scan, figure, figure_end) && CheckNoWords(scan, figure, figure_end);

	if (compared)
		return bpm_scan_fail(scan, start, "A range takes no comparator",
							 "Write it 90..110.");
	promise->form = RANGE;
	if (!bpm_scan_figure(scan, "The upper end", true, &promise->high) || !ScanUnit(scan, &upper))
		return false;
	if (promise->unit_length > 0 && !SameUnit(promise, &upper))
		return bpm_scan_fail(scan, start, "The ends of the range have different units",
							 "Write the unit once, after the upper end.");
	promise->unit = upper.unit;
	promise->unit_length = upper.unit_length;
	if (promise->goal > promise->high)
		return bpm_scan_fail(scan, figure, "The lower end is above the upper end",
							 "A range runs from the lower to the upper figure.");
	return true;
}

static bool
CheckPercentage(BpmScan *scan, const char *place, const char *what, int128 units, int64 *result)
{
	if (units <= 0 || units > BPM_HUNDRED)
		return bpm_scan_fail(scan, place, psprintf("%s not above 0 and at most 100", what),
							 "Write a figure above 0 and up to 100.");
	*result = (int64) units;
	return true;
}

static bool
ScanPoints(BpmScan *scan, Promise *promise)
{
	const char *start;
	int128		score;

	promise->npoints = 0;
	bpm_scan_space(scan);
	if (!bpm_scan_take(scan, "("))
		return bpm_scan_fail(scan, scan->at, "An opening parenthesis is missing",
							 "Write points(0:0, 50:80, 100:100).");
	do
	{
		bpm_scan_space(scan);
		start = scan->at;
		if (promise->npoints == MAX_POINTS)
			return bpm_scan_fail(scan, start, psprintf("There are more than %d points", MAX_POINTS),
								 "Leave out points that lie on the line between others.");
		if (!bpm_scan_figure(scan, "The point's figure", false, &promise->x[promise->npoints]))
			return false;
		bpm_scan_space(scan);
		if (!bpm_scan_take(scan, ":"))
			return bpm_scan_fail(scan, scan->at, "A colon is missing between figure and score",
								 "Write points(0:0, 50:80, 100:100).");
		bpm_scan_space(scan);
		if (!bpm_scan_figure(scan, "The point's score", false, &score))
			return false;
		if (score < 0 || score > MAX_CAP)
			return bpm_scan_fail(scan, start, "A point's score is not from 0 to 999",
								 "A point is written figure:score, such as 50:80.");
		promise->score[promise->npoints] = (int64) score;
		if (promise->npoints > 0 && promise->x[promise->npoints] <= promise->x[promise->npoints - 1])
			return bpm_scan_fail(scan, start, "The points do not rise",
								 "Order them by figure, each figure once.");
		promise->npoints++;
		bpm_scan_space(scan);
	} while (bpm_scan_take(scan, ","));
	if (!bpm_scan_take(scan, ")"))
		return bpm_scan_fail(scan, scan->at, "A comma or a closing parenthesis is missing",
							 "Write points(0:0, 50:80, 100:100).");
	if (promise->npoints < 2)
		return bpm_scan_fail(scan, start, "There is only one point",
							 "A line needs two points or more.");
	return true;
}

/*
 * Whether a modifier fits the form and the modifiers before it; the canonical order does not
 * matter when reading.
 */
static bool
CheckModifier(BpmScan *scan, const char *place, const Promise *promise, int modifier, const char *word)
{
	const char *detail = NULL;
	const char *hint = NULL;

	if (promise->modifiers & modifier)
	{
		detail = psprintf("The modifier \"%s\" stands twice", word);
		hint = "Leave one of them.";
	}
	else if (promise->form == BY && modifier != FLOOR && modifier != LOSE)
	{
		detail = psprintf("The modifier \"%s\" does not fit a date", word);
		hint = "A date takes \"lose\", in days, and \"floor\"; without them it is all or nothing.";
	}
	else if (promise->form == DIRECT && modifier == CAP)
		return true;
	else if (promise->form == POINTS && modifier == CAP)
	{
		detail = "The modifier \"cap\" does not fit points";
		hint = "The largest score of the points is their cap.";
	}
	else if (modifier == RATIO && !IsReverse(promise->form))
	{
		detail = "The modifier \"ratio\" fits <= and < only";
		hint = "An actual below a target of >= is scored by its ratio to it anyhow.";
	}
	else if (modifier == CAP && (promise->form == EQUAL || promise->form == RANGE))
	{
		detail = psprintf("The modifier \"cap\" does not fit %s",
						  promise->form == RANGE ? "a range" : "the comparator =");
		hint = "Nothing is better there than to meet it.";
	}
	else if (modifier != FLOOR && (promise->form == POINTS || promise->form == DIRECT))
	{
		detail = psprintf("The modifier \"%s\" does not fit %s", word,
						  promise->form == POINTS ? "points" : "a direct score");
		hint = "Only \"floor\" fits here.";
	}
	else if (promise->form == RANGE && (modifier == FROM || modifier == OVER))
	{
		detail = psprintf("The modifier \"%s\" does not fit a range", word);
		hint = "A range takes \"step\", \"floor\" and \"lose\".";
	}
	else if (promise->form == EQUAL && modifier == OVER)
	{
		detail = "The modifier \"over\" does not fit the comparator =";
		hint = "An actual above the target loses points there already.";
	}
	else if ((modifier == STEP && (promise->modifiers & ~OVER)) ||
			 (modifier != OVER && modifier != STEP && (promise->modifiers & STEP)))
	{
		detail = psprintf("The modifier \"%s\" does not fit beside the others", word);
		hint = "\"step\" is all or nothing, and leaves nothing to scale.";
	}
	else if ((modifier & (FROM | LOSE | RATIO)) && (promise->modifiers & (FROM | LOSE | RATIO)))
	{
		detail = psprintf("The modifier \"%s\" does not fit beside the others", word);
		hint = "\"from\", \"lose\" and \"ratio\" each say how points are lost short of the target.";
	}
	else if ((modifier & (OVER | CAP)) && (promise->modifiers & (OVER | CAP)))
	{
		detail = psprintf("The modifier \"%s\" does not fit beside the others", word);
		hint = "\"cap\" gives points beyond the target, and \"over\" takes them.";
	}
	return detail == NULL || bpm_scan_fail(scan, place, detail, hint);
}

/*
 * The checks that need the whole promise.
 */
static bool
CheckPromise(BpmScan *scan, const Promise *promise, const char *from_place, const char *base_place)
{
	if (promise->modifiers & FROM)
	{
		if (promise->base == promise->goal)
			return bpm_scan_fail(scan, from_place, "The baseline equals the target",
								 "Progress needs a way to go from the baseline to the target.");
		if ((promise->form == AT_LEAST || promise->form == ABOVE) && promise->base > promise->goal)
			return bpm_scan_fail(scan, from_place, "The baseline is above the target",
								 "For a figure that should fall write <= or <.");
		if (IsReverse(promise->form) && promise->base < promise->goal)
			return bpm_scan_fail(scan, from_place, "The baseline is below the target",
								 "For a figure that should rise write >= or >.");
	}
	if ((promise->modifiers & (OVER | CAP | RATIO)) && IsComparison(promise->form) &&
		!(promise->modifiers & FROM) && promise->goal <= 0)
		return bpm_scan_fail(scan, base_place,
							 psprintf("The modifier \"%s\" has neither a target above 0 nor a baseline",
									  (promise->modifiers & RATIO) ? "ratio" :
									  (promise->modifiers & OVER) ? "over" : "cap"),
							 "Attainment is a percentage of the target.");
	return true;
}

/*
 * A percent sign that says what the figure is anyway: 90% from 60%, floor 60%, over 120%.
 */
static void
TakePercent(BpmScan *scan)
{
	bpm_scan_space(scan);
	bpm_scan_take(scan, "%");
}

static bool
ScanModifiers(BpmScan *scan, Promise *promise)
{
	const char *from_place = NULL;
	const char *base_place = NULL;

	while (!bpm_scan_done(scan))
	{
		const char *place = scan->at;
		const char *word;
		int			length = bpm_scan_word(scan, &word);
		int			modifier = 0;
		int128		figure;

		for (int i = 0; length > 0 && modifier_words[i] != NULL; i++)
			if (bpm_scan_is(word, length, modifier_words[i]))
				modifier = 1 << i;
		if (modifier == 0)
		{
			const char *hint = length > 0 ? bpm_scan_nearest(word, length, modifier_words) : NULL;

			if (length > 1 && pg_ascii_tolower((unsigned char) *word) == 'e' &&
				SkipDigits(word + 1, word + length) == word + length)
				hint = "A figure has no exponent: write it out.";

			/* days, km: nothing stands between it and the figure */
			if (hint == NULL && length > 0 && promise->modifiers == 0 && promise->unit_length == 0 &&
				promise->form <= RANGE)
				hint = psprintf("A unit is written in brackets: [%s].", bpm_scan_clip(word, length));
			return bpm_scan_fail(scan, place,
								 length > 0 ? "Unknown modifier" : "Unexpected character",
								 hint ? hint : "Modifiers are step, from, floor, lose ... per, over ... lose, "
								 "ratio and cap; a unit is written % or [text].");
		}
		if (!CheckModifier(scan, place, promise, modifier, pnstrdup(word, length)))
			return false;
		promise->modifiers |= modifier;
		switch (modifier)
		{
			case STEP:
				break;
			case RATIO:
				base_place = place;
				break;
			case CAP:
				base_place = place;
				if (!bpm_scan_figure(scan, "The cap", true, &figure))
					return false;
				TakePercent(scan);
				if (figure <= BPM_HUNDRED || figure > MAX_CAP)
					return bpm_scan_fail(scan, place, "The cap is not above 100 and at most 999",
										 "Without a cap a score rises to 100.");
				promise->cap = (int64) figure;
				break;
			case FROM:
				from_place = place;
				if (!bpm_scan_figure(scan, "The baseline", true, &promise->base))
					return false;
				if (promise->unit_length == 1 && *promise->unit == '%')
					TakePercent(scan);
				break;
			case FLOOR:
				if (!bpm_scan_figure(scan, "The floor's score", true, &figure))
					return false;
				TakePercent(scan);
				if (!CheckPercentage(scan, place, "The floor is", figure, &promise->floor))
					return false;
				break;
			case LOSE:
				if (!bpm_scan_figure(scan, "The figure of points to lose", true, &figure) ||
					!CheckPercentage(scan, place, "The points to lose are", figure, &promise->lose))
					return false;
				bpm_scan_space(scan);
				length = bpm_scan_word(scan, &word);
				if (!bpm_scan_is(word, length, "per"))
					return bpm_scan_fail(scan, word, "The word \"per\" is missing",
										 "Write lose 2 per 1.");
				if (!bpm_scan_figure(scan, "The figure after \"per\"", true, &promise->per))
					return false;
				if (promise->per <= 0)
					return bpm_scan_fail(scan, place, "The figure after \"per\" is not above 0",
										 "Write lose 2 per 1.");
				break;
			case OVER:
				base_place = place;
				if (!bpm_scan_figure(scan, "The attainment", true, &figure))
					return false;
				TakePercent(scan);
				if (figure < BPM_HUNDRED)
					return bpm_scan_fail(scan, place, "The attainment is below 100",
										 "Points are lost above full attainment: over 120 lose 0.5.");
				if (figure > PG_INT64_MAX)
					return bpm_scan_fail_range(scan, place, "The attainment is too large",
											   "Write it in percent: over 120 lose 0.5.");
				promise->over = (int64) figure;
				bpm_scan_space(scan);
				length = bpm_scan_word(scan, &word);
				if (!bpm_scan_is(word, length, "lose"))
					return bpm_scan_fail(scan, word, "The word \"lose\" is missing",
										 "Write over 120 lose 0.5.");
				if (!bpm_scan_figure(scan, "The figure of points to lose", true, &figure) ||
					!CheckPercentage(scan, place, "The points to lose are", figure,
									 &promise->over_lose))
					return false;
				break;
		}
	}
	return CheckPromise(scan, promise, from_place, base_place);
}

/*
 * The day of a date target. The calendar is the one that goes on for ever, and the form the one that no
 * setting changes.
 */
static bool
ScanDay(BpmScan *scan, Promise *promise)
{
	const char *start;
	int			part[3];		/* year, month, day */
	static const int length[] = {4, 2, 2};

	bpm_scan_space(scan);
	start = scan->at;
	for (int i = 0; i < 3; i++)
	{
		const char *digits = scan->at;

		scan->at = SkipDigits(scan->at, scan->end);
		if (scan->at - digits != length[i] ||
			(i < 2 && !bpm_scan_take(scan, "-")))
			return bpm_scan_fail(scan, start, "The day is missing", "Write it: by 2026-06-30.");
		part[i] = 0;
		while (digits < scan->end && *digits >= '0' && *digits <= '9')
			part[i] = part[i] * 10 + (*digits++ - '0');
	}
	if (part[0] < 1 || part[1] < 1 || part[1] > MONTHS_PER_YEAR || part[2] < 1 ||
		part[2] > day_tab[isleap(part[0])][part[1] - 1])
		return bpm_scan_fail(scan, start, "The calendar has no such day",
							 "A day is written as year, month and day: by 2026-06-30.");
	promise->goal = date2j(part[0], part[1], part[2]) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* a comparator in words, before the figure */
static const char *
WordedHint(const char *at, const char *end)
{
	for (int i = 0; i < (int) lengthof(worded); i++)
	{
		int			length = (int) strlen(worded[i].words);

		if (end - at > length && pg_strncasecmp(at, worded[i].words, length) == 0)
			return psprintf("Write it %s %s.", worded[i].comparator,
							bpm_scan_clip(at + length, (int) (end - at) - length));
	}
	return NULL;
}

/*
 * Parse a target. NULL with the error in the scan.
 */
static BpmTarget *
ParseTarget(BpmScan *scan, const char *text, size_t length)
{
	Promise		promise;
	const char *word;
	const char *start;

	promise.modifiers = 0;
	promise.unit_length = 0;
	promise.unit = "";
	if (!bpm_scan_begin(scan, TYPE_NAME, text, length))
		return NULL;
	if (bpm_scan_done(scan))
	{
		bpm_scan_fail(scan, scan->at, "The text is empty",
					  "Write a target such as \">= 95%\", \"90..110\" or \"direct\".");
		return NULL;
	}

	start = scan->at;
	if ((*start >= 'a' && *start <= 'z') || (*start >= 'A' && *start <= 'Z'))
	{
		int			word_length = bpm_scan_word(scan, &word);

		if (bpm_scan_is(word, word_length, "direct"))
			promise.form = DIRECT;
		else if (bpm_scan_is(word, word_length, "points"))
		{
			promise.form = POINTS;
			if (!ScanPoints(scan, &promise))
				return NULL;
		}
		else if (bpm_scan_is(word, word_length, "by"))
		{
			promise.form = BY;
			if (!ScanDay(scan, &promise))
				return NULL;
		}
		else
		{
			const char *hint = WordedHint(start, scan->end);

			if (hint == NULL)
				hint = bpm_scan_nearest(word, word_length, form_words);

			bpm_scan_fail(scan, start, "Unknown word",
						  hint ? hint : "A target begins with a comparator, a figure, \"points\", "
						  "\"direct\" or \"by\".");
			return NULL;
		}
	}
	else if (!ScanComparisonOrRange(scan, &promise))
		return NULL;

	if (!ScanModifiers(scan, &promise))
		return NULL;
	return ClosePromise(&promise);
}

/*
 * The canonical text, palloc'd.
 */
static char *
TargetText(const BpmTarget *target)
{
	Promise		promise;
	size_t		figures = FormFigures(target) + MODIFIER_FIGURES;
	char	   *text = palloc(figures * (BPM_DECIMAL_TEXT + 16) + MAX_UNIT + 16);
	char	   *out = text;

	OpenPromise(target, &promise);
	OpenUnit(target, &promise);
	if (IsComparison(promise.form))
	{
		out += sprintf(out, "%s ", comparators[promise.form]);
		out = bpm_decimal_append(out, promise.goal, BPM_DIGITS);
	}
	else if (promise.form == RANGE)
	{
		out = bpm_decimal_append(out, promise.goal, BPM_DIGITS);
		out += sprintf(out, "..");
		out = bpm_decimal_append(out, promise.high, BPM_DIGITS);
	}
	else if (promise.form == POINTS)
	{
		OpenPoints(target, &promise);
		out += sprintf(out, "points(");
		for (int i = 0; i < promise.npoints; i++)
		{
			out += sprintf(out, i > 0 ? ", " : "");
			out = bpm_decimal_append(out, promise.x[i], BPM_DIGITS);
			*out++ = ':';
			out = bpm_decimal_append(out, promise.score[i], BPM_DIGITS);
		}
		*out++ = ')';
	}
	else if (promise.form == BY)
	{
		int			year;
		int			month;
		int			day;

		j2date((int) promise.goal + POSTGRES_EPOCH_JDATE, &year, &month, &day);
		out += sprintf(out, "by %04d-%02d-%02d", year, month, day);
	}
	else
		out += sprintf(out, "direct");

	if (promise.unit_length == 1 && *promise.unit == '%')
		*out++ = '%';
	else if (promise.unit_length > 0)
		out += sprintf(out, " [%.*s]", promise.unit_length, promise.unit);

	if (promise.modifiers & STEP)
		out += sprintf(out, " step");
	if (promise.modifiers & FROM)
		out = bpm_decimal_append(out + sprintf(out, " from "), promise.base, BPM_DIGITS);
	if (promise.modifiers & FLOOR)
		out = bpm_decimal_append(out + sprintf(out, " floor "), promise.floor, BPM_DIGITS);
	if (promise.modifiers & LOSE)
	{
		out = bpm_decimal_append(out + sprintf(out, " lose "), promise.lose, BPM_DIGITS);
		out = bpm_decimal_append(out + sprintf(out, " per "), promise.per, BPM_DIGITS);
	}
	if (promise.modifiers & OVER)
	{
		out = bpm_decimal_append(out + sprintf(out, " over "), promise.over, BPM_DIGITS);
		out = bpm_decimal_append(out + sprintf(out, " lose "), promise.over_lose, BPM_DIGITS);
	}
	if (promise.modifiers & RATIO)
		out += sprintf(out, " ratio");
	if (promise.modifiers & CAP)
		out = bpm_decimal_append(out + sprintf(out, " cap "), promise.cap, BPM_DIGITS);
	*out = '\0';
	return text;
}

/* ------------------------------------------------------------------------------------------------
 * Scoring
 *
 * Nothing here raises: what stands in the way is an answer too, for the functions that raise it and for
 * those that give NULL in its place.
 * ----------------------------------------------------------------------------------------------*/

typedef enum Trouble
{
	TROUBLE_NONE,
	TROUBLE_ACTUAL,				/* it is no figure that can be kept */
	TROUBLE_DIGITS,				/* actual and target together have too many */
	TROUBLE_DIRECT,				/* a direct score outside its range */
	TROUBLE_WANTS_DATE,
	TROUBLE_WANTS_FIGURE,
	TROUBLE_INFINITE_DATE,
	TROUBLE_RANGE				/* an attainment that does not fit */
} Trouble;

/* an exact percentage: where there is none, known is false */
typedef struct Percent
{
	bool		known;
	bool		negative;
	bool		fits;
	BpmQuotient percent;
} Percent;

static inline int128
Absolute(int128 value)
{
	return value < 0 ? -value : value;
}

static Percent
Percentage(int128 part, int128 whole)
{
	Percent		percent = {0};

	Assert(whole > 0);
	percent.known = true;
	percent.negative = part < 0;
	percent.fits = bpm_decimal_try_quotient(Absolute(part), BPM_HUNDRED, whole, &percent.percent);
	return percent;
}

/*
 * 100 - loss, not below 0.
 */
static BpmQuotient
HundredLess(BpmQuotient loss)
{
	BpmQuotient score = {0, REST_NONE};

	if (loss.units >= BPM_HUNDRED)
		return score;
	score.units = BPM_HUNDRED - (uint64) loss.units;
	if (loss.rest != REST_NONE)
	{
		score.units--;
		score.rest = loss.rest == REST_HALF ? REST_HALF :
			loss.rest == REST_BELOW_HALF ? REST_ABOVE_HALF : REST_BELOW_HALF;
	}
	return score;
}

/*
 * Bring the promise's figures to the scale of an actual with more than 8 decimals.
 */
static bool
RescalePromise(Promise *promise, int extra)
{
	bool		fits = true;

	if (promise->form <= RANGE)
		fits &= bpm_decimal_try_rescale(promise->goal, extra, &promise->goal);
	if (promise->form == RANGE)
		fits &= bpm_decimal_try_rescale(promise->high, extra, &promise->high);
	if (promise->modifiers & FROM)
		fits &= bpm_decimal_try_rescale(promise->base, extra, &promise->base);
	if (promise->modifiers & LOSE)
		fits &= bpm_decimal_try_rescale(promise->per, extra, &promise->per);
	for (int i = 0; promise->form == POINTS && i < promise->npoints; i++)
		fits &= bpm_decimal_try_rescale(promise->x[i], extra, &promise->x[i]);
	return fits;
}

/*
 * Whether an actual is a direct score. A limit that cannot be brought to the actual's scale is above it.
 */
static bool
IsDirectScore(const Promise *promise, int128 actual, int extra)
{
	int128		limit = (promise->modifiers & CAP) ? promise->cap : BPM_HUNDRED;

	return actual >= 0 && (!bpm_decimal_try_rescale(limit, extra, &limit) || actual <= limit);
}

/*
 * Open a target for an actual, both on one scale.
 */
static Trouble
OpenFor(Datum datum, const BpmTarget *target, Promise *promise, BpmFigure *actual)
{
	if (target->form == BY)
		return TROUBLE_WANTS_DATE;
	if (bpm_decimal_try_figure(datum, actual) != DECIMAL_OK)
		return TROUBLE_ACTUAL;
	OpenPromise(target, promise);
	if (target->form == POINTS)
		OpenPoints(target, promise);
	if (unlikely(actual->extra > 0) && !RescalePromise(promise, actual->extra))
		return TROUBLE_DIGITS;
	if (target->form == DIRECT && !IsDirectScore(promise, actual->value, actual->extra))
		return TROUBLE_DIRECT;
	return TROUBLE_NONE;
}

/*
 * Whether a comparison or a range is met.
 */
static inline bool
IsMet(const Promise *promise, int128 actual)
{
	switch (promise->form)
	{
		case AT_LEAST:
			return actual >= promise->goal;
		case ABOVE:
			return actual > promise->goal;
		case AT_MOST:
			return actual <= promise->goal;
		case BELOW:
			return actual < promise->goal;
		case EQUAL:
			return actual == promise->goal;
		case RANGE:
			return actual >= promise->goal && actual <= promise->high;
		case POINTS:
		case DIRECT:
		case BY:
			break;
	}
	return false;
}

/*
 * By how much a comparison or a range is missed.
 */
static inline int128
Shortfall(const Promise *promise, int128 actual)
{
	if (IsReverse(promise->form))
		return actual - promise->goal;
	if (promise->form == RANGE && actual > promise->high)
		return actual - promise->high;
	return Absolute(promise->goal - actual);
}

/*
 * The attainment of a comparison other than = as a fraction. The whole is above 0, but for a ratio to an
 * actual that is not.
 */
static void
AttainmentParts(const Promise *promise, int128 actual, int128 *part, int128 *whole)
{
	bool		reverse = IsReverse(promise->form);

	if (promise->modifiers & FROM)
	{
		*part = reverse ? promise->base - actual : actual - promise->base;
		*whole = Absolute(promise->goal - promise->base);
	}
	else if (promise->modifiers & RATIO)
	{
		*part = promise->goal;
		*whole = actual;
	}
	else
	{
		*part = reverse ? 2 * promise->goal - actual : actual;
		*whole = promise->goal;
	}
}

/*
 * Attainment of a comparison or a range: the percentage before any cap, floor or loss. A target of 0 or
 * less has none, unless there is a baseline to measure from.
 */
static Percent
AttainmentOf(const Promise *promise, int128 actual)
{
	Percent		unknown = {0};
	Percent		full = {true, false, true, {BPM_HUNDRED, REST_NONE}};
	int128		goal = promise->goal;
	int128		part;
	int128		whole;

	if (promise->form == EQUAL)
	{
		whole = Absolute((promise->modifiers & FROM) ? goal - promise->base : goal);
		if (whole == 0)
			return actual == goal ? full : unknown;
		return Percentage(whole - Absolute(actual - goal), whole);
	}
	if (promise->form == RANGE)
	{
		bool		above = actual > promise->high;

		if (IsMet(promise, actual))
			return full;
		if (above)
			goal = promise->high;
		return goal <= 0 ? unknown : Percentage(above ? 2 * goal - actual : actual, goal);
	}
	AttainmentParts(promise, actual, &part, &whole);
	return whole <= 0 ? unknown : Percentage(part, whole);
}

/*
 * The loss by over-fulfilment: over_lose points for every point of attainment above over.
 * With attainment = attained + rest / whole, the loss is over_lose · (attained - over) and
 * over_lose · rest / whole, exactly.
 */
static BpmQuotient
OverLoss(const Promise *promise, int128 actual)
{
	BpmQuotient loss = {0, REST_NONE};
	int128		part;
	int128		whole;
	uint128		attained;
	uint128		excess;
	uint128		rest;
	BpmQuotient tail;

	AttainmentParts(promise, actual, &part, &whole);
	if (part <= 0)
		return loss;

	/* where even a loss of 10^-8 a point takes everything; the rest fits 128 bits */
	loss.units = BPM_HUNDRED;
	if (whole <= 0 || part / whole >= (int128) BPM_HUNDRED * BPM_ONE)
		return loss;
	attained = bpm_decimal_divide(part, BPM_HUNDRED, whole, &rest);
	if (attained < (uint64) promise->over)
	{
		loss.units = 0;
		return loss;
	}
	excess = attained - (uint64) promise->over;
	if (excess >= (uint128) BPM_HUNDRED * BPM_ONE)
		return loss;

	tail = bpm_decimal_quotient(rest, promise->over_lose, whole);
	loss.units = excess * (uint64) promise->over_lose + tail.units;
	loss.rest = tail.rest;
	return bpm_decimal_ten_power_down(loss, BPM_DIGITS);
}

/*
 * The score of what is met and may rise above 100: the attainment, up to the cap.
 */
static BpmQuotient
CappedScore(const Promise *promise, int128 actual)
{
	BpmQuotient score = {promise->cap, REST_NONE};
	BpmQuotient attained;
	int128		part;
	int128		whole;

	AttainmentParts(promise, actual, &part, &whole);

	/* a cap is below 1000 % */
	if (whole <= 0 || part / whole >= 10)
		return score;
	attained = bpm_decimal_quotient(part, BPM_HUNDRED, whole);
	return attained.units >= (uint64) promise->cap ? score : attained;
}

/*
 * Straight lines between the points, flat outside them.
 */
static BpmQuotient
PointsScore(const Promise *promise, int128 actual)
{
	BpmQuotient score = {0, REST_NONE};
	int64		from;
	int64		to;
	int			i = 0;

	while (i < promise->npoints && actual >= promise->x[i])
		i++;
	if (i == 0 || i == promise->npoints)
	{
		score.units = promise->score[i == 0 ? 0 : i - 1];
		return score;
	}
	from = promise->score[i - 1];
	to = promise->score[i];
	if (to >= from)
	{
		score = bpm_decimal_quotient(actual - promise->x[i - 1], to - from,
									 promise->x[i] - promise->x[i - 1]);
		score.units += from;
	}
	else
	{
		/* down from the left is up from the right */
		score = bpm_decimal_quotient(promise->x[i] - actual, from - to,
									 promise->x[i] - promise->x[i - 1]);
		score.units += to;
	}
	return score;
}

/*
 * What is left of 100 when points are lost for every so much of a shortfall.
 */
static BpmQuotient
LossScore(const Promise *promise, uint128 shortfall)
{
	BpmQuotient score = {0, REST_NONE};

	/* so far that even the smallest loss has taken all */
	if (shortfall / (uint128) promise->per >= BPM_HUNDRED)
		return score;
	return HundredLess(bpm_decimal_quotient(shortfall, promise->lose, promise->per));
}

/*
 * The exact score of a promise before the floor. An attainment that does not fit is negative here, as what
 * is not met is below 100 %.
 */
static BpmQuotient
ExactScore(const Promise *promise, int128 actual, int extra)
{
	BpmQuotient score = {0, REST_NONE};
	Percent		attainment;

	if (promise->form == POINTS)
		return PointsScore(promise, actual);
	if (promise->form == DIRECT)
	{
		score.units = actual;
		return bpm_decimal_ten_power_down(score, extra);
	}
	if (IsMet(promise, actual))
	{
		if (promise->modifiers & OVER)
			return HundredLess(OverLoss(promise, actual));
		if (promise->modifiers & CAP)
			return CappedScore(promise, actual);
		score.units = BPM_HUNDRED;
		return score;
	}
	if (promise->modifiers & STEP)
		return score;
	if (promise->modifiers & LOSE)
		return LossScore(promise, Shortfall(promise, actual));
	attainment = AttainmentOf(promise, actual);
	if (!attainment.known || attainment.negative)
		return score;
	return attainment.percent;
}

/* the floor sees the unrounded score; then it is rounded, once */
static inline int64
Settled(const Promise *promise, BpmQuotient score)
{
	if ((promise->modifiers & FLOOR) && score.units < (uint64) promise->floor)
		return 0;
	return (int64) bpm_decimal_half_up(score);
}

/* the largest whole whose product with 10^5 fits 64 bits */
#define MAX_SMALL_GOAL (PG_UINT64_MAX / 100000)

/*
 * The rows that nearly all tables hold, in 64 bits: a plain >=, >, <= or < and figures of usual
 * size. False, and no score, for everything else; the answer is that of ExactScore().
 */
static inline bool
ScoreSmall(Datum actual_datum, const BpmTarget *target, int64 *score)
{
	int64		actual;
	int64		goal;
	int64		part;
	uint64		tail;
	uint64		rest;

	if (target->form > BELOW || target->modifiers != 0 ||
		!bpm_decimal_read_small(actual_datum, &actual))
		return false;
	goal = target->figures[0];
	if (target->form == AT_LEAST ? actual >= goal : target->form == ABOVE ? actual > goal :
		target->form == AT_MOST ? actual <= goal : actual < goal)
	{
		*score = BPM_HUNDRED;
		return true;
	}
	*score = 0;
	if (goal <= 0)
		return true;
	part = IsReverse(target->form) ? goal - (actual - goal) : actual;
	if (part <= 0)
		return true;
	if ((uint64) goal > MAX_SMALL_GOAL)
		return false;

	/* 10^10 · part / goal, five decimal digits at a time; part is at most goal */
	tail = (uint64) part * 100000;
	rest = tail % (uint64) goal * 100000;
	*score = (int64) (tail / (uint64) goal * 100000 + rest / (uint64) goal);
	rest %= (uint64) goal;
	if (rest >= (uint64) goal - rest)
		(*score)++;
	return true;
}

static pg_noinline Trouble
ScoreAny(Datum datum, const BpmTarget *target, int64 *score)
{
	BpmFigure	actual;
	Promise		promise;
	Trouble		trouble = OpenFor(datum, target, &promise, &actual);

	if (trouble == TROUBLE_NONE)
		*score = Settled(&promise, ExactScore(&promise, actual.value, actual.extra));
	return trouble;
}

static Trouble
ScoreDay(DateADT day, const BpmTarget *target, int64 *score)
{
	Promise		promise;
	int64		late;

	if (target->form != BY)
		return TROUBLE_WANTS_FIGURE;
	if (DATE_NOT_FINITE(day))
		return TROUBLE_INFINITE_DATE;
	OpenPromise(target, &promise);
	late = day - (int64) promise.goal;
	*score = late <= 0 ? BPM_HUNDRED : 0;
	if (late > 0 && (promise.modifiers & LOSE))
		*score = Settled(&promise, LossScore(&promise, (uint128) late * BPM_ONE));
	return TROUBLE_NONE;
}

/*
 * Whether a promise is kept. A graded one (points, direct) draws no line but its floor: without one nobody
 * can say.
 */
static Trouble
MetAny(Datum datum, const BpmTarget *target, bool *known, bool *met)
{
	BpmFigure	actual;
	Promise		promise;
	Trouble		trouble = OpenFor(datum, target, &promise, &actual);

	*known = false;
	if (trouble != TROUBLE_NONE)
		return trouble;
	if (promise.form != POINTS && promise.form != DIRECT)
	{
		*known = true;
		*met = IsMet(&promise, actual.value);
	}
	else if (promise.modifiers & FLOOR)
	{
		*known = true;
		*met = ExactScore(&promise, actual.value, actual.extra).units >= (uint64) promise.floor;
	}
	return TROUBLE_NONE;
}

static Trouble
AttainmentAny(Datum datum, const BpmTarget *target, bool *known, int128 *units)
{
	BpmFigure	actual;
	Promise		promise;
	Percent		attainment = {true, false, true, {0, REST_NONE}};
	Trouble		trouble = OpenFor(datum, target, &promise, &actual);

	*known = false;
	if (trouble != TROUBLE_NONE)
		return trouble;
	if (promise.form == POINTS || promise.form == DIRECT)
		attainment.percent = ExactScore(&promise, actual.value, actual.extra);
	else
		attainment = AttainmentOf(&promise, actual.value);
	if (!attainment.known)
		return TROUBLE_NONE;
	if (!attainment.fits)
		return TROUBLE_RANGE;
	*known = true;
	*units = (int128) bpm_decimal_half_up(attainment.percent);
	if (attainment.negative)
		*units = -*units;
	return TROUBLE_NONE;
}

static pg_noinline void
Raise(Trouble trouble, Datum actual, const BpmTarget *target)
{
	BpmFigure	figure;
	char		cap[BPM_DECIMAL_TEXT];

	switch (trouble)
	{
		case TROUBLE_NONE:
			break;
		case TROUBLE_ACTUAL:
			bpm_decimal_raise(bpm_decimal_try_figure(actual, &figure), actual, "actual");
			break;
		case TROUBLE_DIGITS:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("actual has too many decimals to be compared exactly with its target"),
					 errdetail("Together they need more than 37 digits."),
					 errhint("Round the actual first: round(actual, 12).")));
			break;
		case TROUBLE_DIRECT:
			bpm_decimal_append(cap, bpm_target_cap_units(target), BPM_DIGITS);
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("direct score is out of range"),
					 errdetail("With the target \"direct\" the actual is itself the score, from 0 to %s.", cap),
					 errhint("Scores on another scale are brought to it by points, such as points(0:0, "
							 "10:100).")));
			break;
		case TROUBLE_WANTS_DATE:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a figure cannot be scored against a date"),
					 errdetail("The target is \"%s\".", TargetText(target)),
					 errhint("Give the day on which it was done: a date, not a figure.")));
			break;
		case TROUBLE_WANTS_FIGURE:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a date cannot be scored against a figure"),
					 errdetail("The target is \"%s\".", TargetText(target)),
					 errhint("A target that is a day is written: by 2026-06-30.")));
			break;
		case TROUBLE_INFINITE_DATE:
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("actual must be a day, not infinity"),
					 errhint("Use NULL for what is missing.")));
			break;
		case TROUBLE_RANGE:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("attainment is out of range"),
					 errdetail("It has more than %d digits before the decimal point.",
							   BPM_MAX_INTEGER_DIGITS),
					 errhint("The target is far too small for the actual.")));
	}
}

/*
 * The score of an actual in units of 10^-8: 0 to 100, or to the target's cap.
 */
int64
bpm_target_score_units(Datum actual, const BpmTarget *target)
{
	int64		score = 0;
	Trouble		trouble;

	if (likely(ScoreSmall(actual, target, &score)))
		return score;
	trouble = ScoreAny(actual, target, &score);
	if (unlikely(trouble != TROUBLE_NONE))
		Raise(trouble, actual, target);
	return score;
}

/*
 * The most that a score can be: 100, or the cap, or the largest score of the points.
 */
int64
bpm_target_cap_units(const BpmTarget *target)
{
	Promise		promise;
	int64		most = 0;

	if (target->form == POINTS)
	{
		for (int i = 0; i < target->npoints; i++)
			most = Max(most, (int64) StoredFigure(target, 2 * i + 1));
		return most;
	}
	if (!(target->modifiers & CAP))
		return BPM_HUNDRED;
	OpenPromise(target, &promise);
	return promise.cap;
}

/*
 * How an actual stands to a target. False, where raise is not wanted, for what is an error in a score.
 */
bool
bpm_target_standing(Datum datum, const BpmTarget *target, bool raise, BpmStanding *standing)
{
	BpmFigure	actual;
	Promise		promise;
	Trouble		trouble = OpenFor(datum, target, &promise, &actual);
	int128		base = 0;

	if (unlikely(trouble != TROUBLE_NONE))
	{
		if (raise)
			Raise(trouble, datum, target);
		return false;
	}
	*standing = (BpmStanding) {0};
	if (promise.form == POINTS || promise.form == DIRECT)
	{
		standing->graded = true;
		standing->score = (int64) bpm_decimal_half_up(ExactScore(&promise, actual.value, actual.extra));
		return true;
	}
	standing->reverse = IsReverse(promise.form);
	standing->bounded = promise.form == EQUAL || promise.form == RANGE;
	standing->met = IsMet(&promise, actual.value);
	standing->beyond = (promise.form == EQUAL && actual.value > promise.goal) ||
		(promise.form == RANGE && actual.value > promise.high);
	if ((promise.modifiers & FROM) && promise.goal > promise.base)
		base = promise.base;
	standing->part = actual.value - base;
	standing->whole = promise.goal - base;
	return true;
}

/*
 * The day of a target by ...; false for every other one, where raise is not wanted.
 */
bool
bpm_target_day(const BpmTarget *target, bool raise, int32 *day)
{
	if (target->form != BY)
	{
		if (raise)
			Raise(TROUBLE_WANTS_FIGURE, (Datum) 0, target);
		return false;
	}
	*day = (int32) StoredFigure(target, 0);
	return true;
}

/* ------------------------------------------------------------------------------------------------
 * SQL functions
 * ----------------------------------------------------------------------------------------------*/

static inline BpmTarget *
TargetArg(FunctionCallInfo fcinfo, int n)
{
	return DatumGetTargetP(PG_GETARG_DATUM(n));
}

/*
 * score(actual, target) → numeric: 0 to 100, or to the cap, with 8 decimals.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_score);
Datum
bpm_target_score(PG_FUNCTION_ARGS)
{
	int64		score = bpm_target_score_units(PG_GETARG_DATUM(0), TargetArg(fcinfo, 1));

	PG_RETURN_NUMERIC(bpm_decimal_numeric(score, BPM_DIGITS));
}

/*
 * try_score(actual, target) → numeric: the same, and NULL where that is an error.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_try_score);
Datum
bpm_target_try_score(PG_FUNCTION_ARGS)
{
	Datum		actual = PG_GETARG_DATUM(0);
	BpmTarget  *target = TargetArg(fcinfo, 1);
	int64		score;

	if (!ScoreSmall(actual, target, &score) && ScoreAny(actual, target, &score) != TROUBLE_NONE)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_numeric(score, BPM_DIGITS));
}

/*
 * score(actual date, target) → numeric: of a target that is a day.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_score_date);
Datum
bpm_target_score_date(PG_FUNCTION_ARGS)
{
	BpmTarget  *target = TargetArg(fcinfo, 1);
	int64		score = 0;
	Trouble		trouble = ScoreDay(PG_GETARG_DATEADT(0), target, &score);

	if (trouble != TROUBLE_NONE)
		Raise(trouble, (Datum) 0, target);
	PG_RETURN_NUMERIC(bpm_decimal_numeric(score, BPM_DIGITS));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_try_score_date);
Datum
bpm_target_try_score_date(PG_FUNCTION_ARGS)
{
	int64		score;

	if (ScoreDay(PG_GETARG_DATEADT(0), TargetArg(fcinfo, 1), &score) != TROUBLE_NONE)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_numeric(score, BPM_DIGITS));
}

/*
 * attainment(actual, target) → numeric: the percentage before any cap at 100, floor or loss; NULL
 * where the target is no base for one.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_attainment);
Datum
bpm_target_attainment(PG_FUNCTION_ARGS)
{
	Datum		actual = PG_GETARG_DATUM(0);
	BpmTarget  *target = TargetArg(fcinfo, 1);
	bool		known;
	int128		units;
	Trouble		trouble = AttainmentAny(actual, target, &known, &units);

	if (trouble != TROUBLE_NONE)
		Raise(trouble, actual, target);
	if (!known)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_numeric(units, BPM_DIGITS));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_try_attainment);
Datum
bpm_target_try_attainment(PG_FUNCTION_ARGS)
{
	bool		known;
	int128		units;

	if (AttainmentAny(PG_GETARG_DATUM(0), TargetArg(fcinfo, 1), &known, &units) != TROUBLE_NONE ||
		!known)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_numeric(units, BPM_DIGITS));
}

/*
 * met(actual, target) → boolean: exact. NULL where nobody can say.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_met);
Datum
bpm_target_met(PG_FUNCTION_ARGS)
{
	Datum		actual = PG_GETARG_DATUM(0);
	BpmTarget  *target = TargetArg(fcinfo, 1);
	bool		known;
	bool		met = false;
	Trouble		trouble = MetAny(actual, target, &known, &met);

	if (trouble != TROUBLE_NONE)
		Raise(trouble, actual, target);
	if (!known)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(met);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_try_met);
Datum
bpm_target_try_met(PG_FUNCTION_ARGS)
{
	bool		known;
	bool		met = false;

	if (MetAny(PG_GETARG_DATUM(0), TargetArg(fcinfo, 1), &known, &met) != TROUBLE_NONE || !known)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(met);
}

/*
 * met(actual date, target) → boolean: on that day or before.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_met_date);
Datum
bpm_target_met_date(PG_FUNCTION_ARGS)
{
	DateADT		day = PG_GETARG_DATEADT(0);
	BpmTarget  *target = TargetArg(fcinfo, 1);
	int64		score = 0;
	Trouble		trouble = ScoreDay(day, target, &score);

	if (trouble != TROUBLE_NONE)
		Raise(trouble, (Datum) 0, target);
	PG_RETURN_BOOL(day <= StoredFigure(target, 0));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_try_met_date);
Datum
bpm_target_try_met_date(PG_FUNCTION_ARGS)
{
	DateADT		day = PG_GETARG_DATEADT(0);
	BpmTarget  *target = TargetArg(fcinfo, 1);
	int64		score;

	if (ScoreDay(day, target, &score) != TROUBLE_NONE)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(day <= StoredFigure(target, 0));
}

/*
 * cap(target) → numeric: the most that a score can be.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_cap);
Datum
bpm_target_cap(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(bpm_decimal_trimmed(bpm_target_cap_units(TargetArg(fcinfo, 0)), BPM_DIGITS));
}

/*
 * comparator(target) → text: the form, in the token or word that its text begins with or is written by.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_comparator);
Datum
bpm_target_comparator(PG_FUNCTION_ARGS)
{
	BpmTarget  *target = TargetArg(fcinfo, 0);
	const char *name;

	if (IsComparison(target->form))
		name = comparators[target->form];
	else if (target->form == RANGE)
		name = "..";
	else
		name = form_words[target->form - POINTS];
	PG_RETURN_TEXT_P(cstring_to_text(name));
}

/*
 * goal(target) → numeric: the figure of a comparison; the other forms have none, or more than one.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_goal);
Datum
bpm_target_goal(PG_FUNCTION_ARGS)
{
	BpmTarget  *target = TargetArg(fcinfo, 0);

	if (!IsComparison(target->form))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(bpm_decimal_trimmed(StoredFigure(target, 0), BPM_DIGITS));
}

/* ------------------------------------------------------------------------------------------------
 * From columns
 * ----------------------------------------------------------------------------------------------*/

/*
 * Add modifiers, a unit before them, from a text of their own.
 */
static void
AddModifiers(Promise *promise, const text *modifiers)
{
	BpmScan		scan;

	if (!bpm_scan_begin(&scan, TYPE_NAME, VARDATA_ANY(modifiers), VARSIZE_ANY_EXHDR(modifiers)) ||
		(promise->form != BY && !ScanUnit(&scan, promise)) || !ScanModifiers(&scan, promise))
		bpm_scan_raise(&scan, NULL);
}

static void
ReadComparison(FunctionCallInfo fcinfo, Promise *promise)
{
	text	   *comparator = PG_GETARG_TEXT_PP(0);
	BpmScan		scan;

	bpm_scan_start(&scan, TYPE_NAME, VARDATA_ANY(comparator), VARSIZE_ANY_EXHDR(comparator));
	bpm_scan_space(&scan);
	if (!TakeComparator(&scan, &promise->form) || !bpm_scan_done(&scan))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown comparator \"%s\"",
						bpm_scan_clip(VARDATA_ANY(comparator), VARSIZE_ANY_EXHDR(comparator))),
				 errdetail("The first argument is the comparator, the second the figure."),
				 errhint("The comparators are >=, >, <=, < and =.")));
	promise->goal = bpm_decimal_exact(PG_GETARG_DATUM(1), "target");
}

/*
 * target(comparator, figure): for tables that keep both in columns.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_from_comparison);
Datum
bpm_target_from_comparison(PG_FUNCTION_ARGS)
{
	Promise		promise = {0};

	ReadComparison(fcinfo, &promise);
	PG_RETURN_POINTER(ClosePromise(&promise));
}

/*
 * target(comparator, figure, modifiers): the same with a unit and modifiers, such as '% floor 60'.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_from_modifiers);
Datum
bpm_target_from_modifiers(PG_FUNCTION_ARGS)
{
	Promise		promise = {0};

	promise.unit = "";
	ReadComparison(fcinfo, &promise);
	AddModifiers(&promise, PG_GETARG_TEXT_PP(2));
	PG_RETURN_POINTER(ClosePromise(&promise));
}

/*
 * target(comparator, figure, baseline): progress from a baseline that is a column too.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_from_baseline);
Datum
bpm_target_from_baseline(PG_FUNCTION_ARGS)
{
	Promise		promise = {0};
	BpmScan		scan;
	char		base[BPM_DECIMAL_TEXT];

	ReadComparison(fcinfo, &promise);
	promise.modifiers = FROM;
	promise.base = bpm_decimal_exact(PG_GETARG_DATUM(2), "baseline");
	bpm_decimal_append(base, promise.base, BPM_DIGITS);
	bpm_scan_start(&scan, TYPE_NAME, base, strlen(base));
	if (!CheckPromise(&scan, &promise, scan.text, scan.text))
		bpm_scan_raise(&scan, NULL);
	PG_RETURN_POINTER(ClosePromise(&promise));
}

/*
 * target(low, high): a range, for tables that keep both ends in columns.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_from_range);
Datum
bpm_target_from_range(PG_FUNCTION_ARGS)
{
	Promise		promise = {0};

	promise.form = RANGE;
	promise.goal = bpm_decimal_exact(PG_GETARG_DATUM(0), "lower end of a range");
	promise.high = bpm_decimal_exact(PG_GETARG_DATUM(1), "upper end of a range");
	if (promise.goal > promise.high)
	{
		char		low[BPM_DECIMAL_TEXT];
		char		high[BPM_DECIMAL_TEXT];

		bpm_decimal_append(low, promise.goal, BPM_DIGITS);
		bpm_decimal_append(high, promise.high, BPM_DIGITS);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lower end of a range is above its upper end"),
				 errdetail("The range would be %s..%s.", low, high),
				 errhint("A range runs from the lower to the upper figure.")));
	}
	PG_RETURN_POINTER(ClosePromise(&promise));
}

/*
 * target(day [, modifiers]): for tables that keep the day in a column.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_from_date);
Datum
bpm_target_from_date(PG_FUNCTION_ARGS)
{
	DateADT		day = PG_GETARG_DATEADT(0);
	Promise		promise = {0};
	int			year = 0;
	int			month;
	int			date;

	if (!DATE_NOT_FINITE(day))
		j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &date);
	if (year < 1 || year > 9999)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("a target is a day of the years 1 to 9999"),
				 errhint("Use NULL where there is no such day.")));
	promise.form = BY;
	promise.goal = day;
	promise.unit = "";
	if (PG_NARGS() > 1)
		AddModifiers(&promise, PG_GETARG_TEXT_PP(1));
	PG_RETURN_POINTER(ClosePromise(&promise));
}

/* ------------------------------------------------------------------------------------------------
 * The type
 * ----------------------------------------------------------------------------------------------*/

/*
 * try_parse_target(text) → (target, reason): for bulk import. Both are NULL for NULL.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_try_parse);
Datum
bpm_target_try_parse(PG_FUNCTION_ARGS)
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
		text	   *input = PG_GETARG_TEXT_PP(0);
		BpmScan		scan;
		BpmTarget  *target = ParseTarget(&scan, VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input));

		nulls[0] = target == NULL;
		nulls[1] = target != NULL;
		values[0] = PointerGetDatum(target);
		if (target == NULL)
			values[1] = CStringGetTextDatum(scan.error.hint == NULL ? scan.error.detail :
											psprintf("%s %s", scan.error.detail, scan.error.hint));
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls)));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_in);
Datum
bpm_target_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	BpmScan		scan;
	BpmTarget  *target = ParseTarget(&scan, text, strlen(text));

	if (target == NULL)
	{
		bpm_scan_raise(&scan, fcinfo->context);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(target);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_out);
Datum
bpm_target_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(TargetText(DatumGetTargetP(PG_GETARG_DATUM(0))));
}

/*
 * Binary: a version byte, then the text. The layout on disk stays ours to change.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_recv);
Datum
bpm_target_recv(PG_FUNCTION_ARGS)
{
	int			length;
	char	   *text = bpm_text_recv((StringInfo) PG_GETARG_POINTER(0), TYPE_NAME, &length);

	BpmScan		scan;
	BpmTarget  *target = ParseTarget(&scan, text, length);

	if (target == NULL)
		bpm_scan_raise(&scan, NULL);
	PG_RETURN_POINTER(target);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_send);
Datum
bpm_target_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(bpm_text_send(TargetText(DatumGetTargetP(PG_GETARG_DATUM(0)))));
}

/* how many figures a target holds */
static int
CountFigures(const BpmTarget *target)
{
	int			pairs = target->modifiers & (LOSE | OVER);

	return FormFigures(target) + pg_number_of_ones[pairs] * 2 +
		pg_number_of_ones[target->modifiers & (FROM | FLOOR | CAP)];
}

/*
 * The order of targets, of what is stored: by form, then by figures, then by modifiers and theirs, then by
 * unit. It says nothing about ambition, but >= 90 comes before >= 95.
 */
static int
TargetOrder(FunctionCallInfo fcinfo)
{
	BpmTarget  *a = TargetArg(fcinfo, 0);
	BpmTarget  *b = TargetArg(fcinfo, 1);
	int			modifiers = (a->modifiers & ~WIDE) - (b->modifiers & ~WIDE);
	int			own = Min(FormFigures(a), FormFigures(b));
	int			n = Min(CountFigures(a), CountFigures(b));
	int			order;

	if (a->form != b->form)
		return a->form - b->form;
	for (int i = 0; i < n; i++)
	{
		int128		x;
		int128		y;

		/* beyond their own figures only those of the same kind are compared */
		if (i == own && (a->npoints != b->npoints || modifiers != 0))
			break;
		x = StoredFigure(a, i);
		y = StoredFigure(b, i);
		if (x != y)
			return x < y ? -1 : 1;
	}
	if (a->npoints != b->npoints)
		return a->npoints - b->npoints;
	if (modifiers != 0)
		return modifiers;
	order = memcmp((const char *) a + VARSIZE(a) - a->unit_length,
				   (const char *) b + VARSIZE(b) - b->unit_length,
				   Min(a->unit_length, b->unit_length));
	return order != 0 ? order : a->unit_length - b->unit_length;
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_cmp);
Datum
bpm_target_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(TargetOrder(fcinfo));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_lt);
Datum
bpm_target_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(TargetOrder(fcinfo) < 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_le);
Datum
bpm_target_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(TargetOrder(fcinfo) <= 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_ge);
Datum
bpm_target_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(TargetOrder(fcinfo) >= 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_gt);
Datum
bpm_target_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(TargetOrder(fcinfo) > 0);
}
