/* SPDX-License-Identifier: Apache-2.0 */
/* proc.*: facts of the process that are numbers, and how much it uses. */
#include <stdio.h>
#include <string.h>
#include "field_getters.h"
#include "state/tables.h"

/* The facts of the event's process when this one is known, asked for if need be; else NULL. */
const struct facts *field_facts(struct filter_event *event, enum fact fact, unsigned parts)
{
	struct process *process = event->process;

	if (!process)
		return NULL;
	if (!(process->facts.known & fact))
		facts_want(event->state, process, parts);
	return (process->facts.known & fact) ? &process->facts : NULL;
}

GETTER(proc_tty)
{
	const struct facts *facts = field_facts(event, FACT_TTY, SEED_IDS);

	return facts ? field_put_u64(values, facts->tty) : 0;
}

/* Start in ns since the epoch; 0: not known. */
static uint64_t start_ns(const struct filter_event *event, const struct process *process)
{
	if (!process || !process->start_boot_ns || !event->state->boot_epoch_ns)
		return 0;
	return event->state->boot_epoch_ns + process->start_boot_ns;
}

static size_t put_since(const struct filter_event *event, uint64_t then, struct field_value *value)
{
	uint64_t now = event->event->ts_ns;

	return then ? field_put_time(value, FIELD_RELTIME, now > then ? now - then : 0) : 0;
}

static const struct process *parent_of(const struct filter_event *event)
{
	return event->process ? process_parent(event->state, event->process) : NULL;
}

GETTER(proc_duration)
{
	return put_since(event, start_ns(event, event->process), values);
}

GETTER(proc_ppid_duration)
{
	return put_since(event, start_ns(event, parent_of(event)), values);
}

GETTER(proc_pid_ts)
{
	uint64_t ns = start_ns(event, event->process);

	return ns ? field_put_time(values, FIELD_RELTIME, ns) : 0;
}

GETTER(proc_ppid_ts)
{
	uint64_t ns = start_ns(event, parent_of(event));

	return ns ? field_put_time(values, FIELD_RELTIME, ns) : 0;
}

GETTER(proc_start_boot_ns)
{
	return event->process ? field_put_u64(values, event->process->start_boot_ns) : 0;
}

GETTER(proc_exec_ts)
{
	uint64_t ns = event->process ? event->process->facts.exec_ns : 0;

	return ns ? field_put_time(values, FIELD_ABSTIME, ns) : 0;
}

GETTER(proc_root)
{
	if (!event->process)
		return 0;
	if (!event->process->facts.root)
		facts_want(event->state, event->process, SEED_ROOT);
	return field_put_interned(values, event->process->facts.root);
}

static size_t put_exe_flag(struct filter_event *event, uint32_t flag, struct field_value *value)
{
	const struct facts *facts = field_facts(event, FACT_EXE_FILE, SEED_EXE_FILE);

	return facts ? field_put_bool(value, facts->exe_flags & flag) : 0;
}

GETTER(proc_is_exe_writable)
{
	return put_exe_flag(event, SEED_EXE_WRITABLE, values);
}

GETTER(proc_is_exe_upper_layer)
{
	return put_exe_flag(event, SEED_EXE_UPPER_LAYER, values);
}

GETTER(proc_is_exe_lower_layer)
{
	return put_exe_flag(event, SEED_EXE_LOWER_LAYER, values);
}

GETTER(proc_is_exe_from_memfd)
{
	return put_exe_flag(event, SEED_EXE_FROM_MEMFD, values);
}

GETTER(proc_exe_ino)
{
	const struct facts *facts = field_facts(event, FACT_EXE_FILE, SEED_EXE_FILE);

	return facts ? field_put_i64(values, (int64_t)facts->exe_ino) : 0;
}

GETTER(proc_exe_ino_ctime)
{
	const struct facts *facts = field_facts(event, FACT_EXE_FILE, SEED_EXE_FILE);

	return facts ? field_put_time(values, FIELD_ABSTIME, facts->exe_ctime_ns) : 0;
}

GETTER(proc_exe_ino_mtime)
{
	const struct facts *facts = field_facts(event, FACT_EXE_FILE, SEED_EXE_FILE);

	return facts ? field_put_time(values, FIELD_ABSTIME, facts->exe_mtime_ns) : 0;
}

/* Time from one point to a later one; none when they are not in this order. */
static size_t put_between(struct field_value *value, uint64_t first, uint64_t second)
{
	return first && second > first ? field_put_time(value, FIELD_ABSTIME, second - first) : 0;
}

GETTER(proc_exe_ctime_to_start)
{
	const struct facts *facts = field_facts(event, FACT_EXE_FILE, SEED_EXE_FILE);

	return facts ? put_between(values, facts->exe_ctime_ns, start_ns(event, event->process))
		     : 0;
}

GETTER(proc_exe_pidns_to_ctime)
{
	const struct facts *facts = field_facts(event, FACT_PIDNS, SEED_IDS);

	if (!facts || !field_facts(event, FACT_EXE_FILE, SEED_EXE_FILE))
		return 0;
	return put_between(values, facts->pidns_start_ns, facts->exe_ctime_ns);
}

GETTER(proc_pidns_init_start_ts)
{
	const struct facts *facts = field_facts(event, FACT_PIDNS, SEED_IDS);

	return facts ? field_put_u64(values, facts->pidns_start_ns) : 0;
}

GETTER(proc_fdopencount)
{
	const struct fd_table *fds = field_fds(event);

	return fds ? field_put_u64(values, fd_table_len(fds)) : 0;
}

GETTER(proc_fdlimit)
{
	const struct facts *facts = field_facts(event, FACT_FD_LIMIT, SEED_LIMITS);

	return facts ? field_put_i64(values, facts->fd_limit) : 0;
}

GETTER(proc_fdusage)
{
	const struct facts *facts = field_facts(event, FACT_FD_LIMIT, SEED_LIMITS);
	const struct fd_table *fds = field_fds(event);

	if (!facts || !fds || facts->fd_limit <= 0)
		return 0;
	*values = (struct field_value){
		.type = FIELD_DOUBLE,
		.real = 100.0 * (double)fd_table_len(fds) / (double)facts->fd_limit,
	};
	return 1;
}

static size_t put_kb(const struct filter_event *event, uint64_t bytes, struct field_value *value)
{
	return bytes ? field_put_u64(value, bytes / 1024) : 0;
}

/* Sizes come with samples and exec events; of a process that had neither they are asked for. */
GETTER(proc_vmsize)
{
	if (!event->process)
		return 0;
	if (!event->process->vm_bytes)
		facts_want(event->state, event->process, SEED_IDS);
	return put_kb(event, event->process->vm_bytes, values);
}

GETTER(proc_vmrss)
{
	if (!event->process)
		return 0;
	if (!event->process->rss_bytes)
		facts_want(event->state, event->process, SEED_IDS);
	return put_kb(event, event->process->rss_bytes, values);
}

GETTER(proc_vmswap)
{
	const struct facts *facts = field_facts(event, FACT_SWAP, SEED_IDS);

	return facts ? field_put_u64(values, facts->swap_kb) : 0;
}

GETTER(proc_nthreads)
{
	return event->process && event->process->threads
		       ? field_put_u64(values, event->process->threads)
		       : 0;
}

GETTER(proc_nchilds)
{
	return event->process && event->process->threads
		       ? field_put_u64(values, event->process->threads - 1)
		       : 0;
}
