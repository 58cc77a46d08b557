/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io_uring: finds which tracepoints the kernel has, sets up the stream object's programs for them,
 * reads the counts. For the files of probe/.
 */
#ifndef PROBE_URING_H
#define PROBE_URING_H

#include <stdbool.h>
#include "live.h"

struct btf;
struct bpf_program;

/* The shapes of the tracepoints in the kernel's type information; zero when they cannot be used. */
void uring_shape_find(const struct btf *btf, struct uring_shape *ret_shape);
/* The same of the running kernel. */
void uring_find(struct uring_shape *ret_shape);

/* Before the load of the stream object: read-only data, which programs are loaded. 0 or -errno. */
int uring_open(struct probe *probe);
/* True for a program of io_uring that is entered by tail call. */
bool uring_by_tail_call(const struct bpf_program *prog);
/* After the load: the programs that store events. 0 or -errno. */
int uring_fill_progs(struct probe *probe);

/* Is this process no longer shown? */
typedef bool (*uring_forgotten_fn)(const void *ctx, uint32_t pid, uint64_t start_boot_ns);
/* Hands the counts to sink->uring, and deletes those of forgotten processes. 0 or -errno. */
int uring_read(struct probe *probe, const struct probe_counter_sink *sink,
	       uring_forgotten_fn forgotten, const void *ctx);

#endif
