/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of rules, and of hits by rule and by priority. */
#include "column.h"

#include <inttypes.h>
#include <string.h>

#include "hit.h"

#define NS_PER_S 1000000000.0

uint64_t rule_time_ns(const struct rule_row *rule)
{
	if (rule->ns_per_evaluation < 0)
		return 0;
	return (uint64_t)(rule->ns_per_evaluation * (double)rule->evaluations_delta);
}

void get_rule_name(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->rule->name);
}

void get_rule_priority(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, hit_priority_name(row->rule->priority));
}

void get_rule_on(const struct row *row, struct cell *ret_cell)
{
	const char *enabled = row->rule->muted ? "mute" : "on";

	if (!row->rule->enabled)
		enabled = row->rule->below ? "low" : "off";
	cell_set_text(ret_cell, enabled);
}

void get_rule_evaluations(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->rule->evaluations_delta);
}

void get_rule_evaluations_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->rule->evaluations;
}

void get_rule_hits(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->rule->hits_delta);
}

void get_rule_hits_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->rule->hits;
}

void get_rule_hit_pct(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, row->rule->hits, row->rule->evaluations);
}

void get_rule_cost(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->rule->ns_per_evaluation >= 0;
	ret_cell->about = true;
	ret_cell->u64 = (uint64_t)(row->rule->ns_per_evaluation + 0.5);
}

void get_rule_share(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, rule_time_ns(row->rule), row->time_whole_ns);
	ret_cell->about = true;
}

void get_rule_cpu(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, rule_time_ns(row->rule), row->snapshot->interval_ns);
	ret_cell->about = true;
}

void get_rule_last(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->rule->last_hit_ns;
	ret_cell->u64 = row->rule->last_hit_ns;
}

void get_rule_where(const struct row *row, struct cell *ret_cell)
{
	char text[512];
	struct text_buf buf;

	ret_cell->known = *row->rule->file;
	text_buf_init(&buf, text, sizeof(text));
	text_buf_printf(&buf, "%s:%u", row->rule->file, row->rule->line);
	if (ret_cell->known)
		cell_copy_text(ret_cell, row, buf.data, buf.len);
}

/* --- hits by rule and priority --- */

void get_hits_rule(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->hits->rule);
}

void get_hits_priority(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, hit_priority_name(row->hits->priority));
}

void get_hits_severity(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->hits->priority;
}

void get_hits_count(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->hits->count;
}

void get_hits_minute(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->hits->minute;
}

void get_hits_first(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->hits->first_ns;
}

void get_hits_last(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->hits->last_ns;
}

void get_hits_procs(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->hits->procs;
}

void get_hits_containers(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->hits->containers;
}

void get_hits_rules(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->hits->rules;
}

void get_hits_spark(const struct row *row, struct cell *ret_cell)
{
	ret_cell->spark.data = row->hits->spark;
	ret_cell->spark.len = SPARK_SHOWN;
}

void get_hits_output(const struct row *row, struct cell *ret_cell)
{
	struct history_hit hit;

	ret_cell->known = history_hit(row->hits->last, &hit);
	if (!ret_cell->known)
		return;
	cell_set_text(ret_cell, hit.output);
	ret_cell->rendered = true;
}
