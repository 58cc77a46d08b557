/* SPDX-License-Identifier: Apache-2.0 */
/* Users: uid -> name, asked once; a uid without a name is asked again every now and then. */
#ifndef STATE_USER_H
#define STATE_USER_H

#include <stdint.h>
#include "base/hash.h"

struct state;
struct text;

struct users {
	struct hash names; /* uid -> struct user */
	unsigned asked;    /* look-ups since the last refresh */
	uint64_t asked_seq;
	uint32_t last_uid;      /* of the last look-up */
	struct text *last_name; /* NULL: none */
};

/* The name, or the number as text. Borrowed, never NULL; valid until the next refresh. */
struct text *user_name(struct state *state, uint32_t uid);
/* A uid without a name may be asked for again. */
void users_new_refresh(struct state *state);
void users_release(struct state *state);

#endif
