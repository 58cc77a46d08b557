/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history: recent events in blocks, oldest dropped when their bytes pass the share.
 *
 *   block: | history_event 0 | 1 | 2 | ... ->        <- ... | names, record 1 | names, record 0 |
 *
 * A block is append-only: what was written never moves or changes, so a snapshot holds a block and
 * the number of events in it at that time (struct history_chunk) without a lock. A dropped block
 * lives until the last snapshot lets go of it.
 */
#ifndef STATE_HISTORY_H
#define STATE_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include "base/memory.h"
#include "base/text.h"
#include "fd_names.h"
#include "snapshot.h"

struct history_block;

struct history_chunk {
	struct history_block *block; /* a reference */
	size_t len;
};

struct history {
	struct memory *memory;         /* borrowed */
	struct history_block **blocks; /* oldest first, the last one grows */
	size_t blocks_len, blocks_size;
	size_t block_bytes;
	size_t share_bytes;         /* of all blocks in the list */
	uint64_t stamps;            /* blocks made so far, names the newest */
	uint64_t last_num;          /* of the newest event */
	uint64_t evicted;           /* blocks dropped, and events that found no room */
	uint64_t *drops;            /* highest prefix.drops seen, by buffer */
	struct history_event *last; /* the newest kept event, NULL: not kept */
};

int history_init(struct history *history, struct memory *memory, size_t share_bytes);
void history_release(struct history *history);

/* What is kept beside a record; NULL texts are "". */
struct history_names {
	struct text *fd_name, *user, *container;
	const struct fd_names *fds; /* NULL: none */
	const void *hit;            /* bytes of a hit, see history_hit_pack(); NULL: none */
	size_t hit_len;
};

/*
 * Writes the bytes that are kept of a hit, at most HISTORY_HIT_BYTES_MAX; the output is cut to fit.
 * Returns how many.
 */
size_t history_hit_pack(const struct history_hit *hit, uint8_t bytes[HISTORY_HIT_BYTES_MAX]);
/*
 * Keeps a record that passed its checks. The event has a number even when there is no room for it.
 * Returns 0 or -ENOMEM.
 */
int history_append(struct history *history, const void *record, size_t len,
		   const struct history_names *names);
/* Drops the oldest block but never the one that grows; returns 1 when it freed bytes. */
int history_drop(struct history *history);
/* The number of the oldest kept event; last_num + 1 when there is none. */
uint64_t history_first(const struct history *history);

/* References to all blocks as they are now, in chunks[0 .. blocks_len). */
void history_hold(const struct history *history, struct history_chunk *chunks);
void history_chunk_release(struct history_chunk *chunk);

#endif
