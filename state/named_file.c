/* SPDX-License-Identifier: Apache-2.0 */
#include "named_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"
#include "tables.h"

static int by_file(const struct named_entry *a, uint32_t dev, uint64_t ino)
{
	if (a->ino != ino)
		return a->ino < ino ? -1 : 1;
	if (a->dev != dev)
		return a->dev < dev ? -1 : 1;
	return 0;
}

static int entry_order(const void *left, const void *right)
{
	const struct named_entry *a = left, *b = right;
	int order = by_file(a, b->dev, b->ino);

	if (order == 0)
		order = strcmp(a->container->data, b->container->data);
	return order ? order : strcmp(a->path->data, b->path->data);
}

const struct text *named_file_find(const struct state *state, const struct text *container,
				   uint32_t dev, uint64_t ino)
{
	const struct named_files *files = &state->named_files;
	const struct text *of_host = NULL;
	size_t low = 0, high = files->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_file(&files->entries[middle], dev, ino) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < files->len && by_file(&files->entries[low], dev, ino) == 0; low++) {
		const struct named_entry *entry = &files->entries[low];

		/* Texts that are equal are one. */
		if (entry->container == container)
			return entry->path;
		if (!entry->container->len && !of_host)
			of_host = entry->path;
	}
	return of_host;
}

void named_files_release(struct state *state)
{
	struct named_files *files = &state->named_files;

	for (size_t i = 0; i < files->len; i++) {
		text_unref(&state->texts, files->entries[i].container);
		text_unref(&state->texts, files->entries[i].path);
	}
	memory_free(state->memory, files->entries, files->size * sizeof(*files->entries));
	*files = (struct named_files){ .entries = NULL };
}

int state_named_files(struct state *state, const struct named_file *files, size_t len)
{
	struct named_files *named = &state->named_files;

	named_files_release(state);
	if (!len)
		return 0;
	named->entries = memory_alloc(state->memory, len * sizeof(*named->entries));
	if (!named->entries)
		return -ENOMEM;
	named->size = len;
	for (size_t i = 0; i < len; i++) {
		struct named_entry *entry = &named->entries[i];

		*entry = (struct named_entry){
			.ino = files[i].ino,
			.dev = files[i].dev,
			.container = text_intern(&state->texts, files[i].container,
						 strlen(files[i].container)),
			.path = text_intern(&state->texts, files[i].path, strlen(files[i].path)),
		};
		named->len++;
		if (!entry->container || !entry->path) {
			named_files_release(state);
			return -ENOMEM;
		}
	}
	qsort(named->entries, named->len, sizeof(*named->entries), entry_order);
	return 0;
}
