/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live probe: BPF programs, their maps and the ring buffers, behind one opaque struct.
 *
 * Life cycle: probe_new (opens nothing) -> probe_load_counters (first screen can be drawn) ->
 * probe_load_stream (may run in another thread) -> drain and read -> probe_free. CAP_BPF and
 * CAP_PERFMON are enough for all of it, so privileges may be dropped before the loads.
 *
 * Threads: all functions but probe_load_stream are called from one thread (the engine); requests
 * (probe_set_*) take effect in the kernel at once, without reloading.
 *
 * Errors: negative errno; struct probe_error says in one sentence what is missing and what to do.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "schema/kind.h"
#include "schema/record.h"
#include "schema/sample.h"

struct probe;

struct probe_error {
	char what[256];   /* "ring buffer map type is not supported" */
	char remedy[256]; /* "use a kernel of 5.8 or newer"; may be empty */
};

#define PROBE_BUFFER_DEFAULT (8u << 20)
#define PROBE_BUFFER_MIN (1u << 20)
#define PROBE_BUFFER_MAX (512u << 20)
#define PROBE_BUFFER_PRESETS 10
#define PROBE_CPUS_PER_BUFFER_DEFAULT 2

struct probe_opts {
	uint64_t buffer_bytes;    /* of each ring; 0 = default */
	unsigned cpus_per_buffer; /* 0 = one buffer for all; see cpus_per_buffer_set */
	bool cpus_per_buffer_set; /* false: the default */
	unsigned snaplen;         /* bytes of data kept per call, <= RECORD_SNAPLEN_MAX */
	bool watch_self;          /* stream saker's own threads too */
	const char *host_root;    /* before /proc and so on; NULL: nothing. Borrowed */
	bool plain;   /* the programs for kernels without task storage, also where there is one */
	bool guarded; /* those for kernels that preempt programs, also where they do not: guard.h */
	bool relayed; /* tail calls by a second program, also where one would do: relay.h */
	uint32_t kinds; /* bits of enum probe_kind: may be streamed; the others cost nothing */
};

/*
 * Checks a buffer size: 1M..512M, a power of two, a multiple of the page size. Returns 0 or -EINVAL
 * with the reason in err->what and the nearest valid value in err->remedy. Same for the others:
 * preset 1..10, CPUs per buffer 0..online CPUs, snaplen 0..RECORD_SNAPLEN_MAX.
 */
int probe_check_buffer_bytes(uint64_t bytes, struct probe_error *err);
int probe_check_buffer_preset(unsigned long preset, uint64_t *ret_bytes, struct probe_error *err);
int probe_check_cpus_per_buffer(unsigned long cpus, struct probe_error *err);
int probe_check_snaplen(unsigned long bytes, struct probe_error *err);

int probe_new(const struct probe_opts *opts, struct probe **ret_probe);
void probe_free(struct probe *probe); /* detaches everything; NULL is fine */
/* Loads and attaches the counter plane and the iterators. */
int probe_load_counters(struct probe *probe, struct probe_error *err);
/* Loads the stream plane and its ring buffers. May run in a second thread beside the others. */
int probe_load_stream(struct probe *probe, struct probe_error *err);
bool probe_stream_ready(const struct probe *probe);
/*
 * Why requests of io_uring are not seen though the kernel has the tracepoints: its refusal of our
 * programs. NULL: they are loaded, or it has none, or the stream is not ready.
 */
const char *probe_uring_refused(const struct probe *probe);

/* Scope: what may be streamed, and what COMMAND and -p mean. Kinds AND, values of a kind OR. */
#define PROBE_SCOPE_MAX 16
struct probe_scope {
	pid_t pids[PROBE_SCOPE_MAX];
	size_t pids_len;
	bool children;  /* with all descendants, present and future */
	bool by_cgroup; /* probe_judge_cgroup() says which */
	uint32_t euids[PROBE_SCOPE_MAX];
	size_t euids_len;
	char comms[PROBE_SCOPE_MAX][RECORD_COMM_LEN]; /* compared on 15 bytes */
	size_t comms_len;
};
/* Sets the scope of the stream and marks living tasks. An empty scope is everything. */
int probe_set_scope(struct probe *probe, const struct probe_scope *scope);
/*
 * Of which control groups the tasks are in a scope by cgroup. What nothing is known of is let
 * through: who reads the records and samples knows better. Verdicts are a cache, and may be
 * forgotten when there are many. 0 or -errno.
 */
enum probe_verdict { PROBE_CGROUP_OUT, PROBE_CGROUP_IN };
int probe_judge_cgroup(struct probe *probe, uint64_t cgroup_id, enum probe_verdict verdict);
/*
 * Tells of control groups that were made or removed since the last call, in order. path: in its
 * hierarchy, "" when it is not known. Some may be missing when very many come at once.
 */
enum probe_cgroup_fate { PROBE_CGROUP_MADE, PROBE_CGROUP_REMOVED };
struct probe_cgroup {
	uint64_t id;
	enum probe_cgroup_fate fate;
	uint32_t pid;     /* who did it */
	const char *path; /* valid during the call */
};
typedef void (*probe_cgroup_fn)(void *ctx, const struct probe_cgroup *cgroup);
int probe_drain_cgroups(struct probe *probe, probe_cgroup_fn fn, void *ctx);
/* Focus: everything of these processes (with descendants made from now on) is streamed. */
int probe_set_focus(struct probe *probe, const pid_t *pids, size_t pids_len);

/* Interest: what is streamed of the tasks in scope. */
enum probe_want {
	PROBE_WANT_NONE = 0,
	PROBE_WANT_SCOPE = 1u << 0, /* from every task in scope */
	PROBE_WANT_FOCUS = 1u << 1, /* from focused tasks only */
	PROBE_WANT_WHOLE =
		1u << 6, /* with a want: successful and quick ones too, whatever is left out */
};
enum probe_failed {
	PROBE_FAILED_OFF,        /* successful calls too */
	PROBE_FAILED_ANY,        /* failed ones; not those that a signal interrupts and restarts */
	PROBE_FAILED_UNEXPECTED, /* without the errors that are no news: outcome.h */
};
/*
 * Gates: of the calls of a number only some. With both a call must pass both. An open that gave a
 * directory passes always: descriptors of directories are what later paths are relative to. Calls
 * of SYSCALL_F_LIFE and requests of io_uring pass too.
 */
enum probe_gate {
	PROBE_GATE_WRITES = 1u << 4, /* opens that may write, create or cut; openat2 passes */
	PROBE_GATE_FAILED = 1u << 5, /* as PROBE_FAILED_ANY */
};
struct probe_interest {
	uint8_t calls[SYSCALL_NR_MAX];   /* enum probe_want and probe_gate per syscall number */
	uint8_t kinds[PROBE_KIND_COUNT]; /* the same of events that are no calls */
	/* Left out but for PROBE_WANT_WHOLE and SYSCALL_F_LIFE, which tables of processes need: */
	enum probe_failed failed;
	uint64_t min_duration_ns; /* quicker calls, and those that were not timed; 0: none */
};
/* -EOPNOTSUPP: a least duration while durations are not measured; nothing is changed then. */
int probe_set_interest(struct probe *probe, const struct probe_interest *interest);

/*
 * Durations: off at first, when they cost nothing. Of nothing; of calls that are streamed, whose
 * records then have them; or of all calls in scope, which are added up as struct timing_count too
 * (where the scope is by user, name or container: of all calls of the host). Other calls pay for
 * the look at whose they are. Wanting them takes effect at once for the knobs, and as soon as the
 * program on sys_enter is attached for calls that begin then: that is done by a
 * thread of the probe, nobody waits. Returns 0 or -errno of starting that thread.
 */
enum probe_timed { PROBE_TIMED_NOTHING, PROBE_TIMED_STREAMED, PROBE_TIMED_ALL };
int probe_want_timing(struct probe *probe, enum probe_timed wanted);
enum probe_timing { PROBE_TIMING_OFF, PROBE_TIMING_STARTING, PROBE_TIMING_ON };
/* enum probe_timing as it is now, or -errno when the program could not be attached. */
int probe_timing(const struct probe *probe);

/*
 * Drains the ring buffers in timestamp order, at most budget records, up to the watermark taken at
 * the call. Each record has passed its checks and is valid during the callback only. Returns the
 * number of records; *ret_more (if not NULL) is true when records were left.
 */
typedef void (*probe_record_fn)(void *ctx, const void *record, size_t len);
int probe_drain(struct probe *probe, size_t budget, probe_record_fn fn, void *ctx, bool *ret_more);
/* Sleeps until a ring asks for attention or timeout_ms passed. Returns 0, or -EINTR. */
int probe_wait(struct probe *probe, int timeout_ms);

/* Loss and load of one buffer, cumulative since the load. */
struct buffer_stats {
	unsigned buffer;
	unsigned cpus; /* online CPUs that write to it */
	uint64_t fate[RECORD_FATE_COUNT][RECORD_CLASS_COUNT];
	uint64_t bytes;      /* delivered */
	uint64_t used_bytes; /* in the ring now */
	uint64_t high_bytes; /* most seen at a drain */
	uint64_t size_bytes;
	uint64_t late, unreadable, cut; /* marks on delivered records */
};
size_t probe_buffers_len(const struct probe *probe);
int probe_buffer_stats(struct probe *probe, size_t index, struct buffer_stats *ret_stats);

struct probe_health {
	uint64_t recursion_misses;          /* of all our programs: calls that no program saw */
	uint64_t storage_failures;          /* calls counted without a thread: in row "other" */
	uint64_t untimed;                   /* calls without room in the table of durations */
	uint64_t map_bytes;                 /* kernel memory of our maps and ring buffers */
	uint64_t own_cpu_ns;                /* CPU of this process's threads */
	uint64_t sampled_ns, sampled_calls; /* self-timing of the exit program: mean = ns / calls */
	uint64_t lag_ns;                    /* age of the oldest undrained record, 0 when drained */
	uint64_t read_failures;             /* failed reads of kernel memory */
	uint64_t unread_transfers;          /* calls of which bytes are missing in the counts */
};
int probe_health(struct probe *probe, struct probe_health *ret_health);

/* Counters: one refresh. The functions are called in the order in which they stand here. */
struct probe_counter_sink {
	void *ctx;
	void (*task)(void *ctx, const struct task_sample *task, const struct call_count *calls);
	void (*exit)(void *ctx, const struct task_exit *exit, const struct call_count *calls);
	void (*err)(void *ctx, const struct errno_count *count);
	void (*timing)(void *ctx, const struct timing_count *count);
	/* Calls that no thread owns any more, cumulative: row "other". */
	void (*other)(void *ctx, const struct call_count *count);
	/* Requests of io_uring; bytes of files and sockets; each may be NULL. */
	void (*uring)(void *ctx, const struct uring_count *count);
	void (*object)(void *ctx, const struct object_count *count);
};
/* Reads all counters. Returns 0 or -errno; on failure the totals of this refresh are incomplete. */
int probe_read_counters(struct probe *probe, const struct probe_counter_sink *sink);
/*
 * Empties the exit ring into the sink's exit() only; called between refreshes when many tasks
 * end.
 */
int probe_drain_exits(struct probe *probe, const struct probe_counter_sink *sink);
/*
 * Bytes by file and socket, on and off. They begin from zero each time. 1 when that has changed, 0
 * when it was so already, -EAGAIN while the stream is not loaded.
 */
enum probe_objects { PROBE_OBJECTS_OFF, PROBE_OBJECTS_ON };
int probe_want_objects(struct probe *probe, enum probe_objects wanted);
/* What is the case now (it takes a moment), or -errno when the program could not be attached. */
int probe_objects(const struct probe *probe);
/* What an object of a count is called. 0 or -ENOENT. */
int probe_object_name(struct probe *probe, uint32_t dev, uint64_t ino,
		      struct object_name *ret_name);
/* The process (pid, start) is no longer shown: its rows in the kernel's tables are deleted. */
int probe_forget_process(struct probe *probe, uint32_t pid, uint64_t start_boot_ns);

/* Open files of one process, or of all when pid is 0, through the task_file iterator. */
typedef void (*probe_file_fn)(void *ctx, const struct file_sample *file, const char *path);
int probe_read_files(struct probe *probe, pid_t pid, probe_file_fn fn, void *ctx);

/* Requirements, found by probing; the rows of `saker doctor`. */
struct feature_result {
	const char *id;    /* "ringbuf" */
	const char *title; /* "BPF ring buffer maps" */
	bool required;
	bool ok;
	char found[160];  /* what was seen: "ok", or the exact failure */
	char remedy[200]; /* what to do; empty when ok */
};
/* Probes everything. Returns the number of rows (at most results_size). */
size_t probe_features(struct feature_result *results, size_t results_size);

/*
 * Privileges. Drops all capabilities but CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE and
 * CAP_DAC_READ_SEARCH, as far as they are there (CAP_SYS_ADMIN where the first two are not,
 * CAP_SYS_RESOURCE where the kernel charges memlock), and CAP_KILL and CAP_SYS_NICE for actions;
 * from the bounding and ambient sets too. Capabilities belong to a thread: call it before others
 * are started. Returns 0 or -errno.
 */
enum privileges_keep { PRIVILEGES_READONLY, PRIVILEGES_ACTIONS };
int privileges_drop(enum privileges_keep keep, struct probe_error *err);
/* Can this process load the probe? 0, or -EPERM with the missing capability named. */
int privileges_check(struct probe_error *err);

#endif
