/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of processes. Callers share those that tell of the process. */
#include "column.h"

#include "probe/schema/event.h"

/* A row that stands for all ended processes of a program has none. */
void get_proc_pid(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->proc->pid != 0;
	ret_cell->i64 = row->proc->pid;
}

void get_proc_ppid(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->proc->ppid;
}

void get_proc_user(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->proc->user);
}

void get_proc_container(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->proc->container_name);
}

void get_proc_container_id(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->proc->container);
}

void get_proc_container_image(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->proc->container_image);
}

void get_proc_threads(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->proc->threads;
}

void get_proc_state(const struct row *row, struct cell *ret_cell)
{
	char state = row->proc->dead ? 'X' : row->proc->state;

	cell_copy_text(ret_cell, row, &state, state ? 1 : 0);
}

void get_proc_cpu_pct(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, row->proc->cpu_delta_ns, row->snapshot->interval_ns);
}

void get_proc_cpu_ns(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->cpu_ns;
}

void get_proc_rss(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->rss_bytes;
}

void get_proc_vm(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->vm_bytes;
}

void get_proc_calls(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->calls_delta);
}

void get_proc_calls_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->calls;
}

void get_proc_errors(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->errors_delta);
}

void get_proc_errors_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->errors;
}

void get_proc_restarts(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->restarts_delta);
}

void get_proc_restarts_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->restarts;
}

void get_proc_uring(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->uring_delta);
}

void get_proc_uring_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->uring;
}

void get_proc_opens(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->opens_delta);
}

void get_proc_opens_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->opens;
}

void get_proc_hits(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->hits_delta);
}

void get_proc_hits_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->hits;
}

void get_proc_error_pct(const struct row *row, struct cell *ret_cell)
{
	cell_set_percent(ret_cell, row->proc->errors_delta, row->proc->calls_delta);
}

void get_proc_file_in(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->bytes_delta.file_in);
}

void get_proc_file_in_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->bytes.file_in;
}

void get_proc_file_out(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->bytes_delta.file_out);
}

void get_proc_file_out_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->bytes.file_out;
}

void get_proc_net_in(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->bytes_delta.net_in);
}

void get_proc_net_in_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->bytes.net_in;
}

void get_proc_net_out(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->bytes_delta.net_out);
}

void get_proc_net_out_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->bytes.net_out;
}

void get_proc_ipc_in(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->bytes_delta.ipc_in);
}

void get_proc_ipc_in_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->bytes.ipc_in;
}

void get_proc_ipc_out(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->proc->bytes_delta.ipc_out);
}

void get_proc_ipc_out_total(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->bytes.ipc_out;
}

void get_proc_spark(const struct row *row, struct cell *ret_cell)
{
	ret_cell->spark.data = row->proc->spark;
	ret_cell->spark.len = SPARK_SHOWN;
}

void get_proc_children_calls(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->children_calls;
}

void get_proc_children_errors(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->children_errors;
}

void get_proc_top_syscall(const struct row *row, struct cell *ret_cell)
{
	const struct snapshot *snapshot = row->snapshot;
	const struct call_row *top = NULL;
	uint32_t end = row->proc->calls_first + row->proc->calls_len;

	for (uint32_t i = row->proc->calls_first; i < end && i < snapshot->calls_len; i++) {
		const struct call_row *call = &snapshot->calls[i];

		if (call->calls_delta && (!top || call->calls_delta > top->calls_delta))
			top = call;
	}
	cell_set_text(ret_cell, top ? syscall_count_name(top->nr) : NULL);
}

void get_proc_fds(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->proc->fds_known;
	ret_cell->i64 = row->proc->fds;
}

void get_proc_age(const struct row *row, struct cell *ret_cell)
{
	uint64_t start_ns = row->proc->start_boot_ns + row->snapshot->boot_epoch_ns;
	uint64_t end_ns = row->proc->ended_ns ? row->proc->ended_ns : row->snapshot->time_ns;

	/* The clocks are read apart: a new process can be a little younger than the snapshot. */
	ret_cell->u64 = end_ns > start_ns ? end_ns - start_ns : 0;
}

/* The kernel's form: status << 8, or the signal in the low 7 bits. */
void get_proc_exit(const struct row *row, struct cell *ret_cell)
{
	int32_t code = row->proc->exit_code;
	const char *name = code & 0x7f ? signal_name(code & 0x7f) : NULL;
	struct text_buf buf;

	ret_cell->known = false;
	if (!row->proc->dead || frame_text_begin(row->frame, 24, &buf) < 0)
		return;
	if (name)
		text_buf_add(&buf, name);
	else if (code & 0x7f)
		text_buf_printf(&buf, "signal %d", code & 0x7f);
	else
		text_buf_printf(&buf, "%d", (code >> 8) & 0xff);
	frame_text_end(row->frame, &buf);
	cell_set_textn(ret_cell, buf.data, buf.len);
}

void get_proc_cwd(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->proc->cwd);
}

void get_proc_exe(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->proc->exe);
}

void get_proc_name(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, row->proc->comm);
}

void get_proc_command(const struct row *row, struct cell *ret_cell)
{
	const struct proc_row *proc = row->proc;

	/* A process without arguments (a zombie, or one that erased them) is known by its name. */
	cell_set_text(ret_cell, proc->cmdline && proc->cmdline[0] ? proc->cmdline : proc->comm);
}
