// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The counter plane: exact counts of every call of every thread, always on.
 */
#include "kernel.h"
#include "shared.h"
#include "count/maps.h"

char _license[] SEC("license") = "Dual BSD/GPL";

/* Filled by the loader from syscalls.def. */
const volatile struct nr_info nr_info[SYSCALL_NR_MAX];

SEC("tp_btf/sys_exit")
int count_exit(u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_counts *counts;
	u32 zero = 0;
	struct probe_knobs *knob = bpf_map_lookup_elem(&knobs, &zero);

	counts = bpf_task_storage_get(&threads, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!counts || !knob)
		return 0;
	if (nr_info[0].store && counts->want)
		bpf_tail_call(ctx, &stream_progs, nr_info[0].store);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int count_fork(u64 *ctx)
{
	return 0;
}

SEC("tp_btf/sched_process_exec")
int count_exec(u64 *ctx)
{
	return 0;
}

SEC("tp_btf/sched_process_exit")
int count_task_exit(u64 *ctx)
{
	return 0;
}

SEC("iter/task")
int dump_tasks(struct bpf_iter__task *ctx)
{
	return 0;
}

SEC("iter/task_file")
int dump_files(struct bpf_iter__task_file *ctx)
{
	return 0;
}
