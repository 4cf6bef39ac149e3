/*
 * target.c: what was promised, and how an actual is scored against it.
 *
 *   target     := comparison | range | points | 'direct'        then any modifiers
 *   comparison := [('>=' | '>' | '<=' | '<' | '=')] number [unit]   no comparator means >=
 *   range      := number [unit] '..' number [unit]              the unit once, or the same twice
 *   points     := 'points' '(' x ':' score (',' x ':' score)+ ')'
 *   unit       := '%' | '[' text ']'
 *   modifier   := 'step' | 'from' number ['%'] | 'floor' number ['%']
 *               | 'lose' number 'per' number | 'over' number ['%'] 'lose' number
 *
 * A target is parsed once, when it is stored. Scoring is integer arithmetic on exact figures: each
 * rule is a quotient, which is cut to 10^-8 with a note of where the rest lies, so that rounding
 * happens once and the pass threshold sees the unrounded score.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

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
	DIRECT
} Form;

/* modifiers; WIDE says that figures take 128 bits */
#define STEP 0x01
#define FROM 0x02
#define FLOOR 0x04
#define LOSE 0x08
#define OVER 0x10
#define WIDE 0x80

/*
 * On disk: this header, then the figures, then the unit's bytes. Figures are, in this order: the
 * form's own (one for a comparison, two for a range, x and score of each point), then those of the
 * modifiers that are there: from, floor, lose and per, over and lose. They take 8 bytes each
 * where all fit, else 16. Storage is plain, so that a row's target is read where it lies.
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
typedef struct Rule
{
	Form		form;
	int			modifiers;
	int			npoints;
	int128		goal;			/* or a range's lower end */
	int128		high;
	int128		base;			/* from */
	int64		floor;
	int64		lose;			/* points lost ... */
	int128		per;			/* ... for every so much */
	int64		over;			/* attainment above this ... */
	int64		over_lose;		/* ... loses so many points a point */
	int128		x[MAX_POINTS];
	int64		score[MAX_POINTS];
	int			unit_length;
	const char *unit;
} Rule;

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

static const char *const form_words[] = {"points", "direct", NULL};
static const char *const modifier_words[] = {"step", "from", "floor", "lose", "over", NULL};

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
Figure(const BpmTarget *target, int i)
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
	if (IsComparison(target->form))
		return 1;
	if (target->form == RANGE)
		return 2;
	return 2 * target->npoints;
}

/*
 * Open a target. Points and unit are only looked at where the caller needs them.
 */
static inline void
OpenRule(const BpmTarget *target, Rule *rule)
{
	int			i = FormFigures(target);

	rule->form = target->form;
	rule->modifiers = target->modifiers & ~WIDE;
	if (target->form <= RANGE)
		rule->goal = Figure(target, 0);
	if (target->form == RANGE)
		rule->high = Figure(target, 1);
	if (rule->modifiers == 0)
		return;
	if (rule->modifiers & FROM)
		rule->base = Figure(target, i++);
	if (rule->modifiers & FLOOR)
		rule->floor = (int64) Figure(target, i++);
	if (rule->modifiers & LOSE)
	{
		rule->lose = (int64) Figure(target, i++);
		rule->per = Figure(target, i++);
	}
	if (rule->modifiers & OVER)
	{
		rule->over = (int64) Figure(target, i++);
		rule->over_lose = (int64) Figure(target, i++);
	}
}

static void
OpenPoints(const BpmTarget *target, Rule *rule)
{
	rule->npoints = target->npoints;
	for (int i = 0; i < target->npoints; i++)
	{
		rule->x[i] = Figure(target, 2 * i);
		rule->score[i] = (int64) Figure(target, 2 * i + 1);
	}
}

static void
OpenUnit(const BpmTarget *target, Rule *rule)
{
	rule->unit_length = target->unit_length;
	rule->unit = (const char *) target + VARSIZE(target) - target->unit_length;
}

/*
 * Pack a rule. Equal rules give equal bytes.
 */
static BpmTarget *
CloseRule(const Rule *rule)
{
	int128		figures[2 * MAX_POINTS + 6];
	int			n = 0;
	bool		wide = false;
	size_t		size;
	BpmTarget  *target;

	if (rule->form <= RANGE)
		figures[n++] = rule->goal;
	if (rule->form == RANGE)
		figures[n++] = rule->high;
	for (int i = 0; rule->form == POINTS && i < rule->npoints; i++)
	{
		figures[n++] = rule->x[i];
		figures[n++] = rule->score[i];
	}
	if (rule->modifiers & FROM)
		figures[n++] = rule->base;
	if (rule->modifiers & FLOOR)
		figures[n++] = rule->floor;
	if (rule->modifiers & LOSE)
	{
		figures[n++] = rule->lose;
		figures[n++] = rule->per;
	}
	if (rule->modifiers & OVER)
	{
		figures[n++] = rule->over;
		figures[n++] = rule->over_lose;
	}
	for (int i = 0; i < n; i++)
		wide |= figures[i] > PG_INT64_MAX || figures[i] < PG_INT64_MIN;

	size = HEADER_SIZE + n * (wide ? sizeof(int128) : sizeof(int64)) + rule->unit_length;
	target = palloc0(size);
	SET_VARSIZE(target, size);
	target->form = rule->form;
	target->modifiers = rule->modifiers | (wide ? WIDE : 0);
	target->unit_length = rule->unit_length;
	target->npoints = rule->form == POINTS ? rule->npoints : 0;
	for (int i = 0; i < n; i++)
	{
		if (wide)
			memcpy((char *) target->figures + i * sizeof(int128), &figures[i], sizeof(int128));
		else
			target->figures[i] = (int64) figures[i];
	}
	if (rule->unit_length > 0)
		memcpy((char *) target + size - rule->unit_length, rule->unit, rule->unit_length);
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
ScanComparator(BpmScan *scan, Rule *rule, bool *found)
{
	const char *start = scan->at;
	Form		second;

	rule->form = AT_LEAST;
	*found = TakeComparator(scan, &rule->form);
	bpm_scan_space(scan);
	if (*found && TakeComparator(scan, &second))
		return bpm_scan_fail(scan, start, "There are two comparators",
							 "The comparators are >=, >, <=, < and =; a range is written 90..110.");
	if (scan->at < scan->end && strchr("!~@#^&*|?\\/:;", *scan->at) != NULL)
		return bpm_scan_fail(scan, start, "Unknown comparator",
							 "The comparators are >=, >, <=, < and =.");
	return true;
}

/*
 * An optional unit: % or [text].
 */
static bool
ScanUnit(BpmScan *scan, Rule *rule)
{
	const char *start;

	bpm_scan_space(scan);
	start = scan->at;
	rule->unit_length = 0;
	if (bpm_scan_take(scan, "%"))
	{
		rule->unit = start;
		rule->unit_length = 1;
		return true;
	}
	if (!bpm_scan_take(scan, "["))
		return true;
	rule->unit = scan->at;
	while (scan->at < scan->end && *scan->at != ']')
	{
		if (*scan->at == '[')
			return bpm_scan_fail(scan, scan->at, "There is a bracket within a unit",
								 "Close the unit with a bracket: ].");
		scan->at += pg_mblen(scan->at);
	}
	if (scan->at >= scan->end)
		return bpm_scan_fail(scan, start, "The unit does not end", "Close it with a bracket: ].");
	rule->unit_length = (int) (scan->at - rule->unit);
	scan->at++;
	if (rule->unit_length == 0)
		return bpm_scan_fail(scan, start, "The unit is empty", "Write it as in [km], or leave it out.");
	if (rule->unit_length > MAX_UNIT)
	{
		rule->unit_length = 0;
		return bpm_scan_fail(scan, start,
							 psprintf("The unit has more than %d bytes", MAX_UNIT), "Shorten it.");
	}
	return true;
}

static bool
SameUnit(const Rule *a, const Rule *b)
{
	return a->unit_length == b->unit_length && memcmp(a->unit, b->unit, a->unit_length) == 0;
}

/*
 * 90-110, 90–110, 90 to 110: what people write for a range.
 */
static bool
CheckNoDash(BpmScan *scan, const char *first, const char *first_end)
{
	BpmScan		look = *scan;
	BpmFigureText figure;
	const char *end;
	bool		word = bpm_scan_take(&look, "to ");

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
ScanComparisonOrRange(BpmScan *scan, Rule *rule)
{
	Rule		upper;
	const char *start;
	const char *figure;
	const char *figure_end;
	bool		compared;

	if (!ScanComparator(scan, rule, &compared))
		return false;
	bpm_scan_space(scan);
	figure = scan->at;
	if (!bpm_scan_figure(scan, "The figure", true, &rule->goal))
		return false;
	figure_end = scan->at;
	if (!ScanUnit(scan, rule))
		return false;
	bpm_scan_space(scan);
	start = scan->at;
	if (!bpm_scan_take(scan, ".."))
		return CheckNoDash(scan, figure, figure_end);

	if (compared)
		return bpm_scan_fail(scan, start, "A range takes no comparator",
							 "Write it 90..110.");
	rule->form = RANGE;
	if (!bpm_scan_figure(scan, "The upper end", true, &rule->high) || !ScanUnit(scan, &upper))
		return false;
	if (rule->unit_length > 0 && !SameUnit(rule, &upper))
		return bpm_scan_fail(scan, start, "The ends of the range have different units",
							 "Write the unit once, after the upper end.");
	rule->unit = upper.unit;
	rule->unit_length = upper.unit_length;
	if (rule->goal > rule->high)
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
ScanPoints(BpmScan *scan, Rule *rule)
{
	const char *start;
	int128		score;

	rule->npoints = 0;
	bpm_scan_space(scan);
	if (!bpm_scan_take(scan, "("))
		return bpm_scan_fail(scan, scan->at, "An opening parenthesis is missing",
							 "Write points(0:0, 50:80, 100:100).");
	do
	{
		bpm_scan_space(scan);
		start = scan->at;
		if (rule->npoints == MAX_POINTS)
			return bpm_scan_fail(scan, start, psprintf("There are more than %d points", MAX_POINTS),
								 "Leave out points that lie on the line between others.");
		if (!bpm_scan_figure(scan, "The point's figure", false, &rule->x[rule->npoints]))
			return false;
		bpm_scan_space(scan);
		if (!bpm_scan_take(scan, ":"))
			return bpm_scan_fail(scan, scan->at, "A colon is missing between figure and score",
								 "Write points(0:0, 50:80, 100:100).");
		bpm_scan_space(scan);
		if (!bpm_scan_figure(scan, "The point's score", false, &score))
			return false;
		if (score < 0 || score > BPM_HUNDRED)
			return bpm_scan_fail(scan, start, "A point's score is not from 0 to 100",
								 "A point is written figure:score, such as 50:80.");
		rule->score[rule->npoints] = (int64) score;
		if (rule->npoints > 0 && rule->x[rule->npoints] <= rule->x[rule->npoints - 1])
			return bpm_scan_fail(scan, start, "The points do not rise",
								 "Order them by figure, each figure once.");
		rule->npoints++;
		bpm_scan_space(scan);
	} while (bpm_scan_take(scan, ","));
	if (!bpm_scan_take(scan, ")"))
		return bpm_scan_fail(scan, scan->at, "A comma or a closing parenthesis is missing",
							 "Write points(0:0, 50:80, 100:100).");
	if (rule->npoints < 2)
		return bpm_scan_fail(scan, start, "There is only one point",
							 "A line needs two points or more.");
	return true;
}

/*
 * Whether a modifier fits the form and the modifiers before it; the canonical order does not
 * matter when reading.
 */
static bool
CheckModifier(BpmScan *scan, const char *place, const Rule *rule, int modifier, const char *word)
{
	const char *detail = NULL;
	const char *hint = NULL;

	if (rule->modifiers & modifier)
	{
		detail = psprintf("The modifier \"%s\" stands twice", word);
		hint = "Leave one of them.";
	}
	else if (modifier != FLOOR && (rule->form == POINTS || rule->form == DIRECT))
	{
		detail = psprintf("The modifier \"%s\" does not fit %s", word,
						  rule->form == POINTS ? "points" : "a direct score");
		hint = "Only \"floor\" fits here.";
	}
	else if (rule->form == RANGE && (modifier == FROM || modifier == OVER))
	{
		detail = psprintf("The modifier \"%s\" does not fit a range", word);
		hint = "A range takes \"step\", \"floor\" and \"lose\".";
	}
	else if (rule->form == EQUAL && modifier == OVER)
	{
		detail = "The modifier \"over\" does not fit the comparator =";
		hint = "An actual above the target loses points there already.";
	}
	else if ((modifier == STEP && (rule->modifiers & (FROM | FLOOR | LOSE))) ||
			 (modifier != OVER && modifier != STEP && (rule->modifiers & STEP)))
	{
		detail = psprintf("The modifier \"%s\" does not fit beside the others", word);
		hint = "\"step\" is all or nothing, and leaves nothing to scale.";
	}
	else if ((modifier == FROM && (rule->modifiers & LOSE)) ||
			 (modifier == LOSE && (rule->modifiers & FROM)))
	{
		detail = psprintf("The modifier \"%s\" does not fit beside the others", word);
		hint = "Both \"from\" and \"lose\" say how points are lost below the target.";
	}
	return detail == NULL || bpm_scan_fail(scan, place, detail, hint);
}

/*
 * The checks that need the whole rule.
 */
static bool
CheckRule(BpmScan *scan, const Rule *rule, const char *from_place, const char *over_place)
{
	if (rule->modifiers & FROM)
	{
		if (rule->base == rule->goal)
			return bpm_scan_fail(scan, from_place, "The baseline equals the target",
								 "Progress needs a way to go from the baseline to the target.");
		if ((rule->form == AT_LEAST || rule->form == ABOVE) && rule->base > rule->goal)
			return bpm_scan_fail(scan, from_place, "The baseline is above the target",
								 "For a figure that should fall write <= or <.");
		if (IsReverse(rule->form) && rule->base < rule->goal)
			return bpm_scan_fail(scan, from_place, "The baseline is below the target",
								 "For a figure that should rise write >= or >.");
	}
	if ((rule->modifiers & OVER) && !(rule->modifiers & FROM) && rule->goal <= 0)
		return bpm_scan_fail(scan, over_place,
							 "The modifier \"over\" has neither a target above 0 nor a baseline",
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
ScanModifiers(BpmScan *scan, Rule *rule)
{
	const char *from_place = NULL;
	const char *over_place = NULL;

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

			return bpm_scan_fail(scan, place,
								 length > 0 ? "Unknown modifier" : "Unexpected character",
								 hint ? hint : "Modifiers are step, from, floor, lose ... per and "
								 "over ... lose; a unit is written % or [text].");
		}
		if (!CheckModifier(scan, place, rule, modifier, pnstrdup(word, length)))
			return false;
		rule->modifiers |= modifier;
		switch (modifier)
		{
			case STEP:
				break;
			case FROM:
				from_place = place;
				if (!bpm_scan_figure(scan, "The baseline", true, &rule->base))
					return false;
				if (rule->unit_length == 1 && *rule->unit == '%')
					TakePercent(scan);
				break;
			case FLOOR:
				if (!bpm_scan_figure(scan, "The floor's score", true, &figure))
					return false;
				TakePercent(scan);
				if (!CheckPercentage(scan, place, "The floor is", figure, &rule->floor))
					return false;
				break;
			case LOSE:
				if (!bpm_scan_figure(scan, "The figure of points to lose", true, &figure) ||
					!CheckPercentage(scan, place, "The points to lose are", figure, &rule->lose))
					return false;
				bpm_scan_space(scan);
				length = bpm_scan_word(scan, &word);
				if (!bpm_scan_is(word, length, "per"))
					return bpm_scan_fail(scan, word, "The word \"per\" is missing",
										 "Write lose 2 per 1.");
				if (!bpm_scan_figure(scan, "The figure after \"per\"", true, &rule->per))
					return false;
				if (rule->per <= 0)
					return bpm_scan_fail(scan, place, "The figure after \"per\" is not above 0",
										 "Write lose 2 per 1.");
				break;
			case OVER:
				over_place = place;
				if (!bpm_scan_figure(scan, "The attainment", true, &figure))
					return false;
				TakePercent(scan);
				if (figure < BPM_HUNDRED)
					return bpm_scan_fail(scan, place, "The attainment is below 100",
										 "Points are lost above full attainment: over 120 lose 0.5.");
				if (figure > PG_INT64_MAX)
					return bpm_scan_fail_range(scan, place, "The attainment is too large",
											   "Write it in percent: over 120 lose 0.5.");
				rule->over = (int64) figure;
				bpm_scan_space(scan);
				length = bpm_scan_word(scan, &word);
				if (!bpm_scan_is(word, length, "lose"))
					return bpm_scan_fail(scan, word, "The word \"lose\" is missing",
										 "Write over 120 lose 0.5.");
				if (!bpm_scan_figure(scan, "The figure of points to lose", true, &figure) ||
					!CheckPercentage(scan, place, "The points to lose are", figure,
									 &rule->over_lose))
					return false;
				break;
		}
	}
	return CheckRule(scan, rule, from_place, over_place);
}

/*
 * Parse a target. NULL with the error in the scan.
 */
static BpmTarget *
ParseTarget(BpmScan *scan, const char *text, size_t length)
{
	Rule		rule;
	const char *word;
	const char *start;

	rule.modifiers = 0;
	rule.unit_length = 0;
	rule.unit = "";
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
			rule.form = DIRECT;
		else if (bpm_scan_is(word, word_length, "points"))
		{
			rule.form = POINTS;
			if (!ScanPoints(scan, &rule))
				return NULL;
		}
		else
		{
			const char *hint = bpm_scan_nearest(word, word_length, form_words);

			bpm_scan_fail(scan, start, "Unknown word",
						  hint ? hint : "A target begins with a comparator, a figure, \"points\" "
						  "or \"direct\".");
			return NULL;
		}
	}
	else if (!ScanComparisonOrRange(scan, &rule))
		return NULL;

	if (!ScanModifiers(scan, &rule))
		return NULL;
	return CloseRule(&rule);
}

/*
 * The canonical text, palloc'd.
 */
static char *
TargetText(const BpmTarget *target)
{
	Rule		rule;
	size_t		figures = FormFigures(target) + 6;
	char	   *text = palloc(figures * (BPM_DECIMAL_TEXT + 16) + MAX_UNIT + 16);
	char	   *out = text;

	OpenRule(target, &rule);
	OpenUnit(target, &rule);
	if (IsComparison(rule.form))
	{
		out += sprintf(out, "%s ", comparators[rule.form]);
		out = bpm_decimal_append(out, rule.goal, BPM_DIGITS);
	}
	else if (rule.form == RANGE)
	{
		out = bpm_decimal_append(out, rule.goal, BPM_DIGITS);
		out += sprintf(out, "..");
		out = bpm_decimal_append(out, rule.high, BPM_DIGITS);
	}
	else if (rule.form == POINTS)
	{
		OpenPoints(target, &rule);
		out += sprintf(out, "points(");
		for (int i = 0; i < rule.npoints; i++)
		{
			out += sprintf(out, i > 0 ? ", " : "");
			out = bpm_decimal_append(out, rule.x[i], BPM_DIGITS);
			*out++ = ':';
			out = bpm_decimal_append(out, rule.score[i], BPM_DIGITS);
		}
		*out++ = ')';
	}
	else
		out += sprintf(out, "direct");

	if (rule.unit_length == 1 && *rule.unit == '%')
		*out++ = '%';
	else if (rule.unit_length > 0)
		out += sprintf(out, " [%.*s]", rule.unit_length, rule.unit);

	if (rule.modifiers & STEP)
		out += sprintf(out, " step");
	if (rule.modifiers & FROM)
		out = bpm_decimal_append(out + sprintf(out, " from "), rule.base, BPM_DIGITS);
	if (rule.modifiers & FLOOR)
		out = bpm_decimal_append(out + sprintf(out, " floor "), rule.floor, BPM_DIGITS);
	if (rule.modifiers & LOSE)
	{
		out = bpm_decimal_append(out + sprintf(out, " lose "), rule.lose, BPM_DIGITS);
		out = bpm_decimal_append(out + sprintf(out, " per "), rule.per, BPM_DIGITS);
	}
	if (rule.modifiers & OVER)
	{
		out = bpm_decimal_append(out + sprintf(out, " over "), rule.over, BPM_DIGITS);
		out = bpm_decimal_append(out + sprintf(out, " lose "), rule.over_lose, BPM_DIGITS);
	}
	*out = '\0';
	return text;
}

/* ------------------------------------------------------------------------------------------------
 * Scoring
 * ----------------------------------------------------------------------------------------------*/

/* an exact percentage: where there is none, known is false */
typedef struct Ratio
{
	bool		known;
	bool		negative;
	BpmQuotient percent;
} Ratio;

static inline int128
Absolute(int128 value)
{
	return value < 0 ? -value : value;
}

static Ratio
Percentage(int128 part, int128 whole)
{
	Ratio		ratio = {0};

	Assert(whole > 0);
	ratio.known = true;
	ratio.negative = part < 0;
	ratio.percent = bpm_decimal_quotient(Absolute(part), BPM_HUNDRED, whole);
	return ratio;
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
 * Bring the rule's figures to the scale of an actual with more than 8 decimals.
 */
static void
RescaleRule(Rule *rule, int extra)
{
	if (rule->form <= RANGE)
		rule->goal = bpm_decimal_rescale(rule->goal, extra);
	if (rule->form == RANGE)
		rule->high = bpm_decimal_rescale(rule->high, extra);
	if (rule->modifiers & FROM)
		rule->base = bpm_decimal_rescale(rule->base, extra);
	if (rule->modifiers & LOSE)
		rule->per = bpm_decimal_rescale(rule->per, extra);
	for (int i = 0; rule->form == POINTS && i < rule->npoints; i++)
		rule->x[i] = bpm_decimal_rescale(rule->x[i], extra);
}

static void
OpenFor(const BpmTarget *target, Rule *rule, int extra)
{
	OpenRule(target, rule);
	if (target->form == POINTS)
		OpenPoints(target, rule);
	if (unlikely(extra > 0))
		RescaleRule(rule, extra);
}

/*
 * Whether a comparison or a range is met.
 */
static inline bool
IsMet(const Rule *rule, int128 actual)
{
	switch (rule->form)
	{
		case AT_LEAST:
			return actual >= rule->goal;
		case ABOVE:
			return actual > rule->goal;
		case AT_MOST:
			return actual <= rule->goal;
		case BELOW:
			return actual < rule->goal;
		case EQUAL:
			return actual == rule->goal;
		case RANGE:
			return actual >= rule->goal && actual <= rule->high;
		case POINTS:
		case DIRECT:
			break;
	}
	return false;
}

/*
 * By how much a comparison or a range is missed.
 */
static inline int128
Shortfall(const Rule *rule, int128 actual)
{
	if (IsReverse(rule->form))
		return actual - rule->goal;
	if (rule->form == RANGE && actual > rule->high)
		return actual - rule->high;
	return Absolute(rule->goal - actual);
}

/*
 * Attainment of a comparison or a range: the percentage before any cap, floor or loss. A target
 * of 0 or less has none, unless there is a baseline to measure from.
 */
static Ratio
AttainmentOf(const Rule *rule, int128 actual)
{
	Ratio		unknown = {0};
	Ratio		full = {true, false, {BPM_HUNDRED, REST_NONE}};
	bool		reverse = IsReverse(rule->form);
	int128		goal = rule->goal;

	if (rule->form == EQUAL)
	{
		int128		whole = Absolute((rule->modifiers & FROM) ? goal - rule->base : goal);

		if (whole == 0)
			return actual == goal ? full : unknown;
		return Percentage(whole - Absolute(actual - goal), whole);
	}
	if (rule->modifiers & FROM)
		return reverse ? Percentage(rule->base - actual, rule->base - goal) :
			Percentage(actual - rule->base, goal - rule->base);
	if (rule->form == RANGE)
	{
		if (IsMet(rule, actual))
			return full;
		reverse = actual > rule->high;
		goal = reverse ? rule->high : rule->goal;
	}
	if (goal <= 0)
		return unknown;
	return Percentage(reverse ? 2 * goal - actual : actual, goal);
}

/*
 * The loss by over-fulfilment: over_lose points for every point of attainment above over.
 * With attainment = attained + rest / whole, the loss is over_lose · (attained - over) and
 * over_lose · rest / whole, exactly.
 */
static BpmQuotient
OverLoss(const Rule *rule, int128 actual)
{
	BpmQuotient loss = {0, REST_NONE};
	bool		reverse = IsReverse(rule->form);
	int128		goal = rule->goal;
	int128		part;
	int128		whole;
	uint128	attained;
	uint128	excess;
	uint128	rest;
	BpmQuotient tail;

	if (rule->modifiers & FROM)
	{
		part = reverse ? rule->base - actual : actual - rule->base;
		whole = Absolute(goal - rule->base);
	}
	else
	{
		part = reverse ? 2 * goal - actual : actual;
		whole = goal;
	}
	if (part <= 0)
		return loss;

	/* where even a loss of 10^-8 a point takes everything; the rest fits 128 bits */
	loss.units = BPM_HUNDRED;
	if (part / whole >= (int128) BPM_HUNDRED * BPM_ONE)
		return loss;
	attained = bpm_decimal_divide(part, BPM_HUNDRED, whole, &rest);
	if (attained < (uint64) rule->over)
	{
		loss.units = 0;
		return loss;
	}
	excess = attained - (uint64) rule->over;
	if (excess >= (uint128) BPM_HUNDRED * BPM_ONE)
		return loss;

	tail = bpm_decimal_quotient(rest, rule->over_lose, whole);
	loss.units = excess * (uint64) rule->over_lose + tail.units;
	loss.rest = tail.rest;
	return bpm_decimal_ten_power_down(loss, BPM_DIGITS);
}

/*
 * Straight lines between the points, flat outside them.
 */
static BpmQuotient
PointsScore(const Rule *rule, int128 actual)
{
	BpmQuotient score = {0, REST_NONE};
	int64		from;
	int64		to;
	int			i = 0;

	while (i < rule->npoints && actual >= rule->x[i])
		i++;
	if (i == 0 || i == rule->npoints)
	{
		score.units = rule->score[i == 0 ? 0 : i - 1];
		return score;
	}
	from = rule->score[i - 1];
	to = rule->score[i];
	if (to >= from)
	{
		score = bpm_decimal_quotient(actual - rule->x[i - 1], to - from,
									 rule->x[i] - rule->x[i - 1]);
		score.units += from;
	}
	else
	{
		/* down from the left is up from the right */
		score = bpm_decimal_quotient(rule->x[i] - actual, from - to,
									 rule->x[i] - rule->x[i - 1]);
		score.units += to;
	}
	return score;
}

static void
CheckDirect(int128 actual, int extra)
{
	if (actual < 0 || actual > bpm_decimal_rescale(BPM_HUNDRED, extra))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("direct score is out of range"),
				 errdetail("With the target \"direct\" the actual is itself the score, from 0 to "
						   "100."),
				 errhint("Scores on another scale are brought to it by points, such as points(0:0, "
						 "10:100).")));
}

/*
 * The exact score of a rule before the floor.
 */
static BpmQuotient
ExactScore(const Rule *rule, int128 actual, int extra)
{
	BpmQuotient score = {0, REST_NONE};
	Ratio		attainment;

	if (rule->form == POINTS)
		return PointsScore(rule, actual);
	if (rule->form == DIRECT)
	{
		CheckDirect(actual, extra);
		score.units = actual;
		return bpm_decimal_ten_power_down(score, extra);
	}
	if (IsMet(rule, actual))
	{
		if (rule->modifiers & OVER)
			return HundredLess(OverLoss(rule, actual));
		score.units = BPM_HUNDRED;
		return score;
	}
	if (rule->modifiers & STEP)
		return score;
	if (rule->modifiers & LOSE)
	{
		uint128	shortfall = Shortfall(rule, actual);

		/* so far that even the smallest loss has taken all */
		if (shortfall / (uint128) rule->per >= BPM_HUNDRED)
			return score;
		return HundredLess(bpm_decimal_quotient(shortfall, rule->lose, rule->per));
	}
	attainment = AttainmentOf(rule, actual);
	if (!attainment.known || attainment.negative)
		return score;
	return attainment.percent;
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

/*
 * The score of an actual in units of 10^-8: 0 to 100.
 */
int64
bpm_target_score_units(Datum actual_datum, const BpmTarget *target)
{
	BpmFigure	actual;
	Rule		rule;
	BpmQuotient score;
	int64		small;

	if (likely(ScoreSmall(actual_datum, target, &small)))
		return small;
	actual = bpm_decimal_figure(actual_datum, "actual");
	OpenFor(target, &rule, actual.extra);
	score = ExactScore(&rule, actual.value, actual.extra);
	if ((rule.modifiers & FLOOR) && score.units < (uint64) rule.floor)
		return 0;
	return (int64) bpm_decimal_half_up(score);
}

/* ------------------------------------------------------------------------------------------------
 * SQL functions
 * ----------------------------------------------------------------------------------------------*/

/*
 * score(actual, target) → numeric: 0 to 100 with 8 decimals.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_score);
Datum
bpm_target_score(PG_FUNCTION_ARGS)
{
	int64		score = bpm_target_score_units(PG_GETARG_DATUM(0),
											   DatumGetTargetP(PG_GETARG_DATUM(1)));

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
	BpmFigure	actual = bpm_decimal_figure(PG_GETARG_DATUM(0), "actual");
	BpmTarget  *target = DatumGetTargetP(PG_GETARG_DATUM(1));
	Rule		rule;
	Ratio		ratio = {true, false, {0, REST_NONE}};
	int128		units;

	OpenFor(target, &rule, actual.extra);
	if (rule.form == POINTS || rule.form == DIRECT)
		ratio.percent = ExactScore(&rule, actual.value, actual.extra);
	else
		ratio = AttainmentOf(&rule, actual.value);
	if (!ratio.known)
		PG_RETURN_NULL();
	units = (int128) bpm_decimal_half_up(ratio.percent);
	PG_RETURN_NUMERIC(bpm_decimal_numeric(ratio.negative ? -units : units, BPM_DIGITS));
}

/*
 * met(actual, target) → boolean: exact. A graded target (points, direct) promises no figure: it is
 * met when the score reaches the floor, and without a floor nobody can say (NULL).
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_met);
Datum
bpm_target_met(PG_FUNCTION_ARGS)
{
	BpmFigure	actual = bpm_decimal_figure(PG_GETARG_DATUM(0), "actual");
	BpmTarget  *target = DatumGetTargetP(PG_GETARG_DATUM(1));
	Rule		rule;

	OpenFor(target, &rule, actual.extra);
	if (rule.form == POINTS || rule.form == DIRECT)
	{
		BpmQuotient score = ExactScore(&rule, actual.value, actual.extra);

		if (!(rule.modifiers & FLOOR))
			PG_RETURN_NULL();
		PG_RETURN_BOOL(score.units >= (uint64) rule.floor);
	}
	PG_RETURN_BOOL(IsMet(&rule, actual.value));
}

/*
 * target(comparator, figure): for tables that keep both in columns.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_from_comparison);
Datum
bpm_target_from_comparison(PG_FUNCTION_ARGS)
{
	text	   *comparator = PG_GETARG_TEXT_PP(0);
	BpmScan		scan = {0};
	Rule		rule = {0};

	scan.at = VARDATA_ANY(comparator);
	scan.end = scan.at + VARSIZE_ANY_EXHDR(comparator);
	bpm_scan_space(&scan);
	if (!TakeComparator(&scan, &rule.form) || !bpm_scan_done(&scan))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown comparator \"%s\"",
						bpm_scan_clip(VARDATA_ANY(comparator), VARSIZE_ANY_EXHDR(comparator))),
				 errdetail("The first argument is the comparator, the second the figure."),
				 errhint("The comparators are >=, >, <=, < and =.")));
	rule.goal = bpm_decimal_exact(PG_GETARG_DATUM(1), "target");
	PG_RETURN_POINTER(CloseRule(&rule));
}

/*
 * target(low, high): a range, for tables that keep both ends in columns.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_target_from_range);
Datum
bpm_target_from_range(PG_FUNCTION_ARGS)
{
	Rule		rule = {0};

	rule.form = RANGE;
	rule.goal = bpm_decimal_exact(PG_GETARG_DATUM(0), "lower end of a range");
	rule.high = bpm_decimal_exact(PG_GETARG_DATUM(1), "upper end of a range");
	if (rule.goal > rule.high)
	{
		char		low[BPM_DECIMAL_TEXT];
		char		high[BPM_DECIMAL_TEXT];

		bpm_decimal_append(low, rule.goal, BPM_DIGITS);
		bpm_decimal_append(high, rule.high, BPM_DIGITS);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lower end of a range is above its upper end"),
				 errdetail("The range would be %s..%s.", low, high),
				 errhint("A range runs from the lower to the upper figure.")));
	}
	PG_RETURN_POINTER(CloseRule(&rule));
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

static int
TargetOrder(FunctionCallInfo fcinfo)
{
	BpmTarget  *a = DatumGetTargetP(PG_GETARG_DATUM(0));
	BpmTarget  *b = DatumGetTargetP(PG_GETARG_DATUM(1));

	return bpm_text_order(TargetText(a), TargetText(b));
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
