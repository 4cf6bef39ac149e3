/*
 * lifecycle.h: what lifecycle.c offers to those who judge by a lifecycle: conformance.c and the guards.
 */
#ifndef BPM_LIFECYCLE_H
#define BPM_LIFECYCLE_H

#include "datatype/timestamp.h"

#include "bpm.h"

typedef struct BpmLifecycle BpmLifecycle;

#define DatumGetLifecycleP(datum) ((BpmLifecycle *) PG_DETOAST_DATUM(datum))

#define BPM_MAX_STAGES 64		/* a set of stages is a 64-bit mask */
#define BPM_STAR 255			/* a move's "from any stage that is not final" */
#define BPM_STAGE_SLOTS 128		/* hash of the stages by name, a power of two */

/* a move as it is declared; on disk too */
typedef struct BpmMove
{
	uint8		from;			/* stage, or BPM_STAR */
	uint8		to;
	uint8		role;			/* 1 + index of the role that alone may make it; 0: anybody */
	uint8		reserved;		/* 0, for a version to come */
	int32		after;			/* not before so many days in the stage; 0: at once */
	int32		within;			/* due within so many days; 0: never due */
} BpmMove;

/*
 * A lifecycle opened for use: `*` is expanded, and every question about two stages is a bit.
 */
typedef struct BpmStages
{
	const BpmLifecycle *value;
	int			n;
	int			nroles;
	uint64		final;			/* the stages that nothing leaves */
	uint64		next[BPM_MAX_STAGES];	/* where a stage may go */
	uint64		conditional[BPM_MAX_STAGES];	/* those of them under an attribute */
	const char *name[BPM_MAX_STAGES];
	uint8		length[BPM_MAX_STAGES];
	const char *role[BPM_MAX_STAGES];
	const BpmMove *due[BPM_MAX_STAGES]; /* the move that falls due first, or NULL */
	uint8		slot[BPM_STAGE_SLOTS];	/* 1 + stage; 0: empty */
} BpmStages;

extern BpmLifecycle *bpm_lifecycle_parse(const char *text, size_t length, Node *context);
extern void bpm_lifecycle_parse_move(const char *text, char **from, char **to);
extern BpmStages *bpm_lifecycle_open(const BpmLifecycle *value, MemoryContext context);
extern BpmStages *bpm_lifecycle_open_cached(FmgrInfo *flinfo, Datum value);
extern bool bpm_lifecycle_same(const BpmLifecycle *a, const BpmLifecycle *b);
extern int	bpm_lifecycle_judge_time(const BpmMove *move, TimestampTz since, TimestampTz at);
extern const BpmMove *bpm_lifecycle_move(const BpmStages *stages, int from, int to);
extern int	bpm_lifecycle_stage(const BpmStages *stages, const char *name, int length);
extern int	bpm_lifecycle_role(const BpmStages *stages, const char *name, int length);
extern char *bpm_lifecycle_days(int64 days);
extern char *bpm_lifecycle_names(const BpmStages *stages, uint64 set, const char *last);

/*
 * A cheap hash of a stage's name, which is not empty; names are few and short.
 */
static inline int
bpm_stage_slot(const char *name, int length)
{
	const unsigned char *s = (const unsigned char *) name;

	return (length + s[0] * 7 + s[length / 2] * 31 + s[length - 1] * 131) &
		(BPM_STAGE_SLOTS - 1);
}

/*
 * The stage of that name, -1 when there is none; in line because every event comes here.
 */
static inline int
bpm_stage_find(const BpmStages *stages, const char *name, int length)
{
	if (length == 0)
		return -1;
	for (int i = bpm_stage_slot(name, length); stages->slot[i] != 0;
		 i = (i + 1) & (BPM_STAGE_SLOTS - 1))
	{
		int			stage = stages->slot[i] - 1;

		if (stages->length[stage] == length && memcmp(stages->name[stage], name, length) == 0)
			return stage;
	}
	return -1;
}

static inline bool
bpm_stage_in(uint64 set, int stage)
{
	return (set >> stage) & 1;
}

#endif							/* BPM_LIFECYCLE_H */
