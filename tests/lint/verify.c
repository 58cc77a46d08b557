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
#include "probe/features.h"
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

/*
 * Up to 5.11 an atomic instruction adds, and does not tell what was there: its operation is 0
 * (5ffa25502b5a, 91c960b00566). Reported with the program and the instruction's number.
 */
static int check_atomics(const struct bpf_object *object)
{
	struct bpf_program *prog;
	int found = 0;

	bpf_object__for_each_program (prog, object) {
		const struct bpf_insn *insns = bpf_program__insns(prog);

		for (size_t i = 0; i < bpf_program__insn_cnt(prog); i++) {
			if (BPF_CLASS(insns[i].code) != BPF_STX || insns[i].imm == 0)
				continue;
			fprintf(stderr, "%s: instruction %zu is an atomic that 5.10 lacks\n",
				bpf_program__name(prog), i);
			found = -1;
			break;
		}
	}
	return found;
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
		.relayed = argc > 1 && strcmp(argv[1], "plain") == 0,
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
	if (failed) {
		fprintf(stderr, "%s\n", err.what);
	} else if (!opts.plain && probe->variant == PROBE_PLAIN &&
		   feature_present(FEATURE_TASK_STORAGE)) {
		fprintf(stderr, "only the programs for kernels without task storage load here\n");
		failed = 1;
	} else if (probe_uring_refused(probe)) {
		fprintf(stderr, "io_uring: %s\n", probe_uring_refused(probe));
		failed = 1;
	} else if (opts.plain) {
		failed = check_atomics(probe->count->obj) < 0 ||
			 check_atomics(probe->stream->obj) < 0;
	}
	if (!failed)
		failed =
			print_object(probe->count->obj) < 0 || print_object(probe->stream->obj) < 0;
	probe_free(probe);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
