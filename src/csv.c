/*
 * csv.c: rows as COPY writes them in CSV, and the digest of a file of them.
 *
 *   csv_line      a row, as COPY (SELECT …) TO … (FORMAT csv) prints it, without the line's end
 *   csv_header    the names of its columns, as HEADER prints them
 *   sha256_lines  SHA-256 of lines that each end with LF, in UTF-8: what sha256sum says of the file
 *
 * Who has the file need not have this database to see that nothing in it was changed.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "gather.h"

/* ------------------------------------------------------------------------------------------------
 * Lines
 * ----------------------------------------------------------------------------------------------*/

#define QUOTE '"'

/* bytes for which a field is put in quotes; and its end */
static const bool is_special[256] = {['\0'] = true, [','] = true, [QUOTE] = true, ['\n'] = true, ['\r'] = true};

typedef struct Column
{
	Oid			type;			/* InvalidOid: not looked up */
	FmgrInfo	output;
} Column;

/*
 * What is kept from call to call: how the columns of a row type are printed. With a row of another type all is looked
 * up again, and what output functions keep is given back; a type may also be altered between two rows.
 */
typedef struct Printer
{
	MemoryContext context;
	Oid			type;
	int32		typmod;
	int			count;			/* of columns, with those that were dropped */
	Column	   *columns;		/* NULL: none looked up */
	Datum	   *values;
	bool	   *nulls;
} Printer;

/* a line under construction is a text from the start, which spares copying it */
static void
StartLine(StringInfo line)
{
	static const char header[VARHDRSZ];

	initStringInfo(line);
	appendBinaryStringInfo(line, header, VARHDRSZ);
}

static text *
FinishLine(StringInfo line)
{
	SET_VARSIZE(line->data, line->len);
	return (text *) line->data;
}

/*
 * A field; a comma before it unless it is the first, quotes where they are needed. What is empty is quoted, because
 * nothing at all is NULL. \. alone on a line ends the data for who reads it before PostgreSQL 18; all versions
 * write it in quotes.
 */
static void
AppendField(StringInfo line, const char *field, bool alone)
{
	const char *at = field;
	const char *start = field;

	while (!is_special[(unsigned char) *at])
		at++;
	if (likely(*at == '\0' && at > field && !(alone && strcmp(field, "\\.") == 0)))
	{
		appendBinaryStringInfo(line, field, (int) (at - field));
		return;
	}
	appendStringInfoChar(line, QUOTE);
	while ((at = strchr(start, QUOTE)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		/* with the quote, which the next piece begins with again */
		appendBinaryStringInfo(line, start, (int) (at + 1 - start));
		appendStringInfoChar(line, QUOTE);
		start = at + 1;
	}
	appendStringInfoString(line, start);
	appendStringInfoChar(line, QUOTE);
}

/* whether a row has one column */
static bool
IsAlone(TupleDesc description)
{
	int			count = 0;

	for (int i = 0; i < description->natts && count < 2; i++)
		count += !TupleDescAttr(description, i)->attisdropped;
	return count == 1;
}

static void
ForgetColumns(Printer *printer)
{
	MemoryContextReset(printer->context);
	printer->columns = NULL;
}

/* the printer of a call for a row type */
static Printer *
PrinterOf(FmgrInfo *function, Oid type, int32 typmod, int count)
{
	Printer    *printer = function->fn_extra;

	if (unlikely(printer == NULL))
	{
		printer = MemoryContextAllocZero(function->fn_mcxt, sizeof(Printer));
		printer->context = AllocSetContextCreate(function->fn_mcxt, "bpm csv", ALLOCSET_SMALL_SIZES);
		function->fn_extra = printer;
	}
	if (unlikely(printer->type != type || printer->typmod != typmod || printer->count != count))
		ForgetColumns(printer);
	if (unlikely(printer->columns == NULL))
	{
		printer->type = type;
		printer->typmod = typmod;
		printer->count = count;
		printer->values = MemoryContextAlloc(printer->context, count * sizeof(Datum));
		printer->nulls = MemoryContextAlloc(printer->context, count * sizeof(bool));
		printer->columns = MemoryContextAllocZero(printer->context, count * sizeof(Column));
	}
	return printer;
}

static char *
PrintColumn(Printer *printer, int i, Oid type)
{
	Column	   *column = &printer->columns[i];

	if (unlikely(column->type != type))
	{
		Oid			output;
		bool		varlena;

		column->type = InvalidOid;
		getTypeOutputInfo(type, &output, &varlena);
		fmgr_info_cxt(output, &column->output, printer->context);
		column->type = type;
	}
	return OutputFunctionCall(&column->output, printer->values[i]);
}

/*
 * csv_line(record) → text
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_csv_line);
Datum
bpm_csv_line(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row;
	HeapTupleData tuple = {0};
	TupleDesc	description;
	Printer    *printer;
	StringInfoData line;
	bool		alone;
	bool		first = true;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	row = PG_GETARG_HEAPTUPLEHEADER(0);
	description = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	printer = PrinterOf(fcinfo->flinfo, description->tdtypeid, description->tdtypmod, description->natts);
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_data = row;
	heap_deform_tuple(&tuple, description, printer->values, printer->nulls);

	alone = IsAlone(description);
	StartLine(&line);
	for (int i = 0; i < description->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(description, i);

		CHECK_FOR_INTERRUPTS();
		if (column->attisdropped)
			continue;
		if (!first)
			appendStringInfoChar(&line, ',');
		first = false;
		if (!printer->nulls[i])
			AppendField(&line, PrintColumn(printer, i, column->atttypid), alone);
	}
	ReleaseTupleDesc(description);
	PG_RETURN_TEXT_P(FinishLine(&line));
}

/*
 * The columns of the argument: those of the row or, where there is none, of the type that the statement gives it.
 * NULL where that says nothing either.
 */
static TupleDesc
ColumnsOfArgument(FunctionCallInfo fcinfo)
{
	Oid			type;

	if (!PG_ARGISNULL(0))
	{
		HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);

		return lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	}
	type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	if (!OidIsValid(type) || type == RECORDOID)
		return NULL;
	return lookup_rowtype_tupdesc_domain(type, -1, true);
}

/*
 * csv_header(record) → text
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_csv_header);
Datum
bpm_csv_header(PG_FUNCTION_ARGS)
{
	TupleDesc	description = ColumnsOfArgument(fcinfo);
	StringInfoData line;
	bool		alone;
	bool		first = true;

	if (description == NULL)
		PG_RETURN_NULL();
	alone = IsAlone(description);
	StartLine(&line);
	for (int i = 0; i < description->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(description, i);

		if (column->attisdropped)
			continue;
		if (!first)
			appendStringInfoChar(&line, ',');
		first = false;
		AppendField(&line, NameStr(column->attname), alone);
	}
	ReleaseTupleDesc(description);
	PG_RETURN_TEXT_P(FinishLine(&line));
}

/* ------------------------------------------------------------------------------------------------
 * SHA-256 (FIPS 180-4)
 *
 * The server's own contexts may be OpenSSL's, which belong to a resource owner and cannot be copied: the state of an
 * aggregate lives from row to row, is read while it grows (moving windows) and is just dropped. So ours is plain
 * bytes.
 * ----------------------------------------------------------------------------------------------*/

#define BLOCK 64				/* bytes */
#define DIGEST_WORDS 8

typedef struct Digest
{
	uint32		hash[DIGEST_WORDS];
	uint64		length;			/* bytes so far */
	uint8		block[BLOCK];	/* the last length % BLOCK bytes */
} Digest;

/* the first 32 bits of the fractional parts of the square roots of the first 8 primes */
static const uint32 initial_hash[DIGEST_WORDS] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
};

/* and of the cube roots of the first 64 */
static const uint32 round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

#define RotateRight(x, n) (((x) >> (n)) | ((x) << (32 - (n))))

/* a round; who calls turns the names of the eight words instead of the words */
#define ROUND(a, b, c, d, e, f, g, h, i) \
	do { \
		uint32		one = (h) + (RotateRight(e, 6) ^ RotateRight(e, 11) ^ RotateRight(e, 25)) + \
			((g) ^ ((e) & ((f) ^ (g)))) + constants[i] + w[i]; \
		(d) += one; \
		(h) = one + (RotateRight(a, 2) ^ RotateRight(a, 13) ^ RotateRight(a, 22)) + (((a) & (b)) | ((c) & ((a) | (b)))); \
	} while (0)

#define EIGHT_ROUNDS(i) \
	do { \
		ROUND(a, b, c, d, e, f, g, h, (i)); \
		ROUND(h, a, b, c, d, e, f, g, (i) + 1); \
		ROUND(g, h, a, b, c, d, e, f, (i) + 2); \
		ROUND(f, g, h, a, b, c, d, e, (i) + 3); \
		ROUND(e, f, g, h, a, b, c, d, (i) + 4); \
		ROUND(d, e, f, g, h, a, b, c, (i) + 5); \
		ROUND(c, d, e, f, g, h, a, b, (i) + 6); \
		ROUND(b, c, d, e, f, g, h, a, (i) + 7); \
	} while (0)

static inline uint32
Expanded(const uint32 *w, int t)
{
	uint32		two = w[(t + 14) & 15];
	uint32		fifteen = w[(t + 1) & 15];

	return w[t & 15] + w[(t + 9) & 15] + (RotateRight(two, 17) ^ RotateRight(two, 19) ^ (two >> 10)) +
		(RotateRight(fifteen, 7) ^ RotateRight(fifteen, 18) ^ (fifteen >> 3));
}

static void
DigestBlocks(uint32 *hash, const uint8 *bytes, Size count)
{
	for (; count > 0; count--, bytes += BLOCK)
	{
		uint32		w[16];		/* of the schedule of 64 words the last 16 */
		uint32		a = hash[0];
		uint32		b = hash[1];
		uint32		c = hash[2];
		uint32		d = hash[3];
		uint32		e = hash[4];
		uint32		f = hash[5];
		uint32		g = hash[6];
		uint32		h = hash[7];

		memcpy(w, bytes, BLOCK);
		for (int i = 0; i < 16; i++)
			w[i] = pg_ntoh32(w[i]);
		for (int t = 0;;)
		{
			const uint32 *constants = round_constants + t;

			EIGHT_ROUNDS(0);
			EIGHT_ROUNDS(8);
			if ((t += 16) == 64)
				break;
			for (int i = 0; i < 16; i++)
				w[i] = Expanded(w, i);
		}
		hash[0] += a;
		hash[1] += b;
		hash[2] += c;
		hash[3] += d;
		hash[4] += e;
		hash[5] += f;
		hash[6] += g;
		hash[7] += h;
	}
}

static void
DigestStart(Digest *digest)
{
	memcpy(digest->hash, initial_hash, sizeof(initial_hash));
	digest->length = 0;
}

static void
DigestAdd(Digest *digest, const void *data, Size size)
{
	const uint8 *bytes = data;
	Size		used = digest->length % BLOCK;

	digest->length += size;
	if (used > 0)
	{
		Size		fits = Min(BLOCK - used, size);

		memcpy(digest->block + used, bytes, fits);
		if (used + fits < BLOCK)
			return;
		DigestBlocks(digest->hash, digest->block, 1);
		bytes += fits;
		size -= fits;
	}
	DigestBlocks(digest->hash, bytes, size / BLOCK);
	memcpy(digest->block, bytes + size / BLOCK * BLOCK, size % BLOCK);
}

/* the bytes are followed by a 1 bit, zeros up to the last 8 bytes of a block, and the length in bits */
static void
DigestFinish(Digest *digest, uint32 *hash)
{
	static const uint8 padding[BLOCK] = {0x80};
	uint64		bits = pg_hton64(digest->length * 8);
	Size		used = digest->length % BLOCK;

	DigestAdd(digest, padding, used < BLOCK - sizeof(bits) ? BLOCK - sizeof(bits) - used : 2 * BLOCK - sizeof(bits) - used);
	DigestAdd(digest, &bits, sizeof(bits));
	memcpy(hash, digest->hash, sizeof(digest->hash));
}

/* ------------------------------------------------------------------------------------------------
 * The digest of lines
 * ----------------------------------------------------------------------------------------------*/

/* a long line gives way to a cancel after so many bytes */
#define PIECE ((Size) 1024 * 1024)

/*
 * sha256_lines_accum(state, line)
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_sha256_lines_accum);
Datum
bpm_sha256_lines_accum(PG_FUNCTION_ARGS)
{
	Digest	   *digest = PG_ARGISNULL(0) ? NULL : (Digest *) PG_GETARG_POINTER(0);
	text	   *line;
	char	   *bytes;
	Size		size;

	if (digest == NULL)
	{
		digest = MemoryContextAllocZero(bpm_aggregate_context(fcinfo), sizeof(Digest));
		DigestStart(digest);
	}
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(digest);
	line = PG_GETARG_TEXT_PP(1);
	size = VARSIZE_ANY_EXHDR(line);
	/* as COPY does for a client in UTF-8 */
	bytes = pg_server_to_any(VARDATA_ANY(line), (int) size, PG_UTF8);
	if (bytes != VARDATA_ANY(line))
		size = strlen(bytes);
	for (Size done = 0; done < size; done += PIECE)
	{
		CHECK_FOR_INTERRUPTS();
		DigestAdd(digest, bytes + done, Min(PIECE, size - done));
	}
	DigestAdd(digest, "\n", 1);
	PG_RETURN_POINTER(digest);
}

/*
 * sha256_lines_final(state) → text. The state stays as it is: a window goes on with it.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(bpm_sha256_lines_final);
Datum
bpm_sha256_lines_final(PG_FUNCTION_ARGS)
{
	Digest		digest;
	uint32		hash[DIGEST_WORDS];
	char		shown[DIGEST_WORDS * 8 + 1];

	if (PG_ARGISNULL(0))
		DigestStart(&digest);
	else
		digest = *(const Digest *) PG_GETARG_POINTER(0);
	DigestFinish(&digest, hash);
	for (int i = 0; i < DIGEST_WORDS; i++)
		snprintf(shown + 8 * i, 9, "%08x", hash[i]);
	PG_RETURN_TEXT_P(cstring_to_text(shown));
}
