/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The containers that processes were found in, and what their runtimes say of them. Keyed by the
 * shown id (container.h), which is an interned text. What a runtime says is asked of the source a
 * few at a time, which answers at once or later; an answer is kept as long as the container is.
 */
#ifndef STATE_CONTAINER_TABLE_H
#define STATE_CONTAINER_TABLE_H

#include "container.h"
#include "container_info.h"

struct container {
	struct text *id; /* a reference */
	struct container_match match;
	uint32_t pid;          /* a process that was in it in refresh seen_seq */
	uint64_t pid_start_ns; /* of that */
	uint64_t seen_seq;     /* it is without processes when that is long ago */
	bool answered; /* who looks for what its runtime says has answered, or took too long */
	uint64_t wait; /* refreshes until it is asked for again */
	unsigned misses;
	uint64_t list;               /* containers.lists of the last list that it was in; 0: none */
	uint64_t stamp;              /* of that, since info is known */
	uint64_t renew_seq;          /* refresh from which on it is asked for anew; 0: never */
	unsigned renewals;           /* because its answer was partial */
	struct container_info *info; /* one block, NULL: not known */
	size_t info_bytes;
	struct container_info *users; /* the same of its users and groups */
	size_t users_bytes;
	uint64_t serial;    /* another one for each container, and when users are known */
	uint64_t users_seq; /* refresh of the last question */
	unsigned users_tries;
	bool no_users;                   /* its users are the host's, as far as is known */
	struct text *name;               /* as the runtime calls it, NULL: not known */
	struct text *image;              /* the same */
	const struct container_row *row; /* in the tables that are being made; NULL: none */
};

/* A process was found in a container: remembers it. No memory: it stays without a name. */
void container_note(struct state *state, const struct container_match *match, struct text *id,
		    uint32_t pid);
/* A process is still in it. */
void container_seen(struct state *state, const struct process *process);
/* Is what its runtime says of it still being looked for, the first time? */
bool container_is_sought(const struct state *state, const struct container *container);
/* Asks once more while it is; pid: a process in it, 0: none is known. */
void container_seek(struct state *state, const struct text *id, uint32_t pid);
/* It is not waited for any longer. NULL is fine. */
void container_give_up(struct state *state, const struct text *id);
/*
 * Its users and groups; NULL: not known yet, or those of the host, which *ret_host says. Asks for
 * them now and then.
 */
const struct container_info *container_users(struct state *state, const struct container *container,
					     bool *ret_host);
/* NULL: none, or on the host. */
const struct container *container_find(const struct state *state, const struct text *id);
/* Once per refresh: asks for what is not known, forgets what was said of empty containers. */
void container_table_refresh(struct state *state);
struct arena;
struct container_row;
/* Rows for a snapshot, by id, of all that are known; each container knows its row. 0 or -ENOMEM. */
int container_table_rows(struct state *state, struct arena *arena,
			 const struct container_row **ret_rows, size_t *ret_len);
void container_table_release(struct state *state);

#endif
