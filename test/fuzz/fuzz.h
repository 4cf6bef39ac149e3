/*
 * fuzz.h: what the parts of the test module share.
 *
 * fuzz     the module; work that may fail, in a subtransaction; what a value must do
 * chance   seeded chance, and texts that are nearly right
 * read     input and receive functions
 * call     everything that SQL can call
 *
 * Every case is made of its seed and its number alone, so that it can be repeated alone.
 */
#ifndef BPM_FUZZ_H
#define BPM_FUZZ_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/typcache.h"

#include "compat.h"

/* ------------------------------------------------------------------------------------------------
 * chance
 * ----------------------------------------------------------------------------------------------*/

typedef struct Chance
{
	uint64		state;
} Chance;

/* splitmix64: any seed will do, and the next number costs nothing */
static inline uint64
chance_next(Chance *chance)
{
	uint64		z = (chance->state += UINT64CONST(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64CONST(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static inline int
chance_below(Chance *chance, int n)
{
	return (int) (chance_next(chance) % (uint64) n);
}

static inline bool
chance_in(Chance *chance, int n)
{
	return chance_below(chance, n) == 0;
}

/* the valid texts of one kind: of a type, or of an argument by its name */
typedef struct Corpus
{
	char	   *kind;
	Oid			type;			/* InvalidOid: the kind is no type */
	int			count;
	char	  **texts;
} Corpus;

typedef struct Corpora
{
	int			count;
	Corpus	   *each;
} Corpora;

extern Chance fuzz_chance(int64 seed, int64 number);
extern Corpora *fuzz_read_corpora(void);
extern Corpus *fuzz_corpus_of_type(Corpora *corpora, Oid type);
extern Corpus *fuzz_corpus_of_name(Corpora *corpora, const char *name);
extern char *fuzz_pick(Chance *chance, const Corpus *corpus);
extern void fuzz_mutate_bytes(Chance *chance, StringInfo bytes, const char *other, int length);
extern char *fuzz_mutate(Chance *chance, const Corpus *corpus);
extern char *fuzz_word(Chance *chance, const char *text);
extern char *fuzz_any_text(Chance *chance, const Corpora *corpora);

/* ------------------------------------------------------------------------------------------------
 * fuzz
 * ----------------------------------------------------------------------------------------------*/

/* how something ended */
typedef struct Outcome
{
	bool		ok;
	Datum		value;
	char		sqlstate[6];
	char	   *message;
	char	   *detail;
	char	   *hint;
} Outcome;

typedef Datum (*Work) (void *arg);

/* a type of bpm, and all that can be done with its values */
typedef struct Kind
{
	Oid			type;
	char	   *name;
	Oid			ioparam;
	FmgrInfo	in;
	FmgrInfo	out;
	FmgrInfo	send;
	FmgrInfo	recv;
	bool		ordered;
	FmgrInfo	compare[5];		/* by the numbers of the btree's strategies, less one */
	FmgrInfo	cmp;
	FmgrInfo	hash;
	FmgrInfo	hash_extended;
} Kind;

/* what came of a number of cases */
typedef struct Tally
{
	int64		passed;
	int64		kept;			/* inputs that were values, statements that gave rows */
	int64		failed;
	ArrayBuildState *failures;	/* the first of them */
	MemoryContext context;
} Tally;

extern void fuzz_note(const char *what);
extern void fuzz_guard(Work work, void *arg, bool undo, Outcome *outcome);
extern char *fuzz_outcome_text(const Outcome *outcome);
extern bool fuzz_is_user_error(const Outcome *outcome);
extern Kind *fuzz_kind(Oid type);
extern Datum fuzz_in(Kind *kind, char *text);
extern char *fuzz_out(Kind *kind, Datum value);
extern char *fuzz_check_value(Kind *kind, Datum value);
extern void fuzz_start_tally(Tally *tally);
extern void fuzz_failure(Tally *tally, int64 number, const char *what, const char *statement);
extern Datum fuzz_tally_datum(Tally *tally, FunctionCallInfo fcinfo);
extern char *fuzz_literal(const char *text);

#endif							/* BPM_FUZZ_H */
