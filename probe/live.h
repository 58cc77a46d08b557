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

struct count_bpf;
struct stream_bpf;
struct ring_set;

struct probe {
	struct probe_opts opts;
	struct count_bpf *count;     /* counter plane and iterators; NULL until loaded */
	struct stream_bpf *stream;   /* stream plane; NULL until loaded */
	struct probe_knobs *knobs;   /* mapped array entry of the count object */
	struct cpu_stats *stats;     /* mapped, one per possible CPU */
	unsigned cpus;               /* possible CPUs */
	struct ring_set *rings;      /* NULL until the stream is loaded */
	int stream_ready;            /* atomic: set by the loading thread when all is attached */
};

#endif
