/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots: the only thing that the engine thread and the UI thread share. Immutable once
 * published, reference-counted (atomic), self-contained: all text lives in the snapshot or in the
 * event chunks that it holds. Views read nothing else.
 *
 * Totals are cumulative since the probe started and exact (or marked by health.inexact); *_delta is
 * what changed in the interval that ended at time_ns. Rates are delta / interval_ns.
 */
#ifndef STATE_SNAPSHOT_H
#define STATE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probe/schema/decode.h"
#include "probe/schema/sample.h"
#include "explained.h"
#include "pulse.h"
#include "rule_rows.h"
#include "spark.h"
#include "timing_row.h"

#define SNAPSHOT_BUFFERS_MAX 256

/* A container, by its shown id. Texts are never NULL: "" while not known. */
struct container_row {
	const char *id, *name, *engine; /* name: the id while not known */
	const char *image;              /* as the user named it */
	const char *image_id;           /* 12 digits */
	const char *pod, *pod_namespace;
	bool privileged, privileged_known;
	uint64_t created_ns; /* since the epoch; 0: not known */
	bool idle;           /* its runtime lists it: it is shown without processes, too */
};

/* What only the page of a process shows. Texts NULL and numbers without their `known`: unknown. */
struct proc_detail {
	uint32_t known; /* enum fact */
	uint32_t gid, tty, loginuid;
	uint32_t exe_flags; /* enum seed_exe_flag */
	int64_t pgid, sid, vpgid, vpid;
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	uint64_t faults_major, faults_minor, swap_kb;
	const char *group, *login, *real_user; /* names */
	const char *root;
	const char *words, *cgroups, *env; /* each with its NUL */
	size_t words_len, cgroups_len, env_len;
	const char *limits; /* as /proc/PID/limits has them */
	/* The last SPARK_SHOWN whole seconds; NULL: nothing happened. */
	const uint32_t *pulse[PULSE_COUNT];
	/* The last SPARK_SLICES whole slices; NULL: nothing before the last minute. */
	const float *slices[PULSE_COUNT];
};

/* A process: identity (pid, start_boot_ns). */
struct proc_row {
	uint32_t pid, ppid, uid, euid;
	uint64_t start_boot_ns;
	const char *user; /* name of euid, or the number; never NULL */
	const char *comm; /* of the leader */
	const char
		*cmdline; /* arguments joined by blanks; "[comm]" for kernel threads; never NULL */
	const char *exe;  /* may be NULL */
	const char *cwd;  /* may be NULL */
	const char *container;          /* 12 characters of the id, "" on the host, never NULL */
	const char *container_name;     /* as its runtime calls it; the id while not known */
	const char *container_image;    /* "" while not known */
	const struct container_row *in; /* its container; NULL: on the host, or not known */
	uint32_t threads;
	char state;
	bool dead; /* ended; the row is kept for a while */
	bool kthread;
	bool in_scope;
	int32_t exit_code; /* kernel form, valid when dead */
	uint64_t ended_ns; /* epoch time at which it ended, or was missed; 0: lives */
	uint64_t cpu_ns, cpu_delta_ns;
	uint64_t rss_bytes, vm_bytes;
	uint64_t cgroup_id;
	uint64_t calls, errors, restarts;
	uint64_t calls_delta, errors_delta, restarts_delta;
	uint64_t opens, opens_delta;
	uint64_t hits, hits_delta;                /* events of it that rules matched */
	uint64_t children_calls, children_errors; /* of ended descendants */
	struct byte_count bytes, bytes_delta;
	uint64_t uring, uring_delta; /* requests of io_uring; no calls */
	/* Calls in each of the last SPARK_SHOWN whole seconds, oldest first; NULL: none. */
	const uint32_t *spark;
	uint32_t fds; /* known open fds; valid when fds_known */
	bool fds_known;
	/* While rows of open files are made. */
	uint32_t fds_files, fds_sockets, fds_pipes; /* of them: files and folders, sockets, pipes */
	int64_t fd_limit;                           /* -1: none; 0: not known */
	const struct proc_detail *detail;           /* NULL: nobody looks */
	uint32_t calls_first, calls_len;            /* its rows in snapshot.calls */
};

/* An open file of a living process: identity (process, fd). Made while somebody looks. */
struct fd_row {
	uint32_t proc; /* index in procs */
	int32_t fd;
	const char *type;    /* "file", "ipv4", ...; static */
	const char *name;    /* of the kernel's object; NULL: not known */
	const char *called;  /* the path that it was opened by; NULL: the same */
	const char *tuple;   /* as struct fd_entry has it (fd_table.h); NULL: none */
	const char *service; /* of a port that is listened at; NULL: none */
	uint64_t ino;
	uint32_t dev, open_flags;
	uint16_t flags; /* enum fd_flag */
	uint8_t tuple_len;
	uint8_t l4;                /* enum fd_l4 */
	uint32_t queue, queue_max; /* FD_F_LISTENS */
};

/* A living thread: identity (tid, start_boot_ns). */
struct thread_row {
	uint32_t proc; /* index in procs */
	uint32_t tid;
	uint64_t start_boot_ns;
	const char *comm; /* its own */
	char state;
	uint64_t cpu_ns, cpu_delta_ns;
	uint64_t calls, errors, restarts;
	uint64_t calls_delta, errors_delta, restarts_delta;
	struct byte_count bytes, bytes_delta;
	uint16_t top_nr; /* most calls in the interval; COUNT_NR_COUNT: none */
	uint16_t in_nr;  /* the call that it is in; COUNT_NR_COUNT: none, or in_unknown */
	bool in_unknown; /* it runs: in a call or not cannot be told */
	bool in_exact;   /* in_ns is measured; else it is at least that long in it */
	uint64_t in_ns;
};

/* Failed calls of (process, syscall, errno): the rows of "Errors". */
struct errno_row {
	uint32_t proc; /* index in procs */
	uint16_t nr, err;
	uint64_t count, count_delta;
};

/* Counts of (process, syscall): the rows of "Syscall callers". */
struct call_row {
	uint32_t proc;      /* index in procs */
	uint16_t nr;        /* syscall number or COUNT_NR_* */
	uint16_t top_errno; /* most frequent errno since start, 0 = none */
	uint64_t top_errno_count;
	uint64_t calls, errors, restarts;
	uint64_t calls_delta, errors_delta, restarts_delta;
	struct timing_row timing;
};

/* Totals of one syscall over all processes, dead ones included: the rows of "Syscalls". */
struct syscall_row {
	uint16_t nr;
	uint16_t top_errno;
	uint64_t calls, errors, restarts;
	uint64_t calls_delta, errors_delta, restarts_delta;
	uint32_t procs;    /* processes that called it in this interval */
	uint32_t top_proc; /* index in procs of the one with most calls_delta; UINT32_MAX: none */
	struct timing_row timing;
};

enum activity_kind { ACTIVITY_FILE, ACTIVITY_SOCKET, ACTIVITY_URING };

/* What a process did to one file or socket, or through one operation of io_uring. */
struct activity_row {
	enum activity_kind kind;
	uint32_t proc; /* index in procs; UINT32_MAX: of processes that are gone, or nobody's */
	uint32_t dev;
	uint64_t ino;     /* of io_uring: the operation; 0 of a file or socket: no room for more */
	const char *name; /* path, or this end of a socket; NULL: not known */
	const char *remote; /* NULL: none */
	uint16_t family, protocol;
	bool at_least; /* the sums are of the events that were seen, there may have been more */
	uint64_t in, out, ops, errors;
	uint64_t in_delta, out_delta, ops_delta, errors_delta;
};

/*
 * One event in memory. The record follows its header in the chunk; names that only the state knew
 * at that moment are kept beside it.
 */
struct history_event {
	uint64_t num; /* evt.num: 1, 2, 3, ... of what was delivered */
	uint64_t ts_ns;
	/* Events lost in lost_buffer between the previous event of it and this. */
	uint64_t lost_before;
	uint16_t lost_buffer;
	bool hidden;           /* FILTER does not accept it */
	const uint8_t *record; /* decode with event_decode() */
	uint32_t record_len;
	uint32_t fds_len;
	const struct fd_name *fds; /* of all its arguments, where there may be more than that one */
	const char *fd_name; /* name of the fd argument or result at that moment; "" when unknown */
	const char *user;    /* of euid, never NULL */
	const char *container; /* "" on the host */
	const uint8_t *hit;    /* see history_hit(); NULL: an event of the stream */
};

/* What a rule said of an event. Texts live as long as the event. */
struct history_hit {
	const char *rule;
	const char *output; /* safe */
	uint64_t event_num; /* of the event in the stream */
	unsigned priority;  /* as syslog numbers them: 0 emergency to 7 debug */
	bool resolved;      /* it matches under the file's real name only */
	/* These may be NULL when they are put down, and are "" then. */
	const char *tags; /* joined by blanks */
	/* The parts that decided: "PART\tWHAT IT SAW\n", safe, at most HISTORY_WHY_MAX. */
	const char *why;
	const char *ancestors; /* "NAME\tPID\n", the parent first; safe */
	const char *exepath;   /* proc.exepath as rules saw it; safe */
};
#define HISTORY_WHY_MAX 6144
#define HISTORY_ANCESTORS_MAX 1024
#define HISTORY_PRIORITIES 8
#define HISTORY_HIT_BYTES_MAX 16384 /* all that is kept of one */
/* False for an event of the stream. */
bool history_hit(const struct history_event *event, struct history_hit *ret_hit);

/* An immutable run of events, shared by snapshots. */
struct history_chunk;
size_t history_chunk_len(const struct history_chunk *chunk);
const struct history_event *history_chunk_at(const struct history_chunk *chunk, size_t index);

struct buffer_row {
	unsigned buffer, cpus;
	uint64_t fate[RECORD_FATE_COUNT][RECORD_CLASS_COUNT];
	uint64_t events_delta, bytes, bytes_delta, drops, drops_delta; /* bytes: delivered */
	uint64_t used_bytes, high_bytes, size_bytes;
	uint64_t late, unreadable, cut;
};

enum health_timing { HEALTH_TIMING_OFF, HEALTH_TIMING_STARTING, HEALTH_TIMING_ON };

struct health_row {
	uint64_t calls, calls_delta;   /* counted */
	uint64_t events, events_delta; /* delivered */
	uint64_t drops, drops_delta;   /* all buffers, all ways to be lost */
	uint64_t recursion_misses, storage_failures, read_failures;
	bool inexact; /* calls were missed: totals are shown with >= */
	uint64_t lag_ns;
	uint64_t own_cpu_ns, own_cpu_delta_ns;
	uint64_t own_rss_bytes;
	double own_ns_per_call; /* sampled; 0 = not yet */
	uint64_t map_bytes;
	uint64_t memory_bytes, memory_limit_bytes; /* of the state */
	uint64_t evictions;
	uint64_t rows_evicted;             /* of these no events: rows, or parts of them */
	uint64_t roomless;                 /* threads that found no room for a row */
	uint64_t hits[HISTORY_PRIORITIES]; /* of rules, since start, by priority */
	bool stream_ready;
	/*
	 * Since when (epoch) all is streamed that the screen's view is about; before, and at
	 * UINT64_MAX, what rules and other views asked for. 0: there is no such difference, as in
	 * captures.
	 */
	uint64_t complete_since_ns;
	enum health_timing timing; /* are durations measured? */
	uint64_t untimed;          /* calls that found no room in the table of durations */
	const char *notice;        /* one line for the screen, or NULL */
};

/* What became of a capture that the screen asked for. */
struct snapshot_saved {
	uint64_t question; /* which one; 0: none was asked for */
	uint64_t events, processes;
	uint64_t left_ns; /* events before it, since the epoch, had left memory; 0: none */
	int error;        /* 0 or the first -errno */
};

/* How many events in memory a condition accepts that the screen asked about. */
struct snapshot_counted {
	uint64_t question; /* which one; 0: none */
	uint64_t matched, looked, total;
	bool done;  /* all were looked at */
	bool about; /* what is known of some processes is not what it was then */
	bool cut;   /* there are older ones, which are not looked at */
};

#define SNAPSHOT_HIT_BASE (1ull << 62)

struct snapshot {
	uint64_t seq;           /* 1, 2, 3, ... */
	uint64_t time_ns;       /* wall clock of the read, since the epoch */
	uint64_t interval_ns;   /* what *_delta covers; 0 in the first */
	uint64_t boot_epoch_ns; /* epoch time of boot: start_boot_ns + this = wall clock */
	const char *host;
	const struct proc_row *procs;
	size_t procs_len;
	const struct call_row *calls; /* grouped by process */
	size_t calls_len;
	const struct syscall_row *syscalls;
	size_t syscalls_len;
	const struct errno_row *errnos; /* grouped by process */
	size_t errnos_len;
	const struct thread_row *threads; /* of living processes, by process and tid */
	size_t threads_len;
	const struct activity_row *activities;
	size_t activities_len;
	bool objects_counted;                   /* bytes of files and sockets are counted */
	const struct fd_row *fds;               /* by process and number */
	size_t fds_len, fds_omitted;            /* omitted: there was no room for more */
	const struct container_row *containers; /* by id */
	size_t containers_len;
	const struct buffer_row *buffers;
	size_t buffers_len;
	struct history_chunk *const *chunks; /* oldest first */
	size_t chunks_len;
	uint64_t events_first, events_end; /* history_event.num: [first, end) */
	/* Events that rules matched, kept apart: num is SNAPSHOT_HIT_BASE + 1, + 2, ... */
	struct history_chunk *const *hit_chunks;
	size_t hit_chunks_len;
	uint64_t hits_first, hits_end;
	uint64_t streaming_since_ns;  /* what was streamed since is here; evictions move it on */
	const struct rule_row *rules; /* in the order of the rules */
	size_t rules_len;
	const struct explained *explained; /* the last answer, see explained.h; NULL: none yet */
	struct snapshot_saved saved;       /* the last one */
	struct snapshot_counted counted;   /* of the last condition */
	struct health_row health;
};

/* Reference counting; both take NULL. The last unref frees. Any thread. */
struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);
/* The row of a process, NULL when it is not there. */
const struct proc_row *snapshot_proc(const struct snapshot *snapshot, uint32_t pid,
				     uint64_t start_boot_ns);
/* The event or hit of a number, NULL when it is no longer kept. */
const struct history_event *snapshot_event(const struct snapshot *snapshot, uint64_t num);

#endif
