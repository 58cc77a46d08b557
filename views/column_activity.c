/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of files, sockets and operations of io_uring. */
#include "column.h"

#include <stdio.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include "probe/schema/uring.h"

void get_act_in(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->activity->sum.in_delta);
}

void get_act_out(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->activity->sum.out_delta);
}

void get_act_ops(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->activity->sum.ops_delta);
}

void get_act_errors(const struct row *row, struct cell *ret_cell)
{
	cell_set_rate(ret_cell, row, row->activity->sum.errors_delta);
}

static void set_sum(struct cell *ret_cell, const struct row *row, uint64_t sum)
{
	ret_cell->u64 = sum;
	ret_cell->at_least = row->activity->sum.at_least;
}

void get_act_in_total(const struct row *row, struct cell *ret_cell)
{
	set_sum(ret_cell, row, row->activity->sum.in);
}

void get_act_out_total(const struct row *row, struct cell *ret_cell)
{
	set_sum(ret_cell, row, row->activity->sum.out);
}

void get_act_ops_total(const struct row *row, struct cell *ret_cell)
{
	set_sum(ret_cell, row, row->activity->sum.ops);
}

void get_act_errors_total(const struct row *row, struct cell *ret_cell)
{
	set_sum(ret_cell, row, row->activity->sum.errors);
}

void get_act_procs(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->activity->procs;
}

void get_act_last_by(const struct row *row, struct cell *ret_cell)
{
	const struct proc_row *top = row->activity->top;

	ret_cell->known = top != NULL;
	if (top)
		cell_set_process(ret_cell, row, top->comm, top->pid);
}

/* "dev:major:minor ino:N" where the kernel's name of the object is not known. */
static void set_name(struct cell *ret_cell, const struct row *row, const char *name)
{
	const struct activity_row *sum = &row->activity->sum;
	char text[64];
	int len;

	if (name) {
		cell_set_text(ret_cell, name);
	} else if (!sum->ino) {
		cell_set_text(ret_cell, "other");
	} else {
		len = snprintf(text, sizeof(text), "[inode %llu]", (unsigned long long)sum->ino);
		cell_copy_text(ret_cell, row, text, (size_t)len);
	}
}

void get_file_path(const struct row *row, struct cell *ret_cell)
{
	set_name(ret_cell, row, row->activity->sum.name);
}

void get_conn_local(const struct row *row, struct cell *ret_cell)
{
	set_name(ret_cell, row, row->activity->sum.name);
}

void get_conn_remote(const struct row *row, struct cell *ret_cell)
{
	ret_cell->known = row->activity->sum.remote != NULL;
	if (ret_cell->known)
		cell_set_text(ret_cell, row->activity->sum.remote);
}

void get_conn_proto(const struct row *row, struct cell *ret_cell)
{
	const struct activity_row *sum = &row->activity->sum;

	switch (sum->family) {
	case AF_UNIX: cell_set_text(ret_cell, "unix"); return;
	case AF_NETLINK: cell_set_text(ret_cell, "netlk"); return;
	case AF_INET:
	case AF_INET6: break;
	default: ret_cell->known = false; return;
	}
	switch (sum->protocol) {
	case IPPROTO_TCP: cell_set_text(ret_cell, "tcp"); return;
	case IPPROTO_UDP: cell_set_text(ret_cell, "udp"); return;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6: cell_set_text(ret_cell, "icmp"); return;
	default: cell_set_text(ret_cell, "raw");
	}
}

void get_uring_op(const struct row *row, struct cell *ret_cell)
{
	const char *name = uring_op_name((unsigned)row->activity->sum.ino);
	char text[24];
	int len;

	if (name) {
		cell_set_text(ret_cell, name);
	} else if (row->activity->sum.ino == URING_OP_UNKNOWN) {
		cell_set_text(ret_cell, "other");
	} else {
		len = snprintf(text, sizeof(text), "%u", (unsigned)row->activity->sum.ino);
		cell_copy_text(ret_cell, row, text, (size_t)len);
	}
}

void get_uring_syscall(const struct row *row, struct cell *ret_cell)
{
	const struct syscall_desc *call = uring_op_syscall((unsigned)row->activity->sum.ino);

	cell_set_text(ret_cell, call ? call->name : "");
}
