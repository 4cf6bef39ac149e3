/*
 * chance.c: seeded chance, and texts that are nearly right.
 *
 * A text of the corpus is damaged in a few places: what is wrong everywhere ends at the first byte that a parser
 * looks at, and what is right everywhere finds nothing.
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "fuzz.h"

/* what parsers stumble over */
static const char *const pieces[] = {
	" ", "\t", "\n", "\"", "\"\"", "'", "\\", ",", ";", ":", ".", "..", "...", "(", ")", "[", "]", "{", "}", "%", "*", "-", "--", "->", "/*", "*/",
	">", ">=", "<", "<=", "=", "+", "0", "00", "-0", "1", "9", "100", "101", "0.00000001", "0.000000001", ".5", "5.", "1e5", "1,000", "1,00",
	"99999999999999999999999999999", "99999999999999999999999999999.99999999", "100000000000000000000000000000",
	"170141183460469231731687303715884105728", "9223372036854775807", "-9223372036854775808", "92233720368.54775807",
	"NaN", "Infinity", "null", "NULL", "false", "\x01", "\x7f",
	"\xe2\x89\xa5", "\xe2\x89\xa4", "\xe2\x88\x92", "\xe2\x86\x92", "\xc2\xa0", "\xe3\x80\x80", "\xef\xbb\xbf", "\xe2\x82\xac", "\xef\xbf\xa5",
	"\xf0\x9f\x98\x80", "\xcc\x81", "\xc3\xa4", "\xd9\xa1", "\xe2", "\xe2\x89", "\xc3", "\xff",
	"2026-06-30", "2026-02-29", "0001-01-01", "9999-12-31", "00000000-0000-0000-0000-000000000001", "aAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaA"
};

Chance
fuzz_chance(int64 seed, int64 number)
{
	Chance		chance = {(uint64) seed};

	chance.state = chance_next(&chance) ^ (uint64) number;
	chance_next(&chance);
	return chance;
}

/*
 * The table fuzz.corpus, in an order of its own, so that no plan has a say in what a case is.
 */
Corpora *
fuzz_read_corpora(void)
{
	MemoryContext context = CurrentMemoryContext;
	Corpora    *corpora = palloc0(sizeof(Corpora));

	SPI_connect();
	if (SPI_execute("select kind, to_regtype(kind)::oid, text from fuzz.corpus "
					"order by kind collate \"C\", text collate \"C\"", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "the corpus cannot be read");
	MemoryContextSwitchTo(context);
	corpora->each = palloc0(sizeof(Corpus) * (SPI_processed + 1));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		char	   *kind = SPI_getvalue(row, SPI_tuptable->tupdesc, 1);
		Corpus	   *corpus = &corpora->each[corpora->count];
		bool		null;

		if (i == 0 || strcmp(corpus[-1].kind, kind) != 0)
		{
			Datum		type = SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &null);

			corpora->count++;
			corpus->kind = kind;
			corpus->type = null ? InvalidOid : DatumGetObjectId(type);
			corpus->texts = palloc(sizeof(char *) * SPI_processed);
		}
		else
			corpus--;
		corpus->texts[corpus->count++] = SPI_getvalue(row, SPI_tuptable->tupdesc, 3);
	}
	SPI_finish();
	MemoryContextSwitchTo(context);
	return corpora;
}

Corpus *
fuzz_corpus_of_type(Corpora *corpora, Oid type)
{
	for (int i = 0; i < corpora->count; i++)
	{
		if (corpora->each[i].type == type)
			return &corpora->each[i];
	}
	return NULL;
}

Corpus *
fuzz_corpus_of_name(Corpora *corpora, const char *name)
{
	for (int i = 0; i < corpora->count; i++)
	{
		if (strcmp(corpora->each[i].kind, name) == 0)
			return &corpora->each[i];
	}
	return NULL;
}

char *
fuzz_pick(Chance *chance, const Corpus *corpus)
{
	return corpus->texts[chance_below(chance, corpus->count)];
}

/* puts something in place of some bytes */
static void
Replace(StringInfo bytes, int place, int gone, const char *put, int length)
{
	char	   *copy = palloc(length + 1);	/* it may lie in the same buffer */
	int			rest = bytes->len - place - gone;

	memcpy(copy, put, length);
	enlargeStringInfo(bytes, length);
	memmove(bytes->data + place + length, bytes->data + place + gone, rest);
	memcpy(bytes->data + place, copy, length);
	bytes->len = place + length + rest;
	bytes->data[bytes->len] = '\0';
	pfree(copy);
}

/* from 1 to so many, and no more than there are */
static int
Some(Chance *chance, int most, int there)
{
	int			some = 1 + chance_below(chance, most);

	return Min(some, there);
}

/* one damage; the other text lends what is spliced in */
void
fuzz_mutate_bytes(Chance *chance, StringInfo bytes, const char *other, int length)
{
	int			place = chance_below(chance, bytes->len + 1);
	int			rest = bytes->len - place;
	int			some = Some(chance, chance_in(chance, 4) ? 40 : 4, rest);
	const char *piece = pieces[chance_below(chance, lengthof(pieces))];
	char		byte;

	switch (chance_below(chance, 11))
	{
		case 0:					/* a bit */
			if (rest > 0)
				bytes->data[place] ^= 1 << chance_below(chance, 8);
			break;
		case 1:					/* a byte */
			byte = (char) chance_below(chance, 256);
			Replace(bytes, place, Min(rest, 1), &byte, 1);
			break;
		case 2:
		case 3:					/* a piece, put in or in place of something */
			Replace(bytes, place, chance_in(chance, 2) ? 0 : some, piece, (int) strlen(piece));
			break;
		case 4:
			Replace(bytes, place, some, "", 0);
			break;
		case 5:					/* twice, or often */
			for (int n = chance_in(chance, 8) ? chance_below(chance, 100) : 1; n > 0 && bytes->len < 6000; n--)
				Replace(bytes, place, 0, bytes->data + place, some);
			break;
		case 6:
			Replace(bytes, place, rest, "", 0);
			break;
		case 7:					/* the end of another text */
			if (length > 0)
			{
				int			from = chance_below(chance, length);

				Replace(bytes, place, rest, other + from, length - from);
			}
			break;
		case 8:					/* a part of another text */
			if (length > 0)
			{
				int			from = chance_below(chance, length);

				Replace(bytes, place, chance_in(chance, 2) ? 0 : some, other + from,
						Some(chance, 20, length - from));
			}
			break;
		case 9:					/* a digit for a digit */
			for (int i = place; i < bytes->len; i++)
			{
				if (isdigit((unsigned char) bytes->data[i]))
				{
					bytes->data[i] = (char) ('0' + chance_below(chance, 10));
					break;
				}
			}
			break;
		default:				/* a part moves to another place */
			if (some > 0)
			{
				char	   *part = pnstrdup(bytes->data + place, some);

				Replace(bytes, place, some, "", 0);
				Replace(bytes, chance_below(chance, bytes->len + 1), 0, part, some);
			}
			break;
	}
}

/* a text that a client could send: no zero byte, and valid in the database's encoding */
static void
MakeValid(StringInfo text)
{
	for (int i = 0; i < text->len; i++)
	{
		if (text->data[i] == '\0')
			text->data[i] = 'x';
	}
	for (;;)
	{
		int			good = pg_encoding_verifymbstr(GetDatabaseEncoding(), text->data, text->len);

		if (good >= text->len)
			return;
		text->data[good] = '?';
	}
}

char *
fuzz_mutate(Chance *chance, const Corpus *corpus)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, fuzz_pick(chance, corpus));
	for (int n = chance_below(chance, 4); n >= 0; n--)
	{
		const char *other = fuzz_pick(chance, corpus);

		if (!chance_in(chance, 8))
			fuzz_mutate_bytes(chance, &text, other, (int) strlen(other));
	}
	MakeValid(&text);
	return text.data;
}

/* a word out of a text */
char *
fuzz_word(Chance *chance, const char *text)
{
	int			length = (int) strlen(text);
	int			from = length > 0 ? chance_below(chance, length) : 0;
	int			to;

	while (from > 0 && isalnum((unsigned char) text[from - 1]))
		from--;
	while (from < length && !isalnum((unsigned char) text[from]))
		from++;
	for (to = from; to < length && (isalnum((unsigned char) text[to]) || text[to] == '_');)
		to++;
	return pnstrdup(text + from, to - from);
}

/* any text of any kind */
char *
fuzz_any_text(Chance *chance, const Corpora *corpora)
{
	return fuzz_pick(chance, &corpora->each[chance_below(chance, corpora->count)]);
}
