/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of containers and users. */
#include "column.h"

void get_group_procs(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->procs->procs;
}

void get_group_cpu_pct(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, row->procs->cpu_delta_ns, row->snapshot->interval_ns);
}

void get_group_cpu_ns(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->procs->cpu_ns;
}

void get_group_rss(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->procs->rss_bytes;
}

void get_group_calls(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->procs->calls_delta);
}

void get_group_calls_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->procs->calls;
}

void get_group_errors(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->procs->errors_delta);
}

void get_group_errors_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->procs->errors;
}

void get_group_opens(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->procs->opens_delta);
}

void get_group_hits(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->procs->hits_delta);
}

void get_group_hits_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->procs->hits;
}

void get_group_file(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->procs->file_delta);
}

void get_group_net(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->procs->net_delta);
}

void get_group_spark(const struct row *row, struct cell *ret_cell)
{
	ret_cell->spark.data = row->procs->spark;
	ret_cell->spark.len = SPARK_SHOWN;
}

void get_group_age(const struct row *row, struct cell *ret_cell)
{
	const struct proc_row *first = row->procs->first;
	uint64_t now_ns = row->snapshot->time_ns, start_ns;

	ret_cell->known = first != NULL;
	if (!first)
		return;
	start_ns = first->start_boot_ns + row->snapshot->boot_epoch_ns;
	ret_cell->u64 = now_ns > start_ns ? now_ns - start_ns : 0;
}

void get_group_last(const struct row *row, struct cell *ret_cell)
{
	const struct proc_row *last = row->procs->last;

	ret_cell->known = last != NULL;
	if (last)
		cell_set_process(ret_cell, row, last->comm, last->pid);
}

void get_group_user(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->procs->user);
}

void get_group_container(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->procs->in ? row->procs->in->name : "");
}

void get_group_uid(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->procs->uid;
}

/* What a runtime has not said is unknown, not empty. */
static void set_said(struct cell *ret_cell, const char *text)
{
	ret_cell->known = text[0] != 0;
	if (ret_cell->known)
		cell_set_text(ret_cell, text);
}

void get_ctr_name(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->procs->in->name);
}

void get_ctr_id(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->procs->in->id);
}

void get_ctr_engine(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->procs->in->engine);
}

void get_ctr_image(const struct row *row, struct cell *ret_cell)
{
	set_said(ret_cell, row->procs->in->image);
}

void get_ctr_image_id(const struct row *row, struct cell *ret_cell)
{
	set_said(ret_cell, row->procs->in->image_id);
}

void get_ctr_pod(const struct row *row, struct cell *ret_cell)
{
	set_said(ret_cell, row->procs->in->pod);
}

void get_ctr_namespace(const struct row *row, struct cell *ret_cell)
{
	set_said(ret_cell, row->procs->in->pod_namespace);
}

void get_ctr_privileged(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->procs->in->privileged_known;
	if (ret_cell->known)
		cell_set_text(ret_cell, row->procs->in->privileged ? "yes" : "no");
}

void get_ctr_created(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->procs->in->created_ns != 0;
	ret_cell->u64 = row->procs->in->created_ns;
}
