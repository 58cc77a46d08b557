/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types as far as the programs read them: just those fields, in any order. Every field
 * is relocated at load time against the running kernel's BTF (CO-RE), so offsets here mean nothing
 * and neither the host's BTF nor kernel headers are needed to build. What differs between kernels
 * is in kernels.h.
 */
#ifndef PROBE_BPF_KERNEL_H
#define PROBE_BPF_KERNEL_H

#include <stdbool.h>
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;
typedef unsigned long size_t;

#ifndef NULL
#define NULL ((void *)0)
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	u32 val;
} kuid_t;
typedef struct {
	u32 val;
} kgid_t;

struct list_head {
	struct list_head *next, *prev;
};

struct qstr {
	u32 len;
	const unsigned char *name;
};

struct super_block {
	u32 s_dev;
	unsigned long s_magic;
	struct dentry *s_root;
};

struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};

struct inode {
	u16 i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	u32 i_flags;
	struct super_block *i_sb;
	unsigned long i_ino;
	u32 i_nlink;
	u32 i_rdev;
	s64 i_mtime_sec, i_ctime_sec; /* since 6.11 */
	u32 i_mtime_nsec, i_ctime_nsec;
};

struct hlist_bl_node {
	struct hlist_bl_node *next, **pprev;
};

struct dentry {
	u32 d_flags;
	struct {
		u32 sequence;
	} d_seq; /* some seqcount type; its count is first */
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};

/* Of overlayfs; only where that is built in. */
struct ovl_inode {
	struct inode vfs_inode;
	struct dentry *__upperdentry; /* NULL: the file is in a lower layer */
};

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	u32 f_flags;
	u32 f_mode;
	s64 f_pos;
	void *private_data;
};

struct fdtable {
	u32 max_fds;
	struct file **fd;
	unsigned long *close_on_exec;
};

struct files_struct {
	struct fdtable *fdt;
	struct fdtable fdtab;
	struct file *fd_array[64]; /* NR_OPEN_DEFAULT: bits of a long */
};

struct fs_struct {
	struct path root, pwd;
};

struct kernfs_node {
	u64 id;
	const char *name;
	struct kernfs_node *__parent; /* since 6.15 (741c10b096bc) */
};

struct cgroup_root {
	unsigned int subsys_mask;
	int hierarchy_id; /* 0: v2 */
};

struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
	int level; /* 0: the root */
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

enum cgroup_subsys_id {
	cpuset_cgrp_id,
	cpu_cgrp_id,
	cpuacct_cgrp_id,
	io_cgrp_id,
	memory_cgrp_id,
	devices_cgrp_id,
	freezer_cgrp_id,
	net_cls_cgrp_id,
	perf_event_cgrp_id,
	net_prio_cgrp_id,
	hugetlb_cgrp_id,
	pids_cgrp_id,
	rdma_cgrp_id,
	misc_cgrp_id,
	CGROUP_SUBSYS_COUNT,
};

struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
};

typedef struct {
	u64 val; /* since 6.3 (f122a08b197d); before an array of two u32 */
} kernel_cap_t;

struct cred {
	kuid_t uid, suid, euid, fsuid;
	kgid_t gid, sgid, egid, fsgid;
	kernel_cap_t cap_inheritable, cap_permitted, cap_effective;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	u32 level;
	struct upid numbers[1];
};

struct pid_namespace {
	struct task_struct *child_reaper;
	u32 level;
};

struct mnt_namespace {
	struct mount *root;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
};

struct percpu_counter {
	s64 count;
};

/* Since 6.2 (f1a7941243c1): rss_stat is an array of percpu counters. */
struct mm_struct {
	struct file *exe_file;
	unsigned long total_vm;
	unsigned long arg_start, arg_end, env_start, env_end;
	struct percpu_counter rss_stat[4];
};

struct rlimit {
	unsigned long rlim_cur, rlim_max;
};

struct tty_driver {
	int major, minor_start;
};
struct tty_struct {
	int index;
	struct tty_driver *driver;
};

enum pid_type {
	PIDTYPE_PID,
	PIDTYPE_TGID,
	PIDTYPE_PGID,
	PIDTYPE_SID,
	PIDTYPE_MAX,
};

struct signal_struct {
	int nr_threads;
	u32 flags;
	int group_exit_code;
	struct list_head thread_head;
	struct pid *pids[PIDTYPE_MAX];
	struct tty_struct *tty;
	struct rlimit rlim[16];
	u64 utime, stime;
	u64 sum_sched_runtime; /* of its ended threads */
	struct {
		int counter;
	} live;
	u32 is_child_subreaper : 1;
	u32 has_child_subreaper : 1;
};

struct sched_entity {
	u64 sum_exec_runtime;
};

struct thread_info {
	unsigned long flags;
	u32 status;
};

struct task_struct {
	struct thread_info thread_info;
	u32 flags;
	int pid, tgid;
	int exit_code, exit_state;
	u32 on_cpu;  /* u8 in 7.2: only unsigned numbers are read in the width that they have */
	u32 __state; /* since 5.14 (2f064a59a11f) */
	struct task_struct *real_parent, *parent, *group_leader;
	struct list_head children, sibling, thread_node;
	struct pid *thread_pid;
	struct signal_struct *signal;
	const struct cred *cred, *real_cred;
	struct css_set *cgroups;
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct sched_entity se;
	u64 start_boottime;
	u64 utime, stime;
	unsigned long maj_flt, min_flt;
	kuid_t loginuid;
	char comm[16] __attribute__((aligned(8))); /* read as two words */
	void *stack;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long di, si, dx, r10, r8, r9, orig_ax, sp, ip, ax, cx, cs;
	unsigned long bx, bp; /* of 32-bit calls */
};
#else
struct pt_regs {
	u64 regs[31];
	u64 orig_x0;
	s32 syscallno;
};
#endif

union __sifields {
	struct {
		int _pid;
	} _kill; /* and of all that begin with the sender's pid */
};
struct kernel_siginfo {
	int si_signo, si_errno, si_code;
	union __sifields _sifields;
};

struct linux_binprm {
	struct file *file;
	const char *filename;
	const char *interp;
};

struct in6_addr {
	union {
		u8 u6_addr8[16];
	} in6_u;
};
struct sock_common {
	u32 skc_daddr, skc_rcv_saddr;
	u16 skc_dport; /* network order */
	u16 skc_num;   /* host order */
	u16 skc_family;
	u8 skc_state;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};
struct sk_buff_head {
	u32 qlen;
};
struct sock {
	struct sock_common __sk_common;
	u16 sk_protocol;
	u16 sk_type;
	u32 sk_ack_backlog, sk_max_ack_backlog;
	struct sk_buff_head sk_receive_queue;
};
struct sockaddr_un {
	u16 sun_family;
	char sun_path[108];
};
struct unix_address {
	int len;
	struct sockaddr_un name[0];
};
struct unix_sock {
	struct unix_address *addr;
	struct sock *peer;
};
struct socket {
	short type;
	struct sock *sk;
};

struct seq_file {
	size_t count;
};
struct bpf_iter_meta {
	struct seq_file *seq;
};
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};
struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	u32 fd;
	struct file *file;
};
struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	void *key, *value;
};

#pragma clang attribute pop

#include "kernels.h"

#endif
