/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_rows.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* One text behind the other. */
struct rule_texts {
	struct rule_texts *next;
	_Alignas(max_align_t) char text[];
};

struct rule_rows {
	atomic_uint refs;
	struct rule_texts *texts;
	struct rule_rows *of; /* a reference; NULL: all texts are its own */
	size_t len;
	struct rule_row rows[];
};

int rule_rows_new(size_t len, struct rule_rows **ret_rows)
{
	struct rule_rows *rows = calloc(1, sizeof(*rows) + len * sizeof(rows->rows[0]));

	if (!rows)
		return -ENOMEM;
	atomic_init(&rows->refs, 1);
	rows->len = len;
	*ret_rows = rows;
	return 0;
}

int rule_rows_like(struct rule_rows *of, struct rule_rows **ret_rows)
{
	int rc = rule_rows_new(of->len, ret_rows);

	if (rc < 0)
		return rc;
	(*ret_rows)->of = rule_rows_ref(of);
	memcpy((*ret_rows)->rows, of->rows, of->len * sizeof(of->rows[0]));
	return 0;
}

struct rule_rows *rule_rows_ref(struct rule_rows *rows)
{
	if (rows)
		atomic_fetch_add_explicit(&rows->refs, 1, memory_order_relaxed);
	return rows;
}

void rule_rows_unref(struct rule_rows *rows)
{
	if (!rows || atomic_fetch_sub_explicit(&rows->refs, 1, memory_order_acq_rel) != 1)
		return;
	while (rows->texts) {
		struct rule_texts *text = rows->texts;

		rows->texts = text->next;
		free(text);
	}
	rule_rows_unref(rows->of);
	free(rows);
}

struct rule_row *rule_rows_at(struct rule_rows *rows, size_t index)
{
	return &rows->rows[index];
}

const void *rule_rows_bytes(struct rule_rows *rows, const void *bytes, size_t len)
{
	struct rule_texts *copy = malloc(sizeof(*copy) + len);

	if (!copy)
		return NULL;
	memcpy(copy->text, bytes, len);
	copy->next = rows->texts;
	rows->texts = copy;
	return copy->text;
}

const char *rule_rows_text(struct rule_rows *rows, const char *text)
{
	const char *copy = rule_rows_bytes(rows, text, strlen(text) + 1);

	return copy ? copy : "";
}

size_t rule_rows_len(const struct rule_rows *rows)
{
	return rows ? rows->len : 0;
}
