/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads every BPF program and prints "NAME INSTRUCTIONS" each: how many instructions the verifier
 * walked through, as it says itself at the end of its log. With the argument "plain": the programs
 * for kernels without task storage, "guarded": for those that preempt programs (needs tracefs).
 * Status 77: no privileges here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "probe/kinds.h"
#include "probe/live.h"
#include "probe/count.skel.h"
#include "probe/stream.skel.h"

#define LOG_STATS 4 /* BPF_LOG_STATS, include/linux/bpf_verifier.h: only the last line */
#define LOG_BYTES 16384
#define PROGRAMS_MAX 512 /* of all pairs that are tried */

static char logs[PROGRAMS_MAX][LOG_BYTES];
static size_t logs_len;

static void log_wanted(struct bpf_object *object)
{
	struct bpf_program *prog;

	bpf_object__for_each_program (prog, object) {
		if (logs_len == PROGRAMS_MAX)
			return;
		bpf_program__set_log_level(prog, LOG_STATS);
		bpf_program__set_log_buf(prog, logs[logs_len++], LOG_BYTES);
	}
}

static int print_object(const struct bpf_object *object)
{
	struct bpf_program *prog;

	bpf_object__for_each_program (prog, object) {
		size_t bytes;
		const char *log = bpf_program__log_buf(prog, &bytes);
		const char *at = log ? strstr(log, "processed ") : NULL;

		if (bpf_program__fd(prog) < 0)
			continue;
		if (!at) {
			fprintf(stderr, "%s: the verifier said nothing\n", bpf_program__name(prog));
			return -1;
		}
		printf("%s %u\n", bpf_program__name(prog),
		       (unsigned)strtoul(at + strlen("processed "), NULL, 10));
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct probe_opts opts = {
		.buffer_bytes = PROBE_BUFFER_MIN,
		.snaplen = 80,
		.kinds = kinds_present(),
		.plain = argc > 1 && strcmp(argv[1], "plain") == 0,
		.guarded = argc > 1 && strcmp(argv[1], "guarded") == 0,
	};
	struct probe_error err = { .what = "" };
	struct probe *probe;
	int failed;

	if (privileges_check(&err) < 0) {
		fprintf(stderr, "%s: %s\n", err.what, err.remedy);
		return 77;
	}
	if (probe_new(&opts, &probe) < 0)
		return EXIT_FAILURE;
	probe->opened = log_wanted;
	failed = probe_load_counters(probe, &err) < 0 || probe_load_stream(probe, &err) < 0;
	if (failed)
		fprintf(stderr, "%s\n", err.what);
	else
		failed =
			print_object(probe->count->obj) < 0 || print_object(probe->stream->obj) < 0;
	probe_free(probe);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
