/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct probe, for the files of probe/ that implement it. Nobody else includes this.
 * load.c opens and attaches; counters.c reads the counter plane; files.c the open files; buffers.c
 * drains the rings; interest.c turns scope and interest into knobs.
 */
#ifndef PROBE_LIVE_H
#define PROBE_LIVE_H

#include "probe.h"
#include "bpf/shared.h"
#include "bpf/uring_call.h"
#include "bpf/object.h"

/* Which programs run; each needs less of the kernel than the one before, and is tried after it. */
enum probe_variant {
	PROBE_GUARDED, /* the objects for kernels that preempt programs: see guard.h */
	PROBE_CASTS,   /* bpf_rdonly_cast (6.2), which the one before has too */
	PROBE_HELPERS, /* reads by helpers instead: see count_exit_cast in bpf/count.bpf.c */
	PROBE_PLAIN,   /* the objects for kernels without task storage: see bpf/kernels.h */
	PROBE_VARIANTS,
};

struct bpf_object;
struct count_bpf;
struct stream_bpf;
struct ring_set;
struct cgroups;
struct counters;
struct enter_hook;
struct hook;

struct probe {
	struct probe_opts opts;
	struct count_bpf *count;    /* counter plane and iterators; NULL until loaded */
	struct stream_bpf *stream;  /* stream plane; NULL until loaded */
	struct probe_knobs *knobs;  /* mapped array entry of the count object */
	struct cpu_stats *stats;    /* mapped, one per possible CPU */
	size_t knobs_bytes;         /* of the mapping */
	size_t stats_bytes;         /* of the mapping */
	enum probe_variant variant; /* of both objects */
	bool tail_calls; /* programs with functions make them; without the JIT they never do */
	bool relayed;    /* tail calls by second programs: relay.h */
	unsigned cpus;   /* possible CPUs */
	struct hook *objects_hook;     /* attaches count_objects; made when it is first wanted */
	bool objects_wanted;           /* bytes by file and socket are counted */
	struct uring_shape uring;      /* tracepoints of io_uring that are used; zero: none */
	char uring_refused[160];       /* why its programs did not load; "" = they did */
	bool iter_files;               /* dump_files is loaded; else open files come from /proc */
	struct counters *counters;     /* reader of the counter plane; made at the first refresh */
	struct enter_hook *enter_hook; /* attaches count_enter; made when it is first wanted */
	struct cgroups *cgroups;       /* reader of `cgroups`; made when it is first drained */
	struct ring_set *rings;        /* NULL until the stream is loaded */
	size_t ring_bytes;             /* of each ring */
	int epoll_fd;                  /* rings that ask for attention, edge-triggered; -1 = none */
	int stream_ready;              /* atomic: set by the loading thread when all is attached */
	/* Sees each object before it is loaded; NULL = nobody. For what looks at the verifier. */
	void (*opened)(struct bpf_object *object);
	uint64_t clock_ns; /* CLOCK_BOOTTIME when the epoch offset was last read; 0 = never */
	struct probe_scope scope; /* the last one set */
	pid_t focus[PROBE_SCOPE_MAX];
	size_t focus_len;
};

/* What is before all paths of the host: "" or opts.host_root. */
static inline const char *probe_root(const struct probe *probe)
{
	return probe->opts.host_root ? probe->opts.host_root : "";
}

/* Refreshes the knob that turns boot time into wall time, at most once a second. */
void probe_refresh_clock(struct probe *probe);
/* The time that a record has which is made now: since the epoch, ns. */
uint64_t probe_record_ns(const struct probe *probe);

/* Releases what counters.c and files.c keep. NULL is fine. */
void counters_free(struct counters *counters);

#endif
