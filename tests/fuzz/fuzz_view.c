/* SPDX-License-Identifier: Apache-2.0 */
/* View files from the user's folder: any bytes. What is taken keeps the view's invariants. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "views/view.h"

static void check_view(const struct view *view)
{
	uint8_t indexes[VIEW_COLUMNS_MAX];

	assert(view->name[0] && memchr(view->name, 0, sizeof(view->name)));
	assert(view->title[0] && memchr(view->title, 0, sizeof(view->title)));
	assert(view->columns_len > 0 && view->columns_len <= VIEW_COLUMNS_MAX);
	assert(view->sort == SIZE_MAX || view->sort < view->columns_len);
	assert(view->entity < ENTITY_COUNT);
	for (size_t i = 0; i < view->columns_len; i++) {
		assert(view->columns[i].column->entity == view->entity);
		assert(view->columns[i].column->width || i + 1 == view->columns_len);
	}
	for (unsigned width = 0; width < 100; width += 33)
		assert(view_layout(view, width, UINT64_MAX, indexes) >= (width > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of its own size: a read beyond the end is seen. */
	char *text = malloc(size ? size : 1);
	struct view_error err = { .line = 0 };
	struct view view;
	int r;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	r = view_parse("fuzz.yaml", text, size, &view, &err);
	free(text);
	if (r == 0) {
		check_view(&view);
		return 0;
	}
	assert(r == -EINVAL || r == -ENOMEM);
	assert(r != -EINVAL || (err.line > 0 && err.text[0]));
	for (const char *c = err.text; *c; c++)
		assert((unsigned char)*c >= 0x20 && *c != 0x7f);
	return 0;
}
