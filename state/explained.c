/* SPDX-License-Identifier: Apache-2.0 */
#include "explained.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct explained {
	atomic_uint refs;
	uint64_t question;
	struct explained_line *lines; /* each text is owned */
	size_t len, size;
};

struct explained *explained_new(uint64_t question)
{
	struct explained *explained = calloc(1, sizeof(*explained));

	if (!explained)
		return NULL;
	atomic_init(&explained->refs, 1);
	explained->question = question;
	return explained;
}

struct explained *explained_ref(struct explained *explained)
{
	if (explained)
		atomic_fetch_add_explicit(&explained->refs, 1, memory_order_relaxed);
	return explained;
}

/* Both texts of a line are one block, which the name begins. */
static void line_release(const struct explained_line *line)
{
	free((void *)(uintptr_t)line->name);
}

void explained_unref(struct explained *explained)
{
	if (!explained || atomic_fetch_sub_explicit(&explained->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < explained->len; i++)
		line_release(&explained->lines[i]);
	free(explained->lines);
	free(explained);
}

int explained_add(struct explained *explained, const struct explained_line *line)
{
	size_t name = strlen(line->name) + 1, text = strlen(line->text) + 1;
	size_t size = explained->size ? explained->size * 2 : 32;
	struct explained_line *grown;
	char *copy = malloc(name + text);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, line->name, name);
	memcpy(copy + name, line->text, text);
	if (explained->len == explained->size) {
		grown = reallocarray(explained->lines, size, sizeof(*grown));
		if (!grown) {
			free(copy);
			return -ENOMEM;
		}
		explained->lines = grown;
		explained->size = size;
	}
	explained->lines[explained->len++] =
		(struct explained_line){ .name = copy, .text = copy + name, .depth = line->depth };
	return 0;
}

uint64_t explained_question(const struct explained *explained)
{
	return explained ? explained->question : 0;
}

size_t explained_len(const struct explained *explained)
{
	return explained ? explained->len : 0;
}

const struct explained_line *explained_at(const struct explained *explained, size_t index)
{
	return &explained->lines[index];
}
