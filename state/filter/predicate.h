/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A check, compiled: operand, operator, constants. predicate_test() is what a check means; the
 * tables in match.h are faster ways to the same answer.
 *
 * A check on a field without a value is false, whatever the operator. Of several values:
 *
 *   ancestors   true if it is for any of them, also with !=
 *   sides       = in < ...: for either; !=: for both
 *   lists       in: all are in the set; intersects: one is
 */
#ifndef STATE_FILTER_PREDICATE_H
#define STATE_FILTER_PREDICATE_H

#include "ast.h"
#include "compile.h"
#include "constant.h"
#include "operand.h"
#include "paths.h"
#include "regex.h"

struct matcher;

/* What a check said of a number that has names: names are made at most once. */
struct predicate_answer {
	struct field_enum_key key;
	bool known, result;
};
#define PREDICATE_ANSWERS 16 /* a power of two */

struct predicate {
	struct operand *left, *right; /* right NULL: constants */
	enum filter_op op;            /* == is = */
	enum filter_modifier modifier;
	struct constant *constants;
	size_t constants_len;
	struct paths paths; /* of pmatch */
	bool per_process, per_name;
	bool numbers; /* a constant may be the number behind a name */
	bool single;  /* one value, one constant, and the operator decides */
	unsigned cost;
	struct predicate_answer *answers; /* by enum keys, ANSWERS of them; NULL: none are kept */
	/* Of the event that the operands' clocks stand for. */
	uint64_t stamp;
	bool result;
	struct matcher *matcher; /* knows the answer; NULL: none, ask predicate_test() */
	uint32_t bit, bits;      /* its first bit there, and how many */
};

/* What predicates are made with; all of it lives longer than they do, but for opts. */
struct predicate_context {
	struct arena *arena;
	const struct filter_clocks *clocks;
	const struct filter_compile_opts *opts; /* may be NULL */
};

/*
 * Makes a predicate of a check in the arena. Returns 0, -EINVAL or -ENOMEM with *err. After
 * success predicate_release() is due.
 */
int predicate_new(const struct predicate_context *context, const struct filter_check *check,
		  struct predicate **ret_predicate, struct filter_error *err);
void predicate_release(struct predicate *predicate);

/* What it says of the event now. */
bool predicate_test(struct predicate *predicate, struct filter_event *event);
/* The same, faster where the answer is known or simple. */
bool predicate_answer(struct predicate *predicate, struct filter_event *event);
/* What it says of one value, against its constants. */
bool predicate_test_value(struct predicate *predicate, const struct field_value *value);
/*
 * From how many of its constants fit (for !=: are equal) one value of its operand: what the check
 * says. n of predicate->constants_len.
 */
bool predicate_from_count(const struct predicate *predicate, size_t n);

#endif
