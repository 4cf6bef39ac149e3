/*
 * tree_rules.c: what a call declares of a tree, and what can be wrong with one.
 *
 * Rules and faults are words: a small language, labels, messages. They are a file of their own because
 * they need nothing of nodes, ids or figures, and all that do need them; no loop over nodes is here.
 */
#include "postgres.h"

#include "tree.h"

/* how many faults an error shows at most */
#define SHOWN_FAULTS 20

/* how many are gathered before the first of them are picked out; a power of 2 */
#define KEPT_FAULTS 1024

const char *const bpm_tree_method_labels[METHODS] = {"", "mean", "geometric", "weakest", "sum", "m1", "m2"};

/* ------------------------------------------------------------------------------------------------
 * Faults
 * ----------------------------------------------------------------------------------------------*/

static const struct
{
	const char *label;			/* in tree_check */
	int			sqlstate;
	const char *message;
}			fault_kinds[] = {
	{"rules", ERRCODE_INVALID_PARAMETER_VALUE, "the rules of a tree cannot be used"},
	{"null id", ERRCODE_NULL_VALUE_NOT_ALLOWED, "a node has no id"},
	{"duplicate id", ERRCODE_UNIQUE_VIOLATION, "node \"%s\" stands twice in the tree"},
	{"weight out of range", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "weight of node \"%s\" is out of range"},
	{"negative weight", ERRCODE_INVALID_PARAMETER_VALUE, "weight of node \"%s\" must not be negative"},
	{"score out of range", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "score of node \"%s\" is out of range"},
	{"best out of range", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "best score of node \"%s\" is out of range"},
	{"missing parent", ERRCODE_FOREIGN_KEY_VIOLATION, "parent of node \"%s\" is missing"},
	{"cycle", ERRCODE_INVALID_PARAMETER_VALUE, "node \"%s\" is its own ancestor"},
	{"score on parent", ERRCODE_INVALID_PARAMETER_VALUE, "node \"%s\" has children and a score of its own"},
	{"zero weights", ERRCODE_INVALID_PARAMETER_VALUE, "children of node \"%s\" weigh nothing"},
	{"weights too large", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "weights below node \"%s\" are too large"},
	{"total", ERRCODE_CHECK_VIOLATION, "weights below node \"%s\" do not make the declared total"},
	{"missing score", ERRCODE_NULL_VALUE_NOT_ALLOWED, "leaf \"%s\" has no score"},
	{"negative score", ERRCODE_INVALID_PARAMETER_VALUE, "geometric mean below node \"%s\" has a negative score"},
	{"sum out of range", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "sum below node \"%s\" is out of range"},
	{"not a grade", ERRCODE_INVALID_PARAMETER_VALUE, "score below node \"%s\" is no PEFA grade"},
	{"too many dimensions", ERRCODE_INVALID_PARAMETER_VALUE, "node \"%s\" has too many dimensions for PEFA's M2"}
};

/* ids as they are sorted in a tree; a node without one comes first */
static int
OrderNodes(const char *a, const char *b, IdKind kind)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	if (kind == ID_INTEGER)
	{
		int64		x = strtoi64(a, NULL, 10);
		int64		y = strtoi64(b, NULL, 10);

		return x < y ? -1 : x > y;
	}
	return strcmp(a, b);
}

static int
OrderFaults(const void *a, const void *b, void *report)
{
	const TreeFault *x = a;
	const TreeFault *y = b;
	int			order = (int) x->kind - (int) y->kind;

	if (order == 0)
		order = OrderNodes(x->node, y->node, ((const TreeReport *) report)->ids);
	return order != 0 ? order : strcmp(x->detail, y->detail);
}

/*
 * By rank, then by node: so that what is said does not depend on the order of the rows.
 */
void
bpm_tree_sort_faults(TreeReport *report)
{
	if (report->kept > 1)
		qsort_arg(report->faults, report->kept, sizeof(TreeFault), OrderFaults, report);
}

/* room for faults; an error shows the first of them alone, and lets the others go now and then */
static void
MakeRoom(TreeReport *report)
{
	if (report->size == 0)
	{
		report->size = 8;
		report->faults = MemoryContextAlloc(report->context, report->size * sizeof(TreeFault));
		return;
	}
	if (report->mode == TREE_RAISE && report->kept >= KEPT_FAULTS)
	{
		bpm_tree_sort_faults(report);
		for (; report->kept > SHOWN_FAULTS + 1; report->kept--)
		{
			const TreeFault *last = &report->faults[report->kept - 1];

			if (last->node != NULL)
				pfree(last->node);
			pfree(last->detail);
		}
		return;
	}
	report->size *= 2;
	report->faults = repalloc_huge(report->faults, report->size * sizeof(TreeFault));
}

void
bpm_tree_add_fault(TreeReport *report, TreeFaultKind kind, const char *node, char *detail)
{
	TreeFault  *fault;

	report->count++;
	if (report->mode == TREE_TRY)
		return;
	if (report->kept == report->size)
		MakeRoom(report);
	fault = &report->faults[report->kept++];
	fault->kind = kind;
	fault->node = node ? MemoryContextStrdup(report->context, node) : NULL;
	fault->detail = MemoryContextStrdup(report->context, detail);
}

/*
 * Raise the first fault, with the details of all that are of its kind.
 */
void
bpm_tree_raise_faults(TreeReport *report)
{
	const TreeFault *first;
	StringInfoData detail;
	int			shown = 0;
	int			same = 0;

	bpm_tree_sort_faults(report);
	first = &report->faults[0];
	while (same < report->kept && report->faults[same].kind == first->kind)
		same++;
	initStringInfo(&detail);
	for (; shown < Min(same, SHOWN_FAULTS); shown++)
	{
		const TreeFault *fault = &report->faults[shown];

		if (shown > 0)
			appendStringInfoChar(&detail, '\n');
		if (same > 1 && fault->node != NULL)
			appendStringInfo(&detail, "\"%s\": ", fault->node);
		appendStringInfoString(&detail, fault->detail);
	}
	errsave(report->soft,
			(errcode(fault_kinds[first->kind].sqlstate),
			 errmsg_internal(fault_kinds[first->kind].message, first->node),
			 errdetail_internal("%s", detail.data),
			 report->count > shown ?
			 errhint("There are more faults: bpm.tree_check() returns all of them.") : 0));
}

const char *
bpm_tree_fault_label(TreeFaultKind kind)
{
	return fault_kinds[kind].label;
}

/* ------------------------------------------------------------------------------------------------
 * Rules: what a call declares
 *
 *   rules := item ([','] item)*
 *   item  := 'renormalise' | 'zero' | 'error' | 'require' figure ['%']
 *          | 'mean' | 'geometric' | 'weakest' | 'sum' | 'm1' | 'm2'
 *          | 'total' figure | 'nested' figure | 'bounds' figure '..' figure | 'round' figure
 * ----------------------------------------------------------------------------------------------*/

static const char *const rule_words[] = {
	"renormalise", "renormalize", "zero", "error", "require", "mean", "geometric", "weakest", "sum", "m1", "m2",
	"total", "nested", "bounds", "round", NULL
};

void
bpm_tree_default_rules(TreeRules *rules)
{
	memset(rules, 0, sizeof(TreeRules));
	rules->method = METHOD_MEAN;
	rules->best = BPM_HUNDRED;
	rules->digits = BPM_DIGITS;
}

static bool
ScanBounds(BpmScan *scan, TreeRules *rules)
{
	const char *place;
	int128		worst;
	int128		best;

	bpm_scan_space(scan);
	place = scan->at;
	if (!bpm_scan_figure(scan, "The worst score", false, &worst))
		return false;
	bpm_scan_space(scan);
	if (!bpm_scan_take(scan, ".."))
		return bpm_scan_fail(scan, scan->at, "The best score is missing",
							 "Bounds are written: bounds 0..100.");
	if (!bpm_scan_figure(scan, "The best score", false, &best))
		return false;
	if (worst >= best)
		return bpm_scan_fail(scan, place, "The worst score is not below the best", NULL);
	if (worst <= -MAX_SCORE || best >= MAX_SCORE)
		return bpm_scan_fail_range(scan, place, "A bound is too large for a score", NULL);
	rules->worst = (int64) worst;
	rules->best = (int64) best;
	return true;
}

/*
 * The rule that a word names. Of the groups policy, method, total, bounds and digits each may be
 * given once: *group says which it was.
 */
static bool
ScanRule(BpmScan *scan, const char *word, int length, TreeRules *rules, int *group)
{
	const char *place;
	int128		figure;

	*group = 0;
	if (bpm_scan_is(word, length, "renormalise") || bpm_scan_is(word, length, "renormalize"))
		rules->policy = POLICY_RENORMALISE;
	else if (bpm_scan_is(word, length, "zero"))
		rules->policy = POLICY_ZERO;
	else if (bpm_scan_is(word, length, "error"))
		rules->policy = POLICY_ERROR;
	else if (bpm_scan_is(word, length, "require"))
	{
		bpm_scan_space(scan);
		place = scan->at;
		if (!bpm_scan_figure(scan, "The coverage that is required", false, &figure))
			return false;
		if (figure < 0 || figure > BPM_HUNDRED)
			return bpm_scan_fail(scan, place, "A coverage lies between 0 and 100", NULL);
		rules->policy = POLICY_REQUIRE;
		rules->required = (int64) figure;
		bpm_scan_space(scan);
		bpm_scan_take(scan, "%");
	}
	else if (bpm_scan_is(word, length, "total") || bpm_scan_is(word, length, "nested"))
	{
		bool		nested = bpm_scan_is(word, length, "nested");

		*group = 2;
		bpm_scan_space(scan);
		place = scan->at;
		if (!bpm_scan_figure(scan, "The total", false, &figure))
			return false;
		if (figure <= 0)
			return bpm_scan_fail(scan, place, "A total of weights is above 0", NULL);
		rules->total = figure;
		rules->total_kind = nested ? TOTAL_NESTED : TOTAL_EACH;
	}
	else if (bpm_scan_is(word, length, "bounds"))
	{
		*group = 3;
		return ScanBounds(scan, rules);
	}
	else if (bpm_scan_is(word, length, "round"))
	{
		*group = 4;
		bpm_scan_space(scan);
		place = scan->at;
		if (!bpm_scan_figure(scan, "The number of digits", false, &figure))
			return false;
		if (figure < 0 || figure > (int128) BPM_DIGITS * BPM_ONE || figure % BPM_ONE != 0)
			return bpm_scan_fail(scan, place,
								 psprintf("The digits to round to must be a whole number from 0 to %d",
										  BPM_DIGITS), NULL);
		rules->digits = (uint8) (figure / BPM_ONE);
	}
	else
	{
		char	   *hint;

		for (int m = METHOD_MEAN; m < METHODS; m++)
			if (bpm_scan_is(word, length, bpm_tree_method_labels[m]))
			{
				*group = 1;
				rules->method = (uint8) m;
				return true;
			}
		hint = bpm_scan_nearest(word, length, rule_words);
		return bpm_scan_fail(scan, word, length == 0 ? "A rule is missing" : "No rule has this name",
							 hint ? hint : "Rules are: renormalise, zero, error, require 80, mean, geometric, weakest, sum, m1, m2, total 100, nested 100, bounds 0..100, round 2.");
	}
	return true;
}

/*
 * Read rules up to the end of the scan. Empty text is the defaults.
 */
bool
bpm_tree_scan_rules(BpmScan *scan, TreeRules *rules)
{
	int			seen = 0;

	bpm_tree_default_rules(rules);
	while (!bpm_scan_done(scan))
	{
		const char *word;
		int			length = bpm_scan_word(scan, &word);
		int			group;

		if (!ScanRule(scan, word, length, rules, &group))
			return false;
		if (seen & (1 << group))
			return bpm_scan_fail(scan, word, "A rule of this kind is already given",
								 "There is one for what is missing, one method, one total, one pair of bounds and one number of digits.");
		seen |= 1 << group;
		bpm_scan_space(scan);
		if (bpm_scan_take(scan, ",") && bpm_scan_done(scan))
			return bpm_scan_fail(scan, scan->at, "A rule is missing", NULL);
	}
	return true;
}

void
bpm_tree_append_figure(StringInfo out, int128 units)
{
	char		figure[BPM_DECIMAL_TEXT];

	bpm_decimal_append(figure, units, BPM_DIGITS);
	appendStringInfoString(out, figure);
}

char *
bpm_tree_figure_text(int128 units)
{
	char	   *figure = palloc(BPM_DECIMAL_TEXT);

	bpm_decimal_append(figure, units, BPM_DIGITS);
	return figure;
}

/*
 * The canonical text: the policy, then whatever is not the default.
 */
void
bpm_tree_append_rules(StringInfo out, const TreeRules *rules)
{
	static const char *const policies[] = {"renormalise", "zero", "error", "require "};

	appendStringInfoString(out, policies[rules->policy]);
	if (rules->policy == POLICY_REQUIRE)
		bpm_tree_append_figure(out, rules->required);
	if (rules->method != METHOD_MEAN)
		appendStringInfo(out, ", %s", bpm_tree_method_labels[rules->method]);
	if (rules->total_kind != TOTAL_ANY)
	{
		appendStringInfoString(out, rules->total_kind == TOTAL_EACH ? ", total " : ", nested ");
		bpm_tree_append_figure(out, rules->total);
	}
	if (rules->worst != 0 || rules->best != BPM_HUNDRED)
	{
		appendStringInfoString(out, ", bounds ");
		bpm_tree_append_figure(out, rules->worst);
		appendStringInfoString(out, "..");
		bpm_tree_append_figure(out, rules->best);
	}
	if (rules->digits != BPM_DIGITS)
		appendStringInfo(out, ", round %d", rules->digits);
}
