/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of open files in snapshots, made while somebody looks at them. */
#include <errno.h>
#include "fd_table.h"
#include "snapshot_tables.h"

/* Of the limit of memory: what rows of open files may take in one snapshot. */
#define FILES_PART 8

/* By number; NULL where a port has no name, or nobody to ask. */
static const char *files_service(struct tables_maker *maker, const struct fd_entry *entry)
{
	const struct state_source *source = &maker->state->source;
	const char *protocol = entry->l4 == FD_L4_UDP ? "udp" : "tcp";
	struct fd_tuple tuple;
	char name[64];
	size_t len = sizeof(name);
	const char *copy;

	if (!source->service_name || !entry->tuple ||
	    fd_tuple_parse(entry->tuple->data, entry->tuple->len, &tuple) < 0 ||
	    source->service_name(source->ctx, (uint16_t)tuple.dport, protocol, name, &len) < 0)
		return NULL;
	copy = arena_text(&maker->tables->arena, name, len);
	if (!copy)
		maker->failed = true;
	return copy;
}

static void files_fill_row(struct tables_maker *maker, const struct fd_entry *entry,
			   struct fd_row *row)
{
	row->type = fd_type_name(entry->type);
	row->name = tables_text(maker, entry->name);
	row->called = tables_text(maker, entry->called);
	row->tuple = tables_text(maker, entry->tuple);
	row->tuple_len = entry->tuple ? (uint8_t)entry->tuple->len : 0;
	row->service = entry->flags & FD_F_LISTEN ? files_service(maker, entry) : NULL;
	row->ino = entry->ino;
	row->dev = entry->dev;
	row->open_flags = entry->open_flags;
	row->flags = entry->flags;
	row->l4 = entry->l4;
	row->queue = entry->queue;
	row->queue_max = entry->queue_max;
}

static void files_count(struct proc_row *proc, const struct fd_entry *entry)
{
	switch ((enum fd_type)entry->type) {
	case FD_TYPE_FILE:
	case FD_TYPE_MEMFD:
	case FD_TYPE_DIRECTORY: proc->fds_files++; break;
	case FD_TYPE_IPV4:
	case FD_TYPE_IPV6:
	case FD_TYPE_UNIX:
	case FD_TYPE_NETLINK:
	case FD_TYPE_PACKET:
	case FD_TYPE_SOCKET: proc->fds_sockets++; break;
	case FD_TYPE_PIPE: proc->fds_pipes++; break;
	case FD_TYPE_UNKNOWN:
	case FD_TYPE_EVENT:
	case FD_TYPE_SIGNALFD:
	case FD_TYPE_EVENTPOLL:
	case FD_TYPE_INOTIFY:
	case FD_TYPE_TIMERFD:
	case FD_TYPE_BPF:
	case FD_TYPE_USERFAULTFD:
	case FD_TYPE_IO_URING:
	case FD_TYPE_PIDFD:
	case FD_TYPE_COUNT: break;
	}
}

static bool files_are_shown(const struct process *process)
{
	return process->fds && !(process->flags & PROCESS_F_DEAD);
}

/* So many in one snapshot: each is a file of /proc, read once. */
#define LIMITS_ASKED 2000u

/* How many it may have; changes are told by events. */
static int64_t files_limit(struct tables_maker *maker, struct process *process, unsigned *asked)
{
	if (!(process->facts.asked & SEED_LIMITS) && *asked < LIMITS_ASKED) {
		++*asked;
		facts_want(maker->state, process, SEED_LIMITS);
	}
	return process->facts.known & FACT_FD_LIMIT ? process->facts.fd_limit : 0;
}

int tables_fill_files(struct tables_maker *maker)
{
	unsigned asked = 0;
	struct state *state = maker->state;
	struct tables *tables = maker->tables;
	size_t room = memory_limit(state->memory) / FILES_PART / sizeof(struct fd_row);
	size_t wanted = 0, len = 0;
	struct fd_row *rows;

	for (size_t i = 0; i < state->processes_len; i++)
		if (files_are_shown(state->processes[i]))
			wanted += fd_table_len(state->processes[i]->fds);
	if (room > wanted)
		room = wanted;
	rows = arena_alloc(&tables->arena, room * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < state->processes_len; i++) {
		struct process *process = maker->sorted[i];
		const struct fd_entry *entry;
		size_t at = 0;

		if (!files_are_shown(process))
			continue;
		maker->procs[i].fd_limit = files_limit(maker, process, &asked);
		while ((entry = fd_table_next(process->fds, &at))) {
			files_count(&maker->procs[i], entry);
			if (len == room)
				continue;
			rows[len] = (struct fd_row){ .proc = (uint32_t)i, .fd = (int32_t)at - 1 };
			files_fill_row(maker, entry, &rows[len++]);
		}
	}
	tables->fds = rows;
	tables->fds_len = len;
	tables->fds_omitted = wanted - len;
	return maker->failed ? -ENOMEM : 0;
}
