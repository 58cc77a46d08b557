/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operands: where the values of a check come from. A field, or a transformer over operands. The
 * values are taken at most once per event (and per name of its file, where they depend on it):
 * whoever owns the operands holds two clocks and moves them on.
 */
#ifndef STATE_FILTER_OPERAND_H
#define STATE_FILTER_OPERAND_H

#include "ast.h"
#include "compile.h"
#include "error.h"
#include "field.h"

#define OPERAND_ARGS_MAX 32

/* Never 0 once there is an event. */
struct filter_clocks {
	uint64_t event; /* moves on with every event */
	uint64_t name;  /* and with every name that its file goes by */
};

enum operand_kind { OPERAND_FIELD, OPERAND_TRANSFORM, OPERAND_CONSTANT, OPERAND_LIST };

struct operand {
	enum operand_kind kind;
	enum filter_transform transform;
	enum field_type type; /* DYN: known only of each value */
	uint32_t flags;       /* enum field_flag; of a transformer LIST, PROCESS, NAMES and FILES */
	bool any_value;       /* several values, of which one has to do (ancestors) */
	unsigned cost;        /* of taking the values, in arbitrary units */
	struct field_ref ref;
	struct field_value constant;
	struct operand *args[OPERAND_ARGS_MAX];
	size_t args_len;
	char selector;       /* of getopt: the option; 0 = none */
	const uint64_t *now; /* the clock that its values depend on */
	uint64_t stamp;      /* of the values below */
	size_t len, max;     /* values, room for them */
	struct field_value *values;
};

/*
 * Makes an operand and what it consists of in the arena, types checked. clocks lives as long.
 * Returns 0, -EINVAL or -ENOMEM with *err.
 */
int operand_new(struct arena *arena, const struct filter_operand *ast,
		const struct filter_clocks *clocks, struct operand **ret_operand,
		struct filter_error *err);
/* Brings the values up to date; how many there are, 0 = it has none now. */
size_t operand_values(struct operand *operand, struct filter_event *event);
/* The name with its argument as the table of fields knows it: into name[0..size). */
size_t operand_field_name(const struct filter_operand *ast, char *name, size_t size);

/* For operand.c: the values of a transformer (transform.c). */
size_t transform_values(struct operand *operand, struct filter_event *event);
/* Checks arguments, sets type and flags. Returns 0 or -EINVAL with *err. */
int transform_check(struct operand *operand, const struct filter_operand *ast,
		    struct filter_error *err);

#endif
