/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants of checks: texts of a condition as typed values, and how values compare.
 */
#ifndef STATE_FILTER_CONSTANT_H
#define STATE_FILTER_CONSTANT_H

#include "ast.h"
#include "compile.h"
#include "error.h"
#include "field.h"
#include "pattern.h"

#define FILTER_VALUE_MAX 255 /* bytes of a constant; peers have the same */

struct regex;

struct constant {
	struct field_value value;  /* of DYN fields: TEXT */
	struct field_value number; /* DYN, names: the text as a number; TEXT where it is none */
	unsigned prefix_bits;      /* NET */
	struct regex *regex;       /* of a constant of regex, owned by the predicate */
	/* Of fields that are names of hosts: the addresses of the name, in the arena; else NULL. */
	const struct field_ip *hosts;
	size_t hosts_len;
};

struct constant_wanted {
	enum field_type type; /* of the field */
	enum filter_op op;
	bool names; /* values may be names of numbers: the constant too is read as a number */
	const struct filter_compile_opts *opts; /* may be NULL */
};

/*
 * The constant that a text means. Its bytes are borrowed from the tree. Returns 0 or -EINVAL with
 * *err.
 */
int constant_parse(const struct constant_wanted *wanted, const struct filter_value *text,
		   struct constant *ret_constant, struct filter_error *err);
/* A value of an event as a constant, for fields on the right side. */
void constant_of_value(const struct field_value *value, struct constant *ret_constant);
/*
 * The name of a host, or an address: what the name is in the place that opts ask. A name without an
 * address is equal to nothing. Memory of the arena. 0, -EINVAL, -ENOMEM with *err.
 */
int constant_parse_host(struct arena *arena, const struct constant_wanted *wanted,
			const struct filter_value *text, struct constant *ret_constant,
			struct filter_error *err);
/* Hexadecimal digits, an even number, as bytes in the arena. 0, -EINVAL, -ENOMEM with *err. */
int constant_parse_hex(struct arena *arena, const struct filter_value *text,
		       struct constant *ret_constant, struct filter_error *err);

struct bytes value_bytes(const struct field_value *value); /* of TEXT and BYTES */
bool value_is_number(const struct field_value *value);
/* By value, whatever the signs and widths; both are numbers. */
int value_compare_numbers(const struct field_value *a, const struct field_value *b);
/* Values of different families of types are never equal. */
bool value_equal(const struct field_value *a, const struct field_value *b);
/* Is an address one of those of a host? */
bool value_is_host(const struct field_value *address, const struct constant *host);
/* Is an address in a network? */
bool value_in_net(const struct field_value *address, const struct constant *net);

#endif
