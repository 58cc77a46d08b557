/* SPDX-License-Identifier: Apache-2.0 */
#include "pid_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct slot {
	uint64_t start_boot_ns;
	uint32_t pid;
	bool used;
	size_t number;
};

/* Open addressing by pid, at most half full. */
struct pid_table {
	struct slot *slots;
	size_t mask, len, max;
};

int pid_table_new(size_t max, struct pid_table **ret_table)
{
	struct pid_table *table = calloc(1, sizeof(*table));
	size_t size = 16;

	while (size < max * 2)
		size *= 2;
	if (table)
		table->slots = calloc(size, sizeof(*table->slots));
	if (!table || !table->slots) {
		free(table);
		return -ENOMEM;
	}
	table->mask = size - 1;
	table->max = max;
	*ret_table = table;
	return 0;
}

void pid_table_free(struct pid_table *table)
{
	if (!table)
		return;
	free(table->slots);
	free(table);
}

static size_t slot_of(const struct pid_table *table, uint32_t pid)
{
	return (size_t)(pid * 0x9e3779b97f4a7c15u >> 32) & table->mask;
}

/* Its slot, or the free one where it belongs. */
static struct slot *find(const struct pid_table *table, uint32_t pid, uint64_t start_boot_ns)
{
	size_t i = slot_of(table, pid);

	while (table->slots[i].used &&
	       (table->slots[i].pid != pid || table->slots[i].start_boot_ns != start_boot_ns))
		i = (i + 1) & table->mask;
	return &table->slots[i];
}

size_t pid_table_find(const struct pid_table *table, uint32_t pid, uint64_t start_boot_ns)
{
	const struct slot *slot = find(table, pid, start_boot_ns);

	return slot->used ? slot->number : PID_TABLE_NONE;
}

size_t pid_table_add(struct pid_table *table, uint32_t pid, uint64_t start_boot_ns)
{
	struct slot *slot = find(table, pid, start_boot_ns);

	if (!slot->used && table->len == table->max)
		return PID_TABLE_NONE;
	if (!slot->used)
		*slot = (struct slot){ start_boot_ns, pid, true, table->len++ };
	return slot->number;
}

size_t pid_table_before(const struct pid_table *table, uint32_t pid, uint64_t boot_ns)
{
	for (size_t i = slot_of(table, pid); table->slots[i].used; i = (i + 1) & table->mask)
		if (table->slots[i].pid == pid && table->slots[i].start_boot_ns <= boot_ns)
			return table->slots[i].number;
	return PID_TABLE_NONE;
}

size_t pid_table_len(const struct pid_table *table)
{
	return table->len;
}
