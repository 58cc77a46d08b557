/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which containers are wanted (--container), and what that says of a process. A value is "host" (in
 * no container), a container's name as its runtime calls it, its full or shown id, or the first
 * digits of its id. Where containers are nested the value may name any of them.
 */
#ifndef STATE_CONTAINER_WANTED_H
#define STATE_CONTAINER_WANTED_H

#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_WANTED_MAX 16
#define CONTAINER_WANTED_BYTES 254 /* of a value */
#define CONTAINER_DIGITS_MIN 4     /* of an id that is not given in full */

struct container_wanted {
	char values[CONTAINER_WANTED_MAX][CONTAINER_WANTED_BYTES + 1];
	bool found[CONTAINER_WANTED_MAX]; /* set by who judges: something is of this value */
	size_t len;                       /* 0: all are wanted */
};

enum container_verdict {
	CONTAINER_OUT,
	CONTAINER_IN,
	CONTAINER_PENDING, /* what its runtime calls it is being looked for */
	CONTAINER_UNKNOWN, /* in which container, if any, cannot be told (any more) */
};

/* Could the value be the beginning of an id? */
bool container_value_is_digits(const char *value);

#endif
