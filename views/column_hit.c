/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of rule hits. */
#include "column.h"

#include "hit.h"

const char *hit_priority_name(unsigned priority)
{
	static const char *const names[HISTORY_PRIORITIES] = {
		"emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"
	};

	return names[priority < HISTORY_PRIORITIES ? priority : HISTORY_PRIORITIES - 1];
}

void get_hit_priority(const struct row *row, struct cell *ret_cell)
{
	struct history_hit hit;

	ret_cell->known = history_hit(row->kept, &hit);
	if (ret_cell->known)
		cell_set_text(ret_cell, hit_priority_name(hit.priority));
}

void get_hit_rule(const struct row *row, struct cell *ret_cell)
{
	struct history_hit hit;

	ret_cell->known = history_hit(row->kept, &hit);
	if (ret_cell->known)
		cell_set_text(ret_cell, hit.rule);
}

void get_hit_via(const struct row *row, struct cell *ret_cell)
{
	struct history_hit hit;

	ret_cell->known = history_hit(row->kept, &hit);
	if (ret_cell->known)
		cell_set_text(ret_cell, hit.resolved ? "resolved" : "called");
}

void get_hit_output(const struct row *row, struct cell *ret_cell)
{
	struct history_hit hit;

	ret_cell->known = history_hit(row->kept, &hit);
	if (!ret_cell->known)
		return;
	cell_set_text(ret_cell, hit.output);
	ret_cell->rendered = true;
}
