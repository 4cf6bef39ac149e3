/*
 * bpm.c: the module: its magic, its settings, and what has to hold before anything is computed.
 *
 * bpm.as_of and bpm.known_at say what day results show, and what was known then. They are read here, by
 * rules of their own: a day that DateStyle, TimeZone or the clock could turn into another one is no day
 * to publish by, and a parallel worker restores settings in the order of their names, so that a date would
 * be read there before the DateStyle that it was written in.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "datatype/timestamp.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "bpm.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

/* what a setting of a moment says; what its check hook hands to its assign hook */
typedef struct Moment
{
	enum
	{
		MOMENT_UNSET,
		MOMENT_SET,
		MOMENT_INVALID			/* written before there was anybody to check it */
	}			state;
	int64		value;			/* a DateADT or a TimestampTz */
} Moment;

/* a setting that is a moment */
typedef struct Setting
{
	const char *name;
	const char *what;
	const char *hint;
	bool		(*read) (const char *text, int64 *value);
	char	   *text;
	Moment		moment;
} Setting;

static char *role_text;

/* while the library is loaded, values are met that were set before */
static bool loading = true;

/* ------------------------------------------------------------------------------------------------
 * Reading
 * ----------------------------------------------------------------------------------------------*/

/* so many digits, as a number */
static bool
TakeDigits(const char **at, int n, int *value)
{
	*value = 0;
	for (; n > 0; n--, (*at)++)
	{
		if (**at < '0' || **at > '9')
			return false;
		*value = *value * 10 + (**at - '0');
	}
	return true;
}

static bool
TakeChar(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* YYYY-MM-DD, a day of the calendar */
static bool
TakeDate(const char **at, DateADT *date)
{
	int			year;
	int			month;
	int			day;

	if (!TakeDigits(at, 4, &year) || !TakeChar(at, '-') || !TakeDigits(at, 2, &month) ||
		!TakeChar(at, '-') || !TakeDigits(at, 2, &day))
		return false;
	if (year < 1 || month < 1 || month > MONTHS_PER_YEAR || day < 1 ||
		day > day_tab[isleap(year)][month - 1])
		return false;
	*date = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* hh:mm, and then :ss and a fraction of up to 6 digits if they are there, in microseconds */
static bool
TakeTime(const char **at, int64 *time)
{
	int			hour;
	int			minute;
	int			second = 0;
	int64		micros = 0;

	if (!TakeDigits(at, 2, &hour) || !TakeChar(at, ':') || !TakeDigits(at, 2, &minute))
		return false;
	if (TakeChar(at, ':'))
	{
		if (!TakeDigits(at, 2, &second))
			return false;
		if (TakeChar(at, '.'))
		{
			int64		unit = USECS_PER_SEC;

			do
			{
				int			digit;

				unit /= 10;
				if (unit == 0 || !TakeDigits(at, 1, &digit))
					return false;
				micros += digit * unit;
			} while (**at >= '0' && **at <= '9');
		}
	}
	if (hour >= HOURS_PER_DAY || minute >= MINS_PER_HOUR || second >= SECS_PER_MINUTE)
		return false;
	*time = (hour * MINS_PER_HOUR + minute) * USECS_PER_MINUTE + second * USECS_PER_SEC + micros;
	return true;
}

/* Z, +hh, +hh:mm: what is to be taken off to come to UTC */
static bool
TakeOffset(const char **at, int64 *offset)
{
	bool		west = **at == '-';
	int			hour;
	int			minute = 0;

	*offset = 0;
	if (TakeChar(at, 'Z'))
		return true;
	if (!(TakeChar(at, '+') || TakeChar(at, '-')) || !TakeDigits(at, 2, &hour))
		return false;
	if (TakeChar(at, ':') && !TakeDigits(at, 2, &minute))
		return false;
	if (hour > MAX_TZDISP_HOUR || minute >= MINS_PER_HOUR)
		return false;
	*offset = (hour * MINS_PER_HOUR + minute) * USECS_PER_MINUTE;
	if (west)
		*offset = -*offset;
	return true;
}

static bool
ReadDate(const char *text, int64 *value)
{
	DateADT		date;

	if (!TakeDate(&text, &date) || *text != '\0')
		return false;
	*value = date;
	return true;
}

static bool
ReadTimestamp(const char *text, int64 *value)
{
	DateADT		date;
	int64		time;
	int64		offset;

	if (!TakeDate(&text, &date) || !(TakeChar(&text, ' ') || TakeChar(&text, 'T')) ||
		!TakeTime(&text, &time) || !TakeOffset(&text, &offset) || *text != '\0')
		return false;
	*value = date * USECS_PER_DAY + time - offset;
	return IS_VALID_TIMESTAMP(*value);
}

/* ------------------------------------------------------------------------------------------------
 * The settings
 * ----------------------------------------------------------------------------------------------*/

static Setting as_of = {
	.name = "bpm.as_of", .what = "date of the calendar",
	.hint = "Write a date as YYYY-MM-DD, such as 2026-06-30, or nothing.",
	.read = ReadDate
};
static Setting known_at = {
	.name = "bpm.known_at", .what = "timestamp with its offset",
	.hint = "Write a timestamp with its offset, such as 2026-06-30 18:00:00+02 or 2026-06-30T16:00:00Z, or nothing.",
	.read = ReadTimestamp
};

/*
 * A value that was there before the library, or that a parallel worker is handed, cannot be refused: it
 * would be forgotten with a warning, and results would show another day. Whoever asks for it hears.
 */
static bool
CheckMoment(const Setting *setting, const char *text, void **extra)
{
	Moment	   *moment = bpm_guc_malloc(sizeof(Moment));

	if (moment == NULL)
		return false;
	moment->state = MOMENT_UNSET;
	moment->value = 0;
	if (text != NULL && *text != '\0')
		moment->state = setting->read(text, &moment->value) ? MOMENT_SET : MOMENT_INVALID;
	if (moment->state == MOMENT_INVALID && !loading && !InitializingParallelWorker)
	{
		GUC_check_errmsg("invalid value for parameter \"%s\": \"%s\"", setting->name, text);
		GUC_check_errdetail("It is no %s.", setting->what);
		GUC_check_errhint("%s", setting->hint);
		bpm_guc_free(moment);
		return false;
	}
	*extra = moment;
	return true;
}

static bool
CheckAsOf(char **text, void **extra, GucSource source)
{
	return CheckMoment(&as_of, *text, extra);
}

static void
AssignAsOf(const char *text, void *extra)
{
	as_of.moment = *(const Moment *) extra;
}

static bool
CheckKnownAt(char **text, void **extra, GucSource source)
{
	return CheckMoment(&known_at, *text, extra);
}

static void
AssignKnownAt(const char *text, void *extra)
{
	known_at.moment = *(const Moment *) extra;
}

void
_PG_init(void)
{
	bpm_decimal_check_layout();

	DefineCustomStringVariable(as_of.name, "The day that results show, as YYYY-MM-DD.",
							   "Empty: as the model says.",
							   &as_of.text, "", PGC_USERSET, 0, CheckAsOf, AssignAsOf, NULL);
	DefineCustomStringVariable(known_at.name,
							   "Results leave out what was recorded later, a timestamp with its offset.",
							   "Empty: nothing is left out.",
							   &known_at.text, "", PGC_USERSET, 0, CheckKnownAt, AssignKnownAt, NULL);
	DefineCustomStringVariable(BPM_ROLE_SETTING, "The role in which a lifecycle's moves are made.",
							   "A guard that has no column for it asks here.",
							   &role_text, "", PGC_USERSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("bpm");
	loading = false;
}

/*
 * What a setting says; false when it is not set.
 */
static bool
MomentOf(const Setting *setting, int64 *value)
{
	if (setting->moment.state == MOMENT_INVALID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"%s\": \"%s\"", setting->name, setting->text),
				 errdetail("It is no %s.", setting->what),
				 errhint("%s", setting->hint)));
	*value = setting->moment.value;
	return setting->moment.state == MOMENT_SET;
}

/*
 * as_of() → date: the setting bpm.as_of; NULL when it is not set.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_as_of);
Datum
bpm_as_of(PG_FUNCTION_ARGS)
{
	int64		value;

	if (!MomentOf(&as_of, &value))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT((DateADT) value);
}

/*
 * known_at() → timestamptz: the setting bpm.known_at; NULL when it is not set.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_known_at);
Datum
bpm_known_at(PG_FUNCTION_ARGS)
{
	int64		value;

	if (!MomentOf(&known_at, &value))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(value);
}
