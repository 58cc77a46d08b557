/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled conditions. A set holds any number of conditions and shares between them what they have
 * in common: fields, checks, whole sub-conditions, tries and tables of constants. Compile all, then
 * evaluate (eval.h); a condition compiled later makes the set prepare itself anew.
 *
 *   filter_set_new(0, &set);
 *   filter_compile(set, ast, &opts, &id, &err);      // any number of times; the ast may be freed
 *   n = filter_set_match(set, &event, ids, max);     // which are true for this event
 *   filter_set_free(set);
 *
 * A set belongs to one thread. Memory: an arena of its own, bounded.
 */
#ifndef STATE_FILTER_COMPILE_H
#define STATE_FILTER_COMPILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ast.h"
#include "error.h"
#include "kind.h"

struct field_ip;
struct filter_set;

#define FILTER_HOST_ADDRESSES_MAX 32 /* of one name; more are not compared */

/* What is not wrong, but hardly meant. */
enum filter_warning_kind {
	FILTER_WARN_DEPRECATED_FIELD, /* the field is there for old rules only */
	FILTER_WARN_VALUE_IS_FIELD,   /* a constant that is the name of a field: val() is missing */
	FILTER_WARN_VALUE_IS_TRANSFORM, /* a constant that looks like a transformer's call */
	FILTER_WARN_PLAIN_REGEX,        /* a regex that a simpler operator could replace */
};

struct filter_warning {
	enum filter_warning_kind kind;
	struct filter_pos pos;
	uint32_t origin; /* as in struct filter_error */
	char message[256];
};

typedef void (*filter_warn_fn)(void *ctx, const struct filter_warning *warning);

/* All members may be 0. */
struct filter_compile_opts {
	filter_warn_fn warn;
	void *ctx;
	/* The port of a service ("ssh"), -1 when there is none; NULL: no name is known. */
	int (*port)(void *ctx, const char *service);
	/*
	 * The addresses of a host name, at most FILTER_HOST_ADDRESSES_MAX; returns how many. NULL:
	 * no name is known. It is called for each name while conditions are compiled, never later.
	 */
	size_t (*host)(void *ctx, const char *name, struct field_ip *addresses);
};

/* Returns 0 or -ENOMEM. max_bytes bounds the set's memory; 0 = 256 MiB. */
int filter_set_new(size_t max_bytes, struct filter_set **ret_set);
/* NULL is fine. */
void filter_set_free(struct filter_set *set);

/*
 * Checks a condition (fields, operators, types, constants; no macro may be left) and adds it to the
 * set. Ids count from 0 in the order of compiling. Returns 0, -EINVAL or -ENOMEM with *err (may be
 * NULL); the set's conditions are as before then. opts may be NULL.
 */
int filter_compile(struct filter_set *set, const struct filter_ast *ast,
		   const struct filter_compile_opts *opts, uint32_t *ret_id,
		   struct filter_error *err);

size_t filter_set_len(const struct filter_set *set);
/* The kinds of events that a condition can be true for (evset.h). Borrowed. */
const struct filter_kinds *filter_set_events(const struct filter_set *set, uint32_t id);

/* Calls fn for each path that a condition compares fd.name with; some more than once. */
typedef void (*filter_file_fn)(void *ctx, const char *path, size_t len);
void filter_set_files(const struct filter_set *set, filter_file_fn fn, void *ctx);

/*
 * Cheap questions that the kernel can ask before it sends an event: what the conditions of the set,
 * all together, do not need.
 */
enum filter_gate {
	FILTER_GATE_OPEN_WRITES = 1u << 0, /* of opens only those that may write or create */
	FILTER_GATE_FAILED = 1u << 1,      /* only calls that failed */
	/*
	 * All kinds are opens and no condition asks what else a process has open: of descriptors
	 * only those of folders are needed, which paths are relative to.
	 */
	FILTER_GATE_OPENS_ONLY = 1u << 2,
	/* No condition asks more of a descriptor than its event tells, or the source on an exec. */
	FILTER_GATE_NO_FILES = 1u << 3,
};
/*
 * Fills *ret_kinds with the kinds that any of the conditions can be true for (without those that
 * fail for certain because they are no opens for writing), and returns the gates (enum filter_gate)
 * that lose nothing.
 */
uint32_t filter_set_gates(struct filter_set *set, struct filter_kinds *ret_kinds);

#endif
