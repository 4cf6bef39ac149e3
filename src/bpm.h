/*
 * bpm.h: what the concepts share.
 *
 * bpm       the module: magic, settings, the day that results show
 * decimal   numeric in and out of 128-bit fixed point (number.c: figures as people print them)
 * value     equality, order, hash and binary form of the types of variable length
 * scan      reading the small languages: targets, scales, lifecycles
 * target    what was promised; scoring an actual against it
 * scale     what a score is called
 * rollup    the weighted rollup as a value
 * inequality  how unevenly something is spread (gather.h: wide sums, and rows that aggregates keep)
 * pefa      letter grades, and two ways to make one of several; the variance of a composition
 * peer      how well others do with as much
 * csv       rows as COPY writes them, and the digest of a file of them
 * monitor   what should be there by a day, and where the year will end (forecast.c; exact.h: fractions)
 * apportion shares that add up to the total, to the last digit
 * tree      weighted indicators in a hierarchy (its own files share tree.h)
 * lifecycle the states a budget may pass through (lifecycle.h), and against it
 * conformance, guard: a history, and what people write (guard.h)
 *
 * A C file includes postgres.h, then system and server headers, then this one.
 */
#ifndef BPM_H
#define BPM_H

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/nodes.h"
#include "utils/numeric.h"

#include "compat.h"

/* the setting that says in which role moves of a lifecycle are made */
#define BPM_ROLE_SETTING "bpm.role"

/* ------------------------------------------------------------------------------------------------
 * decimal
 *
 * A figure is a count of units of 10^-8. Eight decimals are two of numeric's base-10000 digits, so
 * that both directions are whole digits. Figures stay below 10^29, so that a sum, a difference or
 * the double of two of them fits 128 bits.
 * ----------------------------------------------------------------------------------------------*/

#define BPM_DIGITS 8			/* decimals that are kept */
#define BPM_ONE INT64CONST(100000000)	/* 1 in units */
#define BPM_HUNDRED INT64CONST(10000000000) /* 100 in units: a full score */
#define BPM_MAX_INTEGER_DIGITS 29	/* figures are below 10^29 */

/* a share of a whole: a count of 10^-16 */
#define BPM_SHARE_DIGITS 16
#define BPM_WHOLE INT64CONST(10000000000000000)

/*
 * An exact figure as it came: value × 10^-(8 + extra), extra a multiple of 4 and at least 0.
 */
typedef struct BpmFigure
{
	int128		value;
	int			extra;
} BpmFigure;

/*
 * An exact quotient, cut to whole units: the magnitude, and where the rest lies in its unit.
 */
typedef enum BpmRest
{
	REST_NONE,
	REST_BELOW_HALF,
	REST_HALF,
	REST_ABOVE_HALF
} BpmRest;

typedef struct BpmQuotient
{
	uint128	units;
	BpmRest		rest;
} BpmQuotient;

/* why a numeric is no figure */
typedef enum BpmProblem
{
	DECIMAL_OK,
	DECIMAL_NAN,
	DECIMAL_INFINITE,
	DECIMAL_TOO_LARGE,			/* 10^29 or more */
	DECIMAL_NOT_EXACT,			/* more decimals than a rule keeps */
	DECIMAL_TOO_MANY_DIGITS		/* more than can be compared exactly */
} BpmProblem;

extern void bpm_decimal_check_layout(void);
extern bool bpm_decimal_read_small(Datum numeric, int64 *units);
extern BpmProblem bpm_decimal_try_round_to(Datum numeric, int digits, int128 *units);
extern BpmProblem bpm_decimal_try_exact(Datum numeric, int128 *units);
extern BpmProblem bpm_decimal_try_figure(Datum numeric, BpmFigure *figure);
extern bool bpm_decimal_try_rescale(int128 value, int extra, int128 *result);
extern void bpm_decimal_raise(BpmProblem problem, Datum numeric, const char *what);
extern int128 bpm_decimal_round(Datum numeric, const char *what);
extern int128 bpm_decimal_round_to(Datum numeric, int digits, const char *what);
extern int128 bpm_decimal_exact(Datum numeric, const char *what);
extern BpmFigure bpm_decimal_figure(Datum numeric, const char *what);
extern BpmProblem bpm_decimal_try_share(Datum numeric, int64 *share);
extern int64 bpm_decimal_share(Datum numeric, const char *what);
extern char *bpm_decimal_shown(Datum numeric);
extern bool bpm_decimal_try_divide(uint128 a, uint64 m, uint128 d, uint128 *result, uint128 *rest);
extern bool bpm_decimal_try_quotient(uint128 a, uint64 m, uint128 d, BpmQuotient *result);
extern uint128 bpm_decimal_divide(uint128 a, uint64 m, uint128 d, uint128 *rest);
extern BpmQuotient bpm_decimal_quotient(uint128 a, uint64 m, uint128 d);
extern BpmQuotient bpm_decimal_ten_power_down(BpmQuotient q, int digits);
extern Numeric bpm_decimal_numeric(int128 value, int scale);
extern Numeric bpm_decimal_trimmed(int128 value, int scale);
extern int	bpm_decimal_digits_arg(int32 digits);
extern char *bpm_decimal_append(char *out, int128 value, int scale);

/* the longest text of a 128-bit value: sign, 39 digits, point, a leading zero, terminator */
#define BPM_DECIMAL_TEXT 48

/* an exact quotient to whole units, half away from zero */
static inline uint128
bpm_decimal_half_up(BpmQuotient q)
{
	return q.units + (q.rest >= REST_HALF ? 1 : 0);
}

/* the figure as 8-decimal units; in line because every row of an aggregate comes here */
static inline int128
bpm_decimal_units(Datum numeric, const char *what)
{
	int64		small;

	if (likely(bpm_decimal_read_small(numeric, &small)))
		return small;
	return bpm_decimal_round(numeric, what);
}

/* the same without an error */
static inline BpmProblem
bpm_decimal_try_units(Datum numeric, int128 *units)
{
	int64		small;

	if (likely(bpm_decimal_read_small(numeric, &small)))
	{
		*units = small;
		return DECIMAL_OK;
	}
	return bpm_decimal_try_round_to(numeric, BPM_DIGITS, units);
}

/* ------------------------------------------------------------------------------------------------
 * scan
 * ----------------------------------------------------------------------------------------------*/

/* no rule needs more; longer text is a mistake, and is refused before it costs anything */
#define BPM_MAX_TEXT 4000

/* what is wrong with a text, for who raises it or shows it as a reason */
typedef struct BpmScanError
{
	int			sqlstate;		/* 0: nothing so far */
	char	   *message;
	char	   *detail;			/* what, and where */
	const char *hint;			/* or NULL */
} BpmScanError;

typedef struct BpmScan
{
	const char *type;			/* the type's name, for messages */
	const char *text;			/* the whole rule */
	const char *at;				/* the next byte */
	const char *end;
	BpmScanError error;
} BpmScan;

/* a figure as it is written: spans of the text, still with thousands commas */
typedef struct BpmFigureText
{
	bool		negative;
	const char *whole;
	const char *whole_end;
	const char *fraction;
	const char *fraction_end;
} BpmFigureText;

extern void bpm_scan_start(BpmScan *scan, const char *type, const char *text, size_t length);
extern bool bpm_scan_begin(BpmScan *scan, const char *type, const char *text, size_t length);
extern void bpm_scan_space(BpmScan *scan);
extern bool bpm_scan_done(BpmScan *scan);
extern bool bpm_scan_take(BpmScan *scan, const char *token);
extern int	bpm_scan_word(BpmScan *scan, const char **word);
extern bool bpm_scan_quoted(BpmScan *scan, const char *what, bool controls, StringInfo text);
extern bool bpm_scan_is(const char *word, int length, const char *keyword);
extern const char *bpm_scan_figure_text(const char *at, const char *end, bool commas,
										BpmFigureText *figure, const char **place);
extern bool bpm_scan_decimal(BpmScan *scan, const char *what, bool commas, int digits,
							 int128 *result);
extern bool bpm_scan_figure(BpmScan *scan, const char *what, bool commas, int128 *units);
extern char *bpm_scan_nearest(const char *word, int length, const char *const *candidates);
extern char *bpm_scan_clip(const char *text, int length);
extern bool bpm_scan_fail(BpmScan *scan, const char *place, const char *detail, const char *hint);
extern bool bpm_scan_fail_range(BpmScan *scan, const char *place, const char *detail,
								const char *hint);
extern bool bpm_scan_fail_length(BpmScan *scan, const char *size, const char *hint);
extern void bpm_scan_raise(const BpmScan *scan, Node *context);

extern void bpm_text_quote(StringInfo out, const char *text);

/* ------------------------------------------------------------------------------------------------
 * value
 * ----------------------------------------------------------------------------------------------*/

extern bytea *bpm_text_send(char *text);
extern char *bpm_text_recv(StringInfo message, const char *type, int *length);

/* the first byte of every binary form; reading it refuses those of later versions */
#define BPM_WIRE_VERSION 1

extern void bpm_wire_version(StringInfo message, const char *type);

/* ------------------------------------------------------------------------------------------------
 * target
 * ----------------------------------------------------------------------------------------------*/

typedef struct BpmTarget BpmTarget;

/*
 * How an actual stands to its target, before modifiers: for who measures how fast it gets there. The fraction
 * part / whole is there for >=, > and = and for the lower end of a range, where the whole is above 0.
 */
typedef struct BpmStanding
{
	bool		graded;			/* points, direct: the score says it all */
	bool		reverse;		/* <=, < */
	bool		bounded;		/* =, a range: there is too much */
	bool		met;
	bool		beyond;			/* the upper bound of what is bounded */
	int64		score;			/* of what is graded */
	int128		part;
	int128		whole;
} BpmStanding;

extern int64 bpm_target_score_units(Datum actual, const BpmTarget *target);
extern int64 bpm_target_cap_units(const BpmTarget *target);
extern bool bpm_target_standing(Datum actual, const BpmTarget *target, bool raise, BpmStanding *standing);
extern bool bpm_target_day(const BpmTarget *target, bool raise, int32 *day);

#define DatumGetTargetP(datum) ((BpmTarget *) PG_DETOAST_DATUM(datum))

/* ------------------------------------------------------------------------------------------------
 * scale
 * ----------------------------------------------------------------------------------------------*/

typedef struct BpmScale BpmScale;

#define DatumGetScaleP(datum) ((BpmScale *) PG_DETOAST_DATUM(datum))

extern int	bpm_scale_digits(const BpmScale *scale);
extern int	bpm_scale_bands(const BpmScale *scale);
extern int	bpm_scale_rank(const BpmScale *scale, int128 score);
extern const char *bpm_scale_label(const BpmScale *scale, int rank);

/* ------------------------------------------------------------------------------------------------
 * pefa
 * ----------------------------------------------------------------------------------------------*/

#define BPM_PEFA_DIMENSIONS 4	/* an indicator has no more */

extern int	bpm_pefa_m1(int lowest, int highest);
extern int	bpm_pefa_m2(int n, int sum);

#endif							/* BPM_H */
