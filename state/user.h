/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups: number -> name, asked once; one without a name is asked again now and then. */
#ifndef STATE_USER_H
#define STATE_USER_H

#include <stdint.h>
#include "base/hash.h"

struct state;
struct text;

struct users {
	struct hash names;  /* uid -> struct user */
	struct hash groups; /* gid -> struct user */
	unsigned asked;     /* look-ups since the last refresh */
	uint64_t asked_seq;
	uint32_t last_uid;      /* of the last look-up */
	struct text *last_name; /* NULL: none */
};

/* The name, or the number as text. Borrowed, never NULL; valid until the next refresh. */
struct text *user_name(struct state *state, uint32_t uid);
/* The name, NULL when there is none. Borrowed. */
struct text *user_known_name(struct state *state, uint32_t uid);
struct text *group_known_name(struct state *state, uint32_t gid);
/* Home folder and shell; NULL when not known. Borrowed. */
struct text *user_home(struct state *state, uint32_t uid);
struct text *user_shell(struct state *state, uint32_t uid);
/* A uid without a name may be asked for again. */
void users_new_refresh(struct state *state);
void users_release(struct state *state);

#endif
