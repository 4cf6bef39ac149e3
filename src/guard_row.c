/*
 * guard_row.c: lifecycle_guard, the guard of a table with a stage column.
 */
#include "postgres.h"

#include "guard.h"

/*
 * A row comes into being, or only seems to, which matters when there is something to refuse.
 */
static void
JudgeInsert(Attempt *attempt)
{
	/* asked first: a move to here is used up by its own row, however that is judged */
	if (bpm_guard_is_moved_here(attempt))
		return;
	if (attempt->to == 0 && !bpm_guard_any_gate(attempt))
		return;
	if (bpm_guard_will_conflict(attempt))
		return;
	if (attempt->to != 0)
		bpm_guard_illegal_beginning(attempt);
	bpm_guard_check_gates(attempt);
}

/*
 * A row moves. The column that says since when it is in its stage is to move with it.
 */
static void
JudgeUpdate(Attempt *attempt)
{
	TimestampTz since;
	TimestampTz at;
	bool		timed = attempt->guard->at != 0;

	if (!bpm_stage_in(attempt->stages->next[attempt->from], attempt->to))
		bpm_guard_illegal_move(attempt);
	if (timed)
	{
		since = bpm_guard_time_in(attempt, attempt->old);
		at = bpm_guard_time_in(attempt, attempt->new);
		if (at < since)
			ereport(ERROR,
					(errcode(ERRCODE_CHECK_VIOLATION),
					 errmsg("%s may not be in \"%s\" before it was in %s", bpm_guard_subject(attempt),
							ToName(attempt), attempt->hidden ? "the stage before" :
							psprintf("\"%s\"", FromName(attempt))),
					 errtablecol(attempt->rel, attempt->guard->at)));
	}
	if (bpm_stage_in(attempt->stages->conditional[attempt->from], attempt->to))
		bpm_guard_check_attributes(attempt, timed ? &since : NULL, timed ? &at : NULL);
	bpm_guard_check_gates(attempt);
}

/*
 * lifecycle_guard(stage column, lifecycle or column that holds it, ...): trigger function.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_guard_row);
Datum
bpm_guard_row(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = bpm_guard_check_call(fcinfo, "lifecycle_guard", "INSERT OR UPDATE", "...");
	Guard	   *guard = bpm_guard_of(fcinfo, false);
	Attempt		attempt = {.guard = guard, .rel = trigdata->tg_relation};
	text	   *before = NULL;
	text	   *after;
	MemoryContext context = fcinfo->flinfo->fn_mcxt;

	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		attempt.tuple = trigdata->tg_newtuple;
		attempt.new = trigdata->tg_newslot;
		attempt.old = trigdata->tg_trigslot;
		before = TextOf(attempt.old, guard->stage);
	}
	else if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
	{
		attempt.tuple = trigdata->tg_trigtuple;
		attempt.new = trigdata->tg_trigslot;
	}
	else
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must be fired by INSERT or UPDATE",
						trigdata->tg_trigger->tgname)));

	after = TextOf(attempt.new, guard->stage);
	if (attempt.old != NULL && SameText(before, after) && guard->lifecycle == 0)
	{
		if (attempt.rel->rd_rel->relispartition && after != NULL)
			bpm_guard_remember(guard->root, attempt.rel, trigdata->tg_trigtuple, after);
		return PointerGetDatum(attempt.tuple);
	}
	if (after == NULL)
		bpm_guard_null_column(attempt.rel, guard->stage, "stage");
	attempt.stages = bpm_guard_stages(guard, attempt.rel, attempt.new, context);
	attempt.to = StageOf(attempt.stages, after);
	attempt.from = -1;
	if (attempt.old == NULL)
		JudgeInsert(&attempt);
	else if (before == NULL)
	{
		/* it was there before the guard was: life begins now */
		if (attempt.to != 0)
			bpm_guard_illegal_beginning(&attempt);
		bpm_guard_check_gates(&attempt);
	}
	else if (!SameText(before, after))
	{
		attempt.hidden = !bpm_guard_may_see(attempt.rel, guard->root, &guard->stage, 1);
		attempt.from = bpm_guard_stage_before(&attempt, before);
		JudgeUpdate(&attempt);
	}
	if (attempt.old != NULL && attempt.rel->rd_rel->relispartition)
		bpm_guard_remember(guard->root, attempt.rel, trigdata->tg_trigtuple, after);
	return PointerGetDatum(attempt.tuple);
}
