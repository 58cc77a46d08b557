/* SPDX-License-Identifier: Apache-2.0 */
#include "hold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Before each entry. */
struct hold_head {
	uint64_t kind;
	uint64_t len; /* of its bytes; the next entry begins at a multiple of 8 behind them */
};

static size_t aligned(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

void hold_release(struct hold *hold)
{
	free(hold->data);
	*hold = (struct hold){ .data = NULL };
}

static int make_room(struct hold *hold, size_t need)
{
	size_t used = hold->end - hold->first, size = hold->size ? hold->size : 64u << 10;
	uint8_t *grown;

	if (used + need > HOLD_BYTES_MAX)
		return -ENOSPC;
	if (hold->end + need <= hold->size)
		return 0;
	if (hold->first)
		memmove(hold->data, hold->data + hold->first, used);
	hold->first = 0;
	hold->end = used;
	while (size < used + need)
		size *= 2;
	if (size == hold->size)
		return 0;
	grown = realloc(hold->data, size);
	if (!grown)
		return -ENOMEM;
	hold->data = grown;
	hold->size = size;
	return 0;
}

int hold_put(struct hold *hold, unsigned kind, const struct hold_part *head,
	     const struct hold_part *tail)
{
	const struct hold_head entry = { kind, head->len + (tail ? tail->len : 0) };
	size_t need = sizeof(entry) + aligned(entry.len);
	uint8_t *at;
	int rc = make_room(hold, need);

	if (rc < 0)
		return rc;
	at = hold->data + hold->end;
	memcpy(at, &entry, sizeof(entry));
	at += sizeof(entry);
	memcpy(at, head->data, head->len);
	if (tail && tail->len)
		memcpy(at + head->len, tail->data, tail->len);
	hold->end += need;
	return 0;
}

int hold_first(const struct hold *hold, struct hold_entry *ret_entry)
{
	struct hold_head entry;

	if (hold_is_empty(hold))
		return -ENOENT;
	memcpy(&entry, hold->data + hold->first, sizeof(entry));
	*ret_entry = (struct hold_entry){ .kind = (unsigned)entry.kind,
					  .data = hold->data + hold->first + sizeof(entry),
					  .len = entry.len };
	return 0;
}

void hold_next(struct hold *hold)
{
	struct hold_head entry;

	memcpy(&entry, hold->data + hold->first, sizeof(entry));
	hold->first += sizeof(entry) + aligned(entry.len);
	if (hold->first == hold->end)
		hold->first = hold->end = 0;
}
