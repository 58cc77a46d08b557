/* SPDX-License-Identifier: Apache-2.0 */
#include "hit_counts.h"

#include <errno.h>
#include <stdlib.h>

#include "probe/schema/outcome.h"

struct process_counts {
	struct call_count *calls;
	uint32_t len, size;
};

struct hit_counts {
	size_t len;
	struct process_counts processes[];
};

int hit_counts_new(size_t len, struct hit_counts **ret_counts)
{
	struct hit_counts *counts = calloc(1, sizeof(*counts) + len * sizeof(counts->processes[0]));

	if (!counts)
		return -ENOMEM;
	counts->len = len;
	*ret_counts = counts;
	return 0;
}

void hit_counts_free(struct hit_counts *counts)
{
	for (size_t i = 0; counts && i < counts->len; i++)
		free(counts->processes[i].calls);
	free(counts);
}

static struct call_count *count_of(struct process_counts *process, uint16_t nr)
{
	for (uint32_t i = 0; i < process->len; i++)
		if (process->calls[i].nr == nr)
			return &process->calls[i];
	if (process->len == process->size) {
		uint32_t size = process->size ? process->size * 2 : 8;
		struct call_count *grown =
			reallocarray(process->calls, size, sizeof(*process->calls));

		if (!grown)
			return NULL;
		process->calls = grown;
		process->size = size;
	}
	process->calls[process->len] = (struct call_count){ .nr = nr };
	return &process->calls[process->len++];
}

int hit_counts_add(struct hit_counts *counts, size_t number, const struct record_prefix *prefix)
{
	struct call_count *count;

	if (number >= counts->len || prefix->nr < 0 || prefix->nr >= COUNT_NR_SKIPPED ||
	    prefix->flags & (RECORD_F_URING | RECORD_F_CHILD))
		return 0;
	count = count_of(&counts->processes[number], (uint16_t)prefix->nr);
	if (!count)
		return -ENOMEM;
	count->calls++;
	if (outcome_is_error(prefix->ret))
		count->errors++;
	else if (prefix->ret < 0 && prefix->ret >= -4095)
		count->restarts++;
	return 0;
}

const struct call_count *hit_counts_of(const struct hit_counts *counts, size_t number,
				       uint32_t *ret_len)
{
	*ret_len = number < counts->len ? counts->processes[number].len : 0;
	return *ret_len ? counts->processes[number].calls : NULL;
}
