/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The iterators. A sample that does not fit the reader's buffer is taken back by the kernel and
 * made anew at the next read, so the reader sees whole ones only.
 */
#ifndef PROBE_BPF_COUNT_DUMP_H
#define PROBE_BPF_COUNT_DUMP_H

#include "stamps.h"
#include "task.h"
#include <bpf/bpf_endian.h>

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define UNIX_PATH_MAX 108

static __always_inline void sample_identity(struct task_sample *sample, struct task_struct *task)
{
	sample->pid = task->tgid;
	sample->tid = task->pid;
	sample->ppid = BPF_CORE_READ(task, real_parent, tgid);
	sample->uid = BPF_CORE_READ(task, real_cred, uid.val);
	sample->gid = BPF_CORE_READ(task, real_cred, gid.val);
	sample->euid = BPF_CORE_READ(task, cred, euid.val);
	sample->start_boot_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	sample->thread_start_boot_ns = task->start_boottime;
	task_comm_put(sample->comm, task);
	leader_comm_put(sample->leader_comm, task);
}

static __always_inline void sample_usage(struct task_sample *sample, struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	sample->cpu_ns = task->se.sum_exec_runtime;
	sample->exited_cpu_ns = BPF_CORE_READ(task, signal, sum_sched_runtime);
	sample->threads = BPF_CORE_READ(task, signal, nr_threads);
	if (!mm || task->flags & PF_KTHREAD)
		return;
	sample->rss_bytes = rss_pages(mm);
	sample->vm_bytes = BPF_CORE_READ(mm, total_vm);
}

/*
 * The call that the task is in: from its stamp, or from the registers on its stack, which are those
 * of its call unless it runs in user mode. Which it does can only be told of a task that is not on
 * a CPU: an interrupt has then written -1 there.
 */
static __always_inline void sample_call(struct task_sample *sample, struct task_struct *task,
					u32 timing_gen)
{
	struct call_stamp *stamp = stamp_find(task);
	u32 nr;

	if (timing_gen && stamp && stamp->gen == timing_gen) {
		sample->in_ns = bpf_ktime_get_ns() - stamp->ns;
		nr = stamp->nr;
		/* Verifier: one load of both branches' loads would be from different pointers. */
		barrier_var(nr);
	} else if (task->on_cpu) {
		sample->flags |= TASK_F_IN_UNKNOWN;
		return;
	} else {
		nr = regs_syscall_nr(task_regs(task));
		barrier_var(nr);
	}
	if ((s32)nr < 0)
		return;
	sample->flags |= TASK_F_IN_CALL;
	if (in_compat(task))
		sample->in_nr = compat_nr(task_regs(task));
	else
		sample->in_nr = nr < SYSCALL_NR_MAX ? nr : COUNT_NR_UNKNOWN;
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
	counts = thread_counts_find(task);
	sample_identity(&sample, task);
	sample_usage(&sample, task);
	sample.cgroup_id = cgroup_of_task(task, knob->cgroup_v1);
	sample.state = task_state_letter(task);
	sample.flags = task_flags(knob, counts, task);
	if (task->exit_state || (counts && counts->ended))
		sample.flags |= TASK_F_ENDED;
	else if (!(task->flags & (PF_KTHREAD | PF_IO_WORKER)))
		sample_call(&sample, task, knob->timing_gen);
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

/* A unix socket's name instead of "socket:[ino]": its own, else that of the other end. */
static __always_inline void sample_unix(struct file_sample *sample, struct sock *sk)
{
	struct unix_sock *peer;
	struct unix_address *address = BPF_CORE_READ((struct unix_sock *)sk, addr);
	u64 name;
	long len;

	if (!address) {
		peer = (struct unix_sock *)BPF_CORE_READ((struct unix_sock *)sk, peer);
		address = peer ? BPF_CORE_READ(peer, addr) : NULL;
	}
	if (!address)
		return;
	name = (u64)address + bpf_core_field_offset(struct unix_address, name) + 2;
	len = BPF_CORE_READ(address, len) - 2;
	if (len <= 0 || len > UNIX_PATH_MAX)
		return;
	bpf_probe_read_kernel(files_path, UNIX_PATH_MAX, (void *)name);
	sample->path_len = len;
	if (files_path[0]) { /* a path: up to its NUL */
		files_path[UNIX_PATH_MAX] = 0;
		len = bpf_probe_read_kernel_str(files_path, UNIX_PATH_MAX + 1, (void *)name);
		sample->path_len = len > 1 ? len - 1 : 0;
	} else {
		files_path[0] = '@';
	}
}

static __always_inline void sample_queue(struct file_sample *sample, struct sock *sk)
{
	sample->sock_state = sk->__sk_common.skc_state;
	if (sample->sock_state != FILE_SOCK_LISTEN)
		return;
	/* A unix socket keeps those that wait as packets. */
	sample->queue = sample->family == AF_UNIX ? sk->sk_receive_queue.qlen : sk->sk_ack_backlog;
	sample->queue_max = sk->sk_max_ack_backlog;
}

static __always_inline void sample_socket(struct file_sample *sample, struct socket *socket)
{
	struct sock *sk = socket->sk;

	sample->sock_type = socket->type;
	if (!sk)
		return;
	sample->family = sk->__sk_common.skc_family;
	sample->protocol = sk->sk_protocol;
	sample_queue(sample, sk);
	if (sample->family != AF_INET && sample->family != AF_INET6)
		return;
	sample->sport = sk->__sk_common.skc_num;
	sample->dport = bpf_ntohs(sk->__sk_common.skc_dport);
	if (sample->family == AF_INET) {
		*(u32 *)sample->saddr = sk->__sk_common.skc_rcv_saddr;
		*(u32 *)sample->daddr = sk->__sk_common.skc_daddr;
	} else {
		bpf_core_read(&sample->saddr, sizeof(sample->saddr),
			      &sk->__sk_common.skc_v6_rcv_saddr);
		bpf_core_read(&sample->daddr, sizeof(sample->daddr), &sk->__sk_common.skc_v6_daddr);
	}
}

static __always_inline void sample_cloexec(struct file_sample *sample, struct task_struct *task)
{
	unsigned long *words = BPF_CORE_READ(task, files, fdt, close_on_exec), word = 0;

	if (!words || bpf_probe_read_kernel(&word, sizeof(word), &words[(u32)sample->fd / 64]))
		return;
	sample->marks = FILE_F_CLOEXEC_KNOWN;
	if (word >> (sample->fd & 63) & 1)
		sample->marks |= FILE_F_CLOEXEC;
}

/* kernel's dev_t -> the encoding of capture files and stat(2) */
static __always_inline u32 dev_encode(u32 dev)
{
	u32 major = dev >> 20, minor = dev & 0xfffff;

	return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

/* The iterator visits each fd table of a process once, through one of the threads that share it. */
SEC("iter/task_file")
int dump_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct seq_file *seq = ctx->meta->seq;
	struct file_sample sample = {};
	struct socket *socket;
	struct inode *inode;
	long len;

	if (!task || !file || (files_pid && files_pid != (u32)task->tgid))
		return 0;
	sample.pid = task->tgid;
	sample.fd = ctx->fd;
	sample.start_boot_ns = task->group_leader->start_boottime;
	sample.open_flags = file->f_flags;
	sample.pos = file->f_pos;
	sample_cloexec(&sample, task);
	inode = file->f_inode;
	if (inode) {
		sample.ino = inode->i_ino;
		sample.mode = inode->i_mode;
		sample.dev = dev_encode(inode->i_sb->s_dev);
	}
	socket = bpf_sock_from_file(file);
	if (socket)
		sample_socket(&sample, socket);
	/* One reader at a time: see files_path. */
	len = bpf_d_path(&file->f_path, files_path, sizeof(files_path));
	if (len > 0 && len <= (long)sizeof(files_path))
		sample.path_len = len - 1;
	if (socket && sample.family == AF_UNIX)
		sample_unix(&sample, socket->sk);
	if (bpf_seq_write(seq, &sample, sizeof(sample)))
		return 0;
	/* Verifier: path_len is below RECORD_PATH_MAX, a power of two. */
	bpf_seq_write(seq, files_path, sample.path_len & (RECORD_PATH_MAX - 1));
	return 0;
}

#endif
