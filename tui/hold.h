/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits, in the order in which it came, in one growing piece of memory with a limit. Each
 * entry is a kind and one or two runs of bytes, kept as one.
 */
#ifndef TUI_HOLD_H
#define TUI_HOLD_H

#include <stddef.h>
#include <stdint.h>

#define HOLD_BYTES_MAX (8u << 20)

struct hold {
	uint8_t *data;
	size_t first, end, size; /* entries are in data[first..end) */
	uint64_t since_ns;       /* when the first entry came, or the one before it left */
};

struct hold_entry {
	unsigned kind;
	const uint8_t *data; /* aligned to 8; valid until the next hold_put() */
	size_t len;
};

void hold_release(struct hold *hold);
/* Appends head and, if not NULL, tail. 0, -ENOSPC at the limit, or -ENOMEM. */
struct hold_part {
	const void *data;
	size_t len;
};
int hold_put(struct hold *hold, unsigned kind, const struct hold_part *head,
	     const struct hold_part *tail);
/* The first entry; -ENOENT when nothing waits. */
int hold_first(const struct hold *hold, struct hold_entry *ret_entry);
/* Drops it. */
void hold_next(struct hold *hold);

static inline int hold_is_empty(const struct hold *hold)
{
	return hold->first == hold->end;
}

#endif
