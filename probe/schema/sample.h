/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Samples: what the counter plane and the iterators hand to user space. Same layouts in the BPF
 * programs (probe/bpf), in the readers (probe/) and in state/. Only fixed-width types.
 *
 * A refresh reads living tasks first (struct task_sample each, by the task iterator), then drains
 * the exit records (struct task_exit). A thread seen in both (same tid and start) is counted from
 * the exit record alone: then every call is in the totals exactly once, whatever ran meanwhile.
 * A thread in neither has lost its record (both tables of exit records were full): its calls are in
 * row "other" from now on. Only a thread that executes a program while others of its process live
 * can be missing for one refresh, while the kernel gives it its leader's tid; its record follows.
 *
 * The structs are also written to captures, each with its length: new members go to the end.
 */
#ifndef PROBE_SCHEMA_SAMPLE_H
#define PROBE_SCHEMA_SAMPLE_H

#include <linux/types.h>
#include "latency.h"
#include "record.h"

/* Pseudo syscall numbers of count rows; real numbers are below SYSCALL_NR_MAX. */
#define SYSCALL_NR_MAX 512 /* table size of the programs; today's numbers end near 472 */
/* From here on rows that only 32-bit programs have: those of x86_64, or of arm64. */
#if defined(__aarch64__) || defined(__TARGET_ARCH_arm64)
#define SYSCALL_NR_COMPAT 472
#else
#define SYSCALL_NR_COMPAT 480
#endif
#define COUNT_NR_SKIPPED 512 /* id -1: rt_sigreturn on x86_64, or skipped by a tracer */
#define COUNT_NR_UNKNOWN 513 /* beyond the table */
#define COUNT_NR_OTHER 514   /* no room in a table: the sum stays exact */
#define COUNT_NR_COUNT 515

/* Events that are no calls, streamed when they are asked for. */
enum probe_kind {
#define KIND(id, name, help) PROBE_KIND_##id,
#include "kinds.def"
	PROBE_KIND_COUNT
};
#define PROBE_KINDS_ALL ((1u << PROBE_KIND_COUNT) - 1)

/* Counts of one (thread or process, syscall number). errors and restarts are part of calls. */
struct call_count {
	__u64 calls;
	__u64 errors;   /* returned -1..-4095, without restarts; never for COUNT_NR_SKIPPED */
	__u32 restarts; /* returned -512..-516 */
	__u16 nr;       /* syscall number or COUNT_NR_* */
	__u16 reserved;
};

/* Bytes moved by the read, write, send and receive families (not mmap, splice, io_uring). */
struct byte_count {
	__u64 file_in; /* regular files, block and character devices, directories */
	__u64 file_out;
	__u64 net_in; /* sockets but AF_UNIX and AF_NETLINK */
	__u64 net_out;
	__u64 ipc_in; /* pipes, AF_UNIX, everything else */
	__u64 ipc_out;
};

enum task_flag {
	TASK_F_KTHREAD = 1u << 0,
	TASK_F_LEADER = 1u << 1,
	TASK_F_IN_SCOPE = 1u << 2,
	TASK_F_NO_COUNTS = 1u << 3,  /* has made no counted call: calls_len is 0 */
	TASK_F_ENDED = 1u << 4,      /* a zombie: its counts are in its exit record only */
	TASK_F_EXEC = 1u << 5,       /* exit record: alive, execve gave it its leader's tid */
	TASK_F_IN_CALL = 1u << 6,    /* in_nr is the call that it is in */
	TASK_F_IN_UNKNOWN = 1u << 7, /* on a CPU, in a call or not: only its stack could tell */
};

/* One living thread. On the wire it is followed by calls_len struct call_count. */
struct task_sample {
	__u32 pid, tid, ppid;
	__u32 uid, euid, gid;
	__u64 start_boot_ns;        /* of the process: the leader's */
	__u64 thread_start_boot_ns; /* of this thread */
	__u64 cpu_ns;               /* sum_exec_runtime of this thread */
	__u64 rss_bytes;            /* of the address space; 0 for kernel threads */
	__u64 vm_bytes;
	__u64 cgroup_id;
	__u64 exited_cpu_ns; /* process: user + system time of its threads that ended, ns */
	__u32 threads;       /* living threads of the process */
	__u32 flags;         /* enum task_flag */
	char state;          /* R S D Z T t I X, as ps prints it */
	char reserved;
	__u16 in_nr; /* with IN_CALL: syscall number or COUNT_NR_* */
	__u32 calls_len;
	char comm[RECORD_COMM_LEN];        /* of the thread */
	char leader_comm[RECORD_COMM_LEN]; /* of the process */
	struct byte_count bytes;           /* this thread's */
	__u64 in_ns;                       /* with IN_CALL: how long it is in it; 0: not timed */
};

/* One ended thread; followed by calls_len struct call_count. Its counts are final. */
struct task_exit {
	__u32 pid, tid, ppid;
	__u32 euid;
	__u64 start_boot_ns;
	__u64 thread_start_boot_ns;
	__u64 cgroup_id;
	__u64 exit_boot_ns;
	__s32 exit_code;     /* as the kernel holds it: status << 8 | signal | core bit 0x80 */
	__u32 process_ended; /* 1: all threads of its process have ended or are just ending; several
				records say so when the last threads end together */
	__u32 calls_len;
	__u32 flags; /* enum task_flag: LEADER, IN_SCOPE */
	__u64 cpu_ns;
	char comm[RECORD_COMM_LEN];        /* of the thread */
	char leader_comm[RECORD_COMM_LEN]; /* of the process */
	struct byte_count bytes;
};

/* Failed calls of one (process, syscall, errno); cumulative since the probe started. */
struct errno_count {
	__u64 start_boot_ns;
	__u64 count;
	__u32 pid;
	__u16 nr;  /* syscall number or COUNT_NR_* */
	__u16 err; /* positive errno; 0 with nr OTHER = no room in the table */
};

/*
 * Durations of one (process, syscall): calls that began and returned while they were measured;
 * cumulative since the probe started.
 */
struct timing_count {
	__u64 start_boot_ns;
	__u32 pid;
	__u16 nr; /* syscall number or COUNT_NR_* */
	__u16 reserved;
	__u64 timed; /* calls */
	__u64 sum_ns, max_ns;
	__u32 buckets[LATENCY_BUCKETS]; /* latency.h; each wraps, so only differences count */
};

/*
 * io_uring: completed requests of one (process, operation), cumulative since the probe started.
 * They are no system calls and in no struct call_count.
 */
struct uring_count {
	__u64 start_boot_ns;
	__u64 calls;
	__u64 errors; /* part of calls */
	__u32 pid;    /* 0: no room in the table, or nobody's */
	__u16 op;     /* enum io_uring_op; URING_OP_UNKNOWN */
	__u16 reserved;
};
/* A completion that does not say of what: one of several of a request, for example. */
#define URING_OP_UNKNOWN 255

/*
 * Bytes that a process moved through one file or socket by the read, write, send and receive
 * families, while somebody looks; cumulative since that began. dev and ino are the object's.
 */
struct object_count {
	__u64 start_boot_ns;
	__u64 ino;
	__u64 in, out; /* bytes */
	__u64 ops;     /* calls that moved some */
	__u32 pid;     /* 0, with ino 0: no room in the table */
	__u32 dev;     /* as record_file_id.dev */
	__u32 socket;  /* 1: a socket */
	__u32 reserved;
};

/* What such an object is called, from the kernel, when its first row was made. */
#define OBJECT_PATH_MAX 1024
struct object_name {
	__u16 family;              /* AF_* of a socket, else 0 */
	__u16 protocol;            /* IPPROTO_* */
	__u16 sport, dport;        /* host byte order; this end and the other */
	__u8 saddr[16], daddr[16]; /* network order; IPv4 in the first four bytes */
	__u32 flags;               /* enum record_ext_flag of the path */
	__u32 path_len;
	char path[OBJECT_PATH_MAX]; /* its end where it is longer; no NUL when full */
};

/* One open fd, from the task_file iterator. The path follows: path_len bytes, no NUL. */
struct file_sample {
	__u32 pid;
	__s32 fd;
	__u64 start_boot_ns;
	__u64 ino;
	__u32 dev;          /* as record_file_id.dev */
	__u32 mode;         /* i_mode */
	__u32 open_flags;   /* f_flags, kernel values */
	__u16 family;       /* AF_* of a socket, else 0 */
	__u16 sock_type;    /* SOCK_* */
	__u16 protocol;     /* IPPROTO_* */
	__u16 sport, dport; /* host byte order */
	__u16 path_len;
	__u8 saddr[16], daddr[16]; /* network order; IPv4 in the first four bytes */
	__u64 pos;
	__u8 marks;      /* enum file_mark */
	__u8 sock_state; /* of a socket, as the kernel numbers TCP's states; 0: not known */
	__u16 reserved;
	__u32 queue, queue_max; /* of a socket that listens: connections that wait, and may */
	__u32 reserved2;
};

enum file_mark {
	FILE_F_CLOEXEC = 1u << 0,
	FILE_F_CLOEXEC_KNOWN = 1u << 1, /* else the other bit says nothing */
};

/* include/net/tcp_states.h; unix sockets have them too. */
#define FILE_SOCK_ESTABLISHED 1
#define FILE_SOCK_LISTEN 10

#endif
