/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of an answer to why a rule matches an event or does not, and their columns. */
#include "rows.h"

#include <errno.h>
#include <string.h>

int rows_build_why(struct build *build)
{
	const struct explained *explained = build->snapshot->explained;

	if (!build->query->question || explained_question(explained) != build->query->question)
		return 0;
	for (size_t i = 0; i < explained_len(explained); i++) {
		struct row *row = rows_add(build);

		if (!row)
			return -ENOMEM;
		row->why = explained_at(explained, i);
		row->key = (struct row_key){ .a = i, .b = 1 };
	}
	return 0;
}

static void put_rendered(struct cell *cell, const char *text)
{
	cell_set_text(cell, text);
	cell->rendered = true;
}

void get_why_result(const struct row *row, struct cell *ret_cell)
{
	put_rendered(ret_cell, row->why->name);
}

void get_why_part(const struct row *row, struct cell *ret_cell)
{
	put_rendered(ret_cell, row->why->text);
}
