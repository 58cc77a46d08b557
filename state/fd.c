/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of open files: two levels, so that a process with fd 1,000,000 costs a page of 16 entries,
 * not a million. What calls do to them is in fd_calls.c.
 */
#include "fd.h"
#include <string.h>
#include "fd_table.h"
#include "tables.h"

#define FD_PAGE 16u
#define FD_MAX (1u << 20) /* the kernel's default of fs.nr_open; beyond it nothing is known */

struct fd_page {
	struct fd_entry entries[FD_PAGE];
};

struct fd_table {
	unsigned refs;
	struct fd_page **pages; /* NULL: no fd open there */
	size_t pages_size;
	size_t len;    /* open fds */
	bool followed; /* see fd_table_is_followed() */
	bool unsure;   /* an exec has closed an unknown number of them */
};

const char *fd_type_name(enum fd_type type)
{
	static const char *const names[] = {
#define FD_TYPE(id, name, letter, capture) [FD_TYPE_##id] = (name),
#include "fd_types.def"
	};

	return names[type];
}

const char *fd_type_letter(enum fd_type type)
{
	static const char *const letters[] = {
#define FD_TYPE(id, name, letter, capture) [FD_TYPE_##id] = (letter),
#include "fd_types.def"
	};

	return letters[type];
}

void fd_entry_copy(struct fd_entry *to, const struct fd_entry *from)
{
	*to = *from;
	text_ref(to->name);
	text_ref(to->called);
	text_ref(to->tuple);
}

void fd_entry_release(struct state *state, struct fd_entry *entry)
{
	text_unref(&state->texts, entry->name);
	text_unref(&state->texts, entry->called);
	text_unref(&state->texts, entry->tuple);
	*entry = (struct fd_entry){ .flags = 0 };
}

struct fd_table *fd_table_new(struct state *state)
{
	struct fd_table *table = memory_alloc(state->memory, sizeof(*table));

	if (table) {
		table->refs = 1;
		table->followed = true;
	}
	return table;
}

bool fd_table_is_followed(const struct fd_table *table)
{
	return table && table->followed;
}

void fd_table_follow(struct fd_table *table, bool followed)
{
	table->followed = followed;
	table->unsure = false;
}

void fd_table_unref(struct state *state, struct fd_table *table)
{
	size_t i, j;

	if (!table || --table->refs)
		return;
	for (i = 0; i < table->pages_size; i++) {
		if (!table->pages[i])
			continue;
		for (j = 0; j < FD_PAGE; j++)
			fd_entry_release(state, &table->pages[i]->entries[j]);
		memory_free(state->memory, table->pages[i], sizeof(struct fd_page));
	}
	memory_free(state->memory, table->pages, table->pages_size * sizeof(table->pages[0]));
	memory_free(state->memory, table, sizeof(*table));
}

size_t fd_table_len(const struct fd_table *table)
{
	return table ? table->len : 0;
}

bool fd_table_is_exact(const struct fd_table *table)
{
	return table && !table->unsure;
}

struct fd_entry *fd_table_at(const struct fd_table *table, int64_t fd)
{
	struct fd_entry *entry;
	size_t page;

	if (!table || fd < 0 || fd >= FD_MAX)
		return NULL;
	page = (size_t)fd / FD_PAGE;
	if (page >= table->pages_size || !table->pages[page])
		return NULL;
	entry = &table->pages[page]->entries[(size_t)fd % FD_PAGE];
	return (entry->flags & FD_F_OPEN) ? entry : NULL;
}

struct text *fd_table_name(const struct fd_table *table, int64_t fd)
{
	const struct fd_entry *entry = fd_table_at(table, fd);

	return entry ? entry->name : NULL;
}

/* The place of an fd, made when missing; NULL when it is out of range or there is no memory. */
static struct fd_entry *fd_table_place(struct state *state, struct fd_table *table, int64_t fd)
{
	size_t page = (size_t)fd / FD_PAGE;
	size_t size = table->pages_size;
	struct fd_page **pages;

	if (fd < 0 || fd >= FD_MAX)
		return NULL;
	if (page >= table->pages_size) {
		pages = state_vector(state, table->pages, &size, sizeof(table->pages[0]), page + 1);
		if (!pages)
			return NULL;
		memset(&pages[table->pages_size], 0,
		       (size - table->pages_size) * sizeof(table->pages[0]));
		table->pages = pages;
		table->pages_size = size;
	}
	if (!table->pages[page])
		table->pages[page] = memory_alloc(state->memory, sizeof(struct fd_page));
	return table->pages[page] ? &table->pages[page]->entries[(size_t)fd % FD_PAGE] : NULL;
}

int fd_table_put(struct state *state, struct fd_table *table, int64_t fd,
		 const struct fd_entry *entry)
{
	struct fd_entry *place = fd_table_place(state, table, fd);
	struct fd_entry copy;

	if (!place)
		return 0;
	if (!(place->flags & FD_F_OPEN))
		table->len++;
	fd_entry_copy(&copy, entry); /* before the release: it may be the same one */
	fd_entry_release(state, place);
	*place = copy;
	place->flags |= FD_F_OPEN;
	return 1;
}

void fd_table_close(struct state *state, struct fd_table *table, int64_t fd)
{
	struct fd_entry *entry = fd_table_at(table, fd);

	if (!entry)
		return;
	fd_entry_release(state, entry);
	table->len--;
}

struct fd_entry *fd_table_next(const struct fd_table *table, size_t *position)
{
	size_t end = table ? table->pages_size * FD_PAGE : 0;

	while (*position < end) {
		struct fd_page *page = table->pages[*position / FD_PAGE];
		struct fd_entry *entry;

		if (!page) {
			*position = (*position / FD_PAGE + 1) * FD_PAGE;
			continue;
		}
		entry = &page->entries[(*position)++ % FD_PAGE];
		if (entry->flags & FD_F_OPEN)
			return entry;
	}
	return NULL;
}

/* A copy of a table, without the fds that have one of these flags; NULL when there is no memory. */
static struct fd_table *fd_table_copy(struct state *state, const struct fd_table *from,
				      unsigned without)
{
	struct fd_table *copy = fd_table_new(state);
	size_t i, j;

	if (copy) {
		copy->followed = from->followed;
		copy->unsure = from->unsure;
	}
	for (i = 0; copy && i < from->pages_size; i++) {
		for (j = 0; from->pages[i] && j < FD_PAGE; j++) {
			const struct fd_entry *entry = &from->pages[i]->entries[j];

			if (!(entry->flags & FD_F_OPEN) || (entry->flags & without))
				continue;
			if (!fd_table_put(state, copy, (int64_t)(i * FD_PAGE + j), entry)) {
				fd_table_unref(state, copy);
				return NULL;
			}
		}
	}
	return copy;
}

void fd_table_close_range(struct state *state, struct fd_table *table, uint64_t first,
			  uint64_t last, enum fd_range how)
{
	uint64_t end = (uint64_t)table->pages_size * FD_PAGE;
	uint64_t fd;

	for (fd = first; fd < end && fd <= last; fd++) {
		struct fd_entry *entry;

		if (!table->pages[fd / FD_PAGE]) {
			fd |= FD_PAGE - 1;
			continue;
		}
		entry = fd_table_at(table, (int64_t)fd);
		if (entry && how == FD_RANGE_CLOEXEC)
			entry->flags |= FD_F_CLOEXEC;
		else if (entry)
			fd_table_close(state, table, (int64_t)fd);
	}
}

void fd_forget(struct state *state, struct process *process)
{
	fd_table_unref(state, process->fds);
	process->fds = NULL;
	process->flags &= ~(uint32_t)PROCESS_F_ASKED_FILES;
}

void fd_unshare(struct state *state, struct process *process)
{
	struct fd_table *own;

	if (!process->fds || process->fds->refs == 1)
		return;
	own = fd_table_copy(state, process->fds, 0);
	fd_table_unref(state, process->fds);
	process->fds = own; /* without memory: not known */
}

void fd_inherit(struct state *state, struct process *child, struct process *parent,
		enum fd_inherit how)
{
	fd_forget(state, child);
	if (!parent->fds)
		return;
	if (how == FD_SHARE) {
		parent->fds->refs++;
		child->fds = parent->fds;
	} else {
		child->fds = fd_table_copy(state, parent->fds, 0);
	}
}

void fd_exec(struct state *state, struct process *process)
{
	struct fd_table *table = process->fds;
	size_t i, j;

	if (!table)
		return;
	if (table->refs > 1) {
		process->fds = fd_table_copy(state, table, FD_F_CLOEXEC);
		fd_table_unref(state, table);
		table = process->fds;
	}
	for (i = 0; table && i < table->pages_size; i++) {
		for (j = 0; table->pages[i] && j < FD_PAGE; j++) {
			unsigned flags = table->pages[i]->entries[j].flags;

			if (flags & FD_F_CLOEXEC)
				fd_table_close(state, table, (int64_t)(i * FD_PAGE + j));
			else if (flags & FD_F_CLOEXEC_UNKNOWN)
				table->unsure = true;
		}
	}
}
