/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the BPF programs and their loader share besides records and samples: map values and knobs.
 *
 * Two objects: count.bpf.c (counter plane, iterators; loaded first) and stream.bpf.c (the stream).
 * There is ONE program on sys_exit, count_exit. It counts, and when the call is of interest it ends
 * in a tail call into stream_progs[nr_info.store], a program of the stream object: a call that
 * nobody looks at costs no second program. Until the stream object is loaded the array is empty and
 * the tail call falls through.
 *
 *   sys_exit -> count_exit --(interest[nr] & thread.want)--> stream_progs[store] -> ring buffer
 *   sched_process_exec / _fork / _exit -> count_* ; stream_* (own programs: rare)
 *
 * Maps that both objects use (threads, knobs, stream_progs, cpu_stats, ring_drops, scope_pids) are
 * created by the count object; the stream object declares the same map and the loader reuses the
 * fd.
 */
#ifndef PROBE_BPF_SHARED_H
#define PROBE_BPF_SHARED_H

#include "../schema/record.h"
#include "../schema/sample.h"
#include "compat.h"
#include "row_op.h"

#define PROBE_CPUS_MAX 1024
#define PROBE_RINGS_MAX 256
#define STREAM_PROGS_MAX 64
/* Scratch slots per CPU: one for a call, one for what interrupts it, one more. */
#define SCRATCH_SLOTS 3

/* Per syscall number, made by the loader from syscalls.def. */
struct nr_info {
	__u8 io;         /* enum syscall_io */
	__u8 loss_class; /* enum record_class */
	__u8 store;      /* index in stream_progs; 0 = raw arguments */
	__u8 flags;      /* NR_F_* */
	__u16 sc;        /* portable code, for the generic event */
	__u16 event;     /* event code written by the store program */
};
/* Values of nr_info.io: enum syscall_io, which the programs cannot include. */
#define COUNT_IO_IN 1
#define COUNT_IO_OUT 2
#define COUNT_IO_MESSAGES 4
#define NR_F_CLONE 1u /* result 0 is the child's first return: not a call */
#define NR_F_EXIT 2u  /* never returns */
#define NR_F_LIFE 4u  /* streamed even when failed-only is on */
#define NR_F_EXEC 8u  /* in the registers at result 0: maybe an exec, of whatever number */

/* With enum probe_want in knobs.interest: the call is timed. Nobody's want has this bit. */
#define INTEREST_TIMED 0x80u
/* failed_only and min_duration_ns do not hold for the number. */
#define INTEREST_WHOLE 0x40u
/* enum probe_gate in the same byte, with a want only. */
#define INTEREST_WRITES 0x10u
#define INTEREST_FAILED 0x20u
#define INTEREST_GATES (INTEREST_WRITES | INTEREST_FAILED)

/*
 * Knobs: one ARRAY map entry, BPF_F_MMAPABLE, written by user space while the programs run. Plain
 * aligned loads and stores; each knob is meaningful alone, scope_gen is bumped last.
 */
struct probe_knobs {
	__u8 interest[SYSCALL_NR_MAX]; /* enum probe_want, gates, INTEREST_TIMED per number */
	__u32 scope_gen;      /* threads whose gen differs recompute their want; see want_kept() */
	__u32 scope_by_pid;   /* 1: only threads at or below one in scope_pids want SCOPE */
	__u32 scope_children; /* 1: descendants too */
	__u32 self_tgid;      /* never streamed, unless watch_self cleared it to 0 */
	__u32 snaplen;
	__u32 failed_only;          /* FAILED_ONLY_* of outcome.h */
	__u32 by_cgroup;            /* 1: not those of which scope_cgroups says so */
	__u32 euids_len, comms_len; /* 0 = no such filter */
	__u32 cgroup_v1; /* 1: compare and report the pids controller's id, see CGROUP_ID_V2 */
	__u32 euids[16];
	char comms[16][RECORD_COMM_LEN];
	__u64 epoch_offset_ns; /* CLOCK_REALTIME - CLOCK_BOOTTIME, refreshed by the engine */
	__u64 min_duration_ns;
	__u32 test_reenter_nr; /* test builds: re-entry of the store path at this number + 1 */
	__u8 kinds[8];         /* enum probe_want per enum probe_kind */
	__u32 timing_gen;      /* of the stamps, below STAMP_TAKEN; 0: durations are not measured */
	__u32 timing_all;      /* 1: of all in scope, for tables; 0: of streamed calls alone */
};

/*
 * scope_cgroups: LRU hash, key u64 cgroup id, value u32, 1: in scope, 0: out of it. Of a cgroup
 * that is not there nothing is known yet: its calls are let through, and user space, which has the
 * last word, decides. So nothing is wrong when an entry is evicted.
 */
#define SCOPE_CGROUPS_MAX 8192

/* cgroups: ring of what became of control groups of the hierarchy that ids are of. */
#define CGROUP_PATH_MAX 512
enum cgroup_fate { CGROUP_MADE, CGROUP_REMOVED };
struct cgroup_wire {
	__u64 id;
	__u32 fate;     /* enum cgroup_fate */
	__u32 path_len; /* with its NUL; CGROUP_PATH_MAX: maybe cut */
	__u32 pid;      /* who did it */
	__u32 pad;
	char path[CGROUP_PATH_MAX];
};

/* scope_pids: hash, key u32 tgid, value u32 of these bits. */
#define SCOPE_PID_SCOPE 1u
#define SCOPE_PID_FOCUS 2u

/*
 * scope_gen counts changes of the scope in its high half, from 1, and of the focus in its low half.
 * What a thread keeps of its want while it is computed anew: a change of the focus alone takes
 * nobody out of the scope, although an orphan has lost the ancestor that brought it in.
 */
#define SCOPE_GEN_SCOPE (1u << 16)
static inline __u32 want_kept(__u32 want, __u32 gen, __u32 gen_now)
{
	return (gen ^ gen_now) < SCOPE_GEN_SCOPE ? want & SCOPE_PID_SCOPE : 0;
}

/* Whose tail call another program makes, where it may make none itself: relay.h. */
enum relay {
	RELAY_CALL,
	RELAY_URING_SUBMIT,
	RELAY_URING_COMPLETE,
	RELAY_URING_OVERFLOW,
	RELAY_COUNT
};

/* One per CPU, ARRAY map, BPF_F_MMAPABLE. Atomic adds: a preempted program may share the CPU. */
struct cpu_stats {
	/* PRODUCED and what is lost here; DELIVERED and CORRUPT are the consumer's to count. */
	__u64 fate[RECORD_FATE_COUNT][RECORD_CLASS_COUNT];
	__u32 relay[RELAY_COUNT]; /* relay.h: index + 1 for the next program of the hook; 0: none */
	__u64 reserved1;
	__u64 read_failures;             /* of kernel memory */
	__u64 count_ns, count_samples;   /* self-timing of count_exit */
	__u64 stream_ns, stream_samples; /* self-timing of the store programs */
	__u64 storage_failures;
	__u64 lost_calls, lost_errors, lost_restarts; /* counted without a thread: row "other" */
	__u64 untimed;                                /* calls that found no room in `timings` */
	__u64 covered;          /* what a *_guarded program missed and the other of its hook did */
	__u64 unread_transfers; /* calls of which not all bytes could be counted */
};

/* ring_drops: ARRAY map of u64 per ring: records lost in it, all classes; changes on loss only. */

/*
 * A thread's storage (BPF_MAP_TYPE_TASK_STORAGE). Written by its own task only, so plain adds are
 * exact; the iterator reads it. A slot holds one number: calls, errors or restarts of one syscall.
 * Slots are claimed in order of first use and stay for the thread's life; hints remember where a
 * number was found last, so that a call that is repeated needs no search. What finds no slot is
 * counted in `overflow`.
 *
 *   63     62 61      52 51                                   0
 *   +--------+----------+-------------------------------------+
 *   |  kind  |    nr    |  count                              |   all zero = free
 *   +--------+----------+-------------------------------------+
 *
 * tid and start are the identity under which the thread is counted. They are taken when the storage
 * is made, not read from the task: a thread that calls execve while others live takes over its
 * leader's tid and start time in the middle of its life (fs/exec.c, de_thread). Its counts up to
 * then end in an exit record of the old identity; the new one starts at the time of the execve.
 *
 * 432 bytes: with the kernel's 72 in front and 8 of its allocator, 512.
 */
#define COUNT_SLOTS 38
#define COUNT_HINTS 32
enum slot_kind { SLOT_CALLS, SLOT_ERRORS, SLOT_RESTARTS };
#define SLOT_KEY_SHIFT 52
#define SLOT_KEY(kind, nr) ((kind) << 10 | (nr))
#define SLOT_KIND(word) ((__u32)((word) >> 62))
#define SLOT_NR(word) ((__u32)((word) >> SLOT_KEY_SHIFT) & 1023)
#define SLOT_COUNT(word) ((word) & ((1ull << SLOT_KEY_SHIFT) - 1))
/* The hint of a number; a call that fails has another one for its errors. */
static inline __u32 slot_hint(__u32 kind, __u32 nr)
{
	return (nr ^ nr >> 5 ^ kind * 11) & (COUNT_HINTS - 1);
}

struct call_other {
	__u64 calls, errors, restarts;
};

struct thread_counts {
	__u32 gen;       /* scope_gen for which want was computed */
	__u8 want;       /* enum probe_want bits */
	__u8 overflowed; /* has rows in `overflow` */
	__u8 ended;      /* its exit record is written: the counts are in that */
	__u8 timed;      /* the next call is timed */
	__u64 start;     /* boot ns; 0 = not made yet */
	__u32 tid;
	__u8 counted; /* where two programs see each call: the first has counted this one */
	__u8 stamped; /* a stamp of it may be there that no return has taken */
	__u8 reserved[2];
	struct call_other other; /* found room nowhere */
	struct byte_count bytes;
	__u8 hints[COUNT_HINTS]; /* slot_hint() -> index; a wrong one only costs a search */
	__u64 slots[COUNT_SLOTS];
};
_Static_assert(sizeof(struct thread_counts) == 432,
	       "a thread's storage fits a 512-byte allocation");

/* Sizes of the tables; a test makes them smaller to see what happens when they are full. */
#define COUNT_OVERFLOW_MAX 16384
#define COUNT_THREADS_MAX 65536 /* where threads are a table: the kernel has no task storage */
#define COUNT_ERRNOS_MAX 32768
#define COUNT_LATE_EXITS_MAX 16384
#define COUNT_EXITS_BYTES (4u << 20)

struct thread_key {
	__u64 start;
	__u32 tid;
	__u32 reserved;
};

/* overflow: (thread, number) -> counts. Atomic adds. */
struct overflow_key {
	__u64 start;
	__u32 tid;
	__u16 nr;
	__u16 reserved;
};
struct overflow_count {
	__u64 calls, errors, restarts;
};

/* errnos: (process, number, errno) -> failed calls. Atomic adds. */
struct errno_key {
	__u64 start; /* the leader's, boot ns */
	__u32 pid;
	__u16 nr;
	__u16 err;
};

/*
 * A thread's stamp: when it entered the call that it is in. In a task storage of its own (96 bytes
 * with the kernel's part), made while durations are measured; written by its own task only.
 */
struct call_stamp {
	__u64 ns;  /* CLOCK_MONOTONIC of the entry; when taken: the call's duration */
	__u32 nr;  /* as in the registers */
	__u32 gen; /* knobs.timing_gen of the entry, with STAMP_TAKEN since the return; 0: none */
};
#define STAMP_TAKEN (1u << 31)

/* execs: a thread's exec, from its new name to its return; written by its own task only. */
struct exec_call {
	__u64 args[6];
	__u32 native; /* as in the registers at the entry */
	__u16 nr;     /* of the row */
	__u16 is_compat;
};

/*
 * timings: (process, number) -> durations. Atomic adds. With the kernel's part a row takes 1 KiB,
 * allocated when it is made.
 */
#define COUNT_TIMINGS_MAX 16384
struct timing_key {
	__u64 start; /* the leader's, boot ns */
	__u32 pid;
	__u16 nr;
	__u16 reserved;
};
struct timing_sum {
	__u64 timed, sum_ns, max_ns;
	__u32 buckets[LATENCY_BUCKETS];
};
_Static_assert(sizeof(struct timing_key) + sizeof(struct timing_sum) == sizeof(struct timing_count),
	       "a key and its value are a struct timing_count");

/* What the task iterator writes per thread: the counts as they lie in the storage. */
struct task_wire {
	struct task_sample task; /* calls_len is 0; rss_bytes and vm_bytes in pages */
	struct call_other other;
	__u64 slots[COUNT_SLOTS];
};

/* What is written per ended thread. ready is set last: late_exits is read meanwhile. */
struct exit_wire {
	struct task_exit exit;
	struct call_other other;
	__u32 ready;
	__u32 overflowed; /* may have rows in `overflow` */
	__u64 slots[COUNT_SLOTS];
};

#endif
