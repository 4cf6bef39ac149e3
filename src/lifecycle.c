/*
 * lifecycle.c: the states a budget may pass through.
 *
 *   lifecycle  := path (';' path)* [';']
 *   path       := (stage | '*') ('->' stage [attributes])+
 *   stage      := word | '"' text '"'         a double quote within is written twice
 *   attributes := '[' attribute (',' attribute)* ']'
 *   attribute  := 'after' n 'days'            the move comes no sooner than n days after entering
 *               | 'within' n 'days'           it is due n days after entering
 *               | 'by' role                   only that role makes it
 *   comment    := '--' to the end of the line, or between slash-star and star-slash
 *
 * Every life begins in the stage that is named first. A stage that nothing but `*` leaves is final;
 * `*` stands for every stage that is not, and a move written out goes before it. A day is 24 hours,
 * so that nothing here depends on a time zone.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "mb/pg_wchar.h"
#include "port/pg_bitutils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "lifecycle.h"

#define TYPE_NAME "bpm.lifecycle"
#define EXAMPLE "A lifecycle is written: draft -> approved -> executing -> closed; * -> cancelled."
#define QUOTING "A name of more than letters, digits and underscores is written in double quotes."

#define MAX_NAME 63				/* bytes */
#define MAX_ROLES 64
#define MAX_DAYS 36500
#define MAX_MOVES (BPM_MAX_TEXT / 3 + 1)	/* the shortest move is ->a */

/*
 * On disk: this header, the moves sorted by (from, to), then the names of the stages in the order
 * of their first mention and those of the roles in the order of the moves, each with a terminating
 * zero. So there is one representation for one set of moves and one order of stages.
 */
struct BpmLifecycle
{
	int32		vl_len_;
	uint16		nmoves;
	uint8		nstages;
	uint8		nroles;
	BpmMove		moves[FLEXIBLE_ARRAY_MEMBER];
};

/* a lifecycle while it is read */
typedef struct Draft
{
	int			nstages;
	int			nroles;
	int			nmoves;
	char	   *stages[BPM_MAX_STAGES];
	const char *places[BPM_MAX_STAGES]; /* of their first mention */
	char	   *roles[MAX_ROLES];
	BpmMove		moves[MAX_MOVES];
} Draft;

static char *LifecycleText(const BpmLifecycle *value);

/* ------------------------------------------------------------------------------------------------
 * Reading the text
 * ----------------------------------------------------------------------------------------------*/

/*
 * Skip white space and comments. An arrow drawn --> would begin a comment and swallow the rest of
 * the line without a word, so it is refused.
 */
static bool
SkipSpace(BpmScan *scan)
{
	for (;;)
	{
		const char *place;

		bpm_scan_space(scan);
		place = scan->at;
		if (bpm_scan_take(scan, "--"))
		{
			if (scan->at < scan->end && *scan->at == '>')
				return bpm_scan_fail(scan, place, "The arrow has too many dashes",
									 "An arrow is written ->; two dashes begin a comment.");
			while (scan->at < scan->end && *scan->at != '\n')
				scan->at++;
		}
		else if (bpm_scan_take(scan, "/*"))
		{
			while (scan->at < scan->end && !bpm_scan_take(scan, "*/"))
				scan->at++;
			if (scan->at - place < 4 || memcmp(scan->at - 2, "*/", 2) != 0)
				return bpm_scan_fail(scan, place, "The comment does not end",
									 "Close it with */.");
		}
		else
			return true;
	}
}

static bool
TakeArrow(BpmScan *scan)
{
	return bpm_scan_take(scan, "->") || bpm_scan_take(scan, "\342\206\222");
}

/* a letter of a name that needs no quotes stands here */
static bool
IsNameLetter(const char *at, const char *end)
{
	BpmScan		look = {0};
	const char *word;

	look.at = at;
	look.end = Min(end, at + 3);	/* arrows and spaces are no longer */
	bpm_scan_space(&look);
	if (look.at > at || TakeArrow(&look))
		return false;
	look.at = at;
	return bpm_scan_word(&look, &word) > 0;
}

/*
 * Read the name of a stage or role; what says which, for messages.
 */
static bool
ScanName(BpmScan *scan, const char *what, char *name)
{
	const char *start = scan->at;
	int			length;

	if (scan->at < scan->end && *scan->at == '"')
	{
		StringInfoData quoted;

		initStringInfo(&quoted);
		if (!bpm_scan_quoted(scan, "The name", false, &quoted))
			return false;
		length = Min(quoted.len, MAX_NAME + 1);
		memcpy(name, quoted.data, length);
		pfree(quoted.data);
	}
	else
	{
		while (scan->at - start <= MAX_NAME && scan->at < scan->end &&
			   IsNameLetter(scan->at, scan->end))
			scan->at++;
		length = Min((int) (scan->at - start), MAX_NAME + 1);
		memcpy(name, start, length);
	}
	if (length == 0)
		return bpm_scan_fail(scan, start, psprintf("The name of a %s is missing", what),
							 start < scan->end && *start != ';' ? QUOTING : EXAMPLE);
	if (length > MAX_NAME)
		return bpm_scan_fail(scan, start,
							 psprintf("The name has more than %d bytes", MAX_NAME), NULL);
	name[length] = '\0';
	return true;
}

static bool
ScanStage(BpmScan *scan, Draft *draft, uint8 *stage)
{
	const char *start = scan->at;
	char		name[MAX_NAME + 2];
	int			i;

	if (!ScanName(scan, "stage", name))
		return false;
	for (i = 0; i < draft->nstages && strcmp(draft->stages[i], name) != 0; i++)
		;
	if (i == BPM_MAX_STAGES)
		return bpm_scan_fail(scan, start,
							 psprintf("There are more than %d stages", BPM_MAX_STAGES), NULL);
	if (i == draft->nstages)
	{
		draft->stages[i] = pstrdup(name);
		draft->places[i] = start;
		draft->nstages++;
	}
	*stage = (uint8) i;
	return true;
}

static bool
ScanRole(BpmScan *scan, Draft *draft, BpmMove *move)
{
	const char *start = scan->at;
	char		name[MAX_NAME + 2];
	int			i;

	if (move->role != 0)
		return bpm_scan_fail(scan, start, "The attribute \"by\" stands twice", NULL);
	if (!ScanName(scan, "role", name))
		return false;
	for (i = 0; i < draft->nroles && strcmp(draft->roles[i], name) != 0; i++)
		;
	if (i == MAX_ROLES)
		return bpm_scan_fail(scan, start,
							 psprintf("There are more than %d roles", MAX_ROLES), NULL);
	if (i == draft->nroles)
		draft->roles[draft->nroles++] = pstrdup(name);
	move->role = (uint8) (i + 1);
	return true;
}

static bool
ScanDays(BpmScan *scan, const char *attribute, int32 *days)
{
	const char *place = scan->at;
	const char *word;
	int			length;
	int128		figure;

	if (*days != 0)
		return bpm_scan_fail(scan, place,
							 psprintf("The attribute \"%s\" stands twice", attribute), NULL);
	if (!bpm_scan_decimal(scan, "The number of days", false, 0, &figure))
		return false;
	if (figure < 1 || figure > MAX_DAYS)
		return bpm_scan_fail(scan, place,
							 psprintf("The days must be from 1 to %d", MAX_DAYS), NULL);
	if (!SkipSpace(scan))
		return false;
	place = scan->at;
	length = bpm_scan_word(scan, &word);
	if (!bpm_scan_is(word, length, "days") && !bpm_scan_is(word, length, "day"))
		return bpm_scan_fail(scan, place, "The word \"days\" is missing",
							 "Time in a stage is counted in days of 24 hours.");
	*days = (int32) figure;
	return true;
}

static bool
ScanAttribute(BpmScan *scan, Draft *draft, BpmMove *move)
{
	static const char *const attributes[] = {"after", "within", "by", NULL};
	const char *place;
	const char *word;
	int			length;

	if (!SkipSpace(scan))
		return false;
	place = scan->at;
	length = bpm_scan_word(scan, &word);
	if (!SkipSpace(scan))
		return false;
	if (bpm_scan_is(word, length, "after"))
		return ScanDays(scan, "after", &move->after);
	if (bpm_scan_is(word, length, "within"))
		return ScanDays(scan, "within", &move->within);
	if (bpm_scan_is(word, length, "by"))
		return ScanRole(scan, draft, move);
	if (length == 0)
		return bpm_scan_fail(scan, place, "An attribute is missing",
							 "The attributes of a move are: after n days, within n days, by role.");
	return bpm_scan_fail(scan, place, "The attribute is unknown",
						 bpm_scan_nearest(word, length, attributes));
}

/*
 * Read what may follow the target of a move: [after 5 days, within 30 days, by finance].
 */
static bool
ScanAttributes(BpmScan *scan, Draft *draft, BpmMove *move)
{
	const char *start;

	if (!SkipSpace(scan))
		return false;
	start = scan->at;
	while (bpm_scan_take(scan, "["))
	{
		do
		{
			if (!ScanAttribute(scan, draft, move) || !SkipSpace(scan))
				return false;
		} while (bpm_scan_take(scan, ","));
		if (!bpm_scan_take(scan, "]"))
			return bpm_scan_fail(scan, scan->at, "A closing bracket is missing",
								 "Attributes are parted by commas: [after 5 days, by finance].");
		if (!SkipSpace(scan))
			return false;
	}
	if (move->within != 0 && move->after > move->within)
		return bpm_scan_fail(scan, start,
							 psprintf("The move may not come before %d days and is due within %d",
									  move->after, move->within), NULL);
	return true;
}

static bool
AddMove(BpmScan *scan, Draft *draft, const BpmMove *move, const char *place)
{
	if (move->from == move->to)
		return bpm_scan_fail(scan, place, "A stage moves to itself",
							 "Staying is not a move and needs none.");
	for (int i = 0; i < draft->nmoves; i++)
		if (draft->moves[i].from == move->from && draft->moves[i].to == move->to)
			return bpm_scan_fail(scan, place, "The move stands twice", NULL);
	Assert(draft->nmoves < MAX_MOVES);
	draft->moves[draft->nmoves++] = *move;
	return true;
}

static bool
ScanPath(BpmScan *scan, Draft *draft)
{
	BpmMove		move = {0};
	const char *place = scan->at;
	uint8		stage;
	int			before = draft->nmoves;

	if (bpm_scan_take(scan, "*"))
	{
		if (draft->nstages == 0)
			return bpm_scan_fail(scan, place, "There is no first stage",
								 "Begin with the stage in which every life begins; * comes after it.");
		stage = BPM_STAR;
	}
	else if (!ScanStage(scan, draft, &stage))
		return false;
	for (;;)
	{
		if (!SkipSpace(scan))
			return false;
		if (!TakeArrow(scan))
			break;
		if (!SkipSpace(scan))
			return false;
		memset(&move, 0, sizeof(move));
		move.from = stage;
		place = scan->at;
		if (scan->at < scan->end && *scan->at == '*')
			return bpm_scan_fail(scan, place, "Nothing moves to *",
								 "* stands for any stage that is not final, before the first arrow of a path.");
		if (!ScanStage(scan, draft, &stage))
			return false;
		move.to = stage;
		if (!ScanAttributes(scan, draft, &move) || !AddMove(scan, draft, &move, place))
			return false;
	}
	if (draft->nmoves > before)
		return true;
	if (scan->at < scan->end && *scan->at == '[')
		return bpm_scan_fail(scan, scan->at, "The attribute does not follow a move",
							 "An attribute stands behind the stage to which the move leads.");
	return bpm_scan_fail(scan, scan->at, "An arrow is missing",
						 scan->at == scan->end || *scan->at == ';' ? EXAMPLE : QUOTING);
}

static int
MoveOrder(const void *a, const void *b)
{
	const BpmMove *x = a;
	const BpmMove *y = b;

	return x->from != y->from ? x->from - y->from : x->to - y->to;
}

static BpmLifecycle *
CloseDraft(Draft *draft)
{
	size_t		size = offsetof(BpmLifecycle, moves) + draft->nmoves * sizeof(BpmMove);
	uint8		renumbered[MAX_ROLES + 1] = {0};
	char	   *roles[MAX_ROLES];
	int			nroles = 0;
	BpmLifecycle *value;
	char	   *out;

	qsort(draft->moves, draft->nmoves, sizeof(BpmMove), MoveOrder);
	for (int i = 0; i < draft->nmoves; i++)
	{
		uint8		role = draft->moves[i].role;

		if (role != 0 && renumbered[role] == 0)
		{
			roles[nroles++] = draft->roles[role - 1];
			renumbered[role] = (uint8) nroles;
		}
		draft->moves[i].role = renumbered[role];
	}
	for (int i = 0; i < draft->nstages; i++)
		size += strlen(draft->stages[i]) + 1;
	for (int i = 0; i < nroles; i++)
		size += strlen(roles[i]) + 1;

	value = palloc0(size);
	SET_VARSIZE(value, size);
	value->nmoves = (uint16) draft->nmoves;
	value->nstages = (uint8) draft->nstages;
	value->nroles = (uint8) nroles;
	memcpy(value->moves, draft->moves, draft->nmoves * sizeof(BpmMove));
	out = (char *) (value->moves + draft->nmoves);
	for (int i = 0; i < draft->nstages; i++)
		out = stpcpy(out, draft->stages[i]) + 1;
	for (int i = 0; i < nroles; i++)
		out = stpcpy(out, roles[i]) + 1;
	return value;
}

/* all stages that can be reached from one, itself included */
static uint64
ReachableFrom(const BpmStages *stages, int from)
{
	uint64		seen = UINT64CONST(1) << from;
	uint64		rest = seen;

	while (rest != 0)
	{
		int			stage = pg_rightmost_one_pos64(rest);

		rest &= rest - 1;
		rest |= stages->next[stage] & ~seen;
		seen |= stages->next[stage];
	}
	return seen;
}

static bool
CheckReachable(BpmScan *scan, const Draft *draft, const BpmLifecycle *value)
{
	BpmStages  *stages = bpm_lifecycle_open(value, CurrentMemoryContext);
	uint64		reached = ReachableFrom(stages, 0);

	pfree(stages);
	for (int i = 0; i < draft->nstages; i++)
		if (!bpm_stage_in(reached, i))
			return bpm_scan_fail(scan, draft->places[i],
								 psprintf("The stage \"%s\" cannot be reached from \"%s\"",
										  draft->stages[i], draft->stages[0]), NULL);
	return true;
}

/*
 * The canonical text can be longer than what was read, and must be readable too.
 */
static bool
CheckLength(BpmScan *scan, const BpmLifecycle *value)
{
	size_t		length;

	if (scan->end - scan->text <= BPM_MAX_TEXT / 5)
		return true;
	length = strlen(LifecycleText(value));
	return length <= BPM_MAX_TEXT ||
		bpm_scan_fail_length(scan, psprintf("Written out it has %zu bytes", length), NULL);
}

static bool
ScanPaths(BpmScan *scan, Draft *draft)
{
	if (!SkipSpace(scan))
		return false;
	if (scan->at == scan->end)
		return bpm_scan_fail(scan, scan->at, "The text is empty", EXAMPLE);
	do
	{
		if (!ScanPath(scan, draft))
			return false;
		if (scan->at == scan->end)
			return true;
		if (!bpm_scan_take(scan, ";"))
			return bpm_scan_fail(scan, scan->at, "An arrow or a semicolon is missing", QUOTING);
		if (!SkipSpace(scan))
			return false;
	} while (scan->at < scan->end);
	return true;
}

static bool
CheckDraft(BpmScan *scan, Draft *draft, BpmLifecycle **value)
{
	*value = CloseDraft(draft);
	return CheckReachable(scan, draft, *value) && CheckLength(scan, *value);
}

/*
 * Parse a lifecycle. NULL after a soft error.
 */
BpmLifecycle *
bpm_lifecycle_parse(const char *text, size_t length, Node *context)
{
	Draft	   *draft;
	BpmScan		scan;
	BpmLifecycle *value;

	draft = palloc(sizeof(Draft));
	draft->nstages = draft->nroles = draft->nmoves = 0;
	if (!bpm_scan_begin(&scan, TYPE_NAME, text, length) || !ScanPaths(&scan, draft) ||
		!CheckDraft(&scan, draft, &value))
	{
		bpm_scan_raise(&scan, context);
		return NULL;
	}
	pfree(draft);
	return value;
}

/*
 * Read one side of a gate's move: a stage, or * for any, which is NULL.
 */
static bool
ScanSide(BpmScan *scan, char **stage)
{
	char		name[MAX_NAME + 2];

	*stage = NULL;
	if (!SkipSpace(scan))
		return false;
	if (!bpm_scan_take(scan, "*"))
	{
		if (!ScanName(scan, "stage", name))
			return false;
		*stage = pstrdup(name);
	}
	return SkipSpace(scan);
}

static bool
ScanMove(BpmScan *scan, char **from, char **to)
{
	if (!ScanSide(scan, from))
		return false;
	if (!TakeArrow(scan))
		return bpm_scan_fail(scan, scan->at, "An arrow is missing",
							 "The move of a gate is written: targeted -> approved, or * -> approved.");
	return ScanSide(scan, to) &&
		(scan->at == scan->end || bpm_scan_fail(scan, scan->at, "Nothing may follow the move", NULL));
}

/*
 * Read the move of a gate: targeted -> approved, * -> approved, approved -> *.
 */
void
bpm_lifecycle_parse_move(const char *text, char **from, char **to)
{
	BpmScan		scan;

	if (!bpm_scan_begin(&scan, "move of a lifecycle gate", text, strlen(text)) ||
		!ScanMove(&scan, from, to))
		bpm_scan_raise(&scan, NULL);
}

/* ------------------------------------------------------------------------------------------------
 * Writing the text
 *
 * The longest paths that keep the order in which the stages were named first, so that reading the
 * text gives the same value again.
 * ----------------------------------------------------------------------------------------------*/

static void
AppendName(StringInfo out, const char *name)
{
	const char *end = name + strlen(name);
	const char *c = name;

	while (c < end && IsNameLetter(c, end))
		c++;
	if (c == end)
	{
		appendStringInfoString(out, name);
		return;
	}
	bpm_text_quote(out, name);
}

char *
bpm_lifecycle_days(int64 days)
{
	return psprintf("%lld %s", (long long) days, days == 1 ? "day" : "days");
}

static void
AppendDays(StringInfo out, const char *attribute, int days)
{
	appendStringInfo(out, "%s %s", attribute, bpm_lifecycle_days(days));
}

static void
AppendAttributes(StringInfo out, const BpmMove *move, const char *const *roles)
{
	const char *comma = "";

	if (move->after != 0)
	{
		AppendDays(out, "after", move->after);
		comma = ", ";
	}
	if (move->within != 0)
	{
		appendStringInfoString(out, comma);
		AppendDays(out, "within", move->within);
		comma = ", ";
	}
	if (move->role != 0)
	{
		appendStringInfo(out, "%sby ", comma);
		AppendName(out, roles[move->role - 1]);
	}
}

static bool
IsConditional(const BpmMove *move)
{
	return move->after != 0 || move->within != 0 || move->role != 0;
}

/*
 * The move to write next: from `from` or, when that is negative, the first one that may start a
 * path. `named` stages have been named; the next one that is must be the next in order, and within
 * a path it is preferred, so that the main line comes first. Moves from `*` sort last, so that they
 * come when nothing else can.
 */
static int
NextToWrite(const BpmLifecycle *value, const bool *written, int from, int named)
{
	int			found = -1;

	for (int i = 0; i < value->nmoves; i++)
	{
		const BpmMove *move = &value->moves[i];
		int			known = named;

		if (written[i] || (from >= 0 && move->from != from))
			continue;
		if (move->from != BPM_STAR)
		{
			if (move->from > known)
				continue;
			if (move->from == known)
				known++;
		}
		if (move->to > known)
			continue;
		if (from < 0 || move->to == named)
			return i;
		if (found < 0)
			found = i;
	}
	return found;
}

static char *
LifecycleText(const BpmLifecycle *value)
{
	BpmStages  *stages = bpm_lifecycle_open(value, CurrentMemoryContext);
	bool	   *written = palloc0(value->nmoves * sizeof(bool));
	int			named = 0;
	int			at = -1;
	StringInfoData out;

	initStringInfo(&out);
	for (;;)
	{
		int			i = at >= 0 ? NextToWrite(value, written, at, named) : -1;
		const BpmMove *move;

		if (i < 0)
		{
			i = NextToWrite(value, written, -1, named);
			if (i < 0)
				break;
			if (out.len > 0)
				appendStringInfoString(&out, "; ");
			if (value->moves[i].from == BPM_STAR)
				appendStringInfoChar(&out, '*');
			else
			{
				AppendName(&out, stages->name[value->moves[i].from]);
				named = Max(named, value->moves[i].from + 1);
			}
		}
		move = &value->moves[i];
		written[i] = true;
		appendStringInfoString(&out, " -> ");
		AppendName(&out, stages->name[move->to]);
		named = Max(named, move->to + 1);
		if (IsConditional(move))
		{
			appendStringInfoString(&out, " [");
			AppendAttributes(&out, move, stages->role);
			appendStringInfoChar(&out, ']');
		}
		at = move->to;
	}
	pfree(written);
	pfree(stages);
	return out.data;
}

/* ------------------------------------------------------------------------------------------------
 * Opening a value
 * ----------------------------------------------------------------------------------------------*/

/*
 * Move a stage under a move's attributes; the one that falls due first is the stage's deadline.
 */
static void
OpenMove(BpmStages *stages, int from, const BpmMove *move)
{
	uint64		to = UINT64CONST(1) << move->to;

	stages->next[from] |= to;
	if (IsConditional(move))
		stages->conditional[from] |= to;
	if (move->within != 0 &&
		(stages->due[from] == NULL || move->within < stages->due[from]->within))
		stages->due[from] = move;
}

/*
 * Open a lifecycle for use, with a copy of the value, in one piece of memory that pfree gives back.
 */
BpmStages *
bpm_lifecycle_open(const BpmLifecycle *value, MemoryContext context)
{
	BpmStages  *stages;
	BpmLifecycle *copy;
	const char *name;

	stages = MemoryContextAllocZero(context, MAXALIGN(sizeof(BpmStages)) + VARSIZE(value));
	copy = (BpmLifecycle *) ((char *) stages + MAXALIGN(sizeof(BpmStages)));
	memcpy(copy, value, VARSIZE(value));
	stages->value = copy;
	stages->n = copy->nstages;
	stages->nroles = copy->nroles;

	name = (const char *) (copy->moves + copy->nmoves);
	for (int i = 0; i < stages->n; i++)
	{
		int			slot;

		stages->name[i] = name;
		stages->length[i] = (uint8) strlen(name);
		slot = bpm_stage_slot(name, stages->length[i]);
		while (stages->slot[slot] != 0)
			slot = (slot + 1) & (BPM_STAGE_SLOTS - 1);
		stages->slot[slot] = (uint8) (i + 1);
		name += stages->length[i] + 1;
	}
	for (int i = 0; i < stages->nroles; i++)
	{
		stages->role[i] = name;
		name += strlen(name) + 1;
	}

	stages->final = stages->n == 64 ? ~UINT64CONST(0) : (UINT64CONST(1) << stages->n) - 1;
	for (int i = 0; i < copy->nmoves; i++)
		if (copy->moves[i].from != BPM_STAR)
		{
			stages->final &= ~(UINT64CONST(1) << copy->moves[i].from);
			OpenMove(stages, copy->moves[i].from, &copy->moves[i]);
		}
	/* moves from * sort last, so that what is written out is known here */
	for (int i = 0; i < copy->nmoves; i++)
		if (copy->moves[i].from == BPM_STAR)
			for (int from = 0; from < stages->n; from++)
				if (from != copy->moves[i].to && !bpm_stage_in(stages->final, from) &&
					!bpm_stage_in(stages->next[from], copy->moves[i].to))
					OpenMove(stages, from, &copy->moves[i]);
	return stages;
}

bool
bpm_lifecycle_same(const BpmLifecycle *a, const BpmLifecycle *b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

/*
 * The lifecycle in the first argument of a function, opened once per run of equal values. The values are
 * compared, always: an argument that does not change within an expression can change from one evaluation to
 * the next, as PL/pgSQL keeps an expression's state while its variables go on.
 */
BpmStages *
bpm_lifecycle_open_cached(FmgrInfo *flinfo, Datum datum)
{
	BpmStages  *stages = flinfo->fn_extra;
	BpmLifecycle *value = DatumGetLifecycleP(datum);

	if (stages != NULL)
	{
		if (bpm_lifecycle_same(stages->value, value))
			return stages;
		flinfo->fn_extra = NULL;
		pfree(stages);
	}
	stages = bpm_lifecycle_open(value, flinfo->fn_mcxt);
	flinfo->fn_extra = stages;
	return stages;
}

/*
 * The declared move from one stage to another, with its attributes; NULL when there is none.
 */
const BpmMove *
bpm_lifecycle_move(const BpmStages *stages, int from, int to)
{
	const BpmLifecycle *value = stages->value;
	const BpmMove *star = NULL;

	if (!bpm_stage_in(stages->next[from], to))
		return NULL;
	for (int i = 0; i < value->nmoves; i++)
	{
		const BpmMove *move = &value->moves[i];

		if (move->to == to && move->from == from)
			return move;
		if (move->to == to && move->from == BPM_STAR)
			star = move;
	}
	return star;
}

/*
 * Whether a move comes in time: negative when it is early, positive when it is late.
 */
int
bpm_lifecycle_judge_time(const BpmMove *move, TimestampTz since, TimestampTz at)
{
	int64		elapsed;

	/* the whole range of timestamps is a little wider than 64 bits of microseconds */
	if (__builtin_sub_overflow(at, since, &elapsed))
		elapsed = at > since ? PG_INT64_MAX : PG_INT64_MIN;
	if (move->after != 0 && elapsed < move->after * USECS_PER_DAY)
		return -1;
	return move->within != 0 && elapsed > move->within * USECS_PER_DAY;
}

/*
 * The stage of that name, or an error that guesses what was meant.
 */
int
bpm_lifecycle_stage(const BpmStages *stages, const char *name, int length)
{
	int			stage = bpm_stage_find(stages, name, length);
	const char *candidates[BPM_MAX_STAGES + 1];
	char	   *hint;

	if (likely(stage >= 0))
		return stage;
	memcpy(candidates, stages->name, stages->n * sizeof(char *));
	candidates[stages->n] = NULL;
	hint = bpm_scan_nearest(name, length, candidates);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown stage \"%s\"", bpm_scan_clip(name, length)),
			 errdetail("The stages are %s.",
					   bpm_lifecycle_names(stages, ReachableFrom(stages, 0), "and")),
			 hint ? errhint("%s", hint) : 0));
}

/*
 * 1 + the index of a role of that name, 0 when the lifecycle names no such role.
 */
int
bpm_lifecycle_role(const BpmStages *stages, const char *name, int length)
{
	for (int i = 0; i < stages->nroles; i++)
		if ((int) strlen(stages->role[i]) == length && memcmp(stages->role[i], name, length) == 0)
			return i + 1;
	return 0;
}

/*
 * A set of stages for people: "a", "b" or "c"; last is the word before the last one.
 */
char *
bpm_lifecycle_names(const BpmStages *stages, uint64 set, const char *last)
{
	StringInfoData out;

	initStringInfo(&out);
	while (set != 0)
	{
		int			stage = pg_rightmost_one_pos64(set);

		set &= set - 1;
		if (out.len > 0 && set == 0)
			appendStringInfo(&out, " %s ", last);
		else if (out.len > 0)
			appendStringInfoString(&out, ", ");
		appendStringInfo(&out, "\"%s\"", stages->name[stage]);
	}
	return out.data;
}

/* ------------------------------------------------------------------------------------------------
 * SQL functions
 * ----------------------------------------------------------------------------------------------*/

static int
StageArg(FunctionCallInfo fcinfo, int n, const BpmStages *stages)
{
	text	   *name = PG_GETARG_TEXT_PP(n);

	return bpm_lifecycle_stage(stages, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

static ArrayType *
NameArray(const BpmStages *stages, const uint8 *list, int n)
{
	Datum	   *names = palloc(n * sizeof(Datum));

	for (int i = 0; i < n; i++)
		names[i] = PointerGetDatum(cstring_to_text_with_len(stages->name[list[i]],
															stages->length[list[i]]));
	return construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT);
}

static ArrayType *
SetArray(const BpmStages *stages, uint64 set)
{
	uint8		list[BPM_MAX_STAGES];
	int			n = 0;

	for (; set != 0; set &= set - 1)
		list[n++] = (uint8) pg_rightmost_one_pos64(set);
	return NameArray(stages, list, n);
}

/*
 * stages(lifecycle) → text[]: in the order of their first mention, the first stage first.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_lifecycle_stages);
Datum
bpm_lifecycle_stages(PG_FUNCTION_ARGS)
{
	BpmStages  *stages = bpm_lifecycle_open_cached(fcinfo->flinfo, PG_GETARG_DATUM(0));

	PG_RETURN_ARRAYTYPE_P(SetArray(stages, ReachableFrom(stages, 0)));
}

/*
 * next_stages(lifecycle, stage) → text[]: where it may go, empty when it is final.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_lifecycle_next_stages);
Datum
bpm_lifecycle_next_stages(PG_FUNCTION_ARGS)
{
	BpmStages  *stages = bpm_lifecycle_open_cached(fcinfo->flinfo, PG_GETARG_DATUM(0));

	PG_RETURN_ARRAYTYPE_P(SetArray(stages, stages->next[StageArg(fcinfo, 1, stages)]));
}

/*
 * can_move(lifecycle, from, to [, role [, since, at]]) → boolean. What is not given is not judged.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_lifecycle_can_move);
Datum
bpm_lifecycle_can_move(PG_FUNCTION_ARGS)
{
	BpmStages  *stages;
	const BpmMove *move;
	int			from;
	int			to;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	stages = bpm_lifecycle_open_cached(fcinfo->flinfo, PG_GETARG_DATUM(0));
	from = StageArg(fcinfo, 1, stages);
	to = StageArg(fcinfo, 2, stages);
	if (!bpm_stage_in(stages->conditional[from], to))
		PG_RETURN_BOOL(bpm_stage_in(stages->next[from], to));

	move = bpm_lifecycle_move(stages, from, to);
	if (move->role != 0 && !PG_ARGISNULL(3))
	{
		text	   *role = PG_GETARG_TEXT_PP(3);

		if (bpm_lifecycle_role(stages, VARDATA_ANY(role), VARSIZE_ANY_EXHDR(role)) != move->role)
			PG_RETURN_BOOL(false);
	}
	if (!PG_ARGISNULL(4) && !PG_ARGISNULL(5))
	{
		TimestampTz since = PG_GETARG_TIMESTAMPTZ(4);
		TimestampTz at = PG_GETARG_TIMESTAMPTZ(5);

		if (TIMESTAMP_NOT_FINITE(since) || TIMESTAMP_NOT_FINITE(at))
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("time of a move must be finite")));
		if (bpm_lifecycle_judge_time(move, since, at) != 0)
			PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(true);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_lifecycle_is_final);
Datum
bpm_lifecycle_is_final(PG_FUNCTION_ARGS)
{
	BpmStages  *stages = bpm_lifecycle_open_cached(fcinfo->flinfo, PG_GETARG_DATUM(0));

	PG_RETURN_BOOL(bpm_stage_in(stages->final, StageArg(fcinfo, 1, stages)));
}

/*
 * reachable(lifecycle, from) → text[]: what can still come.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_lifecycle_reachable);
Datum
bpm_lifecycle_reachable(PG_FUNCTION_ARGS)
{
	BpmStages  *stages = bpm_lifecycle_open_cached(fcinfo->flinfo, PG_GETARG_DATUM(0));
	uint64		next = stages->next[StageArg(fcinfo, 1, stages)];
	uint64		reached = 0;

	/* the stage itself only if it can come again */
	for (; next != 0; next &= next - 1)
		reached |= ReachableFrom(stages, pg_rightmost_one_pos64(next));
	PG_RETURN_ARRAYTYPE_P(SetArray(stages, reached));
}

/*
 * path(lifecycle, from, to) → text[]: a shortest one, both ends included; of several the one
 * through the stages named first. NULL when there is none.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_lifecycle_path);
Datum
bpm_lifecycle_path(PG_FUNCTION_ARGS)
{
	BpmStages  *stages = bpm_lifecycle_open_cached(fcinfo->flinfo, PG_GETARG_DATUM(0));
	int			from = StageArg(fcinfo, 1, stages);
	int			to = StageArg(fcinfo, 2, stages);
	uint64		layer[BPM_MAX_STAGES + 1];	/* the stages from which `to` is that far */
	uint64		seen = UINT64CONST(1) << to;
	uint8		list[BPM_MAX_STAGES];
	int			steps = 0;

	layer[0] = seen;
	while (!bpm_stage_in(layer[steps], from))
	{
		uint64		before = 0;

		for (int i = 0; i < stages->n; i++)
			if (!bpm_stage_in(seen, i) && (stages->next[i] & layer[steps]) != 0)
				before |= UINT64CONST(1) << i;
		if (before == 0)
			PG_RETURN_NULL();
		seen |= before;
		layer[++steps] = before;
	}
	list[0] = (uint8) from;
	for (int i = 1; i <= steps; i++)
		list[i] = (uint8) pg_rightmost_one_pos64(stages->next[list[i - 1]] & layer[steps - i]);
	PG_RETURN_ARRAYTYPE_P(NameArray(stages, list, steps + 1));
}

/*
 * Mermaid's identifiers are plain words that are none of its own; any other stage gets a number
 * and its name as a label.
 */
static bool
IsMermaidWord(const char *name)
{
	static const char *const taken[] = {
		"state", "end", "note", "as", "direction", "class", "classDef", "style", "click", "default",
		"hide", "scale", NULL
	};

	for (const char *const *word = taken; *word != NULL; word++)
		if (pg_strcasecmp(*word, name) == 0)
			return false;
	for (const char *c = name; *c != '\0'; c++)
		if (!(*c == '_' || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			  (*c >= '0' && *c <= '9' && c > name)))
			return false;
	return true;
}

/* text in a diagram, with what Mermaid would read as syntax as entities */
static void
AppendMermaidText(StringInfo out, const char *text)
{
	for (; *text != '\0'; text++)
		if (strchr("\"#;:<>&", *text) != NULL)
			appendStringInfo(out, "#%d;", *text);
		else
			appendStringInfoChar(out, *text);
}

static char *
MermaidId(const BpmStages *stages, int stage)
{
	char	   *id;

	if (IsMermaidWord(stages->name[stage]))
		return pstrdup(stages->name[stage]);
	id = psprintf("stage_%d_", stage + 1);
	while (bpm_stage_find(stages, id, (int) strlen(id)) >= 0)
		id = psprintf("%s_", id);
	return id;
}

/*
 * as_mermaid(lifecycle) → text: a state diagram, for wikis and Git hosts to draw.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_lifecycle_as_mermaid);
Datum
bpm_lifecycle_as_mermaid(PG_FUNCTION_ARGS)
{
	BpmStages  *stages = bpm_lifecycle_open_cached(fcinfo->flinfo, PG_GETARG_DATUM(0));
	char	   *id[BPM_MAX_STAGES];
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "stateDiagram-v2\n");
	for (int i = 0; i < stages->n; i++)
	{
		id[i] = MermaidId(stages, i);
		if (strcmp(id[i], stages->name[i]) != 0)
		{
			appendStringInfoString(&out, "    state \"");
			AppendMermaidText(&out, stages->name[i]);
			appendStringInfo(&out, "\" as %s\n", id[i]);
		}
	}
	appendStringInfo(&out, "    [*] --> %s\n", id[0]);
	for (int from = 0; from < stages->n; from++)
	{
		for (uint64 next = stages->next[from]; next != 0; next &= next - 1)
		{
			int			to = pg_rightmost_one_pos64(next);

			appendStringInfo(&out, "    %s --> %s", id[from], id[to]);
			if (bpm_stage_in(stages->conditional[from], to))
			{
				StringInfoData label;

				initStringInfo(&label);
				AppendAttributes(&label, bpm_lifecycle_move(stages, from, to), stages->role);
				appendStringInfoString(&out, " : ");
				AppendMermaidText(&out, label.data);
			}
			appendStringInfoChar(&out, '\n');
		}
		if (bpm_stage_in(stages->final, from))
			appendStringInfo(&out, "    %s --> [*]\n", id[from]);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len - 1));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_lifecycle_in);
Datum
bpm_lifecycle_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	BpmLifecycle *value = bpm_lifecycle_parse(text, strlen(text), fcinfo->context);

	if (value == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(value);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_lifecycle_out);
Datum
bpm_lifecycle_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(LifecycleText(DatumGetLifecycleP(PG_GETARG_DATUM(0))));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_lifecycle_recv);
Datum
bpm_lifecycle_recv(PG_FUNCTION_ARGS)
{
	int			length;
	char	   *text = bpm_text_recv((StringInfo) PG_GETARG_POINTER(0), TYPE_NAME, &length);

	PG_RETURN_POINTER(bpm_lifecycle_parse(text, length, NULL));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_lifecycle_send);
Datum
bpm_lifecycle_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(bpm_text_send(LifecycleText(DatumGetLifecycleP(PG_GETARG_DATUM(0)))));
}
