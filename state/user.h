/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups: number -> name, asked once; one without a name is asked again now and then. */
#ifndef STATE_USER_H
#define STATE_USER_H

#include <stdint.h>
#include "base/hash.h"

struct container;
struct state;
struct text;

struct users {
	struct hash names;  /* (uid, serial of the container or 0) -> struct user */
	struct hash groups; /* the same by gid */
	unsigned asked;     /* look-ups since the last refresh */
	uint64_t asked_seq;
	uint32_t last_uid;      /* of the last look-up */
	struct text *last_name; /* NULL: none */
};

/*
 * container: the one that the process is in, whose own users are asked; NULL: the host's. uid, gid:
 * as the host numbers them.
 *
 * The name, or the number as text. Borrowed, never NULL; valid until the next refresh.
 */
struct text *user_name(struct state *state, const struct container *container, uint32_t uid);
/* The name, NULL when there is none. Borrowed. */
struct text *user_known_name(struct state *state, const struct container *container, uint32_t uid);
struct text *group_known_name(struct state *state, const struct container *container, uint32_t gid);
/* Home folder and shell; NULL when not known. Borrowed. */
struct text *user_home(struct state *state, const struct container *container, uint32_t uid);
struct text *user_shell(struct state *state, const struct container *container, uint32_t uid);
/* What was said of a container's users under this serial is not so any more. */
void users_forget(struct state *state, uint64_t serial);
/* A uid without a name may be asked for again. */
void users_new_refresh(struct state *state);
void users_release(struct state *state);

#endif
