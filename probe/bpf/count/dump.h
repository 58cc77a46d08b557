/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The iterators. A sample that does not fit the reader's buffer is taken back by the kernel and made
 * anew at the next read, so the reader sees whole ones only.
 */
#ifndef PROBE_BPF_COUNT_DUMP_H
#define PROBE_BPF_COUNT_DUMP_H

#include "task.h"

static __always_inline void sample_identity(struct task_sample *sample, struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;

	sample->pid = task->tgid;
	sample->tid = task->pid;
	sample->ppid = task->real_parent->tgid;
	sample->uid = task->real_cred->uid.val;
	sample->gid = task->real_cred->gid.val;
	sample->euid = task->cred->euid.val;
	sample->start_boot_ns = leader->start_boottime;
	sample->thread_start_boot_ns = task->start_boottime;
	comm_put(sample->comm, task);
	comm_put(sample->leader_comm, leader);
}

static __always_inline void sample_usage(struct task_sample *sample, struct task_struct *task)
{
	struct mm_struct *mm = task->mm;

	sample->cpu_ns = task->se.sum_exec_runtime;
	sample->exited_cpu_ns = task->signal->sum_sched_runtime;
	sample->threads = task->signal->nr_threads;
	if (!mm || task->flags & PF_KTHREAD)
		return;
	sample->rss_bytes = rss_pages(mm);
	sample->vm_bytes = mm->total_vm;
}

SEC("iter/task")
int dump_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct seq_file *seq = ctx->meta->seq;
	struct probe_knobs *knob = knobs_get();
	struct thread_counts *counts;
	struct task_sample sample = {};

	if (!task || !knob)
		return 0;
	counts = bpf_task_storage_get(&threads, task, NULL, 0);
	sample_identity(&sample, task);
	sample_usage(&sample, task);
	sample.cgroup_id = task_cgroup_id(task, knob->cgroup_v1);
	sample.state = task_state_letter(task);
	sample.flags = task_flags(knob, counts, task);
	if (task->exit_state || (counts && counts->ended))
		sample.flags |= TASK_F_ENDED;
	if (!counts || !counts->start || sample.flags & TASK_F_ENDED) {
		sample.flags |= TASK_F_NO_COUNTS;
		bpf_seq_write(seq, &sample, sizeof(sample));
		return 0;
	}
	sample.tid = counts->tid;
	sample.thread_start_boot_ns = counts->start;
	sample.bytes = counts->bytes;
	if (bpf_seq_write(seq, &sample, sizeof(sample)))
		return 0;
	bpf_seq_write(seq, &counts->other, sizeof(counts->other));
	bpf_seq_write(seq, counts->slots, sizeof(counts->slots));
	return 0;
}

#endif
